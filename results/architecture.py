"""Make results/architecture.json: what 01_architecture_deeper states about whole trainings, over five seeds.

    python results/architecture.py             # everything, about half an hour on two cores
    python results/architecture.py probes      # one group again; the others stay as they are

The data are those of `hold_out`: 6,000 images to train with, 1,000 to choose with, 3,000 to compare on. Every one
gets the same learning rates to choose from, is stopped at its best epoch on the 1,000, and keeps the rate with the best
mean there; every probe gets the same strengths of its penalty. The stored runs tried the three rates in the middle of
RATES. The two at its ends were tried apart: on the 1,000 images each was worse than the stored winner, in all settings
of `assumption` and `capacity`. For the codes, 0.03 was tried where 0.01 had won (2 and 10), and was worse; no code won
at 0.001.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = tuple(range(5))
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
PENALTIES = (1.0, 10.0, 100.0, 1000.0)
NARROW, WIDE = (128, 64, 32), (512, 512, 512)
ONE_LAYER = (128, 256, 512, 1024, 1500)


def load() -> Any:
    """Return the three parts of `hold_out`, each image a row of 784 pixels from 0 to 1."""
    from helpers.data import hold_out, load_fashion_mnist

    (x, y), _ = load_fashion_mnist()
    return hold_out(x.reshape(-1, 784) / np.float32(255), y, seed=0)


# Linear probes --------------------------------------------------------------------------------------------------------


def probe(representations: Any, data: Any) -> float:
    """Return the accuracy of a linear classifier in per cent, its penalty chosen on the validation images.

    Args:
        representations: Of the training, validation and comparison images, (n, numbers).
        data: What `load` returns.
    """
    from sklearn.linear_model import RidgeClassifier

    training, validation, comparison = representations
    fits = [RidgeClassifier(alpha=alpha).fit(training, data.training[1]) for alpha in PENALTIES]
    best = max(fits, key=lambda fit: fit.score(validation, data.validation[1]))
    return round(100 * best.score(comparison, data.comparison[1]), 2)


def layers(images: np.ndarray, weights: Any) -> list[np.ndarray]:
    """Return the activations of each ReLU layer; `weights` is a list of (W, b)."""
    found = []
    for W, b in weights:
        images = np.maximum(0, images @ W + b)
        found.append(images)
    return found


def random_weights(sizes: tuple[int, ...], seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return Glorot uniform weights and zero biases, as Dense layers begin."""
    rng = np.random.default_rng(seed)
    pairs = []
    for inputs, units in pairwise((784, *sizes)):
        limit = np.sqrt(6 / (inputs + units))
        W = rng.uniform(-limit, limit, (inputs, units)).astype("float32")
        pairs.append((W, np.zeros(units, "float32")))
    return pairs


