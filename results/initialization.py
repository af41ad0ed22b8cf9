"""Make results/initialization.json: what notebook 05 states about whole trainings, over eight seeds.

    python results/initialization.py             # everything, about a quarter of an hour on two cores
    python results/initialization.py transfer    # one group again; the others stay as they are

A comparison of starts or of scalings is fair only when each of them has its own best learning rate, so every group
tries several rates and keeps the one with the best mean validation accuracy. That is hundreds of networks, more than a
notebook may make a student wait for: this program makes the numbers; the notebook reads them and says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402
from helpers.stacked import ManyNetworks  # noqa: E402

SEEDS = tuple(range(8))
BATCH_SIZE = 64
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)

DEPTH, UNITS = 20, 32
LARGE, SMALL = 0.35, 0.01
HE = "he_normal, no clipping"
STARTS = ("small normal", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "large normal")

SCALING_RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
ADAM_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01)
RAW = 1e-4
"""Pixels from 0 to 255 need rates about 255² times as small."""

SHIFT = 3
LABELS = (5, 20, 100, 500)
"""Labelled images of each target class."""


def load() -> tuple[Any, Any, Any]:
    """Return (training, validation, test) pairs: 8,000, 2,000 and 2,000 images as rows of 784 numbers, 0 to 255."""
    from helpers.data import load_fashion_mnist

    (x, y), (x_test, y_test) = load_fashion_mnist()
    x, x_test = (images.reshape(-1, 784).astype("float32") for images in (x, x_test))
    order = np.random.default_rng(0).permutation(len(x))
    train, validation = order[:8000], order[8000:]
    return (x[train], y[train]), (x[validation], y[validation]), (x_test, y_test)


def small_images() -> tuple[Any, Any, Any]:
    """Return the same pairs with images shrunk to 14 × 14 and standardized with one mean and one deviation."""

    def shrink(images: np.ndarray) -> np.ndarray:
        return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)

    pairs = [(shrink(images), labels) for images, labels in load()]
    mean, deviation = pairs[0][0].mean(), pairs[0][0].std()
    return tuple(((images - mean) / deviation, labels) for images, labels in pairs)  # type: ignore[return-value]


def accuracy(networks: ManyNetworks, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the share of right answers of each network."""
    return np.mean(networks.layers(images)[-1].numpy().argmax(axis=-1) == labels, axis=1)


def best_rate(rates: Any, validated: np.ndarray, tested: np.ndarray, losses: np.ndarray | None = None) -> list[dict]:
    """Return a run for each seed at the rate with the best mean validation accuracy; arrays are (rates, seeds)."""
    best = int(np.argmax(validated.mean(axis=1)))
    runs = []
    for seed in range(validated.shape[1]):
        run = {"rate": rates[best], "validation_accuracy": validated[best, seed], "test_accuracy": tested[best, seed]}
        if losses is not None:
            run["loss"] = losses[best, seed]
        runs.append(run)
    return runs


# The same deep network from six starts -------------------------------------------------------------------------------


def kernels(name: str, sizes: tuple[int, ...], seeds: Any) -> list[np.ndarray]:
    """Return what Keras's initializer `name` draws, an array (seeds, inputs, units) for each layer."""
    import keras

    normal = {"small normal": SMALL, "large normal": LARGE}
    drawn = []
    for layer, shape in enumerate(pairwise(sizes)):
        each = []
        for seed in seeds:
            if name in normal:
                initializer = keras.initializers.RandomNormal(stddev=normal[name], seed=1000 * seed + layer)
            else:
                initializer = type(keras.initializers.get(name))(seed=1000 * seed + layer)
            each.append(np.array(initializer(shape)))
        drawn.append(np.stack(each))
    return drawn


