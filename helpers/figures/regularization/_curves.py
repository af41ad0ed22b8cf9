"""Over-fitting seen: a polynomial through noisy points, labels learned by heart, more images, wider layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Runs = Sequence[Mapping[str, float]]
GRID = np.linspace(-1, 1, 301)
TRAINING, NEW = style.look("training"), style.look("validation")


@cache
def noisy_points() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return x and y of 12 training points near sin 3x, and of 40 new points from the same source."""
    rng = np.random.default_rng(3)
    x, x_new = np.linspace(-1, 1, 12), rng.uniform(-1, 1, 40)
    y = np.sin(3 * x) + rng.normal(0, 0.3, 12)
    return x, y, x_new, np.sin(3 * x_new) + rng.normal(0, 0.3, 40)


def _points(ax: Axes, curve: np.ndarray) -> None:
    x, y, x_new, y_new = noisy_points()
    ax.plot(x_new, y_new, "o", color=style.GREY, markersize=kit.points(4), fillstyle="none", linestyle="none")
    ax.plot(GRID, np.clip(curve, -9, 9), color=style.BLUE, linestyle="-")
    ax.plot(x, y, "o", color=style.BLACK, markersize=kit.points(6.5), linestyle="none")
    ax.set(xlim=(-1.06, 1.06), ylim=(-2.6, 2.4), xlabel="x", xticks=(-1, 0, 1), yticks=(-2, -1, 0, 1, 2))
    ax.set_ylabel("y", rotation=0)


def tamed(ax: Axes, penalty: float = 0.0) -> str:
    """Draw the polynomial of degree 11 that is best when each of its numbers costs `penalty` times its square."""
    x, y, x_new, y_new = noisy_points()
    powers = np.arange(12)
    X = x[:, None] ** powers
    prices = penalty * len(x) * (powers > 0)  # the constant is free
    w = np.linalg.solve(X.T @ X + np.diag(prices), X.T @ y) if penalty else np.linalg.solve(X, y)
    _points(ax, GRID[:, None] ** powers @ w)
    error = float(np.mean((x_new[:, None] ** powers @ w - y_new) ** 2))
    ax.set_title(f"error on new points: {kit.number(error, 2)}")
    return f"Penalty {kit.short(penalty)}: the curve's mean squared error on 40 new points is {error:.2f}."


def capacity(axes: Sequence[Axes], fits: Sequence[Any], degree: int = 3) -> str:
    """Draw a fit (left), and the errors of all of them on training points and on new ones (right)."""
    x, y, x_new, y_new = noisy_points()
    seen = np.array([np.mean((fit(x) - y) ** 2) for fit in fits])
    unseen = np.array([np.mean((fit(x_new) - y_new) ** 2) for fit in fits])
    _points(axes[0], fits[degree](GRID))
    axes[0].set_title(f"degree {degree}: error {seen[degree]:.2f}, new {unseen[degree]:.2f}")
    degrees = np.arange(len(fits))
    for values, look, name, at in ((seen, TRAINING, "training points", 5), (unseen, NEW, "new points", 7)):
        axes[1].plot(degrees, np.maximum(values, 2e-3), **look.line)
        axes[1].plot(degree, max(values[degree], 2e-3), **look.dots, markersize=kit.points(9))
        above = (0, kit.points(12)) if name == "new points" else (-kit.points(34), -kit.points(14))
        kit.label_end(axes[1], at, values[at], name, look.color, offset=above, ha="center")
    axes[1].annotate(
        "0 ↓", (11, 2e-3), (0, kit.points(7)), textcoords="offset points", ha="center", color=TRAINING.color
    )
    axes[1].set(yscale="log", ylim=(1.5e-3, 40), xlim=(-0.5, 11.7), xticks=(1, 3, 5, 7, 9, 11), xlabel="degree")
    axes[1].set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    axes[1].minorticks_off()
    axes[1].set_title("mean squared error")
    return (
        f"Degree {degree}: mean squared error {seen[degree]:.3f} on training points, {unseen[degree]:.3f} on new ones; "
        f"of all degrees {unseen.argmin()} is best there, with {unseen.min():.3f}."
    )


def draw_by_heart(results: Mapping[str, Sequence[Mapping[str, Any]]], *, ax: Axes | None = None) -> Axes:
    """Draw training accuracies for true and for shuffled labels: runs with "train_accuracy" after each epoch."""
    curves = {name: np.array([run["train_accuracy"] for run in runs]).T for name, runs in results.items()}
    if ax is None:
        ends = ", ".join(f"{name} {table[-1].min():.0%} to {table[-1].max():.0%}" for name, table in curves.items())
        ax = new_axes(f"Training accuracy rises with the epochs for both, for true labels sooner; at the end: {ends}.",
                      figsize=(6.4, 3.3))  # fmt: skip
    for (name, table), color, dash in zip(curves.items(), (style.GREEN, style.ORANGE), ("-", "--"), strict=False):
        epochs = np.arange(1, len(table) + 1)
        ax.fill_between(epochs, 100 * table.min(axis=1), 100 * table.max(axis=1), color=color, alpha=0.2, linewidth=0)
        ax.plot(epochs, 100 * table.mean(axis=1), color=color, linestyle=dash)
        half = int(np.argmax(table.mean(axis=1) > 0.55))
        ax.annotate(name, (epochs[half], 100 * table[half].mean()), (kit.points(12), -kit.points(12)),
                    textcoords="offset points", color=style.visible(color, ax, 4.5), weight="bold")  # fmt: skip
    ax.axhline(10, color=style.GREY, linestyle=":")
    ax.text(len(table), 11, "guessing", color=style.GREY, ha="right", va="bottom")
    ax.set(xlabel="epoch", ylabel="training accuracy (%)", ylim=(0, 104), xlim=(0, None))
    ax.set_title("True labels are learned sooner than shuffled ones")
    return ax


