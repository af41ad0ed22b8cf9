"""A model with nine faults: repaired one after the other, and each fault alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.picture import new_axes

Runs = Sequence[Mapping[str, float]]


def percent(runs: Runs) -> np.ndarray:
    """Return the accuracies on new images, in per cent, one a seed."""
    return 100 * np.array([run["yard"] for run in runs])


def repairs(ax: Axes, checklist: Mapping[str, Runs], done: int = 0) -> str:
    """Draw the accuracy after the first `done` repairs, and after each before them."""
    names = ["nine faults", *(f"{n} {step}" for n, step in enumerate(list(checklist)[1:], start=1))]
    values = [percent(runs) for runs in checklist.values()]
    for row, seeds in enumerate(values[: done + 1]):
        fell = row > 0 and seeds.mean() < values[row - 1].mean() - 2
        color = style.VERMILION if fell else style.SKY
        ax.barh(row, seeds.mean(), color=color, edgecolor=style.BLACK, height=0.66, linewidth=0.8)
        ax.plot(seeds, [row] * len(seeds), ".", color=style.BLACK, markersize=4)
        ax.text(max(seeds.max(), 12) + 2, row, f"{seeds.mean():.0f} %", va="center", weight="bold")
    ax.axvline(10, color=style.GREY, linestyle=":", linewidth=1.5)
    ax.text(10.5, len(names) - 0.35, "guessing", color=style.GREY, va="center")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 100), ylim=(len(names) + 0.1, -0.6), xlabel="accuracy on new images, %")
    ax.grid(axis="y", visible=False)
    now = values[done].mean()
    ax.set_title(f"{done} repaired: {now:.0f} %")
    return f"After {done} repairs the accuracy on new images is {now:.0f} %; it was {values[0].mean():.0f} %."


def draw_faults(left_out: Mapping[str, Runs], repaired: Runs, *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy of the repaired model with one fault put back, the worst fault first."""
    ax = new_axes(describe_faults(left_out, repaired), figsize=(7.0, 3.4)) if ax is None else ax
    order = sorted(left_out, key=lambda step: percent(left_out[step]).mean())
    whole = percent(repaired).mean()
    for row, step in enumerate(order):
        seeds = percent(left_out[step])
        ax.barh(row, whole - seeds.mean(), left=seeds.mean(), color=style.LIGHT_GREY, height=0.66)
        ax.plot(seeds, [row] * len(seeds), "o", color=style.BLUE, markersize=4, alpha=0.6)
        ax.plot([seeds.mean()] * 2, [row - 0.33, row + 0.33], "-", color=style.BLUE, linewidth=3)
        cost = whole - seeds.mean()
        ax.text(whole + 1.5, row, f"−{cost:.0f}" if cost >= 0.5 else "0", va="center", weight="bold")
    ax.axvline(whole, color=style.BLACK, linewidth=1.2)
    ax.set_yticks(range(len(order)), order)
    ax.set(xlim=(20, 90), ylim=(len(order) - 0.4, -0.6), xlabel="accuracy on new images, %")
    ax.grid(axis="y", visible=False)
    ax.set_title("all repaired but one: what each fault costs alone, in points")
    return ax


def describe_faults(left_out: Mapping[str, Runs], repaired: Runs) -> str:
    """Return in a sentence what `draw_faults` shows."""
    whole = percent(repaired).mean()
    costs = ", ".join(f"{step} {whole - percent(runs).mean():.0f}" for step, runs in left_out.items())
    return f"What each fault alone costs, in points of accuracy: {costs}."
