"""What notebook 05 defines in its own cells, its figure and its stored numbers, held against Keras and closed forms."""

from __future__ import annotations

import json
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from results_program import load_program
from taught import Taught, taught

from helpers.exercise._verdict import judge
from helpers.exercise.content import exercises
from helpers.figures.initialization import draw_ridgelines
from helpers.results import RESULTS

RNG = np.random.default_rng(0)
UNITS, LAYERS = 30, 4
FAMILIES = {
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
}


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def tf() -> Any:
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="module", name="taught")
def definitions() -> Taught:
    """What the notebook defines, with smaller inputs of our own."""
    inputs, last_gradient = RNG.normal(size=(2, 6, UNITS))
    normal = np.array([NormalDist().inv_cdf((i + 0.5) / 20001) for i in range(20001)])
    given = {"inputs": inputs, "last_gradient": last_gradient, "standard_normal": normal}
    return taught("05_initialization", units=UNITS, layers=LAYERS, **given)


# Signals and starts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu"])
def test_signals_are_those_of_keras_forward_and_of_the_tape_backward(
    keras: Any, tf: Any, taught: Taught, activation: str
) -> None:
    kernels = RNG.normal(size=(LAYERS, UNITS, UNITS)) * 0.2
    forward, backward = taught["signals"](kernels, activation)
    with tf.GradientTape(persistent=True) as tape:
        a = tf.constant(taught["inputs"])
        tape.watch(a)
        found = []
        for kernel in kernels:
            a = keras.activations.get(activation)(a @ kernel)
            tape.watch(a)
            found.append(a)
        loss = tf.reduce_sum(found[-1] * taught["last_gradient"])
    for layer in range(LAYERS):
        np.testing.assert_allclose(forward[layer], found[layer], atol=1e-6)
        np.testing.assert_allclose(backward[layer], tape.gradient(loss, found[layer]), atol=1e-6)


@pytest.mark.parametrize(("activation", "share"), [("linear", 1.0), ("relu", 0.5)])
def test_prediction_is_the_closed_form_where_there_is_one(taught: Taught, activation: str, share: float) -> None:
    forward, backward = taught["predict"](0.3, activation)
    factor = UNITS * 0.3**2 * share
    for layer in range(LAYERS):
        assert np.mean(forward[layer] ** 2) == pytest.approx(factor ** (layer + 1), rel=2e-3)
        assert np.var(backward[layer]) == pytest.approx(factor ** (LAYERS - 1 - layer), rel=2e-3)


