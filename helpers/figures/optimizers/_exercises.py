"""The pictures that exercises of notebook 06 ask about."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.optimizers._maps import VIEWS
from helpers.figures.optimizers._rules import RUNNERS, momentum
from helpers.picture import new_axes
from helpers.surface import draw_paths, walk

THREE_BETAS = {"A": 0.9, "B": 0.0, "C": 0.99}
"""What made the paths of `draw_three_betas`."""

THREE_PATHS = {"A": "momentum", "B": "Adam", "C": "SGD"}
"""The rules of `draw_three_paths`."""


def draw_three_betas(*, ax: Axes | None = None) -> Axes:
    """Draw three walks down the long valley that differ in β, 60 steps each."""
    if ax is None:
        ax = new_axes(
            "Three walks down a long valley: A arrives, B crawls and zigzags, C swings far past.", figsize=(7.6, 2.8)
        )
    for panel, (name, beta) in zip(kit.panels(ax, (3,), below=24), THREE_BETAS.items(), strict=True):
        path = walk(momentum, "bowl", steps=60, learning_rate=0.02, beta=beta)
        draw_paths({"walk": path}, "bowl", ax=panel, limits=((-4.6, 4.0), (-1.7, 1.7)), names=False)
        panel.set(xlabel="", ylabel="", xticks=[], yticks=[], title=name)
    return ax


def draw_three_paths(*, ax: Axes | None = None) -> Axes:
    """Draw three walks on Beale's function, each by another rule, all in one look, with a dot every ten steps."""
    if ax is None:
        ax = new_axes("Three walks on Beale's function, A to C, with a dot every ten steps.", figsize=(7.6, 2.8))
    for panel, (name, rule) in zip(kit.panels(ax, (3,), below=10), THREE_PATHS.items(), strict=True):
        make, rate = RUNNERS[rule]
        path = walk(make, "beale", (-0.5, -1.2), steps=60, learning_rate=rate)
        draw_paths({"walk": path}, "beale", ax=panel, limits=VIEWS["beale"], names=False)
        panel.set(xlabel="", ylabel="", xticks=[], yticks=[], title=name)
    return ax


def sick_curves() -> dict[str, np.ndarray]:
    """Return the training losses of four runs of logistic regression, (200,) each: too small, too large, noisy, sound.

    A crawls, B diverges, C jitters around a level, D leaps up first and recovers.
    """
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 12)) * np.geomspace(3, 0.3, 12)
    y = (x @ rng.normal(size=12) + rng.normal(size=400) > 0).astype(float)

    def run(rates: np.ndarray, batch: int, start: float = 0.0) -> np.ndarray:
        order, w, losses = np.random.default_rng(1), np.full(12, start), []
        for rate in rates:
            losses.append(np.mean(np.logaddexp(0, x @ w) - y * (x @ w)))
            rows = order.integers(0, 400, batch)
            w = w - rate * x[rows].T @ (np.exp(-np.logaddexp(0, -x[rows] @ w)) - y[rows]) / batch
        return np.array(losses)

    steps = np.ones(200)
    leap = np.concatenate([[0.05] * 4, [40.0, 30.0, 10.0, 3.0], np.full(192, 0.4)])
    return {
        "A": run(0.0015 * steps, 400),
        "B": run(0.01 * 1.6 ** np.arange(200.0), 400),
        "C": run(0.6 * steps, 4),
        "D": run(leap, 400),
    }


def draw_sick_curves(*, ax: Axes | None = None) -> Axes:
    """Draw the four training losses of `sick_curves`."""
    if ax is None:
        ax = new_axes(
            "Training losses of four runs: A falls slowly, B explodes, C jitters, D leaps and recovers.",
            figsize=(7.6, 4.0),
        )
    for panel, (name, losses) in zip(kit.panels(ax, (2, 2), below=36), sick_curves().items(), strict=True):
        top = 4.0 if name in "BD" else 1.0
        panel.plot(np.where(losses < 3 * top, losses, np.nan), **style.look("training").line, linewidth=1.6)
        panel.set(ylim=(0, top), xlim=(0, 200), title=f"{name}: training loss", xlabel="step")
    return ax
