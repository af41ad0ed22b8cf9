"""Pictures of paths over a surface: where they go, where they leave the map, where they end."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from helpers import style
from helpers.picture import new_axes
from helpers.surface._functions import Surface, digits, find_surface, heights, path_of, points, whole
from helpers.surface._map import draw_contour


def draw_paths(
    paths: Mapping[str, Any],
    surface: Surface | str,
    *,
    ax: Axes | None = None,
    every: int = 10,
    limits: tuple[tuple[float, float], tuple[float, float]] | None = None,
    names: bool = True,
) -> Axes:
    """Draw paths on the map of their surface, each with its look, a dot every few steps, and its name at its head.

    A path that leaves the map ends in a cross at the edge, and its name says so: "leaves at step 2", or "diverged".

    Args:
        paths: Name → array (steps + 1, 2), as `walk` and `trace` return them.
        surface: The `Surface` that they are on, or its name.
        ax: Where to draw; on a new figure when None.
        every: Steps between two dots; 0 for none.
        limits: (left, right), (bottom, top) of the map; the surface's own when None.
        names: Whether to write them.

    Raises:
        TypeError: `paths` is no dictionary, `every` no whole number, or `ax` are no Axes.
        ValueError: A path is no array (steps + 1, 2) with a finite start, a formula in its name cannot be set, there is
            no surface of this name, `every` is negative, or `limits` are not two pairs of ascending numbers.
    """
    place, shown, every = find_surface(surface), _checked(paths), whole(every, "every")
    for name in shown:
        style.check_formula(name, "the name of a path")
    ax = new_axes(describe_paths(shown, place), figsize=(7.0, 4.4)) if ax is None else ax
    draw_contour(place, ax=ax, limits=limits)
    corner, end = np.transpose([ax.get_xlim(), ax.get_ylim()])
    for (name, path), look in zip(shown.items(), _looks(shown), strict=True):
        inside = ((path >= corner) & (path <= end)).all(axis=1)
        gone = _gone(path, corner, end)
        line = path if gone is None else np.vstack([path[:gone], _edge(path[gone - 1], path[gone], corner, end)])
        ax.plot(*line.T, **look.line, linewidth=2, zorder=4, scalex=False, scaley=False)
        dots = np.arange(0, len(line), every)[1:] if every else np.empty(0, int)
        dots = dots[inside[: len(line)][dots]]
        ax.plot(
            *path[dots].T, **look.dots, markersize=4.5 if every > 1 else 2.6, zorder=4.5, scalex=False, scaley=False
        )
        head: dict[str, Any] = {"marker": look.marker if gone is None else "X", "color": look.color}
        ax.plot(*line[-1], **head, linestyle="none", markersize=9, markeredgecolor="white", zorder=6, clip_on=False)
        if names:
            fate = "" if gone is None else f" {_fate(path, gone)}"
            near_right = line[-1, 0] > corner[0] + 0.6 * (end[0] - corner[0])
            ax.annotate(
                name + fate,
                line[-1],
                (-9 if near_right else 9, 9),
                textcoords="offset points",
                ha="right" if near_right else "left",
                color=style.visible(look.color, "white", 4.5),
                weight="bold",
                path_effects=HALO,
                zorder=8,
            )
    for start in {tuple(path[0]) for path in shown.values()}:
        ax.plot(*start, "o", markersize=9, color="white", markeredgecolor=style.BLACK, zorder=5, clip_on=False)
    return ax


HALO = [withStroke(linewidth=3, foreground="white")]


def describe_paths(paths: Mapping[str, Any], surface: Surface | str) -> str:
    """Return in a sentence where each path ends; errors are those of `draw_paths`."""
    place = find_surface(surface)
    ends = []
    for name, path in _checked(paths).items():
        lost = ~np.isfinite(path).all(axis=1)
        x, y = np.round(path[-1], 4) + 0.0
        end = f"diverged at step {lost.argmax()}" if lost.any() else f"ends at ({digits(x)}, {digits(y)})"
        ends.append(f"{name} {end}")
    return f"Paths on the surface {place.name}: {'; '.join(ends) or 'none'}."


def distances(path: Any, surface: Surface | str) -> np.ndarray:
    """Return how far each point (..., 2) of `path` is from the nearest minimum; heights where there is no minimum."""
    place, way = find_surface(surface), points(path, "path")
    if not len(place.minima):
        return heights(place, way[..., 0], way[..., 1])
    with np.errstate(over="ignore"):
        return np.linalg.norm(way[..., None, :] - place.minima, axis=-1).min(axis=-1)


def _gone(path: np.ndarray, corner: np.ndarray, end: np.ndarray) -> int | None:
    """Return the first step that is not finite or leaves the map for good, or so far that it could not be drawn."""
    with np.errstate(all="ignore"):
        away = np.abs((path - corner) / (end - corner) - 0.5).max(axis=1)
    far = ~(away < 3)
    if far.any():
        first = int(far.argmax())
        outside = np.flatnonzero(~(away[:first] <= 0.5))
        return int(outside[0]) if len(outside) and outside[-1] - outside[0] == len(outside) - 1 else first
    return int(np.flatnonzero(away <= 0.5)[-1]) + 1 if away[-1] > 0.5 and (away <= 0.5).any() else None


def _edge(begin: np.ndarray, away: np.ndarray, corner: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return where the way from `begin` to `away`, which may be infinite, crosses the edge of the map."""
    move = np.nan_to_num(away, nan=1e9, posinf=1e9, neginf=-1e9) - begin
    with np.errstate(all="ignore"):
        hits = np.where(move > 0, (end - begin) / move, np.where(move < 0, (corner - begin) / move, np.inf))
    return np.clip(begin + min(1.0, max(0.0, float(hits.min()))) * move, corner, end)


def _fate(path: np.ndarray, gone: int) -> str:
    return f"leaves at step {gone}" if np.isfinite(path[-1]).all() else f"leaves at step {gone} and diverges"


def _looks(names: Mapping[str, Any]) -> list[style.Look]:
    """Return how each path looks: as it does in the whole course if all have a look there, else one after the other."""
    try:
        return [style.look(name) for name in names]
    except ValueError:
        looks: Any = zip(cycle(style.COLORS), cycle(style.LINE_STYLES), cycle(style.MARKERS), names, strict=False)
        return [style.Look(*look) for *look, _ in looks]


def _checked(paths: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return name → array (steps + 1, 2)."""
    if not isinstance(paths, Mapping):
        raise TypeError(f'paths must be name → path, such as {{"SGD": walk(…)}}, but got a {type(paths).__name__}')
    return {str(name): path_of(path, f"the path {name!r}") for name, path in paths.items()}
