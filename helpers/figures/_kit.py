"""What the figures of several notebooks are made of: hills, mist, walks with numbered steps, nodes of graphs, bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import floor, log10
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.patheffects import withStroke
from matplotlib.transforms import IdentityTransform
from scipy.ndimage import gaussian_filter

from helpers import style

GROUND, GROUND_EDGE = "#E3DCCD", "#A59A86"
"""A hill seen from the side: its inside and its rim."""

BOX = {"boxstyle": "round,pad=0.3", "facecolor": "white", "linewidth": 1.4}


def number(value: float, digits: int = 3, *, plus: bool = False) -> str:
    """Return `value` with `digits` decimals and a real minus sign; what rounds to zero carries no sign.

    With `plus`, what is above zero carries one, too.

    >>> number(-0.2219), number(-0.0001, 2), number(1.25, 1, plus=True)
    ('−0.222', '0.00', '+1.2')
    """
    text = f"{value:{'+' if plus else ''}.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def short(value: float) -> str:
    """Return `value` with three digits that count (two if it is small) and no zeros behind them.

    >>> short(1.5), short(-0.6514), short(0.000112), short(18372.0)
    ('1.5', '−0.651', '0.00011', '18,372')
    """
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 1:
        text = f"{value:.4g}"
    elif size >= 0.0995:
        text = f"{value:.3f}"
    else:
        text = f"{value:.{min(6, 1 - floor(log10(max(size, 1e-6))))}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (text if float(text.replace(",", "")) else "0").replace("-", "−")


def points(size: float) -> float:
    """Return a size in points, in the measure of the present style: bigger for a lecture."""
    return size * style.scale()


def bare(ax: Axes, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Make `ax` a plain sheet with these limits, without ticks, grid or frame."""
    ax.set(xlim=xlim, ylim=ylim)
    ax.set_axis_off()


def keep_inside(ax: Axes) -> None:
    """Let the texts of `ax` take no part in the layout: they stand where the drawing has room for them."""
    for text in ax.texts:
        text.set_in_layout(False)


def draw_hill(ax: Axes, height: Callable[[Any], Any]) -> None:
    """Draw the curve `height(w)` over the present limits of `ax` as ground seen from the side."""
    (left, right), bottom = ax.get_xlim(), ax.get_ylim()[0]
    grid = np.linspace(left, right, 300)
    ax.fill_between(grid, height(grid), bottom, color=GROUND, linewidth=0, zorder=0.5)
    ax.plot(grid, height(grid), "-", color=GROUND_EDGE, linewidth=2, zorder=0.6)


@cache
def _clouds(rows: int, columns: int) -> np.ndarray:
    """Return a grey texture (rows, columns) from 0 to 1, wider than high, as mist lies."""
    noise = gaussian_filter(np.random.default_rng(3).normal(size=(rows, columns)), (5, 16))
    return (noise - noise.min()) / np.ptp(noise)


def draw_mist(ax: Axes, points: np.ndarray, radius: float = 0.085) -> None:
    """Cover `ax` with mist that has a soft hole around each of `points` (n, 2), in data coordinates.

    Args:
        ax: Its limits must be set.
        points: Where somebody has been.
        radius: Of a hole, as a share of the width of `ax`.
    """
    rows, columns = 90, 140
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    box = ax.get_window_extent()
    shape = box.height / box.width
    across = (np.arange(columns) + 0.5) / columns
    up = (np.arange(rows) + 0.5) / rows * shape
    places = (np.asarray(points, float) - (left, bottom)) / (right - left, top - bottom) * (1, shape)
    near = np.full((rows, columns), np.inf)
    for x, y in places:
        np.minimum(near, np.hypot(across - x, up[:, None] - y), out=near)
    grey = 0.80 + 0.09 * _clouds(rows, columns)
    mist = np.dstack([grey, grey, grey + 0.01, np.clip((near / radius - 0.55) / 0.6, 0, 1)])
    ax.imshow(
        mist, extent=(left, right, bottom, top), origin="lower", aspect="auto", interpolation="bilinear", zorder=2
    )


