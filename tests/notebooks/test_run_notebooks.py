"""The command that `make test` and the Colab leg execute notebooks with sees each fault."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import run_notebooks
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output


def cells(*sources: str, printed: str = "", tag: str = "") -> NotebookNode:
    """Return a notebook of cells that were executed in order; the last one carries `tag` and shows `printed`."""
    notebook = new_notebook(cells=[new_code_cell(text, execution_count=n) for n, text in enumerate(sources, start=1)])
    notebook.cells[-1].metadata.tags = [tag] if tag else []
    notebook.cells[-1].outputs = [new_output("stream", text=printed)] if printed else []
    return notebook


CHECKED = "nbval-check-output"
IN_ORDER = [f"assert globals().get('cells', {k}) == {k}\ncells = {k + 1}" for k in range(20)]
BY_C = "import os\n_ = os.write(2, b'from C\\n')"
PLANTED = {
    "good": cells("print(1 + 1)", printed="2\n", tag=CHECKED),
    "bar": cells("print(1, end='\\r')\nprint(2)", printed="2\n", tag=CHECKED),
    "announced": cells("1 / 0", tag="raises-exception"),
    "in_order": cells(*IN_ORDER, "assert cells == 20"),
    "stale": cells("print(1 + 1)", printed="3\n", tag=CHECKED),
    "raising": cells("1 / 0"),
    "out_of_order": cells("print(x)", "x = 1"),
    "warning": cells("import warnings\n\nwarnings.warn('old')"),
    "stderr_of_python": cells("import sys\n\nprint('note', file=sys.stderr)"),
    "stderr_before_an_announced_error": cells(
        "import sys\n\nprint('note', file=sys.stderr)\n1 / 0", tag="raises-exception"
    ),
    "stderr_of_c": cells(f"{BY_C}\nimport time\ntime.sleep(1)"),
    "stderr_that_comes_late": cells(BY_C, "import time\n\ntime.sleep(1)"),
}
HARMLESS = {"good", "bar", "announced", "in_order"}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each planted notebook in which a cell failed, and what was said."""
    folder = tmp_path_factory.mktemp("planted")
    for name, notebook in PLANTED.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    command = [sys.executable, run_notebooks.__file__, *map(str, folder.glob("*.ipynb"))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = ["--options", "-rA", "--color=no", f"--rootdir={folder}"]
    run = subprocess.run([*command, *options], cwd=folder, env=environment, capture_output=True, text=True)
    verdicts = re.findall(r"(?m)^(PASSED|FAILED) (\w+)\.ipynb", run.stdout)
    assert {name for _, name in verdicts} == set(PLANTED), run.stdout + run.stderr
    assert run.returncode == 1
    said = {
        name: text for name, text in re.findall(r"(?ms)^_+ (\w+)\.ipynb::Cell \d+ _+\n(.*?)(?=^_{3,}|^=)", run.stdout)
    }
    return {name: said.get(name, "") for verdict, name in verdicts if verdict == "FAILED"}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_seen_and_the_harmless_pass(failed: dict[str, str], name: str) -> None:
    assert (name not in failed) is (name in HARMLESS), failed.get(name)


@pytest.mark.parametrize(
    ("name", "sentence"), [("warning", "UserWarning: old"), ("stderr_of_c", "from C"), ("raising", "ZeroDivisionError")]
)
def test_what_a_cell_wrote_is_shown(failed: dict[str, str], name: str, sentence: str) -> None:
    assert sentence in failed[name]


def test_longest_notebooks_begin_and_a_notebook_stays_in_one_process() -> None:
    arguments = run_notebooks.command(["notebooks/01_a.ipynb", "notebooks/09_z.ipynb"], ["-x"])
    assert [Path(argument).stem for argument in arguments[-2:]] == ["09_z", "01_a"]
    assert "loadscope" in arguments
    assert "-x" in arguments


def test_one_notebook_needs_no_second_process() -> None:
    assert "-n" not in run_notebooks.command(["notebooks/01_a.ipynb"], [])
