"""What ten layers do to a signal: the distance between two examples on the way up, the gradient on the way down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from scipy.special import ndtr

from helpers import style
from helpers.figures import _kit as kit

SEEDS = 5


def sigmoid(z: Any) -> Any:
    """Values of the sigmoid, without overflow."""
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))


FORMULAS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "ReLU": lambda z: np.maximum(z, 0),
    "leaky ReLU": lambda z: np.where(z > 0, z, 0.2 * z),
    "GELU": lambda z: z * ndtr(z),
}
"""The five activations of the notebook, until it hands over its own."""

SCALES = {"Glorot": 1.0, "He": float(np.sqrt(2))}
"""Initialization → standard deviation of the weights, times the root of the number of inputs, in a square layer."""


def slope(f: Callable[[Any], Any], z: Any, h: float = 1e-4) -> Any:
    """Return f′(z) by a central difference."""
    return (f(z + h) - f(z - h)) / (2 * h)


class Signal(NamedTuple):
    """What is left of a signal, as a share of what went in; a row for each seed.

    Attributes:
        apart: Distance between examples after layer 0 (the images), 1, …: (seeds, depth + 1).
        back: Length of ∂L/∂a at the last hidden layer, the one below it, … layer 1: (seeds, depth).
    """

    apart: np.ndarray
    back: np.ndarray


@cache
def _digits(count: int = 64) -> np.ndarray:
    from sklearn.datasets import load_digits

    images = load_digits().data
    return ((images - images.mean()) / images.std())[:count]


def distance(a: np.ndarray) -> float:
    """Return the root mean square distance between two of the examples `a` (n, units), per unit."""
    return float(np.sqrt(2 * a.var(axis=0).mean()))


def send(f: Callable[[Any], Any], size: float, depth: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send 64 digits through `depth` layers of 64 units, and a random gradient back.

    Returns:
        Root mean square of the activations and distance between examples, the images first, and length of the gradient
        from layer 1 up.
    """
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, size / 8, (64, 64)) for _ in range(depth)]
    layers, sums = [_digits()], []
    for W in weights:
        sums.append(layers[-1] @ W)
        layers.append(f(sums[-1]))
    gradients = [rng.normal(size=layers[-1].shape)]
    for W, z in zip(weights[:0:-1], sums[:0:-1], strict=True):
        gradients.insert(0, (gradients[0] * slope(f, z)) @ W.T)
    sizes = np.array([np.sqrt((a**2).mean()) for a in layers])
    lengths = np.array([np.linalg.norm(g, axis=1).mean() for g in gradients])
    return sizes, np.array([distance(a) for a in layers]), lengths


@cache
def measure(activation: str, initialization: str, depth: int = 10) -> Signal:
    """Measure the signal in networks of `depth` layers, five seeds."""
    runs = [send(FORMULAS[activation], SCALES[initialization], depth, seed)[1:] for seed in range(SEEDS)]
    return _shares(runs)


def _shares(runs: Sequence[tuple[Any, Any]]) -> Signal:
    """Return distances and gradients of each seed as shares of what went in; the gradient from the last layer down."""
    apart, back = (np.array(part, float) for part in zip(*runs, strict=True))
    return Signal(apart / apart[:, :1], back[:, ::-1] / back[:, -1:])


def in_words(factor: float) -> str:
    """Return how many times smaller something is, with one digit that counts.

    >>> in_words(2.3e6), in_words(451_000), in_words(73), in_words(2.4)
    ('2 million', '500,000', '70', '2.4')
    """
    if factor < 10:
        return f"{factor:.1f}"
    rounded = float(f"{factor:.0e}")
    return f"{rounded / 1e6:,.0f} million" if rounded >= 1e6 else f"{rounded:,.0f}"


TICKS = {1.0: "unchanged", 1e-2: "÷ 100", 1e-4: "÷ 10,000", 1e-6: "÷ 1 million", 1e-8: "÷ 100 mill."}
LINE = 0.068
"""Height of a line of text as a share of a panel."""


def _draw_signal(
    ax: Axes, layers: np.ndarray, runs: np.ndarray, pair: tuple[str, str], height: float, *, faint: bool = False
) -> None:
    """Draw one line: the median, a band from the lowest to the highest seed, and its name at the end."""
    name, start = pair
    look = style.look(name)
    color = style.LIGHT_GREY if faint else look.color
    hollow = pair == ("ReLU", "Glorot")
    middle = np.median(runs, axis=0)
    if not faint:
        ax.fill_between(layers, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.16, linewidth=0)
    dots: dict[str, Any] = {"marker": look.marker, "markersize": 5.5, "markeredgewidth": 1.4}
    dash = "--" if hollow else "-"
    ax.plot(layers, middle, dash, color=color, markerfacecolor="white" if hollow else color, **dots)
    place: dict[str, Any] = {
        "xy": (1, height),
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "center",
    }
    color = style.GREY if faint else look.color
    place |= {"xytext": (-2, 0), "color": color, "weight": "bold", "linespacing": 1.0}
    ax.annotate(f"{name.removesuffix(' ReLU')},\n{start}", **place)


