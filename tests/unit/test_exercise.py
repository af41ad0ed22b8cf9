"""`check`, `hint` and `progress`, with odd answers, odd files, and a real kernel."""

import contextlib
import copy
import doctest
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from helpers import _console
from helpers import exercise as course
from helpers.exercise import _progress_file as progress_file
from helpers.exercise import _quiz as quiz
from helpers.exercise import _verdict as verdict
from helpers.exercise import check, export_progress, hint, import_progress, progress
from helpers.exercise import content as exercises
from helpers.exercise._comparison import difference, in_words
from helpers.exercise.content import Exercise

ID = "training.number_of_epochs"
RIGHT = exercises.exercises("training")[ID].reference


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """Keep the progress of these tests, and their hints, to themselves."""
    file = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    monkeypatch.setattr(course, "_hints_given", {})
    return file


@pytest.fixture
def short_limit(monkeypatch):
    monkeypatch.setattr(verdict, "SECONDS", 0.3)


def make(reference, cases=(), **settings):
    defaults = {"hints": ["a", "b"], "misconceptions": {}, "task": "A task"}
    return Exercise(id="training.made", reference=reference, cases=cases, **{**defaults, **settings})


def double(x):
    return 2 * x


@pytest.mark.parametrize("module", [course, quiz, _console], ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_true(module):
    failed, tried = doctest.testmod(module)
    assert tried
    assert not failed


# What is printed and returned -----------------------------------------------------------------------------------------


def said(capsys):
    """Return what was printed, as one line, after a look at its width."""
    printed = capsys.readouterr().out
    assert printed.endswith("\n")
    assert max(map(len, printed.splitlines())) <= 88
    return " ".join(printed.split())


def test_check_prints_its_message_and_equals_true(capsys):
    result = check(ID, RIGHT)
    printed = said(capsys)
    assert printed == result.message
    assert printed.startswith("✔ correct — ")
    assert result == True  # noqa: E712
    assert result
    assert check(ID, np.exp) == False  # noqa: E712
    assert not check(ID, np.exp)


def test_verdict_shows_nothing_as_last_value_of_a_cell():
    from IPython.core.formatters import DisplayFormatter

    assert DisplayFormatter().format(check(ID, RIGHT)) == ({}, {})


def test_verdict_survives_copy_and_pickle():
    result = check(ID, np.log2)
    for other in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert other == result
        assert other.message == result.message
    assert repr(result) == str(result) == "False"


def test_wrong_result_names_the_case_and_hides_later_expected_results():
    said = verdict.judge(make(double, [(1,), (5,)]), lambda x: 2 if x == 1 else 11).message
    assert "double(5) gives 11" in said
    assert "10" not in said
    assert "expected 2" in verdict.judge(make(double, [(1,), (5,)]), lambda _: 7).message


def test_expected_value_is_never_told():
    said = verdict.judge(make(1234.5), 99).message
    assert "99" in said
    assert "1234" not in said


def test_message_states_the_tolerance_of_floats():
    assert "tolerance 0.001 relative" in verdict.judge(make(2.0, rtol=1e-3), 2.01).message
    assert verdict.judge(make(2.0, rtol=1e-3), 2.001)


def test_shape_is_told_in_words():
    said = verdict.judge(make(lambda n: np.zeros(n), [(3,)]), lambda n: np.zeros((n, n))).message
    assert "shape (3, 3)" in said
    assert "shape (3,)" in said


def test_arity_is_told_in_words():
    said = verdict.judge(make(double, [(3,)]), lambda a, b: a).message
    assert "double(x)" in said
    assert "(a, b)" in said


@pytest.mark.parametrize(
    ("answer", "parameters"),
    [
        (lambda *, k: k, "(*, k)"),
        (lambda k, *, base: k, "(k, *, base)"),
        (lambda a, b=1, *, c: a, "(a, b=1, *, c)"),
    ],
)
def test_star_that_asks_for_names_is_told(answer, parameters):
    message = check(ID, answer).message
    assert f"takes {parameters};" in message
    assert "leave out the star" in message


def test_stars_that_take_everything_are_fine():
    assert check(ID, lambda *values, **settings: RIGHT(values[0]))
    assert "star" not in check(ID, lambda a, b, **settings: a).message


def test_annotations_are_left_out_of_the_parameters():
    def answer(k: "np.ndarray", more: int) -> "np.ndarray":
        return k

    assert "takes (k, more)." in check(ID, answer).message


@pytest.mark.parametrize("answer", [np.log, 3, "text", Ellipsis])
def test_answer_before_id_is_told(answer, capsys):
    assert not check(answer, ID)
    assert f'the id comes first, then the answer: check("{ID}", …)' in said(capsys)
    assert progress_file.read() == ({}, "")


def test_id_of_another_type_is_told(capsys):
    check(np.log)
    assert "comes first, a text, such as" in said(capsys)


def test_result_in_place_of_function_is_named():
    assert "without calling it" in check(ID, np.log(10)).message


def test_function_that_changes_its_argument_is_told_so():
    def doubled(values):
        values *= 2
        return values

    original = np.ones(3)
    said = verdict.judge(make(lambda values: 2 * values, [(original,)]), doubled)
    assert "changes its argument values" in said.message
    assert not said
    assert original.tolist() == [1, 1, 1]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("step", [1e-5, 0.1, 3.0])
def test_argument_that_was_moved_and_moved_back_is_unchanged(dtype, step):
    original = np.array([0.3, -1.7, 0.0, 123.0], dtype)

    def doubled(values):
        for i in range(len(values)):
            values[i] += dtype(step)
            values[i] -= dtype(2 * step)
            values[i] += dtype(step)
        return 2 * original

    made = make(lambda values: 2 * values, [(original,)], rtol=1e-3)
    assert verdict.judge(made, doubled)


@pytest.mark.parametrize("change", [1e-9, 1e-6, 1.0])
def test_small_change_of_an_argument_is_still_told(change):
    original = np.array([0.3, -1.7, 0.0, 123.0])

    def doubled(values):
        values[0] += change
        return 2 * original

    made = make(lambda values: 2 * values, [(original,)])
    assert "changes its argument" in verdict.judge(made, doubled).message


def test_changed_list_and_dictionary_are_told():
    for original, change in ([[1, 2], [3]], lambda a: a[0].append(1)), ({"a": 1}, lambda a: a.update(a=2)):
        made = make(lambda a: 1, [(original,)])
        assert "changes its argument a" in verdict.judge(made, lambda a, change=change: change(a) or 1).message


def test_result_that_a_later_call_overwrites_is_kept():
    buffer = np.zeros(1)

    def answer(x):
        buffer[0] = 2 * x
        return buffer

    assert verdict.judge(make(lambda x: np.array([2.0 * x]), [(1,), (2,)]), answer)


def test_prints_and_warnings_of_an_answer_are_swallowed(capsys):
    def answer(k):
        print("here")
        print("there", file=sys.stderr)
        np.log(np.array([0.0]))
        return RIGHT(k)

    result = check(ID, answer)
    assert result
    out, err = capsys.readouterr()
    assert " ".join(out.split()) == result.message
    assert err == ""


def test_unknown_id_names_the_nearest(capsys):
    assert not check("training.number_of_epoch", 3)
    assert '"training.number_of_epochs"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "id", [None, 3, "", "..", "nothing.at_all", "training", "os.path", [], {}, "a" * 10_000, "ä\n"]
)
def test_odd_ids_are_one_sentence(id, capsys):
    for ask in (lambda: check(id, 3), lambda: hint(id)):
        assert not ask()
        assert said(capsys).count("✘") == 1
    assert progress_file.read() == ({}, "")


