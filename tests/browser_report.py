"""The report as its readers meet it: cut off from the network, in both languages, on a desk, a phone and paper.

``make test-browser`` writes it as ``make report`` does; screenshots of every page stay in ``.cache/browser``.
"""

import json
import re

import pytest
from browser import BROWSER, SHOTS, browser  # noqa: F401

from helpers import figures, report

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")
# Texts of pictures that the picture's edge cuts, and elements that reach beyond the window.
CUT = """() => [...document.querySelectorAll("figure svg")].flatMap((svg) => {
    const edge = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < edge.left || box.right > edge.right || box.top < edge.top || box.bottom > edge.bottom;
    }).map((text) => text.textContent);
})"""
# How far the left and right ends of each text lie from those of its outlines.
APART = """([name, stored]) => {
    const picture = document.querySelector(`#${name} svg`), file = picture.cloneNode();
    picture.after(file);
    file.innerHTML = stored.slice(stored.indexOf(">") + 1);
    const ends = (svg, part) => {
        const edge = svg.getBoundingClientRect(), box = part.getBoundingClientRect();
        return [box.left - edge.left, box.right - edge.left];
    };
    const drawn = [], comments = document.createTreeWalker(file, NodeFilter.SHOW_COMMENT);
    while (comments.nextNode()) drawn.push(ends(file, comments.currentNode.nextElementSibling));
    return [...picture.querySelectorAll("text")].map(
        (text, i) => ends(picture, text).map((end, k) => Math.abs(end - drawn[i][k])));
}"""
PAGES = ["index", "figures", "data", "recipes", *(path.stem for path in sorted(report.words.NOTEBOOKS.glob("*.ipynb")))]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "report"
    report.write(folder)
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 15e6
    return folder


@pytest.fixture
def open_page(browser, written):  # noqa: F811
    """Open a page, cut off from the network; whatever it asks for or complains of is collected."""
    opened, heard = [], []

    def open_page(name, width=1280, **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **more)
        opened.append(context)
        shown = context.new_page()
        shown.on("request", lambda request: heard.append(request.url) if request.url.startswith("http") else None)
        shown.on("pageerror", lambda error: heard.append(str(error)))
        shown.goto((written / name).as_uri())
        shown.evaluate("document.fonts.ready")
        assert not name.endswith(".html") or shown.evaluate("document.styleSheets.length")
        return shown

    yield open_page
    for context in opened:
        context.close()
    assert not heard


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_fits_desk_and_phone(open_page, name, language):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    shown = open_page(f"{'zh/' * (language == 'zh')}{name}.html", color_scheme="dark")
    assert not shown.evaluate(CUT)
    shown.screenshot(path=SHOTS / f"report.{name}.{language}.png", full_page=True)
    shown.set_viewport_size({"width": 320, "height": 800})
    assert shown.evaluate("document.documentElement.scrollWidth") == 320
    shown.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")
    found = axe.Axe().run(shown, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] != "minor"]
    shown.screenshot(path=SHOTS / f"report.{name}.{language}.phone.png", full_page=True)


@pytest.mark.parametrize(
    ("page", "place"),
    [("03_rd_structure", "what-kind-of-research-is-it"), ("index", "05_industries_and_targets-finding-3")],
)
def test_the_other_language_opens_at_the_same_paragraph(open_page, page, place):
    shown = open_page(f"{page}.html", width=900)
    shown.locator(f"[id='{place}']").evaluate("part => part.scrollIntoView()")
    box = shown.get_by_role("link", name="中文").bounding_box()
    shown.mouse.click(box["x"] + 5, box["y"] + 5)  # as a hand does: the page is not scrolled first
    shown.wait_for_url(f"**/zh/{page}.html#{place}")
    assert shown.locator(":target").evaluate("part => part.getBoundingClientRect().top") < 200
    shown.evaluate("scrollTo(0, 0)")
    shown.get_by_role("link", name="English").click()
    shown.wait_for_url(f"**/report/{page}.html*")


def test_a_choice_of_verdicts_is_kept_when_a_reader_comes_back(open_page):
    shown = open_page("index.html")
    shown.get_by_label(re.compile(r"^\s*measured")).uncheck()
    before = shown.locator(".finding:visible").count()
    shown.locator(".finding:visible a").first.click()
    shown.go_back()
    shown.wait_for_function("document.querySelector('#verdicts output').textContent")
    assert shown.locator(".finding:visible").count() == before
    assert not shown.get_by_label(re.compile(r"^\s*measured")).is_checked()


def test_code_is_shown_cell_by_cell_and_all_at_once(open_page):
    shown = open_page("zh/02_rd_intensity.html")
    cells = shown.locator("details.code")
    assert cells.count() > 20 and not shown.locator("details.code[open]").count()
    cells.nth(1).locator("summary").click()
    assert shown.locator("details.code[open]").count() == 1
    shown.get_by_role("button", name="展开全部代码").click()
    assert shown.locator("details.code[open]").count() == cells.count()
    shown.get_by_role("button", name="收起全部代码").click()
    assert not shown.locator("details.code[open]").count()


def test_findings_are_chosen_by_verdict_with_keys_alone(open_page):
    shown = open_page("index.html")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    shown.keyboard.press("Enter")
    everything = shown.locator(".finding:visible").count()
    wanted = shown.get_by_label(re.compile(r"^\s*confirmed"))
    for box in shown.locator("#verdicts input").all():
        if not box.evaluate("(box, other) => box === other", wanted.element_handle()):
            box.focus()
            shown.keyboard.press("Space")
    left = shown.locator(".finding:visible .verdict").all_inner_texts()
    assert set(left) == {"confirmed"} and 0 < len(left) < everything
    assert shown.locator("#verdicts output").inner_text() == f"{len(left)} of {everything} shown"
    assert not shown.locator(".findings:visible h3").count() > len(left)


def test_it_reads_without_scripts_and_on_paper(open_page):
    shown = open_page("06_tfp.html", java_script_enabled=False)
    assert shown.locator("figure svg").count() == 4 and shown.locator("#code").is_hidden()
    shown.locator("details.code summary").first.click()
    assert shown.locator("details.code pre").first.is_visible()
    shown.emulate_media(media="print")
    assert shown.locator("header nav").is_hidden() and shown.locator("details.code").first.is_hidden()
    assert shown.locator("figure svg").first.is_visible() and shown.locator(".finding").first.is_visible()


@pytest.mark.parametrize("name", ["rd_funding.en", "rd_intensity_vintages.zh", "tfp_claim.zh", "trends_projection.en"])
def test_a_text_of_a_picture_stands_where_its_file_draws_it(open_page, name):
    figure, language = name.split(".")
    stem = json.loads((figures.FOLDER / f"{figure}.json").read_text("utf-8"))["notebook"].split("/")[1][:-6]
    shown = open_page(f"{'zh/' * (language == 'zh')}{stem}.html")
    assert shown.evaluate("document.fonts.check('12px Report', '上海')")
    apart = shown.evaluate(APART, [figure, (figures.FOLDER / f"{name}.svg").read_text("utf-8")])
    assert (
        len(apart) > 15 and max(map(max, apart)) < 10
    )  # pixels of 736: browsers do not kern, and a closing bracket has an empty half


def test_the_explorer_is_part_of_it(open_page):
    shown = open_page("zh/index.html")
    shown.get_by_role("link", name="打开查询工具").click()
    shown.wait_for_selector(".picture h1")
    assert shown.evaluate("document.querySelector('.explorer').lang") == "zh-Hans"
    shown.get_by_role("link", name="返回报告").click()
    shown.wait_for_url("**/zh/index.html")