def test_gains_are_integrals_over_the_normal_distribution(taught: Taught) -> None:
    integrate = pytest.importorskip("scipy.integrate")

    def mean(function: Any) -> float:
        return integrate.quad(lambda z: function(z) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), -12, 12)[0]

    for name, slope in (("tanh", lambda z: 1 - np.tanh(z) ** 2), ("relu", lambda z: float(z > 0))):
        function = taught["activations"][name][0]
        gain, backward = taught["gain_and_backward"](function)
        c = mean(lambda z, function=function: function(z) ** 2)
        assert gain == pytest.approx(1 / np.sqrt(c), rel=1e-3)
        assert backward == pytest.approx(mean(lambda z, slope=slope: slope(z) ** 2) / c, rel=1e-3)
    assert taught["gain_and_backward"](taught["activations"]["relu"][0])[0] == pytest.approx(np.sqrt(2), rel=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_keras_initializers_have_the_variance_and_the_largest_weight_of_the_table(keras: Any, family: str) -> None:
    deviation = np.sqrt(FAMILIES[family](500, 300))
    normal = np.array(keras.initializers.get(f"{family}_normal")((500, 300)))
    uniform = np.array(keras.initializers.get(f"{family}_uniform")((500, 300)))
    assert normal.std() == pytest.approx(deviation, rel=0.01)
    assert uniform.std() == pytest.approx(deviation, rel=0.01)
    assert 0.99 * 2 * deviation / 0.87962566 < np.abs(normal).max() < 1.0001 * 2 * deviation / 0.87962566
    assert 0.99 * np.sqrt(3) * deviation < np.abs(uniform).max() < 1.0001 * np.sqrt(3) * deviation


def test_dense_starts_with_glorot_uniform_and_zero_bias(keras: Any) -> None:
    layer = keras.layers.Dense(3)
    assert type(layer.kernel_initializer).__name__ == "GlorotUniform"
    assert type(layer.bias_initializer).__name__ == "Zeros"


def test_skip_networks_are_keras_models_that_add(keras: Any, taught: Taught) -> None:
    networks = taught["SkipNetworks"]([5, 4, 4, 4, 3], "relu", range(2))
    x = RNG.normal(size=(7, 5)).astype("float32")
    for index in range(2):
        inputs = keras.Input((5,))
        a = keras.layers.Dense(4, "relu")(inputs)
        for _ in range(2):
            a = keras.layers.Add()([a, keras.layers.Dense(4, "relu")(a)])
        model = keras.Model(inputs, keras.layers.Dense(3)(a))
        model.set_weights(
            [
                array.numpy()[index].reshape(shape.shape)
                for array, shape in zip(
                    [v for pair in zip(networks.kernels, networks.biases, strict=True) for v in pair],
                    model.get_weights(),
                    strict=True,
                )
            ]
        )
        np.testing.assert_allclose(networks.layers(x)[-1][index], model(x), atol=1e-5)


def test_dropout_breaks_the_symmetry_of_equal_units(keras: Any) -> None:
    half = keras.initializers.Constant(0.5)
    layers = [keras.layers.Dense(4, "tanh", kernel_initializer=half), keras.layers.Dropout(0.5, seed=0)]
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1, kernel_initializer=half)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(RNG.normal(size=(20, 2)), RNG.normal(size=(20, 1)), epochs=1, verbose=0)
    assert np.ptp(model.get_weights()[0], axis=1).max() > 1e-4


# Inputs and clipping --------------------------------------------------------------------------------------------------


def test_scalings_are_those_of_scikit_learn_and_use_the_training_set(taught: Taught) -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    train, x = RNG.normal(size=(50, 3)) @ RNG.normal(size=(3, 3)) + 2, RNG.normal(size=(9, 3))
    for ours, theirs in (("min_max", "MinMaxScaler"), ("standardize", "StandardScaler")):
        expected = getattr(preprocessing, theirs)().fit(train).transform(x)
        np.testing.assert_allclose(taught[ours](train, x), expected)
    white = taught["whiten"](train, train)
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=1e-9)
    np.testing.assert_allclose(taught["whiten"](train, x[:1]), taught["whiten"](train, x)[:1])


