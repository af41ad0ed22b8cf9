"""A surface over a plane, seen from the front and above: one artist, so that it can be redrawn while a slider moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.font_manager import FontProperties

from helpers import style
from helpers.picture import new_axes

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


def draw_relief(
    heights: Any, *, labels: tuple[str, str, str], limits: tuple[float, float], ax: Axes | None = None
) -> Axes:
    """Draw a surface whose heights lie between 0 and 1, and return the Axes.

    Args:
        heights: Array (rows, columns), at least 2 × 2: the height at evenly spaced points, rows from front to back,
            columns from left to right. Each facet has the colour of its mean height in `style.SEQUENTIAL`.
        labels: What stands along the front, along the side, and up.
        limits: Both ends of the front axis and of the side axis, in their units.
        ax: Where to draw; on a new figure when None.

    Raises:
        ValueError: `heights` is not such an array.
    """
    values = _checked(heights)
    ax = new_axes(describe_relief(values, labels=labels, limits=limits), figsize=(5.2, 4.2)) if ax is None else ax
    low, high = (f"{limit:g}".replace("-", "−") for limit in limits)
    front, side, up = labels
    marks = {height: f"{height:g}" for height in (0.0, 0.5, 1.0)}
    return draw_mesh(ax, values, marks=marks, front=(low, front, high), side=(low, side, high), up=up)


def describe_relief(heights: Any, *, labels: tuple[str, str, str], limits: tuple[float, float]) -> str:
    """Return in a sentence what `draw_relief` shows; arguments and errors are the same."""
    values, places = _checked(heights), []
    for extreme in (values.argmin(), values.argmax()):
        indices = np.unravel_index(extreme, values.shape)
        back, across = (np.interp(i, (0, n - 1), limits) for i, n in zip(indices, values.shape, strict=True))
        places.append(f"{values.flat[extreme]:.2g} at {labels[0]} = {across:.2g}, {labels[1]} = {back:.2g}")
    said = f"A surface over {labels[0]} and {labels[1]}: {labels[2]} goes from {places[0]} up to {places[1]}."
    return said.replace("-", "−")


def draw_mesh(
    ax: Axes,
    mesh: np.ndarray,
    *,
    marks: Mapping[float, str],
    front: tuple[str, str, str],
    side: tuple[str, str, str],
    up: str,
    colors: Any = None,
) -> Axes:
    """Draw a surface over a floor, and what stands along its edges.

    Args:
        ax: Where to draw.
        mesh: Array (rows, columns) of heights from 0 to 1, rows from front to back.
        marks: What is written at some heights, from 0 to 1.
        front: Low end, name and high end of the front axis.
        side: The same of the side axis.
        up: What the height is.
        colors: Array (n, 3) of colours from low to high; those of `style.SEQUENTIAL` when None.
    """
    rows, columns = mesh.shape
    corners = project(np.linspace(0, 1, columns)[None, :], np.linspace(0, 1, rows)[:, None], mesh)
    facets = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)[::-1]
    means = (mesh[:-1, :-1] + mesh[:-1, 1:] + mesh[1:, 1:] + mesh[1:, :-1])[::-1] / 4
    ramp = matplotlib.colormaps[style.SEQUENTIAL] if colors is None else ListedColormap(colors)
    size = float(FontProperties(size=matplotlib.rcParams["xtick.labelsize"]).get_size_in_points())
    ax.set_axis_off()
    ink, grey = style.ink(ax), style.visible(style.GREY, ax)
    ax.plot(*project([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], 0.0).T, color=grey, linestyle="-", linewidth=1)
    looks: dict[str, Any] = {
        "facecolors": ramp(means.ravel()),
        "edgecolors": "white" if colors is None else "#8FA0AE",
        "linewidths": 0.3,
    }
    ax.add_collection(PolyCollection(list(facets.reshape(-1, 4, 2)), **looks), autolim=False)
    ax.plot(*project(0.0, 0.0, [0.0, 1.0]).T, color=ink, linestyle="-", linewidth=1)
    words: dict[str, Any] = {"textcoords": "offset points", "size": size, "color": ink}
    for height, text in marks.items():
        ax.annotate(f"{text} –", _spot(0.0, 0.0, height), (0, 0), ha="right", va="center", **words)
    for text, across, back, shift in (
        (front[0], 0.02, 0.0, (0, -10)),
        (front[1], 0.5, 0.0, (0, -12)),
        (front[2], 0.98, 0.0, (0, -10)),
        (side[0], 1.0, 0.06, (12, -2)),
        (side[1], 1.0, 0.5, (14, -4)),
        (side[2], 1.0, 0.98, (12, -2)),
    ):
        ax.annotate(text, _spot(across, back, 0.0), shift, ha="center", va="center", **words)
    ax.annotate(up, _spot(0.0, 0.0, 1.0), (-8, 9), va="bottom", **words)
    ax.set(xlim=(-0.2, 1 + SHIFT + 0.08), ylim=(-0.12, TILT + RISE + 0.08))
    return ax


def _checked(heights: Any) -> np.ndarray:
    """Return `heights` as an array of numbers from 0 to 1."""
    values = np.asarray(heights, dtype=float)
    if values.ndim != 2 or min(values.shape) < 2:
        raise ValueError(f"heights must be an array of at least 2 × 2 numbers, but its shape is {values.shape}")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"heights must lie between 0 and 1, but go from {values.min():.3g} to {values.max():.3g}")
    return values


def _spot(across: float, back: float, height: float) -> tuple[float, float]:
    """Return where one point of the unit cube lies on the paper."""
    x, y = project(across, back, height)
    return float(x), float(y)
