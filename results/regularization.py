"""Make results/regularization.json: what notebook 08 and its deeper part state about methods on one budget.

    python results/regularization.py             # everything, about a quarter of an hour on two cores
    python results/regularization.py widths      # one group again; the others stay as they are

One task: 500 images of Fashion-MNIST, shrunk to 14 × 14 pixels, other ones for each of five seeds. One network:
196-64-64-10, ReLU. One budget: 800 steps of Adam with batches of 50. Each method is trained with every strength that is
listed for it; 1,000 validation images choose among them, and stop where a method stops early. All are compared on 3,000
images that choose nothing. "setting" in the JSON is "method: strength".
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.augmentation import augment, change  # noqa: E402
from helpers.results import make_results  # noqa: E402
from helpers.stacked import EarlyStopping, OwnBatches, PerNetwork, stack  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
EXAMPLES, BATCH_SIZE, STEPS = 500, 50, 800
UNITS = (64, 64)
RATE = 0.001
MEMBERS, CYCLES = 5, 4
WRONG = 0.2
"""Share of the training labels that `wrong_labels` replaces by another class."""

Settings = dict[str, dict[str, Any]]


def changes(strength: float) -> dict[str, float]:
    """Return flips, shifts and rotations as `augment` takes them: 1 is up to 1 pixel of 14 and up to 10 degrees."""
    return {"flip": 0.5, "shift": strength, "rotate": 10 * strength}


METHODS: dict[str, Settings] = {
    "nothing": {"": {}},
    "L1": {str(l1): {"l1": l1} for l1 in (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3)},
    "L2": {str(l2): {"l2": l2} for l2 in (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)},
    "flip, shift, rotate": {str(strength): {"amounts": changes(strength)} for strength in (0.25, 0.5, 1.0, 2.0)},
    "dropout": {f"{first}, {hidden}": {"dropout": (first, hidden)}
                for first, hidden in ((0.0, 0.1), (0.0, 0.2), (0.0, 0.5), (0.2, 0.5), (0.2, 0.65))},
    "fewer units": {str(units): {"units": (units, units)} for units in (8, 16, 32)},
    "batch normalization": {"": {"normalization": "BatchNormalization"}},
    "early stopping": {"patience 5": {"patience": 5}},
    "4 × the images": {"": {"examples": 4 * EXAMPLES}},
}  # fmt: skip
"""Method → strength → how it differs from nothing; these are in the core notebook."""

MORE_METHODS: dict[str, Settings] = {
    "elastic net": {f"{l1}, {l2}": {"l1": l1, "l2": l2} for l1, l2 in ((3e-5, 3e-4), (1e-4, 1e-3), (3e-4, 3e-3))},
    "weight decay": {str(decay): {"decay": decay} for decay in (0.1, 0.3, 1.0, 3.0, 10.0)},
    "label smoothing": {str(share): {"smoothing": share} for share in (0.02, 0.05, 0.1, 0.2, 0.4)},
    "augmentation and smoothing": {f"{strength}, {share}": {"amounts": changes(strength), "smoothing": share}
                                   for strength in (0.25, 0.5, 1.0) for share in (0.05, 0.1)},
    "mixup": {str(alpha): {"amounts": {"mixup": alpha}} for alpha in (0.1, 0.2, 0.4, 1.0)},
    "CutMix": {str(alpha): {"amounts": {"CutMix": alpha}} for alpha in (0.1, 0.2, 0.4, 1.0)},
    "CowMix": {str(alpha): {"amounts": {"CowMix": alpha}} for alpha in (0.1, 0.4)},
    "layer normalization": {"": {"normalization": "LayerNormalization"}},
    "weight averaging": {str(keep): {"ema": keep} for keep in (0.98, 0.99, 0.995, 0.998, 0.999)},
    "2 × the images": {"": {"examples": 2 * EXAMPLES}},
}  # fmt: skip
"""The others, of the deeper notebook."""

CHANGES = {"flip": (0.25, 0.5), "shift": (0.5, 1.0, 2.0), "rotate": (5.0, 10.0, 20.0)}
"""Change → amounts in the units of `helpers.augmentation`, on images of 14 × 14 pixels."""

MORE_CHANGES = {"crop": (0.07, 0.15), "zoom": (0.07, 0.15), "shear": (0.07, 0.15), "contrast": (0.15, 0.3),
                "brightness": (0.1, 0.2), "noise": (0.05, 0.1), "cut-out": (2.0, 4.0)}  # fmt: skip
"""The same of the deeper notebook."""

DATA_SIZES = (100, 200, 500, 1000, 2000, 4000, 6000)
WIDTHS = (1, 2, 4, 8, 16, 32, 64, 256)
TOGETHER = 18
"""Settings in one stack, for the memory's sake."""


