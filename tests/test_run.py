"""The runner on a small collection of its own: what it says, what it keeps, what it leaves alone."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from anywhere import hostile
from nbformat.sign import NotebookNotary

import run
from helpers import pages


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
    monkeypatch.setattr(run, "STAGED", tmp_path / ".cache" / "staged")
    monkeypatch.setattr("helpers.pages.generated", dict)
    monkeypatch.setattr(run, "settle", lambda: None)  # the checks have settled already
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


def started(collection, **how):
    """A real process that runs the collection."""
    shutil.copy(Path(run.__file__), collection)
    how = {"start_new_session": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True} | how
    return subprocess.Popen([sys.executable, "run.py"], cwd=collection, **how)


def kernels(collection):
    """Processes that were started with a file of the collection."""
    found = psutil.process_iter(["cmdline", "status"])
    return [one for one in found if str(collection) in " ".join(one.info["cmdline"] or [])]


@pytest.mark.parametrize("ignored", [False, True], ids=["heard", "inherited as ignored"])
@pytest.mark.parametrize("group", [False, True], ids=["the process", "its group, as Ctrl-C does"])
def test_an_interruption_loses_nothing(collection, group, ignored):
    """A real process, interrupted while two notebooks are at work; what a script starts with & inherits no SIGINT."""
    for name in ("01_sums", "02_more"):
        write(
            collection / "notebooks" / f"{name}.ipynb",
            f"open('{name}.started', 'w').close()",
            "import time\ntime.sleep(60)",
        )
    before = {p.name: p.read_bytes() for p in (collection / "notebooks").iterdir()}
    handler = signal.SIG_IGN if ignored else signal.SIG_DFL
    process = started(collection, preexec_fn=lambda: signal.signal(signal.SIGINT, handler))
    while sum(path.suffix == ".started" for path in (collection / "notebooks").iterdir()) < min(2, os.cpu_count()):
        assert process.poll() is None
        time.sleep(0.05)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert said == "interrupted: the stored notebooks are whole, those finished are kept\n"
    after = {p.name: p.read_bytes() for p in (collection / "notebooks").iterdir() if p.suffix == ".ipynb"}
    assert before == after and not kernels(collection)


def test_a_run_that_is_killed_leaves_everything_whole(collection):
    """Killed at ten moments: each file is the old one or the new one, and the next run completes."""
    for name in ("01_sums", "02_more"):
        draws = f"folder = pathlib.Path(os.environ['FIGURES_FOLDER'])\nfor name in ('a_{name}', 'b_{name}'):\n"
        draws += "    (folder / f'{name}.csv').write_text('new' * 100_000)"
        write(collection / "notebooks" / f"{name}.ipynb", "import os, pathlib", draws, "'done'")
    for name in ("a_01_sums", "b_01_sums", "a_02_more", "b_02_more"):
        (collection / "figures" / f"{name}.csv").write_text("old")
    for wait in np.random.default_rng(17).uniform(0.2, 3, 10):
        process = started(collection)
        time.sleep(wait)
        process.kill()
        process.communicate()
        for path in (collection / "notebooks").iterdir():
            outputs = nbformat.read(path, as_version=4).cells[-1].outputs
            assert not outputs or outputs[0].data["text/plain"] in ("'done'", "4")
        for path in (collection / "figures").iterdir():
            assert path.read_text() in ("old", "new" * 100_000)
    assert run.main() == 0
    assert {p.read_text() for p in (collection / "figures").iterdir()} == {"new" * 100_000}
    assert not [*run.STAGED.iterdir()], "what the killed runs had begun is cleared away"
    ended = time.monotonic() + 30
    while kernels(collection) and time.monotonic() < ended:
        time.sleep(0.2)
    assert not kernels(collection), "a kernel ends with the run that started it"


@pytest.mark.parametrize("what", ["figure", "notebook"])
def test_a_full_disk_is_said_and_loses_nothing(collection, what):
    """A file may not grow beyond a limit, which fails where a full disk would."""
    resource = pytest.importorskip("resource")
    path = collection / "notebooks" / "01_sums.ipynb"
    draws = "import os, pathlib\npathlib.Path(os.environ['FIGURES_FOLDER'], 'a.csv').write_text('new' * 10)"
    large = "pathlib.Path(os.environ['FIGURES_FOLDER'], 'b.csv').write_text('new' * 200_000)"
    write(path, draws, large if what == "figure" else "'new' * 200_000")
    (collection / "figures" / "a.csv").write_text("old")
    before = path.read_bytes()
    full = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))  # noqa: E731
    process = started(collection, preexec_fn=full)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 1 and "File too large" in said and "Traceback" not in said
    assert ("01_sums.ipynb, cell 2" if what == "figure" else "the stored notebooks are whole") in said
    assert path.read_bytes() == before and (collection / "figures" / "a.csv").read_text() == "old"
    assert run.main() == 0 and (collection / "figures" / "a.csv").read_text() == "newnew" * 5


def test_two_processes_at_once(collection):
    write(collection / "notebooks" / "01_sums.ipynb", "import time\ntime.sleep(3)\n1 + 1")
    first = started(collection)
    while not run.STAGED.exists():
        time.sleep(0.05)
    second = started(collection)
    assert "another run is at work" in second.communicate(timeout=60)[1] and second.returncode == 1
    assert not first.communicate(timeout=60)[1] and first.returncode == 0


def test_a_page_without_its_marks_is_named(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb")
    assert pages._filled(page, {"x": "new"}) == "a\n<!-- x -->\nnew\n<!-- end of x -->\nb"
    with pytest.raises(SystemExit, match=r"page\.md should hold <!-- y -->"):
        pages._filled(page, {"y": "new"})


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


def test_a_hanging_cell_is_named(collection, capsys, monkeypatch):
    monkeypatch.setattr(run, "CELL_SECONDS", 1)
    path = collection / "notebooks" / "01_sums.ipynb"
    write(path, "1", "import time\ntime.sleep(60)")
    before = path.read_bytes()
    assert run.main() == 1
    assert capsys.readouterr().err == "01_sums.ipynb, cell 2: still at work after 1 s, and so given up\n"
    assert path.read_bytes() == before


def test_a_dead_kernel_is_named_with_its_cell(collection, capsys):
    write(collection / "notebooks" / "01_sums.ipynb", "1", "2", "import os\nos._exit(1)")
    assert run.main() == 1
    said = capsys.readouterr().err
    assert said == "01_sums.ipynb, cell 3: the kernel died; .cache/kernels.log may say why\n"


def test_a_kernel_that_does_not_start_is_said_in_a_line(collection, capsys, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", hostile(collection / "home")["JUPYTER_PATH"])
    assert run.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("01_sums.ipynb: Kernel died") and "loopback" in said and said.count("\n") == 1


@pytest.mark.parametrize("content", ["", "[", "[1]", "null"])
def test_a_damaged_record_of_runs_is_no_record(collection, capsys, content):
    run.STAMPS.write_text(content)
    assert run.main() == 0
    assert "2 of 2 notebooks executed" in capsys.readouterr().out


def test_two_runs_at_once_are_one_run_and_a_message(collection, capsys):
    with run._alone(), pytest.raises(SystemExit, match="another run is at work"):
        run.main()
    assert run.main() == 0, "the lock ends with the run that holds it"


def test_what_was_executed_here_is_trusted_and_no_other(collection, request):
    path = collection / "notebooks" / "01_sums.ipynb"
    notary = NotebookNotary(data_dir=os.environ["JUPYTER_DATA_DIR"])
    request.addfinalizer(notary.store.close)
    assert not notary.check_signature(nbformat.read(path, as_version=4))
    assert run.main() == 0
    stored = nbformat.read(path, as_version=4)
    assert notary.check_signature(stored)
    stored.cells[0].outputs[0].data["text/plain"] = "another"
    assert not notary.check_signature(stored)


def test_the_settings_of_the_user_do_not_matter(tmp_path):
    """Another `helpers`, another kernel and other settings, where Python and Jupyter would look for them."""
    for name, text in hostile(tmp_path).items():
        assert name in ("HOME", "PYTHONPATH", "PYTHONSTARTUP", "JUPYTER_PATH", "MATPLOTLIBRC") and text
    code = """
