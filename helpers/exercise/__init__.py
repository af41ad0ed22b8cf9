"""Exercises that answer back: check an answer, ask for a hint, see how far you are."""

from __future__ import annotations

import html
import textwrap
from typing import Any

from helpers._console import printable, say
from helpers._files import progress_path
from helpers.exercise import _progress_file, _verdict, content
from helpers.exercise._quiz import quiz

__all__ = [
    "check",
    "export_progress",
    "hint",
    "import_progress",
    "progress",
    "progress_path",
    "quiz",
]

_hints_given: dict[str, int] = {}


def check(id: str, answer: Any = None, *, record: bool = True) -> _verdict.Verdict:
    """Print a sentence on `answer`, and return a verdict that equals True where it is right.

    Args:
        id: The exercise, "notebook.name", such as "training.early_stopping".
        answer: A function or a value, as the task says. Nothing it is or does makes `check` raise; it is stopped after
            5 s, whatever it catches, and only a real Ctrl-C passes through.
        record: Whether the answer counts for `progress()`; the solution cells say False.

    >>> result = check("training.budget", 127, record=False)
    ✘ not right yet: Each hidden unit also sends a weight to each of the ten outputs.
    >>> result == False
    True
    """
    exercise = content.find(id, content.exercises, "exercise")
    if isinstance(exercise, str):
        swapped = type(answer) is str and not isinstance(content.find(answer, content.exercises, "exercise"), str)
        said = f'the id comes first, then the answer: check("{answer}", …).' if swapped else exercise
        result = _verdict.Verdict(False, f"✘ {said}", untouched=True)
    else:
        result = _verdict.judge(exercise, answer)
    note = ""
    if record and not result.untouched:
        note = _progress_file.record({exercise.id: "done" if result else "tried"})
    _tell(f"{result.message} ({note.rstrip('.')})" if note else result.message)
    return result


def hint(id: str) -> None:
    """Print the next hint to an exercise; after the last one, where its solution is.

    Args:
        id: The exercise, "notebook.name".

    >>> hint("training.budget")
    Hint 1 of 2: How many parameters does one more hidden unit bring, on both of its sides?
    """
    exercise = content.find(id, content.exercises, "exercise")
    if isinstance(exercise, str):
        _tell(f"✘ {exercise}")
        return
    number, total = _hints_given.get(exercise.id, 0), len(exercise.hints)
    if number == total:
        _tell(
            "That was the last hint. The solution stands under Solutions at the end of the notebook, or else in the "
            "collapsed cell below the exercise."
        )
        return
    _hints_given[exercise.id] = number + 1
    _tell(f"Hint {number + 1} of {total}: {exercise.hints[number]}")


def progress() -> Card:
    """Return a card that shows, as the last value of a cell, which exercises of each notebook are done.

    >>> print(progress())  # doctest: +ELLIPSIS
    Your progress: ... exercises done...
    <BLANKLINE>
    00 Start here: ...
    """
    states, problem = _progress_file.read()
    return Card(states, problem)


def export_progress() -> str:
    """Return your progress as one line of text, to keep where a session forgets its files (Colab does)."""
    return _progress_file.encode(_progress_file.read()[0])


def import_progress(text: str) -> Card:
    """Add the progress that `export_progress` returned to what is here, and return the card.

    Args:
        text: What `export_progress` returned, whole; what is done here stays done.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is not a whole exported progress.
    """
    states = _progress_file.decode(text)
    problem = _progress_file.record(states)
    here, _ = _progress_file.read()
    return Card(_progress_file.merge(here, states), problem)


class Card:
    """Progress by notebook, as HTML and as text.

    Args:
        states: Exercise id → "tried" or "done".
        problem: A sentence on what is wrong with the progress file, empty where nothing is.
    """

    def __init__(self, states: dict[str, str], problem: str = "") -> None:
        self.problem = problem
        self.notebooks: list[tuple[str, list[tuple[str, str]]]] = []
        for notebook, title in content.NOTEBOOKS.items():
            found = content.exercises(notebook).values()
            rows = [(exercise.task, states.get(exercise.id, "not yet")) for exercise in found]
            if rows:
                self.notebooks.append((title, rows))
        every = [state for _, rows in self.notebooks for _, state in rows]
        self.summary = f"Your progress: {_count(every)}."

    def __repr__(self) -> str:
        """Return the card as text, with every exercise."""
        lines = [self.summary, *([self.problem] if self.problem else [])]
        for title, rows in self.notebooks:
            lines += ["", f"{title}: {_count([state for _, state in rows])}"]
            lines += [f"  {_MARKS[state]} {state:<8} {task}" for task, state in rows]
        return printable("\n".join(lines))

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{html.escape(self.summary)}</strong></p>"]
        if self.problem:
            parts.append(f"<p>{html.escape(self.problem)}</p>")
        for title, rows in self.notebooks:
            states = [state for _, state in rows]
            items = "".join(f"<li>{_MARKS[state]} {html.escape(task)} <em>({state})</em></li>" for task, state in rows)
            parts.append(
                f'<details style="margin:0.3em 0"><summary>{html.escape(title)} '
                f'<progress value="{states.count("done")}" max="{len(states)}"></progress> {_count(states)}</summary>'
                f'<ul style="list-style:none;margin:0.3em 0 0.6em;padding-left:1.2em">{items}</ul></details>'
            )
        return f'<div class="course-progress">{"".join(parts)}</div>'


def _tell(message: str) -> None:
    """Print a sentence in lines as long as those of a notebook's code."""
    say(textwrap.fill(message, 88, subsequent_indent="  ", break_on_hyphens=False))


_MARKS = {"done": "✔", "tried": "✘", "not yet": "○"}


def _count(states: list[str]) -> str:
    """Return how many of the exercises are done, and how many only tried."""
    done, tried = states.count("done"), states.count("tried")
    return f"{done} of {len(states)} exercises done" + (f", {tried} tried" if tried else "")
