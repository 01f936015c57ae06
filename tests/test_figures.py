"""The contract of exported figures: all six files or none, the same everywhere, nothing forgotten, nothing cut off."""

import base64
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from PIL import Image, ImageChops

from helpers import data, figures, words

TEXTS = {"title": "Spending grew", "subtitle": "100 million yuan", "alt": "A line rises."}
CHINESE = {"Spending grew": "经费增长", "A line rises.": "一条上升的线。"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FOLDER", tmp_path / "figures")
    monkeypatch.delenv("FIGURES_CHECK", raising=False)
    monkeypatch.setattr(words, "chinese_of", CHINESE.get)
    figures.use_style("02_rd_intensity")
    return tmp_path / "figures"


@pytest.fixture
def plotted():
    return figures.tidy({"R&D": data.series("RD_EXP", vintage="final")})


def draw(ax, table, t):
    ax.plot(table["time_period"], table["obs_value"])
    ax.set_ylabel(t("100 million yuan"))


def test_six_files_with_everything_in_them(folder, plotted):
    shown = figures.export("spending", draw, plotted, **TEXTS)
    assert {path.name for path in folder.iterdir()} == {f"spending.{kind}" for kind in figures.FILES}
    for language in ("en", "zh"):
        with Image.open(folder / f"spending.{language}.png") as picture:
            assert picture.width >= 1600 and round(picture.info["dpi"][0]) == 300
        root = ElementTree.parse(folder / f"spending.{language}.svg").getroot()
        assert root.get("role") == "img" and root.find("{http://www.w3.org/2000/svg}desc").text
    assert pd.read_csv(folder / "spending.csv")["obs_value"].tolist() == plotted["obs_value"].tolist()
    with (folder / "spending.csv").open("rb") as table:
        assert table.read(3) == b"\xef\xbb\xbf", "a spreadsheet knows UTF-8 by its mark"
    side = json.loads((folder / "spending.json").read_text("utf-8"))
    assert side["sources"] == ["cst-yearbook-activity"] and side["alt"]["zh"] == CHINESE[TEXTS["alt"]]
    assert side["notebook"] == "notebooks/02_rd_intensity.ipynb"
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["image/svg+xml"] == (folder / "spending.en.svg").read_text("utf-8")
    assert bundle["text/plain"] == metadata["image/svg+xml"]["alt"] == metadata["image/png"]["alt"] == TEXTS["alt"]


def test_a_notebook_shows_a_small_picture_of_the_stored_one(folder, plotted):
    alt = 'A line "rises" <b>& falls</b>.'
    bundle, _ = figures.export("spending", draw, plotted, **(TEXTS | {"alt": alt}))._repr_mimebundle_()
    with Image.open(folder / "spending.en.png") as large:
        half = large.convert("RGB").reduce(2)
    small = base64.b64decode(bundle["image/png"])
    shown = Image.open(io.BytesIO(small)).convert("RGB")
    assert shown.size == half.size and len(small) < 60_000
    apart = [high for _, high in ImageChops.difference(shown, half).getextrema()]
    assert max(apart) < 25, "a palette of 256 colours is close to all shades"
    page = ElementTree.fromstring(bundle["text/html"].replace(">", "/>"))
    assert page.get("alt") == alt and page.get("src") == f"data:image/png;base64,{bundle['image/png']}"
    assert html.escape(alt, quote=False) in bundle["image/svg+xml"]


def test_the_small_picture_is_packed_as_the_notebook_has_it(folder, plotted):
    """Another compression library packs the same pixels otherwise; the notebook must not change with it."""
    first = base64.b64decode(figures.export("spending", draw, plotted, **TEXTS)._repr_mimebundle_()[0]["image/png"])
    loose = io.BytesIO()
    Image.open(io.BytesIO(first)).save(loose, "png", compress_level=0)
    assert loose.getvalue() != first
    notebook = folder.parent / "notebooks" / "02_rd_intensity.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(json.dumps({"image/png": base64.b64encode(loose.getvalue()).decode()}))
    again = figures.export("spending", draw, plotted, **TEXTS)._repr_mimebundle_()[0]["image/png"]
    assert base64.b64decode(again) == loose.getvalue()


def test_the_same_bytes_again(folder, plotted):
    figures.export("spending", draw, plotted, **TEXTS)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    figures.export("spending", draw, plotted, **TEXTS)
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}


