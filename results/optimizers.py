"""Make results/optimizers.json: what notebook 06 states about optimizers on Fashion-MNIST.

    python results/optimizers.py             # everything, about five minutes on two cores
    python results/optimizers.py seconds     # one group again; the others stay as they are

The sweep trains eleven optimizers at nine learning rates with five seeds each, on 8,000 images of 14 × 14 pixels: half
a thousand networks, 45 at a time. A notebook may not make a student wait that long, so this program makes the numbers;
the notebook reads them and says so.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
EPOCHS, BATCH_SIZE = 24, 64
BATCH_SIZES, BATCH_EPOCHS = (16, 64, 256), 10


def optimizers() -> dict:
    """Return name → (function from learning rate to Keras optimizer, power of ten of the lowest rate of its sweep)."""
    from keras.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, Nadam, RMSprop

    return {
        "SGD": (SGD, -3),
        "momentum": (lambda rate: SGD(rate, momentum=0.9), -4),
        "Nesterov": (lambda rate: SGD(rate, momentum=0.9, nesterov=True), -4),
        "Adagrad": (Adagrad, -3.5),
        "RMSprop": (RMSprop, -5),
        "Adadelta": (Adadelta, -2),
        "Adam": (Adam, -5),
        "Adamax": (Adamax, -5),
        "Nadam": (Nadam, -5),
        "AdamW": (AdamW, -5),
        "Lion": (Lion, -6),
    }


def rates_from(lowest: float, number: int = 9) -> list[float]:
    """Return learning rates half a power of ten apart, from ten to the power of `lowest` upwards."""
    return [float(f"{10 ** (lowest + half / 2):.3g}") for half in range(number)]


def sweep(seeds=SEEDS, names=None, rates=None) -> dict:
    """Each optimizer at each rate: loss and accuracy on training, validation and test images after every epoch."""
    from helpers.stacked import sweep_images, train_many

    data, results = sweep_images(), {}
    for name in names or optimizers():
        make, lowest = optimizers()[name]
        tried = rates or rates_from(lowest)
        history = train_many(make, tried, data, seeds=seeds, epochs=EPOCHS, batch_size=BATCH_SIZE)
        for column, rate in enumerate(tried):
            results[f"{name} {rate:g}"] = [summary(history, column, row) for row in range(len(seeds))]
        print(f"  {name}", flush=True)
    return results


def summary(history, column: int, row: int) -> dict:
    """Return the curves of one network, and its numbers after the epoch with the lowest validation loss."""
    loss, accuracy = history["loss"][:, :, column, row], history["accuracy"][:, :, column, row]
    whole = np.where(np.isfinite(loss), loss, 1e9)
    best = int(whole[:, 1].argmin())
    return {
        "loss": rounded(whole[:, 0]),
        "val_loss": rounded(whole[:, 1]),
        "best_epoch": best,
        "loss_best": float(whole[best, 0]),
        "val_loss_best": float(whole[best, 1]),
        "accuracy_best": float(accuracy[best, 0]),
        "test_accuracy": float(accuracy[best, 2]),
        "accuracy_last": float(accuracy[-1, 0]),
        "test_accuracy_last": float(accuracy[-1, 2]),
    }


def rounded(values) -> list[float]:
    """Return four digits of each number: curves are for drawing."""
    return [float(f"{value:.4g}") for value in values]


def seconds(seeds=SEEDS) -> dict:
    """Processor milliseconds of a step of `fit`, network of the sweep and 784-512-512-10, five times each."""
    import keras

    networks, times = {}, {}
    for name, (make, _) in optimizers().items():
        for size in ((196, 64, 10), (784, 512, 512, 10)):
            hidden = [keras.layers.Dense(units, activation="relu") for units in size[1:-1]]
            network = keras.Sequential([keras.Input(size[:1]), *hidden, keras.layers.Dense(size[-1])])
            network.compile(make(1e-4), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            networks[name, "-".join(map(str, size))] = network
    for _ in ("the first fit builds the graph", *seeds):  # in turns, so that a busy machine is busy for all
        for key, network in networks.items():
            images = np.random.default_rng(0).random((32 * BATCH_SIZE, *network.input_shape[1:]), dtype="float32")
            begin = time.process_time()
            network.fit(images, np.zeros(len(images)), epochs=3, batch_size=BATCH_SIZE, verbose=0)
            times.setdefault(key, []).append((time.process_time() - begin) / 96 * 1000)
    sizes = list(dict.fromkeys(size for _, size in networks))
    return {
        name: [{size: times[name, size][run] for size in sizes} for run in range(1, len(seeds) + 1)]
        for name in optimizers()
    }


def batch_sizes(seeds=SEEDS, sizes=BATCH_SIZES) -> dict:
    """Plain SGD with several batch sizes, each at ten learning rates, for the same number of epochs."""
    from keras.optimizers import SGD

    from helpers.stacked import sweep_images, train_many

    (train, validation, _), results = sweep_images(), {}
    for size in sizes:
        rates = [float(f"{0.005 * 2**power:g}") for power in range(10)]
        history = train_many(SGD, rates, (train, validation), seeds=seeds, epochs=BATCH_EPOCHS, batch_size=size)
        for column, rate in enumerate(rates):
            last = history["loss"][-1, :, column]
            results[f"{size} {rate:g}"] = [
                {"loss": float(loss), "val_loss": float(val_loss)} for loss, val_loss in np.nan_to_num(last, nan=1e9).T
            ]
        print(f"  {size}", flush=True)
    return results


GROUPS = {group.__name__: group for group in (sweep, batch_sizes, seconds)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, indent=None)
