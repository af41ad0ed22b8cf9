"""Losses of predicted classes: probabilities and their cost, softmax, codes as areas, and the loss against accuracy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes

HOURS = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.5])
PASSED = np.array([0, 0, 0, 1, 0, 1, 1, 1])
"""Hours of study of eight students, and whether they passed."""

WEATHERS = ("sun", "cloud", "rain", "snow")
TRUTHS = {
    "mostly sun": (1 / 2, 1 / 4, 1 / 8, 1 / 8),
    "all equal": (1 / 4, 1 / 4, 1 / 4, 1 / 4),
    "mostly snow": (1 / 8, 1 / 8, 1 / 4, 1 / 2),
}
CODES = {
    "for mostly sun": ("0", "10", "110", "111"),
    "for all equal": ("00", "01", "10", "11"),
    "for mostly snow": ("111", "110", "10", "0"),
}
"""The best code of each truth, in the same order: a word of −log₂ p digits for each weather."""


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def pass_or_fail(axes: Any, weight: float = 1.0, bias: float = -1.0) -> str:
    """Draw the probability of passing with what each student's outcome got of it (left), and minus its log (right)."""
    left, right = axes
    y_hat = _sigmoid(weight * HOURS + bias)
    of_truth = np.where(PASSED == 1, y_hat, 1 - y_hat)
    fine = np.linspace(0, 5, 201)
    left.plot(fine, _sigmoid(weight * fine + bias), "-", color=style.BLUE)
    left.vlines(HOURS, np.where(PASSED == 1, 0, 1), y_hat, color=style.GREEN, linewidth=kit.points(5), alpha=0.6)
    left.plot(HOURS, PASSED, "o", color=style.BLACK)
    left.set(xlabel="hours of study", ylabel="probability of passing", xlim=(0, 5), ylim=(-0.06, 1.06))
    left.set_title(f"product of green bars: {short_product(of_truth)}")
    costs = -np.log(of_truth)
    loss, worst = costs.mean(), costs.argmax()
    right.bar(HOURS, costs, width=0.28, color=style.VERMILION)
    right.axhline(loss, color=style.BLACK, linestyle="--", linewidth=1.5)
    right.text(4.95, loss + 0.08, f"mean {loss:.2f}", color=style.BLACK, ha="right")
    right.text(HOURS[worst], min(costs[worst], 4.6) + 0.08, f"{costs[worst]:.1f}", ha="center", color=style.VERMILION)
    right.set(xlabel="hours of study", ylabel="−ln of the green bar", xlim=(0, 5), ylim=(0, 5))
    right.set_title("cost of each student (nats)")
    return (
        f"Weight {number(weight, 1)}, bias {number(bias, 1)}: likelihood {short_product(of_truth)}, mean cost "
        f"{loss:.2f} nats; the dearest student, {HOURS[worst]:g} hours, costs {costs[worst]:.1f}."
    )


def short_product(shares: Any) -> str:
    """Return the product of probabilities with two digits that count, or "below 10⁻⁶".

    >>> short_product([0.5, 0.5]), short_product([1e-4, 1e-3])
    ('0.25', 'below 10⁻⁶')
    """
    product = float(np.prod(shares))
    return kit.short(round(product, 1 - int(np.floor(np.log10(product))))) if product > 1e-6 else "below 10⁻⁶"


