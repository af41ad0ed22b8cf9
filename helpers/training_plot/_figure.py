"""The figure of a training run: one panel for each metric, redrawn without making anything new."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers import style
from helpers.picture import encode_png
from helpers.training_plot._record import Best, Series, family, is_learning_rate

MOST_PANELS = 6
"""Metrics beyond this many are named under the header, not drawn."""

_LEFT, _RIGHT, _BETWEEN = 4.7, 5.9, 10.7
"""Room beside the panels and between two of them, for ticks and the names of lines, in widths of the letter M (em)."""

_BOTTOM, _ABOVE, _APART = 3.3, 2.6, 3.6
"""Room below the panels, above them (under the header) and between two rows of them, in em."""

_SMALLEST = 9.0, 5.5
"""Width and height in em that a panel has at least: a figure too small for its letters gets one column, then grows."""

_ONE_LINE = 56
"""Characters to a line from which on each sentence of the header has one line; in narrower figures it has two."""

_MOST_MARKERS = 12  # more would hide whether a line is dashed
_LARGEST = 1e300  # beyond it, matplotlib's arithmetic on the limits of an axis overflows


def shorten(text: str, most: int) -> str:
    """Return `text` on one line of at most `most` characters, cut off with … where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: max(1, most - 1)] + "…"


def _visible(color: str, ground: Any) -> str:
    """Return `color`, nearer to white or black where `ground` hides it: a contrast of 3, in a dark style 4.5."""
    return style.visible(color, ground, 3.0 if style.ink(ground) == style.BLACK else 4.5)


def _points(setting: Any) -> float:
    """Return the size of letters that a setting such as `xtick.labelsize` asks for, which may be "small"."""
    return FontProperties(size=matplotlib.rcParams[setting]).get_size_in_points()


def _families() -> list[str]:
    """Return the families of `font.family` that are installed: matplotlib reports a missing one at each look-up."""
    found = []
    for name in matplotlib.rcParams["font.family"]:
        try:
            findfont(FontProperties(family=name), fallback_to_default=False)
        except ValueError:
            continue
        found.append(name)
    return found or ["DejaVu Sans"]  # comes with matplotlib


def _limits(values: Sequence[float], logarithmic: bool, old: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return the ends of a y-axis that shows `values`, none of them NaN or infinite, with some room around them.

    `old` ends stay while the values lie between them and fill two thirds: an axis that jumps at every epoch is hard to
    read, and costs most of a redraw.
    """
    low, high = (min(max(end, -_LARGEST), _LARGEST) for end in (min(values), max(values)))
    if logarithmic:
        return low / 1.6, high * 1.6
    if old and old[0] <= low and high <= old[1] and 3 * (high - low) > 2 * (old[1] - old[0]):
        return old
    room = 0.07 * (high - low) or 0.05 * abs(high) or 0.5
    return low - room, high + room


class _Panel:
    """The axes of one metric, with its artists; `show` moves them to new values."""

    def __init__(self, page: Figure, axes: Axes, name: str, em: float) -> None:
        self.name = name
        self.axes = axes
        width, self.inches = axes.get_position().size * page.get_size_inches()
        around, ground = page.get_facecolor(), style.ground(axes)
        self.is_rate = is_learning_rate(name)
        self.limits: tuple[tuple[float, float], tuple[float, float]] | None = None
        size = _points("xtick.labelsize")
        self._most_ticks = max(2, min(6, int(self.inches / em / 1.6)))
        self._use_plain_ticks()
        # A fixed height: looking for a free one costs a fifth of a redraw.
        characters = max(12, int((width / em + 5) / 0.72))
        axes.set_title(shorten(name, characters), loc="left", y=1.0, parse_math=False)
        nbins = max(2, min(5, int(width / em / 2)))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=nbins, integer=True, min_n_ticks=1))
        self.best_line = axes.axvline(1, color=_visible(style.GREY, ground), linestyle=":", linewidth=1.2, zorder=1)
        marker_size = 2.2 * matplotlib.rcParams["lines.linewidth"]
        self.lines: dict[str, Any] = {}
        self.bands: dict[str, Any] = {}
        self.labels: dict[str, Any] = {}
        for key, word in ((name, "training"), (f"val_{name}", "validation")):
            color, dash, marker = style.look(word)
            (self.lines[key],) = axes.plot(
                [], [], color=_visible(color, ground), linestyle=dash, marker=marker, markersize=marker_size, label=key
            )
            self.bands[key] = axes.fill_between([], [], [], color=_visible(color, ground), alpha=0.18, linewidth=0)
            self.labels[key] = axes.annotate(
                "" if self.is_rate else word, (0, 0), xycoords=("data", "axes fraction"), xytext=(0.9 * size, 0),
                textcoords="offset points", color=_visible(color, around), fontsize=size, va="center",
                annotation_clip=False,
            )  # fmt: skip
        (self.ring,) = axes.plot(
            [], [], linestyle="none", marker="o", markersize=2.6 * marker_size, markerfacecolor="none",
            markeredgecolor=style.ink(ground), markeredgewidth=1.8, zorder=4, clip_on=False,
            label="_best",
        )  # fmt: skip
        (self.ends,) = axes.plot(
            [], [], linestyle="none", marker="X", markersize=2.2 * marker_size,
            color=_visible(style.VERMILION, ground), markeredgecolor=ground, zorder=4, clip_on=False,
            label="_stopped",
        )  # fmt: skip

        # What an epoch changes: left out when the rest is drawn, and drawn on top of it.
        self.moving = [
            self.best_line,
            *self.bands.values(),
            *self.lines.values(),
            *self.labels.values(),
            self.ring,
            self.ends,
        ]
        for artist in self.moving:
            artist.set_animated(True)

    def _use_plain_ticks(self) -> None:
        """Write the whole value at every tick: a factor above the axis would stand in the panel's title."""
        self.axes.yaxis.set_major_locator(MaxNLocator(nbins=self._most_ticks, steps=[1, 2, 2.5, 5, 10]))
        self.axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))

    def show(self, series: dict[str, Series], best: Best | None, right: tuple[float, float], settle: bool) -> None:
        """Move every artist to `series`, mark `best`, and let the x-axis span `right`.

        With `settle` the y-axis fits its values closely; otherwise it moves only when it must.
        """
        own = {key: series[key] for key in self.lines if key in series}
        values = [
            value for one in own.values() for value in (*one.values, *(end for band in one.bands for end in band))
        ]
        finite = [value for value in values if math.isfinite(value)]
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
            if np.isfinite(one.bands).any():
                self.bands[key].set_data(one.epochs, *np.transpose(one.bands))
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
        """Put a cross on the upper edge above the first epoch in which a value is no finite number."""
        epochs = [stop[0] for stop in (one.stop() for one in own.values()) if stop]
        self.ends.set_data(epochs, [self.axes.get_ylim()[1]] * len(epochs))


