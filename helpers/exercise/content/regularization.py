"""The exercises and quiz questions of notebook 08, regularization, core and deeper."""

from __future__ import annotations

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz
from helpers.figures.regularization import (
    THREE_HISTOGRAMS,
    draw_three_histograms,
    draw_three_learning_curves,
)
from helpers.figures.regularization_deeper import THREE_MAPS, draw_three_maps

# Inputs ---------------------------------------------------------------------------------------------------------------

# Kernel, bias, kernel, bias: as many numbers in a bias as in a kernel nowhere, and no sum of squares that is 1.
WEIGHTS = [
    np.array([[1.0, -2.0], [0.5, 3.0], [0.0, 1.5]]),
    np.array([2.0, -1.0]),
    np.array([[0.5], [-1.5]]),
    np.array([4.0]),
]
MORE_WEIGHTS = [np.array([[3.0, -4.0]]), np.array([0.5, 0.5])]
THREE_LAYERS = [*WEIGHTS, np.array([[2.0, -0.5, 1.0]]), np.array([3.0, 0.0, 1.0])]

ACTIVATIONS = np.array([[1.0, 2.0, 0.0, 4.0], [3.0, 0.5, 2.0, 1.0]])
DRAWN = np.array([[0.1, 0.9, 0.5, 0.35], [0.29, 0.31, 0.8, 0.05]])

OWN, PARTNER = np.array([0.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 1.0])
EVERYWHERE = np.full((4, 6), 0.3)
RECTANGLE = np.zeros((8, 10))
RECTANGLE[1:6, 2:5] = 1
SPOTS = np.array([[1.0, 1, 0, 0, 1], [1, 1, 1, 0, 1], [0, 1, 1, 1, 1], [0, 0, 1, 1, 0]])

# The vote of the three members and the mean of their probabilities differ in the first and in the last example.
MEMBERS = np.array(
    [
        [[0.45, 0.55, 0.0], [0.2, 0.3, 0.5], [0.4, 0.35, 0.25]],
        [[0.48, 0.52, 0.0], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3]],
        [[0.95, 0.0, 0.05], [0.75, 0.2, 0.05], [0.0, 0.9, 0.1]],
    ]
)

ONE_IS_SURE = np.array([[[0.9, 0.1]], [[0.9, 0.1]], [[0.0, 1.0]]])
"""The mean and the product of the members differ."""

TORN = np.array([[[0.51, 0.0, 0.49]], [[0.45, 0.0, 0.55]], [[0.0, 0.9, 0.1]]])
"""The vote and the median of the members differ."""

BATCHES = [np.array([2.0, 4.0, 3.0]), np.array([1.0, 5.0, 0.0]), np.array([2.5, 3.5, 6.0])]
NEW_VALUES = np.array([0.0, 3.0])

SYMPTOMS = {
    "A": "more units",
    "B": "early stopping",
    "C": "L1",
    "D": "temperature",
    "E": "augmentation",
}
WHY = {
    "A": "In A not even the training images are learned: that is under-fitting, and every regularizer makes it worse.",
    "B": "B asks for the method that keeps the weights of epoch 12.",
    "C": "C asks for weights that are 0: only one penalty has corners where weights reach 0 and stay there.",
    "D": "D must not train again: what makes finished probabilities less sure, and leaves the order of the classes?",
    "E": "E is a change that the training images lack and that keeps the label: show it in training.",
}

LEARNING_CURVES = {"A": "more images", "B": "more units", "C": "neither"}
WHY_CURVES = {
    "A": "In A the two curves are far apart, and the validation error is still falling: what would close the gap?",
    "B": "In B the curves have met, at a high error: more of the same images cannot help a model that is too small.",
    "C": "In C the curves have met, at the lowest error of the three, and are flat: nothing is left to gain.",
}

WHY_HISTOGRAMS = {
    "A": "A has no spike: its weights are small, but none of them is pulled all the way to 0.",
    "B": "B has a spike at 0: which pull is the same for small weights and for large ones?",
    "C": "C is by far the widest: nothing has kept these weights small.",
}

