"""How figures of the course look: colours, line styles and markers that survive colour blindness and greyscale.

The hues are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), made darker until each has a contrast of 3:1 on
white, and ordered so that neighbours in the cycle differ in lightness. Colour never stands alone: every cycle goes
through line styles or markers too.
"""

from __future__ import annotations

from typing import Any

import matplotlib
from cycler import cycler

BLUE = "#074394"
VERMILION = "#CA5427"
GREEN = "#1F673F"
ORANGE = "#D87E00"
BLACK = "#222222"
SKY = "#1F98CB"
PURPLE = "#873472"
GREY = "#767676"
LIGHT_GREY = "#D9D9D9"

COLORS = (BLUE, VERMILION, GREEN, ORANGE, BLACK, SKY, PURPLE, GREY)
"""Colours for series that have no meaning of their own, in order of use."""

LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)), (0, (3, 3)))
"""One line style for each colour of `COLORS`: two series differ in both."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
"""Markers for scatter plots and ends of paths; ten, one for each class of Fashion-MNIST."""

NEGATIVE, POSITIVE = VERMILION, BLUE
"""Signed quantities (weights, gradients): vermilion below zero, blue above."""

DIVERGING = "RdBu"
"""Colour map for signed quantities, centred on zero, in the sense of `NEGATIVE` and `POSITIVE`."""

SEQUENTIAL = "cividis"
"""Colour map for quantities from low to high; monotonic in lightness, so it survives greyscale."""

_FIGURE: Any = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=LINE_STYLES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.figsize": (7.5, 3.6),
    "grid.color": "#E8E8E8",
    "image.cmap": SEQUENTIAL,
    "legend.frameon": False,
    "savefig.facecolor": "white",
}


def _sizes(text: float, line: float) -> dict[str, Any]:
    """Return the matplotlib settings for text of `text` points and lines of `line` points."""
    smaller = round(0.9 * text, 1)
    return {
        "font.size": text,
        "axes.labelsize": text,
        "axes.titlesize": round(1.1 * text, 1),
        "legend.fontsize": smaller,
        "xtick.labelsize": smaller,
        "ytick.labelsize": smaller,
        "lines.linewidth": line,
        "lines.markersize": 3 * line,
    }


def use() -> None:
    """Set the style of the course for all figures made from now on: readable in a notebook, also when halved."""
    matplotlib.rcParams.update(_FIGURE | _sizes(text=11, line=2.0))


def lecture() -> None:
    """Set the same style with bigger text and thicker lines, to be read from the last row of a lecture hall."""
    matplotlib.rcParams.update(_FIGURE | _sizes(text=16, line=3.0) | {"figure.figsize": (10.0, 5.4)})
