"""Results as words: sentences and tables spoken by code, and the findings that travel to the overview and the README.

A finding is stored once, as the output of the notebook that computed it. `collect` reads it from there, so the overview
and the README cannot say anything the notebook does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import Markdown

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
MIME = "application/vnd.shanghai.finding+json"
VERDICTS = {
    "confirmed": "证实",
    "refined": "补充修正",
    "contradicted": "与数据不符",
    "cannot be judged": "无法判断",
    "measured": "测算",
}
HEADS = {
    "en": ("What is printed or asked", "Verdict", "What the figures say", "Notebook"),
    "zh": ("文件所载或所问", "结论", "数据显示", "笔记本"),
}


def say(text: str) -> Markdown:
    """Show a sentence, Markdown allowed, as the output of its cell."""
    return Markdown(text)


def show(table: pd.DataFrame, digits: int | Mapping[str, int] = 2) -> Markdown:
    """Show a table for people: numbers aligned right with a fixed number of decimals, a dash where there is none.

    Parameters
    ----------
    table : DataFrame
        The index is not shown; the headers are, so units belong there.
    digits : int or mapping of str to int
        Decimals of the float columns, for all or by column (2 where a column is not named).
    """

    def cell(value: Any, column: str) -> str:
        if not isinstance(value, (int, str)) and pd.isna(value):
            return "–"
        if isinstance(value, float):
            places = digits if isinstance(digits, int) else digits.get(column, 2)
            return f"{value:z,.{places}f}".replace("-", "−")  # z: no minus before a zero
        return str(value).replace("|", "\\|")

    text = pd.DataFrame({c: [cell(v, c) for v in table[c]] for c in table.columns}, dtype=object)
    sides = ["right" if pd.api.types.is_numeric_dtype(table[c]) else "left" for c in table.columns]
    return Markdown(text.to_markdown(index=False, disable_numparse=True, colalign=sides))


class Finding:
    """A claim, the verdict on it and what the figures say, in English and in Chinese.

    `lead` marks the one finding of a notebook that stands for it where there is room for one sentence.
    """

    def __init__(self, claim: tuple[str, str], verdict: str, text: tuple[str, str], lead: bool = False) -> None:
        if verdict not in VERDICTS:
            raise ValueError(f"verdict {verdict!r}; it should be one of {', '.join(VERDICTS)}")
        pairs = {"claim": list(claim), "verdict": [verdict, VERDICTS[verdict]], "text": list(text)}
        self.content = pairs | {"lead": lead}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        claim, verdict, text = self.content["claim"], self.content["verdict"], self.content["text"]
        lines = [f"> **{c}** *{v}.* {t}" for c, v, t in zip(claim, verdict, text, strict=True)]
        return {"text/markdown": "\n>\n".join(lines), "text/plain": text[0], MIME: self.content}


def collect(folder: Path = NOTEBOOKS) -> pd.DataFrame:
    """Findings of all stored notebooks, in order: columns ``notebook, claim, verdict, text`` (pairs) and ``lead``."""
    rows = []
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            rows += [
                {"notebook": path.stem, **output["data"][MIME]}
                for output in cell.get("outputs", [])
                if MIME in output.get("data", {})
            ]
    return pd.DataFrame(rows, columns=["notebook", "claim", "verdict", "text", "lead"])


def table(language: str, folder: Path = NOTEBOOKS, links: str = "") -> str:
    """The findings as a Markdown table in ``'en'`` or ``'zh'``; `links` is the path from its page to the notebooks.

    The cells are not padded: a finding that changes then changes one line.
    """
    position, found = ("en", "zh").index(language), collect(folder)
    rows = [HEADS[language], [":--"] * len(HEADS[language])]
    for one in found.itertuples():
        words = [pair[position].replace("|", "\\|") for pair in (one.claim, one.verdict, one.text)]
        rows.append([*words, f"[{one.notebook}]({links}{one.notebook}.ipynb)"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def leads(language: str, folder: Path = NOTEBOOKS, links: str = "") -> str:
    """One sentence a notebook, as a Markdown list; arguments as for `table`."""
    position, found = ("en", "zh").index(language), collect(folder)
    return "\n".join(
        f"- **{one.claim[position]}** {one.text[position]} [{one.notebook}]({links}{one.notebook}.ipynb)"
        for one in found[found["lead"].astype(bool)].itertuples()
    )
