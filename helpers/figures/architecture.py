"""Small figures of how layers are wired: which unit sees which, and which connections share one weight."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.picture import new_axes

_SENTENCES = {
    "dense": "Dense: each of 4 units is connected to each of 6 inputs, 24 different weights.",
    "convolutional": (
        "Convolutional: each of 4 units sees a window of 3 neighbouring inputs, all with the same 3 weights."
    ),
    "recurrent": "Recurrent: a state h is carried along the sequence; every step uses the same three sets of weights.",
    "attention": (
        "Attention: each of 4 outputs is a mean of all 4 inputs; the shares, drawn as widths, depend on the inputs."
    ),
    "autoencoder": "Autoencoder: 6 inputs are squeezed through a code of 2 units and rebuilt as 6 outputs.",
    "generative": "Generative: 2 random inputs are turned into a new sample of 6 numbers.",
}

KINDS = tuple(_SENTENCES)
"""What `draw_wiring` can draw."""

_OWN = (style.GREY, "-")
_SHARED = ((style.BLUE, "-"), (style.VERMILION, "--"), (style.GREEN, ":"))


def draw_wiring(kind: str, *, ax: Axes | None = None) -> Axes:
    """Draw how the units of an architecture are connected, and return the Axes.

    Inputs stand at the left. Connections of the same colour and line style share one weight; grey ones have a weight
    each.

    Args:
        kind: One of `KINDS`.
        ax: Where to draw; its limits are set. On a new figure when None.

    Raises:
        ValueError: There is no such kind.
    """
    sentence = describe_wiring(kind)
    ax = new_axes(sentence, figsize=(2.4, 2.4)) if ax is None else ax
    ax.set_axis_off()
    _DRAWINGS[kind](ax)
    ax.set(xlim=(-0.25, 2.25), ylim=(-0.75, 6.0))
    return ax


def describe_wiring(kind: str) -> str:
    """Return in a sentence what `draw_wiring` shows.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in _SENTENCES:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return _SENTENCES[kind]


def convolution_edges(inputs: int, window: int) -> list[tuple[int, int, int]]:
    """Return (input, output, weight) of each connection of a 1-D convolution, all counted from 0.

    Args:
        inputs: Number of inputs.
        window: Inputs that one output sees, from 1 to `inputs`.

    Raises:
        ValueError: The window does not fit.
    """
    if not 1 <= window <= inputs:
        raise ValueError(f"the window must see from 1 to {inputs} inputs, not {window}")
    return [(output + weight, output, weight) for output in range(inputs - window + 1) for weight in range(window)]


def _units(ax: Axes, x: float, heights: Sequence[float], texts: Sequence[str] = (), marker: str = "o") -> None:
    size = float(matplotlib.rcParams["font.size"])
    look: dict[str, Any] = {"color": "white", "markeredgecolor": style.BLACK, "linestyle": "none"}
    ax.plot([x] * len(heights), heights, marker=marker, markersize=1.5 * size, zorder=3, **look)
    for y, text in zip(heights, texts, strict=False):
        ax.text(x, y, text, ha="center", va="center_baseline", size=0.9 * size, color=style.BLACK, zorder=4)


def _edges(ax: Axes, edges: Sequence[tuple[tuple[float, float], tuple[float, float]]], look: tuple[str, str]) -> None:
    color = style.visible(look[0], ax)
    ax.add_collection(LineCollection(list(edges), colors=color, linestyles=look[1], linewidths=1.3, zorder=1))


def _between(x: tuple[float, float], left: Sequence[float], right: Sequence[float]) -> list:
    return [((x[0], a), (x[1], b)) for a in left for b in right]


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], look: tuple[str, str]) -> None:
    room = 0.75 * float(matplotlib.rcParams["font.size"])
    arrow = {"arrowstyle": "-|>", "color": style.visible(look[0], ax), "linestyle": look[1], "linewidth": 1.4}
    arrow |= {"shrinkA": room, "shrinkB": room}
    ax.annotate("", end, xytext=start, arrowprops=arrow)


def _column(number: int) -> list[float]:
    """Return heights of `number` units, spread about the middle of the drawing, the first on top."""
    return [2.5 + 0.85 * ((number - 1) / 2 - place) for place in range(number)]


def _dense(ax: Axes) -> None:
    left, right = _column(6), _column(4)
    _edges(ax, _between((0.3, 1.7), left, right), _OWN)
    _units(ax, 0.3, left, marker="s")
    _units(ax, 1.7, right)


def _convolutional(ax: Axes) -> None:
    left, right = _column(6), _column(4)
    for weight, look in enumerate(_SHARED):
        edges = [((0.3, left[i]), (1.7, right[j])) for i, j, k in convolution_edges(6, 3) if k == weight]
        _edges(ax, edges, look)
    _units(ax, 0.3, left, marker="s")
    _units(ax, 1.7, right)


def _recurrent(ax: Axes) -> None:
    x = [0.1, 0.7, 1.3, 1.9]
    for before, after in pairwise(x):
        _arrow(ax, (before, 2.5), (after, 2.5), _SHARED[1])
    for step, place in enumerate(x, start=1):
        _arrow(ax, (place, 0.3), (place, 2.5), _SHARED[0])
        _arrow(ax, (place, 2.5), (place, 4.7), _SHARED[2])
        for y, letter, marker in ((0.3, "x", "s"), (2.5, "h", "o"), (4.7, "y", "o")):
            _units(ax, place, [y], [letter + "₁₂₃₄"[step - 1]], marker)


def _attention(ax: Axes) -> None:
    left = right = _column(4)
    shares = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.6, 0.1], [0.5, 0.1, 0.3, 0.1], [0.1, 0.1, 0.2, 0.6]])
    lines = [((0.3, left[j]), (1.7, right[i])) for i in range(4) for j in range(4)]
    ax.add_collection(
        LineCollection(lines, colors=style.visible(style.PURPLE, ax), linewidths=5 * shares.ravel(), zorder=1)
    )
    _units(ax, 0.3, left, ["x₁", "x₂", "x₃", "x₄"], "s")
    _units(ax, 1.7, right, ["y₁", "y₂", "y₃", "y₄"])


def _autoencoder(ax: Axes) -> None:
    wide, middle, narrow = _column(6), _column(4), _column(2)
    columns = [(0.0, wide), (0.5, middle), (1.0, narrow), (1.5, middle), (2.0, wide)]
    for (x, left), (y, right) in pairwise(columns):
        _edges(ax, _between((x, y), left, right), _OWN)
    for x, heights in columns:
        _units(ax, x, heights, marker="s" if x == 0 else "o")
    ax.text(1.0, 0.9, "code", ha="center", color=style.ink(ax))


def _generative(ax: Axes) -> None:
    columns = [(0.4, _column(2)), (1.0, _column(4)), (1.6, _column(6))]
    for (x, left), (y, right) in pairwise(columns):
        _edges(ax, _between((x, y), left, right), _OWN)
    for x, heights in columns:
        _units(ax, x, heights, marker="s" if x == 0.4 else "o")
    ax.text(0.4, 0.9, "random\nnumbers", ha="center", va="center", color=style.ink(ax))
    ax.text(1.6, -0.55, "new sample", ha="center", color=style.ink(ax))


_DRAWINGS = dict(zip(KINDS, (_dense, _convolutional, _recurrent, _attention, _autoencoder, _generative), strict=True))
