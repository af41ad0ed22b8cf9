"""What networks on the two moons compute: the pieces of ReLUs, the smooth sheet of tanh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.activations._dying import scatter

Layers = Sequence[tuple[np.ndarray, np.ndarray]]
"""(kernel, bias) of each layer, the output last."""

ACROSS, UP = np.linspace(-1.9, 2.9, 289), np.linspace(-1.4, 1.9, 199)


def forward(layers: Layers, activation: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the logits (n,) of a network, and which of its hidden units are on (n, units of all layers)."""
    on, a = [], x
    for kernel, bias in layers[:-1]:
        z = a @ kernel + bias
        on.append(z > 0)
        a = np.maximum(z, 0) if activation == "ReLU" else np.tanh(z)
    kernel, bias = layers[-1]
    return (a @ kernel + bias)[:, 0], np.hstack(on)


def moons(
    ax: Axes,
    networks: Mapping[tuple[str, int], Sequence[np.ndarray]],
    data: tuple[Any, Any],
    activation: str = "ReLU",
    layers: int = 1,
    seed: int = 1,
) -> str:
    """Draw what a trained network says over the plane, its border, and the edges of its linear pieces.

    Args:
        ax: Where to draw.
        networks: (activation, hidden layers) → kernel (seeds, inputs, units), bias (seeds, units) of each layer.
        data: Points (n, 2) and labels (n,).
        activation: "ReLU" or "tanh".
        layers: Hidden layers.
        seed: From 1.
    """
    grid = np.stack(np.meshgrid(ACROSS, UP), axis=-1).reshape(-1, 2)
    weights = [array[seed - 1] for array in networks[activation, layers]]
    logits, on = forward(list(zip(weights[::2], weights[1::2], strict=True)), activation, grid)
    logits = logits.reshape(len(UP), len(ACROSS))
    shown = matplotlib.colormaps[style.DIVERGING](0.5 + 0.22 * np.tanh(logits / 3))
    said = "one smooth sheet"
    if activation == "ReLU":  # one number for each pattern of units that are on: the name of a piece
        piece = (on @ 2.0 ** np.arange(on.shape[1])).reshape(logits.shape)
        edge = np.zeros(logits.shape, bool)
        edge[:, 1:] |= piece[:, 1:] != piece[:, :-1]
        edge[1:] |= piece[1:] != piece[:-1]
        shown[edge] = (0.3, 0.3, 0.3, 1)
        said = f"{len(np.unique(piece))} linear pieces"
    limits = (ACROSS[0], ACROSS[-1], UP[0], UP[-1])
    ax.imshow(shown, extent=limits, origin="lower", aspect="auto", interpolation="nearest", zorder=0)
    ax.contour(ACROSS, UP, logits, levels=[0], colors=style.BLACK, linewidths=kit.points(3))
    scatter(ax, np.asarray(data[0]), np.ravel(data[1]), 3.4)
    ax.set(xlim=limits[:2], ylim=limits[2:], xticks=[], yticks=[])
    ax.grid(False)
    many = f"{layers} hidden layer{'s' * (layers > 1)}"
    ax.set_title(f"{activation}, {layers} hidden: {said}")
    return f"A network with {many} of {activation} on two moons, seed {seed}: {said}."
