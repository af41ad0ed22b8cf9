"""The exercises and quiz questions of notebook 03, backpropagation, core and deeper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.exercise._comparison import in_words
from helpers.exercise.content import Exercise, Option, Quiz

Function = Callable[[np.ndarray], Any]

# Inputs ---------------------------------------------------------------------------------------------------------------

_random = np.random.default_rng(0)


def _drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    return [_random.normal(size=shape) for shape in shapes]


# (delta of the layer above, weights between, weighted sums); with the square one a forgotten transpose is no error.
DELTAS = [
    (np.array([[1.0]]), np.array([[2.0]]), np.array([[-3.0]])),
    (np.array([[0.5, -1.0]]), np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[0.5, -0.8]])),
    (*_drawn((4, 2), (3, 2), (4, 3)),),
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


def _loss_of_one(w: np.ndarray) -> float:
    return float(np.exp(2 * w[0]))


def _gradient_of_one(w: np.ndarray) -> np.ndarray:
    return 2 * np.exp(2 * w)


def _of_many_sizes(mistake: list[float]) -> tuple[Function, Function]:
    """Return a loss whose derivatives go from 1e-5 to 100, and its gradient with each entry times one of `mistake`."""

    def loss(w: np.ndarray) -> float:
        return float(1 + 20 * np.sin(5 * (w[0] - 0.4)) + 1e-5 * w[1] ** 2 + 0.01 * np.exp(w[2]) + w[3] ** 2)

    def gradient(w: np.ndarray) -> np.ndarray:
        right = [100 * np.cos(5 * (w[0] - 0.4)), 2e-5 * w[1], 0.01 * np.exp(w[2]), 2 * w[3]]
        return np.array(right) * mistake

    return loss, gradient


def _near_the_bottom(w: np.ndarray) -> float:
    return float(50 * (w[0] - 0.4) ** 2 + 3 * w[1])


def _only_small(w: np.ndarray) -> float:
    return float(1e-6 * (np.sin(w[0]) + np.sin(2 * w[1])))


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
    # Curved, and nearly at the bottom: a one-sided difference is off by 5 %, and nothing is wrong.
    (_near_the_bottom, lambda w: np.array([100 * (w[0] - 0.4), 3.0]), np.array([0.4001, 0.2])),
    # All small: an absolute tolerance of 1e-8 lets half a per cent of 1e-6 pass.
    (_only_small, lambda w: 1e-6 * np.array([np.cos(w[0]), 2.01 * np.cos(2 * w[1])]), np.array([0.4, 0.3])),
]

# What a right answer returns ------------------------------------------------------------------------------------------


def hidden_delta(delta: np.ndarray, W: np.ndarray, z: np.ndarray) -> np.ndarray:
    """δ of a leaky layer from that of the layer above."""
    return (delta @ W.T) * np.where(z > 0, 1.0, 0.1)


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
    """New (W, b) after a step on the squared errors of tanh(x W + b), summed over outputs, averaged over examples."""
    dW, db = _layer_gradients(W, b, x, y)
    return W - learning_rate * dW, b - learning_rate * db


def train_step(
    x: np.ndarray, y: np.ndarray, W1: np.ndarray, W2: np.ndarray, learning_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """New (W1, W2) of a tanh layer and a linear one, without biases, for half the mean squared error."""
    return _network_step(x, y, W1, W2, learning_rate)


class Value:
    """A value of an engine, as notebook 03 builds it: what `engine_tanh` is called with here."""

    def __init__(self, data: float, parents: tuple[Any, ...] = ()) -> None:
        self.data, self.grad, self.parents = data, 0.0, parents
        self.hand_on: Callable[[], None] = lambda: None


def _tanh_with(part: Callable[[Any, Any], float], *, overwrite: bool = False) -> Callable[[Any], Any]:
    """Return a `tanh` for the engine whose `hand_on` adds part(value, result) to value.grad, or overwrites it."""

    def tanh(value: Any) -> Any:
        result = type(value)(np.tanh(value.data), (value,))

        def hand_on() -> None:
            value.grad = part(value, result) + (0.0 if overwrite else value.grad)

        result.hand_on = hand_on
        return result

    return tanh


def _used(answer: Any) -> list[float]:
    """Return value.grad for two numbers, when another way has brought 0.25, and 2 or 3 arrive at tanh."""
    found = []
    for data, arriving in ((0.7, 2.0), (-1.3, 3.0)):
        value = Value(data)
        value.grad = 0.25
        result = answer(value)
        result.grad = arriving
        result.hand_on()
        found.append(float(value.grad))
    return found


def engine_tanh(value: Any) -> Any:
    """tanh of a value of the engine; it adds (1 − a²) times the gradient that has arrived."""
    result = type(value)(np.tanh(value.data), (value,))

    def hand_on() -> None:
        value.grad += (1 - result.data**2) * result.grad

    result.hand_on = hand_on
    return result


ENGINE_SLIPS = {
    "this overwrites what another way to the loss has brought to value.grad: += instead of =.": (
        _tanh_with(lambda value, result: (1 - result.data**2) * result.grad, overwrite=True)
    ),
    "the gradient that has arrived is missing: the local gradient times result.grad.": (
        _tanh_with(lambda value, result: 1 - result.data**2)
    ),
    "1 − a² takes the output of tanh, result.data, not the input.": (
        _tanh_with(lambda value, result: (1 - value.data**2) * result.grad)
    ),
    "the derivative of tanh is 1 − a², not 1 − a.": _tanh_with(lambda value, result: (1 - result.data) * result.grad),
    "the local gradient is missing: 1 − a² times result.grad.": _tanh_with(lambda value, result: result.grad),
}


def _judge_engine(answer: Any) -> str | None:
    """Return what is wrong with a `tanh` for the engine: its number, its parent, or what it hands on."""
    value = Value(0.7)
    if not callable(answer):
        return f'the function tanh is asked for, but got {in_words(answer)}; write check("backprop.engine_tanh", tanh).'
    try:
        result = answer(value)
    except Exception as error:
        return f"tanh(Value(0.7)) stops with {type(error).__name__}: {error}."
    if not all(hasattr(result, name) for name in ("data", "parents", "hand_on", "grad")):
        return "tanh must return a Value, with data, parents and hand_on."
    if not callable(result.hand_on):
        return "result.hand_on must be the function hand_on itself, without a call: result.hand_on = hand_on."
    if abs(result.data - np.tanh(0.7)) > 1e-9:
        return f"tanh(Value(0.7)).data must be {np.tanh(0.7):.4f}, not {result.data:.4f}."
    if not isinstance(result.parents, tuple | list) or list(result.parents) != [value]:
        return "the result must name its parent: Value(np.tanh(value.data), (value,))."
    try:
        found = _used(answer)
    except Exception as error:
        return f"hand_on() stops with {type(error).__name__}: {error}."
    if found == [0.25, 0.25]:
        return "hand_on changes nothing yet: it must add to value.grad, and be assigned to result.hand_on."
    for sentence, slip in ENGINE_SLIPS.items():
        if np.allclose(found, _used(slip), atol=1e-9):
            return sentence
    for arriving, right, got in zip((2, 3), _used(engine_tanh), found, strict=True):
        if abs(got - right) > 1e-9:
            return f"with 0.25 there before and {arriving} arriving, value.grad should be {right:.4f}, not {got:.4f}."
    return None


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
    delta = 2 * (a - y) * (1 - a**2) / len(y)
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

_RIGHT_RATES = {"A": 0.9, "B": 0.1, "C": 1.1, "D": 0.5}

EXERCISES = [
    Exercise(
        id="backprop.which_rate",
        task="Four walks: which learning rate was it?",
        reference=_RIGHT_RATES,
        hints=[
            "Which walk stays on one side? Which one lands on the bottom at once?",
            "The slope is 2(w − 1). By what does one step multiply the distance w − 1?",
            "It is 1 − 2η. Negative means the other side; a size above 1 means farther away.",
        ],
        misconceptions={
            "Here the slope is 2(w − 1), so the limit is η = 1: 0.9 comes closer with each jump, and 1.1 does not.": (
                _RIGHT_RATES | {"A": 1.1, "C": 0.9}
            ),
            "Short steps on one side mean a small learning rate; the walk that needs one step has 1 − 2η = 0.": (
                _RIGHT_RATES | {"B": 0.5, "D": 0.1}
            ),
        },
        insight="a step multiplies the distance by 1 − 2η: 0.8, 0, −0.8 and −1.2.",
    ),
    Exercise(
        id="backprop.silent_weight",
        task="Three neurons that do not learn: which factor is to blame?",
        reference={"A": "slope", "B": "input", "C": "error"},
        hints=[
            "∂L/∂w has three factors: the error ŷ − y, the slope σ′(z) and the input x. Which one is (nearly) 0?",
            "Compute z = x w + b for each. What is σ(0)? What is σ(11), and how steep is the sigmoid there?",
        ],
        misconceptions={
            "A is badly wrong: it says almost 1 and should say 0. Its error is as large as can be.": (
                {"A": "error", "B": "input", "C": "error"}
            ),
            "C is not saturated: z = 0, where the sigmoid is steepest. Compare its prediction with its target.": (
                {"A": "slope", "B": "input", "C": "slope"}
            ),
        },
        insight="one factor near 0 silences a weight, whatever the other two say.",
    ),
    Exercise(
        id="backprop.hidden_delta",
        task="The δ of a leaky layer",
        reference=hidden_delta,
        cases=DELTAS,
        equal_mutants={"z > 0 → z >= 0": "at the kink either slope will do"},
        hints=[
            "Write down the shapes: which product of `delta` and `W` has one column for each unit of this layer?",
            "That product is the derivative with respect to the activations. One more factor leads from a to z.",
            "The slope is 1 where z is positive and 0.1 elsewhere: np.where chooses entry by entry.",
        ],
        misconceptions={
            "W is not transposed: W leads forward from units to outputs, and the way back needs W.T.": (
                lambda delta, W, z: (delta @ W) * np.where(z > 0, 1.0, 0.1)
            ),
            "The factor f′ is missing: delta @ W.T is ∂L/∂a, and δ means ∂L/∂z.": lambda delta, W, z: delta @ W.T,
            "This is the activation f(z) as a factor; the way back needs its slope, 1 or 0.1.": (
                lambda delta, W, z: (delta @ W.T) * np.where(z > 0, z, 0.1 * z)
            ),
            "This is a plain ReLU, whose slope is 0 for negative z; here it is 0.1.": (
                lambda delta, W, z: (delta @ W.T) * (z > 0)
            ),
            "1 − a² is the slope of tanh; this layer is leaky, with the slopes 1 and 0.1.": (
                lambda delta, W, z: (delta @ W.T) * (1 - np.where(z > 0, z, 0.1 * z) ** 2)
            ),
            "The slopes are the wrong way round: 1 for positive z, 0.1 for the rest.": (
                lambda delta, W, z: (delta @ W.T) * np.where(z > 0, 0.1, 1.0)
            ),
        },
        insight="wishes of the layer above, weighted and added up, times the slope of the unit itself.",
    ),
    Exercise(
        id="backprop.who_should_grow",
        task="Which activations should be larger?",
        reference={"unit 1": "no difference", "unit 2": "larger", "unit 3": "smaller"},
        hints=[
            "Each unit gets one contribution from each output: δₖ times the weight between them.",
            "For unit 2: −0.2 · 1 + 0.1 · (−1). What does a negative derivative say about the loss when a₂ grows?",
        ],
        misconceptions={
            "The sign is turned round: a negative derivative means that a larger activation lowers the loss.": (
                {"unit 1": "no difference", "unit 2": "smaller", "unit 3": "larger"}
            ),
            "For unit 1 the two contributions are −0.2 · 1 and 0.1 · 2: they cancel.": (
                {"unit 1": "larger", "unit 2": "larger", "unit 3": "smaller"}
            ),
        },
        insight="∂L/∂a = δ Wᵀ = (0, −0.3, 0.4), and a unit should go against it.",
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
    Exercise(
        id="backprop.four_runs",
        task="Four loss curves, four diagnoses",
        reference={"A": "crawls", "B": "noisy gradients", "C": "diverges", "D": "plateau"},
        hints=[
            "Which curve goes up and up in the end? Which one jumps up and down?",
            "A plateau is flat for a long time and then falls all the same; a crawl goes down evenly, without end.",
        ],
        misconceptions={
            "Jumps without a trend at the end are noise, not divergence: a run that diverges goes up and up.": (
                {"A": "crawls", "B": "diverges", "C": "noisy gradients", "D": "plateau"}
            ),
            "A plateau is flat, and is left at last; A goes down evenly, only too slowly.": (
                {"A": "plateau", "B": "noisy gradients", "C": "diverges", "D": "crawls"}
            ),
        },
        insight="the remedies: a larger rate; larger batches; a smaller rate; patience, or another seed.",
    ),
    Exercise(
        id="backprop.read_the_log",
        task="Batch size and updates from a log of fit",
        reference={"batch size": 32, "updates": 940},
        hints=[
            "94 batches hold 3,000 examples, and the last batch may be smaller. Which usual batch size fits?",
            "Every batch is one update, in every one of the ten epochs.",
        ],
        misconceptions={
            "These are the updates of one epoch, or of the three epochs so far; the run has ten.": (
                {"batch size": 32, "updates": 94}
            ),
            "3,000 / 94 is 31.9, but a batch is a whole number of examples: 93 full batches and one that is smaller.": (
                {"batch size": 31.9, "updates": 940}
            ),
            "The 94 counts batches, not examples: how many examples are in each?": {"batch size": 94, "updates": 320},
        },
        verify=lambda answer: _judge_log(answer),
        insight="93 batches of 32, one of 24, ten times.",
    ),
    Exercise(
        id="backprop.tape_step",
        task="A training step with GradientTape",
        reference=tape_step,
        cases=LAYERS,
        equal_mutants={"_layer_gradients: y → x": "x and y have a row for each example: len is the same"},
        rtol=1e-3,
        atol=1e-5,
        hints=[
            "The tape follows a tf.Variable; make one of W and one of b before the block begins.",
            "Everything from x to the loss belongs in the block: tf.reduce_sum over axis 1, then tf.reduce_mean.",
            "tape.gradient(loss, [W, b]) returns two gradients; subtract each, times the learning rate.",
        ],
        misconceptions={
            "The gradient is added, which climbs; gradient descent subtracts it.": _scaled_step(lambda y: -1.0),
            "The examples are added up here; over the examples the loss is a mean.": (
                _scaled_step(lambda y: float(len(y)))
            ),
            "The outputs are averaged here; in this exercise the squared errors of an example are added up.": (
                _scaled_step(lambda y: 1.0 / y.shape[1])
            ),
            "This is the step for half of the squared errors; here the loss has no ½.": _scaled_step(lambda y: 0.5),
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
        insight="the same step as fit makes with SGD, for a loss of your own.",
    ),
    Exercise(
        id="backprop.engine_tanh",
        task="Complete an engine that differentiates any formula",
        reference=engine_tanh,
        verify=_judge_engine,
        stub=_tanh_with(lambda value, result: 0.0),
        hints=[
            "What is the derivative of tanh, written with its own output a?",
            "hand_on gives value its part: local gradient times the gradient that has arrived at result.",
            "Another way to the loss may have been here before, so add to value.grad.",
        ],
        misconceptions=ENGINE_SLIPS,
        insight="with +, · and tanh the engine can train a network.",
    ),
    Exercise(
        id="backprop.broken_engines",
        task="Three broken engines: which formula shows it?",
        reference={"A": "a * b", "B": "a * a", "C": "a + b"},
        hints=[
            "Work out by hand what each formula's derivative with respect to a should be at a = 2, b = −1.",
            "A: for a · a both sides are the same value. Is a swap noticed? B: which formula uses a value twice?",
        ],
        misconceptions={
            "In a * a both sides are the same value, so handing on the wrong side's number changes nothing.": (
                {"A": "a * a", "B": "a * a", "C": "a + b"}
            ),
            "a * b uses each value once, so nothing is there yet that = could overwrite.": (
                {"A": "a * b", "B": "a * b", "C": "a + b"}
            ),
        },
        insight="a test that is to find a fault must be a case in which the fault matters.",
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
        insight="this needs to know nothing about the network, only its loss.",
    ),
    Exercise(
        id="backprop.which_mode",
        task="Forward or reverse mode?",
        reference={"A": "reverse", "B": "forward", "C": "reverse"},
        hints=[
            "Forward mode costs a pass for each input, reverse mode a pass for each output. Count both.",
            "In C there are 784 inputs and 10 outputs.",
        ],
        misconceptions={
            "It is the other way round: reverse mode pays for each output, forward mode for each input.": (
                {"A": "forward", "B": "reverse", "C": "forward"}
            ),
            "B has one input and a million outputs: one forward pass does; reverse mode needs a million.": (
                {"A": "reverse", "B": "reverse", "C": "reverse"}
            ),
        },
        insight="a network in training is case A: that is why it goes backwards.",
    ),
    Exercise(
        id="backprop.whose_runs",
        task="Three bundles of runs: which batch size?",
        reference={"A": 8, "B": 128, "C": 1},
        hints=[
            "Which bundle has no noise at all? With which batch size are all runs the same?",
            "The smaller the batch, the more restless the end.",
        ],
        misconceptions={
            "Noise grows as the batch shrinks: the wildest bundle has the smallest.": {
                "A": 8,
                "B": 1,
                "C": 128,
            },
            "The bundle that is a single line has no chance in it: the whole batch of 128.": {"A": 128, "B": 8, "C": 1},
        },
        insight="the spread at the end tells the batch size, at one learning rate.",
    ),
    Exercise(
        id="backprop.which_maps",
        task="Four saliency maps: trained or untrained?",
        reference={"A": "trained", "B": "untrained", "C": "untrained", "D": "trained"},
        hints=[
            "In a trained map neighbouring pixels tend to agree. In which maps do they?",
            "An untrained map is noise from pixel to pixel, on the object and off it alike.",
        ],
        misconceptions={
            "Fine grain all over is what random weights give; a trained map has patches.": (
                {"A": "untrained", "B": "trained", "C": "trained", "D": "untrained"}
            ),
            "Two of the four come from the untrained network: compare the grain of A with that of B.": (
                {"A": "trained", "B": "trained", "C": "trained", "D": "trained"}
            ),
        },
        insight="that comparison is the first thing to ask of any saliency map.",
    ),
]


def _judge_log(answer: Any) -> str | None:
    """Return what is wrong with batch size and updates; any batch size that gives 94 batches is right."""
    if set(answer) != {"batch size", "updates"}:
        return "the answer needs the keys 'batch size' and 'updates', and no others."
    try:
        size, updates = float(answer["batch size"]), float(answer["updates"])
    except (TypeError, ValueError):
        return "both must be numbers, such as 10."
    if updates == 94 or updates == 282:
        return "these are the updates of one epoch, or of the three epochs so far; the run has ten."
    if size == 94:
        return "the 94 counts batches, not examples: how many examples are in each?"
    if size != int(size):
        return "a batch is a whole number of examples: 93 full batches and one that is smaller."
    if -(-3000 // int(size)) != 94:
        return f"batches of {int(size)} would make {-(-3000 // int(size))} batches of 3,000 examples, not 94."
    if updates != 940:
        return "every batch is one update, in every one of the ten epochs."
    return None


# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="backprop.q1",
        question="5 examples pass a dense layer with 3 inputs and 2 units. What are the shapes of W and of the output?",
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
        question="In the 2-2-1 network, w⁽²⁾₁ is exactly 0. Which derivatives are exactly 0 as well?",
        options=[
            Option(
                text="∂L/∂w⁽²⁾₁", because="Its factors are ŷ − y, σ′(z) and a₁; the weight itself is not among them."
            ),
            Option(
                text="Those of w⁽¹⁾₁₁, w⁽¹⁾₂₁ and b⁽¹⁾₁",
                because="All three reach the loss only through hidden unit 1, and that way is multiplied by w⁽²⁾₁.",
                right=True,
            ),
            Option(text="All nine", because="The way through hidden unit 2 is open, and so is b⁽²⁾."),
        ],
    ),
    Quiz(
        id="backprop.q5",
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
        id="backprop.q6",
        question="Batches of 32 have gradients with a spread of 0.4. Which batch size brings it down to 0.1?",
        options=[
            Option(text="64", because="That divides the spread by √2 only."),
            Option(text="128", because="Four times the size halves the spread."),
            Option(
                text="512", because="The spread falls with 1/√B: sixteen times the size, a quarter of it.", right=True
            ),
        ],
    ),
    Quiz(
        id="backprop.q7",
        question="W is (3, 2), and a batch has 5 examples. What is the shape of ∂L/∂W?",
        options=[
            Option(text="(5, 3, 2)", because="The examples are added up: they share the weights."),
            Option(text="(3, 2)", because="A gradient has the shape of what it is the gradient of.", right=True),
            Option(text="(2, 3)", because="Transposed is what passes δ to the layer below, not the gradient of W."),
        ],
    ),
    Quiz(
        id="backprop.q8",
        question="A label is 1 and the sigmoid says 0.9, with binary cross-entropy. What is ∂L/∂z?",
        options=[
            Option(text="−0.1", because="ŷ − y: sigmoid and cross-entropy together leave only the error.", right=True),
            Option(text="−0.009", because="That multiplies by σ′(z), which cancels against the loss's derivative."),
            Option(text="0.1", because="The sign: a larger z would lower the loss, so the derivative is negative."),
        ],
    ),
]
