"""The runner on a small collection of its own: what it says, what it keeps, what it leaves alone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

import run


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """Two notebooks and no pages to refresh."""
    for folder in ("notebooks", "figures", "helpers", "data", ".cache"):
        (tmp_path / folder).mkdir()
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml", "run.py", "data/datapackage.json"):
        (tmp_path / name).write_text("")
    for name, folder in {"ROOT": "", "NOTEBOOKS": "notebooks", "FIGURES": "figures", "CACHE": ".cache"}.items():
        monkeypatch.setattr(run, name, tmp_path / folder)
    monkeypatch.setattr(run, "STAMPS", tmp_path / ".cache" / "run.json")
    monkeypatch.setattr(run, "KERNEL_LOG", tmp_path / ".cache" / "kernels.log")
    monkeypatch.setattr(run, "generated", dict)
    monkeypatch.setattr("sys.argv", ["run.py"])
    write(tmp_path / "notebooks" / "01_sums.ipynb", "a = 1\na + 1")
    write(tmp_path / "notebooks" / "00_overview.ipynb", "2 + 2")
    return tmp_path


def write(path, *cells):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, id=f"c{i}") for i, cell in enumerate(cells)]
    )
    nbformat.write(notebook, path)


def test_only_what_has_changed_is_executed(collection, capsys):
    assert run.main() == 0
    assert "2 of 2 notebooks executed" in capsys.readouterr().out
    stored = nbformat.read(collection / "notebooks" / "01_sums.ipynb", as_version=4)
    assert stored.cells[0].outputs[0].data["text/plain"] == "2" and stored.cells[0].execution_count == 1
    assert run.main() == 0
    assert capsys.readouterr().out == "nothing has changed since the last run\n"
    write(collection / "notebooks" / "01_sums.ipynb", "3 + 3")
    (collection / "notebooks" / "02_more.ipynb").write_bytes(
        (collection / "notebooks" / "00_overview.ipynb").read_bytes()
    )
    assert run.main() == 0
    said = capsys.readouterr().out
    assert "3 of 3" in said and said.index("01_sums") < said.index("00_overview"), "the overview comes last"


@pytest.mark.parametrize("name", ["helpers/new.py", "data/new.csv", "constraints.txt", "notebooks/01_sums.ipynb"])
def test_whatever_a_notebook_depends_on_makes_it_stale(collection, name):
    path = collection / "notebooks" / "01_sums.ipynb"
    before = run._stamp(path)
    assert run._stamp(path) == before
    with (collection / name).open("a") as file:
        file.write(" ")
    assert run._stamp(path) != before


def test_a_failing_cell_is_named_and_the_stored_notebook_kept(collection, capsys):
    path = collection / "notebooks" / "01_sums.ipynb"
    write(path, "x = 1", "y = 2\nx / 0\ny")
    before = path.read_bytes()
    assert run.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("01_sums.ipynb, cell 2, line 2: x / 0") and "ZeroDivisionError: division by zero" in said
    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir()} == {"00_overview.ipynb", "01_sums.ipynb"}


def test_nothing_new_starts_after_a_failure(collection, capsys, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    write(collection / "notebooks" / "01_sums.ipynb", "1 / 0  # the larger file goes first")
    write(collection / "notebooks" / "02_more.ipynb", "2")
    assert run.main() == 1
    assert not nbformat.read(collection / "notebooks" / "02_more.ipynb", as_version=4).cells[0].outputs


@pytest.mark.parametrize("group", [False, True], ids=["the process", "its group, as Ctrl-C does"])
def test_an_interruption_loses_nothing(collection, group):
    """A real process, interrupted while two notebooks are at work."""
    for name in ("01_sums", "02_more"):
        write(
            collection / "notebooks" / f"{name}.ipynb",
            f"open('{name}.started', 'w').close()",
            "import time\ntime.sleep(60)",
        )
    before = {p.name: p.read_bytes() for p in (collection / "notebooks").iterdir()}
    shutil.copy(Path(run.__file__), collection)
    process = subprocess.Popen(
        [sys.executable, "run.py"], cwd=collection, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    while sum(path.suffix == ".started" for path in (collection / "notebooks").iterdir()) < min(2, os.cpu_count()):
        assert process.poll() is None
        time.sleep(0.05)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 130 and said.strip().splitlines()[-1].startswith("interrupted"), said
    assert "Traceback" not in said
    after = {p.name: p.read_bytes() for p in (collection / "notebooks").iterdir() if p.suffix == ".ipynb"}
    assert before == after


def test_a_page_without_its_marks_is_named():
    assert run._between("a\n<!-- x -->\nold\n<!-- end of x -->\nb", "x", "new") == (
        "a\n<!-- x -->\nnew\n<!-- end of x -->\nb"
    )
    with pytest.raises(SystemExit, match="<!-- y -->"):
        run._between("a", "y", "new")


def test_an_unknown_argument_runs_nothing(collection, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["run.py", "--help"])
    assert run.main() == 2
    assert "takes nothing" in capsys.readouterr().err


def test_a_file_that_is_no_notebook_is_named(collection, capsys):
    (collection / "notebooks" / "01_sums.ipynb").write_text("{")
    assert run.main() == 1
    assert "01_sums.ipynb: no notebook" in capsys.readouterr().err


def test_figures_of_a_failing_notebook_stay_as_they_were(collection):
    lines = "import os, pathlib\npathlib.Path(os.environ['FIGURES_FOLDER'], 'a.csv').write_text('new')"
    (collection / "figures" / "a.csv").write_text("old")
    write(collection / "notebooks" / "01_sums.ipynb", lines, "1 / 0")
    assert run.main() == 1
    assert (collection / "figures" / "a.csv").read_text() == "old"
    write(collection / "notebooks" / "01_sums.ipynb", lines)
    assert run.main() == 0
    assert (collection / "figures" / "a.csv").read_text() == "new"
