"""What layers see: sums of kinks, weights as images, classes that part, and how readable a layer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.data import CLASS_NAMES
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes


def wave(x: Any) -> Any:
    """Return a smooth function on [0, 1]."""
    return np.sin(8 * x) * np.exp(-x) + x


def jump(x: Any) -> Any:
    """Return a function that jumps from 0.2 to 0.9."""
    return np.where(np.asarray(x) < 0.503, 0.2, 0.9)


TARGETS: dict[str, Callable[[Any], Any]] = {"wave": wave, "jump": jump}


def approximation(ax: Axes, network: Callable[..., Any], function: str = "wave", units: int = 6) -> str:
    """Draw a function, the ReLU network that meets it at even points, its weighted units as thin lines, and its error.

    Args:
        ax: Where to draw.
        network: `network(function, units)` → (kinks, weights, bias), the student's.
        function: A key of `TARGETS`.
        units: Hidden units.
    """
    target = TARGETS[function]
    kinks, weights, bias = network(target, units)
    x = np.linspace(-0.2, 1.2, 1401)
    each = weights * np.maximum(0, x[:, None] - kinks)
    output = each.sum(axis=1) + bias
    inside = (x >= 0) & (x <= 1)
    error = float(np.abs(output - target(x))[inside].max())
    ax.axvspan(0, 1, color="#F3F3F3", linewidth=0, zorder=0)
    if units <= 12:
        for column in each.T:
            ax.plot(x, column, "-", color=style.ORANGE, linewidth=1, alpha=0.8, zorder=1)
    ax.fill_between(x[inside], target(x)[inside], output[inside], color=kit.faded(style.VERMILION, 0.4), linewidth=0)
    ax.plot(x, target(x), "-", color=style.BLACK, linewidth=1.5)
    ax.plot(x, output, "--", color=style.BLUE, linewidth=2.5)
    ax.plot(kinks, (np.maximum(0, kinks[:, None] - kinks) * weights).sum(axis=1) + bias, "o", color=style.BLUE,
            markersize=kit.points(4))  # fmt: skip
    ax.set(xlim=(-0.2, 1.2), ylim=(-1.3, 2.3), xlabel="x", title=f"largest error on [0, 1]: {kit.short(error)}")
    ax.grid(False)
    return f"{units} ReLU units meet the {function} at even points of [0, 1]; the largest error there is {error:.2g}."


def draw_first_layer(before: np.ndarray, after: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw the weights of the six first-layer units that training changed most as images, and below, the change."""
    if ax is None:
        said = "Weights of six first-layer units as images: mostly noise. Below, what training changed: smooth areas."
        ax = new_axes(said, figsize=(7.6, 2.9))
    ax.set_axis_off()
    change = after - before
    order = np.argsort(-np.abs(change).sum(axis=0))[:6]
    limit = 0.7 * float(np.abs(after[:, order]).max())
    for row, (name, weights) in enumerate((("weights", after), ("what\ntraining\nchanged", change))):
        ax.text(0, 0.75 - 0.5 * row, name, transform=ax.transAxes, va="center")
        for k, unit in enumerate(order):
            panel = ax.inset_axes((0.12 + 0.147 * k, 0.52 - 0.5 * row, 0.14, 0.47))
            panel.imshow(weights[:, unit].reshape(28, 28), cmap=style.DIVERGING, vmin=-limit, vmax=limit)
            panel.set(xticks=[], yticks=[])
            panel.grid(False)
    return ax


PAIRS = {"another T-shirt": 0, "a dress": 3, "a sneaker": 7}
"""What `two_images` compares a T-shirt with."""


def two_images(
    ax: Axes, images: np.ndarray, labels: np.ndarray, layers: Sequence[np.ndarray], other: str = "a sneaker"
) -> str:
    """Draw a T-shirt and another image layer by layer, and between them how alike they are.

    Alike means the cosine of the two activations after the mean over all images is taken off: 1 for the same pattern,
    0 for unrelated ones, below 0 for opposite ones.

    Args:
        ax: Where to draw.
        images: (n, 28, 28) from 0 to 1.
        labels: (n,).
        layers: Activations of each hidden layer, (n, units) each.
        other: A key of `PAIRS`.
    """
    first = int(np.flatnonzero(labels == 0)[0])
    second = int(np.flatnonzero(labels == PAIRS[other])[1])
    described = [images.reshape(len(images), -1), *layers]
    cosines = [_cosine(values, first, second) for values in described]
    kit.bare(ax, (0, 10), (-0.6, 12.4))
    names = ("pixels", *(f"layer {k}: {values.shape[1]}" for k, values in enumerate(layers, start=1)))
    tops = (12.0, 8.3, 5.0, 2.3)
    heights = (3.4, 2.8, 2.2, 1.9)
    for values, name, cosine, top, high in zip(described, names, cosines, tops, heights, strict=True):
        for left, row in ((0.0, first), (6.6, second)):
            if name == "pixels":
                grid, cmap, top_value = values[row].reshape(28, 28), "gray_r", 1.0
            else:
                columns = 16 if values.shape[1] >= 64 else 8
                grid, cmap = values[row].reshape(-1, columns), "Blues"
                top_value = float(np.percentile(values, 98))
            panel = ax.inset_axes((left, top - high, 3.4, high), transform=ax.transData)
            panel.imshow(grid, cmap=cmap, vmin=0, vmax=top_value, aspect="auto", interpolation="nearest")
            panel.set(xticks=[], yticks=[])
            panel.grid(False)
        color = style.POSITIVE if cosine > 0 else style.NEGATIVE
        middle = top - high / 2
        ax.text(5.0, middle + 0.75, name, ha="center", va="center")
        ax.plot([5, 5], [middle - 0.5, middle + 0.25], "-", color=style.GREY, linewidth=1)
        ax.barh([middle - 0.12], [1.3 * cosine], 0.5, left=5, color=color)
        ax.text(5.0, middle - 0.85, number(cosine, 2), ha="center", va="center", color=color, weight="bold")
    kit.keep_inside(ax)
    said = ", ".join(f"{name} {cosine:.2f}" for name, cosine in zip(names, cosines, strict=True))
    return f"A T-shirt and {other}, layer by layer; how alike they are: {said}."


