"""The exercises and quiz questions of notebooks 07 and 07 deeper, training in practice."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz
from helpers.figures.training import PATIENTS

# Inputs ---------------------------------------------------------------------------------------------------------------

# Row: one fold, column: one epoch. The mean is lowest in epoch 4. Epoch 3 lies within a standard error of it, but not
# within one made with ddof=0; epoch 2 lies within a standard deviation only.
FOLDS = np.array(
    [
        [0.90, 0.58, 0.56, 0.54, 0.60],
        [0.80, 0.49, 0.48, 0.46, 0.52],
        [0.95, 0.54, 0.53, 0.52, 0.58],
        [0.85, 0.51, 0.498, 0.48, 0.54],
    ]
)
EQUAL_FOLDS = np.array([[0.75, 0.5, 0.25, 0.5]] * 3)  # no spread: the minimum itself
# The median is lowest elsewhere than the mean.
UNEVEN_FOLDS = np.array([[0.5, 0.6, 0.9, 0.3, 0.8], [0.5, 0.3, 0.2, 0.3, 0.3], [0.5, 0.3, 0.2, 0.5, 0.2]])

# The standard error that counts is that of the lowest epoch: those of other epochs, and their mean, lead elsewhere.
TORN_FOLDS = np.array([[0.7, 0.8, 0.4, 0.5, 0.8], [0.3, 0.5, 0.7, 0.3, 0.4], [0.4, 0.9, 0.2, 0.3, 0.9]])

# What a right answer returns ------------------------------------------------------------------------------------------


def stratified_split(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices for training and for validation, the validation ones taking `share` of each class."""
    parts = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        parts.append(members[: round(share * len(members))])
    validation = np.concatenate(parts)
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def early_stopping(validation_losses: list[float], patience: int) -> tuple[int, int]:
    """The epoch whose weights are restored and the epoch after which training ends, both counted from 1."""
    return _stop(validation_losses, patience)


def number_of_epochs(losses: np.ndarray) -> int:
    """The first epoch whose mean over the folds lies within one standard error of the lowest; folds are rows."""
    mean = losses.mean(axis=0)
    best = int(np.argmin(mean))
    error = losses[:, best].std(ddof=1) / np.sqrt(len(losses))
    return int(np.argmax(mean <= mean[best] + error)) + 1


_LEAKS = {"A": True, "B": False, "C": True, "D": True, "E": True, "F": False}
_BROKEN = {"P": "healthy", "Q": "leak", "R": "unscaled", "S": "frozen", "T": "metric"}
_MATRIX = {"found least often": "shirt", "trusted least": "coat", "costs most": "bag"}
_SOURCES = {"A": "data", "B": "learning rate", "C": "own loss"}
_PROMISES = {"A": True, "B": False, "C": False, "D": True}


# What wrong answers return, and how a free answer is judged -----------------------------------------------------------


def _stop(losses: list[float], patience: int) -> tuple[int, int]:
    best, waited, epoch = 1, 0, 1
    for epoch in range(2, len(losses) + 1):
        if losses[epoch - 1] < losses[best - 1]:
            best, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return best, epoch


def _stop_without_new_patience(losses: list[float], patience: int) -> tuple[int, int]:
    """Count every epoch that is not the best so far, also those before the last improvement."""
    best, waited, epoch = 1, 0, 1
    for epoch in range(2, len(losses) + 1):
        if losses[epoch - 1] < losses[best - 1]:
            best = epoch
        else:
            waited += 1
            if waited >= patience:
                break
    return best, epoch


