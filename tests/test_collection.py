"""Guards over notebooks, figures and pages: they close what comparing stored outputs cannot see.

An unexecuted cell, a notebook without code, a picture file that is not the notebook's, a result typed into prose, a
page that has not been refreshed: none of these makes a comparison of outputs fail.
"""

import ast
import copy
import hashlib
import html
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import nbformat
import pytest
import yaml
from nbconvert import HTMLExporter
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import run
from helpers import figures, pages, words
from helpers.words import HAN

NOTEBOOKS = sorted(run.NOTEBOOKS.glob("*.ipynb"))
# A number that reads like a result: a percentage, an amount, a decimal. Years, vintages and section numbers are not.
RESULT = re.compile(
    r"\d\s*(?:%|‰|per ?cent|percentage|billion|million|trillion|yuan|[亿万]|家|件)|(?<![\w.§–-])\d+\.\d+(?![\w.])"
)
FORBIDDEN = {
    r"sort_values\((?![^()]*(?:kind=.stable|\[))|argsort\((?!.*stable)": "a sort that leaves ties to the processor",
    r"nbval[-_ ]?(skip|ignore|raises|check)|raises-exception": "a cell exempt from comparison",
    r"0x[0-9a-f]{6,}": "a memory address",
    r"/(home|root|Users|tmp)/": "a path of some machine",
    r"\b\d{1,2}:\d\d:\d\d\b": "a time of day",
}


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """What is wrong with a stored notebook, in words."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not code:
        found.append("no code cells")
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("not executed once, in order, from a clean kernel")
    for number, cell in enumerate(code, 1):
        if len(cell.source.splitlines()) > 22:
            found.append(f"cell {number} is longer than a screen")
        if max(map(len, cell.source.splitlines()), default=0) > 140:
            found.append(f"cell {number} has a line too long to read")
        if not cell.source.strip():
            found.append(f"cell {number} is empty")
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                found.append(f"cell {number} stores an error or a warning")
        text = cell.source + json.dumps([cell.metadata, cell.outputs], ensure_ascii=False)
        text = re.sub(r"[\w+/=]{300,}", "", text)  # pictures as base64
        found += [f"cell {number}: {what}" for pattern, what in FORBIDDEN.items() if re.search(pattern, text, re.I)]
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for source in prose:
        found += [f"a result typed into prose: {hit.group()!r}" for hit in RESULT.finditer(source)]
    if not prose or not re.match(r"# [^\n]+\?\n", prose[0] + "\n"):
        found.append("the title is not a question")
    heads = re.findall(r"^## (.*)$", "\n".join(prose), re.M)
    if not any("what the data cannot tell" in head.lower() for head in heads[-2:]):
        found.append("no section at the end says what the data cannot tell")
    if any(HAN.search(cell.source) for cell in notebook.cells):
        found.append("Chinese in a cell; it belongs in words/zh.po")
    if heads[:1] != ["The answer"]:
        found.append("the first section is not The answer")
    if not any(words.FINDING in output.get("data", {}) for cell in code[:6] for output in cell.outputs):
        found.append("no finding among the first six cells")
    for number, cell in enumerate(code, 1):
        only_words = re.search(r"^(say|Finding|Said|figures\.export)\(|^def (draw|label)_", cell.source, re.M)
        hidden = cell.metadata.get("tags") == ["hide-input"] and cell.metadata.get("jupyter", {}).get("source_hidden")
        if bool(only_words) != bool(hidden):
            found.append(
                f"cell {number}: what only draws, exports or words is tagged hide-input and collapsed, else not"
            )
    return found


def pictures(notebook: nbformat.NotebookNode) -> list[tuple[dict, dict]]:
    """Every picture shown, in all its forms, with its metadata."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [(dict(o.data), dict(o.metadata)) for o in outputs if "image/svg+xml" in o.get("data", {})]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_has_no_faults(path):
    assert not faults(nbformat.read(path, as_version=4))


def spoil(change):
    """A sound notebook with one thing wrong."""
    notebook = copy.deepcopy(nbformat.read(run.NOTEBOOKS / "02_rd_intensity.ipynb", as_version=4))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    change(notebook, code)
    return faults(notebook)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda notebook, code: code[1].update(execution_count=None), "not executed"),
        (lambda notebook, code: notebook.update(cells=[c for c in notebook.cells if c.cell_type != "code"]), "no code"),
        (lambda notebook, code: notebook.cells[0].update(source="# A title?\nIt grew by 9.7 % a year."), "9.7"),
        (lambda notebook, code: notebook.cells[0].update(source="# A title?\nabout 3亿 yuan"), "prose"),
        (lambda notebook, code: notebook.cells[0].update(source="# A title"), "question"),
        (lambda notebook, code: code[0].update(source="# NBVAL_SKIP\n1"), "exempt"),
        (lambda notebook, code: code[0].metadata.update(tags=["nbval-ignore-output"]), "exempt"),
        (lambda notebook, code: code[0].outputs.append(nbformat.v4.new_output("stream", name="stderr")), "warning"),
        (lambda notebook, code: code[0].update(source="x = 1\n" * 23), "longer"),
        (lambda notebook, code: code[0].update(source="x" * 141), "too long"),
        (lambda notebook, code: notebook.update(cells=notebook.cells[:12]), "cannot tell"),
        (lambda notebook, code: notebook.cells[2].update(source="## Method"), "not The answer"),
        (lambda notebook, code: code[2].metadata.clear(), "collapsed"),
        (lambda notebook, code: code[1].update(source="table.sort_values('a')"), "ties"),
        (lambda notebook, code: [cell.update(outputs=[]) for cell in code[:6]], "no finding"),
    ],
)
def test_the_guard_sees_what_it_guards_against(change, expected):
    assert any(expected in fault for fault in spoil(change))


