"""Hold `helpers.trends` to exact fractions, certified values, other libraries and known truth."""

from __future__ import annotations

import re
import time
import tracemalloc
from fractions import Fraction
from itertools import combinations, permutations, product
from math import exp, log, pi, sqrt, tan
from statistics import median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import evaluation, models, trends

MODELS = list(trends.MODELS)

# R&D expenditure of Shanghai, 2000-2024, 亿元
PRINTED = """
76.73 88.08 102.36 128.92 170.28 213.77 258.84 307.5 362.3 431.98 481.7031 597.7131 679.4636 776.7847 861.9549 936.1439
1049.3187 1205.2052 1359.2023 1524.5534 1615.6905 1819.7705 1981.5785 2049.6028 2343.7
"""
RD = pd.Series([float(figure) for figure in PRINTED.split()], index=range(2000, 2025))

# NIST StRD, linear regression: data, certified values (https://www.itl.nist.gov/div898/strd/lls/lls.shtml)
NORRIS_X = """
0.2 337.4 118.2 884.6 10.1 226.5 666.3 996.3 448.6 777.0 558.2 0.4 0.6 775.5 666.9 338.0 447.5 11.6
556.0 228.1 995.8 887.6 120.2 0.3 0.3 556.8 339.1 887.2 999.0 779.0 11.1 118.3 229.2 669.1 448.9 0.5
"""
NORRIS_Y = """
0.1 338.8 118.1 888.0 9.2 228.1 668.5 998.5 449.1 778.9 559.2 0.3 0.1 778.1 668.8 339.3 448.9 10.8
557.7 228.3 998.0 888.8 119.6 0.3 0.6 557.6 339.3 888.0 998.5 778.9 10.2 117.6 228.9 668.4 449.2 0.2
"""
NORRIS = "-0.262323073774029 1.00211681802045", "0.232818234301152 0.429796848199937E-03"


