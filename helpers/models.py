"""The models behind `helpers.trends`, each fitted to a whole panel of series at once.

So what is simulated thousands of times is what is used once. A model takes the values by year and series and returns
predictions with their standard errors; covariates and seasons belong in statsmodels.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
import pandas as pd

Array = np.ndarray


class Estimate(NamedTuple):
    """A model fitted to each column of a panel, n years by m series. What a model does not have is NaN."""

    level: Array  # (m,) height of the line in the middle of the years
    slope: Array  # (m,) a year
    se: Array  # (m,) standard error of the slope
    fitted: Array  # (n, m)
    mean: Array  # (horizon, m) predictions
    spread: Array  # (horizon, m) their standard errors, estimated parameters and new shocks included


class Lines(NamedTuple):
    """Least-squares lines, one a series: arrays of shape (m,)."""

    n: Array  # years with a value
    centre: Array  # their mean
    level: Array  # height of the line there
    slope: Array
    se: Array  # standard error of the slope
    r_squared: Array


@np.errstate(divide="ignore", invalid="ignore")
def least_squares(x: Array, y: Array) -> Lines:
    """Through x (n,) and each column of y (n, m), where a gap is NaN. What too few or equal points leave open is NaN.

    About the mean of x the columns of the design are orthogonal, so the closed form is as exact as any.
    """
    gaps = np.isnan(y)
    # Without gaps one column of weights serves all series, which saves half the passes over the panel.
    weight = (~gaps).astype(float) if gaps.any() else np.ones((len(y), 1))
    n = weight.sum(axis=0)
    centre = x @ weight / n
    x_squares = x**2 @ weight - n * centre**2
    first = y[(~gaps).argmax(axis=0), np.arange(y.shape[1])]  # taken off, so that a constant column becomes exactly 0
    y = y - first
    y[gaps] = 0
    scale = np.exp2(np.frexp(np.abs(y).max(axis=0))[1])  # a power of two costs no digit and keeps squares in range
    y /= scale
    mean = y.sum(axis=0) / n
    y -= mean * weight
    slope = x @ y / x_squares
    squares, freedom = np.einsum("ij,ij->j", y, y), np.where(n > 2, n - 2, np.nan)
    y -= slope * (x[:, None] - centre) * weight  # from here on the residuals
    rss = np.einsum("ij,ij->j", y, y)
    se, r_squared = np.sqrt(rss / freedom / x_squares), np.where(n > 2, 1 - rss / squares, np.nan)
    return Lines(n, centre, first + mean * scale, slope * scale, se * scale, r_squared)


def _line(z: Array, horizon: int, robust: bool) -> Estimate:
    n, t = len(z), np.arange(len(z) + horizon)[:, None] - (len(z) - 1) / 2  # centred: halves at most, so exact
    past, ahead = t[:n], t[n:]
    if robust:
        # Under normal errors the median and Sen's slope cost π/2 and π/3 of the variance of mean and least squares
        # (Sen 1968). The line resists an outlier, but next year may be one: so sigma below is not robust.
        first, second = np.triu_indices(n, 1)
        slope = np.median((z[second] - z[first]) / (second - first)[:, None], axis=0)
        level, se, costs = np.median(z - slope * past, axis=0), slope * np.nan, (np.pi / 2, np.pi / 3)
    else:
        _, _, level, slope, se, _ = least_squares(past[:, 0], z)
        costs = (1, 1)
    sigma = np.sqrt(((z - level - slope * past) ** 2).sum(axis=0) / (n - 2))
    spread = sigma * np.sqrt(1 + costs[0] / n + costs[1] * ahead**2 / (past**2).sum())
    return Estimate(level, slope, se, level + slope * past, level + slope * ahead, spread)


def _walk(z: Array, horizon: int, drift: bool) -> Estimate:
    steps, h, none = np.diff(z, axis=0), np.arange(1, horizon + 1)[:, None], z[0] * np.nan
    slope = steps.mean(axis=0) * drift
    sigma = np.sqrt(((steps - slope) ** 2).sum(axis=0) / (len(steps) - drift))
    spread = sigma * np.sqrt(h * (1 + drift * h / len(steps)))
    se = sigma / np.sqrt(len(steps)) if drift else none
    return Estimate(none, slope, se, np.vstack([none, z[:-1] + slope]), z[-1] + h * slope, spread)


# Share of a year's shock that stays, share of that which bends the slope: from a line under noise to a random walk of
# wandering growth. Wide, by simulation: with bends of 0.2 at most, intervals six years ahead held 81 to 87 % under
# wandering growth instead of 89 to 93 %. Fine enough: a finer grid moves no projection by a tenth of its interval.
SHARES = ((0.0, 0.0), *product((0.1, 0.25, 0.5, 0.75, 0.9, 1.0), (0.0, 0.05, 0.2, 0.5, 0.95)))
DAMPINGS = (0.82, 0.86, 0.90, 0.94, 0.98)


@lru_cache(maxsize=128)
def _structural_maps(
    n: int, horizon: int, dampings: tuple[float, ...], shares: tuple[tuple[float, float], ...]
) -> tuple[Array, Array, Array, Array]:
    """What `_structural` needs of each point of its grid, which depends on the length of a series and not on its data.

    Returns, by grid point: the map from the data to the expected levels and, last, their change in the first year ahead
    (grid, years + 1, n); the map to the whitened residuals (grid, n, n); variances of the former, per variance of a
    shock (grid, years + 1); the restricted log-likelihood but for its residuals (grid,).
    """
    years = n + horizon
    phi, stay, bend = np.array([(phi, *pair) for phi, pair in product(dampings, shares)]).T[:, :, None, None]
    lags, zero = np.subtract.outer(np.arange(years), np.arange(years)), np.zeros((len(phi), 1))
    reach = np.cumsum(np.hstack([zero, phi[..., 0] ** np.arange(1, years)]), axis=1)  # of a slope of one
    bent = np.tril(reach[:, np.abs(lags)])

    def with_change(levels: Array) -> Array:
        """Below a row for the level of each year, one for its expected change in the first year ahead."""
        return np.concatenate([levels, levels[:, [n]] - levels[:, [n - 1]]], axis=1)

    design, bends = with_change(np.stack([np.ones_like(reach), reach], axis=2)), with_change(bent)
    jumps = np.vstack([np.tri(years), np.zeros(years)])
    signal = stay * ((1 - bend) * jumps @ jumps.T + bend * bends @ bends.mT)
    root, unit = np.linalg.cholesky(signal[:, :n, :n] + (1 - stay) * np.eye(n)), np.tile(np.eye(n), (len(phi), 1, 1))
    known = np.concatenate([design[:, :n], signal[:, :n], unit], axis=2)
    x, loading, white = np.split(np.linalg.solve(root, known), [2, years + 3], axis=2)
    q, r = np.linalg.qr(x)
    residual = white - q @ (q.mT @ white)
    mean = design @ np.linalg.solve(r, q.mT @ white) + loading.mT @ residual
    unsure = np.linalg.solve(r.mT, (design - loading.mT @ x).mT)
    variance = np.diagonal(signal, axis1=1, axis2=2) - (loading**2).sum(axis=1) + (unsure**2).sum(axis=1)
    variance = variance + (1 - stay[..., 0]) * np.repeat([0, 1, 0], [n, horizon, 1])  # noise of years to come
    diagonals = np.hstack([np.diagonal(part, axis1=1, axis2=2) for part in (root, r)])
    likelihood = np.linalg.slogdet(design[:, :n].mT @ design[:, :n])[1] / 2 - np.log(np.abs(diagonals)).sum(axis=1)
    return mean, residual, variance, likelihood


def _structural(
    z: Array, horizon: int, dampings: tuple[float, ...], shares: tuple[tuple[float, float], ...] = SHARES
) -> Estimate:
    """Local trend y = μ + ε, μ' = μ + φβ + η', β' = φβ + ζ' (' is the year after), first μ and β unknown.

    Harvey (1989, Forecasting, structural time series models and the Kalman filter); with φ < 1 the damped trend of
    Gardner and McKenzie (1985, Management Science 31). Given the shares of the variances, generalised least squares is
    exact. A short series does not tell the shares, and the likeliest, zero too often, make intervals too narrow: so the
    result is the average over a grid of shares and φ, weighted by restricted likelihood (Harville 1974, Biometrika 61);
    its term |X'X| makes regressors of different φ comparable.
    """
    means, variances, weights = _mixture(z, horizon, dampings, shares)
    n, mean = len(z), (weights * means).sum(axis=0)
    spread = np.sqrt((weights * (variances + (means - mean) ** 2)).sum(axis=0))
    return Estimate(mean[-1] * np.nan, mean[-1], spread[-1], mean[:n], mean[n:-1], spread[n:-1])


def _mixture(
    z: Array, horizon: int, dampings: tuple[float, ...], shares: tuple[tuple[float, float], ...] = SHARES
) -> tuple[Array, Array, Array]:
    """Means and variances (grid, years + 1, m), and weights (grid, 1, m), of each point of the grid."""
    n, (to_mean, to_residual, variance, likelihood) = len(z), _structural_maps(len(z), horizon, dampings, shares)
    rss = np.maximum(((to_residual @ z) ** 2).sum(axis=1), np.finfo(float).tiny)
    likelihoods = likelihood[:, None] - (n - 2) / 2 * np.log(rss)
    weights = np.exp(likelihoods - likelihoods.max(axis=0))[:, None]
    return to_mean @ z, variance[:, :, None] * (rss / (n - 2))[:, None], weights / weights.sum(axis=0)


def _pool(z: Array, horizon: int, members: tuple[Callable[[Array, int], Estimate], ...]) -> Estimate:
    """Several models, each as likely: s² = mean of their sᵢ² + mean of (mᵢ − m)², the variance of the mixture."""
    parts = [np.array(part) for part in zip(*(member(z, horizon) for member in members), strict=True)]
    level, slope, _, fitted, mean, spread = (part.mean(axis=0) for part in parts)
    spread = np.sqrt((parts[5] ** 2).mean(axis=0) + parts[4].var(axis=0))
    return Estimate(level, slope, slope * np.nan, fitted, mean, spread)


def _statsmodels(z: Array, horizon: int, forecast: Callable[[pd.Series, int], pd.DataFrame]) -> Estimate:
    """A model of statsmodels' as its users call it, series by series: predictions and what their intervals imply."""
    import statsmodels.tools.sm_exceptions  # noqa: F401 - before the filter below, for it sets some of its own
    from scipy import stats

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on so few years optimisers complain of what their forecasts then show
        frames = np.array([forecast(pd.Series(column), horizon).to_numpy(float) for column in z.T])  # mean, low, high
    mean, low, high = frames.transpose(2, 1, 0)
    none = z[0] * np.nan
    return Estimate(none, none, none, z * np.nan, mean, (high - low) / 2 / stats.norm.ppf(0.975))


def _theta(s: pd.Series, horizon: int) -> pd.DataFrame:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    result = ThetaModel(s, deseasonalize=False).fit()
    return pd.concat([result.forecast(horizon), result.prediction_intervals(horizon)], axis=1)


def _ets(s: pd.Series, horizon: int, damped: bool) -> pd.DataFrame:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    result = ETSModel(s, error="add", trend="add", damped_trend=damped).fit(disp=False)
    return result.get_prediction(len(s), len(s) + horizon - 1).summary_frame()


def _components(s: pd.Series, horizon: int, kind: str) -> pd.DataFrame:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    forecast = UnobservedComponents(s, kind).fit(disp=False).get_forecast(horizon)
    return pd.concat([forecast.predicted_mean, forecast.conf_int()], axis=1)


class Model(NamedTuple):
    fit: Callable[[Array, int], Estimate]
    least: int  # years it needs
    parameters: float  # degrees of freedom they cost; infinitely many leave Student's t for the normal distribution
    assumes: str


LOCAL = {"local-linear": (1.0,), "damped": DAMPINGS}  # φ of the local trends
_drift, _damped = partial(_walk, drift=True), partial(_structural, dampings=DAMPINGS)
MODELS = {
    "linear": Model(
        partial(_line, robust=False), 3, 2, "It grows by a constant amount; departures from that do not last."
    ),
    "theil-sen": Model(
        partial(_line, robust=True), 3, 2, "It grows by a constant amount; a few years may lie far off."
    ),
    "local-linear": Model(partial(_structural, dampings=(1.0,)), 4, 2, "Level and growth both wander; growth goes on."),
    "damped": Model(_damped, 4, 2, "Level and growth both wander; growth fades."),
    "drift": Model(_drift, 3, 2, "It grows by a constant amount; each departure from that lasts."),
    "damped+drift": Model(partial(_pool, members=(_damped, _drift)), 4, 2, "Damped trend or drift, either as likely."),
    "naive": Model(partial(_walk, drift=False), 2, 1, "It does not grow; each change lasts."),
}
# statsmodels' own, as peers; their intervals take for known what a short series hardly tells
PEERS = {
    "theta": Model(partial(_statsmodels, forecast=_theta), 8, np.inf,
                   "Half a straight line, half exponential smoothing (theta method)."),
    "ets": Model(partial(_statsmodels, forecast=partial(_ets, damped=False)), 8, np.inf,
                 "Exponential smoothing with an additive trend, ETS(A,A,N)."),
    "ets-damped": Model(partial(_statsmodels, forecast=partial(_ets, damped=True)), 8, np.inf,
                        "Exponential smoothing with a damped trend, ETS(A,Ad,N)."),
    "unobserved-components": Model(partial(_statsmodels, forecast=partial(_components, kind="lltrend")), 8, np.inf,
                                   "Local linear trend by maximum likelihood."),
    "walk-by-likelihood": Model(partial(_statsmodels, forecast=partial(_components, kind="rwdrift")), 8, np.inf,
                                "Random walk with drift by maximum likelihood."),
}  # fmt: skip


def estimate(model: str, z: Array, horizon: int, level: float) -> tuple[Estimate, float]:
    """The model fitted to a panel, and the quantile that turns its standard errors into intervals."""
    from scipy import special

    fit, _, parameters, _ = (MODELS | PEERS)[model]
    # a power of two costs no digit and keeps squares in range; statsmodels' optimisers stop elsewhere on another scale
    scale = 1.0 if model in PEERS else np.exp2(np.frexp(np.abs(z).max(axis=0))[1] - 1)
    parts = Estimate(*(np.asarray(part * scale, dtype=float) for part in fit(z / scale, horizon)))
    freedom = np.inf if np.isinf(parameters) else len(z) - parameters
    return parts, float(special.stdtrit(freedom, 0.5 + level / 2))


def chance(model: str, z: Array, horizon: int, threshold: float) -> float:
    """Probability that the value `horizon` years ahead is `threshold` or more, for a panel of one series.

    The local trends and the pool are mixtures, and their own distribution is used, not one of the same variance.
    """
    from scipy import special

    if model == "damped+drift":
        return (chance("damped", z, horizon, threshold) + chance("drift", z, horizon, threshold)) / 2
    freedom, row = len(z) - (MODELS | PEERS)[model].parameters, len(z) + horizon - 1
    if model in LOCAL:
        means, variances, weights = (part[..., 0] for part in _mixture(z, horizon, LOCAL[model]))
        distance = (threshold - means[:, row]) / np.sqrt(variances[:, row])
        return float((weights[:, 0] * special.stdtr(freedom, -distance)).sum())
    parts, _ = estimate(model, z, horizon, 0.95)
    freedom = np.inf if np.isinf(freedom) else freedom
    return float(special.stdtr(freedom, (parts.mean[-1, 0] - threshold) / parts.spread[-1, 0]))


def values(s: pd.Series, least: int, what: str, log: bool = False) -> Array:
    """The values as a column, in log points × 100 if `log`; ValueError if the series is not sound."""
    if not isinstance(s, pd.Series):
        raise ValueError(f"{what} needs a pandas Series by year, not {type(s).__name__}")
    if len(s) < least:
        raise ValueError(f"{what} needs at least {least} years, and the series has {len(s)}")
    if s.dtype.kind not in "iuf":
        raise ValueError(f"{what} needs numbers, not {s.dtype}")
    if not pd.api.types.is_integer_dtype(s.index):
        raise ValueError(f"{what} needs an index of whole years, not of {s.index.dtype}")
    for year, following in pairwise(s.index):
        if following != year + 1:
            raise ValueError(f"{what} needs consecutive years: {year} is followed by {following}")
    for year, bound in s.attrs.get("bounds", {}).items():
        if year in s.index:
            raise ValueError(f"{what} needs figures: that of {year} is only a bound ({bound})")
    for start in s.attrs.get("breaks", []):
        if s.index[0] < start <= s.index[-1]:
            raise ValueError(f"{what} needs one definition; it breaks in {start}: take the parts apart")
    given = s.to_numpy(dtype=float, na_value=np.nan, copy=True)
    for year, value in zip(s.index, given, strict=True):
        if not np.isfinite(value) or (log and value <= 0):
            raise ValueError(f"{what} needs {'positive' if log else 'finite'} values: {year} has {value}")
    z = 100 * np.log(given)[:, None] if log else given[:, None]
    if z.min() == z.max():
        raise ValueError(f"{what}: every year has {given[0]}; a constant series does not tell how sure it is")
    return z
