"""The tables of ``data/``, checked whenever they are loaded.

``data/datapackage.json`` is the one description of the tables: columns, types, keys, foreign keys, allowed codes. This
module checks every row against it and refuses a folder with a fault in any table, so that nothing is ever half loaded.
The checks are written out here, rather than left to a validation package, because an analyst who adds a figure must be
told the file, the row, the column and what would be right, and because importing one costs more than all else together.
The tests hold the same description against the tables with an independent validator.

Typical use::

    from helpers import data
    rd = data.series("RD_EXP", vintage=["final", "first-release", "sh-yearbook"])
    gdp = data.series("GDP", vintage="census-5")
"""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import printed

FOLDER = Path(__file__).resolve().parent.parent / "data"

_TYPES = {  # type in the description: pattern of a valid cell, words for it, type in the frame
    "string": (re.compile(r".*", re.DOTALL), "text", "str"),
    "integer": (re.compile(r"-?(0|[1-9]\d*)", re.ASCII), "a whole number", "Int64"),
    "number": (re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?", re.ASCII), "a number such as 2049.60", "float64"),
    "year": (re.compile(r"\d{4}", re.ASCII), "a year of four digits", "int64"),
}


# What a spreadsheet takes for a formula; a number with its sign and unit is none.
FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d[\d.,]*[^-+*/^()|!\s]*$)")


class DataError(ValueError):
    """A fault in a table, or a question the tables cannot answer; names file, row, column, value and what is right."""

    def __init__(self, expected: str, file: str = "", row: int = 0, column: str = "", value: object = None) -> None:
        where = [file, f"row {row}" if row else "", f"column {column}" if column else ""]
        shown = "" if value is None else f"{value!r}: "
        super().__init__(": ".join(filter(None, [", ".join(filter(None, where)), shown + expected])))
        self.file, self.row, self.column, self.value, self.expected = file, row, column, value, expected


class Facts(dict[int, Any]):
    """Facts by year that nobody changes: pandas copies attrs in depth at every step, and these it may hand on."""

    def __deepcopy__(self, _: Any) -> Facts:
        return self


def load(folder: Path | str = FOLDER) -> dict[str, pd.DataFrame]:
    """Load and check all tables of a folder.

    Parameters
    ----------
    folder : path
        A folder with the files that ``data/datapackage.json`` names; by default the project's own.

    Returns
    -------
    dict of str to DataFrame
        ``sources, areas, indicators, statements, series, pwt, tfp_literature``. ``statements`` gains ``value, low,
        high, unit, qualifier``, read out of ``printed``; ``series`` gains ``low, high``, the rounding interval of the
        digits published, in the unit published. A target or a rule is meant, not rounded: ``low`` and ``high`` are its
        value, but for a bound or a range.

    Raises
    ------
    DataError
        At the first fault: a file that is missing, empty, not UTF-8 or not separated by commas; a missing or unknown
        column; a cell that is missing, of the wrong type, between blanks, not among the allowed codes, or of an unknown
        indicator, area or source; a duplicate key; a date finer than its precision; an area within itself; a statement
        of no document; a printed figure that cannot be read or has another unit than its indicator; more digits than
        ``decimals`` allows; a step of more than a factor of five in a series that no note confirms.
    """
    return {name: table.copy() for name, table in _tables(folder).items()}


def _tables(folder: Path | str) -> dict[str, pd.DataFrame]:
    """The tables as they are kept: nobody may change them."""
    return _load(*_stamped(folder))


def _stamped(folder: Path | str) -> tuple[Path, tuple[tuple[int, int], ...]]:
    """A folder of tables and the state they are in."""
    folder = Path(folder).resolve()
    names = [resource["path"] for resource in resources()]
    facts = []
    for name in names:
        try:
            facts.append((folder / name).stat())
        except (FileNotFoundError, NotADirectoryError):
            raise DataError(f"no such file in {folder.name}/; needed are {', '.join(names)}", name) from None
    return folder, tuple((fact.st_mtime_ns, fact.st_size) for fact in facts)


def statements(folder: Path | str = FOLDER) -> pd.DataFrame:
    """Every figure the documents print, with ``value, low, high, unit, qualifier`` read out of ``printed``."""
    return _tables(folder)["statements"].copy()


