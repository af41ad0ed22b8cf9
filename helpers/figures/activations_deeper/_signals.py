"""Gradients that are true only nearby, and the map of where small differences between examples survive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.special import ndtri

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.figures.activations import FORMULAS, slope
from helpers.picture import new_axes


def tangent(ax: Axes, depth: int = 10, weight: float = 1.2, target: float = 1.0) -> str:
    """Draw the loss of a chain of layers with one common weight, its tangent, and where the two part.

    The output of the chain is weight ** depth, the loss half its squared distance from `target`.

    Args:
        ax: Where to draw.
        depth: Layers.
        weight: Where the tangent touches.
        target: What the chain should answer.
    """

    def loss(w: Any) -> Any:
        return (w**depth - target) ** 2 / 2

    here = loss(weight)
    slope = depth * weight ** (depth - 1) * (weight**depth - target)
    w = np.linspace(0.85, 1.65, 1600)
    error = np.abs(loss(w) - (here + slope * (w - weight)))
    close = w[error <= 0.1 * here]
    low, high = float(close.min()), float(close.max())
    ax.axvspan(low, high, color=kit.faded(style.GREEN, 0.25), linewidth=0)
    ax.plot(w, loss(w), "-", color=style.BLUE, linewidth=3)
    ax.plot(w, here + slope * (w - weight), "--", color=style.VERMILION, linewidth=2)
    ax.plot(weight, here, "o", color=style.BLACK, markersize=9, zorder=4)
    top = 2.2 * here
    ax.set(xlim=(0.85, 1.65), ylim=(-0.12 * top, top), yticks=[0, here], xlabel="weight w")
    ax.set_yticklabels(["0", kit.short(here)])
    ax.grid(False)
    slope = round(slope) if slope > 10 else slope
    ax.set_title(f"slope {kit.short(slope)}, true on a width of {number(high - low, 2)}")
    return (
        f"The loss of a chain of {depth} layers at weight {weight:g}: {kit.short(here)}, slope {kit.short(slope)}; the "
        f"tangent is right within 10 % over a width of {high - low:.2f}."
    )


def draw_one_step(runs: Mapping[float, Sequence[tuple[Any, Any]]], *, ax: Axes | None = None) -> Axes:
    """Draw the loss after one step as a share of the loss before, against the learning rate.

    Args:
        runs: Size of the initial weights → (learning rates, shares) of each seed.
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(lambda: describe_one_step(runs), figsize=(7.6, 3.5))
    color = style.look("leaky ReLU").color
    for size, seeds in runs.items():
        rates = np.exp(np.mean([np.log(rates) for rates, _ in seeds], axis=0))
        shares = np.clip([share for _, share in seeds], 1e-3, 1e3)
        middle = np.median(shares, axis=0)
        ax.fill_between(rates, shares.min(axis=0), shares.max(axis=0), color=color, alpha=0.18, linewidth=0)
        ax.plot(rates, middle, "-", color=color, linewidth=2.5)
        lowest = int(middle.argmin())
        ax.annotate(f"× {size:g}", (rates[lowest], middle[lowest]), (0, -8), textcoords="offset points", ha="center",
                    va="top", color=color, weight="bold")  # fmt: skip
    ax.axhline(1, color=style.BLACK, linewidth=1)
    ax.set(xscale="log", yscale="log", ylim=(0.25, 8), xlabel="learning rate of the single step")
    ends = ax.get_xlim()
    ticks = [10.0**k for k in range(-12, 3, 2) if ends[0] < 10.0**k < ends[1]]
    ax.set_xticks(ticks, [_power(tick) for tick in ticks])
    ax.set_yticks([0.5, 1, 2, 4], ["½", "1", "2", "4"])
    ax.minorticks_off()
    ax.text(0.01, 0.97, "worse", transform=ax.transAxes, va="top")
    ax.text(0.01, 0.03, "better", transform=ax.transAxes)
    ax.set_title("Loss after one step ÷ loss before: larger weights, smaller learning rates")
    return ax


def _power(value: float) -> str:
    exponent = round(np.log10(value))
    return "1" if exponent == 0 else "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def describe_one_step(runs: Mapping[float, Sequence[tuple[Any, Any]]]) -> str:
    """Return what `draw_one_step` shows."""
    best = [
        f"× {size:g} at {_power(np.median([rates[np.argmin(shares)] for rates, shares in seeds]))}"
        for size, seeds in runs.items()
    ]
    return f"Three valleys of one shape: the best single step for initial weights {', '.join(best)}."


WEIGHTS, BIASES = np.linspace(0.3, 3.0, 37), np.linspace(0.0, 1.5, 21)
MARKS = {"sigmoid": {"Glorot": 1.0}, "tanh": {"Glorot": 1.0}, "ReLU": {"Glorot": 1.0, "He": float(np.sqrt(2))}}
"""Activation → the initializations of the core notebook → size of their weights; their biases are 0."""

BACK = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
_NORMAL = ndtri((np.arange(300) + 0.5) / 300)


