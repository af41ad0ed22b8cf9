"""Copies of Keras optimizers as they were before their first step, their numbers replaced by inputs of a graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np


class NotCompilable(Exception):
    """The optimizer holds something whose behaviour may change from call to call, such as a function of the student."""


def describe(value: Any, numbers: list[int | float]) -> Hashable:
    """Return what a graph that uses `value` depends on, apart from its numbers, which are appended to `numbers`.

    Args:
        value: An optimizer, or anything that it holds.
        numbers: Gets every number in it, in the order in which `copy` asks for replacements.

    Raises:
        NotCompilable: It holds an object of which it is unknown how it works.
    """
    if isinstance(value, bool | str | bytes | type | re.Pattern | np.dtype) or value is None:
        return (type(value), value)
    if isinstance(value, np.generic | np.ndarray) and not isinstance(value, float):
        return (type(value), value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, int | float):
        numbers.append(value)
        return int if isinstance(value, int) else float
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else type(value), *(describe(item, numbers) for item in value))
    if isinstance(value, Mapping):
        return (dict, *((key, describe(item, numbers)) for key, item in value.items()))
    if _is_variable(value):
        state = _read(value)
        return ("variable", state.dtype.str, state.shape, state.tobytes())
    if _is_optimizer(value) or _is_schedule(value):
        return (type(value), *((name, describe(item, numbers)) for name, item in _settings(value).items()))
    raise NotCompilable(f"{type(value).__name__} is no number, text, list or Keras object")


def copy(value: Any, replace: Callable[[int | float], Any]) -> Any:
    """Return a copy of `value` in which `replace` has replaced every number; optimizers have no state yet.

    Nothing is shared with `value` but objects that `describe` does not know.
    """
    if _is_variable(value):
        return _copy_variable(value)
    if isinstance(value, np.generic) and not isinstance(value, float):
        return value
    if _is_number(value):
        return replace(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(copy(item, replace) for item in value))
    if isinstance(value, list | tuple):
        items = [copy(item, replace) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, Mapping):
        return {key: copy(item, replace) for key, item in value.items()}
    if isinstance(value, partial):
        return partial(value.func, *copy(value.args, replace), **copy(value.keywords, replace))
    if _is_schedule(value):
        clone = object.__new__(type(value))
        vars(clone).update({name: copy(item, replace) for name, item in _settings(value).items()})
        return clone
    if _is_optimizer(value):
        return _copy_optimizer(value, replace)
    return value


def learning_rate_of(optimizer: Any) -> float | None:
    """Return the learning rate if it is a number, None if it is a schedule or a function."""
    rate = vars(optimizer)["_learning_rate"]
    return float(_read(rate)) if _is_variable(rate) else None


def scheduled_rates(optimizer: Any) -> list[float]:
    """Return the numbers of the optimizer's schedule that are learning rates, none if it has no schedule."""
    schedule = vars(optimizer)["_learning_rate"]
    rates: list[float] = []
    for name, value in _settings(schedule).items() if _is_schedule(schedule) else ():
        if "learning_rate" in name or name in ("values", "warmup_target"):
            rates += [
                number for number in (value if isinstance(value, list | tuple) else [value]) if _is_number(number)
            ]
    return rates


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def build(optimizer: Any, variable: Any) -> None:
    """Let `optimizer`, made by `copy`, make its variables for `variable`.

    In a graph, every run of the graph sets them to what they are before the first step.
    """
    inner = getattr(optimizer, "inner_optimizer", None)
    before = {id(made) for made in optimizer.variables}
    for each in (optimizer, inner):
        if each is not None:
            _set_at_every_run(each, before)
    optimizer.build([variable])
    for made in optimizer.variables:
        if id(made) not in before:  # made without `add_variable`
            made.assign(_read(made))


