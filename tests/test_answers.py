"""The numbers with which findings begin, worked out from the tables in fractions and without the helpers.

A slip in a cell that has been executed and stored is the same in every later execution; only a second way finds it.
"""

import csv
import re
from fractions import Fraction
from functools import cache
from math import log
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@cache
def table(name):
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


@cache
def series(indicator, area, *vintages):
    """Values by year; of two vintages the one named first."""
    found = {}
    for vintage in reversed(vintages):
        for row in table("series"):
            if (row["indicator"], row["ref_area"], row["vintage"]) == (indicator, area, vintage):
                found[int(row["time_period"])] = Fraction(row["obs_value"])
    assert found
    return dict(sorted(found.items()))


def over(part, whole, factor=100):
    return {year: factor * part[year] / whole[year] for year in part if year in whole}


def pace(s, start, end):
    return 100 * (float(s[end] / s[start]) ** (1 / (end - start)) - 1)


def added(s):
    return {year: s[year] - s[year - 1] for year in s if year - 1 in s}


def rounded(*numbers, digits=1):
    return [f"{float(number):.{digits}f}" for number in numbers]


AREAS = ("CN-SH", "CN-BJ", "CN-GD", "CN-JS", "CN-ZJ", "CN")
SURVEYED = {area: series("RD_EXP", area, "final") for area in AREAS}
RD = {area: series("RD_EXP", area, "final", "first-release") for area in AREAS}
LONG = series("RD_EXP", "CN-SH", "final", "first-release", "sh-yearbook")
GDP = {area: series("GDP", area, "census-5") for area in ("CN-SH", "CN")}
SHARE = {area: over(RD[area], GDP[area]) for area in GDP}
PRINTED = series("RD_INTENSITY", "CN-SH", "first-release")
BEFORE_CENSUS = series("GDP", "CN-SH", "first-release")


def spending():
    year = max(SHARE["CN-SH"])
    amount, share = rounded(RD["CN-SH"][year] / 10), SHARE["CN-SH"]
    shares = rounded(PRINTED[year], share[year], digits=2), rounded(share[2010], digits=2)
    china, last = SHARE["CN"], min(year, max(SHARE["CN"]))
    return [*amount, year, *shares[0], 2010, *shares[1], *rounded(china[2010], china[last], digits=2), last]


def growth():
    own, china, last = LONG, RD["CN"], max(RD["CN"])
    paces = rounded(pace(own, 2000, 2010), pace(own, 2010, 2020), pace(own, 2020, max(own)))
    others = rounded(pace(china, 2010, 2020), pace(china, 2020, last))
    return [paces[0], 2001, 2010, paces[1], 2011, 2020, paces[2], others[0], 2011, 2020, others[1], 2021, last]


def announced():
    on_old_gdp = PRINTED[2024] * GDP["CN-SH"][2023] / BEFORE_CENSUS[2023]
    return [*rounded(PRINTED[2024], digits=2), *rounded(on_old_gdp), 2024, 2023]


def standstill():
    revised = series("RD_INTENSITY", "CN-SH", "revised")[2023]
    return [2023, 2024, *rounded(revised, digits=2), 2023, *rounded(SHARE["CN-SH"][2024], digits=2), 2024]


def intensity_targets():
    share, year, goal = SHARE["CN-SH"], max(SHARE["CN-SH"]), series("RD_INTENSITY", "CN-SH", "target")[2030]
    reached = rounded(PRINTED[2022], PRINTED[2023], PRINTED[2024], digits=2)
    early = min(year for year, value in PRINTED.items() if value >= 4)
    newest = max(PRINTED)
    paces = rounded(pace({newest: PRINTED[newest], 2030: goal}, newest, 2030), pace(share, year - 6, year))
    return [2022, 2023, 2022, reached[0], 4, early, 2023, reached[1], 4.3, 2024, 4.5, reached[2], goal, 2030, paces[0],
            paces[1], year, *rounded(pace(share, year - 7, year - 1)), year - 1]  # fmt: skip


def payers():
    firms, public = ({area: series(f"RD_FUND_{payer}", area, "final") for area in GDP}
                     for payer in ("ENTERPRISE", "GOVERNMENT"))  # fmt: skip
    own, china = (over(firms[area], SURVEYED[area]) for area in GDP)
    year, least = max(own), min(own, key=own.get)
    part = [100 * (firms[a][2022] - firms[a][2020]) / (SURVEYED[a][2022] - SURVEYED[a][2020]) for a in GDP]
    fall = 100 * (1 - public["CN-SH"][2023] / public["CN-SH"][2022])
    now = rounded(own[year], over(public["CN-SH"], SURVEYED["CN-SH"])[year])
    return [*now, year, *rounded(own[2010]), 2010, *rounded(own[least]), least, *rounded(china[year], china[2010]),
            2020, 2022, *rounded(*part, digits=0), 2023, *rounded(fall)]  # fmt: skip


