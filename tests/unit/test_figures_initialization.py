"""The figures of notebook 05 in the corners of their sliders: they draw, and say what they show."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.figures import initialization, initialization_deeper

pytestmark = pytest.mark.usefixtures("course_style")


def propagate(kernels, activation):
    a = [np.tanh(initialization.examples() @ kernel) for kernel in kernels]
    return a, a[::-1]


def clip(gradient, limit):
    return np.clip(gradient, -limit, limit)


WEIGHTS = [np.ones((2, 4)), np.zeros(4), np.ones((4, 1)), np.zeros(1)]
SCALINGS = {"as they are": lambda x: x}
STATES = [
    *((initialization.signals, {"propagate": propagate, "s": s}) for s in (0.01, 0.3)),
    *((initialization.bell, {"n": n, "relu": relu, "factor": f}) for n, relu, f in ((1, False, 0.5), (200, True, 2.0))),
    (
        initialization.copies,
        {"paths": {"all 0.5": [WEIGHTS] * 2}, "points": np.zeros((4, 2)), "labels": np.arange(4) % 2, "epoch": 1},
    ),
    *((initialization_deeper.stretches, {"kind": k, "depth": d}) for k, d in (("random", 1), ("orthogonal", 40))),
    *((initialization_deeper.bowl, {"scalings": SCALINGS, "unit": u, "correlation": c}) for u, c in ((1, 0.9), (8, 0))),
    *(
        (
            initialization_deeper.clip_arrows,
            {"by_value": clip, "by_norm": clip, "first": x, "second": y, "limit": limit},
        )
        for x, y, limit in ((0.0, 0.0, 0.5), (5.0, 10.0, 2.5))
    ),
    *((initialization_deeper.cliff, {"clip": clip, "limit": li, "start": w}) for li, w in ((0, 1.3), (2, 0.3))),
]


@pytest.mark.parametrize(("draw", "state"), STATES)
def test_states_are_drawn_and_said_in_words(draw, state):
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    said = draw(figure.add_subplot(), **state)
    figure.canvas.draw()
    assert said.endswith(".")
    assert "e-" not in said
    assert "nan" not in said


def test_ridges_stand_at_the_size_of_the_values_and_columns_side_by_side():
    ax = Figure().add_subplot()
    rows = [np.full(10, 1.05), np.full(10, -0.0105)]
    initialization.ridgelines(ax, {"left": rows, "right": rows[::-1]}, ("red", "blue"))
    shapes = [path.vertices for path in ax.collections[2].get_paths()]
    tops = [vertices[vertices[:, 1].argmin(), 0] for vertices in shapes]
    np.testing.assert_allclose(np.array(tops) - (0, 0, 11, 11), [0, -2, -2, 0], atol=0.13)


def test_mean_square_of_the_bell_is_the_number_beside_it():
    ax = Figure().add_subplot()
    said = initialization.bell(ax, n=200, relu=True, factor=2**0.5)
    assert float(said.split("mean square ")[1].rstrip(".")) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("values", "words"), [([3e-6], "3 · 10⁻⁶"), ([0.0], "0"), ([0.5, 0.5], "0.5"), ([20_000.0], "2 · 10⁴")]
)
def test_sizes_are_written_without_e_notation(values, words):
    assert initialization.size_in_words(values) == words
