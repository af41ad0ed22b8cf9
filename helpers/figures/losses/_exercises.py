"""The pictures that exercises of notebook 02 ask about."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

TEN_ANSWERS = {
    "A": np.array([0.62, 0.7, 0.58, 0.66, 0.75, 0.61, 0.68, 0.72, 0.64, 0.001]),
    "B": np.array([0.95, 0.92, 0.97, 0.4, 0.94, 0.96, 0.45, 0.93, 0.95, 0.96]),
    "C": np.array([0.53, 0.52, 0.55, 0.54, 0.51, 0.53, 0.56, 0.52, 0.54, 0.53]),
}
"""Probabilities that three networks give to the true class of the same ten examples."""


def three_lines() -> tuple[np.ndarray, np.ndarray, dict[str, tuple[float, float]]]:
    """Return x and y (12,) with two outliers, and slope and intercept of three lines fitted by three losses."""
    x = np.linspace(0, 11, 12)
    y = 1 + 0.8 * x + 0.5 * np.random.default_rng(2).normal(size=12)
    y[[9, 11]] = (0.6, 1.4)
    pairs = [np.polyfit(x[[i, j]], y[[i, j]], 1) for i, j in combinations(range(12), 2)]  # the best passes two points
    absolute = min(pairs, key=lambda line: np.mean(np.abs(np.polyval(line, x) - y)))
    cancelling = (-0.35, y.mean() + 0.35 * x.mean())  # through the mean point: the mean residual is 0
    return x, y, {"A": tuple(np.polyfit(x, y, 1)), "B": cancelling, "C": tuple(absolute)}


def draw_three_lines(*, ax: Axes | None = None) -> Axes:
    """Draw twelve points and the three lines of `three_lines`, without the losses that made them."""
    if ax is None:
        ax = new_axes(
            "Twelve points: ten rise steadily, two on the right lie far below. Line C follows the ten, A rises less "
            "steeply, and B falls through the middle of all.", figsize=(5.8, 3.2),
        )  # fmt: skip
    x, y, lines = three_lines()
    for (name, line), dash, color in zip(lines.items(), style.LINE_STYLES, style.COLORS, strict=False):
        ax.plot(x, np.polyval(line, x), linestyle=dash, color=color)
        kit.label_end(ax, x[-1], float(np.polyval(line, x[-1])), name, color, weight="bold")
    ax.plot(x, y, "o", color=style.BLACK)
    ax.set(xlabel="input x", ylabel="target y", xlim=(-0.5, 12), ylim=(-0.5, 11), title="Which loss made which line?")
    return ax


def draw_ten_answers(*, ax: Axes | None = None) -> Axes:
    """Draw `TEN_ANSWERS`, a panel for each network."""
    if ax is None:
        told = "; ".join(f"{name} {', '.join(f'{p:g}' for p in each)}" for name, each in TEN_ANSWERS.items())
        ax = new_axes(f"Probabilities of the true class for ten examples: {told}.", figsize=(7.6, 2.7))
    for panel, (name, p) in zip(kit.panels(ax, (3,), below=40), TEN_ANSWERS.items(), strict=True):
        panel.axhline(0.5, color=style.GREY, linewidth=1.2, linestyle="-")
        panel.plot(range(1, 11), p, "o", color=style.BLACK, markersize=kit.points(7))
        panel.set(xlim=(0, 11), ylim=(-0.05, 1.05), xticks=[1, 5, 10], yticks=[0, 0.5, 1], xlabel="example", title=name)
        panel.set_ylabel("p of the true class" if name == "A" else "")
        if p.min() < 0.1:
            panel.text(p.argmin() + 0.5, 0.0, f"{p.min():g} ", ha="right", va="center")
    return ax
