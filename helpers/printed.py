"""Printed quantities in Chinese text, simplified or traditional: what a figure says, and how exactly.

A printed figure is an interval. It is right to half a unit of its last printed digit: 1.8万亿元 lies in [1.75, 1.85]
trillion yuan, 57家 in [56.5, 57.5], 两万家 in [15000, 25000]; nobody guesses how many digits of a round number are
significant. Beside it, 约 and 左右 make it right to one whole unit (approx), 级 to half an order of magnitude (approx);
超, 突破, 不低于, 余 bound it from below (at_least); 近, 不到, 不超过, 以内 from above (at_most), and from 0 unless it
is a percentage, which may be negative. A range has its printed ends, and their midpoint for a value. Fractions and
doublings (三分之一, 一半, 翻一番 for +100 percent) have no last digit: they are points, after 约 right to half a part.

The sign of 下降3% is in its verb: the figure is 3. In 近5年 the word means "the last" and is no bound; 从3%到5% is a
change, and so two figures. No figures are dates, ordinals (第1家, 前10名), names (5G, C919), sums, rates (元/月),
reference quantities (每万人), points in time (5年前), what follows 几 or 数, and numbers with no unit or none of those
below, as 倍 and 度. A Chinese character alone is a word of the language in running text (三个方面, 十年磨一剑), and
百家 or 一个 everywhere, unless qualified, an end of a range, a share or points (三成, 两个百分点), or, of 二 to 十,
before a classifier that singles out (七家). What is not understood in full is refused, as 两千三 and 约20余年.

Numerals are read here because cn2an, the library for them, does not tell the worth of the last digit, and refuses 千亿,
一点五亿 and, in its strict mode, 两.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

YEAR = re.compile(r"(?a)(?<!\d)(?:19|20)\d\d(?=年)")


class PrintedError(ValueError):
    """A text that is no printed quantity, or none that is understood in full; or a document that cannot be read."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A printed quantity: `text`, from `start` to `end` of what was read, says `value`, `low` and `high` in `unit`.

    These are the floats nearest to the decimal numbers; the value of a bound is the bound. Units: CNY, USD, HKD,
    percent, percentage_points, per_mille, count, persons, years, months, days, hours, seconds, km, m, m2, km2, tonnes,
    kWh. Qualifiers: exact, approx, at_least, at_most, range.
    """

    text: str
    value: float
    low: float
    high: float
    unit: str
    qualifier: str
    start: int
    end: int


# One character for one, so that places in the text stay what they are; all below is written in simplified characters.
_PLAIN = str.maketrans(
    "萬億兩餘個項條種類冊輛場筆戶顆棟處張隻臺幾數點內級過於約為將達員幣圓歐噸時釐從負滿沒應會"
    "當來後體導門長業發節簽預違趕鄰臨術佔○〇−–〜\u00a0\u3000",
    "万亿两余个项条种类册辆场笔户颗栋处张只台几数点内级过于约为将达员币元欧吨时厘从负满没应会"
    "当来后体导门长业发节签预违赶邻临术占零零-—~  ",
) | {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def _words(table: str) -> tuple[dict[str, str], str]:
    """The head of each word's line, and a pattern of the words; what is named after a ``!`` must not follow there."""
    lines = (line.split() for line in table.strip().splitlines())
    words = [(head, *entry.partition("!")[::2]) for head, *entries in lines for entry in entries]
    longest = sorted(words, key=lambda entry: -len(entry[1]))
    pattern = "|".join(word + (f"(?!{guard})" if guard else "") for _, word, guard in longest)
    return {word: head for head, word, _ in words}, pattern


