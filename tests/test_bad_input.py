"""Bad input, a table: what is given, and what the message must say: what is wrong, where, and what would be right.

Files and cells are changed one at a time in a copy of the tables; calls are expressions over the names in `names`.
"""

import csv
import io
import re

import numpy as np
import pandas as pd
import pytest

from helpers import (  # noqa: F401
    choices,
    data,
    documents,
    evaluation,
    figures,
    growth,
    printed,
    productivity,
    trends,
    words,
)

ROWS = {  # whose cells are changed
    "series": {"indicator": "RD_EXP", "ref_area": "CN-SH", "vintage": "final", "time_period": "2010"},
    "statements": {"statement_id": "page25-rd-exp-2020"},
    "pwt": {"release": "10.01", "countrycode": "CHN", "year": "2019"},
    "sources": {"source_id": "policy-paper-2022-08"},
    "indicators": {"indicator": "RD_EXP"},
    "areas": {"ref_area": "CN-BJ"},
    "tfp_literature": {"claim_id": "zhu-2024-a"},
}
# table, column, cell, what would be right
CELLS = [
    ("series", "time_period", "202301", "should be a year of four digits"),
    ("series", "time_period", "1899", "should be at least"),
    ("series", "time_period", " 2023", "'2023' without blanks before or after it"),
    ("series", "obs_value", "NaN", "should be a number such as"),
    ("series", "obs_value", "", "a value is required"),
    ("series", "obs_value", "-481.7", "should be at least 0"),
    ("series", "obs_value", "0.0000000001", "4 decimals at most, as the column decimals says"),
    ("series", "decimals", "4.0", "should be a whole number"),
    ("series", "decimals", "11", "should be at most 10"),
    ("series", "decimals", "-13", "should be at least -12"),
    ("series", "unit", "万亿元", "one unit a series, 亿元 as above"),
    ("series", "unit", "%", "a multiple of CNY, the unit of RD_EXP"),
    ("series", "unit", "亿 元", "should be one of 亿元, %, 家, 件, 件/万人"),
    ("series", "unit", "\xa0亿元", "'亿元' without blanks before or after it"),
    ("series", "vintage", "10", "should look like target|announced|"),
    ("series", "vintage", "", "a value is required"),
    ("series", "qualifier", "range", "should be one of exact, approx, at_least, at_most"),
    ("series", "obs_status", "a", "should be one of A, P, E, F, B"),
    ("series", "confidence", "low", "should be one of high, medium-high, medium"),
    ("series", "ref_area", "cn-sh", "unknown; should be listed in areas.csv"),
    ("series", "indicator", "rd_exp", "unknown; should be listed in indicators.csv"),
    ("series", "source_id", "nobody", "unknown; should be listed in sources.csv"),
    ("pwt", "release", "10.010", "should be one of 10.0"),
    ("pwt", "labsh", "59.2", "should be at most 1"),
    ("pwt", "labsh", "-0.1", "should be at least 0"),
    ("pwt", "emp", "", "a value is required"),
    ("pwt", "countrycode", "chn", "should look like [A-Z]{3}"),
    ("pwt", "year", "2019.0", "should be a year of four digits"),
    ("pwt", "year", "1900", "should be at least"),
    ("pwt", "rtfpna", "1e-3", "should be a number such as"),
    ("indicators", "name_en", "=1+1", "text that a spreadsheet does not take for a formula"),
    ("indicators", "name_zh", "-1+cmd|' /C calc'!A0", "text that a spreadsheet does not take for a formula"),
    ("areas", "name_en", "@SUM(1)", "text that a spreadsheet does not take for a formula"),
    ("indicators", "unit", "元", "should be one of CNY, USD, HKD, percent, percentage_points"),
    ("indicators", "kind", "stocks", "should be one of flow, stock, cumulative, share, rate, rule, property"),
    ("indicators", "splice", "final,first-release", r"should look like [a-z0-9\-]+( [a-z0-9\-]+)*"),
    ("indicators", "indicator", "RD EXP", "should look like [A-Z][A-Z0-9_]*"),
    ("indicators", "definition", "", "a value is required"),
    ("sources", "published", "20220801", r"should look like \d{4}(-\d{2}(-\d{2})?)?"),
    ("sources", "published", "2022-02-31", "a date as precise as published_precision says, month"),
    ("sources", "published_precision", "months", "should be one of day, month, year"),
    ("sources", "sha256", "XYZ", "should look like [0-9a-f]{64}"),
    ("sources", "kind", "communique", "should be one of document, yearbook, communiqué"),
    ("sources", "language", "zh", "should be one of zh-Hans, zh-Hant, en"),
    ("sources", "source_id", "Policy Paper", r"should look like [a-z0-9][a-z0-9.\-]*"),
    ("areas", "ref_area", "cn-bj", r"should look like [A-Z][A-Z0-9.\-]*"),
    ("areas", "parent", "XX", "unknown; should be listed in areas.csv"),
    ("areas", "name_en", "", "a value is required"),
    ("statements", "line", "17.0", "should be a whole number"),
    ("statements", "line", "0", "should be at least 1"),
    ("statements", "time_period", "2023年", r"should look like \d{4}(-(0[1-9]|1[0-2])"),
    ("statements", "printed", "", "a value is required"),
    ("statements", "printed", "约", "'约亿元' is no figure that is understood in full"),
    ("statements", "printed", "几十", "'几十亿元' is no figure that is understood in full: a vague number"),
    ("statements", "unit_printed", "亿美元", "a figure in CNY, the unit of RD_EXP; this is USD"),
    ("statements", "qualifier_printed", "xyz", "'xyz1615.69亿元' is no figure that is understood in full"),
    ("statements", "qualifier_printed", "约 ", "'约' without blanks before or after it"),
    ("statements", "role", "Observation", "should be one of observation, growth, share"),
    ("statements", "tier", "Core", "should be one of core, secondary, trivial"),
    ("statements", "duplicate_of", "nowhere", "unknown; should be listed in statements.csv"),
    ("statements", "source_id", "newspaper", "unknown; should be listed in sources.csv"),
    ("statements", "statement_id", "X Y", r"should look like [a-z0-9][a-z0-9.\-]*"),
    ("tfp_literature", "period", "1978-2007", r"should look like \d{4}(/\d{4})?"),
    ("tfp_literature", "tfp_growth_percent", "4%", "should be a number such as"),
    ("tfp_literature", "qualifier", "at_most", "should be one of exact, at_least"),
    ("tfp_literature", "year", "24", "should be a year of four digits"),
    ("statements", "time_period", "2023-02-31", "a date that exists"),
    ("statements", "time_period", "2024/2020", "a span that ends after it begins"),
    (
        "statements",
        "duplicate_of",
        "page25-rd-exp-2020",
        "a statement of the same indicator and area that is no duplicate itself",
    ),
    ("sources", "published", "2022-13", "a date that exists"),
    ("tfp_literature", "period", "2007/1978", "a span that ends after it begins"),
    ("series", "vintage", "target", "F for what is aimed at, vintage target, and for nothing else"),
    ("series", "vintage", "yearbook-２０２４", "should look like target"),
    ("statements", "duplicate_of", "paper22-g60-cities", "that is no duplicate itself"),
]
# file, its content changed, what the message says
FILES = [
    ("sources.csv", lambda good: good.replace("communiqué".encode(), b"communiqu\xe9"), "UTF-8 text; byte 1"),
    ("series.csv", lambda good: good.decode().encode("utf-16"), "this is UTF-16"),
    ("series.csv", lambda good: b"PK\x03\x04" + bytes(200), "this is a workbook: save it as CSV UTF-8"),
    ("series.csv", lambda good: bytes(200), "text without NUL characters"),
    ("series.csv", lambda good: b"\n\n\n", "a header and rows; the file is empty"),
    ("pwt.csv", lambda good: b"", "a header and rows; the file is empty"),
    ("series.csv", lambda good: good.split(b"\n", 1)[1], "row 1, column indicator: the columns indicator, "),
    ("series.csv", lambda good: good.split(b"\n", 1)[0] + b"\n" + good, "row 2, column time_period: 'time_period': "),
    ("series.csv", lambda good: good.replace(b",note\n", b",unit\n", 1), "row 1, column note: the columns "),
    ("series.csv", lambda good: good.replace(b"\n", b",\n"), "row 1: '': the columns "),
    ("series.csv", lambda good: good + b"," * 11 + b"\n", "column indicator: '': a value is required"),
    ("series.csv", lambda good: good[:-60], "12 cells, as in the header; there are "),
    (
        "series.csv",
        lambda good: good.replace(b"\nRD", b"\n<<<<<<< HEAD\nRD", 1),
        "12 cells, as in the header; there are 1",
    ),
    ("series.csv", lambda good: good.replace(b",high,", b',"high"x,', 1), "a CSV table; ',' expected"),
    ("series.csv", lambda good: good.replace(b",", b";"), "columns separated by commas; these are by semicolons"),
    ("series.csv", lambda good: good + good.splitlines(True)[1], "a key of its own; row 2 has the same"),
    ("areas.csv", lambda good: good.split(b"\n")[0], "unknown; should be listed in areas.csv"),
]
CALLS = [
    ("data.load('/nonexistent')", r"^sources\.csv: no such file in .*; needed are sources\.csv"),
    ("data.series('rd_exp')", r"column indicator: 'rd_exp': unknown; .*\(perhaps RD_EXP\)"),
    ("data.series('RD EXP')", "perhaps RD_EXP"),
    ("data.series('Gross domestic product')", "perhaps GDP"),
    ("data.series('')", r"column indicator: '': unknown; indicators\.csv lists"),
    ("data.series('研究与试验发展经费内部支出')", r"unknown; indicators\.csv lists"),
    ("data.series('RD_EXP', 'Shanghai')", "column ref_area: 'Shanghai': unknown; .*perhaps CN-SH"),
    ("data.series('RD_EXP', 'cn-sh')", "perhaps CN-SH"),
    ("data.series('MODELS_FILED')", "no official series of MODELS_FILED of CN-SH"),
    ("data.series('RD_EXP')", r"RD_EXP of CN-SH has several vintages, name one of 'announced' \("),
    ("data.series('RD_EXP', vintage='')", r"RD_EXP of CN-SH has the vintages 'announced' \("),
    ("data.series('RD_INTENSITY', vintage=['target', 'first-release'])", "what was aimed at is not joined"),
    ("data.pwt('10')", r"^pwt\.csv, column release: .*: one of 10\.0, 10\.01, 11\.0"),
    ("growth.rate(S([True, True], [2020, 2021]))", "the levels must be numbers, at least one"),
    ("growth.rate(RD.set_axis(RD.index.astype(str)))", "the index must be years, whole numbers, each once"),
    ("growth.rate(RD * 0)", "^the level in 2020 is not a finite number above zero"),
    ("growth.ratio(RD * np.inf, RD)", "^the level in 2020 is not a finite number"),
    ("growth.rate(RD, 0)", "periods is a whole number of years, 1 or more"),
    ("growth.cagr(RD, '2020', '2023')", "^no value for .*; there are 2020–2023"),
    ("growth.cagr(RD, 2020, 2020)", "the end must come after the start"),
    ("growth.index(RD, '2020')", "no value for the base year"),
    ("growth.ratio(RD, RD, '%')", "state the factor that makes the quotient"),
    ("growth.ratio(RD, RD.set_axis(RD.index - 50))", "no year in common"),
    ("growth.required_rate(1, 2, 0)", "level, target and years must be above zero"),
    ("growth.rate(firms)", r"the figure of \d{4} is only a bound \(at_least\); use rate_interval"),
    ("growth.ratio(rd, pop)", "亿元 over 万人: different units; state the unit"),
    ("growth.ratio(rd, intensity)", "亿元 over %: different units"),
    ("growth.ratio(growth.rate(rd).dropna(), gdp)", "percent over 亿元: different units"),
    ("growth.ratio(rd, data.series('GDP', 'CN', 'census-5'))", "CN-SH over CN: different areas"),
    ("growth.ratio(rd, data.series('GDP', 'CN-BJ', 'census-5'))", "CN-SH over CN-BJ: different areas"),
    (
        "growth.ratio(rd, data.series('RD_EXP', 'CN', 'first-release'))",
        "RD_EXP in two vintages, final and first-release",
    ),
    ("growth.ratio(target, intensity)", "RD_INTENSITY in two vintages, target and first-release"),
    ("growth.rate_interval(F(low=[-np.inf, 1.9]))", "the interval of 2020 reaches below zero"),
    ("growth.rate_interval(F(), 0)", "periods is a whole number of years"),
    ("growth.rate_interval(data.statements().set_index('time_period'))", "one row a year; .* has several"),
    ("account(labour_share=sh * 100)", "^labour_share is 50 in 2000; it must be above 0 and below 1"),
    ("account(labour_share=sh * 0)", "^labour_share is 0 in 2000"),
    ("account(labour_share=0.5)", "^labour_share must be a numeric Series indexed by year"),
    ("account(labour=None)", "^labour must be a numeric Series"),
    ("account(output=None)", "^output must be a numeric Series"),
    ("account(labour=up.set_axis([0, 1]))", "^labour covers 0-1 but output 2000-2001"),
    ("account(labour=-up)", "^labour is -100 in 2000"),
    ("account(labour=up * 0)", "^labour is 0 in 2000"),
    ("account(labour=up * np.inf)", "^labour is inf in 2000"),
    ("account(labour=up * np.nan)", "^labour is nan in 2000"),
    ("account(labour=up.set_axis([2000, 2002]))", "^labour has no value for 2001, and has 2002"),
    ("account(output=up.iloc[:1])", r"^output has the years \[2000\]; growth needs at least two"),
    ("account(output=up.set_axis([2000, 2000]))", "^output has 2000 more than once"),
    ("account(labour=S([100, None], [2000, 2001], dtype='Int64'))", "^labour is nan in 2001"),
    ("productivity.growth_accounting(up, up, sh, tfp=up)", "none of them tfp"),
    ("trends.fit(v, None)", "model must be one of linear, .* not"),
    ("trends.fit(v, 'linear', 0)", r"level in \(0, 1\): not 'linear', "),
    ("trends.fit(S([]), 'linear')", "at least 3 years, and the series has 0"),
    ("trends.fit(v.iloc[:2], 'linear')", "at least 3 years, and the series has 2"),
    ("trends.fit(v.drop(2003), 'linear')", "2002 is followed by 2004"),
    ("trends.fit(v[::-1], 'linear')", "2005 is followed by 2004"),
    ("trends.fit(v.set_axis([2000] * 6), 'linear')", "2000 is followed by 2000"),
    ("trends.fit(v.set_axis(v.index.astype(str)), 'linear')", "whole years, not of str"),
    ("trends.fit(v.set_axis(pd.to_datetime(v.index.astype(str))), 'linear')", "whole years, not of datetime64"),
    ("trends.fit(v.set_axis([False, True] * 3), 'linear')", "whole years, not of bool"),
    ("trends.fit(v.where(v > 1), 'linear')", "finite values: 2000 has nan"),
    ("trends.fit(v * 1e308, 'linear')", "finite values: 2001 has inf"),
    ("trends.fit(v * 0 + 5, 'linear')", "a constant series"),
    ("trends.fit(-v, 'linear', log=True)", r"positive values: 2000 has -1\.0"),
    ("trends.fit(v - 1, 'linear', log=True)", r"positive values: 2000 has 0\.0"),
    ("trends.fit(v, 'ets')", "ets needs at least 8 years, and the series has 6"),
    ("trends.fit(v, 'linear').predict(0)", "horizon is a number of years ahead, from 1 to 100, not"),
    ("trends.fit(v, 'linear').chance(0, 1)", "from 1 to 100, not"),
    ("trends.fit(v, 'linear', log=True).chance(1, 0)", "the trend is one of logarithms"),
    ("trends.ols_panel(DF({'a': [1., 2., 4.]}, [2000., 2001., 2002.]))", "indexed by ascending whole years, not by"),
    ("trends.ols_panel(DF())", "indexed by ascending whole years"),
    ("trends.ols_panel(DF({'a': [1., 2., -np.inf]}, [1, 2, 3]))", "'a' has -inf in 3"),
    ("trends.backtest(rd, ['linear'], 100, 1)", "a backtest needs at least 101 years, and the series has 14"),
    ("trends.backtest(rd, ['linear'], 10, 10**6)", "needs at least 1000010 years"),
    ("trends.backtest(rd, ['ets'], 5, 1)", "ets needs at least 8 years, and the series has 5"),
    ("trends.backtest(rd, [5], 10, 1)", r"unknown \[5\]; known are linear"),
    ("trends.forecasts(rd, ['linear'], 14, 1)", "at least 15 years, and the series has 14"),
    ("trends.break_test(long, persistence=1)", "persistence is above -1 and below 1, not"),
    ("trends.break_test(v)", "at least 10 years, and the series has 6"),
    ("trends.break_test(long.where(long < 9))", r"finite values: \d{4} has nan"),
    ("trends.break_test(S(np.arange(12.), range(12)))", "lies on one line"),
    ("trends.simulate_coverage([])", "name one model at least"),
    ("trends.simulate_coverage(['x'])", r"unknown \['x'\]"),
    ("trends.simulate_coverage(['linear'], [2])", "need at least 3 years, not 2"),
    ("trends.simulate_coverage(['linear'], [10], ['pink'])", r"unknown \['pink'\]"),
    ("trends.simulate_coverage(['linear'], [10], ['white'], 10, 0, 0)", "a horizon of 1 year or more, not 0"),
    ("trends.simulate_coverage(['linear'], [10], ['white'], 10, 0, [])", r"a horizon of 1 year or more, not \[\]"),
    ("printed.parse('2049.60')", "is no figure that is understood in full: .*no unit is printed"),
    ("printed.parse('数十家')", "is no figure that is understood in full: .*a vague number"),
    ("printed.parse('±5%')", "is no figure that is understood in full: .*a part of a longer number"),
    ("printed.parse('5%至3%')", "is no figure that is understood in full: .*a smaller and a larger end"),
    ("printed.parse('超5-8家')", "is no figure that is understood in full: .*no other bound"),
    ("printed.parse('超5家以下')", "is no figure that is understood in full: .*at_least and at_most contradict"),
    ("printed.parse('约5家余')", "is no figure that is understood in full: .*approx and at_least contradict"),
    (
        "printed.parse('99999999999999999999999999家')",
        "is no figure that is understood in full: .*more than 25 characters",
    ),
    ("printed.parse('5人/')", "is no figure that is understood in full: .*not in the lexicon"),
    ("printed.parse('“5家”')", "is no figure that is understood in full: .*a name"),
    ("printed.parse('$5')", "is no figure that is understood in full: .*a currency that may be several"),
    ("printed.parse('2023年')", "is no figure that is understood in full: .*a year or a date"),
    ("printed.parse('一月')", "is no figure that is understood in full: .*a date or a time"),
    ("printed.parse('三千五家')", "is no figure that is understood in full: .*no numeral in full form"),
    ("printed.parse('3/2')", "is no figure that is understood in full: .*no proper fraction"),
    ("printed.parse('-5家')", "is no figure that is understood in full: .*count cannot be negative"),
    ("printed.parse('家')", "is no figure that is understood in full: .*one would be, for example, 超6.8亿元"),
    ("printed.parse('NaN%')", "is no figure that is understood in full: .*one would be"),
    ("printed.parse(None)", "is no text; a figure is read as it is printed"),
    ("printed.parse('-5', '亿元')", "CNY cannot be negative"),
    ("printed.parse('5', '亿元/')", "not in the lexicon"),
    ("printed.interval('')", r"right would be 2049\.60 or 1,234"),
    ("printed.interval('5', 1, 'Exact')", "one of exact, approx, at_least, at_most"),
    ("words.say('{x.__class__}', x=1)", r"no value for \{x\.__class__\}; given are x, in "),
    ("words.say('{x[0]}', x=1)", r"no value for \{x\[0\]\}; given are x, in "),
    ("words.say('{}', x=1)", r"no value for \{0\}; given are x, in "),
    ("words.say('{x:{w}}', x=1)", r"no value for \{w\}; given are x, in "),
    ("words.say('a {x} {y}', x=1)", r"no value for \{y\}; given are x, in "),
    ("words.say('{x.real}', x=1)", r"no value for \{x\.real\}; given are x, in "),
    ("words.say('It grew {x}')", "no value for {x}; given are none, in 'It grew {x}'"),
    ("words.translate('It', 'fr')", "language .*; there are en and zh"),
    ("words.Finding('a', 'True', 'b')", "verdict .*; it should be one of confirmed, refined"),
    ("figures.tidy({'x': DF({'x': rd})['x']})", "^x: its attrs should say lineage, unit, vintage"),
    ("choices.view(choices.Choice(()))", "Choose an indicator"),
    ("choices.view(choices.Choice((L, L)))", "The same line twice"),
    ("choices.view(choices.Choice((L,), 'nope'))", "nope is not in the catalogue"),
    ("choices.view(choices.Choice((L,), years=(1900, 1901)))", "has no figure in these years"),
    ("choices.view(choices.Choice((L,), model='arima'))", "arima is not in the catalogue"),
    ("choices.view(choices.Choice((L,), level=95))", "An interval covers between 0 and 1"),
    ("choices.view(choices.Choice((L,), level=0))", "An interval covers"),
    ("choices.view(choices.Choice((L,), horizon=0))", "goes 1 to 100 years on"),
    ("choices.view(choices.Choice((('rd_exp', 'CN-SH', 'final'),)))", "rd_exp, CN-SH, final is not in the catalogue"),
    ("choices.view(choices.Choice((('RD_EXP', 'CN-SH'),)))", "RD_EXP, CN-SH is not in the catalogue"),
    ("choices.view(choices.Choice((('RD_EXP', 'CN-XX', 'final'),)))", "not in the catalogue"),
    ("choices.view(choices.Choice((L, ('POPULATION', 'CN-SH', 'final'))))", "The units differ"),
    ("choices.view(choices.Choice((('RD_INTENSITY', 'CN-SH', 'first-release'),), 'growth'))", "percentage points"),
    ("choices.view(choices.Choice((('CPI_INDEX', 'CN-SH', 'final'),), 'growth'))", "It is a rate already"),
    ("choices.view(choices.Choice((('RD_INTENSITY', 'CN-SH', 'target'),), 'growth'))", "A target is no measurement"),
    ("growth.rate(DF({'x': firms})['x'])", "which of them are bounds"),
    ("trends.fit(firms.loc[2022:], 'linear')", "is only a bound"),
    ("growth.rate(cpi)", "a rate already"),
    ("figures.tidy({'x': rd * 1e8})", "is not the .* that its attrs speak of"),
    ("figures.tidy({'x': rd.iloc[[0, 0]]})", "^x: a pandas Series by year, each year once"),
    ("figures.tidy({'x': unsourced})", "^x: its lineage names no source of 2021"),
    ("growth.cagr(RD * np.nan)", "^no year has a value"),
    ("trends.fit(DF({'x': v}), 'linear')", "^linear needs a pandas Series by year, not DataFrame"),
    ("evaluation.backtest(v, 'linear', 4, 1)", r"models is a list of names, such as \['linear'\], not 'linear'"),
    ("evaluation.simulate_coverage('linear')", "models and noise are lists of names"),
    ("words.translate('{x:.1billion}', 'en', x='many')", "'many' is no number, and has no billion, in '{x"),
    ("choices.view(choices.Choice((filed,), 'growth'), own)", "It counts from a start on"),
    ("choices.view(choices.Choice((filed,), model='drift'), own)", "Every year has the same figure"),
    (
        "choices.view(choices.Choice((('RD_EXP', 'CN', 'final'), ('RD_EXP', 'CN-SH', 'sh-yearbook')), 'index'))",
        "have no year in common",
    ),
    ("growth.ratio(RD, RD, 'percent', 0)", "factor is a finite number above zero"),
    ("growth.rate_interval(F(value=[5., 2.]))", "2020: the value 5 is not within its interval"),
    ("growth.ratio_interval(F(unit=['亿元', '万元']), F())", "亿元, 万元: one unit a frame"),
    ("growth.rate_interval(F(qualifier=['over', 'exact']))", "qualifier 'over'; known are exact, approx"),
    ("growth.rate_interval(F().drop(columns='low'))", r"value \(or obs_value\), low and high; low is missing"),
    ("growth.rate_interval(rd)", "columns value"),
    ("growth.cagr(DF({'a': [1., 2.]}, [2020, 2021]))", "a pandas Series by year"),
    ("growth.contributions(RD, RD)", "the columns of a DataFrame"),
    ("growth.rate(RD, '1')", "periods is a whole number"),
    ("growth.rate(RD.set_axis(range(202301, 202305)))", "202301 is none"),
    ("growth.contributions(DF({'unallocated': RD}), RD)", "none of them named unallocated"),
    ("growth.required_rate(4.36, 5, 2030)", "years"),
    ("trends.fit(v, ['linear'])", "model must be one of"),
    ("trends.fit(v, 'linear', '0.95')", "level in"),
    ("trends.fit(v.astype(str), 'linear')", "number"),
    ("trends.fit(v, 'linear').predict('3')", "from 1 to 100"),
    ("trends.fit(v, 'linear').chance(1, np.nan)", "threshold is a finite number"),
    ("trends.backtest(rd, ['linear'], -1, 1)", "min_train and horizon are numbers of years"),
    ("trends.break_test(long, replications=0)", "replications 1 or more"),
    ("trends.break_test(long, trend=5)", "trend is true or false"),
    ("trends.simulate_coverage(['linear'], [10], ['white'], 10, 0, 1, np.nan)", "the slope is finite"),
    ("words.say('{x:.1f}', x=float('inf'))", "in '{x"),
    ("words.say('{')", "in '{'"),
    ("words.say(None)", "is no text"),
    ("data.series(None)", "unknown; indicators"),
    ("data.series('RD_EXP', vintage={'final', 'first-release'})", "a list of names"),
    ("data.pwt(['10.0'])", r"one of 10\.0"),
    ("data.fields('nothing')", "sources, areas"),
    (
        "growth.rate(data.observations('HIGH_TECH_FIRMS', vintage='as-published')['obs_value'])",
        "which of them are bounds",
    ),
    ("growth.rate_interval(prints.drop(columns='qualifier'))", "a column qualifier was lost"),
    ("growth.rate(contracts)", "a count from a start on"),
    ("growth.rate(S([1.0, 2.0], [202301, 202302]))", "202301 is none"),
    ("trends.fit(broken, 'linear')", "it breaks in 2018"),
    ("figures.tidy({'x': rd / 10})", "is not the 481.7031 100 million yuan that its attrs speak of"),
    ("figures.tidy({'x': growth.rate(rd) / 100})", "is not the .* percent that its attrs speak of"),
    ("printed.parse('一万零十二家')", "'一万零十二' is no numeral in full form, such as 一百零五 or 一万零一十二"),
    ("printed.parse('五十分之一')", "is no figure that is understood in full"),
    ("words.say('{x:.1f}', x=(7.6, 3.5))", "is no range, from low to high, in "),
    ("words.say('{x}', x=[])", "a list is empty, in "),
    ("words.say('{x:.1billion}', x='much')", "in '{x:.1billion}'"),
]
# arguments of helpers.documents, files in its folder, what the message says
COMMANDS = [
    (["find", "gbk.txt"], {"gbk.txt": "规模达1.8万亿元".encode("gbk")}, "gbk.txt: not UTF-8 text, from byte 0"),
    (["find", "a.docx"], {"a.docx": b"PK\x03\x04" + bytes(100)}, "a.docx: not text, but a file of another program"),
    (["find", "missing.txt"], {}, "No such file or directory: "),
    (["find", "."], {}, "Is a directory"),
    (["check", "missing"], {}, "No such file or directory: "),
    (["check", ".", "nobody"], {}, "no statements of nobody; there are of policy-paper-2022-08"),
    (["check", ".", "--data", "."], {}, "sources.csv: no such file in "),
    (["trace", "nope", "2023"], {}, "no figure 'nope' in figures/; there are documents_agreement"),
    (["trace", "../data/series", "2023"], {}, "no figure '../data/series'"),
    (["trace", "rd_intensity", "２０２３"], {}, "rd_intensity has no number for ２０２３; it has 2000, 2001"),
    (
        ["trace", "a", "2023", "--figures", "."],
        {"a.csv": b"a,b\n1,2\n"},
        "a.csv has the columns a, b: read it as it is",
    ),
    (["trace", "a", "2023", "--figures", "."], {"a.csv": b""}, "a.csv is no table of a figure: "),
    (
        ["trace", "a", "2023", "--figures", "."],
        {"a.csv": b"time_period,source_id\n2023,\n"},
        "a.csv, row 2, column source_id",
    ),
]
# arguments of figures.export instead of sound ones
EXPORTS = [
    ("{'name': '../up'}", "a name is lower case letters, digits and underscores"),
    ("{'title': ''}", "spending: title must be a text, or a pair of texts"),
    ("{'subtitle': ' '}", "spending: subtitle must be a text, or a pair of texts"),
    (r"{'alt': '\n'}", "spending: alt must be a text, or a pair of texts"),
    ("{'title': '{x}'}", "no value for {x}; given are none"),
    ("{'title': 'It {'}", "in 'It {'"),
    ("{'title': 'It grew by 99.9 %'}", r"the title says 99\.9, which is neither a label nor a value"),
    ("{'table': table.assign(series='=1+1')}", "series has '=1.1', which a spreadsheet takes for a formula"),
    ("{'size': (5, 4)}", "inches are fewer than 1600 pixels"),
    ("{'table': table[:0]}", "need a column source_id with a source in every row"),
    ("{'table': table.assign(source_id='hearsay')}", r"not in sources\.csv; name it there or in sources="),
    ("{'draw': lambda ax, table, t: __import__('warnings').warn('own')}", r"spending\.en: own"),
    ("{'draw': lambda ax, table, t: ax.set_xlim(1, 1)}", r"spending\.en: .*identical low and high"),
    ("{'draw': lambda ax, table, t: ax.legend()}", r"spending\.en: No artists"),
    ("{'name': 'datapackage'}", "and not datapackage"),
    ("{'name': None}", "a name is lower"),
    ("{'name': 'a' * 300}", "80 at most"),
    ("{'size': (7.2, 0)}", "above zero"),
    ("{'table': None}", "table is a DataFrame"),
    ("{'language': 'fr'}", "no such argument"),
]
# Chinese of "It grew by {pace:.1f} %." that cannot be spoken: the English is
TRANSLATIONS = [
    "增长{pace.__class__}",
    "增长{pace[0]}",
    "增长{x}",
    "增长{pace",
    "增长{}",
    "增长{0}",
    "增长{pace:.99999999999f}",
    "增长{pace:zzz}",
    "",
]


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What the expressions speak of."""
    rd = data.series("RD_EXP", vintage="final")
    broken = data.series("RD_EXP", vintage=["final", "first-release"])
    broken.attrs = broken.attrs | {"breaks": [2018]}
    up, share = pd.Series([100.0, 110.0], [2000, 2001]), pd.Series([0.5, 0.7], [2000, 2001])
    contracts = pd.Series([1.0, 2.0], [2020, 2021])
    contracts.attrs = {"kind": "cumulative"}
    unsourced = pd.Series([1.0, 2.0], [2020, 2021])
    unsourced.attrs = {"unit": "亿元", "vintage": "final", "lineage": {2020: ["nbs-rd-communique-2023"]}}
    own = tmp_path_factory.mktemp("own")
    for path in data.FOLDER.glob("*.csv"):
        (own / path.name).write_bytes(path.read_bytes())
    with (own / "series.csv").open("a", encoding="utf-8") as file:
        for year in range(2020, 2024):
            file.write(f"MODELS_FILED,CN-SH,{year},24,0,家,exact,as-published,A,sh-work-report-2024,medium,\n")

    def prints(**columns):
        return pd.DataFrame({"value": [1.0, 2.0], "low": [0.9, 1.9], "high": [1.1, 2.1]} | columns, [2020, 2021])

    def account(**inputs):
        sound = {"output": up, "capital": up, "labour_share": share, "labour": up}
        return productivity.growth_accounting(**sound | inputs)

    return globals() | {
        "S": pd.Series, "DF": pd.DataFrame, "F": prints, "account": account, "up": up, "sh": share,
        "rd": rd, "broken": broken, "contracts": contracts, "table": figures.tidy({"R&D": rd}),
        "unsourced": unsourced, "own": own, "filed": ("MODELS_FILED", "CN-SH", "as-published"),
        "RD": pd.Series({2020: 1615.69, 2021: 1819.77, 2022: 1981.58, 2023: 2049.60}),
        "L": ("RD_EXP", "CN-SH", "final"),
        "firms": data.series("HIGH_TECH_FIRMS", vintage="as-published"), "pop": data.series("POPULATION"),
        "prints": data.observations("HIGH_TECH_FIRMS", vintage="as-published"),
        "gdp": data.series("GDP", vintage="census-5"), "target": data.series("RD_INTENSITY", vintage="target"),
        "intensity": data.series("RD_INTENSITY", vintage="first-release"),
        "cpi": data.series("CPI_INDEX", vintage="final"), "v": pd.Series([1.0, 2, 4, 5, 7, 9], range(2000, 2006)),
        "long": pd.Series(np.r_[1:25.0] + np.sin(range(24)), range(2000, 2024)),
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the tables."""
    folder = tmp_path_factory.mktemp("tables")
    for path in data.FOLDER.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def refused(folder, name, content):
    """What is said of the tables with another content of one."""
    good = (folder / name).read_bytes()
    (folder / name).write_bytes(content)
    try:
        with pytest.raises(data.DataError) as refusal:
            data.load(folder)
    finally:
        (folder / name).write_bytes(good)
    return str(refusal.value)


