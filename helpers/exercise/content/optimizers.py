"""The exercises and quiz questions of notebook 06, optimizers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.exercise._comparison import in_words, meant
from helpers.exercise.content import Exercise, Option, Quiz
from helpers.figures import optimizers as figures

Vector = np.ndarray
Slope = Callable[[np.ndarray], np.ndarray]

# Inputs ---------------------------------------------------------------------------------------------------------------

PLACE, VELOCITY = np.array([1.0, -2.0]), np.array([0.3, 0.1])

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


def buggy_adam(
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


def contraction(eigenvalues: Sequence[float], learning_rate: float) -> float:
    """The factor by which the slowest coordinate of gradient descent changes in a step, its size without sign."""
    return float(np.max(np.abs(1 - learning_rate * np.asarray(eigenvalues))))


def nesterov_step(
    w: Vector, v: Vector, slope: Slope, learning_rate: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and velocity after a step of Nesterov's rule, which asks for the gradient where momentum alone leads."""
    v = beta * v - learning_rate * slope(w + beta * v)
    return w + v, v


def largest_stable_rate(hessian: np.ndarray, beta: float) -> float:
    """The learning rate up to which descent with momentum on a parabola with this Hessian does not diverge."""
    return float(2 * (1 + beta) / np.max(np.linalg.eigvalsh(hessian)))


REMEDIES = {"A": "raise η", "B": "lower η", "C": "decay η", "D": "warm up"}

_HILLS = {"A": "creeps", "B": "jumps and settles", "C": "climbs out"}
_BETAS = {"A": 0.9, "B": 0, "C": 0.99, "leaves": "none"}
_EDGE = {"A": "at the edge", "B": "below it", "C": "at the edge", "then": 20.0}
_VERDICT = {"difference": 1.0, "error": 0.447, "verdict": "first"}
_SCHEDULES = {"A": "warmup_steps", "B": "decay_steps", "C": "initial_learning_rate", "D": "warmup_target"}
_PATHS = {"A": "momentum", "B": "Adam", "C": "SGD"}

# What wrong answers return, and how a free answer is judged -----------------------------------------------------------

_WRONG_REMEDY = {
    "A": "A falls steadily and slowly: its steps are too short, from the first to the last.",
    "B": "B grows and grows: one direction is too steep for every one of its steps, the first and the last.",
    "C": "C jitters around a level: it needs shorter steps in the end, but it did arrive with those it has.",
    "D": "D leaps once, at the start, and then behaves: only its first steps are too long.",
}


