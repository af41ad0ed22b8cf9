"""What a notebook of the course must be like, a function a rule: each returns its faults, a sentence each.

How it must teach stands in form_rules.py.
"""

from __future__ import annotations

import ast
import copy
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import nbformat
from nbformat import NotebookNode
from PIL import Image
from reading_cost import Cost, measure, parse_cell

from helpers.start import Course, Entry
from tools.concepts import Heading, headings, parse_markdown
from tools.normalize import (
    PNG_SIGNATURE,
    WIDGET_VIEW,
    absolute_path,
    cell_name,
    dump,
    normalize,
    output_text,
    png_bytes,
    tags,
    too_large,
)
from tools.setup_cell import setup_cell

SHORTEST_ALTERNATIVE = 20
OLD_ARGUMENTS = {"lr", "decay", "input_shape"}
_UNIT = r"(?:ns|[µμu]s|ms|s|sec|seconds?|min|minutes?)"
_THING = r"(?:step|epoch|batch|iteration|it|loop|sample|image|example)"
_TIMING = re.compile(
    rf"\d\s?{_UNIT}\s?(?:/|per|an?)\s?{_THING}\b|\d\s?(?:ns|[µμu]s|ms)\b|\d\s?it/s\b|\bwall time\b|\bCPU times\b"
    r"|\b(?:took|time:) \d+\.\d+ ?(?:s|seconds)\b|ETA: \d",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Subject:
    """A notebook under examination: its content, where it lies, and the syllabus that it belongs to."""

    notebook: NotebookNode
    path: Path
    course: Course

    @property
    def entry(self) -> Entry:
        return self.course.by_name[self.path.stem]

    @cached_property
    def headings(self) -> list[Heading]:
        return headings(self.notebook)

    @cached_property
    def cost(self) -> Cost:
        return measure(self.notebook)

    def name(self, index: int) -> str:
        return cell_name(self.notebook, index)

    def cells(self, kind: str, tag: str | None = None) -> list[tuple[int, NotebookNode]]:
        """The cells of one kind, with their index; with `tag`, only those that carry it."""
        pairs = [(index, cell) for index, cell in enumerate(self.notebook.cells) if cell.cell_type == kind]
        return [(index, cell) for index, cell in pairs if tag is None or tag in tags(cell)]

    def outputs(self) -> Iterator[tuple[int, NotebookNode, NotebookNode]]:
        """Index, cell, and output, for each output."""
        for index, cell in self.cells("code"):
            for output in cell.outputs:
                yield index, cell, output

    def section(self, heading: Heading) -> str:
        """The Markdown below `heading`, to the next heading of its level or above."""
        start, last = (heading.cell, heading.line + 1), (len(self.notebook.cells), 0)
        later = [(other.cell, other.line) for other in self.headings if other.level <= heading.level]
        end = min([place for place in later if place >= start], default=last)
        lines = [
            line
            for index, cell in self.cells("markdown")
            for number, line in enumerate([*cell.source.splitlines(), ""])
            if start <= (index, number) < end
        ]
        return "\n".join(lines)


Rule = Callable[[Subject], list[str]]


# Anatomy


def title_is_the_question_of_the_syllabus(subject: Subject) -> list[str]:
    titles = [heading for heading in subject.headings if heading.level == 1]
    if not titles or titles[0].cell != 0 or not subject.notebook.cells[0].source.startswith("# "):
        return ["the first cell must begin with the title, a heading of the first level"]
    faults = []
    if titles[0].text != subject.entry.heading:
        faults.append(f'the title is "{titles[0].text}", but course.yml makes it "{subject.entry.heading}"')
    if not titles[0].text.endswith("?") and subject.entry.number != "00":
        faults.append(f'the title "{titles[0].text}" is no question')
    return faults + [f"{subject.name(other.cell)} is a second title" for other in titles[1:]]


def setup_cell_is_the_same_everywhere(subject: Subject) -> list[str]:
    tagged = [index for index, _ in subject.cells("code", "setup")]
    codes = subject.cells("code")
    if subject.entry.part == "page":
        return ["a page holds no code"] if codes else []
    if len(tagged) != 1 or tagged[0] != codes[0][0]:
        return ["the first code cell, and no other, must carry the tag setup"]
    if codes[0][1].source != setup_cell(subject.course):
        return ["the setup cell differs from tools/setup_cell.py: run make notebooks"]
    return []


def further_reading_has_years_and_links(subject: Subject) -> list[str]:
    faults = []
    for heading in subject.headings:
        if heading.text == "Further reading":
            items = re.split(r"(?m)^\s*(?:[-*]|\d+\.) ", subject.section(heading))[1:]
            if not items:
                faults.append("further reading must be a list")
            for item in items:
                if not re.search(r"\b(?:19|20)\d\d\b", item) or not re.search(r"https?://", item):
                    faults.append(f'further reading must give year and link, but one item is "{item.strip()[:60]}"')
    return faults


def concepts_tag_headings(subject: Subject) -> list[str]:
    concepts = subject.entry.concepts
    tagged = {tag for heading in subject.headings for tag in heading.tags}
    faults = [
        f"no heading carries the tag {concept} ({concepts[concept]})" for concept in concepts if concept not in tagged
    ]
    heading_cells = {heading.cell for heading in subject.headings}
    for index, cell in enumerate(subject.notebook.cells):
        for tag in tags(cell):
            if re.fullmatch(r"[A-Z]\d+", tag) and tag not in concepts:
                faults.append(f"{subject.name(index)} carries the tag {tag}, which course.yml does not list there")
            elif tag in concepts and index not in heading_cells:
                faults.append(f"{subject.name(index)} carries the tag {tag}, but is no heading")
    return faults


# State


def cells_are_executed_in_order(subject: Subject) -> list[str]:
    faults = []
    for expected, (index, cell) in enumerate(subject.cells("code"), start=1):
        if cell.execution_count is None:
            faults.append(f"{subject.name(index)} is not executed")
        elif cell.execution_count != expected:
            faults.append(f"{subject.name(index)} was executed as number {cell.execution_count}, not {expected}")
    return faults


def nothing_is_on_stderr(subject: Subject) -> list[str]:
    return [
        f"{subject.name(index)} wrote to stderr"
        for index, _, output in subject.outputs()
        if output.get("name") == "stderr"
    ]


def errors_are_announced(subject: Subject) -> list[str]:
    return [
        f"{subject.name(index)} failed: {output.ename}"
        for index, cell, output in subject.outputs()
        if output.output_type == "error" and "raises-exception" not in tags(cell)
    ]


def widgets_left_nothing(subject: Subject) -> list[str]:
    faults = ["the notebook holds widget state"] if "widgets" in subject.notebook.metadata else []
    for index, _, output in subject.outputs():
        if WIDGET_VIEW in output.get("data", {}):
            faults.append(f"{subject.name(index)} holds a widget view")
    return faults


def form_is_that_of_make_notebooks(subject: Subject) -> list[str]:
    normal = copy.deepcopy(subject.notebook)
    normalize(normal)
    if dump(normal) == dump(subject.notebook):
        return []
    pairs = zip(normal.cells, subject.notebook.cells, strict=False)
    different = [subject.name(index) for index, (wanted, cell) in enumerate(pairs) if wanted != cell]
    return [f"not in the form that make notebooks writes: {', '.join(different[:3]) or 'metadata of the notebook'}"]


def hidden_cells_are_collapsed(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("code"):
        hide = bool({"hide-input", "solution"} & set(tags(cell)))
        collapsed = (
            bool(cell.metadata.get("jupyter", {}).get("source_hidden")),
            cell.metadata.get("cellView") == "form",
        )
        if collapsed != (hide, hide):
            faults.append(f"{subject.name(index)} is {'not ' if hide else ''}collapsed, but its tags say otherwise")
    return faults


def cell_ids_are_unique(subject: Subject) -> list[str]:
    counts = Counter(cell.get("id") for cell in subject.notebook.cells)
    return [f"{count} cells have the id {name}" for name, count in counts.items() if count > 1 or not name]


def file_is_small(subject: Subject) -> list[str]:
    return too_large(subject.notebook)


def timing_cells_are_not_compared(subject: Subject) -> list[str]:
    return [
        f"{subject.name(index)} is tagged timing and nbval-check-output: its text differs each time"
        for index, cell in subject.cells("code", "timing")
        if "nbval-check-output" in tags(cell)
    ]


# What the outputs show


def figures_are_png_with_a_text_alternative(subject: Subject) -> list[str]:
    faults = []
    for index, _, output in subject.outputs():
        data = output.get("data", {})
        others = [form for form in data if form.startswith("image/") and form != "image/png"]
        faults += [f"{subject.name(index)} shows {form}, not PNG" for form in others]
        if "image/png" in data:
            alternative = output.metadata.get("image/png", {}).get("alt", "").strip()
            if not png_bytes(output).startswith(PNG_SIGNATURE):
                faults.append(f"{subject.name(index)} shows a broken PNG")
            if len(alternative) < SHORTEST_ALTERNATIVE:
                faults.append(f'{subject.name(index)} shows a figure whose text alternative is "{alternative}"')
    return faults


def figures_have_a_background(subject: Subject) -> list[str]:
    faults = []
    for index, _, output in subject.outputs():
        png = png_bytes(output)
        if png.startswith(PNG_SIGNATURE):
            picture = Image.open(io.BytesIO(png)).convert("RGBA")
            right, bottom = picture.width - 1, picture.height - 1
            corners = [picture.getpixel(corner) for corner in ((0, 0), (right, 0), (0, bottom), (right, bottom))]
            if any(corner[3] < 255 for corner in corners):
                faults.append(f"{subject.name(index)} shows a figure without a background")
    return faults


def outputs_do_not_change_by_themselves(subject: Subject) -> list[str]:
    faults = []
    for index, cell, output in subject.outputs():
        text = output_text(output)
        if found := re.search(r"\b0x[0-9a-f]{6,}\b", text, re.I):
            faults.append(f"{subject.name(index)} shows the memory address {found.group()}")
        if "timing" not in tags(cell) and (found := _TIMING.search(text)):
            faults.append(f'{subject.name(index)} shows a timing ("{found.group()}") without the tag timing')
    return faults


def nothing_names_a_folder_of_a_machine(subject: Subject) -> list[str]:
    texts = [(index, cell.source) for index, cell in enumerate(subject.notebook.cells)]
    texts += [(index, output_text(output)) for index, _, output in subject.outputs()]
    found = [(index, absolute_path(text)) for index, text in texts]
    return [f"{subject.name(index)} names {path}, a path of one machine" for index, path in found if path]


# Code


def code_is_of_today(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("code"):
        for node in ast.walk(parse_cell(cell.source)):
            shown = {"raises-exception", "old-api"} & set(tags(cell))  # what becomes of old code is worth showing
            if isinstance(node, ast.keyword) and node.arg in OLD_ARGUMENTS and not shown:
                faults.append(f"{subject.name(index)} uses {node.arg}=, which Keras 3 does not know")
            if "clear_output" in {getattr(node, key, None) for key in ("id", "attr", "name")}:
                faults.append(f"{subject.name(index)} uses clear_output, which nbval cannot follow")
    return faults


def no_line_ends_in_a_semicolon(subject: Subject) -> list[str]:
    cells = subject.cells("code")
    return [
        f"{subject.name(index)} ends in a semicolon: write _ = …"
        for index, cell in cells
        if cell.source.rstrip().endswith(";")
    ]


class Check(NamedTuple):
    """The last statement of a cell, when it is `check("id", …)`."""

    exercise: str
    recorded: bool


def final_check(source: str) -> Check | None:
    """Return the exercise that `source` ends in checking."""
    body = parse_cell(source).body
    call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check" and call.args):
        return None
    exercise = call.args[0].value if isinstance(call.args[0], ast.Constant) else ast.unparse(call.args[0])
    off = any(
        key.arg == "record" and isinstance(key.value, ast.Constant) and not key.value.value for key in call.keywords
    )
    return Check(str(exercise), not off)


# Text


def links_lead_somewhere(subject: Subject) -> list[str]:
    faults = []
    here = _anchors(subject.notebook)
    for index, cell in subject.cells("markdown"):
        for target in link_targets(cell.source):
            if re.match(r"[a-z]+:", target) or target.startswith("//"):
                continue
            file, _, anchor = target.partition("#")
            path = subject.path.parent / file if file else subject.path
            if file and not path.exists():
                faults.append(f"{subject.name(index)} links to {file}, which is not there")
                continue
            there = here if path == subject.path else _anchors_of_file(path)
            if anchor and there is not None and anchor not in there:
                faults.append(f"{subject.name(index)} links to #{anchor}, a heading that {path.name} does not have")
    return faults


@cache
def _anchors_of_file(path: Path) -> set[str] | None:
    """The anchors of a notebook that others link to; None for other files."""
    return _anchors(nbformat.read(path, as_version=4)) if path.suffix == ".ipynb" else None


def _anchors(notebook: NotebookNode) -> set[str]:
    """What may stand behind "#": a heading, the id of a cell as JupyterLab looks for it, or an anchor set by hand."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    by_hand = {anchor for text in texts for anchor in re.findall(r"<a id=[\"']([^\"']+)[\"']></a>", text)}
    cells = {f"cell-id={cell.get('id')}" for cell in notebook.cells}
    return {heading.anchor for heading in headings(notebook)} | cells | by_hand


def pictures_in_the_text_have_alternatives(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("markdown"):
        for token in _walk(cell.source):
            tag = re.search(r"<img\b[^>]*>", token.content) if token.type.startswith("html") else None
            silent = tag and not re.search(r"\balt=[\"'][^\"']+", tag.group())
            if silent or (token.type == "image" and not token.content.strip()):
                faults.append(f"{subject.name(index)} shows a picture without a text alternative")
    return faults


def _walk(source: str) -> Iterator:
    """Yield all tokens of Markdown `source`, those inside paragraphs and links too."""
    waiting = parse_markdown(source)
    while waiting:
        token = waiting.pop(0)
        yield token
        waiting = (token.children or []) + waiting


def link_targets(source: str) -> Iterator[str]:
    """Yield where the links and pictures of Markdown `source` point."""
    for token in _walk(source):
        target = token.attrGet("href") or token.attrGet("src")
        if target:
            yield unquote(str(target))  # the parser writes letters outside ASCII in per cent
        if token.type.startswith("html"):
            yield from re.findall(r"\b(?:href|src)=[\"']([^\"']+)", token.content)


RULES: tuple[Rule, ...] = (
    title_is_the_question_of_the_syllabus,
    setup_cell_is_the_same_everywhere,
    further_reading_has_years_and_links,
    concepts_tag_headings,
    cells_are_executed_in_order,
    nothing_is_on_stderr,
    errors_are_announced,
    widgets_left_nothing,
    form_is_that_of_make_notebooks,
    hidden_cells_are_collapsed,
    cell_ids_are_unique,
    file_is_small,
    timing_cells_are_not_compared,
    figures_are_png_with_a_text_alternative,
    figures_have_a_background,
    outputs_do_not_change_by_themselves,
    nothing_names_a_folder_of_a_machine,
    code_is_of_today,
    no_line_ends_in_a_semicolon,
    links_lead_somewhere,
    pictures_in_the_text_have_alternatives,
)
