"""What an exercise and a quiz question are, and where to find them: one module of data for each notebook.

A module is loaded when one of its ids is asked for: `check("training.diagnose", …)` reads `training.py` and no other.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NOTEBOOKS = {
    "start": "00 Start here",
    "architecture": "01 Architecture",
    "losses": "02 Losses",
    "backprop": "03 Backprop",
    "activations": "04 Activations",
    "initialization": "05 Initialization",
    "optimizers": "06 Optimizers",
    "training": "07 Training",
    "regularization": "08 Regularization",
    "tuning": "09 Tuning",
}
"""First part of an id → the notebook that it belongs to, in the order of the course."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise as data.

    Attributes:
        id: `"notebook.name"`, the notebook being a key of `NOTEBOOKS`.
        task: The task in one line, for the progress card.
        reference: A right answer. With `cases` it is a function that carries the name of the student's, else a value:
            number, string, array, tuple, list, set or dict.
        cases: Tuples of arguments that the function is called with; empty when the answer is a value.
        examples: So many cases, from the first, may show the student the expected result.
        rtol: Relative tolerance of floats. Whole numbers are compared exactly.
        atol: Absolute tolerance of floats.
        hints: Sentences that help, from a nudge to nearly everything; never the answer.
        misconceptions: The sentence a student needs → the wrong answer (of the kind of `reference`) that calls for it.
        verify: Where many answers are right: `verify(result, *case)`, or `verify(answer)` for a value, returns the
            sentence that says what is wrong, or None. It takes the place of the comparison with `reference`.
        reasons: Where the answer is a dictionary: key → the sentence for whoever gets it wrong.
        picture: Where the exercise shows something: the function of `helpers.figures` that draws it, called without
            arguments. The cell of the exercise calls it, too.
        equal_mutants: A slip as the mutation test names it ("right → wrong") → why the answer with it is right as well.
        stub: Where the stub already returns something (a bug hunt): the answer that counts as untouched.
        insight: What a right answer is told; one sentence.
    """

    id: str
    task: str
    reference: Any
    hints: Sequence[str]
    misconceptions: Mapping[str, Any]
    cases: Sequence[tuple[Any, ...]] = ()
    examples: int = 1
    rtol: float = 1e-4
    atol: float = 1e-7
    verify: Callable[..., str | None] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    stub: Any = None
    insight: str = ""
    picture: Callable[[], Any] | None = None
    equal_mutants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer to choose in a quiz: what it says, whether it is right, and why or why not."""

    text: str
    because: str
    right: bool = False


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """A quiz question with two or more options; the text may hold `code` between backticks."""

    id: str
    question: str
    options: Sequence[Option]


def _data(notebook: str, attribute: str) -> dict[str, Any]:
    """Return id → item of the list `attribute` in the module of `notebook`, empty where there is no such module yet."""
    if notebook not in NOTEBOOKS or importlib.util.find_spec(f"{__name__}.{notebook}") is None:
        return {}
    module = importlib.import_module(f"{__name__}.{notebook}")
    return {item.id: item for item in getattr(module, attribute, ())}


def exercises(notebook: str) -> dict[str, Exercise]:
    """Return id → exercise of one notebook, named by its key in `NOTEBOOKS`."""
    return _data(notebook, "EXERCISES")


def quizzes(notebook: str) -> dict[str, Quiz]:
    """Return id → quiz question of one notebook, named by its key in `NOTEBOOKS`."""
    return _data(notebook, "QUIZZES")


def find(id: Any, among: Callable[[str], dict[str, Any]], kind: str) -> Any:
    """Return what has this id, or a line that names the nearest ids.

    Args:
        id: What the student typed, of any type.
        among: `exercises` or `quizzes`.
        kind: What to call it in the line: "exercise" or "quiz question".
    """
    if isinstance(id, str):
        plain = id.strip().lower()
        found = among(plain.split(".")[0]).get(plain)
        if found is not None:
            return found
    known = [name for notebook in NOTEBOOKS for name in among(notebook)]
    if not isinstance(id, str):
        example = f', such as "{known[0]}"' if known else ""
        given = f"a value of type {type(id).__name__}"
        return f"the id of the {kind} comes first, a text{example}, but got {given}."
    asked = id[:60]
    near = difflib.get_close_matches(asked.strip().lower(), known, n=3, cutoff=0.4) or known[:3]
    ids = ", ".join(f'"{name}"' for name in near)
    return f'there is no {kind} "{" ".join(asked.split())}"' + (f"; the nearest ids are {ids}." if ids else " yet.")
