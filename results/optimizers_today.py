"""Make results/optimizers_today.json: what notebook 06 states about optimizers since Adam, and about steep networks.

    python results/optimizers_today.py             # everything, about fifteen minutes on two cores
    python results/optimizers_today.py edge        # one group again; the others stay as they are

`today` trains a 196-64-64-10 network for 8 epochs by each method, at learning rates half a power of ten apart, and goes
on while the best one lies at an end of what was tried. It chooses on 1,000 images and compares on 3,000.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.results import make_results  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
EPOCHS, BATCH_SIZE = 8, 64
TARGET = 0.5
"""Training loss at which `batches` stops to count."""


def data() -> list:
    """Return (images, labels) to train on, to choose with and to compare on."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    return [(small_images(images), labels.astype("int32")) for images, labels in hold_out(x, y, seed=0)]


def methods(steps: int) -> dict:
    """Return name → (function from a schedule to a Keras optimizer, shape of its rates, powers of ten to try first)."""
    from keras.optimizers import SGD, Adam, AdamW, Muon

    t = np.arange(steps) / steps
    flat, cosine = np.ones(steps), (1 + np.cos(np.pi * t)) / 2
    warm = np.where(t < 0.1, t / 0.1, (1 + np.cos(np.pi * np.clip((t - 0.1) / 0.9, 0, 1))) / 2)
    warm_only = np.minimum((np.arange(steps) + 1) / (0.1 * steps), 1)
    adam = (-3.5, -3.0, -2.5, -2.0)
    return {
        "Adam": (Adam, flat, adam),
        "Adam, EMA": (lambda rate: Adam(rate, use_ema=True, ema_momentum=0.99), flat, adam),
        "Adam, cosine": (Adam, cosine, adam),
        "AdamW, warm-up, cosine": (AdamW, warm, adam),
        "momentum, cosine": (lambda rate: SGD(rate, momentum=0.9), cosine, (-2.0, -1.5, -1.0, -0.5)),
        "schedule-free": (lambda rate: schedule_free(rate, warm_only), warm_only, adam),
        "Muon, warm-up, cosine": (lambda rate: Muon(rate, exclude_layers=["output"]), warm, adam),
    }