@pytest.mark.parametrize(("table", "column", "cell", "right"), CELLS)
def test_a_cell(folder, table, column, cell, right):
    head, *rows = csv.reader(io.StringIO((folder / f"{table}.csv").read_text("utf-8")))
    known = [(head.index(name), value) for name, value in ROWS[table].items()]
    row = next(row for row in rows if all(row[place] == value for place, value in known))
    row[head.index(column)] = cell
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    said = refused(folder, f"{table}.csv", text.getvalue().encode())
    place = rf"^{table}\.csv, row \d+, column [\w+]+: .+: .*"
    assert re.search(place + re.escape(right), said, re.S) and rows.index(row) + 2 == int(
        re.search(r"row (\d+)", said)[1]
    )


def test_nothing_is_measured_after_its_source_was_published(folder):
    dated = data.sources().set_index("source_id")["published"]
    row = next(row for row in data.series_table().itertuples() if dated[row.source_id] and row.obs_status == "A")
    lines = (folder / "series.csv").read_text("utf-8").splitlines(keepends=True)
    late = "2049"
    lines[row.Index + 1] = lines[row.Index + 1].replace(f",{row.time_period},", f",{late},", 1)
    said = refused(folder, "series.csv", "".join(lines).encode())
    assert said.startswith(f"series.csv, row {row.Index + 2}, column time_period: '{late}': no later than its source, ")


