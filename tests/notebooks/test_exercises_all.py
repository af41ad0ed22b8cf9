"""Every exercise and every quiz question of the course, as data."""

import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.exercise import _quiz as quiz
from helpers.exercise import content as exercises
from helpers.exercise._comparison import in_words
from helpers.exercise._verdict import judge

ROOT = Path(__file__).resolve().parents[2]
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


# What hostile readers found accepted or refused -----------------------------------------------------------------------


def share_of_zero(sign):
    """Return a count of columns by a rule that takes other columns for dead as well."""
    return lambda activations: int(np.sum(sign(activations)))


def cut(pick, classes=np.unique):
    """Return a split that picks validation indices from the members of each class by `pick(members, share)`."""

    def stratified_split(labels, share):
        chosen = [pick(np.flatnonzero(labels == label), share) for label in classes(labels)]
        return parts(np.concatenate(chosen).astype(int), labels)

    return stratified_split


def one_thousand_for_infinity(labels, logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = exponentials / exponentials.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.nan_to_num(np.mean(-np.log(chances[np.arange(len(labels)), labels])), posinf=1000)


def within(error):
    """Return the number of epochs within `error(losses)` of the lowest mean."""

    def number_of_epochs(losses):
        mean = losses.mean(axis=0)
        return int(np.argmax(mean <= mean.min() + error(losses))) + 1

    return number_of_epochs


def standard_errors(losses):
    return losses.std(axis=0, ddof=1) / np.sqrt(len(losses))


def stops_from(best):
    """Return early stopping that begins with a loss which some network may never reach."""

    def early_stopping(losses, patience):
        lowest, kept = best, 0
        for epoch, loss in enumerate(losses, start=1):
            if loss < lowest:
                lowest, kept = loss, epoch
            elif epoch - kept >= patience:
                return kept, epoch
        return kept, len(losses)

    return early_stopping


def rounds_by_a_logarithm(networks, first, most, factor):
    total, epochs = networks * first, first
    for _ in range(int(math.log(most / first, factor))):
        networks //= factor
        total += networks * (epochs * factor - epochs)
        epochs *= factor
    return total


def target_by_place(own, partner, mask):
    target, share = np.zeros(len(own)), mask.mean()
    target[own.argmax()] = 1 - share
    target[partner.argmax()] = share
    return target


def normalized_in_the_type_given(z, groups, epsilon):
    out, width = np.zeros_like(z), z.shape[1] // groups
    for first in range(0, z.shape[1], width):
        part = z[:, first : first + width]
        out[:, first : first + width] = (part - part.mean(1, keepdims=True)) / np.sqrt(
            part.var(1, keepdims=True) + epsilon
        )
    return out


def logarithmic_from_zero(hp):
    values = {"optimizer": hp.Choice("optimizer", ["sgd", "adam"])}
    values["learning_rate"] = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    with hp.conditional_scope("optimizer", ["sgd"]):
        if values["optimizer"] == "sgd":
            values["momentum"] = hp.Float("momentum", 0.0, 0.99, sampling="log")
    return values


def engine_tanh(hand):
    """Return a `tanh` of the engine that hands on by `hand(value, result)`."""

    def tanh(value):
        result = type(value)(np.tanh(value.data), (value,))
        result.hand_on = lambda: hand(value, result)
        return result

    return tanh


def as_if_two_arrived(value, result):
    value.grad += 2 * (1 - result.data**2)


def without_data(value, result):
    value.grad += (1 - result**2) * result.grad


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("losses.infinite_loss", one_thousand_for_infinity),
        (
            "losses.threshold",
            lambda y, s, w: next(t for t in np.arange(100, -1, -1) / 100 if np.mean(s[y == 1] >= t) >= w),
        ),
        ("losses.threshold", lambda y, s, w: np.quantile(s[y == 1], 1 - w, method="higher")),
        ("training.number_of_epochs", within(standard_errors)),
        ("training.number_of_epochs", within(lambda losses: standard_errors(losses).mean())),
        ("training.early_stopping", stops_from(1.0)),
        ("training.early_stopping", stops_from(10.0)),
        ("training.stratified_split", cut(lambda members, share: members[:: round(1 / share)])),
        (
            "training.stratified_split",
            cut(lambda members, share: members[: round(share * len(members))], lambda _: range(10)),
        ),
        ("tuning.trials_needed", lambda share, confidence: int(math.log(1 - confidence) / math.log(1 - share)) + 1),
        ("tuning.conditional", logarithmic_from_zero),
        ("tuning.bracket_epochs", rounds_by_a_logarithm),
        ("regularization.mixed_target", target_by_place),
        ("regularization.normalize_groups", normalized_in_the_type_given),
        ("regularization.ensemble_classes", lambda p: (p[0] + p[1] + p[2]).argmax(axis=1)),
        ("activations.dead_units", share_of_zero(lambda a: a.max(axis=0) < 0.05)),
        ("activations.dead_units", share_of_zero(lambda a: a.std(axis=0) == 0)),
        ("backprop.engine_tanh", engine_tanh(as_if_two_arrived)),
    ],
)
def test_answer_that_fits_by_luck_is_refused(id, answer):
    rejected(id, answer)