def test_only_the_module_of_the_notebook_is_loaded():
    code = (
        "import sys; from helpers.exercise import check; from helpers.exercise import content; "
        "content.NOTEBOOKS; check('training.budget', 125, record=False); "
        "print([m for m in sys.modules if m.startswith('helpers.exercise.content.') or m in ('tensorflow', 'keras')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "['helpers.exercise.content.training']"


def test_terminal_without_the_signs_gets_the_line(monkeypatch):
    done = subprocess.run(
        [sys.executable, "-c", f"from helpers.exercise import check; check({ID!r}, 1)"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "not right yet" in done.stdout


# Odd answers ----------------------------------------------------------------------------------------------------------


class Hostile:
    """Everything that can be asked of it fails."""

    def _fail(self, *_):
        raise RuntimeError("no")

    __eq__ = __ne__ = __len__ = __iter__ = __array__ = __bool__ = __repr__ = __str__ = __float__ = __getitem__ = _fail
    __call__ = _fail
    __hash__ = None

    @property
    def __class__(self):
        raise RuntimeError("no")


def generator():
    yield from range(3)


def endless_recursion(*arguments):
    return endless_recursion(*arguments)


def raises(error):
    def answer(*_):
        raise error

    return answer


SELF_REFERENCE: list = []
SELF_REFERENCE.append(SELF_REFERENCE)

ODD_VALUES = {
    "nan": float("nan"),
    "infinity": float("inf"),
    "complex": 1j,
    "huge int": 10**5000,
    "text": "2.303",
    "bytes": b"1",
    "empty": [],
    "ragged": [[1], [1, 2]],
    "self": SELF_REFERENCE,
    "dict": {"a": 1},
    "set": {1},
    "generator": generator(),
    "object": object(),
    "hostile": Hostile(),
    "class": int,
    "module": np,
    "huge array": np.broadcast_to(np.float64(1.0), (10**6, 10**6)),
    "object array": np.array([None, {}], dtype=object),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "structured": np.zeros(2, dtype=[("a", int)]),
    "nested": [[[[[[[[1]]]]]]]],
    "lock": [threading.Lock()],
    "not implemented": NotImplemented,
    "true": True,
}
REFERENCES = {
    "number": 2.5,
    "whole": 7,
    "truth": False,
    "text": "softmax",
    "tuple": (1, 2.5),
    "list": ["a", "b"],
    "array": np.arange(4.0).reshape(2, 2),
    "texts": np.array(["a", "b"]),
    "set": {"a", "b"},
    "dict": {"loss": "mse", "size": (3,)},
}


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)
@pytest.mark.parametrize("name", ODD_VALUES)
def test_odd_value_is_wrong_and_one_line(name, reference):
    odd = ODD_VALUES[name]
    for made, answer in ((make(reference), odd), (make(lambda n: reference, [(1,)]), lambda n: odd)):
        said = verdict.judge(made, answer)
        assert said == False  # noqa: E712
        assert "\n" not in said.message
        assert len(said.message) < 400


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)
def test_right_value_is_right(reference):
    assert verdict.judge(make(reference), copy.deepcopy(reference))


@pytest.mark.parametrize(
    ("expected", "given", "same"),
    [
        ("lower η", "Lower eta", True),
        ("lower η", "raise eta", False),
        ("random, linear", "random,linear", True),
        ({"A": 0.0008}, {"A": "0.0008"}, True),
        ({"A": 0.0008}, {"A": "0.08"}, False),
        ({"A": True}, {"A": "1"}, False),
        (0.0008, "0.0008", False),
        ({"B", "C"}, "b and C", True),
        ({"B", "C"}, "BC", True),
        ({"B", "C"}, "B", False),
    ],
)
def test_unmistakable_spelling_is_accepted(expected, given, same):
    assert (difference(expected, given, 1e-4) is None) == same


FAILING = [
    ValueError("several\nlines"),
    SystemExit(1),
    GeneratorExit(),
    MemoryError(),
    BaseException(),
    StopIteration(),
]


@pytest.mark.parametrize("error", FAILING, ids=lambda error: type(error).__name__)
def test_answer_that_raises_is_told_with_its_case(error):
    said = check(ID, raises(error)).message
    assert re.search(r"number_of_epochs\(.*\) stops with", said)
    assert type(error).__name__ in said


def test_exception_whose_text_fails():
    class Bad(Exception):
        __str__ = Hostile._fail

    assert "stops with Bad." in check(ID, raises(Bad())).message


def test_endless_recursion_is_told():
    assert "RecursionError" in check(ID, endless_recursion).message


def test_answer_that_raises_not_implemented_or_adds_dots_is_untouched():
    assert "not yet:" in check(ID, raises(NotImplementedError())).message
    assert "not yet:" in check(ID, lambda k: k + ...).message
    assert "not yet:" in check("training.diagnose", {"A": ..., "B": "healthy"}).message


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ({"A": ..., "B": ...}, "your answer"),
        ([..., ...], "your answer"),
        ({"A": (..., ...), "B": ...}, "your answer"),
        ({"A": 1, "B": ...}, "the answer for 'B'"),
        ({"A": {"x": 2, "y": ...}, "B": 3}, "the answer for 'y' of the answer for 'A'"),
        ({"A": (1, ...), "B": 3}, "value 2 of 2 of the answer for 'A'"),
        ((1, 2, ...), "value 3 of 3"),
    ],
)
def test_answer_with_dots_says_what_is_missing_and_does_not_count(answer, missing, own_progress):
    result = check("training.diagnose", answer)
    assert result.message.startswith("○ not yet: ")
    assert missing in result.message
    assert not own_progress.exists()


