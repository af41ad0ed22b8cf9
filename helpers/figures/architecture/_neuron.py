"""One neuron: its numbers on its edges, and the plane of inputs that it cuts in two; and a layer with one unit lit."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes

from helpers import style
from helpers.data import CLASS_NAMES, hold_out, load_fashion_mnist
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes

REACH = 3.0
"""Half the side of the plane of inputs, in standard deviations."""


@cache
def clothes(count: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return two inputs (2n, 2), labels (2n,) and images (2n, 28, 28) of `count` pullovers (0) and as many bags (1).

    The inputs are the mean of the upper half and the mean of the eight columns at either side, standardized.
    """
    (x, y), _ = load_fashion_mnist()
    x, y = hold_out(x, y).training
    rows = [np.flatnonzero(y == CLASS_NAMES.index(name))[:count] for name in ("Pullover", "Bag")]
    images = x[np.concatenate(rows)] / 255
    sides = np.concatenate([images[:, :, :8], images[:, :, 20:]], axis=2)
    features = np.stack([images[:, :14].mean(axis=(1, 2)), sides.mean(axis=(1, 2))], axis=1)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    return features, np.repeat([0, 1], count), images


def draw_clothes(*, ax: Axes | None = None) -> Axes:
    """Draw three pullovers and three bags: above each the ink of its upper half, x₁, below it that of its sides, x₂."""
    if ax is None:
        ax = new_axes("Three pullovers and three bags, each with its inputs x₁, measured in the upper half, and x₂, "
                      "measured at the sides.", figsize=(7.6, 1.9))  # fmt: skip
    features, _, images = clothes()
    upper, sides = style.VERMILION, style.PURPLE
    for place, row in enumerate((0, 1, 2, 60, 61, 62)):
        panel = ax.inset_axes((place / 6 + 0.01, 0.16, 1 / 6 - 0.02, 0.6))
        panel.imshow(images[row], cmap="gray_r")
        kit.bare(panel, (-0.5, 27.5), (27.5, -0.5))
        panel.plot([-0.3, 27.3, 27.3, -0.3, -0.3], [-0.3, -0.3, 13.5, 13.5, -0.3], "-", color=upper, linewidth=2)
        for left, right in ((-0.3, 7.5), (19.5, 27.3)):
            panel.plot([left, right, right, left, left], [-0.3, -0.3, 27.3, 27.3, -0.3], "--", color=sides, linewidth=2)
        x1, x2 = features[row]
        panel.text(13.5, -2.5, f"x₁ = {number(x1, 1)}", ha="center", va="bottom", color=upper)
        panel.text(13.5, 29.5, f"x₂ = {number(x2, 1)}", ha="center", va="top", color=sides)
    ax.set_axis_off()
    for x, text in ((0.25, "pullovers"), (0.75, "bags")):
        ax.text(x, 0.93, text, ha="center", va="bottom", weight="bold", transform=ax.transAxes)
    return ax


def draw_activation_functions(*, ax: Axes | None = None) -> Axes:
    """Draw the two activation functions of the notebook: the sigmoid squeezes, ReLU cuts off."""
    if ax is None:
        ax = new_axes("The sigmoid rises from 0 to 1, through 0.5 at z = 0. ReLU is 0 up to z = 0 and then equal to z.",
                      figsize=(7.6, 2.4))  # fmt: skip
    z = np.linspace(-5, 5, 201)
    curves = (("sigmoid", 1 / (1 + np.exp(-z)), (-0.1, 1.25)), ("ReLU", np.maximum(0, z), (-0.5, 5.4)))
    for panel, (name, a, limits) in zip(kit.panels(ax, (2,), below=34), curves, strict=True):
        panel.axvline(0, color=style.GREY, linewidth=1, linestyle="-")
        panel.plot(z, a, linewidth=3, **style.look(name).line)
        panel.set(xlim=(-5, 5), ylim=limits, xlabel="weighted sum z", ylabel="activation a")
        panel.set_title("sigmoid σ: squeezes into 0 … 1" if name == "sigmoid" else "ReLU: cuts off what is negative")
    return ax


