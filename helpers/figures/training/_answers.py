"""Answers of trained networks: batch sizes, confusion, confident mistakes, calibration, living units, and rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.data import CLASS_NAMES
from helpers.figures import _kit as kit
from helpers.figures.training._sets import FAMILIES, mosaic, stored
from helpers.picture import new_axes

BATCHES = (16, 128, 1024)
TRAINING_IMAGES = 6000


def draw_batch_sizes(groups: Mapping[str, Sequence[Mapping[str, float]]], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy and steps to the best epoch against the batch size, each size at its best learning rate."""
    best = {size: groups[f"{size} at its best"] for size in BATCHES}
    right = {size: [100 * run["accuracy"] for run in runs] for size, runs in best.items()}
    steps = {size: [run["best_epoch"] * -(-TRAINING_IMAGES // size) for run in runs] for size, runs in best.items()}
    if ax is None:
        told = "; ".join(
            f"batch {size}: accuracy {np.mean(right[size]):.1f} %, {np.mean(steps[size]):,.0f} steps" for size in best
        )
        ax = new_axes(f"At the best rate of each batch size. {told}.", figsize=(7.6, 3.0))
    panels = kit.panels(ax, (2,), below=56)
    for panel, values, title in zip(panels, (right, steps), ("accuracy (%)", "steps to the best epoch"), strict=True):
        for place, size in enumerate(BATCHES):
            dots: dict[str, Any] = {"color": style.BLUE, "markersize": kit.points(7), "alpha": 0.8}
            panel.plot([place] * len(values[size]), values[size], "o", **dots)
            if values is steps:
                mean = float(np.mean(values[size]))
                panel.text(place + 0.14, mean, f"{mean:,.0f}", va="center")
        panel.set(xticks=range(len(BATCHES)), xlim=(-0.4, 2.8), xlabel="batch size, and its best learning rate")
        panel.set_xticklabels([f"{size:,}\n{best[size][0]['rate']:g}" for size in BATCHES])
        panel.set_title(title)
    low, high = panels[0].get_ylim()
    panels[0].set_ylim(low - 0.4, high + 0.4)
    panels[1].set(ylim=(-1500, None), yticks=[0, 10_000, 20_000], yticklabels=["0", "10,000", "20,000"])
    return ax


def draw_confusion(confusion: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw a confusion matrix (10, 10), true classes as rows: only mistakes are coloured, alike classes are framed."""
    order = np.array(FAMILIES)
    sorted_matrix = np.asarray(confusion)[np.ix_(order, order)]
    mistakes = sorted_matrix * (1 - np.eye(10, dtype=int))
    row, column = np.unravel_index(mistakes.argmax(), mistakes.shape)
    names = [CLASS_NAMES[label] for label in order]
    share = (mistakes[:4, :4].sum() + mistakes[6:9, 6:9].sum()) / max(1, mistakes.sum())
    if ax is None:
        ax = new_axes(
            f"Confusion matrix. Most frequent mistake: {mistakes.max()} times {names[row]} called {names[column]}; "
            f"{share:.0%} of all mistakes stay among the four tops or among the three shoes.", figsize=(6.6, 5.6),
        )  # fmt: skip
    ax.imshow(mistakes, cmap="Oranges", vmin=0, vmax=1.4 * mistakes.max())
    for i, j in np.argwhere(sorted_matrix > 0):
        own = i == j
        ax.text(j, i, sorted_matrix[i, j], ha="center", va="center", color=style.GREY if own else style.BLACK)
    frame: dict[str, Any] = {"fill": False, "edgecolor": style.BLACK, "linewidth": 2, "linestyle": "-"}
    for start, size in ((0, 4), (6, 3)):
        ax.add_patch(Rectangle((start - 0.5, start - 0.5), size, size, **frame))
    ax.set(xticks=range(10), yticks=range(10), yticklabels=names, xlabel="predicted class", ylabel="true class")
    ax.set_xticklabels(names, rotation=45, ha="right", rotation_mode="anchor")
    ax.grid(False)
    ax.set_title(f"{100 * share:.0f} % of the mistakes stay among tops or among shoes")
    return ax


def draw_mistakes(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw the twelve wrong answers (of (n, 10) probabilities) that the network was surest of."""
    called = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1)
    wrong = np.flatnonzero(called != labels)
    wrong = wrong[np.argsort(-sure[wrong])][:12]
    if ax is None:
        i = wrong[0]
        ax = new_axes(
            f"The twelve surest mistakes. The first: {CLASS_NAMES[labels[i]]} called {CLASS_NAMES[called[i]]}.",
            figsize=(7.6, 3.9),
        )
    ax.imshow(mosaic(np.asarray(images)[wrong], 6, gap=8), cmap="gray_r", aspect=1.28)
    for place, i in enumerate(wrong):
        row, column = divmod(place, 6)
        middle: dict[str, Any] = {"ha": "center", "va": "center"}
        ax.text(44 * column + 22, 44 * row + 3.2, f"says {CLASS_NAMES[called[i]]}", color=style.VERMILION, **middle)
        ax.text(44 * column + 22, 44 * row + 40.5, f"is {CLASS_NAMES[labels[i]]}", **middle)
    kit.bare(ax, (0, 264), (89, 0))
    ax.set_title(f"Each of these was more than {np.floor(1000 * sure[wrong].min()) / 10:.1f} % sure")
    return ax


def calibration(ax: Axes, epoch: int = 30) -> str:
    """Draw how often ten groups of answers are right against how sure they are, for five seeds after so many epochs."""
    runs = stored("certainty")[f"epoch {epoch}"]
    sure, right = 100 * np.mean([run["groups"] for run in runs], axis=0)
    said, true = (100 * np.mean([run[key] for run in runs]) for key in ("confidence", "accuracy"))
    ax.plot([0, 100], [0, 100], "-", color=style.GREY, linewidth=1.2)
    for run in runs:
        ax.plot(*(100 * np.array(run["groups"])), "-", color=kit.faded(style.VERMILION, 0.4), linewidth=1)
    ax.fill_between(sure, right, sure, color=kit.faded(style.VERMILION, 0.15), linewidth=0)
    ax.plot(sure, right, "o-", color=style.VERMILION)
    ax.text(8, 16, "as often right as it says", rotation=45, rotation_mode="anchor", color=style.GREY)
    ax.set(
        xlim=(0, 102), ylim=(0, 102), xlabel="how sure it is (%)", ylabel="how often it is right (%)", aspect="equal"
    )
    ax.set_title(f"says {said:.0f} %, is right in {true:.0f} %")
    return f"After {epoch} epochs the networks are {said:.1f} % sure on average, and right in {true:.1f} %."


def draw_living_units(activations: Mapping[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Draw for each network which hidden units (columns) answer to which images (rows): dark where above 0.

    Args:
        activations: Name → (images, units).
        ax: Where to draw; on a new figure when None.
    """
    dead = {name: int((np.asarray(a).max(axis=0) <= 0).sum()) for name, a in activations.items()}
    if ax is None:
        told = "; ".join(f"{name}: {count} units never answer" for name, count in dead.items())
        ax = new_axes(f"Hidden units that answer to images. {told}.", figsize=(7.6, 3.3))
    for panel, (name, each) in zip(kit.panels(ax, (len(activations),), below=42), activations.items(), strict=True):
        alive = np.asarray(each) > 0
        order = np.argsort(-alive.mean(axis=0), kind="stable")
        panel.imshow(alive[:, order], cmap="Blues", vmin=0, vmax=1.2, aspect="auto", interpolation="nearest")
        units = alive.shape[1]
        if dead[name]:
            panel.axvspan(units - dead[name] - 0.5, units - 0.5, color=style.VERMILION, alpha=0.35, linewidth=0)
        panel.set(xlabel="hidden unit", yticks=[], ylabel="image", title=f"{name}: {dead[name]} of {units} dead")
        panel.grid(False)
    return ax


def draw_contenders(groups: Mapping[str, Sequence[Mapping[str, Any]]], *, ax: Axes | None = None) -> Axes:
    """Draw accuracies on 3,000 comparison images, with two standard errors to each side.

    Args:
        groups: Name → runs with "accuracy": one a seed where they have a "rate", else the best setting first.
        ax: Where to draw; on a new figure when None.
    """
    runs = {
        name: each if "rate" in each[0] else each[:1] for name, each in groups.items() if name != "most frequent class"
    }
    right = {name: [100 * run["accuracy"] for run in each] for name, each in runs.items()}
    if ax is None:
        told = "; ".join(f"{name} {np.mean(each):.1f} %" for name, each in right.items())
        ax = new_axes(f"Accuracy on comparison images: {told}.", figsize=(7.6, 2.6))
    for row, each in enumerate(right.values()):
        mean = np.mean(each)
        error = 2 * np.sqrt(mean * (100 - mean) / 3000)
        ax.plot(
            [mean - error, mean + error], [row, row], "-", color=style.LIGHT_GREY, linewidth=kit.points(9), zorder=1
        )
        ax.plot(each, [row] * len(each), "o", color=style.BLUE, markersize=kit.points(7), alpha=0.8)
        ax.text(mean, row - 0.33, f"{mean:.1f}", ha="center", va="center")
    ax.set(yticks=range(len(right)), yticklabels=right, ylim=(len(right) - 0.4, -0.6))
    ax.set(xlabel="accuracy on 3,000 comparison images (%)")
    return ax
