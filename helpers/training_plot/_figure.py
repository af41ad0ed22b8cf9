"""The figure of a training run: one panel for each metric, redrawn without making anything new."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers import style
from helpers.picture import encode_png
from helpers.training_plot._record import Best, Series, family, is_learning_rate

MOST_PANELS = 6
"""Metrics beyond this many are named under the header, not drawn."""

_MOST_MARKERS = 12  # more would hide whether a line is dashed
_LARGEST = 1e300  # beyond it, matplotlib's arithmetic on the limits of an axis overflows


def shorten(text: str, most: int) -> str:
    """Return `text` on one line of at most `most` characters, cut off with … where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: max(1, most - 1)] + "…"


def _limits(values: Sequence[float], logarithmic: bool, old: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return the ends of a y-axis that shows `values`, none of them NaN or infinite, with some room around them.

    `old` ends stay while the values lie between them and fill two thirds: an axis that jumps at every epoch is hard to
    read, and costs most of a redraw.
    """
    low = max(min(values), -_LARGEST)
    high = min(max(values), _LARGEST)
    if logarithmic:
        return low / 1.6, high * 1.6
    if old and old[0] <= low and high <= old[1] and 3 * (high - low) > 2 * (old[1] - old[0]):
        return old
    room = 0.07 * (high - low) or 0.05 * abs(high) or 0.5
    return low - room, high + room


class _Panel:
    """The axes of one metric, with its artists; `show` moves them to new values."""

    def __init__(self, axes: Axes, name: str, characters: int, inches: float) -> None:
        self.name = name
        self.axes = axes
        self.inches = inches
        self.is_rate = is_learning_rate(name)
        self.limits: tuple[tuple[float, float], tuple[float, float]] | None = None
        size = FontProperties(size=matplotlib.rcParams["xtick.labelsize"]).get_size_in_points()  # may be "small"
        self._use_plain_ticks()
        # A fixed height: looking for a free one costs a fifth of a redraw.
        axes.set_title(shorten(name, characters), loc="left", y=1.0, parse_math=False)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
        self.best_line = axes.axvline(1, color=style.GREY, linestyle=":", linewidth=1.2, zorder=1)
        marker_size = 2.2 * matplotlib.rcParams["lines.linewidth"]
        self.lines: dict[str, Any] = {}
        self.labels: dict[str, Any] = {}
        for key, word, color, line_style, marker in (
            (name, "training", style.BLUE, "-", "o"),
            (f"val_{name}", "validation", style.VERMILION, "--", "s"),
        ):
            (self.lines[key],) = axes.plot(
                [], [], color=color, linestyle=line_style, marker=marker, markersize=marker_size, label=key
            )
            self.labels[key] = axes.annotate(
                "" if self.is_rate else word, (0, 0), xycoords=("data", "axes fraction"), xytext=(0.9 * size, 0),
                textcoords="offset points", color=color, fontsize=size, va="center", annotation_clip=False,
            )  # fmt: skip
        (self.ring,) = axes.plot(
            [], [], linestyle="none", marker="o", markersize=2.6 * marker_size, markerfacecolor="none",
            markeredgecolor=style.BLACK, markeredgewidth=1.8, zorder=4, clip_on=False,
        )  # fmt: skip
        (self.ends,) = axes.plot(
            [], [], linestyle="none", marker="X", markersize=2.2 * marker_size, color=style.VERMILION,
            markeredgecolor="white", zorder=4, clip_on=False,
        )  # fmt: skip

        # What an epoch changes: left out when the rest is drawn, and drawn on top of it.
        self.moving = [self.best_line, *self.lines.values(), *self.labels.values(), self.ring, self.ends]
        for artist in self.moving:
            artist.set_animated(True)

    def _use_plain_ticks(self) -> None:
        """Write the whole value at every tick: a factor above the axis would stand in the panel's title."""
        self.axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        self.axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))

    def show(self, series: dict[str, Series], best: Best | None, right: tuple[float, float], settle: bool) -> None:
        """Move every artist to `series`, mark `best`, and let the x-axis span `right`.

        With `settle` the y-axis fits its values closely; otherwise it moves only when it must.
        """
        own = {key: series[key] for key in self.lines if key in series}
        finite = [value for one in own.values() for value in one.values if math.isfinite(value)]
        logarithmic = self.is_rate and bool(finite) and 0 < 10 * min(finite) <= max(finite)
        if logarithmic != (self.axes.get_yscale() == "log"):
            self.axes.set_yscale("log" if logarithmic else "linear")
            if not logarithmic:
                self._use_plain_ticks()
        old = None if settle or self.limits is None else self.limits[1]
        bottom, top = _limits(finite, logarithmic, old) if finite else (0.0, 1.0)
        if self.limits != (right, (bottom, top)):
            self.limits = right, (bottom, top)
            self.axes.set_xlim(*right)
            self.axes.set_ylim(bottom, top)
        for key, one in own.items():
            self.lines[key].set_data(one.epochs, one.values)
            self.lines[key].set_markevery(max(1, math.ceil(len(one.epochs) / _MOST_MARKERS)))
        self._place_labels(own, bottom, top, logarithmic)
        self._mark_stops(own)
        self.best_line.set_visible(best is not None)
        if best is not None:
            self.best_line.set_xdata([best.epoch, best.epoch])
        here = best is not None and best.name in self.lines
        self.ring.set_data([best.epoch] if best and here else [], [best.value] if best and here else [])

    def _place_labels(self, own: dict[str, Series], bottom: float, top: float, logarithmic: bool) -> None:
        """Put each line's name to the right of its last finite value, and push two names apart that would touch."""
        scale = math.log10 if logarithmic else float
        heights: dict[str, float] = {}
        right = 0
        for key, label in self.labels.items():
            one = own.get(key, Series())
            known = [i for i, value in enumerate(one.values) if math.isfinite(value)]
            label.set_visible(bool(known))
            if known:
                value = min(max(one.values[known[-1]], -_LARGEST), _LARGEST)
                heights[key] = (scale(value) - scale(bottom)) / (scale(top) - scale(bottom))
                right = max(right, one.epochs[known[-1]])
        if len(heights) == 2:
            (low, a), (high, b) = sorted(heights.items(), key=lambda item: item[1])
            missing = 1.25 * self.labels[low].get_fontsize() / 72 / self.inches - (b - a)
            if missing > 0:
                heights = {low: a - missing / 2, high: b + missing / 2}
        for key, height in heights.items():
            self.labels[key].xy = (right, height)

    def _mark_stops(self, own: dict[str, Series]) -> None:
        """Put a cross on the last finite point before a value that is none."""
        points = []
        for one in own.values():
            stop = one.stop()
            if stop and (at := one.epochs.index(stop[0])):
                points.append((one.epochs[at - 1], one.values[at - 1]))
        self.ends.set_data([x for x, _ in points], [y for _, y in points])


