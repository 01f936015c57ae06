"""Growth accounting: how much of a country's growth its inputs explain, and how much is left over.

What is left over is the growth of total factor productivity (TFP): a residual. Every error in output, hours or capital
ends up in it, and so would every gap filled in here, so a missing year is an error. The Penn World Table (PWT) derives
its ``rtfpna`` in this way from output ``rgdpna``, capital services ``rkna`` (not the stock ``rnna``), labour
``emp * avh * hc`` and the labour share ``labsh``; the tests hold this module to it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd


def tornqvist_tfp_growth(
    output: pd.Series, capital: pd.Series, labour: pd.Series, labour_share: pd.Series
) -> pd.Series:
    """Growth of total factor productivity, with the inputs weighted as in Törnqvist's index.

    Parameters
    ----------
    output : Series, shape (n_years,)
        Real output at constant national prices, in any unit. The index is the year, here and below.
    capital : Series, shape (n_years,)
        Capital services, in any unit or as an index.
    labour : Series, shape (n_years,)
        All labour input: persons employed times hours each times human capital, in any unit.
    labour_share : Series, shape (n_years,)
        Labour compensation as a fraction of output, between 0 and 1. The rest is capital's (constant returns to scale).

    Returns
    -------
    Series, shape (n_years - 1,)
        Log points × 100, named ``tfp``; the index is the later year of each pair.

    Raises
    ------
    ValueError
        As `growth_accounting` does.

    Notes
    -----
    Δln A = Δln Y − s̄ Δln L − (1 − s̄) Δln K, with s̄ the mean of the labour shares of the two years. The residual is
    Solow's [1]_ and the weights are Törnqvist's [2]_; they are exact for a translog technology [3]_. PWT follows [4]_.

    References
    ----------
    .. [1] Solow (1957), Technical change and the aggregate production function, Review of Economics and Statistics
       39(3), 312-320.
    .. [2] Törnqvist (1936), The Bank of Finland's consumption price index, Bank of Finland Monthly Bulletin 10, 1-8.
    .. [3] Diewert (1976), Exact and superlative index numbers, Journal of Econometrics 4(2), 115-145.
    .. [4] Feenstra, Inklaar and Timmer (2015), The next generation of the Penn World Table, American Economic Review
       105(10), 3150-3182.
    """
    return growth_accounting(output, capital, labour_share, labour=labour)["tfp"]


def growth_accounting(
    output: pd.Series, capital: pd.Series, labour_share: pd.Series, **labour_parts: pd.Series
) -> pd.DataFrame:
    """Growth of output, and the contributions that add up to it.

    Parameters
    ----------
    output, capital, labour_share : Series, shape (n_years,)
        As for `tornqvist_tfp_growth`.
    **labour_parts : Series, shape (n_years,)
        The factors whose product is labour input, each under the name its column shall have: ``labour=emp * avh,
        skill=hc``, or ``employment=emp, hours=avh, human_capital=hc``. The split changes no other column.

    Returns
    -------
    DataFrame, shape (n_years - 1, n_parts + 3)
        Log points × 100; the index is the later year of each pair. Columns: ``output``, its growth; then the
        contributions to it: ``capital``, the parts of labour in the order given, and ``tfp``, the residual.

    Raises
    ------
    ValueError
        If an input is not a numeric Series indexed by year; if its years are fewer than two, repeat, leave a gap or
        differ from those of `output`; if a value is missing, infinite or not above 0, or a labour share not below 1;
        if there is no part of labour, or one named ``tfp``. The message names the input and the year.

    Notes
    -----
    A factor contributes its log growth times its share of income, the mean of the two years: the terms of the formula
    in `tornqvist_tfp_growth`, with Δln L the sum over the parts of labour.

    Examples
    --------
    >>> year = [2000, 2001]
    >>> output, capital, labour = (pd.Series(level, year) for level in ([100, 110], [100, 120], [100, 102]))
    >>> growth_accounting(output, capital, pd.Series([0.5, 0.7], year), labour=labour).round(2)
          output  capital  labour   tfp
    2001    9.53     7.29    1.19  1.05
    """
    if not labour_parts or "tfp" in labour_parts:
        raise ValueError("name at least one part of labour, for instance labour=emp * avh * hc, and none of them tfp")
    levels = {
        name: _levels(name, series) for name, series in {"output": output, "capital": capital, **labour_parts}.items()
    }
    share = _levels("labour_share", labour_share, below=1)
    years = levels["output"].index
    for name, series in {**levels, "labour_share": share}.items():
        if len(unshared := series.index.symmetric_difference(years)):
            raise ValueError(
                f"{name} covers {series.index[0]}-{series.index[-1]} but output {years[0]}-{years[-1]}: "
                f"only one of them has {unshared[0]}; give every input the same years"
            )

    share = (share + share.shift()) / 2
    accounts = 100 * np.log(pd.DataFrame(levels)).diff()
    accounts["capital"] *= 1 - share
    for part in labour_parts:
        accounts[part] *= share
    accounts["tfp"] = accounts["output"] - accounts.drop(columns="output").sum(axis="columns")
    return accounts.iloc[1:]


def _levels(name: str, series: pd.Series, below: float = np.inf) -> pd.Series:
    """The input as floats in order of its years, or an error: growth needs positive levels in consecutive years."""
    if not isinstance(series, pd.Series) or series.dtype.kind not in "iuf" or series.index.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a numeric Series indexed by year, as whole numbers")
    series = series.astype(float).sort_index()
    years = series.index.to_numpy(int)
    if len(years) < 2:
        raise ValueError(f"{name} has the years {years.tolist()}; growth needs at least two")
    for year, following in pairwise(years):
        if following == year:
            raise ValueError(f"{name} has {year} more than once; give each year once")
        if following > year + 1:
            raise ValueError(f"{name} has no value for {year + 1}, and has {following}; a gap is not filled in")
    for year, level in series.items():
        if not 0 < level < below:
            raise ValueError(f"{name} is {level:g} in {year}; it must be above 0 and below {below:g}")
    return series
