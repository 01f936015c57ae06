"""The explorer: any indicator, area and vintage, any change, any trend; in a notebook and in a page of its own.

One ES module, ``explorer.js``, draws in both hosts: anywidget loads it in JupyterLab, and `page` puts it into a page
that needs neither Python nor a network. What there is to see is decided by `helpers.choices`: `payload` holds every
series, change and trend over all years, and the reason for each that does not exist. The module looks up, filters,
draws, moves the base of an index and computes a compound rate; for other years of a trend it asks the kernel.

Typical use::

    explorer.explore()  # the widget
    choice = explorer.Choice((("RD_EXP", "CN-SH", "final"),), show="share", model="damped")
    explorer.view(choice).table
    explorer.export(choice, "rd_share")  # the six files of a figure, in mine/
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from helpers import choices, data, figures, models, words
from helpers.choices import Choice, Refused, View, catalogue, code, view, why_not
from helpers.words import marked

__all__ = [
    "Choice", "Refused", "View", "catalogue", "code", "explore", "export", "page", "payload", "view", "why_not",
]  # fmt: skip

SCRIPT = Path(__file__).with_suffix(".js")
LEVELS, HORIZON = (0.8, 0.95), 6  # intervals and years ahead that the payload holds of a trend


def _lines(indicators: str, areas: str, vintages: str) -> tuple[choices.Line, ...]:
    return tuple(product(indicators.split(), areas.split(), vintages.split()))


QUESTIONS = {  # ready choices, so that nobody meets an empty form
    marked("How much faster than GDP did R&D grow?"): Choice(
        _lines("RD_EXP", "CN-SH", "final+first-release+sh-yearbook") + _lines("GDP", "CN-SH", "census-5"), "index",
        (2006, 2024)),
    marked("How much of GDP goes into R&D, here and elsewhere?"): Choice(
        _lines("RD_INTENSITY", "CN-SH CN-440300 CN-BJ", "first-release"), years=(2011, 2023)),  # then GDP was revised
    marked("When did Shenzhen overtake Shanghai in R&D?"): Choice(
        _lines("RD_EXP", "CN-SH CN-440300 CN-BJ", "first-release"), years=(2018, 2024)),
    marked("Who pays for R&D?"): Choice(
        _lines("RD_FUND_ENTERPRISE RD_FUND_GOVERNMENT RD_FUND_ABROAD RD_FUND_OTHER", "CN-SH", "final")),
    marked("How many patents come with a yuan of R&D?"): Choice(
        _lines("INVENTION_PATENTS_GRANTED", "CN-SH CN-BJ CN-GD CN-JS CN-ZJ", "as-published"), "per_rd"),
    marked("How large should the robot industry be?"): Choice(
        _lines("ROBOT_INDUSTRY_SCALE", "CN-SH", choices.DOCUMENTS)),
    marked("What does each release say of China's productivity?"): Choice(
        _lines(choices.TFP, "CN", "pwt-10.0 pwt-10.01 pwt-11.0"), "index", (1978, 2023)),
}  # fmt: skip


def spoken() -> list[str]:
    """What the module says; and texts that are no literals where they are spoken: trends, units, vintages."""
    module = re.findall(r'(?:\b[tT]\(|LATER = )"((?:[^"\\]|\\.)*)"', SCRIPT.read_text("utf-8"))
    assumed = (model.assumes for model in models.MODELS.values())
    units = [*_derived_units(), *choices.book().statements["unit"].unique()]
    return [*dict.fromkeys([*module, *models.MODELS, *assumed, *units, *choices.VINTAGES.values()])]


def payload(folder: Path | str = data.FOLDER) -> dict[str, Any]:
    """All that the page needs: every line, change and trend over all years, the reasons for what there is not, words.

    Numbers have ten digits; trends six, or where they are in logarithms a thousandth of a log point × 100.
    """
    tables, reasons, cites = choices.book(folder), {}, {}
    fits: dict[tuple[str, int], list[Any]] = {}
    lines = [_held(line, tables, reasons, cites, fits) for line in tables.lines]
    for (model, _), jobs in fits.items():
        _fit(model, jobs)
    cited = {source for ids in cites for source in ids.split(";")}
    named = tables.sources.loc[sorted(cited), ["cite_en", "cite_zh"]]
    sources = dict(zip(named.index, named.to_numpy().tolist(), strict=True))
    held = {
        "lines": lines, "indicators": tables.indicators, "areas": tables.areas, "reasons": [*reasons],
        "cites": [ids.split(";") for ids in cites], "sources": sources,
        "vintages": {name: choices.vintage_name(name) for line in lines for name in line["k"][2].split("+")},
        "units": {unit: _unit(unit) for unit in dict.fromkeys([*(line["u"] for line in lines), *_derived_units()])},
        "statements": [_statement(row, tables) for row in tables.statements.itertuples()],
        "own": choices.own_folder(folder), "shows": choices.SHOWS,
        "models": {name: [model.assumes, model.least] for name, model in models.MODELS.items()},
        "over": {show: over for show, (over, _) in choices.RATIOS.items()},
        "horizon": HORIZON, "levels": LEVELS, "most": choices.LINES,
        "questions": [[text, asdict(choice)] for text, choice in QUESTIONS.items()],
        "countries": {area: country for country, area in choices.COUNTRIES.items()}, "fields": data.fields("series"),
        "texts": {text: words.chinese_of(text) or text for text in [*spoken(), *QUESTIONS]},
        "colours": {name: getattr(figures, name.upper()) for name in ("ink", "grey", "accent", "mid", "tint", "pale")},
    }  # fmt: skip
    return held | {"font": figures.font_subset(json.dumps(held, ensure_ascii=False))}


def _held(
    line: choices.Line, tables: choices.Book, reasons: dict[Any, int], cites: dict[str, int], fits: dict[Any, Any]
) -> dict[str, Any]:
    """One line of the payload; what is to be fitted is noted in `fits`, with all others of its length."""
    unit = tables.lines[line][0]
    held: dict[str, Any] = {"k": line, "u": unit, "log": choices.in_logarithms("level", unit), "no": {}, "t": {}}
    if line[2] == choices.DOCUMENTS:
        rows = tables.printed(line).drop(columns=["unit", "vintage"]).astype(object)
        rows["source_id"] = [cites.setdefault(source, len(cites)) for source in rows["source_id"]]
        return held | {"d": rows.where(rows.notna(), None).to_numpy().tolist()}

    def number(refused: Refused) -> int:
        return reasons.setdefault(tuple(refused.pair), len(reasons))

    def numbers(s: pd.Series) -> dict[str, Any]:
        sources = [cites.setdefault(";".join(s.attrs["lineage"][int(year)]), len(cites)) for year in s.index]
        return {"y": [*map(int, s.index)], "v": [float(f"{value:.10g}") for value in s],
                "s": sources[0] if len({*sources}) == 1 else sources}  # fmt: skip

    whole = tables.published(line)
    held |= numbers(whole) | {"q": whole.attrs.get("qualifiers", {}), "b": whole.attrs["breaks"]}
    for show in choices.SHOWS:
        try:
            s = tables.shown(line, show)
        except Refused as refused:
            held["no"][show] = number(refused)
            continue
        if show in choices.RATIOS:
            none = number(Refused(choices.MISSING[show]))
            held[show] = {"u": s.attrs["unit"], "w": s.attrs["vintage"], "f": f"{s.attrs['factor']:g}", "none": none}
        if show in ("growth", *choices.RATIOS):
            held[show] = held.get(show, {}) | numbers(s)
        if show in ("index", "compound") or line[2] == choices.TARGET:  # an index is its level on another scale
            continue
        log, fitted, trends = choices.in_logarithms(show, held["u"]), choices.known(s), held["t"].setdefault(show, {})
        for model in models.MODELS:
            try:
                choices.refuse_trend(fitted, model, log)
            except Refused as refused:
                trends[model] = number(refused)
            else:
                z = 100 * np.log(fitted.to_numpy(float)) if log else fitted.to_numpy(float)
                fits.setdefault((model, len(z)), []).append((trends, log, z))
    return held


def _fit(model: str, jobs: list[tuple[dict[str, Any], bool, Any]]) -> None:
    """Fit all series of one length together: whether in logarithms, the narrow interval's share, means, half-widths."""
    from scipy import special

    z = np.column_stack([values for _, _, values in jobs])
    parts, wide = models.estimate(model, z, HORIZON, max(LEVELS))
    narrow = special.stdtrit(len(z) - models.MODELS[model].parameters, 0.5 + min(LEVELS) / 2) / wide
    for (trends, log, _), mean, spread in zip(jobs, parts.mean.T, parts.spread.T, strict=True):
        ends = (mean, wide * spread)
        kept = [[round(float(value), 3) if log else float(f"{value:.6g}") for value in values] for values in ends]
        trends[model] = [int(log), round(float(narrow), 6), *kept]


