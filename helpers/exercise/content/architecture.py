"""The exercises and quiz questions of notebook 01, architecture."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
"""The four inputs of XOR."""

XOR = np.array([False, True, True, False])

PREDICTIONS, LABELS = np.array([[2.0], [4.5], [1.0]]), np.array([3.0, 4.0, 5.0])
MORE_PREDICTIONS, MORE_LABELS = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 2.0, 3.0])

# Shapes of the layers to merge: (3, 4, 2) tells a wrong order by an error, squares by numbers.
_RNG = np.random.default_rng(1)


def _two_layers(inputs: int, middle: int, units: int) -> tuple[np.ndarray, ...]:
    """Return W1, b1, W2, b2 of small whole numbers."""
    shapes: list[tuple[int, ...]] = [(inputs, middle), (middle,), (middle, units), (units,)]
    return tuple(_RNG.integers(-3, 4, size=shape).astype(float) for shape in shapes)


# What a right answer returns ------------------------------------------------------------------------------------------


def count_parameters(sizes: list[int]) -> int:
    """Weights and biases of a dense network."""
    return sum((inputs + 1) * units for inputs, units in pairwise(sizes))


def bias_for_point(w: np.ndarray, point: np.ndarray) -> float:
    """The bias with which the weighted sum is 0 at `point`; both arguments are arrays of two numbers."""
    return float(-(w @ point))


def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | str:
    """The shape of the sum of two arrays, or "error"."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return "error"


def conv_parameters(size: int, channels: int, window: int, filters: int) -> tuple[int, int]:
    """Parameters of a convolution without padding, and of a dense layer with as many outputs."""
    outputs = (size - window + 1) ** 2 * filters
    return (window**2 * channels + 1) * filters, (size**2 * channels + 1) * outputs