def _cosine(values: np.ndarray, one: int, other: int) -> float:
    a, b = values[one] - values.mean(axis=0), values[other] - values.mean(axis=0)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def draw_classes_part(descriptions: Mapping[str, np.ndarray], labels: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw four classes in the two directions in which each description varies most.

    Args:
        descriptions: Name → (n, numbers): the pixels and what layers make of them.
        labels: (n,).
        ax: Where to draw.
    """
    if ax is None:
        said = "Four classes of clothes in two directions: from the pixels to the last layer the clouds part."
        ax = new_axes(said, figsize=(7.6, 4.8))
    for panel, (name, values) in zip(kit.panels(ax, (2, 2), below=6), descriptions.items(), strict=True):
        chosen = np.isin(labels, (1, 2, 7, 8))
        values, kinds = values[chosen], labels[chosen]
        values = values - values.mean(axis=0)
        flat = values @ np.linalg.eigh(values.T @ values)[1][:, [-1, -2]]
        for place, kind in enumerate((1, 2, 7, 8)):
            look = style.look(f"class {place}")
            own = flat[kinds == kind][:120]
            panel.plot(*own.T, markersize=kit.points(3), alpha=0.5, markeredgewidth=0, **look.dots)
            text = CLASS_NAMES[kind].lower()
            x, y = np.median(own, axis=0)
            panel.text(x, y, text, ha="center", va="center", weight="bold",
                       color=style.visible(look.color, "white", least=4.5),
                       bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})  # fmt: skip
        panel.set(xticks=[], yticks=[], title=name)
        panel.grid(False)
    return ax


def draw_probes(groups: Mapping[str, Sequence[Mapping[str, float]]], *, ax: Axes | None = None) -> Axes:
    """Draw what a linear classifier gets right on pixels and behind layers, trained and random; bands of all seeds."""
    lines = {
        "trained 128-64-32": ("-", style.BLUE, "o"),
        "random 512-512-512": ("-.", style.ORANGE, "^"),
        "random 128-64-32": ("--", style.VERMILION, "s"),
    }
    if ax is None:
        ax = new_axes(describe_probes(groups), figsize=(7.6, 3.6))
    for name, (dash, color, marker) in lines.items():
        table = np.array([[run[f"layer {k}"] for k in range(4)] for run in groups[name]])
        ax.fill_between(range(4), table.min(axis=0), table.max(axis=0), color=color, alpha=0.25, linewidth=0)
        ax.plot(range(4), table.mean(axis=0), dash, color=color, marker=marker)
        kit.label_end(ax, 3, table[:, 3].mean(), name, style.visible(color, "white", least=4.5))
    wide = [run["layer 1"] for run in groups["random 1500"]]
    ax.plot([1], [np.mean(wide)], "D", color=style.BLACK)
    ax.annotate("random, 1,500 wide", (1, np.mean(wide)), (0, 9), textcoords="offset points", ha="center")
    ax.set(xticks=range(4), xticklabels=["pixels", "layer 1", "layer 2", "layer 3"], xlim=(-0.15, 4.4), ylim=(57, 89))
    ax.set(ylabel="accuracy (%)", title="Random layers are readable if they are wide, trained ones even when narrow")
    return ax


def describe_probes(groups: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Return what `draw_probes` shows."""
    means = {name: np.mean([run[max(run)] for run in runs]) for name, runs in groups.items()}
    said = ", ".join(f"{name} {mean:.0f} %" for name, mean in means.items())
    return f"Accuracy of linear probes behind the last layer of each network: {said}."


def draw_accuracies(groups: Mapping[str, Sequence[Mapping[str, float]]], *, title: str, ax: Axes | None = None) -> Axes:
    """Draw a row for each setting: accuracies of all seeds on new images, with their mean, and in training (hollow)."""
    if ax is None:
        said = "; ".join(f"{name} {np.mean([run['new'] for run in runs]):.1f} %" for name, runs in groups.items())
        ax = new_axes(f"Accuracy on new images, means of five seeds: {said}.", figsize=(7.6, 0.55 * len(groups) + 1.2))
    for row, runs in enumerate(groups.values()):
        new, training = ([run[key] for run in runs] for key in ("new", "training"))
        ax.plot(
            training, [row] * len(training), "o", color=style.GREY, markerfacecolor="none", markersize=kit.points(5)
        )
        ax.plot(new, [row] * len(new), "o", color=style.BLUE, markersize=kit.points(5), alpha=0.7)
        ax.add_patch(Rectangle((float(np.mean(new)) - 0.06, row - 0.22), 0.12, 0.44, color=style.BLACK, linestyle="-"))
        ax.annotate(f"{np.mean(new):.1f}", (np.mean(new), row), (0, 16), textcoords="offset points", ha="center",
                    weight="bold", fontsize=kit.points(10))  # fmt: skip
    ax.set(yticks=range(len(groups)), yticklabels=list(groups), ylim=(len(groups) - 0.4, -0.7), title=title)
    ax.set_xlabel("accuracy (%): filled on new images, hollow on those trained on")
    return ax