def identities(optimizer: Any) -> dict[str, int]:
    """Return attribute → identity of its value, for `optimizer` and its schedule.

    A graph cannot follow a step that changes them, such as a count of steps kept in a plain number.
    """
    schedule = vars(optimizer)["_learning_rate"]
    settings = _settings(optimizer) | (_settings(schedule) if _is_schedule(schedule) else {})
    return {name: id(value) for name, value in settings.items() if name != "learning_rate"}


def _set_at_every_run(optimizer: Any, known: set[int]) -> None:
    """Make `add_variable` of `optimizer` set its variable in the graph, not only where it is made, and note its id."""
    import keras

    make = optimizer.add_variable

    def add_variable(shape: Any, initializer: Any = "zeros", dtype: Any = None, **options: Any) -> Any:
        variable = make(shape=shape, initializer="zeros", dtype=dtype, **options)
        variable.assign(keras.initializers.get(initializer)(variable.shape, variable.dtype))
        known.add(id(variable))
        return variable

    optimizer.add_variable = add_variable


def _copy_variable(variable: Any) -> Any:
    import keras

    state = _read(variable)
    clone = keras.Variable(state, dtype=state.dtype.name, trainable=False)
    clone.assign(state)
    return clone


def _copy_optimizer(optimizer: Any, replace: Callable[[int | float], Any]) -> Any:
    """Return an optimizer that was never built, of the same class and with the same settings."""
    import keras

    clone = object.__new__(type(optimizer))
    # The class's own __init__ may want arguments that nothing remembers; all that it did is in its attributes.
    keras.optimizers.Optimizer.__init__(clone, learning_rate=0.0, name=optimizer.name)
    clone._iterations.assign(0)
    # Adding up the gradients of one device adds nothing, but TensorFlow would keep every graph that does it for ever.
    clone._all_reduce_sum_gradients = list
    for name, value in _settings(optimizer).items():
        if name == "learning_rate":
            clone._learning_rate.assign(replace(value))
        elif name == "_learning_rate":
            clone._untrack_variable(clone._learning_rate)
            clone._learning_rate = copy(value, replace)
        else:
            setattr(clone, name, copy(value, replace))
    return clone


def _settings(thing: Any) -> dict[str, Any]:
    """Return the attributes of an optimizer or schedule that decide how it steps, without what it counts and stores."""
    if not _is_optimizer(thing):
        return dict(sorted(vars(thing).items()))
    settings = {}
    for name, value in sorted(vars(thing).items()):
        if name == "_learning_rate":
            rate = learning_rate_of(thing)
            settings["learning_rate" if rate is not None else name] = value if rate is None else rate
        elif name in _bookkeeping() or name.startswith("_self_") or (thing.built and _holds_variable(value)):
            continue
        else:
            settings[name] = value
    return settings


@cache
def _bookkeeping() -> frozenset[str]:
    """Return the names under which every Keras optimizer keeps its state."""
    import keras

    private = {name for name in vars(keras.optimizers.Optimizer(learning_rate=0.5)) if name.startswith("_")}
    # The last two know weights of the student's own model, which are not on the surface.
    return frozenset(private | {"name", "built", "_exclude_from_weight_decay_cache", "_exclude_from_weight_decay"})


def _holds_variable(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_variable, value))
    if isinstance(value, Mapping):
        return any(map(_holds_variable, value.values()))
    return _is_variable(value)


def _read(variable: Any) -> np.ndarray:
    """Return the present value of a variable, also while a graph is being made."""
    import tensorflow as tf

    with tf.init_scope():
        return np.asarray(variable.numpy())


def _is_variable(value: Any) -> bool:
    import keras
    import tensorflow as tf

    return isinstance(value, keras.Variable | tf.Variable)


def _is_optimizer(value: Any) -> bool:
    import keras

    return isinstance(value, keras.optimizers.Optimizer)


def _is_schedule(value: Any) -> bool:
    import keras

    return isinstance(value, keras.optimizers.schedules.LearningRateSchedule)
