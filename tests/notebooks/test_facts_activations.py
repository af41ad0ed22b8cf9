"""What notebook 04 says about activations, held against Keras and closed forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from results_program import load_program
from scipy.special import ndtr, ndtri
from taught import Taught, taught

from helpers.exercise.content import activations as exercises

ROOT = Path(__file__).resolve().parents[2]
Z = np.linspace(-8, 8, 401)


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module", name="taught")
def definitions() -> Taught:
    return taught("04_activations")


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"])
def test_formula_is_what_keras_computes_under_this_name(keras: Any, taught: Taught, name: str) -> None:
    theirs = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(Z, "float64")))
    np.testing.assert_allclose(taught["formulas"][name](Z), theirs, atol=1e-6)


def test_prelu_is_the_keras_layer_with_the_slope_of_the_gallery(keras: Any, taught: Taught) -> None:
    layer = keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25))
    np.testing.assert_allclose(taught["formulas"]["prelu"](Z), np.asarray(layer(Z[:, None]))[:, 0], atol=1e-6)
    fresh = keras.layers.PReLU()
    np.testing.assert_array_equal(np.asarray(fresh(Z[:, None])), np.maximum(Z, 0)[:, None].astype("float32"))


def test_leaky_slopes_of_the_exercise_are_the_defaults_of_keras(keras: Any) -> None:
    exercise = next(item for item in exercises.EXERCISES if item.id == "activations.leaky_slope")
    minus_two = keras.ops.convert_to_tensor([-2.0])
    function, layer = keras.layers.Dense(1, activation="leaky_relu").activation, keras.layers.LeakyReLU()
    assert exercise.reference == pytest.approx([float(f(minus_two)[0]) / -2 for f in (function, layer)])


def test_sigmoid_derivative_is_that_of_keras_and_at_most_a_quarter(keras: Any) -> None:
    tf = pytest.importorskip("tensorflow")
    z = tf.constant(Z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = keras.activations.sigmoid(z)
    np.testing.assert_allclose(exercises.sigmoid_derivative(Z), tape.gradient(value, z), atol=1e-9)
    assert exercises.sigmoid_derivative(Z).max() == exercises.sigmoid_derivative(0.0) == 0.25


@pytest.mark.parametrize(
    ("name", "mean", "variance"),
    [
        ("relu", 1 / np.sqrt(2 * np.pi), 0.5 - 0.5 / np.pi),
        ("leaky_relu", 0.8 / np.sqrt(2 * np.pi), 0.52 - 0.64 / (2 * np.pi)),
        ("gelu", 1 / np.sqrt(4 * np.pi), None),
        ("elu", 1 / np.sqrt(2 * np.pi) + np.exp(0.5) * ndtr(-1) - 0.5, None),
        ("selu", 0.0, 1.0),
        ("tanh", 0.0, None),
        ("sigmoid", 0.5, None),
    ],
)
def test_moments_of_a_standard_normal_are_the_closed_forms(
    taught: Taught, name: str, mean: float, variance: float | None
) -> None:
    out = taught["formulas"][name](ndtri((np.arange(100_000) + 0.5) / 100_000))
    assert out.mean() == pytest.approx(mean, abs=2e-4)
    if variance is not None:
        assert out.var() == pytest.approx(variance, abs=1e-3)


def test_tanh_is_the_sigmoid_twice_as_high_and_twice_as_fast(taught: Taught) -> None:
    np.testing.assert_allclose(2 * taught["sigmoid"](2 * Z) - 1, np.tanh(Z), atol=1e-12)


def test_log_sum_exp_and_softmax_are_those_of_keras(keras: Any, taught: Taught) -> None:
    logits = np.random.default_rng(0).normal(size=(3, 5, 4)) * 300
    np.testing.assert_allclose(taught["log_sum_exp"](logits), np.asarray(keras.ops.logsumexp(logits, axis=-1)))
    cooled = keras.ops.softmax(keras.ops.convert_to_tensor(logits / 1.7, "float64"))
    np.testing.assert_allclose(taught["softmax"](logits, 1.7), np.asarray(cooled), atol=1e-9)


def test_cross_entropy_of_many_networks_is_that_of_keras(keras: Any, taught: Taught) -> None:
    logits, labels = np.random.default_rng(0).normal(size=(3, 20, 4)) * 3, np.arange(20) % 4
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    assert taught["cross_entropy"](logits, labels) == pytest.approx([float(loss(labels, one)) for one in logits])


def test_unit_far_on_the_wrong_side_comes_back_only_where_the_derivative_is_not_zero(taught: Taught) -> None:
    outputs = {name: taught["come_back"](taught["formulas"][name], steps=400) for name in ("relu", "leaky_relu")}
    assert np.ptp(outputs["relu"]) == 0
    assert outputs["leaky_relu"][-1] > 0.9


# The numbers of results/activations.json -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program() -> Any:
    pytest.importorskip("keras")
    return load_program("activations")


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return json.loads((ROOT / "results" / "activations.json").read_text(encoding="utf-8"))


def test_every_activation_was_tried_at_rates_of_the_program(program: Any, stored: dict) -> None:
    for group in ("two_layers", "ten_layers"):
        assert tuple(stored["groups"][group]) == program.ACTIVATIONS
        assert all(run["rate"] in program.RATES for runs in stored["groups"][group].values() for run in runs)


def test_results_go_beyond_every_best_rate_at_an_end_of_those_tried(program: Any, stored: dict) -> None:
    best = {
        f"{group} | {activation}": runs[0]["rate"]
        for group in ("two_layers", "ten_layers")
        for activation, runs in stored["groups"][group].items()
    }
    expected = {name: program.NEXT_OUTSIDE[rate] for name, rate in best.items() if rate in program.NEXT_OUTSIDE}
    assert {name: runs[0]["rate"] for name, runs in stored["groups"]["beyond"].items()} == expected
    assert all(tried not in program.RATES for tried in program.NEXT_OUTSIDE.values())


@pytest.mark.slow
def test_one_slice_of_the_results_is_made_again(program: Any, stored: dict) -> None:
    kept = stored["groups"]["two_layers"]["relu"][0]
    (again,) = program.fit("relu", 2, kept["rate"], program.load(), seeds=(0,))
    for number in ("test_accuracy", "validation_accuracy"):  # other versions and processors round differently
        assert again[number] == pytest.approx(kept[number], abs=0.02)
