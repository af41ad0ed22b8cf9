"""The exercises and quiz questions of notebook 00: the school mathematics and the NumPy that the course builds on."""

from __future__ import annotations

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

# Square, so that a mean over the wrong axis raises no error; the columns differ in mean and spread.
SQUARE = np.array([[1.0, 10.0, 300.0], [2.0, 30.0, 100.0], [6.0, 20.0, 800.0]])
TALL = np.array([[160.0, 50.0], [170.0, 80.0], [180.0, 56.0], [190.0, 94.0], [150.0, 60.0]])
MARKS = np.array([[1.0, 2.0, 6.0], [4.0, 4.0, 1.0], [5.0, 9.0, 1.0]])
WIDE_MARKS = np.array([[1.0, 2.0, 6.0, 7.0], [3.0, 3.0, 0.0, 2.0]])

# What a right answer returns ------------------------------------------------------------------------------------------


def slope(x1: float, y1: float, x2: float, y2: float) -> float:
    """Slope of the line through two points."""
    return (y2 - y1) / (x2 - x1)


def surprise(probability: float) -> float:
    """Minus the natural logarithm of a probability."""
    return float(-np.log(probability))


def standardize(table: np.ndarray) -> np.ndarray:
    """Each column of a table (n, columns) with mean 0 and standard deviation 1."""
    return (table - table.mean(axis=0)) / table.std(axis=0)


def above_own_mean(table: np.ndarray) -> np.ndarray:
    """Each entry of a table (rows, columns) minus the mean of its row."""
    return table - table.mean(axis=1, keepdims=True)


# What wrong answers return --------------------------------------------------------------------------------------------


def _bug(table: np.ndarray) -> np.ndarray:
    return table - table.mean(axis=1)


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
            "That is the root of the mean of the squares; here the mean itself is asked for.": float(np.sqrt(21)),
        },
        insight="squares first, mean second: this is how the error of a network is measured in notebook 02.",
    ),
    Exercise(
        id="start.slope",
        task="The slope of a line through two points",
        reference=slope,
        cases=[(0.0, 1.0, 2.0, 5.0), (-1.0, 4.0, 3.0, 2.0), (2.0, -3.0, -3.0, -3.0)],
        hints=[
            "How far does the line go up for each step to the right?",
            "Divide the difference of the two y by the difference of the two x, both taken in the same order.",
        ],
        misconceptions={
            "This is upside down: the slope is the change of y divided by the change of x.": lambda x1, y1, x2, y2: (
                (x2 - x1) / (y2 - y1)
            ),
            "The sign is wrong: take both differences in the same order, second point minus first.": (
                lambda x1, y1, x2, y2: (y1 - y2) / (x2 - x1)
            ),
        },
        insight="a slope says by how much y changes when x grows by 1: training a network follows slopes downhill.",
    ),
    Exercise(
        id="start.chain_rule",
        task="The derivative of a nested function",
        reference=30.0,
        hints=[
            "There is an inner function, 3x − 1, and an outer one, the square. What is the derivative of each?",
            "Derivative of the square, taken at the inner value, times the derivative of the inner function.",
        ],
        misconceptions={
            "The inner derivative is missing: 3x − 1 grows three times as fast as x.": 10.0,
            "That is the value of the function at x = 2; the question is how steep it is there.": 25.0,
            "Outer and inner derivative are multiplied, not added.": 13.0,
        },
        insight="slopes of nested functions multiply: backpropagation, in notebook 03, is this and little else.",
    ),
    Exercise(
        id="start.shape",
        task="The shape of a matrix product plus a vector",
        reference=(32, 3),
        hints=[
            "Which two of the four sizes must be equal, and vanish in the product?",
            "There is one row for each row of X, and one column for each column of W. What does adding b change?",
        ],
        misconceptions={
            "The order is turned round: rows come from the first matrix, columns from the second.": (3, 32),
            "This is the shape of X: the inner size, 4, is summed over and vanishes.": (32, 4),
            "The two inner sizes, 4 and 4, are summed over; what remains are the two outer ones.": (4, 4),
            "Adding b does not add an axis: it is broadcast, the same three numbers for each row.": (32, 3, 3),
        },
        insight="32 examples, 3 numbers each; b is added to every row. A layer of a network does this, then bends it.",
    ),
    Exercise(
        id="start.surprise",
        task="Minus the natural logarithm of a probability",
        reference=surprise,
        cases=[(0.5,), (0.01,), (0.9,), (1.0,)],
        hints=[
            "The logarithm of a number below 1 is negative; which sign shall the result have?",
            "`np.log` is the natural logarithm, to the base e; `np.log2` and `np.log10` are others.",
        ],
        misconceptions={
            "The minus sign is missing: the logarithm of a probability is never above 0, the result never below.": (
                lambda probability: np.log(probability)
            ),
            "This is the logarithm to the base 10; in this course, ln and log mean the natural one, `np.log`.": (
                lambda probability: -np.log10(probability)
            ),
            "This is the logarithm to the base 2; the natural one, to the base e, is asked for.": (
                lambda probability: -np.log2(probability)
            ),
        },
        insight="the less probable, the larger, and 0 for what is certain: a loss of notebook 02 is this.",
    ),
    Exercise(
        id="start.standardize",
        task="Columns with mean 0 and standard deviation 1",
        reference=standardize,
        cases=[(TALL,), (SQUARE,)],
        hints=[
            "Axis 0 goes down the rows, axis 1 along the columns. Along which one is the mean of a column taken?",
            "Subtract `table.mean(axis=…)`; then divide by what `table.std` gives with the same axis.",
        ],
        misconceptions={
            "This takes one mean and one deviation of the whole table; each column needs its own.": (
                lambda table: (table - table.mean()) / table.std()
            ),
            "This standardizes each row; axis=0 goes down the rows, and gives one number for each column.": (
                lambda table: (table - table.mean(axis=1, keepdims=True)) / table.std(axis=1, keepdims=True)
            ),
            "This divides by the variance, the square of the standard deviation.": (
                lambda table: (table - table.mean(axis=0)) / table.var(axis=0)
            ),
            "This divides by n − 1 inside the deviation; NumPy's std, Keras and this course divide by n.": (
                lambda table: (table - table.mean(axis=0)) / table.std(axis=0, ddof=1)
            ),
        },
        insight="each column has the same spread now, whatever its unit. Training is quicker then: see notebook 05.",
    ),
    Exercise(
        id="start.traceback",
        task="What a traceback says",
        reference={"error": "ValueError", "function": "total", "sizes": {2, 3}},
        hints=[
            "Read a traceback from below: the last line has the kind of error and what it says.",
            "Above it, the frames: each function was called by the one above it. Which is the last of your own?",
        ],
        misconceptions={
            "Read on downwards: bill only passed the arrays on. The last frame names the function whose line failed.": {
                "error": "ValueError",
                "function": "bill",
                "sizes": {2, 3},
            },
            "That is the first frame, where the call began; the last one names the function whose line failed.": {
                "error": "ValueError",
                "function": "print_bill",
                "sizes": {2, 3},
            },
            "The kind of error stands at the beginning of the very last line, before the colon.": {
                "error": "TypeError",
                "function": "total",
                "sizes": {2, 3},
            },
        },
        insight="from below: what is wrong, then where. Most errors in networks are shapes that do not fit.",
    ),
    Exercise(
        id="start.bug_hunt",
        task="Bug hunt: each entry minus the mean of its row",
        reference=above_own_mean,
        cases=[(MARKS,), (WIDE_MARKS,)],
        stub=_bug,
        hints=[
            "What is the shape of `table.mean(axis=1)`, and along which axis does NumPy broadcast it?",
            "A shape (rows,) is laid along the last axis, the columns; (rows, 1) along the rows. Look at `keepdims`.",
        ],
        misconceptions={
            "Now each column loses its own mean; the task wants the mean of each row.": (
                lambda table: table - table.mean(axis=0)
            ),
            "Now every entry loses the mean of the whole table; each row needs its own.": (
                lambda table: table - table.mean()
            ),
        },
        insight="with keepdims=True the means have the shape (rows, 1) and are stretched along their rows.",
    ),
]

