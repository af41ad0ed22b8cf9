"""Curvature, Newton's step and saddles: what the shape of the ground decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes
from helpers.surface import SURFACES, draw_contour, gradient, hessian


def factors(ax: Axes, kappa: float = 25.0) -> str:
    """Draw by how much a step multiplies the distance in a gentle and a steep direction, against the learning rate."""
    share = np.linspace(0, 2.5, 300)  # η times the steeper curvature
    for curvature, name, look in ((1 / kappa, "gentle", style.look("SGD")), (1.0, "steep", style.look("momentum"))):
        size = np.abs(1 - share * curvature)
        ax.plot(share, size, **look.line)
        kit.label_end(ax, share[-1], size[-1], name, look.color, weight="bold")
    best, slowest = 2 * kappa / (1 + kappa), (kappa - 1) / (kappa + 1)
    ax.axvspan(2, 2.5, color="#F3D9CD", linewidth=0, zorder=0)
    ink = style.visible(style.VERMILION, "#F3D9CD", 4.5)
    ax.text(2.25, 0.08, "lost", ha="center", color=ink, weight="bold")
    ax.plot(best, slowest, "o", color=style.VERMILION, markersize=kit.points(8), zorder=5)
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "top"}
    kit.halo(ax.annotate(f"best: × {kit.short(slowest)}", (best, slowest), (-12, -8), **place))
    ax.set(xlim=(0, 2.5), ylim=(0, 1.6), xticks=[0, 1, 2], xlabel="η × the steeper curvature")
    ax.set_title(f"κ = {kappa:g}: factors per step")
    return f"Factors of two directions against the learning rate, condition number {kappa:g}: at best {slowest:.3f}."


def axes_of(ax: Axes, at: str = "at the minimum") -> str:
    """Draw Beale's ground, its parabola's contours at one point, and the two axes of the Hessian there."""
    place, limits = SURFACES["beale"], ((0.0, 4.4), (-1.0, 2.2))
    point = np.array({"at the minimum": (3.0, 0.5), "near it": (2.2, 0.3), "at the start": (1.0, 1.5)}[at])
    draw_contour(place, ax=ax, limits=limits)
    slope, matrix, height = gradient(place, point), hessian(place, point), float(place.function(*point))
    values, vectors = np.linalg.eigh(matrix)
    grid = np.stack(np.meshgrid(np.linspace(*limits[0], 90), np.linspace(*limits[1], 90)), axis=-1)
    move = grid - point
    parabola = height + move @ slope + np.einsum("...i,ij,...j->...", move, matrix, move) / 2
    levels = [0.05, 0.3, 1, 3, 8] if height < 1 else [height / 4, height / 2, height, 1.5 * height]
    look: dict[str, Any] = {"colors": style.VERMILION, "linewidths": 1.3, "linestyles": "--"}
    ax.contour(*np.moveaxis(grid, -1, 0), parabola, levels=levels, **look)
    for value, vector in zip(values, vectors.T, strict=True):
        reach = 0.8 / max(1.0, np.sqrt(abs(value) / 4))
        ends = np.stack([point - reach * vector, point + reach * vector])
        ax.plot(*ends.T, "-", color=style.BLUE, linewidth=3, zorder=5, scalex=False, scaley=False)
    ax.plot(*point, "o", color=style.BLUE, markeredgecolor="white", markersize=kit.points(8), zorder=6)
    first, second = (kit.number(value, 2 if abs(value) < 1 else 0) for value in values)
    ax.set_title(f"curvatures {first} and {second}")
    return f"Beale and its quadratic approximation {at}: curvatures {first} and {second} along its axes."


def draw_speed(steps: Mapping[float, tuple[int, int]], *, ax: Axes | None = None) -> Axes:
    """Draw how many steps plain descent and momentum need at their best settings, for several condition numbers."""
    if ax is None:
        ax = new_axes(describe_speed(steps), figsize=(6.8, 2.8))
    rows = list(steps)
    for row, kappa in enumerate(rows):
        for shift, name, count in ((0.2, "SGD", steps[kappa][0]), (-0.2, "momentum", steps[kappa][1])):
            look = style.look(name)
            ax.barh(row + shift, count, 0.36, color=look.color)
            ax.text(
                count * 1.06,
                row + shift,
                f"{name if row else name + ', tuned'}: {count:,}",
                va="center",
                color=style.visible(look.color, ax, 4.5),
            )
    ax.set(xscale="log", xlim=(5, 1.5e5), xlabel="steps until the distance is a thousandth", yticks=range(len(rows)))
    ax.set_yticklabels([f"κ = {kappa:,.0f}" for kappa in rows])
    ax.grid(False)
    ax.set_title("Momentum turns κ into √κ")
    return ax


def describe_speed(steps: Mapping[float, tuple[int, int]]) -> str:
    """Return what `draw_speed` shows."""
    said = (f"condition number {kappa:g}: {plain} and {ball}" for kappa, (plain, ball) in steps.items())
    return f"Steps of plain descent and of momentum, each at its best settings. {'; '.join(said)}."


RUNS = 5
PUSHES = np.random.default_rng(1).normal(size=(150, RUNS, 2))


def ridge_walks(noise: float = 0.0, off: float = 0.0, beta: float = 0.0, learning_rate: float = 0.05) -> np.ndarray:
    """Return five walks on x² − y² from the ridge, (151, 5, 2), each with its own noise in the gradient."""
    w, v = np.tile((1.5, off), (RUNS, 1)), np.zeros((RUNS, 2))
    path = [w]
    for push in PUSHES:
        v = beta * v - learning_rate * (w * (2.0, -2.0) + noise * push)
        w = w + v
        path.append(w)
    return np.array(path)


def left_at(path: np.ndarray) -> np.ndarray:
    """Return the step at which each walk is farther than 1 from the ridge, −1 for never."""
    far = np.abs(path[..., 1]) > 1
    return np.where(far.any(axis=0), far.argmax(axis=0), -1)


def saddle(ax: Axes, noise: float = 0.0, off: float = 0.0, beta: float = 0.0) -> str:
    """Draw five walks along the ridge of a saddle until they are off it, or for 150 steps."""
    path = ridge_walks(noise, off, beta)
    gone = left_at(path)
    draw_contour("saddle", ax=ax, limits=((-1.2, 1.9), (-1.5, 1.5)))
    for run in range(RUNS):
        end = gone[run] + 2 if gone[run] >= 0 else len(path)
        ax.plot(*path[:end, run].T, "-", color=style.BLUE, linewidth=1.6, scalex=False, scaley=False)
    ax.plot(1.5, off, "o", color="white", markeredgecolor=style.BLACK, markersize=kit.points(8))
    said = "nobody leaves" if gone.max() < 0 else f"left after {_span(gone)} steps"
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    ax.set_title(said)
    away = f"{off:f}".rstrip("0.") or "0"
    return f"A saddle, {away} off the ridge, noise {noise:g}, β = {beta:g}: {said}."


def _span(steps: np.ndarray) -> str:
    return f"{steps.min()}" if steps.min() == steps.max() else f"{steps.min()}–{steps.max()}"


def draw_shares(sizes: Sequence[int], shares: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the share of random symmetric matrices (sizes, seeds) with eigenvalues of both signs."""
    numbers = 100 * np.asarray(shares, float)
    if ax is None:
        one, two, most = (f"{row.mean():.0f} %" for row in numbers[[0, 1, -1]])
        said = f"{one} for one weight, {two} for two, {most} for {sizes[-1]}"
        ax = new_axes(f"Share of random symmetric matrices with both signs: {said}.", figsize=(6.2, 2.8))
    ax.plot(sizes, numbers.mean(axis=1), "-", color=style.BLUE)
    ax.plot(np.repeat(sizes, numbers.shape[1]), numbers.ravel(), "o", color=style.BLUE, markersize=5)
    ax.set(xlabel="rows of the matrix", ylim=(-5, 108), yticks=[0, 50, 100], xticks=list(sizes))
    ax.set_title("Random symmetric matrices: per cent with both signs")
    return ax