class TrainingFigure:
    """A figure with one panel for each metric of a training run.

    It is as wide as `figure.figsize` says, and each row about as high, but never smaller than its letters need.

    Args:
        names: The metrics as Keras logs them; `val_loss` shares the panel of `loss`.
        title: A line above everything else, or None.
        stopped: Whether room is needed to say that a metric stopped being a number.
    """

    def __init__(self, names: Sequence[str], title: str | None = None, stopped: bool = False) -> None:
        self.made_for = tuple(names), stopped
        families = list(dict.fromkeys(family(name) for name in names)) or ["loss"]
        drawn = families[:MOST_PANELS]
        self.left_out = families[MOST_PANELS:]
        self.finished = False
        self._still: tuple[object, Any] | None = None
        self._families = _families()
        with self._fonts():
            self._make(drawn, title, stopped)

    def _make(self, drawn: list[str], title: str | None, stopped: bool) -> None:
        size = float(matplotlib.rcParams["font.size"])
        others = [_points(f"{part}.labelsize") for part in ("axes", "xtick", "ytick")]
        em = max(size, *others, _points("axes.titlesize") / 1.2) / 72
        width, row = matplotlib.rcParams["figure.figsize"]
        width /= em
        columns = 2 if len(drawn) > 1 and width >= _LEFT + _BETWEEN + _RIGHT + 2 * _SMALLEST[0] else 1
        width = max(width, _LEFT + _RIGHT + _SMALLEST[0])
        rows = math.ceil(len(drawn) / columns)
        frame = _BOTTOM + _ABOVE + _APART * (rows - 1)
        height = max(style.fit(width, row if rows == 1 else 0.78 * row * rows)[1] / em, rows * _SMALLEST[1] + frame)

        self._most = int(width * em / (0.62 * size / 72)) - 3
        self._narrow = self._most < _ONE_LINE
        above = self._wrap(title or "", share=0.85)
        below = self._wrap(f"not drawn: {', '.join(self.left_out)}" if self.left_out else "", share=0.85)
        lines = 2 + (2 + 2 * stopped) * self._narrow
        lines += sum(1 + text.count("\n") for text in (above, below) if text)
        height += 1.5 * lines
        self._step = 1.5 / height

        self.figure = Figure(figsize=(round(width * em, 6), round(height * em, 6)))
        self.figure.set_layout_engine("none")  # the panels have their places, whatever `figure.autolayout` says
        if to_rgba(self.figure.get_facecolor())[3] < 1:
            # On a dark page, black text on a transparent background is lost, and white text on a light one.
            text = matplotlib.rcParams["text.color"]
            self.figure.set_facecolor(max(("white", "black"), key=lambda ground: style.contrast(text, ground)))
        ground = self.figure.get_facecolor()
        self._canvas = FigureCanvasAgg(self.figure)
        grid = self.figure.add_gridspec(
            rows, columns, left=_LEFT / width, right=1 - _RIGHT / width, bottom=_BOTTOM / height,
            top=1 - (1.5 * lines + _ABOVE) / height,
            wspace=_BETWEEN * columns / (width - _LEFT - _RIGHT - _BETWEEN * (columns - 1)),
            hspace=_APART * rows / (height - 1.5 * lines - frame),
        )  # fmt: skip
        self.panels = []
        for index, name in enumerate(drawn):
            axes = self.figure.add_subplot(grid[index // columns, index % columns])
            self.panels.append(_Panel(self.figure, axes, name, em))
            if index + columns >= len(drawn):
                axes.set_xlabel("epoch")

        def write(text: str, x: float, **options: Any) -> Any:
            place = {"x": x, "y": 1 - 0.4 * self._step, "va": "top"}
            return self.figure.text(
                s=text, **{"color": style.ink(ground), "size": size, **place, **options}, parse_math=False
            )

        left = 0.8 / width
        heading = [write(above, left, weight="bold", size=1.15 * size)] if above else []
        self._state, self._best = write("", left, weight="bold"), write("", left)
        x, side = (left, "left") if self._narrow else (1 - left, "right")
        self._stops = write("", x, ha=side, color=_visible(style.VERMILION, ground))
        rest = [write(below, left, size=0.9 * size)] if below else []
        self._stacked = [*heading, self._state, self._best, *([self._stops] if self._narrow else []), *rest]
        self._header = [*heading, self._state, self._best, self._stops, *rest]
        for text in self._header:
            text.set_animated(True)

    def _fonts(self) -> AbstractContextManager[None]:
        """Return the context in which artists are made: each keeps the families of fonts that are set then."""
        if self._families == matplotlib.rcParams["font.family"]:
            return nullcontext()
        return matplotlib.rc_context({"font.family": self._families})

    def _wrap(self, text: str, share: float = 1.0) -> str:
        """Return `text` in one line, in a narrow figure two, of `share` of its width, cut off with … where too long."""
        most = max(4, int(share * self._most))
        if not self._narrow:
            return shorten(text, most)
        return "\n".join(textwrap.wrap(" ".join(text.split()), most, max_lines=2, placeholder="…"))

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
        self._state.set_text(self._wrap(state))
        self._best.set_text(self._wrap(f"○ {best}" if best else ""))
        more = f" (and {len(stops) - 1} more)" if len(stops) > 1 else ""
        stop = f"× {stops[0]}" if stops else ""
        if stop and not self._narrow:  # it shares the line of the state
            stop = shorten(stop, self._most - len(state) - len(more) - 4)
        self._stops.set_text(self._wrap(stop + more) if self._narrow else stop + more)
        y = 1 - 0.4 * self._step
        for text in self._stacked:
            text.set_y(y)
            y -= self._step * (1 + text.get_text().count("\n")) * bool(text.get_text() or not self._narrow)
        self._stops.set_y(self._stops.get_position()[1] if self._narrow else self._state.get_position()[1])
        first = min((one.epochs[0] for one in series.values()), default=1)
        room = 0.02 * max(1, last - first)
        across = (first - 0.5, first + 0.5) if last <= first else (first - room, last + room)
        with self._fonts():
            for panel in self.panels:
                panel.show(series, best, across, settle)

    def to_png(self, *, compress_level: int) -> bytes:
        """Return the figure as PNG; axes, ticks and titles are drawn anew only where an axis has moved."""
        frame = [(panel.limits, panel.axes.get_yscale()) for panel in self.panels]
        if self._still is None or self._still[0] != frame:
            with self._fonts():  # ticks are made where they are first needed
                self._canvas.draw()
            self._still = frame, self._canvas.copy_from_bbox(self.figure.bbox)
        else:
            self._canvas.restore_region(self._still[1])
        for panel in self.panels:
            for artist in panel.moving:
                panel.axes.draw_artist(artist)
        for text in self._header:
            self.figure.draw_artist(text)
        return encode_png(np.asarray(self._canvas.buffer_rgba()), compress_level=compress_level)

    def finish(self) -> None:
        """Make the figure one that `savefig` draws whole: it leaves out what only `to_png` draws."""
        self.finished = True
        self._still = None
        for artist in (*self._header, *(artist for panel in self.panels for artist in panel.moving)):
            artist.set_animated(False)
