"""The rest of the family, its cost, and what centre and slope are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes


def draw_hinge(slopes: Mapping[int, float], *, ax: Axes | None = None) -> Axes:
    """Draw a PReLU at several steps of learning the slope 0.6; `slopes`: step → slope."""
    if ax is None:
        said = ", ".join(f"{slope:.2f} after {step} steps" for step, slope in slopes.items())
        ax = new_axes(f"A hinge whose left half closes on the dotted line of slope 0.6: {said}.", figsize=(5.6, 3.0))
    for rank, (step, slope) in enumerate(slopes.items()):
        color = kit.faded(style.look("PReLU").color, 0.25 + 0.75 * rank / (len(slopes) - 1))
        ax.plot([-2, 0, 2], [-2 * slope, 0, 2], "-", color=color, linewidth=3)
        ax.text(-2.06, -2 * slope, f"step {step}", ha="right", va="center", fontsize=kit.points(10))
    ax.plot([-2, 0], [-1.2, 0], ":", color=style.BLACK, linewidth=2.5)
    ax.set(xlim=(-3, 2), ylim=(-1.5, 2), xticks=[-2, -1, 0, 1, 2], yticks=[-1, 0, 1, 2], xlabel="z")
    ax.set_title("A PReLU learns the slope of its left half")
    return ax


def draw_cost(cost: Mapping[str, float], product: float, *, ax: Axes | None = None) -> Axes:
    """Draw the milliseconds that activations take beside those of the matrix product before them."""
    order = sorted(cost, key=cost.__getitem__)
    if ax is None:
        said = f"from {order[0]} to {order[-1]}, beside the matrix product before them"
        ax = new_axes(f"Time for the value and derivative of a million numbers: {said}.", figsize=(7.6, 3.4))
    ax.barh(order, [cost[name] for name in order], color=[style.look(name).color for name in order])
    ax.barh(["matrix product"], [product], color=style.GREY)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    dearer = [name for name in order if cost[name] > product]
    title = f"Costs more than the product: {' · '.join(dearer) or 'none of them'}"
    ax.set(xlabel="milliseconds for a million numbers, value and derivative", title=title)
    return ax


WANTED = np.array([2.0, -1.0])


def descend(inputs: np.ndarray, rate: float, steps: int = 200) -> np.ndarray:
    """Return the weights (steps + 1, 2) of descent on ½ · mean squared error towards `WANTED`, from (0, 0)."""
    path = [np.zeros(2)]
    for _ in range(steps):
        path.append(path[-1] - rate * inputs.T @ (inputs @ (path[-1] - WANTED)) / len(inputs))
    return np.array(path)


def best_descent(inputs: np.ndarray) -> tuple[float, int, np.ndarray]:
    """Return the best of forty learning rates, its steps until 0.05 from `WANTED`, and its path."""
    tried = []
    with np.errstate(all="ignore"):
        for rate in np.geomspace(0.02, 8, 40):
            path = descend(inputs, rate)
            near = np.linalg.norm(path - WANTED, axis=1) < 0.05
            tried.append((int(near.argmax()) if near.any() else len(path), float(rate), path))
    steps, rate, path = min(tried, key=lambda found: found[0])
    return rate, steps, path[: steps + 1]


def zig_zag(axes: Any, inputs: Any, mean: float = 0.0) -> str:
    """Draw where single examples pull two weights, and the descent on all of them at its best learning rate.

    Args:
        axes: Two.
        inputs: Zero-centred inputs (n, 2).
        mean: What is added to them.
    """
    inputs = np.asarray(inputs) + mean
    pulls, walk = axes
    pull = (inputs @ WANTED)[:, None] * inputs
    pull = pull / np.linalg.norm(pull, axis=1, keepdims=True)
    for low in ((0, 0), (-1.5, -1.5)):
        pulls.add_patch(_square(low))
    lines = [((0, 0), tip) for tip in pull]
    pulls.add_collection(LineCollection(lines, colors=style.GREY, linewidths=1.2))
    pulls.plot(*pull.T, ".", color=style.GREY)
    arrow = {"arrowstyle": "-|>", "color": style.BLACK, "lw": 3, "shrinkA": 0, "shrinkB": 0}
    pulls.annotate("", 0.6 * WANTED, (0, 0), arrowprops=arrow, zorder=5)
    pulls.text(1.2, -0.68, "wanted", va="top", ha="center", weight="bold")
    pulls.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), xlabel="change of w₁", aspect="equal", xticks=[], yticks=[])
    pulls.set_ylabel("w₂", rotation=0, labelpad=8)
    together = float(np.mean(pull[:, 0] * pull[:, 1] > 0))
    pulls.set_title(f"{together:.0%} pull both the same way")
    _, steps, path = best_descent(inputs)
    across, up = np.meshgrid(np.linspace(-0.6, 2.8, 60), np.linspace(-2.1, 1.3, 60))
    miss = np.stack([across - WANTED[0], up - WANTED[1]], axis=-1) @ inputs.T
    walk.contour(across, up, np.sqrt((miss**2).mean(axis=-1)), levels=9, colors=kit.GROUND_EDGE, linewidths=1)
    walk.plot(*path.T, "o-", color=style.look("SGD").color, markersize=4.5, linewidth=1.5)
    walk.plot(*WANTED, "*", color="white", markeredgecolor=style.BLACK, markersize=16, zorder=5)
    walk.set(xlim=(-0.6, 2.8), ylim=(-2.1, 1.3), xlabel="weight w₁", aspect="equal", xticks=[], yticks=[])
    walk.set_ylabel("w₂", rotation=0, labelpad=8)
    walk.set_title(f"best learning rate: {steps} steps")
    return f"Inputs with mean {mean:g}: {together:.0%} of the examples pull both weights the same way; {steps} steps."


def _square(low: tuple[float, float]) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(low, 1.5, 1.5, facecolor="#E8E8E8", edgecolor="none", linestyle="-", zorder=0)


def draw_two_by_two(losses: Mapping[tuple[str, str], Any], *, ax: Axes | None = None) -> Axes:
    """Draw losses over seeds for (slope, centre), slope "¼" or "1", centre "never negative" or "centred"."""
    if ax is None:
        said = "; ".join(f"slope {s}, {c}: {np.mean(runs):.2f}" for (s, c), runs in losses.items())
        ax = new_axes(f"Mean loss after 600 single examples. {said}.", figsize=(7.6, 3.2))
    places = {("¼", "never negative"): 0, ("¼", "centred"): 1, ("1", "never negative"): 2, ("1", "centred"): 3}
    slow, steep = style.look("sigmoid").color, style.look("tanh").color
    colors = (slow, kit.faded(slow, 0.6), kit.faded(steep, 0.6), steep)
    names = ("σ(z)", "σ(z) − ½", "tanh(z) + 1", "tanh(z)")
    for key, runs in losses.items():
        row, runs = places[key], np.asarray(runs)
        ax.plot(runs, np.full(len(runs), row), "o", color=colors[row], markersize=6, alpha=0.7)
        ax.plot([runs.mean()] * 2, [row - 0.33, row + 0.33], "-", color=colors[row], linewidth=4)
        ax.text(runs.max() + 0.015, row, f"{runs.mean():.2f}", va="center", color=colors[row], weight="bold")
    labels = [f"{names[row]}: slope {slope}, {centre}" for (slope, centre), row in places.items()]
    ax.set_yticks(range(4), labels)
    ax.set(ylim=(3.5, -0.5), xlim=(0, None), xlabel="loss after 600 examples (nats)")
    ax.grid(axis="y", visible=False)
    plain, centred, steeper, both = (np.mean(losses[key]) for key in places)
    centre, slope = ((plain - one) / (plain - both) for one in (centred, steeper))
    told = f"Centre alone: {100 * centre:.0f} % of the gain; slope: {100 * slope:.0f} %"
    ax.set_title("Either one alone brings more than half of the gain" if min(centre, slope) > 0.5 else told)
    return ax


def draw_smooth_maximum(curves: Mapping[float, Any], z: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the smooth maximum of 0 and z at several temperatures; `curves`: temperature → values on `z`."""
    if ax is None:
        ax = new_axes(
            "The smooth maximum of 0 and z: softplus at temperature 1, close to the corner of ReLU at 0.1.",
            figsize=(5.6, 3.2),
        )
    for temperature, values in curves.items():
        share = 0.35 + 0.65 * (1 - temperature / max(curves))
        color: Any = kit.faded(style.BLUE, share)
        if temperature == 1:
            color = style.look("softplus").color
        ax.plot(z, values, "-", color=color, linewidth=2.5)
        name = "T = 1: softplus" if temperature == 1 else f"T = {temperature:g}"
        spot = (0, values[np.argmin(np.abs(np.asarray(z)))])
        leader = {"arrowstyle": "-", "color": style.GREY, "shrinkB": 2}
        ax.annotate(name, spot, (-0.9, 0.45 + 1.1 * spot[1]), ha="right", va="center", color=color, weight="bold",
                    arrowprops=leader)  # fmt: skip
    ax.plot(z, np.maximum(z, 0), ":", color=style.BLACK, linewidth=2)
    ax.text(1.5, 1.2, "dotted: ReLU", va="top")
    ax.set(xlabel="z", ylim=(-0.1, 2.6), xlim=(-3, 2.5), title="T · LSE(0, z/T): a maximum without the corner")
    return ax


def draw_dots(runs: Mapping[str, Sequence[float]], *, xlabel: str, title: str, ax: Axes | None = None) -> Axes:
    """Draw a dot for each run and a bar for the mean of each name, in its registered look."""
    if ax is None:
        said = "; ".join(f"{name} {np.mean(values):.1f}" for name, values in runs.items())
        ax = new_axes(f"{title}. Means: {said}.", figsize=(7.6, 0.9 + 0.5 * len(runs)))
    for row, (name, values) in enumerate(runs.items()):
        color = style.look(name).color
        ax.plot(values, np.full(len(values), row), "o", color=color, markersize=6, alpha=0.7)
        ax.plot([np.mean(values)] * 2, [row - 0.33, row + 0.33], "-", color=color, linewidth=4)
    ax.set_yticks(range(len(runs)), list(runs))
    ax.set(ylim=(len(runs) - 0.5, -0.5), xlabel=xlabel, title=title)
    ax.grid(axis="y", visible=False)
    return ax
