"""What a lecturer hands out: no solution, no output, nothing else missing, and what nbgrader asks of a cell."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from notebook_rules import final_check
from reading_cost import parse_cell

from tools import handout
from tools.normalize import tags

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = ROOT / "notebooks" / "00_start_here.ipynb"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def exercises(notebook: NotebookNode, *, solutions: bool) -> list[str]:
    """Return the exercises that solutions, or else stubs, of `notebook` check, in their order."""
    found = [
        (final_check(cell.source), "solution" in tags(cell)) for cell in notebook.cells if cell.cell_type == "code"
    ]
    return [check.exercise for check, solved in found if check and solved == solutions]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_students_get_every_stub_and_no_solution(path: Path) -> None:
    notebook = read(path)
    stubs = exercises(notebook, solutions=False)
    handout.without_solutions(notebook)
    assert exercises(notebook, solutions=False) == stubs
    assert not [cell for cell in notebook.cells if "solution" in tags(cell)]
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "(#solution" not in text
    assert "## Solutions" not in text
    nbformat.validate(notebook)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_exercise_of_an_assignment_is_a_point(path: Path) -> None:
    notebook = read(path)
    wanted = exercises(notebook, solutions=True)
    points = handout.as_assignment(notebook)
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    answers = [cell for cell in marked if cell.metadata.nbgrader.solution]
    graded = [cell for cell in marked if cell.metadata.nbgrader.grade]
    assert points == len(graded) == len(answers)
    assert [final_check(cell.source).exercise for cell in answers] == sorted(set(wanted), key=wanted.index)
    names = [cell.metadata.nbgrader.grade_id for cell in marked]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in names)
    for cell in answers:
        before, _, rest = cell.source.partition("### BEGIN SOLUTION\n")
        solution, _, after = rest.partition("### END SOLUTION\n")
        assert "..." in before or parse_cell(before).body  # the stub, which students get
        assert parse_cell(solution).body
        assert "### " not in after
    for cell in graded:
        assert cell.metadata.nbgrader.locked
        assert cell.metadata.nbgrader.points == 1
    nbformat.validate(notebook)


def test_points_are_given_by_the_course_not_by_what_a_student_calls_check() -> None:
    stub = nbformat.v4.new_code_cell('answer = ...\n\ncheck("a.b", answer)')
    solution = nbformat.v4.new_code_cell(
        'answer = 1\n\ncheck("a.b", answer, record=False)', metadata={"tags": ["solution"]}
    )
    notebook = nbformat.v4.new_notebook(cells=[stub, solution])
    assert handout.as_assignment(notebook) == 1
    assert [cell.source for cell in notebook.cells] == [
        'answer = ...\n\n### BEGIN SOLUTION\nanswer = 1\n### END SOLUTION\n\ncheck("a.b", answer)',
        "from helpers.exercise import check as grade\n\n"
        "assert grade('a.b', answer, record=False), \"See what check says above.\"\n",
    ]


def test_handout_is_the_course_as_a_zip_and_runs(tmp_path: Path) -> None:
    handout.make_handout([FIRST], tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "out" / f"{handout.NAME}.zip") as file:
        names = set(file.namelist())
        file.extractall(tmp_path / "unpacked")
    assert {
        f"{handout.NAME}/{name}" for name in ("notebooks/course.yml", "helpers/startup.py", "requirements.txt")
    } <= names
    assert f"{handout.NAME}/notebooks/{FIRST.name}" in names
    assert not [name for name in names if "__pycache__" in name]
    code = "from helpers.data import load_fashion_mnist; print(load_fashion_mnist()[0][0].shape)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "unpacked" / handout.NAME, capture_output=True, text=True
    )
    assert run.stdout == "(10000, 28, 28)\n", run.stderr
    solved = json.loads((tmp_path / "out" / "solutions" / FIRST.name).read_text(encoding="utf-8"))
    assert any("solution" in cell["metadata"].get("tags", []) for cell in solved["cells"])


def test_unknown_notebook_is_named(capsys: pytest.CaptureFixture) -> None:
    assert handout.main(["33_nothing"]) == 1
    assert "there is no notebook 33_nothing; there are 00_reference, 00_start_here" in capsys.readouterr().err
