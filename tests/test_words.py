"""Words in two languages: what is said, what the catalogue holds, and findings that travel unchanged."""

import csv
import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from nbconvert import HTMLExporter

from helpers import figures, pages, words
from helpers.words import HAN, Finding, WordsError, say, show, translate

PAIRS = ("It grew", "增长了"), ("By 5.0 %.", "增长5.0%。")  # a text outside the catalogue is given in both


@pytest.fixture
def catalogue(monkeypatch):
    """A catalogue of one test's own."""
    own = Catalog("zh_CN")
    monkeypatch.setattr(words, "_catalogue", lambda: own)
    monkeypatch.setattr(words, "_notebook", "02_x")
    return own


@pytest.mark.parametrize(
    ("template", "value", "english", "chinese"),
    [
        ("{x:.1billion}", 2343.7, "234.4 billion yuan", "2343.7亿元"),
        ("{x:+.1bn}", 324.05, "+32.4", "+324.1"),
        ("{x:+.1bn}", -92.36, "−9.2", "−92.4"),
        ("{x:.0bn}", 2343.7, "234", "2344"),
        ("{x:.2trillion}", 51404.5, "5.14 trillion yuan", "5.14万亿元"),
        ("{x:.1million}", 0.0509, "5.1 million yuan", "509.0万元"),
        ("{x:.0thousand}", 144_200, "144 thousand", "14万"),
        ("{x:.1percent}", -4.35, "−4.3 %", "−4.3%"),
        ("{x:.1percent}", (3.5, 7.6), "3.5–7.6 %", "3.5%至7.6%"),
        ("{x:.0billion}", (3943, 4156), "394–416 billion yuan", "3943亿至4156亿元"),
        ("{x}", (2000, 2024), "2000–2024", "2000—2024"),
        ("{x:.1f}", -0.04, "0.0", "0.0"),
        ("{x:,.0f}", 12345.6, "12,346", "12346"),
        ("{x}", "Beijing", "Beijing", "北京"),
        ("{x}", ["Beijing", "Israel", "Korea"], "Beijing, Israel and Korea", "北京、以色列和韩国"),
        ("{x}", ["Beijing"], "Beijing", "北京"),
    ],
)
def test_a_value_is_said_as_each_language_says_it(template, value, english, chinese):
    """The amounts were converted by hand: 1 billion is 10亿, 1 trillion is 万亿, 1 million is 100万."""
    assert translate(template, "en", x=value) == english
    assert translate(template, "zh", x=value) == chinese


def test_an_entry_is_used_in_its_own_notebook(catalogue):
    catalogue.add("It grew by {pace:.1f} %.", "增长{pace:.1f}%。", context="02_x")
    catalogue.add("It fell.", "下降。", context="03_y")
    catalogue.add("Sources", "来源", context="helpers")
    assert translate("It grew by {pace:.1f} %.", "zh", pace=5) == "增长5.0%。"
    assert translate("It fell.", "zh") == "It fell." and translate("Sources", "zh") == "来源"


def test_chinese_marked_fuzzy_is_not_spoken(catalogue):
    """What was said of another sentence may be the opposite of this one."""
    catalogue.add("It fell.", "上升。", context="02_x", flags=["fuzzy"])
    assert translate("It fell.", "zh") == "It fell." and not words.has_chinese("It fell.")


def test_what_is_no_number_is_not_said():
    with pytest.raises(WordsError, match="NaN"):
        say("{x:.1billion}", x=float("nan"))


def test_heads_that_translate_alike_stay_apart(catalogue):
    for head in ("area", "place"):
        catalogue.add(head, "地区", context="02_x")
    table = pd.DataFrame({"area": ["a"], "place": ["b"], "spent": [2343]})
    lines = show(table, {"spent": ".1billion"}).chinese.splitlines()
    assert lines[0].count("地区") == 2 and lines[2].split() == ["|", "a", "|", "b", "|", "234.3", "|"]


def test_the_catalogue_is_kept_where_the_notebooks_cannot_tell(tmp_path, catalogue, monkeypatch):
    monkeypatch.setattr(words, "NOTEBOOKS", tmp_path)
    notebook(tmp_path, "02_x")
    with pytest.raises(WordsError, match=r"02_x\.ipynb is not executed"):
        words.update()


