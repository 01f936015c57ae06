"""Printed quantities in Chinese text, simplified or traditional: what a figure says, and how exactly.

A printed figure is an interval. It is right to half a unit of its last printed digit: 1.8万亿元 lies in [1.75, 1.85]
trillion yuan, 57家 in [56.5, 57.5], 两万家 in [15000, 25000]; nobody guesses how many digits of a round number are
significant. A word beside it makes it approximate (right to one whole unit; 级, to half an order of magnitude) or a
bound, from 0 at least unless it is a share, which may be negative. A range has its printed ends, and their midpoint for
a value. Fractions and doublings (三分之一, 一半, 翻一番 for +100 percent) have no last digit: they are points.

A figure is read in steps: a numeral, its multiplier, its unit, the words before and after; then figures are joined
(ranges, lists with one unit, ratios). What is no quantity is left out by a rule that has a name. The lexicon is data
beside this file, and to extend it is to add a row; every row has an example, which is its test:

``units.csv``
    A word, its unit, the unit's code (UCUM, ISO 4217), the factor between, and how the example reads. `not_before` is a
    pattern (verbose, so a blank is ``\\ ``): what must not follow the word, so that 5家具 is no 家. `kind` is ``share``
    for what may be negative, ``classifier`` for what a lone Chinese numeral may count (七家), ``ratio`` for what it
    counts like a share, ``money`` for what a currency may precede; of the others nothing depends.
``words.csv``
    Words before and after a figure and what they mean, with what must not stand around them; `not`, which turns a bound
    round, and `link`, what may stand between such a word and its figure, both with the meaning of the example;
    currencies, points, and `per` for denominators.
``rules.csv``
    A pattern for text in which 【】 stand around numeral and multiplier: ``每【`` leaves out the 10万 of 每10万人. It
    sees 16 characters before and 24 after; the first that fits gives the name.

Characters are made simplified by the table of OpenCC (``TSCharacters.txt``, Apache License 2.0).

The sign of 下降3% is in its verb: the figure is 3. In 近5年 the word means "the last" and is no bound; 从3%到5% is a
change, and so two figures. A Chinese character alone is a word of the language in running text (三个方面, 十年磨一剑),
unless qualified, an end of a range, a share, or before a classifier that singles out (七家).

Numerals are read here because cn2an, the library for them, does not tell the worth of the last digit, and refuses 千亿,
一点五亿 and, in its strict mode, 两.
"""

from __future__ import annotations

import csv
import math
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
YEAR = re.compile(r"(?a)(?<!\d)(?:19|20)\d\d(?=年)")  # as text names it


class PrintedError(ValueError):
    """A text that is no printed quantity, or none that is understood in full; or a document that cannot be read."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A printed quantity: `text`, from `start` to `end` of what was read, says `value`, `low` and `high` in `unit`.

    These are the floats nearest to the decimal numbers; the value of a bound is the bound. Units are those of
    ``units.csv``, a rate is ``A/B``, an amount without one is ``unknown``. Qualifiers: exact, approx, at_least,
    at_most, range.
    """

    text: str
    value: float
    low: float
    high: float
    unit: str
    qualifier: str
    start: int
    end: int


class LeftOut(NamedTuple):
    """What looked like a figure and is none, or none that is understood: its place, and the name of the rule."""

    text: str
    start: int
    end: int
    rule: str


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _any(rows: list[dict[str, str]]) -> str:
    """A pattern of the words of some rows, the longest first, each with what must not stand around it."""
    return "|".join(
        re.escape(row["word"])
        + (f"(?<!{row['not_after']}{re.escape(row['word'])})" if row.get("not_after") else "")
        + (f"(?!{row['not_before']})" if row["not_before"] else "")
        for row in sorted(rows, key=lambda row: -len(row["word"]))
    )  # fmt: skip


def _words(place: str) -> str:
    """A pattern of the words of a place, grouped by what they mean."""
    rows = [row for row in _rows("words.csv") if row["place"] == place]
    meanings = dict.fromkeys(row["meaning"] for row in rows)
    return "|".join(f"(?P<{name}>{_any([row for row in rows if row['meaning'] == name])})" for name in meanings)


def _meanings(place: str) -> dict[str, str]:
    return {row["word"]: row["meaning"] for row in _rows("words.csv") if row["place"] == place}