@pytest.mark.parametrize("name", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_clipping_is_that_of_keras(keras: Any, tf: Any, taught: Taught, name: str) -> None:
    for gradients in (
        [np.array([0.1, 10.0]), np.array([[3.0], [4.0]])],
        [np.array([0.1, 0.2]), np.array([[0.3], [-0.2]])],
    ):
        variables = [keras.Variable(np.zeros(g.shape), dtype="float64") for g in gradients]
        optimizer = keras.optimizers.SGD(1.0, **{name: 1.0})
        optimizer.apply([tf.constant(g) for g in gradients], variables)
        if name == "global_clipnorm":
            ours = taught["clip_by_global_norm"](gradients, 1)
        else:
            ours = [taught["clip_by_value" if name == "clipvalue" else "clip_by_norm"](g, 1) for g in gradients]
        for variable, clipped in zip(variables, ours, strict=True):
            np.testing.assert_allclose(-variable.numpy(), clipped, atol=1e-6)


def test_the_two_ways_to_clip_give_the_numbers_of_the_text(taught: Taught) -> None:
    gradient = np.array([0.1, 10.0])
    np.testing.assert_allclose(taught["clip_by_value"](gradient, 1), [0.1, 1.0])
    np.testing.assert_allclose(taught["clip_by_norm"](gradient, 1), [0.0099995, 0.99995], rtol=1e-5)


def test_gradient_of_the_cliff_passes_a_central_difference_check(taught: Taught) -> None:
    x, y, h = taught["x_three"], taught["y_three"], 1e-6

    def loss(w: float, b: float) -> float:
        return float(np.mean((w**10 * x + b - y) ** 2))

    for w, b in ((1.2, -0.8), (0.5, 0.3), (-0.9, 1.0)):
        numeric = [(loss(w + h, b) - loss(w - h, b)) / (2 * h), (loss(w, b + h) - loss(w, b - h)) / (2 * h)]
        np.testing.assert_allclose(taught["cliff_gradient"](np.array([w]), np.array([b]))[0], numeric, rtol=1e-5)


def test_clipped_steps_beside_the_cliff_are_no_longer_than_the_limit(taught: Taught) -> None:
    path = taught["descend_cliff"]([(1.3, -0.8), (0.9, 0.0)], 1.0, steps=50, rate=0.02)
    assert path.shape == (51, 2, 2)
    assert np.linalg.norm(np.diff(path, axis=0), axis=2).max() <= 0.02 + 1e-12


# Exercises ------------------------------------------------------------------------------------------------------------


def test_he_and_glorot_of_the_exercises_are_those_of_keras(keras: Any) -> None:
    found = exercises("initialization")
    he = np.array(keras.initializers.HeNormal(seed=0)((300, 900)))
    assert found["initialization.he"].reference(300, 900) == pytest.approx(he.std(), rel=0.01)
    glorot = np.array(keras.initializers.GlorotUniform(seed=0)((300, 900)))
    assert found["initialization.glorot"].reference(300, 900) == pytest.approx(np.abs(glorot).max(), rel=1e-3)


def test_last_deviation_is_that_of_random_layers() -> None:
    reference, rng = exercises("initialization")["initialization.last_deviation"].reference, np.random.default_rng(1)
    a = rng.normal(size=(50, 400))
    for _ in range(5):
        a = a @ (0.07 * rng.normal(size=(400, 400)))
    assert a.std() == pytest.approx(reference(0.07, 400, 5), rel=0.15)


def test_standardizing_and_clipping_are_those_of_the_libraries(tf: Any) -> None:
    preprocessing, found = pytest.importorskip("sklearn.preprocessing"), exercises("initialization")
    for train, test in found["initialization.standardize"].cases:
        expected = preprocessing.StandardScaler().fit(train).transform(test)
        np.testing.assert_allclose(found["initialization.standardize"].reference(train, test), expected)
    for gradient, limit in found["initialization.clip"].cases:
        expected = tf.clip_by_norm(gradient, limit)
        np.testing.assert_allclose(found["initialization.clip"].reference(gradient, limit), expected, atol=1e-9)


def test_symmetric_starts_are_those_whose_units_stay_copies_in_real_training() -> None:
    rng = np.random.default_rng(0)
    equal, zero = (lambda *shape: np.full(shape, 0.1)), (lambda *shape: np.zeros(shape))
    draw = lambda *shape: rng.normal(size=shape)  # noqa: E731
    starts = {  # hidden weights, hidden biases, output weights, output bias
        "a": (zero, zero, zero, zero),
        "b": (equal, zero, draw, zero),
        "c": (equal, zero, equal, zero),
        "d": (draw, zero, zero, zero),
        "e": (equal, draw, equal, zero),
        "f": (equal, zero, equal, draw),
    }
    x, y, copies = rng.normal(size=(40, 2)), rng.normal(size=(40, 1)), set()
    for letter, (hidden, bias, output, last) in starts.items():
        W, b, V, c = hidden(2, 3), bias(3), output(3, 1), last(1)
        for _ in range(300):
            a = np.tanh(x @ W + b)
            delta = (a @ V + c - y) / len(x)
            below = delta @ V.T * (1 - a**2)
            W, b, V, c = W - 0.1 * x.T @ below, b - 0.1 * below.sum(0), V - 0.1 * a.T @ delta, c - 0.1 * delta.sum(0)
        if max(np.ptp(W, axis=1).max(), np.ptp(b), np.ptp(V)) < 1e-9:
            copies.add(letter)
    assert copies == exercises("initialization")["initialization.symmetric"].reference


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (["A", "c", "f "], "correct"),
        (set(), "Look at f"),
        ({"a", "f"}, "Look at c"),
        ({"a", "c", "f", "g"}, "from a to f"),
        ({1, 2}, "set of letters"),
        ("acf", "set of letters"),
    ],
)
def test_sets_of_letters_of_any_form_get_a_sentence(answer: Any, said: str) -> None:
    verdict = judge(exercises("initialization")["initialization.symmetric"], answer)
    assert said in verdict.message
    assert bool(verdict) == (said == "correct")


