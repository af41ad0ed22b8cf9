"""The exercises and quiz questions of notebook 07, training in practice."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

# Row: true class, column: predicted class. Recall, precision and accuracy are different in every row.
CONFUSION = np.array([[8, 1, 1], [4, 30, 6], [0, 15, 35]])
CONFUSION_OF_TWO = np.array([[90, 10], [5, 15]])

# Row: one example; the largest probability of a row is not always above one half. The certain row makes the result of
# the code in the bug hunt, which compares numbers, different from that of any other mistake.
PROBABILITIES = np.array([[0.4, 0.35, 0.25], [0.1, 0.2, 0.7], [0.3, 0.45, 0.25], [1.0, 0.0, 0.0], [0.2, 0.3, 0.5]])
SQUARE = np.array([[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.45, 0.3, 0.25]])

# Row: one fold, column: one epoch.
FOLDS = np.array([[0.9, 0.6, 0.5, 0.2, 0.7], [0.9, 0.5, 0.4, 0.9, 1.0], [0.8, 0.3, 0.4, 0.8, 0.9]])
# The mean over the folds is lowest in epoch 2, the median in epoch 3.
UNEVEN_FOLDS = np.array([[0.5, 0.4, 0.9, 0.6], [0.5, 0.3, 0.2, 0.6], [0.5, 0.3, 0.2, 0.6]])
MORE_FOLDS = np.array([[0.7, 0.6, 0.5, 0.4, 0.35, 0.1], [0.7, 0.5, 0.4, 0.6, 0.8, 0.9]])

# What a right answer returns ------------------------------------------------------------------------------------------


def initial_loss(number_of_classes: int) -> float:
    """Cross-entropy of a network that gives each class the same probability, in nats."""
    return float(np.log(number_of_classes))


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Batches that show each sample once; the last one may be smaller."""
    return -(-samples // batch_size)


def stratified_split(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices for training and for validation, the validation ones taking `share` of each class."""
    parts = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        parts.append(members[: round(share * len(members))])
    validation = np.concatenate(parts)
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def recall_per_class(confusion: np.ndarray) -> np.ndarray:
    """Share of each class's images that were found; `confusion` has true classes as rows."""
    return np.diag(confusion) / confusion.sum(axis=1)


def early_stopping(validation_losses: list[float], patience: int) -> tuple[int, int]:
    """The epoch whose weights are restored and the epoch after which training ends, both counted from 1."""
    return _stop(validation_losses, patience)


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of the rows of `probabilities` (n, classes) whose most probable class is the label (n,)."""
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def best_number_of_epochs(validation_losses: np.ndarray) -> int:
    """Epochs to train the final model; `validation_losses` has folds as rows and epochs as columns."""
    return int(np.argmin(np.mean(validation_losses, axis=0))) + 1


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
    for label in np.unique(labels):
        members = np.count_nonzero(labels == label)
        if abs(np.count_nonzero(labels[validation] == label) - share * members) > 1 - 1e-9:
            return SWAPPED if abs(len(training) - share * len(labels)) <= len(np.unique(labels)) else NOT_STRATIFIED
    return None


def _numbers_compared(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The code of the bug hunt, as it stands in the notebook."""
    return float(np.mean(probabilities == labels[:, None]))


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="training.shapes",
        task="The shapes of a batch behind Flatten, Dense(300) and Dense(10)",
        reference=((60000, 784), (60000, 300), (60000, 10)),
        hints=[
            "Flatten lays the rows of each image one behind another; what does it do to the first axis?",
            "A dense layer replaces the last axis by its number of units and leaves the others alone.",
        ],
        misconceptions={
            "The first axis is gone: it counts the images, and every layer works on all images of the batch at once.": (
                (784,),
                (300,),
                (10,),
            ),
            "Flatten leaves the first axis alone: it flattens each image, not the 60000 images into one row.": (
                (60000 * 784,),
                (300,),
                (10,),
            ),
            "None is how summary() writes a batch size that is still open; here 60000 images go in.": (
                (None, 784),
                (None, 300),
                (None, 10),
            ),
            "Flatten joins both axes of an image, rows and columns, into one.": (
                (60000, 28),
                (60000, 300),
                (60000, 10),
            ),
        },
        insight="the images keep the first axis; every layer changes only what stands behind it.",
    ),
    Exercise(
        id="training.parameters",
        task="The parameters of a 784-300-100-10 network",
        reference=266_610,
        hints=[
            "How many numbers does one image hold when it arrives at the first dense layer?",
            "A layer with 300 units has one weight for each pair of input and unit, and what else for each unit?",
            "Add up (inputs + 1) × units over the three layers.",
        ],
        misconceptions={
            "The biases are missing: each unit has one, beside its weights.": 266_200,
            "An image has 28 × 28 numbers, not 28: Flatten turns it into one row of all its pixels.": 39_810,
            "Sizes of neighbouring layers are multiplied, but the layers are added, not multiplied with each other.": (
                784 * 300 * 100 * 10
            ),
        },
        insight="most of them, 235,500, sit in the first layer.",
    ),
    Exercise(
        id="training.initial_loss",
        task="The loss to expect before training",
        reference=initial_loss,
        cases=[(2,), (10,), (1000,)],
        hints=[
            "An untrained network has no reason to prefer a class: which probability does it give each of them?",
            "Cross-entropy of one example is minus the logarithm of the probability that the true class got.",
            "Keras uses the natural logarithm, np.log.",
        ],
        misconceptions={
            "This is the logarithm to base 10; Keras's losses use the natural logarithm, np.log.": np.log10,
            "This is the logarithm to base 2, so the loss in bits; Keras reports nats, np.log.": np.log2,
            "This is the probability of each class; the loss is minus its logarithm.": lambda k: 1 / k,
            "This is the share of wrong guesses; the loss is minus the logarithm of the true class's probability.": (
                lambda k: 1 - 1 / k
            ),
            "The sign is turned round: the logarithm of a probability is negative, and the loss is minus it.": (
                lambda k: -np.log(k)
            ),
        },
        insight="a first loss far from this value says that something is wrong before training begins.",
    ),
    Exercise(
        id="training.steps_per_epoch",
        task="Gradient steps in one epoch",
        reference=steps_per_epoch,
        cases=[(10_000, 32), (60_000, 128), (512, 64), (7, 32)],
        hints=[
            "With 7 samples and batches of 32, how many steps does an epoch have?",
            "The last batch may be smaller than the others; it is still a step.",
        ],
        misconceptions={
            "Rounded down: the last, smaller batch is a step too, otherwise its samples are never seen.": (
                lambda samples, batch_size: samples // batch_size
            ),
            "This is samples times batch size; a larger batch makes fewer steps, not more.": (
                lambda samples, batch_size: samples * batch_size
            ),
            "One step too many where the samples fill the last batch exactly.": (
                lambda samples, batch_size: samples // batch_size + 1
            ),
            "A number of steps is a whole number: what happens with the samples of the last, smaller batch?": (
                lambda samples, batch_size: samples / batch_size
            ),
            "Rounded to the nearest whole number: the last, smaller batch counts even where it is nearly empty.": (
                lambda samples, batch_size: round(samples / batch_size)
            ),
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
        id="training.recall_per_class",
        task="The recall of each class from a confusion matrix",
        reference=recall_per_class,
        cases=[(CONFUSION_OF_TWO,), (CONFUSION,)],
        hints=[
            "Recall asks: of all images that truly are shirts, how many were called shirts?",
            "A row holds all images of one true class; where in the row do the right ones stand?",
            "np.diag takes the diagonal, and sum(axis=1) adds up each row.",
        ],
        misconceptions={
            "This is precision: it divides by all images that were called a class, not by all that truly are one.": (
                lambda confusion: np.diag(confusion) / confusion.sum(axis=0)
            ),
            "This is accuracy, one number for all classes; recall is asked for each class by itself.": (
                lambda confusion: np.trace(confusion) / confusion.sum()
            ),
            "Divided by all images of the matrix; divide each diagonal entry by the images of its own class.": (
                lambda confusion: np.diag(confusion) / confusion.sum()
            ),
            "These are counts; recall is a share, so divide by the images of each class.": np.diag,
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
            ([0.9, 0.8, 0.85, 0.7], 1),
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
        id="training.bug_hunt",
        task="Bug hunt: an accuracy that is nearly zero",
        reference=accuracy,
        cases=[(PROBABILITIES, np.array([0, 2, 1, 0, 1])), (SQUARE, np.array([1, 1, 2]))],
        stub=_numbers_compared,
        hints=[
            "Print `probabilities == labels[:, None]` for two rows: what is compared with what?",
            "A row of probabilities has to become one class before it can be compared with a label.",
            "argmax finds the place of the largest entry; along which axis do the classes lie?",
        ],
        misconceptions={
            "argmax runs along the wrong axis: axis 0 goes through the examples, the classes lie along axis 1.": (
                lambda probabilities, labels: float(np.mean(probabilities.argmax(axis=0) == labels))
            ),
            "A class is chosen here when its probability exceeds one half; the largest of a row may be smaller.": (
                lambda probabilities, labels: float(np.mean(probabilities[np.arange(len(labels)), labels] > 0.5))
            ),
            "This counts the right rows; accuracy is their share.": (
                lambda probabilities, labels: int(np.sum(probabilities.argmax(axis=1) == labels))
            ),
            "This is the mean probability of the true class; accuracy only asks whether it is the largest one.": (
                lambda probabilities, labels: float(np.mean(probabilities[np.arange(len(labels)), labels]))
            ),
        },
        insight="this is what SparseCategoricalAccuracy does, and what Accuracy on probabilities does not.",
    ),
    Exercise(
        id="training.best_number_of_epochs",
        task="The number of epochs from k-fold cross-validation",
        reference=best_number_of_epochs,
        cases=[(FOLDS,), (MORE_FOLDS,), (UNEVEN_FOLDS,)],
        equal_mutants={
            "np.mean(validation_losses, axis=0) → np.sum(validation_losses, axis=0)": "the number of folds cancels",
        },
        hints=[
            "Single folds are noisy: which curve do you get when you average over them?",
            "Which axis holds the folds? The mean goes along it, and one value for each epoch is left.",
            "argmin counts from 0, epochs count from 1.",
        ],
        misconceptions={
            "Each fold's best epoch is averaged here; average the losses first, then look for the lowest point.": (
                lambda losses: float(np.mean(losses.argmin(axis=1) + 1))
            ),
            "argmin counts from 0: the epoch at index 0 is one epoch of training.": (
                lambda losses: int(losses.mean(axis=0).argmin())
            ),
            "This is the epoch of the lowest loss in any fold, so one lucky fold decides; average over the folds.": (
                lambda losses: int(np.unravel_index(losses.argmin(), losses.shape)[1]) + 1
            ),
            "This takes the median of the folds; the mean is asked for, in which a bad fold counts in full.": (
                lambda losses: int(np.median(losses, axis=0).argmin()) + 1
            ),
            "This is the epoch with the highest loss; the lowest one is wanted.": (
                lambda losses: int(losses.mean(axis=0).argmax()) + 1
            ),
            "The mean runs along the epochs here, so what is found is the best fold, not the best epoch.": (
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
        question="Training loss falls to the end. Validation loss falls for eight epochs, then rises. What is it?",
        options=[
            Option(
                text="The learning rate is too high",
                because="Then the training loss would jump or stay high, and here it falls to the end.",
            ),
            Option(
                text="The network is too small",
                because="A network that is too small keeps both losses high and close together.",
            ),
            Option(
                text="The network over-fits",
                because="It goes on learning the training images by heart, and its answers to others get worse.",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="training.q5",
        question="Training loss jumps up and down and ends higher than it began. What do you try first?",
        options=[
            Option(
                text="A smaller learning rate",
                because="The steps are too long: each one leaps across the valley, and some climb out of it.",
                right=True,
            ),
            Option(text="More epochs", because="Steps that are too long do not get shorter by taking more of them."),
            Option(
                text="Dropout",
                because="Dropout is against over-fitting; here not even the training images are learned.",
            ),
            Option(
                text="A larger network",
                because="It has more capacity and the same long steps; the loss would jump as before.",
            ),
        ],
    ),
]