@pytest.mark.parametrize("chinese", ["", "{other}增长", "增长{pace", "{pace.real}", "{pace[0]}", "{pace!r:d}"])
def test_chinese_that_is_missing_or_broken_stops_nobody(catalogue, chinese):
    catalogue.add("It grew by {pace:.1f} %.", chinese, context="02_x")
    assert translate("It grew by {pace:.1f} %.", "zh", pace=5) == "It grew by 5.0 %."


def test_a_value_without_its_name_or_a_third_language_is_refused():
    with pytest.raises(WordsError, match=r"no value for {pace}; given are speed, in 'It grew by {pace}'"):
        say("It grew by {pace}", speed=5)
    with pytest.raises(WordsError, match="there are en and zh"):
        translate("It grew", "fr")
    with pytest.raises(WordsError, match=r"no value for \{x\.__class__\}"):
        say("{x.__class__}", x=1)


def test_every_output_has_both_languages_and_says_what_it_needs(catalogue):
    catalogue.add("It grew in {place}.", "{place}增长。", context="02_x")
    assert words.has_chinese("It grew in {place}.")
    bundle, metadata = say("It grew in {place}.", place="Shanghai")._repr_mimebundle_()
    assert bundle["text/markdown"] == "It grew in Shanghai." and bundle[words.CHINESE] == "上海增长。"
    assert metadata[words.CHINESE]["texts"] == ["It grew in {place}.", "Shanghai"]


def test_a_table_for_people(catalogue):
    catalogue.add("area", "地区", context="02_x")
    catalogue.add("{head} ({unit})", "{head}（{unit}）", context="helpers")
    catalogue.add("{number} billion yuan", "{number}亿元", context="helpers")
    table = pd.DataFrame({
        "area": ["a|b", "Beijing"], "year": [2000, 2001], "%": [-1.25, np.nan], "yuan": [1234.5, 2.0],
        "spent": [2343.7, 20.0],
    })  # fmt: skip
    bundle, metadata = show(table, {"%": 1, "yuan": 2, "spent": ".1billion"})._repr_mimebundle_()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in bundle["text/markdown"].splitlines()]
    assert cells[0][-1] == "spent (billion yuan)"
    assert cells[2] == ["a\\|b", "2000", "−1.2", "1,234.50", "234.4"]
    assert cells[3] == ["Beijing", "2001", "–", "2.00", "2.0"]
    assert bundle["text/markdown"].splitlines()[1].count("-:|") == 4, "numbers stand on the right"
    chinese = bundle[words.CHINESE].splitlines()
    assert "地区" in chinese[0] and "spent（亿元）" in chinese[0] and "北京" in chinese[3] and "1234.50" in chinese[2]
    assert metadata[words.CHINESE]["texts"][:3] == ["area", "a|b", "Beijing"]


def notebook(folder, name, *bundles):
    outputs = [nbformat.v4.new_output("execute_result", b, metadata=m, execution_count=1) for b, m in bundles]
    cells = [nbformat.v4.new_markdown_cell("# A title?\n\nIt is one."), nbformat.v4.new_code_cell("x", outputs=outputs)]
    cells[1].execution_count = 1 if outputs else None
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")


def test_findings_are_read_from_the_stored_output(tmp_path, catalogue, monkeypatch):
    catalogue.add("refined", "属实但需补充", context="helpers")
    notebook(tmp_path, "03_x", Finding(*PAIRS[:1], "refined", PAIRS[1], lead=True)._repr_mimebundle_())
    found = words.collect(tmp_path)
    assert found.loc[0].tolist() == ["03_x", [*PAIRS[0]], ["refined", "属实但需补充"], [*PAIRS[1]], True]
    monkeypatch.setattr(words.collect, "__defaults__", (tmp_path,))
    assert pages.leads("en") == "- **[It grew](03_x.ipynb)** By 5.0 %."
    table = pages.table("zh", "notebooks/")
    assert "增长5.0%。" in table and "[03_x](notebooks/03_x.ipynb)" in table and "By 5.0" not in table


def test_a_bar_in_a_finding_does_not_break_its_table(tmp_path, monkeypatch):
    notebook(tmp_path, "03_x", Finding(("a|b", "甲|乙"), "measured", PAIRS[1])._repr_mimebundle_())
    monkeypatch.setattr(words.collect, "__defaults__", (tmp_path,))
    assert "a\\|b" in pages.table("en") and "甲\\|乙" in pages.table("zh")


