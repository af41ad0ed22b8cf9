"""A student presses "run all" again: every notebook runs twice in one kernel, and the second run says nothing new."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tools.concepts import NOTEBOOKS
from tools.normalize import cell_name

maker = pytest.importorskip("tools.notebooks", reason="notebooks are made in the maintainer's environment")
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_second_run_in_one_kernel_fails_nowhere_and_writes_nothing_to_stderr(path: Path) -> None:
    _, again = maker.execute(nbformat.read(path, as_version=4), NOTEBOOKS, times=2)
    noisy = [
        cell_name(again, index)
        for index, cell in enumerate(again.cells)
        if any(output.get("name") == "stderr" for output in cell.get("outputs", []))
    ]
    assert noisy == []
