"""What notebook 06 teaches, core and deeper, against Keras, closed forms and its stored results."""

from __future__ import annotations

import numpy as np
import pytest
from results_program import load_program
from taught import taught

from helpers.exercise.content import exercises
from helpers.figures import optimizers as figures
from helpers.figures.optimizers._exercises import ONE_WRONG, WANTED, cosine_decay
from helpers.results import stored_groups
from helpers.surface import SURFACES, gradient, walk


@pytest.fixture(scope="module", name="core")
def core_definitions():
    return taught("06_optimizers")


@pytest.fixture(scope="module", name="deeper")
def deeper_definitions():
    return taught("06_optimizers_deeper")


@pytest.fixture(scope="module", name="today")
def stored_today():
    return stored_groups("optimizers_today")


def walk_of_keras(optimizer, steps=30):
    """Return the path of a Keras optimizer in float64, with gradients of very different sizes."""
    keras = pytest.importorskip("keras")
    variable, rng = keras.Variable([1.0, -2.0, 0.5], dtype="float64"), np.random.default_rng(0)
    path = []
    for _ in range(steps):
        g = rng.normal(size=3) * np.array([1.0, 100.0, 10.0])
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [variable])
        path.append(variable.numpy())
    return np.array(path)


def walk_of_rule(rule, steps=30, **settings):
    w, state, rng = np.array([1.0, -2.0, 0.5]), {}, np.random.default_rng(0)
    path = []
    for step in range(1, steps + 1):
        w = rule(w, rng.normal(size=3) * np.array([1.0, 100.0, 10.0]), state, step, **settings)
        path.append(w)
    return np.array(path)


CORE_RULES = {
    "descent": ("SGD", {}, {}),
    "momentum": ("SGD", {"momentum": 0.8}, {"beta": 0.8}),
    "heavy_ball": ("SGD", {"momentum": 0.9}, {}),
    "rmsprop": ("RMSprop", {"rho": 0.9}, {}),
    "adam": ("Adam", {}, {}),
}
DEEPER_RULES = {
    "adam": ("Adam", {}, {}),
    "adamax": ("Adamax", {}, {}),
    "adamw": ("AdamW", {"weight_decay": 0.05}, {"weight_decay": 0.05}),
    "nadam": ("Nadam", {}, {}),
    "lion": ("Lion", {}, {}),
    "adadelta": ("Adadelta", {}, {}),
}


@pytest.mark.parametrize(
    ("notebook", "name"), [("core", name) for name in CORE_RULES] + [("deeper", name) for name in DEEPER_RULES]
)
def test_rule_of_the_notebook_is_that_of_keras(notebook, name, request):
    optimizers = pytest.importorskip("keras").optimizers
    kind, theirs, ours = (CORE_RULES if notebook == "core" else DEEPER_RULES)[name]
    rule = request.getfixturevalue(notebook)[name]
    made = walk_of_rule(rule, learning_rate=0.1, **ours)
    # Keras keeps its settings in 32 bits here and there, and a small 1 − β₂ magnifies that.
    np.testing.assert_allclose(made, walk_of_keras(getattr(optimizers, kind)(0.1, **theirs)), rtol=1e-4, atol=1e-4)


# The core


def test_running_mean_is_adams_mean_after_its_correction(core):
    values, beta = np.random.default_rng(0).normal(size=(20, 2)), 0.9
    m = np.zeros(2)
    for step, (value, mean) in enumerate(zip(values, core["running_mean"](values, beta), strict=True), start=1):
        m = beta * m + (1 - beta) * value
        np.testing.assert_allclose(mean, m / (1 - beta**step))


def test_division_makes_sizes_alike_and_averaging_cancels_the_flips(core):
    gradients = np.array([[0.98**t, 30 * (-0.96) ** t] for t in range(24)])
    size = np.sqrt(core["running_mean"](gradients**2, 0.999))
    divided = gradients / size
    assert 0.4 < abs(divided).min() < abs(divided).max() < 1.01
    averaged = core["running_mean"](gradients, 0.9) / size
    assert abs(averaged[8:, 1]).max() < 0.2 < 0.7 < averaged[8:, 0].min()