def test_answer_with_none_for_a_value_is_an_answer():
    assert verdict.judge(make({"A": None, "B": 2}), {"A": None, "B": 2})
    assert not verdict.judge(make({"A": 1}), {"A": None}).untouched
    assert not verdict.judge(make([1]), []).untouched


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        (7, 7.0),
        (7, np.float32(7)),
        (2.5, np.array(2.5)),
        (" Softmax", "softMAX "),
        ((1, 2), [1, 2]),
        ((1, 2), np.array([1, 2])),
        ([1.0, 2.0], (1, 2)),
        (np.ones((2, 2)), [[1, 1], [1, 1]]),
        (np.array([1.0, np.nan]), [1, np.nan]),
        ({"a"}, ["a"]),
        (10**30, 10**30),
        (True, np.True_),
    ],
)
def test_forms_of_the_same_value_agree(reference, answer):
    assert verdict.judge(make(reference), answer)


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        (7, 7.0001),
        (7, 7 + 1e-9),
        (1, True),
        (True, 2),
        (1.0, [1.0]),
        ("a", ["a"]),
        ((1, 2), (1, 2, 3)),
        ({"a": 1}, {"a": 2}),
    ],
)
def test_near_values_of_another_kind_differ(reference, answer):
    assert not verdict.judge(make(reference), answer)


