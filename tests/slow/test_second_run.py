"""A student presses "run all" again, then runs the cells of a section in any order: nothing fails and nothing is noisy.

Backwards is the worst order in which cells that have all run once can run again. What stops there must say why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.concepts import NOTEBOOKS
from tools.normalize import cell_name, tags

pytestmark = pytest.mark.slow

CLEAR = ("AssertionError", "ImportError", "ValueError", "NameError", "DataUnavailable")
"""Exceptions that explain themselves, when their text is a sentence."""


def sections(notebook: NotebookNode) -> Iterator[list[int]]:
    """Yield the indices of the code cells of each section, in their order."""
    headings = [bool(re.match("##? ", cell.source)) and cell.cell_type == "markdown" for cell in notebook.cells]
    numbered = [(sum(headings[: index + 1]), index) for index in range(len(headings))]
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        yield [index for _, index in group if notebook.cells[index].cell_type == "code"]


def noisy(notebook: NotebookNode) -> list[str]:
    """Return the names of the cells that wrote to stderr."""
    return [
        cell_name(notebook, index)
        for index, cell in enumerate(notebook.cells)
        if any(output.get("name") == "stderr" for output in cell.get("outputs", []))
    ]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook_runs_again_in_one_kernel_and_its_sections_backwards(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # A kernel that knows of pytest leaves stderr of C code alone.
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    client = NotebookClient(nbformat.read(path, as_version=4), timeout=600, extra_arguments=["--log-level=ERROR"])
    unclear = []
    with client.setup_kernel(cwd=str(NOTEBOOKS)):
        for _ in range(2):
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index)
        assert noisy(client.nb) == []
        for section in sections(client.nb):
            for index in reversed(section):
                if "whole-program" in tags(client.nb.cells[index]):
                    continue  # It needs nothing of other cells, and takes long.
                try:
                    client.execute_cell(client.nb.cells[index], index)
                except CellExecutionError as error:
                    if error.ename not in CLEAR or len(error.evalue) > 300 or not error.evalue.strip():
                        unclear.append(f"{cell_name(client.nb, index)}: {error.ename}: {error.evalue[:300]}")
    assert unclear == []
    assert noisy(client.nb) == []
