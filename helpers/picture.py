"""A figure as a PNG with a text alternative: for screens, for screen readers, and for places without a kernel."""

from __future__ import annotations

import struct
import sys
import zlib

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure


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
        TypeError: `figure` is no `Figure`.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"a picture is made of a matplotlib Figure, not of a value of type {type(figure).__name__}")
    canvas = FigureCanvasAgg(figure)
    background, own_dpi = figure.get_facecolor(), figure.dpi
    try:
        if to_rgba(background)[3] < 1:
            figure.set_facecolor("white")
        if dpi is not None:
            figure.set_dpi(dpi)
        return draw_png(canvas, compress_level=compress_level)
    finally:
        figure.set_facecolor(background)
        figure.set_dpi(own_dpi)


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


def bundle(png: bytes, alternative: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return (data, metadata) of a Jupyter display of `png` whose text alternative is `alternative`.

    The text stands twice: as the picture's `alt`, which JupyterLab and nbconvert write into the page, and as
    `text/plain`, which consoles print and tests read.

    Raises:
        ValueError: `alternative` is empty; a picture that says nothing to a screen reader is half a picture.
    """
    if not isinstance(alternative, str) or not alternative.strip():
        raise ValueError("a figure needs a text alternative: one sentence that says what it shows")
    text = " ".join(alternative.split())
    return {"image/png": png, "text/plain": text}, {"image/png": {"alt": text}}


def show(figure: Figure, alternative: str) -> None:
    """Display `figure` under the current cell with its text alternative, and close it.

    Args:
        figure: A matplotlib `Figure`; when pyplot made it, it is closed, so that it is not displayed a second time.
        alternative: What the figure shows, in a sentence ("validation loss lowest at epoch 7").

    Raises:
        TypeError: `figure` is no `Figure`.
        ValueError: `alternative` is empty.
    """
    from IPython.display import display

    data, metadata = bundle(to_png(figure, compress_level=9), alternative)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    display(data, metadata=metadata, raw=True)
