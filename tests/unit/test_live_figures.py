"""Figures that compute in the browser: their JavaScript gives the numbers of the course's Python."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.figures import architecture, backprop, losses, optimizers
from helpers.surface import SURFACES
from tools.executed import LIVE, live_figures

NEAR = {"rtol": 1e-6, "atol": 1e-6}
SERVER = (
    f"const live = require({json.dumps(str(LIVE))});"
    "require('node:readline').createInterface({ input: process.stdin }).on('line', line => {"
    "const [name, state] = JSON.parse(line);"
    "console.log(JSON.stringify(typeof live[name] === 'object' ? live[name] : live.formulas[name](state)));});"
)
numbers = st.floats(-6, 6).map(lambda value: round(value, 3))


@pytest.fixture(scope="module")
def script():
    """Return a function that asks live.js for a formula."""
    if not shutil.which("node"):
        pytest.skip("no Node.js on this machine")
    with subprocess.Popen(["node", "-e", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:

        def ask(name, **state):
            node.stdin.write(json.dumps([name, state]) + "\n")
            node.stdin.flush()
            return json.loads(node.stdout.readline(), parse_constant=float)

        yield ask


def steps(name, rate, gradient, w, count):
    """Walk by the formulas of the papers, as Keras has them (see helpers.figures.optimizers)."""
    path, v, m, r = [w], 0.0, 0.0, 0.0
    for step in range(1, count + 1):
        g = gradient(path[-1])
        if name == "SGD":
            move = -rate * g
        elif name == "momentum":
            v = 0.9 * v - rate * g
            move = v
        elif name == "Adagrad":
            r = r + g**2
            move = -rate * g / (np.sqrt(r) + 1e-7)
        elif name == "RMSprop":
            r = 0.9 * r + 0.1 * g**2
            move = -rate * g / (np.sqrt(r) + 1e-7)
        else:
            m, r = 0.9 * m + 0.1 * g, 0.999 * r + 0.001 * g**2
            move = -rate * (m / (1 - 0.9**step)) / (np.sqrt(r / (1 - 0.999**step)) + 1e-7)
        path.append(path[-1] + move)
    return np.array(path)


def central(surface, step=1e-3):
    """Return the gradient by central differences of fourth order."""

    def gradient(w):
        height, far = SURFACES[surface].function, step * np.maximum(1, np.abs(w))
        rows = []
        for axis in (0, 1):
            at = [height(*(w + k * far * (np.arange(2) == axis))) for k in (-2, -1, 1, 2)]
            rows.append((at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * far[axis]))
        return np.array(rows)

    return gradient


@settings(max_examples=min(100, settings.default.max_examples))  # half a second each, so that 1,000 took ten minutes
@given(rule=st.sampled_from(["SGD", "momentum", "Adagrad", "RMSprop", "Adam"]), surface=st.data())
def test_walk_takes_the_steps_of_its_rule(script, rule, surface):
    known = script("SURFACES")
    name = surface.draw(st.sampled_from(sorted(known)))
    start = [surface.draw(st.floats(*ends).map(lambda value: round(value, 2))) for ends in known[name]["view"]]
    rate, start = script("RULES")[rule][0], np.array(start)
    # Where a path jumps about, leaves the map or divides by slopes near 0, a last digit of its start or of its slopes
    # grows without bound: there is nothing to compare.
    with np.errstate(all="ignore"):
        expected = steps(rule, rate, central(name), start, 100)
        nudged = steps(rule, rate, central(name), start * (1 + 1e-13), 100)
        coarser = steps(rule, rate, central(name, 1.5e-3), start, 100)
    apart = np.maximum(np.abs(nudged - expected), np.abs(coarser - expected))
    calm = (np.abs(expected) < 50).all(axis=1) & (apart < 1e-8).all(axis=1)
    until = len(calm) if calm.all() else int(calm.argmin())
    assume(until > 3)
    path = np.array(script("walk", rule=rule, surface=name, start=start.tolist()), dtype=float)
    np.testing.assert_allclose(path[:until], expected[:until], **NEAR)


def test_surfaces_are_those_of_the_course(script):
    for name, place in script("SURFACES").items():
        np.testing.assert_allclose(place["start"], SURFACES[name].start)
        np.testing.assert_allclose(place["minima"], SURFACES[name].minima)


def test_rates_are_those_of_notebook_06(script):
    for name, (rate, *_) in script("RULES").items():
        assert optimizers.RUNNERS[name][1] == rate


@given(w1=numbers, w2=numbers, b=numbers)
def test_neuron_predicts_what_the_figure_shows(script, w1, w2, b):
    points = architecture.clothes()[0][::10]
    expected = 1 / (1 + np.exp(-(points @ [w1, w2] + b)))
    np.testing.assert_allclose(script("neuron", w1=w1, w2=w2, b=b, points=points.tolist()), expected, **NEAR)


@given(slope=numbers, intercept=numbers)
def test_line_has_the_residuals_and_means_of_the_figure(script, slope, intercept):
    x, y = losses.LINE_X, losses.LINE_Y
    residuals = y - (slope * x + intercept)
    said = script("line", slope=slope, intercept=intercept, x=x.tolist(), y=y.tolist())
    np.testing.assert_allclose(said["residuals"], residuals, **NEAR)
    np.testing.assert_allclose(
        [said["absolute"], said["squared"]], [abs(residuals).mean(), (residuals**2).mean()], **NEAR
    )


@given(x=numbers, w=numbers, b=numbers)
def test_chain_has_the_changes_and_products_of_the_figure(script, x, w, b):
    def forward(weight):
        u, z, y_hat, loss = chain_values(x, weight, b)
        return np.array([weight, u, z, y_hat, loss])

    said, values = script("chain", x=x, w=w, b=b), forward(w)
    factors = [x, 1.0, values[3] * (1 - values[3]), values[3] - 1]
    np.testing.assert_allclose(said["values"], values, **NEAR)
    np.testing.assert_allclose(said["changes"], 1000 * (forward(w + 0.001) - values), **NEAR)
    np.testing.assert_allclose(said["gradients"], [np.prod(factors[k:]) for k in range(5)], **NEAR)


def chain_values(x, w, b):
    """Return u, z, ŷ and L as notebook 03 computes them, with y = 1."""
    u = x * w
    y_hat = 1 / (1 + np.exp(-(u + b)))
    return u, u + b, y_hat, (y_hat - 1) ** 2 / 2


def test_live_figures_have_the_names_of_functions_that_draw():
    assert {"one_neuron", "bars_and_squares", "chain", "race"} == set(live_figures())
    assert callable(backprop.chain)
    assert callable(architecture.one_neuron)
    assert callable(losses.bars_and_squares)
