"""Make results/tuning_deeper.json: what notebook 09, deeper, states about searches, a recipe and fair choices.

    python results/tuning_deeper.py             # everything, about ten minutes on two cores
    python results/tuning_deeper.py recipe      # one group again; the others stay as they are

All networks are small (196 inputs, one hidden layer) and see 2,000 images, except in `nested`. They choose on 1,000
images and are compared on 3,000 others; the test images are touched only by the end of `full_data`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results, rounded, stored_groups  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
IMAGES = 2000

RATES = [float(f"{10 ** (-3 + k / 4):.3g}") for k in range(12)]
DROPOUT, UNITS = (0.0, 0.2, 0.4), (8, 32, 128)
EPOCHS = 9


def parts(seed: int = 0) -> list:
    """Return (images, labels) to train on, to choose with and to compare on: 2,000, 1,000 and 3,000."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    held_out = [(small_images(images), labels.astype("int32")) for images, labels in hold_out(x, y, seed=seed)]
    return [tuple(one[:IMAGES] for one in held_out[0]), *held_out[1:]]


def network(seed: int, units: int = 64, dropout: float = 0.0, l2: float = 0.0) -> Any:
    """Return a 196-units-10 network with dropout behind the hidden layer and an L2 penalty on its kernels."""
    import keras

    keras.utils.set_random_seed(seed)
    hidden, output = (
        keras.layers.Dense(n, activation=how, kernel_regularizer=keras.regularizers.L2(l2))
        for n, how in ((units, "relu"), (10, None))
    )
    return keras.Sequential([keras.Input((196,)), hidden, keras.layers.Dropout(dropout), output])


def momentum(rate: Any) -> Any:
    """Return SGD with momentum 0.9."""
    import keras

    return keras.optimizers.SGD(rate, momentum=0.9)


def fit(specs: Sequence[dict], data: Any, *, make: Any = momentum, epochs: int = EPOCHS, batch: int = 32,
        cycle: bool = False, validation: Any = None) -> tuple[Any, Any]:  # fmt: skip
    """Train a network for each spec as one stack, and return it with the history.

    Args:
        specs: Of each network "rate" and "seed", and what else `network` takes.
        data: Images and labels; with a first axis for the network where each has its own.
        make: Function from learning rates to a Keras optimizer.
        epochs: Of all.
        batch: Images of a step.
        cycle: Whether the rates are peaks of one-cycle schedules.
        validation: What the history measures each epoch.
    """
    import keras

    from helpers.stacked import OwnBatches, PerNetwork, stack

    build = ("units", "dropout", "l2", "seed")
    wanted = [tuple((name, spec[name]) for name in build if name in spec) for spec in specs]
    made = {one: network(**dict(one)) for one in dict.fromkeys(wanted)}
    models = [made[one] for one in wanted]  # `stack` copies the weights
    networks = stack(models, own_batches=True)
    order = OwnBatches(*data, [spec["seed"] for spec in specs], batch)
    shape = one_cycle(np.arange(epochs * len(order)) / (epochs * len(order))) if cycle else None
    rates = PerNetwork([spec["rate"] for spec in specs], shape)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    networks.compile(make(rates), loss, metrics=["accuracy"], steps_per_execution=8)
    history = networks.fit(order, epochs=epochs, validation_data=validation, verbose=0).history
    keras.backend.clear_session()
    return networks, history


def one_cycle(share: np.ndarray) -> np.ndarray:
    """Return the factor of the peak after this share of the steps: up from a tenth in 30 %, then half a cosine to 0."""
    return np.where(share < 0.3, 0.1 + 0.9 * share / 0.3, (1 + np.cos(np.pi * (share - 0.3) / 0.7)) / 2)


def accuracies(networks: Any, pair: Any) -> np.ndarray:
    """Return the share of right answers of each network."""
    return np.asarray(networks.evaluate(*pair, batch_size=1000, verbose=0, return_dict=True)["accuracy"])


