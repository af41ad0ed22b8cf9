"""A stack of networks trains each as a fit of its own would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from helpers.stacked import EarlyStopping, OwnBatches, PerNetwork, stack  # noqa: E402

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
CLASSES, SIDES, ONE_HOT = RNG.integers(0, 4, 40), RNG.integers(0, 2, 40), np.eye(4)[RNG.integers(0, 4, 40)]
LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
RATES = (0.01, 0.05)


def network(seed: int, *, activation: Any = "tanh", normalize: Any = None, rate: float = 0.0, l2: float = 0.0) -> Any:
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((3,))]
    for units in (6, 5):
        layers.append(keras.layers.Dense(units, kernel_regularizer=keras.regularizers.L1L2(l2 / 2, l2)))
        layers += [normalize()] if normalize else []
        layers.append(keras.layers.PReLU() if activation == "prelu" else keras.layers.Activation(activation))
        layers += [keras.layers.Dropout(rate)] if rate else []
    return keras.Sequential([*layers, keras.layers.Dense(4)])


def times(slope: float) -> Callable[[Any], Any]:
    return lambda z: slope * z


def skip(seed: int) -> Any:
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((3,))
    branch = keras.layers.Rescaling(0.5)(keras.layers.Dense(3, "relu")(inputs))
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(keras.layers.Add()([inputs, branch])))


def wired(crossed: bool) -> Any:
    """Two equal layers, of which the third layer takes the second or the first."""
    inputs = keras.Input((3,))
    first = keras.layers.Dense(3, "relu")(inputs)
    second = keras.layers.Dense(3, "relu")(first)
    third = keras.layers.Dense(3, "relu")(first if crossed else second)
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Add()([second, third])))


def called_twice() -> Any:
    inputs, layer = keras.Input((3,)), keras.layers.Dense(3, "relu")
    return keras.Model(inputs, layer(layer(inputs)))


def largest_difference(
    models: list[Any], make: Callable[[Any], Any], loss: Any, y: np.ndarray, rates: Any = RATES, **options: Any
) -> float:
    """Train `models` together and one by one; return the largest difference between their curves and weights."""
    options = {"epochs": 2, "batch_size": 16, "shuffle": False, "verbose": 0, "validation_split": 0.25} | options
    together = stack(models)
    together.compile(make(PerNetwork(rates)), loss, metrics=["accuracy"], run_eagerly=True)
    curves = together.fit(X, y, **options).history
    found = []
    for k, model in enumerate(models):
        model.compile(make(rates[k]), loss, metrics=["accuracy"], run_eagerly=True)
        alone = model.fit(X, y, **options).history
        assert alone.keys() == curves.keys()
        found += [np.abs(alone[name] - curves[name][:, k]).max() for name in alone]
        pairs = zip(model.get_weights(), together.unstack(k).get_weights(), strict=True)
        found += [np.abs(one - other).max() for one, other in pairs]
    return max(found)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(keras.optimizers.SGD, id="SGD", marks=pytest.mark.long),
        pytest.param(
            lambda rate: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=0.01),
            id="momentum",
            marks=pytest.mark.long,
        ),
        pytest.param(keras.optimizers.Adam, id="Adam", marks=pytest.mark.long),
        pytest.param(lambda rate: keras.optimizers.AdamW(rate, weight_decay=0.1, clipvalue=0.05), id="AdamW"),
    ],
)
def test_each_network_is_trained_as_alone_with_its_own_rate_and_penalty(make: Any) -> None:
    models = [network(seed, l2=0.01 * seed) for seed in (1, 2)]
    assert largest_difference(models, make, LOGITS, CLASSES) < 1e-5


@pytest.mark.long
@pytest.mark.parametrize("name", ["Adagrad", "RMSprop", "Adadelta", "Adamax", "Nadam", "Lion", "Ftrl"])
def test_every_optimizer_that_is_let_in_treats_networks_as_alone(name: str) -> None:
    models = [network(0), network(1)]
    assert largest_difference(models, getattr(keras.optimizers, name), LOGITS, CLASSES) < 1e-5


@pytest.mark.long
def test_one_rate_and_one_network_need_nothing_special() -> None:
    model = network(3)
    together = stack([model])
    together.compile("sgd", LOGITS, metrics=["accuracy"])
    curves = together.fit(X, CLASSES, epochs=2, shuffle=False, verbose=0).history
    model.compile("sgd", LOGITS)
    alone = model.fit(X, CLASSES, epochs=2, shuffle=False, verbose=0).history
    assert curves["loss"].shape == (2, 1)
    np.testing.assert_allclose(curves["loss"][:, 0], alone["loss"], atol=1e-6)


@pytest.mark.long
@pytest.mark.parametrize(
    ("models", "loss", "y"),
    [
        ([network(s, normalize=keras.layers.BatchNormalization) for s in range(2)], LOGITS, CLASSES),
        ([network(s, normalize=keras.layers.LayerNormalization) for s in range(2)], LOGITS, CLASSES),
        ([network(s, activation="prelu") for s in range(2)], LOGITS, CLASSES),
        ([network(s, activation=times(0.5)) for s in range(2)], LOGITS, CLASSES),
        ([network(s) for s in range(2)], keras.losses.CategoricalCrossentropy(from_logits=True), ONE_HOT),
        ([network(s) for s in range(2)], "mse", ONE_HOT),
        ([skip(s) for s in range(2)], "binary_crossentropy", SIDES),
    ],
    ids=["batch normalization", "layer normalization", "PReLU", "own activation", "one-hot", "mse", "skip connection"],
)
def test_layers_and_losses_are_those_of_the_plain_models(models: list[Any], loss: Any, y: np.ndarray) -> None:
    assert largest_difference(models, keras.optimizers.SGD, loss, y) < 1e-5


@pytest.mark.long
def test_sample_weights_count_as_in_keras() -> None:
    models, weights = [network(0), network(1)], np.linspace(0, 2, 40)
    options = {"sample_weight": weights, "validation_split": 0.0}
    assert largest_difference(models, keras.optimizers.SGD, LOGITS, CLASSES, rates=(0.1, 0.2), **options) < 1e-5


@pytest.mark.long
def test_a_schedule_for_each_network() -> None:
    schedules = [
        keras.optimizers.schedules.CosineDecay(0.1, 8),
        keras.optimizers.schedules.ExponentialDecay(0.2, 4, 0.5),
    ]
    assert largest_difference([network(0), network(1)], keras.optimizers.SGD, LOGITS, CLASSES, rates=schedules) < 1e-5


def test_a_network_that_diverges_leaves_the_others_alone() -> None:
    together = stack([network(0, activation="relu")] * 2)
    together.compile(keras.optimizers.SGD(PerNetwork([1e30, 1e-3])), LOGITS, jit_compile=False)
    stopping = EarlyStopping("loss", patience=9)
    options = {"batch_size": 40, "epochs": 5, "callbacks": stopping, "verbose": 0}
    loss = together.fit(1e3 * X, CLASSES, **options).history["loss"]
    assert np.isfinite(loss[0, 0])
    assert np.isnan(loss[1:, 0]).any()
    assert np.isfinite(loss[:, 1]).all()
    assert stopping.best_epoch.tolist() == [0, loss[:, 1].argmin()]
    assert stopping.best_epoch[1] > 0


def test_dropout_has_its_rate_and_its_masks_in_each_network() -> None:
    models = [network(0, rate=rate) for rate in (0.5, 0.1, 0.1)]
    together = stack(models)
    dropped = next(layer for layer in together.layers if "dropout" in layer.name)
    ones = np.ones((2000, 3, 6), "float32")
    masks = np.array(dropped(ones, training=True))
    np.testing.assert_allclose((masks == 0).mean(axis=(0, 2)), (0.5, 0.1, 0.1), atol=0.02)
    np.testing.assert_allclose(masks.mean(axis=(0, 2)), 1, atol=0.03)
    assert (masks[:, 1] != masks[:, 2]).any()
    np.testing.assert_array_equal(dropped(ones), ones)
    np.testing.assert_allclose(together.predict(X, verbose=0)[:, 0], models[0].predict(X, verbose=0), atol=1e-6)


@pytest.mark.long
def test_early_stopping_gives_each_network_what_a_fit_of_its_own_gets() -> None:
    models = [network(seed) for seed in range(3)]
    rates, options = (0.3, 1.0, 3.0), {"epochs": 30, "shuffle": False, "verbose": 0, "validation_split": 0.25}
    together = stack(models)
    together.compile(keras.optimizers.SGD(PerNetwork(rates)), LOGITS, metrics=["accuracy"])
    stopping = EarlyStopping(patience=3)
    together.fit(X, CLASSES, callbacks=[stopping], **options)
    for k, model in enumerate(models):
        model.compile(keras.optimizers.SGD(rates[k]), LOGITS)
        alone = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
        model.fit(X, CLASSES, callbacks=[alone], **options)
        assert (stopping.best_epoch[k], max(stopping.stopped_epoch[k], 0)) == (alone.best_epoch, alone.stopped_epoch)
        np.testing.assert_allclose(together.predict(X, verbose=0)[:, k], model.predict(X, verbose=0), atol=1e-4)
    assert len(set(stopping.best_epoch)) > 1, "all networks stop at once, so this test shows little"


def test_gradients_and_activations_are_those_of_each_network() -> None:
    import tensorflow as tf

    models = [network(seed, l2=0.1) for seed in range(2)]
    together = stack(models)
    together.compile("sgd", LOGITS)
    gradients, activations = together.gradients(X, CLASSES), together.activations(X)
    for k, model in enumerate(models):
        with tf.GradientTape() as tape:
            loss = LOGITS(CLASSES, model(X)) + sum(model.losses)
        for ours, theirs in zip(gradients, tape.gradient(loss, model.trainable_weights), strict=True):
            np.testing.assert_allclose(ours[k], theirs, atol=1e-6)
        a = X
        for ours, layer in zip(activations, model.layers, strict=True):
            a = layer(a)
            np.testing.assert_allclose(ours[k], a, atol=1e-5)


def test_a_frozen_layer_stays_where_it_is() -> None:
    together = stack([network(0), network(1)])
    together.layers[1].trainable = False
    together.compile("sgd", LOGITS)
    before = together.get_weights_of_each()
    together.fit(X, CLASSES, verbose=0)
    after = together.get_weights_of_each()
    assert [bool((old == new).all()) for old, new in zip(before, after, strict=True)] == [True] * 2 + [False] * 4


def test_layers_that_are_frozen_in_the_models_are_so_in_the_stack() -> None:
    models = [network(seed, normalize=keras.layers.BatchNormalization) for seed in range(2)]
    for model in models:
        model.layers[0].trainable = model.layers[1].trainable = False
    assert largest_difference(models, keras.optimizers.SGD, LOGITS, CLASSES, epochs=1, batch_size=30) < 1e-5


def test_networks_of_one_seed_see_one_order_and_each_example_once_an_epoch() -> None:
    batches = OwnBatches(np.arange(10)[:, None], np.arange(10), seeds=[4, 4, 5], batch_size=4)
    seen = []
    for _ in range(2):
        x, y = (np.concatenate(parts) for parts in zip(*(batches[i] for i in range(len(batches))), strict=True))
        np.testing.assert_array_equal(x[..., 0], y)
        np.testing.assert_array_equal(np.sort(y, axis=0), np.arange(10)[:, None].repeat(3, axis=1))
        np.testing.assert_array_equal(y[:, 0], y[:, 1])
        assert (y[:, 0] != y[:, 2]).any()
        seen.append(y)
        batches.on_epoch_end()
    # In another stack, whatever its other networks, the same seed gives the same order.
    others = OwnBatches(np.arange(10)[:, None], np.arange(10), seeds=[5, 9], batch_size=4)
    first = np.concatenate([others[i][1] for i in range(len(others))])
    np.testing.assert_array_equal(first[:, 0], seen[0][:, 2])
    assert (seen[0] != seen[1]).any()


def test_shape_of_the_rates_is_a_factor_at_each_step() -> None:
    shape = np.array([1.0, 0.5, 0.0])
    rates = PerNetwork([0.1, 0.2], shape)
    for step, factor in enumerate(shape):
        np.testing.assert_allclose(np.array(rates(step)), [[0.1 * factor], [0.2 * factor]], rtol=1e-6)
    np.testing.assert_array_equal(rates(9), rates(2))  # the last factor holds
    again = PerNetwork.from_config(rates.get_config())
    np.testing.assert_allclose(np.array(again(1)), [[0.05], [0.1]], rtol=1e-6)


def test_functional_models_take_batches_of_their_own() -> None:
    models = [skip(0), skip(1)]
    together = stack(models, own_batches=True)
    own = np.random.default_rng(0).normal(size=(4, 2, 3)).astype("float32")
    expected = np.stack([model(own[:, k]) for k, model in enumerate(models)], axis=1)
    np.testing.assert_allclose(together.predict(own, verbose=0), expected, atol=1e-6)


@pytest.mark.long
def test_own_batches_train_as_separate_fits_on_them_and_are_measured_on_shared_examples() -> None:
    models, seeds = [network(s) for s in range(2)], [7, 8]
    orders = []

    class Recorded(OwnBatches):
        def __getitem__(self, index: int) -> Any:
            orders.append(self.orders)
            return super().__getitem__(index)

    together = stack(models, own_batches=True)
    together.compile(keras.optimizers.Adam(0.05), LOGITS, metrics=["accuracy"])
    batches = Recorded(X, CLASSES, seeds, batch_size=16)
    history = together.fit(batches, epochs=1, verbose=0, validation_data=(X, CLASSES)).history
    for k, model in enumerate(models):
        model.compile(keras.optimizers.Adam(0.05), LOGITS)
        options = {"batch_size": 16, "shuffle": False, "verbose": 0, "validation_data": (X, CLASSES)}
        alone = model.fit(X[orders[-1][:, k]], CLASSES[orders[-1][:, k]], **options).history
        assert history["loss"][0, k] == pytest.approx(alone["loss"][0], abs=1e-5)
        assert history["val_loss"][0, k] == pytest.approx(alone["val_loss"][0], abs=1e-5)


def single(seed: int) -> Any:
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])


def test_shared_and_own_batches_take_turns() -> None:
    together, y = stack([single(0), single(1)], own_batches=True), X.sum(1)
    together.compile("sgd", "mse", steps_per_execution=1)
    options: dict[str, Any] = {"batch_size": 40, "verbose": 0}
    own = OwnBatches(X, y, seeds=[0, 1], batch_size=40)
    together.fit(own, verbose=0, validation_data=(X, y))
    together.fit(X, y, **options)
    assert together.steps_per_execution == 1, "who has chosen it keeps it"
    shared = together.predict(X, **options)
    np.testing.assert_allclose(together.predict(X[:, None].repeat(2, axis=1), **options), shared, atol=1e-6)
    # The examples are the same, in whatever order.
    np.testing.assert_allclose(together.evaluate(own, verbose=0), ((shared[..., 0].T - y) ** 2).mean(1), rtol=1e-5)


def test_as_many_steps_are_made_as_are_asked_for() -> None:
    together, y = stack([single(0), single(1)]), X.sum(1)
    together.compile("sgd", "mse")
    options: dict[str, Any] = {"batch_size": 1, "verbose": 0}
    assert len(together.predict(X, steps=6, **options)) == 6
    together.fit(X, y, **options)  # 16 at once
    together.evaluate(X, y, steps=20, **options)
    assert int(together.each_loss.count) == 20
    for steps, validation_steps in ((3, 8), (8, 3)):
        before = int(together.optimizer.iterations)
        wanted = {"steps_per_epoch": steps, "validation_steps": validation_steps, "validation_data": (X, y)}
        together.fit(X, y, **wanted, **options)
        assert int(together.optimizer.iterations) == before + steps
        assert int(together.each_loss.count) == validation_steps


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        (keras.optimizers.SGD(clipnorm=1.0), "norm"),
        (keras.optimizers.Adam(global_clipnorm=1.0), "norm"),
        (keras.optimizers.Muon(), "Muon looks at whole layers"),
        (keras.optimizers.Lamb(), "Lamb looks at whole layers"),
        (keras.optimizers.Adafactor(), "Adafactor looks at whole layers"),
        (keras.optimizers.SGD(PerNetwork([1, 2, 3])), "3 learning rates, but there are 2 networks"),
    ],
)
def test_what_looks_at_whole_layers_is_refused(optimizer: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        stack([network(0), network(1)]).compile(optimizer, LOGITS)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (lambda: [], "a list of at least one model"),
        (lambda: network(0), "a list of at least one model"),
        (lambda: [network(0), keras.Sequential([keras.layers.Dense(1)])], "begin with keras.Input, but model 1 is"),
        (lambda: [1, 2], "begin with keras.Input, but model 0 is 1"),
        (lambda: [network(0), network(0, activation="relu")], "model 1 differs from model 0"),
        (lambda: [network(0, activation=times(slope)) for slope in (1, 2)], "model 1 differs from model 0"),
        (lambda: [network(0), network(0, normalize=keras.layers.BatchNormalization)], "model 1 differs from model 0"),
        (lambda: [wired(crossed=False), wired(crossed=True)], "model 1 differs from model 0"),
        (lambda: [called_twice()], "each layer is called once"),
        (
            lambda: [keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(center=False)])],
            "with center and scale only",
        ),
        (lambda: [keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 2)])], "not Conv2D"),
        (
            lambda: [keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, kernel_constraint="unit_norm")])],
            "no kernel_constraint",
        ),
    ],
)
def test_what_cannot_be_stacked_is_refused(models: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        stack(models())


def test_what_has_no_number_for_each_network_is_refused() -> None:
    together = stack([network(0), network(1)])
    with pytest.raises(ValueError, match="compile the networks first"):
        together.gradients(X, CLASSES)
    with pytest.raises(ValueError, match="need a loss"):
        together.compile("sgd")
    with pytest.raises(ValueError, match="metrics"):
        together.compile("sgd", LOGITS, metrics=[keras.metrics.AUC()])
    with pytest.raises(ValueError, match="must be \"mean\", not 'sum'"):
        together.compile("sgd", keras.losses.MeanSquaredError(reduction="sum"))
    together.compile("sgd", LOGITS, metrics="accuracy")
    assert [metric.name for metric in together.metrics] == ["loss", "accuracy"]
    for callback in (keras.callbacks.EarlyStopping(), [keras.callbacks.TerminateOnNaN()]):
        with pytest.raises(ValueError, match=r"leave it out, or use helpers\.stacked\.EarlyStopping"):
            together.fit(X, CLASSES, callbacks=callback, verbose=0)


def test_a_stack_is_saved_one_by_one(tmp_path: Path) -> None:
    together = stack([single(0), single(1)])
    with pytest.raises(ValueError, match=r"networks\.unstack\(k\)\.save"):
        together.save(tmp_path / "networks.keras")
    with pytest.raises(IndexError, match="there are 2 networks, counted from 0, but not 2"):
        together.unstack(2)
    together.unstack(-1).save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(again.predict(X, verbose=0), together.predict(X, verbose=0)[:, 1], atol=1e-6)


def test_early_stopping_says_where_it_belongs_and_has_results_without_an_epoch() -> None:
    stopping, together = EarlyStopping("loss"), stack([single(0), single(1)])
    assert (len(stopping.best_epoch), len(stopping.stopped_epoch)) == (0, 0)
    together.compile("sgd", "mse")
    together.fit(X, X.sum(1), epochs=0, callbacks=stopping, verbose=0)
    assert (stopping.best_epoch.tolist(), stopping.stopped_epoch.tolist()) == ([0, 0], [-1, -1])
    plain = single(0)
    plain.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"a plain model needs keras\.callbacks"):
        plain.fit(X, X.sum(1), callbacks=[stopping], verbose=0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seeds": []}, "needs a seed and an example, but got 0"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"y": np.zeros(39)}, r"they are \(40, 3\) and \(39,\)"),
        ({"x": X[:, 0]}, r"they are \(40,\)"),
        ({"x": X[None].repeat(2, axis=0)}, r"they are \(2, 40, 3\) and \(40,\)"),
        ({"x": X[None], "y": CLASSES[None]}, "examples for 1 networks, but there are 2 seeds"),
    ],
)
def test_own_batches_that_do_not_fit_together_are_refused(settings: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OwnBatches(**{"x": X, "y": CLASSES, "seeds": [0, 1]} | settings)
