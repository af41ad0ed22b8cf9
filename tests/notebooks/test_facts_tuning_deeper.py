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


def test_exploration_of_keras_tuner_is_2_6():
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


@pytest.mark.long
@pytest.mark.parametrize("trials", [16, 64])
def test_largest_hole_between_sobol_points_is_about_a_third_narrower(trials):
    from scipy.stats import qmc

    from helpers.picture import new_axes

    def hole(points):
        said = figures.points(new_axes("."), lambda *_: points, trials=trials)
        return float(said.split("radius of ")[1].split()[0])

    random = [hole(np.random.default_rng(seed).random((trials, 2))) for seed in range(20)]
    sobol = [hole(qmc.Sobol(2, seed=seed).random(trials)) for seed in range(20)]
    assert 0.2 < 1 - np.mean(sobol) / np.mean(random) < 0.5
    assert 0.2 < 1 - sobol[1] / random[1] < 0.5  # the pair that is shown


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


def test_best_trial_of_the_small_space_is_one_and_lies_near_three_edges(stored):
    program = load_program("tuning_deeper")
    trials = stored["edges"]["too small"]
    assert program.edges()["too small"] == trials
    best, second = sorted(trials, key=lambda trial: trial["score"])[:-3:-1]
    assert best["score"] > second["score"]
    for name, high in (("learning_rate", True), ("dropout", False), ("units", True)):
        low, top = program.TOO_SMALL[name]
        place = (best[name] - low) / (top - low)
        if name != "dropout":
            place = np.log(best[name] / low) / np.log(top / low)
        assert (1 - place if high else place) < 0.2, name


def test_moved_space_holds_better_trials_and_its_best_learning_rate_lies_inside(stored):
    optuna = pytest.importorskip("optuna")
    program = load_program("tuning_deeper")
    program.TOO_SMALL = {"learning_rate": (0.01, 0.5), "dropout": (0.0, 0.2), "units": (32, 128)}
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    moved = max(program.edges()["too small"], key=lambda trial: trial["score"])
    assert moved["score"] > max(trial["score"] for trial in stored["edges"]["too small"]) + 0.03
    assert 0.015 < moved["learning_rate"] < 0.2
    assert moved["dropout"] < 0.04


def test_only_pruned_tpe_can_be_told_from_random_search_when_seeds_are_counted(stored):
    told = {}
    for name in ("Sobol", "TPE", "random, pruned", "TPE, pruned"):
        gain = figures.seed_gains(stored["searches"], name)
        assert 0 < gain.mean() < 0.6
        told[name] = gain.mean() > 2.776 * gain.std(ddof=1) / np.sqrt(5)  # Student's t, four degrees of freedom
    assert [name for name, clear in told.items() if clear] == ["TPE, pruned"]


def test_pruned_searches_see_more_settings_and_are_early_where_random_search_ends(stored):
    settings = {name: np.mean([run["trials"] for run in runs]) for name, runs in stored["searches"].items()}
    assert settings["random"] == 16
    assert 37 < settings["random, pruned"] < 80
    assert 28 < settings["TPE, pruned"] < 52
    end = np.mean([figures.best_after(run, 144) for run in stored["searches"]["random"]])
    for name in ("random, pruned", "TPE, pruned"):
        half = np.mean([figures.best_after(run, 72) for run in stored["searches"][name]])
        assert -0.004 < half - end < 0.002
    pair = [stored["searches"][name] for name in ("random", "TPE")]  # its first ten trials, 90 epochs, are random
    assert all(figures.best_after(a, 90) == figures.best_after(b, 90) for a, b in zip(*pair, strict=True))