def kinds():
    basic = {area: series("RD_EXP_BASIC", area, "final") for area in AREAS}
    share = {area: over(basic[area], SURVEYED[area]) for area in AREAS}
    own, year, steps = share["CN-SH"], max(share["CN-SH"]), added(share["CN-SH"])
    of_china = [over(parts["CN-SH"], parts["CN"]) for parts in (basic, SURVEYED)]
    parts = rounded(*(part[y] for part in of_china for y in (year, 2010)))
    falls = sum(step < 0 for step in steps.values())
    shares = rounded(own[year], share["CN"][year], share["CN-BJ"][year], own[2010])
    return [shares[0], year, *shares[1:], 2010, falls, len(steps), *parts[:2], 2010, *parts[2:]]


def patents():
    stock = {area: series("INVENTION_PATENTS", area, "as-published") for area in AREAS}
    per = {area: over(added(stock[area]), SURVEYED[area], 1) for area in AREAS}
    year, newest = max(per["CN-SH"]), over(added(stock["CN-SH"]), RD["CN-SH"], 1)
    not_last = [y for y in per["CN-SH"] if any(per[area][y] < per["CN-SH"][y] for area in AREAS[1:-1])]
    own, china, beijing = (per[area][year] for area in ("CN-SH", "CN", "CN-BJ"))
    return [year, *rounded(own), 100, *rounded(china, beijing), max(not_last) + 1, max(newest),
            *rounded(newest[max(newest)])]  # fmt: skip


def stocks():
    year, stock = max(SURVEYED["CN-SH"]), [series("INVENTION_PATENTS", area, "as-published") for area in GDP]
    own, china = rounded(*(s[year] / s[2010] for s in stock))
    return [own, 2010, year, china]


def output_of_2023():
    first, last = (numbers[2023] / 10_000 for numbers in (BEFORE_CENSUS, GDP["CN-SH"]))
    return [*rounded(first, last, digits=3), *rounded(100 * (last / first - 1))]


def productivity():
    slower = []
    for release in ("10.0", "10.01", "11.0"):
        rows = (r for r in table("pwt") if (r["release"], r["countrycode"]) == (release, "CHN") and r["rtfpna"])
        level = {int(row["year"]): float(row["rtfpna"]) for row in rows}
        slower.append(10 * (log(level[2009] / level[1999]) - log(level[2019] / level[2009])))
    other = [None, 2010, 2019, 2000, 2009, None, None]  # what all combinations give is not worked out here
    return [*other, *rounded(min(slower), max(slower))]


def overtaking():
    shenzhen, shanghai = (series("RD_EXP", area, "first-release") for area in ("CN-440300", "CN-SH"))
    both = [year for year in shenzhen if year in shanghai]
    first = min(year for year in both if shenzhen[year] > shanghai[year])
    before = max(year for year in both if year < first)
    then, now = (rounded(shenzhen[year] / 10, shanghai[year] / 10) for year in (before, first))
    return [before, first, before, *then, first, *now]


ANSWERS = {
    "How much does Shanghai spend on R&D, and what share of its GDP is that?": spending,
    "How fast has R&D spending grown?": growth,
    "R&D of about 4.4 % of GDP in 2024, announced in January 2025": announced,
    "Did the share stand still between 2023 and 2024 (4.34 and 4.35 % as first published)?": standstill,
    "Are the targets for R&D intensity met?": intensity_targets,
    "Who pays for Shanghai's R&D?": payers,
    "What kind of R&D is it?": kinds,
    "What comes out for each yuan of R&D?": patents,
    "How fast has the stock of invention patents grown?": stocks,
    "Shanghai's GDP of 4.72 trillion yuan in 2023": output_of_2023,
    "Has China's productivity growth slowed?": productivity,
    "When did Shenzhen overtake Shanghai in R&D?": overtaking,
}


def findings():
    """Verdict and text by claim."""
    rows = (line.split(" | ") for line in (ROOT / "FINDINGS.md").read_text(encoding="utf-8").splitlines())
    return {row[0].removeprefix("| "): row[1:3] for row in rows if len(row) == 4}


@pytest.mark.parametrize("claim", ANSWERS)
def test_a_finding_begins_with_the_numbers_that_the_tables_give(claim):
    _, finding = findings()[claim]
    expected = ANSWERS[claim]()
    said = re.findall(r"\d+(?:\.\d+)?", finding)[: len(expected)]
    assert said == [now if wanted is None else str(wanted) for now, wanted in zip(said, expected, strict=True)]


def test_verdicts_agree_with_what_became_of_the_figures():
    """A verdict is typed beside its numbers; the first notebook compares every figure with the official one."""
    contradicted = re.search(
        r"(\d+) are contradicted", findings()["Do the documents' figures agree with the official ones?"][1]
    )
    verdicts = [verdict for verdict, _ in findings().values()]
    assert "confirmed" in verdicts
    assert (int(contradicted[1]) > 0) == ("contradicted" in verdicts)
