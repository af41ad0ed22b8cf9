"""Walks downhill: in fog over one weight, on a map over two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes


@dataclass(frozen=True)
class Ground:
    """A loss over one weight.

    Attributes:
        loss: Of a weight or of an array of weights.
        slope: Its derivative.
        limits: (left, right), (bottom, top) of what is drawn.
    """

    loss: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    limits: tuple[tuple[float, float], tuple[float, float]]


ONE_VALLEY = Ground(lambda w: (w - 3) ** 2 / 2, lambda w: w - 3, ((-5.6, 11.6), (-3.5, 29)))
TWO_VALLEYS = Ground(
    lambda w: 0.1 * ((w - 1) ** 2 - 4) ** 2 + 0.25 * w + 0.75,
    lambda w: 0.4 * (w - 1) * ((w - 1) ** 2 - 4) + 0.25,
    ((-3.6, 5.6), (-1, 15)),
)


LINE_X, LINE_Y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.2, 1.6, 2.9, 3.2])
"""Four points for a line ŷ = m x + b."""


def gradient_descent(w: Any, slope: Any, learning_rate: float) -> Any:
    """Return the weight after one step against the slope: the rule until a notebook hands over its own."""
    return w - learning_rate * slope


def walk(
    rule: Callable[..., Any], slope: Callable[[Any], Any], start: Any, learning_rate: float, steps: int
) -> np.ndarray:
    """Return the weights that `rule(w, slope, learning_rate)` visits: steps + 1 of them, fewer if it runs away.

    >>> walk(gradient_descent, lambda w: w - 3, -2.0, 0.5, steps=2)
    array([-2.  ,  0.5 ,  1.75])
    """
    path = [np.asarray(start, float)]
    while len(path) <= steps and np.abs(path[-1]).max() < 1e6:
        path.append(np.asarray(rule(path[-1], slope(path[-1]), learning_rate), float))
    return np.array(path)


def fog(
    ax: Axes,
    rule: Callable[..., Any] = gradient_descent,
    ground: Ground = ONE_VALLEY,
    start: float = -2.0,
    learning_rate: float = 0.5,
    steps: int = 6,
    lift_the_fog: bool = False,
) -> str:
    """Draw a walk on a ground that is seen only where the walker has been."""
    path = walk(rule, ground.slope, start, learning_rate, steps)
    points = np.column_stack([path, ground.loss(path)])
    (left, right), (bottom, top) = ground.limits
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="weight w", ylabel="loss")
    ax.grid(False)
    kit.draw_hill(ax, ground.loss)
    if not lift_the_fog:
        kit.draw_mist(ax, points)
    kit.draw_steps(ax, points, style.BLUE if points[-1, 1] <= points[0, 1] else style.VERMILION)
    w, loss = points[-1]
    outside = not (left <= w <= right and loss <= top)
    where = f"step {len(path) - 1}: w = {number(w, 2)}, loss {number(loss, 2)}"
    ax.set_title(f"η = {learning_rate:g} · step {len(path) - 1} · loss {kit.short(loss)}{' (outside)' * outside}")
    ax.set_xticks(np.arange(-3, right, 3))
    seen = "the whole ground" if lift_the_fog else "only the places visited"
    return f"A walk downhill from w = {start:g}, {seen} to be seen. Learning rate {learning_rate:g}, {where}."


def draw_two_valleys(
    walks: Sequence[tuple[float, float]], *, rule: Callable[..., Any] = gradient_descent, ax: Axes | None = None
) -> Axes:
    """Draw walks of 20 steps on a ground with two valleys, without fog, each from (start, learning rate)."""
    if ax is None:
        ax = new_axes(describe_two_valleys(walks, rule=rule), figsize=(7.6, 3.8))
    (left, right), (bottom, top) = TWO_VALLEYS.limits
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="weight w", ylabel="loss")
    ax.grid(False)
    kit.draw_hill(ax, TWO_VALLEYS.loss)
    for (start, learning_rate), color in zip(walks, (style.BLUE, style.GREEN, style.VERMILION), strict=False):
        path = walk(rule, TWO_VALLEYS.slope, start, learning_rate, 20)
        kit.draw_steps(ax, np.column_stack([path, TWO_VALLEYS.loss(path)]), color, bend=0.28)
        middle = (path[0] + path[1]) / 2, (TWO_VALLEYS.loss(path[0]) + TWO_VALLEYS.loss(path[1])) / 2
        long = abs(path[1] - path[0]) > 2
        place = (0, kit.points(40)) if long else (kit.points(34), 0) if start < 0 else (-16, 0)
        side = "center" if long else "left" if start < 0 else "right"
        look: dict[str, Any] = {"textcoords": "offset points", "color": color, "weight": "bold", "ha": side}
        ax.annotate(f"η = {learning_rate:g}", middle, place, **look)
    ax.set_title("Both valleys are flat at the bottom; only one is the lowest place")
    return ax


def describe_two_valleys(walks: Sequence[tuple[float, float]], *, rule: Callable[..., Any] = gradient_descent) -> str:
    """Return what `draw_two_valleys` shows."""
    ends = [
        f"from {start:g} with learning rate {rate:g} to {walk(rule, TWO_VALLEYS.slope, start, rate, 20)[-1]:.2f}"
        for start, rate in walks
    ]
    return f"Walks on a ground with two valleys, the left one lower: {'; '.join(ends)}."


def line_map(
    axes: Any, rule: Callable[..., Any] = gradient_descent, learning_rate: float = 0.1, steps: int = 12
) -> str:
    """Draw a walk over slope m and intercept b as contours (left), and the lines that it visits (right)."""

    def loss(m: Any, b: Any) -> Any:
        return np.mean((np.multiply.outer(LINE_X, m) + b - LINE_Y.reshape(-1, *[1] * np.ndim(m))) ** 2, axis=0) / 2

    def slope(w: np.ndarray) -> np.ndarray:
        miss = w[0] * LINE_X + w[1] - LINE_Y
        return np.array([np.mean(miss * LINE_X), np.mean(miss)])

    path = walk(rule, slope, (-0.6, 2.4), learning_rate, steps)
    m, b = np.meshgrid(np.linspace(-1.4, 2.2, 60), np.linspace(-0.6, 3.0, 60))
    left, right = axes
    left.set(xlim=(-1.4, 2.2), ylim=(-0.6, 3.0), xlabel="slope m", ylabel="intercept b")
    left.grid(False)
    left.contour(m, b, loss(m, b), levels=[0.05, 0.15, 0.4, 0.8, 1.4, 2.2, 3.4], colors=kit.GROUND_EDGE, linewidths=1.2)
    left.set_aspect("equal")
    left.plot(*np.polyfit(LINE_X, LINE_Y, 1), "+", color=style.BLACK, markersize=kit.points(9))
    kit.draw_steps(left, path, style.BLUE, bend=0)
    last = float(loss(*path[-1]))
    left.set_title(
        f"η = {learning_rate:g}, step {len(path) - 1}: loss {number(last, 2)}"
        if last < 100
        else f"η = {learning_rate:g}: outside"
    )
    ends = np.array([-0.3, 3.3])
    lines = [np.column_stack([ends, slope_ * ends + intercept]) for slope_, intercept in np.clip(path, -100, 100)]
    shades = [kit.faded(style.BLUE, 0.15 + 0.85 * (k / max(1, len(lines) - 1)) ** 2) for k in range(len(lines))]
    right.add_collection(
        LineCollection(lines, colors=shades, linewidths=[1.2] * (len(lines) - 1) + [3.0]), autolim=False
    )
    right.plot(LINE_X, LINE_Y, "o", color=style.BLACK, markersize=8)
    right.set(xlim=(-0.3, 3.3), ylim=(-1.2, 5.2), xlabel="input x", ylabel="target y", title="the lines it visits")
    walked = f"loss {last:.2f} after {len(path) - 1} steps"
    return f"Descent on the map of a line fit, learning rate {learning_rate:g}: {walked}."
