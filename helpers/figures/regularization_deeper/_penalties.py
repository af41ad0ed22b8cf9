"""Stopping as a penalty, twins under L1 and the elastic net, and decay beside an L2 penalty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Array = np.ndarray
CURVATURES, GOAL = np.array([0.05, 1.0]), np.array([2.0, 1.4])
RATE = 0.5


def stop_or_penalize(ax: Axes, steps: int = 10) -> str:
    """Draw a ravine from above: gradient descent from 0, the path of the L2 minimum, and the two points of `steps`."""
    counts = np.arange(401)[:, None]
    walked = (1 - (1 - RATE * CURVATURES) ** counts) * GOAL
    strengths = np.concatenate([np.logspace(2, -4, 300), [0.0]])[:, None]
    pulled = CURVATURES / (CURVATURES + 2 * strengths) * GOAL
    here, strength = walked[steps], 1 / (2 * RATE * steps)
    there = CURVATURES / (CURVATURES + 2 * strength) * GOAL
    w = np.stack(np.meshgrid(np.linspace(-0.3, 2.9, 90), np.linspace(-0.4, 2.2, 90)), axis=-1)
    loss = 0.5 * ((w - GOAL) ** 2 * CURVATURES).sum(axis=-1)
    ax.contour(w[..., 0], w[..., 1], loss, levels=[0.01, 0.04, 0.1, 0.3, 0.6, 1.0], colors=style.LIGHT_GREY)
    ax.plot(*walked.T, "-", color=style.BLUE)
    ax.plot(*pulled.T, "--", color=style.VERMILION)
    ax.plot(*GOAL, "x", color=style.BLACK, markersize=10, markeredgewidth=2)
    ax.plot(*here, "o", color=style.BLUE, markersize=9, markeredgecolor="white", zorder=5)
    ax.plot(*there, "s", color=style.VERMILION, markersize=9, markeredgecolor="white", zorder=4)
    look = [style.visible(color, ax, 4.5) for color in (style.BLUE, style.VERMILION)]
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "left"}
    kit.halo(ax.annotate(f"{steps} steps", here, (-4, 11), color=look[0], **place))
    kit.halo(ax.annotate(f"λ = {strength:.2g}", there, (-4, -19), color=look[1], **place))
    ax.set(xlim=(-0.2, 2.7), ylim=(-0.3, 2.0), xlabel="flat direction", ylabel="steep direction")
    ax.grid(False)
    apart = float(np.linalg.norm(here - there))
    ax.set_title("both take the steep direction first")
    return f"{steps} steps and λ = {strength:.3g} end {apart:.2f} apart; both reach the steep direction first."


def twins(ax: Axes, l1_share: float = 1.0, strength: float = 0.6) -> str:
    """Draw the weights of two equal inputs: the valley of best fits, the cheapest pairs on it, and the penalty.

    The penalty is strength · (share · Σ|w| + (1 − share) · Σw²) and the loss (w₁ + w₂ − 2)².
    """
    grid = np.linspace(-0.6, 2.6, 161)
    a, b = np.meshgrid(grid, grid)
    ax.contourf(a, b, (a + b - 2) ** 2, levels=[0, 0.02, 0.15, 0.5, 1.2, 2.4, 4.5, 30],
                colors=[str(grey) for grey in (0.72, 0.78, 0.83, 0.87, 0.91, 0.95, 0.98)])  # fmt: skip
    # Equal weights w: minimize (2w − 2)² + strength · (2 · share · w + 2 (1 − share) w²).
    w = max(0.0, (4 - strength * l1_share) / (4 + 2 * strength * (1 - l1_share)))
    total = 2 * w
    corner = np.linspace(0, 2 * np.pi, 361)
    ray = np.column_stack([np.cos(corner), np.sin(corner)])
    level = l1_share * total + (1 - l1_share) * total**2 / 2
    size = l1_share * np.abs(ray).sum(axis=1)
    reach = 2 * level / (size + np.sqrt(size**2 + 4 * (1 - l1_share) * level))
    ax.plot(*(ray * reach[:, None]).T, "-", color=style.BLUE, linewidth=1.6)
    best = style.VERMILION
    if l1_share == 1.0:
        ax.plot([0, total], [total, 0], "-", color=best, linewidth=6, solid_capstyle="round")
        said = "all splits cost the same"
    else:
        ax.plot(w, w, "o", color=best, markersize=11, markeredgecolor="white")
        said = f"one best pair, {w:.2f} and {w:.2f}"
    ax.text(0.5, 1.5, "w₁ + w₂ = 2 fits best", ha="center", va="bottom", rotation=-45, rotation_mode="anchor")
    ax.axhline(0, color=style.BLACK, linewidth=0.8, linestyle="-")
    ax.axvline(0, color=style.BLACK, linewidth=0.8, linestyle="-")
    ax.set(xlim=(-0.6, 2.6), ylim=(-0.6, 2.6), xlabel="w₁", ylabel="w₂", aspect="equal", title=said)
    ax.grid(False)
    return f"Twins with a share {l1_share:.2g} of L1, strength {strength:.2g}: {said}."


def draw_twins(*, ax: Axes | None = None) -> Axes:
    """Draw `twins` under L1 and under an elastic net that has half of each."""
    shares = {"L1": 1.0, "elastic net": 0.5}
    if ax is None:
        said = "Under L1 all splits of the sum cost the same, under the elastic net one is best."
        ax = new_axes(f"Two equal inputs. {said}", figsize=(7.2, 3.6))
    for panel, (name, share) in zip(kit.panels(ax, (2,), below=38), shares.items(), strict=True):
        twins(panel, share)
        panel.set_title(f"{name}: {panel.get_title('left')}")
    panel.set_ylabel("")
    return ax


def draw_weight_maps(maps: Mapping[str, Array], *, ax: Axes | None = None, names: bool = True) -> Axes:
    """Draw weights as pictures: blue for one class, vermilion for the other, white where a weight is exactly 0.

    Args:
        maps: Name → weights of a square picture, three in a row.
        ax: Where to draw; on a new figure when None.
        names: Whether the titles say how many pixels are used; without them a letter alone stands there.
    """
    if ax is None:
        said = "; ".join(f"{name}: {np.mean(np.abs(w) > 0):.0%} of the weights are not 0" for name, w in maps.items())
        ax = new_axes(said.replace("%", " %") + ".", figsize=(7.4, 2.7 * len(maps) / 3))
    for panel, (name, w) in zip(kit.panels(ax, (3,) * (len(maps) // 3), below=4), maps.items(), strict=True):
        side = round(len(w) ** 0.5)
        most = np.abs(w).max()
        panel.imshow(w.reshape(side, side), cmap=style.DIVERGING, vmin=-most, vmax=most, interpolation="nearest")
        panel.set(xticks=[], yticks=[])
        panel.grid(False)
        panel.set_title(f"{name}: {np.sum(w != 0)} pixels" if names else name)
    return ax


def draw_decay_pairs(pairs: Mapping[str, tuple[Array, Array]], dark: Array, *, ax: Axes | None = None) -> Axes:
    """Draw each weight after training with an L2 penalty against the same weight after training with decay.

    Args:
        pairs: Optimizer → (weights with the penalty, weights with decay), (inputs, units) each.
        dark: Of each input, whether it is nearly always black.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        apart = {name: float(np.abs(one - other).max()) for name, (one, other) in pairs.items()}
        said = "; ".join(f"{name}: largest difference {value:.2f}" for name, value in apart.items())
        ax = new_axes(f"Weights with an L2 penalty against weights with decay. {said}.", figsize=(7.2, 3.5))
    for panel, (name, (penalty, decay)) in zip(kit.panels(ax, (len(pairs),), below=38), pairs.items(), strict=True):
        for rows, color, marker, size in ((~dark, style.SKY, "o", 2.5), (dark, style.VERMILION, "X", 5)):
            panel.plot(decay[rows].ravel()[::4], penalty[rows].ravel()[::4], marker, color=color, markersize=size,
                       alpha=0.6, linestyle="none", markeredgewidth=0)  # fmt: skip
        panel.axline((0, 0), slope=1, color=style.BLACK, linewidth=1, linestyle=":")
        panel.set(xlim=(-0.5, 0.5), ylim=(-0.5, 0.5), aspect="equal", title=name, xlabel="weight with decay")
        panel.set_anchor("W")
        if panel is ax.child_axes[0]:
            panel.set_ylabel("weight with L2")
    panel.text(0.06, -0.4, "× dark pixels", color=style.visible(style.VERMILION, panel, 4.5))
    return ax