def series_table(folder: Path | str = FOLDER) -> pd.DataFrame:
    """The official series, one row per indicator, area, vintage and year, with ``low`` and ``high``."""
    return _tables(folder)["series"].copy()


def indicators(folder: Path | str = FOLDER) -> pd.DataFrame:
    """What is measured: names in two languages, base unit, kind, definition."""
    return _tables(folder)["indicators"].copy()


def sources(folder: Path | str = FOLDER) -> pd.DataFrame:
    """The documents and publications behind the figures."""
    return _tables(folder)["sources"].copy()


def areas(folder: Path | str = FOLDER) -> pd.DataFrame:
    """Countries, provinces, districts, sites and companies."""
    return _tables(folder)["areas"].copy()


def tfp_literature(folder: Path | str = FOLDER) -> pd.DataFrame:
    """Claims about the growth of total factor productivity, each with its author."""
    return _tables(folder)["tfp_literature"].copy()


def unit_names() -> dict[str, str]:
    """The units of ``series.csv`` as published, each with its name in English."""
    return next(field["names_en"] for field in fields("series") if field["name"] == "unit")


def unit_scales() -> dict[str, float]:
    """How many base units each unit of ``series.csv`` is: 1e8 for 100 million yuan."""
    return next(field["scales"] for field in fields("series") if field["name"] == "unit")


def pwt(release: str | None = None, folder: Path | str = FOLDER) -> pd.DataFrame:
    """Penn World Table, all releases or one of them (``'10.0'``, ``'10.01'``, ``'11.0'``).

    Raises
    ------
    DataError
        If the release is not in the table.
    """
    table = _tables(folder)["pwt"]
    if release is None:
        return table.copy()
    if not isinstance(release, str) or release not in set(table["release"]):
        raise DataError(f"one of {', '.join(table['release'].unique())}", "pwt.csv", column="release", value=release)
    return table[table["release"] == release].reset_index(drop=True)


def observations(
    indicator: str, area: str = "CN-SH", vintage: str | Sequence[str] | None = None, folder: Path | str = FOLDER
) -> pd.DataFrame:
    """Rows of one official series, one a year, of one vintage or of several that agree.

    Parameters
    ----------
    indicator, area : str
        Keys of ``indicators.csv`` and ``areas.csv``.
    vintage : str or sequence of str, optional
        One vintage; needed where there are several. A sequence splices them, the first named winning, provided that
        they agree within rounding wherever they overlap. Vintages without a common year are joined only where
        ``indicators.csv`` says that they may be (column ``splice``).
    folder : path
        Where the tables are.

    Returns
    -------
    DataFrame
        Index ``time_period`` (years, ascending); columns of ``series.csv`` with ``low`` and ``high``.

    Raises
    ------
    DataError
        For an unknown indicator, area or vintage; for several vintages and none named; for vintages that disagree, or
        that cannot be compared.
    """
    tables = _tables(folder)
    for column, value, table in (("indicator", indicator, "indicators"), ("ref_area", area, "areas")):
        if not isinstance(value, str) or value not in set(tables[table][column]):
            named = dict(zip(tables[table]["name_en"], tables[table][column], strict=True)) | {
                key: key for key in tables[table][column]
            }
            near = [named[name] for name in difflib.get_close_matches(str(value), named, 3, 0.5)]
            near += [key for key in named if key == str(value).upper()]
            hint = f" (perhaps {', '.join(near)})" if near else ""
            raise DataError(f"unknown; {table}.csv lists what there is{hint}", "series.csv", column=column, value=value)
    rows, asked = _by_line(*_stamped(folder)).get((indicator, area)), f"{indicator} of {area}"
    if rows is None:
        where = tables["series"].query("indicator == @indicator")["ref_area"].unique()
        raise DataError(f"no official series of {asked}; there is one of {', '.join(where) or 'no area'}", "series.csv")
    known = sorted(set(rows["vintage"]))

    def choice() -> str:
        years = rows.index.to_series().groupby(rows["vintage"], sort=True)
        return ", ".join(f"{name!r} ({one.min()}–{one.max()})" for name, one in years)

    if vintage is None:
        if len(known) > 1:
            raise DataError(f"{asked} has several vintages, name one of {choice()}", "series.csv", column="vintage")
        vintage = known[0]
    names = [vintage] if isinstance(vintage, str) else vintage
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        expected = f"a name, or a list of names of which the first wins; {asked} has {choice()}"
        raise DataError(expected, "series.csv", column="vintage", value=vintage)
    names = list(dict.fromkeys(names))
    if not names:
        raise DataError(f"name one vintage at least; {asked} has {choice()}", "series.csv", column="vintage")
    if "target" in names and len(names) > 1:
        raise DataError(f"{asked}: what was aimed at is not joined to what was measured", "series.csv", value="target")
    chosen = rows.iloc[:0]
    for name in names:
        if name not in known:
            raise DataError(f"{asked} has the vintages {choice()}", "series.csv", column="vintage", value=name)
        added = rows[rows["vintage"] == name]
        if chosen.empty:
            chosen = added
            continue
        both = chosen.index.intersection(added.index)
        joined = tables["indicators"].set_index("indicator")["splice"][indicator]
        if both.empty and not {name, *chosen["vintage"]} <= set(joined.split()):
            raise DataError(
                f"{asked}: {name!r} has no year in common with those before it: use one alone", "series.csv"
            )
        was, now = chosen.loc[both], added.loc[both]
        apart = both[(was["low"] > now["high"]) | (was["high"] < now["low"])]
        if len(apart):
            years = ", ".join(f"{y}: {chosen.obs_value[y]:g} and {added.obs_value[y]:g}" for y in apart)
            raise DataError(f"{asked}: {name!r} disagrees with those before it ({years}); use one alone", "series.csv")
        chosen = pd.concat([chosen, added.drop(both)])
    return chosen.sort_index()


