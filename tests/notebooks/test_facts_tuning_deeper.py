"""What notebook 09, deeper, says about searches, a recipe and fair choices, against libraries and stored runs."""

from __future__ import annotations

import numpy as np
import pytest
from results_program import load_program

from helpers.exercise.content import tuning
from helpers.figures import tuning_deeper as figures
from helpers.results import stored_groups


@pytest.fixture(scope="module")
def stored():
    return stored_groups("tuning_deeper")


def yard(group, name):
    return 100 * np.array([run["yard"] for run in figures.by_peak(group, name)[figures.best_peak(group, name)]])


# Libraries


def test_caution_of_keras_tuner_is_2_6():
    import inspect

    keras_tuner = pytest.importorskip("keras_tuner")
    assert inspect.signature(keras_tuner.BayesianOptimization).parameters["beta"].default == 2.6


def test_first_trial_is_never_stopped_by_successive_halving_and_a_bad_later_one_is():
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0), pruner=pruner)
    levels = iter([0.1, 0.9, 0.8, 0.2])

    def objective(trial):
        level = next(levels)
        for epoch in range(1, 10):
            trial.report(level, epoch)
            if epoch < 9 and trial.should_prune():
                raise optuna.TrialPruned
        return level

    study.optimize(objective, n_trials=4)
    assert [len(trial.intermediate_values) for trial in study.trials] == [9, 9, 1, 1]


def test_largest_hole_between_sobol_points_is_smaller():
    from scipy.stats import qmc

    from helpers.picture import new_axes

    def hole(sample):
        return float(figures.points(new_axes("."), lambda *_: sample, trials=16).split("radius of ")[1].split()[0])

    random = [hole(np.random.default_rng(seed).random((16, 2))) for seed in range(12)]
    sobol = [hole(qmc.Sobol(2, seed=seed).random(16)) for seed in range(12)]
    assert np.mean(random) > np.mean(sobol) + 0.05
    assert max(sobol) < max(random)


def test_search_by_scikit_learn_forgets_fit_kwargs():
    from keras.wrappers import SKLearnClassifier
    from sklearn.base import clone

    assert not clone(SKLearnClassifier(lambda X, y: None, fit_kwargs={"epochs": 5})).fit_kwargs


def test_corrected_error_of_ten_folds_is_nearly_one_and_a_half_times_the_usual_one():
    differences = np.random.default_rng(0).normal(size=10)
    usual = differences.std(ddof=1) / np.sqrt(10)
    assert tuning.corrected_error(differences, 9, 1) / usual == pytest.approx(1.45, abs=0.01)


# Stored runs


def test_one_slice_of_the_table_is_what_the_searches_ask_for(stored):
    program = load_program("tuning_deeper")
    assert len(stored["table"]) == len(program.RATES) * len(program.DROPOUT) * len(program.UNITS) == 108
    again = program.searches(names=["random", "TPE, pruned"], count=2)
    for name, runs in again.items():
        assert runs == stored["searches"][name][:2]


@pytest.mark.slow
def test_networks_of_the_table_are_trained_again(stored):
    program = load_program("tuning_deeper")
    program.RATES, program.DROPOUT = [0.0316], (0.0,)  # what dropout draws depends on the networks beside it
    for key, runs in program.table(seeds=(0, 1), units=(32,)).items():
        for run, before in zip(runs, stored["table"][key], strict=False):
            assert run["yard"] == pytest.approx(before["yard"], abs=0.03)


def test_second_space_holds_better_trials_and_its_best_learning_rate_lies_inside(stored):
    first = figures.sobol_trials(
        stored["table"], {"learning_rate": (0.001, 0.01), "dropout": (0.2, 0.4), "units": (8, 32)}
    )
    second = figures.sobol_trials(
        stored["table"], {"learning_rate": (0.01, 0.5), "dropout": (0.0, 0.2), "units": (32, 128)}
    )
    best, moved = (max(found, key=lambda trial: trial["score"]) for found in (first, second))
    assert moved["score"] > best["score"] + 0.03
    assert 0.015 < moved["learning_rate"] < 0.2
    assert best["dropout"] < 0.27
    assert best["units"] > 26
    assert best["learning_rate"] > 0.006


