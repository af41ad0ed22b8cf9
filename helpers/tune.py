"""Search for the hyperparameters of a dense network on Fashion-MNIST that give the highest validation accuracy.

The same command again goes on where the search stopped. Given at the same time in several terminals, or on several
machines with a --storage that all of them reach, it shares the trials among them: every worker takes the next one.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import inspect
import io
import json
import logging
import os
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from helpers._console import printable
from helpers._files import locked, replacing, user_path, write_whole
from helpers.data import DataUnavailable, hold_out, load_fashion_mnist
from helpers.startup import start

try:
    import numpy as np
    import optuna
    import sqlalchemy
    from optuna.trial import TrialState
    from tqdm import tqdm
except ModuleNotFoundError as error:
    raise SystemExit(f"{error.name} is missing: run `pip install -r requirements.txt`") from error

MORE = """\
what is in the folder of --output:
  results.csv, results.json  for each finished trial: score (validation accuracy, 0 to 1), epochs, seconds, settings
  best.keras                 the best model, for keras.saving.load_model; it takes pixels from 0 to 1

exit codes: 0 finished; 1 a fault, such as a full disk; 2 arguments that make no sense here, or a damaged file;
            3 the storage is away; 130, 143 stopped by Ctrl-C, SIGTERM; 141 nobody reads the output any more

examples:
  python -m helpers.tune --trials 20
  python -m helpers.tune --trials 100 --search hyperband --storage postgresql://me@server/run1 --output /shared/run1
  python -m helpers.tune --final --output /shared/run1     (one database holds one search)"""

STUDY = "helpers.tune"
AWAY = (optuna.exceptions.StorageInternalError, sqlalchemy.exc.SQLAlchemyError)
KEPT = "finished trials are kept, and the same command goes on"
COLUMNS = ("trial", "status", "score", "epochs", "seconds", "worker")
PARAMETERS = ("units", "layers", "activation", "learning_rate", "dropout", "dropout_rate")


class Problem(Exception):
    """What ends the program, in one sentence, with this exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(" ".join(sentence.split()))
        self.code = code


