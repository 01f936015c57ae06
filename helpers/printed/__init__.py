"""Printed quantities in Chinese text, simplified or traditional: what a figure says, and how exactly.

A printed figure is an interval. It is right to half a unit of its last printed digit: 1.8万亿元 lies in [1.75, 1.85]
trillion yuan, 57家 in [56.5, 57.5], 两万家 in [15000, 25000]; nobody guesses how many digits of a round number are
significant. A word beside it makes it approximate (right to one whole unit; 级, to half an order of magnitude) or a
bound, from 0 at least unless it is a share, which may be negative. A range has its printed ends, and their midpoint for
a value. Fractions and doublings (三分之一, 一半, 翻一番 for +100 percent) have no last digit: they are points.

A figure is read in steps: a numeral, its multiplier, its unit, the words before and after; then rules join figures
(ranges, lists with one unit, ratios) and rules leave out what is no quantity, each under its name. The lexicon is data
beside this file: ``units.csv``, ``words.csv`` (qualifiers, currencies, points) and ``rules.csv`` (what is left out);
every row has an example, which is its test. To add a unit, a word or a rule is to add a row. Characters are made
simplified by the table of OpenCC (``TSCharacters.txt``, Apache License 2.0).

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
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
YEAR = re.compile(r"(?a)(?<!\d)(?:19|20)\d\d(?=年)")


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


# One character for one, so that places in the text stay what they are: simplified, half width (but for the comma, which
# may end a clause), one sign for all that serve as a minus.
_PLAIN = {ord(line[0]): ord(line[2]) for line in (FOLDER / "TSCharacters.txt").read_text("utf-8").split("\n") if line}
_PLAIN |= {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide) != "，"}
_PLAIN |= str.maketrans("○〇−–﹣‐‑〜∶\u00a0\u3000", "零零-----~:  ")
_WORDS, _UNITS = _rows("words.csv"), {row["word"]: row for row in _rows("units.csv")}
_MEANING = {(row["place"], row["word"]): row["meaning"] for row in _WORDS}
_PLACES = {place: _any([row for row in _WORDS if row["place"] == place]) for place, _ in _MEANING}
_RULES = [
    (*tuple(re.compile(row[part], re.A) for part in ("before", "figure", "after")), row["rule"])
    for row in _rows("rules.csv")
]
_PER = {
    "度": "kWh",
    "h": "hour",
    "s": "second",
    "千人": "1k_persons",
    "人": "person",
    "月": "month",
    "年": "year",
    "日": "day",
    "天": "day",
    "小时": "hour",
    "万人": "10k_persons",
}
_DIGITS = "零一二三四五六七八九"
_RANKS = {"兆": 10**12, "亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_HAN = f"{_DIGITS}两十百千万亿廿卅"
_ARABIC = r"(?>[1-9]\d{0,2}(?:[,，]\d{3})++(?!\d)|[1-9]\d{0,2}(?:[ ]\d{3})++(?!\d)|0(?!\d)|[1-9]\d*+)(?:\.\d++)?+"
_NUMERAL = (
    rf"{_ARABIC}(?:[兆亿万]{_ARABIC})*+|(?:(?![千兆][瓦米克伏赫]|[百千万]分之|一次性)[{_HAN}])++(?:点[{_DIGITS}]++)?+"
)
_TIMES = (
    r"(?:[百千万][多余][万亿]|\ ?(?:万亿|亿亿|[万亿])|[百千]亿亿|[百千][万亿]|千(?![瓦米克伏])|百(?!分)"
    r"|兆(?=元|圆|美|日))"
)
_UNIT = _any(list(_UNITS.values())).replace("|个月", "|个[多余]?月").replace("|个小时", "|个[多余]?小时")
_FIGURE = re.compile(
    rf"""(?ax)
    (?P<sign>-|负|零下)?
    (?: (?P<point>{_PLACES["point"]}|1/[1-9]0|[1-9]/[2-9](?![\d/]))
        (?![/导家个项名号月]|期(?!限)|英寸|日(?!本)|线(?!上|下)|\.?[\dA-Za-z])
      | (?: (?P<parts>[{_DIGITS[2:]}十百千万])分之 )? (?P<figure>{_NUMERAL})
        (?P<odd>[多余])? (?P<times>{_TIMES})? (?P<odder>[多余])? )
    (?: \ ? (?P<unit>{_UNIT}) (?: \ ?[/每](?P<per>{"|".join(_PER)}|[万亿]?(?:{_UNIT})) )?
      (?:(?<=成)(?P<tenth>[半五]|[一二三四六七八九](?![线级类般些个家起样直大批成项点二三四五六七八九])))? )?
    """
)
_LINK = (
    "(?:(?:可以?|一次性|再|按|给予|予以|奖励|补助|补贴|资助|支持|获得?|享受|申请|延长|贷款?|额度|金额|限额|标准|比例"
    "|达到|等于|需要?|计|[了有占达为至到于]){1,3})"  # what may stand between a word and its figure
)
_BEFORE = re.compile(
    rf"(?:(?P<not>不得|不能|不应|不会|不可|不宜|不要|不许|不准|不再|不必|难以|无法|未能|不|未|没有)?(?:(?P<word>{_PLACES['before']})"
    rf"|(?P<over>(?<![以百千])上|(?<!打)破|(?<![通经不])过))(?:{_LINK}"
    rf"|(?P<of>[^，。；、：的\d]{{2,16}}[的额费资款]))? ?)?"
    rf"(?P<currency>{_PLACES['currency']})?$"
)
_WON = re.compile("(?:以上)?[^，。；、]{0,12}?(?:技术|难题|瓶颈|难关|产品|装备|材料|软件|短板)")
_OF = {"约", "大约", "不足", "不到", "不及"}
_AFTER = re.compile(rf"(?: ?(?:[及或]|[(（](?:不含|含本?数?)[)）]))? ?(?P<word>{_PLACES['after']})")
_LIKE_UNITS = re.compile(" ?(?:" + "|".join(map(re.escape, _UNITS)) + ")")
_LAST = "".join(sorted({word[-1] for word in _UNITS if not word.isascii()}))
_HAN_ALONE = {*_HAN}
_TO, _AND = re.compile(" ?[-—~至到] ?"), re.compile(" ?(?:[、和及与]|以及) ?")
_RATIO = re.compile(r"(?a)(?<![\d.:])\d+(?:\.\d+)?(?::\d+(?:\.\d+)?){2}(?![\d.:])")


@dataclass(slots=True)
class _Part:
    """A figure on the way to a quantity: what has been read so far, or the rule that leaves it out."""

    start: int
    end: int
    body: int  # where it ends without the words after it
    figure: str
    times: str
    word: str  # the unit as printed
    unit: str = ""
    kind: str = ""
    scale: Decimal = Decimal(1)  # of the unit
    value: Decimal = Decimal(0)
    last: Decimal = Decimal(0)  # worth of the last digit
    point: bool = False
    mark: str = ""
    rule: str = ""


def _part(match: re.Match[str], plain: str, since: int) -> _Part:
    """Numeral, multiplier, unit, words before and after; or the first rule that leaves it out."""
    start, sign = match.start(), match["sign"] or ""
    joins = sign and re.search(
        f"[0-9A-Za-z%{_LAST}]$" if sign == "-" else "[减担抱肩胜]$", plain[max(0, start - 1) : start]
    )
    start += bool(joins)
    far, figure, times = (
        plain[max(0, start - 24) : start],
        match["figure"] or "",
        re.sub("[多余 ]", "", match["times"] or ""),
    )
    part = _Part(start, match.end(), match.end(), figure, times, match["unit"] or "")
    numeral = match.end("times") if match["times"] else match.end("figure")
    for before, digits, after, rule in _RULES if figure else ():
        if (
            before.search(far)
            and (not digits.pattern or digits.fullmatch(figure + times))
            and after.match(plain, numeral)
        ):
            part.rule = rule
            return part
    if part.word and re.match(r"[/·+](?!\d+(?:\.\d+)?[百千万亿]*[兆千吉MGkT]?[瓦W])", plain[part.end : part.end + 16]):
        part.rule = "a rate of what is not in the lexicon"
    elif figure and not (part.word or match["parts"]) and (like := _LIKE_UNITS.match(plain, part.end)):
        if like[0].strip() == "个" and _AND.match(plain, like.end()):  # 3.4个、1个百分点
            part.word, part.end = "个", like.end()
            part.value, part.last = _number(figure, times)
        else:
            part.rule = "a word that only begins like a unit"
    else:
        try:
            _measure(part, match)
            _qualify(part, match, plain, far[max(0, since - start + len(far)) :])
        except PrintedError as error:
            part.rule = str(error)
        if sign and not joins:
            part.value = -part.value
    return part


def _measure(part: _Part, match: re.Match[str]) -> None:
    """Value, worth of the last digit and unit."""
    if point := match["point"]:
        many, whole = map(int, _MEANING.get(("point", point), point).split("/"))
        if "/" in point and many >= whole:
            raise PrintedError(f"{point} is no proper fraction")
        part.value, part.last, part.point = Decimal(100 * many) / whole, Decimal(100) / whole, True
        part.unit, part.kind = "percent", "share"
        return
    part.value, part.last = _number(part.figure, part.times)
    if parts := match["parts"]:
        whole = _RANKS.get(parts) or _DIGITS.index(parts)
        part.kind, part.point = "share", whole <= 10
        part.unit, part.scale = ("per_mille", Decimal(1)) if parts == "千" else ("percent", Decimal(100) / whole)
    elif part.word:
        row = _UNITS[re.sub("(?<=个)[多余]", "", part.word)]
        part.unit, part.kind, part.scale = row["unit"], row["kind"], Decimal(row["factor"])
        if tenth := match["tenth"]:
            part.value, part.last = (
                part.value + Decimal(5 if tenth == "半" else _DIGITS.index(tenth)) / 10,
                Decimal("0.1"),
            )
        if part.unit == "CNY" and "兆" in part.figure + part.times:  # counted so in Taiwan
            part.unit = "TWD"
        if per := match["per"]:
            rank, word = re.fullmatch("([万亿]?)(.+)", per).groups()
            part.unit += f"/{_PER.get(per) or rank + (_PER.get(word) or _UNITS[word]['unit'].removesuffix('s'))}"


def _qualify(part: _Part, match: re.Match[str], plain: str, window: str) -> None:
    """Words before and after, which widen the interval or open it."""
    before, marks = _BEFORE.search(window), set()
    over = before["over"] and (part.figure[:1] in ("百", "千", "万", "亿") or (part.point and before["over"] == "过"))
    if currency := before["currency"]:
        if part.kind not in ("", "money") or part.unit not in ("", "CNY"):
            raise PrintedError("two currencies")
        part.unit, part.kind = _MEANING["currency", currency], "money"
    if before["of"] and (
        part.kind not in ("share", "ratio")
        or part.unit == "percentage_points"
        or not (before["not"] or before["word"] in _OF)
    ):
        before = _BEFORE.search("")
    if before["word"] in ("突破", "跨越") and part.kind == "count" and not part.times and _WON.match(plain, part.end):
        before = _BEFORE.search("")
    if word := before["word"]:
        meaning, swap = _MEANING["before", word], {"at_least": "at_most", "at_most": "at_least"}
        small = not part.times and re.fullmatch(rf"\d{{1,3}}|[{_DIGITS}两十]+", part.figure)
        last = word == "近" and part.unit in ("years", "months", "weeks", "days", "quarters") and small
        if not (
            last and not re.search("(?:历时|历经|耗时|用时|经过|长达|时隔)近$", before[0] and window)
        ):  # 近5年: the last five years
            marks.add(swap.get(meaning, meaning) if before["not"] else meaning)
    if word or currency or over:
        part.start -= len(before[0])
    if over or match["odd"] or match["odder"] or re.search("[多余]", (match["times"] or "") + part.word):
        marks.add("at_least")
    if (part.word or part.point or match["parts"]) and (after := _AFTER.match(plain, part.end)):
        part.end = after.end()
        marks.add(_MEANING["after", after["word"]])
    if len(marks) > 1:
        raise PrintedError(f"{' and '.join(sorted(marks))} contradict each other")
    part.mark = "".join(marks)


_REACH = {"exact": (1, 1), "approx": (2, 2), "at_least": (0, math.inf), "at_most": (math.inf, 0)}  # in half last digits


def _bounds(value: Decimal, last: Decimal, qualifier: str, point: bool = False) -> tuple[float, float]:
    down, up = (max(reach - point, 0) for reach in _REACH[qualifier])
    low = -math.inf if down == math.inf else float(value - down * last / 2)
    return low, math.inf if up == math.inf else float(value + up * last / 2)


def _quantity(part: _Part, text: str, prose: bool) -> Quantity:
    """The interval of a part; PrintedError, with the rule, if it is no quantity."""
    if part.rule or not part.unit:
        raise PrintedError(part.rule or "no unit is printed")
    share, qualifier = part.kind == "share", part.mark or "exact"
    if qualifier == "exact" and not share and part.kind != "ratio" and part.figure in _HAN_ALONE:
        article = part.figure in "百千万亿" or (part.figure == "一" and part.kind in ("count", "classifier", "persons"))
        if article or (prose and part.kind != "classifier"):
            raise PrintedError(f"{part.figure} alone is a word of the language, or an article")
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
    if first.word and (change or (second.word != first.word and (prose or second.unit != first.unit))):
        return None
    if text[second.body : second.end] in ("内", "以内", "之内"):  # 4至6年内: the range is the bound
        second.end, second.mark = second.body, ""
    if first.word == second.word and second.unit.startswith(first.unit + "/"):  # 3000元—5000元/月
        first.unit = second.unit
    if not second.unit and first.unit and not first.word:  # 百分之五至八
        _take(second, first)
    if not second.unit:
        raise PrintedError("no unit is printed")
    if not first.unit:
        _take(first, second)
    low, high = first.value * first.scale, second.value * second.scale
    ranks = "百千万亿" if len(first.figure) == 1 else "万亿"
    open_rank = not first.word and {*ranks} & {*second.figure} - {*first.figure} and not second.figure.isascii()
    kinds = (first.unit, first.point) == (second.unit, second.point)
    if not kinds or low >= high or open_rank or {first.mark, second.mark} - {"", "approx"}:
        raise PrintedError("a range has a smaller and a larger end, of one kind, and no other bound")
    if low < 0 and second.kind != "share":
        raise PrintedError(f"{second.unit} cannot be negative")
    span = first.start, second.end
    return Quantity(text[slice(*span)], float((low + high) / 2), float(low), float(high), second.unit, "range", *span)


def _take(part: _Part, other: _Part) -> None:
    """Give a figure the unit, and where it has none the multiplier, of another."""
    part.unit, part.kind, part.scale, part.point = other.unit, other.kind, other.scale, other.point
    worth = 1 if part.times else math.prod(_RANKS[rank] for rank in other.times)
    part.value, part.last = part.value * worth, part.last * worth


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
    found = _read(whole, False, left_out)
    own = not re.match(f"[\\d.,{_DIGITS}]", unit_printed) and (
        not unit_printed or re.search(_NUMERAL, text.translate(_PLAIN))
    )
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
    return _read(text, True, [] if left_out is None else left_out)


def _read(text: str, prose: bool, left_out: list[LeftOut]) -> list[Quantity]:
    plain, since = text.translate(_PLAIN), 0
    found: list[Quantity] = []
    waiting: list[_Part] = []  # figures that may get a unit, or be the first end of a range
    ratios = [one for one in _RATIO.finditer(plain) if abs(sum(map(Decimal, one[0].split(":"))) - 100) <= 1]
    shares = {number.start() for one in ratios for number in re.compile(r"[\d.]+").finditer(plain, *one.span())}

    def leave(start: int, end: int, rule: str) -> None:
        left_out.append(LeftOut(text[start:end], start, end, rule))

    def flush(unit: _Part | None = None) -> None:
        """Let go of the figures that wait, with the unit of `unit` if they form a list with it."""
        clause = re.split("[，。；;]", plain[max(0, waiting[0].start - 20) : waiting[0].start])[-1] if waiting else ""
        listed = unit and unit.unit and waiting and (re.search("分别|依次|各", clause) or "." in waiting[0].figure)
        for part in waiting:
            if listed and part.word in ("", "个") and not part.rule:
                _take(part, unit)
            elif not (part.unit or part.rule) and {*part.times} & {*"万亿兆"} and part.figure[0].isascii():
                part.unit = "unknown"
            try:
                found.append(_quantity(part, text, prose))
            except PrintedError as error:
                if part.word or part.rule or part.figure[:1].isascii():
                    leave(part.start, part.end, str(error))
        waiting.clear()

    for match in _FIGURE.finditer(plain):
        part = _part(match, plain, since)
        if match.start("figure") in shares:
            part = _Part(*match.span("figure"), match.end("figure"), match["figure"], "", "%", "percent", "share")
            part.value, part.last = _number(part.figure)
        gap, since = plain[waiting[-1].end : part.start] if waiting else "", part.end
        between = _AND.fullmatch(gap) and plain.startswith("之间", part.end)
        if waiting and (_TO.fullmatch(gap) or between) and not (part.rule or waiting[-1].rule):
            first = waiting.pop()
            flush()
            try:
                both = _range(first, part, text, plain, prose)
            except PrintedError as error:
                leave(first.start, part.end, str(error))
                continue
            if both:
                found.append(both)
                continue
            waiting.append(first)
        listing = waiting and _AND.fullmatch(gap) and not part.rule and waiting[-1].word in ("", "个")
        if waiting and not (listing and part.word in ("", "个")):
            flush(part if listing else None)
        waiting.append(part)
    flush()
    return found


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
            whole, last = _integer(whole)
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
