"""How large numbers are on their way through a network: ridgelines, bells, and the mean squares of the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Rectangle

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import short
from helpers.picture import new_axes

Array = np.ndarray

BINS = 8
"""Bins of a histogram in each power of ten."""

HEIGHT = 0.92
"""Height of the highest bin of a row; rows are 1 apart."""

DECADES = (-6, 4)
UNITS, LAYERS = 200, 10


@cache
def draws() -> Array:
    """Return standard normal numbers for ten layers of 200 units, (10, 200, 200): weights are s times these."""
    return np.random.default_rng(0).normal(size=(LAYERS, UNITS, UNITS)).astype("float32")


@cache
def examples(count: int = 50) -> Array:
    """Return standard normal examples, (count, 200)."""
    return np.random.default_rng(1).normal(size=(count, UNITS)).astype("float32")


def ridgelines(
    ax: Axes,
    columns: Mapping[str, Sequence[Any]],
    colors: Sequence[str],
    expected: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Draw a histogram of log₁₀ |value| for each layer of each column; columns stand side by side, layer 1 on top.

    Sizes outside of `DECADES` are counted in the first or last bin; zeros and NaN are left out.

    Args:
        ax: Empty Axes.
        columns: Heading → an array of values for each layer.
        colors: One for each column.
        expected: Heading → for each layer, values that are evenly spread over what is expected there; drawn as a line.
    """
    (first, last), expected = DECADES, expected or {}
    pitch, number = last - first + 1, max(len(rows) for rows in columns.values())
    edges = first + np.arange((last - first) * BINS + 1) / BINS
    polygons, faces, lines = [], [], []
    for place, ((heading, rows), color) in enumerate(zip(columns.items(), colors, strict=True)):
        for row, values in enumerate(rows):
            density = _density(values)
            scale = HEIGHT / density.max() if density.any() else 0.0
            polygons.append(_staircase(edges + place * pitch, row, scale * density))
            faces.append(color)
            if heading in expected:
                # A needle of the smooth density can be higher than any measured bin; it ends at the row above.
                share = _density(expected[heading][row])
                curve = np.where(share > 0, row - np.minimum(scale * share, 1.2), np.nan)
                lines.append(np.column_stack([(edges[1:] + edges[:-1]) / 2 + place * pitch, curve]))
        ax.text(
            place * pitch + (first + last) / 2, -1.25, heading, ha="center", va="bottom", color=color, weight="bold"
        )
    shifts = [place * pitch for place in range(len(columns))]
    grid = [[(first + shift, row), (last + shift, row)] for shift in shifts for row in range(number)]
    ax.add_collection(LineCollection(grid, colors=style.LIGHT_GREY, linewidths=0.8))
    ones = [[(shift, number - 0.9), (shift, -1.1)] for shift in shifts]
    ax.add_collection(LineCollection(ones, colors=style.BLACK, linewidths=1.2, linestyles=":"))
    ax.add_collection(PolyCollection(polygons, facecolor=faces, edgecolor="none", alpha=0.7))
    ax.add_collection(LineCollection(lines, colors=style.BLACK, linewidths=1.2))
    powers = (-4, -2, 0, 2)
    names = {-4: "10⁻⁴", -2: "10⁻²", 0: "1", 2: "100"}
    ax.set_xticks([p + shift for shift in shifts for p in powers], [names[p] for p in powers] * len(shifts))
    ax.set_yticks(range(number), [str(row + 1) for row in range(number)])
    ax.set(xlim=(first - 0.3, first + len(shifts) * pitch - 0.7), ylim=(number - 0.8, -2.1), ylabel="layer")
    ax.set_xlabel("size of the numbers (dotted: 1)")
    ax.grid(False)


def _density(values: Any) -> Array:
    """Return the share of `values` in each bin of log₁₀ |value|, (bins,); all 0 where nothing can be counted."""
    first, last = DECADES
    bins = (last - first) * BINS
    with np.errstate(divide="ignore", invalid="ignore"):
        place = (np.log10(np.abs(np.asarray(values, dtype=np.float32).ravel())) - first) * BINS
    place = np.clip(place[place > -np.inf], 0, bins - 1).astype(int)  # NaN compares false, zeros are −∞
    return np.bincount(place, minlength=bins) / max(len(place), 1)


