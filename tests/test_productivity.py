"""Growth accounting against what is known without it: the TFP that PWT publishes, and economies built by hand."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import productivity
from helpers.productivity import growth_accounting, tornqvist_tfp_growth

PWT = pd.read_csv(Path(__file__).parents[1] / "data" / "pwt.csv", dtype={"release": str}, index_col="year")
COUNTRIES = {key: country for key, country in PWT.dropna(subset="avh").groupby(["release", "countrycode"])}
YEARS = pd.Index(range(2000, 2012), name="year")
INPUTS = ["output", "capital", "labour_share", "hours"]


def published(country: pd.DataFrame) -> pd.Series:
    return 100 * np.log(country.rtfpna).diff().iloc[1:]


def in_years(values: object) -> pd.Series:
    return pd.Series(values, YEARS, dtype=float)


def close(ours: pd.Series, truth: object, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(ours, truth, rtol=0, atol=atol)


# --- Penn World Table


def test_pwt_has_three_releases_of_seven_countries_and_1272_growth_years() -> None:
    assert len(COUNTRIES) == 21
    assert {release for release, _ in COUNTRIES} == {"10.0", "10.01", "11.0"}
    assert sum(len(country) - 1 for country in COUNTRIES.values()) == 410 + 410 + 452


@pytest.mark.parametrize("release, code", COUNTRIES)
def test_pwt_tfp_is_reproduced_wherever_hours_exist(release: str, code: str) -> None:
    country = COUNTRIES[release, code]
    ours = tornqvist_tfp_growth(country.rgdpna, country.rkna, country.emp * country.avh * country.hc, country.labsh)
    assert ours.index.tolist() == country.index[1:].tolist()
    close(ours, published(country), atol=2e-7 * 100)


@pytest.mark.parametrize("release", ["10.0", "10.01", "11.0"])
@pytest.mark.parametrize(
    "altered",
    [
        lambda c: c.assign(emp=1.0),
        lambda c: c.assign(avh=1.0),
        lambda c: c.assign(hc=1.0),
        lambda c: c.assign(rkna=c.rnna),
        lambda c: c.assign(labsh=c.labsh.mean()),
        lambda c: c.assign(labsh=c.labsh.shift(fill_value=c.labsh.iloc[0])),
    ],
    ids=["employment", "hours", "human capital", "capital services", "yearly share", "lagged share"],
)
def test_pwt_tfp_needs_every_ingredient(release: str, altered: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    misses = []
    for (its_release, _), country in COUNTRIES.items():
        if its_release == release:
            c = altered(country)
            ours = tornqvist_tfp_growth(c.rgdpna, c.rkna, c.emp * c.avh * c.hc, c.labsh)
            misses.append((ours - published(country)).abs().max() / 100)
    assert max(misses) > 1e-3


# --- economies whose productivity is known


def test_one_pair_of_years_by_hand() -> None:
    years = [2000, 2001]
    output, capital, persons, hours, schooling, share = (
        pd.Series(levels, years)
        for levels in ([100, 110], [200, 240], [50, 51], [2000, 1990], [2.5, 2.55], [0.55, 0.65])
    )
    accounts = growth_accounting(output, capital, share, employment=persons, hours=hours, human_capital=schooling)
    assert accounts.columns.tolist() == ["output", "capital", "employment", "hours", "human_capital", "tfp"]
    assert accounts.index.tolist() == [2001]
    contributions = [
        100 * 0.4 * math.log(6 / 5),
        100 * 0.6 * math.log(51 / 50),
        100 * 0.6 * math.log(199 / 200),
        100 * 0.6 * math.log(51 / 50),
    ]
    growth = 100 * math.log(11 / 10)
    close(accounts.loc[2001], [growth, *contributions, growth - sum(contributions)])


def test_cobb_douglas_tfp_is_recovered() -> None:
    rng = np.random.default_rng(1957)
    steps = rng.normal([0.01, 0.06, 0.02], 0.04, size=(len(YEARS), 3)).cumsum(axis=0)
    tfp, capital, labour = (in_years(np.exp(path)) for path in steps.T)
    output = tfp * capital**0.42 * labour**0.58
    ours = tornqvist_tfp_growth(output, capital, labour, in_years(0.58))
    assert ours.name == "tfp"
    assert ours.index.equals(YEARS[1:])
    assert ours.index.name == "year"
    close(ours, 100 * np.diff(steps[:, 0]))


def test_translog_tfp_is_recovered_although_shares_move() -> None:
    """ln Y = ln A + a ln L + (1 − a) ln K + b/2 (ln L − ln K)² has the labour share a + b (ln L − ln K)."""
    rng = np.random.default_rng(1976)
    steps = rng.normal([0.01, 0.06, 0.02], 0.04, size=(len(YEARS), 3)).cumsum(axis=0)
    log_tfp, log_capital, log_labour = steps.T
    deepening = log_labour - log_capital
    share = 0.6 + 0.3 * deepening
    output = np.exp(log_tfp + 0.6 * log_labour + 0.4 * log_capital + 0.15 * deepening**2)
    capital, labour = in_years(np.exp(log_capital)), in_years(np.exp(log_labour))
    truth = 100 * np.diff(log_tfp)
    close(tornqvist_tfp_growth(in_years(output), capital, labour, in_years(share)), truth)
    fixed = tornqvist_tfp_growth(in_years(output), capital, labour, in_years(share[0]))
    assert np.abs(fixed - truth).max() > 0.1


level = st.floats(1e-6, 1e9)
levels = st.lists(level, min_size=len(YEARS), max_size=len(YEARS)).map(in_years)
shares = st.lists(st.floats(0.01, 0.99), min_size=len(YEARS), max_size=len(YEARS)).map(in_years)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(levels, levels, levels, levels, shares, level)
def test_contributions_add_up_and_neither_split_nor_units_matter(
    output: pd.Series, capital: pd.Series, hours: pd.Series, skill: pd.Series, share: pd.Series, unit: float
) -> None:
    accounts = growth_accounting(output, capital, share, labour=hours, skill=skill)
    close(accounts["output"], 100 * np.diff(np.log(output)), atol=1e-9)
    close(accounts.drop(columns="output").sum(axis="columns"), accounts["output"], atol=1e-9)
    whole = tornqvist_tfp_growth(output * unit, capital / unit, hours * skill, share)
    close(whole, accounts["tfp"], atol=1e-9)


def test_years_may_come_in_any_order() -> None:
    rng = np.random.default_rng(1936)
    inputs = {name: in_years(rng.uniform(0.1, 0.9, len(YEARS))) for name in INPUTS}
    shuffled = {name: series.sample(frac=1, random_state=rng) for name, series in inputs.items()}
    for mixed in (shuffled, {name: series[::-1] for name, series in inputs.items()}):
        pd.testing.assert_frame_equal(growth_accounting(**mixed), growth_accounting(**inputs))


def test_inputs_are_left_as_they_were_and_their_unit_is_not_handed_on() -> None:
    output = in_years(np.arange(1, len(YEARS) + 1))[::-1]
    output.attrs["unit"] = "CNY"
    before = output.copy()
    accounts = growth_accounting(output, output, output / 100, labour=output)
    pd.testing.assert_series_equal(output, before)
    assert accounts.attrs == accounts["tfp"].attrs == {}


# --- what is refused


def account(**changed: pd.Series) -> pd.DataFrame:
    return growth_accounting(**{name: in_years(0.5) for name in INPUTS} | changed)


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("value", [0.0, -0.1, math.nan, math.inf, -math.inf])
def test_a_value_without_logarithm_is_refused(name: str, value: float) -> None:
    bad = in_years(0.5)
    bad[2007] = value
    with pytest.raises(ValueError, match=rf"^{name} is {value:g} in 2007"):
        account(**{name: bad})


@pytest.mark.parametrize("name", INPUTS)
def test_a_missing_value_of_a_nullable_series_is_refused(name: str) -> None:
    bad = in_years(0.5).astype("Float64")
    bad[2007] = pd.NA
    with pytest.raises(ValueError, match=f"^{name} is nan in 2007"):
        account(**{name: bad})


@pytest.mark.parametrize("share", [1.0, 1.01, 59.2])
def test_a_labour_share_of_one_or_more_is_refused(share: float) -> None:
    bad = in_years(0.5)
    bad[2007] = share
    with pytest.raises(ValueError, match=rf"^labour_share is {share:g} in 2007.*below 1$"):
        account(labour_share=bad)


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize(
    "years, message",
    [
        (YEARS.drop(2007), "has no value for 2007"),
        (YEARS.drop([2006, 2007]), "has no value for 2006"),
        (YEARS.insert(7, 2006), "has 2006 more than once"),
        (YEARS[:1], r"has the years \[2000\]"),
        (YEARS[:0], r"has the years \[\]"),
        (YEARS.astype(str), "must be a numeric Series indexed by year"),
        (YEARS.astype(float), "must be a numeric Series indexed by year"),
    ],
)
def test_years_that_do_not_follow_one_another_are_refused(name: str, years: pd.Index, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} {message}"):
        account(**{name: pd.Series(0.5, years, dtype=float)})


def test_a_gap_common_to_all_inputs_is_refused() -> None:
    gapped = in_years(0.5).drop(2007)
    with pytest.raises(ValueError, match=r"^output has no value for 2007, and has 2008"):
        account(**dict.fromkeys(INPUTS, gapped))


@pytest.mark.parametrize("name", INPUTS[1:])
@pytest.mark.parametrize(
    "first, last, year", [(2001, 2011, 2000), (1999, 2011, 1999), (2000, 2010, 2011), (2000, 2012, 2012)]
)
def test_mismatched_years_are_refused(name: str, first: int, last: int, year: int) -> None:
    message = f"^{name} covers {first}-{last} but output 2000-2011: only one of them has {year}"
    with pytest.raises(ValueError, match=message):
        account(**{name: pd.Series(0.5, range(first, last + 1))})


@pytest.mark.parametrize("bad", [0.5, [0.5] * 12, in_years(0.5).astype(str), in_years(0.5).astype(bool)])
@pytest.mark.parametrize("name", INPUTS)
def test_anything_but_a_numeric_series_is_refused(name: str, bad: object) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a numeric Series"):
        account(**{name: bad})


@pytest.mark.parametrize("parts", [{}, {"tfp": in_years(0.5)}])
def test_labour_must_have_a_part_and_the_residual_keeps_its_name(parts: dict[str, pd.Series]) -> None:
    with pytest.raises(ValueError, match="at least one part of labour"):
        growth_accounting(in_years(0.5), in_years(0.5), in_years(0.5), **parts)


def test_the_names_in_errors_are_those_of_the_arguments() -> None:
    with pytest.raises(ValueError, match=r"^labour is -1 in 2000"):
        tornqvist_tfp_growth(in_years(1), in_years(1), labour=in_years(-1), labour_share=in_years(0.5))


def test_the_example_in_the_docstring_runs() -> None:
    result = doctest.testmod(productivity)
    assert result.attempted > 0
    assert result.failed == 0
