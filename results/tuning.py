"""Make results/tuning.json: what notebook 09 states over several seeds about searches and about its checklist.

    python results/tuning.py             # everything, about ten minutes on two cores
    python results/tuning.py searches    # one group again; the others stay as they are

One search trains dozens of networks, and a statement about chance needs at least five searches. So this program makes
the numbers; the notebook reads them and says so.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
IMAGES, EPOCHS = 2000, 9
TRIALS = {"random": 8, "hyperband": 23, "bayesian": 8}
"""Hyperband's 23 trainings are one pass through its three brackets: 75 epochs; 8 trials of 9 epochs are 72."""


def load():
    """Return (train, validation, fresh): 1,600 and 400 images as the searches have them, and the other 8,000.

    The fresh images come from the training set too, and no search sees them: they say what a chosen network is worth,
    while the test set stays unseen.
    """
    from sklearn.model_selection import train_test_split

    from helpers.data import load_fashion_mnist

    (x, y), _ = load_fashion_mnist()
    x = x / np.float32(255)
    rank = np.empty(len(y), int)  # of each image within its class: the first 200 of every class are searched with
    for label in np.unique(y):
        rank[y == label] = np.arange(np.count_nonzero(y == label))
    chosen, others = np.argsort(rank, kind="stable")[:IMAGES], rank >= IMAGES // 10
    x_train, x_val, y_train, y_val = train_test_split(
        x[chosen], y[chosen], test_size=0.2, stratify=y[chosen], random_state=0
    )
    return (x_train, y_train), (x_val, y_val), (x[others], y[others])


def accuracy(model, data) -> float:
    """Return the share of right answers, without a graph of its own for every model."""
    images, labels = data
    return float(np.mean(np.argmax(model(images), axis=1) == labels))


RATES = np.geomspace(1e-4, 1e-1, 31)
UNITS, BATCH_SIZES = (16, 64), (32, 128)


def curves(seeds) -> dict:
    """Return (units, batch size) → accuracies (epoch, validation or fresh, rate, seed) of Adam on small images."""
    import keras

    from helpers.stacked import train_many

    data = [
        (images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196), labels.astype("int32"))
        for images, labels in load()
    ]
    return {
        (units, size): train_many(
            keras.optimizers.Adam, RATES, data, seeds=seeds, epochs=EPOCHS, units=units, batch_size=size
        )["accuracy"][:, 1:]
        for units in UNITS
        for size in BATCH_SIZES
    }


