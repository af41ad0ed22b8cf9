"""A figure as a PNG with a text alternative: for screens, for screen readers, and for places without a kernel."""

from __future__ import annotations

import io
import sys

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image


def to_png(figure: Figure, *, dpi: float | None = None, compress_level: int = 1) -> bytes:
    """Return `figure` drawn as PNG, with its background.

    Args:
        figure: A matplotlib `Figure`, from pyplot or not.
        dpi: Pixels per inch; the figure's own when None.
        compress_level: 0 to 9: 1 is quickest to make, for figures that move; 6 is for figures that stay in a file.

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
    pixels = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", compress_level=compress_level)
    return buffer.getvalue()


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

    data, metadata = bundle(to_png(figure, compress_level=6), alternative)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    display(data, metadata=metadata, raw=True)
