"""What notebook 03 teaches, from its own cells, against GradientTape, central differences, Keras and closed forms."""

from itertools import pairwise

import numpy as np
import pytest
from taught import find_sentence, taught

from helpers.exercise.content import exercises
from helpers.figures import backprop as figures
from helpers.figures import backprop_deeper
from helpers.figures.backprop_deeper import settles


@pytest.fixture(scope="module", name="core")
def core_definitions():
    return taught("03_backprop")


@pytest.fixture(scope="module", name="deeper")
def deeper_definitions():
    return taught("03_backprop_deeper")


def slopes(function, arrays):
    """Return the central differences of function(*arrays) with respect to each of `arrays`, in float64."""
    arrays = [np.array(array, float) for array in arrays]
    found = []
    for array in arrays:
        gradient = np.empty(array.shape)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + 1e-5
            up = function(*arrays)
            array[place] = kept - 1e-5
            gradient[place] = (up - function(*arrays)) / 2e-5
            array[place] = kept
        found.append(gradient)
    return found


# The core


def test_walk_multiplies_the_distance_as_the_text_says(core):
    for rate, factor in ((0.05, 0.95), (0.5, 0.5), (1.8, -0.8), (2.1, -1.1)):
        path = figures.walk(core["gradient_descent"], lambda w: w - 3, -2.0, rate, steps=6)
        assert (path[1:] - 3) / (path[:-1] - 3) == pytest.approx(factor)


@pytest.mark.parametrize("seed", range(3))
def test_four_factors_multiply_to_the_slope_of_the_neuron(core, seed):
    x, w, b, y = np.random.default_rng(seed).normal(size=4)
    *_, y_hat, _ = core["forward"](x, w, b, y)
    measured = (core["forward"](x, w + 1e-5, b, y)[-1] - core["forward"](x, w - 1e-5, b, y)[-1]) / 2e-5
    assert x * 1 * y_hat * (1 - y_hat) * (y_hat - y) == pytest.approx(measured, rel=1e-6, abs=1e-11)


@pytest.mark.parametrize("seed", range(3))
def test_small_network_passes_a_central_difference_check(core, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=2), rng.uniform()
    parameters = [rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2), rng.normal(size=())]

    def loss(*given):
        return (core["forward_221"](x, *given)[1] - y) ** 2 / 2

    a, y_hat = core["forward_221"](x, *parameters)
    ours = core["backward_221"](x, a, y_hat, y, parameters[2])
    for mine, measured in zip(ours, slopes(loss, parameters), strict=True):
        np.testing.assert_allclose(mine, measured, rtol=1e-6, atol=1e-11)


def test_output_bias_has_the_largest_of_the_nine_derivatives(core):
    x, y, W1, b1, w2, b2 = (np.array([1.0, -0.5]), 1.0, core["W1"], core["b1"], core["w2"], core["b2"])
    a, y_hat = core["forward_221"](x, W1, b1, w2, b2)
    gradients = core["backward_221"](x, a, y_hat, y, w2)
    sizes = np.abs(np.concatenate([np.ravel(gradient) for gradient in gradients]))
    assert sizes.argmax() == 8
    assert gradients[2][0] == pytest.approx(-0.021, abs=5e-4)


def sample(core, sizes):
    rng = np.random.default_rng(0)
    return core["new_network"](sizes, 0), rng.normal(size=(7, sizes[0])), rng.integers(0, 2, (7, 1)).astype(float)


@pytest.mark.parametrize("sizes", [[2, 1], [3, 4, 1], [2, 5, 3, 1]])
def test_network_of_forty_lines_passes_a_central_difference_check(core, sizes):
    network, x, y = sample(core, sizes)

    def loss(*arrays):
        return core["cross_entropy"](y, core["predict"](list(zip(arrays[::2], arrays[1::2], strict=True)), x))

    ours = core["backward_pass"](network, core["forward_pass"](network, x), y)
    measured = slopes(loss, [array for pair in network for array in pair])
    for mine, other in zip([array for pair in ours for array in pair], measured, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-8)


