"""What notebook 09 says about chances, scales, brackets and stored searches, against KerasTuner and the results."""

import re
from pathlib import Path

import numpy as np
import pytest
from results_program import load_program

from helpers.exercise.content import tuning
from helpers.figures import tuning as figures
from helpers.results import stored_groups

STORED = stored_groups("tuning")


def one_error(values):
    return values.std(ddof=1) / np.sqrt(len(values))


def yard(runs):
    return 100 * np.array([run["yard"] for run in runs])


@pytest.mark.parametrize(("share", "trials"), [(0.1, 29), (0.05, 59), (0.02, 149)])
def test_so_many_random_trials_meet_the_best_share(share, trials):
    assert tuning.trials_needed(share, 0.95) == trials


def test_log_uniform_is_what_keras_tuner_samples():
    keras_tuner = pytest.importorskip("keras_tuner")
    parameter = keras_tuner.engine.hyperparameters.Float("rate", 1e-4, 1e-1, sampling="log")
    places = np.array([0.1, 0.5, 0.9])
    theirs = [parameter.prob_to_value(place) for place in places]
    np.testing.assert_allclose(tuning.draw_rates(1e-4, 1e-1, places), theirs, rtol=1e-6)


def test_brackets_are_those_that_keras_tuner_runs():
    program = load_program("tuning")
    table = {(units, size): np.random.default_rng(size).random((3, 2, 25)) for units in (16, 64) for size in (32, 128)}
    epochs = sorted(trial["epochs"] for trial in program.search(program.make_oracle("hyperband", 0), table))
    wanted = []
    for rounds in figures.brackets_of(9, 3).values():
        before = 0
        for networks, now in rounds:
            wanted += [now - before] * networks
            before = now
    assert epochs == sorted(wanted)
    assert sum(epochs) == sum(map(figures.epochs_of, figures.brackets_of(9, 3).values())) == 75


def test_bracket_exercise_agrees_with_the_figure():
    assert tuning.bracket_epochs(27, 1, 27, 3) == figures.epochs_of(figures.brackets_of(27, 3)[3]) == 81


def test_conditional_exercise_works_with_the_real_hyperparameters():
    keras_tuner = pytest.importorskip("keras_tuner")
    hp = keras_tuner.HyperParameters()
    assert "momentum" in tuning.optimizer_space(hp)
    hp.values["optimizer"] = "adam"
    assert "momentum" not in tuning.optimizer_space(hp)


def test_winners_fall_and_more_images_flatter_less():
    networks = STORED["winners"]["networks"]
    fall = {images: np.mean(np.subtract(*figures.find_winners(networks, 64, images))) for images in (100, 200)}
    assert fall[100] > 2.4
    assert 1.4 < fall[200] < fall[100]
    alone = figures.find_winners(networks, 1, 100)
    assert 0.4 < np.mean(alone.validation - alone.new) < 1.8  # these blocks are easier; nothing was chosen
    assert fall[100] - np.mean(alone.validation - alone.new) > 1.9
    assert np.mean(figures.find_winners(networks, 64, 100).new - alone.new) > 0.9  # the search is not in vain


def test_learning_rates_within_two_and_a_half_points_of_the_best_span_a_wide_factor():
    page = (Path(__file__).parents[2] / "notebooks" / "09_tuning.ipynb").read_text(encoding="utf-8")
    low, high = re.findall(r"Rates from (\S+) to (\S+) are within 2.5 points", page)[-1]
    assert 3.5 < float(high) / float(low) < 14
    runs = STORED["worth"]["1000 images"]
    rates = np.geomspace(1e-4, 1e-1, 13)
    for chosen in (runs[:5], runs[5:]):
        means = 100 * np.mean([run["val"] for run in chosen], axis=0)
        near = rates[means > means.max() - 2.5]
        assert near.max() / near.min() > 3.5


def test_power_of_ten_counts_most_then_finer_steps_and_images_and_units_cannot_be_told():
    *powers, coarse, units, images = figures.gains(STORED["worth"]).values()
    assert abs((powers[1] - powers[2]).mean()) < one_error(powers[1] - powers[2])  # 0.001 and 0.01 are level
    assert -20 < powers[0].mean() < -7
    assert -26.5 < powers[3].min() < powers[3].max() < -9.5
    assert -1.7 < coarse.mean() < -2 * one_error(coarse)
    assert 0.5 < images.mean() < 1.3
    assert images.mean() > 2 * one_error(images)
    assert abs(units.mean()) < 2 * one_error(units)


