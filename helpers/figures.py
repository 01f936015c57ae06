"""The one place that writes pictures.

A figure leaves the project as six files or not at all: SVG and PNG in English and in Chinese, the plotted numbers as
CSV, and a JSON side file with titles, alternative text, sources and hashes. `export` enforces what must not be
forgotten: a title, a line on the measure and alternative text, in both languages; a source line computed from the table
of plotted numbers; no glyph missing, no text cut off or on top of other text; the same files on every machine. That the
title states the finding, and that the table holds what is drawn, is for the eye. What belongs into a
single picture (its lines, its colours, its labels) stays with the notebook that draws it.

Processors differ in the last bit of a sum, and so in the shade of a pixel. What is drawn is therefore compared with
what is stored, and where all six files are the same to the eye (`_alike` says how close that is) the stored ones stay
and are shown. A run on another machine then leaves the project as it was.

Typical use::

    figures.use_style("02_rd_intensity")

    def draw(ax, t):
        ax.plot(rd.index, rd)
        ax.set_ylabel(t("100 million yuan", "亿元"))

    figures.export("rd_expenditure", draw, figures.tidy({"R&D": rd}),
                   title=("Spending grew …", "经费……"), subtitle=(…), alt=(…))
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.util
import io
import json
import locale
import math
import os
import re
import tempfile
import textwrap
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from PIL import Image, ImageChops

from helpers import data

FOLDER = Path(__file__).resolve().parent.parent / "figures"
LANGUAGES = ("en", "zh")
FILES = ("en.svg", "en.png", "zh.svg", "zh.png", "csv", "json")

# Okabe and Ito (2008): told apart by colour-blind readers; ordered so that neighbours also differ in greyscale.
BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"
INK, GREY, LIGHT = "#222222", "#6B6B6B", "#D0D0D0"

Pair = tuple[str, str]  # English, Chinese
Translate = Callable[[str, str], str]

_notebook = ""


class FigureError(ValueError):
    """A picture that would break the contract, or a stored one that is not what its notebook draws."""


class Exhibit:
    """What the notebook shows of an exported figure: the English picture, with its alternative text.

    JupyterLab shows no SVG of a notebook it does not trust, code-hosting sites show none at all, and no page takes an
    alternative text from an output's metadata. HTML with a small PNG inside is shown by all of them, text included.
    """

    def __init__(self, svg: str, png: bytes, alt: str) -> None:
        self.svg, self.png, self.alt = svg, base64.b64encode(png).decode(), alt

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        width = round(float(re.search(r'width="([\d.]+)pt"', self.svg)[1]) * 96 / 72)  # in the pixels of a page
        source, alt = f"data:image/png;base64,{self.png}", html.escape(self.alt)
        shown = f'<img src="{source}" alt="{alt}" width="{width}">'
        bundle = {"text/html": shown, "image/svg+xml": self.svg, "image/png": self.png, "text/plain": self.alt}
        return bundle, {"image/svg+xml": {"alt": self.alt}, "image/png": {"alt": self.alt, "width": width}}


def use_style(notebook: str) -> None:
    """Set the project's style for the notebook of that name (its file without ``.ipynb``)."""
    global _notebook
    _notebook = notebook
    # The package is looked up, not imported: importing it would change matplotlib's settings.
    package = importlib.util.find_spec("zhplot")
    font = next(Path(package.submodule_search_locations[0]).rglob("NotoSansSC-Regular.ttf"))
    family = font_manager.FontProperties(fname=font).get_name()
    fonts = font_manager.fontManager
    fonts.ttflist = [entry for entry in fonts.ttflist if entry.name != family]  # an installed font of the same name
    fonts.addfont(font)
    # Text is shaped in the language of the locale in which the process shaped its first text: dashes depend on it.
    locale_of_user = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C")
    FT2Font(str(font)).set_text("text")
    locale.setlocale(locale.LC_CTYPE, locale_of_user)
    mpl.rcParams.update(mpl.rcParamsDefault | {
        "font.family": [family],
        "font.size": 9,
        "axes.unicode_minus": True, "text.parse_math": False,
        "axes.edgecolor": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY, "text.color": INK,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True,
        "grid.color": "#E6E6E6", "grid.linewidth": 0.6,
        "axes.titlesize": 9, "axes.titlelocation": "left", "axes.titlecolor": INK,
        "axes.prop_cycle": mpl.cycler(color=[BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE]),
        "lines.linewidth": 1.8, "lines.markersize": 4.5, "legend.frameon": False,
        "savefig.dpi": 300,
        "svg.fonttype": "path",  # a reader's machine need not have the font
        "svg.hashsalt": "shanghai-innovation-figures",  # the same ids for the same shapes; `_svg` then numbers them
    })  # fmt: skip


