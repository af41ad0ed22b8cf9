"""The figures of notebook 04, deeper: more shapes, exploding gradients, the map of signals, centre and slope, gates."""

from helpers.figures.activations_deeper._others import (
    best_descent,
    descend,
    draw_cost,
    draw_dots,
    draw_hinge,
    draw_smooth_maximum,
    draw_two_by_two,
    zig_zag,
)
from helpers.figures.activations_deeper._signals import (
    describe_one_step,
    distances,
    draw_one_step,
    layer_factor,
    signal_map,
    tangent,
)

__all__ = [
    "best_descent",
    "descend",
    "describe_one_step",
    "distances",
    "draw_cost",
    "draw_dots",
    "draw_hinge",
    "draw_one_step",
    "draw_smooth_maximum",
    "draw_two_by_two",
    "layer_factor",
    "signal_map",
    "tangent",
    "zig_zag",
]
