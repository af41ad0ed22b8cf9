"""The figures of notebook 02 in the corners of their sliders: they draw, say what they show, and are right."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from letters import off_the_page
from matplotlib.figure import Figure

from helpers.figures import losses, losses_deeper

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(0)
IS_SHIRT = np.arange(200) < 20
SCORES = np.where(IS_SHIRT, 1.0, -3.0) + 2 * RNG.normal(size=200)
SCORED = {"labels": IS_SHIRT, "scores": SCORES}
FOUR = {
    "MSE": lambda y, y_hat: np.mean((y - y_hat) ** 2, axis=-1),
    "MAE": lambda y, y_hat: np.mean(np.abs(y - y_hat), axis=-1),
}


def line_loss(m, b):
    return float(np.mean((m * losses.LINE_X + b - losses.LINE_Y) ** 2))


def line_gradient(m, b):
    error = m * losses.LINE_X + b - losses.LINE_Y
    return np.array([np.mean(2 * error * losses.LINE_X), np.mean(2 * error)])


ON_A_MAP = {"loss": line_loss, "gradient": line_gradient}
WEIGHT = {"x": np.array([3.0, -2.0]), "y": np.array([6.0, -4.0]), "loss": lambda w: 6.5 * (w - 2) ** 2}
STATES = [
    *(("bars_and_squares", 1, {"slope": m, "intercept": b}) for m, b in product((-1.0, 1.5), (-1.0, 2.0))),
    *(("one_weight", 2, WEIGHT | {"w": w, "reveal": on}) for w, on in product((-1.0, 2.0, 4.0), (False, True))),
    *(("line_map", 2, ON_A_MAP | {"slope": m, "intercept": b}) for m, b in ((-1.0, -1.0), (2.0, 2.5))),
    *(("outlier", 1, {"losses": FOUR, "flat_tyre": minutes}) for minutes in (15, 60)),
    *(("floor", 2, {"degree": degree}) for degree in (0, 9)),
    *(("pass_or_fail", 2, {"weight": w, "bias": b}) for w, b in product((-1.0, 5.0), (-12.0, 2.0))),
    *(("code_areas", 2, {"truth": p, "code": q}) for p, q in product(losses.TRUTHS, losses.CODES)),
    *(("story", 2, {"name": name, "step": step}) for name, step in product(losses.STORIES, (0, 20))),
    *(("threshold", 1, SCORED | {"threshold": t}) for t in (0.02, 0.5, 0.98)),
    *(("roc_and_precision", 2, SCORED | {"threshold": t, "shirts": "1 in 100"}) for t in (0.02, 0.98)),
    *(("two_directions", 1, {"center": c, "spread": s}) for c, s in product((-3.0, 3.0), (0.4, 3.0))),
    *(("noise", 2, {"kind": kind, "spread": s}) for kind, s in product(("Gaussian", "Laplace"), (0.5, 2.0))),
]


@pytest.mark.parametrize(("name", "count", "state"), STATES)
def test_all_letters_stand_on_the_page_in_every_corner(name, count, state):
    draw = getattr(losses, name, None) or getattr(losses_deeper, name)
    figure = Figure(figsize=(7.6, 3.2), layout="constrained")
    axes = figure.subplots(1, count)
    said = draw(axes, **state)
    assert said.endswith(".")
    assert "nan" not in said
    assert not off_the_page(figure, 3)


@pytest.mark.parametrize("code", losses.CODES.values())
def test_codes_can_be_read_without_commas(code):
    for one, other in product(code, code):
        assert one == other or not other.startswith(one)


def test_each_code_is_the_best_of_its_truth():
    for name, truth in losses.TRUTHS.items():
        words = losses.CODES[f"for {name}"]
        assert [len(word) for word in words] == [-np.log2(share) for share in truth]


def test_best_constants_are_mean_and_median():
    week = [*losses.ORDINARY_DAYS, 60.0]
    assert losses.best_constant(FOUR["MSE"], week) == pytest.approx(np.mean(week), abs=0.05)
    assert losses.best_constant(FOUR["MAE"], week) == pytest.approx(np.median(week), abs=0.05)


def test_new_points_never_cost_less_than_the_noise_and_old_ones_do():
    own, new = losses.floor_losses()
    assert (new >= losses.NOISE**2).all()
    assert np.median(own[:, 9]) < 1e-6 < np.median(own[:, 3]) < losses.NOISE**2
    assert np.median(new[:, 9]) > 2 * np.median(new[:, 3])


def test_lines_of_the_exercise_are_the_best_of_their_losses():
    x, y, lines = losses.three_lines()

    def errors(line, dm=0.0, db=0.0):
        return np.polyval((line[0] + dm, line[1] + db), x) - y

    for dm, db in product((-0.01, 0, 0.01), (-0.05, 0, 0.05)):
        assert np.mean(errors(lines["A"]) ** 2) <= np.mean(errors(lines["A"], dm, db) ** 2)
        assert np.mean(abs(errors(lines["C"]))) <= np.mean(abs(errors(lines["C"], dm, db))) + 1e-12
    assert np.mean(errors(lines["B"])) == pytest.approx(0)


def test_ten_answers_have_the_order_that_the_exercise_asks_for():
    accuracy = {name: np.mean(p > 0.5) for name, p in losses.TEN_ANSWERS.items()}
    loss = {name: np.mean(-np.log(p)) for name, p in losses.TEN_ANSWERS.items()}
    assert sorted(accuracy, key=accuracy.__getitem__) == ["B", "A", "C"]
    assert sorted(loss, key=loss.__getitem__) == ["B", "C", "A"]
    assert [round(loss[name], 2) for name in "ABC"] == [1.06, 0.21, 0.63]


def test_counts_add_up_and_fall_with_the_threshold():
    found, missed, alarms, left = losses_deeper.counts(IS_SHIRT, SCORES, 0.5)
    assert (found + missed, alarms + left) == (20, 180)
    assert losses_deeper.counts(IS_SHIRT, SCORES, 0.1)[0] >= found


def test_a_rarer_class_has_the_precision_of_its_share():
    weights = losses_deeper.weights_for(IS_SHIRT, 0.01)
    assert weights.sum() == pytest.approx(1)
    assert weights[IS_SHIRT].sum() == pytest.approx(0.01)


def test_one_bell_covers_in_one_direction_and_picks_in_the_other():
    cover, pick = losses_deeper.divergences(-0.4, 2.1), losses_deeper.divergences(-2.0, 0.6)
    assert cover[0] < 0.6 < 5 < pick[0]
    assert pick[1] < 0.6 < cover[1]
    places = list(product(np.arange(-3, 3.1, 0.2), np.arange(0.4, 3, 0.1)))
    best = [min(places, key=lambda place, k=k: losses_deeper.divergences(*place)[k]) for k in (0, 1)]
    assert best[0] == pytest.approx((-0.4, 2.1), abs=0.15)
    assert best[1] == pytest.approx((-2.0, 0.6), abs=0.15)


def test_noise_of_the_ice_cream_has_the_spread_that_is_told():
    for skewed in (False, True):
        t, sold = losses_deeper.days(0, 40_000, skewed=skewed)
        z = (sold - 50 - 3 * t) / (4 + 0.8 * t)
        assert z.mean() == pytest.approx(0, abs=0.03)
        assert z.std() == pytest.approx(1, abs=0.03)
