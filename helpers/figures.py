"""The one place that writes pictures.

A figure leaves the project as six files or not at all: SVG and PNG in English and in Chinese, the plotted numbers as
CSV, and a JSON side file with titles, alternative text, sources and hashes. `export` hands the drawing function the
table as a reader gets it from the CSV, so what is drawn is what the file holds, and enforces what must not be
forgotten: a title whose numbers can be seen, a line on the measure and alternative text; a source line computed from
the table; text that can be read, with no glyph missing, none cut off or on top of other text.

Processors differ in the last bit of a sum, and so in the shade of a pixel. What is drawn is therefore compared with
what is stored, and where all six files are the same to the eye (`_alike` says how close that is) the stored ones stay
and are shown. A run on another machine then leaves the project as it was.

Typical use::

    figures.use_style("02_rd_intensity")

    def draw(ax, table, t):
        ax.bar(table["time_period"], table["obs_value"], color=figures.ACCENT)
        figures.amounts(ax.yaxis, t)

    figures.export("rd_expenditure", draw, figures.tidy({"R&D expenditure": rd}),
                   title="R&D expenditure reached {spent:.0billion} in {year}", subtitle="…", alt="…",
                   spent=rd.iloc[-1], year=rd.index[-1])
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
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from helpers import data, words

FOLDER = Path(__file__).resolve().parent.parent / "figures"
FILES = ("en.svg", "en.png", "zh.svg", "zh.png", "csv", "json")

# One accent among greys. INK, GREY and ACCENT are dark enough for text on white, the others are for surfaces only. Of
# the surfaces ACCENT, MID, TINT and PALE any two differ by 11 or more in lightness (L*), so they survive a photocopy.
INK, GREY, ACCENT, MID, TINT, PALE = "#222222", "#5F5F5F", "#005F9E", "#969696", "#9CC3E0", "#DEDEDE"

# The columns that tables of plotted numbers may have, each with its type and what it holds; a figure of one's own may
# have others. ``figures/datapackage.json`` is written from this.
COLUMNS = {
    "series": ("string", "What is plotted, by name."),
    "indicator": ("string", "Key of indicators.csv; of a ratio, numerator/denominator."),
    "ref_area": ("string", "Key of areas.csv."),
    "time_period": ("string", "Year, month (YYYY-MM), or span start/end; of growth the start is the year grown from."),
    "base_period": ("string", "The span that time_period is compared with, where the number is a difference."),
    "x": ("number", "Place on the axis of years."),
    "obs_value": ("number", "The number plotted, in `unit`; of a bound, the bound."),
    "low": ("number", "Lower end of its interval: of rounding, or of prediction."),
    "high": ("number", "Upper end of its interval."),
    "low_80": ("number", "Lower end of the 80 % prediction interval."),
    "high_80": ("number", "Upper end of the 80 % prediction interval."),
    "low_95": ("number", "Lower end of the 95 % prediction interval."),
    "high_95": ("number", "Upper end of the 95 % prediction interval."),
    "qualifier": ("string", "exact, approx, at_least, at_most, target or projected."),
    "unit": ("string", "Unit of obs_value and of its intervals, one of `UNITS`."),
    "vintage": ("string", "Release of the figure; joined by + where spliced, of a ratio both, divided by /."),
    "source_id": ("string", "Keys of sources.csv, separated by semicolons."),
    "statement_id": ("string", "Key of statements.csv."),
    "printed": ("string", "The figure as its source prints it."),
    "role": ("string", "What the document uses the figure for."),
    "line": ("integer", "Line of the document."),
    "standing": ("string", "Whether an official figure agrees."),
    "document": ("string", "Key of the document in sources.csv."),
    "aim": ("number", "The target, in its own unit."),
    "latest": ("number", "The latest figure, in the unit of the target."),
    "outcome": ("string", "What became of the target."),
    "with_outcome": ("integer", "How many targets have this outcome."),
    "targets": ("integer", "How many targets there are."),
    "share": ("number", "Part of the whole, percent."),
    "model": ("string", "Key of the trend model; measured and target are none."),
    "horizon": ("integer", "Years ahead."),
    "origin": ("string", "Whose model it is: here, statsmodels."),
    "sample": ("string", "What a model was fitted to: four points, or all years."),
    "narrower": ("number", "By how much the interval from all years is narrower, percent."),
    "actual": ("number", "What came, in `unit`."),
}  # fmt: skip
# Besides the units of series.csv by their English names.
UNITS = (
    "percent", "percentage points", "log points × 100", "index", "CNY", "count", "percent of the target",
    "pieces per 10,000 residents", "patents per 100 million yuan", "yuan sold per yuan bought",
)  # fmt: skip

Pair = tuple[str, str]  # English and Chinese, as a figure outside the catalogue may give them
Translate = Callable[..., str]

_notebook = ""


class FigureError(ValueError):
    """A picture that would break the contract, or a stored one that is not what its notebook draws."""


class Exhibit:
    """What the notebook shows of an exported figure: the English picture, with its alternative text.

    JupyterLab shows no SVG of a notebook it does not trust, code-hosting sites show none at all, and no page takes an
    alternative text from an output's metadata. HTML with a small PNG inside is shown by all of them, text included.
    """

    def __init__(self, name: str, svg: str, png: bytes, alt: list[str], texts: list[str]) -> None:
        self.name, self.svg, self.png, self.texts = name, svg, base64.b64encode(png).decode(), texts
        self.alt, self.chinese = alt

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        width = round(float(re.search(r'width="([\d.]+)pt"', self.svg)[1]) * 96 / 72)  # in the pixels of a page
        source, alt = f"data:image/png;base64,{self.png}", html.escape(self.alt)
        shown = f'<img src="{source}" alt="{alt}" width="{width}">'
        bundle = {"text/html": shown, "image/svg+xml": self.svg, "image/png": self.png, "text/plain": self.alt}
        bundle[words.CHINESE] = f"![{self.chinese}](../figures/{self.name}.zh.svg)"
        metadata = {"image/svg+xml": {"alt": self.alt}, "image/png": {"alt": self.alt, "width": width}}
        return bundle, metadata | {words.CHINESE: {"texts": self.texts}}


def side_files(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """What is stored beside each exported figure, by name: notebook, titles, alternative texts, sources, hashes."""
    sides = {}
    for path in sorted(folder.glob("*.json")):
        try:
            sides[path.stem] = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise FigureError(f"figures/{path.name}: {error}; delete it and run the notebooks again") from None
    sides.pop("datapackage", None)
    return sides


def font_file() -> Path:
    """The font of all pictures, Noto Sans SC, as the package zhplot carries it."""
    # The package is looked up, not imported: importing it would change matplotlib's settings.
    package = importlib.util.find_spec("zhplot")
    return next(Path(package.submodule_search_locations[0]).rglob("NotoSansSC-Regular.ttf"))


def font_subset(text: str) -> str:
    """That font cut to the characters of a text, as WOFF in base64: a page can then be read where no font has them."""
    from fontTools import subset

    options = subset.Options(flavor="woff", hinting=False, layout_features=["pwid"], drop_tables=["GPOS", "DSIG"])
    cutter, buffer = subset.Subsetter(options), io.BytesIO()
    cutter.populate(text="".join(sorted({*text, *map(chr, range(32, 127))})))
    with subset.load_font(font_file(), options, dontLoadGlyphNames=True) as font:
        cutter.subset(font)
        subset.save_font(font, buffer, options)
    return base64.b64encode(buffer.getvalue()).decode()


def use_style(notebook: str) -> None:
    """Set the project's style, and the catalogue's context, for the notebook of that name (its file without suffix)."""
    import seaborn  # only here, for it costs as much time as all other helpers together

    global _notebook
    _notebook = notebook
    words.begin(notebook)
    font = font_file()
    family = font_manager.FontProperties(fname=font).get_name()
    fonts = font_manager.fontManager
    fonts.ttflist = [entry for entry in fonts.ttflist if entry.name != family]  # an installed font of the same name
    fonts.addfont(font)
    # Text is shaped in the language of the locale in which the process shaped its first text: dashes depend on it.
    locale_of_user = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C")
    FT2Font(str(font)).set_text("text")
    locale.setlocale(locale.LC_CTYPE, locale_of_user)
    mpl.rcParams.update(mpl.rcParamsDefault)
    seaborn.set_theme(style="ticks", palette=[ACCENT, MID, INK, TINT, GREY], rc={
        "font.family": [family],
        **dict.fromkeys(["font.size", "axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize",
                         "legend.title_fontsize", "axes.titlesize"], 9),
        "axes.unicode_minus": True, "text.parse_math": False,
        "axes.edgecolor": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY, "text.color": INK,
        "axes.linewidth": 0.8, "xtick.major.width": 0.8, "ytick.major.width": 0.8,
        "xtick.major.size": 3.5, "ytick.major.size": 3.5, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "grid.color": "#E6E6E6",
        "grid.linewidth": 0.6, "axes.titlelocation": "left", "axes.titlecolor": INK,
        "lines.linewidth": 1.8, "lines.markersize": 4.5, "lines.solid_capstyle": "projecting", "legend.frameon": False,
        "patch.edgecolor": "none", "patch.force_edgecolor": False, "savefig.dpi": 300,
        "svg.fonttype": "path",  # a reader's machine need not have the font
        "svg.hashsalt": "shanghai-innovation-figures",  # the same ids for the same shapes; `_svg` then numbers them
    })  # fmt: skip


def ready() -> None:
    """Set the style if no notebook has done so."""
    if not _notebook:
        use_style("mine")


def tidy(series: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Stack named series into the table of plotted numbers.

    Parameters
    ----------
    series : mapping of str to Series
        Series as `data.series` and `helpers.growth` return them, with ``unit``, ``vintage`` and ``lineage``.

    Returns
    -------
    DataFrame
        ``series, indicator, ref_area, time_period, obs_value, unit, vintage, source_id``, one row per number; several
        sources of one number are joined by semicolons, and units are in English.

    Raises
    ------
    FigureError
        For a series that does not say where it comes from, or has other numbers than its attrs speak of.
    """
    units, rows = data.unit_names(), []
    for name, s in series.items():
        if not isinstance(s, pd.Series) or not s.index.is_unique or s.index.dtype.kind not in "iu":
            raise FigureError(f"{name}: a pandas Series by year, each year once")
        if missing := {"unit", "vintage", "lineage"} - s.attrs.keys():
            raise FigureError(
                f"{name}: its attrs should say {', '.join(sorted(missing))}; a table with the columns time_period, "
                "obs_value, unit and source_id can be exported as it is"
            )
        indicator = s.attrs.get("indicator") or "/".join(s.attrs.get("inputs", [])) or None  # what a ratio is made of
        about = name, indicator, s.attrs.get("area")
        unit = units.get(s.attrs["unit"], s.attrs["unit"])
        for year, value in s.dropna().items():
            if s.attrs.get("numbers", {}).get(year, value) != value:
                raise FigureError(
                    f"{name}: {value:.10g} in {year} is not the {s.attrs['numbers'][year]:.10g} {unit} that its attrs "
                    "speak of; what is computed by hand needs attrs of its own (unit, vintage, lineage)"
                )
            if not s.attrs["lineage"].get(year):
                raise FigureError(f"{name}: its lineage names no source of {year}")
            rows.append((*about, year, value, unit, s.attrs["vintage"], ";".join(s.attrs["lineage"][year])))
    columns = ["series", "indicator", "ref_area", "time_period", "obs_value", "unit", "vintage", "source_id"]
    return pd.DataFrame(rows, columns=columns)


