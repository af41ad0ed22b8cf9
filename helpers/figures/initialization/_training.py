"""Networks that train from different initial weights: copies, loss curves, tuned accuracies, luck and votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Array = np.ndarray


def distinct(kernel: Array) -> int:
    """Return how many units of a layer have incoming weights of their own."""
    return np.unique(np.asarray(kernel).round(4), axis=1).shape[1]


def copies(ax: Axes, paths: Mapping[str, Sequence[Any]], points: Array, labels: Array, initial_weights: str = "all 0.5",
           epoch: int = 30) -> str:  # fmt: skip
    """Draw the incoming weights of four hidden units as points (left), and the border the network draws (right).

    Args:
        ax: The sheet.
        paths: Name of the initial weights → `model.get_weights()` of a 2-4-1 network after each epoch.
        points: Examples (n, 2).
        labels: 0 or 1 for each.
        initial_weights: Which of them.
        epoch: Up to which epoch.
    """
    path = paths[initial_weights]
    left, right = kit.panels(ax, (2,), below=40)
    far = 1.12 * max(np.abs(weights[0]).max() for one in paths.values() for weights in one)
    trace, number = np.array([weights[0] for weights in path[: epoch + 1]]), distinct(path[epoch][0])
    places: dict[tuple[float, ...], list[int]] = {}
    for unit in range(trace.shape[2]):
        left.plot(*trace[:, :, unit].T, "-", color=style.GREY, linewidth=1.2)
        near = tuple(np.round(trace[-1, :, unit] / (0.06 * far)))
        places.setdefault(near, []).append(unit)
    for units in places.values():
        place = trace[-1, :, units[0]]
        for ring in range(len(units)):
            left.plot(*place, "o", markersize=kit.points(8 + 6 * ring), markerfacecolor="none", linestyle="none",
                      color=style.BLUE, markeredgewidth=2)  # fmt: skip
        names = " ".join(f"h{'₁₂₃₄'[unit]}" for unit in units)
        away = 9 + 3.2 * len(units)
        side = 1 if place[0] < 0.35 * far else -1
        offset = (side * kit.points(away), kit.points(away - 4))
        left.annotate(names, (place[0], place[1]), offset, textcoords="offset points", color=style.BLUE, weight="bold",
                      ha="left" if side > 0 else "right")  # fmt: skip
    left.set(xlim=(-far, far), ylim=(-far, 1.35 * far), aspect="equal", xlabel="weight from x₁")
    ticks = (-4, 0, 4) if far < 9 else (-8, 0, 8)
    left.set(xticks=ticks, yticks=ticks)
    left.set_title(f"epoch {epoch}: 4 units, {number} distinct")
    left.text(0.03, 0.97, "weight from x₂", transform=left.transAxes, va="top")
    W, b, v, c = path[epoch]
    grid = np.stack(np.meshgrid(np.linspace(-1.7, 2.7, 90), np.linspace(-1.2, 1.8, 70)), axis=-1)
    z = np.tanh(grid @ W + b) @ v + c
    looks = [style.look("class 0"), style.look("class 1")]
    colors = [kit.faded(looks[0].color, 0.25), kit.faded(looks[1].color, 0.25)]
    right.contourf(grid[..., 0], grid[..., 1], z[..., 0], levels=[-1e9, 0, 1e9], colors=colors)
    for label, look in enumerate(looks):
        right.plot(*points[labels == label].T, **look.dots, markersize=3.5)
    share = float(np.mean((np.tanh(points @ W + b) @ v + c > 0)[:, 0] == labels))
    right.set(xticks=[], yticks=[], title=f"{share:.0%} right")
    right.grid(False)
    kit.keep_inside(ax)
    return f"Initial weights {initial_weights}, epoch {epoch}: {number} distinct hidden units of 4, {share:.0%} right."


def draw_learning(losses: Mapping[str, Array], *, ax: Axes | None = None) -> Axes:
    """Draw the losses of several initializations, mean and range over seeds; what is no longer finite has diverged.

    Args:
        losses: Name → (epochs, seeds). A name may go on after a comma: the look is that of its first word.
        ax: Where to draw.
    """
    if ax is None:
        words = "; ".join(f"{name} {_range(table)}" for name, table in losses.items())
        ax = new_axes(f"Loss against epochs; at the end: {words}.", figsize=(7.6, 3.9))
    ends: dict[str, tuple[float, str]] = {}
    last = len(next(iter(losses.values())))
    for name, table in losses.items():
        look, epochs = style.look(name.split(",")[0]), np.arange(1, len(table) + 1)
        if not np.isfinite(table).all() or table.max() > 100:
            ax.plot(1, 3.0, "X", color=look.color, markersize=9, clip_on=False)
            kit.label_end(ax, 1, 3.0, f"{name}: diverged", look.color, offset=(10, 0))
            continue
        ax.fill_between(epochs, table.min(axis=1), table.max(axis=1), color=look.color, alpha=0.15, linewidth=0)
        ax.plot(epochs, table.mean(axis=1), color=look.color, linestyle=look.dash)
        ends[name] = (float(table[-1].mean()), look.color)
    placed: list[float] = []
    for name, (height, color) in sorted(ends.items(), key=lambda item: item[1][0]):
        y = max([height, *(p + 0.17 for p in placed)])
        placed.append(y)
        kit.label_end(ax, last, y, name, color)
    ax.text(1, np.log(10) + 0.06, "ln 10: knows nothing", color=style.GREY)
    ax.set(xlabel="epoch", ylabel="loss", ylim=(0.8, 3.1), xlim=(0.9, last * 1.32), xticks=range(1, last + 1))
    ax.set_title("Twenty layers of ReLUs: the initial weights decide")
    return ax


def _range(table: Array) -> str:
    if not np.isfinite(table).all() or table.max() > 100:
        return "diverged"
    return f"{table[-1].min():.2f} to {table[-1].max():.2f}"


def draw_accuracies(results: Mapping[str, Sequence[Mapping[str, float]]], title: str, *, note: str = "",
                    ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw the accuracy of each run as a dot, a row for each way, with its mean and its tuned rate.

    Args:
        results: Way → runs, each with "comparison" (share right) and "rate". A way that `style.look` knows by its
            first word has that look.
        title: The finding.
        note: A grey line below.
        ax: Where to draw.
    """
    shares = {name: 100 * np.array([run["comparison"] for run in runs]) for name, runs in results.items()}
    if ax is None:
        words = "; ".join(f"{name} {row.min():.0f} to {row.max():.0f} %" for name, row in shares.items())
        ax = new_axes(f"{title}. Accuracy: {words}.", figsize=(7.6, 0.9 + 0.36 * len(shares)))
    low = min(row.min() for row in shares.values())
    high = max(row.max() for row in shares.values())
    for place, (name, row) in enumerate(shares.items()):
        try:
            color = style.look(name.split(",")[0]).color
        except ValueError:
            color = style.BLUE
        ax.plot(row, np.full(len(row), place), "o", color=color, markersize=6, alpha=0.55, markeredgewidth=0)
        ax.plot([row.mean()] * 2, [place - 0.3, place + 0.3], "-", color=color, linewidth=2.5)
        rate = results[name][0].get("rate")
        if rate:
            limit = (
                f", limit {kit.short(results[name][0]['limit'])}" if name.endswith(("clipvalue", "clipnorm")) else ""
            )
            words = f"η = {kit.short(rate)}{limit}" if row.max() > 10 else "no η helps"
            ax.text(1.01, place, words, transform=ax.get_yaxis_transform(), va="center",
                    color=style.GREY, fontsize=kit.points(10))  # fmt: skip
    room = 0.06 * (high - low)
    ax.set(yticks=range(len(shares)), yticklabels=list(shares), ylim=(len(shares) - 0.4, -0.6), title=title)
    ax.set(xlim=(low - room, high + room), xlabel=f"% right{' · ' * bool(note)}{note}")
    ax.grid(False, axis="y")
    return ax


