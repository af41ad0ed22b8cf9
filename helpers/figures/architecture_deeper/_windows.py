"""Convolution on numbers: a window that moves, filters that span channels, and what trained windows answer to."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.data import CLASS_NAMES, load_fashion_mnist
from helpers.figures import _kit as kit
from helpers.picture import new_axes

FILTERS: dict[str, np.ndarray] = {
    "left edges": np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
    "upper edges": np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "mean": np.ones((3, 3), int),
}
"""Name → weights of `convolve`: 3 × 3 filters, each with the bias 0."""


@cache
def small_trousers() -> np.ndarray:
    """Return a pair of trousers as 7 × 7 whole numbers from 0 (background) to 9."""
    (x, y), _ = load_fashion_mnist()
    image = x[np.flatnonzero(y == CLASS_NAMES.index("Trouser"))[3]]
    return np.round(image.reshape(7, 4, 7, 4).mean(axis=(1, 3)) * 9 / 255).astype(int)


def slide(image: np.ndarray, weights: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Return the map that one filter makes of one image: a weighted sum for each place of the window.

    >>> slide(np.arange(9).reshape(3, 3), np.ones((2, 2)), stride=1)
    array([[ 8., 12.],
           [20., 24.]])
    """
    image = np.pad(image, padding)
    places = range(0, len(image) - len(weights) + 1, stride)
    size = len(weights)
    return np.array([[np.sum(image[r : r + size, c : c + size] * weights) for c in places] for r in places])


def convolve(
    ax: Axes, filter: str = "left edges", row: int = 3, column: int = 2, stride: int = 1, padding: int = 0
) -> str:
    """Draw an image of numbers, the window at one place, the filter, and the map with the number of that place.

    Args:
        ax: Where to draw.
        filter: A key of `FILTERS`.
        row: Of the map, counted from 1; the last one if there are fewer.
        column: Likewise.
        stride: Steps of the window.
        padding: Rings of zeros around the image.
    """
    image, weights = np.pad(small_trousers(), padding), FILTERS[filter]
    out = slide(small_trousers(), weights, stride, padding)
    r, c = min(row, len(out)) - 1, min(column, len(out)) - 1
    kit.bare(ax, (-0.2, 23.2), (-1.4, 10.6))
    ax.set_aspect("equal")
    size = len(image)
    _numbers(ax, image, 0.2, 9.4, shade=9)
    _numbers(ax, weights, 11.0, 7.4, shade=None)
    _numbers(ax, out, 15.8, 9.4 - (9 - len(out)) / 4, shade=None)
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": style.VERMILION, "linewidth": 3, "linestyle": "-"}
    ax.add_patch(Rectangle((0.2 + stride * c, 9.4 - stride * r - 3), 3, 3, zorder=4, **look))
    top = 9.4 - (9 - len(out)) / 4
    ax.add_patch(Rectangle((15.8 + c, top - r - 1), 1, 1, zorder=4, **look))
    for x, y, text in (
        (0.2, 9.75, f"image {size} × {size}" + (", padded" if padding else "")),
        (11.0, 7.75, "filter 3 × 3"),
        (15.8, top + 0.35, f"map {len(out)} × {len(out)}"),
    ):
        ax.text(x, y, text)
    patch = image[stride * r : stride * r + 3, stride * c : stride * c + 3]
    terms = [f"{a}·{b}" if b > 0 else f"{a}·({b})" for a, b in zip(patch.ravel(), weights.ravel(), strict=True) if b]
    said = f"{' + '.join(terms)} = {out[r, c]:g}".replace("-", "−")
    ax.text(0.2, -0.9, said, color=style.VERMILION, weight="bold", fontsize=kit.points(10.5))
    kit.keep_inside(ax)
    return (
        f"A window of 3 × 3 numbers on an image of {size} × {size}, the filter for {filter}, stride {stride}, padding "
        f"{padding}: a map of {len(out)} × {len(out)}; in row {r + 1}, column {c + 1} stands {out[r, c]:g}."
    )