@pytest.mark.parametrize(("name", "change", "says"), FILES, ids=lambda part: part if isinstance(part, str) else "")
def test_a_file(folder, name, change, says):
    said = refused(folder, name, change((folder / name).read_bytes()))
    assert says in said and (name in said or "unknown" in says)


@pytest.mark.parametrize(("call", "says"), CALLS, ids=lambda part: part)
def test_a_call(names, call, says):
    """Refused by the helpers on purpose, not by a library that stumbles."""
    with pytest.raises(ValueError, match=says) as refusal:
        eval(call, names)
    place = refusal.traceback[-1]
    assert "helpers" in str(place.path) and "raise" in str(place.statement)


@pytest.mark.parametrize(("arguments", "files", "says"), COMMANDS, ids=lambda part: str(part)[:40])
def test_a_command(tmp_path, monkeypatch, capsys, arguments, files, says):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert documents.main(arguments) == 2
    said = capsys.readouterr()
    assert says in said.err and said.err.count("\n") == 1 and not said.out


@pytest.mark.parametrize(("change", "says"), EXPORTS, ids=lambda part: part)
def test_an_export_leaves_nothing_behind(names, tmp_path, change, says):
    figures.use_style("02_rd_intensity")
    sound = {"name": "spending", "draw": lambda ax, table, t: ax.plot(table["time_period"], table["obs_value"]),
             "table": names["table"], "title": ("Spending grew", "经费增长"), "subtitle": ("yuan", "元"),
             "alt": ("A line", "一条线"), "folder": tmp_path}  # fmt: skip
    with pytest.raises(ValueError, match=says):
        figures.export(**sound | eval(change, names))
    assert not [*tmp_path.iterdir()]


