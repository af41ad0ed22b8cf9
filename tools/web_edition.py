"""Build the web edition, build/site: the course in a browser, from disk, without a kernel and without a network.

`python tools/web_edition.py` builds all pages, `python tools/web_edition.py 03` those of one number. Needs the packages
of site/requirements.txt in .venv-site, and those of site/package.json in site/node_modules; `make site` installs both.
"""

from __future__ import annotations

import argparse
import ast
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/web_edition.py` itself finds only what lies beside it

from helpers.exercise import content  # noqa: E402
from helpers.start import Course, Entry, read_syllabus  # noqa: E402
from tools.concepts import headings, named  # noqa: E402
from tools.course import BADGE  # noqa: E402
from tools.executed import BUILD, copy_frames, executed, frames_named, write_live_data  # noqa: E402
from tools.handout import last_check, solutions_start  # noqa: E402
from tools.normalize import give_ids, tags  # noqa: E402

SITE, SOURCE, PAGES = ROOT / "site", BUILD / "site-source", BUILD / "site"
MODULES = SITE / "node_modules"
UNUSED_OF_KATEX = ("katex*.js", "*.mjs", "contrib", "*.ttf", "*.woff", "README.md", "katex.css", "*swap*")

TOGGLE = ' aria-label="Toggle hidden content"'
"""What myst-nb adds to the words that unfold code: a screen reader would say this and not what stands there."""

MADE_BY = re.compile(r"made by `.*?\]\n", re.S)
"""What `read_results` prints."""

_MINUTES = re.compile(r"(<h2>[^\n]*?) \((\d+ min)\)(?=<a class=\"headerlink\")")

_LINK = re.compile(r"\]\((?P<file>[\w.]+\.ipynb)?#(?P<anchor>[^)\s]+)(?P<title> \"[^\"]*\")?\)")
_PAGE_LINK = re.compile(r"\[([^][]+)\]\((\d\d_\w+)\.ipynb[^)]*\)")
SOLUTION_LINK = re.compile(r"\s*\[Solution \d+, at the end\]\(#solution-\d+\)\.?")
_SOLUTION = re.compile(r"(?m)^(?:<a id=.*</a>\s*\n)?### Solution \d+: .*\n?")


# Pages


def as_page(notebook: NotebookNode, entry: Entry, course: Course, labels: dict[tuple[str, str], str]) -> NotebookNode:
    """Return the executed `notebook` as Sphinx reads it: without set-up, its exercises with hints and solutions."""
    start = solutions_start(notebook)
    _label_headings(notebook, entry.name, labels)
    solutions = _take_solutions(notebook, start)
    cells: list[NotebookNode] = []
    opening = True
    for cell in notebook.cells:
        opening = opening and not re.search(r"(?m)^## ", cell.source)
        if "setup" in tags(cell):
            continue
        if cell.cell_type == "markdown":
            cell.source = SOLUTION_LINK.sub("", BADGE.sub("", cell.source))
            cell.source = re.sub(r"(?m)^(### Exercise \d)", r"{.exercise}\n\1", cell.source)
            cells.append(cell)
            continue
        exercise = checked(cell)
        if exercise and "solution" in tags(cell):  # the first edition: its solution follows the exercise
            cells += _folded([cell])
            continue
        if exercise:
            cell.outputs = []
            cells += [cell, *_hints(exercise), *_folded(solutions.pop(exercise, []))]
            continue
        if what := draws(cell, opening=opening):
            cell.metadata["tags"] = [*tags(cell), what]
            cell.outputs = [one for one in cell.outputs if not MADE_BY.fullmatch(one.get("text", ""))]
        cells.append(cell)
    for rest in solutions.values():
        cells += _folded(rest)
    cells[0].source = re.sub(r"(?m)^(# .*)$", rf"\1\n\n{_bar(entry, course)}\n", cells[0].source, count=1)
    notebook.cells = cells
    return notebook


