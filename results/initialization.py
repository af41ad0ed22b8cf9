"""Make results/initialization.json: what notebook 05 and its deeper part state about whole trainings.

    python results/initialization.py             # everything, about twenty minutes of CPU
    python results/initialization.py transfer    # one group again; the others stay as they are

Every competitor is tuned in the same way, on three seeds of its own and the validation images. Then it is trained from
eight other seeds and measured on the images for comparison. The test images are not touched. The program says where a
best value lies at the edge of what was tried; where nearly all gradients are clipped, only rate × limit counts, and
that product lies within.

All networks of a group are trained at once, their weights stacked along a first axis. The loop below is plain
TensorFlow: clipping by norm, skips and rates per layer are beyond `helpers.stacked`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = tuple(range(8))
TUNING_SEEDS = (100, 101, 102)
BATCH_SIZE, EPOCH = 64, 93
UNITS, LARGE, SMALL = 32, 0.35, 0.01
SHIFT, COPIES = 3, 12
LABELS = (5, 20, 100, 500)
"""Labelled images of each target class."""

Run = dict[str, float]
Settings = dict[str, Any]

# Many networks at once -----------------------------------------------------------------------------------------------


def forward(parameters: Any, inputs: Any, activation: str, skip: bool) -> Any:
    """Return the logits (networks, examples, classes) of stacked networks.

    Args:
        parameters: Kernels (networks, inputs, units), biases (networks, 1, units), and a factor (networks, 1, 1) for
            what each layer adds, of which all but those from the second hidden layer on are idle; without `skip`, all.
        inputs: (examples, features).
        activation: Name in `tf.nn`.
        skip: Whether each hidden layer from the second on adds its output to its input.
    """
    import tensorflow as tf

    kernels, biases, factors = parameters
    a, f = inputs, getattr(tf.nn, activation)
    for layer, (kernel, bias, factor) in enumerate(zip(kernels, biases, factors, strict=True)):
        z = a @ kernel + bias
        if layer == len(kernels) - 1:
            return z
        a = a + factor * f(z) if skip and layer else f(z)
    return a


def clipped(gradients: list, kind: str, limit: Any) -> list:
    """Return `gradients`, arrays (networks, …), clipped network by network as Keras's arguments of that name do it."""
    import tensorflow as tf

    if kind == "clipvalue":
        return [tf.clip_by_value(g, -limit, limit) for g in gradients]
    squares = [tf.reduce_sum(g**2, axis=[1, 2], keepdims=True) for g in gradients]
    if kind == "global_clipnorm":
        squares = [tf.add_n(squares)] * len(gradients)
    if kind:
        return [g * tf.minimum(1.0, limit / tf.sqrt(s + 1e-30)) for g, s in zip(gradients, squares, strict=True)]
    return gradients


@cache
def trainer(activation: str, skip: bool, optimizer: str, clip: str) -> Callable[..., Any]:
    """Return a compiled loop over batches for one kind of training."""
    import tensorflow as tf

    @tf.function(jit_compile=True)
    def loop(parameters: Any, moments: Any, first: Any, batches: Any, labels: Any, rates: Any, limit: Any) -> Any:
        def body(i: Any, flat: Any, state: Any, losses: Any) -> Any:
            parts = tf.nest.pack_sequence_as(parameters, flat)
            with tf.GradientTape() as tape:
                tape.watch(flat)
                logits = forward(parts, batches[i], activation, skip)
                wanted = tf.broadcast_to(labels[i], tf.shape(logits)[:2])
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits), axis=1)
                total = tf.reduce_sum(loss)
            unused = tf.UnconnectedGradients.ZERO
            gradients = clipped(tape.gradient(total, flat, unconnected_gradients=unused), clip, limit)
            if optimizer == "adam":
                t = tf.cast(first + i + 1, "float32")
                m = [0.9 * one + 0.1 * g for one, g in zip(state[0], gradients, strict=True)]
                v = [0.999 * one + 0.001 * g**2 for one, g in zip(state[1], gradients, strict=True)]
                size = tf.sqrt(1 - 0.999**t) / (1 - 0.9**t)
                gradients = [size * a / (tf.sqrt(b) + 1e-7) for a, b in zip(m, v, strict=True)]
                state = [m, v]
            flat = [p - rate * g for p, rate, g in zip(flat, rates, gradients, strict=True)]
            return i + 1, flat, state, tf.tensor_scatter_nd_update(losses, [[i]], [loss])

        flat, steps = tf.nest.flatten(parameters), tf.shape(batches)[0]
        empty = tf.zeros((batches.shape[0], flat[0].shape[0]))
        _, flat, moments, losses = tf.while_loop(lambda i, *_: i < steps, body, (tf.constant(0), flat, moments, empty))
        return tf.nest.pack_sequence_as(parameters, flat), moments, losses

    return loop