def draw_two_learners(paths: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw slopes against the logit for cross-entropy and squared error, and predictions that learn from each.

    Args:
        paths: "cross-entropy" and "squared error" → predictions (steps + 1,) for a target of 1.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_two_learners(paths), figsize=(7.6, 3.2))
    left, right = kit.panels(ax, (2,), below=42)
    z = np.linspace(-8, 8, 161)
    p = _sigmoid(z)
    looks = {"cross-entropy": ("-", style.BLUE), "squared error": ("--", style.VERMILION)}
    left.axvspan(-8, -3, color=kit.faded(style.VERMILION, 0.12), linewidth=0)
    left.text(-7.7, 0.13, "badly wrong", color=style.BLACK)
    left.text(7.7, 0.13, "right", ha="right", color=style.BLACK)
    for name, slope in (("cross-entropy", p - 1), ("squared error", 2 * (p - 1) * p * (1 - p))):
        dash, color = looks[name]
        left.plot(z, slope, dash, color=color)
        right.plot(paths[name], dash, color=color)
    left.text(-7.7, -0.75, "cross-entropy", color=looks["cross-entropy"][1])
    left.text(-7.7, -0.36, "squared error", color=looks["squared error"][1])
    left.set(xlabel="logit z (y = 1)", ylabel="slope ∂L/∂z", xlim=(-8, 8), ylim=(-1.08, 0.28), title="the push")
    right.text(30, 0.84, "cross-entropy", color=looks["cross-entropy"][1])
    right.text(205, 0.3, "squared\nerror", color=looks["squared error"][1], ha="right")
    right.set(xlabel="step", ylabel="prediction (target 1)", ylim=(0, 1.05), xlim=(0, len(paths["squared error"]) - 1))
    right.set_title("the learning")
    return ax


def describe_two_learners(paths: Mapping[str, Any]) -> str:
    """Return what `draw_two_learners` shows."""
    steps = {name: int(np.argmax(np.asarray(path) > 0.5)) for name, path in paths.items()}
    return (
        "Badly wrong, cross-entropy has slope −1 and squared error nearly 0; steps until the prediction passes one "
        f"half: {', '.join(f'{name} {count}' for name, count in steps.items())}."
    )