def test_first_steps_without_the_correction_are_three_to_five_times_too_long(core):
    lengths = {
        correct: abs(np.diff([0.0] + [float(w) for w in _steps_on_a_ramp(core["adam"], correct)]))
        for correct in (True, False)
    }
    np.testing.assert_allclose(lengths[True], 1, atol=1e-5)
    np.testing.assert_allclose(lengths[False], [3.16, 4.25, 4.95, 5.45], atol=0.02)


def _steps_on_a_ramp(adam, correct):
    w, state = 0.0, {}
    for step in range(1, 5):
        w = adam(w, -1.0, state, step, learning_rate=1.0, correct=correct)
        yield w


def test_longest_step_of_adam_comes_after_a_long_silence(core):
    w, state = 0.0, {}
    for step in range(1, 5002):
        before, w = w, core["adam"](w, 1.0 if step == 5001 else 0.0, state, step, learning_rate=1.0)
    assert abs(w - before) == pytest.approx(0.1 / np.sqrt(0.001), rel=0.02)


def test_equal_gradients_make_momentum_ten_steps_long(core):
    w, state = 0.0, {}
    for step in range(1, 200):
        before, w = w, core["momentum"](w, 1.0, state, step, learning_rate=0.1, beta=0.9)
    assert before - w == pytest.approx(0.1 / (1 - 0.9))


def test_larger_rate_ends_nearer_on_beale_until_it_is_lost(core):
    far = {rate: np.linalg.norm(walk(core["descent"], "beale", learning_rate=rate)[-1] - (3, 0.5)) for rate in
           (0.001, 0.02, 0.035)}  # fmt: skip
    assert far[0.035] < far[0.02] < far[0.001]
    assert far[0.02] == pytest.approx(0.33, abs=0.005)
    assert np.isnan(walk(core["descent"], "beale", learning_rate=0.04)[-1]).all()


def test_rosenbrock_throws_out_descent_and_not_the_rules_that_divide(core):
    runners = {"descent": 0.02, "heavy_ball": 0.002, "rmsprop": 0.05, "adam": 0.3}
    ends = {name: walk(core[name], "rosenbrock", learning_rate=rate)[-1] for name, rate in runners.items()}
    assert np.isnan(ends["descent"]).all()
    assert all(np.isfinite(ends[name]).all() for name in ("rmsprop", "adam"))


def test_cosine_of_the_notebook_is_that_of_keras(core):
    theirs = pytest.importorskip("keras").optimizers.schedules.CosineDecay(0.07, decay_steps=200)
    ours = core["cosine"](np.arange(201), 200)
    np.testing.assert_allclose(ours, [float(theirs(t)) for t in range(201)], atol=1e-6)


# Deeper


@pytest.mark.parametrize("kappa", [2.0, 10.0, 1000.0])
def test_factors_of_descent_and_momentum_are_eigenvalues_of_the_step(kappa):
    root = np.sqrt(kappa)
    plain, best = 2 / (1 + kappa), (4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2)
    assert max(abs(1 - plain), abs(1 - plain * kappa)) == pytest.approx((kappa - 1) / (kappa + 1))
    for curvature in (1.0, (1 + kappa) / 2, kappa):  # (w, v) → (w + v', v') with v' = βv − ηλw
        rate, beta = best
        step = np.array([[1 - rate * curvature, beta], [-rate * curvature, beta]])
        assert np.abs(np.linalg.eigvals(step)).max() == pytest.approx((root - 1) / (root + 1), abs=1e-6)


