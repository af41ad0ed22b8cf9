"""What notebook 05 teaches, core and deeper, and its stored numbers, held against Keras and closed forms."""

from __future__ import annotations

import re
from statistics import NormalDist

import nbformat
import numpy as np
import pytest
from results_program import load_program
from taught import find_sentence, taught

from helpers.data import hold_out, load_fashion_mnist, small_images
from helpers.exercise._verdict import judge
from helpers.exercise.content import exercises
from helpers.figures import initialization as figures
from helpers.figures import initialization_deeper
from helpers.results import stored_groups
from tools.concepts import NOTEBOOKS

RNG = np.random.default_rng(0)
UNITS, LAYERS = 30, 4


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="module", name="core")
def core_definitions():
    inputs, last_gradient = RNG.normal(size=(2, 6, UNITS))
    normal = np.array([NormalDist().inv_cdf((i + 0.5) / 20001) for i in range(20001)])
    return taught("05_initialization", inputs=inputs, last_gradient=last_gradient, normal=normal)


@pytest.fixture(scope="module", name="deeper")
def deeper_definitions():
    return taught("05_initialization_deeper", z=np.random.default_rng(0).normal(size=200_000))


@pytest.fixture(scope="module")
def program():
    return load_program("initialization")


@pytest.fixture(scope="module")
def stored():
    return stored_groups("initialization")


def shares(runs):
    return 100 * np.array([run["comparison"] for run in runs])


# Signals and rules


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "ReLU"])
def test_signals_are_those_of_keras_forward_and_of_the_tape_backward(keras, tf, core, activation):
    kernels = RNG.normal(size=(LAYERS, UNITS, UNITS)) * 0.2
    forward, gradients = core["propagate"](kernels, activation)
    with tf.GradientTape(persistent=True) as tape:
        a = tf.constant(core["inputs"])
        tape.watch(a)
        found = []
        for kernel in kernels:
            a = keras.activations.get(activation.lower())(a @ kernel)
            tape.watch(a)
            found.append(a)
        loss = tf.reduce_sum(found[-1] * core["last_gradient"])
    for layer in range(LAYERS):
        np.testing.assert_allclose(forward[layer], found[layer], atol=1e-6)
        np.testing.assert_allclose(gradients[layer], tape.gradient(loss, found[layer]), atol=1e-6)


@pytest.mark.parametrize(("activation", "share"), [("linear", 1.0), ("ReLU", 0.5)])
def test_prediction_is_the_closed_form_where_there_is_one(core, activation, share):
    forward, gradients = core["predict"](0.3, activation, units=UNITS, layers=LAYERS)
    factor = UNITS * 0.3**2 * share
    for layer in range(LAYERS):
        assert np.mean(forward[layer] ** 2) == pytest.approx(factor ** (layer + 1), rel=2e-3)
        assert np.var(gradients[layer]) == pytest.approx(factor ** (LAYERS - 1 - layer), rel=2e-3)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_prediction_holds_within_a_factor_of_two_for_other_draws(seed):
    rng = np.random.default_rng(seed)
    inputs, last_gradient = rng.normal(size=(2, 50, 200))
    normal = np.array([NormalDist().inv_cdf((i + 0.5) / 2001) for i in range(2001)])
    core = taught("05_initialization", inputs=inputs, last_gradient=last_gradient, normal=normal)
    kernels = rng.normal(size=(10, 200, 200))
    for activation in ("tanh", "ReLU", "sigmoid", "linear"):
        for s in (0.02, 0.2):
            pairs = zip(core["propagate"](s * kernels, activation), core["predict"](s, activation), strict=True)
            for real, predicted in pairs:
                for a, b in zip(real, predicted, strict=True):
                    assert 0.5 < np.sqrt(np.mean(a**2) / np.mean(b**2)) < 2


@pytest.mark.parametrize(("rule", "variance"), [("lecun", 1 / 500), ("glorot", 2 / (500 + 300)), ("he", 2 / 500)])
def test_keras_initializers_have_the_variance_of_the_table_normal_and_uniform(keras, rule, variance):
    normal = np.array(keras.initializers.get(f"{rule}_normal")((500, 300)))
    uniform = np.array(keras.initializers.get(f"{rule}_uniform")((500, 300)))
    assert normal.std() == pytest.approx(np.sqrt(variance), rel=0.01)
    assert uniform.std() == pytest.approx(np.sqrt(variance), rel=0.01)
    # The bell is widened by 1/0.8796 and cut at two standard deviations; the box ends at √3 of them.
    assert np.abs(normal).max() == pytest.approx(2 * np.sqrt(variance) / 0.87962566, rel=0.01)
    assert np.abs(uniform).max() == pytest.approx(np.sqrt(3 * variance), rel=0.01)


