"""The exercises and quiz questions of notebook 04, activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

# Row: one example, column: one unit. Unit 1 is dead; example 3 happens to switch every unit off, unit 3 is on once.
BATCH = np.array([[0.4, 0.0, 1.2, 0.0], [0.0, 0.0, 0.3, 0.0], [2.0, 0.0, 0.0, 0.1], [0.0, 0.0, 0.0, 0.0]])
SMALL_BATCH = np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 2.0]])
WIDE_BATCH = np.array([[0.0, 1.5, 0.0, 0.0, 0.0, 0.2], [0.0, 0.7, 0.0, 0.4, 0.0, 0.0], [0.0, 0.1, 0.0, 0.3, 0.0, 0.0]])

# Rows of very different size, and a square batch, in which a sum along the wrong axis has a fitting shape.
LOGITS = np.array([[1000.0, 1001.0, 1002.0], [-1002.0, -1001.0, -1000.0], [0.0, 0.0, 0.0]])
# Wide rows, with the largest logit in each place: subtracting any other number of the row overflows.
WIDE_LOGITS = np.array([[1000.0, -1000.0, 0.0], [0.0, 1000.0, -1000.0], [-1000.0, 0.0, 1000.0]])
FEW_LOGITS = np.array([[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]])

# What a right answer returns ------------------------------------------------------------------------------------------


def sigmoid(z: Any) -> Any:
    """Values of the sigmoid, without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


def sigmoid_derivative(z: Any) -> Any:
    """Derivative of the sigmoid at `z`, a number or an array."""
    return sigmoid(z) * (1 - sigmoid(z))


def dead_units(activations: np.ndarray) -> int:
    """Units that are 0 for every example; `activations` (examples, units) come from a ReLU layer."""
    return int(np.sum(np.all(activations == 0, axis=0)))


def log_sum_exp(logits: np.ndarray) -> np.ndarray:
    """Logarithm of the sum of the exponentials in each row of `logits` (examples, classes): (examples,)."""
    largest = logits.max(axis=1)
    return largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))