def merge(W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases of the one linear layer that equals two."""
    return W1 @ W2, b1 @ W2 + b2


def mean_absolute_difference(predictions: np.ndarray, labels: np.ndarray) -> float:
    """Mean of |prediction − label|; predictions have the shape (n, 1), labels (n,)."""
    return float(np.abs(predictions[:, 0] - labels).mean())


# What wrong answers return, and how a free answer is judged -----------------------------------------------------------


def _product(sizes: list[int]) -> int:
    return int(np.prod(sizes))


def _aligned_left(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | str:
    rank = max(len(a), len(b))
    return broadcast_shape((*a, *(1,) * (rank - len(a))), (*b, *(1,) * (rank - len(b))))


def _always_larger(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    rank = max(len(a), len(b))
    longer = ((*(1,) * (rank - len(a)), *a), (*(1,) * (rank - len(b)), *b))
    return tuple(max(pair) for pair in zip(*longer, strict=True))


def _only_equal(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | str:
    rank = min(len(a), len(b))
    longer = a if len(a) > len(b) else b
    return longer if a[len(a) - rank :] == b[len(b) - rank :] else "error"


XNOR_COMPUTED = (
    "The two classes are swapped: the output is above 0.5 where the inputs are equal, not where they differ."
)
OR_COMPUTED = (
    "This is OR: it also says 1 for (1, 1), where XOR says 0; a second hidden unit has to take that corner back."
)
SAME_EVERYWHERE = "The output is the same for all four corners; each hidden unit must tell some of them apart."
OFF_BY_ONE = "Only {right} of the 4 corners are right; for {corner} the output is {output:g}"


def _xor_problem(answer: Any) -> str | None:
    """Return what is wrong with weights of a 2-2-1 ReLU network for XOR; there are endlessly many right ones."""
    if not isinstance(answer, list | tuple) or len(answer) != 4:
        return "four things are expected, (W1, b1, W2, b2)"
    arrays = [np.asarray(part, dtype=float) for part in answer]
    sizes = {"W1": 4, "b1": 2, "W2": 2, "b2": 1}
    for (name, size), array in zip(sizes.items(), arrays, strict=True):
        if array.size != size or (name == "W1" and array.shape != (2, 2)):
            return f"{name} has the shape {array.shape}, but W1 is (2, 2), b1 and W2 are (2,), and b2 is one number"
        if not np.isfinite(array).all():
            return f"{name} must hold ordinary numbers, without NaN or infinity"
    W1, b1, W2, b2 = arrays[0], *(array.ravel() for array in arrays[1:])
    with np.errstate(all="ignore"):
        outputs = np.maximum(0, CORNERS @ W1 + b1) @ W2 + b2
    says = outputs > 0.5
    if np.array_equal(says, XOR) and np.isfinite(outputs).all():
        return None
    if np.array_equal(says, ~XOR):
        return XNOR_COMPUTED
    if np.array_equal(says, [False, True, True, True]):
        return OR_COMPUTED
    if np.ptp(outputs) == 0:
        return SAME_EVERYWHERE
    first = int(np.flatnonzero(says != XOR)[0])
    corner = f"({CORNERS[first, 0]:g}, {CORNERS[first, 1]:g})"
    return OFF_BY_ONE.format(right=int((says == XOR).sum()), corner=corner, output=outputs[first])


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="architecture.count_parameters",
        task="Count the parameters of a dense network",
        reference=count_parameters,
        cases=[([3, 4, 2],), ([784, 512, 512, 10],), ([5, 1],), ([2, 7, 7, 3, 1],)],
        hints=[
            "Take one step first: how many edges lead from 3 inputs to 4 units?",
            "Each unit also has one bias; inputs have none.",
            "Go through neighbouring pairs of sizes with zip(sizes[:-1], sizes[1:]) and add up.",
        ],
        misconceptions={
            "The biases are missing: every unit behind the inputs has one, beside its weights.": (
                lambda sizes: sum(m * n for m, n in pairwise(sizes))
            ),
            "All sizes are multiplied, but only neighbouring layers are connected: multiply each pair, then add.": (
                _product
            ),
            "The inputs have no biases: they are given, and nothing is added to them.": (
                lambda sizes: count_parameters(sizes) + sizes[0]
            ),
            "One bias for each layer is too few: every unit has its own.": (
                lambda sizes: sum(m * n + 1 for m, n in pairwise(sizes))
            ),
            "The bias belongs to the unit where the edges end, not to those where they begin: (inputs + 1) × units.": (
                lambda sizes: sum(m * (n + 1) for m, n in pairwise(sizes))
            ),
        },
        insight="(inputs + 1) × units for each layer, added up, as count_params() has it.",
    ),
    Exercise(
        id="architecture.weight_shape",
        task="The shapes of W, b and the output of a layer",
        reference=((20, 5), (5,), (32, 5)),
        hints=[
            "The layer computes x @ W + b with x of shape (32, 20): which inner length must W have?",
            "How many weights lead into one unit, and how many units are there?",
            "The batch is not part of the layer: W and b are the same for one example and for a million.",
        ],
        misconceptions={
            "W is transposed: in x @ W the rows belong to the inputs and the columns to the units, (inputs, units).": (
                (5, 20),
                (5,),
                (32, 5),
            ),
            "The batch size is no part of W: all examples go through the same weights.": ((32, 5), (5,), (32, 5)),
            "Each unit has one bias, not each input: b has as many numbers as the layer has units.": (
                (20, 5),
                (20,),
                (32, 5),
            ),
            "All examples share one bias for each unit: b has no batch axis, broadcasting repeats it.": (
                (20, 5),
                (32, 5),
                (32, 5),
            ),
            "The batch goes in and comes out: the output has a row for each of the 32 examples.": ((20, 5), (5,), (5,)),
        },
        insight="(samples, inputs) · (inputs, units) = (samples, units); b is stretched over the samples.",
    ),
    Exercise(
        id="architecture.forward_pass",
        task="One forward pass by hand",
        # z = (2 − 3 + 4, −4 − 1 + 2) = (3, −3); 4 · 3 + 3 · 0 − 2. Every mistake below gives another number.
        reference=10.0,
        hints=[
            "The first hidden unit uses the first column of W₁: 2 · 1 + (−1) · 3, and then its bias.",
            "One of the two weighted sums is negative: what does ReLU make of it?",
            "The output is 4 times the first activation plus 3 times the second, and its own bias.",
        ],
        misconceptions={
            "The activation function is missing: ReLU turns the negative weighted sum of a hidden unit into 0.": 1.0,
            "The biases of the hidden layer are missing: add b₁ before ReLU.": -2.0,
            "The bias of the output is missing: add b₂ at the end.": 12.0,
            "All biases are missing: add b₁ before ReLU, and b₂ to the output.": 0.0,
            "The biases are missing, and so is ReLU, which turns negative sums into 0.": -19.0,
            "ReLU comes after the sum with the bias, not before: f(x W + b).": 20.0,
            "The rows of W₁ are used as units, but its columns are: row i for input i, column j for unit j.": 51.0,
        },
        insight="the hidden units have the activations 3 and 0.",
    ),
    Exercise(
        id="architecture.bias_for_point",
        task="The bias that puts a boundary through a point",
        reference=bias_for_point,
        cases=[
            (np.array([2.0, 1.0]), np.array([1.0, 3.0])),
            (np.array([-1.0, 0.5]), np.array([0.5, -2.0])),
            (np.array([0.0, 3.0]), np.array([7.0, 0.0])),
        ],
        hints=[
            "Which value has the weighted sum z everywhere on the boundary?",
            "Write down z at the point, with the unknown b, and set it to that value.",
        ],
        misconceptions={
            "The sign is turned round: on the boundary w · point + b is 0, so b is minus the dot product.": (
                lambda w, point: float(w @ point)
            ),
            "This is divided by the length of w, a distance; the bias itself is not divided.": (
                lambda w, point: float(-(w @ point) / np.linalg.norm(w))
            ),
            "This bias ignores the weights: it depends on both, the point and the direction of the boundary.": (
                lambda w, point: float(-point.sum())
            ),
            "Products of single numbers are two numbers; a dot product adds them up.": lambda w, point: -(w * point),
        },
        insight="with this bias the weighted sum is 0 at the point, and the sigmoid says 0.5 there.",
    ),
    Exercise(
        id="architecture.xor_weights",
        task="Weights of a ReLU network for XOR, by hand",
        reference=([[1, -1], [-1, 1]], [0, 0], [1, 1], 0),
        verify=_xor_problem,
        equal_mutants={
            "[0]: [0]: [1]: -1 → -2": "the unit is cut off by ReLU there in any case",
            "[0]: [1]: [0]: -1 → -2": "the unit is cut off by ReLU there in any case",
            "[0]: [0] ↔ [1]": "the two hidden units change places",
            "[2]: [0]: 1 → 2": "the output need only be above one half",
            "[2]: [1]: 1 → 2": "the output need only be above one half",
        },
        hints=[
            "Plan first: what could the first hidden unit be positive for, and only for that?",
            "One unit for (1, 0) and one for (0, 1): which weights make x₁ − x₂? ReLU cuts the other corner off.",
            "Another plan: relu(x₁ + x₂) counts the ones; a second unit, positive only for (1, 1), takes two away.",
        ],
        misconceptions={
            XNOR_COMPUTED: ([[1, -1], [-1, 1]], [0, 0], [-1, -1], 1),
            OR_COMPUTED: ([[1, 0], [0, 1]], [0, 0], [1, 1], 0),
            SAME_EVERYWHERE: ([[0, 0], [0, 0]], [0, 0], [0, 0], 0),
        },
        insight="all four corners are right; the hidden layer has put the two ones on the same side of a line.",
    ),
    Exercise(
        id="architecture.broadcast_shape",
        task="The shape of a sum of two arrays",
        reference=broadcast_shape,
        cases=[
            ((4, 3), (3,)),
            ((4, 3), (4,)),
            ((4, 1), (3,)),
            ((5, 1, 7), (6, 1)),
            ((2, 3), (3, 2)),
            ((3,), (3, 3)),
            ((), (2, 2)),
            ((4, 1), (1, 1)),
        ],
        hints=[
            "Write the two shapes one under the other, right-aligned; what stands for a missing length?",
            "Make both shapes equally long by putting ones in front: (1,) * 2 is (1, 1).",
            "Then look at one pair of lengths at a time: equal, one of them 1, or neither.",
        ],
        misconceptions={
            "The shapes are aligned at their first axes, but broadcasting compares them from the right.": _aligned_left,
            "The larger length is always taken, but different lengths fit only if one of them is 1.": (_always_larger),
            "Different lengths are an error here, but a length of 1 is repeated as often as needed.": _only_equal,
            "The sum does not join the shapes one behind the other: it compares them axis by axis.": lambda a, b: a + b,
        },
        insight="right-aligned, equal or 1: the same answer as np.broadcast_shapes.",
    ),
    Exercise(
        id="architecture.conv_parameters",
        task="Parameters of a convolution against a dense layer",
        reference=conv_parameters,
        cases=[(28, 1, 5, 1), (28, 1, 5, 8), (32, 3, 3, 16), (8, 2, 1, 4)],
        hints=[
            "A filter has one weight for each number in its window, all colours included, and one bias.",
            "How many numbers does the convolution put out? Each of them is one unit of the dense layer.",
            "A dense unit has one weight for each number of the whole image, and a bias.",
        ],
        misconceptions={
            "The biases are missing: each filter has one, and each dense unit has one.": (
                lambda size, channels, window, filters: (
                    window**2 * channels * filters,
                    size**2 * channels * (size - window + 1) ** 2 * filters,
                )
            ),
            "A filter goes through all colours at once: it has window × window × channels weights.": (
                lambda size, channels, window, filters: (
                    (window**2 + 1) * filters,
                    conv_parameters(size, channels, window, filters)[1],
                )
            ),
            "The dense layer must put out every feature map: its units are counted for all filters.": (
                lambda size, channels, window, filters: (
                    (window**2 * channels + 1) * filters,
                    (size**2 * channels + 1) * (size - window + 1) ** 2,
                )
            ),
            "The weights of a filter are shared by all places: they are counted once, not once for each place.": (
                lambda size, channels, window, filters: (
                    (window**2 * channels + 1) * filters * (size - window + 1) ** 2,
                    conv_parameters(size, channels, window, filters)[1],
                )
            ),
            "Without padding a map is smaller than the image: size − window + 1 places in each direction.": (
                lambda size, channels, window, filters: (
                    (window**2 * channels + 1) * filters,
                    (size**2 * channels + 1) * size**2 * filters,
                )
            ),
        },
        insight="the filter costs the same for any size of image; the dense layer grows with its fourth power.",
    ),
    Exercise(
        id="architecture.merge",
        task="One linear layer that equals two",
        reference=merge,
        cases=[_two_layers(3, 4, 2), _two_layers(2, 2, 2), _two_layers(1, 5, 3)],
        hints=[
            "Write out (x W₁ + b₁) W₂ + b₂ and multiply the bracket.",
            "What stands behind x is the new W; everything without x is the new b.",
        ],
        misconceptions={
            "The first bias goes through the second layer too: it is multiplied by W2 before it is added.": (
                lambda W1, b1, W2, b2: (W1 @ W2, b1.sum() + b2)
            ),
            "The first bias is lost: it goes through the second layer and comes out as b1 @ W2.": (
                lambda W1, b1, W2, b2: (W1 @ W2, b2)
            ),
            "The second bias is lost: it is added at the end.": lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "The order is turned round: x meets W1 first, so in a row-vector product W1 stands before W2.": (
                lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2)
            ),
        },
        insight="W = W1 W2 and b = b1 W2 + b2: depth without curves buys nothing.",
    ),
    Exercise(
        id="architecture.bug_hunt",
        task="Bug hunt: a difference that becomes a table",
        reference=mean_absolute_difference,
        cases=[(PREDICTIONS, LABELS), (MORE_PREDICTIONS, MORE_LABELS), (np.array([[7.0]]), np.array([5.0]))],
        stub=lambda predictions, labels: np.abs(predictions - labels).mean(),
        equal_mutants={"0 → -1": "the only column is the first and the last"},
        hints=[
            "Print the shape of predictions - labels for three examples.",
            "A shape (3, 1) and a shape (3,) make (3, 3): bring both into the same shape first.",
            "predictions[:, 0] has the shape (n,); labels[:, None] has the shape (n, 1).",
        ],
        misconceptions={
            "This is the sum of the differences, not their mean.": (
                lambda predictions, labels: float(np.abs(predictions[:, 0] - labels).sum())
            ),
            "Without the absolute value, differences of opposite sign cancel.": (
                lambda predictions, labels: float((predictions[:, 0] - labels).mean())
            ),
            "Only the means are compared: two predictions that are wrong in opposite directions then look right.": (
                lambda predictions, labels: float(abs(predictions.mean() - labels.mean()))
            ),
            "The square is not asked for here: take the absolute value.": (
                lambda predictions, labels: float(((predictions[:, 0] - labels) ** 2).mean())
            ),
        },
        insight="with equal shapes each prediction meets its own label; look at shapes when a number is strange.",
    ),
]

# The quiz questions ---------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="architecture.q1",
        question="On which side of the line 2x + y − 4 = 0 does the point (3, 1) lie?",
        options=[
            Option(
                text="On the side where 2x + y − 4 is positive",
                because="2 · 3 + 1 − 4 = 3. The sign of this expression tells the two sides of the line apart.",
                right=True,
            ),
            Option(text="On the line", because="Then 2x + y − 4 would be 0 at the point, but it is 3."),
            Option(
                text="On the side of the origin",
                because="At the origin the expression is −4, at the point it is 3: opposite signs, opposite sides.",
            ),
        ],
    ),
    Quiz(
        id="architecture.q2",
        question="f(x) = 2x + 1 and g(x) = 3x. What is g(f(x))?",
        options=[
            Option(text="6x + 1", because="That is f(g(x)): there the 3 comes first, and the 1 is not multiplied."),
            Option(
                text="6x + 3",
                because="f comes first, then all of it is multiplied by 3. Two straight lines make a straight line.",
                right=True,
            ),
            Option(text="6x² + 3x", because="That is the product of the two functions, not one after the other."),
        ],
    ),
    Quiz(
        id="architecture.q3",
        question="A grey image has 28 rows of 28 pixels. How many numbers describe 100 such images?",
        options=[
            Option(text="2,800", because="That counts one row for each image; each has 28 rows."),
            Option(text="5,600", because="28 and 28 are multiplied, not added: each of 28 rows has 28 pixels."),
            Option(text="78,400", because="28 · 28 = 784 for each image, 100 times.", right=True),
        ],
    ),
    Quiz(
        id="architecture.q4",
        question="You add five dense layers without an activation function. What can the network do that it could not?",
        options=[
            Option(
                text="Nothing",
                because="Linear layers in a row multiply out to one; only the number of parameters grows.",
                right=True,
            ),
            Option(
                text="XOR",
                because="XOR needs a bend between two layers; five straight layers are one straight layer.",
            ),
            Option(
                text="Every continuous function",
                because="Without a bend, every output is a straight line or a plane over the inputs, and stays one.",
            ),
        ],
    ),
    Quiz(
        id="architecture.q5",
        question="What does the universal approximation theorem promise for a task of yours?",
        options=[
            Option(
                text="That training will find good weights",
                because="It says that such weights exist, not that any method finds them.",
            ),
            Option(
                text="That a hundred hidden units are enough",
                because="It says nothing about the number; it may be astronomically large.",
            ),
            Option(
                text="That some network comes close, if the task is a continuous function on a bounded, closed set",
                because="That is all, and it is a statement about what exists.",
                right=True,
            ),
            Option(
                text="That the network is also right outside of the range it was made for",
                because="Outside of the compact set it says nothing; the wave went on as a straight line there.",
            ),
        ],
    ),
    Quiz(
        id="architecture.q6",
        question="Images become twice as wide and as high. What do the parameters of eight 3 × 3 filters do?",
        options=[
            Option(
                text="There are four times as many", because="That happens to a dense layer on the flattened image."
            ),
            Option(
                text="They stay as they are",
                because="The same filters look at more places: the maps become larger, the parameters stay.",
                right=True,
            ),
            Option(text="There are twice as many", because="A filter does not know how large the image is."),
        ],
    ),
    Quiz(
        id="architecture.q7",
        question="A network shall place a box around the cat in a photo. What does its output layer look like?",
        options=[
            Option(
                text="Four units, softmax",
                because="Softmax makes numbers that add up to 1: right for classes, wrong for a place and a size.",
            ),
            Option(
                text="Four units, linear: place and size of the box",
                because="Four numbers that may take any value.",
                right=True,
            ),
            Option(
                text="One unit, sigmoid",
                because="One number between 0 and 1 answers whether there is a cat, not where it is.",
            ),
        ],
    ),
]
