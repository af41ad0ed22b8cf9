"""The figures of notebook 08, deeper: what they say is what they draw."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.figures import regularization_deeper as figures
from helpers.figures.regularization_deeper._methods import LOWEST, smoothed_loss, tick
from helpers.figures.regularization_deeper._penalties import linear_unit, twins

pytestmark = pytest.mark.usefixtures("course_style")

PAIR = np.random.default_rng(0).random((2, 28, 28)).astype("float32")
MIXED = {"images": PAIR, "names": ["sandal", "bag"]}
POINTS = np.random.default_rng(1).normal(size=(3, 40, 2))
CLOTHES = {"points": POINTS, "images": np.ones((40, 196)), "labels": np.arange(40) % 10}


def legendre(x, numbers):
    return np.polynomial.legendre.legvander(x, numbers - 1)


def fit(A, y, penalty=0.0):
    if penalty == 0:
        return np.linalg.lstsq(A, y, rcond=None)[0]
    return A.T @ np.linalg.solve(A @ A.T + penalty * np.eye(len(A)), y)


@pytest.mark.parametrize(
    ("draw", "values", "words"),
    [
        (figures.stop_or_penalize, {"steps": 10}, "λ = 0.1 "),
        (twins, {"l1_share": 1.0}, "all splits cost the same"),
        (twins, {"l1_share": 0.0, "strength": 2.0}, "one best pair, 0.50 and 0.50"),
        (figures.mixture, {**MIXED, "kind": "mixup", "share": 0.3}, "0.70 sandal and 0.30 bag"),
        (figures.mixture, {**MIXED, "kind": "CutMix", "share": 0.0}, "1.00 sandal and 0.00 bag"),
        (figures.mixture, {**MIXED, "kind": "CowMix", "share": 1.0}, "0.00 sandal and 1.00 bag"),
        (figures.through_two_units, {**CLOTHES, "epoch": 0}, "one heap"),
        (figures.through_two_units, {**CLOTHES, "epoch": 2}, "After 2 epochs"),
    ],
)
def test_a_figure_says_what_it_draws(draw, values, words):
    figure, ax = plt.subplots(figsize=(5.0, 4.0))
    assert words in draw(ax, **values)
    figure.canvas.draw()


def test_twelve_numbers_are_the_worst_and_a_penalty_calms_them():
    def error(basis=legendre, **values):
        said = figures.many_numbers(plt.subplots()[1], fit, basis, **values)
        return float(said.split("error ")[1].split()[0])

    worst = error(numbers=12)
    assert all(error(numbers=n) < worst / 3 for n in (4, 8, 100, 400))
    assert error(numbers=12, penalty=0.1) < worst / 3
    assert round(error(numbers=20), 2) == 0.15
    assert round(error(np.vander, numbers=20)) == 97  # plain powers: the smallest numbers are not calm


@pytest.mark.parametrize(("l1_share", "strength"), [(0.5, 0.6), (0.0, 2.0), (0.9, 0.2)])
def test_the_pair_of_twins_is_the_cheapest_one(l1_share, strength):
    said = twins(plt.subplots()[1], l1_share, strength)
    drawn = float(said.split("pair, ")[1].split()[0])
    w = np.linspace(0, 2, 2001)
    cost = (2 * w - 2) ** 2 + strength * (2 * l1_share * w + (1 - l1_share) * 2 * w**2)
    assert w[cost.argmin()] == pytest.approx(drawn, abs=0.006)


def test_smoothed_labels_are_cheapest_at_a_finite_lead():
    assert np.diff(smoothed_loss(0.0)).max() < 0
    assert smoothed_loss(0.1).argmin() == pytest.approx(100 * np.log(1 + 10 * 0.9 / 0.1), abs=1)
    assert figures.draw_smoothing().texts[-1].get_text() == "lead 4.5, p = 0.91"


@pytest.mark.parametrize(("l1", "l2"), [(0.03, 0.0), (0.01, 0.0), (0.03, 0.1), (0.0, 0.03)])
def test_no_change_of_a_weight_lowers_the_penalized_loss_of_the_maps(l1, l2):
    rng = np.random.default_rng(2)
    x = rng.random((300, 40)) @ rng.normal(size=(40, 40)) / 6  # neighbours that go together
    t = np.sign(rng.normal(size=300) + x[:, 3])
    w = linear_unit(x, t, l1, l2)
    slope = x.T @ (x @ w - t) / len(x) + 2 * l2 * w
    assert np.abs(slope + l1 * np.sign(w))[w != 0].max() < 1e-4
    assert np.abs(slope)[w == 0].max(initial=0) <= l1 + 1e-4


@pytest.mark.parametrize(
    ("strength", "label"), [("1e-05", "10⁻⁵"), ("0.0003", "3·10⁻⁴"), ("1.0", "1"), ("0.0, 0.2", "0\n0.2")]
)
def test_strengths_have_short_labels(strength, label):
    assert tick(strength) == label


def test_a_strength_below_the_picture_is_marked_by_a_triangle():
    runs = {name: [{"val_loss": loss, "val_accuracy": 0.8}] for name, loss in
            (("nothing", 0.6), ("L2: 0.1", 0.5), ("L2: 1.0", 2.0))}  # fmt: skip
    ax = figures.draw_strengths(runs, ("L2",))
    marks = [line for line in ax.child_axes[0].lines if line.get_marker() == "v"]
    assert [list(line.get_ydata()) for line in marks] == [[LOWEST], []]


def test_only_the_l1_pictures_have_pixels_that_are_not_used():
    ax = figures.draw_three_maps()
    used = [np.mean(np.asarray(panel.images[0].get_array()) != 0) for panel in ax.child_axes]
    kinds = dict(zip(figures.THREE_MAPS.values(), used, strict=True))
    assert kinds["L1"] < kinds["elastic net"] < kinds["L2"] == 1
