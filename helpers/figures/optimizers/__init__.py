"""The figures of notebook 06, core and deeper: balls on hills, paths on maps, Adam as a story, networks measured.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. The rules that a
student writes are handed over, so that the figures move by them. Each `draw_x(thing, *, ax=None)` is a still figure.
"""

from helpers.figures.optimizers._adam import (
    describe_effective_rates,
    describe_first_steps,
    describe_stages,
    draw_effective_rates,
    draw_first_steps,
    draw_stages,
)
from helpers.figures.optimizers._exercises import (
    draw_four_schedules,
    draw_sick_curves,
    draw_three_betas,
    draw_three_paths,
)
from helpers.figures.optimizers._ground import axes_of, draw_shares, draw_speed, factors, left_at, ridge_walks, saddle
from helpers.figures.optimizers._hill import ball, draw_three_hills
from helpers.figures.optimizers._maps import (
    arrows,
    countries,
    draw_countries,
    draw_newton,
    draw_surfaces,
    draw_walks,
    one_map,
    race,
    valley,
)
from helpers.figures.optimizers._networks import (
    draw_batches,
    draw_critical,
    draw_decays,
    draw_differences,
    draw_edge,
    draw_range_test,
    draw_step_sizes,
    reading,
)
from helpers.figures.optimizers._rates import best_rates, by_rate, draw_losses, draw_ranges, draw_rates
from helpers.figures.optimizers._rules import RUNNERS
from helpers.figures.optimizers._schedules import cooling, draw_sparklines

__all__ = [
    "RUNNERS",
    "arrows",
    "axes_of",
    "ball",
    "best_rates",
    "by_rate",
    "cooling",
    "countries",
    "describe_effective_rates",
    "describe_first_steps",
    "describe_stages",
    "draw_batches",
    "draw_countries",
    "draw_critical",
    "draw_decays",
    "draw_differences",
    "draw_edge",
    "draw_effective_rates",
    "draw_first_steps",
    "draw_four_schedules",
    "draw_losses",
    "draw_newton",
    "draw_range_test",
    "draw_ranges",
    "draw_rates",
    "draw_shares",
    "draw_sick_curves",
    "draw_sparklines",
    "draw_speed",
    "draw_stages",
    "draw_step_sizes",
    "draw_surfaces",
    "draw_three_betas",
    "draw_three_hills",
    "draw_three_paths",
    "draw_walks",
    "factors",
    "left_at",
    "one_map",
    "race",
    "reading",
    "ridge_walks",
    "saddle",
    "valley",
]
