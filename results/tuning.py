"""Make results/tuning.json: what notebook 09 states about searches, winners and its checklist, over twelve seeds.

    python results/tuning.py             # everything, about twenty minutes of CPU
    python results/tuning.py searches    # one group again; the others stay as they are

Images of 14 × 14 pixels: at most 4,000 of the 6,000 to train on, up to 1,000 to choose with, and a yardstick of 3,000
on which nothing is chosen; never the test images. Many networks are trained as one Keras model. A seed fixes initial
weights and the order of the images, for every competitor alike, so that differences can be taken seed by seed; in
`worth`, `halving` and `searches` it fixes the split of the images too.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = tuple(range(12))


@cache
def load(split: int = 0) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the three parts of a split: images as rows of 196 numbers from 0 to 1, and their labels."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    return dict(zip(("train", "val", "yard"), hold_out(small_images(x), y, seed=split), strict=True))


def first(part: str, images: int, split: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the first images of a part of a split, each class with its share."""
    x, y = load(split)[part]
    return x[:images], y[:images]


def network(units: int, seed: int, dropout: float = 0.0) -> Any:
    """Return 196-units-10 with ReLU, logits, and the initial weights of a seed."""
    import keras

    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(units, "relu"), keras.layers.Dropout(dropout)]
    return keras.Sequential([keras.Input((196,)), *hidden, keras.layers.Dense(10)])


def compiled(models: Any, optimizer: Any, **settings: Any) -> Any:
    """Return the stack of these models, compiled with cross-entropy of logits and accuracy."""
    import keras

    from helpers.stacked import stack

    networks = stack(models, **settings)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    networks.compile(optimizer, loss, metrics=["accuracy"], steps_per_execution=8)
    return networks


def accuracies(networks: Any, data: Any) -> np.ndarray:
    """Return the accuracy of each network, (networks,)."""
    return np.asarray(networks.evaluate(*data, batch_size=1000, verbose=0, return_dict=True)["accuracy"])


def rounded(values: Any) -> Any:
    """Return four decimals of a number, or of each of an array."""
    return np.round(np.asarray(values, float), 4).tolist()


# What is worth tuning

RATES = np.geomspace(1e-4, 1e-1, 13)
"""Four to a power of ten; every fourth is a power of ten itself: the coarse search."""

AMOUNTS = {"1000 images": (1000, 64), "4 times the units": (1000, 256), "4 times the images": (4000, 64)}


def worth(seeds=SEEDS, names=tuple(AMOUNTS)) -> dict:
    """Validation and yardstick accuracies of Adam at each of `RATES`: about 630 steps of 32 images for everyone.

    Each seed has a split of the images of its own: what a power of ten costs depends on the images.
    """
    import keras

    from helpers.stacked import PerNetwork

    found: dict = {name: [] for name in names}
    for name in names:
        images, units = AMOUNTS[name]
        for seed in seeds:
            networks = compiled([network(units, seed)] * len(RATES), keras.optimizers.Adam(PerNetwork(RATES)))
            keras.utils.set_random_seed(seed)
            networks.fit(*first("train", images, seed), epochs=20_000 // images, batch_size=32, verbose=0)
            measured = {part: accuracies(networks, load(seed)[part]) for part in ("val", "yard")}
            found[name].append({part: rounded(values) for part, values in measured.items()})
    return found


MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98)
SGD_RATES = np.geomspace(1e-3, 2, 17)


def ridge(seeds=SEEDS[:6], momenta=MOMENTA) -> dict:
    """Validation accuracies of SGD: momentum → a list over the seeds, each over `SGD_RATES`; 2,000 images, 4 epochs."""
    import keras

    from helpers.stacked import OwnBatches, PerNetwork

    each_seed = [seed for seed in seeds for _ in SGD_RATES]
    models = {seed: network(64, seed) for seed in seeds}
    found = {}
    for beta in momenta:
        optimizer = keras.optimizers.SGD(PerNetwork([*SGD_RATES] * len(seeds)), momentum=beta)
        networks = compiled([models[seed] for seed in each_seed], optimizer, own_batches=True)
        networks.fit(OwnBatches(*first("train", 2000), each_seed, 64), epochs=4, verbose=0)
        values = accuracies(networks, load()["val"]).reshape(len(seeds), -1)
        found[f"{beta:g}"] = [{"val": rounded(row)} for row in values]
    return found


