"""Paths of real Keras optimizers over a surface: what a loop of `optimizer.apply` does, in one graph for each."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from warnings import catch_warnings

import numpy as np

from helpers.surface._functions import Surface, find_surface, pair, whole
from helpers.surface._walks import slope


def trace(optimizers: Any, surface: Surface | str, start: Any = None, steps: int = 100) -> dict[str, np.ndarray]:
    """Let Keras optimizers descend a surface, each on its own, and return their paths.

    Each does what `optimizer.apply([gradient], [variable])` in a loop does, in 32-bit numbers as Keras trains. Keras's
    own optimizers take all steps in one `tf.function`; an optimizer, schedule or learning-rate function of your own,
    which may keep lists and numbers of its own, takes them one by one. With Nesterov momentum Keras stores the
    look-ahead point, so that is the path. Sliders move more quickly by `walk`.

    Args:
        optimizers: Name → `keras.optimizers.Optimizer` that has not been used yet; or a list of them, or a single one,
            which are then named after their classes. They take the steps themselves, so each can be traced once.
        surface: A `Surface`, or the name of one in `SURFACES`.
        start: (w₁, w₂); the surface's own when None.
        steps: How many; with 0, the paths are the start alone.

    Returns:
        Name → array (steps + 1, 2), row 0 the start. From the first point on that is not finite, all rows are NaN.

    Raises:
        TypeError: An argument is of the wrong kind, an optimizer cannot step on a single vector of two weights
            (`MultiOptimizer`, `Muon`), or it fails.
        ValueError: An optimizer has been used before, the start is not finite, steps are negative, or there is no
            surface of this name.
    """
    named, place, count = _name(optimizers), find_surface(surface), whole(steps, "steps")
    begin = place.start if start is None else pair(start, "start")
    # In a thread of its own, where no gradient tape and no distribution strategy of the caller is active.
    with ThreadPoolExecutor(1) as worker:
        return {name: worker.submit(_path, name, named[name], place, begin, count).result() for name in named}


def _path(name: str, optimizer: Any, surface: Surface, start: tuple[float, float], steps: int) -> np.ndarray:
    """Return the path of `optimizer`, array (steps + 1, 2)."""
    import keras
    import tensorflow as tf

    def downhill(point: Any) -> np.ndarray:
        return slope(surface, point.numpy().astype(float)).astype("float32")

    def one_step() -> Any:
        gradient = tf.py_function(downhill, [variable.value], tf.float32)
        optimizer.apply([optimizer.scale_loss(tf.reshape(gradient, (2,)))], [variable])
        return tf.convert_to_tensor(variable.value)

    def all_steps() -> Any:
        def body(step: Any, rows: Any) -> Any:
            return step + 1, rows.write(step, one_step())

        return tf.while_loop(lambda step, _: step < steps, body, (0, tf.TensorArray(tf.float32, steps)))[1].stack()

    path = np.full((steps + 1, 2), np.nan)
    path[0] = start
    if not steps:
        return path
    with tf.device("CPU:0"), np.errstate(all="ignore"):
        try:
            variable = keras.Variable(np.asarray(start), dtype="float32", name="point")
            optimizer.build([variable])
            if _is_of_keras(optimizer):  # one graph an optimizer is meant so: TensorFlow need not warn
                # Not by AutoGraph: it fails where the course lies in a folder whose name the locale cannot write.
                path[1:] = tf.function(all_steps, autograph=False).get_concrete_function()().numpy()
            else:
                path[1:] = [one_step().numpy() for _ in range(steps)]
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise TypeError(f"the optimizer {name!r} cannot step on a surface: {reason}") from error
    path[np.maximum.accumulate(~np.isfinite(path).all(axis=1))] = np.nan
    return path


def _is_of_keras(optimizer: Any) -> bool:
    """Whether optimizer and learning rate are Keras's own: what others keep in Python, a graph would freeze."""
    with catch_warnings(action="ignore"):  # Keras warns of functions that cannot be saved
        try:
            rate = optimizer.get_config()["learning_rate"]
        except Exception:  # whatever a class of a student does there
            return False
    known = not isinstance(rate, dict) or (str(rate.get("module")).startswith("keras.") and not rate["registered_name"])
    inner = getattr(optimizer, "inner_optimizer", None)
    return type(optimizer).__module__.startswith("keras.") and known and (inner is None or _is_of_keras(inner))


def _name(optimizers: Any) -> dict[str, Any]:
    """Return name → optimizer."""
    import keras

    if isinstance(optimizers, Mapping):
        named = dict(optimizers)
    else:
        named = {}
        for optimizer in optimizers if isinstance(optimizers, list | tuple) else [optimizers]:
            kind = type(optimizer).__name__
            names = [kind, *(f"{kind} {number}" for number in range(2, len(named) + 2))]
            named[next(name for name in names if name not in named)] = optimizer
    for place, (name, optimizer) in enumerate(named.items()):
        kind = type(optimizer).__name__
        if not isinstance(name, str):
            raise TypeError(f"the names of optimizers must be texts, but one is {name!r}")
        if isinstance(optimizer, type):
            raise TypeError(f"{optimizer.__name__} is a class: make an optimizer, such as {optimizer.__name__}()")
        if not isinstance(optimizer, keras.optimizers.Optimizer):
            raise TypeError(f"an optimizer must be one of Keras, such as keras.optimizers.SGD(0.01), not {optimizer!r}")
        if kind in ("MultiOptimizer", "Muon"):
            raise TypeError(f"{kind} is made for the matrices of a network, and a surface has just two single weights")
        if optimizer.built or any(optimizer is other for other in list(named.values())[:place]):
            raise ValueError(f"the optimizer {name!r} has been used before: trace a new one")
    return named
