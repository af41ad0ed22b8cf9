"""Keras layers with an axis for the network: what stands in a stacked model where a plain one has Dense or Dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


class StackedDense(keras.layers.EinsumDense):
    """A Dense layer of each network: (examples, networks, inputs) → (examples, networks, units).

    The kernel is (inputs, networks, units) and the bias (networks, units), so that a learning rate (networks, 1) fits
    both. Inputs (examples, inputs) are the same for all networks.
    """

    def __init__(self, networks: int, units: int, bias: bool, *, l1: Any, l2: Any, **settings: Any) -> None:
        super().__init__("bni,ino->bno", (networks, units), bias_axes="no" if bias else None, **settings)
        self.l1, self.l2 = l1, l2

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias; the shape says whether all networks see the same inputs."""
        if len(input_shape) == 2:
            self.equation = "bi,ino->bno"
        super().build(input_shape)

    def penalties(self) -> Any:
        """Return λ₁ Σ|w| + λ₂ Σw² of each network, (networks,)."""
        kernel = ops.convert_to_tensor(self.kernel)
        return self.l1 * ops.sum(ops.abs(kernel), axis=(0, 2)) + self.l2 * ops.sum(kernel**2, axis=(0, 2))


class StackedDropout(keras.layers.Layer):
    """Dropout in which each network has a rate and masks of its own."""

    def __init__(self, rates: Sequence[float], **settings: Any) -> None:
        super().__init__(**settings)
        self.keep = 1 - ops.convert_to_tensor(rates, "float32")[:, None]
        self.generator = keras.random.SeedGenerator()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return (examples, networks, units), in training with some at 0 and the others larger."""
        if not training:
            return inputs
        kept = keras.random.uniform(ops.shape(inputs), seed=self.generator) < self.keep
        return ops.where(kept, inputs / self.keep, 0.0)


class StackedBatchNormalization(keras.layers.Layer):
    """Batch normalization of each unit of each network by itself, with Keras's momentum and ε."""

    def __init__(self, momentum: float, epsilon: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape: Any) -> None:
        """Make γ, β and the moving statistics, (networks, units) each."""
        shape = tuple(input_shape[1:])
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(shape=shape, initializer="ones", trainable=False, name="moving_variance")

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return inputs normalized by the statistics of the batch in training, else, or frozen, by the moving ones."""
        mean, variance = self.moving_mean, self.moving_variance
        if training and self.trainable:
            mean, variance = ops.moments(inputs, axes=[0])
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return (inputs - mean) * ops.rsqrt(variance + self.epsilon) * self.gamma + self.beta


class StackedLayerNormalization(keras.layers.Layer):
    """Layer normalization of each example in each network by itself, with Keras's ε."""

    def __init__(self, epsilon: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.epsilon = epsilon

    def build(self, input_shape: Any) -> None:
        """Make γ and β, (networks, units) each."""
        self.gamma = self.add_weight(shape=tuple(input_shape[1:]), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=tuple(input_shape[1:]), initializer="zeros", name="beta")

    def call(self, inputs: Any) -> Any:
        """Return inputs normalized over the units of each network."""
        mean, variance = ops.moments(inputs, axes=[-1], keepdims=True)
        return (inputs - mean) * ops.rsqrt(variance + self.epsilon) * self.gamma + self.beta