def test_a_verdict_is_one_of_those_defined():
    with pytest.raises(WordsError, match="confirmed, refined, contradicted, cannot be judged, measured, projected"):
        Finding("It grew", "true", "By 5 %.")


def test_the_catalogue_follows_the_notebooks(tmp_path, catalogue, monkeypatch):
    monkeypatch.setattr(words, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(words, "CATALOGUE", tmp_path / "zh.po")
    notebook(tmp_path, "02_x", say("It grew by {pace:.1f} % in all years.", pace=5)._repr_mimebundle_())
    wanted = {text for context, text in words.entries() if context != words.HELPERS}
    assert wanted == {"# A title?", "It is one.", "It grew by {pace:.1f} % in all years."}
    words.update()
    catalogue.get("It grew by {pace:.1f} % in all years.", "02_x").string = "各年均增长{pace:.1f}%。"
    catalogue.get("# A title?", "02_x").string = "# 标题？"
    notebook(tmp_path, "02_x", say("It grew by {pace:.1f} % in most years.", pace=5)._repr_mimebundle_())
    assert words.main([]) == 2 and words.main(["update"]) == 1, "no command, and what is still to be said"
    changed = catalogue.get("It grew by {pace:.1f} % in most years.", "02_x")
    assert changed.fuzzy and changed.string == "各年均增长{pace:.1f}%。", "the nearest one is kept, and marked"
    assert catalogue.get("It grew by {pace:.1f} % in all years.", "02_x") is None
    assert catalogue.get("# A title?", "02_x").string == "# 标题？" and not catalogue.get("# A title?", "02_x").fuzzy
    changed.string = "多数年份增长{speed:.1f}%。"
    faults, fuzzy = words.check()
    assert fuzzy == 1
    catalogue.get("It is one.", "02_x").string = "它是{"
    faults_then, _ = words.check()
    assert any("no template" in fault for fault in {*faults_then} - {*faults})
    assert any("['pace'], its Chinese ['speed']" in fault for fault in faults)
    assert any(fault.startswith("notebooks/02_x.ipynb:1: no Chinese for 'It is one.'") for fault in faults)


def test_no_chinese_in_code_outside_the_reader_of_print():
    code = {path.name for path in (pages.ROOT / "helpers").rglob("*.py") if HAN.search(path.read_text("utf-8"))}
    assert code == {"__init__.py"}  # of helpers.printed


def test_without_a_chinese_unit_amounts_are_counted_as_in_english(catalogue):
    """Half a translation would be wrong by a factor of ten."""
    catalogue.add("Spent: {x:.1billion}", "支出{x:.1billion}", context="02_x")
    assert translate("Spent: {x:.1billion}", "zh", x=2343.7) == "支出234.4 billion yuan"
    catalogue.add("{number} billion yuan", "{number}亿元", context="helpers")
    assert translate("Spent: {x:.1billion}", "zh", x=2343.7) == "支出2343.7亿元"


def test_without_a_catalogue_english_is_spoken(monkeypatch, tmp_path):
    monkeypatch.setattr(words, "CATALOGUE", tmp_path / "zh.po")
    words._catalogue.cache_clear()
    try:
        assert translate("It grew by {pace:.1f} %.", "zh", pace=5) == "It grew by 5.0 %."
    finally:
        words._catalogue.cache_clear()


def test_a_pair_is_filled_in_both_languages():
    pair = "It rose to {last:.1f}; {area}.", "升至{last:.1f}；{area}。"
    values = {"last": 39.2, "area": words.marked("Shanghai")}
    assert words.both(pair, values) == ["It rose to 39.2; Shanghai.", "升至39.2；上海。"]
    assert words.both(("{as it stands}", "{原样}"), {}) == ["{as it stands}", "{原样}"]
    with pytest.raises(words.WordsError, match=r"None.*in 'It rose to \{last:\.1f\}"):
        words.both(pair, values | {"last": None})


def test_a_value_with_braces_is_a_value():
    assert say("It is {x}.", x="a {brace}").english == "It is a {brace}."


def test_nothing_is_missing_in_the_catalogue():
    faults, _ = words.check()
    assert not faults, "\n".join(faults)


# Typography of Chinese print, between Chinese characters and around them.
FAULTY = {
    r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]": "a half-width sign beside a Chinese character",
    r"[\u4e00-\u9fff] +[\u4e00-\u9fff]": "a blank between Chinese characters",
    r"\d +%|[\u4e00-\u9fff] +%": "a blank before a percent sign",
    r"[）】》”]，|，，|。。": "two signs in a row",
    r"\{\w+:,": "a number with separators for thousands",
}


