"""The exercises and quiz questions of notebook 02, losses, core and deeper."""

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

# Precision and recall differ at every threshold, two people have the same score, and 2 / 3 and 0.7 need rounding up.
LABELS = np.array([1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0])
SCORES = np.array([0.95, 0.9, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.35, 0.3, 0.2, 0.1])
# Scores that a grid of hundredths misses; a quantile of them, rounded up, is reached by too few.
CLOSE_LABELS, CLOSE_SCORES = np.array([1, 1, 1, 1, 0]), np.array([0.917, 0.703, 0.6, 0.2, 0.5])
FEW_LABELS, FEW_SCORES = np.array([0, 1, 1, 0, 0, 1]), np.array([0.1, 0.9, 0.2, 0.6, 0.5, 0.4])

# What a right answer returns ------------------------------------------------------------------------------------------


def weighted_cross_entropy(y: np.ndarray, y_hat: np.ndarray, weight: float) -> float:
    """Mean cost in nats of the probabilities `y_hat` of class 1; examples with y = 1 count `weight` times."""
    return float(np.mean(-(weight * y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))))


def cross_entropy_of(labels: np.ndarray, logits: np.ndarray) -> float:
    """Mean cost in nats of class numbers `labels` (examples,) under `logits` (examples, classes), never infinite."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(labels)), labels]))


def threshold_for_recall(labels: np.ndarray, scores: np.ndarray, wanted_recall: float) -> float:
    """Highest threshold at which at least this share of the ones scores at or above it."""
    sick = scores[labels == 1]
    return float(max(threshold for threshold in sick if np.mean(sick >= threshold) >= wanted_recall))


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


def _divides_first(labels: np.ndarray, logits: np.ndarray, lowest: float = 0.0) -> float:
    """The code of the bug hunt, as it stands in the notebook; with `lowest`, its probabilities are clipped."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    y_hat = exponentials / exponentials.sum(axis=1, keepdims=True)
    return float(np.mean(-np.log(np.maximum(y_hat[np.arange(len(labels)), labels], lowest))))


def _log_sum_exp(labels: np.ndarray, logits: np.ndarray, largest: Any) -> float:
    shifted = logits - largest
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]))


FIRST_LOSSES = {
    "A": "as expected",
    "B": "too sure",
    "C": "not fresh",
    "D": "ignores the frequencies",
    "E": "as expected",
}

