"""What can be asked of the figures, and what they answer: the numbers behind `helpers.explorer`.

A `Choice` names lines (indicator, area, vintage), the years, the change and the trend; the order is always the same:
the years are chosen first, then the change is computed, then the trend is fitted. `view` answers, `why_not` says why
there is no answer, `code` gives the Python that leads to the same numbers. Nothing crosses a break of definition;
vintages are joined only where `data.series` joins them, and a ratio names both of its sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from helpers import data, growth, models, trends, words
from helpers.words import marked, translate

Line = tuple[str, str, str]  # indicator, area, vintage; vintages joined by "+"
SHOWS = ("level", "index", "growth", "compound", "share", "per_resident", "per_rd")
LINES = 6  # more cannot be told apart
TFP, DOCUMENTS, TARGET = "TFP", "documents", "target"
COUNTRIES = {"CHN": "CN", "DEU": "DE", "IND": "IN", "JPN": "JP", "KOR": "KR", "SGP": "SG", "USA": "US"}
UNITS = next(field for field in data.fields("series") if field["name"] == "unit")  # as published
COLUMNS = ["time_period", "x", "obs_value", "low", "high", "qualifier", "unit", "vintage", "source_id"]
# What is divided by what: the denominator; for each base unit of the numerator the unit of the ratio, and how many base
# units of one over base units of the other it is.
RATIOS = {
    "share": ("GDP", {"CNY": ("percent", 1e-2)}),
    "per_resident": (
        "POPULATION",
        {
            "CNY": ("thousand yuan per resident at the end of the year", 1e3),
            "count": ("per 10,000 residents at the end of the year", 1e-4),
        },
    ),
    "per_rd": ("RD_EXP", {"count": ("per 100 million yuan of R&D", 1e-8)}),
}
VINTAGES = {
    "final": "yearbook", "first-release": "first release", "revised": "revised",
    "announced": "announced by a work report", "as-published": "as published", "sh-yearbook": "Shanghai yearbook",
    TARGET: "target", DOCUMENTS: "as documents print it, a year marked at its end",
    "pre-census-4": "before the fourth economic census", "census-4": "after the fourth economic census",
    "census-5": "after the fifth economic census", "yearbook-": "yearbook {number}", "wdi-": "World Bank, {number}",
    "pwt-": "PWT {number}",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What is to be seen.

    Attributes
    ----------
    lines : tuple of (indicator, area, vintage)
        Keys as in `catalogue`; vintages that are to be joined, by ``+``.
    show : str
        'level', 'index' (first common year = 100), 'growth' (percent on the year before), 'compound' (percent a year
        from the first to the last year), 'share' (of GDP, percent), 'per_resident', 'per_rd' (per yuan of R&D).
    years : (int, int), optional
        First and last year; all where there is none.
    model, level, horizon : str, float, int
        A trend of `trends.MODELS`, the coverage of its interval, and how many years it is carried on. Levels in yuan,
        pieces and persons are fitted in logarithms; shares, growth and ratios as they are.
    """

    lines: tuple[Line, ...]
    show: str = "level"
    years: tuple[int, int] | None = None
    model: str | None = None
    level: float = 0.95
    horizon: int = 6


class Refused(ValueError):
    """A choice that the figures cannot answer; `pair` is the reason in English and in Chinese."""

    def __init__(self, text: str, /, **values: Any) -> None:
        self.pair = words.both(text, values)
        super().__init__(self.pair[0])


class View(NamedTuple):
    """What is seen, and its words in pairs, English and Chinese.

    `table` has the columns of a figure's CSV, and ``x`` (place on an axis where a year is its end), ``low, high,
    qualifier``; the years that a trend adds are of qualifier ``projected`` and have no source. `statements` are the
    rows of ``statements.csv`` that bear on the choice. `names` tell the lines apart. `unit` is as published.
    """

    table: pd.DataFrame
    statements: pd.DataFrame
    names: list[list[str]]
    unit: str
    title: list[str]
    subtitle: list[str]
    alt: list[str]