def typography(chinese):
    plain = re.sub(r"\{[^}]*\}|`[^`]*`|\]\([^)]*\)", lambda field: field[0] if field[0][0] == "{" else "", chinese)
    return [what for pattern, what in FAULTY.items() if re.search(pattern, plain)]


def test_chinese_is_set_as_print_sets_it():
    faults = {m.id: typography(m.string) for m in words._catalogue() if m.id}
    assert not {text: found for text, found in faults.items() if found}
    for sample in ("增长,上升", "增长 上升", "增长5 %", "（%），按", "增长{x:,.0f}"):
        assert typography(sample), f"the test should refuse {sample!r}"


def test_a_figure_waits_for_what_it_is_divided_by():
    spent = pd.Series([2343.7, 2561.4], index=[2024, 2025])
    said = words.waits("Intramural R&D expenditure", spent, "Gross domestic product", 2024)
    assert "of 2025 is published: 256.1 billion yuan" in said.english and "ends in 2024" in said.english
    assert "2025年" in said.chinese and "2561亿元" in said.chinese
    assert words.waits("Intramural R&D expenditure", spent, "Gross domestic product", 2025) is None


def test_terms_are_those_of_the_glossary():
    with (words.CATALOGUE.parent / "glossary.csv").open(encoding="utf-8") as file:
        rejected = {bad: row["zh"] for row in csv.DictReader(file) for bad in row["not"].split("/") if bad}
    used = {(bad, m.id) for m in words._catalogue() if m.id for bad in rejected if re.search(bad, m.string)}
    assert not used, [f"{rejected[bad]}, not {bad}: {text}" for bad, text in used]
    assert len(rejected) > 15


def test_the_gallery_asks_only_what_its_figures_answer():
    side = figures.side_files()["rd_intensity"]
    leads = {one.notebook: one.claim[0] for one in words.collect().query("lead").itertuples()}
    gallery = pages._gallery("en", [side])
    assert [name for name, claim in leads.items() if f"**{claim}**" in gallery] == ["02_rd_intensity"]


def test_the_front_pages_say_the_same_in_both_languages():
    english, chinese = ((pages.ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    for pattern in (r"^#+ ", r"^```\w*$", r"^<!-- (?!end).*-->$", r"^\| ", r"^\d\. ", r"^- "):
        lines = [re.findall(pattern, page, re.M) for page in (english, chinese)]
        assert len(lines[0]) == len(lines[1]), f"{pattern}: {len(lines[0])} and {len(lines[1])}"
    for block in re.findall(r"^```sh\n(.*?)^```", english, re.M | re.S):
        commands = re.sub(r"\s+#.*", "", block)
        assert commands in re.sub(r" +#.*", "", chinese), commands
    written = [re.sub(r"<!-- (\w+) -->.*?<!-- end of \1 -->", "", page, flags=re.S) for page in (english, chinese)]
    numbers = [sorted(re.findall(r"(?<![A-Za-z0-9_.-])\d+(?:\.\d+)*", page)) for page in written]
    assert numbers[0] == numbers[1]
    assert len(english) < 14_000 and len(re.sub(HAN, "", chinese)) < 9_000, "two screens and a reference part"


def test_markup_in_a_value_stays_text_in_a_notebook():
    """Whoever makes a page of a notebook may not clean it: what is stored must be harmless itself."""
    evil = "<img src=x onerror=alert(1)>"
    said = [words.say("{name} grew.", name=evil), words.show(pd.DataFrame({"name": [evil]})),
            words.Finding("Does {name} grow?", "measured", "{name} grew.", name=evil)]  # fmt: skip
    notebook = nbformat.v4.new_notebook()
    for one in said:
        data, _ = one._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", {kind: data[kind] for kind in ("text/markdown", "text/plain")})
        notebook.cells.append(nbformat.v4.new_code_cell(outputs=[output]))
        assert not re.search(r"(?<!\\)<img", data[words.CHINESE])
    page = HTMLExporter().from_notebook_node(notebook)[0]
    assert page.count("&lt;img src=x") == 4 and "<img src=x" not in page