@cache
def parts() -> Any:
    """Return the course's split: 6,000 images to train, 1,000 to choose, 3,000 to compare, as rows of 14 × 14."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    return [(small_images(images), labels) for images, labels in hold_out(x, y, seed=0)]


def square(rows: np.ndarray) -> np.ndarray:
    """Return rows (n, 196) as images (n, 14, 14)."""
    return rows.reshape(-1, 14, 14)


def draw(seed: int, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `examples` training images of this seed and their labels; up to 1,200 are of no other seed."""
    images, labels = parts()[0]
    rows = (1200 * seed + np.arange(examples)) % len(images)
    return images[rows], labels[rows]


def targets_of(labels: np.ndarray, smoothing: float, wrong: float, seed: int) -> np.ndarray:
    """Return one-hot rows, a share of them of a wrong class, smoothed."""
    rng = np.random.default_rng([seed, 1])
    turned = rng.random(len(labels)) < wrong
    labels = np.where(turned, (labels + rng.integers(1, 10, len(labels))) % 10, labels)
    return (1 - smoothing) * np.eye(10, dtype="float32")[labels] + smoothing / 10


class Changing(OwnBatches):
    """Own batches of images that are changed anew before each epoch."""

    def __init__(self, images: np.ndarray, y: np.ndarray, seeds: Any, amounts: list[dict[str, float]]) -> None:
        self.images, self.targets, self.amounts = images, y, amounts
        self.chance = [np.random.default_rng([seed, 2]) for seed in seeds]
        super().__init__(images.copy(), y.copy(), seeds, batch_size=BATCH_SIZE)

    def on_epoch_end(self) -> None:
        """Draw changes and orders."""
        for k, (amounts, rng) in enumerate(zip(self.amounts, self.chance, strict=True)):
            if amounts:
                images, self.y[k] = augment(amounts, square(self.images[k]), self.targets[k], rng)
                self.x[k] = images.reshape(-1, 196)
        super().on_epoch_end()


def network(seed: int, setting: dict[str, Any]) -> Any:
    """Return the Keras model of one seed and setting; its first weights depend on the seed and the sizes alone."""
    import keras
    from keras import layers

    first, hidden = setting.get("dropout", (0.0, 0.0))
    penalty = keras.regularizers.L1L2(setting.get("l1", 0.0), setting.get("l2", 0.0))

    def dense(k: int, units: int, activation: str | None) -> Any:
        start = keras.initializers.GlorotUniform(seed=100 * seed + k)
        return layers.Dense(units, activation, kernel_initializer=start, kernel_regularizer=penalty)

    stacked: list[Any] = [keras.Input((196,))]
    if "dropout" in setting:
        stacked.append(layers.Dropout(first))
    for k, units in enumerate(setting.get("units", UNITS)):
        stacked.append(dense(k, units, None))
        if kind := setting.get("normalization"):
            stacked.append(getattr(layers, kind)(**({"momentum": 0.9} if kind[0] == "B" else {})))
        stacked.append(layers.ReLU())
        if "dropout" in setting:
            stacked.append(layers.Dropout(hidden))
    return keras.Sequential([*stacked, dense(9, 10, "softmax")])


def optimizer_for(settings: list[dict[str, Any]]) -> Any:
    """Return AdamW, with a decay and an average of the weights for each network; without both it is Adam."""
    import keras

    def each(name: str) -> np.ndarray:  # (networks, 1), as a learning rate for each network has it
        return np.array([[one.get(name, 0.0)] for one in settings], "float32")

    rates = [one.get("rate", RATE) for one in settings]
    rate = PerNetwork(rates) if set(rates) != {RATE} else RATE
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.0, use_ema="ema" in settings[0])
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.weight_decay, optimizer.ema_momentum = each("decay"), each("ema")
    return optimizer


