"""Rates, averages, indices and ratios of yearly series: percent in, percent out, fractions never.

Every function works by year label, never by position, so a gap stays a gap. What the arithmetic can know to be wrong is
refused: growth of a mere bound ("over 22,000"), of a rate or of what counts from a start, growth across a declared
break, a ratio of different units without a stated conversion, of one indicator in two vintages, or of different
indicators in different areas. What the levels are is read from their attrs; levels by ``time_period``, as the tables
have them, whose attrs were lost on the way (in a DataFrame of columns, for one) are refused. Where a figure is coarse,
use the ``_interval`` functions: they carry the rounding interval of the print through to the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from helpers.data import Facts

Yearly = TypeVar("Yearly", pd.Series, pd.DataFrame)


def rate(s: Yearly, periods: int = 1, log: bool = False) -> Yearly:
    """Growth over a number of years.

    Parameters
    ----------
    s : Series or DataFrame
        Positive levels, index years; of a DataFrame each column is a series.
    periods : int
        Years between the two levels compared.
    log : bool
        Log points × 100 instead of percent.

    Returns
    -------
    Series or DataFrame
        Percent (or log points × 100) over `periods` years, not annualised, same index; missing where either year is.

    Raises
    ------
    ValueError
        For years that are not unique whole numbers, levels not above zero, a bound, a rate, a cumulative figure, or
        growth across a break.
    """
    _refuse_periods(periods)
    _refuse(s, positive=True)
    if (kind := s.attrs.get("kind")) in _NO_GROWTH:
        raise ValueError(f"{s.attrs.get('indicator', 'this')} is {_NO_GROWTH[kind]}")
    years = s.index.to_numpy()
    for start in s.attrs.get("breaks", []):
        crossing = years[(years - periods < start) & (years >= start) & np.isin(years - periods, years)]
        if len(crossing):
            raise ValueError(f"the definition breaks in {start}: no growth into {crossing[0]}; take the parts apart")
    before = s.reindex(years - periods).set_axis(s.index)
    result = 100 * (np.log(s) - np.log(before)) if log else 100 * (s / before - 1)
    return _derived(result, [s], "log points × 100" if log else "percent", lags=(0, periods))


def cagr(s: pd.Series, start: int | None = None, end: int | None = None) -> float:
    """Compound annual growth rate between two years, in percent a year; by default from the first to the last.

    The constant rate r with s[start] · (1 + r/100)^(end − start) = s[end].

    Raises
    ------
    ValueError
        As for `rate`; also if a year is missing or `end` does not come after `start`.
    """
    _refuse(s, series=True)
    known = s.dropna()
    if known.empty:
        raise ValueError("no year has a value")
    start, end = known.index.min() if start is None else start, known.index.max() if end is None else end
    for year in (start, end):
        if year not in known.index:
            raise ValueError(f"no value for {year}; there are {known.index.min()}–{known.index.max()}")
    if end <= start:
        raise ValueError(f"the end must come after the start, not {start}–{end}")
    pair = known.loc[[start, end]]
    return float(np.expm1(rate(pair, int(end - start), log=True)[end] / 100 / (end - start)) * 100)


def cagr_table(s: pd.Series, spans: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Compound growth over several spans: columns ``span``, ``years``, ``growth`` (percent a year)."""
    rows = [(f"{start}–{end}", end - start, cagr(s, start, end)) for start, end in spans]
    return pd.DataFrame(rows, columns=["span", "years", "growth"])


def index(s: Yearly, base: int) -> Yearly:
    """Level relative to a base year, which is 100.

    Raises
    ------
    ValueError
        If the base year is missing, if a definition breaks within the years, or for years and levels that `rate`
        refuses; what counts from a start may have an index.
    """
    _refuse(s, positive=True)
    _refuse_breaks(s)
    if base not in s.index or np.any(pd.isna(s.loc[base])):
        raise ValueError(f"no value for the base year {base}; there are {s.index.min()}–{s.index.max()}")
    return _derived(100.0 * s.astype(float) / s.loc[base], [s], f"{base} = 100")


