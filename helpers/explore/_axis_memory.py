"""Ticks, labels and grid of an axis kept as pixels: they are half of the work of a figure, and seldom change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from helpers.explore._pixel_memory import PIXELS, has_pixels

SETTINGS = tuple(
    name
    for name in matplotlib.rcParams
    if name.startswith(("xtick", "ytick", "grid", "font", "text", "mathtext", "path"))
)
"""What a new tick reads from matplotlib's settings."""


def remember_axes(ax: Axes) -> None:
    """Make both axes of `ax` paste themselves from memory where they look as they, or others, did before.

    Ticks made by a locator cost more than all else in a usual picture: five artists each, made anew for every state.
    A drawing that looks at its locations and labels first needs no artist for those that it has seen. Axes whose ticks
    somebody had in hand (`set_xticks`, `get_xticklabels`) draw themselves as always.
    """
    if ax.name == "rectilinear":
        for axis in (ax.xaxis, ax.yaxis):
            axis.draw = _Draw(axis)  # type: ignore[method-assign]


def tick_extents(axis: Any) -> np.ndarray:
    """Return (labels, 4): left, lower, right and upper end of the tick labels of `axis`, as drawn last, in pixels."""
    if isinstance(axis.draw, _Draw) and axis.draw.extents is not None:
        return axis.draw.extents
    low, high = sorted(axis.get_view_interval())
    extents = [
        label.get_window_extent().extents
        for tick in axis.majorTicks  # get_ticklabels() would work out the ticks anew
        if low <= tick.get_loc() <= high
        for label in (tick.label1, tick.label2)
        if label.get_visible() and label.get_text()
    ]
    return np.array(extents).reshape(-1, 4)


class _Draw:
    """What stands in the place of `axis.draw`.

    Attributes:
        extents: What `tick_extents` returns, when the axis came from memory or went there; else None.
    """

    def __init__(self, axis: Any) -> None:
        self.axis = axis
        self.extents: np.ndarray | None = None

    def __call__(self, renderer: Any) -> None:
        self.extents = None
        if not self.axis.get_visible():
            return
        key = _look(self.axis) if has_pixels(renderer) else None
        if key is None:
            type(self.axis).draw(self.axis, renderer)
            return
        self.extents, offset = PIXELS.paste(renderer, key, self._draw)
        self.axis.offsetText.set_text(offset)
        self.axis.stale = False

    def _draw(self, renderer: Any) -> tuple[np.ndarray, str]:
        type(self.axis).draw(self.axis, renderer)
        return tick_extents(self.axis), self.axis.offsetText.get_text()


def _look(axis: Any) -> Hashable:
    """Return all that decides how `axis` looks, or None where that cannot be told without its ticks."""
    if isinstance(axis.major.locator, FixedLocator) or any(
        len(vars(axis).get(ticks, ())) > 1 for ticks in ("majorTicks", "minorTicks")
    ):
        return None  # somebody had the ticks in hand, and may have changed them one by one
    ax = axis.axes
    index = int(axis is ax.yaxis)
    ticks: list[Hashable] = []
    for ticker, locate in ((axis.major, axis.get_majorticklocs), (axis.minor, axis.get_minorticklocs)):
        places = np.zeros(0) if isinstance(ticker.locator, NullLocator) else np.asarray(locate(), float)
        points = np.zeros((len(places), 2))
        points[:, index] = places
        ticks += [ax.transData.transform(points)[:, index].tobytes(), tuple(ticker.formatter.format_ticks(places))]
    label = axis.label
    return (
        type(axis),
        axis.label_position,
        ax.bbox.bounds,
        *ticks,
        axis.major.formatter.get_offset(),
        *(repr(sorted(axis.get_tick_params(which).items())) for which in ("major", "minor")),
        *(repr(ax.spines[side].get_position()) for side in ("left", "bottom", "right", "top")),
        *map(_text, (label, axis.offsetText)),
        *label.get_transform().transform(label.get_position()),
        *(repr(matplotlib.rcParams[name]) for name in SETTINGS),
    )


def _text(text: Any) -> Hashable:
    """Return how a label looks, wherever it stands."""
    return (
        text.get_text(),
        text.get_visible(),
        repr(text.get_color()),
        text.get_alpha(),
        text.get_rotation(),
        text.get_horizontalalignment(),
        text.get_verticalalignment(),
        hash(text.get_fontproperties()),
        text.get_bbox_patch() is None,
    )
