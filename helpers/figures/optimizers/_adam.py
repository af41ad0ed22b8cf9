"""Adam as one story: two gradients over time, divided by their size, averaged, and corrected for their start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes


def draw_stages(stages: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw what two weights are told at each step, a column a stage: the steep weight above, the gentle one below.

    Args:
        stages: Title → array (steps, 2). Both rows of a column have one scale.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_stages(stages), figsize=(7.6 if len(stages) > 1 else 4.6, 4.2))
    columns = len(stages)
    boxes = kit.panels(ax, (columns, columns), below=26, above=30)
    adam = style.look("Adam")
    for column, (title, values) in enumerate(stages.items()):
        numbers = np.asarray(values, float)
        top = 1.15 * np.abs(numbers).max()
        last = column == columns - 1 and columns == 3
        color = adam.color if last else style.BLACK
        for row, name in enumerate(("steep", "gentle")):
            box = boxes[row * columns + column]
            series = numbers[:, 1 - row]
            box.axhline(0, color=style.GREY, linewidth=1, linestyle="-")
            box.bar(np.arange(1, len(series) + 1), series, color=color, width=0.62)
            box.set(ylim=(-top, top), xlim=(0.2, len(series) + 0.8), xticks=[1, len(series) // 2, len(series)])
            box.grid(False)
            box.set_title(f"{title}\n{name} weight" if row == 0 else f"{name} weight", size=kit.points(11), color=color)
            if np.abs(series).max() < 0.06 * top:
                low, high = sorted((abs(series[0]), abs(series[-1])))
                box.text(0.5, 0.75, f"{kit.short(high)} to {kit.short(low)}", transform=box.transAxes, ha="center")
        boxes[columns + column].set_xlabel("step")
    return ax


def describe_stages(stages: Mapping[str, Any]) -> str:
    """Return what `draw_stages` shows."""
    said = []
    for title, values in stages.items():
        steep, gentle = np.abs(np.asarray(values, float)).mean(axis=0)[::-1]
        said.append(f"{title.replace(chr(10), ' ')}: mean size {kit.short(steep)} and {kit.short(gentle)}")
    return f"Bars over {len(values)} steps, a steep weight and a gentle one. {'; '.join(said)}."


def draw_first_steps(lengths: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw steps laid end to end on a ruler in units of the learning rate, a row each."""
    if ax is None:
        ax = new_axes(describe_first_steps(lengths), figsize=(7.6, 2.3))
    right = max(float(np.sum(row)) for row in lengths.values())
    kit.bare(ax, (-0.02 * right, 1.04 * right), (-1.25, len(lengths)))
    for tick in range(0, int(right) + 1, 5):
        ax.axvline(tick, color=style.LIGHT_GREY, linewidth=1, linestyle="-")
        ax.text(tick, -1.0, f"{tick} η" if tick else "0", ha="center", va="center")
    adam = style.look("Adam")
    for row, (name, steps) in enumerate(reversed(list(lengths.items()))):
        color, place = (adam.color if row else style.BLACK), 0.0
        for step in np.asarray(steps, float):
            arrow: dict[str, Any] = {"arrowstyle": "-|>", "color": color, "linewidth": 2.2, "linestyle": "-"}
            ax.annotate("", (place + step, row), (place, row), arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0})
            if step > 2:
                ax.text(place + step / 2, row + 0.3, f"{kit.number(step, 1)} η", ha="center", va="center")
            place += step
        ax.text(place + 0.015 * right, row, name, color=style.visible(color, "white", 4.5), va="center", weight="bold")
    return ax


def describe_first_steps(lengths: Mapping[str, Any]) -> str:
    """Return what `draw_first_steps` shows."""
    rows = (f"{name}: {', '.join(kit.number(step, 1) for step in steps)} η" for name, steps in lengths.items())
    return f"The first steps laid end to end, in units of the learning rate. {'; '.join(rows)}."


def draw_effective_rates(rates: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the effective learning rate of a weight over many steps, one line a rule, on logarithmic axes."""
    if ax is None:
        ax = new_axes(describe_effective_rates(rates), figsize=(6.4, 3.0))
    for name, values in rates.items():
        numbers = np.asarray(values, float)
        look = style.look(name)
        ax.plot(np.arange(1, len(numbers) + 1), numbers, **look.line)
        kit.label_end(
            ax, len(numbers), float(numbers[-1]), name, style.visible(look.color, "white", 4.5), weight="bold"
        )
    ax.set(xscale="log", yscale="log", xlabel="step", xlim=(1, 1.0 * len(numbers)))
    ax.set_title("η divided by the running size: one fades, one does not")
    return ax


def describe_effective_rates(rates: Mapping[str, Any]) -> str:
    """Return what `draw_effective_rates` shows."""
    ends = (
        f"{name} from {kit.short(values[9])} at step 10 to {kit.short(values[-1])}" for name, values in rates.items()
    )
    return f"Effective learning rates, on logarithmic axes: {'; '.join(ends)} at the end."