def test_tensors_and_variables_are_values():
    keras = pytest.importorskip("keras")
    expected = np.arange(3.0)
    for value in (keras.ops.convert_to_tensor(expected), keras.Variable(expected)):
        assert verdict.judge(make(expected), value)
        assert verdict.judge(make(tuple(expected.tolist())), value)
        assert "shape (3,)" in verdict.judge(make(1.0), value).message
    assert verdict.judge(make(2.0), keras.Variable(2.0))
    assert not verdict.judge(make(expected), keras.KerasTensor((3,)))
    assert "3" in in_words(keras.Variable(3.0))


def test_misconception_that_raises_is_recognized():
    known = make(lambda x: 1.0, [(0,), (2,)], misconceptions={"Divided by zero.": lambda x: 1 / x, "Other.": double})
    assert verdict.judge(known, lambda x: x**-1 if x else 1 // x).message.endswith("Divided by zero.")


def test_verify_that_fails_on_an_odd_result_is_a_sentence():
    made = make(lambda: [1], [()], verify=lambda result: None if result[0] == 1 else "the first must be 1")
    assert verdict.judge(made, lambda: [1, 2])
    assert "the first must be 1" in verdict.judge(made, lambda: [2]).message
    assert "not of the kind" in verdict.judge(made, lambda: 5).message


def test_difference_in_a_dictionary_names_the_key():
    found = difference({"loss": 1.0}, {"loss": 2.0})
    assert found is not None
    assert "'loss'" in found.got


# Time limit and Ctrl-C ------------------------------------------------------------------------------------------------


def loops(*_):
    while True:
        pass


def swallows_exceptions(*_):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.001)


