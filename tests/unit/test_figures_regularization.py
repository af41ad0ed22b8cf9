"""The figures of notebook 08: what they say is what they draw, in every state."""

from __future__ import annotations

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.figures import regularization as figures
from helpers.figures.regularization._exercises import THREE_DEGREES, learning_curve, three_weights
from helpers.figures.regularization._methods import spread
from helpers.figures.regularization._penalties import FREE, HESSIAN, STRENGTHS, best_weights
from helpers.results import stored_groups

pytestmark = pytest.mark.usefixtures("course_style")

SIX = np.random.default_rng(0).random((6, 28, 28)).astype("float32")


@pytest.fixture(scope="module")
def stored():
    return stored_groups("regularization")


def fits():
    x, y, _, _ = figures.noisy_points()
    return [np.polynomial.Polynomial.fit(x, y, degree) for degree in range(12)]


def normalize(z, gamma=1.0, beta=0.0):
    return gamma * (z - z.mean(axis=0)) / z.std(axis=0) + beta


@pytest.mark.parametrize(
    ("draw", "panels", "values", "words"),
    [
        (figures.tamed, 1, {"penalty": 0.0}, "is 1.36"),
        (figures.tamed, 1, {"penalty": 0.001}, "is 0.12"),
        (figures.capacity, 2, {"fits": fits(), "degree": 1}, "0.303 on training points, 0.230"),
        (figures.capacity, 2, {"fits": fits(), "degree": 11}, "0.000 on training points, 1.355"),
        (figures.geometry, 2, {"strength": 0.3}, "L1 (0.36, 1.71); L2 (0.49, 1.28)"),
        (figures.geometry, 2, {"strength": 1.2}, "L1 (0.00, 1.05), one of them exactly 0; L2 (0.29, 0.66)"),
        (figures.masks, 1, {"step": 2, "rate": 0.0}, "0 of 14"),
        (figures.scale_and_shift, 2, {"z": SIX[0], "normalize": normalize, "beta": 1.5}, "mean 1.5"),
        (figures.augmented, 1, {"images": SIX, "kind": "shift", "strength": 0.5}, "up to 6 pixels"),
    ],
)
def test_a_figure_says_what_it_draws(draw, panels, values, words):
    figure, axes = plt.subplots(1, panels, figsize=(7.0, 3.2))
    assert words in draw(axes, **values)
    figure.canvas.draw()


def test_best_weights_are_where_no_small_change_lowers_loss_and_penalty():
    for kind, power in (("L1", 1), ("L2", 2)):
        for strength, w in zip(STRENGTHS, best_weights(kind), strict=True):

            def total(v, strength=strength, power=power):
                return (v - FREE) @ HESSIAN @ (v - FREE) / 2 + strength * (np.abs(v) ** power).sum()

            for direction in np.random.default_rng(0).normal(size=(40, 2)):
                assert total(w) <= total(w + 0.01 * direction) + 1e-9
    assert (best_weights("L1")[-1] == 0).any()
    assert (best_weights("L2")[-1] > 0.1).all()


def test_learning_curves_of_the_exercise_are_what_its_answer_says():
    ends = {name: learning_curve(degree, (12, 34, 200))[:, -1] for name, degree in THREE_DEGREES.items()}
    assert ends["B"].min() > 2 * ends["C"].max()
    training, new = learning_curve(THREE_DEGREES["A"], (26, 34)).T[1]
    assert new > 2 * training


def test_histograms_of_the_exercise_show_their_penalties():
    spreads = {figures.THREE_HISTOGRAMS[name]: weights for name, weights in three_weights().items()}
    assert np.mean(spreads["L1"] == 0) > 0.5
    assert not (spreads["L2"] == 0).any()
    assert spreads["no penalty"].std() > 1.5 * spreads["L2"].std()


def test_each_method_has_the_strength_that_is_best_on_validation_images():
    runs = {
        "nothing": [{"val_loss": 1.0, "val_accuracy": 0.7, "loss": 1.0, "accuracy": 0.7}],
        "L2: 0.1": [{"val_loss": 0.8, "val_accuracy": 0.71, "loss": 0.9, "accuracy": 0.72}],
        "L2: 1": [{"val_loss": 0.7, "val_accuracy": 0.6, "loss": 0.75, "accuracy": 0.6}],
    }
    assert figures.best_strengths(runs)["L2"][0] == "1"
    assert figures.best_strengths(runs, "accuracy")["L2"][0] == "0.1"
    np.testing.assert_allclose(figures.differences(runs)["L2"], [[0.25, -10.0]])


def test_labels_keep_their_distance_and_their_order():
    places = spread([3.0, 2.9, 2.8, -9.0], bottom=-1.0, top=3.0, gap=0.5)
    assert all(high - low >= 0.5 - 1e-9 for high, low in pairwise(places))
    assert -1.0 <= places[-1] <= places[0] <= 3.0


def test_what_is_drawn_of_the_results_is_said(stored):
    figure, ax = plt.subplots(figsize=(7.6, 4.4))
    outcomes = {"right": stored["methods"], "20 % wrong": stored["wrong_labels"]}
    said = figures.methods(ax, outcomes, labels="20 % wrong", chosen_by="accuracy")
    figure.canvas.draw()
    assert "Labels 20 % wrong" in said
    for axes in (
        figures.draw_data_sizes(stored["data_sizes"]),
        figures.draw_widths(stored["widths"]),
        figures.draw_gains(stored["augmentations"], stored["methods"]["nothing"]),
        figures.draw_moved(stored["moved"]),
        figures.draw_histograms({"no penalty": SIX.reshape(2, -1), "L1": 0 * SIX.reshape(2, -1)}),
        figures.draw_moving_means([0.5, 0.99, 0.999]),
        figures.draw_by_heart(stored["by_heart"]),
    ):
        assert axes._repr_mimebundle_()[1]["image/png"]["alt"]


def test_under_l2_both_weights_shrink_at_every_strength():
    assert (np.diff(best_weights("L2"), axis=0) < 0).all()
    assert (best_weights("L2") > 0).all()
