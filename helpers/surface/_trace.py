"""Paths of real Keras optimizers over a surface, all compiled into one graph."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from helpers.surface._copies import NotCompilable, copy, describe, learning_rate_of, scheduled_rates
from helpers.surface._functions import Surface, find_surface, pair, whole
from helpers.surface._graph import CannotCompile, Graph, Rule, dtype, with_start
from helpers.surface._slopes import check_on_tensors, slopes

LIMIT = 24
"""Graphs that are kept; the one used longest ago is forgotten first."""

MOST_STEPS = 1_000_000

_GRAPHS: list[Graph] = []
_UNCOMPILABLE: deque[Hashable] = deque(maxlen=64)


def trace(optimizers: Any, surface: Surface | str, start: Any = None, steps: int = 100) -> dict[str, np.ndarray]:
    """Let Keras optimizers descend a surface, each on its own, and return their paths.

    All steps of all optimizers are one compiled graph, in 32-bit numbers as Keras trains. It is kept: another start
    point, other steps, and new optimizers of the same classes with other numbers take milliseconds. What is not a
    number (`nesterov=True`, a list of other length) is compiled anew. Each optimizer does exactly what
    `optimizer.apply([gradient], [variable])` in a loop does, from its first step on, however often it has been used
    before. With Nesterov momentum Keras stores the looked-ahead point, so that is the path; with `use_ema`, the path is
    of the weights, which are averages only where `ema_overwrite_frequency` makes them so; a scaled loss is scaled, as
    in `fit`. What TensorFlow cannot compile (a learning rate that is a plain function, an optimizer of your own that
    uses Python's `if` on tensors) goes a step at a time: as right, but a hundred times slower.

    Args:
        optimizers: Name → `keras.optimizers.Optimizer`; or a list of them, or a single one, which are then named after
            their classes. They are copied, so they stay as they are.
        surface: A `Surface`, or the name of one in `SURFACES`.
        start: (x, y); the surface's own when None.
        steps: How many; with 0, the paths are the start alone.

    Returns:
        Name → array (steps + 1, 2), row 0 the start. From the first point on that is not finite, all rows are NaN.

    Raises:
        TypeError: An argument is of the wrong kind, or a rule cannot be traced on a surface.
        ValueError: A number is out of range: a learning rate that is not positive and finite, a NaN in an optimizer, a
            start that is not finite, negative steps, or there is no surface of this name.
    """
    named = _name(optimizers)
    place = find_surface(surface)
    begin = place.start if start is None else pair(start, "start")
    count = whole(steps, "steps")
    if count > MOST_STEPS:
        raise ValueError(f"steps must be at most {MOST_STEPS:,}, but got {count:,}")
    rules = {name: rule for name, optimizer in named.items() if (rule := _rule(name, optimizer)) is not None}
    # In a thread of its own, where no gradient tape or distribution strategy of the caller is active. (`tf.init_scope`
    # would pause the tapes that the gradients themselves need, and every path would stand still.)
    with ThreadPoolExecutor(1) as worker:
        paths = worker.submit(_paths, place, named, rules, begin, count).result()
    for path in paths.values():
        stray = ~np.isfinite(path).all(axis=1)
        if stray.any():
            path[np.argmax(stray) :] = np.nan
    return {name: paths[name] for name in named}


def _paths(
    surface: Surface, named: Mapping[str, Any], rules: Mapping[str, Rule], start: tuple[float, float], steps: int
) -> dict[str, np.ndarray]:
    """Return the paths of all optimizers: of those that have a rule by a graph, of the others step by step."""
    paths = _compiled_paths(surface, rules, start, steps)
    for name, optimizer in named.items():
        if name not in paths:
            paths[name] = _step_by_step(name, optimizer, surface.function, start, steps)
    return paths


def _rule(name: str, optimizer: Any) -> Rule | None:
    """Return what a graph needs to know of `optimizer`, None if it must go a step at a time.

    Raises:
        ValueError: The learning rate is not positive and finite, or any other number is NaN.
    """
    steps = getattr(optimizer, "inner_optimizer", optimizer)
    rate = learning_rate_of(steps)
    if rate is not None and not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"a learning rate must be positive and finite, but that of {name!r} is {rate:g}")
    for rate in scheduled_rates(steps):
        if not (math.isfinite(rate) and rate >= 0):
            raise ValueError(f"the learning rates of a schedule must be 0 or more, but one of {name!r} is {rate:g}")
    try:
        rule = Rule.of(optimizer)
    except NotCompilable:
        return None
    if any(map(math.isnan, rule.numbers)):
        raise ValueError(f"the settings of an optimizer must be numbers, but one of {name!r} is NaN")
    return None if rule.key in _UNCOMPILABLE else rule


def _function_rule(function: Callable[[Any, Any], Any]) -> Rule:
    """Return what a graph needs to know of a surface's function: which it is, and the numbers of a `partial`."""
    if isinstance(function, partial):
        numbers: list[int | float] = []
        try:
            return Rule(function, (id(function.func), describe([function.args, function.keywords], numbers)), numbers)
        except NotCompilable:
            pass  # Its arguments are taken as they are.
    return Rule(lambda x, y: function(x, y), id(function), [])


def _compiled_paths(
    surface: Surface, rules: Mapping[str, Rule], start: tuple[float, float], steps: int
) -> dict[str, np.ndarray]:
    """Return the paths of those of `rules` that can be compiled."""
    remaining = dict(rules)
    function = _function_rule(surface.function)
    while remaining:
        try:
            graph, places = _graph_for(function, list(remaining.values()))
        except CannotCompile as error:
            _UNCOMPILABLE.append(error.key)
            remaining = {name: rule for name, rule in remaining.items() if rule.key != error.key}
        else:
            paths = graph.run(function, list(remaining.values()), places, start, steps)
            return dict(zip(remaining, paths, strict=True))
    return {}


def _name(optimizers: Any) -> dict[str, Any]:
    """Return name → optimizer.

    Raises:
        TypeError: Something in `optimizers` is no optimizer, or a name is no text.
    """
    import keras

    if isinstance(optimizers, Mapping):
        named = dict(optimizers)
    else:
        named = {}
        for optimizer in optimizers if isinstance(optimizers, list | tuple) else [optimizers]:
            kind = type(optimizer).__name__
            names = [kind, *(f"{kind} {number}" for number in range(2, len(named) + 2))]
            named[next(name for name in names if name not in named)] = optimizer
    for name, optimizer in named.items():
        if not isinstance(name, str):
            raise TypeError(f"the names of optimizers must be texts, but one is {name!r}")
        if isinstance(optimizer, type):
            raise TypeError(f"{optimizer.__name__} is a class: make an optimizer of it, such as {optimizer.__name__}()")
        if not isinstance(optimizer, keras.optimizers.Optimizer):
            raise TypeError(f"an optimizer must be one of Keras, such as keras.optimizers.SGD(0.01), not {optimizer!r}")
        if hasattr(optimizer, "_inner_optimizers"):
            raise TypeError(
                f"{name!r} gives each layer an optimizer of its own, but a surface has no layers: trace one of those"
            )
    return named


def _step_by_step(
    name: str, optimizer: Any, function: Callable[[Any, Any], Any], start: tuple[float, float], steps: int
) -> np.ndarray:
    """Return the path of an optimizer that cannot be compiled, array (steps + 1, 2), a step at a time.

    Raises:
        TypeError: It fails here too, or the function does.
    """
    import keras
    import tensorflow as tf

    check_on_tensors(function)
    rows = np.empty((steps, 2))
    with tf.device("CPU:0"):
        try:
            clone = copy(optimizer, lambda number: number)
            variable = keras.Variable(np.asarray(start), dtype=dtype(), name="point")
            for row in rows:
                gradient = slopes(function, variable.value[None])[0]
                clone.apply([clone.scale_loss(gradient)], [variable])
                row[:] = variable.numpy()
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise TypeError(f"the optimizer {name!r} cannot step on a surface: {reason}") from error
    return with_start(start, rows)


def _graph_for(function: Rule, optimizers: Sequence[Rule]) -> tuple[Graph, list[int]]:
    """Return a graph in which all `optimizers` have a place, kept or new, and their places.

    Raises:
        CannotCompile: One of them cannot be compiled.
    """
    for graph in reversed(_GRAPHS):
        places = graph.places(function, optimizers)
        if places is not None:
            _GRAPHS.remove(graph)
            break
    else:
        graph, places = Graph(function, optimizers), list(range(1, len(optimizers) + 1))
    _GRAPHS.append(graph)
    del _GRAPHS[:-LIMIT]
    return graph, places
