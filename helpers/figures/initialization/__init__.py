"""The figures of notebook 05: signals on their way through layers, copies, training from many starts, scaled inputs.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. Each
`draw_x(thing, *, ax=None)` is a still figure that shows itself.
"""

from helpers.figures.initialization._apart import apart
from helpers.figures.initialization._exercises import FOUR_STARTS, draw_four_starts
from helpers.figures.initialization._inputs import draw_scalings, draw_shoes
from helpers.figures.initialization._signals import (
    bell,
    draw_rules,
    draw_three_starts,
    draws,
    examples,
    ridgelines,
    signals,
    size_in_words,
)
from helpers.figures.initialization._training import (
    copies,
    distinct,
    draw_accuracies,
    draw_learning,
    draw_luck,
    draw_votes,
)

__all__ = [
    "FOUR_STARTS",
    "apart",
    "bell",
    "copies",
    "distinct",
    "draw_accuracies",
    "draw_four_starts",
    "draw_learning",
    "draw_luck",
    "draw_rules",
    "draw_scalings",
    "draw_shoes",
    "draw_three_starts",
    "draw_votes",
    "draws",
    "examples",
    "ridgelines",
    "signals",
    "size_in_words",
]