def test_largest_stable_rate_separates_convergence_from_divergence():
    exercise = exercises("optimizers")["optimizers.largest_stable_rate"]
    for hessian, beta in exercise.cases:
        limit, n = exercise.reference(hessian, beta), len(hessian)
        for factor, grows in ((0.99, False), (1.01, True)):
            push = -factor * limit * hessian
            step = np.block([[np.eye(n) + push, beta * np.eye(n)], [push, beta * np.eye(n)]])
            assert bool(np.abs(np.linalg.eigvals(step)).max() > 1) is grows


def test_three_forms_of_momentum_take_one_path_at_a_constant_rate():
    slope, beta, rate = lambda w: np.array([1.0, 10.0]) * w, 0.9, 0.02
    w = {form: np.ones(2) for form in "ABC"}
    v = {form: np.zeros(2) for form in "ABC"}
    for _ in range(30):
        g = {form: slope(w[form]) for form in "ABC"}
        v["A"] = beta * v["A"] - rate * g["A"]
        v["B"] = beta * v["B"] + g["B"]
        v["C"] = beta * v["C"] + (1 - beta) * g["C"]
        w = {"A": w["A"] + v["A"], "B": w["B"] - rate * v["B"], "C": w["C"] - rate / (1 - beta) * v["C"]}
    np.testing.assert_allclose(w["A"], w["B"])
    np.testing.assert_allclose(w["A"], w["C"])


def test_nesterov_of_the_exercise_is_that_of_keras_seen_one_velocity_ahead():
    keras = pytest.importorskip("keras")
    reference, curvature = exercises("optimizers")["optimizers.nesterov_step"].reference, np.array([1.0, 10.0])
    optimizer, w, v = keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), np.array([1.0, -2.0]), np.zeros(2)
    variable = keras.Variable(w, dtype="float64")
    for _ in range(20):
        optimizer.apply([keras.ops.convert_to_tensor(curvature * variable.numpy())], [variable])
        w, v = reference(w, v, lambda place: curvature * place, 0.05, 0.9)
    np.testing.assert_allclose(variable.numpy(), w + 0.9 * v, atol=1e-6)


def test_first_step_of_rmsprop_is_over_three_rates_long():
    keras = pytest.importorskip("keras")
    variable = keras.Variable(0.0)
    keras.optimizers.RMSprop(0.01).apply([keras.ops.convert_to_tensor(5.0)], [variable])
    assert float(variable) == pytest.approx(-0.0316, abs=1e-4)


def test_four_schedules_of_the_exercise_are_those_of_keras_with_the_argument_that_is_named():
    schedules = pytest.importorskip("keras").optimizers.schedules
    named = exercises("optimizers")["optimizers.four_schedules"].reference
    assert {curve: [argument] for curve, argument in named.items()} == {k: list(v) for k, v in ONE_WRONG.items()}
    for wrong in ({}, *ONE_WRONG.values()):
        theirs = schedules.CosineDecay(**WANTED | wrong)
        ours = cosine_decay(**WANTED | wrong)
        assert ours == pytest.approx([float(theirs(step)) for step in range(201)], abs=1e-6)


def test_half_of_the_root_of_two_of_random_two_by_two_matrices_are_saddles(deeper):
    assert np.mean([deeper["saddle_share"](2, seed) for seed in range(5)]) == pytest.approx(np.sqrt(0.5), abs=0.03)
    assert deeper["saddle_share"](1, 0) == 0


def test_newton_goes_to_the_saddle_of_beale_and_the_saddle_is_one(deeper):
    end = walk(deeper["newton"], "beale", (1.0, 1.5), steps=8)[-1]
    np.testing.assert_allclose(end, (0, 1), atol=1e-4)
    assert np.abs(gradient(SURFACES["beale"], (0.0, 1.0))).max() < 1e-8


# The stored results


def test_curvature_of_every_network_settles_near_two_over_the_rate(today):
    for rate, runs in today["edge"].items():
        assert len(runs) == 5
        for run in runs:
            late = np.median(run["curvature"][-8:])
            assert late == pytest.approx(2 / float(rate), rel=0.15), rate


