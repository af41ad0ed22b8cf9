"""Losses of predicted numbers: bars and squares, one weight, the map of two, four costs, an outlier, the floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes

Loss = Callable[[Any, Any], Any]

LINE_X = np.array([-2.0, -1.5, -1.0, -0.4, 0.3, 0.9, 1.4, 2.0])
LINE_Y = np.array([-0.9, 0.3, -0.3, 1.1, 1.0, 2.2, 1.7, 0.0])
"""Eight points; the last lies far below the line that the other seven suggest."""

ORDINARY_DAYS = np.array([9.0, 10.0, 11.0, 12.0, 13.0, 14.0])
"""Minutes to school on six days; a seventh day had a flat tyre."""

NOISE = 0.3
"""Standard deviation of the noise in the points of `floor`."""


def bars_and_squares(ax: Axes, slope: float = 0.65, intercept: float = 0.8) -> str:
    """Draw a line through eight points, each residual as a bar and as a square, and the mean of both at the right."""
    ax.set(xlim=(-2.9, 5.0), ylim=(-2.1, 3.3), aspect="equal", xlabel="input x", ylabel="target y", xticks=[-2, 0, 2])
    ax.grid(False)
    prediction = slope * LINE_X + intercept
    residual = LINE_Y - prediction
    ax.plot([-2.6, 2.5], [slope * -2.6 + intercept, slope * 2.5 + intercept], "-", color=style.BLUE, zorder=2)
    for x, y, size in zip(LINE_X, LINE_Y, residual, strict=True):
        _square(ax, x - abs(size) if x > 1.9 else x, min(y, y - size), abs(size))
    ax.vlines(LINE_X, LINE_Y, prediction, color=style.VERMILION, linewidth=kit.points(4), zorder=3)
    ax.plot(LINE_X, LINE_Y, "o", color=style.BLACK, markersize=kit.points(7), zorder=4)
    absolute, squared = float(np.mean(np.abs(residual))), float(np.mean(residual**2))
    ax.axvline(2.7, color=style.LIGHT_GREY, linewidth=1.2)
    ax.vlines(3.85, 1.1, 1.1 + absolute, color=style.VERMILION, linewidth=kit.points(4))
    _square(ax, 3.85 - np.sqrt(squared) / 2, -1.5, np.sqrt(squared))
    words: dict[str, Any] = {"ha": "center", "fontsize": kit.points(10), "color": style.VERMILION, "clip_on": True}
    ax.text(3.85, 0.6, f"bar {absolute:.2f}", **words)
    ax.text(3.85, -2.0, f"square {squared:.2f}", **words)
    ax.text(3.85, 2.95, "means", ha="center", fontsize=kit.points(10))
    ax.set_title(f"ŷ = {number(slope, 2)} x {'+' if intercept >= 0 else '−'} {abs(intercept):.2f}")
    return (
        f"Slope {number(slope, 2)}, intercept {number(intercept, 2)}: the mean bar is {absolute:.2f}, the mean square "
        f"{squared:.2f}."
    )


def _square(ax: Axes, x: float, y: float, side: float) -> None:
    look: dict[str, Any] = {"facecolor": kit.faded(style.VERMILION, 0.35), "edgecolor": style.VERMILION, "alpha": 0.6}
    ax.add_patch(Rectangle((x, y), side, side, linewidth=1, linestyle="-", zorder=1.5, **look))


def one_weight(axes: Any, x: Any, y: Any, loss: Callable[[float], float], w: float = 0.5, reveal: bool = False) -> str:
    """Draw the examples with the predictions w x (left), and the loss over w, hidden but for here (right)."""
    left, right = axes
    left.vlines(x, y, w * x, color=style.VERMILION, linewidth=kit.points(3))
    left.plot([-3, 6], [-3 * w, 6 * w], "-", color=style.BLUE)
    left.plot(x, y, "o", color=style.BLACK, markersize=kit.points(8))
    left.set(xlabel="input x", ylabel="output", xlim=(-3, 6), ylim=(-9, 21), title=f"ŷ = {number(w, 1)} x")
    left.text(-2.6, 17, "dots: targets", color=style.BLACK)
    left.text(-2.6, 13, "line: predictions", color=style.BLUE)
    here = loss(w)
    grid = np.linspace(-1, 5, 121)
    if reveal:
        right.plot(grid, [loss(value) for value in grid], "-", color=style.BLACK)
        slope = (loss(w + 1e-5) - loss(w - 1e-5)) / 2e-5
        right.axline((w, here), slope=slope, color=style.VERMILION, linestyle="--", linewidth=1.4)
        way = (
            "here is the lowest point"
            if abs(slope) < 1e-3
            else f"slope {number(slope, 1)}: go " + ("right" if slope < 0 else "left")
        )
    else:
        way = "what does the curve look like?"
    right.plot([w], [here], "o", color=style.VERMILION, markersize=kit.points(10))
    right.set(xlabel="weight w", ylabel="loss L", xlim=(-1, 5), ylim=(-6, 90), title=f"loss {here:.2f}")
    right.text(0.5, 0.92, way, transform=right.transAxes, ha="center", color=style.VERMILION)
    return f"With w = {number(w, 1)} the loss over four examples is {here:.2f}; {way}."


def line_map(
    axes: Any, loss: Callable[[Any, Any], Any], gradient: Callable[[float, float], Any], slope: float = 1.7,
    intercept: float = 2.0,
) -> str:  # fmt: skip
    """Draw a line with its residuals (left) and its place on the map of the loss, with the arrow downhill (right)."""
    left, right = axes
    left.plot([-2.6, 2.6], [slope * -2.6 + intercept, slope * 2.6 + intercept], "-", color=style.BLUE)
    left.vlines(LINE_X, slope * LINE_X + intercept, LINE_Y, color=style.VERMILION, linewidth=kit.points(3))
    left.plot(LINE_X, LINE_Y, "o", color=style.BLACK)
    left.set(xlim=(-2.6, 2.6), ylim=(-3, 6), xlabel="input x", ylabel="target y", title="A line …")
    m, b = np.meshgrid(np.linspace(-1.6, 2.4, 60), np.linspace(-1.2, 2.8, 60))
    heights = np.array([[loss(*place) for place in zip(*row, strict=True)] for row in zip(m, b, strict=True)])
    lines = right.contour(m, b, heights, levels=[0.7, 1, 1.5, 2.5, 4, 6, 9], colors=kit.GROUND_EDGE, linewidths=1.2)
    right.clabel(lines, fmt="%g", fontsize=kit.points(10), colors=style.GREY)
    right.grid(False)
    down = -0.15 * np.asarray(gradient(slope, intercept))
    best = np.polyfit(LINE_X, LINE_Y, 1)
    right.plot(*best, "+", color=style.BLACK, markersize=kit.points(11), markeredgewidth=2)
    right.plot(slope, intercept, "o", color=style.BLUE, markersize=kit.points(9))
    look: dict[str, Any] = {"arrowstyle": "-|>", "color": style.BLUE, "lw": 2.5, "shrinkA": 0, "shrinkB": 0}
    far = 4 * down / max(float(np.linalg.norm(down)), 1e-9)
    right.plot([slope, slope + far[0]], [intercept, intercept + far[1]], ":", color=style.BLUE, linewidth=1.5)
    right.annotate("", (slope + down[0], intercept + down[1]), (slope, intercept), arrowprops=look)
    right.set(xlim=(-1.6, 2.4), ylim=(-1.2, 2.8), aspect="equal", xlabel="slope m", ylabel="intercept b")
    right.set_title(f"… is a point: loss {loss(slope, intercept):.2f}")
    return (
        f"The line with slope {number(slope, 1)} and intercept {number(intercept, 1)} is a point on the map of the "
        f"loss, {loss(slope, intercept):.2f}; the arrow downhill crosses the contour at a right angle."
    )


def draw_half_and_double(losses: Mapping[str, Loss], *, ax: Axes | None = None) -> Axes:
    """Draw the cost of every prediction when the target is 10, and mark the predictions 5 and 20."""
    if ax is None:
        ax = new_axes(describe_half_and_double(losses), figsize=(7.6, 4.6))
    guesses = np.linspace(0, 25, 201)[:, None]
    for panel, (name, loss) in zip(kit.panels(ax, (2, 2), below=40, above=26), losses.items(), strict=True):
        panel.plot(guesses, loss(10.0, guesses), "-", color=style.BLACK)
        half, double = (float(loss(10.0, np.array([guess]))) for guess in (5.0, 20.0))
        top = 1.5 * double
        panel.vlines([5, 20], 0, [half, double], color=style.VERMILION, linewidth=kit.points(5))
        for guess, cost in ((5, half), (20, double)):
            panel.text(guess, cost + 0.06 * top, number(cost, 2 if cost < 1 else 1), color=style.VERMILION,
                       ha="right" if guess > 9 else "left", weight="bold")  # fmt: skip
        panel.set(xlim=(0, 25), ylim=(0, top), xticks=[5, 10, 20], yticks=[], xlabel="prediction, when 10 is right")
        costs = f"{kit.short(round(double, 2))} / {kit.short(round(half, 2))}"
        panel.set(ylabel="cost (own scale)", title=f"{name}: {costs} = {double / half:.1f}")
    return ax


def describe_half_and_double(losses: Mapping[str, Loss]) -> str:
    """Return what `draw_half_and_double` shows."""
    pairs = ((name, *(float(loss(10.0, np.array([g]))) for g in (5.0, 20.0))) for name, loss in losses.items())
    told = "; ".join(f"{name} {half:.2f} and {double:.2f}" for name, half, double in pairs)
    return f"What predicting 5 and predicting 20 costs when 10 is right: {told}."


def best_constant(loss: Loss, values: Any) -> float:
    """Return the number, to a tenth, that is the cheapest prediction for all `values`."""
    constants = np.arange(0, np.max(values) + 0.05, 0.1)
    return float(constants[np.asarray(loss(np.asarray(values), constants[:, None])).argmin()])


def outlier(ax: Axes, losses: Mapping[str, Loss], flat_tyre: int = 15) -> str:
    """Draw seven days on a line of minutes, and below them the constant that each loss likes best."""
    days = np.append(ORDINARY_DAYS, flat_tyre)
    ax.plot(days[:-1], np.full(6, 0.0), "o", color=style.BLACK, markersize=kit.points(7))
    ax.plot(days[-1:], [0.0], "o", markerfacecolor="white", color=style.BLACK, markersize=kit.points(7))
    ax.annotate("flat tyre", (flat_tyre, 0), (0, kit.points(8)), textcoords="offset points", ha="center")
    told = []
    for row, (name, loss) in enumerate(losses.items(), start=1):
        calm, now = best_constant(loss, np.append(ORDINARY_DAYS, 15)), best_constant(loss, days)
        ax.plot([calm, now], [-row, -row], "-", color=style.VERMILION, linewidth=kit.points(2.5))
        ax.plot([now], [-row], "D", color=style.VERMILION, markersize=kit.points(8))
        ax.annotate(f"{now:.1f}", (now, -row), (8, 0), textcoords="offset points", va="center", color=style.VERMILION)
        told.append(f"{name} {now:.1f}")
    ax.set(xlim=(7, 62), ylim=(-len(losses) - 0.6, 1.2), yticks=[0, *range(-1, -len(losses) - 1, -1)])
    ax.set_yticklabels(["seven days", *losses])
    ax.set(xlabel="minutes", title=f"Best constant when the flat tyre takes {flat_tyre} minutes")
    return f"With a flat-tyre day of {flat_tyre} minutes the best constants are {', '.join(told)}."


def _truth(x: Any) -> Any:
    return np.sin(3 * x)


@cache
def floor_losses(draws: int = 100, points: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return mean squared errors (draws, degrees) of polynomials of degree 0 … 9 on their own points and on new ones.

    The new points' errors are those expected: the mean over 200 places of (fit − truth)², plus the noise.
    """
    fine = np.linspace(-1, 1, 200)
    own, new = np.zeros((draws, points)), np.zeros((draws, points))
    for draw in range(draws):
        x, y = floor_points(draw, points)
        for degree in range(points):
            fit = np.polynomial.Polynomial.fit(x, y, degree, domain=(-1, 1))
            own[draw, degree] = np.mean((fit(x) - y) ** 2)
            new[draw, degree] = np.mean((fit(fine) - _truth(fine)) ** 2) + NOISE**2
    return own, new