def cut(ax, table, t):
    draw(ax, table, t)
    ax.annotate("far too long a label for where it stands, and so it is cut off", (2023, 2049.6), annotation_clip=False)
    ax.texts[0].set_in_layout(False)


def crowded(ax, table, t):
    draw(ax, table, t)
    ax.text(2015, 1000, "one label")
    ax.text(2015, 1010, "another label")


def crowded_legend(ax, table, t):
    draw(ax, table, t)
    ax.get_figure().legend(ax.lines, ["a label"], loc="upper left")


def pale(ax, table, t):
    draw(ax, table, t)
    ax.text(2015, 1000, "pale", color=figures.MID)


def dark(ax, table, t):
    ax.bar([2015], [1000], color=figures.ACCENT)
    ax.text(2015, 500, "dark", color=figures.INK, ha="center")


def test_what_is_drawn_is_what_the_file_holds(folder):
    """Ten digits of it, so the last bit of a sum cannot reach a picture."""
    table = pd.DataFrame(
        {"time_period": [2010], "obs_value": [0.1 + 0.2 + 1e-13], "source_id": "cst-yearbook-activity"}
    )
    seen = []
    figures.export("spending", lambda ax, table, t: seen.append(table), table, **TEXTS)
    assert [frame["obs_value"].tolist() for frame in seen] == [[0.3], [0.3]]
    assert seen[0].equals(pd.read_csv(folder / "spending.csv"))


@pytest.mark.parametrize("said", ["2,049.6028", "2049.6", "205.0", "0.20", "2,050", "in 2023, up", "204,960"])
def test_a_title_may_say_what_the_table_has(folder, plotted, said):
    """In the unit of the table, in billions or in trillions; years need not stand in it."""
    figures.export("spending", draw, plotted, **(TEXTS | {"title": f"It was {said}"}))


@pytest.mark.parametrize("said", ["增长99.75%", "增长0.7%", "It is 203"])
def test_a_title_may_not_say_what_nothing_shows(folder, plotted, said):
    """Neither after a Chinese character nor by way of a year."""
    with pytest.raises(figures.FigureError, match="neither a label nor a value"):
        figures.export("spending", draw, plotted.tail(1), **(TEXTS | {"title": said}))


@pytest.mark.parametrize("change", [{"unit": "%"}, {"unit": "亿元"}, {"of_this": 1}, {"Unit": "percent"}])
def test_a_table_of_the_project_has_columns_and_units_of_one_vocabulary(folder, plotted, change, tmp_path):
    with pytest.raises(figures.FigureError, match=r"figures\.COLUMNS|known are percent"):
        figures.export("spending", draw, plotted.assign(**change), **TEXTS)
    assert not folder.exists()
    figures.export("spending", draw, plotted.assign(**change), folder=tmp_path, **TEXTS)  # one's own may have others


def test_a_picture_is_not_half_translated(folder, plotted):
    """Its units must fit its words, so without the Chinese of one text all of it is English."""
    figures.export("spending", lambda ax, table, t: ax.set_title(t("billion")), plotted, **TEXTS)
    english, chinese = ((folder / f"spending.{language}.svg").read_text("utf-8") for language in ("en", "zh"))
    assert english == chinese


def test_what_lacks_chinese_is_listed(folder, plotted):
    figures.export("spending", draw, plotted, **TEXTS)
    side = json.loads((folder / "spending.json").read_text("utf-8"))
    assert side["untranslated"] == ["100 million yuan", "Sources: {sources}"]


def test_a_figure_of_ones_own(folder, plotted, tmp_path):
    """In a folder of one's own, with a source of one's own; the project's figures stay as they are."""
    table = plotted.assign(source_id="survey")
    own = {"survey": ("a survey of our own", "自行调查")}
    figures.export("spending", draw, table, folder=tmp_path / "mine", sources=own, **TEXTS)
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {f"spending.{kind}" for kind in figures.FILES}
    assert not folder.exists()
    with pytest.raises(figures.FigureError, match=r"survey not in sources\.csv; name it there or in sources="):
        figures.export("spending", draw, table, **TEXTS)


