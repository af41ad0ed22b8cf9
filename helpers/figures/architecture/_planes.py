"""What layers do to a plane: corners of XOR that travel, and the cuts that hidden units make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0, 1, 1, 0])
_NAMED = (("0 0", 0), ("0 1", 1), ("1 0", 2), ("1 1", 3))
ON_THE_WAY = 10
"""Steps from the inputs to where the hidden layer puts them."""


def travel(ax: Axes, weights: Any, hidden_activation: str = "sigmoid", step: int = 0) -> str:
    """Draw the plane of inputs while a hidden layer of two units moves it to where the output unit sees it.

    Args:
        ax: Where to draw.
        weights: W1 (2, 2), b1 (2,), W2 (2, 1), b2 (1,).
        hidden_activation: "sigmoid" or "none".
        step: From 0, the inputs, to `ON_THE_WAY`.
    """
    W1, b1, W2, b2 = (np.asarray(array, float) for array in weights)
    bends, arrived, start = hidden_activation == "sigmoid", step == ON_THE_WAY, step == 0
    scale = 1.0 if bends else 10.0  # how many units of the hidden layer are as long as one of the inputs

    def moved(points: np.ndarray) -> np.ndarray:
        z = points @ W1 + b1
        there = 1 / (1 + np.exp(-z)) if bends else z / scale
        return points + step / ON_THE_WAY * (there - points)

    ax.set_axis_off()
    ax = ax.inset_axes((0.15, 0.14, 0.84, 0.84))  # of the same size at every step
    side, fine = np.linspace(-0.25, 1.25, 13), np.linspace(-0.25, 1.25, 61)
    lines = [moved(np.column_stack([np.full(61, at), fine])) for at in side]
    lines += [moved(np.column_stack([fine, np.full(61, at)])) for at in side]
    ax.add_collection(LineCollection(lines, colors="#B5B5B5", linewidths=0.9, linestyles="-"), autolim=False)
    places, said = moved(CORNERS), ""
    if arrived and bends:
        along = np.array([-1.0, 2.5])
        ax.plot(along, -(W2[0, 0] * along + b2[0]) / W2[1, 0], "-", color=style.BLACK, linewidth=2.5)
        right = int(((places @ W2[:, 0] + b2[0] > 0) == XOR).sum())
        said = f"; a straight line gets {right} of 4 right"
        ax.text(0.55, 0.3, "one straight\nline is enough", ha="right", va="center")
    elif arrived:
        ax.plot(*np.transpose([places[0], places[3]]), "-", color=style.GREY, linewidth=1.5)
        ax.text(-0.95, 1.3, "all on one line: no cut parts\n0 1 and 1 0 from both zeros", va="top")
        said = "; all corners lie on one line, and no cut gets more than 3 of 4 right"
    for label in (1, 0):
        look = style.look(f"class {label}")
        ax.plot(*places[label == XOR].T, markersize=kit.points(12), markeredgecolor="white", **look.dots, zorder=4)
    together = np.allclose(places[1], places[2], atol=0.06)
    names = (("0 0", 0), ("0 1 and\n1 0" if bends else "0 1 and 1 0", 1), ("1 1", 3)) if together else _NAMED
    for name, k in names:
        ax.annotate(name, places[k], (11, -4), textcoords="offset points", weight="bold", va="top", zorder=5,
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5})  # fmt: skip
    limits = ((-0.35, 1.65), (-0.35, 1.35)) if bends else ((-1.1, 1.9), (-2.1, 1.4))
    ax.set(xlim=limits[0], ylim=limits[1], xticks=[], yticks=[])
    if bends or start:
        ax.set(xticks=[0, 1], yticks=[0, 1])
    elif arrived:
        across, up = [-5, 0, 5, 10, 15], [-20, -15, -10, -5, 0, 5, 10]
        ax.set_xticks(np.array(across) / scale, [str(value).replace("-", "−") for value in across])
        ax.set_yticks(np.array(up) / scale, [str(value).replace("-", "−") for value in up])
    ax.set(xlabel="x₁" if start else "unit 1" if arrived else "→ unit 1",
           ylabel="x₂" if start else "unit 2" if arrived else "→ unit 2")  # fmt: skip
    ax.grid(False)
    where = "as inputs" if start else "as the output unit sees them" if arrived else "on the way"
    return f"The corners of XOR {where}, hidden activation {hidden_activation}{said}."


# Hidden units on the moons --------------------------------------------------------------------------------------------

_LIMITS = ((-1.7, 2.7), (-1.25, 1.7))


@cache
def _grid(finer: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    across, up = np.linspace(*_LIMITS[0], 110 * finer), np.linspace(*_LIMITS[1], 75 * finer)
    return across, up, np.stack(np.meshgrid(across, up), axis=-1)


def units(
    ax: Axes, points: Any, labels: Any, film: Mapping[int, Sequence[Any]], epoch: int = 60, without: str = "no unit"
) -> str:
    """Draw what each hidden ReLU unit of a 2-4-1 network sees over the plane, and the output's bent boundary.

    Args:
        ax: Where to draw.
        points: (n, 2).
        labels: (n,), 0 or 1.
        film: Epoch → W1 (2, 4), b1 (4,), W2 (4, 1), b2 (1,).
        epoch: Which; the nearest one before it that was recorded.
        without: "no unit", or the number of the hidden unit whose output weight is set to 0.
    """
    epoch = max(known for known in film if known <= epoch)
    W1, b1, W2, b2 = (np.array(array, float) for array in film[epoch])
    gone = int(without) - 1 if without.isdigit() else None
    if gone is not None:
        W2[gone] = 0
    across, up, plane = _grid()
    kit.bare(ax, (0, 10), (0, 7.0))
    hidden = np.maximum(0, plane @ W1 + b1)
    output = hidden @ W2[:, 0] + b2[0]
    right = float(np.mean((np.maximum(0, points @ W1 + b1) @ W2[:, 0] + b2[0] > 0) == labels))
    for j in range(4):
        y = 4.95 - 1.62 * j
        cell = _panel(ax, 0.02, y, 2.5, 1.5)
        top = max(float(hidden[..., j].max()), 1e-3)
        cell.contourf(across, up, hidden[..., j], levels=[0, 1e-6, *(top * np.arange(1, 6) / 5)], cmap="Greys",
                      vmin=0, vmax=1.6 * top)  # fmt: skip
        _kink(cell, W1[:, j], b1[j], "-", 2)
        _dots(cell, points, labels, 1.6)
        cell.text(0.04, 0.92, str(j + 1), transform=cell.transAxes, va="top", weight="bold",
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        value = float(W2[j, 0])
        look = style.look("negative" if value < 0 else "positive")
        if j != gone:
            ax.plot([2.6, 4.75], [y + 0.75, 3.0 + 0.35 * (1.5 - j)], linewidth=kit.points(0.8 + 1.1 * abs(value)),
                    zorder=1, **look.line)  # fmt: skip
        text = "cut" if j == gone else ("+" if value > 0 else "") + number(value, 1)
        frame = kit.BOX | {"edgecolor": style.GREY if j == gone else look.color}
        ax.text(
            3.35, y + 0.75 + 0.35 * (2.25 - y + 0.35 * (1.5 - j)), text, ha="center", va="center", bbox=frame, zorder=3
        )
    out = _panel(ax, 4.85, 0.75, 5.1, 4.6)
    _sides(out, across, up, output)
    for j in range(4):
        if j != gone:
            _kink(out, W1[:, j], b1[j], ":", 1.3)
            _mark(out, j, W1, b1, W2, b2)
    if np.sign(output).min() < np.sign(output).max():
        out.contour(across, up, output, levels=[0], colors=style.BLACK, linewidths=3)
    _dots(out, points, labels, 3.6)
    out.set_title(f"output: {right:.0%} right")
    ax.text(0.02, 6.58, "4 hidden units: dark is high", va="bottom")
    ax.text(4.9, 0.5, "○ bends, by 4° or more, at a unit's line", va="top")
    kit.keep_inside(ax)
    cut = f", unit {gone + 1} cut off" if gone is not None else ""
    return f"Four hidden units, each with its straight line, and their sum after epoch {epoch}{cut}: {right:.0%} right."


def _panel(ax: Axes, x: float, y: float, width: float, height: float) -> Axes:
    panel = ax.inset_axes((x, y, width, height), transform=ax.transData)
    panel.set(xlim=_LIMITS[0], ylim=_LIMITS[1], xticks=[], yticks=[])
    panel.spines[["right", "top"]].set_visible(True)
    panel.grid(False)
    return panel


def _sides(ax: Axes, across: Any, up: Any, output: Any) -> None:
    """Fill the two sides of the boundary with their classes' colours, class 1 darker, so that grey tells them apart."""
    fills = [kit.faded(style.look("class 0").color, 0.14), kit.faded(style.look("class 1").color, 0.34)]
    ax.contourf(across, up, output, levels=[-1e9, 0, 1e9], colors=fills)


