"""The pictures that exercises of notebook 09 ask about."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes
from helpers.results import stored_groups

PATIENTS = {"A": "rate", "B": "optimizer", "C": "data", "D": "regularization"}
"""The fault that is left in each network of `draw_patients`."""


def three_searches() -> dict[str, np.ndarray]:
    """Return 16 trials each, (16, 2): learning rate and units of a linear, a grid and a logarithmic search."""
    rng = np.random.default_rng(20)
    draws = rng.random((16, 2))
    rates = np.geomspace(2e-4, 5e-2, 4)
    grid = np.stack(np.meshgrid(rates, [40, 104, 168, 232]), axis=-1).reshape(-1, 2)
    units = 16 + 240 * draws[:, 1]
    return {
        "A": np.column_stack([1e-4 + (0.1 - 1e-4) * draws[:, 0], units[::-1]]),
        "B": grid,
        "C": np.column_stack([10 ** (-4 + 3 * draws[:, 0]), units]),
    }


def draw_three_searches(*, ax: Axes | None = None) -> Axes:
    """Draw the trials of three searches over learning rate and units, with a band of learning rates."""
    if ax is None:
        ax = new_axes(
            "Three searches of 16 trials: A's points crowd at large learning rates, B's stand in rows and columns, "
            "C's are spread over the logarithmic scale.",
            figsize=(7.6, 3.1),
        )
    for panel, (name, trials) in zip(kit.panels(ax, (3,), below=52), three_searches().items(), strict=True):
        panel.axvspan(3e-4, 3e-3, color=style.LIGHT_GREY, zorder=0)
        panel.plot(*trials.T, "o", color=style.BLUE, markersize=5)
        panel.set(xscale="log", xlim=(8e-5, 0.13), ylim=(0, 272), title=name)
        panel.set_xlabel("learning rate\n(logarithmic scale)")
        panel.set_xticks([1e-4, 1e-3, 1e-2, 1e-1], ["0.0001", "0.001", "0.01", "0.1"])
        panel.set_xticks([], minor=True)
        panel.set_yticks([64, 128, 192, 256])
        panel.grid(visible=False)
        if name == "A":
            panel.set_ylabel("units")
    return ax


FOUR = {"A": 24, "B": 16, "C": 20, "D": 8}
"""Networks of the fourth stored run of "halving"; their learning rates are 0.13, 0.001, 0.0001 and 0.04."""


@cache
def _stored(group: str) -> Any:
    return stored_groups("tuning")[group]


def draw_four_rates(*, ax: Axes | None = None) -> Axes:
    """Draw the validation accuracy of four networks that differ in their learning rate, over 27 epochs."""
    if ax is None:
        ax = new_axes(
            "Four learning curves. D is best after one epoch, B after 27; C is late, and A stays low.",
            figsize=(6.4, 3.2),
        )
    curves = 100 * np.array(_stored("halving")["curves"][3]["val"])
    for (name, network), color, dash in zip(FOUR.items(), style.COLORS, style.LINE_STYLES, strict=False):
        ax.plot(range(1, 28), curves[:, network], color=color, linestyle=dash)
        ax.text(0.93, curves[0, network], name, color=color, weight="bold", ha="right", va="center")
        ax.text(
            28.5, curves[-1, network] + {"B": 1, "C": -1.5}.get(name, 0), name, color=color, weight="bold", va="center"
        )
    ax.set(xscale="log", xlim=(0.85, 31), ylim=(10, 88), xlabel="epoch (logarithmic scale)")
    ax.set_xticks([1, 3, 9, 27], ["1", "3", "9", "27"])
    ax.set_xticks([], minor=True)
    kit.percent_ticks(ax, range(20, 100, 20))
    ax.set_title("validation accuracy")
    return ax


def draw_patients(*, ax: Axes | None = None) -> Axes:
    """Draw training and validation accuracy of four networks with one fault each, means of five seeds."""
    if ax is None:
        ax = new_axes(
            "Curves of four networks. A jumps up and stays level; B climbs slowly to the last epoch; in C and D "
            "training stays far below validation.",
            figsize=(7.6, 4.6),
        )
    for panel, (name, fault) in zip(kit.panels(ax, (2, 2), below=34), PATIENTS.items(), strict=True):
        for key, kind in (("accuracy", "training"), ("val_accuracy", "validation")):
            curve = 100 * np.mean([run[key] for run in _stored("clues")[fault]], axis=0)
            look = style.look(kind)
            panel.plot(range(1, 16), curve, **look.line)
            other = "val_accuracy" if key == "accuracy" else "accuracy"
            above = curve[9] > 100 * np.mean([run[other][9] for run in _stored("clues")[fault]])
            panel.text(10, curve[9] + (6 if above else -6), kind, color=look.color, ha="center",
                       va="bottom" if above else "top")  # fmt: skip
        panel.set(xlim=(1, 15), ylim=(0, 100), xlabel="epoch", title=name)
        panel.set_xticks([1, 5, 10, 15])
        kit.percent_ticks(panel, [0, 50, 100])
    return ax