def ratio(
    numerator: pd.Series, denominator: pd.Series, unit: str = "percent", factor: float | None = None
) -> pd.Series:
    """One series as a share of another, for the years both have.

    Parameters
    ----------
    numerator, denominator : Series
        Index years; ``attrs["unit"]`` where known.
    unit : str
        Unit of the result.
    factor : float, optional
        What the plain quotient is multiplied by to be in `unit`: 100 for percent. Needed where the units differ:
        100 million yuan over 10,000 persons is 10,000 yuan a person, so ``unit="yuan per person", factor=1e4``.

    Raises
    ------
    ValueError
        For different units without a factor, different indicators of different areas, one indicator in two vintages,
        a bound, a zero denominator, no common year.
    """
    if factor is None and unit != "percent":
        raise ValueError(f"state the factor that makes the quotient {unit}")
    for s in (numerator, denominator):
        _refuse(s, series=True, bounds=False)
    _refuse_pair(numerator.attrs, denominator.attrs, factor)
    factor = 100.0 if factor is None else factor
    years = _common(numerator, denominator)
    top, bottom = numerator.loc[years], denominator.loc[years]
    _refuse(top)
    _refuse(bottom, positive=True)
    return _derived(factor * top.astype(float) / bottom.astype(float), [top, bottom], unit)


def required_rate(current: float, target: float, years: float) -> float:
    """Constant growth, in percent a year, that leads from `current` to `target` in `years` years.

    Raises
    ------
    ValueError
        Unless all three are above zero and finite, or if `years` is a year.
    """
    if not all(0 < one < np.inf for one in (current, target, years)):
        raise ValueError(f"level, target and years must be above zero, not {current:g}, {target:g}, {years:g}")
    if years >= _FIRST:
        raise ValueError(f"years is how many years there are, not the year {years:g}")
    return float(100 * np.expm1(np.log(target / current) / years))