def train(
    kernels: list[np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    rates: Any,
    steps: int,
    *,
    biases: list[np.ndarray] | None = None,
    activation: str = "relu",
    optimizer: str = "sgd",
    clip: str = "",
    limits: Any = 1.0,
    skip: bool = False,
    branch: float = 1.0,
    learn_branch: bool = False,
    layer_rates: Sequence[float] | None = None,
    batch_size: int = BATCH_SIZE,
    part: int = 940,
    watch: Callable[[Any], None] | None = None,
) -> tuple[Any, np.ndarray]:
    """Train stacked networks on the same batches; return their parameters and losses (steps, networks).

    Args:
        kernels: Initial weights of each layer, (networks, inputs, units).
        x: (examples, features).
        y: (examples,).
        rates: Learning rate of each network.
        steps: How many.
        biases: Initial biases of each layer, (networks, 1, units); zeros when None.
        activation: Name in `tf.nn`.
        optimizer: "sgd" or "adam".
        clip: "", "clipvalue", "clipnorm" or "global_clipnorm".
        limits: Of the clipping, for each network.
        skip: Whether layers add.
        branch: What each added part is multiplied by.
        learn_branch: Whether that factor is trained, too.
        layer_rates: A factor for the rate of each layer.
        batch_size: Drawn in shuffled passes; all examples where there are fewer.
        part: How many steps the compiled loop takes at once.
        watch: Called with the parameters after each part.
    """
    import tensorflow as tf

    networks, layers = len(kernels[0]), len(kernels)
    zeros = [np.zeros((networks, 1, kernel.shape[2]), "float32") for kernel in kernels]
    factors = [np.full((networks, 1, 1), branch, "float32") for _ in kernels]
    parameters = tf.nest.map_structure(tf.constant, [list(kernels), biases or zeros, factors])
    own = np.broadcast_to(np.asarray(rates, "float32"), (networks,)).reshape(-1, 1, 1)
    shares = np.ones(layers) if layer_rates is None else np.asarray(layer_rates)
    # Biases keep the plain rate: their fan-in is 1 whatever the width.
    all_rates = [own * np.float32(s) for s in shares] + [own] * layers + [own * np.float32(learn_branch)] * layers
    limit = np.broadcast_to(np.asarray(limits, "float32"), (networks,)).reshape(-1, 1, 1)
    moments = [[tf.zeros_like(p) for p in tf.nest.flatten(parameters)] for _ in range(2 * (optimizer == "adam"))]
    size, rng, rows = min(batch_size, len(x)), np.random.default_rng(0), list[np.ndarray]()
    while len(rows) < steps:
        order = rng.permutation(len(x))
        rows += [order[i : i + size] for i in range(0, len(order) - size + 1, size)]
    loop, losses = trainer(activation, skip, optimizer, clip), []
    for start in range(0, steps, part):
        chosen = np.array(rows[start : min(start + part, steps)])
        parameters, moments, lost = loop(
            parameters, moments, tf.constant(start), x[chosen].astype("float32"), y[chosen].astype("int32"),
            all_rates, limit,
        )  # fmt: skip
        losses.append(lost.numpy())
        if watch:
            watch(parameters)
    return parameters, np.concatenate(losses)


def accuracy(parameters: Any, x: np.ndarray, y: np.ndarray, activation: str = "relu", skip: bool = False) -> np.ndarray:
    """Return the share of right answers of each network; numbers that are no longer finite are wrong answers."""
    logits = forward(parameters, np.asarray(x, "float32"), activation, skip).numpy()
    right = np.mean(logits.argmax(axis=-1) == y, axis=1)
    return np.where(np.isfinite(logits).all(axis=(1, 2)), right, 0.0)


def draw(kind: str, sizes: Sequence[int], seeds: Sequence[int]) -> list[np.ndarray]:
    """Return what a Keras initializer draws, or a normal with this standard deviation: a stack for each layer."""
    import keras

    def initializer(seed: int) -> Any:
        if kind.startswith("normal"):
            return keras.initializers.RandomNormal(stddev=float(kind.split()[1]), seed=seed)
        if kind.startswith("orthogonal"):
            return keras.initializers.Orthogonal(gain=float(kind.split()[1]), seed=seed)
        return type(keras.initializers.get(kind))(seed=seed)

    return [
        np.stack([np.array(initializer(1000 * seed + layer)(shape)) for seed in seeds])
        for layer, shape in enumerate(pairwise(sizes))
    ]


def tuned(
    name: str,
    fit: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]],
    rates: Sequence[float],
    limits: Sequence[float] = (1.0,),
    seeds: Sequence[int] = SEEDS,
) -> list[Run]:
    """Return a run for each of `seeds` at the rate, and limit, that are best on the tuning seeds.

    Args:
        name: What is tuned, for the message about a best value at an edge.
        fit: `fit(seeds, rates, limits)` trains a network for each entry of the three, and returns for each its accuracy
            on validation and comparison images, and the mean loss of its last steps.
        rates: What to try.
        limits: What to try.
        seeds: To report.
    """
    grid = [(rate, limit) for rate in rates for limit in limits]
    every = [(seed, rate, limit) for rate, limit in grid for seed in TUNING_SEEDS]
    validated = fit(*zip(*every, strict=True))[0].reshape(len(grid), -1).mean(axis=1)
    rate, limit = grid[int(validated.argmax())]
    edge = rate in (min(rates), max(rates)) or (len(limits) > 1 and limit in (min(limits), max(limits)))
    warning = " AT THE EDGE" if edge and validated.max() > 0.2 else ""
    print(f"  {name}: rate {rate:g}, limit {limit:g}, validation {validated.max():.3f}{warning}", flush=True)
    chosen = fit(seeds, [rate] * len(seeds), [limit] * len(seeds))
    return [
        {"rate": rate, "limit": limit, "validation": v, "comparison": c, "loss": loss if np.isfinite(loss) else 1e9}
        for v, c, loss in zip(*chosen, strict=True)
    ]


