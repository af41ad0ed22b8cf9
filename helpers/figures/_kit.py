"""What the figures of several notebooks are made of: hills, mist, walks with numbered steps, nodes of graphs, bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from scipy.ndimage import gaussian_filter

from helpers import style

GROUND, GROUND_EDGE = "#E3DCCD", "#A59A86"
"""A hill seen from the side: its inside and its rim."""

BOX = {"boxstyle": "round,pad=0.3", "facecolor": "white", "linewidth": 1.4}


def number(value: float, digits: int = 3) -> str:
    """Return `value` with `digits` decimals and a real minus sign; what rounds to zero carries no sign.

    >>> number(-0.2219), number(-0.0001, 2)
    ('−0.222', '0.00')
    """
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def short(value: float) -> str:
    """Return `value` with three digits that count and no zeros behind them, four decimals at most.

    >>> short(1.5), short(-0.6514), short(0.00011)
    ('1.5', '−0.651', '0.0001')
    """
    text = f"{value:.4f}" if abs(value) < 0.0995 else f"{value:.3g}" if abs(value) < 1 else f"{value:.4g}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (text if float(text) else "0").replace("-", "−")


def bare(ax: Axes, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Make `ax` a plain sheet with these limits, without ticks, grid or frame."""
    ax.set(xlim=xlim, ylim=ylim)
    ax.set_axis_off()


def keep_inside(ax: Axes) -> None:
    """Let the texts of `ax` take no part in the layout: they stand where the drawing has room for them."""
    for text in ax.texts:
        text.set_in_layout(False)


def draw_hill(ax: Axes, height: Callable[[Any], Any]) -> None:
    """Draw the curve `height(w)` over the present limits of `ax` as ground seen from the side."""
    (left, right), bottom = ax.get_xlim(), ax.get_ylim()[0]
    grid = np.linspace(left, right, 300)
    ax.fill_between(grid, height(grid), bottom, color=GROUND, linewidth=0, zorder=0.5)
    ax.plot(grid, height(grid), "-", color=GROUND_EDGE, linewidth=2, zorder=0.6)


@cache
def _clouds(rows: int, columns: int) -> np.ndarray:
    """Return a grey texture (rows, columns) from 0 to 1, wider than high, as mist lies."""
    noise = gaussian_filter(np.random.default_rng(3).normal(size=(rows, columns)), (5, 16))
    return (noise - noise.min()) / np.ptp(noise)


def draw_mist(ax: Axes, points: np.ndarray, radius: float = 0.085) -> None:
    """Cover `ax` with mist that has a soft hole around each of `points` (n, 2), in data coordinates.

    Args:
        ax: Its limits must be set.
        points: Where somebody has been.
        radius: Of a hole, as a share of the width of `ax`.
    """
    rows, columns = 90, 140
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    box = ax.get_window_extent()
    shape = box.height / box.width
    across = (np.arange(columns) + 0.5) / columns
    up = (np.arange(rows) + 0.5) / rows * shape
    places = (np.asarray(points, float) - (left, bottom)) / (right - left, top - bottom) * (1, shape)
    near = np.full((rows, columns), np.inf)
    for x, y in places:
        np.minimum(near, np.hypot(across - x, up[:, None] - y), out=near)
    grey = 0.80 + 0.09 * _clouds(rows, columns)
    mist = np.dstack([grey, grey, grey + 0.01, np.clip((near / radius - 0.55) / 0.6, 0, 1)])
    ax.imshow(
        mist, extent=(left, right, bottom, top), origin="lower", aspect="auto", interpolation="bilinear", zorder=2
    )


