"""Pictures of a surface: lines of equal height with logarithmic levels, and the surface seen in 3-D."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import style
from helpers._pixels import Backdrop
from helpers.surface._functions import Surface, find_surface
from helpers.surface._landscape import landscape, write
from helpers.surface._relief import project


def new_axes(width: float = 6.2, height: float = 4.2) -> Axes:
    """Return the Axes of a new figure of this size in inches, made without pyplot."""
    return Figure(figsize=(width, height), layout="constrained").subplots()


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
    ax = new_axes() if ax is None else ax
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
    ax = new_axes() if ax is None else ax
    spots = np.linspace(0, 1, len(land.mesh))
    corners = project(spots[None, :], spots[:, None], land.mesh)
    facets = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)[::-1]
    means = (land.mesh[:-1, :-1] + land.mesh[:-1, 1:] + land.mesh[1:, 1:] + land.mesh[1:, :-1])[::-1] / 4
    colors = matplotlib.colormaps[style.SEQUENTIAL](means.ravel())
    ax.set_axis_off()
    ax.plot(*project([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], 0.0).T, color=style.GREY, linestyle="-", linewidth=1)
    ax.add_collection(
        PolyCollection(list(facets.reshape(-1, 4, 2)), facecolors=colors, edgecolors="white", linewidths=0.25),
        autolim=False,
    )
    ax.plot(*project(0.0, 0.0, [0.0, 1.0]).T, color=style.BLACK, linestyle="-", linewidth=1)
    for place_up, height in zip(np.linspace(0, 1, len(land.ticks)), land.ticks, strict=True):
        ax.annotate(f"{write(height)} –", _spot(0.0, 0.0, place_up), ha="right", va="center", size=_small())
    (left, right), (front, back) = place.xlim, place.ylim
    for text, across, depth, shift in (
        (write(left), 0.02, 0.0, (0, -10)),
        ("x", 0.5, 0.0, (0, -12)),
        (write(right), 0.98, 0.0, (0, -10)),
        (write(front), 1.0, 0.06, (12, -2)),
        ("y", 1.0, 0.5, (14, -4)),
        (write(back), 1.0, 0.98, (12, -2)),
    ):
        spot = _spot(across, depth, 0.0)
        ax.annotate(text, spot, xytext=shift, textcoords="offset points", ha="center", va="center", size=_small())
    ax.annotate("height", _spot(0.0, 0.0, 1.0), xytext=(-8, 9), textcoords="offset points", va="bottom", size=_small())
    ax.set(xlim=(-0.2, 1.5), ylim=(-0.12, 1.08))
    return ax


def _spot(across: float, back: float, height: float) -> tuple[float, float]:
    """Return where one point of the unit cube lies on the paper."""
    x, y = project(across, back, height)
    return float(x), float(y)


def _small() -> float:
    size = matplotlib.rcParams["xtick.labelsize"]
    return 0.8 * size if isinstance(size, int | float) else 8.0
