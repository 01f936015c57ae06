"""How fast the helpers are beside what they stand in for: one run on one machine, ratios first.

``make bench`` runs it; it is no test. Every line reads: how many times as long the other way takes, what is compared,
and the median times behind it. Whatever is timed twice is first checked to give the same numbers.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run.py is no package

import run  # noqa: E402
from helpers import data, explorer, growth, printed, trends  # noqa: E402

YEARS = np.arange(2000, 2025)


def seconds(work: Callable[[], object], repetitions: int = 3) -> float:
    """Median wall-clock time of some repetitions."""
    times = []
    for _ in range(repetitions):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def shown(duration: float) -> str:
    return f"{duration:.2f} s" if duration >= 1 else f"{1000 * duration:.1f} ms"


def compare(what: str, ours: float, other: str, theirs: float) -> None:
    print(f"{theirs / ours:9.2f} ×  {what}: {shown(ours)}; {other}: {shown(theirs)}", flush=True)


def walks(series: int) -> pd.DataFrame:
    """A panel of 25 years whose series grow by about 1 a year, all above zero."""
    steps = np.random.default_rng(series).normal(1, 0.5, (len(YEARS), series))
    return pd.DataFrame(100 + steps.cumsum(axis=0), index=YEARS)


def statsmodels_loop(panel: pd.DataFrame) -> np.ndarray:
    design, rows = sm.add_constant(YEARS.astype(float)), []
    for column in panel.to_numpy().T:
        fitted = sm.OLS(column, design).fit()
        rows.append((fitted.params[1], fitted.bse[1], fitted.rsquared, fitted.pvalues[1]))
    return np.array(rows)


def linregress_loop(panel: pd.DataFrame) -> np.ndarray:
    fits = [stats.linregress(YEARS, column) for column in panel.to_numpy().T]
    return np.array([(fit.slope, fit.stderr, fit.rvalue**2, fit.pvalue) for fit in fits])


def lines() -> None:
    """One least-squares line a series, all at once and one after another; how time grows with their number."""
    loops, grown = {"statsmodels, one by one": statsmodels_loop, "linregress, one by one": linregress_loop}, {}
    for series in (100, 1_000, 10_000):
        panel = walks(series)
        ours = trends.ols_panel(panel)[["slope", "se", "r_squared", "p_value"]].to_numpy()
        grown["ols_panel", series] = seconds(lambda panel=panel: trends.ols_panel(panel), 9)
        for name, loop in loops.items():
            np.testing.assert_allclose(loop(panel), ours, rtol=1e-6, atol=1e-12)
            grown[name, series] = seconds(lambda loop=loop, panel=panel: loop(panel))
            compare(f"ols_panel, {series:,} series", grown["ols_panel", series], name, grown[name, series])
    for name in ("ols_panel", *loops):
        print(f"{grown[name, 10_000] / grown[name, 100]:9.2f} ×  {name}: 10,000 series beside 100")


def rates() -> None:
    """Growth of a million values: a wide panel by year label, and pandas on the long form and on the wide one."""
    wide = walks(40_000)
    long = wide.rename_axis("year").melt(ignore_index=False, var_name="series").reset_index()
    ours = growth.rate(wide).to_numpy()
    grouped = 100 * long.groupby("series", sort=False)["value"].pct_change(fill_method=None).to_numpy()
    np.testing.assert_allclose(grouped.reshape(wide.shape[1], -1).T, ours, rtol=1e-9)
    np.testing.assert_allclose(100 * wide.pct_change(fill_method=None), ours, rtol=1e-9)
    time_ours = seconds(lambda: growth.rate(wide), 5)
    group = seconds(lambda: long.groupby("series", sort=False)["value"].pct_change(fill_method=None), 5)
    compare("growth.rate, a million values", time_ours, "groupby.pct_change, long form", group)
    plain = seconds(lambda: wide.pct_change(fill_method=None), 5)
    compare("growth.rate, a million values", time_ours, "pct_change, wide form, no checks", plain)


def reading() -> None:
    """Figures found in running text as dense with them as a bulletin; how time grows with its length."""
    sentence = "".join(f"全年实现{print_}，比上年有所提高；" for print_ in data.statements()["printed"])
    megabyte = (sentence * 1_000).encode()[:1_000_000].decode(errors="ignore")
    once, twice = seconds(lambda: printed.find(megabyte)), seconds(lambda: printed.find(megabyte * 2))
    many = len(printed.find(megabyte))
    print(f"{twice / once:9.2f} ×  printed.find: 2 MB beside 1 MB with {many:,} figures: {shown(once)}")


def imports() -> None:
    """All helpers, beside the two packages they stand on, each time in a fresh process."""
    modules = ", ".join(f"helpers.{path.stem}" for path in sorted((ROOT / "helpers").glob("[a-z]*.py")))
    medians = []
    for what in ("pandas, matplotlib.figure", modules):
        code = f"import time; t = time.perf_counter(); import {what}; print(time.perf_counter() - t)"
        command = [sys.executable, "-c", code]
        runs = [float(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout) for _ in range(7)]
        medians.append(statistics.median(runs))
    base, ours = medians
    print(f"{ours / base:9.2f} ×  importing all helpers: {shown(ours)}; pandas and matplotlib alone: {shown(base)}")


def collection() -> None:
    """All notebooks from scratch by run.py, beside the start of their kernels; one by one, and where the time goes."""
    from nbclient import NotebookClient

    times = {}
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as folder:
        for way in ("run", "imports"):
            copy = Path(folder) / way
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build"))
            paths = sorted((copy / "notebooks").glob("*.ipynb"))
            if way == "imports":
                for path in paths:
                    notebook = nbformat.read(path, as_version=4)
                    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"][:1]
                    nbformat.write(notebook, path)
            code = "import asyncio, run; run.CACHE.mkdir(); run.settle(); "
            code += "sys.exit(asyncio.run(run._execute_all(sorted(run.NOTEBOOKS.glob('*.ipynb')), {})))"
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", f"import sys; {code}"], cwd=copy, check=True, stdout=subprocess.DEVNULL
            )
            times[way] = time.perf_counter() - started
        compare(f"{len(paths)} notebooks, imports only", times["imports"], "all their cells", times["run"])
        run.settle()
        parts = dict.fromkeys(("kernel and imports", "pictures", "computation and words"), 0.0)
        for path in sorted((Path(folder) / "run" / "notebooks").glob("*.ipynb")):
            notebook, started = nbformat.read(path, as_version=4), time.perf_counter()
            env = os.environ | {"PYTHONPATH": str(Path(folder) / "run"), "FIGURES_FOLDER": folder}
            place = {"metadata": {"path": str(path.parent)}}
            client = NotebookClient(notebook, kernel_name="python3", resources=place)
            client.execute(env=env, stderr=subprocess.DEVNULL)
            spent, cells = time.perf_counter() - started, [cell for cell in notebook.cells if cell.cell_type == "code"]
            at = [[pd.Timestamp(cell.metadata.execution[f"iopub.{what}"]) for what in ("execute_input", "status.idle")]
                  for cell in cells[1:]]  # fmt: skip
            took = [(end - begin).total_seconds() for begin, end in at]
            drawn = sum(t for t, cell in zip(took, cells[1:], strict=True) if "export(" in cell.source)
            for part, value in zip(parts, (spent - sum(took), drawn, sum(took) - drawn), strict=True):
                parts[part] += value
    total = sum(parts.values())
    compare("run.py", times["run"], "one notebook after another", total)
    for part, value in parts.items():
        print(f"{value / total:9.0%}    of that: {part}, {shown(value)}")


def checks() -> None:
    """Where the time of the checks goes, by file, as the workers spend it."""
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--durations=0", "--durations-min=0.01"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    spent: dict[str, float] = {}
    for value, file in re.findall(r"^([\d.]+)s (?:call|setup|teardown) +([^:]+)::", said, re.M):
        spent[file] = spent.get(file, 0) + float(value)
    print(f"           make test: {said.splitlines()[-1]}")
    for file, value in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{value / sum(spent.values()):9.0%}    {file}, {shown(value)}")


# Changes one control after another as a click does, and waits until the picture is painted.
CLICKS = """async (count) => {
    const trees = [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)];
    const box = trees.map((tree) => tree.querySelector(".explorer")).find(Boolean), times = [];
    const painted = () => new Promise((done) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(null);
    }));
    const title = () => box.querySelector(".picture h1");
    while (times.length < count) {
        const questions = [...box.querySelectorAll(".questions button")];
        for (const [place] of questions.entries()) {
            const steps = [() => box.querySelectorAll(".questions button")[place].click()];
            for (const name of KINDS) steps.push(() => {
                const select = box.querySelector(`select[data-name=${name}]`);
                const [from, to] = ["from", "to"].map((end) => box.querySelector(`select[data-name=${end}]`));
                const cut = from?.selectedIndex > 0 || to?.selectedIndex < to?.length - 1;
                if (name === "model" && cut !== ASKED) return false;  // over all years a trend is held
                const fits = (option) => !option.disabled && option.value && option.value !== select.value;
                const options = [...select?.options ?? []].filter(fits);
                if (!options.length) return false;
                select.value = options[(place + times.length) % Math.min(options.length, 5)].value;
                select.dispatchEvent(new Event("change"));
            });
            for (const step of steps) {
                const before = title(), started = performance.now();
                if (step() === false) continue;
                while (title() === before || !title()) await new Promise((next) => setTimeout(next));
                await painted();
                times.push(performance.now() - started);
                await new Promise((rest) => setTimeout(rest, 150)); // nobody clicks faster
            }
        }
    }
    return times.slice(0, count);
}"""


def clicks() -> None:
    """From a click to the picture, in the page and in JupyterLab; without a browser it says so."""
    try:
        from tests import browser
    except (ImportError, pytest.skip.Exception) as error:  # pytest skips where playwright is missing
        return print(f"           from click to picture: not measured ({error})")
    if browser.BROWSER is None:
        return print("           from click to picture: not measured (no Chromium or Chrome)")
    held, asked = '["show", "model", "level"]', '["from", "model", "horizon"]'

    def told(host: str, page: object, kinds: str) -> None:
        asks = "true" if "from" in kinds else "false"
        times = page.evaluate(CLICKS.replace("KINDS", kinds).replace("ASKED", asks), 100)
        middle, high = np.percentile(times, [50, 95])
        spread = f"median {middle:.0f} ms, 95th percentile {high:.0f} ms"
        print(f"           from click to picture, {host}: {spread}", flush=True)

    with tempfile.TemporaryDirectory() as folder, browser.playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser.BROWSER, args=["--no-sandbox", "--disable-gpu"])
        explorer.page(Path(folder) / "explore.html")
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
        page.goto((Path(folder) / "explore.html").as_uri())
        page.wait_for_selector(".picture h1")
        told("page", page, held)
        copy = Path(folder) / "project"
        copy.mkdir()
        browser.copy(copy)
        with browser.jupyterlab(copy) as address:
            page = chromium.new_page(viewport={"width": 1400, "height": 1100}, locale="en-US")
            browser.open_notebook(page, address, "notebooks/08_explore.ipynb")
            browser.run_all(page)
            page.evaluate(
                f"async () => {{ {browser.NOTEBOOK} await notebook.scrollToItem(notebook.widgets.length - 4); }}"
            )
            page.locator(".explorer h1").wait_for()
            told("JupyterLab", page, held)
            told("JupyterLab, the kernel asked where it must be", page, asked)


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, pandas {pd.__version__}, numpy {np.__version__}")
    parts = (lines, rates, reading, imports, collection, checks, clicks)
    for part in parts:
        if part.__name__ in sys.argv[1:] or len(sys.argv) == 1:
            part()
