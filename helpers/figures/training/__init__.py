"""The figures of notebook 07, core: two learners, sets and sizes, curves and cures, answers, and rivals.

Each `f(ax, …)` or `f(axes, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it.
Each `draw_x(thing, *, ax=None)` is a still figure that shows itself. What took long to
train comes from results/training.json.
"""

from helpers.figures.training._answers import (
    calibration,
    draw_batch_sizes,
    draw_confusion,
    draw_contenders,
    draw_living_units,
    draw_mistakes,
)
from helpers.figures.training._curves import (
    CURES,
    PATIENTS,
    cure,
    draw_crash,
    draw_gallery,
    rehearse,
    smooth,
    stop,
    stopping,
)
from helpers.figures.training._sets import (
    FAMILIES,
    NEW,
    TRAINED,
    by_heart,
    draw_four_sets,
    draw_leak_check,
    draw_parameters,
    draw_ten_classes,
    stored,
)

__all__ = [
    "CURES",
    "FAMILIES",
    "NEW",
    "PATIENTS",
    "TRAINED",
    "by_heart",
    "calibration",
    "cure",
    "draw_batch_sizes",
    "draw_confusion",
    "draw_contenders",
    "draw_crash",
    "draw_four_sets",
    "draw_gallery",
    "draw_leak_check",
    "draw_living_units",
    "draw_mistakes",
    "draw_parameters",
    "draw_ten_classes",
    "rehearse",
    "smooth",
    "stop",
    "stopping",
    "stored",
]
