"""Judge an answer to an exercise: run it safely, compare it, and find the sentence that its author needs."""

from __future__ import annotations

import contextlib
import copy
import inspect
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.exercise._comparison import Difference, difference, in_words
from helpers.exercise._time_limit import Stopped, limited
from helpers.exercise.content import Exercise

SECONDS = 5.0
"""An answer that runs longer than this is stopped."""

SMALL = 100
"""A collection with more entries than this is not a stub: its dots are not looked for."""

COPIED = 10_000_000
"""Results with more items than this are not copied: no exercise expects one."""


class Verdict(int):
    """The result of `check`: equals True or False, and shows nothing of its own as the last value of a cell.

    Attributes:
        message: The line that was printed.
        untouched: There was no answer yet; counts neither as tried nor as done.
    """

    message: str
    untouched: bool

    def __new__(cls, right: bool, message: str, untouched: bool = False) -> Verdict:
        """Return the verdict with its message on one line."""
        verdict = super().__new__(cls, bool(right))
        verdict.message = " ".join(message.split())
        verdict.untouched = untouched
        return verdict

    def __getnewargs__(self) -> tuple[bool, str, bool]:  # type: ignore[override]
        """Return what a copy is made from."""
        return bool(self), self.message, self.untouched

    def __repr__(self) -> str:
        """Return "True" or "False"."""
        return str(bool(self))

    def _ipython_display_(self) -> None:
        """Display nothing: the line has been printed already."""


def correct(text: str) -> Verdict:
    """Return the verdict on a right answer."""
    return Verdict(True, f"✔ correct — {text}")


def wrong(text: str) -> Verdict:
    """Return the verdict on a wrong answer."""
    return Verdict(False, f"✘ not right yet: {text}")


def not_yet(text: str) -> Verdict:
    """Return the verdict on a stub that nobody has touched."""
    return Verdict(False, f"○ not yet: {text}", untouched=True)


@dataclass
class Outcome:
    """What an answer did with one case: the value it returned, or how it failed, and which argument it changed."""

    case: tuple[Any, ...]
    value: Any = None
    error: tuple[str, str] | None = None
    changed: str = ""


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Return the verdict on `answer`; whatever the answer is or does, the only thing raised is a real Ctrl-C.

    What the answer prints and warns is swallowed, it works on copies of the inputs, and it is stopped after `SECONDS`.
    """
    running: list[str] = []
    try:
        with (
            open(os.devnull, "w", encoding="utf-8", errors="replace") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
            warnings.catch_warnings(action="ignore"),
            np.errstate(all="ignore"),
            _quit_raises(),
        ):
            return limited(lambda: _judge(exercise, answer, running), SECONDS)
    except Stopped:
        where = f"{running[-1]} was" if running else "the answer was"
        return wrong(f"{where} stopped after {SECONDS:g} s; does every loop come to an end?")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an object that fails when it is looked at
        return wrong(f"the answer, {in_words(answer)}, cannot be examined: {_failure(error)[0]}.")


@contextlib.contextmanager
def _quit_raises() -> Iterator[None]:
    """Let `quit()` and `exit()` of a notebook raise SystemExit for a while; IPython's end the kernel a moment later."""
    names: dict[str, Any] = {}
    own: dict[str, Any] = {}
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.core.autocall import IPyAutocall

        names = getattr(get_ipython(), "user_ns", {})
        own = {name: names[name] for name in ("quit", "exit") if isinstance(names.get(name), IPyAutocall)}
    names.update(dict.fromkeys(own, sys.exit))
    try:
        yield
    finally:
        names.update(own)


