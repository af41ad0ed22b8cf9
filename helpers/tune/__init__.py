"""The search of notebook 09: the model with its hyperparameters, the images, and the tuner that tries them.

The notebook imports them to look inside; `python -m helpers.tune` runs the same search as a program.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers._files import replacing, user_path
from helpers.tune._folder import BEST, COLUMNS, RESULTS, TRIALS, check_space, trial_rows

KINDS = ("random", "hyperband", "bayesian")
FIT = {"batch_size": 128, "validation_batch_size": 1000, "verbose": 0}
LARGEST_SEED = 1_000_000
FEWEST_IMAGES = 100

Pair = tuple[NDArray[np.float32], NDArray[np.uint8]]


def _check_whole(name: str, value: Any, lowest: int, highest: int | None = None) -> None:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < lowest or (highest is not None and value > highest):
        bounds = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest:,}"
        raise ValueError(f"{name} must be a whole number {bounds}, but is {value!r}")


def build_model(hp: Any) -> Any:
    """Return a compiled dense classifier of 28 × 28 images with pixels from 0 to 1.

    Args:
        hp: KerasTuner's `HyperParameters`. Asked for are an integer each for the number of layers and their units, a
            choice (the activation), a float on a logarithmic scale (the learning rate), and a boolean (dropout) with
            a float that exists only where it is True (its rate).
    """
    import keras

    layers = [keras.Input((28, 28)), keras.layers.Flatten()]
    units = hp.Int("units", 32, 256, step=32)
    activation = hp.Choice("activation", ["relu", "tanh", "elu"])
    learning_rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    dropout_rate = 0.0
    dropout = hp.Boolean("dropout")
    with hp.conditional_scope("dropout", [True]):
        if dropout:
            dropout_rate = hp.Float("dropout_rate", 0.1, 0.5)
    for _ in range(hp.Int("layers", 1, 3)):
        layers.append(keras.layers.Dense(units, activation=activation))
        if dropout:
            layers.append(keras.layers.Dropout(dropout_rate))
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_split(*, full: bool = False, images: int | None = None) -> tuple[Pair, Pair]:
    """Return the training images of Fashion-MNIST as training and validation set; the test set stays unseen.

    Args:
        full: As in `helpers.data.load_fashion_mnist`.
        images: How many of them to use, the same share of every class; all when None.

    Returns:
        `(x_train, y_train), (x_val, y_val)`: pixels (n, 28, 28), float32 from 0 to 1; labels (n,), uint8 from 0 to 9.
        A fifth of the images (of the full data, a tenth) is for validation, always the same ones.

    Raises:
        ValueError: There are not as many images, or fewer than 100 are asked for.
    """
    from sklearn.model_selection import train_test_split

    from helpers.data import load_fashion_mnist

    (x, y), _ = load_fashion_mnist(full=full)
    if images is not None:
        _check_whole("images", images, FEWEST_IMAGES, len(x))
        rank = np.empty(len(y), int)  # of each image within its class: the first ones of every class are taken
        for label in np.unique(y):
            rank[y == label] = np.arange(np.count_nonzero(y == label))
        chosen = np.argsort(rank, kind="stable")[:images]
        x, y = x[chosen], y[chosen]
    share = 0.1 if full else 0.2
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=share, stratify=y, random_state=0)
    return (x_train / np.float32(255), y_train), (x_val / np.float32(255), y_val)


def make_tuner(
    kind: str,
    folder: str | os.PathLike[str],
    *,
    trials: int = 10,
    epochs: int = 9,
    seed: int = 0,
    overwrite: bool = False,
    model: Callable[[Any], Any] = build_model,
    oracle_mixin: type | None = None,
) -> Any:
    """Return the KerasTuner tuner of a search for the highest validation accuracy.

    Its `search` takes what `fit` takes: `tuner.search(x_train, y_train, validation_data=(x_val, y_val), epochs=epochs,
    verbose=0)`. Hyperband chooses the number of epochs itself, and counts every training as a trial, also when it goes
    on with a network that it has trained before.

    Args:
        kind: "random", "hyperband" or "bayesian".
        folder: Where the trials are kept, in a folder `trials`. A search that is found there is taken up again:
            finished trials are not repeated, and with larger `trials` it goes on.
        trials: How many trials to run in all, at least 1.
        epochs: Of a trial; Hyperband's largest number.
        seed: 0 to 1,000,000: chooses the hyperparameters; trial n starts training from a seed of its own.
        overwrite: Delete the search in the folder and begin anew.
        model: Takes `HyperParameters`, returns a compiled Keras model with the metric "accuracy".
        oracle_mixin: A class to put before the oracle's own, for a chief.

    Raises:
        ValueError: The kind is unknown, a number is out of its range, or the folder begins with `~` for a home folder
            that is not known on this machine.
    """
    if kind not in KINDS:
        raise ValueError(f"the tuner must be one of {', '.join(KINDS)}, but is {kind!r}")
    _check_whole("trials", trials, 1)
    _check_whole("epochs", epochs, 1)
    _check_whole("seed", seed, 0, LARGEST_SEED)

    from helpers.tune import _oracle as tune_oracle

    def ready(hp: Any) -> Any:
        """Build a model whose optimizer can take up its state again where Hyperband goes on training."""
        network = model(hp)
        network.optimizer.build(network.trainable_variables)
        return network

    oracle_class, tuner_class, settings = tune_oracle.KINDS[kind]
    if oracle_mixin is not None:
        oracle_class = type(oracle_class.__name__, (oracle_mixin, oracle_class), {})
    limit = {"max_epochs": epochs} if kind == "hyperband" else {"max_trials": trials}
    oracle = oracle_class(
        objective=tune_oracle.OBJECTIVE,
        seed=seed + 1,  # KerasTuner takes 0 for "no seed".
        max_consecutive_failed_trials=None,  # Some that fail are no reason to end the search.
        **settings,
        **limit,
    )
    oracle.max_trials = trials
    with contextlib.redirect_stdout(io.StringIO()):  # KerasTuner tells where it reloads from.
        tuner = tuner_class(
            oracle, ready, directory=os.fspath(user_path(folder)), project_name=TRIALS, overwrite=overwrite
        )
    tuner.first_seed = 1000 * seed
    tuner.save()
    return tuner


def read_trials(source: Any) -> Any:
    """Return the finished trials of a search as a table: trial, status, score, epochs, seconds, each hyperparameter.

    Args:
        source: A KerasTuner tuner, or a folder in which `python -m helpers.tune` has run.

    Returns:
        A pandas `DataFrame`, one row a trial: "score" is the best validation accuracy, "epochs" what was trained.

    Raises:
        ValueError: There are no results in the folder.
    """
    import pandas as pd

    if hasattr(source, "oracle"):
        rows = trial_rows(source.oracle)
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(COLUMNS))
    table = user_path(source) / RESULTS[0]
    if not table.is_file():
        raise ValueError(
            f"there are no results in {source}: run `python -m helpers.tune --trials 10 --output {source}`"
        )
    return pd.read_csv(table)


def save_best(tuner: Any, number: int, folder: Path) -> None:
    """Write the model of trial `number`, with the weights of its best epoch, as best.keras in one step.

    Raises:
        OSError: The folder cannot be written; the older model is still there.
    """
    from helpers.tune._oracle import saved_size

    [trial] = [trial for trial in tuner.oracle.trials.values() if int(trial.trial_id) == number]
    model = tuner.load_model(trial)
    check_space(folder, saved_size(model))
    with replacing(folder / BEST) as part:
        model.save(part)