# Searches with the same budget

TRAINED = (1, 3, 9)
"""After these epochs a training of a search may end; Hyperband's brackets for 9 epochs need no other."""

SEARCH_RATES = np.geomspace(1e-4, 1e-1, 25)
UNITS, BATCH_SIZES = (16, 64), (32, 128)
TRIALS = {"random": 8, "hyperband": 23, "bayesian": 8}
"""Hyperband's 23 trainings are one pass through its three brackets: 75 epochs; 8 trials of 9 epochs are 72."""

REPEATS = {"random": 4, "hyperband": 4, "bayesian": 1}
"""Searches for each seed; Bayesian optimization takes seconds to choose a trial."""

APART = 200
"""Between the seeds of two searches of one kind. KerasTuner counts its seed up by one a number drawn."""


@cache
def pool(seed: int) -> dict[tuple[int, int], np.ndarray]:
    """Return (units, batch size) → accuracies (epochs of `TRAINED`, validation or yardstick, rate) of Adam.

    1,600 images to train on and 400 to choose with, in the split of this seed.
    """
    import keras

    from helpers.stacked import PerNetwork

    found = {}
    for units in UNITS:
        for size in BATCH_SIZES:
            optimizer = keras.optimizers.Adam(PerNetwork(SEARCH_RATES))
            networks = compiled([network(units, seed)] * len(SEARCH_RATES), optimizer)
            keras.utils.set_random_seed(seed)
            looks, before = [], 0
            for epochs in TRAINED:
                networks.fit(*first("train", 1600, seed), epochs=epochs - before, batch_size=size, verbose=0)
                looks.append([accuracies(networks, data) for data in (first("val", 400, seed), load(seed)["yard"])])
                before = epochs
            found[units, size] = np.array(looks)
    return found