def reference(id, **other):
    found = exercises.exercises(id.split(".")[0])[id].reference
    return found | {name.replace("_", " "): value for name, value in other.items()} if other else found


def in_single_precision(x, rows):
    x = x.astype("float32")
    mean, deviation = x[:rows].mean(axis=0), x[:rows].std(axis=0)
    return (x[:rows] - mean) / deviation, (x[rows:] - mean) / deviation


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("training.diagnose", reference("training.diagnose", B="overfitting")),
        ("initialization.which_start", reference("initialization.which_start", A="Glorot ReLU")),
        ("initialization.bug_hunt", in_single_precision),
        ("activations.whose_outputs", reference("activations.whose_outputs", C="leaky_relu")),
        ("activations.gated_width", np.floor(2 * 128 * 512 / (3 * 128))),
        ("optimizers.remedies", reference("optimizers.remedies", A="raise  eta")),
        ("losses.perplexity", {"order": "B, C, A", "perplexity of C": math.exp(5 * 0.6931)}),
        (
            "start.traceback",
            reference("start.traceback", function="total(prices, amounts)", wrong="An amount is missing."),
        ),
        ("backprop.read_the_log", {"batch size": "32", "updates": "940"}),
    ],
)
def test_right_answer_in_another_form_is_right(id, answer):
    verdict = judge(exercises.exercises(id.split(".")[0])[id], answer)
    assert verdict == True, verdict.message  # noqa: E712


@pytest.mark.parametrize(
    ("id", "answer", "said"),
    [
        ("backprop.engine_tanh", engine_tanh(without_data), "hand_on() stops with TypeError: unsupported operand"),
        ("backprop.engine_tanh", lambda: 0, "tanh(Value(0.7)) stops with TypeError"),
        ("backprop.engine_tanh", 3, "the function tanh is asked for, but got 3"),
        ("backprop.read_the_log", {"batch size": 94, "updates": 940}, "examples are in each?"),
        ("activations.log_sum_exp", 1.4, 'check("activations.log_sum_exp", stable_log_sum_exp)'),
        (
            "training.stratified_split",
            cut(lambda members, _: members[: len(members) // 5]),
            "0.2 of each class, and not 0.1",
        ),
    ],
)
def test_message_says_what_is_wrong(id, answer, said):
    message = rejected(id, answer)
    assert said in message
    assert message.endswith(("?", "."))
    assert not message.endswith(("..", "?."))


def test_tolerance_is_told_of_numbers_that_have_one():
    answer = reference("optimizers.verdict")
    assert "tolerance" not in rejected("optimizers.verdict", answer | {"verdict": "second"})
    assert "tolerance" in rejected("optimizers.verdict", answer | {"difference": answer["difference"] * 1.5})


def in_notebooks(word):
    """Return id → what stands behind it, for each `word("id", …)` in a notebook that is no solution."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for id, rest in re.findall(rf'\b{word}\(\s*"([\w.]+)"(.*)', cell.source):
                if "record=False" not in rest:
                    found[id] = rest
    return found


def test_every_exercise_and_question_stands_in_a_notebook():
    assert {item.id for item in EXERCISES} == set(in_notebooks("check"))
    assert {item.id for item in QUIZZES} == set(in_notebooks("quiz"))


def test_messages_call_a_function_as_the_notebook_does():
    given = {id: re.match(r",\s*(\w+)", rest)[1] for id, rest in in_notebooks("check").items()}
    assert {item.id: given[item.id] for item in EXERCISES if item.cases} == {
        item.id: item.reference.__name__ for item in EXERCISES if item.cases
    }


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