def tidy(series: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Stack named series into the table of plotted numbers.

    Parameters
    ----------
    series : mapping of str to Series
        Series as `data.series` and `helpers.growth` return them, with ``unit``, ``vintage`` and ``lineage``.

    Returns
    -------
    DataFrame
        ``series, time_period, obs_value, unit, vintage, source_id``, one row per number; several sources of one number
        are joined by semicolons.
    """
    rows = [
        (name, year, value, s.attrs["unit"], s.attrs["vintage"], ";".join(s.attrs["lineage"][year]))
        for name, s in series.items() for year, value in s.dropna().items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["series", "time_period", "obs_value", "unit", "vintage", "source_id"])


def end_labels(ax: Axes, ends: Mapping[str, tuple[float, float, str]], gap: float = 5) -> None:
    """Write each label, in its colour, right of the end (x, y) of its line, moved apart where they would touch.

    Call it last: it works with the limits the axes have then. `gap` is the distance from the line in points.
    """
    low, high = ax.get_ylim()
    share = 0.66 * ax.get_figure().get_figheight() / ax.get_subplotspec().get_gridspec().nrows
    least = (high - low) * mpl.rcParams["font.size"] * 1.3 / 72 / share
    names = sorted(ends, key=lambda name: ends[name][1])
    heights = np.array([ends[name][1] for name in names], float)
    for _ in range(200):  # push apart every pair that touches, a little, until none does
        near = np.diff(heights) < least
        if not near.any():
            break
        shift = np.where(near, (least - np.diff(heights)) / 2 + 1e-9 * (high - low), 0)
        heights[:-1] -= shift
        heights[1:] += shift
    for name, height in zip(names, heights, strict=True):
        x, _, colour = ends[name]
        ax.annotate(name, (x, height), (gap, 0), textcoords="offset points", color=colour, va="center",
                    annotation_clip=False)  # fmt: skip


def export(
    name: str,
    draw: Callable[[Any, Translate], None],
    plotted: pd.DataFrame,
    *,
    title: Pair,
    subtitle: Pair,
    alt: Pair,
    size: tuple[float, float] = (7.2, 4.4),
    panels: tuple[int, int] = (1, 1),
    **subplots: Any,
) -> Exhibit:
    """Draw a figure in both languages and write its six files, or none of them.

    Parameters
    ----------
    name : str
        Name of the files, in lower case with underscores.
    draw : callable
        ``draw(axes, t)`` draws once per language; ``t(english, chinese)`` chooses. `axes` is one Axes, or an array of
        them if there are several panels.
    plotted : DataFrame
        The plotted numbers; a column ``source_id`` names the source of each row (several joined by semicolons).
    title, subtitle, alt : pair of str
        In English and in Chinese: the finding; the measure with its unit; what the picture shows, for those who do not
        see it.
    size : tuple of float
        Width and height in inches; at 300 dpi the width must give at least 1600 pixels.
    panels : tuple of int
        Rows and columns of axes; further keywords go to ``Figure.subplots``.

    Returns
    -------
    Exhibit
        For the notebook to show: of the stored files, where they are what was drawn.

    Raises
    ------
    FigureError
        For a missing text, an unknown source, a missing glyph, text that is cut off or overlaps, a picture too narrow.
        With the environment variable ``FIGURES_CHECK`` set nothing is written, and a stored file that is not what was
        drawn is an error too.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise FigureError(f"{name!r}: a name is lower case letters, digits and underscores")
    for what, texts in {"title": title, "subtitle": subtitle, "alt": alt}.items():
        if (
            isinstance(texts, str)
            or len(texts) != 2
            or not all(isinstance(text, str) and text.strip() for text in texts)
        ):
            raise FigureError(f"{name}: {what} must be a pair of texts, English and Chinese")
    if not _notebook:
        raise FigureError(f"{name}: call use_style with the notebook's name first")
    if size[0] * mpl.rcParams["savefig.dpi"] < 1600:
        raise FigureError(f"{name}: {size[0]} inches are fewer than 1600 pixels")
    used = _sources(name, plotted)
    files: dict[str, bytes] = {"csv": plotted.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode()}
    for position, language in enumerate(LANGUAGES):
        cite = "; ".join(dict.fromkeys(used[f"cite_{language}"]))
        foot = f"Sources: {cite}" if language == "en" else f"资料来源：{cite.replace('; ', '；')}"
        texts = title[position], subtitle[position], foot
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                fig = _compose(draw, texts, position, size, panels, subplots)
                _check_texts(name, language, fig)
                files[f"{language}.svg"] = _svg(fig, title[position], alt[position])
                files[f"{language}.png"] = _bytes(fig, "png", {"Software": None, "Title": title[position]})
            except UserWarning as warning:
                raise FigureError(f"{name}.{language}: {warning}") from None
    side = {
        "name": name,
        "notebook": f"notebooks/{_notebook}.ipynb",
        "title": dict(zip(LANGUAGES, title, strict=True)),
        "subtitle": dict(zip(LANGUAGES, subtitle, strict=True)),
        "alt": dict(zip(LANGUAGES, alt, strict=True)),
        "sources": list(used["source_id"]),
        "sha256": {f"{name}.{kind}": hashlib.sha256(content).hexdigest() for kind, content in sorted(files.items())},
    }
    files["json"] = (json.dumps(side, ensure_ascii=False, indent=1) + "\n").encode()
    stored = _stored(name)
    stale = [kind for kind in FILES if kind not in stored or not _alike(kind, stored[kind], files[kind])]
    if not stale:
        files = stored
    elif os.environ.get("FIGURES_CHECK"):
        raise FigureError(f"figures/{name}.{stale[0]} is not what this notebook draws; run the notebooks again")
    else:
        _write(name, files)
    return Exhibit(files["en.svg"].decode(), _small(files["en.png"]), alt[0])


def _sources(name: str, plotted: pd.DataFrame) -> pd.DataFrame:
    if plotted.empty or "source_id" not in plotted or plotted["source_id"].isna().any():
        raise FigureError(f"{name}: the plotted numbers need a column source_id with a source in every row")
    ids = sorted({source for cell in plotted["source_id"] for source in str(cell).split(";")})
    table = data.sources().set_index("source_id", drop=False)
    if unknown := [source for source in ids if source not in table.index]:
        raise FigureError(f"{name}: {', '.join(unknown)} not in sources.csv")
    return table.loc[ids]


def _wrap(text: str, width: float, points: float) -> str:
    """Break a text to `width` inches: at spaces, or between Chinese characters, which are twice as wide."""
    if any(ord(character) > 0x2E80 for character in text):
        lines, room = [""], width * 72 / points * 2 - 1
        for word in re.findall(r"[!-~–−]+[，。；：、）》]*|.[，。；：、）》]*", text):
            lines = [*lines, ""] if _columns(lines[-1] + word) > room else lines
            lines[-1] += word
        return "\n".join(line.strip() for line in lines)
    return textwrap.fill(text, int(width * 72 / points / 0.5))


def _columns(text: str) -> float:
    return sum(2 if ord(character) > 0x2E80 else 1.15 for character in text)


def _compose(
    draw: Callable[[Any, Translate], None], texts: tuple[str, str, str], position: int, size: tuple[float, float],
    panels: tuple[int, int], subplots: dict[str, Any],
) -> Figure:  # fmt: skip
    """Title and subtitle at the top left, the source line at the foot, the axes between."""
    fig, margin = Figure(figsize=size, dpi=mpl.rcParams["savefig.dpi"]), 0.12
    points, colours = (12.5, 9.0, 7.0), (INK, GREY, GREY)
    wrapped = [_wrap(text, size[0] - 2 * margin, point) for text, point in zip(texts, points, strict=True)]
    heights = [(text.count("\n") + 1) * point * 1.5 / 72 for text, point in zip(wrapped, points, strict=True)]
    for text, point, colour, y, va in zip(
        wrapped, points, colours, (size[1] - margin, size[1] - margin - heights[0], margin), ("top", "top", "bottom"),
        strict=True,
    ):  # fmt: skip
        fig.text(margin / size[0], y / size[1], text, fontsize=point, color=colour, va=va, linespacing=1.3)
    top, foot = margin + heights[0] + heights[1] + 0.06, margin + heights[2] + 0.06
    fig.set_layout_engine("constrained", rect=(0, foot / size[1], 1, 1 - (top + foot) / size[1]), w_pad=margin)
    draw(fig.subplots(*panels, **subplots), lambda english, chinese: (english, chinese)[position])
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    return fig


def _check_texts(name: str, language: str, fig: Figure) -> None:
    """No text may be cut off by the edge or lie on another."""
    texts: list[Text] = [*fig.texts]
    for ax in fig.axes:
        texts += [*ax.texts, ax.xaxis.label, ax.yaxis.label, ax.title, ax._left_title, ax._right_title]
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
            ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=False)
            texts += [label for place, label in ticks if low <= place <= high]
    for legend in [*fig.legends, *(ax.get_legend() for ax in fig.axes if ax.get_legend())]:
        texts += [legend.get_title(), *legend.get_texts()]
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()]
    # of an annotation only the words: its arrow may cross what it likes
    boxes = np.array([Text.get_window_extent(text).extents for text in shown])
    inside = (boxes[:, :2] >= -1).all(axis=1) & (boxes[:, 2:] <= np.array(fig.bbox.size) + 1).all(axis=1)
    for text in (shown[i] for i in np.flatnonzero(~inside)):
        raise FigureError(f"{name}.{language}: the text {text.get_text()!r} is cut off by the edge")
    apart = 1.0  # boxes are a little larger than the ink
    over = (boxes[:, None, :2] + apart < boxes[None, :, 2:]).all(axis=2)
    for i, j in np.argwhere(np.triu(over & over.T, 1)):
        raise FigureError(f"{name}.{language}: {shown[i].get_text()!r} lies on {shown[j].get_text()!r}")