def test_dense_starts_with_glorot_uniform_and_zero_bias(keras):
    layer = keras.layers.Dense(3)
    assert type(layer.kernel_initializer).__name__ == "GlorotUniform"
    assert type(layer.bias_initializer).__name__ == "Zeros"


@pytest.mark.parametrize(("activation", "low", "high"), [("tanh", 85, 95), ("ReLU", 22, 40), ("sigmoid", 0, 1)])
def test_angle_after_ten_layers_is_the_one_of_the_text(activation, low, high):
    pytest.importorskip("keras")
    angle = float(figures.apart(_axes(), activation=activation).split("angle ")[1].split()[0])
    assert low <= angle <= high


@pytest.mark.parametrize(("activation", "first", "low", "high"), [("tanh", 0.9, 0.6, 0.8), ("ReLU", 0.9, 0.92, 1.0)])
def test_tanh_drives_apart_what_begins_alike(activation, first, low, high):
    pytest.importorskip("keras")
    said = figures.apart(_axes(), activation=activation, cosine_at_first=first)
    assert low < float(said.split("two examples ")[1].split()[0]) < high


def test_smaller_weights_leave_the_cosine_of_relu_as_it_is():
    pytest.importorskip("keras")
    said = [figures.apart(_axes(), activation="ReLU", weights_times=times).split("examples ")[1] for times in (1, 0.8)]
    assert said[0] == said[1]


def _axes():
    from matplotlib.figure import Figure

    return Figure(figsize=(5.6, 4.4)).add_subplot()


def test_gain_and_gradient_left_are_integrals_over_the_normal_distribution(deeper):
    integrate = pytest.importorskip("scipy.integrate")

    def mean(function):
        return integrate.quad(lambda z: function(z) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), -12, 12)[0]

    assert deeper["gain"](np.tanh) == pytest.approx(mean(lambda z: np.tanh(z) ** 2) ** -0.5, rel=5e-3)
    slope = mean(lambda z: (1 - np.tanh(z) ** 2) ** 2) / mean(lambda z: np.tanh(z) ** 2)
    assert deeper["gradient_left"](np.tanh) == pytest.approx(slope**5, rel=0.03)
    assert deeper["gain"](lambda z: np.maximum(z, 0)) == pytest.approx(np.sqrt(2), rel=5e-3)


def test_gradient_of_sigmoid_is_lost_and_that_of_relu_is_kept(deeper):
    assert deeper["gradient_left"](lambda z: 1 / (1 + np.exp(-z))) < 1e-3
    assert deeper["gradient_left"](lambda z: np.maximum(z, 0)) == pytest.approx(1, rel=0.03)


# Inputs and clipping


def test_whitening_makes_the_cloud_round_and_the_walk_one_step(deeper):
    x = initialization_deeper.features(4, 0.8)
    np.testing.assert_allclose(np.cov(deeper["whiten"](x).T), np.eye(2), atol=1e-9)
    _, path = initialization_deeper.walk_in_bowl(deeper["whiten"](x))
    assert np.linalg.norm(path[1]) < 0.01
    _, tilted = initialization_deeper.walk_in_bowl(deeper["standardize"](x))
    assert np.linalg.norm(tilted[10]) > 0.05 * np.linalg.norm(tilted[0])


@pytest.mark.parametrize("name", ["clipvalue", "clipnorm"])
def test_clipping_is_that_of_keras(keras, tf, deeper, name):
    for gradient in (np.array([0.1, 10.0]), np.array([0.1, 0.2])):
        variable = keras.Variable(np.zeros(2), dtype="float64")
        keras.optimizers.SGD(1.0, **{name: 1.0}).apply([tf.constant(gradient)], [variable])
        ours = deeper["clip_by_value" if name == "clipvalue" else "clip_by_norm"](gradient, 1)
        np.testing.assert_allclose(-variable.numpy(), ours, atol=1e-6)


def test_the_two_ways_to_clip_give_the_numbers_of_the_text(deeper):
    gradient = np.array([0.1, 10.0])
    np.testing.assert_allclose(deeper["clip_by_value"](gradient, 1), [0.1, 1.0])
    np.testing.assert_allclose(deeper["clip_by_norm"](gradient, 1), [0.0099995, 0.99995], rtol=1e-5)


