"""The pages of notebook 00 that follow from the syllabus: the order of the course, the concept index, the glossary.

Each is the text of the Markdown cell that carries its name as a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from helpers.start import TERMS, Course, Entry, alphabetical
from tools.concepts import Taught

PREFIX = "stamped-"


def index_entries(course: Course, taught: Iterable[Taught]) -> dict[str, dict[str, str]]:
    """Return concept → number of the notebook, title, and link (empty without a heading), for all of the syllabus.

    Of a concept that a core and its deeper notebook teach, the core's place.
    """
    links: dict[str, str] = {}
    for place in taught:
        links.setdefault(place.concept, lab_link(place))
    return {
        concept: {"number": entry.number, "title": title, "link": links.get(concept, "")}
        for entry in course.notebooks
        for concept, title in entry.concepts.items()
    }


def lab_link(place: Taught) -> str:
    """Return the link that leads JupyterLab to a concept, also in a notebook that is not open yet.

    The name of a heading finds only what has been on the screen already, and no heading with quotation marks or Greek
    letters, which a browser writes in per cent. The id of a cell finds every cell. Elsewhere both open the notebook.
    """
    return f"{place.link.partition('#')[0]}#cell-id={place.cell_id}"


def pages(course: Course, taught: Sequence[Taught], folder: Path) -> dict[str, str]:
    """Return tag → Markdown of each page; links are relative to `folder`, where the notebooks are."""
    return {
        f"{PREFIX}order": order(course, folder),
        f"{PREFIX}index": concept_pages(course, taught, folder),
        f"{PREFIX}names": other_names(),
        f"{PREFIX}glossary": glossary(index_entries(course, taught)),
    }


def course_row(course: Course, entry: Entry, link: str, nothing: str = "") -> str:
    """Return a notebook's number, title (with `link`, if it is not empty), time and needs as cells of a table.

    What goes deeper has a row of its own without a number, below its core.
    """
    number = entry.number if entry.part == "core" else ""
    after = ", ".join(course.numbers(entry)) or nothing
    return f"| {number} | {_linked(entry.title, link)} | {entry.minutes} min | {after} |"


def order(course: Course, folder: Path) -> str:
    """Return the notebooks in their order, with times and what they build on."""
    rows = ["| | Notebook | Time | Builds on |", "|---|---|---|---|"]
    for entry in course.notebooks:
        link = f"{entry.name}.ipynb"
        rows.append(course_row(course, entry, link if (folder / link).exists() else "", nothing="–"))
    if any(entry.part == "deeper" for entry in course.notebooks):
        rows.append(_hours("without what goes deeper", [entry for entry in course.notebooks if entry.part == "core"]))
    return "\n".join([*rows, _hours("all together", course.notebooks)])


def _hours(what: str, entries: Iterable[Entry]) -> str:
    return f"| | **{what}** | **about {round(sum(entry.mean_minutes for entry in entries) / 60)} hours** | |"


def concept_pages(course: Course, taught: Iterable[Taught], folder: Path) -> str:
    """Return the concepts of each notebook in a paragraph, each a link to the heading that teaches it there."""
    links = {(place.notebook, place.concept): lab_link(place) for place in taught}
    paragraphs = []
    for entry in course.notebooks:
        there = (folder / f"{entry.name}.ipynb").exists()
        name = f"[{entry.heading}]({entry.name}.ipynb)" if there else f"{entry.heading} (in preparation)"
        concepts = [
            f"{concept} {_linked(title, links.get((entry.name, concept), ''))}"
            for concept, title in entry.concepts.items()
        ]
        paragraphs.append(f"**{name}**  \n{' · '.join(concepts)}")
    return "\n\n".join(paragraphs)


def other_names() -> str:
    """Return what others call the terms of the course, in the order of the alphabet."""
    pairs = sorted(((also, term.name) for term in TERMS for also in term.also), key=lambda pair: alphabetical(pair[0]))
    return " · ".join(f"*{also}* = {name}" for also, name in pairs)


def glossary(entries: Mapping[str, Mapping[str, str]]) -> str:
    """Return all terms as a table."""
    rows = ["| Term | In one line | Taught in |", "|---|---|---|"]
    for term in TERMS:
        place = entries[term.concept]
        also = f" ({', '.join(term.also)})" if term.also else ""
        where = _linked(f"{place['number']}: {place['title']}", place["link"])
        rows.append(f"| **{term.name}**{_plain(also)} | {_plain(term.line)} | {where} |")
    return "\n".join(rows)


def _linked(text: str, link: str) -> str:
    return f"[{text}]({link})" if link else text


def _plain(text: str) -> str:
    """Return `text` so that Markdown reads none of its signs as its own."""
    return "".join(f"\\{sign}" if sign in "|*_<[]$`" else sign for sign in text)