def draw_steps(ax: Axes, path: Any, color: str, *, bend: float = 0.28, label_gap: float = 12.0) -> None:
    """Draw a walk: a numbered dot at each point of `path` (n, 2), an arched arrow to the next, a ring at the last.

    Points outside of `ax` are left out, with their arrows, and so are numbers that would touch another. A walk that
    has left ends in a mark at the edge, with the number of its last step.

    Args:
        ax: Its limits must be set.
        path: In data coordinates, in order.
        color: Of everything.
        bend: Height of an arch as a share of its length; 0 for straight arrows.
        label_gap: Least distance between two numbers, in points.
    """
    path = np.atleast_2d(np.asarray(path, float))
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    inside = (path >= (left, bottom)).all(1) & (path <= (right, top)).all(1)
    ax.add_artist(_Arrows(path, inside, color, bend))
    dot = points(6.5)
    ax.plot(*path[inside].T, "o", color=color, markeredgecolor="white", markersize=dot, zorder=4)
    last = len(path) - 1
    if inside[-1]:
        ax.plot(*path[-1], "o", markerfacecolor="none", color=color, markersize=2 * dot, markeredgewidth=2, zorder=4.1)
    else:
        x, y = np.clip(np.nan_to_num(path[-1], posinf=1e9), (left, bottom), (right, top))
        sign = "↑" if y >= top else "←" if x <= left else "→"
        x, y = np.clip((x, y), (left + 0.05 * (right - left), bottom), (right - 0.05 * (right - left), top))
        ax.annotate(f"{last} {sign}", (x, y), (0, -points(12)), textcoords="offset points", ha="center", color=color,
                    weight="bold", zorder=5)  # fmt: skip
    pixels = ax.transData.transform(np.clip(path, -1e6, 1e6))
    gap = points(label_gap) * ax.figure.dpi / 72  # type: ignore[union-attr]
    placed: list[np.ndarray] = []
    for step in (last, *range(last)):
        if inside[step] and all(np.linalg.norm(pixels[step] - other) > gap for other in placed):
            placed.append(pixels[step])
            # Behind the walker, where no arrow leaves; the last number stands towards the nearer side.
            ahead = path[step + 1, 0] - path[step, 0] if step < last else (left + right) / 2 - path[step, 0]
            outwards = -1 if ahead >= 0 else 1
            away = (points(12) * outwards, -points(10)) if bend else (points(9) * outwards, points(9))
            look: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "center", "zorder": 5}
            ax.annotate(str(step), path[step], away, color=color, weight="bold", **look)


class _Arrows(Artist):
    """The arched arrows of `draw_steps`; made when drawn, since only then the layout has settled where points are."""

    def __init__(self, path: np.ndarray, inside: np.ndarray, color: str, bend: float) -> None:
        super().__init__()
        self.path, self.inside, self.color, self.bend = path, inside, color, bend
        self.set_zorder(3)
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:
        """Draw each arrow from one point to the next."""
        ax: Any = self.axes
        point = renderer.points_to_pixels(points(1.0))
        pixels = ax.transData.transform(np.clip(self.path, -1e6, 1e6))
        way = np.diff(pixels, axis=0)
        length = np.linalg.norm(way, axis=1)
        shown = self.inside[:-1] & self.inside[1:] & (length > 3 * point)
        if not shown.any():
            return
        starts, ends, way, length = pixels[:-1][shown], pixels[1:][shown], way[shown], length[shown, None]
        aside = np.column_stack([-way[:, 1], way[:, 0]]) * np.where(way[:, :1] < 0, -1, 1)
        middle = (starts + ends) / 2 + self.bend * aside
        heading = (ends - middle) / np.linalg.norm(ends - middle, axis=1, keepdims=True)
        side = np.column_stack([-heading[:, 1], heading[:, 0]])
        size = np.minimum(9 * point, 0.5 * length)
        tip = ends - 3 * point * heading * np.minimum(1, length / (12 * point))
        neck = tip - 0.8 * size * heading
        share = np.linspace(0, 1, 24)[None, :, None]
        arcs = (1 - share) ** 2 * starts[:, None] + 2 * share * (1 - share) * middle[:, None] + share**2 * neck[:, None]
        heads = np.stack([tip, tip - size * (heading - 0.42 * side), tip - size * (heading + 0.42 * side)], axis=1)
        same: dict[str, Any] = {"transform": IdentityTransform()}
        for artist in (
            LineCollection(list(arcs), colors=self.color, linewidths=points(1.8), linestyles="-", **same),
            PolyCollection(list(heads), facecolors=self.color, linewidths=0, **same),
        ):
            artist.axes = ax
            artist.set_figure(ax.figure)
            artist.set_clip_path(ax.patch)
            artist.draw(renderer)


def draw_arrow(ax: Axes, x: float, y: float, size: float, color: str, *, width: float = 0.07) -> None:
    """Draw an arrow up or down, `size` high in data units and centred on (x, y); what is nearly 0 is a short dash."""
    if abs(size) < 0.08:
        ax.plot([x - 0.1, x + 0.1], [y, y], "-", color=color, linewidth=2.5, zorder=3)
        return
    sign = 1 if size > 0 else -1
    low, high = y - size / 2, y + size / 2
    neck = high - sign * min(0.22, 0.55 * abs(size))
    corners = [(-width, low), (width, low), (width, neck), (2.4 * width, neck), (0, high), (-2.4 * width, neck),
               (-width, neck)]  # fmt: skip
    # Solid on purpose: a patch takes its dashes from the cycle, and matplotlib 3.10 refuses dashes without a width.
    places = [x + dx for dx, _ in corners], [py for _, py in corners]
    ax.fill(*places, color=color, linewidth=0, linestyle="-", zorder=3)


