"""What an analyst adds next: ``make test-extend`` adds it to a copy of the project and runs everything again.

A sixth document, next year's R&D and a new province are added, then next year's GDP. After each addition all notebooks
must execute, no mark may be cut off, what they say must be what the tables give, and it must have moved: the new
document counts, a ratio says what it waits for, no sentence goes on naming the old year as the last one, no page counts
the documents as they were.
``python -m tests.extend 1`` stops after the first.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tests.anywhere import copy

DOCUMENT = "supplement-page-2026-09"
HASH = "0" * 64
# The rows as a user types them; every file ends with a line end.
ADDITIONS: dict[str, dict[str, str]] = {
    "a sixth document, next year's R&D, a new province": {
        "sources": "\n".join([
            f"{DOCUMENT},新版面,New page,new page,新版面,,,2026-09,month,,,,zh-Hans,document,{HASH},",
            "nbs-rd-communique-2025,公报,Communiqué,communiqué,公报,,,2026-09,month,,,,zh-Hans,communiqué,,",
        ]),
        "areas": "CN-310109,Hongkou District,虹口区,CN-SH\nCN-SD,Shandong,山东,CN",
        "indicators": "QUANTUM_FIRMS,Quantum firms,量子企业数,count,stock,As the page says.,以资料所称为准。,",
        "statements": "\n".join([
            f"new-gdp,{DOCUMENT},1,GDP,CN-SH,2024,5.39万亿元,,,observation,core,P,,",
            f"new-firms,{DOCUMENT},2,QUANTUM_FIRMS,CN-310109,2026-09,27家,,,observation,secondary,A,,",
            f"new-firms-target,{DOCUMENT},2,QUANTUM_FIRMS,CN-310109,2025,100家,,,target,core,F,,",
            f"new-rd,{DOCUMENT},3,RD_EXP,CN-SH,2024,2343.7亿元,,,observation,core,A,,",
            f"new-share,{DOCUMENT},4,RD_INTENSITY,CN-SH,2026,4.6%左右,,,target,core,F,,",
        ]),
        "series": "\n".join(
            ["RD_EXP,CN-SH,2025,2561.4,1,亿元,exact,first-release,A,nbs-rd-communique-2025,high,",
             "RD_INTENSITY,CN-SH,2025,4.52,2,%,exact,first-release,A,nbs-rd-communique-2025,high,"]
            + [f"RD_EXP,CN-SD,{y},{200 * y - 402_300}.5,1,亿元,exact,first-release,A,nbs-rd-communique-{y},high,"
               for y in range(2020, 2025)]
            + [f"GDP,CN-SD,{y},{5_000 * y - 10_027_000}.5,1,亿元,exact,census-5,A,nbs-gdp-province-census5,high,"
               for y in range(2020, 2025)]
        ),
    },
    "next year's GDP": {
        "series": "GDP,CN-SH,2025,56708.7,1,亿元,exact,census-5,A,nbs-gdp-province-census5,high,",
    },
}  # fmt: skip


def spoken(project: Path) -> dict[str, str]:
    """What each notebook says, and the front page, without the tables that list everything."""
    said = {}
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        outputs = [out for cell in json.loads(path.read_text("utf-8"))["cells"] for out in cell.get("outputs", [])]
        texts = ["".join(out.get("data", {}).get("text/markdown", "")) for out in outputs]
        said[path.stem] = "\n".join(text for text in texts if not text.lstrip().startswith("|"))
    said["README"] = (project / "README.md").read_text("utf-8")
    return said


def page_counts_documents(said: dict[str, str], project: Path) -> list[str]:
    """Places that still count the documents as they were."""
    counted = re.compile(r"\b([Ff]ive|5)( Chinese)? documents|[五5][份篇个]?(中文)?(资料|文件)")
    pages = [*project.glob("*.md"), *project.glob("*/README*.md"), project / "words" / "zh.po"]
    texts = said | {path.name: path.read_text("utf-8") for path in pages}
    return [f"{name} says {found[0]!r}" for name, text in texts.items() if (found := counted.search(text))]


def with_all_but_output(said: dict[str, str], project: Path) -> list[str]:
    """The document counts; R&D of 2025 is out, and the GDP it is divided by is not."""
    wrong = page_counts_documents(said, project)
    for name, text, fault in (
        ("01_documents", "Of 34 core figures", "does not count the new core figures"),
        ("05_industries_and_targets", "Of 10 targets", "does not judge the new target"),
        ("02_rd_intensity", "of 2025 is published: 256.1 billion yuan", "does not say the new sum"),
        ("02_rd_intensity", "waits for Gross domestic product", "does not say that the ratio waits for GDP"),
        ("07_trends", "waits for Gross domestic product", "does not say that the ratio waits for GDP"),
        ("README", "234.4 billion yuan in 2024", "divides R&D of one year by GDP of another"),
    ):
        wrong += [f"{name} {fault}"] * (text not in said[name])
    drawn = pd.read_csv(project / "figures" / "rd_expenditure.csv").query("series == 'compound growth'")
    if drawn["time_period"].iloc[-1] != "2020/2025":
        wrong.append("rd_expenditure does not reach the new year")
    return wrong


def with_output(said: dict[str, str], project: Path) -> list[str]:
    wrong = [f"{name} still says that it waits" for name in said if "waits for Gross domestic product" in said[name]]
    if "256.1 billion yuan in 2025, officially 4.52 % of GDP" not in said["README"]:
        wrong.append("README does not say the new sum and ratio")
    if "234.4 billion yuan in 2024" in said["README"]:
        wrong.append("README still says the old year")
    return wrong


CHECKS: dict[str, Callable[[dict[str, str], Path], list[str]]] = dict(
    zip(ADDITIONS, (with_all_but_output, with_output), strict=True)
)


def main(additions: int) -> int:
    failed = 0
    with tempfile.TemporaryDirectory(prefix="extend-") as folder:
        project = Path(folder)
        copy(project)
        settings = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "FIGURES"))}
        for addition, rows in list(ADDITIONS.items())[:additions]:
            started = time.perf_counter()
            for name, added in rows.items():
                with (project / "data" / f"{name}.csv").open("a", encoding="utf-8") as table:
                    table.write(added + "\n")
            command = [sys.executable, str(project / "run.py")]
            done = subprocess.run(command, env=settings, capture_output=True, text=True, encoding="utf-8")
            wrong = [done.stderr] if done.returncode else CHECKS[addition](spoken(project), project)
            command = [sys.executable, "-m", "pytest", "tests/test_answers.py"]
            checked = subprocess.run(
                command, cwd=project, env=settings, capture_output=True, text=True, encoding="utf-8"
            )
            wrong += [checked.stdout] * bool(checked.returncode)
            failed += bool(wrong)
            print(
                f"{addition:<50} {'FAILED' if wrong else 'taken up'} {time.perf_counter() - started:6.0f} s", flush=True
            )
            print(*wrong, sep="\n", end="\n" * bool(wrong), flush=True)
            if done.returncode:
                break
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else len(ADDITIONS)))
