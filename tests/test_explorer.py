"""The explorer without a browser: every line, change and trend is a view or a reason, and numbers are those of data."""

import json
import random
import re
import shutil
from dataclasses import asdict
from fractions import Fraction

import nbformat
import pandas as pd
import pytest
from matplotlib import pyplot

import run
from helpers import choices, data, explorer, figures, trends, words
from helpers.choices import Choice, Refused, code, view, why_not
from helpers.words import HAN

LINES = [*choices.book().lines]
RD = ("RD_EXP", "CN-SH", "final")


def test_the_catalogue_has_every_series_and_every_print():
    table = explorer.catalogue()
    keys = ["indicator", "ref_area", "vintage"]
    assert not table.duplicated(keys).any()
    official = data.catalogue()
    both = official.merge(table, on=keys, suffixes=("", "_"))
    assert len(both) == len(official)
    assert (both["start"] == both["start_"]).all() and (both["end"] == both["end_"]).all()
    assert (both["years"] == both["years_"]).all()
    assert (table["gaps"] == table["end"] - table["start"] + 1 - table["years"]).all()
    printed = data.statements().query("role not in ['growth', 'rule', 'reference']")
    stated = set(zip(printed["indicator"], printed["ref_area"], strict=True))
    assert {line[:2] for line in LINES if line[2] == choices.DOCUMENTS} == stated


@pytest.mark.parametrize("show", choices.SHOWS)
def test_every_line_and_change_is_a_view_or_a_reason(show):
    models = [None, *trends.MODELS]
    answered = 0
    for place, line in enumerate(LINES):
        for model in {None, models[place % len(models)]}:
            choice = Choice((line,), show, model=model, level=(0.8, 0.95)[place % 2])
            try:
                points, _ = choices.answer(choice, choices.book())
            except Refused as refused:
                assert refused.pair == why_not(choice)
                assert refused.pair[0] and HAN.search(refused.pair[1])
            else:
                assert len(points[0]) and points[0]["obs_value"].notna().all()
                assert set(points[0]["qualifier"]) >= ({"projected"} if model else set())
                answered += 1
    assert answered > 10


def test_numbers_are_those_of_the_tables():
    """By hand from the CSV, in exact fractions."""
    table = pd.read_csv(data.FOLDER / "series.csv", dtype=str, encoding="utf-8-sig")

    def value(indicator, vintage, year):
        rows = table.query("indicator == @indicator and ref_area == 'CN-SH' and vintage == @vintage")
        return Fraction(rows.set_index("time_period")["obs_value"][year])

    def shown(show, year, **more):
        seen = view(Choice((RD,), show, **more)).table.set_index("time_period")
        return seen["obs_value"][year]

    now, before, first = (value("RD_EXP", "final", year) for year in ("2023", "2022", "2010"))
    assert shown("level", "2023") == float(now)
    assert shown("growth", "2023") == pytest.approx(float(100 * (now / before - 1)), rel=1e-12)
    assert shown("index", "2023") == pytest.approx(float(100 * now / first), rel=1e-12)
    assert shown("index", "2023", years=(2022, 2023)) == pytest.approx(float(100 * now / before), rel=1e-12)
    assert shown("share", "2023") == pytest.approx(float(100 * now / value("GDP", "census-5", "2023")), rel=1e-12)
    assert shown("compound", "2010–2023") == pytest.approx(100 * (float(now / first) ** (1 / 13) - 1), rel=1e-12)
    people = value("POPULATION", "final", "2023")  # 100 million yuan over 10,000 persons is ten thousand yuan a person
    assert shown("per_resident", "2023") == pytest.approx(float(10 * now / people), rel=1e-12)