def _numbers(ax: Axes, array: np.ndarray, left: float, top: float, shade: float | None) -> None:
    """Write an array as unit squares: shaded from 0 to `shade`, or blue above and vermilion below 0."""
    largest = max(float(np.abs(array).max()), 1)
    for (i, j), value in np.ndenumerate(array):
        if shade is not None:
            face: Any = kit.faded(style.BLACK, 0.75 * value / shade)
        else:
            face = kit.faded(style.POSITIVE if value > 0 else style.NEGATIVE, 0.6 * abs(value) / largest)
        ax.add_patch(
            Rectangle((left + j, top - i - 1), 1, 1, facecolor=face, edgecolor="#BBBBBB", linewidth=0.6, linestyle="-")
        )
        text = f"{value:g}".replace("-", "−")
        ax.text(
            left + j + 0.5,
            top - i - 0.5,
            text,
            ha="center",
            va="center",
            color=style.ink(face),
            fontsize=kit.points(10),
        )


def draw_channels(*, ax: Axes | None = None) -> Axes:
    """Draw three channels, two filters that each span all three, and the two maps they make."""
    if ax is None:
        said = "Three channels; each of two filters has a 3 × 3 slice for every channel and makes one map: "
        ax = new_axes(said + "2 · (3 · 3 · 3 + 1) = 56 parameters.", figsize=(7.6, 3.2))
    kit.bare(ax, (0, 15.2), (-0.9, 5.6))
    ax.set_aspect("equal")
    hues = (style.VERMILION, style.GREEN, style.BLUE)

    def stack(left: float, low: float, side: float, shift: float, faces: Any) -> None:
        for k, face in list(enumerate(faces))[::-1]:
            place = left + shift * k, low + shift * k
            ax.add_patch(Rectangle(place, side, side, facecolor=kit.faded(face, 0.35), edgecolor=style.BLACK,
                                   linewidth=1.2, linestyle="-"))  # fmt: skip

    stack(0.4, 0.9, 3.0, 0.45, hues)
    ax.add_patch(Rectangle((1.2, 1.5), 1.0, 1.0, facecolor="none", edgecolor=style.BLACK, linewidth=2.5, linestyle="-"))
    for low, text in ((3.2, "filter 1"), (0.6, "filter 2")):
        stack(6.3, low, 1.0, 0.35, hues)
        ax.text(8.3, low + 0.85, text, va="center")
        ax.annotate("", (6.1, low + 0.7), (4.6, 2.6), arrowprops={"arrowstyle": "-|>", "color": style.GREY})
        ax.annotate("", (11.2, low + 0.85), (9.9, low + 0.85), arrowprops={"arrowstyle": "-|>", "color": style.GREY})
    for low, name in ((2.7, "map 1"), (0.1, "map 2")):
        ax.add_patch(Rectangle((11.4, low), 2.2, 2.2, facecolor=kit.faded(style.GREY, 0.35), edgecolor=style.BLACK,
                               linewidth=1.2, linestyle="-"))  # fmt: skip
        ax.text(12.5, low + 1.1, name, ha="center", va="center")
    ax.text(0.4, 5.1, "3 channels in")
    ax.text(6.3, 5.1, "a slice for each channel")
    ax.text(11.4, 5.1, "2 channels out")
    ax.text(7.6, -0.75, "2 filters · (3 · 3 · 3 weights + 1 bias) = 56 parameters", ha="center", weight="bold")
    kit.keep_inside(ax)
    return ax


# What trained units answer to -----------------------------------------------------------------------------------------


def best_patches(maps: np.ndarray, images: np.ndarray, labels: np.ndarray, count: int = 8) -> list[dict[str, Any]]:
    """Return for each unit the patches it answers to most *for their ink*, the unit with the purest ones first.

    A unit that likes dark patches answers to ink, so what counts is how far the answer lies above the line that is
    fitted to the unit's answers over the ink of the patches. One patch an image, from the place of its best answer.

    Args:
        maps: (n, rows, columns, units), of a layer that sees 14 × 14 pixels in steps of 2.
        images: (n, 28, 28).
        labels: (n,).
        count: Patches a unit.

    Returns:
        A dict a unit: unit, patches (count, 14, 14), labels, purity (share of the most frequent class among `count`),
        chance (the purity that 19 of 20 random choices of patches with as much ink stay below) and part (is it above?).
    """
    rows, columns = np.meshgrid(np.arange(maps.shape[1]), np.arange(maps.shape[2]), indexing="ij")
    windows = np.lib.stride_tricks.sliding_window_view(images, (14, 14), axis=(1, 2))[:, ::2, ::2][
        :, : len(rows), : len(columns.T)
    ]
    ink = windows.mean(axis=(3, 4))
    rng, found = np.random.default_rng(0), []
    for unit in range(maps.shape[-1]):
        answers = maps[..., unit]
        slope, level = np.polyfit(ink.ravel(), answers.ravel(), 1)
        rest = (answers - slope * ink - level).reshape(len(images), -1)
        place, value = rest.argmax(axis=1), rest.max(axis=1)
        best = np.argsort(-value)[:count]
        own = ink.reshape(len(images), -1)[np.arange(len(images)), place]
        purity = np.bincount(labels[best]).max() / count
        # Patches at this unit's places with about as much ink as its best ones, drawn at random.
        near = np.argsort(np.abs(own[:, None] - own[best][None, :]), axis=0)[:60]
        chance = []
        for _ in range(200):
            drawn = [near[rng.integers(60), k] for k in range(count)]
            chance.append(np.bincount(labels[drawn]).max() / count)
        limit = float(np.quantile(chance, 0.95))
        patches = windows.reshape(len(images), -1, 14, 14)[best, place[best]]
        found.append({"unit": unit + 1, "patches": patches, "labels": labels[best], "purity": float(purity),
                      "chance": limit, "part": bool(purity > limit)})  # fmt: skip
    return sorted(found, key=lambda one: -(one["purity"] - one["chance"]))


