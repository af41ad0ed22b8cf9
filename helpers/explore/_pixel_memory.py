"""What seldom changes while a figure moves, kept as pixels and pasted: ticks, grids, the ground below paths."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg

from helpers.explore._memory import Memory


class Kept(NamedTuple):
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


class PixelMemory(Memory[Kept]):
    """Drawings by key, which can be pasted into a picture."""

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
            scratch = RendererAgg(renderer.width, renderer.height, renderer.dpi)
            notes = draw(scratch)
            kept = Kept(*_cut(np.asarray(scratch.buffer_rgba())), notes)
            self.put(key, kept)
        if kept.pixels.size:
            renderer.draw_image(renderer.new_gc(), *kept.corner, kept.pixels)
        return kept.notes


PIXELS = PixelMemory(limit=64 * 2**20)
"""The drawings of all figures."""


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


def has_pixels(renderer: Any) -> bool:
    """Tell whether `renderer` makes pixels; others write lines and letters into a file, and must get them."""
    return isinstance(renderer, RendererAgg)


def _cut(pixels: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Return (pixels, corner) of a `Kept` from those of a whole picture, the highest row first."""
    drawn = pixels[..., 3] > 0
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return np.zeros((0, 0, 4), np.uint8), (0, 0)
    part = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return part[::-1].copy(), (int(columns[0]), int(len(pixels) - 1 - rows[-1]))
