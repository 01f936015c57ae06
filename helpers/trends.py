"""Simple trend models for short yearly series, and what their intervals are worth.

A trend fitted to four years looks as sure of itself as one fitted to seventy. Here are the few models the notebooks
use, each with a small-sample prediction interval, and three ways to hold them to it: simulation with a known truth, a
rolling origin on the series itself, and a test for a break. A model is fitted to a whole panel at once, so that what is
simulated is what is used. Covariates and seasons belong in statsmodels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
import pandas as pd

Array = np.ndarray


class _Estimate(NamedTuple):
    """A model fitted to each column of a panel, n years by m series. What a model does not have is NaN."""

    level: Array  # (m,) height of the line in the middle of the years
    slope: Array  # (m,) a year
    se: Array  # (m,) standard error of the slope
    fitted: Array  # (n, m)
    mean: Array  # (horizon, m) predictions
    spread: Array  # (horizon, m) their standard errors, estimated parameters and new shocks included


def _least_squares(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Height in the middle, slope and residuals of the least-squares line through x (n,), centred, and y (n, m).

    With x about its mean the two columns of the design are orthogonal, so the closed form is as exact as any.
    """
    middle = y.mean(axis=0)
    y = y - middle
    slope = x @ y / (x @ x)
    residuals = y - np.outer(x, slope)
    off = residuals.mean(axis=0)  # what rounding left of the mean
    return middle + off, slope, residuals - off


def _line(z: Array, horizon: int, robust: bool) -> _Estimate:
    n, t = len(z), np.arange(len(z) + horizon)[:, None] - (len(z) - 1) / 2  # centred: halves at most, so exact
    past, ahead = t[:n], t[n:]
    if robust:
        # Under normal errors the median and Sen's slope cost π/2 and π/3 of the variance of mean and least squares
        # (Sen 1968). The line resists an outlier, but next year may be one: so sigma below is not robust.
        first, second = np.triu_indices(n, 1)
        slope = np.median((z[second] - z[first]) / (second - first)[:, None], axis=0)
        level, se, costs = np.median(z - slope * past, axis=0), slope * np.nan, (np.pi / 2, np.pi / 3)
    else:
        level, slope, residuals = _least_squares(past[:, 0], z)
        se = np.sqrt((residuals**2).sum(axis=0) / (n - 2) / (past**2).sum())
        costs = (1, 1)
    sigma = np.sqrt(((z - level - slope * past) ** 2).sum(axis=0) / (n - 2))
    spread = sigma * np.sqrt(1 + costs[0] / n + costs[1] * ahead**2 / (past**2).sum())
    return _Estimate(level, slope, se, level + slope * past, level + slope * ahead, spread)


def _walk(z: Array, horizon: int, drift: bool) -> _Estimate:
    steps, h, none = np.diff(z, axis=0), np.arange(1, horizon + 1)[:, None], z[0] * np.nan
    slope = steps.mean(axis=0) * drift
    sigma = np.sqrt(((steps - slope) ** 2).sum(axis=0) / (len(steps) - drift))
    spread = sigma * np.sqrt(h * (1 + drift * h / len(steps)))
    se = sigma / np.sqrt(len(steps)) if drift else none
    return _Estimate(none, slope, se, np.vstack([none, z[:-1] + slope]), z[-1] + h * slope, spread)


# Share of a year's shock that stays, share of that which bends the slope: from a line under noise to a random walk of
# wandering growth. Wide, by simulation: with bends of 0.2 at most, intervals six years ahead held 81 to 87 % under
# wandering growth instead of 89 to 93 %. Fine enough: a finer grid moves no projection by a tenth of its interval.
_SHARES = ((0.0, 0.0), *product((0.1, 0.25, 0.5, 0.75, 0.9, 1.0), (0.0, 0.05, 0.2, 0.5, 0.95)))
_DAMPINGS = (0.82, 0.86, 0.90, 0.94, 0.98)