KEEPS = {"A": True, "B": False, "C": False, "D": True, "E": False, "F": False}
WHY_KEEPS = {
    "A": "A: a cat that looks to the left is a cat.",
    "B": "B: a 6 turned by 180° is a 9.",
    "C": "C: ripe and unripe tomatoes differ in colour.",
    "D": "D: a voice in a room with some noise says the same words.",
    "E": "E: the heart of nearly everybody lies on the left, and where it does not, that is the finding.",
    "F": "F: a mirrored arrow sends you the other way.",
}

MORE_IMAGES = {"without": "more", "with": "fewer", "avoid": 250}
WHY_MORE = {
    "without": "Without a penalty 500 features are worst for one number of images. Which, and where was she before?",
    "with": "The green line of the first figure has no peak: with a penalty each number of features gets better.",
    "avoid": "The peak stands where the features just suffice to memorize all images.",
}

WHY_MAPS = {
    "A": "A has patches: neighbours share their weight, and the rest is exactly 0. Which penalty does both?",
    "B": "B uses every pixel: nothing in its penalty stops a weight at 0.",
    "C": "C has the fewest pixels, and neighbours of strong ones are 0: its penalty lets one twin have everything.",
}

ADVICE = {"A": "temperature", "B": "more images", "C": "weight averaging", "D": "5 networks"}
WHY_ADVICE = {
    "A": "A's weights may not change; what corrects percentages and leaves the order of the classes?",
    "B": "B wants accuracy by points. Which row of the figure stands clearly apart on the left?",
    "C": "C has one training and no validation images; what runs along with any training, and gives one network?",
    "D": "D can pay five times: what has a loss that is never above the mean of its members?",
}

WHOLE_NUMBERS = np.array([[1, 3, 10, 30]])
GROUPED = np.array([[1.0, 3.0, 10.0, 30.0, -2.0, 5.0], [0.0, 1.0, 0.5, 2.0, 7.0, 7.5]])

# What a right answer returns ------------------------------------------------------------------------------------------


def l2_penalty(weights: list[np.ndarray], strength: float) -> float:
    """λ times the sum of the squares of all kernels; biases are left out."""
    return float(strength * sum(np.sum(kernel**2) for kernel in weights[::2]))


def dropped(a: np.ndarray, drawn: np.ndarray, rate: float) -> np.ndarray:
    """What a dropout layer passes on in training, as Keras does it; activations with `drawn` below `rate` are lost."""
    return np.where(drawn < rate, 0.0, a / (1 - rate))


