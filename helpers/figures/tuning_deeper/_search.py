"""The figures of notebook 09, deeper: searches, their spaces and their luck; a recipe; choices that are fair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.interpolate import PchipInterpolator

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Array = np.ndarray
Trial = Mapping[str, float]
Space = Mapping[str, tuple[float, float]]
Runs = Mapping[str, Sequence[Mapping[str, Any]]]

AXES: dict[str, tuple[str, list[float], list[str]]] = {
    "learning_rate": ("learning rate", [0.001, 0.01, 0.1], ["0.001", "0.01", "0.1"]),
    "dropout": ("dropout rate", [0, 0.2, 0.4], ["0", "0.2", "0.4"]),
    "units": ("hidden units", [8, 32, 128], ["8", "32", "128"]),
}
"""Hyperparameter of `look_up` → its name, and the ticks of its axis."""

LOGARITHMIC = ("learning_rate", "units")

SEARCH_LOOKS = {
    "random": (style.BLUE, "-"),
    "Sobol": (style.GREEN, "--"),
    "TPE": (style.PURPLE, "-."),
    "random, pruned": (style.ORANGE, "-"),
    "TPE, pruned": (style.VERMILION, "--"),
}


def look_up(table: Runs, learning_rate: float, dropout: float, units: float) -> Sequence[Mapping[str, Any]]:
    """Return what has been trained with the setting of `table` that is nearest to this one, a run for each seed."""
    keys = np.array([[float(part) for part in key.split()] for key in table])
    wanted = np.log(units), 5 * dropout, np.log(learning_rate)
    gaps = np.abs(np.column_stack([np.log(keys[:, 0]), 5 * keys[:, 1], np.log(keys[:, 2])]) - wanted)
    return table[list(table)[int(gaps.sum(axis=1).argmin())]]


def accuracy_along(table: Runs, rates: Array) -> Array:
    """Return the validation accuracy of 32 units without dropout at each learning rate, between those of `table`."""
    known = [float(key.split()[2]) for key in table if key.startswith("32 0 ")]
    means = [np.mean([run["val"][-1] for run in look_up(table, rate, 0, 32)]) for rate in known]
    return np.interp(np.log(rates), np.log(known), means)


def _place(name: str, value: Any) -> Any:
    return np.log10(value) if name in LOGARITHMIC else np.asarray(value, float)


# Searches -------------------------------------------------------------------------------------------------------------


def draw_spaces(searches: Sequence[tuple[Space, Sequence[Trial]]], title: str, *, ax: Axes | None = None) -> Axes:
    """Draw the score of each trial against each hyperparameter, and shade the space in which it was searched.

    Args:
        searches: Space, and its trials with a "score"; the last search is the present one, the others are pale.
        title: What is seen.
        ax: Where to draw.
    """
    best = max(searches[-1][1], key=lambda trial: trial["score"])
    if ax is None:
        told = ", ".join(f"{AXES[name][0]} {best[name]:.2g}" for name in AXES)
        ax = new_axes(f"{title}. Score against each hyperparameter; the best trial has {told}.", figsize=(7.6, 3.1))
    boxes = kit.panels(ax, (3,), below=42, above=8)
    low = min(trial["score"] for _, trials in searches for trial in trials)
    for box, (name, (label, ticks, texts)) in zip(boxes, AXES.items(), strict=True):
        for number, (space, trials) in enumerate(searches):
            now = number == len(searches) - 1
            color, shade = (style.BLUE, 0.9) if now else (style.GREY, 0.45)
            left, right = _place(name, np.array(space[name]))
            if now:
                box.axvspan(left, right, color=style.SKY, alpha=0.25, linewidth=0, zorder=0)
            places = [_place(name, trial[name]) for trial in trials]
            box.plot(places, [trial["score"] for trial in trials], "o", color=color, alpha=shade, markersize=5)
        box.plot(_place(name, best[name]), best["score"], "o", markerfacecolor="none", color=style.VERMILION,
                 markersize=14, markeredgewidth=2.4)  # fmt: skip
        box.set_xticks(_place(name, np.array(ticks, float)), texts)
        ends = _place(name, np.array({"learning_rate": (6e-4, 0.9), "dropout": (-0.04, 0.44), "units": (6, 170)}[name]))
        box.set(xlabel=label, xlim=tuple(ends), ylim=(max(low - 0.05, 0.05), 0.87))
        box.grid(False, axis="x")
        if box is not boxes[0]:
            box.set_yticklabels([])
    boxes[0].set_ylabel("validation accuracy")
    ax.set_title(title)
    return ax


def bayesian(ax: Axes, search: Callable[..., Any], truth: Array, rates: Array, trials: int = 3,
             exploration: float = 2.6) -> str:  # fmt: skip
    """Draw what a Bayesian search believes after so many trials, and where it goes next.

    Args:
        ax: The sheet.
        search: Function (truth, trials, exploration) → places tried, expected scores, their standard deviations.
        truth: Score at each of `rates`, which the search does not see.
        rates: Learning rates.
        trials: How many there have been.
        exploration: Standard deviations that it adds before it takes the highest place.
    """
    tried, expected, uncertain = search(truth, trials, exploration)
    upper = expected + exploration * uncertain
    following = int(np.argmax(upper))
    ax.fill_between(
        rates, expected - exploration * uncertain, upper, color=style.LIGHT_GREY, linewidth=0, linestyle="-"
    )
    ax.plot(rates, truth, "-", color=style.BLACK, linewidth=1.2)
    ax.plot(rates, expected, "--", color=style.BLUE)
    ax.plot(rates, upper, "-", color=style.VERMILION, linewidth=2)
    for place in dict.fromkeys(tried):  # a place tried again keeps its first number
        number = list(tried).index(place) + 1
        ax.plot(rates[place], truth[place], "o", color=style.BLUE, markersize=12)
        ax.text(
            rates[place], truth[place], str(number), color="white", ha="center", va="center_baseline", weight="bold"
        )
    top = min(float(upper[following]), 1.22)
    ax.annotate("next", (rates[following], top), (0, kit.points(9)), textcoords="offset points", ha="center",
                color=style.VERMILION, weight="bold")  # fmt: skip
    ax.plot(rates[following], top, "v", color=style.VERMILION, markersize=9)
    ax.set(xscale="log", xlabel="learning rate", ylim=(0, 1.38), yticks=(0, 0.5, 1), ylabel="validation accuracy")
    ax.set_xticks([0.001, 0.01, 0.1], ["0.001", "0.01", "0.1"])
    ax.minorticks_off()
    ax.set_title(f"{trials} trials, best {truth[tried].max():.2f}")
    ax.grid(False)
    return (
        f"After {trials} trials the best accuracy is {truth[tried].max():.2f}; the upper edge is highest at the "
        f"learning rate {rates[following]:.2g}, where the next trial goes."
    )


def draw_candidates(*, ax: Axes | None = None) -> Axes:
    """Draw a belief after three trials with three candidates for the fifth: A, B and C (the exercise asks which)."""
    if ax is None:
        ax = new_axes(
            "Expected score and standard deviation of three candidates. A: 0.80 ± 0.01. B: 0.76 ± 0.05. "
            "C: 0.55 ± 0.10.",
            figsize=(6.6, 3.2),
        )
    at = np.linspace(0, 10, 301)
    expected = 0.55 + 0.25 * np.exp(-(((at - 3) / 1.7) ** 2))
    spread = PchipInterpolator([0, 1, 2, 2.85, 3.05, 3.71, 4.6, 8, 10], [0.04, 0, 0.03, 0, 0.01, 0.05, 0, 0.1, 0.1])(at)
    ax.fill_between(at, expected - spread, expected + spread, color=style.LIGHT_GREY, linewidth=0, linestyle="-")
    ax.plot(at, expected, "--", color=style.BLUE)
    for place in (1, 2.85, 4.6):
        ax.plot(place, np.interp(place, at, expected), "o", color=style.BLUE, markersize=8)
    for name, place, label in (("A", 3.05, 1.7), ("B", 3.71, 4.9), ("C", 8.0, 8.0)):
        mean, deviation = (float(np.interp(place, at, values)) for values in (expected, spread))
        ax.plot([place] * 2, [mean - deviation, mean + deviation], "-", color=style.VERMILION, linewidth=3)
        ax.annotate(f"{name}  {mean:.2f} ± {deviation:.2f}", (place, mean + deviation), (label, 0.93), ha="center",
                    color=style.VERMILION, weight="bold",
                    arrowprops={"arrowstyle": "-", "color": style.VERMILION, "linewidth": 1})  # fmt: skip
    ax.set(ylim=(0.4, 1.0), xlim=(0, 10), xticks=[], ylabel="score", xlabel="hyperparameter")
    ax.set_title("Where does the next trial go?")
    ax.grid(False)
    return ax


def parallel(ax: Axes, trials: Sequence[Trial], best: int = 6) -> str:
    """Draw each trial as a line over an axis for each hyperparameter and one for the score; the best ones in colour."""
    names, order = [*AXES, "score"], sorted(trials, key=lambda trial: trial["score"])
    ends = {"learning_rate": (1e-3, 0.6), "dropout": (0.0, 0.4), "units": (8, 128), "score": (0.1, 0.85)}
    shares = {
        name: (_place(name, np.array([trial[name] for trial in order])) - _place(name, ends[name][0]))
        / (_place(name, ends[name][1]) - _place(name, ends[name][0]))
        for name in names
    }
    lines = np.column_stack([shares[name] for name in names])
    kit.bare(ax, (-0.35, 3.15), (-0.24, 1.16))
    for row, line in enumerate(lines):
        good = row >= len(lines) - best
        look = (style.BLUE, 2.0, 3) if good else (style.LIGHT_GREY, 0.9, 1)
        ax.plot(range(4), line, "-", color=look[0], linewidth=look[1], zorder=look[2])
    for place, name in enumerate(names):
        ax.plot([place, place], [0, 1], "-", color=style.BLACK, linewidth=1.4, zorder=4)
        label, ticks, texts = AXES.get(name, ("accuracy", [0.2, 0.5, 0.8], ["0.2", "0.5", "0.8"]))
        ax.text(place, -0.06, label.replace(" ", "\n"), ha="center", va="top")
        span = _place(name, ends[name][1]) - _place(name, ends[name][0])
        for tick, text in zip(ticks, texts, strict=True):
            height = float((_place(name, tick) - _place(name, ends[name][0])) / span)
            kit.halo(ax.text(place - 0.05, height, text, ha="right", va="center", zorder=5))
    ax.set_title(f"the best {best} of {len(order)} trials")
    told = (
        f"{AXES[name][0]} {kit.short(min(v))} to {kit.short(max(v))}"
        for name in AXES
        for v in [[t[name] for t in order[-best:]]]
    )
    return f"The best {best} of {len(order)} trials: {', '.join(told)}."


def points(ax: Axes, sample: Callable[[int, str, int], Array], name: str = "random", trials: int = 16,
           seed: int = 0) -> str:  # fmt: skip
    """Draw the points of `sample` (trials, name, seed → (trials, 2), from 0 to 1), and the largest hole."""
    places = sample(trials, name, seed)
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 81), np.linspace(0, 1, 81)), axis=-1).reshape(-1, 2)
    gaps = np.linalg.norm(grid[:, None] - places[None], axis=-1).min(axis=1)
    centre, radius = grid[gaps.argmax()], float(gaps.max())
    angle = np.linspace(0, 2 * np.pi, 80)
    ax.fill(centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle), color=style.LIGHT_GREY,
            linewidth=0, linestyle="-", zorder=0)  # fmt: skip
    ax.plot(*places.T, "o", color=SEARCH_LOOKS[name][0], markersize=7)
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1), aspect="equal")
    ax.set(xlabel="learning rate", ylabel="dropout rate", xticklabels=[], yticklabels=[])
    ax.set_title(f"{name}: {trials} points, largest hole {radius:.2f}")
    return f"{trials} points, {name}: the largest circle without a point has a radius of {radius:.2f} of the side."


def draw_pruned(curves: Sequence[Sequence[float]], *, ax: Axes | None = None) -> Axes:
    """Draw the validation accuracies of the trials of one search by epoch; those that were stopped end in a cross."""
    longest = max(map(len, curves))
    done = sum(len(curve) == longest for curve in curves)
    spent = sum(map(len, curves))
    if ax is None:
        ax = new_axes(
            f"{len(curves)} trials, of which {done} were trained to the end: {spent} epochs in all, instead of "
            f"{longest * len(curves)}.",
            figsize=(6.6, 3.4),
        )
    for number, curve in enumerate(curves):
        whole = len(curve) == longest
        color = style.VERMILION if whole else style.GREY
        epochs = np.arange(1, len(curve) + 1)
        ax.plot(epochs, curve, "-", color=color, linewidth=2.2 if whole else 1.1, alpha=1 if whole else 0.7)
        ax.plot(epochs[-1], curve[-1], "o" if whole else "x", color=color, markersize=6)
        if number == 0:
            kit.halo(ax.text(epochs[-1] + 0.15, curve[-1], "the first", color=color, va="center"))
    for rung in (1, 3):
        ax.axvline(rung, color=style.BLACK, linewidth=1, linestyle=":")
    ax.set(xlabel="epoch", ylabel="validation accuracy", xticks=range(1, longest + 1), ylim=(0, 0.9))
    ax.set_xlim(0.7, longest + 1.4)
    ax.set_title(f"{len(curves)} trials for {spent} epochs; {done} reach the end")
    return ax


def best_after(search: Mapping[str, Any], epochs: int) -> float:
    """Return the best validation accuracy that a stored search has found after so many epochs, NaN before the first."""
    known = [score for spent, score, _ in search["curve"] if spent <= epochs]
    return known[-1] if known else np.nan


def seed_gains(groups: Mapping[str, Sequence[Mapping[str, Any]]], name: str, seeds: int = 5) -> Array:
    """Return for each seed by how many points winners of a kind are better than random search's, on other images."""
    gains = [100 * (run["yard"] - usual["yard"]) for run, usual in zip(groups[name], groups["random"], strict=True)]
    return np.array([np.mean(gains[seed::seeds]) for seed in range(seeds)])  # search k has the networks of seed k % 5


