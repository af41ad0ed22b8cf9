"""All methods on one budget: change of accuracy against change of loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.regularization._images import SHORT, called

Runs = Sequence[Mapping[str, float]]

CORE = ("fewer units", "L1", "L2", "dropout", "batch normalization", "early stopping", "augmentation",
        "4 × the images")  # fmt: skip
"""The methods of the core notebook, besides nothing."""


def best_strengths(results: Mapping[str, Runs], chosen_by: str = "loss") -> dict[str, tuple[str, Runs]]:
    """Return method → (strength, runs): of each method the strength that is best on the validation images.

    Args:
        results: "method: strength" → runs with "val_loss" and "val_accuracy".
        chosen_by: "loss", or "accuracy".
    """
    sign = 1 if chosen_by == "loss" else -1
    found: dict[str, tuple[float, str, Runs]] = {}
    for name, runs in results.items():
        method, _, strength = name.partition(": ")
        score = sign * float(np.mean([run[f"val_{chosen_by}"] for run in runs]))
        if method not in found or score < found[method][0]:
            found[method] = score, strength, runs
    return {method: (strength, runs) for method, (_, strength, runs) in found.items()}


def differences(results: Mapping[str, Runs], chosen_by: str = "loss") -> dict[str, np.ndarray]:
    """Return method → (seeds, 2): by how much it lowers the loss, and raises the accuracy in points, beside nothing."""
    best = best_strengths(results, chosen_by)
    plain = best["nothing"][1]
    return {
        method: np.array([[own["loss"] - run["loss"], 100 * (run["accuracy"] - own["accuracy"])]
                          for run, own in zip(runs, plain, strict=True)])
        for method, (_, runs) in best.items() if method != "nothing"
    }  # fmt: skip


def one_augmentation(results: Mapping[str, Runs]) -> dict[str, Runs]:
    """Return the same runs, with single changes and mixtures of them as strengths of one method, augmentation."""
    kinds = (*SHORT, "flip, shift, rotate")
    return {f"augmentation: {name.replace(': ', ' ')}" if name.split(":")[0] in kinds else name: runs
            for name, runs in results.items()}  # fmt: skip


def with_strength(method: str, strength: str) -> str:
    """Return the method with the strength that was chosen, where a number says enough: "dropout 0.2, 0.5"."""
    if method == "fewer units":
        return f"{strength} units a layer"
    if method == "augmentation":
        return called(*strength.rsplit(" ", 1))
    if method not in ("L1", "L2", "dropout"):
        return method
    parts = strength.removeprefix("0.0, ").split(", ")
    return f"{method} {', '.join(np.format_float_positional(float(part), trim='-') for part in parts)}"


def methods(ax: Axes, results: Mapping[str, Mapping[str, Runs]], labels: str = "right", chosen_by: str = "loss") -> str:
    """Draw each method's mean as a diamond: right is a lower loss, up a higher accuracy; bars reach over the seeds.

    A diamond is full where all seeds agree about the accuracy, green where it is higher, vermilion where it is lower.

    Args:
        ax: The sheet.
        results: What the training labels are → "method: strength" → runs.
        labels: Which of them.
        chosen_by: What each method's strength was chosen by on the validation images, "loss" or "accuracy".
    """
    runs = one_augmentation(results[labels])
    tables = {
        by: {name: table for name, table in differences(runs, by).items() if name in CORE}
        for by in ("loss", "accuracy")
    }
    moved = tables[chosen_by]
    best = best_strengths(runs, chosen_by)
    labelled = {name: with_strength(name, best[name][0]) for name in moved}
    every = [table for each in tables.values() for table in each.values()]
    low, high = (
        np.min([table.min(axis=0) for table in every], axis=0),
        np.max([table.max(axis=0) for table in every], axis=0),
    )
    left, right = min(low[0] - 0.05, -0.14), high[0] + 0.02
    width = right - left
    ax.set(xlim=(left, right + 0.62 * width), ylim=(min(low[1], 0) - 0.8, high[1] + 0.8))
    ax.fill_between([0, right], 0, high[1] + 0.8, color=kit.faded(style.GREEN, 0.09), linewidth=0)
    ax.text(0.01 * width, high[1] + 0.5, "better in both", color=style.GREEN, weight="bold", va="top")
    ax.axhline(0, xmax=1 / 1.62, color=style.BLACK, linewidth=1.4, linestyle="-")
    ax.axvline(0, color=style.BLACK, linewidth=1.4, linestyle="-")
    ax.plot(
        0, 0, "o", color="white", markeredgecolor=style.BLACK, markeredgewidth=2.4, markersize=kit.points(11), zorder=4
    )
    ax.annotate(
        "nothing",
        (0, 0),
        (-kit.points(8), kit.points(6)),
        textcoords="offset points",
        weight="bold",
        ha="right",
        zorder=5,
    )
    order = sorted(moved, key=lambda name: -moved[name][:, 1].mean())
    (bottom, top) = ax.get_ylim()
    wanted = [moved[name][:, 1].mean() for name in order]
    places = spread(wanted, bottom + 0.3, top - 0.3, (top - bottom) / 13)
    for name, y in zip(order, places, strict=True):
        table = moved[name]
        mean, (color, full) = table.mean(axis=0), kit.verdict(table[:, 1])
        thin: dict[str, Any] = {"color": kit.faded(color, 0.45), "linewidth": 1.6, "linestyle": "-", "zorder": 2}
        ax.plot([table[:, 0].min(), table[:, 0].max()], [mean[1]] * 2, **thin)
        ax.plot([mean[0]] * 2, [table[:, 1].min(), table[:, 1].max()], **thin)
        ax.plot(*mean, "D", color=color, markersize=kit.points(9), markerfacecolor=color if full == "full" else "white",
                markeredgewidth=1.8, zorder=3)  # fmt: skip
        ax.plot([mean[0], right + 0.035 * width], [mean[1], y], "-", color=style.GREY, linewidth=0.8, zorder=1.5)
        ink = style.visible(color, ax, 4.5)
        ax.text(right + 0.045 * width, y, labelled[name], color=ink, va="center")
    ax.set(xlabel="loss lower by (nats) →", title="accuracy (points) ↑")
    ax.set_xticks([tick for tick in np.arange(-0.4, 1, 0.1).round(1) if left < tick <= right])
    clearly = [name for name in order if (moved[name][:, 1] > 0).all()]
    return (
        f"Labels {labels}, strengths chosen by {chosen_by}. More accurate than nothing in all five seeds: "
        f"{', '.join(clearly) or 'none'}. " + "; ".join(
            f"{labelled[name]} {moved[name][:, 1].mean():+.1f} points, loss {-moved[name][:, 0].mean():+.2f}"
            for name in order
        ).replace("-", "−") + "."
    )  # fmt: skip


def spread(wanted: Sequence[float], bottom: float, top: float, gap: float) -> list[float]:
    """Return places from high to low, each near the one wanted, at least `gap` apart, between `bottom` and `top`."""
    places: list[float] = []
    for k, y in enumerate(wanted):
        ceiling = places[-1] - gap if places else top
        floor = bottom + gap * (len(wanted) - 1 - k)
        places.append(max(min(y, ceiling), floor))
    return places