class Book:
    """The tables of a folder, by line; each series is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.statements = data.statements(folder)
        self.sources = data.sources(folder).set_index("source_id")
        self.published = lru_cache(maxsize=None)(self._published)
        indicators, areas = data.indicators(folder), data.areas(folder)
        self.kinds = indicators.set_index("indicator")["kind"]
        self.indicators = {row.indicator: [row.name_en, row.name_zh] for row in indicators.itertuples()}
        self.indicators[TFP] = words.both(marked("Total factor productivity"), {})
        self.areas = {row.ref_area: [row.name_en, row.name_zh] for row in areas.itertuples()}

    @cached_property
    def lines(self) -> dict[Line, tuple[Any, ...]]:
        """Unit, kind, first and last year, years with a figure and without one, bounds of every line."""
        found: dict[Line, tuple[Any, ...]] = {}
        for (indicator, area), rows in data.catalogue(self.folder).groupby(["indicator", "ref_area"]):
            for vintage in [*self._joined(indicator, area, rows), *rows["vintage"]]:
                s = self.published((indicator, area, vintage))
                facts = s.attrs["unit"], self.kinds[indicator], *_span(s.index), len(s.attrs["bounds"])
                found[indicator, area, vintage] = facts
        table = data.pwt(folder=self.folder).dropna(subset="rtfpna")
        table = table[table["countrycode"].isin(COUNTRIES)]
        for (release, country), rows in table.groupby(["release", "countrycode"]):
            found[TFP, COUNTRIES[country], f"pwt-{release}"] = "index", "stock", *_span(rows["year"]), 0
        for (indicator, area), rows in self.prints.groupby(["indicator", "ref_area"]):
            unit = counted_in(rows["unit"].iloc[0])[0]
            bounds = int(rows["qualifier"].isin(["at_least", "at_most"]).sum())
            years = np.ceil(rows["x"]).astype(int).unique()
            found[indicator, area, DOCUMENTS] = unit, self.kinds[indicator], *_span(years), bounds
        return found

    def _joined(self, indicator: str, area: str, rows: pd.DataFrame) -> list[str]:
        """The vintages that can be joined, those with the most years first, if any can."""
        names: list[str] = []
        measured = rows[rows["vintage"] != TARGET].sort_values(["years", "vintage"], ascending=[False, True])
        for vintage in measured["vintage"] if len(measured) > 1 else []:
            try:
                joined = data.observations(indicator, area, [*names, vintage], self.folder)
            except data.DataError:
                continue
            if joined["vintage"].nunique() > len(names):  # it adds years
                names.append(vintage)
        return ["+".join(names)] if len(names) > 1 else []

    @cached_property
    def prints(self) -> pd.DataFrame:
        """What documents print of a year or a day, each once; `x` is its place on an axis where a year is its end."""
        table = self.statements
        table = table[table["duplicate_of"].eq("") & ~table["role"].isin(["growth", "rule", "reference"])]
        end = table["time_period"].str.split("/").str[-1]  # of a span, its end
        month = pd.to_numeric(end.str[5:7], errors="coerce").fillna(12)
        return table.assign(x=(end.str[:4].astype(int) - 1 + month / 12).round(3))

    def _published(self, line: Line) -> pd.Series:
        """A line by year, as published."""
        indicator, area, vintage = line
        if indicator != TFP:
            return data.series(indicator, area, vintage.split("+"), self.folder)
        table = data.pwt(vintage.removeprefix("pwt-"), self.folder)
        s = table[table["countrycode"].map(COUNTRIES) == area].set_index("year")["rtfpna"].dropna().rename(TFP)
        s.attrs = {"indicator": TFP, "area": area, "unit": "index", "vintage": vintage, "bounds": {}, "breaks": [],
                   "lineage": {int(year): [vintage] for year in s.index}}  # fmt: skip
        return s

    def shown(self, line: Line, show: str, years: tuple[int, int] | None = None) -> pd.Series:
        """A line over the years chosen, changed as asked; an index has no base yet. Refused where it has no meaning."""
        unit, kind = self.lines[line][:2]
        whole = self.published(line)
        s = whole.loc[slice(*years)] if years else whole
        if show == "level" or s.empty:
            return s
        if line[2] == TARGET:
            raise Refused("A target is no measurement: it is shown as it is.")
        if show in RATIOS:
            return self._ratio(known(s), known(whole), line, show)
        if kind == "rate":
            raise Refused("It is a rate already: show its level.")
        if kind == "cumulative" and show != "index":
            raise Refused("It counts from a start on: what it adds in a year is no growth.")
        if UNITS["base_units"].get(unit) == "percent" and show != "index":
            raise Refused("A share changes by percentage points: show its level.")
        if breaks := [year for year in s.attrs["breaks"] if s.index[0] < year <= s.index[-1]]:
            raise Refused("The definition changes in {year}: take the years before it, or from it on.", year=breaks[0])
        s = known(s)
        if len(s) and s.min() <= 0:
            raise Refused("A figure is zero: it has no rate of growth.")
        if show == "growth":
            s = growth.rate(s).dropna() if len(s) else s
            if s.empty:
                raise Refused("No two years in a row have a figure.")
        if show == "compound" and len(s) < 2:
            raise Refused("A single year has no growth.")
        return s

    def _ratio(self, s: pd.Series, whole: pd.Series, line: Line, show: str) -> pd.Series:
        """A series over another indicator's: of the same vintage, or of that with the most years in common."""
        indicator, area, vintage = line
        over, units = RATIOS[show]
        if indicator == over or (show == "per_rd" and indicator.startswith("RD_")):
            raise Refused("It would be divided by itself.")
        base = UNITS["base_units"].get(s.attrs["unit"])
        if base not in units or "/" in s.attrs["unit"]:
            raise Refused(_UNFIT[show])
        common = {
            other: len(whole.index.intersection(self.published((over, area, other)).index))
            for name, place, other in self.lines
            if (name, place) == (over, area) and other not in (TARGET, DOCUMENTS) and "+" not in other
        }
        chosen = vintage if common.get(vintage) else max(sorted(common), key=common.__getitem__, default="")
        below = known(self.published((over, area, chosen))) if common.get(chosen) else s.iloc[:0]
        if s.index.intersection(below.index).empty:
            raise Refused(MISSING[show])
        unit, worth = units[base]
        factor = float(f"{UNITS['scales'][s.attrs['unit']] / UNITS['scales'][below.attrs['unit']] / worth:.12g}")
        ratio = growth.ratio(s, below, unit, factor)
        ratio.attrs["factor"] = factor
        return ratio

    def printed(self, line: Line, years: tuple[int, int] | None = None) -> pd.DataFrame:
        """What documents print, as points, with the interval that each allows."""
        rows = self.prints[(self.prints["indicator"] == line[0]) & (self.prints["ref_area"] == line[1])]
        rows = rows[np.ceil(rows["x"]).between(*years)] if years else rows
        rows = rows.sort_values(["x", "source_id"], kind="stable").replace([np.inf, -np.inf], np.nan)
        unit, factor = counted_in(rows["unit"].iloc[0]) if len(rows) else ("", 1)
        rows = rows.assign(obs_value=rows["value"] * factor, low=rows["low"] * factor, high=rows["high"] * factor)
        rows["qualifier"] = rows["qualifier"].mask(rows["role"] == TARGET, TARGET)
        return rows.assign(unit=unit, vintage=DOCUMENTS)[COLUMNS].reset_index(drop=True)