@cache
def parts() -> tuple[Any, Any, Any]:
    """Return training, validation and comparison pairs: small images, rows of 196 numbers from 0 to 1."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    return tuple((small_images(images), labels) for images, labels in hold_out(x, y))  # type: ignore[return-value]


@cache
def standardized() -> tuple[Any, Any, Any]:
    """Return the same pairs with one mean and one standard deviation for all pixels."""
    mean, deviation = parts()[0][0].mean(), parts()[0][0].std()
    return tuple(((x - mean) / deviation, y) for x, y in parts())  # type: ignore[return-value]


def fit_images(
    seeds: Sequence[int],
    rates: Sequence[float],
    limits: Sequence[float],
    *,
    sizes: Sequence[int],
    start: str,
    steps: int,
    data: Callable[[], Any] = standardized,
    **settings: Any,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train a network for each seed, as `tuned` asks for it."""
    training, validation, comparison = data()
    way = {key: settings[key] for key in ("activation", "skip") if key in settings}
    kernels = draw(start, sizes, seeds)
    parameters, losses = train(kernels, *training, rates, steps, limits=limits, **settings)
    return (
        accuracy(parameters, *validation, **way),
        accuracy(parameters, *comparison, **way),
        losses[-20:].mean(axis=0),
    )


# Deep networks: starts, clipping, skips ------------------------------------------------------------------------------

