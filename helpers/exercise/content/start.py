"""The exercises and the quiz question of notebook 00: how to work with `check`, and how to read an error."""

from __future__ import annotations

from typing import Any

from helpers.exercise._comparison import meant
from helpers.exercise.content import Exercise, Option, Quiz

STORY = {"error": "ValueError", "function": "total", "wrong": "an amount is missing"}


def _misread(story: Any) -> str | None:
    """Return what is wrong with what a student reads in the traceback, however the names are written."""
    if not isinstance(story, dict) or set(story) != set(STORY):
        return f"Keep the dictionary with the keys {', '.join(STORY)}, and replace the three dots only"
    error = story["error"]
    error = error.__name__ if isinstance(error, type) else str(error).strip(" :")
    function = str(getattr(story["function"], "__name__", story["function"])).split("(")[0].strip()
    if error.casefold() != "valueerror":
        return "The kind of error is at the beginning of the last line, before the colon"
    if function == "print_bill":
        return "Read on downwards: print_bill only passed the arrays on. The last frame names the function that failed"
    if function != "total":
        return "Above the error are the frames, one for each function; look for the last one that the cell defines"
    if not meant(story["wrong"], [STORY["wrong"]]):
        return "The last line gives two shapes: (3,) are the prices, so look for the array with the shape (2,)"
    return None


EXERCISES = [
    Exercise(
        id="start.mean_of_squares",
        task="The mean of four squares",
        reference=21.0,
        hints=[
            "Square first: what are the four squares?",
            "Add the squares, then divide by how many there are.",
        ],
        misconceptions={
            "That is the square of the mean: square each number first, then take the mean of the squares.": 16.0,
            "That is the sum of the squares; a mean also divides by how many there are.": 84.0,
            "That is the root of the mean of the squares; here the mean itself is asked for.": 21**0.5,
        },
        insight="squares first, mean second: this is how notebook 02 measures the error of a network.",
    ),
    Exercise(
        id="start.traceback",
        task="What a traceback says",
        reference=STORY,
        verify=_misread,
        hints=[
            "Read a traceback from below: the last line has the kind of error and what it says.",
            "Above it are the frames: each function was called by the one above it. Which is the last of your own?",
        ],
        misconceptions={
            "Read on downwards: print_bill only passed the arrays on. The last frame names the function that failed.": {
                **STORY,
                "function": "print_bill",
            },
            "The kind of error is at the beginning of the last line, before the colon.": {**STORY, "error": "print"},
            "The last line gives two shapes: (3,) are the prices. Which array has the shape (2,)?": {
                **STORY,
                "wrong": "a price is missing",
            },
        },
        insight="from below: what is wrong, then where. Most errors in networks are shapes that do not match.",
    ),
]

QUIZZES = [
    Quiz(
        id="start.q2",
        question="At x = 4 a curve has the slope −3. You want to go down. Which way?",
        options=[
            Option(text="To the right, to larger x.", because="A negative slope falls towards larger x.", right=True),
            Option(text="To the left, to smaller x.", because="To the left, a curve with a negative slope is higher."),
            Option(
                text="You cannot tell without seeing the curve.",
                because="Not where its lowest point is; but the sign of the slope tells which way is down from here.",
            ),
        ],
    ),
]