def test_pruned_searches_end_better_than_random_ones_with_the_same_epochs(stored):
    winners = {name: 100 * np.array([run["yard"] for run in runs]) for name, runs in stored["searches"].items()}
    for name in ("random, pruned", "TPE, pruned"):
        gain = winners[name] - winners["random"]
        assert gain.mean() > 0.15
        assert gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(len(gain))
    assert max(found.mean() for found in winners.values()) - winners["random"].mean() < 1


def test_no_best_learning_rate_of_the_recipe_is_at_an_end(stored):
    names = {key.rpartition(" ")[0] for key in stored["recipe"]}
    for name in names:
        peaks = list(figures.by_peak(stored["recipe"], name))
        assert min(peaks) < figures.best_peak(stored["recipe"], name) < max(peaks), name


def test_one_cycle_helps_both_optimizers_and_hides_that_adam_is_ahead(stored):
    group = stored["recipe"]
    ways = {
        (one, way): yard(group, f"{one}, {way}") for one in ("momentum", "Adam") for way in ("constant", "one cycle")
    }
    for one, least in (("momentum", 1.2), ("Adam", 0.5)):
        gain = ways[one, "one cycle"] - ways[one, "constant"]
        assert gain.mean() > least
        assert (gain > 0).all()
    for way in ("constant", "one cycle"):
        assert (ways["Adam", way] - ways["momentum", way]).mean() > 0.4
    assert abs((ways["momentum", "one cycle"] - ways["Adam", "constant"]).mean()) < 0.5


def test_larger_batches_and_penalties_gain_nothing_in_the_same_epochs(stored):
    group = stored["recipe"]
    usual = yard(group, "momentum, one cycle").mean()
    assert yard(group, "batch 128").mean() < usual - 1
    assert yard(group, "batch 512").mean() < usual - 5
    assert abs(yard(group, "L2 0.001").mean() - usual) < 0.5
    assert yard(group, "L2 0.003").mean() < usual - 0.8


def test_losses_of_a_range_test_are_losses_and_the_best_peak_lies_near_the_lowest(stored):
    for name, lowest in (("momentum", 1e-3), ("Adam", 1e-5)):
        best = figures.best_peak(stored["recipe"], f"{name}, one cycle")
        for run in stored["range_tests"][name]:
            assert min(run["loss"]) > 0
            assert run["loss"][0] == pytest.approx(np.log(10), abs=0.4)
            assert 1 / 4 < figures.turn(run["loss"], lowest) / best < 4


def test_pairs_have_a_smaller_error_than_columns_and_dropout_costs_in_every_split(stored):
    plain, penalty, dropout = (yard(stored["pairs"], name) for name in ("plain", "L2", "dropout"))
    assert np.std(penalty - plain, ddof=1) < 0.6 * np.hypot(plain.std(ddof=1), penalty.std(ddof=1))
    assert (dropout < plain).all()


def test_null_comparison_jumps_as_far_as_the_penalty_seems_to_cost(stored):
    plain, penalty, again = (yard(stored["pairs"], name) for name in ("plain", "L2", "other seed"))
    for name, errors in (("null", again - plain), ("L2", penalty - plain)):
        assert 1.8 < abs(errors.mean()) / (errors.std(ddof=1) / np.sqrt(20)) < 2.8, name


def test_folds_that_have_chosen_flatter_and_nested_ones_do_not(stored):
    runs = stored["nested"]["100 images"]
    flat, nested = (100 * np.array([run[key] - run[f"{key}_fresh"] for run in runs]) for key in ("flat", "nested"))
    assert flat.mean() > 1.4
    assert (flat - nested).mean() > 1.8
    assert abs(nested.mean()) < 2 * nested.std(ddof=1) / np.sqrt(len(nested))
