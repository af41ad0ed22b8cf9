"""Make results/training.json: what notebooks 07 and 07 deeper state over several seeds.

    python results/training.py             # everything, about ten minutes of one core
    python results/training.py gallery     # one group again; the others stay as they are

One fit takes seconds, but a statement about chance needs at least five of them: more than a notebook may make a student
wait for. So this program makes the numbers; the notebooks read them and say so. All of it is trained, stopped and
chosen on the 6,000 and 1,000 images of `hold_out`, and compared on the other 3,000 of the training images.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
BATCH_SIZE, PATIENCE, LONGEST = 128, 5, 100
FEW, EPOCHS = 500, 30
"""Images and epochs of the networks that learn by heart."""

SHOWN = 20
"""Images of each sheet of the first figure."""

LONG_FILM, FILM = range(0, 61, 4), range(0, 31, 2)
"""Epochs at which `by_heart` and `certainty` look at their networks."""

RATES = (0.0003, 0.001, 0.003)
"""Learning rates that are tried first; while the best one lies at an edge, the next one outside is tried, too."""

GALLERY = {
    "healthy": {},
    "rate too high": {"rate": 0.1},
    "rate too low": {"rate": 2e-6},
    "over-fitting": {"units": (512, 512), "images": 200, "batch_size": 16},
    "under-fitting": {"units": (2,)},
    "shuffled labels": {"shuffled": True},
}
"""Sickness → what is unlike the healthy run."""

CURES = ("as it was", "60 epochs", "rate 100 times smaller", "rate 500 times larger", "64 units", "2,000 images")


def dense(*units: int, seed: int = 0, inputs: int = 784):
    """Return a dense softmax classifier with ReLU layers of `units`, its initial weights drawn with `seed`."""
    import keras

    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(size, activation="relu") for size in units]
    return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(10, activation="softmax")])


@cache
def load():
    """Return scaled (training, validation, comparison) pairs: 6,000, 1,000 and 3,000 images as rows of 784 numbers."""
    from helpers.data import hold_out, load_fashion_mnist

    (x, y), _ = load_fashion_mnist()
    return tuple((images.reshape(-1, 784) / np.float32(255), labels) for images, labels in hold_out(x, y))


def fit(units, train, validation, seeds, rate=0.001, *, epochs, batch_size=BATCH_SIZE, patience=None, callbacks=()):
    """Train one network for each seed, side by side, and return them with their history.

    With `patience`, each stops by itself and gets its best weights back.
    """
    import keras

    from helpers.stacked import EarlyStopping, PerNetwork, stack

    rates = rate if isinstance(rate, list) else [rate] * len(seeds)
    networks = stack([dense(*units, seed=seed, inputs=train[0].shape[1]) for seed in seeds])
    networks.compile(
        keras.optimizers.Adam(PerNetwork(rates)), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    stop = EarlyStopping(patience=patience) if patience else None
    keras.utils.set_random_seed(seeds[0])
    history = networks.fit(
        *train, validation_data=validation, validation_batch_size=1000, epochs=epochs, batch_size=batch_size,
        callbacks=[*([stop] if stop else []), *callbacks], verbose=0,
    ).history  # fmt: skip
    return networks, history, stop


def accuracies(networks, data) -> np.ndarray:
    """Return the accuracy of each network, (networks,)."""
    x, y = data
    return (networks.predict(x, verbose=0, batch_size=1000).argmax(axis=-1) == y[:, None]).mean(axis=0)


def by_heart(seeds=SEEDS) -> dict:
    """Networks that learn 500 images, with true labels and with shuffled ones: what is right, over a film of epochs."""
    (x, y), _, new = load()
    x, y = x[:FEW], y[:FEW]
    results: dict = {}
    for name, labels in (("true", y), ("shuffled", np.random.default_rng(0).permutation(y))):
        film: dict[int, list] = {}

        def look(networks, epoch, film=film, labels=labels):
            right = [
                truth == networks.predict(images, verbose=0, batch_size=1000).argmax(axis=-1).T
                for images, truth in ((x, labels), new)
            ]
            film[epoch] = [
                {
                    "accuracy": trained.mean(),
                    "new_accuracy": fresh.mean(),
                    "seen": "".join(map(str, trained[:SHOWN].astype(int))),
                    "new": "".join(map(str, fresh[:SHOWN].astype(int))),
                }
                for trained, fresh in zip(*right, strict=True)
            ]

        train_with_a_look((300, 100), (x, labels), seeds, look, LONG_FILM, batch_size=50)
        results |= {f"{name}, epoch {epoch}": runs for epoch, runs in film.items()}
    return results


def train_with_a_look(units, train, seeds, look, film, **settings) -> None:
    """Train, and call `look(networks, epoch)` before the first epoch and after each of `film`."""
    import keras

    class Look(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            look(self.model, 0)

        def on_epoch_end(self, epoch, logs=None):
            if epoch + 1 in film:
                look(self.model, epoch + 1)

    fit(units, train, None, seeds, epochs=film[-1], callbacks=[Look()], **settings)


def leaks(seeds=SEEDS) -> dict:
    """Validation accuracy of the check with shuffled labels: which labels are shuffled, and what leaks."""
    (x, y), (x_val, y_val), _ = load()
    rng = np.random.default_rng(0)
    pool, truth = np.concatenate([x[:FEW], x_val[:FEW]]), np.concatenate([y[:FEW], y_val[:FEW]])
    shuffled = rng.permutation(truth)
    results = {}
    for shuffle in ("nothing", "training labels only", "all labels, before the split"):
        for leak in ("none", "same images in both sets", "label among the inputs"):
            labels = shuffled if shuffle.startswith("all") else truth
            images = (
                pool if leak != "label among the inputs" else np.hstack([pool, np.eye(10, dtype="float32")[labels]])
            )
            train, held = (images[:FEW], labels[:FEW]), (images[FEW:], labels[FEW:])
            if leak == "same images in both sets":
                held = train
            if shuffle.startswith("training"):
                train = (train[0], rng.permutation(train[1]))
            _, history, _ = fit((300, 100), train, held, seeds, epochs=EPOCHS, batch_size=50)
            results[f"{shuffle} | {leak}"] = [
                {"accuracy": last, "val_accuracy": val_last}
                for last, val_last in zip(history["accuracy"][-1], history["val_accuracy"][-1], strict=True)
            ]
    return results


def tuned(
    units,
    data,
    seeds,
    *,
    batch_size=BATCH_SIZE,
    rates: Sequence[float] = RATES,
    epochs=LONGEST,
    hits: dict | None = None,
) -> dict:
    """Train with early stopping at several learning rates; return rate → runs, best rate first.

    The rate with the best mean validation accuracy is best. While it lies at an edge, the next one outside is tried.
    `hits` gets, for each rate, which share of the networks answers each comparison image right.
    """
    train, validation, comparison = data
    tried: dict[float, list] = {}

    def attempt(rate):
        networks, history, stop = fit(
            units, train, validation, seeds, rate, epochs=epochs, batch_size=batch_size, patience=PATIENCE
        )
        best, every = stop.best_epoch, np.arange(len(seeds))
        numbers = {
            "rate": [rate] * len(seeds),
            "best_epoch": (best + 1).tolist(),
            "epochs": np.where(stop.stopped_epoch < 0, epochs, stop.stopped_epoch + 1).tolist(),
            "loss": history["loss"][best, every],
            "val_loss": history["val_loss"][best, every],
            "training_accuracy": accuracies(networks, train),
            "val_accuracy": accuracies(networks, validation),
            "accuracy": accuracies(networks, comparison),
        }
        if hits is not None:
            said = networks.predict(comparison[0], batch_size=1000, verbose=0).argmax(axis=-1)
            hits[rate] = (said == comparison[1][:, None]).mean(axis=1)
        tried[rate] = [dict(zip(numbers, values, strict=True)) for values in zip(*numbers.values(), strict=True)]

    def score(rate):
        return np.mean([run["val_accuracy"] for run in tried[rate]])

    for rate in rates:
        attempt(rate)
    while (best := max(tried, key=score)) in (min(tried), max(tried)) and len(tried) < 6:
        attempt(round(best / 3.16 if best == min(tried) else best * 3.16, 6))
    print(f"  {units}, batch {batch_size}: { ({rate: round(score(rate), 4) for rate in sorted(tried)}) }", flush=True)
    return {rate: tried[rate] for rate in sorted(tried, key=score, reverse=True)}


def batch_sizes(seeds=SEEDS) -> dict:
    """A 196-100-10 network on images of 14 × 14 pixels: each batch size at its best rate, and at all rates tried."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    data = tuple((small_images(images), labels) for images, labels in hold_out(x, y))
    results: dict = {}
    for size, rates in ((16, (0.0003, 0.001, 0.003)), (128, (0.001, 0.003, 0.01)), (1024, (0.003, 0.01, 0.03))):
        tried = tuned((100,), data, seeds, batch_size=size, rates=rates)
        results |= {f"{size} at {rate:g}": runs for rate, runs in tried.items()}
        results[f"{size} at its best"] = next(iter(tried.values()))
    return results


