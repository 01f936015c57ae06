"""What intervals of trend models are worth: simulation with a known truth, forecasts of the past, a test for a break.

Simulated series are normal and their past is known, so the distribution of the year forecast is known too; the share
of it inside an interval is computed instead of drawn. So a few series tell much, and no last bit of a processor
decides whether one more interval holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.models import MODELS, PEERS, Array, estimate, values

# Kinds of noise, a factor a stage: of a departure of the level, the share left a year later; for 'wandering' the share
# of a departure of growth, then 1, for growth adds up to the level.
NOISE: dict[str, tuple[float, ...]] = {
    "white": (0.0,), "ar1": (0.5,), "random-walk": (1.0,),
    "wandering-0.5": (0.5, 1.0), "wandering-0.7": (0.7, 1.0), "wandering-0.9": (0.9, 1.0),
}  # fmt: skip


def _memory(years: int, rho: float) -> Array:
    """Weights (years, years) of the shocks in u' = rho·u + shock, stationary from the start if rho < 1."""
    lags = np.subtract.outer(np.arange(years), np.arange(years))
    weights = np.tril(float(rho) ** np.maximum(lags, 0))
    weights[:, 0] /= np.sqrt(1 - rho**2) if rho < 1 else 1
    return weights


def simulate_coverage(
    models: Sequence[str] = tuple(MODELS),
    n: Sequence[int] = (4, 6, 10, 15, 25),
    noise: Sequence[str] = ("white", "ar1", "random-walk"),
    replications: int = 2000,
    seed: int = 0,
    horizon: int | Sequence[int] = 1,
    slope: float = 1.0,
) -> pd.DataFrame:
    """How often the 95 % interval for a year ahead holds, where the truth is known.

    A trend under normal shocks of standard deviation 1 that do not last ('white'), halve every year ('ar1'), stay
    ('random-walk'), or stay and leave their mark on growth ('wandering-0.7': of a departure of growth 0.7 is left a
    year later).

    Parameters
    ----------
    models, n, noise : sequences
        Names as in `trends.fit`, numbers of years, kinds of noise.
    replications, seed : int
        Number of simulated series, the same for all models, and what determines them.
    horizon : int or sequence of int
        How many years ahead.
    slope : float
        Growth a year, in standard deviations of a shock.

    Returns
    -------
    DataFrame, one row per model, n, noise and horizon
        model, n, noise, horizon, coverage (between 0 and 1), standard_error (of the simulation), median_width (in
        standard deviations of a shock), replications.

    Raises
    ------
    ValueError
        Unknown models or noise, none at all, too few years, or a horizon below 1.

    Notes
    -----
    Given the years seen, the year ahead is normal with known mean and variance, and the coverage of an interval is its
    probability (Rao and Blackwell's way to a smaller variance).
    """
    from scipy.special import ndtr

    known, horizons = MODELS | PEERS, [horizon] if isinstance(horizon, int) else list(horizon)
    if isinstance(models, str) or isinstance(noise, str):
        raise ValueError(f"models and noise are lists of names, such as ['linear'], not {models!r} and {noise!r}")
    if unknown := sorted(({*models} - {*known}) | ({*noise} - {*NOISE})):
        raise ValueError(f"unknown {unknown}; known are {', '.join(known)}, under {', '.join(NOISE)}")
    if not horizons or min(horizons) < 1 or not models:
        raise ValueError(f"name one model at least, and a horizon of 1 year or more, not {horizon}")
    if not n or replications < 1 or not np.isfinite(slope):
        expected = "n has one number of years at least, replications are 1 or more, and the slope is finite"
        raise ValueError(f"{expected}, not {n}, {replications} and {slope}")
    if min(n) < (least := max(known[model].least for model in models)):
        raise ValueError(f"these models need at least {least} years, not {min(n)}")
    rows = []
    for kind, years in product(noise, n):
        far = years + max(horizons)
        weights = reduce(lambda before, rho: _memory(far, rho) @ before, NOISE[kind], np.eye(far))
        shocks = np.random.default_rng([seed, years, *kind.encode()]).standard_normal((years, replications))
        expected = slope * np.arange(far)[:, None] + weights[:, :years] @ shocks
        for model in models:
            parts, t = estimate(model, expected[:years], max(horizons), 0.95)
            for ahead in horizons:
                row = years + ahead - 1
                half, unsure = t * parts.spread[ahead - 1], np.sqrt((weights[row, years:] ** 2).sum())
                off = (parts.mean[ahead - 1] - expected[row]) / unsure
                inside = ndtr(off + half / unsure) - ndtr(off - half / unsure)
                error = inside.std(ddof=1) / np.sqrt(replications) if replications > 1 else np.nan
                rows.append((model, years, kind, ahead, inside.mean(), error, 2 * np.median(half), replications))
    columns = ["model", "n", "noise", "horizon", "coverage", "standard_error", "median_width", "replications"]
    return pd.DataFrame(rows, columns=columns)


