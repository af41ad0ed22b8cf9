"""The figures of notebook 09: winners that fall, hills of hyperparameters, grid and random search, halving, repairs.

Each `f(ax, …)` draws one state on empty Axes and returns in words what it shows: `explore` moves it. Each
`draw_x(thing, *, ax=None)` is a still figure.
"""

from helpers.figures.tuning._checklist import describe_faults, draw_faults, repairs
from helpers.figures.tuning._exercises import FOUR, draw_four_rates, draw_patients, draw_three_searches
from helpers.figures.tuning._halving import (
    best_so_far,
    brackets,
    brackets_of,
    describe_searches,
    difference,
    draw_searches,
    epochs_of,
    halving,
    losses,
    of_winners,
)
from helpers.figures.tuning._spaces import (
    describe_ridge,
    describe_worth,
    draw_average,
    draw_ridge,
    draw_worth,
    gains,
    grid_and_random,
    hill,
    places,
)
from helpers.figures.tuning._winners import draw_winners, find_winners, luck, winners

__all__ = [
    "FOUR",
    "best_so_far",
    "brackets",
    "brackets_of",
    "describe_faults",
    "describe_ridge",
    "describe_searches",
    "describe_worth",
    "difference",
    "draw_average",
    "draw_faults",
    "draw_four_rates",
    "draw_patients",
    "draw_ridge",
    "draw_searches",
    "draw_three_searches",
    "draw_winners",
    "draw_worth",
    "epochs_of",
    "find_winners",
    "gains",
    "grid_and_random",
    "halving",
    "hill",
    "losses",
    "luck",
    "of_winners",
    "places",
    "repairs",
    "winners",
]