def test_a_series_that_does_not_say_where_it_is_from():
    with pytest.raises(figures.FigureError, match="mine: its attrs should say lineage, unit, vintage; a table with"):
        figures.tidy({"mine": pd.Series([1.0], index=[2020])})


def test_a_figure_outside_the_catalogue_gives_both_languages(folder, plotted):
    pairs = {"title": ("Growth", "增长"), "subtitle": ("yuan", "元"), "alt": ("A line", "一条线")}

    def draw(axes, table, t):
        axes[0].set_title(t("left", "左"))

    figures.export("spending", draw, plotted, panels=(1, 2), subplots={"sharey": True}, **pairs)
    side = json.loads((folder / "spending.json").read_text("utf-8"))
    assert side["title"] == {"en": "Growth", "zh": "增长"}


def test_surfaces_are_told_apart_in_greyscale_and_text_can_be_read():
    """Lightness L* of CIE 1976, from the relative luminance; contrast of WCAG 2.2."""
    surfaces = [figures.ACCENT, figures.MID, figures.TINT, figures.PALE]
    light = sorted(116 * figures._luminance(colour) ** (1 / 3) - 16 for colour in surfaces)
    assert min(pd.Series(light).diff().dropna()) > 11
    assert all(1.05 / (figures._luminance(colour) + 0.05) > 6 for colour in (figures.INK, figures.GREY, figures.ACCENT))
    assert figures._luminance("white") == pytest.approx(1) and figures._luminance("#777777") == pytest.approx(
        0.1845, abs=1e-4
    )


@pytest.mark.parametrize("values", [{"a": 3.0, "b": -1.25, "c": 3.0}])
def test_house_marks(folder, plotted, values):
    def ranked(ax, table, t):
        figures.ranked_bars(ax, pd.Series(values), dict.fromkeys(values, figures.MID), ".2f")
        assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "c", "b"], "ties by name"
        assert [label.get_text() for label in ax.texts] == ["3.00", "3.00", "−1.25"]

    def interval(ax, table, t):
        ax.set(xlim=(0, 10), ylim=(-1, 2))
        figures.interval_bar(ax, 0, 2, 4, 3)
        figures.interval_bar(ax, 1, 5, float("inf"))
        figures.interval_bar(ax, 1, float("-inf"), 5)
        assert [line.get_marker() for line in ax.lines] == ["None", "o", "None", ">", "None", "<"], "a bound is open"
        assert [[*line.get_xdata()] for line in ax.lines] == [[2, 4], [3], [5, 10], [10], [0, 5], [0]]

    figures.export("ranked", ranked, plotted, **TEXTS)
    figures.export("interval", interval, plotted, **TEXTS)


def test_a_dollar_sign_is_a_dollar_sign(folder, plotted):
    figures.export("spending", draw, plotted, **(TEXTS | {"title": "Cost $in and $out"}))
    assert "Cost $in and $out" in (folder / "spending.en.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ("English only", " ")}, "title must be a text"),
        ({"draw": lambda ax, table, t: ax.set_xlabel("\U000f0000")}, "Glyph"),
        ({"draw": cut}, "cut off"),
        ({"draw": crowded}, "'one label' lies on 'another label'"),
        ({"draw": crowded_legend}, "lies on"),
        ({"name": "../up"}, "lower case"),
        ({"title": " "}, "title must be a text"),
        ({"title": ("one",)}, "title must be a text"),
        ({"title": "Spending grew by 9.75 %"}, "the title says 9.75, which is neither"),
        ({"draw": pale}, "'pale' is too pale to read, 3.0:1"),
        ({"draw": dark}, "'dark' is too pale to read, 2.4:1"),
        ({"title": "It grew {much}"}, "no value for {much}"),
        ({"size": (5, 4)}, "1600 pixels"),
        ({"table": pd.DataFrame({"obs_value": [1.0]})}, "source_id"),
        ({"table": pd.DataFrame({"source_id": ["hearsay"]})}, r"hearsay not in sources\.csv"),
    ],
)
def test_a_broken_contract_leaves_no_file(folder, plotted, change, message):
    with pytest.raises(ValueError, match=message):
        figures.export(**({"name": "spending", "draw": draw, "table": plotted} | TEXTS | change))
    assert not folder.exists() or not list(folder.iterdir())