def gallery(seeds=SEEDS) -> dict:
    """The sick and healthy runs of notebook 07, each as it was and with each cure: losses of every epoch."""
    (x, y), validation, _ = load()
    labels = {False: y, True: np.random.default_rng(0).permutation(y[:2000])}

    @cache
    def train(units, images, rate, batch_size, shuffled, epochs):
        data = x[:images], labels[shuffled][:images]
        return fit(units, data, validation, seeds, rate, batch_size=batch_size, epochs=epochs)[1]

    results: dict = {}
    for name, unlike in GALLERY.items():
        sick = {"units": (64,), "images": 2000, "rate": 0.001, "batch_size": 64, "shuffled": False} | unlike
        for cure in CURES:
            run = sick | {
                "rate 100 times smaller": {"rate": sick["rate"] / 100},
                "rate 500 times larger": {"rate": sick["rate"] * 500},
                "64 units": {"units": (64,)},
                "2,000 images": {"images": 2000, "batch_size": 64},
            }.get(cure, {})
            run["rate"] = float(f"{run['rate']:.3g}")  # 0.1 / 100 is 0.001
            # The first 20 epochs of 60 are those of a shorter run: the seeds and the batches are the same.
            history = train(**run, epochs=60 if run == sick else 20)
            length = 60 if cure == "60 epochs" else 20
            curves = (history[key][:length].T for key in ("loss", "val_loss", "accuracy", "val_accuracy"))
            results[f"{name} | {cure}"] = [
                {
                    "loss": losses.round(3).tolist(),
                    "val_loss": val_losses.round(3).tolist(),
                    "accuracy": accuracy[-1],
                    "val_accuracy": val_accuracy[-1],
                }
                for losses, val_losses, accuracy, val_accuracy in zip(*curves, strict=True)
            ]
    return results


