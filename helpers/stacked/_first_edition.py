"""The trainer of the first edition that notebook 08 and its program still use, until they are rewritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


def check_shape(sizes: Sequence[int], seeds: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return both as tuples.

    Raises:
        ValueError: There are fewer than two sizes, one is not a positive whole number, or there are no seeds.
    """
    checked = tuple(sizes), tuple(seeds)
    if len(checked[0]) < 2 or any(int(size) != size or size < 1 for size in checked[0]):
        raise ValueError(f"sizes needs at least two positive whole numbers, but got {sizes!r}")
    if not checked[1]:
        raise ValueError("seeds needs at least one number: each seed is a network")
    return checked


Pair = tuple[NDArray[Any], NDArray[Any]]


NORMALIZATIONS = (None, "batch", "layer", "group")
GROUPS = 8
"""Groups of the units of a layer in group normalization."""


class SideBySide:
    """Dense networks of one shape for classes, each with weights of its own.

    Attributes:
        model: The Keras model: (examples, networks, features) → logits (examples, networks, classes).
        kernels: The variables of the weights of each layer, (networks, inputs, units).

    Args:
        sizes: Inputs, units of each hidden layer, classes.
        seeds: A whole number for each network: of its first weights (Glorot uniform) and of its batches.
        activation: Name of a Keras activation for all hidden layers.
        dropout: Share of the inputs and share of each layer's hidden units that are dropped.
        normalize: None, "batch", "layer" or "group": what stands in each hidden layer.
        after: Whether it stands after the activation instead of before it.

    Raises:
        ValueError: There are fewer than two sizes, one is not positive, there are no seeds, or `normalize` is unknown.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        seeds: Sequence[int],
        *,
        activation: str = "relu",
        dropout: tuple[float, float] = (0.0, 0.0),
        normalize: str | None = None,
        after: bool = False,
    ) -> None:
        import keras

        (self.sizes, self.seeds), self.normalize = check_shape(sizes, seeds), normalize
        if normalize not in NORMALIZATIONS:
            raise ValueError(f"normalize must be one of {NORMALIZATIONS}, but is {normalize!r}")
        count, layers = len(self.seeds), keras.layers
        inputs = x = keras.Input((count, self.sizes[0]))
        if dropout[0]:
            x = layers.Dropout(dropout[0], seed=self.seeds[0])(x)
        dense = []
        for number, units in enumerate(self.sizes[1:-1], start=1):
            dense.append(layers.EinsumDense("bni,nio->bno", (count, units), bias_axes="no"))
            x = dense[-1](x)
            if not after:
                x = self._normalized(x, normalize, units)
            x = layers.Activation(activation)(x)
            if after:
                x = self._normalized(x, normalize, units)
            if dropout[1]:
                x = layers.Dropout(dropout[1], seed=self.seeds[0] + number)(x)
        dense.append(layers.EinsumDense("bni,nio->bno", (count, self.sizes[-1]), bias_axes="no"))
        self.model = keras.Model(inputs, dense[-1](x))
        self.kernels = [layer.kernel for layer in dense]
        generators = [np.random.default_rng(seed) for seed in self.seeds]
        for kernel, (before, units) in zip(self.kernels, pairwise(self.sizes), strict=True):
            limit = np.sqrt(6 / (before + units))
            kernel.assign(np.stack([rng.uniform(-limit, limit, (before, units)) for rng in generators]))
        self._generators = generators
        self._loops: dict[int, Any] = {}

    def _normalized(self, x: Any, kind: str | None, units: int) -> Any:
        """Return `x` normalized for each network by itself: the axes of network and unit are laid into one."""
        import keras

        if kind is None:
            return x
        count = len(self.seeds)
        if kind == "batch":
            layer: Any = keras.layers.BatchNormalization()
        else:  # layer normalization is the normalization of a single group
            layer = keras.layers.GroupNormalization(count * (1 if kind == "layer" else GROUPS))
        flat = keras.layers.Reshape((count * units,))(x)
        return keras.layers.Reshape((count, units))(layer(flat))

    def logits(self, images: np.ndarray, *, training: bool = False, size: int = 1000) -> np.ndarray:
        """Return the logits of all networks, (networks, examples, classes).

        Args:
            images: (examples, features), the same for all networks, or (networks, examples, features): each its own.
            training: Whether dropout and batch statistics work as in training.
            size: Examples that go through at once.
        """
        import tensorflow as tf

        parts = []
        for first in range(0, images.shape[-2], size):
            some = tf.constant(images[..., first : first + size, :], "float32")
            each = (
                tf.repeat(some[:, None], len(self.seeds), axis=1) if images.ndim == 2 else tf.transpose(some, (1, 0, 2))
            )
            parts.append(self.model(each, training=training).numpy())
        return np.concatenate(parts).swapaxes(0, 1)

    def scores(self, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return accuracy and cross-entropy in nats of each network, both (networks,).

        Args:
            images: As in `logits`.
            labels: (examples,) or (networks, examples).
        """
        return accuracy_and_loss(self.logits(images), labels)

    def get_state(self) -> list[np.ndarray]:
        """Return all weights and statistics, each array (networks, numbers)."""
        return [weight.numpy().reshape(len(self.seeds), -1) for weight in self.model.weights]

    def set_state(self, state: Sequence[np.ndarray]) -> None:
        """Put back what `get_state` returned."""
        for weight, value in zip(self.model.weights, state, strict=True):
            weight.assign(value.reshape(weight.shape))

    def train(
        self,
        images: np.ndarray,
        targets: np.ndarray,
        *,
        optimizer: Any,
        epochs: int,
        batch_size: int,
        l1: Any = 0.0,
        l2: Any = 0.0,
        weight_decay: Any = 0.0,
        renew: Callable[[int], tuple[np.ndarray, np.ndarray]] | None = None,
        validation: tuple[np.ndarray, np.ndarray] | None = None,
        restore_best: bool = False,
    ) -> dict[str, np.ndarray]:
        """Train all networks from where they stand and return their learning curves.

        Args:
            images: (networks, examples, features): training images of its own for each network.
            targets: (networks, examples, classes): probabilities, one-hot or softer.
            optimizer: A Keras optimizer that treats each number by itself, such as SGD or Adam.
            epochs: Passes through the images.
            batch_size: Images of a step; what is left over at the end of an epoch waits for the next shuffling.
            l1: λ of the penalty λ Σ|w| on the weights, not the biases: a number, or one for each network.
            l2: λ of the penalty λ Σw², likewise.
            weight_decay: λ of decoupled weight decay: each step first multiplies the weights by 1 − ηλ, likewise.
            renew: `renew(epoch)` returns images and targets of an epoch, counted from 0: augmentation.
            validation: Images and labels to measure after each epoch, as in `scores`.
            restore_best: Whether each network ends with the weights of its epoch of lowest validation loss.

        Returns:
            "loss": mean cross-entropy of the batches of each epoch, without penalties, (epochs, networks), and with
            `validation` also "val_accuracy" and "val_loss".

        Raises:
            ValueError: `images` or `targets` have the wrong shape, or `batch_size` is not from 1 to the examples.
        """
        import tensorflow as tf

        count = len(self.seeds)
        if np.ndim(images) != 3 or len(images) != count or np.ndim(targets) != 3 or len(targets) != count:
            raise ValueError(f"images and targets need the shape ({count} networks, examples, …)")
        examples = images.shape[1]
        if not 1 <= batch_size <= examples:
            raise ValueError(f"batch_size must lie between 1 and the {examples} examples, but is {batch_size}")
        steps, loop = examples // batch_size, self._loop(optimizer)
        each = [tf.constant(np.broadcast_to(value, (count,)), "float32") for value in (l1, l2, weight_decay)]
        measured = ("val_accuracy", "val_loss") if validation else ()
        curves: dict[str, list[np.ndarray]] = {name: [] for name in ("loss", *measured)}
        best, lowest = self.get_state(), np.full(count, np.inf)
        data = tf.constant(images, "float32"), tf.constant(targets, "float32")
        for epoch in range(epochs):
            if renew is not None:
                data = tuple(tf.constant(array, "float32") for array in renew(epoch))
            rows = [rng.permutation(examples)[: steps * batch_size] for rng in self._generators]
            batches = np.reshape(rows, (count, steps, batch_size)).swapaxes(0, 1)
            curves["loss"].append(loop(*data, tf.constant(batches, "int32"), *each).numpy().mean(axis=0))
            if validation:
                accuracy, loss = self.scores(*validation)
                curves["val_accuracy"].append(accuracy)
                curves["val_loss"].append(loss)
                if restore_best:
                    better, now = loss < lowest, self.get_state()
                    lowest = np.where(better, loss, lowest)
                    best = [np.where(better[:, None], new, old) for new, old in zip(now, best, strict=True)]
        if restore_best:
            self.set_state(best)
        return {name: np.array(values) for name, values in curves.items()}

    def _loop(self, optimizer: Any) -> Any:
        """Return the compiled loop over the steps of an epoch, the same one when training goes on."""
        import tensorflow as tf

        if id(optimizer) in self._loops:
            return self._loops[id(optimizer)][1]
        moved = self.model.trainable_variables
        optimizer.build(moved)

        @tf.function
        def loop(images: Any, targets: Any, batches: Any, l1: Any, l2: Any, decay: Any) -> Any:
            losses = tf.TensorArray("float32", size=tf.shape(batches)[0])
            for step in tf.range(tf.shape(batches)[0]):
                x, y = (tf.gather(array, batches[step], batch_dims=1) for array in (images, targets))
                with tf.GradientTape() as tape:
                    logits = self.model(tf.transpose(x, (1, 0, 2)), training=True)
                    cost = tf.nn.softmax_cross_entropy_with_logits(tf.transpose(y, (1, 0, 2)), logits)
                    each = tf.reduce_mean(cost, axis=0)
                    total = tf.reduce_sum(each)  # no weight of one network is in the loss of another
                    for kernel in self.kernels:
                        total += tf.reduce_sum(l1 * tf.reduce_sum(tf.abs(kernel.value), (1, 2)))
                        total += tf.reduce_sum(l2 * tf.reduce_sum(kernel.value**2, (1, 2)))
                gradients = tape.gradient(total, [variable.value for variable in moved])
                rate = tf.convert_to_tensor(optimizer.learning_rate)
                for kernel in self.kernels:
                    kernel.assign(kernel * (1 - rate * decay)[:, None, None])
                optimizer.apply(gradients)
                losses = losses.write(step, each)
            return losses.stack()

        # One graph for any number of examples and steps and any batch size, built here and never again.
        count = len(self.seeds)
        data = tf.TensorSpec((count, None, self.sizes[0])), tf.TensorSpec((count, None, self.sizes[-1]))
        batches = tf.TensorSpec((None, count, None), "int32")
        compiled = loop.get_concrete_function(*data, batches, *[tf.TensorSpec((count,))] * 3)
        self._loops[id(optimizer)] = optimizer, compiled  # the optimizer is kept, so that its id stays its own
        return compiled


def accuracy_and_loss(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return accuracy and mean cross-entropy (nats) over the examples, from logits (…, examples, classes)."""
    labels = np.broadcast_to(labels, logits.shape[:-1])
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    loss = -np.take_along_axis(log_p, labels[..., None].astype(int), axis=-1)[..., 0].mean(axis=-1)
    return np.mean(logits.argmax(axis=-1) == labels, axis=-1), loss
