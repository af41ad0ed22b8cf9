"""The exercises and quiz questions of notebook 04, activations, core and deeper."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.exercise._comparison import meant
from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

# Row: one example, column: one unit. Unit 1 is dead; example 3 happens to switch every unit off, unit 3 is on once.
BATCH = np.array([[0.4, 0.0, 1.2, 0.0], [0.0, 0.0, 0.3, 0.0], [2.0, 0.0, 0.0, 0.1], [0.0, 0.0, 0.0, 0.0]])
NEARLY_DEAD = np.array([[0.3, 0.0, 0.01], [0.3, 0.0, 0.0]])  # constant, dead, and just alive
SMALL_BATCH = np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 2.0]])
WIDE_BATCH = np.array([[0.0, 1.5, 0.0, 0.0, 0.0, 0.2], [0.0, 0.7, 0.0, 0.4, 0.0, 0.0], [0.0, 0.1, 0.0, 0.3, 0.0, 0.0]])

# Rows of very different size, and a square batch, in which a sum along the wrong axis has a fitting shape.
LOGITS = np.array([[1000.0, 1001.0, 1002.0], [-1002.0, -1001.0, -1000.0], [0.0, 0.0, 0.0]])
# Wide rows, with the largest logit in each place: subtracting any other number of the row overflows.
WIDE_LOGITS = np.array([[1000.0, -1000.0, 0.0], [0.0, 1000.0, -1000.0], [-1000.0, 0.0, 1000.0]])
FEW_LOGITS = np.array([[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]])

# What a right answer returns ------------------------------------------------------------------------------------------


def dead_units(activations: np.ndarray) -> int:
    """Units that are 0 for every example; `activations` (examples, units) come from a ReLU layer."""
    return int(np.sum(np.all(activations == 0, axis=0)))


def stable_log_sum_exp(logits: np.ndarray) -> np.ndarray:
    """Logarithm of the sum of the exponentials in each row of `logits` (examples, classes): (examples,)."""
    largest = logits.max(axis=1)
    return largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten groups of equal width; `confidence` and `right` are (n,)."""
    group = np.minimum((10 * confidence).astype(int), 9)
    gaps = [np.abs(np.sum(confidence[group == k] - right[group == k])) for k in range(10)]
    return float(np.sum(gaps) / len(right))


def class_probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax of each row of `logits` (examples, classes)."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


OUTPUTS = {"temperature": "linear", "garment": "softmax", "topics": "sigmoid", "waiting_time": "softplus"}

# What wrong answers return, and how a free answer is judged -----------------------------------------------------------


def _softmax(logits: np.ndarray, axis: int | None) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _naive_log_sum_exp(logits: np.ndarray, axis: int = 1) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.log(np.exp(logits).sum(axis=axis))


