"""The figures of notebook 07 deeper: one digit that grows, answers to drawings, folds, histograms, and a regression."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from PIL import Image, ImageDraw

from helpers import style
from helpers.data import CLASS_NAMES
from helpers.figures import _kit as kit
from helpers.figures.training import stored
from helpers.picture import new_axes

DRAWN = {
    "a T-shirt": (
        [(95, 20), (185, 20), (270, 70), (240, 125), (205, 100), (205, 265), (75, 265), (75, 100), (40, 125), (10, 70)]
    ),
    "a cat": ([(60, 20), (110, 75), (170, 75), (220, 20), (235, 150), (190, 240), (90, 240), (45, 150)]),
}
"""Corners of two drawings on 280 × 280 pixels."""

FLOOR = 1e-8
"""Where a difference of exactly 0 is drawn on a logarithmic axis."""


def draw_last_digit(*, ax: Axes | None = None) -> Axes:
    """Draw how far two networks grow apart that differ in one weight: largest gap, and answers that differ."""
    runs = stored("last_digit")
    nudged, same = runs["one weight nudged"], runs["the same again"]
    share = 100 * np.array([run["answers_that_differ"] for run in nudged])
    gaps = np.array([run["largest_gap"] for run in nudged])
    epochs = np.arange(gaps.shape[1])
    apart = int((gaps[:, -1] > 1e-3).sum())
    if ax is None:
        ax = new_axes(
            f"Pairs of networks that differ in one weight by a ten-millionth. After {epochs[-1]} epochs the weights of "
            f"{apart} of {len(gaps)} pairs differ by {gaps[gaps[:, -1] > 1e-3, -1].min():.2f} or more, and up to "
            f"{share[:, -1].max():.1f} % of the answers do.", figsize=(7.6, 3.2),
        )  # fmt: skip
    left, right = kit.panels(ax, (2,), below=42)
    left.semilogy(epochs, gaps.T, "o-", color=style.VERMILION, markersize=kit.points(4), linewidth=1.6)
    left.semilogy(epochs, np.max([run["largest_gap"] for run in same], axis=0) + FLOOR, "s-", color=style.BLUE)
    left.set(xlabel="epoch", yticks=[FLOOR, 1e-6, 1e-4, 1e-2, 1], ylim=(FLOOR / 20, 10))
    left.set_yticklabels(["0", "10⁻⁶", "10⁻⁴", "0.01", "1"])
    left.minorticks_off()
    left.set_title("largest gap between two weights")
    left.text(epochs[-1], FLOOR / 8, "the same program again", ha="right", color=style.BLUE)
    left.text(0, 2, "one weight nudged", color=style.VERMILION)
    right.plot(epochs, share.T, "o-", color=style.VERMILION, markersize=kit.points(4), linewidth=1.6)
    right.set(xlabel="epoch", ylim=(-0.4, None), title="other answers to new images (%)")
    return ax


def drawn_pictures() -> dict[str, np.ndarray]:
    """Return a T-shirt and a cat, polygons with soft edges, as images (28, 28) from 0 to 1."""
    pictures = {}
    for name, corners in DRAWN.items():
        canvas = Image.new("L", (280, 280))
        ImageDraw.Draw(canvas).polygon(corners, fill=200)
        pictures[name] = np.asarray(canvas.resize((28, 28))) / np.float32(255)
    return pictures


def draw_answers(pictures: Mapping[str, np.ndarray], answers: Sequence[np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Draw each picture (28, 28) beside the ten probabilities that a network gives to it."""
    best = [f"{name}: {CLASS_NAMES[p.argmax()]} {p.max():.0%}" for name, p in zip(pictures, answers, strict=True)]
    if ax is None:
        ax = new_axes(f"Drawn pictures and the network's answers. {'; '.join(best)}.", figsize=(7.6, 2.9))
    ax.set_axis_off()
    for column, ((name, picture), p) in enumerate(zip(pictures.items(), answers, strict=True)):
        image = ax.inset_axes((0.5 * column, 0.15, 0.16, 0.65))
        image.imshow(picture, cmap="gray_r", vmax=1)
        image.set_axis_off()
        image.set_title(name)
        bars = ax.inset_axes((0.5 * column + 0.27, 0.02, 0.2, 0.95))
        color = [style.VERMILION if k == p.argmax() else style.LIGHT_GREY for k in range(10)]
        bars.barh(range(10), 100 * p, color=color)
        bars.set_yticks(range(10), CLASS_NAMES)
        bars.set(xlim=(0, 100), xticks=[0, 50, 100], title="says (%)")
        bars.invert_yaxis()
        bars.grid(False)
    return ax


