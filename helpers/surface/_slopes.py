"""Slopes and curvatures of surfaces, by TensorFlow's automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np

from helpers.surface._functions import Surface, find_surface


def gradient(surface: Surface | str, point: Any) -> np.ndarray:
    """Return the gradient of a surface in float64, by TensorFlow's automatic differentiation.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`.
        point: (x, y), or an array (..., 2) of points.

    Returns:
        Array (2,), or (..., 2).

    Raises:
        TypeError: As `Surface`, or `point` is not made of numbers.
        ValueError: `point` is not finite or has another shape, or there is no surface of this name.
    """
    return _differentiate(find_surface(surface), point)[0]


def hessian(surface: Surface | str, point: Any) -> np.ndarray:
    """Return the matrix of second derivatives of a surface in float64, by TensorFlow's automatic differentiation.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`.
        point: (x, y), or an array (..., 2) of points.

    Returns:
        Array (2, 2), or (..., 2, 2), symmetric.

    Raises:
        TypeError: As `gradient`.
        ValueError: As `gradient`.
    """
    matrix = _differentiate(find_surface(surface), point)[1]
    return (matrix + np.swapaxes(matrix, -1, -2)) / 2  # Rounding alone makes the two mixed derivatives differ.


def slopes(function: Callable[[Any, Any], Any], points: Any) -> Any:
    """Return the gradients of `function` at the tensor `points` (n, 2), in the same shape.

    Raises:
        TypeError: The function fails on TensorFlow tensors.
    """
    import tensorflow as tf

    x, y = points[:, 0], points[:, 1]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([x, y])
        height = _call(function, x, y)
    return tf.stack(tape.gradient(height, [x, y], unconnected_gradients="zero"), axis=1)


def check_on_tensors(function: Callable[[Any, Any], Any]) -> None:
    """Raise TypeError if `function` cannot be differentiated: NumPy's functions give heights, but hide their slopes.

    TensorFlow itself only notices while it makes a graph.
    """
    try:
        _check_once(function)
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
        _check_once.__wrapped__(function)


@lru_cache(maxsize=64)
def _check_once(function: Callable[[Any, Any], Any]) -> None:
    import tensorflow as tf

    numbers = tf.TensorSpec((None,), tf.float64)
    tf.function(partial(_call, function), autograph=False).get_concrete_function(numbers, numbers)


def _call(function: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    try:
        return function(x, y)
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise TypeError(
            f"a surface's function must work on TensorFlow tensors, so write it with + - * / ** or keras.ops and not "
            f"with NumPy; this one fails: {reason}"
        ) from error


def _differentiate(surface: Surface, point: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient (..., 2) and the matrix of second derivatives (..., 2, 2) at `point` (..., 2)."""
    import tensorflow as tf

    try:
        points = np.asarray(point)
    except ValueError:
        points = np.asarray(None)
    if points.dtype.kind not in "fiu":
        raise TypeError(f"the point must be two numbers, such as (1.0, 1.5), but got {point!r}")
    if points.ndim == 0 or points.shape[-1] != 2:
        raise ValueError(f"the point must be two numbers, such as (1.0, 1.5), but its shape is {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError(f"the point must be finite, but got {point!r}")
    check_on_tensors(surface.function)
    with tf.device("CPU:0"):
        x, y = (tf.constant(points[..., axis], tf.float64) for axis in (0, 1))
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as outer:
            outer.watch([x, y])
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch([x, y])
                height = surface.function(x, y)
            slopes = inner.gradient(height, [x, y], unconnected_gradients="zero")
        rows = [outer.gradient(slope, [x, y], unconnected_gradients="zero") for slope in slopes]
        first = tf.stack(slopes, axis=-1)
        second = tf.stack([tf.stack(row, axis=-1) for row in rows], axis=-2)
    return first.numpy(), second.numpy()
