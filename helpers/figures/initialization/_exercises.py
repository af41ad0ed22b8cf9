"""The pictures that exercises of notebook 05 ask about."""

from __future__ import annotations

from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.initialization._signals import activations, ridgelines
from helpers.picture import new_axes

FOUR_STARTS = {"A": ("ReLU", 0.07), "B": ("tanh", 0.3), "C": ("ReLU", 0.1), "D": ("ReLU", 0.15)}
"""Activation and standard deviation of the weights in the panels of `draw_four_starts`: Glorot, too large, He, …"""


def draw_four_starts(*, ax: Axes | None = None) -> Axes:
    """Draw the sizes of the activations in ten layers of 200 units, four times, without saying how they began."""
    if ax is None:
        ax = new_axes(
            "Ridgelines of ten layers. A: sizes shrink steadily, thirtyfold in ten layers. B: all layers the same, "
            "nearly all numbers close to 1. C: the size stays. D: sizes grow steadily, fiftyfold in ten layers.",
            figsize=(7.6, 3.6),
        )
    columns = {name: activations(*start) for name, start in FOUR_STARTS.items()}
    ridgelines(ax, columns, [style.BLACK] * 4)
    ax.set_xticks(
        [x for x in ax.get_xticks() if x % 11 in (0, 7)],
        [kit.short(1) if x % 11 == 0 else "10⁻⁴" for x in ax.get_xticks() if x % 11 in (0, 7)],
    )
    return ax
