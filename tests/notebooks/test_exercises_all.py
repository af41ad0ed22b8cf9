"""Every exercise and every quiz question of the course, as data."""

import re

import numpy as np
import pytest

from helpers.exercise import _quiz as quiz
from helpers.exercise import content as exercises
from helpers.exercise._comparison import in_words
from helpers.exercise._verdict import judge

EXERCISES = [exercise for notebook in exercises.NOTEBOOKS for exercise in exercises.exercises(notebook).values()]
QUIZZES = [question for notebook in exercises.NOTEBOOKS for question in exercises.quizzes(notebook).values()]


def each(items):
    return pytest.mark.parametrize("item", items, ids=[item.id for item in items])


@each(EXERCISES)
def test_reference_is_correct(item):
    verdict = judge(item, item.reference)
    assert verdict == True, verdict.message  # noqa: E712
    assert verdict.message.startswith("✔ correct")


@each(EXERCISES)
def test_untouched_stub_says_not_yet(item):
    stubs = [..., None, item.stub]
    if item.cases:
        stubs += [lambda *_: ..., lambda *_: None]
    for stub in stubs:
        verdict = judge(item, stub)
        assert verdict == False  # noqa: E712
        assert "not yet:" in verdict.message


@each(EXERCISES)
def test_each_misconception_gets_its_own_sentence(item):
    assert len(item.misconceptions) >= 2
    for sentence, solution in item.misconceptions.items():
        verdict = judge(item, solution)
        assert verdict == False  # noqa: E712
        assert verdict.message == f"✘ not right yet: {sentence}"


@each(EXERCISES)
def test_hints_help_without_giving_the_answer(item):
    assert len(item.hints) >= 2
    if not item.cases and item.verify is None:
        answer = in_words(item.reference)
        said = " ".join(item.hints)
        assert answer not in said
        assert re.sub(r"\D", "", answer) not in re.sub(r"(?<=\d)[ ,_](?=\d)", "", said).split()


@each(EXERCISES)
def test_exercise_is_complete(item):
    notebook, name = item.id.split(".")
    assert notebook in exercises.NOTEBOOKS
    assert name.isidentifier()
    assert item.task
    assert "\n" not in item.task
    assert callable(item.reference) == bool(item.cases)
    assert (item.stub is None) or item.cases


def test_ids_are_unique():
    for notebook in exercises.NOTEBOOKS:
        for attribute, found in (
            ("EXERCISES", exercises.exercises(notebook)),
            ("QUIZZES", exercises.quizzes(notebook)),
        ):
            module = __import__(f"helpers.exercise.content.{notebook}", fromlist=[attribute]) if found else None
            assert len(found) == len(getattr(module, attribute, ()))
            assert all(id.startswith(f"{notebook}.") for id in found)


@each(QUIZZES)
def test_quiz_has_one_right_option_and_reasons(item):
    assert sum(option.right for option in item.options) == 1
    assert len({option.text for option in item.options}) == len(item.options) >= 2
    assert all(option.because for option in item.options)


@each(QUIZZES)
def test_quiz_is_the_same_bytes_each_time_and_has_no_script(item):
    page = quiz.to_html(item)
    assert page == quiz.to_html(item)
    assert "<script" not in page
    assert page.count("<details") == len(item.options)


@each(QUIZZES)
def test_quiz_stands_still_as_markdown(item):
    still = quiz.to_markdown(item)
    assert item.question in still
    assert all(option.text in still and option.because in still for option in item.options)


def test_another_mistake_in_the_bug_hunt_is_not_taken_for_the_untouched_code():
    hunt = exercises.exercises("training")["training.bug_hunt"]
    for wrong in (lambda rows, labels: float(np.mean(np.argmax(rows) == labels)), lambda rows, labels: 0.0):
        assert "not yet:" not in judge(hunt, wrong).message


# The references of notebook 07 against the libraries that they speak of ----------------------------------------------


@pytest.mark.parametrize("case", exercises.exercises("training")["training.early_stopping"].cases)
def test_early_stopping_is_that_of_keras(case):
    keras = pytest.importorskip("keras")
    losses, patience = case
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True)
    stopping.set_model(model)
    model.compile(loss="mse")
    model.stop_training = False
    # An epoch leaves its number in the weights, so the restored ones tell from which epoch they come.
    stopping.monitor_op = keras.ops.less
    stopping.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.set_weights([np.full((1, 1), epoch + 1.0), np.zeros(1)])
        stopping.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    stopping.on_train_end()
    restored = int(model.get_weights()[0].item())
    assert exercises.exercises("training")["training.early_stopping"].reference(losses, patience) == (
        restored,
        epoch + 1,
    )


def test_parameters_and_shapes_are_those_of_keras():
    keras = pytest.importorskip("keras")
    layers = [keras.layers.Flatten(), *(keras.layers.Dense(units) for units in (300, 100, 10))]
    model = keras.Sequential([keras.Input((28, 28)), *layers])
    found = exercises.exercises("training")
    assert model.count_params() == found["training.parameters"].reference
    shapes, small = [], [layers[0], keras.layers.Dense(300), keras.layers.Dense(10)]
    shape = (60000, 28, 28)
    for layer in small:
        shape = layer.compute_output_shape(shape)
        shapes.append(tuple(shape))
    assert tuple(shapes) == found["training.shapes"].reference


def test_recall_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    exercise = exercises.exercises("training")["training.recall_per_class"]
    for (confusion,) in exercise.cases:
        true, predicted = np.indices(confusion.shape).reshape(2, -1)
        times = confusion.ravel()
        recall = metrics.recall_score(np.repeat(true, times), np.repeat(predicted, times), average=None)
        np.testing.assert_allclose(exercise.reference(confusion), recall)


def test_a_shuffled_split_of_scikit_learn_is_accepted():
    selection = pytest.importorskip("sklearn.model_selection")

    def stratified_split(labels, share):
        return selection.train_test_split(range(len(labels)), test_size=share, stratify=labels)

    assert judge(exercises.exercises("training")["training.stratified_split"], stratified_split)
