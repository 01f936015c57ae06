"""The explorer as people meet it: as a page that is cut off from the network, and as a widget in a real JupyterLab.

``make test-browser`` runs it beside the notebooks. What the module shows is compared with what Python answers, choice
by choice; screenshots stay in ``.cache/browser``.
"""

import io
import json
import re
import shutil
from dataclasses import asdict, replace

import nbformat
import pandas as pd
import pytest
from browser import BROWSER, NOTEBOOK, SHOTS, address, browser, open_notebook, page, project, run_all  # noqa: F401
from PIL import Image
from test_explorer import RD, sample

from helpers import choices, data, explorer
from helpers.choices import Choice, code, view, why_not

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")
STATE = """async (choice) => {
    if (choice) explorer.choose(choice);
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))); // the picture, then what is around it
    const seen = explorer.seen, text = (part) => document.querySelector(part)?.textContent ?? null;
    return {refused: text(".refused"), title: text("h1"), subtitle: text(".subtitle"), names: seen?.names,
            alt: document.querySelector(".picture svg")?.getAttribute("aria-label") ?? null,
            csv: seen && explorer.csvText(), code: seen && explorer.code(),
            drawn: document.querySelector(".picture svg")?.outerHTML ?? ""};
}"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "explore.html"
    explorer.page(path)
    return path


@pytest.fixture
def open_page(browser, written):  # noqa: F811
    """Open the page, cut off from the network; whatever it asks for or complains of is collected."""
    opened, heard = [], []

    def open_page(language="en-US", width=1280, path="", **more):
        context = browser.new_context(locale=language, viewport={"width": width, "height": 900}, offline=True, **more)
        opened.append(context)
        shown = context.new_page()
        shown.on("request", lambda request: heard.append(request.url) if request.url.startswith("http") else None)
        shown.on("pageerror", lambda error: heard.append(str(error)))
        shown.goto(written.as_uri() + path)
        shown.wait_for_selector(".picture h1")
        return shown

    yield open_page
    for context in opened:
        context.close()
    assert not heard


@pytest.mark.parametrize(("language", "place"), [("en-US", 0), ("zh-CN", 1)])
def test_the_page_shows_what_python_answers(open_page, language, place):
    shown = open_page(language)
    lines = [*choices.book().lines]
    single = [Choice((line,), show) for line in lines[place::7] for show in ("level", "compound", "share")]
    asked = 0
    for choice in [*explorer.QUESTIONS.values(), *sample(110, seed=place), *sample(60, place, answered=False), *single]:
        seen = shown.evaluate(STATE, asdict(choice))
        assert not re.search("NaN|Infinity|undefined", seen["drawn"]), choice
        if (seen["refused"] or "").startswith(("This page has trends", "本页的趋势")):  # over other years
            assert choice.model and choice.years
            asked += 1
            continue
        if reason := why_not(choice):
            assert seen["refused"] == reason[place], choice
            continue
        assert not seen["refused"], choice
        expected = view(choice)
        table = expected.table.drop(columns="x")
        assert (seen["title"], seen["subtitle"]) == (expected.title[place], expected.subtitle[place]), choice
        assert (seen["names"], seen["alt"]) == (expected.names, expected.alt[place]), choice
        assert seen["code"] == code(choice)
        read = pd.read_csv(io.StringIO(seen["csv"].removeprefix("\ufeff")), dtype={"time_period": str}, na_values=[""],
                           keep_default_na=False)  # fmt: skip
        words = ["series", "indicator", "ref_area", "time_period", "qualifier", "unit", "vintage"]
        assert read[words].astype(str).to_numpy().tolist() == table[words].astype(str).to_numpy().tolist()
        assert read["source_id"].fillna("").tolist() == table["source_id"].tolist()
        for column in ("obs_value", "low", "high"):
            ahead = table["qualifier"].eq("projected")
            # of a trend six digits are held, or a thousandth of a log point × 100
            for rows, close in ((~ahead, {"rel": 1e-9}), (ahead, {"rel": 1e-4, "abs": 1e-5})):
                shown_there, expected_there = (pd.to_numeric(one[column])[rows].tolist() for one in (read, table))
                assert shown_there == pytest.approx(expected_there, nan_ok=True, **close)
    assert asked < 80
    shown.evaluate(STATE, asdict(replace(Choice((RD,)), model="damped")))
    shown.screenshot(path=SHOTS / f"explorer.{language[:2]}.png", full_page=True)


def test_it_is_used_by_keyboard_alone(open_page):
    shown = open_page()
    while shown.evaluate("document.activeElement.dataset.name") != "question-1":
        shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == [*explorer.QUESTIONS][1]
    shown.keyboard.press("Enter")
    shown.wait_for_function("document.querySelector('h1').textContent.startsWith('R&D intensity')")
    shown.locator(".picture svg").focus()
    shown.keyboard.press("End")
    assert "2023" in shown.locator("output").inner_text() and "Shanghai: 4.34" in shown.locator("output").inner_text()
    shown.keyboard.press("ArrowLeft")
    assert "2022" in shown.locator("output").inner_text()
    show = shown.locator("select[data-name=show]")
    show.focus()
    show.press("ArrowDown")
    shown.wait_for_function("document.querySelector('.subtitle').textContent.startsWith('index')")
    assert shown.evaluate("document.activeElement.dataset.name") == "show"


@pytest.mark.parametrize(("language", "width"), [("en-US", 1280), ("zh-CN", 1280), ("en-US", 360), ("zh-CN", 320)])
def test_it_is_accessible_and_fits_a_phone(open_page, language, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    shown = open_page(language, width, color_scheme="dark")
    shown.locator(".controls summary").nth(1).click()
    for choice in (Choice((RD,), model="damped"), Choice((RD,), "compound"), Choice((RD,), "per_rd")):
        shown.evaluate(STATE, asdict(choice))
        found = axe.Axe().run(shown).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] != "minor"]
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.evaluate("document.querySelector('.explorer').lang")[:2] == language[:2]


def test_the_reason_stands_beside_what_cannot_be_chosen(open_page):
    shown = open_page()
    shown.evaluate(STATE, asdict(Choice((RD,))))
    options = shown.locator("select[data-name=show] option")
    refused = {text for text in options.all_inner_texts() if "—" in text}
    assert refused == {"per yuan of R&D — It would be divided by itself."}
    assert options.nth(6).is_disabled() and not options.nth(1).is_disabled()


def test_what_is_taken_away_is_what_is_shown(open_page, tmp_path):
    shown = open_page("zh-CN", accept_downloads=True)
    choice = Choice((RD, ("RD_EXP", "CN-BJ", "final")), "share", model="drift")
    seen = shown.evaluate(STATE, asdict(choice))
    files = {}
    for kind in ("SVG", "PNG", "CSV"):
        with shown.expect_download() as download:
            shown.get_by_role("button", name=kind, exact=True).click()
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
    assert files["CSV"].read_text(encoding="utf-8") == seen["csv"]
    svg = files["SVG"].read_text(encoding="utf-8")
    assert all(word in svg for word in ("上海", "北京", "资料来源", "font/woff"))
    image = Image.open(files["PNG"])
    assert image.width == 1600 and len(image.convert("L").getcolors()) > 20
    shown.get_by_role("button", name="复制代码").click()
    assert shown.get_by_role("button", name="已复制").is_visible()


def test_the_address_is_the_state(open_page):
    first = open_page()
    first.evaluate(STATE, asdict(Choice((RD,), "growth", (2015, 2020))))
    state = first.evaluate("location.hash")
    assert open_page(path=state).evaluate(STATE)["csv"] == first.evaluate(STATE)["csv"]
    sound = asdict(Choice((RD,)))
    faults = [
        {"lines": [1, 2]},
        {"lines": [None]},
        {"lines": [["RD_EXP"]]},
        {"show": "oracle"},
        {"show": "constructor"},
    ]
    faults += [{"model": "oracle"}, {"years": 5}, {"horizon": "abc"}, {"horizon": 0}, {"level": 2}]
    for wrong in faults:
        assert open_page(path=f"#{json.dumps(sound | wrong)}").evaluate(STATE)["title"].startswith("Intramural R&D")
    assert open_page(path="#nonsense").evaluate(STATE)["title"]
    first.go_back()
    first.wait_for_function("document.querySelector('.subtitle').textContent.startsWith('index, 2006')")
    evil = Choice((("<img src=x onerror=alert(1)>", "CN-SH", "final"),))
    assert "<img" in open_page(path=f"#{json.dumps(asdict(evil))}").evaluate(STATE)["refused"]


HEADER = ",".join(field["name"] for field in data.fields("series"))
ROW = "RD_EXP,CN-SH,2025,2500.0,1,亿元,exact,first-release,A,nbs-rd-communique-2024,high,"


@pytest.mark.parametrize(
    "rows",
    [
        "", "indicator,ref_area\nRD_EXP,CN-SH", f"{HEADER},extra\n{ROW},1", f"{HEADER}\n{ROW},1",
        f"{HEADER}\n{ROW.replace('2025', '25')}", f"{HEADER}\n{ROW.replace('2500.0', '2,500')}",
        f"{HEADER}\n{ROW.replace('2500.0', 'many')}", f"{HEADER}\n{ROW.replace('2500.0', '-1')}",
        f"{HEADER}\n{ROW.replace('亿元', 'yuan')}", f"{HEADER}\n{ROW.replace('first-release', 'mine')}",
        f"{HEADER}\n{ROW.replace('RD_EXP', '')}", f"{HEADER}\n{ROW.replace('RD_EXP', 'R_AND_D')}",
        f"{HEADER}\n{ROW.replace('CN-SH', 'Shanghai')}", f"{HEADER}\n{ROW.replace('RD_EXP', '__proto__')}",
        f"{HEADER}\n{ROW.replace('CN-SH', 'constructor')}", f"{HEADER}\n{ROW.replace('high,', ' high,')}",
    ],
)  # fmt: skip
def test_a_bad_row_of_ones_own_is_named_as_python_names_it(open_page, tmp_path, rows):
    own = tmp_path / "own"
    shutil.copytree(data.FOLDER, own)
    (own / "series.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(data.DataError) as caught:
        data.load(own)
    shown = open_page()
    shown.locator("input[type=file]").set_input_files(own / "series.csv")
    assert shown.locator(".fault").inner_text() == str(caught.value)


def test_a_table_of_ones_own_is_shown(open_page, tmp_path):
    (tmp_path / "mine.csv").write_text(f"{HEADER}\n{ROW}\n{ROW.replace('2025', '2024')}\n", encoding="utf-8")
    shown = open_page()
    shown.locator("input[type=file]").set_input_files(tmp_path / "mine.csv")
    shown.wait_for_function("explorer.seen?.found.points[0].length === 2")
    shown.locator(".picture td", has_text="250.0").first.wait_for()
    shown.locator("select[data-name=show] option", has_text="JupyterLab").first.wait_for(state="attached")
    for rows in (f"{HEADER}\n", f'{HEADER}\n"{ROW}', f"{HEADER}\n{ROW}\n{ROW}",
                 f"{HEADER}\n{ROW}\n{ROW.replace('2025', '2024').replace('亿元', '万亿元')}"):  # fmt: skip
        (tmp_path / "mine.csv").write_text(rows, encoding="utf-8")
        shown.locator("input[type=file]").set_input_files(tmp_path / "mine.csv")
        assert shown.locator(".fault").inner_text().startswith("mine.csv")
        shown.evaluate(STATE, asdict(Choice((RD,))))


def test_the_widget_in_jupyterlab(project, address, page):  # noqa: F811
    open_notebook(page, address, "notebooks/08_explore.ipynb")
    run_all(page)
    page.evaluate(f"async () => {{ {NOTEBOOK} await notebook.scrollToItem(notebook.widgets.findIndex("
                  "cell => cell.model.sharedModel.source.includes('explorer.explore('))); }")  # fmt: skip
    widget = page.locator(".explorer")
    widget.locator("h1").wait_for()
    assert widget.locator("h1").inner_text() == "R&D intensity: Shanghai, Shenzhen and Beijing"
    widget.get_by_role("button", name="Who pays for R&D?").click()
    widget.locator("select[data-name=model]").select_option("damped")
    widget.locator("select[data-name=from]").select_option("2014")  # what the payload does not hold: the kernel fits it
    choice = replace(explorer.QUESTIONS["Who pays for R&D?"], model="damped", years=(2014, 2023))
    expected = view(choice).table.query("qualifier == 'projected'").iloc[0]
    value = f"{expected['obs_value'] / 10:.1f} ({expected['low'] / 10:.1f} to {expected['high'] / 10:.1f})"
    widget.locator("td", has_text=value).first.wait_for()
    widget.screenshot(path=SHOTS / "explorer.jupyterlab.png")
    widget.get_by_role("button", name="Save as a figure").click()
    widget.get_by_role("button", name="Saved: ").wait_for(timeout=60_000)
    assert len([*(project / "mine").glob("explored.*")]) == 6
    page.evaluate("async () => await jupyterapp.serviceManager.sessions.shutdownAll()")


def test_a_bad_row_in_a_folder_of_ones_own_is_named_in_jupyterlab(project, address, page):  # noqa: F811
    own = project / "mine" / "own"
    shutil.copytree(data.FOLDER, own, dirs_exist_ok=True)
    with (own / "series.csv").open("a", encoding="utf-8") as file:
        file.write(ROW.replace("2500.0", "many") + "\n")
    cells = [nbformat.v4.new_code_cell("from helpers import explorer\nexplorer.explore('own')")]
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }  # else it is asked for
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), project / "mine" / "own.ipynb")
    open_notebook(page, address, "mine/own.ipynb", cells=1)
    run_all(page)
    said = page.locator(".jp-OutputArea").first.inner_text()
    assert "series.csv, row" in said and "column obs_value: 'many': should be a number such as 2049.60" in said
    page.evaluate("async () => await jupyterapp.serviceManager.sessions.shutdownAll()")
