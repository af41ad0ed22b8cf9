"""Images and sets: what two networks get right, ten classes, four sets, sizes of layers, and the check for leaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.data import CLASS_NAMES, hold_out, load_fashion_mnist
from helpers.figures import _kit as kit
from helpers.picture import new_axes
from helpers.results import stored_groups

FAMILIES = (0, 2, 4, 6, 3, 1, 5, 7, 9, 8)
"""The ten classes, those that look alike side by side: tops, dress, trouser, shoes, bag."""

ALIKE = "T-shirt, pullover, coat and shirt"
TRAINED, NEW = "they trained on", "they have never seen"
LEARNERS = {"A": "true", "B": "shuffled"}


@cache
def stored(group: str) -> dict[str, Any]:
    """Return a group of results/training.json: setting → runs, one a seed."""
    return stored_groups("training")[group]


@cache
def _sheets(count: int) -> dict[str, np.ndarray]:
    (x, y), _ = load_fashion_mnist()
    parts = hold_out(x, y)
    return {TRAINED: parts.training[0][:count], NEW: parts.comparison[0][:count]}


def mosaic(images: np.ndarray, columns: int, gap: int = 3) -> np.ndarray:
    """Return images (n, 28, 28) as one sheet of rows of `columns`, `gap` pixels of 0 around each."""
    padded = np.pad(images, ((0, 0), (gap, gap), (gap, gap)))
    side = padded.shape[1]
    rows = len(images) // columns
    return padded.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, columns * side)


def by_heart(axes: Any, images: str = TRAINED, epoch: int = 60) -> str:
    """Draw what two networks get right of twenty images: a blue dot on what is right, a cross on what is wrong.

    Args:
        axes: Two, one for each network.
        images: TRAINED or NEW.
        epoch: How long both have trained, a multiple of 4 up to 60.
    """
    said = []
    for ax, (name, labels) in zip(axes, LEARNERS.items(), strict=True):
        run = stored("by_heart")[f"{labels}, epoch {epoch}"][0]
        right = np.array(list(run["seen" if images == TRAINED else "new"])) == "1"
        share = run["accuracy" if images == TRAINED else "new_accuracy"]
        ax.imshow(mosaic(_sheets(len(right))[images], 5), cmap="gray_r", vmax=330, aspect="equal")
        row, column = np.divmod(np.arange(len(right)), 5)
        dots: dict[str, Any] = {"linestyle": "none", "markeredgecolor": "white", "zorder": 3}
        for which, marker, color, size in ((right, "o", style.BLUE, 8), (~right, "X", style.VERMILION, 11)):
            ax.plot(
                34 * column[which] + 28, 34 * row[which] + 28, marker, color=color, markersize=kit.points(size), **dots
            )
        ax.set_axis_off()
        ending = "as taught" if images == TRAINED else "right"
        ax.set_title(f"network {name}: {right.sum()} of {len(right)} {ending}")
        said.append(f"network {name} has {right.sum()} of {len(right)} right, {share:.0%} of all")
    return f"Images {images}, after {epoch} epochs: {'; '.join(said)}."


def draw_ten_classes(images: np.ndarray, labels: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw twelve images (n, 28, 28) of each class, a row for a class, the four that look alike on one tinted band."""
    if ax is None:
        ax = new_axes(f"Twelve images of each of ten classes. {ALIKE} look alike.", figsize=(7.6, 4.7))
    sheet = np.concatenate([images[labels == label][:12] for label in FAMILIES])
    ax.imshow(mosaic(sheet, 12, gap=1), cmap="gray_r", aspect="equal")
    for row, label in enumerate(FAMILIES):
        ax.text(-8, 30 * row + 15, CLASS_NAMES[label], ha="right", va="center")
    ax.add_patch(
        Rectangle(
            (0, 0), 360, 120, facecolor=style.ORANGE, alpha=0.22, edgecolor=style.ORANGE, linewidth=0, linestyle="-"
        )
    )
    ax.text(366, 60, "one\noutline", va="center", color=style.visible(style.ORANGE, ax, 4.5), weight="bold")
    kit.bare(ax, (-80, 420), (300, 0))
    return ax


