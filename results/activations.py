"""Make results/activations.json: ten activations on Fashion-MNIST, each with its own initialization and learning rate.

    python results/activations.py                 # everything, about a quarter of an hour of CPU
    python results/activations.py two_layers      # one group again; the others stay as they are

Images of 14 × 14 pixels, standardized, 64 units in each hidden layer, Adam, six epochs, five seeds, each with its own
initial weights and its own order of the images. Each activation is tried with Glorot's initialization and with its own,
which keeps the mean square of its sums, at each rate of `RATES`; where the best rate is the lowest or the highest, the
next one outside is tried too. What is best on the 1,000 images for choosing is measured on the 3,000 for comparing. All
this is more than notebook 04 may make a student wait for.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "softplus")
RATES = (0.0005, 0.0015, 0.005, 0.015)
BELOW, ABOVE = 0.00015, 0.045
INITIALIZATIONS = ("Glorot", "own")
UNITS, EPOCHS, BATCH_SIZE = 64, 6, 128
LEARNING_RATES, BIASES = (0.1, 1.0, 2.0, 3.0), (0.0, -0.5)
"""Of `comebacks`; the biases are initial ones."""

GATED_WIDTHS = {"ReLU": 192, "GELU": 192, "SwiGLU": 128}
"""Units of a block, so that all have equally many weights."""

GATED_RATES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016)


@cache
def load() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (images, labels) to train on, choose by and compare on: 6,000, 1,000 and 3,000 rows of 196 numbers."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (images, labels), _ = load_fashion_mnist()
    parts = hold_out(small_images(images).reshape(-1, 196), labels, seed=0)
    mean, deviation = parts[0][0].mean(), parts[0][0].std()
    return [((x - mean) / deviation, y) for x, y in parts]


@cache
def gain(activation: str) -> float:
    """Return 1 / √E[f(z)²] for a standard normal z: √2 for ReLU, as He has it, and 1 for SELU, as LeCun has it."""
    import keras
    from scipy.special import ndtri

    name = "relu" if activation == "prelu" else activation  # a fresh PReLU is a ReLU
    z = ndtri((np.arange(100_000) + 0.5) / 100_000)
    return float(1 / np.sqrt(np.mean(np.array(keras.activations.get(name)(z)) ** 2)))


def network(activation: str, hidden_layers: int, initialization: str, seed: int) -> Any:
    """Return a plain Keras model with this initialization in its hidden layers, and Glorot's in its output."""
    import keras

    keras.utils.set_random_seed(seed)
    layers: list[Any] = [keras.Input((196,))]
    for _ in range(hidden_layers):
        start: Any = "glorot_uniform"
        if initialization == "own":
            start = keras.initializers.VarianceScaling(gain(activation) ** 2, "fan_in", "untruncated_normal")
        layers.append(keras.layers.Dense(UNITS, kernel_initializer=start))
        layers.append(keras.layers.PReLU() if activation == "prelu" else keras.layers.Activation(activation))
    return keras.Sequential([*layers, keras.layers.Dense(10)])


def fit(activation: str, hidden_layers: int, settings: list[tuple[str, float]], seeds: Any = SEEDS) -> dict:
    """Train all (initialization, rate) of `settings` with Adam at once; return settings → runs, one for each seed."""
    import keras

    from helpers.stacked import OwnBatches, PerNetwork, stack

    train, *others = load()
    grid = [(initialization, rate, seed) for initialization, rate in settings for seed in seeds]
    starts = {start for start, _ in settings}
    models = {(start, seed): network(activation, hidden_layers, start, seed) for start in starts for seed in seeds}
    networks = stack([models[start, seed] for start, _, seed in grid], own_batches=True)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(PerNetwork([rate for _, rate, _ in grid]))
    networks.compile(adam, loss=loss, metrics=["accuracy"])
    order = [seed for _, _, seed in grid]
    networks.fit(OwnBatches(*train, order, BATCH_SIZE), epochs=EPOCHS, verbose=0)
    chosen_by, accuracy = (accuracies(networks, part, order) for part in others)
    runs: dict = {}
    for (initialization, rate, seed), by, own in zip(grid, chosen_by, accuracy, strict=True):
        run = {"seed": seed, "initialization": initialization, "rate": rate, "chosen_by": by, "accuracy": own}
        runs.setdefault((initialization, rate), []).append(run)
    return runs


def accuracies(networks: Any, part: tuple[np.ndarray, np.ndarray], order: list[int]) -> np.ndarray:
    """Return the accuracy of each network on this part of the images."""
    from helpers.stacked import OwnBatches

    return np.array(networks.evaluate(OwnBatches(*part, order, 500), verbose=0, return_dict=True)["accuracy"])


def mean_choice(runs: list[dict]) -> float:
    """Return the mean accuracy on the images for choosing."""
    return float(np.mean([run["chosen_by"] for run in runs]))


def compare(hidden_layers: int) -> dict:
    """Return for each activation its best runs, its best ones from Glorot, and the choices that were tried."""
    best, glorot, tried = {}, {}, {}
    for activation in ACTIVATIONS:
        runs = fit(activation, hidden_layers, [(start, rate) for start in INITIALIZATIONS for rate in RATES])
        for start in INITIALIZATIONS:
            rates = {rate: mean_choice(runs[start, rate]) for rate in RATES}
            winner = max(rates, key=rates.__getitem__)
            outside = {min(RATES): BELOW, max(RATES): ABOVE}.get(winner)
            if outside is not None:
                runs |= fit(activation, hidden_layers, [(start, outside)])
        best[activation] = max(runs.values(), key=mean_choice)
        glorot[activation] = max((found for (start, _), found in runs.items() if start == "Glorot"), key=mean_choice)
        tried[activation] = [
            {"initialization": start, "rate": rate, "chosen_by": mean_choice(found)}
            for (start, rate), found in runs.items()
        ]
        print(
            f"  {activation}: {best[activation][0]['initialization']}, rate {best[activation][0]['rate']}", flush=True
        )
    return {"best": best, "from_glorot": glorot, "tried": tried}


