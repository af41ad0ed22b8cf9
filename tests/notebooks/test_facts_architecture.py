"""What notebook 01 says and computes, core and deeper, against Keras, closed forms and the stored results."""

from __future__ import annotations

import re
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from taught import find_sentence, taught

from helpers.exercise._verdict import judge
from helpers.exercise.content import exercises
from helpers.exercise.content.architecture import CORNERS, XOR
from helpers.figures import architecture as figures
from helpers.figures import architecture_deeper as deeper_figures
from helpers.results import stored_groups
from tools.concepts import NOTEBOOKS

EXERCISES = exercises("architecture")


@pytest.fixture(scope="module", name="core")
def core_definitions():
    return taught("01_architecture")


@pytest.fixture(scope="module", name="deeper")
def deeper_definitions():
    return taught("01_architecture_deeper")


@pytest.fixture(scope="module", name="stored")
def stored_results():
    return stored_groups("architecture")


def parameters(sizes):
    return sum((m + 1) * n for m, n in pairwise(sizes))


# The core


def test_logistic_regression_gets_right_what_the_text_says():
    from sklearn.linear_model import LogisticRegression

    features, labels, _ = figures.clothes()
    right = [
        round(120 * LogisticRegression(C=10).fit(features[:, columns], labels).score(features[:, columns], labels))
        for columns in ([0], [1], [0, 1])
    ]
    both, *alone = find_sentence(
        "01_architecture", r"of both inputs gets (\d+) right; x₁ alone gets (\d+), x₂ alone (\d+)"
    )
    assert right == [*map(int, alone), int(both)]


def test_numbers_of_parameters_are_those_of_the_course_map():
    assert [parameters(pair) for pair in ([784, 512], [512, 512], [512, 10])] == [401_920, 262_656, 5_130]
    assert parameters([784, 512, 512, 10]) == 669_706
    assert [parameters([4, *hidden, 3]) for hidden in ([3, 3], [6, 6], [3, 3, 3, 3])] == [39, 93, 63]
    assert (parameters([20, 100, 50, 10]), parameters([20, 10])) == (7660, 210)


@pytest.mark.parametrize("case", EXERCISES["architecture.widest"].cases)
def test_widest_layer_keeps_the_budget_and_one_unit_more_would_not(case):
    budget, inputs, outputs = case
    units = EXERCISES["architecture.widest"].reference(*case)
    assert parameters([inputs, units, outputs]) <= budget < parameters([inputs, units + 1, outputs])


def test_forward_pass_is_that_of_keras(core):
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)])
    model.set_weights([array for pair in core["small"] for array in pair])
    x = np.random.default_rng(0).normal(size=(6, 2))
    np.testing.assert_allclose(core["forward"](x, core["small"])[-1], np.asarray(model(x)), atol=1e-5)
    assert core["forward"](np.array([1.0, 2.0]), core["small"])[-1] == pytest.approx(1.5)


def test_loops_compute_what_arrays_compute(core):
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    np.testing.assert_allclose(core["layer_in_loops"](x, W, b), x @ W + b)


def test_units_of_the_exercise_do_what_its_solution_says():
    square = np.stack(np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 1, 21)), axis=-1).reshape(-1, 2)
    said = {}
    for name, (w1, w2, b, out) in {
        "A": (-1, -1, 2.5, 4), "B": (2, -3, 0.5, -1), "C": (-1, -2, -0.5, 3), "D": (5, 1, -2, 0),
    }.items():  # fmt: skip
        z = square @ [w1, w2] + b
        said[name] = (
            "ignored" if out == 0 else "always 0" if z.max() <= 0 else "never bends" if z.min() >= 0 else "bends"
        )
    assert said == EXERCISES["architecture.units_of_use"].reference


def test_weights_by_hand_solve_xor_with_a_straight_line(core):
    W1, b1, W2, b2 = core["xor_weights"]
    hidden = 1 / (1 + np.exp(-(CORNERS @ W1 + b1)))
    assert ((hidden @ W2 + b2)[:, 0] > 0).tolist() == XOR.tolist()
    np.testing.assert_allclose(hidden[1], hidden[2])
    linear = CORNERS @ W1 + b1
    np.testing.assert_allclose(linear[1], (linear[0] + linear[3]) / 2)


