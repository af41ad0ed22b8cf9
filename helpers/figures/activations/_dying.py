"""Units that stop: a single one on its way back, half-planes pushed away from the data, deaths and comebacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

VIEW = (-3.2, 4.2), (-2.7, 3.0)
"""What is shown of the plane of the two moons."""


def draw_ways_back(outputs: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the outputs of single units, step by step on a logarithmic scale; `outputs`: activation → (steps,)."""
    if ax is None:
        ax = new_axes(lambda: describe_ways_back(outputs), figsize=(7.6, 3.2))
    for name, run in outputs.items():
        look = style.look(name)
        steps = np.arange(1, len(run) + 1)
        ax.plot(steps, run, color=look.color, linestyle=look.dash, linewidth=2.5)
        arrived = np.asarray(run) > 0.5
        spot = (steps[arrived.argmax()], 0.5) if arrived.any() else (30, run[-1])
        if arrived.any():
            ax.plot(*spot, look.marker, color=look.color, markersize=9, zorder=4)
        told = f"{name}: {arrived.argmax():,} steps" if arrived.any() else f"{name}: never"
        lift = (-12, 9) if arrived.any() else (0, 7)
        side = "right" if arrived.any() else "center"
        look_of_text: dict[str, Any] = {"color": look.color, "weight": "bold", "ha": side}
        ax.annotate(told, spot, lift, textcoords="offset points", **look_of_text)
    ax.axhline(0.5, color=style.GREY, linestyle=":", linewidth=1)
    ax.set(xscale="log", xlim=(1, len(run)), ylim=(-1.35, 1.2), xlabel="step")
    ax.set_yticks([-1, 0, 0.5, 1], ["−1", "0", "½", "1"])
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.set_title("A small slope takes long; a slope of exactly 0 takes for ever")
    return ax


def describe_ways_back(outputs: Mapping[str, Any]) -> str:
    """Return what `draw_ways_back` shows."""
    told = []
    for name, run in outputs.items():
        arrived = np.asarray(run) > 0.5
        told.append(f"{name} reaches ½ after {arrived.argmax():,} steps" if arrived.any() else f"{name} never moves")
    return f"Outputs of units that start at z = −6 and should say 1: {', '.join(told)}."


