"""The exercises and quiz questions of notebook 05, initialization, core and deeper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

_RNG = np.random.default_rng(0)
_DRAWS = _RNG.normal(size=20_000)
NORMAL = _DRAWS / np.sqrt(np.mean(_DRAWS**2))  # mean square 1, so that measuring that of z changes nothing
# The test set lies elsewhere than the training set and is of another size; the columns have different scales.
TRAIN = _RNG.normal(size=(12, 3)) * (1.0, 20.0, 0.1) + (0.0, 50.0, 3.0)
TEST = _RNG.normal(size=(5, 3)) * (2.0, 10.0, 0.3) + (1.0, 80.0, 2.5)
ROWS = np.concatenate([TRAIN, TEST])


def relu(z: np.ndarray) -> np.ndarray:
    """ReLU, as an input of an exercise."""
    return np.maximum(z, 0)


def shifted_tanh(z: np.ndarray) -> np.ndarray:
    """An activation whose mean is far from 0, so that its variance and its mean square differ."""
    return np.tanh(z) + 0.5


# What a right answer returns ------------------------------------------------------------------------------------------


def own_gain(activation: Callable[[np.ndarray], np.ndarray], z: np.ndarray) -> float:
    """Gain of `activation`, measured on standard normal numbers `z`."""
    return float(1 / np.sqrt(np.mean(activation(z) ** 2)))


def standardized(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Test set (examples, features), standardized with the statistics of the training set."""
    return (test - train.mean(axis=0)) / train.std(axis=0)


def first_layer(inputs: int, mean_square: float) -> float:
    """Standard deviation of weights that give sums of mean square 1."""
    return float(np.sqrt(1 / (inputs * mean_square)))