CHOICES = {
    "output": ("linear", "sigmoid", "softmax"),
    "loss": (
        "mean_squared_error",
        "binary_crossentropy",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "quantile_loss",
    ),
    "metric": ("mean_absolute_error", "accuracy", "average precision", "coverage"),
}
TRIPLES = {
    "rent": ("linear", "mean_squared_error", "mean_absolute_error"),
    "fraud": ("sigmoid", "binary_crossentropy", "average precision"),
    "garment": ("softmax", "sparse_categorical_crossentropy", "accuracy"),
    "topics": ("sigmoid", "binary_crossentropy", "average precision"),
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
        id="losses.which_line",
        task="Which loss made which line?",
        reference={"A": "squared", "B": "plain", "C": "absolute"},
        hints=[
            "Which line lets the two outliers go, as a median would?",
            "One of the lines falls although the points rise. For which of the three numbers does that not matter?",
        ],
        misconceptions={
            "A and C have changed places: squares make the two far misses expensive, so that line gives way to them.": {
                "A": "absolute",
                "B": "plain",
                "C": "squared",
            },
            "B misses nearly every point by a lot; only a number in which misses cancel can like it.": {
                "A": "plain",
                "B": "squared",
                "C": "absolute",
            },
        },
        insight="errors cancel on every line through the middle of the points.",
    ),
    Exercise(
        id="losses.huber_unit",
        task="Huber in other units",
        reference={"minutes": "median", "hours": "mean", "seconds": "median"},
        hints=[
            "How large are the errors in hours, compared with δ = 1? And in seconds?",
            "Inside of ±δ Huber is half the squared error; far outside it grows like the absolute error.",
        ],
        misconceptions={
            "A unit does change it: δ = 1 is one hour in one case and one second in the other.": {
                "minutes": "median",
                "hours": "median",
                "seconds": "median",
            },
            "It is the other way round: errors below δ are squared, and squares lead to the mean.": {
                "minutes": "median",
                "hours": "median",
                "seconds": "mean",
            },
        },
        insight="δ has the unit of the target; choose it about as large as an ordinary error.",
    ),
    Exercise(
        id="losses.weighted_cross_entropy",
        task="A binary cross-entropy in which the ones count more",
        reference=weighted_cross_entropy,
        cases=[
            (np.array([1.0]), np.array([0.5]), 3),
            (np.array([0.0]), np.array([0.2]), 3),
            (np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.9, 0.2, 0.6, 0.3]), 5),
            (np.array([1.0, 0.0, 1.0]), np.array([0.8, 0.1, 0.4]), 1),
        ],
        hints=[
            "Start from the binary cross-entropy: which of its two terms belongs to the ones?",
            "Only that term is multiplied; the mean is over all examples, whatever they weigh.",
        ],
        misconceptions={
            "Both terms are multiplied here; the zeros should cost what they did before.": (
                lambda y, p, weight: weight * weighted_cross_entropy(y, p, 1)
            ),
            "The zeros are multiplied here, so the false alarms cost more; the ones should.": (
                lambda y, p, weight: weighted_cross_entropy(1 - y, 1 - p, weight)
            ),
            "This is divided by the sum of the weights; here the mean is over the number of examples.": (
                lambda y, p, weight: weighted_cross_entropy(y, p, weight) * len(y) / np.sum(np.where(y == 1, weight, 1))
            ),
            "This is the sum over the examples; a loss is their mean.": (
                lambda y, p, weight: weighted_cross_entropy(y, p, weight) * len(y)
            ),
            "The sign: the logarithm of a probability is negative, and the loss is minus it.": (
                lambda y, p, weight: -weighted_cross_entropy(y, p, weight)
            ),
            "This is in bits, with the logarithm to base 2; a loss in Keras is in nats, np.log.": (
                lambda y, p, weight: weighted_cross_entropy(y, p, weight) / np.log(2)
            ),
            "The weight stands inside the logarithm; it multiplies the cost, not the probability.": (
                lambda y, p, weight: float(np.mean(-(y * np.log(weight * p) + (1 - y) * np.log(1 - p))))
            ),
        },
        insight="Keras can do it too: fit(…, class_weight={0: 1, 1: weight}).",
    ),
    Exercise(
        id="losses.infinite_loss",
        task="Bug hunt: a loss that becomes infinite",
        reference=cross_entropy_of,
        stub=_divides_first,
        cases=[
            (np.array([2]), LOGITS[:1]),
            (np.array([1, 0]), SQUARE_LOGITS),
            (np.array([0, 2, 1, 1]), LOGITS),
            (np.array([1, 0, 0]), WIDE_LOGITS),  # infinite twice: the 1000 of the task is not the answer
        ],
        equal_mutants={"labels → logits (2)": "there are as many labels as rows of logits"},
        hints=[
            "Which number does softmax give to class 0 for the logits (0, 1000)? What is its logarithm?",
            "The logarithm of a fraction is a difference: which part of it needs no exponential at all?",
            "−ln ŷ is ln of the sum of exponentials minus the true logit. Subtract the row's largest logit from both.",
        ],
        misconceptions={
            "A clipped probability is not repaired: the loss stops near 16, and its slope there is 0.": (
                lambda labels, logits: _divides_first(labels, logits, lowest=1e-7)
            ),
            "np.exp overflows for large logits: subtract each row's largest logit first.": (
                lambda labels, logits: _log_sum_exp(labels, logits, 0.0)
            ),
            "The largest logit of the whole batch is subtracted, so sums of small rows become 0; take each row's.": (
                lambda labels, logits: _log_sum_exp(labels, logits, logits.max())
            ),
            "What is subtracted in the sum must be subtracted from the true logit too.": (
                lambda labels, logits: cross_entropy_of(labels, logits) - float(np.mean(logits.max(axis=1)))
            ),
            "This is only the distance to the largest logit; the logarithm of the sum belongs to it.": (
                lambda labels, logits: float(np.mean(logits.max(axis=1) - logits[np.arange(len(labels)), labels]))
            ),
            "This is the sum over the examples, not their mean.": (
                lambda labels, logits: cross_entropy_of(labels, logits) * len(labels)
            ),
            "The sign: the cost of an example is never negative.": (
                lambda labels, logits: -cross_entropy_of(labels, logits)
            ),
        },
        insight="Keras does the same when its loss gets logits: from_logits=True.",
    ),
    Exercise(
        id="losses.which_code",
        task="Which code is shortest?",
        reference={"A": "for mostly sun", "B": "for all equal", "C": "for mostly snow"},
        hints=[
            "The sunny code has 1, 2, 3 and 3 digits, the snowy one 3, 3, 2 and 1.",
            "Multiply each length by how often its word is sent, add up, and compare with 2.",
        ],
        misconceptions={
            "In B sun and snow are equally frequent; a short word for one makes the other long. Compute the mean.": {
                "A": "for mostly sun",
                "B": "for mostly sun",
                "C": "for mostly snow",
            },
            "No code fits A or C exactly, but some are shorter than two digits on average all the same.": {
                "A": "for all equal",
                "B": "for all equal",
                "C": "for all equal",
            },
        },
        insight="the mean length is a cross-entropy: the truth is the station's, the belief is the code's.",
    ),
    Exercise(
        id="losses.ten_answers",
        task="Three networks: accuracy against loss",
        reference={"highest accuracy": "C", "lowest loss": "B", "highest loss": "A"},
        hints=[
            "Accuracy only counts the dots above the line.",
            "The cost is −ln of each dot's height. What does a dot near 0 cost, compared with nine others?",
        ],
        misconceptions={
            "The network with all ten right is hardly sure of any, and that costs 0.63 nats for each.": {
                "highest accuracy": "C",
                "lowest loss": "C",
                "highest loss": "A",
            },
            "B's mistakes are hesitant: 0.4 costs 0.9 nats. One of the others makes a mistake at 0.001.": {
                "highest accuracy": "C",
                "lowest loss": "A",
                "highest loss": "B",
            },
        },
        insight="one confident mistake can be most of a loss.",
    ),
    Exercise(
        id="losses.first_loss",
        task="What five first losses say",
        reference=FIRST_LOSSES,
        hints=[
            "Compare each with ln k; ln 100 is 4.6 and ln 10 is 2.3.",
            "For D and E: what would a network get that knows only that one class has 1 %?",
        ],
        misconceptions={
            "ln 2 is what knowing nothing gets; but with 1 % in one class, the frequencies alone give 0.056.": (
                FIRST_LOSSES | {"D": "as expected"}
            ),
            "0.056 is the entropy of 1 % and 99 %: a fresh network with the right bias starts there.": (
                FIRST_LOSSES | {"E": "not fresh"}
            ),
            "A loss below ln k is no sign of too much certainty: being sure at random costs more, not less.": (
                FIRST_LOSSES | {"C": "too sure"}
            ),
            "With 100 classes the first loss is ln 100 = 4.6.": FIRST_LOSSES | {"A": "too sure"},
        },
        insight="a glance at the first loss finds many mistakes before the training costs anything.",
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
            (CLOSE_LABELS, CLOSE_SCORES, 0.3),
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
        id="losses.costs",
        task="What do the mistakes cost?",
        reference={"1": 0.5, "5": 0.3, "20": 0.1},
        hints=[
            "For each line: missed × the cost of a miss + false alarms.",
            "Three costs for three thresholds are nine sums; which is the lowest in each group?",
        ],
        misconceptions={
            "It is the other way round: the dearer a miss, the fewer you can afford, so the lower the threshold.": {
                "1": 0.1,
                "5": 0.3,
                "20": 0.5,
            },
            "With a miss at 20, the 35 misses and 608 alarms of 0.1 cost 1,308; what do 85 and 213 cost?": {
                "1": 0.5,
                "5": 0.3,
                "20": 0.3,
            },
            "With equal costs only the number of mistakes counts: 643, 298 or 241.": {"1": 0.3, "5": 0.3, "20": 0.1},
        },
        insight="the threshold is a decision about costs, made after training.",
    ),
    Exercise(
        id="losses.logit_traps",
        task="Will it train, and what does it report?",
        reference={"A": "right", "B": "metric", "C": "loss", "D": "right"},
        hints=[
            "Does the last layer give a probability or a logit? Does the loss know? Does the metric?",
            "Where do metrics such as Recall cut, unless told otherwise?",
        ],
        misconceptions={
            "Recall cuts at 0.5 unless it is told thresholds=0.0, and from_logits in the loss tells it nothing.": {
                "A": "right",
                "B": "right",
                "C": "loss",
                "D": "right",
            },
            "C hands logits to a loss that takes them for probabilities, and clips them silently.": {
                "A": "right",
                "B": "metric",
                "C": "right",
                "D": "right",
            },
            "A is the plain form: a sigmoid gives probabilities, and both loss and metric expect them.": {
                "A": "loss",
                "B": "metric",
                "C": "loss",
                "D": "right",
            },
        },
        insight="tell the loss and the metrics, or neither.",
    ),
    Exercise(
        id="losses.perplexity",
        task="Read the perplexity",
        reference={"order": ["B", "C", "A"], "perplexity of C": 32.0},
        rtol=0.01,
        hints=[
            "Turn all three into perplexities: the number of equally likely words that would be as hard to guess.",
            "3 nats are e³ words; how many equally likely words do 5 bits tell apart?",
        ],
        misconceptions={
            "C is in bits: 5 bits tell 2⁵ words apart, not e⁵.": {"order": ["B", "C", "A"], "perplexity of C": 148.4},
            "Low is good: a perplexity of 50,000 means guessing among all words.": {
                "order": ["A", "C", "B"],
                "perplexity of C": 32.0,
            },
            "3 nats are e³ ≈ 20 words, 5 bits are 32 words.": {"order": ["C", "B", "A"], "perplexity of C": 32.0},
        },
        insight="perplexity is e to the nats, or 2 to the bits.",
    ),
    Exercise(
        id="losses.convex",
        task="Convex or not?",
        reference={"A": True, "B": True, "C": False, "D": False},
        hints=[
            "Is the loss convex in the output z, and is z linear in the weights?",
            "Squared error of σ(z) is flat far out on both sides, and falls in between. Is such a curve convex?",
        ],
        misconceptions={
            "Squared error is convex in ŷ, but in C the sigmoid bends between ŷ and the weights; far out it is flat.": {
                "A": True,
                "B": True,
                "C": True,
                "D": False,
            },
            "A V-shaped curve is convex, too: it nowhere rises above its chords.": {
                "A": False,
                "B": True,
                "C": False,
                "D": False,
            },
            "With a hidden layer there are twins, and a ridge between them.": {
                "A": True,
                "B": True,
                "C": False,
                "D": True,
            },
        },
        insight="convex in z and z linear in the weights: convex in the weights.",
    ),
    Exercise(
        id="losses.which_quantile",
        task="Which quantile?",
        reference={"A": 0.8, "B": 0.9, "C": 0.5},
        rtol=0.005,
        hints=[
            "The quantile loss charges q for too little and 1 − q for too much.",
            "q / (1 − q) must be the ratio of the two costs.",
        ],
        misconceptions={
            "4 is the ratio of the costs; q is the share: q / (1 − q) = 4.": {"A": 4, "B": 9, "C": 1},
            "It is the other way round: where too little is dear, a high quantile is wanted.": {
                "A": 0.2,
                "B": 0.1,
                "C": 0.5,
            },
            "q is a share of both costs together: 1.20 of 1.50.": {"A": 0.75, "B": 0.9, "C": 0.5},
        },
        insight="q is the cost of too little, as a share of both costs.",
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
            ONE_TOPIC_ONLY: _changed(topics=("softmax", "categorical_crossentropy", "average precision")),
            RARE_ACCURACY: _changed(fraud=("sigmoid", "binary_crossentropy", "accuracy")),
            RARE_TOPICS: _changed(topics=("sigmoid", "binary_crossentropy", "accuracy")),
            MIDDLE_DELIVERY: _changed(delivery=("linear", "mean_squared_error", "coverage")),
            SQUASHED_RENT: _changed(rent=("sigmoid", "mean_squared_error", "mean_absolute_error")),
        },
        insight="output and loss follow from the kind of answer, the metric from what the answer is used for.",
    ),
    Exercise(
        id="losses.which_noise",
        task="Which noise, which loss?",
        reference={"A": "mae", "B": "mse", "C": "poisson"},
        hints=[
            "Which histogram has a peak with long tails, and which the shape of a bell?",
            "C shows whole numbers from 0 up: things that are counted.",
        ],
        misconceptions={
            "A bell is exp(−e²), so its −ln is the square; a peak with long tails is exp(−|e|).": {
                "A": "mse",
                "B": "mae",
                "C": "poisson",
            },
            "C has only whole numbers from 0 up; a bell would allow negative targets.": {
                "A": "mae",
                "B": "mse",
                "C": "mse",
            },
        },
        insight="choose the noise, and −ln gives you the loss.",
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
                text="Nothing that one linear layer cannot",
                because="(x W₁) W₂ is x times the one matrix W₁ W₂; if the layer between is narrow, even less.",
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
        question="On new data the cross-entropy has come down to the labels' own uncertainty. What is left to learn?",
        options=[
            Option(
                text="More training, until it is 0",
                because="On its training data it may get there, by heart; on new data only the divergence can go.",
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
    Quiz(
        id="losses.q7",
        question="Nine runs of ten end at a loss of 0.2, one at 2.3, with ten classes. What is the likeliest reason?",
        options=[
            Option(text="It has learned the training data by heart", because="Then its training loss would be low."),
            Option(
                text="It has learned nothing: 2.3 is ln 10",
                because="Every class gets one tenth, as before training.",
                right=True,
            ),
            Option(text="It is sure of wrong answers", because="That costs more than ln 10, not just as much."),
        ],
    ),
    Quiz(
        id="losses.q8",
        question="A neuron with a sigmoid is badly wrong: ŷ = 0.001, but 1 is right. Which loss pushes it harder?",
        options=[
            Option(
                text="Cross-entropy",
                because="Its slope is ŷ − y, about −1; squared error's has the factor ŷ (1 − ŷ), about 0.001.",
                right=True,
            ),
            Option(
                text="Squared error, because it squares", because="The error is below 1, and the sigmoid is flat here."
            ),
            Option(text="Both the same", because="Their slopes differ by the factor 2 ŷ (1 − ŷ), about 0.002."),
        ],
    ),
    Quiz(
        id="losses.q9",
        question="With the right code a report takes 1¾ bits on average, with yours 2⅝. What are the ⅞ between them?",
        options=[
            Option(text="The entropy", because="That is 1¾: what the right code needs."),
            Option(
                text="The divergence", because="What a wrong belief costs: cross-entropy minus entropy.", right=True
            ),
            Option(text="The cross-entropy", because="That is 2⅝: what your code needs."),
        ],
    ),
]
