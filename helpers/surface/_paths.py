"""Pictures of paths over a surface: where they go, and how far from the nearest minimum they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.picture import new_axes
from helpers.surface._clipping import arrows, clip, first_stray, spread
from helpers.surface._drawing import draw_contour
from helpers.surface._functions import Surface, find_surface, heights, whole
from helpers.surface._landscape import landscape

LINE: dict[str, Any] = {"linewidth": 1.8, "markersize": 5, "zorder": 4}

MARKED = 8
"""Steps of a path that get a marker, at most."""

NEAREST = 1e-8
"""Distances below this are rounding in 32-bit numbers, and not shown."""

FARTHEST = 100
"""Distances stop at this many times the diagonal of the picture (heights of a saddle: the highest level)."""


def draw_paths(
    paths: Mapping[str, Any], surface: Surface | str, *, ax: Axes | None = None, upto: Any = None, legend: bool = True
) -> Axes:
    """Draw paths over the contour of their surface.

    Each path has its own colour, line style and marker, arrowheads in its direction, and a bigger marker where it ends.
    A path that leaves the picture is cut off at its edge and has a cross there; the legend says at which step it left,
    or "diverged at step 5" for the first step that is not finite.

    Args:
        paths: Name → array (steps + 1, 2), as `trace` returns them.
        surface: The `Surface` that they are on, or its name.
        ax: Where to draw; on a new figure when None.
        upto: Draw the first so many steps only; all when None. The legend speaks of these steps only.
        legend: Whether to name the paths, to the right of the picture.

    Returns:
        The Axes.

    Raises:
        TypeError: `paths` is no mapping, `upto` no whole number, `surface` neither a `Surface` nor a text.
        ValueError: A path is no array (steps + 1, 2), `upto` is negative, or there is no surface of this name.
    """
    place = find_surface(surface)
    shown = _check(paths, upto)
    ax = new_axes(describe_paths(shown, place), figsize=(7.5, 4.2)) if ax is None else ax
    draw_contour(place, ax=ax)
    corner = np.array([place.xlim[0], place.ylim[0]])
    size = np.array([place.xlim[1], place.ylim[1]]) - corner
    heads = []
    for (name, path), (color, line_style, marker) in zip(shown.items(), _looks(shown), strict=True):
        steps = (path - corner) / size
        line = clip(steps)
        inside = np.flatnonzero(((steps >= 0) & (steps <= 1)).all(axis=1))
        away = not (len(inside) and inside[-1] == len(path) - 1)
        fate = _fate(path) or (f"outside from step {inside[-1] + 1 if len(inside) else 0}" if away else "")
        label = f"{name}: {fate}" if fate else name
        # The line has its marker for the legend only: where it is cut off, its corners are no steps.
        ax.plot(
            *(corner + size * line).T,
            **LINE,
            color=color,
            linestyle=line_style,
            marker=marker,
            markevery=[],
            label=label,
        )
        marked = inside[spread(len(inside), MARKED)]
        ax.plot(*path[marked].T, color=color, linestyle="none", marker=marker, markersize=5, zorder=5)
        if len(line):
            end: dict[str, Any] = {"marker": "X", "markersize": 11} if away else {"marker": marker, "markersize": 9}
            ax.plot(*(corner + size * line[-1]), color=color, markeredgecolor="white", zorder=7, **end)
        heads += [(corner + size * place_of, size * turn, color) for place_of, turn in arrows(line)]
    _draw_heads(ax, heads)
    _mark_start(ax, shown, place)
    if legend and shown:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), borderaxespad=0, handlelength=2.6)
    return ax


def describe_paths(paths: Mapping[str, Any], surface: Surface | str, *, upto: Any = None) -> str:
    """Return in a sentence what `draw_paths` and `draw_distances` show: where each path ends; errors are the same."""
    place = find_surface(surface)
    ends = []
    for name, path in _check(paths, upto).items():
        fate = _fate(path)
        ends.append(f"{name} {fate or f'ends at ({path[-1, 0]:.3g}, {path[-1, 1]:.3g})'} after {len(path) - 1} steps")
    return f"Paths on the surface {place.name}: {'; '.join(ends) or 'none'}.".replace("-", "−")


def draw_distances(
    paths: Mapping[str, Any], surface: Surface | str, *, ax: Axes | None = None, upto: Any = None, legend: bool = True
) -> Axes:
    """Draw how far each path is from the nearest minimum after each step, on a logarithmic axis.

    Where a surface has no minimum (a saddle), it is the height instead, on an axis that is logarithmic on both sides of
    zero. A path that diverges ends in a cross, and the legend says at which step. Colours, line styles and markers are
    those of `draw_paths`.

    Args:
        paths: Name → array (steps + 1, 2), as `trace` returns them.
        surface: The `Surface` that they are on, or its name.
        ax: Where to draw; on a new figure when None.
        upto: Draw the first so many steps only; all when None.
        legend: Whether to name the paths, to the right of the picture.

    Returns:
        The Axes.

    Raises:
        TypeError: As `draw_paths`.
        ValueError: As `draw_paths`.
    """
    place = find_surface(surface)
    shown = _check(paths, upto)
    ax = new_axes(describe_paths(shown, place), figsize=(7.5, 3.8)) if ax is None else ax
    limit = FARTHEST * (_diagonal(place) if len(place.minima) else float(np.abs(landscape(place).levels).max()))
    reached, gone = [], False
    for (name, path), (color, line_style, marker) in zip(shown.items(), _looks(shown), strict=True):
        color = style.visible(color, ax)
        values = _measure(place, path)
        reached.append(values[abs(values) <= limit])
        gone = gone or bool((abs(values) > limit).any())
        values = np.clip(values, -10 * limit, 10 * limit)
        fate = _fate(path)
        label = f"{name}: {fate}" if fate else name
        every = spread(len(values), MARKED).tolist()
        ax.plot(values, **LINE, color=color, linestyle=line_style, marker=marker, markevery=every, label=label)
        finite = np.flatnonzero(np.isfinite(values))
        if fate and len(finite):
            last = finite[-1]
            ax.plot(
                last,
                np.clip(values[last], -limit, limit),
                color=color,
                clip_on=False,
                marker="X",
                markersize=11,
                markeredgecolor="white",
                zorder=7,
            )
    # Axes that end on round numbers stand still while a slider moves: easier on the eyes, and not drawn anew.
    last = _round_up(max([1, *(len(path) - 1 for path in shown.values())]))
    ax.set(xlabel="step", xlim=(-0.02 * last, 1.02 * last))
    if len(place.minima):
        positive = np.concatenate([[limit / FARTHEST], *reached])
        positive = positive[positive > 0]
        ax.set(yscale="log", ylabel="distance to the nearest minimum")
        low, high = max(positive.min(), NEAREST), positive.max()
        ax.set_ylim(1 / _round_up(1.2 / low), limit if gone else _round_up(1.2 * high))
    else:
        ax.set_yscale("symlog", linthresh=0.01)
        ax.set_ylabel("height")
        if gone:
            ax.set_ylim(-limit, limit)
    if legend and shown:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), borderaxespad=0, handlelength=2.6)
    return ax


def _draw_heads(ax: Axes, heads: list[tuple[np.ndarray, np.ndarray, str]]) -> None:
    """Draw arrowheads: (place, direction, colour) of each, in the units of the axes."""
    if not heads:
        return
    places, turns, colors = zip(*heads, strict=True)
    ax.quiver(
        *np.array(places).T,
        *(np.array(turns) / np.linalg.norm(turns, axis=1, keepdims=True)).T,
        color=colors,
        angles="xy",
        pivot="mid",
        units="inches",
        scale_units="inches",
        scale=1 / 0.15,  # Every arrow is 0.15 inches long, and all of it is head.
        width=0.03,
        headwidth=5,
        headlength=5,
        headaxislength=4.5,
        minlength=0,
        zorder=5,
    )


def _looks(names: Iterable[str]) -> list[style.Look]:
    """Return how each path looks: as it does in the whole course if all have a look there, else one after the other."""
    try:
        return [style.look(name) for name in names]
    except ValueError:
        looks: Any = zip(cycle(style.COLORS), cycle(style.LINE_STYLES), cycle(style.MARKERS), names, strict=False)
        return [style.Look(*look) for *look, _ in looks]


def _fate(path: np.ndarray) -> str:
    stray = first_stray(path)
    return "" if stray is None else f"diverged at step {stray}"


def _check(paths: Any, upto: Any) -> dict[str, np.ndarray]:
    """Return the paths as float arrays, cut after `upto` steps."""
    if not isinstance(paths, Mapping):
        raise TypeError(f"paths must be what trace returns, name → array, but got a {type(paths).__name__}")
    end = None if upto is None else whole(upto, "upto") + 1
    checked = {}
    for name, path in paths.items():
        try:
            points = np.asarray(path, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"the path {name!r} must be an array (steps + 1, 2) of numbers") from None
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"the path {name!r} must have the shape (steps + 1, 2), but it is {points.shape}")
        checked[str(name)] = points[:end]
    return checked


def _mark_start(ax: Axes, paths: Mapping[str, np.ndarray], surface: Surface) -> None:
    """Mark where the paths start, each place once, and name it if it is one, on the side that the paths leave free."""
    starts = {tuple(path[0]) for path in paths.values() if np.isfinite(path[0]).all()}
    for start in starts:
        ax.plot(*start, marker="o", markersize=9, color="white", markeredgecolor=style.BLACK, zorder=8)
    if len(starts) != 1:
        return
    start = starts.pop()
    moves = np.concatenate([np.diff(path[:6], axis=0) for path in paths.values()])
    across, up = (np.sign(np.nan_to_num(moves, posinf=0, neginf=0)).sum(axis=0)) > 0
    edge = (start[0] - surface.xlim[0]) / (surface.xlim[1] - surface.xlim[0])
    left = edge > 0.85 or (across and edge > 0.15)
    ax.annotate(
        "start",
        start,
        xytext=(-7 if left else 7, -7 if up else 7),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top" if up else "bottom",
        color=style.BLACK,  # the contour is light, whatever the style
        annotation_clip=True,
        zorder=8,
    )


def _measure(surface: Surface, path: np.ndarray) -> np.ndarray:
    """Return the distance to the nearest minimum, or the height where there is none, at each point of `path`."""
    if not len(surface.minima):
        return heights(surface, *path.T)
    away = path[:, None] - surface.minima[None]
    return np.hypot(away[..., 0], away[..., 1]).min(axis=1)


def _round_up(number: float) -> float:
    """Return the next round number, one or two digits and zeros, that is no less than `number` > 0."""
    power = 10.0 ** np.floor(np.log10(number))
    return float(power * min(digit for digit in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if digit * power >= number * (1 - 1e-9)))


def _diagonal(surface: Surface) -> float:
    return float(np.hypot(surface.xlim[1] - surface.xlim[0], surface.ylim[1] - surface.ylim[0]))