def with_temperature(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of each row of `logits` (examples, classes) at this temperature."""
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


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
        given = answer[task]
        if not isinstance(given, str) or given not in OUTPUTS.values():
            return f"{task}: choose one of {', '.join(repr(name) for name in OUTPUTS.values())}"
        if given != right:
            return SPECIFIC.get((task, given), f"{task}: {given} does not fit; which values can the answer take?")
    return None


# The exercises --------------------------------------------------------------------------------------------------------

_SIGMOID_MISTAKES: dict[str, Callable[[Any], Any]] = {
    "This is σ(z) itself; the derivative is largest at z = 0 and falls to both sides.": sigmoid,
    "σ(z)(1 + σ(z)) grows without turning back; the second factor has a minus sign.": (
        lambda z: sigmoid(z) * (1 + sigmoid(z))
    ),
    "1 − σ(z)² is the rule of tanh, with σ put in; the sigmoid has another one.": lambda z: 1 - sigmoid(z) ** 2,
    "z(1 − z) is right if z already is the sigmoid's value; here z is what goes in.": lambda z: z * (1 - z),
    "The sign is turned round: the sigmoid rises everywhere, so its derivative is never negative.": (
        lambda z: -sigmoid_derivative(z)
    ),
}

_LARGEST = "scaled.max(axis=1, keepdims=True)"
_OTHER_SHIFTS = {
    f"scaled - {_LARGEST}": [f"scaled + {_LARGEST}", "scaled"],
    _LARGEST: [
        *(_LARGEST.replace("max", other) for other in ("min", "mean")),
        "scaled.max(keepdims=True)",
        "scaled[..., [0]]",
        "scaled[..., [-1]]",
    ],
}

EXERCISES = [
    Exercise(
        id="activations.sigmoid_derivative",
        task="The derivative of the sigmoid",
        reference=sigmoid_derivative,
        cases=[(0.0,), (2.0,), (np.array([-3.0, -0.5, 1.0, 6.0]),)],
        hints=[
            "First compute s = σ(z); the derivative can be written with s alone.",
            "It is a product of two factors; both are one half at z = 0.",
        ],
        misconceptions=_SIGMOID_MISTAKES,
        equal_mutants={"sigmoid: 1 + np.tanh(z / 2) → 1 - np.tanh(z / 2)": "σ(−z) = 1 − σ(z) has the same product"},
        insight="it is the value that a network has already computed, and never above ¼.",
    ),
    Exercise(
        id="activations.twenty_sigmoids",
        task="The largest factor that twenty sigmoids let through",
        reference=0.25**20,
        rtol=1e-3,
        atol=0.0,
        hints=[
            "What is the largest value of σ′, and where does the sigmoid have it?",
            "The chain rule multiplies the factors of all layers.",
        ],
        misconceptions={
            "The factors are added here; the chain rule multiplies them.": 20 * 0.25,
            "This is the factor of a single sigmoid; there are twenty of them, one after another.": 0.25,
            "One half is σ(0), the value; what is passed on is multiplied by the derivative at 0.": 0.5**20,
            "One of the layers is missing, or one too many: twenty factors are multiplied.": 0.25**19,
        },
        insight="about one in a million millions, and that is the best case.",
    ),
    Exercise(
        id="activations.leaky_slope",
        task="The slope of two leaky ReLUs at −2",
        reference=(0.2, 0.3),
        hints=[
            "Keras knows it twice, with two defaults; the section on shapes printed both.",
            "The slope is the same at every negative input; it is no value of the function.",
        ],
        misconceptions={
            "The two are swapped: the name in Dense calls the function, which has the smaller default.": (0.3, 0.2),
            "These are the values f(−2); asked is for the slope there.": (-0.4, -0.6),
            "This is the plain ReLU; the leaky one has a slope also where its input is negative.": (0.0, 0.0),
            "This is the slope of the paper that proposed it; Keras has other defaults.": (0.01, 0.01),
            "The slope of 1 is that of positive inputs; −2 lies on the other side.": (1.0, 1.0),
            "Both are the same here, but the function and the layer have different defaults in Keras.": (0.2, 0.2),
        },
        insight="write the slope down yourself, and nobody has to know the defaults.",
    ),
    Exercise(
        id="activations.dead_units",
        task="Count the dead units in a batch",
        reference=dead_units,
        cases=[(SMALL_BATCH,), (BATCH,), (WIDE_BATCH,)],
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
        reference=log_sum_exp,
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
                lambda logits: log_sum_exp(np.asarray(logits).T)
            ),
            "This is the largest logit; the others raise the result, by ln k at most.": lambda logits: logits.max(
                axis=1
            ),
        },
        insight="the smooth maximum under every cross-entropy.",
    ),
    Exercise(
        id="activations.temperature",
        task="A softmax with a temperature",
        reference=with_temperature,
        cases=[(FEW_LOGITS, 2.0), (np.array([[2.0, 0.0, -1.0], [0.5, 0.4, 0.3], [-4.0, 1.0, 1.0]]), 0.5)],
        equal_mutants=dict.fromkeys(
            (f"{largest} → {other}" for largest, others in _OTHER_SHIFTS.items() for other in others),
            "the task does not ask for large logits; the stable form is an exercise of its own",
        ),
        hints=[
            "A high temperature brings the logits closer together; which operation does that?",
            "The temperature acts on the logits, before softmax.",
        ],
        misconceptions={
            "The logits are multiplied: a high temperature then makes the answer surer, not calmer.": (
                lambda logits, temperature: _softmax(logits * temperature, 1)
            ),
            "Dividing the probabilities no longer makes them add up to 1.": (
                lambda logits, temperature: _softmax(logits, 1) / temperature
            ),
            "The temperature does nothing here: what divides all probabilities alike cancels in their share.": (
                lambda logits, temperature: _softmax(logits, 1)
            ),
        },
        insight="the order of the classes stays at every temperature.",
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
            "These are sigmoids: each class by itself, and a row does not add up to 1.": lambda logits: sigmoid(logits),
            "These are logarithms of probabilities; asked is for the probabilities.": (
                lambda logits: logits - log_sum_exp(logits)[:, None]
            ),
        },
        insight="the shape was right for every batch; only the sums of the rows, which were not 1, betrayed the bug.",
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
        question="A 20-layer network of sigmoids does not learn. Its last layers have normal gradients. What is wrong?",
        options=[
            Option(
                text="The learning rate is too small for all layers",
                because="The last layers do move; a rate that suits the first ones would throw the last ones out.",
            ),
            Option(
                text="The gradient loses a factor of about 4 with every layer on its way back",
                because="σ′ is at most ¼, and the factors multiply; the first layers get nothing.",
                right=True,
            ),
            Option(
                text="The sigmoids of the first layers have the derivative 0",
                because="A sigmoid never has derivative 0; it is the product of many small factors that vanishes.",
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
