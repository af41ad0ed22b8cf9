"""What notebook 09 says about brackets, chances, scales and stored searches, against papers and KerasTuner itself."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from results_program import load_program

from helpers.exercise.content import tuning
from helpers.figures.tuning import (
    ABSENT,
    draw_brackets,
    draw_parallel_coordinates,
    epochs_of,
    keras_tuner_brackets,
    paper_brackets,
)
from helpers.results import RESULTS

TABLE = pd.DataFrame(
    {
        "score": [0.7, None, 0.9, 0.8],
        "rate": [1e-3, 1e-2, 1e-2, 1e-1],
        "units": [32, 64, 64, 128],
        "dropout": [True, False, False, True],
        "share": [0.5, None, None, 0.1],
    }
)


def program():
    return load_program("tuning")


@pytest.fixture(scope="module")
def stored():
    return json.loads((RESULTS / "tuning.json").read_text(encoding="utf-8"))


# Hyperband


def test_brackets_are_those_of_the_paper():  # Li et al. 2018, table 1: R = 81, η = 3
    assert paper_brackets(81, 3) == {
        4: [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        3: [(34, 3), (11, 9), (3, 27), (1, 81)],
        2: [(15, 9), (5, 27), (1, 81)],
        1: [(8, 27), (2, 81)],
        0: [(5, 81)],
    }


@pytest.mark.parametrize("max_epochs", [1, 2, 3, 9, 10, 26, 27, 81, 100, 243])
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_brackets_are_those_of_keras_tuner(max_epochs, factor):
    keras_tuner = pytest.importorskip("keras_tuner")
    oracle = keras_tuner.oracles.HyperbandOracle("val_accuracy", max_epochs=max_epochs, factor=factor)
    brackets = keras_tuner_brackets(max_epochs, factor)
    assert list(brackets) == list(range(oracle._get_num_brackets() - 1, -1, -1))
    for bracket, rounds in brackets.items():
        theirs = [
            (oracle._get_size(bracket, number), oracle._get_epochs(bracket, number))
            for number in range(oracle._get_num_rounds(bracket))
        ]
        assert rounds == theirs


def test_epochs_count_only_what_is_new_when_networks_resume():
    assert epochs_of([(9, 1), (3, 3), (1, 9)]) == 9 + 3 * 2 + 6
    assert epochs_of([(9, 1), (3, 3), (1, 9)], resume=False) == 27


def test_first_bracket_of_the_paper_costs_the_same_in_each_round():
    for networks, epochs in paper_brackets(81, 3)[4]:
        assert networks * epochs == 81


@pytest.mark.parametrize(("max_epochs", "factor"), [(0, 3), (9, 1), (9.0, 3), (True, 3), (9, -2)])
def test_impossible_brackets_are_refused(max_epochs, factor):
    with pytest.raises(ValueError, match="whole number"):
        paper_brackets(max_epochs, factor)
    with pytest.raises(ValueError, match="whole number"):
        keras_tuner_brackets(max_epochs, factor)


def test_drawing_names_networks_and_epochs_of_each_round():
    ax = Figure().subplots()
    draw_brackets(keras_tuner_brackets(9, 3), ax=ax)
    written = [text.get_text() for text in ax.texts]
    assert {"9", "3", "1", "5", "2"} <= set(written)
    assert {"21", "27"} <= set(written)  # the sums at the right


# Parallel coordinates


def test_each_trial_with_a_score_is_a_line_and_missing_values_lie_below():
    ax = Figure().subplots()
    draw_parallel_coordinates(TABLE, ["rate", "units", "dropout", "share"], ax=ax, best=1, log=["rate"])
    others, brought_out = ax.lines[:2]
    assert np.reshape(others.get_xdata(), (-1, 6))[:, :-1].tolist() == [[0, 1, 2, 3, 4]] * 2
    [best] = np.reshape(brought_out.get_ydata(), (-1, 6))[:, :-1]
    assert best[-1] == 1.0
    assert best[3] == pytest.approx(ABSENT, abs=0.03)
    assert best[0] == pytest.approx(0.5, abs=0.03)  # 0.01 is the middle of 0.001 and 0.1


@pytest.mark.parametrize(
    ("table", "columns", "options"),
    [
        (TABLE, ["speed"], {}),
        (TABLE[TABLE.score.isna()], ["rate"], {}),
        (TABLE, ["rate"], {"best": -1}),
        (TABLE.assign(rate=0.0), ["rate"], {"log": ["rate"]}),
    ],
)
def test_tables_that_cannot_be_drawn_are_refused(table, columns, options):
    with pytest.raises(ValueError, match=r"\w"):
        draw_parallel_coordinates(table, columns, **options)


# Chances, scales, conditions


def test_59_random_trials_meet_the_best_twentieth():
    assert tuning.trials_needed(0.05, 0.95) == 59
    assert 1 - 0.95**59 >= 0.95 > 1 - 0.95**58


def test_log_uniform_is_what_keras_tuner_samples():
    keras_tuner = pytest.importorskip("keras_tuner")
    parameter = keras_tuner.engine.hyperparameters.Float("rate", 1e-4, 1e-1, sampling="log")
    places = np.array([0.1, 0.5, 0.9])
    theirs = [parameter.prob_to_value(place) for place in places]
    np.testing.assert_allclose(tuning.log_uniform(1e-4, 1e-1, places), theirs, rtol=1e-6)


def test_conditional_exercise_works_with_the_real_hyperparameters():
    keras_tuner = pytest.importorskip("keras_tuner")
    hp = keras_tuner.HyperParameters()
    assert "momentum" in tuning.optimizer_space(hp)
    hp.values["optimizer"] = "adam"
    assert "momentum" not in tuning.optimizer_space(hp)
    assert not hp.is_active("momentum")


def test_bracket_exercise_agrees_with_keras_tuners_first_bracket():
    assert tuning.bracket_epochs(27, 1, 27, 3) == epochs_of(keras_tuner_brackets(27, 3)[3])


# scikit-learn


def test_epochs_given_to_fit_reach_every_network_of_a_search():
    import keras
    from keras.wrappers import SKLearnClassifier
    from sklearn.datasets import load_iris
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    trained = []

    class Counting(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            trained.append((self.params["epochs"], self.params["steps"]))

    def network(X, y, learning_rate=0.01):
        model = keras.Sequential([keras.Input(X.shape[1:]), keras.layers.Dense(y.shape[1], activation="softmax")])
        model.compile(keras.optimizers.SGD(learning_rate), "categorical_crossentropy", run_eagerly=True)
        return model

    pipeline = make_pipeline(StandardScaler(), SKLearnClassifier(network))
    settings = {"epochs": 3, "batch_size": 25, "verbose": 0, "callbacks": [Counting()]}
    fitting = {f"sklearnclassifier__{name}": value for name, value in settings.items()}
    x, y = load_iris(return_X_y=True)
    cross_val_score(pipeline, x, y, cv=3, params=fitting)
    grid = {"sklearnclassifier__model_kwargs": [{"learning_rate": 0.1}]}
    GridSearchCV(pipeline, grid, cv=2, refit=False).fit(x, y, **fitting)
    assert trained == [(3, 4)] * 3 + [(3, 3)] * 2


# Stored results


def test_stored_searches_have_the_same_budget(stored):
    assert len(stored["seeds"]) >= 5
    for kind, runs in stored["groups"]["searches"].items():
        assert len(runs) == program().REPEATS[kind] * len(stored["seeds"])
        for run in runs:
            epochs = sum(trial["epochs"] for trial in run["trials"])
            assert epochs == {"random": 72, "bayesian": 72, "hyperband": 75}[kind]


def test_no_two_stored_random_searches_share_a_draw(stored):  # KerasTuner's neighbouring seeds would
    rates = [trial["learning_rate"] for run in stored["groups"]["searches"]["random"] for trial in run["trials"]]
    assert len(set(rates)) == len(rates) == 160


def test_wrong_bounds_of_a_hyperparameter_are_noticed():
    def too_wide(hp):
        values = tuning.optimizer_space(hp)
        return values | {"learning_rate": hp.Float("learning_rate", 1e-6, 1.0, sampling="log")}

    hp = tuning.Hyperparameters("adam")
    assert "from 0.0001 to 0.1" in tuning._space_problem(too_wide(hp), hp)


@pytest.mark.slow
def test_one_search_of_the_program_is_made_again(stored):
    pytest.importorskip("keras_tuner")
    results = program()
    shape = (results.EPOCHS + 1, 2, len(results.RATES))
    table = {(units, size): np.random.default_rng(units).random(shape) for units in (16, 64) for size in (32, 128)}
    again = results.search(results.make_oracle("random", 0), table)
    before = stored["groups"]["searches"]["random"][0]["trials"]
    assert [trial["learning_rate"] for trial in again] == pytest.approx([t["learning_rate"] for t in before])
    assert all(trial["score"] <= 1 for trial in again)


def test_stored_checklist_ends_far_above_its_beginning(stored):
    steps = stored["groups"]["checklist"]
    assert list(steps) == ["failing", *program().REPAIRS]
    assert set(stored["groups"]["left_out"]) == set(program().REPAIRS)
    assert min(run["fresh"] for run in steps["rate"]) > max(run["fresh"] for run in steps["failing"]) + 0.3


@pytest.mark.slow
def test_one_slice_of_the_checklist_is_made_again(stored):
    [again] = program().checklist(seeds=(0,), steps=("rate",))["rate"]
    assert again["fresh"] == pytest.approx(stored["groups"]["checklist"]["rate"][0]["fresh"], abs=0.03)


def test_fresh_images_of_the_program_are_no_others():
    (train, _), (validation, _), (fresh, labels) = program().load()
    assert len(train) == 1600
    assert len(validation) == 400
    assert len(fresh) == 8000
    assert np.bincount(labels).tolist() == [800] * 10
    seen = {image.tobytes() for image in np.concatenate([train, validation])}
    assert sum(image.tobytes() in seen for image in fresh) <= 2  # Fashion-MNIST holds a few images twice
