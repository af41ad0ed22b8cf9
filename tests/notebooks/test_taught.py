"""The loader of what notebooks teach runs the definitions that are asked for, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from taught import Taught, taught


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Return a function that writes each list of cells as a notebook and reads them together."""

    def write_and_read(*notebooks: list[str], **given: Any) -> Taught:
        paths = []
        for number, sources in enumerate(notebooks):
            paths.append(tmp_path / f"0{number}_sample.ipynb")
            nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), paths[-1])
        return Taught(paths, given)

    return write_and_read


def test_function_comes_with_what_it_names(read: Any) -> None:
    names = read(
        [
            "import numpy as np",
            "scale = 2 * np.ones(3)\n\ndef slope(x):\n    return scale * square(x)",
            "def square(x):\n    return x**2",
        ]
    )
    assert names["slope"](3).tolist() == names.slope(3).tolist() == [18, 18, 18]


def test_nothing_else_is_run(read: Any) -> None:
    names = read(["raise RuntimeError('run')", "def half(x):\n    return x / 2", "half(open('missing'))"])
    assert names["half"](4) == 2


@pytest.mark.parametrize(
    "source",
    [
        "def train():\n    raise RuntimeError('trained')\n\nresult = train()",
        "from helpers.data import load_fashion_mnist\n\nresult = load_fashion_mnist()",
        "import keras\n\nresult = keras.Sequential()",
        "result = sum(unknown)",
        "trained = run()\nresult = trained.loss",
    ],
)
def test_what_a_run_computes_is_refused_with_its_place_and_may_be_given(read: Any, source: str) -> None:
    cells = ["def twice():\n    return 2 * result", source]
    with pytest.raises(KeyError, match=r"00_sample, cell 2 computes result .* give a value"):
        read(cells)["result"]
    assert read(cells, result=4)["twice"]() == 8


def test_table_of_functions_is_a_constant(read: Any) -> None:
    names = read(["def twice(x):\n    return 2 * x", "table = {'twice': twice, 'never': lambda x: twice(x) / 0}"])
    assert names["table"]["twice"](3) == 6


def test_names_of_its_own_are_no_definitions_of_the_notebook(read: Any) -> None:
    names = read(["x = open('missing')", "def half(x):\n    y = [x for x in (x,)]\n    return (lambda x: x / 2)(y[0])"])
    assert names["half"](4) == 2


def test_constant_may_be_drawn_by_another_constant(read: Any) -> None:
    names = read(["import numpy as np", "rng = np.random.default_rng(0)\nx, y = rng.normal(size=(2, 3))"])
    assert names["x"].shape == names["y"].shape == (3,)


def test_first_definition_counts_and_exercises_are_left_out(read: Any) -> None:
    names = read(
        ["def f():\n    return 1", "def f():\n    return 2", "def g():\n    ...\n\ncheck('sample.g', g)"],
        ["def f():\n    return 3", "def h():\n    return f() + 1"],
    )
    assert (names["f"](), names["h"]()) == (1, 2)
    with pytest.raises(KeyError, match="00_sample, 01_sample defines no g"):
        names["g"]
    with pytest.raises(AttributeError, match="defines no g"):
        _ = names.g


def test_functions_may_call_each_other(read: Any) -> None:
    names = read(
        [
            "def even(n):\n    return n == 0 or odd(n - 1)",
            "def odd(n):\n    return n > 0 and even(n - 1)",
        ]
    )
    assert names["even"](6)


def test_notebooks_of_the_course_are_found_by_name() -> None:
    assert taught("03_backprop", "04_activations").sigmoid(0.0) == 0.5
