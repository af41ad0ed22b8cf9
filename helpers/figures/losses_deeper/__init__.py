"""The figures of notebook 02, deeper: thresholds, rare classes, clipping, divergences, twins, quantiles and noise.

Each `f(ax, …)` or `f(axes, …)` draws one state and returns in words what it shows: `explore` moves it. Each
`draw_x(thing, *, ax=None)` is a still figure that shows itself.
"""

from helpers.figures.losses_deeper._decisions import (
    best_f1,
    counts,
    draw_class_weights,
    draw_in_use,
    roc_and_precision,
    threshold,
    weights_for,
)
from helpers.figures.losses_deeper._shapes import (
    NOISES,
    covered,
    days,
    divergences,
    draw_clipping,
    draw_margins,
    draw_quantiles,
    draw_ridge,
    draw_slices,
    draw_spreads,
    draw_three_noises,
    draw_twin,
    draw_units,
    noise,
    plane,
    predict_784,
    two_directions,
)

__all__ = [
    "NOISES",
    "best_f1",
    "counts",
    "covered",
    "days",
    "divergences",
    "draw_class_weights",
    "draw_clipping",
    "draw_in_use",
    "draw_margins",
    "draw_quantiles",
    "draw_ridge",
    "draw_slices",
    "draw_spreads",
    "draw_three_noises",
    "draw_twin",
    "draw_units",
    "noise",
    "plane",
    "predict_784",
    "roc_and_precision",
    "threshold",
    "two_directions",
    "weights_for",
]
