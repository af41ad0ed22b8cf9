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


def cell(source: str, tag: str = "", printed: str = "") -> NotebookNode:
    outputs = [new_output("stream", text=printed)] if printed else []
    return new_code_cell(source, execution_count=1, metadata={"tags": [tag] if tag else []}, outputs=outputs)


CHECKED = "nbval-check-output"
BY_C = "import os\n_ = os.write(2, b'from C\\n')"
IN_ORDER = [cell(f"assert globals().get('cells', {k}) == {k}\ncells = {k + 1}") for k in range(20)]
SINGLE = {
    "good": cell("print(1 + 1)", CHECKED, printed="2\n"),
    "bar": cell("print(1, end='\\r')\nprint(2)", CHECKED, printed="2\n"),
    "announced": cell("1 / 0", "raises-exception"),
    "stale": cell("print(1 + 1)", CHECKED, printed="3\n"),
    "raising": cell("1 / 0"),
    "warning": cell("import warnings\n\nwarnings.warn('old')"),
    "stderr_of_python": cell("import sys\n\nprint('note', file=sys.stderr)"),
    "stderr_before_an_announced_error": cell("import sys\n\nprint('note', file=sys.stderr)\n1 / 0", "raises-exception"),
    "stderr_of_c": cell(f"{BY_C}\nimport time\ntime.sleep(1)"),
}
PLANTED = {
    **{name: [planted] for name, planted in SINGLE.items()},
    "in_order": IN_ORDER,
    "out_of_order": [cell("print(x)"), cell("x = 1")],
    "stderr_that_comes_late": [cell(BY_C), cell("import time\n\ntime.sleep(1)")],
}
HARMLESS = {"good", "bar", "announced", "in_order"}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each planted name of which a cell failed, and what was said."""
    folder = tmp_path_factory.mktemp("planted")
    several = [(name, planted) for name, cells in PLANTED.items() if name not in SINGLE for planted in cells]
    notebooks = {"single": list(SINGLE.items()), "several": several}
    for name, named in notebooks.items():
        nbformat.write(new_notebook(cells=[planted for _, planted in named]), folder / f"{name}.ipynb")
    command = [sys.executable, run_notebooks.__file__, *map(str, folder.glob("*.ipynb"))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = ["--options", "-rA", "--color=no", f"--rootdir={folder}"]
    run = subprocess.run([*command, *options], cwd=folder, env=environment, capture_output=True, text=True)
    verdicts = re.findall(r"(?m)^(?:PASSED|FAILED) (\w+)\.ipynb::Cell (\d+)", run.stdout)
    assert len(verdicts) == sum(map(len, notebooks.values())), run.stdout + run.stderr
    assert run.returncode == 1
    reports = re.findall(r"(?ms)^_+ (\w+)\.ipynb::Cell (\d+) _+\n(.*?)(?=^_{3,}|^=)", run.stdout)
    return {notebooks[notebook][int(number)][0]: text for notebook, number, text in reports}


@pytest.mark.long
@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_seen_and_the_harmless_pass(failed: dict[str, str], name: str) -> None:
    assert (name not in failed) is (name in HARMLESS), failed.get(name)


@pytest.mark.long
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


def test_information_of_xla_is_no_fault_and_all_else_is():
    said = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1795721755.211666   14426 device_compiler.h:196] Compiled cluster using XLA!\n"
    )
    assert run_notebooks.without_information(said) == ""
    assert run_notebooks.without_information(said + "E0000 00:00 out of memory\n") == "E0000 00:00 out of memory\n"
    assert run_notebooks.without_information("a warning\n") == "a warning\n"
