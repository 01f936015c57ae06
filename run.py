"""Execute the notebooks whose inputs have changed, and refresh the pages that are generated from them.

``python run.py`` does what ``make run`` does, once the packages are installed; ``python run.py lab`` opens JupyterLab
with the same settings, ``python run.py report`` writes the report. A notebook is executed in a clean kernel. It and its
figures are written to a place of their own and moved to the project when all cells have run, so a failing cell or an
interruption leaves everything as it was.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None

ROOT = Path(__file__).resolve().parent
NOTEBOOKS, FIGURES, CACHE = ROOT / "notebooks", ROOT / "figures", ROOT / ".cache"
STAMPS, KERNEL_LOG, STAGED = CACHE / "run.json", CACHE / "kernels.log", CACHE / "staged"
OVERVIEW = "00_overview"  # reads the findings of all the others, so it comes last
CELL_SECONDS = 600  # a cell that takes longer hangs

# How a kernel and JupyterLab start: as their own commands do, but without the settings of the whole machine.
KERNEL = """
from IPython.core import application
application.SYSTEM_CONFIG_DIRS.clear()
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
LAB = """
from jupyter_core import paths
paths.SYSTEM_CONFIG_PATH.clear()
paths.SYSTEM_JUPYTER_PATH.clear()
from jupyterlab import labapp
labapp.main()
"""


