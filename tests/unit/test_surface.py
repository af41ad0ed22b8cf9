"""Surfaces, the walks of rules and of Keras optimizers on them, and their pictures."""

from __future__ import annotations

import math
import os
import time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.figure import Figure

from helpers import style
from helpers.surface import (
    SURFACES,
    Surface,
    describe_paths,
    describe_surface,
    distances,
    draw_contour,
    draw_paths,
    draw_surface,
    gradient,
    hessian,
    trace,
    walk,
)

optimizers = keras.optimizers
schedules = keras.optimizers.schedules
START = (1.0, 1.5)


def descent(w: Any, slope: Any, state: Any, step: int, learning_rate: float) -> Any:
    return w - learning_rate * slope


def heavy_ball(w: Any, slope: Any, state: Any, step: int, learning_rate: float, beta: float) -> Any:
    state["v"] = beta * state.get("v", 0.0) - learning_rate * slope
    return w + state["v"]


def in_place(w: Any, slope: Any, state: Any, step: int, learning_rate: float) -> Any:
    w -= learning_rate * slope
    return w


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


# Surfaces


def test_known_values_of_the_surfaces() -> None:
    known = {"beale": 14.203125, "rosenbrock": 100.0, "himmelblau": 170.0, "saddle": 0.0, "bowl": 0.0, "plateau": 0.0}
    assert {name: SURFACES[name].function(0.0, 0.0) for name in SURFACES} == known | {"rosenbrock": 1.0}


@pytest.mark.parametrize("name", SURFACES)
def test_minima_are_minima_inside_the_picture(name: str) -> None:
    surface = SURFACES[name]
    for minimum in surface.minima:
        assert np.abs(gradient(surface, minimum)).max() < 1e-6
        assert np.linalg.eigvalsh(hessian(surface, minimum)).min() > 0
        assert (minimum > (surface.xlim[0], surface.ylim[0])).all()
        assert (minimum < (surface.xlim[1], surface.ylim[1])).all()


@pytest.mark.parametrize("name", SURFACES)
def test_derivatives_are_those_of_tensorflow(name: str) -> None:
    points = np.random.default_rng(0).uniform(-2, 2, (5, 2))
    for point, slope, matrix in zip(points, gradient(name, points), hessian(name, points), strict=True):
        w = tf.Variable(point)
        with tf.GradientTape(persistent=True) as outer:
            with tf.GradientTape() as inner:
                height = SURFACES[name].function(w[0], w[1])
            first = inner.gradient(height, w)
        np.testing.assert_allclose(slope, first, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(matrix, outer.jacobian(first, w, experimental_use_pfor=False), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("point", [1.0, (1.0, 2.0, 3.0), "here", (np.nan, 0.0), None, (1.0, (2.0,))])
def test_wrong_points_are_refused(point: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="the point must be"):
        gradient("bowl", point)


@pytest.mark.parametrize("function", [lambda x, y: math.sin(x), lambda x, y: x if x > 0 else y, max, lambda x: x])
def test_surface_function_that_fails_on_arrays_is_told_what_works(function: Any) -> None:
    with pytest.raises(TypeError, match="the surface 'mine' must work on arrays"):
        Surface("mine", function, [], (-1, 1), (-1, 1), (0.5, 0.5))


FIELDS: dict[str, Any] = {
    "name": "mine",
    "function": lambda x, y: x**2 + y**2,
    "minima": [(0, 0)],
    "xlim": (-1, 1),
    "ylim": (-1, 1),
    "start": (1, 1),
}


@pytest.mark.parametrize(
    "field",
    [
        {"name": 3},
        {"name": " "},
        {"function": 3},
        {"function": lambda x, y: 3},
        {"function": lambda x, y: np.log(-(x**2))},
        {"minima": [1, 2, 3]},
        {"minima": "there"},
        {"minima": [(np.nan, 0)]},
        {"xlim": (1, -1)},
        {"ylim": (0, np.inf)},
        {"start": 5},
        {"start": (1, 2, 3)},
        {"start": ("a", "b")},
    ],
)
def test_wrong_surfaces_are_refused(field: dict[str, Any]) -> None:
    Surface(**FIELDS)
    with pytest.raises((TypeError, ValueError), match="surface"):
        Surface(**FIELDS | field)


def test_unknown_surface_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="choose one of beale"):
        gradient("beal", START)
    with pytest.raises(TypeError, match="Surface or the name"):
        gradient(3, START)  # type: ignore[arg-type]


# Walks


def test_walk_is_quick_enough_for_a_slider() -> None:
    times = []
    for _ in range(5):
        begin = time.process_time()
        walk(heavy_ball, "beale", steps=200, learning_rate=0.002, beta=0.9)
        times.append(time.process_time() - begin)
    assert min(times) < 0.020


def test_walk_keeps_state_counts_from_one_and_returns_the_start_first() -> None:
    seen = []

    def rule(w: Any, slope: Any, state: Any, step: int) -> Any:
        seen.append((step, dict(state)))
        state["before"] = step
        return w + 1

    path = walk(rule, "beale", START, steps=3)
    assert path.tolist() == [[1, 1.5], [2, 2.5], [3, 3.5], [4, 4.5]]
    assert seen == [(1, {}), (2, {"before": 1}), (3, {"before": 2})]


def test_rule_may_change_its_weights_in_place() -> None:
    np.testing.assert_array_equal(
        walk(in_place, "beale", learning_rate=0.01), walk(descent, "beale", learning_rate=0.01)
    )


def test_many_starts_walk_as_each_alone() -> None:
    starts = np.array([[0.5, 0.5], [-3.0, 2.0], [3.9, -0.9]])
    together = walk(descent, "himmelblau", starts, steps=40, learning_rate=0.01)
    for index, start in enumerate(starts):
        np.testing.assert_allclose(together[:, index], walk(descent, "himmelblau", start, 40, learning_rate=0.01))


def test_path_that_diverges_is_nan_from_there_on() -> None:
    path = walk(descent, "beale", learning_rate=0.04)
    first = int(np.argmax(~np.isfinite(path).all(axis=1)))
    assert 2 < first < 20
    assert np.isnan(path[first:]).all()
    assert np.isfinite(path[:first]).all()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (lambda w, slope, state, step: None, "returned None"),
        (lambda w, slope, state, step: 3.0, "shape"),
        (lambda w, slope, state, step: "there", "new weights"),
        (lambda w, slope, state, step: state["m"], "fails at step 1: KeyError: 'm'"),
        (lambda w, slope: w, "fails at step 1: TypeError"),
        (3, "must be a function"),
    ],
)
def test_mistakes_of_a_rule_are_one_sentence(rule: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said) as caught:
        walk(rule, "beale")
    assert "\n" not in str(caught.value)


