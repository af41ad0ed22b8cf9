"""The house as design.md draws it: rooms with doors, imports one way, no private names of other libraries."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "helpers"
SOURCES = sorted(HELPERS.rglob("*.py"))
PRIVATE_ELSEWHERE = ("keras.src", "keras_tuner.src", "tensorflow.python", "_keras_history", "_inbound_nodes")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, *, top_level: bool = False) -> set[str]:
    """Return what of `helpers` a source imports, as dotted names down to the module where that can be told."""
    tree = ast.parse(source)
    found = set()
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "helpers"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "helpers":
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name: str) -> str:
    """Return the room of a module or of a name in it: the first part behind `helpers`."""
    return name.split(".")[1] if "." in name else ""


def is_private(part: str) -> bool:
    return part.startswith("_") and not part.startswith("__")


def test_few_names_stand_at_the_door():
    public = {path.stem for path in HELPERS.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    public = {name for name in public if not name.startswith("_")}
    assert len(public) <= 16, f"{len(public)} names without underscore in helpers/: {sorted(public)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module_name(path))
def test_no_room_enters_another_by_the_back_door(path):
    own = module_name(path)
    for name in imported(path.read_text(encoding="utf-8")):
        parts = name.split(".")
        for depth, part in enumerate(parts):
            if is_private(part):
                family = ".".join(parts[:depth])
                assert own == family or own.startswith(family + "."), f"{own} imports {name}"


def test_rooms_are_tied_without_a_circle():
    ties: dict[str, set[str]] = {}
    for path in SOURCES:
        own = room(module_name(path))
        others = {room(name) for name in imported(path.read_text(encoding="utf-8"))}
        ties.setdefault(own, set()).update(others - {own, ""})
    done: set[str] = set()
    while free := {name for name, needs in ties.items() if name not in done and needs <= done}:
        done |= free
    assert done >= set(ties), f"these import each other: {sorted(set(ties) - done)}"


def test_tools_are_tied_without_a_circle():
    ties = {}
    for path in (ROOT / "tools").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        ties[path.stem] = set(re.findall(r"from tools\.(\w+) import", source)) | set(
            re.findall(r"from tools import (\w+)", source)
        )
    done: set[str] = set()
    while free := {name for name, needs in ties.items() if name not in done and needs <= done}:
        done |= free
    assert done == set(ties), f"these import each other: {sorted(set(ties) - done)}"


@pytest.mark.parametrize("folder", ["notebooks", "results", "tools", "data"])
def test_outsiders_come_by_the_front_door(folder):
    for path in sorted((ROOT / folder).iterdir()):
        if path.suffix == ".py":
            sources = [path.read_text(encoding="utf-8")]
        elif path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        else:
            continue
        names = {
            name
            for source in sources
            for name in re.findall(r"(?:from|import) (helpers[\w.]*(?: import [\w, ]+)?)", source)
        }
        private = {name for name in names if re.search(r"[ .]_[a-z]", name)}
        assert not private, f"{path.name} imports {sorted(private)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module_name(path))
def test_no_private_names_of_other_libraries(path):
    source = path.read_text(encoding="utf-8")
    assert not [name for name in PRIVATE_ELSEWHERE if name in source]


def test_no_module_loads_tensorflow_to_be_imported():
    loaders = [
        module_name(path)
        for path in SOURCES
        if re.search(r"(?m)^(?:import|from) (?:keras|tensorflow)\b", path.read_text(encoding="utf-8"))
    ]
    stacked = [f"helpers.stacked.{name}" for name in ("_layers", "_model", "_training")]  # all of it is Keras classes
    assert loaders == [*stacked, "helpers.training_plot"]