def series(
    indicator: str, area: str = "CN-SH", vintage: str | Sequence[str] | None = None, folder: Path | str = FOLDER
) -> pd.Series:
    """One official series as numbers by year; selection and errors as in `observations`.

    Returns
    -------
    Series
        Values in the unit published, index ``time_period`` (int), name ``indicator``. ``attrs``: ``indicator``,
        ``area``, ``unit``, ``vintage`` (joined by ``+`` where spliced), ``sources`` (sorted source ids), ``lineage``
        (year to source ids), ``qualifiers`` (year to qualifier where the figure is not exact), ``bounds`` (those that
        are ``at_least`` or ``at_most``), ``kind`` (flow, stock, share, rate, cumulative), ``numbers`` (year to value:
        by them other numbers under these attrs are noticed) and ``breaks`` (years in which the definition changes, SDMX
        status B).
    """
    rows = observations(indicator, area, vintage, folder)
    names = [vintage] if isinstance(vintage, str) else list(dict.fromkeys(vintage or rows["vintage"]))
    qualifiers = {int(year): said for year, said in rows["qualifier"].items() if said != "exact"}
    values = rows["obs_value"].rename(indicator)
    values.attrs = {
        "indicator": indicator,
        "area": area,
        "unit": rows["unit"].iloc[0],
        "vintage": "+".join(names),
        "sources": sorted(set(rows["source_id"])),
        "lineage": Facts((int(year), [source]) for year, source in rows["source_id"].items()),
        "qualifiers": qualifiers,
        "kind": _tables(folder)["indicators"].set_index("indicator")["kind"][indicator],
        "numbers": Facts(zip(map(int, values.index), values.tolist(), strict=True)),
        "bounds": {year: said for year, said in qualifiers.items() if said in ("at_least", "at_most")},
        "breaks": [int(year) for year in rows.index[rows["obs_status"] == "B"]],
    }
    return values


def catalogue(folder: Path | str = FOLDER) -> pd.DataFrame:
    """What official series there are: one row per indicator, area and vintage.

    Returns
    -------
    DataFrame
        ``indicator, name_en, name_zh, ref_area, vintage, unit, start, end, years``; `years` counts the values.
    """
    tables = _tables(folder)
    keys = ["indicator", "ref_area", "vintage", "unit"]
    spans = tables["series"].groupby(keys)["time_period"].agg(start="min", end="max", years="size").reset_index()
    named = spans.merge(tables["indicators"][["indicator", "name_en", "name_zh"]], on="indicator")
    return named[["indicator", "name_en", "name_zh", "ref_area", "vintage", "unit", "start", "end", "years"]]


def fields(table: str) -> list[dict[str, Any]]:
    """The columns of a table as ``datapackage.json`` describes them."""
    known = {resource["name"]: resource["schema"]["fields"] for resource in resources()}
    if table not in known:
        raise DataError(f"no table {table!r}; there are {', '.join(known)}")
    return known[table]