# Keras's optimizers

MAKE = {
    "SGD": lambda: optimizers.SGD(2e-3),
    "momentum": lambda: optimizers.SGD(2e-3, momentum=0.8),
    "Nesterov": lambda: optimizers.SGD(2e-3, momentum=0.8, nesterov=True),
    "clipped": lambda: optimizers.SGD(0.01, clipnorm=0.5),
    "cosine": lambda: optimizers.SGD(schedules.CosineDecay(4e-3, 30)),
    "scaled": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(2e-3), dynamic_growth_steps=9),
    "Adagrad": lambda: optimizers.Adagrad(0.2),
    "RMSprop": lambda: optimizers.RMSprop(0.02),
    "Adam": lambda: optimizers.Adam(0.05),
    "AdamW": lambda: optimizers.AdamW(0.05, weight_decay=0.1),
    "Lion": lambda: optimizers.Lion(0.02),
}


@pytest.mark.parametrize("name", MAKE)
def test_path_is_that_of_a_loop_in_plain_keras(name: str) -> None:
    path = trace({name: MAKE[name]()}, "beale", START, steps=30)[name]
    np.testing.assert_allclose(path, step_by_step(MAKE[name](), "beale", START, 30), rtol=0, atol=3e-5)


class Remembering(optimizers.SGD):
    """Averages the last three gradients, which it keeps in a Python list."""

    def __init__(self, rate: float) -> None:
        super().__init__(rate)
        self.past: list[Any] = []

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        self.past.append(gradient)
        del self.past[:-3]
        super().update_step(sum(self.past) / len(self.past), variable, learning_rate)


class Counting(schedules.LearningRateSchedule):
    """Counts its calls in a dictionary."""

    def __init__(self) -> None:
        self.seen = {"n": 0}

    def __call__(self, step: Any) -> Any:
        self.seen["n"] += 1
        return 0.01 / self.seen["n"]

    def get_config(self) -> dict:
        return {}


@pytest.mark.parametrize(
    "make", [lambda: Remembering(0.01), lambda: optimizers.SGD(Counting()), lambda: optimizers.SGD(lambda: 0.004)]
)
def test_state_in_python_is_followed(make: Any) -> None:
    path = trace({"own": make()}, "beale", START, steps=12)["own"]
    np.testing.assert_allclose(path, step_by_step(make(), "beale", START, 12), rtol=0, atol=1e-5)


