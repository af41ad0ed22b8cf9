"""Dropout on a drawing, many masks averaged; batch normalization of three units, its averages, and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.network import draw_network
from helpers.picture import new_axes

SIZES = (4, 5, 5, 3)


def masks(ax: Axes, step: int = 1, rate: float = 0.5) -> str:
    """Draw a small network in one training step; inputs fail at 0.4 of the rate of hidden units."""
    lost = np.random.default_rng(step).random(14) < np.repeat([0.4 * rate, rate, rate], SIZES[:3])
    draw_network(SIZES, ax=ax, dropped=[*np.split(lost, np.cumsum(SIZES[:2])), np.zeros(3, bool)])
    ax.set_title(f"step {step}: {14 - lost.sum()} of 14 units take part")
    return f"Step {step}, rate {rate:.1f}: {lost.sum()} of 14 units are crossed out, with all their connections."


def draw_masks(accuracy: np.ndarray, loss: np.ndarray, whole: tuple[np.ndarray, np.ndarray], *,
               ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw accuracy and loss of the mean over more and more masks (masks, networks), beside the whole network's."""
    if ax is None:
        ax = new_axes(
            f"One thinned network is right in {accuracy[0].mean():.0%}, the mean of {len(accuracy)} in "
            f"{accuracy[-1].mean():.0%}, the whole network in {whole[0].mean():.0%}; the loss of the mean ends at "
            f"{loss[-1].mean():.2f}, that of the whole network is {whole[1].mean():.2f}.",
            figsize=(7.6, 3.3),
        )
    counts = np.arange(1, len(accuracy) + 1)
    for panel, values, one in zip(kit.panels(ax, (2,), below=40), (100 * accuracy, loss), (100 * whole[0], whole[1]),
                                  strict=True):  # fmt: skip
        panel.fill_between(counts, values.min(axis=1), values.max(axis=1), color=style.GREEN, alpha=0.2, linewidth=0)
        panel.plot(counts, values.mean(axis=1), "-", color=style.GREEN)
        panel.axhline(one.mean(), color=style.BLACK, linestyle="--")
        panel.set(xlabel="masks averaged", xlim=(0, None))
        panel.set_title("loss" if values is loss else "accuracy (%)")
        panel.annotate("whole network", (1, one.mean()), (0, kit.points(5)), ha="left",
                       textcoords="offset points")  # fmt: skip
        panel.annotate("mean of the masks", (counts[-1], values[-1].mean()), (0, -kit.points(24)), ha="right",
                       color=style.GREEN, textcoords="offset points")  # fmt: skip
    return ax


def scale_and_shift(axes: Sequence[Axes], z: np.ndarray, normalize: Callable[..., np.ndarray], gamma: float = 1.0,
                    beta: float = 0.0) -> str:  # fmt: skip
    """Draw the sums z (examples, 3) of three units before (left) and after `normalize`, a ridge a unit."""
    y = normalize(z, gamma, beta)
    bins = np.linspace(-12, 8, 81)
    middle = (bins[:-1] + bins[1:]) / 2
    for ax, values in zip(axes, (z, y), strict=True):
        ax.axvspan(-12, 0, color=style.LIGHT_GREY, alpha=0.6, linewidth=0, zorder=0)
        for unit in range(3):
            base, heights = 2.0 - unit, np.histogram(values[:, unit], bins)[0]
            smooth = np.convolve(heights, [0.25, 0.5, 0.25], mode="same")
            ridge = base + 0.85 * smooth / max(smooth.max(), 1)
            ax.fill_between(middle, base, ridge, color=kit.faded(style.BLUE, 0.35), linewidth=0, zorder=2)
            ax.plot(middle, ridge, "-", color=style.BLUE, linewidth=1.4, zorder=2.1)
        ax.set(xlim=(-12, 8), ylim=(-0.05, 3.1), yticks=(2.3, 1.3, 0.3))
        ax.set_yticklabels(("unit 1", "unit 2", "unit 3"))
        ax.grid(False)
    axes[0].set(xlabel="z", title="before")
    axes[1].set(xlabel="y", title=f"after: ReLU cuts off {np.mean(y < 0):.0%} (grey)")
    return f"γ = {gamma:.1f}, β = {beta:.1f}: each unit has mean {beta:.1f} and standard deviation {abs(gamma):.1f}."


def follow(ax: Axes, momentum: float = 0.99) -> str:
    """Draw the moving mean of a unit whose batches have means near 2, as Keras keeps it, from 0."""
    means = 2 + np.random.default_rng(0).normal(size=600) / np.sqrt(8)  # batches of 8 with standard deviation 1
    moving = np.zeros(601)
    for step, mean in enumerate(means):
        moving[step + 1] = momentum * moving[step] + (1 - momentum) * mean
    ax.plot(np.arange(1, 601), means, ".", color=style.GREY, markersize=kit.points(3.5), linestyle="none")
    ax.plot(moving, "-", color=style.VERMILION)
    ax.axhline(2, color=style.BLACK, linestyle=":")
    late = np.flatnonzero(moving > 1.9)
    when = f"1.9 after {late[0]} steps" if len(late) else f"only {moving[-1]:.1f} after 600 steps"
    ax.set(xlabel="training step", ylim=(-0.1, 3.4), xlim=(-8, 608), title=f"momentum {momentum:.3g}: {when}")
    return f"With momentum {momentum:.3g} the moving mean reaches {when}."


def draw_company(answers: Mapping[str, np.ndarray], alone: np.ndarray, names: Sequence[str], *,
                 ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw what a network says about one image in many batches, beside what it says at inference.

    Args:
        answers: How the batches were made → probabilities (batches, classes).
        alone: Probabilities (classes,) at inference.
        names: Of the classes.
        ax: Where to draw.
    """
    if ax is None:
        said = "; ".join(f"{kind} {table.argmax(1).tolist().count(alone.argmax())} of {len(table)}"
                         for kind, table in answers.items())  # fmt: skip
        ax = new_axes(f"Batches in which the answer is the same as at inference: {said}.", figsize=(7.6, 3.2))
    classes = np.argsort(-np.mean([table.mean(axis=0) for table in answers.values()], axis=0))[:4]
    for panel, (kind, table) in zip(kit.panels(ax, (len(answers),), below=24), answers.items(), strict=True):
        for place, label in enumerate(classes):
            spread = place + np.linspace(-0.25, 0.25, len(table))
            panel.plot(
                spread, 100 * table[:, label], "o", color=style.ORANGE, markersize=kit.points(4), linestyle="none"
            )
            panel.plot([place - 0.36, place + 0.36], [100 * alone[label]] * 2, "-", color=style.BLACK, linewidth=2.5)
        panel.set(ylim=(-3, 108), xlim=(-0.5, 3.5), title=kind)
        panel.set_xticks(range(4), [names[label] for label in classes])
        if kind == next(iter(answers)):
            panel.set_ylabel("probability (%)")
            panel.annotate("line: at inference", (3.45, 104), ha="right", va="top")
            panel.annotate(
                "dots: one batch each", (3.45, 93), ha="right", va="top", color=style.visible(style.ORANGE, panel, 4.5)
            )
    return ax
