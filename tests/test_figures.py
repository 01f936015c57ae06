"""The contract of exported figures: all six files or none, the same bytes, nothing forgotten, nothing cut off."""

import json
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from PIL import Image

from helpers import data, figures

TEXTS = {
    "title": ("Spending grew", "经费增长"),
    "subtitle": ("100 million yuan", "亿元"),
    "alt": ("A line rises.", "一条上升的线。"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FOLDER", tmp_path / "figures")
    monkeypatch.delenv("FIGURES_CHECK", raising=False)
    figures.use_style("02_rd_intensity")
    return tmp_path / "figures"


@pytest.fixture
def plotted():
    return figures.tidy({"R&D": data.series("RD_EXP", vintage="final")})


def draw(ax, t):
    ax.plot([2010, 2023], [481.7, 2049.6])
    ax.set_ylabel(t("100 million yuan", "亿元"))


def test_six_files_with_everything_in_them(folder, plotted):
    shown = figures.export("spending", draw, plotted, **TEXTS)
    assert {path.name for path in folder.iterdir()} == {f"spending.{kind}" for kind in figures.FILES}
    for language in ("en", "zh"):
        with Image.open(folder / f"spending.{language}.png") as picture:
            assert picture.width >= 1600 and round(picture.info["dpi"][0]) == 300
        root = ElementTree.parse(folder / f"spending.{language}.svg").getroot()
        assert root.get("role") == "img" and root.find("{http://www.w3.org/2000/svg}desc").text
    assert pd.read_csv(folder / "spending.csv")["obs_value"].tolist() == plotted["obs_value"].tolist()
    side = json.loads((folder / "spending.json").read_text("utf-8"))
    assert side["sources"] == ["cst-yearbook-activity"] and side["alt"]["zh"] == TEXTS["alt"][1]
    assert side["notebook"] == "notebooks/02_rd_intensity.ipynb"
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["image/svg+xml"] == (folder / "spending.en.svg").read_text("utf-8")
    assert bundle["text/plain"] == metadata["image/svg+xml"]["alt"] == TEXTS["alt"][0]


def test_the_same_bytes_again(folder, plotted):
    figures.export("spending", draw, plotted, **TEXTS)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    figures.export("spending", draw, plotted, **TEXTS)
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}


def cut(ax, t):
    draw(ax, t)
    ax.annotate("far too long a label for where it stands, and so it is cut off", (2023, 2049.6), annotation_clip=False)
    ax.texts[0].set_in_layout(False)


def crowded(ax, t):
    draw(ax, t)
    ax.text(2015, 1000, "one label")
    ax.text(2015, 1010, "another label")


def crowded_legend(ax, t):
    draw(ax, t)
    ax.get_figure().legend(ax.lines, ["a label"], loc="upper left")


def test_a_dollar_sign_is_a_dollar_sign(folder, plotted):
    figures.export("spending", draw, plotted, **(TEXTS | {"title": ("Cost $5 and $6", "花费$5与$6")}))
    assert "Cost $5 and $6" in (folder / "spending.en.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ("English only", " ")}, "title must be a pair"),
        ({"draw": lambda ax, t: ax.set_xlabel("\U000f0000")}, "Glyph"),
        ({"draw": cut}, "cut off"),
        ({"draw": crowded}, "'one label' lies on 'another label'"),
        ({"draw": crowded_legend}, "lies on"),
        ({"name": "../up"}, "lower case"),
        ({"title": "ab"}, "title must be a pair"),
        ({"size": (5, 4)}, "1600 pixels"),
        ({"plotted": pd.DataFrame({"obs_value": [1.0]})}, "source_id"),
        ({"plotted": pd.DataFrame({"source_id": ["hearsay"]})}, r"hearsay not in sources\.csv"),
    ],
)
def test_a_broken_contract_leaves_no_file(folder, plotted, change, message):
    with pytest.raises(figures.FigureError, match=message):
        figures.export(**({"name": "spending", "draw": draw, "plotted": plotted} | TEXTS | change))
    assert not folder.exists() or not list(folder.iterdir())


def test_a_failing_draw_leaves_the_old_files(folder, plotted):
    figures.export("spending", draw, plotted, **TEXTS)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ZeroDivisionError):
        figures.export("spending", lambda ax, t: 1 / 0, plotted, **TEXTS)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_check_writes_nothing_and_finds_a_stale_file(folder, plotted, monkeypatch):
    figures.export("spending", draw, plotted, **TEXTS)
    monkeypatch.setenv("FIGURES_CHECK", "1")
    figures.export("spending", draw, plotted, **TEXTS)
    with Image.open(folder / "spending.zh.png") as picture:
        picture.putpixel((9, 9), (255, 0, 0, 255))
        picture.save(folder / "spending.zh.png")
    with pytest.raises(figures.FigureError, match=r"spending\.zh\.png is not what"):
        figures.export("spending", draw, plotted, **TEXTS)
    (folder / "spending.csv").unlink()
    with pytest.raises(figures.FigureError, match=r"spending\.csv is not what"):
        figures.export("spending", draw, plotted, **TEXTS)
    assert not (folder / "spending.csv").exists()


def test_end_labels_do_not_touch(plotted):
    def close(ax, t):
        draw(ax, t)
        figures.end_labels(ax, {name: (2023, 2040.0 + i, figures.BLUE) for i, name in enumerate("abcdef")})

    figures.export("spending", close, plotted, **TEXTS)