@pytest.mark.parametrize(
    ("letter", "kind"), [("A", "global_clipnorm"), ("B", "clipvalue"), ("C", ""), ("D", "clipnorm")]
)
def test_table_of_clipped_steps_is_what_keras_does(keras, tf, letter, kind):
    numbers = [float(text) for text in find_sentence(
        "05_initialization_deeper", rf"\| {letter} \| ([\d.]+), ([\d.]+) \| ([\d.]+), ([\d.]+) \|")]  # fmt: skip
    variables = [keras.Variable(np.zeros(2), dtype="float64") for _ in range(2)]
    optimizer = keras.optimizers.SGD(1.0, **({kind: 1.0} if kind else {}))
    optimizer.apply([tf.constant([0.6, 0.8], "float64"), tf.constant([3.0, 4.0], "float64")], variables)
    np.testing.assert_allclose(numbers, np.concatenate([-v.numpy() for v in variables]), atol=1e-3)
    assert exercises("initialization")["initialization.which_clip"].reference[letter] == (kind or "none")


def test_large_weights_begin_with_a_loss_in_the_thousands(program):
    x, y = (part[:500] for part in program.standardized()[0])
    losses = []
    for seed in range(5):
        rng, a = np.random.default_rng(seed), x
        for _ in range(20):
            a = np.maximum(a @ rng.normal(0, 0.35, (a.shape[1], 32)), 0)
        z = a @ rng.uniform(-np.sqrt(6 / 42), np.sqrt(6 / 42), (32, 10))
        losses.append(np.mean(np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)) + z.max(axis=1)
                              - z[np.arange(500), y]))  # fmt: skip
    assert 1250 < np.median(losses) < 5000


# Exercises


def test_first_layer_gives_sums_of_mean_square_one():
    reference = exercises("initialization")["initialization.first_layer"].reference
    x = RNG.uniform(0, 0.8, size=(300, 400))
    z = x @ RNG.normal(scale=reference(400, np.mean(x**2)), size=(400, 300))
    assert np.mean(z**2) == pytest.approx(1, rel=0.2)


def test_four_ridgelines_are_what_the_answer_says():
    answer = exercises("initialization")["initialization.which_start"].reference
    rules = {"He, ReLU": np.sqrt(2 / 200), "Glorot, ReLU": np.sqrt(1 / 200)}
    for letter, (activation, size) in figures.FOUR_STARTS.items():
        assert activation in answer[letter]
        assert size == pytest.approx(rules.get(answer[letter], size), rel=0.02)


def test_symmetric_starts_are_those_whose_units_stay_copies_in_real_training():
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
        (set(), "Look at c"),
        ({"a", "c", "f", "g"}, "from a to f"),
        ("acf", "set of letters"),
    ],
)
def test_sets_of_letters_of_any_form_get_a_sentence(answer, said):
    verdict = judge(exercises("initialization")["initialization.symmetric"], answer)
    assert said in verdict.message
    assert bool(verdict) == (said == "correct")


def test_dropout_breaks_the_symmetry_of_equal_units(keras):
    half = keras.initializers.Constant(0.5)
    layers = [keras.layers.Dense(4, "tanh", kernel_initializer=half), keras.layers.Dropout(0.5, seed=0)]
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1, kernel_initializer=half)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(RNG.normal(size=(20, 2)), RNG.normal(size=(20, 1)), epochs=1, verbose=0)
    assert np.ptp(model.get_weights()[0], axis=1).max() > 1e-4


# The program and what it stored


@pytest.mark.long
@pytest.mark.parametrize(
    ("optimizer", "clip"),
    [("sgd", ""), ("adam", ""), ("sgd", "clipvalue"), ("adam", "clipnorm"), ("sgd", "global_clipnorm")],
)
def test_stacked_loop_trains_each_network_as_keras_would(keras, program, clip, optimizer):
    x, y = RNG.normal(size=(64, 5)).astype("float32"), RNG.integers(0, 3, 64)
    kernels = program.draw("he_normal", (5, 8, 8, 3), (0, 1))
    limit = 0.05
    parameters, _ = program.train(kernels, x, y, [0.1, 0.1], 3, clip=clip, limits=limit, optimizer=optimizer)
    model = keras.Sequential(
        [keras.Input((5,)), *[keras.layers.Dense(8, "relu") for _ in range(2)], keras.layers.Dense(3)]
    )
    model.set_weights([a for k in kernels for a in (k[1], np.zeros(k.shape[2]))])
    settings = {clip: limit} if clip else {}
    rule = keras.optimizers.SGD if optimizer == "sgd" else keras.optimizers.Adam
    model.compile(rule(0.1, **settings), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, batch_size=64, epochs=3, verbose=0)
    for ours, theirs in zip(parameters[0], model.get_weights()[::2], strict=True):
        np.testing.assert_allclose(ours.numpy()[1], theirs, atol=2e-4)