def _label_headings(notebook: NotebookNode, name: str, labels: dict[tuple[str, str], str]) -> None:
    """Give each heading a label, and lead links to headings and cells there; to what is not built, none leads."""
    built = {name for name, _ in labels}
    for heading in reversed(headings(notebook)):
        cell = notebook.cells[heading.cell]
        lines = cell.source.split("\n")
        lines.insert(heading.line, f"({labels[name, heading.anchor]})=")
        cell.source = "\n".join(lines)

    def lead(match: re.Match[str]) -> str:
        place = (match["file"] or name).removesuffix(".ipynb"), match["anchor"]
        label = labels.get(place)
        if label is None:
            return match.group() if match["anchor"].startswith("solution-") else f"]({match['file'] or ''})"
        return f"](#{label}{match['title'] or ''})"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _PAGE_LINK.sub(
                lambda match: match.group() if match[2] in built else match[1], _LINK.sub(lead, cell.source)
            )


def label_all(notebooks: dict[str, NotebookNode]) -> dict[tuple[str, str], str]:
    """Return (notebook, name of a heading or "cell-id=…") → the label that the pages have there."""
    labels = {}
    for name, notebook in notebooks.items():
        give_ids(notebook)
        for number, heading in enumerate(headings(notebook)):
            label = f"{name.replace('_', '-')}-{number}"
            labels.setdefault((name, heading.anchor), label)
            labels.setdefault((name, f"cell-id={notebook.cells[heading.cell].id}"), label)
    return labels


def _take_solutions(notebook: NotebookNode, start: int) -> dict[str, list[NotebookNode]]:
    """Take the solutions, from cell `start` on, out of `notebook`; return exercise → its explanation and its code."""
    solutions: dict[str, list[NotebookNode]] = {}
    waiting: list[NotebookNode] = []
    for cell in notebook.cells[start:]:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(?m)^\([\w-]+\)=\n", "", cell.source)  # headings are no headings any more
            cell.source = _SOLUTION.sub("", cell.source.replace("## Solutions", "").strip()).strip()
        waiting += [cell] if cell.source else []
        if exercise := checked(cell):
            solutions[exercise] = solutions.get(exercise, []) + waiting
            waiting = []
    del notebook.cells[start:]
    return solutions


def checked(cell: NotebookNode) -> str | None:
    """Return the exercise that the last line of `cell` checks."""
    found = last_check(cell.source) if cell.cell_type == "code" else None
    return found[1] if found else None


def code_in(text: str) -> str:
    """Return `text` as HTML, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def draws(cell: NotebookNode, *, opening: bool = False) -> str | None:
    """Return what Sphinx does with the code of a cell that only shows something: hide it, or leave it out.

    What it only names, or reads from a file, does not count; nor does, `opening` a page, whatever leads to the figure.
    """
    if "hide-input" in tags(cell):
        return "remove-input"
    try:
        body = [one for one in ast.parse(cell.source).body if not isinstance(one, ast.Import | ast.ImportFrom)]
    except SyntaxError:
        return None
    *before, last = body or [None]
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return None
    if not opening and not all(map(_only_names, before)):
        return None
    name = ast.unparse(last.value.func)
    if name == "quiz":
        return "remove-input"
    return "hide-input" if name == "explore" or name.startswith("figures.") else None


def _only_names(statement: ast.stmt | None) -> bool:
    """Tell whether a statement gives a name to what was there, or to stored results."""
    calls = [one.func for one in ast.walk(statement) if isinstance(one, ast.Call)] if statement else []
    return isinstance(statement, ast.Assign) and all(ast.unparse(call) == "read_results" for call in calls)


def _hints(exercise: str) -> list[NotebookNode]:
    """Return a cell with the hints to an exercise, each shown when the one before it is open."""
    found = content.find(exercise, content.exercises, "exercise")
    if isinstance(found, str) or not found.hints:
        return []
    hints = list(map(code_in, found.hints))
    return [
        new_markdown_cell(
            '<div class="hints">'
            + "".join(
                f"<details><summary>Hint {number} of {len(hints)}</summary><p>{hint}</p></details>"
                for number, hint in enumerate(hints, 1)
            )
            + "</div>"
        )
    ]


def _folded(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return `cells` behind the word "Solution"."""
    if not cells:
        return []
    opening = new_markdown_cell('<details class="solution"><summary>Solution</summary>')
    return [opening, *cells, new_markdown_cell("</details>")]


