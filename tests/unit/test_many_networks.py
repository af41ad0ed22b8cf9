"""Networks trained side by side are what separate Keras fits would make of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from helpers.stacked import ManyNetworks  # noqa: E402

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
CLASSES, SIDES = RNG.integers(0, 4, 40), RNG.integers(0, 2, 40)


def loss_of(networks: ManyNetworks) -> Any:
    if networks.sizes[-1] == 1:
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def labels_of(networks: ManyNetworks) -> np.ndarray:
    return SIDES if networks.sizes[-1] == 1 else CLASSES


@pytest.mark.parametrize(
    ("activation", "normalize", "outputs"),
    [("tanh", False, 1), ("gelu", True, 4), ("prelu", False, 4), ("prelu", True, 1), (keras.ops.sin, True, 4)],
)
def test_outputs_and_losses_are_those_of_the_keras_model(activation: Any, normalize: bool, outputs: int) -> None:
    networks = ManyNetworks([3, 5, 6, outputs], activation, seeds=[7, 1], normalize=normalize, bias=[0.3, -0.2])
    labels = labels_of(networks)
    for k in range(2):
        model = networks.to_keras(k)
        theirs = model(X, training=True)
        np.testing.assert_allclose(networks.layers(X)[-1][k], theirs, atol=1e-5)
        target = labels[:, None] if outputs == 1 else labels
        assert float(networks.losses(X, labels)[k]) == pytest.approx(float(loss_of(networks)(target, theirs)), abs=1e-5)


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "activation"),
    [(lambda: keras.optimizers.SGD(0.3), "relu"), (lambda: keras.optimizers.Adam(0.05), "prelu")],
)
def test_training_side_by_side_is_training_alone(make: Any, activation: str) -> None:
    networks = ManyNetworks([3, 6, 4], activation, seeds=[0, 1])
    alone = [networks.to_keras(k) for k in range(2)]
    losses = networks.train(X, CLASSES, optimizer=make(), steps=8)
    for k, model in enumerate(alone):
        model.compile(make(), loss_of(networks))
        history = model.fit(X, CLASSES, epochs=8, batch_size=40, shuffle=False, verbose=0).history["loss"]
        np.testing.assert_allclose(losses[:, k], history, atol=1e-5)
        for ours, theirs in zip(networks.to_keras(k).get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_training_goes_on_where_it_stood() -> None:
    once, twice = (ManyNetworks([3, 4, 1], "tanh", seeds=[0]) for _ in range(2))
    first, second = keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1)
    whole = once.train(X, SIDES, optimizer=first, steps=6)
    parts = [twice.train(X, SIDES, optimizer=second, steps=steps) for steps in (2, 4)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


def test_each_network_has_its_own_rate_under_plain_descent() -> None:
    together = ManyNetworks([3, 4, 4], "relu", seeds=[5, 5])
    together.train(X, CLASSES, optimizer=keras.optimizers.SGD(1.0), steps=5, rates=[0.1, 0.4])
    for k, rate in enumerate((0.1, 0.4)):
        alone = ManyNetworks([3, 4, 4], "relu", seeds=[5])
        alone.train(X, CLASSES, optimizer=keras.optimizers.SGD(rate), steps=5)
        np.testing.assert_allclose(together.kernels[0][k], alone.kernels[0][0], atol=1e-6)


def test_a_network_that_diverges_leaves_the_others_alone() -> None:
    networks = ManyNetworks([3, 4, 4], "linear", seeds=[0, 0])
    losses = networks.train(1e3 * X, CLASSES, optimizer=keras.optimizers.SGD(1.0), steps=30, rates=[1e30, 1e-9])
    assert not np.isfinite(losses[-1, 0])
    assert np.isfinite(losses[:, 1]).all()


def test_gradients_are_those_of_each_network_alone() -> None:
    together, alone = ManyNetworks([3, 5, 4], "elu", [3, 4]), ManyNetworks([3, 5, 4], "elu", [4])
    for both, single in zip(together.gradients(X, CLASSES), alone.gradients(X, CLASSES), strict=True):
        np.testing.assert_allclose(both[1], single[0], atol=1e-6)


def test_mini_batches_show_each_example_once_a_pass() -> None:
    networks = ManyNetworks([3, 1], "relu", seeds=[0])
    losses = networks.train(X, SIDES, optimizer=keras.optimizers.SGD(0.0), steps=5, batch_size=8)
    assert losses.mean() == pytest.approx(float(networks.losses(X, SIDES)[0]), abs=1e-6)
    assert np.ptp(losses) > 0


def test_first_weights_lie_in_the_interval_of_glorot_uniform_and_fill_it() -> None:
    kernel = ManyNetworks([50, 30, 1], "relu", seeds=[0], gain=2.0).kernels[0].numpy()
    limit = 2 * np.sqrt(6 / 80)
    assert 0.98 * limit < np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([3], "relu", [0]), "two positive whole numbers"),
        (([3, 0, 1], "relu", [0]), "two positive whole numbers"),
        (([3, 2.5, 1], "relu", [0]), "two positive whole numbers"),
        (([3, 2, 1], "relu", []), "at least one number"),
        (([3, 2, 1], "wavy", [0]), "wavy"),
    ],
)
def test_impossible_networks_are_refused(arguments: tuple, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ManyNetworks(*arguments)


@pytest.mark.parametrize("options", [{"batch_size": 41}, {"batch_size": 0}, {"rates": [0.1]}, {"steps": -1}])
def test_impossible_trainings_are_refused(options: dict) -> None:
    networks = ManyNetworks([3, 2, 1], "relu", seeds=[0, 1])
    with pytest.raises(ValueError, match=next(iter(options))):
        networks.train(X, SIDES, **{"optimizer": keras.optimizers.SGD(0.1), "steps": 1} | options)