def endless_numbers():
    while True:
        yield 1


@pytest.mark.parametrize(
    "answer", [loops, swallows_exceptions, lambda _: time.sleep(100), lambda _: list(zip(loops(), [1], strict=False))]
)
def test_looping_answer_is_stopped(answer, short_limit):
    said = check(ID, answer)
    assert said == False  # noqa: E712
    assert re.search(r"number_of_epochs\(.*\) was stopped after 0.3 s", said.message)


def test_looping_answer_is_stopped_outside_the_main_thread(short_limit):
    said = []
    thread = threading.Thread(target=lambda: said.append(check(ID, loops)))
    thread.start()
    thread.join(30)
    assert "was stopped" in said[0].message


def test_looping_answer_is_stopped_by_watching(short_limit, monkeypatch):
    monkeypatch.delattr(signal, "setitimer", raising=False)
    assert "was stopped" in check(ID, loops).message
    assert check(ID, RIGHT)


def test_object_that_loops_when_looked_at_is_stopped(short_limit):
    class Loops:
        __array__ = loops

    assert "was stopped" in verdict.judge(make(1.0), Loops()).message


def test_list_that_holds_itself_many_times_is_stopped(short_limit):
    tangled: list = []
    tangled.extend([tangled] * 9)
    assert not verdict.judge(make(1.0), tangled)
    assert len(in_words(tangled)) <= 90


def test_limit_is_five_seconds():
    assert verdict.SECONDS == 5


def waits_and_swallows(_):
    while True:
        try:
            time.sleep(0.05)
        except:  # noqa: E722
            continue


def works_and_swallows(_):
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            continue


def swallows_by_finally(_):
    while True:
        try:
            time.sleep(0.05)
        finally:
            continue  # noqa: B012


def swallows_by_suppress(_):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(0.05)


def swallows_many_times(_):
    while True:
        try:
            waits_and_swallows(_)
        except:  # noqa: E722
            try:
                works_and_swallows(_)
            except BaseException:
                waits_and_swallows(_)


def keeps_what_it_swallows(_):
    kept = []
    while True:
        try:
            time.sleep(0.05)
        except BaseException as error:
            kept.append(error)


def asks_again(_):
    try:
        time.sleep(0.2)
    except:  # noqa: E722
        return asks_again(_)
    return asks_again(_)


SWALLOWING = [
    waits_and_swallows,
    works_and_swallows,
    swallows_by_finally,
    swallows_by_suppress,
    swallows_many_times,
    keeps_what_it_swallows,
    asks_again,
]


@pytest.mark.parametrize("way", ["alarm", "watching", "thread"])
@pytest.mark.parametrize("answer", SWALLOWING)
def test_answer_that_swallows_every_exception_is_stopped(answer, way, short_limit, monkeypatch):
    if way == "watching":
        monkeypatch.delattr(signal, "setitimer", raising=False)
    results, started, trace = [], time.monotonic(), sys.gettrace()
    if way == "thread":
        thread = threading.Thread(target=lambda: results.append(check(ID, answer)), daemon=True)
        thread.start()
        thread.join(30)
    else:
        results.append(check(ID, answer))
    assert re.search(r"number_of_epochs\(.*\) was stopped after 0.3 s", results[0].message)
    assert time.monotonic() - started < 5
    assert sys.gettrace() is trace
    assert check(ID, RIGHT)


def test_answer_may_clean_up_when_it_is_stopped(short_limit):
    cleaned = []

    def answer(_):
        try:
            time.sleep(50)
        finally:
            for number in range(3):
                cleaned.append(number)

    assert "was stopped" in check(ID, answer).message
    assert cleaned == [0, 1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="the test needs a terminal's standard input")
