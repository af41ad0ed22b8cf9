"""The exercises and quiz questions of notebook 03, backpropagation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

Function = Callable[[np.ndarray], Any]

# Inputs ---------------------------------------------------------------------------------------------------------------

_random = np.random.default_rng(0)


def _drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    return [_random.normal(size=shape) for shape in shapes]


# (delta of the layer above, weights between, activations); with the square one a forgotten transpose is no error.
DELTAS = [
    (np.array([[0.5, -1.0]]), np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[0.5, -0.8]])),
    (*_drawn((4, 2), (3, 2)), np.tanh(_random.normal(size=(4, 3)))),
]
# (W, b, x, y, learning rate): three examples, two inputs, two outputs; then five examples, three inputs, one output.
LAYERS = [
    (*(array.astype("float32") for array in _drawn((2, 2), (2,), (3, 2), (3, 2))), 0.5),
    (*(array.astype("float32") for array in _drawn((3, 1), (1,), (5, 3), (5, 1))), 0.2),
]
# (x, y, W1, W2, learning rate) of a network without biases.
NETWORKS = [(*_drawn((4, 2), (4, 1), (2, 3), (3, 1)), 0.5), (*_drawn((6, 3), (6, 2), (3, 4), (4, 2)), 0.3)]


def _planted(mistake: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> tuple[Function, Function]:
    """Return a loss of four numbers, curved and small, and its gradient with a mistake in it."""

    def loss(w: np.ndarray) -> float:
        return float(1e-3 * (np.exp(3 * w[0]) + w[0] * w[1] ** 3 + np.sin(4 * w[2]) + w[3] ** 2 * w[1] + 5 * w[3]))

    def gradient(w: np.ndarray) -> np.ndarray:
        right = 1e-3 * np.array(
            [
                3 * np.exp(3 * w[0]) + w[1] ** 3,
                3 * w[0] * w[1] ** 2 + w[3] ** 2,
                4 * np.cos(4 * w[2]),
                2 * w[3] * w[1] + 5,
            ]
        )
        return mistake(right, w)

    return loss, gradient


def _of_many_sizes(mistake: list[float]) -> tuple[Function, Function]:
    """Return a loss whose derivatives go from 1e-5 to 100, and its gradient with each entry times one of `mistake`."""

    def loss(w: np.ndarray) -> float:
        return float(1 + 20 * np.sin(5 * (w[0] - 0.4)) + 1e-5 * w[1] ** 2 + 0.01 * np.exp(w[2]) + w[3] ** 2)

    def gradient(w: np.ndarray) -> np.ndarray:
        right = [100 * np.cos(5 * (w[0] - 0.4)), 2e-5 * w[1], 0.01 * np.exp(w[2]), 2 * w[3]]
        return np.array(right) * mistake

    return loss, gradient


def _loss_of_one(w: np.ndarray) -> float:
    return float(np.exp(2 * w[0]))


def _gradient_of_one(w: np.ndarray) -> np.ndarray:
    return 2 * np.exp(2 * w)


POINT = np.array([0.4, 0.7, 0.2, -0.5])
CHECKS = [
    (*_planted(lambda right, w: right * [1, -1, 1, 1]), POINT),
    (*_planted(lambda right, w: right * [1.02, 1, 0.25, 1]), POINT),
    (*_planted(lambda right, w: right), POINT),
    (*_planted(lambda right, w: right - [0, 0, 0, 2e-3 * w[3] * w[1]]), POINT),
    # No fixed tolerance tells 0.3 % of 1e-5, a mistake, from 0.03 % of 100, which is none.
    (*_of_many_sizes([1.0003, 1.003, 0.9997, 1]), POINT),
    (*_of_many_sizes([0.997, 1, -1, 1.0003]), POINT),
    (_loss_of_one, _gradient_of_one, np.array([0.3])),
]

# What a right answer returns ------------------------------------------------------------------------------------------


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def neuron_gradient(x: float, w: float, b: float, y: float) -> tuple[float, float]:
    """Derivatives by w and by b of ½(ŷ − y)² with ŷ = σ(x w + b)."""
    y_hat = _sigmoid(x * w + b)
    delta = (y_hat - y) * y_hat * (1 - y_hat)
    return float(delta * x), float(delta)


def updated(w: np.ndarray, gradient: np.ndarray, learning_rate: float) -> np.ndarray:
    """Weights after one step of gradient descent."""
    return w - learning_rate * gradient


def hidden_delta(delta: np.ndarray, W: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Delta of a tanh layer from that of the layer above."""
    return (delta @ W.T) * (1 - a**2)