def _bytes(fig: Figure, kind: str, metadata: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def _svg(fig: Figure, title: str, alt: str) -> bytes:
    """SVG with title and description where screen readers look for them, and ids that do not depend on the machine."""
    text = _bytes(fig, "svg", {"Date": None, "Creator": None, "Title": title, "Description": alt}).decode()
    numbers: dict[str, int] = {}  # matplotlib's ids are hashes of places to their last bit; here, of first appearance

    def numbered(match: re.Match[str]) -> str:
        return f"{match[1]}{numbers.setdefault(match[2], len(numbers))}"

    text = re.sub(r'((?:id="|#)(?:[a-z]|C\w+_))([0-9a-f]{10})(?=[")])', numbered, text)
    # A picture shrinks with the page it is shown on.
    text = text[text.index("<svg") :].replace("<svg ", '<svg role="img" style="max-width: 100%; height: auto" ', 1)
    return text.replace("</title>", f"</title>\n <desc>{html.escape(alt, quote=False)}</desc>", 1).encode()


def _small(png: bytes) -> bytes:
    """The picture at half its resolution and in 256 colours, for the notebook; packed as the notebook has it stored.

    The same pixels are packed differently by different compression libraries, and a stored notebook must not change
    with the machine it is executed on.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB").reduce(2).quantize(256, dither=Image.Dither.NONE)
    pixels = picture.convert("RGB").tobytes()
    path = FOLDER.parent / "notebooks" / f"{_notebook}.ipynb"
    stored = re.findall(r'"image/png": "([\w+/=]+)', path.read_text("utf-8")) if path.is_file() else []
    for content in map(base64.b64decode, stored):
        before = Image.open(io.BytesIO(content))
        if before.size == picture.size and before.convert("RGB").tobytes() == pixels:
            return content
    buffer = io.BytesIO()
    picture.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def _write(name: str, files: dict[str, bytes]) -> None:
    """Write all files beside their places first, then move them, the side file with the hashes last: each is whole."""
    folder = Path(os.environ.get("FIGURES_FOLDER", FOLDER))  # the runner's, until the whole notebook has run
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
        for kind, content in files.items():
            (Path(beside) / kind).write_bytes(content)
        for kind in files:
            os.replace(Path(beside) / kind, folder / f"{name}.{kind}")


def _stored(name: str) -> dict[str, bytes]:
    """The stored files of a figure, without those that its side file does not know by their hashes."""
    files = {kind: path.read_bytes() for kind in FILES if (path := FOLDER / f"{name}.{kind}").is_file()}
    try:
        known = json.loads(files["json"])["sha256"]
    except (KeyError, TypeError, ValueError):  # no side file, or none that can be read
        return {}
    hashes = {kind: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    return {kind: files[kind] for kind in files if kind == "json" or known.get(f"{name}.{kind}") == hashes[kind]}


def _alike(kind: str, stored: bytes, drawn: bytes) -> bool:
    """Whether two files of a figure are the same on any machine.

    Numbers agree to nine digits in a CSV and to 1e-4 points in an SVG, pixels to two levels of 255; all else is equal.
    """
    if stored == drawn:
        return True
    if kind.endswith("png"):
        before, after = (Image.open(io.BytesIO(content)).convert("RGBA") for content in (stored, drawn))
        apart = before.size == after.size and ImageChops.difference(before, after)
        return bool(apart) and max(high for _, high in apart.getextrema()) <= 2
    if kind == "json":
        before, after = ({**json.loads(content), "sha256": None} for content in (stored, drawn))
        return before == after
    number = re.compile(rb"(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)")
    before, after = number.split(stored), number.split(drawn)
    if before[::2] != after[::2]:
        return False
    close = {"rel_tol": 1e-9} if kind == "csv" else {"rel_tol": 0, "abs_tol": 1e-4}
    pairs = zip(before[1::2], after[1::2], strict=True)
    return all(was == now or math.isclose(float(was), float(now), **close) for was, now in pairs)
