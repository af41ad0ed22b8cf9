import doctest
import io
import subprocess
import sys
from itertools import combinations, pairwise

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

import helpers.network
from helpers import style
from helpers._text import Labels, outline, text_width
from helpers.network import describe_network, draw_network, draw_units
from helpers.network._artists import FAINT
from helpers.network._labels import indexed
from helpers.picture import to_png

SIZES = st.lists(st.integers(1, 30), min_size=2, max_size=6)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture
def random():
    return np.random.default_rng(0)


def lines(ax):
    return [artist for artist in ax.collections if isinstance(artist, LineCollection)]


def shapes(ax):
    return [artist for artist in ax.collections if isinstance(artist, PathCollection) and artist.get_zorder() == 2]


def labels(ax):
    """Return the artists that hold labels in or beside units and on edges."""
    return [artist for artist in ax.collections if isinstance(artist, PathCollection) and artist.get_zorder() == 3]


def label_words(ax):
    return [word for artist in labels(ax) for word in artist.get_label()[1:].split(" ")]


def written(ax):
    return [text.get_text() for text in ax.texts]


def parameters(sizes, random):
    return [array for m, n in pairwise(sizes) for array in (random.normal(size=(m, n)), np.ones(n))]


def edge_label_boxes(ax):
    """Return the boxes that hide edges beneath labels: the first half of a label artist that has one for each text."""
    boxes = []
    for artist in labels(ax):
        paths = artist.get_paths()
        if len(paths) > 1 and len(paths) == 2 * len(artist.get_label()[1:].split(" ")):
            boxes += [path.get_extents() for path in paths[: len(paths) // 2]]
    return boxes


# What is drawn


@given(SIZES)
def test_number_of_artists_depends_on_layers_not_on_units(sizes):
    ax = draw_network(sizes, labels=None)
    assert len(lines(ax)) == len(sizes) - 1
    assert len(shapes(ax)) == len(sizes)
    assert len(ax.lines) == len(ax.patches) == 0
    assert len(ax.texts) <= 2 * len(sizes)


@given(st.lists(st.integers(1, 12), min_size=2, max_size=5), st.booleans())
def test_every_unit_bias_and_edge_is_drawn(sizes, biases):
    ax = draw_network(sizes, biases=biases)
    pairs = pairwise(sizes)
    assert [len(artist.get_segments()) for artist in lines(ax)] == [(m + biases) * n for m, n in pairs]
    bias_nodes = [biases] * (len(sizes) - 1) + [False]
    assert [len(artist.get_paths()) for artist in shapes(ax)] == [n + b for n, b in zip(sizes, bias_nodes, strict=True)]


def test_every_edge_is_painted():
    ax = draw_network([3, 4, 2], labels=None, headings=False)
    pixels = np.asarray(Image.open(io.BytesIO(to_png(ax.figure))).convert("L")).astype(int)
    height, width = pixels.shape
    for artist in lines(ax):
        for (x, y), (to_x, to_y) in artist.get_segments():
            # Away from the ends, where units stand, every place of an edge is darker than the page.
            share = np.linspace(0.2, 0.8, 9)
            across = np.rint((x + share * (to_x - x)) / ax.get_xlim()[1] * width - 0.5).astype(int)
            down = np.rint((1 - (y + share * (to_y - y)) / ax.get_ylim()[1]) * height - 0.5).astype(int)
            assert all(pixels[row - 1 : row + 2, column].min() < 220 for row, column in zip(down, across, strict=True))


def test_layers_differ_in_shape_not_only_in_colour():
    ax = draw_network([1, 1, 1], biases=False)
    corners = [len(artist.get_paths()[0].vertices) for artist in shapes(ax)]
    assert len(set(corners)) == 3


def test_headings_name_every_layer():
    assert written(draw_network([2, 3, 3, 1])) == ["input", "hidden 1", "hidden 2", "output"]
    assert written(draw_network([2, 3, 1])) == ["input", "hidden", "output"]
    assert written(draw_network([2, 3, 1], headings=False)) == []


def test_headings_are_merged_where_they_would_collide():
    ax = Figure(figsize=(4, 3)).add_axes((0, 0, 1, 1))
    assert "28 hidden layers" in written(draw_network([2] * 30, ax=ax))


def test_units_are_named_or_split():
    assert label_words(draw_network([2, 2, 1])) == ["1", "x₁", "x₂", "1", "h₁", "h₂", "ŷ"]
    split = label_words(draw_network([2, 1, 2], labels="split", output_name="o", output_function="σ"))
    assert split == ["1", "x₁", "x₂", "1", "z", "f", "a₁", "z", "σ", "o₁", "z", "σ", "o₂"]
    assert label_words(draw_network([2, 2, 1], labels=None)) == []


def test_wide_layers_are_elided_with_their_true_number():
    ax = draw_network([784, 13, 12, 10**9])
    assert [text for text in written(ax) if "⋮" in text] == ["⋮\n784\n⋮", "⋮\n13\n⋮", "⋮\n1,000,000,000\n⋮"]
    assert [len(artist.get_paths()) for artist in shapes(ax)] == [12, 12, 13, 11]


def test_units_after_the_dots_keep_their_true_index():
    ax = draw_network([100, 2], max_units=4, ax=Figure(figsize=(6, 6)).add_axes((0, 0, 1, 1)))
    assert label_words(ax)[:4] == ["1", "x₁", "x₂", "x₁₀₀"]


def test_bias_nodes_stand_apart_from_units():
    without, with_bias = draw_network([1, 1], biases=False), draw_network([1, 1])
    assert len(shapes(with_bias)[0].get_paths()) == len(shapes(without)[0].get_paths()) + 1


# Counting


@given(SIZES, st.booleans())
def test_count_follows_the_formula(sizes, biases):
    total = sum((m + biases) * n for m, n in pairwise(sizes))
    ax = draw_network(sizes, count=True, biases=biases)
    assert any(f"= {total:,} parameter" in text for text in written(ax))
    assert f": {total:,} parameter" in describe_network(sizes, biases=biases)


def test_count_of_the_fashion_mnist_network():
    texts = " ".join(written(draw_network([784, 512, 512, 10], count=True)))
    for number in ("401,920", "262,656", "5,130", "668,672 weights", "1,034 biases", "669,706 parameters"):
        assert number in texts
    assert "669,706" not in " ".join(written(draw_network([784, 512, 512, 10])))


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ([2, 1], "A network of 2 inputs and 1 output, without a hidden layer: 3 parameters."),
        ([1, 1, 1], "A network of 1 input, one hidden layer of 1 unit and 1 output: 4 parameters."),
        ([3, 5, 4, 2], "A network of 3 inputs, two hidden layers of 5 and 4 units and 2 outputs: 54 parameters."),
        (
            (784, 512, 512, 10),
            "A network of 784 inputs, two hidden layers of 512 units and 10 outputs: 669,706 parameters.",
        ),
    ],
)
def test_description_says_layers_and_parameters(sizes, sentence):
    assert describe_network(sizes) == sentence


