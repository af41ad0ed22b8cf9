"""The exercises and quiz questions of notebook 02, losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

# Rows of very different size: subtracting the largest logit of the whole batch makes the small rows 0 / 0.
LOGITS = np.array([[0.0, 1.0, 2.0], [1000.0, 1001.0, 999.0], [-1000.0, -1002.0, -1000.0], [3.0, -3.0, 0.5]])
# Wide rows, with the largest logit in each place: subtracting any other number of the row overflows.
WIDE_LOGITS = np.array([[1000.0, -1000.0, 0.0], [0.0, 1000.0, -1000.0], [-1000.0, 0.0, 1000.0]])
SQUARE_LOGITS = np.array([[1.0, 2.0], [4.0, 0.0]])

ONE_HOT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.5, 0.4, 0.1], [0.05, 0.15, 0.8]])

# Precision and recall differ at every threshold, two people have the same score, and 2 / 3 and 0.7 need rounding up.
LABELS = np.array([1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0])
SCORES = np.array([0.95, 0.9, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.35, 0.3, 0.2, 0.1])
FEW_LABELS, FEW_SCORES = np.array([0, 1, 1, 0, 0, 1]), np.array([0.1, 0.9, 0.2, 0.6, 0.5, 0.4])

# What a right answer returns ------------------------------------------------------------------------------------------


def binary_cross_entropy_of(label: int, probability: float) -> float:
    """Cost of one example in nats; `probability` is that of class 1."""
    return float(-(label * np.log(probability) + (1 - label) * np.log(1 - probability)))


def stable_softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax of each row of `logits` (examples, classes), without overflow."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def categorical_cross_entropy(one_hot: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean over the rows of minus the logarithm of the true class's probability."""
    return float(np.mean(-np.sum(one_hot * np.log(probabilities), axis=1)))


def threshold_for_recall(labels: np.ndarray, scores: np.ndarray, wanted_recall: float) -> float:
    """Highest threshold at which at least this share of the ones scores at or above it."""
    sick = scores[labels == 1]
    return float(max(threshold for threshold in sick if np.mean(sick >= threshold) >= wanted_recall))


def mean_squared_error_of(targets: np.ndarray, predictions: np.ndarray) -> float:
    """Mean squared error of `predictions` (n, 1) for `targets` (n,)."""
    return float(np.mean((targets - predictions[:, 0]) ** 2))


# What wrong answers return, and how a free answer is judged -----------------------------------------------------------


def _highest(labels: np.ndarray, scores: np.ndarray, good: Any, *, at: bool = True) -> float:
    """Return the highest score that, as a threshold, makes `good(called positive)` true; NaN when none does."""
    called = [(float(score), scores >= score if at else scores > score) for score in scores]
    return max((score for score, above in called if good(above)), default=float("nan"))


def _threshold_for_precision(labels: np.ndarray, scores: np.ndarray, wanted: float) -> float:
    return min(float(score) for score in scores if np.mean(labels[scores >= score]) >= wanted)


def _lowest_threshold(labels: np.ndarray, scores: np.ndarray, wanted: float) -> float:
    return float(scores[labels == 1].min())


def _share_of_all(labels: np.ndarray, scores: np.ndarray, wanted: float) -> float:
    return _highest(labels, scores, lambda called: np.mean(called) >= wanted)


def _recall_rounded_down(labels: np.ndarray, scores: np.ndarray, wanted: float) -> float:
    sick = np.sort(scores[labels == 1])[::-1]
    return float(sick[max(int(wanted * len(sick)) - 1, 0)])


def _rows_and_columns(targets: np.ndarray, predictions: np.ndarray) -> float:
    """The code of the bug hunt, as it stands in the notebook."""
    return float(np.mean((targets - predictions) ** 2))


def _softmax(logits: np.ndarray, axis: int | None, largest: Any) -> np.ndarray:
    exponentials = np.exp(logits - largest)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


