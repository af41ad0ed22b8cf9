"""Normalization measured: twenty layers, small batches, two layers with dropout; and over what each kind averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

ByRate = Mapping[str, Sequence[Mapping[str, Any]]]


def look_of(kind: str) -> style.Look:
    """Return the look of a kind of normalization by its first word, or of an initialization."""
    word = kind.split()[0]
    return style.look(word if word in ("Glorot", "He") else f"{word.replace('none', 'no')} normalization")


def best_rate(by_rate: ByRate, key: str = "val_loss") -> str:
    """Return the learning rate whose runs are best on the images that choose: lowest loss, or highest accuracy."""
    sign = -1 if "accuracy" in key else 1
    return min(by_rate, key=lambda rate: sign * np.mean([run[key] for run in by_rate[rate]]))


def draw_depth(results: Mapping[str, ByRate], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy on new images against the learning rate for networks of twenty layers, a line a kind."""
    names = {"Glorot": "Glorot, no normalization", "He": "He, no normalization", "batch": "batch normalization",
             "layer": "layer normalization"}  # fmt: skip
    if ax is None:
        best = {name: max(np.mean([run["accuracy"] for run in runs]) for runs in kind.values())
                for name, kind in results.items()}  # fmt: skip
        said = ", ".join(f"{names[name]} {100 * value:.0f} %" for name, value in best.items())
        ax = new_axes(f"Accuracy of twenty layers at the best learning rate: {said}.", figsize=(7.4, 3.5))
    ends = []
    for name, kind in results.items():
        look = look_of(name)
        rates = [float(rate) for rate in kind]
        values = 100 * np.array([[run["accuracy"] for run in runs] for runs in kind.values()])
        ax.fill_between(rates, values.min(axis=1), values.max(axis=1), color=look.color, alpha=0.16, linewidth=0)
        ax.plot(rates, values.mean(axis=1), **look.line, marker=look.marker, markersize=5)
        ends.append((values[-1].mean(), names[name], look.color))
    heights = _apart([height for height, _, _ in ends], 7.0)
    for height, (_, text, color) in zip(heights, ends, strict=True):
        kit.label_end(ax, rates[-1], height, text, style.visible(color, ax, 4.5))
    ax.axhline(10, color=style.GREY, linestyle=":", linewidth=1)
    ax.text(rates[0], 9, "guessing", va="top")
    ax.set(xscale="log", xlabel="learning rate η of plain SGD", ylabel="accuracy on new images (%)", ylim=(0, 88))
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.set_title("Only batch normalization bears large learning rates")
    return ax


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Return heights in the same order, pushed up until neighbours are `gap` apart."""
    placed, last = [0.0] * len(heights), -1e9
    for k in np.argsort(heights):
        placed[k] = last = max(heights[k], last + gap)
    return placed


def draw_cells(*, ax: Axes | None = None) -> Axes:
    """Draw which numbers of a batch share a mean: a unit's, an example's, or those of some units of an example."""
    if ax is None:
        ax = new_axes("Batch normalization averages a column, layer normalization a row, group normalization a part of "
                      "a row.", figsize=(7.4, 2.6))  # fmt: skip
    rows, columns = np.mgrid[0:5, 0:8]
    for panel, (name, mask) in zip(
        kit.panels(ax, (3,), below=34),
        {"batch": columns == 2, "layer": rows == 1, "group": (rows == 1) & (columns < 4)}.items(),
        strict=True,
    ):
        colors = np.where(mask[..., None], kit.faded(look_of(name).color, 0.9), kit.faded(style.GREY, 0.22))
        panel.imshow(colors, aspect="auto")
        for edge in range(1, 8):
            panel.axvline(edge - 0.5, color="white", linewidth=2, linestyle="-")
        for edge in range(1, 5):
            panel.axhline(edge - 0.5, color="white", linewidth=2, linestyle="-")
        panel.set(xticks=[], yticks=[], xlabel="units", ylabel="examples" if name == "batch" else "", title=name)
        panel.grid(False)
        panel.spines[:].set_visible(False)
    return ax


def draw_dots(groups: Mapping[str, Mapping[str, Sequence[float]]], title: str, xlabel: str, *,
              ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw rows of dots, a seed each, and their mean as a bar; filled and open for two ways to measure.

    Args:
        groups: Row → name of the way → numbers; the ways are filled, then open.
        title: Of the figure.
        xlabel: What the numbers are.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        said = "; ".join(
            f"{row} " + ", ".join(f"{name} {min(v):.1f} to {max(v):.1f}" for name, v in ways.items())
            for row, ways in groups.items()
        )
        ax = new_axes(f"{xlabel}: {said}.", figsize=(7.2, 0.36 * len(groups) + 1.3))
    for row, ways in enumerate(groups.values()):
        for values, color, fill in zip(ways.values(), (style.BLUE, style.VERMILION), ("full", "none"), strict=False):
            up = 0.14 * (1 if fill == "full" else -1) if len(ways) > 1 else 0
            ax.plot(values, np.full(len(values), row - up), "o", color=color, fillstyle=fill, linestyle="none",
                    markersize=5)  # fmt: skip
            ax.plot(np.mean(values), row - up, "|", color=color, markersize=kit.points(13), markeredgewidth=2)
    both = max(groups.values(), key=len)
    if len(both) > 1:  # what the two looks mean, at the right end of the title's line
        for way, color, sign, right in zip(both, (style.BLUE, style.VERMILION), "●○", (0.83, 1.0), strict=True):
            ink = style.visible(color, ax, 4.5)
            ax.text(right, 1.02, f"{sign} {way}", transform=ax.transAxes, ha="right", va="bottom", color=ink)
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set(ylim=(len(groups) - 0.5, -0.6), xlabel=xlabel, title=title)
    return ax
