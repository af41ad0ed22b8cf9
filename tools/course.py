"""The syllabus: what `notebooks/course.yml` says, where each concept is taught, and what is stamped from it.

`python tools/course.py` prints the README's table; with `--stamp` it writes the table and the repository's name into
README.md, the repository's name into the notebooks' badges and setup cells, order, index and glossary into notebook 00,
and the index into notebooks/concepts.json, where the helpers find it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/course.py` itself finds only what lies beside it

from tools.normalize import dump, give_ids  # noqa: E402
from tools.setup_cell import setup_cell  # noqa: E402
from tools.start_page import PREFIX, index_entries, pages  # noqa: E402

NOTEBOOKS = ROOT / "notebooks"
TABLE_START = "<!-- course table: made by make stamp -->"
TABLE_END = "<!-- end -->"

_KEYS = {"name": str, "title": str, "minutes": int, "prerequisites": list, "concepts": dict}
_BADGE = re.compile(r"\[!\[[^]]*\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\]\([^)\s]*\)")
# Where a README names the repository; other GitHub links (papers' code, say) are left alone.
_REPOSITORY = re.compile(
    r"(?P<before>https://colab\.research\.google\.com/github/"
    r"|git clone (?:-\S+ )*https://github\.com/"
    r"|https://github\.com/(?=[\w.-]+/[\w.-]+/(?:actions|releases|issues|archive)\b))"
    r"[\w.-]+/[\w.-]+?(?P<git>\.git)?(?![\w.-])"
)


class SyllabusError(ValueError):
    """What course.yml, the README or a notebook says cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Entry:
    """One notebook of the syllabus; `concepts` maps ids ("A1") to titles, `prerequisites` names earlier notebooks."""

    name: str
    title: str
    minutes: int
    prerequisites: tuple[str, ...]
    concepts: dict[str, str]

    @property
    def number(self) -> str:
        """The two digits with which the name begins."""
        return self.name.split("_")[0]

    @property
    def heading(self) -> str:
        """The title as it stands in the notebook ("01 · Architecture: what kind of …?")."""
        return f"{self.number} · {self.title}"


@dataclass(frozen=True)
class Course:
    """The syllabus: the GitHub repository ("owner/name") and its notebooks in order."""

    repository: str
    notebooks: tuple[Entry, ...]

    @cached_property
    def by_name(self) -> dict[str, Entry]:
        """The notebooks by name ("07_training")."""
        return {entry.name: entry for entry in self.notebooks}

    def badge(self, name: str) -> str:
        """Return the Colab button of the notebook `name`, in Markdown."""
        link = f"https://colab.research.google.com/github/{self.repository}/blob/main/notebooks/{name}.ipynb"
        return f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({link})"


def load_course(path: Path = NOTEBOOKS / "course.yml") -> Course:
    """Read and check the syllabus.

    Raises:
        SyllabusError: Something is missing, misspelt, of the wrong kind, or named twice.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or set(raw) != {"repository", "notebooks"}:
        raise SyllabusError(f"{path.name} must have the keys repository and notebooks, and no others")
    if not re.fullmatch(r"[\w-]+/[\w.-]+", str(raw["repository"])):
        raise SyllabusError(f'repository must read "owner/name", but is "{raw["repository"]}"')
    if not isinstance(raw["notebooks"], list):
        raise SyllabusError(f"notebooks must be a list, but is {raw['notebooks']!r}")
    entries: list[Entry] = []
    concepts: set[str] = set()
    for item in raw["notebooks"]:
        entry = _entry(item, [earlier.name for earlier in entries])
        twice = concepts & set(entry.concepts)
        if twice:
            raise SyllabusError(f"{entry.name} lists {', '.join(sorted(twice))}, which an earlier notebook teaches")
        concepts |= set(entry.concepts)
        entries.append(entry)
    return Course(raw["repository"], tuple(entries))


def _entry(item: Any, earlier: list[str]) -> Entry:
    """Return the checked `item` of the syllabus; `earlier` are the names before it."""
    name: Any = item.get("name") if isinstance(item, dict) else item
    if not isinstance(item, dict) or set(item) != set(_KEYS):
        raise SyllabusError(f"notebook {name} must have the keys {', '.join(_KEYS)}, and no others")
    for key, kind in _KEYS.items():
        if type(item[key]) is not kind:
            raise SyllabusError(f"{key} of notebook {name} must be of type {kind.__name__}, but is {item[key]!r}")
    if item["minutes"] <= 0:
        raise SyllabusError(f"minutes of notebook {name} must be positive, but is {item['minutes']}")
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name) or name in earlier:
        raise SyllabusError(f'notebook names must be different and read "07_training", but one is "{name}"')
    for before in item["prerequisites"]:
        if before not in earlier:
            raise SyllabusError(f"{name} builds on {before}, which is no earlier notebook")
    for concept, title in item["concepts"].items():
        if not re.fullmatch(r"[A-Z]\d+", str(concept)) or type(title) is not str:
            raise SyllabusError(f'concepts of {name} must read "A1: title", but one is "{concept}: {title}"')
    return Entry(**{**item, "prerequisites": tuple(item["prerequisites"])})


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
    """Return where each concept is first taught, in the order of the syllabus, for the notebooks that are in `folder`.

    A concept whose id tags no heading is left out; the tests demand that there is none.
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


