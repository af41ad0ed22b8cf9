"""What a notebook costs its reader: minutes, section by section, and how much of the page is code.

    python tests/notebooks/reading_cost.py notebooks/03_*.ipynb

prints a row for each notebook, the minutes of its sections, and what falls short of the form.
It counts and does not judge: a page that was made to satisfy the counting is still a bad page.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)] * (str(ROOT) not in sys.path)  # as a command it finds only what lies beside it

from tools.concepts import headings  # noqa: E402
from tools.normalize import PNG_SIGNATURE, output_text, png_bytes, tags  # noqa: E402

# Minutes. Set so that they agree within 30 % with ten notebooks read with care.
WORDS_A_MINUTE = 130
"""Slow: the sentences of a textbook are thought about, and each mentions something that is on the page."""

CODE_LINES_A_MINUTE = 12
A_FORMULA = 0.15
A_PREDICTION = 1.5
"""To answer before looking, and to compare afterwards."""

A_FIGURE, A_MOVING_FIGURE = 1.0, 3.0
A_QUIZ_QUESTION = 0.5
AN_EXERCISE = 7.0
FOLDED = 0.5
"""Share of the readers who unfold what is in <details>."""

# Lines that things take on a page of GitHub or nbviewer, where nothing is folded.
WORDS_A_LINE = 13
PIXELS_A_LINE = 17
PAGE_WIDTH = 760
"""Pixels; a picture that is wider is shown smaller."""

TALLEST_FIGURE = 30
"""Lines: what is taller than the screen is scrolled past."""

PRINTED_WIDTH = 100
"""Columns after which printed lines are broken."""

_FENCE = re.compile(r"^(```|~~~).*?\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
_FOLDED = re.compile(r"<details\b.*?</details>", re.DOTALL)
_FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
_MARKUP = re.compile(r"[#*`|>-]")
_PREDICTION = re.compile(r"\*\*Predict")


@dataclass
class Cost:
    """What a notebook costs; the section "Solutions" costs nothing, for it is looked up and not read.

    Attributes:
        sections: Title of each section of the second level → minutes, exercises left out. What stands above the first
            one has the title "".
        exercises: Ids of the exercises, in order.
        figures: How many pictures do not move.
        moving_figures: How many cells call `explore`.
        code_lines: Lines of code, fences in the text included.
        page_lines: Lines of everything.
    """

    sections: dict[str, float] = field(default_factory=dict)
    exercises: list[str] = field(default_factory=list)
    figures: int = 0
    moving_figures: int = 0
    code_lines: float = 0.0
    page_lines: float = 0.0

    @property
    def reading(self) -> float:
        """Minutes without exercises."""
        return sum(self.sections.values())

    @property
    def minutes(self) -> float:
        """Minutes with exercises."""
        return self.reading + AN_EXERCISE * len(self.exercises)

    @property
    def code_share(self) -> float:
        """Share of the page that is code."""
        return self.code_lines / self.page_lines if self.page_lines else 0.0


def measure(notebook: NotebookNode) -> Cost:
    """Return what `notebook`, executed, costs its reader."""
    cost, section = Cost(), ""
    titles = {heading.cell: heading.text for heading in headings(notebook) if heading.level == 2}
    for index, cell in enumerate(notebook.cells[: solutions_start(notebook)]):
        section = titles.get(index, section)
        minutes = _read_text(cell, cost) if cell.cell_type == "markdown" else _read_code(cell, cost)
        cost.sections[section] = cost.sections.get(section, 0.0) + minutes
    return cost


def solutions_start(notebook: NotebookNode) -> int:
    """Return the index of the cell with which the last section begins if that is "Solutions", else the number of cells.

    Code that is no solution does not belong there; with it, the section counts like any other.
    """
    end = len(notebook.cells)
    sections = [heading for heading in headings(notebook) if heading.level == 2]
    if not sections or sections[-1].text != "Solutions" or sections[-1].line != 0:
        return end
    last = sections[-1].cell
    strangers = [cell for cell in notebook.cells[last:] if cell.cell_type == "code" and "solution" not in tags(cell)]
    return end if strangers else last


def _read_text(cell: NotebookNode, cost: Cost) -> float:
    """Add a text cell to `cost`, and return its minutes."""
    fenced = sum(len(code.splitlines()) for _, code in _FENCE.findall(cell.source))
    source = _FENCE.sub(" ", cell.source)
    folded = " ".join(_FOLDED.findall(source))
    seen = _FOLDED.sub(" ", source)
    words = len(_MARKUP.sub(" ", _FORMULA.sub(" ", seen)).split()) + FOLDED * len(folded.split())
    cost.code_lines += fenced
    cost.page_lines += fenced + words / WORDS_A_LINE
    return (
        words / WORDS_A_MINUTE
        + fenced / CODE_LINES_A_MINUTE
        + A_FORMULA * len(_FORMULA.findall(seen))
        + A_PREDICTION * len(_PREDICTION.findall(seen))
    )


def _read_code(cell: NotebookNode, cost: Cost) -> float:
    """Add a code cell and its outputs to `cost`, and return its minutes."""
    lines = code_lines(cell.source)
    cost.code_lines += lines
    cost.page_lines += lines
    minutes = 0.0 if {"setup", "solution", "hide-input"} & set(tags(cell)) else lines / CODE_LINES_A_MINUTE
    if "solution" not in tags(cell):
        cost.exercises += [exercise for exercise in checked(cell.source) if exercise not in cost.exercises]
    minutes += A_QUIZ_QUESTION * len(list(calls(cell.source, "quiz")))
    moves = any(calls(cell.source, "explore"))
    if moves:
        cost.moving_figures += 1
        minutes += A_MOVING_FIGURE
    for output in cell.outputs:
        if png_bytes(output).startswith(PNG_SIGNATURE):
            cost.page_lines += figure_lines(output)
            if not moves:
                cost.figures += 1
                minutes += A_FIGURE
        else:
            printed = printed_lines(output)
            cost.page_lines += sum(max(1, len(textwrap.wrap(line, PRINTED_WIDTH))) for line in printed)
    return minutes


def code_lines(source: str) -> int:
    """Return how many lines of `source` are not empty."""
    return sum(bool(line.strip()) for line in source.splitlines())


@cache
def parse_cell(source: str) -> ast.Module:
    """Return the syntax tree of a cell, magics included; an empty one when it has none (execution will say so).

    The trees are kept and must not be changed.
    """
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.parse("")


def calls(source: str, name: str) -> Iterator[ast.Call]:
    """Yield the calls of the function `name` in the cell `source`, as `name(…)` or `module.name(…)`."""
    for node in ast.walk(parse_cell(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) == name:
            yield node


def checked(source: str) -> list[str]:
    """Return the ids of the exercises that the cell `source` checks."""
    first = [call.args[0] for call in calls(source, "check") if call.args]
    return [argument.value for argument in first if isinstance(argument, ast.Constant) and type(argument.value) is str]


def figure_lines(output: NotebookNode) -> float:
    """Return how many lines of the page the picture of `output` takes."""
    png, shown = png_bytes(output), output.metadata.get("image/png", {})
    width = shown.get("width", int.from_bytes(png[16:20]))
    height = shown.get("height", int.from_bytes(png[20:24]))
    return min(TALLEST_FIGURE, height * min(1.0, PAGE_WIDTH / width) / PIXELS_A_LINE)


def printed_lines(output: NotebookNode) -> list[str]:
    """Return the lines that `output` prints: a stream, a value, or what a page shows as <pre>; no picture, no error."""
    data = output.get("data", {})
    if output.output_type == "error" or "image/png" in data:
        return []
    if "text/html" in data:
        blocks = re.findall(r"<pre\b.*?</pre>", data["text/html"], re.DOTALL)
        return re.sub(r"<[^>]+>", "", "\n".join(blocks)).splitlines()
    return output_text(output).splitlines()


def row(cost: Cost, name: str, stated: int | str, size: int) -> str:
    """Return the counts of one notebook in the columns of `HEAD`."""
    return (
        f"{name:34}{cost.reading:8.0f}{cost.minutes:10.0f}{stated!s:>9}{cost.code_share:6.0%}"
        f"{cost.figures:9}{cost.moving_figures:8}{len(cost.exercises):11}{size / 1e6:7.2f}"
    )


HEAD = (
    f"{'':34}{'reading':>8}{'exercises':>10}{'stated':>9}{'code':>6}{'figures':>9}{'moving':>8}{'exercises':>11}{'MB':>7}\n"
    f"{'':34}{'min':>8}{'too, min':>10}{'min':>9}"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what notebooks cost and what falls short; return 1 when something does."""
    from form_rules import RULES  # which counts with this module
    from notebook_rules import Subject

    from helpers.start import read_syllabus

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="NOTEBOOK.ipynb")
    course = read_syllabus()
    short = False
    print(HEAD)
    for path in parser.parse_args(arguments).paths:
        notebook = nbformat.read(path, as_version=4)
        entry = course.by_name.get(path.stem)
        cost = measure(notebook)
        print(row(cost, path.stem, entry.minutes if entry else "?", path.stat().st_size))
        for title, minutes in cost.sections.items():
            print(f"{minutes:8.0f}  {title or '(above the first section)'}")
        if entry is None:
            print("    course.yml does not list it")
            short = True
            continue
        for rule in RULES:
            for fault in rule(Subject(notebook, path, course)):
                print(f"    {fault}")
                short = True
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