def prepare(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Training and test part of `x`, both standardized with the statistics of the training part."""
    train, test = x[:train_rows], x[train_rows:]
    return standardized(train, train), standardized(train, test)


# What wrong answers return --------------------------------------------------------------------------------------------


def _all_rows(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The code of the bug hunt, as it stands in the notebook."""
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x[:train_rows], x[train_rows:]


def _each_its_own(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    train, test = x[:train_rows], x[train_rows:]
    return standardized(train, train), standardized(test, test)


def _from_test(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    train, test = x[:train_rows], x[train_rows:]
    return standardized(test, train), standardized(test, test)


def _half_a_leak(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    train, test = x[:train_rows], x[train_rows:]
    return (train - train.mean(axis=0)) / x.std(axis=0), (test - train.mean(axis=0)) / x.std(axis=0)


def _one_row_fewer(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    train, test = x[:train_rows], x[train_rows:]
    deviation = train.std(axis=0, ddof=1)
    return (train - train.mean(axis=0)) / deviation, (test - train.mean(axis=0)) / deviation


def _train_only(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    train, test = x[:train_rows], x[train_rows:]
    return standardized(train, train), test


SYMMETRIC = {"a", "c", "f"}


def _symmetric_problem(answer: Any) -> str | None:
    """Return what is wrong with a set of letters, the most telling mistake first."""
    if not isinstance(answer, set | frozenset | list | tuple) or not all(isinstance(letter, str) for letter in answer):
        return 'a set of letters is expected, such as {"a", "b"}'
    chosen = {letter.strip().lower() for letter in answer}
    if unknown := chosen - set("abcdef"):
        return f"the letters go from a to f, but the set holds {', '.join(sorted(unknown))!r}"
    if "b" in chosen:
        return OUTPUTS_DIFFER
    if "d" in chosen:
        return ZERO_OUTPUT
    if "e" in chosen:
        return BIASES_DIFFER
    if "c" not in chosen:
        return ALL_EQUAL
    if "a" not in chosen:
        return ALL_ZERO
    return None if chosen == SYMMETRIC else ONE_OUTPUT_BIAS


OUTPUTS_DIFFER = (
    "In b the hidden units are equal at first, but different output weights send back different gradients: after one "
    "step the units differ."
)
ZERO_OUTPUT = (
    "In d the hidden units give different numbers, so the output weights, 0 at first, get different gradients and "
    "part; a step later the hidden weights move, too."
)
BIASES_DIFFER = (
    "In e the biases make the hidden units give different numbers from the start, so they get different gradients."
)
ONE_OUTPUT_BIAS = (
    "Look at f again: there is only one bias in the output, and it treats all hidden units alike, whatever its value."
)
ALL_ZERO = "Look at a again: the three hidden units are equal, and units that never move stay equal, too."
ALL_EQUAL = "Look at c again: equal weights in and out mean equal numbers forward and equal gradients backward."

FAIR = {"A": "unfair", "B": "fair", "C": "unfair", "D": "too few seeds"}
WHY_FAIR = {
    "A": "In A the pre-trained network sees each new image at many places, the other at one: moved copies, not "
    "pre-training, may be what helps.",
    "B": "In B both have the same images, copies and tries; they differ in the initial weights alone.",
    "C": "In C one learning rate was tuned and the other was not.",
    "D": "In D both are treated alike, so nothing is unfair; but with one seed each the difference may be luck.",
}

# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="initialization.gain",
        task="The gain of an activation, measured",
        reference=own_gain,
        cases=[(relu, NORMAL), (np.tanh, NORMAL), (shifted_tanh, NORMAL)],
        hints=[
            "The variance argument asks for the mean square of what comes out of the activation.",
            "The weights' variance makes up for it, so one divides by it; the gain belongs to the standard deviation.",
        ],
        misconceptions={
            "This uses the variance of the activations; what the next layer's sums depend on is their mean square.": (
                lambda activation, z: float(1 / np.std(activation(z)))
            ),
            "This is the factor for the variance of the weights; the gain is its square root.": (
                lambda activation, z: float(1 / np.mean(activation(z) ** 2))
            ),
            "This is by how much the activation shrinks the signal; the gain makes up for it, one divided by this.": (
                lambda activation, z: float(np.sqrt(np.mean(activation(z) ** 2)))
            ),
            "This uses the mean size of the activations; variances need their mean square.": (
                lambda activation, z: float(1 / np.mean(np.abs(activation(z))))
            ),
        },
        insight="for ReLU it is close to √2, which makes He's rule out of LeCun's.",
    ),
    Exercise(
        id="initialization.symmetric",
        task="Which starts are symmetric?",
        reference=SYMMETRIC,
        verify=_symmetric_problem,
        hints=[
            "Two units stay copies when they compute the same number and get the same gradient back.",
            "For each start: do the hidden units differ in anything, going in or going out?",
            "A hidden unit's gradient contains its own output weight; that weight's gradient contains its number.",
        ],
        misconceptions={
            OUTPUTS_DIFFER: {"a", "b", "c", "f"},
            ZERO_OUTPUT: {"a", "c", "d", "f"},
            BIASES_DIFFER: {"a", "c", "e", "f"},
            ONE_OUTPUT_BIAS: {"a", "c"},
            ALL_ZERO: {"c", "f"},
            ALL_EQUAL: {"a", "f"},
        },
        insight="one difference between the units, in or out, is enough to break the symmetry.",
    ),
    Exercise(
        id="initialization.which_start",
        task="Four ridgelines: which initialization made which?",
        reference={"A": "Glorot, ReLU", "B": "too large, tanh", "C": "He, ReLU", "D": "too large, ReLU"},
        hints=[
            "Which activation cannot give numbers larger than 1, whatever the weights are?",
            "With equally wide layers, Glorot's variance is 1/fan-in. What does ReLU do to the mean square after that?",
        ],
        misconceptions={
            "A shrinks by √½ per layer: that is what ReLU leaves of a rule made for linear layers. He's rule has √2 "
            "more, which keeps the size.": {
                "A": "He, ReLU",
                "B": "too large, tanh",
                "C": "Glorot, ReLU",
                "D": "too large, ReLU",
            },
            "In B no number is larger than 1, in any layer. ReLU has no such bound; tanh does.": {
                "A": "Glorot, ReLU",
                "B": "too large, ReLU",
                "C": "He, ReLU",
                "D": "too large, tanh",
            },
            "B stays in its place, but look where: all numbers lie just below 1. That is saturation, and not a signal "
            "that keeps its size.": {
                "A": "Glorot, ReLU",
                "B": "He, ReLU",
                "C": "too large, tanh",
                "D": "too large, ReLU",
            },
        },
        insight="a column that stands upright is a signal that keeps its size, unless it stands against a wall.",
    ),
    Exercise(
        id="initialization.first_layer",
        task="Weights for inputs that are not standardized",
        reference=first_layer,
        cases=[(100, 0.25), (784, 0.2), (400, 13_000.0), (9, 1.0)],
        hints=[
            "Write down the mean square of z for n inputs, and set it to 1.",
            "You now have the variance of the weights. The standard deviation is its square root.",
        ],
        misconceptions={
            "This is the variance; the standard deviation is its square root.": lambda n, m: 1 / (n * m),
            "These inputs do not have mean square 1: larger inputs need smaller weights.": (
                lambda n, m: float(np.sqrt(1 / n))
            ),
            "The mean square is a square already: its root is taken too, as that of n.": (
                lambda n, m: float(1 / (np.sqrt(n) * m))
            ),
            "Larger inputs need smaller weights, not larger ones: the mean square belongs below the line.": (
                lambda n, m: float(np.sqrt(m / n))
            ),
            "The 2 of He's rule makes up for a ReLU before the sum. These inputs have not passed one.": (
                lambda n, m: float(np.sqrt(2 / (n * m)))
            ),
        },
        insight="standardized inputs have mean square 1, so with them the rules hold from the first layer on.",
    ),
    Exercise(
        id="initialization.read_the_log",
        task="Four logs: what is wrong with the initial weights?",
        reference={
            "A": "weights too small",
            "B": "weights too large",
            "C": "fine",
            "D": "all weights equal",
        },
        hints=[
            "Which loss does a network have that gives each of ten classes 10 %?",
            "Two networks begin at ln 10. Only in one of them does anything arrive.",
        ],
        misconceptions={
            "Both A and D begin at ln 10, but D learns a little: as much as one unit per layer can tell.": {
                "A": "all weights equal",
                "B": "weights too large",
                "C": "fine",
                "D": "weights too small",
            },
            "C begins above ln 10, but falls fast and goes on falling: its initial weights are good enough.": {
                "A": "weights too small",
                "B": "fine",
                "C": "weights too large",
                "D": "all weights equal",
            },
        },
        insight="the loss before the first step is the cheapest check there is.",
    ),
    Exercise(
        id="initialization.whose_mean",
        task="Statistics of the inputs: fine, leak or mismatch?",
        reference={"A": "fine", "B": "leak", "C": "mismatch", "D": "leak", "E": "fine"},
        hints=[
            "Ask of each: has an image for testing decided any number or any choice of the model?",
            "Then ask: would the very same photo become the very same numbers in training and in the app?",
        ],
        misconceptions={
            "Choosing with the test images is a leak as well, even if no mean was computed from them (D).": {
                "A": "fine",
                "B": "leak",
                "C": "mismatch",
                "D": "fine",
                "E": "fine",
            },
            "In C no test image gets into the model, but the same photo becomes other numbers in the app.": {
                "A": "fine",
                "B": "leak",
                "C": "leak",
                "D": "leak",
                "E": "fine",
            },
            "Statistics of the training set belong to the model, wherever they are stored (A, E).": {
                "A": "mismatch",
                "B": "leak",
                "C": "mismatch",
                "D": "leak",
                "E": "mismatch",
            },
            "In B the common mean contains the test images.": {
                "A": "fine",
                "B": "fine",
                "C": "mismatch",
                "D": "leak",
                "E": "fine",
            },
        },
        insight="scikit-learn's StandardScaler keeps the two numbers between fit and transform for this reason.",
    ),
    Exercise(
        id="initialization.bug_hunt",
        task="Bug hunt: a test score that is a little too good",
        reference=prepare,
        cases=[(ROWS, 12), (ROWS[::-1], 6)],
        atol=1e-5,  # single precision, as networks have it
        stub=_all_rows,
        hints=[
            "Which rows have a say in the mean that is subtracted?",
            "Divide the rows first; then compute both statistics from one of the two parts.",
        ],
        misconceptions={
            "Each part has its own statistics here; the test part must be treated with those of the training part.": (
                _each_its_own
            ),
            "The statistics come from the test part here; they belong to the training part.": _from_test,
            "The test part is left as it was; the model expects it standardized, with the training part's numbers.": (
                _train_only
            ),
            "The mean is that of the training part, but the standard deviation is that of all rows: half a leak.": (
                _half_a_leak
            ),
            "The leak is gone. `ddof=1` is a matter of taste, but gives other numbers than the stub's `std`: leave it "
            "out here.": _one_row_fewer,
        },
        insight="split first, then fit whatever is fitted, scalers included, on the training part alone.",
    ),
    Exercise(
        id="initialization.which_clip",
        task="Which kind of clipping was it?",
        reference={"A": "global_clipnorm", "B": "clipvalue", "C": "none", "D": "clipnorm"},
        hints=[
            "For each answer, compare the ratio of the two numbers in each variable with the ratio before.",
            "If both variables keep their direction: has their common length become 1, or the length of each?",
        ],
        misconceptions={
            "In A both variables shrink by the same factor, so the whole gradient keeps its direction. In D each has "
            "length 1.": {"A": "clipnorm", "B": "clipvalue", "C": "none", "D": "global_clipnorm"},
            "In B the numbers of the first variable have another ratio than before: no norm does that.": {
                "A": "global_clipnorm",
                "B": "clipnorm",
                "C": "none",
                "D": "clipvalue",
            },
        },
        insight="only global_clipnorm keeps the direction of the gradient as a whole.",
    ),
    Exercise(
        id="initialization.fair_transfer",
        task="Is the comparison fair?",
        reference=FAIR,
        reasons=WHY_FAIR,
        hints=[
            "Name what each of the two competitors has been given: images, copies of them, tries.",
            "In which of the four does one competitor get something that has nothing to do with pre-training?",
        ],
        misconceptions={
            WHY_FAIR["A"]: FAIR | {"A": "fair"},
            WHY_FAIR["B"]: FAIR | {"B": "unfair"},
            WHY_FAIR["C"]: FAIR | {"C": "fair"},
            WHY_FAIR["D"]: FAIR | {"D": "unfair"},
        },
        insight="what differs besides the thing you test can be what decides.",
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="initialization.q1",
        question="The gradient of a hidden weight is the product of which two things?",
        options=[
            Option(text="The weight and the loss", because="Neither of them stands in the product by itself."),
            Option(
                text="The activation below it and the delta of the unit above it",
                because="The weight multiplies that activation; the delta says what a change of the unit's sum does.",
                right=True,
            ),
            Option(
                text="The activations below it and above it",
                because="What comes back from above is a gradient, not an activation.",
            ),
        ],
    ),
    Quiz(
        id="initialization.q2",
        question="Which property of the sigmoid makes a gradient shrink on its way back through many layers?",
        options=[
            Option(
                text="The slope of a sigmoid is at most 1/4",
                because="Each layer multiplies the gradient by such a slope, and ten of them leave next to nothing.",
                right=True,
            ),
            Option(
                text="A sigmoid gives no negative numbers",
                because="Subtract 1/2 from every answer: each slope is what it was. (It does harm of another kind.)",
            ),
            Option(
                text="A sigmoid needs an exponential",
                because="That costs time in every layer alike, and says nothing about learning.",
            ),
        ],
    ),
    Quiz(
        id="initialization.q3",
        question="A fresh classifier for ten equally frequent classes has a first loss of 2.30. What does that say?",
        options=[
            Option(text="It has learned something already", because="Knowing nothing costs ln 10, which is 2.30 nats."),
            Option(
                text="Its logits are nearly equal",
                because="Then each class gets about one tenth, and the loss is ln 10, about 2.30.",
                right=True,
            ),
            Option(
                text="Its weights are too large",
                because="Large weights make it sure of itself without a reason, and the first loss far larger.",
            ),
        ],
    ),
    Quiz(
        id="initialization.q4",
        question="All kernels start at 0.5, and `Dropout`, which sets random units to 0 in each step, follows the "
        "hidden layer. Do the hidden units stay copies?",
        options=[
            Option(
                text="Yes: the weights start equal",
                because="Equal weights are not enough: a unit that is dropped gets no gradient in this step.",
            ),
            Option(
                text="No: a dropped unit gets no gradient while the others do",
                because="Any difference in what comes in or goes back breaks the symmetry, wherever it comes from.",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="initialization.q5",
        question="A ReLU layer is made four times as wide, and so is the layer below it. By which factor does He's "
        "rule change the standard deviation of the weights between the two?",
        options=[
            Option(text="4", because="More terms in a sum ask for smaller weights, not larger ones."),
            Option(
                text="1/2",
                because="The fan-in is four times as large, the variance a quarter, its root one half.",
                right=True,
            ),
            Option(text="1/4", because="This is the factor of the variance; the standard deviation is its root."),
            Option(text="1/16", because="Only the fan-in counts in He's rule, and it counts in the variance."),
        ],
    ),
    Quiz(
        id="initialization.q6",
        question="A plain network of 30 ReLU layers with Keras's default initialization hardly learns. "
        "What helps most?",
        options=[
            Option(
                text="A larger learning rate",
                because="The core notebook tuned the rate of each initialization, and the order stayed.",
            ),
            Option(
                text="kernel_initializer='he_normal'",
                because="It doubles the variance, and so keeps the mean square through every ReLU.",
                right=True,
            ),
            Option(
                text="kernel_initializer='glorot_normal'",
                because="The default is Glorot's rule too, uniform: the variance is the same.",
            ),
        ],
    ),
    Quiz(
        id="initialization.q7",
        question="Method A got 83.1 % in one run, method B 82.4 %. Runs of one method with different seeds spread "
        "over about 2 points here. What do you conclude?",
        options=[
            Option(text="A is better", because="Two runs of the same method can differ by more than this."),
            Option(
                text="Nothing yet: run both several times",
                because="The difference is smaller than the spread between seeds; compare bands, not runs.",
                right=True,
            ),
            Option(
                text="They are equal", because="One run each cannot show that, either; several might tell them apart."
            ),
        ],
    ),
]