@lru_cache
def resources() -> list[dict[str, Any]]:
    """The tables as ``datapackage.json`` describes them."""
    try:
        return json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    except FileNotFoundError:
        raise DataError(f"the tables are not in {FOLDER}; they come with the project, not with the package") from None


@lru_cache(maxsize=8)
def _by_line(folder: Path, stamp: tuple[tuple[int, int], ...]) -> dict[Any, pd.DataFrame]:
    """The official series by indicator and area, each with its years as the index."""
    return dict(iter(_load(folder, stamp)["series"].set_index("time_period").groupby(["indicator", "ref_area"])))


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: tuple[tuple[int, int], ...]) -> dict[str, pd.DataFrame]:
    """`stamp` is there for the cache: a table that was edited is read again."""
    raw = {resource["name"]: _read(folder / resource["path"], resource["schema"]) for resource in resources()}
    for resource in resources():
        _check_keys(resource, raw)
    _check_areas(raw["areas"])
    _check_dates(raw)
    _check_roles(raw["statements"], raw["sources"].set_index("source_id")["kind"])
    tables = {r["name"]: _frame(raw[r["name"]], r["schema"]["fields"]) for r in resources()}
    units = tables["indicators"].set_index("indicator")["unit"]
    _read_statements(tables["statements"], raw["statements"], units)
    _read_series(tables["series"], raw["series"], units)
    return tables


def _read(path: Path, schema: dict[str, Any]) -> pd.DataFrame:
    """Read one file as text cells, index = line in the file, and check each cell by itself."""
    name = path.name
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("UTF-8 text; this is UTF-16 (“Unicode text” of a spreadsheet): save it as CSV UTF-8", name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"UTF-8 text; byte {error.start} is not (saved as GBK? save it as UTF-8)", name) from None
    if content.startswith(b"PK"):
        raise DataError("a table as text; this is a workbook: save it as CSV UTF-8", name)
    if "\0" in text:
        raise DataError("text without NUL characters", name, text[: text.index("\0")].count("\n") + 1)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise DataError(f"a CSV table; {error}", name, reader.line_num) from None
    if not lines:
        raise DataError("a header and rows; the file is empty", name)
    header, fields = lines[0][1], {field["name"]: field for field in schema["fields"]}
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise DataError(f"columns separated by commas; these are by {word}: save it as CSV with commas", name, 1)
    for column in fields:
        if column not in header:
            raise DataError(f"the columns {', '.join(fields)}; this one is missing", name, 1, column)
    for column in header:
        if column not in fields or header.count(column) > 1:
            raise DataError(f"the columns {', '.join(fields)}, each once", name, 1, value=column)
    for line, cells in lines[1:]:
        if len(cells) != len(header):
            raise DataError(f"{len(header)} cells, as in the header; there are {len(cells)}", name, line)
    table = pd.DataFrame([cells for _, cells in lines[1:]], [line for line, _ in lines[1:]], header, dtype=str)
    for column, field in fields.items():
        for line, value in zip(table.index, table[column], strict=True):
            if fault := _fault(value, field):
                raise DataError(fault, name, line, column, value)
    return table[list(fields)]


def _fault(value: str, field: dict[str, Any]) -> str | None:
    """What would be right, if the cell is not."""
    rules = field.get("constraints", {})
    pattern, words, _ = _TYPES[field["type"]]
    if not value:
        return f"a value is required ({field['description']})" if rules.get("required") else None
    if value != value.strip():
        return f"{value.strip()!r} without blanks before or after it"
    if not pattern.fullmatch(value):
        return f"should be {words}"
    if field["type"] == "string" and FORMULA.match(value):
        return "text that a spreadsheet does not take for a formula"
    if "enum" in rules and value not in rules["enum"]:
        dropped = " (a spreadsheet drops the zero: keep the column as text)" if f"{value}.0" in rules["enum"] else ""
        return f"should be one of {', '.join(rules['enum'])}{dropped}"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value, re.ASCII):
        return f"should look like {rules['pattern']} ({field['description']})"
    if "minimum" in rules and float(value) < rules["minimum"]:
        return f"should be at least {rules['minimum']}"
    if "maximum" in rules and float(value) > rules["maximum"]:
        return f"should be at most {rules['maximum']}"
    return None