import os, run
run.settle()
import helpers, matplotlib
from jupyter_client.kernelspec import KernelSpecManager
print(helpers.__file__, KernelSpecManager().get_kernel_spec("python3").argv[0], sep="\\n")
print(matplotlib.get_cachedir(), matplotlib.rcParams["font.size"], os.environ["LC_ALL"], sep="\\n")
"""
    command, environment = [sys.executable, "-c", code], os.environ | hostile(tmp_path)
    done = subprocess.run(command, cwd=run.ROOT, env=environment, capture_output=True, text=True)
    helpers, cache = str(run.ROOT / "helpers/__init__.py"), str(run.CACHE / "matplotlib")
    assert done.stdout.splitlines() == [helpers, sys.executable, cache, "10.0", "C.UTF-8"], done.stderr


def test_a_filter_of_the_user_leaves_notebooks_alone():
    """A global filter that strips outputs would empty every notebook at the next commit."""
    if not (run.ROOT / ".git").exists():
        pytest.skip("no git repository")
    command = ["git", "check-attr", "filter", "eol", "--", "notebooks/00_overview.ipynb"]
    said = subprocess.run(command, cwd=run.ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [f"notebooks/00_overview.ipynb: {is_set}" for is_set in ("filter: unset", "eol: lf")]


def test_jupyterlab_listens_to_this_machine_alone_and_asks_for_its_token(collection):
    """As `make lab` starts it: on the loopback interface, with a token of its own."""
    shutil.copy(Path(run.__file__), collection)
    command = [sys.executable, "run.py", "lab", "--no-browser", "--port=0", "--allow-root"]
    lab = subprocess.Popen(command, cwd=collection, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        runtime = collection / ".cache" / "jupyter-runtime"
        while not (found := [*runtime.glob("jpserver-*.json")]):
            assert lab.poll() is None
            time.sleep(0.1)
        time.sleep(0.5)  # until it is written
        server = json.loads(found[0].read_text())
        assert server["hostname"] in ("localhost", "127.0.0.1") and len(server["token"]) > 30
        listening = {one.laddr.ip for one in psutil.Process(lab.pid).net_connections() if one.status == "LISTEN"}
        assert listening and listening <= {"127.0.0.1", "::1"}
        address = f"{server['url']}api/contents"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address)
        with urllib.request.urlopen(f"{address}?token={server['token']}") as answer:
            assert answer.status == 200
    finally:
        lab.terminate()
        lab.wait()
