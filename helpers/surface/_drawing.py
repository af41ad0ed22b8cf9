"""Pictures of a surface: lines of equal height with logarithmic levels, and the surface seen in 3-D."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.text import Text

from helpers import style
from helpers._pixels import Backdrop
from helpers.picture import new_axes
from helpers.surface._functions import Surface, find_surface
from helpers.surface._landscape import landscape, write
from helpers.surface._relief import draw_mesh

SIZE = (6.2, 4.2)
"""Inches of a new figure."""


def draw_contour(surface: Surface | str, *, ax: Axes | None = None) -> Axes:
    """Draw lines of equal height, logarithmically spaced, with the minima as white stars.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`. Lines below zero (on a saddle) are dashed.
        ax: Where to draw; on a new figure when None.

    Returns:
        The Axes, with the limits of the surface.

    Raises:
        TypeError: `surface` is neither a `Surface` nor a text.
        ValueError: There is no surface of this name, or its heights in the picture are not finite.
    """
    place = find_surface(surface)
    landscape(place)  # raises now, not while the figure is drawn
    ax = new_axes(describe_surface(place), figsize=SIZE) if ax is None else ax
    small = _small()
    ax.add_artist(Backdrop((place, small), lambda: _ground(place, small)))
    ax.plot(
        *place.minima.T,
        linestyle="none",
        marker="*",
        markersize=13,
        color="white",
        markeredgecolor=style.BLACK,
        markeredgewidth=1.2,
        zorder=6,
    )
    ax.grid(False)
    ax.set(xlim=place.xlim, ylim=place.ylim, xlabel="x (first weight)", ylabel="y (second weight)")
    return ax


def _ground(surface: Surface, size: float) -> list[Artist]:
    """Return the bands, the lines and the heights written on them, in letters of `size` points."""
    land = landscape(surface)
    lowest = -np.inf if len(surface.minima) else 0.0  # without a minimum, lines below zero are dashed
    artists: list[Artist] = [PathCollection(land.bands, facecolors=land.colors, edgecolors="none")]
    for style_of_line, below in (("-", False), ("--", True)):
        lines = [
            line
            for level, group in zip(land.levels, land.lines, strict=True)
            if (level < lowest) == below
            for line in group
        ]
        artists.append(LineCollection(lines, colors=style.GREY, linewidths=0.6, linestyles=style_of_line))
    behind = {"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.5}
    for text, spot in land.labels:
        artists.append(
            Text(*spot, text, color="#333333", ha="center", va="center", bbox=behind, clip_on=True, size=size)
        )
    return artists


def draw_surface(surface: Surface | str, *, ax: Axes | None = None) -> Axes:
    """Draw a surface in three dimensions, seen from the front and above, with logarithmic height.

    It is one flat drawing, not an `Axes3D`: it fits into any Axes and is quick enough to be redrawn while a slider
    moves.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`.
        ax: Where to draw; on a new figure when None.

    Returns:
        The Axes, without axis lines of its own: the ends of x and y and some heights stand along the edges.

    Raises:
        TypeError: `surface` is neither a `Surface` nor a text.
        ValueError: There is no surface of this name, or it has no finite height in the picture.
    """
    place = find_surface(surface)
    land = landscape(place)
    ax = new_axes(describe_surface(place), figsize=SIZE) if ax is None else ax
    marks = dict(zip(np.linspace(0, 1, len(land.ticks)), map(write, land.ticks), strict=True))
    (left, right), (front, back) = (map(write, ends) for ends in (place.xlim, place.ylim))
    across, along = (left, "x", right), (front, "y", back)
    return draw_mesh(ax, land.mesh, marks=marks, front=across, side=along, up="height", size=_small())


def describe_surface(surface: Surface | str) -> str:
    """Return in a sentence what `draw_contour` and `draw_surface` show; errors are those of `draw_contour`."""
    place = find_surface(surface)
    number = len(place.minima)
    spots = " and ".join(f"({x:.3g}, {y:.3g})" for x, y in place.minima)
    lowest = f"{'its minimum' if number == 1 else f'{number} minima'} at {spots}" if number else "no minimum"
    (left, right), (front, back) = place.xlim, place.ylim
    said = f"The surface {place.name}, x from {left:g} to {right:g} and y from {front:g} to {back:g}, with {lowest}."
    return said.replace("-", "−")


def _small() -> float:
    size = matplotlib.rcParams["xtick.labelsize"]
    return 0.8 * size if isinstance(size, int | float) else 8.0