class TrainingFigure:
    """A figure with one panel for each metric of a training run.

    Args:
        names: The metrics as Keras logs them; `val_loss` shares the panel of `loss`.
        title: A line above everything else, or None.
    """

    def __init__(self, names: Sequence[str], title: str | None = None) -> None:
        self.names = tuple(names)
        families = list(dict.fromkeys(family(name) for name in names)) or ["loss"]
        drawn = families[:MOST_PANELS]
        self.left_out = families[MOST_PANELS:]
        size = float(matplotlib.rcParams["font.size"])
        em = size / 72
        width, row = matplotlib.rcParams["figure.figsize"]
        columns = min(2, len(drawn))
        rows = math.ceil(len(drawn) / columns)
        row = row if rows == 1 else 0.78 * row
        header = (1.5 * (2 + bool(title) + bool(self.left_out)) + 2.6) * em
        height = row * rows + header - 2.6 * em
        self.figure = Figure(figsize=(width, height))
        if to_rgba(self.figure.get_facecolor())[3] < 1:
            self.figure.set_facecolor("white")  # on a dark page, black text on a transparent background is lost
        self._canvas = FigureCanvasAgg(self.figure)
        self._still: tuple[object, Any] | None = None
        self._most = int(width / (0.62 * em)) - 3
        grid = self.figure.add_gridspec(
            rows, columns, left=4.7 * em / width, right=1 - 5.9 * em / width, top=1 - header / height,
            bottom=3.3 * em / height, wspace=10.7 * em / ((width - 10.6 * em - 10.7 * em * (columns - 1)) / columns),
            hspace=3.6 * em / ((height - header - 3.3 * em - 3.6 * em * (rows - 1)) / rows),
        )  # fmt: skip
        self.panels = []
        for index, name in enumerate(drawn):
            axes = self.figure.add_subplot(grid[index // columns, index % columns])
            inches = axes.get_position().height * height
            self.panels.append(_Panel(axes, name, max(12, int((width / columns / em - 5) / 0.72)), inches))
            if index + columns >= len(drawn):
                axes.set_xlabel("epoch")
        bold = FontProperties(weight="bold", size=1.15 * size)
        texts = [(title, bold)] if title else []
        texts += [("", FontProperties(weight="bold", size=size)), ("", FontProperties(size=size))]
        if self.left_out:
            texts.append((f"not drawn: {', '.join(self.left_out)}", FontProperties(size=0.9 * size)))
        lines = []
        for index, (text, font) in enumerate(texts):
            y = 1 - (0.6 + 1.5 * index) * em / height
            lines.append(
                self.figure.text(
                    0.8 * em / width, y, shorten(text or "", int(0.85 * self._most)), fontproperties=font, va="top",
                    color=style.BLACK, parse_math=False,
                )
            )  # fmt: skip
        self._state, self._best = lines[bool(title) : bool(title) + 2]
        self._stops = self.figure.text(
            1 - 0.8 * em / width, self._state.get_position()[1], "", size=size, ha="right", va="top",
            color=style.VERMILION, parse_math=False,
        )  # fmt: skip

        for changing in (self._state, self._best, self._stops):
            changing.set_animated(True)

    def draw(
        self, series: dict[str, Series], best: Best | None, stops: Sequence[str], state: str, last: int, settle: bool
    ) -> None:
        """Show `series`.

        Args:
            series: What to draw, as `TrainingRecord.series` returns it.
            best: The epoch to mark, or None.
            stops: What to say of metrics that stopped being a number: "loss became NaN at epoch 5".
            state: The header: "epoch 7 of 25 · 12 s left".
            last: The epoch at which the x-axis ends.
            settle: Whether the y-axes fit their values closely, as in a figure that stays.
        """
        self._state.set_text(shorten(state, self._most))
        more = f" (and {len(stops) - 1} more)" if len(stops) > 1 else ""
        self._stops.set_text(shorten(f"× {stops[0]}", self._most - len(state) - len(more) - 4) + more if stops else "")
        self._best.set_text(shorten(f"○ {best}" if best else "", self._most))
        first = min((one.epochs[0] for one in series.values()), default=1)
        room = 0.02 * max(1, last - first)
        across = (first - 0.5, first + 0.5) if last <= first else (first - room, last + room)
        for panel in self.panels:
            panel.show(series, best, across, settle)

    def to_png(self, *, compress_level: int) -> bytes:
        """Return the figure as PNG; axes, ticks and titles are drawn anew only where an axis has moved."""
        frame = [(panel.limits, panel.axes.get_yscale()) for panel in self.panels]
        if self._still is None or self._still[0] != frame:
            self._canvas.draw()
            self._still = frame, self._canvas.copy_from_bbox(self.figure.bbox)
        else:
            self._canvas.restore_region(self._still[1])
        for panel in self.panels:
            for artist in panel.moving:
                panel.axes.draw_artist(artist)
        for text in (self._state, self._best, self._stops):
            self.figure.draw_artist(text)
        return encode_png(np.asarray(self._canvas.buffer_rgba()), compress_level=compress_level)
