"""Simple trend models for short yearly series, and what their intervals are worth.

A trend fitted to four years looks as sure of itself as one fitted to seventy. Here are the few models the notebooks
use, each with a small-sample prediction interval, and four of statsmodels' beside them; `helpers.evaluation` holds them
to their intervals. What is passed on from there is part of this module::

    trend = trends.fit(rd, "damped", log=True)
    trend.predict(6)  # mean, low and high of six years
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
import pandas as pd

from helpers.evaluation import Break, backtest, break_test, forecasts, simulate_coverage
from helpers.models import MODELS, PEERS, Array, chance, estimate, least_squares, values

__all__ = [
    "MODELS", "PEERS", "Break", "Trend", "backtest", "break_test", "fit", "forecasts", "ols_panel", "simulate_coverage",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trend:
    """A fitted trend; of one fitted to logarithms all numbers but `fitted` and predictions are in log points × 100.

    Attributes
    ----------
    model, assumes, level, log, n
        Name of the model; what it assumes, in words; coverage its intervals aim at, between 0 and 1; whether it was
        fitted to logarithms; number of years.
    slope, slope_low, slope_high, se, p_value : float
        Change per year, its t interval, standard error and p-value of no change; of the local trends, the expected
        change in the first year ahead. 'theil-sen' has Kendall's interval and p-value, and no `se`; 'naive' has slope 0
        and no more, 'damped+drift' a slope and no more. What does not exist is NaN.
    intercept, r_squared : float
        Height of the line at year 0; share of the variance explained by a least-squares line.
    fitted, residuals : Series, shape (n,)
        In the unit of the series; on the scale of the model. 'drift' and 'naive' start from the year before, so their
        first is NaN; the local trends look back from the last year. statsmodels' models are here for their predictions
        only.
    """

    model: str
    assumes: str
    level: float
    log: bool
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

        Mean ± t · standard error of prediction, n − 2 degrees of freedom ('naive': n − 1; statsmodels' models take the
        normal distribution). Of a trend fitted to logarithms all three are transformed back by exp(.), which makes
        `mean` the median. ValueError if `horizon` is not from 1 to 100.
        """
        self._check(horizon)
        parts, t = estimate(self.model, self._z, horizon, self.level)
        mean, half = parts.mean[:, 0], t * parts.spread[:, 0]
        years = pd.RangeIndex(horizon, name=self.fitted.index.name) + self.fitted.index[-1] + 1
        prediction = pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half}, index=years)
        return np.exp(prediction / 100) if self.log else prediction

    def chance(self, horizon: int, threshold: float) -> float:
        """Probability, between 0 and 1, that the value `horizon` years ahead is `threshold` or more.

        If the model is right: intervals that are too wide draw every chance towards one half. ValueError as `predict`,
        or if `threshold` has no logarithm where the model takes one.
        """
        self._check(horizon)
        if not np.isfinite(threshold):
            raise ValueError(f"threshold is a finite number, not {threshold}")
        if self.log and threshold <= 0:
            raise ValueError(f"the trend is one of logarithms, and {threshold} has none")
        return chance(self.model, self._z, horizon, 100 * np.log(threshold) if self.log else threshold)

    def _check(self, horizon: int) -> None:
        if not isinstance(horizon, Real) or not 1 <= horizon <= 100 or horizon != int(horizon):
            raise ValueError(f"horizon is a number of years ahead, from 1 to 100, not {horizon}")


@np.errstate(divide="ignore", over="ignore")
def fit(s: pd.Series, model: str = "damped", level: float = 0.95, log: bool = False) -> Trend:
    """Fit a simple trend.

    Parameters
    ----------
    s : Series, shape (n,)
        Values in any unit, indexed by consecutive years.
    model : str
        'linear' (least squares), 'theil-sen', 'local-linear', 'damped', 'drift', 'damped+drift' or 'naive'; or, of
        statsmodels, 'theta', 'ets', 'ets-damped', 'unobserved-components' or 'walk-by-likelihood'.
    level : float
        Coverage of the intervals of slope and prediction, between 0 and 1.
    log : bool
        Fit the logarithms, for a series that grows by a rate.

    Raises
    ------
    ValueError
        Unknown model; too few years ('naive' needs 2, the lines and 'drift' 3, the local trends 4, statsmodels' 8), a
        gap or disorder in them; a value missing, infinite, or not positive under the logarithm; all values equal.

    Notes
    -----
    Theil-Sen: Sen (1968, Journal of the American Statistical Association 63); with fewer than 5 years no Kendall
    interval reaches 95 %. Random walks: Hyndman and Athanasopoulos (2021, Forecasting: principles and practice, 5.5),
    with t for normal quantiles. Local trends: `models._structural`.
    """
    from scipy import stats

    known = MODELS | PEERS
    if not isinstance(model, str) or model not in known or not isinstance(level, Real) or not 0 < level < 1:
        raise ValueError(f"model must be one of {', '.join(known)}, and level in (0, 1): not {model!r}, {level}")
    _, least, parameters, assumes = known[model]
    z = values(s, least, model, log)
    (parts, t), n, years = estimate(model, z, 1, level), len(z), s.index.to_numpy(dtype=float)
    slope, se, fitted = parts.slope[0], parts.se[0], parts.fitted[:, 0]
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
        *(model, assumes, level, log, n, float(slope), float(low), float(high), float(se), float(p_value)),
        intercept=float(parts.level[0] - slope * years.mean()),
        r_squared=float(explained) if model == "linear" else np.nan,
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
    middle = years.sum() // len(years)
    n, centre, level, slope, se, r_squared = least_squares((years - middle).astype(float), y)
    p_value = 2 * special.stdtr(np.where(n > 2, n - 2, np.nan), -np.abs(slope / se))
    columns = {"slope": slope, "intercept": level - slope * (centre + middle), "se": se, "r_squared": r_squared}
    columns |= {"p_value": p_value, "n": np.broadcast_to(n.astype(int), slope.shape)}
    return pd.DataFrame(columns, index=panel.columns)