def fit(settings: list[dict[str, Any]], seeds: Any = SEEDS, wrong: float = 0.0) -> list[list[dict]]:
    """Train every setting with every seed, as many as possible at once, and return a list of runs for each setting."""

    def kind(one: dict[str, Any]) -> tuple:
        fixed = tuple(one.get(name) for name in ("units", "examples", "patience", "epochs", "normalization"))
        return *fixed, "dropout" in one, "ema" in one

    found: dict[int, list[dict]] = {}
    for this in dict.fromkeys(map(kind, settings)):
        alike = [k for k, one in enumerate(settings) if kind(one) == this]
        for first in range(0, len(alike), TOGETHER):
            places = alike[first : first + TOGETHER]
            found |= zip(places, fit_alike([settings[k] for k in places], seeds, wrong), strict=True)
    return [found[k] for k in range(len(settings))]


def fit_alike(settings: list[dict[str, Any]], seeds: Any, wrong: float) -> list[list[dict]]:
    """Train settings of one architecture, number of images and patience, and return a list of runs for each."""
    networks, images, labels, stop = train(settings, seeds, wrong)
    runs = scores(networks, images, labels)
    if stop:
        for run, best, last in zip(runs, stop.best_epoch, stop.stopped_epoch, strict=True):
            run |= {"best_epoch": int(best) + 1, "stopped_epoch": int(last) + 1}
    return [runs[k : k + len(seeds)] for k in range(0, len(runs), len(seeds))]


def train(
    settings: list[dict[str, Any]], seeds: Any = SEEDS, wrong: float = 0.0
) -> tuple[Any, np.ndarray, np.ndarray, Any]:
    """Return one stack of all settings and seeds, trained, their training images and labels, and what stopped them."""
    import keras

    pairs = [(one, seed) for one in settings for seed in seeds]
    chosen, numbers = [one for one, _ in pairs], [seed for _, seed in pairs]
    examples = settings[0].get("examples", EXAMPLES)
    drawn = [draw(seed, examples) for seed in numbers]
    images, labels = (np.stack(each) for each in zip(*drawn, strict=True))
    y = np.stack([targets_of(own, one.get("smoothing", 0.0), wrong, seed)
                  for (one, seed), own in zip(pairs, labels, strict=True)])  # fmt: skip
    networks = stack([network(seed, one) for one, seed in pairs], own_batches=True)
    keras.utils.set_random_seed(0)
    networks.compile(optimizer_for(chosen), "categorical_crossentropy")
    batches = Changing(images, y, numbers, [one.get("amounts", {}) for one in chosen])
    epochs = settings[0].get("epochs", max(1, round(STEPS * BATCH_SIZE / examples)))
    more: dict[str, Any] = {}
    stop = None
    if patience := settings[0].get("patience"):
        x_val, y_val = parts()[1]
        stop = EarlyStopping(patience=patience)
        more = {"validation_data": (x_val, np.eye(10)[y_val]), "callbacks": [stop], "validation_batch_size": 500}
    networks.fit(batches, epochs=epochs, verbose=0, **more)
    return networks, images, labels, stop


def probabilities(networks: Any, x: np.ndarray) -> np.ndarray:
    """Return what the networks say, (networks, examples, 10); `x` is shared, or (networks, examples, 196)."""
    x = x.swapaxes(0, 1) if x.ndim == 3 else x
    return np.concatenate([networks.activations(x[k : k + 500])[-1] for k in range(0, len(x), 500)], axis=1)


