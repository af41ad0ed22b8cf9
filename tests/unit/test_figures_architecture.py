"""The figures of notebook 01, core and deeper, in the corners of their sliders: they draw, and say what they show."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.figures import architecture, architecture_deeper

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(0)
XOR = [np.full((2, 2), 10.0), np.array([-5.0, -15.0]), np.array([[10.0], [-10.0]]), np.array([-5.0])]
FILM = {
    0: [RNG.normal(size=(2, 4)), RNG.normal(size=4), RNG.normal(size=(4, 1)), np.zeros(1)],
    9: [np.zeros((2, 4)), np.zeros(4), np.zeros((4, 1)), np.zeros(1)],
}
MOONS = {"points": RNG.normal(size=(20, 2)), "labels": np.arange(20) % 2, "film": FILM}
IMAGES, LABELS = RNG.uniform(size=(30, 28, 28)), np.arange(30) % 10
SEEN = {"images": IMAGES, "labels": LABELS, "layers": [RNG.uniform(size=(30, n)) for n in (128, 64, 32)]}
HEADS = {"words": ["cat", "drank", "its", "milk"], "heads": {"meaning": np.full((4, 4), 0.25)}}


def network(function, units):
    points = np.linspace(0, 1, units + 1)
    slopes = np.diff(function(points)) * units
    return points[:-1], np.diff(slopes, prepend=0), function(points)[0]


STATES = [
    *(
        (architecture.one_neuron, {"w1": a, "w2": b, "b": c})
        for a, b, c in product((-6.0, 0.0), (0.0, 6.0), (-4.0, 4.0))
    ),
    *((architecture.layer, {"unit": unit}) for unit in range(1, 5)),
    *(
        (architecture.depth_and_width, {"hidden_layers": n, "units": u, "taper": True})
        for n, u in product((0, 6), (1, 12))
    ),
    *(
        (architecture.travel, {"weights": XOR, "hidden_activation": name, "step": step})
        for name, step in product(("sigmoid", "none"), (0, 5, 10))
    ),
    *((architecture.units, {**MOONS, "epoch": e, "without": w}) for e, w in product((0, 5, 9), ("no unit", "4"))),
    *((architecture.folding, {"layers": layers}) for layers in (1, 3, 6)),
    *(
        (architecture_deeper.convolve, {"filter": name, "row": 9, "column": 1, "stride": s, "padding": p})
        for name, s, p in product(architecture_deeper.FILTERS, (1, 2), (0, 1))
    ),
    *(
        (architecture_deeper.approximation, {"network": network, "function": name, "units": units})
        for name, units in product(architecture_deeper.TARGETS, (1, 100))
    ),
    *((architecture_deeper.two_images, {**SEEN, "other": other}) for other in architecture_deeper.PAIRS),
    *((architecture_deeper.attention_table, {**HEADS, "row": row}) for row in (1, 4)),
]


@pytest.mark.parametrize(("draw", "state"), STATES)
def test_every_corner_is_drawn_and_described(draw, state):
    figure = Figure(figsize=(7.6, 4.4))
    assert draw(figure.add_subplot(), **state).endswith(".")
    figure.draw_without_rendering()


@pytest.mark.parametrize(
    "draw",
    [getattr(module, name) for module in (architecture, architecture_deeper) for name in (
        "draw_clothes", "draw_activation_functions", "draw_what_changed",
            "draw_changes", "draw_product", "draw_broadcasting", "draw_bent",
        "draw_channels", "draw_wirings", "draw_three_codes",
    ) if hasattr(module, name)],
    ids=lambda draw: draw.__name__,
)  # fmt: skip
def test_still_figures_show_themselves_with_an_alternative(draw):
    figure = draw().figure
    assert len(figure._repr_mimebundle_()[1]["image/png"]["alt"]) > 30


def test_convolution_shares_one_weight_for_each_place_of_the_window():
    edges = architecture_deeper.convolution_edges(6, 3)
    assert len(edges) == 4 * 3
    assert {source - target for source, target, weight in edges if weight == 2} == {2}


def test_part_is_claimed_only_where_one_class_is_beyond_chance():
    rng = np.random.default_rng(1)
    images, labels = rng.uniform(size=(400, 28, 28)), rng.integers(0, 10, 400)
    maps = rng.uniform(size=(400, 8, 8, 2))
    maps[labels == 3, 2, 2, 0] += 5  # unit 1 answers to class 3, unit 2 to nothing
    found = {one["unit"]: one for one in architecture_deeper.best_patches(maps, images, labels)}
    assert found[1]["part"]
    assert found[1]["purity"] == 1
    assert not found[2]["part"]
