"""The pages that are generated from what is stored: front pages, findings, galleries, the data dictionary.

`generated` says what each page should be; the runner writes those that differ. Hand-written pages hold generated parts
between marks such as ``<!-- answer -->`` and ``<!-- end of answer -->``.
"""

from __future__ import annotations

import hashlib
import html
import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

from helpers import figures, words
from helpers.words import marked, translate

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = {"en": "", "zh": ".zh"}


def generated(root: Path = ROOT) -> dict[Path, str]:
    """All pages that are generated, whole or in part, as they should be."""
    exhibits = [side for side in figures.side_files(root / "figures").values() if (root / side["notebook"]).is_file()]
    stored = {side["notebook"]: (root / side["notebook"]).read_text("utf-8") for side in exhibits}
    exhibits.sort(key=lambda side: (side["notebook"], stored[side["notebook"]].find(f"{side['name']}.zh.svg")))
    pages = {}
    for language, suffix in SUFFIX.items():
        front = root / f"README{suffix}.md"
        parts = {"answer": answer(language), "notebooks": leads(language, "notebooks/"), "verdicts": verdicts(language),
                 "faults": faults(language)}  # fmt: skip
        pages[front] = _filled(front, parts)
        pages[root / f"FINDINGS{suffix}.md"] = _findings(language)
        pages[root / "figures" / f"README{suffix}.md"] = _gallery(language, exhibits)
        dictionary = root / "data" / f"README{suffix}.md"
        pages[dictionary] = _filled(dictionary, {"tables": _dictionary(root / "data" / "datapackage.json", language)})
    pages[root / "figures" / "datapackage.json"] = _figure_package(root / "figures", exhibits)
    return pages


def answer(language: str) -> str:
    """The overview's own finding, which answers the question of the whole collection."""
    found = words.collect()
    return "\n".join(
        pair[words.LANGUAGES.index(language)] for pair in found.loc[found["notebook"] == "00_overview", "text"]
    )


def leads(language: str, links: str = "") -> str:
    """One finding a notebook as a Markdown list; `links` leads from its page to the notebooks."""
    position, found = words.LANGUAGES.index(language), words.collect()
    found = found[found["lead"].astype(bool) & (found["notebook"] != "00_overview")]
    return "\n".join(
        f"- **[{one.claim[position]}]({links}{one.notebook}.ipynb)** {one.text[position]}" for one in found.itertuples()
    )


def verdicts(language: str) -> str:
    """What each verdict means, as a Markdown list."""
    dash = " — " if language == "en" else "："
    return "\n".join(
        f"- **{translate(verdict, language)}**{dash}{translate(meaning, language)}"
        for verdict, meaning in words.VERDICTS.items()
    )