@lru_cache(maxsize=64)
def _structural_maps(
    n: int, horizon: int, dampings: tuple[float, ...], shares: tuple[tuple[float, float], ...]
) -> tuple[Array, Array, Array, Array]:
    """What `_structural` needs of each point of its grid, which depends on the length of a series and not on its data.

    Returns, by grid point: the map from the data to the expected levels and, last, their change in the first year ahead
    (grid, years + 1, n); the map to the whitened residuals (grid, n, n); variances of the former, per variance of a
    shock (grid, years + 1); the restricted log-likelihood but for its residuals (grid,).
    """
    years = n + horizon
    lags = np.subtract.outer(np.arange(years), np.arange(years))
    new = np.repeat([0, 1, 0], [n, horizon, 1])
    grid = []
    for phi, (stay, bend) in product(dampings, shares):
        reach = np.append(0, np.cumsum(phi ** np.arange(1, years)))  # what a slope of one adds in k years
        bent = np.tril(reach[np.abs(lags)])
        # a row for the level of each year, and a last one for its expected change in the first year ahead
        design = np.vstack([np.column_stack([np.ones(years), reach]), [0, reach[n] - reach[n - 1]]])
        jumps, bends = np.vstack([np.tri(years), np.zeros(years)]), np.vstack([bent, bent[n] - bent[n - 1]])
        signal = stay * ((1 - bend) * jumps @ jumps.T + bend * bends @ bends.T)
        root = np.linalg.cholesky(signal[:n, :n] + (1 - stay) * np.eye(n))
        x, loading, white = np.split(np.linalg.solve(root, np.hstack([design[:n], signal[:n], np.eye(n)])),
                                     [2, years + 3], axis=1)  # fmt: skip
        q, r = np.linalg.qr(x)
        residual = white - q @ (q.T @ white)
        mean = design @ np.linalg.solve(r, q.T @ white) + loading.T @ residual
        unsure = np.linalg.solve(r.T, (design - loading.T @ x).T)
        variance = signal.diagonal() + (1 - stay) * new - (loading**2).sum(axis=0) + (unsure**2).sum(axis=0)
        likelihood = np.linalg.slogdet(design[:n].T @ design[:n])[1] / 2
        likelihood -= np.log(np.abs([*root.diagonal(), *r.diagonal()])).sum()
        grid.append((mean, residual, variance, likelihood))
    return tuple(np.array(part) for part in zip(*grid, strict=True))


def _structural(
    z: Array, horizon: int, dampings: tuple[float, ...], shares: tuple[tuple[float, float], ...] = _SHARES
) -> _Estimate:
    """Local trend y = μ + ε, μ' = μ + φβ + η', β' = φβ + ζ' (' is the year after), first μ and β unknown.

    Harvey (1989, Forecasting, structural time series models and the Kalman filter); with φ < 1 the damped trend of
    Gardner and McKenzie (1985, Management Science 31). Given the shares of the variances, generalised least squares is
    exact. A short series does not tell the shares, and the likeliest, zero too often, make intervals too narrow: so the
    result is the average over a grid of shares and φ, weighted by restricted likelihood (Harville 1974, Biometrika 61).
    """
    n, (to_mean, to_residual, variance, likelihood) = len(z), _structural_maps(len(z), horizon, dampings, shares)
    means = to_mean @ z
    rss = np.maximum(((to_residual @ z) ** 2).sum(axis=1), np.finfo(float).tiny)
    likelihoods = likelihood[:, None] - (n - 2) / 2 * np.log(rss)
    weights = np.exp(likelihoods - likelihoods.max(axis=0))[:, None]
    weights /= weights.sum(axis=0)
    mean = (weights * means).sum(axis=0)
    variances = variance[:, :, None] * (rss / (n - 2))[:, None]
    spread = np.sqrt((weights * (variances + (means - mean) ** 2)).sum(axis=0))
    return _Estimate(mean[-1] * np.nan, mean[-1], spread[-1], mean[:n], mean[n:-1], spread[n:-1])


_least_squares_line = partial(_line, robust=False)
# what fits it, the years that takes, the parameters that cost a degree of freedom, what it assumes
_MODELS: dict[str, tuple[Callable[[Array, int], _Estimate], int, int, str]] = {
    "linear": (_least_squares_line, 3, 2, "It grows by a constant amount; departures from that do not last."),
    "log-linear": (_least_squares_line, 3, 2, "It grows at a constant rate; departures from that do not last."),
    "theil-sen": (partial(_line, robust=True), 3, 2, "It grows by a constant amount; a few years may lie far off."),
    "local-linear": (partial(_structural, dampings=(1.0,)), 4, 2, "Level and growth both wander; growth goes on."),
    "damped": (partial(_structural, dampings=_DAMPINGS), 4, 2, "Level and growth both wander; growth fades."),
    "drift": (partial(_walk, drift=True), 3, 2, "It grows by a constant amount; each departure from that lasts."),
    "naive": (partial(_walk, drift=False), 2, 1, "It does not grow; each change lasts."),
}