_UNFIT = {
    "share": marked("Only an amount of money is compared with GDP."),
    "per_resident": marked("Only money and what is counted are divided among residents."),
    "per_rd": marked("Only what is counted is set against R&D."),
}
MISSING = {
    "share": marked("GDP of this area, in the state of revision that fits, is not on record for these years."),
    "per_resident": marked("The population of this area is not on record for these years."),
    "per_rd": marked("R&D expenditure of this area is not on record for these years."),
}


def book(folder: Path | str = data.FOLDER) -> Book:
    """The tables of a folder; read again when one of them has changed."""
    folder = Path(folder)
    return _book(folder, tuple((path.name, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.csv"))))


@lru_cache(maxsize=4)
def _book(folder: Path, stamp: object) -> Book:
    return Book(folder)


def catalogue(folder: Path | str = data.FOLDER) -> pd.DataFrame:
    """What can be chosen: `data.catalogue`, what can be joined of it, the documents' figures, and PWT's productivity.

    Returns
    -------
    DataFrame
        ``indicator, ref_area, vintage, unit, kind, start, end, years, gaps, bounds``: the unit as published, how many
        years have a figure, how many between them have none, and how many figures are only bounds.
    """
    facts = ["unit", "kind", "start", "end", "years", "gaps", "bounds"]
    rows = [(*line, *about) for line, about in book(folder).lines.items()]
    return pd.DataFrame(rows, columns=["indicator", "ref_area", "vintage", *facts])


def _span(years: Any) -> tuple[int, int, int, int]:
    first, last = int(min(years)), int(max(years))
    return first, last, len(years), last - first + 1 - len(years)


def counted_in(base: str) -> tuple[str, float]:
    """The unit in which statements of a base unit are shown, money as in the series, and the factor to it."""
    units = {UNITS["base_units"][unit]: unit for unit in reversed(UNITS["scales"])}
    unit = units[base] if base in ("CNY", "percent") else base
    return unit, 1 / UNITS["scales"].get(unit, 1)


def known(s: pd.Series) -> pd.Series:
    """A series without the years of which only a bound is known."""
    if not s.attrs.get("bounds"):
        return s
    kept = s.drop([year for year in s.attrs["bounds"] if year in s.index])
    kept.attrs = s.attrs | {"bounds": {}}
    return kept


def in_logarithms(show: str, unit: str) -> bool:
    """Whether a trend is fitted to logarithms."""
    return show in ("level", "index") and UNITS["base_units"].get(unit) not in ("percent", "index")


def refuse_trend(s: pd.Series, model: str, log: bool) -> None:
    """Refused if the model cannot be fitted to the series."""
    least, years, values = models.MODELS[model].least, s.index, s.to_numpy(float)
    if len(years) < least:
        raise Refused("It needs {least} years; there are {years}.", least=least, years=len(years))
    if missing := sorted({*range(years[0], years[-1])} - {*years}):
        raise Refused("It needs every year: {year} has no figure.", year=missing[0])
    if log and values.min() <= 0:
        raise Refused("It is fitted to logarithms, and zero has none.")
    if values.min() == values.max():
        raise Refused("Every year has the same figure.")
    if breaks := [year for year in s.attrs.get("breaks", []) if years[0] < year <= years[-1]]:
        raise Refused("The definition changes in {year}: take the years before it, or from it on.", year=breaks[0])


def answer(choice: Choice, tables: Book) -> tuple[list[pd.DataFrame], int | None]:
    """The points of every line, with those of its trend, and the base year of an index; or Refused."""
    if not choice.lines:
        raise Refused("Choose an indicator.")
    if len(choice.lines) > LINES:
        raise Refused("{n} lines at most can be told apart.", n=LINES)
    if len({*choice.lines}) < len(choice.lines):
        raise Refused("The same line twice.")
    if not (0 < choice.level < 1 and 1 <= choice.horizon <= 100):
        raise Refused("An interval covers between 0 and 1, and a trend goes 1 to 100 years on.")
    asked = [(name,) for name in (choice.show, choice.model) if name not in (*SHOWS, *models.MODELS, None)]
    for line in [*choice.lines, *asked]:
        if line not in tables.lines:
            raise Refused("{what} is not in the catalogue.", what=", ".join(line))
    documents = [line[2] == DOCUMENTS for line in choice.lines]
    if choice.show != "level" or choice.model:
        if any(documents):
            raise Refused("What documents print is shown as it is printed.")
        if any(line[2] == TARGET for line in choice.lines):
            raise Refused("A target is no measurement: it is shown as it is.")
    if choice.show == "compound" and choice.model:
        raise Refused("A compound rate is one number; it has no trend.")
    shown = [None if printed else tables.shown(line, choice.show, choice.years)
             for line, printed in zip(choice.lines, documents, strict=True)]  # fmt: skip
    for line, s in zip(choice.lines, shown, strict=True):
        if (tables.printed(line, choice.years) if s is None else s).empty:
            what, where = tables.indicators[line[0]][0], tables.areas[line[1]][0]
            raise Refused("{what} of {where} has no figure in these years.", what=what, where=where)
    base = None
    if choice.show == "index":
        common = set.intersection(*(set(s.index) for s in shown))
        if not common:
            raise Refused("The lines have no year in common.")
        base = min(common)
        shown = [growth.index(s, base) for s in shown]
    points = [tables.printed(line, choice.years) if s is None else _points(s, choice.show)
              for line, s in zip(choice.lines, shown, strict=True)]  # fmt: skip
    if len({table["unit"].iloc[0] for table in points}) > 1:
        raise Refused("The units differ: show an index or growth.")
    if choice.model:
        logs = [in_logarithms(choice.show, tables.lines[line][0]) for line in choice.lines]
        points = [pd.concat([table, _ahead(s, choice, log).assign(**table[["unit", "vintage"]].iloc[0])])
                  for table, s, log in zip(points, shown, logs, strict=True)]  # fmt: skip
    return points, base


def _points(s: pd.Series, show: str) -> pd.DataFrame:
    """A series as points; only a level may be a bound, which is an interval without an end."""
    unit = {"index": "index", "growth": "percent", "compound": "percent"}.get(show, s.attrs["unit"])
    first, last = int(s.index[0]), int(s.index[-1])
    spans = [(f"{first}–{last}", last, growth.cagr(s), (first, last))] if show == "compound" else [
        (str(year), int(year), value, (int(year),)) for year, value in s.items()
    ]  # fmt: skip
    rows, qualifiers = [], s.attrs.get("qualifiers", {}) if show == "level" else {}
    for label, year, value, years in spans:
        qualifier = qualifiers.get(year, "exact")
        low, high = (value if qualifier == end else np.nan for end in ("at_least", "at_most"))
        sources = ";".join(sorted({source for one in years for source in s.attrs["lineage"][one]}))
        rows.append((label, year, value, low, high, qualifier, unit, s.attrs["vintage"], sources))
    return pd.DataFrame(rows, columns=COLUMNS)


def _ahead(s: pd.Series, choice: Choice, log: bool) -> pd.DataFrame:
    """The years ahead of a series, by the trend chosen."""
    fitted = known(s)
    refuse_trend(fitted, choice.model, log)
    ahead = trends.fit(fitted, choice.model, choice.level, log).predict(choice.horizon)
    return ahead.rename(columns={"mean": "obs_value"}).assign(
        time_period=ahead.index.astype(str), x=ahead.index, qualifier="projected", source_id=""
    )


def why_not(choice: Choice, folder: Path | str = data.FOLDER) -> list[str] | None:
    """Why a choice has no answer, in English and in Chinese; None if it has one."""
    try:
        answer(choice, book(folder))
    except Refused as refused:
        return refused.pair
    return None


def view(choice: Choice, folder: Path | str = data.FOLDER) -> View:
    """What a choice shows.

    Raises
    ------
    Refused
        If the figures cannot answer it, with the reason that `why_not` gives.
    DataError
        If a table of the folder has a fault.
    """
    tables = book(folder)
    points, base = answer(choice, tables)
    names = names_of(choice.lines, tables)
    table = pd.concat([
        rows.assign(series=name[0], indicator=line[0], ref_area=line[1])
        for rows, name, line in zip(points, names, choice.lines, strict=True)
    ], ignore_index=True)  # fmt: skip
    unit = points[0]["unit"].iloc[0]
    table["unit"] = table["unit"].replace(UNITS["names_en"])
    stated, keys = tables.statements, {line[:2] for line in choice.lines}
    stated = stated[[pair in keys for pair in zip(stated["indicator"], stated["ref_area"], strict=True)]]
    said = zip(*(_words(choice, points, names, base, tables, language) for language in words.LANGUAGES), strict=True)
    return View(table[["series", "indicator", "ref_area", *COLUMNS]], stated, names, unit, *map(list, said))


def vintage_name(vintage: str) -> list[str]:
    """The name of a vintage, of several joined, or of both sides of a ratio."""
    for sign in (" / ", "+"):
        if sign in vintage:
            parts = [vintage_name(part) for part in vintage.split(sign)]
            return [sign.strip().center(3).join(part[place] for part in parts) for place in range(2)]
    number = re.sub(r"^\D*", "", vintage)
    text = VINTAGES.get(vintage) or VINTAGES.get(vintage.removesuffix(number), vintage)
    return words.both(text, {"number": number})


def names_of(lines: tuple[Line, ...], tables: Book) -> list[list[str]]:
    """What tells the lines apart, in both languages: area, indicator, vintage, where they differ."""
    names = tables.indicators, tables.areas, {line[2]: vintage_name(line[2]) for line in lines}
    places = [place for place in (1, 0) if len({line[place] for line in lines}) > 1]
    places += [2] if len({line[2] for line in lines}) > 1 else []
    return [[" · ".join(names[place][line[place]][k] for place in places or [1]) for k in range(2)] for line in lines]


def _listed(items: list[str], language: str) -> str:
    return words.listed([*dict.fromkeys(items)], language)


def unit_name(unit: str, language: str) -> tuple[str, float]:
    """The name of a unit in a language, and the factor that leads from a number as published to it."""
    if language == "en":
        names = UNITS["names_en"] | {"count": marked("number")}
        name, factor = UNITS["shown_en"].get(unit, (names.get(unit, unit.replace("_", " ")), 1))
        return name, factor
    return (unit if unit in UNITS["scales"] else translate(unit, "zh")), 1


def digits(value: float, language: str) -> str:
    """A number for people: as many digits as tell it from its neighbours."""
    decimals = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return format(rounded, f"{',' if language == 'en' else ''}f").replace("-", "−")


def _words(
    choice: Choice, points: list[pd.DataFrame], names: list[list[str]], base: int | None, tables: Book, language: str
) -> tuple[str, str, str]:
    """Title, measure and alternative text."""
    k = words.LANGUAGES.index(language)
    what = _listed([tables.indicators[line[0]][k] for line in choice.lines], language)
    areas = [*dict.fromkeys(tables.areas[line[1]][k] for line in choice.lines)]
    where = translate("{areas}", language, areas=areas)
    measure, factor = unit_name(points[0]["unit"].iloc[0], language)
    texts = {"index": marked("index, {base} = 100"), "growth": marked("growth on the year before, percent"),
             "compound": marked("compound growth from the first to the last year, percent a year"),
             "share": marked("relative to GDP, percent")}  # fmt: skip
    if choice.show in texts:
        measure = translate(texts[choice.show], language, base=base)
    if choice.model:
        model, level = translate(choice.model, language), round(100 * choice.level)
        logs = {in_logarithms(choice.show, tables.lines[line][0]) for line in choice.lines}
        scale = translate(marked("in logarithms") if logs == {True} else marked("as it is"), language)
        text = marked("{measure}; trend: {model}, {scale}, with its {level} % interval")
        measure = translate(text, language, measure=measure, model=model, scale=scale, level=level)
    vintages = _listed([vintage_name(table["vintage"].iloc[0])[k] for table in points], language)
    said = []
    for table, name in zip(points, names, strict=True):
        seen = table[table["qualifier"] != "projected"]
        (start, first), (end, last) = (
            (row["time_period"], digits(row["obs_value"] * factor, language)) for row in (seen.iloc[0], seen.iloc[-1])
        )
        several = marked("{name}: {first} in {start}, {last} in {end}")
        text = several if len(seen) > 1 else marked("{name}: {last} in {end}")
        said.append(translate(text, language, name=name[k], first=first, start=start, last=last, end=end))
    title = translate("{what}: {where}", language, what=what, where=where)
    subtitle = translate("{measure}; {vintage}", language, measure=measure, vintage=vintages)
    return title, subtitle, _listed(said, language)


def code(choice: Choice, folder: Path | str = data.FOLDER) -> str:
    """The lines of Python that give the numbers of a choice, as `shown` and, with a trend, `ahead`; or Refused."""
    tables = book(folder)
    _, base = answer(choice, tables)
    own = own_folder(folder)
    rows = ["from helpers import data, growth, trends", "", "shown, ahead = {}, {}"]
    for line, (name, _) in zip(choice.lines, names_of(choice.lines, tables), strict=True):
        rows.append(f"shown[{name!r}] = {_expression(choice, line, base, tables, own)}")
        if choice.model:
            s = tables.shown(line, choice.show, choice.years)
            cleaned = _without(s.attrs.get("bounds", {})) + (".dropna()" if choice.show == "growth" else "")
            log = ", log=True" if in_logarithms(choice.show, tables.lines[line][0]) else ""
            fitted = f"trends.fit(shown[{name!r}]{cleaned}, {choice.model!r}, {choice.level:g}{log})"
            rows.append(f"ahead[{name!r}] = {fitted}.predict({choice.horizon})")
    return "\n".join(rows)


def own_folder(folder: Path | str) -> str:
    """The argument that code needs where the tables are not the project's."""
    return "" if Path(folder).resolve() == data.FOLDER else f", folder={str(folder)!r}"


def _expression(choice: Choice, line: Line, base: int | None, tables: Book, own: str) -> str:
    if line[2] == DOCUMENTS:
        return f'data.statements({own[2:]}).query("indicator == {line[0]!r} and ref_area == {line[1]!r}")'
    s = _source(*line, own) + (f".loc[{choice.years[0]}:{choice.years[1]}]" if choice.years else "")
    if choice.show != "level":
        s += _without(tables.published(line).attrs["bounds"])
    if choice.show in RATIOS:
        ratio = tables.shown(line, choice.show, choice.years).attrs
        below = _source(RATIOS[choice.show][0], line[1], ratio["vintage"].split(" / ")[1], own)
        return f"growth.ratio({s}, {below}, {ratio['unit']!r}, {ratio['factor']:g})"
    forms = {"index": f"growth.index({s}, {base})", "growth": f"growth.rate({s})", "compound": f"growth.cagr({s})"}
    return forms.get(choice.show, s)


def _without(bounds: dict[int, str]) -> str:
    return f".drop({[*bounds]}, errors='ignore')" if bounds else ""


def _source(indicator: str, area: str, vintage: str, own: str) -> str:
    if indicator == TFP:
        country = next(code for code, name in COUNTRIES.items() if name == area)
        rows = f"data.pwt({vintage.removeprefix('pwt-')!r}{own}).query(\"countrycode == '{country}'\")"
        return f"{rows}.set_index('year')['rtfpna'].dropna()"
    parts = vintage.split("+")
    return f"data.series({indicator!r}, {area!r}, {parts if len(parts) > 1 else vintage!r}{own})"
