"""What the reference page takes from the syllabus: the concept index, and where links to concepts lead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from helpers.start import Course, SyllabusError
from tools.concepts import Taught

_CONCEPT_LINK = re.compile(r'(?P<text>\[[^][]+\])\([^()"]*"(?P<concept>[A-Z]\d+)(?P<deeper> deeper)?(?:: [^"]*)?"\)')
"""A link whose title begins with a concept: [MAE]( "L3"), or [KL]( "L6 deeper") for the deeper notebook of the two."""


def lab_link(place: Taught) -> str:
    """Return the link that leads JupyterLab to a concept, also in a notebook that is not open yet.

    The name of a heading finds only what has been on the screen already, and no heading with quotation marks or Greek
    letters, which a browser writes in per cent. The id of a cell finds every cell. Elsewhere both open the notebook.
    """
    return f"{place.link.partition('#')[0]}#cell-id={place.cell_id}"


def link_concepts(source: str, course: Course, taught: Sequence[Taught]) -> str:
    """Return Markdown `source` with target and title of each link to a concept as the course has them now.

    A text that is the number of a notebook, [02]( "L3"), becomes that of the notebook that teaches the concept.

    Raises:
        SyllabusError: The syllabus does not list the concept, or no heading teaches it.
    """

    def linked(match: re.Match[str]) -> str:
        concept = match["concept"]
        places = [place for place in taught if place.concept == concept]
        if not places:
            raise SyllabusError(f"a link {match['text']} leads to {concept}, which no heading teaches")
        place = places[-1 if match["deeper"] else 0]  # without a deeper notebook there is the core only
        number = course.by_name[place.notebook].number
        text = f"[{number}]" if re.fullmatch(r"\[\d\d\]", match["text"]) else match["text"]
        return f'{text}({lab_link(place)} "{concept}{match["deeper"] or ""}: {place.title}")'

    return _CONCEPT_LINK.sub(linked, source)


def concept_pages(course: Course, taught: Sequence[Taught], folder: Path) -> str:
    """Return the concepts of each notebook in a paragraph, each a link to the heading that teaches it there."""
    links = {(place.notebook, place.concept): lab_link(place) for place in taught}
    paragraphs = []
    for entry in course.notebooks:
        there = (folder / f"{entry.name}.ipynb").exists()
        name = f"[{entry.heading}]({entry.name}.ipynb)" if there else f"{entry.heading} (in preparation)"
        concepts = [
            f"{concept} [{title}]({link})" if (link := links.get((entry.name, concept))) else f"{concept} {title}"
            for concept, title in entry.concepts.items()
        ]
        paragraphs.append(f"**{name}**  \n{' · '.join(concepts)}")
    return "\n\n".join(paragraphs)