def table(course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the course as a Markdown table, its links relative to the folder above `folder`."""
    rows = ["| | Notebook | Time | Builds on | |", "|---|---|---|---|---|"]
    for entry in course.notebooks:
        name = entry.title
        after = ", ".join(course.by_name[before].number for before in entry.prerequisites)
        if (folder / f"{entry.name}.ipynb").exists():
            name, button = f"[{name}]({folder.name}/{entry.name}.ipynb)", course.badge(entry.name)
        else:
            button = "in preparation"
        rows.append(f"| {entry.number} | {name} | {entry.minutes} min | {after} | {button} |")
    return "\n".join(rows)


def stamp_readme(text: str, course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the README `text` with the course's table between its markers and the repository's name in its links.

    Raises:
        SyllabusError: A marker is missing, or the markers are in the wrong order.
    """
    before, start, rest = text.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not start or not end:
        raise SyllabusError(f"README.md must hold {TABLE_START} and after it {TABLE_END}")

    def named(match: re.Match[str]) -> str:
        return f"{match['before']}{course.repository}{match['git'] or ''}"

    before, after = (_REPOSITORY.sub(named, part) for part in (before, after))
    return f"{before}{start}\n\n{table(course, folder)}\n\n{end}{after}"


def concepts_json(course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the text of concepts.json: each concept's notebook, title, and link, empty where no heading teaches it."""
    entries = index_entries(course, concept_index(course, folder))
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def stamp_pages(notebook: nbformat.NotebookNode, course: Course, folder: Path) -> None:
    """Write order, index and glossary into the cells of `notebook` that are tagged for them.

    Raises:
        SyllabusError: A cell is tagged for a page that there is not.
    """
    tagged = [(cell, tag) for cell in notebook.cells for tag in cell.metadata.get("tags", ()) if tag.startswith(PREFIX)]
    if not tagged:
        return
    made = pages(course, index_entries(course, concept_index(course, folder)), folder)
    for cell, tag in tagged:
        if tag not in made:
            raise SyllabusError(f"a cell carries the tag {tag}, but only {', '.join(made)} are made")
        cell.source = made[tag]


def stamp_notebook(notebook: nbformat.NotebookNode, name: str, course: Course) -> None:
    """Write setup cell, Colab button and pages of `course` into `notebook`; insert cell and button where missing."""
    stamp_pages(notebook, course, NOTEBOOKS)
    source = setup_cell(course.repository)
    tagged = [cell for cell in notebook.cells if "setup" in cell.metadata.get("tags", ())]
    if not tagged:
        codes = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        tagged = [nbformat.v4.new_code_cell(metadata={"tags": ["setup"]})]
        notebook.cells.insert(codes[0] if codes else len(notebook.cells), tagged[0])
    for cell in tagged:
        cell.source = source
    opening = [cell for cell in notebook.cells[: notebook.cells.index(tagged[0])] if cell.cell_type == "markdown"]
    badged = [cell for cell in opening if _BADGE.search(cell.source)]
    for cell in badged:
        cell.source = _BADGE.sub(course.badge(name), cell.source)
    if opening and not badged:
        cell = opening[:2][-1]
        cell.source = f"{cell.source.rstrip()}\n\n{course.badge(name)}"


def main(arguments: list[str] | None = None) -> int:
    """Print the README's table, or stamp README.md and the notebooks; return the exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--stamp", action="store_true", help="write the table and the repository's name where they belong"
    )
    stamp = parser.parse_args(arguments).stamp
    try:
        course = load_course()
        if not stamp:
            print(table(course, NOTEBOOKS))
            return 0
        readme = ROOT / "README.md"
        text = stamp_readme(readme.read_text(encoding="utf-8"), course, NOTEBOOKS)
        readme.write_text(text, encoding="utf-8", newline="\n")
        (NOTEBOOKS / "concepts.json").write_text(concepts_json(course, NOTEBOOKS), encoding="utf-8", newline="\n")
        for entry in course.notebooks:
            path = NOTEBOOKS / f"{entry.name}.ipynb"
            if path.exists():
                notebook = nbformat.read(path, as_version=4)
                stamp_notebook(notebook, entry.name, course)
                give_ids(notebook)
                path.write_text(dump(notebook), encoding="utf-8", newline="\n")
    except (SyllabusError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Stamped {course.repository} into README.md and the notebooks.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
