"""A figure as a PNG with a text alternative: for screens, for screen readers, and for places without a kernel."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from helpers import style

SHARPNESS = 2
"""Pixels of a kept picture on each side of a pixel of the page: sharp on the screens of today, and in print."""

VISIBLE, FEW = 16, 0.001
"""A palette may change a colour by more than so many of 255 in no more than this share of the pixels."""


def to_png(figure: Figure, *, dpi: float | None = None, compress_level: int = 1) -> bytes:
    """Return `figure` drawn as PNG, with its background.

    Args:
        figure: A matplotlib `Figure`, from pyplot or not.
        dpi: Pixels per inch; the figure's own when None.
        compress_level: 0 to 9: 1 is quickest to make, for figures that move; 9 is for figures that stay in a file.

    Returns:
        The file's bytes. A background that lets the page shine through becomes white: on a dark page, black text on it
        could not be read.

    Raises:
        TypeError: `figure` is not a `Figure`.
    """
    return encode_png(_draw(figure, dpi), compress_level=compress_level)


def _draw(figure: Figure, dpi: float | None = None, sharpness: int = 1) -> np.ndarray:
    """Return the pixels of `figure` (height, width, 4), `sharpness` times as dense as `dpi`, or its own, says."""
    if not isinstance(figure, Figure):
        raise TypeError(f"a picture is made of a matplotlib Figure, not of a value of type {type(figure).__name__}")
    own_canvas, background, own_dpi = figure.canvas, figure.get_facecolor(), figure.dpi
    canvas = FigureCanvasAgg(figure)
    try:
        if to_rgba(background)[3] < 1:
            figure.set_facecolor("white")
        figure.set_dpi(sharpness * (own_dpi if dpi is None else dpi))
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())
    finally:
        figure.set_facecolor(background)
        figure.set_dpi(own_dpi)
        figure.set_canvas(own_canvas)


def draw_png(canvas: FigureCanvasAgg, *, compress_level: int = 1) -> bytes:
    """Draw the figure of `canvas` and return it as PNG, the colours as they are and nothing transparent.

    Not `savefig`: it goes through the whole drawing twice, and figures that move are drawn at every step of a slider.

    Args:
        canvas: Keeps the pixels afterwards, (height, width, 4), for whoever wants to look at them.
        compress_level: As in `to_png`.
    """
    canvas.draw()
    return encode_png(np.asarray(canvas.buffer_rgba()), compress_level=compress_level)


def encode_png(pixels: np.ndarray, *, compress_level: int = 1) -> bytes:
    """Return `pixels` as a PNG file of 8-bit red, green and blue.

    Rows go into the file as they are. Pillow tries the five row filters of PNG on each of them, which is right for
    photographs; a drawing, flat colours and repeated shapes, is then encoded in twice the time and a fifth larger.

    Args:
        pixels: Array (height, width, 3 or more) of uint8; what comes after the third channel is left out.
        compress_level: As in `to_png`.

    Source: Portable Network Graphics (PNG) Specification, W3C 2003, sections 5 and 11.2.
    """
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter: 0, none
    rows[:, 1:].reshape(height, width, 3)[...] = pixels[..., :3]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, colour type 2: red, green, blue
    image = zlib.compress(rows.data, compress_level)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", image) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def encode_palette_png(pixels: np.ndarray) -> bytes:
    """Return `pixels` as a PNG file of at most 256 colours, for pictures that are kept: less than half of the bytes.

    Where 256 colours are too few to look the same (see `VISIBLE`), or the background would change at all, the file has
    all colours.

    Args:
        pixels: Array (height, width, 3 or more) of uint8; what comes after the third channel is left out.
    """
    colors = np.ascontiguousarray(pixels[..., :3])
    # Of Pillow's methods this one keeps fine lines and letters best.
    palette = Image.fromarray(colors).quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    _make_flat_colors_exact(palette, colors)
    painted = np.asarray(palette.convert("RGB"))
    red, green, blue = np.moveaxis(np.maximum(painted, colors) - np.minimum(painted, colors) > VISIBLE, 2, 0)
    if (painted[0, 0] != colors[0, 0]).any() or (red | green | blue).mean() > FEW:
        return encode_png(colors, compress_level=9)
    file = io.BytesIO()
    palette.save(file, "png", compress_level=8)  # 9 takes twice the time for a hundredth of the bytes
    return file.getvalue()


def _make_flat_colors_exact(palette: Image.Image, colors: np.ndarray) -> None:
    """Give every entry of `palette` that mostly stands for the colour of one surface just this colour.

    Args:
        palette: An image with a palette, changed in place.
        colors: Array (height, width, 3) of uint8, the image as it should be.
    """
    some = slice(None, None, 7)  # a sample is enough to find surfaces
    entries = np.asarray(palette).ravel()[some].astype(np.uint32)
    red, green, blue = colors.reshape(-1, 3)[some].astype(np.uint32).T
    pairs, counts = np.unique(entries << 24 | red << 16 | green << 8 | blue, return_counts=True)
    most = 2 * counts > np.bincount(entries, minlength=256)[pairs >> 24]
    flat = pairs[most & (counts > FEW * entries.size)]
    table = np.array(palette.getpalette(), np.uint8).reshape(-1, 3)
    table[flat >> 24] = np.stack([flat >> 16 & 255, flat >> 8 & 255, flat & 255], axis=1)
    palette.putpalette(table.tobytes())


def bundle(
    png: bytes, alternative: str, size: tuple[int, int] | None = None
) -> tuple[dict[str, object], dict[str, object]]:
    """Return (data, metadata) of a Jupyter display of `png` whose text alternative is `alternative`.

    The text stands twice: as the picture's `alt`, which JupyterLab and nbconvert write into the page, and as
    `text/plain`, which consoles print and tests read.

    Args:
        png: The picture's file.
        alternative: What it shows, in a sentence.
        size: Width and height on the page, in pixels of the page; those of the file when None.

    Raises:
        ValueError: `alternative` is empty; a picture that says nothing to a screen reader is half a picture.
    """
    if not isinstance(alternative, str) or not alternative.strip():
        raise ValueError("a figure needs a text alternative: one sentence that says what it shows")
    text = " ".join(alternative.split())
    shown: dict[str, object] = {"alt": text}
    if size is not None:
        shown |= {"width": size[0], "height": size[1]}
    return {"image/png": png, "text/plain": text}, {"image/png": shown}


def bundle_pixels(pixels: np.ndarray, alternative: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return (data, metadata) of a Jupyter display of pixels drawn `SHARPNESS` times as dense as they are shown.

    Args:
        pixels: Array (height, width, 3 or more) of uint8.
        alternative: As for `bundle`.

    Raises:
        ValueError: `alternative` is empty.
    """
    height, width = pixels.shape[:2]
    return bundle(encode_palette_png(pixels), alternative, (round(width / SHARPNESS), round(height / SHARPNESS)))


