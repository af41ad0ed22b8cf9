"""What is worth tuning, on which scale, and how a grid and random search spread their trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

RATES = np.geomspace(1e-4, 1e-1, 13)
SGD_RATES = np.geomspace(1e-3, 2, 17)
"""The learning rates of the stored groups "worth" and "ridge"."""

NEAR = 2.5
"""Points below the best mean within which the hill counts as flat."""


def hill(ax: Axes, rates: Any, accuracies: Any, scale: str = "linear") -> str:
    """Draw validation accuracies (rates, seeds) over the learning rate, and which are within 2.5 points of the best."""
    rates, percent = np.asarray(rates, float), 100 * np.asarray(accuracies, float)
    means = percent.mean(axis=1)
    good = rates[means >= means.max() - NEAR]
    ax.axvspan(good.min(), good.max(), color=style.LIGHT_GREY, zorder=0)
    ax.plot(np.repeat(rates, percent.shape[1]), percent.ravel(), "o", color=style.SKY, markersize=4)
    ax.plot(rates, means, "-", color=style.BLUE)
    ax.set(xscale=scale, xlabel=f"learning rate ({scale} scale)", ylim=(0, 88))
    if scale == "log":
        ticks = [tick for tick in (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0) if rates[0] <= 1.01 * tick <= 1.02 * rates[-1]]
        ax.set_xticks(ticks, [f"{tick:g}" if tick > 1e-5 else "0.00001" for tick in ticks])
        ax.set_xticks([], minor=True)
        middle = np.sqrt(good.min() * good.max())
        kit.halo(ax.text(middle, 20, "within\n2.5 points\nof the best", ha="center", va="center"))
    kit.percent_ticks(ax, range(0, 100, 20))
    ax.set_title("a hill" if scale == "log" else "nearly all in one corner")
    return f"Rates from {kit.short(good.min())} to {kit.short(good.max())} are within {NEAR} points of the best."


def gains(stored: Mapping[str, Sequence[Mapping[str, Sequence[float]]]]) -> dict[str, np.ndarray]:
    """Return for each change the points that it gains, a number a seed.

    The base is the network for 1,000 images with the best of the fine steps as learning rate. But for the powers of ten
    that come first, rates are chosen on the validation images, for each seed, and all are measured on the yardstick.
    """

    def tuned(runs: Sequence[Mapping[str, Sequence[float]]], every: int = 1) -> list[float]:
        return [run["yard"][every * int(np.argmax(np.asarray(run["val"])[::every]))] for run in runs]

    base, units, images = stored.values()
    ways = {f"{rate:g}": [run["yard"][4 * row] for run in base] for row, rate in enumerate(RATES[::4])}
    ways |= {
        "best of the four": tuned(base, 4),
        "4 times the units": tuned(units),
        "4 times the images": tuned(images),
    }
    return {way: 100 * (np.array(values) - np.array(tuned(base))) for way, values in ways.items()}


def draw_worth(stored: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw what each power of ten costs and, beside it on its own scale, what other effort gains; one dot a seed."""
    found = list(gains(stored).items())
    ax = new_axes(describe_worth(stored), figsize=(7.6, 3.3)) if ax is None else ax
    powers, others = kit.panels(ax, (2,), below=42, above=26)
    others.yaxis.tick_right()
    for panel, rows in ((powers, found[:4]), (others, found[4:])):
        panel.axvline(0, color=style.BLACK, linewidth=1)
        for row, (_way, values) in enumerate(rows):
            color = style.GREEN if values.mean() > 2 * kit.standard_error(values) else style.BLUE
            panel.plot(values, row + np.linspace(-0.13, 0.13, len(values)), "o", color=color, markersize=4, alpha=0.6)
            panel.plot([values.mean()] * 2, [row - 0.3, row + 0.3], "-", color=color, linewidth=3)
            told = _mean_and_error(values)
            kit.halo(panel.text(values.mean(), row - 0.34, told, ha="center", va="bottom", color=color, weight="bold"))
        panel.set_yticks(range(len(rows)), [way for way, _ in rows])
        panel.set(ylim=(len(rows) - 0.5, -0.8), xlabel="points against the fine search")
        panel.grid(axis="y", visible=False)
    powers.set(ylabel="learning rate", title="one power of ten for all")
    powers.set_xticks(range(-30, 5, 10))
    others.set_title("other effort (own scale)")
    return ax


def describe_worth(stored: Mapping[str, Any]) -> str:
    """Return in a sentence what `draw_worth` shows."""
    return "Gains in points: " + ", ".join(f"{way}: {_mean_and_error(v)}" for way, v in gains(stored).items()) + "."


def _mean_and_error(values: np.ndarray) -> str:
    return f"{kit.number(values.mean(), 1, plus=True)} ± {kit.standard_error(values):.1f}"


