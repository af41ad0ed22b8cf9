"""Everything that follows from the syllabus and is written into other files.

`python tools/course.py` prints the README's table; with `--stamp` it writes the table and the repository's name into
README.md, the repository's name into the notebooks' badges and setup cells, and into the pages of the course, those
notebooks in which students look things up, the concept index and the targets of all links to concepts.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/course.py` itself finds only what lies beside it

from helpers.start import Course, SyllabusError, read_syllabus  # noqa: E402
from tools.concepts import NOTEBOOKS, concept_index  # noqa: E402
from tools.normalize import dump, give_ids  # noqa: E402
from tools.reference import concept_pages, link_concepts  # noqa: E402
from tools.setup_cell import setup_cell  # noqa: E402

TABLE_START = "<!-- course table: made by make stamp -->"
TABLE_END = "<!-- end -->"
INDEX_TAG = "stamped-index"
"""Tag of the cell that the concept index is written into."""

_BADGE = re.compile(r"\[!\[[^]]*\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\]\([^)\s]*\)")
# Where a README names the repository; other GitHub links (papers' code, say) are left alone.
_REPOSITORY = re.compile(
    r"(?P<before>https://colab\.research\.google\.com/github/"
    r"|git clone (?:-\S+ )*https://github\.com/"
    r"|https://github\.com/(?=[\w.-]+/[\w.-]+/(?:actions|releases|issues|archive)\b))"
    r"[\w.-]+/[\w.-]+?(?P<git>\.git)?(?![\w.-])"
)


def table(course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the course as a Markdown table, its links relative to the folder above `folder`.

    What goes deeper has a row without a number, below its core, and so has a page.
    """
    rows = ["| | Notebook | Time | Builds on | |", "|---|---|---|---|---|"]
    for entry in course.notebooks:
        there = (folder / f"{entry.name}.ipynb").exists()
        title = f"[{entry.title}]({folder.name}/{entry.name}.ipynb)" if there else entry.title
        number = entry.number if entry.part == "core" else ""
        minutes = f"{entry.minutes} min" if entry.part != "page" else ""
        badge = "in preparation" if not there else course.badge(entry.name) if minutes else ""
        rows.append(f"| {number} | {title} | {minutes} | {', '.join(course.numbers(entry))} | {badge} |")
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


def stamp_page(notebook: nbformat.NotebookNode, course: Course, folder: Path) -> None:
    """Write the concept index into the cell that is tagged for it, and their targets into all links to concepts."""
    taught = concept_index(course, folder)
    for cell in notebook.cells:
        if INDEX_TAG in cell.metadata.get("tags", ()):
            cell.source = concept_pages(course, taught, folder)
        elif cell.cell_type == "markdown":
            cell.source = link_concepts(cell.source, course, taught)


def stamp_notebook(notebook: nbformat.NotebookNode, name: str, course: Course) -> None:
    """Write setup cell and Colab button of `course` into `notebook`, inserted where missing; into a page, its links."""
    if course.by_name[name].part == "page":
        stamp_page(notebook, course, NOTEBOOKS)
        return
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
        course = read_syllabus()
        if not stamp:
            print(table(course, NOTEBOOKS))
            return 0
        readme = ROOT / "README.md"
        text = stamp_readme(readme.read_text(encoding="utf-8"), course, NOTEBOOKS)
        readme.write_text(text, encoding="utf-8", newline="\n")
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