def test_every_figure_is_whole_and_the_notebooks_own():
    sides = figures.side_files(run.FIGURES)
    names = set(sides)
    stray = (
        {p.name for p in run.FIGURES.iterdir()}
        - {f"{n}.{k}" for n in names for k in figures.FILES}
        - {"README.md", "README.zh.md", "datapackage.json"}
    )
    assert not stray, "files that belong to no figure"
    shown = {path.stem: pictures(nbformat.read(path, as_version=4)) for path in NOTEBOOKS}
    for name in sorted(names):
        side = sides[name]
        hashes = {file: hashlib.sha256((run.FIGURES / file).read_bytes()).hexdigest() for file in side["sha256"]}
        assert hashes == side["sha256"], f"{name}: a file is not the one exported"
        notebook = side["notebook"].removeprefix("notebooks/").removesuffix(".ipynb")
        assert notebook in shown, f"{name}: its notebook is gone; remove figures/{name}.*"
        figures.use_style(notebook)
        svg, png = ((run.FIGURES / f"{name}.en.{kind}").read_bytes() for kind in ("svg", "png"))
        exhibit = figures.Exhibit(name, svg.decode(), figures._small(png), [*side["alt"].values()], [])
        bundles = [data for data, _ in shown[notebook]]
        assert exhibit._repr_mimebundle_()[0] in bundles, f"{name}: picture or alt text in {notebook} is another"
    assert sum(map(len, shown.values())) == len(names), "a notebook shows a picture that is not exported"


def test_pages_made_of_a_notebook_describe_every_picture():
    notebook = nbformat.read(run.NOTEBOOKS / "03_rd_structure.ipynb", as_version=4)
    page = HTMLExporter().from_notebook_node(notebook)[0]
    alternatives = [html.escape(data["text/plain"], quote=False) for data, _ in pictures(notebook)]
    assert alternatives and all(f'alt="{alternative}"' in page for alternative in alternatives)
    assert "No description has been provided" not in page


def test_generated_pages_are_fresh():
    for path, text in pages.generated().items():
        assert path.read_text("utf-8") == text, f"{path.name} is not what `make run` writes"


def test_direct_pins_are_the_constraints():
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", (run.ROOT / "constraints.txt").read_text(), re.M))
    direct = dict(re.findall(r"^([\w.-]+)==(\S+)", (run.ROOT / "requirements.txt").read_text(), re.M))
    assert direct and direct.items() <= pins.items()


def test_every_pin_installs_on_the_oldest_python_named():
    project = tomllib.loads((run.ROOT / "pyproject.toml").read_text())["project"]
    oldest = re.fullmatch(r">=(3\.\d+)", project["requires-python"])[1]
    readme, makefile = ((run.ROOT / name).read_text("utf-8") for name in ("README.md", "Makefile"))
    assert f"Python {oldest} or newer" in readme and f"Python {oldest} or newer" in makefile
    assert f"version_info < ({oldest.replace('.', ', ')})" in makefile and f"--python-version {oldest} " in makefile
    there = default_environment() | {"python_version": oldest, "python_full_version": f"{oldest}.0"}
    lines = (run.ROOT / "constraints.txt").read_text().splitlines()
    checked = 0
    for pin in (Requirement(line) for line in lines if not line.startswith("#")):
        package = next(metadata.distributions(name=pin.name), None)
        if package and package.version in pin.specifier and (not pin.marker or pin.marker.evaluate(there)):
            needed = SpecifierSet(package.metadata["Requires-Python"] or "")
            assert needed.contains(f"{oldest}.0"), f"{pin} needs Python {needed}"
            checked += 1
    assert checked > 90


def test_the_citation_can_be_read():
    """The keys that the format requires, and the version of the package."""
    cited = yaml.safe_load((run.ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors", "version"} <= cited.keys()
    assert cited["authors"][0]["name"] and re.fullmatch(r"\d{4}-\d\d-\d\d", str(cited["date-released"]))
    project = tomllib.loads((run.ROOT / "pyproject.toml").read_text())["project"]
    assert cited["version"] == project["version"] and cited["title"] in (run.ROOT / "README.md").read_text("utf-8")


def test_helpers_import_nothing_heavy():
    modules = ", ".join(f"helpers.{path.stem}" for path in (run.ROOT / "helpers").glob("[a-z]*.py"))
    heavy = "{'statsmodels', 'seaborn', 'scipy', 'frictionless', 'nbformat', 'babel'}"
    code = f"import sys, {modules}; print(*sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def test_nothing_that_is_read_is_executed():
    """No helper evaluates text or unpickles: tables, documents and translations stay data."""
    for path in [*(run.ROOT / "helpers").rglob("*.py"), run.ROOT / "run.py"]:
        tree = ast.parse(path.read_text("utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
        named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not {"eval", "exec", "compile", "__import__"} & called, path.name
        assert not {"pickle", "marshal", "shelve"} & imported and not {"eval", "read_pickle", "unsafe_load"} & named, (
            path.name
        )
