"""The figures of notebook 09: Hyperband's brackets, in the paper and in KerasTuner, and parallel coordinates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from helpers import style
from helpers.picture import new_axes

Round = tuple[int, float]
Brackets = dict[int, list[Round]]


def paper_brackets(max_epochs: int, factor: int = 3) -> Brackets:
    """Return the brackets of one round of Hyperband as its paper computes them.

    Args:
        max_epochs: R, the most epochs that one network gets.
        factor: η: one network in so many goes on, and gets so many times the epochs.

    Returns:
        Number of the bracket, s, from the largest down to 0 → its rounds, pairs (networks, epochs in all for each of
        them).

    Raises:
        ValueError: `max_epochs` is no whole number from 1 on, or `factor` none from 2 on.

    Source: Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar, Hyperband, JMLR 18 (2018), algorithm 1.
    """
    largest = _largest_bracket(max_epochs, factor)
    brackets: Brackets = {}
    for bracket in range(largest, -1, -1):
        first = -(-(largest + 1) * factor**bracket // (bracket + 1))  # rounded up
        brackets[bracket] = [
            (first // factor**number, max_epochs / factor ** (bracket - number)) for number in range(bracket + 1)
        ]
    return brackets


def keras_tuner_brackets(max_epochs: int, factor: int = 3) -> Brackets:
    """Return the brackets of one round of Hyperband as KerasTuner computes them: all numbers are rounded up.

    Args, Returns and Raises are those of `paper_brackets`.

    Source: `_get_size` and `_get_epochs` of `HyperbandOracle` in KerasTuner 1.4.
    """
    largest = _largest_bracket(max_epochs, factor)
    last = math.ceil(1 + math.log(max_epochs, factor))
    return {
        bracket: [
            (
                math.ceil(last / (bracket + 1) * factor ** (bracket - number)),
                math.ceil(max_epochs / factor ** (bracket - number)),
            )
            for number in range(bracket + 1)
        ]
        for bracket in range(largest, -1, -1)
    }


def _largest_bracket(max_epochs: int, factor: int) -> int:
    """Return the whole part of log_factor(max_epochs), without the rounding errors of logarithms."""
    for name, value, lowest in (("max_epochs", max_epochs, 1), ("factor", factor, 2)):
        if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
            raise ValueError(f"{name} must be a whole number of at least {lowest}, but is {value!r}")
    largest = 0
    while factor ** (largest + 1) <= max_epochs:
        largest += 1
    return largest


def epochs_of(rounds: Sequence[Round], *, resume: bool = True) -> float:
    """Return how many epochs a bracket trains in all.

    Args:
        rounds: Pairs (networks, epochs in all for each of them).
        resume: Whether a network that goes on keeps what it has learned, as KerasTuner does it; otherwise it begins
            anew, as the paper counts.
    """
    total, before = 0.0, 0.0
    for networks, epochs in rounds:
        total += networks * (epochs - before if resume else epochs)
        before = epochs
    return total


def draw_brackets(brackets: Mapping[int, Sequence[Round]], *, ax: Axes | None = None) -> Axes:
    """Draw each bracket as a row of discs: the area is the number of networks, the place their epochs.

    Args:
        brackets: From `paper_brackets` or `keras_tuner_brackets`.
        ax: Where to draw, on a new figure when None; the row's number of epochs, with networks that go on, stands at
            its right.

    Returns:
        The Axes.
    """
    ax = new_axes(describe_brackets(brackets)) if ax is None else ax
    most = max(networks for rounds in brackets.values() for networks, _ in rounds)
    longest = max(rounds[-1][1] for rounds in brackets.values())
    ends = sorted({epochs for rounds in brackets.values() for _, epochs in rounds})
    for color, (bracket, rounds) in zip(style.COLORS * 3, brackets.items(), strict=False):
        epochs = [end for _, end in rounds]
        networks = [number for number, _ in rounds]
        color = style.visible(color, ax)
        ax.plot(
            epochs,
            [bracket] * len(rounds),
            color=style.visible(style.LIGHT_GREY, ax, 1.3),
            linewidth=3,
            linestyle="-",
            zorder=1,
        )
        ax.scatter(epochs, [bracket] * len(rounds), s=[60 + 1100 * n / most for n in networks], color=color, zorder=2)
        for end, number in zip(epochs, networks, strict=True):
            inside = number / most > 0.25
            place = (0, 0) if inside else (0, 9 + 14 * math.sqrt(number / most))
            look = style.ink(color if inside else ax)
            ax.annotate(
                str(number), (end, bracket), place, textcoords="offset points", ha="center", va="center", color=look
            )
        ax.text(1.6 * longest, bracket, f"{epochs_of(rounds):.0f}", ha="right", va="center")
    grey = style.visible(style.GREY, ax, 4.5)
    ax.text(1.6 * longest, max(brackets) + 0.75, "epochs in all", ha="right", va="center", color=grey)
    ax.set_xscale("log", base=10)
    ax.set_xticks(ends, [f"{end:.3g}" for end in ends])
    ax.set_xticks([], minor=True)
    ax.set_yticks(list(brackets), [f"s = {bracket}" for bracket in brackets])
    ax.set(xlim=(0.6 * ends[0], 1.8 * longest), ylim=(-0.6, max(brackets) + 1.0))
    ax.set(xlabel="epochs that a network has had (logarithmic)", ylabel="bracket")
    ax.grid(axis="y", visible=False)
    return ax


def describe_brackets(brackets: Mapping[int, Sequence[Round]]) -> str:
    """Return in a sentence what `draw_brackets` shows."""
    rows = [
        f"s = {bracket}: " + ", ".join(f"{number} networks to epoch {end:.3g}" for number, end in rounds)
        for bracket, rounds in brackets.items()
    ]
    total = sum(map(epochs_of, brackets.values()))
    return f"{len(brackets)} brackets of Hyperband, {total:.0f} epochs in all; {'; '.join(rows)}."


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
    table: Any,
    columns: Sequence[str],
    *,
    ax: Axes | None = None,
    score: str = "score",
    best: int = 5,
    log: Sequence[str] = (),
) -> Axes:
    """Draw the trials of `table`: thin grey lines, the best ones on top, thick and coloured.

    Args:
        table: A pandas `DataFrame`, one row a trial; rows without a score are left out.
        columns: Hyperparameters, from left to right; `score` becomes the last axis.
        ax: Where to draw; on a new figure when None.
        score: Name of the column to maximize.
        best: How many trials to bring out.
        log: Those of `columns` whose axis is logarithmic.

    Returns:
        The Axes.

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
    ax = new_axes(describe_parallel_coordinates(table, columns, score=score, best=best)) if ax is None else ax
    # A little to the side, always the same: equal choices do not hide each other.
    aside = np.random.default_rng(0).uniform(-0.025, 0.025, (len(rows), len(axes)))
    aside[:, -1] = 0
    lines = np.stack([heights for heights, _ in found], axis=1) + aside
    top = len(rows) - min(best, len(rows))
    grey: dict[str, Any] = {"color": style.visible(style.GREY, ax), "linewidth": 0.8, "alpha": 0.45}
    bright: dict[str, Any] = {"color": style.visible(style.VERMILION, ax), "linewidth": 2.2, "marker": "o", "zorder": 3}
    for part, look in ((lines[:top], grey), (lines[top:], bright)):
        # One artist for all lines, with a gap after each: a slider redraws them in a fraction of the time.
        gaps = np.pad(part, ((0, 0), (0, 1)), constant_values=np.nan)
        ax.plot(np.tile([*range(len(axes)), np.nan], len(part)), gaps.ravel(), linestyle="-", **look)
    for position, (_, ticks) in enumerate(found):
        ax.axvline(position, color=style.ink(ax), linewidth=1, zorder=0)
        for height, label in ticks.items():
            ax.annotate(
                label,
                (position, height),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
                zorder=4,
                color=style.ink(ax),
                bbox={"facecolor": style.ground(ax), "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
            )
    ax.set_xticks(range(len(axes)), [name.replace("_", "\n") for name in axes])
    ax.set_yticks([])
    ax.set(xlim=(-0.2, len(axes) - 0.6), ylim=(-0.2, 1.08))
    ax.grid(visible=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return ax


def describe_parallel_coordinates(table: Any, columns: Sequence[str], *, score: str = "score", best: int = 5) -> str:
    """Return in a sentence what `draw_parallel_coordinates` shows: what the best trials have in common."""
    rows = table[table[score].notna()].sort_values(score)
    top = rows.tail(best)
    shared = []
    for name in columns:
        values = top[name].dropna()
        numbers = not values.map(lambda value: isinstance(value, bool | np.bool_ | str)).any()
        if len(values) and numbers:
            shared.append(f"{name} {values.min():.3g} to {values.max():.3g}")
        elif len(values):
            shared.append(f"{name} {' or '.join(sorted(values.map(str).unique()))}")
    return f"{len(rows)} trials as lines over their hyperparameters; the best {len(top)} have {', '.join(shared)}."
