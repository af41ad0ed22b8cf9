"""One figure drawn again and again: a state in, a PNG out, quick, with room for its text, never an exception."""

from __future__ import annotations

import textwrap
import traceback
import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine, PlaceHolderLayoutEngine
from matplotlib.transforms import Bbox

from helpers import style
from helpers.explore._axis_memory import remember_axes
from helpers.explore._places import SIDES, Place
from helpers.picture import draw_png, encode_png

PAGE_WIDTH = 10
"""Inches; what is wider is made smaller by a notebook page, and its letters with it."""


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
        self.figsize = figsize or (
            round(width if columns == 1 else 1.4 * width, 2),
            round(height if rows == 1 else 0.85 * rows * height, 2),
        )
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
            message = _write_error(self.figure, error)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # letters that the font does not have
                return Picture(draw_png(self.canvas), message, error)

    def stills(self, states: Sequence[Mapping[str, Any]], captions: Sequence[str]) -> Picture:
        """Return several states in one picture, each under its caption, below each other or, if small, two in a row."""
        width, height = self.figsize
        columns = min(2, len(states)) if 2 * 0.8 * width <= PAGE_WIDTH else 1
        tiles, sentences = [], []
        for values, caption in zip(states, captions, strict=True):
            figure = Figure(figsize=(0.8 * width, 0.9 * height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))
            canvas = FigureCanvasAgg(figure)
            try:
                sentence = self._draw(figure, values)
            except Exception as error:
                figure.clear()
                sentence = _write_error(figure, error)
            figure.suptitle(caption, x=0.02, horizontalalignment="left", color=style.GREY, parse_math=False)
            canvas.draw()
            if _touches_edge(canvas):
                canvas.draw()  # Axes with a fixed aspect get their room from the second layout only
            tiles.append(np.asarray(canvas.buffer_rgba()))
            sentences.append(f"{caption}: {sentence}")
        tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
        rows = [np.concatenate(tiles[first : first + columns], axis=1) for first in range(0, len(tiles), columns)]
        return Picture(encode_png(np.concatenate(rows), compress_level=9), " ".join(sentences))

    def _draw(self, part: Any, values: Mapping[str, Any]) -> str:
        """Fill `part` with one state, and return what it shows."""
        axes: Any = part.subplots(*self.panels)
        sentence = self.draw(axes, **values)
        if isinstance(sentence, str) and sentence.strip():
            return " ".join(sentence.split())
        state = ", ".join(f"{name} = {str(value)[:40]}" for name, value in values.items())
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
        return self._draw(self.figure, values)

    def _keep_layout(self, axes: Sequence[Axes], layout: Sequence[Place]) -> bytes | None:
        """Return the picture with Axes and labels where they were, or None if its text does not fit."""
        for ax, place in zip(axes, layout, strict=True):
            place.apply(ax)
            remember_axes(ax)
        png = draw_png(self.canvas)
        outgrown = any(place.is_outgrown(ax) for ax, place in zip(axes, layout, strict=True))
        return None if outgrown or (_touches_edge(self.canvas) and not self._fills_edge) else png

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
        self._fills_edge = _touches_edge(self.canvas)
        return png


def _touches_edge(canvas: FigureCanvasAgg) -> bool:
    """Tell whether anything is drawn on the outermost two pixels: then text is most likely cut off."""
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    edges = pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]
    return any(bool((edge != pixels[0, 0]).any()) for edge in edges)


def _write_error(part: Any, error: Exception) -> str:
    """Write the message of `error` into `part` in place of a drawing, and return it."""
    message = "".join(traceback.format_exception_only(error)).strip().encode("utf-8", "replace").decode()
    extent, letter = part.bbox, matplotlib.rcParams["font.size"] / 72 * part.figure.dpi  # both in pixels
    columns, rows = int(extent.width / (0.62 * letter)), int(0.75 * extent.height / (1.4 * letter))
    lines = [row for line in message.splitlines() for row in textwrap.wrap(line, max(columns, 20)) or [""]]
    shown = [*lines[: rows - 1], "…"] if len(lines) > rows else lines
    part.text(0.03, 0.9, "This state could not be drawn.", color=style.VERMILION, va="top", weight="bold")
    part.text(0.03, 0.78, "\n".join(shown), color=style.BLACK, va="top", parse_math=False)
    return " ".join(f"This state could not be drawn. {message}".split())
