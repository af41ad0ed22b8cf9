"""A surface over a plane, seen from the front and above, as one artist."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.font_manager import FontProperties

from helpers import style

SHIFT, TILT, RISE = 0.42, 0.38, 0.62
"""Going back moves a point right by SHIFT and up by TILT; going up by the whole height moves it up by RISE."""


def project(across: Any, back: Any, height: Any) -> np.ndarray:
    """Return where points of the unit cube lie on the paper.

    Args:
        across: Place from left (0) to right (1), a number or an array.
        back: Place from front (0) to back (1).
        height: Place from the floor (0) to the ceiling (1).

    Returns:
        Array (..., 2) of horizontal and vertical coordinates.
    """
    across, back, height = np.broadcast_arrays(across, back, height)
    return np.stack([across + SHIFT * back, TILT * back + RISE * height], axis=-1)


def draw_mesh(
    ax: Axes, mesh: np.ndarray, *, front: tuple[str, str, str], side: tuple[str, str, str], up: str, colors: Any
) -> Axes:
    """Draw a surface over a floor, and what stands along its edges.

    Args:
        ax: Where to draw.
        mesh: Array (rows, columns) of heights from 0 to 1, rows from front to back.
        front: What stands left, in the middle and right of the front edge.
        side: The same for the side, from front to back.
        up: What stands at the top of the vertical edge.
        colors: Array (n, 3), from low to high.
    """
    rows, columns = mesh.shape
    corners = project(np.linspace(0, 1, columns)[None, :], np.linspace(0, 1, rows)[:, None], mesh)
    facets = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)[::-1]
    means = (mesh[:-1, :-1] + mesh[:-1, 1:] + mesh[1:, 1:] + mesh[1:, :-1])[::-1] / 4
    size = float(FontProperties(size=matplotlib.rcParams["xtick.labelsize"]).get_size_in_points())
    ax.set_axis_off()
    ink, grey = style.ink(ax), style.visible(style.GREY, ax)
    ax.plot(*project([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], 0.0).T, color=grey, linestyle="-", linewidth=1)
    looks: dict[str, Any] = {"edgecolors": "#8FA0AE", "linewidths": 0.3}
    looks["facecolors"] = ListedColormap(colors)(means.ravel())
    ax.add_collection(PolyCollection(list(facets.reshape(-1, 4, 2)), **looks), autolim=False)
    ax.plot(*project(0.0, 0.0, [0.0, 1.0]).T, color=ink, linestyle="-", linewidth=1)
    words: dict[str, Any] = {"textcoords": "offset points", "size": size, "color": ink}
    for text, across, back, shift in (
        (front[0], 0.02, 0.0, (0, -10)),
        (front[1], 0.5, 0.0, (0, -12)),
        (front[2], 0.98, 0.0, (0, -10)),
        (side[0], 1.0, 0.06, (12, -2)),
        (side[1], 1.0, 0.5, (14, -4)),
        (side[2], 1.0, 0.98, (12, -2)),
    ):
        x, y = project(across, back, 0.0)
        ax.annotate(text, (float(x), float(y)), shift, ha="center", va="center", **words)
    x, y = project(0.0, 0.0, 1.0)
    ax.annotate(up, (float(x), float(y)), (-8, 9), va="bottom", **words)
    ax.set(xlim=(-0.2, 1 + SHIFT + 0.08), ylim=(-0.12, TILT + RISE + 0.08))
    return ax
