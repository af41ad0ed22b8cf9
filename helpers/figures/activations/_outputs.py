"""How sure a network is, and how often it is right: temperature and calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes


def softmax(logits: Any, temperature: float = 1.0) -> np.ndarray:
    """Return probabilities (…, classes)."""
    z = np.asarray(logits, float) / temperature
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def groups(confidence: np.ndarray, right: np.ndarray, least: int = 10) -> np.ndarray:
    """Return (mean confidence, share right, size) of the examples in each tenth of confidence, (groups, 3)."""
    tenth = np.minimum((10 * confidence).astype(int), 9)
    found = [(confidence[tenth == k].mean(), right[tenth == k].mean(), (tenth == k).sum()) for k in range(10)
             if (tenth == k).sum() >= least]  # fmt: skip
    return np.array(found)


def draw_reliability(ax: Axes, confidence: np.ndarray, right: np.ndarray) -> None:
    """Draw how often answers are right against how sure they are; areas are numbers of images, the gap is shaded."""
    sure, hit, size = groups(confidence, right).T
    ax.plot([0, 1], [0, 1], ":", color=style.GREY, linewidth=1.5)
    ax.fill_between(sure, sure, hit, color=kit.faded(style.VERMILION, 0.3), linewidth=0)
    ax.plot(sure, hit, "-", color=style.BLUE)
    ax.scatter(sure, hit, s=kit.points(1) * (12 + 260 * size / size.sum()), color=style.BLUE, zorder=3)
    ax.set(xlim=(0, 1.05), ylim=(0, 1.05), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], aspect="equal")
    ax.set_xticklabels(["0", "50 %", "100 %"])
    ax.set_yticklabels(["0", "50 %", "100 %"])


def heat(
    axes: Any,
    logits: Any,
    labels: Any,
    images: Any,
    class_names: Any,
    example: int = 0,
    temperature: float = 1.0,
) -> str:
    """Draw one image with its probabilities, and how sure and how right the network is on all images.

    Args:
        axes: Two.
        logits: (n, classes).
        labels: (n,).
        images: (n, rows, columns).
        class_names: (classes,).
        example: The image shown.
        temperature: What divides the logits.
    """
    logits, labels = np.asarray(logits), np.asarray(labels)
    probabilities = softmax(logits, temperature)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bars, whole = axes
    colors = [style.BLUE if k == labels[example] else "#B5B5B5" for k in range(len(class_names))]
    bars.barh(range(len(class_names)), probabilities[example], color=colors, linewidth=0)
    bars.set_yticks(range(len(class_names)), class_names)
    bars.set(xlim=(0, 1), ylim=(9.6, -0.6), xticks=[0, 0.5, 1], title=f"one image, T = {temperature:g}")
    bars.set_xticklabels(["0", "50 %", "100 %"])
    bars.grid(axis="y", visible=False)
    inset = bars.inset_axes((0.66, 0.02, 0.34, 0.42))
    inset.imshow(images[example], cmap="gray_r")
    inset.set_axis_off()
    draw_reliability(whole, confidence, right)
    whole.set(xlabel="how sure", title=f"sure {confidence.mean():.0%}, right {right.mean():.0%}")
    whole.text(0.03, 1.0, "how often right", va="top", fontsize=kit.points(10))
    return (
        f"Temperature {temperature:g}: mean confidence {confidence.mean():.0%}, right {right.mean():.0%}; the image "
        f"shown is a {class_names[labels[example]]}, given {probabilities[example, labels[example]]:.0%}."
    )


TRUE_TEMPERATURES = {"A": 1.0, "B": 0.5, "C": 2.2}
"""The temperature that would make each network of `draw_three_reliabilities` calibrated."""


def draw_three_reliabilities(*, ax: Axes | None = None) -> Axes:
    """Draw the reliability of three networks that need the `TRUE_TEMPERATURES`."""
    if ax is None:
        ax = new_axes(
            "Share right against confidence for three networks. A: on the diagonal. B: above it, 60 % sure and more "
            "than 70 % right. C: below it, 90 % sure and about 65 % right.",
            figsize=(7.6, 3.1),
        )
    rng = np.random.default_rng(0)
    for panel, (name, true) in zip(kit.panels(ax, (3,), below=40), TRUE_TEMPERATURES.items(), strict=True):
        scores = rng.gumbel(size=(4000, 10)) * 1.2
        labels = (softmax(scores).cumsum(axis=1) > rng.uniform(size=(4000, 1))).argmax(axis=1)
        probabilities = softmax(scores * true)
        draw_reliability(panel, probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)
        panel.set(title=name, xlabel="how sure")
        if name == "A":
            panel.text(0.03, 1.02, "how often right", va="top", fontsize=kit.points(10))
        else:
            panel.set_yticklabels([])
    return ax
