"""What seldom changes while a figure moves, kept as pixels and pasted: ticks, labels and grids, the ground below paths.

Why this file exists: ticks made by a locator are half of the work of a usual picture, five artists each, made anew for
every state, and a logarithmic axis has dozens. Measured with matplotlib 3.11, CPU ms for a state not seen before (the
least of 30, taken in turns in one process):

                                 one panel   two panels, log axis, paths   four panels   network
    axes and ground from here        28                  40                    105          26
    axes from here                   28                  51                    102          25
    ground from here                 60                 114                    213          25
    neither                          60                 131                    210          25

All of it uses matplotlib's public ways: artists of our own stand in the place of an axis, which is set invisible, and
of the ground.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

LIMIT = 64 * 2**20
"""Bytes of the drawings of all figures."""

SETTINGS = tuple(
    name
    for name in matplotlib.rcParams
    if name.startswith(("xtick", "ytick", "grid", "font", "text", "mathtext", "path"))
)
"""What a new tick reads from matplotlib's settings."""

TICKS = "majorTicks", "minorTicks"
"""Attributes in which an axis has its ticks, from when somebody asks for them."""


class Sized(Protocol):
    """What can be kept: it tells how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes of its pixels or of its file."""


T = TypeVar("T", bound=Sized)


class Memory(Generic[T]):
    """Things by key, the ones used longest ago forgotten first, never more than `limit` bytes together."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what is kept under `key`, or None."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: Hashable, thing: T) -> None:
        """Keep `thing` under `key`, and forget old ones until all fit."""
        if key in self._kept:
            self.size -= self._kept.pop(key).nbytes
        self._kept[key] = thing
        self.size += thing.nbytes
        while self.size > self.limit:
            self.size -= self._kept.popitem(last=False)[1].nbytes


class Drawing(NamedTuple):
    """Something as it was drawn.

    Attributes:
        pixels: Array (height, width, 4) of uint8, the lowest row first, cut to what is not empty.
        corner: Column and row in the figure of its lower left pixel.
        notes: What the function that drew it returned.
    """

    pixels: np.ndarray
    corner: tuple[int, int]
    notes: Any

    @property
    def nbytes(self) -> int:
        """Bytes of the pixels."""
        return self.pixels.nbytes


class PixelMemory(Memory[Drawing]):
    """Drawings by key, which can be pasted into a picture."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._scratch: Any = None

    def paste(self, renderer: Any, key: Hashable, draw: Callable[[Any], Any]) -> Any:
        """Paste what is kept under `key` into the picture of `renderer`; draw it first if there is nothing yet.

        Args:
            renderer: The renderer of a canvas with pixels (see `has_pixels`).
            key: All that decides what `draw` draws, apart from the size of the picture.
            draw: Gets a renderer of an empty picture of the same size.

        Returns:
            What `draw` returned when it was called.
        """
        key = (renderer.width, renderer.height, renderer.dpi, key)
        kept = self.get(key)
        if kept is None:
            scratch = self._empty(*key[:3])
            notes = draw(scratch)
            kept = Drawing(*_cut(np.asarray(scratch.buffer_rgba())), notes)
            self._scratch = scratch
            self.put(key, kept)
        if kept.pixels.size:
            renderer.draw_image(renderer.new_gc(), *kept.corner, kept.pixels)
        return kept.notes

    def _empty(self, width: float, height: float, dpi: float) -> Any:
        """Return the renderer of an empty picture: the last one again where it fits.

        A renderer remembers the formulas that it has set; a new one took 5 ms for each label of a logarithmic axis.
        """
        scratch, self._scratch = self._scratch, None  # taken, as long as it is drawn on
        if scratch is None or (scratch.width, scratch.height, scratch.dpi) != (width, height, dpi):
            return RendererAgg(width, height, dpi)
        scratch.clear()
        return scratch


PIXELS = PixelMemory(LIMIT)
"""The drawings of all figures."""


def has_pixels(renderer: Any) -> bool:
    """Tell whether `renderer` makes pixels; others write lines and letters into a file, and must get them."""
    return isinstance(renderer, RendererAgg)


