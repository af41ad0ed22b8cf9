"""The figures of notebook 03: walks in fog and on a map, the chain rule on graphs, a network while it learns.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. What a notebook
defines (a rule, a forward pass) is handed over, so that the figure moves by the student's own functions. Each
`draw_x(thing, *, ax=None)` is a still figure that shows itself.
"""

from helpers.figures.backprop._exercises import FOUR_RATES, draw_four_runs, draw_four_walks, four_runs
from helpers.figures.backprop._graphs import NINE, chain, nine_numbers
from helpers.figures.backprop._layers import describe_matrix_form, describe_wishes, draw_matrix_form, draw_wishes
from helpers.figures.backprop._training import (
    describe_borders,
    describe_runs,
    describe_stopping,
    draw_borders,
    draw_runs,
    draw_stopping,
    film,
    minibatch,
)
from helpers.figures.backprop._walks import (
    describe_two_valleys,
    draw_two_valleys,
    fog,
    gradient_descent,
    line_map,
    walk,
)

__all__ = [
    "FOUR_RATES",
    "NINE",
    "chain",
    "describe_borders",
    "describe_matrix_form",
    "describe_runs",
    "describe_stopping",
    "describe_two_valleys",
    "describe_wishes",
    "draw_borders",
    "draw_four_runs",
    "draw_four_walks",
    "draw_matrix_form",
    "draw_runs",
    "draw_stopping",
    "draw_two_valleys",
    "draw_wishes",
    "film",
    "fog",
    "four_runs",
    "gradient_descent",
    "line_map",
    "minibatch",
    "nine_numbers",
    "walk",
]
