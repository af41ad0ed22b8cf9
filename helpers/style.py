"""How figures of the course look: colours, line styles and markers that survive colour blindness and greyscale.

The hues are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), made darker until each has a contrast of 3:1 on
white, and ordered so that neighbours in the cycle differ in lightness. Colour never stands alone: every cycle goes
through line styles or markers too.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

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

Dash = str | tuple[int, tuple[int, ...]]


class Look(NamedTuple):
    """How one thing looks in every figure of the course.

    Attributes:
        color: As "#RRGGBB".
        dash: Line style, as matplotlib takes it.
        marker: Marker, as matplotlib takes it.
    """

    color: str
    dash: Dash
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Options of `ax.plot` for a line without markers."""
        return {"color": self.color, "linestyle": self.dash}

    @property
    def dots(self) -> dict[str, Any]:
        """Options of `ax.plot` for markers without a line."""
        return {"color": self.color, "linestyle": "none", "marker": self.marker}


_DASHED, _DOTTED, _MIXED, _TRIPLE, _LONG = "--", ":", "-.", LINE_STYLES[4], LINE_STYLES[5]

LOOKS: dict[str, dict[str, Look]] = {
    "sets": {
        "training": Look(BLUE, "-", "o"),
        "validation": Look(VERMILION, _DASHED, "s"),
        "test": Look(GREEN, _MIXED, "^"),
    },
    "signs": {
        "negative": Look(NEGATIVE, _DASHED, "v"),
        "positive": Look(POSITIVE, "-", "^"),
    },
    "classes": {  # 0 and 1 in the sense of `DIVERGING`, where low is vermilion and high is blue
        "class 0": Look(VERMILION, "-", "o"),
        "class 1": Look(BLUE, _DASHED, "s"),
        "class 2": Look(GREEN, _MIXED, "^"),
        "class 3": Look(ORANGE, _DOTTED, "D"),
        "class 4": Look(BLACK, _TRIPLE, "v"),
        "class 5": Look(SKY, _LONG, "P"),
        "class 6": Look(PURPLE, "-", "X"),
        "class 7": Look(GREY, _DASHED, "*"),
        "class 8": Look(BLUE, _DOTTED, "<"),
        "class 9": Look(ORANGE, "-", ">"),
    },
    "optimizers": {
        "SGD": Look(BLACK, "-", "o"),
        "Newton": Look(PURPLE, _LONG, "8"),
        "momentum": Look(BLUE, "-", "s"),
        "Nesterov": Look(BLUE, _DASHED, "D"),
        "Adagrad": Look(GREEN, _MIXED, "^"),
        "Adadelta": Look(GREEN, _DOTTED, "v"),
        "RMSprop": Look(ORANGE, "-", "<"),
        "Adam": Look(VERMILION, "-", "P"),
        "AdamW": Look(VERMILION, _DASHED, "X"),
        "Nadam": Look(VERMILION, _DOTTED, ">"),
        "Adamax": Look(PURPLE, _TRIPLE, "p"),
        "Lion": Look(SKY, _MIXED, "h"),
        "Muon": Look(GREY, _LONG, "d"),
        "schedule-free": Look(SKY, _TRIPLE, "*"),
    },
    "activations": {
        "sigmoid": Look(BLUE, "-", "o"),
        "tanh": Look(GREEN, _DASHED, "s"),
        "ReLU": Look(VERMILION, "-", "^"),
        "leaky ReLU": Look(VERMILION, _DASHED, "v"),
        "PReLU": Look(VERMILION, _DOTTED, "<"),
        "ELU": Look(ORANGE, "-", "D"),
        "SELU": Look(ORANGE, _DASHED, "P"),
        "GELU": Look(PURPLE, _MIXED, "X"),
        "SiLU": Look(PURPLE, _DOTTED, "*"),
        "softplus": Look(SKY, _MIXED, ">"),
        "SwiGLU": Look(BLACK, _TRIPLE, "d"),
        "linear": Look(GREY, _LONG, "p"),
        "step": Look(BLACK, _DOTTED, "h"),
    },
    "initializations": {
        "zeros": Look(GREY, _DOTTED, "o"),
        "small": Look(SKY, _DASHED, "v"),
        "large": Look(ORANGE, "-", "^"),
        "LeCun": Look(GREEN, _MIXED, "s"),
        "Glorot": Look(BLUE, "-", "D"),
        "He": Look(VERMILION, "-", "P"),
        "orthogonal": Look(PURPLE, _DASHED, "X"),
    },
    "normalizations": {
        "no normalization": Look(BLACK, "-", "o"),
        "batch normalization": Look(GREEN, _DASHED, "s"),
        "layer normalization": Look(ORANGE, _MIXED, "^"),
        "group normalization": Look(PURPLE, _DOTTED, "D"),
    },
    "batches": {
        "stochastic": Look(VERMILION, _DOTTED, "o"),
        "mini-batch": Look(ORANGE, _DASHED, "D"),
        "batch": Look(BLUE, "-", "s"),
    },
}
"""Group → name → look. Within a group, markers differ, and of two that are alike in greyscale also the dashes."""

_BY_NAME = {name: own for group in LOOKS.values() for name, own in group.items()}
_SPELLED = {name.lower().replace(" ", "").replace("-", ""): name for name in _BY_NAME} | {"swish": "SiLU"}

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


