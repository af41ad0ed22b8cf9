"""Make results/optimizers.json: what notebook 06_deeper states about optimizers on Fashion-MNIST.

    python results/optimizers.py             # everything, about a quarter of an hour on two cores
    python results/optimizers.py schedules   # one group again; the others stay as they are

Images of 14 × 14 pixels, a network 196-64-10: 6,000 images to train on, 1,000 to choose a rate and an epoch with, and a
yardstick of 3,000 to compare on; never the test images. Each seed draws the same initial weights and the same order of
the images for every optimizer and rate, so that differences can be taken seed by seed. More than a thousand networks
are trained, all rates and seeds of an optimizer as one Keras model.
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
EPOCHS, BATCH_SIZE = 24, 64
BATCH_EPOCHS, SCHEDULE_EPOCHS = 10, 8
DIVERGED = 1e9


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


@cache
def load() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the three parts: images as rows of 196 numbers from 0 to 1, and their labels."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    return dict(zip(("train", "val", "yard"), hold_out(small_images(x), y, seed=0), strict=True))


def network(seed: int) -> Any:
    """Return 196-64-10 with the initial weights of a seed."""
    import keras

    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((196,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(10)])


def train(make, rates, *, epochs, batch_size, seeds=SEEDS, shape=None, curves=False, answers=False) -> dict:
    """Train a network for each rate and seed, and measure it: at the end, or with curves after its best epoch.

    Args:
        make: Turns a learning rate into a Keras optimizer.
        rates: The rates, or peaks of the rates.
        epochs: How often each image is seen.
        batch_size: Images of a step.
        seeds: Of initial weights and orders of the images.
        shape: Factor of the rates at each step; None for 1.
        curves: Whether to keep curves, and the weights of the epoch with the lowest validation loss.
        answers: Whether to keep each answer.

    Returns:
        "val_loss", "yard_loss" and "yard_accuracy" (rates, seeds); if asked, "answers" to the yardstick's images
        (rates, seeds, 3000). With curves also "loss_curve", the mean over the batches of each epoch, and
        "val_loss_curve", both (epochs + 1, rates, seeds), with the loss before training first.
    """
    import keras

    from helpers.stacked import EarlyStopping, OwnBatches, PerNetwork, stack

    each_rate, each_seed = [rate for rate in rates for _ in seeds], [seed for _ in rates for seed in seeds]
    models = {seed: network(seed) for seed in seeds}
    networks = stack([models[seed] for seed in each_seed], own_batches=True)

    class Shaped(PerNetwork):
        def __call__(self, step: Any) -> Any:
            factors = keras.ops.convert_to_tensor(shape, "float32")
            return super().__call__(step) * factors[keras.ops.cast(step, "int32")]

    networks.compile(
        make((PerNetwork if shape is None else Shaped)(each_rate)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    def measure(part: str) -> dict[str, np.ndarray]:
        return networks.evaluate(*load()[part], batch_size=1000, verbose=0, return_dict=True)

    training = {"epochs": epochs, "verbose": 0}
    order, found = OwnBatches(*load()["train"], each_seed, batch_size), {}
    if curves:
        before = [measure("train")["loss"], measure("val")["loss"]]
        best = EarlyStopping(patience=epochs)
        history = networks.fit(order, validation_data=load()["val"], callbacks=[best], **training).history
        for name, start in zip(("loss", "val_loss"), before, strict=True):
            found[f"{name}_curve"] = np.array([start, *history[name]]).reshape(epochs + 1, len(rates), len(seeds))
    else:
        networks.fit(order, **training)
    found |= {f"{part}_{name}": numbers for part in ("val", "yard") for name, numbers in measure(part).items()}
    if answers:
        found["answers"] = networks.predict(load()["yard"][0], batch_size=1000, verbose=0).argmax(axis=-1).T
    shaped = {
        name: values if name.endswith("curve") else np.reshape(values, (len(rates), len(seeds), *values.shape[1:]))
        for name, values in found.items()
    }
    return {name: np.where(np.isfinite(values), values, DIVERGED) for name, values in shaped.items()}


def rounded(values: Any) -> Any:
    """Return four digits of a number, or of each of an array."""
    if np.ndim(values):
        return [rounded(value) for value in values]
    return float(f"{values:.4g}")


def lowest_mean(history: dict) -> np.ndarray:
    """Return the mean over the seeds of the lowest validation loss, for each rate."""
    return history["val_loss_curve"].min(axis=0).mean(axis=1)


def sweep(seeds=SEEDS, names=None, rates=None) -> dict:
    """Each optimizer at nine rates or more, until the best one lies inside: curves, and numbers at the best epoch."""
    results: dict = {}
    for name in names or optimizers():
        make, lowest = optimizers()[name]
        powers = [lowest + half / 2 for half in range(9)]
        tried: dict[float, float] = {}
        new = powers
        while new:
            some = rates or [float(f"{10**power:.3g}") for power in new]
            history = train(make, some, seeds=seeds, epochs=EPOCHS, batch_size=BATCH_SIZE, curves=True)
            for column, rate in enumerate(some):
                results[f"{name} {rate:g}"] = [summary(history, column, row) for row in range(len(seeds))]
            if rates:
                break
            tried |= dict(zip(new, lowest_mean(history), strict=True))
            best = min(tried, key=lambda power: tried[power])
            ends = {min(tried): -0.5, max(tried): 0.5}
            new = [best + ends[best] * step for step in (1, 2)] if best in ends else []
        print(f"  {name}: rate {10**best:.3g}" if not rates else f"  {name}", flush=True)
    return results


def summary(history: dict, column: int, row: int) -> dict:
    """Return the curves of one network, and its numbers after the epoch with the lowest validation loss."""
    loss, val_loss = (history[f"{name}_curve"][:, column, row] for name in ("loss", "val_loss"))
    best = int(val_loss.argmin())
    numbers = {name: rounded(history[name][column, row]) for name in ("yard_loss", "yard_accuracy")}
    curves = {"loss": rounded(loss), "val_loss": rounded(val_loss)}
    return curves | {"best_epoch": best, "loss_best": rounded(loss[best])} | numbers


def paired(seeds=SEEDS, names=("SGD", "RMSprop", "Adam", "AdamW", "Lion")) -> dict:
    """Each rule against momentum, both at the best rate of the sweep and epoch, answer by answer on the yardstick.

    The sampling error of a mean of differences is that of the images' own means: what the seeds add averages out.
    """
    import json

    stored = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))["groups"]["sweep"]
    right = {}
    for name in ("momentum", *names):
        costs = {
            float(key.split()[1]): np.mean([min(run["val_loss"]) for run in runs])
            for key, runs in stored.items()
            if key.split()[0] == name
        }
        rate = min(costs, key=lambda one: costs[one])
        history = train(
            optimizers()[name][0], [rate], seeds=seeds, epochs=EPOCHS, batch_size=BATCH_SIZE, curves=True, answers=True
        )
        right[name] = (history["answers"][0] == load()["yard"][1]).astype(int)  # (seeds, images)
        print(f"  {name}", flush=True)
    results = {}
    for name in names:
        gains = right[name] - right["momentum"]
        by_image = gains.mean(axis=0)
        error = 100 * by_image.std() / np.sqrt(len(by_image))
        results[name] = [
            {
                "difference": rounded(100 * gain.mean()),
                "momentum_only": int((gain < 0).sum()),
                "this_only": int((gain > 0).sum()),
                "error_of_the_mean": rounded(error),
            }
            for gain in gains
        ]
    return results


def at_end(history: dict, rates: Any, names: Any) -> list[list[dict]]:
    """Return for each rate the numbers of each seed at the end."""
    seeds = history[names[0]].shape[1]
    return [
        [{name: rounded(history[name][column, row]) for name in names} for row in range(seeds)]
        for column in range(len(rates))
    ]


def batch_sizes(seeds=SEEDS, sizes=(16, 64, 256, 1024)) -> dict:
    """Plain SGD with four batch sizes, each at twelve learning rates, for the same number of epochs."""
    results, rates = {}, [float(f"{0.005 * 2**power:g}") for power in range(12)]
    for size in sizes:
        history = train(optimizers()["SGD"][0], rates, seeds=seeds, epochs=BATCH_EPOCHS, batch_size=size)
        for rate, runs in zip(rates, at_end(history, rates, ("val_loss", "yard_loss")), strict=True):
            results[f"{size} {rate:g}"] = runs
        print(f"  {size}", flush=True)
    return results


def shapes(steps: int) -> dict[str, np.ndarray]:
    """Return name → factor of the peak rate at each of so many steps."""
    t = np.arange(steps) / steps

    def rise_and_fall(share: float, start: float) -> np.ndarray:
        rising = start + (1 - start) * np.minimum((t + 1 / steps) / share, 1)
        falling = (1 + np.cos(np.pi * np.clip((t - share) / (1 - share), 0, 1))) / 2
        return np.where(t < share, rising, falling)

    return {
        "constant": np.ones(steps),
        "step decay": 0.3 ** np.floor(4 * t),
        "cosine": (1 + np.cos(np.pi * t)) / 2,
        "warm-up + cosine": rise_and_fall(0.1, 0.0),
        "one cycle": rise_and_fall(0.3, 0.1),
        "exponential": 0.03**t,
    }


def schedules(seeds=SEEDS, names=("momentum", "Adam")) -> dict:
    """Momentum and Adam with six schedules, each at seven peak rates, eight epochs: numbers at the end."""
    results = {}
    steps = -(-len(load()["train"][0]) // BATCH_SIZE) * SCHEDULE_EPOCHS
    for name in names:
        peaks = [{"momentum": 0.0125, "Adam": 0.00125}[name] * 2**power for power in range(7)]
        for schedule, shape in shapes(steps).items():
            history = train(
                optimizers()[name][0], peaks, seeds=seeds, epochs=SCHEDULE_EPOCHS, batch_size=BATCH_SIZE,
                shape=shape,
            )  # fmt: skip
            ends = at_end(history, peaks, ("val_loss", "yard_loss", "yard_accuracy"))
            for peak, runs in zip(peaks, ends, strict=True):
                results[f"{name} {schedule} {peak:g}"] = runs
            print(f"  {name} {schedule}", flush=True)
    return results


GROUPS = {group.__name__: group for group in (sweep, paired, batch_sizes, schedules)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, indent=None)