def forecasts(s: pd.Series, models: Sequence[str], min_train: int, horizon: int, log: bool = False) -> pd.DataFrame:
    """Forecast the past from its own past, from every year that leaves an outcome to compare with.

    Parameters
    ----------
    s, models, log
        A series, names and scale as in `trends.fit`.
    min_train : int
        Years seen by the first fit; every later one sees one more.
    horizon : int
        How many years ahead at most.

    Returns
    -------
    DataFrame, one row per model, origin (last year seen) and year forecast
        model, origin, ahead, time_period, mean, low and high (95 %), outcome, error (mean less outcome), held (whether
        the interval held) and unit, the mean absolute yearly change among the years seen; in the unit of the series, or
        in log points × 100.

    Raises
    ------
    ValueError
        As `trends.fit` does, and if the series is shorter than `min_train` + 1.
    """
    known = MODELS | PEERS
    if isinstance(models, str) or not models:
        raise ValueError(f"models is a list of names, such as ['linear'], not {models!r}")
    if unknown := sorted({*models} - {*known}):
        raise ValueError(f"unknown {unknown}; known are {', '.join(known)}")
    if min_train < 1 or horizon < 1:
        raise ValueError(f"min_train and horizon are numbers of years, 1 or more, not {min_train} and {horizon}")
    z, frames = values(s, min_train + 1, "a backtest", log), []
    for model, end in product(models, range(min_train, len(z))):
        seen = values(s.iloc[:end], known[model].least, model, log)
        ahead = min(horizon, len(z) - end)
        parts, t = estimate(model, seen, ahead, 0.95)
        mean, half = parts.mean[:, 0], t * parts.spread[:, 0]
        outcome, years = z[end : end + ahead, 0], s.index[end : end + ahead]
        frames.append(pd.DataFrame({
            "model": model, "origin": s.index[end - 1], "ahead": np.arange(1, ahead + 1), "time_period": years,
            "mean": mean, "low": mean - half, "high": mean + half, "outcome": outcome, "error": mean - outcome,
            "held": np.abs(mean - outcome) <= half, "unit": np.abs(np.diff(seen[:, 0])).mean(),
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def backtest(s: pd.Series, models: Sequence[str], min_train: int, horizon: int, log: bool = False) -> pd.DataFrame:
    """Sum up `forecasts` from every origin that leaves `horizon` years to compare with.

    Parameters
    ----------
    s, models, min_train, horizon, log
        As in `forecasts`; 'naive' and 'drift' are always added.

    Returns
    -------
    DataFrame, one row per model
        n_forecasts, origins × horizon; MASE, mean of the absolute error over that of naive one-year forecasts within
        its training years (Hyndman and Koehler 2006, International Journal of Forecasting 22); bias, mean of forecast
        less outcome, in the unit of the series or in log points × 100; coverage of the 95 % intervals, between 0 and 1.

    Raises
    ------
    ValueError
        As `forecasts` does, and if the series is shorter than `min_train` + `horizon`.
    """
    values(s, min_train + horizon, "a backtest", log)
    if not isinstance(models, str):  # a name that is no list `forecasts` refuses
        models = list(dict.fromkeys([*models, "naive", "drift"]))
    f = forecasts(s, models, min_train, horizon, log)
    f = f[f["origin"] <= s.index[-1] - horizon]
    each = f.assign(MASE=f["error"].abs() / f["unit"]).groupby("model", sort=False)
    columns = {"n_forecasts": ("error", "size"), "MASE": ("MASE", "mean"), "bias": ("error", "mean")}
    return each.agg(**columns, coverage=("held", "mean"))


class Break(NamedTuple):
    """What `break_test` finds: `break_year` opens the second regime, `persistence` is the AR(1) of the noise."""

    statistic: float
    break_year: int
    p_value: float
    n: int
    replications: int
    persistence: float


@np.errstate(invalid="ignore")
def break_test(
    s: pd.Series, trend: bool = True, replications: int = 1999, seed: int = 0, persistence: float | None = None
) -> Break:
    """Test one trend against two that meet at an unknown year: the largest F over all splits.

    Parameters
    ----------
    s : Series, shape (n,)
        Values by consecutive year, 10 at least (else ValueError, as in `fit`); logarithms, if the rate may break.
    trend : bool
        Whether level and slope of a line may break, or the mean (of growth rates, say).
    replications, seed : int
        Number of bootstrap samples, and what determines them.
    persistence : float, optional
        AR(1) of the noise to assume, above −1 and below 1 (else ValueError), instead of an estimate. No estimate from
        few years tells persistence from a break, so this shows how far the answer hangs on it.

    Notes
    -----
    Sup-F of Andrews (1993, Econometrica 61), 15 % of the years trimmed at either end. Its asymptotic values reject too
    often in short persistent series; so the p-value is from the recursive AR(1) residual bootstrap of Diebold and Chen
    (1996, Journal of Econometrics 70) under one trend, its autocorrelation freed of the bias −(1 + 3ρ)/n about a mean
    (Marriott and Pope 1954, Biometrika 41), −(2 + 4ρ)/n about a line. What is compared is F over (1 + ρ)/(1 − ρ), the
    long-run variance of each sample's own residuals: free of ρ in large samples, it keeps its size in small ones. With
    `persistence` given that variance is the same in all samples, and F itself is compared; estimated, it is 0.99 at
    most.
    """
    if not isinstance(trend, bool) or replications < 1:
        raise ValueError(f"trend is true or false, and replications 1 or more, not {trend!r} and {replications}")
    z, q = values(s, 10, "break_test"), 1 + trend
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
    known = persistence is not None
    if persistence is None:
        persistence = np.clip((n * rho + q) / (n - 2 - q), -0.99, 0.99).item()
    elif not -1 < persistence < 1:
        raise ValueError(f"break_test: persistence is above -1 and below 1, not {persistence}")
    shocks = u[1:, 0] - persistence * u[:-1, 0]
    samples = _memory(n, persistence) @ np.random.default_rng(seed).choice(shocks - shocks.mean(), (n, replications))
    f_null, rho_null = f_and_rho(samples - line @ (line.T @ samples))
    if known:  # the long-run variance is then the same in every sample
        rho = rho_null = persistence
    exceeding = f_null.max(axis=0) * (1 - rho_null) / (1 + rho_null) >= f.max() * (1 - rho) / (1 + rho)
    year = int(s.index[splits[f[:, 0].argmax()]])
    return Break(float(f.max()), year, float((1 + exceeding.sum()) / (1 + replications)), n, replications, persistence)