def _last_ones(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    indices, size = np.arange(len(labels)), round(share * len(labels))
    return indices[:-size], indices[-size:]


def _kept_in_training(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(len(labels)), stratified_split(labels, share)[1]


def _swapped(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    training, validation = stratified_split(labels, share)
    return validation, training


def _as_labels(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    training, validation = stratified_split(labels, share)
    return labels[training], labels[validation]


# With a share of one third, every third sample is one class only. The classes are large, so that a plain shuffle does
# not have the right shares by luck.
LABELS = np.array([7, 9, 8] * 300 + [9] * 100)
NOT_STRATIFIED = (
    "The classes do not have the same share in both parts: a cut at one place, every third sample or a plain shuffle "
    "does not look at the labels. Cut each class by itself."
)
OVERLAPPING = "Some samples are in both parts: a network that has trained on them is tested on what it has seen."
SWAPPED = "The larger part comes second: return the training indices first, then the validation indices."
LABELS_RETURNED = "These are labels, not positions: return the indices at which the samples of each part stand."


def _split_problem(result: Any, labels: np.ndarray, share: float) -> str | None:
    """Return what is wrong with a split; there are as many right ones as there are ways to shuffle."""
    if not isinstance(result, list | tuple) or len(result) != 2:
        return "two arrays of indices are expected, (train_indices, validation_indices)"
    training, validation = (np.asarray(part) for part in result)
    whole = [part.ndim == 1 and part.dtype.kind in "iu" for part in (training, validation)]
    if not all(whole):
        return "both parts must be one-dimensional arrays of whole numbers"
    every = np.concatenate([training, validation])
    if len(every) == len(labels) and np.array_equal(np.sort(every), np.sort(labels)):
        return LABELS_RETURNED
    if every.size and not 0 <= every.min() <= every.max() < len(labels):
        return f"with {len(labels)} samples the indices go from 0 to {len(labels) - 1}"
    if np.intersect1d(training, validation).size:
        return OVERLAPPING
    if len(np.unique(every)) < len(every):
        return "an index stands twice in the same part"
    if len(every) < len(labels):
        return f"{len(labels) - len(every)} samples are in neither part"
    classes, members = np.unique(labels, return_counts=True)
    taken = np.array([np.count_nonzero(labels[validation] == label) for label in classes])
    off = np.abs(taken - share * members)
    if off.max() <= 1 - 1e-9:
        return None
    if abs(len(training) - share * len(labels)) <= len(classes):
        return SWAPPED
    if np.abs(taken - members * taken.sum() / len(labels)).max() <= 1 - 1e-9:
        return f"validation has {taken.sum() / len(labels):.2g} of each class, and not {share:.2g}"
    return NOT_STRATIFIED


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="training.which_leak",
        task="Six ways to prepare data: which of them leak?",
        reference=_LEAKS,
        hints=[
            "Ask of each: does training, or the choice, know anything about the images that give the score?",
            "Two pictures of one thing tell on each other, even if they are not equal.",
            "The best of twenty scores is partly the luckiest of twenty scores.",
        ],
        misconceptions={
            "A and C: two pictures of one garment or one patient are nearly the same example, in both sets.": (
                _LEAKS | {"A": False, "C": False}
            ),
            "D: a mean over all images knows the held-out ones. The leak is small, and still one.": (
                _LEAKS | {"D": False}
            ),
            "E: to choose by validation images is their job; to report the winner's score as the result is not.": (
                _LEAKS | {"E": False}
            ),
            "B: 255 is a fixed number. Nothing about the held-out images is in it.": _LEAKS | {"B": True},
            "F: only training images are shuffled, among themselves.": _LEAKS | {"F": True},
        },
    ),
    Exercise(
        id="training.stratified_split",
        task="A stratified split into training and validation",
        reference=stratified_split,
        cases=[
            (LABELS, 0.2),
            (np.repeat([0, 1, 2], [500, 300, 200]), 0.1),
            (LABELS, 1 / 3),
            (np.repeat([3, 8], 20), 0.25),
            (np.repeat([3, 12], 20), 0.3),  # no whole number of parts, and a label above 9
        ],
        verify=_split_problem,
        hints=[
            "np.flatnonzero(labels == 3) returns the places at which class 3 stands.",
            "Cut the places of one class into two parts; then do the same with each class of np.unique(labels).",
            "Everything that is not a validation index is a training index: np.setdiff1d does that.",
        ],
        misconceptions={
            NOT_STRATIFIED: _last_ones,
            OVERLAPPING: _kept_in_training,
            SWAPPED: _swapped,
            LABELS_RETURNED: _as_labels,
        },
        insight="disjoint, complete, and each class has the same share in both parts.",
    ),
    Exercise(
        id="training.budget",
        task="Hidden units that fit into 100,000 parameters",
        reference=125,
        hints=[
            "How many parameters does one more hidden unit bring, on both of its sides?",
            "784 weights and a bias lead into it, and ten weights lead out. The outputs have biases, too.",
        ],
        misconceptions={
            "The next larger whole number needs more than 100,000 parameters: round down.": 126,
            "Each hidden unit also sends a weight to each of the ten outputs.": 127,
            "An image has 28 × 28 inputs: Flatten makes one row of all its pixels.": 2563,
        },
        insight="each hidden unit costs 795 parameters.",
    ),
    Exercise(
        id="training.what_is_broken",
        task="Five set-ups, and what their owners see: what is broken?",
        reference=_BROKEN,
        hints=[
            "Compare each first loss with ln 10. Which fault can be seen before training, and which cannot?",
            "Which of them learns impossibly fast? In which one does nothing change?",
            "Two of them have the same losses. What differs, and can both numbers be true?",
        ],
        misconceptions={
            "Two rows have the same losses. In T they fall as they should, so it learns: look at what is reported.": (
                _BROKEN | {"S": "metric", "T": "frozen"}
            ),
            "99.5 % of the validation images, after five epochs, is too good to be true of clothes.": (
                _BROKEN | {"P": "leak", "Q": "healthy"}
            ),
            "A leak does not show in the first loss, for an untrained network cannot use it. What makes it 131?": (
                _BROKEN | {"Q": "unscaled", "R": "leak"}
            ),
        },
    ),
    Exercise(
        id="training.read_the_matrix",
        task="Three questions to a confusion matrix",
        reference=_MATRIX,
        hints=[
            "Found: of a row, which share stands on the diagonal? Trusted: of a column.",
            "The column of coats holds 38 shirts.",
            "Count the mistakes of each kind, and multiply by what one of them costs.",
        ],
        misconceptions={
            "Trust is a question to columns: of all that were called shirt, 82 % are; of another class it is less.": (
                _MATRIX | {"trusted least": "shirt"}
            ),
            "Rows and columns are exchanged: a row holds all that truly are of a class.": (
                _MATRIX | {"found least often": "coat", "trusted least": "shirt"}
            ),
            "15 bags at 10 € cost more than 38 shirts at 3 €.": _MATRIX | {"costs most": "shirt"},
        },
        insight="recall, precision and cost can point at three different classes.",
    ),
    Exercise(
        id="training.diagnose",
        task="Six training runs: a diagnosis for each",
        reference=PATIENTS,
        hints=[
            "In which runs is even the training loss high at the end? Are those still falling?",
            "Where the training loss gets low: does the validation loss follow, turn, or never leave ln 10?",
            "A straight, slow fall of both has small steps. A loss that jumps has long ones.",
        ],
        misconceptions={
            "B and E both rise, but in E validation accuracy never leaves 10 %: nothing general is learned.": (
                PATIENTS | {"B": "shuffled labels", "E": "over-fitting"}
            ),
            "A bends and gets ever slower, F falls in a straight line: which needs units, and which longer steps?": (
                PATIENTS | {"A": "rate too low", "F": "under-fitting"}
            ),
            "A gap alone is no sickness: does the validation loss turn and rise?": (
                PATIENTS | {"B": "healthy", "D": "over-fitting"}
            ),
        },
    ),
    Exercise(
        id="training.early_stopping",
        task="When EarlyStopping stops, and what it restores",
        reference=early_stopping,
        cases=[
            ([0.9, 0.7, 0.8, 0.75, 0.72, 0.5], 3),
            ([0.9, 0.95, 0.7, 0.8, 0.6, 0.65, 0.7], 2),
            ([0.8, 0.6, 0.5, 0.4], 2),
            ([0.5, 0.5, 0.5, 0.4], 2),
            ([2300.0, 1900.0, 2000.0, 1700.0], 1),
            ([0.9, 0.7, 0.8, 0.75, 0.72, 0.9, 0.5], 3),
            ([0.7], 2),
            ([0.9, 0.5, 0.7, 0.6, 0.65, 0.7, 0.8], 2),
        ],
        hints=[
            "Keep two numbers while you walk along the losses: the best epoch so far, and the epochs since then.",
            "An equal loss is no improvement; each improvement sets the waiting back to zero.",
            "Training ends after the epoch in which the waiting reaches the patience, or after the last one.",
        ],
        misconceptions={
            "Both epochs are counted from 0 here; the first epoch is number 1.": (
                lambda losses, patience: tuple(epoch - 1 for epoch in _stop(losses, patience))
            ),
            "The weights of the last epoch are kept here; with restore_best_weights those of the best epoch return.": (
                lambda losses, patience: (_stop(losses, patience)[1],) * 2
            ),
            "One epoch too many: training ends in the epoch in which the waiting reaches the patience.": (
                lambda losses, patience: _stop(losses, patience + 1)
            ),
            "The best epoch of the whole list is looked for, but epochs after the stop never happen.": (
                lambda losses, patience: (int(np.argmin(losses)) + 1, _stop(losses, patience)[1])
            ),
            "The patience does nothing here: training goes on to the end of the list.": (
                lambda losses, patience: (int(np.argmin(losses)) + 1, len(losses))
            ),
            "The patience is counted from the best epoch of the whole list, but the run may stop long before it.": (
                lambda losses, patience: (
                    int(np.argmin(losses)) + 1,
                    min(int(np.argmin(losses)) + 1 + patience, len(losses)),
                )
            ),
            "The waiting begins anew at each improvement; here it goes on counting.": _stop_without_new_patience,
            "The order is turned round: first the epoch that is restored, then the last one.": (
                lambda losses, patience: _stop(losses, patience)[::-1]
            ),
        },
    ),
    Exercise(
        id="training.where_is_nan_from",
        task="Three runs that end in NaN: where does it come from?",
        reference=_SOURCES,
        hints=[
            "Which of them is NaN before the first step? Nothing that training does can be the cause.",
            "A loss that grows and grows before it is NaN has a cause that works at each step.",
        ],
        misconceptions={
            "A is NaN before any step is made, so no step is to blame.": (
                _SOURCES | {"A": "learning rate", "B": "data"}
            ),
            "In C the loss is small and falling: the better the network, the nearer a probability comes to 0.": (
                _SOURCES | {"B": "own loss", "C": "learning rate"}
            ),
        },
    ),
    Exercise(
        id="training.what_a_seed_promises",
        task="What fixing a seed promises, and what it does not",
        reference=_PROMISES,
        hints=[
            "A seed fixes the numbers that are drawn. Does it fix the order in which a GPU adds?",
            "One seed is one draw. What would a second one tell?",
        ],
        misconceptions={
            "B: another processor adds in another order; a last digit differs, and the difference grows.": (
                _PROMISES | {"B": True}
            ),
            "C: one seed each cannot tell a better setting from a luckier one.": _PROMISES | {"C": True},
        },
    ),
    Exercise(
        id="training.number_of_epochs",
        task="The number of epochs within one standard error of the best",
        reference=number_of_epochs,
        cases=[(FOLDS,), (EQUAL_FOLDS,), (UNEVEN_FOLDS,), (TORN_FOLDS,)],
        hints=[
            "Which axis holds the folds? First the mean curve, and its lowest place.",
            "The standard error of a mean of k numbers is their standard deviation (ddof=1) divided by √k.",
            "np.argmax of an array of True and False finds the first True; epochs count from 1.",
        ],
        misconceptions={
            "This is the epoch with the lowest mean; asked for is the first one within a standard error of it.": (
                lambda losses: int(losses.mean(axis=0).argmin()) + 1
            ),
            "This takes the standard deviation of the folds: that of their mean is √k times smaller.": (
                lambda losses: (
                    int(
                        np.argmax(
                            losses.mean(axis=0)
                            <= losses.mean(axis=0).min() + losses[:, losses.mean(axis=0).argmin()].std(ddof=1)
                        )
                    )
                    + 1
                )
            ),
            "argmax counts from 0: the epoch at index 0 is one epoch of training.": (
                lambda losses: number_of_epochs(losses) - 1
            ),
            "The mean runs along the epochs here; the folds are the rows.": (
                lambda losses: int(losses.mean(axis=1).argmin()) + 1
            ),
        },
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="training.q1",
        question="A classifier for ten classes ends in softmax. Which loss fits labels that are whole numbers 0 … 9?",
        options=[
            Option(
                text="`mean_squared_error`",
                because="The labels are names, not amounts: class 9 is not further from 0 than class 1.",
            ),
            Option(
                text="`sparse_categorical_crossentropy`",
                because="It takes minus the logarithm of the probability at the label's place.",
                right=True,
            ),
            Option(
                text="`categorical_crossentropy`",
                because="It computes the same number, but wants each label as a one-hot row.",
            ),
            Option(
                text="`binary_crossentropy`",
                because="It scores each output as a yes-or-no question of its own; softmax answers one question.",
            ),
        ],
    ),
    Quiz(
        id="training.q2",
        question="The training set has 8,000 images and a batch has 100. What is one epoch?",
        options=[
            Option(text="One gradient step", because="That is an iteration, and it uses 100 of the images."),
            Option(
                text="80 gradient steps, in which each image is used once",
                because="An epoch is one pass through the training set, 8,000 / 100 = 80 batches.",
                right=True,
            ),
            Option(
                text="8,000 gradient steps",
                because="That would be one step for each image; a batch of 100 makes one step together.",
            ),
        ],
    ),
    Quiz(
        id="training.q3",
        question="What does one step of gradient descent do with a weight whose gradient is negative?",
        options=[
            Option(
                text="It makes the weight a little larger",
                because="The loss falls as the weight grows, and the step goes against the gradient.",
                right=True,
            ),
            Option(
                text="It makes the weight a little smaller",
                because="That would follow the gradient, and the loss would rise.",
            ),
            Option(
                text="It sets the weight to the value with the lowest loss",
                because="The gradient is only the slope here; where the lowest point lies, it does not say.",
            ),
        ],
    ),
    Quiz(
        id="training.q4",
        question="Training loss falls to the end. Validation loss falls for eight epochs, then rises, while validation "
        "accuracy stays. What has happened?",
        options=[
            Option(
                text="The network over-fits: it gets surer, not better",
                because="Cross-entropy charges for being sure of a wrong answer, and accuracy does not.",
                right=True,
            ),
            Option(
                text="The learning rate is too high",
                because="Then the training loss would jump or stay high, and here it falls to the end.",
            ),
            Option(
                text="Something leaks",
                because="A leak makes the validation loss too good; here it gets worse.",
            ),
        ],
    ),
    Quiz(
        id="training.q5",
        question="All labels were shuffled before the split. The network now has 60 % validation accuracy on ten "
        "classes. What does that tell?",
        options=[
            Option(
                text="It has learned something about clothes after all",
                because="There is nothing to learn: the labels have no connection with the images.",
            ),
            Option(
                text="Validation images, or their labels, reach the training",
                because="Meaningless labels can be predicted only by somebody who has seen them.",
                right=True,
            ),
            Option(
                text="The network is too large",
                because="A large network learns its own labels by heart, which helps with no other image.",
            ),
        ],
    ),
    Quiz(
        id="training.q6",
        question="`EarlyStopping(patience=5)`, `restore_best_weights` left out. Which weights are left when it stops?",
        options=[
            Option(
                text="Those of the last epoch, five after the best one",
                because="Stopping alone changes no weights.",
                right=True,
            ),
            Option(text="Those of the best epoch", because="Only with restore_best_weights=True."),
            Option(text="A mean of the last five epochs", because="Early stopping averages nothing."),
        ],
    ),
]