def schedule_free(rate, shape):
    """Return schedule-free AdamW as its paper has it; the warm-up has this shape, and its square weights the average.

    Keras 3.15 has a class of this name. On TensorFlow it reads its momentum only after that has moved (`.value` is the
    variable itself), which takes most of the gradient step out of the weights; so the rule is written out here.
    """
    import keras

    share = (shape**2 / np.cumsum(shape**2)).astype("float32")

    class ScheduleFreeAdamW(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.slots = []
            for variable in variables:
                z, r = (self.add_variable_from_reference(variable, name) for name in ("z", "r"))
                z.assign(variable.value)
                self.slots.append((variable, z, r))

        def update_step(self, gradient, variable, learning_rate):
            ops = keras.ops
            z, r = next((z, r) for own, z, r in self.slots if variable is own or variable is own.value)
            part = ops.convert_to_tensor(share)[ops.cast(self.iterations, "int32")]
            x = (variable - 0.1 * z) / 0.9
            new_r = 0.999 * r + 0.001 * gradient**2
            r_hat = new_r / (1 - 0.999 ** (ops.cast(self.iterations, "float32") + 1))
            new_z = z - learning_rate * gradient / (ops.sqrt(r_hat) + 1e-8)
            self.assign(r, new_r)
            self.assign(z, new_z)
            self.assign(variable, 0.1 * new_z + 0.9 * ((1 - part) * x + part * new_z))

        def averages(self):
            """Return the weights to use, x: the averages of all z so far."""
            return [(own.numpy() - 0.1 * z.numpy()) / 0.9 for own, z, _ in self.slots]

    return ScheduleFreeAdamW(learning_rate=rate, name="schedule_free")


def build(seed: int):
    """Return a 196-64-64-10 network with fresh weights."""
    import keras

    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    return keras.Sequential([keras.Input((196,)), *hidden, keras.layers.Dense(10, name="output")])


def fit_all(name: str, make, shape, rates, seeds, parts: list) -> dict[float, list[dict]]:
    """Train a network for each rate and seed, as one Keras model, and return the numbers of each at the end.

    Muon looks at whole layers, so its networks are trained one by one; the order of the images is the same.
    """
    from helpers.stacked import OwnBatches, PerNetwork, stack

    pairs = [(rate, seed) for rate in rates for seed in seeds]
    groups = [[pair] for pair in pairs] if name.startswith("Muon") else [pairs]
    found = []
    for group in groups:
        each_rate, each_seed = (list(column) for column in zip(*group, strict=True))
        order = OwnBatches(*parts[0], each_seed, BATCH_SIZE)
        if name.startswith("Muon"):
            found += [_fit_one(make, shape, each_rate[0], each_seed[0], order, parts)]
        else:
            networks = stack([build(seed) for seed in each_seed], own_batches=True)
            found += _fit_stack(name, networks, make(PerNetwork(each_rate, shape)), order, parts)
    return {rate: found[row * len(seeds) : (row + 1) * len(seeds)] for row, rate in enumerate(rates)}


def _fit_stack(name: str, networks, optimizer, order, parts: list) -> list[dict]:
    """Fit a stack, and return what each of its networks reaches; Adam also with the weights of the end averaged."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    networks.compile(optimizer, loss, metrics=["accuracy"], steps_per_execution=16)
    average = Average()
    networks.fit(order, epochs=EPOCHS, verbose=0, callbacks=[average])
    ends = {"": [variable.numpy() for variable in networks.trainable_variables]}
    if name == "Adam":
        ends["swa_"] = average.mean
    if name == "schedule-free":
        ends[""] = optimizer.averages()
    found: dict[str, np.ndarray] = {}
    for prefix, end in ends.items():
        for variable, value in zip(networks.trainable_variables, end, strict=True):
            variable.assign(value)
        for part, pair in (("val", parts[1]), ("yard", parts[2])):
            numbers = networks.evaluate(*pair, batch_size=1000, verbose=0, return_dict=True)
            found |= {f"{prefix}{part}_{key}": np.asarray(numbers[key]) for key in ("loss", "accuracy")}
    return [_rounded({key: values[row] for key, values in found.items()}) for row in range(len(found["val_loss"]))]


def _fit_one(make, shape, rate: float, seed: int, order, parts: list) -> dict:
    """Fit one network with the batches of `order`, which is of one network."""
    import keras

    class Scaled(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return rate * keras.ops.convert_to_tensor(shape, "float32")[keras.ops.cast(step, "int32")]

    network = build(seed)
    network.compile(make(Scaled()), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    for _ in range(EPOCHS):
        for batch in range(len(order)):
            x, y = order[batch]
            network.train_on_batch(np.squeeze(x), np.squeeze(y))
        order.on_epoch_end()
    found = {}
    for part, pair in (("val", parts[1]), ("yard", parts[2])):
        value, accuracy = network.evaluate(*pair, batch_size=1000, verbose=0)
        found |= {f"{part}_loss": value, f"{part}_accuracy": accuracy}
    return _rounded(found)


def _rounded(numbers: dict) -> dict:
    return {key: float(f"{value if np.isfinite(value) else 1e9:.4g}") for key, value in numbers.items()}


def Average():
    """Return a callback that averages the weights at 16-step intervals over the last quarter of a training."""
    import keras

    class Averaging(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.count, self.mean, self.epoch = 0, None, 0

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if self.epoch >= 0.75 * EPOCHS:
                now = [variable.numpy() for variable in self.model.trainable_variables]
                self.count += 1
                old = self.mean or now
                self.mean = [w + (new - w) / self.count for w, new in zip(old, now, strict=True)]

    return Averaging()


def today(seeds=SEEDS, names=None) -> dict:
    """Each method at its rates, five seeds each; rates are added until the best one is not at an end."""
    import keras

    parts, results = data(), {}
    steps = EPOCHS * -(-len(parts[0][0]) // BATCH_SIZE)
    for name, (make, shape, powers) in methods(steps).items():
        if names and name not in names:
            continue
        tried: dict[float, list] = {}
        waiting = list(powers)
        while waiting:
            rates = [float(f"{10**power:.3g}") for power in waiting]
            ends = fit_all(name, make, shape, rates, seeds, parts)
            for power, (rate, runs) in zip(waiting, ends.items(), strict=True):
                results[f"{name} {rate:g}"] = runs
                tried[power] = runs
            keras.backend.clear_session()
            waiting = beyond(tried)
        print(f"  {name}: {sorted(tried)}", flush=True)
    return results


def beyond(tried: dict[float, list[dict]]) -> list[float]:
    """Return the next powers outside of those tried, where a validation loss is lowest at an end."""
    new = set()
    for key in ("val_loss", "swa_val_loss"):
        costs = {power: np.mean([run[key] for run in runs]) for power, runs in tried.items() if key in runs[0]}
        if costs:
            best = min(costs, key=costs.__getitem__)
            new |= {best + side for side, end in ((-0.5, min(tried)), (0.5, max(tried))) if best == end}
    return sorted(new)


def steps_to_target(size: int, rate: float, seed: int, parts: list, most: int) -> int | None:
    """Return after how many steps of plain SGD the smoothed training loss of a 196-64-10 network is below TARGET."""
    (x, y), *_ = parts
    rng = np.random.default_rng(seed)
    W1 = rng.uniform(-1, 1, (196, 64)).astype("float32") * np.float32((6 / 260) ** 0.5)
    W2 = rng.uniform(-1, 1, (64, 10)).astype("float32") * np.float32((6 / 74) ** 0.5)
    b1, b2 = np.zeros(64, "float32"), np.zeros(10, "float32")
    targets = np.eye(10, dtype="float32")[y]
    every = max(1, min(25, most // 40))
    rate = np.float32(rate)
    for step in range(1, most + 1):
        rows = rng.integers(0, len(x), size)
        batch = x[rows]
        a = np.maximum(batch @ W1 + b1, 0)
        z = a @ W2 + b2
        z = np.exp(z - z.max(axis=1, keepdims=True))
        delta = (z / z.sum(axis=1, keepdims=True) - targets[rows]) / np.float32(size)
        below = (delta @ W2.T) * (a > 0)
        W2, b2 = W2 - rate * (a.T @ delta), b2 - rate * delta.sum(axis=0)
        W1, b1 = W1 - rate * (batch.T @ below), b1 - rate * below.sum(axis=0)
        if step % every == 0 or step < 40:
            z = np.maximum(x[:2000] @ W1 + b1, 0) @ W2 + b2
            z = z - z.max(axis=1, keepdims=True)
            loss = np.mean(np.log(np.exp(z).sum(axis=1)) - (z * targets[:2000]).sum(axis=1))
            if loss < TARGET:
                return step
            if not np.isfinite(loss):
                return None
    return None


def batches(seeds=SEEDS) -> dict:
    """Steps that plain SGD needs to the training loss TARGET, for batch sizes from 4 to 4,096, at several rates."""
    parts, results = data(), {}
    for size in (4, 16, 64, 256, 1024, 4096):
        most = int(np.clip(1_000_000 / size, 400, 30_000))
        for power in range(-5, 2):
            rate = 2.0**power
            if (size == 4 and rate > 0.25) or (size >= 256 and rate < 0.12):
                continue
            steps = [steps_to_target(size, rate, seed, parts, most) for seed in seeds]
            results[f"{size} {rate:g}"] = [{"steps": step} for step in steps]
        print(f"  {size}", flush=True)
    return results


def edge(seeds=SEEDS, rates=(0.1, 0.15, 0.2), steps=4000, every=100) -> dict:
    """Steepest curvature during full-batch descent: 196-64-10, tanh, half the squared error on 500 centred images."""
    import keras
    import tensorflow as tf

    (x, y), *_ = data()
    x, targets = tf.constant(x[:500] - x[:500].mean(axis=0)), tf.one_hot(y[:500], 10)
    shapes = [(196, 64), (64,), (64, 10), (10,)]

    def loss_of(variables):
        W1, b1, W2, b2 = variables
        return tf.reduce_mean(tf.reduce_sum((tf.tanh(x @ W1 + b1) @ W2 + b2 - targets) ** 2, axis=1)) / 2

    @tf.function
    def descend(variables, rate):
        loss = loss_of(variables)
        for _ in tf.range(every):
            with tf.GradientTape() as tape:
                tape.watch(variables)
                loss = loss_of(variables)
            slopes = tape.gradient(loss, variables)
            variables = [w - rate * g for w, g in zip(variables, slopes, strict=True)]
        return loss, variables

    @tf.function
    def curvature(variables, direction):
        for _ in range(20):  # power iteration; Hessian times vector by two tapes
            with tf.GradientTape() as outer:
                outer.watch(variables)
                with tf.GradientTape() as inner:
                    inner.watch(variables)
                    loss = loss_of(variables)
                slopes = inner.gradient(loss, variables)
                along = tf.add_n([tf.reduce_sum(g * d) for g, d in zip(slopes, direction, strict=True)])
            turned = outer.gradient(along, variables)
            size = tf.linalg.global_norm(turned)
            direction = [part / size for part in turned]
        return size, direction

    results = {}
    for rate in rates:
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            glorot = keras.initializers.GlorotUniform(seed)
            variables = [tf.constant(glorot(s)) if len(s) == 2 else tf.zeros(s) for s in shapes]
            direction = [tf.random.normal(s) for s in shapes]
            run: dict[str, list[float]] = {"curvature": [], "loss": []}
            _, direction = curvature(variables, direction)
            for _ in range(0, steps + 1, every):
                steepest, direction = curvature(variables, direction)
                run["curvature"].append(float(f"{float(steepest):.4g}"))
                loss, variables = descend(variables, tf.constant(rate))
                run["loss"].append(float(f"{float(loss):.4g}"))
            results.setdefault(f"{rate:g}", []).append(run)
        print(f"  {rate}: {results[f'{rate:g}'][0]['curvature'][::4]}", flush=True)
    return results


GROUPS = {group.__name__: group for group in (edge, batches, today)}


if __name__ == "__main__":
    make_results(__file__, GROUPS, SEEDS, indent=None)
