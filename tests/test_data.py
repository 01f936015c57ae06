"""The tables against their description, against independent truth, and with every kind of fault."""

import json
import os
import re
import shutil
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from frictionless import Package

from helpers import data, documents, figures


@pytest.mark.parametrize("folder", [data.FOLDER, figures.FOLDER], ids=lambda folder: folder.name)
def test_tables_fit_their_description(folder):
    """An independent validator reads the same description: types, codes, keys, foreign keys."""
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])
    assert len(report.tasks) == len([*folder.glob("*.csv")])


def test_plotted_numbers_have_one_vocabulary():
    """Spans as in the tables, releases that no program takes for numbers, no column of one name and two kinds."""
    for path in figures.FOLDER.glob("*.csv"):
        table = pd.read_csv(path, dtype=str)
        span = r"\d{4}(-\d{2})?(/\d{4})?"
        assert table.get("time_period", pd.Series(dtype=str)).dropna().str.fullmatch(span).all(), path.name
        assert not table.get("vintage", pd.Series(dtype=str)).str.fullmatch(r"[\d.]+").any(), path.name


def test_every_printed_figure_stands_in_its_document():
    """The documents are not part of the project; whoever has them lays them beside it, or names their folder."""
    folder = Path(os.environ.get("DOCUMENTS", data.FOLDER.parent.parent / "shared" / "documents"))
    if not folder.is_dir():
        pytest.skip("the documents are not here; DOCUMENTS=FOLDER names where they are")
    assert not documents.check(data.statements(), data.sources(), folder)


@pytest.mark.parametrize("figure", ["rd_expenditure", "rd_funding_change", "outputs_patents", "rd_intensity"])
def test_a_number_can_be_computed_from_the_rows_it_is_traced_to(figure, capsys):
    """Growth from the year or span, differences, shares of the nation and ratios, in fractions of the rows' digits."""
    table = pd.read_csv(figures.FOLDER / f"{figure}.csv", dtype=str, encoding="utf-8-sig")
    raw = pd.read_csv(data.FOLDER / "series.csv", dtype=str, encoding="utf-8-sig")
    for period, rows in table.groupby("time_period"):
        assert documents.main(["trace", figure, period]) == 0
        lines = capsys.readouterr().out
        for series, expected in zip(rows["series"], rows["obs_value"], strict=True):
            [told] = re.findall(rf"^{re.escape(series)} {period}: .*\n((?:  .*\n?)*)", lines, re.M)
            parts = [raw.iloc[int(number) - 2] for number in re.findall(r"^  data/series\.csv, line (\d+)", told, re.M)]
            parts.sort(key=lambda part: (part["indicator"] == "RD_EXP", part["ref_area"], part["time_period"]))
            first, last = [Fraction(part["obs_value"]) for part in (parts * 2 if len(parts) == 1 else parts)]
            start, _, end = period.partition("/")
            ratio = 100 * last / first
            computed = {
                "change on the year before": ratio - 100,
                "Shanghai's share": ratio,
                "R&D intensity": ratio,
                "R&D expenditure": last,
            }.get(series, last - first)
            if series == "compound growth":
                computed = 100 * (float(last / first) ** (1 / (int(end) - int(start))) - 1)
            assert float(computed) == pytest.approx(float(expected), rel=1e-8), (series, period)


def test_every_indicator_area_and_source_is_used():
    tables = data.load()
    facts = [tables["statements"], tables["series"]]
    for table, key in (("indicators", "indicator"), ("sources", "source_id")):
        used = set().union(*(set(fact[key]) for fact in facts))
        idle = set(tables[table][key]) - used
        assert not {name for name in idle if not name.startswith(("pwt-", "own-", "cppcc-"))}


def test_a_source_is_that_of_its_rows():
    """A communiqué or bulletin first publishes its own year, has its own address; a document has its own statements."""
    series, sources, statements = data.series_table(), data.sources(), data.statements()
    first = series[series["vintage"] == "first-release"]
    year = first["source_id"].str.extract(r"(?:communique|bulletin)-(\d{4})")[0].dropna().astype(int)
    assert len(year) > 150
    assert first.loc[year.index, "time_period"].eq(year).all()
    pages = sources[
        sources["source_id"].str.contains("communique-|bulletin-") & sources["address"].str.startswith("http")
    ]
    assert len(pages) > 5
    assert pages["address"].is_unique
    document = statements["source_id"].map(sources.set_index("source_id")["kind"]).eq("document")
    prefix = statements[document].assign(prefix=statements["statement_id"].str.partition("-")[0])
    assert prefix.groupby("prefix")["source_id"].nunique().eq(1).all()


