"""Make results/regularization_deeper.json: what notebook 08, deeper part, states beside results/regularization.json.

    python results/regularization_deeper.py             # everything, about twenty minutes of CPU
    python results/regularization_deeper.py depth       # one group again; the others stay as they are

All images have 14 × 14 pixels. Each seed trains on images of its own; where several learning rates are tried, 1,000
images choose one for each competitor, and 3,000 that choose nothing compare them.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.augmentation import change  # noqa: E402
from helpers.results import make_results  # noqa: E402
from helpers.stacked import OwnBatches, PerNetwork, stack  # noqa: E402
from results import regularization as one_budget  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
WRONG = 0.2
"""Share of the training labels that `double_descent` replaces by another class."""
WIDTHS = (1, 2, 4, 8, 12, 16, 32, 64, 128, 256, 512)
SEEN_AFTER = (1, 2, 4, 8, 16, 32, 64, 125, 250, 500)
"""Epochs after which `double_descent` measures."""


@cache
def parts() -> Any:
    """Return the course's split as rows of 14 × 14 pixels: 6,000 to train, 1,000 to choose and 3,000 to compare."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    return [(small_images(images), labels.astype("int32")) for images, labels in hold_out(x, y, seed=0)]


def draw(seed: int, examples: int, wrong: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return training images of this seed and their labels; up to 1,200 images are of no other seed."""
    images, labels = parts()[0]
    rows = (1200 * seed + np.arange(examples)) % len(images)
    rng, labels = np.random.default_rng([seed, 1]), labels[rows]
    turned = rng.permutation(examples) < round(wrong * examples)
    return images[rows], np.where(turned, (labels + rng.integers(1, 10, examples)) % 10, labels).astype("int32")


def network(seed: int, units: Any, kind: str = "", start: str = "GlorotUniform") -> Any:
    """Return a Keras model: hidden layers of these units, and what `kind` names before or after each ReLU."""
    import keras
    from keras import layers

    def dense(k: int, units: int) -> Any:
        return layers.Dense(units, kernel_initializer=getattr(keras.initializers, start)(seed=100 * seed + k))

    stacked: list[Any] = [keras.Input((196,))]
    for k, wide in enumerate(units):
        batch = [layers.BatchNormalization(momentum=0.9)] if "batch" in kind else []
        layer = [layers.LayerNormalization()] if "layer" in kind else []
        drop = [layers.Dropout(0.3)] if "dropout" in kind else []
        before, after = ([], batch) if "after" in kind else (batch, [])
        stacked += [dense(k, wide), *before, *layer, layers.ReLU(), *after, *drop]
    return keras.Sequential([*stacked, dense(99, 10)])


def train(
    units: Any, optimizer: Any, rates: Any, examples: int, epochs: int, batch_size: int, wrong: float = 0.0, **more: Any
) -> tuple[Any, Any, np.ndarray]:
    """Train a network for each rate and seed; return them stacked, their Keras history and their images."""
    import keras

    settings = {name: more.pop(name) for name in ("kind", "start") if name in more}
    pairs = [(rate, seed) for rate in rates for seed in SEEDS]
    drawn = [draw(seed, examples, wrong) for _, seed in pairs]
    images, labels = (np.stack(each) for each in zip(*drawn, strict=True))
    networks = stack([network(seed, units, **settings) for _, seed in pairs], own_batches=True)
    keras.utils.set_random_seed(0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    networks.compile(optimizer(PerNetwork([rate for rate, _ in pairs])), loss, metrics=["accuracy"])
    batches = OwnBatches(images, labels, [seed for _, seed in pairs], batch_size=batch_size)
    history = networks.fit(batches, epochs=epochs, verbose=0, **more).history
    return networks, history, images


def measured(networks: Any) -> dict[str, np.ndarray]:
    """Return accuracy and loss of each network on the images that choose, "val_…", and on those that compare."""
    found = {}
    for prefix, (x, y) in zip(("val_", ""), parts()[1:], strict=True):
        z = networks.predict(x, batch_size=500, verbose=0).swapaxes(0, 1).astype(float)
        z -= z.max(axis=-1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
        found[f"{prefix}accuracy"] = (z.argmax(axis=-1) == y).mean(axis=-1)
        found[f"{prefix}loss"] = np.nan_to_num(-log_p[:, np.arange(len(y)), y].mean(axis=-1), nan=99.0)
    return found


def settle(networks: Any, images: np.ndarray) -> None:
    """Let the moving averages of batch normalization catch up: 100 batches pass, and no weight moves."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        networks(images[:, rng.permutation(images.shape[1])[:50]].swapaxes(0, 1), training=True)


def runs_by_rate(networks: Any, history: Any, images: np.ndarray, rates: Any, settled: bool) -> dict[str, list[dict]]:
    """Return rate → runs, one a seed, with the numbers of `measured` and the training curve."""
    found = measured(networks)
    if settled:
        settle(networks, images)
        found |= {f"settled_{name}": values for name, values in measured(networks).items()}
    curve = np.nan_to_num(history["loss"].T, nan=99.0)
    runs = [
        {name: round(float(values[k]), 4) for name, values in found.items()} | {"curve": curve[k].round(4).tolist()}
        for k in range(len(curve))
    ]
    return {f"{rate:g}": runs[len(SEEDS) * k : len(SEEDS) * (k + 1)] for k, rate in enumerate(rates)}


def double_descent() -> dict:
    """One hidden layer of 1 to 512 units on 300 images, a fifth of them with a wrong label, for 500 epochs."""
    import keras

    results = {}
    for width in WIDTHS:
        _, history, _ = train(
            (width,), keras.optimizers.Adam, (0.003,), 300, 500, 50, WRONG,
            validation_data=parts()[2], validation_batch_size=1000, validation_freq=list(SEEN_AFTER),
        )  # fmt: skip
        rows = np.array(SEEN_AFTER) - 1
        found = {
            "train_error": 1 - history["accuracy"][rows],
            "error": 1 - history["val_accuracy"],
            "loss": history["val_loss"],
        }
        results[str(width)] = [
            {name: values[:, k].round(4).tolist() for name, values in found.items()} for k in range(len(SEEDS))
        ]
        last = {name: values[-1].mean().round(3) for name, values in found.items()}
        print(f"  {width}: {last}", flush=True)
    return results


def random_features(n: int = 300) -> dict:
    """Least squares on random ReLU features of 300 images, smallest weights where many fit, and with a penalty."""
    results: dict = {}
    (_, (x_val, y_val), (x_new, y_new)) = parts()
    for count in (10, 30, 60, 100, 150, 200, 250, 280, 300, 320, 350, 400, 600, 1000, 2000):
        results[str(count)] = []
        for seed in SEEDS:
            rng, (x, y) = np.random.default_rng([seed, 3]), draw(seed, n)
            w = rng.normal(size=(196, count)) / 14
            a, a_val, a_new = (np.maximum(images @ w, 0) for images in (x, x_val, x_new))
            target = np.eye(10)[y]
            plain = np.linalg.lstsq(a, target, rcond=None)[0]
            kernel = a @ a.T
            ridges = [a.T @ np.linalg.solve(kernel + n * strength * np.eye(n), target)
                      for strength in (1e-4, 1e-3, 1e-2, 1e-1, 1.0)]  # fmt: skip
            chosen = min(ridges, key=lambda v: np.mean((a_val @ v).argmax(axis=1) != y_val))
            errors = {"train_error": (a, plain, y), "error": (a_new, plain, y_new), "penalized": (a_new, chosen, y_new)}
            results[str(count)].append({
                name: round(float(np.mean((rows @ v).argmax(axis=1) != labels)), 4)
                for name, (rows, v, labels) in errors.items()
            })  # fmt: skip
    return results


DEEP_RATES = (0.003, 0.01, 0.03, 0.1, 0.3)


def deep(kinds: dict[str, tuple[tuple[float, ...], dict[str, str]]]) -> dict:
    """Return name → rate → runs: twenty hidden layers of 32 units, 1,200 images, twelve epochs of plain SGD."""
    import keras

    results = {}
    for name, (rates, settings) in kinds.items():
        trained = train([32] * 20, keras.optimizers.SGD, rates, 1200, 12, 50, **settings)
        results[name] = runs_by_rate(*trained, rates, settings.get("kind") == "batch")
        print(f"  {name}: {[round(np.mean([r['accuracy'] for r in runs]), 3) for runs in results[name].values()]}")
    return results


def depth() -> dict:
    """Twenty layers from two starts, and with two normalizations."""
    return deep(
        {
            "Glorot": (DEEP_RATES, {}),
            "He": (DEEP_RATES, {"start": "HeNormal"}),
            "batch": (DEEP_RATES, {"kind": "batch"}),
            "layer": (DEEP_RATES, {"kind": "layer"}),
        }
    )


def depth_more() -> dict:
    """Normalized layers that start from He's weights, and rates beside the best of those that start from Glorot's."""
    return deep(
        {
            "batch, He": (DEEP_RATES, {"kind": "batch", "start": "HeNormal"}),
            "layer, He": ((0.001, *DEEP_RATES), {"kind": "layer", "start": "HeNormal"}),
            "batch": ((1.0,), {"kind": "batch"}),
            "layer": ((0.001,), {"kind": "layer"}),
        }
    )


def two_layers() -> dict:
    """Learning curves of 196-128-128-10 with normalization and dropout, 1,200 images, twenty epochs of Adam."""
    import keras

    rates, results = (0.0001, 0.0003, 0.001, 0.003), {}
    for kind in ("", "batch before", "batch after", "layer", "dropout", "batch dropout"):
        trained = train((128, 128), keras.optimizers.Adam, rates, 1200, 20, 50, kind=kind)
        results[kind or "none"] = runs_by_rate(*trained, rates, "batch" in kind)
        print(f"  {kind}: {[round(np.mean([r['accuracy'] for r in v]), 3) for v in results[kind or 'none'].values()]}")
    return results


def epoch_seconds() -> dict:
    """How much longer an epoch takes with batch normalization, with two hidden layers of 128 or of 1,024 units."""
    import time

    import keras

    def ratio(units: int) -> float:
        models = []
        for normalization in ([], [keras.layers.BatchNormalization]):
            hidden: list[Any] = []
            for _ in range(2):
                hidden += [keras.layers.Dense(units), *(layer() for layer in normalization), keras.layers.ReLU()]
            models.append(keras.Sequential([keras.Input((196,)), *hidden, keras.layers.Dense(10)]))
            models[-1].compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        times: list[list[float]] = [[], []]
        for _ in range(9):  # in turns, so that what else the machine does meets both
            for model, taken in zip(models, times, strict=True):
                begin = time.process_time()
                model.fit(np.zeros((3000, 196)), np.zeros(3000), batch_size=50, verbose=0)
                taken.append(time.process_time() - begin)
        plain, normalized = (min(taken[1:]) for taken in times)
        return round(normalized / plain, 2)

    return {str(units): [{"ratio": ratio(units)} for _ in SEEDS] for units in (128, 1024)}


def small_batches() -> dict:
    """Five passes through 500 images in batches of 2 to 50, with no, batch and layer normalization."""
    import keras

    rates, results = (0.0003, 0.001, 0.003, 0.01), {}
    for size in (2, 10, 50):
        for kind in ("", "batch", "layer"):
            trained = train((64, 64), keras.optimizers.Adam, rates, 500, 5, size, kind=kind)
            results[f"{kind or 'none'}, {size}"] = runs_by_rate(*trained, rates, kind == "batch")
        print(f"  {size}", flush=True)
    return results


MORE_STRENGTHS: one_budget.Settings = {
    "elastic net": {"0.001, 0.01": {"l1": 0.001, "l2": 0.01}},
    "label smoothing": {str(share): {"smoothing": share} for share in (0.005, 0.01)},
    "mixup": {str(alpha): {"amounts": {"mixup": alpha}} for alpha in (0.025, 0.05, 2.0)},
    "CowMix": {str(alpha): {"amounts": {"CowMix": alpha}} for alpha in (0.05, 0.2)},
    "batch normalization": {str(rate): {"normalization": "BatchNormalization", "rate": rate}
                            for rate in (0.0001, 0.0003)},
    "layer normalization": {str(rate): {"normalization": "LayerNormalization", "rate": rate}
                            for rate in (0.0001, 0.0003)},
}  # fmt: skip
"""Strengths beside those of `results/regularization.py`: where its best was the first or the last that was tried."""


def more_strengths() -> dict:
    """The same task, network and budget as in `results/regularization.py`; a normalization's strength is its rate."""
    return one_budget.every_strength(MORE_STRENGTHS)


def two_units() -> dict:
    """196-128-2-64-10 on 2,000 images for 30 epochs, what its two numbers keep, and the same network without them."""
    import keras
    from sklearn.decomposition import PCA
    from sklearn.neighbors import KNeighborsClassifier

    (x, y), _, (x_new, y_new) = parts()
    x, y = x[:2000], y[:2000]

    def neighbours(train: np.ndarray, other: np.ndarray) -> float:
        return round(float(KNeighborsClassifier(25).fit(train, y).score(other, y_new)), 4)

    results: dict = {}
    for name in ("two units", "without"):
        models = []
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            dense = keras.layers.Dense
            narrow = [dense(2)] if name == "two units" else []
            hidden = [dense(128, "relu"), *narrow, dense(64, "relu"), dense(10, "softmax")]
            models.append(keras.Sequential([keras.Input((196,)), *hidden]))
        networks = stack(models)
        networks.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
        networks.fit(x, y, 64, epochs=30, verbose=0)
        found = networks.evaluate(x_new, y_new, verbose=0)
        results[name] = [{"loss": round(float(each), 4), "accuracy": round(float(right), 4)}
                         for each, right in zip(*found, strict=True)]  # fmt: skip
        if name == "two units":
            for run, *pair in zip(results[name], *(networks.activations(each)[1] for each in (x, x_new)), strict=True):
                run["neighbours"] = neighbours(*pair)
    pca = PCA(2).fit(x)
    results["principal components"] = [{"neighbours": neighbours(pca.transform(x), pca.transform(x_new))}]
    return results


def looks() -> dict:
    """196-64-10 on eight copies of 500 images, as they are or mirrored and shifted: one look, and the mean of five."""
    import keras

    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    (x, y), _, (x_new, y_new) = hold_out(x, y, seed=0)
    x, y = x[:500], y[:500]

    def copy(images: np.ndarray, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        shifted = change("shift", change("flip", images, 0.5, rng), 1.0, rng)
        return small_images(np.round(255 * shifted).astype("uint8"))

    def network(seed: int) -> Any:
        keras.utils.set_random_seed(seed)
        hidden = [keras.layers.Dense(64, "relu"), keras.layers.Dense(10, "softmax")]
        return keras.Sequential([keras.Input((196,)), *hidden])

    results = {}
    shown = [small_images(x_new), *(copy(x_new, 100 + k) for k in range(4))]
    for name, images in (("without", [small_images(x)] * 8), ("with", [copy(x, k) for k in range(8)])):
        networks = stack([network(seed) for seed in SEEDS])
        networks.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
        networks.fit(np.concatenate(images), np.tile(y, 8), batch_size=50, epochs=8, verbose=0)
        p = np.array([networks.predict(each, verbose=0) for each in shown]).swapaxes(1, 2)
        results[name] = one_budget.as_runs(("one_", p[0], y_new), ("five_", p.mean(axis=0), y_new))
    return results


GROUPS = {
    group.__name__: group
    for group in (
        random_features,
        double_descent,
        two_units,
        depth,
        depth_more,
        two_layers,
        epoch_seconds,
        small_batches,
        looks,
        more_strengths,
    )
}

if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, indent=None)