def one_neuron(ax: Axes, w1: float = 1.0, w2: float = 1.0, b: float = 0.0) -> str:
    """Draw a neuron with its numbers, and below it the plane: predictions as shade, boundary, weights as an arrow."""
    features, label, _ = clothes()
    ax.set_axis_off()
    _sketch(ax.inset_axes((0.02, 0.71, 0.96, 0.29)), w1, w2, b)
    right = draw_plane(ax.inset_axes((0.08, 0.09, 0.87, 0.54)), w1, w2, b, features, label)
    corners = b + REACH * np.array([-w1 - w2, w1 - w2, w2 - w1, w1 + w2])
    boundary = (
        "no boundary: it says the same everywhere" if w1 == w2 == 0
        else "no boundary in sight" if (corners > 0).all() or (corners < 0).all()
        else "a straight boundary"
    )  # fmt: skip
    return (
        f"A neuron with weights {number(w1, 1)} and {number(w2, 1)} and bias {number(b, 1)}: on the plane of its "
        f"inputs {boundary}, with {right} of {len(label)} images on the right side."
    )


def _sketch(ax: Axes, w1: float, w2: float, b: float) -> None:
    """Draw the neuron: inputs, weights on the edges, the sigmoid in the unit."""
    kit.bare(ax, (-0.3, 4.5), (-1.6, 1.45))
    for y, name, value, kind in ((0.9, "1", b, "bias"), (-0.1, "x₁", w1, "input"), (-1.1, "x₂", w2, "input")):
        look = style.look("negative" if value < 0 else "positive")
        ax.plot([0, 2.6], [y, 0], linewidth=kit.points(0.8 + 0.8 * abs(value)), zorder=1, **look.line)
        kit.draw_node(ax, 0, y, name, kind, size=26)
        plain = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(0.95, y * (1 - 0.95 / 2.6), number(value, 1), ha="center", va="center", bbox=plain, zorder=2)
    kit.draw_node(ax, 2.6, 0, "", "output", size=46)
    z = np.linspace(-1, 1, 40)
    ax.plot(2.6 + 0.23 * z, 0.42 * (1 / (1 + np.exp(-5 * z)) - 0.5), zorder=5, linewidth=2,
            **style.look("sigmoid").line)  # fmt: skip
    ax.annotate("", (3.5, 0), (2.95, 0), arrowprops={"arrowstyle": "-|>", "color": style.BLACK})
    ax.text(3.55, 0, "ŷ = σ(z)", va="center", ha="left")
    kit.keep_inside(ax)


def draw_plane(
    ax: Axes, w1: float, w2: float, b: float, features: Any, label: Any, *, names: bool = True, size: float = 5.5
) -> int:
    """Draw what a sigmoid neuron says over the plane, and return how many points are on the right side.

    Solid: the boundary, where ŷ = 0.5. Dashed: where it is 0.1 and 0.9. An arrow shows (w1, w2), a third as long.
    "1" and "0" stand in the corners where the neuron is surest.
    """
    side = np.linspace(-REACH, REACH, 61)
    z = w1 * side[None, :] + w2 * side[:, None] + b
    levels = [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1]
    ax.contourf(side, side, 1 / (1 + np.exp(-z)), levels=levels, vmin=0, vmax=1, cmap=style.DIVERGING, alpha=0.4)
    right = (np.asarray(features) @ [w1, w2] + b > 0) == (np.asarray(label) == 1)
    for which in (0, 1):
        look = style.look(f"class {which}")
        for hit, fill in ((True, look.color), (False, "white")):
            chosen = (label == which) & (right == hit)
            ax.plot(*features[chosen].T, markersize=kit.points(size), markerfacecolor=fill, **look.dots)
    length = float(np.hypot(w1, w2))
    if length:
        normal, along = np.array([w1, w2]) / length, np.array([-w2, w1]) / length
        for probability, dash, width in ((0.1, "--", 1.2), (0.5, "-", 2.5), (0.9, "--", 1.2)):
            foot = normal * (np.log(probability / (1 - probability)) - b) / length
            ax.plot(*np.transpose([foot - 20 * along, foot + 20 * along]), dash, color=style.BLACK, linewidth=width)
            if probability == 0.5:
                rim = [patheffects.withStroke(linewidth=6, foreground="white")]  # there are points below
                arrow = {"arrowstyle": "-|>", "color": style.BLACK, "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0}
                tip = foot + np.array([w1, w2]) / 3
                ax.annotate("", tip, foot, arrowprops=arrow | {"path_effects": rim}, zorder=5, annotation_clip=True)
    corners = np.array([(x, y) for x in (-1, 1) for y in (-1, 1)])
    surest = corners @ [w1, w2]
    for text, k in (("1", surest.argmax()), ("0", surest.argmin())):
        if REACH * surest.max() + b > 0 > REACH * surest.min() + b:
            x, y = 0.87 * REACH * corners[k]
            ax.text(x, y, text, weight="bold", ha="center", va="center", zorder=6,
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1.5})  # fmt: skip
    ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[-2, 0, 2], yticks=[-2, 0, 2], aspect="equal")
    ax.grid(False)
    ax.set_title(f"{right.sum()} of {len(right)} right")
    if names:
        ax.set(xlabel="x₁: ink in the upper half", ylabel="x₂: ink at the sides")
        for text, place, which in (("pullovers", (2.9, -1.2), 0), ("bags", (-0.7, 1.9), 1)):
            ax.text(*place, text, ha="right", weight="bold", color=style.look(f"class {which}").color, zorder=6,
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1})  # fmt: skip
    return int(right.sum())


