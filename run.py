"""Execute the notebooks whose inputs have changed, and refresh the pages that are generated from them.

``python run.py`` does what ``make run`` does, once the packages are installed; ``python run.py lab`` opens JupyterLab
with the same settings. A notebook is executed in a clean kernel. It and its figures are written beside their places and
moved there when all cells have run, so a failing cell or an interruption leaves everything as it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NOTEBOOKS, FIGURES, CACHE = ROOT / "notebooks", ROOT / "figures", ROOT / ".cache"
STAMPS, KERNEL_LOG = CACHE / "run.json", CACHE / "kernels.log"
OVERVIEW = "00_overview"  # reads the findings of all the others, so it comes last


def environment() -> dict[str, str]:
    """Settings for kernels: nothing outside the project is read or written, and sums do not depend on threads."""
    places = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib", "JUPYTER_CONFIG_DIR": "jupyter-config",
              "JUPYTER_DATA_DIR": "jupyter-data", "JUPYTER_RUNTIME_DIR": "jupyter-runtime"}  # fmt: skip
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    return {name: str(CACHE / folder) for name, folder in places.items()} | threads


def main() -> int:
    """Run what has changed; 0 if all is well, 1 if a cell failed, 2 if misused, 130 if interrupted."""
    CACHE.mkdir(exist_ok=True)
    os.environ.update(environment())
    if sys.argv[1:2] == ["lab"]:
        os.chdir(NOTEBOOKS)
        # no search for language servers, no extensions or news from the network
        quiet = [
            "--LanguageServerManager.autodetect=False",
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=",
        ]
        os.execv(sys.executable, [sys.executable, "-m", "jupyter", "lab", *quiet, *sys.argv[2:]])
    if sys.argv[1:]:
        print(
            f"unknown: {' '.join(sys.argv[1:])}; run.py takes nothing, or lab with JupyterLab's options",
            file=sys.stderr,
        )
        return 2
    started = time.perf_counter()
    stamps = json.loads(STAMPS.read_text()) if STAMPS.is_file() else {}
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    try:
        executed = 0
        for stage in ([p for p in notebooks if p.stem != OVERVIEW], [p for p in notebooks if p.stem == OVERVIEW]):
            changed = [path for path in stage if stamps.get(path.stem) != _stamp(path)]
            executed += len(changed)
            failed = asyncio.run(_execute_all(changed, stamps)) if changed else None
            if failed:
                print(failed, file=sys.stderr)
                return 1
    except KeyboardInterrupt:
        print("interrupted: the stored notebooks are whole, those finished are kept", file=sys.stderr)
        return 130
    refreshed = refresh() if executed or any(p.read_text("utf-8") != t for p, t in generated().items()) else []
    if not executed and not refreshed:
        print("nothing has changed since the last run")
    else:
        done = f"{executed} of {len(notebooks)} notebooks executed"
        print(f"{done} in {time.perf_counter() - started:.1f} s", *(f"· {path} refreshed" for path in refreshed))
    return 0


async def _execute_all(paths: list[Path], stamps: dict[str, str]) -> str | None:
    """Execute side by side, one kernel a core; return what went wrong first. Nothing new starts after a failure."""
    free, failures = asyncio.Semaphore(os.cpu_count() or 1), []
    # Every client would take the interruption for itself; here it cancels all of them, and each ends its kernel.
    loop = asyncio.get_running_loop()
    loop.add_signal_handler = loop.remove_signal_handler = lambda *_: None

    async def one(path: Path) -> None:
        async with free:
            if failures:
                return
            started = time.perf_counter()
            if failure := await _execute(path):
                failures.append(failure)
                return
            stamps[path.stem] = _stamp(path)
            beside = STAMPS.with_suffix(".new")
            beside.write_text(json.dumps(stamps, indent=1, sort_keys=True))
            os.replace(beside, STAMPS)
            print(f"{path.stem:<28}{time.perf_counter() - started:6.1f} s", flush=True)

    # The longest first: the file's size is a fair guess, and the last to finish decides how long all take.
    await asyncio.gather(*map(one, sorted(paths, key=lambda path: -path.stat().st_size)))
    return failures[0] if failures else None


async def _execute(path: Path) -> str | None:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    try:
        notebook = nbformat.read(path, as_version=4)
    except nbformat.reader.NotJSONError:
        return f"{path.name}: no notebook, its JSON cannot be read"
    staged = CACHE / "figures" / path.stem
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=600, record_timing=False, store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    try:
        with KERNEL_LOG.open("a", encoding="utf-8") as log:  # what kernels say of themselves, not of the notebook
            await client.async_execute(env=os.environ | {"FIGURES_FOLDER": str(staged)}, stderr=log)
    except DeadKernelError:
        return f"{path.name}: the kernel died; {KERNEL_LOG.relative_to(ROOT)} may say why"
    except CellExecutionError as error:
        return f"{path.name}, {_failure(notebook, error)}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    beside = path.with_suffix(".new")
    beside.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    FIGURES.mkdir(exist_ok=True)
    for file in staged.iterdir():
        os.replace(file, FIGURES / file.name)
    os.replace(beside, path)
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
    inputs = [*ROOT.glob("helpers/*.py"), *ROOT.glob("data/*.csv"), ROOT / "data/datapackage.json"]
    inputs += [ROOT / name for name in ("requirements.txt", "constraints.txt", "pyproject.toml", "run.py")]
    inputs += sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem == OVERVIEW else [path]
    for side in FIGURES.glob("*.json"):
        if f'"notebooks/{path.name}"' in side.read_text(encoding="utf-8"):
            inputs += FIGURES.glob(f"{side.stem}.*")
    total = hashlib.sha256()
    for file in sorted(set(inputs)):
        total.update(str(file.relative_to(ROOT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def generated() -> dict[Path, str]:
    """The generated pages, as they should be: README's findings and exhibits, the gallery, the data dictionary."""
    from helpers import findings

    exhibits = [json.loads(path.read_text("utf-8")) for path in sorted(FIGURES.glob("*.json"))]
    exhibits = [side for side in exhibits if (ROOT / side["notebook"]).is_file()]
    exhibits.sort(key=lambda side: (side["notebook"], side["name"]))
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    for language in ("en", "zh"):
        text = _between(text, f"leads {language}", findings.leads(language, NOTEBOOKS, "notebooks/"))
        text = _between(text, f"findings {language}", findings.table(language, NOTEBOOKS, "notebooks/"))
    text = _between(text, "exhibits", _exhibits(exhibits))
    dictionary = ROOT / "data" / "README.md"
    described = _between(dictionary.read_text("utf-8"), "tables", _dictionary())
    return {readme: text, dictionary: described, FIGURES / "README.md": _gallery(exhibits)}