def look(name: str) -> Look:
    """Return the look that `name` has in every figure of the course.

    Args:
        name: What is drawn: a set ("training"), a sign ("negative"), a class ("class 0"), an optimizer, an activation,
            an initialization or a kind of batch, as `LOOKS` names them. Capitals, spaces, "-" and "_" do not matter.

    Raises:
        ValueError: Nothing of this name has a look.

    >>> look("validation")
    Look(color='#CA5427', dash='--', marker='s')
    >>> look("leaky_relu").line
    {'color': '#CA5427', 'linestyle': '--'}
    """
    spelled = str(name).lower().replace(" ", "").replace("-", "").replace("_", "")
    if spelled not in _SPELLED:
        near = get_close_matches(spelled, _SPELLED, n=1, cutoff=0)
        raise ValueError(f"there is no look for {name!r}; the name nearest to it is {_SPELLED[near[0]]!r}")
    return _BY_NAME[_SPELLED[spelled]]


def ground(sheet: Axes | Figure) -> str:
    """Return the colour behind what is drawn on Axes or a figure; white for what lets the page shine through."""
    seen = sheet.get_facecolor()
    if isinstance(sheet, Axes) and not (sheet.axison and sheet.patch.get_visible() and to_rgba(seen)[3] == 1):
        seen = sheet.figure.get_facecolor()
    return to_hex(seen) if to_rgba(seen)[3] == 1 else "#ffffff"


def ink(on: Any = "white") -> str:
    """Return the colour of text on a colour, bare Axes or a figure: `BLACK`, or white where that is easier to read.

    >>> ink("white"), ink("#333333")
    ('#222222', '#ffffff')
    """
    on = ground(on) if isinstance(on, Axes | Figure) else on
    return max((BLACK, "#ffffff"), key=lambda color: contrast(color, on))


def visible(color: Any, on: Any, least: float = 3.0) -> str:
    """Return `color`, mixed with the ink of what lies beneath as far as it takes to stand out from it.

    Args:
        color: A colour.
        on: The colour beneath it, or the Axes or the figure that it is drawn on.
        least: The contrast it needs: 3 for what is drawn, 4.5 for text (WCAG 2.2, criteria 1.4.11 and 1.4.3).

    >>> visible(BLUE, "white") == BLUE, visible(BLUE, "black")
    (True, '#2c5fa4')
    """
    on = ground(on) if isinstance(on, Axes | Figure) else on
    if contrast(color, on) >= least:
        return color
    own, end = np.array(to_rgb(color)), np.array(to_rgb(ink(on)))
    mixed = [to_hex(own + share * (end - own)) for share in np.linspace(0, 1, 21)]
    return next((step for step in mixed if contrast(step, on) >= least), mixed[-1])


def contrast(one: Any, other: Any) -> float:
    """Return the contrast of two colours, from 1 (the same) to 21 (black and white), as WCAG 2.2 defines it.

    >>> contrast("white", "black")
    21.0
    """
    dark, light = sorted(
        sum(
            share * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for share, part in zip((0.2126, 0.7152, 0.0722), to_rgb(color), strict=True)
        )
        for color in (one, other)
    )
    return (light + 0.05) / (dark + 0.05)


def check_axes(ax: Any) -> None:
    """Raise TypeError unless `ax` is None or Axes, and ValueError unless these have straight axes."""
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be a matplotlib Axes or None, not a value of type {type(ax).__name__}")
    if ax is not None and ax.name != "rectilinear":
        raise ValueError(f"ax must have straight axes, but it is {ax.name}")


def check_formula(text: str, what: str) -> None:
    """Raise ValueError where matplotlib cannot set a formula in `text`: it would only when it draws, in many lines."""
    try:
        if "$" in text:
            TextPath((0, 0), text)
    except ValueError:
        raise ValueError(f"{what} must be a text whose formulas can be set, but got {text!r}") from None


def _sizes(text: float, smaller: float, line: float) -> dict[str, Any]:
    """Return the matplotlib settings for text of `text` points, `smaller` at ticks, and lines of `line` points."""
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


NOTEBOOK_TEXT = 11.0
"""Points of text in a notebook."""

SLIDE = 12.0, 6.4
"""Inches that a slide has for a figure below its heading and controls."""


def use() -> None:
    """Set the style of the course for all figures made from now on: readable in a notebook, also when halved."""
    matplotlib.rcParams.update(_FIGURE | _sizes(text=NOTEBOOK_TEXT, smaller=10, line=2.0))


def scale() -> float:
    """Return how much bigger letters are than in a notebook: 1, and more after `lecture()`.

    A figure whose size is given in inches must grow by as much, or its letters would not fit.
    """
    return max(1.0, float(matplotlib.rcParams["font.size"]) / NOTEBOOK_TEXT)


def fit(width: float, height: float) -> tuple[float, float]:
    """Return a figure's size in inches, after `lecture()` no larger than a slide has room for.

    A larger picture would shrink on its slide, and its letters with it.

    >>> fit(12.4, 7.5)
    (12.4, 7.5)
    >>> with matplotlib.rc_context():
    ...     lecture()
    ...     fit(12.4, 7.5)
    (12.0, 6.4)
    """
    return (min(width, SLIDE[0]), min(height, SLIDE[1])) if scale() > 1 else (width, height)


def lecture() -> None:
    """Set the same style with text of 14 points or more and thicker lines, to be read from the last row.

    >>> with matplotlib.rc_context():
    ...     lecture()
    ...     matplotlib.rcParams["font.size"]
    18.0
    """
    matplotlib.rcParams.update(_FIGURE | _sizes(text=18, smaller=17, line=3.0) | {"figure.figsize": (10.0, 5.4)})
