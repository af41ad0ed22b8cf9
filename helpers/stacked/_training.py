"""What trains a stacked model: a learning rate, a mean and a best epoch for each network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

ELEMENTWISE = ("SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "Adamax", "Nadam", "AdamW", "Lion", "Ftrl")
"""Keras optimizers that move each weight by its own gradient alone."""


def check_optimizer(optimizer: Any, networks: int) -> None:
    """Refuse what would let networks notice each other.

    Raises:
        ValueError: The optimizer looks at whole layers, or has learning rates for another number of networks.
    """
    kinds = {kind.__name__ for kind in type(optimizer).__mro__}
    name = type(optimizer).__name__
    if not kinds & {*ELEMENTWISE, "ScheduleFreeAdamW"}:
        raise ValueError(
            f"{name} looks at whole layers, which here hold the weights of all networks: fit these networks one by one"
        )
    if optimizer.clipnorm or optimizer.global_clipnorm:
        raise ValueError("clipping by norm looks at whole layers, which here hold all networks: fit them one by one")
    rates = np.size(ops.convert_to_numpy(optimizer.learning_rate))
    if rates not in (1, networks):
        raise ValueError(f"the optimizer has {rates} learning rates, but there are {networks} networks")


class PerNetwork(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate for each network of a stacked model, for any optimizer: `Adam(PerNetwork([0.001, 0.01]))`.

    Args:
        rates: For each network a number or a Keras schedule.
        shape: A factor of all rates at each step, from step 0 on, the last one ever after; None for 1.

    Examples:
        >>> import numpy as np
        >>> from helpers.stacked import PerNetwork
        >>> rates = PerNetwork([0.1, 0.2])
        >>> np.array(rates(0)).shape
        (2, 1)
    """

    def __init__(self, rates: Sequence[Any], shape: ArrayLike | None = None) -> None:
        self.rates, self.shape = list(rates), shape
        if not self.rates:
            raise ValueError("PerNetwork needs at least one learning rate")

    def __call__(self, step: Any) -> Any:
        """Return the rates at a step, (networks, 1), as they fit to kernels and biases."""
        values = [ops.cast(rate(step) if callable(rate) else rate, "float32") for rate in self.rates]
        rates = ops.stack(values)[:, None]
        if self.shape is None:
            return rates
        shape = ops.convert_to_tensor(self.shape, "float32")
        return rates * shape[ops.minimum(ops.cast(step, "int32"), len(shape) - 1)]

    def get_config(self) -> dict[str, Any]:
        """Return the rates and their shape, as Keras stores them."""
        return {"rates": self.rates, "shape": None if self.shape is None else np.asarray(self.shape).tolist()}


class EachMean(keras.metrics.Metric):
    """The mean of each network over the examples of an epoch, (networks,)."""

    def __init__(self, networks: int, name: str) -> None:
        super().__init__(name=name)
        self.total = self.add_weight(shape=(networks,), initializer="zeros", name="total")
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")

    def update_state(self, means: Any, examples: Any) -> None:
        """Add the means (networks,) of so many examples."""
        examples = ops.cast(examples, "float32")
        self.total.assign_add(ops.cast(means, "float32") * examples)
        self.count.assign_add(examples)

    def result(self) -> Any:
        """Return the means so far, (networks,)."""
        return ops.divide_no_nan(self.total, self.count)