def draw_searches(groups: Mapping[str, Sequence[Mapping[str, Any]]], budget: int = 144, *,
                  ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw how the best of a search grows, mean of each kind, and how much better winners are than random search's.

    A seed is one measurement, for its searches share their networks; with five of them a bar of 2.8 standard errors on
    either side holds 95 % of the chance.
    """
    means = {name: np.mean([run["yard"] for run in runs]) for name, runs in groups.items()}
    if ax is None:
        words = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
        ax = new_axes(f"Mean accuracy of the winners on 3,000 other images: {words}.", figsize=(7.6, 3.5))
    left, right = kit.panels(ax, (2,), below=42, above=26)
    spent = np.arange(27, budget + 1, 3)
    for row, (name, runs) in enumerate(groups.items()):
        color, dash = SEARCH_LOOKS[name]
        curve = [100 * np.mean([best_after(run, int(epochs)) for run in runs]) for epochs in spent]
        left.plot(spent, curve, dash, color=color, linewidth=2)
        gain = seed_gains(groups, name)
        error = kit.standard_error(gain)
        right.plot(gain, [row + 0.25] * len(gain), "o", color=color, markersize=5, alpha=0.5)
        right.errorbar(gain.mean(), row, xerr=2.8 * error, fmt="o", color=color, markersize=8, elinewidth=3)
    left.set(xlabel="epochs, all trials together", ylim=(77, 81), xlim=(24, budget + 3))
    left.set_title("best validation accuracy so far (%)")
    left.text(28, 80.4, "pruned", weight="bold")
    left.text(84, 79.1, "never stopped", weight="bold")
    right.axvline(0, color=style.BLACK, linestyle=":", linewidth=1.2)
    right.yaxis.tick_right()  # before the labels are coloured: those at the right are others
    right.set_yticks(range(len(groups)), list(groups), weight="bold")
    for label, name in zip(right.get_yticklabels(), groups, strict=True):
        label.set_color(SEARCH_LOOKS[name][0])
    right.set(ylim=(len(groups) - 0.5, -0.5), xlabel="better than random (points)")
    right.grid(False)
    right.set_title("winners on other images")
    return ax
