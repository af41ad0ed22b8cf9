"""The figures of notebook 01: a neuron and a layer, tables of numbers, planes that layers bend, a line that they fold.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. What a notebook
defines (a forward pass, a trained network) is handed over. Each `draw_x(*, ax=None)` is a still figure.
"""

from helpers.figures.architecture._folding import best_shallow, folded, folding, shallow_kinks
from helpers.figures.architecture._neuron import (
    CHANGED,
    clothes,
    draw_activation_functions,
    draw_changes,
    draw_clothes,
    draw_what_changed,
    layer,
    one_neuron,
)
from helpers.figures.architecture._planes import BENT, CORNERS, ON_THE_WAY, XOR, bends, draw_bent, travel, units
from helpers.figures.architecture._shapes import (
    SUMS,
    depth_and_width,
    draw_broadcasting,
    draw_product,
    print_summary,
    tapered,
)

__all__ = [
    "BENT",
    "CHANGED",
    "CORNERS",
    "ON_THE_WAY",
    "SUMS",
    "XOR",
    "bends",
    "best_shallow",
    "clothes",
    "depth_and_width",
    "draw_activation_functions",
    "draw_bent",
    "draw_broadcasting",
    "draw_changes",
    "draw_clothes",
    "draw_product",
    "draw_what_changed",
    "folded",
    "folding",
    "layer",
    "one_neuron",
    "print_summary",
    "shallow_kinks",
    "tapered",
    "travel",
    "units",
]