def draw_steps(ax: Axes, points: Any, color: str, *, bend: float = 0.28, label_gap: float = 15.0) -> None:
    """Draw a walk: a numbered dot at each of `points` (n, 2), an arched arrow to the next, a ring at the last.

    Points outside of `ax` are left out, with their arrows, and so are numbers that would touch another.

    Args:
        ax: Its limits must be set.
        points: In data coordinates, in order.
        color: Of everything.
        bend: Height of an arch as a share of its length; 0 for straight arrows.
        label_gap: Least distance between two numbers, in points.
    """
    points = np.atleast_2d(np.asarray(points, float))
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    inside = (points >= (left, bottom)).all(1) & (points <= (right, top)).all(1)
    pixels = ax.transData.transform(np.clip(points, -1e6, 1e6))
    point = ax.figure.dpi / 72  # type: ignore[union-attr]
    starts, ends = pixels[:-1], pixels[1:]
    way = ends - starts
    length = np.linalg.norm(way, axis=1)
    shown = inside[:-1] & inside[1:] & (length > 3 * point)
    if shown.any():
        starts, ends, way, length = starts[shown], ends[shown], way[shown], length[shown, None]
        aside = np.column_stack([-way[:, 1], way[:, 0]]) * np.where(way[:, :1] < 0, -1, 1)
        middle = (starts + ends) / 2 + bend * aside
        share = np.linspace(0, 1, 16)[None, :, None]
        curve = (
            (1 - share) ** 2 * starts[:, None] + 2 * share * (1 - share) * middle[:, None] + share**2 * ends[:, None]
        )
        heading = ends - middle
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        side = np.column_stack([-heading[:, 1], heading[:, 0]])
        size = np.minimum(9 * point, 0.5 * length)
        tip = ends - 3 * point * heading * np.minimum(1, length / (12 * point))
        head = np.stack(
            [tip, tip - size * heading + 0.42 * size * side, tip - size * heading - 0.42 * size * side], axis=1
        )
        back = ax.transData.inverted().transform
        ax.add_collection(
            LineCollection([back(line[:-1]) for line in curve], colors=color, linewidths=1.8, linestyles="-", zorder=3),
            autolim=False,
        )
        ax.add_collection(PolyCollection([back(one) for one in head], facecolors=color, zorder=3.1), autolim=False)
    ax.plot(*points[inside].T, "o", color=color, markeredgecolor="white", markersize=7, zorder=4)
    if inside[-1]:
        ax.plot(*points[-1], "o", color=color, markersize=9, markeredgecolor="white", markeredgewidth=1.5, zorder=4.1)
        ax.plot(*points[-1], "o", markerfacecolor="none", color=color, markersize=14, markeredgewidth=2, zorder=4.1)
    placed: list[np.ndarray] = []
    for step in (len(points) - 1, *range(len(points) - 1)):
        if inside[step] and all(np.linalg.norm(pixels[step] - other) > label_gap * point for other in placed):
            placed.append(pixels[step])
            outwards = -1 if pixels[step, 0] <= np.mean(ax.get_window_extent().intervalx) else 1
            away = (12 * outwards, -10) if bend else (9 * outwards, 9)
            ax.annotate(
                str(step), points[step], away, textcoords="offset points", ha="center", va="center", color=color,
                weight="bold", zorder=5,
            )  # fmt: skip


def draw_node(
    ax: Axes, x: float, y: float, text: str, kind: str, *, size: float = 34.0, edge: str = style.BLACK
) -> None:
    """Draw one node of a graph: inputs are squares, hidden values circles, outputs double circles, biases diamonds.

    Args:
        ax: Where to draw.
        x: Its place.
        y: Its place.
        text: What stands in it.
        kind: "input", "hidden", "output", "bias" or "weight" (a small rounded tag).
        size: Diameter in points.
        edge: Colour of the outline.
    """
    if kind == "weight":
        ax.text(x, y, text, ha="center", va="center", zorder=4, bbox=BOX | {"edgecolor": edge})
        return
    marker = {"input": "s", "hidden": "o", "output": "o", "bias": "D"}[kind]
    scale = 0.6 if kind == "bias" else 0.88 if kind == "input" else 1.0
    look: dict[str, Any] = {"color": "white", "markeredgecolor": edge, "markeredgewidth": 1.6, "linestyle": "none"}
    ax.plot([x], [y], marker, markersize=size * scale, zorder=3, **look)
    if kind == "output":
        ax.plot([x], [y], marker, markersize=0.82 * size, zorder=3.1, **look)
    ax.text(x, y, text, ha="center", va="center_baseline", zorder=4, weight="bold")


def label_end(ax: Axes, x: float, y: float, text: str, color: str, **place: Any) -> None:
    """Write `text` at the right of a line's last point (x, y), in the line's colour."""
    ax.annotate(
        text, (x, y), place.pop("offset", (6, 0)), textcoords="offset points", color=color, va="center",
        **place,
    )  # fmt: skip


def faded(color: str, share: float) -> tuple[float, ...]:
    """Return `color` mixed with white: 1 is the colour itself, 0 is white."""
    return tuple(1 - share * (1 - part) for part in to_rgba(color)[:3])


def panels(ax: Axes, rows: Sequence[int]) -> list[Axes]:
    """Return small Axes inside `ax`: `rows` says how many stand in each row, from the top.

    `ax` itself becomes invisible: a figure of several panels can so be one argument, and one picture.
    """
    ax.set_axis_off()
    high = 1 / len(rows)
    boxes = [
        (column / count + 0.06, 1 - (row + 1) * high + 0.09, 1 / count - 0.08, high - 0.19)
        for row, count in enumerate(rows)
        for column in range(count)
    ]
    return [ax.inset_axes(box) for box in boxes]