def test_series_has_values_unit_vintage_and_sources():
    rd = data.series("RD_EXP", vintage="final")
    assert rd[2023] == 2049.6028 and rd.index.tolist()[:14] == list(range(2010, 2024))
    assert rd.attrs["unit"] == "亿元" and rd.attrs["vintage"] == "final"
    assert rd.attrs["sources"] == ["cst-yearbook-activity"]


def test_several_vintages_are_not_mixed():
    with pytest.raises(data.DataError, match=r"'census-4' \(2000–\d{4}\), 'census-5' \(2006–\d{4}\), 'first-release'"):
        data.series("GDP")
    with pytest.raises(data.DataError, match=r"'census-5' disagrees .*2006: 10598.9 and 10825.4"):
        data.series("GDP", vintage=["census-4", "census-5"])


def test_vintages_that_agree_are_spliced_and_the_first_named_wins():
    rd = data.series("RD_EXP", vintage=["final", "first-release", "sh-yearbook"])
    assert rd.index.tolist()[:25] == list(range(2000, 2025))
    assert (rd[2009], rd[2010], rd[2023], rd[2024]) == (431.98, 481.7031, 2049.6028, 2343.7)
    assert rd.attrs["lineage"][2024] == ["nbs-rd-communique-2024"]
    assert data.series("RD_EXP", vintage=["first-release", "final"])[2023] == 2049.6


def test_vintages_that_cannot_be_compared_are_not_joined():
    with pytest.raises(data.DataError, match="no year in common"):
        data.series("GDP", vintage=["pre-census-4", "first-release"])
    with pytest.raises(data.DataError, match="name one vintage at least"):
        data.series("GDP", vintage=[])


def test_a_bound_is_marked():
    bounds = data.series("HIGH_TECH_FIRMS", vintage="as-published").attrs["bounds"]
    assert 2012 not in bounds and bounds[2022] == bounds[2023] == bounds[2024] == "at_least"


def test_questions_without_an_answer_say_what_there_is():
    with pytest.raises(data.DataError, match=r"indicators\.csv lists"):
        data.series("R_AND_D")
    with pytest.raises(data.DataError, match=r"areas\.csv lists"):
        data.series("RD_EXP", "CN-XX")
    with pytest.raises(data.DataError, match="there is one of CN-SH"):
        data.series("POPULATION", "CN-BJ")
    with pytest.raises(data.DataError, match=r"'final' \(2010–2023"):
        data.series("RD_EXP", vintage="fnal")
    with pytest.raises(data.DataError, match=r"10\.0, 10\.01, 11\.0"):
        data.pwt("9.1")


def test_intervals_follow_the_digits_published():
    rows = data.series_table().query("indicator == 'RD_INTENSITY' and ref_area == 'CN-SH' and time_period == 2023")
    rows = rows.set_index("vintage")
    assert tuple(rows.loc["first-release", ["low", "high"]]) == (4.335, 4.345)
    assert tuple(rows.loc["announced", ["low", "high"]]) == (4.3, 4.5)


def test_a_target_is_meant_and_not_rounded():
    table = data.series_table().query("vintage == 'target' and indicator == 'RD_INTENSITY' and ref_area == 'CN-SH'")
    meant = table.set_index("time_period")[["low", "high"]].apply(tuple, axis=1)
    assert (meant[2025], meant[2026], meant[2030]) == ((4.5, 4.5), (4.6, 4.6), (5.0, float("inf")))
    stated = data.statements().set_index("statement_id")[["low", "high"]].apply(tuple, axis=1)
    assert stated["page24-xuhui-ai-output-target"] == (1e11, 1e11) and stated["page25-hrtc-data-target"] == (1e8, 1e8)
    assert stated["page25-basic-research-floor-2024"] == (pytest.approx(100 / 3), float("inf"))
    with pytest.raises(data.DataError, match="not joined"):
        data.series("RD_INTENSITY", vintage=["first-release", "target"])


