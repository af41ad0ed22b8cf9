"""Shapes of losses: clipping, margins, two directions of KL, a network and its twin, noise, units of a target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes


def draw_clipping(logits: Any, kept: Any, clipped: Any, *, ax: Axes | None = None) -> Axes:
    """Draw binary cross-entropy for target 0 against the logit, from logits and from clipped probabilities."""
    if ax is None:
        told = (
            f"The loss from probabilities stops at {np.max(clipped):.1f}; from logits it grows to {np.max(kept):.0f}."
        )
        ax = new_axes(told, figsize=(5.8, 3.0))
    ax.plot(logits, kept, "-", color=style.BLUE)
    ax.plot(logits, clipped, "--", color=style.VERMILION)
    ax.text(23, 32, "from the logit", color=style.BLUE, ha="right")
    ax.text(
        38,
        np.max(clipped) - 5.2,
        "from the probability:\nflat, no slope",
        color=style.VERMILION,
        ha="right",
        va="center",
    )
    ax.set(xlabel="logit z, when 0 is right", ylabel="loss (nats)", xlim=(-5, 40), ylim=(0, 42))
    ax.set_title("Clipping hides how wrong it is, and stops learning")
    return ax


def draw_margins(*, ax: Axes | None = None) -> Axes:
    """Draw the cost of one positive example against its raw output: three losses, and the count of mistakes."""
    if ax is None:
        ax = new_axes(
            "Both hinges are 0 from the output 1 on, cross-entropy never quite; the count of mistakes is a step.",
            figsize=(5.8, 3.1),
        )
    z = np.linspace(-2.5, 3.5, 241)
    for loss, dash, color, name, place in (
        (np.log1p(np.exp(-z)), "-", style.BLUE, "cross-entropy", (1.6, 0.34)),
        (np.maximum(0, 1 - z), "--", style.VERMILION, "hinge", (-1.55, 2.8)),
        (np.maximum(0, 1 - z) ** 2, "-.", style.GREEN, "squared hinge", (-0.75, 3.6)),
        (np.where(z < 0, 1.0, 0.0), ":", style.BLACK, "1 if wrong", (-2.4, 0.65)),
    ):
        ax.plot(z, loss, linestyle=dash, color=color)
        ax.text(*place, name, color=color)
    ax.set(xlabel="raw output z of a positive example", ylabel="cost", ylim=(-0.1, 4.2), xlim=(-2.5, 3.5))
    ax.set_title("Beyond z = 1 only cross-entropy asks for more")
    return ax


GRID = np.linspace(-6, 6, 1201)


def _bell(center: float, spread: float) -> np.ndarray:
    return np.exp(-(((GRID - center) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))


TWO_HILLS = 0.6 * _bell(-2.0, 0.6) + 0.4 * _bell(2.0, 0.6)


def divergences(center: float, spread: float) -> tuple[float, float]:
    """Return KL(p ‖ q) and KL(q ‖ p) in nats for the two hills p and one bell q."""
    p, q = TWO_HILLS + 1e-300, _bell(center, spread) + 1e-300
    step = GRID[1] - GRID[0]
    return float(np.sum(p * np.log(p / q)) * step), float(np.sum(q * np.log(q / p)) * step)


def two_directions(ax: Axes, center: float = 0.0, spread: float = 1.0) -> str:
    """Draw a truth with two hills and a belief with one, and both divergences."""
    forward, reverse = divergences(center, spread)
    ax.fill_between(GRID, TWO_HILLS, color=kit.faded(style.BLUE, 0.3), linewidth=0)
    ax.plot(GRID, _bell(center, spread), "-", color=style.VERMILION)
    ax.set(xlim=(-6, 6), ylim=(0, 0.8), yticks=[], xlabel="x")
    ax.text(-5.8, 0.12, "truth p", color=style.BLUE)
    ax.text(5.8, 0.36, "belief q", color=style.VERMILION, ha="right")
    ax.set_title(f"KL(p‖q) {forward:.2f}   KL(q‖p) {reverse:.2f}")
    return (
        f"A truth with two hills, a belief with one at {number(center, 1)}, spread {spread:.1f}: KL(p‖q) "
        f"{forward:.2f}, KL(q‖p) {reverse:.2f} nats."
    )


def draw_twin(*, ax: Axes | None = None) -> Axes:
    """Draw a 2-3-1 network, and the same network with its hidden units in the opposite order."""
    if ax is None:
        ax = new_axes(
            "Two drawings of one network: hidden units A, B, C with their edges, and the same units as C, B, A.",
            figsize=(7.6, 2.5),
        )
    kit.bare(ax, (-0.4, 8.4), (-0.6, 3.0))
    for left, order, title in ((0.0, "ABC", "a network"), (5.0, "CBA", "its twin")):
        for row, unit in enumerate(order):
            color, dash = {"A": (style.BLUE, "-"), "B": (style.GREEN, "-."), "C": (style.VERMILION, "--")}[unit]
            for end in ((left, 1.6), (left, 0.4)):
                ax.plot([end[0], left + 1.5], [end[1], 2 - row], linestyle=dash, color=color, linewidth=2, zorder=1)
            ax.plot([left + 1.5, left + 3.0], [2 - row, 1], linestyle=dash, color=color, linewidth=2, zorder=1)
            kit.draw_node(ax, left + 1.5, 2 - row, unit, "hidden", size=26, edge=color)
        kit.draw_node(ax, left, 1.6, "x₁", "input", size=26)
        kit.draw_node(ax, left, 0.4, "x₂", "input", size=26)
        kit.draw_node(ax, left + 3.0, 1, "ŷ", "output", size=26)
        ax.text(left + 1.5, 2.65, title, ha="center", weight="bold")
    kit.keep_inside(ax)
    return ax


def draw_ridge(shares: Any, losses: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the loss on the way from a network (0) to its twin (1), a line for each seed (seeds, shares)."""
    losses = np.asarray(losses)
    if ax is None:
        middle = losses[:, len(shares) // 2]
        told = f"On the way to their twins {len(losses)} losses rise to {middle.min():.1f}–{middle.max():.1f}"
        ax = new_axes(f"{told} half-way, and fall again.", figsize=(5.8, 3.0))
    for row in losses:
        ax.plot(shares, row, "-", color=style.BLUE, linewidth=1.6)
    low = float(np.mean(losses[:, np.isclose(shares, 0)]))
    ax.plot([0, 1], [low, low], "--", color=style.VERMILION)
    ax.text(0.5, 0.06, "convex: never above this line", ha="center", color=style.VERMILION)
    ax.set(xticks=[0, 0.5, 1], xlabel="place on the straight way", ylabel="loss (nats)", xlim=(shares[0], shares[-1]))
    ax.set_xticklabels(["network", "half-way", "twin"])
    ax.set(ylim=(0, None), title="On the straight way stands a ridge")
    return ax


def plane(loss: Callable[[Any], float], start: Sequence[Any], directions: Any, lengths: Any) -> np.ndarray:
    """Return the loss (y, x) at start + x · one + y · two, for two `directions` and the arrays x, y of `lengths`."""
    (one, two), (x, y) = directions, lengths
    return np.array(
        [[loss([s + a * u + b * v for s, u, v in zip(start, one, two, strict=True)]) for a in x] for b in y]
    )


def draw_slices(slices: Mapping[str, Any], places: Sequence[Any], *, ax: Axes | None = None) -> Axes:
    """Draw contours of the loss over planes through a network, on one scale.

    Args:
        slices: Title → (x, y, losses (y, x)).
        places: For each slice, where the network stands, and then its twin: pairs (x, y).
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(
            "Loss over two planes through a trained network, dark where it is low. In a random plane one bowl; in the "
            "plane that holds its reordered twin two low places and a ridge between them.", figsize=(7.6, 3.5),
        )  # fmt: skip
    low, top = (end([end(each[2]) for each in slices.values()]) for end in (np.min, np.max))
    levels = low + (top - low) * np.linspace(0, 1, 14) ** 2
    titled = zip(kit.panels(ax, (2,), below=44), slices.items(), places, strict=True)
    for panel, (title, (x, y, losses)), marks in titled:
        panel.contourf(x, y, losses, levels=levels, cmap=style.SEQUENTIAL)
        panel.contour(x, y, losses, levels=levels, colors="white", linewidths=0.7)
        named = list(zip(marks, ("network", "twin"), strict=False))
        if len(marks) == 2:
            named.append((np.mean(marks, axis=0), "ridge"))
        for (px, py), name in named:
            height = losses[np.abs(y - py).argmin(), np.abs(x - px).argmin()]
            panel.plot(px, py, "o", color="white", markeredgecolor=style.BLACK, markersize=kit.points(7))
            panel.annotate(f"{name}\n{height:.1f}", (px, py), (0, 9), textcoords="offset points", ha="center",
                           bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})  # fmt: skip
        panel.set(title=title, xlabel="first direction", xticks=[x[0], 0, x[-1]], yticks=[y[0], 0, y[-1]])
        panel.set_xticklabels([number(value, 0) for value in (x[0], 0, x[-1])])
        panel.set_yticklabels([number(value, 0) for value in (y[0], 0, y[-1])])
        panel.grid(False)
    return ax


def draw_quantiles(temperature: Any, sold: Any, lines: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw days as dots, and predicted quantiles as lines with the band between the outer two shaded.

    Args:
        temperature: (n,) °C.
        sold: (n,) portions.
        lines: Name of the quantile → (temperatures (m,), portions (m,)), from the lowest up.
        ax: Where to draw; on a new figure when None.
    """
    (_, low), *_, (_, high) = lines.items()
    inside = np.mean((sold > np.interp(temperature, *low)) & (sold < np.interp(temperature, *high)))
    if ax is None:
        ax = new_axes(
            f"Portions against temperature; {inside:.0%} of new days lie in the shaded band.", figsize=(7.6, 3.2)
        )
    ax.fill_between(low[0], low[1], high[1], color=kit.faded(style.BLUE, 0.15), linewidth=0)
    ax.plot(temperature[:500], sold[:500], ".", color=style.GREY, markersize=kit.points(4))
    for (name, line), dash in zip(lines.items(), ("--", "-", "-."), strict=True):
        ax.plot(*line, linestyle=dash, color=style.BLUE)
        kit.label_end(ax, line[0][-1], line[1][-1], name, style.BLUE)
    ax.set(xlabel="temperature (°C)", ylabel="portions", xlim=(0, 34), ylim=(0, None))
    ax.set_title(f"{inside:.0%} of new days lie in the band")
    return ax


def _bounded(losses: Any) -> np.ndarray:
    """Return `losses` with what is not finite, or beyond 10⁹, at 10⁹."""
    return np.minimum(np.nan_to_num(np.asarray(losses), nan=1e9, posinf=1e9), 1e9)


def draw_units(histories: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw losses, as shares of the target's variance, of runs (seeds, steps) in two units."""
    if ax is None:
        ends = {name: float(np.median(_bounded(each)[:, -1])) for name, each in histories.items()}
        told = ", ".join(f"{name} {'beyond a million' if end > 1e6 else f'{end:.2f}'}" for name, end in ends.items())
        ax = new_axes(f"Losses as shares of the target's variance, at the end: {told}.", figsize=(5.8, 3.0))
    for (name, each), color, dash, place in zip(
        histories.items(), (style.VERMILION, style.BLUE), ("--", "-"), ((4.6, 1e5), (7, 0.12)), strict=True
    ):
        for run in _bounded(each):
            ax.plot(np.arange(1, len(run) + 1), run, linestyle=dash, color=color, linewidth=1.6)
        ax.text(*place, name, color=color)
    ax.axhline(1, color=style.GREY, linewidth=1.2, linestyle=":")
    ax.text(9, 1.7, "predicting the mean", color=style.GREY, ha="right")
    ax.set(yscale="log", ylim=(0.05, 1e8), xlabel="step", ylabel="loss ÷ variance", xlim=(1, 9))
    ax.set(yticks=[1, 1e3, 1e6])
    ax.set_yticklabels(["1", "a thousand", "a million"])
    ax.set_title("Only the unit of the target differs")
    return ax


def noise(axes: Any, kind: str = "Gaussian", spread: float = 1.0) -> str:
    """Draw the density of a noise (left) and its −ln (right), which is a loss."""
    left, right = axes
    error = np.linspace(-4, 4, 321)
    gaussian = kind == "Gaussian"
    minus_log = error**2 / (2 * spread**2) + np.log(spread * np.sqrt(2 * np.pi)) if gaussian else (
        np.abs(error) / spread + np.log(2 * spread)
    )  # fmt: skip
    color = style.BLUE if gaussian else style.VERMILION
    left.fill_between(error, np.exp(-minus_log), color=kit.faded(color, 0.35), linewidth=0)
    left.plot(error, np.exp(-minus_log), "-", color=color)
    left.set(xlim=(-4, 4), ylim=(0, 1.05), xlabel="error", ylabel="density", title=f"{kind} noise, spread {spread:.1f}")
    right.plot(error, minus_log, "-", color=color)
    right.set(xlim=(-4, 4), ylim=(-1, 9), xlabel="error", ylabel="−ln density")
    right.set_title("its −ln: a parabola" if gaussian else "its −ln: a V")
    return f"{kind} noise of spread {spread:.1f}; minus its logarithm is a {'parabola' if gaussian else 'V'}."


def draw_spreads(temperature: Any, sold: Any, bands: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw days, and for each model the range of mean ± 1.28 s in which it expects 80 % of them.

    Args:
        temperature: (n,) °C.
        sold: (n,) portions.
        bands: Name → (temperatures (m,), means (m,), spreads (m,)).
        ax: Where to draw; on a new figure when None.
    """
    halves = {"cold": temperature < 15, "warm": temperature >= 15}
    shares = {}
    for name, (at, mean, spread) in bands.items():
        away = np.abs(sold - np.interp(temperature, at, mean)) / np.interp(temperature, at, spread)
        shares[name] = {half: float(np.mean(away[own] < 1.28)) for half, own in halves.items()}
    if ax is None:
        told = "; ".join(f"{name} {each['cold']:.0%} and {each['warm']:.0%}" for name, each in shares.items())
        ax = new_axes(f"Share of cold and of warm days in bands meant for 80 %: {told}.", figsize=(7.6, 3.4))
    for panel, (name, (at, mean, spread)) in zip(kit.panels(ax, (2,), below=44), bands.items(), strict=True):
        panel.fill_between(
            at, mean - 1.28 * spread, mean + 1.28 * spread, color=kit.faded(style.BLUE, 0.2), linewidth=0
        )
        panel.plot(temperature[:400], sold[:400], ".", color=style.GREY, markersize=kit.points(4))
        panel.plot(at, mean, "-", color=style.BLUE)
        for half, place in (("cold", 7.5), ("warm", 22.5)):
            panel.text(place, 176, f"{shares[name][half]:.0%}", ha="center", weight="bold")
        panel.axvline(15, color=style.GREY, linewidth=1, linestyle=":")
        panel.set(xlim=(0, 30), ylim=(0, 195), xlabel="temperature (°C)", title=name)
    return ax


NOISES = {"A": "Laplace", "B": "Gaussian", "C": "Poisson"}


def draw_three_noises(*, ax: Axes | None = None) -> Axes:
    """Draw histograms of three noises, without saying which is which (`NOISES`)."""
    if ax is None:
        ax = new_axes(
            "Three histograms. A: errors with a sharp peak at 0 and long tails to both sides. B: errors in the shape "
            "of a bell. C: targets 0, 1, 2 … only, most of them 0 to 3.", figsize=(7.6, 2.7),
        )  # fmt: skip
    rng = np.random.default_rng(0)
    drawn = {"A": rng.laplace(size=4000), "B": rng.normal(size=4000), "C": rng.poisson(1.6, 4000)}
    for panel, (name, values) in zip(kit.panels(ax, (3,), below=40), drawn.items(), strict=True):
        bins: Any = np.arange(-0.5, 8) if name == "C" else np.linspace(-6, 6, 49)
        panel.hist(values, bins, color=style.BLUE, rwidth=0.8 if name == "C" else 1.0)
        panel.set(title=name, yticks=[], xlabel="target" if name == "C" else "error")
    return ax


def days(seed: int, number: int, *, skewed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return temperatures (number, 1) in °C and portions of ice cream: the warmer, the more, and the more uncertain.

    The standard deviation of the noise is 4 + 0.8 t portions; it is Gaussian, or skewed (a gamma of shape 2).
    """
    rng = np.random.default_rng(seed)
    t = rng.uniform(0, 30, (number, 1))
    noise = (rng.gamma(2, 1, t.shape) - 2) / np.sqrt(2) if skewed else rng.normal(size=t.shape)
    return t.astype("float32"), (50 + 3 * t + (4 + 0.8 * t) * noise).astype("float32")


def covered(temperature: Any, sold: Any, mean: Any, spread: Any) -> tuple[float, float]:
    """Return which share of the cold days (below 15 °C) and of the warm ones lies within mean ± 1.28 spreads."""
    inside = np.abs(np.ravel(sold) - mean) < 1.28 * np.asarray(spread)
    cold = np.ravel(temperature) < 15
    return float(inside[cold].mean()), float(inside[~cold].mean())


def predict_784(weights: Sequence[Any], pixels: Any) -> np.ndarray:
    """Return the probabilities (n, 10) of a 784-…-10 network with ReLU and softmax, computed in NumPy."""
    w1, b1, w2, b2 = weights
    z = np.maximum(pixels @ w1 + b1, 0) @ w2 + b2
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
