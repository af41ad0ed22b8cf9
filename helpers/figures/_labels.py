"""Many small coloured labels in one artist, quick enough for a slider.

A number that changes with every move of a slider is a new text each time. So labels are put together from the outlines
of single characters, which are made once: dozens of labels then cost no more than a few of matplotlib's `Text`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from helpers import style
from helpers.network._layout import FAMILY

_CAPITAL = 0.73  # height of a capital, as a share of the size of the text
_DROP = 0.3  # what letters such as p and brackets need below the line


class Labels:
    """Labels on an Axes whose data coordinates are inches; `draw` puts them on it.

    Args:
        ax: Where they go.
        size: Size of the text in points, unless a label has its own.
    """

    def __init__(self, ax: Axes, size: float) -> None:
        self.ax = ax
        self.size = size
        self.texts: list[str] = []
        self._paths: list[Path] = []
        self._colors: list[str] = []
        self._grounds: list[Path] = []

    def add(
        self,
        text: str,
        x: float,
        y: float,
        *,
        color: str = style.BLACK,
        scale: float = 1.0,
        align: str = "center",
        bold: bool = False,
        ground: bool = False,
    ) -> None:
        """Add a label of one line, its height centred on y.

        Args:
            text: What it says.
            x: Its middle, left or right end, in inches, as `align` says.
            y: The middle of its capitals, in inches.
            color: Its colour.
            scale: Its size, relative to that of the others.
            align: "left", "center" or "right".
            bold: Whether it is in bold type.
            ground: Whether a white ground hides what lies beneath.
        """
        size = scale * self.size / 72
        path, width = _outline(text, bold)
        left = x - size * width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        base = y - size * _CAPITAL / 2
        self._paths.append(Path(np.asarray(path.vertices) * size + np.array([left, base]), path.codes))
        self._colors.append(color)
        if ground:
            margin = 0.12 * size
            right, low, high = left + size * width + margin, base - _DROP * size, base + (_CAPITAL + 0.2) * size
            left -= margin
            self._grounds.append(Path([(left, low), (right, low), (right, high), (left, high), (left, low)]))
        self.texts.append(text)

    def draw(self) -> None:
        """Draw all labels, those with a ground above what was drawn before, too."""
        grounds = PathCollection(self._grounds, facecolors="white", linewidths=0, zorder=4)
        words = PathCollection(self._paths, facecolors=self._colors, linewidths=0, zorder=5)
        words.set_label("_" + " | ".join(self.texts))  # outlines alone could not be searched
        self.ax.add_collection(grounds, autolim=False)
        self.ax.add_collection(words, autolim=False)


def _outline(text: str, bold: bool) -> tuple[Path, float]:
    """Return the outline of a line of text of size 1, starting at the origin, and its width."""
    parts, width = [], 0.0
    for character in text:
        path, advance = _glyph(character, bold)
        if path is not None:
            parts.append(Path(np.asarray(path.vertices) + np.array([width, 0.0]), path.codes))
        width += advance
    return Path.make_compound_path(*parts), width


@lru_cache(maxsize=512)
def _glyph(character: str, bold: bool) -> tuple[Path | None, float]:
    """Return the outline of one character of size 1, None for a space, and how far the next character is from it."""
    font = FontProperties(family=FAMILY, weight="bold" if bold else "normal")

    def width(text: str) -> float:
        return float(TextPath((0, 0), text, size=100, prop=font).get_extents().width)

    advance = width(f"H{character}H") - width("HH")  # an outline does not tell the space around it
    if character.isspace():  # matplotlib cannot make an outline of nothing
        return None, advance / 100
    path = TextPath((0, 0), character, size=100, prop=font)
    return Path(np.asarray(path.vertices) / 100, path.codes), advance / 100
