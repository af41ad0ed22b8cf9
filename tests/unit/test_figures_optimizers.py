"""The figures of notebook 06: what they say is what they draw, in every state."""

from __future__ import annotations

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.figures import optimizers as figures
from helpers.figures.optimizers._exercises import THREE_BETAS, THREE_PATHS, sick_curves, three_paths
from helpers.figures.optimizers._hill import HILLS
from helpers.figures.optimizers._rules import RUNNERS, descent, momentum
from helpers.figures.optimizers._schedules import noisy_walks
from helpers.surface import SURFACES, distances, gradient, walk

pytestmark = pytest.mark.usefixtures("course_style")


def state(draw, **values):
    """Draw one state on empty Axes, and return them and what the figure says."""
    figure, ax = plt.subplots(figsize=(4.2, 4.0))
    said = draw(ax, **values)
    figure.draw_without_rendering()
    return ax, said


@pytest.mark.parametrize(
    ("draw", "values", "words"),
    [
        (figures.ball, {"learning_rate": 0.02}, "settles"),
        (figures.ball, {"learning_rate": 0.08}, "swings for ever"),
        (figures.ball, {"learning_rate": 0.084, "steps": 8}, "climbs out"),
        (figures.one_map, {"learning_rate": 0.035}, "ends 0.17 away"),
        (figures.one_map, {"learning_rate": 0.04}, "gone"),
        (figures.one_map, {"learning_rate": 0.02, "steps": 1}, "away"),
        (figures.valley, {"beta": 0.9}, "0.03 away"),
        (figures.valley, {"beta": 0.99, "learning_rate": 0.2}, "gone"),
        (figures.arrows, {}, "ends 1.55"),
        (figures.arrows, {"look_ahead": True}, "ends 0.27"),
        (figures.race, {"rules": RUNNERS, "moment": 20}, "Adagrad is nearest, 0.95"),
        (figures.race, {"rules": RUNNERS, "moment": 100}, "Adam is nearest, 0.08"),
        (figures.race, {"rules": RUNNERS, "surface": "rosenbrock", "moment": 0}, "rosenbrock"),
        (figures.factors, {"kappa": 25}, "at best 0.923"),
        (figures.axes_of, {"at": "at the start"}, "−52 and 282"),
        (figures.saddle, {"beta": 0.9}, "nobody leaves"),
        (figures.saddle, {"off": 1e-6, "beta": 0.9}, "left after 52 steps"),
    ],
)
def test_a_figure_says_what_it_draws(draw, values, words):
    _, said = state(draw, **values)
    assert words in said


def test_nesterov_ends_farther_away_in_as_many_states_as_the_text_says():
    place, worse = SURFACES["himmelblau"], []
    for step, beta in product(range(2, 10), np.arange(50, 96, 5) / 100):
        w, v = np.array([0.5, 4.5]), np.zeros(2)
        for _ in range(step - 1):
            v = beta * v - 0.01 * gradient(place, w)
            w = w + v
        ends = [w + beta * v - 0.01 * gradient(place, w + ahead * beta * v) for ahead in (0, 1)]
        momentum, nesterov = distances(np.array(ends), place)
        worse.append(nesterov > momentum)
    assert (sum(worse), len(worse)) == (21, 80)


def test_countries_fall_one_after_the_other_as_two_over_eta_falls():
    reached = {rate: set(np.unique(figures.countries(descent, rate))) - {0} for rate in (0.003, 0.016, 0.02)}
    assert [len(kinds) for kinds in reached.values()] == [4, 3, 2]
    assert reached[0.02] < reached[0.016] < reached[0.003]


def test_cooling_ends_nearer_with_a_decay_than_with_either_constant():
    schedules = {
        "large": lambda t, T: 0.07,
        "small": lambda t, T: 0.01,
        "cosine": lambda t, T: 0.07 * (1 + np.cos(np.pi * t / T)) / 2,
    }
    t = np.arange(200)
    ends = {}
    for name, rate in schedules.items():
        walks = noisy_walks(np.broadcast_to(rate(t, 200), 200))
        ends[name] = np.linalg.norm(walks[-1], axis=1).mean()
    assert ends["cosine"] < 0.6 * min(ends["large"], ends["small"])
    for name in schedules:
        assert f"{ends[name]:.2f}" in state(figures.cooling, schedules=schedules, schedule=name)[1]


# What exercises ask about


def test_three_hills_do_what_the_answer_says():
    from helpers.exercise.content import exercises

    fates = {}
    for name, curvature in HILLS.items():
        factor = 1 - 0.1 * curvature  # of one step
        fates[name] = "climbs out" if abs(factor) > 1 else "creeps" if factor > 0 else "jumps and settles"
    assert fates == exercises("optimizers")["optimizers.three_hills"].reference


def test_betas_of_the_picture_are_those_of_the_answer_and_none_leaves_with_doubled_gradients():
    from helpers.exercise.content import exercises

    answer = exercises("optimizers")["optimizers.which_beta"].reference
    assert {key: answer[key] for key in "ABC"} == THREE_BETAS
    for beta in THREE_BETAS.values():
        assert distances(walk(momentum, "bowl", steps=3000, learning_rate=0.04, beta=beta)[-1], "bowl") < 1e-3


