"""The command line over documents and figures: what a document states, and where a plotted number comes from.

``python -m helpers.documents find FILE …`` lists candidate rows for ``statements.csv``; ``check FOLDER`` holds that
table against the documents' text; ``trace FIGURE YEAR`` follows a plotted number to its source and, where a document
states it, to the line.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from bisect import bisect_right
from dataclasses import astuple
from itertools import accumulate
from pathlib import Path

import pandas as pd

from helpers import data
from helpers.printed import YEAR, PrintedError, find

FIGURES = Path(__file__).resolve().parent.parent / "figures"


def check(statements: pd.DataFrame, sources: pd.DataFrame, folder: Path) -> list[str]:
    """Hold statements against the documents they were read from; returns the problems, one line each.

    Parameters
    ----------
    statements, sources : DataFrame
        With columns ``statement_id, source_id, line, printed`` and ``source_id, sha256``; lines count from 1. Words of
        ``qualifier_printed`` must stand before the figure. Outcomes (``role``) stand in no document: passed over.
    folder : Path
        Holds the documents, in UTF-8; a file is known by its SHA-256, whatever its name.

    Raises
    ------
    PrintedError, OSError
        If a document is not UTF-8 text, or the folder cannot be read.
    """
    files = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in sorted(folder.iterdir()) if file.is_file()}
    problems = []
    if "role" in statements:
        statements = statements[statements["role"] != "outcome"]
    for source, rows in statements.groupby("source_id"):
        expected = sources.set_index("source_id")["sha256"].get(source)
        if expected not in files:
            problems.append(f"{source}: no file in {folder} has its SHA-256, {expected}")
            continue
        lines = _lines(files[expected])
        for row in rows.itertuples():
            line = lines[row.line - 1] if 1 <= row.line <= len(lines) else ""
            # Digits must not be cut out of a longer number.
            words, printed = map(re.escape, (getattr(row, "qualifier_printed", ""), row.printed))
            figure = re.compile(rf"(?<!\d)(?<!\d[.,]){printed}(?!(?<=\d)[.,]?\d)")
            since = re.search(words, line)
            if not (since and figure.search(line, since.end())):
                problems.append(f"{source}, line {row.line}: {row.statement_id} is not printed there: {row.printed}")
    return problems


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise PrintedError(f"{file}: not UTF-8 text, from byte {error.start}") from None
    if "\0" in text:
        raise PrintedError(f"{file}: not text, but a file of another program: save it as UTF-8 text")
    return text.split("\n")


def candidate_rows(files: list[Path]) -> tuple[pd.DataFrame, list[str]]:
    """What documents print, for ``statements.csv``, and what was left out of it, a line each with place and rule.

    Columns: source, line and start (places from 1), printed, value, low, high, unit, qualifier, context (twenty
    characters to either side), and the years named in the line.
    """
    rows, left_out = [], []
    for file in files:
        lines, passed_over = _lines(file), []
        named = [" ".join(dict.fromkeys(YEAR.findall(line))) for line in lines]
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        for quantity in find("\n".join(lines), passed_over):  # whole, for a number may go on in the next line
            number = bisect_right(starts, quantity.start)
            line, start = lines[number - 1], quantity.start - starts[number - 1]
            context = line[max(0, start - 20) : start + len(quantity.text) + 20].strip()
            rows.append((file, number, start + 1, *astuple(quantity)[:6], context, named[number - 1]))
        for one in passed_over:
            number = bisect_right(starts, one.start)
            place = f"{file}, line {number}, {one.start - starts[number - 1] + 1}"
            left_out.append(f"{place}: {one.text} is left out: {one.rule}")
    columns = ["source", "line", "start", "printed", "value", "low", "high", "unit", "qualifier", "context", "years"]
    return pd.DataFrame(rows, columns=columns), left_out


def trace(figure: str, year: str, folder: Path = FIGURES) -> list[str]:
    """Follow the numbers of a figure for a year to their sources.

    Returns
    -------
    list of str
        A line for each number, with its unit, vintage and source; below it, indented, the rows of ``series.csv`` that
        it is or is made of, and each place where a document states it.

    Raises
    ------
    ValueError
        For an unknown figure, or a period it has no number for.
    """
    path = folder / f"{figure}.csv"
    if not re.fullmatch(r"\w+", figure) or not path.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.csv")))
        raise ValueError(f"no figure {figure!r} in {folder.name}/; there are {known or 'none'}")
    try:
        table = pd.read_csv(path, dtype={"time_period": str}).astype(object)
    except ValueError as error:  # pandas' errors of reading are all of this kind
        raise ValueError(f"{path.name} is no table of a figure: {error}") from None
    if not {"time_period", "source_id"} <= set(table.columns):
        raise ValueError(f"{path.name} has the columns {', '.join(table.columns)}: read it as it is")
    if table["source_id"].isna().any():
        line = int(table["source_id"].isna().to_numpy().argmax()) + 2
        raise ValueError(f"{path.name}, row {line}, column source_id: a source is required")
    rows = table[table["time_period"] == year]
    if rows.empty:
        periods = ", ".join(table["time_period"].dropna().unique())
        raise ValueError(f"{figure} has no number for {year}; it has {periods}")
    cite = data.sources().set_index("source_id")["cite_en"]
    statements, scales, lines = data.statements(), data.unit_scales(), []
    for _, row in rows.iterrows():
        given = row.dropna()
        ids = str(given["source_id"]).split(";")
        told = [f"{given[key]:.10g}" if isinstance(given[key], float | int) else given[key]
                for key in ("obs_value", "value", "printed") if key in given][:1]  # fmt: skip
        told = " ".join(map(str, [*told, given.get("unit", "")])).strip()
        name = given.get("series", given.get("statement_id", given.get("indicator", figure)))
        cited = "; ".join(cite.get(source, source) for source in ids)
        lines.append(f"{name} {year}: {', '.join(filter(None, [told, given.get('vintage', ''), cited]))}")
        parts = _parts(given, ids)
        lines += [f"  data/series.csv, line {part.Index + 2}: {part.indicator} {part.ref_area} {part.time_period}, "
                  f"{part.obs_value:.10g}{part.unit}" for part in parts.itertuples()]  # fmt: skip
        stated = statements["statement_id"] == given.get("statement_id")
        for part in parts.itertuples():
            about = {"indicator": [part.indicator], "ref_area": [part.ref_area], "time_period": [str(part.time_period)]}
            value = part.obs_value * scales[part.unit]
            same = (
                statements.isin(about)[list(about)].all(axis=1)
                & statements["low"].le(value)
                & statements["high"].ge(value)
            )
            stated |= same & ((statements["obs_status"] == "E") == (part.obs_status == "E"))  # an estimate is no survey
        for found in statements[stated].itertuples():
            where = cite[found.source_id] + ("" if pd.isna(found.line) else f", line {found.line}")
            lines.append(f"  {where}: {found.printed} ({found.statement_id})")
    return lines


def _parts(row: pd.Series, sources: list[str]) -> pd.DataFrame:
    """The rows of ``series.csv`` that a number is, or is made of: of its year, or of both ends of its span."""
    table, areas = data.series_table(), [row.get("ref_area", "CN-SH")]
    made_of, years = str(row.get("indicator", "")).split("/"), [int(end[:4]) for end in row["time_period"].split("/")]
    divided = " / " in str(row.get("vintage", ""))
    if divided and len(made_of) == 1:  # a share of the nation
        areas.append(areas[0].partition("-")[0])
    mine = table[table["indicator"].isin(made_of) & table["ref_area"].isin(areas) & table["source_id"].isin(sources)]
    if row.get("unit") == "percent" and not divided and len(years) == 1 and not mine["unit"].eq("%").any():
        years.append(years[0] - 1)  # growth
    return mine[mine["time_period"].isin(years)]


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: 1 if a check finds problems, 2 if the input is unusable."""
    parser = argparse.ArgumentParser("python -m helpers.documents", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("find", help="candidate rows").add_argument("files", metavar="FILE", nargs="+", type=Path)
    checking = commands.add_parser("check", help="rows against text")
    checking.add_argument("folder", metavar="FOLDER", type=Path, help="holds the documents")
    checking.add_argument("source", metavar="SOURCE", nargs="*", help="only these documents of sources.csv")
    checking.add_argument("--data", metavar="FOLDER", type=Path, default=data.FOLDER, help="a copy of the tables")
    tracing = commands.add_parser("trace", help="from a plotted number to its print")
    tracing.add_argument("figure", metavar="FIGURE")
    tracing.add_argument("year", metavar="YEAR")
    tracing.add_argument("--figures", metavar="FOLDER", type=Path, default=FIGURES, help="where the figure is")
    options = parser.parse_args(arguments)
    try:
        if options.command == "find":
            candidates, left_out = candidate_rows(options.files)
            candidates.to_csv(sys.stdout, index=False, lineterminator="\n")
            print(*left_out, sep="\n", end="\n" * bool(left_out), file=sys.stderr)
            return 0
        if options.command == "trace":
            print(*trace(options.figure, options.year, options.figures), sep="\n")
            return 0
        statements = data.statements(options.data).query("role != 'outcome'")
        if unknown := sorted(set(options.source) - set(statements["source_id"])):
            raise ValueError(
                f"no statements of {', '.join(unknown)}; there are of {', '.join(statements['source_id'].unique())}"
            )
        statements = statements[statements["source_id"].isin(options.source or statements["source_id"])]
        problems = check(statements, data.sources(options.data), options.folder)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    absent = {problem.partition(": no file")[0] for problem in problems}
    for source, rows in statements.groupby("source_id").size().items():
        print(f"{source}: {0 if source in absent else rows} rows checked")
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
