"""Dropout on a drawing, many masks averaged; batch normalization of three units, its averages, and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def scored(p: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return accuracy in % and cross-entropy of probabilities (…, examples, classes)."""
    right = p[..., np.arange(len(labels)), labels]
    return 100 * np.mean(p.argmax(axis=-1) == labels, axis=-1), -np.log(np.maximum(right, 1e-7)).mean(axis=-1)


def draw_masks(thinned: Sequence[np.ndarray], whole: np.ndarray, labels: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw accuracy and loss of the mean over more and more masks, beside those of the whole network.

    Args:
        thinned: For each mask the probabilities (networks, examples, classes).
        whole: Those without a mask.
        labels: The right classes (examples,).
        ax: Where to draw.
    """
    counts = np.arange(1, len(thinned) + 1)
    means = np.cumsum(thinned, axis=0) / counts[:, None, None, None]
    masked, full = scored(means, labels), scored(np.asarray(whole), labels)
    if ax is None:
        ax = new_axes(
            f"One thinned network is right in {masked[0][0].mean():.0f} %, the mean of {len(thinned)} in "
            f"{masked[0][-1].mean():.0f} %, the whole network in {full[0].mean():.0f} %; the loss of the mean ends at "
            f"{masked[1][-1].mean():.2f}, that of the whole network is {full[1].mean():.2f}.",
            figsize=(7.6, 3.3),
        )
    for panel, title, values, one in zip(kit.panels(ax, (2,), below=40), ("accuracy (%)", "loss"), masked, full,
                                         strict=True):  # fmt: skip
        panel.fill_between(counts, values.min(axis=1), values.max(axis=1), color=style.GREEN, alpha=0.2, linewidth=0)
        panel.plot(counts, values.mean(axis=1), "-", color=style.GREEN)
        panel.axhline(one.mean(), color=style.BLACK, linestyle="--")
        panel.set(xlabel="masks averaged", xlim=(0, None), title=title)
        panel.annotate("whole network", (0.5, one.mean()), (0, kit.points(5)), textcoords="offset points")
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
    spread = ", ".join(kit.number(mean, 1) for mean in z.mean(axis=0))
    at = kit.number(beta, 1)
    return (
        f"Before, the units have the means {spread}. Afterwards, with γ = {gamma:.1f} and β = {at}, each has mean {at} "
        f"and standard deviation {abs(gamma):.1f}."
    )


def moving_mean(momentum: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of 600 batches of a unit whose sums have mean 2, and the average that Keras keeps, from 0."""
    means = 2 + np.random.default_rng(0).normal(size=600) / np.sqrt(8)  # batches of 8 with standard deviation 1
    moving = np.zeros(601)
    for step, mean in enumerate(means):
        moving[step + 1] = momentum * moving[step] + (1 - momentum) * mean
    return means, moving


def draw_moving_means(momenta: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """Draw the moving mean of a unit for each momentum, and the means of the batches as dots."""
    found = {}
    for momentum in momenta:
        late = np.flatnonzero(moving_mean(momentum)[1] > 1.9)
        found[momentum] = f"1.9 after {late[0]} steps" if len(late) else "still below 1.9"
    if ax is None:
        said = "; ".join(f"{momentum:.3g}: {when}" for momentum, when in found.items())
        ax = new_axes(f"The moving mean of a unit with mean 2, by momentum: {said}.", figsize=(7.6, 2.9))
    for panel, (momentum, when) in zip(kit.panels(ax, (len(momenta),), below=40), found.items(), strict=True):
        means, moving = moving_mean(momentum)
        panel.plot(np.arange(1, 601), means, ".", color=style.GREY, markersize=kit.points(2.5), linestyle="none")
        panel.plot(moving, "-", color=style.VERMILION)
        panel.axhline(2, color=style.BLACK, linestyle=":")
        panel.set(xlabel="step", ylim=(-0.1, 3.4), xlim=(-8, 608), xticks=(0, 300, 600))
        panel.set_title(f"momentum {momentum:.3g}")
        panel.text(590, 0.12, when, ha="right")
    return ax
