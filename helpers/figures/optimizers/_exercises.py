"""The pictures that exercises of notebook 06 ask about."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.optimizers._rules import RUNNERS, momentum
from helpers.picture import new_axes
from helpers.surface import draw_paths, walk

THREE_BETAS = {"A": 0.9, "B": 0.0, "C": 0.99}
"""What made the paths of `draw_three_betas`."""

THREE_PATHS = {"A": ("momentum", 0.004), "B": ("Adam", 0.1), "C": ("SGD", 0.004)}
"""The rules of `draw_three_paths`, and their learning rates."""

LEAVES_FROM = (-0.3, -0.2)

WANTED = {"initial_learning_rate": 0.0, "decay_steps": 180, "warmup_target": 0.1, "warmup_steps": 20}
"""Arguments of Keras's `CosineDecay`."""

ONE_WRONG: dict[str, dict[str, float | None]] = {
    "A": {"warmup_steps": 100},
    "B": {"decay_steps": 90},
    "C": {"initial_learning_rate": 0.1},
    "D": {"warmup_target": None},
}
"""What differs from `WANTED` in the curves of `draw_four_schedules`."""


def draw_three_betas(*, ax: Axes | None = None) -> Axes:
    """Draw three walks down the long valley that differ in β, 60 steps each."""
    if ax is None:
        ax = new_axes("Three walks down a long valley, A to C, with a dot every ten steps.", figsize=(6.4, 2.4))
    for panel, (name, beta) in zip(kit.panels(ax, (3,), below=24), THREE_BETAS.items(), strict=True):
        path = walk(momentum, "bowl", (3.6, -1.2), steps=60, learning_rate=0.02, beta=beta)
        draw_paths({"walk": path}, "bowl", ax=panel, limits=((-4.6, 4.6), (-1.7, 1.7)), names=False)
        panel.set(xlabel="", ylabel="", xticks=[], yticks=[], title=name)
    return ax


def three_paths() -> dict[str, np.ndarray]:
    """Return the walks of `draw_three_paths`, (61, 2) each."""
    return {
        name: walk(RUNNERS[rule][0], "himmelblau", LEAVES_FROM, steps=60, learning_rate=rate)
        for name, (rule, rate) in THREE_PATHS.items()
    }


def draw_three_paths(*, ax: Axes | None = None) -> Axes:
    """Draw three walks on Himmelblau's function, each by another rule, all in one look, with a dot every ten steps."""
    if ax is None:
        ax = new_axes("Three walks on Himmelblau's function, A to C, with a dot every ten steps.", figsize=(6.4, 2.4))
    for panel, (name, path) in zip(kit.panels(ax, (3,), below=10), three_paths().items(), strict=True):
        draw_paths({"walk": path}, "himmelblau", ax=panel, names=False)
        panel.set(xlabel="", ylabel="", xticks=[], yticks=[], title=name)
    return ax


def cosine_decay(
    initial_learning_rate: float, decay_steps: int, warmup_target: float | None, warmup_steps: int
) -> np.ndarray:
    """Return the learning rates of Keras's `CosineDecay` with these arguments at the steps 0 to 200."""
    steps, top = np.arange(201), initial_learning_rate if warmup_target is None else warmup_target
    warm_up = 0 if warmup_target is None else warmup_steps
    down = top * (1 + np.cos(np.pi * np.clip((steps - warm_up) / decay_steps, 0, 1))) / 2
    up = initial_learning_rate + (top - initial_learning_rate) * steps / max(warm_up, 1)
    return np.where(steps < warm_up, up, down)


def draw_four_schedules(*, ax: Axes | None = None) -> Axes:
    """Draw four learning rates by step, each of one wrong argument, over the one that was wanted."""
    if ax is None:
        said = "Four learning rates in 200 steps, A to D, each beside a dotted one that rises to 0.1 and falls to 0."
        ax = new_axes(said, figsize=(7.2, 3.3))
    for panel, (name, wrong) in zip(kit.panels(ax, (2, 2)), ONE_WRONG.items(), strict=True):
        panel.plot(cosine_decay(**WANTED), ":", color=style.GREY)  # type: ignore[arg-type]
        panel.plot(cosine_decay(**WANTED | wrong), "-", color=style.BLUE, linewidth=2.4)  # type: ignore[arg-type]
        panel.set(xlim=(0, 200), ylim=(-0.004, 0.11), xticks=[0, 100, 200], yticks=[0, 0.05, 0.1], title=name)
    return ax


def sick_curves() -> dict[str, np.ndarray]:
    """Return the training losses of four runs, (200,) each, every one at a single learning rate.

    Linear regression crawls (A), diverges (B) and jitters around a level (C). Logistic regression leaps up in its first
    step, where the loss is steep, and is fine afterwards, where it is flat (D).
    """
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 12)) * np.geomspace(3, 0.3, 12)
    clean, noise = x @ rng.normal(size=12), rng.normal(size=400)
    limit = 2 / np.linalg.eigvalsh(x.T @ x / 400)[-1]

    def run(rate: float, batch: int, classes: bool = False) -> np.ndarray:
        order, w, losses = np.random.default_rng(1), np.zeros(12), []
        target = clean + noise > 0 if classes else clean + 3 * noise
        for _ in range(200):
            z = x @ w
            losses.append(np.mean(np.logaddexp(0, z) - target * z if classes else (z - target) ** 2 / 2))
            rows = order.choice(400, batch, replace=False)
            predicted = np.exp(-np.logaddexp(0, -z[rows])) if classes else z[rows]
            w = w - rate * x[rows].T @ (predicted - target[rows]) / batch
        return np.array(losses)

    return {"A": run(0.0005, 400), "B": run(1.03 * limit, 400), "C": run(0.06, 4), "D": run(8.0, 400, classes=True)}


def draw_sick_curves(*, ax: Axes | None = None) -> Axes:
    """Draw the four training losses of `sick_curves`, of B and D the first 40 steps."""
    if ax is None:
        ax = new_axes(
            "Training losses of four runs: A falls slowly, B explodes, C jitters, D leaps and recovers.",
            figsize=(7.2, 3.5),
        )
    for panel, (name, losses) in zip(kit.panels(ax, (2, 2), below=36), sick_curves().items(), strict=True):
        top, steps = 1.15 * losses[:2].max(), 40 if name in "BD" else 200
        line = np.where(losses < 3 * top, losses, np.nan)[: steps + 1]
        panel.plot(line, **style.look("training").line, linewidth=1.6)
        panel.set(ylim=(0, 2 * top if name == "B" else top), xlim=(0, steps), xlabel="step")
        panel.set_title(f"{name}: training loss")
    return ax
