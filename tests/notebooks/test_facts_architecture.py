"""What notebook 01 says and computes, against Keras, closed forms and the papers."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from taught import taught

from helpers.exercise._verdict import judge
from helpers.exercise.content.architecture import CORNERS, XOR, conv_parameters, count_parameters, merge
from helpers.exercise.content.architecture import EXERCISES as DATA
from helpers.figures.architecture import KINDS, convolution_edges, describe_wiring, draw_wiring
from helpers.surface import draw_relief
from helpers.surface._relief import project

EXERCISES = {exercise.id: exercise for exercise in DATA}


@pytest.fixture(scope="module", name="taught")
def definitions():
    return taught("01_architecture")


# The exercises


def test_parameters_of_the_fashion_network_are_those_of_the_course_map():
    parts = [count_parameters(pair) for pair in ([784, 512], [512, 512], [512, 10])]
    assert parts == [401_920, 262_656, 5_130]
    assert count_parameters([784, 512, 512, 10]) == 669_706


@pytest.mark.parametrize("case", EXERCISES["architecture.conv_parameters"].cases)
def test_convolution_and_dense_parameters_are_those_of_keras(case):
    keras = pytest.importorskip("keras")
    size, channels, window, filters = case
    image = keras.Input((size, size, channels))
    maps = keras.layers.Conv2D(filters, window)(image)
    outputs = keras.layers.Flatten()(maps)
    convolution = keras.Model(image, maps).count_params()
    dense = (size * size * channels + 1) * outputs.shape[1]
    assert conv_parameters(*case) == (convolution, dense)


def test_one_forward_pass_is_that_of_keras():
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "relu"), keras.layers.Dense(1)])
    model.set_weights([np.array([[1, -2], [3, 1]]), np.array([4, 2]), np.array([[4], [3]]), np.array([-2])])
    assert float(model(np.array([[2.0, -1.0]]))[0, 0]) == EXERCISES["architecture.forward_pass"].reference


@pytest.mark.parametrize("case", EXERCISES["architecture.merge"].cases)
def test_merged_layer_computes_what_two_layers_compute(case):
    W1, b1, W2, b2 = case
    x = np.random.default_rng(0).normal(size=(6, len(W1)))
    W, b = merge(*case)
    np.testing.assert_allclose(x @ W + b, (x @ W1 + b1) @ W2 + b2)


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
        (1, 2, 3),
        42,
    ],
)
def test_wrong_weights_for_xor_are_told_why(weights):
    verdict = judge(EXERCISES["architecture.xor_weights"], weights)
    assert not verdict
    assert verdict.message.startswith("✘ not right yet: ")


# What the notebook computes


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8])
def test_folding_makes_two_to_the_depth_pieces(taught, depth):
    x = np.linspace(0, 1, 2**11 + 1)
    y = taught["forward"](x[:, None], taught["folding_network"](depth))[:, 0]
    assert taught["count_pieces"](x, y) == 2**depth
    np.testing.assert_allclose(y, np.abs((x * 2 ** (depth - 1) + 0.5) % 1 - 0.5) * 2, atol=1e-9)


@pytest.mark.parametrize("depth", [1, 3, 5])
def test_one_layer_takes_a_unit_for_each_fold_and_one_for_the_start(taught, depth):
    x = np.linspace(0, 1, 2**11 + 1)

    def folded(points):
        return taught["forward"](points[:, None], taught["folding_network"](depth))[:, 0]

    (W, b), outer = taught["interpolating_network"](folded, 2**depth)
    np.testing.assert_allclose(taught["forward"](x[:, None], [(W, b), outer])[:, 0], folded(x), atol=1e-9)
    assert (np.abs(outer[0]) > 1).all()  # none of the 2 ** depth units is idle


@pytest.mark.parametrize("units", [1, 7, 50])
def test_written_network_stays_within_the_bound_of_interpolation(taught, units):
    x = np.linspace(0, 1, 1001)
    network = taught["interpolating_network"](lambda points: np.sin(3 * points), units)
    assert network[0][0].shape == (1, units)
    error = np.abs(taught["forward"](x[:, None], network)[:, 0] - np.sin(3 * x)).max()
    assert error <= 9 / (8 * units**2) + 1e-12  # h² max|f''| / 8


def test_tapered_widths_fall_towards_the_outputs(taught):
    assert taught["tapered"](12, 3) == [12, 8, 6]
    assert taught["tapered"](5, 0) == []
    assert min(taught["tapered"](1, 6)) >= 1


def test_boundary_is_where_the_weighted_sum_is_zero(taught):
    points = taught["boundary"](2.0, -1.0, 0.5)
    np.testing.assert_allclose(points @ [2.0, -1.0] + 0.5, 0, atol=1e-9)
    assert taught["boundary"](0.0, 0.0, 1.0) is None


def test_attention_is_that_of_keras(taught):
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    x, matrices = rng.normal(size=(5, 3)).astype("float32"), rng.normal(size=(3, 3, 3)).astype("float32")
    outputs, shares = taught["attention"](x, *matrices)
    query, key, value = (x @ matrix for matrix in matrices)
    attend = keras.layers.Attention(use_scale=False, score_mode="dot")
    expected = attend([query[None] / np.sqrt(np.float32(3)), value[None], key[None]])
    np.testing.assert_allclose(outputs, keras.ops.convert_to_numpy(expected)[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)


# The small figures


def test_relief_has_a_facet_for_each_square_from_back_to_front():
    heights = np.linspace(0, 1, 12).reshape(3, 4)
    ax = draw_relief(heights, labels=("x", "y", "z"), limits=(-1, 1))
    (facets,) = (artist for artist in ax.collections if isinstance(artist, PolyCollection))
    paths = facets.get_paths()
    assert len(paths) == 2 * 3
    np.testing.assert_allclose(paths[0].vertices[0], project(0.0, 0.5, heights[1, 0]))
    np.testing.assert_allclose(paths[-1].vertices[0], project(2 / 3, 0.0, heights[0, 2]))


@pytest.mark.parametrize("heights", [np.zeros(4), np.zeros((1, 5)), np.full((3, 3), 1.1), np.full((3, 3), np.nan)])
def test_relief_refuses_what_is_no_surface_between_0_and_1(heights):
    with pytest.raises(ValueError, match="heights must"):
        draw_relief(heights, labels=("x", "y", "z"), limits=(0, 1))


def test_convolution_shares_one_weight_for_each_place_of_the_window():
    edges = convolution_edges(6, 3)
    assert len(edges) == 4 * 3
    assert {source - target for source, target, weight in edges if weight == 2} == {2}
    with pytest.raises(ValueError, match="from 1 to 6"):
        convolution_edges(6, 7)


@pytest.mark.parametrize("kind", KINDS)
def test_wiring_draws_lines_or_arrows_and_says_what_they_show(kind):
    ax = Figure().subplots()
    assert draw_wiring(kind, ax=ax) is ax
    assert describe_wiring(kind).lower().startswith(kind)
    assert any(isinstance(artist, LineCollection) for artist in ax.collections) or len(ax.texts) > 10


def test_unknown_wiring_names_the_known_ones():
    with pytest.raises(ValueError, match="dense"):
        draw_wiring("residual")