def test_answer_that_asks_until_a_number_comes_is_stopped():
    code = (
        "from helpers.exercise import _verdict, check; _verdict.SECONDS = 0.3\n"
        "def number_of_epochs(k):\n while True:\n  try: return float(input('a number: '))\n  except: print('again')\n"
        f"check({ID!r}, number_of_epochs, record=False)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as asking:
        assert "was stopped after 0.3 s" in asking.stdout.read()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms on Windows")
def test_alarm_and_handler_of_others_come_back():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        check(ID, RIGHT)
        deadline = time.monotonic() + 10
        while not rung and time.monotonic() < deadline:
            time.sleep(0.01)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal to itself")
def test_real_interrupt_passes_through_and_is_not_recorded():
    def answer(_):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)

    stdout = sys.stdout
    # A shell starts background jobs deaf to Ctrl-C, and Python then leaves it so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            check(ID, answer)
    finally:
        signal.signal(signal.SIGINT, before)
    assert sys.stdout is stdout
    assert progress_file.read()[0] == {}
    assert check(ID, RIGHT)


@pytest.mark.long
def test_kernel_stops_a_loop_and_lets_an_interrupt_pass(tmp_path):
    from jupyter_client.manager import start_new_kernel

    env = {**os.environ, "COURSE_PROGRESS": str(tmp_path / "kernel.json")}
    manager, client = start_new_kernel(kernel_name="python3", env=env, cwd=os.getcwd())

    def run(code, interrupt=False):
        # A kernel drops what arrives just after an error, unless the failing cell was sent without stop_on_error.
        texts, client_id = [], client.execute(code, stop_on_error=False)
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != client_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                texts.append(content["text"])
                if interrupt and "waiting" in content["text"]:
                    manager.interrupt_kernel()
            elif kind in ("execute_result", "display_data"):
                texts.append(f"<{kind}>")
            elif kind == "error":
                texts.append(content["ename"])
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(texts)

    try:
        run("import sys, time\nfrom helpers.exercise import _verdict as verdict, check, quiz\nverdict.SECONDS = 0.5")
        loop = "def number_of_epochs(k):\n    while True:\n        pass\n"
        assert run(f"{loop}check('{ID}', number_of_epochs)").endswith("does every loop come to an end?\n")
        for quits in ("quit()", "exit()", "exit(keep_kernel=True)", "sys.exit(3)"):
            said = run(f"def number_of_epochs(k):\n    {quits}\ncheck('{ID}', number_of_epochs)")
            assert re.search(r"number_of_epochs\(.*\) stops with", said), quits
        time.sleep(0.5)  # IPython's own quit ends the kernel a moment later
        assert run("type(quit).__name__, print(6 * 7)").startswith("42")
        assert "ZMQExitAutocall" in run("print(type(quit))")
        assert run(f"check('{ID}', ...)").count("\n") == 1
        run("verdict.SECONDS = 60")
        noisy = "out = sys.stdout\ndef number_of_epochs(k):\n    out.write('waiting'); out.flush()\n    time.sleep(9)\n"
        said = run(f"{noisy}check('{ID}', number_of_epochs)", interrupt=True)
        assert said.endswith("KeyboardInterrupt")
        assert run("from helpers.exercise import quiz\nquiz('training.q1')") == "<display_data>"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# Hints ----------------------------------------------------------------------------------------------------------------


def test_hints_come_one_by_one_and_end_at_the_solution(capsys):
    hints = exercises.exercises("training")[ID].hints
    for _ in range(len(hints) + 2):
        assert hint(ID) is None
    lines = re.split(r" (?=Hint \d of|That was)", said(capsys))
    assert [line.split(": ", 1)[1] for line in lines[: len(hints)]] == list(hints)
    assert len(lines) == len(hints) + 2
    assert all("solution" in line for line in lines[len(hints) :])
    hint("training.budget")
    assert capsys.readouterr().out.startswith("Hint 1 of")


# Progress -------------------------------------------------------------------------------------------------------------


def test_progress_follows_stub_attempt_and_solution(own_progress):
    check(ID, ...)
    check(ID, RIGHT, record=False)
    assert not own_progress.exists()
    check(ID, np.log2)
    assert json.loads(own_progress.read_text()) == {ID: "tried"}
    check(ID, RIGHT)
    check(ID, np.log2)
    assert json.loads(own_progress.read_text()) == {ID: "done"}