def right(networks: Any, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return for each network which images it gets right, (networks, n)."""
    return (networks.predict(images, batch_size=1000, verbose=0).argmax(axis=-1) == labels[:, None]).T


# What a search may ask for --------------------------------------------------------------------------------------------


def table(seeds: Sequence[int] = SEEDS, units: Sequence[int] = UNITS) -> dict:
    """SGD with momentum at each learning rate, dropout rate and number of units: validation curves, comparison."""
    train, validation, yard = parts()
    found = {}
    for size in units:
        specs = [{"units": size, "rate": r, "dropout": d, "seed": s} for r in RATES for d in DROPOUT for s in seeds]
        networks, history = fit(specs, train, validation=validation)
        curves, ends = np.array(history["val_accuracy"]).T, accuracies(networks, yard)
        for place in range(0, len(specs), len(seeds)):
            key = f"{size} {specs[place]['dropout']:g} {specs[place]['rate']:g}"
            rows = range(place, place + len(seeds))
            found[key] = [{"val": rounded(curves[row]), "yard": rounded(ends[row])} for row in rows]
    return found


TOO_SMALL = {"learning_rate": (0.001, 0.01), "dropout": (0.2, 0.4), "units": (8, 32)}


def edges(trials: int = 16) -> dict:
    """Trials of one search with Optuna's Sobol points in a space that is too small, as in the notebook."""
    import warnings

    import optuna

    warnings.simplefilter("ignore")
    stored = stored_groups("tuning_deeper")["table"]
    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: Any) -> float:
        rate = trial.suggest_float("learning_rate", *TOO_SMALL["learning_rate"], log=True)
        dropout = trial.suggest_float("dropout", *TOO_SMALL["dropout"])
        units = trial.suggest_int("units", *TOO_SMALL["units"], log=True)
        return stored[nearest(units, dropout, rate)][0]["val"][-1]

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.QMCSampler(scramble=True, seed=5))
    study.optimize(objective, n_trials=trials)
    return {"too small": [{k: rounded(v) for k, v in t.params.items()} | {"score": t.value} for t in study.trials]}


SEARCHES, BUDGET = 50, 144
"""Searches of each kind, ten on the networks of each seed, and epochs of each: 16 trials that nobody stops."""


def kinds(seed: int) -> dict:
    """Return name → (sampler, pruner) of Optuna."""
    from optuna import pruners, samplers

    def halving() -> Any:
        return pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)

    return {
        "random": (samplers.RandomSampler(seed), pruners.NopPruner()),
        "Sobol": (samplers.QMCSampler(scramble=True, seed=seed), pruners.NopPruner()),
        "TPE": (samplers.TPESampler(seed=seed), pruners.NopPruner()),
        "random, pruned": (samplers.RandomSampler(seed), halving()),
        "TPE, pruned": (samplers.TPESampler(seed=seed), halving()),
    }


def searches(seeds: Sequence[int] = SEEDS, names: Sequence[str] = (), count: int = SEARCHES) -> dict:
    """Searches with Optuna; each training is looked up in `table`, its setting rounded to the nearest."""
    import warnings

    import optuna

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    stored = stored_groups("tuning_deeper")["table"]
    return {name: [_search(name, number, stored, len(seeds)) for number in range(count)] for name in names or kinds(0)}


def _search(name: str, number: int, stored: dict, seeds: int) -> dict:
    import optuna

    sampler, pruner = kinds(100 * number)[name]
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    rows: list[dict] = []

    def objective(trial: Any) -> float:
        rate = trial.suggest_float("learning_rate", RATES[0], RATES[-1], log=True)
        dropout = trial.suggest_float("dropout", 0, DROPOUT[-1])
        units = trial.suggest_int("units", UNITS[0], UNITS[-1], log=True)
        run = stored[nearest(units, dropout, rate)][number % seeds]
        for epoch, score in enumerate(run["val"], start=1):
            trial.report(score, epoch)
            if epoch < EPOCHS and trial.should_prune():
                rows.append({"epochs": epoch})
                raise optuna.TrialPruned
        rows.append({"epochs": EPOCHS, "score": run["val"][-1], "yard": run["yard"]})
        return run["val"][-1]

    while sum(row["epochs"] for row in rows) < BUDGET:
        study.optimize(objective, n_trials=1)
    spent, best, curve = 0, {"score": 0.0, "yard": 0.0}, []
    for row in rows:
        spent += row["epochs"]
        if row.get("score", 0) > best["score"]:
            best = row
            curve.append([spent, best["score"], best["yard"]])
    return {"trials": len(rows), "complete": sum("score" in row for row in rows), "curve": curve, "yard": best["yard"]}


def nearest(units: float, dropout: float, rate: float) -> str:
    """Return the key in `table` of the setting nearest to this one, on logarithmic scales for units and rate."""
    near = min(UNITS, key=lambda one: abs(np.log(one / units)))
    drop = min(DROPOUT, key=lambda one: abs(one - dropout))
    return f"{near} {drop:g} {min(RATES, key=lambda one: abs(np.log(one / rate))):g}"


# A recipe -------------------------------------------------------------------------------------------------------------

RECIPE_EPOCHS = 10