def draw_four_sets(*, ax: Axes | None = None) -> Axes:
    """Draw 10,000 training and 2,000 test images as a bar, cut into four sets, with the job of each."""
    if ax is None:
        ax = new_axes(
            "6,000 images to fit weights, 1,000 to stop and choose, 3,000 to compare, and 2,000 for one last look.",
            figsize=(7.6, 1.9),
        )
    left = 0
    for count, name, job, color in (
        (6000, "training", "fits the weights", style.look("training").color),
        (1000, "validation", "stops,\nchooses", style.look("validation").color),
        (3000, "comparison", "compares\nwhat is finished", style.GREY),
        (2000, "test", "one look,\nat the end", style.look("test").color),
    ):
        left += 500 * (name == "test")
        box: dict[str, Any] = {
            "facecolor": kit.faded(color, 0.25),
            "edgecolor": color,
            "linewidth": 2,
            "linestyle": "-",
        }
        ax.add_patch(Rectangle((left, 0), count - 60, 1, **box))
        ax.text(left + count / 2, 0.5, f"{count:,}", ha="center", va="center", weight="bold")
        ax.text(
            left + count / 2, 1.15, name, ha="center", va="bottom", color=style.visible(color, ax, 4.5), weight="bold"
        )
        ax.text(left + count / 2, -0.18, job, ha="center", va="top")
        left += count
    kit.bare(ax, (-150, 12700), (-1.1, 1.75))
    return ax


def draw_parameters(networks: Mapping[str, Sequence[int]], *, ax: Axes | None = None) -> Axes:
    """Draw each weight matrix as a rectangle, inputs high and units wide, all on one scale.

    Args:
        networks: Name → sizes, the inputs first.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        told = "; ".join(f"{name}: {', '.join(f'{a * b:,}' for a, b in pairwise(s))}" for name, s in networks.items())
        ax = new_axes(f"Numbers of weights as areas, layer by layer. {told}.", figsize=(7.6, 3.9))
    left = 0.0
    for name, sizes in networks.items():
        ax.text(left, 870, name, weight="bold", va="bottom")
        for place, (inputs, units) in enumerate(pairwise(sizes)):
            width = max(units, 12)
            look: dict[str, Any] = {"facecolor": kit.faded(style.BLUE, 0.35), "edgecolor": style.BLUE, "linestyle": "-"}
            ax.add_patch(Rectangle((left, 784 - inputs), width, inputs, **look))
            count = f"{inputs * units:,}"
            if width > 250:
                ax.text(left + width / 2, 784 - inputs / 2, f"{inputs} × {units}\n{count}", ha="center", va="center")
            else:
                ax.text(left + width / 2, 784 - inputs - 22, count, ha="center", va="top")
            left += width + (60 if place < len(sizes) - 3 else 110)
        left += 150
    kit.bare(ax, (-10, left - 180), (-60, 960))
    ax.set_title("Nearly all weights sit where the image is wide")
    return ax


def draw_leak_check(groups: Mapping[str, Sequence[Mapping[str, float]]], *, ax: Axes | None = None) -> Axes:
    """Draw the validation accuracy after training on shuffled labels, for two ways to shuffle and three kinds of leak.

    Args:
        groups: "which labels are shuffled | what leaks" → runs with "val_accuracy".
        ax: Where to draw; on a new figure when None.
    """
    ways = {"training labels only": ("s", "none", -0.16), "all labels, before the split": ("o", style.VERMILION, 0.16)}
    found = {key: [100 * run["val_accuracy"] for run in runs] for key, runs in groups.items()}
    kinds = list(dict.fromkeys(key.split(" | ")[1] for key in groups))
    if ax is None:
        told = "; ".join(f"{way}, leak {k}: {np.mean(found[f'{way} | {k}']):.0f} %" for way in ways for k in kinds)
        ax = new_axes(f"Validation accuracy with shuffled labels. {told}.", figsize=(7.6, 2.9))
    ax.axvline(10, color=style.GREY, linestyle="-", linewidth=1.5)
    for row, kind in enumerate(kinds):
        for way, (marker, fill, shift) in ways.items():
            ax.plot(found[f"{way} | {kind}"], [row + shift] * 5, marker, color=style.VERMILION, markerfacecolor=fill,
                    markersize=kit.points(8), linestyle="none", alpha=0.9)  # fmt: skip
    for way, (marker, fill, shift) in ways.items():
        ax.plot([42], [shift], marker, color=style.VERMILION, markerfacecolor=fill, markersize=kit.points(8))
        ax.text(44, shift, f"shuffled: {way}", va="center")
    ax.text(11.5, len(kinds) - 0.52, "chance", color=style.GREY, va="center")
    ax.set(yticks=range(len(kinds)), xlim=(0, 104), ylim=(len(kinds) - 0.4, -0.5), xlabel="validation accuracy (%)")
    ax.set_yticklabels([f"leak: {kind}" for kind in kinds])
    ax.set_title("Only with all labels shuffled does the leak show")
    return ax
