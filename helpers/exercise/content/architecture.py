"""The exercises and quiz questions of notebook 01, architecture, core and deeper."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

# Inputs ---------------------------------------------------------------------------------------------------------------

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
"""The four inputs of XOR."""

XOR = np.array([False, True, True, False])

PREDICTIONS, LABELS = np.array([[2.0], [4.5], [1.0]]), np.array([3.0, 4.0, 5.0])
MORE_PREDICTIONS, MORE_LABELS = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 2.0, 3.0])
# Differences of both signs, and an order that sorting would hide: 16/3 as they stand, 4/3 sorted, 2/3 of the means.
SWAPPED_PREDICTIONS, SWAPPED_LABELS = np.array([[1.0], [9.0], [3.0]]), np.array([5.0, 2.0, 8.0])

# What a right answer returns ------------------------------------------------------------------------------------------


def widest(budget: int, inputs: int, outputs: int) -> int:
    """Most units of one hidden layer, biases included, that cost no more than `budget` parameters."""
    return (budget - outputs) // (inputs + 1 + outputs)


def mean_absolute_difference(predictions: np.ndarray, labels: np.ndarray) -> float:
    """Mean of |prediction − label|; predictions have the shape (n, 1), labels (n,)."""
    return float(np.abs(predictions[:, 0] - labels).mean())


# What wrong answers return, and how a free answer is judged -----------------------------------------------------------


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
        id="architecture.what_changed",
        task="What was changed in a neuron",
        reference={"A": "all reversed", "B": "b raised", "C": "w1 reversed", "D": "all tripled"},
        hints=[
            "Where is the boundary: turned, shifted, or where it was?",
            "Only the bias shifts a boundary without turning it.",
            "Where the boundary stays, look at the arrow and at the colours on both sides.",
        ],
        misconceptions={
            "In C the boundary is turned, and a reversed neuron keeps its boundary: all three signs change only what "
            "the sides are called.": {"A": "w1 reversed", "B": "b raised", "C": "all reversed", "D": "all tripled"},
            "The bias alone only shifts. In A the boundary has not moved, but the sides have changed.": (
                {"A": "b raised", "B": "all reversed", "C": "w1 reversed", "D": "all tripled"}
            ),
            "Tripling all three numbers leaves the boundary where it is and brings the dashed lines closer.": (
                {"A": "all reversed", "B": "all tripled", "C": "w1 reversed", "D": "b raised"}
            ),
        },
        insight="direction from the weights, place from all three, steepness from their common size.",
    ),
    Exercise(
        id="architecture.widest",
        task="As many hidden units as a budget allows",
        reference=widest,
        cases=[(17, 2, 1), (10_000, 784, 10), (100, 3, 2), (98, 3, 2), (97, 3, 2), (669_706, 20, 5)],
        hints=[
            "How many parameters does one more hidden unit bring: in, bias, out?",
            "Which parameters are there even without a hidden unit?",
            "What is left of the budget, divided by the price of a unit, rounded down.",
        ],
        misconceptions={
            "The outputs have biases too, whatever the width: take them off the budget first.": (
                lambda budget, inputs, outputs: budget // (inputs + 1 + outputs)
            ),
            "A hidden unit also has a bias: its price is inputs + 1 + outputs.": (
                lambda budget, inputs, outputs: (budget - outputs) // (inputs + outputs)
            ),
            "No biases are counted here: each hidden unit has one, and each output has one.": (
                lambda budget, inputs, outputs: budget // (inputs + outputs)
            ),
            "The weights from the hidden units to the outputs count as well.": (
                lambda budget, inputs, outputs: budget // (inputs + 1)
            ),
            "Rounded up, the network is over its budget: round down.": (
                lambda budget, inputs, outputs: -(-(budget - outputs) // (inputs + 1 + outputs))
            ),
        },
        insight="each hidden unit costs inputs + 1 + outputs; a wide image makes every unit expensive.",
    ),
    Exercise(
        id="architecture.units_of_use",
        task="What four hidden units do",
        reference={"A": "never bends", "B": "bends", "C": "always 0", "D": "ignored"},
        hints=[
            "z is a straight function, so its largest and smallest values lie at the corners of the square.",
            "Compute z at (0, 0), (0, 1), (1, 0) and (1, 1), and look at the signs.",
            "Only a unit whose z changes its sign in the square bends there. Does the output listen to it?",
        ],
        misconceptions={
            "A is above 0 everywhere and C below: ReLU leaves the first as it is, and cuts off all of the second.": (
                {"A": "always 0", "B": "bends", "C": "never bends", "D": "ignored"}
            ),
            "D bends, but its weight to the output is 0: nothing it does arrives.": (
                {"A": "never bends", "B": "bends", "C": "always 0", "D": "bends"}
            ),
            "Negative weights alone do not silence a unit: its bias of 2.5 keeps A above 0.": (
                {"A": "always 0", "B": "bends", "C": "always 0", "D": "ignored"}
            ),
        },
        insight="only one of the four bends what the output sees; real networks hold such units too.",
    ),
    Exercise(
        id="architecture.who_bends",
        task="Which units bend the boundary",
        reference={
            "A": "bends the boundary",
            "B": "bends the boundary",
            "C": "stays away",
            "D": "output weight is 0",
        },
        hints=[
            "Follow the boundary from the upper left: on which dotted lines does it turn?",
            "Does the boundary meet the line of C anywhere?",
            "The boundary crosses the line of D without turning: what does the output do with D?",
        ],
        misconceptions={
            "C lies outside the blue region, away from the boundary: nothing says that its output weight is 0.": (
                {
                    "A": "bends the boundary",
                    "B": "bends the boundary",
                    "C": "output weight is 0",
                    "D": "output weight is 0",
                }
            ),
            "The line of D crosses the boundary, and the boundary does not turn there.": (
                {
                    "A": "bends the boundary",
                    "B": "bends the boundary",
                    "C": "stays away",
                    "D": "bends the boundary",
                }
            ),
        },
        insight="a unit bends the boundary where its line crosses it, if the output gives it any weight.",
    ),
    Exercise(
        id="architecture.fold_in_three",
        task="Pieces of a line that is folded in three",
        reference={"pieces": 81, "kinks": 80, "layers of two": 7},
        hints=[
            "What does one fold do to the number of pieces it is given?",
            "Between two pieces lies one kink.",
            "Which power of 2 is the first that reaches the pieces?",
        ],
        misconceptions={
            "Folds multiply: each of four layers makes three pieces of every piece.": (
                {"pieces": 12, "kinks": 11, "layers of two": 4}
            ),
            "Between n pieces there are n − 1 kinks.": {"pieces": 81, "kinks": 81, "layers of two": 7},
            "Six layers of two make 2⁶ = 64 pieces, fewer than 81.": ({"pieces": 81, "kinks": 80, "layers of two": 6}),
        },
        insight="12 units in four layers do what takes at least 80 in one.",
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
        id="architecture.bug_hunt",
        task="Bug hunt: a difference that becomes a table",
        reference=mean_absolute_difference,
        cases=[
            (SWAPPED_PREDICTIONS, SWAPPED_LABELS),
            (PREDICTIONS, LABELS),
            (MORE_PREDICTIONS, MORE_LABELS),
            (np.array([[7.0]]), np.array([5.0])),
        ],
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
            "Sorting makes each prediction meet another example's label; keep them in their order.": (
                lambda predictions, labels: float(np.abs(np.sort(predictions[:, 0]) - np.sort(labels)).mean())
            ),
            "The square is not asked for here: take the absolute value.": (
                lambda predictions, labels: float(((predictions[:, 0] - labels) ** 2).mean())
            ),
        },
        insight="with equal shapes each prediction meets its own label; look at shapes when a number is strange.",
    ),
]

# The deeper notebook --------------------------------------------------------------------------------------------------

EXERCISES += [
    Exercise(
        id="architecture.read_summary",
        task="Fill in the summary of a convolutional network",
        reference={"a": 5, "b": 1168, "c": 400, "d": 4010},
        hints=[
            "How often does a window of 3 fit into 12 numbers in steps of 2?",
            "The layer gets 8 channels: how many weights has one of its filters, and how many biases?",
            "`Flatten` keeps all numbers, a · a · 16 of them.",
        ],
        misconceptions={
            "A filter spans all channels it gets: 3 · 3 · 8 weights and a bias each.": (
                {"a": 5, "b": 160, "c": 400, "d": 4010}
            ),
            "The stride counts: (12 − 3) / 2, rounded down, plus 1 places.": (
                {"a": 10, "b": 1168, "c": 1600, "d": 16010}
            ),
            "The first place counts too: 4 full steps make 5 places.": {"a": 4, "b": 1168, "c": 256, "d": 2570},
            "Each filter has a bias, and so has each unit of the dense layer.": (
                {"a": 5, "b": 1152, "c": 400, "d": 4000}
            ),
        },
        insight="most of the parameters stand in the last, dense layer; the windows are cheap.",
    ),
    Exercise(
        id="architecture.probe_claims",
        task="What linear probes show",
        reference={"A": "shown", "B": "not shown", "C": "not shown", "D": "shown"},
        hints=[
            "Where two bands overlap, accuracy rises from layer to layer with some seeds and falls with others.",
            "Look at the single diamond before you say something about all random layers.",
        ],
        misconceptions={
            "The bands of the three trained layers overlap: the probe finds no order among them.": (
                {"A": "shown", "B": "shown", "C": "not shown", "D": "shown"}
            ),
            "One wide random layer lies above the pixels: width decides, not randomness.": (
                {"A": "shown", "B": "not shown", "C": "shown", "D": "shown"}
            ),
        },
        insight="easier than the pixels: yes; layer by layer: not here; random is harmful: only if narrow.",
    ),
    Exercise(
        id="architecture.fewest_units",
        task="The fewest ReLU units for a function",
        reference={"abs": 2, "line": 2, "clip": 2, "tent": 3, "square": 0},
        reasons={
            "abs": "One unit is flat on one side, and |x| rises on both; two units do.",
            "line": "A line has no kink, but one ReLU unit has one: a second unit must take it away.",
            "clip": "Count the kinks of the clipped line, one unit for each.",
            "tent": "The tent has kinks at 0, 1 and 2.",
            "square": "A curve has no straight pieces: no finite number of units draws it exactly.",
        },
        hints=[
            "How many kinks has the function? One unit makes one kink.",
            "One ReLU unit is flat on one side. Which functions are flat on neither side?",
            "A ReLU network with finitely many units consists of straight pieces.",
        ],
        misconceptions={
            "One unit is flat on one side, and |x| rises on both.": (
                {"abs": 1, "line": 2, "clip": 2, "tent": 3, "square": 0}
            ),
            "A line has no kink, but one ReLU unit has one: a second unit must take it away.": (
                {"abs": 2, "line": 1, "clip": 2, "tent": 3, "square": 0}
            ),
            "The tent has kinks at 0, 1 and 2.": {"abs": 2, "line": 2, "clip": 2, "tent": 2, "square": 0},
        },
        insight="kinks are counted, and a line costs two; curved functions are only approached.",
    ),
    Exercise(
        id="architecture.which_shares",
        task="What kind of table of shares it is",
        reference={"A": "plain mean", "B": "attention", "C": "impossible", "D": "masked"},
        reasons={
            "A": "In A every word gets the same share from every other.",
            "B": "The rows of B add up to 1 and differ: each word looks where it wants to.",
            "C": "In C the columns add up to 1, not the rows.",
            "D": "In D no word looks at a later one.",
        },
        hints=[
            "What must each row of shares add up to?",
            "Add up the rows of B and of C.",
            "Which table never looks at a later word?",
        ],
        misconceptions={
            "Rows must add up to 1: each word shares out its own attention. In C the columns do.": (
                {"A": "plain mean", "B": "impossible", "C": "attention", "D": "masked"}
            ),
            "Equal shares are allowed: nobody asked for anything.": (
                {"A": "impossible", "B": "attention", "C": "attention", "D": "masked"}
            ),
        },
        insight="rows are shares of one word's look, and add up to 1; a mask fills the upper triangle with zeros.",
    ),
    Exercise(
        id="architecture.which_code",
        task="How long a code was",
        reference={"A": 10, "B": 100, "C": 2},
        hints=["The longer the code, the more details survive.", "In which row do different shirts look the same?"],
        misconceptions={
            "It is the other way round: more numbers keep more details.": {"A": 10, "B": 2, "C": 100},
            "Look at the patterns: B keeps some that A has lost.": {"A": 100, "B": 10, "C": 2},
        },
        insight="784 pixels, but a few numbers say most of what there is to see.",
    ),
    Exercise(
        id="architecture.which_assumption",
        task="An architecture that fits the data",
        reference={"A": "convolutional", "B": "dense", "C": "embedding", "D": "autoencoder", "E": "recurrent"},
        hints=[
            "Where does the same pattern occur at any place?",
            "Where are there only categories, and where no labels of the interesting kind?",
            "Which one has no end, so that something must be carried along?",
        ],
        misconceptions={
            "A cough may be anywhere in ten seconds: windows. A sensor that never ends: a state.": (
                {"A": "recurrent", "B": "dense", "C": "embedding", "D": "autoencoder", "E": "convolutional"}
            ),
            "Without photos of broken bolts there is nothing to classify: learn what intact ones look like.": (
                {"A": "convolutional", "B": "dense", "C": "embedding", "D": "convolutional", "E": "recurrent"}
            ),
        },
        insight="the assumption comes from what you know about the data before you see any.",
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
        question="Images become twice as wide and high. What happens to the parameters of eight 3 × 3 filters?",
        options=[
            Option(
                text="There are four times as many", because="That happens to a dense layer on the flattened image."
            ),
            Option(
                text="Their number stays as it is",
                because="The same filters look at more places: the maps become larger, the parameters stay.",
                right=True,
            ),
            Option(text="There are twice as many", because="A filter does not know how large the image is."),
        ],
    ),
    Quiz(
        id="architecture.q7",
        question="A network should draw a box around the cat in a photo. What does its output layer look like?",
        options=[
            Option(
                text="Four units, softmax",
                because="Softmax makes numbers that add up to 1: right for classes, wrong for a place and a size.",
            ),
            Option(
                text="Four units, linear: place and size of the box",
                because="Four amounts, not shares of a whole. (Softplus can keep width and height positive.)",
                right=True,
            ),
            Option(
                text="One unit, sigmoid",
                because="One number between 0 and 1 answers whether there is a cat, not where it is.",
            ),
        ],
    ),
    Quiz(
        id="architecture.q8",
        question="A batch of shape (32, 20) goes into `Dense(5)`. Which shape has its weight matrix?",
        options=[
            Option(text="(5, 20)", because="In Keras the rows belong to the inputs: x @ W needs (20, 5)."),
            Option(text="(20, 5)", because="A row for each input, a column for each unit.", right=True),
            Option(text="(32, 5)", because="That is the output. The weights are the same for all examples."),
        ],
    ),
    Quiz(
        id="architecture.q9",
        question="Twelve ReLU units, one input: which arrangement can make the line with the most straight pieces?",
        options=[
            Option(text="One layer of 12", because="Each unit adds one kink: at most 13 pieces."),
            Option(
                text="Two layers of 6", because="More than one layer of 12, but each further fold multiplies again."
            ),
            Option(
                text="Six layers of 2",
                because="Each layer of two can double the pieces. With three units a layer could even triple them.",
                right=True,
            ),
        ],
    ),
]
