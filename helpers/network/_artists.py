"""The artists of a network drawing: the page that it stands on, edges, units and labels, one artist for each set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from helpers import style
from helpers._text import FAMILY, text_width
from helpers.network._layout import LINE, SMALLEST

_HINTED = 1.1  # text fitted to the pixels of a screen is up to a tenth wider than its outline

FAINT, FAINT_ON_DARK = "#B5B5B5", "#4A4A4A"
"""Edges of dropped units."""


class Page:
    """An Axes whose data coordinates are inches, and the room on it that is still free (`bottom` to `top`)."""

    def __init__(self, ax: Axes) -> None:
        figure = ax.figure
        self.ax = ax
        room = ax.get_position(original=True)
        self.width = float(room.width * figure.bbox.width / figure.dpi)
        self.height = float(room.height * figure.bbox.height / figure.dpi)
        if min(self.width, self.height) < 0.5:
            raise ValueError(
                f"a network needs an Axes of at least 0.5 × 0.5 inches, not {self.width:.2f} × {self.height:.2f}"
            )
        # Text takes no more than its share of a small Axes, so that the network keeps the rest.
        self.font = min(float(matplotlib.rcParams["font.size"]), 0.065 * self.height * 72)
        self.bottom, self.top = 0.04, self.height - 0.04
        ax.set_axis_off()
        self.ground = style.ground(ax)
        for scale, change in ((ax.get_xscale(), ax.set_xscale), (ax.get_yscale(), ax.set_yscale)):
            if scale != "linear":
                change("linear")
        ax.set(xlim=(0, self.width), ylim=(0, self.height), aspect="equal")

    def write(self, text: str, x: float, y: float, size: float, **options: Any) -> None:
        """Write `text` with its middle at (x, y)."""
        looks: dict[str, Any] = {"family": FAMILY, "color": style.ink(self.ground)}
        looks["usetex"] = False  # LaTeX may not be installed
        self.ax.text(x, y, text, size=size, ha="center", va="center", **looks, **options)

    def line(self, text: str, scale: float, *, above: bool) -> None:
        """Write one line over the whole width, above or below what is still to come."""
        size = min(scale * self.font, 0.96 * self.width / (_HINTED * text_width(text)))
        self.write(text, self.width / 2, self.reserve(scale, above=above), size)

    def key(self, parts: Sequence[str], scale: float) -> None:
        """Write the parts of a key below what is still to come: on one line, or on as many as reading them takes."""
        joined = [
            "  ·  ".join(parts),
            *("  ·  ".join(parts[:place]) + "\n" + "  ·  ".join(parts[place:]) for place in range(1, len(parts))),
            "\n".join(parts),
        ]
        room = 0.96 * self.width / _HINTED
        fitting = (text for text in joined if room / max(map(text_width, text.split("\n"))) >= SMALLEST)
        for line in reversed(next(fitting, joined[-1]).split("\n")):
            self.line(line, scale, above=False)

    def row(
        self, texts: Sequence[str], middles: Sequence[Any], y: float, scale: float, smallest: float = SMALLEST
    ) -> bool:
        """Write texts side by side if they fit at `smallest` points or more, and return whether they do."""
        widths = _HINTED * np.array([text_width(text) for text in texts]) + 0.5 / 72
        x = np.array(middles)
        between = np.diff(x) / ((widths[1:] + widths[:-1]) / 2)
        at_sides = 2 * np.minimum(x, self.width - x) / widths
        size = min(scale * self.font, *between, *at_sides)
        if size < min(smallest, scale * self.font):
            return False
        for text, middle in zip(texts, x, strict=True):
            self.write(text, middle, y, size)
        return True

    def dots(self, number: str, x: float, y: float, width: float, height: float) -> None:
        """Write the true number of units between dots that stand for the units not drawn."""
        size = min(0.9 * self.font, 72 * height / 3.4, 0.95 * width / (_HINTED * text_width(number)))
        ground = {"facecolor": self.ground, "edgecolor": "none", "pad": 0.5}
        self.write(f"⋮\n{number}\n⋮", x, y, size, linespacing=1.0, bbox=ground)

    def reserve(self, scale: float, *, above: bool) -> float:
        """Take a line of `scale` times the usual size from the free room, and return the height of its middle."""
        height = scale * self.font * LINE
        if above:
            self.top -= height
            return self.top + height / 2
        self.bottom += height
        return self.bottom - height / 2


def draw_edges(ax: Axes, segments: np.ndarray, values: np.ndarray, largest: float, faint: np.ndarray) -> None:
    """Draw the edges of one step.

    Args:
        ax: Where.
        segments: Shape (rows, units, 2, 2).
        values: What sign and width show, shape (rows, units); NaN where there is nothing to show.
        largest: The value that has the greatest width.
        faint: Which edges lead from or to a dropped unit, shape (rows, units).
    """
    plain = float(matplotlib.rcParams["lines.linewidth"]) / 2 * (1.0 if values.size <= 40 else 0.6)
    segments, values, faint = segments.reshape(-1, 2, 2), values.ravel(), faint.ravel()
    ground = style.ground(ax)
    grey = style.visible(style.GREY, ground)
    looks: dict[str, Any] = {"colors": grey, "linewidths": plain}
    if np.isfinite(values).any() or faint.any():
        signs = np.sign(np.nan_to_num(values)).astype(int)
        widths = plain * np.where(np.isnan(values), 1.0, 0.4 + 2.6 * np.abs(np.nan_to_num(values)) / largest)
        by_sign = {-1: style.visible(style.NEGATIVE, ground), 0: grey, 1: style.visible(style.POSITIVE, ground)}
        pale_grey = FAINT if style.ink(ground) == style.BLACK else FAINT_ON_DARK
        looks = {
            "colors": [pale_grey if pale else by_sign[sign] for sign, pale in zip(signs, faint, strict=True)],
            "linewidths": np.where(faint, 0.6 * plain, widths),
            "linestyles": [
                ":" if pale else (0, (3, 1.5)) if sign < 0 else "-" for sign, pale in zip(signs, faint, strict=True)
            ],
        }
    ax.add_collection(LineCollection(list(segments), zorder=1, **looks), autolim=False)


def draw_units(
    centres: Any,
    role: str,
    radius: float,
    *,
    ax: Axes,
    fills: Sequence[Any] | None = None,
    bias: tuple[float, float, float] | None = None,
    crossed: Any = None,
    divided: bool = False,
) -> Axes:
    """Draw units as one artist, those of a layer for instance, and return the Axes.

    Args:
        centres: Shape (units, 2), in the data coordinates of `ax`.
        role: "input" (squares), "hidden" (circles) or "output" (double circles).
        radius: Of a unit.
        ax: Where, with an aspect of 1.
        fills: A colour for each unit; white when None.
        bias: Middle and radius of the bias node, the first to be drawn; None where there is none.
        crossed: Which units are dropped, shape (units,): dashed, with a cross. None when none are.
        divided: Whether a line separates the halves of a unit.

    Raises:
        ValueError: `role` is another word.
    """
    if role not in ("input", "hidden", "output"):
        raise ValueError(f"role must be 'input', 'hidden' or 'output', not {role!r}")
    fills = ["white"] * len(centres) if fills is None else fills
    crossed = np.zeros(len(centres), bool) if crossed is None else np.asarray(crossed, bool)
    lines = float(matplotlib.rcParams["lines.linewidth"]) / 2
    shape = _shape(role, divided)
    hollow = Path.make_compound_path(_shape(role, False), _CROSS)
    paths = [_moved(hollow if off else shape, x, y, radius) for (x, y), off in zip(centres, crossed, strict=True)]
    faces = list(fills)
    outlines = [style.GREY if off else style.BLACK for off in crossed]
    styles = [(0, (2, 1.5)) if off else "-" for off in crossed]
    if bias is not None:
        paths.insert(0, _moved(_DIAMOND, *bias))
        faces.insert(0, "white")
        outlines.insert(0, style.BLACK)
        styles.insert(0, "-")
    looks = {"facecolors": faces, "edgecolors": outlines, "linestyles": styles if crossed.any() else "-"}
    ax.add_collection(PathCollection(paths, linewidths=1.2 * lines, zorder=2, **looks), autolim=False)
    return ax


def _moved(path: Path, x: float, y: float, size: float) -> Path:
    """Return `path` scaled by `size` and moved to (x, y)."""
    return Path(np.asarray(path.vertices) * size + (x, y), path.codes)


def _shape(role: str, divided: bool) -> Path:
    """Return the outline of a unit of radius 1."""
    parts = {"input": [_SQUARE], "hidden": [_CIRCLE], "output": [_CIRCLE, _moved(_CIRCLE, 0, 0, 0.78)]}[role]
    return Path.make_compound_path(*parts, _DIVIDER) if divided else Path.make_compound_path(*parts)


_BOX = Path([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], closed=True)
_SQUARE = _moved(_BOX, 0, 0, 0.88)
_DIAMOND = Path([(0, -1), (1, 0), (0, 1), (-1, 0), (0, -1)], closed=True)
_CIRCLE = Path.unit_circle()
_DIVIDER = Path([(0, -0.78), (0, 0.78)])
_CROSS = Path([(-0.6, -0.6), (0.6, 0.6), (-0.6, 0.6), (0.6, -0.6)], [Path.MOVETO, Path.LINETO] * 2)