class EarlyStopping(keras.callbacks.Callback):
    """Early stopping of each network by itself, as `keras.callbacks.EarlyStopping` does it for one.

    The training ends when the last network has stopped. Those that stopped before go on until then, which costs
    nothing, and each gets its weights back when the training ends; `best_epoch` says where in the curves that is.

    Attributes:
        best_epoch: Of each network, counted from 0, (networks,).
        stopped_epoch: The epoch after which a separate fit would have ended, -1 where it was not stopped, (networks,).

    Args:
        monitor: A logged number of each network, best at its lowest; an accuracy is best at its highest.
        patience: Epochs without a better value before a network stops.
        restore_best_weights: Whether a network ends with the weights of its best epoch, or of its last.
    """

    def __init__(self, monitor: str = "val_loss", *, patience: int = 0, restore_best_weights: bool = True) -> None:
        super().__init__()
        self.monitor, self.patience, self.restore_best_weights = monitor, patience, restore_best_weights
        self.best_epoch, self.stopped_epoch = np.zeros(0, int), np.zeros(0, int)

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget what an earlier fit has left.

        Raises:
            ValueError: The model is a plain one.
        """
        networks = getattr(self.model, "networks", None)
        if networks is None:
            raise ValueError(
                "this EarlyStopping is for stacked networks: a plain model needs keras.callbacks.EarlyStopping"
            )
        self.best_epoch, self.stopped_epoch = np.zeros(networks, int), np.full(networks, -1)
        self.best = np.full(networks, np.inf)
        self.kept: Any = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare each network with its best so far, and keep weights.

        Raises:
            ValueError: What it should look at is not logged.
        """
        if self.monitor not in (logs or {}):
            raise ValueError(f"early stopping needs {self.monitor!r}, but logged are {', '.join(logs or {})}")
        values = np.atleast_1d(np.asarray((logs or {})[self.monitor], dtype=float))
        values = np.nan_to_num(-values if "accuracy" in self.monitor else values, nan=np.inf)
        if self.kept is None:
            self.kept = self.model.get_weights_of_each()
        running = self.stopped_epoch < 0
        better = running & (values < self.best)
        self.best, self.best_epoch = np.where(better, values, self.best), np.where(better, epoch, self.best_epoch)
        keep = better if self.restore_best_weights else running
        for kept, now in zip(self.kept, self.model.get_weights_of_each(), strict=True):
            kept[keep] = now[keep]
        ends = running & (epoch - self.best_epoch >= max(self.patience, 1))
        self.stopped_epoch = np.where(ends, epoch, self.stopped_epoch)
        if (self.stopped_epoch >= 0).all():
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        """Put back the weights of each network."""
        if self.kept is not None:
            self.model.set_weights_of_each(self.kept)


class OwnBatches(keras.utils.PyDataset):
    """Batches in which each network sees the examples in an order of its own, another one each epoch.

    Networks of one seed see one order, whatever else differs between them. For what `stack(…, own_batches=True)` makes:
    `networks.fit(OwnBatches(x, y, seeds, batch_size=64), epochs=10)`.

    Args:
        x: Examples (n, features), or (networks, n, features) where each network has its own.
        y: Targets (n, …), or (networks, n, …) where the examples are so.
        seeds: A whole number for each network.
        batch_size: Examples of a step; the last one of an epoch may have fewer.

    Raises:
        ValueError: x, y and seeds do not fit together, or a batch would be empty.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, seeds: Sequence[int], batch_size: int = 32) -> None:
        super().__init__()
        self.x, self.y, self.seeds, self.batch_size = np.asarray(x), np.asarray(y), list(seeds), batch_size
        self.own = self.x.ndim == 3
        if not self.seeds or batch_size < 1:
            raise ValueError(f"a batch needs a seed and an example, but got {len(self.seeds)} and {batch_size=}")
        if self.x.ndim not in (2, 3) or self.x.shape[:-1] != self.y.shape[: self.x.ndim - 1]:
            raise ValueError(
                f"x must be (…, n, features) and y (…, n, …), but they are {self.x.shape} and {self.y.shape}"
            )
        if self.own and len(self.x) != len(self.seeds):
            raise ValueError(f"x has examples for {len(self.x)} networks, but there are {len(self.seeds)} seeds")
        self.generators = {seed: np.random.default_rng(seed) for seed in self.seeds}
        self.on_epoch_end()

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return -(-self.x.shape[-2] // self.batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return examples (batch, networks, features) and targets (batch, networks, …)."""
        rows = self.orders[index * self.batch_size : (index + 1) * self.batch_size]
        where = (np.arange(len(self.seeds)), rows) if self.own else rows
        return self.x[where], self.y[where]

    def on_epoch_end(self) -> None:
        """Draw the orders of the next epoch, (n, networks)."""
        drawn = {seed: rng.permutation(self.x.shape[-2]) for seed, rng in self.generators.items()}
        self.orders = np.stack([drawn[seed] for seed in self.seeds], axis=1)
