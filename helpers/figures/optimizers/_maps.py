"""Paths on maps: plain descent, momentum, the race, the countries of Himmelblau."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.optimizers._rules import Rule, descent, momentum
from helpers.picture import new_axes
from helpers.surface import (
    SURFACES,
    describe_paths,
    distances,
    draw_contour,
    draw_paths,
    draw_surface,
    gradient,
    hessian,
    walk,
)

VIEWS = {
    "beale": ((-1.0, 4.2), (-2.4, 1.8)),
    "rosenbrock": ((-1.8, 1.6), (-0.8, 1.9)),
    "himmelblau": ((-1.0, 5.0), (-3.3, 2.9)),
    "bowl": ((-4.6, 4.2), (-1.6, 1.6)),
    "plateau": ((-4.0, 1.5), (-1.5, 3.0)),
}
"""The part of each surface that walks from its start cross."""


def at_the_heads(ax: Axes, heads: Sequence[tuple[float, float, str, str]]) -> None:
    """Write (x, y, text, colour) beside points, pushed apart up and down where they would touch."""
    pixel = 72 / ax.figure.dpi  # type: ignore[union-attr]
    points = np.array([ax.transData.transform(head[:2]) for head in heads]).reshape(-1, 2) * pixel
    order, gap = np.argsort(points[:, 1]), kit.points(14)
    heights = points[order, 1].copy()
    for index in range(1, len(order)):
        heights[index] = max(heights[index], heights[index - 1] + gap)
    heights -= (heights - points[order, 1]).mean() if len(order) else 0
    right = ax.get_window_extent().x1 * pixel
    for index, height in zip(order, heights, strict=True):
        x, y, text, color = heads[index]
        left = points[index, 0] > right - 75
        look: dict[str, Any] = {"textcoords": "offset points", "weight": "bold", "zorder": 9, "va": "center"}
        shift = (-kit.points(10) if left else kit.points(10), height - points[index, 1])
        ink = style.visible(color, "white", 4.5)
        note = ax.annotate(
            text, (x, y), shift, ha="right" if left else "left", color=ink, annotation_clip=False, **look
        )
        kit.halo(note).set_in_layout(False)


def draw_surfaces(rule: Rule, *, ax: Axes | None = None) -> Axes:
    """Draw Beale's function and a saddle as landscapes, each with a walk of `rule` of 60 steps."""
    if ax is None:
        said = (
            "Beale and a saddle as landscapes: a walk down a wall to a flat floor, and one to the middle of the saddle."
        )
        ax = new_axes(said, figsize=(7.0, 2.7))
    for panel, (name, limits) in zip(
        kit.panels(ax, (2,), below=4), (("beale", VIEWS["beale"]), ("saddle", None)), strict=True
    ):
        path = walk(rule, name, steps=60, learning_rate=0.02)
        draw_surface(name, path=path, ax=panel, limits=limits)
        panel.set_title({"beale": "Beale: walls, and a flat floor", "saddle": "A saddle"}[name])
    return ax


def one_map(ax: Axes, rule: Rule = descent, learning_rate: float = 0.02, steps: int = 100) -> str:
    """Draw a walk on Beale with its first leaps numbered, and where it ends or leaves the map."""
    place, limits = SURFACES["beale"], VIEWS["beale"]
    path = walk(rule, place, steps=steps, learning_rate=learning_rate)
    far = float(distances(path[-1], place))
    gone = not far < 20
    draw_paths({"SGD": path}, place, ax=ax, limits=limits, every=1, names=False)
    corner, end = np.transpose(limits)
    for step in range(1, min(5, len(path))):
        begin, leap = path[step - 1], path[step] - path[step - 1]
        if not ((begin >= corner) & (begin <= end)).all():
            break
        if np.linalg.norm(leap) > 0.6:
            spot = begin + 0.5 * leap * min(1.0, 5.2 / np.linalg.norm(leap))
            ball = {"boxstyle": "circle,pad=0.2", "facecolor": style.look("SGD").color, "edgecolor": "white"}
            look: dict[str, Any] = {"color": "white", "weight": "bold", "ha": "center", "va": "center", "zorder": 7}
            ax.text(spot[0], spot[1], str(step), size=kit.points(10), bbox=ball, **look)
    said = "gone" if gone else f"ends {kit.number(far, 2)} away"
    ax.set_title(f"η = {learning_rate:g}: {said}", color=style.VERMILION if gone else style.ink(ax))
    return f"A walk on Beale's function, learning rate {learning_rate:g}, {steps} steps: {said} from the minimum."


