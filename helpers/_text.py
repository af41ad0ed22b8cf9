"""Text as outlines: many labels in one artist, quick enough for a slider.

A number that changes with every move of a slider is a new text each time, and the outline of a new text takes 3 ms. So
texts are put together from the outlines of their characters, which are made once: then it is 0.05 ms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from helpers import style

FAMILY = "DejaVu Sans"
"""The font that comes with matplotlib: it has all sub- and superscripts."""

_CAPITAL = 0.72  # height of a capital, as a share of the size of the text
_LINE = 1.15  # from one line to the next
_MARGIN = 0.01  # inches of ground around a label
_MADE_AT = 100  # points; matplotlib fits outlines that are made small to pixels


class Labels:
    """Labels on an Axes whose data coordinates are inches; `draw` puts them on it, all as one artist.

    Args:
        ax: Where they go.
        size: Size of the text in points, unless a label has its own.
    """

    def __init__(self, ax: Axes, size: float) -> None:
        self._ax, self._size, self._behind = ax, size, style.ground(ax)
        self._texts: list[str] = []
        self._grounds: list[Path] = []
        self._words: list[Path] = []
        self._colors: list[Any] = []

    def add(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float | None = None,
        color: Any = None,
        on: Any = None,
        align: str = "center",
        bold: bool = False,
        ground: bool = False,
    ) -> None:
        """Add a label of one or more lines, its height centred on y.

        Args:
            text: What it says.
            x: Its middle, left or right end, in inches, as `align` says.
            y: The middle of its capitals, in inches.
            size: Its size in points.
            color: Its colour, which gives way where it could not be read; when None, what can be read best.
            on: The colour beneath it; when None, that behind the Axes.
            align: "left", "center" or "right".
            bold: Whether it is in bold type.
            ground: Whether what lies beneath is hidden.
        """
        beneath = self._behind if on is None else on
        size = self._size if size is None else size
        path, width, height = outline(text, bold)
        x += size * width * {"left": 0.5, "center": 0.0, "right": -0.5}[align]
        if ground:
            half = np.array([width, height]) * size / 2 + _MARGIN
            self._grounds.append(Path(_BOX * half + np.array([x, y])))
        self._texts.append(text)
        self._words.append(Path(np.asarray(path.vertices) * size + np.array([x, y]), path.codes))
        self._colors.append(style.ink(beneath) if color is None else style.visible(color, beneath, 4.5))

    def draw(self) -> None:
        """Draw all labels, above what was drawn before."""
        if not self._texts:
            return
        paths = self._grounds + self._words
        colors = [self._behind] * len(self._grounds) + self._colors
        # The strings are kept with the artist: outlines alone could not be searched or tested. Effects that a style
        # gives to all that is drawn, such as a sketch's wavy lines with white edges, would cover letters this small.
        looks: dict[str, Any] = {"label": "_" + " ".join(self._texts), "path_effects": [], "sketch_params": None}
        self._ax.add_collection(
            PathCollection(paths, facecolors=colors, linewidths=0, zorder=3, **looks), autolim=False
        )


@lru_cache(maxsize=4096)
def outline(text: str, bold: bool = False) -> tuple[Path, float, float]:
    """Return (outline, width, height) of a text of one or more lines, centred on the origin, for 1 point of size.

    Text between two "$" is set as a formula, as matplotlib does it. Lengths are inches.
    """
    vertices, codes, widest = [np.empty((0, 2))], [np.empty(0, Path.code_type)], 0.0
    lines = text.split("\n")
    for index, line in enumerate(lines):
        parts = _glyphs(line, bold)
        low = min((end + glyph.left for glyph, end in parts), default=0.0)
        high = max((end + glyph.right for glyph, end in parts), default=0.0)
        widest = max(widest, high - low)
        down = (_LINE * (index - (len(lines) - 1) / 2) + _CAPITAL / 2) / 72
        vertices += [glyph.vertices + np.array([end - (low + high) / 2, -down]) for glyph, end in parts]
        codes += [glyph.codes for glyph, _ in parts]
    return Path(np.concatenate(vertices), np.concatenate(codes)), widest, (_LINE * len(lines) - 0.1) / 72


def text_width(text: str) -> float:
    """Return the width of `text` in inches for 1 point of size."""
    return outline(text)[1]


class _Glyph(NamedTuple):
    """The outline of a character or a formula, where it begins and ends, and how far the next one is from it."""

    vertices: np.ndarray
    codes: Any
    left: float
    right: float
    advance: float


def _glyphs(line: str, bold: bool) -> list[tuple[_Glyph, float]]:
    """Return what a line is put together from, each with the place where it stands."""
    parts, end = [], 0.0
    for piece in [line] if line.count("$") > 1 else line:
        glyph = _glyph(piece, bold)
        if len(glyph.vertices):
            parts.append((glyph, end))
        end += glyph.advance
    return parts


@lru_cache(maxsize=1024)
def _glyph(text: str, bold: bool) -> _Glyph:
    """Return the outline of `text` as matplotlib makes it, for 1 point of size; an empty one for a space."""
    font = FontProperties(family=FAMILY, weight="bold" if bold else "normal")

    def made(text: str) -> Path:
        return TextPath((0, 0), text, size=_MADE_AT, prop=font)

    # An outline does not tell the space around it.
    advance = made(f"H{text}H").get_extents().width - made("HH").get_extents().width
    inch = 72 * _MADE_AT
    if not text.strip():  # matplotlib cannot make an outline of nothing
        return _Glyph(np.empty((0, 2)), np.empty(0, Path.code_type), 0.0, 0.0, advance / inch)
    path = made(text)
    box = path.get_extents()
    return _Glyph(np.asarray(path.vertices) / inch, path.codes, box.x0 / inch, box.x1 / inch, advance / inch)


_BOX = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