@pytest.mark.parametrize(
    "weights",
    [
        ([[1, -1], [-1, 1]], [0, 0], [1, 1], 0),
        (np.ones((2, 2)), [0, -1], [1, -2], 0),
        (np.array([[10.0, -10.0], [-10.0, 10.0]]), np.zeros(2), np.ones((2, 1)), np.array([-3.0])),
        ([[-1, -1], [-1, -1]], [1, 2], [-2, 1], 0),
    ],
)
def test_any_right_weights_for_xor_are_accepted(weights):
    W1, b1, W2, b2 = (np.asarray(part) for part in weights)
    outputs = np.maximum(0, CORNERS @ W1 + b1) @ W2.ravel() + b2
    assert ((outputs > 0.5) == XOR).all()
    assert judge(EXERCISES["architecture.xor_weights"], weights)


@pytest.mark.parametrize(
    "weights",
    [
        ([[1, 1], [1, 1]], [0, 0], [1, -2], 0),
        ([[1, 2, 3]], [0, 0], [1, 1], 0),
        ([[np.nan, 1], [1, 1]], [0, 0], [1, 1], 0),
        ("W1", "b1", "W2", "b2"),
        42,
    ],
)
def test_wrong_weights_for_xor_are_told_why(weights):
    verdict = judge(EXERCISES["architecture.xor_weights"], weights)
    assert not verdict
    assert verdict.message.startswith("✘ not right yet: ")


def test_boundary_of_rounding_noise_bends_nowhere():
    rng = np.random.default_rng(0)
    for _ in range(20):  # before training: biases 0, and a whole region in which every unit is 0
        start = [rng.uniform(-1, 1, (2, 4)), np.zeros(4), rng.uniform(-1, 1, (4, 1)), np.zeros(1)]
        assert all(len(figures.bends(j, *start)) <= 2 for j in range(4))
    assert [len(figures.bends(j, *figures.BENT)) for j in range(4)] == [1, 1, 0, 0]


def test_units_of_the_picture_bend_its_boundary_as_the_solution_says():
    W1, b1, W2, b2 = figures.BENT
    plane = np.stack(np.meshgrid(np.linspace(-1.7, 2.7, 400), np.linspace(-1.25, 1.7, 400)), axis=-1)
    z = plane @ W1 + b1
    output = np.maximum(0, z) @ W2[:, 0] + b2[0]
    near = np.abs(output) < 0.02
    meets = [bool((near & (np.abs(z[..., j]) < 0.02)).any()) for j in range(4)]
    words = {(True, True): "bends the boundary", (False, True): "stays away", (True, False): "output weight is 0"}
    said = [words[meet, bool(weight)] for meet, weight in zip(meets, W2[:, 0], strict=True)]
    assert said == list(EXERCISES["architecture.who_bends"].reference.values())


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8])
def test_folding_makes_two_to_the_depth_pieces(depth):
    x = np.linspace(0, 1, 2**11 + 1)
    y = figures.folded(x, depth)
    slopes = np.diff(y) / np.diff(x)
    assert 1 + np.sum(np.abs(np.diff(slopes)) > 1e-6) == 2**depth
    np.testing.assert_allclose(y, np.abs((x * 2 ** (depth - 1) + 0.5) % 1 - 0.5) * 2, atol=1e-9)


@pytest.mark.parametrize("depth", [3, 4, 5, 6])
def test_shallow_fit_is_better_than_other_kinks_and_far_from_the_target(depth):
    x, target = np.linspace(0, 1, 2**11 + 1), figures.folded(np.linspace(0, 1, 2**11 + 1), depth)
    best = np.mean((figures.best_shallow(depth) - target) ** 2)
    assert best > 0.02
    rng = np.random.default_rng(0)
    for _ in range(50):
        kinks = np.sort(rng.choice(np.arange(2 ** (depth + 1)) / 2 ** (depth + 1), 2 * depth, replace=False))
        columns = np.column_stack([np.ones(len(x)), *(np.maximum(0, x - kink) for kink in kinks)])
        fit = columns @ np.linalg.lstsq(columns, target, rcond=None)[0]
        assert np.mean((fit - target) ** 2) >= best - 1e-9


def test_tapered_widths_fall_towards_the_outputs():
    assert figures.tapered(12, 3) == [12, 8, 6]
    assert figures.tapered(5, 0) == []
    assert min(figures.tapered(1, 6)) >= 1


# Deeper


