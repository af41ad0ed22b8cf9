"""Faults that tests of the rules plant in a good notebook: functions that change it in place."""

from __future__ import annotations

from collections.abc import Callable

from nbformat import NotebookNode


def replace(index: int, old: str, new: str) -> Callable[[NotebookNode], None]:
    def plant(notebook: NotebookNode) -> None:
        assert old in notebook.cells[index].source
        notebook.cells[index].source = notebook.cells[index].source.replace(old, new)

    return plant


def tag(index: int, *names: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[index].metadata.update(tags=list(names))


def drop(*indices: int) -> Callable[[NotebookNode], None]:
    def plant(notebook: NotebookNode) -> None:
        notebook.cells = [cell for index, cell in enumerate(notebook.cells) if index not in indices]

    return plant
