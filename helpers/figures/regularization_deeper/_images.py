"""What passes through two units, all changes on one sheet, mixtures with their labels, and networks that vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.augmentation import CHANGES, change, mix
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Array = np.ndarray
SHORT = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")


def through_two_units(ax: Axes, points: Array, images: Array, labels: Array, epoch: int = 30) -> str:
    """Draw small images where a layer of two units puts them, and the name of each class at its median.

    Args:
        ax: The sheet.
        points: (epochs, images, 2).
        images: (images, side · side), from 0 to 1.
        labels: Their classes.
        epoch: Which of the epochs.
    """
    low, high = np.percentile(points[-1], [1, 99], axis=0)  # one scale for all epochs: that of the last
    spot = (points[epoch] - low) / (high - low)
    side = round(images.shape[1] ** 0.5)
    half = 0.023
    for place, image, label in zip(spot, images, labels, strict=True):
        if not ((place > -0.02) & (place < 1.02)).all():
            continue
        rgba = np.ones((side, side, 4))
        rgba[..., :3] = np.array(kit.faded(style.look(f"class {label}").color, 1.0))
        rgba[..., 3] = np.clip(1.6 * image.reshape(side, side), 0, 0.9)
        x, y = place
        ax.imshow(rgba, extent=(x - half, x + half, y - half, y + half), interpolation="nearest", zorder=2)
    # Names stand at the medians, and move up where two would lie on each other.
    middles = np.array([np.median(spot[labels == label], axis=0) for label in range(10)])
    if epoch:
        placed: list[tuple[float, float, float]] = []
        for label in np.argsort(middles[:, 1]):
            wide = 0.021 * len(SHORT[label])
            x, y = float(np.clip(middles[label, 0], wide, 1 - wide)), float(middles[label, 1])
            while any(abs(x - there) < wide + reach and abs(y - up) < 0.062 for there, up, reach in placed):
                y += 0.01
            placed.append((x, y, wide))
            ink = style.visible(style.look(f"class {label}").color, ax, 4.5)
            kit.halo(ax.text(x, y, SHORT[label], color=ink, ha="center", va="center", weight="bold", zorder=5))
    kit.bare(ax, (-0.05, 1.05), (-0.05, 1.07))
    ax.set_title(f"after {epoch} epoch{'s' if epoch != 1 else ''}")
    return f"After {epoch} epochs the classes lie in {'one heap' if epoch == 0 else 'places of their own'}."


def draw_sheet(images: Array, strength: float = 0.4, *, ax: Axes | None = None) -> Axes:
    """Draw a few images (n, 28, 28), bytes or from 0 to 1, beside copies by each change that keeps the label."""
    names = list(CHANGES)
    if images.dtype == np.uint8:
        images = images / np.float32(255)
    if ax is None:
        ax = new_axes(f"{len(images)} images in ten columns of changed copies: {', '.join(names)}.", figsize=(7.6, 3.0))
    rng = np.random.default_rng(1)
    columns = [images] + [change(name, images, 1.0 if name == "flip" else strength * CHANGES[name][0], rng)
                          for name in names]  # fmt: skip
    tall = np.concatenate([np.pad(column, [(0, 0), (1, 1), (2, 2)]).reshape(-1, 32) for column in columns], axis=1)
    ax.imshow(tall, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    for k, name in enumerate(("as it is", *names)):
        ax.text(32 * k + 16, -2, name, ha="left", va="bottom", rotation=35, size=kit.points(10))
    ax.axvline(31.5, color=style.GREY, linewidth=1.5, linestyle="-")
    ax.set_axis_off()
    return ax


def mixture(ax: Axes, images: Array, names: Sequence[str], kind: str = "mixup", share: float = 0.3) -> str:
    """Draw two images, their mixture, and its label as two bars.

    Args:
        ax: The sheet.
        images: Two of them, (2, 28, 28).
        names: Of their classes.
        kind: "mixup", "CutMix" or "CowMix".
        share: Of the second one.
    """
    mixed, target = mix(kind, images, np.eye(2), np.array([share, share]), np.random.default_rng(3))
    ax.set_axis_off()
    colors = (style.BLUE, style.VERMILION)
    for k, (place, image) in enumerate(((0.0, images[0]), (0.27, images[1]), (0.57, mixed[0]))):
        small = ax.inset_axes((place, 0.1, 0.24, 0.85))
        small.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        small.set(xticks=[], yticks=[])
        small.grid(False)
        if k < 2:
            small.set_xlabel(names[k], color=style.visible(colors[k], ax, 4.5))
        else:
            ax.text(place - 0.03, 0.5, "→", ha="center", va="center", size=kit.points(18))
    bars = ax.inset_axes((0.84, 0.2, 0.16, 0.55))
    bars.bar([0, 1], target[0], color=colors, linewidth=0)
    for k in (0, 1):
        bars.text(k, target[0, k] + 0.04, f"{target[0, k]:.2f}", ha="center")
    bars.set(ylim=(0, 1.15), xticks=[], yticks=[])
    bars.grid(False)
    bars.spines["left"].set_visible(False)
    ax.set_title(f"{kind}, share of the partner {target[0, 1]:.2f}")
    return f"{kind}: {target[0, 0]:.2f} {names[0]} and {target[0, 1]:.2f} {names[1]}, and the label is mixed alike."


def draw_votes(results: Mapping[str, Sequence[Mapping[str, Any]]], others: Mapping[str, Any], *,
               ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw accuracy and loss of the mean of 1 to 5 networks, a line a seed, and those of cheaper ways beside them.

    Args:
        results: "1 network", "2 networks", … → runs with "accuracy" and "loss".
        others: Name → runs of the same seeds.
        ax: Where to draw; on a new figure when None.
    """
    counted = {int(name.split()[0]): runs for name, runs in results.items() if "network" in name}
    if ax is None:
        said = ", ".join(f"{n}: loss {np.mean([run['loss'] for run in runs]):.2f}" for n, runs in counted.items())
        ax = new_axes(f"The mean of more networks. {said}.", figsize=(7.6, 3.4))
    for panel, (key, factor, title) in zip(
        kit.panels(ax, (2,), below=58),
        (("loss", 1, "the loss falls with every network"), ("accuracy", 100, "accuracy (%) hardly moves")),
        strict=True,
    ):
        lines = factor * np.array([[run[key] for run in runs] for runs in counted.values()])
        panel.plot(list(counted), lines, "-", color=style.BLUE, linewidth=1, marker="o", markersize=4)
        for k, runs in enumerate(others.values()):
            place = len(counted) + 1.2 + k
            values = factor * np.array([run[key] for run in runs])
            panel.plot(np.full(len(values), place), values, "D", color=style.VERMILION, markersize=5, linestyle="none")
        ticks = [*counted, *(len(counted) + 1.2 + np.arange(len(others)))]
        panel.set_xticks(ticks, [str(n) for n in counted] + list(others), rotation=0)
        for label in panel.get_xticklabels()[len(counted) :]:
            label.set(rotation=30, ha="right", rotation_mode="anchor", size=kit.points(10))
        panel.set_title(title)
        panel.set_xlim(0.5, ticks[-1] + 0.6)
        panel.text(3, -0.33, "networks", transform=panel.get_xaxis_transform(), ha="center", va="top")
    return ax