def _judge(exercise: Exercise, answer: Any, running: list[str]) -> Verdict:
    if _is_untouched(answer):
        return not_yet("put your answer in place of the dots.")
    missing = _missing_part(answer)
    if missing:
        return not_yet(f"{missing} is still missing; put it in place of the dots.")
    if exercise.cases:
        problem = _cannot_be_called(exercise, answer)
        if problem:
            return wrong(problem)
        outcomes = [_run(exercise, answer, case, running) for case in exercise.cases]
        if all(_is_untouched(outcome.value) and outcome.error is None for outcome in outcomes):
            return not_yet("the function returns nothing so far; write its body and end it with return.")
        if all(outcome.error and _is_unfinished(*outcome.error) for outcome in outcomes):
            return not_yet("put your code in place of the dots.")
    else:
        if inspect.isroutine(answer) and exercise.verify is None:
            return wrong(f"this exercise asks for a value, but got {in_words(answer)}; call it, or write its result.")
        outcomes = [Outcome(case=(), value=answer)]
    if exercise.stub is not None and _behaves_like(exercise, exercise.stub, outcomes):
        return not_yet("this does what the code from the task does; it is for you to change.")
    complaint = next((text for outcome in outcomes if (text := _complaint(exercise, outcome, outcomes))), None)
    if complaint is None:
        return _verdict_on_right(exercise, outcomes)
    for sentence, solution in exercise.misconceptions.items():
        if _behaves_like(exercise, solution, outcomes):
            return wrong(sentence)
    return wrong(complaint)


def _verdict_on_right(exercise: Exercise, outcomes: list[Outcome]) -> Verdict:
    changed = next((outcome.changed for outcome in outcomes if outcome.changed), "")
    if changed:
        return wrong(f"the result is right, but your function changes its argument {changed}; work on a copy of it.")
    number = len(exercise.cases)
    return correct(
        exercise.insight or ("your value agrees." if not number else f"right in {number} of {number} cases.")
    )


def _is_untouched(value: Any) -> bool:
    """Is this None, the dots of a stub, or a collection of nothing but dots?"""
    if value is None or _is_dots(value):
        return True
    items = _entries(value)
    return bool(items) and all(item is not None and _is_untouched(item) for item in items.values())


def _is_dots(value: Any) -> bool:
    return value is ... or (isinstance(value, str) and value.strip() in ("...", "…"))


def _missing_part(value: Any) -> str:
    """Return which part of a collection still is the dots of a stub, empty where none is."""
    for name, item in _entries(value).items():
        if _is_dots(item):
            return name
        inner = _missing_part(item)
        if inner:
            return f"{inner} of {name}"
    return ""


def _entries(value: Any) -> dict[str, Any]:
    """Return what to call each entry of a collection → the entry; empty for anything else, and for a long one."""
    if type(value) is dict and len(value) <= SMALL:
        return {f"the answer for {in_words(key)}": item for key, item in value.items()}
    if type(value) in (list, tuple) and len(value) <= SMALL:
        return {f"value {number} of {len(value)}": item for number, item in enumerate(value, start=1)}
    return {}


def _is_unfinished(kind: str, text: str) -> bool:
    return kind == "NotImplementedError" or (kind == "TypeError" and "ellipsis" in text.lower())


def _cannot_be_called(exercise: Exercise, answer: Any) -> str:
    """Return why the answer cannot be called as the exercise does it, empty where it can."""
    name = exercise.reference.__name__
    if not callable(answer):
        return (
            f'this exercise asks for a function, but got {in_words(answer)}; write check("{exercise.id}", {name}) '
            "with the name alone, without calling it."
        )
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some built-in functions have none
        return ""
    case = exercise.cases[0]
    try:
        signature.bind(*case)
    except TypeError:
        expected = ", ".join(inspect.signature(exercise.reference).parameters)
        advice = ""
        if any(parameter.kind is parameter.KEYWORD_ONLY for parameter in signature.parameters.values()):
            advice = "; leave out the star, so that arguments need no names"
        return f"the exercise calls {name}({expected}), but your function takes {_parameters(signature)}{advice}."
    return ""


def _parameters(signature: inspect.Signature) -> str:
    """Return the parameters in brackets as they are written, stars and defaults included and annotations left out."""
    empty = inspect.Parameter.empty
    plain = [parameter.replace(annotation=empty) for parameter in signature.parameters.values()]
    return " ".join(str(signature.replace(parameters=plain, return_annotation=empty)).split())


def _call(exercise: Exercise, case: tuple[Any, ...]) -> str:
    return f"{exercise.reference.__name__}({', '.join(in_words(argument) for argument in case)})"