def settle() -> None:
    """Make this process, and the kernels it starts, depend on this folder alone.

    Helpers come from this folder, even where the packages were installed for another copy of it. Nothing is read from
    the user's or the machine's settings of Python, Jupyter, IPython and matplotlib, nothing is written outside, text is
    shaped in no language in particular, and sums do not depend on threads.
    """
    for name in [name for name in os.environ if name.startswith(("PYTHON", "JUPYTER", "IPYTHON", "MPL", "MATPLOTLIB"))]:
        del os.environ[name]
    places = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib", "JUPYTER_CONFIG_DIR": "jupyter-config",
              "JUPYTER_DATA_DIR": "jupyter-data", "JUPYTER_RUNTIME_DIR": "jupyter-runtime"}  # fmt: skip
    os.environ.update({name: str(CACHE / folder) for name, folder in places.items()})
    os.environ.update({f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")})
    os.environ.update(PYTHONPATH=str(ROOT), LC_ALL="C.UTF-8", JUPYTER_PREFER_ENV_PATH="0")  # the kernel below first
    command = [sys.executable, "-Xfrozen_modules=off", "-c", KERNEL, "-f", "{connection_file}"]
    kernel = {"argv": command, "display_name": "Python 3", "language": "python", "metadata": {"debugger": True}}
    news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    _write(CACHE / "jupyter-data/kernels/python3/kernel.json", json.dumps(kernel))
    _write(CACHE / "jupyter-config/labconfig/page_config.json", json.dumps(news))


def main() -> int:
    """Run what has changed; 0 if all is well, 1 if a cell failed, 2 if misused, 130 if interrupted."""
    if sys.argv[1:2] == ["lab"]:
        settle()
        os.chdir(ROOT)
        # no search for language servers, no extensions from the network
        quiet = ["--LanguageServerManager.autodetect=False", "--LabApp.extension_manager=readonly"]
        os.execv(sys.executable, [sys.executable, "-c", LAB, *quiet, *sys.argv[2:]])
    if sys.argv[1:] not in ([], ["report"]):
        print(
            f"unknown: {' '.join(sys.argv[1:])}; run.py takes nothing, report, or lab with JupyterLab's options",
            file=sys.stderr,
        )
        return 2
    work, kept = _run, "the stored notebooks are whole, those finished are kept"
    if sys.argv[1:]:
        work, kept = _report, "the last report is kept"
    try:
        with _alone():
            settle()
            return work()
    except KeyboardInterrupt:
        print(f"interrupted: {kept}", file=sys.stderr)
        return 130
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"{error}: {kept}", file=sys.stderr)
        return 1


def _report() -> int:
    from helpers import report

    report.write()
    print("build/report/index.html is written, in Chinese build/report/zh/index.html: open it in any browser")
    return 0


def _run() -> int:
    started = time.perf_counter()
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    stamps, executed = _stamps(), 0
    for stage in ([p for p in notebooks if p.stem != OVERVIEW], [p for p in notebooks if p.stem == OVERVIEW]):
        changed = [path for path in stage if stamps.get(path.stem) != _stamp(path)]
        executed += len(changed)
        failed = asyncio.run(_execute_all(changed, stamps)) if changed else None
        if failed:
            print(failed, file=sys.stderr)
            return 1
    from helpers import pages

    refreshed = [path.relative_to(ROOT) for path, text in pages.generated().items() if _write(path, text)]
    if not executed and not refreshed:
        print("nothing has changed since the last run")
    else:
        done = f"{executed} of {len(notebooks)} notebooks executed"
        print(f"{done} in {time.perf_counter() - started:.1f} s", *(f"· {path} refreshed" for path in refreshed))
    return 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One run at a time: a lock that ends with the process that holds it, however that ends."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "run.lock").open("w") as lock:
        try:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("another run is at work in this folder; start again when it has ended") from None
        shutil.rmtree(STAGED, ignore_errors=True)  # what a run that was killed has left
        yield


def _stamps() -> dict[str, str]:
    """What each notebook was executed with; nothing, if that is not known."""
    try:
        return dict(json.loads(STAMPS.read_text("utf-8")))
    except (OSError, TypeError, ValueError):
        return {}


def _write(path: Path, text: str) -> bool:
    """Write a file whole or not at all, and only where it differs; return whether it did."""
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as beside:
        (Path(beside) / path.name).write_text(text, encoding="utf-8", newline="\n")
        os.replace(Path(beside) / path.name, path)
    return True


async def _execute_all(paths: list[Path], stamps: dict[str, str]) -> str | None:
    """Execute side by side, one kernel a core; return what went wrong first. Nothing new starts after a failure."""
    free, failures = asyncio.Semaphore(os.cpu_count() or 1), []
    # Every client would take the interruption for itself; here it cancels all of them, and each ends its kernel.
    loop = asyncio.get_running_loop()
    loop.add_signal_handler = loop.remove_signal_handler = lambda *_: None
    # A background task of nbclient that an interruption orphans would speak in a traceback; what matters is awaited.
    loop.set_exception_handler(lambda *_: None)

    async def one(path: Path) -> None:
        async with free:
            if failures:
                return
            started = time.perf_counter()
            if failure := await _execute(path):
                failures.append(failure)
                return
            stamps[path.stem] = _stamp(path)
            _write(STAMPS, json.dumps(stamps, indent=1, sort_keys=True))
            print(f"{path.stem:<28}{time.perf_counter() - started:6.1f} s", flush=True)

    # The longest first: the file's size is a fair guess, and the last to finish decides how long all take.
    longest = sorted(paths, key=lambda path: (-path.stat().st_size, path.stem))
    working = tasks = [loop.create_task(one(path)) for path in longest]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        while working := [task for task in working if not task.done()]:
            for task in working:
                task.cancel()  # a client that is busy may not hear it, so it is told until it does
            await asyncio.wait(working, timeout=1)
    for task in tasks:
        task.result()
    return failures[0] if failures else None


async def _execute(path: Path) -> str | None:
    """Execute one notebook and put it and its figures in their places, or say why not."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat.sign import NotebookNotary

    try:
        notebook = nbformat.read(path, as_version=4)
    except nbformat.reader.NotJSONError:
        return f"{path.name}: no notebook, its JSON cannot be read"
    begun: list[int] = []  # numbers of the code cells, counted as readers count them

    def begin(cell: nbformat.NotebookNode, cell_index: int) -> None:
        begun.append(sum(cell.cell_type == "code" for cell in notebook.cells[: cell_index + 1]))

    client = NotebookClient(
        notebook, kernel_name="python3", timeout=CELL_SECONDS, record_timing=False, store_widget_state=False,
        shutdown_kernel="immediate", on_cell_execute=begin, resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    STAGED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=STAGED) as folder, KERNEL_LOG.open("a") as log:
        staged = Path(folder)
        try:  # the log has what kernels say of themselves, not of the notebook
            await client.async_execute(env=os.environ | {"FIGURES_FOLDER": folder}, stderr=log)
        except DeadKernelError:
            return f"{path.name}, cell {begun[-1]}: the kernel died; {KERNEL_LOG.relative_to(ROOT)} may say why"
        except CellTimeoutError:
            return f"{path.name}, cell {begun[-1]}: still at work after {CELL_SECONDS} s, and so given up"
        except CellExecutionError as error:
            return f"{path.name}, {_failure(notebook, error)}"
        except RuntimeError as error:  # raised while the kernel starts
            where = (
                f"{KERNEL_LOG.relative_to(ROOT)} may say why; kernels are reached on the loopback interface, 127.0.0.1"
            )
            return f"{path.name}: {error} ({where})"
        finally:
            atexit.unregister(client._cleanup_kernel)  # it speaks in tracebacks if the start was interrupted
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)  # nothing without its kernel
        notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
        FIGURES.mkdir(exist_ok=True)
        text = nbformat.writes(notebook).rstrip("\n") + "\n"
        if path.read_text("utf-8") != text:
            (staged / path.name).write_text(text, encoding="utf-8", newline="\n")
        for file in staged.iterdir():  # all is written; what follows needs no room
            os.replace(file, (NOTEBOOKS if file.name == path.name else FIGURES) / file.name)
    # What was executed here JupyterLab may show without asking; it reads the signatures from the same folder.
    notary = NotebookNotary(data_dir=os.environ["JUPYTER_DATA_DIR"])
    with contextlib.closing(notary.store):
        notary.sign(notebook)
    return None


def _failure(notebook: object, error: Exception) -> str:
    """Cell number, source line and error of the first failing code cell."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
                line = re.search(r"Cell In\[\d+\], line (\d+)|^\s+File .*, line (\d+)", plain, re.MULTILINE)
                at = int(line[1] or line[2]) if line else 1
                source = cell.source.splitlines()[at - 1].strip()
                return f"cell {number}, line {at}: {source}\n    {output.ename}: {output.evalue}"
    return str(error)


def _stamp(path: Path) -> str:
    """Hash of all a notebook depends on and of all it leaves behind."""
    inputs = [path for path in ROOT.glob("helpers/**/*") if path.suffix in (".py", ".js", ".csv", ".txt")]
    inputs += [*ROOT.glob("data/*.csv"), ROOT / "data/datapackage.json"]
    inputs += ROOT.glob("words/*.po")
    inputs += [ROOT / name for name in ("requirements.txt", "constraints.txt", "pyproject.toml", "run.py")]
    inputs += sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem == OVERVIEW else [path]
    for side in FIGURES.glob("*.json"):
        if f'"notebooks/{path.name}"' in side.read_text(encoding="utf-8"):
            inputs += FIGURES.glob(f"{side.stem}.*")
    total = hashlib.sha256()
    for file in sorted(set(inputs)):
        total.update(str(file.relative_to(ROOT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a script starts with & would ignore it
    sys.exit(main())
