"""The trainers of the first edition that notebook 09 and its program still use, until they are rewritten."""

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

ELEMENTWISE = ("SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "Adamax", "Nadam", "AdamW", "Lion")
"""Keras optimizers that move each weight by its own gradient alone; Lamb or Muon look at whole layers."""


def sweep_images(seed: int = 0) -> tuple[Pair, Pair, Pair]:
    """Return Fashion-MNIST shrunk to 14 × 14: (training, validation, test), pairs of images and labels.

    Each pixel is the mean of 2 × 2 pixels, from 0 to 1; images are rows (n, 196), float32. Of the embedded 10,000
    training images 2,000 are held out for validation, each class with its share.

    Args:
        seed: Which images are held out.
    """
    from sklearn.model_selection import train_test_split

    from helpers.data import load_fashion_mnist, small_images

    (x, y), (x_test, y_test) = load_fashion_mnist()
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2, stratify=y, random_state=seed)
    pairs = ((x_train, y_train), (x_val, y_val), (x_test, y_test))
    training, validation, test = ((small_images(images), labels.astype("int32")) for images, labels in pairs)
    return training, validation, test


def first_weights(sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
    """Return the weights of a fresh dense network as Keras starts it: Glorot uniform, biases 0.

    Args:
        sizes: (inputs, hidden units, outputs).
        seed: Fixes the draw.

    Returns:
        Kernel and bias of each layer, as `model.set_weights` takes them.
    """
    from keras.initializers import GlorotUniform

    weights = []
    for layer, (inputs, units) in enumerate(pairwise(sizes)):
        weights += [np.array(GlorotUniform(seed=1000 * seed + layer)((inputs, units))), np.zeros(units, "float32")]
    return weights


def image_order(images: int, epochs: int, seed: int) -> NDArray[np.int32]:
    """Return the order (epochs, images) in which a network with this seed sees the images."""
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(images) for _ in range(epochs)], dtype="int32").reshape(epochs, images)


def train_many(
    make_optimizer: Callable[[Any], Any],
    rates: Any,
    data: Sequence[Pair],
    *,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    epochs: int = 10,
    batch_size: int | Sequence[int] = 64,
    units: int = 64,
) -> dict[str, NDArray[Any]]:
    """Train a network with one hidden ReLU layer for each pair of learning rate and seed, with softmax cross-entropy.

    Args:
        make_optimizer: Turns a learning rate into a Keras optimizer, such as `keras.optimizers.Adam`.
        rates: Learning rates (R,), or one row for each step, (steps, R): R schedules. The last row stays.
        data: (images, labels) to train on, then any number of pairs to measure on: validation, test. Images are rows.
        seeds: S seeds: start and order of the images. The same seed means the same for every rate.
        epochs: How often each image is seen, at least once.
        batch_size: One for all epochs, or one for each. The images that do not fill a last batch sit an epoch out.
        units: Hidden units.

    Returns:
        `"loss"` and `"accuracy"` (epochs + 1, sets of data, R, S), before training and after each epoch, measured on
        all images; `"batch_loss"` (steps, R, S), of each batch before its step.

    Raises:
        ValueError: The optimizer looks at several weights together, or a size does not fit the others.
    """
    import tensorflow as tf

    table = np.atleast_2d(np.asarray(rates, dtype="float32"))
    if table.ndim != 2 or not table.size:
        raise ValueError(f"rates must have the shape (R,) or (steps, R), but have {np.shape(rates)}")
    (x, y), *_ = data
    sizes = [batch_size] * epochs if isinstance(batch_size, int | np.integer) else list(batch_size)
    if epochs < 1 or len(sizes) != epochs or not all(1 <= size <= len(x) for size in sizes):
        raise ValueError(f"{epochs} epochs of {len(x)} images need one batch size each, but got {batch_size!r}")
    optimizer = make_optimizer(_table_schedule(table))
    _check_elementwise(optimizer)
    variables = _stacked(table.shape[1], seeds, (x.shape[1], units, int(y.max()) + 1))
    optimizer.build(variables)
    sets = [(tf.constant(images), tf.constant(labels)) for images, labels in data]
    epoch_of = _make_epoch(optimizer, variables, *sets[0])
    measures = [_graph(_make_measure(variables, *one)) for one in sets]
    orders = [image_order(len(x), epochs, seed) for seed in seeds]
    runs: dict[Any, Any] = {}
    looks, batch_losses = [[measure() for measure in measures]], []
    for epoch, size in enumerate(sizes):
        used = len(x) // size * size
        order = tf.constant(np.stack([one[epoch, :used].reshape(-1, size) for one in orders], axis=1))
        if size not in runs:
            runs[size] = _graph(epoch_of, tf.TensorSpec(order.shape, "int32"))
        batch_losses.append(runs[size](order).numpy())
        looks.append([measure() for measure in measures])
    measured = np.array([[[value.numpy() for value in pair] for pair in look] for look in looks])
    return {"loss": measured[:, :, 0], "accuracy": measured[:, :, 1], "batch_loss": np.concatenate(batch_losses)}


