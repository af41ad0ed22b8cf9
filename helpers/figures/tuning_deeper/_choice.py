"""A recipe instead of a search, and choices that are fair: pairs, sampling error, folds, leaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Array = np.ndarray
Runs = Mapping[str, Sequence[Mapping[str, Any]]]


# A recipe -------------------------------------------------------------------------------------------------------------


def by_peak(group: Runs, name: str) -> dict[float, Sequence[Mapping[str, Any]]]:
    """Return learning rate → runs of what `group` stores under "name rate"."""
    found = {key: runs for key, runs in group.items() if key.rpartition(" ")[0] == name}
    return {float(key.rpartition(" ")[2]): found[key] for key in sorted(found, key=lambda k: float(k.split()[-1]))}


def best_peak(group: Runs, name: str) -> float:
    """Return the learning rate with the highest mean accuracy on the validation images."""
    means = {rate: np.mean([run["val"] for run in runs]) for rate, runs in by_peak(group, name).items()}
    return max(means, key=means.__getitem__)


def draw_range_tests(tests: Mapping[str, Sequence[Mapping[str, Any]]], lowest: Mapping[str, float],
                     marks: Mapping[str, float], *, ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw the smoothed losses of range tests of several seeds.

    Args:
        tests: Optimizer → runs with the "loss" of each batch.
        lowest: Optimizer → learning rate of the first batch; the last one has 10,000 times as much.
        marks: Optimizer → a peak that has been found by trying, to be marked.
        ax: Where to draw.
    """
    turns = {name: [turn(run["loss"], lowest[name]) for run in runs] for name, runs in tests.items()}
    if ax is None:
        words = "; ".join(f"{name} from {min(at):.2g} to {max(at):.2g}, best peak {marks[name]:g}"
                          for name, at in turns.items())  # fmt: skip
        ax = new_axes(f"Range tests of five seeds. The loss is lowest at: {words}.", figsize=(7.6, 3.1))
    for box, (name, runs) in zip(kit.panels(ax, (len(tests),), below=42, above=26), tests.items(), strict=True):
        color = style.look(name).color
        for run in runs:
            loss = smooth(run["loss"])
            rates = lowest[name] * 1e4 ** ((np.arange(len(loss)) + 7) / len(run["loss"]))
            box.plot(rates, np.minimum(loss, 4), "-", color=color, linewidth=1.2, alpha=0.7)
        box.axvline(marks[name], color=style.BLACK, linestyle=":", linewidth=1.6)
        kit.halo(box.text(marks[name], 2.85, "best peak", ha="center"))
        box.set(xscale="log", xlabel="learning rate", ylim=(0, 3.2), title=name)
        box.grid(False)
        box.set_ylabel("loss")
    ax.set_title("The best peak lies near the lowest point")
    return ax


def smooth(loss: Sequence[float]) -> Array:
    """Return the mean of each 15 losses in a row, clipped at 10, so that one bad batch does not hide the others."""
    return np.convolve(np.minimum(np.nan_to_num(loss, nan=10), 10), np.ones(15) / 15, mode="valid")


def turn(loss: Sequence[float], lowest: float) -> float:
    """Return the learning rate at which the smoothed loss is lowest."""
    return float(lowest * 1e4 ** ((smooth(loss).argmin() + 7) / len(loss)))