def amounts(axis: Axis, t: Translate, form: str = ".0bn") -> None:
    """Let an axis of values in 100 million yuan count in billions in English, as they are in Chinese."""
    axis.set_major_formatter(lambda value, _: t(f"{{value:{form}}}", value=value))


def ranked_bars(ax: Axes, values: pd.Series, colours: Mapping[str, str], form: str = ".1f") -> None:
    """Horizontal bars from the largest down, each with its label at the left and its value at the end.

    `values` has the labels as its index, `colours` a fill for each.
    """
    ordered = values.sort_index().sort_values(ascending=False, kind="stable")
    bars = ax.barh(range(len(ordered)), ordered, color=[colours[label] for label in ordered.index], height=0.72)
    ax.bar_label(bars, [format(value, form).replace("-", "−") for value in ordered], padding=3, color=INK)
    ax.set(yticks=range(len(ordered)), yticklabels=ordered.index, ylim=(len(ordered) - 0.5, -0.5), xticks=[])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)


def interval_bar(ax: Axes, place: float, low: float, high: float, value: float | None = None) -> None:
    """An interval in the house's grammar: a pale bar, a dot for a value in it, an open arrow where it has no end."""
    left, right = ax.get_xlim()
    ends = low if np.isfinite(low) else left, high if np.isfinite(high) else right
    ax.plot(ends, [place, place], color=PALE, lw=9, solid_capstyle="butt", zorder=1)
    for end, bounded, marker in ((ends[0], np.isfinite(low), "<"), (ends[1], np.isfinite(high), ">")):
        if not bounded:
            ax.plot(end, place, marker, ms=8, mfc="white", mec=GREY, clip_on=False)
    if value is not None:
        ax.plot(value, place, "o", color=GREY, ms=5, zorder=2)


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
    draw: Callable[..., None],
    table: pd.DataFrame,
    *,
    title: str | Pair,
    subtitle: str | Pair,
    alt: str | Pair,
    size: tuple[float, float] = (7.2, 4.4),
    panels: tuple[int, int] = (1, 1),
    subplots: Mapping[str, Any] | None = None,
    folder: Path | str | None = None,
    sources: Mapping[str, Pair] | None = None,
    **values: Any,
) -> Exhibit:
    """Draw a figure in both languages and write its six files, or none of them.

    Parameters
    ----------
    name : str
        Name of the files, in lower case with underscores.
    draw : callable
        ``draw(axes, table, t)`` draws once per language. `axes` is one Axes, or an array of them if there are several
        panels; `table` is the table as it is read from the CSV, with ten significant digits; ``t(text, **values)`` is
        `words.translate` with the language given.
    table : DataFrame
        What is drawn; a column ``source_id`` names the source of each row (several joined by semicolons).
    title, subtitle, alt : str, or pair of str
        Templates as for `words.translate`, or one in each language: the finding in one short sentence; the measure
        with its unit; what the picture shows, for those who do not see it.
    size : tuple of float
        Width and height in inches; at 300 dpi the width must give at least 1600 pixels.
    panels : tuple of int
        Rows and columns of axes.
    subplots : mapping, optional
        Further keywords of ``Figure.subplots``.
    folder : path, optional
        Where the files go, if not among the project's figures.
    sources : mapping of str to pair of str, optional
        Citations in English and Chinese of sources that are not in ``sources.csv``.
    **values
        What the fields of the templates stand for.

    Returns
    -------
    Exhibit
        For the notebook to show: of the stored files, where they are what was drawn.

    Raises
    ------
    FigureError
        For a missing text; a number in the title that is neither a label nor a value of the table; an unknown source;
        a missing glyph; text that is cut off, overlaps or is too pale; a bar or dot that is cut off; a picture too
        narrow. With the environment variable ``FIGURES_CHECK`` set nothing is written, and a stored file that is not
        what was drawn is an error too.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]{,79}", name) or name == "datapackage":
        rule = "a name is lower case letters, digits and underscores, 80 at most, and not datapackage"
        raise FigureError(f"{name!r}: {rule}")
    if not isinstance(table, pd.DataFrame) or folder == "":
        raise FigureError(f"{name}: table is a DataFrame, and folder a folder, or None for the project's figures")
    texts_given = {"title": title, "subtitle": subtitle, "alt": alt}
    for what, text in texts_given.items():
        pair = text if isinstance(text, tuple) else (text, text)
        if len(pair) != 2 or not all(isinstance(one, str) and one.strip() for one in pair):
            raise FigureError(f"{name}: {what} must be a text, or a pair of texts, English and Chinese")
    if not _notebook:
        raise FigureError(f"{name}: call use_style with the notebook's name first")
    if min(*size, *panels) <= 0:
        raise FigureError(f"{name}: size, in inches, and panels are above zero, not {size} and {panels}")
    if size[0] * mpl.rcParams["savefig.dpi"] < 1600:
        raise FigureError(f"{name}: {size[0]} inches are fewer than 1600 pixels")
    cited = _sources(name, table, sources or {})
    if folder is None and (strange := {*table.get("unit", ())} - {*UNITS, *data.unit_names().values()}):
        raise FigureError(f"{name}: unit {', '.join(sorted(map(str, strange)))}; known are {', '.join(UNITS)}")
    if folder is None and (unknown := [column for column in table if column not in COLUMNS]):
        raise FigureError(
            f"{name}: {', '.join(unknown)}: say in figures.COLUMNS what the column holds, or use one there"
        )
    for column in table.select_dtypes(["object", "string"]):
        if formulas := [cell for cell in table[column] if isinstance(cell, str) and data.FORMULA.match(cell)]:
            raise FigureError(f"{name}: {column} has {formulas[0]!r}, which a spreadsheet takes for a formula")
    # with a byte order mark, for a spreadsheet that would take UTF-8 for the code page of its system
    files = {"csv": table.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode("utf-8-sig")}
    read = pd.read_csv(io.BytesIO(files["csv"]))
    with words.recording() as texts:
        spoken = {what: words.both(text, values) for what, text in texts_given.items()}
    templates = [one for text in texts_given.values() for one in (text if isinstance(text, tuple) else (text,))]
    if values and (idle := sorted(values.keys() - {field for one in templates for field in words.fields_of(one)})):
        raise FigureError(f"{name}: {', '.join(idle)}: no such argument, and no field of title, subtitle or alt")
    for language in words.LANGUAGES:
        # a picture is not half translated: its units must fit its words
        spoken_in = language if all(map(words.has_chinese, texts)) else "en"
        position = words.LANGUAGES.index(spoken_in)
        heads = [spoken[what][position] for what in ("title", "subtitle")]
        with warnings.catch_warnings(), words.recording() as more:
            warnings.simplefilter("error")
            cites = [*dict.fromkeys(pair[position] for pair in cited.values())]
            foot = words.translate("Sources: {sources}", spoken_in, sources=words.listed(cites, spoken_in))
            arguments = read, _translator(spoken_in)
            try:
                fig = _compose(draw, arguments, [*heads, foot], size, panels, subplots or {})
                drawn = _check_texts(f"{name}.{language}", fig)
                _check_contrast(f"{name}.{language}", fig, drawn)
                _check_marks(f"{name}.{language}", fig)
                _check_numbers(f"{name}.{language}", heads, fig, drawn, read)
                files[f"{language}.png"] = _png(fig, heads[0])
                files[f"{language}.svg"] = _svg(fig, spoken_in, heads[0], spoken["alt"][position])
            except UserWarning as warning:
                raise FigureError(f"{name}.{language}: {warning}") from None
        texts += [text for text in more if text not in texts]
    side = {"name": name, "notebook": f"notebooks/{_notebook}.ipynb"}
    side |= {what: dict(zip(words.LANGUAGES, pair, strict=True)) for what, pair in spoken.items()}
    side["sources"] = sorted(cited)
    if missing := [text for text in texts if not words.has_chinese(text)]:
        side["untranslated"] = missing
    side["sha256"] = {f"{name}.{kind}": hashlib.sha256(content).hexdigest() for kind, content in sorted(files.items())}
    files["json"] = (json.dumps(side, ensure_ascii=False, indent=1) + "\n").encode()
    place = FOLDER if folder is None else Path(folder)
    stored = _stored(name, place)
    stale = [kind for kind in FILES if kind not in stored or not _alike(kind, stored[kind], files[kind])]
    if not stale:
        files = stored
    elif folder is None and os.environ.get("FIGURES_CHECK"):
        raise FigureError(f"figures/{name}.{stale[0]} is not what this notebook draws; run the notebooks again")
    else:  # the runner keeps figures apart until their whole notebook has run
        _write(name, files, Path(os.environ.get("FIGURES_FOLDER", FOLDER)) if folder is None else place)
    return Exhibit(name, files["en.svg"].decode(), _small(files["en.png"]), spoken["alt"], texts)


def _translator(language: str) -> Translate:
    def t(text: str, chinese: str | None = None, /, **values: Any) -> str:
        if chinese is not None:  # a text outside the catalogue, given in both
            return words.both((text, chinese), values)[words.LANGUAGES.index(language)]
        return words.translate(text, language, **values)

    return t


def _sources(name: str, table: pd.DataFrame, own: Mapping[str, Pair]) -> dict[str, Pair]:
    """The citations of all sources of a table, by source."""
    if table.empty or "source_id" not in table or table["source_id"].isna().any():
        raise FigureError(f"{name}: the plotted numbers need a column source_id with a source in every row")
    ids = sorted({source for cell in table["source_id"] for source in str(cell).split(";")})
    known = {row.source_id: (row.cite_en, row.cite_zh) for row in data.sources().itertuples()} | dict(own)
    if unknown := [source for source in ids if source not in known]:
        raise FigureError(f"{name}: {', '.join(unknown)} not in sources.csv; name it there or in sources=")
    return {source: known[source] for source in ids}


def _wrap(text: str, width: float, points: float) -> str:
    """Break a text to `width` inches: at spaces, or between Chinese characters, which are twice as wide."""
    if any(ord(character) > 0x2E80 for character in text):
        lines, room = [""], width * 72 / points * 2 - 1
        # a number stays with its unit, no line begins with a closing sign or ends with an opening one
        closing = "[\uff0c\u3002\uff1b\uff1a\u3001\uff09\u300b\uff1f\u201d]*"
        opening = "[\uff08\u300a\u201c]*"
        for word in re.findall(rf"{opening}(?:[!-~–−—]+[\u4e00-\u9fff]{{0,4}}|.){closing}", text):
            if _columns(lines[-1] + word) > room:  # a line ends after a sign, if one stands in its last third
                end = max(lines[-1].rfind(sign) for sign in "\uff0c\uff1b\uff1a\u3001") + 1
                end = end if end > len(lines[-1]) * 2 / 3 else len(lines[-1])
                lines[-1:] = [lines[-1][:end], lines[-1][end:]]
            lines[-1] += word
        return "\n".join(line.strip() for line in lines)
    return textwrap.fill(text, int(width * 72 / points / 0.5))


def _columns(text: str) -> float:
    return sum(2 if ord(character) > 0x2E80 else 1.15 for character in text)


def _compose(
    draw: Callable[..., None], arguments: tuple[Any, ...], texts: list[str], size: tuple[float, float],
    panels: tuple[int, int], subplots: Mapping[str, Any],
) -> Figure:  # fmt: skip
    """Title and subtitle at the top left, the source line at the foot, the axes between."""
    fig, margin = Figure(figsize=size, dpi=mpl.rcParams["savefig.dpi"]), 0.12
    points, colours = (14.0, 9.5, 7.5), (INK, GREY, GREY)
    wrapped = [_wrap(text, size[0] - 2 * margin, point) for text, point in zip(texts, points, strict=True)]
    heights = [(text.count("\n") + 1) * point * 1.5 / 72 for text, point in zip(wrapped, points, strict=True)]
    for text, point, colour, y, va in zip(
        wrapped, points, colours, (size[1] - margin, size[1] - margin - heights[0], margin), ("top", "top", "bottom"),
        strict=True,
    ):  # fmt: skip
        fig.text(margin / size[0], y / size[1], text, fontsize=point, color=colour, va=va, linespacing=1.3)
    top, foot = margin + heights[0] + heights[1] + 0.06, margin + heights[2] + 0.06
    fig.set_layout_engine("constrained", rect=(0, foot / size[1], 1, 1 - (top + foot) / size[1]), w_pad=margin)
    draw(fig.subplots(*panels, **subplots), *arguments)
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    return fig


def _check_texts(name: str, fig: Figure) -> list[Text]:
    """Refuse text that is cut off by the edge or lies on another; return the texts of the axes."""
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
        raise FigureError(f"{name}: the text {text.get_text()!r} is cut off by the edge")
    apart = 1.0  # boxes are a little larger than the ink
    over = (boxes[:, None, :2] + apart < boxes[None, :, 2:]).all(axis=2)
    for i, j in np.argwhere(np.triu(over & over.T, 1)):
        raise FigureError(f"{name}: {shown[i].get_text()!r} lies on {shown[j].get_text()!r}")
    return [text for text in shown if text not in fig.texts]


def _luminance(colour: Any) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = np.array(mpl.colors.to_rgb(colour))
    return float(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])


def _check_marks(name: str, fig: Figure) -> None:
    """Refuse a bar or a dot that the edge of its axes cuts: a table has grown beyond limits set by hand."""
    for ax in fig.axes:
        left, bottom, right, top = ax.get_window_extent().extents + np.array([-1, -1, 1, 1])
        boxes = [bar.get_window_extent().extents for bar in ax.patches if bar.get_clip_on() and bar.get_visible()]
        for line in ax.lines:
            if line.get_marker() not in ("None", "", " ", None) and line.get_clip_on():
                points = line.get_transform().transform(np.column_stack(line.get_data()).astype(float))
                radius = line.get_markersize() * fig.dpi / 72 / 2
                boxes += [(x - radius, y - radius, x + radius, y + radius) for x, y in points if np.isfinite(x + y)]
        for x0, y0, x1, y1 in boxes:
            beyond = {"left": x0 < left, "right": x1 > right, "lower": y0 < bottom, "upper": y1 > top}
            if cut := [edge for edge, over in beyond.items() if over]:
                raise FigureError(
                    f"{name}: a mark is cut off by the {cut[0]} edge of its axes; let the limits follow the table"
                )


def _check_contrast(name: str, fig: Figure, drawn: list[Text]) -> None:
    """Refuse text with less than 4.5:1 against the surface it lies on (WCAG 2.2, 1.4.3)."""
    patches = sorted((patch for ax in fig.axes for patch in ax.patches if patch.get_visible()), key=Artist.get_zorder)
    surfaces = [(patch.get_window_extent(), patch.get_facecolor()) for patch in patches]
    for text in drawn:
        box, below = Text.get_window_extent(text), "white"
        middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        for surface, colour in surfaces:
            below = colour if surface.contains(*middle) and colour[3] > 0.5 else below
        if text.get_bbox_patch():
            below = text.get_bbox_patch().get_facecolor()
        ink, opaque = mpl.colors.to_rgba(text.get_color(), text.get_alpha()), np.array(mpl.colors.to_rgb(below))
        seen = ink[3] * np.array(ink[:3]) + (1 - ink[3]) * opaque
        light, dark = sorted([_luminance(seen), _luminance(opaque)], reverse=True)
        if (ratio := (light + 0.05) / (dark + 0.05)) < 4.5:
            raise FigureError(f"{name}: {text.get_text()!r} is too pale to read, {ratio:.1f}:1; text wants 4.5:1")


def _check_numbers(name: str, heads: list[str], fig: Figure, drawn: list[Text], table: pd.DataFrame) -> None:
    """Refuse a number in the title, years aside, that is no label of the picture, no value and not in the measure."""
    number = re.compile(r"(?<![A-Za-z0-9_.,])\d+(?:,\d{3})*(?:\.\d+)?")  # a sign may be in the words
    ticks = {id(label) for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for label in axis.get_ticklabels()}
    labels = {label for text in drawn if id(text) not in ticks for label in number.findall(text.get_text())}
    labels |= {*number.findall(heads[1])}
    values = np.abs(table.drop(columns="time_period", errors="ignore").select_dtypes("number").to_numpy(float).ravel())
    # 100 million yuan in millions, ten thousands, billions, trillions; pieces in thousands, ten thousands
    scales = (1, 100, 1e4, 0.1, 1e-3, 1e-4)
    for said in number.findall(heads[0]):
        if re.fullmatch(r"(19|20)\d\d", said) or said in labels:
            continue
        form = f".{len(said.partition('.')[2])}f"
        if said.replace(",", "") not in {format(value * scale, form) for value in values for scale in scales}:
            raise FigureError(f"{name}: the title says {said}, which is neither a label nor a value of the table")


# The canvases are asked themselves: `savefig` would draw everything once more, to lay out what is laid out already.
def _png(fig: Figure, title: str) -> bytes:
    """The picture without the transparency that it does not have, packed as well as is quick."""
    canvas, buffer, about = FigureCanvasAgg(fig), io.BytesIO(), PngInfo()
    canvas.draw()
    about.add_itxt("Title", title)
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.save(buffer, "png", compress_level=3, dpi=(fig.dpi, fig.dpi), pnginfo=about)
    return buffer.getvalue()


def _svg(fig: Figure, language: str, title: str, alt: str) -> bytes:
    """SVG with title and description where screen readers look for them, and ids that do not depend on the machine."""
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Title": title, "Description": alt}
    FigureCanvasSVG(fig).print_svg(buffer, metadata=metadata)
    text = buffer.getvalue()
    numbers: dict[str, int] = {}  # matplotlib's ids are hashes of places to their last bit; here, of first appearance

    def numbered(match: re.Match[str]) -> str:
        return f"{match[1]}{numbers.setdefault(match[2], len(numbers))}"

    text = re.sub(r'((?:id="|#)(?:[a-z]|C\w+_))([0-9a-f]{10})(?=[")])', numbered, text)
    # A picture shrinks with the page it is shown on.
    text = text[text.index("<svg") :].replace("<svg ", '<svg role="img" style="max-width: 100%; height: auto" ', 1)
    lang = f'lang="{language}"'
    described = f"</title>\n <desc {lang}>{html.escape(alt, quote=False)}</desc>"
    return text.replace("<title>", f"<title {lang}>", 1).replace("</title>", described, 1).encode()


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


def _write(name: str, files: dict[str, bytes], folder: Path) -> None:
    """Write all files beside their places first, then move them, the side file with the hashes last: each is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    if blocked := [kind for kind in files if (folder / f"{name}.{kind}").is_dir()]:
        raise FigureError(f"{folder.name}/{name}.{blocked[0]} is a folder; nothing was written")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
        for kind, content in files.items():
            (Path(beside) / kind).write_bytes(content)
        for kind in files:
            os.replace(Path(beside) / kind, folder / f"{name}.{kind}")


def _stored(name: str, folder: Path) -> dict[str, bytes]:
    """The stored files of a figure, without those that its side file does not know by their hashes."""
    files = {kind: path.read_bytes() for kind in FILES if (path := folder / f"{name}.{kind}").is_file()}
    try:
        known = json.loads(files["json"])["sha256"]
    except (KeyError, TypeError, ValueError):  # no side file, or none that can be read
        known = None
    if not isinstance(known, dict):
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
