"""The report: all of what is stored and nothing else, in two languages, with links that lead somewhere."""

import base64
import copy
import io
import json
import os
import re
import shutil
import urllib.parse
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from helpers import data, explorer, figures, report, words

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a page holds: ids, links, headings, and what is read of it, with the language it is in."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.heads, self.read, self.open, self.handlers = [], [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, "an element is not closed"

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag not in VOID:
            self.open.append((tag, named.get("lang") or (self.open[-1][1] if self.open else None)))
        self.handlers += [name for name in named if name.startswith("on")]
        self.ids += [named["id"]] if "id" in named else []
        self.links += [(tag, named[key]) for key in ("href", "src", "xlink:href") if key in named]
        self.heads += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if data.strip() and not {"style", "script"} & {tag for tag, _ in self.open}:
            self.read.append((data, {tag for tag, _ in self.open}, self.open[-1][1]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report without the explorer and the pictures' files, which cost time."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "figures").mkdir()
    for file in [*(folder / "figures" / path.name for path in figures.FOLDER.iterdir()), folder / "explore.html"]:
        file.touch()
    report.Report().write(folder)
    return folder


@pytest.fixture(scope="module")
def pages(folder):
    return {path: Page(path.read_text("utf-8")) for path in folder.rglob("*.html") if path.stat().st_size}


def test_every_link_leads_somewhere(folder, pages):
    checked = 0
    for path, page in pages.items():
        for tag, link in page.links:
            address = urllib.parse.urlparse(link)
            if link == "data:," or (tag == "a" and address.scheme in ("http", "https")):
                continue
            assert not address.scheme, f"{path.name} asks for {link}"
            target = (path.parent / urllib.parse.unquote(address.path)).resolve() if address.path else path
            assert target.is_file() and target.is_relative_to(folder), f"{path.name} leads to {link}"
            if address.fragment and target in pages:
                assert address.fragment in pages[target].ids, f"{path.name} leads to {link}"
            checked += 1
    assert checked > 1000


def test_pages_are_sound(folder, pages):
    names = {path.relative_to(folder).as_posix() for path in pages}
    assert {f"zh/{name}" for name in names if "/" not in name} == {name for name in names if "/" in name}
    assert {f"{path.stem}.html" for path in words.NOTEBOOKS.glob("*.ipynb")} < names
    for path, page in pages.items():
        assert len(page.ids) == len({*page.ids}), path
        assert page.heads[0] == 1 and page.heads.count(1) == 1, path
        assert all(after <= before + 1 for before, after in zip(page.heads, page.heads[1:], strict=False)), path
        own = path.read_text("utf-8")
        assert f'<html lang="{"zh-Hans" if path.parent.name == "zh" else "en"}">' in own
        assert "**" not in "".join(text for text, tags, _ in page.read if not tags & {"pre", "code"}), path
    for path in (path for path in pages if path.parent == folder):
        there = pages[folder / "zh" / path.name]
        assert [one for one in pages[path].ids if "-text_" not in one and not re.search(r"-\w+\d+$", one)] == [
            one for one in there.ids if "-text_" not in one and not re.search(r"-\w+\d+$", one)
        ], f"{path.name} has other anchors in Chinese"


def test_everything_is_said_in_the_language_of_the_page(pages):
    named = data.sources()[["title", "publisher"]].to_numpy().ravel()  # foreign publications keep their names
    names = {"Penn World Table", "CC BY", "SDMX DECIMALS", "Jupyter Notebook"}
    names |= {phrase for text in named for phrase in re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+", text)}
    for path, page in pages.items():
        for text, tags, language in page.read:
            if tags & {"pre", "code", "title"}:
                continue
            if path.parent.name == "zh" and tags & {"main"}:
                phrases = re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+", text)
                assert {*phrases} <= names, f"{path.name}: {text!r} is English"
            elif path.parent.name != "zh" and words.HAN.search(text):
                assert language == "zh-Hans", f"{path.name}: {text!r} is not marked as Chinese"


def test_nothing_of_a_notebook_is_left_out(folder):
    for path in sorted(words.NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        for place, where in enumerate((folder, folder / "zh")):
            text = (where / f"{path.stem}.html").read_text("utf-8")
            code = unescape(re.sub("<[^>]*>", "", "\n".join(re.findall("<pre[^>]*>(.*?)</pre>", text, re.S))))
            read = unescape(re.sub("<[^>]*>", "", text))
            for cell in cells:
                if cell["cell_type"] == "code":
                    assert "".join(cell["source"]).strip("\n") in code
                for output in cell.get("outputs", []):
                    if found := output.get("data", {}).get(words.FINDING):
                        for part in ("claim", "verdict", "text"):
                            assert re.sub(r"(?<=\d) %", "\u00a0%", found[part][place]) in read
                    if "image/svg+xml" in output.get("data", {}):
                        alt = figures_alt(output)[place]
                        assert alt.replace(" %", "\u00a0%") in read.replace(" %", "\u00a0%")


def figures_alt(output):
    name = re.search(r"figures/(\w+)\.zh", "".join(output["data"][words.CHINESE]))[1]
    return [*json.loads((figures.FOLDER / f"{name}.json").read_text("utf-8"))["alt"].values()]


@pytest.mark.parametrize("file", sorted(figures.FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_in_a_page_says_what_its_file_draws(file):
    stored = file.read_text("utf-8")
    shown = report._with_text(stored, "name")
    assert re.findall("<text [^>]*>(.*?)</text>", shown) == re.findall("<!-- (.*?) -->", stored)
    assert "<use" not in re.sub(r'<use xlink:href="#name-[mC]\w+"', "", shown), "a glyph is left"
    assert "NotoSansSC" not in shown and len(shown) < len(stored)


def test_what_comes_from_data_stays_text():
    evil = '<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{ 7 * 7 }} </script><b a=" `<i id=x>`'
    made = report.Report()
    notebook = copy.deepcopy(made.notebooks["03_rd_structure"])
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if words.FINDING in output["data"]:
                output["data"][words.FINDING] |= {"claim": [evil] * 2, "text": [evil] * 2}
            elif "image/svg+xml" not in output["data"]:
                output["data"] = {words.CHINESE: [evil], "text/markdown": [evil]}
    notebook["cells"][0]["source"] = ['# Why?" tabindex=0 onfocus=alert(1) x="?']
    notebook["cells"][2]["source"] = [f"## {evil}\n\n```\n{evil}\n```\n\n```python\n'{evil}'\n```"]
    notebook["cells"][-1]["outputs"] = [{"output_type": "stream", "text": [evil]}]
    made.notebooks["03_rd_structure"] = notebook
    made.sides["rd_funding"]["title"] = made.sides["rd_funding"]["alt"] = dict.fromkeys(words.LANGUAGES, evil)
    made.sources["cite_zh"] = made.sources["title"] = made.sources["address"] = evil
    for language in words.LANGUAGES:
        for name, text in made.pages(language):
            page = Page(text)
            assert not page.handlers and not re.search(r"<img src=x|<b a|<i id|\"javascript|</script><", text), name
            assert name != "03_rd_structure.html" or text.count("&lt;img src=x") > 20


@pytest.mark.parametrize("file", sorted(figures.FOLDER.glob("*.png"))[::9], ids=lambda path: path.stem)
def test_a_picture_in_few_colours_is_the_picture(file, tmp_path):
    report._copied(file, tmp_path, tmp_path / "none")
    few, own = (np.asarray(Image.open(path).convert("RGB")).astype(int) for path in (tmp_path / file.name, file))
    assert few.shape == own.shape and np.abs(few - own).max() < 24 and np.abs(few - own).mean() < 1
    assert (few[own.min(axis=2) == 255] == 255).all(), "white is not white"
    assert (tmp_path / file.name).stat().st_size < file.stat().st_size / 2


def test_a_picture_is_taken_from_the_last_report_unless_it_has_changed(tmp_path):
    file, last, new = (tmp_path / name for name in ("a.png", "last", "new"))
    last.mkdir()
    new.mkdir()
    shutil.copy(next(figures.FOLDER.glob("*.png")), file)
    (last / "a.png").write_bytes(b"made of it")
    os.utime(last / "a.png", (2e9, 2e9))
    report._copied(file, new, last)
    assert (new / "a.png").read_bytes() == b"made of it"
    os.utime(file, (2e9, 2e9))
    report._copied(file, new, last)
    assert (new / "a.png").read_bytes() != b"made of it", "the figure is younger"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A report that is written in no time, in place of an earlier one."""
    monkeypatch.setattr(explorer, "page", lambda path: path.write_text("explored"))
    monkeypatch.setattr(report.Report, "write", lambda self, folder: (folder / "index.html").write_text("after"))
    monkeypatch.setattr(report, "_copied", lambda *_: None)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("before")
    return tmp_path / "report"


def failing(*_):
    raise OSError("no space left")


@pytest.mark.parametrize(
    ("where", "name", "does"),
    [
        (explorer, "page", failing),
        (report.Report, "write", failing),
        (report, "_copied", failing),
        (Path, "replace", failing),
    ],
)
def test_a_report_is_written_whole_or_not_at_all(place, monkeypatch, where, name, does):
    with monkeypatch.context() as broken:
        broken.setattr(where, name, does)
        with pytest.raises((OSError, SystemExit)):
            report.write(place)
    assert (place / "index.html").read_text() == "before" and [*place.parent.iterdir()] == [place]
    report.write(place)
    assert (place / "index.html").read_text() == "after" and [*place.parent.iterdir()] == [place]


def test_the_first_report_has_none_to_replace(place):
    report.write(place.parent / "new" / "report")
    assert [path.name for path in (place.parent / "new").iterdir()] == ["report"]


def test_the_last_report_comes_back_if_the_new_one_cannot_take_its_place(place, monkeypatch):
    replace, calls = Path.replace, []
    monkeypatch.setattr(
        Path, "replace", lambda own, to: calls.append(to) or (failing() if len(calls) == 2 else replace(own, to))
    )
    with pytest.raises(OSError, match="no space"):
        report.write(place)
    assert (place / "index.html").read_text() == "before" and [*place.parent.iterdir()] == [place]


def test_what_a_killed_report_has_left_is_cleared_away(place):
    place.rename(place.with_name("report.old"))
    place.with_name("report.new").mkdir()
    report.write(place)
    assert (place / "index.html").read_text() == "after" and [*place.parent.iterdir()] == [place]


def test_a_notebook_that_is_not_executed_is_named(tmp_path, monkeypatch):
    notebook = {
        "cells": [{"cell_type": "code", "execution_count": n, "source": ["1"], "outputs": []} for n in (1, None)]
    }
    (tmp_path / "09_mine.ipynb").write_text(json.dumps(notebook))
    monkeypatch.setattr(words, "NOTEBOOKS", tmp_path)
    with pytest.raises(SystemExit, match=r"09_mine\.ipynb is not executed"):
        report.Report()


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ({"outputs": [{"output_type": "error", "traceback": []}]}, "cell 2 of all: .*error"),
        ({"outputs": [{"output_type": "display_data", "data": {"text/html": "<b>"}}]}, "cell 2 of all: .*text/html"),
        ({}, "cell 2 of all: KeyError: 'outputs'"),
    ],
)
def test_what_no_page_can_show_is_named_with_its_cell(cell, says):
    cells = [{"cell_type": "markdown", "source": ["# Why?"]}]
    cells.append({"cell_type": "code", "source": ["1"], "execution_count": 1} | cell)
    with pytest.raises(SystemExit, match=rf"09_mine\.ipynb, {says}"):
        report.Report().notebook({"cells": cells}, "09_mine", "en")
    with pytest.raises(SystemExit, match="has no title"):
        report.Report().notebook({"cells": []}, "09_mine", "en")


def test_short_findings_raw_cells_and_headings_in_code_are_shown():
    finding = {"claim": ["a?", "b？"], "verdict": ["measured", "测算"], "text": ["Yes.", "是。"], "lead": True}
    outputs = [{"output_type": "display_data", "data": {words.FINDING: finding, "text/plain": "Yes."}}]
    cells = [
        {
            "cell_type": "markdown",
            "source": ['# What does "R&D" cost?\n\n```python\n# no head\n```\n\n## 上海\n\n## A head'],
        },
        {"cell_type": "raw", "source": ["raw"]},
        {"cell_type": "code", "source": ["1"], "execution_count": 1, "outputs": outputs},
        {"cell_type": "code", "source": [""], "execution_count": None, "outputs": []},
    ]
    made = report.Report()
    page = made.notebook({"cells": cells}, "09_mine", "en")
    assert page["title"] == 'What does "R&D" cost?' and "Yes." in page["lead"]["text"]
    assert page["contents"] == [("section", "上海"), ("a-head", "A head")]
    shown = made.page("notebook", "en", before=None, after=None, notebooks=[page | {"stem": "x"}], stem="x", **page)
    assert "aria-current" in shown and "<title>What does &#34;R&amp;D&#34; cost?" in shown
    Page(shown)


def test_addresses_in_the_project_become_addresses_in_the_report():
    renderer = report._Renderer("zh", "notebooks/03_rd_structure.ipynb", [])
    assert 'src="../figures/a.zh.png"' in renderer.image("A picture", "../figures/a.zh.png")
    there = renderer.there
    assert there("02_rd_intensity.ipynb#the-answer") == "02_rd_intensity.html#the-answer"
    assert there("../data/README.md#x") == "data.html#x" and there("../FINDINGS.md") == "index.html#findings"
    assert there("../figures/a.zh.svg") == "../figures/a.zh.svg" and there("mailto:a@b.c") == "mailto:a@b.c"


def stored(path):
    """Every paragraph and every sentence or table of a notebook, in both languages."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            words.begin(path.stem)
            for one in words.paragraphs("".join(cell["source"])):
                yield one, words.chinese_of(one) or one
        for output in cell.get("outputs", []):
            bundle = output.get("data", {})
            if words.CHINESE in bundle and "image/svg+xml" not in bundle and words.FINDING not in bundle:
                yield "".join(bundle["text/markdown"]), "".join(bundle[words.CHINESE])


def letters(text):
    """A text without what Markdown, HTML and typography do to it."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[\W_]+", "", re.sub(r"(?m)^\d+\. ", "", unescape(text)))


def test_every_sentence_and_table_is_there(folder):
    for path in sorted(words.NOTEBOOKS.glob("*.ipynb")):
        for place, where in enumerate((folder, folder / "zh")):
            read = letters(re.sub("<[^>]*>", "", (where / f"{path.stem}.html").read_text("utf-8")))
            for texts in stored(path):
                assert letters(texts[place]) in read, f"{path.stem}: {texts[place]!r} is not in the page"


def test_below_a_picture_are_its_own_files_sources_and_citation(folder):
    sides, sources = figures.side_files(), data.sources().set_index("source_id")
    seen = set()
    for language, where in (("en", folder), ("zh", folder / "zh")):
        for path in sorted(where.glob("0*.html")):
            for name, figure in re.findall(r'<figure id="(\w+)">(.*?)</figure>', path.read_text("utf-8"), re.S):
                up = "" if language == "en" else "../"
                links = re.findall(r'href="(?!http|#)([^"]*)"', figure)
                assert links == [
                    f"{up}figures/{name}.{kind}" for kind in (2 * [f"{language}.svg"] + [f"{language}.png", "csv"])
                ]
                read, side = unescape(re.sub("<[^>]*>", "", figure)), sides[name]
                assert side["notebook"] == f"notebooks/{path.stem}.ipynb"
                assert side["title"][language].replace(" %", "\u00a0%") in read and name in read
                cited = unescape(re.search(r"</summary><p>(.*?)</p>", figure)[1])
                assert side["title"][language].replace(" %", "\u00a0%") in cited
                for source in sources.loc[side["sources"]].itertuples():
                    title = source.title_en if language == "en" else source.title
                    assert re.sub(r"(?<=\d) %", "\u00a0%", title) in read
                    address = re.match(r"https?://\S+", source.address)
                    assert not address or (address[0] in unescape(figure) and source.address in read)
                seen.add((name, language))
    assert seen == {(name, language) for name in sides for language in ("en", "zh")}
    for path in folder.rglob("*.html"):
        assert not re.search(r'href="[^"]*\s', path.read_text("utf-8")), f"{path.name}: an address with a blank in it"


@pytest.mark.parametrize("place", [0, 1], ids=words.LANGUAGES)
def test_the_index_has_the_findings_and_their_numbers(folder, place):
    found = words.collect().query("notebook != '00_overview'")
    text = (folder / ("zh" if place else "") / "index.html").read_text("utf-8")
    shown = re.findall(r'<div class="finding ([\w-]+)" id="(\w+)-finding-\d+">', text)
    kinds = [verdict[0].replace(" ", "-") for verdict in found["verdict"]]
    assert shown == [*zip(kinds, found["notebook"], strict=True)]
    counts = re.findall(r'value="([\w-]+)" checked> ([^<(]*) \((\d+)\)', text)
    assert {kind: int(count) for kind, _, count in counts} == {kind: kinds.count(kind) for kind, _, _ in counts}
    meant = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text))
    words.begin(words.HELPERS)
    language = words.LANGUAGES[place]
    for verdict, meaning in words.VERDICTS.items():
        assert unescape(meant[words.translate(verdict, language)]) == words.translate(meaning, language)
    asked = sum("?" in claim[0] for claim in found["claim"])
    assert re.search(
        rf"(?<!\d){len(found) - asked}\D+{asked}\D", re.sub("<[^>]*>", "", text[text.index('id="findings"') :])
    )
    heads = dict(re.findall(r'<h3><a href="(\w+)\.html">(.*?)</a></h3>', text))
    said = re.findall(r'id="(\w+)-finding-\d+">\n<p>(<strong>)?', text)
    for (stem, strong), claim in zip(said, found["claim"], strict=True):
        assert bool(strong) != (unescape(heads[stem]) == claim[place]), "a claim that is the question is not said twice"


def test_the_gallery_shows_every_figure_in_its_language(folder):
    sides = figures.side_files()
    for language, where in (("en", folder), ("zh", folder / "zh")):
        text, up = (where / "figures.html").read_text("utf-8"), "" if language == "en" else "../"
        shown = re.findall(r'<a href="(\w+)\.html#(\w+)"><img src="([^"]*)" alt="([^"]*)"', text)
        assert sorted(name for _, name, _, _ in shown) == sorted(sides)
        for stem, name, picture, alt in shown:
            assert (
                picture == f"{up}figures/{name}.{language}.png" and sides[name]["notebook"] == f"notebooks/{stem}.ipynb"
            )
            assert unescape(alt).replace("\u00a0", " ") == sides[name]["alt"][language].replace("\u00a0", " ")
        cards = re.findall(r'<img src="[^"]*/(\w+)\.\w+\.png" alt="([^"]+)"', (where / "index.html").read_text("utf-8"))
        assert len(cards) >= 7 and all(
            unescape(alt).replace("\u00a0", " ") == sides[name]["title"][language] for name, alt in cards
        )


def test_pages_lead_to_their_twin_and_their_neighbours(folder, pages):
    stems = [path.stem for path in sorted(words.NOTEBOOKS.glob("*.ipynb"))]
    for path in pages:
        text, twin = path.read_text("utf-8"), folder / ("" if path.parent.name == "zh" else "zh") / path.name
        link = re.search(r'<a class="language" href="([^"]*)"', text)[1]
        assert (path.parent / link).resolve() == twin.resolve()
        begins = re.findall(r'href="(?:\.\./)?explore\.html#([^"]*)"', text)
        assert {urllib.parse.unquote(one) for one in begins} == {
            f'{{"zh":{"true" if path.parent.name == "zh" else "false"}}}'
        }
        if path.stem in stems:
            at = stems.index(path.stem)
            assert re.findall(r'<a href="(\w+)\.html" rel="prev"', text) == stems[max(at - 1, 0) : at]
            assert re.findall(r'<a href="(\w+)\.html" rel="next"', text) == stems[at + 1 : at + 2]
            assert re.findall(r'<a href="(\w+)\.html" aria-current="page"', text) == [path.stem]
            codes = re.findall(r'<details class="code"><summary>\D*(\d+)', text)
            assert codes == [str(n) for n in range(1, len(codes) + 1)] and '<details class="code" open' not in text


def test_the_font_has_every_character_that_is_read(folder, pages):
    encoded = re.search(r"base64,([\w+/=]+)", (folder / "style.css").read_text("utf-8"))[1]
    known = TTFont(io.BytesIO(base64.b64decode(encoded))).getBestCmap()
    whole = TTFont(figures.font_file()).getBestCmap()
    missing = {character for page in pages.values() for text, _, _ in page.read for character in text
               if ord(character) in whole and ord(character) not in known}  # fmt: skip
    assert not missing
