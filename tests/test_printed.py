"""Printed quantities: against values worked out by hand, exact fractions, and a speller that writes numerals back."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import data, documents, printed
from helpers.documents import check, main
from helpers.printed import PrintedError, Quantity, find, interval, parse

INF = math.inf
SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)

# Text, value, low, high, unit, qualifier; each worked out by hand from the rule in the module's first paragraph.
READ = """
1.8万亿元        1.8e12   1.75e12  1.85e12  CNY  exact
1.8萬億元        1.8e12   1.75e12  1.85e12  CNY  exact
4.72万亿元       4.72e12  4.715e12 4.725e12 CNY  exact
5200.73亿元      520073e6 5200725e5 5200735e5 CNY exact
1000亿元         1000e8   999.5e8  1000.5e8 CNY  exact
500亿元人民币    500e8    499.5e8  500.5e8  CNY  exact
240亿美元        240e8    239.5e8  240.5e8  USD  exact
3.5億港元        3.5e8    3.45e8   3.55e8   HKD  exact
5千万元          5e7      4.5e7    5.5e7    CNY  exact
百亿元           1e10     0.5e10   1.5e10   CNY  exact
万亿元           1e12     0.5e12   1.5e12   CNY  exact
一点五万亿元     1.5e12   1.45e12  1.55e12  CNY  exact
十三亿五千万元   1.35e9   1.345e9  1.355e9  CNY  exact
57家             57       56.5     57.5     count exact
57.9件           57.9     57.85    57.95    count exact
2.5萬家          25000    24500    25500    count exact
两万家           20000    15000    25000    count exact
兩萬家           20000    15000    25000    count exact
3百家            300      250      350      count exact
十五家           15       14.5     15.5     count exact
三十家           30       25       35       count exact
一百零五家       105      104.5    105.5    count exact
一百二十三家     123      122.5    123.5    count exact
两千三百家       2300     2250     2350     count exact
七家             7        6.5      7.5      count exact
七家企业         7        6.5      7.5      count exact
0家              0        0        0.5      count exact
1,234家          1234     1233.5   1234.5   count exact
1，234家         1234     1233.5   1234.5   count exact
1,234,567.8万元  12345678e3 123456775e2 123456785e2 CNY exact
５７家           57       56.5     57.5     count exact
157万人次        1.57e6   1.565e6  1.575e6  persons exact
500名員工        500      499.5    500.5    persons exact
43.9%            43.9     43.85    43.95    percent exact
１．８％         1.8      1.75     1.85     percent exact
100%             100      99.5     100.5    percent exact
-0.6%            -0.6     -0.65    -0.55    percent exact
负3%             -3       -3.5     -2.5     percent exact
百分之七点二     7.2      7.15     7.25     percent exact
百分之五         5        4.5      5.5      percent exact
万分之五         0.05     0.045    0.055    percent exact
三成             30       25       35       percent exact
三成五           35       34.5     35.5     percent exact
四成半           45       44.5     45.5     percent exact
〇家             0        0        0.5      count exact
2.3个百分点      2.3      2.25     2.35     percentage_points exact
兩個百分點       2        1.5      2.5      percentage_points exact
千分之三         3        2.5      3.5      per_mille exact
1.2‰             1.2      1.15     1.25     per_mille exact
三分之一         100/3    100/3    100/3    percent exact
四分之三         75       75       75       percent exact
2/3              200/3    200/3    200/3    percent exact
一半             50       50       50       percent exact
翻一番           100      100      100      percent exact
翻了两番         300      300      300      percent exact
10年             10       9.5      10.5     years exact
近5年            5        4.5      5.5      years exact
18个月           18       17.5     18.5     months exact
20天             20       19.5     20.5     days exact
45日             45       44.5     45.5     days exact
2.8万小时        28000    27500    28500    hours exact
831公里          831      830.5    831.5    km exact
500千米          500      499.5    500.5    km exact
一毫秒           0.001    0.0005   0.0015   seconds exact
180厘米          1.8      1.795    1.805    m exact
30米             30       29.5     30.5     m exact
1.2万平方米      12000    11500    12500    m2 exact
120.73平方公里   120.73   120.725  120.735  km2 exact
10万吨           1e5      0.95e5   1.05e5   tonnes exact
5000万千瓦时     5e7      49995e3  50005e3  kWh exact
3万度电          3e4      2.5e4    3.5e4    kWh exact
4.4%左右         4.4      4.3      4.5      percent approx
约130厘米        1.3      1.29     1.31     m approx
约 57 家         57       56       58       count approx
约30%左右        30       29       31       percent approx
约有3000家       3000     2999     3001     count approx
约三分之一       100/3    100/6    50       percent approx
超6.8亿元        6.8e8    6.8e8    inf      CNY at_least
超过68亿元       68e8     68e8     inf      CNY at_least
突破157万人次    1.57e6   1.57e6   inf      persons at_least
不低于三分之一   100/3    100/3    inf      percent at_least
不少于3年        3        3        inf      years at_least
不得低于15%      15       15       inf      percent at_least
至少3名          3        3        inf      persons at_least
≥2.8%            2.8      2.8      inf      percent at_least
超过30%以上      30       30       inf      percent at_least
10亿元（含）以上 1e9      1e9      inf      CNY at_least
20人及以上       20       20       inf      persons at_least
60万个以上       6e5      6e5      inf      count at_least
3600余家         3600     3600     inf      count at_least
5000多家         5000     5000     inf      count at_least
1万多家          10000    10000    inf      count at_least
100多亿元        1e10     1e10     inf      CNY at_least
20餘年           20       20       inf      years at_least
百余家           100      100      inf      count at_least
千餘家           1000     1000     inf      count at_least
上百家           100      100      inf      count at_least
破千亿元         1e11     1e11     inf      CNY at_least
三成多           30       30       inf      percent at_least
两个多月         2        2        inf      months at_least
3年多            3        3        inf      years at_least
过百家           100      100      inf      count at_least
近900家          900      0        900      count at_most
近百家           100      0        100      count at_most
近8个            8        0        8        count at_most
近百年           100      0        100      years at_most
将近1.2万亿元    1.2e12   0        1.2e12   CNY at_most
不到10%          10       -inf     10       percent at_most
不超过3%         3        -inf     3        percent at_most
不得超过3年      3        0        3        years at_most
未突破10%        10       -inf     10       percent at_most
近一半           50       -inf     50       percent at_most
1亿元以内        1e8      0        1e8      CNY at_most
30日内           30       0        30       days at_most
5人及以下        5        0        5        persons at_most
300条至500条     400      300      500      count range
10—15家          12.5     10       15       count range
3到5个           4        3        5        count range
三至五年         4        3        5        years range
5～8%            6.5      5        8        percent range
5%-8%            6.5      5        8        percent range
-3%至-1%         -2       -3       -1       percent range
百分之五至八     6.5      5        8        percent range
1.5至2万亿元     1.75e12  1.5e12   2e12     CNY range
500万至1000万元  7.5e6    5e6      1e7      CNY range
80厘米至1.2米    1        0.8      1.2      m range
约3至5年         4        3        5        years range
"""
ROWS = [
    (text, *map(lambda cell: float(Fraction(cell)) if "inf" not in cell else float(cell), numbers), *words)
    for text, *numbers, unit, qualifier in (line.rsplit(maxsplit=5) for line in READ.strip().splitlines())
    for words in [(unit, qualifier)]
]


@pytest.mark.parametrize(("text", "value", "low", "high", "unit", "qualifier"), ROWS, ids=[row[0] for row in ROWS])
def test_reads(text: str, value: float, low: float, high: float, unit: str, qualifier: str) -> None:
    assert parse(text) == Quantity(text, value, low, high, unit, qualifier, 0, len(text))


def test_order_of_magnitude_is_half_a_decade_either_side() -> None:
    quantity = parse("百万平方米级")
    assert (quantity.value, quantity.unit, quantity.qualifier) == (1e6, "m2", "approx")
    assert math.log10(quantity.low) == pytest.approx(5.5)
    assert math.log10(quantity.high) == pytest.approx(6.5)


NO_UNIT = "5 2049.60 家 % 约 约家 五 百 一 零 5度 零下5度 5G C919 3D X2 2.0 1005-1309"
DATES = "2025年 2024年5月 1月15日 15日 5日至8日 2023—2025年 2021—25年 二〇二五年 90后 90年代 3年级 5年前 5天后"
ORDINALS = "第16家 第三方 第一批 第3至5家 前10名 前11个月 每3年 5个亿 3年半 3次方"
VAGUE = "数百家 几十家 十几家 几十亿元 数十亿元 若干亿元 两三家 七八个 五六亿元 两千三家 一百五家 一万五百家 二十两家"
MALFORMED = "007家 1,23家 1,2345家 1234,567家 1.2.3% ..5% 5..3% 1/1 3/2 1/2/3 1:3家 7×24小时 7+10家 1+1>2 100+家 两十家"
WORDS = (
    "一个 一家 一批 一名 一系列 三大 三农 十分重要 十年磨一剑 千家万户 百花齐放 万兆 两会 从0到1 亿元 百家 千元 万人"
)
CONTRADICTIONS = (
    "约20余年 近百余家 约超3家 不到3家以上 约近百家 5家至3家 5至5家 5家至8% 8000-1万家 三至五百家 五十至三万家"
)
UNREAD = "10余家至20家 3至5家以上 -5家 -3年 -5至8家 上海-57家 从3%到5% 5亿元美元 港币3亿美元 1亿2亿元 万万家"
FRAGMENTS = "三成果 5人工智能 57家。 57家57家 百分之 分之一 零分之一 百分之一百五 负 -% — 至 5至 至5家 5家至"
MORE = "±3% 3/5家 百八十家 千零五家 5家+ 超超5家 十四五 57企业 57家员工 3人/百亿元"
REFUSED = " ".join([NO_UNIT, DATES, ORDINALS, VAGUE, MALFORMED, WORDS, CONTRADICTIONS, UNREAD, FRAGMENTS, MORE]).split(
    " "
)


@pytest.mark.parametrize("text", ["", " 5家", "5家 ", "5\n家", "5  家", "2025 年", *sorted({*REFUSED})])
def test_refuses(text: str) -> None:
    with pytest.raises(PrintedError) as caught:
        parse(text)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) > 10


def test_refusals_say_what_is_wrong() -> None:
    for text, reason in {
        "约20余年": "approx and at_least",
        "2049.60": "no unit",
        "第16家": "an ordinal",
        "几十家": "a vague number",
        "一个": "article",
        "-5家": "negative",
        "5至3家": "smaller",
        "两千三家": "full form",
    }.items():
        with pytest.raises(PrintedError, match=reason):
            parse(text)


def test_a_cell_is_read_with_the_unit_of_its_header() -> None:
    quantity = parse("2049.60", "亿元")
    assert quantity == Quantity("2049.60", 204960000000.0, 204959500000.0, 204960500000.0, "CNY", "exact", 0, 7)
    assert parse("1,819.77", "亿元").value == 181977000000.0
    assert parse("约34", "件").qualifier == "approx"
    assert parse("三", "家").value == 3


@pytest.mark.parametrize(
    ("cell", "unit"), [("", "亿元"), ("约", "亿元"), ("5", ""), ("5", "0亿元"), ("5%", "亿元"), ("—", "家")]
)
def test_a_cell_without_a_figure_of_its_own_is_refused(cell: str, unit: str) -> None:
    with pytest.raises(PrintedError):
        parse(cell, unit)


# Running text of the genre; what is to be found stands in 【】.
SENTENCES = """
全年实现地区生产总值【53926.71亿元】，按不变价格计算，比上年增长【5.0%】；其中，第三产业增加值占比为【78.2%】，提高【2.8个百分点】。
到2025年底，新增就业岗位【60万个以上】，城镇调查失业率控制在【5%左右】，居民消费价格涨幅【3%左右】，财政支出压减【不低于15%】。
2023—2025年，全市将培育【10—15家】龙头企业、【百余家】专精特新企业，高新技术企业总数【突破2.5万家】，其中民营企业占【六成以上】。
2024年，外贸进出口总额达到【近4.3万亿元】、增长【1.3%】，实际使用外资【超过170亿美元】，跨国公司地区总部累计达【1016家】。
居民消费价格指数为【-0.6%】，工业用电量下降【0.6%】，规模以上工业增加值由去年的【3.1%】回升至【4.4%】，二季度以来增速加快。
从【3.1%】到【4.4%】，十年磨一剑；从0到1，离不开千家万户、百花齐放，更离不开一系列改革、三大先导产业和五个中心。
首批共【5家】，前【4批次】共【24个】，第一批项目共【216项】，第二批、第16条、前10名、前11个月均不计入；签约【57个】项目，节约用电【500万千瓦时】。
每万人口高价值发明专利拥有量达【57.9件】，每10万人中有多少人从事研发；PCT国际专利申请量【6600件】，连续第11年居首，连续【19年】增长。
科技部门出台“18条”，推进AI4S、6G、C919、G60和“7+10”布局，通过万兆全光网接入，5G基站达【9.2万个】，1+1>2。
根据〔2025〕56号文和1005-1309(2022)08-005-006号，1月15日召开第十六届人大三次会议，5月27日前完成，90后占【三分之一】。
三项指标分别提高【0.1个】、【2个】和【1.3个百分点】，分别达到【47.4%】和【51%】，三次产业结构为【0.3】:【16.0】:【83.7】。
单位能耗每元产值下降，补贴标准为【100元/人】、【3万元/年】，【最高给予500万元】；投入【500万元（含）以上】的按【2%】奖励，【不超过50万元】。
数百家企业、几十亿元投资、十几个项目、两三年时间、七八个园区，都不是可以读出的数；【上百家】、【千余家】、【20余年】才是。
过去5年前后，近年来变化很大，【近5年】产值年均增长【超30%】，【10年】间翻了几番，二〇二五年前实现【翻一番】；三年行动方案已印发。
集成电路【约占1/3】，研发人员【约有3万名】，【三位】院士、【七家】企业和一家机构参会，会期【两个多小时】。
气温零下5度，增长【1.5至2倍】，容量【5万千瓦】，28纳米工艺，【8英寸】晶圆，【3.14万】，2024人工智能大会，2025世界人工智能大会，12345热线。
1. 加快建设 2. 推进创新 （一）一是5G 二是6G ①两个一百年 一、三个方面 二、四个自信 三高一低 百思玛特 北斗七星 七位一体
目前【50家】企业入驻，当前【3个】问题，此前【8年】未变；2020年的【1615.69亿元】增至2023年的【2049.60亿元】，2021年至2024年年均如此。
上海市研發經費支出相當於生產總值的比例達到【4.4%左右】，技術合同成交額【5200.7億元】、增長【7.2%】，匯聚【千餘家】企業、【兩萬名】人才。
张江集聚【600多家】企业、【3万余名】从业者，提供【70余万平方米】空间，培育【3至5家】领军企业，备案百个大模型，机器人高【约130厘米】，惠及【近100个】小区。
依托【6个】【百万平方米级】组团，形成【万亿元级】产业集群；每台每天采集【300条至500条】数据，争取在【一年内】收集【1亿条】。
第 3 条和第 16 家；【人民币500亿元】，【港币3亿元】；比例1:3家，7×24小时，编号1,2345家，7+10家，版本1.2.3%。
战机F-5架，误差±3%，2025 年【3 家】，【3年多】来【5家】多元化企业，【30家】上下游企业，【3家】内资企业。
占【34个】大类/【170个】中类，【超300亿】，【50万亩】，“3+6”体系，【1.2亿千瓦】，5A级景区，世界500强，TOP100，10万+用户。
""".strip().splitlines()


@pytest.mark.parametrize("marked", SENTENCES, ids=range(len(SENTENCES)))
def test_finds_what_is_a_figure_and_nothing_else(marked: str) -> None:
    text = marked.replace("【", "").replace("】", "")
    expected = [part.split("】")[0] for part in marked.split("【")[1:]]
    found = find(text)
    assert [quantity.text for quantity in found] == expected
    for quantity in found:
        assert text[quantity.start : quantity.end] == quantity.text


def test_finds_in_order_whatever_stands_between() -> None:
    text = "\n\n".join(line.replace("【", "").replace("】", "") for line in SENTENCES)
    assert [q.text for q in find(text)] == [part.split("】")[0] for line in SENTENCES for part in line.split("【")[1:]]


def test_values_found_are_values_parsed() -> None:
    found = find("规模达到近1.8万億元，三成以上为10—15家企业所有，占比不低于三分之一")
    assert [(q.value, q.low, q.high, q.unit, q.qualifier) for q in found] == [
        (q.value, q.low, q.high, q.unit, q.qualifier)
        for q in map(parse, ["近1.8万億元", "三成以上", "10—15家企业", "不低于三分之一"])
    ]


def test_from_to_is_a_change_but_between_is_a_range() -> None:
    assert [(q.value, q.qualifier) for q in find("从15%到20%")] == [(15, "exact"), (20, "exact")]
    assert [q.value for q in find("从3%-5%")] == [3, 5]  # no minus sign after a unit
    assert [(q.value, q.qualifier) for q in find("保持15%到20%")] == [(17.5, "range")]
    assert [(q.value, q.qualifier) for q in find("由3至5名专家组成")] == [(4, "range")]


def test_interval_of_published_digits() -> None:
    assert interval("2049.60") == (2049.595, 2049.605)
    assert interval("2049.60", 1e8) == (204959500000.0, 204960500000.0)
    assert interval("1.8", 1e12) == (1.75e12, 1.85e12)
    assert interval("5", 0.01) == (0.045, 0.055)
    assert interval("4.4", qualifier="approx") == (4.3, 4.5)
    assert interval("25000", qualifier="at_least") == (25000, INF)
    assert interval("1,000", qualifier="at_most") == (-INF, 1000)
    assert interval("-0.3") == (-0.35, -0.25)


@pytest.mark.parametrize(
    "digits", ["", "五", "5.", ".5", "1e3", "1,23", "007", "5家", " 5", "5\n", "NaN", "٣", "9" * 26]
)
def test_interval_refuses_what_is_no_printed_number(digits: str) -> None:
    with pytest.raises(PrintedError):
        interval(digits)


def test_interval_refuses_what_is_no_qualifier() -> None:
    with pytest.raises(PrintedError, match="exact, approx, at_least, at_most"):
        interval("5", qualifier="range")


FIGURES = st.tuples(st.integers(0, 10**9), st.integers(0, 4))
MULTIPLIERS = {"": 1, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "千亿": 10**11}
MULTIPLIERS |= {"万亿": 10**12}
UNITS = {"元": ("CNY", 1), "美元": ("USD", 1), "%": ("percent", 1), "成": ("percent", 10), "家": ("count", 1)}
UNITS |= {"个": ("count", 1), "人次": ("persons", 1), "平方米": ("m2", 1), "吨": ("tonnes", 1), "小时": ("hours", 1)}
UNITS |= {"个百分点": ("percentage_points", 1), "厘米": ("m", Fraction(1, 100)), "‰": ("per_mille", 1)}
SHARES = ("percent", "percentage_points", "per_mille")
TRADITIONAL = str.maketrans("万亿个两余约过点吨时厘", "萬億個兩餘約過點噸時釐")
WIDE = str.maketrans({ord(c): ord(c) + 0xFEE0 for c in "0123456789.%,-"})


def written(figure: tuple[int, int]) -> tuple[str, Fraction, Fraction]:
    """The digits of whole / 10**places, their value, and what the last digit is worth."""
    whole, places = figure
    digits = str(whole).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return text, Fraction(whole, 10**places), Fraction(1, 10**places)


@SETTINGS
@given(
    FIGURES,
    st.sampled_from(sorted(MULTIPLIERS)),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["", "约", "超", "不到"]),
)
def test_what_is_printed_is_read_back(figure: tuple[int, int], multiplier: str, unit: str, qualifier: str) -> None:
    digits, value, last = written(figure)
    name, scale = UNITS[unit]
    factor = MULTIPLIERS[multiplier] * scale
    floor = -INF if name in SHARES else 0
    value, last = value * factor, last * factor
    low, high = {
        "": (value - last / 2, value + last / 2),
        "约": (value - last, value + last),
        "超": (value, INF),
        "不到": (-INF, value),
    }[qualifier]
    quantity = parse(f"{qualifier}{digits}{multiplier}{unit}")
    assert (quantity.value, quantity.low, quantity.high) == (float(value), max(float(low), floor), float(high))
    assert quantity.unit == name


@SETTINGS
@given(FIGURES, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(MULTIPLIERS)))
def test_script_and_width_make_no_difference(figure: tuple[int, int], unit: str, multiplier: str) -> None:
    text = f"约{written(figure)[0]}{multiplier}{unit}"
    plain, other = parse(text), parse(text.translate(TRADITIONAL).translate(WIDE))
    assert (plain.value, plain.low, plain.high, plain.unit) == (other.value, other.low, other.high, other.unit)


def spelled(number: int) -> str:
    """Chinese numerals of a positive integer, by fours: 105 is 一百零五, 15 is 十五."""
    groups, text = [], ""
    while number:
        number, group = divmod(number, 10**4)
        groups.append(group)
    for place in reversed(range(len(groups))):
        group, inner = groups[place], ""
        for rank, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = group // rank % 10
            if digit:
                inner += "零一二三四五六七八九"[digit] + name
            elif inner and group % rank:
                inner = inner.rstrip("零") + "零"
        if group:
            gap = text and group < 1000
            text += ("零" if gap else "") + inner + ("", "万", "亿")[place]
        elif text and any(groups[:place]):
            text = text.rstrip("零") + "零"
    text = text.replace("零零", "零")
    return text.removeprefix("一") if text.startswith("一十") else text


def test_the_speller_itself() -> None:
    known = {
        1: "一",
        10: "十",
        15: "十五",
        20: "二十",
        105: "一百零五",
        110: "一百一十",
        1005: "一千零五",
        2300: "二千三百",
    }
    known |= {10**4: "一万", 10500: "一万零五百", 120000: "十二万", 10**8 + 5: "一亿零五", 135 * 10**7: "十三亿五千万"}
    assert {number: spelled(number) for number in known} == known


@SETTINGS
@given(st.integers(2, 10**12 - 1) | st.integers(2, 10**5))
def test_chinese_numerals_are_read_back(number: int) -> None:
    text = spelled(number)
    worth = 10 ** (len(str(number)) - len(str(number).rstrip("0")))  # of the last numeral that is printed
    quantity = parse(f"{text}家")
    assert quantity.value == number
    assert quantity.high - quantity.low == worth
    liang = text.replace("二千", "两千").replace("二万", "两万") if "十二万" not in text else text
    assert parse(f"{liang}家").value == number


@SETTINGS
@given(st.integers(1, 9999), st.integers(1, 9999))
def test_chinese_decimals_are_read_back(whole: int, decimals: int) -> None:
    digits = "".join("零一二三四五六七八九"[int(digit)] for digit in str(decimals))
    expected = Fraction(f"{whole}.{decimals}")
    half = Fraction(1, 2 * 10 ** len(str(decimals)))
    quantity = parse(f"百分之{spelled(whole)}点{digits}")
    assert quantity.value == float(expected)
    assert (quantity.low, quantity.high) == (float(expected - half), float(expected + half))


@SETTINGS
@given(
    FIGURES,
    FIGURES,
    st.sampled_from(["至", "到", "—", "-", "~", "～", "–", "－"]),
    st.sampled_from(["亿元", "%", "家"]),
)
def test_ranges_have_their_printed_ends(a: tuple[int, int], b: tuple[int, int], to: str, unit: str) -> None:
    (first, low, _), (second, high, _) = sorted((written(a), written(b)), key=lambda end: end[1])
    for text in (f"{first}{to}{second}{unit}", f"{first}{unit}{to}{second}{unit}"):
        if low == high:
            with pytest.raises(PrintedError):
                parse(text)
        else:
            scale = 10**8 if unit == "亿元" else 1
            quantity = parse(text)
            assert quantity.qualifier == "range"
            ends = [low * scale, high * scale, (low + high) * scale / 2]
            assert [quantity.low, quantity.high, quantity.value] == list(map(float, ends))


@SETTINGS
@given(FIGURES)
def test_more_digits_never_widen_an_interval(figure: tuple[int, int]) -> None:
    digits, value, last = written(figure)
    low, high = interval(digits)
    inner_low, inner_high = interval(digits + ("0" if "." in digits else ".0"))
    assert low <= inner_low <= float(value) <= inner_high <= high
    assert Fraction(high) - Fraction(low) == pytest.approx(float(last), rel=1e-6)


ALPHABET = (
    "0123456789.,，-—~至到从约近超过不足余多以上下内左右级第前每几数十百千万亿两一二三零点个家元年月日%％分之翻番半成人"
    " \n/+AG美米时"
)


@settings(SETTINGS, max_examples=1000)
@given(st.text(alphabet=ALPHABET, max_size=30) | st.text(max_size=30))
def test_nothing_crashes(text: str) -> None:
    end = 0
    for quantity in find(text):
        assert end <= quantity.start < quantity.end <= len(text)
        assert text[quantity.start : quantity.end] == quantity.text
        assert quantity.low <= quantity.value <= quantity.high
        end = quantity.end
        if text[quantity.start : quantity.end][-1].isdigit() or (
            quantity.unit != "count" and quantity.text[-1] == "个"
        ):
            continue  # its unit is printed elsewhere, in a list or a ratio
        alone = parse(quantity.text)
        assert (alone.value, alone.low, alone.high) == (quantity.value, quantity.low, quantity.high)
        assert (alone.unit, alone.qualifier) == (quantity.unit, quantity.qualifier)
    try:
        quantity = parse(text)
    except PrintedError:
        return
    assert (quantity.text, quantity.start, quantity.end) == (text, 0, len(text))
    assert quantity.low <= quantity.value <= quantity.high
    assert quantity.unit in SHARES or quantity.low >= 0


HOSTILE = [
    "0",
    "1",
    ",",
    "1,",
    "1,111,",
    "1.",
    "万",
    "一",
    "至",
    "1至",
    "一至",
    "-",
    "不",
    "百分之",
    "1个多",
    "1个、",
    "翻了",
    "1 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_the_square_of_its_length(piece: str) -> None:
    """Nothing is timed: what grows with the square would not come to an end here. `make bench` prints the growth."""
    text = (piece * 100_000)[:100_000]
    find(text)
    with pytest.raises(PrintedError):
        parse(text)


DOCUMENT = "标题\n2024年规模达1.8万亿元，2025年约2万亿元，2024年未变。\n\n2023年\t2049.60\n"


@pytest.fixture
def tables(tmp_path: Path) -> tuple[pd.DataFrame, pd.DataFrame, Path]:
    """Three statements of one document, and a folder that holds it beside a file of no interest."""
    (tmp_path / "page.txt").write_text(DOCUMENT, encoding="utf-8", newline="")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "folder").mkdir()
    rows = [("a-1", "a", 2, "1.8万亿元", ""), ("a-2", "a", 2, "约2万亿元", ""), ("a-3", "a", 4, "2049.60", "亿元")]
    statements = pd.DataFrame(rows, columns=["statement_id", "source_id", "line", "printed", "unit_printed"])
    digest = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    return statements, pd.DataFrame({"source_id": ["b", "a"], "sha256": [None, digest]}), tmp_path


def test_check_confirms_what_is_printed(tables: tuple[pd.DataFrame, pd.DataFrame, Path]) -> None:
    assert check(*tables) == []


@pytest.mark.parametrize(
    ("row", "line", "text"),
    [
        (0, 1, "1.8万亿元"),
        (0, 3, "1.8万亿元"),
        (2, 9, "2049.60"),
        (2, 0, "2049.60"),
        (2, -1, "2049.60"),
        (1, 2, "约3万亿元"),
    ]
    + [(2, 4, cut) for cut in ("049.60", "49.60", "2049.6", "2049", "60")],
)
def test_check_lists_what_is_not_printed_there(
    tables: tuple[pd.DataFrame, pd.DataFrame, Path], row: int, line: int, text: str
) -> None:
    statements, sources, folder = tables
    statements.loc[row, ["line", "printed"]] = [line, text]
    [problem] = check(statements, sources, folder)
    assert all(word in problem for word in (f"a-{row + 1}", f"line {line}", text))


def test_check_misses_a_document_that_is_not_there(tables: tuple[pd.DataFrame, pd.DataFrame, Path]) -> None:
    statements, sources, folder = tables
    (folder / "page.txt").write_text(DOCUMENT + " ", encoding="utf-8")
    [problem] = check(statements, sources, folder)
    assert problem.startswith("a: ")
    assert sources["sha256"].iloc[1] in problem
    statements["source_id"] = ["a", "b", "unknown"]
    assert [problem.split(":")[0] for problem in check(statements, sources, folder)] == ["a", "b", "unknown"]


def test_check_refuses_a_document_that_is_no_text(tables: tuple[pd.DataFrame, pd.DataFrame, Path]) -> None:
    statements, sources, folder = tables
    sources.loc[1, "sha256"] = hashlib.sha256(b"\xff\xd8\xff").hexdigest()
    with pytest.raises(PrintedError, match=r"photo\.jpg.*not UTF-8"):
        check(statements, sources, folder)


def test_command_check(
    tables: tuple[pd.DataFrame, pd.DataFrame, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statements, sources, folder = tables
    statements["role"] = "observation"
    stub = SimpleNamespace(statements=lambda _: statements, sources=lambda _: sources, FOLDER=folder)
    monkeypatch.setattr(documents, "data", stub)
    assert main(["check", str(folder)]) == main(["check", str(folder), "a"]) == 0
    assert capsys.readouterr() == ("a: 3 rows checked\n" * 2, "")
    assert main(["check", str(folder), "b"]) == 2
    assert capsys.readouterr().err == "no statements of b; there are of a\n"
    statements.loc[0, "line"] = 1
    assert main(["check", str(folder)]) == 1
    out, err = capsys.readouterr()
    assert out == "a: 3 rows checked\n"
    assert "a-1" in err
    (folder / "page.txt").unlink()
    assert main(["check", str(folder)]) == 1
    out, err = capsys.readouterr()
    assert out == "a: 0 rows checked\n"
    assert "no file" in err
    assert main(["check", str(folder / "missing")]) == 2
    assert "missing" in capsys.readouterr().err
    assert main(["check", str(folder / "photo.jpg")]) == 2


def test_command_find_writes_candidate_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_text(DOCUMENT + "超11亿元，排名提升6位，达1.\n5万亿元", encoding="utf-8")
    assert main(["find", str(page)]) == 0
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert ",".join(rows[0]) == "source,line,start,printed,value,low,high,unit,qualifier,context,years"
    assert [(row["line"], row["start"], row["printed"], float(row["high"]), row["years"]) for row in rows] == [
        ("2", "9", "1.8万亿元", 1.85e12, "2024 2025"),
        ("2", "21", "约2万亿元", 3e12, "2024 2025"),
        ("5", "1", "超11亿元", INF, ""),
    ]
    assert rows[0]["context"] == "2024年规模达1.8万亿元，2025年约2万亿元，2024年未变。"
    assert f"{page}, line 5, 11: 6位 is left out: a rank" in err.splitlines()
    assert f"{page}, line 6, 1: 5万亿元 is left out: a part of a longer number" in err.splitlines()
    assert {row["source"] for row in rows} == {str(page)}


def test_command_refuses_unusable_input_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    for name in ("missing.txt", "photo.jpg", "."):
        assert main(["find", str(tmp_path / name)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        assert str(tmp_path) in err


def test_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "helpers.documents", "find", str(tmp_path / "missing.txt")]
    root = Path(printed.__file__).parent.parent
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "missing.txt" in done.stderr
    assert "Traceback" not in done.stderr


def rows(name: str) -> list[dict[str, str]]:
    with (printed.FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("units.csv"), ids=lambda row: row["word"])
def test_a_unit_reads_its_example(row: dict[str, str]) -> None:
    """The readings were worked out from digits, multiplier and factor, apart from the reader."""
    quantity = parse(row["example"])
    value, low, high, qualifier = row["reading"].replace("[", "").replace("]", "").replace(",", "").split()
    assert (quantity.value, quantity.low, quantity.high) == pytest.approx(
        (float(value), float(low), float(high)), rel=1e-12
    )
    assert (quantity.unit, quantity.qualifier) == (row["unit"], qualifier)


@pytest.mark.parametrize("row", rows("words.csv"), ids=lambda row: row["word"])
def test_a_word_reads_its_example(row: dict[str, str]) -> None:
    quantity = parse(row["example"])
    said = {"currency": quantity.unit, "point": str(Fraction(quantity.value / 100).limit_denominator(9))}
    said["per"] = quantity.unit.split("/")[-1]
    meaning = {"magnitude": "approx", "1/1": "1", "3/1": "3", "7/1": "7"}.get(row["meaning"], row["meaning"])
    assert said.get(row["place"], quantity.qualifier) == meaning
    assert row["word"] in row["example"]


@pytest.mark.parametrize("row", rows("rules.csv"), ids=lambda row: row["example"])
def test_a_rule_leaves_out_its_example(row: dict[str, str]) -> None:
    left_out: list[printed.LeftOut] = []
    assert find(row["example"], left_out) == []
    assert row["rule"] in {one.rule for one in left_out}
    for one in left_out:
        assert row["example"][one.start : one.end] == one.text


# Text, and what is read of it: value, low, high, unit, qualifier of each figure; made up, one a kind.
KINDS = {
    "累计开行1.4万列": [(14000, 13500, 14500, "count", "exact")],
    "增速为–3.5%": [(-3.5, -3.55, -3.45, "percent", "exact")],
    "为企业减负1300亿元以上": [(1.3e11, 1.3e11, INF, "CNY", "at_least")],
    "歲出為6兆2,380億元": [(6.238e12, 6.23795e12, 6.23805e12, "TWD", "exact")],
    "人均4萬7,215美元": [(47215, 47214.5, 47215.5, "USD", "exact")],
    "資金逾新台幣4100億元": [(4.1e11, 4.1e11, INF, "TWD", "at_least")],
    "平均一六四點五萬元": [(1.645e6, 1.6445e6, 1.6455e6, "CNY", "exact")],
    "百分之卅六點四": [(36.4, 36.35, 36.45, "percent", "exact")],
    "超過一千七百間公司": [(1700, 1700, INF, "count", "at_least")],
    "建屋38 600個單位": [(38600, 38599.5, 38600.5, "count", "exact")],
    "第1，7家企业上榜": [(7, 6.5, 7.5, "count", "exact")],
    "占全国的十分之一": [(10, 10, 10, "percent", "exact")],
    "4至6年内会": [(5, 4, 6, "years", "range")],
    "下降5.7和3.2个百分点": [(x, x - 0.05, x + 0.05, "percentage_points", "exact") for x in (5.7, 3.2)],
    "分别快1.4个、3.2个百分点": [(x, x - 0.05, x + 0.05, "percentage_points", "exact") for x in (1.4, 3.2)],
    "结构为7.6∶42.1∶50.3": [(x, x - 0.05, x + 0.05, "percent", "exact") for x in (7.6, 42.1, 50.3)],
    "总量超过4万亿": [(4e12, 4e12, INF, "unknown", "at_least")],
    "浓度31.6微克/立方米": [(31.6, 31.55, 31.65, "ug/m3", "exact")],
    "首破3万亿元": [(3e12, 3e12, INF, "CNY", "at_least")],
    "不止3家": [(3, 3, INF, "count", "at_least")],
    "最高500万元": [(5e6, 0, 5e6, "CNY", "at_most")],
    "分别突破8000亿元、1万亿元": [(x, x, INF, "CNY", "at_least") for x in (8e11, 1e12)],
    "5万吨级以上泊位": [(5e4, 5e4, INF, "tonnes", "at_least")],
    "连续5年每年给予1000元": [(5, 4.5, 5.5, "years", "exact"), (1000, 999.5, 1000.5, "CNY", "exact")],
    "安置率达百分之百": [(100, 100, 100, "percent", "exact")],
    "出口-5.2%，用户-2.1%": [(-x, -x - 0.05, -x + 0.05, "percent", "exact") for x in (5.2, 2.1)],
    "【重磅】超5家企业": [(5, 5, INF, "count", "at_least")],
    "人口10万以上": [(1e5, 1e5, INF, "unknown", "at_least")],
    "提高3个至5个百分点": [(4, 3, 5, "percentage_points", "range")],
    "收费3000元—5000元/月": [(4000, 3000, 5000, "CNY/month", "range")],
    "最高奖励500万元": [(5e6, 0, 5e6, "CNY", "at_most")],
    "期限最长3年": [(3, 0, 3, "years", "at_most")],
    "10家不到": [(10, 0, 10, "count", "at_most")],
} | dict.fromkeys([
    "1. 5万亿元", "12·5万元", "三个千亿元台阶", "出台“60条”政策", "排名提升6位", "0.8人/百亿元以下",
    "較112年增加，自114年起", "由五年一遇提高到三十年一遇", "相对 1:30家",
    "误差正负3%", "12:38:50发射", "比例为10:20:70万", "零下5至10℃", "身高1米8", "收3元5角", "2024/3/5",
    "规模达1.\n5万亿元", "建屋38\n600個單位",
], ())  # fmt: skip


@pytest.mark.parametrize("text", KINDS)
def test_kinds_of_print(text: str) -> None:
    found = [(q.value, q.low, q.high, q.unit, q.qualifier) for q in find(text)]
    assert [row[3:] for row in found] == [row[3:] for row in KINDS[text]]
    assert [row[:3] for row in found] == [pytest.approx(row[:3], rel=1e-12) for row in KINDS[text]]


FOUND = {
    "提高2.8个百分点至78.2%": ["2.8个百分点", "78.2%"],
    "增长5%至1.2万亿元": ["5%", "1.2万亿元"],
    "增加10家至120家": ["10家", "120家"],
    "增长5%至6%": ["5%至6%"],
    "6个内设机构，10年内": ["6个", "10年内"],
    "3家具有竞争力的企业，3家具": ["3家"],
    "20家长三角企业和8家电子信息企业": ["20家", "8家"],
    "100个点位、10个年轻团队、8个多功能厅": ["100个", "10个", "8个"],
    "20台风电机组，68所在沪高校，12座标准厂房": ["20台", "68所", "12座"],
    "1 234.5亿元": ["1 234.5亿元"],
    "41.2万人年": ["41.2万人年"],
    "25年上半年，不过百家": [],
    "纽约20家，约20家": ["20家", "约20家"],
    "取得重大突破10项": ["10项"],
    "约合14亿美元，即100亿元新台币": ["约合14亿美元", "100亿元新台币"],
    "12只基金，285幢，30间，5宗地块": ["12只", "285幢", "30间", "5宗"],
}


@pytest.mark.parametrize("text", FOUND)
def test_words_that_only_look_like_others(text):
    assert [quantity.text for quantity in printed.find(text)] == FOUND[text]


def test_what_is_no_text_is_refused():
    with pytest.raises(printed.PrintedError, match="no text"):
        printed.parse(12.5)


def test_a_number_of_a_figure_is_traced_to_its_rows_and_its_prints() -> None:
    lines = documents.trace("rd_intensity_vintages", "2023")
    assert any(line.startswith("after the fifth census 2023: 3.987205011 percent") for line in lines)
    assert "  newspaper page, June 2025, line 134: 2049.60 (page25-rd-exp-2023)" in lines
    rows = {line.split(": ", 1)[1] for line in lines if line.startswith("  data/series.csv")}
    assert rows == {"GDP CN-SH 2023, 51404.5亿元", "RD_EXP CN-SH 2023, 2049.6028亿元", "RD_INTENSITY CN-SH 2023, 4.34%"}
    for line in lines:
        if line.startswith("  data/series.csv"):
            number, what = re.fullmatch(r"  data/series.csv, line (\d+): (.*)", line).groups()
            row = (data.FOLDER / "series.csv").read_text("utf-8").splitlines()[int(number) - 1].split(",")
            assert what.startswith(f"{row[0]} {row[1]} {row[2]}, {float(row[3]):.10g}{row[5]}")


def test_an_estimate_is_no_print_of_a_survey() -> None:
    """The estimate of about 4.4 % for 2024 holds the 4.35 % that the survey found, and is another figure."""
    lines = documents.trace("rd_intensity_vintages", "2024")
    assert any("4.35%" in line for line in lines) and not any("feature25-rd-intensity-2024" in line for line in lines)
