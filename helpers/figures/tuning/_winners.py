"""Winners of searches: their score on the images that chose them, and on new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

SEARCHES, BLOCK = 20, 100
"""Searches that the figure shows, and images of a block of validation images in the stored results."""


class Winners(NamedTuple):
    """Accuracy of each winner, in per cent, on the validation images that chose it and on new ones."""

    validation: np.ndarray
    new: np.ndarray


def find_winners(networks: Sequence[Mapping[str, Any]], trials: int, images: int) -> Winners:
    """Let each of 20 searches choose among `trials` networks by a validation set of its own of `images` images.

    Args:
        networks: The stored group "winners": hits on blocks of 100 images, and the accuracy on new images, "yard".
        trials: How many of the networks each search tries, drawn for each search anew.
        images: Of each validation set, 100 or 200: no two sets share an image.
    """
    hits = np.array([network["hits"] for network in networks])  # (networks, blocks)
    new = np.array([network["yard"] for network in networks])
    size, rows = images // BLOCK, []
    for search in range(SEARCHES):
        tried = np.random.default_rng(search).permutation(len(networks))[:trials]
        scores = hits[tried, search * size : (search + 1) * size].sum(axis=1) / images
        best = int(scores.argmax())
        rows.append((100 * scores[best], 100 * new[tried[best]]))
    return Winners(*np.array(rows).T)


def winners(ax: Axes, networks: Sequence[Mapping[str, Any]], trials: int = 64, images: int = 100) -> str:
    """Draw 20 winners as lines from their validation score to their score on new images."""
    found = find_winners(networks, trials, images)
    falls = found.new < found.validation
    for left, right, fell in zip(found.validation, found.new, falls, strict=True):
        ax.plot([0, 1], [left, right], "-", color=style.GREY if fell else style.GREEN, linewidth=1.3 if fell else 2.4)
    look = style.look("validation")
    ax.plot([0] * SEARCHES, found.validation, **look.dots, markersize=5.5, clip_on=False, zorder=3)
    ax.plot([1] * SEARCHES, found.new, "o", color=style.BLACK, markersize=5.5, clip_on=False, zorder=3)
    for place, values, side in ((0, found.validation, -1), (1, found.new, 1)):
        ax.plot([place - 0.07, place + 0.07], [values.mean()] * 2, "-", color=style.BLACK, linewidth=3, zorder=4)
        ax.text(place + 0.1 * side, values.mean(), f"mean\n{values.mean():.1f} %",
                ha="right" if side < 0 else "left", va="center", weight="bold")  # fmt: skip
    ax.set_xticks([0, 1], [f"on the {images} images\nthat chose it", "on 3,000\nnew images"])
    ax.set(xlim=(-0.5, 1.5), ylim=(62, 92))
    kit.percent_ticks(ax, range(65, 95, 5))
    ax.grid(axis="x", visible=False)
    chosen = f"the best of {trials}" if trials > 1 else "one network"
    ax.set_title(f"{chosen}: {falls.sum()} of {SEARCHES} fall")
    fall = np.mean(found.validation - found.new)
    return (
        f"20 searches, {trials} networks each, {images} validation images: {falls.sum()} winners score lower on new "
        f"images, on average by {fall:.1f} points."
    )


def draw_winners(networks: Sequence[Mapping[str, Any]], *, ax: Axes | None = None) -> Axes:
    """Draw `winners` side by side for one network each, where nothing is chosen, and for the best of 64."""
    if ax is None:
        falls = (f"from {old.mean():.1f} to {new.mean():.1f} %" for old, new in (find_winners(networks, trials, BLOCK)
                 for trials in (1, 64)))  # fmt: skip
        told = "Means, from validation to new images: one network falls {}, the best of 64 {}.".format(*falls)
        ax = new_axes(told, figsize=(7.6, 3.6))
    for panel, trials in zip(kit.panels(ax, (2,), below=42, above=26), (1, 64), strict=True):
        winners(panel, networks, trials)
    return ax


def luck(ax: Axes, expected: Any, images: int = 100) -> str:
    """Draw how much too good the luckiest of equally good networks looks.

    Args:
        ax: Where to draw.
        expected: The student's function (networks, images) → mean score of the luckiest, when all are worth 80 %.
        images: Whose curve is brought out.
    """
    counts = np.unique(np.geomspace(1, 256, 9).astype(int))
    for other in (100, 400, 1600, 6400):
        gaps = np.array([100 * (expected(int(count), other) - 0.8) for count in counts])
        chosen = other == images
        color = style.VERMILION if chosen else style.GREY
        ax.plot(counts, gaps, "o-" if chosen else "-", color=color, linewidth=2.6 if chosen else 1.2, markersize=5)
        text = f"{other:,} images" + (f": +{gaps[-1]:.1f}" if chosen else "")
        kit.label_end(ax, counts[-1], gaps[-1], text, color, weight="bold" if chosen else "normal")
        if chosen:
            end = gaps[-1]
    ax.set(xscale="log", xlim=(0.9, 2400), ylim=(-0.4, 12), xlabel="networks tried, all equally good")
    ax.set_xticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    ax.set_xticks([], minor=True)
    ax.set_title("points too good")
    return f"With {images} validation images the best of 256 equal networks looks {end:.1f} points too good."