CHOICES = {
    "output": ("linear", "sigmoid", "softmax"),
    "loss": (
        "mean_squared_error",
        "binary_crossentropy",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "quantile_loss",
    ),
    "metric": ("mean_absolute_error", "accuracy", "auc", "coverage"),
}
TRIPLES = {
    "rent": ("linear", "mean_squared_error", "mean_absolute_error"),
    "fraud": ("sigmoid", "binary_crossentropy", "auc"),
    "garment": ("softmax", "sparse_categorical_crossentropy", "accuracy"),
    "topics": ("sigmoid", "binary_crossentropy", "auc"),
    "delivery": ("linear", "quantile_loss", "coverage"),
}
ONE_HOT_EXPECTED = (
    "The labels of garment are class numbers, and categorical_crossentropy wants one-hot rows; for numbers it is the "
    "sparse loss."
)
ONE_TOPIC_ONLY = (
    "Softmax shares out one whole, so a second topic takes from the first; for topics each unit needs its own sigmoid "
    "and its own yes-or-no loss."
)
RARE_ACCURACY = (
    "With 1 fraud in 500, a program that never says fraud has an accuracy of 99.8 %; a rare class needs another metric."
)
RARE_TOPICS = "Each topic is rare, so giving every article none of them gets a high accuracy; take another metric."
MIDDLE_DELIVERY = (
    "Squared error asks for the mean of delivery, which far more than 1 delivery of 10 exceeds; 9 of 10 is a quantile."
)
SQUASHED_RENT = "A sigmoid or softmax gives numbers from 0 to 1, and a rent in euros is larger: that output is linear."


def _changed(**triples: tuple[str, str, str]) -> dict[str, tuple[str, str, str]]:
    return TRIPLES | triples