def _check_keys(resource: dict[str, Any], raw: dict[str, pd.DataFrame]) -> None:
    table, schema, name = raw[resource["name"]], resource["schema"], resource["path"]
    key = schema["primaryKey"]
    repeated = table.index[table.duplicated(key)]
    if len(repeated):
        row = table.loc[repeated[0], key]
        first = table.index[(table[key] == row).all(axis=1)][0]
        raise DataError(f"a key of its own; row {first} has the same", name, repeated[0], "+".join(key), "+".join(row))
    for foreign in schema.get("foreignKeys", []):
        column, target = foreign["fields"], foreign["reference"]["resource"] or resource["name"]
        known = set(raw[target][foreign["reference"]["fields"]]) | {""}
        for line, value in table.loc[~table[column].isin(known), column].items():
            raise DataError(f"unknown; should be listed in {target}.csv", name, line, column, value)


def _check_areas(raw: pd.DataFrame) -> None:
    parent = raw.set_index("ref_area")["parent"]
    for line, area in raw["ref_area"].items():
        above, seen = parent[area], {area}
        while above and above not in seen:
            seen.add(above)
            above = parent[above]
        if above == area:
            raise DataError("an area that does not lie in itself", "areas.csv", line, "parent", parent[area])


def _check_dates(raw: dict[str, pd.DataFrame]) -> None:
    """Dates exist, spans end after they begin, and nothing is measured after its source was published."""
    sources = raw["sources"]
    precision = sources["published"].str.len().map({0: "", 4: "year", 7: "month", 10: "day"})
    for line, row in sources[sources["published_precision"] != precision].iterrows():
        expected = f"a date as precise as published_precision says, {row['published_precision'] or 'none'}"
        raise DataError(expected, "sources.csv", line, "published", row["published"])
    for table, column in (("sources", "published"), ("statements", "time_period"), ("tfp_literature", "period")):
        for line, value in raw[table][column].items():
            first, *last = value.split("/")
            try:
                for day in filter(None, (first, *last)):
                    datetime.date.fromisoformat(day + "-01-01"[len(day) - 4 :])
            except ValueError:
                raise DataError("a date that exists", f"{table}.csv", line, column, value) from None
            if last and last[0] <= first:
                raise DataError("a span that ends after it begins", f"{table}.csv", line, column, value)
    series = raw["series"]
    published = series["source_id"].map(sources.set_index("source_id")["published"]).str[:4]
    forecast = (series["obs_status"] == "F") | (series["vintage"] == "target")
    for line, row in series[~forecast & (published != "") & (series["time_period"] > published)].iterrows():
        expected = f"no later than its source, {row['source_id']}, which is of {published[line]}"
        raise DataError(expected, "series.csv", line, "time_period", row["time_period"])
    for line, row in series[(series["vintage"] == "target") != (series["obs_status"] == "F")].iterrows():
        expected = "F for what is aimed at, vintage target, and for nothing else"
        raise DataError(expected, "series.csv", line, "obs_status", row["obs_status"])


def _check_roles(raw: pd.DataFrame, kinds: pd.Series) -> None:
    """An outcome is of a later publication; every other statement stands on a line of a document."""
    outcome, document = raw["role"] == "outcome", raw["source_id"].map(kinds) == "document"
    for line, row in raw[outcome == document].iterrows():
        expected = "a publication that is none of the documents" if row["role"] == "outcome" else "a document"
        raise DataError(f"the source of role {row['role']} is {expected}", *_cell(line, row, "source_id"))
    for line, row in raw[outcome != (raw["line"] == "")].iterrows():
        expected = "no line, as an outcome stands in no document" if row["line"] else "the line of the document"
        raise DataError(expected, *_cell(line, row, "line"))

    same = raw.set_index("statement_id")
    for line, row in raw[raw["duplicate_of"] != ""].iterrows():
        first = same.loc[row["duplicate_of"]]
        if first["duplicate_of"] or (first["indicator"], first["ref_area"]) != (row["indicator"], row["ref_area"]):
            expected = "a statement of the same indicator and area that is no duplicate itself"
            raise DataError(expected, *_cell(line, row, "duplicate_of"))


def _cell(line: int, row: pd.Series, column: str) -> tuple[str, int, str, str]:
    return "statements.csv", line, column, row[column]