@pytest.mark.parametrize("sizes", [[2, 1], [3, 4, 1], [2, 5, 3, 1]])
def test_network_of_forty_lines_has_the_gradient_of_the_tape(core, sizes):
    tf = pytest.importorskip("tensorflow")
    network, x, y = sample(core, sizes)
    variables = [tf.Variable(array) for pair in network for array in pair]
    with tf.GradientTape() as tape:
        a = tf.constant(x)
        for layer, (W, b) in enumerate(zip(variables[::2], variables[1::2], strict=True)):
            z = a @ W + b
            a = tf.sigmoid(z) if layer == len(network) - 1 else tf.tanh(z)
        loss = -tf.reduce_mean(y * tf.math.log(a) + (1 - y) * tf.math.log(1 - a))
    ours = core["backward_pass"](network, core["forward_pass"](network, x), y)
    for mine, theirs in zip([array for pair in ours for array in pair], tape.gradient(loss, variables), strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-6)


def test_update_subtracts(core):
    [(W, b)] = core["update"]([(np.ones((1, 1)), np.zeros(1))], [(np.full((1, 1), 2.0), np.ones(1))], 0.1)
    assert (W.item(), b.item()) == pytest.approx((0.8, -0.1))


def test_keras_squared_error_divides_by_outputs_and_examples():
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    prediction, target = tf.Variable([[0.9, 0.2, 0.4], [0.1, 0.7, 0.3]]), np.eye(3)[:2].astype("float32")
    with tf.GradientTape() as tape:
        loss = keras.losses.MeanSquaredError()(target, prediction)
    by_hand = 2 * (prediction.numpy() - target) / 3 / 2  # outputs, then examples
    np.testing.assert_allclose(tape.gradient(loss, prediction).numpy(), by_hand, atol=1e-7)


@pytest.mark.long
def test_nine_of_ten_runs_learn_xor_and_seed_8_leaves_its_plateau_late(core):
    ends = [core["record"](seed, steps=600)[-1][-1] for seed in range(10)]
    assert [seed for seed, loss in enumerate(ends) if loss > 0.01] == [8]
    assert ends[8] == pytest.approx(np.log(2) / 2, abs=0.005)
    later = core["record"](8, steps=15_001)
    [steps] = find_sentence("03_backprop", r"crossing it takes more than ([\d,]+) steps")
    assert later[int(steps.replace(",", ""))][-1] > 0.3
    assert later[-1][-1] < 0.05


@pytest.mark.long
def test_validation_loss_turns_for_other_draws_too(core):
    from sklearn.datasets import make_moons

    for seed in range(5):
        x, y = make_moons(40, noise=0.3, random_state=seed)
        new_x, new_y = make_moons(1000, noise=0.3, random_state=100 + seed)
        network, losses = core["new_network"]([2, 16, 16, 1], seed), []
        for step in range(3000):
            activations = core["forward_pass"](network, x)
            if step % 50 == 0:
                losses.append(core["cross_entropy"](new_y[:, None], core["predict"](network, new_x)))
            network = core["update"](network, core["backward_pass"](network, activations, y[:, None]), 0.1)
        assert losses[-1] > 1.3 * min(losses)


# The deeper notebook


def test_engine_agrees_with_central_differences_on_a_graph_that_is_no_chain(deeper):
    Value, tanh = deeper["Value"], exercises("backprop")["backprop.engine_tanh"].reference

    def build(numbers):
        a, b, c = (Value(number) for number in numbers)
        d = a * b + c
        e = tanh(d) * d + a * a
        return (a, b, c), e + e * c

    numbers = [0.7, -1.2, 0.4]
    leaves, result = build(numbers)
    result.backward()
    for k, leaf in enumerate(leaves):
        moved = [[n + sign * 1e-6 * (k == i) for i, n in enumerate(numbers)] for sign in (1, -1)]
        difference = (build(moved[0])[1].data - build(moved[1])[1].data) / 2e-6
        assert leaf.grad == pytest.approx(difference, rel=1e-6)