def test_paths_are_the_same_while_a_tape_is_open_and_in_the_scope_of_a_strategy() -> None:
    outside = trace(optimizers.Adam(0.1), "bowl", steps=5)["Adam"]
    with tf.GradientTape():
        for _ in range(2):
            np.testing.assert_array_equal(trace(optimizers.Adam(0.1), "bowl", steps=5)["Adam"], outside)
    optimizer = optimizers.Adam(0.1)
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        np.testing.assert_array_equal(trace(optimizer, "bowl", steps=5)["Adam"], outside)


def test_optimizers_are_named_after_their_classes() -> None:
    paths = trace([optimizers.SGD(0.1), optimizers.Adam(0.1), optimizers.SGD(0.2)], "plateau", steps=0)
    assert {name: path.tolist() for name, path in paths.items()} == {key: [[-3, 2]] for key in ("SGD", "Adam", "SGD 2")}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (optimizers.SGD, "is a class"),
        ("SGD", "one of Keras"),
        ({3: optimizers.SGD(0.1)}, "must be texts"),
        (optimizers.Muon(0.1), "matrices of a network"),
        (optimizers.Optimizer(0.1), "'Optimizer' cannot step"),
    ],
)
def test_what_is_no_optimizer_of_a_surface_is_refused_in_one_sentence(given: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said) as caught:
        trace(given, "beale", steps=2)
    assert "\n" not in str(caught.value)


def test_used_optimizer_is_refused() -> None:
    optimizer = optimizers.Adam(0.1)
    with pytest.raises(ValueError, match="'b' has been used before"):
        trace({"a": optimizer, "b": optimizer}, "bowl", steps=2)
    trace(optimizer, "bowl", steps=2)
    with pytest.raises(ValueError, match="has been used before"):
        trace(optimizer, "bowl", steps=2)


# Pictures


def test_path_that_leaves_ends_at_the_edge_and_says_so() -> None:
    style.use()
    ax = draw_paths({"SGD": walk(descent, "beale", learning_rate=0.04)}, "beale")
    assert [text.get_text() for text in ax.texts] == ["SGD leaves at step 2 and diverges"]
    line = next(line for line in ax.lines if len(line.get_xdata()) == 3)
    assert np.abs(line.get_xdata()).max() <= 4.5


def test_path_that_comes_back_is_drawn_to_its_end() -> None:
    path = np.array([[0.0, 0.0], [5.0, 0.0], [1.0, 1.0]])
    assert [text.get_text() for text in draw_paths({"a": path}, "beale").texts] == ["a"]


def test_contours_are_even_in_the_root_so_evenly_spaced_on_a_parabola() -> None:
    from helpers.surface._map import survey

    reached = [line[:, 0].max() for line in survey(SURFACES["bowl"], (-5, 5), (-2, 2)).lines if len(line) > 20]
    inside = np.sort([x for x in reached if 0 < x < 4.9])
    assert len(inside) >= 3
    np.testing.assert_allclose(np.diff(inside), inside[0], atol=0.05)


@pytest.mark.parametrize("surface", SURFACES)
def test_maps_and_reliefs_are_drawn_of_every_surface(surface: str) -> None:
    path = walk(descent, surface, steps=5, learning_rate=0.001)
    for ax in (draw_contour(surface), draw_surface(surface, path=path), draw_paths({"SGD": path}, surface)):
        ax.figure.canvas.draw()


def test_distances_are_to_the_nearest_minimum_or_heights() -> None:
    assert distances([(3.0, 2.0), (3.0, 2.5)], "himmelblau").tolist() == [0.0, 0.5]
    assert distances([(2.0, 1.0)], "saddle").tolist() == [3.0]


def surface(function: Any, minima: Any = ()) -> Surface:
    return Surface("my-own", function, minima, (-1, 1), (-1, 1), (1, 1))


@pytest.mark.parametrize(
    ("function", "holes"),
    [
        (lambda x, y: np.log(x**2 + y**2), 4),
        (lambda x, y: 1 / (x**2 + y**2), 4),
        (lambda x, y: 0 * x, 0),
        (lambda x, y: 0 * x + 1e18, 0),
        (lambda x, y: np.clip(10 * x, -3, 4), 0),  # one of the levels is 0
    ],
)
def test_infinite_heights_are_holes_and_planes_are_planes(function: Any, holes: int) -> None:
    draw_contour(surface(function)).figure.canvas.draw()
    ax = draw_surface(surface(function))
    ax.figure.canvas.draw()
    faces = ax.collections[0].get_facecolor()
    assert (faces[:, 3] == 0).sum() == holes
    assert holes == 0 or len(np.unique(faces, axis=0)) > 50


@pytest.mark.parametrize("draw", [draw_contour, draw_surface])
def test_surface_without_a_finite_height_in_the_picture_is_refused(draw: Any) -> None:
    with pytest.raises(ValueError, match="'my-own' has no finite height in the picture"):
        draw(surface(lambda x, y: np.log(x)), limits=((-2, -1), (0, 1)))


