"""Halving and Hyperband: who goes on, what it costs, and how searches with one budget compare."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Round = tuple[int, int]

COLORS = {"random": style.BLUE, "hyperband": style.VERMILION, "bayesian": style.GREEN}
DASHES = {"random": "-", "hyperband": "--", "bayesian": "-."}


def halving(
    ax: Axes,
    runs: Sequence[Mapping[str, Any]],
    rule: Callable[..., Any],
    search: int = 0,
    first: int = 1,
    factor: int = 3,
) -> str:
    """Draw learning curves of all networks, solid as far as the student's rule trains them.

    Args:
        ax: Where to draw.
        runs: The stored curves: "val", accuracies (epochs, networks), all networks trained to the end.
        rule: The student's function (curves, first, factor) → epochs that each network gets, (networks,).
        search: Which of the runs.
        first: Epochs of the first round.
        factor: One network in so many goes on, for so many times the epochs.
    """
    curves = 100 * np.array(runs[search]["val"])
    total = len(curves)
    epochs = np.asarray(rule(curves / 100, first, factor), int)
    last = int(np.argmax(np.where(epochs == epochs.max(), curves[epochs.max() - 1], -1)))
    best = int(curves[-1].argmax())
    for network in range(curves.shape[1]):
        end, winner = epochs[network], network == last
        color = style.VERMILION if winner else style.BLUE
        ax.plot(range(end, total + 1), curves[end - 1 :, network], ":", color=style.GREY, linewidth=0.9, zorder=1)
        ax.plot(range(1, end + 1), curves[:end, network], "-", color=color, linewidth=2.6 if winner else 1.1,
                zorder=3 if winner else 2)  # fmt: skip
        ax.plot(end, curves[end - 1, network], "o" if winner else "x", color=color, markersize=5, zorder=3)
    for end in sorted(set(epochs))[:-1]:
        ax.axvline(end, color=style.BLACK, linewidth=0.8, zorder=0)
        left = int(np.sum(epochs > end))
        kit.halo(ax.text(end, 46, f" {left} {'goes' if left == 1 else 'go'} on", va="bottom", ha="left"))
    if best != last:
        ax.plot(total, curves[-1, best], "D", color=style.GREEN, markersize=7, clip_on=False, zorder=4)
    behind = curves[-1, best] - curves[-1, last]
    ax.set(xscale="log", xlim=(0.95, total * 1.03), ylim=(45, 86), xlabel="epochs (logarithmic scale)")
    ticks = [tick for tick in (1, 3, 9, 27, 81) if tick <= total]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_xticks([], minor=True)
    kit.percent_ticks(ax, range(50, 90, 10))
    result = f"{behind:.1f} points lost"
    ax.set_title(f"{epochs.sum()} of {total * curves.shape[1]} epochs: {result}")
    return f"Halving from epoch {first} on trains {epochs.sum()} epochs; {result}."


def losses(
    runs: Sequence[Mapping[str, Any]], rule: Callable[..., Any], first: int, factor: int = 3
) -> tuple[np.ndarray, int]:
    """Return by how many points each run's chosen network is worse for the halving, and the epochs of a run.

    Both choices, among the networks that are left and among all, are made by the validation scores at the end; what is
    compared is the accuracy on new images, which neither choice has flattered.
    """
    lost, spent = [], 0
    for run in runs:
        curves = np.array(run["val"])
        epochs = np.asarray(rule(curves, first, factor))
        left = np.flatnonzero(epochs == epochs.max())
        chosen = left[curves[-1, left].argmax()]
        lost.append(100 * (run["yard"][int(curves[-1].argmax())] - run["yard"][chosen]))
        spent = int(epochs.sum())
    return np.array(lost), spent


def brackets_of(max_epochs: int, factor: int = 3) -> dict[int, list[Round]]:
    """Return KerasTuner's brackets of one pass of Hyperband: number → rounds (networks, epochs so far for each).

    The paper (Li and others, JMLR 18, 2018, algorithm 1) rounds the numbers of networks down; KerasTuner rounds up.
    """
    largest = 0
    while factor ** (largest + 1) <= max_epochs:
        largest += 1
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


def epochs_of(rounds: Sequence[Round]) -> int:
    """Return how many epochs a bracket trains in all, when networks that go on keep what they have learned."""
    before = [0, *(epochs for _, epochs in rounds)]
    return sum(networks * (epochs - start) for (networks, epochs), start in zip(rounds, before, strict=False))


def brackets(ax: Axes, max_epochs: int = 27, factor: int = 3) -> str:
    """Draw Hyperband's brackets, a row each: a disc is a round, its area the number of networks."""
    rows = brackets_of(max_epochs, factor)
    most = max(networks for rounds in rows.values() for networks, _ in rounds)
    ends = sorted({epochs for rounds in rows.values() for _, epochs in rounds})
    for color, (bracket, rounds) in zip(style.COLORS, rows.items(), strict=False):
        networks, epochs = zip(*rounds, strict=True)
        at = [bracket] * len(rounds)
        ax.plot(epochs, at, "-", color=style.LIGHT_GREY, linewidth=3, zorder=1)
        ax.scatter(epochs, at, s=[kit.points(1) ** 2 * (60 + 900 * n / most) for n in networks], color=color, zorder=2)
        for end, count in zip(epochs, networks, strict=True):
            inside = count / most > 0.25
            above = (0, 0) if inside else (0, kit.points(9 + 13 * math.sqrt(count / most)))
            ax.annotate(str(count), (end, bracket), above, textcoords="offset points", ha="center", va="center",
                        color=style.ink(color) if inside else style.BLACK)  # fmt: skip
        ax.text(4.2 * max_epochs, bracket, f"{epochs_of(rounds)} epochs", ha="right", va="center")
    ax.set(xscale="log", xlim=(0.6 * ends[0], 4.6 * max_epochs), ylim=(-0.6, max(rows) + 0.7))
    ax.set_xticks(ends, [str(end) for end in ends])
    ax.set_xticks([], minor=True)
    ax.set_yticks(list(rows), [f"bracket {bracket}" for bracket in rows])
    ax.set_xlabel("epochs that a network has had (logarithmic scale)")
    ax.grid(axis="y", visible=False)
    total, started = sum(map(epochs_of, rows.values())), sum(rounds[0][0] for rounds in rows.values())
    ax.set_title(f"{started} networks, {total:,} epochs (all to the end: {started * max_epochs:,})")
    return f"{len(rows)} brackets of at most {max_epochs} epochs: {started} networks, {total:,} epochs in all."


