"""Past the point where everything is memorized: a polynomial with many numbers, random features, trained networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Runs = Sequence[Mapping[str, Any]]
Array = np.ndarray

X = np.linspace(-1, 1, 12)
Y = np.sin(3 * X) + np.random.default_rng(3).normal(0, 0.3, 12)
"""Twelve points near the smooth curve of the core notebook, with other noise."""


def many_numbers(
    ax: Axes, fit: Callable[..., Array], basis: Callable[..., Array], numbers: int = 12, penalty: float = 0.0
) -> str:
    """Draw the polynomial that `fit` puts through twelve points.

    Args:
        ax: The sheet.
        fit: `fit(A, y, penalty)` → coefficients; A is (points, numbers).
        basis: `basis(x, numbers)` → A, a column for each basis function.
        numbers: So many coefficients.
        penalty: Of the squared coefficients.
    """
    fine = np.linspace(-1, 1, 401)
    curve = basis(fine, numbers) @ fit(basis(X, numbers), Y, penalty)
    error = float(np.mean((curve - np.sin(3 * fine)) ** 2))
    ax.plot(fine, np.sin(3 * fine), "--", color=style.GREY, linewidth=1.4)
    ax.plot(fine, curve, "-", color=style.BLUE)
    ax.plot(X, Y, "o", color=style.BLACK, zorder=4)
    ax.set(xlim=(-1.04, 1.04), ylim=(-3.2, 3.2), xlabel="x", xticks=[-1, 0, 1], yticks=[-2, 0, 2])
    ax.set_title(f"{numbers} numbers, penalty {penalty:g}")
    ax.text(0.5, 0.04, f"error {error:.2f}", transform=ax.transAxes, ha="center")
    return f"A polynomial with {numbers} numbers and penalty {penalty:g}: error {error:.2f} between the points."


def draw_double_descent(runs: Mapping[str, Runs], *, ax: Axes | None = None) -> Axes:
    """Draw the loss on new images (left) and the mistakes there and on training images (right) against the width.

    Args:
        runs: Units as text → runs with "loss", "error" and "train_error", lists of which the last entry counts.
        ax: Where to draw; on a new figure when None.
    """
    widths = np.array([int(width) for width in runs])
    ends = {key: np.array([[run[key][-1] for run in each] for each in runs.values()])
            for key in ("loss", "error", "train_error")}  # fmt: skip
    if ax is None:
        said = ", ".join(f"{w} units {loss:.2f}" for w, loss in zip(widths, ends["loss"].mean(axis=1), strict=True))
        ax = new_axes(f"Loss on new images by width: {said}. Mistakes there only fall.", figsize=(7.6, 3.3))
    left, right = kit.panels(ax, (2,), below=38)
    for panel, key, name, factor in (
        (left, "loss", "validation", 1),
        (right, "error", "validation", 100),
        (right, "train_error", "training", 100),
    ):
        look, values = style.look(name), factor * ends[key]
        panel.fill_between(widths, values.min(axis=1), values.max(axis=1), color=kit.faded(look.color, 0.25),
                           linewidth=0)  # fmt: skip
        panel.plot(widths, values.mean(axis=1), **look.line, marker=look.marker, markersize=4)
    for panel, title in ((left, "loss on new images (nats)"), (right, "mistakes (%)")):
        panel.set(xscale="log", xlabel="units in the hidden layer", title=title, xlim=(0.9, 600))
        panel.set_xticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
        panel.minorticks_off()
    right.set_ylim(-3, 85)
    right.text(500, 45, "new images", color=style.visible(style.look("validation").color, right, 4.5), ha="right")
    right.text(500, 5, "training images", color=style.visible(style.look("training").color, right, 4.5), ha="right")
    return ax


def draw_random_features(runs: Mapping[str, Runs], n: int = 300, *, ax: Axes | None = None) -> Axes:
    """Draw mistakes on new images against the number of random features, with and without a penalty.

    Args:
        runs: Number of features as text → runs with "error" and "penalized".
        n: Training images.
        ax: Where to draw; on a new figure when None.
    """
    counts = [int(count) for count in runs]
    lines = {name: 100 * np.array([[run[key] for run in each] for each in runs.values()])
             for name, key in (("no penalty", "error"), ("with a penalty", "penalized"))}  # fmt: skip
    if ax is None:
        plain, tamed = (values.mean(axis=1) for values in lines.values())
        low, high, end = plain[:6].min(), plain.max(), plain[-1]
        said = f"Without penalty the mistakes fall to {low:.0f} %, rise to {high:.0f} % near {n} features, and fall to "
        said += f"{end:.0f} %. With a penalty they only fall, to {tamed[-1]:.0f} %."
        ax = new_axes(said, figsize=(7.4, 3.5))
    ax.axvline(n, color=style.GREY, linestyle=":", linewidth=1.4)
    ax.text(n * 0.94, 84, f"as many features\nas images: {n}", va="center", ha="right")
    for (name, values), color, dash, up in zip(lines.items(), style.COLORS[1:], ("-", "--"), (9, -9), strict=False):
        ax.fill_between(counts, values.min(axis=1), values.max(axis=1), color=kit.faded(color, 0.25), linewidth=0)
        ax.plot(counts, values.mean(axis=1), color=color, linestyle=dash)
        kit.label_end(ax, counts[-1], values[-1].mean(), name, style.visible(color, ax, 4.5),
                      offset=(6, kit.points(up)))  # fmt: skip
    ax.set(xscale="log", xlabel="random features", ylabel="mistakes on new images (%)", ylim=(0, 92))
    ax.set_xticks([10, 30, 100, 300, 1000, 2000], ["10", "30", "100", "300", "1,000", "2,000"])
    ax.minorticks_off()
    ax.set_title("Least squares is worst where it can just memorize all 300")
    return ax


def draw_over_epochs(
    runs: Mapping[str, Runs], epochs: Sequence[int], widths: Sequence[int], *, ax: Axes | None = None
) -> Axes:
    """Draw mistakes on new images over the epochs, a panel a width: five seeds, the mean, and those on training images.

    Args:
        runs: As in `draw_double_descent`.
        epochs: When was measured.
        widths: Which to show.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        parts = []
        for width in widths:
            mean = 100 * np.mean([run["error"] for run in runs[str(width)]], axis=0)
            parts.append(f"{width} units: lowest {mean.min():.0f} %, at the end {mean[-1]:.0f} %")
        ax = new_axes("Mistakes on new images over the epochs. " + "; ".join(parts) + ".", figsize=(7.6, 2.9))
    for panel, width in zip(kit.panels(ax, (len(widths),), below=36), widths, strict=True):
        for key, name in (("error", "validation"), ("train_error", "training")):
            values = 100 * np.array([run[key] for run in runs[str(width)]])
            look = style.look(name)
            panel.fill_between(epochs, values.min(axis=0), values.max(axis=0), color=kit.faded(look.color, 0.25),
                               linewidth=0)  # fmt: skip
            panel.plot(epochs, values.mean(axis=0), **look.line)
        panel.set(xscale="log", ylim=(0, 85), xlabel="epoch", title=f"{width} units", xticks=[1, 10, 100])
        panel.set_xticklabels(["1", "10", "100"])
        panel.minorticks_off()
        if width == widths[0]:
            panel.set_ylabel("mistakes (%)")
            panel.text(1.2, 8, "training images", color=style.visible(style.look("training").color, panel, 4.5))
        if width == widths[-1]:
            color = style.visible(style.look("validation").color, panel, 4.5)
            panel.text(450, 45, "new images", color=color, ha="right")
    return ax