def starts(seeds: Any = SEEDS) -> dict:
    """A network of 20 hidden layers with 32 ReLUs from six starts, SGD, 300 steps, each at its own best rate."""
    import keras

    train, validation, test = small_images()
    sizes = (196, *[UNITS] * DEPTH, 10)
    results = {}
    for name in STARTS:
        networks = ManyNetworks(sizes, "relu", [seed for _ in RATES for seed in seeds])
        for variable, drawn in zip(networks.kernels, kernels(name, sizes, seeds), strict=True):
            variable.assign(np.tile(drawn, (len(RATES), 1, 1)))
        rates = np.repeat(RATES, len(seeds))
        losses = networks.train(
            *train, optimizer=keras.optimizers.SGD(1.0), steps=300, batch_size=BATCH_SIZE, rates=rates
        )
        found = [accuracy(networks, *pair).reshape(len(RATES), -1) for pair in (validation, test)]
        results[name] = best_rate(
            RATES, *found, np.nan_to_num(losses[-20:].mean(axis=0), nan=1e9).reshape(found[0].shape)
        )
    return results


# Scalings of the inputs ----------------------------------------------------------------------------------------------


def scalings(x: np.ndarray) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Return name → function that scales images, all statistics from the training images `x`."""
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    floor = np.maximum(deviation, 0.05 * 255)  # pixels that are nearly always black would become huge
    covariance = np.cov((x / 255).T)
    eigenvalues, vectors = np.linalg.eigh(covariance)
    whitening = (vectors / np.sqrt(eigenvalues + 1e-3) @ vectors.T).astype("float32")
    return {
        "as they are": lambda images: images,
        "÷ 255": lambda images: images / 255,
        "standardized, all pixels alike": lambda images: (images - x.mean()) / x.std(),
        "standardized, each pixel": lambda images: (images - mean) / floor,
        "whitened": lambda images: (images - mean) / 255 @ whitening,
    }


def _scaling(epochs: int, names: Any, seeds: Any) -> dict:
    """Train a 784-64-10 network with SGD for each scaling, rate and seed; also return what each rate gave."""
    import keras

    train, validation, test = load()
    results = {}
    for name, scale in scalings(train[0]).items():
        if name not in names:
            continue
        rates = [rate * (RAW if name == "as they are" else 1) for rate in SCALING_RATES]
        networks = ManyNetworks([784, 64, 10], "relu", [seed for _ in rates for seed in seeds])
        steps = epochs * (len(train[0]) // BATCH_SIZE)
        networks.train(
            scale(train[0]),
            train[1],
            optimizer=keras.optimizers.SGD(1.0),
            steps=steps,
            batch_size=BATCH_SIZE,
            rates=np.repeat(rates, len(seeds)),
        )
        found = [
            accuracy(networks, scale(images), labels).reshape(len(rates), -1) for images, labels in (validation, test)
        ]
        results[name] = best_rate(rates, *found)
        for rate, row in zip(rates, found[1], strict=True):
            results[f"{name} | {rate:g}"] = [{"test_accuracy": value} for value in row]
        print(f"  {name}: rate {results[name][0]['rate']:g}", flush=True)
    return results


def scaling(seeds: Any = SEEDS) -> dict:
    """Five scalings of the inputs, 8 epochs of SGD, each at its own best rate; and at every rate."""
    return _scaling(8, ("as they are", "÷ 255", *list(scalings(np.eye(784, dtype="float32")))[2:]), seeds)


def scaling_long(seeds: Any = SEEDS) -> dict:
    """Dividing by 255 and standardizing, 40 epochs of SGD."""
    return _scaling(40, ("÷ 255", "standardized, all pixels alike", "standardized, each pixel"), seeds)


def scaling_adam(seeds: Any = SEEDS) -> dict:
    """Dividing by 255 and standardizing, 8 epochs of Adam."""
    import keras

    train, validation, test = load()
    results = {}
    for name, scale in scalings(train[0]).items():
        if name in ("as they are", "whitened"):
            continue
        validated, tested = [], []
        for rate in ADAM_RATES:
            networks = ManyNetworks([784, 64, 10], "relu", seeds)
            steps = 8 * (len(train[0]) // BATCH_SIZE)
            networks.train(
                scale(train[0]), train[1], optimizer=keras.optimizers.Adam(rate), steps=steps, batch_size=BATCH_SIZE
            )
            validated.append(accuracy(networks, scale(validation[0]), validation[1]))
            tested.append(accuracy(networks, scale(test[0]), test[1]))
        results[name] = best_rate(ADAM_RATES, np.array(validated), np.array(tested))
    return results


# Clipping ------------------------------------------------------------------------------------------------------------


def clipping(seeds: Any = SEEDS) -> dict:
    """The network of 20 layers from a start that is too large, SGD, Keras's three ways to clip; and He's start."""
    import keras

    (x, y), _, test = small_images()
    ways: dict[str, dict] = {
        "no clipping": {},
        "clipvalue=0.01": {"clipvalue": 0.01},
        "clipnorm=0.1": {"clipnorm": 0.1},
        "global_clipnorm=1": {"global_clipnorm": 1.0},
        HE: {},
    }
    sizes = (196, *[UNITS] * DEPTH, 10)
    hidden = [keras.layers.Dense(UNITS, activation="relu") for _ in range(DEPTH)]
    network = keras.Sequential([keras.Input((196,)), *hidden, keras.layers.Dense(10)])
    results: dict = {}
    for name, arguments in ways.items():
        results[name] = []
        drawn = kernels("he_normal" if name == HE else "large normal", sizes, seeds)
        for index, seed in enumerate(seeds):
            keras.utils.set_random_seed(seed)
            weights: list[np.ndarray] = []
            for layer in drawn:
                weights += [layer[index], np.zeros(layer.shape[2], "float32")]
            network.set_weights(weights)
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            network.compile(keras.optimizers.SGD(0.03, **arguments), loss, steps_per_execution=25)
            losses = network.fit(x, y, batch_size=BATCH_SIZE, epochs=6, verbose=0).history["loss"]
            right = np.mean(np.array(network(test[0])).argmax(axis=-1) == test[1])
            last = losses[-1] if np.isfinite(losses[-1]) else 1e9
            results[name].append({"loss": last, "test_accuracy": right, "diverged": float(last == 1e9)})
        print(f"  {name}", flush=True)
    return results


# Transfer ------------------------------------------------------------------------------------------------------------


def moved(images: np.ndarray, seed: int) -> np.ndarray:
    """Return 14 × 14 images, rows of 196 from 0 to 1, each at a random place of a 20 × 20 frame, standardized."""
    rng = np.random.default_rng(seed)
    side = 14 + 2 * SHIFT
    frames = np.zeros((len(images), side, side), "float32")
    for frame, image, (row, column) in zip(
        frames, images.reshape(-1, 14, 14), rng.integers(0, 2 * SHIFT + 1, (len(images), 2)), strict=True
    ):
        frame[row : row + 14, column : column + 14] = image
    return (frames.reshape(len(images), -1) - 0.14) / 0.28


def centred(images: np.ndarray, seed: int) -> np.ndarray:
    """Return the images as rows of 196 numbers, standardized, where they are; `seed` changes nothing."""
    return (images - 0.29) / 0.33


def pick(images: np.ndarray, labels: np.ndarray, classes: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the images of these classes, and their labels counted from 0."""
    classes = np.sort(classes)
    rows = np.isin(labels, classes)
    return images[rows], np.searchsorted(classes, labels[rows])