def draw_cycle(schedule: Callable[[int], Any], accuracies: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """Draw a schedule over the steps of a training, and the validation accuracy after each of its epochs."""
    steps = np.arange(schedule.steps)  # type: ignore[attr-defined]
    rates = [float(schedule(int(step))) for step in steps]
    if ax is None:
        ax = new_axes(
            f"The learning rate rises to {max(rates):.2g} and falls to 0 within {len(steps)} steps; the validation "
            f"accuracy after the last epoch is {accuracies[-1]:.2f}.",
            figsize=(6.8, 2.3),
        )
    left, right = kit.panels(ax, (2,), below=42, above=26)
    left.fill_between(steps, rates, color=style.LIGHT_GREY, linewidth=0, linestyle="-")
    left.plot(steps, rates, "-", color=style.BLACK, linewidth=2)
    left.set(xlabel="step", title="learning rate", ylim=(0, None))
    right.plot(np.arange(1, len(accuracies) + 1), accuracies, **style.look("validation").line)
    right.set(xlabel="epoch", title="validation accuracy")
    return ax


def draw_recipe(group: Runs, *, ax: Axes | None = None) -> Axes:
    """Draw each optimizer with a constant learning rate and with one cycle, each at its own best peak, five seeds."""
    rows = [(optimizer, way) for optimizer in ("momentum", "Adam") for way in ("constant", "one cycle")]
    values = {row: np.array([run["yard"] for run in by_peak(group, ", ".join(row))[best_peak(group, ", ".join(row))]])
              for row in rows}  # fmt: skip
    if ax is None:
        words = "; ".join(f"{' '.join(row)} {100 * v.mean():.1f} %" for row, v in values.items())
        ax = new_axes(f"Accuracy on 3,000 other images, each way at its best learning rate: {words}.",
                      figsize=(7.0, 2.7))  # fmt: skip
    for place, row in enumerate(rows):
        look = style.look(row[0])
        filled = row[1] == "one cycle"
        ax.plot(100 * values[row], [place] * 5, look.marker, color=look.color, markersize=8,
                markerfacecolor=look.color if filled else "white", markeredgewidth=1.6)  # fmt: skip
        ax.plot([100 * values[row].mean()] * 2, [place - 0.3, place + 0.3], "-", color=style.BLACK, linewidth=2)
    for place, optimizer in ((0, "momentum"), (2, "Adam")):
        start, end = (100 * values[optimizer, way].mean() for way in ("constant", "one cycle"))
        arrow = {"arrowstyle": "-|>", "color": style.look(optimizer).color, "linewidth": 2}
        ax.annotate("", (end, place + 0.62), (start, place + 0.38), arrowprops=arrow)
    ax.set_yticks(range(4), [f"{optimizer}, {way}" for optimizer, way in rows])
    ax.set(ylim=(3.6, -0.6), xlabel="accuracy on 3,000 other images (%)")
    ax.grid(False, axis="y")
    ax.set_title("One cycle helps both optimizers")
    return ax


def draw_together(group: Runs, penalties: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy against the peak learning rate for one-cycle runs with each L2 penalty, and ring each best peak."""
    names = {f"L2 {text}" if text != "0" else "momentum, one cycle": text for text in penalties}
    if ax is None:
        words = ", ".join(f"{text} at {best_peak(group, name):g}" for name, text in names.items())
        ax = new_axes(f"The peak that is best with each L2 penalty: {words}.", figsize=(6.8, 3.2))
    shades: list[Any] = [kit.faded(style.BLUE, share) for share in np.linspace(0.35, 1, len(names))]
    for color, (name, text) in zip(shades, names.items(), strict=True):
        peaks = by_peak(group, name)
        means = [100 * np.mean([run["yard"] for run in runs]) for runs in peaks.values()]
        ax.plot(list(peaks), means, "-o", color=color, linewidth=2)
        best = best_peak(group, name)
        ax.plot(best, means[list(peaks).index(best)], "o", markerfacecolor="none", color=style.VERMILION,
                markersize=14, markeredgewidth=2)  # fmt: skip
        kit.label_end(ax, list(peaks)[-1], means[-1], text, color, offset=(8, 5 - 10 * (text == "0")))
    ax.set(xscale="log", xlabel="peak learning rate", ylabel="accuracy on other images (%)", xlim=(0.008, 0.5))
    ax.margins(y=0.12)
    ax.set_xticks([0.01, 0.03, 0.1, 0.3], ["0.01", "0.03", "0.1", "0.3"])
    ax.minorticks_off()
    ax.grid(False, axis="x")
    ax.set_title("Each penalty wants the same peak")
    return ax


# Was it luck? ---------------------------------------------------------------------------------------------------------


def draw_pairs(first: Array, second: Array, names: tuple[str, str], *, ax: Axes | None = None) -> Axes:
    """Draw two choices over the same splits: as two columns, with a line for each split, and as differences."""
    difference = 100 * (np.asarray(second) - np.asarray(first))
    mean, error = difference.mean(), kit.standard_error(difference)
    if ax is None:
        ax = new_axes(
            f"{names[1]} minus {names[0]}: {kit.number(mean, 2)} ± {error:.2f} points over {len(difference)} splits, "
            f"while {names[0]} alone spreads over {100 * np.ptp(first):.1f} points.",
            figsize=(7.4, 3.3),
        )
    left, right = kit.panels(ax, (2,), below=42, above=26)
    for a, b in zip(100 * np.asarray(first), 100 * np.asarray(second), strict=True):
        left.plot([0, 1], [a, b], "-o", color=style.BLUE if b > a else style.VERMILION, linewidth=1.2, markersize=4)
    left.set(xlim=(-0.4, 1.4), ylabel="accuracy (%)")
    left.set_xticks([0, 1], names)
    left.set_title("each split is a line, blue if it rises")
    left.grid(False)
    spread = np.sort(difference)
    right.plot(spread, np.linspace(0.25, 0.75, len(spread)), "o", color=style.GREY, markersize=6)
    right.errorbar(mean, 0.12, xerr=2 * error, fmt="o", color=style.BLACK, markersize=8, elinewidth=3)
    right.axvline(0, color=style.BLACK, linewidth=1.2, linestyle=":")
    right.set(ylim=(0, 0.9), yticks=[], xlabel=f"{names[1]} minus {names[0]} (points)")
    right.set_title("differences, mean ± 2 errors")
    right.grid(False)
    return ax


def detectable(ax: Axes, images: int = 3000, disagree: float = 0.1) -> str:
    """Draw the difference of two accuracies that `images` can show, against their number, paired and unpaired.

    Args:
        ax: The sheet.
        images: How many both networks are measured on.
        disagree: Share of the images on which only one of the two is right.
    """
    counts = np.geomspace(100, 100_000, 121)
    ways = {"other images": (2 * 0.85 * 0.15, style.GREY), "same images": (disagree, style.BLUE)}
    shown = {name: 200 * np.sqrt(share / images) for name, (share, _) in ways.items()}
    for name, (share, color) in ways.items():
        ax.plot(counts, 200 * np.sqrt(share / counts), "-", color=color, linewidth=2.2)
        ax.plot(images, shown[name], "o", color=color, markersize=9)
        above = name == "other images"
        x, y = (3e5, 6) if above else (95, 0.13)
        kit.halo(ax.text(x, y, f"{name}: {shown[name]:.1f}", ha="right" if above else "left", color=color,
                         weight="bold"))  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="images", ylabel="two errors (points)", ylim=(0.1, 20), xlim=(90, 3e5))
    ax.set_xticks([100, 1000, 10_000, 100_000], ["100", "1,000", "10,000", "100,000"])
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.minorticks_off()
    ax.set_title(f"{images:,} images can show {shown['same images']:.1f} points")
    return (
        f"With {images:,} images two errors of a difference are {shown['same images']:.2g} points where both networks "
        f"see the same images and disagree on {disagree:.0%}, else {shown['other images']:.2g}."
    )


def draw_folds(outer: int = 5, inner: int = 4, *, ax: Axes | None = None) -> Axes:
    """Draw nested cross-validation: each outer fold is scored once, and the choice is made within the others."""
    if ax is None:
        ax = new_axes(
            f"{outer} outer folds: each part is scored once. Within the other parts, {inner} inner folds choose the "
            "setting for it.",
            figsize=(7.4, 3.0),
        )
    kit.bare(ax, (-0.2, 15), (-0.9, outer + 0.9))

    def bar(x: float, y: float, width: float, height: float, scored: bool, color: str) -> None:
        ax.add_patch(Rectangle((x, y), width, height, facecolor=color if scored else style.LIGHT_GREY,
                               edgecolor="white", linewidth=2, linestyle="-"))  # fmt: skip

    for row in range(outer):
        for part in range(outer):
            bar(1.2 * part, outer - 1 - row, 1.2, 0.8, part == row, style.VERMILION)
    ax.text(0.6 * outer, outer + 0.25, "outer folds: score", ha="center", weight="bold", color=style.VERMILION)
    left, width = 1.2 * outer + 2.6, 1.2  # of an outer part: the inner folds are the grey of one row
    for row in range(inner):
        for part in range(inner):
            bar(left + width * part, outer - 1.5 - row * 0.9, width, 0.7, part == row, style.BLUE)
    ax.text(left + width * inner / 2, outer + 0.25, "inner folds: choose", ha="center", weight="bold", color=style.BLUE)
    arrow = {"arrowstyle": "-|>", "color": style.BLACK, "linewidth": 1.6}
    ax.annotate("", (left - 0.25, outer - 2), (1.2 * outer + 0.15, outer - 0.6), arrowprops=arrow)
    ax.annotate("", (1.2 * outer + 0.15, 0.4), (left - 0.25, 1.6), arrowprops=arrow)
    ax.set_title("Choose within the grey parts, then score the red one")
    ax.text(left - 0.1, 0.25, "train the chosen setting on the\ngrey parts, score the red one", va="center")
    return ax


def draw_optimism(repeats: Sequence[Mapping[str, float]], *, ax: Axes | None = None) -> Axes:
    """Draw for each repeat how much more a cross-validation says than its networks reach on other images."""
    ways = {"choose and score\nby the same folds": "flat", "nested": "nested"}
    gaps = {name: 100 * np.array([run[key] - run[f"{key}_fresh"] for run in repeats]) for name, key in ways.items()}
    if ax is None:
        told = [f"{gap.mean():.1f} ± {kit.standard_error(gap):.1f}" for gap in gaps.values()]
        ax = new_axes(
            f"Optimism over {len(repeats)} draws of 100 images, in points: by the same folds {told[0]}, nested "
            f"{told[1]}.".replace("-", "−"),
            figsize=(7.0, 2.6),
        )
    for row, gap in enumerate(gaps.values()):
        color = (style.VERMILION, style.BLUE)[row]
        ax.plot(np.sort(gap), row + np.linspace(0.26, -0.26, len(gap)), "o", color=color, alpha=0.5, markersize=6)
        error = kit.standard_error(gap)
        ax.errorbar(gap.mean(), row, xerr=2 * error, fmt="o", color=style.BLACK, markersize=8, elinewidth=3, zorder=4)
        ax.text(gap.mean(), row - 0.36, kit.number(gap.mean(), 1, plus=True), ha="center", weight="bold")
    ax.axvline(0, color=style.BLACK, linestyle=":", linewidth=1.4)
    ax.set_yticks(range(2), list(gaps))
    ax.set(ylim=(1.6, -0.75), xlabel="score minus accuracy on 3,000 other images (points)")
    ax.grid(False, axis="y")
    ax.set_title("Folds that have chosen cannot score")
    return ax


def draw_leak(scores: Mapping[str, Array], *, ax: Axes | None = None) -> Axes:
    """Draw accuracies on labels that are pure chance, for each way to prepare the features."""
    if ax is None:
        words = "; ".join(f"{name}: {100 * np.mean(found):.0f} %" for name, found in scores.items())
        ax = new_axes(f"Cross-validated accuracy where the labels are coin tosses: {words}.", figsize=(6.8, 2.3))
    for row, found in enumerate(scores.values()):
        color = (style.VERMILION, style.BLUE)[row]
        ax.plot(100 * np.asarray(found), row + np.linspace(-0.2, 0.2, len(found)), "o", color=color, markersize=6,
                alpha=0.6)  # fmt: skip
        ax.plot([100 * np.mean(found)] * 2, [row - 0.35, row + 0.35], "-", color=style.BLACK, linewidth=2.4)
    ax.axvline(50, color=style.BLACK, linestyle=":", linewidth=1.4)
    kit.halo(ax.text(50, -0.48, "truth", ha="center", va="bottom"))
    ax.set_yticks(range(len(scores)), list(scores))
    ax.set(ylim=(1.6, -0.8), xlim=(25, 100), xlabel="cross-validated accuracy (%)")
    ax.grid(False, axis="y")
    ax.set_title("A leak finds a rule in coin tosses")
    return ax
