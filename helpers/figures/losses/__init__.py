"""The figures of notebook 02, core: bars and squares, maps, four costs, codes as areas, loss against accuracy.

Each `f(ax, …)` or `f(axes, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it.
What a notebook defines (a loss, a softmax) is handed over, so that the figure moves by the student's own functions.
Each `draw_x(thing, *, ax=None)` is a still figure that shows itself.
"""

from helpers.figures.losses._classes import (
    CODES,
    HOURS,
    PASSED,
    STORIES,
    TRUTHS,
    code_areas,
    describe_first_losses,
    describe_two_learners,
    draw_first_losses,
    draw_three_classes,
    draw_two_learners,
    pass_or_fail,
    story,
)
from helpers.figures.losses._exercises import TEN_ANSWERS, draw_ten_answers, draw_three_lines, three_lines
from helpers.figures.losses._numbers import (
    LINE_X,
    LINE_Y,
    NOISE,
    ORDINARY_DAYS,
    bars_and_squares,
    best_constant,
    describe_half_and_double,
    draw_half_and_double,
    floor,
    floor_losses,
    line_map,
    one_weight,
    outlier,
)

__all__ = [
    "CODES",
    "HOURS",
    "LINE_X",
    "LINE_Y",
    "NOISE",
    "ORDINARY_DAYS",
    "PASSED",
    "STORIES",
    "TEN_ANSWERS",
    "TRUTHS",
    "bars_and_squares",
    "best_constant",
    "code_areas",
    "describe_first_losses",
    "describe_half_and_double",
    "describe_two_learners",
    "draw_first_losses",
    "draw_half_and_double",
    "draw_ten_answers",
    "draw_three_classes",
    "draw_three_lines",
    "draw_two_learners",
    "floor",
    "floor_losses",
    "line_map",
    "one_weight",
    "outlier",
    "pass_or_fail",
    "story",
    "three_lines",
]