def test_paths_of_the_picture_have_what_the_solution_names():
    from helpers.exercise.content import exercises

    answer = exercises("optimizers")["optimizers.whose_path"].reference
    assert answer == {name: rule for name, (rule, _) in THREE_PATHS.items()}
    paths = {answer[name]: path for name, path in three_paths().items()}
    first = {rule: path[1] - path[0] for rule, path in paths.items()}
    assert first["Adam"][0] == pytest.approx(first["Adam"][1], rel=1e-3)  # at 45°
    assert first["SGD"][1] > 10 * abs(first["SGD"][0])  # against the slope
    np.testing.assert_allclose(first["momentum"], first["SGD"])
    valley = paths["SGD"][:, 1].max()
    assert paths["momentum"][:, 1].max() > valley + 0.8  # carried up the other side
    gaps = np.linalg.norm(np.diff(paths["SGD"][::10], axis=0), axis=1)
    assert gaps.min() < 0.2 * gaps[0]


def test_sick_curves_are_sick_in_four_ways():
    curves = sick_curves()
    assert 0.4 * curves["A"][0] < curves["A"][-1] < 0.6 * curves["A"][0]
    assert (np.diff(curves["A"]) < 0).all()
    assert (np.diff(curves["B"][4:]) > 0).all()
    assert np.std(curves["C"][100:]) > 0.1 * curves["C"][100:].mean()
    assert curves["C"][100:150].mean() == pytest.approx(curves["C"][150:].mean(), rel=0.15)
    leap = curves["D"]
    assert leap[1] > 1.5 * leap[0]
    assert leap[5:].max() < 0.25 * leap[0]


@pytest.mark.parametrize("draw", [figures.draw_three_hills, figures.draw_three_betas, figures.draw_three_paths])
def test_pictures_of_exercises_have_three_lettered_panels(draw):
    titles = [ax.get_title(loc="left") for ax in draw().figure.axes[0].child_axes]
    assert titles == ["A", "B", "C"]


# Still figures


NOISE = np.random.default_rng(0).normal(size=40)
RATES = {0.001: [0.5, 0.52], 0.01: [0.42, 0.43], 0.1: [0.6, 0.64]}
STILLS = [
    (figures.draw_surfaces, (descent,), "saddle"),
    (figures.draw_countries, (descent, [0.003, 0.02]), "4 with η = 0.003, 2 with η = 0.02"),
    (figures.draw_stages, ({"a": np.stack([NOISE, 30 * NOISE], axis=1)},), "steep weight"),
    (figures.draw_first_steps, ({"corrected": [1, 1], "not corrected": [3.2, 4.2]},), "3.2, 4.2"),
    (figures.draw_effective_rates, ({"Adagrad": np.geomspace(1, 0.01, 50)},), "Adagrad"),
    (lambda *a: figures.draw_rates(*a, marked={0.001: "default"}), ({"Adam": RATES},), "lowest at 0.01"),
    (figures.draw_speed, ({10: (37, 11)},), "37 and 11"),
    (figures.draw_edge, ({"0.1": [{"curvature": [15.0] * 6 + [20.0]}]},), "near 20.0"),
    (
        figures.draw_ranges,
        ({"Adam": RATES, "Adam, cosine": RATES}, {"Adam": 0.01, "Adam, cosine": 0.1}),
        "0.620 at 0.1",
    ),
    (
        figures.draw_losses,
        ({"Adam": RATES, "Adam, cosine": RATES}, {"Adam": 0.01, "Adam, cosine": 0.1}),
        "0.620 at 0.1",
    ),
    (figures.draw_newton, ([[(4.0, 0.4), (3.0, 0.5)], [(1.0, 1.5), (0.0, 1.0)]], [(1.0, 1.5)]), "ends at (0, 1)"),
    (figures.draw_walks, ({"Adam": [(1.0, 1.5), (2.0, 0.5)], "Lion": [(1.0, 1.5)]},), "Lion ends at (1, 1.5)"),
    (figures.draw_four_schedules, (), "A to D"),
    (figures.draw_batches, ({"16": RATES, "64": RATES}, {"16": 0.01, "64": 0.1}), "0.1 for batches of 64"),
    (figures.draw_critical, ({4: 900, 16: 300, 64: 200},), "900 with 4"),
    (figures.draw_range_test, ({"Adam": (np.geomspace(1e-5, 1, 80), np.linspace(2, 1, 80))},), "lowest"),
    (figures.draw_sparklines, ({name: NOISE for name in "abcdef"},), "6 schedules"),
    (figures.draw_step_sizes, ({"step 1": np.ones(9)},), "median 1.00"),
    (figures.draw_decays, ({"AdamW": np.linspace(1, 0.5, 9)},), "ends at 0.50"),
    (figures.draw_differences, ({"Adam": [0.5, -0.2]}, {"Adam": 0.4}), "−0.2 to +0.5, mean +0.15 ± 0.40"),
    (figures.draw_shares, ((1, 2), [[0, 0], [0.7, 0.7]]), "70 % for two"),
]


@pytest.mark.parametrize(("draw", "given", "words"), STILLS)
def test_still_figures_describe_themselves(draw, given, words):
    figure = draw(*given).figure
    assert words in figure._repr_mimebundle_()[1]["image/png"]["alt"]
