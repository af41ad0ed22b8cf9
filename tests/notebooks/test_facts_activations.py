"""What notebook 04 teaches, from its own cells, against Keras, closed forms and other seeds."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from results_program import load_program
from scipy.special import ndtri
from taught import taught

from helpers.exercise.content import exercises
from helpers.figures import activations as figures
from helpers.figures import activations_deeper
from helpers.results import stored_groups

ROOT = Path(__file__).resolve().parents[2]
Z = np.linspace(-8, 8, 400)
NORMAL = ndtri((np.arange(100_000) + 0.5) / 100_000)


@pytest.fixture(scope="module", name="core")
def core_definitions(keras):
    return taught("04_activations", cross_entropy=keras.losses.SparseCategoricalCrossentropy(from_logits=True))


@pytest.fixture(scope="module", name="deeper")
def deeper_definitions():
    return taught("04_activations_deeper")


@pytest.fixture(scope="module", name="digits")
def digits_of_the_notebook():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return ((images - images.mean()) / images.std()).astype("float32"), labels


@pytest.fixture(scope="module", name="keras")
def keras_itself():
    return pytest.importorskip("keras")


# Curves


@pytest.mark.parametrize(
    "name", ["sigmoid", "tanh", "ReLU", "leaky ReLU", "GELU", "ELU", "SELU", "SiLU", "softplus", "PReLU"]
)
def test_formula_is_what_keras_computes(keras, core, deeper, name):
    ours = (core["formulas"] | deeper["others"])[name](Z)
    if name == "PReLU":
        layer = keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25))
        theirs = np.asarray(layer(Z[:, None]))[:, 0]
        fresh = np.asarray(keras.layers.PReLU()(Z[:, None]))[:, 0]
        np.testing.assert_array_equal(fresh, np.maximum(Z, 0).astype("float32"))
    else:
        theirs = np.asarray(keras.activations.get(name.lower().replace(" ", "_"))(Z))
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_figures_draw_the_formulas_of_the_notebook(core):
    for name, f in core["formulas"].items():
        np.testing.assert_allclose(figures.FORMULAS[name](Z), f(Z), atol=1e-12)


def test_slopes_named_in_the_text(keras, core):
    assert figures.slope(core["sigmoid"], Z).max() == pytest.approx(0.25, abs=1e-3)
    np.testing.assert_allclose(np.tanh(Z), 2 * core["sigmoid"](2 * Z) - 1, atol=1e-12)
    minus_two = keras.ops.convert_to_tensor([-2.0])
    in_dense = keras.layers.Dense(1, activation="leaky_relu").activation(minus_two)
    assert float(in_dense[0]) / -2 == pytest.approx(0.2)
    assert float(keras.layers.LeakyReLU()(minus_two)[0]) / -2 == pytest.approx(0.3)


def test_moments_are_the_closed_forms(core, deeper):
    formulas = core["formulas"] | deeper["others"]
    assert formulas["ReLU"](NORMAL).mean() == pytest.approx(1 / np.sqrt(2 * np.pi), abs=2e-4)
    assert formulas["GELU"](NORMAL).mean() == pytest.approx(1 / np.sqrt(4 * np.pi), abs=2e-4)
    assert formulas["SELU"](NORMAL).mean() == pytest.approx(0, abs=1e-3)
    assert formulas["SELU"](NORMAL).var() == pytest.approx(1, abs=2e-3)
    assert {name for name, f in formulas.items() if abs(f(np.zeros(1))[0]) > 1e-9} == {"sigmoid", "softplus"}
    above = {name for name, f in deeper["others"].items() if figures.slope(f, Z).max() > 1.01}
    assert above == {"SELU", "SiLU"}


# Signals


def test_signal_of_the_figures_is_that_of_keras_networks(core, digits):
    digits, labels = digits
    for name, initializer, start in (("sigmoid", "glorot_uniform", "Glorot"), ("relu", "he_uniform", "He")):
        model = core["deep_network"](name, initializer, seed=7)
        distances, lengths = core["both_ways"](model, digits[:128], labels[:128])
        shown = figures.measure("ReLU" if name == "relu" else name, start)
        assert distances[0] / distances[-1] == pytest.approx(1 / np.median(shown.apart[:, -1]), rel=0.8)
        assert lengths[-1] / lengths[0] == pytest.approx(1 / np.median(shown.back[:, -1]), rel=0.8)


def test_difference_and_gradient_lose_the_slope_in_each_layer():
    for name, factor in (("sigmoid", 4), ("GELU", 2)):
        signal = figures.measure(name, "Glorot")
        for part in signal:
            per_layer = np.median(part[:, -1] / part[:, -4]) ** (1 / 3)
            assert 1 / per_layer == pytest.approx(factor, rel=0.15)


@pytest.mark.slow
def test_lost_difference_and_not_lost_gradient_stops_sigmoids_with_other_seeds(keras, digits):
    """The text: frozen tanh learns, frozen and whole sigmoids do not, and batch normalization rescues them."""
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    core = taught("04_activations", cross_entropy=cross_entropy, digits=digits[0], digit_labels=digits[1])
    ends = {
        (name, frozen): core["train"](
            [core["deep_network"](name, seed=seed, units=32) for seed in range(10, 15)], frozen=frozen
        )[-1]
        for name, frozen in (("tanh", 9), ("sigmoid", 0), ("sigmoid", 9))
    }
    rescued = core["train"]([core["normalized_network"]("sigmoid", seed) for seed in range(10, 15)])[-1]
    assert ends["tanh", 9].max() < 1.7
    assert min(ends["sigmoid", 0].min(), ends["sigmoid", 9].min()) > 2.2
    assert rescued.max() < 1.2


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "ReLU"])
def test_factor_per_layer_is_what_random_networks_do(deeper, activation):
    f = figures.FORMULAS[activation]
    size, bias = {"ReLU": (1.4142, 0.0), "tanh": (1.0, 0.3), "sigmoid": (1.0, 0.0)}[activation]
    chi = deeper["factor_per_layer"](f, size, bias)
    assert chi == pytest.approx(activations_deeper.layer_factor(f, size, bias), rel=1e-6)
    measured = activations_deeper.distances(f, size, bias, layers=12, width=600)
    assert (measured[12] / measured[4]) ** (1 / 8) == pytest.approx(np.sqrt(chi), rel=0.12)


def test_initializations_lie_where_the_text_says(deeper):
    chi = {
        (name, size): deeper["factor_per_layer"](figures.FORMULAS[name], size, 0.0)
        for name, size in (("ReLU", np.sqrt(2)), ("tanh", 1.0), ("sigmoid", 1.0), ("sigmoid", 9.5), ("sigmoid", 10.5))
    }
    assert chi["ReLU", np.sqrt(2)] == pytest.approx(1, abs=0.01)
    assert 0.9 < chi["tanh", 1.0] < 1
    assert chi["sigmoid", 1.0] < 0.1
    assert chi["sigmoid", 9.5] < 1 < chi["sigmoid", 10.5]


def test_fates_of_the_exercise_follow_from_the_factor(deeper):
    right = exercises("activations")["activations.signal_map"].reference
    chi = [
        deeper["factor_per_layer"](figures.FORMULAS[name], size, 0.0)
        for name, size in (("sigmoid", 4.0), ("leaky ReLU", 1.387), ("tanh", 2.5))
    ]
    fates = ["become one" if x < 0.9 else "drift apart" if x > 1.1 else "stay apart" for x in chi]
    assert dict(zip("ABC", fates, strict=True)) == right
    assert chi == pytest.approx([0.40, 1.00, 1.6], abs=0.03)


@pytest.mark.parametrize("weight", [1.1, 1.3, 1.5])
def test_tangent_is_true_over_much_the_same_width(weight):
    said = activations_deeper.tangent(Figure().add_subplot(), depth=10, weight=weight)
    assert 0.02 < float(said.rstrip(".").rsplit(" ", 1)[1]) < 0.1


# Units


def test_unit_comes_back_only_where_the_slope_is_not_zero(core):
    outputs = {name: core["way_back"](core["formulas"][name], steps=400) for name in ("ReLU", "leaky ReLU")}
    assert np.ptp(outputs["ReLU"]) == 0
    assert outputs["leaky ReLU"][-1] > 0.9


def test_pictures_of_exercises_have_the_answers_of_their_references():
    from sklearn.datasets import make_moons

    asked = exercises("activations")
    points, _ = make_moons(200, noise=0.15, random_state=0)
    w1, w2, b = np.array(list(figures.FOUR_UNITS.values())).T
    shares = (points @ np.array([w1, w2]) + b > 0).mean(axis=0)
    kinds = ["dead" if share == 0 else "a line on the data" if share == 1 else "a kink" for share in shares]
    assert dict(zip(figures.FOUR_UNITS, kinds, strict=True)) == asked["activations.four_units"].reference
    assert asked["activations.whose_outputs"].reference == figures.FOUR_OUTPUTS
    said = {1.0: "1", 0.5: "below 1", 2.2: "above 1"}
    assert asked["activations.which_temperature"].reference == {
        name: said[value] for name, value in figures.TRUE_TEMPERATURES.items()
    }


def test_relu_networks_are_linear_within_a_piece_and_bend_at_its_edges():
    from helpers.figures.activations._moons import forward

    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in ((2, 8), (8, 8), (8, 1))]
    line = np.column_stack([np.linspace(-2, 2, 4001), np.full(4001, 0.2)])
    logits, on = forward(layers, "ReLU", line)
    bends = np.abs(np.diff(logits, n=2)) > 1e-9
    changes = (on[1:] != on[:-1]).any(axis=1)
    assert bends.any()
    assert not (bends & ~(changes[:-1] | changes[1:])).any()


# What the deeper notebook teaches


def test_log_sum_exp_is_that_of_keras_and_its_slopes_are_the_softmax(keras, deeper):
    logits = np.random.default_rng(0).normal(size=(5, 4)) * 300
    np.testing.assert_allclose(deeper["log_sum_exp"](logits), np.asarray(keras.ops.logsumexp(logits, axis=-1)))
    z = np.array([1.0, 3.0, 2.0])
    slopes = [(deeper["log_sum_exp"](z + h) - deeper["log_sum_exp"](z - h)) / 2e-5 for h in 1e-5 * np.eye(3)]
    np.testing.assert_allclose(slopes, np.asarray(keras.ops.softmax(z)), atol=1e-6)
    assert 3 <= deeper["log_sum_exp"](z) <= 3 + np.log(3)


def test_descent_needs_more_steps_the_farther_the_mean_is_from_zero():
    for seed in range(3):
        inputs = np.tanh(np.random.default_rng(seed).normal(size=(60, 2)))
        inputs -= inputs.mean(axis=0)
        steps = [activations_deeper.best_descent(inputs + mean)[1] for mean in (0.0, 1.0, 2.0)]
        assert all(later > 2 * earlier for earlier, later in pairwise(steps))


@pytest.mark.slow
def test_slope_and_centre_bring_more_alone_than_each_adds_to_the_other(keras, deeper, digits):
    """Five seeds that the notebook does not use; the margins are less than half of what it finds."""
    from helpers.stacked import PerNetwork, stack

    rates, few = (0.05, 0.12, 0.3), (digits[0][600:1200], digits[1][600:1200])
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = {}
    for kind, activation in deeper["kinds"].items():
        networks = stack([deeper["small_network"](activation, seed) for seed in range(10, 15)] * len(rates))
        networks.compile(keras.optimizers.SGD(PerNetwork(np.repeat(rates, 5))), loss=cross_entropy)
        networks.fit(*few, batch_size=1, verbose=0)
        ends = np.reshape(networks.evaluate(*few, verbose=0, return_dict=True)["loss"], (len(rates), 5))
        loss[kind] = np.nanmin(ends.mean(axis=1))
    slow, centred, steep, both = loss.values()
    assert min(slow - centred, slow - steep) > 0.25 * (slow - both) > 0
    assert slow - centred + slow - steep > slow - both


# The numbers of results/activations.json


@pytest.fixture(scope="module", name="program")
def program_that_made_them():
    pytest.importorskip("keras")
    return load_program("activations")


@pytest.fixture(scope="module", name="stored")
def stored_results():
    return stored_groups("activations")


def test_own_initialization_has_the_gains_of_he_and_lecun(program):
    assert program.gain("relu") == pytest.approx(np.sqrt(2), abs=1e-3)
    assert program.gain("selu") == pytest.approx(1, abs=1e-3)


def test_no_best_rate_lies_at_the_edge_of_what_was_tried(stored):
    for name in ("two_layers", "ten_layers"):
        group = stored[name]
        for activation, tried in group["tried"].items():
            best = group["best"][activation][0]
            if np.mean([run["accuracy"] for run in group["best"][activation]]) < 0.5:
                continue  # fails at every rate
            rates = [one["rate"] for one in tried if one["initialization"] == best["initialization"]]
            assert min(rates) < best["rate"] < max(rates)


def test_comparison_says_what_the_notebook_says(stored):
    means = {
        group: {name: np.mean([run["accuracy"] for run in runs]) for name, runs in stored[group]["best"].items()}
        for group in ("two_layers", "ten_layers")
    }
    shallow, deep = means["two_layers"], means["ten_layers"]
    assert max(shallow.values()) - min(shallow.values()) < 0.0125  # the text: 0.009
    others = [value for name, value in deep.items() if name not in ("sigmoid", "softplus")]
    assert deep["sigmoid"] < deep["softplus"] - 0.25
    assert deep["softplus"] < min(others) - 0.016
    assert max(others) - min(others) < 0.016
    assert max(shallow.values()) > max(deep.values())
    sigmoids = [round(100 * run["accuracy"]) for run in stored["ten_layers"]["best"]["sigmoid"]]
    assert (min(sigmoids), max(sigmoids)) == (20, 63)
    assert stored["ten_layers"]["best"]["relu"][0]["initialization"] == "Glorot"


@pytest.mark.parametrize("group", ["two_layers", "ten_layers"])
def test_activations_overlap_that_the_text_calls_alike(stored, group):
    bands = {name: [run["accuracy"] for run in runs] for name, runs in stored[group]["best"].items()}
    alike = [runs for name, runs in bands.items() if group == "two_layers" or name not in ("sigmoid", "softplus")]
    assert max(min(runs) for runs in alike) < min(max(runs) for runs in alike)


def test_dead_relus_of_a_first_layer_never_come_back(stored):
    back = stored["comebacks"]["came_back"]
    assert back["ReLU"][0][0] == 0 < back["ReLU"][0][1]
    shares = [came / dead for came, dead in (back["ReLU"][1], *back["leaky ReLU"])]
    assert min(shares) > 0.1


@pytest.mark.slow
def test_one_slice_of_the_results_is_made_again(program, stored):
    kept = stored["two_layers"]["best"]["relu"][0]
    setting = kept["initialization"], kept["rate"]
    (again,) = program.fit("relu", 2, [setting], seeds=(kept["seed"],))[setting]
    assert again["accuracy"] == pytest.approx(kept["accuracy"], abs=0.01)  # its own order of images, too


def test_gated_networks_have_equally_many_weights_and_are_those_of_the_notebook(program, deeper):
    counts = {kind: program.gated_network(kind, 0).count_params() for kind in program.GATED_WIDTHS}
    assert len(set(counts.values())) == 1
    for kind, width in program.GATED_WIDTHS.items():
        taught_here = deeper["network"](kind, width, 0)
        x = np.random.default_rng(0).normal(size=(5, 196)).astype("float32")
        np.testing.assert_allclose(taught_here(x), program.gated_network(kind, 0)(x), atol=1e-5)


def test_gates_gain_nothing_that_five_seeds_could_show_at_rates_inside_of_those_tried(program, stored):
    accuracy = {kind: np.array([run["accuracy"] for run in runs]) for kind, runs in stored["gates"].items()}
    lead = accuracy["SwiGLU"] - accuracy["ReLU"]
    assert lead.min() < 0 < lead.max()
    assert abs(lead.mean()) < 2 * lead.std(ddof=1) / np.sqrt(len(lead))
    rates = {runs[0]["rate"] for runs in stored["gates"].values()}
    assert min(program.GATED_RATES) < min(rates) <= max(rates) < max(program.GATED_RATES)
