"""Make results/activations.json: ten activations on Fashion-MNIST, each at its best learning rate, over five seeds.

    python results/activations.py                 # everything, about a quarter of an hour on two cores
    python results/activations.py two_layers      # one group again; the others stay as they are

Three rates are tried; where the lowest or the highest of them is best, `beyond` tries the next one outside. These 350
networks are more than notebook 04 may make a student wait for. So this program makes the numbers; the notebook reads
them and says so.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402
from helpers.stacked import ManyNetworks  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "softplus")
RATES = (0.0003, 0.001, 0.003)
NEXT_OUTSIDE = {min(RATES): 0.0001, max(RATES): 0.01}
UNITS, EPOCHS, BATCH_SIZE = 64, 10, 128


def load():
    """Return scaled (training, validation, test) pairs: 8,000, 2,000 and 2,000 images as rows of 784 numbers."""
    from helpers.data import load_fashion_mnist

    (x, y), (x_test, y_test) = load_fashion_mnist()
    x, x_test = (images.reshape(-1, 784) / np.float32(255) for images in (x, x_test))
    order = np.random.default_rng(0).permutation(len(x))
    train, validation = order[:8000], order[8000:]
    return (x[train], y[train]), (x[validation], y[validation]), (x_test, y_test)


def fit(activation, hidden_layers, rate, data, seeds) -> list[dict]:
    """Train one network for each seed with Adam, and return their numbers."""
    import keras

    (x, y), validation, test = data
    networks = ManyNetworks([784, *[UNITS] * hidden_layers, 10], activation, seeds)
    steps = EPOCHS * (len(x) // BATCH_SIZE)
    losses = networks.train(x, y, optimizer=keras.optimizers.Adam(rate), steps=steps, batch_size=BATCH_SIZE)
    accuracy = [
        np.mean(networks.layers(images)[-1].numpy().argmax(axis=-1) == labels, axis=1)
        for images, labels in (validation, test)
    ]
    last_epoch = losses[-(len(x) // BATCH_SIZE) :].mean(axis=0)
    return [
        {"rate": rate, "loss": loss, "validation_accuracy": validated, "test_accuracy": tested}
        for loss, validated, tested in zip(last_epoch, *accuracy, strict=True)
    ]


def compare(hidden_layers: int, seeds=SEEDS) -> dict:
    """Return, for each activation, the runs at the rate with the best mean validation accuracy."""
    data, best = load(), {}
    for activation in ACTIVATIONS:
        tried = [fit(activation, hidden_layers, rate, data, seeds) for rate in RATES]
        best[activation] = max(tried, key=lambda runs: np.mean([run["validation_accuracy"] for run in runs]))
        print(f"  {activation}: rate {best[activation][0]['rate']}", flush=True)
    return best


def two_layers() -> dict:
    """784-64-64-10."""
    return compare(2)


def ten_layers() -> dict:
    """784, ten times 64, 10."""
    return compare(10)


def beyond() -> dict:
    """Wherever the best of the three rates is the lowest or the highest: the runs at the next rate outside."""
    stored, data, runs = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")), load(), {}
    for group, hidden_layers in (("two_layers", 2), ("ten_layers", 10)):
        for activation in ACTIVATIONS:
            rate = NEXT_OUTSIDE.get(stored["groups"][group][activation][0]["rate"])
            if rate is not None:
                runs[f"{group} | {activation}"] = fit(activation, hidden_layers, rate, data, SEEDS)
                print(f"  {group}, {activation}: rate {rate}", flush=True)
    return runs


GROUPS = {group.__name__: group for group in (two_layers, ten_layers, beyond)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
