"""Ridgelines of sizes: how large the numbers in each layer of a network are, for many layers in one Axes.

From layer to layer the numbers in a network can shrink or grow a millionfold, so a histogram of the numbers themselves
is a needle or a line. These are histograms of their sizes on a logarithmic scale, one above the other: signals that
keep their size stand in a column, signals that vanish lean to the left and those that explode to the right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from helpers import style
from helpers.picture import new_axes

BINS_PER_DECADE = 8
HEIGHT = 0.92
"""Height of the highest bin of a row; rows are 1 apart."""


def draw_ridgelines(
    columns: Mapping[str, Sequence[Any]],
    expected: Mapping[str, Sequence[Any]] | None = None,
    *,
    ax: Axes | None = None,
    decades: tuple[int, int] = (-7, 3),
    row_name: str = "layer",
) -> Axes:
    """Draw a histogram of log₁₀ |value| for each row of each column; columns stand side by side, row 1 on top.

    Sizes outside of `decades` are counted in the first or last bin; zeros, which have no logarithm, and NaN are left
    out, and so is a row that holds nothing else. Each histogram is as high as the others, whatever it counts.

    Args:
        columns: Heading → an array of values for each row, of any shape.
        expected: Heading → for each row, values that are evenly spread over the distribution that is expected there
            (its quantiles). Their histogram is drawn as a line over the measured one, to the same scale of area.
        ax: Empty Axes; those of a new figure when None.
        decades: The powers of ten where each column begins and ends.
        row_name: What a row is, for the axis.

    Returns:
        The Axes.

    Raises:
        ValueError: There are no columns, they have different numbers of rows, or `decades` is no range.
    """
    expected = expected or {}
    first, last = decades
    lengths = {len(rows) for rows in [*columns.values(), *expected.values()]}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"every column needs the same number of rows, at least one, but they have {sorted(lengths)}")
    if first >= last:
        raise ValueError(f"decades needs a lower and a higher power of ten, but got {decades!r}")
    if unknown := set(expected) - set(columns):
        raise ValueError(f"expected names {sorted(unknown)}, which is no column; there are {list(columns)}")
    ax = new_axes(describe_ridgelines(columns, row_name=row_name)) if ax is None else ax
    number, pitch = lengths.pop(), last - first + 1
    edges = first + np.arange((last - first) * BINS_PER_DECADE + 1) / BINS_PER_DECADE
    powers = range(first + first % 2, last + 1, 2)
    polygons, colors, lines = [], [], []
    for place, (heading, rows) in enumerate(columns.items()):
        for row, values in enumerate(rows):
            density = _density(values, first, last)
            scale = HEIGHT / density.max() if density.any() else 0.0
            polygons.append(_staircase(edges + place * pitch, row, scale * density))
            colors.append(style.visible(style.COLORS[place % len(style.COLORS)], ax))
            if heading in expected:
                # A needle of the smooth density can be higher than any measured bin; it ends at the row above.
                curve = row - np.minimum(scale * _density(expected[heading][row], first, last), 1.2)
                lines.append(np.column_stack([(edges[1:] + edges[:-1]) / 2 + place * pitch, curve]))
        ax.text(place * pitch + (first + last) / 2, -1.15, heading, ha="center", va="bottom")
    # Few artists, as figures that move are drawn at every step of a slider: one for the grid, one for all histograms.
    shifts = [place * pitch for place in range(len(columns))]
    faint = style.LIGHT_GREY if style.ink(ax) == style.BLACK else "#444444"
    grid = [[(power + shift, number - 1), (power + shift, -1)] for shift in shifts for power in powers]
    grid += [[(first + shift, row), (last + shift, row)] for shift in shifts for row in range(number)]
    ax.add_collection(LineCollection(grid, colors=faint, linewidths=0.8))
    ax.add_collection(PolyCollection(polygons, facecolor=colors, edgecolor="none", alpha=0.6))
    ax.add_collection(LineCollection(lines, colors=style.ink(ax), linewidths=1.2))
    ax.set_xticks([power + shift for shift in shifts for power in powers], [_power(p) for p in powers] * len(shifts))
    ax.set_yticks([0, *range(4, number, 5)], ["1", *(str(row + 1) for row in range(4, number, 5))])
    ax.set(xlim=(first - 0.3, first + len(shifts) * pitch - 0.7), ylim=(number - 0.8, -1.9), ylabel=row_name)
    ax.grid(False)
    return ax


def describe_ridgelines(columns: Mapping[str, Sequence[Any]], *, row_name: str = "layer") -> str:
    """Return in a sentence what `draw_ridgelines` shows: the usual size in the first and last row of each column."""
    parts = []
    for heading, rows in columns.items():
        sizes = [_usual_size(rows[0]), _usual_size(rows[-1])]
        parts.append(f"{heading}: {sizes[0]} in {row_name} 1, {sizes[1]} in {row_name} {len(rows)}")
    return f"Histograms of the sizes of numbers in each {row_name}, typical sizes: {'; '.join(parts)}."


def _usual_size(values: Any) -> str:
    """Return the median size of `values` as a power of ten in words that can be read aloud."""
    sizes = np.abs(np.asarray(values, dtype=float).ravel())
    sizes = sizes[sizes > 0]
    return f"about {np.median(sizes):.1g}" if len(sizes) else "none"


def _density(values: Any, first: int, last: int) -> np.ndarray:
    """Return the share of `values` in each bin of log₁₀ |value|, (bins,); all 0 where nothing can be counted."""
    bins = (last - first) * BINS_PER_DECADE
    with np.errstate(divide="ignore", invalid="ignore"):
        place = (np.log10(np.abs(np.asarray(values, dtype=np.float32).ravel())) - first) * BINS_PER_DECADE
    place = np.clip(place[place > -np.inf], 0, bins - 1).astype(int)  # NaN compares false, zeros are −∞
    return np.bincount(place, minlength=bins) / max(len(place), 1)


def _staircase(edges: np.ndarray, row: int, heights: np.ndarray) -> np.ndarray:
    """Return the corners of a histogram that stands on line `row` of an axis that points down, (2 bins + 2, 2)."""
    corners = np.full((2 * len(heights) + 2, 2), float(row))
    corners[1:-1, 0] = np.repeat(edges, 2)[1:-1]
    corners[[0, -1], 0] = edges[[0, -1]]
    corners[1:-1, 1] -= np.repeat(heights, 2)
    return corners


def _power(exponent: int) -> str:
    """Return 10 to the power of `exponent` in digits that need no typesetting."""
    return "1" if exponent == 0 else "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
