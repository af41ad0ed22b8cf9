"""Exercises and quiz of notebook 09: scales, chances, Hyperband's budget, sick networks, and honest scores."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers.exercise.content import Exercise, Option, Quiz
from helpers.figures import tuning as figures
from helpers.figures import tuning_deeper as figures_deeper

# What the answers are tried on ----------------------------------------------------------------------------------------

PLACES = np.array([0.0, 0.25, 0.5, 0.9, 1.0])
"""Numbers as a generator draws them evenly from 0 to 1."""

IMAGES = np.array([[0.0, 10.0], [2.0, 30.0], [4.0, 20.0], [10.0, 90.0], [6.0, 50.0], [8.0, 40.0]])


class Asked(float):
    """A float that remembers how it was asked for."""

    name: str
    bounds: tuple[float, float]
    conditions: tuple[tuple[str, tuple[Any, ...]], ...]
    sampling: str


class Chosen(str):
    """A text that remembers from which values it was chosen."""

    values: tuple[Any, ...]


class Hyperparameters:
    """Answers like KerasTuner's `HyperParameters`, with an optimizer that is fixed in advance, and trains nothing."""

    def __init__(self, optimizer: str) -> None:
        self.optimizer = optimizer
        self._conditions: list[tuple[str, tuple[Any, ...]]] = []

    def __repr__(self) -> str:
        """Say which optimizer it gives."""
        return f"hp with optimizer {self.optimizer}"

    @contextlib.contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """Remember, while the block runs, on what its hyperparameters depend."""
        values = tuple(parent_values) if isinstance(parent_values, list | tuple) else (parent_values,)
        self._conditions.append((parent_name, values))
        try:
            yield
        finally:
            self._conditions.pop()

    def Choice(self, name: str, values: Any, **_: Any) -> Any:
        """Return the optimizer where it is asked for, else the first of the values."""
        if name != "optimizer":
            return next(iter(values))
        chosen = Chosen(self.optimizer)
        chosen.values = tuple(values)
        return chosen

    def Float(
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: Any = None,
        sampling: str = "linear",
        parent_name: str | None = None,
        parent_values: Any = None,
        **_: Any,
    ) -> Asked | None:
        """Return a number between the bounds: another one for each sampling, and inside each scope.

        None where its condition is not met, as KerasTuner does.

        Raises:
            ValueError: A logarithmic scale would begin at 0 or below.
        """
        if sampling in ("log", "reverse_log") and min_value <= 0:
            raise ValueError(f"sampling={sampling!r} needs min_value above 0, but got {min_value}")
        if parent_name is not None:
            with self.conditional_scope(parent_name, parent_values):
                return self.Float(name, min_value, max_value, step, sampling)
        if any(parent == "optimizer" and self.optimizer not in values for parent, values in self._conditions):
            return None
        middle = math.sqrt(min_value * max_value) if sampling == "log" else (min_value + max_value) / 2
        asked = Asked(middle * (1 + len(self._conditions) / 10))
        asked.name, asked.bounds = name, (min_value, max_value)
        asked.conditions, asked.sampling = tuple(self._conditions), sampling
        return asked


# What a right answer returns ------------------------------------------------------------------------------------------


def trials_needed(share: float, confidence: float) -> int:
    """Random trials until one is among the best `share` of all settings with probability `confidence`."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - share))


def draw_rates(low: float, high: float, places: np.ndarray) -> np.ndarray:
    """Values from `low` to `high`, evenly spread on a logarithmic scale, for `places` evenly spread from 0 to 1."""
    return low * (high / low) ** np.asarray(places)


def bracket_epochs(networks: int, first_epochs: int, max_epochs: int, factor: int) -> int:
    """Epochs of one bracket in which the survivors go on with what they have learned."""
    total, before, epochs = 0, 0, first_epochs
    while True:
        total += networks * (epochs - before)
        if epochs >= max_epochs:
            return total
        before, epochs, networks = epochs, epochs * factor, networks // factor


def optimizer_space(hp: Any) -> dict[str, Any]:
    """Ask for an optimizer, a learning rate, and a momentum that exists only for "sgd"."""
    values = {
        "optimizer": hp.Choice("optimizer", ["sgd", "adam"]),
        "learning_rate": hp.Float("learning_rate", 1e-4, 1e-1, sampling="log"),
    }
    with hp.conditional_scope("optimizer", ["sgd"]):
        if values["optimizer"] == "sgd":
            values["momentum"] = hp.Float("momentum", 0.0, 0.99)
    return values


def scaled_fold(x: np.ndarray, validation_rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation part of `x` (n, features), scaled by mean and deviation of the training part."""
    train, validation = np.delete(x, validation_rows, axis=0), x[validation_rows]
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (validation - mean) / deviation


