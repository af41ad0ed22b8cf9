"""What layers do to a plane: corners of XOR that travel, and the cuts that hidden units make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
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
    bends = hidden_activation == "sigmoid"
    scale = 1.0 if bends else 0.1  # without a bend, weights of a tenth: the picture would be ten times as large

    def moved(points: np.ndarray) -> np.ndarray:
        z = points @ W1 + b1
        there = 1 / (1 + np.exp(-z)) if bends else scale * z
        return points + step / ON_THE_WAY * (there - points)

    side, fine = np.linspace(-0.25, 1.25, 13), np.linspace(-0.25, 1.25, 61)
    lines = [moved(np.column_stack([np.full(61, at), fine])) for at in side]
    lines += [moved(np.column_stack([fine, np.full(61, at)])) for at in side]
    ax.add_collection(LineCollection(lines, colors="#B5B5B5", linewidths=0.9, linestyles="-"), autolim=False)
    places = moved(CORNERS)
    right = 0
    if step == ON_THE_WAY:
        outputs = (places @ W2[:, 0] + b2[0] > 0) if bends else np.zeros(4)
        right = int((outputs == XOR).sum())
        if bends:
            along = np.array([-1.0, 2.5])
            ax.plot(along, -(W2[0, 0] * along + b2[0]) / W2[1, 0], "-", color=style.BLACK, linewidth=2.5)
            ax.text(0.62, 1.1, "one straight\nline is enough", ha="right", va="center")
        else:
            ax.plot(*np.transpose([places[0], places[3]]), "--", color=style.BLACK, linewidth=1.5)
    for label in (1, 0):
        look = style.look(f"class {label}")
        ax.plot(*places[label == XOR].T, markersize=kit.points(12), markeredgecolor="white", **look.dots, zorder=4)
    together = np.allclose(places[1], places[2], atol=0.06)
    names = (("0 0", 0), ("0 1 and 1 0", 1), ("1 1", 3)) if together else tuple(_NAMED)
    for name, k in names:
        left = places[k, 0] > 0.6 and bends
        ax.annotate(name, places[k], (-9 if left else 10, -17), textcoords="offset points", weight="bold",
                    ha="right" if left else "left", zorder=5,
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5})  # fmt: skip
    if bends or step < ON_THE_WAY:
        ax.set(xlim=(-0.35, 1.35), ylim=(-0.35, 1.35), xticks=[0, 1], yticks=[0, 1])
    else:
        ax.set(xlim=(-1.1, 1.7), ylim=(-2.1, 0.9), xticks=[0, 1], yticks=[-1, 0])
    start = step == 0
    ax.set(xlabel="x₁" if start else "unit 1" if step == ON_THE_WAY else "→ unit 1",
           ylabel="x₂" if start else "unit 2" if step == ON_THE_WAY else "→ unit 2")  # fmt: skip
    ax.grid(False)
    where = "as inputs" if start else "as the output unit sees them" if step == ON_THE_WAY else "on the way"
    said = f"; a straight line gets {right} of 4 right" if bends and step == ON_THE_WAY else ""
    return f"The corners of XOR {where}, hidden activation {hidden_activation}{said}."


# Hidden units on the moons --------------------------------------------------------------------------------------------

_LIMITS = ((-1.7, 2.7), (-1.25, 1.7))


@cache
def _grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    across, up = np.linspace(*_LIMITS[0], 110), np.linspace(*_LIMITS[1], 75)
    return across, up, np.stack(np.meshgrid(across, up), axis=-1)


def units(
    ax: Axes, points: Any, labels: Any, film: Mapping[int, Sequence[Any]], epoch: int = 0, without: str = "no unit"
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
    out.contourf(across, up, output, levels=[-1e9, 0, 1e9], alpha=0.22,
                 colors=[style.look("class 0").color, style.look("class 1").color])  # fmt: skip
    for j in range(4):
        if j != gone:
            _kink(out, W1[:, j], b1[j], ":", 1.3)
            _bend(out, j, W1, b1, W2, b2)
    if np.sign(output).min() < np.sign(output).max():
        out.contour(across, up, output, levels=[0], colors=style.BLACK, linewidths=3)
    _dots(out, points, labels, 3.6)
    out.set_title(f"output: {right:.0%} right")
    ax.text(0.02, 6.58, "4 hidden units: dark is high", va="bottom")
    ax.text(4.9, 0.5, "○ it bends where it crosses a unit's line", va="top")
    kit.keep_inside(ax)
    cut = f", unit {gone + 1} cut off" if gone is not None else ""
    return f"Four hidden units, each with its straight line, and their sum after epoch {epoch}{cut}: {right:.0%} right."


def _panel(ax: Axes, x: float, y: float, width: float, height: float) -> Axes:
    panel = ax.inset_axes((x, y, width, height), transform=ax.transData)
    panel.set(xlim=_LIMITS[0], ylim=_LIMITS[1], xticks=[], yticks=[])
    panel.spines[["right", "top"]].set_visible(True)
    panel.grid(False)
    return panel


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


def _bend(ax: Axes, j: int, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> None:
    """Mark where the boundary bends by 4° or more on the line of unit j, with the unit's number."""
    w, size = W1[:, j], float(np.hypot(*W1[:, j]))
    if size < 1e-9:
        return
    foot, along = -b1[j] * w / size**2, np.array([-w[1], w[0]]) / size
    line = foot + np.linspace(-6, 6, 2401)[:, None] * along
    inside = (line > (_LIMITS[0][0], _LIMITS[1][0])).all(1) & (line < (_LIMITS[0][1], _LIMITS[1][1])).all(1)
    z = np.maximum(0, line @ W1 + b1) @ W2[:, 0] + b2[0]
    for k in np.flatnonzero(inside[:-1] & (np.sign(z[:-1]) != np.sign(z[1:]))):
        others = (line[k] @ W1 + b1 > 0) & (np.arange(len(b1)) != j)
        before = W1[:, others] @ W2[others, 0]
        after = before + W2[j, 0] * w
        turn = np.degrees(
            np.arccos(np.clip(before @ after / (np.linalg.norm(before) * np.linalg.norm(after) + 1e-12), -1, 1))
        )
        if turn < 4:
            continue
        ax.plot(*line[k], "o", color=style.BLACK, markerfacecolor="white", markersize=kit.points(8), zorder=5)
        away = tuple(kit.points(-13) * w / size)  # on the side where the unit is 0
        ax.annotate(str(j + 1), line[k], away, textcoords="offset points", weight="bold", ha="center", va="center",
                    zorder=5)  # fmt: skip


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
    across, up, plane = _grid()
    output = np.maximum(0, plane @ W1 + b1) @ W2[:, 0] + b2[0]
    ax.contourf(across, up, output, levels=[-1e9, 0, 1e9], alpha=0.22,
                colors=[style.look("class 0").color, style.look("class 1").color])  # fmt: skip
    ax.contour(across, up, output, levels=[0], colors=style.BLACK, linewidths=3)
    for j, w in enumerate(W1.T):
        _kink(ax, w, b1[j], ":", 1.6)
    for name, place in {"A": (0.25, -1.1), "B": (-1.05, -1.1), "C": (2.4, -0.75), "D": (1.9, -0.35)}.items():
        ax.text(*place, name, weight="bold")
    ax.set(xlim=_LIMITS[0], ylim=_LIMITS[1], xticks=[], yticks=[], xlabel="x₁", ylabel="x₂")
    ax.grid(False)
    return ax