# Keras models


def test_model_is_drawn_with_its_own_weights_and_count(keras):
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(512, use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.Activation("relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ax = draw_network(model, count=True)
    assert f"{model.count_params():,} parameters" in " ".join(written(ax))
    assert [len(artist.get_paths()) for artist in shapes(ax)] == [12, 11, 12, 10]
    first = model.layers[1].kernel.numpy()[0, 0]
    assert line_colors(lines(ax)[0])[11] == (style.POSITIVE if first > 0 else style.NEGATIVE)


@pytest.mark.parametrize("use_bias", [True, False])
def test_functional_and_nested_models_are_chains_too(keras, use_bias):
    inputs = keras.Input((4,))
    body = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, use_bias=use_bias)])
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(body(inputs)))
    ax = draw_network(model, labels="split", count=True)
    assert f"= {model.count_params()} parameters" in " ".join(written(ax))
    assert "σ" in label_words(ax)
    assert describe_network(model).startswith("A network of 4 inputs, one hidden layer of 3 units and 1 output")


def test_functional_models_may_take_layers_from_another(keras):
    old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
    inputs = keras.Input((4,))
    new = keras.Model(inputs, keras.layers.Dense(5)(old.layers[0](inputs)))
    assert describe_network(new) == "A network of 4 inputs, one hidden layer of 3 units and 5 outputs: 35 parameters."


def test_drawing_a_functional_model_leaves_it_as_it_was(keras):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    # A metric that cannot be made again from its configuration: drawing must not try.
    model.compile("sgd", "mse", metrics=[lambda truth, belief: 0.0])
    layer, name = model.layers[-1], keras.Model(inputs, model.output).name
    before = layer.input, layer.output, model.optimizer
    describe_network(model)
    assert all(one is other for one, other in zip(before, (layer.input, layer.output, model.optimizer), strict=True))
    number, again = (int(text.rsplit("_", 1)[1]) for text in (name, keras.Model(inputs, model.output).name))
    assert again == number + 1  # no names were used up


