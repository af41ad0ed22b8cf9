"""What notebook 06 states is so: its rules, schedules and factors against Keras and closed forms, and its results."""

import json

import numpy as np
import pytest
from results_program import load_program
from taught import taught

from helpers.exercise import content as exercises
from helpers.results import RESULTS
from helpers.stacked._first_edition import first_weights, image_order, sweep_images, train_many

RULES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "nadam", "adamw", "lion")
SCHEDULES = ("step_decay", "exponential", "inverse_time", "polynomial", "cosine", "warm_restarts", "triangular")
SCHEDULES = (*SCHEDULES, "one_cycle", "warm_up", "by_hand")


@pytest.fixture(scope="module", name="notebook")
def definitions():
    return taught("06_optimizers")


def keras_optimizers():
    from keras.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, Nadam, RMSprop

    return {
        "sgd": (SGD(0.1), {}),
        "momentum": (SGD(0.1, momentum=0.8), {"beta": 0.8}),
        "nesterov": (SGD(0.1, momentum=0.8, nesterov=True), {"beta": 0.8}),
        "adagrad": (Adagrad(0.1), {}),
        "rmsprop": (RMSprop(0.1, momentum=0.7), {"beta": 0.7}),
        "adadelta": (Adadelta(0.1), {}),
        "adam": (Adam(0.1), {}),
        "adamax": (Adamax(0.1), {}),
        "nadam": (Nadam(0.1), {}),
        "adamw": (AdamW(0.1, weight_decay=0.05), {"weight_decay": 0.05}),
        "lion": (Lion(0.1), {}),
    }


@pytest.mark.parametrize("name", RULES)
def test_rule_of_the_notebook_is_that_of_keras(notebook, name):
    keras = pytest.importorskip("keras")
    optimizer, settings = keras_optimizers()[name]
    w, state, rng = np.array([1.0, -2.0, 0.5]), {}, np.random.default_rng(0)
    variable = keras.Variable(w, dtype="float64")
    for t in range(1, 31):
        g = rng.normal(size=3) * np.array([1.0, 100.0, 10.0])
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [variable])
        w = notebook[name](w, g, state, t, learning_rate=0.1, **settings)
        # Keras keeps its settings in 32 bits here and there, and a small 1 − β₂ magnifies that.
        np.testing.assert_allclose(variable.numpy(), w, rtol=1e-4, atol=1e-5)


def test_defaults_of_the_notebooks_table_are_those_of_keras():
    optimizers = pytest.importorskip("keras").optimizers
    wanted = {
        "SGD": {"learning_rate": 0.01, "momentum": 0.0},
        "Adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
        "RMSprop": {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7},
        "Adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-7},
        "Adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
        "Adamax": {"learning_rate": 0.001},
        "Nadam": {"learning_rate": 0.001},
        "AdamW": {"learning_rate": 0.001, "weight_decay": 0.004},
        "Lion": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.99},
    }
    for name, numbers in wanted.items():
        config = getattr(optimizers, name)().get_config()
        assert {key: config[key] for key in numbers} == pytest.approx(numbers), name


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedule_is_a_share_of_the_peak(notebook, name):
    shares = notebook[name](np.arange(200), 200)
    assert shares.max() == pytest.approx(1.0, abs=0.02)
    assert shares.min() >= 0


def test_schedules_that_decay_end_near_zero(notebook):
    for name in ("polynomial", "cosine", "one_cycle", "warm_up"):
        assert notebook[name](199, 200) < 0.001


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
    exercise = exercises.exercises("optimizers")["optimizers.largest_stable_rate"]
    for (hessian,) in exercise.cases:
        limit = exercise.reference(hessian)
        for factor, grows in ((0.99, False), (1.01, True)):
            step = np.eye(len(hessian)) - factor * limit * hessian
            assert bool(np.linalg.norm(np.linalg.matrix_power(step, 2000), 2) > 1) is grows


def test_half_of_the_root_of_two_of_random_two_by_two_matrices_are_saddles(notebook):
    shares = [notebook["saddle_share"](2, seed) for seed in range(5)]
    assert np.mean(shares) == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert notebook["saddle_share"](1, 0) == 0


# The exercises


def test_momentum_and_nesterov_steps_of_the_exercises_are_those_of_keras():
    keras = pytest.importorskip("keras")
    found = exercises.exercises("optimizers")
    curvature = np.array([1.0, 10.0])
    for name, nesterov in (("optimizers.momentum_step", False), ("optimizers.nesterov_step", True)):
        optimizer, w, v = (
            keras.optimizers.SGD(0.05, momentum=0.9, nesterov=nesterov),
            np.array([1.0, -2.0]),
            np.zeros(2),
        )
        variable = keras.Variable(w, dtype="float64")
        for _ in range(20):
            optimizer.apply([keras.ops.convert_to_tensor(curvature * variable.numpy())], [variable])
            gradient = (lambda place: curvature * place) if nesterov else curvature * w
            w, v = found[name].reference(w, v, gradient, 0.05, 0.9)
        stored = w + 0.9 * v if nesterov else w
        np.testing.assert_allclose(variable.numpy(), stored, atol=1e-6)


def test_adam_of_the_exercise_is_that_of_keras_for_a_small_epsilon():
    keras = pytest.importorskip("keras")
    reference = exercises.exercises("optimizers")["optimizers.adam"].reference
    gradients = list(np.random.default_rng(1).normal(size=(15, 3)))
    variable, optimizer = keras.Variable(np.ones(3), dtype="float64"), keras.optimizers.Adam(0.1, epsilon=1e-12)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    np.testing.assert_allclose(variable.numpy(), reference(np.ones(3), gradients, 0.1, 0.9, 0.999, 1e-12), atol=1e-4)