# Guards: what would make it another word (人工, 项目), a date, or a point in time. 起, 期, 届, 级, 号 and 版 are no
# classifiers here: after digits they date and number more often than they count.
_UNITS, _UNIT = _words(r"""
    CNY 元!美元|港元|欧元|日元|新台币|\(?港币|素|宇宙|器件|旦 元人民币 人民币
    USD 美元 美金
    HKD 港元 港币
    percent % 成![果员立为长功效熟交都型不一二三四五六七八九]|本(?!科)
    percentage_points 个百分点 百分点
    per_mille ‰
    persons 人![才形均民类力口公年月天日时制]|工(?!作) 人次 员工 名![录列单称校牌] 位![于居数]|列(?!席)|一体
    years 年!(?<=\d{4}年)|(?<=\d{4}\s年)|(?<=\d{4}[-—~至到]\d\d年)|前(?![沿瞻])|后|[级度代初末底第版]|\d+月|[上下]半年
    months 个月!前(?![沿瞻])|后
    days 天!前(?![沿瞻])|后|[津空然] 日!(?!以?内|之内)(?<!\d{3}日)(?<![4-9]\d日)|内蒙
    hours 小时!前(?![沿瞻])|后 个小时!前(?![沿瞻])|后
    seconds 秒 毫秒
    km 公里 千米 km![A-Za-z0-9²]
    m 米![兰粉] 厘米
    m2 平方米 平米 ㎡
    km2 平方公里 平方千米
    tonnes 吨!公里|海里|[位标]
    kWh 千瓦时 千瓦小时 度电 kWh![A-Za-z]
    count 个!(?:[、和][\d.]{1,6}个){1,4}百分|[月世季星基]|小时|百分|工作|交易|年(?!轻)|亿(?!元)|点(?!位)|多(?![功语元样种层])|余
    count 家!庭|具(?![有备身])|长(?!三角)|园(?!区)|电(?![子力商信网视影气机])|乡(?!镇)|博(?!物) 项!目(?!标) 件
    count 条![件例] 台![北湾州山]|风(?![电机力]) 班![子组长级主] 班次 次![要日于序生方] 款!项 艘 艘次
    count 所![有以需得]|在(?![沪京校建]) 座!谈|标(?![准杆志]) 种![子业养]|植(?!物) 类![型似]
    count 批![准复发量]|示(?!范) 批次 架!构 架次 辆 套![餐利] 颗 枚 支![持付出撑援部] 部![门委分长署队]
    count 场![景所地馆均] 场次 笔![记者试] 户![籍口型]|外(?![资商贸企]) 份!额 栋 例![如外会]
    count 处![于理置]|在(?![建用营]) 张![江家] 篇 册 标准箱 标箱 岗位 轮![胎船流次] 城市 园![区林] 方面
    count 只![有能是要需] 幢 间![接隔断] 根![据本] 宗![旨教] 株!洲 门![类户诊] 头![部号条]
""")  # noqa: E501
_BEFORE, _BOUND = _words("""
    at_least 超过 超出 超!(?<=[赶高反中]超) 高于 大于 多于 突破!(?<=[术大心]突破) 至少 最少 逾 不下 ≥ >
    at_most 低于 少于 小于 至多 最多 接近 将近 近!(?<=[附最邻靠临]近) 不到 不足 不及 ≤ <
    approx 大约 大概 约合 约莫 约!(?<=[节契预签合公解制履违邀纽租续条盟]约)
""")
_AFTER, _AFTERWARDS = _words("""
    at_least 以上 多!(?<!成多)[^的来时,。、;)”] 余![^的来时,。、;)”]
    at_most 以下 以内 之内 内!(?<![年月天日时]内)|[资需部容外陆地涵设]
    approx 左右 上下!游 级![别联]
""")
# How far an interval reaches down and up, in half units of the last printed digit.
_REACH = {"exact": (1, 1), "approx": (2, 2), "at_least": (0, math.inf), "at_most": (math.inf, 0)}
_SIGNED = {"percent", "percentage_points", "per_mille"}
_SINGLING_OUT = {"人", "名", "位", "家", "艘", "座", "架", "辆", "台", "所"}
_DIGITS = "零一二三四五六七八九"
_RANKS = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_HAN = f"{_DIGITS}两{''.join(_RANKS)}"
_KINDS = {word: (unit, Fraction(1), False) for word, unit in _UNITS.items()}  # unit, scale, whether it is a point
_KINDS |= {"成": ("percent", Fraction(10), False), "厘米": ("m", Fraction(1, 100), False)}
_KINDS |= {"毫秒": ("seconds", Fraction(1, 1000), False)}
_KINDS |= {_DIGITS[n]: ("percent", Fraction(100, n), True) for n in range(2, 10)}  # before 分之
_KINDS |= {"百": ("percent", 1, False), "千": ("per_mille", 1, False), "万": ("percent", Fraction(1, 100), False)}
_POINTS = {f"翻{le}{n}番": (2**k - 1, 1) for le in ("", "了") for n, k in (("", 1), ("一", 1), ("两", 2), ("三", 3))}
_POINTS |= {f"{n}/{m}": (n, m) for m in range(2, 10) for n in range(1, m)} | {"一半": (1, 2), "半数": (1, 2)}

