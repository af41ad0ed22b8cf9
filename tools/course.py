"""Everything that follows from the syllabus and is written into other files.

`python tools/course.py` prints the README's table; with `--stamp` it writes the table and the repository's name into
README.md, the repository's name into the notebooks' badges and setup cells, order, index and glossary into notebook 00,
and the index into notebooks/concepts.json, where the helpers find it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/course.py` itself finds only what lies beside it

from helpers.start import Course, SyllabusError, read_syllabus  # noqa: E402
from tools.concepts import NOTEBOOKS, concept_index  # noqa: E402
from tools.normalize import dump, give_ids  # noqa: E402
from tools.setup_cell import setup_cell  # noqa: E402
from tools.start_page import PREFIX, course_row, index_entries, pages  # noqa: E402

TABLE_START = "<!-- course table: made by make stamp -->"
TABLE_END = "<!-- end -->"

_BADGE = re.compile(r"\[!\[[^]]*\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\]\([^)\s]*\)")
# Where a README names the repository; other GitHub links (papers' code, say) are left alone.
_REPOSITORY = re.compile(
    r"(?P<before>https://colab\.research\.google\.com/github/"
    r"|git clone (?:-\S+ )*https://github\.com/"
    r"|https://github\.com/(?=[\w.-]+/[\w.-]+/(?:actions|releases|issues|archive)\b))"
    r"[\w.-]+/[\w.-]+?(?P<git>\.git)?(?![\w.-])"
)


def table(course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the course as a Markdown table, its links relative to the folder above `folder`."""
    rows = ["| | Notebook | Time | Builds on | |", "|---|---|---|---|---|"]
    for entry in course.notebooks:
        there = (folder / f"{entry.name}.ipynb").exists()
        row = course_row(course, entry, f"{folder.name}/{entry.name}.ipynb" if there else "")
        rows.append(f"{row} {course.badge(entry.name) if there else 'in preparation'} |")
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
    made = pages(course, concept_index(course, folder), folder)
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
        course = read_syllabus()
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
