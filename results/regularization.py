"""Make results/regularization.json: what notebook 08 states over five seeds, each with training images of its own.

    python results/regularization.py             # everything, about a quarter of an hour on two cores
    python results/regularization.py widths      # one group again; the others stay as they are

One data set: 500 images of the embedded Fashion-MNIST, 50 of each class, drawn anew for each seed. One budget: 800
steps of Adam with batches of 50. One yardstick: the 2,000 test images. Where a method lists several strengths, one is
chosen by the validation loss of two other seeds, so the test images choose nothing; the others have one, set by hand.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.augmentation import augment  # noqa: E402
from helpers.results import make_results  # noqa: E402
from helpers.stacked import SideBySide, accuracy_and_loss  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
TUNING_SEEDS = (100, 101)
SIZES = (784, 128, 128, 10)
EXAMPLES, BATCH_SIZE, EPOCHS = 500, 50, 80
RATE = 1e-3
MEMBERS, CYCLES = 5, 4
CHANGES = {"flip": 0.5, "shift": 1.0, "rotate": 5.0}

METHODS: dict[str, list[dict[str, Any]]] = {
    "nothing": [{}],
    "fewer units (16)": [{"sizes": (784, 16, 10)}],
    "L1": [{"l1": strength} for strength in (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)],
    "L2": [{"l2": strength} for strength in (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)],
    "elastic net": [{"l1": l1, "l2": l2} for l1, l2 in ((1e-4, 1e-3), (3e-4, 3e-3), (1e-3, 1e-2), (3e-3, 3e-2))],
    "decoupled weight decay": [{"weight_decay": strength} for strength in (0.3, 1.0, 3.0, 10.0, 30.0)],
    "dropout": [{"dropout": rates} for rates in ((0.0, 0.5), (0.2, 0.5), (0.2, 0.7), (0.2, 0.8))],
    "dropout 0.2, 0.5 (as published)": [{"dropout": (0.2, 0.5)}],
    "batch normalization": [{"normalize": "batch"}],
    "layer normalization": [{"normalize": "layer"}],
    "early stopping": [{"restore_best": True}],
    "label smoothing": [{"smoothing": share} for share in (0.02, 0.05, 0.1, 0.2)],
    "flip, shift, rotate": [{"amounts": CHANGES}],
    "mixup": [{"amounts": {"mixup": alpha}} for alpha in (0.1, 0.2, 0.4, 1.0)],
    "CutMix": [{"amounts": {"CutMix": 1.0}}],
    "CowMix": [{"amounts": {"CowMix": 1.0}}],
    "flip, shift, rotate and label smoothing": [{"amounts": CHANGES, "smoothing": 0.1}],
    "4 × the images": [{"examples": 4 * EXAMPLES}],
}
"""Method → settings to choose from."""

AUGMENTATIONS: dict[str, dict[str, float]] = {
    "flip": {"flip": 0.5},
    "shift": {"shift": 2.0},
    "crop": {"crop": 0.15},
    "rotate": {"rotate": 10.0},
    "zoom": {"zoom": 0.15},
    "shear": {"shear": 0.15},
    "contrast": {"contrast": 0.3},
    "brightness": {"brightness": 0.2},
    "noise": {"noise": 0.1},
    "cut-out": {"cut-out": 8.0},
    "mixup": {"mixup": 0.4},
    "CutMix": {"CutMix": 1.0},
    "CowMix": {"CowMix": 1.0},
}
"""Augmentation → amounts, all mild and not tuned."""

DATA_SIZES = (100, 200, 500, 1000, 2000, 5000, 8000)
WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


def draw(seed: int, examples: int, skip: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return `examples` images as rows of 784 numbers, 0 to 1, as many of each class, and their labels.

    The images of a seed stand in a fixed order; `skip` leaves out those that were drawn before.
    """
    from helpers.data import load_fashion_mnist

    (x, y), _ = load_fashion_mnist()
    rng = np.random.default_rng(seed)
    part = slice(skip // 10, (skip + examples) // 10)
    rows = np.concatenate([rng.permutation(np.flatnonzero(y == label))[part] for label in range(10)])
    return x[rows].reshape(-1, 784) / np.float32(255), y[rows]


def together(seeds: Any, examples: int, skip: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return images (seeds, examples, 784) and labels (seeds, examples), each seed with its own draw."""
    drawn = [draw(seed, examples, skip) for seed in seeds]
    return np.stack([images for images, _ in drawn]), np.stack([labels for _, labels in drawn])


def test_set() -> tuple[np.ndarray, np.ndarray]:
    """Return the 2,000 test images as rows, and their labels."""
    from helpers.data import load_fashion_mnist

    _, (x, y) = load_fashion_mnist()
    return x.reshape(-1, 784) / np.float32(255), y


def renewing(amounts: dict[str, float], images: np.ndarray, targets: np.ndarray) -> Any:
    """Return a function of the epoch that augments all images anew; partners of mixtures stay within a network."""
    rng = np.random.default_rng(0)

    def renew(_epoch: int) -> tuple[np.ndarray, np.ndarray]:
        pairs = [augment(amounts, x.reshape(-1, 28, 28), y, rng) for x, y in zip(images, targets, strict=True)]
        return np.stack([x.reshape(-1, 784) for x, _ in pairs]), np.stack([y for _, y in pairs])

    return renew


def fit(
    seeds: Any,
    *,
    sizes: Any = SIZES,
    dropout: Any = (0.0, 0.0),
    normalize: str | None = None,
    after: bool = False,
    amounts: dict[str, float] | None = None,
    smoothing: float = 0.0,
    examples: int = EXAMPLES,
    epochs: int = EPOCHS,
    batch_size: int = BATCH_SIZE,
    data: Any = None,
    curves: bool = False,
    restore_best: bool = False,
    **penalties: Any,
) -> tuple[SideBySide, Any, dict[str, np.ndarray]]:
    """Train a network for each seed with as many images as `epochs` passes through `EXAMPLES` of them would show.

    Returns:
        The networks, the pair of their training images and labels, and the learning curves.
    """
    import keras

    keras.utils.set_random_seed(0)
    images, labels = data or together(seeds, examples)
    targets = np.eye(10, dtype="float32")[labels]
    targets = (1 - smoothing) * targets + smoothing / 10
    networks = SideBySide(sizes, seeds, dropout=dropout, normalize=normalize, after=after)
    history = networks.train(
        images,
        targets,
        optimizer=keras.optimizers.Adam(RATE),
        epochs=max(1, epochs * EXAMPLES // images.shape[1]),
        batch_size=batch_size,
        renew=renewing(amounts, images, targets) if amounts else None,
        validation=together(seeds, 500, skip=examples) if curves or restore_best else None,
        restore_best=restore_best,
        **penalties,
    )
    return networks, (images, labels), history


def runs(networks: SideBySide, training: Any, **more: Any) -> list[dict]:
    """Return the numbers of each network as a dict; lists in `more` have an entry for each network."""
    if networks.normalize == "batch":
        more["settled_accuracy"] = settled_accuracy(networks, training[0]).tolist()
    numbers = zip(*networks.scores(*test_set()), *networks.scores(*training), strict=True)
    names = ("test_accuracy", "test_loss", "train_accuracy", "train_loss")
    found = [dict(zip(names, map(float, row), strict=True)) for row in numbers]
    return [run | {name: values[k] for name, values in more.items()} for k, run in enumerate(found)]


def settled_accuracy(networks: SideBySide, images: np.ndarray) -> np.ndarray:
    """Return the test accuracy once the moving averages have caught up: 300 training batches pass, no weight moves."""
    state, rng = networks.get_state(), np.random.default_rng(0)
    for _ in range(300):
        networks.logits(images[:, rng.permutation(images.shape[1])[:50]], training=True)
    accuracy = networks.scores(*test_set())[0]
    networks.set_state(state)
    return accuracy


@cache
def strengths() -> dict:
    """Every setting that there is to choose from, on the validation images of two seeds that nothing else uses."""
    validation, results = together(TUNING_SEEDS, 500, skip=EXAMPLES), {}
    for name, settings in METHODS.items():
        for setting in settings if len(settings) > 1 else []:
            scores = zip(*fit(TUNING_SEEDS, **setting)[0].scores(*validation), strict=True)
            pairs = [{"val_accuracy": float(accuracy), "val_loss": float(loss)} for accuracy, loss in scores]
            results[label(name, setting)] = pairs
            print(f"  {label(name, setting)}: {np.mean([run['val_loss'] for run in pairs]):.4f}", flush=True)
    return results


def label(name: str, setting: dict[str, Any]) -> str:
    """Return the name of a method and its setting as one string, such as "elastic net: l1=0.001, l2=0.01"."""
    flat = {key: value for each in (setting, setting.get("amounts", {})) for key, value in each.items()}
    return f"{name}: " + ", ".join(f"{key}={value}" for key, value in flat.items() if key != "amounts")


def choose(name: str) -> dict[str, Any]:
    """Return the setting of a method with the lowest mean validation loss over `TUNING_SEEDS`."""
    settings = METHODS[name]
    if len(settings) == 1:
        return settings[0]
    return min(settings, key=lambda setting: np.mean([run["val_loss"] for run in strengths()[label(name, setting)]]))


def methods(seeds: Any = SEEDS) -> dict:
    """Every method of the notebook on the same images, steps and test set."""
    results: dict = {}
    for name in METHODS:
        setting = choose(name)
        networks, training, _ = fit(seeds, **setting)
        results[name] = runs(networks, training, setting=[setting] * len(seeds))
        print(f"  {name}: {np.mean([run['test_accuracy'] for run in results[name]]):.4f} {setting}", flush=True)
    return results


def ensembles(seeds: Any = SEEDS) -> dict:
    """Probabilities averaged: of five networks on the same images, and of the snapshots of one cyclic schedule."""
    import keras

    x, y = test_set()
    images, labels = together(seeds, EXAMPLES)
    data = np.repeat(images, MEMBERS, axis=0), np.repeat(labels, MEMBERS, axis=0)
    members = [1000 * seed + member for seed in seeds for member in range(MEMBERS)]
    networks, _, _ = fit(members, data=data)
    p = probabilities(networks.logits(x)).reshape(len(seeds), MEMBERS, len(y), 10)
    p_train = probabilities(networks.logits(data[0])).reshape(len(seeds), MEMBERS, EXAMPLES, 10)
    results = {
        f"{count} network{'s' if count > 1 else ''}": scored(
            p[:, :count].mean(axis=1), y, p_train[:, :count].mean(axis=1), labels
        )
        for count in range(1, MEMBERS + 1)
    }
    wrong = p.argmax(axis=-1) != y
    for run, first, second in zip(results["2 networks"], wrong[:, 0], wrong[:, 1], strict=True):
        run["shared_mistakes"] = np.sum(first & second) / np.sum(first)
    steps = EPOCHS * EXAMPLES // BATCH_SIZE // CYCLES
    schedule = keras.optimizers.schedules.CosineDecayRestarts(2 * RATE, steps, t_mul=1.0, m_mul=1.0)
    optimizer, cyclic = keras.optimizers.Adam(schedule), SideBySide(SIZES, seeds)
    shots, train_shots = [], []
    for _ in range(CYCLES):
        cyclic.train(
            images,
            np.eye(10, dtype="float32")[labels],
            optimizer=optimizer,
            epochs=EPOCHS // CYCLES,
            batch_size=BATCH_SIZE,
        )
        shots.append(probabilities(cyclic.logits(x)))
        train_shots.append(probabilities(cyclic.logits(images)))
    results["last snapshot"] = scored(shots[-1], y, train_shots[-1], labels)
    results[f"{CYCLES} snapshots"] = scored(np.mean(shots, axis=0), y, np.mean(train_shots, axis=0), labels)
    return results


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def scored(p: np.ndarray, labels: np.ndarray, p_train: np.ndarray, train_labels: np.ndarray) -> list[dict]:
    """Return test accuracy, test loss and training accuracy of probabilities (seeds, examples, classes), for each."""
    numbers = (*accuracy_and_loss(np.log(p + 1e-9), labels), np.mean(p_train.argmax(axis=-1) == train_labels, axis=-1))
    names = ("test_accuracy", "test_loss", "train_accuracy")
    return [dict(zip(names, map(float, row), strict=True)) for row in zip(*numbers, strict=True)]


def augmentations(seeds: Any = SEEDS) -> dict:
    """Each augmentation by itself, and none, on the same images and steps."""
    results = {"none": runs(*fit(seeds)[:2])}
    for name, amounts in AUGMENTATIONS.items():
        results[name] = runs(*fit(seeds, amounts=amounts)[:2])
        print(f"  {name}: {np.mean([run['test_accuracy'] for run in results[name]]):.4f}", flush=True)
    return results


def data_sizes(seeds: Any = SEEDS) -> dict:
    """The same network and number of steps on more and more images."""
    return {str(size): runs(*fit(seeds, examples=size)[:2]) for size in DATA_SIZES}


def widths(seeds: Any = SEEDS) -> dict:
    """One hidden layer of 1 to 512 units, and the two networks with two hidden layers."""
    shapes = {str(width): (784, width, 10) for width in WIDTHS}
    shapes |= {"256-32-10": (784, 256, 32, 10), "512-512-10": (784, 512, 512, 10)}
    return {name: runs(*fit(seeds, sizes=sizes, epochs=40)[:2]) for name, sizes in shapes.items()}


def bottleneck(seeds: Any = SEEDS) -> dict:
    """784-128-2-64-10 with a linear layer of two units, and two principal components, on 2,000 images."""
    import keras
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

    x_test, y_test = test_set()
    results: dict = {"two learned numbers": [], "two principal components": []}
    for seed in seeds:
        x, y = draw(seed, 2000)
        keras.utils.set_random_seed(seed)
        layers = [keras.layers.Dense(128, activation="relu"), keras.layers.Dense(2)]
        layers += [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
        model = keras.Sequential([keras.Input((784,)), *layers])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, epochs=30, batch_size=50, verbose=0)
        accuracy = float(model.evaluate(x_test, y_test, verbose=0)[1])
        results["two learned numbers"].append({"test_accuracy": accuracy})
        pca = PCA(2, random_state=0).fit(x)
        linear = LogisticRegression(max_iter=1000).fit(pca.transform(x), y)
        accuracy = float(linear.score(pca.transform(x_test), y_test))
        results["two principal components"].append({"test_accuracy": accuracy})
    return results


def normalization(seeds: Any = SEEDS) -> dict:
    """Learning curves with and without normalization, 2,000 images and 20 epochs of them."""
    settings: dict[str, dict[str, Any]] = {
        "none": {},
        "batch, before": {"normalize": "batch"},
        "batch, after": {"normalize": "batch", "after": True},
        "layer": {"normalize": "layer"},
        "group": {"normalize": "group"},
        "dropout": {"dropout": (0.0, 0.3)},
        "batch and dropout": {"normalize": "batch", "dropout": (0.0, 0.3)},
    }
    results = {}
    for name, setting in settings.items():
        networks, training, history = fit(seeds, examples=2000, curves=True, **setting)
        every = {key: np.round(history[key].T, 4).tolist() for key in ("loss", "val_accuracy")}
        results[name] = runs(networks, training, **every)
    return results


def small_batches(seeds: Any = SEEDS) -> dict:
    """No, batch and layer normalization with batches of 2 to 100: five passes through 500 images."""
    return {
        f"{kind or 'none'}, {size}": runs(*fit(seeds, normalize=kind, batch_size=size, epochs=5)[:2])
        for size in (2, 4, 10, 100)
        for kind in (None, "batch", "layer")
    }


GROUPS = {
    group.__name__: group
    for group in (
        strengths,
        methods,
        ensembles,
        augmentations,
        data_sizes,
        widths,
        bottleneck,
        normalization,
        small_batches,
    )
}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