def layer_factor(f: Callable[[Any], Any], weight: float, bias: float) -> float:
    """Return by what a deep layer multiplies the squared distance of two examples that differ a little.

    Args:
        f: An activation.
        weight: Standard deviation of the weights times the root of the number of inputs.
        bias: Standard deviation of the biases.
    """
    q = 1.0  # mean square of the sums z
    for _ in range(30):
        q = min(weight**2 * float(np.mean(f(np.sqrt(q) * _NORMAL) ** 2)) + bias**2, 1e8)
    return weight**2 * float(np.mean(slope(f, np.sqrt(q) * _NORMAL) ** 2))


@cache
def _map(factor: Callable[..., float], activation: str) -> np.ndarray:
    f = FORMULAS[activation]
    return np.sqrt([[factor(f, weight, bias) for weight in WEIGHTS] for bias in BIASES])


def signal_map(
    axes: Any,
    factor: Callable[..., float] = layer_factor,
    activation: str = "tanh",
    weight: float = 1.0,
    bias: float = 0.0,
) -> str:
    """Draw by what a layer multiplies a small distance, over weights and biases, and a distance through forty layers.

    Args:
        axes: Two.
        factor: `factor(f, weight, bias)` → the factor of squared distances.
        activation: One of the core notebook's five.
        weight: Standard deviation of the weights times the root of the number of inputs.
        bias: Standard deviation of the biases.
    """
    plane, course = axes
    f = FORMULAS[activation]
    values = _map(factor, activation)
    shades: dict[str, Any] = {"cmap": style.DIVERGING, "vmin": -1.7, "vmax": 1.7, "shading": "gouraud"}
    plane.pcolormesh(WEIGHTS, BIASES, np.clip(np.log2(np.maximum(values, 1e-3)), -1, 1), rasterized=True, **shades)
    if values.min() < 1 < values.max():
        plane.contour(WEIGHTS, BIASES, values, levels=[1.0], colors=style.BLACK, linewidths=kit.points(3))
    for name, x in MARKS.get(activation, {}).items():
        plane.plot(x, 0, "o", color=style.BLACK, markersize=7, clip_on=False, zorder=5)
        side = {"ha": "right"} if x <= 1 else {"ha": "left"}
        away = (-4 if x <= 1 else 4, 8)
        plane.annotate(name, (x, 0), away, textcoords="offset points", weight="bold", zorder=5, bbox=BACK, **side)
    for x, align, far, word in ((0.36, "left", values[-1, 0] < 1, "become one"),
                                (2.94, "right", values[-1, -1] > 1, "drift apart")):  # fmt: skip
        if far:
            plane.text(x, 1.4, word, ha=align, va="top", weight="bold", bbox=BACK)
    plane.plot(weight, bias, "X", color=style.ORANGE, markersize=13, markeredgecolor="white", clip_on=False, zorder=6)
    plane.set(xlim=(0.3, 3), ylim=(0, 1.5), xticks=[0.5, 1, 1.5, 2, 2.5, 3], yticks=[0, 0.5, 1, 1.5])
    plane.set(
        xlabel="size of the weights, $σ_w$ (up: of the biases, $σ_b$)", title=f"{activation}: red shrinks, blue grows"
    )
    plane.set_ylabel("$σ_b$", rotation=0, labelpad=10)
    apart = distances(f, weight, bias)
    course.plot(np.arange(len(apart)), apart, "-", color=style.look(activation).color, linewidth=3)
    course.set(yscale="log", ylim=(1e-7, 400), yticks=[100, 1, 1e-2, 1e-4, 1e-6], xlabel="layer")
    if apart.max() > 400:
        out = int(np.argmax(apart > 400))
        course.annotate("leaves the scale", (out, 300), (6, 0), textcoords="offset points", va="top")
    course.set_yticklabels(["× 100", "unchanged", "÷ 100", "÷ 10,000", "÷ 1 million"])
    course.minorticks_off()
    own = float(np.sqrt(factor(f, weight, bias)))
    course.set_title(f"a small distance: × {own:.2f} per layer")
    state = f"{activation}, weights of size {weight:g}, biases of size {bias:g}"
    return f"{state}: a layer multiplies a small distance by {own:.2f}, and forty by {kit.short(apart[-1])}."


def distances(f: Callable[[Any], Any], weight: float, bias: float, layers: int = 40, width: int = 200) -> np.ndarray:
    """Return how far apart two near inputs are after each layer of a random network; 1 at the start."""
    rng = np.random.default_rng(0)
    pair = rng.normal(size=(2, width))
    pair[1] = pair[0] + 0.01 * pair[1]
    apart: list[float] = []
    for _ in range(layers + 1):
        apart.append(float(np.linalg.norm(pair[0] - pair[1])))
        z = pair @ rng.normal(0, weight / np.sqrt(width), (width, width)) + rng.normal(0, bias, width)
        pair = f(z)
    return np.maximum(np.divide(apart, apart[0]), 1e-12)