def recipe(seeds: Sequence[int] = SEEDS, names: Sequence[str] = ()) -> dict:
    """Optimizer, schedule, batch size and L2 penalty: each at learning rates until the best one is not at an end."""
    import keras

    momentum_powers, adam_powers = (-2.0, -1.5, -1.0, -0.5), (-3.5, -3.0, -2.5, -2.0)
    ways: dict[str, tuple] = {
        "momentum, constant": (momentum, momentum_powers, {}, 0.0),
        "momentum, one cycle": (momentum, momentum_powers, {"cycle": True}, 0.0),
        "Adam, constant": (keras.optimizers.Adam, adam_powers, {}, 0.0),
        "Adam, one cycle": (keras.optimizers.Adam, adam_powers, {"cycle": True}, 0.0),
    }
    for size in (8, 128, 512):
        ways[f"batch {size}"] = (momentum, momentum_powers, {"cycle": True, "batch": size}, 0.0)
    for l2 in (0.0001, 0.0003, 0.001, 0.003):
        ways[f"L2 {l2:g}"] = (momentum, momentum_powers, {"cycle": True}, l2)
    train, validation, yard = parts()
    found: dict[str, list] = {}
    for name, (make, powers, settings, l2) in ways.items():
        if names and name not in names:
            continue
        tried: dict[float, float] = {}
        waiting = list(powers)
        while waiting:
            specs = [{"rate": float(f"{10**p:.3g}"), "seed": s, "l2": l2} for p in waiting for s in seeds]
            networks, _ = fit(specs, train, make=make, epochs=RECIPE_EPOCHS, **settings)
            val, end = accuracies(networks, validation), accuracies(networks, yard)
            for row, power in enumerate(waiting):
                rows = range(row * len(seeds), (row + 1) * len(seeds))
                runs = [{"val": rounded(val[k]), "yard": rounded(end[k])} for k in rows]
                found[f"{name} {specs[rows[0]]['rate']:g}"] = runs
                tried[power] = float(np.mean([run["val"] for run in runs]))
            best = max(tried, key=tried.__getitem__)
            waiting = [best - 0.5] * (best == min(tried)) + [best + 0.5] * (best == max(tried))
        print(f"  {name}: best 10^{best} of {sorted(tried)}", flush=True)
    return found


