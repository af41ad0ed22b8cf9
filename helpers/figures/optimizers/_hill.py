"""A ball on a hill seen from the side: which learning rates settle, and which climb out."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.optimizers._rules import Rule, descent
from helpers.picture import new_axes

CURVATURE = 25.0
HILLS = {"A": 4.0, "B": 15.0, "C": 25.0}
"""Curvatures of the hills of `draw_three_hills`."""


def _parabola(curvature: float, w: Any) -> Any:
    return curvature * w**2 / 2


def walk_on(rule: Rule, curvature: float, start: float, learning_rate: float, steps: int) -> np.ndarray:
    """Return the weights that `rule` visits on the loss ½ · curvature · w²."""
    path, state = [start], {}  # type: ignore[var-annotated]
    for step in range(1, steps + 1):
        path.append(float(rule(path[-1], curvature * path[-1], state, step, learning_rate=learning_rate)))
    return np.array(path)


def ball(ax: Axes, rule: Rule = descent, learning_rate: float = 0.068, steps: int = 4) -> str:
    """Draw a ball on a hill of curvature 25 above a ruler of learning rates."""
    hill, ruler = ax.inset_axes((0, 0.27, 1, 0.73)), ax.inset_axes((0, 0.0, 1, 0.2))
    ax.set_axis_off()
    path = walk_on(rule, CURVATURE, -0.75, learning_rate, steps)
    factor = 1 - learning_rate * CURVATURE
    grows = abs(factor) > 1 + 1e-9
    color = style.VERMILION if grows else style.BLUE
    kit.bare(hill, (-1.5, 1.5), (-3, 27))
    kit.draw_hill(hill, lambda w: CURVATURE * w**2 / 2)
    kit.draw_steps(hill, np.column_stack([path, CURVATURE * path**2 / 2]), color)
    hill.set_title(f"η = {learning_rate:g}: each step × {kit.number(factor, 2)}", color=color)
    kit.bare(ruler, (-0.002, 0.1), (-1.7, 1.2))
    for left, right, shade, text in (
        (0, 0.04, "#E4EAF0", "creeps"),
        (0.04, 0.08, "#CBD7E1", "jumps, settles"),
        (0.08, 0.1, "#F3D9CD", "climbs"),
    ):
        ruler.axvspan(left, right, ymin=0.42, ymax=0.75, color=shade, linewidth=0)
        ruler.text((left + right) / 2, 0.0, text, ha="center", va="center", color=style.BLACK, size=kit.points(10))
    for place, text in ((0.0, "0"), (0.04, "1/λ"), (0.08, "2/λ")):
        ruler.plot([place, place], [-0.7, 0.6], "-", color=style.BLACK, linewidth=1.4)
        ruler.text(place, -1.25, text, ha="center", va="center", color=style.BLACK, size=kit.points(10))
    ruler.plot(min(learning_rate, 0.099), 0.75, "v", color=color, markersize=kit.points(9))
    fate = "climbs out" if grows else "swings for ever" if abs(factor) > 1 - 1e-9 else "settles"
    return f"A ball on a hill of curvature 25, learning rate {learning_rate:g}: each step × {factor:.2f}, it {fate}."


def draw_three_hills(*, ax: Axes | None = None) -> Axes:
    """Draw three hills of different curvature, on one scale, with a ball at rest at w = −1."""
    if ax is None:
        ax = new_axes(
            "Three parabolas on one scale; above w = 1 their heights are 2, 7.5 and 12.5.", figsize=(7.6, 2.9)
        )
    for panel, (name, curvature) in zip(kit.panels(ax, (3,), below=34), HILLS.items(), strict=True):
        panel.set(xlim=(-1.6, 1.6), ylim=(-1.5, 17), xticks=[-1, 0, 1], yticks=[0, 5, 10, 15], xlabel="w", title=name)
        kit.draw_hill(panel, partial(_parabola, curvature))
        panel.plot(-1, curvature / 2, "o", color=style.BLUE, markersize=kit.points(8), markeredgecolor="white")
    return ax
