"""Activations as curves: value and derivative, and what comes out when many inputs go in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.special import ndtri

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.activations._signals import FORMULAS, slope
from helpers.picture import new_axes

FLAT = 0.05
"""A derivative below this lets almost nothing through."""

_NORMAL = ndtri((np.arange(4000) + 0.5) / 4000)


def draw_gallery(formulas: Mapping[str, Callable[[Any], Any]], *, ax: Axes | None = None) -> Axes:
    """Draw each activation of `formulas` (five): the value above, the derivative below, each row on one scale."""
    if ax is None:
        ax = new_axes(lambda: describe_gallery(formulas), figsize=(7.6, 3.4))
    z = np.linspace(-4, 4, 400)  # 0 is not among them: some of the curves have a kink there
    highest = max(1.3, *(1.08 * float(slope(f, z).max()) for f in formulas.values()))
    places = kit.panels(ax, (len(formulas), len(formulas)), below=18, above=16)
    for column, (name, f) in enumerate(formulas.items()):
        top, bottom, color = places[column], places[column + len(formulas)], style.look(name).color
        top.plot(z, f(z), "-", color=color, linewidth=3)
        top.set(ylim=(-1.9, 3), yticks=[-1, 0, 1, 2, 3])
        top.set_title(name, color=color, weight="bold")
        bottom.fill_between(z, slope(f, z), color=kit.faded(color, 0.25), linewidth=0)
        bottom.plot(z, slope(f, z), "-", color=color, linewidth=2)
        bottom.set(ylim=(-0.15, highest), yticks=[0, 0.25, 1])
        bottom.set_yticklabels(["0", "¼", "1"])
        for panel in (top, bottom):
            panel.set(xlim=(-4, 4), xticks=[-4, 0, 4])
            if column:
                panel.set_yticklabels([])
    places[0].text(-3.6, 2.95, "f(z)", va="top", fontsize=kit.points(10))
    places[len(formulas)].text(-3.6, 1.2, "f′(z)", va="top", fontsize=kit.points(10))
    return ax


def describe_gallery(formulas: Mapping[str, Callable[[Any], Any]]) -> str:
    """Return what `draw_gallery` shows."""
    z = np.linspace(-4, 4, 400)
    slopes = {name: slope(f, z) for name, f in formulas.items()}
    told = ", ".join(f"{name} from {s.min():.2f} to {s.max():.2f}" for name, s in slopes.items())
    return f"Curves of activations above, and below their derivatives: {told}.".replace("-", "−")


def crowd(
    ax: Axes,
    formulas: Mapping[str, Callable[[Any], Any]],
    activation: str = "sigmoid",
    deviation: float = 1.0,
    mean: float = 0.0,
) -> str:
    """Draw normally distributed sums below a curve, and at the left what comes out; grey where it is flat.

    Args:
        ax: Where to draw.
        formulas: Name → f.
        activation: One of them.
        deviation: Standard deviation of the sums z.
        mean: Their mean.
    """
    f, color = formulas[activation], style.look(activation).color
    sums = deviation * _NORMAL + mean
    out = f(sums)
    flat = float(np.mean(np.abs(slope(f, sums)) < FLAT))
    z = np.linspace(-9, 9, 722)
    floor, wall, low, high = -2.6, -12.5, -1.5, 4.0
    ax.set(xlim=(wall, 9), ylim=(floor, high), xticks=[-6, -3, 0, 3, 6], yticks=[-1, 0, 1, 2, 3])
    ax.grid(False)
    numb = np.abs(slope(f, z)) < FLAT
    ax.fill_between(z, low, high, where=numb, color="#ECECEC", linewidth=0, zorder=0)
    ax.plot(z, f(z), "-", color=color, linewidth=3, zorder=3)
    counts, edges = np.histogram(sums, np.linspace(-9, 9, 73))
    # One polygon each: 128 bars take as long as all the rest.
    ax.stairs(floor + 0.95 * counts / counts.max(), edges, baseline=floor, fill=True, color=style.GREY, linewidth=0)
    counts, edges = np.histogram(np.clip(out, low, high), np.linspace(low, high, 56))
    lengths = wall + np.minimum(counts / 300, 3.4)
    ax.stairs(lengths, edges, baseline=wall, orientation="horizontal", fill=True, color=color, linewidth=0)
    ax.plot([-9, -9], [low, high], "-", color=style.BLACK, linewidth=1)
    ax.plot([-9, 9], [low, low], "-", color=style.BLACK, linewidth=1)
    ax.set(xlabel="weighted sum z", title=f"{activation}: {flat:.0%} meet a slope below {FLAT:g}")
    ax.text(wall + 0.3, high - 0.15, "out", va="top", color=color, weight="bold")
    ax.text(8.9, low - 0.1, "in", ha="right", va="top", color=style.GREY, weight="bold")
    kit.keep_inside(ax)
    return (
        f"{activation}: sums with mean {mean:g} and standard deviation {deviation:g} come out with mean "
        f"{out.mean():.2f} and standard deviation {out.std():.2f}; {flat:.0%} meet a slope below {FLAT:g}."
    )


FOUR_OUTPUTS = {"A": "GELU", "B": "tanh", "C": "leaky ReLU", "D": "sigmoid"}
"""What made the outputs of `draw_four_outputs`."""


def draw_four_outputs(*, ax: Axes | None = None) -> Axes:
    """Draw what four activations of `FOUR_OUTPUTS` make of the same sums, without their names."""
    if ax is None:
        ax = new_axes(
            "What comes out of four activations when sums with mean 0 and standard deviation 3 go in: A from −0.17 to "
            "9, crowded around 0; B crowded at −1 and 1; C from −2 to 9, densest left of 0; D crowded at 0 and 1.",
            figsize=(7.6, 4.0),
        )
    edges = np.round(np.arange(-3, 9.05, 0.05), 2)
    edges[edges == -0.2] = -0.17  # no GELU is lower
    for panel, (name, activation) in zip(kit.panels(ax, (2, 2), below=36), FOUR_OUTPUTS.items(), strict=True):
        # Saturated outputs are exactly −1, 0 or 1: a hair inside, they fall into the bars that end there.
        counts, _ = np.histogram((1 - 1e-9) * FORMULAS[activation](3 * _NORMAL), edges)
        heights = counts / np.diff(edges) / len(_NORMAL)
        panel.bar(edges[:-1], heights, np.diff(edges), align="edge", color=style.GREY, linewidth=0)
        panel.set(xlim=(-3, 8), xticks=range(-3, 9), ylim=(0, 1.3), yticks=[], xlabel="output", title=name)
    return ax