def exact_least_squares(design: list[list[Fraction]], y: list[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    """Coefficients and their squared standard errors, by Gauss-Jordan elimination of the normal equations."""
    n, k = len(design), len(design[0])
    rows = [
        [sum(row[i] * row[j] for row in design) for j in range(k)]
        + [Fraction(i == j) for j in range(k)]
        + [sum(row[i] * value for row, value in zip(design, y, strict=True))]
        for i in range(k)
    ]
    for i in range(k):
        rows[i] = [cell / rows[i][i] for cell in rows[i]]
        for other in range(k):
            if other != i:
                rows[other] = [a - rows[other][i] * b for a, b in zip(rows[other], rows[i], strict=True)]
    b = [row[-1] for row in rows]
    residuals = [value - sum(x * c for x, c in zip(row, b, strict=True)) for row, value in zip(design, y, strict=True)]
    variance = sum(r * r for r in residuals) / (n - k)
    return b, [variance * rows[i][k + i] for i in range(k)]


def norris() -> tuple[list[list[str]], list[str]]:
    return [["1", x] for x in NORRIS_X.split()], NORRIS_Y.split()


def test_least_squares_reaches_certified_values():
    design, y = norris()
    values, deviations = ([float(figure) for figure in figures.split()] for figures in NORRIS)
    exact, exact_squares = exact_least_squares([[Fraction(x) for x in row] for row in design], list(map(Fraction, y)))
    np.testing.assert_allclose([float(b) for b in exact], values, rtol=1e-14)
    np.testing.assert_allclose([sqrt(v) for v in exact_squares], deviations, rtol=1e-14)
    x = np.array(design, float)[:, 1]
    line = models.least_squares(x - x.mean(), np.array(y, float)[:, None])
    found = [line.level - line.slope * (line.centre + x.mean()), line.slope, line.se]
    np.testing.assert_allclose(np.ravel(found), [*values, deviations[1]], rtol=1e-11)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("years", [(2000, 2024), (2020, 2023)])
def test_lines_agree_with_exact_fractions(log, years):
    s = RD.loc[slice(*years)]
    values = 100 * np.log(s) if log else s
    (a, b), (_, b_square) = exact_least_squares(
        [[Fraction(1), Fraction(int(year))] for year in s.index], [Fraction(value) for value in values]
    )
    trend = trends.fit(s, "linear", log=log)
    np.testing.assert_allclose([trend.intercept, trend.slope], [float(a), float(b)], rtol=1e-13)
    assert trend.se == pytest.approx(sqrt(b_square), rel=1e-13)
    deviation = [Fraction(value) - sum(map(Fraction, values)) / trend.n for value in values]
    residuals = [Fraction(v) - a - b * int(year) for year, v in values.items()]
    r_squared = 1 - sum(r * r for r in residuals) / sum(d * d for d in deviation)
    assert trend.r_squared == pytest.approx(float(r_squared), rel=1e-13)
    np.testing.assert_allclose(trend.residuals, [float(r) for r in residuals], rtol=1e-9, atol=1e-10)


def test_linear_interval_by_hand():
    # ȳ = 3, Sxx = 5, Sxy = 7, slope 1.4; residuals 0.1, -0.3, 0.3, -0.1; s² = 0.2 / 2; x₀ - x̄ = 2.5; t with 2 d.o.f.
    trend = trends.fit(pd.Series([1, 2, 4, 5], index=range(2020, 2024)), "linear", level=0.9)
    t = 0.9 * sqrt(2 / (1 - 0.9**2))
    half = t * sqrt(0.1 * (1 + 1 / 4 + 2.5**2 / 5))
    assert trend.predict(1).loc[2024].tolist() == pytest.approx([6.5, 6.5 - half, 6.5 + half], rel=1e-14)
    assert trend.slope_high - trend.slope == pytest.approx(t * sqrt(0.1 / 5), rel=1e-13)
    assert trend.slope - trend.slope_low == pytest.approx(t * sqrt(0.1 / 5), rel=1e-13)
    statistic = 1.4 / sqrt(0.1 / 5)
    assert trend.p_value == pytest.approx(1 - statistic / sqrt(statistic**2 + 2), rel=1e-11)
    assert (trend.model, trend.level, trend.n) == ("linear", 0.9, 4)


def test_three_years_have_one_degree_of_freedom():
    trend = trends.fit(pd.Series([1.0, 3.0, 2.0], index=[1, 2, 3]), "linear")
    assert trend.slope_high == pytest.approx(0.5 + tan(pi * 0.475) * sqrt(1.5 / 2), rel=1e-10)


@pytest.mark.parametrize("log", [False, True])
def test_lines_agree_with_statsmodels(log):
    import statsmodels.api as sm

    values = np.log(RD) if log else RD
    # statsmodels loses digits on a column of years, so it gets them centred
    fitted = sm.OLS(values.to_numpy(), sm.add_constant(np.arange(25) - 12.0)).fit()
    frame = fitted.get_prediction(np.column_stack([np.ones(6), np.arange(13, 19)])).summary_frame(0.2)
    expected = frame[["mean", "obs_ci_lower", "obs_ci_upper"]].to_numpy()
    trend = trends.fit(RD, "linear", level=0.8, log=log)
    prediction = trend.predict(6)
    np.testing.assert_allclose(prediction, np.exp(expected) if log else expected, rtol=1e-12)
    assert prediction.index.tolist() == list(range(2025, 2031)) and list(prediction) == ["mean", "low", "high"]
    per_cent = 100 if log else 1
    assert trend.p_value == pytest.approx(fitted.pvalues[1], rel=1e-10)
    assert [trend.slope_low, trend.slope_high] == pytest.approx(per_cent * fitted.conf_int(0.2)[1], rel=1e-12)
    back = np.exp(fitted.fittedvalues) if log else fitted.fittedvalues
    np.testing.assert_allclose(trend.fitted, back, rtol=1e-12)


def test_a_line_through_logarithms_recovers_a_growth_rate():
    trend = trends.fit(pd.Series([100 * 1.07**k for k in range(8)], index=range(2010, 2018)), "linear", log=True)
    assert trend.slope == pytest.approx(100 * log(1.07), rel=1e-12)
    assert trend.predict(3)["mean"].tolist() == pytest.approx([100 * 1.07**k for k in (8, 9, 10)], rel=1e-12)
    assert exp((trend.intercept + trend.slope * 2010) / 100) == pytest.approx(100, rel=1e-9)


def test_drift_and_naive_by_hand():
    s = pd.Series([10.0, 11.0, 14.0, 16.0], index=range(2000, 2004))  # steps 1, 3, 2
    drift, t_2 = trends.fit(s, "drift"), 0.95 * sqrt(2 / (1 - 0.95**2))
    assert (drift.slope, drift.se) == pytest.approx((2, 1 / sqrt(3)))
    assert drift.slope_high == pytest.approx(2 + t_2 / sqrt(3))
    assert drift.fitted.tolist()[1:] == [12, 13, 16] and np.isnan(drift.fitted[2000])
    half = t_2 * np.sqrt([1 + 1 / 3, 2 * (1 + 2 / 3)])
    np.testing.assert_allclose(drift.predict(2), [[18, 18 - half[0], 18 + half[0]], [20, 20 - half[1], 20 + half[1]]])
    naive, t_3 = trends.fit(s, "naive"), 3.182446305284263  # Student's table, 3 d.o.f.
    half = t_3 * np.sqrt(14 / 3 * np.array([1, 2]))
    np.testing.assert_allclose(naive.predict(2), np.column_stack([[16, 16], 16 - half, 16 + half]), rtol=1e-10)
    assert naive.slope == 0 and naive.residuals.tolist()[1:] == [1, 3, 2]
    assert np.isnan(
        [naive.se, naive.slope_low, naive.slope_high, naive.p_value, naive.intercept, drift.r_squared]
    ).all()


def test_theil_sen_by_hand():
    values = [3.0, 5.5, 6.0, 30.0, 11.5, 12.0]
    slopes = sorted((values[j] - values[i]) / (j - i) for i, j in combinations(range(6), 2))
    slope = median(slopes)
    level = median(value - slope * (k - 2.5) for k, value in enumerate(values))
    trend = trends.fit(pd.Series(values, index=range(2000, 2006)), "theil-sen")
    assert trend.slope == pytest.approx(slope) and trend.intercept == pytest.approx(level - slope * 2002.5)
    # of 720 orders 1 has no discordant pair, 5 have one, 14 two: at 95 % one slope is left off at either end
    inversions = [sum(a > b for a, b in combinations(p, 2)) for p in permutations(range(6))]
    assert 2 * sum(d <= 1 for d in inversions) / 720 < 0.05 < 2 * sum(d <= 2 for d in inversions) / 720
    assert (trend.slope_low, trend.slope_high) == pytest.approx((slopes[1], slopes[-2]))
    assert trend.p_value == pytest.approx(2 * sum(d <= sum(b < 0 for b in slopes) for d in inversions) / 720)
    square = sum((value - level - slope * (k - 2.5)) ** 2 for k, value in enumerate(values)) / 4
    half = 2.7764451051977987 * sqrt(square * (1 + pi / 2 / 6 + pi / 3 * 3.5**2 / 17.5))  # Student's table, 4 d.o.f.
    mean = level + slope * 3.5
    assert trend.predict(1).loc[2006].tolist() == pytest.approx([mean, mean - half, mean + half])
    assert np.isnan(trend.se)


def kalman(
    values: np.ndarray, horizon: int, phi: float, stay: float, bend: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Likelihood, means and variances (smoothed levels, forecasts, slope) for one set of shares, by statsmodels."""
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    n = len(values)
    model = KalmanSmoother(
        k_endog=1,
        k_states=2,
        design=np.array([[1.0, 0.0]]),
        obs_cov=np.array([[1 - stay]]),
        transition=np.array([[1.0, phi], [0.0, phi]]),
        selection=np.eye(2),
        state_cov=stay * np.diag([1 - bend, bend]),
    )
    model.bind(np.append(values, np.full(horizon, np.nan)))
    model.initialize_diffuse()
    result = model.smooth()
    rss = np.nansum(result.standardized_forecasts_error[0, 2:] ** 2)
    design = np.column_stack([np.ones(n), np.cumsum(np.append(0, phi ** np.arange(1.0, n)))])
    likelihood = result.llf_obs.sum() + rss / 2 - (n - 2) / 2 * np.log(rss)
    likelihood += np.log(np.linalg.det(design.T @ design)) / 2
    means = np.append(result.smoothed_state[0], phi * result.smoothed_state[1, n - 1])
    level_variance = result.smoothed_state_cov[0, 0] + (1 - stay) * (np.arange(n + horizon) >= n)
    variances = np.append(level_variance, phi**2 * result.smoothed_state_cov[1, 1, n - 1])
    return likelihood, means, variances * rss / (n - 2)


@pytest.mark.parametrize(("model", "dampings"), [("local-linear", [1.0]), ("damped", models.DAMPINGS)])
@pytest.mark.parametrize("s", [RD, RD.loc[2013:2019]], ids=["25 years", "7 years"])
def test_local_trends_agree_with_the_kalman_filter(model, dampings, s):
    from scipy import stats

    grid = [kalman(s.to_numpy(), 5, phi, *shares) for phi in dampings for shares in models.SHARES]
    likelihood, means, variances = (np.array(part) for part in zip(*grid, strict=True))
    weight = np.exp(likelihood - likelihood.max()) / np.exp(likelihood - likelihood.max()).sum()
    mean = weight @ means
    half = stats.t.ppf(0.975, len(s) - 2) * np.sqrt(weight @ (variances + (means - mean) ** 2))
    trend, n = trends.fit(s, model), len(s)
    np.testing.assert_allclose(trend.fitted, mean[:n], rtol=1e-8)
    expected = np.column_stack([mean, mean - half, mean + half])[n:-1]
    np.testing.assert_allclose(trend.predict(5), expected, rtol=1e-7)
    assert [trend.slope, trend.slope_low, trend.slope_high] == pytest.approx(
        [mean[-1], mean[-1] - half[-1], mean[-1] + half[-1]], rel=1e-7
    )


@pytest.mark.parametrize("model", MODELS)
@given(
    values=st.lists(st.integers(-1000, 1000), min_size=5, max_size=12, unique=True),
    factor=st.sampled_from([-3.0, 1e-3, 1e9, 1e200]),
    shift=st.integers(-100, 100),
)
@settings(max_examples=15, derandomize=True, deadline=None)
def test_units_do_not_matter(model, values, factor, shift):
    s = pd.Series(values, index=range(1990, 1990 + len(values)), dtype=float)
    low, high = ("low", "high") if factor > 0 else ("high", "low")
    here, there = trends.fit(s, model), trends.fit((s + shift) * factor, model)
    expected = (here.predict(3) + shift) * factor
    actual = there.predict(3)[["mean", low, high]].to_numpy()
    np.testing.assert_allclose(actual / abs(factor), expected / abs(factor), rtol=1e-7, atol=1e-6)
    assert there.slope / factor == pytest.approx(here.slope, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_a_perfect_line_is_predicted_without_a_warning(model):
    trend = trends.fit(pd.Series([3.0, 5, 7, 9, 11, 13], index=range(2000, 2006)), model)
    prediction = trend.predict(2)
    assert (prediction["low"] <= prediction["mean"]).all() and trend.assumes.endswith(".")
    if model not in ("naive", "damped", "damped+drift"):
        np.testing.assert_allclose(prediction, [[15] * 3, [17] * 3], atol=1e-6)
        assert trend.slope == pytest.approx(2)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_interval_grows_with_horizon_and_level(model, log):
    narrow, wide = (trends.fit(RD, model, level, log).predict(10) for level in (0.5, 0.99))
    assert (np.diff(np.log(wide["high"] / wide["low"]) if log else wide["high"] - wide["low"]) > 0).all()
    assert ((wide["low"] < narrow["low"]) & (narrow["high"] < wide["high"])).all()


def test_a_hopeless_extrapolation_is_infinite_not_a_warning():
    trend = trends.fit(pd.Series([1.0, 1e30, 1.0], index=[1, 2, 3]), "linear", level=0.99, log=True)
    assert trend.predict(50)["high"].iloc[-1] == np.inf


BAD = [
    ([1.0, 2.0], [2000, 2001], "at least 3 years, and the series has 2"),
    ([1.0, 2.0, 3.0, 5.0], [2000, 2001, 2003, 2004], "2001 is followed by 2003"),
    ([1.0, 2.0, 3.0, 5.0], [2000, 2002, 2001, 2003], "2000 is followed by 2002"),
    ([1.0, 2.0, 3.0, 5.0], [2000, 2001, 2001, 2002], "2001 is followed by 2001"),
    ([1.0, 2.0, 3.0, 5.0], [2000.0, 2001.0, 2002.0, 2003.0], "whole years, not of float64"),
    ([1.0, np.nan, 3.0, 5.0], range(2000, 2004), "2001 has nan"),
    ([1.0, 2.0, np.inf, 5.0], range(2000, 2004), "2002 has inf"),
    ([1.0, 2.0, 0.0, 5.0], range(2000, 2004), "positive values: 2002 has 0.0"),
    ([0.1] * 4, range(2000, 2004), "constant"),
    ([1e8, 1e8 + 1.5e-8, 1e8], range(2000, 2003), "constant"),  # equal under the logarithm
]


@pytest.mark.parametrize(("values", "years", "message"), BAD)
def test_unsound_series_are_refused(values, years, message):
    with pytest.raises(ValueError, match=message):
        trends.fit(pd.Series(values, index=years), "linear", log=True)


@pytest.mark.parametrize(("model", "least"), list(zip(MODELS, [3, 3, 4, 4, 3, 4, 2], strict=True)))
def test_fewest_years(model, least):
    s = pd.Series([5.0, 7.0, 8.0, 12.0], index=range(2000, 2004))
    assert np.isfinite(trends.fit(s.iloc[:least], model).predict(2)).all(axis=None)
    with pytest.raises(ValueError, match=rf"{re.escape(model)} needs at least {least} years"):
        trends.fit(s.iloc[: least - 1], model)


def test_a_fit_does_not_change_with_its_series():
    s = RD.copy()
    trend = trends.fit(s, "naive")
    s.loc[2024] = 0.0
    assert trend.predict(1).loc[2025, "mean"] == RD[2024]


def test_a_series_from_its_break_on_has_a_trend():
    s = RD.copy()
    s.attrs = {"breaks": [int(s.index[0])]}
    assert trends.fit(s, "naive").predict(1)["mean"].item() == s.iloc[-1]
    s.attrs = {"breaks": [int(s.index[1])]}
    with pytest.raises(ValueError, match="it breaks in"):
        trends.fit(s, "naive")


def test_unknown_model_level_and_horizon_are_refused():
    for refusing in (trends.fit, lambda s, model: trends.backtest(s, [model], 8, 1)):
        with pytest.raises(ValueError, match="'arima'"):
            refusing(RD, "arima")
    with pytest.raises(ValueError, match="95"):
        trends.fit(RD, level=95)
    with pytest.raises(ValueError, match="from 1 to 100, not 0"):
        trends.fit(RD).predict(0)


def random_panel(n_series: int, missing: float) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    values = (
        np.cumsum(rng.standard_normal((25, n_series)), axis=0) + 50 + np.arange(25)[:, None] * rng.normal(size=n_series)
    )
    return pd.DataFrame(values, index=range(2000, 2025)).mask(rng.random(values.shape) < missing)


@pytest.mark.parametrize("missing", [0, 0.3, 0.8])
def test_panel_agrees_with_statsmodels(missing):
    import statsmodels.api as sm

    panel = random_panel(60, missing)
    result = trends.ols_panel(panel)
    assert list(result) == ["slope", "intercept", "se", "r_squared", "p_value", "n"]
    for name, column in panel.items():
        column = column.dropna()
        assert result.loc[name, "n"] == len(column)
        if len(column) > 2:
            middle = column.index.to_numpy().mean()
            ols = sm.OLS(column.to_numpy(), sm.add_constant(column.index.to_numpy() - middle)).fit()
            expected = [ols.params[1], ols.params[0] - ols.params[1] * middle, ols.bse[1], ols.rsquared, ols.pvalues[1]]
            np.testing.assert_allclose(result.loc[name].iloc[:5], expected, rtol=1e-10, atol=1e-14)


def test_panel_agrees_with_fit():
    trend, row = trends.fit(RD, "linear"), trends.ols_panel(RD.to_frame("rd")).loc["rd"]
    for name in ("slope", "intercept", "se", "r_squared", "p_value", "n"):
        assert row[name] == pytest.approx(getattr(trend, name), rel=1e-11)


def test_panel_says_what_too_few_points_allow():
    panel = pd.DataFrame(
        {"none": [np.nan] * 5, "one": [np.nan, 4, np.nan, np.nan, np.nan], "two": [1, np.nan, np.nan, np.nan, 3]}
        | {"flat": [0.1, 0.1, np.nan, 0.1, 0.1]},
        index=range(2000, 2005),
    )
    result = trends.ols_panel(panel)
    assert result["n"].tolist() == [0, 1, 2, 4]
    assert result.loc[["none", "one"]].drop(columns="n").isna().all(axis=None)
    assert result.loc["two", ["slope", "intercept"]].tolist() == pytest.approx([0.5, -999])
    assert result.loc["two", ["se", "r_squared", "p_value"]].isna().all()
    assert result.loc["flat", ["slope", "intercept", "se"]].tolist() == [0, 0.1, 0]
    assert result.loc["flat", ["r_squared", "p_value"]].isna().all()


@pytest.mark.parametrize("index", [[2001, 2000, 2002], [2000, 2000, 2001], [0.5, 1.5, 2.5]])
def test_panel_refuses_disordered_years_and_infinities(index):
    with pytest.raises(ValueError, match="indexed by ascending whole years, not by"):
        trends.ols_panel(pd.DataFrame({"a": [1.0, 2.0, 4.0]}, index=index))
    with pytest.raises(ValueError, match="'a' has inf in 2"):
        trends.ols_panel(pd.DataFrame({"a": [1.0, np.inf, 4.0]}, index=[1, 2, 3]))


def test_panel_is_fast_and_small():
    import statsmodels.api as sm

    panel, design = random_panel(10_000, 0.1), sm.add_constant(np.arange(25.0))
    trends.ols_panel(panel)
    start = time.process_time()
    for column in range(100):
        assert len(sm.OLS(panel[column], design, missing="drop").fit().pvalues) == 2
    loop = 100 * (time.process_time() - start)
    start = time.process_time()
    for _ in range(5):
        trends.ols_panel(panel)
    assert (time.process_time() - start) / 5 < loop / 100  # 250 on a quiet machine
    tracemalloc.start()
    trends.ols_panel(panel)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * panel.to_numpy().nbytes


def test_backtest_by_hand():
    s = pd.Series([10.0, 11.0, 14.0, 16.0, 13.0, 20.0], index=range(2000, 2006))
    table = trends.backtest(s, ["linear", "drift"], min_train=4, horizon=1)
    assert table.index.tolist() == ["linear", "drift", "naive"]
    assert table["n_forecasts"].tolist() == [2, 2, 2]
    # naive: errors 16 - 13 and 13 - 20, in units of (1 + 3 + 2) / 3 and (1 + 3 + 2 + 3) / 4
    assert table.loc["naive", "MASE"] == pytest.approx((3 / 2 + 7 / 2.25) / 2)
    assert table.loc["naive", "bias"] == pytest.approx((3 - 7) / 2)
    # drift: 18 and 13.75 against 13 and 20; half widths by t with 2 and 3 d.o.f. are 4.97 and 9.08
    assert table.loc["drift", "MASE"] == pytest.approx((5 / 2 + 6.25 / 2.25) / 2)
    assert table.loc["drift", "coverage"] == 0.5
    two = trends.backtest(s, ["naive"], min_train=3, horizon=2)
    assert two.loc["naive", "n_forecasts"] == 4 and two.loc["drift", "n_forecasts"] == 4
    assert two.loc["naive", "bias"] == pytest.approx(np.mean([14 - 16, 14 - 13, 16 - 13, 16 - 20]))
    assert two.loc["naive", "MASE"] == pytest.approx((2 / 2 + 1 / 2 + 3 / 2 + 4 / 2) / 4)


def test_backtest_sees_no_future():
    tampered = RD.copy()
    tampered.loc[2024] = 1.0
    before, after = (trends.backtest(s, MODELS, 22, 1) for s in (RD.loc[:2023], tampered))
    errors = after["bias"] * 3 - before["bias"] * 2
    for model in MODELS:
        assert errors[model] == pytest.approx(trends.fit(RD.loc[:2023], model).predict(1)["mean"].iloc[0] - 1)


def test_backtest_refuses_what_it_cannot_judge():
    with pytest.raises(ValueError, match="at least 26 years"):
        trends.backtest(RD, ["linear"], 20, 6)
    with pytest.raises(ValueError, match="needs at least 3 years, and the series has 2"):
        trends.backtest(RD, ["linear"], 2, 1)
    with pytest.raises(ValueError, match="constant"):
        trends.backtest(pd.Series([1.0, 1, 1, 2, 3], index=range(5)), [], 3, 1)


@pytest.mark.parametrize("model", trends.PEERS)
def test_peers_are_statsmodels_own(model):
    """What its users call, at another level than the one from which our standard errors are taken."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.theta import ThetaModel
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    s, n = (100 * np.log(RD.loc[2005:])).reset_index(drop=True), 20
    if model == "theta":
        fitted = ThetaModel(s, deseasonalize=False).fit()
        expected = pd.concat([fitted.forecast(4), fitted.prediction_intervals(4, alpha=0.2)], axis=1)
    elif model in ("unobserved-components", "walk-by-likelihood"):
        kind = "lltrend" if model == "unobserved-components" else "rwdrift"
        forecast = UnobservedComponents(s, kind).fit(disp=False).get_forecast(4)
        expected = forecast.summary_frame(alpha=0.2)[["mean", "mean_ci_lower", "mean_ci_upper"]]
    else:
        fitted = ETSModel(s, error="add", trend="add", damped_trend=model == "ets-damped").fit(disp=False)
        expected = fitted.get_prediction(n, n + 3).summary_frame(alpha=0.2)
    trend = trends.fit(RD.loc[2005:], model, level=0.8, log=True)
    np.testing.assert_allclose(trend.predict(4), np.exp(expected / 100), rtol=1e-4)
    assert np.isnan([trend.slope, trend.se, trend.p_value, *trend.fitted]).all()


def test_a_pool_is_a_mixture_of_its_members():
    one, other, both = (trends.fit(RD, model, log=True) for model in ("damped", "drift", "damped+drift"))
    a, b, c = (np.log(trend.predict(6)) for trend in (one, other, both))
    assert both.slope == pytest.approx((one.slope + other.slope) / 2)
    np.testing.assert_allclose(c["mean"], (a["mean"] + b["mean"]) / 2, rtol=1e-12)
    half = [(frame["high"] - frame["low"]) / 2 for frame in (a, b, c)]
    t = 2.0686576104190406  # Student's table, 23 d.o.f.: the variance of a mixture is that within plus that between
    variance = (half[0] ** 2 + half[1] ** 2) / 2 + (t * (a["mean"] - b["mean"]) / 2) ** 2
    np.testing.assert_allclose(half[2], np.sqrt(variance), rtol=1e-10)


@pytest.mark.parametrize("model", [*MODELS, "theta"])
def test_chances_belong_to_the_intervals(model):
    """Half above the middle, a fortieth beyond each end; of a mixture, which is skewed, about so (draws below)."""
    trend = trends.fit(RD.loc[2008:], model, log=True)
    mean, low, high = trend.predict(6).iloc[-1]
    mixed = model in ("local-linear", "damped", "damped+drift")
    chances = [trend.chance(6, value) for value in (mean, high, low)]
    assert chances == pytest.approx([0.5, 0.025, 0.975], abs=0.1 if mixed else 1e-9)
    assert trend.chance(6, 1e9) < 1e-3 < 0.999 < trend.chance(6, 1e-3)
    with pytest.raises(ValueError, match="has none"):
        trend.chance(1, 0)
    with pytest.raises(ValueError, match="from 1 to 100"):
        trend.chance(0, 1)


def test_the_chance_of_a_local_trend_is_that_of_draws_from_its_mixture():
    rng, z = np.random.default_rng(4), 100 * np.log(RD.to_numpy())[:, None]
    means, variances, weights = (part[..., 0] for part in models._mixture(z, 6, models.DAMPINGS))
    point = rng.choice(len(weights), 400_000, p=weights[:, 0])
    drawn = means[point, 30] + np.sqrt(variances[point, 30]) * rng.standard_t(23, len(point))
    chance = trends.fit(RD, log=True).chance(6, 4000.0)
    assert chance == pytest.approx(np.mean(drawn >= 100 * log(4000)), abs=3e-3)


@pytest.fixture(scope="module")
def coverage() -> pd.DataFrame:
    return trends.simulate_coverage().set_index(["model", "noise", "n"]).sort_index()


def test_intervals_hold_where_their_assumption_does(coverage):
    # t intervals are exact here, and the simulation has a standard error of some tenths of a point
    for model, noise in [("linear", "white"), ("drift", "random-walk")]:
        off = (coverage.loc[(model, noise), "coverage"] - 0.95).abs()
        assert (off < 4 * coverage.loc[(model, noise), "standard_error"]).all()
    assert coverage["standard_error"].max() < 0.01


def test_local_trends_hold_under_every_noise(coverage):
    assert coverage.loc[["local-linear", "damped"], "coverage"].between(0.93, 0.98).all()


def test_a_finer_grid_moves_no_projection():
    fine = (
        (0.0, 0.0),
        *product((0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0), (0.0, 0.03, 0.1, 0.2, 0.5, 0.7, 0.95)),
    )
    z = 100 * np.log(RD.to_numpy())[:, None]
    for dampings, finer in (((1.0,), (1.0,)), (models.DAMPINGS, tuple(np.arange(0.82, 0.99, 0.02)))):
        used, ideal = models._structural(z, 6, dampings), models._structural(z, 6, finer, fine)
        assert abs(used.mean[-1, 0] - ideal.mean[-1, 0]) < 0.1 * 4 * used.spread[-1, 0], "an interval is some 4 spreads"


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.5, 5.0])
def test_local_trends_hold_where_growth_is_steep(slope):
    c = trends.simulate_coverage(["local-linear", "damped"], [10, 25], replications=300, horizon=(1, 6), slope=slope)
    assert c["coverage"].min() >= 0.92, c


def test_local_trends_hold_where_growth_wanders():
    noise = ["wandering-0.5", "wandering-0.7", "wandering-0.9"]
    c = trends.simulate_coverage(["local-linear", "damped"], [25], noise, 600, horizon=(1, 6))
    assert c["coverage"].min() >= 0.89, c  # and 0.82 from ten years, as the notebook says


def test_a_line_through_a_random_walk_does_not_hold(coverage):
    assert coverage.loc[("linear", "random-walk", 25), "coverage"] < 0.9
    far = trends.simulate_coverage(["linear", "drift"], n=[25], noise=["random-walk"], horizon=6).set_index("model")
    assert far.loc["linear", "coverage"] < 0.7 and abs(far.loc["drift", "coverage"] - 0.95) < 0.02


def test_simulation_is_the_fit_on_series_of_its_own(coverage):
    # the width of one simulated series by way of `fit`, and how often a year drawn later falls into it
    one = trends.simulate_coverage(MODELS, n=[10], noise=["random-walk"], replications=1, horizon=(1, 3), slope=2.0)
    walk = np.cumsum(np.random.default_rng([0, 10, *b"random-walk"]).standard_normal((10, 1))[:, 0])
    s, later = pd.Series(2.0 * np.arange(10) + walk, index=range(10)), np.random.default_rng(1).standard_normal(200_000)
    for row in one.itertuples():
        prediction = trends.fit(s, row.model).predict(3).iloc[row.horizon - 1]
        assert row.median_width == pytest.approx(prediction["high"] - prediction["low"], rel=1e-9)
        drawn = s[9] + 2 * row.horizon + sqrt(row.horizon) * later
        assert row.coverage == pytest.approx(
            np.mean((prediction["low"] <= drawn) & (drawn <= prediction["high"])), abs=4e-3
        )
    assert one["replications"].tolist() == [1] * 14 and one["horizon"].tolist() == [1, 3] * 7
    again = trends.simulate_coverage(["drift"], n=[15], noise=["ar1"])
    assert again["coverage"].item() == coverage.loc[("drift", "ar1", 15), "coverage"]


def test_simulation_refuses_the_unknown():
    with pytest.raises(ValueError, match="unknown \\['arima', 'pink'\\]"):
        trends.simulate_coverage(["arima"], noise=["pink"])
    with pytest.raises(ValueError, match="at least 4 years, not 3"):
        trends.simulate_coverage(["drift", "damped"], n=[10, 3])


@pytest.mark.parametrize(("trend", "n"), [(True, 25), (False, 24), (True, 12), (False, 60)])
def test_break_statistic_agrees_with_statsmodels(trend, n):
    import statsmodels.api as sm

    y = np.random.default_rng(n).standard_normal(n) + np.where(np.arange(n) >= n // 2, 2, 0)
    t = np.arange(n, dtype=float)
    base = sm.add_constant(t) if trend else np.ones((n, 1))
    shortest = max(-(-15 * n // 100), base.shape[1] + 1)
    f = {
        2000 + split: sm.OLS(y, np.hstack([base, base * (t >= split)[:, None]]))
        .fit()
        .compare_f_test(sm.OLS(y, base).fit())[0]
        for split in range(shortest, n - shortest + 1)
    }
    result = trends.break_test(pd.Series(y, index=range(2000, 2000 + n)), trend=trend, replications=99)
    assert result.break_year == max(f, key=f.get) and result.statistic == pytest.approx(max(f.values()), rel=1e-9)
    assert (result.n, result.replications) == (n, 99)


def test_break_is_found_and_reproduced():
    rng = np.random.default_rng(3)
    t = np.arange(40)
    s = pd.Series(t + np.where(t >= 22, 4.0 + (t - 22) / 2, 0) + rng.standard_normal(40) / 2, index=range(1980, 2020))
    result = trends.break_test(s)
    assert abs(result.break_year - 2002) <= 1 and result.p_value < 0.01
    assert result == trends.break_test(s) and result.p_value * 2000 == pytest.approx(round(result.p_value * 2000))
    large = trends.break_test(s * 1e200)
    assert (large.break_year, large.p_value) == (result.break_year, result.p_value)
    growth = pd.Series(np.where(t < 15, 14.0, 8.0) + rng.standard_normal(40), index=range(1980, 2020))
    result = trends.break_test(growth, trend=False)
    assert result.break_year == 1995 and result.p_value < 0.01
    exact = trends.break_test(pd.Series([1.0] * 8 + [5.0] * 8, index=range(16)), trend=False)
    assert exact.break_year == 8 and exact.statistic > 1e12


@pytest.mark.parametrize("trend", [True, False])
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_break_test_keeps_its_size_under_persistence(trend, rho):
    # 400 series without a break: at 5 % a correct test rejects 9 to 31 of them (four standard errors: 2.4 to 37)
    series = evaluation._memory(30, rho) @ np.random.default_rng(11).standard_normal((30, 400))
    results = [
        trends.break_test(pd.Series(u, index=range(30)), trend, replications=199, seed=k)
        for k, u in enumerate(series.T)
    ]
    assert 5 <= sum(result.p_value <= 0.05 for result in results) <= 37
    assert np.mean([result.persistence for result in results]) == pytest.approx(rho, abs=0.08)


def test_persistent_noise_has_the_moments_of_an_autoregression():
    weights, lags = evaluation._memory(12, 0.5), np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    np.testing.assert_allclose(weights @ weights.T, 0.5**lags / (1 - 0.25), rtol=1e-12)
    np.testing.assert_array_equal(evaluation._memory(3, 1.0), np.tri(3))


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_break_test_keeps_its_size_where_persistence_is_known(rho):
    series = evaluation._memory(24, rho) @ np.random.default_rng(5).standard_normal((24, 300))
    found = [trends.break_test(pd.Series(u, range(24)), False, 199, persistence=rho).p_value <= 0.05 for u in series.T]
    assert 0.02 < np.mean(found) < 0.085


def test_break_test_refuses_what_it_cannot_judge():
    with pytest.raises(ValueError, match="above -1 and below 1, not 1"):
        trends.break_test(RD, persistence=1)
    with pytest.raises(ValueError, match="at least 10 years"):
        trends.break_test(RD.iloc[:9])
    with pytest.raises(ValueError, match="lies on one line"):
        trends.break_test(pd.Series(np.arange(20) * 0.1, index=range(20)))


@pytest.mark.parametrize("scale", [2.0**-600, 2.0**600])
def test_a_panel_of_any_size_of_numbers(scale):
    panel = pd.DataFrame({"a": [1.0, 3.0, 4.0, 8.0]}, index=range(2000, 2004))
    plain, scaled = trends.ols_panel(panel), trends.ols_panel(panel * scale)
    for column, power in {"slope": 1, "intercept": 1, "se": 1, "r_squared": 0, "p_value": 0}.items():
        assert scaled[column].item() == pytest.approx(plain[column].item() * scale**power, rel=1e-12)


def test_unsigned_years_are_years():
    panel = pd.DataFrame({"a": [1.0, 2.0, 4.0]}, index=np.array([2000, 2001, 2002], dtype="uint16"))
    assert trends.ols_panel(panel)["slope"].item() == pytest.approx(1.5)
    with pytest.raises(ValueError, match="ascending"):
        trends.ols_panel(panel.iloc[[1, 0, 2]])


@pytest.mark.parametrize(("n", "exists"), [(3, False), (4, False), (5, True)])
def test_kendalls_interval_exists_from_five_years_on(n, exists):
    trend = trends.fit(pd.Series(np.arange(n) ** 2.0, range(2000, 2000 + n)), "theil-sen")
    assert np.isfinite([trend.slope_low, trend.slope_high]).all() == exists


def test_a_simulation_needs_a_model_and_a_horizon():
    for wrong in ({"horizon": 0}, {"models": []}):
        with pytest.raises(ValueError, match="at least"):
            trends.simulate_coverage(**wrong)
