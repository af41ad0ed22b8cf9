"""The exercises and quiz questions of notebook 06, optimizers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz

Vector = np.ndarray
Slope = Callable[[np.ndarray], np.ndarray]

# Inputs ---------------------------------------------------------------------------------------------------------------

PLACE, VELOCITY, GRADIENT = np.array([1.0, -2.0]), np.array([0.3, 0.1]), np.array([4.0, -1.0])

# Gradients of different sizes, and an epsilon that is large enough to show where it stands.
TWO_GRADIENTS = [np.array([2.0, -0.5]), np.array([-1.0, -0.1])]
THREE_GRADIENTS = [np.array([0.3]), np.array([3.0]), np.array([0.02])]

# The largest eigenvalue is neither the largest diagonal entry nor the sum of the diagonal.
LONG_VALLEY = np.array([[10.0, 3.0], [3.0, 2.0]])
ROUND_VALLEY = np.array([[2.0, 0.5, 0.0], [0.5, 2.0, 0.5], [0.0, 0.5, 3.0]])


def _bowl(w: Vector) -> Vector:
    """Gradient of ½(w₁² + 10 w₂²)."""
    return np.array([1.0, 10.0]) * w


def _bent(w: Vector) -> Vector:
    """Gradient of a valley that is no parabola, so that a look-ahead of another length gives another gradient."""
    return w**3 - np.roll(w, 1)


# What a right answer returns ------------------------------------------------------------------------------------------


def momentum_step(
    w: Vector, v: Vector, gradient: Vector, learning_rate: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and velocity after one step with momentum."""
    v = beta * v - learning_rate * gradient
    return w + v, v