def test_kept_learning_rate_fails_with_much_momentum():
    heat = np.array([[run["val"] for run in STORED["ridge"][beta]] for beta in STORED["ridge"]]).mean(axis=1)
    kept = heat[0].argmax()
    assert heat[-1].max() - heat[-1, kept] > 0.08
    assert heat[3].max() - heat[3, kept] < 0.02
    assert max(heat[row].max() - heat[row, kept] for row in (1, 2)) < 0.02
    assert (heat[1:5, :5] > heat[0, :5] + 0.04).all()  # at small rates momentum helps
    rates = np.geomspace(1e-3, 2, 17)
    broken = [rates[kept:][heat[row, kept:] < 0.5][0] for row in (0, 3)]
    assert broken == pytest.approx([1.2, 0.8], abs=0.05)


def test_early_cut_loses_more_than_a_late_one():
    def halve(curves, first, factor):
        alive, now, epochs = np.arange(27), first, np.zeros(27, int)
        while True:
            epochs[alive] = now
            if now >= 27:
                return epochs
            alive = alive[curves[now - 1, alive].argsort()[::-1][: max(1, len(alive) // factor)]]
            now = min(now * factor, 27)

    lost = [figures.losses(STORED["halving"]["curves"], halve, first)[0] for first in (1, 3, 9)]
    means = [one.mean() for one in lost]
    assert means[0] > 0.9
    assert means[0] > means[1] + 0.5 > means[2] + 0.75
    assert abs(means[2]) < one_error(lost[2])
    assert sum(lost[2] == 0) == 10  # in ten of twelve searches the late cut changes nothing
    early, late = (
        np.mean([np.log(run["rates"][np.argmax(run["val"][epoch])]) for run in STORED["halving"]["curves"]])
        for epoch in (0, -1)
    )
    assert early - late > 0.7  # the learning rate that is best early is larger


def test_hyperband_is_ahead_early_and_at_the_end_chance_may_have_made_the_gap():
    for kind, runs in STORED["searches"].items():
        for run in runs:
            for search in run["searches"]:
                assert sum(trial["epochs"] for trial in search) == (75 if kind == "hyperband" else 72)
    best = {
        kind: np.mean([figures.best_so_far(search, 25)[-1] for run in runs for search in run["searches"]])
        for kind, runs in STORED["searches"].items()
    }
    assert best["hyperband"] - best["random"] > 0.015
    gap, error = figures.difference(STORED["searches"])
    assert 0.2 < gap < 0.5
    assert 1 < gap / error < 2


def test_bayesian_searches_are_level_with_random_ones():
    gap, error = figures.difference(STORED["searches"], "bayesian", "random")
    assert gap == pytest.approx(0.1, abs=0.1)
    assert error == pytest.approx(0.3, abs=0.05)
    assert all(len(run["searches"][0]) == 8 for run in STORED["searches"]["bayesian"])
    assert len(STORED["searches"]["bayesian"]) == 12


def test_brackets_cost_the_same_within_forty_per_cent():
    for most in (27, 81):
        costs = [figures.epochs_of(rounds) for rounds in figures.brackets_of(most).values()]
        assert 1.2 < max(costs) / min(costs) < 1.4


def test_repairs_show_late_and_the_optimizer_lets_the_accuracy_fall():
    means = [yard(runs).mean() for runs in STORED["checklist"].values()]
    assert max(means[:5]) < 20
    assert means[1] - means[2] > 2.9  # the second repair lowers the score
    assert means[-1] > 75
    assert means[7] - means[8] > 1.7
    costs = {step: means[-1] - yard(runs).mean() for step, runs in STORED["left_out"].items()}
    assert max(costs, key=costs.get) == "optimizer"
    assert costs["data"] > 5
    assert abs(costs["loss"]) < 1


def test_four_curves_of_the_exercise_are_as_it_says():
    run = STORED["halving"]["curves"][3]
    rates = {name: run["rates"][network] for name, network in figures.FOUR.items()}
    assert rates == pytest.approx({"A": 0.13, "B": 0.001, "C": 0.0001, "D": 0.04}, rel=0.1)
    first, last = ({name: run["val"][epoch][network] for name, network in figures.FOUR.items()} for epoch in (0, -1))
    assert sorted(first, key=first.get)[-2:] == ["B", "D"]
    assert sorted(last, key=last.get) == ["A", "C", "D", "B"]
    assert last["B"] - last["D"] > 0.02


@pytest.mark.slow
def test_one_slice_of_the_checklist_is_made_again():
    program = load_program("tuning")
    again = yard(program.checklist(seeds=(0, 1), steps=("rate",))["rate"])
    assert again == pytest.approx(yard(STORED["checklist"]["rate"])[:2], abs=3)
