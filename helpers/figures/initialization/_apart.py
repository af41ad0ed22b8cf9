"""Whether two examples stay apart on their way through a network."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.initialization._signals import LAYERS, UNITS, Array

PAIRS, SEEDS = 50, 5


@cache
def _draws(seed: int) -> tuple[Array, list[Array]]:
    """Return standard normal numbers for the inputs of all pairs and for the weights of each layer."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(2 * PAIRS, UNITS)).astype("float32")
    return inputs, [rng.normal(size=(UNITS, UNITS)).astype("float32") for _ in range(LAYERS)]


@cache
def _together(activation: str, scale: float, cosine: float) -> tuple[Array, Array]:
    """Return root mean square of z and cosine of two examples, (seeds, layers) each; the inputs have this cosine."""
    import keras

    functions: dict[str, Callable[[Array], Array]] = {
        "tanh": np.tanh,
        "ReLU": lambda z: np.maximum(z, 0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "GELU": lambda z: np.asarray(keras.ops.gelu(z, approximate=False)),
        "linear": lambda z: z,
    }
    f = functions[activation]
    gain = 1 / np.sqrt(np.mean(f(_NORMAL) ** 2))
    sizes, cosines = np.empty((SEEDS, LAYERS)), np.empty((SEEDS, LAYERS))
    for seed in range(SEEDS):
        inputs, weights = _draws(seed)
        a = inputs.copy()
        a[PAIRS:] = cosine * a[:PAIRS] + np.sqrt(1 - cosine**2) * a[PAIRS:]
        for layer in range(LAYERS):
            s = (scale * gain if layer else 1.0) / np.sqrt(UNITS)
            z = a @ (np.float32(s) * weights[layer])
            sizes[seed, layer] = np.sqrt(np.mean(z**2))
            one, other = z[:PAIRS], z[PAIRS:]
            lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
            cosines[seed, layer] = np.mean((one * other).sum(axis=1) / np.maximum(lengths, 1e-30))
            a = f(z)
    return sizes, cosines


_NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / 4001) for i in range(4001)])


def apart(ax: Axes, activation: str = "tanh", weights_times: float = 1.0, cosine_at_first: float = 0.0) -> str:
    """Draw the size of z in ten layers, the cosine of two examples, and the angle between them.

    Args:
        ax: The sheet.
        activation: Name; the weights have its own gain.
        weights_times: What they are multiplied by from layer 2 on.
        cosine_at_first: Of each pair of inputs.
    """
    sizes, cosines = _together(activation, round(weights_times, 3), cosine_at_first)
    color, layers = style.look(activation).color, np.arange(1, LAYERS + 1)
    ax.set_axis_off()
    top, below = ax.inset_axes((0.1, 0.72, 0.9, 0.2)), ax.inset_axes((0.1, 0.34, 0.9, 0.28))
    mean = sizes.mean(axis=0)
    top.bar(layers, np.minimum(mean, 1.45), width=0.7, color=color)
    top.axhline(1, color=style.BLACK, linestyle=":", linewidth=1.2)
    top.set(ylim=(0, 1.5), xlim=(0.4, 10.6), xticks=[], yticks=(0, 1), title="size of z")
    low, high = cosines.min(axis=0), cosines.max(axis=0)
    below.fill_between(layers, low, high, color=color, alpha=0.2, linewidth=0)
    middle = cosines.mean(axis=0)
    below.plot(layers, middle, "-o", color=color, markersize=5)
    below.axhline(1, color=style.GREY, linestyle="-", linewidth=1)
    below.set(ylim=(-0.15, 1.1), xlim=(0.4, 10.6), yticks=(0, 1), xticks=(1, 4, 7, 10))
    below.set_title("cosine of two examples")
    angles = np.degrees(np.arccos(np.clip(middle, -1, 1)))
    strip = ax.inset_axes((0.1, 0.0, 0.9, 0.24))
    kit.bare(strip, (0.4, 10.6), (-0.15, 1.9))
    shaft: dict[str, Any] = {"arrowstyle": "-|>", "color": color, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    for layer in (1, 4, 7, 10):
        half, x = np.radians(angles[layer - 1] / 2), min(max(layer, 1.3), 9.7)
        for sign in (-1, 1):
            strip.annotate("", (x + sign * 1.15 * np.sin(half), 1.0 * np.cos(half)), (x, 0), arrowprops=shaft)
        angle = angles[layer - 1]
        strip.text(x, 1.15, f"{kit.number(angle, 0 if angle >= 1 or angle < 0.05 else 1)}°", color=color,
                   weight="bold", ha="center")  # fmt: skip
    strip.text(-0.95, 0.3, "angle", fontsize=kit.points(10), clip_on=False)
    strip.text(-0.95, 1.95, "layer", fontsize=kit.points(10), clip_on=False)
    below.grid(False)
    top.grid(False)
    return (
        f"Ten {activation} layers, weights times {weights_times:g}, inputs of cosine {cosine_at_first:g}: "
        f"size of z in layer 10 {mean[-1]:.2g}, "
        f"cosine of two examples {middle[-1]:.2f} ({low[-1]:.2f} to {high[-1]:.2f}), angle {angles[-1]:.1f} degrees."
    )