def floor_points(seed: int = 4, points: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and noisy targets, (points,) each."""
    x = np.linspace(-1, 1, points)
    return x, _truth(x) + NOISE * np.random.default_rng(seed).normal(size=points)


def floor(axes: Any, degree: int = 3) -> str:
    """Draw a polynomial fitted to ten noisy points (left), and the losses of all degrees (right)."""
    left, right = axes
    x, y = floor_points()
    fine = np.linspace(-1, 1, 300)
    fit = np.polynomial.Polynomial.fit(x, y, degree, domain=(-1, 1))
    left.plot(fine, _truth(fine), "-", color=style.LIGHT_GREY, linewidth=kit.points(5))
    left.plot(fine, fit(fine), "-", color=style.BLUE)
    left.plot(x, y, "o", color=style.BLACK)
    left.set(xlim=(-1.08, 1.08), ylim=(-2.2, 2.2), xlabel="input x", ylabel="target y")
    left.set_title(f"one set of ten points, degree {degree}")
    left.text(0.03, 0.9, "grey: the truth without noise", transform=left.transAxes, color=style.GREY)
    if fit(fine).min() < -2.2:
        left.text(fine[fit(fine) < -2.2].mean(), -2.1, "↓", ha="center", color=style.BLUE, weight="bold")
    own, new = floor_losses()
    degrees = np.arange(own.shape[1])
    for losses, name, word, place in (
        (own, "training", "training points", (0.2, 0.008)),
        (new, "validation", "new points", (3.6, 0.75)),
    ):
        look = style.look(name)
        low, middle, high = np.maximum(np.quantile(losses, (0.1, 0.5, 0.9), axis=0), 1e-9)
        right.fill_between(degrees, low, high, color=look.color, alpha=0.2, linewidth=0)
        right.plot(degrees, middle, **look.line)
        right.plot(degree, max(middle[degree], 0.0011), **look.dots, markersize=kit.points(8))
        right.text(*place, word, color=look.color)
    right.axhline(NOISE**2, color=style.BLACK, linewidth=1.2)
    right.text(9.1, NOISE**2 * 0.88, "noise: 0.09", ha="right", va="top", fontsize=kit.points(10))
    right.set(yscale="log", xlim=(-0.2, 9.3), ylim=(0.001, 4), ylabel="mean squared error", xlabel="degree")
    right.set_title("100 such sets: median, 80 % band")
    right.set(xticks=range(0, 10, 3), yticks=[0.001, 0.01, 0.1, 1])
    right.set_yticklabels(["0.001", "0.01", "0.1", "1"])
    middle_own, middle_new = np.median(own, axis=0)[degree], np.median(new, axis=0)[degree]
    return (
        f"A polynomial of degree {degree} on ten noisy points: over 100 draws the median loss is {middle_own:.2f} on "
        f"the training points and {middle_new:.2f} on new ones; the noise alone makes 0.09."
    )