def _one_maximum_for_all(logits: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return logits.max() + np.log(np.exp(logits - logits.max()).sum(axis=1))


def _along_columns(logits: np.ndarray) -> np.ndarray:
    """The code of the bug hunt, as it stands in the notebook."""
    exponentials = np.exp(logits - logits.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


def _sums_of_columns(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=0)


def _unweighted_error(confidence: np.ndarray, right: np.ndarray) -> float:
    group = np.minimum((10 * confidence).astype(int), 9)
    return float(np.mean([np.abs(np.mean((confidence - right)[group == k])) for k in np.unique(group)]))


def _judge_width(answer: Any) -> str | None:
    """Return what is wrong with the width of a gated block that may have 2 · 128 · 512 weights."""
    number = np.asarray(answer)
    if number.ndim or number.dtype.kind not in "iuf" or number % 1:
        return "a whole number of units is expected"
    answer = int(number)
    if 3 * 128 * answer > 2 * 128 * 512:
        return f"with {answer} units it has {3 * 128 * answer:,} weights, more than 2 · 128 · 512 = 131,072"
    return None if answer == 341 else f"{answer} units make {3 * 128 * answer:,} weights, and 131,072 are allowed"


def _changed(**answers: str) -> dict[str, str]:
    return OUTPUTS | answers


ONE_TOPIC_ONLY = (
    "topics: softmax shares out one whole, so a second topic could only win what the first one loses. Each topic is a "
    "yes-or-no question of its own."
)
MANY_GARMENTS = (
    "garment: sigmoids answer each class by itself, and two of them may say yes; an image shows exactly one garment."
)
NO_FROST = "temperature: it may be below zero, and this output never is."
NO_BOUND_ON_HEAT = "temperature: this output stays between 0 and 1, and a temperature in °C does not."
NEGATIVE_WAIT = (
    "waiting_time: a linear output can say −3 minutes; which output is never negative, but has no upper end?"
)
SHORT_WAIT = "waiting_time: this output stays below 1; minutes have no upper end."
SPECIFIC = {
    ("topics", "softmax"): ONE_TOPIC_ONLY,
    ("garment", "sigmoid"): MANY_GARMENTS,
    ("temperature", "softplus"): NO_FROST,
    ("temperature", "sigmoid"): NO_BOUND_ON_HEAT,
    ("temperature", "softmax"): NO_BOUND_ON_HEAT,
    ("waiting_time", "linear"): NEGATIVE_WAIT,
    ("waiting_time", "sigmoid"): SHORT_WAIT,
    ("waiting_time", "softmax"): SHORT_WAIT,
}


def _output_problem(answer: Any) -> str | None:
    """Return what is wrong with the four outputs."""
    if not isinstance(answer, dict) or set(answer) != set(OUTPUTS):
        return f"a dictionary with the keys {', '.join(OUTPUTS)} is expected"
    for task, right in OUTPUTS.items():
        given = meant(answer[task], OUTPUTS.values())
        if given is None:
            return f"{task}: choose one of {', '.join(repr(name) for name in OUTPUTS.values())}"
        if given != right:
            return SPECIFIC.get((task, given), f"{task}: {given} does not fit; think of the values the answer can take")
    return None


# The exercises --------------------------------------------------------------------------------------------------------

_WHOSE = {"A": "GELU", "B": "tanh", "C": "leaky ReLU", "D": "sigmoid"}
_CHANGES = {"A": "another activation", "B": "larger initial weights", "C": "smaller initial weights"}
_UNITS = {"A": "a line on the data", "B": "a line on the data", "C": "a kink", "D": "dead"}
_TEMPERATURES = {"A": "1", "B": "below 1", "C": "above 1"}
_FATES = {"A": "become one", "B": "stay apart", "C": "drift apart"}

EXERCISES = [
    Exercise(
        id="activations.whose_outputs",
        task="Whose outputs are these?",
        reference=_WHOSE,
        hints=[
            "Where does each pile up, at one end or at two? What is the lowest value of each?",
            "Two have an upper end. Of the other two, one never falls below −0.17.",
        ],
        misconceptions={
            "A has outputs a little below 0, and no lower: neither a ReLU nor a leaky one does that.": (
                _WHOSE | {"A": "leaky ReLU", "C": "GELU"}
            ),
            "A ReLU never answers below 0, and A does.": _WHOSE | {"A": "ReLU"},
            "The two that pile up at both ends have different ends: which of them is centred on 0?": (
                _WHOSE | {"B": "sigmoid", "D": "tanh"}
            ),
        },
        insight="the ends of the range are where the outputs pile up, and where the slope has gone.",
    ),
    Exercise(
        id="activations.which_change",
        task="Three networks that do not learn: which change first?",
        reference=_CHANGES,
        hints=[
            "Does the size of the activations grow, shrink or stay from layer to layer?",
            "Where the activations keep their size, the weights are not to blame.",
        ],
        misconceptions={
            "A keeps the size of its activations: larger weights are not what it lacks. What falls by 4 per layer?": (
                _CHANGES | {"A": "larger initial weights", "B": "another activation"}
            ),
            "In C everything grows from layer to layer, and the gradient on its way back: that is too much weight.": (
                _CHANGES | {"B": "smaller initial weights", "C": "larger initial weights"}
            ),
            "C grows in all three lines. An activation cannot do that alone; its weights are too large.": (
                _CHANGES | {"A": "smaller initial weights", "C": "another activation"}
            ),
        },
        insight="size and difference are two numbers: A has kept the first and lost the second.",
    ),
    Exercise(
        id="activations.four_units",
        task="Four units as half-planes: which can learn?",
        reference=_UNITS,
        hints=[
            "The hairs stand on the side where a unit is on. On which side are the points?",
            "A unit that is on for every point is z itself there, a linear function.",
        ],
        misconceptions={
            "A and B have all points on the side of their hairs: they are on for every point, and not dead.": (
                _UNITS | {"A": "dead", "B": "dead"}
            ),
            "D's hairs point away from the points: it is off for all of them.": (_UNITS | {"D": "a line on the data"}),
            "D is on for no point at all, so its bend lies where there are no data.": _UNITS | {"D": "a kink"},
            "A's line does not cross the points, so on the data it does not bend.": (
                _UNITS | {"A": "a kink", "B": "a kink"}
            ),
        },
        insight="a unit bends the function only where its line runs between the data.",
    ),
    Exercise(
        id="activations.dead_units",
        task="Count the dead units in a batch",
        reference=dead_units,
        cases=[(SMALL_BATCH,), (BATCH,), (WIDE_BATCH,), (NEARLY_DEAD,)],
        hints=[
            "A dead unit is 0 for every example; along which axis do the examples lie?",
            "np.all(…, axis=0) asks one question of each column.",
        ],
        misconceptions={
            "The wrong axis: this counts the examples that switch every unit off; a unit is a column.": (
                lambda activations: int(np.sum(np.all(activations == 0, axis=1)))
            ),
            "This counts units that are 0 for some example; that is what a ReLU is for. Dead means 0 for all.": (
                lambda activations: int(np.sum(np.any(activations == 0, axis=0)))
            ),
            "This counts zeros; a dead unit is a whole column of them.": (
                lambda activations: int(np.sum(activations == 0))
            ),
            "This is a share; asked is for the number of units.": (
                lambda activations: float(np.mean(np.all(activations == 0, axis=0)))
            ),
        },
        insight="a batch can only accuse: a unit that is 0 for it may be awake for another.",
    ),
    Exercise(
        id="activations.log_sum_exp",
        task="A log-sum-exp that survives",
        reference=stable_log_sum_exp,
        cases=[(FEW_LOGITS,), (LOGITS,), (WIDE_LOGITS,)],
        hints=[
            "Subtract the largest logit of a row from all logits of the row: by what does the result change?",
            "What was taken away before the exponentials has to be added after the logarithm.",
            "logits.max(axis=1) has shape (examples,); with [:, None] it becomes a column.",
        ],
        misconceptions={
            "The number that is subtracted is not the largest of its row, so a logit 1000 above it overflows.": (
                lambda logits: (
                    logits.mean(axis=1) + np.log(np.exp(logits - logits.mean(axis=1, keepdims=True)).sum(axis=1))
                )
            ),
            "np.exp overflows for logits of 1000: subtract each row's largest logit first.": _naive_log_sum_exp,
            "The largest logit was subtracted and never added again.": (
                lambda logits: np.log(np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1))
            ),
            "The largest logit of the whole batch is subtracted; a row of small ones becomes −inf. Take each row's.": (
                _one_maximum_for_all
            ),
            "The wrong axis: one number for each example, a row, is asked for.": (
                lambda logits: stable_log_sum_exp(np.asarray(logits).T)
            ),
            "This is the largest logit; the others raise the result, by ln k at most.": lambda logits: logits.max(
                axis=1
            ),
        },
        insight="the smooth maximum under every cross-entropy.",
    ),
    Exercise(
        id="activations.which_temperature",
        task="Three networks: which temperature?",
        reference=_TEMPERATURES,
        hints=[
            "Above the diagonal a network is right more often than it claims.",
            "Dividing by a number above 1 brings the logits closer together. Does that make it surer?",
        ],
        misconceptions={
            "The other way round: T above 1 makes a network less sure, and B is not sure enough already.": (
                _TEMPERATURES | {"B": "above 1", "C": "below 1"}
            ),
            "A is right as often as it claims; there is nothing to correct.": _TEMPERATURES | {"A": "above 1"},
        },
        insight="T moves how sure a network is, and never what it answers.",
    ),
    Exercise(
        id="activations.outputs",
        task="The output activation for four tasks",
        reference=OUTPUTS,
        verify=_output_problem,
        hints=[
            "For each task, which numbers can the right answer be: any, positive ones, between 0 and 1?",
            "Does one class exclude the others, or may several be right at once?",
        ],
        misconceptions={
            ONE_TOPIC_ONLY: _changed(topics="softmax"),
            MANY_GARMENTS: _changed(garment="sigmoid"),
            NO_FROST: _changed(temperature="softplus"),
            NO_BOUND_ON_HEAT: _changed(temperature="sigmoid"),
            NEGATIVE_WAIT: _changed(waiting_time="linear"),
            SHORT_WAIT: _changed(waiting_time="sigmoid"),
        },
        insight="the range of the answer chooses the output; hidden layers are another question.",
    ),
    Exercise(
        id="activations.bug_hunt",
        task="Bug hunt: probabilities that depend on the other images of the batch",
        reference=class_probabilities,
        cases=[
            (np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]]),),
            (np.array([[1.0, -1.0], [0.5, 2.0]]),),
            (LOGITS,),
            (WIDE_LOGITS,),
        ],
        stub=_along_columns,
        hints=[
            "Print the sums along both axes: which of them should be 1?",
            "Leave a row out of the batch: should the probabilities of the others change?",
            "Both max and sum need the classes' axis, and keepdims=True, so that their shapes fit.",
        ],
        misconceptions={
            "The largest logit is taken from each row now, but the sum still runs down the columns.": _sums_of_columns,
            "All probabilities of the batch together add up to 1 here; each row must.": (
                lambda logits: _softmax(logits, None)
            ),
            "These are sigmoids: each class by itself, and a row does not add up to 1.": (
                lambda logits: 0.5 * (1 + np.tanh(logits / 2))
            ),
            "These are logarithms of probabilities; asked is for the probabilities.": (
                lambda logits: logits - stable_log_sum_exp(logits)[:, None]
            ),
        },
        insight="the shape was right for every batch; only the sums of the rows, which were not 1, betrayed the bug.",
    ),
    Exercise(
        id="activations.signal_map",
        task="Three networks on the map: what happens to two images?",
        reference=_FATES,
        hints=[
            "Below the line a small difference shrinks from layer to layer; above it, it grows.",
            "How far above or below does not change the end, only how soon it comes.",
        ],
        misconceptions={
            "A lies below the line: each layer shrinks the difference, however large the weights are.": (
                _FATES | {"A": "drift apart"}
            ),
            "C lies above the line: small differences grow there, and neighbours lose each other.": (
                _FATES | {"C": "stay apart"}
            ),
            "B lies on the line: there the factor per layer is 1.": _FATES | {"B": "become one"},
        },
        insight="on the line a difference keeps its size, and a deep network can be trained.",
    ),
    Exercise(
        id="activations.calibration_error",
        task="The expected calibration error",
        reference=calibration_error,
        cases=[
            (np.array([0.95, 0.95, 0.65, 0.65]), np.array([1.0, 0.0, 1.0, 1.0])),
            (np.array([0.31, 0.38, 0.52, 0.55, 0.58, 0.91, 0.99, 1.0]), np.array([0.0, 1, 1, 0, 0, 1, 1, 0])),
            (np.array([0.85, 0.84, 0.83, 0.12, 0.11]), np.array([1.0, 1, 0, 0, 1])),
            (np.array([0.05, 0.09, 0.85, 0.88, 0.93, 0.97, 0.46, 0.44]), np.array([1.0, 1, 1, 1, 0, 0, 0, 1])),
        ],
        rtol=1e-3,
        hints=[
            "Take one group at a time: how sure is it on average, how often is it right?",
            "The gap has no sign, and a group counts by its number of examples.",
            "A confidence of exactly 1 belongs to the last group.",
        ],
        misconceptions={
            "Gaps of different groups must not cancel: take the size of each group's gap first.": (
                lambda confidence, right: float(np.abs(np.mean(confidence - right)))
            ),
            "This compares each single example; a single answer is right or wrong, so take means of groups first.": (
                lambda confidence, right: float(np.mean(np.abs(confidence - right)))
            ),
            "All groups count alike here; a group with more examples must weigh more.": _unweighted_error,
        },
        equal_mutants={
            "range(10) → range(0, 10 + 1)": "the eleventh group is empty",
            "10 → 11": "the eleventh group is empty",
            "right → confidence": "both have one entry for each example",
            "confidence[group == k] - right[group == k] → right[group == k] - confidence[group == k]": (
                "only the size of a gap counts"
            ),
        },
        insight="it is the shaded area of the figure, each group weighted by its images.",
    ),
    Exercise(
        id="activations.gated_width",
        task="How wide may a gated block be?",
        reference=341,
        verify=lambda answer: _judge_width(answer),
        hints=[
            "Count the weights of both blocks, without biases: how many matrices has each, and of which shape?",
            "2 · 128 · 512 weights, and 3 matrices of 128 · width to spend them on.",
        ],
        misconceptions={
            "A gated block has three matrices, not four: the two that go in, and one that comes out.": 256,
            "With the same width it has half as many weights again.": 512,
            "Two thirds of the width, and whole units only; the block must not be larger.": 342,
        },
        insight="two thirds of the width: that is where odd sizes in published set-ups come from.",
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="activations.q1",
        question="Three dense layers without activation, one after another. What can they compute together?",
        options=[
            Option(
                text="What one dense layer can compute",
                because="A product of matrices is a matrix: without a bend between them, layers collapse into one.",
                right=True,
            ),
            Option(
                text="Any continuous function, if they are wide enough",
                because="That takes an activation that is not linear; width alone adds no bend.",
            ),
            Option(
                text="Products of their inputs, such as x₁x₂",
                because="Weights are multiplied with each other, inputs are not: the result stays linear in them.",
            ),
        ],
    ),
    Quiz(
        id="activations.q2",
        question="On the way back through a unit, what is the gradient multiplied by?",
        options=[
            Option(
                text="The unit's activation f(z)",
                because="That is the factor for the weights of the layer above; it does not carry the gradient on.",
            ),
            Option(
                text="The derivative f′(z), at the z of the forward pass",
                because="It is the local gradient of the unit, and the chain rule multiplies by it.",
                right=True,
            ),
            Option(
                text="The learning rate",
                because="That scales the step at the very end, for all weights alike.",
            ),
        ],
    ),
    Quiz(
        id="activations.q3",
        question="All logits of an example grow by 100. What does softmax answer?",
        options=[
            Option(
                text="The same probabilities",
                because="Only differences of logits count: the common factor cancels.",
                right=True,
            ),
            Option(
                text="Surer ones",
                because="Multiplying the logits would do that; adding the same number to all of them cancels.",
            ),
            Option(
                text="Probabilities above 1",
                because="Softmax divides by the sum, so that its outputs always add up to 1.",
            ),
        ],
    ),
    Quiz(
        id="activations.q4",
        question="On the way back: which of these activations passes on more gradient than it gets, for some inputs?",
        options=[
            Option(text="tanh", because="Its derivative is at most 1, and only at 0."),
            Option(
                text="SELU",
                because="It is steeper than 1 for positive inputs, and steepest just below 0.",
                right=True,
            ),
            Option(text="ReLU", because="Its derivative is 0 or 1: it passes on all or nothing."),
            Option(text="softplus", because="Its derivative is the sigmoid, which stays below 1."),
        ],
    ),
    Quiz(
        id="activations.q5",
        question="Under plain descent, a 20-layer network of sigmoids stays at the loss ln 10. After 100 steps all its "
        "gradients are tiny, those of the last layers too. What does the last layer lack?",
        options=[
            Option(
                text="A learning rate that is large enough",
                because="No rate helps: the sum of what the examples ask for is near 0, as they all look alike.",
            ),
            Option(
                text="A difference between the examples",
                because="Each layer makes it about four times smaller, so on top all examples look the same.",
                right=True,
            ),
            Option(
                text="Trained layers below it",
                because="tanh learns with its lower layers frozen; untrained layers serve if they keep examples apart.",
            ),
        ],
    ),
    Quiz(
        id="activations.q6",
        question="A ReLU unit of the first hidden layer is 0 for every training example. Can plain gradient descent "
        "bring it back?",
        options=[
            Option(
                text="Yes, if the learning rate is large enough",
                because="Its gradient is exactly 0, and any rate times 0 is 0.",
            ),
            Option(
                text="Yes, when the layers above it change",
                because="They change what is wished of it, and that wish is multiplied by a derivative of 0.",
            ),
            Option(
                text="No: its weights get no gradient, and its inputs are the data, which do not move",
                because="Only a change of its inputs could wake it; in a deeper layer that can happen.",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="activations.q7",
        question="A classifier is 97 % sure on average, and right in 85 % of new images. You raise the temperature. "
        "What changes?",
        options=[
            Option(
                text="It becomes less sure, and is right as often as before",
                because="Dividing the logits keeps their order: the same class wins, by less.",
                right=True,
            ),
            Option(
                text="It is right more often",
                because="The largest logit stays the largest, so every decision stays the same.",
            ),
            Option(
                text="It becomes surer",
                because="A temperature above 1 brings the logits closer together, and with them the probabilities.",
            ),
        ],
    ),
    Quiz(
        id="activations.q8",
        question="All inputs of a unit are positive. What do the gradients of its weights share, for one example?",
        options=[
            Option(text="Their size", because="Each is δ times its own input, and the inputs differ."),
            Option(
                text="Their sign",
                because="Each is δ times a positive input, so all have the sign of δ.",
                right=True,
            ),
            Option(text="Nothing", because="They share the factor δ: ∂L/∂wᵢ = δ aᵢ."),
        ],
    ),
]
