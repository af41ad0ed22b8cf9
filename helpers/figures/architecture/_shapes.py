"""Tables of numbers: which meet in a matrix product, and which are repeated in a sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

SAMPLES = np.array([[1, 0, 2], [3, 1, 0], [-1, 2, 1], [0, 4, -2]])
WEIGHTS = np.array([[2, -1], [1, 3], [0, 1]])
"""What meets in `product`: 4 samples of 3 features, and the weights of 2 units."""

SUMS: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "(4, 3) + (3,)": (np.arange(12).reshape(4, 3), np.array([10, 20, 30])),
    "(4, 3) + (4, 1)": (np.arange(12).reshape(4, 3), np.array([[10], [20], [30], [40]])),
    "(4, 1) + (3,)": (np.arange(4)[:, None], np.array([10, 20, 30])),
    "(4, 3) + (4,)": (np.arange(12).reshape(4, 3), np.array([10, 20, 30, 40])),
}
"""The sums of `broadcast`; the last one fails."""


def draw_table(
    ax: Axes, array: Any, left: float, top: float, title: str, *, lit: Any = False, copies: Any = False
) -> None:
    """Write a 2-D array as a table of unit squares; `lit` cells are filled, `copies` grey and dotted.

    Args:
        ax: Its limits must be set, with one unit as long in both directions.
        array: (rows, columns) of numbers.
        left: Of the table, in data coordinates.
        top: Of the table.
        title: Above it.
        lit: Truth value, or one for each cell.
        copies: Likewise.
    """
    lit, copies = (np.broadcast_to(mask, array.shape) for mask in (lit, copies))
    for (i, j), value in np.ndenumerate(array):
        edge, dash = (style.GREY, ":") if copies[i, j] else (style.BLACK, "-")
        face = kit.faded(style.ORANGE, 0.45) if lit[i, j] else "white"
        ax.add_patch(Rectangle((left + j, top - i - 1), 1, 1, facecolor=face, edgecolor=edge, linestyle=dash))
        color = style.GREY if copies[i, j] else style.BLACK
        text = f"{value:g}".replace("-", "−")
        weight = "bold" if lit[i, j] else "normal"
        ax.text(left + j + 0.5, top - i - 0.5, text, ha="center", va="center", color=color, weight=weight)
    ax.text(left + array.shape[1] / 2, top + 0.25, title, ha="center")


def draw_product(*, ax: Axes | None = None) -> Axes:
    """Draw how row 3 of X meets column 2 of W, and where their dot product stands in X W."""
    if ax is None:
        said = "Row 3 of X, a sample, meets column 2 of W, a unit: (−1)·(−1) + 2·3 + 1·1 = 8."
        ax = new_axes(said, figsize=(6.2, 2.7))
    row, column = np.arange(4)[:, None] == 2, np.arange(2)[None, :] == 1
    kit.bare(ax, (-3.1, 10.6), (-0.2, 6.0))
    ax.set_aspect("equal")
    draw_table(ax, SAMPLES, 0, 4, "X (4, 3)", lit=row)
    draw_table(ax, WEIGHTS, 4.6, 4, "W (3, 2)", lit=column)
    draw_table(ax, SAMPLES @ WEIGHTS, 8.2, 4, "X W (4, 2)", lit=row & column)
    for x, sign in ((3.8, "×"), (7.4, "=")):
        ax.text(x, 2.0, sign, ha="center", va="center", fontsize=kit.points(20))
    look: dict[str, Any] = {"color": style.VERMILION, "weight": "bold", "va": "center"}
    ax.text(-0.15, 1.5, "sample 3", ha="right", **look)
    ax.text(6.1, 0.55, "unit 2", ha="center", **look)
    ax.text(3.9, 5.5, "row 3 of X · column 2 of W = (−1)·(−1) + 2·3 + 1·1 = 8", ha="center", weight="bold")
    return ax


def draw_broadcasting(*, ax: Axes | None = None) -> Axes:
    """Draw the four `SUMS`, what is repeated in them dotted."""
    if ax is None:
        said = "A row is repeated downwards, a column across; a column and a row are both repeated and make a table; "
        ax = new_axes(said + "(4, 3) + (4,) is an error.", figsize=(7.6, 4.0))
    ax.set_axis_off()
    for place, (shapes, arrays) in enumerate(SUMS.items()):
        panel = ax.inset_axes((0.5 * (place % 2), 0.5 * (place < 2), 0.49, 0.47))
        kit.bare(panel, (-0.3, 11.9), (-0.2, 6.2))
        panel.set_aspect("equal")
        panel.text(0, 5.4, shapes, weight="bold")
        fits, left = shapes != "(4, 3) + (4,)", 0
        for array, sign in zip(arrays, ("+", "=" if fits else ""), strict=True):
            row = np.atleast_2d(array)
            drawn = np.broadcast_to(row, (4, 3)) if fits else row
            down, across = np.indices(drawn.shape)
            copies = (down >= row.shape[0]) | (across >= row.shape[1])
            draw_table(panel, drawn, left, 4, f"{array.shape}", copies=copies)
            panel.text(left + drawn.shape[1] + 0.6, 2.0, sign, ha="center", va="center", fontsize=kit.points(16))
            left += drawn.shape[1] + 1.2
        if fits:
            draw_table(panel, arrays[0] + arrays[1], left, 4, f"{(arrays[0] + arrays[1]).shape}")
        else:
            look: dict[str, Any] = {"color": style.VERMILION, "weight": "bold"}
            panel.text(6.2, 1.5, "3 against 4:\nan error", ha="center", va="center", **look)
    return ax


def depth_and_width(ax: Axes, hidden_layers: int = 2, units: int = 3, taper: bool = False) -> str:
    """Draw a network of 4 inputs and 3 outputs with its parameters counted; `taper` narrows the layers step by step."""
    from helpers.network import describe_network, draw_network

    sizes = [4, *(tapered(units, hidden_layers) if taper else [units] * hidden_layers), 3]
    draw_network(sizes, ax=ax, count=True, labels=None)
    return describe_network(sizes)


def print_summary(model: Any) -> None:
    """Print the rows of `model.summary()`, without its frame."""
    from IPython.utils.capture import capture_output

    table: list[str] = []
    with capture_output():  # rich also sends an empty output to a notebook
        model.summary(line_length=66, print_fn=lambda text, **_: table.append(text))
    print("\n".join(line for line in table[0].split("\n") if set(line) & set("┃│") or "params" in line))


def tapered(width: int, depth: int, outputs: int = 3) -> list[int]:
    """Return `depth` widths from `width` down towards `outputs`, each smaller by the same factor.

    >>> tapered(12, 3)
    [12, 8, 6]
    """
    factor = min(1, outputs / width) ** (1 / (depth + 1))
    return [max(1, round(width * factor**step)) for step in range(depth)]
