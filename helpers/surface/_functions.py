"""Functions of two weights that optimizers are tried on: their heights, minima, slopes and curvatures."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Surface:
    """A function of two weights, and what there is to know about it.

    Args:
        name: What pictures call it.
        function: `function(x, y)`, the height above the weights x and y. It gets arrays and works element by element,
            so it is written with + − × ÷, powers and NumPy's functions.
        minima: Array (n, 2) of the known minima; empty when there are none, as on a saddle.
        xlim: Left and right end of the part that pictures show.
        ylim: Lower and upper end of it.
        start: Point (x, y) from which a descent is worth watching.

    Raises:
        TypeError: `name` is not a text, `function` cannot be called or fails on arrays, or something else is not made
            of numbers.
        ValueError: Limits are not ascending, a number is not finite, `minima` has another shape, or `function` does not
            give one finite height for each of several points at `start`.
    """

    name: str
    function: Callable[[Any, Any], Any]
    minima: Any
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    start: tuple[float, float]

    def __post_init__(self) -> None:
        """Check everything, and keep numbers as floats."""
        if not isinstance(self.name, str):
            raise TypeError(f"a surface needs a text as name, but got {self.name!r}")
        if not self.name.strip():
            raise ValueError("a surface needs a name, but got an empty text")
        if not callable(self.function):
            raise TypeError(f"the surface's function must be a function of x and y, but got {self.function!r}")
        for field in ("xlim", "ylim"):
            object.__setattr__(self, field, ends(getattr(self, field), f"{field} of the surface {self.name!r}"))
        object.__setattr__(self, "start", pair(self.start, f"start of the surface {self.name!r}"))
        object.__setattr__(self, "minima", _points(self.minima, self.name))
        self._check_heights()

    def _check_heights(self) -> None:
        x, y = (np.full(3, value) for value in self.start)
        try:
            with np.errstate(all="ignore"):
                heights = np.asarray(self.function(x, y))
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise TypeError(
                f"the function of the surface {self.name!r} must work on arrays x and y, all points at once, so "
                f"write it with + - * / ** and NumPy's functions, not with Python's math, if or max; this one fails: "
                f"{reason}"
            ) from error
        if heights.shape != (3,) or heights.dtype.kind not in "fiu":
            raise ValueError(
                f"the function of the surface {self.name!r} must return one height for each point, but for arrays of "
                f"3 points it returned {heights.dtype} of shape {heights.shape}"
            )
        if not np.isfinite(heights).all():
            raise ValueError(f"the surface {self.name!r} must have a finite height at its start, not {heights[0]}")


def pair(value: Any, what: str) -> tuple[float, float]:
    """Return `value` as two finite floats."""
    numbers = value.tolist() if isinstance(value, np.ndarray) else value
    two = isinstance(numbers, list | tuple) and len(numbers) == 2
    if not two or not all(isinstance(n, Real) and not isinstance(n, bool) and isfinite(n) for n in numbers):
        raise ValueError(f"{what} must be two finite numbers, such as (1.0, 1.5), but got {value!r}")
    return float(numbers[0]), float(numbers[1])


def ends(value: Any, what: str) -> tuple[float, float]:
    """Return `value` as two finite floats, the smaller one first."""
    low, high = pair(value, what)
    if not low < high:
        raise ValueError(f"{what} must be (smaller, larger), but got {(low, high)}")
    return low, high


def points(value: Any, what: str) -> np.ndarray:
    """Return `value` as an array (..., 2) of floats, which may be NaN."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.ndim == 0 or array.shape[-1] != 2:
        got = f"the shape {array.shape}" if array.size > 1 else reprlib.repr(value)
        raise ValueError(f"{what} must be points (w₁, w₂), an array (…, 2), but got {got}")
    return array


def path_of(value: Any, what: str) -> np.ndarray:
    """Return `value` as an array (steps + 1, 2) of floats with a finite start."""
    path = points(value, what)
    if path.ndim != 2 or not len(path):
        raise ValueError(f"{what} must have the shape (steps + 1, 2), but it is {path.shape}")
    if not np.isfinite(path[0]).all():
        raise ValueError(f"{what} must have a finite start, but it is {tuple(path[0].tolist())}")
    return path


def digits(value: float, form: str = ".3g") -> str:
    """Return `value` as text with a real minus sign."""
    return format(value, form).replace("-", "−")


def whole(value: Any, what: str) -> int:
    """Return `value`, a whole number from 0 up, as an int."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{what} must be a whole number, but got {value!r}")
    if value < 0:
        raise ValueError(f"{what} must be 0 or more, but got {value}")
    return int(value)


def find_surface(surface: Any) -> Surface:
    """Return `surface`, or the one of SURFACES that has this name."""
    if isinstance(surface, Surface):
        return surface
    if not isinstance(surface, str):
        raise TypeError(f"the surface must be a Surface or the name of one, but got {surface!r}")
    if surface not in SURFACES:
        raise ValueError(f"there is no surface {surface!r}: choose one of {', '.join(SURFACES)}")
    return SURFACES[surface]


def heights(surface: Surface, x: Any, y: Any) -> np.ndarray:
    """Return the heights at the points (x, y) in float64, silently inf or NaN where there is none."""
    with np.errstate(all="ignore"):
        return np.asarray(surface.function(np.asarray(x, float), np.asarray(y, float)), dtype=float)


def _points(value: Any, name: str) -> np.ndarray:
    """Return `value` as a read-only array (n, 2)."""
    try:
        points = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"the minima of the surface {name!r} must be points (x, y), but got {value!r}") from None
    if points.size == 0:
        points = np.empty((0, 2))
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"the minima of the surface {name!r} must have the shape (n, 2), but it is {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError(f"the minima of the surface {name!r} must be finite, but got {value!r}")
    points.setflags(write=False)
    return points


def _beale(x: Any, y: Any) -> Any:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _saddle(x: Any, y: Any) -> Any:
    return x**2 - y**2


def _bowl(x: Any, y: Any) -> Any:
    return (x**2 + 25 * y**2) / 2


def _plateau(x: Any, y: Any) -> Any:
    return (x**2 + y**2) / (1 + x**2 + y**2)


_HIMMELBLAU = [
    (3.0, 2.0),
    (-2.805118086952745, 3.131312518250573),
    (-3.779310253377747, -3.283185991286170),
    (3.584428340330492, -1.848126526964404),
]

SURFACES: dict[str, Surface] = {
    surface.name: surface
    for surface in (
        Surface("beale", _beale, [(3.0, 0.5)], (-4.5, 4.5), (-4.5, 4.5), (1.0, 1.5)),
        Surface("rosenbrock", _rosenbrock, [(1.0, 1.0)], (-2.0, 2.0), (-1.0, 3.0), (-1.2, 1.0)),
        Surface("himmelblau", _himmelblau, _HIMMELBLAU, (-5.0, 5.0), (-5.0, 5.0), (0.0, -1.0)),
        Surface("saddle", _saddle, [], (-2.0, 2.0), (-2.0, 2.0), (1.5, 0.01)),
        Surface("bowl", _bowl, [(0.0, 0.0)], (-5.0, 5.0), (-2.0, 2.0), (-4.0, 1.0)),
        Surface("plateau", _plateau, [(0.0, 0.0)], (-4.0, 4.0), (-4.0, 4.0), (-3.0, 2.0)),
    )
}
"""Surfaces by name: Beale, Rosenbrock and Himmelblau (test functions of optimization), a saddle x² − y², a bowl whose
curvatures are 1 and 25, and a plateau around a hollow."""
