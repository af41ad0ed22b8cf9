"""A surface over a plane, seen from the front and above: one artist, so that it can be redrawn while a slider moves."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from helpers import style

SHIFT, TILT, RISE = 0.42, 0.38, 0.62
"""Going back moves a point right by SHIFT and up by TILT; going up by the whole height moves it up by RISE."""


def project(across: Any, back: Any, height: Any) -> np.ndarray:
    """Return where points of the unit cube lie on the paper.

    Args:
        across: Place from left (0) to right (1), a number or an array.
        back: Place from front (0) to back (1).
        height: Place from the floor (0) to the ceiling (1).

    Returns:
        Array (..., 2) of horizontal and vertical coordinates.
    """
    across, back, height = np.broadcast_arrays(across, back, height)
    return np.stack([across + SHIFT * back, TILT * back + RISE * height], axis=-1)


def draw_relief(ax: Axes, heights: Any, *, labels: tuple[str, str, str], limits: tuple[float, float]) -> Axes:
    """Draw a surface whose heights lie between 0 and 1, and return the Axes.

    Args:
        ax: Where to draw.
        heights: Array (rows, columns), at least 2 × 2: the height at evenly spaced points, rows from front to back,
            columns from left to right. Each facet has the colour of its mean height in `style.SEQUENTIAL`.
        labels: What stands along the front, along the side, and up.
        limits: Both ends of the front axis and of the side axis, in their units.

    Raises:
        ValueError: `heights` is no such array.
    """
    values = np.asarray(heights, dtype=float)
    if values.ndim != 2 or min(values.shape) < 2:
        raise ValueError(f"heights must be an array of at least 2 × 2 numbers, but its shape is {values.shape}")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("heights must lie between 0 and 1, but some do not")
    rows, columns = values.shape
    corners = project(np.linspace(0, 1, columns)[None, :], np.linspace(0, 1, rows)[:, None], values)
    facets = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)[::-1]
    means = (values[:-1, :-1] + values[:-1, 1:] + values[1:, 1:] + values[1:, :-1])[::-1] / 4
    colors = matplotlib.colormaps[style.SEQUENTIAL](means.ravel())
    ax.set_axis_off()
    floor = project([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], 0.0)
    ax.plot(*floor.T, color=style.GREY, linestyle="-", linewidth=1)
    ax.add_collection(
        PolyCollection(list(facets.reshape(-1, 4, 2)), facecolors=colors, edgecolors="white", linewidths=0.3)
    )
    ax.plot(*project(0.0, 0.0, [0.0, 1.0]).T, color=style.BLACK, linestyle="-", linewidth=1)
    size = matplotlib.rcParams["xtick.labelsize"]
    for height in (0.0, 0.5, 1.0):
        ax.annotate(f"{height:g} –", _spot(0.0, 0.0, height), ha="right", va="center", size=size)
    low, high = (f"{limit:g}".replace("-", "−") for limit in limits)
    for text, place, where in (
        (low, (0.02, 0.0, 0.0), (0, -10)),
        (labels[0], (0.5, 0.0, 0.0), (0, -12)),
        (high, (0.98, 0.0, 0.0), (0, -10)),
        (low, (1.0, 0.06, 0.0), (10, -2)),
        (labels[1], (1.0, 0.5, 0.0), (14, -4)),
        (high, (1.0, 0.98, 0.0), (10, -2)),
    ):
        ax.annotate(text, _spot(*place), xytext=where, textcoords="offset points", ha="center", va="center", size=size)
    ax.annotate(labels[2], _spot(0.0, 0.0, 1.0), xytext=(-8, 9), textcoords="offset points", va="bottom", size=size)
    ax.set(xlim=(-0.16, 1 + SHIFT + 0.08), ylim=(-0.12, TILT + RISE + 0.06))
    return ax


def _spot(across: float, back: float, height: float) -> tuple[float, float]:
    """Return where one point of the unit cube lies on the paper."""
    x, y = project(across, back, height)
    return float(x), float(y)
