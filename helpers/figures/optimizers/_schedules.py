"""Learning rates that change on the way: their shapes, and a noisy walk that cools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes
from helpers.surface import SURFACES, draw_contour

STEPS, WALKS, LAST = 200, 40, 50
NOISE = np.random.default_rng(0).normal(size=(STEPS, WALKS, 2)) * (2.0, 10.0)
"""What mini-batches add to each gradient of the bowl, on which the walks go."""


def noisy_walks(rates: Any) -> np.ndarray:
    """Return 40 noisy descents of the bowl, (steps + 1, 40, 2), with the same noise for every list of rates."""
    path = [np.tile((-4.0, 1.0), (WALKS, 1))]
    for rate, noise in zip(rates, NOISE, strict=True):
        path.append(path[-1] - rate * (path[-1] * (1.0, 25.0) + noise))
    return np.array(path)


def cooling(ax: Axes, schedules: Mapping[str, Callable], schedule: str = "large", steps: int = STEPS) -> str:
    """Draw one noisy walk by a schedule, its last steps as a cloud, and the rate below."""
    rates = np.broadcast_to(schedules[schedule](np.arange(STEPS), STEPS), STEPS)
    path = noisy_walks(rates)
    ground, strip = ax.inset_axes((0, 0.34, 1, 0.66)), ax.inset_axes((0.1, 0.08, 0.9, 0.17))
    ax.set_axis_off()
    draw_contour(SURFACES["bowl"], ax=ground, limits=((-4.6, 1.8), (-1.7, 1.7)))
    ground.set(xlabel="", ylabel="", xticks=[], yticks=[])
    still: dict[str, Any] = {"scalex": False, "scaley": False}
    ground.plot(*path[: steps + 1, 0].T, "-", color=style.BLUE, linewidth=0.8, **still)
    ground.plot(*path[max(0, steps - LAST) : steps + 1, 0].T, "o", color=style.VERMILION, markersize=3.5, **still)
    ground.plot(*path[0, 0], "o", color="white", markeredgecolor=style.BLACK, markersize=8)
    strip.plot(np.arange(STEPS), rates, "-", color=style.BLUE, linewidth=2)
    strip.axvline(steps, color=style.GREY, linewidth=1, linestyle="-")
    strip.set(xlim=(0, STEPS), ylim=(0, 0.078), xticks=[0, 100, 200], yticks=[0, 0.07])
    strip.set_title("learning rate", size=kit.points(11))
    far = float(np.linalg.norm(path[steps], axis=1).mean())
    ax.set_title(f"{schedule}: {kit.number(far, 2)} away")
    return f"{schedule}: 40 noisy walks are {far:.2f} from the minimum on average after {steps} steps."


def draw_sparklines(schedules: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw schedules as small curves, five in a row, on the same axes."""
    if ax is None:
        ax = new_axes(f"The shapes of {len(schedules)} schedules: {', '.join(schedules)}.", figsize=(7.6, 2.6))
    rows = -(-len(schedules) // 5)
    for panel, (name, shares) in zip(kit.panels(ax, (5,) * rows, below=6, above=20), schedules.items(), strict=False):
        panel.fill_between(np.arange(len(shares)), shares, color="#CBD7E1", linewidth=0)
        panel.plot(shares, "-", color=style.BLUE, linewidth=1.8)
        panel.set(ylim=(0, 1.1), xlim=(0, len(shares)), xticks=[], yticks=[])
        panel.set_title(name, size=kit.points(10))
    return ax