def _dots(ax: Axes, points: Any, labels: Any, size: float) -> None:
    for label in (0, 1):
        look = style.look(f"class {label}")
        ax.plot(*points[labels == label].T, markersize=kit.points(size), zorder=3, markeredgewidth=0, **look.dots)


def _kink(ax: Axes, w: np.ndarray, b: float, dash: str, width: float) -> None:
    """Draw the line on which the weighted sum of a unit is 0."""
    size = float(np.hypot(*w))
    if size > 1e-9:
        foot, along = -b * w / size**2, np.array([-w[1], w[0]]) / size
        ax.plot(*np.transpose([foot - 9 * along, foot + 9 * along]), dash, color="#444444", linewidth=width, zorder=2)


def bends(j: int, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> list[np.ndarray]:
    """Return the points in sight at which the boundary bends by 4° or more on the line of unit j."""
    line = _in_sight(W1[:, j], b1[j])
    z = np.maximum(0, line @ W1 + b1) @ W2[:, 0] + b2[0]
    clear = np.flatnonzero(np.abs(z) > 1e-9)  # where all units are 0 the output is one number: rounding is no crossing
    found = []
    for k, after in pairwise(clear):
        if z[k] * z[after] > 0 or after - k > 2:
            continue
        others = (line[k] @ W1 + b1 > 0) & (np.arange(len(b1)) != j)
        before = W1[:, others] @ W2[others, 0]
        beyond = before + W2[j, 0] * W1[:, j]
        cosine = before @ beyond / (np.linalg.norm(before) * np.linalg.norm(beyond) + 1e-12)
        if np.degrees(np.arccos(np.clip(cosine, -1, 1))) >= 4:
            found.append(line[k])
    return found


def _in_sight(w: np.ndarray, b: float) -> np.ndarray:
    """Return points (n, 2) of the line w · x + b = 0, in order, as far as `_LIMITS` show it."""
    size = float(np.hypot(*w))
    if size < 1e-9:
        return np.empty((0, 2))
    line = -b * w / size**2 + np.linspace(-6, 6, 2401)[:, None] * np.array([-w[1], w[0]]) / size
    low, high = np.transpose(_LIMITS)
    return line[(line > low).all(1) & (line < high).all(1)]


def _mark(ax: Axes, j: int, *network: Any) -> None:
    """Number the line of unit j near the edge, and ring the points at which the boundary bends on it."""
    for place in bends(j, *network):
        ax.plot(*place, "o", color=style.BLACK, markerfacecolor="white", markersize=kit.points(8), zorder=5)
    line = _in_sight(network[0][:, j], network[1][j])
    if len(line) > 60:
        x, y = line[24 if line[0, 1] > line[-1, 1] else -24]
        ax.text(x, y, str(j + 1), weight="bold", ha="center", va="center",
                zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8})  # fmt: skip