_SEARCHES = {"A": "random, linear", "B": "grid", "C": "random, log", "most": "C"}
_FOUR = {"A": 0.13, "B": 0.001, "C": 0.0001, "D": 0.04, "lost": "B"}
_PATIENTS = {"A": "lower η", "B": "raise η", "C or D": "labels"}
_REPORTS = {"A": "too good", "B": "honest", "C": "too good", "D": "too good", "E": "honest"}


def _linear(low: float, high: float, places: np.ndarray) -> np.ndarray:
    """The buggy stub: even on the linear scale."""
    return low + (high - low) * places


def corrected_error(differences: Any, train: int, test: int) -> float:
    """Standard error of a mean over repeated splits, corrected for the images that they share."""
    factor = 1 / len(differences) + test / train
    return float(np.sqrt(factor * np.var(differences, ddof=1)))


_EDGES = {"A": "move", "B": "accept", "C": "stop", "D": "accept"}
_TWO_SEARCHES = {"error": 0.2828, "verdict": "cannot tell", "error later": 0.1414, "verdict later": "way 2"}
_NEXT_TRIAL = {0: "A", 2.6: "B", 100: "C"}
_COMPARED = {"schedule": {"B", "C"}, "optimizer": {"C", "D"}, "salesman": {"A", "D"}}
_VERDICTS = {"A": "better", "B": "cannot tell", "C": "fault", "D": "cannot tell"}


# Known mistakes -------------------------------------------------------------------------------------------------------


