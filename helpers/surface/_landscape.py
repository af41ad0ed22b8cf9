"""What is drawn of a surface: its heights on a grid, logarithmic levels, contour lines; computed once and kept."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import matplotlib
import numpy as np
from contourpy import contour_generator
from matplotlib.path import Path

from helpers import style
from helpers.surface._functions import Surface, heights

GRID = 121
"""Points on each side of the grid on which heights are computed."""

MOST_LEVELS = 16

PALE = 0.42
"""Share of its colour that the ground keeps, so that paths stand out from it."""


class Landscape(NamedTuple):
    """What is drawn of a surface, computed once.

    Attributes:
        levels: Ascending heights of the contour lines, spaced like 1, 2, 5, 10, … from the lowest minimum up; on both
            sides of zero when there is no minimum.
        bands: The areas between neighbouring levels, and below the first and above the last.
        colors: Their colours, array (levels + 1, 3), pale, low places darker.
        lines: For each level, a list of arrays (n, 2) of points.
        labels: Texts and places of the heights that are written on the lines.
        mesh: Array (61, 61): heights from 0 to 1, their logarithm once they are above the middle one.
        ticks: Heights at 0, ¼, ½, ¾ and 1 of the mesh.
    """

    levels: np.ndarray
    bands: list[Path]
    colors: np.ndarray
    lines: list[list[np.ndarray]]
    labels: list[tuple[str, tuple[float, float]]]
    mesh: np.ndarray
    ticks: np.ndarray


_LANDSCAPES: WeakKeyDictionary[Surface, Landscape] = WeakKeyDictionary()


def landscape(surface: Surface) -> Landscape:
    """Return what is drawn of `surface`, from memory if it was drawn before."""
    if surface not in _LANDSCAPES:
        _LANDSCAPES[surface] = _survey(surface)
    return _LANDSCAPES[surface]


def _survey(surface: Surface) -> Landscape:
    """Compute heights, levels and lines of `surface`.

    Raises:
        ValueError: No height in the picture is finite.
    """
    x, y = np.linspace(*surface.xlim, GRID), np.linspace(*surface.ylim, GRID)
    height = heights(surface, *np.meshgrid(x, y))
    height = np.where(np.isfinite(height), height, np.nan)
    if np.isnan(height).all():
        raise ValueError(f"the surface {surface.name!r} has no finite height between {surface.xlim} and {surface.ylim}")
    floor = float(np.nanmin(height))
    if len(surface.minima):
        floor = float(np.nanmin([floor, *heights(surface, *surface.minima.T)]))
        levels = floor + _steps(height - floor)
    else:
        sides = [sign * _steps(sign * height, 0.05) for sign in (1, -1) if (sign * height > 0).any()]
        levels = np.unique(np.concatenate([[0.0], *sides]))
    maker: Any = contour_generator(
        x, y, np.ma.masked_invalid(height), name="serial", line_type="Separate", fill_type="OuterCode"
    )
    lines = [maker.lines(level) for level in levels]
    bands = [
        Path.make_compound_path(*map(Path, points, codes)) if points else Path(np.empty((0, 2)))
        for points, codes in (maker.filled(*ends) for ends in pairwise([-np.inf, *levels, np.inf]))
    ]
    colors = matplotlib.colormaps[style.SEQUENTIAL](np.linspace(0.1, 1, len(bands)))[:, :3]
    paler = 1 - PALE * (1 - colors)
    return Landscape(levels, bands, paler, lines, _place_labels(surface, levels, lines), *_raise_mesh(height, floor))


def _raise_mesh(height: np.ndarray, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (mesh, ticks) of a `Landscape` from its heights, NaN where there is none."""
    middle = float(np.nanmedian(height)) - floor or 1.0
    top = float(np.log1p((np.nanmax(height) - floor) / middle)) or 1.0
    above = np.nan_to_num(height[::2, ::2] - floor, nan=np.expm1(top) * middle)
    return np.log1p(above / middle) / top, floor + middle * np.expm1(np.linspace(0, top, 5))


def _steps(height: np.ndarray, least: float = 0.003) -> np.ndarray:
    """Return round numbers, such as 1, 2, 5, 10, …, from the `least` quantile of the positive heights up."""
    positive = height[height > 0]
    if not positive.size:
        return np.array([1.0])
    low, high = np.quantile(positive, (least, 0.97))
    decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for digits in ([1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]):
        numbers = np.outer(10.0**decades, digits).ravel()
        chosen = numbers[(numbers >= low) & (numbers <= high)]
        if len(chosen) <= MOST_LEVELS:
            break
    return chosen if len(chosen) > 1 else np.linspace(low, high, 6)


def _place_labels(
    surface: Surface, levels: np.ndarray, lines: list[list[np.ndarray]]
) -> list[tuple[str, tuple[float, float]]]:
    """Return texts for some levels, each at a point of its longest line that is away from the frame and the others."""
    size = np.array([surface.xlim[1] - surface.xlim[0], surface.ylim[1] - surface.ylim[0]])
    corner = np.array([surface.xlim[0], surface.ylim[0]])
    labels: list[tuple[str, tuple[float, float]]] = []
    taken = [(point - corner) / size for point in surface.minima]
    for level, group in list(zip(levels, lines, strict=True))[:: max(1, round(len(levels) / 6))]:
        points = [point for line in group for point in line[:: max(1, len(line) // 12)]]
        for point in sorted(points, key=lambda point: abs(point - corner - size / 2).max()):
            spot = (point - corner) / size
            if spot.min() > 0.06 and spot.max() < 0.94 and all(abs(spot - other).max() > 0.13 for other in taken):
                taken.append(spot)
                labels.append((write(level), (float(point[0]), float(point[1]))))
                break
    return labels


def write(number: float) -> str:
    """Return a height with two digits, 1500 as 1,500."""
    text = f"{float(f'{number:.2g}'):,.0f}" if abs(number) >= 100 else f"{number:.2g}"
    return text.replace("-", "−")
