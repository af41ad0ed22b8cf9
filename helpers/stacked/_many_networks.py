"""Many small networks of one shape, trained side by side: what differs between random starts costs one training.

A claim about chance needs several starts, and each separate Keras fit first spends a second on its graph. Here the
weights of all networks stand in one array with an axis for the network, and one graph moves them all. No network knows
of the others: each gets what a fit of its own would give it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.stacked._first_edition import check_shape

EPSILON = 1e-3
"""What Keras's `BatchNormalization` adds to the variance."""


class ManyNetworks:
    """Dense networks of one shape, each with weights of its own.

    Hidden layers have an activation, the last layer gives logits. Weights start as Keras's default does it, Glorot
    uniform, network k from `seeds[k]`, and biases at `bias`.

    Attributes:
        kernels: A variable (networks, inputs, units) for each layer.
        biases: A variable (networks, 1, units) for each layer.
        scales: With `normalize`, the γ of each hidden layer, (networks, 1, units); the β are in `shifts`.
        slopes: With "prelu", the learned slopes of each hidden layer, (networks, 1, units), from 0 as in Keras.

    Args:
        sizes: Inputs, units of each hidden layer, outputs; one output means two classes.
        activation: Name of a Keras activation for all hidden layers, or "prelu", or a function of tensors.
        seeds: One whole number for each network.
        gain: The first weights are multiplied by it.
        bias: First bias of all hidden units, or one number for each network.
        normalize: Whether batch normalization, with the statistics of the batch, stands before each activation.

    Raises:
        ValueError: There are fewer than two sizes, one is not positive, there are no seeds, or Keras does not know the
            activation.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Callable[[Any], Any],
        seeds: Sequence[int],
        *,
        gain: float = 1.0,
        bias: float | Sequence[float] = 0.0,
        normalize: bool = False,
    ) -> None:
        import keras
        import tensorflow as tf

        (self.sizes, self.seeds), self.normalize = check_shape(sizes, seeds), normalize
        # The compiled loop need not read the source of the activation: it has no Python loops to turn into graph ones.
        plain = tf.autograph.experimental.do_not_convert
        self.activation = None if activation == "prelu" else plain(keras.activations.get(activation))
        first_bias = np.broadcast_to(np.asarray(bias, dtype="float32"), (len(self.seeds),)).reshape(-1, 1, 1)
        generators = [np.random.default_rng(seed) for seed in self.seeds]
        self.kernels, self.biases, self.scales, self.shifts, self.slopes = [], [], [], [], []
        for layer, (inputs, units) in enumerate(pairwise(self.sizes), start=1):
            limit, hidden = gain * np.sqrt(6 / (inputs + units)), layer < len(self.sizes) - 1
            drawn = np.stack([rng.uniform(-limit, limit, (inputs, units)) for rng in generators])
            self.kernels.append(tf.Variable(drawn.astype("float32")))
            start = np.broadcast_to(first_bias if hidden else np.float32(0), (len(self.seeds), 1, units))
            self.biases.append(tf.Variable(start))
            shape = (len(self.seeds), 1, units)
            if hidden and normalize:
                self.scales.append(tf.Variable(tf.ones(shape)))
                self.shifts.append(tf.Variable(tf.zeros(shape)))
            if hidden and self.activation is None:
                self.slopes.append(tf.Variable(tf.zeros(shape)))
        self._loops: dict[int, tuple[Any, Any]] = {}

    @property
    def variables(self) -> list[Any]:
        """All variables that training moves."""
        return [*self.kernels, *self.biases, *self.scales, *self.shifts, *self.slopes]

    def layers(self, inputs: Any) -> list[Any]:
        """Return the activations of every hidden layer, and last the logits: tensors (networks, examples, units).

        Args:
            inputs: (examples, features), the same for all networks.
        """
        import tensorflow as tf

        a = tf.cast(inputs, "float32")
        found = []
        for layer, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            a = a @ kernel + bias
            if layer < len(self.kernels) - 1:
                if self.normalize:
                    mean, variance = tf.nn.moments(a, axes=[1], keepdims=True)
                    a = self.scales[layer] * (a - mean) / tf.sqrt(variance + EPSILON) + self.shifts[layer]
                a = self._activate(a, layer)
            found.append(a)
        return found

    def _activate(self, z: Any, layer: int) -> Any:
        import tensorflow as tf

        if self.activation is not None:
            return self.activation(z)
        return tf.nn.relu(z) - self.slopes[layer] * tf.nn.relu(-z)

    def losses(self, inputs: Any, labels: Any) -> Any:
        """Return the cross-entropy of each network, (networks,), a mean over the examples, in nats.

        Args:
            inputs: (examples, features).
            labels: (examples,), class numbers; 0 and 1 where there is one output.
        """
        import tensorflow as tf

        logits = self.layers(inputs)[-1]
        if self.sizes[-1] == 1:
            wanted = tf.broadcast_to(tf.cast(labels, "float32"), tf.shape(logits)[:2])
            cost = tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits[..., 0])
        else:
            wanted = tf.broadcast_to(tf.cast(labels, "int32"), tf.shape(logits)[:2])
            cost = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)
        return tf.reduce_mean(cost, axis=1)

    def gradients(self, inputs: Any, labels: Any) -> list[Any]:
        """Return the gradient of each network's own loss by its weights: an array for each of `variables`."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(self.losses(inputs, labels))  # no weight of one network is in the loss of another
        return [gradient.numpy() for gradient in tape.gradient(loss, self.variables)]

    def train(
        self,
        inputs: np.ndarray,
        labels: np.ndarray,
        *,
        optimizer: Any,
        steps: int,
        batch_size: int | None = None,
        rates: Sequence[float] | None = None,
        seed: int = 0,
    ) -> np.ndarray:
        """Take gradient steps with all networks at once, from where they stand, and return their losses.

        Args:
            inputs: (examples, features).
            labels: (examples,).
            optimizer: A Keras optimizer that treats each number by itself, such as SGD or Adam.
            steps: How many.
            batch_size: Examples of a step, drawn in shuffled passes, the same for all networks; all when None.
            rates: A factor for the gradients of each network; with `SGD(1.0)` it is the network's own learning rate.
            seed: Of the shuffling.

        Returns:
            Loss of the batch before each step, (steps, networks).

        Raises:
            ValueError: `steps` or `batch_size` is below 1, `batch_size` is larger than the number of examples, or
                `rates` are not one for each network.
        """
        import tensorflow as tf

        if steps < 1:
            raise ValueError(f"steps must be at least 1, but is {steps}")
        size = len(inputs) if batch_size is None else batch_size
        if not 1 <= size <= len(inputs):
            raise ValueError(f"batch_size must lie between 1 and the {len(inputs)} examples, but is {batch_size}")
        factors = np.ones(len(self.seeds)) if rates is None else np.asarray(rates, dtype=float)
        if factors.shape != (len(self.seeds),):
            raise ValueError(f"rates needs one number for each of {len(self.seeds)} networks, but has {factors.shape}")
        rng, rows = np.random.default_rng(seed), list[np.ndarray]()
        while len(rows) < steps:
            order = np.arange(len(inputs)) if batch_size is None else rng.permutation(len(inputs))
            rows += [order[first : first + size] for first in range(0, len(order) - size + 1, size)]
        loop = self._loop(optimizer)
        data = tf.constant(inputs, dtype="float32"), tf.constant(labels, dtype="int32")
        batches = tf.constant(np.array(rows[:steps]).reshape(steps, size), dtype="int32")
        return loop(*data, batches, tf.constant(factors.reshape(-1, 1, 1), dtype="float32")).numpy()

    def _loop(self, optimizer: Any) -> Any:
        """Return the compiled loop over steps for `optimizer`, the same one when training goes on."""
        import tensorflow as tf

        if id(optimizer) in self._loops:
            return self._loops[id(optimizer)][1]
        optimizer.build(self.variables)

        @tf.function
        def loop(inputs: Any, labels: Any, batches: Any, factors: Any) -> Any:
            losses = tf.TensorArray("float32", size=tf.shape(batches)[0])
            for step in tf.range(tf.shape(batches)[0]):
                rows = batches[step]
                with tf.GradientTape() as tape:
                    each = self.losses(tf.gather(inputs, rows), tf.gather(labels, rows))
                    loss = tf.reduce_sum(each)
                optimizer.apply([gradient * factors for gradient in tape.gradient(loss, self.variables)])
                losses = losses.write(step, each)
            return losses.stack()

        # One graph for any number of steps and examples, built here and never again.
        compiled = loop.get_concrete_function(
            tf.TensorSpec((None, self.sizes[0]), "float32"),
            tf.TensorSpec((None,), "int32"),
            tf.TensorSpec((None, None), "int32"),
            tf.TensorSpec((len(self.seeds), 1, 1), "float32"),
        )
        self._loops[id(optimizer)] = optimizer, compiled  # the optimizer is kept, so that its id stays its own
        return compiled

    def to_keras(self, network: int) -> Any:
        """Return network number `network` as a Keras model with the same weights, as they are now.

        Its batch normalization keeps moving averages of its own; call the model with `training=True` to compare.
        """
        import keras

        stack: list[Any] = [keras.Input((self.sizes[0],))]
        arrays = []
        for layer, units in enumerate(self.sizes[1:]):
            hidden = layer < len(self.sizes) - 2
            inside = self.activation if hidden and not self.normalize else None
            stack.append(keras.layers.Dense(units, activation=inside))
            arrays += [self.kernels[layer].numpy()[network], self.biases[layer].numpy()[network, 0]]
            if hidden and self.normalize:
                stack.append(keras.layers.BatchNormalization())
                arrays += [self.scales[layer].numpy()[network, 0], self.shifts[layer].numpy()[network, 0]]
                arrays += [np.zeros(units), np.ones(units)]
                if self.activation is not None:
                    stack.append(keras.layers.Activation(self.activation))
            if hidden and self.activation is None:
                stack.append(keras.layers.PReLU())
                arrays.append(self.slopes[layer].numpy()[network, 0])
        model = keras.Sequential(stack)
        model.set_weights(arrays)
        return model
