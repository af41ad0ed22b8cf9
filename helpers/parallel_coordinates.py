"""Parallel coordinates: one vertical axis for each hyperparameter, one line for each trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers import style

ABSENT = -0.12
"""Height of a trial on the axis of a hyperparameter that it does not have; 0 is the lowest value, 1 the highest."""


def _heights(values: Any, log: bool) -> tuple[NDArray[np.float64], dict[float, str]]:
    """Return where each value lies on its axis, from 0 to 1 or `ABSENT`, and ticks: height → label."""
    present = values.notna().to_numpy()
    heights, ticks = np.full(len(values), ABSENT), {} if present.all() else {ABSENT: "none"}
    kept = values[present]
    if kept.empty:
        return heights, ticks
    if kept.map(lambda value: isinstance(value, bool | np.bool_ | str)).any():
        names = sorted(kept.map(str).unique())
        place = {name: index / max(len(names) - 1, 1) for index, name in enumerate(names)}
        heights[present] = kept.map(str).map(place)
        return heights, ticks | {height: name for name, height in place.items()}
    numbers = kept.to_numpy(float)
    if log and numbers.min() <= 0:
        raise ValueError(f"a logarithmic axis needs values above 0, but {values.name} has {numbers.min():g}")
    scaled = np.log10(numbers) if log else numbers
    low, high = scaled.min(), scaled.max()
    heights[present] = (scaled - low) / (high - low) if high > low else 0.5
    if high == low:
        return heights, ticks | {0.5: f"{numbers[0]:.3g}"}
    middle = (low + high) / 2
    labels = {height: 10**value if log else value for height, value in ((0.0, low), (0.5, middle), (1.0, high))}
    return heights, ticks | {height: f"{value:.3g}" for height, value in labels.items()}


def draw_parallel_coordinates(
    table: Any, columns: Sequence[str], ax: Any, *, score: str = "score", best: int = 5, log: Sequence[str] = ()
) -> None:
    """Draw the trials of `table`: thin grey lines, the best ones on top, thick and coloured.

    Args:
        table: A pandas `DataFrame`, one row a trial; rows without a score are left out.
        columns: Hyperparameters, from left to right; `score` becomes the last axis.
        ax: Axes to draw into.
        score: Name of the column to maximize.
        best: How many trials to bring out.
        log: Those of `columns` whose axis is logarithmic.

    Raises:
        ValueError: A column is missing, no trial has a score, `best` is negative, or a logarithmic axis has a value
            that is not above 0.
    """
    axes = [*columns, score]
    if missing := [name for name in axes if name not in table]:
        raise ValueError(f"the table has no column {missing[0]!r}; it has: {', '.join(map(str, table.columns))}")
    rows = table[table[score].notna()].sort_values(score)
    if rows.empty or best < 0:
        raise ValueError("there must be a trial with a score" if rows.empty else f"best must not be negative: {best}")
    found = [_heights(rows[name], name in log) for name in axes]
    # A little to the side, always the same: equal choices do not hide each other.
    aside = np.random.default_rng(0).uniform(-0.025, 0.025, (len(rows), len(axes)))
    aside[:, -1] = 0
    lines = np.stack([heights for heights, _ in found], axis=1) + aside
    top = len(rows) - min(best, len(rows))
    grey = {"color": style.GREY, "linewidth": 0.8, "alpha": 0.45}
    bright = {"color": style.VERMILION, "linewidth": 2.2, "marker": "o", "zorder": 3}
    for part, look in ((lines[:top], grey), (lines[top:], bright)):
        # One artist for all lines, with a gap after each: a slider redraws them in a fraction of the time.
        gaps = np.pad(part, ((0, 0), (0, 1)), constant_values=np.nan)
        ax.plot(np.tile([*range(len(axes)), np.nan], len(part)), gaps.ravel(), linestyle="-", **look)
    for position, (_, ticks) in enumerate(found):
        ax.axvline(position, color=style.BLACK, linewidth=1, zorder=0)
        for height, label in ticks.items():
            ax.annotate(
                label,
                (position, height),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
                zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
            )
    ax.set_xticks(range(len(axes)), [name.replace("_", "\n") for name in axes])
    ax.set_yticks([])
    ax.set(xlim=(-0.2, len(axes) - 0.6), ylim=(-0.2, 1.08))
    ax.grid(visible=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
