"""The chain rule on graphs: one neuron, nine parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number

FACTOR_COLORS = (style.GREEN, style.ORANGE, style.SKY, style.PURPLE)
"""One hue for each factor of a product, the same on its edge and in its formula."""


def chain(
    ax: Axes,
    forward: Callable[..., Sequence[float]] | None = None,
    x: float = 1.5,
    w: float = -0.75,
    b: float = 0.5,
    stage: int = 8,
) -> str:
    """Draw a nudge that travels forward through a neuron, and the gradient that comes back, factor by factor.

    Args:
        ax: Where to draw.
        forward: `forward(x, w, b, y)` → (u, z, ŷ, L), the student's; by default the same in NumPy.
        x: Input.
        w: Weight, nudged by 0.001.
        b: Bias.
        stage: 0: values alone; 1 to 4: the nudge has come so far; 5 to 8: so many factors on the way back.
    """
    forward = forward or _neuron
    values = [w, *forward(x, w, b, 1.0)]
    nudged = [w + 0.001, *forward(x, w + 0.001, b, 1.0)]
    changes = [1000 * (after - before) for before, after in zip(values, nudged, strict=True)]
    factors = [x, 1.0, values[3] * (1 - values[3]), values[3] - 1.0]
    gradients = [float(np.prod(factors[k:])) for k in range(5)]
    kit.bare(ax, (-0.45, 4.45), (-0.4, 13.2))
    names = ("w", "u", "z", "ŷ", "L")
    symbols = ("× x", "× 1", "× σ′(z)", "× (ŷ − y)")
    small = kit.points(10)
    for base in (9.9, 2.7):
        ax.plot([-0.3, 4.3], [base, base], "-", color=style.GREY, linewidth=1, zorder=1)
    for k, (color, factor) in enumerate(zip(FACTOR_COLORS, factors, strict=True)):
        dark = style.visible(color, "white", least=4.5)
        ax.axvspan(k + 0.23, k + 0.77, 0.07, 0.93, color=kit.faded(color, 0.12), linewidth=0, zorder=0)
        ax.plot([k, k + 1], [6.2, 6.2], "-", color=color, linewidth=kit.points(5), zorder=2, solid_capstyle="butt")
        ax.text(k + 0.5, 6.55, symbols[k], color=dark, ha="center", weight="bold")
        for shown, row, ends in ((stage > k, 8.0, (k + 0.28, k + 0.72)), (stage >= 8 - k, 1.3, (k + 0.72, k + 0.28))):
            if shown:
                look = {"color": color, "linewidth": 2.5, "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0}
                ax.annotate("", (ends[1], row), (ends[0], row), arrowprops={"arrowstyle": "-|>"} | look)
                text = f"× {kit.short(factor)}"
                ax.text(k + 0.5, row + 0.35, text, color=dark, ha="center", weight="bold", fontsize=small)
    for k, (name, value) in enumerate(zip(names, values, strict=True)):
        kit.draw_node(ax, k, 6.2, name, ("input", "hidden", "hidden", "output", "hidden")[k], size=36)
        ax.text(k, 4.85, kit.short(value), ha="center", color=style.GREY)
        _bar(ax, k, 9.9, changes[k], f"{'+' if changes[k] > 0 else ''}{kit.short(changes[k])}", 0 < stage >= k, k == 4)
        _bar(ax, k, 2.7, gradients[k], kit.short(gradients[k]), 4 < stage >= 8 - k, k == 0)
    for place, tag in ((0.5, f"x = {x:g}"), (1.5, f"b = {b:g}"), (3.5, "y = 1")):
        frame = kit.BOX | {"edgecolor": style.GREY}
        ax.text(place, 5.1, tag.replace("-", "−"), ha="center", va="center", fontsize=small, bbox=frame)
    for y, head, question in (
        (12.6, "Forward →", "nudge w by 0.001: by how many thousandths do values change?"),
        (3.95, "← Backward", "how much does L change per unit of each value?"),
    ):
        ax.text(-0.42, y, head, weight="bold")
        ax.text(0.43, y, question)
    if stage == 8:
        product = " · ".join(f"({kit.short(factor)})" if factor < 0 else kit.short(factor) for factor in factors)
        bold: dict[str, Any] = {"ha": "center", "weight": "bold", "color": style.VERMILION}
        ax.text(2, -0.2, f"{product} = {kit.short(gradients[0])} = ∂L/∂w", **bold)
    kit.keep_inside(ax)
    return (
        f"A neuron as a chain of four factors, stage {stage} of 8: x {x:g}, w {w:g}, b {b:g}, "
        f"prediction {kit.short(values[3])}; nudging w by 0.001 changes L by {kit.short(changes[4])} thousandths; "
        f"the product of the factors is {kit.short(gradients[0])}."
    )


def _neuron(x: float, w: float, b: float, y: float) -> tuple[float, float, float, float]:
    u = x * w
    y_hat = 1 / (1 + np.exp(-(u + b)))
    return u, u + b, y_hat, (y_hat - y) ** 2 / 2


BAR = 0.62
"""Height of a bar of 1, forward and backward alike."""


def _bar(ax: Axes, x: float, base: float, value: float, text: str, shown: bool, answer: bool) -> None:
    """Draw one bar on a base line with its number beyond its end; the answer is vermilion and framed."""
    if not shown:
        return
    color = style.VERMILION if answer else "#444444"
    ax.bar([x], [BAR * value], 0.17, bottom=base, color=color, zorder=2)
    frame: dict[str, Any] = {"bbox": kit.BOX | {"edgecolor": color, "boxstyle": "round,pad=0.2"}} if answer else {}
    place = base + BAR * value + (0.42 if value >= 0 else -0.42)
    ax.text(x, place, text, ha="center", va="center", color=color, weight="bold", zorder=4, **frame)


NINE = ("w⁽¹⁾₁₁", "w⁽¹⁾₁₂", "w⁽¹⁾₂₁", "w⁽¹⁾₂₂", "b⁽¹⁾₁", "b⁽¹⁾₂", "w⁽²⁾₁", "w⁽²⁾₂", "b⁽²⁾")
"""The parameters of the 2-2-1 network, in the order of W1, b1, w2, b2 read row by row."""


_NINE_PLACES = {
    **{f"x{i}": (0.0, 3.0 - 2 * k) for k, i in enumerate("₁₂")},
    **{f"h{j}": (2.0, 3.2 - 2.4 * k) for k, j in enumerate("₁₂")},
    "ŷ": (4.0, 2.0),
    "b⁽¹⁾": (0.55, -0.55),
    "b⁽²⁾": (2.6, -0.55),
}


def nine_numbers(
    ax: Axes,
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    parameters: Sequence[Any],
    parameter: str = "w⁽¹⁾₁₁",
    nudge: float = 0.0,
    gradients: bool = True,
) -> str:
    """Draw a 2-2-1 network with all its numbers, one parameter's way to the loss in colour, and nine derivatives.

    Args:
        ax: Where to draw.
        forward: `forward(x, W1, b1, w2, b2)` → (a1, ŷ).
        backward: `backward(x, a1, ŷ, y, w2)` → (∂W1, ∂b1, ∂w2, ∂b2).
        parameters: x (2,), y, W1 (2, 2), b1 (2,), w2 (2,), b2.
        parameter: The one of `NINE` whose way is drawn.
        nudge: Added to it.
        gradients: Whether the derivatives are drawn.
    """
    x, y, *start = parameters
    flat = _flat(start)
    chosen = NINE.index(parameter)
    flat[chosen] += nudge

    def outputs(numbers: np.ndarray) -> tuple[Any, Any, float]:
        a1, y_hat = forward(x, *_unflat(numbers))
        return a1, y_hat, float((y_hat - y) ** 2 / 2)

    a1, y_hat, loss = outputs(flat)
    derivatives = _flat(backward(x, a1, y_hat, y, _unflat(flat)[2]))
    steps = 1e-5 * np.eye(9)
    measured = [(outputs(flat + step)[2] - outputs(flat - step)[2]) / 2e-5 for step in steps]
    values = {"x₁": x[0], "x₂": x[1], "h₁": a1[0], "h₂": a1[1], "ŷ": y_hat}
    kit.bare(ax, (-0.6, 8.7), (-1.5, 4.9))
    edges = [(x, h) for x in ("x₁", "x₂") for h in ("h₁", "h₂")]
    edges += [("b⁽¹⁾", "h₁"), ("b⁽¹⁾", "h₂"), ("h₁", "ŷ"), ("h₂", "ŷ"), ("b⁽²⁾", "ŷ")]
    way = [chosen] if chosen > 5 else [chosen, 6 + NINE.index(parameter) % 2]
    for k, (start_, end) in enumerate(edges):
        (x0, y0), (x1, y1) = _NINE_PLACES[start_], _NINE_PLACES[end]
        color = style.VERMILION if k == chosen else style.SKY if k in way else style.LIGHT_GREY
        ax.plot([x0, x1], [y0, y1], "-", color=color, linewidth=4 if k in way else 1.6, zorder=1)
        share = 0.42 if k > 5 else 0.36 if k < 4 else 0.2
        place = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        plain = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(*place, kit.short(flat[k]), ha="center", va="center", fontsize=kit.points(10), bbox=plain, zorder=2)
    for name, (px, py) in _NINE_PLACES.items():
        kind = {"x": "input", "h": "hidden", "ŷ": "output", "b": "bias"}[name[0]]
        kit.draw_node(ax, px, py, "1" if kind == "bias" else kit.short(round(float(values[name]), 2)), kind, size=40)
        if kind != "bias":
            label = {"h₁": "a₁", "h₂": "a₂"}.get(name, name)
            ax.text(px, py + 0.52, label, ha="center", color=style.GREY, fontsize=kit.points(10))
    ax.text(4.45, 0.75, f"y = {y:g}\nloss {number(loss, 4)}", ha="center", va="top")
    top = 0.14
    for k, (name, value, check) in enumerate(zip(NINE, derivatives, measured, strict=True)):
        row = 4.05 - 0.55 * k
        color = style.VERMILION if k == chosen else "#444444"
        ax.text(5.75, row, name, ha="right", va="center", color=color, weight="bold" if k == chosen else "normal")
        if gradients:
            width = float(np.clip(value / top, -1, 1))
            ax.barh([row], [width], 0.32, left=7.0, color=color, zorder=2)
            ax.plot([7.0 + float(np.clip(check / top, -1, 1))], [row], "x", color=style.BLACK, markersize=6, zorder=3)
            ax.text(8.6, row, kit.short(value), ha="right", va="center", fontsize=kit.points(10), color=color)
    ax.plot([7, 7], [-0.6, 4.3], "-", color=style.GREY, linewidth=1)
    ax.text(
        7.0,
        -1.05,
        "bars: backward pass\n× : measured by nudging" if gradients else "",
        ha="center",
        va="center",
        fontsize=kit.points(10),
    )
    ax.text(5.0, 4.5, "∂L/∂ …", color=style.GREY)
    said = f"derivative of {parameter} {derivatives[chosen]:.4f}" if gradients else "derivatives hidden"
    kit.keep_inside(ax)
    return f"A 2-2-1 network with all numbers; loss {loss:.4f}; {said}; the way of {parameter} to the loss in colour."


def _flat(arrays: Sequence[Any]) -> np.ndarray:
    """Return W1, b1, w2, b2 (or their gradients) as nine numbers."""
    return np.concatenate([np.ravel(array).astype(float) for array in arrays])


def _unflat(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    return numbers[:4].reshape(2, 2), numbers[4:6], numbers[6:8], float(numbers[8])
