"""From the outputs back to a hidden layer: wishes that add up, and the same as matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number


def wishes(ax: Axes, weights: Any = None, y_hat_1: float = 0.3, y_hat_2: float = 0.7) -> str:
    """Draw what two outputs ask of three hidden units: an arrow on each edge, their sum on each unit; up is "be larger".

    Args:
        ax: Where to draw.
        weights: W (3, 2) from the hidden units to the outputs.
        y_hat_1: Prediction of output 1, whose target is 1.
        y_hat_2: Prediction of output 2, whose target is 0.
    """
    weights = np.asarray(weights, float)
    y_hat = np.array([y_hat_1, y_hat_2])
    delta = (y_hat - (1, 0)) * y_hat * (1 - y_hat)
    asked = -delta * weights  # up means up
    sums = asked.sum(axis=1)
    kit.bare(ax, (-1.5, 4.6), (-0.5, 5.2))
    hidden, outputs = [(0.0, 4.1), (0.0, 2.2), (0.0, 0.3)], [(3.1, 3.4), (3.1, 1.0)]
    colors = (style.BLUE, style.ORANGE)
    for unit, (x0, y0) in enumerate(hidden):
        for output, (x1, y1) in enumerate(outputs):
            ax.plot([x0, x1], [y0, y1], "-", color=kit.faded(colors[output], 0.5), linewidth=1.4, zorder=1)
            px = 0.72 + 0.78 * output
            py = y0 + (px - x0) / (x1 - x0) * (y1 - y0)
            _vertical(ax, px, py, asked[unit, output], colors[output])
            ax.text(px + 0.12, py, kit.number(asked[unit, output], 2), color=colors[output], fontsize=10, va="center",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=2)  # fmt: skip
        _vertical(ax, -0.75, y0, sums[unit], style.BLACK, width=6)
        ax.text(-0.95, y0, kit.number(sums[unit], 2), ha="right", va="center", weight="bold")
        kit.draw_node(ax, x0, y0, f"a{'₁₂₃'[unit]}", "hidden")
    for output, (x1, y1) in enumerate(outputs):
        kit.draw_node(ax, x1, y1, f"ŷ{'₁₂'[output]}", "output", edge=colors[output])
        kit.label_end(ax, x1, y1, f"is {y_hat[output]:.2g}\nshould\nbe {1 - output}", colors[output], offset=(22, 0))
    ax.text(-0.95, 5.0, "in all", weight="bold", ha="center")
    ax.text(1.3, 5.0, "each output asks", ha="center")
    words = ", ".join("be larger" if s > 0.005 else "be smaller" if s < -0.005 else "stay" for s in sums)
    return (
        f"Two outputs ask three hidden units to change; added up: {words}. Sums {', '.join(number(s) for s in sums)}."
    )


def _vertical(ax: Axes, x: float, y: float, size: float, color: str, width: float = 3.5) -> None:
    """Draw an arrow up or down through (x, y); a size of 0.1 is half a unit high, what is nearly 0 a short dash."""
    high = float(np.clip(5 * size, -1.1, 1.1))
    if abs(high) < 0.04:
        ax.plot([x - 0.09, x + 0.09], [y, y], "-", color=color, linewidth=width, zorder=3)
        return
    head = min(5 + 3.2 * width, 55 * abs(high))
    look = {"color": color, "linewidth": width, "mutation_scale": head, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (x, y + high / 2), (x, y - high / 2), arrowprops={"arrowstyle": "-|>"} | look, zorder=3)


def matrix_form(ax: Axes, a1: Any = None, delta2: Any = None, W2: Any = None, entry: str = "row 1, column 1") -> str:
    """Draw ∂L/∂W⁽²⁾ = a⁽¹⁾ᵀ δ⁽²⁾ and δ⁽²⁾ W⁽²⁾ᵀ for two examples in numbers, one entry of each with what makes it.

    Args:
        ax: Where to draw.
        a1: Activations (2 examples, 3 units).
        delta2: (2 examples, 2 outputs).
        W2: (3 units, 2 outputs).
        entry: "row i, column j" of the gradient of W2; the entry (example j, unit i) is marked in the product below.
    """
    a1, delta2, W2 = (np.asarray(array, float) for array in (a1, delta2, W2))
    row, column = (int(part.split()[1]) - 1 for part in entry.split(","))
    kit.bare(ax, (0, 15), (0, 9.2))
    gradient, back = a1.T @ delta2, delta2 @ W2.T
    _table(ax, 0.2, 8.0, gradient, "∂L/∂W⁽²⁾", {(row, column)})
    ax.text(3.75, 6.8, "=", ha="center", va="center", fontsize=15)
    _table(ax, 4.4, 8.0, a1.T, "a⁽¹⁾ᵀ", {(row, 0), (row, 1)})
    ax.text(7.95, 6.8, "@", ha="center", va="center")
    _table(ax, 8.6, 8.0, delta2, "δ⁽²⁾", {(0, column), (1, column)}, middle=6.8)
    terms = " + ".join(f"{number(a1[k, row], 2)} · ({number(delta2[k, column], 2)})" for k in range(2))
    ax.text(
        12.0,
        6.9,
        f"{terms.replace(' + ', chr(10) + '+ ')}\n= {number(gradient[row, column], 3)}",
        va="center",
        color=style.VERMILION,
    )
    ax.text(0.2, 4.85, "each entry adds up over both examples", color=style.GREY, fontsize=10)
    _table(ax, 0.2, 3.4, back, "∂L/∂a⁽¹⁾", {(column, row)})
    ax.text(5.5, 2.6, "=", ha="center", va="center", fontsize=15)
    _table(ax, 6.1, 3.4, delta2, "δ⁽²⁾", {(column, 0), (column, 1)})
    ax.text(9.65, 2.6, "@", ha="center", va="center")
    _table(ax, 10.1, 3.4, W2.T, "W⁽²⁾ᵀ", {(0, row), (1, row)})
    ax.text(
        0.2,
        0.75,
        "each row belongs to one example; each entry adds up over both outputs",
        color=style.GREY,
        fontsize=10,
    )
    return (
        f"Two matrix products in numbers. Entry {entry} of the gradient of W2 is {gradient[row, column]:.3f}, a sum over two "
        f"examples; below, the gradient with respect to activation {row + 1} of example {column + 1} is {back[column, row]:.3f}."
    )


def _table(
    ax: Axes, left: float, top: float, values: np.ndarray, name: str, marked: set[tuple[int, int]], middle: float = 0
) -> None:
    """Draw a matrix of numbers, `marked` entries framed; `middle` moves its centre to that height."""
    rows, columns = values.shape
    top = middle + rows * 0.4 if middle else top
    for i in range(rows):
        for j in range(columns):
            x, y = left + 0.8 + 1.6 * j, top - 0.4 - 0.8 * i
            on = (i, j) in marked
            look = {
                "boxstyle": "square,pad=0.25",
                "facecolor": kit.faded(style.VERMILION, 0.2),
                "edgecolor": style.VERMILION,
            }
            ax.text(
                x,
                y,
                number(values[i, j], 2),
                ha="center",
                va="center",
                weight="bold" if on else "normal",
                bbox=look if on else None,
            )
    for x, side in ((left, 1), (left + 1.6 * columns, -1)):
        bottom = top - 0.8 * rows
        ax.plot(
            [x + 0.15 * side, x, x, x + 0.15 * side], [top, top, bottom, bottom], "-", color=style.BLACK, linewidth=1.5
        )
    ax.text(left + 0.8 * columns, top + 0.35, name, ha="center", weight="bold")