def _band(ax: Axes, places: Any, runs: Sequence[Runs], key: str, look: style.Look, factor: float = 1.0) -> np.ndarray:
    values = factor * np.array([[run[key] for run in each] for each in runs])
    ax.fill_between(places, values.min(axis=1), values.max(axis=1), color=look.color, alpha=0.2, linewidth=0)
    ax.plot(places, values.mean(axis=1), color=look.color, linestyle=look.dash, marker=look.marker,
            markersize=kit.points(5))  # fmt: skip
    return values.mean(axis=1)


def draw_data_sizes(results: Mapping[str, Runs], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy on training and on new images against the number of training images, as text the keys."""
    sizes = [int(size) for size in results]
    if ax is None:
        ax = new_axes(lambda: describe_data_sizes(results), figsize=(6.8, 3.5))
    train = _band(ax, sizes, list(results.values()), "train_accuracy", TRAINING, 100)
    new = _band(ax, sizes, list(results.values()), "accuracy", NEW, 100)
    kit.label_end(
        ax,
        sizes[2],
        train[2],
        "training images",
        TRAINING.color,
        offset=(-kit.points(10), -kit.points(20)),
        ha="center",
    )
    kit.label_end(ax, sizes[3], new[3], "new images", NEW.color, offset=(0, -kit.points(18)), ha="center")
    for place in (0, -1):
        ax.annotate("", (sizes[place], train[place] - 1.2), (sizes[place], new[place] + 1.2),
                    arrowprops={"arrowstyle": "<->", "color": style.GREY})  # fmt: skip
        left = place == 0
        ax.annotate(f"{train[place] - new[place]:.0f} points", (sizes[place], (train[place] + new[place]) / 2),
                    (kit.points(8 if left else -16), 0), textcoords="offset points", va="center",
                    ha="left" if left else "right")  # fmt: skip
    ax.set(xscale="log", xlabel="number of training images", ylabel="accuracy (%)", ylim=(None, 102))
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.minorticks_off()
    ax.set_title("More images close the gap from both sides")
    return ax


def describe_data_sizes(results: Mapping[str, Runs]) -> str:
    """Return what `draw_data_sizes` shows."""
    parts = (
        f"{size} images {np.mean([run['train_accuracy'] for run in runs]):.0%} and "
        f"{np.mean([run['accuracy'] for run in runs]):.0%}"
        for size, runs in results.items()
    )
    return "Accuracy on training and on new images: " + "; ".join(parts) + "."


def draw_widths(results: Mapping[str, Runs], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy (left) and loss (right) on training and new images against the units of one hidden layer."""
    widths = [int(name) for name in results if "-" not in name]
    runs = [results[str(width)] for width in widths]
    if ax is None:
        best = widths[int(np.argmin([np.mean([run["loss"] for run in each]) for each in runs]))]
        said = f"Accuracy on new images rises up to some 16 units and stays; the loss on them is lowest at {best}."
        ax = new_axes(said, figsize=(7.6, 3.5))
    left, right = kit.panels(ax, (2,), below=40)
    for panel, quantity, factor in ((left, "accuracy", 100), (right, "loss", 1)):
        train = _band(panel, widths, runs, f"train_{quantity}", TRAINING, factor)
        new = _band(panel, widths, runs, quantity, NEW, factor)
        panel.set(xscale="log", xlabel="hidden units")
        panel.set_xticks((1, 4, 16, 64, 256), ("1", "4", "16", "64", "256"))
        panel.minorticks_off()
        if quantity == "loss":
            low = int(np.argmin(new))
            panel.plot(widths[low], new[low], "o", color=NEW.color, fillstyle="none", markersize=kit.points(13))
            kit.label_end(panel, widths[low], new[low], f"lowest at {widths[low]}", NEW.color,
                          offset=(kit.points(4), kit.points(17)), ha="center")  # fmt: skip
            panel.set(ylim=(0, None))
        else:
            kit.label_end(panel, 16, train[4], "training images", TRAINING.color, offset=(-8, 4), ha="right")
            kit.label_end(panel, 16, new[4], "new images", NEW.color, offset=(6, -kit.points(14)))
    left.set_title("accuracy (%): wide is no worse")
    right.set_title("loss: wide networks are too sure")
    return ax
