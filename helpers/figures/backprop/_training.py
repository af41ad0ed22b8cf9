"""A network while it learns: borders, losses, weights, and the gradients of its mini-batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes


def draw_borders(
    predict: Callable[..., Any], film: Mapping[int, Any], points: Any, labels: Any, *, ax: Axes | None = None
) -> Axes:
    """Draw where a network on the two moons changes its mind, at four steps of its training.

    Args:
        predict: `predict(network, x)` → probabilities (n, 1) of class 1.
        film: Step → network, four of them.
        points: (n, 2).
        labels: (n, 1), 0 or 1.
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(describe_borders(predict, film, points, labels), figsize=(7.6, 4.9))
    across, up = np.meshgrid(np.linspace(-1.7, 2.7, 90), np.linspace(-1.2, 1.7, 70))
    for panel, (step, network) in zip(kit.panels(ax, (2, 2), below=4), film.items(), strict=True):
        probability = predict(network, np.column_stack([across.ravel(), up.ravel()])).reshape(across.shape)
        panel.contourf(across, up, probability, levels=np.linspace(0, 1, 11), cmap=style.DIVERGING, alpha=0.35)
        panel.contour(across, up, probability, levels=[0.5], colors=style.BLACK, linewidths=2)
        for label in (0, 1):
            look = style.look(f"class {label}")
            chosen = np.asarray(points)[np.ravel(labels) == label]
            small: dict[str, Any] = {"s": 18, "edgecolor": "white", "linewidth": 0.5}
            panel.scatter(chosen[:, 0], chosen[:, 1], marker=look.marker, color=look.color, **small)
        right = float(np.mean((predict(network, points) > 0.5) == labels))
        panel.set(xlim=(-1.7, 2.7), ylim=(-1.2, 1.7), xticks=[], yticks=[], aspect="equal", anchor="W")
        panel.set_title(f"step {step:,}: {right:.0%} right")
    return ax


def describe_borders(predict: Callable[..., Any], film: Mapping[int, Any], points: Any, labels: Any) -> str:
    """Return what `draw_borders` shows."""
    right = {step: float(np.mean((predict(network, points) > 0.5) == labels)) for step, network in film.items()}
    said = ", ".join(f"{share:.0%} right at step {step:,}" for step, share in right.items())
    return f"The border between the predictions on two moons, from a straight line to a winding one: {said}."