class Task:
    """Classes of one seed divided at random: five to pre-train on, and five with few labels."""

    def __init__(self, seed: int, place: Callable[[np.ndarray, int], np.ndarray], times: int) -> None:
        from helpers.data import load_fashion_mnist

        (x, y), (x_test, y_test) = load_fashion_mnist()
        x, x_test = (
            images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255 for images in (x, x_test)
        )
        self.seed, self.rng = seed, np.random.default_rng(seed)
        order = self.rng.permutation(10)
        self.source_classes, self.target_classes = order[:5], order[5:]
        self.images = np.concatenate([place(x, 100 + copy) for copy in range(times)])
        self.labels = np.tile(y, times)
        self.target = pick(place(x, 50), y, self.target_classes)
        self.test = pick(place(x_test, 99), y_test, self.target_classes)
        self.inputs = self.images.shape[1]

    def pretrain(self, classes: Any, *, permuted: bool = False, images: int | None = None) -> ManyNetworks:
        """Return a network trained on `classes`, on so many images (all when None), pixels in another order or not."""
        import keras

        x, y = pick(self.images, self.labels, classes)
        rows = np.random.default_rng(self.seed).permutation(len(x))[:images]
        x = x[:, np.random.default_rng(5).permutation(self.inputs)] if permuted else x
        network = ManyNetworks([self.inputs, 128, 64, len(classes)], "relu", [self.seed])
        network.train(x[rows], y[rows], optimizer=keras.optimizers.SGD(0.1), steps=3000, batch_size=BATCH_SIZE)
        return network

    def draw(self, labels: int) -> tuple[np.ndarray, np.ndarray]:
        """Return rows of the target: `labels` of each class to train on, and 1,000 others to choose the rate with."""
        y = self.target[1]
        rng = np.random.default_rng([self.seed, labels])
        few = np.concatenate([rng.permutation(np.flatnonzero(y == label))[:labels] for label in range(5)])
        return few, rng.permutation(np.setdiff1d(np.arange(len(y)), few))[:1000]

    def learn(self, labels: int, learned: ManyNetworks | None, frozen: bool) -> dict[str, np.ndarray]:
        """Return validation and test accuracy for each of RATES, from `learned` hidden layers or from scratch."""
        import keras

        (x, y), (x_test, y_test) = self.target, self.test
        few, others = self.draw(labels)
        seeds = [1000 + self.seed] * len(RATES)
        if frozen:
            x, x_test = (learned.layers(images)[1].numpy()[0] for images in (x, x_test))
            networks = ManyNetworks([64, 5], "relu", seeds)
        else:
            networks = ManyNetworks([self.inputs, 128, 64, 5], "relu", seeds)
            if learned is not None:
                for layer in (0, 1):
                    networks.kernels[layer].assign(np.repeat(learned.kernels[layer].numpy(), len(RATES), axis=0))
                    networks.biases[layer].assign(np.repeat(learned.biases[layer].numpy(), len(RATES), axis=0))
        networks.train(
            x[few],
            y[few],
            optimizer=keras.optimizers.SGD(1.0),
            steps=200 if labels < 500 else 600,
            batch_size=min(32, len(few)),
            rates=RATES,
        )
        return {
            "validated": accuracy(networks, x[others], y[others]),
            "tested": accuracy(networks, x_test, y_test),
        }


