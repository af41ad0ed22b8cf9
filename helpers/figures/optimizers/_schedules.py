"""Learning rates that change on the way: a noisy walk that cools, and what peak rate and decay are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def end_distances(rates: Any) -> np.ndarray:
    """Return how far from the minimum the 40 walks are at the end, (40,)."""
    return np.linalg.norm(noisy_walks(rates)[-1], axis=1)


def cooling(ax: Axes, schedules: Mapping[str, Callable], schedule: str, steps: int = STEPS) -> str:
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


def by_rate(group: Mapping[str, Sequence[Mapping[str, Any]]], key: str) -> dict[str, dict[float, list]]:
    """Return name → learning rate → `key` of each run, from stored settings such as "Adam, cosine 0.01".

    Runs without this number are left out.
    """
    found: dict[str, dict[float, list]] = {}
    for setting, runs in group.items():
        name, rate = setting.rsplit(" ", 1)
        if key in runs[0]:
            found.setdefault(name, {})[float(rate)] = [run[key] for run in runs]
    return found


def draw_rates(
    curves: Mapping[str, Mapping[float, Sequence[float]]], *, marked: Mapping[float, str], ax: Axes | None = None
) -> Axes:
    """Draw the loss of several runs at each learning rate, a line through their means, one curve a method.

    Args:
        curves: Method → learning rate → losses, one a seed.
        marked: Learning rates that get a line and a word.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_rates(curves), figsize=(7.0, 3.6))
    for (name, losses), shift in zip(curves.items(), (0.97, 1.03, 1.0, 1.06), strict=False):
        look = style.look(name) if name in ("Adam", "momentum") else style.Look(style.BLUE, "--", "s")
        rates = np.array(sorted(losses))
        means = np.array([np.mean(losses[rate]) for rate in rates])
        ax.plot(rates, means, **look.line)
        for rate in rates:
            ax.plot([rate * shift] * len(losses[rate]), losses[rate], **look.dots, markersize=4)
        kit.label_end(ax, rates[-1], min(means[-1], 0.63), name, style.visible(look.color, "white", 4.5), weight="bold")
    for rate, word in marked.items():
        ax.axvline(rate, color=style.GREY, linestyle=":", zorder=0)
        ax.text(rate, 0.655, word, ha="center", va="bottom", color=style.GREY)
    ax.set(xscale="log", xlabel="learning rate (peak)", ylim=(0.38, 0.65))
    return ax


def describe_rates(curves: Mapping[str, Mapping[float, Sequence[float]]]) -> str:
    """Return what `draw_rates` shows."""
    best = []
    for name, losses in curves.items():
        loss, rate = min((float(np.mean(runs)), rate) for rate, runs in losses.items())
        best.append(f"{name} is lowest at {rate:g}, {loss:.3f}")
    return f"Loss against learning rate, five seeds each: {'; '.join(best)}."
