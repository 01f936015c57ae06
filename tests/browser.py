"""The notebooks in a real JupyterLab, as someone sees them who has just cloned the project: ``make test-browser``.

A fresh copy is opened that this JupyterLab does not trust; every picture must be drawn and have its alternative text.
Then all cells are run and the notebook is saved, and it must be as it was. Screenshots stay in ``.cache/browser``.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys

import nbformat
import pytest
from anywhere import copy
from test_collection import faults, pictures

import run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
NAMES = ["02_rd_intensity", "03_rd_structure"]
SHOTS = run.CACHE / "browser"
NOTEBOOK = "const panel = jupyterapp.shell.currentWidget, notebook = panel.content;"
IDLE = f"""async () => {{ {NOTEBOOK}
    const idle = () => panel.sessionContext.isReady && panel.sessionContext.session?.kernel?.status === "idle";
    for (let tries = 0; !idle(); tries++) {{
        if (tries > 2400) throw new Error("not idle: " + document.querySelector(".jp-Dialog")?.innerText);
        await new Promise(r => setTimeout(r, 50));
    }}
}}"""
# A cell out of sight is not drawn: each is brought into sight and its pictures waited for.
PICTURES = f"""async () => {{ {NOTEBOOK}
    const seen = [];
    for (let i = 0; i < notebook.widgets.length; i++) {{
        await notebook.scrollToItem(i);
        await notebook.widgets[i].ready;
        for (const image of notebook.widgets[i].node.querySelectorAll(".jp-OutputArea-output img")) {{
            await image.decode().catch(() => null);
            const box = image.getBoundingClientRect();
            seen.push([image.alt, image.naturalWidth > 0 && box.width > 300 && box.height > 100]);
        }}
    }}
    return seen;
}}"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "a fresh copy"
    folder.mkdir()
    copy(folder)
    return folder


@contextlib.contextmanager
def jupyterlab(project):
    """JupyterLab on a copy of the project, as `make lab` starts it, but without opening a browser; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=secret"]
    options += ["--allow-root", "--expose-app-in-browser"]
    environment = {name: value for name, value in os.environ.items() if name != "FIGURES_CHECK"}
    command = [sys.executable, str(project / "run.py"), "lab", *options]
    SHOTS.mkdir(parents=True, exist_ok=True)
    with (SHOTS / "jupyterlab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        server.wait(30)


def open_notebook(page, address, path, cells=2):
    """Open a notebook, once the server listens, and wait for its kernel."""
    for attempt in range(120):
        try:
            page.goto(f"{address}/lab/tree/{path}?token=secret&reset")
            break
        except playwright.Error:  # not listening yet
            assert attempt < 119
            page.wait_for_timeout(500)
    page.wait_for_function(f"() => window.jupyterapp?.shell.currentWidget?.content?.widgets?.length >= {cells}")
    page.evaluate(IDLE)


def run_all(page):
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    page.evaluate(IDLE)


@pytest.fixture(scope="module")
def address(project):
    with jupyterlab(project) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser, address):
    return browser.new_page(viewport={"width": 1400, "height": 1100})


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")
@pytest.mark.parametrize("name", NAMES)
def test_a_clone_shows_every_picture_and_runs_as_stored(project, address, page, name):
    path = project / "notebooks" / f"{name}.ipynb"
    before = nbformat.read(path, as_version=4)
    alternatives = [data["text/plain"] for data, _ in pictures(before)]
    foreign = []
    page.on("request", lambda request: foreign.append(request.url) if address not in request.url else None)

    open_notebook(page, address, f"notebooks/{name}.ipynb")
    assert not page.evaluate(f"() => {{ {NOTEBOOK} return notebook.widgets.some(cell => cell.model.trusted) }}")
    assert page.evaluate(PICTURES) == [[alternative, True] for alternative in alternatives]
    page.locator("img[alt]").first.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / f"{name}.png")

    run_all(page)
    assert page.evaluate(PICTURES) == [[alternative, True] for alternative in alternatives]
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    after = nbformat.read(path, as_version=4)
    assert not faults(after) and pictures(after) == pictures(before)
    assert [(cell.source, cell.get("outputs")) for cell in after.cells] == [
        (cell.source, cell.get("outputs")) for cell in before.cells
    ]

    files = page.evaluate("async () => (await jupyterapp.serviceManager.contents.get('')).content.map(f => f.name)")
    assert {"README.md", "data", "figures", "notebooks"} <= set(files)
    assert "Jupyter news" not in page.locator("body").inner_text()
    assert not [url for url in foreign if url.startswith("http")]
    page.evaluate("async () => await jupyterapp.serviceManager.sessions.shutdownAll()")
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True).stdout
    assert {line[3:] for line in changed.splitlines()} <= {f"notebooks/{name}.ipynb" for name in NAMES}
