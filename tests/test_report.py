"""The report: all of what is stored and nothing else, in two languages, with links that lead somewhere."""

import copy
import json
import os
import re
import shutil
import urllib.parse
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from helpers import data, explorer, figures, report, words

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a page holds: ids, links, headings, and what is read of it, with the language it is in."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.heads, self.read, self.open = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, "an element is not closed"

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag not in VOID:
            self.open.append((tag, named.get("lang") or (self.open[-1][1] if self.open else None)))
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
    evil = '<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{ 7 * 7 }} </script><b a="'
    made = report.Report()
    notebook = copy.deepcopy(made.notebooks["03_rd_structure"])
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if words.FINDING in output["data"]:
                output["data"][words.FINDING] |= {"claim": [evil] * 2, "text": [evil] * 2}
            elif "image/svg+xml" not in output["data"]:
                output["data"] = {words.CHINESE: [evil], "text/markdown": [evil]}
    notebook["cells"][2]["source"] = [f"## {evil}"]
    notebook["cells"][-1]["outputs"] = [{"output_type": "stream", "text": [evil]}]
    made.notebooks = {"03_rd_structure": notebook}
    made.sides["rd_funding"]["title"] = dict.fromkeys(words.LANGUAGES, evil)
    made.sources["cite_zh"] = evil
    for language in words.LANGUAGES:
        words.begin("03_rd_structure")
        page = {
            "before": None,
            "after": None,
            "notebooks": [],
            "stem": "x",
            **made.notebook(notebook, "03_rd_structure", language),
        }
        text = made.page("notebook", language, **page)
        assert "&lt;img src=x" in text and "{{ 7 * 7 }}" in text
        assert not re.search(r"<img|<b a|href=\"javascript|</script><", text)
        Page(text)


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


def test_a_report_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    place = tmp_path / "report"
    place.mkdir()
    (place / "index.html").write_text("before")
    monkeypatch.setattr(explorer, "page", len)  # cannot write it
    monkeypatch.setattr(report.Report, "write", lambda self, folder: (folder / "index.html").write_text("after"))
    with pytest.raises(TypeError):
        report.write(place)
    assert (place / "index.html").read_text() == "before" and len([*tmp_path.iterdir()]) == 1


def test_a_notebook_that_is_not_executed_is_named(tmp_path, monkeypatch):
    notebook = {"cells": [{"cell_type": "code", "execution_count": None, "source": [], "outputs": []}]}
    (tmp_path / "09_mine.ipynb").write_text(json.dumps(notebook))
    monkeypatch.setattr(words, "NOTEBOOKS", tmp_path)
    with pytest.raises(SystemExit, match=r"09_mine\.ipynb is not executed"):
        report.Report()
