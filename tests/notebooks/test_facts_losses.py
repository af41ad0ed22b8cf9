"""What notebooks 02 and 02 deeper define and say, held against Keras, closed forms and the stored results."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import numpy as np
import pytest
from taught import Taught, taught

from tools.concepts import NOTEBOOKS

RNG = np.random.default_rng(0)
TARGETS, PREDICTIONS = RNG.uniform(0, 20, 50), RNG.uniform(0, 20, 50)
LABELS, PROBABILITIES = RNG.integers(0, 2, 50), RNG.uniform(0.01, 0.99, 50)
CLASSES, LOGITS = RNG.integers(0, 5, 40), RNG.normal(size=(40, 5)) * 3


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module", name="taught")
def definitions() -> Taught:
    return taught("02_losses", "02_losses_deeper")


def said_in(name: str) -> str:
    """Return everything that the notebook `name` prints."""
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    return "\n".join(output.get("text", "") for cell in cells if cell.cell_type == "code" for output in cell.outputs)


@pytest.fixture(scope="module")
def one_hot(keras: Any) -> np.ndarray:
    return keras.utils.to_categorical(CLASSES, 5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("mse", "MeanSquaredError"),
        ("mae", "MeanAbsoluteError"),
        ("msle", "MeanSquaredLogarithmicError"),
        ("huber", "Huber"),
    ],
)
def test_regression_losses_are_those_of_keras_and_means(keras: Any, taught: Taught, ours: str, theirs: str) -> None:
    loss = getattr(keras.losses, theirs)(dtype="float64")
    mean = taught[ours](TARGETS, PREDICTIONS)
    assert mean == pytest.approx(float(loss(TARGETS, PREDICTIONS)), abs=1e-6)
    assert taught[ours](np.tile(TARGETS, 2), np.tile(PREDICTIONS, 2)) == pytest.approx(mean)  # no sum


def test_short_names_are_keras_names(keras: Any) -> None:
    assert keras.losses.get("mse") is keras.losses.mean_squared_error
    assert keras.losses.get("mae") is keras.losses.mean_absolute_error
    assert keras.losses.get("msle") is keras.losses.mean_squared_logarithmic_error


def test_huber_with_another_delta_is_that_of_keras(keras: Any, taught: Taught) -> None:
    theirs = float(keras.losses.Huber(delta=3.0, dtype="float64")(TARGETS, PREDICTIONS))
    assert taught["huber"](TARGETS, PREDICTIONS, delta=3.0) == pytest.approx(theirs, abs=1e-6)


def test_binary_cross_entropy_is_that_of_keras(keras: Any, taught: Taught) -> None:
    theirs = keras.losses.BinaryCrossentropy(dtype="float64")(LABELS.astype(float), PROBABILITIES)
    assert taught["binary_cross_entropy"](LABELS, PROBABILITIES) == pytest.approx(float(theirs), abs=1e-6)


def test_weighted_cross_entropy_is_what_a_class_weight_does_in_keras(keras: Any) -> None:
    from helpers.exercise.content import exercises

    reference = exercises("losses")["losses.weighted_cross_entropy"].reference
    weights = np.where(LABELS == 1, 4.0, 1.0)
    loss = keras.losses.BinaryCrossentropy(dtype="float64")
    theirs = loss(LABELS[:, None].astype(float), PROBABILITIES[:, None], sample_weight=weights)
    assert reference(LABELS, PROBABILITIES, 4.0) == pytest.approx(float(theirs), abs=1e-6)


def test_hinges_are_what_the_figure_draws(keras: Any) -> None:
    signs, outputs = 2.0 * LABELS - 1, RNG.normal(size=50)
    margins = np.maximum(0, 1 - signs * outputs)
    for labels in (signs, LABELS.astype(float)):  # Keras turns 0 and 1 into −1 and +1
        assert float(keras.losses.Hinge(dtype="float64")(labels, outputs)) == pytest.approx(margins.mean())
        assert float(keras.losses.SquaredHinge(dtype="float64")(labels, outputs)) == pytest.approx((margins**2).mean())


def test_softmax_is_that_of_keras_and_survives_large_logits(keras: Any, taught: Taught) -> None:
    np.testing.assert_allclose(taught["softmax"](LOGITS), np.asarray(keras.ops.softmax(LOGITS)), atol=1e-6)
    np.testing.assert_allclose(taught["softmax"](LOGITS + 5000), taught["softmax"](LOGITS), atol=1e-9)


def test_smoothed_loss_is_lowest_at_its_target_and_twice_that_at_too_much_certainty(keras: Any) -> None:
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1, dtype="float64")
    costs = {p: float(loss(np.eye(10)[:1], np.array([[p] + [(1 - p) / 9] * 9]))) for p in (0.9, 0.91, 0.92, 0.9999)}
    assert min(costs, key=costs.__getitem__) == 0.91
    assert costs[0.91] == pytest.approx(0.50, abs=0.005)
    assert costs[0.9999] == pytest.approx(1.03, abs=0.005)


def test_cross_entropy_is_entropy_plus_divergence_and_divergence_that_of_keras(keras: Any, taught: Taught) -> None:
    for _ in range(20):
        p, q = RNG.dirichlet(np.ones(4)), RNG.dirichlet(np.ones(4))
        entropy, nats = taught["entropy"](p), taught["kl_divergence"](p, q)
        assert taught["cross_entropy"](p, q) == pytest.approx(entropy + nats / np.log(2))
        assert nats >= 0
        assert nats == pytest.approx(float(keras.losses.KLDivergence(dtype="float64")(p, q)), abs=1e-5)


def test_entropy_is_in_bits(taught: Taught) -> None:
    assert taught["entropy"](np.full(8, 1 / 8)) == pytest.approx(3)


def test_half_and_double_cost_what_the_figure_says(taught: Taught) -> None:
    ratios = {name: taught[name](10.0, np.array([20.0])) / taught[name](10.0, np.array([5.0])) for name in
              ("mse", "mae", "huber", "msle")}  # fmt: skip
    assert ratios == pytest.approx({"mse": 4, "mae": 2, "huber": 9.5 / 4.5, "msle": 1.14}, rel=0.01)


def test_huber_follows_the_mean_in_hours_and_the_median_in_minutes_and_seconds(taught: Taught) -> None:
    from helpers.exercise.content import exercises
    from helpers.figures.losses import ORDINARY_DAYS

    week = np.append(ORDINARY_DAYS, 60.0)
    found = {}
    for unit, minutes in (("minutes", 1.0), ("hours", 60.0), ("seconds", 1 / 60)):
        constants = np.linspace(9, 20, 2201)
        best = constants[taught["huber"](week / minutes, constants[:, None] / minutes).argmin()]
        found[unit] = "mean" if abs(best - week.mean()) < abs(best - np.median(week)) else "median"
    assert found == exercises("losses")["losses.huber_unit"].reference


def test_a_badly_wrong_neuron_needs_7_and_214_steps(taught: Taught) -> None:
    learn = taught["learn"]
    with_cross_entropy = learn(lambda y_hat: y_hat - 1)
    with_squared_error = learn(lambda y_hat: 2 * (y_hat - 1) * y_hat * (1 - y_hat))
    assert np.argmax(with_cross_entropy > 0.5) == 7
    assert np.argmax(with_squared_error > 0.5) == 214


def test_codes_of_the_exercise_are_as_long_as_its_solution_says() -> None:
    from helpers.exercise.content import exercises
    from helpers.figures.losses import CODES

    stations = {"A": (0.7, 0.1, 0.1, 0.1), "B": (0.3, 0.2, 0.2, 0.3), "C": (0.1, 0.2, 0.3, 0.4)}
    for name, shares in stations.items():
        lengths = {code: sum(p * len(w) for p, w in zip(shares, words, strict=True)) for code, words in CODES.items()}
        assert min(lengths, key=lengths.__getitem__) == exercises("losses")["losses.which_code"].reference[name]


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


# Deeper


def test_clipped_probabilities_have_no_slope_and_logits_have(keras: Any) -> None:
    tf = pytest.importorskip("tensorflow")
    slopes = {}
    for from_logits in (True, False):
        z = tf.Variable([[20.0]])
        with tf.GradientTape() as tape:
            output = z if from_logits else tf.reshape(tf.sigmoid(z), (1, 1))  # a layer behind the sigmoid
            loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)(tf.constant([[0.0]]), tf.identity(output))
        slopes[from_logits] = float(tape.gradient(loss, z)[0, 0])
    assert slopes == {True: pytest.approx(1, abs=1e-6), False: 0}


@pytest.mark.parametrize(
    ("sigmoid", "behind", "from_logits", "loss"),
    [(True, False, False, 50.0), (False, False, True, 50.0), (False, False, False, 15.94), (True, False, True, 50.0),
     (True, True, True, 1.31), (True, True, False, 15.94)],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*from_logits.*")
def test_forms_of_a_binary_loss_cost_what_the_table_says(
    keras: Any, sigmoid: bool, behind: bool, from_logits: bool, loss: float
) -> None:
    layers = [keras.layers.Dense(1, "sigmoid" if sigmoid else None, kernel_initializer="ones")]
    layers += [keras.layers.Reshape((1,))] if behind else []
    model = keras.Sequential([keras.Input((1,)), *layers])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=from_logits))
    assert model.evaluate(np.array([[50.0]]), np.array([[0.0]]), verbose=0) == pytest.approx(loss, abs=0.01)


def test_metrics_cut_logits_at_one_half_unless_told(keras: Any) -> None:
    z, y = np.array([[0.3], [0.4], [-1.0], [2.0]]), np.array([[1.0], [1.0], [0.0], [1.0]])
    for metric, value in (
        (keras.metrics.BinaryAccuracy(), 0.5),
        (keras.metrics.BinaryAccuracy(threshold=0.0), 1.0),
        (keras.metrics.Recall(), 1 / 3),
        (keras.metrics.Recall(thresholds=0.0), 1.0),
    ):
        metric.update_state(y, z)
        assert float(metric.result()) == pytest.approx(value, abs=1e-6)
    assert keras.metrics.AUC(from_logits=True) is not None


@pytest.mark.parametrize(("split", "accuracies"), [(0, (0.833, 0.843, 0.857)), (2, (0.857, 0.853, 0.855))])
def test_three_losses_of_a_neuron_are_about_equally_accurate(split: int, accuracies: tuple[float, ...]) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    from helpers.data import hold_out, load_fashion_mnist, small_images

    (images, labels), _ = load_fashion_mnist()
    parts = [
        (x[np.isin(y, (0, 6))], y[np.isin(y, (0, 6))] == 6) for x, y in hold_out(small_images(images), labels, split)
    ]
    training, validation, comparison = parts
    tried = [  # the two best strengths of six that were tried, from 0.001 to 100
        [LogisticRegression(C=strength, max_iter=2000) for strength in (0.1, 1)],
        [LinearSVC(C=strength, loss="hinge", max_iter=20_000) for strength in (0.1, 1)],
        [LinearSVC(C=strength, loss="squared_hinge", max_iter=20_000) for strength in (0.01, 0.1)],
    ]
    for neurons, accuracy in zip(tried, accuracies, strict=True):
        best = max((neuron.fit(*training) for neuron in neurons), key=lambda neuron: neuron.score(*validation))
        assert best.score(*comparison) == pytest.approx(accuracy, abs=0.02)
        assert 0.81 < accuracy < 0.87


def test_costs_of_the_thresholds_are_those_of_the_solution() -> None:
    from helpers.exercise.content import exercises

    counts = {0.1: (35, 608), 0.3: (85, 213), 0.5: (157, 84)}
    reference = exercises("losses")["losses.costs"].reference
    for cost, best in reference.items():
        total = {threshold: int(cost) * missed + alarms for threshold, (missed, alarms) in counts.items()}
        assert min(total, key=total.__getitem__) == best


def test_twins_compute_the_same(taught: Taught) -> None:
    from helpers.figures.losses_deeper import predict_784

    weights = [RNG.normal(size=shape) for shape in ((784, 16), (16,), (16, 10), (10,))]
    pixels = RNG.normal(size=(5, 784))
    np.testing.assert_allclose(predict_784(weights, pixels), predict_784(taught["twin"](weights), pixels), atol=1e-9)


def test_squared_error_of_a_sigmoid_is_not_convex_and_cross_entropy_is(taught: Taught) -> None:
    z = np.linspace(-8, 8, 81)
    square, cross = (taught["sigmoid"](z) - 1) ** 2, np.log1p(np.exp(-z))
    assert np.diff(square, 2).min() < -1e-4
    assert np.diff(cross, 2).min() > -1e-12


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


def test_a_loss_function_gets_equal_shapes_and_a_loss_class_does_not(keras: Any) -> None:
    shapes = []

    def function(y_true: Any, y_pred: Any) -> Any:
        shapes.append((len(y_true.shape), len(y_pred.shape)))
        return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)

    class OfAClass(keras.losses.Loss):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return function(y_true, y_pred)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    for loss in (function, OfAClass()):
        model.compile("sgd", loss)
        model.evaluate(np.ones((3, 1)), np.ones(3), verbose=0)
    assert shapes[0] == (2, 2)
    assert shapes[-1] == (1, 2)


def test_gaussian_loss_is_minus_the_logarithm_of_the_density(taught: Taught) -> None:
    stats = pytest.importorskip("scipy.stats")
    y, mean, log_s = RNG.normal(size=(20, 1)), RNG.normal(size=(20, 1)), RNG.normal(size=(20, 1))
    ours = np.asarray(taught["gaussian_loss"](y, np.hstack([mean, log_s])))
    density = stats.norm(mean, np.exp(log_s)).logpdf(y)
    np.testing.assert_allclose(ours, -density[:, 0] - np.log(np.sqrt(2 * np.pi)), atol=1e-6)


def test_poisson_noise_is_what_keras_calls_poisson(keras: Any) -> None:
    stats = pytest.importorskip("scipy.stats")
    counts, rates = np.arange(6.0), np.linspace(0.5, 3, 6)
    costs = np.array(
        [float(keras.losses.Poisson(dtype="float64")([[n]], [[r]])) for n, r in zip(counts, rates, strict=True)]
    )
    minus_log = -stats.poisson(rates).logpmf(counts)
    constants = minus_log - costs  # the logarithm of the factorial: nothing that the prediction can change
    np.testing.assert_allclose(constants, [float(np.sum(np.log(np.arange(1, n + 1)))) for n in counts], atol=1e-5)


def test_bands_that_chance_decides_lie_where_the_text_says() -> None:
    said = said_in("02_losses_deeper")
    inside = re.search(r"between the outer lines: (\d+)% to (\d+)%", said)
    assert inside
    assert 75 < int(inside[1]) <= int(inside[2]) < 85
    cover = {
        name: [int(number) for number in numbers]
        for name, *numbers in re.findall(
            r"(one spread|its own) +covers (\d+)%–(\d+)% of cold days, (\d+)%–(\d+)%", said
        )
    }
    assert cover["one spread"][0] > 88
    assert cover["one spread"][3] < 76
    assert min(cover["its own"]) > 72
    assert max(cover["its own"]) < 90
    best = [float(value) for pair in re.findall(r"best F1 of all thresholds ([\d.]+)–([\d.]+)", said) for value in pair]
    assert len(best) == 6
    for ends in (best[::2], best[1::2]):  # of the same five splits
        assert max(ends) - min(ends) < 0.03


def test_threshold_exercise_finds_the_highest_threshold_with_the_recall() -> None:
    from sklearn.metrics import roc_curve

    from helpers.exercise.content import exercises

    exercise = exercises("losses")["losses.threshold"]
    for labels, scores, wanted in exercise.cases:
        _, recall, thresholds = roc_curve(labels, scores, drop_intermediate=False)
        assert exercise.reference(labels, scores, wanted) == thresholds[np.argmax(recall >= wanted)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"rent": ("linear",)}, "keys"),
        ({"rent": "abc", "fraud": (), "garment": (), "topics": (), "delivery": ()}, "three words"),
        (
            dict.fromkeys(("rent", "fraud", "garment", "topics", "delivery"), ("relu", "mse", "average precision")),
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