def with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, the one during which it happened, and so on."""
    while error is not None:
        yield error
        error = error.__context__


def in_a_sentence(error: BaseException) -> Problem:
    """Return what ends the program; of the storage, what its driver has said, which is the first of the errors."""
    if isinstance(error, BrokenPipeError):
        return Problem(f"nobody reads the output any more; {KEPT}", 141)
    if isinstance(error, KeyboardInterrupt):
        return Problem(f"stopped by {str(error) or 'Ctrl-C'}; {KEPT}", 143 if error.args else 130)
    if not isinstance(error, AWAY):
        return error if isinstance(error, Problem) else Problem(str(error))
    *_, first = with_causes(error)
    if type(first) is sqlite3.DatabaseError:  # its subclasses are what passes: no file, a lock, a full disk
        return Problem(f"the storage is damaged ({first}): choose another --output or --storage", 2)
    return Problem(f"the storage is away ({first}); {KEPT}", 3)


# What is searched


def build_model(trial: optuna.trial.BaseTrial) -> Any:
    """Return a compiled classifier of 28 × 28 images with pixels from 0 to 1, with what `trial` suggests."""
    import keras

    units = trial.suggest_int("units", 32, 256, step=32)
    activation = trial.suggest_categorical("activation", ["relu", "tanh", "elu"])
    learning_rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
    dropout = trial.suggest_categorical("dropout", [False, True])
    dropout_rate = trial.suggest_float("dropout_rate", 0.1, 0.5) if dropout else 0.0
    layers = [keras.Input((28, 28)), keras.layers.Flatten()]
    for _ in range(trial.suggest_int("layers", 1, 3)):
        layers += [keras.layers.Dense(units, activation=activation), keras.layers.Dropout(dropout_rate)]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_parts(*, full: bool, images: int | None) -> Any:
    """Return training and validation images with pixels from 0 to 1, each with labels; nothing else is looked at."""
    (x, y), _ = load_fashion_mnist(full=full)
    (x_train, y_train), (x_val, y_val), _ = hold_out(x, y)
    return (x_train[:images] / np.float32(255), y_train[:images]), (x_val / np.float32(255), y_val)


def train(trial: optuna.Trial, parts: Any, settings: dict[str, Any]) -> tuple[float, Any]:
    """Train a trial's network; return its best validation accuracy, and the model as it was at that epoch.

    Trial n draws its hyperparameters and its first weights from seeds of its own, whoever runs it and after any break.

    Raises:
        optuna.TrialPruned: Hyperband stops it, or it failed; then "problem" among the trial's attributes says why.
    """
    import keras

    class Report(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            trial.report(logs["val_accuracy"], epoch + 1)
            if epoch + 1 < settings["epochs"] and trial.should_prune():  # nothing is saved at the end
                raise optuna.TrialPruned

    training, validation = parts
    seed = 1_000_000 * settings["seed"] + trial.user_attrs["trial"]
    trial.study.sampler = make_sampler(settings["search"], seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    keep_best = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="max", patience=settings["epochs"], restore_best_weights=True
    )
    try:
        model = build_model(trial)
        callbacks = [keep_best, keras.callbacks.TerminateOnNaN(), Report()]
        fit: dict[str, Any] = {
            "epochs": settings["epochs"],
            "batch_size": 128,
            "validation_batch_size": 1000,
            "verbose": 0,
        }
        model.fit(*training, validation_data=validation, callbacks=callbacks, **fit)
    except (optuna.exceptions.OptunaError, *AWAY):
        raise
    except Exception as error:  # out of memory, for example: one network less, and the search goes on
        trial.set_user_attr("problem", f"{type(error).__name__}: {error}".splitlines()[0][:200])
        raise optuna.TrialPruned from error
    return keep_best.best, model


def make_sampler(search: str, seed: int) -> optuna.samplers.BaseSampler:
    """Return what chooses hyperparameters: random numbers (also for Hyperband), or the model that TPE fits."""
    if search == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=False, constant_liar=True)
    return optuna.samplers.RandomSampler(seed=seed)


def final(folder: Path) -> dict[str, Any]:
    """Measure the best model of a search on images that took no part in it, once: the only look at the test images.

    Returns:
        Accuracies from 0 to 1: "validation" (it was chosen by it), "comparison" and "test". They are kept in
        final.json: a second call returns what the first has measured, and the search cannot go on.
    """
    if (folder / "final.json").is_file():
        with undamaged(folder / "final.json") as path:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return {name: kept[name] + 0 for name in ("trial", "validation", "comparison", "test")}
    found = read_results(folder)
    if not found.get("best") or not (folder / "best.keras").is_file():
        raise Problem(f"there is no finished search with a best model in {folder}", 2)
    start()
    import keras

    with undamaged(folder / "best.keras") as path:
        model = keras.saving.load_model(path)
    (x, y), (x_test, y_test) = load_fashion_mnist(full=found["settings"]["full"])
    parts = {"comparison": hold_out(x, y).comparison, "test": (x_test, y_test)}
    measured = {"trial": found["best"]["trial"], "validation": found["best"]["score"]}
    for name, (images, labels) in parts.items():
        measured[name] = float(model.evaluate(images / np.float32(255), labels, batch_size=1000, verbose=0)[1])
    with writing(folder):
        write_whole(folder / "final.json", json.dumps(measured, indent=1) + "\n")
    return measured


# What workers share


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in a sentence that `folder` cannot be written."""
    try:
        yield
    except OSError as error:
        raise Problem(f"{folder} cannot be written ({error.strerror or error})") from error


@contextlib.contextmanager
def undamaged(path: Path) -> Iterator[Path]:
    """Say in a sentence that `path` holds something else than this program has written."""
    try:
        yield path
    except Exception as error:  # JSON, Keras and what is missing in them have many
        why = getattr(error, "strerror", None)
        found = f"cannot be read ({why})" if why else "is damaged"
        raise Problem(f"{path} {found}: choose another --output", 2) from error