def _bar(entry: Entry, course: Course) -> str:
    """Return the line below a title: how long it takes, what it needs, where the notebook is."""
    parts = [f"{entry.minutes} minutes"] if entry.minutes else []
    links = [f'<a href="{before}.html">{course.by_name[before].number}</a>' for before in entry.prerequisites]
    if links:
        parts.append(f"builds on {', '.join(dict.fromkeys(links))}")
    deeper = f"{entry.name}_deeper"
    if deeper in course.by_name:
        parts.append(f'<a href="{deeper}.html">goes deeper</a>')
    parts.append(f'<a href="notebooks/{entry.name}.ipynb" download>download the notebook</a>')
    if found := re.search(r"\]\((https:[^)]*)\)$", course.badge(entry.name)):
        parts.append(f'<a href="{found[1]}">try it in Colab</a>')
    return f'<p class="bar">{" · ".join(parts)}</p>'


# The front page


def front_page(course: Course, pages: dict[str, NotebookNode]) -> str:
    """Return the front page as Markdown: a figure that moves, what to do first, the course as a map."""
    cards = []
    for entry in course.notebooks:
        if entry.name not in pages or entry.part == "deeper":
            continue
        title, _, question = entry.title.partition(": ")
        name = f"{entry.number} {title}" if entry.part == "core" else title
        picture = _first_picture(pages[entry.name])
        deeper = course.by_name.get(f"{entry.name}_deeper")
        lines = [
            f'<a class="cover" href="{entry.name}.html" tabindex="-1" aria-hidden="true">{picture}</a>',
            f'<h3><a href="{entry.name}.html">{html.escape(name)}</a></h3>',
            f"<p>{html.escape(question[:1].upper() + question[1:])}</p>",
        ]
        needs = ", ".join(course.numbers(entry))
        facts = [f"{entry.minutes} min"] if entry.minutes else []
        facts += [f"builds on {needs}"] if needs else []
        if deeper and deeper.name in pages:
            facts.append(f'<a href="{deeper.name}.html">deeper</a>')
        cards.append(f'<article>{"".join(lines)}<p class="facts">{" · ".join(facts)}</p></article>')
    template = (SITE / "front.md").read_text(encoding="utf-8")
    entries = [f"{_short(entry)} <{entry.name}>" for entry in course.notebooks if entry.name in pages]
    toctree = "\n".join(["```{toctree}", ":hidden:", "", *entries, "```"])
    return template.replace("FIGURE", _race()).replace("CARDS", "".join(cards)).replace("TOCTREE", toctree)


def _short(entry: Entry) -> str:
    """Return the name of a page in the list at the left."""
    title = entry.title.partition(":")[0]
    if entry.part == "deeper":
        return f"{entry.number} deeper"
    return title if entry.part == "page" else f"{entry.number} {title}"


def _race() -> str:
    """Return the figure of the front page, which site/static/live.js draws."""
    surfaces, moments = ["beale", "rosenbrock", "himmelblau", "bowl", "plateau"], list(range(101))
    data = {
        "names": ["surface", "moment"],
        "labels": [surfaces, [str(moment) for moment in moments]],
        "values": [surfaces, moments],
        "initial": [0, 30],
        "play": 1,
        "interval": 60,
        "presets": [],
    }
    options = "".join(f'<option value="{i}">{name}</option>' for i, name in enumerate(surfaces))
    return (
        '<div class="moving" data-live="race"><form hidden autocomplete="off" onsubmit="return false">'
        f"<label>surface <select data-control>{options}</select></label>"
        '<label>step <input type="range" data-control min="0" max="100"> <output>30</output></label>'
        '<button type="button" data-action="play">▶ play</button>'
        '<button type="button" data-action="reset">reset</button></form><div class="picture"></div>'
        f'<span role="status"></span><script type="application/json">{json.dumps(data)}</script></div>'
    )