def _frame(raw: pd.DataFrame, fields: list[dict[str, Any]]) -> pd.DataFrame:
    numeric = {"number", "integer"}
    columns = {
        f["name"]: raw[f["name"]].mask(raw[f["name"]] == "") if f["type"] in numeric else raw[f["name"]] for f in fields
    }
    return pd.DataFrame(columns).astype({f["name"]: _TYPES[f["type"]][2] for f in fields}).reset_index(drop=True)


def _read_statements(table: pd.DataFrame, raw: pd.DataFrame, units: pd.Series) -> None:
    """Add ``value, low, high, unit, qualifier`` out of ``printed``, in place."""
    quantities = []
    for line, row in raw.iterrows():
        try:
            quantity = printed.parse(row["qualifier_printed"] + row["printed"], row["unit_printed"])
        except printed.PrintedError as error:
            raise DataError(str(error), *_cell(line, row, "printed")) from None
        if quantity.unit != units[row["indicator"]]:
            expected = f"a figure in {units[row['indicator']]}, the unit of {row['indicator']}; this is {quantity.unit}"
            raise DataError(expected, *_cell(line, row, "printed"))
        if row["role"] in ("target", "rule") and quantity.qualifier in ("exact", "approx"):
            quantity = replace(quantity, low=quantity.value, high=quantity.value)
        quantities.append(quantity)
    for column in ("value", "low", "high", "unit", "qualifier"):
        table[column] = [getattr(quantity, column) for quantity in quantities]


def _read_series(table: pd.DataFrame, raw: pd.DataFrame, units: pd.Series) -> None:
    """Add the interval that the digits published stand for, in place; hold units, digits and steps against reason."""
    base = next(field["base_units"] for field in fields("series") if field["name"] == "unit")
    wrong = raw[raw["unit"].map(base).to_numpy() != raw["indicator"].map(units).to_numpy()]
    for line, row in wrong.iterrows():
        expected = f"a multiple of {units[row['indicator']]}, the unit of {row['indicator']}"
        raise DataError(expected, "series.csv", line, "unit", row["unit"])
    first = raw.groupby(["indicator", "ref_area"])["unit"].transform("first")
    for line, row in raw[raw["unit"] != first].iterrows():
        raise DataError(f"one unit a series, {first[line]} as above", "series.csv", line, "unit", row["unit"])
    bounds = []
    for row in raw.itertuples():
        digits, decimals = row.obs_value, int(row.decimals or len(row.obs_value.partition(".")[2]))
        worth = Decimal(1).scaleb(-decimals)
        if Decimal(digits) % worth:
            expected = f"{decimals} decimals at most, as the column decimals says"
            raise DataError(expected, "series.csv", row.Index, "obs_value", digits)
        if row.vintage == "target" and row.qualifier in ("exact", "approx"):
            bounds.append((float(digits), float(digits)))
        else:
            # In units of the last digit printed: dropped zeros are back, and those that only fill are gone.
            low, high = printed.interval(str(int(Decimal(digits) / worth)), float(worth), row.qualifier)
            bounds.append((low if row.unit == "%" else max(low, 0.0), high))  # only percentages may be negative
    table["low"], table["high"] = [low for low, _ in bounds], [high for _, high in bounds]
    _check_steps(table.set_index(raw.index))


def _check_steps(table: pd.DataFrame) -> None:
    """A slip of units or of a decimal point is a step that no series takes; one that is real says so in its note."""
    keys = ["indicator", "ref_area", "vintage"]
    ordered = table[table["obs_value"] > 0].sort_values([*keys, "time_period"], kind="stable")
    before = ordered.groupby(keys)[["time_period", "obs_value"]].shift()
    step = ordered["obs_value"] / before["obs_value"]
    large = (ordered["time_period"] - before["time_period"] == 1) & ((step > 5) | (step < 1 / 5))
    # Of a rate, what moves is the rate and not what it is a rate of.
    for line, row in ordered[large & (ordered["unit"] != "%") & ~ordered["note"].str.startswith("step:")].iterrows():
        expected = (
            f"a value between a fifth and five times that of the year before, {before['obs_value'][line]:g}; "
            "if it is right, a note that begins with “step:” says so"
        )
        raise DataError(expected, "series.csv", line, "obs_value", f"{row['obs_value']:.15g}")