def _together(found: dict[str, list[dict[str, np.ndarray]]]) -> dict:
    """Return for each setting its runs at the best rate; `found` has, for each setting, the rates' numbers by seed."""
    return {
        name: best_rate(
            RATES,
            np.array([each["validated"] for each in runs]).T,
            np.array([each["tested"] for each in runs]).T,
        )
        for name, runs in found.items()
    }


def _transfer(place: Callable[[np.ndarray, int], np.ndarray], times: int, seeds: Any, permuted: bool) -> dict:
    found: dict = {}
    for seed in seeds:
        task = Task(seed, place, times)
        sources = {"": task.pretrain(task.source_classes)}
        if permuted:
            sources[", pixels in another order"] = task.pretrain(task.source_classes, permuted=True)
        for labels in LABELS:
            found.setdefault(f"{labels} | from scratch", []).append(task.learn(labels, None, frozen=False))
            for source, learned in sources.items():
                for way, frozen in (("fine-tuned", False), ("frozen", True)):
                    found.setdefault(f"{labels} | {way}{source}", []).append(task.learn(labels, learned, frozen))
        print(f"  seed {seed}", flush=True)
    return _together(found)


def transfer(seeds: Any = SEEDS) -> dict:
    """Five random classes to the other five, all images at random places: from scratch, fine-tuned and frozen."""
    return _transfer(moved, 6, seeds, permuted=True)


def transfer_centred(seeds: Any = SEEDS) -> dict:
    """The same with the images where they are, in the middle."""
    return _transfer(centred, 1, seeds, permuted=False)


def breadth(seeds: Any = SEEDS) -> dict:
    """Frozen layers from 2 to 5 source classes, always 3,000 images, and 20 labels of each target class."""
    found: dict = {}
    for seed in seeds:
        task = Task(seed, moved, 6)
        for classes in (2, 3, 4, 5):
            learned = task.pretrain(task.source_classes[:classes], images=3000)
            found.setdefault(str(classes), []).append(task.learn(20, learned, frozen=True))
    return _together(found)


GROUPS = {
    group.__name__: group
    for group in (starts, scaling, scaling_long, scaling_adam, clipping, transfer, transfer_centred, breadth)
}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
