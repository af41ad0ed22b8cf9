"""Surfaces, the paths of optimizers on them, and their pictures."""

from __future__ import annotations

import math
import os
import warnings
from functools import partial
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.figure import Figure

from helpers.picture import to_png
from helpers.surface import (
    SURFACES,
    Surface,
    draw_contour,
    draw_distances,
    draw_paths,
    draw_surface,
    gradient,
    hessian,
    trace,
)
from helpers.surface import _trace as surface_trace
from helpers.surface._clipping import clip

optimizers = keras.optimizers
schedules = keras.optimizers.schedules


def step_by_step(optimizer: Any, surface: str, start: Any, steps: int) -> np.ndarray:
    """Return the path of `optimizer` as a training loop in plain Keras makes it."""
    variable = keras.Variable(start, dtype="float32")
    path = [variable.numpy()]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            height = optimizer.scale_loss(SURFACES[surface].function(variable[0], variable[1]))
        optimizer.apply([tape.gradient(height, variable.value)], [variable])
        path.append(variable.numpy())
    return np.array(path, float)


PLAIN = {
    "SGD": lambda: optimizers.SGD(2e-3),
    "SGD, momentum": lambda: optimizers.SGD(2e-3, momentum=0.8),
    "SGD, Nesterov": lambda: optimizers.SGD(2e-3, momentum=0.8, nesterov=True),
    "SGD, weight decay": lambda: optimizers.SGD(2e-3, weight_decay=0.1),
    "SGD, clipped values": lambda: optimizers.SGD(0.01, clipvalue=0.5),
    "SGD, clipped norm": lambda: optimizers.SGD(0.01, clipnorm=0.5),
    "SGD, clipped global norm": lambda: optimizers.SGD(0.01, global_clipnorm=0.5),
    "SGD, accumulated gradients": lambda: optimizers.SGD(2e-3, gradient_accumulation_steps=3),
    "SGD, moving average": lambda: optimizers.SGD(2e-3, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=5),
    "SGD, scaled loss": lambda: optimizers.SGD(2e-3, loss_scale_factor=64.0),
    "SGD, exponential decay": lambda: optimizers.SGD(schedules.ExponentialDecay(5e-3, 10, 0.7, staircase=True)),
    "SGD, inverse time": lambda: optimizers.SGD(schedules.InverseTimeDecay(5e-3, 10, 0.7)),
    "SGD, steps": lambda: optimizers.SGD(schedules.PiecewiseConstantDecay([7, 20], [4e-3, 1e-3, 2e-4])),
    "SGD, polynomial": lambda: optimizers.SGD(schedules.PolynomialDecay(5e-3, 30, 1e-4, power=2.0, cycle=True)),
    "SGD, cosine": lambda: optimizers.SGD(schedules.CosineDecay(1e-4, 20, warmup_target=4e-3, warmup_steps=6)),
    "SGD, warm restarts": lambda: optimizers.SGD(schedules.CosineDecayRestarts(4e-3, 6)),
    "loss scale": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(2e-3), dynamic_growth_steps=9),
}
ADAPTIVE = {
    "Adagrad": lambda: optimizers.Adagrad(0.2, initial_accumulator_value=0.3),
    "Adadelta": lambda: optimizers.Adadelta(1.0, rho=0.8, epsilon=1e-4),
    "RMSprop": lambda: optimizers.RMSprop(0.02),
    "RMSprop, centred, momentum": lambda: optimizers.RMSprop(0.02, momentum=0.5, centered=True),
    "Adam": lambda: optimizers.Adam(0.05),
    "Adam, AMSGrad": lambda: optimizers.Adam(0.05, beta_1=0.7, amsgrad=True),
    "Adam, cosine": lambda: optimizers.Adam(schedules.CosineDecay(0.1, 40)),
    "AdamW": lambda: optimizers.AdamW(0.05, weight_decay=0.1, clipnorm=1.0),
    "Adamax": lambda: optimizers.Adamax(0.05),
    "Nadam": lambda: optimizers.Nadam(0.05),
    "Adafactor": lambda: optimizers.Adafactor(0.05),
    "Ftrl": lambda: optimizers.Ftrl(0.1, l1_regularization_strength=0.01, beta=0.1),
    "Lamb": lambda: optimizers.Lamb(0.05),
    "Lion": lambda: optimizers.Lion(0.02),
    "Muon": lambda: optimizers.Muon(0.05),
}
if hasattr(optimizers, "ScheduleFreeAdamW"):
    ADAPTIVE["ScheduleFreeAdamW"] = lambda: optimizers.ScheduleFreeAdamW(0.05, warmup_steps=5)
