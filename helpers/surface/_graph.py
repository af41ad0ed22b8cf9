"""Steps of Keras optimizers on a surface, compiled: one loop for all of them, their numbers its inputs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from helpers.surface._copies import build, copy, describe, identities
from helpers.surface._numbers import Inputs
from helpers.surface._slopes import slopes


class Rule(NamedTuple):
    """An optimizer, or a surface's function, as a graph sees it."""

    what: Any
    key: Hashable
    numbers: list[int | float]

    @classmethod
    def of(cls, what: Any) -> Rule:
        """Return the rule of an optimizer.

        Raises:
            NotCompilable: It holds something whose behaviour may change from call to call.
        """
        numbers: list[int | float] = []
        return cls(what, describe(what, numbers), numbers)


class CannotCompile(Exception):
    """The step of an optimizer cannot be written as a graph; `key` says of which one."""

    def __init__(self, key: Hashable) -> None:
        self.key = key


class Graph:
    """One compiled function: optimizers on a surface.

    Args:
        function: The surface's.
        optimizers: What to compile; only copies of them are kept.
    """

    def __init__(self, function: Rule, optimizers: Sequence[Rule]) -> None:
        import tensorflow as tf

        self._rules = [function, *optimizers]
        self._inputs: list[Inputs] = []
        self._variables: list[Any] = []
        self.dtype = dtype()
        with tf.device("CPU:0"):  # Two numbers at a time are no work for a GPU.
            self._prepare(np.zeros(2), [lambda number: number for _ in optimizers], self._create)
            self._run = tf.function(self._build, autograph=False).get_concrete_function(
                tf.TensorSpec((2,), self.dtype),
                tf.TensorSpec((), tf.int32),
                *(tf.TensorSpec((len(rule.numbers),), tf.float64) for rule in self._rules),
            )
        # The students' optimizers are not kept.
        self._rules = [function, *(rule._replace(what=None) for rule in optimizers)]

    def places(self, function: Rule, optimizers: Sequence[Rule]) -> list[int] | None:
        """Return where in this graph each of `optimizers` has its place, or None if there is not one for all."""
        rules, inputs = self._rules, self._inputs
        if self.dtype != dtype() or function.key != rules[0].key or not inputs[0].fit(function.numbers):
            return None
        free, places = list(range(1, len(rules))), []
        for rule in optimizers:
            fitting = (place for place in free if rules[place].key == rule.key and inputs[place].fit(rule.numbers))
            place = next(fitting, None)
            if place is None:
                return None
            free.remove(place)
            places.append(place)
        return places

    def run(
        self, function: Rule, optimizers: Sequence[Rule], places: Sequence[int], start: Any, steps: int
    ) -> np.ndarray:
        """Return the paths of `optimizers`, which stand at `places`, as array (optimizers, steps + 1, 2)."""
        import tensorflow as tf

        numbers = [function.numbers, *(rule.numbers for rule in self._rules[1:])]
        for place, rule in zip(places, optimizers, strict=True):
            numbers[place] = rule.numbers
        with tf.device("CPU:0"):
            rows = self._run(
                tf.constant(start, self.dtype),
                tf.constant(steps, tf.int32),
                *(tf.constant(values, tf.float64, (len(values),)) for values in numbers),
            )
        return with_start(start, np.swapaxes(rows.numpy(), 0, 1)[[place - 1 for place in places]])

    def _create(self, create: Callable[..., Any], **options: Any) -> Any:
        """Create a variable, and keep it: a graph cannot create variables, and does not keep them alive."""
        self._variables.append(create(**options))
        return self._variables[-1]

    def _prepare(
        self, start: Any, replacements: Sequence[Callable[[int | float], Any]], creator: Callable[..., Any]
    ) -> list[tuple[Any, Any]]:
        """Return for each optimizer a copy before its first step, and the variable that it moves, set to `start`.

        This is done twice: once to create the variables, and once in the graph, where the same variables are taken
        again and set to what they are before the first step.
        """
        import keras
        import tensorflow as tf

        pairs = []
        for rule, replace in zip(self._rules[1:], replacements, strict=True):
            with _reporting(rule), tf.variable_creator_scope(creator):
                variable = keras.Variable(np.zeros(2), dtype=self.dtype, name="point")
                variable.assign(start)
                optimizer = copy(rule.what, replace)
                build(optimizer, variable)
            pairs.append((optimizer, variable))
        return pairs

    def _build(self, start: Any, steps: Any, *numbers: Any) -> Any:
        """Write the graph; its result is a tensor (steps, optimizers, 2)."""
        import tensorflow as tf

        self._inputs = [Inputs(rule.numbers, tensor) for rule, tensor in zip(self._rules, numbers, strict=True)]
        function = copy(self._rules[0].what, self._inputs[0].next)
        rules = self._rules[1:]
        made = iter(self._variables)
        pairs = self._prepare(start, [inputs.next for inputs in self._inputs[1:]], lambda _, **options: next(made))

        def step(index: Any, points: Any, rows: Any) -> tuple[Any, Any, Any]:
            gradients = tf.unstack(slopes(function, points), num=len(rules))
            for rule, (optimizer, variable), gradient in zip(rules, pairs, gradients, strict=True):
                with _reporting(rule):
                    before = identities(optimizer)
                    optimizer.apply([optimizer.scale_loss(gradient)], [variable])
                    if identities(optimizer) != before:
                        raise ValueError("a step changes plain attributes")
            points = tf.stack([variable.value for _, variable in pairs])
            return index + 1, points, rows.write(index, points)

        points = tf.tile(start[None], [len(rules), 1])
        rows = tf.TensorArray(self.dtype, size=steps, element_shape=points.shape)
        return tf.while_loop(lambda index, *_: index < steps, step, [0, points, rows])[2].stack()


@contextmanager
def _reporting(rule: Rule) -> Iterator[None]:
    """Say whose fault it is that a graph cannot be made."""
    try:
        yield
    except Exception as error:
        raise CannotCompile(rule.key) from error


def dtype() -> str:
    """Return the type of the weights that Keras trains, float32 unless it was told otherwise."""
    import keras

    return keras.config.floatx()


def with_start(start: Any, rows: Any) -> np.ndarray:
    """Return `rows` (…, steps, 2) with the start before them, in float64."""
    rows = np.asarray(rows, dtype=float)
    first = np.broadcast_to(np.asarray(start, dtype=float), (*rows.shape[:-2], 1, 2))
    return np.concatenate([first, rows], axis=-2)
