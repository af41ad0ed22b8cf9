"""Pictures of a surface: a map with contour lines, and the surface seen from the side and above.

White is low and slate blue is high. Neighbouring lines differ by the same amount of the *root* of the height above the
lowest minimum, so at the bottom of any parabola they are evenly spaced, and lie closer where the ground is steeper.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from helpers import style
from helpers._pixels import Backdrop
from helpers.picture import new_axes
from helpers.surface._functions import Surface, digits, ends, find_surface, heights, path_of
from helpers.surface._relief import draw_mesh, project

GRID, LEVELS = 121, 7
LOW, HIGH, LINE = np.array([1.0, 1.0, 1.0]), np.array([0.56, 0.63, 0.69]), "#8FA0AE"

Limits = tuple[tuple[float, float], tuple[float, float]]


class Ground(NamedTuple):
    """The areas between neighbouring levels, their colours (n, 3), and the lines, arrays (m, 2)."""

    bands: list[Path]
    colors: np.ndarray
    lines: list[np.ndarray]


def draw_contour(surface: Surface | str, *, ax: Axes | None = None, limits: Limits | None = None) -> Axes:
    """Draw the map of a surface, with its minima as white stars.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`.
        ax: Where to draw; on a new figure when None.
        limits: (left, right), (bottom, top) of the map; the surface's own when None.

    Raises:
        TypeError: `surface` is neither a `Surface` nor a text, or `ax` are no Axes.
        ValueError: There is no surface of this name, it has no finite height in the picture, or `limits` are not two
            pairs of ascending numbers.
    """
    place = find_surface(surface)
    xlim, ylim = _checked(place, ax, limits)
    survey(place, xlim, ylim)  # raises now, not while the figure is drawn
    ax = new_axes(describe_surface(place), figsize=(6.2, 4.2)) if ax is None else ax
    ax.add_artist(Backdrop((place, xlim, ylim), lambda: _ground(survey(place, xlim, ylim))))
    star: dict[str, Any] = {"color": "white", "markeredgecolor": style.BLACK, "markeredgewidth": 1.3}
    ax.plot(*place.minima.T, "*", linestyle="none", markersize=14, zorder=4.2, **star)
    ax.grid(False)
    ax.set(xlim=xlim, ylim=ylim, xlabel="w₁")
    ax.set_ylabel("w₂", rotation=0, labelpad=8)
    return ax


def draw_surface(
    surface: Surface | str, *, path: Any = None, ax: Axes | None = None, limits: Limits | None = None
) -> Axes:
    """Draw a surface seen from the front and above; up is the root of the height, as on the map.

    Args:
        surface: A `Surface` or the name of one in `SURFACES`.
        path: Array (steps + 1, 2) that is drawn on it, or None.
        ax: Where to draw; on a new figure when None.
        limits: As of `draw_contour`. The highest tenth of the ground is cut off.

    Raises:
        TypeError: As of `draw_contour`.
        ValueError: As of `draw_contour`, or `path` is no array (steps + 1, 2) with a finite start.
    """
    place = find_surface(surface)
    xlim, ylim = _checked(place, ax, limits)
    way = None if path is None else path_of(path, "path")
    _, _, height = _sampled(place, xlim, ylim, 31)
    ax = new_axes(describe_surface(place), figsize=(5.2, 4.2)) if ax is None else ax
    low, high = np.nanmin(height), np.nanquantile(height, 0.9)
    span = (high - low) or 1.0  # a plane has none
    texts = [[digits(end, "g") for end in limit] for limit in (xlim, ylim)]
    front, side = ((first, name, last) for name, (first, last) in zip(("w₁", "w₂"), texts, strict=True))
    ramp = LOW + np.linspace(0, 1, 256)[:, None] * (HIGH - LOW)
    draw_mesh(ax, np.clip((height - low) / span, 0, 1), front=front, side=side, up="loss", colors=ramp)
    if way is not None:
        way = way[np.isfinite(way).all(axis=1)]
        across, back = ((way - (xlim[0], ylim[0])) / np.ptp([xlim, ylim], axis=1)).T
        shown = (np.minimum(across, back) >= 0) & (np.maximum(across, back) <= 1)
        up = np.clip((root(place, *way.T) - low) / span, 0, 1)
        line = project(across, back, up)
        begin, seen = line[:1][shown[:1]], line[shown]  # a path may start outside, or stay there
        ax.plot(*seen.T, "-", color=style.VERMILION, linewidth=2.4, zorder=5)
        ax.plot(*begin.T, "o", color="white", markeredgecolor=style.BLACK, markersize=9, zorder=6)
        ax.plot(*seen[-1:].T, "o", color=style.VERMILION, markeredgecolor="white", markersize=9, zorder=6)
    return ax


def _checked(place: Surface, ax: Any, limits: Any) -> Limits:
    """Return the limits of a picture, checked together with the Axes that it is to be drawn on."""
    style.check_axes(ax)
    if limits is None:
        return place.xlim, place.ylim
    try:
        across, up = limits
    except (TypeError, ValueError):
        raise ValueError(f"limits must be (left, right), (bottom, top), but got {limits!r}") from None
    return ends(across, "(left, right) in limits"), ends(up, "(bottom, top) in limits")


def describe_surface(surface: Surface | str) -> str:
    """Return in a sentence what `draw_contour` and `draw_surface` show; errors are those of `draw_contour`."""
    place = find_surface(surface)
    number = len(place.minima)
    spots = " and ".join(f"({digits(x)}, {digits(y)})" for x, y in place.minima)
    lowest = f"{'its minimum' if number == 1 else f'{number} minima'} at {spots}" if number else "no minimum"
    across, up = (" to ".join(digits(end, "g") for end in limit) for limit in (place.xlim, place.ylim))
    return f"The surface {place.name}, w₁ from {across} and w₂ from {up}, with {lowest}."


def root(surface: Surface, x: Any, y: Any) -> np.ndarray:
    """Return the root of the height above the lowest minimum; the height itself where there is no minimum."""
    height = heights(surface, x, y)
    if not len(surface.minima):
        return height
    with np.errstate(all="ignore"):
        return np.sqrt(np.maximum(height - np.min(heights(surface, *surface.minima.T)), 0))


def _sampled(
    surface: Surface, xlim: tuple[float, float], ylim: tuple[float, float], number: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `number` places across, as many up, and the root of the height there, NaN where it is not finite."""
    x, y = np.linspace(*xlim, number), np.linspace(*ylim, number)
    height = root(surface, *np.meshgrid(x, y))
    height = np.where(np.isfinite(height), height, np.nan)
    if np.isnan(height).all():
        raise ValueError(f"the surface {surface.name!r} has no finite height in the picture, {xlim} × {ylim}")
    return x, y, height


@lru_cache(maxsize=64)
def survey(surface: Surface, xlim: tuple[float, float], ylim: tuple[float, float]) -> Ground:
    """Return what is drawn of a map."""
    x, y, height = _sampled(surface, xlim, ylim, GRID)
    low, high = np.nanmin(height), np.nanquantile(height, 0.86 if len(surface.minima) else 0.95)
    first = 0.0 if len(surface.minima) else low
    flat = first + 1e-9 * max(1.0, abs(first))  # a plane needs levels that differ, too
    levels = np.linspace(first, max(high, flat), LEVELS + 1)[1:]
    if low < 0:
        levels = np.unique(np.append(levels, 0.0))
    maker: Any = contour_generator(x, y, np.ma.masked_invalid(height), line_type="Separate", fill_type="OuterCode")
    lines = [line for level in levels for line in maker.lines(level)]
    bands = [
        Path.make_compound_path(*map(Path, points, codes)) if points else Path(np.empty((0, 2)))
        for points, codes in (maker.filled(*pair) for pair in pairwise([-np.inf, *levels, np.inf]))
    ]
    return Ground(bands, LOW + np.linspace(0, 1, len(bands))[:, None] * (HIGH - LOW), lines)


def _ground(ground: Ground) -> list[Artist]:
    return [
        PathCollection(ground.bands, facecolors=ground.colors, edgecolors="none"),
        LineCollection(ground.lines, colors=LINE, linewidths=0.8, linestyles="-"),
    ]
