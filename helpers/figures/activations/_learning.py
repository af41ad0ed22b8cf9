"""Whether deep networks learn: what their layers see, their losses with and without help, three to be diagnosed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.activations._signals import FORMULAS, send
from helpers.picture import new_axes

LN_10 = float(np.log(10))


def draw_two_examples(seen: Mapping[str, Sequence[Any]], *, ax: Axes | None = None) -> Axes:
    """Draw what the layers of networks make of two images, as two patterns of 8 × 8 units side by side.

    Args:
        seen: Name → the activations of two examples in layer 0 (the images), 1, …: arrays (2, 64).
        ax: Where to draw.
    """
    shown = (0, 1, 2, 3, 5, 10)
    if ax is None:
        ax = new_axes(lambda: describe_two_examples(seen), figsize=(7.6, 0.5 + 0.9 * len(seen)))
    kit.bare(ax, (-4.6, 6 * 5.1), (-4.2 * len(seen), 1.6))
    ax.set_aspect("equal")
    for row, (name, layers) in enumerate(seen.items()):
        top = -4.2 * row
        activation, _, start = name.partition(", ")
        color = style.look(activation).color
        ax.text(-4.5, top - 1.1, f"{activation},\n{start}", color=color, weight="bold", va="center")
        for column, layer in enumerate(shown):
            pair = np.asarray(layers[layer])
            low, high = pair.min(), pair.max()
            for side, values in enumerate(pair):
                left = 5.1 * column + 2.25 * side
                extent = (left, left + 2.1, top - 2.1, top)
                grey: dict[str, Any] = {"cmap": "gray_r", "vmin": low, "vmax": high, "interpolation": "nearest"}
                ax.imshow(values.reshape(8, 8), extent=extent, aspect="equal", **grey)
                ax.plot([left, left + 2.1, left + 2.1, left, left], [top, top, top - 2.1, top - 2.1, top], "-",
                        color=style.GREY, linewidth=0.8)  # fmt: skip
            gap = np.abs(pair[0] - pair[1]).mean() / (high - low)
            told = f"differ by {gap:.0%}" if gap > 0.005 else "the same"
            ax.text(5.1 * column + 2.2, top - 2.4, told, ha="center", va="top", fontsize=kit.points(10))
            if row == 0:
                title = f"layer {layer}" if layer else "images"
                ax.text(5.1 * column + 2.2, top + 0.4, title, ha="center", weight="bold")
    ax.set(xlim=(-4.6, 6 * 5.1), ylim=(-4.2 * len(seen) + 0.6, 1.6))
    return ax


def describe_two_examples(seen: Mapping[str, Sequence[Any]]) -> str:
    """Return what `draw_two_examples` shows."""
    told = []
    for name, layers in seen.items():
        gaps = [np.abs(pair[0] - pair[1]).mean() / np.ptp(pair) for pair in map(np.asarray, layers)]
        told.append(f"{name}: they differ by {gaps[1]:.0%} of their range in layer 1, {gaps[-1]:.1%} in the last")
    return f"Patterns of 64 units for two images, layer by layer. {'; '.join(told)}."


def draw_control(losses: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw training losses with bands over seeds, on one scale, with a line at ln 10.

    Args:
        losses: Name → (epochs, seeds). A name begins with the activation; what follows a comma makes the line dashed.
        ax: Where to draw.
    """
    if ax is None:
        said = "; ".join(f"{name} {run[-1].min():.2f} to {run[-1].max():.2f}" for name, run in losses.items())
        ax = new_axes(f"Training losses of ten-layer networks, five seeds, at the end: {said}.", figsize=(7.6, 3.3))
    ends = {name: float(np.median(run[-1])) for name, run in losses.items()}
    for name, run in losses.items():
        activation, _, change = name.partition(", ")
        hidden = bool(change) and abs(ends[name] - ends[activation]) < 0.05
        covers = any(other.startswith(f"{name}, ") and abs(ends[other] - ends[name]) < 0.05 for other in ends)
        told = f"{name}, frozen\nor not" if covers else "" if hidden else name
        color, dash = style.look(activation).color, "--" if change else "-"
        epochs = np.arange(1, len(run) + 1)
        ax.fill_between(epochs, run.min(axis=1), run.max(axis=1), color=color, alpha=0.15, linewidth=0)
        ax.plot(epochs, np.median(run, axis=1), dash, color=color, linewidth=2.5)
        ax.annotate(told, (epochs[-1], ends[name]), (7, 0), textcoords="offset points", color=color, va="center",
                    weight="bold")  # fmt: skip
    ax.axhline(LN_10, color=style.GREY, linestyle=":", linewidth=1)
    grey: dict[str, Any] = {"ha": "right", "va": "top", "color": style.GREY, "fontsize": kit.points(10)}
    ax.text(len(epochs), LN_10 - 0.08, "ln 10: all classes equally likely", **grey)
    ax.text(len(epochs), 2.72, "bands: five seeds", **grey)
    ax.set(xlim=(1, len(epochs)), ylim=(0, 2.75), xlabel="epoch", ylabel="training loss (nats)")
    frozen = {name.split(",")[0]: end < 0.95 * LN_10 for name, end in ends.items() if "," in name}
    verbs = [f"{name} {'learns' if learns else 'does not'}" for name, learns in frozen.items()]
    ax.set_title(f"With frozen layers {', '.join(verbs)}")
    return ax