def read_results(folder: Path) -> dict[str, Any]:
    """Return what results.json holds, {} where there is no such file."""
    if not (folder / "results.json").exists():
        return {}
    with undamaged(folder / "results.json") as path:
        found = json.loads(path.read_text(encoding="utf-8"))
        best = found["best"] or {"trial": 0, "score": 0}
        sum(
            [found["settings"]["full"], best["score"], *(row["trial"] for row in (best, *found["trials"]))]
        )  # all numbers, or it raises
        return found


class Shared:
    """The storage of the search, in SQLite or PostgreSQL; `patience` in seconds, as the command line has it."""

    def __init__(self, url: sqlalchemy.URL, patience: int) -> None:
        self.patience = patience
        self.options: dict[str, Any] = {"poolclass": sqlalchemy.pool.NullPool}
        self.file = Path(url.database or "").resolve() if url.get_backend_name() == "sqlite" else None
        if self.file:
            self.url, place = "sqlite://", f"{self.file.as_uri()}?mode=rw"  # not "rwc": a lost file is not made anew
            settings: dict[str, Any] = {"timeout": 60, "isolation_level": None, "check_same_thread": False}
            self.options["creator"] = lambda: sqlite3.connect(place, uri=True, **settings)
        else:
            url = url.set(drivername="postgresql+psycopg").update_query_dict({"connect_timeout": "10"})
            self.url = url.render_as_string(hide_password=False)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep the others out while the block runs; a worker that is killed in it gives the lock back."""
        if self.file:
            lock = self.file.with_name(f"{self.file.name}.lock")
            with writing(self.file.parent), locked(lock, wait=60) as free:
                if not free:
                    raise Problem(f"another program has locked {self.file} for a minute", 3)
                yield
        else:
            with sqlalchemy.create_engine(self.url, **self.options).connect() as connection:
                connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(20171107)"))
                yield

    def open(self, search: str, epochs: int) -> optuna.Study:
        """Return the study, which is made where there is none."""
        if self.file:
            self.file.touch()
        storage = self.storage = optuna.storages.RDBStorage(
            self.url.replace("{", "{{").replace("}", "}}"),
            engine_kwargs=self.options,
            heartbeat_interval=max(self.patience // 6, 1),
            grace_period=self.patience,
        )
        if self.file:  # else two workers could take the same trial between a look and a change
            sqlalchemy.event.listen(storage.engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        else:
            sqlalchemy.event.listen(storage.engine, "do_connect", self._wait_for_server)
        hyperband = optuna.pruners.HyperbandPruner(max_resource=epochs)
        pruner = hyperband if search == "hyperband" else optuna.pruners.NopPruner()
        options: dict[str, Any] = {"study_name": STUDY, "direction": "maximize", "load_if_exists": True}
        return optuna.create_study(storage=storage, pruner=pruner, **options)

    def beat(self, number: int) -> None:
        """Give a trial its first sign of life: one that was killed without any, Optuna would wait for it for ever."""
        study = self.storage.get_study_id_from_name(STUDY)
        self.storage.record_heartbeat(self.storage.get_trial_id_from_study_id_trial_number(study, number))

    def _wait_for_server(self, dialect: Any, record: Any, args: Any, settings: Any) -> Any:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return dialect.connect(*args, **settings)
            except dialect.loaded_dbapi.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)


def planned(study: optuna.Study) -> dict[int, optuna.trial.FrozenTrial]:
    """Return trial → its state now. A trial that was broken off has been tried under several of Optuna's numbers."""
    trials: dict[int, optuna.trial.FrozenTrial] = {}
    for each in study.get_trials(deepcopy=False):
        number = each.user_attrs.get("trial")
        if number is not None and (number not in trials or trials[number].state == TrialState.FAIL):
            trials[number] = each
    return trials


def fill(study: optuna.Study, trials: int) -> None:
    """Let every trial wait that is not finished and that nobody runs: new ones, and those that were broken off."""
    there = planned(study)
    for number in range(trials):
        before = there.get(number)
        if before is None or before.state == TrialState.FAIL:
            study.enqueue_trial(before.params if before else {}, user_attrs={"trial": number})


