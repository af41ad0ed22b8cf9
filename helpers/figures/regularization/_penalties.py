"""What a penalty does: to the best pair of two weights, and to the weights of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

HESSIAN, FREE = np.array([[1.0, 0.3], [0.3, 1.2]]), np.array([0.6, 1.9])
"""The loss ½ (w − w*)ᵀ H (w − w*) and its lowest point w*."""

STRENGTHS = np.round(np.arange(0, 2.01, 0.1), 1)


@cache
def best_weights(kind: str) -> np.ndarray:
    """Return the weights with the lowest loss + penalty for each of `STRENGTHS`, (21, 2); `kind` is "L1" or "L2"."""
    if kind == "L2":
        return np.array([np.linalg.solve(HESSIAN + 2 * strength * np.eye(2), HESSIAN @ FREE) for strength in STRENGTHS])
    path = []
    for strength in STRENGTHS:
        w = FREE.copy()
        for _ in range(600):  # a gradient step, then the exact pull of L1
            w = w - 0.3 * HESSIAN @ (w - FREE)
            w = np.sign(w) * np.maximum(np.abs(w) - 0.3 * strength, 0)
        path.append(w)
    return np.array(path)


def geometry(axes: Sequence[Axes], strength: float = 0.3) -> str:
    """Draw the best pair of weights under L1 (left) and L2 (right), and the path to it as the penalty grows."""
    angle = np.linspace(0, 2 * np.pi, 121)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    stretch = np.linalg.inv(np.linalg.cholesky(HESSIAN))
    contours = [FREE + np.sqrt(2 * level) * circle @ stretch for level in (0.1, 0.4, 0.9, 1.6)]
    index, said = int(np.argmin(np.abs(STRENGTHS - strength))), []
    for ax, kind in zip(axes, ("L1", "L2"), strict=True):
        path = best_weights(kind)[: index + 1]
        w = path[-1]
        reach = np.abs(w).sum() / np.abs(circle).sum(axis=1) if kind == "L1" else np.full(121, np.hypot(*w))
        ax.fill(*(circle * reach[:, None]).T, color=style.SKY, alpha=0.3, linestyle="-", linewidth=0)
        ax.add_collection(LineCollection(contours, colors=style.GREY, linewidths=0.9, linestyles="-"))
        ax.axhline(0, color=style.BLACK, linewidth=0.9, linestyle="-")
        ax.axvline(0, color=style.BLACK, linewidth=0.9, linestyle="-")
        ax.plot(*path.T, "-", color=style.VERMILION)
        ax.plot(*FREE, "x", color=style.BLACK, markersize=kit.points(9), markeredgewidth=2)
        gone = bool((w == 0).any())
        ax.plot(*w, "o", color=style.VERMILION, markersize=kit.points(10), fillstyle="full" if gone else "none",
                markeredgewidth=2.2)  # fmt: skip
        ax.annotate("no penalty", (FREE[0], FREE[1]), (6, 6), textcoords="offset points")
        kit.halo(ax.text(-0.06, 0.35, "less\npenalty", ha="right", va="center", color=style.BLUE))
        ax.set(
            xlim=(-1.5, 2.5),
            ylim=(-1.7, 2.7),
            aspect="equal",
            xlabel="w₁",
            xticks=(-2, -1, 0, 1, 2),
            yticks=(-2, -1, 0, 1, 2),
        )
        ax.set_ylabel("w₂", rotation=0)
        ax.set_title(f"{kind}: w = ({kit.number(w[0], 2)}, {kit.number(w[1], 2)})")
        ax.grid(False)
        said.append(f"{kind} ({w[0]:.2f}, {w[1]:.2f})" + (", one of them exactly 0" if gone else ""))
    return f"With λ = {strength:.1f} the best weights are: " + "; ".join(said) + "."


def near_zero(weights: np.ndarray, below: float = 0.001) -> np.ndarray:
    """Return the share of the weights (networks, …) of each network that are smaller than `below`."""
    return np.mean(np.abs(weights).reshape(len(weights), -1) < below, axis=1)


def draw_histograms(weights: Mapping[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Draw the weights (networks, …) for each kind of penalty, and how many lie near 0 (over the networks)."""
    shares = {name: near_zero(table) for name, table in weights.items()}
    if ax is None:
        said = ", ".join(f"{name} {each.min():.0%} to {each.max():.0%}" for name, each in shares.items())
        ax = new_axes(f"Histograms of weights; of them within 0.001 of 0: {said}.", figsize=(7.6, 3.0))
    bins, top = np.linspace(-0.4025, 0.4025, 162), 16.0  # one bar has 0 in its middle
    for panel, (name, table) in zip(kit.panels(ax, (len(weights),), below=40), weights.items(), strict=True):
        counts = 100 * np.histogram(np.clip(table, -0.4, 0.4), bins)[0] / table.size
        panel.bar(bins[:-1], counts, np.diff(bins), align="edge", color=style.BLUE, linewidth=0)
        panel.set(ylim=(0, top), xlim=(-0.4, 0.4), xlabel="weight", xticks=(-0.3, 0, 0.3))
        low, high = (round(100 * share) for share in (shares[name].min(), shares[name].max()))
        panel.set_title(f"{name}: {low}–{high} % near 0" if low < high else f"{name}: {low} % near 0")
        kit.percent_ticks(panel, (0, 5, 10, 15))
        if counts.max() > top:  # the bar at 0 goes on
            panel.text(0.02, top, f"↑ {counts.max():.0f} %", va="top")
    return ax