# An exercise ----------------------------------------------------------------------------------------------------------

BENT = [np.array([[1.0, -1.0, 0.0, 1.0], [0.0, 0.4, 1.0, 1.0]]), np.array([-0.2, -0.6, 0.8, -1.4]),
        np.array([[-1.5], [-1.2], [1.0], [0.0]]), np.array([-0.5])]  # fmt: skip
"""A 2-4-1 network for `draw_bent`."""


def draw_bent(*, ax: Axes | None = None) -> Axes:
    """Draw the lines of four hidden units, A to D, and the boundary of their weighted sum."""
    if ax is None:
        ax = new_axes("Dotted: the lines of the hidden units A, B, C, D. The bent boundary turns on some of them.",
                      figsize=(5.2, 3.4))  # fmt: skip
    W1, b1, W2, b2 = BENT
    across, up, plane = _grid(finer=4)
    output = np.maximum(0, plane @ W1 + b1) @ W2[:, 0] + b2[0]
    _sides(ax, across, up, output)
    ax.contour(across, up, output, levels=[0], colors=style.BLACK, linewidths=3)
    for j, w in enumerate(W1.T):
        _kink(ax, w, b1[j], ":", 1.6)
    for name, place in {"A": (0.25, -1.1), "B": (-0.95, -1.1), "C": (2.4, -0.75), "D": (1.9, -0.35)}.items():
        ax.text(*place, name, weight="bold")
    ax.set_title("the boundary, and where units A to D have z = 0")
    ax.set(xlim=_LIMITS[0], ylim=_LIMITS[1], xticks=[], yticks=[], xlabel="x₁", ylabel="x₂")
    ax.grid(False)
    return ax
