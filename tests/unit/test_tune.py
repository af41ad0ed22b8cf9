"""The search as a program: shared by workers, stopped and resumed, on full disks, with storages that go away."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest
from form_rules import looks_of_program

from helpers.data import hold_out, load_fashion_mnist

optuna = pytest.importorskip("optuna")
from helpers import tune  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--images", "100", "--epochs", "1"]


@pytest.fixture(autouse=True)
def _figures_as_before() -> Iterator[None]:
    with matplotlib.rc_context():
        yield


@pytest.fixture
def run(tmp_path, capsys) -> Callable[..., SimpleNamespace]:
    """The program within this process, in `tmp_path / "search"`."""

    def run(*arguments: object, folder: str = "search") -> SimpleNamespace:
        code = tune.main(["--output", str(tmp_path / folder), "--epochs", "2", *map(str, arguments)])
        return SimpleNamespace(code=code, **capsys.readouterr()._asdict())

    return run


class Model:
    def save(self, path: Path) -> None:
        path.write_bytes(b"a model")


class Trainings(list):
    """The trials that were trained, with no network; `during(trial)` is called in the middle of each."""

    during = staticmethod(lambda trial: None)

    def train(self, trial, parts, settings):
        number = trial.user_attrs["trial"]
        trial.study.sampler = tune.make_sampler(settings["search"], 1_000_000 * settings["seed"] + number)
        rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
        self.append(number)
        for epoch in range(settings["epochs"]):
            trial.report(rate * (epoch + 1), epoch + 1)
            if epoch + 1 < settings["epochs"] and trial.should_prune():
                raise optuna.TrialPruned
        self.during(trial)
        return rate * settings["epochs"], Model()


@pytest.fixture
def trainings(monkeypatch) -> Trainings:
    made = Trainings()
    monkeypatch.setattr(tune, "train", made.train)
    monkeypatch.setattr(tune, "start", lambda: None)
    monkeypatch.setattr(tune, "load_parts", lambda **_: ())
    return made


def rows_of(folder: Path) -> list[dict[str, str]]:
    with open(folder / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def settings_of(folder: Path) -> list[dict[str, str]]:
    return [{name: row[name] for name in ("trial", *tune.PARAMETERS)} for row in rows_of(folder)]


def assert_each_once(folder: Path, trials: int) -> None:
    assert [int(row["trial"]) for row in rows_of(folder)] == list(range(trials))


def assert_one_sentence(done: Any, code: int, words: str) -> None:
    assert (done.code, len(done.err.splitlines())) == (code, 1), done
    assert words in done.err


# The arguments


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("--trials 0", "'0'"),
        ("--trials 2.5", "'2.5'"),
        ("", "--trials"),
        ("--trials 3 --final", "--final"),
        ("--trials 3 --search grid", "tpe"),
        ("--trials 3 --epochs 0", "'0'"),
        ("--trials 3 --seed -1", "--seed"),
        ("--trials 3 --images 99", "'99'"),
        ("--trials 3 --storage here", "postgresql://"),
        ("--trials 3 --storage mysql://me@server/run", "postgresql://"),
        ("--trials 3 --storage sqlite://", "sqlite:///FILE"),
        ("--trials 3 --output README.md", "'README.md'"),
        ("--trials 3 --output /dev/full", "'/dev/full'"),
        ("--trials 3 --output " + "a" * 300, "too long"),
        ("--trials 3 --output ~nobody-of-this-name/x", "home folder"),
        ("--trials 3 --output b\udcffd", "UTF-8"),
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


def test_the_program_asks_for_tensorflow_only_when_it_trains():
    code = "import sys, helpers.tune; print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


# What is trained, for real


def test_only_final_looks_at_the_test_images():
    assert looks_of_program(ROOT / "helpers" / "tune.py") == []


def test_images_are_those_that_everybody_holds_out():
    (x, y), _ = load_fashion_mnist()
    training, validation, _ = hold_out(x, y)
    (x_train, y_train), (x_val, y_val) = tune.load_parts(full=False, images=1000)
    np.testing.assert_allclose(x_train * 255, training[0][:1000], atol=1e-3)
    np.testing.assert_array_equal(x_val * 255, validation[0])
    assert (len(x_train), x_train.max(), np.bincount(y_train).tolist()) == (1000, 1, [100] * 10)
    np.testing.assert_array_equal(y_val, validation[1])


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> tuple[Path, list[dict[str, str]], str]:
    """A folder with two trials that were really trained; the rows after the first command of two; what both said."""
    folder = tmp_path_factory.mktemp("tune") / "Übung"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert tune.main(["--trials", "1", "--output", str(folder), *QUICK]) == 0
        first = rows_of(folder)
        assert tune.main(["--trials", "2", "--output", str(folder), *QUICK]) == 0
    return folder, first, said.getvalue()


@pytest.mark.long
def test_a_search_keeps_its_results_and_goes_on(real):
    folder, first, said = real
    assert "1/1  trial 0: 0." in said
    assert "Trials finished before: 1; to run: 1." in said
    assert rows_of(folder)[:1] == first
    assert_each_once(folder, 2)
    assert all((row["dropout_rate"] != "") == (row["dropout"] == "True") for row in rows_of(folder))
    found = json.loads((folder / "results.json").read_text())
    as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in found["trials"]]
    assert as_text == rows_of(folder)
    assert found["best"] == max(found["trials"], key=lambda row: row["score"])


@pytest.mark.long
def test_the_best_model_is_the_one_of_the_best_epoch(real):
    import keras

    folder = real[0]
    _, validation = tune.load_parts(full=False, images=None)
    accuracy = keras.saving.load_model(folder / "best.keras").evaluate(*validation, verbose=0)[1]
    assert accuracy == pytest.approx(json.loads((folder / "results.json").read_text())["best"]["score"], abs=1e-6)


@pytest.mark.long
def test_the_test_images_are_looked_at_once_and_then_the_search_is_over(real, run, tmp_path):
    shutil.copytree(real[0], tmp_path / "search")
    assert run("--final").code == 0
    kept = tmp_path / "search" / "final.json"
    measured = json.loads(kept.read_text())
    assert 0 < measured["comparison"] < 1
    kept.write_text(json.dumps(measured | {"test": 0.1234}))
    second = run("--final")
    assert (second.code, "test 0.1234" in second.out) == (0, True), "it has looked again"
    assert run("--trials", 2, *QUICK).code == 0
    assert_one_sentence(run("--trials", 3, *QUICK), 2, "the test images have been looked at")


@pytest.mark.long
def test_two_workers_on_this_machine_finish_every_trial_once(tmp_path):
    command = [sys.executable, "-m", "helpers.tune", "--trials", "3", "--output", str(tmp_path), *QUICK]
    workers = [subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) for _ in range(2)]
    try:
        said = [worker.communicate(timeout=300) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert [(worker.returncode, errors) for worker, (_, errors) in zip(workers, said, strict=True)] == [(0, "")] * 2
    assert all("Best of 3 trials" in text for text, _ in said)
    assert_each_once(tmp_path, 3)
    assert (tmp_path / "best.keras").stat().st_size
    assert len(list((tmp_path / "models").iterdir())) == 1


# Which trials are run


@pytest.mark.long
def test_hyperband_stops_weak_trials_early(run, trainings, tmp_path):
    assert run("--trials", 9, "--epochs", 3, "--search", "hyperband").code == 0
    assert_each_once(tmp_path / "search", 9)
    ends = {(row["status"], row["epochs"]) for row in rows_of(tmp_path / "search")}
    assert ends == {("COMPLETE", "3"), ("PRUNED", "1")}  # and none is stopped in its last epoch


@pytest.mark.long
def test_same_seed_same_settings_in_one_go_or_in_two(run, trainings, tmp_path):
    for folder, trials, seed in (("one", 3, 0), ("two", 1, 0), ("two", 3, 0), ("other", 3, 1)):
        run("--trials", trials, "--search", "tpe", "--seed", seed, folder=folder)
    assert settings_of(tmp_path / "one") == settings_of(tmp_path / "two") != settings_of(tmp_path / "other")
    assert trainings == [0, 1, 2] * 3


def test_a_finished_search_trains_nothing_and_changes_nothing(run, trainings, tmp_path):
    run("--trials", 2)
    names = ("results.csv", "results.json", "best.keras")
    before = [(tmp_path / "search" / name).read_bytes() for name in names]
    done = run("--trials", 1)
    assert (done.code, "to run: 0" in done.out, trainings) == (0, True, [0, 1])
    assert [(tmp_path / "search" / name).read_bytes() for name in names] == before


def test_a_failing_training_is_a_row_and_the_search_goes_on(run, trainings, monkeypatch, tmp_path):
    def fail(trial):
        if trial.user_attrs["trial"] == 0:
            trial.set_user_attr("problem", "ValueError: no such network")
            raise optuna.TrialPruned

    trainings.during = fail
    assert run("--trials", 2).code == 0
    assert [row["status"] for row in rows_of(tmp_path / "search")] == ["FAILED", "COMPLETE"]
    assert json.loads((tmp_path / "search" / "results.json").read_text())["best"]["trial"] == 1
    assert_one_sentence(run("--trials", 1, folder="none"), 1, "no trial of 1 has a score")


@pytest.mark.long
@pytest.mark.parametrize(("sign", "code", "name"), [("SIGINT", 130, "Ctrl-C"), ("SIGTERM", 143, "SIGTERM")])
def test_a_stopped_search_goes_on_with_the_trial_it_was_stopped_in(run, trainings, tmp_path, sign, code, name):
    run("--trials", 3, folder="whole")
    trainings.clear()
    trainings.during = lambda trial: len(trainings) == 2 and os.kill(os.getpid(), getattr(signal, sign))
    assert_one_sentence(run("--trials", 3), code, f"stopped by {name}; finished trials are kept")
    assert_each_once(tmp_path / "search", 1)
    assert run("--trials", 3).code == 0
    assert sorted(trainings) == [0, 1, 1, 2]
    assert settings_of(tmp_path / "search") == settings_of(tmp_path / "whole")


def test_another_worker_takes_the_last_trial_at_the_last_moment(run, trainings, monkeypatch, tmp_path):
    def meanwhile(**_):
        monkeypatch.setattr(tune, "load_parts", lambda **_: ())
        assert run("--trials", 2).code == 0
        return ()

    monkeypatch.setattr(tune, "load_parts", meanwhile)
    assert run("--trials", 2).code == 0
    assert trainings == [0, 1]
    assert_each_once(tmp_path / "search", 2)


def open_study(folder: Path) -> Any:
    url = tune.sqlalchemy.URL.create("sqlite", database=str(folder / "study.db"))
    return tune.Shared(url, 60).open("random", 9)


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_a_worker_that_was_silent_loses_its_trial_and_goes_on(run, trainings, tmp_path):
    def silent(trial):
        trainings.during = lambda trial: None
        open_study(tmp_path / "search").tell(trial.number, state=tune.TrialState.FAIL)  # what another worker does

    trainings.during = silent
    done = run("--trials", 2)
    assert (done.code, done.err) == (0, "")
    assert "silent for too long" in done.out
    assert trainings == [0, 1, 0]
    assert_each_once(tmp_path / "search", 2)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning", "ignore:Heartbeat of storage")
def test_a_worker_killed_before_its_first_sign_of_life_is_not_waited_for(run, trainings, tmp_path):
    run("--trials", 1)
    study = open_study(tmp_path / "search")
    tune.fill(study, 2)
    study.ask()
    assert run("--trials", 2, "--patience", 1).code == 0
    assert_each_once(tmp_path / "search", 2)


def test_a_worker_has_given_a_sign_of_life_before_it_has_a_name(run, trainings, monkeypatch, tmp_path):
    """Else one that is killed between the two would be waited for: with a name, and without a sign to go stale."""

    def of_this_program(storage, trial):  # and none of Optuna's thread, which may come too late
        if threading.current_thread() is threading.main_thread():
            record(storage, trial)

    def killed(trial):
        trainings.during = lambda trial: None
        raise SystemExit

    record = optuna.storages.RDBStorage.record_heartbeat
    monkeypatch.setattr(optuna.storages.RDBStorage, "record_heartbeat", of_this_program)
    trainings.during = killed
    with pytest.raises(SystemExit):
        run("--trials", 1)
    with contextlib.closing(sqlite3.connect(tmp_path / "search" / "study.db", isolation_level=None)) as database:
        assert database.execute("UPDATE trial_heartbeats SET heartbeat = '2000-01-01 00:00:00'").rowcount == 1
    assert run("--trials", 1).code == 0
    assert trainings == [0, 0]


# What is refused


def test_another_search_in_the_folder_is_refused_and_nothing_changes(run, trainings, tmp_path):
    run("--trials", 1)
    before = (tmp_path / "search" / "results.json").read_bytes()
    for other in (("--search", "tpe"), ("--seed", 1), ("--epochs", 9), ("--images", 200), ("--full",)):
        assert_one_sentence(run("--trials", 2, *other), 2, f"holds another search, with {other[0][2:]}")
    assert (tmp_path / "search" / "results.json").read_bytes() == before


def test_another_model_in_the_folder_is_refused(run, trainings, monkeypatch):
    run("--trials", 1)
    monkeypatch.setattr(tune, "build_model", lambda trial: None)
    assert_one_sentence(run("--trials", 2), 2, "holds another search, with model")


def test_results_without_their_storage_are_not_overwritten(run, trainings, tmp_path):
    run("--trials", 2)
    (tmp_path / "search" / "study.db").unlink()
    assert_one_sentence(run("--trials", 3), 2, "has 2 trials that the storage does not know")
    assert_each_once(tmp_path / "search", 2)


def test_no_final_look_without_a_search(run):
    assert_one_sentence(run("--final"), 2, "no finished search")


# What goes wrong


@pytest.mark.long
def test_a_storage_that_goes_away_is_a_sentence_and_nothing_finished_is_lost(run, trainings, tmp_path):
    storage = tmp_path / "search" / "study.db"
    trainings.during = lambda trial: len(trainings) == 2 and storage.rename(tmp_path / "away")
    assert_one_sentence(run("--trials", 3), 3, "the storage is away")
    assert_each_once(tmp_path / "search", 1)
    assert not storage.exists()
    (tmp_path / "away").rename(storage)
    assert run("--trials", 3, "--patience", 1).code == 0
    assert_each_once(tmp_path / "search", 3)


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_storage_is_a_sentence(run, tmp_path, content):
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "study.db").write_bytes(content)
    assert_one_sentence(run("--trials", 1), 2, "choose another --output")


@pytest.mark.parametrize(
    ("name", "content", "command"),
    [
        ("final.json", "{}", "--final"),
        ("final.json", '{"trial": 0, "validation": 0.5, "comparison": 0.5, "test": "y"}', "--final"),
        ("results.json", '{"best": {"trial": 0}}', "--final"),
        ("results.json", '{"settings": 3, "best": null, "trials": []}', "--trials 2"),
        ("results.json", '{"settings": {"full": false}, "best": null, "trials": [{"trial": "x"}]}', "--trials 2"),
        ("results.json", "[", "--trials 2"),
        pytest.param("best.keras", "a model", "--final", marks=pytest.mark.long),
    ],
)
def test_a_damaged_file_in_the_folder_is_a_sentence(run, trainings, tmp_path, name, content, command):
    assert run("--trials", 1).code == 0
    (tmp_path / "search" / name).write_text(content)
    assert_one_sentence(run(*command.split()), 2, f"{name} is damaged: choose another --output")


@pytest.mark.long
def test_a_server_that_nobody_runs_is_a_sentence(run):
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed here")
    done = run("--trials", 1, "--storage", "postgresql://me:secret@127.0.0.1:9/run")
    assert_one_sentence(done, 3, "the storage is away")
    assert "secret" not in done.err


def test_a_folder_that_cannot_be_made_is_a_sentence(run, tmp_path):
    (tmp_path / "file").touch()
    assert_one_sentence(run("--trials", 1, folder="file/below"), 1, "cannot be written (Not a directory)")


@pytest.mark.parametrize("name", ["results.csv", "results.json", "study.db", "study.db.lock"])
def test_a_folder_in_place_of_a_file_is_a_sentence(run, tmp_path, name):
    (tmp_path / "search" / name).mkdir(parents=True)
    done = run("--trials", 1)
    assert (done.code in (1, 2, 3), len(done.err.splitlines()), done.out) == (True, 1, "")


def test_a_full_disk_is_a_sentence_and_nothing_finished_is_lost(run, trainings, monkeypatch, tmp_path):
    def full(self, path):
        if len(trainings) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path.write_bytes(b"a model")

    monkeypatch.setattr(Model, "save", full)
    trainings.during = lambda trial: None
    monkeypatch.setattr(tune, "best_of", lambda rows: None)  # so that every model is kept
    assert_one_sentence(run("--trials", 3), 1, "cannot be written (No space left on device)")
    assert_each_once(tmp_path / "search", 1)
    monkeypatch.undo()
    assert not list((tmp_path / "search" / "models").glob(".*"))


# What is shown


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize(
    ("shell", "code", "words"),
    [(">&-", 0, ""), (">&- 2>&-", 0, ""), ("| true", 141, "nobody reads the output any more")],
)
def test_streams_that_are_closed_broken_or_know_no_umlauts_do_no_harm(real, shell, code, words):
    command = f"{sys.executable} -m helpers.tune --trials 2 {' '.join(QUICK)} --output '{real[0]}' {shell}"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environment)
    assert (done.returncode, words in done.stderr) == (code, True)
    assert len(done.stderr.splitlines()) == bool(words)
    assert_each_once(real[0], 2)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_with_the_best_so_far_in_a_terminal(trainings, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    assert tune.main(["--trials", "2", "--output", str(tmp_path)]) == 0
    bar = terminal.getvalue().split("\r")[-1]
    best = max(float(row["score"]) for row in rows_of(tmp_path))
    assert "2/2" in bar
    assert f"best {best:.4f}" in bar
    assert "trial 0:" not in terminal.getvalue()


def test_a_line_for_each_trial_elsewhere(run, trainings):
    done = run("--trials", 2)
    lines = [line for line in done.out.splitlines() if "/2  trial" in line]
    assert [line[:12] for line in lines] == ["1/2  trial 0", "2/2  trial 1"]
    assert all("; best 0." in line for line in lines)
