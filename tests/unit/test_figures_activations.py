"""The figures of notebook 04 in the corners of their sliders: they draw, say what they show, and lose no letter."""

from __future__ import annotations

import numpy as np
import pytest
from letters import off_the_page
from matplotlib.figure import Figure

from helpers.figures import activations, activations_deeper

pytestmark = pytest.mark.usefixtures("course_style")


RNG = np.random.default_rng(0)
POINTS, LABELS = RNG.normal(size=(40, 2)), RNG.integers(0, 2, 40)
FILM = [(RNG.normal(size=(4, 2, 12)), RNG.normal(size=(4, 12))) for _ in range(3)]
NETWORK = [RNG.normal(size=shape) for shape in ((2, 2, 8), (2, 8), (2, 8, 1), (2, 1))]
MEASURED = {
    (name, start): [(np.geomspace(1, 1e-7, 11), np.geomspace(1e-7, 1, 10))] * 5
    for name in activations.FORMULAS
    for start in ("Glorot", "He")
}
STATES = [
    *((activations.both_ways, 2, {"depth": depth}) for depth in (3, 12)),
    *(
        (activations.chosen_signal, 2, {"measured": MEASURED, "activation": name, "initialization": start})
        for name, start in MEASURED
    ),
    *(
        (activations.crowd, 1, {"formulas": activations.FORMULAS, "activation": name, "deviation": size, "mean": mean})
        for name in activations.FORMULAS
        for size in (0.5, 6.0)
        for mean in (-4.0, 4.0)
    ),
    *(
        (
            activations.dying,
            1,
            {"runs": (FILM, POINTS, LABELS, [1.0, 6.0]), "learning_rate": rate, "step": 2, "seed": 1},
        )
        for rate in (1.0, 6.0)
    ),
    *(
        (activations.moons, 1, {"networks": {(name, 1): NETWORK}, "data": (POINTS, LABELS), "activation": name})
        for name in ("ReLU", "tanh")
    ),
    *((activations_deeper.tangent, 1, {"depth": depth, "weight": w}) for depth in (2, 10) for w in (1.1, 1.5)),
    *(
        (activations_deeper.signal_map, 2, {"activation": name, "weight": 3.0, "bias": 1.5})
        for name in activations.FORMULAS
    ),
    *((activations_deeper.zig_zag, 2, {"inputs": POINTS - POINTS.mean(axis=0), "mean": mean}) for mean in (0.0, 2.0)),
]


@pytest.mark.parametrize(("draw", "panels", "state"), STATES)
def test_all_letters_stand_on_the_page(draw, panels, state):
    figure = Figure(figsize=(7.6, 3.8) if panels == 2 else (5.4, 4.2), layout="constrained")
    axes = figure.subplots(1, panels)
    said = draw(axes, **state)
    assert said.endswith(".")
    assert "nan" not in said
    assert not off_the_page(figure, 2, titles=True)


@pytest.mark.parametrize(
    "draw", [activations.draw_four_outputs, activations.draw_four_units, activations.draw_three_networks,
             activations.draw_three_reliabilities]
)  # fmt: skip
def test_picture_of_an_exercise_shows_itself(draw):
    data, metadata = draw()._repr_mimebundle_()
    assert data["image/png"]
    assert metadata["image/png"]["alt"].endswith(".")


def test_hairs_stand_on_the_side_where_a_unit_is_on():
    from helpers.figures.activations._dying import half_planes

    ax = Figure().add_subplot()
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    w, b = np.array([[1.0], [0.5]]), np.array([0.3])
    half_planes(ax, w, b, np.array([False]))
    tips = np.array([hair[1] for hair in ax.collections[1].get_segments()])
    assert (tips @ w + b > 0).all()