def iterations(examples: int, batch_size: int, epochs: int) -> int:
    """Updates in a whole training; the last batch of an epoch may be smaller."""
    return -(-examples // batch_size) * epochs


def wrong_entries(loss: Function, gradient: Function, w: np.ndarray) -> list[int]:
    """Indices at which `gradient(w)` differs from central differences of `loss` by more than 0.1 %."""
    h, found = 1e-5, []
    for index in range(len(w)):
        step = np.zeros(len(w))
        step[index] = h
        numeric = (loss(w + step) - loss(w - step)) / (2 * h)
        if abs(gradient(w)[index] - numeric) > 1e-3 * abs(numeric):
            found.append(index)
    return found


def tape_step(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray, learning_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """New (W, b) after a step on the mean squared error of tanh(x W + b), without TensorFlow."""
    dW, db = _layer_gradients(W, b, x, y)
    return W - learning_rate * dW, b - learning_rate * db


def train_step(
    x: np.ndarray, y: np.ndarray, W1: np.ndarray, W2: np.ndarray, learning_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """New (W1, W2) of a tanh layer and a linear one, without biases, for half the mean squared error."""
    return _network_step(x, y, W1, W2, learning_rate)


# What wrong answers return --------------------------------------------------------------------------------------------


def _differing(
    loss: Function,
    gradient: Function,
    w: np.ndarray,
    *,
    h: float = 1e-5,
    divisor: float = 2.0,
    one_sided: bool = False,
    relative: float = 1e-3,
    absolute: float = 0.0,
    together: bool = False,
) -> list[int]:
    found = []
    for index, claimed in enumerate(gradient(w)):
        step = np.full(len(w), h) if together else h * np.eye(len(w))[index]
        numeric = (loss(w + step) - loss(w if one_sided else w - step)) / (divisor * h)
        if abs(claimed - numeric) > relative * abs(numeric) + absolute:
            found.append(index)
    return found


def _layer_gradients(W: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a = np.tanh(x @ W + b)
    delta = 2 * (a - y) * (1 - a**2) / a.size
    return x.T @ delta, delta.sum(axis=0)


def _one_after_the_other(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray, learning_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    W = W - learning_rate * _layer_gradients(W, b, x, y)[0]
    return W, b - learning_rate * _layer_gradients(W, b, x, y)[1]


def _scaled_step(scale: Callable[[np.ndarray], float]) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Return a step that is `scale(y)` times as long as the right one."""

    def step(
        W: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray, learning_rate: float
    ) -> tuple[np.ndarray, np.ndarray]:
        return tape_step(W, b, x, y, learning_rate * scale(y))

    return step


def _network_step(
    x: np.ndarray,
    y: np.ndarray,
    W1: np.ndarray,
    W2: np.ndarray,
    learning_rate: float,
    slope: Callable[[np.ndarray], Any] = lambda a: 1 - a**2,
) -> tuple[np.ndarray, np.ndarray]:
    a = np.tanh(x @ W1)
    delta = (a @ W2 - y) / len(y)
    hidden = (delta @ W2.T) * slope(a)
    return W1 - learning_rate * x.T @ hidden, W2 - learning_rate * a.T @ delta


def _output_first(
    x: np.ndarray, y: np.ndarray, W1: np.ndarray, W2: np.ndarray, learning_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """The code of the bug hunt, as it stands in the notebook."""
    a = np.tanh(x @ W1)
    delta = (a @ W2 - y) / len(y)
    W2 = W2 - learning_rate * a.T @ delta
    hidden = (delta @ W2.T) * (1 - a**2)
    return W1 - learning_rate * x.T @ hidden, W2


def _hidden_first(
    x: np.ndarray, y: np.ndarray, W1: np.ndarray, W2: np.ndarray, learning_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    W1 = _network_step(x, y, W1, W2, learning_rate)[0]
    a = np.tanh(x @ W1)
    return W1, W2 - learning_rate * a.T @ (a @ W2 - y) / len(y)


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="backprop.neuron_gradient",
        task="The gradient of one sigmoid neuron",
        reference=neuron_gradient,
        cases=[(2.0, 0.5, -0.3, 1.0), (-1.5, 0.8, 0.4, 0.0), (0.5, -2.0, 1.5, 0.3)],
        hints=[
            "Go from the loss backward: which three steps lead from L to w, and what is the derivative of each?",
            "The derivative of the sigmoid is ŷ (1 − ŷ), with the ŷ that you have already.",
            "Both derivatives share the factors (ŷ − y) and σ′(z); only the last one, ∂z/∂w or ∂z/∂b, differs.",
        ],
        misconceptions={
            "The sign is turned round: the derivative of ½(ŷ − y)² by ŷ is ŷ − y, not y − ŷ.": (
                lambda x, w, b, y: tuple(-value for value in neuron_gradient(x, w, b, y))
            ),
            "The factor σ′(z) is missing: between ŷ and z lies the sigmoid, with the slope ŷ (1 − ŷ).": (
                lambda x, w, b, y: ((_sigmoid(x * w + b) - y) * x, _sigmoid(x * w + b) - y)
            ),
            "The last factor of ∂L/∂w is missing: ∂z/∂w is x, and 1 only for the bias.": (
                lambda x, w, b, y: (neuron_gradient(x, w, b, y)[1],) * 2
            ),
            "The last factor of ∂L/∂w is ∂z/∂w, the input x; w itself would be ∂z/∂x.": (
                lambda x, w, b, y: (neuron_gradient(x, w, b, y)[1] * w, neuron_gradient(x, w, b, y)[1])
            ),
            "The two come in the other order: first the derivative by w, then the one by b.": (
                lambda x, w, b, y: neuron_gradient(x, w, b, y)[::-1]
            ),
            "The factor 2 is too much: it cancels with the ½ in the loss.": (
                lambda x, w, b, y: tuple(2 * value for value in neuron_gradient(x, w, b, y))
            ),
        },
        insight="error times slope times input, (ŷ − y) σ′(z) x, and for the bias the input is 1.",
    ),
    Exercise(
        id="backprop.update",
        task="One step of gradient descent",
        reference=updated,
        insight="against the gradient, because it points uphill; the further, the steeper it is.",
        cases=[
            (np.array([1.0, -2.0, 0.5]), np.array([0.2, -0.4, 3.0]), 0.1),
            (np.array([[0.3, 0.0], [-1.0, 2.0]]), np.array([[1.0, -2.0], [0.5, 0.25]]), 0.5),
        ],
        hints=[
            "A positive derivative says that the loss grows with the weight: which way should the weight go?",
            "The learning rate says which share of the gradient one step is.",
        ],
        misconceptions={
            "The gradient is added, which climbs: it points to where the loss grows, so it is subtracted.": (
                lambda w, gradient, learning_rate: w + learning_rate * gradient
            ),
            "The learning rate is missing: the step is learning_rate times the gradient.": (
                lambda w, gradient, learning_rate: w - gradient
            ),
            "This is the step alone; the new weights are the old ones and the step.": (
                lambda w, gradient, learning_rate: -learning_rate * gradient
            ),
            "The gradient is divided by the learning rate, so that a smaller rate makes a longer step; multiply.": (
                lambda w, gradient, learning_rate: w - gradient / learning_rate
            ),
            "Only the sign of the gradient is used here; a steep slope should make a longer step.": (
                lambda w, gradient, learning_rate: w - learning_rate * np.sign(gradient)
            ),
        },
    ),
    Exercise(
        id="backprop.hidden_delta",
        task="The delta of a hidden layer",
        reference=hidden_delta,
        cases=DELTAS,
        hints=[
            "Write down the shapes: which product of `delta` and `W` has one column for each unit of this layer?",
            "That product is the derivative by the activations a. One more factor leads from a to z.",
            "The derivative of tanh can be had from its own output: 1 − tanh².",
        ],
        misconceptions={
            "W is not transposed: W leads forward from units to outputs, and the way back needs W.T.": (
                lambda delta, W, a: (delta @ W) * (1 - a**2)
            ),
            "The factor f′ is missing: delta @ W.T is ∂L/∂a, and delta means ∂L/∂z.": lambda delta, W, a: delta @ W.T,
            "The derivative of tanh is 1 − a², not 1 − a.": lambda delta, W, a: (delta @ W.T) * (1 - a),
            "a (1 − a) is the derivative of the sigmoid; this layer has tanh, whose derivative is 1 − a².": (
                lambda delta, W, a: (delta @ W.T) * a * (1 - a)
            ),
            "tanh is applied twice: a is tanh(z) already, so its derivative is 1 − a².": (
                lambda delta, W, a: (delta @ W.T) * (1 - np.tanh(a) ** 2)
            ),
        },
        insight="wishes of the layer above, weighted and added up, times the slope of the unit itself.",
    ),
    Exercise(
        id="backprop.iterations",
        task="The number of updates in a training",
        reference=iterations,
        insight="a batch is one update, and the last batch of an epoch may be smaller.",
        cases=[(1000, 32, 10), (128, 32, 5), (10, 64, 3), (100, 30, 7), (60, 16, 2)],
        hints=[
            "With 10 examples and batches of 64, how many updates does one epoch have?",
            "Count the updates of one epoch first: the last, smaller batch is an update too.",
        ],
        misconceptions={
            "Rounded down: the last, smaller batch of every epoch is an update too.": (
                lambda examples, batch_size, epochs: examples // batch_size * epochs
            ),
            "Rounded to the nearest whole number: the last batch counts even where it is nearly empty.": (
                lambda examples, batch_size, epochs: round(examples / batch_size) * epochs
            ),
            "One update too many where the last batch is exactly full.": (
                lambda examples, batch_size, epochs: (examples // batch_size + 1) * epochs
            ),
            "These are the updates of one epoch; there are several epochs.": (
                lambda examples, batch_size, epochs: -(-examples // batch_size)
            ),
            "Rounded once at the end, but a batch does not reach over two epochs: round up in every epoch.": (
                lambda examples, batch_size, epochs: -(-examples * epochs // batch_size)
            ),
            "A number of updates is whole: what happens with the last, smaller batch of an epoch?": (
                lambda examples, batch_size, epochs: examples / batch_size * epochs
            ),
            "This counts examples; all examples of a batch make one update together.": (
                lambda examples, batch_size, epochs: examples * epochs
            ),
        },
    ),
    Exercise(
        id="backprop.gradient_check",
        task="A gradient check that finds a planted bug",
        reference=wrong_entries,
        cases=CHECKS,
        hints=[
            "Move one entry of a copy of w up and down by a small h, and look at the loss: what is the slope?",
            "The two losses are 2h apart, and h = 1e-5 suits float64.",
            "One derivative may be a million times another: compare each difference with its own size.",
        ],
        misconceptions={
            "Every derivative is accused, so it is the differences that are wrong: (loss(w + h) − loss(w − h)) / 2h.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, divisor=1.0)
            ),
            "A fixed tolerance misses mistakes in small derivatives: compare relative to their size.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, relative=0.0, absolute=5e-3)
            ),
            "Every fixed tolerance misses small derivatives or accuses large ones: compare relative to their size.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, relative=0.0, absolute=1e-6)
            ),
            "The tolerance is a share of the whole gradient's length, so mistakes in small derivatives pass unseen.": (
                lambda loss, gradient, w: _differing(
                    loss, gradient, w, relative=0.0, absolute=1e-3 * float(np.linalg.norm(gradient(w)))
                )
            ),
            "The tolerance is too narrow: a derivative that differs by 0.03 % counts as right here.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, relative=1e-5)
            ),
            "The step is too long: over h = 0.1 the loss bends, and right derivatives look wrong.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, h=0.1)
            ),
            "All entries are moved at once, which gives the sum of the derivatives; move one at a time.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, together=True)
            ),
            "These are the entries that agree; the ones that the differences contradict are asked for.": (
                lambda loss, gradient, w: [k for k in range(len(w)) if k not in _differing(loss, gradient, w)]
            ),
            "The tolerance is too wide: a derivative that is wrong by 2 % passes.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, relative=0.05)
            ),
            "The tolerance is too wide: a derivative that is wrong by 0.3 % passes.": (
                lambda loss, gradient, w: _differing(loss, gradient, w, relative=0.01)
            ),
        },
        equal_mutants={
            "1e-05 → 2e-05": "any step from 1e-7 to 1e-4 will do",
            "1e-05 → 5e-06": "any step from 1e-7 to 1e-4 will do",
            "0.001 → 0.002": "other usual forms of a relative difference are half or twice as strict",
            "0.001 → 0.0005": "other usual forms of a relative difference are half or twice as strict",
            "abs(gradient(w)[index] - numeric) > 0.001 * abs(numeric) → abs(gradient(w)[index] - numeric) >= 0.001 * "
            "abs(numeric)": "no difference is exactly 0.1 %",
        },
        insight="this works for any gradient: it needs to know nothing about the network.",
    ),
    Exercise(
        id="backprop.tape_step",
        task="A training step with GradientTape",
        reference=tape_step,
        cases=LAYERS,
        rtol=1e-3,
        atol=1e-5,
        hints=[
            "The tape follows a tf.Variable; make one of W and one of b before the block begins.",
            "Everything from x to the loss belongs into the block; the loss is tf.reduce_mean of the squares.",
            "tape.gradient(loss, [W, b]) returns two gradients; subtract each, times the learning rate.",
        ],
        misconceptions={
            "The gradient is added, which climbs; gradient descent subtracts it.": _scaled_step(lambda y: -1.0),
            "The squared errors are added up here; the loss is their mean, and so is its gradient.": (
                _scaled_step(lambda y: float(y.size))
            ),
            "The outputs of an example are added up here; the mean goes over the examples and over the outputs.": (
                _scaled_step(lambda y: float(y.shape[1]))
            ),
            "The losses of the examples are added up here, as a tape does with several numbers; take their mean.": (
                _scaled_step(len)
            ),
            "The step is half as long as it should be: the derivative of a square has the factor 2.": (
                _scaled_step(lambda y: 0.5)
            ),
            "The learning rate is missing: each step is learning_rate times the gradient.": (
                lambda W, b, x, y, learning_rate: tape_step(W, b, x, y, 1.0)
            ),
            "These are the gradients; the new W and b are asked for.": (
                lambda W, b, x, y, learning_rate: _layer_gradients(W, b, x, y)
            ),
            "b moves with a gradient that belongs to the new W: compute both gradients first, then move both.": (
                _one_after_the_other
            ),
        },
        insight="the same step as fit makes with SGD.",
    ),
    Exercise(
        id="backprop.bug_hunt",
        task="Bug hunt: a training step whose gradient check fails",
        reference=train_step,
        cases=NETWORKS,
        stub=_output_first,
        equal_mutants={"_network_step: y → x (2)": "x and y have a row for each example: len is the same"},
        hints=[
            "The gradient of the whole network belongs to one set of weights: which line uses a weight too late?",
            "Follow W2: where is it changed, and which line reads it after that?",
            "Compute all that goes backward first; change weights only at the end.",
        ],
        misconceptions={
            "Now W1 is changed too early: the gradient of W2 uses the new W1; compute both, then change.": (
                _hidden_first
            ),
            "The slope of tanh was right: it is 1 − a², and a factor that is left out changes the gradient.": (
                lambda x, y, W1, W2, learning_rate: _network_step(x, y, W1, W2, learning_rate, lambda a: 1.0)
            ),
            "The slope of tanh was right: it is 1 − a², not 1 − a.": (
                lambda x, y, W1, W2, learning_rate: _network_step(x, y, W1, W2, learning_rate, lambda a: 1 - a)
            ),
            "The new weights come in the other order: W1 first, then W2.": (
                lambda x, y, W1, W2, learning_rate: train_step(x, y, W1, W2, learning_rate)[::-1]
            ),
            "The sign was right: the gradient is subtracted.": (
                lambda x, y, W1, W2, learning_rate: _network_step(x, y, W1, W2, -learning_rate)
            ),
            "The division by len(y) belongs there: the loss is a mean over the batch.": (
                lambda x, y, W1, W2, learning_rate: _network_step(x, y, W1, W2, learning_rate * len(y))
            ),
        },
        insight="forward, backward, and only then the update: that is why frameworks keep the three apart.",
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="backprop.q1",
        question="5 examples go through a dense layer with 3 inputs and 2 units. Which shapes have W and the output?",
        options=[
            Option(
                text="(2, 3) and (5, 2)", because="W has a row for each input and a column for each unit, as in x W."
            ),
            Option(text="(3, 2) and (5, 2)", because="(5, 3) times (3, 2) is (5, 2).", right=True),
            Option(text="(3, 2) and (2, 5)", because="The first axis counts the examples, also behind the layer."),
        ],
    ),
    Quiz(
        id="backprop.q2",
        question="You put every example of a batch in twice. What does its mean squared error do?",
        options=[
            Option(
                text="It stays the same",
                because="Twice the sum over twice the number: the mean does not depend on the size of the batch.",
                right=True,
            ),
            Option(text="It doubles", because="The sum of squares would; the loss is their mean."),
            Option(text="It becomes half as large", because="The number of examples doubles, but so does the sum."),
        ],
    ),
    Quiz(
        id="backprop.q3",
        question="A loss over two weights is drawn as contour lines. Which way does its gradient point?",
        options=[
            Option(text="Along the contour line", because="Along it the loss does not change at all."),
            Option(
                text="To the lowest point", because="It knows only the slope here, not where the lowest point lies."
            ),
            Option(
                text="At right angles to the contour line, to where the loss grows",
                because="That is the direction of steepest ascent, so descent goes against it.",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="backprop.q4",
        question="Each step changes the sign of w − 3 and makes its size larger. What do you change?",
        options=[
            Option(text="More steps", because="Every further step leads further away."),
            Option(
                text="The learning rate, make it smaller",
                because="The steps leap over the valley and land higher than they began.",
                right=True,
            ),
            Option(text="The starting point", because="From any other point the distance grows by the same factor."),
        ],
    ),
    Quiz(
        id="backprop.q5",
        question="In the 2-2-1 network, w⁽²⁾₁₁ is exactly 0. Which derivatives are exactly 0 as well?",
        options=[
            Option(
                text="∂L/∂w⁽²⁾₁₁", because="Its factors are ŷ − y, σ′(z) and a₁; the weight itself is not among them."
            ),
            Option(
                text="Those of w⁽¹⁾₁₁, w⁽¹⁾₂₁ and b⁽¹⁾₁",
                because="All three reach the loss only through hidden unit 1, and that way is multiplied by w⁽²⁾₁₁.",
                right=True,
            ),
            Option(text="All nine", because="The way through hidden unit 2 is open, and so is b⁽²⁾."),
        ],
    ),
    Quiz(
        id="backprop.q6",
        question="A network has a million weights. What does its whole gradient cost with backpropagation?",
        options=[
            Option(
                text="About as much as two or three forward passes",
                because="Each product on the way back is computed once and shared by all weights behind it.",
                right=True,
            ),
            Option(
                text="About a million forward passes", because="That is one-sided differences, one weight at a time."
            ),
            Option(
                text="About two million forward passes", because="That is central differences, two for each weight."
            ),
        ],
    ),
    Quiz(
        id="backprop.q7",
        question="Batches of 32 have gradients with a spread of 0.4. Which batch size brings it down to 0.1?",
        options=[
            Option(text="64", because="That divides the spread by √2 only."),
            Option(text="128", because="Four times the size halves the spread."),
            Option(
                text="512", because="The spread falls with 1/√B: sixteen times the size, a quarter of it.", right=True
            ),
        ],
    ),
]