def draw_parts(found: list[dict[str, Any]], *, ax: Axes | None = None) -> Axes:
    """Draw the best patches of the two units that answer most clearly to a part, and of the one that does least."""
    shown = [*found[:2], found[-1]]
    if ax is None:
        ax = new_axes(describe_parts(found), figsize=(7.6, 4.3))
    ax.set_axis_off()
    for row, one in enumerate(shown):
        name, most = _mixture(one["labels"])
        text = f"unit {one['unit']}: {most} of {len(one['labels'])} are {name} (chance: up to {one['chance'] * 8:.0f})"
        ax.text(0, 1 - row / 3 - 0.03, text, transform=ax.transAxes, va="center", weight="bold",
                color=style.BLACK if one["part"] else style.VERMILION)  # fmt: skip
        for k, patch in enumerate(one["patches"]):
            panel = ax.inset_axes((k / 8, 1 - (row + 1) / 3 + 0.01, 0.118, 0.26))
            panel.imshow(patch, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            panel.set(xticks=[], yticks=[])
            panel.grid(False)
    return ax


def describe_parts(found: list[dict[str, Any]]) -> str:
    """Return what `draw_parts` shows."""
    said = [
        f"unit {one['unit']}: {_mixture(one['labels'])[1]} of 8 are {_mixture(one['labels'])[0]}"
        for one in (*found[:2], found[-1])
    ]
    return "Eight 14 × 14 patches that three second-layer units answer to most for their ink; " + ", ".join(said) + "."


def _mixture(labels: np.ndarray) -> tuple[str, int]:
    counts = np.bincount(labels, minlength=10)
    return CLASS_NAMES[int(counts.argmax())], int(counts.max())


def draw_maps(images: np.ndarray, filters: np.ndarray, maps: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw the three first-layer filters with the largest weights and what they make of some images.

    Args:
        images: (n, 28, 28), n up to 3.
        filters: (5, 5, units).
        maps: (n, 24, 24, units).
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes("Three 5 × 5 filters, blue positive and red negative, and their feature maps of two images.",
                      figsize=(7.6, 4.6))  # fmt: skip
    ax.set_axis_off()
    strongest = np.argsort(-np.ptp(filters, axis=(0, 1)))[:3]
    limit = float(np.abs(filters[..., strongest]).max())
    columns, rows = 4, len(images) + 1
    ax.text(0.12, 1 - 0.5 / rows, "filter\n(blue +, red −)", transform=ax.transAxes, ha="center", va="center")
    for row in range(rows):
        for column in range(columns):
            if (row, column) == (0, 0):
                continue
            panel = ax.inset_axes((column / columns + 0.01, 1 - (row + 1) / rows + 0.015, 0.23, 1 / rows - 0.03))
            if row == 0:
                panel.imshow(filters[..., strongest[column - 1]], cmap=style.DIVERGING, vmin=-limit, vmax=limit)
            elif column == 0:
                panel.imshow(images[row - 1], cmap="gray_r")
            else:
                values = maps[row - 1, ..., strongest[column - 1]]
                panel.imshow(
                    values, cmap="Greys", vmin=0, vmax=max(float(maps[..., strongest[column - 1]].max()), 1e-9)
                )
            panel.set(xticks=[], yticks=[])
            panel.grid(False)
    return ax