def trained_weights(seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the hidden layers of a network as the notebook has it, after its training (here in batches of 50)."""
    import keras

    data = load()
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(units, activation="relu") for units in NARROW]
    model = keras.Sequential([keras.Input((784,)), *hidden, keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", loss="sparse_categorical_crossentropy")
    model.fit(*data.training, batch_size=50, epochs=8, verbose=0)
    arrays = model.get_weights()[:-2]
    return list(zip(arrays[0::2], arrays[1::2], strict=True))


def probes(seeds: tuple[int, ...] = SEEDS) -> dict[str, list[dict[str, float]]]:
    """Return what a linear classifier gets right on pixels, behind trained layers and behind random ones."""
    data = load()
    images = [pair[0] for pair in data]
    pixels = probe(images, data)
    groups: dict[str, list[dict[str, float]]] = {"pixels": [{"layer 0": pixels} for _ in seeds]}
    for name, make in (
        ("trained 128-64-32", trained_weights),
        ("random 128-64-32", lambda seed: random_weights(NARROW, seed)),
        ("random 512-512-512", lambda seed: random_weights(WIDE, seed)),
        *((f"random {units}", lambda seed, units=units: random_weights((units,), seed)) for units in ONE_LAYER),
    ):
        groups[name] = []
        for seed in seeds:
            weights = make(seed)
            behind = zip(*(layers(part, weights) for part in images), strict=True)
            run = {f"layer {place}": probe(three, data) for place, three in enumerate(behind, start=1)}
            groups[name].append({"layer 0": pixels, **run})
    return groups


# An assumption that fits, and capacity --------------------------------------------------------------------------------


def windows() -> list[Any]:
    """Return the layers of a small convolutional network."""
    import keras

    convolution = keras.layers.Conv2D(16, 7, strides=3, activation="relu")
    return [keras.layers.Reshape((28, 28, 1)), convolution, keras.layers.Flatten(), keras.layers.Dense(10)]


def dense(units: int = 64) -> list[Any]:
    """Return the layers of a network with one hidden layer."""
    import keras

    return [keras.layers.Dense(units, activation="relu"), keras.layers.Dense(10)]


def compete(build: Any, images: int, epochs: int, *, shuffled: bool = False, seeds: Any = SEEDS) -> list[dict]:
    """Return accuracies in per cent on (up to 1,000) training images and on new ones, at the rate best on validation.

    Each seed has initial weights, training images and, if `shuffled`, an order of the pixels of its own. The networks
    of all seeds are trained at once, as branches of one model; none knows of the others.
    """
    import keras

    data = load()
    tried = []
    for rate in RATES:
        keras.utils.set_random_seed(0)
        orders = [np.random.default_rng(s).permutation(784) if shuffled else np.arange(784) for s in seeds]
        rows = [np.random.default_rng(100 + s).permutation(len(data.training[1]))[:images] for s in seeds]
        inputs = [keras.Input((784,)) for _ in seeds]
        branches = [keras.Sequential([keras.Input((784,)), *build()]) for _ in seeds]
        model = keras.Model(inputs, [branch(given) for branch, given in zip(branches, inputs, strict=True)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss=[loss] * len(seeds))
        parts = [[x[:, order] for order in orders] for x, _ in data]
        x = [part[row] for part, row in zip(parts[0], rows, strict=True)]
        y = [data.training[1][row] for row in rows]
        scores = []
        for _ in range(epochs):
            model.fit(x, y, batch_size=50, epochs=1, verbose=0)
            found = [
                [
                    np.mean(np.argmax(out, axis=1) == label)
                    for out, label in zip(_outputs(model, given), labels, strict=True)
                ]
                for given, labels in (
                    ([part[:1000] for part in x], [labels[:1000] for labels in y]),
                    (parts[1], [data.validation[1]] * 5),
                    (parts[2], [data.comparison[1]] * 5),
                )
            ]
            scores.append(found)
        curves = 100 * np.array(scores)  # (epochs, parts, seeds)
        best = curves[:, 1].argmax(axis=0)
        tried.append(curves[best, :, np.arange(len(seeds))])  # (seeds, parts)
    chosen = int(np.argmax([runs[:, 1].mean() for runs in tried]))
    return [
        {"rate": RATES[chosen], "training": round(run[0], 2), "validation": round(run[1], 2), "new": round(run[2], 2)}
        for run in tried[chosen]
    ]


def _outputs(model: Any, inputs: Any) -> list[np.ndarray]:
    return [np.asarray(output) for output in model(inputs)]


def assumption() -> dict[str, list[dict[str, float]]]:
    """Return how windows and dense layers do on 2,000 images, as they are and with shuffled pixels."""
    return {
        f"{name}, {order}": compete(build, 2000, 12, shuffled=order == "shuffled")
        for name, build in (("convolutional", windows), ("dense", dense))
        for order in ("as they are", "shuffled")
    }


def capacity() -> dict[str, list[dict[str, float]]]:
    """Return how 8 and 128 units do with 375 and with 6,000 images: a factor of 16 each."""
    return {
        f"{units} units, {images} images": compete(lambda units=units: dense(units), images, epochs)
        for units in (8, 128)
        for images, epochs in ((375, 60), (6000, 12))
    }


# Codes ----------------------------------------------------------------------------------------------------------------

CODES = (2, 10, 30)


def autoencoder(seeds: tuple[int, ...] = SEEDS) -> dict[str, list[dict[str, float]]]:
    """Return the squared error on new images of 784-128-code-128-784 networks, and of the best linear code."""
    import keras
    from sklearn.decomposition import PCA

    pixels, validation, new = (part[0] for part in load())
    groups: dict[str, list[dict[str, float]]] = {}
    for size in CODES:
        linear = PCA(size, svd_solver="covariance_eigh").fit(pixels)
        error = float(np.mean((linear.inverse_transform(linear.transform(new)) - new) ** 2))
        groups[f"linear, code {size}"] = [{"new": round(error, 5)} for _ in seeds]
        tried = []
        for rate in RATES:
            keras.utils.set_random_seed(0)
            inputs, outputs = keras.Input((784,)), []
            for _ in seeds:
                x = keras.layers.Dense(128, "relu")(inputs)
                x = keras.layers.Dense(128, "relu")(keras.layers.Dense(size)(x))
                outputs.append(keras.layers.Dense(784, "sigmoid")(x))
            model = keras.Model(inputs, outputs)
            model.compile(keras.optimizers.Adam(rate), ["mean_squared_error"] * len(seeds))
            scores = []
            for _ in range(15):
                model.fit(pixels, [pixels] * len(seeds), batch_size=100, epochs=1, verbose=0)
                scores.append([[np.mean((out - x) ** 2) for out in _outputs(model, x)] for x in (validation, new)])
            curves = np.array(scores)  # (epochs, parts, seeds)
            best = curves[:, 0].argmin(axis=0)
            tried.append(curves[best, :, np.arange(len(seeds))])
        chosen = int(np.argmin([runs[:, 0].mean() for runs in tried]))
        groups[f"network, code {size}"] = [
            {"rate": RATES[chosen], "validation": round(float(run[0]), 5), "new": round(float(run[1]), 5)}
            for run in tried[chosen]
        ]
    return groups


GROUPS = {"probes": probes, "assumption": assumption, "capacity": capacity, "autoencoder": autoencoder}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