def is_off(kernel: np.ndarray, bias: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return which of the units (inputs, units), (units,) are at or below 0 for all `points` (n, inputs)."""
    return ~((points @ kernel + bias) > 0).any(axis=0)


def count_dead(weights: Sequence[Any], points: Any) -> np.ndarray:
    """Return how many units of each network are off for all `points`, from kernels and biases as in a film."""
    kernels, biases = weights
    return (~(np.asarray(points) @ kernels + biases[:, None] > 0).any(axis=1)).sum(axis=1)


def half_planes(ax: Axes, kernel: np.ndarray, bias: np.ndarray, off: np.ndarray, names: Sequence[str] = ()) -> None:
    """Draw each unit as the line where its sum is 0, with hairs on the side where it is on; black where `off`.

    Args:
        ax: Its limits must be set.
        kernel: (2, units).
        bias: (units,).
        off: (units,).
        names: Written beside the lines, if given.
    """
    alive = style.look("ReLU").color
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for unit, (w, b, dead) in enumerate(zip(kernel.T, bias, off, strict=True)):
        size = float(np.linalg.norm(w))
        normal = w / size
        middle = np.array([(left + right) / 2, (bottom + top) / 2])
        foot = middle - (w @ middle + b) / size * normal
        along = np.array([-normal[1], normal[0]])
        if names and along[1] < 0:
            along = -along
        places = foot + np.linspace(-9, 9, 61 if dead else 73)[:, None] * along
        inside = (places > (left, bottom)).all(1) & (places < (right, top)).all(1)
        hairs = [(place, place + (0.3 if dead else 0.17) * normal) for place in places[inside]]
        color, width = (style.BLACK, 4.0) if dead else (alive, 1.5)
        ax.add_collection(LineCollection([places[[0, -1]]], colors=color, linewidths=kit.points(width), zorder=2))
        ax.add_collection(LineCollection(hairs, colors=color, linewidths=kit.points(0.6 * width), zorder=2))
        if names and inside.any():
            end = places[inside][-1]
            place = np.clip(end, (left + 0.3, bottom + 0.3), (right - 0.3, top - 0.3)) - 0.3 * normal
            ax.text(
                place[0],
                place[1],
                names[unit],
                ha="center",
                va="center",
                weight="bold",
                fontsize=kit.points(13),
                zorder=5,
            )


def scatter(ax: Axes, points: np.ndarray, labels: np.ndarray, size: float = 3.5) -> None:
    """Draw the two moons in grey, circles and triangles."""
    for label, marker, shade in ((0, "o", "#8A8A8A"), (1, "^", "#444444")):
        edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.4}
        ax.plot(*points[labels == label].T, marker, color=shade, markersize=kit.points(size), zorder=3, **edge)


def dying(
    ax: Axes,
    runs: tuple[Any, Any, Any, Sequence[float]],
    learning_rate: float = 6.0,
    step: int = 0,
    seed: int = 2,
) -> str:
    """Draw the hidden units of a network on the two moons after some steps, and below for which points each is on.

    Args:
        ax: Where to draw.
        runs: The film, points (n, 2), labels (n,) and the learning rates. In the film, before the first step, after it,
            …: kernels (networks, 2, units) and biases (networks, units), rate by rate, and in each rate seed by seed.
        learning_rate: One of them.
        step: Which step.
        seed: Which seed.
    """
    film, points, labels, rates = runs[0], np.asarray(runs[1]), np.ravel(runs[2]), runs[3]
    kernels, biases = film[step]
    network = list(rates).index(learning_rate) * (len(kernels) // len(rates)) + seed
    kernel, bias = kernels[network], biases[network]
    off = is_off(kernel, bias, points)
    sheet, units = ax, len(bias)
    sheet.set_axis_off()
    # The strip of small pictures has the width of the plane.
    plane = sheet.inset_axes((0, 0.15, 1, 0.85))
    plane.set(xlim=VIEW[0], ylim=VIEW[1], xticks=[], yticks=[])
    plane.grid(False)
    plane.spines[["top", "right"]].set_visible(True)
    half_planes(plane, kernel, bias, off)
    scatter(plane, points, labels)
    strip = sheet.inset_axes((0, 0, 1, 0.125))
    strip.set(xlim=(0, 6.5 * units), ylim=(-2.2, 2.6), xticks=[], yticks=[])
    strip.set_axis_off()
    on = points @ kernel + bias > 0
    for unit in range(units):
        place = points * 0.95 + (6.5 * unit + 2.7, 0)
        strip.plot(*place.T, "o", color=style.LIGHT_GREY, markersize=1.4)
        strip.plot(*place[on[:, unit]].T, "o", color=style.look("ReLU").color, markersize=1.6)
        x, edge = 6.5 * unit, style.BLACK if off[unit] else "#BBBBBB"
        frame = [(x + 0.2, -2.1), (x + 6, -2.1), (x + 6, 2.5), (x + 0.2, 2.5), (x + 0.2, -2.1)]
        strip.plot(*zip(*frame, strict=True), "-", color=edge, linewidth=3 if off[unit] else 1, zorder=3)
    dead = int(off.sum())
    sheet.set_title(f"η = {learning_rate:g}, step {step}: {dead} of {units} units dead")
    state = f"learning rate {learning_rate:g}, step {step}"
    return f"Hidden units as half-planes over two moons, {state}: {dead} of {units} dead."


def draw_comebacks(stored: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw how many units are dead before and after training, and how many of the dead came back.

    Args:
        stored: The group "comebacks" of results/activations.json.
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(describe_comebacks(stored), figsize=(7.6, 3.5))
    ax.set_axis_off()
    left, right = ax.inset_axes((0.08, 0.17, 0.38, 0.68)), ax.inset_axes((0.67, 0.17, 0.19, 0.68))
    color, rates = style.look("ReLU").color, stored["learning_rates"]
    before, after = (100 * np.array(stored["dead"]["ReLU"][when]) for when in ("before", "after"))
    places = np.arange(len(rates))
    for index, bias in enumerate(stored["biases"]):
        runs = after[:, index]
        left.fill_between(places, runs.min(axis=1), runs.max(axis=1), color=color, alpha=0.15, linewidth=0)
        left.plot(places, runs.mean(axis=1), "o-" if index == 0 else "s--", color=color, markersize=6)
        left.plot(places, before[:, index].mean(axis=1), ":", color=style.BLACK, linewidth=1.5)
        told = f"initial bias {bias:g}".replace("-", "−")
        left.text(0.1, runs.mean(axis=1)[0] + 8, told, color=color, weight="bold", fontsize=kit.points(10))
    dotted: dict[str, Any] = {"ha": "right", "va": "top", "fontsize": kit.points(10)}
    left.text(places[-1], 48, "dotted: before training\nband: five seeds", **dotted)
    left.set_xticks(places, [f"{rate:g}" for rate in rates])
    left.set(ylim=(0, 104), yticks=[0, 50, 100], xlabel="learning rate η", title="Dead units, ReLU (%)")
    names: list[str] = []
    for name, layers in stored["came_back"].items():
        for layer, (back, dead) in enumerate(layers):
            row, share = len(names), 100 * back / dead
            names.append(f"{name.removesuffix(' ReLU')}, layer {layer + 1}")
            shade = kit.faded(style.look(name).color, 0.85 if name == "ReLU" else 0.5)
            right.barh(row, share, 0.62, color=shade, linewidth=0)
            right.text(share + 3, row, f"{share:.0f} % of {dead}", va="center", weight="bold")
    right.set_yticks(range(len(names)), names)
    right.set(ylim=(len(names) - 0.4, -0.6), xlim=(0, 100), xticks=[0, 50, 100], title="Came back in 300 steps (%)")
    right.grid(axis="y", visible=False)
    return ax


def describe_comebacks(stored: Mapping[str, Any]) -> str:
    """Return what `draw_comebacks` shows."""
    after = np.array(stored["dead"]["ReLU"]["after"]).mean(axis=(0, 2))
    ends = [f"{share:.0%} with initial bias {bias:g}" for bias, share in zip(stored["biases"], after, strict=True)]
    shares = [
        f"{name} layer {layer + 1} {back / dead:.0%}"
        for name, layers in stored["came_back"].items()
        for layer, (back, dead) in enumerate(layers)
    ]
    return f"Dead ReLUs after training: {', '.join(ends)}. Of dead units came back: {', '.join(shares)}."


FOUR_UNITS = {"A": (1.0, -0.25, 1.9), "B": (0.2, 1.0, 1.6), "C": (-1.0, 0.6, 0.4), "D": (1.0, -0.5, -3.3)}
"""w₁, w₂ and b of the units of `draw_four_units`."""


def draw_four_units(*, ax: Axes | None = None) -> Axes:
    """Draw four units of a first layer over the two moons, with hairs on the side where they are on, all alike."""
    from sklearn.datasets import make_moons

    if ax is None:
        ax = new_axes(
            "Four lines over the two moons, hairs where a unit is on. A: left of all points, hairs towards them. B: "
            "below them, hairs towards them. C: through them. D: at the right, hairs away from them.",
            figsize=(5.6, 3.9),
        )
    ax.set(xlim=VIEW[0], ylim=VIEW[1], xticks=[], yticks=[])
    ax.grid(False)
    w1, w2, b = np.array(list(FOUR_UNITS.values())).T
    half_planes(ax, np.array([w1, w2]), b, np.zeros(4, bool), list(FOUR_UNITS))
    points, labels = make_moons(200, noise=0.15, random_state=0)
    scatter(ax, points, labels, 4.5)
    return ax