def cut_bar(ax, table, t):
    ax.bar(table["time_period"], table["obs_value"])
    ax.set_ylim(0, table["obs_value"].max() * 0.9)


def cut_dot(ax, table, t):
    ax.plot(table["time_period"], table["obs_value"], "o")
    ax.set_xlim(table["time_period"].iloc[0] - 1, table["time_period"].iloc[-1])


@pytest.mark.parametrize(("cutting", "edge"), [(cut_bar, "upper"), (cut_dot, "right")])
def test_a_mark_that_its_axes_cut_is_refused(folder, plotted, cutting, edge):
    with pytest.raises(figures.FigureError, match=f"a mark is cut off by the {edge} edge"):
        figures.export("spending", cutting, plotted, **TEXTS)
    assert not folder.exists()


def test_a_failing_draw_leaves_the_old_files(folder, plotted):
    figures.export("spending", draw, plotted, **TEXTS)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ZeroDivisionError):
        figures.export("spending", lambda ax, table, t: 1 / 0, plotted, **TEXTS)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_check_writes_nothing_and_finds_a_stale_file(folder, plotted, monkeypatch):
    figures.export("spending", draw, plotted, **TEXTS)
    monkeypatch.setenv("FIGURES_CHECK", "1")
    figures.export("spending", draw, plotted, **TEXTS)
    with Image.open(folder / "spending.zh.png") as picture:
        picture.putpixel((9, 9), (255, 255, 254, 255))  # too little to see, and not what was exported
        picture.save(folder / "spending.zh.png")
    with pytest.raises(figures.FigureError, match=r"spending\.zh\.png is not what"):
        figures.export("spending", draw, plotted, **TEXTS)
    (folder / "spending.csv").unlink()
    with pytest.raises(figures.FigureError, match=r"is not what"):
        figures.export("spending", draw, plotted, **TEXTS)
    assert not (folder / "spending.csv").exists()


def marked(**changes):
    """A line with markers; one of its properties may be another, by a little."""
    look = {"markersize": 6, "linewidth": 1.8, "color": "#0072B2", "marker": "o"} | changes
    return lambda ax, table, t: ax.plot([2010, 2023], [481.7, 2049.6], **look)


def level(picture, by):
    """The PNG with one pixel `by` levels of 255 away."""
    with Image.open(io.BytesIO(picture)) as image:
        image.putpixel((9, 9), (255 - by, 255, 255, 255))
        buffer = io.BytesIO()
        image.save(buffer, "png")
    return buffer.getvalue()


NOISE = {  # what another processor may do to a file
    "csv": lambda content: content.replace(b"481.7031,", b"481.7031000001,"),
    "en.svg": lambda content: re.sub(rb"(?<=M )(\d+\.\d+)", lambda hit: b"%.6f" % (float(hit[1]) + 9e-5), content),
    "zh.png": lambda content: level(content, 2),
}
FAULTS = {  # and what it may not
    "csv": lambda content: content.replace(b"481.7031,", b"481.703101,"),
    "en.svg": lambda content: re.sub(rb"(?<=M )(\d+\.\d+)", lambda hit: b"%.6f" % (float(hit[1]) + 2e-4), content),
    "zh.png": lambda content: level(content, 3),
    "json": lambda content: content.replace(b"A line rises.", b"A line falls."),
}


