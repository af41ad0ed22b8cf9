"""What notebook 08's deeper part states, held to the stored results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers.results import stored_groups


@pytest.fixture(scope="module")
def groups() -> Any:
    return stored_groups("regularization_deeper")


def mean(runs: Any, key: str) -> float:
    return float(np.mean([np.ravel(run[key])[-1] for run in runs]))


def test_random_features_are_worst_where_they_just_suffice(groups: Any) -> None:
    plain = {int(count): mean(runs, "error") for count, runs in groups["random_features"].items()}
    assert max(plain, key=plain.__getitem__) == 300  # as many features as images
    assert max(plain.values()) > plain[100] + 0.25
    assert max(plain.values()) > plain[2000] + 0.25
    tamed = [mean(runs, "penalized") for runs in groups["random_features"].values()]
    assert np.diff(tamed).max() < 0.01


def test_wide_networks_make_fewer_mistakes_without_a_peak(groups: Any) -> None:
    errors = [mean(runs, "error") for runs in groups["double_descent"].values()]
    assert np.diff(errors).max() < 0.005
    assert errors[0] - errors[-1] > 0.2
    assert mean(groups["double_descent"]["12"], "train_error") < 0.02


def test_batch_normalization_trains_twenty_layers_at_large_learning_rates(groups: Any) -> None:
    depth = groups["depth"]
    for rate in ("0.03", "0.3"):
        assert mean(depth["batch"][rate], "accuracy") == pytest.approx(0.63, abs=0.015)
    for name in ("Glorot", "He", "layer"):
        assert mean(depth[name]["0.3"], "accuracy") < 0.15
    best = {name: max(mean(runs, "accuracy") for runs in by_rate.values()) for name, by_rate in depth.items()}
    assert best["batch"] - best["layer"] > 0.06 > best["layer"] - best["He"]
    assert best["He"] - best["Glorot"] > 0.15


def test_dropout_and_batch_normalization_get_on_once_the_averages_have_caught_up(groups: Any) -> None:
    two = groups["two_layers"]
    assert mean(two["batch dropout"]["0.001"], "settled_accuracy") > mean(two["dropout"]["0.001"], "accuracy") + 0.007


def test_batches_of_two_are_too_small_for_batch_normalization_only(groups: Any) -> None:
    small = {
        name: max(mean(runs, "accuracy") for runs in each.values()) for name, each in groups["small_batches"].items()
    }
    assert small["layer, 2"] - small["batch, 2"] > 0.08
    assert small["none, 2"] - small["batch, 2"] > 0.08
    with_50 = [small[f"{name}, 50"] for name in ("none", "batch", "layer")]
    assert max(with_50) - min(with_50) < 0.03


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_decay_is_a_penalty_under_sgd_and_not_under_adam(seed: int) -> None:
    import keras

    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    (x, y), _, _ = hold_out(x, y, seed=0)
    images, labels = small_images(x[:500]), y[:500]
    dark = images.mean(axis=0) < 0.03

    def first_layer(optimizer: Any, penalty: Any = None) -> Any:
        keras.utils.set_random_seed(seed)
        hidden = keras.layers.Dense(32, "relu", kernel_regularizer=penalty)
        output = keras.layers.Dense(10, "softmax", kernel_regularizer=penalty)
        model = keras.Sequential([keras.Input((196,)), hidden, output])
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        model.compile(optimizer, "sparse_categorical_crossentropy")
        model.fit(images, labels, batch_size=50, epochs=30, verbose=0)
        return np.abs(hidden.get_weights()[0])

    l2, rates = keras.regularizers.L2(0.005), keras.optimizers
    penalty, decay = first_layer(rates.SGD(0.1), l2), first_layer(rates.SGD(0.1, weight_decay=0.01))
    assert np.abs(penalty - decay).max() < 0.01
    penalty, decay = first_layer(rates.Adam(0.001), l2), first_layer(rates.AdamW(0.001, weight_decay=0.01))
    assert np.mean(penalty[dark] < 0.01) > 0.5 > np.mean(penalty[~dark] < 0.01)
    assert np.mean(decay[dark] < 0.01) < 0.2