def adam(
    w: Vector, gradients: Sequence[Vector], learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> np.ndarray:
    """Weights after one step of Adam for each gradient, epsilon outside of the root and after the correction."""
    m: Any = 0.0
    r: Any = 0.0
    for step, gradient in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * gradient
        r = beta_2 * r + (1 - beta_2) * gradient**2
        w = w - learning_rate * (m / (1 - beta_1**step)) / (np.sqrt(r / (1 - beta_2**step)) + epsilon)
    return w


def largest_stable_rate(hessian: np.ndarray) -> float:
    """The learning rate up to which gradient descent on a parabola with this Hessian does not diverge."""
    return float(2 / np.max(np.linalg.eigvalsh(hessian)))


def contraction(eigenvalues: Sequence[float], learning_rate: float) -> float:
    """The factor by which the slowest coordinate of gradient descent changes in a step, its size without sign."""
    return float(np.max(np.abs(1 - learning_rate * np.asarray(eigenvalues))))


def rate_at(step: int, warmup: int, total: int, peak: float) -> float:
    """Warm-up from 0 at step 0 to `peak` at step `warmup`, then half a cosine down to 0 at step `total`."""
    if step < warmup:
        return peak * step / warmup
    return peak * (1 + np.cos(np.pi * (step - warmup) / (total - warmup))) / 2


def nesterov_step(
    w: Vector, v: Vector, slope: Slope, learning_rate: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and velocity after a step of Nesterov's rule, which asks for the gradient where momentum alone leads."""
    v = beta * v - learning_rate * slope(w + beta * v)
    return w + v, v


def adagrad_rates(gradients: Vector, learning_rate: float, start: float) -> np.ndarray:
    """The effective learning rate in each step of Adagrad for the gradients (n,) of one weight."""
    return learning_rate / np.sqrt(start + np.cumsum(np.asarray(gradients) ** 2))


NAN_SOON = "the loss becomes NaN within the first steps"
CRAWLING = "the loss falls, but as slowly in the tenth epoch as in the first"
JITTER = "the loss stops falling and only jitters from batch to batch"
LEAP = "the loss leaps up in the first few steps and recovers; later all is well"
GAP = "training loss near 0, validation loss rises"
REMEDIES = {
    NAN_SOON: "lower the learning rate",
    CRAWLING: "raise the learning rate",
    JITTER: "decay the learning rate",
    LEAP: "warm up",
    GAP: "something other than the optimizer",
}

# What wrong answers return, and how a free answer is judged -----------------------------------------------------------

_WRONG_REMEDY = {
    NAN_SOON: "A loss that becomes NaN so soon has diverged, and stays that way; every step is too long.",
    CRAWLING: "A loss that falls steadily and slowly has steps that are too short, from the first epoch to the last.",
    JITTER: "A loss that jitters around a level needs smaller steps in the end, but not from the start.",
    LEAP: "Where all is well later, the rate suits all but the start: it need not be lowered for good.",
    GAP: "A training loss near 0 means that the optimizer has done its work; the gap is another problem.",
}


def _remedies_problem(answer: Any) -> str | None:
    """Return what is wrong with the first symptom that has another symptom's remedy."""
    if not isinstance(answer, dict) or set(answer) != set(REMEDIES):
        return "a dictionary with the five symptoms as keys is expected"
    for symptom, remedy in REMEDIES.items():
        given = str(answer[symptom]).strip().casefold()
        if given not in REMEDIES.values():
            return f"{answer[symptom]!r} is none of the five remedies"
        if given != remedy:
            return _WRONG_REMEDY[symptom]
    return None


def _adam(
    w: Vector,
    gradients: Sequence[Vector],
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    *,
    correct: Callable[[float, int], float] = lambda beta, step: 1 - beta**step,
    inside: bool = False,
    squared: bool = True,
) -> np.ndarray:
    """Adam with its usual mistakes to choose from."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for step, gradient in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * (gradient**2 if squared else np.abs(gradient))
        m_hat, v_hat = m / correct(beta_1, step), v / correct(beta_2, step)
        root = np.sqrt(v_hat + epsilon) if inside else np.sqrt(v_hat) + epsilon
        w = w - learning_rate * m_hat / root
    return w


def _adam_without_correction(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, correct=lambda beta, step: 1.0)


def _adam_same_correction(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, correct=lambda beta, step: 1 - beta)


def _adam_counting_from_two(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, correct=lambda beta, step: 1 - beta ** (step + 1))


def _adam_counting_from_zero(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, correct=lambda beta, step: 1 - beta ** (step - 1))


def _adam_times_step(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, correct=lambda beta, step: 1 - beta * step)


def _adam_one_beta(w, gradients, learning_rate, beta_1, beta_2, epsilon):  # type: ignore[no-untyped-def]
    return _adam(w, gradients, learning_rate, beta_1, beta_1, epsilon)


def _adam_inside(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, inside=True)


def _adam_not_squared(*arguments):  # type: ignore[no-untyped-def]
    return _adam(*arguments, squared=False)


def _adam_epsilon_first(w, gradients, learning_rate, beta_1, beta_2, epsilon):  # type: ignore[no-untyped-def]
    """Keras's own form: epsilon is added before the second moment is corrected."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for step, gradient in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        rate = learning_rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        w = w - rate * m / (np.sqrt(v) + epsilon)
    return w


def _cosine_over(start: int, end: int, step: int, peak: float) -> float:
    return peak * (1 + np.cos(np.pi * (step - start) / (end - start))) / 2


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="optimizers.momentum_step",
        task="One step with momentum",
        reference=momentum_step,
        cases=[
            (PLACE, VELOCITY, GRADIENT, 0.1, 0.9),
            (PLACE, np.zeros(2), GRADIENT, 0.05, 0.5),
            (np.array([3.0]), np.array([-1.0]), np.array([2.0]), 0.2, 0.99),
        ],
        hints=[
            "First the velocity: what is left of the old one, and which way does the gradient push it?",
            "Then the weights: they move by the velocity itself, whose size already contains the learning rate.",
            "Return both: the new weights first, then the new velocity.",
        ],
        misconceptions={
            "The sign: the velocity points downhill here, so it is added to the weights.": (
                lambda w, v, g, rate, beta: (w - (beta * v - rate * g), beta * v - rate * g)
            ),
            "The gradient points uphill: it is subtracted from the velocity.": (
                lambda w, v, g, rate, beta: (w + beta * v + rate * g, beta * v + rate * g)
            ),
            "The learning rate acts twice: it is in the velocity already, so the weights move by the whole of it.": (
                lambda w, v, g, rate, beta: (w + rate * (beta * v - rate * g), beta * v - rate * g)
            ),
            "The weights move by the old velocity; the rule moves them by the new one.": (
                lambda w, v, g, rate, beta: (w + v, beta * v - rate * g)
            ),
            "This is the damped form, whose gradient is multiplied by 1 − β: its steps are that much shorter.": (
                lambda w, v, g, rate, beta: (
                    w + beta * v - (1 - beta) * rate * g,
                    beta * v - (1 - beta) * rate * g,
                )
            ),
            "The order is turned round: first the weights, then the velocity.": (
                lambda w, v, g, rate, beta: (beta * v - rate * g, w + beta * v - rate * g)
            ),
        },
        insight="two lines, and the second contains neither gradient nor learning rate.",
    ),
    Exercise(
        id="optimizers.nesterov_step",
        task="A step of Nesterov's rule, with the gradient at the look-ahead point",
        reference=nesterov_step,
        cases=[
            (PLACE, VELOCITY, _bowl, 0.05, 0.9),
            (np.array([0.5, 1.5]), np.array([-0.4, 0.2]), _bent, 0.1, 0.5),
        ],
        hints=[
            "`slope` is a function: which place do you hand to it?",
            "Momentum alone would move the weights by βv. Ask for the gradient there.",
            "The weights themselves still start their step where they are: w + the new v.",
        ],
        misconceptions={
            "This is plain momentum: the gradient is taken at w, and Nesterov looks ahead.": (
                lambda w, v, slope, rate, beta: (w + beta * v - rate * slope(w), beta * v - rate * slope(w))
            ),
            "The look-ahead point is w + βv: the velocity that is left, not the whole of the old one.": (
                lambda w, v, slope, rate, beta: (w + beta * v - rate * slope(w + v), beta * v - rate * slope(w + v))
            ),
            "This looks back, not ahead: the point is w + βv.": (
                lambda w, v, slope, rate, beta: (
                    w + beta * v - rate * slope(w - beta * v),
                    beta * v - rate * slope(w - beta * v),
                )
            ),
            "The step starts at the look-ahead point, so βv is counted twice: only the gradient is taken there.": (
                lambda w, v, slope, rate, beta: (
                    w + 2 * beta * v - rate * slope(w + beta * v),
                    beta * v - rate * slope(w + beta * v),
                )
            ),
        },
        insight="the gradient corrects a step that is about to happen, not one that has happened.",
    ),
    Exercise(
        id="optimizers.adam",
        task="The first steps of Adam",
        reference=adam,
        cases=[
            (PLACE, TWO_GRADIENTS, 0.1, 0.9, 0.99, 0.1),
            (np.array([1.0]), THREE_GRADIENTS, 0.5, 0.8, 0.95, 0.01),
            (PLACE, TWO_GRADIENTS[:1], 0.1, 0.9, 0.999, 1e-8),
        ],
        hints=[
            "Begin with m and r as zeros, and count the steps from 1.",
            "Both averages are too small at first. Divide each by the weight that its gradients have had: 1 − βᵗ.",
            "ε is added to the root of the corrected r, not under it.",
        ],
        misconceptions={
            "This is NaN: counted from 0, the first correction is 1 − β⁰ = 0; or there is a minus under the root.": (
                _adam_counting_from_zero
            ),
            "The correction is missing: m and r start at 0, and are much too small in the first steps.": (
                _adam_without_correction
            ),
            "Both averages use β₁ here; the squares are averaged, and corrected, with β₂.": _adam_one_beta,
            "ε stands under the root; Adam adds it to the root.": _adam_inside,
            "The correction is the same in every step; its exponent is the step: 1 − βᵗ.": _adam_same_correction,
            "The step is counted from 2 here; in the first step the correction is 1 − β.": _adam_counting_from_two,
            "The step multiplies β here; it is its exponent.": _adam_times_step,
            "r averages the squares of the gradients; here it averages their sizes.": _adam_not_squared,
            "This is Keras's form, where ε is added before the correction; the exercise asks for the published one.": (
                _adam_epsilon_first
            ),
        },
        insight="with a tiny ε the first step has the size of the learning rate, however large the gradient is.",
    ),
    Exercise(
        id="optimizers.largest_stable_rate",
        task="The largest stable learning rate from a Hessian",
        reference=largest_stable_rate,
        cases=[(LONG_VALLEY,), (ROUND_VALLEY,), (np.diag([0.5, 4.0, 1.0]),)],
        hints=[
            "Along an eigenvector a step multiplies the distance by 1 − ηλ. When does its size exceed 1?",
            "All directions must be stable at once: which eigenvalue decides?",
            "np.linalg.eigvalsh returns the eigenvalues of a symmetric matrix.",
        ],
        misconceptions={
            "This is 1/λ: the rate that is best in one direction. Stable is every rate up to twice as much.": (
                lambda hessian: 1 / np.max(np.linalg.eigvalsh(hessian))
            ),
            "The smallest eigenvalue is used; the direction that bends most diverges first.": (
                lambda hessian: 2 / np.min(np.linalg.eigvalsh(hessian))
            ),
            "The diagonal is used; the largest curvature lies along an eigenvector, which may run slantwise.": (
                lambda hessian: 2 / np.max(np.diag(hessian))
            ),
            "The sum of the eigenvalues is used, which is safe but too careful: the largest one decides.": (
                lambda hessian: 2 / np.trace(hessian)
            ),
            "This is the best rate, 2/(λ_min + λ_max); the largest stable one is larger.": (
                lambda hessian: 2 / (np.max(np.linalg.eigvalsh(hessian)) + np.min(np.linalg.eigvalsh(hessian)))
            ),
        },
        insight="the steepest direction sets the rate, and the flattest then sets the time.",
    ),
    Exercise(
        id="optimizers.contraction",
        task="How fast gradient descent converges on a parabola",
        reference=contraction,
        cases=[([1.0, 10.0], 0.15), ([1.0, 10.0], 0.19), ([0.5, 2.0, 4.0], 0.1), ([2.0, 2.0], 0.5), ([3.0, 4.0], 0.45)],
        hints=[
            "Each eigenvalue λ has its own factor, 1 − ηλ. Which one is left when all others have died out?",
            "A factor of −0.8 shrinks as slowly as one of 0.8.",
        ],
        misconceptions={
            "This is the fastest direction; the distance is governed by the slowest one.": (
                lambda eigenvalues, rate: np.min(np.abs(1 - rate * np.asarray(eigenvalues)))
            ),
            "The sign: a factor of −0.9 jumps from side to side, and shrinks as slowly as 0.9.": (
                lambda eigenvalues, rate: np.max(1 - rate * np.asarray(eigenvalues))
            ),
            "Only the smallest eigenvalue is looked at; with a large rate the largest one is the slowest.": (
                lambda eigenvalues, rate: abs(1 - rate * min(eigenvalues))
            ),
            "(κ − 1)/(κ + 1) is the factor at the best learning rate only; here the rate is given.": (
                lambda eigenvalues, rate: (max(eigenvalues) - min(eigenvalues)) / (max(eigenvalues) + min(eigenvalues))
            ),
            "Only the largest eigenvalue is looked at; with a small rate the smallest one is the slowest.": (
                lambda eigenvalues, rate: abs(1 - rate * max(eigenvalues))
            ),
        },
    ),
    Exercise(
        id="optimizers.warmup_cosine",
        task="A cosine schedule with warm-up",
        reference=rate_at,
        cases=[
            *((step, 10, 110, 0.4) for step in (0, 5, 10, 60, 110, 35)),
            (1, 4, 20, 1.0),
            (8, 4, 20, 1.0),
        ],
        equal_mutants={
            "step < warmup → step <= warmup": "both pieces have the peak at step `warmup`",
            "total - warmup → warmup - total": "the cosine is the same on both sides of 0",
            "step - warmup → warmup - step": "the cosine is the same on both sides of 0",
        },
        hints=[
            "Two pieces: a straight line up to step `warmup`, and half a cosine from there to step `total`.",
            "Which share of the second piece is over at this step? It runs from 0 to 1.",
            "np.cos goes from 1 to −1 while its argument goes from 0 to π; the rate goes from `peak` to 0.",
        ],
        misconceptions={
            "Off by one: the rate is 0 at step 0 and reaches the peak at step `warmup`, not a step before.": (
                lambda step, warmup, total, peak: (
                    peak * (step + 1) / warmup if step < warmup else _cosine_over(warmup, total, step, peak)
                )
            ),
            "Off by one: the cosine ends at step `total`, not one step before.": (
                lambda step, warmup, total, peak: (
                    peak * step / warmup if step < warmup else _cosine_over(warmup, total - 1, step, peak)
                )
            ),
            "The cosine begins at step 0 here, so the rate jumps down when the warm-up ends.": (
                lambda step, warmup, total, peak: (
                    peak * step / warmup if step < warmup else _cosine_over(0, total, step, peak)
                )
            ),
            "The cosine lasts `total` steps here; the warm-up has already used some of them.": (
                lambda step, warmup, total, peak: (
                    peak * step / warmup if step < warmup else _cosine_over(warmup, warmup + total, step, peak)
                )
            ),
            "The cosine itself falls from 1 to −1; a learning rate falls from `peak` to 0.": (
                lambda step, warmup, total, peak: (
                    peak * step / warmup if step < warmup else peak * np.cos(np.pi * (step - warmup) / (total - warmup))
                )
            ),
        },
        insight="Keras's CosineDecay with warmup_target does the same; its decay_steps begin after the warm-up.",
    ),
    Exercise(
        id="optimizers.adagrad_rates",
        task="The effective learning rate of Adagrad",
        reference=adagrad_rates,
        cases=[
            (np.array([1.0, 2.0, -2.0]), 0.1, 0.1),
            (np.array([0.5, 0.5, 0.5, 0.5]), 1.0, 0.0),
            (np.array([3.0, 0.0, -1.0]), 0.01, 0.1),
        ],
        hints=[
            "In step t the gradient is multiplied by η divided by the root of what has been summed up so far.",
            "Squares are summed up, and the present gradient is already among them.",
            "np.cumsum returns the sums up to each step.",
        ],
        misconceptions={
            "The gradients themselves are summed up, with their signs; Adagrad sums up their squares.": (
                lambda gradients, rate, start: rate / np.sqrt(np.abs(start + np.cumsum(gradients)))
            ),
            "The root is missing: the rate is divided by the root of the sum of squares.": (
                lambda gradients, rate, start: rate / (start + np.cumsum(gradients**2))
            ),
            "The squares are averaged, as in RMSprop; Adagrad's sum never forgets.": (
                lambda gradients, rate, start: (
                    rate / np.sqrt(start + np.cumsum(gradients**2) / np.arange(1, len(gradients) + 1))
                )
            ),
            "The present gradient is missing from its own sum: it is added first, then the step is taken.": (
                lambda gradients, rate, start: (
                    rate / np.sqrt(start + np.concatenate([[0.0], np.cumsum(gradients**2)[:-1]]))
                )
            ),
            "The start of the sum is missing: in Keras it begins at 0.1.": (
                lambda gradients, rate, start: rate / np.sqrt(np.cumsum(gradients**2))
            ),
        },
        insight="the sum only grows, so the rate only falls: this is how Adagrad dies out.",
    ),
    Exercise(
        id="optimizers.remedies",
        task="Which remedy for which symptom",
        reference=REMEDIES,
        hints=[
            "Too large a rate diverges, too small a one crawls. Which of the two is which symptom?",
            "Jitter that does not shrink comes from batches, whose noise every step multiplies by the learning rate.",
            "An optimizer makes the training loss small. Is that still the problem in the last line?",
        ],
        verify=_remedies_problem,
        misconceptions={
            _WRONG_REMEDY[symptom]: REMEDIES | {symptom: wrong}
            for symptom, wrong in {
                NAN_SOON: "raise the learning rate",
                CRAWLING: "decay the learning rate",
                JITTER: "raise the learning rate",
                LEAP: "lower the learning rate",
                GAP: "decay the learning rate",
            }.items()
        },
    ),
    Exercise(
        id="optimizers.bug_hunt",
        task="Bug hunt: an Adam that starts well and then goes wrong",
        reference=adam,
        cases=[
            (PLACE, TWO_GRADIENTS, 0.1, 0.9, 0.99, 0.1),
            (np.array([1.0]), THREE_GRADIENTS, 0.5, 0.8, 0.95, 0.01),
            (PLACE, TWO_GRADIENTS[:1], 0.1, 0.9, 0.999, 0.1),
        ],
        stub=_adam_same_correction,
        hints=[
            "The first step is right. Feed the same gradient ten times: how long should each step be?",
            "After many steps the averages are right by themselves. What must the correction be then?",
        ],
        misconceptions={
            "This is NaN: counted from 0, the first correction is 1 − β⁰ = 0; or there is a minus under the root.": (
                _adam_counting_from_zero
            ),
            "Without any correction the late steps are right, and the first ones are wrong.": _adam_without_correction,
            "The step is counted from 2 here: in the first step the correction must be 1 − β.": _adam_counting_from_two,
            "The step multiplies β here; it is its exponent.": _adam_times_step,
            "Both averages are corrected and averaged with β₁ now; the squares need β₂.": _adam_one_beta,
        },
        insight="1 − βᵗ is small at first and grows towards 1: the correction fades out.",
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="optimizers.q1",
        question="The loss at a weight has the slope −3. Which way does gradient descent move the weight?",
        options=[
            Option(
                text="Up: it becomes larger.",
                because="A negative slope falls to the right, and the rule subtracts η times −3.",
                right=True,
            ),
            Option(text="Down: it becomes smaller.", because="That is the way uphill: to the left the loss is higher."),
            Option(text="It depends on the learning rate.", because="The rate decides how far, never which way."),
        ],
    ),
    Quiz(
        id="optimizers.q2",
        question="In a contour plot of the loss, how does the gradient at a point stand to the contour through it?",
        options=[
            Option(
                text="Along the contour.", because="Along a contour the loss stays the same; the gradient shows change."
            ),
            Option(
                text="At right angles, pointing uphill.",
                because="The contour is where nothing changes, so all change is across it.",
                right=True,
            ),
            Option(
                text="Straight away from the minimum.",
                because="Only where contours are circles; in a long valley it points nearly across.",
            ),
        ],
    ),
    Quiz(
        id="optimizers.q3",
        question="Batches become 100 times as large. What happens to the spread of their gradient?",
        options=[
            Option(text="It is 100 times smaller.", because="That holds for the variance, the square of the spread."),
            Option(
                text="It is 10 times smaller.",
                because="The spread of a mean falls with one over the root of the number.",
                right=True,
            ),
            Option(
                text="It stays the same.", because="It is the mean that stays: the estimate is unbiased either way."
            ),
        ],
    ),
    Quiz(
        id="optimizers.q4",
        question="A bowl has the curvatures 1 and 50. Which learning rates let plain descent converge?",
        options=[
            Option(
                text="All below 2.", because="That is right for the flat direction; the steep one diverges long before."
            ),
            Option(
                text="All below 0.04.",
                because="2/λ_max = 2/50: the steepest direction decides for all.",
                right=True,
            ),
            Option(text="Only 0.02.", because="1/50 makes the steep direction arrive at once; others converge too."),
        ],
    ),
    Quiz(
        id="optimizers.q5",
        question="The gradient has long been the same. How long is a step with momentum, β = 0.9, against one without?",
        options=[
            Option(text="0.9 times as long.", because="0.9 is what one old step contributes; many of them add up."),
            Option(text="1.9 times as long.", because="That is the second step; the velocity goes on growing."),
            Option(
                text="10 times as long.",
                because="1 + 0.9 + 0.81 + … adds up to 1/(1 − 0.9).",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="optimizers.q6",
        question="All gradients are multiplied by 1,000. What does Adam do?",
        options=[
            Option(
                text="Nearly the same as before.",
                because="The first moment and the root of the second grow alike, and the quotient stays.",
                right=True,
            ),
            Option(text="Steps 1,000 times as long.", because="That is plain descent; Adam divides by the size."),
            Option(text="Steps 1,000 times as short.", because="The numerator grows as well as the denominator."),
        ],
    ),
    Quiz(
        id="optimizers.q7",
        question="Plain descent walks exactly along the ridge of a saddle. What leads it down to one side?",
        options=[
            Option(text="A larger learning rate.", because="A rate times a slope of 0 is 0, however large the rate."),
            Option(text="Momentum.", because="It collects past slopes, and across the ridge all of them were 0."),
            Option(
                text="Noise in the gradient.",
                because="The smallest push off the ridge grows with every step from there on.",
                right=True,
            ),
        ],
    ),
    Quiz(
        id="optimizers.q8",
        question="Range test: the loss begins to fall at 0.01, falls fastest at 0.1, leaps at 1. Which rate first?",
        options=[
            Option(text="0.01", because="Here learning just begins to show: safe, and slow."),
            Option(
                text="About 0.1",
                because="Well below the leap, and where the loss falls fastest; then try its neighbours.",
                right=True,
            ),
            Option(text="1", because="At this rate the training has already diverged."),
        ],
    ),
]