def _estimate(model: str, z: Array, horizon: int, level: float) -> tuple[_Estimate, float]:
    """The model fitted to a panel, and the t quantile that turns its standard errors into intervals."""
    from scipy import stats

    estimator, _, parameters, _ = _MODELS[model]
    scale = np.exp2(np.frexp(np.abs(z).max(axis=0))[1] - 1)  # a power of two costs no digit and keeps squares in range
    estimate = _Estimate(*(np.asarray(part * scale, dtype=float) for part in estimator(z / scale, horizon)))
    return estimate, float(stats.t.ppf(0.5 + level / 2, len(z) - parameters))


def _values(s: pd.Series, least: int, what: str, log: bool = False) -> Array:
    """The values as a column, in log points × 100 if `log`; ValueError if the series is not sound."""
    if len(s) < least:
        raise ValueError(f"{what} needs at least {least} years, and the series has {len(s)}")
    if not pd.api.types.is_integer_dtype(s.index):
        raise ValueError(f"{what} needs an index of whole years, not of {s.index.dtype}")
    for year, following in pairwise(s.index):
        if following != year + 1:
            raise ValueError(f"{what} needs consecutive years: {year} is followed by {following}")
    values = s.to_numpy(dtype=float, na_value=np.nan, copy=True)
    for year, value in zip(s.index, values, strict=True):
        if not np.isfinite(value) or (log and value <= 0):
            raise ValueError(f"{what} needs {'positive' if log else 'finite'} values: {year} has {value}")
    z = 100 * np.log(values)[:, None] if log else values[:, None]
    if z.min() == z.max():
        raise ValueError(f"{what}: every year has {values[0]}; a constant series does not tell how sure it is")
    return z


@dataclass(frozen=True, eq=False)
class Trend:
    """A fitted trend; all numbers of 'log-linear' but `fitted` and predictions are in log points × 100.

    Attributes
    ----------
    model, assumes, level, n
        Name of the model; what it assumes, in words; coverage its intervals aim at, between 0 and 1; number of years.
    slope, slope_low, slope_high, se, p_value : float
        Change per year, its t interval, standard error and p-value of no change; of the local trends, the expected
        change in the first year ahead. 'theil-sen' has Kendall's interval and p-value, and no `se`; 'naive' has slope 0
        and no more. What does not exist is NaN.
    intercept, r_squared : float
        Height of the line at year 0; share of the variance explained by a least-squares line.
    fitted, residuals : Series, shape (n,)
        In the unit of the series; on the scale of the model. 'drift' and 'naive' start from the year before, so their
        first is NaN; the local trends look back from the last year.
    """

    model: str
    assumes: str
    level: float
    n: int
    slope: float
    slope_low: float
    slope_high: float
    se: float
    p_value: float
    intercept: float
    r_squared: float
    fitted: pd.Series = field(repr=False)
    residuals: pd.Series = field(repr=False)
    _z: Array = field(repr=False)

    @np.errstate(over="ignore")
    def predict(self, horizon: int) -> pd.DataFrame:
        """`mean`, `low` and `high` of the following `horizon` years, shape (horizon, 3), in the unit of the series.

        Mean ± t · standard error of prediction, n − 2 degrees of freedom ('naive': n − 1). 'log-linear' is transformed
        back by exp(.), which makes its `mean` the median. ValueError if `horizon` is not from 1 to 100.
        """
        if not 1 <= horizon <= 100 or horizon != int(horizon):
            raise ValueError(f"horizon is a number of years ahead, from 1 to 100, not {horizon}")
        estimate, t = _estimate(self.model, self._z, horizon, self.level)
        mean, half = estimate.mean[:, 0], t * estimate.spread[:, 0]
        years = pd.RangeIndex(horizon, name=self.fitted.index.name) + self.fitted.index[-1] + 1
        prediction = pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half}, index=years)
        return np.exp(prediction / 100) if self.model == "log-linear" else prediction