def _bracket(networks: int, first_epochs: int, max_epochs: int, factor: int) -> list[tuple[int, int]]:
    rounds = [(networks, first_epochs)]
    while rounds[-1][1] < max_epochs:
        rounds.append((rounds[-1][0] // factor, rounds[-1][1] * factor))
    return rounds


def _rounding_up(networks: int, first_epochs: int, max_epochs: int, factor: int) -> int:
    total, before, epochs = 0, 0, first_epochs
    while True:
        total += networks * (epochs - before)
        if epochs >= max_epochs:
            return total
        before, epochs, networks = epochs, epochs * factor, math.ceil(networks / factor)


def _always_momentum(hp: Any) -> dict[str, Any]:
    return optimizer_space(hp) | {"momentum": hp.Float("momentum", 0.0, 0.99)}


def _without_scope(hp: Any) -> dict[str, Any]:
    values = optimizer_space(hp)
    if values["optimizer"] == "sgd":
        values["momentum"] = hp.Float("momentum", 0.0, 0.99)
    return values


def _linear_rate(hp: Any) -> dict[str, Any]:
    return optimizer_space(hp) | {"learning_rate": hp.Float("learning_rate", 1e-4, 1e-1)}


def _for_adam(hp: Any) -> dict[str, Any]:
    values = {
        "optimizer": hp.Choice("optimizer", ["sgd", "adam"]),
        "learning_rate": hp.Float("learning_rate", 1e-4, 1e-1, sampling="log"),
    }
    with hp.conditional_scope("optimizer", ["adam"]):
        if values["optimizer"] == "adam":
            values["momentum"] = hp.Float("momentum", 0.0, 0.99)
    return values


ALWAYS = "Momentum is asked for with adam too; ask for it only where the chosen optimizer is sgd."
NO_SCOPE = (
    "An if alone does not tell KerasTuner on what momentum depends: ask for it inside "
    'hp.conditional_scope("optimizer", ["sgd"]).'
)
LINEAR = 'The learning rate is drawn on a linear scale, nine tenths of it above 0.01; it needs sampling="log".'
TURNED = "Momentum depends on the wrong optimizer: it belongs to sgd, and adam has its own moments."


def _space_problem(values: Any, hp: Hyperparameters) -> str | None:
    if not isinstance(values, dict) or values.get("optimizer") != hp.optimizer:
        return "the dictionary must hold the optimizer that hp.Choice gave, under the name optimizer"
    if not isinstance(values["optimizer"], Chosen) or set(values["optimizer"].values) != {"sgd", "adam"}:
        return 'the optimizer must be chosen by hp.Choice from "sgd" and "adam"'
    rate, momentum = values.get("learning_rate"), values.get("momentum")
    if not isinstance(rate, Asked) or rate.name != "learning_rate" or rate.conditions:
        return "the dictionary must hold the learning rate as hp.Float gave it, for both optimizers"
    if hp.optimizer == "adam" and momentum is not None:
        return TURNED if isinstance(momentum, Asked) and momentum.conditions else ALWAYS
    if hp.optimizer == "sgd":
        if momentum is None:
            return "with sgd the dictionary must hold a momentum"
        if not isinstance(momentum, Asked) or momentum.name != "momentum":
            return "the dictionary must hold the momentum as hp.Float gave it"
        if momentum.conditions != (("optimizer", ("sgd",)),):
            return NO_SCOPE
    for asked, bounds in ((rate, (1e-4, 1e-1)), (momentum, (0.0, 0.99))):
        if asked is not None and not np.allclose(asked.bounds, bounds, rtol=1e-6, atol=0):
            return f"{asked.name} must be asked for from {bounds[0]:g} to {bounds[1]:g}"
    return LINEAR if rate.sampling != "log" else None


def _leaking(x: np.ndarray, validation_rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    return np.delete(scaled, validation_rows, axis=0), scaled[validation_rows]


def _each_by_itself(x: np.ndarray, validation_rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    parts = np.delete(x, validation_rows, axis=0), x[validation_rows]
    train, validation = ((part - part.mean(axis=0)) / part.std(axis=0) for part in parts)
    return train, validation


def _only_training_scaled(x: np.ndarray, validation_rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return scaled_fold(x, validation_rows)[0], x[validation_rows]


def _deviation_of_all(x: np.ndarray, validation_rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    train = np.delete(x, validation_rows, axis=0)
    return (train - train.mean(axis=0)) / x.std(axis=0), (x[validation_rows] - train.mean(axis=0)) / x.std(axis=0)


def _divided_by_one_less(x: np.ndarray, validation_rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    n = len(x) - len(validation_rows)
    train, validation = (part * math.sqrt((n - 1) / n) for part in scaled_fold(x, validation_rows))
    return train, validation


EXERCISES = [
    Exercise(
        id="tuning.which_search",
        task="Three searches: which is the grid, and which is drawn on which scale?",
        picture=figures.draw_three_searches,
        reference=_SEARCHES,
        hints=[
            "How many different learning rates does each of them try? Count the columns of points.",
            "Evenly spread between 0.0001 and 0.1 on a linear scale: what share lies above 0.01?",
        ],
        misconceptions={
            "On a linear scale nine tenths of the points lie above 0.01, at the right end of this axis: that is A.": (
                _SEARCHES | {"A": "random, log", "C": "random, linear"}
            ),
            "The grid has 4 rates, and only one or two of them lie in the band; count the points of C.": (
                _SEARCHES | {"most": "B"}
            ),
            "A has as many different rates as C, but nearly all of them lie above the band.": _SEARCHES | {"most": "A"},
        },
        insight="at random and on the logarithmic scale: every trial tests a new rate, at every size of rate.",
    ),
    Exercise(
        id="tuning.trials_needed",
        task="Random trials to meet the best 5 % with 95 % confidence",
        reference=trials_needed,
        cases=[(0.05, 0.95), (0.01, 0.95), (0.1, 0.5), (0.3, 0.8), (0.5, 0.75)],  # the last: exactly two
        hints=[
            "With which probability does one trial miss the best share? And n trials, each drawn by itself?",
            "All n miss with probability (1 − share)ⁿ; this must not exceed 1 − confidence.",
            "Take logarithms, divide, and mind that a number of trials is whole.",
        ],
        misconceptions={
            "After 1 / share trials one good one is expected on average, but with a good chance there is none.": (
                lambda share, confidence: math.ceil(1 / share)
            ),
            "Rounded down: with one trial fewer the chance is still below the confidence that is asked for.": (
                lambda share, confidence: math.floor(math.log(1 - confidence) / math.log(1 - share))
            ),
            "The chances of single trials are added here; two trials may both be good, so misses are multiplied.": (
                lambda share, confidence: math.ceil(confidence / share)
            ),
            "share and 1 − share are exchanged: this asks how long until not every trial was among the best.": (
                lambda share, confidence: math.ceil(math.log(1 - confidence) / math.log(share))
            ),
            "A number of trials is whole: round up, so that the confidence is reached.": (
                lambda share, confidence: math.log(1 - confidence) / math.log(1 - share)
            ),
        },
        insight="59 for the best 5 %, however many hyperparameters there are: their number is not in the formula.",
    ),
    Exercise(
        id="tuning.log_uniform",
        task="Bug hunt: a search that hardly looks below 0.01",
        reference=draw_rates,
        cases=[(1e-4, 1e-1, PLACES), (16.0, 256.0, PLACES)],
        stub=_linear,
        hints=[
            "Half of the samples from 0.0001 to 0.1 should lie below which value? It is not 0.05.",
            "Go from log(low) to log(high) in equal steps, then take the exponential.",
        ],
        misconceptions={
            "These are the logarithms; the exponential of them is wanted.": (
                lambda low, high, places: np.log(low) + (np.log(high) - np.log(low)) * places
            ),
            "The powers of ten are taken of a natural logarithm: use the same base both ways.": (
                lambda low, high, places: 10 ** (np.log(low) + (np.log(high) - np.log(low)) * places)
            ),
            "The scale is turned round: place 0 must give the low end.": (
                lambda low, high, places: high * (low / high) ** places
            ),
        },
        insight="place 0.5 gives the geometric mean of the ends, √(low · high).",
    ),
    Exercise(
        id="tuning.bracket_epochs",
        task="What one bracket of Hyperband costs",
        reference=bracket_epochs,
        cases=[(9, 1, 9, 3), (27, 1, 27, 3), (16, 2, 16, 2), (5, 9, 9, 3), (20, 1, 9, 3), (243, 1, 243, 3)],
        hints=[
            "Write the rounds down: 9 networks to 1 epoch, 3 to 3 epochs, 1 to 9 epochs.",
            "A network that goes on from epoch 1 to epoch 3 trains two more epochs, not three.",
            "Add networks × (epochs now − epochs before) over the rounds.",
        ],
        misconceptions={
            "Here each round begins anew; networks that go on keep what they have learned and train only the rest.": (
                lambda n, first, most, factor: sum(k * r for k, r in _bracket(n, first, most, factor))
            ),
            "Here all networks train to the end; that is what the bracket saves.": (
                lambda n, first, most, factor: n * most
            ),
            "Only the first round is counted; the survivors train on.": lambda n, first, most, factor: n * first,
            "Numbers of networks are rounded up here, as in KerasTuner; the exercise rounds them down.": _rounding_up,
            "These are the networks of all rounds; each of them trains for some epochs.": (
                lambda n, first, most, factor: sum(k for k, _ in _bracket(n, first, most, factor))
            ),
        },
        insight="27 networks cost 81 epochs, where training all of them to the end would take 729.",
    ),
    Exercise(
        id="tuning.four_rates",
        task="Four curves: which learning rate made each, and which one does halving lose?",
        picture=figures.draw_four_rates,
        reference=_FOUR,
        hints=[
            "A large learning rate is quick, and jitters around a level. A small one is late, and goes on rising.",
            "After one epoch only the best of the four goes on. Which of the others would have passed it?",
        ],
        misconceptions={
            "D is quick: it is far ahead after one epoch. B is smooth, and still rising at the end: it has the smaller "
            "learning rate of the two.": _FOUR | {"B": 0.04, "D": 0.001},
            "A is low because its steps are too long: it jitters, and gains nothing from epoch 9 to 27. C rises "
            "evenly to the last epoch.": _FOUR | {"A": 0.0001, "C": 0.13},
            "C is late, but even after 27 epochs it is below D: nothing is lost with it.": _FOUR | {"lost": "C"},
            "D is the one that goes on: it is the best after the first epoch.": _FOUR | {"lost": "D"},
        },
        insight="an early look favours large learning rates, and a long training smaller ones.",
    ),
    Exercise(
        id="tuning.patients",
        task="Four sick networks: what do you do next?",
        picture=figures.draw_patients,
        reference=_PATIENTS,
        hints=[
            "Which curve rises at once and then stays, and which is still climbing when the training ends?",
            "C and D learn badly, and do better on the validation images. Two faults of this model do that: the labels "
            "of the training images, and dropout, which is off in validation.",
            "Which of the three checks sees one of these two faults, and not the other?",
        ],
        misconceptions={
            "A is quick and then stuck: it jumps around, so its steps are too long. B climbs to the last epoch.": (
                _PATIENTS | {"A": "raise η", "B": "lower η"}
            ),
            "More epochs would help B a little; but it climbs evenly and slowly from the start: its steps are short.": (
                _PATIENTS | {"B": "more epochs"}
            ),
            "A has long stopped climbing: more epochs give it more of the same.": _PATIENTS | {"A": "more epochs"},
            "Dropout closes a gap between the two curves; A lacks something else.": _PATIENTS | {"A": "more dropout"},
            "Dropout makes learning slower, and B is slow already.": _PATIENTS | {"B": "more dropout"},
            "Both have pixels from 0 to 1, so this check finds nothing in either.": _PATIENTS | {"C or D": "pixels"},
            "Before training both are near ln 10: labels and dropout do not show there.": (
                _PATIENTS | {"C or D": "first loss"}
            ),
        },
        insight="two faults with one curve: only a look at the data tells wrong labels from too much dropout.",
    ),
    Exercise(
        id="tuning.reports",
        task="Five reports: which accuracy is honest, and which is too good?",
        reference=_REPORTS,
        hints=[
            "Ask of each number: did these images take part in a choice?",
            "A validation score is flattered by choosing the highest. What if nothing was chosen?",
        ],
        misconceptions={
            "The highest of 200 validation scores owes part of its height to luck: A is too good.": (
                _REPORTS | {"A": "honest"}
            ),
            "In C the first look at the test images decided to go on, and the second is the better of two: "
            "it was chosen.": _REPORTS | {"C": "honest"},
            "The best of three on the test images is a choice on the test images: D is too good.": (
                _REPORTS | {"D": "honest"}
            ),
            "In E nothing was chosen: one setting, fixed beforehand. Then validation images are as good as any "
            "others.": _REPORTS | {"E": "too good"},
        },
        insight="not the name of the set decides, but whether its images took part in a choice.",
    ),
    Exercise(
        id="tuning.conditional",
        task="A search space with a conditional hyperparameter",
        reference=optimizer_space,
        cases=[(Hyperparameters("sgd"),), (Hyperparameters("adam"),)],
        verify=_space_problem,
        equal_mutants={
            "if values['optimizer'] == 'sgd': values['momentum'] = hp.Float('momentum', 0.0, 0.99) → if True: "
            "values['momentum'] = hp.Float('momentum', 0.0, 0.99)": "in this scope KerasTuner gives None with adam",
        },
        hints=[
            'hp.Choice("optimizer", ["sgd", "adam"]) asks for one of two names.',
            "The rate spans powers of ten: which argument of hp.Float says so?",
            'Inside `with hp.conditional_scope("optimizer", ["sgd"]):` ask for momentum, if the optimizer is sgd.',
        ],
        misconceptions={ALWAYS: _always_momentum, NO_SCOPE: _without_scope, LINEAR: _linear_rate, TURNED: _for_adam},
        insight="a trial with adam has no momentum, and the tuner knows it.",
    ),
    Exercise(
        id="tuning.bug_hunt",
        task="Bug hunt: a cross-validation that knows too much",
        reference=scaled_fold,
        cases=[(IMAGES, [3, 5]), (IMAGES, [0, 1])],
        stub=_leaking,
        hints=[
            "At which moment does a number of the validation rows enter into the scaling?",
            "First split, then compute mean and deviation: of which part?",
            "The validation part is scaled with the numbers of the training part, as new data will be.",
        ],
        misconceptions={
            "Each part is scaled by itself here; then the same value becomes another number in each of them.": (
                _each_by_itself
            ),
            "The validation part is not scaled, and the network would meet numbers that it does not know.": (
                _only_training_scaled
            ),
            "The deviation comes from all rows here, those for validation included.": _deviation_of_all,
            "np.std divides by n; with ddof=1, as in pandas, the numbers differ a little. Use np.std as it is.": (
                _divided_by_one_less
            ),
            "The order is turned round: first the training part, then the validation part.": (
                lambda x, validation_rows: scaled_fold(x, validation_rows)[::-1]
            ),
        },
        insight="a pipeline does this by itself, in every fold, which is why it belongs in the search.",
    ),
    Exercise(
        id="tuning.edges",
        task="Four finished searches: move the space, accept the value, or stop?",
        reference=_EDGES,
        hints=[
            "Which best values lie at an end of their space? For those: who drew this end?",
            "What would a value beyond the end be, and is there anything that says it would help, or what it costs?",
        ],
        misconceptions={
            "A lies near the lower end, which somebody drew; 0 is worse, so the best lies between: move the space.": (
                _EDGES | {"A": "accept"}
            ),
            "There is no smoothing below 0: B's end is one of nature, and the value says off.": _EDGES | {"B": "move"},
            "C could be moved, but the last doubling gained less than the seeds differ, for twice the time.": (
                _EDGES | {"C": "move"}
            ),
            "D lies in the middle of its space, with worse values on both sides.": _EDGES | {"D": "move"},
            "Beyond B's end there is nothing to go on to, so nothing to stop for: take the value.": _EDGES
            | {"B": "stop"},
            "C lies at an edge that somebody drew; say what going on would cost and gain.": _EDGES | {"C": "accept"},
            "D has nothing beyond its best value that would cost more: both neighbours are worse.": _EDGES
            | {"D": "stop"},
        },
        insight="an edge that you drew is moved, one of nature accepted, one that costs weighed.",
    ),
    Exercise(
        id="tuning.two_searches",
        task="Is one way to search better than another?",
        reference=_TWO_SEARCHES,
        rtol=0.03,
        hints=[
            "Square each deviation, divide it by its number of searches, add the two, take the root.",
            "The difference of the means is 0.5 points. Compare it with two errors.",
            "Four times as many searches: what becomes of n₁ and n₂ below the root?",
        ],
        misconceptions={
            "Each variance is divided by its own number of searches: these are the deviations of single searches.": (
                _TWO_SEARCHES | {"error": 1.0, "error later": 1.0, "verdict later": "cannot tell"}
            ),
            "The errors of the two means are added here; independent errors add in squares.": (
                _TWO_SEARCHES | {"error": 0.4, "error later": 0.2}
            ),
            "One error is not enough for a verdict: 0.5 is less than twice 0.28.": _TWO_SEARCHES | {"verdict": "way 2"},
            "Four times as many searches halve the error, for the number stands below a root.": (
                _TWO_SEARCHES | {"error later": 0.0707}
            ),
        },
        insight="the same difference, and four times the work makes it one that counts.",
    ),
    Exercise(
        id="tuning.next_trial",
        task="Where does a Bayesian search go next?",
        reference=_NEXT_TRIAL,
        picture=figures_deeper.draw_candidates,
        hints=[
            "Write down expectation + exploration · deviation for each candidate.",
            "With an exploration of 0 only the expectation counts. What counts with 100?",
        ],
        misconceptions={
            "With an exploration of 2.6 the deviation counts as well: B reaches 0.76 + 2.6 · 0.05 = 0.89.": (
                _NEXT_TRIAL | {2.6: "A"}
            ),
            "C is the most uncertain, but with an exploration of 2.6 it reaches only 0.55 + 0.26 = 0.81.": (
                _NEXT_TRIAL | {2.6: "C"}
            ),
            "With an exploration of 100 hardly anything but the deviation counts: it goes where it knows least.": (
                _NEXT_TRIAL | {100: "B"}
            ),
            "An exploration of 0 ignores the deviation: the highest expectation is that of A.": _NEXT_TRIAL | {0: "B"},
        },
        insight="exploration decides between using what is known and finding out what is not.",
    ),
    Exercise(
        id="tuning.what_was_compared",
        task="Which two runs answer which question?",
        reference=_COMPARED,
        hints=[
            "Two runs compare one thing if they differ in that thing alone.",
            "The best of seven learning rates against a default differs in tuning effort as well.",
            "The salesman wants the largest difference in favour of momentum.",
        ],
        misconceptions={
            "A has its default learning rate and C the best of seven: part of that gain is tuning, not the schedule.": (
                _COMPARED | {"schedule": {"A", "C"}}
            ),
            "B and D differ in the optimizer and in the schedule: the gain of one looks like that of the other.": (
                _COMPARED | {"optimizer": {"B", "D"}}
            ),
            "E has not been tuned, so it says little about momentum.": _COMPARED | {"optimizer": {"C", "E"}},
            "D and E have one schedule; they differ in tuning.": _COMPARED | {"schedule": {"D", "E"}},
            "A and B have one schedule; they differ in tuning.": _COMPARED | {"schedule": {"A", "B"}},
            "There is a pair with a larger difference in favour of momentum.": _COMPARED | {"salesman": {"B", "D"}},
        },
        insight="one difference at a time, and the same effort for both sides.",
    ),
    Exercise(
        id="tuning.three_verdicts",
        task="Four comparisons: better, cannot tell, or a fault?",
        reference=_VERDICTS,
        hints=[
            "Divide each mean by its paired error: is it more than two?",
            "The null comparison changes nothing but the seed. What must it show?",
            "In D every split is measured on the same 1,000 images. What is their sampling error, √(d/n)?",
        ],
        misconceptions={
            "Two errors are wanted: 0.4 is little more than one error of B.": _VERDICTS | {"B": "better"},
            "The null comparison of C shows nearly the same gain from a change of the seed: that cannot be.": (
                _VERDICTS | {"C": "better"}
            ),
            "D's pairs agree, but all are measured on the same 1,000 images, whose sampling error √(0.1/1,000) is "
            "1 point.": _VERDICTS | {"D": "better"},
            "A's mean is four of its errors, and its null comparison is quiet.": _VERDICTS | {"A": "cannot tell"},
            "C's null comparison is 3.6 errors from 0. Chance does that once in a thousand: look for the cause.": (
                _VERDICTS | {"C": "cannot tell"}
            ),
            "D's null comparison is quiet: the comparison works, it has too few images.": _VERDICTS | {"D": "fault"},
        },
        insight="three kinds of luck: that of the seeds, that of the images, and a fault that looks like luck.",
    ),
    Exercise(
        id="tuning.corrected_error",
        task="The error of a mean over splits that share images",
        reference=corrected_error,
        cases=[([1.0, 2.0, 3.0, 4.0], 80, 20), ([0.5, -0.2, 0.9, 0.1, 0.4], 900, 100), ([0.3, 0.1, 0.2], 50, 50)],
        hints=[
            "np.var with ddof=1 divides by n − 1.",
            "The factor before it: 1/n + test/train. With test/train = 0 it is the usual error.",
        ],
        misconceptions={
            "This is the usual error, s/√n: it takes the splits for independent.": (
                lambda differences, train, test: float(np.std(differences, ddof=1) / np.sqrt(len(differences)))
            ),
            "The share is turned round: test divided by train.": (
                lambda differences, train, test: corrected_error(differences, test, train)
            ),
            "The variance divides by n − 1 here: ddof=1.": (
                lambda differences, train, test: float(
                    np.sqrt((1 / len(differences) + test / train) * np.var(differences))
                )
            ),
            "The root is missing: this is the square of the error.": (
                lambda differences, train, test: corrected_error(differences, train, test) ** 2
            ),
        },
        insight="with many splits 1/n vanishes, and test/train stays: more splits do not make images.",
    ),
]

# The quiz -------------------------------------------------------------------------------------------------------------

QUIZZES = [
    Quiz(
        id="tuning.q1",
        question="You halve the batch size and keep the number of epochs. What happens to the number of steps?",
        options=[
            Option(
                text="It doubles", because="An epoch shows every image once, now in twice as many batches.", right=True
            ),
            Option(
                text="It stays", because="The epochs stay; a step is one batch, and there are twice as many batches."
            ),
            Option(text="It halves", because="Smaller batches make more of them, not fewer."),
        ],
    ),
    Quiz(
        id="tuning.q2",
        question="You choose between ten networks by their accuracy. On which images?",
        options=[
            Option(text="The training images", because="There the network wins that has learned them by heart."),
            Option(
                text="The validation images",
                because="They took no part in training, and the test set stays for the end.",
                right=True,
            ),
            Option(text="The test images", because="Then nothing is left that could tell how good the chosen one is."),
        ],
    ),
    Quiz(
        id="tuning.q3",
        question="Training accuracy 99 %, validation accuracy 82 %. Which change do you try first?",
        options=[
            Option(
                text="More units",
                because="The network already learns all of its training images; capacity is not what it lacks.",
            ),
            Option(
                text="More regularization, or more data",
                because="The gap says that it learns the examples instead of the rule.",
                right=True,
            ),
            Option(text="More epochs", because="The training images are learned; more epochs widen the gap."),
        ],
    ),
    Quiz(
        id="tuning.q11",
        question="Two networks are measured on the same images. Which images say something about their difference?",
        options=[
            Option(
                text="Those on which exactly one of the two is right",
                because="Where both are right, or both wrong, the difference is 0, whatever the image.",
                right=True,
            ),
            Option(text="All of them", because="Most are seen rightly by both, and cancel."),
            Option(
                text="Those that both get wrong", because="They lower both accuracies by the same amount, and cancel."
            ),
        ],
    ),
    Quiz(
        id="tuning.q12",
        question="Hyperband's first bracket stops most networks after one epoch. Which good setting may it lose?",
        options=[
            Option(
                text="A small learning rate with strong dropout",
                because="It starts slowly, and after one epoch it looks like a bad one.",
                right=True,
            ),
            Option(text="A large learning rate", because="It is often ahead after one epoch, and stays in the race."),
            Option(text="A large network", because="In epochs, large networks learn sooner, not later."),
        ],
    ),
    Quiz(
        id="tuning.q13",
        question="You look for a learning rate from 0.0001 to 0.1. How should a search draw it?",
        options=[
            Option(text="Evenly from 0.0001 to 0.1", because="Then nine of ten values lie above 0.01."),
            Option(
                text="Evenly on a logarithmic scale",
                because="Each factor of ten gets the same share of the trials.",
                right=True,
            ),
            Option(
                text="Only 0.0001, 0.001, 0.01 and 0.1", because="That is a grid: however many trials, four values."
            ),
        ],
    ),
]