def _triples_problem(answer: Any) -> str | None:
    """Return what is wrong with the chosen words, the most telling mistake first."""
    if not isinstance(answer, dict) or set(answer) != set(TRIPLES):
        return f"a dictionary with the keys {', '.join(TRIPLES)} is expected"
    words = {}
    for task, triple in answer.items():
        if (
            not isinstance(triple, list | tuple)
            or len(triple) != 3
            or not all(isinstance(word, str) for word in triple)
        ):
            return f"{task} needs three words: output, loss and metric"
        words[task] = tuple(word.strip().lower() for word in triple)
        for word, (kind, allowed) in zip(words[task], CHOICES.items(), strict=True):
            if word not in allowed:
                return f"{word!r} for {task} is none of the words for {kind}"
    found = {
        ONE_HOT_EXPECTED: words["garment"][1] == "categorical_crossentropy",
        ONE_TOPIC_ONLY: words["topics"][0] == "softmax" or "categorical" in words["topics"][1],
        RARE_ACCURACY: words["fraud"][2] == "accuracy",
        RARE_TOPICS: words["topics"][2] == "accuracy",
        MIDDLE_DELIVERY: words["delivery"][1] == "mean_squared_error",
        SQUASHED_RENT: words["rent"][0] != "linear",
    }
    telling = next((sentence for sentence, made in found.items() if made), None)
    wrong = [
        f"the {kind} of {task}"
        for task, triple in words.items()
        for word, right, kind in zip(triple, TRIPLES[task], CHOICES, strict=True)
        if word != right
    ]
    return telling or (f"look again at {wrong[0]}" if wrong else None)


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="losses.mse",
        task="The mean squared error of four numbers",
        reference=3.5,
        hints=[
            "Write down the four errors first; one of them is zero and counts all the same.",
            "Square each error, add up, and divide by the number of examples.",
        ],
        misconceptions={
            "This is the sum of the squared errors; the mean divides it by the number of examples.": 14.0,
            "This is the mean absolute error: the errors are to be squared before the mean is taken.": 1.5,
            "This divides by three: the example without an error is an example, too.": 14 / 3,
            "This is the square root of the mean squared error, often called RMSE.": 3.5**0.5,
            "Here errors of opposite sign cancel before they are squared; square each one first.": 0.25,
            "This is half of the mean squared error; the half belongs to other conventions, not to Keras's.": 1.75,
        },
        insight="one error of 3 makes nine of the fourteen: squares listen to the largest miss.",
    ),
    Exercise(
        id="losses.binary_cross_entropy",
        task="The binary cross-entropy of a prediction",
        reference=binary_cross_entropy_of,
        cases=[(1, 0.8), (0, 0.8), (1, 0.05), (0, 0.3)],
        hints=[
            "Which probability did the class that is true get, for label 1 and for label 0?",
            "The cost is minus the natural logarithm, np.log, of that probability.",
        ],
        misconceptions={
            "This is in bits, with the logarithm to base 2; nats take the natural logarithm, np.log.": (
                lambda label, probability: binary_cross_entropy_of(label, probability) / np.log(2)
            ),
            "The labels are swapped: with label 1 it is the probability of class 1 that counts, not 1 minus it.": (
                lambda label, probability: binary_cross_entropy_of(1 - label, probability)
            ),
            "The sign is turned round: a logarithm of a probability is negative, and a cost is not.": (
                lambda label, probability: -binary_cross_entropy_of(label, probability)
            ),
            "Examples with label 0 cost nothing here; for them, 1 minus the probability is what the truth got.": (
                lambda label, probability: -label * np.log(probability)
            ),
            "The logarithm is taken of class 1's probability, whatever the label; use 1 minus it for label 0.": (
                lambda label, probability: -np.log(probability)
            ),
            "This is the squared error of the probability; cross-entropy is minus a logarithm.": (
                lambda label, probability: (label - probability) ** 2
            ),
        },
        insight="a confident mistake costs most, and there is no upper bound.",
    ),
    Exercise(
        id="losses.stable_softmax",
        task="A softmax that survives large logits",
        reference=stable_softmax,
        cases=[(np.array([[0.0, 1.0, 2.0]]),), (SQUARE_LOGITS,), (LOGITS,), (WIDE_LOGITS,)],
        hints=[
            "Softmax does not change when the same number is subtracted from all logits of a row: which number helps?",
            "With the largest logit of each row at 0, no exponential exceeds 1.",
            "keepdims=True keeps the shape (examples, 1), so that it can be subtracted from (examples, classes).",
        ],
        misconceptions={
            "np.exp overflows for large logits, and the result is NaN: subtract each row's largest logit first.": (
                lambda logits: _softmax(logits, 1, 0.0)
            ),
            "The wrong axis: each row, an example, must add up to 1; here the columns do.": (
                lambda logits: _softmax(logits, 0, logits.max(axis=0, keepdims=True))
            ),
            "The largest logit of the whole batch is subtracted, so small rows become 0 / 0; take each row's.": (
                lambda logits: _softmax(logits, 1, logits.max())
            ),
            "The mean of the row is subtracted; one logit may still lie 1000 above it. Subtract the largest.": (
                lambda logits: _softmax(logits, 1, logits.mean(axis=1, keepdims=True))
            ),
            "The smallest logit of the row is subtracted, and the others overflow all the more; take the largest.": (
                lambda logits: _softmax(logits, 1, logits.min(axis=1, keepdims=True))
            ),
            "The wrong axis, and no largest logit is subtracted: each row must add up to 1, without overflow.": (
                lambda logits: _softmax(logits, 0, 0.0)
            ),
            "All entries of the batch together add up to 1 here; each row must.": (
                lambda logits: _softmax(logits, None, logits.max(axis=1, keepdims=True))
            ),
            "Logits are divided by their sum here, without exponentials; negative logits show that this fails.": (
                lambda logits: logits / logits.sum(axis=1, keepdims=True)
            ),
        },
        insight="only differences of logits count.",
    ),
    Exercise(
        id="losses.cross_entropy",
        task="Categorical cross-entropy of one-hot targets",
        reference=categorical_cross_entropy,
        cases=[
            (np.array([[0.0, 1.0, 0.0]]), np.array([[0.3, 0.5, 0.2]])),
            (ONE_HOT, PROBABILITIES),
            (np.eye(2), np.array([[0.9, 0.1], [0.6, 0.4]])),
        ],
        hints=[
            "In each row, the one-hot target leaves one single logarithm over: which?",
            "Sum over the classes, axis 1; then take the mean over the examples.",
        ],
        misconceptions={
            "This is in bits, with the logarithm to base 2; Keras reports nats, np.log.": (
                lambda one_hot, p: categorical_cross_entropy(one_hot, p) / np.log(2)
            ),
            "This is the sum over the examples; a loss is their mean.": (
                lambda one_hot, p: categorical_cross_entropy(one_hot, p) * len(p)
            ),
            "The mean is taken over all entries, zeros included: sum over the classes, mean over the examples only.": (
                lambda one_hot, p: categorical_cross_entropy(one_hot, p) / p.shape[1]
            ),
            "The other classes are charged as well, as in k yes-or-no questions; only the true class counts here.": (
                lambda one_hot, p: float(np.mean(-np.sum(one_hot * np.log(p) + (1 - one_hot) * np.log(1 - p), axis=1)))
            ),
            "Target and prediction have changed places: the logarithm belongs to the probabilities.": (
                lambda one_hot, p: float(np.mean(-np.sum(p * np.log(one_hot), axis=1)))
            ),
            "The sign is turned round: the logarithm of a probability is negative, and the loss is minus it.": (
                lambda one_hot, p: -categorical_cross_entropy(one_hot, p)
            ),
        },
        insight="with class numbers in place of one-hot rows it is the sparse loss, and the same number.",
    ),
    Exercise(
        id="losses.threshold",
        task="The threshold for a wanted recall",
        reference=threshold_for_recall,
        cases=[
            (FEW_LABELS, FEW_SCORES, 0.6),
            (LABELS, SCORES, 0.8),
            (LABELS, SCORES, 0.5),
            (LABELS, SCORES, 1.0),
            (LABELS, SCORES, 0.2),
        ],
        hints=[
            "Recall looks only at those with label 1: pick their scores out first.",
            "Which share of these scores is at or above a candidate threshold? Try each score as a candidate.",
            "Several candidates reach the wanted recall; the task asks for the highest of them.",
        ],
        misconceptions={
            "This looks for a precision: the share of those called sick that are; recall starts from those who are.": (
                _threshold_for_precision
            ),
            "This threshold finds every sick person, whatever was wanted; the highest that suffices is asked for.": (
                _lowest_threshold
            ),
            "This share is one of all people; recall is a share of those with label 1.": _share_of_all,
            "Rounded down: with this threshold the recall stays below what was wanted.": _recall_rounded_down,
            "A score that equals the threshold counts as called sick; here it does not.": (
                lambda labels, scores, wanted: _highest(
                    labels, scores, lambda called: np.mean(called[labels == 1]) >= wanted, at=False
                )
            ),
            "This is the wanted recall itself; a threshold is compared with scores.": lambda labels, scores, wanted: (
                wanted
            ),
        },
        insight="a lower threshold finds everybody in the end, at the price of more and more false alarms.",
    ),
    Exercise(
        id="losses.which_output_and_loss",
        task="Output, loss and metric for five tasks",
        reference=TRIPLES,
        verify=_triples_problem,
        hints=[
            "First the kind of answer: an amount, yes or no, one of several, or several at once?",
            "How are the labels of garment written, and may the topics of an article exclude each other?",
            "For anything rare, ask what a program would score that never finds it.",
        ],
        misconceptions={
            ONE_HOT_EXPECTED: _changed(garment=("softmax", "categorical_crossentropy", "accuracy")),
            ONE_TOPIC_ONLY: _changed(topics=("softmax", "categorical_crossentropy", "auc")),
            RARE_ACCURACY: _changed(fraud=("sigmoid", "binary_crossentropy", "accuracy")),
            RARE_TOPICS: _changed(topics=("sigmoid", "binary_crossentropy", "accuracy")),
            MIDDLE_DELIVERY: _changed(delivery=("linear", "mean_squared_error", "coverage")),
            SQUASHED_RENT: _changed(rent=("sigmoid", "mean_squared_error", "mean_absolute_error")),
        },
        insight="output and loss follow from the kind of answer, the metric from what the answer is used for.",
    ),
    Exercise(
        id="losses.before_training",
        task="The loss before training, three times",
        reference=(float(np.log(20)), float(np.log(2)), 1.0),
        rtol=0.005,
        hints=[
            "With logits near zero, which probability does each of the classes get?",
            "Cross-entropy is minus the natural logarithm of that probability.",
            "A standardized target has mean 0; what is the mean of its square, when every prediction is 0?",
        ],
        misconceptions={
            "The first two are in bits, with the logarithm to base 2; nats take the natural logarithm.": (
                float(np.log2(20)),
                1.0,
                1.0,
            ),
            "The first two are the probabilities; the loss is minus their natural logarithm.": (0.05, 0.5, 1.0),
            "A prediction of 0 is not right: the mean squared error is the mean of the squared targets.": (
                float(np.log(20)),
                float(np.log(2)),
                0.0,
            ),
            "Two classes are two: a sigmoid at 0 gives each of them one half, however many the first network has.": (
                float(np.log(20)),
                float(np.log(20)),
                1.0,
            ),
            "The first two take the logarithm to base 10; nats take the natural logarithm.": (
                float(np.log10(20)),
                float(np.log10(2)),
                1.0,
            ),
        },
        insight="a first loss far from these says that something is wrong before training begins.",
    ),
    Exercise(
        id="losses.bug_hunt",
        task="Bug hunt: a loss that is large for perfect predictions",
        reference=mean_squared_error_of,
        cases=[
            (np.array([1.0, 2.0, 4.0]), np.array([[1.0], [2.0], [4.0]])),
            (np.array([1.0, 2.0, 4.0, 7.0]), np.array([[2.0], [2.0], [1.0], [7.5]])),
            (np.array([3.0, -1.0]), np.array([[2.0], [0.5]])),
        ],
        stub=_rows_and_columns,
        equal_mutants={"0 → -1": "the only column is the first and the last"},
        hints=[
            "Print (targets - predictions).shape: how many differences are there for three examples?",
            "Shapes (n,) and (n, 1) broadcast to (n, n): every target meets every prediction.",
            "Bring both to the same shape before you subtract.",
        ],
        misconceptions={
            "Still every target meets every prediction, n × n differences; bring both to one shape first.": (
                lambda targets, predictions: float(np.sum((targets - predictions) ** 2) / len(targets))
            ),
            "This is the sum over the examples; the loss is their mean.": (
                lambda targets, predictions: float(np.sum((targets - predictions[:, 0]) ** 2))
            ),
            "This is the mean absolute error; the shapes are right, but the square is gone.": (
                lambda targets, predictions: float(np.mean(np.abs(targets - predictions[:, 0])))
            ),
            "These are the squared errors one by one; a loss is one number, their mean.": (
                lambda targets, predictions: (targets - predictions[:, 0]) ** 2
            ),
            "Only the first prediction is compared with all targets; take the whole first column.": (
                lambda targets, predictions: float(np.mean((targets - predictions[0]) ** 2))
            ),
        },
        insight="Keras brings both to one shape by itself; your own loss must do it, or check.",
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="losses.q1",
        question="A `Dense(10)` layer gets a batch of shape (32, 784). What are the shapes of its weights and output?",
        options=[
            Option(text="W (10, 784), output (10, 32)", because="Keras multiplies x W: inputs come first in W."),
            Option(
                text="W (784, 10), output (32, 10)",
                because="W has a row for each input and a column for each unit; the batch stays the first axis.",
                right=True,
            ),
            Option(
                text="W (32, 784, 10), output (32, 10)",
                because="All examples of a batch share the same weights; there is no axis for them in W.",
            ),
        ],
    ),
    Quiz(
        id="losses.q2",
        question="Two dense layers follow each other without an activation between them. What can they compute?",
        options=[
            Option(
                text="Exactly what one linear layer can",
                because="(x W₁) W₂ is x times the one matrix W₁ W₂.",
                right=True,
            ),
            Option(text="XOR, if there are enough units", because="XOR needs a bend, and here there is none."),
            Option(text="Any continuous function", because="That takes an activation that is not linear."),
        ],
    ),
    Quiz(
        id="losses.q3",
        question="A neuron with two inputs ends in a sigmoid. Where is its output exactly 0.5?",
        options=[
            Option(text="At a single point", because="One equation for two inputs leaves a whole line."),
            Option(
                text="On the straight line where the weighted sum plus bias is 0",
                because="σ(0) = 0.5: this line is the decision boundary.",
                right=True,
            ),
            Option(text="On a curve shaped like an S", because="The S is the sigmoid over z, not the boundary."),
        ],
    ),
    Quiz(
        id="losses.q4",
        question="House prices contain a few typing errors, three zeros too many. Which loss listens to them least?",
        options=[
            Option(text="Mean squared error", because="It squares them: a few such errors are nearly the whole loss."),
            Option(
                text="Mean absolute error",
                because="It asks for the median, which a few extreme values hardly move.",
                right=True,
            ),
            Option(
                text="The sum of squared errors in place of the mean",
                because="It has its lowest point at the same place as the mean; only the scale changes.",
            ),
        ],
    ),
    Quiz(
        id="losses.q5",
        question="A classifier's cross-entropy has reached the entropy of labels given inputs. What is left to learn?",
        options=[
            Option(
                text="More training, until it is 0",
                because="CE = H + KL, and training can only remove the divergence; the entropy is in the data.",
            ),
            Option(
                text="Nothing: the divergence is 0, the predicted probabilities are the true ones",
                because="Then CE = H. What remains is chance in the labels themselves.",
                right=True,
            ),
            Option(
                text="It must be a mistake: cross-entropy is always larger than entropy",
                because="Larger or equal: they are equal exactly where belief and truth agree.",
            ),
        ],
    ),
    Quiz(
        id="losses.q6",
        question="A test for a disease that 1 in 1,000 has: AUC 0.98, but most alarms turn out to be false. Who erred?",
        options=[
            Option(
                text="Whoever counted: with such an AUC most alarms are right",
                because="AUC compares one sick with one healthy person; there are 999 healthy ones for each sick one.",
            ),
            Option(
                text="Whoever computed the AUC",
                because="It may be right: the ROC curve does not see how rare the disease is.",
            ),
            Option(
                text="Nobody: a small false-positive rate of very many healthy people makes many alarms",
                because="That is low precision beside a good ROC curve.",
                right=True,
            ),
        ],
    ),
]
