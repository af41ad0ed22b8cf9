"""Update rules, as notebook 06 has its students write them: what its first figure and its exercises walk by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rule = Callable[..., Any]


def descent(w: Any, gradient: Any, state: dict, step: int, learning_rate: float) -> Any:
    """Take a step against the gradient."""
    return w - learning_rate * gradient


def momentum(w: Any, gradient: Any, state: dict, step: int, learning_rate: float, beta: float = 0.9) -> Any:
    """Keep a share of the last velocity."""
    state["v"] = beta * state.get("v", 0.0) - learning_rate * gradient
    return w + state["v"]


def adagrad(w: Any, gradient: Any, state: dict, step: int, learning_rate: float) -> Any:
    """Divide by the root of the sum of all squares so far."""
    state["sum"] = state.get("sum", 0.0) + gradient**2
    return w - learning_rate * gradient / (np.sqrt(state["sum"]) + 1e-7)


def rmsprop(w: Any, gradient: Any, state: dict, step: int, learning_rate: float, rho: float = 0.9) -> Any:
    """Divide by the root of a running mean of the squares."""
    state["r"] = rho * state.get("r", 0.0) + (1 - rho) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(state["r"]) + 1e-7)


def adam(
    w: Any, gradient: Any, state: dict, step: int, learning_rate: float, beta_1: float = 0.9, beta_2: float = 0.999
) -> Any:
    """Divide a running mean of the gradients by the root of one of their squares, both corrected for their start."""
    state["m"] = beta_1 * state.get("m", 0.0) + (1 - beta_1) * gradient
    state["r"] = beta_2 * state.get("r", 0.0) + (1 - beta_2) * gradient**2
    m_hat, r_hat = state["m"] / (1 - beta_1**step), state["r"] / (1 - beta_2**step)
    return w - learning_rate * m_hat / (np.sqrt(r_hat) + 1e-7)


RUNNERS: dict[str, tuple[Rule, float]] = {
    "SGD": (descent, 0.02),
    "momentum": (momentum, 0.002),
    "Adagrad": (adagrad, 1.0),
    "RMSprop": (rmsprop, 0.05),
    "Adam": (adam, 0.3),
}
"""Name → (rule, a learning rate that suits it on Beale's function)."""