def test_moved_images_are_the_same_images_elsewhere(program):
    image = RNG.uniform(0.2, 1, size=(5, 196)).astype("float32")
    frames = program.moved(image, 0).reshape(5, 20, 20) * 0.28 + 0.14
    for frame, one in zip(frames, image.reshape(5, 14, 14), strict=True):
        rows, columns = np.nonzero(frame > 0.1)
        np.testing.assert_allclose(frame[rows.min() :, columns.min() :][:14, :14], one, atol=1e-5)


def test_he_is_ahead_of_glorot_and_the_others_do_not_learn(stored):
    found = {name: shares(runs) for name, runs in stored["starts"].items()}
    assert found["He"].mean() > found["Glorot"].mean() + 12
    assert max(found["small"].max(), found["large"].max()) < 25


def test_standardizing_each_pixel_gains_with_every_seed(stored):
    for setting in ("SGD, 8 epochs", "SGD, 40 epochs", "Adam, 8 epochs"):
        gain = shares(stored["scaling"][f"{setting} | each pixel"]) - shares(stored["scaling"][f"{setting} | ÷ 255"])
        assert gain.min() > 0
        assert 0.5 < gain.mean() < 2.5


def test_orthogonal_rescues_forty_layers_of_tanh(stored):
    found = {name: shares(runs) for name, runs in stored["orthogonal"].items()}
    assert (found["tanh, 40 layers, orthogonal"] - found["tanh, 40 layers, random"]).mean() > 12
    assert abs((found["relu, 20 layers, orthogonal"] - found["relu, 20 layers, random"]).mean()) < 6


def test_moved_copies_gain_more_than_pretraining_and_frozen_layers_nothing(stored):
    def way(name):
        return shares(stored["transfer"][f"5 | {name}"])

    assert (way("from scratch") - way("from scratch, one place")).min() > 3
    assert 1 < (way("fine-tuned") - way("from scratch")).mean() < 5
    assert (way("frozen") - way("from scratch")).mean() < 1
    many = shares(stored["transfer"]["500 | frozen"]) - shares(stored["transfer"]["500 | from scratch"])
    assert many.mean() < -2


def test_longer_training_leaves_little_of_what_pretraining_gained(stored):
    def way(group, labels, name):
        return shares(stored[group][f"{labels} | {name}"])[:5]

    gain = {m: way("longer", m, "fine-tuned") - way("longer", m, "from scratch") for m in (5, 20, 100, 500)}
    assert min(gain[20].min(), gain[100].min()) > 0
    assert all(0.5 < gain[m].mean() < 2.6 for m in (5, 20, 100))
    assert gain[500].mean() < 0.5
    for labels, more in ((100, 5.2), (500, 3.5)):
        finished = way("longer", labels, "from scratch") - way("transfer", labels, "from scratch")
        assert finished.mean() > more / 2
        assert (
            finished.mean() > (way("transfer", labels, "fine-tuned") - way("transfer", labels, "from scratch")).mean()
        )
    assert max(run["steps"] for runs in stored["longer"].values() for run in runs) <= 3000


def test_clipping_lifts_the_worst_networks_and_does_not_replace_he(stored):
    found = {name: shares(runs) for name, runs in stored["clipping"].items()}
    bare = found["He, no clipping"]
    worst = bare < 62
    assert worst.sum() == 2
    assert (found["He, clipvalue"] - bare).min() > 0
    for kind in ("clipnorm", "global_clipnorm"):
        gain = found[f"He, {kind}"] - bare
        assert gain[worst].min() > 2.5
        assert gain[~worst].min() > -6
        assert gain[~worst].max() < 4
        assert gain[~worst].mean() < 0.5
    assert found["large, clipvalue"].min() > found["large, no clipping"].max()
    assert found["large, clipvalue"].max() < found["He, no clipping"].mean() - 7


def test_tuned_clipvalue_cuts_most_of_the_numbers(tf, program, stored):
    x, y = (part[:64] for part in program.standardized()[0])
    kernels = [tf.constant(kernel) for kernel in program.draw("he_normal", (196, *[32] * 20, 10), (0,))]
    zeros, ones = (
        [make((1, 1, kernel.shape[2] if make is tf.zeros else 1)) for kernel in kernels] for make in (tf.zeros, tf.ones)
    )
    with tf.GradientTape() as tape:
        tape.watch(kernels)
        logits = program.forward((kernels, zeros, ones), x.astype("float32"), "relu", False)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y[None].astype("int32"), logits))
    numbers = np.abs(np.concatenate([np.ravel(g) for g in tape.gradient(loss, kernels)]))
    limit = stored["clipping"]["He, clipvalue"][0]["limit"]
    assert np.mean(numbers[numbers > 0] > limit) > 0.5