def draw_folds(losses: Sequence[Sequence[float]], *, ax: Axes | None = None) -> Axes:
    """Draw the held-out loss of each fold with its lowest place, and the mean with its own."""
    curves = np.array(losses)
    mean, epochs = curves.mean(axis=0), np.arange(1, curves.shape[1] + 1)
    own, best = curves.argmin(axis=1) + 1, int(mean.argmin()) + 1
    if ax is None:
        ax = new_axes(
            f"Held-out losses, lowest in epoch {', '.join(map(str, own))}; their mean in {best}.", figsize=(7.6, 3.2)
        )
    for curve, low in zip(curves, own, strict=True):
        ax.plot(epochs, curve, "-", color=kit.faded(style.VERMILION, 0.45), linewidth=1.2)
        ax.plot(low, curve[low - 1], "o", color=style.VERMILION, markersize=kit.points(6))
    ax.plot(epochs, mean, **style.look("validation").line, linewidth=3)
    ax.plot(
        best,
        mean[best - 1],
        "o",
        markerfacecolor="none",
        color=style.GREEN,
        markersize=kit.points(15),
        markeredgewidth=2.5,
    )
    kit.label_end(ax, epochs[-1], mean[-1], "mean", style.VERMILION)
    ax.set(xlabel="epoch", ylabel="loss on the held-out fold", xlim=(0.5, len(epochs) + 1.5))
    ax.set_ylim(0.97 * curves.min(), 1.5 * np.median(mean))
    ax.set_title(f"Each fold has its own best epoch (dots); their mean is lowest after {best}")
    return ax


def read_histograms(folder: Path, tag: str) -> dict[int, np.ndarray]:
    """Return step → buckets (n, 3: left, right, count) of a histogram in the event files below `folder`."""
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
    from tensorboard.util import tensor_util

    events = EventMultiplexer().AddRunsFromDirectory(str(folder)).Reload()
    for run, kinds in events.Runs().items():
        for name in kinds["tensors"]:
            if name.endswith(tag):
                return {e.step: tensor_util.make_ndarray(e.tensor_proto) for e in events.Tensors(run, name)}
    raise ValueError(f"no histogram in {folder.name} is named {tag!r}")


def draw_histograms(folder: Path, *, ax: Axes | None = None) -> Axes:
    """Draw the histograms of gradients and weights that were logged, an epoch behind the other, as TensorBoard does."""
    found = {"gradients of the first layer": "gradient", "weights of the first layer": "kernel/histogram"}
    if ax is None:
        ax = new_axes(
            "Histograms of gradients and weights, one for each epoch; the newest stands in front.", figsize=(7.6, 3.4)
        )
    for panel, (title, tag) in zip(kit.panels(ax, (2,), below=42), found.items(), strict=True):
        steps = read_histograms(folder, tag)
        reach = 0.6 * max(np.abs(b[:, :2]).max() for b in steps.values())
        places = np.linspace(-reach, reach, 121)
        for row, buckets in enumerate(steps.values()):
            below = np.append(0, np.cumsum(buckets[:, 2]))  # counts up to each edge, so that a bucket is spread evenly
            density = np.diff(np.interp(places, np.append(buckets[0, 0], buckets[:, 1]), below))
            height = -row + 2.2 * np.sqrt(density / density.max())
            shade = kit.faded(style.BLUE, 0.35 + 0.08 * row)
            panel.fill_between(places[:-1], height, -row, color=shade, zorder=row + 1, linewidth=0)
            panel.plot(places[:-1], height, "-", color="white", linewidth=1, zorder=row + 1)
        panel.set(yticks=[0, 1 - len(steps)], xlabel="value", title=title, xticks=[-reach, 0, reach])
        panel.set_yticklabels(["epoch 1", f"epoch {len(steps)}"] if tag == "gradient" else ["", ""])
        panel.set_xticklabels([kit.short(-reach), "0", kit.short(reach)])
        panel.grid(False)
    return ax


def draw_regression(groups: Mapping[str, Sequence[Mapping[str, float]]], *, ax: Axes | None = None) -> Axes:
    """Draw mean absolute errors over splits; a line joins what was measured on the same split."""
    names = list(groups)
    errors = np.array([[run["error"] for run in groups[name]] for name in names])
    if ax is None:
        told = "; ".join(f"{name} {each.mean():.0f}" for name, each in zip(names, errors, strict=True))
        ax = new_axes(f"Mean absolute errors on new patients, means over splits: {told}.", figsize=(7.6, 3.0))
    ax.plot(errors, range(len(names)), "-", color=style.LIGHT_GREY, linewidth=1.2)
    for row, each in enumerate(errors):
        ax.plot(each, [row] * len(each), "o", color=style.BLUE, alpha=0.8)
        ax.text(each.mean(), row - 0.3, f"{each.mean():.0f}", ha="center", va="center")
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.6))
    ax.set(xlabel="mean absolute error on new patients (points of the score)")
    return ax


def print_mistake(mistake: Callable[[], object]) -> None:
    """Run `mistake`, which fails, and print how its error message begins, without colours."""
    try:
        mistake()
    except Exception as error:
        text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
        print(f"{type(error).__name__}: {' '.join(text.split())[:72]}…")