"""How optimizers are made: rules without and with a size of their own for each step."""

TOLERANCE = {name: 1e-5 for name in PLAIN} | {name: 2e-5 for name in ADAPTIVE}
"""Largest difference to the loop in plain Keras over 40 steps; both round to 32 bits."""
EVERY = PLAIN | ADAPTIVE


def make(*names: str) -> dict[str, Any]:
    return {name: EVERY[name]() for name in names or EVERY}


def graphs() -> int:
    return len(surface_trace._GRAPHS)


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surface_trace, "_GRAPHS", [])
    surface_trace._UNCOMPILABLE.clear()


@pytest.fixture(scope="module")
def all_paths() -> dict[str, np.ndarray]:
    """The paths of all optimizers, each from its own second start point of one compiled graph."""
    trace(make(), "beale", (0.3, -0.4), steps=3)
    return trace(make(), "beale", (1.0, 1.5), steps=40)


@pytest.mark.parametrize("name", EVERY)
def test_path_is_that_of_a_loop_in_plain_keras(name: str, all_paths: dict[str, np.ndarray]) -> None:
    expected = step_by_step(EVERY[name](), "beale", (1.0, 1.5), 40)
    assert np.abs(expected[-1] - expected[0]).max() > 1e-4  # it moves at all
    np.testing.assert_allclose(all_paths[name], expected, rtol=0, atol=TOLERANCE[name])


def test_every_optimizer_of_keras_is_compared() -> None:
    compared = {type(make()).__name__ for make in EVERY.values()}
    known = {
        name
        for name, thing in vars(optimizers).items()
        if isinstance(thing, type) and issubclass(thing, optimizers.Optimizer)
    }
    assert known - compared <= {"Optimizer", "MultiOptimizer"}


def test_all_optimizers_of_keras_are_one_graph(no_graphs: None) -> None:
    trace(make(), "beale", steps=2)
    assert graphs() == 1
    assert not surface_trace._UNCOMPILABLE


