"""A figure as a PNG with a text alternative: for screens, for screen readers, and for places without a kernel."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def to_png(figure: Figure, *, dpi: float | None = None) -> bytes:
    """Return `figure` drawn as PNG, with its background.

    Args:
        figure: A matplotlib `Figure`, from pyplot or not.
        dpi: Pixels per inch; the figure's own when None.
    """
    canvas = FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    canvas.print_figure(buffer, format="png", dpi=dpi or figure.dpi, facecolor=figure.get_facecolor())
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
        ValueError: `alternative` is empty.
    """
    import sys

    from IPython.display import display

    data, metadata = bundle(to_png(figure), alternative)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    display(data, metadata=metadata, raw=True)
