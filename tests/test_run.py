"""The runner on a small collection of its own: what it says, what it keeps, what it leaves alone."""

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


def test_an_interruption_loses_nothing(collection, capsys, monkeypatch):
    before = {p.name: p.read_bytes() for p in (collection / "notebooks").iterdir()}

    async def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_execute", interrupt)
    assert run.main() == 130
    assert "interrupted" in capsys.readouterr().err
    assert before == {p.name: p.read_bytes() for p in (collection / "notebooks").iterdir()}


def test_a_page_without_its_marks_is_named():
    assert run._between("a\n<!-- x -->\nold\n<!-- end of x -->\nb", "x", "new") == (
        "a\n<!-- x -->\nnew\n<!-- end of x -->\nb"
    )
    with pytest.raises(SystemExit, match="<!-- y -->"):
        run._between("a", "y", "new")