def valley(ax: Axes, rule: Rule = momentum, beta: float = 0.0, learning_rate: float = 0.02, steps: int = 60) -> str:
    """Draw a walk with momentum down a long valley, a dot each step, and how far from the minimum it ends."""
    path = walk(rule, "bowl", steps=steps, learning_rate=learning_rate, beta=beta)
    draw_paths({"momentum": path}, "bowl", ax=ax, limits=VIEWS["bowl"], every=1, names=False)
    far = float(distances(path[-1], "bowl"))
    said = f"{kit.number(far, 2)} away" if far < 20 else "gone"
    ax.set_title(f"β = {beta:g}, step {steps}: {said}")
    return f"Momentum in a long valley, β = {beta:g}, learning rate {learning_rate:g}: {said} after {steps} steps."


def arrows(ax: Axes, look_ahead: bool = False, step: int = 6, beta: float = 0.9, learning_rate: float = 0.01) -> str:
    """Draw one step of momentum or of Nesterov's rule as arrows that add up, from the same ball and velocity."""
    place, path, velocity = SURFACES["himmelblau"], [np.array([0.5, 4.5])], np.zeros(2)
    for _ in range(step - 1):
        velocity = beta * velocity - learning_rate * gradient(place, path[-1])
        path.append(path[-1] + velocity)
    ball, carried = path[-1], beta * velocity
    tip = ball + carried
    push = -learning_rate * gradient(place, tip if look_ahead else ball)
    end = tip + push
    name = "Nesterov" if look_ahead else "momentum"
    color = style.look(name).color
    minimum = place.minima[np.linalg.norm(place.minima - end, axis=1).argmin()]
    x, y = (float(number) for number in (ball + tip + minimum) / 3)
    draw_contour(place, ax=ax, limits=((x - 1.7, x + 1.7), (y - 1.7, y + 1.7)))
    still: dict[str, Any] = {"scalex": False, "scaley": False}
    ax.plot(*np.array(path).T, "-", color=style.look("momentum").color, linewidth=1.2, alpha=0.5, **still)
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    thin: dict[str, Any] = {"color": style.BLACK, "linewidth": 2.2, "linestyle": "-", "mutation_scale": 16}
    shafts = [(ball, tip, thin | {"color": color, "linestyle": "--"}), (tip, end, thin)]
    shafts.append((ball, end, thin | {"color": color, "linewidth": 4, "mutation_scale": 24}))
    if not look_ahead:
        shafts.append((ball, ball + push, thin | {"color": style.GREY, "linewidth": 1.4}))
    for begin, to, look in shafts:
        ax.annotate(
            "", tuple(to), tuple(begin), arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, **look}, zorder=6
        )
    ax.plot(*ball, "o", color=style.BLACK, markersize=kit.points(9), markeredgecolor="white", zorder=8)
    if look_ahead:
        ring: dict[str, Any] = {"markeredgecolor": color, "markeredgewidth": 2}
        ax.plot(*tip, "o", color="white", markersize=kit.points(9), zorder=8, **ring)
    center = (ball + tip + end) / 3
    for spot, text, ink in (
        (ball, "the ball", style.BLACK),
        ((ball + tip) / 2, f"{beta:g} × old\nvelocity", color),
        ((tip + end) / 2, "gradient\nmeasured here" if look_ahead else "gradient\nstep", style.BLACK),
        ((ball + end) / 2, "new velocity", color),
    ):
        away = kit.points(13) * (spot - center) / max(1e-9, float(np.linalg.norm(spot - center)))
        across = away[0] / kit.points(13)
        side = "center" if abs(across) < 0.4 else "right" if across < 0 else "left"
        words: dict[str, Any] = {"textcoords": "offset points", "ha": side, "va": "center", "weight": "bold"}
        kit.halo(
            ax.annotate(text, tuple(spot), tuple(away), zorder=9, color=style.visible(ink, "white", 4.5), **words)
        ).set_in_layout(False)
    far = float(np.linalg.norm(place.minima - end, axis=1).min())
    ax.set_title(f"{name}: ends {kit.number(far, 2)} away")
    return f"One step of {name} as arrows: old velocity and gradient step add up; it ends {far:.2f} from the minimum."


