"""The recipes do what they say, and are the same in both languages."""

import json
import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

import run
from helpers import data

PAGES = [(run.ROOT / "docs" / name).read_text("utf-8") for name in ("recipes.md", "recipes.zh.md")]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
PYTHON = [code for language, code in BLOCK.findall(PAGES[0]) if language == "python"]
SHELL = [line for language, code in BLOCK.findall(PAGES[0]) if language == "sh" for line in code.splitlines()]


def test_both_languages_have_the_same_recipes():
    assert BLOCK.findall(PAGES[0]) == BLOCK.findall(PAGES[1])
    assert [len(re.findall(r"^## ", page, re.M)) for page in PAGES] == [12, 12]


@pytest.fixture
def folder(tmp_path):
    """A copy of the project, and something of one's own in `mine`."""
    for name in ("data", "figures", "helpers"):
        shutil.copytree(run.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
    (tmp_path / "words").symlink_to(run.ROOT / "words")
    (tmp_path / "notebooks").symlink_to(run.ROOT / "notebooks")
    (tmp_path / "mine").mkdir()
    pd.DataFrame({"year": [2022, 2023, 2024], "rd": [723.0, 788.4, 850.1]}).to_excel(
        tmp_path / "mine" / "hangzhou.xlsx", index=False
    )
    (tmp_path / "mine" / "page.txt").write_text("第一行\n2024年，全市研发经费支出2343.7亿元，增长14.3%。\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: re.search(r"\w+\.\w+\(.*", code)[0][:30])
def test_a_recipe_runs(folder, code):
    """As the cell of a notebook: what its last line gives is shown."""
    *lines, last = code.rstrip().split("\n")
    whole = "\n".join([*lines, last if last.startswith((")", " ")) else f"print({last})"])
    environment = os.environ | {"FIGURES_CHECK": "", "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-W", "error", "-c", whole], cwd=folder / "mine", env=environment,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 0, done.stderr
    if exported := re.search(r'export\((?:choice, )?"(\w+)"', code):
        written = {path.suffix for path in (folder / "mine").glob(f"{exported[1]}.*")}
        assert written == {".svg", ".png", ".csv", ".json"}
        side = json.loads((folder / "mine" / f"{exported[1]}.json").read_text("utf-8"))
        assert "untranslated" not in side
        assert not re.search(
            "[{}]", "".join(text for what in ("title", "subtitle", "alt") for text in side[what].values())
        )
    if "CN-330100" in code:
        assert "9.0" in done.stdout and "7.8" in done.stdout, "788.4 over 723.0, 850.1 over 788.4"


@pytest.mark.parametrize("line", [line for line in SHELL if "python" in line])
def test_a_command_runs(folder, line):
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, *line.split()[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    if "find" in line:
        assert "2343.7亿元" in done.stdout and "14.3%" in done.stdout and ",2," in done.stdout
    elif "check" in line:
        assert done.returncode == 2 and "no statements of my-page-2026-01; there are of" in done.stderr
    else:
        assert "2049.6028亿元" in done.stdout and "newspaper page, June 2025, line 134: 2049.60" in done.stdout
        assert "RD_EXP CN-SH 2023, 2049.6028亿元" in done.stdout.split("R&D intensity")[1], (
            "a ratio is followed to both its parts"
        )
        assert "GDP CN-SH 2023, 51404.5亿元" in done.stdout and "4.72" not in done.stdout and not done.stderr


def test_next_years_rows_are_taken(folder):
    source, figure = next(code for language, code in BLOCK.findall(PAGES[0]) if language == "csv").splitlines()
    for name, row in (("sources", source), ("series", figure)):
        with (folder / "data" / f"{name}.csv").open("a", encoding="utf-8") as table:
            table.write(row + "\n")
    assert data.series("RD_EXP", vintage="first-release", folder=folder / "data")[2025] == 2500