def test_engine_of_the_figure_has_the_gradients_that_it_shows(deeper):
    from matplotlib.figure import Figure

    a, b = deeper["Value"](2.0), deeper["Value"](-2.0)
    c = a * b
    (c * (a + c)).backward()
    said = backprop_deeper.used_twice(Figure().add_subplot(), a=2.0, b=-2.0)
    assert f"a {a.grad:g}, b −{-b.grad:g}, c −{-c.grad:g}" in said


@pytest.mark.parametrize("width", [1, 5])
def test_both_ways_to_the_gradient_agree(deeper, width):
    rng = np.random.default_rng(0)
    arguments = [rng.normal(size=shape) for shape in ((2, width), (width, 1), (6, 2), (6, 1))]
    np.testing.assert_allclose(deeper["backprop"](*arguments)[0], deeper["one_by_one"](*arguments), atol=1e-8)


def test_costs_in_the_prose_are_those_of_the_network():
    sizes = [784, 512, 512, 10]
    forward = sum(inputs * units for inputs, units in pairwise(sizes))
    parameters = forward + sum(sizes[1:])
    backward = 2 * forward - sizes[0] * sizes[1]  # gradients of W, and deltas but for the first layer
    said = find_sentence(
        "03_backprop_deeper", r"its ([\d,]+) parameters, .* as much as ([\d.]+) forward passes, .* cost ([\d,]+)\."
    )
    assert said == (f"{parameters:,}", f"{(forward + backward) / forward:.1f}", f"{2 * parameters:,}")


def test_example_gradients_average_to_the_slope_of_the_wave_loss(deeper):
    x, y = deeper["wave_x"], deeper["wave_y"]

    def loss(w):
        return np.mean((np.sin(w * x) - y) ** 2) / 2

    for w in (0.7, 2.8, 4.2):
        slope = (loss(w + 1e-5) - loss(w - 1e-5)) / 2e-5
        assert deeper["example_gradients"](w, x, y).mean() == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_noise_leaves_the_wrong_valley_only_with_single_examples(deeper):
    found = {}
    for size in (1, 8, 128):
        ends = deeper["descend"](size, start=4.2, epochs=40, learning_rate=0.1)[-1]
        found[size] = int(np.sum(np.abs(ends - 2) < 0.4))
    assert found[1] >= 10
    assert found[8] == found[128] == 0


def test_batch_sizes_settle_about_when_the_prose_says(deeper):
    number = r"([\d.]+)"
    pattern = rf"settle after about {number}, {number}, {number} and {number} epochs:"
    at_a_tenth = [float(said) for said in find_sentence("03_backprop_deeper", pattern)]
    pattern = rf"for each, it is about {number}, {number}, {number} and {number}:"
    at_best = [float(said) for said in find_sentence("03_backprop_deeper", pattern)]
    for size, stated, best in zip((1, 8, 32, 128), at_a_tenth, at_best, strict=True):
        found = {rate: settles(deeper["descend"](size, 2.8, 8, rate)) for rate in (0.05, 0.1, 0.2, 0.4, 0.6)}
        epochs = {rate: step * size / 128 for rate, step in found.items() if step is not None}
        assert epochs[0.1] == pytest.approx(stated, rel=0.3)
        assert min(epochs.values()) == pytest.approx(best, rel=0.3)
    assert 0.6 not in {rate for rate in (0.6,) if settles(deeper["descend"](1, 2.8, 8, rate)) is not None}


def test_bundles_of_the_exercise_are_those_of_its_picture():
    assert exercises("backprop")["backprop.whose_runs"].reference == backprop_deeper.BUNDLES


# What the exercises call right, against Keras and their pictures


def test_rates_of_the_exercise_are_those_of_its_picture():
    reference = exercises("backprop")["backprop.which_rate"].reference
    from helpers.figures.backprop import FOUR_RATES

    assert reference == FOUR_RATES


