"""Where letters of a drawn figure stand."""

from __future__ import annotations

from matplotlib.figure import Figure


def off_the_page(figure: Figure, slack: float, *, titles: bool = False) -> list[str]:
    """Return the texts in the Axes of `figure` that leave the page at the left or right by more than `slack` pixels."""
    figure.draw_without_rendering()
    page = figure.bbox
    texts = [text for ax in figure.axes for text in (*ax.texts, *((ax.title,) if titles else ())) if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    return [text for text, box in boxes if box.x0 < page.x0 - slack or box.x1 > page.x1 + slack]