@lru_cache(maxsize=64)
def _whole_walk(rule: Rule, surface: str, steps: int, learning_rate: float) -> np.ndarray:
    """Return a walk that the next moment of the race needs again."""
    return walk(rule, surface, steps=steps, learning_rate=learning_rate)


def race(
    ax: Axes,
    rules: Mapping[str, tuple[Rule, float]],
    surface: str = "beale",
    moment: int = 20,
    steps: int = 100,
) -> str:
    """Draw where each rule stands at one moment of a race, and below it all distances to the minimum."""
    place = SURFACES[surface]
    paths = {name: _whole_walk(rule, surface, steps, rate) for name, (rule, rate) in rules.items()}
    limits = VIEWS[surface]
    ground, strip = ax.inset_axes((0, 0.37, 1, 0.63)), ax.inset_axes((0.08, 0.05, 0.5, 0.23))
    ax.set_axis_off()
    draw_contour(place, ax=ground, limits=limits)
    ground.set(xlabel="", ylabel="", xticks=[], yticks=[])
    heads, far = [], {}
    corner, end = np.transpose(limits)
    for name, path in paths.items():
        look, apart = style.look(name), distances(path, place)
        far[name] = apart[moment] if np.isfinite(apart[moment]) else np.inf
        # What has left the map far behind is not drawn: a renderer cannot draw 10⁵⁰.
        near = path[: len(path) if (np.abs(path) < 50).all() else int(np.argmax(~(np.abs(path) < 50).all(axis=1)))]
        ground.plot(*near[: moment + 1].T, **look.line, linewidth=2.6, scalex=False, scaley=False, zorder=4)
        dots = near[10 : moment + 1 : 10]
        ground.plot(*dots.T, **look.dots, markersize=5, markeredgecolor="white", zorder=4.5, scalex=False, scaley=False)
        spot = near[min(moment, len(near) - 1)]
        if ((spot >= corner) & (spot <= end)).all():
            ground.plot(*spot, **look.dots, markersize=10, markeredgecolor="white", zorder=6)
            heads.append((*spot, name, look.color))
        strip.plot(np.where(apart < 50, apart, np.nan)[: moment + 1], **look.line, linewidth=1.8)
    if 0 < moment < 0.7 * steps:  # at the start and at the end all stand in one place
        at_the_heads(ground, heads)
    start = paths[next(iter(paths))][0]
    ground.plot(*start, "o", color="white", markeredgecolor=style.BLACK, markersize=9, zorder=7)
    strip.set(xlim=(0, steps), yscale="log", ylim=(0.04, 6), xticks=[0, 50], yticks=[0.1, 1])
    strip.set_yticklabels(["0.1", "1"])
    strip.minorticks_off()
    strip.set_title("distance to the minimum", size=kit.points(11), loc="left")
    leader, *_ = order = sorted(far, key=far.__getitem__)
    for row, name in enumerate(order):
        said = f"{name} {kit.number(far[name], 2)}" if far[name] < 50 else f"{name} is lost"
        color = style.look(name).color
        ax.text(0.62, 0.25 - 0.058 * row, said, color=color, weight="bold", size=kit.points(11), va="center")
    ax.set_title(f"Step {moment}: {leader} is nearest" if moment else "All start here")
    return f"A race on {surface}: after {moment} steps {leader} is nearest, {far[leader]:.2f} from the minimum."


GRID = 61
SHADES = ListedColormap(["white", "#F3C98B", "#8CC5E3", "#7FB294", "#B388A6"])


