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
    assert callable(item.reference) == bool(item.cases) or item.verify is not None
    assert (item.stub is None) or item.cases or item.verify is not None


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


def test_budget_is_that_of_keras():
    keras = pytest.importorskip("keras")
    units = exercises.exercises("training")["training.budget"].reference
    sizes = []
    for count in (units, units + 1):
        layers = [keras.layers.Flatten(), keras.layers.Dense(count), keras.layers.Dense(10)]
        sizes.append(keras.Sequential([keras.Input((28, 28)), *layers]).count_params())
    assert sizes[0] <= 100_000 < sizes[1]


def test_a_shuffled_split_of_scikit_learn_is_accepted():
    selection = pytest.importorskip("sklearn.model_selection")

    def stratified_split(labels, share):
        return selection.train_test_split(range(len(labels)), test_size=share, stratify=labels)

    assert judge(exercises.exercises("training")["training.stratified_split"], stratified_split)


# Wrong answers that looked right until a case told them apart ---------------------------------------------------------


def rejected(id, answer):
    notebook = id.split(".")[0]
    verdict = judge(exercises.exercises(notebook)[id], answer)
    assert verdict == False  # noqa: E712
    return verdict.message


def softmax_less(number):
    def stable_softmax(logits):
        exponentials = np.exp(logits - number(logits))
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    return stable_softmax


@pytest.mark.parametrize(
    "number",
    [
        lambda logits: logits.mean(axis=1, keepdims=True),
        lambda logits: np.median(logits, axis=1, keepdims=True),
        lambda logits: logits.min(axis=1, keepdims=True),
        lambda logits: logits[:, :1],
        lambda logits: logits[:, -1:],
        lambda logits: logits[:, 1:2],
        lambda logits: (logits.max(axis=1, keepdims=True) + logits.min(axis=1, keepdims=True)) / 2,
        lambda logits: np.abs(logits).max(axis=1, keepdims=True),
        lambda logits: logits.max(),
    ],
)
@pytest.mark.parametrize("id", ["activations.bug_hunt"])
def test_softmax_that_overflows_in_a_wide_row_is_refused(number, id):
    rejected(id, softmax_less(number))


def checked_with(differs, h=1e-5):
    """Return a gradient check that tells by `differs(claimed, numeric)`, for all entries at once, which are wrong."""

    def wrong_entries(loss, gradient, w):
        steps = h * np.eye(len(w))
        numeric = np.array([(loss(w + step) - loss(w - step)) / (2 * h) for step in steps])
        return np.flatnonzero(differs(gradient(w), numeric)).tolist()

    return wrong_entries


def sizes(claimed, numeric):
    return np.maximum(np.abs(claimed), np.abs(numeric))


@pytest.mark.parametrize(
    "differs",
    [
        *(lambda g, n, t=10.0**t: np.abs(g - n) > t for t in range(-12, 0)),
        lambda g, n: ~np.isclose(g, n),
        lambda g, n: np.abs(g - n) > 1e-3 * np.linalg.norm(g),
        lambda g, n: np.abs(g - n) > 1e-3 * np.abs(n).max(),
        lambda g, n: np.full(len(g), np.linalg.norm(g - n) > 1e-3 * np.linalg.norm(n)),
        lambda g, n: np.abs(g - n) > 1e-2 * np.abs(n),
        lambda g, n: np.abs(g - n) > 1e-4 * np.abs(n),
        lambda g, n: np.abs(g - n) / np.abs(n) > 1e-3 + 1e-3 / np.abs(n),
        lambda g, n: g - n > 1e-3 * np.abs(n),
        lambda g, n: np.sign(g) != np.sign(n),
    ],
)
def test_gradient_check_that_does_not_compare_with_each_size_is_refused(differs):
    rejected("backprop.gradient_check", checked_with(differs))


@pytest.mark.parametrize("h", [1e-12, 1e-10, 0.1])
def test_gradient_check_with_a_step_that_does_not_suit_is_refused(h):
    rejected("backprop.gradient_check", checked_with(lambda g, n: np.abs(g - n) > 1e-3 * np.abs(n), h=h))


@pytest.mark.parametrize("h", [1e-6, 1e-5, 1e-4])
@pytest.mark.parametrize(
    "differs",
    [
        lambda g, n: np.abs(g - n) > 1e-3 * np.abs(n),
        lambda g, n: np.abs(g - n) > 1e-3 * np.abs(g),
        lambda g, n: np.abs(g - n) > 1e-3 * sizes(g, n),
        lambda g, n: np.abs(g - n) / (np.abs(g) + np.abs(n)) > 1e-3,
        lambda g, n: ~np.isclose(g, n, rtol=1e-3, atol=0),
    ],
)
def test_gradient_check_in_every_usual_form_is_right(differs, h):
    found = exercises.exercises("backprop")["backprop.gradient_check"]
    assert judge(found, checked_with(differs, h))


def parts(validation, labels):
    return np.setdiff1d(np.arange(len(labels)), validation), validation


