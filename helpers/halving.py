"""Hyperband's brackets: how many networks are trained for how long, in the paper and in KerasTuner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from helpers import style

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


def draw_brackets(brackets: Mapping[int, Sequence[Round]], ax: Any) -> None:
    """Draw each bracket as a row of discs: the area is the number of networks, the place their epochs.

    Args:
        brackets: From `paper_brackets` or `keras_tuner_brackets`.
        ax: Axes to draw into; the row's number of epochs, with networks that go on, stands at its right.
    """
    most = max(networks for rounds in brackets.values() for networks, _ in rounds)
    longest = max(rounds[-1][1] for rounds in brackets.values())
    ends = sorted({epochs for rounds in brackets.values() for _, epochs in rounds})
    for color, (bracket, rounds) in zip(style.COLORS * 3, brackets.items(), strict=False):
        epochs = [end for _, end in rounds]
        networks = [number for number, _ in rounds]
        ax.plot(epochs, [bracket] * len(rounds), color=style.LIGHT_GREY, linewidth=3, linestyle="-", zorder=1)
        ax.scatter(epochs, [bracket] * len(rounds), s=[60 + 1100 * n / most for n in networks], color=color, zorder=2)
        for end, number in zip(epochs, networks, strict=True):
            inside = number / most > 0.25
            place, look = ((0, 0), "white") if inside else ((0, 9 + 14 * math.sqrt(number / most)), style.BLACK)
            ax.annotate(
                str(number), (end, bracket), place, textcoords="offset points", ha="center", va="center", color=look
            )
        ax.text(1.6 * longest, bracket, f"{epochs_of(rounds):.0f}", ha="right", va="center")
    ax.text(1.6 * longest, max(brackets) + 0.75, "epochs in all", ha="right", va="center", color=style.GREY)
    ax.set_xscale("log", base=10)
    ax.set_xticks(ends, [f"{end:.3g}" for end in ends])
    ax.set_xticks([], minor=True)
    ax.set_yticks(list(brackets), [f"s = {bracket}" for bracket in brackets])
    ax.set(xlim=(0.6 * ends[0], 1.8 * longest), ylim=(-0.6, max(brackets) + 1.0))
    ax.set(xlabel="epochs that a network has had (logarithmic)", ylabel="bracket")
    ax.grid(axis="y", visible=False)