def _table_schedule(table: NDArray[np.float32]) -> Any:
    """Return a Keras schedule whose value at a step is a row of `table`, one learning rate for each network."""
    import keras

    rows = keras.ops.convert_to_tensor(table[:, :, None])  # the last axis of every variable holds units

    class Table(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: Any) -> Any:
            return rows[keras.ops.minimum(keras.ops.cast(step, "int32"), len(table) - 1)]

    return Table()


def _check_elementwise(optimizer: Any) -> None:
    name = type(optimizer).__name__
    if name not in ELEMENTWISE:
        raise ValueError(f"networks can share an optimizer that treats each weight by itself; {name} does not")
    if optimizer.clipnorm or optimizer.global_clipnorm:
        raise ValueError("clipping by norm would mix the gradients of different networks; clipvalue does not")


def _stacked(rates: int, seeds: Sequence[int], sizes: Sequence[int]) -> list[Any]:
    """Return kernels (S, inputs, R, units) and biases (S, 1, R, units) of all networks as Keras variables."""
    import keras

    starts = [first_weights(sizes, seed) for seed in seeds]
    stacks = [np.stack([np.atleast_2d(array) for array in layer])[:, :, None] for layer in zip(*starts, strict=True)]
    return [keras.Variable(np.repeat(stack, rates, axis=2)) for stack in stacks]


def _logits(variables: Sequence[Any], x: Any) -> Any:
    """Return the outputs (S, n, R, classes) for images (S, n, features), or (n, features) for all alike."""
    import tensorflow as tf

    kernel, bias, last_kernel, last_bias = (tf.convert_to_tensor(variable) for variable in variables)
    seeds, inputs, rates, units = kernel.shape
    flat = tf.matmul(x, tf.reshape(kernel, (seeds, inputs, rates * units)))
    hidden = tf.nn.relu(tf.reshape(flat, (seeds, -1, rates, units)) + bias)
    return tf.einsum("snru,surk->snrk", hidden, last_kernel) + last_bias


def _cross_entropies(logits: Any, labels: Any) -> Any:
    """Return the loss (S, n, R) of every image under every network; labels are (S, n) or (n,)."""
    import tensorflow as tf

    targets = tf.broadcast_to(tf.expand_dims(labels, -1), tf.shape(logits)[:-1])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)


def _graph(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return `function` as a graph for these arguments; one graph a training is meant so: TensorFlow need not warn."""
    import tensorflow as tf

    return tf.function(function).get_concrete_function(*arguments)


def _make_epoch(optimizer: Any, variables: Sequence[Any], x: Any, y: Any) -> Callable[[Any], Any]:
    import tensorflow as tf

    def epoch(order: Any) -> Any:
        """Take one step for each row of `order` (steps, S, batch), and return the losses (steps, R, S)."""
        losses = tf.TensorArray("float32", size=order.shape[0])
        for step in tf.range(order.shape[0]):
            with tf.GradientTape() as tape:
                loss = _cross_entropies(_logits(variables, tf.gather(x, order[step])), tf.gather(y, order[step]))
                means = tf.reduce_mean(loss, axis=1)
                total = tf.reduce_sum(means)  # each weight belongs to one network, so its gradient is that one's
            optimizer.apply(tape.gradient(total, [variable.value for variable in variables]), variables)
            losses = losses.write(step, tf.transpose(means))
        return losses.stack()

    return epoch


def _make_measure(variables: Sequence[Any], x: Any, y: Any) -> Callable[[], Any]:
    import tensorflow as tf

    def measure() -> Any:
        """Return mean loss and accuracy (R, S) on all of `x`."""
        logits = _logits(variables, x)
        hits = tf.equal(tf.argmax(logits, axis=-1, output_type=tf.int32), tf.expand_dims(y, -1))
        loss = tf.reduce_mean(_cross_entropies(logits, y), axis=1)
        return tf.transpose(loss), tf.transpose(tf.reduce_mean(tf.cast(hits, tf.float32), axis=1))

    return measure