@pytest.mark.parametrize("kind", NOISE)
def test_what_another_processor_draws_leaves_the_stored_files_and_shows_them(folder, plotted, monkeypatch, kind):
    shown = figures.export("spending", marked(), plotted, **TEXTS)._repr_mimebundle_()
    stored = {path.name: path.read_bytes() for path in folder.iterdir()}
    alike, drawn = figures._alike, []

    def elsewhere(which, before, after):
        drawn.append(NOISE[kind](after) if which == kind else after)
        assert which != kind or drawn[-1] != before
        return alike(which, before, drawn[-1])

    monkeypatch.setattr(figures, "_alike", elsewhere)
    for check in ("", "1"):
        monkeypatch.setenv("FIGURES_CHECK", check)
        assert figures.export("spending", marked(), plotted, **TEXTS)._repr_mimebundle_() == shown
    assert stored == {path.name: path.read_bytes() for path in folder.iterdir()} and len(drawn) == 12


@pytest.mark.parametrize("kind", FAULTS)
def test_more_than_that_is_another_file(folder, plotted, kind):
    figures.export("spending", marked(), plotted, **TEXTS)
    stored = (folder / f"spending.{kind}").read_bytes()
    assert FAULTS[kind](stored) != stored and not figures._alike(kind, stored, FAULTS[kind](stored))


@pytest.mark.parametrize("change", [{"markersize": 6.005}, {"linewidth": 1.801}, {"color": "#0072B3"}, {"marker": "s"}])
def test_a_change_too_small_to_see_is_noticed(folder, plotted, monkeypatch, change):
    figures.export("spending", marked(), plotted, **TEXTS)
    stored = (folder / "spending.en.svg").read_bytes()
    monkeypatch.setenv("FIGURES_CHECK", "1")
    with pytest.raises(figures.FigureError, match="is not what this notebook draws"):
        figures.export("spending", marked(**change), plotted, **TEXTS)
    monkeypatch.setenv("FIGURES_CHECK", "")
    figures.export("spending", marked(**change), plotted, **TEXTS)
    assert (folder / "spending.en.svg").read_bytes() != stored, "and written, where nothing is checked"


def test_a_damaged_side_file_is_written_again(folder, plotted):
    figures.export("spending", draw, plotted, **TEXTS)
    side = (folder / "spending.json").read_bytes()
    for damaged in (b"", b"[]", b"{}", b'{"sha256": null}', side[:100]):
        (folder / "spending.json").write_bytes(damaged)
        figures.export("spending", draw, plotted, **TEXTS)
        assert (folder / "spending.json").read_bytes() == side


def test_ids_do_not_hold_places(folder, plotted):
    figures.export("spending", marked(), plotted, **TEXTS)
    svg = (folder / "spending.en.svg").read_text("utf-8")
    ids = re.findall(r'id="([^"]+)"', svg)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    assert len(ids) == len(set(ids)) and used <= set(ids)
    assert any(re.fullmatch(r"[mp]\d", name) for name in used) and not re.search(r'(id="|#)\w*[0-9a-f]{10}', svg)


def test_an_installed_font_of_the_same_name_is_not_used(monkeypatch):
    other = font_manager.findfont("DejaVu Sans")
    fake = font_manager.FontEntry(fname=other, name="Noto Sans SC", style="normal", variant="normal", weight=400,
                                  stretch="normal", size="scalable")  # fmt: skip
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [fake, *font_manager.fontManager.ttflist])
    figures.use_style("02_rd_intensity")
    assert font_manager.findfont("Noto Sans SC").endswith("NotoSansSC-Regular.ttf")


def test_text_is_shaped_alike_in_a_chinese_locale(plotted, tmp_path):
    """Dashes and dots have other shapes in Chinese text, and the locale would decide what text is Chinese."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout if shutil.which("locale") else ""
    if "zh_CN.utf8" not in known.replace("UTF-8", "utf8"):
        pytest.skip("the locale zh_CN.UTF-8 is not installed")
    code = """