@np.errstate(divide="ignore", over="ignore")
def fit(s: pd.Series, model: str = "log-linear", level: float = 0.95) -> Trend:
    """Fit a simple trend.

    Parameters
    ----------
    s : Series, shape (n,)
        Values in any unit, indexed by consecutive years.
    model : str
        'linear', 'log-linear' (least squares), 'theil-sen', 'local-linear', 'damped', 'drift' or 'naive'. All but
        'log-linear' take the values as given.
    level : float
        Coverage of the intervals of slope and prediction, between 0 and 1.

    Raises
    ------
    ValueError
        Unknown model; too few years (the local trends need 4, 'naive' 2, the others 3), a gap or disorder in them; a
        value missing, infinite, or not positive under the logarithm; all values equal.

    Notes
    -----
    Theil-Sen: Sen (1968, Journal of the American Statistical Association 63); with fewer than 5 years no Kendall
    interval reaches 95 %. Random walks: Hyndman and Athanasopoulos (2021, Forecasting: principles and practice, 5.5),
    with t for normal quantiles. Local trends: `_structural`.
    """
    from scipy import stats

    if model not in _MODELS or not 0 < level < 1:
        raise ValueError(f"model must be one of {', '.join(_MODELS)}, and level in (0, 1): not {model!r}, {level}")
    (estimator, least, parameters, assumes), log = _MODELS[model], model == "log-linear"
    z = _values(s, least, model, log)
    (estimate, t), n, years = _estimate(model, z, 1, level), len(z), s.index.to_numpy(dtype=float)
    slope, se, fitted = estimate.slope[0], estimate.se[0], estimate.fitted[:, 0]
    low, high, p_value = slope - t * se, slope + t * se, 2 * stats.t.sf(abs(slope / se), n - parameters)
    if model == "theil-sen":
        low, high = stats.theilslopes(z[:, 0], years, level)[2:]
        if (
            2 / math.factorial(n) > 1 - level
        ):  # even the widest interval, from least to greatest slope, is not that sure
            low = high = np.nan
        p_value = stats.kendalltau(years, z[:, 0]).pvalue
    residuals = z[:, 0] - fitted
    explained = 1 - (np.hypot.reduce(residuals) / np.hypot.reduce(z[:, 0] - z.mean())) ** 2
    return Trend(
        *(model, assumes, level, n, float(slope), float(low), float(high), float(se), float(p_value)),
        intercept=float(estimate.level[0] - slope * years.mean()),
        r_squared=float(explained) if estimator is _least_squares_line else np.nan,
        fitted=pd.Series(np.exp(fitted / 100) if log else fitted, s.index, name="fitted"),
        residuals=pd.Series(residuals, s.index, name="residuals"),
        _z=z,
    )


@np.errstate(divide="ignore", invalid="ignore")
def ols_panel(panel: pd.DataFrame) -> pd.DataFrame:
    """One least-squares line per column, all at once.

    Parameters
    ----------
    panel : DataFrame, shape (n_years, n_series)
        Indexed by ascending whole years; a gap is NaN. ValueError if it is not, or if a value is infinite.

    Returns
    -------
    DataFrame, shape (n_series, 6)
        slope, intercept (at year 0), se, r_squared, p_value, n. With n = 2 there are only slope and intercept, with
        less there is neither, and a constant column has no r_squared and p_value: these are NaN.
    """
    from scipy import special

    y, years = panel.to_numpy(dtype=float, na_value=np.nan), panel.index.to_numpy()
    if not len(y) or years.dtype.kind not in "iu" or (years[1:] <= years[:-1]).any():
        raise ValueError(f"the panel must be indexed by ascending whole years, not by {years.tolist()}")
    for year, column in np.argwhere(np.isinf(y)):
        raise ValueError(f"the panel must be finite: {panel.columns[column]!r} has {y[year, column]} in {years[year]}")
    years = years.astype(np.int64)  # differences of unsigned years would wrap around
    gaps, centre = np.isnan(y), years.sum() // len(years)
    # Without gaps one column of weights serves all series, which saves half the passes over the panel.
    x, weight = (years - centre).astype(float), (~gaps).astype(float) if gaps.any() else np.ones((len(y), 1))
    n, x_mean = weight.sum(axis=0), x @ weight / weight.sum(axis=0)
    x_squares = x**2 @ weight - n * x_mean**2
    first = y[(~gaps).argmax(axis=0), np.arange(y.shape[1])]  # taken off, so that a constant column becomes exactly 0
    y = y - first
    y[gaps] = 0
    scale = np.exp2(np.frexp(np.abs(y).max(axis=0))[1])  # a power of two costs no digit and keeps squares in range
    y /= scale
    y_mean = y.sum(axis=0) / n
    y -= y_mean * weight
    slope = x @ y / x_squares
    squares, dof = np.einsum("ij,ij->j", y, y), np.where(n > 2, n - 2, np.nan)
    y -= slope * (x[:, None] - x_mean) * weight  # from here on the residuals
    rss = np.einsum("ij,ij->j", y, y)
    se, r_squared = np.sqrt(rss / dof / x_squares), np.where(n > 2, 1 - rss / squares, np.nan)
    p_value = 2 * special.stdtr(dof, -np.abs(slope / se))
    slope, se, y_mean = slope * scale, se * scale, y_mean * scale
    intercept = first + y_mean - slope * (x_mean + centre)
    columns = {"slope": slope, "intercept": intercept, "se": se, "r_squared": r_squared, "p_value": p_value}
    columns["n"] = np.broadcast_to(n.astype(int), slope.shape)
    return pd.DataFrame(columns, index=panel.columns)


