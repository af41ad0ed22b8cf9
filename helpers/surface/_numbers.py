"""Numbers that stay changeable when a rule that uses them is compiled.

TensorFlow compiles a Python function by running it once on symbols. A plain number becomes a constant of the graph
then, and another number means compiling again. An `Input` stands in for the number: in arithmetic it is an input of the
graph; where Python code must decide something by it (`if momentum != 0`), the decision is made with the present number
and noted as a condition: the graph is right for all numbers that fulfil its conditions.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

Number = int | float


class Inputs:
    """The numbers of one rule: their present values, their tensors, and the conditions that hold for the graph.

    Args:
        values: The numbers that the rule is compiled with.
        tensor: Tensor (n,) in float64: the same numbers as an input of the graph.
    """

    def __init__(self, values: Sequence[Number], tensor: Any) -> None:
        import tensorflow as tf

        self.values = list(values)
        self.graph = tensor.graph
        self.tensors = tf.unstack(tensor, num=len(self.values)) if self.values else []
        self.conditions: list[tuple[Callable[[Sequence[Number]], Any], Any]] = []
        self._next = 0

    def next(self, _value: Number) -> Input:
        """Return the stand-in for the next number, in the order of `values`."""
        index = self._next
        self._next += 1
        return Input(self, lambda numbers: numbers[index])

    def fit(self, values: Sequence[Number]) -> bool:
        """Tell whether the graph that was compiled with these inputs is right for `values`."""
        try:
            return all(read(values) == result for read, result in self.conditions)
        except ArithmeticError:
            return False


class Input:
    """A number, or what Python's arithmetic makes of it: the same formula over plain numbers and over tensors.

    Arithmetic is done in float64 and rounded when a tensor of another type meets it, as it is with Python's floats.
    """

    def __init__(self, inputs: Inputs, read: Callable[[Sequence[Any]], Any]) -> None:
        self._inputs = inputs
        self._read = read
        self._tensors: dict[Any, Any] = {}

    def _decide(self, function: Callable[[Any], Any]) -> Any:
        """Return `function` of the present number, and note that it must come out the same for others."""

        def read(numbers: Sequence[Number]) -> Any:
            return function(self._read(numbers))

        result = read(self._inputs.values)
        self._inputs.conditions.append((read, result))
        return result

    def __tf_tensor__(self, dtype: Any = None, name: Any = None) -> Any:
        """Return the number as a tensor; TensorFlow calls this wherever it expects one."""
        import tensorflow as tf

        if tf.executing_eagerly():
            return tf.convert_to_tensor(self._decide(lambda number: number), dtype)
        if dtype is None:  # The types that TensorFlow gives to Python's numbers.
            dtype = tf.int32 if isinstance(self._read(self._inputs.values), int) else tf.float32
        if dtype not in self._tensors:
            # Made outside of the loop over the steps, where it is made once.
            with self._inputs.graph.as_default(), tf.control_dependencies(None):
                self._tensors[dtype] = tf.cast(self._read(self._inputs.tensors), dtype)
        return self._tensors[dtype]

    def _combine(self, other: Any, function: Callable[[Any, Any], Any]) -> Any:
        if isinstance(other, Input):
            return Input(self._inputs, lambda numbers: function(self._read(numbers), other._read(numbers)))
        if isinstance(other, int | float):
            return Input(self._inputs, lambda numbers: function(self._read(numbers), other))
        if not hasattr(other, "dtype"):
            return NotImplemented
        import tensorflow as tf

        return function(self.__tf_tensor__(tf.as_dtype(other.dtype)), other)

    def _compare(self, other: Any, function: Callable[[Any, Any], Any]) -> Any:
        compared = self._combine(other, function)
        return compared._decide(bool) if isinstance(compared, Input) else compared

    def __eq__(self, other: object) -> Any:
        """Compare with a number (decided now, and noted) or with a tensor (in the graph), as all comparisons do."""
        return self._compare(other, operator.eq)

    def __ne__(self, other: object) -> Any:
        """Compare."""
        return self._compare(other, operator.ne)

    def __lt__(self, other: object) -> Any:
        """Compare."""
        return self._compare(other, operator.lt)

    def __le__(self, other: object) -> Any:
        """Compare."""
        return self._compare(other, operator.le)

    def __gt__(self, other: object) -> Any:
        """Compare."""
        return self._compare(other, operator.gt)

    def __ge__(self, other: object) -> Any:
        """Compare."""
        return self._compare(other, operator.ge)

    def __bool__(self) -> bool:
        """Decide whether it is other than zero."""
        return self._decide(bool)

    def __float__(self) -> float:
        """Give up being an input, as all conversions to a plain number do: the graph is for this number only."""
        return float(self._decide(lambda number: number))

    def __index__(self) -> int:
        """Give up being an input."""
        return operator.index(self._decide(lambda number: number))

    def __hash__(self) -> int:
        """Give up being an input."""
        return hash(self._decide(lambda number: number))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Give up being an input."""
        import numpy as np

        return np.array(self._decide(lambda number: number), dtype)


def _binary(function: Callable[[Any, Any], Any]) -> Callable[[Input, Any], Any]:
    return lambda self, other: self._combine(other, function)


def _swapped(function: Callable[[Any, Any], Any]) -> Callable[[Input, Any], Any]:
    return lambda self, other: self._combine(other, lambda first, second: function(second, first))


def _unary(function: Callable[[Any], Any]) -> Callable[[Input], Input]:
    return lambda self: Input(self._inputs, lambda numbers: function(self._read(numbers)))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Input, f"__{_name}__", _binary(getattr(operator, _name)))
    setattr(Input, f"__r{_name}__", _swapped(getattr(operator, _name)))
for _name in ("neg", "pos", "abs"):
    setattr(Input, f"__{_name}__", _unary(getattr(operator, _name)))
