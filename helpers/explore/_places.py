"""Where Axes and their labels stand, kept from one state of a figure to the next."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox, ScaledTranslation

from helpers._pixels import tick_extents

SLACK = 3.0
"""Pixels by which tick labels may outgrow the room that the layout gave them before the layout is made again."""

SIDES: tuple[Any, ...] = ("left", "center", "right")
"""The three titles that an Axes has."""


class Place(NamedTuple):
    """Where an Axes stands and its labels, so that the next state need not find out: that is a third of the drawing.

    Attributes:
        box: Of the Axes, in the figure; None for Axes that the layout leaves alone.
        labels: Pixels from the Axes to the label of the x-axis and to that of the y-axis; None without such labels.
        title_is_low: Nothing pushes the title up, such as ticks above.
        room: (4,) pixels that tick labels take on the left, below, on the right and above.
    """

    box: Bbox | None
    labels: tuple[float, float] | None
    title_is_low: bool
    room: np.ndarray

    @classmethod
    def of(cls, ax: Axes) -> Place:
        """Return the place of `ax` as it was drawn last."""
        # Panels, their twins and colour bars are placed by the layout; what draw puts somewhere by hand is not.
        placed = ax.get_subplotspec() is not None or ax.get_label() == "<colorbar>"
        labels = None
        if ax.name == "rectilinear":
            x, y = (text.get_transform().transform(text.get_position()) for text in (ax.xaxis.label, ax.yaxis.label))
            labels = _outside(x[1], ax.bbox.y0, ax.bbox.y1), _outside(y[0], ax.bbox.x0, ax.bbox.x1)
        low = abs(ax.title.get_position()[1] - 1) < 1e-3 and not ax.yaxis.offsetText.get_text()
        return cls(ax.get_position(original=True) if placed else None, labels, low, _room(ax))

    def apply(self, ax: Axes) -> None:
        """Put `ax` and its labels in this place."""
        if self.box is not None:
            ax.set_position(self.box)  # type: ignore[arg-type]
        if self.labels is not None and ax.name == "rectilinear":
            inches = ax.figure.dpi_scale_trans
            below, beside = (distance / ax.figure.dpi for distance in self.labels)
            x, y = ax.xaxis.label.get_position()[0], ax.yaxis.label.get_position()[1]
            ax.xaxis.set_label_coords(x, float(below > 0), ax.transAxes + ScaledTranslation(0, below, inches))
            ax.yaxis.set_label_coords(float(beside > 0), y, ax.transAxes + ScaledTranslation(beside, 0, inches))
        empty = [side for side in SIDES if not ax.get_title(side)]
        if self.title_is_low and empty:
            ax.set_title("", loc=empty[0], y=1.0)  # a height for one, and matplotlib looks for no better one for all

    def is_outgrown(self, ax: Axes) -> bool:
        """Tell whether the tick labels of `ax`, as drawn last, need more room than they have here."""
        return bool((_room(ax) > self.room + SLACK).any())


def _outside(value: float, low: float, high: float) -> float:
    """Return how far `value` lies above `high`, or (negative) below `low`, whichever is nearer."""
    return value - high if value > (low + high) / 2 else value - low


def _room(ax: Axes) -> np.ndarray:
    """Return (4,): pixels that tick labels take on the left, below, on the right and above `ax`, as drawn last."""
    room = np.zeros(4)
    if ax.name == "rectilinear" and ax.axison and ax.get_visible():
        box = ax.bbox.extents
        for side, axis in enumerate((ax.yaxis, ax.xaxis)):
            extents = tick_extents(axis)
            if len(extents):
                room[side] = box[side] - extents[:, side].min()
                room[side + 2] = extents[:, side + 2].max() - box[side + 2]
        if ax.yaxis.offsetText.get_text():
            room[3] += ax.yaxis.offsetText.get_fontsize()  # "1e6" stands above
    return np.maximum(room, 0)
