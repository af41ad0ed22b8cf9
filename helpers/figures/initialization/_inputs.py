"""Scaled inputs: images standardized with whose mean, and what each scaling gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes


def draw_shoes(images: Mapping[str, Any], labels: Any, right: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw three shoes, a sandal, a sneaker and a boot, in several scalings, and the share that networks get right.

    Args:
        images: Scaling → images (n, 196). The first are the raw ones, from 0 to 1.
        labels: Class of each image.
        right: Scaling → accuracies of several networks; the raw images have none.
        ax: Where to draw.
    """
    if ax is None:
        words = "; ".join(f"{name}: {min(row):.0%} to {max(row):.0%} right" for name, row in right.items())
        ax = new_axes(f"Shoes, raw and standardized in two ways. {words}.", figsize=(7.6, 2.7))
    kit.bare(ax, (0, 3), (0, 1))
    three = [np.flatnonzero(np.asarray(labels) == label)[1] for label in (5, 7, 9)]
    for column, (name, rows) in enumerate(images.items()):
        for row, image in enumerate(np.asarray(rows)[three]):
            box = ax.inset_axes((column / 3 + 0.102 * row, 0.4, 0.099, 0.38))
            raw = column == 0
            box.imshow(np.reshape(image, (14, 14)), cmap="gray" if raw else style.DIVERGING,
                       vmin=0 if raw else -2.5, vmax=1 if raw else 2.5)  # fmt: skip
            box.set_axis_off()
        ax.text(column, 0.9, name, weight="bold", va="center")
        if name in right:
            share = 100 * np.asarray(right[name])
            ax.text(column, 0.2, f"{share.mean():.0f} % right", weight="bold", fontsize=kit.points(17),
                    color=style.VERMILION if share.mean() < 60 else style.BLACK)  # fmt: skip
            ax.text(column, 0.04, f"{share.min():.0f}–{share.max():.0f} over {len(share)} networks",
                    color=style.GREY, fontsize=kit.points(10))  # fmt: skip
        elif column == 0:
            ax.text(column, 0.22, "sandal, sneaker, boot", va="baseline")
    ax.set_title("Standardized by their own mean, the shoes lose what made them shoes")
    return ax


def draw_scalings(results: Mapping[str, Sequence[Mapping[str, float]]], chosen: Sequence[str], *,
                  ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw the accuracy of each scaling in each setting: dots for seeds, a bar for the mean.

    Args:
        results: "setting | scaling" → runs, each with "comparison".
        chosen: Scalings to show.
        ax: Where to draw.
    """
    shares = {
        name: 100 * np.array([run["comparison"] for run in runs])
        for name, runs in results.items()
        if name.partition(" | ")[2] in chosen
    }
    if ax is None:
        words = "; ".join(f"{name.replace(' | ', ', ')} {row.mean():.1f} %" for name, row in shares.items())
        ax = new_axes(f"Mean accuracy of scalings of the inputs: {words}.", figsize=(7.6, 4.2))
    settings = list(dict.fromkeys(name.partition(" | ")[0] for name in shares))
    place, ticks, labels = 0.0, [], []
    for setting in settings:
        ax.text(0.005, place - 0.75, setting, transform=ax.get_yaxis_transform(), weight="bold", va="center")
        for name, row in shares.items():
            if name.partition(" | ")[0] == setting:
                ax.plot(
                    row, np.full(len(row), place), "o", color=style.BLUE, alpha=0.5, markeredgewidth=0, markersize=6
                )
                ax.plot([row.mean()] * 2, [place - 0.32, place + 0.32], "-", color=style.BLUE, linewidth=2.5)
                ticks.append(place)
                labels.append(name.partition(" | ")[2])
                place += 1
        place += 1.1
    ax.set(yticks=ticks, yticklabels=labels, ylim=(place - 1.4, -1.2), xlabel="% right")
    ax.grid(False, axis="y")
    ax.set_title("Standardizing gains about a point, however the network is trained")
    return ax
