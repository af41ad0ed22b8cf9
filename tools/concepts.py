"""Where the notebooks teach the concepts of the syllabus: at the headings whose cells carry a concept's id as a tag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token

from helpers.start import Course
from tools.normalize import give_ids

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def named(given: Sequence[str], there: Sequence[str]) -> list[str]:
    """Return which of the notebooks `there` are meant by `given`, all of them for none.

    Args:
        given: For example "07", "07_training" or "notebooks/07_training.ipynb".
        there: Their names, such as "07_training".

    Raises:
        LookupError: There is no such notebook; the message says which there are.
    """
    stems = [Path(one).stem for one in given]
    for one, stem in zip(given, stems, strict=True):
        if not any(stem in (name, name.split("_")[0]) for name in there):
            raise LookupError(f"there is no notebook {one}; there are {', '.join(there) or 'none'}")
    return [name for name in there if not stems or name in stems or name.split("_")[0] in stems]


@dataclass(frozen=True)
class Heading:
    """A heading in a notebook: level (1 to 6), text, link target, its cell and line there, and the tags of the cell."""

    level: int
    text: str
    anchor: str
    cell: int
    line: int
    tags: tuple[str, ...]


def parse_markdown(source: str) -> list[Token]:
    """Return the tokens of Markdown `source` without its formulas, whose brackets and underscores mean other things."""
    without_formulas = re.sub(r"\$\$.*?\$\$|(?<![\\$])\$[^$\n]+\$", "x", source, flags=re.DOTALL)
    return MarkdownIt("commonmark").enable("table").parse(without_formulas)


def headings(notebook: nbformat.NotebookNode) -> list[Heading]:
    """Return all headings of `notebook`, with the link targets that JupyterLab gives them (spaces become hyphens)."""
    found = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        lines = cell.source.splitlines()
        for token in MarkdownIt("commonmark").parse(cell.source):
            if token.type == "heading_open" and token.map:
                text = re.sub(r"^\s*#+\s*|\s*#*\s*$", "", lines[token.map[0]])
                anchor = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", re.sub(r"[`*]", "", text)).replace(" ", "-")
                tags = tuple(cell.metadata.get("tags", ()))
                found.append(Heading(int(token.tag[1]), text, anchor, index, token.map[0], tags))
    return found


@dataclass(frozen=True)
class Taught:
    """Where a concept is taught: a link to the heading ("07_training.ipynb#The-data"), and the id of the cell."""

    concept: str
    title: str
    notebook: str
    link: str
    cell_id: str


def concept_index(course: Course, folder: Path = NOTEBOOKS) -> list[Taught]:
    """Return where each notebook in `folder` first teaches each of its concepts, in the order of the syllabus.

    A concept of a core and of its deeper notebook is there twice. One whose id tags no heading is left out; the tests
    demand that there is none.
    """
    index = []
    for entry in course.notebooks:
        path = folder / f"{entry.name}.ipynb"
        if not path.exists():
            continue
        notebook = nbformat.read(path, as_version=4)
        give_ids(notebook)
        there = headings(notebook)
        for concept, title in entry.concepts.items():
            first = next((heading for heading in there if concept in heading.tags), None)
            if first:
                link = f"{path.name}#{first.anchor}"
                index.append(Taught(concept, title, entry.name, link, notebook.cells[first.cell].id))
    return index