def test_best_rates_of_the_methods_do_not_lie_at_an_end(today):
    tried = {}
    for setting, runs in today["today"].items():
        name, rate = setting.rsplit(" ", 1)
        assert len(runs) == 5
        tried.setdefault(name, {})[float(rate)] = np.mean([run["val_loss"] for run in runs])
    for name, rates in tried.items():
        assert min(rates, key=rates.get) not in (min(rates), max(rates)), name


def test_steps_to_the_target_fall_with_the_batch_at_first_and_hardly_later(today):
    steps = {}
    for setting, runs in today["batches"].items():
        size = int(setting.split()[0])
        counts = [run["steps"] for run in runs]
        if None not in counts:
            steps[size] = min(np.mean(counts), steps.get(size, np.inf))
    sizes = sorted(steps)
    assert steps[sizes[0]] > 2 * steps[sizes[1]]
    assert steps[sizes[-2]] < 1.6 * steps[sizes[-1]]


def test_schedule_free_is_the_rule_of_its_paper_and_that_of_keras_is_not():
    keras, program = pytest.importorskip("keras"), load_program("optimizers_today")
    shape = np.minimum((np.arange(30) + 1) / 5, 1)

    class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 * keras.ops.convert_to_tensor(shape, "float32")[keras.ops.cast(step, "int32")]

    def ends(optimizer):
        variable = keras.Variable([1.0, 2.0])
        optimizer.build([variable])
        for _ in range(30):
            optimizer.apply([keras.ops.convert_to_tensor(variable.numpy())], [variable])
        return variable.numpy()

    optimizer = program.schedule_free(WarmUp(), shape)
    y = x = z = np.array([1.0, 2.0])
    r = np.zeros(2)
    for step, share in enumerate(shape**2 / np.cumsum(shape**2), start=1):
        r = 0.999 * r + 0.001 * y**2
        z = z - 0.1 * shape[step - 1] * y / (np.sqrt(r / (1 - 0.999**step)) + 1e-8)
        x = (1 - share) * x + share * z
        y = 0.1 * z + 0.9 * x
    np.testing.assert_allclose(ends(optimizer), y, atol=1e-4)
    np.testing.assert_allclose(optimizer.averages()[0], x, atol=1e-4)
    if keras.__version__.startswith("3.15"):  # what the notebook says of this version
        theirs = ends(keras.optimizers.ScheduleFreeAdamW(0.1))
        constant = program.schedule_free(0.1, np.ones(30))
        assert np.abs(theirs - ends(constant)).max() > 0.01


@pytest.mark.slow
def test_one_slice_of_today_is_made_again(today):
    program = load_program("optimizers_today")
    make, shape, _ = program.methods(752)["Adam"]
    again = program.fit_all("Adam", make, shape, [0.00316], (1,), program.data())[0.00316][0]
    assert again["val_loss"] == pytest.approx(today["today"]["Adam 0.00316"][1]["val_loss"], abs=0.05)


@pytest.fixture(scope="module", name="sweeps")
def stored_sweeps():
    return stored_groups("optimizers")


@pytest.mark.parametrize("group", ["sweep", "batch_sizes", "schedules"])
def test_no_best_rate_of_the_sweeps_lies_at_an_end(sweeps, group):
    best = figures.best_rates(sweeps[group])
    for name, rates in figures.by_rate(sweeps[group], "yard_loss").items():
        assert min(rates) < best[name] < max(rates), name
        assert all(len(runs) == 5 for runs in rates.values())


def test_default_rates_of_the_figure_are_those_of_keras(sweeps):
    optimizers = pytest.importorskip("keras").optimizers
    kinds = {"momentum": "SGD", "Nesterov": "SGD"}
    for name in figures.best_rates(sweeps["sweep"]):
        kind = kinds.get(name, name)
        assert float(getattr(optimizers, kind)().learning_rate.numpy()) == pytest.approx(
            0.01 if kind == "SGD" else 0.001
        )


