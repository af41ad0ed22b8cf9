"""From the outputs back to a hidden layer: wishes that add up, and the same as matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes


def draw_wishes(weights: Any, predictions: Sequence[tuple[float, float]], *, ax: Axes | None = None) -> Axes:
    """Draw what two outputs ask of three hidden units, once for each pair of predictions; the targets are 1 and 0.

    Args:
        weights: W (3, 2) from the hidden units to the outputs.
        predictions: Two pairs (ŷ₁, ŷ₂).
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(describe_wishes(weights, predictions), figsize=(7.6, 3.9))
    for panel, pair in zip(kit.panels(ax, (len(predictions),), below=2, above=2), predictions, strict=True):
        _wishes(panel, weights, *pair)
    return ax


def describe_wishes(weights: Any, predictions: Sequence[tuple[float, float]]) -> str:
    """Return what `draw_wishes` shows."""
    said = []
    for pair in predictions:
        sums = _asked(weights, *pair).sum(axis=1)
        words = ", ".join("larger" if s > 0.02 else "smaller" if s < -0.02 else "about as it is" for s in sums)
        said.append(f"predictions {pair[0]:g} and {pair[1]:g}: {words}")
    return f"What two outputs ask of three hidden units, and its sum at each unit. With {'; with '.join(said)}."


def _asked(weights: Any, y_hat_1: float, y_hat_2: float) -> np.ndarray:
    """Return −∂L/∂a (3, 2), part by part: up is "be larger"."""
    y_hat = np.array([y_hat_1, y_hat_2])
    delta = (y_hat - (1, 0)) * y_hat * (1 - y_hat)
    return -delta * np.asarray(weights, float)


def _wishes(ax: Axes, weights: Any, y_hat_1: float, y_hat_2: float) -> None:
    """Draw one pair of predictions: at each unit an arrow for each output and their sum; up is "be larger"."""
    y_hat, asked = (y_hat_1, y_hat_2), _asked(weights, y_hat_1, y_hat_2)
    kit.bare(ax, (-2.0, 6.1), (-0.7, 5.3))
    hidden, outputs = [(0.0, 4.0), (0.0, 2.1), (0.0, 0.2)], [(4.1, 3.2), (4.1, 1.0)]
    colors = (style.BLUE, style.visible(style.ORANGE, "white", least=4.5))
    small = kit.points(10)
    for unit, (x0, y0) in enumerate(hidden):
        for output, (x1, y1) in enumerate(outputs):
            ax.plot([x0, x1], [y0, y1], "-", color=kit.faded(colors[output], 0.35), linewidth=1.2, zorder=1)
            size, place = asked[unit, output], 0.65 + 1.45 * output
            kit.draw_arrow(ax, place, y0, 4 * size, colors[output])
            text = "≈ 0" if abs(size) < 0.02 else number(size, 2)
            plain = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
            ax.text(place + 0.2, y0, text, color=colors[output], fontsize=small, va="center", bbox=plain, zorder=2)
        total = asked[unit].sum()
        kit.draw_arrow(ax, -0.75, y0, 4 * total, style.BLACK, width=0.1)
        text = "≈ 0" if abs(total) < 0.02 else number(total, 2)
        ax.text(-1.05, y0, text, ha="right", va="center", weight="bold")
        kit.draw_node(ax, x0, y0, f"a{'₁₂₃'[unit]}", "hidden", size=30)
    for output, (x1, y1) in enumerate(outputs):
        kit.draw_node(ax, x1, y1, f"ŷ{'₁₂'[output]}", "output", edge=colors[output], size=32)
        away = (kit.points(20), 0)
        kit.label_end(ax, x1, y1, f"is {y_hat[output]:.2g}\nshould\nbe {1 - output}", colors[output], offset=away)
    ax.text(-0.9, 5.0, "sum", weight="bold", ha="center")
    ax.text(0.45, 5.0, "each output asks", ha="left")
    kit.keep_inside(ax)


