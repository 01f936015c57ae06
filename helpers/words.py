"""Words in two languages: sentences, tables and findings spoken by code, and the catalogue of their Chinese.

English stands where it is used, as a template whose values have names; Chinese stands in ``words/zh.po`` (gettext), one
entry a text, with the notebook as its context. Every output carries both. A text without Chinese is shown in English
and named by ``python -m helpers.words check``; one whose Chinese is marked fuzzy is shown in English too, and counted.
So a missing translation stops nobody.

Typical use::

    say("R&D expenditure grew {pace:.1f} % a year, to {spent:.1billion}.", pace=12.3, spent=2343.7)

Besides Python's own formats a value may have one of the field's, which convert by language:

=================  =============================  ========================  =================================
format             the value                      English                   Chinese counts in
=================  =============================  ========================  =================================
``{x:.1billion}``  2343.7, in 100 million yuan    234.4 billion yuan        100 million yuan
``{x:.1bn}``       2343.7, in 100 million yuan    234.4                     the same, without the unit
``{x:.2trillion}`` 51404.5, in 100 million yuan   5.14 trillion yuan        trillion yuan
``{x:.1million}``  0.0509, in 100 million yuan    5.1 million yuan          10,000 yuan
``{x:.0thousand}`` 144200 persons or pieces       144 thousand              10,000
``{x:.1percent}``  4.35                           4.3 %                     percent
=================  =============================  ========================  =================================

A pair is a range (3.5–7.6 %), a list of words is joined as the language joins them, and a word that is a value is
translated too. What stands between and behind the numbers is in the catalogue like any other text.
"""

from __future__ import annotations

import json
import re
import string
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from numbers import Number
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import data

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS, CATALOGUE = ROOT / "notebooks", ROOT / "words" / "zh.po"
LANGUAGES = ("en", "zh")
HAN = re.compile("[\u4e00-\u9fff]")
CHINESE = "text/vnd.shanghai.zh+markdown"  # beside text/markdown in every output
FINDING = "application/vnd.shanghai.finding+json"
HELPERS = "helpers"  # the context of what the helpers themselves say

# What a verdict means is said here once; the overview and the front pages repeat it.
VERDICTS = {
    "confirmed": "matches the official figure of its time, within what its digits and words allow",
    "refined": "correct as far as it goes, but a revision, a definition or a missing qualifier changes its meaning",
    "contradicted": "on a comparable basis the data say something else",
    "cannot be judged": "only a limit is given, or no level, or the definitions differ; the reason is stated",
    "measured": "stated in no document; computed here from published figures",
    "projected": "computed here by carrying past trends forward; not observed, and no forecast of policy",
}

# what is the same in every language: fields, numbers, signs, and codes such as census-5 or RD_EXP
_CODE = re.compile(r"^[\w/-]*[\d_-][\w/-]*$|{[^}]*}|[^A-Za-z]")
_FORMAT = re.compile(r"(?P<sign>\+?)(?:\.(?P<digits>\d))?(?P<unit>billion|bn|trillion|million|thousand|percent)")
_UNITS = {  # format: factor in English, factor in Chinese, a number with its unit, a range with its unit
    "billion": (0.1, 1, "{number} billion yuan", "{low}–{high} billion yuan"),
    "bn": (0.1, 1, "{number}", "{low}–{high}"),
    "trillion": (1e-4, 1e-4, "{number} trillion yuan", "{low}–{high} trillion yuan"),
    "million": (100, 1e4, "{number} million yuan", "{low}–{high} million yuan"),
    "thousand": (1e-3, 1e-4, "{number} thousand", "{low}–{high} thousand"),
    "percent": (1, 1, "{number} %", "{low}–{high} %"),
    "": (1, 1, "{number}", "{low}–{high}"),
}
_MONEY = ("billion", "bn", "trillion", "million")  # formats of amounts in 100 million yuan


class WordsError(ValueError):
    """A template without one of its values, or a text, verdict or language that cannot be spoken."""


