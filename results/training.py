"""Make results/training.json: what notebook 07 states over several seeds and on the full 60,000 images.

    python results/training.py             # everything, about half an hour on two cores
    python results/training.py subset      # one group again; the others stay as they are

One fit takes seconds, but a statement about chance needs at least five of them, and the full data take minutes each:
more than a notebook may make a student wait. So this program makes the numbers; the notebook reads them and says so.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
EPOCHS, PATIENCE, BATCH_SIZE = 30, 5, 128


def dense(*units: int):
    """Return an unbuilt recipe of a dense network with `units` hidden units a layer, for (28, 28) images."""
    import keras

    hidden = [keras.layers.Dense(size, activation="relu") for size in units]
    output = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), *hidden, output])


def convolutional():
    """Return the small convolutional network of notebook 07, for (28, 28) images."""
    import keras

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def load(full: bool, seed: int = 0):
    """Return scaled (train, validation, test) pairs; a fifth of the training images (full: a tenth) is held out."""
    from sklearn.model_selection import train_test_split

    from helpers.data import load_fashion_mnist

    (x, y), (x_test, y_test) = load_fashion_mnist(full=full)
    x, x_test = x / np.float32(255), x_test / np.float32(255)
    share = 0.1 if full else 0.2
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=share, stratify=y, random_state=seed)
    return (x_train, y_train), (x_val, y_val), (x_test, y_test)


def fit(
    make_network, data, seed, *, epochs=EPOCHS, batch_size=BATCH_SIZE, patience=PATIENCE, optimizer="adam", curves=False
):
    """Train one network with early stopping (none when `patience` is None) and return its numbers as a dict.

    With `curves`, the dict has the losses of every epoch too, as lists "loss" and "val_loss".
    """
    import keras

    train, validation, test = data
    keras.utils.set_random_seed(seed)
    network = make_network()
    network.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = [keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)] if patience else []
    history = network.fit(
        *train, validation_data=validation, epochs=epochs, batch_size=batch_size, callbacks=stop, verbose=0
    ).history
    best = int(np.argmin(history["val_loss"]))
    _, accuracy = network.evaluate(*test, verbose=0, batch_size=1000)
    every_epoch = {key: np.round(history[key], 4).tolist() for key in ("loss", "val_loss")} if curves else {}
    return every_epoch | {
        "test_accuracy": accuracy,
        "best_epoch": best + 1,
        "val_loss_best": history["val_loss"][best],
        "val_accuracy_best": history["val_accuracy"][best],
        "val_loss_last": history["val_loss"][-1],
        "loss_last": history["loss"][-1],
        "accuracy_last": history["accuracy"][-1],
        "val_accuracy_last": history["val_accuracy"][-1],
    }


def subset(seeds=SEEDS) -> dict:
    """Dense and convolutional networks on the embedded 10,000 images."""
    data = load(full=False)
    return {
        "512-512-10": [fit(lambda: dense(512, 512), data, seed) for seed in seeds],
        "300-100-10": [fit(lambda: dense(300, 100), data, seed) for seed in seeds],
        "convolutional": [fit(convolutional, data, seed) for seed in seeds],
    }


def full(seeds=SEEDS) -> dict:
    """The same networks on all 60,000 images."""
    data = load(full=True)
    return {
        "512-512-10": [fit(lambda: dense(512, 512), data, seed) for seed in seeds],
        "300-100-10": [fit(lambda: dense(300, 100), data, seed) for seed in seeds],
        "convolutional": [fit(convolutional, data, seed, epochs=15) for seed in seeds],
    }


def batch_sizes(seeds=SEEDS) -> dict:
    """The 300-100-10 network with several batch sizes, the learning rate left alone, early stopping as above."""
    data = load(full=False)
    return {
        str(size): [fit(lambda: dense(300, 100), data, seed, batch_size=size, epochs=60) for seed in seeds]
        for size in (16, 64, 256, 1024)
    }


def gallery(seeds=SEEDS) -> dict:
    """The sick and healthy runs of notebook 07: 2,000 training images, 20 epochs, no early stopping."""
    import keras

    (x, y), validation, test = load(full=False)
    x, y = x[:2000], y[:2000]
    shuffled = np.random.default_rng(0).permutation(y)
    few = 200
    runs = {
        "healthy": ((64,), x, y, 1e-3, 64),
        "rate too high": ((64,), x, y, 0.1, 64),
        "rate too low": ((64,), x, y, 2e-6, 64),
        "over-fitting": ((512, 512), x[:few], y[:few], 1e-3, 16),
        "under-fitting": ((2,), x, y, 1e-3, 64),
        "shuffled labels": ((64,), x, shuffled, 1e-3, 64),
    }
    return {
        name: [
            fit(
                lambda units=units: dense(*units),
                ((images, labels), validation, test),
                seed,
                epochs=20,
                batch_size=batch_size,
                patience=None,
                optimizer=keras.optimizers.Adam(rate),
                curves=True,
            )
            for seed in seeds
        ]
        for name, (units, images, labels, rate, batch_size) in runs.items()
    }


def certainty(seeds=SEEDS) -> dict:
    """Accuracy and mean confidence of the 512-512-10 network on validation images, after 4 and after 20 epochs."""
    import keras

    train, (x_val, y_val), _ = load(full=False)
    results: dict = {"4 epochs": [], "20 epochs": []}
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        network = dense(512, 512)
        network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        for name, more in (("4 epochs", 4), ("20 epochs", 16)):
            network.fit(*train, epochs=more, batch_size=BATCH_SIZE, verbose=0)
            probabilities = network.predict(x_val, verbose=0, batch_size=1000)
            accuracy = float(np.mean(probabilities.argmax(axis=1) == y_val))
            results[name].append({"accuracy": accuracy, "confidence": float(probabilities.max(axis=1).mean())})
    return results


def dead_units(seeds=SEEDS) -> dict:
    """Share of first-layer units of a 100-100-10 network that are 0 for all of 500 images, after 8 epochs."""
    import keras

    (x, y), (x_val, _), _ = load(full=False)
    results: dict = {}
    for rate in (0.001, 0.03):
        results[str(rate)] = []
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            network = dense(100, 100)
            network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
            network.fit(x[:4000], y[:4000], epochs=8, batch_size=64, verbose=0)
            kernel, bias = network.layers[1].get_weights()
            activations = np.maximum(x_val[:500].reshape(500, -1) @ kernel + bias, 0)
            results[str(rate)].append({"dead": float(np.mean(activations.max(axis=0) <= 0))})
    return results


def baselines() -> dict:
    """Test accuracy of methods without a network, on the subset and on the full data; they hardly depend on chance."""
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    results: dict = {}
    for name, data in {"subset": load(full=False), "full": load(full=True)}.items():
        (x, y), _, (x_test, y_test) = data
        methods = {
            "majority": DummyClassifier(strategy="most_frequent"),
            "logistic regression": LogisticRegression(C=0.01, max_iter=1000),
            "random forest": RandomForestClassifier(100, n_jobs=-1, random_state=0),
        }
        results[name] = {
            method: model.fit(x.reshape(len(x), -1), y).score(x_test.reshape(len(x_test), -1), y_test)
            for method, model in methods.items()
        }
    return results


GROUPS = {group.__name__: group for group in (subset, gallery, batch_sizes, certainty, dead_units, baselines, full)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
