"""Slopes and curvatures of a surface, and the walk of any update rule on it: NumPy alone, quick enough for a slider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.surface._functions import Surface, find_surface, heights, whole

_STEP = 1e-3
"""Central differences of fourth order, this far apart (of 1, or of a larger weight): right to about eleven digits."""

_AWAY = np.array([[-2.0, -1.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, -2.0, -1.0, 1.0, 2.0]])
_SHARE = np.array([1.0, -8.0, 8.0, -1.0]) / 12


def gradient(surface: Surface | str, point: Any) -> np.ndarray:
    """Return the gradient of a surface, by central differences of fourth order.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`.
        point: (w₁, w₂), or an array (..., 2) of points.

    Returns:
        Array (2,), or (..., 2).

    Raises:
        TypeError: As `Surface`, or `point` is not made of numbers.
        ValueError: `point` is not finite or has another shape, or there is no surface of this name.

    >>> gradient("bowl", (2.0, 1.0)).round(6)
    array([ 2., 25.])
    """
    return slope(find_surface(surface), _checked(point))


def hessian(surface: Surface | str, point: Any) -> np.ndarray:
    """Return the symmetric matrix of second derivatives; arguments and errors are those of `gradient`.

    Returns:
        Array (2, 2), or (..., 2, 2).

    >>> hessian("bowl", (2.0, 1.0)).round(6)
    array([[ 1.,  0.],
           [ 0., 25.]])
    """
    place, points = find_surface(surface), _checked(point)
    far = _STEP * np.maximum(1.0, np.abs(points))
    rows = [_SHARE @ _slope_at(place, points, far, axis).reshape(4, -1) for axis in (0, 1)]
    matrix = np.stack([row.reshape(points.shape) / far[..., [axis]] for axis, row in enumerate(rows)], axis=-2)
    return (matrix + np.swapaxes(matrix, -1, -2)) / 2  # rounding alone makes the two mixed derivatives differ


@np.errstate(all="ignore")
def walk(
    rule: Callable[..., Any], surface: Surface | str, start: Any = None, steps: int = 100, **settings: Any
) -> np.ndarray:
    """Return the path of an update rule written in NumPy: 200 steps in a few milliseconds.

    Args:
        rule: `rule(w, gradient, state, step, **settings)` returns the new weights. `state` is a dictionary, empty
            before the first step, in which the rule may keep what it likes; `step` counts from 1.
        surface: A `Surface`, or the name of one in `SURFACES`.
        start: (w₁, w₂), or an array (n, 2) of several starting points; the surface's own when None.
        steps: How many; with 0, the path is the start alone.
        **settings: Handed to the rule, such as `learning_rate=0.1`.

    Returns:
        Array (steps + 1, 2), or (steps + 1, n, 2), row 0 the start. From the first point on that is not finite, a path
        that diverges is NaN.

    Raises:
        TypeError: An argument is of the wrong kind, or the rule fails or returns something else than weights.
        ValueError: The start is not finite, or there is no surface of this name.

    >>> def descent(w, gradient, state, step, learning_rate):
    ...     return w - learning_rate * gradient
    >>> walk(descent, "bowl", (-4.0, 1.0), steps=2, learning_rate=0.04).round(2)
    array([[-4.  ,  1.  ],
           [-3.84,  0.  ],
           [-3.69,  0.  ]])
    """
    place, count = find_surface(surface), whole(steps, "steps")
    if not callable(rule):
        raise TypeError(f"the rule must be a function of w, gradient, state and step, but is {rule!r}")
    begin = _checked(place.start if start is None else start)
    path, state = np.empty((count + 1, *begin.shape)), {}  # type: ignore[var-annotated]
    path[0] = begin
    for step in range(1, count + 1):
        path[step] = _one_step(rule, place, path[step - 1], state, step, settings)
        if not np.isfinite(path[step]).all() and begin.ndim == 1:
            path[step:] = np.nan
            break
    path[np.maximum.accumulate(~np.isfinite(path).all(axis=-1))] = np.nan
    return path


def _one_step(
    rule: Callable[..., Any], surface: Surface, w: np.ndarray, state: dict, step: int, settings: dict
) -> np.ndarray:
    name = getattr(rule, "__name__", "rule")
    try:
        new = rule(w.copy(), slope(surface, w), state, step, **settings)
    except Exception as error:
        raise TypeError(f"the rule {name!r} fails at step {step}: {type(error).__name__}: {error}") from error
    try:
        numbers = np.asarray(new, dtype=float)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != w.shape:
        got = "None (is a return missing?)" if new is None else repr(new)
        raise TypeError(f"the rule {name!r} must return the new weights, shape {w.shape}, but returned {got}")
    return numbers


def slope(surface: Surface, points: np.ndarray) -> np.ndarray:
    """Return the gradients (..., 2) at `points` (..., 2) from one call of the surface's function."""
    far = _STEP * np.maximum(1.0, np.abs(points))
    with np.errstate(all="ignore"):
        height = heights(
            surface,
            points[..., 0] + np.multiply.outer(_AWAY[0], far[..., 0]),
            points[..., 1] + np.multiply.outer(_AWAY[1], far[..., 1]),
        ).reshape(2, 4, -1)
        return (_SHARE @ height).T.reshape(points.shape) / far


def _slope_at(surface: Surface, points: np.ndarray, far: np.ndarray, axis: int) -> np.ndarray:
    """Return the gradients (4, ..., 2) at four places around each point, along one weight."""
    places = np.stack([points] * 4)
    places[..., axis] += np.multiply.outer(_AWAY[0, :4], far[..., axis])
    return slope(surface, places)


def _checked(point: Any) -> np.ndarray:
    """Return `point` as an array (..., 2) of finite numbers."""
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
    return points.astype(float)