def draw_three_classes(softmax: Callable[[Any], Any], *, dogs: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw what three logits become, the cat's 1 and the bird's −1, for each logit of the dog in `dogs`."""
    shares = [softmax(np.array([1.0, dog, -1.0])) for dog in dogs]
    losses = [-np.log(each[0]) for each in shares]
    if ax is None:
        told = "; ".join(f"dog {number(dog, 0)}: loss {loss:.2f}" for dog, loss in zip(dogs, losses, strict=True))
        ax = new_axes(f"Probabilities of cat, dog and bird, the cat being true. {told}.", figsize=(7.6, 2.2))
    for panel, dog, y_hat, loss in zip(kit.panels(ax, (len(dogs),), below=40), dogs, shares, losses, strict=True):
        panel.barh([2, 1, 0], y_hat, color=[style.BLUE, style.LIGHT_GREY, style.LIGHT_GREY], edgecolor=style.BLACK)
        for row, name, z, share in zip((2, 1, 0), ("cat", "dog", "bird"), (1, dog, -1), y_hat, strict=True):
            panel.text(share + 0.02, row, f"{share:.2f}   {name}, z = {number(z, 0)}", va="center")
        panel.set(xlabel="probability", xlim=(0, 1.5), xticks=[0, 0.5, 1], yticks=[], title=f"loss −ln ŷ = {loss:.2f}")
        panel.grid(False)
    return ax


def fraction(value: float) -> str:
    """Return eighths as a mixed number.

    >>> fraction(1.75), fraction(0.875), fraction(2.0)
    ('1¾', '⅞', '2')
    """
    whole, eighths = divmod(round(8 * value), 8)
    part = ("", "⅛", "¼", "⅜", "½", "⅝", "¾", "⅞")[eighths]
    return f"{whole}{part}" if whole or not part else part


def code_areas(axes: Any, truth: str = "mostly sun", code: str = "for mostly snow") -> str:
    """Draw code words as towers of bits, as wide as their weather is frequent: the best code, and the one in use."""
    p = TRUTHS[truth]
    best, used = CODES[f"for {truth}"], CODES[code]
    entropy = sum(share * len(word) for share, word in zip(p, best, strict=True))
    cross = sum(share * len(word) for share, word in zip(p, used, strict=True))
    for ax, words, title, color in (
        (axes[0], best, f"best code: {fraction(entropy)} bits", style.BLUE),
        (axes[1], used, f"code {code}: {fraction(cross)} bits", style.VERMILION),
    ):
        ax.set(xlim=(-0.01, 1.01), ylim=(0, 3.6), yticks=[0, 1, 2, 3], xticks=np.cumsum(p) - np.array(p) / 2)
        ax.set_xticklabels([f"{w}\n{fraction(share)}" for w, share in zip(WEATHERS, p, strict=True)])
        ax.tick_params(length=0, axis="x")
        ax.grid(False)
        ax.set_title(title, color=color, weight="bold")
        for left, share, word, short_word in zip(np.cumsum(p) - np.array(p), p, words, best, strict=True):
            _tower(ax, left, share, word, len(short_word))
        ax.axhline(entropy, color=style.BLUE, linewidth=kit.points(3), zorder=5)
    axes[0].set_ylabel("bits in the word")
    if cross > entropy:
        axes[1].axhline(cross, color=style.VERMILION, linestyle="--", linewidth=kit.points(3), zorder=5)
        look: dict[str, Any] = {"arrowstyle": "<->", "color": style.BLACK, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
        axes[1].annotate("", (0.97, cross), (0.97, entropy), arrowprops=look, zorder=6)
        axes[1].text(0.93, 3.25, f"{fraction(cross - entropy)} bit too many", ha="right")
    return (
        f"Truth {truth}. The best code has an area of {fraction(entropy)} bits a day, the code {code} one of "
        f"{fraction(cross)}."
    )


def _tower(ax: Axes, left: float, width: float, word: str, needed: int) -> None:
    """Draw a code word, read downwards, as one box a digit; those beyond the `needed` ones are hatched."""
    for row, digit in enumerate(reversed(word)):
        extra = row >= needed
        color = style.VERMILION if extra else style.BLUE
        ax.add_patch(
            Rectangle((left, row), width, 1, facecolor=kit.faded(color, 0.25), edgecolor="white", linewidth=1.5,
                      linestyle="-")
        )  # fmt: skip
        if extra:
            ax.add_patch(
                Rectangle((left, row), width, 1, fill=False, hatch="///", edgecolor=kit.faded(color, 0.55), linewidth=0,
                          linestyle="-")
            )  # fmt: skip
        ax.text(left + width / 2, row + 0.45, digit, ha="center", va="center", weight="bold", zorder=6)
    edge: dict[str, Any] = {"fill": False, "edgecolor": style.BLACK, "linewidth": 1.4}
    ax.add_patch(Rectangle((left, 0), width, len(word), linestyle="-", **edge))
    if len(word) < needed:
        ax.add_patch(
            Rectangle((left, 0), width, needed, fill=False, edgecolor=style.BLUE, linewidth=1.4, linestyle=":")
        )


_SHARE = np.linspace(0, 1, 21)[:, None]
_HESITANT = 0.4 + 0.2 * _SHARE
STORIES = {
    # Of the ten, five cross the line while the other five give away as much: the product of all ten stays the same.
    "accuracy rises, loss flat": np.hstack([_HESITANT] * 5 + [0.36 / _HESITANT] * 5),
    "loss falls, accuracy flat": np.hstack([0.55 + 0.43 * _SHARE] * 8 + [0.45 + 0 * _SHARE] * 2),
    "both rise": np.hstack([0.45 + 0.25 * _SHARE] * 3 + [0.8 + 0 * _SHARE] * 6 + [0.3 * 0.001**_SHARE]),
}
"""Name → probabilities (steps, examples) of the true class."""


def story(axes: Any, name: str = "accuracy rises, loss flat", step: int = 20) -> str:
    """Draw how the probabilities of ten true classes have moved (left), and accuracy and loss with them (right).

    Args:
        axes: Two.
        name: Which of `STORIES`.
        step: Up to here.
    """
    p = STORIES[name]
    left, right = axes
    place = np.arange(1, p.shape[1] + 1)
    now, right_now = p[step], p[step] > 0.5
    left.axhspan(0.5, 1.05, color=kit.faded(style.BLUE, 0.08), linewidth=0)
    left.axhline(0.5, color=style.GREY, linewidth=1.2, linestyle="-")
    left.plot(place, p[0], "o", markerfacecolor="white", color=style.GREY, markersize=kit.points(5))
    left.vlines(place, p[0], now, color=style.GREY, linewidth=1.5)
    left.plot(place[right_now], now[right_now], "o", color=style.BLUE, markersize=kit.points(8))
    left.plot(place[~right_now], now[~right_now], "X", color=style.VERMILION, markersize=kit.points(9))
    left.set(xlabel="example", ylabel="p of the true class", ylim=(-0.04, 1.05), xticks=place, yticks=[0, 0.5, 1])
    left.set_title(f"{right_now.sum()} of {len(place)} right")
    left.grid(False)
    accuracy, loss = 100 * np.mean(p > 0.5, axis=1), np.mean(-np.log(p), axis=1)
    right.plot(accuracy[: step + 1], loss[: step + 1], "-", color=style.BLACK, linewidth=2.2)
    right.plot(accuracy[0], loss[0], "o", markerfacecolor="white", color=style.GREY, markersize=kit.points(7))
    moved = np.flatnonzero((accuracy[:step] != accuracy[step]) | (abs(loss[:step] - loss[step]) > 0.02))
    if moved.size:
        look: dict[str, Any] = {"arrowstyle": "-|>", "color": style.BLACK, "lw": 2.2, "mutation_scale": 14}
        before = accuracy[moved[-1]], loss[moved[-1]]
        right.annotate("", (accuracy[step], loss[step]), before, arrowprops=look | {"shrinkA": 0, "shrinkB": 0})
    right.set(xlim=(35, 107), ylim=(0, 1.3), xlabel="accuracy (%)", ylabel="loss (nats)", xticks=[40, 60, 80, 100])
    right.set_title(f"accuracy {accuracy[step]:.0f} %, loss {loss[step]:.2f}")
    return (
        f"Step {step}: accuracy {accuracy[step]:.0f} % and loss {loss[step]:.2f}; at first {accuracy[0]:.0f} % and "
        f"{loss[0]:.2f}."
    )


def draw_first_losses(classes: Sequence[int], losses: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw losses before training against the number of classes, beside ln k.

    Args:
        classes: Numbers of classes (n,).
        losses: "small weights" and "large weights" → losses (n, seeds).
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_first_losses(classes, losses), figsize=(7.6, 2.9))
    fine = np.geomspace(2, 1000, 50)
    ax.plot(fine, np.log(fine), "-", color=style.GREY)
    ax.text(40, 2.1, "ln k", color=style.GREY)
    for (name, each), own, place in zip(
        losses.items(), (style.look("small"), style.look("large")), ((12, 0.9), (12, 12.5)), strict=True
    ):
        ax.plot(np.repeat(classes, np.shape(each)[1]), np.ravel(each), **own.dots, markersize=kit.points(6))
        ax.text(*place, name, color=style.visible(own.color, ax, 4.5))
    ax.set(xscale="log", xlabel="number of classes k", ylabel="first loss (nats)", ylim=(0, None), xticks=classes)
    ax.set_xticklabels([str(k) for k in classes])
    ax.minorticks_off()
    ax.set_title("With small weights the first loss is ln k")
    return ax


def describe_first_losses(classes: Sequence[int], losses: Mapping[str, Any]) -> str:
    """Return what `draw_first_losses` shows."""
    ends = ", ".join(f"{name} {np.min(each[-1]):.1f} to {np.max(each[-1]):.1f}" for name, each in losses.items())
    return f"Losses before training for {len(classes)} numbers of classes; for {classes[-1]} classes: {ends}."
