"""The figures of notebooks 07 and 07 deeper in the corners of their sliders: they draw, and say what is right."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from letters import off_the_page
from matplotlib.figure import Figure

from helpers.figures import training, training_deeper

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(0)
LOSSES = [0.55, 0.45, 0.42, 0.43, 0.40, 0.41, 0.39, 0.395, 0.385, 0.40, 0.42]


STATES = [
    *(("by_heart", 2, {"images": i, "epoch": e}) for i, e in product((training.TRAINED, training.NEW), (0, 60))),
    *(("cure", 1, {"patient": p, "cure": c}) for p, c in product(training.PATIENTS, training.CURES)),
    *(("calibration", 1, {"epoch": epoch}) for epoch in (0, 4, 30)),
    *(("stopping", 1, {"losses": LOSSES, "patience": p, "smoothing": s}) for p, s in product((1, 10), (0.0, 0.9))),
]


@pytest.mark.parametrize(("name", "count", "state"), STATES)
def test_every_corner_of_the_sliders_draws_inside_the_page(name, count, state):
    figure = Figure(figsize=(3.8 * count, 3.2), layout="constrained")
    said = getattr(training, name)(figure.subplots(1, count), **state)
    assert said.endswith(".")
    assert "nan" not in said
    assert not off_the_page(figure, 3)


@pytest.mark.parametrize(
    ("smoothing", "patience", "expected"), [(0.0, 1, (3, 4)), (0.0, 2, (9, 11)), (0.0, 10, (9, 11)), (0.5, 1, (9, 10))]
)
def test_early_stopping_of_the_figure_is_that_of_the_exercise(smoothing, patience, expected):
    from helpers.exercise.content import exercises

    watched = training.smooth(LOSSES, smoothing)
    reference = exercises("training")["training.early_stopping"].reference
    assert training.stop(watched, patience) == expected == reference(list(watched), patience)


def test_smoothing_is_a_running_average():
    np.testing.assert_allclose(training.smooth([1.0, 0.0, 0.0], 0.5), [1, 0.5, 0.25])


def test_confusion_counts_mistakes_within_families():
    confusion = 10 * np.eye(10, dtype=int)
    confusion[6, 0], confusion[5, 7], confusion[8, 1] = 6, 2, 2  # shirt as T-shirt, sandal as sneaker, bag as trouser
    ax = training.draw_confusion(confusion)
    assert ax.get_title(loc="left") == "80 % of the mistakes stay among tops or among shoes"
    assert "6 times Shirt called T-shirt/top" in ax.figure.describe


def test_dead_units_are_those_that_answer_to_no_image():
    activations = np.maximum(0, RNG.normal(size=(50, 10)))
    activations[:, [2, 7]] = 0
    assert "two: 2 units never answer" in training.draw_living_units({"two": activations}).figure.describe


def test_mistakes_are_the_surest_wrong_answers():
    images, labels = RNG.integers(0, 255, (40, 28, 28)), np.zeros(40, int)
    probabilities = np.full((40, 10), 0.01)
    probabilities[np.arange(40), 3] = np.linspace(0.5, 0.9, 40)
    ax = training.draw_mistakes(images, labels, probabilities)
    assert sum("says" in text.get_text() for text in ax.texts) == 12
    assert "more than 78.7 % sure" in ax.get_title(loc="left")


def test_areas_are_numbers_of_weights():
    from matplotlib.patches import Rectangle

    ax = training.draw_parameters({"a": (784, 300, 100, 20)})
    areas = [one.get_width() * one.get_height() for one in ax.patches if isinstance(one, Rectangle)]
    assert areas == [784 * 300, 300 * 100, 100 * 20]


@pytest.mark.long
def test_crash_makes_a_checkpoint_forget_its_best(tmp_path):
    keras = pytest.importorskip("keras")
    losses = [0.5, 0.3, 0.9, 0.8, 0.7, 0.6]

    def safe(name):
        return [
            keras.callbacks.BackupAndRestore(tmp_path / name),
            keras.callbacks.ModelCheckpoint(tmp_path / f"{name}.keras", save_best_only=True),
        ]

    assert training.rehearse(lambda: safe("calm"), losses) == [1, 2, 2, 2, 2, 2]
    assert training.rehearse(lambda: safe("stormy"), losses, crash=3) == [1, 2, 2, 4, 5, 6]


@pytest.mark.long
def test_log_that_is_continued_and_files_for_each_epoch_survive_a_crash(tmp_path):
    keras = pytest.importorskip("keras")
    losses = [0.5, 0.3, 0.9, 0.8, 0.7, 0.6]
    training.rehearse(
        lambda: [
            keras.callbacks.BackupAndRestore(tmp_path / "backup"),
            keras.callbacks.CSVLogger(tmp_path / "log.csv", append=True),
            keras.callbacks.ModelCheckpoint(tmp_path / "epoch-{epoch:02d}.keras"),
        ],
        losses, crash=3,
    )  # fmt: skip
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert [float(row.split(",")[-1]) for row in rows[1:]] == losses
    assert sorted(path.stem for path in tmp_path.glob("*.keras")) == [f"epoch-{n:02d}" for n in range(1, 7)]


def test_a_threshold_of_the_past_keeps_the_best_file(tmp_path):
    keras = pytest.importorskip("keras")
    path = tmp_path / "best.keras"
    keep = keras.callbacks.ModelCheckpoint(path, save_best_only=True, initial_value_threshold=0.3)
    keep.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    keep.on_epoch_end(3, {"val_loss": 0.8})
    assert not path.exists()


def test_folds_show_each_best_epoch():
    ax = training_deeper.draw_folds([[3.0, 1.0, 2.0], [3.0, 2.0, 1.0], [3.0, 1.2, 2.0]])
    assert "lowest in epoch 2, 3, 2; their mean in 2" in ax.figure.describe


def test_histograms_are_read_back(tmp_path):
    tf = pytest.importorskip("tensorflow")
    writer = tf.summary.create_file_writer(str(tmp_path / "run"))
    with writer.as_default():
        for step in range(3):
            tf.summary.histogram("gradient", RNG.normal(size=100), step=step)
    writer.close()
    steps = training_deeper.read_histograms(tmp_path, "gradient")
    assert {step: buckets[:, 2].sum() for step, buckets in steps.items()} == {0: 100, 1: 100, 2: 100}
    with pytest.raises(ValueError, match="no histogram"):
        training_deeper.read_histograms(tmp_path, "weights")