def draw_ridge(stored: Mapping[str, Sequence[Mapping[str, Any]]], *, ax: Axes | None = None) -> Axes:
    """Draw validation accuracy over learning rate and momentum; a frame holds each momentum's rates near its best."""
    ax = new_axes(describe_ridge(stored), figsize=(7.4, 3.3)) if ax is None else ax
    heat = ridge_means(stored)
    names = list(stored)
    image = ax.imshow(heat, cmap=style.SEQUENTIAL, aspect="auto", vmin=10, vmax=80)
    best = heat.argmax(axis=1)
    kept = best[0]
    for row, column in enumerate(best):
        for place, look in ((column, "bold"), (kept, "normal")):
            ink = "black" if heat[row, place] > 50 else "white"
            ax.text(place, row, f"{heat[row, place]:.0f}", ha="center", va="center", color=ink, weight=look)
        ax.plot([kept, kept], [row + 0.28, row + 0.72], "--", color=style.BLACK, linewidth=2)
        near = near_best(heat[row])
        left, right = near[0] - 0.46, near[-1] + 0.46
        ax.plot([left, right, right, left, left], row + 0.44 * np.array([-1, -1, 1, 1, -1]), "-", color=style.VERMILION)
    ticks = [0.001, 0.01, 0.1, SGD_RATES[kept], 1]
    ax.set_xticks(np.interp(np.log(ticks), np.log(SGD_RATES), range(len(SGD_RATES))), [f"{t:.2g}" for t in ticks])
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set(xlabel="learning rate η", ylabel="momentum β", title="with much momentum the old learning rate is too large")
    ax.grid(visible=False)
    bar = ax.figure.colorbar(image, ax=ax, label="validation accuracy, %")  # type: ignore[union-attr]
    bar.outline.set_visible(False)
    return ax


def ridge_means(stored: Mapping[str, Sequence[Mapping[str, Any]]]) -> np.ndarray:
    """Return the mean validation accuracy in per cent, (momenta, rates)."""
    return 100 * np.array([[run["val"] for run in runs] for runs in stored.values()]).mean(axis=1)


def describe_ridge(stored: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return in a sentence what `draw_ridge` shows."""
    heat = ridge_means(stored)
    ends = [[kit.short(rate) for rate in SGD_RATES[near_best(row)][[0, -1]]] for row in heat]
    told = (f"{beta}: {low} to {high}" for beta, (low, high) in zip(stored, ends, strict=True))
    return "Learning rates within a point of the best of each momentum: " + ", ".join(told)


def near_best(means: np.ndarray) -> np.ndarray:
    """Return the places around the highest mean, one beside the other, that are within a point of it."""
    far = np.flatnonzero(means < means.max() - 1)
    best = means.argmax()
    first, last = far[far < best].max(initial=-1) + 1, far[far > best].min(initial=len(means)) - 1
    return np.arange(first, last + 1)


def places(kind: str, per_side: int, rng: np.random.Generator) -> np.ndarray:
    """Return per_side² trials in the unit square, (trials, 2): a grid, or at random."""
    if kind == "grid":
        steps = (np.arange(per_side) + 0.5) / per_side
        return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    return rng.random((per_side**2, 2))


def grid_and_random(ax: Axes, score: Callable[..., Any], per_side: int = 3, seed: int = 1) -> str:
    """Draw a grid and as many random trials; above each, the score along the hyperparameter that matters."""
    said = []
    line = np.linspace(0, 1, 201)
    for panel, kind in zip(kit.panels(ax, (2,), below=26), ("grid", "random"), strict=True):
        points = places(kind, per_side, np.random.default_rng(seed))
        tested = len(np.unique(points[:, 0].round(9)))
        heights = 1.06 + 0.4 * score(points[:, 0])
        panel.fill_between(line, 1.06, 1.06 + 0.4 * score(line), color=style.LIGHT_GREY, linewidth=0)
        panel.vlines(points[:, 0], points[:, 1], heights, color=style.GREY, linewidth=0.7)
        panel.plot(points[:, 0], points[:, 1], "o", color=style.BLUE, markersize=5)
        best = int(heights.argmax())
        panel.plot(points[best, 0], heights[best], "*", color=style.VERMILION, markersize=13, clip_on=False, zorder=4)
        panel.set(xlim=(0, 1), ylim=(0, 1.75), xticks=[], yticks=[], xlabel="the one that matters")
        panel.set_title(f"{kind}: {tested} values")
        panel.grid(visible=False)
        panel.spines["left"].set_visible(False)
        said.append(f"{kind} tests {tested} values, best score {score(points[best, 0]):.2f}")
        if kind == "grid":
            panel.set_ylabel("the other one")
        panel.text(0, 1.6, f"best {score(points[best, 0]):.2f}", weight="bold", color=style.VERMILION)
    return f"{per_side**2} trials: {'; '.join(said)}."


def draw_average(averages: Mapping[str, tuple[Sequence[int], Any]], *, ax: Axes | None = None) -> Axes:
    """Draw the mean best score of grid and random search over the number of trials, a panel for each case.

    Args:
        averages: Title → (trials, mean best scores (sizes, 2): grid and random).
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ends = "; ".join(f"{t}: grid {np.asarray(b)[1, 0]:.2f}, random {np.asarray(b)[1, 1]:.2f}"
                         for t, (_, b) in averages.items())  # fmt: skip
        ax = new_axes(f"Mean best score after nine trials. {ends}.", figsize=(7.4, 2.8))
    for panel, (title, (trials, best)) in zip(
        kit.panels(ax, (len(averages),), below=36), averages.items(), strict=True
    ):
        grid, random = np.asarray(best).T
        panel.plot(trials, random, "o-", color=style.BLUE, markersize=5)
        panel.plot(trials, grid, "s--", color=style.VERMILION, markersize=5)
        upper = grid > random if grid[2] > random[2] else None
        panel.annotate("random", (trials[2], random[2]), (8, -16 if upper is not None else 8), color=style.BLUE,
                       textcoords="offset points", weight="bold")  # fmt: skip
        panel.annotate("grid", (trials[2], grid[2]), (4, 10 if upper is not None else -16), color=style.VERMILION,
                       textcoords="offset points", weight="bold")  # fmt: skip
        panel.set(ylim=(0, 1.05), xlabel="trials")
        panel.set_title(title)
        panel.set_ylabel("mean best score" if title == next(iter(averages)) else "")
    return ax