def table(language: str, links: str = "") -> str:
    """All findings but the overview's as a Markdown table; unpadded, so that a finding that changes changes one line.

    The overview shows this table: its own finding, read while it is executed, would be that of the time before.
    """
    position, found = words.LANGUAGES.index(language), words.collect()
    found = found[found["notebook"] != "00_overview"]
    heads = [
        translate("Claim or question", language),
        translate("Verdict", language),
        translate("What the data say", language),
        translate("Notebook", language),
    ]
    rows = [heads, [":--"] * 4]
    for one in found.itertuples():
        cells = [pair[position].replace("|", "\\|") for pair in (one.claim, one.verdict, one.text)]
        rows.append([*cells, f"[{one.notebook}]({links}{one.notebook}.ipynb)"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


FAULTS: dict[str, Any] = {  # what is planted, and the heads of the table that counts it
    "cells": marked("a cell of a table changed"),
    "rows": marked("a row dropped, repeated, or exchanged with another in a column"),
    "pictures": marked("a picture's file lost, exchanged, or edited"),
    "notebooks": marked("a stored notebook edited"),
    "translations": marked("a translation changed"),
    "formulas": marked("a formula off by a slip of the pen"),
    "mutants": marked("an operator, a number or a condition of the helpers changed (a sample)"),
    "heads": [marked("planted fault"), marked("planted"), marked("noticed"), marked("of these, by the checksum only"),
              marked("missed")],
}  # fmt: skip


def faults(language: str) -> str:
    """How many planted faults the checks notice: the table of ``docs/faults.md``."""
    lines = (ROOT / "docs" / "faults.md").read_text("utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    said = [[translate(cell.strip(), language) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in said)


def _findings(language: str) -> str:
    parts = [
        _languages("FINDINGS", language),
        "# " + translate("All findings", language),
        verdicts(language),
        table(language, "notebooks/"),
    ]
    return "\n\n".join(parts) + "\n"


def _languages(name: str, language: str) -> str:
    """The line that leads to the page in the other language."""
    chinese = translate("Simplified Chinese", "zh")
    return f"English | [{chinese}]({name}.zh.md)" if language == "en" else f"[English]({name}.md) | {chinese}"


def _gallery(language: str, exhibits: list[dict[str, Any]]) -> str:
    intro = translate(
        "Every figure comes as SVG and PNG, with its numbers as CSV and its sources and hashes as JSON.", language
    )
    parts = [_languages("README", language), "# " + translate("Figures", language), intro]
    found, position = words.collect(), words.LANGUAGES.index(language)
    for one in found[found["lead"].astype(bool)].itertuples():  # a question, its first picture, and all its figures
        own = [side for side in exhibits if Path(side["notebook"]).stem == one.notebook]
        if own:
            name, alt = own[0]["name"], html.escape(own[0]["title"][language])
            first = f'<img src="{name}.{language}.png" width="360" alt="{alt}">'
            listed = "\n".join(f"- [{side['title'][language]}](#{side['name']})" for side in own)
            parts.append(f"**{one.claim[position]}**\n\n[{first}](#{name})\n\n{listed}")
    for side in exhibits:
        name = side["name"]
        parts += [
            f'<a id="{name}"></a>',
            f"## {side['title'][language]}",
            side["subtitle"][language],
            f"![{side['alt'][language]}]({name}.{language}.svg)",
            f"[SVG]({name}.{language}.svg) · [PNG]({name}.{language}.png) · [CSV]({name}.csv) · [JSON]({name}.json) · "
            f"[{Path(side['notebook']).stem}](../{side['notebook']})",
        ]
    return "\n\n".join(parts) + "\n"


def _dictionary(package: Path, language: str) -> str:
    end = {"en": "", "zh": "_zh"}[language]  # of the keys that hold the words in a language
    heads = [translate("column", language), translate("type", language), translate("what it holds", language)]
    kinds = {
        "string": translate("text", language), "integer": translate("whole number", language),
        "number": translate("number", language), "year": translate("year", language),
    }  # fmt: skip
    parts = []
    for resource in json.loads(package.read_text("utf-8"))["resources"]:
        content = (package.parent / resource["path"]).read_bytes()
        counted = translate(
            "{rows} rows; SHA-256 `{hash}`", language,
            rows=content.count(b"\n") - 1, hash=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        parts += [f"### `{resource['path']}`", resource[f"description{end}"], counted]
        rows = [f"| {' | '.join(heads)} |", "|:--|:--|:--|"]
        for field in resource["schema"]["fields"]:
            rules, told = field.get("constraints", {}), [field[f"description{end}"]]
            if "unit" in field:
                told.append(translate("Unit: {unit}.", language, unit=field[f"unit{end}"]))
            if "enum" in rules:
                meant = field.get("enum_zh", []) if language == "zh" else []
                codes = [
                    translate("{code} ({meaning})", language, code=f"`{code}`", meaning=meaning)
                    if meaning
                    else f"`{code}`"
                    for code, meaning in zip_longest(rules["enum"], meant)
                ]
                told.append(translate("One of: {codes}.", language, codes=codes))
            if not rules.get("required"):
                told.append(translate("May be empty.", language))
            rows.append(
                f"| `{field['name']}` | {kinds[field['type']]} | {(' ' if language == 'en' else '').join(told)} |"
            )
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def _figure_package(folder: Path, exhibits: list[dict[str, Any]]) -> str:
    """What the tables of plotted numbers hold, column by column (Frictionless)."""
    resources = []
    for side in exhibits:
        with (folder / f"{side['name']}.csv").open(encoding="utf-8-sig") as file:
            head = file.readline().strip().split(",")
        columns = [
            {"name": name, "type": figures.COLUMNS[name][0], "description": figures.COLUMNS[name][1]} for name in head
        ]
        resources.append({
            "name": side["name"].replace("_", "-"), "path": f"{side['name']}.csv", "type": "table", "format": "csv",
            "mediatype": "text/csv", "encoding": "utf-8-sig",
            "title": side["title"]["en"], "title_zh": side["title"]["zh"],
            "description": side["alt"]["en"], "description_zh": side["alt"]["zh"],
            "sources": [{"title": source} for source in side["sources"]], "schema": {"fields": columns},
        })  # fmt: skip
    package = {"name": "figures", "title": "The numbers plotted in the figures", "resources": resources}
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _filled(page: Path, parts: dict[str, str]) -> str:
    """A page with its generated parts in place."""
    text = page.read_text("utf-8")
    for name, content in parts.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise SystemExit(
                f"{page.name} should hold {begin.strip()} and {end.strip()} once each, with {name} between"
            )
        text = text[: text.index(begin)] + begin + content + text[text.index(end) :]
    return text