_ARABIC = r"(?>[1-9]\d{0,2}(?:,\d{3})++(?!\d)|0(?!\d)|[1-9]\d*+)(?:\.\d++)?+"
_NUMERAL = rf"(?:{_ARABIC}|(?:(?!千瓦)[{_HAN}])++(?:点[{_DIGITS}]++)?+)"
# What before a figure makes it part of another number, a name, an ordinal, a reference or another currency.
_ALONE = (
    rf"(?<![\dA-Za-z{_HAN}第每±-])(?<!第 )(?<!\d )(?<!(?<!人民)币)(?<!两个(?=一百年))"
    rf"(?<!\d[.,:/+×*])(?<![\d{_HAN}][~—至到])"
    rf"(?!(?<=前)(?<![目当此日之以年先提]前)[\d{_HAN}]+ ?(?:[名位年天]|个?月))(?!(?<=[几数])[十百千万亿])"
)
_JOINS = "".join(sorted({word[-1] for word in _UNITS}))  # after a unit a dash joins two figures, and is no sign
_SIDE = (
    rf"(?P<sign1>(?<![\dA-Za-z{_JOINS}-])-|负)?(?:(?P<parts1>[{_DIGITS[2:]}百千万])分之)?(?P<figure1>{_NUMERAL})"
    r"[多余]?(?P<times1>(?: ?(?:万亿|[万亿])|[百千][万亿]|千(?![瓦米克])|百(?!分)))?[多余]?"
)
_UNIT = f"(?:{_UNIT})(?! ?[/+]|半(?!导))".replace("|个月", "|个[多余]?月").replace("|个小", "|个[多余]?小")  # 3个多月
_GRAMMAR = re.compile(
    rf"(?a)(?:(?<=[从由])(?P<change>))?(?:近(?=(?:\d+|[{_DIGITS}两十]+) ?个?(?:[年月天]|小时))|(?:"
    rf"(?P<not>不得|不能|不应|不会|不可|不|未|没有)?(?P<before>{_BOUND})"
    rf"|(?P<over>(?<![以百千])上|(?<!打)破|(?<![通经不])过)(?=[百千万亿]))[了有占达为]? ?)?{_ALONE}"
    rf"(?:(?P<point>{'|'.join(_POINTS)})(?![/导家个项名]|\.?[\dA-Za-z])|{_SIDE}(?(parts1)|(?: ?(?P<unit1>{_UNIT}))?)"
    rf"(?:(?(unit1)(?(change)(?!)))(?P<to> ?[-—~至到] ?){_SIDE.replace('1>', '2>')}"
    rf"(?(parts2)|(?(parts1)(?! ?(?:{_UNIT}|年))| ?(?P<unit2>{_UNIT}))))?)"
    rf"(?: ?(?:[及或]|\(含\))?(?P<after>{_AFTERWARDS}))?"
)


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
    return _bounds(*(part * Fraction(str(scale)) for part in _number(digits)), qualifier)


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
    plain = (text + unit_printed).translate(_PLAIN)
    match = _GRAMMAR.fullmatch(re.sub("(?<=家)企业$|(?<=名)员工$", "", plain))
    if match is None or match.end("figure1") > len(text):
        raise PrintedError(
            f"{text + unit_printed!r} is no figure with a known unit; one would be, for example, 超6.8亿元"
        )
    return _quantity(match, text, 0)


def find(text: str) -> list[Quantity]:
    """Every printed quantity in running text, in order, in time proportional to its length.

    What is not understood in full is left out. For every quantity, ``text[q.start:q.end] == q.text``.
    """
    plain, found, place = text.translate(_PLAIN), [], 0
    while match := _GRAMMAR.search(plain, place):
        place = match.end()
        parts = [match]
        if match["to"] and (_is_change(match, plain) or match["unit1"] not in (None, match["unit2"])):
            # 提高2.8个百分点至78.2%, 增加10家至120家: two figures, and no range
            parts, place = [_GRAMMAR.fullmatch(plain, match.start(), match.start("to"))], match.end("to")
        for part in filter(None, parts):
            with suppress(PrintedError):
                found.append(_quantity(part, text[part.start() : part.end()], part.start(), prose=True))
    return found


def _is_change(match: re.Match[str], plain: str) -> bool:
    """A count or an amount that grows to another; of percentages, 增长5%至6% is a range all the same."""
    before = plain[max(0, match.start() - 3) : match.start()]
    verb = re.search("(?:增加|减少|提高|下降|提升|压缩|上升|降低|扩大|缩短|缩减)了?$", before)
    return bool(verb and match["to"].strip() in "至到" and _UNITS.get(match["unit1"]) not in _SIGNED)