@pytest.mark.parametrize(("first", "dots"), [((0.0, 0.0), 1), ((9.0, 0.0), 0)])
def test_relief_marks_the_start_of_a_path_only_where_it_is(first: Any, dots: int) -> None:
    line, start, end = draw_surface("bowl", path=[first, (1.0, 0.5), (2.0, 0.5)]).lines[-3:]
    assert len(start.get_xdata()) == dots
    assert len(line.get_xdata()) == 2 + dots
    assert end.get_xydata().tolist() == line.get_xydata()[-1:].tolist()


def test_relief_of_a_path_that_stays_outside_shows_no_path() -> None:
    assert [len(line.get_xdata()) for line in draw_surface("bowl", path=[(9.0, 0.0)] * 2).lines[-3:]] == [0, 0, 0]


PATH = np.array([(0.0, 0.0), (1.0, 1.0)])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (np.empty((0, 2)), r"\(steps \+ 1, 2\), but it is \(0, 2\)"),
        (np.zeros((2, 3, 2)), r"\(steps \+ 1, 2\), but it is \(2, 3, 2\)"),
        (np.zeros((5, 3)), r"must be points .* shape \(5, 3\)"),
        (np.full((5, 2), np.nan), "finite start, but it is .nan, nan"),
        ([(1, 2), (3,)], "must be points"),
        ("there", "must be points .* 'there'"),
    ],
)
def test_what_is_no_path_is_refused_everywhere_alike(path: Any, said: str) -> None:
    for draw in (lambda: draw_surface("bowl", path=path), lambda: draw_paths({"SGD": path}, "bowl")):
        with pytest.raises(ValueError, match=f"path.* {said}") as caught:
            draw()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("draw", [draw_paths, describe_paths])
def test_a_path_without_a_name_is_told_what_is_expected(draw: Any) -> None:
    with pytest.raises(TypeError, match=r'name → path, such as {"SGD": walk\(…\)}, but got a ndarray'):
        draw(PATH, "bowl")


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"limits": (0, 1)}, ValueError, "limits must be"),
        ({"limits": 3}, ValueError, "limits must be"),
        ({"limits": ((0, "a"), (0, 1))}, ValueError, "two finite numbers"),
        ({"limits": ((0, 1), (0, np.inf))}, ValueError, "two finite numbers"),
        ({"limits": ((1, 0), (0, 1))}, ValueError, r"\(left, right\) in limits must be \(smaller, larger\)"),
        ({"ax": Figure()}, TypeError, "matplotlib Axes or None, not a value of type Figure"),
        ({"ax": 3}, TypeError, "not a value of type int"),
        ({"ax": Figure().add_subplot(projection="polar")}, ValueError, "it is polar"),
    ],
)
def test_wrong_limits_and_axes_are_refused_by_all_pictures_alike(change: Any, error: Any, said: str) -> None:
    for draw in (draw_contour, draw_surface, lambda place, **more: draw_paths({"SGD": PATH}, place, **more)):
        with pytest.raises(error, match=said):
            draw("bowl", **change)


@pytest.mark.parametrize("limits", [[[0, 1], [0, 2]], np.array([[0, 1], [0, 2]])])
def test_limits_may_be_lists_and_arrays(limits: Any) -> None:
    assert draw_contour("bowl", limits=limits).get_ylim() == (0, 2)
    draw_surface("bowl", limits=limits)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"every": 1.5}, TypeError, "every must be a whole number, but got 1.5"),
        ({"every": -1}, ValueError, "every must be 0 or more"),
        ({"paths": {"$\\frac$": PATH}}, ValueError, "name of a path must be a text whose formulas can be set"),
    ],
)
def test_other_mistakes_in_drawing_paths_are_one_sentence(change: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        draw_paths(**{"paths": {"SGD": PATH}, "surface": "bowl"} | change)
    assert "\n" not in str(caught.value)


def test_only_numbers_get_a_minus_sign_in_words() -> None:
    mine = surface(lambda x, y: x**2, [(-0.5, 0)])
    said = describe_paths({"schedule-free": np.array([(1, 1), (-0.25, 1e-3)])}, mine)
    assert said == "Paths on the surface my-own: schedule-free ends at (−0.25, 0.001)."
    assert describe_surface(mine) == (
        "The surface my-own, w₁ from −1 to 1 and w₂ from −1 to 1, with its minimum at (−0.5, 0)."
    )


@pytest.mark.parametrize("path", [None, 3, "there", [1.0, 2.0, 3.0]])
def test_distances_of_what_is_no_path_are_refused(path: Any) -> None:
    with pytest.raises(ValueError, match="path must be points"):
        distances(path, "bowl")