def bundle_figure(figure: Figure, alternative: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return (data, metadata) of a Jupyter display of `figure`, sharp, and shown at its size.

    Args:
        figure: A matplotlib `Figure`, from pyplot or not.
        alternative: As for `bundle`.

    Raises:
        TypeError: `figure` is not a `Figure`.
        ValueError: `alternative` is empty.
    """
    return bundle_pixels(_draw(figure, sharpness=SHARPNESS), alternative)


def show(figure: Figure, alternative: str) -> None:
    """Display `figure` under the current cell with its text alternative, and close it.

        figure, ax = plt.subplots()
        ax.plot(history.history["loss"])
        show(figure, "The loss falls to 0.3 within ten epochs.")

    Args:
        figure: A matplotlib `Figure`; when pyplot made it, it is closed, so that it is not displayed a second time.
        alternative: What the figure shows, in a sentence ("validation loss lowest at epoch 7").

    Raises:
        TypeError: `figure` is not a `Figure`.
        ValueError: `alternative` is empty.
    """
    from IPython.display import display

    data, metadata = bundle_figure(figure, alternative)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    display(data, metadata=metadata, raw=True)


class ShownFigure(Figure):
    """A Figure that shows itself, with its text alternative, as the last value of a cell.

    Attributes:
        describe: What it shows, in a sentence, or a function that returns it when the figure is shown.
    """

    describe: str | Callable[[], str]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        """Return the picture with its text alternative, as Jupyter displays it."""
        return bundle_figure(self, self.describe() if callable(self.describe) else self.describe)


class ShownAxes(Axes):
    """The Axes of a `ShownFigure`: as the last value of a cell, they show the picture that they stand in."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        """Return the picture with its text alternative, as Jupyter displays it."""
        figure: Any = self.get_figure(root=True)
        return figure._repr_mimebundle_()


def new_axes(
    describe: str | Callable[[], str],
    *,
    figsize: tuple[float, float] | None = None,
    layout: Any = "constrained",
) -> ShownAxes:
    """Return the Axes of a new figure, not one of pyplot's, that show their picture as the last value of a cell.

    This is what drawing functions draw on when they get no Axes:

    >>> ax = new_axes("A line from 0 to 1.", figsize=(4, 3))
    >>> _ = ax.plot([0, 1])
    >>> data, metadata = ax._repr_mimebundle_()
    >>> metadata["image/png"]
    {'alt': 'A line from 0 to 1.', 'width': 400, 'height': 300}

    Args:
        describe: The text alternative: a sentence, or a function without arguments that returns it when the picture is
            shown, for a drawing that goes on after this call.
        figsize: Width and height in inches; by default from the style.
        layout: How matplotlib makes room for labels; None for Axes that fill the whole figure, without such room.

    Raises:
        ValueError: `describe` is an empty text.
        TypeError: `describe` is neither a text nor a function.
    """
    if not callable(describe):
        if not isinstance(describe, str):
            raise TypeError(f"describe must be a sentence or a function, not a value of type {type(describe).__name__}")
        if not describe.strip():
            raise ValueError("a figure needs a text alternative: one sentence that says what it shows")
    engine: Any = layout or "none"  # None would be what the user's own settings say
    given = figsize and style.fit(figsize[0] * style.scale(), figsize[1] * style.scale())
    figure = ShownFigure(figsize=given, layout=engine)
    figure.describe = describe
    if layout is None:
        return figure.add_axes((0, 0, 1, 1), axes_class=ShownAxes)  # type: ignore[return-value]
    return figure.add_subplot(axes_class=ShownAxes)  # type: ignore[return-value]