CHANGED = {"A": "all reversed", "B": "b raised", "C": "w1 reversed", "D": "all tripled"}
"""What `draw_what_changed` did to the neuron (1, 2, −1) in each of its panels."""


def draw_what_changed(*, ax: Axes | None = None) -> Axes:
    """Draw the plane of one neuron before and after each change in `CHANGED`, without the numbers."""
    states = {"before": (1, 2, -1), "A": (-1, -2, 1), "B": (1, 2, 2), "C": (-1, 2, -1), "D": (3, 6, -3)}
    if ax is None:
        said = (
            "Before: blue above a falling line, arrow up. A: the same line, blue below, arrow down. B: a lower line. "
        )
        said += "C: a rising line, arrow up and to the left. D: the line as before, the arrow three times as long."
        ax = new_axes(said, figsize=(7.6, 1.85))
    _draw_planes(ax, states, np.zeros((0, 2)), np.zeros(0))
    return ax


def draw_changes(*, ax: Axes | None = None) -> Axes:
    """Draw the plane of one neuron among the clothes before and after its bias, a weight, or all numbers change."""
    states = {"before": (-2, 2, 1), "b 1 → 3: shifted": (-2, 2, 3), "w₁ −2 → −0.5: turned": (-0.5, 2, 1),
              "all doubled: sharper": (-4, 4, 2)}  # fmt: skip
    if ax is None:
        said = (
            "Before: a rising line. With b = 3 it is shifted, with w₁ = −0.5 turned; doubled, it stays and is steeper."
        )
        ax = new_axes(said, figsize=(7.6, 2.2))
    features, label, _ = clothes()
    for panel in _draw_planes(ax, states, features, label)[1:3]:
        panel.axline((0, -0.5), slope=1, color=style.GREY, linestyle="-", linewidth=1.5)
    return ax


def _draw_planes(ax: Axes, states: dict[str, Any], features: Any, label: Any) -> list[Axes]:
    """Draw a plane for each neuron (w1, w2, b) side by side, under its name, and return the panels."""
    ax.set_axis_off()
    panels = []
    for place, (name, state) in enumerate(states.items()):
        panel = ax.inset_axes((place / len(states) + 0.005, 0.0, 1 / len(states) - 0.015, 0.87))
        w1, w2, b = state
        draw_plane(panel, w1, w2, b, features, label, names=False, size=3.5)
        panel.set_title(name, weight="bold", fontsize=kit.points(10.5))
        panel.set(xticks=[], yticks=[])
        panels.append(panel)
    panels[0].text(0.3, -2.8, "x₁ →", ha="center", va="bottom", zorder=6)
    panels[0].text(-2.8, 0.4, "↑ x₂", ha="left", va="center", zorder=6,
                   bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.6, "pad": 0.5})  # fmt: skip
    return panels


# A layer --------------------------------------------------------------------------------------------------------------

_BIAS, _X, _UNITS, _OUT = 1.8, (0.7, -0.4, -1.5), (0.9, -0.05, -1.0, -1.95), (0.25, -1.1)


