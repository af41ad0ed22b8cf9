"""Everything that follows from the syllabus and is written into other files.

`python tools/course.py` prints the README's table; with `--stamp` it writes the table and the repository's name into
README.md, name and release into the notebooks' badges and setup cells, and into the pages of the course, those
notebooks in which students look things up, the concept index and the targets of all links to concepts. `--from-remote`
first takes the name from Git.
"""

from __future__ import annotations

import argparse
import re
import subprocess
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

BADGE = re.compile(r"\[!\[[^]]*\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\]\([^)\s]*\)")
_CLONE = re.compile(r"(?m)^git clone .*\ncd .*$")
"""The two lines of the README that fetch the course."""

_REMOTE = re.compile(r"github\.com[:/]([\w-]+/[\w.-]+?)(?:\.git)?/?$")
_NAME = re.compile(r"(?m)^repository:.*$")


def table(course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the course as a Markdown table, its links relative to the folder above `folder`.

    What goes deeper has a row without a number, below its core, and so has a page. There is a column of Colab buttons
    where the course has a repository.
    """
    buttons = bool(course.repository)
    rows = ["| | Notebook | Time | Builds on |" + " |" * buttons, "|---|---|---|---|" + "---|" * buttons]
    for entry in course.notebooks:
        there = (folder / f"{entry.name}.ipynb").exists()
        title = f"[{entry.title}]({folder.name}/{entry.name}.ipynb)" if there else entry.title
        number = entry.number if entry.part == "core" else ""
        minutes = f"{entry.minutes} min" if entry.part != "page" else ""
        row = f"| {number} | {title} | {minutes} | {', '.join(course.numbers(entry))} |"
        rows.append(row + f" {course.badge(entry.name) if there and minutes else ''} |" * buttons)
    return "\n".join(rows)


def clone_lines(course: Course) -> str:
    """Return the two lines that fetch the course and enter its folder."""
    if not course.repository:
        return "git clone --depth=1 ADDRESS-OF-THIS-REPOSITORY inside-neural-networks\ncd inside-neural-networks"
    return f"git clone --depth=1 https://github.com/{course.repository}\ncd {course.repository.split('/')[1]}"


def stamp_readme(text: str, course: Course, folder: Path = NOTEBOOKS) -> str:
    """Return the README `text` with the course's table between its markers, and the lines that clone its repository.

    Raises:
        SyllabusError: A marker is missing, or the markers are in the wrong order.
    """
    before, start, rest = text.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not start or not end:
        raise SyllabusError(f"README.md must hold {TABLE_START} and after it {TABLE_END}")
    before, after = (_CLONE.sub(clone_lines(course), part) for part in (before, after))
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
    source = setup_cell(course)
    tagged = [cell for cell in notebook.cells if "setup" in cell.metadata.get("tags", ())]
    if not tagged:
        codes = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        tagged = [nbformat.v4.new_code_cell(metadata={"tags": ["setup"]})]
        notebook.cells.insert(codes[0] if codes else len(notebook.cells), tagged[0])
    for cell in tagged:
        cell.source = source
    first = next((i for i, cell in enumerate(notebook.cells) if cell.source.startswith("## ")), len(notebook.cells))
    opening = [cell for cell in notebook.cells[:first] if cell.cell_type == "markdown"]
    badge, badged = course.badge(name), [cell for cell in opening if BADGE.search(cell.source)]
    for cell in badged:
        cell.source = BADGE.sub(badge, cell.source).rstrip()
    if badge and opening and not badged:
        # Where the times and the needs stand, which is below the first figure.
        cell = next((cell for cell in opening if "**Time:**" in cell.source), opening[:2][-1])
        cell.source = f"{cell.source.rstrip()}\n\n{badge}"


def name_of_remote(root: Path) -> str:
    """Return "owner/name" of the repository on GitHub that `git remote` names `origin`.

    Raises:
        SyllabusError: There is no such remote, or it is not on GitHub.
    """
    ask = ["git", "remote", "get-url", "origin"]
    told = subprocess.run(ask, cwd=root, capture_output=True, text=True)
    found = _REMOTE.search(told.stdout.strip())
    if not found:
        given = told.stdout.strip() or told.stderr.strip()
        raise SyllabusError(f"git's remote origin must be a repository on GitHub, but git says: {given}")
    return found[1]


def main(arguments: list[str] | None = None) -> int:
    """Print the README's table, or stamp README.md and the notebooks; return the exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--stamp", action="store_true", help="write the table and the repository's name where they belong"
    )
    parser.add_argument("--from-remote", action="store_true", help="first take the repository's name from git remote")
    options = parser.parse_args(arguments)
    stamp = options.stamp
    try:
        if options.from_remote:
            syllabus = NOTEBOOKS / "course.yml"
            text = _NAME.sub(f"repository: {name_of_remote(ROOT)}", syllabus.read_text(encoding="utf-8"), count=1)
            syllabus.write_text(text, encoding="utf-8", newline="\n")
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
    if course.repository:
        print(
            f"Stamped {course.repository}, release {course.release}: commit, then publish it with "
            f"`git tag {course.release}` and `git push origin {course.release}`, for Colab fetches that tag."
        )
    else:
        print("Stamped without a repository (course.yml names none), so there are no Colab buttons.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