def _remedies_problem(answer: Any) -> str | None:
    """Return what is wrong with the first curve that has another curve's remedy."""
    if not isinstance(answer, dict) or set(answer) != set(REMEDIES):
        return "a dictionary with the keys A, B, C and D is expected"
    for curve, remedy in REMEDIES.items():
        given = meant(answer[curve], REMEDIES.values())
        if given is None:
            return f"{in_words(answer[curve])} is none of the four remedies"
        if given != remedy:
            return _WRONG_REMEDY[curve]
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
) -> np.ndarray:
    """Adam with its usual mistakes to choose from."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for step, gradient in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        m_hat, v_hat = m / correct(beta_1, step), v / correct(beta_2, step)
        w = w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
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


# The exercises --------------------------------------------------------------------------------------------------------

EXERCISES = [
    Exercise(
        id="optimizers.three_hills",
        task="Three hills, one learning rate: what does each ball do?",
        picture=figures.draw_three_hills,
        reference=_HILLS,
        hints=[
            "The loss is ½ λ w². How high is the hill at w = −1, and what is λ then?",
            "One step multiplies w by 1 − ηλ. Negative means the other side; a size above 1 means farther away.",
        ],
        misconceptions={
            "The height at w = −1 is λ/2, not λ: B has λ = 15, and 1 − 0.1 · 15 = −0.5 lies on the other side.": (
                _HILLS | {"B": "creeps", "C": "jumps and settles"}
            ),
            "Flat ground gives short steps: A is the gentlest hill, and stays on its side.": (
                {"A": "climbs out", "B": "jumps and settles", "C": "creeps"}
            ),
            "Jumping to the other side is not yet climbing out: that needs a factor of a size above 1.": (
                _HILLS | {"B": "climbs out"}
            ),
        },
        insight="the factors 1 − ηλ are 0.6, −0.5 and −1.5.",
    ),
    Exercise(
        id="optimizers.which_beta",
        task="Three walks down a long valley: which β was it?",
        picture=figures.draw_three_betas,
        reference=_BETAS,
        hints=[
            "Without memory a walk cannot run past the bottom of a valley with this η. Which one never does?",
            "The more it remembers, the longer it swings.",
            "Doubling the gradients doubles λ. Compare η with 2 (1 + β)/50 for each β.",
        ],
        misconceptions={
            "A swings and settles, C goes on swinging: less friction, longer memory.": _BETAS | {"A": 0.99, "C": 0.9},
            "B is slow, but not because it remembers much: it never runs past the bottom, so it has no memory.": (
                _BETAS | {"B": 0.99, "C": 0}
            ),
            "Swinging is not leaving: with β = 0.99 the limit is 2 · 1.99/50 = 0.08, and η is 0.02.": (
                _BETAS | {"leaves": "C"}
            ),
            "Without momentum the limit is 2/50 = 0.04; η = 0.02 is below it.": _BETAS | {"leaves": "B"},
        },
        insight="momentum swings longer, and still its limit is higher than that of plain descent.",
    ),
    Exercise(
        id="optimizers.whose_path",
        task="Three paths over Himmelblau's hills: whose are they?",
        picture=figures.draw_three_paths,
        reference=_PATHS,
        hints=[
            "Two leave against the slope, nearly straight up the page. Which rule does not, because it steps equally "
            "far along both axes, however steep they are?",
            "Of the two that leave alike, one runs through the valley and up the other side. What must it have?",
        ],
        misconceptions={
            "B leaves at 45°: its first steps are equally long along both axes, though the slope points nearly "
            "straight up. That is Adam. A follows the slope, and is carried far past the valley.": (
                _PATHS | {"A": "Adam", "B": "momentum"}
            ),
            "A runs through the valley, up the other side, and round the minimum: it has a velocity. C turns where "
            "the valley turns, and its dots crowd where the ground is flat.": (
                {"A": "SGD", "B": "Adam", "C": "momentum"}
            ),
            "B leaves at 45°, whatever the slope: Adam. C leaves against the slope, and its dots crowd where the "
            "ground is flat: steps in proportion to the slope.": _PATHS | {"B": "SGD", "C": "Adam"},
        },
        insight="the first step, the turn at the valley and the distance between the dots tell them apart.",
    ),
    Exercise(
        id="optimizers.remedies",
        task="Four sick loss curves: which remedy for which?",
        picture=figures.draw_sick_curves,
        reference=REMEDIES,
        hints=[
            "Too large a learning rate explodes, too small a one crawls. Which curve is which?",
            "Jitter that does not shrink comes from batches, whose noise every step multiplies by η.",
            "If only the first steps are too long, must all be shortened?",
        ],
        verify=_remedies_problem,
        misconceptions={
            _WRONG_REMEDY[curve]: REMEDIES | {curve: wrong}
            for curve, wrong in {"A": "decay η", "B": "warm up", "C": "lower η", "D": "lower η"}.items()
        },
        insight="all four are one number at the wrong time.",
    ),
    Exercise(
        id="optimizers.largest_stable_rate",
        task="The largest stable learning rate with momentum, from a Hessian",
        reference=largest_stable_rate,
        cases=[
            (LONG_VALLEY, 0.0),
            (ROUND_VALLEY, 0.9),
            (np.diag([0.5, 4.0, 1.0]), 0.5),
            (np.array([[8.0, -3.0], [-3.0, 4.0]]), 0.2),
        ],
        hints=[
            "All directions must be stable at once: which eigenvalue decides?",
            "np.linalg.eigvalsh returns the eigenvalues of a symmetric matrix. Momentum multiplies the limit by 1 + β.",
        ],
        misconceptions={
            "This is the limit without momentum; momentum raises it.": (
                lambda hessian, beta: 2 / np.max(np.linalg.eigvalsh(hessian))
            ),
            "The smallest eigenvalue is used; the direction that bends most diverges first.": (
                lambda hessian, beta: 2 * (1 + beta) / np.min(np.linalg.eigvalsh(hessian))
            ),
            "The diagonal is used; the largest curvature lies along an eigenvector, which may run slantwise.": (
                lambda hessian, beta: 2 * (1 + beta) / np.max(np.diag(hessian))
            ),
            "The sum of the eigenvalues is used, which is safe but too careful: the largest one decides.": (
                lambda hessian, beta: 2 * (1 + beta) / np.trace(hessian)
            ),
            "1/(1 − β) is how much longer the steps become; the limit grows with 1 + β.": (
                lambda hessian, beta: 2 / (1 - beta) / np.max(np.linalg.eigvalsh(hessian))
            ),
        },
        insight="the steepest direction sets the learning rate, and the flattest then sets the time.",
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
            "This is the point that Keras stores, one look ahead of the weights: return w + v itself.": (
                lambda w, v, slope, rate, beta: (
                    w + (1 + beta) * (beta * v - rate * slope(w + beta * v)),
                    beta * v - rate * slope(w + beta * v),
                )
            ),
            "The velocity points downhill here, so it is added to the weights.": (
                lambda w, v, slope, rate, beta: (
                    w - (beta * v - rate * slope(w + beta * v)),
                    beta * v - rate * slope(w + beta * v),
                )
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
        id="optimizers.contraction",
        task="How fast gradient descent converges on a parabola",
        reference=contraction,
        cases=[
            ([1.0, 10.0], 0.15),
            ([1.0, 10.0], 0.19),
            ([0.5, 2.0, 4.0], 0.1),
            ([2.0, 2.0], 0.5),
            ([3.0, 4.0], 0.45),
            ([2.0, 0.5, 4.0, 1.0], 0.1),
            ([2.0, 4.0, 3.0], 0.45),
        ],
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
        id="optimizers.four_schedules",
        task="Four learning rates by step: which argument is wrong?",
        picture=figures.draw_four_schedules,
        reference=_SCHEDULES,
        hints=[
            "At which step is each one highest, and where does it begin?",
            "`CosineDecay` climbs in a straight line from initial_learning_rate to warmup_target in warmup_steps; then "
            "its cosine takes decay_steps. Without a target it skips the climb, and the cosine begins at the initial "
            "rate.",
        ],
        misconceptions={
            "A's highest point comes too late, and from there it falls as slowly as it should; B's comes at step 20, "
            "and the fall is over too soon.": _SCHEDULES | {"A": "decay_steps", "B": "warmup_steps"},
            "C is level for 20 steps: it does warm up, but from 0.1 to 0.1. D begins at 0, as it should, and has "
            "nowhere to climb to.": _SCHEDULES | {"C": "warmup_target", "D": "initial_learning_rate"},
            "C's cosine begins at step 20, as it should; what comes before is too high.": (
                _SCHEDULES | {"A": "initial_learning_rate", "C": "warmup_steps"}
            ),
        },
        insight="decay_steps begin after the warm-up; print a few values of a schedule before you train.",
    ),
    Exercise(
        id="optimizers.bug_hunt",
        task="Bug hunt: an Adam that starts well and then goes wrong",
        reference=buggy_adam,
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
    Exercise(
        id="optimizers.read_the_edge",
        task="Learning rates and measured curvatures: which trainings are at the edge?",
        reference=_EDGE,
        rtol=0.05,
        hints=[
            "Compare each measured curvature with 2/η.",
            "After the change of η the training is far above its new edge. Where does the swinging push it?",
        ],
        misconceptions={
            "B's edge would be 2/0.05 = 40; with 12 it has far to go.": _EDGE | {"B": "at the edge"},
            "C is not steep, and still at its edge: 2/0.2 = 10.": _EDGE | {"C": "below it"},
            "The curvature does not stay: it follows the learning rate, to about 2/η.": _EDGE | {"then": 39},
            "Twice the learning rate halves the curvature that it tolerates; it does not double it.": (
                _EDGE | {"then": 80}
            ),
        },
        insight="in a network the curvature follows the learning rate.",
    ),
    Exercise(
        id="optimizers.verdict",
        task="Two networks on the same images: a difference, its error, a verdict",
        reference=_VERDICT,
        rtol=0.02,
        hints=[
            "Only the images on which the two disagree count: 105 and 75 of 3,000.",
            "The error is √(b + c)/n. How many errors large is the difference?",
        ],
        misconceptions={
            "This is the error of one accuracy, √(p (1 − p)/n); what both get right or wrong says nothing here.": (
                _VERDICT | {"error": 0.667}
            ),
            "In percentage points: multiply by 100.": {"difference": 0.01, "error": 0.0045, "verdict": "first"},
            "The difference is more than two of its errors: by the rule of the task, it counts.": (
                _VERDICT | {"verdict": "cannot tell"}
            ),
        },
        insight="beside a second seed, what helps most is more images to compare on.",
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
        question="In a contour plot of the loss, which way does the gradient point, relative to the contour?",
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
    Quiz(
        id="optimizers.q9",
        question="A weight's gradients flip their sign at every step. What does Adam do to them?",
        options=[
            Option(
                text="It divides them by their size, and the average nearly cancels.",
                because="The squares do not cancel, the values do: the weight hardly moves.",
                right=True,
            ),
            Option(text="It takes steps of length η.", because="That is so where gradients agree in sign."),
            Option(text="Nothing: flips have a mean of 0.", because="Adam knows of the mean only by averaging."),
        ],
    ),
    Quiz(
        id="optimizers.q10",
        question="Near the minimum a noisy walk jitters. What makes the cloud smaller?",
        options=[
            Option(text="More steps.", because="The walk has arrived; the noise throws it about as before."),
            Option(text="More momentum.", because="It averages, but its steps get longer by the same factor."),
            Option(
                text="A smaller learning rate.",
                because="Every step multiplies the noise by η: that is what a decay is for.",
                right=True,
            ),
        ],
    ),
]
