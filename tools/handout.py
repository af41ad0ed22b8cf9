"""What a lecturer hands out: the course without solutions and outputs, and the solutions as a second set.

`python tools/handout.py` writes `build/handout`: `inside-neural-networks/` and the same as a zip, ready to hand out (on
Colab the zip is what the first cell unpacks), and `solutions/`, the notebooks whole. With `--nbgrader` it writes
`build/nbgrader` instead, a course of nbgrader with an assignment a notebook and a point an exercise. Names choose
notebooks.
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/handout.py` itself finds only what lies beside it

from tools.concepts import NOTEBOOKS, named  # noqa: E402
from tools.normalize import tags  # noqa: E402

NAME = "inside-neural-networks"
COURSE_FOLDERS = ("helpers", "data", "results")
COURSE_FILES = ("requirements.txt", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.pyc")

_SOLUTIONS = re.compile(r"(?m)^## Solutions\s*$")
_LINK = re.compile(r" *\[Solution [^]]*\]\(#[^)]*\)")

SETUP = "from helpers.startup import start  # helpers lies beside this notebook\n\nstart()"
GRADE = """\
from helpers.exercise import check as grade

assert grade({arguments}, record=False), "See what check says above."
"""
CONFIG = '''\
"""A course of nbgrader. `autograde` runs students' code with the rights of whoever starts it: let an account do that
which owns nothing else, in a container without a network, and never your own.
"""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "inside-neural-networks"
c.ClearSolutions.code_stub = {"python": "# Your answer goes above this line."}
c.Execute.timeout = 300  # seconds a cell, where students train; `check` itself stops an answer after 5
'''


def solutions_start(notebook: NotebookNode) -> int:
    """Return the index of the cell with which the section "Solutions" begins, or the number of cells."""
    return next(
        (i for i, cell in enumerate(notebook.cells) if cell.cell_type == "markdown" and _SOLUTIONS.match(cell.source)),
        len(notebook.cells),
    )


def without_solutions(notebook: NotebookNode) -> None:
    """Take solutions, the links to them, and all outputs out of `notebook`."""
    cells = notebook.cells[: solutions_start(notebook)]
    notebook.cells = [cell for cell in cells if "solution" not in tags(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = _LINK.sub("", cell.source)


def last_check(source: str) -> tuple[int, str, str] | None:
    """Return the `check("id", …)` in which `source` ends: its line (from 0), id, and arguments without `record`."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # magics
        return None
    call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check" and call.args):
        return None
    given = [*call.args, *(keyword for keyword in call.keywords if keyword.arg != "record")]
    return call.lineno - 1, ast.literal_eval(call.args[0]), ", ".join(ast.unparse(argument) for argument in given)


def as_assignment(notebook: NotebookNode) -> int:
    """Make the source of an nbgrader assignment of `notebook`; return how many points it has, one an exercise.

    The stub stays as the course has it. Below it, between nbgrader's marks, stands the solution; the cell after it,
    which students cannot change, asks `check` again.
    """
    answers: dict[str, str] = {}
    for cell in notebook.cells:
        found = last_check(cell.source) if "solution" in tags(cell) else None
        if found:
            line, exercise, _ = found
            answers[exercise] = "\n".join(cell.source.split("\n")[:line]).rstrip()
    without_solutions(notebook)
    cells: list[NotebookNode] = []
    points = 0
    for cell in notebook.cells:
        if "setup" in tags(cell):
            cell.source = SETUP
        cells.append(cell)
        found = last_check(cell.source) if cell.cell_type == "code" else None
        if not found or found[1] not in answers:
            continue
        line, exercise, arguments = found
        lines = cell.source.split("\n")
        solution = ["### BEGIN SOLUTION", answers.pop(exercise), "### END SOLUTION", ""]
        cell.source = "\n".join([*lines[:line], *solution, *lines[line:]])
        name = exercise.replace(".", "-")
        cell.metadata["nbgrader"] = _mark(name, solution=True, locked=False)
        tests = new_code_cell(GRADE.format(arguments=arguments))
        tests.metadata["nbgrader"] = _mark(f"{name}-points", grade=True, locked=True) | {"points": 1}
        cells.append(tests)
        points += 1
    notebook.cells = cells
    return points


def _mark(grade_id: str, *, solution: bool = False, grade: bool = False, locked: bool) -> dict[str, object]:
    """Return nbgrader's metadata of one cell."""
    kind = {"solution": solution, "grade": grade, "locked": locked, "task": False}
    return {"schema_version": 3, "grade_id": grade_id, **kind}


def _copy_course(target: Path) -> None:
    """Copy what notebooks need beside themselves into `target`."""
    for folder in COURSE_FOLDERS:
        shutil.copytree(ROOT / folder, target / folder, ignore=LEFT_OUT)
    for file in COURSE_FILES:
        shutil.copy2(ROOT / file, target)


def make_handout(paths: list[Path], target: Path) -> None:
    """Write the set for students, as folder and as zip, and the notebooks with their solutions."""
    course, solutions = target / NAME, target / "solutions"
    solutions.mkdir(parents=True)
    _copy_course(course)
    (course / "notebooks").mkdir()
    shutil.copy2(NOTEBOOKS / "course.yml", course / "notebooks")  # and nothing else that may lie there
    for path in paths:
        shutil.copy2(path, solutions)
        notebook = nbformat.read(path, as_version=4)
        without_solutions(notebook)
        nbformat.write(notebook, course / "notebooks" / path.name)
    shutil.make_archive(str(course), "zip", target, NAME)
    print(f"{len(paths)} notebooks without solutions: {course}.zip; with them: {solutions}")


def make_nbgrader_course(paths: list[Path], target: Path) -> None:
    """Write a course of nbgrader with an assignment a notebook."""
    target.mkdir(parents=True)
    (target / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for path in paths:
        assignment = target / "source" / path.stem
        _copy_course(assignment)
        notebook = nbformat.read(path, as_version=4)
        points = as_assignment(notebook)
        nbformat.write(notebook, assignment / path.name)
        print(f"{path.stem}: {points} points")
    print(f"Next, in {target}: nbgrader generate_assignment {paths[0].stem}")


def main(arguments: list[str] | None = None) -> int:
    """Write the handout; return 1 when a notebook is not there."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--nbgrader", action="store_true", help="write a course of nbgrader")
    parser.add_argument("names", nargs="*", metavar="NAME", help="03, or 03_backprop; all without one")
    options = parser.parse_args(arguments)
    try:
        chosen = named(options.names, sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    paths = [NOTEBOOKS / f"{name}.ipynb" for name in chosen]
    target = ROOT / "build" / ("nbgrader" if options.nbgrader else "handout")
    shutil.rmtree(target, ignore_errors=True)
    (make_nbgrader_course if options.nbgrader else make_handout)(paths, target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