DEEP_RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
STARTS = {
    "small": f"normal {SMALL}",
    "Glorot": "glorot_uniform",
    "Glorot, normal": "glorot_normal",
    "He": "he_normal",
    "He, uniform": "he_uniform",
    "large": f"normal {LARGE}",
}


def deep(depth: int, start: str, **settings: Any) -> Callable[..., Any]:
    """Return how to train 196-[32 × depth]-10 for six epochs."""
    return partial(fit_images, sizes=(196, *[UNITS] * depth, 10), start=start, steps=6 * EPOCH, **settings)


def starts(seeds: Sequence[int] = SEEDS) -> Settings:
    """Twenty layers of ReLUs from six starts, SGD, six epochs."""
    tiny = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
    return {
        name: tuned(name, deep(20, start), tiny if name == "large" else DEEP_RATES, seeds=seeds)
        for name, start in STARTS.items()
    }


def orthogonal(seeds: Sequence[int] = SEEDS) -> Settings:
    """Random against orthogonal matrices in 20 and 40 layers of tanh and of ReLU."""
    found = {}
    for depth in (20, 40):
        for activation, random, gain in (("tanh", "glorot_normal", 1.0), ("relu", "he_normal", 2**0.5)):
            for name, start in (("random", random), ("orthogonal", f"orthogonal {gain}")):
                title = f"{activation}, {depth} layers, {name}"
                found[title] = tuned(title, deep(depth, start, activation=activation), DEEP_RATES, seeds=seeds)
    return found


CLIPS = {
    "no clipping": ("", (1.0,)),
    "clipvalue": ("clipvalue", (0.001, 0.003, 0.01, 0.03)),
    "clipnorm": ("clipnorm", (0.003, 0.01, 0.03, 0.1)),
    "global_clipnorm": ("global_clipnorm", (0.1, 0.3, 1.0, 3.0)),
}


def clipping(seeds: Sequence[int] = SEEDS) -> Settings:
    """Twenty layers of ReLUs from He's start and from one that is too large, each with each kind of clipping."""
    found = {}
    for start in ("He", "large"):
        for name, (kind, limits) in CLIPS.items():
            tried: tuple[float, ...] = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0) if kind else DEEP_RATES
            if start == "large" and not kind:
                tried = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
            title = f"{start}, {name}"
            found[title] = tuned(title, deep(20, STARTS[start], clip=kind), tried, limits, seeds)
    return found


def skips(seeds: Sequence[int] = SEEDS) -> Settings:
    """Layers of ReLUs that add to their input: how large what they add is at first; SGD, six epochs."""
    found = {}
    for depth in (5, 20, 40):
        ways: dict[str, dict[str, Any]] = {
            "plain": {},
            "adds": {"skip": True},
            "adds, small weights": {"skip": True, "start": STARTS["small"]},
            "adds 1/√depth": {"skip": True, "branch": depth**-0.5},
            "adds 0 at first": {"skip": True, "branch": 0.0, "learn_branch": True},
        }
        for name, way in ways.items():
            title, rates = f"{depth} layers, {name}", (0.0003, 0.001, *DEEP_RATES)
            fit = deep(depth, way.pop("start", "he_normal"), **way)
            found[title] = tuned(title, fit, rates, seeds=seeds)
    return found


# Scalings of the inputs ----------------------------------------------------------------------------------------------

SGD_RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
ADAM_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)


