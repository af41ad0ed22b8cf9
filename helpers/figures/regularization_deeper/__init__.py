"""The figures of notebook 08, deeper: double descent, stopping, twins, normalization, mixtures, votes, strengths.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. Each
`draw_x(thing, *, ax=None)` is a still figure.
"""

from helpers.figures.regularization_deeper._descent import (
    draw_double_descent,
    draw_over_epochs,
    draw_random_features,
    many_numbers,
)
from helpers.figures.regularization_deeper._images import (
    SHORT,
    draw_sheet,
    draw_votes,
    mixture,
    through_two_units,
)
from helpers.figures.regularization_deeper._methods import draw_differences, draw_smoothing, draw_strengths
from helpers.figures.regularization_deeper._normalization import (
    best_rate,
    draw_cells,
    draw_depth,
    draw_dots,
)
from helpers.figures.regularization_deeper._penalties import (
    THREE_MAPS,
    draw_decay_pairs,
    draw_three_maps,
    draw_twins,
    draw_weight_maps,
    stop_or_penalize,
)

__all__ = [
    "SHORT",
    "THREE_MAPS",
    "best_rate",
    "draw_cells",
    "draw_decay_pairs",
    "draw_depth",
    "draw_differences",
    "draw_dots",
    "draw_double_descent",
    "draw_over_epochs",
    "draw_random_features",
    "draw_sheet",
    "draw_smoothing",
    "draw_strengths",
    "draw_three_maps",
    "draw_twins",
    "draw_votes",
    "draw_weight_maps",
    "many_numbers",
    "mixture",
    "stop_or_penalize",
    "through_two_units",
]