def test_warm_up_of_the_exercise_is_that_of_keras():
    schedules = pytest.importorskip("keras").optimizers.schedules
    reference = exercises.exercises("optimizers")["optimizers.warmup_cosine"].reference
    theirs = schedules.CosineDecay(0.0, decay_steps=90, warmup_target=0.5, warmup_steps=10)
    assert [reference(step, 10, 100, 0.5) for step in range(101)] == pytest.approx(
        [float(theirs(step)) for step in range(101)], abs=1e-6
    )


# Many networks, one optimizer


@pytest.fixture(scope="module")
def few_images():
    (x, y), validation, _ = sweep_images()
    return (x[:330], y[:330]), (validation[0][:200], validation[1][:200])


def test_images_are_shrunk_and_split_by_class():
    (x, y), (x_val, y_val), (x_test, _) = sweep_images()
    assert x.shape == (8000, 196)
    assert x_test.shape == (2000, 196)
    assert x.dtype == np.float32
    assert 0 <= x.min() < x.max() <= 1
    assert set(np.bincount(y)) == {800}
    assert set(np.bincount(y_val)) == {200}
    assert x_val.mean() == pytest.approx(x.mean(), rel=0.05)


@pytest.mark.parametrize("name", ["AdamW", *(pytest.param(name, marks=pytest.mark.slow) for name in ("SGD", "Nadam"))])
def test_networks_that_share_an_optimizer_train_as_if_alone(few_images, name):
    keras = pytest.importorskip("keras")
    rates, seeds, (x, y) = (0.003, 0.03), (3, 4), few_images[0]
    together = train_many(
        getattr(keras.optimizers, name), rates, few_images, seeds=seeds, epochs=2, batch_size=64, units=8
    )
    assert together["loss"].shape == together["accuracy"].shape == (3, 2, 2, 2)
    assert together["batch_loss"].shape == (10, 2, 2)
    for column, rate in enumerate(rates):
        for row, seed in enumerate(seeds):
            if row == column:
                continue  # the two others would be exchanged if rates and seeds were
            hidden = keras.layers.Dense(8, activation="relu")
            network = keras.Sequential([keras.Input((196,)), hidden, keras.layers.Dense(10)])
            network.set_weights(first_weights((196, 8, 10), seed))
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            network.compile(getattr(keras.optimizers, name)(rate), loss, metrics=["accuracy"])
            for order in image_order(len(x), 2, seed):
                order = order[:320]  # five whole batches
                network.fit(x[order], y[order], batch_size=64, shuffle=False, verbose=0)
            for index, pair in enumerate(few_images):
                alone = network.evaluate(*pair, verbose=0)
                assert together["loss"][-1, index, column, row] == pytest.approx(alone[0], abs=1e-3)
                assert together["accuracy"][-1, index, column, row] == pytest.approx(alone[1], abs=0.011)


def test_schedule_gives_each_step_its_own_rate(few_images):
    SGD = pytest.importorskip("keras").optimizers.SGD
    rates = np.zeros((5, 2))
    rates[:, 1] = 0.1
    rates[:, 0] = [0.1, 0.1, 1e-12, 1e-12, 1e-12]
    losses = train_many(SGD, rates, few_images[:1], seeds=(0,), epochs=2, units=8)["loss"][:, 0, :, 0]
    assert losses[2, 0] == pytest.approx(losses[1, 0], abs=1e-5)  # the last row stays, and moves nothing
    assert losses[2, 1] < losses[1, 1]


def test_batch_size_may_change_from_epoch_to_epoch(few_images):
    SGD = pytest.importorskip("keras").optimizers.SGD
    history = train_many(SGD, [0.1], few_images[:1], seeds=(0,), epochs=3, batch_size=[50, 50, 330], units=4)
    assert len(history["batch_loss"]) == 6 + 6 + 1


def test_optimizers_that_would_mix_networks_are_refused(few_images):
    keras = pytest.importorskip("keras")
    with pytest.raises(ValueError, match="Lamb"):
        train_many(keras.optimizers.Lamb, [0.1], few_images, epochs=1)
    with pytest.raises(ValueError, match="clipping"):
        train_many(lambda rate: keras.optimizers.SGD(rate, clipnorm=1.0), [0.1], few_images, epochs=1)


@pytest.mark.parametrize(
    "settings", [{"epochs": 0}, {"batch_size": 400}, {"batch_size": [64]}, {"rates": []}, {"rates": np.ones((2, 2, 2))}]
)
def test_sizes_that_do_not_fit_are_refused(few_images, settings):
    SGD = pytest.importorskip("keras").optimizers.SGD
    with pytest.raises(ValueError, match=r"must have|need one"):
        train_many(SGD, settings.pop("rates", [0.1]), few_images, **({"epochs": 2} | settings))


# The stored results


def program():
    return load_program("optimizers")


def test_every_optimizer_was_tried_at_every_rate():
    optimizers = program()
    stored = json.loads((RESULTS / "optimizers.json").read_text(encoding="utf-8"))
    wanted = {
        f"{name} {rate:g}" for name, (_, low) in optimizers.optimizers().items() for rate in optimizers.rates_from(low)
    }
    assert set(stored["groups"]["sweep"]) == wanted


@pytest.mark.slow
def test_one_slice_of_the_sweep_is_made_again():
    (run,) = program().sweep(seeds=(0,), names=("Adam",), rates=[0.001])["Adam 0.001"]
    stored = json.loads((RESULTS / "optimizers.json").read_text(encoding="utf-8"))["groups"]["sweep"]["Adam 0.001"][0]
    for key in ("loss_best", "val_loss_best", "test_accuracy"):  # other versions round differently, hence a band
        assert run[key] == pytest.approx(stored[key], abs=0.03)
