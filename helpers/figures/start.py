"""The figures of notebook 00: a network that learns two spirals, and the course as a map."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyBboxPatch

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes
from helpers.start import Course, Entry, read_syllabus

# Two spirals ----------------------------------------------------------------------------------------------------------

EVERY, LAST = 5, 250
"""The film has a picture of each fifth step, up to this one."""

REACH = 2.4
"""The plane from −REACH to REACH, in both directions."""


@cache
def spirals() -> tuple[np.ndarray, np.ndarray]:
    """Return 200 points (200, 2) on two spiral arms, with some noise, and the arm of each (200,), 0 or 1."""
    turn = np.linspace(0.2, 1, 100)
    arm = 2 * turn[:, None] * np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)], axis=1)
    noise = np.random.default_rng(0).normal(scale=0.05, size=(200, 2))
    return np.concatenate([arm, -arm]) + noise, np.repeat([0, 1], 100)


@cache
def film(seed: int = 0) -> list[list[np.ndarray]]:
    """Train a network of 8 + 8 + 1 units on the spirals; return its weights after step 0, 5, 10, … 250."""
    import keras

    points, arms = spirals()
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(8, activation="tanh") for _ in range(2)]
    network = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])
    network.compile(keras.optimizers.Adam(0.02), loss="binary_crossentropy")
    pictures = [network.get_weights()]

    def take(batch: int, logs: Any) -> None:
        if (batch + 1) % EVERY == 0:
            pictures.append(network.get_weights())

    camera = keras.callbacks.LambdaCallback(on_train_batch_end=take)
    network.fit(points, arms, batch_size=10, epochs=-(-LAST // 20), verbose=0, callbacks=[camera])
    return pictures[: LAST // EVERY + 1]


def see(weights: Sequence[np.ndarray], inputs: np.ndarray) -> list[np.ndarray]:
    """Return what each layer makes of `inputs` (…, 2), from the inputs to the output: (…, units) each."""
    seen = [inputs]
    for matrix, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        seen.append(np.tanh(seen[-1] @ matrix + bias))
    return [*seen, 1 / (1 + np.exp(-(seen[-1] @ weights[-2] + weights[-1])))]


def count_right(weights: Sequence[np.ndarray]) -> int:
    """Return how many of the 200 points lie on the right side of the line."""
    points, arms = spirals()
    return int(np.sum((see(weights, points)[-1][:, 0] > 0.5) == arms))


def learning(axes: Any, step: int = 0) -> str:
    """Draw the network with what each unit sees of the plane, and beside it the line between the two arms.

    Args:
        axes: Two Axes.
        step: Steps of training so far, a multiple of 5 up to 250.
    """
    weights = film()[step // EVERY]
    right = count_right(weights)
    _draw_network(axes[0], weights)
    axes[0].set_title("each unit's answer, over the plane")
    ax = axes[1]
    side = np.linspace(-REACH, REACH, 61)
    output = see(weights, np.stack(np.meshgrid(side, side), axis=-1))[-1][..., 0]
    ax.imshow(output, extent=(-REACH, REACH) * 2, origin="lower", cmap=style.DIVERGING, vmin=0, vmax=1, alpha=0.5)
    if output.min() < 0.5 < output.max():
        ax.contour(side, side, output, levels=[0.5], colors=[style.BLACK], linewidths=kit.points(2.5))
    points, arms = spirals()
    for arm in (0, 1):
        look = style.look(f"class {arm}")
        ax.plot(*points[arms == arm].T, **look.dots, markersize=kit.points(4.5), markeredgecolor="white",
                markeredgewidth=0.5)  # fmt: skip
    ax.set(xlabel="input x₁", ylabel="input x₂", title=f"step {step}: {right} of 200 right", xticks=(-2, 0, 2),
           yticks=(-2, 0, 2))  # fmt: skip
    ax.grid(False)
    return (
        f"After {step} steps, the line between two spiral arms has {right} of 200 points on the right side. The units "
        "of the network are small pictures of the plane, blue where they answer high and red where low."
    )


PIXELS = 44
"""Of the small picture that a unit is."""

COLUMNS = (0.0, 3.4, 6.8, 10.2)
"""Where inputs, hidden layers and output stand; a unit is 1 wide."""


def _draw_network(ax: Axes, weights: Sequence[np.ndarray]) -> None:
    """Draw inputs, units and output as small pictures of the plane, and the weights as edges between them."""
    side = np.linspace(-REACH, REACH, PIXELS)
    seen = see(weights, np.stack(np.meshgrid(side, side), axis=-1))
    layers = [seen[0] / REACH, *seen[1:-1], 2 * seen[-1] - 1]  # all from −1 to 1
    gaps = (4.4, 1.12, 1.12, 1.0)
    places = [
        [(x, gap * ((layer.shape[-1] - 1) / 2 - unit)) for unit in range(layer.shape[-1])]
        for x, gap, layer in zip(COLUMNS, gaps, layers, strict=True)
    ]
    kit.bare(ax, (-1.7, 11.4), (-4.6, 4.6))
    ax.set_aspect("equal")
    for before, after, matrix in zip(places[:-1], places[1:], weights[::2], strict=True):
        values = matrix.ravel()
        looks = [style.look("positive" if value > 0 else "negative").line for value in values]
        ax.add_collection(
            LineCollection(
                [[one, other] for one in before for other in after],
                colors=[look["color"] for look in looks],
                linestyles=["-" if value > 0 else (0, (3, 1.5)) for value in values],
                linewidths=kit.points(1.2) * np.abs(values),  # one scale for all steps
                alpha=0.8,
            )
        )
    across, up = np.meshgrid(np.linspace(-1, 1, PIXELS), np.linspace(-1, 1, PIXELS))
    disc = 255 * np.clip((1 - np.hypot(across, up)) * PIXELS / 2, 0, 1)
    for x, gap, layer in zip(COLUMNS, gaps, layers, strict=True):
        width = 2.1 if x == COLUMNS[-1] else 1.0
        pitch, units = round(gap / width * PIXELS), layer.shape[-1]
        column = np.zeros((pitch * (units - 1) + PIXELS, PIXELS, 4), np.uint8)  # one image: many would be slow
        for unit in range(units):
            picture = matplotlib.colormaps[style.DIVERGING]((layer[::-1, :, unit] + 1) / 2, bytes=True)
            picture[..., 3] = disc if x else 255  # inputs are squares, units are round
            column[unit * pitch : unit * pitch + PIXELS] = picture
        height = width * len(column) / PIXELS
        ax.imshow(column, extent=(x - width / 2, x + width / 2, -height / 2, height / 2), zorder=3)
    for text, (x, y) in zip(("x₁", "x₂"), places[0], strict=True):
        ax.text(x - 0.7, y, text, ha="right", va="center")
    ax.text(COLUMNS[-1], -1.3, "output", ha="center", va="top")


# The course -----------------------------------------------------------------------------------------------------------

BOX, GAP = (2.33, 1.06), (0.25, 0.36)
"""Inches: a notebook on the map, and what is free to the next one."""

TOP = 0.34
"""Inches: the height of the box of notebook 00, above the others."""


def draw_course(course: Course | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the course as a map: its core notebooks in order, three in a row, arrows to those that build on them.

    An arrow that can be left out, because another one needs the same notebook already, is left out.

    Args:
        course: The syllabus; that of this course when None.
        ax: Where to draw; on a new figure when None.

    Returns:
        The Axes.
    """
    course = read_syllabus() if course is None else course
    cores = [entry for entry in course.notebooks if entry.part == "core"]
    first, others = cores[0], cores[1:]
    rows = -(-len(others) // 3)
    size = 3 * BOX[0] + 2 * GAP[0] + 0.06, TOP + rows * (BOX[1] + GAP[1]) + 0.06
    ax = new_axes(describe_course(course), figsize=size) if ax is None else ax
    kit.bare(ax, (-0.03, size[0] - 0.03), (-size[1] + 0.03, 0.03))
    corners = {
        entry.name: ((index % 3) * (BOX[0] + GAP[0]), -TOP - GAP[1] - (index // 3) * (BOX[1] + GAP[1]))
        for index, entry in enumerate(others)
    }
    for entry in others:
        for before in direct_needs(course, entry):
            _draw_arrow(ax, corners[before], corners[entry.name])
    _draw_way(ax, [(BOX[0] / 2, -TOP), (BOX[0] / 2, -TOP - GAP[1])], dashed=True)
    ax.add_patch(_box((0, 0), (BOX[0], TOP), style.BLUE))
    ax.text(BOX[0] / 2, -TOP / 2, f"{first.number} {first.title}", ha="center", va="center", color="white",
            weight="bold")  # fmt: skip
    ax.text(BOX[0] + GAP[0], -TOP / 2, "Follow the arrows back to see what you need first", va="center",
            size=kit.points(12))  # fmt: skip
    for entry in others:
        deeper = course.by_name.get(f"{entry.name}_deeper")
        _draw_box(ax, corners[entry.name], entry, str(deeper.minutes) if deeper else "")
    return ax


def describe_course(course: Course) -> str:
    """Return in words what `draw_course` shows."""
    cores = [entry for entry in course.notebooks if entry.part == "core"][1:]
    ties = "; ".join(
        f"{entry.number} {_name(entry)} on {' and '.join(before.split('_')[0] for before in needed)}"
        for entry in cores
        if (needed := direct_needs(course, entry))
    )
    return f"A map of the course, with arrows from each notebook to those that build on it: {ties}."


def needed_for(course: Course, entry: Entry) -> set[str]:
    """Return the names of all notebooks that must be read before `entry`."""
    before = set(entry.prerequisites)
    return before.union(*(needed_for(course, course.by_name[name]) for name in before))


def direct_needs(course: Course, entry: Entry) -> list[str]:
    """Return the names that `entry` builds on, without those that another of them builds on already."""
    through_others = {far for name in entry.prerequisites for far in needed_for(course, course.by_name[name])}
    return [name for name in entry.prerequisites if name not in through_others]


def _name(entry: Entry) -> str:
    return entry.title.split(":")[0].split(" in ")[0]


def _draw_box(ax: Axes, corner: tuple[float, float], entry: Entry, deeper: str) -> None:
    left, top = corner
    ax.add_patch(_box(corner, BOX, "white"))
    question = textwrap.wrap(entry.title.partition(": ")[2], 27)
    minutes = f"{entry.minutes} {f'+ {deeper} ' if deeper else ''}min"
    size = kit.points(10)
    ax.text(left + 0.09, top - 0.08, f"{entry.number} {_name(entry)}", va="top", weight="bold", color=style.BLACK)
    ax.text(left + 0.09, top - 0.28, "\n".join(question), va="top", size=size, color=style.BLACK, linespacing=1.05)
    ax.text(
        left + 0.09, top - BOX[1] + 0.07, minutes, va="bottom", size=size, color=style.visible(style.GREY, "white", 4.5)
    )


def _box(corner: tuple[float, float], size: tuple[float, float], color: str) -> FancyBboxPatch:
    return FancyBboxPatch(
        (corner[0], corner[1] - size[1]), *size, boxstyle="round,pad=0,rounding_size=0.08", facecolor=color,
        edgecolor=style.BLUE, linewidth=1.5, linestyle="-", zorder=2,
    )  # fmt: skip


def _draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw the arrow between two boxes: to the right within a row, else along the upper edge of the lower row."""
    if start[1] == end[1]:
        _draw_way(ax, [(start[0] + BOX[0], start[1] - BOX[1] / 2), (end[0], end[1] - BOX[1] / 2)])
        return
    out, into, lane = start[0] + BOX[0] / 2, end[0] + BOX[0] / 2, end[1] + GAP[1] / 2
    _draw_way(ax, [(out, start[1] - BOX[1]), (out, lane), (into, lane), (into, end[1])])


def _draw_way(ax: Axes, way: list[tuple[float, float]], dashed: bool = False) -> None:
    color = style.visible(style.BLUE, ax)
    ax.plot(*zip(*way, strict=True), "--" if dashed else "-", color=color, linewidth=kit.points(1.6), zorder=1)
    tip = {"arrowstyle": "-|>", "color": color, "mutation_scale": kit.points(13), "shrinkA": 0, "shrinkB": 0}
    (x, y), (from_x, from_y) = way[-1], way[-2]
    length = abs(x - from_x) + abs(y - from_y)
    near = x - (x - from_x) / length * 0.05, y - (y - from_y) / length * 0.05
    ax.annotate("", (x, y), near, arrowprops=tip | {"linestyle": "-"}, zorder=2)