def scored(p: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return accuracy and cross-entropy of probabilities (…, examples, 10)."""
    labels = np.broadcast_to(labels, p.shape[:-1])
    right = np.take_along_axis(p, labels[..., None], axis=-1)[..., 0]
    return (p.argmax(axis=-1) == labels).mean(axis=-1), -np.log(np.maximum(right, 1e-7)).mean(axis=-1)


def as_runs(*said: tuple[str, np.ndarray, np.ndarray]) -> list[dict]:
    """Return a dict for each network: accuracy and loss for each (prefix, probabilities, labels)."""
    found: dict[str, np.ndarray] = {}
    for prefix, p, labels in said:
        found[f"{prefix}accuracy"], found[f"{prefix}loss"] = scored(p, labels)
    return [{name: round(float(values[k]), 5) for name, values in found.items()} for k in range(len(said[0][1]))]


def scores(networks: Any, images: np.ndarray, labels: np.ndarray) -> list[dict]:
    """Return the numbers of each network: training (true labels), validation, and without a prefix the comparison."""
    (_, _), (x_val, y_val), (x, y) = parts()
    return as_runs(
        ("train_", probabilities(networks, images), labels),
        ("val_", probabilities(networks, x_val), y_val),
        ("", probabilities(networks, x), y),
    )


def every_strength(methods: dict[str, Settings], wrong: float = 0.0) -> dict:
    """Return "method: strength" → runs on the same images and steps."""
    settings = {f"{name}: {strength}" if strength else name: setting
                for name, strengths in methods.items() for strength, setting in strengths.items()}  # fmt: skip
    return dict(zip(settings, fit(list(settings.values()), wrong=wrong), strict=True))


def methods() -> dict:
    """The methods of the core notebook in every strength."""
    return every_strength(METHODS)


def more_methods() -> dict:
    """Those of the deeper notebook."""
    return every_strength(MORE_METHODS)


def wrong_labels() -> dict:
    """The methods and the single changes with 20 % of the training labels wrong; others are right."""
    return every_strength(METHODS, WRONG) | each_change(CHANGES, WRONG)


def averages() -> dict:
    """What needs no other training: a temperature, networks averaged, and snapshots of one cyclic schedule."""
    import keras
    from scipy.optimize import minimize_scalar

    (_, _), (x_val, y_val), (x, y) = parts()
    members = [1000 * seed + member for seed in SEEDS for member in range(MEMBERS)]
    drawn = [draw(seed, EXAMPLES) for seed in SEEDS]
    images, labels = (np.stack(each) for each in zip(*drawn, strict=True))
    y_one_hot = np.eye(10, dtype="float32")[labels]

    def trained(seeds: Any, x_own: np.ndarray, y_own: np.ndarray, optimizer: Any) -> Any:
        networks = stack([network(seed, {}) for seed in seeds], own_batches=True)
        networks.compile(optimizer, "categorical_crossentropy")
        return networks, OwnBatches(x_own, y_own, seeds, batch_size=BATCH_SIZE)

    epochs = STEPS * BATCH_SIZE // EXAMPLES
    networks, batches = trained(
        members, images.repeat(MEMBERS, axis=0), y_one_hot.repeat(MEMBERS, axis=0), keras.optimizers.Adam(RATE)
    )
    networks.fit(batches, epochs=epochs, verbose=0)
    p_val, p = (probabilities(networks, each).reshape(len(SEEDS), MEMBERS, -1, 10) for each in (x_val, x))
    results: dict = {}
    for count in range(1, MEMBERS + 1):
        name = "1 network" if count == 1 else f"{count} networks"
        results[name] = as_runs(("val_", p_val[:, :count].mean(axis=1), y_val), ("", p[:, :count].mean(axis=1), y))
    mistakes = p.argmax(axis=-1) != y
    same = mistakes[:, 0] & (p[:, 0].argmax(axis=-1) == p[:, 1].argmax(axis=-1))
    for run, shared, first in zip(results["2 networks"], same, mistakes[:, 0], strict=True):
        run["same_mistakes"] = round(float(shared.sum() / first.sum()), 4)

    networks, batches = trained(SEEDS, images, y_one_hot, keras.optimizers.Adam(RATE))
    networks.fit(batches, epochs=epochs, verbose=0)
    p_val, p = probabilities(networks, x_val), probabilities(networks, x)
    results["temperature"] = []
    for val, compare in zip(p_val, p, strict=True):
        powers = np.log(np.maximum(val, 1e-30)), np.log(np.maximum(compare, 1e-30))

        def loss(t: float, z: np.ndarray = powers[0]) -> float:
            return float(scored(softmax(z / t), y_val)[1])

        t = float(minimize_scalar(loss, bounds=(0.2, 20), method="bounded").x)
        said = ("val_", softmax(powers[0] / t)[None], y_val), ("", softmax(powers[1] / t)[None], y)
        results["temperature"].append(as_runs(*said)[0] | {"temperature": round(t, 3)})

    cycle = STEPS // CYCLES
    schedule = keras.optimizers.schedules.CosineDecayRestarts(2 * RATE, cycle, t_mul=1.0, m_mul=1.0)
    networks, batches = trained(SEEDS, images, y_one_hot, keras.optimizers.Adam(schedule))
    shots = []
    for _ in range(CYCLES):
        networks.fit(batches, epochs=epochs // CYCLES, verbose=0)
        shots.append((probabilities(networks, x_val), probabilities(networks, x)))
    results["last snapshot"] = as_runs(("val_", shots[-1][0], y_val), ("", shots[-1][1], y))
    means = [np.mean(each, axis=0) for each in zip(*shots, strict=True)]
    results[f"{CYCLES} snapshots"] = as_runs(("val_", means[0], y_val), ("", means[1], y))
    return results


def softmax(z: np.ndarray) -> np.ndarray:
    """Return probabilities over the last axis."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def each_change(changes: dict[str, tuple[float, ...]], wrong: float = 0.0) -> dict:
    """Return "change: amount" → runs with this change alone."""
    pairs = [(name, amount) for name, amounts in changes.items() for amount in amounts]
    runs = fit([{"amounts": {name: amount}} for name, amount in pairs], wrong=wrong)
    return {f"{name}: {amount}": each for (name, amount), each in zip(pairs, runs, strict=True)}


def by_heart() -> dict:
    """Training accuracy after each epoch with true labels and with shuffled ones."""
    import keras

    drawn = [draw(seed, EXAMPLES) for seed in SEEDS]
    rows = [np.random.default_rng([seed, 3]).permutation(EXAMPLES) for seed in SEEDS]
    images = np.stack([x for x, _ in drawn] * 2)
    labels = np.stack([y for _, y in drawn] + [y[order] for (_, y), order in zip(drawn, rows, strict=True)])
    networks = stack([network(seed, {}) for seed in SEEDS * 2], own_batches=True)
    networks.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    batches = OwnBatches(images, labels, SEEDS * 2, batch_size=BATCH_SIZE)
    curves = networks.fit(batches, epochs=STEPS * BATCH_SIZE // EXAMPLES, verbose=0).history["accuracy"].T
    runs = [{"train_accuracy": [round(float(value), 4) for value in curve]} for curve in curves]
    return {"true labels": runs[: len(SEEDS)], "shuffled labels": runs[len(SEEDS) :]}


def augmentations() -> dict:
    """The changes of the core notebook, each by itself."""
    return each_change(CHANGES)


def more_augmentations() -> dict:
    """Those of the deeper notebook."""
    return each_change(MORE_CHANGES)


def moved() -> dict:
    """Training without and with changed copies, measured on images that are changed: for what it is made."""
    x, y = parts()[2]
    rng = np.random.default_rng(3)
    kinds = {
        "as they are": square(x),
        "mirrored": square(x)[:, :, ::-1],
        "shifted": change("shift", square(x), 1.0, rng),
    }
    kinds["turned"] = change("rotate", square(x), 20.0, rng)
    networks = train([{}, {"amounts": changes(1.0)}])[0]
    results = {}
    for kind, images in kinds.items():
        runs = as_runs(("", probabilities(networks, images.reshape(-1, 196)), y))
        results |= {f"{kind}, without": runs[: len(SEEDS)], f"{kind}, with": runs[len(SEEDS) :]}
    return results


def data_sizes() -> dict:
    """The same network on more and more images, each time until early stopping ends it: no budget cuts it off."""
    return {str(size): fit([{"examples": size, "patience": 10, "epochs": 300}])[0] for size in DATA_SIZES}


def early_look() -> dict:
    """Validation accuracy after 50 steps with batch normalization: by its moving averages, and by the batch's own."""
    import keras
    from keras import layers

    x_val, y_val = parts()[1]
    found: dict = {"moving averages": [], "statistics of the batch": []}
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((196,))])
        for units in UNITS:
            model.add(layers.Dense(units, use_bias=False))
            model.add(layers.BatchNormalization())
            model.add(layers.ReLU())
        model.add(layers.Dense(10, activation="softmax"))
        model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy")
        model.fit(*draw(seed, EXAMPLES), batch_size=BATCH_SIZE, epochs=50 * BATCH_SIZE // EXAMPLES, verbose=0)
        for runs, training in zip(found.values(), (False, True), strict=True):
            runs += as_runs(("val_", np.asarray(model(x_val, training=training))[None], y_val))
    return found


def widths() -> dict:
    """One hidden layer of 1 to 256 units, and two networks with two hidden layers."""
    shapes = {str(width): (width,) for width in WIDTHS} | {"256-32": (256, 32), "512-512": (512, 512)}
    return {name: fit([{"units": units}])[0] for name, units in shapes.items()}


GROUPS = {
    group.__name__: group
    for group in (
        by_heart,
        data_sizes,
        early_look,
        methods,
        moved,
        augmentations,
        wrong_labels,
        widths,
        more_methods,
        averages,
        more_augmentations,
    )
}

if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