def _unit(unit: str) -> list[Any]:
    """English name and factor, Chinese name, English name in the tables."""
    in_tables = choices.UNITS["names_en"].get(unit, unit)
    return [*choices.unit_name(unit, "en"), choices.unit_name(unit, "zh")[0], in_tables]


def _derived_units() -> list[str]:
    return ["index", *(unit for _, units in choices.RATIOS.values() for unit, _ in units.values())]


def _statement(row: Any, tables: choices.Book) -> list[Any]:
    """What a document prints: indicator, area, date, print, line, document (twice), interval, unit, role."""
    unit, factor = choices.counted_in(row.unit)
    ends = [float(f"{end * factor:.10g}") if np.isfinite(end) else None for end in (row.low, row.high)]
    words_printed = row.qualifier_printed + row.printed + row.unit_printed
    line = None if pd.isna(row.line) else int(row.line)
    cited = tables.sources.loc[row.source_id, ["cite_en", "cite_zh"]]
    return [row.indicator, row.ref_area, row.time_period, words_printed, line, *cited, *ends, unit, row.role]


def page(path: Path | str, folder: Path | str = data.FOLDER) -> None:
    """Write the explorer as one page that needs nothing else."""
    held = json.dumps(payload(folder), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    needs = html.escape(" ".join(words.both(marked("This page needs JavaScript."), {})))
    parts = {"{script}": SCRIPT.read_text("utf-8"), "{needs}": needs, "{payload}": held}
    text = re.sub("|".join(map(re.escape, parts)), lambda found: parts[found[0]], _PAGE)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8", newline="\n")


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Explore Shanghai's innovation figures</title>
<style>body { margin: 0; background: #fff }</style>
<main id="explorer">
<noscript>{needs}</noscript>
</main>
<script type="module">
{script}
const held = JSON.parse(document.getElementById("held").textContent);
window.explorer = mount(document.getElementById("explorer"), held, { home: "index.html" });
</script>
<script type="application/json" id="held">{payload}</script>
</html>
"""


def _draw(names: list[list[str]], show: str, unit: str) -> Callable[..., None]:
    """How a choice is drawn as a figure: as the module draws it."""

    def draw(ax: Axes, table: pd.DataFrame, t: figures.Translate) -> None:
        factor, ends = choices.unit_name(unit, t(*words.LANGUAGES))[1], {}
        colours = dict(zip((t(*name) for name in names), 2 * [figures.ACCENT, figures.INK, figures.MID], strict=False))
        if show == "compound":
            rates = table.set_index(table["series"].map({name[0]: t(*name) for name in names}))["obs_value"]
            figures.ranked_bars(ax, rates, colours)
            return
        for (label, colour), name in zip(colours.items(), names, strict=True):
            rows = table[table["series"] == name[0]].sort_values("x", kind="stable").set_index("x")
            rows = rows.assign(**{column: rows[column] * factor for column in ("obs_value", "low", "high")})
            single = rows["vintage"].isin([choices.DOCUMENTS, choices.TARGET]) | ~rows["qualifier"].isin(
                ["exact", "projected"]
            )
            seen, ahead = rows[(rows["qualifier"] == "exact") & ~single], rows[rows["qualifier"] == "projected"]
            if len(seen):
                years = range(int(seen.index[0]), int(seen.index[-1]) + 1)  # gaps are left as gaps
                style = "-" if len(ends) < 3 else "--"
                ax.plot(years, seen["obs_value"].reindex(years), style, color=colour, marker="o", ms=3.5)
            if len(ahead):
                last = seen.iloc[-1:]
                fan = pd.concat([last.assign(low=last["obs_value"], high=last["obs_value"]), ahead])
                pale = figures.PALE if ends else figures.TINT
                ax.fill_between(fan.index, fan["low"], fan["high"], color=pale, alpha=0.6, lw=0)
                ax.plot(fan["obs_value"], ":", color=colour)
            for x, row in rows[single].iterrows():
                aimed = choices.TARGET in (row["qualifier"], row["vintage"])
                shape = {"at_least": "^", "at_most": "v"}.get(row["qualifier"], "D" if aimed else "o")
                ax.vlines(x, row["low"], row["high"], color=figures.PALE, lw=8, zorder=0)
                ax.plot(x, row["obs_value"], shape, mfc=colour if shape == "o" else "white", mec=colour, ms=6)
            ends[label] = rows.index[-1], rows["obs_value"].iloc[-1], figures.GREY if colour == figures.MID else colour
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        if table["x"].nunique() == 1:
            ax.set_xlim(table["x"].iloc[0] - 2, table["x"].iloc[0] + 2)
        if not (table[["obs_value", "low"]].min() <= 0).any():
            ax.set_ylim(bottom=-0.02 * ax.get_ylim()[1])
        figures.end_labels(ax, ends)

    return draw


def export(
    choice: Choice, name: str, folder: Path | str | None = "mine", tables: Path | str = data.FOLDER
) -> figures.Exhibit:
    """Write what a choice shows as the six files of a figure.

    Parameters
    ----------
    choice : Choice
        What is shown.
    name : str
        Name of the files.
    folder : path, optional
        Where they go; None for the project's figures.
    tables : path
        Where the tables are.

    Raises
    ------
    Refused, FigureError
        As `view` and `figures.export`.
    """
    seen = view(choice, tables)
    table = seen.table.copy()
    of_line = table.groupby("series")["source_id"].transform(
        lambda cells: ";".join(sorted({source for cell in cells for source in cell.split(";")} - {""}))
    )
    table["source_id"] = table["source_id"].mask(table["source_id"] == "", of_line)  # a trend is made of its line
    pairs = {what: tuple(getattr(seen, what)) for what in ("title", "subtitle", "alt")}
    return figures.export(name, _draw(seen.names, choice.show, seen.unit), table, folder=folder, **pairs)


def explore(
    folder: Path | str = data.FOLDER, choice: Choice | None = None, picture: figures.Exhibit | None = None
) -> Any:
    """The explorer as a widget.

    Parameters
    ----------
    folder : path
        The project's tables, or a folder of one's own with the same files.
    choice : Choice, optional
        What is shown first.
    picture : Exhibit, optional
        What is seen of it where no kernel runs.

    Raises
    ------
    DataError
        If a table of the folder has a fault.
    """
    import anywidget
    import traitlets

    class Explorer(anywidget.AnyWidget):
        _esm = SCRIPT.read_text("utf-8")
        held = traitlets.Unicode().tag(sync=True)
        choice = traitlets.Dict().tag(sync=True)

        def _repr_mimebundle_(self, **keywords: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            bundle, metadata = super()._repr_mimebundle_(**keywords) or ({}, {})
            seen, described = picture._repr_mimebundle_() if picture else ({}, {})
            return bundle | seen, metadata | described

    def hear(widget: Explorer, message: dict[str, Any], _: object) -> None:
        try:
            given = message["choice"]
            lines, years = tuple(map(tuple, given["lines"])), given["years"] and tuple(given["years"])
            wanted = Choice(**given | {"lines": lines, "years": years})
            if message["do"] == "fit":
                told = {"trends": [_ahead(table) for table in choices.answer(wanted, choices.book(folder))[0]]}
            else:
                figures.ready()
                export(wanted, message["name"], data.FOLDER.parent / "mine", folder)
                told = {"saved": ", ".join(f"{message['name']}.{kind}" for kind in figures.FILES)}
        except (ValueError, TypeError, KeyError) as error:  # Refused, FigureError and DataError are ValueErrors
            told = {"refused": getattr(error, "pair", [str(error)] * 2)}
        widget.send(told | {"id": message["id"]})

    held = json.dumps(payload(folder), ensure_ascii=False, separators=(",", ":"))
    first = asdict(choice or next(iter(QUESTIONS.values())))
    widget = Explorer(held=held, choice=first)
    widget.on_msg(hear)
    return widget


def _ahead(table: pd.DataFrame) -> list[dict[str, Any]]:
    ahead = table[table["qualifier"] == "projected"]
    return [{"x": int(row.x), "label": row.time_period, "v": row.obs_value, "lo": row.low, "hi": row.high,
             "q": "projected"} for row in ahead.itertuples()]  # fmt: skip
