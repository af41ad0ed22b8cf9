"""The figures of notebook 08: polynomials, penalties, masks, batches, changed images, and all methods in one picture.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. Each
`draw_x(thing, *, ax=None)` is a still figure.
"""

from helpers.figures.regularization._curves import (
    capacity,
    describe_data_sizes,
    draw_by_heart,
    draw_data_sizes,
    draw_widths,
    noisy_points,
    tamed,
)
from helpers.figures.regularization._exercises import (
    THREE_HISTOGRAMS,
    draw_three_histograms,
    draw_three_learning_curves,
)
from helpers.figures.regularization._images import augmented, draw_gains, draw_moved
from helpers.figures.regularization._methods import best_strengths, differences, methods, one_augmentation
from helpers.figures.regularization._penalties import draw_histograms, geometry, near_zero
from helpers.figures.regularization._units import draw_masks, draw_moving_means, masks, scale_and_shift, scored

__all__ = [
    "THREE_HISTOGRAMS",
    "augmented",
    "best_strengths",
    "capacity",
    "describe_data_sizes",
    "differences",
    "draw_by_heart",
    "draw_data_sizes",
    "draw_gains",
    "draw_histograms",
    "draw_masks",
    "draw_moved",
    "draw_moving_means",
    "draw_three_histograms",
    "draw_three_learning_curves",
    "draw_widths",
    "geometry",
    "masks",
    "methods",
    "near_zero",
    "noisy_points",
    "one_augmentation",
    "scale_and_shift",
    "scored",
    "tamed",
]
