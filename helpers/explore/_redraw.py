"""One figure drawn again and again: a state in, a PNG out, quick, with room for its text, never an exception."""

from __future__ import annotations

import sys
import textwrap
import traceback
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Real
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine, PlaceHolderLayoutEngine
from matplotlib.transforms import Bbox

from helpers import style
from helpers._pixels import keep_axes
from helpers.explore._places import SIDES, Place
from helpers.picture import draw_png

_PLAIN = (Real, str, list, tuple, Mapping, type(None))


class Picture(NamedTuple):
    """A drawn state: the PNG, what it shows in words, and the exception if `draw` raised one."""

    png: bytes
    alternative: str
    error: Exception | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the PNG."""
        return len(self.png)


def key_of(value: Any) -> Hashable:
    """Return something hashable that is equal for equal control values, also for lists, dictionaries and arrays.

    Raises:
        TypeError: `value` cannot be told apart from others (its pictures are then drawn each time).
    """
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("an array of Python objects has no key")
        return ("array", value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, list | tuple):
        return (type(value), *map(key_of, value))
    if isinstance(value, Mapping):
        return (type(value), *((key_of(name), key_of(item)) for name, item in value.items()))
    hash(value)
    return (type(value), value)


class Redrawer:
    """Draws states of `draw` on one Figure.

    The layout (room for labels, titles, colour bars) takes as long as the drawing itself. So it is made for the first
    picture, kept, and made again only when text would be cut off or run into the neighbouring panel.

    Args:
        draw: `draw(ax, **values)`; with several panels its first argument is an array of Axes, as `subplots` gives it.
        panels: Rows and columns of Axes.
        figsize: Width and height in inches; by default from the style, wider and higher for several panels.
    """

    def __init__(
        self, draw: Callable[..., object], panels: tuple[int, int], figsize: tuple[float, float] | None = None
    ) -> None:
        self.draw = draw
        self.panels = panels
        named = draw if hasattr(draw, "__name__") else getattr(draw, "func", None)  # of functools.partial
        self.name: str = getattr(named, "__name__", "drawing")
        width, height = matplotlib.rcParams["figure.figsize"]
        rows, columns = panels
        given = figsize and (figsize[0] * style.scale(), figsize[1] * style.scale())
        usual = width if columns == 1 else 1.4 * width, height if rows == 1 else 0.85 * rows * height
        self.figsize = style.fit(*(given or (round(usual[0], 2), round(usual[1], 2))))
        self.needs_its_width = figsize is not None
        self.figure = Figure(figsize=self.figsize)
        self.canvas = FigureCanvasAgg(self.figure)
        self._layouts: dict[int, list[Place]] = {}
        self._fills_edge = False

    def picture(self, values: Mapping[str, Any]) -> Picture:
        """Return the state `values` drawn; when `draw` raises, a picture of its message."""
        try:
            alternative = self._fill(values)
            axes = self.figure.axes
            layout = self._layouts.get(len(axes))
            png = self._lay_out(axes) if layout is None else self._keep_layout(axes, layout)
            if png is None:
                # Labels that were told their place do not look for another: this needs Axes as draw leaves them.
                alternative = self._fill(values)
                png = self._lay_out(self.figure.axes)
            return Picture(png, alternative)
        except Exception as error:
            self.figure.clear()
            message = write_error(self.figure, error)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # letters that the font does not have
                return Picture(draw_png(self.canvas), message, error)

    def draw_state(self, axes: Any, values: Mapping[str, Any]) -> str:
        """Draw one state on `axes`, and return what it shows."""
        drawn_by_pyplot = False
        before = _pyplot_state()
        try:
            with _watched_figure() as changes:
                sentence = self.draw(axes, **values)
        finally:
            drawn_by_pyplot = _restore_pyplot(*before)
        if drawn_by_pyplot or changes:
            raise TypeError(
                f"{self.name} draws with plt, on a figure of its own: draw on the Axes that it gets, "
                "with ax.plot(…) instead of plt.plot(…)"
            )
        if isinstance(sentence, str) and sentence.strip():
            return " ".join(sentence.split())
        # Functions and the like are named by their place in memory, which says nothing and differs each time.
        plain = {name: value for name, value in values.items() if isinstance(value, _PLAIN)}
        state = ", ".join(f"{name} = {str(value)[:40]}" for name, value in plain.items())
        titles = [title for ax in np.ravel(axes) for side in SIDES if (title := ax.get_title(side))]
        start = "; ".join(titles) or self.name.replace("_", " ")
        return " ".join(f"{start} ({state})".split()) if state else start

    def _fill(self, values: Mapping[str, Any]) -> str:
        """Empty the figure and draw one state, without rendering it; return what it shows."""
        for ax in self.figure.axes:
            ax.remove()  # clearing the figure alone would clear each Axes first, for nothing
        self.figure.clear()
        self.figure.set_size_inches(self.figsize)
        # Colour bars must be made so that the constrained layout can place them.
        self.figure.set_layout_engine(PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=False))
        return self.draw_state(self.figure.subplots(*self.panels), values)

    def _keep_layout(self, axes: Sequence[Axes], layout: Sequence[Place]) -> bytes | None:
        """Return the picture with Axes and labels where they were, or None if its text does not fit."""
        for ax, place in zip(axes, layout, strict=True):
            place.apply(ax)
            if place.title_is_low:  # a title above the ticks looks for them
                keep_axes(ax)
        png = draw_png(self.canvas)
        outgrown = any(place.is_outgrown(ax) for ax, place in zip(axes, layout, strict=True))
        return None if outgrown or (touches_edge(self.canvas) and not self._fills_edge) else png

    def _lay_out(self, axes: Sequence[Axes]) -> bytes:
        """Give every Axes its place, remember it, and return the picture.

        Axes only shrink from one layout to the next, so that two states take no turns in moving them.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "axes collapsed to zero": the picture shows it
            ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06).execute(self.figure)
        before = self._layouts.get(len(axes), [])
        for ax, place in zip(axes, before, strict=False):
            if place.box is not None:
                box = Bbox.intersection(ax.get_position(original=True), place.box) or place.box
                ax.set_position(box)  # type: ignore[arg-type]
        png = draw_png(self.canvas)
        self._layouts[len(axes)] = [Place.of(ax) for ax in axes]
        self._fills_edge = touches_edge(self.canvas)
        return png