THREE_MAPS = {"A": "elastic net", "B": "L2", "C": "L1"}
"""What drew which picture of `draw_three_maps`."""


def linear_unit(x: Array, t: Array, l1: float, l2: float) -> Array:
    """Return the weights of a linear unit under both penalties; one of them at least must be positive."""
    from sklearn.linear_model import ElasticNet, Ridge

    if l1 == 0:
        return Ridge(2 * len(x) * l2, fit_intercept=False).fit(x, t).coef_
    both = l1 + 2 * l2
    unit = ElasticNet(both, l1_ratio=l1 / both, fit_intercept=False, precompute=True, max_iter=100_000, tol=1e-6)
    return unit.fit(x, t).coef_


def draw_three_maps(*, ax: Axes | None = None) -> Axes:
    """Draw the weights between T-shirts and shirts under three penalties, named A, B and C."""
    from helpers.data import hold_out, load_fashion_mnist, small_images

    (x, y), _ = load_fashion_mnist()
    (x, y), _, _ = hold_out(x, y, seed=0)
    chosen = (y == 0) | (y == 6)
    images, t = small_images(x[chosen]) - 0.3, np.where(y[chosen] == 0, 1.0, -1.0)
    strengths = {"elastic net": (0.03, 0.1), "L2": (0.0, 0.1), "L1": (0.03, 0.0)}
    maps = {letter: linear_unit(images, t, *strengths[kind]) for letter, kind in THREE_MAPS.items()}
    if ax is None:
        used = ", ".join(f"{name} uses {np.sum(w != 0)}" for name, w in maps.items())
        ax = new_axes(f"Weights of 196 pixels under three penalties: {used} pixels.", figsize=(7.4, 2.8))
    return draw_weight_maps(maps, ax=ax, names=False)