def test_subclasses_of_layers_that_are_passed_over_are_passed_over(keras):
    class MCDropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            return super().call(inputs, training=True)

    class Scaled(keras.layers.Rescaling):
        pass

    layers = keras.layers
    model = keras.Sequential([keras.Input((4,)), Scaled(0.5), layers.Dense(3), MCDropout(0.5), layers.Dense(1)])
    assert describe_network(model) == "A network of 4 inputs, one hidden layer of 3 units and 1 output: 19 parameters."


def test_a_layer_that_only_has_the_name_of_one_passed_over_is_refused(keras):
    class Dropout(keras.layers.Layer):
        def call(self, inputs):
            return inputs[:, ::-1]

    with pytest.raises(ValueError, match="is a Dropout layer"):
        describe_network(keras.Sequential([keras.Input((4,)), Dropout(), keras.layers.Dense(3)]))


def test_spectral_normalization_is_drawn_as_the_layer_it_wraps(keras):
    dense = keras.layers.Dense(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.SpectralNormalization(dense), keras.layers.Dense(1)])
    ax = draw_network(model, count=True)
    assert f"{model.count_params()} parameters" in " ".join(written(ax))
    first = np.array(dense.kernel.numpy())[0, 0]
    assert line_colors(lines(ax)[0])[3] == (style.POSITIVE if first > 0 else style.NEGATIVE)


def test_layers_reused_from_another_model_are_drawn(keras):
    old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
    new = keras.Sequential([keras.Input((4,)), old.layers[0], keras.layers.Dense(5)])
    assert describe_network(new) == "A network of 4 inputs, one hidden layer of 3 units and 5 outputs: 35 parameters."


def unbuilt(keras):
    return keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])


def convolutional(keras):
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="filters"), layers.Flatten(), layers.Dense(2)]
    )


def without_dense(keras):
    return keras.Sequential([keras.Input((8, 8)), keras.layers.Flatten()])


def with_skip(keras):
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Add()([keras.layers.Dense(3)(inputs), inputs]))


def with_shared_layer(keras):
    inputs = keras.Input((3,))
    dense = keras.layers.Dense(3)
    return keras.Model(inputs, dense(dense(inputs)))


def with_two_outputs(keras):
    inputs = keras.Input((3,))
    return keras.Model(inputs, [keras.layers.Dense(1)(inputs), keras.layers.Dense(2)(inputs)])


def without_flatten(keras):
    layers = keras.layers
    return keras.Sequential([keras.Input((4, 5)), layers.Dense(2), layers.Flatten(), layers.Dense(3)])


def without_any_flatten(keras):
    return keras.Sequential([keras.Input((4, 5)), keras.layers.Dense(3), keras.layers.Dense(2)])


def with_the_flatten_behind(keras):
    return keras.Sequential([keras.Input((4, 5)), keras.layers.Dense(3), keras.layers.Flatten()])


def of_any_length(keras):
    inputs = keras.Input((None, 5))
    return keras.Model(inputs, keras.layers.Dense(3)(inputs))


def subclassed_and_unbuilt(keras):
    class Own(keras.Model):
        pass

    return Own()


def subclassed(keras):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    model = Own()
    model(np.zeros((1, 3)))
    return model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (unbuilt, "no weights yet"),
        (convolutional, "'filters' is a Conv2D layer"),
        (without_dense, "needs a Dense layer"),
        (with_skip, "branches: 'add.*' has 2 inputs"),
        (with_shared_layer, "uses a layer twice"),
        (with_two_outputs, "2 outputs"),
        (without_flatten, "Flatten layer missing"),
        (subclassed, "is of the class Own"),
        (subclassed_and_unbuilt, "is of the class Own"),
        (without_any_flatten, r"inputs of shape \(4, 5\) \(is a Flatten layer missing"),
        (with_the_flatten_behind, r"inputs of shape \(4, 5\) \(is a Flatten layer missing"),
        (of_any_length, r"inputs of shape \(None, 5\) \(is a Flatten layer missing"),
    ],
)
def test_models_that_are_no_chain_of_dense_layers_are_refused(keras, make, message):
    with pytest.raises(ValueError, match=message):
        draw_network(make(keras))


# Quantized models