def touches_edge(canvas: FigureCanvasAgg) -> bool:
    """Tell whether anything is drawn on the outermost two pixels: then text is most likely cut off."""
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    edges = pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]
    return any(bool((edge != pixels[0, 0]).any()) for edge in edges)


def _pyplot_state() -> tuple[set[int], set[Artist]]:
    """Return the numbers of pyplot's figures, and the Axes of the current one with what stands on them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    numbers = set(pyplot.get_fignums()) if pyplot else set()
    current = pyplot.gcf().axes if pyplot and numbers else []
    return numbers, {*current, *(artist for ax in current for artist in ax.get_children())}


@contextmanager
def _watched_figure() -> Iterator[list[Figure]]:
    """Note in a list whenever pyplot's current figure, if there is one, changes: a title, say, is no new artist."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    current = pyplot.gcf() if pyplot and pyplot.get_fignums() else None
    changes: list[Figure] = []
    if current is None:
        yield changes
        return
    tell, current.stale_callback = current.stale_callback, lambda figure, _: changes.append(figure)
    try:
        yield changes
    finally:
        current.stale_callback = tell


def _restore_pyplot(numbers: set[int], artists: set[Artist]) -> bool:
    """Take away what pyplot drew since `_pyplot_state` returned these, and tell whether there was anything."""
    now = _pyplot_state()[0]
    for number in now - numbers:
        sys.modules["matplotlib.pyplot"].close(number)
    added = _pyplot_state()[1] - artists
    for artist in sorted(added, key=lambda artist: not isinstance(artist, Axes)):
        if artist.figure is not None and (isinstance(artist, Axes) or artist.axes in artists):
            artist.remove()
    return bool(now != numbers or added)  # a figure that was closed cannot be brought back


def write_error(figure: Figure, error: Exception) -> str:
    """Write the message of `error` on `figure` in place of a drawing, and return it."""
    message = "".join(traceback.format_exception_only(error)).strip().encode("utf-8", "replace").decode()
    extent, letter = figure.bbox, matplotlib.rcParams["font.size"] / 72 * figure.dpi  # both in pixels
    columns, rows = int(extent.width / (0.62 * letter)), int(0.75 * extent.height / (1.4 * letter))
    lines = [row for line in message.splitlines() for row in textwrap.wrap(line, max(columns, 20)) or [""]]
    shown = [*lines[: rows - 1], "…"] if len(lines) > rows else lines
    # Settings of the user that made the drawing fail, such as LaTeX without LaTeX, must not reach the message.
    plain: dict[str, Any] = {"va": "top", "parse_math": False, "usetex": False, "family": "DejaVu Sans"}
    ink = style.ink(figure)
    heading = style.VERMILION if ink == style.BLACK else style.ORANGE
    figure.text(0.03, 0.9, "This state could not be drawn.", color=heading, weight="bold", **plain)
    figure.text(0.03, 0.78, "\n".join(shown), color=ink, **plain)
    return " ".join(f"This state could not be drawn. {message}".split())