import locale
from helpers import data, figures
before = locale.setlocale(locale.LC_CTYPE)
figures.use_style("02_rd_intensity")
assert locale.setlocale(locale.LC_CTYPE) == before
texts = dict.fromkeys(("title", "subtitle", "alt"), "中2024—2026……")
table = figures.tidy({"R&D": data.series("RD_EXP", vintage="final")})
print(figures.export("spending", lambda ax, table, t: ax.set_title("中2024—2026"), table, **texts).svg)
"""
    drawn = []
    for language in ("C.UTF-8", "zh_CN.UTF-8"):
        environment = os.environ | {"LC_ALL": language, "FIGURES_FOLDER": str(tmp_path), "FIGURES_CHECK": ""}
        command = [sys.executable, "-c", code]
        drawn.append(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert drawn[0] == drawn[1] != b""


def test_text_in_a_box_lies_on_its_box(folder, plotted):
    def boxed(colour):
        def write(ax, table, t):
            ax.text(0.5, 0.5, "boxed", color="white", transform=ax.transAxes, bbox={"facecolor": colour})

        return write

    figures.export("spending", boxed("black"), plotted, **TEXTS)
    with pytest.raises(figures.FigureError, match=r"'boxed' is too pale to read, 1\.0:1"):
        figures.export("spending", boxed("white"), plotted, **TEXTS)


def test_a_figure_needs_a_notebook_and_sound_side_files(folder, plotted, monkeypatch):
    figures.export("spending", draw, plotted, **TEXTS)
    (folder / "spending.json").write_text("{")
    with pytest.raises(figures.FigureError, match=r"figures/spending\.json: .*; delete it and run the notebooks again"):
        figures.side_files(folder)
    monkeypatch.setattr(figures, "_notebook", "")
    with pytest.raises(figures.FigureError, match="spending: call use_style with the notebook's name first"):
        figures.export("spending", draw, plotted, **TEXTS)


def test_amounts_on_an_axis_are_billions_in_english_only(monkeypatch, plotted):
    """A thousand times 100 million yuan are 100 billion, and 1000 of the unit that Chinese counts in."""
    said = []

    def amounts(ax, table, t):
        draw(ax, table, t)
        figures.amounts(ax.yaxis, t)
        said.append(ax.yaxis.get_major_formatter()(1000.0))

    monkeypatch.setattr(words, "chinese_of", lambda text, *_: text)
    figures.export("spending", amounts, plotted, **TEXTS)
    assert said == ["100", "1000"]


def test_too_many_labels_at_the_end_are_refused(plotted):
    def crowd(ax, table, t):
        draw(ax, table, t)
        figures.end_labels(ax, {f"line {i}": (2023, 2040.0, figures.ACCENT) for i in range(60)})

    with pytest.raises(figures.FigureError, match=r"cut off|lies on"):
        figures.export("spending", crowd, plotted, **TEXTS)


def test_end_labels_do_not_touch(plotted):
    def close(ax, table, t):
        draw(ax, table, t)
        figures.end_labels(ax, {name: (2023, 2040.0 + i, figures.ACCENT) for i, name in enumerate("abcdef")})

    figures.export("spending", close, plotted, **TEXTS)


def test_other_programs_read_the_tables_as_they_are(tmp_path):
    """R, by its own rules: the same columns, rows and numbers as pandas; a release or a span is no number to either."""
    if not (rscript := shutil.which("Rscript")):
        pytest.skip("R is not installed; Debian has it as r-base-core")
    paths = [*sorted(figures.FOLDER.glob("*.csv")), *sorted(data.FOLDER.glob("*.csv"))]
    (tmp_path / "read.R").write_text(
        """
        for (path in commandArgs(TRUE)) {
          table <- read.csv(path, fileEncoding = "UTF-8-BOM", check.names = FALSE)
          numbers <- sapply(table, is.numeric)
          cat(nrow(table), paste(names(table), collapse = ","), "\\n")
          cat(sprintf("%.12g", colSums(table[numbers], na.rm = TRUE)), "\\n")
        }
        """
    )
    command = [rscript, "--vanilla", str(tmp_path / "read.R"), *map(str, paths)]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.splitlines()
    for path, head, sums in zip(paths, said[::2], said[1::2], strict=True):
        table = pd.read_csv(path)
        if path.parent == figures.FOLDER:
            assert not {"vintage", "series", "source_id", "unit"} & {*table.select_dtypes("number")}, path.name
        assert head.split() == [str(len(table)), ",".join(table.columns)], path.name
        own = table.select_dtypes("number").sum().to_numpy(float)
        np.testing.assert_allclose([float(one) for one in sums.split()], own, rtol=1e-9, err_msg=path.name)