def _apart(heights: list[float], least: float) -> list[float]:
    """Return `heights` moved so that neighbours are at least `least` from each other."""
    placed = np.array(heights)
    for _ in range(20):
        order = np.argsort(placed)
        gaps = np.diff(placed[order])
        lack = np.maximum(least - gaps, 0) / 2
        if lack.max(initial=0) < 1e-3:
            break
        placed[order[1:]] += lack
        placed[order[:-1]] -= lack
    return [float(height) for height in placed]


def both_ways(
    axes: Any,
    depth: int = 10,
) -> str:
    """Draw how far apart two examples still are, layer by layer, and what is left of the gradient on its way back.

    Args:
        axes: Two.
        depth: Hidden layers of the networks, with sigmoids and with ReLUs.
    """
    pairs = [("sigmoid", "Glorot"), ("ReLU", "Glorot"), ("ReLU", "He")]
    return _draw_both(axes, {pair: measure(*pair, depth) for pair in pairs}, {}, depth, low=2e-9)


def chosen_signal(
    axes: Any,
    measured: Mapping[tuple[str, str], Sequence[tuple[Any, Any]]],
    activation: str = "GELU",
    initialization: str = "Glorot",
) -> str:
    """Draw the same for one kind of network that a notebook has measured, over grey lines for sigmoid and ReLU.

    Args:
        axes: Two.
        measured: (activation, initialization) → for each seed the distances, the images first, and the lengths of
            ∂L/∂a from layer 1 up.
        activation: As in the keys.
        initialization: "Glorot" or "He".
    """
    own = activation, initialization
    others = [pair for pair in (("sigmoid", "Glorot"), ("ReLU", "He")) if pair != own]
    signals = {pair: _shares(measured[pair]) for pair in (own, *others)}
    return _draw_both(axes, {own: signals.pop(own)}, signals, signals[others[0]].back.shape[1])


def _draw_both(
    axes: Any,
    chosen: Mapping[tuple[str, str], Signal],
    faint: Mapping[tuple[str, str], Signal],
    depth: int,
    low: float = 1.2e-7,
) -> str:
    first = next(iter(chosen))
    for ax, ahead in zip(axes, (True, False), strict=True):
        layers = np.arange(depth + 1) if ahead else np.arange(1, depth + 1)[::-1]
        high = 3.0
        parts = {pair: signal.apart if ahead else signal.back for pair, signal in {**faint, **chosen}.items()}
        tops = [np.log(max(np.median(part[:, -1]), low) / low) / np.log(high / low) for part in parts.values()]
        for (pair, part), height in zip(parts.items(), _apart(tops, 2 * LINE), strict=True):
            _draw_signal(ax, layers, part, pair, height, faint=pair in faint)
        ends = (-0.4, depth + 0.6) if ahead else (depth + 0.4, 0.4)
        ax.set(yscale="log", ylim=(low, high), xlim=ends)
        shown = {tick: text for tick, text in TICKS.items() if tick > low}
        ax.set_yticks(list(shown), list(shown.values()))
        ax.set_xticks(layers[layers > 0] if depth <= 10 else layers[layers % 2 == 0][layers[layers % 2 == 0] > 0])
        ax.minorticks_off()
        ax.tick_params(length=0)
        ax.grid(axis="x", visible=False)
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.set_xlabel("layer, from input to output →" if ahead else "layer, from output to input →")
        ax.set_title("Forward: the distance\nbetween two examples" if ahead else "Back: the length\nof the gradient")
        left = 1 / np.median(parts[first][:, -1])
        if left > 100:
            color = style.look(first[0]).color
            place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "top", "weight": "bold"}
            told, end = f"÷ {in_words(left)}", (layers[-1], 1 / left)
            ax.annotate(told, end, (-10, -2), color=color, fontsize=kit.points(13), **place)
    said = []
    for (name, start), signal in chosen.items():
        lost = [1 / np.median(part[:, -1]) for part in signal]
        said.append(f"{name}, {start}: distance {in_words(lost[0])} and gradient {in_words(lost[1])} times smaller")
    return f"What {depth} layers leave of a signal. {'; '.join(said)}."
