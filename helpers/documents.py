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
from dataclasses import astuple
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
        With columns ``statement_id, source_id, line, printed`` and ``source_id, sha256``; lines count from 1.
    folder : Path
        Holds the documents, in UTF-8; a file is known by its SHA-256, whatever its name.

    Raises
    ------
    PrintedError, OSError
        If a document is not UTF-8 text, or the folder cannot be read.
    """
    files = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in sorted(folder.iterdir()) if file.is_file()}
    problems = []
    for source, rows in statements.groupby("source_id"):
        expected = sources.set_index("source_id")["sha256"].get(source)
        if expected not in files:
            problems.append(f"{source}: no file in {folder} has its SHA-256, {expected}")
            continue
        lines = _lines(files[expected])
        for row in rows.itertuples():
            line = lines[row.line - 1] if 1 <= row.line <= len(lines) else ""
            # Digits must not be cut out of a longer number.
            if not re.search(rf"(?<!\d)(?<!\d[.,]){re.escape(row.printed)}(?!(?<=\d)[.,]?\d)", line):
                problems.append(f"{source}, line {row.line}: {row.statement_id} is not printed there: {row.printed}")
    return problems


def _lines(file: Path) -> list[str]:
    try:
        return file.read_bytes().decode().split("\n")
    except UnicodeDecodeError as error:
        raise PrintedError(f"{file}: not UTF-8 text, from byte {error.start}") from None


def trace(figure: str, year: str, folder: Path = FIGURES) -> list[str]:
    """Follow the numbers of a figure for a year to their sources.

    Returns
    -------
    list of str
        A line for each number, with its unit, vintage and source; below it, indented, the rows of ``series.csv`` that
        it is or is made of, and each document that states one of them, with its line.

    Raises
    ------
    ValueError
        For an unknown figure, one whose table has no single number a row, or a period it has no number for.
    """
    path = folder / f"{figure}.csv"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.csv")))
        raise ValueError(f"no figure {figure!r}; there are {known}")
    table = pd.read_csv(path)
    if not {"time_period", "obs_value", "unit"} <= set(table.columns):
        raise ValueError(f"{path.name} has the columns {', '.join(table.columns)}: read it as it is")
    rows = table[table["time_period"].astype(str) == year]
    if rows.empty:
        raise ValueError(
            f"{figure} has no number for {year}; it has {', '.join(dict.fromkeys(map(str, table['time_period'])))}"
        )
    cite = data.sources().set_index("source_id")["cite_en"]
    series, statements = data.series_table(), data.statements()
    lines = []
    for row in rows.astype(object).fillna("").itertuples():
        ids = str(row.source_id).split(";")
        vintage, made_of = getattr(row, "vintage", ""), str(getattr(row, "indicator", "")).split("/")
        told = f"{getattr(row, 'series', figure)} {year}: {row.obs_value:.10g} {row.unit}"
        lines.append(f"{told}, {vintage}, {'; '.join(cite.get(source, source) for source in ids)}")
        here = {"indicator": made_of, "ref_area": [getattr(row, "ref_area", "")], "time_period": [year]}
        for table, name in ((series, "data/series.csv"), (statements, "")):
            for found in table[table.astype({"time_period": str}).isin(here)[list(here)].all(axis=1)].itertuples():
                if name and found.source_id in ids:  # line 1 of the file is its header
                    lines.append(
                        f"  {name}, line {found.Index + 2}: {found.indicator} {found.obs_value:.10g}{found.unit}"
                    )
                elif not name:
                    lines.append(
                        f"  {cite[found.source_id]}, line {found.line}: {found.printed} ({found.statement_id})"
                    )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: 1 if a check finds problems, 2 if the input is unusable."""
    parser = argparse.ArgumentParser("python -m helpers.documents", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("find", help="candidate rows").add_argument("files", metavar="FILE", nargs="+", type=Path)
    commands.add_parser("check", help="rows against text").add_argument("folder", metavar="FOLDER", type=Path)
    tracing = commands.add_parser("trace", help="from a plotted number to its print")
    tracing.add_argument("figure", metavar="FIGURE")
    tracing.add_argument("year", metavar="YEAR")
    options = parser.parse_args(arguments)
    try:
        if options.command == "find":
            rows = [
                (file, number, *astuple(quantity)[:6], " ".join(dict.fromkeys(YEAR.findall(line))))
                for file in options.files
                for number, line in enumerate(_lines(file), start=1)
                for quantity in find(line)
            ]
            columns = ["source", "line", "printed", "value", "low", "high", "unit", "qualifier", "years"]
            pd.DataFrame(rows, columns=columns).to_csv(sys.stdout, index=False, lineterminator="\n")
            return 0
        if options.command == "trace":
            print(*trace(options.figure, options.year), sep="\n")
            return 0
        statements = data.statements()
        problems = check(statements, data.sources(), options.folder)
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