def layer(ax: Axes, unit: int = 3) -> str:
    """Draw a 3-4-2 network with one hidden unit lit, and the weight matrix with its column in the same colour."""
    lit = unit - 1
    kit.bare(ax, (-0.7, 9.5), (-2.6, 2.6))
    label: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 2, "fontsize": kit.points(12),
                             "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}  # fmt: skip
    for j, y in enumerate(_UNITS):
        color, width = (style.ORANGE, 3.0) if j == lit else (style.LIGHT_GREY, 1.2)
        for k, start in enumerate((*_X, _BIAS)):
            ax.plot([0, 2.4], [start, y], "-", color=color, linewidth=width, zorder=1.5 if j == lit else 1)
            if j == lit:
                text = f"w{'₁₂₃'[k]}{'₁₂₃₄'[j]}" if k < 3 else f"b{'₁₂₃₄'[j]}"
                ax.text(0.84, start + 0.35 * (y - start), text, **label)
        for end in _OUT:
            ax.plot([2.4, 4.6], [y, end], "-", color=style.LIGHT_GREY, linewidth=1.2, zorder=1)
    for end in _OUT:
        ax.plot([2.4, 4.6], [_BIAS, end], "-", color=style.LIGHT_GREY, linewidth=1.2, zorder=1)
    y = _UNITS[lit]
    ax.plot([2.4, 4.6], [y, _OUT[0]], "-", color=style.PURPLE, linewidth=3.0, zorder=1.5)
    label |= {"fontsize": kit.points(14), "color": style.PURPLE}
    ax.text(3.6, y + 0.55 * (_OUT[0] - y), f"$w^{{(2)}}_{{{unit}1}}$", **label)
    for k, y in enumerate(_X):
        kit.draw_node(ax, 0, y, f"x{'₁₂₃'[k]}", "input", size=30)
    for j, y in enumerate(_UNITS):
        kit.draw_node(ax, 2.4, y, f"h{'₁₂₃₄'[j]}" if j != lit else "z|f", "hidden", size=34,
                      edge=style.ORANGE if j == lit else style.BLACK)  # fmt: skip
    for k, y in enumerate(_OUT):
        kit.draw_node(ax, 4.6, y, "z|g", "output", size=36)
        ax.text(5.0, y, f"ŷ{'₁₂'[k]}", va="center", ha="left", weight="bold")
    for x in (0, 2.4):
        kit.draw_node(ax, x, _BIAS, "1", "bias", size=30)
    place: dict[str, Any] = {"weight": "bold", "va": "bottom", "zorder": 5}
    ax.text(2.78, _UNITS[lit], f"a{'₁₂₃₄'[lit]}", **place)
    ax.text(2.05, _UNITS[lit] + 0.22, f"h{'₁₂₃₄'[lit]}", ha="right", color=style.ORANGE, bbox=label["bbox"], **place)
    for x, text in ((0, "input"), (2.4, "hidden"), (4.6, "output")):
        ax.text(x, 2.35, text, ha="center", weight="bold")
    left, top = 6.1, 1.75
    ax.text(left + 1.6, top + 0.55, "$W^{(1)}$: shape (3, 4)", ha="center", fontsize=kit.points(13))
    for (i, j), _ in np.ndenumerate(np.zeros((4, 4))):
        row = top - 0.62 * i - (0.95 if i == 3 else 0)
        on = j == lit
        face = kit.faded(style.ORANGE, 0.35) if on else "white"
        ax.add_patch(_cell(left + 0.8 * j, row - 0.62, 0.8, 0.62, face))
        text = f"w{'₁₂₃'[i]}{'₁₂₃₄'[j]}" if i < 3 else f"b{'₁₂₃₄'[j]}"
        ax.text(left + 0.8 * (j + 0.5), row - 0.31, text, ha="center", va="center", weight="bold" if on else "normal")
        if i == 0:
            ax.text(left + 0.8 * (j + 0.5), top + 0.12, f"h{'₁₂₃₄'[j]}", ha="center", color=style.GREY,
                    fontsize=kit.points(10))  # fmt: skip
        if j == 0 and i < 3:
            ax.text(left - 0.12, row - 0.31, f"x{'₁₂₃'[i]}", ha="right", va="center", color=style.GREY,
                    fontsize=kit.points(10))  # fmt: skip
    ax.text(left + 1.6, top - 2.68, "$b^{(1)}$: shape (4,)", ha="center", fontsize=kit.points(13))
    kit.keep_inside(ax)
    return (
        f"A network of 3 inputs, 4 hidden units and 2 outputs. Hidden unit {unit} is lit: its weights from the three "
        f"inputs are column {unit} of the weight matrix W⁽¹⁾, and w⁽²⁾ from unit {unit} leads on to output 1."
    )


def _cell(x: float, y: float, width: float, height: float, face: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=face, edgecolor=style.GREY, linestyle="-", linewidth=1)
