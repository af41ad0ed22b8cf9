"""The programs in `results/`, which are no package, as modules."""

from __future__ import annotations

import importlib.util
from typing import Any

from helpers.results import RESULTS


def load_program(name: str) -> Any:
    """Return `results/NAME.py` as a module."""
    spec = importlib.util.spec_from_file_location(f"results_{name}", RESULTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