def refresh() -> list[str]:
    """Write the generated pages that differ; return their names."""
    changed = {p: t for p, t in generated().items() if not p.is_file() or p.read_text("utf-8") != t}
    for path, text in changed.items():
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    return [str(path.relative_to(ROOT)) for path in changed]


def _between(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise SystemExit(f"a page should hold {begin.strip()} and {end.strip()} once each, with {name} between them")
    return text[: text.index(begin)] + begin + content + text[text.index(end) :]


def _exhibits(exhibits: list[dict]) -> str:
    rows = ["| Exhibit | What it shows | Notebook | Data |", "|:--|:--|:--|:--|"]
    for side in exhibits:
        name, notebook = side["name"], side["notebook"]
        pictures = f"[{name}](figures/{name}.en.svg) · [中文](figures/{name}.zh.svg)"
        rows.append(f"| {pictures} | {side['title']['en']} | [{Path(notebook).stem}]({notebook}) "
                    f"| [CSV](figures/{name}.csv) |")  # fmt: skip
    return "\n".join(rows)


def _gallery(exhibits: list[dict]) -> str:
    parts = ["# Figures · 图集", "Written by the notebooks; every figure in English and in Chinese, with its numbers. "
             "Hashes and sources stand in the JSON files."]  # fmt: skip
    for side in exhibits:
        name = side["name"]
        parts += [
            f"## {side['title']['en']}",
            f"![{side['alt']['en']}]({name}.en.svg)",
            f"**{side['title']['zh']}**",
            f"![{side['alt']['zh']}]({name}.zh.svg)",
            f"[{Path(side['notebook']).stem}](../{side['notebook']}) · [numbers]({name}.csv) · "
            f"[side file]({name}.json) · PNG: [English]({name}.en.png), [中文]({name}.zh.png)",
        ]
    return "\n\n".join(parts) + "\n"


def _dictionary() -> str:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    parts = []
    for resource in package["resources"]:
        parts += [f"### `{resource['path']}`", resource["description"]]
        rows = ["| column | type | what it holds |", "|:--|:--|:--|"]
        for field in resource["schema"]["fields"]:
            rules = field.get("constraints", {})
            codes = f" One of: {', '.join(rules['enum'])}." if "enum" in rules else ""
            unit = f" Unit: {field['unit']}." if "unit" in field else ""
            optional = "" if rules.get("required") else " May be empty."
            rows.append(f"| `{field['name']}` | {field['type']} | {field['description']}{unit}{codes}{optional} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