class _Speaker(string.Formatter):
    """`str.format` with values by plain name only, in the conventions of one language."""

    def __init__(self, language: str) -> None:
        self.chinese = language == "zh"

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        if field_name not in kwargs:
            raise WordsError(f"no value for {{{field_name}}}; given are {', '.join(kwargs) or 'none'}")
        return kwargs[field_name], field_name

    def format_field(self, value: Any, spec: str) -> str:
        kind = _FORMAT.fullmatch(spec)
        if isinstance(value, str) and not kind:
            return format(self.word(value), spec)
        if isinstance(value, list):
            if not value:
                raise WordsError("a list is empty")
            joined, *others = [self.format_field(one, spec) for one in value]
            for place, more in enumerate(others, 1):
                form = "{one} and {more}" if place == len(others) else "{one}, {more}"
                joined = (self._form(form) or form).format(one=joined, more=more)
            return joined
        number, span = _UNITS[kind["unit"] if kind else ""][2:]
        if isinstance(value, tuple):
            if len(value) != 2 or value[0] > value[1]:
                raise WordsError(f"{value} is no range, from low to high")
            low, high = (self.number(end, spec) for end in value)
            return (self._form(span) or span).format(low=low, high=high)
        return (self._form(number) or number).format(number=self.number(value, spec))

    def number(self, value: Any, spec: str) -> str:
        """A number without its unit, with a minus as print has it, and none before a zero."""
        if isinstance(value, bool) or value is None or value is pd.NA or value is pd.NaT:
            raise WordsError(f"{value} is nothing that can be said")
        if isinstance(value, Number) and not abs(value) < float("inf"):
            raise WordsError("a value is not a number that is finite (NaN or infinite)")
        if kind := _FORMAT.fullmatch(spec):
            if not isinstance(value, Number):
                raise WordsError(f"{value!r} is no number, and has no {kind['unit']}")
            english, chinese, form, _ = _UNITS[kind["unit"]]
            # without a Chinese unit it is counted as in English
            counted = self.chinese and self._form(form) is not None
            value *= chinese if counted else english
            spec = f"{kind['sign']}{'' if counted else ','}.{kind['digits'] or 0}f"
        spec = spec.replace(",", "") if self.chinese else spec  # no separators of thousands in Chinese
        text = format(value, spec)
        return re.sub(r"^-(?=[0,.]*$)", "", text).replace("-", "−") if isinstance(value, Number) else text

    def word(self, text: str) -> str:
        """A value that is a word, not a template."""
        if self.chinese:
            text = re.sub(r"(?<=\d{4})–(?=\d)", "—", text)  # a span of years
            text = text if re.search("[A-Za-z]", text) else re.sub(r"(?<=\d),(?=\d{3})", "", text)  # thousands
        if self.chinese and _CODE.sub("", text) and not HAN.search(text):
            _asked.append(text)
            return chinese_of(text) or text
        return text

    def unit(self, spec: str) -> str:
        """The unit of a format by itself, for the head of a column."""
        kind = _FORMAT.fullmatch(spec)
        form = _UNITS[kind["unit"]][2] if kind else "{number}"
        return (self._form(form) or form).format(number="").strip()

    def _form(self, form: str) -> str | None:
        """The Chinese of what stands around numbers; in English, or where it is only signs and has none, as it is."""
        return (chinese_of(form) or (None if _CODE.sub("", form) else form)) if self.chinese else form


_notebook = HELPERS
_asked: list[str] = []


@contextmanager
def recording() -> Iterator[list[str]]:
    """Collect the texts that are translated meanwhile, each once; outputs carry them to the catalogue."""
    texts: list[str] = []
    before = len(_asked)
    yield texts
    texts += dict.fromkeys(_asked[before:])
    del _asked[before:]