def make_oracle(kind, seed):
    """Return KerasTuner's own oracle of this kind for learning rate, units and batch size."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.Float("learning_rate", RATES[0], RATES[-1], sampling="log")
    hp.Choice("units", list(UNITS))
    hp.Choice("batch_size", list(BATCH_SIZES))
    common = {"objective": keras_tuner.Objective("val_accuracy", "max"), "hyperparameters": hp, "seed": seed + 1}
    if kind == "hyperband":
        return keras_tuner.oracles.HyperbandOracle(max_epochs=EPOCHS, factor=3, **common)
    if kind == "bayesian":
        return keras_tuner.oracles.BayesianOptimizationOracle(max_trials=TRIALS[kind], num_initial_points=3, **common)
    return keras_tuner.oracles.RandomSearchOracle(max_trials=TRIALS[kind], **common)


def search(oracle, accuracies) -> list[dict]:
    """Let `oracle` choose until it stops; each training is looked up in `accuracies`, one seed of what `curves` has."""
    import keras_tuner

    rows = []

    class LookedUp(keras_tuner.engine.base_tuner.BaseTuner):
        def run_trial(self, trial, **_):
            chosen = trial.hyperparameters.values
            first, last = chosen.get("tuner/initial_epoch", 0), chosen.get("tuner/epochs", EPOCHS)
            rate = np.abs(np.log(RATES / chosen["learning_rate"])).argmin()
            curve = accuracies[chosen["units"], chosen["batch_size"]][:, :, rate]  # (epoch, validation or fresh)
            best = first + 1 + int(curve[first + 1 : last + 1, 0].argmax())
            names = ("learning_rate", "units", "batch_size")
            scores = {"score": float(curve[best, 0]), "fresh": float(curve[best, 1])}
            rows.append({"epochs": last - first} | {name: chosen[name] for name in names} | scores)
            return {"val_accuracy": scores["score"]}

    with tempfile.TemporaryDirectory() as folder:
        LookedUp(oracle, directory=folder, project_name="search").search(verbose=0)
    return rows


REPEATS = {"random": 4, "hyperband": 4, "bayesian": 1}
"""Searches for each seed; Bayesian optimization takes seconds to choose a trial."""

APART = 200
"""Between the seeds of two searches of one kind: more than a search draws numbers."""


def searches(seeds=SEEDS) -> dict:
    """Lists of trials of several searches of each kind for each seed, with nearly the same number of epochs each.

    Together they would train some 650 networks. So each network that a search may ask for (its rate rounded to one of
    31) is trained beforehand, many side by side: the choosing is KerasTuner's, the training is looked up.

    KerasTuner counts its seed up by one with every hyperparameter that it draws, so that searches with neighbouring
    seeds would share most of their draws. `APART` keeps them from that; searches of different kinds share theirs.
    """
    import warnings

    warnings.simplefilter("ignore")  # The Gaussian process of Bayesian search warns whenever its fit is not perfect.
    tables = curves(seeds)
    found: dict = {}
    for kind in TRIALS:
        found[kind] = []
        for place, seed in enumerate(seeds):
            accuracies = {setting: table[..., place] for setting, table in tables.items()}
            for repeat in range(REPEATS[kind]):
                found[kind].append({"trials": search(make_oracle(kind, APART * (10 * seed + repeat)), accuracies)})
    return found


FAILING = {
    "labels": "shifted",
    "scale": 1.0,
    "flip": "vertical",
    "units": (8,),
    "loss": "mean_squared_error",
    "activation": "sigmoid",
    "dropout": 0.8,
    "optimizer": "sgd",
    "rate": 0.03,
}
"""A network with nine faults."""

REPAIRS = {
    "data": {"labels": "right"},
    "features": {"scale": 1 / 255},
    "augmentation": {"flip": None},
    "architecture": {"units": (128, 64)},
    "loss": {"loss": "categorical_crossentropy"},
    "activation": {"activation": "relu"},
    "regularization": {"dropout": 0.2},
    "optimizer": {"optimizer": "adam"},
    "rate": {"rate": 1e-3},
}
"""Step of the checklist → what it repairs, in the order of the checklist."""


def train_with(settings, train, seed):
    """Return a Keras model trained for 15 epochs with `settings`, which have the keys of `FAILING`."""
    import keras

    images, labels = train
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((28, 28)), keras.layers.Rescaling(255 * settings["scale"])]
    if settings["flip"]:
        layers += [keras.layers.Reshape((28, 28, 1)), keras.layers.RandomFlip(settings["flip"])]
    layers.append(keras.layers.Flatten())
    for units in settings["units"]:
        layers += [
            keras.layers.Dense(units, activation=settings["activation"]),
            keras.layers.Dropout(settings["dropout"]),
        ]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    optimizer = keras.optimizers.get(
        {"class_name": settings["optimizer"], "config": {"learning_rate": settings["rate"]}}
    )
    model.compile(optimizer, settings["loss"])
    if settings["labels"] == "shifted":  # As if the file with the labels had been read from its second half on.
        labels = np.concatenate([labels[: len(labels) // 2], np.roll(labels[len(labels) // 2 :], 1)])
    model.fit(images, keras.utils.to_categorical(labels, 10), epochs=15, batch_size=32, verbose=0)
    return model


def measured(settings, data, seeds) -> list[dict]:
    """Train a network with `settings` from each seed, and return its accuracies."""
    names = ("train", "validation", "fresh")
    models = [train_with(settings, data[0], seed) for seed in seeds]
    return [{name: accuracy(model, part) for name, part in zip(names, data, strict=True)} for model in models]


def checklist(seeds=SEEDS, steps=("failing", *REPAIRS)) -> dict:
    """Accuracies of the failing network, and after each repair on top of those before it."""
    data, settings, found = load(), dict(FAILING), {}
    for step in ("failing", *REPAIRS):
        settings |= REPAIRS.get(step, {})
        if step in steps:
            found[step] = measured(settings, data, seeds)
    return found


def left_out(seeds=SEEDS) -> dict:
    """Accuracies of the repaired network with one of the nine faults put back, for each of them."""
    data, repaired = load(), dict(FAILING)
    for repair in REPAIRS.values():
        repaired |= repair
    return {
        step: measured(repaired | {name: FAILING[name] for name in repair}, data, seeds)
        for step, repair in REPAIRS.items()
    }


GROUPS = {group.__name__: group for group in (checklist, left_out, searches)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, packages=("keras-tuner",))