def test_the_window_comes_before_the_change_and_the_trend():
    choice = Choice((RD,), "growth", years=(2015, 2020), model="drift")
    table = view(choice).table
    assert [*table["time_period"]][:5] == ["2016", "2017", "2018", "2019", "2020"]
    s = data.series("RD_EXP", vintage="final").loc[2015:2020]
    expected = trends.fit((100 * (s / s.shift() - 1)).dropna(), "drift").predict(6)
    assert [*table["obs_value"][5:]] == pytest.approx([*expected["mean"]], rel=1e-9)
    assert [*table["low"][5:]] == pytest.approx([*expected["low"]], rel=1e-9)


def test_a_bound_is_no_point_and_no_value():
    line = "HIGH_TECH_FIRMS", "CN-SH", "as-published"
    table = view(Choice((line,))).table.set_index("time_period")
    assert table["qualifier"]["2024"] == "at_least"
    assert table["low"]["2024"] == table["obs_value"]["2024"] and pd.isna(table["high"]["2024"])
    assert "2024" not in set(view(Choice((line,), "growth")).table["time_period"])


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (Choice(()), "Choose"),
        (Choice(tuple(LINES[:7])), "at most"),
        (Choice((RD, RD)), "same line twice"),
        (Choice((RD,), model="drift", horizon=0), "1 to 100"),
        (Choice((RD,), model="drift", level=2), "between 0 and 1"),
        (Choice((("RD_EXP", "CN-SH", "nonsense"),)), "catalogue"),
        (Choice((RD,), show="level", model="oracle"), "catalogue"),
        (Choice((RD,), "per_rd"), "divided by itself"),
        (Choice((RD,), years=(1950, 1960)), "has no figure in these years"),
        (Choice((RD, ("RD_PERSONNEL_FTE", "CN-SH", "final"))), "units differ"),
        (Choice((("GDP_INDEX", "CN-SH", "census-4"),), "growth"), "rate already"),
        (Choice((("RD_INTENSITY", "CN-SH", "first-release"),), "growth"), "percentage points"),
        (Choice((("RD_INTENSITY", "CN-SH", "target"),), model="drift"), "no measurement"),
        (Choice((("ROBOT_INDUSTRY_SCALE", "CN-SH", "documents"),), "index"), "as it is printed"),
        (Choice((RD,), "compound", model="drift"), "one number"),
        (Choice((RD,), "compound", years=(2020, 2020)), "single year"),
        (Choice((("RD_EXP", "CN-BJ", "final"),), "per_resident"), "not on record"),
        (Choice((RD,), years=(2020, 2022), model="damped"), "needs 4 years"),
        (Choice((("HIGH_TECH_FIRMS", "CN-SH", "as-published"),), model="drift"), "every year"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(choice, reason):
    with pytest.raises(Refused, match=reason):
        view(choice)


def sample(count, seed=7, answered=True):
    """Choices of one to three lines; those that have an answer, or any."""
    chance = random.Random(seed)
    while count:
        first = chance.choice(LINES)
        alike = [line for line in LINES if line[0] == first[0]] if chance.random() < 0.8 else LINES
        lines = tuple(dict.fromkeys([first, *chance.sample(alike, min(len(alike), chance.randint(0, 2)))]))
        start = chance.randint(2000, 2018)
        years = chance.choice([None, (start, start + chance.randint(2, 12))])
        model = chance.choice([None, *trends.MODELS])
        choice = Choice(
            lines, chance.choice(choices.SHOWS), years, model, chance.choice([0.8, 0.95]), chance.randint(1, 6)
        )
        if not answered or not why_not(choice):
            count -= 1
            yield choice


@pytest.mark.parametrize("choice", [*explorer.QUESTIONS.values(), *sample(40)], ids=str)
def test_the_code_gives_the_numbers_that_are_shown(choice):
    said = {}
    exec(code(choice), said)  # the code that a user copies
    table = view(choice).table
    for name, numbers in said["shown"].items():
        seen = table[(table["series"] == name) & (table["qualifier"] != "projected")]["obs_value"]
        if isinstance(numbers, pd.DataFrame):  # statements, in base units
            scales = [1, *choices.UNITS["scales"].values()]
            assert all(
                any(abs(value * scale / n - 1) < 1e-9 for scale in scales for n in numbers["value"]) for value in seen
            )
            continue
        given = [numbers] if isinstance(numbers, float) else [*numbers.dropna()]
        assert [*seen] == pytest.approx(given, rel=1e-12)
    for name, ahead in said["ahead"].items():
        seen = table[(table["series"] == name) & (table["qualifier"] == "projected")]
        assert [*seen["high"]] == pytest.approx([*ahead["high"]], rel=1e-12)


def test_statements_are_those_of_the_lines_with_document_and_line():
    stated = view(Choice((RD,))).statements
    expected = data.statements().query("indicator == 'RD_EXP' and ref_area == 'CN-SH'")
    assert stated["statement_id"].tolist() == expected["statement_id"].tolist()
    assert stated["line"].notna().all() and stated["source_id"].ne("").all()


def test_the_payload_is_the_same_every_time_and_the_page_small_and_alone(tmp_path):
    explorer.page(tmp_path / "one.html")
    choices._book.cache_clear()
    explorer.page(tmp_path / "two.html")
    text = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 900_000
    assert not re.search(r"(?:src|href)=\"(?!data:)", text) and not re.search(r"^import |\bfetch\(|XMLHttp", text, re.M)


def edit(path, old, new):
    text = path.read_text(encoding="utf-8-sig")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_breaks_zeros_and_other_countries_of_an_own_folder(own, tmp_path):
    row = next(
        line
        for line in (own / "series.csv").read_text("utf-8-sig").splitlines()
        if line.startswith("RD_EXP,CN-SH,2015")
    )
    edit(own / "series.csv", row, row.replace(",A,", ",B,"))
    zero = next(line for line in (own / "series.csv").read_text("utf-8-sig").splitlines()
                if line.startswith("HIGH_VALUE_PATENTS_PER_10K_CHANGE,CN-SH,2023"))  # fmt: skip
    cells = zero.split(",")
    edit(own / "series.csv", zero, ",".join([*cells[:3], "0", "", *cells[5:]]))
    with (own / "pwt.csv").open("a", encoding="utf-8") as file:
        file.write((own / "pwt.csv").read_text("utf-8-sig").splitlines()[-1].replace("USA", "FRA") + "\n")
    for choice in (Choice((RD,), "growth"), Choice((RD,), "index"), Choice((RD,), model="drift")):
        with pytest.raises(Refused, match="definition changes in 2015"):
            view(choice, own)
    assert len(view(Choice((RD,), "growth", (2015, 2023)), own).table) == 8
    with pytest.raises(Refused, match="zero"):
        view(Choice((("HIGH_VALUE_PATENTS_PER_10K_CHANGE", "CN-SH", "as-published"),), "index"), own)
    explorer.page(tmp_path / "page.html", own)
    assert not any("FRA" in str(line) for line in choices.book(own).lines)


def test_the_code_of_an_own_folder_reads_it(own):
    row = next(
        line
        for line in (own / "series.csv").read_text("utf-8-sig").splitlines()
        if line.startswith("RD_EXP,CN-SH,2023")
    )
    edit(own / "series.csv", row, row.replace("2049.6028", "2049.5"))
    said = {}
    exec(code(Choice((RD,)), own), said)
    assert said["shown"]["Shanghai"][2023] == view(Choice((RD,)), own).table["obs_value"].iloc[-1]


def test_about_stays_about():
    table = view(Choice((("RD_INTENSITY", "CN-SH", "announced"),))).table
    expected = data.observations("RD_INTENSITY", vintage="announced")["qualifier"]
    assert table["qualifier"].tolist() == expected.tolist() and "approx" in set(expected)


def test_a_vintage_that_adds_no_year_is_not_joined(own):
    with (own / "series.csv").open("a", encoding="utf-8") as file:
        file.write("RD_EXP,CN-SH,2011,597.7131,4,亿元,exact,as-published,A,cst-yearbook-activity,high,\n")
    joined = [line[2] for line in choices.book(own).lines if line[:2] == ("RD_EXP", "CN-SH") and "+" in line[2]]
    assert joined == ["final+first-release+sh-yearbook"]


def test_the_widget_writes_the_files_of_a_figure(own, monkeypatch):
    monkeypatch.setattr(data, "FOLDER", own)
    monkeypatch.setattr(figures, "_notebook", "")
    widget, heard = explorer.explore(own, Choice((RD,))), []
    assert "text/plain" in widget._repr_mimebundle_()[0]
    widget.send = heard.append
    for _ in range(2):  # in a style of its own, then in the one that is set
        widget._handle_custom_msg({"do": "save", "name": "spending", "choice": asdict(Choice((RD,))), "id": 1}, [])
    assert heard == [{"saved": ", ".join(f"spending.{kind}" for kind in figures.FILES), "id": 1}] * 2
    assert {path.name for path in (own.parent / "mine").iterdir()} == {f"spending.{kind}" for kind in figures.FILES}
    widget.close()


def test_the_widget_answers_every_question_or_says_why():
    widget, heard = explorer.explore(), []
    widget.send = heard.append
    given = {"lines": [list(RD)], "show": "level", "years": [2012, 2020], "model": "drift", "level": 0.95, "horizon": 3}
    wrong = [{"choice": given | {"level": 2}}, {"choice": given | {"horizon": "x"}}, {"choice": {}}, {}]
    for asked in [{"choice": given}, *wrong]:
        widget._handle_custom_msg(asked | {"do": "fit", "id": 1}, [])
    assert len(heard) == 5 and len(heard[0]["trends"][0]) == 3
    assert all(len(one["refused"]) == 2 and one["id"] == 1 for one in heard[1:])
    widget.close()


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(data.FOLDER, folder)
    return folder


def test_a_malicious_name_stays_text(own, tmp_path, monkeypatch):
    evil = "</script><script>alert(1)</script>"
    for name in ("indicators.csv", "areas.csv", "sources.csv"):
        path = own / name
        for plain in ("Intramural R&D expenditure", ",Shanghai,", "Shanghai Statistical Yearbook"):
            text = path.read_text(encoding="utf-8-sig")
            path.write_text(
                text.replace(plain, plain.replace("Shanghai", evil).replace("Intramural", evil)), encoding="utf-8"
            )
    monkeypatch.setattr(words, "both", lambda *_: ["</noscript><img src=x onerror=alert(1)>", "{payload}"])
    explorer.page(tmp_path / "page.html", own)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert evil not in text and text.count("</script>") == 2 and "<img src=x" not in text and "{payload}" in text
    held = json.loads(text.split('id="held">')[1].split("</script>")[0])
    assert evil in held["areas"]["CN-SH"][0]


def test_a_table_of_ones_own_is_read_again_when_it_changes_and_refused_when_it_is_wrong(own):
    path = own / "series.csv"
    row = "RD_EXP,CN-SH,2025,2500.0,1,亿元,exact,first-release,A,nbs-rd-communique-2024,high,\n"
    path.write_text(path.read_text(encoding="utf-8-sig") + row, encoding="utf-8")
    assert "2025" in set(view(Choice((("RD_EXP", "CN-SH", "first-release"),)), own).table["time_period"])
    path.write_text(path.read_text(encoding="utf-8") + row.replace("2025,2500.0", "2026,many"), encoding="utf-8")
    with pytest.raises(data.DataError, match="column obs_value: 'many'"):
        explorer.explore(own)


def test_a_choice_is_exported_as_six_files(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "_notebook", "mine")
    figures.use_style("mine")
    lines = ("FISCAL_SCITECH", "CN-GD", "final"), ("RD_EXP", "CN-BJ", "final")
    tried = [Choice(lines[:1], "share", model="local-linear"), Choice((RD,), model="damped"),
             Choice((RD, lines[1]), "compound"), *explorer.QUESTIONS.values()]  # fmt: skip
    for place, choice in enumerate(tried):
        explorer.export(choice, f"own{place}", tmp_path)
        assert {path.name for path in tmp_path.glob(f"own{place}.*")} == {
            f"own{place}.{kind}" for kind in figures.FILES
        }
    with pytest.raises(Refused):
        explorer.export(Choice((RD,), "per_rd"), "never", tmp_path)
    assert not [*tmp_path.glob("never*")]


def drawn(choice, monkeypatch):
    """The axes of an exported choice, and its table."""
    _, ax = pyplot.subplots()
    held = {}

    def draw(name, how, table, **_):
        how(ax, table, lambda text, chinese=None, **values: text.format(**values))
        held["table"] = table

    monkeypatch.setattr(figures, "export", draw)
    explorer.export(choice, "own")
    return ax, held["table"]


def test_a_trend_is_drawn_from_the_last_figure_on(monkeypatch):
    ax, table = drawn(Choice((RD,), model="damped", horizon=3), monkeypatch)
    measured, ahead = ax.lines
    expected = table[table["qualifier"] == "projected"]["obs_value"]
    assert [*ahead.get_xdata()] == [2023, 2024, 2025, 2026] and len(measured.get_xdata()) == 14
    assert ahead.get_ydata()[0] == measured.get_ydata()[-1]
    assert [*ahead.get_ydata()[1:] / measured.get_ydata()[-1]] == pytest.approx(
        [*expected / table.set_index("x")["obs_value"][2023]]
    )
    [fan] = [one.get_paths()[0] for one in ax.collections if len(one.get_paths()[0]) > 5]
    assert fan.get_extents().x0 == 2023 and fan.get_extents().x1 == 2026


@pytest.mark.parametrize(
    ("line", "kind", "shape", "filled"),
    [
        (("HIGH_TECH_FIRMS", "CN-SH", "as-published"), "at_least", "^", False),
        (("RD_INTENSITY", "CN-SH", "announced"), "approx", "o", True),
        (("RD_INTENSITY", "CN-SH", "target"), "target", "D", False),
    ],
)
def test_marks_say_what_kind_of_figure_they_are(monkeypatch, line, kind, shape, filled):
    ax, table = drawn(Choice((line,)), monkeypatch)
    rows = table if kind == "target" else table[table["qualifier"] == kind]
    marks = {one.get_xdata()[0]: one for one in ax.lines if one.get_linestyle() == "None"}
    alike = [marks[x] for x in rows["x"] if marks[x].get_marker() == shape]
    assert alike and (kind == "target" or len(alike) == len(rows))
    assert all((one.get_markerfacecolor() != "white") == filled for one in alike)


def test_the_stored_widget_is_a_picture():
    notebook = nbformat.read(run.NOTEBOOKS / "08_explore.ipynb", as_version=4)
    [cell] = [cell for cell in notebook.cells if "explorer.explore(" in cell.source]
    [output] = cell.outputs
    assert {"text/html", "image/svg+xml", "image/png", "text/plain"} <= set(output.data)
    assert not any("widget" in kind for kind in output.data) and "widgets" not in notebook.metadata


@pytest.mark.parametrize(
    ("line", "show", "by_hand"),
    [  # 2023 as printed: 241,387 and 44,345 patents, 24.87 million residents, 204,960.28 million yuan of R&D
        (("INVENTION_PATENTS", "CN-SH", "as-published"), "per_resident", Fraction(241_387) / Fraction(2487)),
        (("INVENTION_PATENTS_GRANTED", "CN-SH", "as-published"), "per_rd", Fraction(44_345) / Fraction("2049.6028")),
        (("RD_EXP", "CN-SH", "final"), "per_resident", Fraction("204960.28") / Fraction("24.87") / 1000),
    ],
)
def test_ratios_are_those_of_the_printed_figures(line, show, by_hand):
    table = view(Choice((line,), show=show)).table
    assert table.set_index("time_period")["obs_value"]["2023"] == pytest.approx(float(by_hand), rel=1e-9)