def test_card_counts_by_notebook_as_text_and_html():
    check(ID, RIGHT)
    check("training.budget", 1)
    text, page = repr(progress()), progress()._repr_html_()
    total = len(exercises.exercises("training"))
    assert f"07 Training: 1 of {total} exercises done, 1 tried" in text
    assert f"1 of {total} exercises done, 1 tried" in page
    everything = sum(len(exercises.exercises(notebook)) for notebook in exercises.NOTEBOOKS)
    assert text.count("not yet") == page.count("not yet") == everything - 2


@pytest.mark.parametrize("damage", [b"{broken", b"[]", b"", b"\xff\xfe", b"[" * 100_000, b"null", b'{"a": {"b": 1}}'])
def test_damaged_file_is_kept_aside_and_progress_goes_on(own_progress, damage, capsys):
    for number in (1, 2):
        own_progress.write_bytes(damage)
        assert "damaged" in repr(progress())
        assert check(ID, RIGHT)
        assert own_progress.with_name(f"progress.json.damaged-{number}").read_bytes() == damage
        assert json.loads(own_progress.read_text()) == {ID: "done"}
    out = said(capsys)
    assert out.count("✔ correct") == 2
    assert out.index("damaged-1") < out.index("damaged-2")


def test_good_entries_of_a_damaged_file_are_kept(own_progress):
    own_progress.write_text('{"losses.mse": "done", "losses.other": 5}')
    check(ID, RIGHT)
    assert json.loads(own_progress.read_text()) == {"losses.mse": "done", ID: "done"}


def test_file_that_cannot_be_written_leaves_the_verdict(monkeypatch, own_progress, capsys):
    own_progress.write_text("{}")
    monkeypatch.setenv("COURSE_PROGRESS", str(own_progress / "inside" / "file.json"))
    assert check(ID, RIGHT)
    assert "cannot be saved" in said(capsys)
    assert "0 of" in repr(progress())


def test_folder_and_missing_parents_are_understood(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    assert progress_file.path() == tmp_path / ".course-progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "new" / "deep" / "p.json"))
    check(ID, RIGHT)
    assert (tmp_path / "new" / "deep" / "p.json").exists()
    monkeypatch.delenv("COURSE_PROGRESS")
    assert progress_file.path().name == ".course-progress.json"


def test_notebooks_that_write_at_once_keep_their_entries(own_progress):
    code = (
        "import sys; from helpers.exercise import _progress_file as progress_file\n"
        "for i in range(20): assert not progress_file.record({f'losses.{sys.argv[1]}_{i}': 'done'})"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert len(json.loads(own_progress.read_text())) == 80
    assert os.listdir(own_progress.parent) == [own_progress.name]


def test_progress_travels_as_one_line(own_progress):
    check(ID, RIGHT)
    check("training.budget", 5)
    line = export_progress()
    assert "\n" not in line
    own_progress.unlink()
    check("training.budget", 125)
    card = import_progress(f"  {line[:20]}\n{line[20:]} ")
    assert "2 of" in repr(card)
    assert progress_file.read()[0] == {ID: "done", "training.budget": "done"}


@pytest.mark.parametrize("cut", [0, 5, 9, 12, 30, -1, -4])
def test_cut_export_is_refused(cut):
    check(ID, RIGHT)
    with pytest.raises(ValueError, match="no exported progress"):
        import_progress(export_progress()[:cut])


def test_import_of_another_type_is_refused():
    with pytest.raises(TypeError, match="list"):
        import_progress([])


# Quiz -----------------------------------------------------------------------------------------------------------------


def test_quiz_prints_its_still_in_a_script(capsys):
    quiz.quiz("training.q1")
    assert "Answers:" in capsys.readouterr().out
    quiz.quiz("training.q77")
    assert '"training.q' in capsys.readouterr().out


def test_quiz_escapes_its_text():
    option = exercises.Option(text="`a < b`", because="<b>", right=True)
    page = quiz.to_html(exercises.Quiz(id="training.x", question="1 < 2 & 3?", options=[option, option]))
    assert "<code>a &lt; b</code>" in page
    assert "&lt;b&gt;" in page
    assert 'id="quiz-training-x"' in page