def certainty(seeds=SEEDS) -> dict:
    """Confidence and share right of the 300-100-10 network in ten groups of 300 images, over a film of epochs."""
    train, _, (x, y) = load()
    results: dict = {}

    def look(networks, epoch):
        probabilities = networks.predict(x, verbose=0, batch_size=1000).swapaxes(0, 1)
        results[f"epoch {epoch}"] = [
            calibration(each, y) | {"loss": float(-np.log(each[np.arange(len(y)), y]).mean())} for each in probabilities
        ]

    train_with_a_look((300, 100), train, seeds, look, FILM)
    return results


def calibration(probabilities, labels, groups=10) -> dict[str, Any]:
    """Return mean confidence and share right, in all and in `groups` of equal size, sorted by confidence."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    parts = np.array_split(np.argsort(confidence), groups)
    return {
        "confidence": confidence.mean(),
        "accuracy": right.mean(),
        "groups": [[round(float(values[part].mean()), 4) for part in parts] for values in (confidence, right)],
    }


def dead_units(seeds=SEEDS) -> dict:
    """Share of first-layer units of a 100-100-10 network that are 0 for all of 500 images, after 8 epochs."""
    (x, y), (x_val, _), _ = load()
    results: dict = {}
    for rate in (0.001, 0.03):
        networks, history, _ = fit((100, 100), (x, y), None, seeds, rate, epochs=8, batch_size=64)
        hidden = networks.activations(x_val[:500])[0]
        dead = (hidden.max(axis=1) <= 0).mean(axis=1)
        results[str(rate)] = [
            {"dead": share, "loss": loss} for share, loss in zip(dead, history["loss"][-1], strict=True)
        ]
    return results


def contenders(seeds=SEEDS) -> dict:
    """Networks and their rivals, each with its own best setting by validation accuracy, on the comparison images."""
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    train, validation, comparison = load()
    rivals = {
        "most frequent class": [("", DummyClassifier(strategy="most_frequent"))],
        "logistic regression": [(f"C = {c:g}", LogisticRegression(C=c, max_iter=3000)) for c in (0.01, 0.03, 0.1, 0.3)],
        "random forest": [
            (f"leaves of {leaf} or more", RandomForestClassifier(200, min_samples_leaf=leaf, random_state=seeds[0]))
            for leaf in (1, 2, 4)
        ],
    }
    results: dict = {}
    right: dict = {}
    for name, settings in rivals.items():
        runs = []
        for setting, model in settings:
            model.fit(*train)
            runs.append(
                {"setting": setting, "val_accuracy": model.score(*validation), "accuracy": model.score(*comparison)}
            )
            right[name, setting] = model.predict(comparison[0]) == comparison[1]
            if hasattr(model, "n_iter_"):
                runs[-1]["converged"] = bool(model.n_iter_[0] < model.max_iter)
            print(f"  {runs[-1]}", flush=True)
        results[name] = sorted(runs, key=lambda run: -run["val_accuracy"])
    hits: dict = {}
    rate, results["784-300-100-10"] = next(
        iter(tuned((300, 100), (train, validation, comparison), seeds, hits=hits).items())
    )
    for name in rivals:  # image by image: how far the network is ahead, and the standard error of that
        gains = hits[rate] - right[name, results[name][0]["setting"]]
        results[name][0] |= {"network_gains": gains.mean(), "standard_error": gains.std(ddof=1) / len(gains) ** 0.5}
    return results


def last_digit(seeds=SEEDS) -> dict:
    """Two 300-100-10 networks that differ in one weight by a ten-millionth: how far apart they are after each epoch."""
    import keras

    (x, y), _, (x_new, _) = load()

    def film(seed, nudge):
        network = dense(300, 100, seed=seed)
        network.compile("adam", "sparse_categorical_crossentropy", steps_per_execution=47)
        first = network.layers[0].kernel
        weights = first.numpy()
        weights[300, 0] += np.float32(nudge)
        first.assign(weights)
        states = []
        keras.utils.set_random_seed(seed)
        for epoch in range(9):
            if epoch:
                network.fit(x, y, epochs=1, batch_size=BATCH_SIZE, verbose=0)
            states.append((first.numpy(), network.predict(x_new, verbose=0, batch_size=1000).argmax(axis=1)))
        return states

    results: dict = {"the same again": [], "one weight nudged": []}
    for seed in seeds:
        base = film(seed, 0)
        for kind, nudge in (("the same again", 0), ("one weight nudged", 1e-7)):
            pairs = list(zip(base, film(seed, nudge), strict=True))
            results[kind].append(
                {
                    "largest_gap": [float(np.abs(a - b).max()) for (a, _), (b, _) in pairs],
                    "answers_that_differ": [float(np.mean(a != b)) for (_, a), (_, b) in pairs],
                }
            )
    return results


def regression(seeds=SEEDS) -> dict:
    """Mean absolute errors on the diabetes data, over splits: raw and standardized, against linear regression."""
    import keras
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import train_test_split

    from helpers.stacked import EarlyStopping, PerNetwork, stack

    x, y = load_diabetes(return_X_y=True, scaled=False)
    results: dict = {name: [] for name in ("median", "linear regression", "network, raw", "network, standardized")}

    def network(seed):
        keras.utils.set_random_seed(seed)
        return keras.Sequential([keras.Input((10,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)])

    for seed in seeds:
        x_fit, x_new, y_fit, y_new = train_test_split(x, y, test_size=0.25, random_state=seed)
        x_fit, x_val, y_fit, y_val = train_test_split(x_fit, y_fit, test_size=0.25, random_state=seed)

        def standard(target, y_fit=y_fit):
            return ((target - y_fit.mean()) / y_fit.std())[:, None]

        both, targets = np.concatenate([x_fit, x_val]), np.concatenate([y_fit, y_val])
        guesses = {
            "median": (np.full(len(y_new), np.median(targets)), None),
            "linear regression": (LinearRegression().fit(both, targets).predict(x_new), None),
        }
        for name in ("raw", "standardized"):
            center, spread = (x_fit.mean(axis=0), x_fit.std(axis=0)) if name == "standardized" else (0, 1)
            rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
            networks = stack([network(seed) for _ in rates])
            networks.compile(keras.optimizers.Adam(PerNetwork(rates)), "mse", steps_per_execution=8)
            stop = EarlyStopping(patience=20)
            networks.fit(
                (x_fit - center) / spread, standard(y_fit), epochs=300, batch_size=32,
                validation_data=((x_val - center) / spread, standard(y_val)), callbacks=[stop], verbose=0,
            )  # fmt: skip
            best = int(np.argmin(stop.best))
            output = networks.predict((x_new - center) / spread, verbose=0)[:, best, 0]
            guesses[f"network, {name}"] = output * y_fit.std() + y_fit.mean(), rates[best]
        for name, (guess, rate) in guesses.items():
            results[name].append({"error": float(np.mean(np.abs(y_new - guess)))} | ({"rate": rate} if rate else {}))
    return results


GROUPS = {
    group.__name__: group
    for group in (by_heart, leaks, gallery, certainty, dead_units, contenders, batch_sizes, last_digit, regression)
}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, indent=None)