QUIZZES = [
    Quiz(
        id="start.q1",
        question="A line has the equation y = 2x − 3. You move x up by 0.1. What does y do?",
        options=[
            Option(
                text="It grows by 0.2.", because="The slope, 2, says how much y changes for each step of x.", right=True
            ),
            Option(text="It falls by 2.8.", because="The −3 shifts the whole line down; changes do not feel it."),
            Option(text="It grows by 2.", because="It would for a step of 1; this step is a tenth of that."),
        ],
    ),
    Quiz(
        id="start.q2",
        question="At x = 4 a curve has the slope −3. You want to go down. Which way?",
        options=[
            Option(text="To the right, to larger x.", because="A negative slope falls towards larger x.", right=True),
            Option(
                text="To the left, to smaller x.",
                because="There the curve is higher: to the left of a falling place it rises.",
            ),
            Option(
                text="That cannot be said without the curve.",
                because="Not where its lowest point is; but which way is down from here, the sign of the slope says.",
            ),
        ],
    ),
    Quiz(
        id="start.q3",
        question="What is ln(a · b), for positive a and b?",
        options=[
            Option(text="ln a · ln b", because="Try a = b = e: the left side is ln e² = 2, this is 1."),
            Option(
                text="ln a + ln b", because="Logarithms turn products into sums; that is what they are for.", right=True
            ),
            Option(text="ln(a + b)", because="Try a = b = 1: the left side is ln 1 = 0, this is ln 2."),
        ],
    ),
    Quiz(
        id="start.q4",
        question="You run the cell of an exercise before you have replaced the three dots. What happens?",
        options=[
            Option(text="The notebook stops with an error.", because="`check` never raises, whatever it is given."),
            Option(text="The exercise counts as tried.", because="Only an answer counts; dots are none."),
            Option(
                text="`check` says “not yet”, and nothing is counted.",
                because="You can run a whole notebook first and do its exercises later.",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="start.q5",
        question="On Colab you have done five exercises and close the browser for the night. What is left tomorrow?",
        options=[
            Option(
                text="Everything, as on your own machine.",
                because="Colab throws its machine away after a while, with all files on it.",
            ),
            Option(
                text="The text of `export_progress()`, if you kept it.",
                because="Pasted into `import_progress`, it brings the five back.",
                right=True,
            ),
            Option(
                text="Nothing in any case.", because="Progress fits into a line of text that you can keep anywhere."
            ),
        ],
    ),
]