def two_layers() -> dict:
    """196-64-64-10."""
    return compare(2)


def ten_layers() -> dict:
    """196, ten times 64, 10."""
    return compare(10)


def small_network(activation: str, bias: float, seed: int) -> Any:
    """Return a plain 2-16-16-1 Keras model whose hidden units all start with this bias."""
    import keras

    keras.utils.set_random_seed(seed)
    start = keras.initializers.Constant(bias)
    hidden = [keras.layers.Dense(16, activation=activation, bias_initializer=start) for _ in range(2)]
    return keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1)])


def off_everywhere(networks: Any, points: np.ndarray, leak: float) -> np.ndarray:
    """Return which units of both hidden layers are at or below 0 for all points: (2, networks, units)."""
    W1, b1, W2, b2, *_ = networks.get_weights_of_each()
    z1 = points @ W1 + b1[:, None]
    z2 = np.where(z1 > 0, z1, leak * z1) @ W2 + b2[:, None]
    return np.stack([(z <= 0).all(axis=1) for z in (z1, z2)])


def comebacks() -> dict:
    """Units that are off for all points of two moons, in 300 steps of plain descent, looked at every 15 steps."""
    import keras
    from sklearn.datasets import make_moons

    from helpers.stacked import PerNetwork, stack

    points, labels = make_moons(200, noise=0.15, random_state=0)
    fifteen = np.tile(points, (15, 1)), np.tile(labels, 15)  # fifteen steps on all points are an epoch
    found: dict = {"learning_rates": LEARNING_RATES, "biases": BIASES, "dead": {}, "came_back": {}}
    for name, activation, leak in (("ReLU", "relu", 0.0), ("leaky ReLU", "leaky_relu", 0.2)):
        models = [small_network(activation, bias, seed) for bias in BIASES for seed in SEEDS]
        networks = stack(models * len(LEARNING_RATES))
        rates = PerNetwork(np.repeat(LEARNING_RATES, len(models)))
        networks.compile(keras.optimizers.SGD(rates), loss=keras.losses.BinaryCrossentropy(from_logits=True))
        looks = [off_everywhere(networks, points, leak)]
        for _ in range(20):
            networks.fit(*fifteen, batch_size=200, shuffle=False, verbose=0)
            looks.append(off_everywhere(networks, points, leak))
        off = np.array(looks)  # looks, layers, networks, units
        share = off.mean(axis=(1, 3)).reshape(len(off), len(LEARNING_RATES), len(BIASES), len(SEEDS))
        found["dead"][name] = {"before": share[0].tolist(), "after": share[-1].tolist()}
        dead = off[:-1].any(axis=0)
        back = (off[:-1] & ~off[1:]).any(axis=0)
        found["came_back"][name] = [[int(back[layer].sum()), int(dead[layer].sum())] for layer in (0, 1)]
    return found


def gated_network(kind: str, seed: int) -> Any:
    """Return 196 → 64, twice a block beside a skip connection, 64 → 10; built as notebook 04, deeper, builds it."""
    import keras

    keras.utils.set_random_seed(seed)
    width, inputs = GATED_WIDTHS[kind], keras.Input((196,))
    x = keras.layers.Dense(64)(inputs)
    for _ in range(2):
        if kind == "SwiGLU":
            gate = keras.layers.Dense(width, activation="silu", use_bias=False)(x)
            hidden = keras.layers.Multiply()([keras.layers.Dense(width, use_bias=False)(x), gate])
        else:
            hidden = keras.layers.Dense(width, activation=kind.lower(), use_bias=False)(x)
        x = keras.layers.Add()([x, keras.layers.Dense(64, use_bias=False)(hidden)])
    return keras.Model(inputs, keras.layers.Dense(10)(x))


def gates() -> dict:
    """Gated blocks against plain ones on 3,000 images: each kind at its best rate, each seed its own order of them."""
    import keras

    from helpers.stacked import OwnBatches, PerNetwork, stack

    (x, y), *others = load()
    best = {}
    for kind in GATED_WIDTHS:
        models = [gated_network(kind, seed) for seed in SEEDS]
        networks = stack(models * len(GATED_RATES), own_batches=True)
        adam = keras.optimizers.Adam(PerNetwork(np.repeat(GATED_RATES, len(SEEDS))))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        networks.compile(adam, loss=loss, metrics=["accuracy"])
        order = list(SEEDS) * len(GATED_RATES)
        networks.fit(OwnBatches(x[:3000], y[:3000], order, BATCH_SIZE), epochs=EPOCHS, verbose=0)
        chosen_by, accuracy = (accuracies(networks, part, order).reshape(-1, 5) for part in others)
        winner = int(chosen_by.mean(axis=1).argmax())
        best[kind] = [
            {"seed": seed, "rate": GATED_RATES[winner], "chosen_by": by, "accuracy": own}
            for seed, by, own in zip(SEEDS, chosen_by[winner], accuracy[winner], strict=True)
        ]
        print(f"  {kind}: rate {GATED_RATES[winner]}", flush=True)
    return best


GROUPS = {group.__name__: group for group in (two_layers, ten_layers, comebacks, gates)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