def draw_countries(rule: Rule, rates: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """Colour each starting point by the minimum of Himmelblau in which its walk ends, a panel a learning rate.

    White walks reach none. The number at a minimum is its steepest curvature, in vermilion where that is above 2/η.
    """
    found = [countries(rule, rate) for rate in rates]
    if ax is None:
        left = (f"{len(np.unique(kind[kind > 0]))} with η = {rate:g}" for kind, rate in zip(found, rates, strict=True))
        said = f"Himmelblau's starting points, coloured by where walks end. Minima reached: {', '.join(left)}."
        ax = new_axes(said, figsize=(7.6, 2.9))
    place = SURFACES["himmelblau"]
    for panel, kind, rate in zip(kit.panels(ax, (len(rates),), below=6), found, rates, strict=True):
        panel.imshow(kind, cmap=SHADES, vmin=0, vmax=4, extent=(-5, 5, -5, 5), origin="lower", interpolation="nearest")
        for minimum in place.minima:
            steepest = np.linalg.eigvalsh(hessian(place, minimum))[-1]
            disc: dict[str, Any] = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": style.BLACK}
            look: dict[str, Any] = {"ha": "center", "va": "center", "size": kit.points(10), "bbox": disc}
            look["color"] = style.BLACK if steepest < 2 / rate else style.VERMILION
            panel.text(minimum[0], minimum[1], f"{steepest:.0f}", **look)
        panel.set(xticks=[], yticks=[], title=f"η = {rate:g}, 2/η = {2 / rate:.0f}")
        panel.grid(False)
    return ax


def countries(rule: Rule, learning_rate: float) -> np.ndarray:
    """Return for a grid of starting points the number of the minimum that a walk reaches, 1 to 4, or 0."""
    place, line = SURFACES["himmelblau"], np.linspace(-5, 5, GRID)
    starts = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    last = walk(rule, place, starts, steps=150, learning_rate=learning_rate)[-1]
    apart = np.nan_to_num(np.linalg.norm(last[:, None] - place.minima, axis=-1), nan=np.inf)
    found = np.where(apart.min(axis=1) < 0.3, apart.argmin(axis=1) + 1, 0)
    # A start that happens to lie on a minimum that cannot hold a walk is no country.
    return np.where(np.bincount(found, minlength=5)[found] > 0.03 * found.size, found, 0).reshape(GRID, GRID)


def draw_newton(walks: Sequence[Any], descent: Any, *, ax: Axes | None = None) -> Axes:
    """Draw walks by Newton's step on Beale, one into the minimum and one to the saddle, beside one by the slope."""
    named = {"SGD": descent} | {f"Newton {number}": path for number, path in enumerate(walks, start=1)}
    ax = new_axes(describe_paths(named, "beale"), figsize=(7.0, 4.2)) if ax is None else ax
    draw_paths({"SGD": descent}, "beale", ax=ax, limits=VIEWS["beale"])
    for path in walks:
        draw_paths({"Newton": path}, "beale", ax=ax, limits=VIEWS["beale"], every=1, names=False)
    look: dict[str, Any] = {"color": style.look("Newton").color, "weight": "bold", "textcoords": "offset points"}
    for spot, text, shift, side in (
        (walks[0][0], "Newton", (4, -20), "right"),
        (walks[1][-1], "Newton: saddle", (-8, -16), "center"),
    ):
        kit.halo(ax.annotate(text, tuple(spot), shift, ha=side, zorder=9, **look))
    return ax


def draw_walks(paths: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw named paths on Beale, three maps in a row, a dot every ten steps."""
    rows = -(-len(paths) // 3)
    if ax is None:
        ax = new_axes(describe_paths(paths, "beale"), figsize=(7.6, 1.95 * rows))
    for panel, (name, path) in zip(kit.panels(ax, (3,) * rows, below=8), paths.items(), strict=False):
        draw_paths({name: path}, "beale", ax=panel, limits=VIEWS["beale"], names=False)
        panel.set(xlabel="", ylabel="", xticks=[], yticks=[], title=name)
    return ax
