"""The search as a program: alone and as chief with workers, killed at every moment, on full disks and busy ports."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest

from helpers._files import write_whole
from helpers.data import load_fashion_mnist
from helpers.startup import silent_stderr
from helpers.tune import __main__ as tune
from helpers.tune import _folder as tune_folder
from helpers.tune import _machines as tune_machines
from helpers.tune import build_model, load_split, make_tuner, read_trials
from helpers.tune._arguments import build_parser
from helpers.tune._folder import SearchProblem, keep_settings, open_folder, read_settings

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--images", "100", "--epochs", "1"]


@pytest.fixture(scope="module")
def keras_tuner() -> Any:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with silent_stderr():
        import keras_tuner
    return keras_tuner


@pytest.fixture(autouse=True)
def _figures_as_before() -> Iterator[None]:
    with matplotlib.rc_context():
        yield


@pytest.fixture
def run(keras_tuner, capsys) -> Callable[..., SimpleNamespace]:
    """The program within this process, where TensorFlow is loaded already."""

    def run(folder: Path, *arguments: object) -> SimpleNamespace:
        code = tune.main(["--output", str(folder), *map(str, arguments)])
        return SimpleNamespace(code=code, **capsys.readouterr()._asdict())

    return run


@pytest.fixture
def without_training(keras_tuner, monkeypatch) -> None:
    """`fit` only counts epochs: for tests of what happens around it."""
    import keras

    def fit(self, *_, callbacks, epochs, initial_epoch=0, **__):
        history = keras.callbacks.History()
        history.epoch = list(range(initial_epoch, epochs))
        history.history = {"val_accuracy": [epoch / 100 for epoch in history.epoch]}
        for callback in callbacks:
            callback.set_model(self)
            for epoch in history.epoch:
                callback.on_epoch_end(epoch, {"val_accuracy": epoch / 100})
        return history

    monkeypatch.setattr(keras.Model, "fit", fit)


def rows_of(folder: Path) -> list[dict[str, str]]:
    with open(folder / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without_seconds(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def assert_each_once(folder: Path, trials: int) -> None:
    assert [int(row["trial"]) for row in rows_of(folder)] == list(range(trials))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "helpers.tune", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextlib.contextmanager
def ended(*programs: subprocess.Popen[str]) -> Iterator[None]:
    """No program outlives its test."""
    try:
        yield
    finally:
        for each in programs:
            each.kill()
            each.communicate()


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


# The arguments


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("--trials 0", "'0'"),
        ("--trials -1", "'-1'"),
        ("--trials many", "'many'"),
        ("--trials 2.5", "'2.5'"),
        ("--trials", "--trials"),
        ("", "--trials"),
        ("--trials 3 --tuner grid", "random, hyperband, bayesian"),
        ("--trials 3 --epochs 0", "'0'"),
        ("--trials 3 --seed -1", "'-1'"),
        ("--trials 3 --images 99", "'99'"),
        ("--trials 3 --images 10001", "10,000"),
        ("--trials 3 --wait 0", "'0'"),
        ("--trials 3 --wait nan", "'nan'"),
        ("--trials 3 --chief here", "'here'"),
        ("--trials 3 --chief :5000", "':5000'"),
        ("--trials 3 --chief localhost:", "'localhost:'"),
        ("--trials 3 --chief localhost:0", "'localhost:0'"),
        ("--trials 3 --chief localhost:65536", "'localhost:65536'"),
        ("--trials 3 --chief ::1:5000", "'::1:5000'"),
        ("--worker one", "--chief"),
        ("--worker chief --chief localhost:5000", "'chief'"),
        ("--worker a/b --chief localhost:5000", "'a/b'"),
        ("--trials 3 --output README.md", "'README.md'"),
        ("--trials 3 --output /dev/full", "'/dev/full'"),
        ("--trials 3 --spread", "--spread"),
        ("--trials 3 4", "4"),
    ],
)
def test_bad_arguments_end_with_2_and_one_sentence_that_names_them(arguments, named, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as stop:
        tune.main(arguments.split())
    said = capsys.readouterr()
    assert (stop.value.code, said.out) == (2, "")
    [sentence] = said.err.splitlines()
    assert named in sentence


def test_help_explains_every_argument_with_units_and_examples(capsys):
    with pytest.raises(SystemExit) as stop:
        tune.main(["-h"])
    text = capsys.readouterr().out
    assert stop.value.code == 0
    for expected in ("--trials", "--full", "--output", "--wait SECONDS", "HOST:PORT", "exit code", "examples:"):
        assert expected in text


def test_the_program_asks_for_tensorflow_only_when_it_trains():
    code = "import sys, helpers.tune; print(sorted({'tensorflow', 'keras', 'keras_tuner', 'grpc'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


# The folder


def test_a_folder_keeps_its_search_and_refuses_another(tmp_path):
    with open_folder(tmp_path / "a" / "b", {"tuner": "random", "seed": 3}) as first:
        keep_settings(tmp_path / "a" / "b", first)
    with open_folder(tmp_path / "a" / "b", {"tuner": None}) as again:
        assert again == first
    for wanted, named in (({"tuner": "bayesian"}, "--tuner random, not bayesian"), ({"seed": 0}, "--seed 3, not 0")):
        with pytest.raises(SearchProblem, match=named) as problem, open_folder(tmp_path / "a" / "b", wanted):
            pass
        assert problem.value.exit_code == 2


def test_the_program_refuses_another_tuner_in_the_same_folder(run, tmp_path):
    with open_folder(tmp_path, {}) as settings:
        keep_settings(tmp_path, settings)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for other in (("--tuner", "hyperband"), ("--seed", 1), ("--epochs", 2), ("--images", 100)):
        done = run(tmp_path, "--trials", 1, *other)
        assert (done.code, len(done.err.splitlines()), done.out) == (2, 1, "")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["results.csv", "best.keras", "trials"])
def test_results_of_something_else_are_not_overwritten(name, tmp_path):
    (tmp_path / name).mkdir()
    with pytest.raises(SearchProblem, match=name), open_folder(tmp_path, {}):
        pass


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tuner": "random"}', "\0"])
def test_a_damaged_description_of_the_search_is_a_sentence(text, tmp_path):
    (tmp_path / "search.json").write_text(text)
    with pytest.raises(SearchProblem, match=r"search\.json cannot be read"):
        read_settings(tmp_path)


def test_two_searches_do_not_write_in_one_folder(run, tmp_path):
    with open_folder(tmp_path, {}):
        done = run(tmp_path, "--trials", 1)
    assert done.code == 1
    assert "another search is running" in done.err


def test_a_folder_in_the_home_of_nobody_is_a_sentence_and_no_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="home folder"):
        make_tuner("random", "~nobody-of-this-name/tuning")
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--trials", "1", "--output", "~nobody-of-this-name/tuning"])
    assert "home folder in '~nobody-of-this-name/tuning' is not known" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_a_sentence_and_a_fault(run, tmp_path):
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "below", "--trials", 1)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "cannot be written" in done.err


def test_a_write_that_fails_leaves_the_old_text_and_nothing_else(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", "old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(OSError, match="full"):
        write_whole(tmp_path / "file", "new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


# What is searched


def test_the_model_has_integer_log_float_choice_boolean_and_conditional_parameters(keras_tuner):
    hp = keras_tuner.HyperParameters()
    build_model(hp)
    kinds = {parameter.name: type(parameter).__name__ for parameter in hp.space}
    assert kinds == {
        "units": "Int",
        "layers": "Int",
        "activation": "Choice",
        "learning_rate": "Float",
        "dropout": "Boolean",
    }
    assert next(each for each in hp.space if each.name == "learning_rate").sampling == "log"
    hp.values["dropout"] = True
    network = build_model(hp)
    [rate] = [parameter for parameter in hp.space if parameter.name == "dropout_rate"]
    assert [(condition.name, condition.values) for condition in rate.conditions] == [("dropout", [True])]
    assert {"Dropout", "Dense"} <= {type(layer).__name__ for layer in network.layers}


def test_training_and_validation_images_are_disjoint_stratified_training_images():
    (x_train, y_train), (x_val, y_val) = load_split(images=1003)
    assert (x_train.shape[1:], x_train.dtype, x_train.min(), x_train.max()) == ((28, 28), np.float32, 0, 1)
    assert (len(x_train), len(x_val)) == (802, 201)
    assert np.ptp(np.bincount(np.concatenate([y_train, y_val]))) == 1
    assert np.ptp(np.bincount(y_val)) <= 1
    official = {image.tobytes() for image in load_fashion_mnist()[0][0]}
    parts = [{np.rint(image * 255).astype(np.uint8).tobytes() for image in part} for part in (x_train, x_val)]
    assert parts[0] | parts[1] <= official
    assert len(parts[0]) + len(parts[1]) == len(parts[0] | parts[1]) == 1003


@pytest.mark.parametrize("images", [100, 9_995, 10_000])
def test_any_number_of_images_can_be_split(images):
    (x_train, _), (x_val, _) = load_split(images=images)
    assert len(x_train) + len(x_val) == images


@pytest.mark.parametrize("images", [99, 10_001, 200.0, True, "200"])
def test_a_number_of_images_that_makes_no_sense_is_refused(images):
    with pytest.raises(ValueError, match="images must be a whole number from 100 to 10,000"):
        load_split(images=images)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "grid"}, {"trials": 0}, {"trials": 1.5}, {"trials": True}, {"epochs": 0}, {"seed": -1}, {"seed": 10**7}],
)
def test_a_tuner_that_makes_no_sense_is_refused(wrong, tmp_path):
    with pytest.raises(ValueError, match=r"must be (one of|a whole number)"):
        make_tuner(**{"kind": "random", "folder": tmp_path, **wrong})
    assert not list(tmp_path.iterdir())


# A search on this machine


@pytest.mark.slow
def test_a_search_keeps_results_and_the_best_model_and_goes_on_where_it_ended(run, tmp_path, keras_tuner):
    import keras

    done = run(tmp_path, "--trials", 1, "--seed", 1, *QUICK)
    assert (done.code, done.err) == (0, "")
    assert "1/1  trial 0" in done.out
    first = rows_of(tmp_path)

    done = run(tmp_path, "--trials", 2)
    assert (done.code, done.err) == (0, "")
    rows = rows_of(tmp_path)
    assert rows[:1] == first
    assert_each_once(tmp_path, 2)
    assert list(rows[0])[:5] == ["trial", "status", "score", "epochs", "seconds"]
    assert {"units", "layers", "activation", "learning_rate", "dropout", "dropout_rate"} <= rows[0].keys()
    assert all((row["dropout_rate"] != "") == (row["dropout"] == "True") for row in rows)
    assert {(row["status"], row["epochs"]) for row in rows} == {("COMPLETED", "1")}

    as_json = json.loads((tmp_path / "results.json").read_text())
    as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in as_json]
    assert as_text == rows
    assert read_trials(tmp_path)["score"].tolist() == [row["score"] for row in as_json]

    best = keras.saving.load_model(tmp_path / "best.keras")
    _, accuracy = best.evaluate(*load_split(images=100)[1], verbose=0)
    assert accuracy == pytest.approx(max(row["score"] for row in as_json))
    assert f"best {accuracy:.4f}" in done.out.splitlines()[-2]

    # The same search in one go has the same trials.
    assert run(tmp_path / "anew", "--trials", 2, "--seed", 1, *QUICK).code == 0
    assert without_seconds(rows_of(tmp_path / "anew")) == without_seconds(rows)

    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    done = run(tmp_path, "--trials", 1)
    assert (done.code, "to run: 0" in done.out) == (0, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == files


def test_hyperband_goes_on_with_the_best_and_counts_every_training(without_training, run, tmp_path):
    done = run(tmp_path, "--trials", 6, "--tuner", "hyperband", "--images", 100, "--epochs", 3)
    assert (done.code, done.err) == (0, "")
    rows = json.loads((tmp_path / "results.json").read_text())
    promoted = [row for row in rows if row["tuner/trial_id"] is not None]
    assert promoted
    for row in promoted:
        before = rows[int(row["tuner/trial_id"])]
        assert (row["units"], row["tuner/bracket"]) == (before["units"], before["tuner/bracket"])
        assert row["epochs"] == row["tuner/epochs"] - before["tuner/epochs"] == 2


def test_one_failing_trial_is_a_failed_row_and_the_search_goes_on(without_training, run, tmp_path, monkeypatch):
    from helpers.tune._oracle import keras_tuner as loaded

    train = loaded.Tuner.run_trial

    def fail_once(self, trial, *args, **kwargs):
        if trial.trial_id == "0":
            raise ValueError("no such network")
        return train(self, trial, *args, **kwargs)

    monkeypatch.setattr(loaded.Tuner, "run_trial", fail_once)
    done = run(tmp_path, "--trials", 2, *QUICK)
    assert (done.code, done.err) == (0, "")
    assert "trial 0: failed" in done.out
    assert [row["status"] for row in rows_of(tmp_path)] == ["FAILED", "COMPLETED"]
    assert run(tmp_path, "--trials", 2).code == 0
    assert_each_once(tmp_path, 2)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code", "name"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")])
def test_an_interrupted_search_goes_on_without_losing_or_repeating(
    number, code, name, without_training, run, tmp_path, monkeypatch
):
    from helpers.tune._oracle import KeptTuner

    began = []
    begin = KeptTuner.on_trial_begin

    def interrupt_the_second(self, trial):
        began.append(int(trial.trial_id))
        begin(self, trial)
        if began == [0, 1]:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(KeptTuner, "on_trial_begin", interrupt_the_second)
    done = run(tmp_path, "--trials", 2, *QUICK)
    assert (done.code, len(done.err.splitlines())) == (code, 1)
    assert name in done.err
    assert_each_once(tmp_path, 1)
    assert run(tmp_path, "--trials", 2).code == 0
    assert_each_once(tmp_path, 2)
    assert began == [0, 1, 1]


@pytest.mark.slow
def test_a_search_killed_with_9_goes_on_without_losing_or_repeating(run, tmp_path):
    search = program("--trials", 50, "--output", tmp_path, *QUICK)
    with ended(search):
        wait_for(lambda: (tmp_path / "results.csv").exists() and rows_of(tmp_path))
        search.kill()
        search.wait()
    kept = rows_of(tmp_path)
    done = run(tmp_path, "--trials", len(kept) + 1)
    assert (done.code, done.err) == (0, "")
    assert rows_of(tmp_path)[: len(kept)] == kept
    assert_each_once(tmp_path, len(rows_of(tmp_path)))


def sketch(hp: Any) -> Any:
    """A space without a network, for oracles that only choose."""
    hp.Int("units", 1, 9)
    hp.Float("rate", 0.001, 1, sampling="log")
    return SimpleNamespace(optimizer=SimpleNamespace(build=len), trainable_variables=[])


def quiet(tuner: Any) -> Any:
    tuner.oracle.verbose = 0
    return tuner.oracle


def finish(oracle: Any, tuner_id: str = "tuner0") -> bool:
    """Run one trial without training: its score is its number."""
    trial = oracle.create_trial(tuner_id)
    if trial.status != "RUNNING":
        return False
    oracle.update_trial(trial.trial_id, {"val_accuracy": int(trial.trial_id) / 100})
    trial.status = "COMPLETED"
    oracle.end_trial(trial)
    return True


class Killed(BaseException):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["random", "hyperband"])
def test_a_kill_between_any_two_files_loses_and_repeats_no_finished_trial(kind, keras_tuner, tmp_path, monkeypatch):
    from helpers.tune import _oracle as tune_oracle

    writes = 0
    for survived in range(100):
        left = survived

        def write(path: Path, text: str) -> None:
            nonlocal left, writes
            if left == 0:
                raise Killed
            left, writes = left - 1, writes + 1
            write_whole(path, text)

        folder = tmp_path / str(survived)
        finished = []
        with monkeypatch.context() as patch:
            patch.setattr(tune_oracle, "write_whole", write)
            try:
                oracle = quiet(make_tuner(kind, folder, trials=7, epochs=3, model=sketch))
                while finish(oracle):
                    finished = list(oracle.end_order)
            except Killed:
                pass
        if left:
            break
        tune_oracle.keras_tuner.src.engine.oracle.LOCKS.clear()  # They belong to the process that was killed.
        tune_oracle.keras_tuner.src.engine.oracle.THREADS.clear()
        oracle = quiet(make_tuner(kind, folder, trials=7, epochs=3, model=sketch))
        kept = list(oracle.end_order)
        assert set(finished) <= set(kept)
        while finish(oracle):
            pass
        assert oracle.end_order[: len(kept)] == kept
        assert sorted(oracle.end_order) == sorted(oracle.trials) == list("0123456")
        assert [oracle.trials[number].score for number in "0123456"] == pytest.approx(np.arange(7) / 100)
    assert survived > 20


def test_bayesian_search_is_guided_after_five_trials_without_warnings(keras_tuner, tmp_path, recwarn):
    for trials in (6, 7):  # The second time it is read from the folder.
        oracle = quiet(make_tuner("bayesian", tmp_path, trials=trials, model=sketch))
        while finish(oracle):
            pass
        assert len(oracle.end_order) == trials
    assert not [each for each in recwarn if "Deprecat" not in each.category.__name__]
    assert oracle.gpr.X_train_.shape[0] == 6  # The seventh trial was chosen from six.


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_folder_ends_the_search_in_a_sentence_and_keeps_what_was_finished(
    number, without_training, run, tmp_path, monkeypatch
):
    from helpers.tune import _oracle as tune_oracle

    def write(path: Path, text: str) -> None:
        if path.parent.name == "trial_1":
            raise OSError(number, os.strerror(number), str(path))
        write_whole(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(tune_oracle, "write_whole", write)
        done = run(tmp_path, "--trials", 3, *QUICK)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert os.strerror(number) in done.err
    assert str(tmp_path) in done.err
    assert_each_once(tmp_path, 1)


def test_weights_that_do_not_fit_on_the_disk_end_the_search_in_a_sentence(without_training, run, tmp_path, monkeypatch):
    import keras

    full = f"Unable to flush file\n(errno = {errno.ENOSPC}, error message = '{os.strerror(errno.ENOSPC)}')"
    monkeypatch.setattr(keras.Model, "save_weights", lambda *_, **__: (_ for _ in ()).throw(RuntimeError(full)))
    done = run(tmp_path, "--trials", 3, *QUICK)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert os.strerror(errno.ENOSPC) in done.err
    assert rows_of(tmp_path) == []


def test_space_is_tried_before_weights_are_written(without_training, run, tmp_path, monkeypatch):
    """HDF5 ends the program with a crash where a disk is full."""
    import keras

    from helpers.tune import _oracle as tune_oracle

    tried = []
    save = keras.Model.save_weights

    def check(folder: Path, size: int) -> None:
        tried.append((folder.name, size))
        if len(tried) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def save_less(self, path, **settings):
        save(self, path, **settings)
        assert Path(path).stat().st_size <= tried[-1][1]

    monkeypatch.setattr(keras.Model, "save_weights", save_less)
    monkeypatch.setattr(tune_oracle, "check_space", check)
    done = run(tmp_path, "--trials", 3, *QUICK)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert [name for name, _ in tried] == ["trial_0", "trial_1"]
    assert_each_once(tmp_path, 1)


def test_results_are_complete_and_the_model_follows_when_there_was_space_for_the_results_only(
    without_training, run, tmp_path, monkeypatch
):
    from helpers import tune as tune_search

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(tune_search, "check_space", full)
        assert run(tmp_path, "--trials", 3, *QUICK).code == 1
    assert_each_once(tmp_path, 1)
    assert not (tmp_path / "best.keras").exists()
    assert run(tmp_path, "--trials", 1).code == 0
    assert (tmp_path / "best.keras").exists()


def test_space_that_is_tried_is_given_back(tmp_path):
    tune_folder.check_space(tmp_path, 1000)
    with pytest.raises(OSError, match="No such file"):
        tune_folder.check_space(tmp_path / "none", 1000)
    assert not list(tmp_path.iterdir())


def test_trials_that_were_deleted_by_hand_are_a_sentence(run, tmp_path):
    oracle = quiet(make_tuner("random", tmp_path, trials=1))
    finish(oracle)
    (tmp_path / "trials" / "trial_0" / "trial.json").unlink()
    with open_folder(tmp_path / "other", {}) as settings:
        keep_settings(tmp_path, settings)
    done = run(tmp_path, "--trials", 1)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "damaged" in done.err


# What is shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("kind", [Terminal, io.StringIO])
def test_progress_shows_the_best_so_far_as_a_bar_or_as_lines(kind, keras_tuner):
    from helpers.tune._progress import Progress

    screen = kind()
    progress = Progress(3, 1, stream=screen)
    best = {"trial": 0, "score": 0.5}
    progress.finish({"trial": 1, "score": 0.25, "epochs": 1, "seconds": 2.0}, best)
    progress.say("A sentence.")
    progress.finish({"trial": 2, "score": None, "epochs": None, "seconds": None}, best)
    progress.close()
    text = screen.getvalue()
    assert "best 0.5000 (trial 0)" in text
    assert "A sentence.\n" in text
    assert ("\r" in text) == screen.isatty()
    if not screen.isatty():
        assert text.splitlines()[0].startswith("2/3  trial 1: validation accuracy 0.2500 after 1 epoch in 2.0 s; best")
        assert text.splitlines()[2].startswith("3/3  trial 2: failed; best")
    else:
        assert "3/3" in text


# Several machines, the chief's oracle


@pytest.fixture
def chief(keras_tuner, tmp_path) -> Callable[..., Any]:
    from helpers.tune._chief import ChiefOracle

    return lambda trials=3: quiet(make_tuner("random", tmp_path, trials=trials, model=sketch, oracle_mixin=ChiefOracle))


def end(oracle: Any, trial: Any, score: float = 0.5) -> None:
    oracle.update_trial(trial.trial_id, {"val_accuracy": score})
    trial.status = "COMPLETED"
    oracle.end_trial(trial)


def test_the_trial_of_a_lost_worker_is_run_again_and_failed_when_lost_twice(chief):
    oracle = chief(trials=1)
    lost = oracle.create_trial("one.a")
    assert oracle.give_up_lost(60) == []
    assert "one" in oracle.give_up_lost(0)[0]
    again = oracle.create_trial("two.b")
    assert (again.trial_id, again.status) == (lost.trial_id, "RUNNING")
    assert "failed" in oracle.give_up_lost(0)[0]
    assert oracle.finished()
    assert oracle.create_trial("three.c").status == "STOPPED"
    assert oracle.trials[lost.trial_id].status == "FAILED"


def test_a_worker_that_asks_for_its_trial_is_not_lost(chief):
    oracle = chief()
    first, second = oracle.create_trial("one.a"), oracle.create_trial("two.b")
    time.sleep(0.2)
    oracle.get_trial(first.trial_id)
    [sentence] = oracle.give_up_lost(0.1)
    assert "two" in sentence
    assert list(oracle.ongoing_trials) == ["one.a"]
    assert second.trial_id != first.trial_id


def test_time_in_which_the_oracle_computes_does_not_count_against_workers(chief, monkeypatch):
    oracle = chief()
    oracle.create_trial("one.a")
    choose = oracle.populate_space
    monkeypatch.setattr(oracle, "populate_space", lambda trial_id: (time.sleep(0.3), choose(trial_id))[1])
    oracle.create_trial("two.b")
    assert oracle.give_up_lost(0.25) == []


def test_a_worker_thought_lost_may_still_bring_its_result_and_it_counts_once(chief):
    from keras_tuner.engine.trial import Trial

    oracle = chief(trials=1)
    slow = Trial.from_proto(oracle.create_trial("one.a").to_proto())
    oracle.give_up_lost(0)
    quick = Trial.from_proto(oracle.create_trial("two.b").to_proto())
    end(oracle, quick, 0.5)
    end(oracle, slow, 0.75)
    assert oracle.end_order == [quick.trial_id]
    assert oracle.trials[quick.trial_id].score == 0.5
    assert oracle.finished()


def test_a_result_that_comes_before_the_trial_is_run_again_spares_the_second_run(chief):
    oracle = chief(trials=1)
    trial = oracle.create_trial("one.a")
    oracle.give_up_lost(0)
    end(oracle, trial)
    assert oracle.finished()
    assert oracle.create_trial("two.b").status == "STOPPED"


def test_workers_wait_while_the_last_trials_may_yet_be_lost(chief):
    oracle = chief(trials=1)
    trial = oracle.create_trial("one.a")
    assert oracle.create_trial("two.b").status == "IDLE"
    end(oracle, trial)
    assert oracle.create_trial("two.b").status == "STOPPED"


def test_a_result_of_another_search_is_refused_and_does_not_end_the_chief(chief):
    from keras_tuner.engine.trial import Trial

    oracle = chief(trials=1)
    trial = oracle.create_trial("one.a")
    foreign = Trial.from_proto(trial.to_proto())
    foreign.hyperparameters.values["units"] += 1
    with pytest.raises(ValueError, match="other hyperparameters"):
        oracle.end_trial(foreign)
    for request in (oracle.get_trial, lambda number: oracle.update_trial(number, {"val_accuracy": 1.0})):
        with pytest.raises(KeyError):
            request("999")
    assert oracle.problem is None
    end(oracle, trial)
    assert oracle.finished()


def test_a_chief_that_starts_again_leaves_running_trials_to_their_workers(chief):
    running, finished = (oracle := chief()).create_trial("one.a"), oracle.create_trial("two.b")
    end(oracle, finished)
    restarted = chief()
    assert restarted.end_order == [finished.trial_id]
    assert restarted.create_trial("one.a").trial_id == running.trial_id
    assert restarted.create_trial("two.b").trial_id not in (running.trial_id, finished.trial_id)
    end(restarted, running)
    assert restarted.end_order == [finished.trial_id, running.trial_id]


def test_a_chief_whose_only_worker_is_lost_ends_with_3(chief, tmp_path):
    from helpers.tune._chief import run_chief

    oracle = chief()
    served = threading.Event()

    def search(**_: object) -> None:
        end(oracle, oracle.create_trial("one.a"))
        oracle.create_trial("one.a")
        served.wait(60)

    said: list[str] = []
    recorded: list[int] = []
    fake = SimpleNamespace(oracle=oracle, search=search)
    times = {"wait": 0.5, "patience": 0.3}
    with pytest.raises(SearchProblem, match="1 of 3 trials are finished") as problem:
        run_chief(fake, {}, tmp_path, **times, record=lambda: recorded.append(1), say=said.append)
    served.set()
    assert problem.value.exit_code == 3
    assert len(said) == len(recorded) == 1


def test_a_chief_whose_folder_is_full_ends_with_that_error(chief, tmp_path, monkeypatch):
    from helpers.tune import _oracle as tune_oracle
    from helpers.tune._chief import run_chief

    oracle = chief()

    def search(**_: object) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        monkeypatch.setattr(tune_oracle, "write_whole", lambda *_: (_ for _ in ()).throw(full))
        oracle.create_trial("one.a")

    fake = SimpleNamespace(oracle=oracle, search=search)
    with pytest.raises(OSError, match="No space left"):
        run_chief(fake, {}, tmp_path, wait=60, patience=60, record=lambda: None, say=print)


# Several machines, for real


@pytest.mark.parametrize("option", ["SO_REUSEADDR", "SO_REUSEPORT"])
def test_a_busy_port_is_a_sentence_and_a_fault(option, run, tmp_path):
    if not hasattr(socket, option):
        pytest.skip(f"this system has no {option}")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        done = run(tmp_path, "--trials", 1, "--chief", address)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert address in done.err
    assert not list(tmp_path.iterdir())


def test_a_worker_without_a_chief_says_that_it_waits_and_gives_up(run, tmp_path):
    done = run(tmp_path / "none", "--worker", "one", "--chief", f"127.0.0.1:{free_port()}", "--wait", 0.8)
    assert done.code == 3
    assert done.out.startswith("Waiting up to 0.8 s for the chief")
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_a_request_is_repeated_while_the_chief_is_away_and_then_given_up():
    import grpc

    class Away(grpc.RpcError):
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.UNAVAILABLE

    calls = []

    def request(message: str, timeout: float) -> str:
        calls.append(message)
        if len(calls) < 3 or message == "for ever":
            raise Away
        return "answer"

    stub = tune_machines.PatientStub(SimpleNamespace(Ask=request), "here:1", wait=1.0)
    assert stub.Ask("a while", wait_for_ready=True) == "answer"
    assert len(calls) == 3
    with pytest.raises(SearchProblem, match="has not answered for 1 s") as problem:
        stub.Ask("for ever")
    assert problem.value.exit_code == 3
    begin, before = time.monotonic(), len(calls)
    with pytest.raises(SearchProblem, match="has not answered"):
        stub.Ask(
            "a while"
        )  # By then KerasTuner takes the trial for failed, and must not say so to a chief that is back.
    assert (len(calls), time.monotonic() - begin < 1) == (before, True)


def test_what_answers_and_is_no_chief_is_a_sentence():
    import grpc

    class Unknown(grpc.RpcError):
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.UNIMPLEMENTED

        def details(self) -> str:
            return "Method not found!"

    def request(message: str, timeout: float) -> str:
        raise Unknown

    stub = tune_machines.PatientStub(SimpleNamespace(Ask=request), "here:1", wait=60)
    with pytest.raises(SearchProblem, match=r"is not the chief of this search.*Method not found!"):
        stub.Ask("")


@pytest.mark.slow
def test_chief_and_two_workers_finish_every_trial_exactly_once(tmp_path):
    address = f"127.0.0.1:{free_port()}"
    workers = [program("--worker", name, "--chief", address) for name in ("one", "two")]
    chief = program("--trials", 4, "--output", tmp_path, "--chief", address, *QUICK)
    with ended(chief, *workers):
        said = [each.communicate(timeout=240) for each in (chief, *workers)]
        codes = [each.returncode for each in (chief, *workers)]
    assert codes == [0, 0, 0], said
    assert [errors for _, errors in said] == ["", "", ""]
    assert_each_once(tmp_path, 4)
    assert {row["status"] for row in rows_of(tmp_path)} == {"COMPLETED"}
    assert (tmp_path / "best.keras").stat().st_size
    began = [line for text, _ in said[1:] for line in text.splitlines() if line.endswith("begins.")]
    assert len(began) == 4
    assert all("Waiting up to" in text for text, _ in said[1:])
    assert "True" not in said[0][0]  # KerasTuner prints conditions that it sends.


@pytest.mark.slow
def test_a_search_survives_a_killed_worker_and_a_killed_chief(tmp_path):
    address = f"127.0.0.1:{free_port()}"
    command = ["--trials", 3, "--output", tmp_path, "--chief", address, "--patience", 5]
    chief = program(*command, "--images", 100, "--epochs", 2)
    doomed, survivor = (program("--worker", name, "--chief", address) for name in ("doomed", "survivor"))
    restarted = None
    with ended(chief, doomed, survivor):
        for line in doomed.stdout:
            if line.endswith("begins.\n"):
                break
        doomed.kill()
        lost = line.split()[3]
        wait_for(lambda: (tmp_path / "results.csv").exists() and rows_of(tmp_path))
        chief.kill()
        first_said, _ = chief.communicate()
        kept = rows_of(tmp_path)
        restarted = program(*command)
        with ended(restarted):
            said, errors = restarted.communicate(timeout=240)
            worker_said, worker_errors = survivor.communicate(timeout=60)
    assert (restarted.returncode, errors) == (0, "")
    assert (survivor.returncode, worker_errors) == (0, "")
    assert f"Worker doomed is lost: nothing heard for 5 s; its trial {lost} will be run again." in first_said + said
    assert_each_once(tmp_path, 3)
    assert {row["status"] for row in rows_of(tmp_path)} == {"COMPLETED"}
    assert all(row in rows_of(tmp_path) for row in kept)
    assert f"trial {lost} begins." in worker_said
