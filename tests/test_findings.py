"""Words spoken by code: tables for people, and findings that travel unchanged."""

import nbformat
import numpy as np
import pandas as pd
import pytest

from helpers import findings

CLAIM, TEXT = ("It grew", "增长了"), ("By 5.0 %.", "增长5.0%。")


def test_a_table_for_people():
    table = pd.DataFrame({"area": ["a|b", "c"], "year": [2000, 2001], "%": [-1.25, np.nan], "yuan": [1234.5, 2.0]})
    lines = findings.show(table, {"%": 1, "yuan": 2}).data.splitlines()
    assert [cell.strip() for cell in lines[2].split(" | ")] == ["| a\\|b", "2000", "−1.2", "1,234.50 |"]
    assert [cell.strip() for cell in lines[3].split(" | ")] == ["| c", "2001", "–", "2.00 |"]
    assert lines[1].count("-:|") == 3, "numbers stand on the right"


def test_a_bar_in_a_finding_does_not_break_its_table(tmp_path):
    bundle = findings.Finding(("a|b", "甲|乙"), "measured", TEXT)._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])]), tmp_path / "a.ipynb")
    assert "a\\|b" in findings.table("en", tmp_path)


def test_a_verdict_is_one_of_five():
    with pytest.raises(ValueError, match="confirmed, refined, contradicted, cannot be judged, measured"):
        findings.Finding(CLAIM, "true", TEXT)


def test_findings_are_read_from_the_stored_output(tmp_path):
    bundle = findings.Finding(CLAIM, "refined", TEXT, lead=True)._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
    cell = nbformat.v4.new_code_cell("x", outputs=[output], execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "03_x.ipynb")
    found = findings.collect(tmp_path)
    assert found.loc[0].tolist() == ["03_x", list(CLAIM), ["refined", "补充修正"], list(TEXT), True]
    assert findings.leads("en", tmp_path) == "- **It grew** By 5.0 %. [03_x](03_x.ipynb)"
    table = findings.table("zh", tmp_path, "notebooks/")
    assert "增长5.0%。" in table and "[03_x](notebooks/03_x.ipynb)" in table and "By 5.0" not in table
    assert "By 5.0 %." in findings.table("en", tmp_path)
