"""The figures of notebook 09, deeper: they draw, at the ends of their sliders too, and say what they show."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.figures import tuning_deeper as figures

pytestmark = pytest.mark.usefixtures("course_style")

RATES = np.geomspace(0.001, 0.5, 20)
TABLE = {
    f"{units} {dropout} {rate}": [{"val": [0.1 + 0.2 * k, 0.5], "yard": 0.5} for k in range(5)]
    for units in (8, 32, 128)
    for dropout in (0, 0.2, 0.4)
    for rate in (0.001, 0.03, 0.56)
}
TRIALS = [{"learning_rate": r, "dropout": 0.1, "units": 32, "score": 0.3 + r} for r in RATES]


def search(truth, trials, exploration):
    return list(range(trials)), np.linspace(0.2, 0.8, 20), np.linspace(0.2, 0.0, 20)


def sample(trials, name, seed):
    return np.random.default_rng(seed).random((trials, 2))


BAYES = {"search": search, "truth": np.linspace(0.1, 0.8, 20), "rates": RATES}
STATES = [
    *((figures.bayesian, BAYES | {"trials": n, "exploration": c}) for n, c in ((2, 0.0), (9, 4.0))),
    *((figures.parallel, {"trials": TRIALS, "best": n}) for n in (4, 20)),
    *((figures.points, {"sample": sample, "name": n, "trials": t}) for n, t in (("random", 8), ("Sobol", 64))),
    *((figures.detectable, {"images": n, "disagree": d}) for n, d in ((300, 0.2), (60_000, 0.02))),
]


@pytest.mark.parametrize(("draw", "state"), STATES)
def test_states_are_drawn_and_said_in_words(draw, state):
    figure = Figure(figsize=(4.6, 3.4), layout="constrained")
    said = draw(figure.add_subplot(), **state)
    figure.canvas.draw()
    assert said.endswith(".")
    assert "e-" not in said
    assert "nan" not in said


def test_next_trial_is_where_the_upper_edge_is_highest():
    ax = Figure().add_subplot()
    assert f"{RATES[-1]:.2g}" in figures.bayesian(ax, **BAYES, trials=3, exploration=0.0)
    assert f"{RATES[0]:.2g}" in figures.bayesian(ax, **BAYES, trials=3, exploration=100.0)


def test_nearest_setting_is_looked_up_on_logarithmic_scales():
    assert figures.look_up(TABLE, 0.006, 0.25, 60) is TABLE["32 0.2 0.03"]  # 60 is nearer to 32 in logarithms than 128
    assert figures.look_up(TABLE, 0.5, 0.31, 9) is TABLE["8 0.4 0.56"]


def test_searches_of_a_seed_count_as_one():
    runs = [{"yard": 0.5 + 0.01 * (number % 5)} for number in range(20)]
    usual = [{"yard": 0.5} for _ in range(20)]
    assert figures.seed_gains({"random": usual, "TPE": runs}, "TPE") == pytest.approx([0, 1, 2, 3, 4])


def test_largest_hole_is_that_of_the_points():
    ax = Figure().add_subplot()
    said = figures.points(ax, lambda trials, name, seed: np.full((trials, 2), 0.5), trials=8)
    assert "0.71" in said  # from the middle to a corner


def test_two_errors_are_those_of_the_formula():
    said = figures.detectable(Figure().add_subplot(), images=1000, disagree=0.1)
    assert f"{200 * np.sqrt(0.1 / 1000):.2g} points" in said


def test_lowest_loss_of_a_range_test_is_found_in_spite_of_nan():
    loss = np.concatenate([np.linspace(2, 1, 200), np.linspace(1, 3, 100), [np.nan] * 15])
    assert figures.turn(loss, 1e-3) == pytest.approx(1e-3 * 1e4 ** (200 / 315), rel=0.2)
