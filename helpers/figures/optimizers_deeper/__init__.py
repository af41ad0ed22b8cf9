"""The figures of the deeper notebook 06: the shape of the ground, and what was measured on networks."""

from helpers.figures.optimizers import by_rate, draw_map
from helpers.figures.optimizers_deeper._ground import (
    axes_of,
    describe_speed,
    draw_shares,
    draw_speed,
    factors,
    left_at,
    ridge_walks,
    saddle,
)
from helpers.figures.optimizers_deeper._networks import (
    describe_edge,
    describe_ranges,
    draw_batches,
    draw_critical,
    draw_decays,
    draw_differences,
    draw_edge,
    draw_range_test,
    draw_ranges,
    draw_sparklines,
    draw_step_sizes,
    reading,
)

__all__ = [
    "axes_of",
    "by_rate",
    "describe_edge",
    "describe_ranges",
    "describe_speed",
    "draw_batches",
    "draw_critical",
    "draw_decays",
    "draw_differences",
    "draw_edge",
    "draw_map",
    "draw_range_test",
    "draw_ranges",
    "draw_shares",
    "draw_sparklines",
    "draw_speed",
    "draw_step_sizes",
    "factors",
    "left_at",
    "reading",
    "ridge_walks",
    "saddle",
]