def _quantity(match: re.Match[str], text: str, start: int, prose: bool = False) -> Quantity:
    group = match.groupdict()
    unit, point, value, last = _end(group, 1)
    swap = {"at_least": "at_most", "at_most": "at_least"} if group["not"] else {}
    mark = _BEFORE.get(group["before"] or "")
    odd = group["over"] or re.search("(?<![最至])[多余](?!于)", match[0])
    marks = {swap.get(mark, mark), _AFTER.get(group["after"] or ""), "at_least" if odd else None} - {None}
    if len(marks) > 1:
        raise PrintedError(f"{text!r} is {' and '.join(sorted(marks))}, which contradict each other")
    qualifier = next(iter(marks), "exact")
    low, high = _bounds(value, last, qualifier, point)
    if group["after"] == "级":
        low, high = sorted((float(value) / math.sqrt(10), float(value) * math.sqrt(10)))
    if group["to"]:
        *kind, upper, _ = _end(group, 2)
        ranks = "百千万亿" if len(group["figure1"]) == 1 else "万亿"
        open_rank = not group["unit1"] and {*ranks} & {*group["figure2"]} - {*group["figure1"]}
        if kind != [unit, point] or value >= upper or open_rank or marks - {"approx"}:
            raise PrintedError(f"{text!r}: a range has a smaller and a larger end, of one kind, and no other bound")
        value, low, high, qualifier = (value + upper) / 2, value, upper, "range"
    if qualifier == "exact" and unit not in _SIGNED and re.fullmatch(f"[{_HAN}]", group["figure1"]):
        word, singled = group["figure1"], group["unit1"] in _SINGLING_OUT
        if word in "百千万亿" or (word == "一" and unit in ("count", "persons")) or (prose and not singled):
            raise PrintedError(f"{text!r}: {word} alone is a word of the language, or an article")
    if unit not in _SIGNED:
        if group["sign1"] or group["sign2"]:
            raise PrintedError(f"{text!r}: {unit} cannot be negative")
        low = max(low, 0)
    return Quantity(text, float(value), float(low), float(high), unit, qualifier, start, start + len(text))


def _end(group: dict[str, str | None], n: int) -> tuple[str, bool, Fraction, Fraction]:
    """Unit, whether it is a point, value and worth of the last digit of a figure, or of one end of a range."""
    if group["point"]:
        part, whole = _POINTS[group["point"]]
        return "percent", True, Fraction(100 * part, whole), Fraction(100, whole)
    parts, word = group[f"parts{n}"] or group["parts1"], group[f"unit{n}"] or group["unit2"]
    if not (parts or word):
        raise PrintedError(f"{group['figure1']!r}: no unit is printed")
    unit, scale, point = _KINDS[parts or re.sub("[多余]", "", word)]
    # With no unit of its own, the first end of a range has the multiplier of the second, too: 1.5至2万亿元.
    times = group[f"times{n}"] or (not group[f"unit{n}"] and group["times2"]) or ""
    scale = math.prod((_RANKS[rank] for rank in times.strip()), start=scale)
    value, last = _number(group[f"figure{n}"])
    return unit, point, -value * scale if group[f"sign{n}"] else value * scale, last * scale


def _bounds(value: Fraction, last: Fraction, qualifier: str, point: bool = False) -> tuple[float, float]:
    down, up = (max(reach - point, 0) * (last / 2) for reach in _REACH[qualifier])
    return float(value - down), float(value + up)


def _number(figure: str) -> tuple[Fraction, Fraction]:
    """Value of a numeral and worth of its last digit: 12.50 is (12.5, 0.01), 一百二十 is (120, 10)."""
    if len(figure) > 30:
        raise PrintedError(f"{figure[:30]}…: a numeral of more than 30 characters is no figure")
    whole, _, decimals = figure.replace(",", "").replace("点", ".").partition(".")
    value, last = (whole, 1) if whole.isascii() else _integer(whole)
    digits = "".join(digit if digit.isascii() else str(_DIGITS.index(digit)) for digit in decimals)
    return Fraction(int(f"{value}{digits}"), 10 ** len(digits)), Fraction(1 if digits else last, 10 ** len(digits))


def _integer(numeral: str, leading: bool = True) -> tuple[int, int]:
    """Value of a Chinese integer and worth of its smallest numeral, read strictly: a gap is printed as 零."""
    plain = numeral.replace("两", "二")
    if len(plain) == 1 and plain in _DIGITS:
        return _DIGITS.index(plain), 1
    rank = next(filter(plain.__contains__, _RANKS), "")
    if rank and not re.search("两十|.两$", numeral):
        (head, _, tail), worth = numeral.rpartition(rank), _RANKS[rank]
        count, last = _integer(head, leading) if head or not leading else (1, 1)
        rest, smallest = _integer(tail.removeprefix("零"), False) if tail else (0, last * worth)
        full = tail.startswith("零") == (0 < rest * 10 < worth) and (head or rank == "十" or not tail)
        if 0 < count < (worth if rank in "万亿" else 10) and rest < worth and full:
            return count * worth + rest, smallest
    raise PrintedError(f"{numeral!r} is no numeral in full form, such as 一百零五")
