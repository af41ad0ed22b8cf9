"""What notebooks 07 and 07 deeper say, held against Keras, scikit-learn and the stored results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from results_program import load_program
from taught import Taught, find_sentence, taught

from helpers.results import stored_groups

GROUPS = stored_groups("training")


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module", name="taught")
def definitions(keras: Any) -> Taught:
    return taught("07_training", "07_training_deeper")


def mean(group: str, setting: str, key: str) -> float:
    return float(np.mean([run[key] for run in GROUPS[group][setting]]))


# The first figure, and the checks before training --------------------------------------------------------------------


def test_both_learners_know_their_images_and_one_knows_clothes() -> None:
    for labels in ("true", "shuffled"):
        assert min(run["accuracy"] for run in GROUPS["by_heart"][f"{labels}, epoch 60"]) > 0.95
    assert GROUPS["by_heart"]["shuffled, epoch 60"][0]["seen"] == "1" * 20
    assert mean("by_heart", "true, epoch 60", "new_accuracy") > 0.7
    assert mean("by_heart", "shuffled, epoch 60", "new_accuracy") < 0.15


def test_only_labels_shuffled_before_the_split_show_a_leak() -> None:
    for leak in ("none", "same images in both sets", "label among the inputs"):
        assert mean("leaks", f"training labels only | {leak}", "val_accuracy") < 0.2
    assert mean("leaks", "all labels, before the split | none", "val_accuracy") < 0.2
    for leak in ("same images in both sets", "label among the inputs"):
        assert mean("leaks", f"all labels, before the split | {leak}", "val_accuracy") > 0.6


def test_a_weight_penalty_raises_the_first_loss_a_little(keras: Any) -> None:
    x, y = np.random.default_rng(0).random((200, 28, 28), dtype="float32"), np.arange(200) % 10
    first = {}
    for penalty in (None, keras.regularizers.L2(0.001)):
        keras.utils.set_random_seed(0)
        dense = keras.layers.Dense(300, activation="relu", kernel_regularizer=penalty)
        model = keras.Sequential(
            [keras.Input((28, 28)), keras.layers.Flatten(), dense, keras.layers.Dense(10, activation="softmax")]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        first[penalty is None] = model.evaluate(x, y, verbose=0)
    assert 0 < first[False] - first[True] < 1


def test_plain_accuracy_compares_numbers_and_says_nothing(keras: Any) -> None:
    metric = keras.metrics.Accuracy()
    metric.update_state(np.eye(3), np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]]))
    assert float(metric.result()) == 0


@pytest.mark.long
def test_a_linear_model_finds_digits_easier_than_clothes() -> None:
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    from helpers.data import load_fashion_mnist

    digits, digit_labels = load_digits(return_X_y=True)
    (images, labels), _ = load_fashion_mnist()
    clothes = images[: len(digits)].reshape(len(digits), -1)
    order = np.random.default_rng(0).permutation(len(digits))
    right = {}
    for name, x, y, top, c in (("digits", digits, digit_labels, 16, 1), ("clothes", clothes, labels, 255, 0.1)):
        model = LogisticRegression(C=c, max_iter=1000).fit(x[order[:1200]] / top, y[order[:1200]])
        right[name] = model.score(x[order[1200:]] / top, y[order[1200:]])
    assert right["digits"] == pytest.approx(0.98, abs=0.01)
    assert right["clothes"] == pytest.approx(0.80, abs=0.03)


# Curves and cures -----------------------------------------------------------------------------------------------------


def test_each_cure_heals_its_own_patient() -> None:
    def accuracy(patient: str, cure: str) -> float:
        return mean("gallery", f"{patient} | {cure}", "val_accuracy")

    for patient, cure in (
        ("under-fitting", "64 units"), ("over-fitting", "2,000 images"), ("rate too high", "rate 100 times smaller"),
        ("rate too low", "rate 500 times larger"),
    ):  # fmt: skip
        assert accuracy(patient, cure) > accuracy(patient, "as it was") + 0.03
    for cure in ("60 epochs", "rate 100 times smaller", "64 units", "2,000 images"):
        assert accuracy("shuffled labels", cure) < 0.2


def test_healthy_run_has_a_gap_and_does_not_turn() -> None:
    for run in GROUPS["gallery"]["healthy | as it was"]:
        assert run["accuracy"] > run["val_accuracy"] + 0.03
        assert run["val_loss"][-1] < min(run["val_loss"]) + 0.05
    for run in GROUPS["gallery"]["over-fitting | as it was"]:
        assert run["val_loss"][-1] > min(run["val_loss"]) + 0.05


def test_networks_get_too_sure() -> None:
    too_sure = {
        epoch: mean("certainty", f"epoch {epoch}", "confidence") - mean("certainty", f"epoch {epoch}", "accuracy")
        for epoch in (4, 30)
    }
    assert abs(too_sure[4]) < 0.05
    assert too_sure[30] > 0.07


def test_high_rate_kills_units() -> None:
    assert mean("dead_units", "0.03", "dead") > mean("dead_units", "0.001", "dead") + 0.2


def test_linear_baseline_is_converged_and_no_best_setting_is_at_an_edge_that_was_not_passed() -> None:
    runs = GROUPS["contenders"]["logistic regression"]
    assert all(run["converged"] for run in runs)
    assert runs[0]["setting"] not in ("C = 0.01", "C = 0.3")


def test_network_beats_the_linear_model_and_not_the_forest() -> None:
    rivals = GROUPS["contenders"]
    network = [run["accuracy"] for run in rivals["784-300-100-10"]]
    linear, forest = rivals["logistic regression"][0]["accuracy"], rivals["random forest"][0]["accuracy"]
    assert min(network) > linear + 0.005
    error = 2 * np.sqrt(forest * (1 - forest) / 3000)
    assert forest - error < np.mean(network) < forest
    number = r"([\d.]+) ± ([\d.]+)"
    said = find_sentence("07_training", f"is {number} points ahead of the linear model and {number} behind")
    for rival, sign, gain, error in (("logistic regression", 1, *said[:2]), ("random forest", -1, *said[2:])):
        best = rivals[rival][0]
        assert f"{100 * sign * best['network_gains']:.1f} ± {100 * best['standard_error']:.1f}" == f"{gain} ± {error}"


def test_batch_sizes_are_equally_good_and_differ_in_steps() -> None:
    best = {size: GROUPS["batch_sizes"][f"{size} at its best"] for size in (16, 128, 1024)}
    means = [np.mean([run["accuracy"] for run in runs]) for runs in best.values()]
    assert max(means) - min(means) < 0.006
    steps = {size: np.mean([run["best_epoch"] for run in runs]) * -(-6000 // size) for size, runs in best.items()}
    assert steps[16] > 50 * steps[1024]
    gap = {size: np.mean([run["training_accuracy"] - run["accuracy"] for run in runs]) for size, runs in best.items()}
    assert gap[1024] < gap[16]


# NaN, seeds, splits ---------------------------------------------------------------------------------------------------


def test_keras_clips_probabilities_and_gives_no_gradient_beyond(keras: Any) -> None:
    import tensorflow as tf

    loss = keras.losses.SparseCategoricalCrossentropy()
    p = tf.constant([[0.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(p)
        value = loss(np.array([0]), p)
    assert float(value) == pytest.approx(16.1, abs=0.05)
    assert float(tape.gradient(value, p)[0, 0]) == 0


def test_own_loss_is_cross_entropy_without_the_guard(keras: Any, taught: Taught) -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(10), 20).astype("float32")
    y = np.arange(20) % 10
    theirs = keras.losses.sparse_categorical_crossentropy(y, p)
    np.testing.assert_allclose(taught["own_loss"](y, p), theirs, rtol=1e-4)
    assert np.isinf(taught["own_loss"](np.array([0]), np.array([[0.0, 1.0]], "float32"))[0])


def test_same_program_repeats_itself_and_a_nudge_grows() -> None:
    assert max(max(run["largest_gap"]) for run in GROUPS["last_digit"]["the same again"]) == 0
    nudged = GROUPS["last_digit"]["one weight nudged"]
    assert max(run["largest_gap"][0] for run in nudged) < 1e-6
    assert sum(run["largest_gap"][-1] > 0.01 for run in nudged) == 4
    assert all(0.01 < run["answers_that_differ"][-1] < 0.03 for run in nudged if run["largest_gap"][-1] > 0.01)


def test_standardizing_is_what_makes_the_regression_work() -> None:
    raw, standardized, linear = (
        mean("regression", name, "error") for name in ("network, raw", "network, standardized", "linear regression")
    )
    assert raw > standardized + 3
    assert standardized > linear - 3  # no better than the linear model
    runs = [GROUPS["regression"][name] for name in ("network, raw", "network, standardized", "linear regression")]
    raw, standardized, linear = (np.array([run["error"] for run in group]) for group in runs)
    assert min(raw - standardized) > 3.5
    assert max(raw - standardized) < 7.5
    assert sum(standardized < linear) == 3


@pytest.mark.slow
def test_one_slice_of_the_results_is_made_again() -> None:
    again = load_program("training").dead_units(seeds=(0,))
    for rate, runs in again.items():  # other versions and processors round differently, hence a band
        assert runs[0]["dead"] == pytest.approx(GROUPS["dead_units"][rate][0]["dead"], abs=0.12)