def test_layers_that_add_little_can_be_stacked(stored):
    found = {name.removeprefix("40 layers, "): shares(runs) for name, runs in stored["skips"].items()}
    plain, scaled = found["plain"].mean(), found["adds 1/√depth"].mean()
    assert plain + 12 < scaled < min(found["adds 0 at first"].mean(), found["adds, small weights"].mean()) - 8
    assert found["adds"].max() == 0


def test_mup_keeps_the_best_rate_and_the_usual_parametrization_the_lower_loss(stored):
    rates = sorted({float(name.split(" | ")[2]) for name in stored["width"]})

    def losses(way, width):
        return [np.median([run["loss"] for run in stored["width"][f"{way} | {width} | {rate:g}"]]) for rate in rates]

    usual, mup = np.argmin(losses("usual", 256)), np.argmin(losses("μP", 256))
    at_16 = losses("usual", 16)
    narrow = np.argsort(at_16)[:2]  # two rates that five seeds cannot tell apart
    assert abs(at_16[narrow[0]] - at_16[narrow[1]]) < 0.01
    assert np.mean([run["loss"] for run in stored["width"][f"usual | 16 | {rates[narrow[1]]:g}"]]) < np.mean(
        [run["loss"] for run in stored["width"][f"usual | 16 | {rates[narrow[0]]:g}"]]
    )
    for rate, lost in zip(sorted(narrow), (0.06, 0.114), strict=True):
        assert 2 <= rate - usual <= 3
        assert abs(rate - mup) <= 1
        assert losses("usual", 256)[rate] - min(losses("usual", 256)) > lost / 2
        assert losses("μP", 256)[rate] - min(losses("μP", 256)) < 0.01
    assert min(losses("usual", 256)) < min(losses("μP", 256)) - 0.02


def test_more_classes_teach_more_in_all_divisions(stored):
    gain = shares(stored["breadth"]["5"]) - shares(stored["breadth"]["2"])
    assert gain.min() > 0
    assert gain.mean() > 3.5


# What the executed pages show


def numbers_of(notebook, words):
    """Return the numbers in the text alternative that holds `words`, from the words on."""
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    shown = [output for cell in cells for output in cell.get("outputs", []) if output.output_type == "execute_result"]
    text = next(output.data["text/plain"] for output in shown if words in output.data["text/plain"])
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text.partition(words)[2])]


def test_copies_draw_a_straight_border_and_other_units_bend_it():
    distinct, units, straight = numbers_of("05_initialization", "weights all 0.5, epoch 30:")[:3]
    more, _, bent = numbers_of("05_initialization", "output random, epoch 30:")[:3]
    assert (distinct, units, more) == (1, 4, 4)
    assert bent > straight + 5


def test_he_learns_first_and_small_weights_do_not():
    small, glorot, he = (numbers_of("05_initialization", f"{name} ") for name in ("small, s = 0.01", "Glorot", "; He"))
    assert small[:2] == [2.3, 2.3]
    assert he[1] < glorot[0]


def test_shoes_with_their_own_mean_are_mistaken():
    assert numbers_of("05_initialization", "training statistics: ")[0] > 20 + numbers_of("05_initialization", "own:")[1]


def test_two_units_need_luck_and_votes_gain():
    two, four = numbers_of("05_initialization_deeper", "; solved: 2 units ")[0:3:2]
    assert 25 < two < 75 < four
    one, *_, twelve = numbers_of("05_initialization_deeper", "networks that vote: 1: ")
    assert 0.3 < twelve - one < 1.4


@pytest.mark.slow
def test_one_slice_of_the_starts_is_made_again(keras, program, stored):
    run = stored["starts"]["He"][0]
    _, again, _ = program.deep(20, "he_normal")([0], [run["rate"]], [1.0])
    assert again[0] == pytest.approx(run["comparison"], abs=0.1)  # other versions and processors round differently


def test_data_of_the_program_are_those_of_the_notebooks(program):
    (x, y), _ = load_fashion_mnist()
    for ours, (images, labels) in zip(program.parts(), hold_out(small_images(x), y), strict=True):
        np.testing.assert_allclose(ours[0], images, atol=1e-6)
        assert np.array_equal(ours[1], labels)