def test_a_qualifier_that_stands_apart_counts():
    row = data.statements().set_index("statement_id").loc["page25-hrtc-data-per-day"]
    assert (row["qualifier"], row["low"], row["high"]) == ("approx", 20_000, 40_000)


def test_precision_does_not_live_in_trailing_zeros(folder):
    """A spreadsheet drops them on saving; a figure printed in thousands stands in full."""
    path = folder / "series.csv"
    header, *rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    place, changed = header.index("obs_value"), 0
    for row in rows:
        number = row[place]
        row[place] = number.rstrip("0").rstrip(".") if "." in number else number
        changed += row[place] != number
    assert changed > 100
    path.write_text("\n".join(map(",".join, [header, *rows])), "utf-8")
    pd.testing.assert_frame_equal(data.load(folder)["series"], data.series_table())
    patents = data.observations("INVENTION_PATENTS").loc[2024]
    assert (patents["low"], patents["high"]) == (278_500, 279_500)


def test_the_official_parts_add_up():
    """By activity and by source of funds, within twelve 万元 of rounding; the larger gaps are the print's own."""
    table = data.series_table().query("vintage == 'final'").set_index(["indicator", "ref_area", "time_period"])
    gaps = {}
    for stem, kinds in (("RD_EXP", "BASIC APPLIED DEVELOPMENT"), ("RD_FUND", "ENTERPRISE GOVERNMENT ABROAD OTHER")):
        parts = sum(table["obs_value"].xs(f"{stem}_{kind}") for kind in kinds.split())
        gap = (parts - table["obs_value"].xs("RD_EXP")).dropna()
        assert set(gap.groupby("ref_area").size()) == {14} and gap.index.unique("ref_area").size == 6
        gaps[stem] = gap[gap.abs() > 0.00125].round(3).to_dict()
    assert gaps["RD_EXP"] == {("CN-SH", 2021): 1.967, ("CN", 2021): 1.967, ("CN-ZJ", 2015): 0.012, ("CN", 2015): 0.012}
    assert gaps["RD_FUND"] == {("CN-ZJ", 2015): 0.012, ("CN", 2015): 0.012}


def test_penn_world_table_by_release():
    table = data.pwt("10.01")
    assert set(table["release"]) == {"10.01"} and len(data.pwt()) == 1369
    assert table.query("countrycode == 'CHN' and year == 2019")["rtfpna"].item() > 0


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data.FOLDER, tmp_path / "data")


def edit(folder, name, old, new, count=1):
    path = folder / name
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, count))