def _first_picture(notebook: NotebookNode) -> str:
    """Return the first picture of a page, small and without words."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if found := re.search(
                r'src="(frames/\w+\.(?:webp|png))"', str(output.get("data", {}).get("text/html", ""))
            ):
                return f'<img src="{found[1]}" alt="" loading="lazy">'
    return ""


# Building


def published(course: Course, given: Sequence[str]) -> list[str]:
    """Return the names of the notebooks that `given` means ("03", "03_backprop"), all of them for none; or end."""
    there = [entry.name for entry in course.notebooks if (ROOT / "notebooks" / f"{entry.name}.ipynb").exists()]
    try:
        return named(given, there)
    except LookupError as error:
        raise SystemExit(error.args[0]) from None


def write_sources(course: Course, names: Sequence[str], *, stale: bool) -> None:
    """Write what Sphinx reads; a file that would be the same keeps its time, and Sphinx its page."""
    notebooks = dict(executed(names, stale=stale))
    labels = label_all(notebooks)
    files = {"index.md": front_page(course, notebooks)}
    for name, notebook in notebooks.items():
        page = as_page(notebook, course.by_name[name], course, labels)
        give_ids(page)
        files[f"{name}.ipynb"] = nbformat.writes(page)
    SOURCE.mkdir(parents=True, exist_ok=True)
    for old in SOURCE.iterdir():
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        file = SOURCE / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def build(course: Course, names: Sequence[str]) -> int:
    """Run Sphinx and KaTeX over the sources, and put beside the pages what they show and offer; return faults."""
    python = os.environ.get("SITE_PYTHON", str(ROOT / ".venv-site" / "bin" / "python"))
    sphinx = [
        python,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-d",
        str(BUILD / "site-doctrees"),
        "-c",
        str(SITE),
    ]
    status = subprocess.run([*sphinx, str(SOURCE), str(PAGES)]).returncode
    if status:
        return status
    katex = PAGES / "_static" / "katex"
    if not katex.exists():
        shutil.copytree(MODULES / "katex/dist", katex, ignore=shutil.ignore_patterns(*UNUSED_OF_KATEX))
    write_live_data(PAGES / "_static" / "live-data.js")
    pages = sorted(PAGES.glob("*.html"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        mended = _MINUTES.sub(r'\1 <span class="minutes">\2</span>', text.replace(TOGGLE, ""))
        if mended != text:
            page.write_text(mended, encoding="utf-8")
    status = subprocess.run(["node", str(SITE / "formulas.mjs"), *map(str, pages)]).returncode
    (PAGES / "notebooks").mkdir(exist_ok=True)
    for name in names:
        shutil.copy2(ROOT / "notebooks" / f"{name}.ipynb", PAGES / "notebooks")
    total = copy_frames(PAGES)
    report(names, total)
    return status


def report(names: Sequence[str], total: int) -> None:
    """Print how big each page is, its frames apart."""
    print(f"{'page':<28}{'kB':>8}{'frames':>8}{'MB':>8}")
    for name in ["index", *names]:
        page = PAGES / f"{name}.html"
        text = page.read_text(encoding="utf-8")
        frames = {PAGES / "frames" / file for file in frames_named(text)}
        size = sum(file.stat().st_size for file in frames)
        print(f"{name:<28}{page.stat().st_size / 1e3:>8.0f}{len(frames):>8}{size / 1e6:>8.2f}")
    print(f"All frames: {total / 1e6:.1f} MB. The course: {PAGES / 'index.html'}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the web edition; return 1 when something went wrong."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="03, or 03_backprop; all without one")
    parser.add_argument("--stale", action="store_true", help="where there are pictures of older helpers, take these")
    options = parser.parse_args(arguments)
    course = read_syllabus()
    names = published(course, options.names)
    write_sources(course, names, stale=options.stale)
    return build(course, names)


if __name__ == "__main__":
    sys.exit(main())