def test_four_runs_show_what_the_exercise_says():
    runs = figures.four_runs()
    names = {diagnosis: name for name, diagnosis in exercises("backprop")["backprop.four_runs"].reference.items()}
    crawls, noisy, diverges, plateau = (
        runs[names[word]] for word in ("crawls", "noisy gradients", "diverges", "plateau")
    )
    assert np.all(np.diff(crawls) < 0)
    assert crawls[-1] > 0.6 * crawls[0]
    assert np.sum(np.diff(noisy) > 0) > len(noisy) / 4
    assert diverges[-1] > 3 * diverges[0]
    assert plateau[80] > 0.99 * plateau[0]
    assert plateau[-1] < 0.1 * plateau[0]


def test_wishes_of_the_exercise_follow_from_its_numbers():
    gradient = np.array([-0.2, 0.1]) @ np.array([[1, 2], [1, -1], [-2, 0]]).T
    words = {0: "no difference", -1: "larger", 1: "smaller"}
    said = [words[int(np.sign(round(value, 9)))] for value in gradient]
    assert list(exercises("backprop")["backprop.who_should_grow"].reference.values()) == said


def test_silent_weights_have_the_factor_that_the_exercise_names(core):
    reference = exercises("backprop")["backprop.silent_weight"].reference
    for name, (x, w, b, y) in {"A": (2, 5, 1, 0), "B": (0, 0.3, 0.2, 0), "C": (1, 0.4, -0.4, 0.5)}.items():
        y_hat = core["forward"](x, w, b, y)[2]
        sizes = {"input": abs(x), "slope": y_hat * (1 - y_hat), "error": abs(y_hat - y)}
        assert [factor for factor, size in sizes.items() if size < 1e-4] == [reference[name]]


def test_log_of_the_exercise_is_that_of_keras():
    keras = pytest.importorskip("keras")
    answer = exercises("backprop")["backprop.read_the_log"].reference
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(np.zeros((3000, 1)), np.zeros((3000, 1)), batch_size=answer["batch size"], epochs=1, verbose=0)
    assert int(model.optimizer.iterations) == 94 == answer["updates"] / 10


def test_tape_step_is_a_step_of_sgd_on_a_keras_loss():
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    exercise = exercises("backprop")["backprop.tape_step"]
    for W, b, x, y, learning_rate in exercise.cases:
        variables = [tf.Variable(W), tf.Variable(b)]
        with tf.GradientTape() as tape:
            each = keras.losses.MeanSquaredError(reduction=None)(y, tf.tanh(x @ variables[0] + variables[1]))
            loss = y.shape[1] * tf.reduce_mean(each)  # the sum over the outputs
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(learning_rate * gradient)
        for ours, theirs in zip(exercise.reference(W, b, x, y, learning_rate), variables, strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


def test_hidden_delta_is_the_slope_of_a_leaky_layer():
    rng = np.random.default_rng(0)
    z, W, delta = rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), rng.normal(size=(2, 2))

    def loss(z):
        return np.sum(delta * (np.where(z > 0, z, 0.1 * z) @ W))

    reference = exercises("backprop")["backprop.hidden_delta"].reference
    np.testing.assert_allclose(reference(delta, W, z), slopes(loss, [z])[0], atol=1e-8)


def test_train_step_follows_the_gradient_of_half_the_mean_squared_error():
    exercise = exercises("backprop")["backprop.bug_hunt"]
    for x, y, W1, W2, learning_rate in exercise.cases:

        def loss(W1, W2, x=x, y=y):
            return np.sum((np.tanh(x @ W1) @ W2 - y) ** 2) / 2 / len(y)

        new = exercise.reference(x, y, W1, W2, learning_rate)
        for old, moved, slope in zip((W1, W2), new, slopes(loss, [W1, W2]), strict=True):
            np.testing.assert_allclose((old - moved) / learning_rate, slope, rtol=1e-6, atol=1e-9)


def test_spread_of_a_mini_batch_falls_with_the_root_of_its_size():
    from matplotlib.figure import Figure

    gradients = np.random.default_rng(0).normal(size=(200, 2))
    spreads = [
        float(figures.minibatch(Figure().add_subplot(), gradients, batch_size=size).split("spread ")[1].rstrip("."))
        for size in (1, 4, 16, 64)
    ]
    for larger, smaller in pairwise(spreads):
        assert larger / smaller == pytest.approx(2, rel=0.08)