@cache
def scaled(name: str) -> tuple[Any, Any, Any]:
    """Return the three pairs, scaled with numbers from the training images."""
    x = parts()[0][0]
    mean, deviation = x.mean(axis=0), np.maximum(x.std(axis=0), 0.05)  # some pixels are nearly always black
    eigenvalues, vectors = np.linalg.eigh(np.cov(x.T))
    whitening = (vectors / np.sqrt(eigenvalues + 1e-3) @ vectors.T).astype("float32")
    scale = {
        "as they are": lambda images: images * 255,
        "÷ 255": lambda images: images,
        "all pixels alike": lambda images: (images - x.mean()) / x.std(),
        "each pixel": lambda images: (images - mean) / deviation,
        "whitened": lambda images: (images - mean) @ whitening,
    }[name]
    return tuple((scale(images), labels) for images, labels in parts())  # type: ignore[return-value]


def scaling(seeds: Sequence[int] = SEEDS) -> Settings:
    """Scalings of the inputs of 196-64-10: 8 epochs of SGD, 40 epochs of SGD, 8 epochs of Adam."""
    found = {}
    for title, epochs, optimizer, rates in (
        ("SGD, 8 epochs", 8, "sgd", SGD_RATES),
        ("SGD, 40 epochs", 40, "sgd", SGD_RATES[1:]),
        ("Adam, 8 epochs", 8, "adam", ADAM_RATES),
    ):
        for name in ("as they are", "÷ 255", "all pixels alike", "each pixel", "whitened"):
            if epochs == 40 and name in ("as they are", "whitened"):
                continue
            tried = [rate * 1e-4 for rate in rates] if name == "as they are" and optimizer == "sgd" else rates
            fit = partial(
                fit_images, sizes=(196, 64, 10), start="glorot_uniform", steps=epochs * EPOCH,
                data=partial(scaled, name), optimizer=optimizer,
            )  # fmt: skip
            found[f"{title} | {name}"] = tuned(f"{title}, {name}", fit, tried, seeds=seeds)
    return found


# Width and the best rate ---------------------------------------------------------------------------------------------

WIDTHS = (16, 64, 256)
WIDTH_RATES = tuple(0.0003 * 2.0**k for k in range(9))


