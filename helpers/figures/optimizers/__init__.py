"""The figures of notebook 06: a ball on a hill, paths on maps, momentum as arrows, Adam as a story, a race.

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
from helpers.figures.optimizers._exercises import draw_sick_curves, draw_three_betas, draw_three_paths
from helpers.figures.optimizers._hill import ball, draw_three_hills
from helpers.figures.optimizers._maps import (
    arrows,
    countries,
    draw_countries,
    draw_map,
    draw_surfaces,
    one_map,
    race,
    valley,
)
from helpers.figures.optimizers._rules import RUNNERS
from helpers.figures.optimizers._schedules import by_rate, cooling, describe_rates, draw_rates, end_distances

__all__ = [
    "RUNNERS",
    "arrows",
    "ball",
    "by_rate",
    "cooling",
    "countries",
    "describe_effective_rates",
    "describe_first_steps",
    "describe_rates",
    "describe_stages",
    "draw_countries",
    "draw_effective_rates",
    "draw_first_steps",
    "draw_map",
    "draw_rates",
    "draw_sick_curves",
    "draw_stages",
    "draw_surfaces",
    "draw_three_betas",
    "draw_three_hills",
    "draw_three_paths",
    "end_distances",
    "one_map",
    "race",
    "valley",
]
