"""What notebooks teach, for tests: the functions, classes and constants that their cells define, and no copy of them.

`taught("03_backprop")["sigmoid"]` is the function that a student of notebook 03 sees. A definition is run when it is
asked for, with the definitions that it names; nothing else of the notebook is, so nothing is drawn, loaded or trained.
"""

from __future__ import annotations

import ast
import builtins
import dis
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import nbformat
from notebook_rules import final_check
from reading_cost import parse_cell

from tools.concepts import NOTEBOOKS
from tools.normalize import tags

TRAINING = ("keras", "helpers", "tensorflow", "keras_tuner", "sklearn")
"""What a call of these may load, train or draw; a constant is taken only when its value needs no such call."""


class Definition(NamedTuple):
    """A statement of a notebook that gives names a meaning."""

    node: ast.stmt
    place: str


def taught(*notebooks: str, **given: Any) -> Taught:
    """Return what `notebooks` ("03_backprop", "03_backprop_deeper") define; of two definitions of a name, the first.

    Solutions and the stubs of exercises are left out.

    Args:
        notebooks: Names of notebooks, the core before the deeper one.
        given: Values for names that the notebooks compute, or smaller ones for what is large there.
    """
    return Taught([NOTEBOOKS / f"{name}.ipynb" for name in notebooks], given)


def find_sentence(notebook: str, pattern: str) -> tuple[str, ...]:
    """Return the groups of `pattern`, a regular expression, where the text of `notebook` fits it.

    Raises:
        AssertionError: It fits nowhere or more than once: the sentence was rewritten, and the test must follow.
    """
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = list(re.finditer(pattern.replace(" ", r"\s+"), text))
    assert len(found) == 1, f"{len(found)} sentences of {notebook} read {pattern}"
    return found[0].groups()


class Taught:
    """Names of notebooks, as `namespace["name"]` or `namespace.name`; the error says where a missing one stands."""

    def __init__(self, paths: list[Path], given: dict[str, Any]) -> None:
        self._files = ", ".join(path.stem for path in paths)
        self._definitions: dict[str, Definition] = {}
        for path in paths:
            for name, definition in definitions(path).items():
                self._definitions.setdefault(name, definition)
        self._scope: dict[str, Any] = dict(given)
        self._waiting: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        if not self._define(name):
            where = self._definitions.get(name)
            if where is None:
                raise KeyError(f"{self._files} defines no {name}")
            needs = "from what only a run of the notebook has: give a value for it"
            raise KeyError(f"{where.place} computes {name} {needs}")
        return self._scope[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from error

    def _define(self, name: str) -> bool:
        """Run the definition of `name` and, before it, those that it needs; return whether it could be run."""
        if name in self._scope:
            return True
        if name in self._waiting or name not in self._definitions:  # Two functions may call each other.
            return False
        node, place = self._definitions[name]
        tree = ast.Module([node], [])
        needed = read_names(tree) - set(vars(builtins))
        self._waiting.add(name)
        try:
            for other in sorted(needed):
                self._define(other)
        finally:
            self._waiting.remove(name)
        if isinstance(node, ast.Assign | ast.AnnAssign) and not (
            needed <= set(self._scope) and not any(self._may_train(other) for other in called(node))
        ):
            return False
        exec(compile(tree, place, "exec"), self._scope)
        return True

    def _may_train(self, name: str) -> bool:
        """Tell whether a call of `name` may run for long: a function of the notebook, or one of the libraries above."""
        if name not in self._definitions:
            return False
        node = self._definitions[name].node
        if isinstance(node, ast.Import):
            return any(alias.name.split(".")[0] in TRAINING for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            return (node.module or "").split(".")[0] in TRAINING
        return isinstance(node, ast.FunctionDef | ast.ClassDef)


@cache
def definitions(path: Path) -> dict[str, Definition]:
    """Return the first definition of each name in the notebook at `path`."""
    found: dict[str, Definition] = {}
    for index, cell in enumerate(nbformat.read(path, as_version=4).cells, start=1):
        if cell.cell_type != "code" or {"solution", "setup"} & set(tags(cell)) or final_check(cell.source):
            continue
        for node in parse_cell(cell.source).body:
            for name in names(node):
                found.setdefault(name, Definition(node, f"{path.stem}, cell {index}"))
    return found


def names(node: ast.stmt) -> Iterator[str]:
    """Yield the names to which the statement `node` gives a meaning."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.split(".")[0]
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            plain = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (part.id for part in plain if isinstance(part, ast.Name))


def read_names(*trees: ast.Module) -> set[str]:
    """Return the global names that the code looks up, in its functions and classes too."""
    read: set[str] = set()
    for tree in trees:
        for code in _codes(compile(tree, "a notebook", "exec")):
            own = _names_of(code, "STORE_NAME") if code.co_name != "<module>" else set()  # a class sees what it has set
            read |= _names_of(code, "LOAD_GLOBAL") | (_names_of(code, "LOAD_NAME") - own)
    return read


def given_names(*trees: ast.Module) -> set[str]:
    """Return the global names to which the code gives a meaning."""
    given: set[str] = set()
    for tree in trees:
        code = compile(tree, "a notebook", "exec")
        given |= _names_of(code, "STORE_NAME").union(*(_names_of(one, "STORE_GLOBAL") for one in _codes(code)))
    return given


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _names_of(code: CodeType, operation: str) -> set[str]:
    return {step.argval for step in dis.get_instructions(code) if step.opname == operation}


def called(node: ast.AST) -> Iterator[str]:
    """Yield the first name of what is called while `node` runs: `np` for `np.linspace(0, 1)`; not inside a lambda."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call):
        function = node.func
        while isinstance(function, ast.Attribute):
            function = function.value
        if isinstance(function, ast.Name):
            yield function.id
    for child in ast.iter_child_nodes(node):
        yield from called(child)