ROW = b"GDP,CN,2005,"
FAULTS = {  # name: file, old bytes, new bytes, what the message must hold
    "unknown indicator": ("series.csv", ROW, b"GPD,CN,2005,", ["series.csv", "indicator", "'GPD'", "indicators.csv"]),
    "unknown area": ("series.csv", ROW, b"GDP,CX,2005,", ["ref_area", "'CX'", "areas.csv"]),
    "unknown source": ("series.csv", b"nbs-gdp-national", b"nbs-gdp", ["source_id", "'nbs-gdp'", "sources.csv"]),
    "no number": ("series.csv", b"GDP,CN,2015,", b"GDP,CN,2015,x", ["row", "obs_value", "2049.60"]),
    "thousands separator": ("series.csv", b"RD_EXP,CN-SH,2010,481.7031", b'RD_EXP,CN-SH,2010,"1,481"', ["'1,481'"]),
    "plus sign": ("series.csv", b"RD_EXP,CN-SH,2010,481", b"RD_EXP,CN-SH,2010,+481", ["obs_value", "'+481.7031'"]),
    "full width": ("series.csv", b"RD_EXP,CN-SH,2010,481", "RD_EXP,CN-SH,2010,４81".encode(), ["obs_value", "2049.60"]),
    "an exponent": ("series.csv", b"RD_EXP,CN-SH,2010,481.7031", b"RD_EXP,CN-SH,2010,1e400", ["obs_value", "'1e400'"]),
    "too long": ("series.csv", b"CN-SH,2010,481.7031", b"CN-SH,2010," + b"9" * 31, ["obs_value", "such as 2049.60"]),
    "negative": ("series.csv", b"CN-SH,2010,481.7031", b"CN-SH,2010,-481.7", ["obs_value", "at least 0"]),
    "two units": ("series.csv", "2010,481.7031,4,亿元".encode(), "2010,0.0481,4,万亿元".encode(), ["one unit"]),
    "mistyped vintage": ("series.csv", b"first-release,P", b"firstrelease,P", ["vintage", "'firstrelease'"]),
    "a NUL character": ("areas.csv", b"Beijing", b"Bei\0jing", ["areas.csv, row", "NUL"]),
    "no year": ("series.csv", ROW, b"GDP,CN,200,", ["time_period", "'200'", "a year of four digits"]),
    "year out of range": ("series.csv", ROW, b"GDP,CN,2505,", ["time_period", "at most 2100"]),
    "missing value": ("series.csv", ROW, b"GDP,CN,,", ["time_period", "required"]),
    "unknown code": ("series.csv", b",exact,", b",exakt,", ["qualifier", "'exakt'", "at_least"]),
    "duplicate key": ("series.csv", b"GDP,CN,2006,", ROW, ["row 16", "row 15 has the same", "GDP+CN+census-5+2005"]),
    "missing column": ("series.csv", b"obs_value", b"value", ["obs_value", "missing"]),
    "unknown column": ("areas.csv", b"parent\n", b"parent,remark\n", ["'remark'", "each once"]),
    "ragged row": ("areas.csv", b"CN-BJ,", b"CN-BJ,,", ["areas.csv, row 2", "4 cells", "there are 5"]),
    "wrong unit": ("series.csv", "亿元".encode(), "家".encode(), ["unit", "a multiple of CNY"]),
    "unreadable print": ("statements.csv", b"1615.69", b"1615.6x", ["statements.csv", "printed", "1615.6x"]),
    "print of another unit": ("statements.csv", "1615.69,,亿元".encode(), "1615.69,,家".encode(), ["unit of RD_EXP"]),
    "unknown duplicate": ("statements.csv", "1615.69,,亿元,observation,core,A,".encode(),
                          "1615.69,,亿元,observation,core,A,nowhere".encode(), ["duplicate_of", "'nowhere'"]),
    "more digits than printed": ("series.csv", b"2010,481.7031,4", b"2010,481.7031,2", ["obs_value", "2 decimals"]),
    "more than whole thousands": ("series.csv", b"2024,279000,-3", b"2024,279500,-3", ["'279500'", "-3 decimals"]),
    "a slipped decimal point": ("series.csv", b"CN-SH,2015,936.1439", b"CN-SH,2015,93614.39", ["93614.39", "861.955"]),
    "an unconfirmed step": ("series.csv", b"step: 1/13 of", b"fell to 1/13 of", ["'0.4384'", "step:"]),
    "a blank before": ("areas.csv", b"CN-BJ,Beijing", b"CN-BJ, Beijing", ["name_en", "' Beijing'", "without blanks"]),
    "a blank after": ("series.csv", b",exact,", b",exact ,", ["qualifier", "'exact '", "'exact' without blanks"]),
    "an area in itself": ("areas.csv", "北京,CN".encode(), "北京,CN-BJ".encode(), ["parent", "'CN-BJ'", "in itself"]),
    "areas in a circle": ("areas.csv", "中国,WLD".encode(), "中国,CN-SH".encode(), ["parent", "in itself"]),
    "a date too fine": ("sources.csv", b"2022-08,month", b"2022-08-15,month", ["published", "'2022-08-15'", "month"]),
    "a date too coarse": ("sources.csv", b"2025-03-24,day", b"2025-03,day", ["published", "'2025-03'", "day"]),
    "a statement of no document": ("statements.csv", b"gdp-2023,newspaper-page-2024-03", b"gdp-2023,sh-bulletin-2024",
                                   ["source_id", "'sh-bulletin-2024'", "a document"]),
    "an outcome of a document": ("statements.csv", b"xuhui-work-report-2026,,MODELS_FILED,",
                                 b"newspaper-page-2025-06,,MODELS_FILED,", ["source_id", "none of the documents"]),
    "an outcome on a line": ("statements.csv", b"xuhui-work-report-2026,,", b"xuhui-work-report-2026,5,", ["'5'"]),
    "a statement without a line": ("statements.csv", b"newspaper-page-2024-03,17,GDP", b"newspaper-page-2024-03,,GDP",
                                   ["line", "the line of the document"]),
    "open quote": ("areas.csv", b"CN-BJ,Beijing", b'CN-BJ,"Beijing', ["areas.csv", "CSV"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(folder, fault):
    name, old, new, expected = FAULTS[fault]
    if fault == "duplicate key":
        lines = (folder / name).read_bytes().split(b"\n")
        first = next(i for i, line in enumerate(lines) if line.startswith(ROW))
        expected = [f"row {first + 2}", f"row {first + 1} has the same", expected[2]]
    if fault == "ragged row":
        lines = (folder / name).read_text("utf-8").split("\n")
        expected = [f"row {next(i for i, line in enumerate(lines, 1) if line.startswith('CN-BJ,'))}", *expected[1:]]
    edit(folder, name, old, new)
    with pytest.raises(data.DataError) as caught:
        data.load(folder)
    for words in [name, *expected]:
        assert words in str(caught.value)


def test_files_that_are_no_tables(folder):
    path = folder / "series.csv"
    good = path.read_bytes()
    path.write_bytes(good.decode().encode("gbk"))
    with pytest.raises(data.DataError, match=r"series\.csv: .*GBK"):
        data.load(folder)
    path.write_bytes(good.decode().encode("utf-16"))
    with pytest.raises(data.DataError, match=r"series\.csv: .*UTF-16"):
        data.load(folder)
    for mark, word in ((b";", "semicolons"), (b"\t", "tabs")):
        path.write_bytes(good.replace(b",", mark))
        with pytest.raises(data.DataError, match=rf"series\.csv, row 1: .*commas.*{word}"):
            data.load(folder)
    path.write_bytes(b"")
    with pytest.raises(data.DataError, match=r"series\.csv: .*empty"):
        data.load(folder)
    path.unlink()
    with pytest.raises(data.DataError, match=r"series\.csv: no such file"):
        data.load(folder)


def test_line_ends_and_byte_order_mark_do_not_matter(folder):
    path = folder / "series.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(data.load(folder)["series"], data.series_table())


def test_a_declared_break_reaches_the_series(folder):
    edit(folder, "series.csv", *(f"CN-SH,2015,936.1439,4,亿元,exact,final,{status}".encode() for status in "AB"))
    assert data.series("RD_EXP", vintage="final", folder=folder).attrs["breaks"] == [2015]


def test_an_edited_table_is_read_again(folder):
    assert data.series("RD_EXP", vintage="final", folder=folder)[2010] == 481.7031
    edit(folder, "series.csv", b"481.7031", b"481.7032")
    assert data.series("RD_EXP", vintage="final", folder=folder)[2010] == 481.7032


def test_a_table_without_rows_is_empty(folder):
    path = folder / "series.csv"
    path.write_bytes(path.read_bytes().split(b"\n")[0])
    assert data.load(folder)["series"].empty


@pytest.mark.parametrize("read", [data.series_table, data.tfp_literature, data.statements, data.sources, data.areas])
def test_a_callers_change_stays_with_the_caller(read):
    mine = read()
    mine["mine"] = mine.pop(mine.columns[0])
    assert "mine" not in read() and mine.columns[0] in read()


def test_the_description_knows_no_other_table():
    described = {r["path"] for r in json.loads((data.FOLDER / "datapackage.json").read_text("utf-8"))["resources"]}
    assert described == {path.name for path in data.FOLDER.glob("*.csv")}


def test_helpers_without_the_tables_say_so(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    with pytest.raises(data.DataError, match=r"the tables are not in .*; they come with the project"):
        data.resources.__wrapped__()


def test_the_catalogue_lists_every_series_once():
    listed, table = data.catalogue(), data.series_table()
    assert listed["years"].sum() == len(table)
    assert not listed.duplicated(["indicator", "ref_area", "vintage"]).any()
    row = listed.query("indicator == 'RD_EXP' and ref_area == 'CN-SH' and vintage == 'final'").iloc[0]
    assert (row["start"], row["end"], row["years"], row["unit"]) == (2010, 2023, 14, "亿元")
