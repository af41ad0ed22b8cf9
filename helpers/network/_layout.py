"""Where the parts of a network drawing go.

All lengths are inches of the drawing, so that a size of text in points (1/72 inch) and a distance can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LINE = 1.3 / 72
"""Inches a line of text takes, for each point of its size."""

SMALLEST = 7.0
"""Points below which a label is left out rather than written."""

GAP_SLOTS = 3
"""Places that the dots and the true number take in a layer too wide to draw."""


@dataclass(frozen=True)
class Column:
    """One layer of the drawing.

    Attributes:
        x: Middle of the column.
        units: Indices of the units that are drawn, from 0.
        y: Their heights.
        bias_y: Height of the bias node; None where there is none.
        gap_y: Height of the place left for dots; None when all units are drawn.
    """

    x: float
    units: np.ndarray
    y: np.ndarray
    bias_y: float | None
    gap_y: float | None


@dataclass(frozen=True)
class Layout:
    """The whole drawing: its columns, the radius of a unit and the distance between two, and the top of the units."""

    columns: list[Column]
    radius: float
    slot: float
    top: float

    @property
    def bias_radius(self) -> float:
        """Bias nodes are smaller than units."""
        return 0.75 * self.radius


def shown_units(size: int, max_units: int) -> tuple[np.ndarray, int]:
    """Return (indices of the units drawn, how many of them stand above the dots); no dots when all are drawn."""
    if size <= max_units:
        return np.arange(size), size
    shown = max_units - 1
    above = (shown + 1) // 2
    return np.concatenate([np.arange(above), np.arange(size - (shown - above), size)]), above


def slots_needed(size: int, max_units: int, bias: bool) -> int:
    """Return how many places one above the other a layer takes."""
    return bias + (size if size <= max_units else max_units - 1 + GAP_SLOTS)


def arrange(
    sizes: tuple[int, ...],
    has_bias: list[bool],
    max_units: int,
    box: tuple[float, float, float, float],
    *,
    largest_radius: float,
    share: float,
) -> Layout:
    """Return the layout of the layers in a box (left, bottom, right, top), middles of the outer columns on its sides.

    Args:
        sizes: Units of each layer.
        has_bias: Whether a bias node is drawn in each layer.
        max_units: Layers wider than this are drawn with dots.
        box: Where the drawing goes.
        largest_radius: What a unit's radius may be at most.
        share: Radius of a unit as share of the distance between two units.
    """
    left, bottom, right, top = box
    needed = [slots_needed(size, max_units, bias) for size, bias in zip(sizes, has_bias, strict=True)]
    step = (right - left) / (len(sizes) - 1)
    slot = min((top - bottom) / max(needed), largest_radius / share * 1.25)
    radius = min(share * slot, 0.22 * step, largest_radius)
    middle = (top + bottom) / 2
    columns = []
    for index, (size, bias, slots) in enumerate(zip(sizes, has_bias, needed, strict=True)):
        units, above = shown_units(size, max_units)
        heights = middle + slot * ((slots - 1) / 2 - np.arange(slots))
        bias_y, heights = (heights[0], heights[1:]) if bias else (None, heights)
        elided = above < len(units)
        y = np.concatenate([heights[:above], heights[above + GAP_SLOTS :]]) if elided else heights
        gap_y = float(heights[above : above + GAP_SLOTS].mean()) if elided else None
        columns.append(Column(left + index * step, units, y, bias_y, gap_y))
    return Layout(columns, radius, slot, middle + slot * max(needed) / 2)


def edges(layout: Layout, step: int) -> np.ndarray:
    """Return the segments between columns `step` and `step + 1`, shape (rows, units, 2, 2); a drawn bias is first."""
    source, target = layout.columns[step], layout.columns[step + 1]
    heights, trims = source.y, np.full(len(source.y), layout.radius)
    if source.bias_y is not None:
        heights, trims = np.r_[source.bias_y, heights], np.r_[layout.bias_radius, trims]
    starts = np.stack([np.full(len(heights), source.x), heights], axis=-1)[:, None]
    ends = np.stack([np.full(len(target.y), target.x), target.y], axis=-1)[None]
    along = (ends - starts) / np.linalg.norm(ends - starts, axis=-1, keepdims=True)
    # Edges end inside the outline of a unit, which is drawn over them; squares are a little smaller than circles.
    return np.stack([starts + 0.8 * trims[:, None, None] * along, ends - 0.8 * layout.radius * along], axis=-2)