def mixed_target(own: np.ndarray, partner: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Target of a mixed image; `mask` (height, width) says how much of each pixel comes from the partner."""
    return _mixed(own, partner, float(np.mean(mask)))


def same_penalty(steps: int, c: float, learning_rate: float) -> float:
    """The λ whose L2 penalty leaves the share of w* that so many steps from 0 reach, where the curvature is c."""
    left = (1 - learning_rate * c) ** steps
    return float(c * left / (2 * (1 - left)))


def normalize_groups(z: np.ndarray, groups: int, epsilon: float) -> np.ndarray:
    """Group normalization of (examples, units), without γ and β."""
    parts = z.reshape(len(z), groups, -1)
    mean, variance = parts.mean(axis=-1, keepdims=True), parts.var(axis=-1, keepdims=True)
    return ((parts - mean) / np.sqrt(variance + epsilon)).reshape(z.shape)


def ensemble_classes(probabilities: np.ndarray) -> np.ndarray:
    """Class of each example, from the mean over the members; `probabilities` is (members, examples, classes)."""
    return probabilities.mean(axis=0).argmax(axis=-1)


def at_inference(batches: list[np.ndarray], z: np.ndarray, momentum: float) -> np.ndarray:
    """`z` normalized with moving averages over `batches`, kept as Keras keeps them, from 0 and 1."""
    mean, variance = 0.0, 1.0
    for batch in batches:
        mean = momentum * mean + (1 - momentum) * np.mean(batch)
        variance = momentum * variance + (1 - momentum) * np.var(batch)
    return (z - mean) / np.sqrt(variance + 0.001)


# What wrong answers return, and how a free answer is judged -----------------------------------------------------------


def _mixed(own: np.ndarray, partner: np.ndarray, share: float) -> np.ndarray:
    return (1 - share) * own + share * partner


def _at_inference(
    batches: list[np.ndarray],
    z: np.ndarray,
    keep: float,
    *,
    variance: float = 1.0,
    keep_variance: float | None = None,
) -> np.ndarray:
    mean, keep_variance = 0.0, keep if keep_variance is None else keep_variance
    for batch in batches:
        mean = keep * mean + (1 - keep) * np.mean(batch)
        variance = keep_variance * variance + (1 - keep_variance) * np.var(batch)
    return (z - mean) / np.sqrt(variance + 0.001)


def _momentum_turned_round(batches: list[np.ndarray], z: np.ndarray, momentum: float) -> np.ndarray:
    """The bug of the hunt: what should stay is replaced."""
    return _at_inference(batches, z, 1 - momentum)


def _vote(probabilities: np.ndarray) -> np.ndarray:
    votes = probabilities.argmax(axis=-1)
    return np.array([np.argmax(np.bincount(column)) for column in votes.T])


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="regularization.l2_penalty",
        task="The L2 penalty of given weights",
        reference=l2_penalty,
        cases=[(WEIGHTS, 0.1), (MORE_WEIGHTS, 0.02), (THREE_LAYERS, 0.01)],
        hints=[
            "Which of the arrays in the list are kernels? weights[::2] takes every second one.",
            "Square every number of a kernel, add them all up, over all kernels; then the strength.",
        ],
        misconceptions={
            "Biases are in your sum; a kernel_regularizer leaves them out, as they do not make a function bend.": (
                lambda weights, strength: float(strength * sum(np.sum(array**2) for array in weights))
            ),
            "The strength λ is missing: this is the sum of squares alone.": (
                lambda weights, strength: float(sum(np.sum(kernel**2) for kernel in weights[::2]))
            ),
            "This takes the root, the length of the weight vector; the penalty is the sum of the squares.": (
                lambda weights, strength: float(strength * np.sqrt(sum(np.sum(kernel**2) for kernel in weights[::2])))
            ),
            "This is half of it: some books write ½ λ Σw², Keras does not.": (
                lambda weights, strength: l2_penalty(weights, strength) / 2
            ),
            "This adds absolute values: that is the L1 penalty.": (
                lambda weights, strength: float(strength * sum(np.sum(np.abs(kernel)) for kernel in weights[::2]))
            ),
            "This is a mean of squares for each kernel; the penalty is a sum, so larger layers cost more.": (
                lambda weights, strength: float(strength * sum(np.mean(kernel**2) for kernel in weights[::2]))
            ),
        },
    ),
    Exercise(
        id="regularization.more_of_what",
        task="Learning curves: more images, more units, or neither?",
        picture=draw_three_learning_curves,
        reference=LEARNING_CURVES,
        reasons=WHY_CURVES,
        hints=[
            "Which of the three over-fits: where do training and validation differ?",
            "More images push the curves together. What do they do where the curves have met?",
        ],
        misconceptions={
            WHY_CURVES["A"]: LEARNING_CURVES | {"A": "more units"},
            WHY_CURVES["B"]: LEARNING_CURVES | {"B": "more images"},
            WHY_CURVES["C"]: LEARNING_CURVES | {"C": "more units"},
        },
        insight="a few runs on parts of your data draw these curves, before you pay for new data.",
    ),
    Exercise(
        id="regularization.which_penalty",
        task="Three histograms of weights: which penalty made which?",
        picture=draw_three_histograms,
        reference=THREE_HISTOGRAMS,
        reasons=WHY_HISTOGRAMS,
        hints=[
            "Read the widths first: which network paid nothing for its large weights?",
            "Which pull does not fade when a weight gets small?",
        ],
        misconceptions={
            WHY_HISTOGRAMS["A"]: THREE_HISTOGRAMS | {"A": "L1"},
            WHY_HISTOGRAMS["B"]: THREE_HISTOGRAMS | {"B": "no penalty"},
            WHY_HISTOGRAMS["C"]: THREE_HISTOGRAMS | {"C": "L2"},
        },
    ),
    Exercise(
        id="regularization.dropout_bug",
        task="Bug hunt: dropout that makes a network worse at inference",
        reference=dropped,
        cases=[(ACTIVATIONS, DRAWN, 0.3), (ACTIVATIONS, DRAWN, 0.6)],
        equal_mutants={"drawn < rate → drawn <= rate": "no drawn number is exactly the rate"},
        stub=lambda a, drawn, rate: np.where(drawn < rate, 0.0, a),
        hints=[
            "Add up a row before and after dropout, many times. Is the sum the same on average?",
            "With rate 0.3, how much is left of a hundred ones on average, and what makes up for the rest?",
        ],
        misconceptions={
            "With rate 0.3 a share of 0.7 is kept: divide by what is kept, not by the rate.": (
                lambda a, drawn, rate: np.where(drawn < rate, 0.0, a / rate)
            ),
            "This multiplies by the share that is kept, so that even less arrives; divide by it.": (
                lambda a, drawn, rate: np.where(drawn < rate, 0.0, a * (1 - rate))
            ),
            "Keep and drop are swapped in the mask now: the rate is the share that is dropped.": (
                lambda a, drawn, rate: np.where(drawn < rate, a / (1 - rate), 0.0)
            ),
            "Every unit passes now: nothing is dropped any more.": lambda a, drawn, rate: a,
        },
        insight="the same bug in the other direction: code that scales in training and at inference.",
    ),
    Exercise(
        id="regularization.mixed_target",
        task="The label of a mixed image",
        reference=mixed_target,
        cases=[(OWN, PARTNER, EVERYWHERE), (OWN, PARTNER, RECTANGLE), (OWN, PARTNER, SPOTS), (OWN, OWN, EVERYWHERE)],
        hints=[
            "Which share of the whole image comes from the partner: for 0.3 everywhere, and for 15 of 80 pixels?",
            "Both shares are a mean of the mask. The target has the same shares as the image; they add up to 1.",
        ],
        misconceptions={
            "The shares are swapped: the mask says how much comes from the partner, the rest is the image's own.": (
                lambda own, partner, mask: _mixed(own, partner, 1 - float(np.mean(mask)))
            ),
            "The label of the larger share is taken alone; the labels are mixed like the pixels.": (
                lambda own, partner, mask: partner if np.mean(mask) > 0.5 else own
            ),
            "Both labels count one half, however much comes from the partner.": (
                lambda own, partner, mask: _mixed(own, partner, 0.5)
            ),
            "Pixels that hold any of the partner are counted whole; in mixup each of them holds only a share of it.": (
                lambda own, partner, mask: _mixed(own, partner, float(np.mean(mask > 0)))
            ),
            "The sum of the mask is no share: divide it by the number of pixels.": (
                lambda own, partner, mask: _mixed(own, partner, float(np.sum(mask)))
            ),
            "The two labels are added, so the target adds up to 2; weight them with their shares.": (
                lambda own, partner, mask: own + partner
            ),
        },
    ),
    Exercise(
        id="regularization.keeps_label",
        task="Which changes keep the label?",
        reference=KEEPS,
        reasons=WHY_KEEPS,
        hints=[
            "Show the changed example to a person who knows the task: would she give it another label?",
            "For each task, name what the label depends on: shape, direction, colour, place.",
        ],
        misconceptions={WHY_KEEPS[one]: KEEPS | {one: not right} for one, right in KEEPS.items()},
        insight="no library can answer this for you; it is knowledge about the task.",
    ),
    Exercise(
        id="regularization.symptoms",
        task="Which method for which symptom",
        reference=SYMPTOMS,
        reasons=WHY,
        hints=[
            "First ask whether it over-fits at all: is there a gap between training and validation?",
            "Each of the five symptoms has its own method; one of the six methods is left over.",
        ],
        misconceptions={WHY["A"]: SYMPTOMS | {"A": "early stopping"}}
        | {WHY["B"]: SYMPTOMS | {"B": "L1"}, WHY["C"]: SYMPTOMS | {"C": "early stopping"}}
        | {WHY["D"]: SYMPTOMS | {"D": "batch normalization"}, WHY["E"]: SYMPTOMS | {"E": "more units"}},
    ),
    Exercise(
        id="regularization.ensemble_classes",
        task="What an ensemble says",
        reference=ensemble_classes,
        cases=[(MEMBERS,), (MEMBERS[:, ::-1, ::-1],), (MEMBERS[:, :2],), (ONE_IS_SURE,), (TORN,), (MEMBERS[:2],)],
        equal_mutants={
            "probabilities.mean(axis=0) → probabilities.sum(axis=0)": "the largest sum has the largest mean",
            "probabilities.mean(axis=0).argmax(axis=-1) → probabilities.mean(axis=0).argmax(axis=1)": "the last axis",
        },
        hints=[
            "First average, then decide: which axis holds the members?",
            "mean(axis=0) leaves (examples, classes); argmax finds the place along the last axis.",
        ],
        misconceptions={
            "This is the median over the members; it forgets how sure the others are. Take the mean.": (
                lambda probabilities: np.median(probabilities, axis=0).argmax(axis=-1)
            ),
            "Each member votes for one class here; that forgets how sure it was. Average the probabilities.": _vote,
            "This averages class numbers; classes are names, and their mean means nothing.": (
                lambda probabilities: np.round(probabilities.argmax(axis=-1).mean(axis=0)).astype(int)
            ),
            "The average runs over the examples here; the members lie along axis 0.": (
                lambda probabilities: probabilities.mean(axis=1).argmax(axis=-1)
            ),
            "This takes the class of the most certain member; an ensemble asks all of them.": (
                lambda probabilities: probabilities.max(axis=0).argmax(axis=-1)
            ),
            "These are the averaged probabilities; the question is for classes.": (
                lambda probabilities: probabilities.mean(axis=0)
            ),
        },
    ),
    Exercise(
        id="regularization.at_inference",
        task="Bug hunt: fine in training, nonsense at inference",
        reference=at_inference,
        cases=[(BATCHES, NEW_VALUES, 0.9), (BATCHES[:2], NEW_VALUES, 0.99)],
        stub=_momentum_turned_round,
        hints=[
            "Print mean after each batch: how much of the old value is still in it with momentum 0.99?",
            "A moving average with a momentum near 1 should be slow. Which of the two terms carries the momentum?",
        ],
        misconceptions={
            "Only the last batch counts here; a moving average keeps most of what was there before.": (
                lambda batches, z, momentum: (z - np.mean(batches[-1])) / np.sqrt(np.var(batches[-1]) + 0.001)
            ),
            "All batches count alike here; Keras keeps a moving average, which forgets the older ones.": (
                lambda batches, z, momentum: (
                    (z - np.mean([np.mean(batch) for batch in batches]))
                    / np.sqrt(np.mean([np.var(batch) for batch in batches]) + 0.001)
                )
            ),
            "The values are normalized with their own mean and variance, as in training.": (
                lambda batches, z, momentum: (z - np.mean(z)) / np.sqrt(np.var(z) + 0.001)
            ),
            "The moving variance starts at 0 here; Keras starts the mean at 0 and the variance at 1.": (
                lambda batches, z, momentum: _at_inference(batches, z, momentum, variance=0.0)
            ),
            "The mean is repaired, the variance still forgets: the same mistake stands in two lines.": (
                lambda batches, z, momentum: _at_inference(batches, z, momentum, keep_variance=1 - momentum)
            ),
        },
        insight="in PyTorch momentum is the share of the new value, so 0.01 there is 0.99 here.",
    ),
    Exercise(
        id="regularization.more_images",
        task="Random features: do more images always help?",
        reference=MORE_IMAGES,
        reasons=WHY_MORE,
        hints=[
            "Where is the peak of the first figure, in features per image?",
            "Move the peak along with the number of images: where does it stand before, and where after?",
        ],
        misconceptions={
            WHY_MORE["without"]: MORE_IMAGES | {"without": "fewer"},
            WHY_MORE["with"]: MORE_IMAGES | {"with": "more"},
            WHY_MORE["avoid"]: MORE_IMAGES | {"avoid": 2000},
        },
        insight="the peak moves with the number of images, and a penalty takes it away.",
    ),
    Exercise(
        id="regularization.same_penalty",
        task="The penalty that does what stopping does",
        reference=same_penalty,
        cases=[(1, 1.0, 0.5), (10, 0.1, 0.5), (3, 2.0, 0.2)],
        hints=[
            "Both formulas give a share of w*. Write them down, and set them equal.",
            "If s is the share, c / (c + 2λ) = s. Solve for λ.",
        ],
        misconceptions={
            "This is 1/(2ηt): right only where the direction is so flat that ηct is small.": (
                lambda steps, c, learning_rate: 1 / (2 * learning_rate * steps)
            ),
            "The 2 is missing: the penalty λw² has the slope 2λw.": (
                lambda steps, c, learning_rate: 2 * same_penalty(steps, c, learning_rate)
            ),
            "The share that is left to go and the share that is reached are swapped.": (
                lambda steps, c, learning_rate: (
                    c * (1 - (1 - learning_rate * c) ** steps) / (2 * (1 - learning_rate * c) ** steps)
                )
            ),
        },
    ),
    Exercise(
        id="regularization.which_map",
        task="Three pictures of weights: which penalty drew which?",
        picture=draw_three_maps,
        reference=THREE_MAPS,
        reasons=WHY_MAPS,
        hints=[
            "In which of the three is no pixel white?",
            "Of the other two, one has patches and one has single pixels. What do twins do?",
        ],
        misconceptions={
            WHY_MAPS["A"]: THREE_MAPS | {"A": "L1"},
            WHY_MAPS["B"]: THREE_MAPS | {"B": "elastic net"},
            WHY_MAPS["C"]: THREE_MAPS | {"C": "elastic net"},
        },
    ),
    Exercise(
        id="regularization.normalize_groups",
        task="Group normalization by hand",
        reference=normalize_groups,
        cases=[(GROUPED, 2, 0.001), (GROUPED, 1, 0.1), (GROUPED, 3, 0.001), (WHOLE_NUMBERS, 2, 0.001)],
        equal_mutants={"1 → 2": "`reshape` takes any negative number for the length that it works out"},
        hints=[
            "Which axis would you give to mean and var, if each group had an axis of its own?",
            "z.reshape(examples, groups, units per group) makes that axis; reshape back at the end.",
        ],
        misconceptions={
            "Mean and variance are taken over the examples here: that is batch normalization.": (
                lambda z, groups, epsilon: (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon)
            ),
            "Mean and variance are taken over all units of an example: that is layer normalization.": (
                lambda z, groups, epsilon: normalize_groups(z, 1, epsilon)
            ),
            "These groups are strided: every second unit. A group is a block of neighbouring units.": (
                lambda z, groups, epsilon: (
                    normalize_groups(z.reshape(len(z), -1, groups).swapaxes(1, 2).reshape(z.shape), groups, epsilon)
                    .reshape(len(z), groups, -1)
                    .swapaxes(1, 2)
                    .reshape(z.shape)
                )
            ),
            "`groups` is the number of groups, not of units in a group.": (
                lambda z, groups, epsilon: normalize_groups(z, z.shape[1] // groups, epsilon)
            ),
        },
        insight="with one group this is layer normalization.",
    ),
    Exercise(
        id="regularization.advice",
        task="Four customers: what do you advise?",
        reference=ADVICE,
        reasons=WHY_ADVICE,
        hints=[
            "Who may not train again, and who may train five times?",
            "Which of the four moves the accuracy, and not only the loss?",
        ],
        misconceptions={
            WHY_ADVICE["A"]: ADVICE | {"A": "weight averaging"},
            WHY_ADVICE["B"]: ADVICE | {"B": "5 networks"},
            WHY_ADVICE["C"]: ADVICE | {"C": "temperature"},
            WHY_ADVICE["D"]: ADVICE | {"D": "temperature"},
        },
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="regularization.q1",
        question="What is the validation set for?",
        options=[
            Option(
                text="To choose: epochs, units, strengths",
                because="What is chosen on it looks a little too good on it, so it cannot judge the result.",
                right=True,
            ),
            Option(text="To fit the weights", because="That is the training set."),
            Option(
                text="To report how good the final model is",
                because="After choosing on it, its score is too good; the test set is for that, once.",
            ),
        ],
    ),
    Quiz(
        id="regularization.q2",
        question="A weight's gradient is always the same tiny number. How far does Adam move it in a step?",
        options=[
            Option(
                text="Hardly at all",
                because="Plain gradient descent would; Adam divides the gradient by its own size.",
            ),
            Option(
                text="By about the learning rate",
                because="The mean of the gradients divided by the root of their mean square is about 1.",
                right=True,
            ),
            Option(
                text="By about the gradient",
                because="The size of the gradient cancels in Adam's division.",
            ),
        ],
    ),
    Quiz(
        id="regularization.q3",
        question="A network gives the right class the probability 0.5. What is the cross-entropy of this example?",
        options=[
            Option(text="0.5 nats", because="That is one minus the probability; the cross-entropy takes a logarithm."),
            Option(text="0.69 nats", because="It is −ln 0.5 = ln 2.", right=True),
            Option(
                text="0, as the answer is right",
                because="That would need the probability 1; accuracy asks for the largest one, the loss for its size.",
            ),
        ],
    ),
    Quiz(
        id="regularization.q4",
        question="With `Dropout(0.2)` the training loss is higher than the validation loss. What is wrong?",
        options=[
            Option(
                text="Nothing: the training loss is measured with units missing",
                because="In validation all of them are there, so it may well be the lower one.",
                right=True,
            ),
            Option(
                text="The validation images leaked into training",
                because="That would lower the validation loss too, but dropout alone explains what you see.",
            ),
            Option(
                text="80 % are dropped, the rate should be 0.8",
                because="Keras's rate is the share that is dropped, so 20 % are.",
            ),
        ],
    ),
    Quiz(
        id="regularization.q5",
        question="A model with batch normalization answers one image differently in different batches. Why?",
        options=[
            Option(
                text="It was called with `training=True`",
                because="Then the statistics are those of the batch; at inference they are the moving averages.",
                right=True,
            ),
            Option(
                text="γ and β changed",
                because="They change only when an optimizer moves them, not by calling the model.",
            ),
            Option(
                text="The moving averages are still on their way",
                because="That makes the answers wrong, but the same for every batch.",
            ),
        ],
    ),
    Quiz(
        id="regularization.q8",
        question="A polynomial with 12 numbers goes through 12 noisy points. What is wrong with it?",
        options=[
            Option(text="Nothing: its training error is 0", because="It is 0 by construction, whatever the points."),
            Option(
                text="Between the points it swings wildly",
                because="It has to follow the noise of every point, and has no number left for calm.",
                right=True,
            ),
            Option(text="It has too few numbers for a curve", because="Four numbers were enough for the trend."),
        ],
    ),
    Quiz(
        id="regularization.q9",
        question="Which logits give the largest class more probability, with all classes in the same order?",
        options=[
            Option(text="The same, divided by 2", because="A temperature of 2 makes a network less sure."),
            Option(
                text="The same, times 2",
                because="Leads double, so the largest probability grows, and no class changes its rank.",
                right=True,
            ),
            Option(text="The same, plus 2", because="Softmax looks at differences alone; adding changes nothing."),
        ],
    ),
    Quiz(
        id="regularization.q10",
        question="Why does plain gradient descent need many steps in a long narrow valley?",
        options=[
            Option(
                text="The steep direction limits the learning rate, and along the flat one each step is short",
                because="At a rate that the steep direction bears, a step along the flat one is tiny.",
                right=True,
            ),
            Option(text="The gradient is 0 along the valley", because="It is small there, not 0."),
            Option(text="It starts too far away", because="The distance costs little; the ratio of curvatures does."),
        ],
    ),
]
