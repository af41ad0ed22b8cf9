"""The figures of notebook 04: signals through many layers, curves, dead units, linear pieces, temperature.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. Each
`draw_x(thing, *, ax=None)` is a still figure that shows itself.
"""

from helpers.figures.activations._dying import (
    FOUR_UNITS,
    count_dead,
    describe_comebacks,
    describe_ways_back,
    draw_comebacks,
    draw_four_units,
    draw_ways_back,
    dying,
)
from helpers.figures.activations._learning import (
    NAMES,
    THREE_NETWORKS,
    describe_comparison,
    describe_two_examples,
    draw_comparison,
    draw_control,
    draw_three_networks,
    draw_two_examples,
)
from helpers.figures.activations._moons import moons
from helpers.figures.activations._outputs import (
    TRUE_TEMPERATURES,
    draw_reliability,
    draw_three_reliabilities,
    heat,
)
from helpers.figures.activations._shapes import FOUR_OUTPUTS, crowd, draw_four_outputs, draw_gallery
from helpers.figures.activations._signals import FORMULAS, both_ways, chosen_signal, measure, slope

__all__ = [
    "FORMULAS",
    "FOUR_OUTPUTS",
    "FOUR_UNITS",
    "NAMES",
    "THREE_NETWORKS",
    "TRUE_TEMPERATURES",
    "both_ways",
    "chosen_signal",
    "count_dead",
    "crowd",
    "describe_comebacks",
    "describe_comparison",
    "describe_two_examples",
    "describe_ways_back",
    "draw_comebacks",
    "draw_comparison",
    "draw_control",
    "draw_four_outputs",
    "draw_four_units",
    "draw_gallery",
    "draw_reliability",
    "draw_three_networks",
    "draw_three_reliabilities",
    "draw_two_examples",
    "draw_ways_back",
    "dying",
    "heat",
    "measure",
    "moons",
    "slope",
]
