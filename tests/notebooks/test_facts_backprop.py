"""The gradients of notebook 03, taken from its own cells, against GradientTape, central differences and Keras."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from taught import taught

from helpers._text import Labels
from helpers.exercise.content import exercises
from helpers.figures.backprop import NETWORK_EDGES, draw_neuron, draw_two_layers, network_factors, neuron_factors


@pytest.fixture(scope="module", name="notebook")
def definitions():
    return taught("03_backprop")


def some_settings(seed):
    numbers = np.random.default_rng(seed).normal(size=12)
    return dict(zip(NETWORK_EDGES, numbers[3:], strict=True)), numbers[0], numbers[1], 1 / (1 + np.exp(-numbers[2]))


@pytest.mark.parametrize("seed", range(5))
def test_small_network_passes_a_central_difference_check(notebook, seed):
    parameters, x1, x2, y = some_settings(seed)
    gradients = notebook["backward_221"](notebook["forward_221"](x1, x2, y, parameters))
    for name, value in parameters.items():
        up, down = (
            notebook["forward_221"](x1, x2, y, parameters | {name: value + step})["L"] for step in (1e-5, -1e-5)
        )
        assert gradients[name] == pytest.approx((up - down) / 2e-5, rel=1e-7, abs=1e-11)


@pytest.mark.parametrize("seed", range(2))
def test_every_derivative_of_the_small_network_is_that_of_the_tape(notebook, seed):
    tf = pytest.importorskip("tensorflow")
    parameters, x1, x2, y = some_settings(seed)
    gradients = notebook["backward_221"](notebook["forward_221"](x1, x2, y, parameters))
    p = {name: tf.Variable(value, dtype="float64") for name, value in parameters.items()}
    x = tf.Variable([[x1, x2]], dtype="float64")
    with tf.GradientTape() as tape:
        W1 = tf.stack([[p["w⁽¹⁾₁₁"], p["w⁽¹⁾₁₂"]], [p["w⁽¹⁾₂₁"], p["w⁽¹⁾₂₂"]]])
        a = tf.sigmoid(x @ W1 + tf.stack([p["b⁽¹⁾₁"], p["b⁽¹⁾₂"]]))
        y_hat = tf.sigmoid(a @ tf.stack([[p["w⁽²⁾₁₁"]], [p["w⁽²⁾₂₁"]]]) + p["b⁽²⁾"])
        loss = tf.reduce_sum((y_hat - y) ** 2) / 2
    by_tape, by_input = tape.gradient(loss, [p, x])
    for name in NETWORK_EDGES:
        assert gradients[name] == pytest.approx(float(by_tape[name]), abs=1e-12)
    assert [gradients["x₁"], gradients["x₂"]] == pytest.approx(by_input.numpy()[0], abs=1e-12)


@pytest.mark.parametrize("parameter", NETWORK_EDGES)
def test_factors_multiply_to_the_derivative(notebook, parameter):
    parameters, x1, x2, y = some_settings(7)
    values = notebook["forward_221"](x1, x2, y, parameters)
    product = np.prod([factor.number(values) for factor in network_factors(parameter)])
    assert product == pytest.approx(notebook["backward_221"](values)[parameter], rel=1e-12)


def test_output_weight_has_the_textbook_formula():
    symbols = [factor.symbol for factor in network_factors("w⁽²⁾₂₁")]
    assert symbols == ["ŷ − y", "σ′(z)", "a₂"]


@pytest.mark.parametrize("seed", range(3))
def test_neuron_passes_a_central_difference_check(notebook, seed):
    x, w, b, y = np.random.default_rng(seed).normal(size=4)
    values, gradients = notebook["neuron"](x, w, b, y)
    h, given = 1e-5, {"x": x, "w": w, "b": b, "y": y}
    for name in given:
        up, down = (notebook["neuron"](**given | {name: given[name] + step})[0]["L"] for step in (h, -h))
        assert gradients[name] == pytest.approx((up - down) / (2 * h), rel=1e-7, abs=1e-11)
    assert np.prod([factor.number(values) for factor in neuron_factors()]) == pytest.approx(gradients["w"], rel=1e-12)


@pytest.mark.parametrize("sizes", [[2, 1], [3, 4, 1], [2, 5, 3, 1]])
def test_network_of_forty_lines_passes_a_central_difference_check(notebook, sizes):
    network, x, y = sample(notebook, sizes)
    ours = notebook["flatten"](notebook["backward"](network, notebook["forward"](network, x), y))
    numeric = notebook["numeric_gradient"](network, x, y, 1e-5)
    assert np.linalg.norm(ours - numeric) < 1e-7 * np.linalg.norm(ours)


@pytest.mark.parametrize("sizes", [[2, 1], [3, 4, 1], [2, 5, 3, 1]])
def test_network_of_forty_lines_has_the_gradient_of_keras(notebook, sizes):
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    network, x, y = sample(notebook, sizes)
    hidden = [keras.layers.Dense(units, activation="tanh", dtype="float64") for units in sizes[1:-1]]
    output = keras.layers.Dense(1, activation="sigmoid", dtype="float64")
    model = keras.Sequential([keras.Input((sizes[0],), dtype="float64"), *hidden, output])
    model.set_weights([array for pair in network for array in pair])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.ops.binary_crossentropy(y, model(x)))
    theirs = np.concatenate([gradient.numpy().ravel() for gradient in tape.gradient(loss, model.trainable_variables)])
    ours = notebook["flatten"](notebook["backward"](network, notebook["forward"](network, x), y))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def sample(notebook, sizes):
    rng = np.random.default_rng(0)
    return notebook["new_network"](sizes, 0), rng.normal(size=(7, sizes[0])), rng.integers(0, 2, (7, 1)).astype(float)


def test_unflatten_undoes_flatten(notebook):
    network = notebook["new_network"]([2, 5, 3, 1], 0)
    again = notebook["unflatten"](notebook["flatten"](network), network)
    for (W, b), (W_again, b_again) in zip(network, again, strict=True):
        np.testing.assert_array_equal(W, W_again)
        np.testing.assert_array_equal(b, b_again)


def test_example_gradients_average_to_the_slope_of_the_wave_loss(notebook):
    for w in (0.7, 2.8, 4.2):
        slope = (notebook["wave_loss"](w + 1e-5) - notebook["wave_loss"](w - 1e-5)) / 2e-5
        mean = notebook["example_gradients"](w, notebook["wave_x"], notebook["wave_y"]).mean()
        assert mean == pytest.approx(slope, rel=1e-6, abs=1e-9)


# The drawings


def written(ax):
    return " | ".join(collection.get_label() for collection in ax.collections)


def test_drawing_shows_the_numbers_of_the_network(notebook):
    parameters, x1, x2, y = some_settings(3)
    values = notebook["forward_221"](x1, x2, y, parameters)
    gradients = notebook["backward_221"](values)
    ax = Figure(figsize=(9.6, 5)).add_subplot()
    draw_two_layers(ax, values, gradients, "w⁽¹⁾₂₁")
    text = written(ax)
    for name in NETWORK_EDGES:
        assert f"{name} {parameters[name]:.3f}".replace("-", "−") in text
    for name in (*NETWORK_EDGES, "x₁", "x₂", "z₁", "z₂", "a₁", "a₂", "z", "ŷ", "L"):
        number = f"{gradients[name]:.0e}" if abs(gradients[name]) < 5e-4 else f"{gradients[name]:.3f}"
        assert f"∂ {number}".replace("-", "−") in text


def test_drawing_shows_the_numbers_of_the_neuron(notebook):
    values, gradients = notebook["neuron"](1.5, -0.75, 0.5, 1.0)
    ax = Figure(figsize=(9.6, 4)).add_subplot()
    draw_neuron(ax, values, gradients)
    for name in ("x", "w", "u", "b", "z", "ŷ", "y"):
        assert f"{values[name]:.3f} →".replace("-", "−") in written(ax)
        assert f"← ∂ {gradients[name]:.3f}".replace("-", "−") in written(ax)


def test_unknown_parameter_is_named():
    with pytest.raises(ValueError, match="w⁽³⁾"):
        network_factors("w⁽³⁾₁₁")


def test_labels_end_where_their_alignment_says():
    ax = Figure(figsize=(4, 2)).add_subplot()
    labels = Labels(ax, size=12)
    for align in ("left", "center", "right"):
        labels.add("∂ −0.125 →", 2.0, 1.0, align=align)
    labels.draw()
    left, center, right = (path.get_extents() for path in ax.collections[-1].get_paths())
    assert left.x0 == pytest.approx(2.0, abs=0.03)
    assert right.x1 == pytest.approx(2.0, abs=0.03)
    assert (center.x0 + center.x1) / 2 == pytest.approx(2.0, abs=0.03)
    assert left.width == pytest.approx(right.width)


# What the exercises call right, against Keras


def test_tape_step_is_a_step_of_sgd_on_keras_squared_error():
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    exercise = exercises("backprop")["backprop.tape_step"]
    for W, b, x, y, learning_rate in exercise.cases:
        variables = [tf.Variable(W), tf.Variable(b)]
        with tf.GradientTape() as tape:
            loss = keras.losses.MeanSquaredError()(y, tf.tanh(x @ variables[0] + variables[1]))
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(learning_rate * gradient)
        for ours, theirs in zip(exercise.reference(W, b, x, y, learning_rate), variables, strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


def test_train_step_follows_the_gradient_of_half_the_mean_squared_error():
    exercise = exercises("backprop")["backprop.bug_hunt"]
    for x, y, W1, W2, learning_rate in exercise.cases:

        def loss(W1, W2, x=x, y=y):
            return np.sum((np.tanh(x @ W1) @ W2 - y) ** 2) / 2 / len(y)

        new_W1, new_W2 = exercise.reference(x, y, W1, W2, learning_rate)
        for which, (old, new) in enumerate(((W1, new_W1), (W2, new_W2))):
            for place in np.ndindex(old.shape):
                step = np.zeros(old.shape)
                step[place] = 1e-5
                moved = [(W1 + s * step, W2) if which == 0 else (W1, W2 + s * step) for s in (1, -1)]
                slope = (loss(*moved[0]) - loss(*moved[1])) / 2e-5
                assert (old - new)[place] / learning_rate == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_iterations_are_those_of_keras():
    keras = pytest.importorskip("keras")
    reference = exercises("backprop")["backprop.iterations"].reference
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(np.zeros((10, 1)), np.zeros((10, 1)), batch_size=4, epochs=3, verbose=0)
    assert int(model.optimizer.iterations) == reference(10, 4, 3) == 9
