"""Growth and ratios against hand computation, exact fractions and published figures."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import data, growth

RD = pd.Series({2020: 1615.69, 2021: 1819.77, 2022: 1981.58, 2023: 2049.60})
levels = st.floats(0.01, 1e6)


def test_rate_equals_exact_fractions():
    rates = growth.rate(RD)
    assert math.isnan(rates[2020])
    for year in (2021, 2022, 2023):
        exact = 100 * (Fraction(str(RD[year])) / Fraction(str(RD[year - 1])) - 1)
        assert rates[year] == pytest.approx(float(exact), rel=1e-13)
    assert rates.round(2).iloc[1:].tolist() == [12.63, 8.89, 3.43]
    assert rates.attrs["unit"] == "percent"


def test_rate_in_log_points_and_over_several_years():
    assert growth.rate(RD, log=True)[2021] == pytest.approx(100 * math.log(1819.77 / 1615.69), rel=1e-13)
    assert growth.rate(RD, periods=3).dropna().to_dict() == pytest.approx({2023: 100 * (2049.60 / 1615.69 - 1)})


def test_rate_leaves_a_gap_a_gap():
    rates = growth.rate(pd.Series({2000: 1.0, 2001: 2.0, 2003: 4.0, 2004: 5.0}))
    assert rates.dropna().to_dict() == {2001: 100.0, 2004: 25.0}


def test_rate_of_a_panel_is_that_of_its_columns():
    panel = pd.DataFrame(np.exp(np.random.default_rng(0).normal(size=(6, 4))), index=range(2000, 2006))
    for column in panel:
        pd.testing.assert_series_equal(growth.rate(panel)[column], growth.rate(panel[column]))


@given(st.lists(levels, min_size=2, max_size=12))
def test_cagr_leads_from_the_start_to_the_end(values):
    s = pd.Series(values, index=range(2000, 2000 + len(values)))
    reached = math.log(values[0]) + (len(values) - 1) * math.log1p(growth.cagr(s) / 100)
    assert reached == pytest.approx(math.log(values[-1]), abs=1e-6)


def test_cagr_of_official_expenditure():
    rd = data.series("RD_EXP", vintage=["final", "first-release", "sh-yearbook"])
    by_hand = 100 * ((481.7031 / 76.73) ** (1 / 10) - 1)
    assert growth.cagr(rd, 2000, 2010) == pytest.approx(by_hand, rel=1e-12)
    assert growth.cagr_table(rd, [(2000, 2010)])["growth"].tolist() == [growth.cagr(rd, 2000, 2010)]


def test_index_has_its_base_at_100():
    assert growth.index(RD, 2021)[2021] == 100
    assert growth.index(RD, 2021)[2020] == pytest.approx(100 * 1615.69 / 1819.77, rel=1e-14)


@given(levels, st.floats(-50, 100), st.integers(1, 30))
def test_required_rate_undoes_growth(level, pace, years):
    assert growth.required_rate(level, level * (1 + pace / 100) ** years, years) == pytest.approx(pace, abs=1e-7)


# The offices' own ratios, each with the vintage of GDP it stands on.
CASES = [("first-release", "first-release", range(2018, 2025)), ("yearbook-2024", "census-4", range(2012, 2023)),
         ("revised", "census-5", [2023])]  # fmt: skip


@pytest.mark.parametrize(("published", "vintage", "year"), [(p, v, y) for p, v, years in CASES for y in years])
def test_ratio_reproduces_the_published_intensity(published, vintage, year):
    rd = data.series("RD_EXP", vintage="first-release" if vintage == "first-release" else "final")
    ours = growth.ratio(rd, data.series("GDP", vintage=vintage))[year]
    assert round(ours, 2) == data.series("RD_INTENSITY", vintage=published)[year]


def test_ratio_states_its_lineage():
    intensity = growth.ratio(data.series("RD_EXP", vintage="final"), data.series("GDP", vintage="census-5"))
    assert intensity.attrs["unit"] == "percent"
    assert intensity.attrs["lineage"][2023] == ["cst-yearbook-activity", "nbs-gdp-province-census5"]
    assert intensity.attrs["vintage"] == "final / census-5"


def test_a_rate_states_the_sources_of_both_years():
    rd = data.series("RD_EXP", vintage=["final", "first-release", "sh-yearbook"])
    assert growth.rate(rd).attrs["lineage"][2024] == ["cst-yearbook-activity", "nbs-rd-communique-2024"]


def test_ratio_of_different_units_needs_a_stated_conversion():
    rd, residents = data.series("RD_EXP", vintage="final"), data.series("POPULATION")
    with pytest.raises(ValueError, match="different units"):
        growth.ratio(rd, residents)
    per_head = growth.ratio(rd, residents, unit="yuan per resident", factor=1e4)
    assert per_head[2023] == pytest.approx(2049.6028e8 / (residents[2023] * 1e4), rel=1e-12)
    with pytest.raises(ValueError, match="state the factor"):
        growth.ratio(rd, rd, unit="per mille")


def test_ratio_refuses_two_vintages_of_one_indicator():
    with pytest.raises(ValueError, match="two vintages, census-4 and census-5"):
        growth.ratio(data.series("GDP", vintage="census-4"), data.series("GDP", vintage="census-5"))


def test_ratio_needs_a_common_year():
    with pytest.raises(ValueError, match="no year in common"):
        growth.ratio(RD, pd.Series({1990: 1.0}))


def test_growth_of_a_bound_is_refused():
    firms = data.series("HIGH_TECH_FIRMS", vintage="as-published")
    with pytest.raises(ValueError, match="only a bound"):
        growth.rate(firms)


def test_ratio_of_unlike_areas_is_refused_but_a_share_of_the_nation_is_not():
    shanghai, nation = (data.series("RD_EXP", area, "final") for area in ("CN-SH", "CN"))
    with pytest.raises(ValueError, match="CN-SH over CN: different areas"):
        growth.ratio(shanghai, data.series("GDP", "CN", "census-5"))
    assert growth.ratio(shanghai, nation)[2023] == pytest.approx(100 * 2049.6028 / nation[2023])


def test_intervals_refuse_what_ratios_refuse():
    old, new = (data.observations("GDP", vintage=vintage) for vintage in ("census-4", "census-5"))
    with pytest.raises(ValueError, match="two vintages, census-4 and census-5"):
        growth.ratio_interval(old, new)
    scale = data.observations("LEADING_INDUSTRIES")
    with pytest.raises(ValueError, match="万亿元 over 亿元: different units"):
        growth.ratio_interval(scale, new)
    with pytest.raises(ValueError, match="2024 has several"):
        growth.rate_interval(frame((2024, 1.0, 0.9, 1.1, "exact"), (2024, 1.0, 0.9, 1.1, "exact")))


@pytest.mark.parametrize("periods", [0, -1, 1.5])
def test_periods_are_whole_years(periods):
    with pytest.raises(ValueError, match="whole number of years"):
        growth.rate(RD, periods)


def test_a_break_between_the_ends_is_seen():
    s = pd.Series({2010: 1.0, 2020: 2.0})
    s.attrs["breaks"] = [2015]
    for call in (lambda: growth.cagr(s), lambda: growth.index(s, 2010), lambda: growth.rate(growth.ratio(s, s), 10)):
        with pytest.raises(ValueError, match="breaks in 2015"):
            call()


def test_growth_across_a_break_is_refused():
    s = RD.copy()
    s.attrs["breaks"] = [2022]
    with pytest.raises(ValueError, match="breaks in 2022"):
        growth.rate(s)
    assert growth.rate(s.loc[2022:])[2023] == pytest.approx(100 * (2049.60 / 1981.58 - 1))
    assert growth.rate(s.loc[:2021])[2021] == pytest.approx(100 * (1819.77 / 1615.69 - 1))


@pytest.mark.parametrize(
    "bad",
    [pd.Series({2000: 1.0, 2001: -1.0}), pd.Series({2000: 0.0, 2001: 1.0}), pd.Series({2000: 1.0, 2001: np.inf}),
     pd.Series([1.0, 2.0], index=["a", "b"]), pd.Series([1.0, 2.0], index=[2000, 2000])],
)  # fmt: skip
def test_levels_without_a_growth_rate_are_refused(bad):
    with pytest.raises(ValueError, match=r"2001|2000|whole numbers"):
        growth.rate(bad)


def test_missing_years_are_named():
    for call in (lambda: growth.cagr(RD, 2019), lambda: growth.index(RD, 1999)):
        with pytest.raises(ValueError, match=r"2020–2023"):
            call()
    with pytest.raises(ValueError, match="after the start"):
        growth.cagr(RD, 2023, 2020)
    with pytest.raises(ValueError, match="above zero"):
        growth.required_rate(0, 1, 1)


def test_contributions_add_up_to_growth():
    parts = pd.DataFrame({"basic": {2020: 10.0, 2021: 12.0}, "applied": {2020: 30.0, 2021: 33.0}})
    total = pd.Series({2020: 41.0, 2021: 47.0})
    found = growth.contributions(parts, total)
    assert found.loc[2021].to_dict() == pytest.approx(
        {"basic": 200 / 41, "applied": 300 / 41, "unallocated": 100 / 41}, rel=1e-12
    )
    assert found.loc[2021].sum() == pytest.approx(growth.rate(total)[2021], rel=1e-12)


def frame(*rows):
    table = pd.DataFrame(rows, columns=["year", "value", "low", "high", "qualifier"])
    return table.set_index("year")


def test_interval_of_the_leading_industries():
    """1.6 to 1.8 trillion is 12.5 percent, and with one printed decimal anything from 6.1 to 19.4."""
    printed = frame((2023, 1.6, 1.55, 1.65, "exact"), (2024, 1.8, 1.75, 1.85, "exact"))
    found = growth.rate_interval(printed).loc[2024]
    assert found["value"] == pytest.approx(12.5)
    assert (round(found["low"], 1), round(found["high"], 1)) == (6.1, 19.4)


def test_an_interval_without_width_is_a_number():
    meant = frame((2020, 2.0, 2.0, 2.0, "exact"), (2021, 3.0, 3.0, 3.0, "exact"))
    assert growth.rate_interval(meant).loc[2021, ["value", "low", "high"]].tolist() == pytest.approx([50, 50, 50])


def test_bounds_are_not_values():
    bounds = frame((2023, 2.4, 2.4, np.inf, "at_least"), (2024, 2.5, 2.5, np.inf, "at_least"))
    found = growth.rate_interval(bounds).loc[2024]
    assert math.isnan(found["value"]) and found["low"] == -100 and found["high"] == np.inf
    one = growth.rate_interval(frame((2023, 2.0, 1.95, 2.05, "exact"), (2024, 2.5, 2.5, np.inf, "at_least"))).loc[2024]
    assert math.isnan(one["value"]) and one["low"] == pytest.approx(100 * (2.5 / 2.05 - 1)) and one["high"] == np.inf


@given(st.tuples(levels, levels), st.floats(0, 1), st.floats(0, 1))
def test_an_interval_holds_whatever_the_true_levels_are(values, a, b):
    first, second = (frame((2024, v, 0.95 * v, 1.05 * v, "exact")) for v in values)
    found = growth.ratio_interval(first, second).loc[2024]
    true = 100 * values[0] * (0.95 + 0.1 * a) / (values[1] * (0.95 + 0.1 * b))
    assert found["low"] * (1 - 1e-12) <= true <= found["high"] * (1 + 1e-12)


def test_an_interval_below_zero_has_no_ratio():
    with pytest.raises(ValueError, match="2024 reaches below zero"):
        growth.ratio_interval(frame((2024, 1.0, -0.5, 2.5, "exact")), frame((2024, 1.0, 0.5, 1.5, "exact")))


@pytest.mark.parametrize("call", [growth.rate, growth.cagr, lambda s: growth.index(s, 2000)])
def test_levels_that_are_no_numbers_are_refused(call):
    for wrong in (
        pd.Series([1, 2], [2000, 2001], dtype=object),
        pd.Series([], dtype=float, index=pd.Index([], dtype=int)),
    ):
        with pytest.raises(ValueError, match="must be numbers"):
            call(wrong)


def test_large_whole_numbers_do_not_overflow():
    assert growth.index(pd.Series({2000: 10**18, 2001: 2 * 10**18}), 2000).to_dict() == {2000: 100.0, 2001: 200.0}


def test_an_interval_across_a_break_is_refused():
    rows = frame((2023, 1.0, 0.9, 1.1, "exact"), (2024, 1.0, 0.9, 1.1, "exact")).assign(obs_status=["A", "B"])
    for order in ([2023, 2024], [2024, 2023]):
        with pytest.raises(ValueError, match="breaks in 2024"):
            growth.rate_interval(rows.loc[order])
    assert growth.rate_interval(rows.loc[[2024]])["value"].isna().all(), "a break at the start is behind"


def test_what_is_unallocated_is_not_what_is_unknown():
    """A part without a figure leaves the rest open; it does not become part of it."""
    parts = pd.DataFrame({"a": [60.0, 66.0, 70.0], "b": [30.0, np.nan, 33.0]}, [2020, 2021, 2022])
    result = growth.contributions(parts, pd.Series([100.0, 110.0, 115.0], [2020, 2021, 2022]))
    assert result["a"][2021] == pytest.approx(6) and result["unallocated"].isna().all()