def contributions(parts: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    """Contributions of the parts to the growth of a total, in percentage points.

    Parameters
    ----------
    parts : DataFrame
        Levels, index years, one part a column, in the unit of `total`.
    total : Series
        Levels of the total as published. Where the parts do not add up to it, the rest is ``unallocated``.

    Returns
    -------
    DataFrame
        One column a part, then ``unallocated``; each row adds up to ``rate(total)``.

    Raises
    ------
    ValueError
        As for `rate`; for a part of that name, or no year in common.
    """
    _refuse(parts)
    _refuse(total, positive=True, series=True)
    _common(parts, total)
    if not isinstance(parts, pd.DataFrame) or "unallocated" in parts:
        raise ValueError("the parts are the columns of a DataFrame, none of them named unallocated")
    _refuse_breaks(total)
    levels = parts.assign(unallocated=total - parts.sum(axis="columns", skipna=False))
    before = levels.reindex(levels.index - 1).set_axis(levels.index)
    base = total.reindex(levels.index - 1).set_axis(levels.index)
    return 100 * (levels - before).div(base, axis="index")


def rate_interval(frame: pd.DataFrame, periods: int = 1) -> pd.DataFrame:
    """Growth between printed figures, as wide as their intervals make it.

    Parameters
    ----------
    frame : DataFrame
        Index years; columns ``low``, ``high``, ``value`` (or ``obs_value``) and, if there is one, ``qualifier``.
    periods : int
        Years between the two levels compared.

    Returns
    -------
    DataFrame
        ``value, low, high`` in percent. The interval holds whatever the true levels are within theirs (interval
        arithmetic: the lowest is the lowest end over the highest start). ``value`` is missing where a level is only a
        bound: the growth of a bound is not a growth.
    """
    _refuse_periods(periods)
    if "obs_status" in frame:
        _refuse_breaks(frame, frame.index[frame["obs_status"] == "B"])
    ends = _interval(frame).rename_axis(None)
    growth = ratio_interval(ends, ends.reindex(ends.index - periods).set_axis(ends.index)) - 100
    return growth.rename_axis(frame.index.name)


def ratio_interval(numerator: pd.DataFrame, denominator: pd.DataFrame, factor: float | None = None) -> pd.DataFrame:
    """Ratio of printed figures with its interval; frames as for `rate_interval`, result times `factor` (percent: 100).

    Raises
    ------
    ValueError
        For different units without a factor, or one indicator in two vintages, where the frames have these columns; if
        an interval reaches below zero: then the ratio has no one direction.
    """
    _refuse_pair(_facts(numerator), _facts(denominator), factor)
    factor = 100.0 if factor is None else factor
    years = _common(numerator, denominator)
    top, bottom = _interval(numerator.loc[years]), _interval(denominator.loc[years])
    for frame in (top, bottom):
        below = frame.index[frame["low"] < 0]
        if len(below):
            raise ValueError(f"the interval of {below[0]} reaches below zero; a ratio of it has no bounds")
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = {"value": ("value", "value"), "low": ("low", "high"), "high": ("high", "low")}
        columns = {name: factor * top[a].to_numpy() / bottom[b].to_numpy() for name, (a, b) in ends.items()}
    return pd.DataFrame(columns, index=years)


def _interval(frame: pd.DataFrame) -> pd.DataFrame:
    """Value, low and high of printed figures, where a bound has no value; or ValueError."""
    names = ["obs_value" if "value" not in frame else "value", "low", "high"]
    if missing := [name for name in names if name not in frame]:
        raise ValueError(
            f"a frame with the columns value (or obs_value), low and high; {', '.join(missing)} is missing"
        )
    if not frame.index.is_unique:
        raise ValueError(f"one row a year; {frame.index[frame.index.duplicated()][0]} has several")
    if frame.index.name == "time_period" and "qualifier" not in frame:
        raise ValueError(_LOST.format("a column qualifier"))
    ends = frame[names].set_axis(["value", "low", "high"], axis=1).astype(float)
    for year in ends.index[
        (ends["low"] > ends["high"]) | (ends["value"] < ends["low"]) | (ends["value"] > ends["high"])
    ]:
        value, low, high = ends.loc[year]
        raise ValueError(f"{year}: the value {value:g} is not within its interval, {low:g} to {high:g}")
    if "qualifier" in frame:
        if strange := {*frame["qualifier"].dropna()} - {*_QUALIFIERS}:
            raise ValueError(f"qualifier {', '.join(map(repr, sorted(strange)))}; known are {', '.join(_QUALIFIERS)}")
        ends["value"] = ends["value"].where(~frame["qualifier"].isin(["at_least", "at_most"]))
    return ends


def _facts(frame: pd.DataFrame) -> dict[str, str]:
    """Unit, indicator, area and vintages of a frame of printed figures; one of each but the last, or ValueError."""
    facts = {}
    for name, column in (("unit", "unit"), ("indicator", "indicator"), ("vintage", "vintage"), ("area", "ref_area")):
        if column not in frame or frame.empty:
            continue
        several = frame[column].dropna().unique()
        if len(several) > 1 and name != "vintage":  # vintages that agree are spliced
            raise ValueError(f"{', '.join(map(str, several))}: one {name} a frame")
        facts[name] = "+".join(map(str, several))
    return facts


def _common(one: pd.Series | pd.DataFrame, other: pd.Series | pd.DataFrame) -> pd.Index:
    years = one.index.intersection(other.index)
    if years.empty:
        raise ValueError("the two have no year in common")
    return years


_FIRST, _LAST = 1000, 2999  # years
_QUALIFIERS = ("exact", "approx", "at_least", "at_most", "range", "magnitude", "projected")
_NO_GROWTH = {"rate": "a rate already", "cumulative": "a count from a start on: what it adds in a year is no growth"}
_LOST = (
    "levels by time_period, as the tables have them, but not which of them are bounds: {} was lost on the way (a "
    "DataFrame of columns loses it); take them from data.series again, or say attrs['bounds'] = {{}} if none is"
)


def _refuse(s: Any, positive: bool = False, series: bool = False, bounds: bool = True) -> None:
    """Raise for what growth and ratios have no meaning for."""
    if not isinstance(s, pd.Series if series else pd.Series | pd.DataFrame):
        raise ValueError(f"levels come as a pandas Series by year, not as {type(s).__name__}")
    if s.index.dtype.kind not in "iu" or not s.index.is_unique:
        raise ValueError("the index must be years, whole numbers, each once")
    if strange := [year for year in s.index if not _FIRST <= year <= _LAST]:
        raise ValueError(f"the index must be years; {strange[0]} is none")
    kinds = [s.dtype] if isinstance(s, pd.Series) else list(s.dtypes)
    if s.empty or any(kind.kind not in "iuf" for kind in kinds):
        raise ValueError("the levels must be numbers, at least one")
    values = s.to_numpy(float)
    wrong = np.isinf(values) | ((values <= 0) & positive)
    if wrong.any():
        year = s.index[np.nonzero(wrong)[0][0]]
        raise ValueError(f"the level in {year} is not a finite number" + " above zero" * positive)
    if s.index.name == "time_period" and "bounds" not in s.attrs and isinstance(s, pd.Series):
        raise ValueError(_LOST.format("attrs['bounds']"))
    for year, bound in s.attrs.get("bounds", {}).items():
        if year in s.index and bounds:
            raise ValueError(f"the figure of {year} is only a bound ({bound}); use rate_interval or ratio_interval")


def _refuse_periods(periods: int) -> None:
    if not isinstance(periods, Real) or not 1 <= periods < _FIRST or periods != int(periods):
        raise ValueError(f"periods is a whole number of years, 1 or more, not {periods}")


def _refuse_breaks(s: pd.Series | pd.DataFrame, breaks: Iterable[int] | None = None) -> None:
    for start in s.attrs.get("breaks", []) if breaks is None else breaks:
        if s.index.min() < start <= s.index.max():
            raise ValueError(f"the definition breaks in {start}, within the years; take the parts apart")


def _refuse_pair(numerator: Mapping[str, str], denominator: Mapping[str, str], factor: float | None) -> None:
    """Raise for what two series, by what is known of them, cannot be divided by each other."""
    if factor is not None and not (isinstance(factor, Real) and 0 < factor < np.inf):
        raise ValueError(f"factor is a finite number above zero, not {factor!r}")
    facts = {name: (numerator[name], denominator[name]) for name in numerator.keys() & denominator.keys()}
    unlike = {name for name, (one, other) in facts.items() if one != other}
    if "unit" in unlike and factor is None:
        raise ValueError(
            "{} over {}: different units; state the unit and the factor of the result".format(*facts["unit"])
        )
    if {"area", "indicator"} <= unlike:  # one indicator in two areas is a part and its whole
        raise ValueError("{} over {}: different areas".format(*facts["area"]))
    if "vintage" in unlike and "indicator" in facts and "indicator" not in unlike:
        raise ValueError("{} in two vintages, {} and {}; use one".format(facts["indicator"][0], *facts["vintage"]))


def _derived(result: Yearly, inputs: list[Yearly], unit: str, lags: tuple[int, ...] = (0,)) -> Yearly:
    """Give a result its unit, its vintages and, year by year, the sources of what it was computed from."""
    attrs = [s.attrs for s in inputs]
    lineage = Facts(
        (int(year), sorted({i for a in attrs for lag in lags for i in a.get("lineage", {}).get(int(year - lag), [])}))
        for year in result.index
    )
    result.attrs = {
        "unit": unit,
        "vintage": " / ".join(a["vintage"] for a in attrs if "vintage" in a),
        "sources": sorted(set().union(*lineage.values())),
        "lineage": lineage,
        "bounds": {},
        "breaks": sorted({start for a in attrs for start in a.get("breaks", [])}),
        "inputs": list(dict.fromkeys(i for a in attrs for i in a.get("inputs", [a.get("indicator")]) if i)),
    }
    if "area" in attrs[0]:
        result.attrs["area"] = attrs[0]["area"]
    if unit in ("percent", "log points × 100") and lags != (0,):
        result.attrs["kind"] = "rate"
    if isinstance(result, pd.Series):
        result.attrs["numbers"] = Facts(zip(map(int, result.index), result.tolist(), strict=True))
    return result