def quantized(keras, mode, *, lora=False, **config):
    """Return a model of one Dense layer of known weights, quantized and then taught something by LoRA."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.set_weights([np.linspace(-0.9, 0.8, 12).reshape(4, 3).astype("float32"), np.zeros(3, "float32")])
    model.quantize(mode, **config)
    if lora:
        model.layers[0].enable_lora(2)
        model.layers[0].lora_kernel_b.assign(np.full((2, 3), 0.3))
    return model


def drawn_weights(model):
    ax = draw_network(model, weight_labels="numbers", number_format=".6f", biases=False, labels=None)
    texts = labels(ax)[-1].get_label()[1:].replace("−", "-").split(" ")
    return np.sort([float(text) for text in texts])


def in_blocks(keras):
    try:
        return {"config": keras.quantizers.Int4QuantizationConfig(block_size=2)}
    except (AttributeError, TypeError):
        pytest.skip("this Keras has no int4 codes in blocks")


@pytest.mark.filterwarnings("ignore:Layer InputLayer")
@pytest.mark.parametrize("case", ["int8", "int4", "int8 lora", "int4 lora", "int4 blocks"])
def test_a_quantized_model_is_drawn_with_the_weights_that_it_computes_with(keras, case):
    mode, _, more = case.partition(" ")
    model = quantized(keras, mode, lora=more == "lora", **(in_blocks(keras) if more == "blocks" else {}))
    computed = model(np.eye(4, dtype="float32")).numpy()
    if case == "int4 lora" and tuple(map(int, keras.__version__.split(".")[:2])) < (3, 15):
        with pytest.raises(ValueError, match="quantized with int4 and LoRA"):  # Keras cannot read these itself
            draw_network(model)
        return
    np.testing.assert_allclose(drawn_weights(model), np.sort(computed.ravel()), atol=2e-6)


@pytest.mark.filterwarnings("ignore:Layer InputLayer")
@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_a_quantized_model_counts_the_parameters_of_its_network(keras, mode):
    assert describe_network(quantized(keras, mode)).endswith("without a hidden layer: 15 parameters.")


@pytest.mark.filterwarnings("ignore:Layer InputLayer")
def test_codes_of_unknown_meaning_are_refused(keras):
    config = keras.quantizers.GPTQConfig(dataset=[[0]], tokenizer=lambda text: text, weight_bits=8)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="codes")])
    model.layers[0].quantize("gptq", config=config)
    assert "15 parameters" in describe_network(model)  # not calibrated: it still computes with its weights
    model.layers[0].is_gptq_calibrated = True
    with pytest.raises(ValueError, match="those of 'codes' are quantized with gptq"):
        draw_network(model)


def test_lora_is_drawn_with_what_it_has_learned(keras):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.layers[0].enable_lora(1)
    model.layers[0].lora_kernel_b.assign([[0.7]])
    expected = model.layers[0].kernel.numpy() if hasattr(model.layers[0].kernel, "numpy") else model.layers[0].kernel
    np.testing.assert_allclose(drawn_weights(model), np.sort(np.ravel(expected)), atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_whose_training_diverged_is_counted_but_not_drawn(keras, value):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.set_weights([np.full((2, 1), value), np.zeros(1)])
    assert "3 parameters" in describe_network(model)
    with pytest.raises(ValueError, match="between layers 1 and 2 must be finite"):
        draw_network(model)


# Weights, gradients, activations, dropped units


def line_colors(artist):
    return [to_hex(color).upper() for color in artist.get_colors()]


def test_colour_dashes_and_width_show_sign_and_size():
    ax = draw_network([2, 2], biases=False, weights=[[[1.0, -2.0], [0.0, 4.0]]])
    (edges,) = lines(ax)
    assert line_colors(edges) == [style.POSITIVE, style.NEGATIVE, style.GREY.upper(), style.POSITIVE]
    assert [dashes is not None for _, dashes in edges.get_linestyles()] == [False, True, False, False]
    widths = edges.get_linewidths()
    assert widths[2] < widths[0] < widths[1] < widths[3]


def test_gradients_take_the_place_of_weights_on_edges():
    ax = draw_network([1, 1], biases=False, weights=[[[1.0]]], gradients=[[[-1.0]]])
    assert line_colors(lines(ax)[0]) == [style.NEGATIVE]
    assert any("gradient" in text for text in written(ax))


def test_all_weights_zero_are_drawn():
    assert to_png(draw_network([2, 2], weights=[np.zeros((2, 2)), np.zeros(2)]).figure)


def test_colors_can_be_left_out_while_numbers_stay():
    ax = draw_network([1, 1], weights=[[[-1.5]], [0.25]], colors=False, weight_labels="numbers")
    assert line_colors(lines(ax)[0]) == [style.GREY.upper()]
    assert {"−1.50", "0.25"} <= set(label_words(ax))


def test_numbers_show_weight_and_gradient():
    ax = draw_network([1, 1], weights=[[[0.5]]], gradients=[[[-0.25]]], weight_labels="numbers", number_format=".1f")
    assert labels(ax)[-1].get_label() == "_0.5\n∂ −0.2"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [(-0.001, ".2f", "0.00"), (-0.0, ".1f", "0.0"), (-0.001, "+.2f", "+0.00"), (-0.001, ".0e", "−1e−03")],
)
def test_what_is_written_as_zero_has_no_minus_sign(value, number_format, text):
    options = {"weight_labels": "numbers", "number_format": number_format, "biases": False}
    ax = draw_network([1, 1], weights=[[[0.5]]], gradients=[[[value]]], activations=[[value], None], **options)
    assert labels(ax)[-1].get_label().endswith(f"∂ {text}")
    assert labels(ax)[0].get_label().startswith(f"_{text} ")


def test_own_texts_stand_on_edges():
    ax = draw_network([2, 1], weight_labels=[[["one"], ["two"]]])
    assert sorted(labels(ax)[-1].get_label()[1:].split(" ")) == ["one", "two"]


def test_weight_symbols_separate_indices_of_several_digits():
    assert indexed("w", 1, 2) == "w₁₂"
    assert indexed("w", 12, 3) == "w₁₂,₃"
    assert indexed("w", 1, 23, layer=10) == "w⁽¹⁰⁾₁,₂₃"
    ax = draw_network([12, 2], weight_labels="symbols", ax=Figure(figsize=(14, 9)).add_axes((0, 0, 1, 1)))
    assert {"w₁₁", "w₁₂,₁", "w₁₂,₂", "b₂"} <= set(label_words(ax))


def test_one_neuron_has_weights_with_one_index():
    assert {"w₁", "w₂", "b"} <= set(label_words(draw_network([2, 1], weight_labels="symbols")))


def test_activations_fill_units_and_stand_in_them():
    ax = draw_network([2, 1], biases=False, activations=[[0.0, 1.0], None])
    assert label_words(ax) == ["0.00", "1.00", "ŷ"]
    dark, light = shapes(ax)[0].get_facecolors()
    assert sum(dark[:3]) < sum(light[:3])


def test_dropped_units_are_crossed_out_and_their_edges_faint():
    ax = draw_network([2, 3, 1], biases=False, dropped=[None, [False, True, False], None])
    assert [to_hex(face) for face in shapes(ax)[1].get_facecolors()][1] == "#ffffff"
    vertices = [len(path.vertices) for path in shapes(ax)[1].get_paths()]
    assert vertices[1] > vertices[0] == vertices[2]
    assert [color == FAINT for color in line_colors(lines(ax)[0])] == [False, True, False] * 2
    assert [color == FAINT for color in line_colors(lines(ax)[1])] == [False, True, False]
    assert "h₂" not in label_words(ax)


# Refusals


@pytest.mark.parametrize(
    ("network", "error", "message"),
    [
        ([], ValueError, "the list is empty"),
        ([3], ValueError, r"the list is \[3\]"),
        ([3, 0, 1], ValueError, "layer 2 has 0"),
        ([3, -3, 1], ValueError, "layer 2 has -3"),
        ([3, 2.5, 1], ValueError, "layer 2 has 2.5"),
        ([3, 4.0, 1], ValueError, r"layer 2 has 4.0 \(write 4\)"),
        ([3, float("nan")], ValueError, "layer 2 has nan"),
        ([3, float("inf")], ValueError, "layer 2 has inf"),
        ([True, 2], TypeError, "layer 1 has True"),
        ([3, None], TypeError, "layer 2 has None"),
        ([3, "4"], TypeError, "layer 2 has '4'"),
        ([[3, 4], 2], TypeError, r"layer 1 has \[3, 4\]"),
        (np.ones((2, 2), int), TypeError, "layer 1 has"),
        (np.array(3), TypeError, "not array"),
        ("3-4-2", TypeError, "not '3-4-2'"),
        (b"34", TypeError, "not b'34'"),
        (None, TypeError, "not None"),
        (3, TypeError, "not 3"),
        ({3: 4}, TypeError, "not {3: 4}"),
        ({3, 4}, TypeError, "list of layer sizes"),
        ([2] * 41, ValueError, "at most 40 layers"),
    ],
)
def test_impossible_networks_are_refused(network, error, message):
    for function in (draw_network, describe_network):
        with pytest.raises(error, match=message):
            function(network)


@pytest.mark.parametrize("network", [(3, 2), np.array([3, 2]), [np.int64(3), np.uint8(2)], range(3, 1, -1)])
def test_any_sequence_of_whole_numbers_is_a_network(network):
    assert describe_network(network) == describe_network([3, 2])


W, B = np.ones((3, 4)), np.ones(4)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weights": [W.T, np.ones((4, 2))]}, ValueError, r"between layers 1 and 2 must have shape \(3, 4\)"),
        ({"weights": [W]}, ValueError, "3 layers need 2 arrays of weights, but there are 1"),
        ({"weights": [W, np.ones(3), np.ones((4, 2))]}, ValueError, r"biases .* shape \(4,\), but have \(3,\)"),
        ({"weights": [B, W]}, ValueError, "follows 0 of them"),
        ({"weights": [W, B, B]}, ValueError, "follows 1 of them"),
        ({"weights": [W, np.full((4, 2), np.nan)]}, ValueError, "array 2 of the weights must be finite"),
        ({"gradients": [W, np.full((4, 2), np.inf)]}, ValueError, "array 2 of the gradients must be finite"),
        ({"gradients": [W, None]}, TypeError, "array 2 of the gradients .* None"),
        ({"weights": [W, [["a", "b"]] * 4]}, TypeError, "array of numbers"),
        ({"weights": [[[1, 2], [3]]]}, TypeError, "array of numbers"),
        ({"weights": W}, TypeError, "must be a list of arrays"),
        ({"headings": None}, TypeError, "headings must be True or False, not None"),
        ({"biases": "no"}, TypeError, "biases must be True or False, not 'no'"),
        ({"title": "$\\frac$"}, ValueError, "title must be a text whose formulas can be set"),
        ({"output_name": "$\\frac$"}, ValueError, "output_name must be a text whose formulas"),
        ({"weight_labels": [[["$\\frac$"] * 4] * 3, [["w"] * 2] * 4]}, ValueError, "each of weight_labels must be"),
        ({"weights": "W"}, TypeError, "must be a list of arrays"),
        ({"activations": [np.ones(3), np.ones(5), None]}, ValueError, "activations of layer 2 .* shape"),
        ({"activations": [None, None]}, ValueError, "each of the 3 layers, but there are 2"),
        ({"activations": [None, None, [0, np.nan]]}, ValueError, "activations of layer 3 must be finite"),
        ({"dropped": [None, [True], None]}, ValueError, "dropped of layer 2"),
        ({"weight_labels": "numbers"}, ValueError, "needs weights or gradients"),
        ({"weight_labels": "letters"}, ValueError, "'letters'"),
        ({"weight_labels": True}, TypeError, "True"),
        ({"weight_labels": [[["w"]]]}, ValueError, "each of the 2 steps"),
        ({"weight_labels": [[["w"]], [["w"]]]}, ValueError, r"shape \(3, 4\), not \(1, 1\)"),
        ({"labels": "symbols"}, ValueError, "'names', 'split' or None"),
        ({"output_name": None}, TypeError, "output_name must be a text"),
        ({"title": 3}, TypeError, "title must be a text, not 3"),
        ({"max_units": 2}, ValueError, "from 3 to 100, not 2"),
        ({"max_units": 4.5}, TypeError, "not 4.5"),
        ({"number_format": "two digits"}, ValueError, "'two digits'"),
        ({"ax": Figure()}, TypeError, "not a value of type Figure"),
        ({"ax": Figure().add_subplot(projection="polar")}, ValueError, "polar"),
        ({"ax": Figure().add_axes((0, 0, 0.01, 0.01))}, ValueError, "at least 0.5 × 0.5 inches"),
    ],
)
def test_impossible_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        draw_network([3, 4, 2], **options)


def test_unknown_role_of_units_is_refused():
    with pytest.raises(ValueError, match="role must be 'input', 'hidden' or 'output', not 'nope'"):
        draw_units([(0, 0)], "nope", 1.0, ax=Figure().add_subplot())


def test_a_refused_network_leaves_the_axes_as_they_were():
    ax = Figure().add_subplot()
    before = ax.get_xlim()
    with pytest.raises(ValueError, match="needs weights"):
        draw_network([3, 4, 2], ax=ax, weight_labels="numbers")
    assert ax.axison
    assert ax.get_xlim() == before
    assert not ax.texts
    assert not ax.collections


# Shown


def test_a_drawing_shows_itself_with_its_description():
    data, metadata = draw_network([2, 3, 1])._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == describe_network([2, 3, 1])


@pytest.mark.parametrize(
    "sheet", ["dark_background", "Solarize_Light2", "ggplot", "seaborn-v0_8-darkgrid", "grayscale"]
)
def test_everything_can_be_read_in_any_style(sheet):
    weights = [np.array([[0.0, 1.0], [-1.0, 2.0]]), np.zeros(2), np.ones((2, 1)), np.zeros(1)]
    options = {"title": "A title", "count": True, "labels": "split", "weights": weights, "weight_labels": "numbers"}
    with matplotlib.rc_context():
        matplotlib.style.use(sheet)
        ax = draw_network([2, 2, 1], **options)
        elided = draw_network([30, 2])
    ground = to_hex(ax.figure.get_facecolor())
    (beside,), on_edges = labels(ax)[0].get_facecolors()[-1:], labels(ax)[-1].get_facecolors()
    hidden, numbers = on_edges[: len(on_edges) // 2], on_edges[len(on_edges) // 2 :]
    assert {to_hex(color) for color in hidden} == {ground}
    words = [text.get_color() for text in (*ax.texts, *elided.texts)] + [color[:3] for color in (beside, *numbers)]
    assert min(style.contrast(color, ground) for color in words) >= 4.5
    edges = [color for artist in lines(ax) for color in line_colors(artist)]
    assert min(style.contrast(color, ground) for color in edges) >= 3
    (dots,) = (text for text in elided.texts if "⋮" in text.get_text())
    assert to_hex(dots.get_bbox_patch().get_facecolor()) == ground


def test_the_title_is_seen_on_black():
    with matplotlib.rc_context({"figure.facecolor": "black", "axes.facecolor": "black"}):
        png = to_png(draw_network([3, 2, 1], title="A title", labels=None, colors=False).figure)
    top = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))[:25]  # only the title stands here
    assert np.ptp(top) > 120


def test_latex_is_not_needed():
    with matplotlib.rc_context({"text.usetex": True, "axes.unicode_minus": True}):
        ax = draw_network([30, 3, 1], title="A title", count=True, weights=None, labels="split")
        assert to_png(ax.figure)


def test_sketched_styles_leave_labels_alone():
    from matplotlib import patheffects

    effects = {"path.effects": [patheffects.withStroke(linewidth=4, foreground="w")], "path.sketch": (1, 100, 2)}
    with matplotlib.rc_context(effects):
        sketched = draw_network([2, 2, 1], weight_labels="symbols")
    assert labels(sketched)
    for artist in labels(sketched):
        assert not artist.get_path_effects()
        assert artist.get_sketch_params() is None
    assert lines(sketched)[0].get_sketch_params()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("setting", ["figure.autolayout", "figure.constrained_layout.use"])
def test_automatic_layouts_do_not_warn(setting):
    with matplotlib.rc_context({setting: True}):
        assert draw_network([2, 3, 1])._repr_mimebundle_()


# Text as outlines


@pytest.mark.parametrize("text", ["0", "hidden", "−0.25", "w⁽¹⁾₁₂", "ŷ", "½(ŷ−y)²"])
@pytest.mark.parametrize("bold", [False, True])
def test_outlines_put_together_are_those_of_the_whole_text(text, bold):
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    whole = TextPath((0, 0), text, size=100, prop=font).get_extents()
    path, width, _ = outline(text, bold)
    assert width == pytest.approx(whole.width / 7200, rel=0.01)
    assert path.get_extents().height == pytest.approx(whole.height / 7200, rel=0.01)
    assert abs(path.get_extents().x0 + path.get_extents().x1) < 1e-9


def test_outlines_take_formulas_spaces_and_several_lines():
    assert text_width("$w_1$") < text_width("w_1$")
    assert text_width("a b") > text_width("ab") + 0.2 / 72
    assert outline("a\nb")[2] > 1.5 * outline("a")[2]
    assert text_width("") == text_width(" ") == 0


@pytest.mark.parametrize(("align", "side"), [("left", "x0"), ("right", "x1"), ("center", None)])
def test_labels_stand_where_their_alignment_says(align, side):
    ax = Figure().add_axes((0, 0, 1, 1))
    written = Labels(ax, 12)
    written.add("∂ −0.125 →", 2.0, 1.0, align=align)
    written.draw()
    box = ax.collections[-1].get_paths()[-1].get_extents()
    assert (getattr(box, side) if side else (box.x0 + box.x1) / 2) == pytest.approx(2.0)


def test_a_ground_hides_nothing_that_is_written():
    ax = Figure().add_axes((0, 0, 1, 1))
    written = Labels(ax, 12)
    written.add("first", 1.0, 1.0)
    written.add("second", 1.0, 1.05, ground=True)
    written.draw()
    first = ax.collections[-1].get_facecolors()[0]
    assert to_hex(first) == style.ground(ax)  # grounds are drawn before all words


def test_examples_in_docstrings_are_true():
    found = doctest.testmod(helpers.network)
    assert found.attempted >= 4
    assert not found.failed


# On the page


def inside(ax):
    """Assert that nothing that is written or drawn leaves the Axes' box or the figure."""
    ax.figure.draw_without_rendering()
    box = ax.get_window_extent()
    for text in ax.texts:
        extent = text.get_window_extent()
        assert box.x0 - 1 <= extent.x0
        assert extent.x1 <= box.x1 + 1
        assert box.y0 - 1 <= extent.y0
        assert extent.y1 <= box.y1 + 1, text.get_text()
    width, height = ax.get_xlim()[1], ax.get_ylim()[1]
    for artist in (*shapes(ax), *labels(ax)):
        for path in artist.get_paths():
            extent = path.get_extents()
            assert min(extent.x0, extent.y0) >= 0, artist.get_label()
            assert extent.x1 <= width, artist.get_label()
            assert extent.y1 <= height, artist.get_label()