def draw_stopping(training: Any, validation: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the losses of a run that over-fits, and where four stopping criteria would have ended it."""
    training, validation = np.asarray(training), np.asarray(validation)
    best = int(validation.argmin())
    if ax is None:
        ax = new_axes(describe_stopping(training, validation), figsize=(7.6, 3.4))
    ax.plot(training, **style.look("training").line)
    ax.plot(validation, **style.look("validation").line)
    kit.label_end(ax, len(training) - 1, training[-1], "training", style.BLUE)
    kit.label_end(ax, len(validation) - 1, validation[-1], "validation", style.VERMILION)
    ax.plot(best, validation[best], "s", color=style.VERMILION, markersize=9)
    ax.annotate(f"lowest: step {best}", (best, validation[best]), (-10, 34), textcoords="offset points",
                color=style.VERMILION, arrowprops={"arrowstyle": "-", "color": style.VERMILION})  # fmt: skip
    ax.set(xlim=(0, 1.16 * len(training)), ylim=(0, None), xlabel="step", ylabel="cross-entropy (nats)")
    ax.set_title("The training loss falls to the end; the validation loss turns")
    return ax


def describe_stopping(training: Any, validation: Any) -> str:
    """Return what `draw_stopping` shows."""
    best = int(np.argmin(validation))
    return (
        f"Training loss falls to {training[-1]:.2f} in {len(training):,} steps; validation loss is lowest at step "
        f"{best}, {validation[best]:.2f}, and rises to {validation[-1]:.2f}."
    )


_FILM_X, _FILM_Y = (0.0, 2.6, 5.2), ((1.2, -1.2), (2.0, 0.0, -2.0), (0.0,))


def film(ax: Axes, recorded: Sequence[Any], step: int = 0) -> str:
    """Draw a 2-3-1 network at one step of learning XOR: widths, tints and gradient bars on one scale for all steps.

    Each unit shows its value for all four inputs as quarters, placed as the inputs lie in the plane.

    Args:
        ax: Where to draw.
        recorded: For each step (network, activations, gradients, loss), as the notebook records them; the examples
            are (0, 0), (0, 1), (1, 0), (1, 1).
        step: Which.
    """
    network, activations, gradients, loss = recorded[step]
    kit.bare(ax, (-1.3, 6.6), (-5.1, 2.9))
    ax.set_aspect("equal")
    for layer, (W, _) in enumerate(network):
        lines = [((_FILM_X[layer], y0), (_FILM_X[layer + 1], y1)) for y0 in _FILM_Y[layer] for y1 in _FILM_Y[layer + 1]]
        widths = np.maximum(0.6, 1.6 * np.abs(W.ravel()))
        dashes = [(0, (1.6, 0.8)) if w < 0 else "-" for w in W.ravel()]
        colors = [style.NEGATIVE if w < 0 else style.POSITIVE for w in W.ravel()]
        ax.add_collection(
            LineCollection(lines, linewidths=widths, linestyles=dashes, colors=colors, zorder=1), autolim=False
        )
    shades = matplotlib.colormaps[style.SEQUENTIAL]
    for layer, (x, ys) in enumerate(zip(_FILM_X, _FILM_Y, strict=True)):
        for unit, y in enumerate(ys):
            low = -1.0 if layer == 1 else 0.0  # tanh
            values = (activations[layer][:, unit] - low) / (1 - low)
            _quarters(ax, x, y, shades(values), ("input", "hidden", "output")[layer])
    _quarters(ax, 5.2, -2.7, shades(np.array([0.0, 1, 1, 0])), "output", 0.42)
    ax.text(4.6, -2.7, "wanted", ha="right", va="center", fontsize=kit.points(10))
    for text, x, y in (("x₁", -0.95, 1.2), ("x₂", -0.95, -1.2), ("ŷ", 5.2, 1.25)):
        ax.text(x, y, text, ha="center", va="center")
    # One scale for all steps: the longest gradient of the whole film.
    longest = max(float(np.linalg.norm(dW)) for _, _, pairs, _ in recorded for dW, _ in pairs)
    for layer, (dW, _) in enumerate(gradients):
        y, length = -3.85 - 0.75 * layer, float(np.linalg.norm(dW))
        share = length / longest
        ax.barh([y], [3.6 * share], 0.45, left=1.5, color=("#444444", "#8A8A8A")[layer])
        ax.text(1.4, y, f"gradient, layer {layer + 1}", ha="right", va="center", fontsize=kit.points(10))
        ax.text(1.6 + 3.6 * share, y, number(length), va="center", fontsize=kit.points(10))
    ax.set_title(f"step {step} · loss {number(loss)}")
    predictions = ", ".join(f"{p:.2f}" for p in activations[-1].ravel())
    kit.keep_inside(ax)
    return f"A 2-3-1 network learning XOR, step {step}: loss {loss:.3f}, predictions {predictions} for 00, 01, 10, 11."


def _quarters(ax: Axes, x: float, y: float, colors: Any, kind: str, radius: float = 0.6) -> None:
    """Draw a unit as four quarters, in the places of the inputs 00, 01, 10, 11 in the plane."""
    turn = np.linspace(0, np.pi / 2, 12)
    corners = (
        np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        if kind == "input"
        else np.vstack([[0, 0], np.column_stack([np.cos(turn), np.sin(turn)])])
    )
    parts = [np.array([x, y]) + radius * corners * side for side in ((-1, -1), (-1, 1), (1, -1), (1, 1))]
    ax.add_collection(
        PolyCollection(parts, facecolors=colors, edgecolors=style.BLACK, linewidths=0.8, zorder=2), autolim=False
    )
    if kind == "output":
        around = np.linspace(0, 2 * np.pi, 60)
        ax.plot(
            x + 1.15 * radius * np.cos(around),
            y + 1.15 * radius * np.sin(around),
            "-",
            color=style.BLACK,
            linewidth=1.4,
        )


def draw_runs(losses: Sequence[Any], *, marked: int, ax: Axes | None = None) -> Axes:
    """Draw the losses of runs from several seeds on XOR, the one with the index `marked` in vermilion."""
    if ax is None:
        ax = new_axes(describe_runs(losses, marked=marked), figsize=(7.6, 3.2))
    for seed, run in enumerate(losses):
        on = seed == marked
        ax.plot(
            run,
            "-",
            color=style.VERMILION if on else style.BLUE,
            linewidth=2.5 if on else 1,
            alpha=1 if on else 0.6,
            zorder=3 if on else 2,
        )
    end = len(losses[marked]) - 1
    for height, text in ((np.log(2), "ln 2: all four guessed"), (np.log(2) / 2, "½ ln 2: two guessed")):
        ax.axhline(height, color=style.GREY, linestyle=":", linewidth=1)
        ax.text(0.985 * end, height + 0.025, text, ha="right", color=style.GREY, fontsize=kit.points(10))
    ax.text(0.3 * end, np.log(2) / 2 - 0.06, f"seed {marked}", color=style.VERMILION, weight="bold")
    ax.set(xlim=(0, end), ylim=(0, 0.85), xlabel="step", ylabel="cross-entropy (nats)")
    ax.set_title(f"{len(losses) - 1} of {len(losses)} runs learn XOR; one meets a plateau")
    return ax


def describe_runs(losses: Sequence[Any], *, marked: int) -> str:
    """Return what `draw_runs` shows."""
    ends = [float(run[-1]) for run in losses]
    others = max(end for seed, end in enumerate(ends) if seed != marked)
    return (
        f"Losses of {len(losses)} runs on XOR: all but seed {marked} end below {others + 0.001:.3f}; "
        f"seed {marked} stays at {ends[marked]:.2f}."
    )


def minibatch(ax: Axes, gradients: Any, batch_size: int = 4, seed: int = 1) -> str:
    """Draw the gradients of 100 mini-batches, drawn with replacement, and the one of all examples.

    Args:
        ax: Where to draw.
        gradients: (n, 2), one of each example, with respect to two weights.
        batch_size: B.
        seed: Chooses the batches.
    """
    gradients = np.asarray(gradients, float)
    mean = gradients.mean(axis=0)
    rng = np.random.default_rng(seed)
    batches = gradients[rng.integers(len(gradients), size=(100, batch_size))].mean(axis=1)
    wrong = batches @ mean < 0
    low, high = gradients.min(axis=0), gradients.max(axis=0)
    reach = 0.54 * float((high - low).max())
    middle = (low + high) / 2
    ax.set(xlim=(middle[0] - reach, middle[0] + reach), ylim=(middle[1] - reach, middle[1] + reach), aspect="equal")
    ax.set(xticks=[], yticks=[], xlabel="∂L/∂ one weight", ylabel="∂L/∂ the other")
    ax.spines[["right", "top"]].set_visible(True)
    ax.grid(False)
    side = np.array([-mean[1], mean[0]]) / np.linalg.norm(mean) * 3 * reach
    half = np.array(
        [side, -side, -side - 3 * reach * mean / np.linalg.norm(mean), side - 3 * reach * mean / np.linalg.norm(mean)]
    )
    ax.add_collection(PolyCollection([half], facecolors=[kit.faded(style.VERMILION, 0.15)], zorder=0), autolim=False)
    look: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1}
    for on, color in ((~wrong, style.BLUE), (wrong, style.VERMILION)):
        zeros = np.zeros(int(on.sum()))
        ax.quiver(zeros, zeros, *batches[on].T, color=color, alpha=0.65, width=0.006, zorder=2, **look)
    heavy: dict[str, Any] = {"arrowstyle": "-|>", "color": style.BLACK, "linewidth": 2.5, "mutation_scale": 11}
    heavy |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", mean, (0, 0), arrowprops=heavy, zorder=4)
    around = np.linspace(0, 2 * np.pi, 80)
    drawn = gradients[rng.integers(len(gradients), size=(2000, batch_size))].mean(axis=1)
    size = float(np.sqrt(((drawn - mean) ** 2).sum(axis=1).mean()))
    ax.plot(
        mean[0] + size * np.cos(around),
        mean[1] + size * np.sin(around),
        "--",
        color=style.BLACK,
        linewidth=1.6,
        zorder=5,
    )
    ax.set_title(f"B = {batch_size} · spread {size:.3f}")
    told = f"{int(wrong.sum())} of 100 point\nthe wrong way"
    ax.text(0.97, 0.04, told, ha="right", transform=ax.transAxes, color=style.VERMILION, fontsize=kit.points(10))
    return (
        f"Gradients of 100 mini-batches of {batch_size} around the gradient of all {len(gradients)} examples, on one "
        f"scale; {int(wrong.sum())} point against it; spread {size:.3f}."
    )