def at_best(group, key="yard_loss"):
    """Return name → numbers of the five seeds at the rate that the 1,000 images chose."""
    best = figures.best_rates(group)
    return {name: np.array(rates[best[name]]) for name, rates in figures.by_rate(group, key).items()}


def test_optimizers_differ_little_at_their_best_rates_and_much_at_a_tenth_of_it(sweeps):
    losses = {name: runs.mean() for name, runs in at_best(sweeps["sweep"]).items()}
    assert max(losses.values()) - min(losses.values()) < 0.04
    curves, best = figures.by_rate(sweeps["sweep"], "yard_loss"), figures.best_rates(sweeps["sweep"])
    costs = {
        name: np.mean(rates[min(rates, key=lambda rate: abs(np.log(rate / best[name] * 10)))]) - losses[name]
        for name, rates in curves.items()
    }
    assert sum(cost > 0.05 for cost in costs.values()) == 9


def test_only_lion_is_ahead_of_momentum_by_more_than_two_errors(sweeps):
    lead = {name: np.array([run["difference"] for run in runs]) for name, runs in sweeps["paired"].items()}
    errors = {name: runs[0]["error_of_the_mean"] for name, runs in sweeps["paired"].items()}
    assert [name for name in lead if abs(lead[name].mean()) > 2 * errors[name]] == ["Lion"]
    assert lead["Lion"].min() > 0
    losses = {name: runs.mean() for name, runs in at_best(sweeps["sweep"]).items()}
    assert sorted(losses, key=losses.__getitem__)[-2:] == ["Lion", "Nesterov"]
    assert losses["Adam"] == pytest.approx(losses["momentum"], abs=0.01)


def test_smooth_decays_beat_a_constant_rate_with_every_seed(sweeps):
    losses, best = at_best(sweeps["schedules"]), figures.best_rates(sweeps["schedules"])
    for rule, factor in (("momentum", 2), ("Adam", 4)):
        for schedule in ("cosine", "warm-up + cosine", "one cycle"):
            assert (losses[f"{rule} {schedule}"] < losses[f"{rule} constant"] - 0.002).all()
            assert best[f"{rule} {schedule}"] == pytest.approx(factor * best[f"{rule} constant"])
        others = [runs.mean() for name, runs in losses.items() if name.startswith(rule) and "constant" not in name]
        assert max(others) < losses[f"{rule} constant"].mean()


def test_best_rate_grows_like_the_root_of_the_batch_and_the_left_flanks_coincide(sweeps):
    best = figures.best_rates(sweeps["batch_sizes"])
    assert [best[size] for size in ("16", "64", "256", "1024")] == [0.08, 0.32, 0.32, 0.64]
    curves = figures.by_rate(sweeps["batch_sizes"], "yard_loss")
    for small, large in (("16", "64"), ("64", "256"), ("256", "1024")):
        assert np.mean(curves[large][0.04]) == pytest.approx(np.mean(curves[small][0.01]), abs=0.03)


def test_what_calms_the_end_is_worth_more_than_the_rule(today):
    losses = {name: runs.mean() for name, runs in at_best(today["today"]).items()}
    assert max(losses, key=losses.__getitem__) == "Adam"
    first = [losses[name] for name in ("Adam, EMA", "AdamW, warm-up, cosine", "Muon, warm-up, cosine", "Adam, cosine")]
    assert max(first) - min(first) < 0.5 * (losses["Adam"] - max(first))


@pytest.mark.slow
def test_one_slice_of_the_sweep_is_made_again(sweeps):
    again = load_program("optimizers").sweep(seeds=(1,), names=["Adam"], rates=[0.00316])["Adam 0.00316"][0]
    assert again["yard_loss"] == pytest.approx(sweeps["sweep"]["Adam 0.00316"][1]["yard_loss"], abs=0.04)