def texts_apart(ax):
    extents = [text.get_window_extent() for text in ax.texts]
    for one, other in combinations(extents, 2):
        assert min(one.x1, other.x1) <= max(one.x0, other.x0) or min(one.y1, other.y1) <= max(one.y0, other.y0)


PAGES = [[2, 2, 1], [3, 4, 2], [5] + [12] * 6 + [5], [784, 512, 512, 10], [1, 1], [2] * 40, [10**9, 3, 10**9]]


@pytest.mark.parametrize(
    ("look", "size"),
    [("use", (7.5, 3.6)), ("use", (1.0, 0.8)), ("lecture", (3.5, 2.2)), ("lecture", None)],
    ids=str,
)
@pytest.mark.parametrize("network", PAGES, ids=lambda sizes: "-".join(map(str, sizes[:4])))
def test_nothing_leaves_the_page_and_texts_stay_apart(network, size, look):
    with matplotlib.rc_context():
        getattr(style, look)()
        for options in ({}, {"labels": "split", "count": True, "title": "A title", "weight_labels": "symbols"}):
            ax = None if size is None else Figure(figsize=size).add_axes((0, 0, 1, 1))
            if sum(network) > 50:
                options = options | {"weight_labels": None}
            ax = draw_network(network, ax=ax, **options)
            inside(ax)
            texts_apart(ax)