@pytest.mark.parametrize(
    "choose",
    [
        lambda labels, share: np.arange(0, len(labels), round(1 / share)),
        lambda labels, share: np.arange(0, len(labels), int(1 / share)),
        lambda labels, share: np.arange(len(labels))[:: round(1 / share)][: round(share * len(labels))],
        lambda labels, share: np.arange(round(share * len(labels))),
        lambda labels, share: np.linspace(0, len(labels) - 1, round(share * len(labels))).astype(int),
    ],
)
def test_split_that_does_not_look_at_the_labels_is_refused(choose):
    message = rejected("training.stratified_split", lambda labels, share: parts(choose(labels, share), labels))
    assert "does not look at the labels" in message


def test_split_by_a_plain_shuffle_is_refused_whatever_the_seed():
    for seed in range(200):
        shuffle = np.random.default_rng(seed).permutation
        message = rejected(
            "training.stratified_split",
            lambda labels, share, shuffle=shuffle: parts(shuffle(len(labels))[: round(share * len(labels))], labels),
        )
        assert "plain shuffle" in message


@pytest.mark.parametrize("rounded", [round, int, np.floor, np.ceil])
def test_stratified_split_may_round_as_it_likes(rounded):
    def stratified_split(labels, share):
        shuffle = np.random.default_rng(0).permutation
        members = [shuffle(np.flatnonzero(labels == label)) for label in np.unique(labels)]
        return parts(np.concatenate([some[: int(rounded(share * len(some)))] for some in members]), labels)

    assert judge(exercises.exercises("training")["training.stratified_split"], stratified_split)


# Slips that got the sentence of another ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "answer", "said"),
    [
        ("optimizers.contraction", lambda eigenvalues, rate: abs(1 - rate * min(eigenvalues)), "Only the smallest"),
        (
            "training.early_stopping",
            lambda losses, patience: (
                int(np.argmin(losses)) + 1,
                min(int(np.argmin(losses)) + 1 + patience, len(losses)),
            ),
            "counted from the best epoch",
        ),
    ],
)
def test_slip_gets_its_own_sentence(id, answer, said):
    assert said in rejected(id, answer)


@pytest.mark.parametrize("id", ["optimizers.bug_hunt"])
def test_adam_that_counts_from_zero_is_told_so(id):
    def adam(w, gradients, learning_rate, beta_1, beta_2, epsilon):
        m, r = 0.0, 0.0
        for step, gradient in enumerate(gradients):
            m = beta_1 * m + (1 - beta_1) * gradient
            r = beta_2 * r + (1 - beta_2) * gradient**2
            w = w - learning_rate * (m / (1 - beta_1**step)) / (np.sqrt(r / (1 - beta_2**step)) + epsilon)
        return w

    assert "counted from 0" in rejected(id, adam)


def test_each_wrong_remedy_that_keeps_the_rule_gets_a_reason():
    found = exercises.exercises("optimizers")["optimizers.remedies"]
    symptoms = list(found.reference)
    for shift in range(1, len(symptoms)):
        turned = dict(zip(symptoms, np.roll(list(found.reference.values()), shift).tolist(), strict=True))
        assert any(sentence in judge(found, turned).message for sentence in found.misconceptions)
    assert judge(found, {symptom: f" {remedy.upper()} " for symptom, remedy in found.reference.items()})


@each([item for item in EXERCISES if item.reasons])
def test_whoever_gets_one_entry_wrong_is_told_why(item):
    assert set(item.reasons) == set(item.reference)
    for key, right in item.reference.items():
        others = {str(value): value for value in item.reference.values() if value != right} or {"": not right}
        for other in others.values():
            said = judge(item, item.reference | {key: other})
            assert not said
            assert item.reasons[key] in said.message or any(text in said.message for text in item.misconceptions)


def space(momentum, optimizers=("sgd", "adam")):
    """Return a search space in which `momentum(hp, values)` asks for the momentum."""

    def optimizer_space(hp):
        values = {
            "optimizer": hp.Choice("optimizer", list(optimizers)),
            "learning_rate": hp.Float("learning_rate", 1e-4, 1e-1, sampling="log"),
        }
        momentum(hp, values)
        return values

    return optimizer_space


def in_scope(hp, values):
    with hp.conditional_scope("optimizer", ["sgd"]):
        values["momentum"] = hp.Float("momentum", 0.0, 0.99)


def with_parent(hp, values):
    values["momentum"] = hp.Float("momentum", 0.0, 0.99, parent_name="optimizer", parent_values=["sgd"])


@pytest.mark.parametrize("momentum", [in_scope, with_parent])
def test_condition_in_every_form_of_keras_tuner_is_right(momentum):
    keras_tuner = pytest.importorskip("keras_tuner")
    found = exercises.exercises("tuning")["tuning.conditional"]
    assert judge(found, space(momentum))
    for optimizer, is_there in (("sgd", True), ("adam", False)):
        real = keras_tuner.HyperParameters()
        real.Fixed("optimizer", optimizer)
        values = {"optimizer": optimizer}
        momentum(real, values)
        assert (values["momentum"] is not None) == is_there


def test_space_with_another_optimizer_is_refused():
    assert 'from "sgd" and "adam"' in rejected("tuning.conditional", space(in_scope, ("sgd", "adam", "rmsprop")))