def width(seeds: Sequence[int] = SEEDS[:5]) -> Settings:
    """Training loss of 196-W-W-W-10 with Adam at each rate: usual parametrization, and μP with base width 16."""
    training = standardized()[0]
    found = {}
    for wide in WIDTHS:
        sizes, ratio = (196, wide, wide, wide, 10), WIDTHS[0] / wide
        for name in ("usual", "μP"):
            if wide == WIDTHS[0] and name == "μP":
                continue  # the same network
            every = [(seed, rate) for rate in WIDTH_RATES for seed in seeds]
            kernels = draw("he_normal", sizes, [seed for seed, _ in every])
            layer_rates = None
            if name == "μP":  # Yang and others 2022, table 3: Adam, hidden and output rates ∝ 1/fan-in
                layer_rates = (1.0, ratio, ratio, ratio)
                kernels[-1] = kernels[-1] * np.float32(ratio**0.5)  # variance of the output ∝ 1/fan-in²
            _, losses = train(
                kernels, *training, [rate for _, rate in every], 3 * EPOCH, optimizer="adam", layer_rates=layer_rates
            )
            last = np.nan_to_num(losses[-EPOCH // 2 :].mean(axis=0), nan=1e9).reshape(len(WIDTH_RATES), -1)
            for rate, row in zip(WIDTH_RATES, last, strict=True):
                found[f"{name} | {wide} | {rate:g}"] = [{"loss": min(loss, 1e9)} for loss in row]
            best = WIDTH_RATES[int(np.argmin(np.median(last, axis=1)))]
            print(f"  {name}, width {wide}: best rate {best:g}", flush=True)
    return found


# Transfer ------------------------------------------------------------------------------------------------------------

TRANSFER_RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
LONG, LOOK = 3000, 300
"""Steps of the longer comparison, and how often it looks at the validation images: each network stops at its best."""
WAYS = {  # body, moved copies of the few images
    "from scratch, one place": ("none", False),
    "fine-tuned, one place": ("tuned", False),
    "frozen, one place": ("frozen", False),
    "from scratch": ("none", True),
    "fine-tuned": ("tuned", True),
    "frozen": ("frozen", True),
}


def moved(images: np.ndarray, seed: int) -> np.ndarray:
    """Return rows of 196 numbers as 14 × 14 images, each at a random place of a 20 × 20 frame, standardized."""
    rng = np.random.default_rng(seed)
    side = 14 + 2 * SHIFT
    frames = np.zeros((len(images), side, side), "float32")
    places = rng.integers(0, 2 * SHIFT + 1, (len(images), 2))
    for frame, image, (row, column) in zip(frames, images.reshape(-1, 14, 14), places, strict=True):
        frame[row : row + 14, column : column + 14] = image
    return (frames.reshape(len(images), -1) - 0.14) / 0.28


def centred(images: np.ndarray, seed: int) -> np.ndarray:
    """Return rows of 196 numbers where they are, standardized; `seed` changes nothing."""
    return (images - 0.29) / 0.33


def pick(pair: tuple[np.ndarray, np.ndarray], classes: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the examples of these classes, and their labels counted from 0."""
    rows = np.isin(pair[1], classes)
    return pair[0][rows], np.searchsorted(np.sort(classes), pair[1][rows])


class Task:
    """Classes divided at random by a seed: five to pre-train on, and five with few labels."""

    def __init__(self, seed: int, place: Callable[[np.ndarray, int], np.ndarray] = moved) -> None:
        self.seed, self.place, self.copies = seed, place, COPIES if place is moved else 1
        order = np.random.default_rng(seed).permutation(10)
        self.source_classes, target = order[:5], order[5:]
        training, validation, comparison = parts()
        self.training, self.target_training = training, pick(training, target)
        self.validation, self.comparison = (
            (place(x, number), y) for number, (x, y) in ((50, pick(validation, target)), (99, pick(comparison, target)))
        )
        self.inputs = self.validation[0].shape[1]

    def copy(self, x: np.ndarray, y: np.ndarray, copies: int) -> tuple[np.ndarray, np.ndarray]:
        """Return so many copies of each image, each at a place of its own."""
        return np.concatenate([self.place(x, 100 + k) for k in range(copies)]), np.tile(y, copies)

    def pretrain(self, classes: Any, *, permuted: bool = False, images: int | None = None) -> Any:
        """Return the parameters of a network trained on `classes`, on so many different images (all when None)."""
        x, y = pick(self.training, classes)
        rows = np.random.default_rng(self.seed).permutation(len(x))[:images]
        x, y = self.copy(x[rows], y[rows], self.copies)
        x = x[:, np.random.default_rng(5).permutation(self.inputs)] if permuted else x
        kernels = draw("glorot_uniform", (self.inputs, 128, 64, len(classes)), [self.seed])
        return train(kernels, x, y, 0.1, 3000)[0]

    def learn(
        self, labels: int, learned: Any, frozen: bool, copies: int, *, long: bool = False
    ) -> dict[str, np.ndarray]:
        """Return validation and comparison accuracy for each of TRANSFER_RATES, from `learned` layers or from none.

        A `long` training is measured where the validation accuracy is highest, at `stopped` steps, others at the end.
        """
        x, y = self.target_training
        rng, rates = np.random.default_rng([self.seed, labels]), len(TRANSFER_RATES)
        few = np.concatenate([rng.permutation(np.flatnonzero(y == label))[:labels] for label in range(5)])
        x, y = self.copy(x[few], y[few], copies)
        pairs, biases = [self.validation, self.comparison], None
        sizes = (64, 5) if frozen else (self.inputs, 128, 64, 5)
        kernels = draw("glorot_uniform", sizes, [1000 + self.seed] * rates)
        if frozen:
            x, *others = (self.features(learned, images) for images in (x, pairs[0][0], pairs[1][0]))
            pairs = [(images, pair[1]) for images, pair in zip(others, pairs, strict=True)]
        elif learned is not None:
            many = [[np.repeat(array.numpy(), rates, axis=0) for array in kind] for kind in learned]
            kernels[:2] = many[0][:2]
            biases = [*many[1][:2], np.zeros((rates, 1, 5), "float32")]
        steps = LONG if long else 300 if labels < 500 else 900
        look, looks = LOOK if long else steps, list[list[np.ndarray]]()

        def watch(parameters: Any) -> None:
            looks.append([accuracy(parameters, *pair) for pair in pairs])

        train(kernels, x, y, TRANSFER_RATES, steps, biases=biases, batch_size=25, part=look, watch=watch)
        validated, compared = np.moveaxis(looks, 1, 0)
        best = validated.argmax(axis=0)
        found = {"validated": validated, "compared": compared}
        stops = {"stopped": look * (best + 1.0)} if long else {}
        return {name: array[best, range(rates)] for name, array in found.items()} | stops

    @staticmethod
    def features(learned: Any, x: np.ndarray) -> np.ndarray:
        """Return the activations of the last hidden layer."""
        a = x
        for kernel, bias in list(zip(*learned[:2], strict=True))[:2]:
            a = np.maximum(a @ kernel.numpy()[0] + bias.numpy()[0], 0)
        return a


def best_rates(found: dict[str, list[dict[str, np.ndarray]]]) -> Settings:
    """Return for each setting its runs at the rate that is best on validation images, in the mean over the seeds."""
    results = {}
    for name, runs in found.items():
        best = int(np.mean([run["validated"] for run in runs], axis=0).argmax())
        edge = " AT THE EDGE" * (best in (0, len(TRANSFER_RATES) - 1))
        print(f"  {name}: rate {TRANSFER_RATES[best]:g}{edge}", flush=True)
        kept = {"comparison": "compared", "steps": "stopped"}
        results[name] = [
            {"rate": TRANSFER_RATES[best]} | {short: run[key][best] for short, key in kept.items() if key in run}
            for run in runs
        ]
    return results


def transfer(seeds: Sequence[int] = SEEDS) -> Settings:
    """Five random classes to the other five, images at random places, with and without moved copies of the few."""
    found: dict = {}
    for seed in seeds:
        task = Task(seed)
        learned, reordered = task.pretrain(task.source_classes), task.pretrain(task.source_classes, permuted=True)
        for labels in LABELS:
            for way, (body, copied) in WAYS.items():
                start = None if body == "none" else learned
                run = task.learn(labels, start, body == "frozen", COPIES if copied else 1)
                found.setdefault(f"{labels} | {way}", []).append(run)
            run = task.learn(labels, reordered, False, COPIES)
            found.setdefault(f"{labels} | fine-tuned, pixels reordered", []).append(run)
    return best_rates(found)


def longer(seeds: Sequence[int] = SEEDS[:5]) -> Settings:
    """From scratch against fine-tuned once more, until the validation accuracy of both has stopped rising."""
    found: dict = {}
    for seed in seeds:
        task = Task(seed)
        learned = task.pretrain(task.source_classes)
        for labels in LABELS:
            for way, start in (("from scratch", None), ("fine-tuned", learned)):
                found.setdefault(f"{labels} | {way}", []).append(task.learn(labels, start, False, COPIES, long=True))
    return best_rates(found)


def breadth(seeds: Sequence[int] = SEEDS) -> Settings:
    """Frozen layers from 2 to 5 source classes, always 1,200 different garments, and 20 labels of each new class."""
    found: dict = {}
    for seed in seeds:
        task = Task(seed)
        for classes in (2, 3, 4, 5):
            learned = task.pretrain(task.source_classes[:classes], images=1200)
            found.setdefault(str(classes), []).append(task.learn(20, learned, True, COPIES))
    return best_rates(found)


GROUPS = {
    group.__name__: group for group in (starts, orthogonal, clipping, skips, scaling, width, transfer, longer, breadth)
}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS)