def draw_node(
    ax: Axes, x: float, y: float, text: str, kind: str, *, size: float = 34.0, edge: str = style.BLACK
) -> None:
    """Draw one node of a graph: inputs are squares, hidden values circles, outputs double circles, biases diamonds.

    Args:
        ax: Where to draw.
        x: Its place.
        y: Its place.
        text: What stands in it.
        kind: "input", "hidden", "output" or "bias".
        size: Diameter in points.
        edge: Colour of the outline.
    """
    size = points(size)
    marker = {"input": "s", "hidden": "o", "output": "o", "bias": "D"}[kind]
    scale = 0.6 if kind == "bias" else 0.88 if kind == "input" else 1.0
    look: dict[str, Any] = {"color": "white", "markeredgecolor": edge, "markeredgewidth": 1.6, "linestyle": "none"}
    ax.plot([x], [y], marker, markersize=size * scale, zorder=3, **look)
    if kind == "output":
        ax.plot([x], [y], marker, markersize=0.82 * size, zorder=3.1, **look)
    ax.text(x, y, text, ha="center", va="center_baseline", zorder=4, weight="bold")


def draw_seeds(ax: Axes, rows: np.ndarray | Sequence[np.ndarray]) -> None:
    """Draw what each seed gains, a row of circles for each of `rows`, and their means as diamonds.

    A diamond is full where all seeds agree, green where they gain, vermilion where they lose. The first row is on top.
    """
    for row, gains in enumerate(np.asarray(rows)):
        color, full = verdict(gains)
        ax.plot(
            gains, np.full(len(gains), row), "o", color=style.GREY, fillstyle="none", markersize=4, linestyle="none"
        )
        ax.plot(gains.mean(), row, "D", color=color, markersize=points(8), fillstyle=full)
    ax.axvline(0, color=style.BLACK, linewidth=1.2, linestyle="-")
    ax.set_ylim(len(rows) - 0.4, -0.6)


def verdict(gains: np.ndarray) -> tuple[str, Literal["full", "none"]]:
    """Return colour and fill of what gains so much with each seed: full where all agree, green where they gain."""
    if (gains > 0).all():
        return style.GREEN, "full"
    return (style.VERMILION, "full") if (gains < 0).all() else (style.GREY, "none")


def standard_error(values: np.ndarray) -> Any:
    """Return the standard error of the mean of `values`, along their first axis."""
    return values.std(axis=0, ddof=1) / np.sqrt(len(values))


def percent_ticks(ax: Axes, ticks: Sequence[int]) -> None:
    """Put these ticks at the vertical axis, with their per-cent signs."""
    ax.set_yticks(ticks, [f"{tick} %" for tick in ticks])


def label_end(ax: Axes, x: float, y: float, text: str, color: str, **place: Any) -> None:
    """Write `text` at the right of a line's last point (x, y), in the line's colour."""
    ax.annotate(
        text, (x, y), place.pop("offset", (6, 0)), textcoords="offset points", color=color, va="center",
        **place,
    )  # fmt: skip


def halo(text: Any) -> Any:
    """Give a text a white rim, so that it can be read on lines, and return it."""
    text.set_path_effects([withStroke(linewidth=3, foreground="white")])
    return text


def faded(color: str, share: float) -> tuple[float, ...]:
    """Return `color` mixed with white: 1 is the colour itself, 0 is white."""
    return tuple(1 - share * (1 - part) for part in to_rgba(color)[:3])


def panels(ax: Axes, rows: Sequence[int], *, below: float = 30.0, above: float = 22.0) -> list[Axes]:
    """Return small Axes inside `ax`: `rows` says how many stand in each row, from the top.

    `ax` itself becomes invisible: a figure of several panels can so be one argument, and one picture.

    Args:
        ax: The sheet.
        rows: Panels in each row.
        below: Points below each panel, for ticks and a label.
        above: Points above each panel, for its title.
    """
    ax.set_axis_off()
    inches = ax.get_window_extent().height / ax.figure.dpi  # type: ignore[union-attr]
    high, under, over = 1 / len(rows), points(below) / 72 / inches, points(above) / 72 / inches
    return [
        ax.inset_axes((column / count + 0.06, 1 - (row + 1) * high + under, 1 / count - 0.08, high - under - over))
        for row, count in enumerate(rows)
        for column in range(count)
    ]