def test_third_trial_of_the_bayesian_search_goes_where_expectation_and_uncertainty_are_high_together(stored):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern

    exponents, tried = np.linspace(-3, -0.25, 111), [6, 104]
    truth = figures.accuracy_along(stored["table"], 10**exponents)
    for _ in range(2):
        model = GaussianProcessRegressor(0.03 * Matern(0.5, nu=2.5), alpha=1e-4, optimizer=None)
        model.fit(exponents[tried, None], truth[tried] - truth[tried].mean())
        mean, deviation = model.predict(exponents[:, None], return_std=True)
        tried.append(int(np.argmax(mean + 2.6 * deviation)))
        if len(tried) == 3:
            assert deviation.max() > deviation[tried[-1]] + 0.01  # not where least is known
            assert exponents[deviation.argmax()] - exponents[tried[-1]] > 0.35
    assert truth[tried[3]] > truth[tried[2]] + 0.015 > truth[tried[0]] + 0.03
    assert exponents[tried[3]] > exponents[tried[2]] + 0.25


def test_best_of_sixty_trials_have_many_units_and_spread_widely_in_dropout(stored):
    rng, runs = np.random.default_rng(0), []
    for _ in range(60):
        setting = {
            "learning_rate": 10 ** rng.uniform(-3, -0.25),
            "dropout": rng.uniform(0, 0.4),
            "units": int(8 * 16 ** rng.random()),
        }
        runs.append(setting | {"score": figures.look_up(stored["table"], **setting)[0]["val"][-1]})
    best = sorted(runs, key=lambda run: run["score"])[-8:]
    assert min(run["units"] for run in best) > 24
    assert np.ptp([run["dropout"] for run in best]) > 0.14
    assert min(run["learning_rate"] for run in best) > 0.0035
    assert max(run["learning_rate"] for run in best) < 0.24


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
    level = [
        [100 * np.mean([run[part] for run in figures.by_peak(group, "batch 128")[peak]]) for part in ("val", "yard")]
        for peak in (0.316, 0.1)
    ]
    assert abs(level[0][0] - level[1][0]) < 0.1  # validation cannot tell which of the two peaks is better
    assert [usual - other for _, other in level] == pytest.approx([1.5, 2], abs=0.25)
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
    usual = (penalty - plain).std(ddof=1) / np.sqrt(20)
    assert tuning.corrected_error(penalty - plain, 2000, 3000) / usual == pytest.approx(5.6, abs=0.05)
    # As if all the data were used: two test parts then share 30 % of their images, as they do here.
    overlap = {name: tuning.corrected_error(other - plain, 7000, 3000) for name, other in
               (("penalty", penalty), ("dropout", dropout))}  # fmt: skip
    assert overlap["penalty"] / usual == pytest.approx(3.1, abs=0.05)
    assert overlap["penalty"] == pytest.approx(0.32, abs=0.01)
    assert overlap["dropout"] == pytest.approx(0.5, abs=0.01)
    assert (plain - dropout).mean() == pytest.approx(1.5, abs=0.1)
    assert (plain - dropout).mean() > 2.4 * overlap["dropout"]
    assert abs((plain - penalty).mean()) < overlap["penalty"]


def test_two_test_parts_of_different_splits_share_thirty_per_cent():
    from helpers.data import hold_out

    labels = np.arange(10_000) % 10
    parts = [set(hold_out(np.arange(10_000), labels, seed=seed)[2][0].tolist()) for seed in range(5)]
    shared = [len(one & other) / 3000 for one in parts for other in parts if one is not other]
    assert np.mean(shared) == pytest.approx(0.3, abs=0.01)


def test_no_best_peak_of_a_choice_is_at_an_end(stored):
    for name in ("plain", "other seed", "dropout", "L2"):
        peaks = list(figures.by_peak(stored["pairs"], name))
        assert min(peaks) < figures.best_peak(stored["pairs"], name) < max(peaks), name


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


def test_full_search_is_flattered_by_its_choice_and_the_test_images_are_harder(stored):
    (run,) = stored["full_data"]["hyperband, 24 trials"]
    assert [round(100 * run[name], 1) for name in ("validation", "comparison", "test")] == [88.7, 88.0, 86.9]
    assert run["finished"] == 6
    assert 390 < run["seconds"] < 410
    error = np.hypot(*(np.sqrt(share * (1 - share) / n) for share, n in ((run["comparison"], 18_000),
                                                                        (run["test"], 10_000))))  # fmt: skip
    assert error == pytest.approx(0.004, abs=0.0005)
    assert run["comparison"] - run["test"] > 2 * error