@lru_cache
def _catalogue() -> Any:
    """The catalogue as Babel reads it; empty if there is none."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import PoFileError, read_po

    if not CATALOGUE.is_file():
        return Catalog("zh_CN")
    try:
        with CATALOGUE.open("rb") as file:
            return read_po(file, "zh_CN", abort_invalid=True)
    except (PoFileError, LookupError, ValueError) as error:
        raise WordsError(
            f"words/{CATALOGUE.name} cannot be read ({error}); it is a gettext catalogue in UTF-8"
        ) from None


@lru_cache
def _names() -> dict[str, str]:
    """What the tables themselves name in both languages: indicators, areas, sources, units."""
    tables = (data.indicators(), "name"), (data.areas(), "name"), (data.sources(), "cite")
    names = {en: zh for table, name in tables for en, zh in zip(table[f"{name}_en"], table[f"{name}_zh"], strict=True)}
    titles = {one.title_en: one.title for one in data.sources().itertuples() if HAN.search(one.title)}
    return titles | names | {en: unit for unit, en in data.unit_names().items()}


def has_chinese(text: str) -> bool:
    """Whether a text has Chinese in the context of the notebook that is speaking."""
    return chinese_of(text) is not None


def chinese_of(text: str) -> str | None:
    """The Chinese of a text or template in the context of the notebook that is speaking, if there is one."""
    for context in (_notebook, HELPERS):
        message = _catalogue().get(text, context)
        if message and message.string and not message.fuzzy:
            return message.string
    return _names().get(text)


def begin(notebook: str) -> None:
    """Let texts be those of the notebook of that name (its file without ``.ipynb``)."""
    global _notebook
    _notebook = notebook


def marked(text: str) -> str:
    """A text for the catalogue that is spoken elsewhere (gettext's ``N_``)."""
    return text


def translate(text: str, language: str, /, **values: Any) -> str:
    """Speak a template in a language.

    Parameters
    ----------
    text : str
        The English template, which is also the key of its Chinese.
    language : {'en', 'zh'}
        The language. Chinese that is missing, or that cannot be filled with the values, is replaced by the English.
    **values
        What the template's fields stand for. Numbers take any format; see the module for those that convert.

    Raises
    ------
    WordsError
        For a field without a value, or another language.
    """
    if language not in LANGUAGES:
        raise WordsError(f"language {language!r}; there are {' and '.join(LANGUAGES)}")
    if not isinstance(text, str):
        raise WordsError(f"{text!r} is no text")
    if not HAN.search(text):
        chinese = chinese_of(text)
        if _CODE.sub("", text):
            _asked.append(text)
        elif chinese is None:
            chinese = text  # fields, numbers and codes are the same in Chinese, formats are not
        with suppress(TypeError, ValueError):  # a faulty entry, which `check` names
            if language == "zh" and chinese is not None:
                return _Speaker("zh").vformat(chinese, (), values) if "{" in chinese else chinese
    return _filled(text, "en", values)


def _filled(text: str, language: str, values: Mapping[str, Any]) -> str:
    """A template of a language with its values; WordsError, with the template, if that cannot be."""
    try:
        return _Speaker(language).vformat(text, (), values) if "{" in text else text
    except (TypeError, ValueError) as error:
        raise WordsError(f"{error}, in {text!r}") from None


def listed(items: list[str], language: str) -> str:
    """Join texts that may hold commas themselves."""
    joined = items[0]
    for item in items[1:]:
        joined = translate("{one}; {more}", language, one=joined, more=item)
    return joined


class Said:
    """An output in two languages, with the texts that the catalogue needs for it."""

    def __init__(self, english: str, chinese: str, texts: list[str], **more: Any) -> None:
        self.english, self.chinese, self.texts, self.more = english, chinese, texts, more

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # what begins like a tag, in the name of an indicator, say, is text
        english, chinese = (re.sub("<(?=[A-Za-z/!?])", r"\\<", text) for text in (self.english, self.chinese))
        bundle = {"text/markdown": english, "text/plain": self.english, CHINESE: chinese, **self.more}
        return bundle, {CHINESE: {"texts": self.texts}}


def say(text: str, /, **values: Any) -> Said:
    """Show a sentence, Markdown allowed, as the output of its cell; arguments as for `translate`."""
    with recording() as texts:
        return Said(translate(text, "en", **values), translate(text, "zh", **values), texts)


def waits(what: str, ahead: pd.Series, other: str, last: int) -> Said | None:
    """Say that an amount is out and what it is divided by is not, yet; nothing where nothing is waited for.

    Parameters
    ----------
    what, other : str
        Names of the amount and of what it is divided by.
    ahead : Series
        The amounts by year, in 100 million yuan.
    last : int
        The last year of the other.
    """
    if ahead.index[-1] <= last:
        return None
    values = {"what": what, "year": int(ahead.index[-1]), "amount": ahead.iloc[-1], "other": other, "last": int(last)}
    with recording() as texts:
        spoken = [
            translate(
                "{what} of {year} is published: {amount:.1billion}. Its ratio waits for {other}, which ends in {last}.",
                language,
                **values,
            )
            for language in LANGUAGES
        ]
    return Said(*spoken, texts)


def show(table: pd.DataFrame, digits: int | Mapping[str, int | str] = 2) -> Said:
    """Show a table for people: numbers aligned right with a fixed number of decimals, a dash where there is none.

    Parameters
    ----------
    table : DataFrame
        The index is not shown; the headers are. Headers and text cells are translated.
    digits : int or mapping of str to int or str
        Decimals of the float columns, for all or by column (2 where a column is not named); or a format of this
        module such as ``'.1billion'``, which also adds the unit to the header.
    """

    def speak(language: str) -> str:
        speaker = _Speaker(language)
        heads, columns = [], []
        for place, column in enumerate(table.columns):
            spec = digits if isinstance(digits, int) else digits.get(column, 2)
            spec = f"{'' if speaker.chinese else ','}.{spec}f" if isinstance(spec, int) else spec
            head, unit = speaker.word(str(column)), speaker.unit(spec)
            heads.append(translate("{head} ({unit})", language, head=head, unit=unit) if unit else head)
            columns.append([_cell(value, spec, speaker) for value in table.iloc[:, place]])
        text = pd.DataFrame(dict(enumerate(columns)), dtype=object)
        sides = ["right" if pd.api.types.is_numeric_dtype(dtype) else "left" for dtype in table.dtypes]
        return text.to_markdown(index=False, headers=heads, disable_numparse=True, colalign=sides)

    with recording() as texts:
        return Said(speak("en"), speak("zh"), texts)


def _cell(value: Any, spec: str, speaker: _Speaker) -> str:
    if isinstance(value, str):
        return speaker.word(value).replace("|", "\\|")
    if pd.isna(value):
        return "–"
    return speaker.number(value, spec) if isinstance(value, float) or _FORMAT.fullmatch(spec) else str(value)


class Finding(Said):
    """A claim, the verdict on it and what the figures say.

    Parameters
    ----------
    claim, text : str
        Templates, filled with the values.
    verdict : str
        One of `VERDICTS`.
    lead : bool
        Whether it stands for its notebook where there is room for one finding.
    **values
        As for `translate`.
    """

    def __init__(self, claim: str, verdict: str, text: str, lead: bool = False, **values: Any) -> None:
        if verdict not in VERDICTS:
            raise WordsError(f"verdict {verdict!r}; it should be one of {', '.join(VERDICTS)}")
        with recording() as texts:
            pairs = {"claim": both(claim, values), "verdict": both(verdict, {}), "text": both(text, values)}
        shown = [
            form.format(*parts)
            for form, *parts in zip(("> **{}** *{}.* {}", "> **{}**【{}】{}"), *pairs.values(), strict=True)
        ]
        super().__init__(*shown, texts, **{FINDING: pairs | {"lead": lead}})


def both(text: str | tuple[str, str], values: Mapping[str, Any]) -> list[str]:
    """A text in both languages; one outside the catalogue is given in both, as templates where there are values."""
    if not isinstance(text, tuple):
        return [translate(text, language, **values) for language in LANGUAGES]
    return [_filled(one, language, values) if values else one for one, language in zip(text, LANGUAGES, strict=True)]


def collect(folder: Path = NOTEBOOKS) -> pd.DataFrame:
    """Findings of all stored notebooks, in order: columns ``notebook, claim, verdict, text`` (pairs) and ``lead``."""
    rows = []
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            rows += [
                {"notebook": path.stem, **output["data"][FINDING]}
                for output in cell.get("outputs", [])
                if FINDING in output.get("data", {})
            ]
    return pd.DataFrame(rows, columns=["notebook", "claim", "verdict", "text", "lead"])


def paragraphs(source: str) -> list[str]:
    """The paragraphs of a Markdown cell, each of which is a text of the catalogue."""
    return re.split(r"\n\s*\n", source.strip())


def entries() -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Every text that needs Chinese, by context and text, with its places (file, cell or line).

    Texts of notebooks are read from their stored outputs and Markdown cells, a paragraph each.
    """
    from babel.messages.extract import extract

    from helpers import explorer  # it stands on this module

    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if any(cell["cell_type"] == "code" and cell["execution_count"] is None for cell in cells):
            raise WordsError(f"{path.name} is not executed, so what it says is not known; run the notebooks first")
        for number, cell in enumerate(cells, 1):
            texts = paragraphs("".join(cell["source"])) if cell["cell_type"] == "markdown" else []
            for output in cell.get("outputs", []):
                texts += output.get("metadata", {}).get(CHINESE, {}).get("texts", [])
            for text in texts:
                found.setdefault((path.stem, text), []).append((f"notebooks/{path.name}", number))
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        with path.open("rb") as file:
            speakers = dict.fromkeys(("translate", "t", "marked", "Refused"))
            for line, text, *_ in extract("python", file, speakers, (), {}):
                found.setdefault((HELPERS, text), []).append(
                    (f"helpers/{path.relative_to(Path(__file__).parent)}", line)
                )
    for path in sorted(Path(__file__).parent.glob("report/*.html")):
        with path.open("rb") as file:
            for line, text, *_ in extract("jinja2", file, {"t": None}, (), {}):
                found.setdefault((HELPERS, text), []).append((f"helpers/report/{path.name}", line))
    for text in explorer.spoken():
        found.setdefault((HELPERS, text), [("helpers/explorer.js", 1)])
    units = [form for _, _, *forms in _UNITS.values() for form in forms if form != "{number}"]
    for text in [*VERDICTS, *VERDICTS.values(), *units, "{one}, {more}", "{one} and {more}"]:
        found.setdefault((HELPERS, text), [("helpers/words.py", 1)])
    # what the helpers say, or the tables name, needs no entry of a notebook's own, but may have one
    known = {text for context, text in found if context == HELPERS} | set(_names())
    return {
        (context, text): places
        for (context, text), places in found.items()
        if context == HELPERS or text not in known or ((own := _catalogue().get(text, context)) and own.string)
    }


def update() -> None:
    """Bring the catalogue up to date: new texts empty, changed ones marked fuzzy, unused ones gone."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalogue = _catalogue()
    template = Catalog(creation_date=catalogue.creation_date)
    for (context, text), places in entries().items():
        template.add(text, context=context, locations=places)
    catalogue.update(template)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.flags -= {"python-format"}  # a percent sign is one
        message.user_comments.clear()  # what Babel makes of a former text when it reads it back
    beside = CATALOGUE.with_suffix(".new")  # so that it is written whole or not at all
    with beside.open("wb") as file:
        write_po(file, catalogue, width=120)
    beside.replace(CATALOGUE)


def check() -> tuple[list[str], int]:
    """What is wrong with the catalogue, a line each, and the number of entries marked fuzzy."""
    faults, catalogue, wanted = [], _catalogue(), entries()
    for (context, text), places in wanted.items():
        message = catalogue.get(text, context)
        where = f"{places[0][0]}:{places[0][1]}"
        if not message or not message.string:
            faults.append(f"{where}: no Chinese for {text!r}")
        elif _forms(message.string) != _forms(text):
            faults.append(f"{where}: {text!r} has {_forms(text)}, its Chinese {_forms(message.string)}")
    faults += [
        f"words/{CATALOGUE.name}: no longer used: {m.id!r}"
        for m in catalogue
        if m.id and (m.context, m.id) not in wanted
    ]
    return faults, sum(message.fuzzy for message in catalogue if message.id)


def fields_of(template: str) -> list[str]:
    """The names of a template's values; no other expression is one. ValueError if it is no template."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def _forms(template: str) -> list[str] | str:
    """A template's fields, sorted, and which of them are money: what its Chinese must have too."""
    try:
        parts = [part[1:] for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        return f"no template ({error})"
    money = [bool(kind := _FORMAT.fullmatch(spec)) and kind["unit"] in _MONEY for _, spec, _ in parts]
    return sorted({f"{name}{'!' * bool(change)}{' (yuan)' * one}"
                   for (name, _, change), one in zip(parts, money, strict=True)})  # fmt: skip


def main(arguments: list[str]) -> int:
    """Command line: ``python -m helpers.words update``, ``python -m helpers.words check``."""
    if arguments not in (["update"], ["check"]):
        print("python -m helpers.words update | check", file=sys.stderr)
        return 2
    try:
        if arguments == ["update"]:
            update()
        faults, fuzzy = check()
    except WordsError as error:
        print(error, file=sys.stderr)
        return 1
    print(*faults, f"{len(faults)} faults; {fuzzy} entries marked fuzzy", sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