THREE_NETWORKS = {"A": ("sigmoid", 1.0), "B": ("ReLU", 0.5), "C": ("ReLU", 3.5)}
"""Activation, and standard deviation of the weights times √inputs, of the networks of `draw_three_networks`."""


def draw_three_networks(*, ax: Axes | None = None) -> Axes:
    """Draw for `THREE_NETWORKS` of eight layers the mean activation, the distance and the gradient per layer."""
    if ax is None:
        ax = new_axes(
            "Three networks of eight layers that do not learn. A: distance and gradient fall about 4 times per layer, "
            "and activations stay near 0.5. B: activations, distance and gradient all fall about 3 times per layer. "
            "C: all grow more than twofold per layer.",
            figsize=(7.6, 3.6),
        )
    for panel, (name, (activation, size)) in zip(kit.panels(ax, (3,), below=46), THREE_NETWORKS.items(), strict=True):
        means, apart, back = send(FORMULAS[activation], size, depth=8, seed=3)
        layers = np.arange(1, 9)
        for values, color, dash, marker in (
            (means[1:], style.BLACK, "-", "o"),
            (apart[1:], style.GREY, "--", "s"),
            (back / back[-1], style.GREY, ":", "^"),
        ):
            hollow = "white" if marker == "^" else color
            panel.plot(layers, values, dash, color=color, marker=marker, markersize=5, markerfacecolor=hollow)
        panel.set(yscale="log", ylim=(3e-6, 3e5), xticks=layers, xlabel="layer", title=name)
        panel.set_yticks([1e-4, 1e-2, 1, 1e2, 1e4], ["0.0001", "0.01", "1", "100", "10,000"])
        panel.minorticks_off()
        if name != "A":
            panel.set_yticklabels([])
    panel.legend(panel.lines, ["activations", "distance", "gradient"], loc="lower right", handlelength=2.4)
    return ax


NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU", "prelu": "PReLU",
         "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "softplus": "softplus"}  # fmt: skip
"""Activation as Keras names it → as the course writes it."""


def draw_comparison(groups: Mapping[str, Mapping[str, Any]], *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy of activations, a panel for each group: a dot per seed, a bar for the mean.

    Args:
        groups: Title → activation → runs with an "accuracy" each, as results/activations.json has them.
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(describe_comparison(groups), figsize=(7.6, 3.9))
    ax.set_axis_off()
    found = {title: {name: _accuracies(runs) for name, runs in group.items()} for title, group in groups.items()}
    rows = [name for name in NAMES if any(name in group for group in found.values())]
    shown = [runs for group in found.values() for runs in group.values() if runs.mean() > 60]
    low, high = np.min(shown) - 0.5, np.max(shown) + 0.5
    width = 0.8 / len(groups)
    for column, (title, group) in enumerate(found.items()):
        panel = ax.inset_axes((0.17 + column * (width + 0.03), 0.14, width, 0.78))
        for row, name in enumerate(rows):
            runs, color = group.get(name), style.look(NAMES[name]).color
            if runs is None:
                continue
            if runs.mean() < low:
                fails = f"◂ {runs.min():.0f}–{runs.max():.0f} %"
                panel.text(low + 0.1, row, fails, color=color, va="center", weight="bold")
                continue
            panel.plot(runs, np.full(len(runs), row), "o", color=color, markersize=5, alpha=0.65)
            panel.plot([runs.mean()] * 2, [row - 0.38, row + 0.38], "-", color=color, linewidth=3)
        panel.set(ylim=(len(rows) - 0.4, -0.6), xlim=(low, high), title=title, xlabel="accuracy (%)")
        panel.set_xticks(np.arange(2 * np.ceil(low / 2), high, 2))
        panel.set_yticks(range(len(rows)), [NAMES[name] for name in rows] if column == 0 else [""] * len(rows))
        panel.grid(axis="y", visible=False)
    return ax


def _accuracies(runs: Sequence[Mapping[str, Any]]) -> np.ndarray:
    return 100 * np.array([run["accuracy"] for run in runs])


def describe_comparison(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what `draw_comparison` shows."""
    told = []
    for title, group in groups.items():
        means = {NAMES[name]: float(_accuracies(runs).mean()) for name, runs in group.items()}
        best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
        told.append(f"{title}: from {means[worst]:.1f} % ({worst}) to {means[best]:.1f} % ({best})")
    return f"Mean accuracies of activations over five seeds. {'; '.join(told)}."