@pytest.mark.parametrize("network", [[2, 1], [2, 2, 1], [3, 4, 2], [4, 4, 4]], ids=str)
@pytest.mark.parametrize("kind", ["symbols", "numbers"])
def test_labels_on_edges_all_find_a_place_and_do_not_overlap(network, kind, random):
    given_weights = parameters(network, random)
    ax = draw_network(network, weight_labels=kind, weights=given_weights, labels=None)
    boxes = edge_label_boxes(ax)
    assert len(boxes) == sum((m + 1) * n for m, n in pairwise(network))
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)


def test_drawing_again_on_cleared_axes_replaces_the_picture():
    ax = Figure(figsize=(7.5, 3.6)).add_axes((0, 0, 1, 1))
    first = to_png(draw_network([3, 4, 2], ax=ax, count=True).figure)
    ax.clear()
    other = to_png(draw_network([2, 12, 12, 1], ax=ax).figure)
    ax.clear()
    again = to_png(draw_network([3, 4, 2], ax=ax, count=True).figure)
    assert first == again != other


def test_drawing_stays_in_its_own_panel():
    figure = Figure(figsize=(9, 3))
    left, right = figure.subplots(1, 2)
    assert draw_network([3, 4, 2], ax=left) is left
    inside(left)
    assert not right.collections


def test_given_arrays_are_not_changed(random):
    weights = parameters([2, 3], random)
    copies = [array.copy() for array in weights]
    draw_network([2, 3], weights=weights, activations=[np.ones(2), None], dropped=[None, [1, 0, 0]])
    assert all((array == copy).all() for array, copy in zip(weights, copies, strict=True))


def test_import_and_drawing_load_neither_tensorflow_nor_pyplot():
    code = (
        "import sys; from helpers.network import draw_network, describe_network; from helpers.picture import to_png;"
        "to_png(draw_network([2, 3, 1], count=True).figure);"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib.pyplot', 'pandas') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