def backtest(s: pd.Series, models: Sequence[str], min_train: int, horizon: int) -> pd.DataFrame:
    """Forecast the past from its own past, `horizon` years from every origin that leaves as many to compare with.

    Parameters
    ----------
    s, models
        A series and names as in `fit`; 'naive' and 'drift' are always added.
    min_train : int
        Years seen by the first fit; every later one sees one more. ValueError if `fit` refuses one of them, or if the
        series is shorter than `min_train` + `horizon`.

    Returns
    -------
    DataFrame, one row per model
        n_forecasts, origins × horizon; MASE, mean of the absolute error over that of naive one-year forecasts within
        its training years (Hyndman and Koehler 2006, International Journal of Forecasting 22); bias, mean of forecast
        less outcome, in the unit of the series; coverage of the 95 % intervals, between 0 and 1.
    """
    z, rows = _values(s, min_train + horizon, "backtest")[:, 0], {}
    for model in dict.fromkeys([*models, "naive", "drift"]):
        forecasts = []
        for end in range(min_train, len(z) - horizon + 1):
            years = {"outcome": z[end : end + horizon], "unit": np.abs(np.diff(z[:end])).mean()}
            forecasts.append(fit(s.iloc[:end], model).predict(horizon).assign(**years))
        f = pd.concat(forecasts)
        error, covered = f["mean"] - f["outcome"], f["outcome"].between(f["low"], f["high"])
        rows[model] = [len(f), (error.abs() / f["unit"]).mean(), error.mean(), covered.mean()]
    columns = ["n_forecasts", "MASE", "bias", "coverage"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("model")


_PERSISTENCE = {"white": 0.0, "ar1": 0.5, "random-walk": 1.0}


def _persistent(shocks: Array, rho: float) -> Array:
    """Autoregression u' = rho·u + shock down each column, stationary from the start if rho < 1."""
    lags = np.subtract.outer(np.arange(len(shocks)), np.arange(len(shocks)))
    weights = np.tril(rho ** np.maximum(lags, 0))
    weights[:, 0] /= np.sqrt(1 - rho**2) if rho < 1 else 1
    return weights @ shocks


def simulate_coverage(
    models: Sequence[str] = tuple(_MODELS),
    n: Sequence[int] = (4, 6, 10, 15, 25),
    noise: Sequence[str] = tuple(_PERSISTENCE),
    replications: int = 2000,
    seed: int = 0,
    horizon: int = 1,
) -> pd.DataFrame:
    """How often the 95 % interval for the year `horizon` ahead holds, where the truth is known.

    A trend of 1 a year under normal shocks of standard deviation 1 that do not last ('white'), halve every year ('ar1')
    or stay ('random-walk'). 'log-linear' is given the exponential of this and judged on the logarithm.

    Parameters
    ----------
    models, n, noise : sequences
        Names as in `fit`, numbers of years, kinds of noise.
    replications, seed : int
        Number of simulated series, the same for all models, and what determines them.

    Returns
    -------
    DataFrame, one row per model, n and noise
        model, n, noise, coverage (between 0 and 1, with a standard error below 0.5 / √replications), median_width (in
        standard deviations of a shock), replications.
    """
    if unknown := sorted(({*models} - {*_MODELS}) | ({*noise} - {*_PERSISTENCE})):
        raise ValueError(f"unknown {unknown}; known are {', '.join(_MODELS)}, under {', '.join(_PERSISTENCE)}")
    if horizon < 1 or not models:
        raise ValueError(f"name one model at least, and a horizon of 1 year or more, not {horizon}")
    if min(n) < (least := max(_MODELS[model][1] for model in models)):
        raise ValueError(f"these models need at least {least} years, not {min(n)}")
    rows = []
    for kind, years in product(noise, n):
        shocks = np.random.default_rng([seed, years, *kind.encode()]).standard_normal((years + horizon, replications))
        z = np.arange(years + horizon)[:, None] + _persistent(shocks, _PERSISTENCE[kind])
        for model in models:
            estimate, t = _estimate(model, z[:years], horizon, 0.95)
            half = t * estimate.spread[-1]
            covered = np.abs(z[-1] - estimate.mean[-1]) <= half
            rows.append((model, years, kind, covered.mean(), 2 * np.median(half), replications))
    return pd.DataFrame(rows, columns=["model", "n", "noise", "coverage", "median_width", "replications"])


class Break(NamedTuple):
    """What `break_test` finds: `break_year` opens the second regime, `persistence` is the AR(1) of the noise."""

    statistic: float
    break_year: int
    p_value: float
    n: int
    replications: int
    persistence: float


@np.errstate(invalid="ignore")
def break_test(s: pd.Series, trend: bool = True, replications: int = 1999, seed: int = 0) -> Break:
    """Test one trend against two that meet at an unknown year: the largest F over all splits.

    Parameters
    ----------
    s : Series, shape (n,)
        Values by consecutive year, 10 at least (else ValueError, as in `fit`); logarithms, if the rate may break.
    trend : bool
        Whether level and slope of a line may break, or the mean (of growth rates, say).
    replications, seed : int
        Number of bootstrap samples, and what determines them.

    Notes
    -----
    Sup-F of Andrews (1993, Econometrica 61), 15 % of the years trimmed at either end. Its asymptotic values reject too
    often in short persistent series; so the p-value is from the recursive AR(1) residual bootstrap of Diebold and Chen
    (1996, Journal of Econometrics 70) under one trend, its autocorrelation freed of the bias −(1 + 3ρ)/n about a mean
    (Marriott and Pope 1954, Biometrika 41), −(2 + 4ρ)/n about a line. What is compared is F over (1 + ρ)/(1 − ρ), the
    long-run variance of each sample's own residuals: free of ρ in large samples, it keeps its size in small ones.
    """
    z, q = _values(s, 10, "break_test"), 1 + trend
    n, shortest = len(z), max(int(np.ceil(0.15 * len(z))), 1 + q)
    basis = (np.arange(n)[:, None] - (n - 1) / 2) ** np.arange(q)
    line = np.linalg.qr(basis)[0]
    splits = np.arange(shortest, n - shortest + 1)
    later = basis * (np.arange(n)[:, None] >= splits[:, None, None])
    later = np.linalg.qr(later - line @ (line.T @ later))[0]  # (splits, n, q): what a second regime adds to one line

    def f_and_rho(u: Array) -> tuple[Array, Array]:
        one = (u**2).sum(axis=0)
        two = one - ((later.swapaxes(1, 2) @ u) ** 2).sum(axis=1)
        two = np.maximum(two, np.finfo(float).eps * one)  # a perfect fit is perfect to rounding
        rho = (u[1:] * u[:-1]).sum(axis=0) / (u[:-1] ** 2).sum(axis=0)
        return (one - two) / q / (two / (n - 2 * q)), np.clip(rho, -0.99, 0.99)

    z = z / np.abs(z).max()
    u = z - line @ (line.T @ z)
    if np.abs(u).max() < 1e-12:
        raise ValueError("break_test: the series lies on one line, which leaves nothing to test")
    f, rho = f_and_rho(u)
    persistence = np.clip((n * rho + q) / (n - 2 - q), -0.99, 0.99).item()
    shocks = u[1:, 0] - persistence * u[:-1, 0]
    samples = _persistent(np.random.default_rng(seed).choice(shocks - shocks.mean(), (n, replications)), persistence)
    f_null, rho_null = f_and_rho(samples - line @ (line.T @ samples))
    exceeding = f_null.max(axis=0) * (1 - rho_null) / (1 + rho_null) >= f.max() * (1 - rho) / (1 + rho)
    year = int(s.index[splits[f[:, 0].argmax()]])
    return Break(float(f.max()), year, float((1 + exceeding.sum()) / (1 + replications)), n, replications, persistence)