def _run(exercise: Exercise, answer: Any, case: tuple[Any, ...], running: list[str]) -> Outcome:
    running.append(_call(exercise, case))
    outcome, arguments = Outcome(case), copy.deepcopy(case)
    try:
        outcome.value = _kept(answer(*arguments))
    except (KeyboardInterrupt, Stopped):
        raise
    except BaseException as error:  # sys.exit() in an answer must not end the notebook
        outcome.error = _failure(error)
    names = inspect.signature(exercise.reference).parameters
    for name, before, after in zip(names, case, arguments, strict=False):
        if isinstance(before, np.ndarray | list | dict | set) and _is_changed(before, after):
            outcome.changed = name
    return outcome


def _is_changed(before: Any, after: Any) -> bool:
    """Did an argument change by more than the rounding of numbers that were moved and moved back?"""
    is_float = isinstance(before, np.ndarray) and before.dtype.kind == "f"
    rounding = 100 * float(np.finfo(before.dtype if is_float else np.float64).eps)
    return difference(before, after, rounding, rounding) is not None


def _kept(value: Any) -> Any:
    """Return a copy of what an answer returned, so that its next call cannot overwrite it."""
    if (
        type(value) in (np.ndarray, list, tuple, dict)
        and (value.size if type(value) is np.ndarray else len(value)) <= COPIED
    ):
        with contextlib.suppress(Exception):  # it may hold what cannot be copied
            return copy.deepcopy(value)
    return value


def _failure(error: BaseException) -> tuple[str, str]:
    """Return the type and the text of an exception, without its frames."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    return type(error).__name__, text if len(text) <= 120 else text[:119] + "…"


def _compare(exercise: Exercise, outcome: Outcome, expected: Any) -> Difference | None:
    try:
        return difference(expected, outcome.value, exercise.rtol, exercise.atol)
    except Exception:  # an object that refuses to be compared
        return Difference(in_words(outcome.value), in_words(expected), secret=True)


def _complaint(exercise: Exercise, outcome: Outcome, outcomes: list[Outcome]) -> str | None:
    """Return what is wrong with one outcome in words, None where it is right."""
    call = _call(exercise, outcome.case) if exercise.cases else ""
    if outcome.error:
        kind, text = outcome.error
        return f"{call} stops with {kind}: {text}." if text else f"{call} stops with {kind}."
    if exercise.verify is not None:
        try:
            problem = exercise.verify(outcome.value, *copy.deepcopy(outcome.case))
        except Exception:
            problem = f"the result, {in_words(outcome.value)}, is not of the kind that is asked for"
        if not problem or problem in exercise.misconceptions:
            return problem
        problem = problem if problem.endswith("?") else problem.rstrip(".") + "."
        return f"{call}: {problem}" if call else problem
    expected = exercise.reference(*copy.deepcopy(outcome.case)) if exercise.cases else exercise.reference
    found = _compare(exercise, outcome, expected)
    if found is None:
        return None
    public = any(outcome is one for one in outcomes[: exercise.examples]) and bool(exercise.cases)
    wanted = f", expected {found.wanted}" if public or not found.secret else ""
    tolerance = f" (tolerance {exercise.rtol:.2g} relative)" if found.close else ""
    said = f"{call} gives {found.got}" if call else f"your answer is {found.got}"
    return f"{said}{wanted}{tolerance}.{_reason(exercise, outcome.value)}"


def _reason(exercise: Exercise, answer: Any) -> str:
    """Return a space and the reason of the first entry that is wrong, where the exercise has one for it."""
    for key, reason in exercise.reasons.items():
        known = isinstance(answer, Mapping) and key in answer
        if known and difference(exercise.reference[key], answer[key], exercise.rtol, exercise.atol):
            return f" {reason}"
    return ""


def _behaves_like(exercise: Exercise, solution: Any, outcomes: list[Outcome]) -> bool:
    """Does the answer do in every case what a known solution does, exceptions included?"""
    if not exercise.cases and exercise.verify is not None and callable(solution):
        said = exercise.verify(solution)
        return said is not None and exercise.verify(outcomes[0].value) == said
    if not exercise.cases:
        return _compare(exercise, outcomes[0], solution) is None
    for outcome in outcomes:
        known = _run(exercise, solution, outcome.case, [])
        if (known.error and known.error[0]) != (outcome.error and outcome.error[0]):
            return False
        if known.error is None and _compare(exercise, outcome, known.value) is not None:
            return False
    return True