def best_so_far(trials: Sequence[Mapping[str, Any]], budget: int) -> np.ndarray:
    """Return the best validation score after 1, 2, … `budget` epochs of a search; NaN before its first trial ends."""
    spent = np.cumsum([trial["epochs"] for trial in trials])
    best = np.maximum.accumulate([trial["score"] for trial in trials])
    found = np.searchsorted(spent, np.arange(1, budget + 1), side="right")
    return np.where(found > 0, best[np.maximum(found - 1, 0)], np.nan)


def of_winners(stored: Mapping[str, Any], kind: str) -> np.ndarray:
    """Return for each seed the mean accuracy on new images, in per cent, of the winners of its searches."""
    return 100 * np.array(
        [
            np.mean([max(trials, key=lambda trial: trial["score"])["yard"] for trials in run["searches"]])
            for run in stored[kind]
        ]
    )


def difference(stored: Mapping[str, Any], one: str = "hyperband", other: str = "random") -> tuple[float, float]:
    """Return by how many points winners of one kind are better on new images, and the standard error over seeds."""
    gaps = of_winners(stored, one) - of_winners(stored, other)
    return float(gaps.mean()), float(kit.standard_error(gaps))


def draw_searches(
    stored: Mapping[str, Any], kinds: Sequence[str] = ("random", "hyperband"), *, ax: Axes | None = None
) -> Axes:
    """Draw the mean best score so far of two kinds of search, and how their winners differ on new images."""
    ax = new_axes(describe_searches(stored, kinds), figsize=(7.6, 3.5)) if ax is None else ax
    left, right = kit.panels(ax, (2,), below=36)
    budget = 72
    for kind in kinds:
        # A seed is one measurement: the mean of its searches.
        each = 100 * np.array(
            [np.mean([best_so_far(trials, budget) for trials in run["searches"]], axis=0) for run in stored[kind]]
        )
        known = ~np.isnan(each).any(axis=0)
        epochs, each = np.arange(1, budget + 1)[known], each[:, known]
        mean, error = each.mean(axis=0), kit.standard_error(each)
        look: dict[str, Any] = {"color": COLORS[kind], "linestyle": DASHES[kind]}
        left.fill_between(epochs, mean - error, mean + error, color=COLORS[kind], alpha=0.2, linewidth=0, step="post")
        left.step(epochs, mean, where="post", **look)
        at, y = (14, 68) if kind == kinds[0] else (24, 82)
        left.text(at, y, kind, color=COLORS[kind], weight="bold")
    left.set(xlabel="epochs spent", xlim=(0, budget), ylim=(60, 84))
    kit.percent_ticks(left, range(60, 85, 5))
    left.set_title("best validation score so far")
    other, one = kinds
    pairs = np.array([of_winners(stored, kind) for kind in kinds])
    for row, (low, high) in enumerate(pairs.T[np.argsort(pairs[1] - pairs[0])]):
        right.plot([low, high], [row, row], "-", color=style.GREY, linewidth=1.2, zorder=1)
        right.plot(low, row, "s", color=COLORS[other], markersize=5)
        right.plot(high, row, "o", color=COLORS[one], markersize=6)
    gap, error = difference(stored, one, other)
    right.set(yticks=[], ylim=(-3.6, pairs.shape[1]), xlabel="accuracy of the winners, %")
    right.text(0.5, 0.03, f"{one} − {other}:\n{gap:.2f} ± {error:.2f} points", transform=right.transAxes, ha="center",
               va="bottom", weight="bold")  # fmt: skip
    right.set_title("on 3,000 new images: a row is a seed")
    right.grid(axis="y", visible=False)
    return ax


def describe_searches(stored: Mapping[str, Any], kinds: Sequence[str]) -> str:
    """Return in a sentence what `draw_searches` shows."""
    ends = ", ".join(f"{kind} {of_winners(stored, kind).mean():.1f} %" for kind in kinds)
    return f"Best score so far over epochs, and the winners' mean accuracy on new images: {ends}."