def _cut(pixels: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Return (pixels, corner) of a `Drawing` from those of a whole picture, the highest row first."""
    drawn = pixels[..., 3] > 0
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return np.zeros((0, 0, 4), np.uint8), (0, 0)
    part = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return part[::-1].copy(), (int(columns[0]), int(len(pixels) - 1 - rows[-1]))


class Backdrop(Artist):
    """Artists below all others of an Axes that look the same in every state: made and drawn once, then pasted.

    Args:
        key: What decides how they look, apart from the place and the limits of the Axes.
        make: Returns them; they are put into the Axes, their coordinates are its data.
    """

    def __init__(self, key: Hashable, make: Callable[[], list[Artist]]) -> None:
        super().__init__()
        self.key = key
        self.make = make
        self.set_zorder(0)
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:
        """Paste the artists, or draw them where the file is not made of pixels."""
        ax: Any = self.axes
        if has_pixels(renderer):
            limits = ax.get_xlim(), ax.get_ylim(), ax.get_xscale(), ax.get_yscale()
            PIXELS.paste(renderer, (self.key, ax.bbox.bounds, *limits), self._draw)
        else:
            self._draw(renderer)
        self.stale = False

    def _draw(self, renderer: Any) -> None:
        ax: Any = self.axes
        for artist in self.make():
            artist.axes = ax
            artist.set_figure(ax.figure)
            artist.set_transform(ax.transData)
            artist.set_clip_path(ax.patch)
            artist.draw(renderer)


class KeptAxis(Artist):
    """Stands in the place of an axis, which becomes invisible, and pastes its ticks, labels and grid from memory.

    What decides how the axis looks is found out without its ticks. An axis whose ticks somebody had in hand
    (`set_xticks`, `get_xticklabels`) is drawn as always.

    Attributes:
        axis: The axis.
        extents: (labels, 4) ends of its tick labels, as drawn last: left, lower, right and upper, in pixels.
    """

    def __init__(self, axis: Axis) -> None:
        super().__init__()
        self.axis = axis
        self.extents = np.zeros((0, 4))
        self.set_in_layout(False)
        self.set_zorder(axis.get_zorder() + 1e-6)  # matplotlib draws an axis after all else of its height
        axis.set_visible(False)

    def draw(self, renderer: Any) -> None:
        """Paste the axis, or draw it, if it was not seen before or cannot be told from others."""
        key = _look(self.axis) if has_pixels(renderer) else None
        if key is None:
            self.extents, _ = self._draw(renderer)
        else:
            self.extents, offset = PIXELS.paste(renderer, key, self._draw)
            self.axis.offsetText.set_text(offset)
        self.stale = False

    def _draw(self, renderer: Any) -> tuple[np.ndarray, str]:
        ticker: Any = self.axis.minor
        locator, marks = ticker.locator, _bare_minor_ticks(self.axis)
        self.axis.set_visible(True)
        try:
            if marks:
                ticker.locator = NullLocator()
            self.axis.draw(renderer)
            for line in marks:
                line.draw(renderer)
            return _extents_of_labels(self.axis), self.axis.offsetText.get_text()
        finally:
            ticker.locator = locator
            self.axis.set_visible(False)


def _bare_minor_ticks(axis: Any) -> list[Line2D]:
    """Return the lines that mark all minor ticks of `axis` if these have neither labels nor a grid, else none.

    Five artists for each of the dozens of a logarithmic axis took as long as all the rest of the picture. These are the
    lines of its first tick, which mark every place at once.
    """
    if isinstance(axis.minor.locator, NullLocator):
        return []
    places = np.asarray(axis.get_minorticklocs(), float)
    if not len(places) or any(axis.minor.formatter.format_ticks(places)):
        return []
    first = axis.get_minor_ticks(1)[0]
    if first.gridline.get_visible():
        return []
    change = axis.get_transform().transform
    low, high = sorted(change(axis.get_view_interval()))
    off = 1e-10 * (high - low)  # what matplotlib lets pass
    places = places[(change(places) >= low - off) & (change(places) <= high + off)]
    marks = [line for line in (first.tick1line, first.tick2line) if line.get_visible()]
    for line in marks:
        across = np.full(len(places), (line.get_ydata() if axis is axis.axes.xaxis else line.get_xdata())[0])
        line.set_data((places, across) if axis is axis.axes.xaxis else (across, places))
    return marks


def keep_axes(ax: Axes) -> None:
    """Let both axes of `ax` come from memory from now on, if they look as they, or others, did before."""
    if ax.name == "rectilinear" and ax.axison:
        for axis in (ax.xaxis, ax.yaxis):
            if axis.get_visible():
                ax.add_artist(KeptAxis(axis))


def tick_extents(axis: Axis) -> np.ndarray:
    """Return (labels, 4): left, lower, right and upper end of the tick labels of `axis`, as drawn last, in pixels."""
    for artist in axis.axes.artists:
        if isinstance(artist, KeptAxis) and artist.axis is axis:
            return artist.extents
    return _extents_of_labels(axis) if axis.get_visible() else np.zeros((0, 4))


def _extents_of_labels(axis: Any) -> np.ndarray:
    low, high = sorted(axis.get_view_interval())
    extents = [
        label.get_window_extent().extents
        for tick in axis.majorTicks  # get_ticklabels() would work out the ticks anew
        if low <= tick.get_loc() <= high
        for label in (tick.label1, tick.label2)
        if label.get_visible() and label.get_text()
    ]
    return np.array(extents).reshape(-1, 4)


def _look(axis: Any) -> Hashable:
    """Return all that decides how `axis` looks, or None where that cannot be told without its ticks."""
    if not all(hasattr(type(axis), ticks) for ticks in TICKS):
        return None  # a matplotlib that keeps its ticks elsewhere: none of them can be trusted
    if isinstance(axis.major.locator, FixedLocator) or any(len(vars(axis).get(ticks, ())) > 1 for ticks in TICKS):
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
        *map(_look_of_text, (label, axis.offsetText)),
        *label.get_transform().transform(label.get_position()),
        *(repr(matplotlib.rcParams[name]) for name in SETTINGS),
    )


def _look_of_text(text: Any) -> Hashable:
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