def make_oracle(kind: str, seed: int) -> Any:
    """Return KerasTuner's own oracle of this kind for learning rate, units and batch size."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.Float("learning_rate", SEARCH_RATES[0], SEARCH_RATES[-1], sampling="log")
    hp.Choice("units", list(UNITS))
    hp.Choice("batch_size", list(BATCH_SIZES))
    common = {"objective": keras_tuner.Objective("val_accuracy", "max"), "hyperparameters": hp, "seed": seed + 1}
    if kind == "hyperband":
        return keras_tuner.oracles.HyperbandOracle(max_epochs=TRAINED[-1], factor=3, **common)
    if kind == "bayesian":
        return keras_tuner.oracles.BayesianOptimizationOracle(max_trials=TRIALS[kind], num_initial_points=3, **common)
    return keras_tuner.oracles.RandomSearchOracle(max_trials=TRIALS[kind], **common)


def search(oracle: Any, table: dict[tuple[int, int], np.ndarray]) -> list[dict]:
    """Let `oracle` choose until it stops; each training is looked up in `table`, what `pool` returns."""
    import keras_tuner

    rows = []

    class LookedUp(keras_tuner.Tuner):
        def run_trial(self, trial: Any, **_: Any) -> dict[str, float]:
            chosen = trial.hyperparameters.values
            before, last = chosen.get("tuner/initial_epoch", 0), chosen.get("tuner/epochs", TRAINED[-1])
            rate = np.abs(np.log(SEARCH_RATES / chosen["learning_rate"])).argmin()
            score, yard = table[chosen["units"], chosen["batch_size"]][TRAINED.index(last), :, rate]
            settings = {name: chosen[name] for name in ("learning_rate", "units", "batch_size")}
            rows.append({"epochs": last - before, "score": rounded(score), "yard": rounded(yard)} | settings)
            return {"val_accuracy": float(score)}

    with tempfile.TemporaryDirectory() as folder:
        LookedUp(oracle=oracle, directory=folder, project_name="search").search(verbose=0)
    return rows


def searches(seeds=SEEDS, kinds=tuple(TRIALS)) -> dict:
    """Trials of several searches of each kind for each seed: kind → a run a seed, {"searches": lists of trials}.

    Together they would train some 1,800 networks. So each network that a search may ask for (its rate rounded to one of
    25) is trained beforehand, many as one model: the choosing is KerasTuner's, the training is looked up.
    """
    import warnings

    warnings.simplefilter("ignore")  # the Gaussian process warns whenever its fit is not perfect
    return {
        kind: [
            {
                "searches": [
                    search(make_oracle(kind, APART * (10 * seed + repeat)), pool(seed))
                    for repeat in range(REPEATS[kind])
                ]
            }
            for seed in seeds
        ]
        for kind in kinds
    }


# Halving

HALVED = 27
"""So many networks."""


def halving(seeds=SEEDS) -> dict:
    """Validation accuracy after each epoch of 27 networks with random rates, all trained for 27 epochs of 1,000 images.

    Each seed has a split of its own: which rates look good at the end depends on the 500 validation images.

    Returns:
        {"curves": a run a seed}, with "rates" (27), "val" (epochs, 27) and "yard" (27), 27 random rates for each seed.
    """
    import keras

    from helpers.stacked import PerNetwork

    runs = []
    for seed in seeds:
        rates = 10 ** np.random.default_rng(seed).uniform(-4, -0.5, HALVED)
        networks = compiled([network(64, seed)] * HALVED, keras.optimizers.Adam(PerNetwork(rates)))
        keras.utils.set_random_seed(seed)
        history = networks.fit(
            *first("train", 1000, seed), epochs=27, batch_size=32, validation_data=first("val", 500, seed), verbose=0
        ).history
        measured = {"val": rounded(history["val_accuracy"]), "yard": rounded(accuracies(networks, load(seed)["yard"]))}
        runs.append({"rates": [float(f"{rate:.4g}") for rate in rates]} | measured)
    return {"curves": runs}


# Winners

CANDIDATES, BLOCK = 64, 100


def winners() -> dict:
    """Hits of 64 networks with random settings on 55 blocks of 100 images, and their accuracy on the yardstick.

    Each learns 500 images for 20 epochs, with a rate, a dropout rate and initial weights of its own. The blocks are the
    5,500 training images that nobody has learned: validation sets, to choose with.
    """
    import keras

    from helpers.stacked import PerNetwork

    rng = np.random.default_rng(0)
    rates, dropout = 10 ** rng.uniform(-3.3, -1.7, CANDIDATES), rng.uniform(0, 0.5, CANDIDATES)
    models = [network(64, seed, float(share)) for seed, share in enumerate(dropout)]
    networks = compiled(models, keras.optimizers.Adam(PerNetwork(rates)))
    keras.utils.set_random_seed(0)
    networks.fit(*first("train", 500), epochs=20, batch_size=32, verbose=0)
    x, y = (part[500:] for part in load()["train"])
    right = networks.predict(x, batch_size=1000, verbose=0).argmax(axis=-1) == y[:, None]
    blocks = right.reshape(-1, BLOCK, CANDIDATES).sum(axis=1)
    yard = accuracies(networks, load()["yard"])
    return {
        "networks": [
            {"yard": rounded(yard[k]), "hits": blocks[:, k].tolist(), "rate": float(f"{rates[k]:.3g}")}
            for k in range(CANDIDATES)
        ]
    }


# The checklist

FAILING: dict[str, Any] = {
    "labels": "shifted",
    "scale": 255.0,
    "flip": True,
    "units": (8,),
    "loss": "mean_squared_error",
    "activation": "sigmoid",
    "dropout": 0.8,
    "optimizer": "SGD",
    "rate": 0.03,
}
"""A network with nine faults."""

REPAIRS: dict[str, dict[str, Any]] = {
    "data": {"labels": "right"},
    "features": {"scale": 1.0},
    "augmentation": {"flip": False},
    "architecture": {"units": (128, 64)},
    "loss": {"loss": "categorical_crossentropy"},
    "activation": {"activation": "relu"},
    "regularization": {"dropout": 0.2},
    "optimizer": {"optimizer": "Adam"},
    "rate": {"rate": 1e-3},
}
"""Step of the checklist → what it repairs, in the order of the checklist."""


def patient(settings: dict[str, Any], seed: int) -> Any:
    """Return a network with `settings`, which have the keys of `FAILING`."""
    import keras

    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((196,))])
    for units in settings["units"]:
        model.add(keras.layers.Dense(units, activation=settings["activation"]))
        model.add(keras.layers.Dropout(settings["dropout"]))
    model.add(keras.layers.Dense(10, activation="softmax"))
    return model


def examined(settings: dict[str, Any], seeds: Any, *, curves: bool = False) -> list[dict]:
    """Train with `settings` from each seed: 1,600 images, 15 epochs, batches of 32; return accuracies."""
    import keras

    from helpers.stacked import OwnBatches, stack

    class Batches(OwnBatches):
        def __getitem__(self, index: int) -> Any:
            x, y = super().__getitem__(index)
            if settings["flip"]:  # half of the images stand on their heads
                over = np.random.default_rng(index).random(x.shape[:2]) < 0.5
                turned = x.reshape(*x.shape[:2], 14, 14)[:, :, ::-1].reshape(x.shape)
                x = np.where(over[..., None], turned, x)
            return x, y

    parts = {"train": first("train", 1600), "val": load()["val"], "yard": load()["yard"]}
    data = {name: (x * settings["scale"], keras.utils.to_categorical(y, 10)) for name, (x, y) in parts.items()}
    x, y = data["train"]
    if settings["labels"] == "shifted":  # as if the file with the labels had lost a line in the middle
        y = np.concatenate([y[: len(y) // 2], np.roll(y[len(y) // 2 :], 1, axis=0)])
    networks = stack([patient(settings, seed) for seed in seeds], own_batches=True)
    optimizer = keras.optimizers.get(
        {"class_name": settings["optimizer"], "config": {"learning_rate": settings["rate"]}}
    )
    networks.compile(optimizer, settings["loss"], metrics=["accuracy"], steps_per_execution=8)
    watched = {"validation_data": data["val"]} if curves else {}
    history = networks.fit(Batches(x, y, seeds, 32), epochs=15, verbose=0, **watched).history
    if curves:
        names = ("accuracy", "val_accuracy")
        return [{name: rounded(history[name][:, k]) for name in names} for k in range(len(seeds))]
    return [{"yard": rounded(value)} for value in accuracies(networks, data["yard"])]


@cache
def repaired_to(step: str) -> dict[str, Any]:
    """Return the settings after all repairs up to this step, for "failing" after none."""
    settings = dict(FAILING)
    for name in list(REPAIRS)[: list(REPAIRS).index(step) + 1] if step in REPAIRS else ():
        settings |= REPAIRS[name]
    return settings


def with_fault(step: str) -> dict[str, Any]:
    """Return the settings of the repaired network with the fault of one step put back."""
    return repaired_to("rate") | {name: FAILING[name] for name in REPAIRS[step]}


def checklist(seeds=SEEDS, steps=("failing", *REPAIRS)) -> dict:
    """Accuracies of the failing network, and after each repair on top of those before it."""
    return {step: examined(repaired_to(step), seeds) for step in steps}


def left_out(seeds=SEEDS, steps=tuple(REPAIRS)) -> dict:
    """Accuracies of the repaired network with one of the nine faults put back, for each of them."""
    return {step: examined(with_fault(step), seeds) for step in steps}


def clues(seeds=SEEDS[:5], steps=tuple(REPAIRS)) -> dict:
    """The curves that a student would see of each network with one fault, training against validation."""
    return {step: examined(with_fault(step), seeds, curves=True) for step in (*steps,)}


GROUPS = {group.__name__: group for group in (winners, checklist, left_out, clues, ridge, halving, worth, searches)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, packages=("keras-tuner",), indent=None)