NUMBERS: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "SGD": (optimizers.SGD, {"momentum": 0.8, "weight_decay": 0.1}, {"momentum": 0.3, "weight_decay": 0.4}),
    "clipped value": (optimizers.SGD, {"clipvalue": 0.5}, {"clipvalue": 3.0}),
    "clipped norm": (optimizers.SGD, {"clipnorm": 0.5}, {"clipnorm": 3.0}),
    "clipped global norm": (optimizers.SGD, {"global_clipnorm": 0.5}, {"global_clipnorm": 3.0}),
    "EMA": (
        optimizers.SGD,
        {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 4},
        {"use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 7},
    ),
    "Adagrad": (optimizers.Adagrad, {}, {"initial_accumulator_value": 0.7, "epsilon": 1e-3}),
    "Adadelta": (optimizers.Adadelta, {"epsilon": 1e-4}, {"rho": 0.5, "epsilon": 1e-3}),
    "RMSprop": (optimizers.RMSprop, {"momentum": 0.5}, {"rho": 0.7, "momentum": 0.2, "epsilon": 1e-3}),
    "Adam": (optimizers.Adam, {}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    "AdamW": (optimizers.AdamW, {}, {"weight_decay": 0.3, "beta_1": 0.5}),
    "Adamax": (optimizers.Adamax, {}, {"beta_1": 0.5, "beta_2": 0.9}),
    "Nadam": (optimizers.Nadam, {}, {"beta_1": 0.5, "beta_2": 0.9}),
    "Lion": (optimizers.Lion, {}, {"beta_1": 0.5, "beta_2": 0.7}),
    "Lamb": (optimizers.Lamb, {}, {"beta_1": 0.5, "beta_2": 0.9}),
    "Adafactor": (optimizers.Adafactor, {}, {"beta_2_decay": -0.5, "clip_threshold": 0.7}),
    "Ftrl": (optimizers.Ftrl, {}, {"initial_accumulator_value": 0.5, "l2_regularization_strength": 0.1, "beta": 0.2}),
    "exponential": (
        schedules.ExponentialDecay,
        {"decay_steps": 10, "decay_rate": 0.7},
        {"decay_steps": 7, "decay_rate": 0.5},
    ),
    "inverse time": (
        schedules.InverseTimeDecay,
        {"decay_steps": 9, "decay_rate": 0.7},
        {"decay_steps": 4, "decay_rate": 2.0},
    ),
    "steps": (
        schedules.PiecewiseConstantDecay,
        {"boundaries": [7, 20], "values": [0.02, 0.01, 0.001]},
        {"boundaries": [4, 9], "values": [0.001, 0.02, 0.01]},
    ),
    "polynomial": (
        schedules.PolynomialDecay,
        {"decay_steps": 10},
        {"decay_steps": 25, "power": 2.0, "end_learning_rate": 0.002},
    ),
    "cosine": (schedules.CosineDecay, {"decay_steps": 10}, {"decay_steps": 25, "alpha": 0.2}),
    "warm-up": (
        schedules.CosineDecay,
        {"decay_steps": 10, "warmup_steps": 5, "warmup_target": 0.02},
        {"decay_steps": 20, "warmup_steps": 8, "warmup_target": 0.01},
    ),
    "warm restarts": (
        schedules.CosineDecayRestarts,
        {"first_decay_steps": 6},
        {"first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.8},
    ),
}
"""Classes and two sets of numbers for each, told apart by nothing but numbers."""


def with_numbers(kind: Any, rate: float, numbers: dict[str, Any]) -> Any:
    if not issubclass(kind, schedules.LearningRateSchedule):
        return kind(rate, **numbers)
    if kind is not schedules.PiecewiseConstantDecay:
        numbers = numbers | {"initial_learning_rate": rate}
    return optimizers.SGD(kind(**numbers))


def test_other_numbers_need_no_new_graph_and_are_right(no_graphs: None) -> None:
    trace({name: with_numbers(kind, 0.01, first) for name, (kind, first, _) in NUMBERS.items()}, "himmelblau", steps=1)
    others = {name: with_numbers(kind, 0.003, second) for name, (kind, _, second) in NUMBERS.items()}
    paths = trace(others, "himmelblau", (0.5, 0.5), steps=12)
    assert graphs() == 1
    for name, optimizer in others.items():
        expected = step_by_step(optimizer, "himmelblau", (0.5, 0.5), 12)
        np.testing.assert_allclose(paths[name], expected, rtol=0, atol=2e-5, err_msg=name)


def test_number_that_decides_what_a_rule_does_is_compiled_anew(no_graphs: None) -> None:
    trace(optimizers.SGD(2e-3), "beale", steps=5)
    path = trace(optimizers.SGD(2e-3, momentum=0.9), "beale", steps=20)["SGD"]
    assert graphs() == 2
    expected = step_by_step(optimizers.SGD(2e-3, momentum=0.9), "beale", SURFACES["beale"].start, 20)
    np.testing.assert_allclose(path, expected, rtol=0, atol=1e-5)


def test_other_start_steps_order_and_fewer_optimizers_need_no_new_graph(no_graphs: None) -> None:
    named = make("SGD", "SGD, momentum", "Adam")
    trace(named, "beale", steps=4)
    paths = trace({"b": named["Adam"], "a": named["SGD, momentum"]}, "beale", (0.2, 0.1), steps=20)
    assert graphs() == 1
    assert list(paths) == ["b", "a"]
    for name, key in (("a", "SGD, momentum"), ("b", "Adam")):
        np.testing.assert_allclose(paths[name], step_by_step(EVERY[key](), "beale", (0.2, 0.1), 20), rtol=0, atol=1e-5)


def test_kept_graphs_are_bounded(no_graphs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surface_trace, "LIMIT", 2)
    for name in ("beale", "bowl", "saddle", "plateau"):
        trace(optimizers.SGD(0.01), name, steps=1)
    assert graphs() == 2


def test_optimizers_stay_as_they_were() -> None:
    named = make("SGD, Nesterov", "Adam", "loss scale", "SGD, cosine")
    configs = {name: optimizer.get_config() for name, optimizer in named.items()}
    trace(named, "beale", steps=5)
    for name, optimizer in named.items():
        assert not optimizer.built
        assert int(optimizer.iterations) == 0
        assert optimizer.get_config() == configs[name]


def test_used_optimizer_starts_fresh_with_its_present_numbers_and_keeps_its_state() -> None:
    optimizer = optimizers.Adam(0.3)
    step_by_step(optimizer, "beale", (1.0, 1.5), 7)
    optimizer.learning_rate = 0.05
    optimizer.beta_1 = 0.7
    state = [variable.numpy() for variable in optimizer.variables]
    path = trace(optimizer, "beale", (1.0, 1.5), steps=20)["Adam"]
    expected = step_by_step(optimizers.Adam(0.05, beta_1=0.7), "beale", (1.0, 1.5), 20)
    np.testing.assert_allclose(path, expected, rtol=0, atol=1e-5)
    for before, variable in zip(state, optimizer.variables, strict=True):
        np.testing.assert_array_equal(before, variable.numpy())


class Friction(optimizers.Optimizer):
    """An optimizer of a student: numbers that no get_config returns, and Python's `if` on one of them."""

    def __init__(self, rate: float, friction: float) -> None:
        super().__init__(learning_rate=rate)
        self.friction = friction

    def build(self, variables: Any) -> None:
        if self.built:
            return
        super().build(variables)
        self.speeds = self.add_optimizer_variables(variables, "speed")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        speed = self.speeds[self._get_variable_index(variable)]
        keep = 1 - self.friction if self.friction < 0.5 else (1 - self.friction) / 2
        self.assign(speed, keep * speed - learning_rate * gradient)
        self.assign_add(variable, speed)


@pytest.mark.parametrize("friction", [0.1, 0.3, 0.7])
def test_own_optimizer_is_compiled_with_its_numbers(friction: float) -> None:
    trace({"own": Friction(0.01, 0.2)}, "bowl", steps=2)
    path = trace({"own": Friction(0.002, friction)}, "bowl", (-3.0, 1.0), steps=30)["own"]
    np.testing.assert_allclose(
        path, step_by_step(Friction(0.002, friction), "bowl", (-3.0, 1.0), 30), rtol=0, atol=1e-5
    )


class Counting(optimizers.SGD):
    """Counts its steps in a plain number, which no graph can follow."""

    def __init__(self, rate: float) -> None:
        super().__init__(rate)
        self.count = 0

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        self.count += 1
        super().update_step(gradient, variable, learning_rate / self.count)


class Odd(optimizers.SGD):
    """Decides by the value of the gradient, in Python."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        if float(gradient[0]) > 0:
            learning_rate = learning_rate * 2
        super().update_step(gradient, variable, learning_rate)


def test_what_cannot_be_compiled_goes_step_by_step_beside_the_others() -> None:
    def named() -> dict[str, Any]:
        return {
            "odd": Odd(0.002),
            "SGD": optimizers.SGD(0.002),
            "counting": Counting(0.01),
            "function": optimizers.SGD(lambda: 0.004),
        }

    for _ in range(2):
        paths = trace(named(), "beale", steps=12)
        assert list(paths) == list(named())
        for name, optimizer in named().items():
            expected = step_by_step(optimizer, "beale", SURFACES["beale"].start, 12)
            np.testing.assert_allclose(paths[name], expected, rtol=0, atol=1e-5, err_msg=name)


def test_learning_rate_function_is_asked_at_every_trace() -> None:
    rate = [0.001]
    optimizer = optimizers.SGD(lambda: rate[0])
    before = trace(optimizer, "beale", steps=3)["SGD"]
    rate[0] = 0.002
    assert not np.allclose(trace(optimizer, "beale", steps=3)["SGD"], before)


def test_optimizer_that_cannot_step_is_named() -> None:
    with pytest.raises(TypeError, match="'broken' cannot step"):
        trace({"broken": optimizers.Optimizer(0.1)}, "beale", steps=2)


def test_start_is_row_zero_and_zero_steps_are_the_start_alone() -> None:
    path = trace(optimizers.SGD(0.01), "beale", (0.1, 0.2), steps=0)["SGD"]
    assert path.shape == (1, 2)
    assert tuple(path[0]) == (0.1, 0.2)
    assert tuple(trace(optimizers.SGD(0.01), "beale", steps=2)["SGD"][0]) == SURFACES["beale"].start


def test_path_that_leaves_for_infinity_is_nan_from_there() -> None:
    path = trace(optimizers.SGD(0.5), "beale", (1.0, 1.5), steps=30)["SGD"]
    first = int(np.argmax(np.isnan(path).any(axis=1)))
    assert 0 < first < 30
    assert np.isfinite(path[:first]).all()
    assert np.isnan(path[first:]).all()


def test_diverging_neighbour_disturbs_nobody() -> None:
    alone = trace({"a": optimizers.SGD(0.002)}, "beale", steps=20)["a"]
    both = trace({"wild": optimizers.SGD(5.0), "a": optimizers.SGD(0.002)}, "beale", steps=20)
    np.testing.assert_allclose(both["a"], alone, rtol=0, atol=1e-6)
    assert np.isnan(both["wild"][-1]).all()


def test_list_and_single_optimizers_are_named_after_their_classes() -> None:
    assert list(trace([optimizers.SGD(), optimizers.Adam(), optimizers.SGD()], "bowl", steps=1)) == [
        "SGD",
        "Adam",
        "SGD 2",
    ]
    assert list(trace(optimizers.Adam(), "bowl", steps=1)) == ["Adam"]
    assert trace({}, "bowl") == {}


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (TypeError, {"optimizers": "adam"}),
        (TypeError, {"optimizers": optimizers.SGD}),
        (TypeError, {"optimizers": {1: optimizers.SGD()}}),
        (TypeError, {"optimizers": None}),
        (ValueError, {"optimizers": optimizers.SGD(-0.1)}),
        (ValueError, {"optimizers": optimizers.SGD(0.0)}),
        (ValueError, {"optimizers": optimizers.SGD(float("nan"))}),
        (ValueError, {"optimizers": optimizers.SGD(float("inf"))}),
        (ValueError, {"optimizers": optimizers.SGD(schedules.ExponentialDecay(-0.1, 5, 0.5))}),
        (ValueError, {"optimizers": optimizers.Adam(0.1, beta_1=float("nan"))}),
        (ValueError, {"surface": "hill"}),
        (TypeError, {"surface": 3}),
        (TypeError, {"steps": True}),
        (TypeError, {"steps": 2.5}),
        (TypeError, {"steps": "ten"}),
        (TypeError, {"steps": None}),
        (ValueError, {"steps": -1}),
        (ValueError, {"steps": 10**12}),
        (ValueError, {"start": (1.0, float("nan"))}),
        (ValueError, {"start": (float("inf"), 1.0)}),
        (ValueError, {"start": (1.0,)}),
        (TypeError, {"start": np.zeros((2, 2))}),
        (TypeError, {"start": ("a", "b")}),
        (TypeError, {"start": (True, False)}),
        (TypeError, {"start": 1.0}),
    ],
)
def test_wrong_arguments_are_refused_in_one_sentence(kind: type[Exception], arguments: dict[str, Any]) -> None:
    defaults = {"optimizers": optimizers.SGD(0.01), "surface": "bowl", "steps": 2}
    with pytest.raises(kind) as caught:
        trace(**defaults | arguments)
    assert "\n" not in str(caught.value)


def test_start_may_be_an_array_and_numbers_of_numpy() -> None:
    path = trace(optimizers.SGD(0.01), "bowl", np.array([1, 2]), steps=np.int64(2))["SGD"]
    assert path.shape == (3, 2)


def test_multi_optimizer_is_refused_by_name() -> None:
    if not hasattr(optimizers, "MultiOptimizer"):
        pytest.skip("this Keras has no MultiOptimizer")
    with pytest.raises(TypeError, match="'both'"):
        trace({"both": optimizers.MultiOptimizer(lambda variable: optimizers.SGD())}, "bowl")


def test_tracing_warns_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # inside of libraries
        for rate in (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07):
            trace({"Adam": optimizers.Adam(rate), "cosine": optimizers.SGD(schedules.CosineDecay(rate, 9))}, "bowl")
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


def test_partial_function_changes_its_numbers_without_a_new_graph(no_graphs: None) -> None:
    def valley(x: Any, y: Any, curvature: float) -> Any:
        return (x**2 + curvature * y**2) / 2

    for curvature in (3.0, 12.0):
        place = Surface("valley", partial(valley, curvature=curvature), [(0, 0)], (-2, 2), (-2, 2), (1.0, 1.0))
        path = trace(optimizers.SGD(0.05), place, steps=10)["SGD"]
        np.testing.assert_allclose(path[:, 1], (1 - 0.05 * curvature) ** np.arange(11), atol=1e-6)
        np.testing.assert_allclose(hessian(place, (0.3, 0.4)), np.diag([1, curvature]))
    assert graphs() == 1


def test_surfaces_of_the_same_name_are_told_apart() -> None:
    first = Surface("mine", lambda x, y: x**2 + y**2, [], (-1, 1), (-1, 1), (1.0, 1.0))
    second = Surface("mine", lambda x, y: x**2 + 3 * y**2, [], (-1, 1), (-1, 1), (1.0, 1.0))
    assert trace(optimizers.SGD(0.1), first, steps=1)["SGD"][1] == pytest.approx((0.8, 0.8))
    assert trace(optimizers.SGD(0.1), second, steps=1)["SGD"][1] == pytest.approx((0.8, 0.4))


@pytest.mark.parametrize(
    "use", [lambda place: trace(optimizers.SGD(0.1), place), lambda place: gradient(place, (1, 1))]
)
def test_numpy_in_a_surface_function_is_refused_and_never_a_wrong_slope(use: Any) -> None:
    place = Surface("waves", lambda x, y: x**2 + np.sin(y), [], (-1, 1), (-1, 1), (1.0, 1.0))
    with pytest.raises(TypeError, match="TensorFlow"):
        use(place)


def test_surface_function_may_use_keras_ops() -> None:
    place = Surface("waves", lambda x, y: x**2 + keras.ops.sin(y), [], (-1, 1), (-1, 1), (1.0, 1.0))
    np.testing.assert_allclose(gradient(place, (0.5, 0.3)), (1.0, np.cos(0.3)), rtol=1e-6)
    assert trace(optimizers.SGD(0.1), place, steps=2)["SGD"].shape == (3, 2)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x, y: math.sin(x) + y, "scalars"),
        (lambda x, y: x if x > 0 else y, "truth value"),
        (max, "truth value"),
        (lambda x: x**2, "1 positional argument"),
        (lambda x, y, z: x + y + z, "missing 1 required"),
        (lambda x, y: x + undefined, "undefined"),  # type: ignore[name-defined] # noqa: F821
    ],
)
def test_surface_function_that_fails_on_arrays_is_told_what_works(function: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=r"surface 'mine' must work on arrays x and y.*keras\.ops.*" + reason) as caught:
        Surface("mine", function, [], (-1, 1), (-1, 1), (0.5, 0.5))
    assert "\n" not in str(caught.value)


def test_paths_are_the_same_while_a_gradient_tape_is_open() -> None:
    outside = trace([optimizers.Adam(0.1), optimizers.SGD(lambda: 0.01)], "bowl", steps=5)
    weight = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        square = weight * weight
        for _ in range(2):
            inside = trace([optimizers.Adam(0.1), optimizers.SGD(lambda: 0.01)], "bowl", steps=5)
            for name, path in outside.items():
                np.testing.assert_array_equal(inside[name], path)
    assert float(tape.gradient(square, weight)) == 6.0
    assert all(np.ptp(path[:, 0]) > 0.1 for path in outside.values())


def test_paths_are_the_same_in_the_scope_of_a_strategy(no_graphs: None) -> None:
    def path() -> np.ndarray:
        return trace(optimizers.Adam(0.1), "bowl", steps=5)["Adam"]

    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        inside = [path(), path()]  # the first one compiles
    for steps in inside:
        np.testing.assert_array_equal(steps, path())
    assert np.ptp(path()[:, 0]) > 0.1


def test_known_values_of_the_surfaces() -> None:
    assert SURFACES["beale"].function(0.0, 0.0) == pytest.approx(14.203125)
    assert SURFACES["rosenbrock"].function(-1.2, 1.0) == pytest.approx(24.2)
    assert SURFACES["himmelblau"].function(0.0, 0.0) == pytest.approx(170)
    assert np.linalg.eigvalsh(hessian("bowl", (0.3, 0.1))) == pytest.approx([1, 25])
    assert np.linalg.eigvalsh(hessian("saddle", (0, 0))) == pytest.approx([-2, 2])
    assert {name: len(surface.minima) for name, surface in SURFACES.items()} == {
        "beale": 1,
        "rosenbrock": 1,
        "himmelblau": 4,
        "saddle": 0,
        "bowl": 1,
        "plateau": 1,
    }


@pytest.mark.parametrize("name", SURFACES)
def test_minima_are_minima_inside_the_picture(name: str) -> None:
    place = SURFACES[name]
    assert place.xlim[0] < place.start[0] < place.xlim[1]
    assert place.ylim[0] < place.start[1] < place.ylim[1]
    for minimum in place.minima:
        assert np.abs(gradient(place, minimum)).max() < 1e-8
        assert np.linalg.eigvalsh(hessian(place, minimum)).min() > 0
        assert place.function(*minimum) < 1e-12
        assert place.xlim[0] < minimum[0] < place.xlim[1]
        assert place.ylim[0] < minimum[1] < place.ylim[1]


@pytest.mark.parametrize("name", SURFACES)
def test_derivatives_are_central_differences(name: str) -> None:
    function, tiny = SURFACES[name].function, 1e-4
    rng = np.random.default_rng(3)
    points = rng.uniform(-1.5, 1.5, (5, 2))
    slopes, curvatures = gradient(name, points), hessian(name, points)
    assert slopes.shape == (5, 2)
    assert curvatures.shape == (5, 2, 2)
    for (x, y), slope, curvature in zip(points, slopes, curvatures, strict=True):
        differences = [
            (function(x + tiny, y) - function(x - tiny, y)) / (2 * tiny),
            (function(x, y + tiny) - function(x, y - tiny)) / (2 * tiny),
        ]
        np.testing.assert_allclose(slope, differences, rtol=1e-5, atol=1e-5)
        rows = [
            (gradient(name, (x + tiny, y)) - gradient(name, (x - tiny, y))) / (2 * tiny),
            (gradient(name, (x, y + tiny)) - gradient(name, (x, y - tiny))) / (2 * tiny),
        ]
        np.testing.assert_allclose(curvature, rows, rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(curvature, curvature.T)


def test_derivatives_have_a_closed_form_in_float64() -> None:
    x, y = -1.2, 0.7
    slope, curvature = gradient("rosenbrock", (x, y)), hessian("rosenbrock", [x, y])
    assert slope.dtype == curvature.dtype == np.float64
    np.testing.assert_allclose(slope, [-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], rtol=1e-14)
    np.testing.assert_allclose(curvature, [[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200]], rtol=1e-14)


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        (ValueError, (1.0, float("nan"))),
        (ValueError, (1.0, 2.0, 3.0)),
        (ValueError, 1.0),
        (TypeError, "ab"),
        (TypeError, None),
        (TypeError, [(1.0,), (1.0, 2.0)]),
    ],
)
def test_wrong_points_are_refused(kind: type[Exception], point: Any) -> None:
    with pytest.raises(kind, match="point"):
        gradient("beale", point)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (TypeError, {"name": 3}),
        (ValueError, {"name": " "}),
        (TypeError, {"function": "x + y"}),
        (ValueError, {"function": lambda x, y: 3.0}),
        (ValueError, {"function": lambda x, y: np.stack([x, y])}),
        (ValueError, {"function": lambda x, y: x / 0 + y}),
        (ValueError, {"xlim": (1, 1)}),
        (ValueError, {"ylim": (2, -2)}),
        (ValueError, {"xlim": (0, 1, 2)}),
        (TypeError, {"ylim": "ab"}),
        (TypeError, {"xlim": 3}),
        (ValueError, {"start": (0.0, float("inf"))}),
        (ValueError, {"minima": [1, 2, 3]}),
        (ValueError, {"minima": [(1, 2, 3)]}),
        (ValueError, {"minima": [(1, float("nan"))]}),
        (TypeError, {"minima": "none"}),
    ],
)
def test_wrong_surfaces_are_refused(kind: type[Exception], field: dict[str, Any]) -> None:
    right: dict[str, Any] = {
        "name": "mine",
        "function": lambda x, y: x * x + y * y,
        "minima": [(0, 0)],
        "xlim": (-1, 1),
        "ylim": (-1, 1),
        "start": (1.0, 1.0),
    }
    assert Surface(**right).minima.shape == (1, 2)
    with pytest.raises(kind):
        Surface(**right | field)


def test_surface_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SURFACES["beale"].start = (0.0, 0.0)  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        SURFACES["beale"].minima[0] = 0.0


def labels(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


ROUND = np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, 1.0], [0.5, -0.5], [0.1, 0.0]])
WILD = np.array([[0.0, 0.0], [1.0, 1.0], [1e20, -1e30], [np.nan, np.nan], [np.nan, np.nan]])
OUTSIDE = np.array([[0.0, 0.0], [1.0, 1.0], [99.0, 1.0], [98.0, 2.0], [97.0, 3.0]])
PATHS = {"round": ROUND, "wild": WILD, "outside": OUTSIDE}


@pytest.mark.parametrize("draw", [draw_paths, draw_distances])
def test_diverged_path_is_named_with_its_first_lost_step(draw: Any) -> None:
    ax = draw(PATHS, "himmelblau")
    assert "wild: diverged at step 3" in labels(ax)
    assert "round" in labels(ax)
    assert to_png(ax.figure).startswith(b"\x89PNG")


def test_path_that_is_finite_but_away_is_named() -> None:
    assert "outside: outside from step 2" in labels(draw_paths(PATHS, "himmelblau"))


@pytest.mark.parametrize("draw", [draw_paths, draw_distances])
def test_upto_tells_nothing_of_later_steps(draw: Any) -> None:
    assert labels(draw(PATHS, "himmelblau", upto=1)) == ["round", "wild", "outside"]
    assert labels(draw(PATHS, "himmelblau", upto=0)) == ["round", "wild", "outside"]


@pytest.mark.parametrize("draw", [draw_paths, draw_distances])
@pytest.mark.parametrize("surface", SURFACES)
def test_paths_are_drawn_on_every_surface_without_a_warning(draw: Any, surface: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # inside of libraries
        to_png(draw(PATHS | {"lost": np.full((3, 2), np.nan), "still": np.zeros((9, 2))}, surface).figure)
        to_png(draw({}, surface).figure)


@pytest.mark.parametrize(
    "draw", [draw_contour, draw_surface, partial(draw_paths, PATHS), partial(draw_distances, PATHS)]
)
def test_drawings_use_the_axes_they_are_given(draw: Any) -> None:
    ax = Figure().subplots()
    assert draw("beale", ax=ax) is ax
    assert len(ax.figure.axes) == 1


def test_drawn_paths_differ_in_more_than_colour() -> None:
    ax = draw_paths({str(index): ROUND + index / 10 for index in range(8)}, "himmelblau")
    lines = ax.get_legend().legend_handles
    assert (
        len({(str(line.get_linestyle()), line._dash_pattern[1] and tuple(line._dash_pattern[1])) for line in lines})
        == 8
    )
    assert len({line.get_marker() for line in lines}) == 8


def test_nothing_is_drawn_outside_of_the_picture() -> None:
    ax = draw_paths(PATHS, "himmelblau")
    for line in ax.get_lines():
        data = np.asarray(line.get_xydata(), float)
        assert (np.isnan(data) | (abs(data) <= 5 + 1e-9)).all()
    assert ax.get_xlim() == (-5, 5)


def test_arrowheads_point_the_way_of_the_path() -> None:
    ax = draw_paths({"east": np.array([[-4.0, 0.0], [4.0, 0.0]])}, "himmelblau")
    (arrows,) = [artist for artist in ax.collections if type(artist).__name__ == "Quiver"]
    assert len(arrows.U) >= 1
    assert (arrows.U > 0).all()
    np.testing.assert_allclose(arrows.V, 0)


def test_distances_are_to_the_nearest_minimum_on_a_logarithmic_axis() -> None:
    ax = draw_distances({"a": np.array([[3.0, 2.5], [-2.805118086952745, 3.631312518250573]])}, "himmelblau")
    assert ax.get_yscale() == "log"
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), [0.5, 0.5])


def test_without_minimum_heights_are_drawn() -> None:
    ax = draw_distances({"a": np.array([[1.0, 0.0], [0.0, 1.0]])}, "saddle")
    assert ax.get_ylabel() == "height"
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), [1, -1])


def test_contour_levels_are_logarithmic() -> None:
    from helpers.surface._landscape import landscape

    levels = landscape(SURFACES["beale"]).levels
    assert 6 <= len(levels) <= 20
    ratios = levels[1:] / levels[:-1]
    assert ratios.min() > 1.4
    assert ratios.max() < 11


@pytest.mark.parametrize(
    "function",
    [lambda x, y: 0 * x + 0 * y, lambda x, y: 0 * x + 7.0, lambda x, y: x + y, lambda x, y: 1 / (x - 0.5) + y],
)
def test_flat_tilted_and_broken_surfaces_are_drawn(function: Any) -> None:
    place = Surface("odd", function, [], (-1, 1), (-1, 1), (0.2, 0.1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # inside of libraries
        for draw in (draw_contour, draw_surface, partial(draw_paths, PATHS), partial(draw_distances, PATHS)):
            to_png(draw(place).figure)


@pytest.mark.parametrize(
    ("kind", "paths", "options"),
    [
        (TypeError, [ROUND], {}),
        (ValueError, {"a": np.zeros(3)}, {}),
        (ValueError, {"a": np.zeros((3, 3))}, {}),
        (ValueError, {"a": np.zeros((0, 2))}, {}),
        (ValueError, {"a": "path"}, {}),
        (TypeError, PATHS, {"upto": 1.5}),
        (TypeError, PATHS, {"upto": True}),
        (ValueError, PATHS, {"upto": -1}),
    ],
)
@pytest.mark.parametrize("draw", [draw_paths, draw_distances])
def test_wrong_paths_are_refused(draw: Any, kind: type[Exception], paths: Any, options: dict[str, Any]) -> None:
    with pytest.raises(kind):
        draw(paths, "beale", **options)


def test_clipping_cuts_at_the_edge_and_rejoins() -> None:
    line = clip(np.array([[0.5, 0.5], [1.5, 0.5], [1.5, 0.25], [0.5, 0.25]]))
    np.testing.assert_allclose(line, [[0.5, 0.5], [1.0, 0.5], [np.nan, np.nan], [1.0, 0.25], [0.5, 0.25]])
    np.testing.assert_allclose(clip(np.array([[-1.0, 0.5], [2.0, 0.5]])), [[0, 0.5], [1, 0.5]])
    assert len(clip(np.array([[-1.0, 2.0], [2.0, 2.0]]))) == 0
    np.testing.assert_allclose(
        clip(np.array([[0.1, 0.1], [0.9, 0.9], [0.9, 0.1]])), [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1]]
    )