def test_a_figure_whose_place_is_a_folder_is_not_half_written(names, tmp_path):
    figures.use_style("02_rd_intensity")
    (tmp_path / "spending.json").mkdir()
    texts = {"title": ("Spending grew", "经费增长"), "subtitle": ("yuan", "元"), "alt": ("A line", "一条线")}
    with pytest.raises(figures.FigureError, match=r"spending\.json is a folder; nothing was written"):
        figures.export(
            "spending", lambda ax, table, t: ax.plot(table["obs_value"]), names["table"], folder=tmp_path, **texts
        )
    assert [path.name for path in tmp_path.iterdir()] == ["spending.json"]


@pytest.mark.parametrize("chinese", TRANSLATIONS)
def test_a_translation_cannot_reach_further_than_its_values(monkeypatch, chinese):
    from babel.messages.catalog import Catalog

    own = Catalog("zh_CN")
    own.add("It grew by {pace:.1f} %.", chinese, context=words.HELPERS)
    monkeypatch.setattr(words, "_catalogue", lambda: own)
    assert words.translate("It grew by {pace:.1f} %.", "zh", pace=5) == "It grew by 5.0 %."


@pytest.mark.parametrize("content", [b'msgid "a', 'msgid "中"'.encode("gbk"), b"\xff\xfe"])
def test_a_catalogue_that_cannot_be_read_is_named(monkeypatch, tmp_path, capsys, content):
    (tmp_path / "zh.po").write_bytes(content)
    monkeypatch.setattr(words, "CATALOGUE", tmp_path / "zh.po")
    words._catalogue.cache_clear()
    try:
        assert words.main(["check"]) == 1
        assert "words/zh.po cannot be read" in capsys.readouterr().err
    finally:
        words._catalogue.cache_clear()


# what must not be refused


def test_whole_numbers_do_not_overflow():
    top, bottom = (pd.Series([value], [2020], dtype="int32") for value in (200_000, 100_000))
    assert growth.ratio(top, bottom, "yuan", 100_000)[2020] == 200_000
    half = pd.Series([60_000.0], [2020], dtype="float16")
    assert growth.ratio(half, half)[2020] == 100 and growth.index(half, 2020)[2020] == 100


def test_levels_of_ones_own_need_no_attrs():
    assert growth.rate(pd.Series([100.0, 110.0], [2020, 2021]))[2021] == pytest.approx(10)
    said = pd.Series([100.0, 110.0], pd.Index([2020, 2021], name="time_period"))
    said.attrs["bounds"] = {}
    assert growth.rate(said)[2021] == pytest.approx(10)


def test_vintages_that_agree_may_stand_in_one_frame():
    rd = data.observations("RD_EXP", vintage=["final", "first-release", "sh-yearbook"])
    share = growth.ratio_interval(rd, data.observations("GDP", vintage="census-5"))
    assert share["low"][2024] < 100 * 2343.7 / 53_759.5 < share["high"][2024] and 2006 in share.index