def draw_matrix_form(a1: Any, delta2: Any, W2: Any, *, ax: Axes | None = None) -> Axes:
    """Draw ∂L/∂W⁽²⁾ = a⁽¹⁾ᵀ δ⁽²⁾ and ∂L/∂a⁽¹⁾ = δ⁽²⁾ W⁽²⁾ᵀ in numbers, one entry of each with what makes it.

    Args:
        a1: Activations (2 examples, 3 units).
        delta2: (2 examples, 2 outputs).
        W2: (3 units, 2 outputs).
        ax: Where to draw.
    """
    a1, delta2, W2 = (np.asarray(array, float) for array in (a1, delta2, W2))
    if ax is None:
        ax = new_axes(describe_matrix_form(a1, delta2, W2), figsize=(7.6, 4.3))
    kit.bare(ax, (0, 15), (0, 9.3))
    _table(ax, 0.2, 8.0, a1.T @ delta2, "∂L/∂W⁽²⁾", {(0, 0)})
    ax.text(3.75, 6.8, "=", ha="center", va="center", fontsize=kit.points(15))
    _table(ax, 4.4, 8.0, a1.T, "a⁽¹⁾ᵀ", {(0, 0), (0, 1)})
    ax.text(7.95, 6.8, "@", ha="center", va="center")
    _table(ax, 8.6, 7.6, delta2, "δ⁽²⁾", {(0, 0), (1, 0)})
    ax.text(12.0, 6.8, _sum(a1[:, 0], delta2[:, 0]), va="center", color=style.VERMILION)
    grey: dict[str, Any] = {"color": style.GREY, "fontsize": kit.points(10)}
    ax.text(0.2, 4.85, "each entry adds up over both examples", **grey)
    _table(ax, 0.2, 3.4, delta2 @ W2.T, "∂L/∂a⁽¹⁾", {(1, 2)})
    ax.text(5.4, 2.6, "=", ha="center", va="center", fontsize=kit.points(15))
    _table(ax, 5.9, 3.4, delta2, "δ⁽²⁾", {(1, 0), (1, 1)})
    ax.text(9.45, 2.6, "@", ha="center", va="center")
    _table(ax, 9.9, 3.4, W2.T, "W⁽²⁾ᵀ", {(0, 2), (1, 2)})
    ax.text(
        0.2, 0.9, "each row is one example; each entry adds up over outputs", color=style.GREY, fontsize=kit.points(10)
    )
    ax.text(
        9.3, 0.9, _sum(delta2[1], W2[2]).replace("\n", " "), va="center", color=style.VERMILION, fontsize=kit.points(10)
    )
    kit.keep_inside(ax)
    return ax


def describe_matrix_form(a1: Any, delta2: Any, W2: Any) -> str:
    """Return what `draw_matrix_form` shows."""
    first = float(np.asarray(a1)[:, 0] @ np.asarray(delta2)[:, 0])
    back = float(np.asarray(delta2)[1] @ np.asarray(W2)[2])
    return (
        f"Two matrix products in numbers. The first entry of the gradient of W2 is {first:.3f}, a sum over two "
        f"examples; the gradient with respect to unit 3 of example 2 is {back:.3f}, a sum over two outputs."
    )


def _sum(left: np.ndarray, right: np.ndarray) -> str:
    """Return a sum of two products, with its result, as text."""
    parts = []
    for pair in zip(left, right, strict=True):
        parts.append(" · ".join(number(value, 2) if value >= 0 else f"({number(value, 2)})" for value in pair))
    return f"{parts[0]}\n+ {parts[1]}\n= {number(float(left @ right), 2)}"


def _table(ax: Axes, left: float, top: float, values: np.ndarray, name: str, marked: set[tuple[int, int]]) -> None:
    """Draw a matrix of numbers with its name above, the `marked` entries framed."""
    rows, columns = values.shape
    frame = {"boxstyle": "square,pad=0.25", "facecolor": kit.faded(style.VERMILION, 0.2), "edgecolor": style.VERMILION}
    for i in range(rows):
        for j in range(columns):
            x, y = left + 0.8 + 1.6 * j, top - 0.4 - 0.8 * i
            look: dict[str, Any] = {"weight": "bold", "bbox": frame} if (i, j) in marked else {}
            ax.text(x, y, number(values[i, j], 2), ha="center", va="center", **look)
    for x, side in ((left, 1), (left + 1.6 * columns, -1)):
        bottom = top - 0.8 * rows
        ax.plot(
            [x + 0.15 * side, x, x, x + 0.15 * side], [top, top, bottom, bottom], "-", color=style.BLACK, linewidth=1.5
        )
    ax.text(left + 0.8 * columns, top + 0.35, name, ha="center", weight="bold")
