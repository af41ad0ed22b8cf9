"""The pictures that exercises of notebook 08 ask about."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

THREE_HISTOGRAMS = {"A": "L2", "B": "L1", "C": "no penalty"}
"""What made the weights of `draw_three_histograms`."""

THREE_DEGREES = {"A": 9, "B": 1, "C": 4}
"""Degrees of the polynomials of `draw_three_learning_curves`."""

COUNTS = {"A": (12, 15, 20, 26, 34), "B": (12, 25, 50, 100, 200), "C": (12, 25, 50, 100, 200)}


def learning_curve(degree: int, counts: tuple[int, ...]) -> np.ndarray:
    """Return errors (2, counts) of polynomial fits on training points and on new ones, medians of 200 draws."""
    rng = np.random.default_rng(0)
    errors = np.empty((2, len(counts), 200))
    for column, count in enumerate(counts):
        for draw in range(200):
            x, x_new = rng.uniform(-1, 1, count), rng.uniform(-1, 1, 100)
            y, y_new = (np.sin(3 * v) + rng.normal(0, 0.3, len(v)) for v in (x, x_new))
            fit = np.polynomial.Polynomial.fit(x, y, degree, domain=[-1, 1])
            errors[:, column, draw] = np.mean((fit(x) - y) ** 2), np.mean((fit(x_new) - y_new) ** 2)
    return np.median(errors, axis=2)


def draw_three_learning_curves(*, ax: Axes | None = None) -> Axes:
    """Draw the errors of three models on training and on validation points against the number of training points."""
    if ax is None:
        ax = new_axes(
            "Errors against the number of training points. A: far apart, the validation error falling. B: both high, "
            "met and flat. C: both low, met and flat.",
            figsize=(7.6, 3.0),
        )
    for panel, (name, degree) in zip(kit.panels(ax, (3,), below=40), THREE_DEGREES.items(), strict=True):
        counts = COUNTS[name]
        for which, errors in zip(("training", "validation"), learning_curve(degree, counts), strict=True):
            look = style.look(which)
            panel.plot(counts, errors, color=look.color, linestyle=look.dash, marker=look.marker, markersize=4)
            if name == "A":
                at, place = (2, (-30, 10)) if which == "training" else (3, (-70, 0))
                kit.label_end(panel, counts[at], min(errors[at], 0.5), which, look.color, offset=place)
        panel.set(ylim=(0, 0.6), xlabel="training points", title=f"{name}: error", xlim=(0, 1.1 * counts[-1]))
    return ax


def three_weights() -> dict[str, np.ndarray]:
    """Return the weights (90,) of three linear fits to 100 noisy examples, ten inputs of which count."""
    from sklearn.linear_model import Lasso, LinearRegression, Ridge

    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 90))
    y = x[:, :10] @ rng.normal(size=10) + rng.normal(size=100)
    models = {"no penalty": LinearRegression(), "L1": Lasso(0.15), "L2": Ridge(60.0)}
    return {name: models[kind].fit(x, y).coef_ for name, kind in THREE_HISTOGRAMS.items()}


def draw_three_histograms(*, ax: Axes | None = None) -> Axes:
    """Draw the weights of three models that differ in their penalty alone."""
    if ax is None:
        ax = new_axes(
            "Histograms of 90 weights. A: a narrow hump around 0. B: a tall spike at 0 and a few others. C: wide.",
            figsize=(7.6, 2.8),
        )
    bins = list(np.linspace(-1.425, 1.425, 58))  # one bar has 0 in its middle
    for panel, (name, weights) in zip(kit.panels(ax, (3,), below=40), three_weights().items(), strict=True):
        panel.hist(np.clip(weights, -1.4, 1.4), bins, color=style.BLUE, linewidth=0, linestyle="-")
        panel.set(ylim=(0, 80), xlabel="weight", title=f"{name}: number of weights")
    return ax
