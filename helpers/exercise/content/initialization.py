"""The exercises and quiz questions of notebook 05, initialization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

_RNG = np.random.default_rng(0)
NORMAL = _RNG.normal(size=20_000)
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


def he_deviation(inputs: int, units: int) -> float:
    """Standard deviation of weights under He's rule."""
    return float(np.sqrt(2 / inputs))


def glorot_limit(inputs: int, units: int) -> float:
    """Largest weight of Glorot's uniform distribution."""
    return float(np.sqrt(6 / (inputs + units)))


def last_deviation(sigma: float, units: int, depth: int) -> float:
    """Standard deviation of the signal after `depth` linear layers."""
    return float((sigma * np.sqrt(units)) ** depth)


def gain(activation: Callable[[np.ndarray], np.ndarray], z: np.ndarray) -> float:
    """Gain of `activation`, measured on standard normal numbers `z`."""
    return float(1 / np.sqrt(np.mean(activation(z) ** 2)))


def standardized(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Test set (examples, features), standardized with the statistics of the training set."""
    return (test - train.mean(axis=0)) / train.std(axis=0)


def clipped_by_norm(gradient: np.ndarray, limit: float) -> np.ndarray:
    """Gradient, shortened to length `limit` where it is longer."""
    norm = np.sqrt(np.sum(gradient**2))
    return gradient * (limit / norm) if norm > limit else gradient


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


def _train_only(x: np.ndarray, train_rows: int) -> tuple[np.ndarray, np.ndarray]:
    train, test = x[:train_rows], x[train_rows:]
    return standardized(train, train), test


def _always_scaled(gradient: np.ndarray, limit: float) -> np.ndarray:
    norm = np.sqrt(np.sum(gradient**2))
    return gradient * (limit / norm) if norm else gradient


def _by_spectral_norm(gradient: np.ndarray, limit: float) -> np.ndarray:
    norm = np.linalg.norm(gradient, 2)
    return gradient * (limit / norm) if norm > limit else gradient


def _by_largest(gradient: np.ndarray, limit: float) -> np.ndarray:
    largest = np.abs(gradient).max()
    return gradient * (limit / largest) if largest > limit else gradient


def _by_squared_norm(gradient: np.ndarray, limit: float) -> np.ndarray:
    square = np.sum(gradient**2)
    return gradient * (limit / square) if square > limit else gradient


def _to_length_one(gradient: np.ndarray, limit: float) -> np.ndarray:
    norm = np.sqrt(np.sum(gradient**2))
    return gradient / norm if norm > limit else gradient


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
    if "f" not in chosen:
        return ONE_OUTPUT_BIAS
    if "a" not in chosen:
        return ALL_ZERO
    return None if chosen == SYMMETRIC else ALL_EQUAL


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

# The exercises --------------------------------------------------------------------------------------------------------

LAYERS = [(300, 100), (8, 512), (784, 784)]

EXERCISES = [
    Exercise(
        id="initialization.he",
        task="The standard deviation of He's rule",
        reference=he_deviation,
        cases=LAYERS,
        hints=[
            "Which of the two numbers says over how many terms a unit sums?",
            "He's rule gives the variance: twice that of LeCun. What is a standard deviation, if that is the variance?",
        ],
        misconceptions={
            "This is the variance of He's rule; the standard deviation is its square root.": lambda i, u: 2 / i,
            "This uses the fan-out; a unit sums over its inputs, so He's rule divides by the fan-in.": (
                lambda i, u: float(np.sqrt(2 / u))
            ),
            "This is LeCun's rule; ReLU halves the mean square, so He's rule doubles the variance.": (
                lambda i, u: float(np.sqrt(1 / i))
            ),
            "This is Glorot's rule, with both fans; He's rule looks at the fan-in alone.": (
                lambda i, u: float(np.sqrt(2 / (i + u)))
            ),
            "This is the limit of he_uniform, its largest weight; the standard deviation is smaller by √3.": (
                lambda i, u: float(np.sqrt(6 / i))
            ),
        },
        insight="he_normal widens this by 1/0.8796 before it cuts the tails, so that it is exact again afterwards.",
    ),
    Exercise(
        id="initialization.glorot",
        task="The limit of glorot_uniform",
        reference=glorot_limit,
        cases=LAYERS,
        hints=[
            "Glorot's variance is 2 divided by the sum of both fans.",
            "A uniform distribution from −r to r has variance r²/3; solve for r.",
        ],
        misconceptions={
            "This is Glorot's standard deviation, √2 on top; the limit of a uniform one is √3 times as large.": (
                lambda i, u: float(np.sqrt(2 / (i + u)))
            ),
            "This uses the fan-in alone; Glorot's rule takes the sum of both fans.": lambda i, u: float(np.sqrt(6 / i)),
            "This uses the fan-out alone; Glorot's rule takes the sum of both fans.": (
                lambda i, u: float(np.sqrt(6 / u))
            ),
            "This is the square of the limit: take the root.": lambda i, u: 6 / (i + u),
            "This makes the variance half of Glorot's: r²/3 shall be 2 divided by the sum of both fans.": (
                lambda i, u: float(np.sqrt(3 / (i + u)))
            ),
            "The variance of a uniform distribution from −r to r is r²/3, not r²/12, which belongs to a width of r.": (
                lambda i, u: float(np.sqrt(24 / (i + u)))
            ),
        },
        insight="it is what Dense takes when you say nothing.",
    ),
    Exercise(
        id="initialization.last_deviation",
        task="The signal after many linear layers",
        reference=last_deviation,
        cases=[(0.05, 100, 3), (0.1, 100, 7), (0.02, 400, 10), (0.3, 64, 5)],
        hints=[
            "By which factor does one layer multiply the variance?",
            "Standard deviations go with the square root of that factor, and every layer multiplies again.",
        ],
        misconceptions={
            "This is the variance after all layers; the standard deviation is its square root.": (
                lambda sigma, units, depth: (sigma**2 * units) ** depth
            ),
            "Variances of independent terms add up, standard deviations do not: the factor has √units, not units.": (
                lambda sigma, units, depth: (sigma * units) ** depth
            ),
            "The factor is applied once for every layer: it is a power, not a product with depth.": (
                lambda sigma, units, depth: float(sigma * np.sqrt(units) * depth)
            ),
            "This is the factor of one layer; every layer multiplies by it once more.": (
                lambda sigma, units, depth: float(sigma * np.sqrt(units))
            ),
            "A unit sums over as many terms as there are inputs, so the spread grows with √units; that is missing.": (
                lambda sigma, units, depth: sigma**depth
            ),
        },
        insight="only σ = 1/√units keeps the signal; anything else is a power that vanishes or explodes.",
    ),
    Exercise(
        id="initialization.gain",
        task="The gain of an activation, measured",
        reference=gain,
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
        id="initialization.standardize",
        task="Standardize a test set",
        reference=standardized,
        cases=[(TRAIN, TEST), (TRAIN, TEST[:1]), (TEST, TRAIN)],
        hints=[
            "Think of a single new image, years later: which mean and which deviation can it be given?",
            "One mean and one deviation for each feature: along which axis?",
        ],
        misconceptions={
            "This uses the test set's own mean and deviation; the model has learned with those of the training set.": (
                lambda train, test: standardized(test, test)
            ),
            "This uses training and test set together; then the test set has had a say in the model.": (
                lambda train, test: standardized(np.concatenate([train, test]), test)
            ),
            "This divides by the variance; the standard deviation brings a feature to deviation 1.": (
                lambda train, test: (test - train.mean(axis=0)) / train.var(axis=0)
            ),
            "This uses one mean and one deviation for all features; each feature has its own, along axis 0.": (
                lambda train, test: (test - train.mean()) / train.std()
            ),
            "The deviation divides by n − 1 here, as pandas does; NumPy's and Keras's divide by n.": (
                lambda train, test: (test - train.mean(axis=0)) / train.std(axis=0, ddof=1)
            ),
            "This is the training set; the test set is asked for.": lambda train, test: standardized(train, train),
            "This only divides; the mean of the training set has to be subtracted first.": (
                lambda train, test: test / train.std(axis=0)
            ),
        },
        insight="scikit-learn's StandardScaler keeps the two numbers between fit and transform for this reason.",
    ),
    Exercise(
        id="initialization.clip",
        task="Clip a gradient by its norm",
        reference=clipped_by_norm,
        cases=[
            (np.array([0.1, 10.0]), 1.0),
            (np.array([3.0, -4.0]), 10.0),
            (np.array([[3.0, 1.0], [2.0, -4.0]]), 2.5),
            (np.zeros(3), 1.0),
            (np.array([0.3, 0.4]), 1.0),
        ],
        examples=2,
        equal_mutants={"norm > limit → norm >= limit": "a gradient exactly as long as the limit is multiplied by 1"},
        hints=[
            "The norm is the length of the vector: the root of the sum of all squares.",
            "A gradient that is shorter than the limit stays as it is; only a longer one is multiplied by one number.",
        ],
        misconceptions={
            "This clips by value, each number by itself, which turns the gradient; by norm keeps its direction.": (
                lambda gradient, limit: np.clip(gradient, -limit, limit)
            ),
            "This also lengthens short gradients; clipping only makes a gradient smaller.": _always_scaled,
            "This is the spectral norm of a matrix, its largest stretch; the norm here is the root of all squares.": (
                _by_spectral_norm
            ),
            "This brings the largest number to the limit; the length of the whole vector counts.": _by_largest,
            "This is the squared length; the norm is its root.": _by_squared_norm,
            "Long gradients become length 1 here, whatever the limit is.": _to_length_one,
        },
        insight="with several variables, clipnorm does this to each of them, global_clipnorm to all of them together.",
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
        },
        insight="one difference between the units, in or out, is enough to break the symmetry.",
    ),
    Exercise(
        id="initialization.bug_hunt",
        task="Bug hunt: a test score that is a little too good",
        reference=prepare,
        cases=[(ROWS, 12), (ROWS[::-1], 6)],
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
        },
        insight="split first, then fit whatever is fitted, scalers included, on the training part alone.",
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
        question="A deep network of sigmoids learns slowly in its first layers. Which number explains it best?",
        options=[
            Option(
                text="The slope of a sigmoid is at most 1/4",
                because="Each layer multiplies the gradient by such a slope, so little is left in the first layers.",
                right=True,
            ),
            Option(text="A sigmoid answers between 0 and 1", because="This bounds the signal, not yet the gradient."),
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
                text="Its logits are near 0",
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
        question="A plain network of 30 ReLU layers with Keras's default start hardly learns. What is NOT a remedy?",
        options=[
            Option(
                text="Clip the gradients",
                because="These gradients are too small; clipping only shortens large ones.",
                right=True,
            ),
            Option(text="kernel_initializer='he_normal'", because="It keeps the mean square through every ReLU."),
            Option(
                text="Skip connections, with a smaller start",
                because="They carry signal and gradient past each layer; the section has measured it.",
            ),
        ],
    ),
    Quiz(
        id="initialization.q7",
        question="Method A got 83.1 % in one run, method B 82.4 %. Random starts of one method spread over 1.4 points "
        "here. What do you conclude?",
        options=[
            Option(text="A is better", because="Two starts of the same method can differ by more than this."),
            Option(
                text="Nothing yet: run both several times",
                because="The difference is smaller than the spread between random starts; compare bands, not runs.",
                right=True,
            ),
            Option(
                text="They are equal", because="One run each cannot show that, either; several might tell them apart."
            ),
        ],
    ),
]