# One character for one, so that places in the text stay what they are: simplified, half width (but for the comma, which
# may end a clause), one sign for all that serve as a minus.
_PLAIN = {ord(line[0]): ord(line[2]) for line in (FOLDER / "TSCharacters.txt").read_text("utf-8").split("\n") if line}
_PLAIN |= {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide) != "，"}
_PLAIN |= str.maketrans("○〇−–﹣‐‑〜∶\u00a0\u3000", "零零-----~:  ") | str.maketrans("【】", "〔〕")
_UNITS = {row["word"]: row for row in _rows("units.csv")}
_RULES = [(re.compile(row["pattern"], re.A), row["rule"]) for row in _rows("rules.csv")]
_POINTS, _PER, _CURRENCIES = map(_meanings, ("point", "per", "currency"))
_DIGITS = "零一二三四五六七八九"
_RANKS = {"兆": 10**12, "亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_ARABIC = r"(?>[1-9]\d{0,2}(?:[,，]\d{3})++(?!\d)|[1-9]\d{0,2}(?:[ ]\d{3})++(?!\d)|0(?!\d)|[1-9]\d*+)(?:\.\d++)?+"
_HAN = rf"(?:(?![千兆][瓦米克伏赫]|[百千万]分之|一次性)[{_DIGITS}两十百千万亿廿卅])++(?:点[{_DIGITS}]++)?+"
_UNIT = _any(list(_UNITS.values()))
_FIGURE = re.compile(
    rf"""(?ax)
    (?P<sign> (?<![0-9A-Za-z%])- | (?<![减担抱肩胜正])负 | 零下 )?
    (?: (?P<point>{"|".join(_POINTS)}|1/[1-9]0|(?<![\d/.])[1-9]/[2-9](?![\d/]))
        (?![/导家个项名号月]|期(?!限)|英寸|日(?!本)|线(?!上|下)|\.?[\dA-Za-z])
      | (?: (?P<parts>[{_DIGITS[2:]}十百千万])分之 )? (?P<figure>{_ARABIC}(?:[兆亿万]{_ARABIC})*+|{_HAN}) [多余]?
        (?P<times>[百千万][多余][万亿] | \ ?(?:万亿|亿亿|[万亿]) | [百千]亿亿 | [百千][万亿]
          | 千(?![瓦米克伏]) | 百(?!分) | 兆(?=元|圆|美|日))? [多余]? )
    (?: \ ? (?P<unit>{_UNIT})
      (?: \ ?(?:/|(?<!年)每)(?P<per>{"|".join(_PER)}|[万亿]?(?:{_UNIT}))
        | (?P<odd>[/·+])(?![\d.]*[百千万亿]*[兆千吉MGkT]?[瓦W]) )?
      (?: (?<=成)(?P<tenth>[半五]|[一二三四六七八九](?![线级类般些个家起样直大批成项点二三四五六七八九])) )? )?
    """
)
_OF = rf"[^，。；、：的\d\n]{{2,16}}[的额费资款](?=【(?:[^】]*】 ?[%‰成倍]|[{_DIGITS}十百千万]分|一半))"
_BEFORE = re.compile(
    rf"(?:(?P<no>{'|'.join(_meanings('not'))})?(?:{_words('before')})"
    rf"(?:(?:{'|'.join(_meanings('link'))}){{1,3}}|(?<=[约足到及]){_OF}|(?(no){_OF}))? ?)?"
    rf"(?P<currency>{'|'.join(map(re.escape, _CURRENCIES))})?【"
)
_AFTER = re.compile(rf"(?: ?(?:[及或]|[(（](?:不含|含本?数?)[)）]))? ?(?:{_words('after')})")
_LIKE_UNITS = re.compile(" ?(?:" + "|".join(map(re.escape, _UNITS)) + ")")
_TO, _AND = re.compile(" ?[-—~至到] ?"), re.compile(" ?(?:[、和及与]|以及) ?")
_RATIO = re.compile(r"(?a)(?<![\d.:])\d+(?:\.\d+)?(?::\d+(?:\.\d+)?){2}(?![\d.:]| ?[%万亿])")
_REACH = {"exact": (1, 1), "approx": (2, 2), "at_least": (0, math.inf), "at_most": (math.inf, 0)}  # in half last digits
_OPPOSITE = {"at_least": "at_most", "at_most": "at_least"}


class _Part(NamedTuple):
    """A figure on the way to a quantity: what has been read so far, or the rule that leaves it out."""

    start: int
    end: int
    figure: str
    times: str
    word: str  # the unit as printed
    unit: str = ""
    kind: str = ""
    value: Decimal = Decimal(0)
    last: Decimal = Decimal(0)  # worth of the last digit
    scale: Decimal = Decimal(1)  # of the unit
    point: bool = False
    mark: str = ""
    rule: str = ""


@lru_cache(maxsize=4096)
def _part(near: str, at: int, since: int) -> _Part:
    """Read the figure at a place: numeral, multiplier, unit, words around it; or find the rule that leaves it out.

    Words before `since` belong to another figure.
    """
    match = _FIGURE.match(near, at)
    figure, word = match["figure"] or "", match["unit"] or ""
    numeral = max(map(match.end, ("figure", "times", "point")))
    marked = f"{near[:at]}【{near[at:numeral]}】{near[numeral:]}"
    part = _Part(at, match.end(), figure, re.sub("[多余 ]", "", match["times"] or ""), word)
    rule = next((rule for pattern, rule in _RULES if figure and pattern.search(marked, max(0, at - 16))), "")
    if not rule and match["odd"]:
        rule = "a rate of what is not in the lexicon"
    elif not rule and figure and not (word or match["parts"]) and _LIKE_UNITS.match(near, part.end):
        rule = "a word that only begins like a unit"
    if rule:
        return part._replace(rule=rule)
    try:
        part = _measured(part, match)
        return _qualified(part, match, _BEFORE.search(marked, since))
    except PrintedError as error:
        return part._replace(rule=str(error))


def _measured(part: _Part, match: re.Match[str]) -> _Part:
    """Add value, worth of the last digit, and unit."""
    if point := match["point"]:
        many, whole = map(int, _POINTS.get(point, point).split("/"))
        if point not in _POINTS and many >= whole:
            raise PrintedError(f"{point} is no proper fraction")
        return part._replace(
            unit="percent", kind="share", value=Decimal(100 * many) / whole, last=Decimal(100) / whole, point=True
        )
    value, last = _number(part.figure, part.times)
    value = -value if match["sign"] else value
    if parts := match["parts"]:
        whole = _RANKS.get(parts) or _DIGITS.index(parts)
        unit, scale = ("per_mille", Decimal(1)) if parts == "千" else ("percent", Decimal(100) / whole)
        return part._replace(unit=unit, kind="share", value=value, last=last, scale=scale, point=whole <= 10)
    if not part.word:
        return part._replace(value=value, last=last)
    row = _UNITS[part.word]
    if tenth := match["tenth"]:  # 三成半
        value, last = value + Decimal(5 if tenth == "半" else _DIGITS.index(tenth)) / 10, Decimal("0.1")
    unit = "TWD" if row["unit"] == "CNY" and "兆" in part.figure + part.times else row["unit"]  # counted so in Taiwan
    if per := match["per"]:
        rank, word = re.fullmatch("([万亿]?)(.+)", per).groups()
        unit += f"/{_PER.get(per) or rank + _UNITS[word]['unit'].removesuffix('s')}"
    return part._replace(unit=unit, kind=row["kind"], value=value, last=last, scale=Decimal(row["factor"]))


def _qualified(part: _Part, match: re.Match[str], before: re.Match[str]) -> _Part:
    """Add what the words before and after say; they widen the interval or open it."""
    currency, marks = before["currency"], {name for name in _REACH if before[name]}
    if before["no"]:
        marks = {_OPPOSITE.get(mark, mark) for mark in marks}
    if currency:
        if part.kind not in ("", "money") or part.unit not in ("", "CNY"):
            raise PrintedError("two currencies")
        part = part._replace(unit=_CURRENCIES[currency], kind="money")
    if re.search("[多余]", match[0]):
        marks.add("at_least")
    after = _AFTER.match(match.string, part.end) if part.word or part.times or part.kind == "share" else None
    if after:
        marks.add(next(name for name, found in after.groupdict().items() if found))
    marks.discard("exact")
    if len(marks) > 1:
        raise PrintedError(f"{' and '.join(sorted(marks))} contradict each other")
    return part._replace(start=before.start(), end=after.end() if after else part.end, mark="".join(marks))


def _bounds(value: Decimal, last: Decimal, qualifier: str, point: bool = False) -> tuple[float, float]:
    down, up = (max(reach - point, 0) for reach in _REACH[qualifier])
    low = -math.inf if down == math.inf else float(value - down * last / 2)
    return low, math.inf if up == math.inf else float(value + up * last / 2)


def _quantity(part: _Part, text: str, prose: bool) -> Quantity:
    """The interval of a part; PrintedError, with the rule, if it is no quantity."""
    if part.rule or not part.unit:
        raise PrintedError(part.rule or "no unit is printed")
    share, qualifier = part.kind == "share", part.mark or "exact"
    lone = part.figure if len(part.figure) == 1 and not part.figure.isascii() and qualifier == "exact" else ""
    article = lone in "百千万亿" or (lone == "一" and part.kind in ("count", "classifier", "persons"))
    if lone and part.kind not in ("share", "ratio") and (article or (prose and part.kind != "classifier")):
        raise PrintedError(f"{lone} alone is a word of the language, or an article")
    if part.value < 0 and not share:
        raise PrintedError(f"{part.unit} cannot be negative")
    value, last = part.value * part.scale, part.last * part.scale
    if qualifier == "magnitude":
        low, high, qualifier = float(value) / math.sqrt(10), float(value) * math.sqrt(10), "approx"
    else:
        low, high = _bounds(value, last, qualifier, part.point)
    low = low if share else max(low, 0.0)
    return Quantity(text[part.start : part.end], float(value), low, high, part.unit, qualifier, part.start, part.end)


def _range(first: _Part, second: _Part, text: str, plain: str, prose: bool) -> Quantity | None:
    """Both as the ends of a range; None if they are two figures; PrintedError if they are neither."""
    to, before = plain[first.end : second.start].strip(), plain[max(0, first.start - 3) : first.start]
    verb = re.search("(?:增加|减少|提高|下降|提升|压缩|上升|降低|扩大|缩短|缩减)了?$", before)
    change = re.search("[从由]$", before) or (verb and to in "至到" and first.kind != "share")  # from 3% to 5%
    if first.word == "个" and second.word == "个百分点":  # 3个至5个百分点
        first = first._replace(unit="", word="")
    if first.word and (change or (second.word != first.word and (prose or second.unit != first.unit))):
        return None
    if within := re.search("[以之]?内$", plain[second.start : second.end]):  # 4至6年内: the range is the bound
        second = second._replace(end=second.end - len(within[0]), mark="")
    if first.word == second.word and second.unit.startswith(first.unit + "/"):  # 3000元—5000元/月
        first = first._replace(unit=second.unit)
    if first.unit and not second.unit and not first.word:  # 百分之五至八
        second = _with_unit(second, first)
    first = first if first.unit else _with_unit(first, second)
    low, high = first.value * first.scale, second.value * second.scale
    ranks = "百千万亿" if len(first.figure) == 1 else "万亿"
    open_rank = not first.word and {*ranks} & {*second.figure} - {*first.figure} and not second.figure.isascii()
    alike = (first.unit, first.point) == (second.unit, second.point) and second.unit
    if plain.startswith("零下", first.start) and not first.word:
        raise PrintedError("of 零下5至10℃ it is not clear what is below zero")
    if not alike or low >= high or open_rank or {first.mark, second.mark} - {"", "approx"}:
        raise PrintedError("a range has a smaller and a larger end, of one kind, and no other bound")
    if low < 0 and second.kind != "share":
        raise PrintedError(f"{second.unit} cannot be negative")
    span = first.start, second.end
    return Quantity(text[slice(*span)], float((low + high) / 2), float(low), float(high), second.unit, "range", *span)


def _with_unit(part: _Part, other: _Part) -> _Part:
    """Give a figure the unit, and where it has none the multiplier, of another."""
    worth = 1 if part.times else math.prod(_RANKS[rank] for rank in other.times)
    return part._replace(unit=other.unit, kind=other.kind, scale=other.scale, point=other.point,
                         value=part.value * worth, last=part.last * worth)  # fmt: skip


def interval(digits: str, scale: float = 1, qualifier: str = "exact") -> tuple[float, float]:
    """What a figure of these digits may stand for, from low to high, each the float nearest to the decimal number.

    Parameters
    ----------
    digits : str
        An Arabic number as printed, such as ``2049.60``; its thousands may be separated.
    scale : float
        What it counts in: 1e8 for 亿元.
    qualifier : str
        exact, approx, at_least (to inf) or at_most (from -inf, for digits alone may be negative).

    Raises
    ------
    PrintedError
        If `digits` is no number, or `qualifier` none of the four.
    """
    if not re.fullmatch(f"(?a)-?{_ARABIC}", digits) or qualifier not in _REACH:
        raise PrintedError(f"{digits!r}, {qualifier}: right would be 2049.60 or 1,234, and one of {', '.join(_REACH)}")
    value, last = _number(digits.removeprefix("-"))
    value, last = (part * Decimal(str(scale)) for part in (-value if digits.startswith("-") else value, last))
    return _bounds(value, last, qualifier)


def parse(text: str, unit_printed: str = "") -> Quantity:
    """Read one printed quantity.

    Parameters
    ----------
    text : str
        As printed, with qualifier and unit: ``超6.8亿元``, ``300条至500条``, ``三分之一``.
    unit_printed : str
        The unit, where a table prints it in its header and `text` is the cell.

    Raises
    ------
    PrintedError
        If `text` is no quantity, or any of it is not understood.
    """
    if not isinstance(text, str):
        raise PrintedError(f"{text!r} is no text; a figure is read as it is printed, for example 超6.8亿元")
    whole, left_out = re.sub("(?<=家)企业$|(?<=名)[员員]工$", "", text) + unit_printed, []
    found = [*_read(whole, False, left_out)]
    own = _FIGURE.search(text.translate(_PLAIN)) and not re.match(f"[\\d.,{_DIGITS}]", unit_printed)
    if own and len(found) == 1 and (found[0].start, found[0].end) == (0, len(whole)):
        return replace(found[0], text=text, end=len(text))
    reasons = [one.rule for one in left_out] or ["one would be, for example, 超6.8亿元"]
    raise PrintedError(f"{text + unit_printed!r} is no figure that is understood in full: {'; '.join(reasons)}")


def find(text: str, left_out: list[LeftOut] | None = None) -> list[Quantity]:
    """Every printed quantity in running text, in order, in time proportional to its length.

    Parameters
    ----------
    text : str
        Running text. For every quantity, ``text[q.start:q.end] == q.text``.
    left_out : list, optional
        What looked like a figure and is none, or none that is understood in full, is appended to it.
    """
    return [*_read(text, True, [] if left_out is None else left_out)]


def _parts(plain: str) -> Iterator[_Part]:
    """Every figure of a text, each read by itself."""
    ratios = [one for one in _RATIO.finditer(plain) if abs(sum(map(Decimal, one[0].split(":"))) - 100) <= 1]
    ratios = [one for one in ratios if not re.fullmatch(r"\d\d(?::[0-5]\d){2}", one[0])]  # a time of day
    shares = {number.start() for one in ratios for number in re.compile(r"[\d.]+").finditer(plain, *one.span())}
    since = 0
    for match in _FIGURE.finditer(plain):
        start, end = match.span()
        start += start == since > 0 and match["sign"] == "-"  # 3%-5%: after a figure it is a dash
        if start in shares:
            yield _Part(start, end, match[0], "", "%", "percent", "share", *_number(match[0]))
        else:
            shift = max(0, start - 24)
            part = _part(plain[shift : end + 24], start - shift, max(0, since - shift))
            yield part._replace(start=part.start + shift, end=part.end + shift)
        since = end


def _read(text: str, prose: bool, left_out: list[LeftOut]) -> Iterator[Quantity]:
    """Every quantity; what is none goes to `left_out`."""
    plain = text.translate(_PLAIN)
    parts, waiting, shared = deque(_parts(plain)), [], ""  # the figures of a list wait for the unit at its end
    while parts:
        part, following = parts.popleft(), parts[0] if parts else None
        gap = plain[part.end : following.start] if following and not following.rule else ""
        part = part._replace(mark=part.mark or shared)
        shared = part.mark * bool(_AND.fullmatch(gap) and (shared or plain.endswith("分别", 0, part.start)))
        both: Quantity | LeftOut | None = None
        if not part.rule and (_TO.fullmatch(gap) or (_AND.fullmatch(gap) and plain.startswith("之间", following.end))):
            try:
                both = _range(part, following, text, plain, prose)
            except PrintedError as error:
                both = LeftOut(text[part.start : following.end], part.start, following.end, str(error))
        if not both and _AND.fullmatch(gap) and part.word in ("", "个"):
            waiting.append(part)
            continue
        clause = re.split("[，。；;]", plain[max(0, waiting[0].start - 20) : waiting[0].start])[-1] if waiting else ""
        listed = waiting and (re.search("分别|依次|各", clause) or "." in waiting[0].figure or part.word == "个百分点")
        for one in [*waiting] if both else [*waiting, part]:
            if listed and part.unit and not (both or one.rule):
                one = _with_unit(one, part)
            elif not (one.unit or one.rule) and {*one.times} & {*"万亿兆"} and one.figure.isascii():
                one = one._replace(unit="unknown")
            try:
                yield _quantity(one, text, prose)
            except PrintedError as error:
                if one.word or one.rule or one.figure[:1].isascii():
                    left_out.append(LeftOut(text[one.start : one.end], one.start, one.end, str(error)))
        waiting.clear()
        if both:
            parts.popleft()
            if isinstance(both, LeftOut):
                left_out.append(both)
            else:
                yield both


def _number(figure: str, times: str = "") -> tuple[Decimal, Decimal]:
    """Value of a numeral and worth of its last digit: 12.50 is (12.5, 0.01), 一百二十 is (120, 10)."""
    if len(figure) > 25:  # so that all arithmetic is exact
        raise PrintedError(f"{figure[:25]}…: a numeral of more than 25 characters is no figure")
    worth = math.prod(_RANKS[rank] for rank in times)
    if not figure[0].isascii():
        whole, _, decimals = figure.replace("廿", "二十").replace("卅", "三十").partition("点")
        if len(whole) > 2 and {*whole} <= {*_DIGITS}:
            whole, last = "".join(str(_DIGITS.index(digit)) for digit in whole), 1
        else:
            try:
                whole, last = _integer(whole)
            except PrintedError:
                raise PrintedError(f"{figure!r} is no numeral in full form, such as 一百零五 or 一万零一十二") from None
        digits = "".join(str(_DIGITS.index(digit)) for digit in decimals)
        last = Decimal(last) if not digits else Decimal(1).scaleb(-len(digits))
        return Decimal(f"{whole}.{digits}") * worth, last * worth
    value, below = Decimal(0), math.inf
    for digits, rank in re.findall(r"([\d.]+)([兆亿万]?)", re.sub("[,， ]", "", figure)):
        unit = _RANKS[rank] if rank else worth
        last, amount = Decimal(unit).scaleb(-len(digits.partition(".")[2])), Decimal(digits) * unit
        if amount >= below:
            raise PrintedError(f"{figure}{times} is no numeral: its parts do not grow smaller")
        value, below = value + amount, unit
    return value, last


def _integer(numeral: str, leading: bool = True) -> tuple[int, int]:
    """Value of a Chinese integer and worth of its smallest numeral, read strictly: a gap is printed as 零."""
    plain = numeral.replace("两", "二")
    if len(plain) == 1 and plain in _DIGITS:
        return _DIGITS.index(plain), 1
    rank = next(filter(plain.__contains__, [*_RANKS][1:]), "")
    if rank and not re.search("两十|.两$", numeral):
        (head, _, tail), worth = numeral.rpartition(rank), _RANKS[rank]
        count, last = _integer(head, leading) if head or not leading else (1, 1)
        rest, smallest = _integer(tail.removeprefix("零"), False) if tail else (0, last * worth)
        full = tail.startswith("零") == (0 < rest * 10 < worth) and (head or rank == "十" or not tail)
        if 0 < count < (worth if rank in "万亿" else 10) and rest < worth and full:
            return count * worth + rest, smallest
    raise PrintedError(f"{numeral!r} is no numeral in full form, such as 一百零五")
