"""The figures of notebook 09: what they compute, and what they say."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.figures import tuning as figures
from helpers.results import stored_groups

STORED = stored_groups("tuning")


def to_the_end(curves, first, factor):
    return np.full(curves.shape[1], len(curves))


def score(first, second=0.63):
    return np.exp(-(((first - 0.63) / 0.12) ** 2))


@pytest.mark.parametrize(
    ("draw", "state"),
    [
        (figures.winners, {"networks": STORED["winners"]["networks"], "trials": 64}),
        (figures.hill, {"rates": [1e-3, 1e-2, 1e-1], "accuracies": [[0.5, 0.6], [0.8, 0.7], [0.3, 0.4]]}),
        (figures.grid_and_random, {"score": score, "per_side": 4}),
        (figures.halving, {"runs": STORED["halving"]["curves"], "rule": to_the_end}),
        (figures.brackets, {"max_epochs": 81}),
        (figures.repairs, {"checklist": STORED["checklist"], "done": 9}),
        (figures.luck, {"expected": lambda networks, images: 0.8, "images": 400}),
    ],
)
def test_each_state_is_drawn_and_told_in_words(draw, state):
    ax = Figure(figsize=(4, 3.4)).subplots()
    assert len(draw(ax, **state)) > 20
    assert ax.has_data() or ax.child_axes


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.draw_worth(STORED["worth"]),
        lambda: figures.draw_ridge(STORED["ridge"]),
        lambda: figures.draw_searches(STORED["searches"]),
        lambda: figures.draw_winners(STORED["winners"]["networks"]),
        lambda: figures.draw_faults(STORED["left_out"], STORED["checklist"]["rate"]),
        figures.draw_three_searches,
        figures.draw_four_rates,
        figures.draw_patients,
    ],
)
def test_each_still_figure_is_drawn(draw):
    ax = draw()
    assert ax.has_data() or ax.child_axes


def test_validation_sets_of_the_searches_share_no_image():
    hits = [{"hits": [block == k for block in range(55)], "yard": 0.5} for k in range(20)]
    found = figures.find_winners(hits, 20, 100)  # network k is right on block k alone, and wins there
    assert found.validation == pytest.approx([1] * 20)


def test_nothing_is_lost_where_everybody_is_trained_to_the_end():
    lost, spent = figures.losses(STORED["halving"]["curves"], to_the_end, 1)
    assert lost.max() == 0
    assert spent == 27 * 27


def test_best_so_far_waits_for_the_first_trial():
    trials = [{"epochs": 2, "score": 0.5}, {"epochs": 1, "score": 0.4}, {"epochs": 1, "score": 0.7}]
    assert figures.best_so_far(trials, 4) == pytest.approx([np.nan, 0.5, 0.5, 0.7], nan_ok=True)


def test_hill_shades_what_is_within_two_and_a_half_points_of_the_best():
    means = [0.5, 0.79, 0.8, 0.776, 0.774]
    said = figures.hill(Figure().subplots(), [1e-4, 1e-3, 1e-2, 1e-1, 1.0], [[mean] for mean in means], scale="log")
    assert "from 0.001 to 0.1 are" in said
