"""The pictures that exercises of notebook 03 ask about."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.backprop._walks import gradient_descent, walk
from helpers.picture import new_axes

FOUR_RATES = {"A": 0.9, "B": 0.1, "C": 1.1, "D": 0.5}
"""The learning rates that made the walks of `draw_four_walks`."""


def draw_four_walks(*, ax: Axes | None = None) -> Axes:
    """Draw four walks on the loss (w − 1)² from w = −2, each with a learning rate of `FOUR_RATES` that it hides."""
    if ax is None:
        ax = new_axes(
            "Four walks on one valley, A to D, four steps each, without their learning rates.", figsize=(7.6, 4.6)
        )
    for panel, (name, rate) in zip(kit.panels(ax, (2, 2), below=44), FOUR_RATES.items(), strict=True):
        path = walk(gradient_descent, lambda w: 2 * (w - 1), -2.0, rate, 4)
        panel.set(xlim=(-6, 8), ylim=(-6, 42), xticks=[-2, 1, 4], title=name, xlabel="weight w", ylabel="loss")
        panel.grid(False)
        kit.draw_hill(panel, lambda w: (w - 1) ** 2)
        kit.draw_steps(panel, np.column_stack([path, (path - 1) ** 2]), style.BLUE)
    return ax


def four_runs() -> dict[str, np.ndarray]:
    """Return the losses of four runs: one crawls, one has noisy gradients, one diverges, one crosses a plateau."""
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, 60)
    y = np.sin(3 * x) + 0.3 * rng.normal(size=60)
    features = np.stack([x**k for k in range(4)], axis=1)

    def losses(rate: float, batch: int, steps: int) -> np.ndarray:
        w, record = np.zeros(4), []
        for _ in range(steps):
            record.append(np.mean((features @ w - y) ** 2) / 2)
            rows = rng.permutation(60)[:batch]
            w = w - rate * features[rows].T @ (features[rows] @ w - y[rows]) / batch
        return np.array(record)

    def on_a_plateau() -> np.ndarray:
        inputs, target = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
        first = np.random.default_rng(1)
        W1, W2 = 0.2 * first.normal(size=(2, 3)), 0.2 * first.normal(size=(3, 1))
        b1, b2, record = np.zeros(3), np.zeros(1), []
        for _ in range(600):
            a = np.tanh(inputs @ W1 + b1)
            y_hat = 1 / (1 + np.exp(-(a @ W2 + b2)))
            record.append(-np.mean(target * np.log(y_hat) + (1 - target) * np.log(1 - y_hat)))
            delta = (y_hat - target) / 4
            hidden = (delta @ W2.T) * (1 - a**2)
            W2, b2 = W2 - a.T @ delta, b2 - delta.sum(axis=0)
            W1, b1 = W1 - inputs.T @ hidden, b1 - hidden.sum(axis=0)
        return np.array(record)

    return {"A": losses(0.002, 60, 300), "B": losses(0.9, 2, 300), "C": losses(1.95, 60, 26), "D": on_a_plateau()}


def draw_four_runs(*, ax: Axes | None = None) -> Axes:
    """Draw the losses of `four_runs`, each on a scale of its own."""
    if ax is None:
        told = "; ".join(
            f"{name} {', '.join(f'{run[k * (len(run) - 1) // 6]:.2f}' for k in range(7))}"
            for name, run in four_runs().items()
        )
        ax = new_axes(f"Training losses of four runs at seven equal distances: {told}.", figsize=(7.6, 4.4))
    for panel, (name, run) in zip(kit.panels(ax, (2, 2), below=44), four_runs().items(), strict=True):
        panel.plot(run, "-", color=style.BLUE)
        panel.set(ylim=(0, 1.08 * run.max()), title=name, xlabel="step", ylabel="loss")
    return ax
