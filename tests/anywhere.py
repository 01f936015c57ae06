"""Run the checks as other machines would: ``make test-anywhere``, or a few of it with ``LEGS="old-x86 ties"``.

Names of files and folders limit the checks: ``LEGS="old-x86 notebooks tests/test_trends.py"``; the notebooks are then
compared, but not executed once more.

Every leg copies the project to a folder with a blank and Chinese characters in its name, makes the machine another one
in one respect, runs all checks from a third folder, executes all notebooks, and then asks whether a file has changed.
In each leg the user's settings are hostile: another `helpers`, another kernel, other settings of IPython, matplotlib
and Jupyter; and nothing may be written into the user's home.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# longdouble is a double on Apple silicon and on Windows
DOUBLE = "import numpy\nnumpy.longdouble = numpy.float64\n"
# an unstable sort may leave rows that tie in any order: here in the reverse one
TIES = """
import pandas as pd
def tied(sort):
    def reverse(self, *args, **keywords):
        several = args and not isinstance(args[0], str) or not isinstance(keywords.get("by", ""), str)
        if several or "kind" in keywords or keywords.get("axis"):
            return sort(self, *args, **keywords)
        return sort(self.iloc[::-1], *args, kind="stable", **keywords)
    return reverse
for kind in (pd.Series, pd.DataFrame):
    kind.sort_values = tied(kind.sort_values)
"""


@dataclass(frozen=True)
class Leg:
    """One machine: what is set, what Python runs first, how commands are started, what the processor must have."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    startup: str = ""
    prefix: tuple[str, ...] = ()
    flag: str = ""

    def lacks(self) -> str:
        """What is not to be had here, if anything."""
        processor = Path("/proc/cpuinfo")
        if self.flag and not (processor.is_file() and self.flag in processor.read_text().split()):
            return f"an x86-64 processor with {self.flag}"
        if self.prefix and (not shutil.which(self.prefix[0]) or subprocess.run([*self.prefix, "true"]).returncode):
            return " ".join(self.prefix)
        locale = self.environment.get("LC_ALL", "C")
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout
        return "" if locale == "C" or locale.replace("UTF-8", "utf8") in known.split() else f"the locale {locale}"


OLD = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
LEGS = [
    Leg(
        "old-x86",
        {"NPY_DISABLE_CPU_FEATURES": OLD, "OPENBLAS_CORETYPE": "Nehalem", "LC_ALL": "zh_CN.UTF-8"},
        flag="sse4_2",
    ),
    Leg("haswell", {"OPENBLAS_CORETYPE": "Haswell"}, flag="avx2"),
    Leg("skylake", {"OPENBLAS_CORETYPE": "SkylakeX"}, flag="avx512f"),
    Leg("double", startup=DOUBLE),
    Leg("ties", startup=TIES),
    Leg(
        "one-core", {"TZ": "Pacific/Kiritimati", "COLUMNS": "40", "LC_ALL": "C"}, prefix=("taskset", "--cpu-list", "0")
    ),
    Leg("turkish", {"HOME": "", "LC_ALL": "tr_TR.UTF-8"}),
    Leg("offline", prefix=("unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")),
]


def copy(folder: Path) -> None:
    """The project as it is in the work tree, committed in a repository of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git = ["git", "-c", "user.name=anywhere", "-c", "user.email=anywhere@localhost"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a copy"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    with (folder / ".git/info/exclude").open("a") as file:
        file.write("sitecustomize.py\n")


def hostile(home: Path) -> dict[str, str]:
    """Settings of a user that would break the project if it took them; return what points to them."""
    bad = "raise SystemExit('a setting of the user has been read')\n"
    kernel = {"argv": ["false", "{connection_file}"], "display_name": "false", "language": "python"}
    files = {
        "path/helpers.py": bad,
        "startup.py": bad,
        ".ipython/profile_default/ipython_kernel_config.py": f"c.InteractiveShellApp.exec_lines = [{bad!r}]",
        ".jupyter/jupyter_server_config.py": bad,
        ".config/matplotlib/matplotlibrc": "font.size: 30\n",
        "jupyter/kernels/python3/kernel.json": json.dumps(kernel),
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    return {
        "HOME": str(home),
        "PYTHONPATH": str(home / "path"),
        "PYTHONSTARTUP": str(home / "startup.py"),
        "JUPYTER_PATH": str(home / "jupyter"),
        "MATPLOTLIBRC": str(home / ".config/matplotlib/matplotlibrc"),
    }


def walk(leg: Leg, parent: Path, only: list[str]) -> str:
    """Do all steps of a leg; what is wrong, or nothing."""
    project, home, elsewhere = parent / "上海 figures", parent / "home", parent / "elsewhere"
    for folder in (project, home, elsewhere):
        folder.mkdir()
    copy(project)
    (project / "sitecustomize.py").write_text(leg.startup)
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "FIGURES"))}
    settings |= hostile(home) | leg.environment
    settings["PYTHONPATH"] += os.pathsep + str(project)
    settings = {key: value for key, value in settings.items() if value}  # an empty one is none
    before = sorted(home.rglob("*"))
    checks = ["-m", "pytest", "-n", "auto", "-c", str(project / "pyproject.toml")]
    checks += [str(project / one) for one in only] or [str(project)]
    for step in (checks,) if only else (checks, [str(project / "run.py")]):
        command = [*leg.prefix, sys.executable, *step]
        done = subprocess.run(command, cwd=elsewhere, env=settings, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            return f"{' '.join(step[:2])} failed:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True).stdout
    strays = sorted(set(home.rglob("*")) - set(before)) + sorted(elsewhere.iterdir())
    if status or strays:
        return f"changed:\n{status}\nwritten outside: {', '.join(map(str, strays)) or 'nothing'}"
    return ""


def main() -> int:
    only = [name for name in sys.argv[1:] if (ROOT / name).exists()]
    chosen = [name for name in sys.argv[1:] if name not in only] or [leg.name for leg in LEGS]
    if unknown := set(chosen) - {leg.name for leg in LEGS}:
        print(f"no such leg: {', '.join(sorted(unknown))}; there are {', '.join(leg.name for leg in LEGS)}")
        return 2
    passed = failed = skipped = 0
    for leg in (leg for leg in LEGS if leg.name in chosen):
        if lacks := leg.lacks():
            skipped += 1
            print(f"{leg.name:<10} skipped, needs {lacks}", flush=True)
            continue
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="anywhere-") as folder:
            wrong = walk(leg, Path(folder), only)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        print(f"{leg.name:<10} {'FAILED' if wrong else 'the same'} {time.perf_counter() - started:6.0f} s", flush=True)
        if wrong:
            print(wrong, flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