def draw_luck(losses: Mapping[str, Array], *, ax: Axes | None = None) -> Axes:
    """Draw the final loss of each of many random starts as a dot, a row for each network; solved: below 0.05."""
    solved = {name: float(np.mean(np.asarray(row) < 0.05)) for name, row in losses.items()}
    if ax is None:
        words = ", ".join(f"{name} {share:.0%}" for name, share in solved.items())
        ax = new_axes(f"Final losses on XOR of random initializations; solved: {words}.", figsize=(7.6, 2.8))
    rng = np.random.default_rng(0)
    for row, (name, values) in enumerate(losses.items()):
        values = np.asarray(values)
        colors = np.where(values < 0.05, style.BLUE, style.VERMILION)
        ax.scatter(values, row + rng.uniform(-0.25, 0.25, len(values)), s=14, color=list(colors), linewidths=0)
        ax.text(1.01, row, f"{solved[name]:.0%} solved", transform=ax.get_yaxis_transform(), va="center", weight="bold")
    ax.axvline(np.log(2) / 2, color=style.GREY, linestyle=":")
    ax.text(np.log(2) / 2 - 0.004, -0.62, "½ ln 2", color=style.GREY, ha="right")
    ax.set(
        yticks=range(len(losses)), yticklabels=list(losses), ylim=(len(losses) - 0.5, -0.8), xlabel="loss in the end"
    )
    ax.grid(False)
    ax.set_title("With two units, luck decides; with four, it hardly matters")
    return ax


def draw_votes(single: Array, voted: Mapping[int, Array], *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy of single networks, and of votes of several, mean and range over random groups."""
    sizes, table = list(voted), 100 * np.array(list(voted.values()))
    if ax is None:
        words = ", ".join(f"{size}: {row.mean():.1f} %" for size, row in zip(sizes, table, strict=True))
        ax = new_axes(f"Accuracy of votes by the number of networks that vote: {words}.", figsize=(7.6, 3.4))
    ax.fill_between(sizes, table.min(axis=1), table.max(axis=1), color=style.BLUE, alpha=0.15, linewidth=0)
    ax.plot(sizes, table.mean(axis=1), "-o", color=style.BLUE)
    ax.plot(np.ones(len(single)), 100 * single, "_", color=style.VERMILION, markersize=14)
    ax.annotate("each network", (1, 100 * single.min()), (12, 0), textcoords="offset points", color=style.VERMILION)
    kit.label_end(ax, sizes[-1], table[-1].mean(), "vote", style.BLUE)
    ax.set(xlabel="networks that vote", ylabel="% right", xticks=sizes, xlim=(0.5, sizes[-1] * 1.12))
    ax.set_title("A vote gains most from the first few networks")
    return ax
