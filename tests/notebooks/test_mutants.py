"""Do the cases of an exercise tell a right answer from common slips? A mutation test of the exercises."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import mutants
import numpy as np
import pytest

from helpers.exercise import _verdict, content
from helpers.exercise.content import Exercise

EXERCISES = [exercise for notebook in content.NOTEBOOKS for exercise in content.exercises(notebook).values()]


@pytest.fixture(autouse=True)
def short_limit(monkeypatch):
    monkeypatch.setattr(_verdict, "SECONDS", 0.5)


def survivors(exercise: Exercise) -> list[str]:
    """Return the slips with which an answer is still right."""
    plain = exercise if exercise.verify else replace(exercise, misconceptions={})  # looked up for wrong answers only
    return [mutant.slip for mutant in mutants.mutants(exercise.reference) if _verdict.judge(plain, mutant.answer)]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_cases_tell_slips_from_the_right_answer(exercise):
    alive = survivors(exercise)
    accepted = [slip for slip in alive if slip not in exercise.equal_mutants]
    assert not accepted, "accepted as right: add a case, or list the slip in equal_mutants with the reason"
    assert not set(exercise.equal_mutants) - set(alive), "listed in equal_mutants, but refused or not made"
    assert all(exercise.equal_mutants.values()), "each equal mutant has its reason"


# The machinery --------------------------------------------------------------------------------------------------------


def standardized(table):
    """Columns with mean 0."""
    return (table - table.mean(axis=0)) / table.std(axis=0)


def ceil_of(a: int, b: int) -> int:
    return -(-a // b)


def _largest(x):
    return x.max(axis=1, keepdims=True)


def shifted(x: np.ndarray) -> np.ndarray:
    return np.exp(x - _largest(x))


def powers(exponent):
    return lambda x: x**exponent + 1


def slips(reference):
    return [mutant.slip for mutant in mutants.mutants(reference)]


@pytest.mark.parametrize(
    ("reference", "slip"),
    [
        (standardized, "table.mean(axis=0) → table.mean(axis=1)"),
        (standardized, "table.mean(axis=0) → table.sum(axis=0)"),
        (standardized, "table.std(axis=0) → table.std(axis=0, ddof=1)"),
        (standardized, "table - table.mean(axis=0) → table"),
        (standardized, "table - table.mean(axis=0) → table + table.mean(axis=0)"),
        (ceil_of, "-(-a // b) → a // b"),
        (ceil_of, "-(-a // b) → round(a / b)"),
        (ceil_of, "a → b"),
        (shifted, "_largest: x.max(axis=1, keepdims=True) → x.mean(axis=1, keepdims=True)"),
        (shifted, "_largest: x.max(axis=1, keepdims=True) → x[..., [0]]"),
        (powers(3), "x ** exponent + 1 → x ** exponent"),
        (lambda W, x: x @ W.T, "W.T → W"),
        (lambda W, x: x @ W, "x @ W → x @ W.T"),
        (lambda n: [i for i in range(n)], "range(n) → range(0, n + 1)"),
        (lambda x: x.min(), "x.min() → x.max()"),
        (2.5, "2.5 → -2.5"),
        ((3, 5), "[0] ↔ [1]"),
        ({"A": 1, "B": 2}, "'A' ↔ 'B'"),
        ({"a", "b"}, "without 'a'"),
        (np.arange(6).reshape(2, 3), "transposed"),
    ],
)
def test_slips_are_made(reference, slip):
    made = slips(reference)
    assert slip in made
    assert max(Counter(made).values()) == 1


def test_mutant_computes_what_its_name_says():
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    changed = {mutant.slip: mutant.answer for mutant in [*mutants.mutants(shifted), *mutants.mutants(powers(3))]}
    added = changed["x - _largest(x) → x + _largest(x)"]
    np.testing.assert_allclose(added(x), np.exp(x + x.max(axis=1, keepdims=True)))
    smallest = changed["_largest: x.max(axis=1, keepdims=True) → x.min(axis=1, keepdims=True)"]
    np.testing.assert_allclose(smallest(x), np.exp(x - x.min(axis=1, keepdims=True)))
    np.testing.assert_allclose(shifted(x), np.exp(x - x.max(axis=1, keepdims=True)))
    assert changed["x ** exponent + 1 → x ** exponent"](2) == 8


def test_weak_cases_are_found():
    weak = Exercise(
        id="training.made",
        task="A task",
        reference=standardized,
        hints=[],
        misconceptions={},
        cases=[(np.array([[1.0, -1.0], [-1.0, 1.0]]),)],
    )
    assert "table.mean(axis=0) → table.mean(axis=1)" in survivors(weak)
    strong = replace(weak, cases=[(np.array([[1.0, 2.0], [3.0, 7.0], [4.0, 0.0]]),)])
    assert survivors(strong) == []


def test_slip_that_never_ends_is_no_right_answer():
    def count(n):
        steps = 0
        while n > 0:
            n -= 1
            steps += 1
        return steps

    made = Exercise(id="training.made", task="", reference=count, hints=[], misconceptions={}, cases=[(3,), (0,)])
    assert survivors(made) == []