def range_tests(seeds: Sequence[int] = SEEDS) -> dict:
    """Losses of 315 batches while the learning rate grows 10,000 times, from 0.001 (Adam: 0.00001); one list a seed."""
    import keras

    (x, y), *_ = parts()
    steps = 315

    class Growing(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, lowest: float) -> None:
            self.lowest = lowest

        def __call__(self, step: Any) -> Any:
            return self.lowest * 1e4 ** (keras.ops.cast(step, "float32") / steps)

    found: dict[str, list] = {}
    for name, make, lowest in (("momentum", momentum, 1e-3), ("Adam", keras.optimizers.Adam, 1e-5)):
        found[name] = []
        for seed in seeds:
            model = network(seed)
            model.compile(make(Growing(lowest)), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            order = np.concatenate([np.random.default_rng([seed, k]).permutation(IMAGES)[:2016] for k in range(6)])
            rows = order[: 32 * steps].reshape(steps, 32)
            losses = [float(model.train_on_batch(x[batch], y[batch])) for batch in rows]  # of each batch alone
            found[name].append({"loss": rounded(losses)})
    return found


# A fair choice --------------------------------------------------------------------------------------------------------

SPLITS = 20
PEAKS = (0.03, 0.056, 0.1, 0.18, 0.3)
CHOICES = {
    "plain": {},
    "other seed": {},
    "dropout": {"dropout": 0.3},
    "L2": {"l2": 0.001},
}


def pairs(splits: int = SPLITS) -> dict:
    """Four choices on many splits, the same seed and images for all four of a split but for "other seed".

    A choice has the peak that is best on the validation images of all splits together; each split has its own.
    """
    found: dict[str, list] = {}
    for first in range(0, splits, 5):
        data = {split: parts(split) for split in range(first, min(first + 5, splits))}
        specs = [
            {"rate": peak, "seed": split + 1000 * (name == "other seed"), "split": split, "name": name} | extra
            for split in data for name, extra in CHOICES.items() for peak in PEAKS
        ]  # fmt: skip
        own = [np.stack([data[spec["split"]][0][k] for spec in specs]) for k in (0, 1)]
        trainable = [{k: v for k, v in spec.items() if k not in ("split", "name")} for spec in specs]
        networks, _ = fit(trainable, own, epochs=RECIPE_EPOCHS, cycle=True)
        for split, (_, validation, yard) in data.items():
            val, answers = accuracies(networks, validation), right(networks, *yard)
            plain = {s["rate"]: k for k, s in enumerate(specs) if s["split"] == split and s["name"] == "plain"}
            for k, spec in enumerate(specs):
                if spec["split"] == split:
                    other = answers[plain[0.1]]
                    found.setdefault(f"{spec['name']} {spec['rate']:g}", []).append({
                        "val": rounded(val[k]), "yard": rounded(answers[k].mean()),
                        "only_this": int((answers[k] & ~other).sum()), "only_plain": int((other & ~answers[k]).sum()),
                    })  # fmt: skip
    return found


REPEATS, FEW, OUTER, INNER = 20, 100, 5, 4
SETTINGS = [
    {"rate": rate, "dropout": dropout, "l2": l2}
    for rate in (0.01, 0.03, 0.1, 0.3) for dropout in (0.0, 0.2, 0.4) for l2 in (0.0, 0.001)
]  # fmt: skip


def nested(repeats: int = REPEATS, group: int = 4) -> dict:
    """Cross-validation on 100 images, with the choice among 24 settings inside or outside of the folds.

    "flat" is the best mean over five folds; "nested" chooses anew for each fold, by four folds of the other images.
    Beside each stands what the very networks that were scored are worth on 3,000 other images.
    """
    from sklearn.model_selection import StratifiedKFold

    (pool, labels), _, yard = parts()
    count, found = len(SETTINGS), []
    for start in range(0, repeats, group):
        outer: list[tuple] = []  # (rows to train on, rows to score on), for each repeat and fold
        inner: list[tuple] = []
        for repeat in range(start, min(start + group, repeats)):
            rows = np.arange(FEW * repeat, FEW * (repeat + 1))
            for fit_rows, score_rows in StratifiedKFold(OUTER, shuffle=True, random_state=repeat).split(
                rows, labels[rows]
            ):
                outer.append((rows[fit_rows], rows[score_rows]))
                within = StratifiedKFold(INNER, shuffle=True, random_state=repeat)
                for fewer, others in within.split(fit_rows, labels[rows[fit_rows]]):
                    inner.append((rows[fit_rows][fewer], rows[fit_rows][others]))
        scores, fresh = {}, {}
        for name, folds in (("outer", outer), ("inner", inner)):
            specs = [{**setting, "seed": 0, "units": 32} for _ in folds for setting in SETTINGS]
            chosen = np.repeat(np.stack([rows for rows, _ in folds]), count, axis=0)
            networks, _ = fit(specs, (pool[chosen], labels[chosen]), epochs=20, batch=20)
            first, last = FEW * start, FEW * min(start + group, repeats)
            hits = right(networks, pool[first:last], labels[first:last]).reshape(len(folds), count, -1)
            scores[name] = np.stack([hits[k][:, rows - first].mean(axis=1) for k, (_, rows) in enumerate(folds)])
            if name == "outer":
                fresh = accuracies(networks, yard).reshape(-1, OUTER, count)
        outer_scores = scores["outer"].reshape(-1, OUTER, count)
        inner_scores = scores["inner"].reshape(-1, OUTER, INNER, count).mean(axis=2)
        for score, inside, true in zip(outer_scores, inner_scores, fresh, strict=True):
            best, own = int(score.mean(axis=0).argmax()), inside.argmax(axis=1)
            found.append({
                "flat": rounded(score[:, best].mean()), "flat_fresh": rounded(true[:, best].mean()),
                "nested": rounded(score[np.arange(OUTER), own].mean()),
                "nested_fresh": rounded(true[np.arange(OUTER), own].mean()),
                "choices": len(set(own.tolist())),
            })  # fmt: skip
    return {"100 images": found}


def full_data() -> dict:
    """One search on all of Fashion-MNIST by `python -m helpers.tune`, 24 trials with Hyperband and its last look."""
    program = [sys.executable, "-m", "helpers.tune"]
    with tempfile.TemporaryDirectory() as folder:
        for options in ("--trials 24 --search hyperband --full", "--final"):
            subprocess.run([*program, *options.split(), "--output", folder], cwd=ROOT, check=True)
        trials = json.loads((Path(folder) / "results.json").read_text(encoding="utf-8"))["trials"]
        found = json.loads((Path(folder) / "final.json").read_text(encoding="utf-8"))
    seconds = sum(trial["seconds"] for trial in trials)
    spent = {"finished": sum(trial["status"] == "COMPLETE" for trial in trials), "seconds": rounded(seconds)}
    return {"hyperband, 24 trials": [{name: rounded(value) for name, value in found.items()} | spent]}


GROUPS = {group.__name__: group for group in (table, edges, searches, recipe, range_tests, pairs, nested, full_data)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, packages=("optuna",), indent=None)