# The figure -----------------------------------------------------------------------------------------------------------


def test_ridges_stand_at_the_size_of_the_values_and_columns_side_by_side() -> None:
    ax = Figure().subplots()
    rows = [np.full(10, 1.05), np.full(10, -0.0105)]
    draw_ridgelines({"left": rows, "right": rows[::-1]}, ax=ax, decades=(-4, 2))
    shapes = [path.vertices for path in ax.collections[1].get_paths()]
    tops = [vertices[vertices[:, 1].argmin(), 0] for vertices in shapes]
    np.testing.assert_allclose(np.array(tops) - (0, 0, 7, 7), [0, -2, -2, 0], atol=0.13)
    assert [round(float(vertices[:, 1].max())) for vertices in shapes] == [0, 1, 0, 1]


def test_expected_values_that_are_the_measured_ones_draw_a_line_on_the_ridge() -> None:
    ax, values = Figure().subplots(), [RNG.normal(size=5000)]
    draw_ridgelines({"a": values}, {"a": values}, ax=ax)
    ridge, line = ax.collections[1].get_paths()[0].vertices, ax.collections[2].get_paths()[0].vertices
    assert line[:, 1].min() == pytest.approx(ridge[:, 1].min())


def test_zeros_and_nan_are_left_out_and_sizes_out_of_range_stand_at_the_edge() -> None:
    ax = Figure().subplots()
    rows = [np.zeros(5), np.array([np.nan, 0.0, 1e9]), np.array([1e-9])]
    draw_ridgelines({"a": rows}, ax=ax, decades=(-3, 3))
    empty, high, low = (path.vertices for path in ax.collections[1].get_paths())
    assert np.ptp(empty[:, 1]) == 0
    assert high[high[:, 1].argmin(), 0] > 2.8
    assert low[low[:, 1].argmin(), 0] < -2.8


@pytest.mark.parametrize(
    ("columns", "expected", "decades", "said"),
    [
        ({}, None, (-3, 3), "at least one"),
        ({"a": []}, None, (-3, 3), "at least one"),
        ({"a": [[1.0]], "b": [[1.0], [2.0]]}, None, (-3, 3), "same number"),
        ({"a": [[1.0]]}, {"b": [[1.0]]}, (-3, 3), "no column"),
        ({"a": [[1.0]]}, None, (3, 3), "power of ten"),
    ],
)
def test_ridgelines_of_an_impossible_form_are_refused(columns: Any, expected: Any, decades: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw_ridgelines(columns, expected, decades=decades)


# Stored numbers -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program() -> Any:
    return load_program("initialization")


@pytest.fixture(scope="module")
def stored() -> dict:
    return json.loads((RESULTS / "initialization.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_one_slice_of_the_transfer_results_is_made_again(keras: Any, program: Any, stored: dict) -> None:
    task = program.Task(0, program.centred, 1)
    assert sorted([*task.source_classes, *task.target_classes]) == list(range(10))
    run = stored["groups"]["transfer_centred"]["20 | from scratch"][0]
    again = task.learn(20, None, frozen=False)["tested"][program.RATES.index(run["rate"])]
    assert again == pytest.approx(run["test_accuracy"], abs=0.04)  # other versions and processors round differently


def test_moved_images_are_the_same_images_elsewhere(program: Any) -> None:
    image = RNG.uniform(0.2, 1, size=(5, 196)).astype("float32")
    frames = program.moved(image, 0).reshape(5, 20, 20) * 0.28 + 0.14
    for frame, one in zip(frames, image.reshape(5, 14, 14), strict=True):
        rows, columns = np.nonzero(frame > 0.1)
        np.testing.assert_allclose(frame[rows.min() :, columns.min() :][:14, :14], one, atol=1e-5)
        assert frame.sum() == pytest.approx(one.sum(), rel=1e-3)