def _staircase(edges: Array, row: int, heights: Array) -> Array:
    """Return the corners of a histogram that stands on line `row` of an axis that points down, (2 bins + 2, 2)."""
    corners = np.full((2 * len(heights) + 2, 2), float(row))
    corners[1:-1, 0] = np.repeat(edges, 2)[1:-1]
    corners[[0, -1], 0] = edges[[0, -1]]
    corners[1:-1, 1] -= np.repeat(heights, 2)
    return corners


def size_in_words(values: Any) -> str:
    """Return the root mean square of `values` with as many digits as matter."""
    size = float(np.sqrt(np.mean(np.square(np.asarray(values, float)))))
    if size == 0 or not np.isfinite(size):
        return "0" if size == 0 else "infinite"
    if 0.0005 <= size < 9_999:
        return kit.short(float(f"{size:.2g}"))
    power = int(np.floor(np.log10(size)))
    return f"{size / 10.0**power:.0f} · 10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def activations(activation: str, size: float) -> list[Array]:
    """Return what ten layers of ReLU or tanh units make of the examples, with weights of standard deviation `size`."""
    a, rows = examples(), []
    for layer in draws():
        z = a @ (np.float32(size) * layer)
        a = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        rows.append(a)
    return rows


def draw_three_starts(*, ax: Axes | None = None) -> Axes:
    """Draw the sizes of the activations in ten ReLU layers whose weights start too small, right, and too large."""
    sizes = {"weights too small": 0.05, "just right": 0.1, "too large": 0.2}
    columns = {name: activations("ReLU", size) for name, size in sizes.items()}
    if ax is None:
        ends = ", ".join(f"{name} {size_in_words(rows[-1])}" for name, rows in columns.items())
        words = f"Histograms of activations in ten ReLU layers, three initializations; size in layer 10: {ends}."
        ax = new_axes(words, figsize=(7.6, 4.0))
    ridgelines(ax, columns, [style.look(name).color for name in ("small", "He", "large")])
    ax.set_title("Ten layers on: the signal dies, survives, or explodes")
    return ax


def signals(
    ax: Axes,
    propagate: Callable[..., tuple[list[Array], list[Array]]],
    predict: Callable[..., tuple[list[Array], list[Array]]] | None = None,
    s: float = 0.02,
    activation: str = "tanh",
) -> str:
    """Draw the sizes of activations and gradients in ten layers.

    Args:
        ax: Where to draw.
        propagate: `propagate(kernels, activation)` returns activations and gradients of all layers.
        predict: `predict(s, activation)` returns the same as predicted; drawn as lines.
        s: Standard deviation of the weights.
        activation: Name.
    """
    headings = ("activations a, going forward ↓", "gradients ∂L/∂a, going back ↑")
    found = dict(zip(headings, propagate(np.float32(s) * draws(), activation), strict=True))
    expected = dict(zip(headings, predict(s, activation), strict=True)) if predict else None
    color = style.look(activation).color
    ridgelines(ax, found, (color, color), expected)
    last, first = found[headings[0]][-1], found[headings[1]][0]
    ax.set_title(f"{activation}, s = {s:g}")
    ends = (
        f"size of the activations in layer 10 {size_in_words(last)}, of the gradients in layer 1 {size_in_words(first)}"
    )
    return f"Sizes in ten {activation} layers with weights of standard deviation {s:g}: {ends}."


BELL_RANGE = 4.2


@cache
def _sums(n: int) -> Array:
    """Return 100,000 sums of n products of standard normal numbers, divided by √200."""
    rng, total = np.random.default_rng(0), np.zeros(100_000, "float32")
    for _ in range(n):
        w, x = rng.standard_normal((2, total.size), dtype="float32")
        total += w * x
    return total / np.sqrt(200)