@pytest.mark.parametrize(("channels", "filters", "size", "stride"), [(1, 1, 3, 1), (3, 4, 5, 2), (2, 3, 2, 3)])
def test_convolution_is_that_of_keras(deeper, channels, filters, size, stride):
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    image = rng.normal(size=(11, 13, channels)).astype("float32")
    layer = keras.layers.Conv2D(filters, size, strides=stride, bias_initializer="ones")
    expected = np.asarray(layer(image[None]))[0]
    np.testing.assert_allclose(deeper["convolution"](image, *layer.get_weights(), stride=stride), expected, atol=1e-4)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (1, 1), (2, 1)])
def test_map_of_the_figure_has_the_size_of_the_formula(stride, padding):
    image = deeper_figures.small_trousers()
    out = deeper_figures.slide(image, deeper_figures.FILTERS["mean"], stride, padding)
    assert out.shape == ((7 + 2 * padding - 3) // stride + 1,) * 2
    assert out.sum() > 0


def test_summary_of_the_exercise_is_that_of_keras():
    keras = pytest.importorskip("keras")
    answer = EXERCISES["architecture.read_summary"].reference
    layers = [keras.layers.Conv2D(8, 5), keras.layers.MaxPooling2D(2), keras.layers.Conv2D(16, 3, strides=2)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    assert [layer.count_params() for layer in model.layers] == [208, 0, answer["b"], 0, answer["d"]]
    assert model.layers[2].output.shape == (None, answer["a"], answer["a"], 16)
    assert model.layers[3].output.shape == (None, answer["c"])


@pytest.mark.parametrize("units", [1, 7, 50])
def test_network_by_hand_stays_within_the_bound_of_interpolation(deeper, units):
    x = np.linspace(0, 1, 1001)
    kinks, weights, bias = deeper["interpolating_network"](lambda points: np.sin(3 * points), units)
    output = np.maximum(0, x[:, None] - kinks) @ weights + bias
    assert np.abs(output - np.sin(3 * x)).max() <= 9 / (8 * units**2) + 1e-12  # h² max|f''| / 8


def test_error_of_a_hundred_units_is_the_one_of_the_text(deeper):
    kinks, weights, bias = deeper["interpolating_network"](deeper_figures.wave, 100)
    x = np.linspace(0, 1, 5001)
    error = np.abs(np.maximum(0, x[:, None] - kinks) @ weights + bias - deeper_figures.wave(x)).max()
    (said,) = find_sentence("01_architecture_deeper", r"the weights chosen by hand leave an error of ([\d.]+)\.")
    assert error == pytest.approx(float(said), rel=0.15)


def test_functions_of_the_exercise_take_the_units_of_its_solution():
    x = np.linspace(-5, 5, 101)
    relu = lambda z: np.maximum(0, z)  # noqa: E731
    np.testing.assert_allclose(relu(x) + relu(-x), np.abs(x))
    np.testing.assert_allclose(3 * (relu(x) - relu(-x)) + 1, 3 * x + 1)
    np.testing.assert_allclose(relu(x) - relu(x - 1), np.clip(x, 0, 1))
    np.testing.assert_allclose(relu(x) - 2 * relu(x - 1) + relu(x - 2), np.maximum(0, 1 - np.abs(x - 1)), atol=1e-12)


def test_attention_is_that_of_keras(deeper):
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    x, matrices = rng.normal(size=(5, 3)).astype("float32"), rng.normal(size=(3, 3, 3)).astype("float32")
    outputs, shares = deeper["attention"](x, *matrices)
    query, key, value = (x @ matrix for matrix in matrices)
    attend = keras.layers.Attention(use_scale=False, score_mode="dot")
    expected = attend([query[None] / np.sqrt(np.float32(3)), value[None], key[None]])
    np.testing.assert_allclose(outputs, keras.ops.convert_to_numpy(expected)[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert np.isfinite(deeper["attention"](1000 * x, *matrices)[0]).all()


def test_tables_of_shares_are_what_the_solution_calls_them():
    cells = nbformat.read(NOTEBOOKS / "01_architecture_deeper.ipynb", as_version=4).cells
    (tables,) = (cell.source for cell in cells if "begin{pmatrix}" in cell.source)
    shown = re.findall(r"([A-D]) = \\begin\{pmatrix\}(.*?)\\end", tables)
    for name, entries in shown:
        kind = EXERCISES["architecture.which_shares"].reference[name]
        table = np.array([[float(entry) for entry in row.split("&")] for row in entries.split(r"\\")])
        rows = np.allclose(table.sum(axis=1), 1)
        assert (kind == "impossible") == (not rows)
        assert (kind == "masked") == bool(np.allclose(np.triu(table, 1), 0))
        assert (kind == "plain mean") == bool(np.ptp(table) == 0)


@pytest.mark.slow
def test_only_training_makes_units_whose_patches_are_all_of_one_class():
    import keras

    from helpers.data import hold_out, load_fashion_mnist

    (x, y), _ = load_fashion_mnist()
    (x_train, y_train), _, (x_new, y_new) = hold_out(x / np.float32(255), y, seed=0)
    keras.utils.set_random_seed(1)
    layers = [layer for filters in (8, 16) for layer in (
        keras.layers.Conv2D(filters, 5, activation="relu"), keras.layers.MaxPooling2D(2)
    )]  # fmt: skip
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    second, pure = keras.Model(model.inputs[0], model.layers[2].output), []
    for epochs in (0, 3):
        model.fit(x_train[..., None], y_train, batch_size=50, epochs=epochs, verbose=0)
        found = deeper_figures.best_patches(np.asarray(second(x_new[..., None])), x_new, y_new)
        pure.append(sum(one["purity"] == 1 for one in found))
    assert pure[1] > pure[0]


def test_codes_of_the_picture_have_the_sizes_of_the_solution():
    assert EXERCISES["architecture.which_code"].reference == deeper_figures.CODE_SIZES


@pytest.mark.parametrize("seed", range(5))
def test_sigmoid_layers_choke_and_skips_do_not(deeper, seed):
    assert deeper["arriving"](10, 0, seed) < 1e-4
    assert deeper["arriving"](10, 1, seed) > 0.5


def mean(runs, key="new"):
    return np.mean([run[key] for run in runs])


def test_probes_say_what_the_text_says(stored):
    probes = stored["probes"]
    pixels = mean(probes["pixels"], "layer 0")
    for layer in ("layer 1", "layer 2", "layer 3"):
        assert min(run[layer] for run in probes["trained 128-64-32"]) > pixels + 1
    assert max(run["layer 3"] for run in probes["random 128-64-32"]) < pixels - 9
    assert min(run["layer 1"] for run in probes["random 1500"]) > pixels + 1
    assert abs(mean(probes["random 1500"], "layer 1") - mean(probes["trained 128-64-32"], "layer 3")) < 1


@pytest.mark.slow
def test_one_slice_of_the_probes_is_made_again(stored):
    from results_program import load_program

    program = load_program("architecture")
    data = program.load()
    weights = program.random_weights(program.NARROW, 0)
    behind = zip(*(program.layers(pair[0], weights) for pair in data), strict=True)
    for place, three in enumerate(behind, start=1):
        again = program.probe(three, data)
        assert again == pytest.approx(stored["probes"]["random 128-64-32"][0][f"layer {place}"], abs=0.3)


def test_shuffling_costs_the_convolutional_network_and_not_the_dense_one(stored):
    groups = stored["assumption"]
    pairs = zip(groups["convolutional, as they are"], groups["convolutional, shuffled"], strict=True)
    assert all(whole["new"] > shuffled["new"] + 0.4 for whole, shuffled in pairs)
    assert abs(mean(groups["dense, as they are"]) - mean(groups["dense, shuffled"])) < 0.8


def test_sixteen_times_the_images_bring_more_than_sixteen_times_the_units(stored):
    few, many = (
        {n: mean(stored["capacity"][f"{n} units, {images} images"]) for n in (8, 128)} for images in (375, 6000)
    )
    from_images = [many[n] - few[n] for n in (8, 128)]
    from_units = [group[128] - group[8] for group in (few, many)]
    least, most, fewest, largest = map(
        float,
        find_sentence(
            "01_architecture_deeper",
            r"as many images bring (\d) to (\d) points, sixteen times as many units (\d) to (\d)",
        ),
    )
    assert [min(from_images), max(from_images)] == pytest.approx([least, most], abs=0.6)
    assert [min(from_units), max(from_units)] == pytest.approx([fewest, largest], abs=0.6)
    assert min(from_images) > max(from_units) + 0.5


def test_network_loses_less_than_the_best_linear_code(stored):
    groups = stored["autoencoder"]
    for size, share in ((2, 0.33), (10, 0.33), (30, 0.1)):
        linear = mean(groups[f"linear, code {size}"])
        assert max(run["new"] for run in groups[f"network, code {size}"]) < (1 - share / 2) * linear
        assert 1 - mean(groups[f"network, code {size}"]) / linear == pytest.approx(share, abs=0.03)
