"""The report: what is stored, as pages that need neither Python nor a network, in English and in Chinese.

`write` makes ``build/report/``: an index, a page a notebook, the figures, the data, the recipes and the explorer.
Nothing is executed; a page holds the stored outputs in its language, and its Markdown as the catalogue has it. English
pages are at the top, Chinese ones in ``zh/`` under the same names and with the same anchors. In a page a picture is
text and shapes, so that it can be searched; its files hold outlines, which need no font.

nbconvert is not used: every output here has its own form for each language, so that of nbconvert's templates nothing
would be left, and to import it takes as long as to write all pages.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import escape, unescape
from multiprocessing import Process
from pathlib import Path
from typing import Any

import mistune
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from helpers import data, explorer, figures, pages, words
from helpers.words import CHINESE, FINDING, LANGUAGES, translate

ROOT, HERE = words.ROOT, Path(__file__).parent
CODES = {"en": "en", "zh": "zh-Hans"}
FOREIGN = {  # what is in the other language, in a text of this one
    "en": re.compile(r"([\u3000-\u9fff\uff00-\uffef]*[\u4e00-\u9fff][\u3000-\u9fff\uff00-\uffef]*)"),
    "zh": re.compile(r"([A-Za-z][\w'’&.-]*(?: [A-Za-z][\w'’&.-]*)+)"),
}
# A text as matplotlib draws it in outlines: what it says, its style, its place and its size.
OUTLINED = re.compile(
    r'<!-- (.*?) -->\s*<g style="([^"]*)" transform="(translate\([^)]*\)(?: rotate\([^)]*\))?) '
    r'scale\(([\d.]+) -[\d.]+\)">.*?</g>', re.S)  # fmt: skip
PAGES = {  # what a link to a file of the project leads to
    "README.md": "index.html", "FINDINGS.md": "index.html#findings", "figures/README.md": "figures.html",
    "data/README.md": "data.html", "docs/recipes.md": "recipes.html",
}  # fmt: skip


class Report:
    """What all pages share: exhibits, sources, the citation, and what has been found on the way."""

    def __init__(self) -> None:
        self.sides = figures.side_files()
        self.sources = data.sources().set_index("source_id")
        cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
        date = str(cited["date-released"])
        self.release = {"year": date[:4], "date": date, "version": cited["version"]}
        paths = sorted(words.NOTEBOOKS.glob("*.ipynb"))
        self.notebooks = {path.stem: json.loads(path.read_text("utf-8")) for path in paths}
        for stem, notebook in self.notebooks.items():
            code = [
                cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
            ]
            if any(cell["execution_count"] is None for cell in code):
                raise SystemExit(f"{stem}.ipynb is not executed, so it has nothing to show; run the notebooks first")
        self.templates = Environment(
            loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=StrictUndefined,
        )  # fmt: skip
        self.said: set[str] = set()  # characters of all pictures and pages, for the font

    def write(self, folder: Path) -> None:
        """All pages of both languages, and the files that they link to."""
        for language in LANGUAGES:
            place = folder if language == "en" else folder / language
            place.mkdir(exist_ok=True)
            for name, text in self.pages(language):
                self.said |= set(text)
                (place / name).write_text(text, encoding="utf-8", newline="\n")
        (folder / "data").mkdir()
        for name in ("datapackage.json", *(table["path"] for table in data.resources())):
            shutil.copy(data.FOLDER / name, folder / "data")
        for name in ("LICENSE", "LICENSE-data.md"):
            shutil.copy(ROOT / name, folder / f"{Path(name).stem}.txt")
        font = figures.font_subset("".join(self.said))
        style = (HERE / "style.css").read_text("utf-8").replace("{font}", font)
        (folder / "style.css").write_text(style, encoding="utf-8", newline="\n")
        shutil.copy(HERE / "script.js", folder)

    def pages(self, language: str) -> Iterator[tuple[str, str]]:
        """Name and text of each page."""
        notebooks = []
        for stem, notebook in self.notebooks.items():
            words.begin(stem)
            notebooks.append({"stem": stem, **self.notebook(notebook, stem, language)})
        words.begin(words.HELPERS)
        for place, page in enumerate(notebooks):
            before, after = (notebooks[i] if 0 <= i < len(notebooks) else None for i in (place - 1, place + 1))
            shown = page | {"before": before, "after": after, "notebooks": notebooks}
            yield f"{page['stem']}.html", self.page("notebook", language, **shown)
        asked = Counter(one["asked"] for page in notebooks[1:] for one in page["findings"])
        counts = Counter(one["kind"] for page in notebooks[1:] for one in page["findings"])
        front = self.front(language) | {"asked": asked, "counts": counts, "notebooks": notebooks}
        yield "index.html", self.page("index", language, stem="index", **front)
        exhibits = [(page["stem"], one) for page in notebooks for one in page["exhibits"]]
        title = translate("All figures", language)
        yield "figures.html", self.page("figures", language, stem="figures", title=title, exhibits=exhibits)
        for source in ("data/README", "docs/recipes"):
            stem = PAGES[f"{source}.md"].removesuffix(".html")
            yield f"{stem}.html", self.page("document", language, stem=stem, **self.document(source, language))

    def page(self, template: str, language: str, **values: Any) -> str:
        """A page from its template."""
        up = "" if language == "en" else "../"

        def t(text: str, **fields: Any) -> str:
            return translate(text, language, **fields)

        other = f"zh/{values['stem']}.html" if language == "en" else f"../{values['stem']}.html"

        def mark(text: str) -> Markup:
            return _marked(text, language)

        shared = {
            "t": t,
            "mark": mark,
            "release": self.release,
            "language": language,
            "code": CODES[language],
            "up": up,
            "other": other,
        }
        shared |= {"other_code": CODES["zh" if language == "en" else "en"], "tables": sorted(data.FOLDER.glob("*.csv"))}
        text = self.templates.get_template(f"{template}.html").render(shared | values)
        # a number and its sign stay on one line, but code is as it was
        return re.sub(r"(<pre.*?</pre>)|(?<=\d) (?=%)", lambda found: found[1] or "\u00a0", text, flags=re.S)

    def notebook(self, notebook: dict[str, Any], stem: str, language: str) -> dict[str, Any]:
        """Title, contents, steps (the code of some cells and what it leaves), findings and exhibits of a notebook."""
        contents: list[tuple[str, str]] = []
        text = _markdown(language, f"notebooks/{stem}.ipynb", contents)
        steps: list[dict[str, Any]] = []
        codes = 0
        for place, cell in enumerate(notebook["cells"], 1):
            source = "".join(cell["source"])
            if not steps or steps[-1]["parts"]:  # code that leaves nothing stands with the code that follows it
                steps.append({"id": f"cell-{place}", "codes": [], "parts": [], "explores": False})
            try:
                if cell["cell_type"] == "markdown":
                    paragraphs = words.paragraphs(source)
                    spoken = [words.chinese_of(one) or one for one in paragraphs] if language == "zh" else paragraphs
                    steps[-1]["parts"].append({"text": Markup(text("\n\n".join(spoken), _slugs(source)))})
                elif cell["cell_type"] == "code":
                    codes += 1
                    steps[-1]["codes"].append((codes, self.purpose(source, language), _code(source)))
                    steps[-1]["parts"] += [self.output(output, language, text) for output in cell["outputs"]]
                    steps[-1]["explores"] = "explorer.explore(" in source
            except Exception as error:
                said = f"{stem}.ipynb, cell {place} of all: {type(error).__name__}: {error}"
                raise SystemExit(said) from error
        if not contents:
            raise SystemExit(f"{stem}.ipynb has no title, a line that begins with #")
        parts = [part for step in steps for part in step["parts"]]
        findings = [part for part in parts if "claim" in part]
        for number, finding in enumerate(findings, 1):
            finding["id"] = f"finding-{number}"
        return {"title": contents[0][1], "contents": contents[1:], "steps": steps, "findings": findings,
                "lead": next((one for one in findings if one["lead"]), None),
                "exhibits": [part for part in parts if "svg" in part]}  # fmt: skip

    def purpose(self, source: str, language: str) -> str:
        """What a cell is for, in a word."""
        if re.search(r"^def (draw|label)_", source, re.M):
            return translate("drawing", language)
        if re.search(r"^figures\.export\(", source, re.M):
            return translate("picture", language)
        worded = re.search(r"^(say|Finding)\(", source, re.M)
        return translate("words", language) if worded else translate("computation", language)

    def output(self, output: dict[str, Any], language: str, text: Callable[..., str]) -> dict[str, Any]:
        """A stored output in a language: a finding, an exhibit, or what it says."""
        bundle = {kind: "".join(value) if isinstance(value, list) else value
                  for kind, value in output.get("data", {}).items()}  # fmt: skip
        if FINDING in bundle:
            found = bundle[FINDING]
            pair = {part: found[part][LANGUAGES.index(language)] for part in ("claim", "verdict", "text")}
            kind = found["verdict"][0].replace(" ", "-")
            more = {"lead": found["lead"], "asked": "?" in found["claim"][0], "kind": kind}
            return pair | more | {"text": Markup(text(pair["text"]))}
        if "image/svg+xml" in bundle and CHINESE in bundle:
            return self.exhibit(re.search(r"figures/(\w+)\.zh\.svg", bundle[CHINESE])[1], language)
        if "text/markdown" in bundle:
            chinese = language == "zh" and CHINESE in bundle
            return {"text": Markup(text(bundle[CHINESE if chinese else "text/markdown"]))}
        plain = bundle.get("text/plain") or "".join(output.get("text", ""))
        if not plain:
            raise ValueError(f"an output that no page can show: {', '.join(bundle) or output['output_type']}")
        return {"text": Markup(f'<pre lang="en" translate="no">{escape(plain, quote=False)}</pre>')}

    def exhibit(self, name: str, language: str) -> dict[str, Any]:
        """A picture, its words, and how to cite it."""
        side = self.sides[name]
        cites = [*dict.fromkeys(self.sources.loc[side["sources"], f"cite_{language}"])]
        sources = translate("Sources: {sources}", language, sources=words.listed(cites, language))
        cited = translate(
            "Shanghai's innovation figures ({year}), version {version}: “{figure}” ({name}). {sources}. CC BY 4.0.",
            language, figure=side["title"][language], name=name, sources=sources, **self.release,
        )  # fmt: skip
        spoken = {part: side[part][language] for part in ("title", "subtitle", "alt")}
        of_language = "title_en" if language == "en" else "title"
        read = []
        for _, row in self.sources.loc[side["sources"]].iterrows():
            address, rest = re.match(r"(https?://\S+)?(.*)", row["address"], re.S).groups("")
            more = [row["publisher"], row["published"]]
            read.append({"title": row[of_language], "more": more, "address": address, "rest": rest})
        svg = (figures.FOLDER / f"{name}.{language}.svg").read_text("utf-8")
        return {"name": name, "cited": cited, "svg": Markup(_with_text(svg, name)), "sources": read, **spoken}

    def front(self, language: str) -> dict[str, Any]:
        """The parts of the index: what the project says of itself on its front page, and the answer."""
        readme = (ROOT / f"README{pages.SUFFIX[language]}.md").read_text("utf-8")
        title, intro = re.search(r"^# (.*)\n\n(.*)\n\n<!-- answer -->", readme, re.M).groups()
        text = _markdown(language, "README.md", [])
        verdicts = [(verdict.replace(" ", "-"), translate(verdict, language), translate(meaning, language))
                    for verdict, meaning in words.VERDICTS.items()]  # fmt: skip
        picture = self.exhibit(re.search(r"\]\(figures/(\w+)\.", readme)[1], language)
        licence = translate(
            "Code: [MIT](LICENSE). Tables, texts and figures of our own: [CC BY 4.0](LICENSE-data.md), which also "
            "names what is under other terms. Cite as: {title} ({year}), version {version}, with the name of the "
            "figure.",
            language, title=title, **self.release,
        )  # fmt: skip
        return {"title": title, "intro": Markup(text(intro)), "answer": pages.answer(language), "verdicts": verdicts,
                "picture": picture, "licence": Markup(text(licence))}  # fmt: skip

    def document(self, source: str, language: str) -> dict[str, Any]:
        """A page that is Markdown in both languages, without its line of languages and its marks."""
        english, own = ((ROOT / f"{source}{suffix}.md").read_text("utf-8") for suffix in ("", pages.SUFFIX[language]))
        own = re.sub(r"<!--.*?-->\n", "", own[own.index("# ") :])
        contents: list[tuple[str, str]] = []
        content = Markup(_markdown(language, f"{source}.md", contents)(own, _slugs(english)))
        return {"title": contents.pop(0)[1], "contents": contents, "content": content}


class _Renderer(mistune.HTMLRenderer):
    """Markdown of a file of the project as HTML: escaped; links, headings, code and languages as pages need them."""

    def __init__(self, language: str, source: str, contents: list[tuple[str, str]]) -> None:
        super().__init__(escape=True)
        self.language, self.source, self.contents = language, source, contents
        self.slugs: Iterator[str] = iter(())

    def text(self, text: str) -> str:
        return _marked(text, self.language)

    def heading(self, text: str, level: int, **_: Any) -> str:
        slug = next(self.slugs)
        if level < 3:
            self.contents.append((slug, unescape(re.sub("<[^>]*>", "", text))))
        return f'<h{level} id="{slug}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self.there(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, self.there(url), title)

    def there(self, url: str) -> str:
        """An address in the project as one in the report."""
        if re.match("[a-z]+:|#", url):
            return url
        place, mark, part = url.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.source), place.replace(".zh.md", ".md")))
        address = _address(path, self.language)
        return address if "#" in address else address + mark + part

    def codespan(self, text: str) -> str:
        return f"<code{_in_english(text)}>{escape(text, quote=False)}</code>"

    def block_code(self, code: str, info: str | None = None) -> str:
        shown = _code(code) if info == "python" else escape(code, quote=False)
        return f"<pre{_in_english(code)}>{shown}</pre>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag, side = ("th" if head else "td"), f' style="text-align:{align}"' if align else ""
        short = ' class="short"' if len(text) < 13 and not head else ""  # on one line, however narrow the window
        return f"<{tag}{side}{short}>{text}</{tag}>\n"

    def table(self, text: str) -> str:
        return f'<div class="table">\n<table>\n{text}</table>\n</div>\n'


def _markdown(language: str, source: str, contents: list[tuple[str, str]]) -> Callable[..., str]:
    """A function from Markdown to HTML; `contents` collects the headings, with the anchors that it is given."""
    renderer = _Renderer(language, source, contents)
    markdown = mistune.create_markdown(renderer=renderer, plugins=["table"])

    def html(text: str, slugs: Iterable[str] = ()) -> str:
        renderer.slugs = iter(slugs)
        return str(markdown(text))

    return html


def _marked(text: str, language: str) -> Markup:
    """A text with what is in the other language marked as such, and with spans of years that stay on one line."""
    other, parts = CODES["zh" if language == "en" else "en"], FOREIGN[language].split(text)
    marked = "".join(f'<span lang="{other}">{escape(part)}</span>' if i % 2 else escape(part, quote=False)
                     for i, part in enumerate(parts))  # fmt: skip
    return Markup(re.sub(r"\d{4}[–—]\d{4}", r'<span class="short">\g<0></span>', marked))


def _address(path: str, language: str) -> str:
    """Where a file of the project stands in the report."""
    if path.startswith("notebooks/"):
        return f"{Path(path).stem}.html"
    up = "" if language == "en" else "../"
    return PAGES.get(path) or f"{up}{path.removesuffix('.md')}" + (".txt" if path.startswith("LICENSE") else "")


def _in_english(text: str) -> str:
    return "" if words.HAN.search(text) else ' lang="en" translate="no"'


def _slugs(source: str) -> list[str]:
    """Anchors of the headings, from their English."""

    def said(token: dict[str, Any]) -> str:
        return token.get("raw", "") + "".join(map(said, token.get("children", [])))

    heads = [said(token) for token in mistune.create_markdown(renderer="ast")(source) if token["type"] == "heading"]
    return [re.sub("[^a-z0-9]+", "-", head.lower()).strip("-") or "section" for head in heads]


@cache
def _code(source: str) -> Markup:
    """Python with its keywords, texts and comments set apart; the thousands of other marks would only weigh."""
    marked = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(re.sub(r'<span class="(?!k|ow|s|c)\w+">([^<]*)</span>', r"\1", marked))


def _with_text(svg: str, name: str) -> str:
    """A picture in outlines with its text as text, for a page that has the font, and with ids of its own."""

    def text(drawn: re.Match[str]) -> str:
        said, style, place, size = drawn.groups()
        return f'<text style="{style}" transform="{place}" font-size="{100 * float(size):g}">{said}</text>'

    svg = re.sub("<metadata>.*?</metadata>|<style.*?</style>", "", OUTLINED.sub(text, svg), flags=re.S)
    return re.sub(r'(id="|"#|url\(#)', rf"\g<1>{name}-", svg)


def _copied(file: Path, folder: Path, last: Path) -> None:
    """A file of a figure; a PNG in 256 colours, which are hardly told from its own and take a third of the room.

    Where the last report has it, and it is younger than the figure, it is taken from there.
    """
    made = last / file.name
    if file.suffix != ".png" or (made.is_file() and made.stat().st_mtime > file.stat().st_mtime):
        shutil.copy(file if file.suffix != ".png" else made, folder)
        return
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette, white = few.getpalette(), 3 * few.getpixel((0, 0))
    few.putpalette([*palette[:white], 255, 255, 255, *palette[white + 3 :]])
    few.save(folder / file.name, compress_level=3, dpi=picture.info["dpi"])


def write(folder: Path = ROOT / "build" / "report") -> None:
    """Write the report anew, whole or not at all; what an earlier attempt that was killed has left is cleared away."""
    new, old = (folder.with_name(f"{folder.name}.{state}") for state in ("new", "old"))
    if old.exists() and not folder.exists():
        old.replace(folder)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    report = Report()  # first, so that the other process finds the tables read
    (new / "figures").mkdir(parents=True)
    page = Process(target=explorer.page, args=(new / "explore.html",))
    page.start()
    try:
        files = [figures.FOLDER / f"{name}.{kind}" for name in report.sides for kind in figures.FILES]
        with ThreadPoolExecutor() as threads:
            copied = [threads.submit(_copied, file, new / "figures", folder / "figures") for file in files]
            report.write(new)
        for done in copied:
            done.result()
        page.join()
        if page.exitcode:
            raise SystemExit("the explorer could not be written, for the reason above")
        if folder.exists():
            folder.replace(old)
        new.replace(folder)
    finally:
        page.kill()
        if old.exists() and not folder.exists():
            old.replace(folder)
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
