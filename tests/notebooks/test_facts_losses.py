"""The formulas that notebook 02 defines in its own cells, taken out of the notebook and held against Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from taught import Taught, taught

RNG = np.random.default_rng(0)
TARGETS, PREDICTIONS = RNG.uniform(0, 20, 50), RNG.uniform(0, 20, 50)
LABELS, PROBABILITIES = RNG.integers(0, 2, 50), RNG.uniform(0.01, 0.99, 50)
CLASSES, LOGITS = RNG.integers(0, 5, 40), RNG.normal(size=(40, 5)) * 3


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module", name="taught")
def definitions() -> Taught:
    return taught("02_losses")


@pytest.fixture(scope="module")
def one_hot(keras: Any) -> np.ndarray:
    return keras.utils.to_categorical(CLASSES, 5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("mean_squared_error", "MeanSquaredError"),
        ("mean_absolute_error", "MeanAbsoluteError"),
        ("mean_squared_logarithmic_error", "MeanSquaredLogarithmicError"),
        ("huber", "Huber"),
    ],
)
def test_regression_losses_are_those_of_keras_and_means(keras: Any, taught: Taught, ours: str, theirs: str) -> None:
    loss = getattr(keras.losses, theirs)(dtype="float64")
    mean = taught[ours](TARGETS, PREDICTIONS)
    assert mean == pytest.approx(float(loss(TARGETS, PREDICTIONS)), abs=1e-6)
    assert taught[ours](np.tile(TARGETS, 2), np.tile(PREDICTIONS, 2)) == pytest.approx(mean)  # no sum


def test_huber_with_another_delta_is_that_of_keras(keras: Any, taught: Taught) -> None:
    theirs = float(keras.losses.Huber(delta=3.0, dtype="float64")(TARGETS, PREDICTIONS))
    assert taught["huber"](TARGETS, PREDICTIONS, delta=3.0) == pytest.approx(theirs, abs=1e-6)


def test_binary_cross_entropy_is_that_of_keras(keras: Any, taught: Taught) -> None:
    theirs = keras.losses.BinaryCrossentropy(dtype="float64")(LABELS.astype(float), PROBABILITIES)
    assert taught["binary_cross_entropy"](LABELS, PROBABILITIES) == pytest.approx(float(theirs), abs=1e-6)


@pytest.mark.parametrize(("ours", "theirs"), [("hinge", "Hinge"), ("squared_hinge", "SquaredHinge")])
def test_hinge_losses_are_those_of_keras_also_for_labels_of_zero_and_one(
    keras: Any, taught: Taught, ours: str, theirs: str
) -> None:
    signs, outputs = 2.0 * LABELS - 1, RNG.normal(size=50)
    loss = getattr(keras.losses, theirs)(dtype="float64")
    for labels in (signs, LABELS.astype(float)):
        assert taught[ours](signs, outputs) == pytest.approx(float(loss(labels, outputs)), abs=1e-6)


def test_softmax_is_that_of_keras_and_survives_large_logits(keras: Any, taught: Taught) -> None:
    np.testing.assert_allclose(taught["softmax"](LOGITS), np.asarray(keras.ops.softmax(LOGITS)), atol=1e-6)
    np.testing.assert_allclose(taught["softmax"](LOGITS + 5000), taught["softmax"](LOGITS), atol=1e-9)


def test_cross_entropy_is_categorical_and_sparse_cross_entropy_alike(
    keras: Any, taught: Taught, one_hot: np.ndarray
) -> None:
    probabilities = taught["softmax"](LOGITS)
    dense = float(keras.losses.CategoricalCrossentropy(dtype="float64")(one_hot, probabilities))
    sparse = float(keras.losses.SparseCategoricalCrossentropy(dtype="float64")(CLASSES, probabilities))
    assert abs(dense - sparse) < 1e-6
    assert taught["cross_entropy"](one_hot, probabilities) == pytest.approx(dense, abs=1e-6)
    assert taught["loss_from_logits"](LOGITS, CLASSES) == pytest.approx(dense, abs=1e-6)


def test_label_smoothing_is_that_of_keras(keras: Any, taught: Taught, one_hot: np.ndarray) -> None:
    probabilities = taught["softmax"](LOGITS)
    theirs = keras.losses.CategoricalCrossentropy(label_smoothing=0.2, dtype="float64")(one_hot, probabilities)
    ours = taught["cross_entropy"](taught["smoothed"](one_hot, 0.2), probabilities)
    assert ours == pytest.approx(float(theirs), abs=1e-6)


def test_cross_entropy_is_entropy_plus_divergence_and_divergence_that_of_keras(keras: Any, taught: Taught) -> None:
    for _ in range(20):
        p, q = RNG.dirichlet(np.ones(4)), RNG.dirichlet(np.ones(4))
        entropy, divergence = taught["entropy"](p), taught["kl_divergence"](p, q)
        assert taught["cross_entropy_bits"](p, q) == pytest.approx(entropy + divergence)
        assert divergence >= 0
        nats = float(keras.losses.KLDivergence(dtype="float64")(p, q))
        assert divergence * np.log(2) == pytest.approx(nats, abs=1e-5)


def test_entropy_is_in_bits_and_counts_what_never_happens_as_nothing(taught: Taught) -> None:
    assert taught["entropy"](np.full(8, 1 / 8)) == pytest.approx(3)
    assert taught["entropy"](np.array([0.5, 0.5, 0.0])) == pytest.approx(1)


def test_best_constants_are_mean_median_and_quantile(keras: Any, taught: Taught) -> None:
    constants = np.linspace(0, 20, 2001)
    squared = taught["mean_squared_error"](TARGETS, constants[:, None])
    absolute = taught["mean_absolute_error"](TARGETS, constants[:, None])
    assert constants[squared.argmin()] == pytest.approx(TARGETS.mean(), abs=0.01)
    assert absolute.min() == pytest.approx(np.mean(np.abs(TARGETS - np.median(TARGETS))), abs=0.01)
    for q in (0.1, 0.9):
        loss = taught["quantile_loss"](q)
        costs = [float(np.mean(loss(TARGETS[:, None], constant))) for constant in constants]
        at_quantile = float(np.mean(loss(TARGETS[:, None], np.quantile(TARGETS, q))))
        assert min(costs) == pytest.approx(at_quantile, abs=0.02)


def test_quantile_loss_has_slopes_minus_q_and_one_minus_q(taught: Taught) -> None:
    tf = pytest.importorskip("tensorflow")
    guess = tf.Variable([[1.0], [3.0]])
    for q in (0.1, 0.9):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(taught["quantile_loss"](q)(tf.constant([[2.0], [2.0]]), guess))
        np.testing.assert_allclose(tape.gradient(loss, guess), [[-q], [1 - q]], atol=1e-6)


def test_quantile_loss_takes_a_quantile_for_each_output(taught: Taught) -> None:
    targets, outputs = RNG.normal(size=(6, 1)), RNG.normal(size=(6, 3))
    each = [taught["quantile_loss"](q)(targets, outputs[:, [i]]) for i, q in enumerate((0.1, 0.5, 0.9))]
    together = taught["quantile_loss"](np.array([0.1, 0.5, 0.9]))(targets, outputs)
    np.testing.assert_allclose(np.asarray(together), np.mean(each, axis=0), atol=1e-6)


def test_slope_at_the_logits_is_prediction_minus_target(keras: Any, taught: Taught, one_hot: np.ndarray) -> None:
    tf = pytest.importorskip("tensorflow")
    logits, labels = tf.Variable(LOGITS), tf.constant(LABELS[:, None], tf.float64)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(keras.losses.categorical_crossentropy(one_hot, logits, from_logits=True))
    np.testing.assert_allclose(tape.gradient(loss, logits), taught["softmax"](LOGITS) - one_hot, atol=1e-6)
    z = tf.Variable(RNG.normal(size=(50, 1)))
    with tf.GradientTape(persistent=True) as tape:
        cross = tf.reduce_sum(keras.losses.binary_crossentropy(labels, z, from_logits=True))
        square = tf.reduce_sum((tf.sigmoid(z) - labels) ** 2)
    y_hat = taught["sigmoid"](z.numpy())
    np.testing.assert_allclose(tape.gradient(cross, z), y_hat - LABELS[:, None], atol=1e-6)
    slow = 2 * (y_hat - LABELS[:, None]) * y_hat * (1 - y_hat)
    np.testing.assert_allclose(tape.gradient(square, z), slow, atol=1e-6)


def test_exercises_agree_with_keras(keras: Any, one_hot: np.ndarray, taught: Taught) -> None:
    from helpers.exercise.content import exercises

    found = exercises("losses")
    probabilities = taught["softmax"](LOGITS)
    dense = float(keras.losses.CategoricalCrossentropy(dtype="float64")(one_hot, probabilities))
    assert found["losses.cross_entropy"].reference(one_hot, probabilities) == pytest.approx(dense, abs=1e-6)
    for label, probability in ((1, 0.8), (0, 0.3)):
        theirs = float(keras.losses.BinaryCrossentropy(dtype="float64")([[label]], [[probability]]))
        assert found["losses.binary_cross_entropy"].reference(label, probability) == pytest.approx(theirs, abs=1e-6)
    theirs = float(keras.losses.MeanSquaredError()(np.array([3.0, -1, 2, 4]), np.array([1.0, 0, 2, 7])))
    assert found["losses.mse"].reference == pytest.approx(theirs)
    column = PREDICTIONS[:, None]
    theirs = float(keras.losses.MeanSquaredError(dtype="float64")(TARGETS[:, None], column))
    assert found["losses.bug_hunt"].reference(TARGETS, column) == pytest.approx(theirs, abs=1e-6)


def test_threshold_exercise_finds_the_highest_threshold_with_the_recall() -> None:
    from helpers.exercise.content import exercises
    from helpers.figures.losses import threshold_curves

    exercise = exercises("losses")["losses.threshold"]
    for labels, scores, wanted in exercise.cases:
        curves = threshold_curves(labels, scores)
        assert exercise.reference(labels, scores, wanted) == curves.thresholds[np.argmax(curves.recall >= wanted)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"rent": ("linear",)}, "keys"),
        ({"rent": "abc", "fraud": (), "garment": (), "topics": (), "delivery": ()}, "three words"),
        (
            dict.fromkeys(("rent", "fraud", "garment", "topics", "delivery"), ("relu", "mse", "auc")),
            "none of the words",
        ),
        (dict.fromkeys(("rent", "fraud", "garment", "topics", "delivery"), (1, None, [])), "three words"),
        ([], "dictionary"),
    ],
)
def test_triples_of_any_form_get_a_sentence(answer: Any, said: str) -> None:
    from helpers.exercise._verdict import judge
    from helpers.exercise.content import exercises

    verdict = judge(exercises("losses")["losses.which_output_and_loss"], answer)
    assert not verdict
    assert said in verdict.message