def finished(study: optuna.Study) -> list[dict[str, Any]]:
    """Return a row for each finished trial, in their order."""
    rows = []
    for number, trial in sorted(planned(study).items()):
        if trial.state in (TrialState.COMPLETE, TrialState.PRUNED) and trial.duration is not None:
            status = "FAILED" if "problem" in trial.user_attrs else trial.state.name
            scores, seconds = trial.intermediate_values, round(trial.duration.total_seconds(), 2)
            score, worker = max(scores.values(), default=None), trial.user_attrs.get("worker")
            row = dict(zip(COLUMNS, (number, status, score, len(scores), seconds, worker), strict=True))
            rows.append(row | {name: trial.params.get(name) for name in PARAMETERS})
    return rows


def best_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the row of the best trial that was trained to its end, None where there is none."""
    complete = [row for row in rows if row["status"] == "COMPLETE"]
    return max(complete, key=lambda row: row["score"], default=None)


def check(folder: Path, settings: dict[str, Any], study: optuna.Study, trials: int) -> None:
    """Refuse to mix this search with another one, and to go on after the look at the test images.

    Raises:
        Problem: Storage or folder belong to another search, or the folder knows trials that the storage does not.
    """
    kept = read_results(folder)
    for place, there in ((folder, kept.get("settings")), ("the storage", study.user_attrs.get("settings"))):
        for name, value in settings.items():
            if there and there.get(name) != value:
                raise Problem(f"{place} holds another search, with {name} {there.get(name)}, not {value}", 2)
    done = {row["trial"] for row in finished(study)}
    if lost := {row["trial"] for row in kept.get("trials", ())} - done:
        raise Problem(f"{folder} has {len(lost)} trials that the storage does not know: choose another --output", 2)
    if (folder / "final.json").exists() and len(done) < trials:
        raise Problem(f"the test images have been looked at in {folder}: choose another --output", 2)


def keep_model(folder: Path, number: int, score: float, model: Any, study: optuna.Study) -> None:
    """Keep the model of a trial before it counts as finished, if no better one is there."""
    best = best_of(finished(study))
    if best is None or score >= best["score"]:
        with writing(folder):
            (folder / "models").mkdir(exist_ok=True)
            with replacing(folder / "models" / f"{number}.keras") as part:
                model.save(part)


def publish(folder: Path, settings: dict[str, Any], study: optuna.Study) -> None:
    """Write the results, each file in one step, and make best.keras the model of the best trial, if it is here."""
    with writing(folder), locked(folder / ".lock", wait=60):
        rows = finished(study)
        best = best_of(rows)
        if best is not None:
            model, target = folder / "models" / f"{best['trial']}.keras", folder / "best.keras"
            if model.is_file():
                with replacing(target) as part:
                    shutil.copyfile(model, part)
            else:  # another worker has it in a folder of its own
                target.unlink(missing_ok=True)
            for row in rows:
                if row is not best:
                    (folder / "models" / f"{row['trial']}.keras").unlink(missing_ok=True)
        text = io.StringIO()
        table = csv.DictWriter(text, (*COLUMNS, *PARAMETERS), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        write_whole(folder / "results.csv", text.getvalue())
        everything = {"settings": settings, "best": best, "trials": rows}
        write_whole(folder / "results.json", json.dumps(everything, indent=1) + "\n")


# The program


class Progress:
    """A bar with the best so far in a terminal; elsewhere, in a file or a pipe, a line for each finished trial."""

    def __init__(self, total: int, before: Sequence[dict[str, Any]]) -> None:
        self.total, self.shown = total, {row["trial"] for row in before}
        width, height = shutil.get_terminal_size()  # some terminals say 0 × 0, and tqdm believes them
        size: dict[str, Any] = {"ncols": width, "nrows": height, "disable": not sys.stdout.isatty()}
        self.bar = tqdm(total=total, unit="trial", file=sys.stdout, **size)

    def show(self, rows: Sequence[dict[str, Any]]) -> None:
        """Show what has finished since the last call, whichever worker has run it."""
        best = best_of(rows)
        so_far = f"best {best['score']:.4f} (trial {best['trial']})" if best else "none has a score yet"
        for row in rows:
            if self.bar.disable and row["trial"] not in self.shown:
                score = "failed" if row["score"] is None else f"{row['score']:.4f}"
                cost = f"epochs {row['epochs']}, {row['seconds']:.1f} s"
                say(f"{len(self.shown) + 1}/{self.total}  trial {row['trial']}: {score}, {cost}; {so_far}")
            self.shown.add(row["trial"])
        self.bar.n = len(rows)
        self.bar.set_postfix_str(so_far)


def say(sentence: str) -> None:
    """Print a sentence at once, on any kind of output."""
    print(printable(sentence), flush=True)


def search(study: optuna.Study, shared: Shared, folder: Path, settings: dict[str, Any], trials: int) -> None:
    """Run trials until all are finished, and have those of workers that died run again."""
    parts: Any = None
    taken, through = 0, False  # Optuna's number of this worker's trial, and whether it was trained to its end
    unborn: dict[int, float] = {}  # Optuna's number → since when it seems to run without a worker

    def objective(trial: optuna.Trial) -> float:
        nonlocal taken, through
        taken = trial.number
        if "trial" not in trial.user_attrs:  # another worker was quicker, and Optuna has made one that nobody wants
            raise StopIteration
        shared.beat(trial.number)
        trial.set_user_attr("worker", f"{socket.gethostname()}:{os.getpid()}")
        score, model = train(trial, parts, settings)
        keep_model(folder, trial.user_attrs["trial"], score, model, study)
        through = True
        return score

    progress = Progress(trials, finished(study))
    with contextlib.closing(progress.bar):
        while len(rows := finished(study)) < trials:
            progress.show(rows)
            there = planned(study).values()
            if any(trial.state == TrialState.WAITING for trial in there):
                if parts is None:
                    parts = load_parts(full=settings["full"], images=settings["images"])
                    start()
                    logging.getLogger("tensorflow").setLevel("ERROR")  # it warns that every trial is a new model
                through = False
                try:
                    study.optimize(objective, n_trials=1, catch=(StopIteration,))
                except Exception as error:  # Optuna hides some errors behind its own assertions
                    for cause in with_causes(error):
                        if isinstance(cause, (Problem, *AWAY)):
                            raise in_a_sentence(cause) from error
                        through |= isinstance(cause, optuna.exceptions.UpdateFinishedTrialError)
                    if not through or study.get_trials(deepcopy=False)[taken].state == TrialState.RUNNING:
                        raise
                    say("This worker was silent for too long, and its trial went to another one.")
                publish(folder, settings, study)
            elif any(trial.state == TrialState.FAIL for trial in there):
                with shared.alone():
                    fill(study, trials)
            else:
                time.sleep(1)
                optuna.storages.fail_stale_trials(study)
                for trial in there:  # killed before its first sign of life
                    if trial.state == TrialState.RUNNING and "worker" not in trial.user_attrs:
                        since = unborn.setdefault(trial.number, time.monotonic())
                        if time.monotonic() - since > shared.patience:
                            study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
        progress.show(rows)


def run(args: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    folder = args.output or Path("build", f"tune-{args.search}")
    if args.final:
        measured = final(folder)
        say(f"trial {measured.pop('trial')}: " + ", ".join(f"{name} {value:.4f}" for name, value in measured.items()))
        return
    settings = {name: getattr(args, name) for name in ("search", "seed", "epochs", "images", "full")}
    source = inspect.getsource(build_model) + inspect.getsource(train)
    settings["model"] = hashlib.sha256(source.encode()).hexdigest()[:12]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    shared = Shared(args.storage or sqlalchemy.URL.create("sqlite", database=str(folder / "study.db")), args.patience)
    with shared.alone():
        study = shared.open(args.search, args.epochs)
        check(folder, settings, study, args.trials)
        study.set_user_attr("settings", settings)
        trials = max(args.trials, len(planned(study)))
        fill(study, trials)
    publish(folder, settings, study)
    if before := len(finished(study)):
        say(f"Trials finished before: {before}; to run: {trials - before}.")
    search(study, shared, folder, settings, trials)
    publish(folder, settings, study)
    best = best_of(finished(study))
    if best is None:
        raise Problem(f"no trial of {trials} has a score; {folder / 'results.csv'} has them all")
    where = "best.keras" if (folder / "best.keras").is_file() else f"with the worker on {best['worker']}"
    say(f"Best of {trials} trials: {best['score']:.4f} (trial {best['trial']}), in {folder}; its model: {where}.")
    say(f"Its one look at the test images: python -m helpers.tune --final --output {folder}")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; ends the program with exit code 2 and a sentence where they make no sense."""

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            self.exit(2, f"helpers.tune: {message}\n")

    def whole(lowest: int, highest: int) -> Any:
        def check(text: str) -> int:
            if not text.isdecimal() or not lowest <= int(text) <= highest:
                raise argparse.ArgumentTypeError(f"must be a whole number, {lowest} to {highest:,}, but is {text!r}")
            return int(text)

        return check

    def directory(text: str) -> Path:
        try:
            path = user_path(text)
            text.encode()
            if not text.strip() or (path.exists() and not path.is_dir()):
                raise ValueError("it is not a folder")
        except (OSError, ValueError) as error:
            why = "its name is not UTF-8" if isinstance(error, UnicodeError) else getattr(error, "strerror", 0) or error
            raise argparse.ArgumentTypeError(f"must be a folder, but {text!r} cannot be one ({why})") from error
        return path

    def storage(text: str) -> sqlalchemy.URL:
        with contextlib.suppress(sqlalchemy.exc.ArgumentError):
            url = sqlalchemy.make_url(text)
            if url.get_backend_name() in ("sqlite", "postgresql") and url.database:
                return url
        raise argparse.ArgumentTypeError("must be postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE")

    look: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = Parser(prog="python -m helpers.tune", description=__doc__, epilog=MORE, **look)
    add = parser.add_argument
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--trials", type=whole(1, 10**6), metavar="N", help="finish N in all, earlier ones included")
    task.add_argument("--final", action="store_true", help="measure the best model on the test images, once")
    add("--search", choices=("random", "tpe", "hyperband"), default="random", help="default random")
    add("--storage", type=storage, metavar="URL", help="a database that all workers reach; default DIR/study.db")
    add("--output", type=directory, metavar="DIR", help="folder of the results; default build/tune-SEARCH")
    add("--full", action="store_true", help="the 60,000 training images of OpenML, not the course's 10,000")
    add("--epochs", type=whole(1, 10_000), metavar="N", default=9, help="of a trial, with hyperband at most; default 9")
    add("--seed", type=whole(0, 4000), metavar="N", default=0, help="same seed, same random trials; default 0")
    add("--images", type=whole(100, 36_000), metavar="N", help="train with only N of the images")
    patience = "how long a worker may be silent, and the storage away; default 60"
    add("--patience", type=whole(1, 86_400), metavar="SECONDS", default=60, help=patience)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""

    def terminate(*_: object) -> NoReturn:
        raise KeyboardInterrupt("SIGTERM")

    args = parse(argv)
    before = signal.signal(signal.SIGTERM, terminate), threading.excepthook
    threading.excepthook = lambda _: None  # a heartbeat that does not reach the storage: the main thread says it
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # workers may share a GPU
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # heartbeats
            run(args)
    except (BrokenPipeError, KeyboardInterrupt, Problem, DataUnavailable, ImportError, *AWAY) as error:
        problem = in_a_sentence(error)
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python still wants to get rid of its last words
        print(f"helpers.tune: {problem}", file=sys.stderr)
        return problem.code
    finally:
        signal.signal(signal.SIGTERM, before[0])
        threading.excepthook = before[1]
    return 0


def open_closed_streams() -> None:
    """Open what the shell has closed (`>&-`), else the next file becomes standard output, and is written into."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    sys.stdout = sys.stdout or open(1, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w")  # noqa: SIM115


if __name__ == "__main__":
    open_closed_streams()
    code = main()
    sys.stdout.flush()
    os._exit(code)  # a heartbeat that Ctrl-C met while it began would keep the program alive