def bell(ax: Axes, n: int = 1, relu: bool = False, factor: float = 1.0) -> str:
    """Draw the distribution of a sum of n products w·x, and its mean square as a square.

    Args:
        ax: Where to draw.
        n: Products in the sum; each has mean square 1/200.
        relu: Whether ReLU cuts off what is negative.
        factor: What the weights are multiplied by.
    """
    z = factor * _sums(n)
    a = np.maximum(z, 0) if relu else z
    color = (style.look("ReLU") if relu else style.look("linear")).color
    edges = np.linspace(-BELL_RANGE, BELL_RANGE, 64)
    middle = (edges[1:] + edges[:-1]) / 2
    wide = float(np.std(z))
    density = np.histogram(z, edges)[0] / len(z) / np.diff(edges)
    full, top = density, 0.46
    if relu:
        ax.plot(middle[middle < 0], full[middle < 0], "--", color=color, linewidth=1.8)
        density = np.where(middle > 0, density, 0)
        ax.fill_between([-0.13, 0], top + 0.1, color=color, linewidth=0)
        ax.text(-0.35, 0.475, "half are 0", color=color, ha="right", va="center")
    ax.fill_between(middle, np.minimum(density, top + 0.1), step="mid", color=color, linewidth=0)
    square = float(np.mean(a**2))
    side = 1.6 * np.sqrt(square)
    box = ax.inset_axes((0.72, 0.3, 0.28, 0.7))
    kit.bare(box, (-1.25, 1.25), (-1.6, 1.6))
    box.set_aspect("equal")
    box.add_patch(Rectangle((-side / 2, -side / 2), side, side, color=color, linewidth=0))
    box.add_patch(Rectangle((-0.8, -0.8), 1.6, 1.6, fill=False, edgecolor=style.BLACK, linestyle=":", linewidth=1.2))
    box.text(0, 1.0, "mean square", ha="center", va="bottom", fontsize=kit.points(10))
    box.text(0, -1.0, kit.number(square, 3 if square < 0.02 else 2), ha="center", va="top", weight="bold",
             fontsize=kit.points(15), color=color if relu else style.BLACK)  # fmt: skip
    ax.set(xlim=(-BELL_RANGE, 8.2), ylim=(0, 0.52), xticks=(-3, 0, 3), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.grid(False)
    weights = f", weights × {kit.number(factor, 2)}" if abs(factor - 1) > 1e-6 else ""
    ax.set_title(f"n = {n}{weights}{', ReLU' * relu}")
    cut = ", negative ones set to 0" if relu else ""
    return (
        f"Sums of {n} products, weights multiplied by {factor:.2f}{cut}: standard deviation before ReLU {wide:.2f}, "
        f"mean square {square:.3f}."
    )


def draw_rules(predicted: Mapping[str, Sequence[float]], measured: Mapping[str, Sequence[float]], *,
               ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw the mean square that a layer of 400 inputs and 100 units leaves, as squares: a row for each rule.

    Args:
        predicted: Rule → mean squares forward, forward through ReLU, backward, backward through ReLU.
        measured: The same, measured.
        ax: Where to draw.
    """
    if ax is None:
        words = "; ".join(f"{name} {', '.join(map(short, row))}" for name, row in predicted.items())
        ax = new_axes(f"Mean squares forward, through ReLU, backward, through ReLU: {words}.", figsize=(7.6, 4.0))
    kit.bare(ax, (-1.5, 6.3), (-2.75, 1.35))
    ax.set_aspect("equal")
    for place, heading in zip((0, 1.6, 3.4, 5.0), ("linear", "ReLU", "linear", "ReLU"), strict=True):
        ax.text(place + 0.3, 0.6, heading, ha="center")
    ax.text(1.1, 0.95, "forward, 400 → 100", ha="center", weight="bold")
    ax.text(4.5, 0.95, "back, 400 ← 100", ha="center", weight="bold")
    for row, (name, numbers) in enumerate(predicted.items()):
        ax.text(-1.45, -row, name, va="center", weight="bold", color=style.look(name).color)
        for place, number, found in zip((0, 1.6, 3.4, 5.0), numbers, measured[name], strict=True):
            side, keeps = 0.62 * np.sqrt(number), abs(number - 1) < 1e-9
            color = style.look(name).color if keeps else style.LIGHT_GREY
            ax.add_patch(Rectangle((place - side / 2, -row - side / 2), side, side, color=color, linewidth=0))
            edge: dict[str, Any] = {"fill": False, "edgecolor": style.BLACK, "linestyle": ":", "linewidth": 1.2}
            ax.add_patch(Rectangle((place - 0.31, -row - 0.31), 0.62, 0.62, **edge))
            ax.text(place + 0.5, -row + 0.02, short(number), va="bottom", weight="bold" if keeps else "normal",
                    fontsize=kit.points(13))  # fmt: skip
            ax.text(place + 0.5, -row - 0.02, kit.number(found, 2), va="top", color=style.GREY, fontsize=kit.points(10))
    ax.text(-1.45, -2.7, "Area: the mean square. Dotted: 1. Grey numbers: measured over ten draws.", color=style.GREY,
            fontsize=kit.points(10))  # fmt: skip
    ax.set_title("LeCun and He keep the size going forward, Glorot compromises")
    return ax
