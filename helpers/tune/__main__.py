"""The hyperparameter search of notebook 09 as a program: on this machine, or as a chief with workers on several."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from helpers.data import DataUnavailable
from helpers.startup import silent_stderr, start
from helpers.tune import FIT, load_split, make_tuner
from helpers.tune import _machines as tune_machines
from helpers.tune._arguments import parse
from helpers.tune._folder import DEFAULTS, SearchProblem, keep_settings, open_folder


class Terminated(KeyboardInterrupt):
    """SIGTERM, taken as Ctrl-C is."""


def _load_keras_tuner() -> None:
    """Load Keras, TensorFlow and KerasTuner without their noise.

    Raises:
        ImportError: One of them is missing; the message says how to install it.
    """
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # Workers may share a GPU.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    start()
    try:
        with silent_stderr():
            from keras_tuner.src import config
            from keras_tuner.src.engine import conditions
    except ModuleNotFoundError as error:
        raise ImportError(f"{error.name} is missing: run `pip install -r requirements.txt`") from error
    config.DEBUG = False  # The reason why a trial failed is kept with it, and not printed as well.
    conditions.print = lambda *_: None  # Version 1.4.8 prints every condition that it sends to another program.


def _run(args: argparse.Namespace) -> None:
    wanted = {name: getattr(args, name) for name in DEFAULTS}

    def say(sentence: str) -> None:
        print(sentence, flush=True)

    if args.worker is not None:
        host, port = args.chief
        channel = tune_machines.connect(host, port, args.wait, say)
        heartbeat = tune_machines.Heartbeat(channel)
        _load_keras_tuner()
        tune_machines.run_worker(
            channel, heartbeat, args.worker, host, port, wanted, args.output, wait=args.wait, say=say
        )
        return

    folder = args.output or Path("build", f"tune-{args.tuner or DEFAULTS['tuner']}")
    if args.chief is not None:
        tune_machines.check_port(*args.chief)
    with open_folder(folder, wanted) as settings:
        data = None if args.chief else load_split(full=settings["full"], images=settings["images"])
        keep_settings(folder, settings)
        _load_keras_tuner()
        _search(args, settings, folder, data)


def _search(args: argparse.Namespace, settings: dict[str, Any], folder: Path, data: Any) -> None:
    """Run what is left of the search, here with `data` or, without, as the chief of workers."""
    from helpers.tune._chief import ChiefOracle, run_chief
    from helpers.tune._progress import Progress, Record

    if args.chief:
        tune_machines.distribute("chief", *args.chief)
    tuner = make_tuner(
        settings["tuner"],
        folder,
        trials=args.trials,
        epochs=settings["epochs"],
        seed=settings["seed"],
        oracle_mixin=ChiefOracle if args.chief else None,
    )
    before = len(tuner.oracle.end_order)
    if before:
        print(f"Trials finished before: {before}; to run: {max(args.trials - before, 0)}.", flush=True)
    progress = Progress(max(args.trials, before), before)
    try:
        record = Record(tuner, folder, progress)
        record()
        if args.chief and not tuner.oracle.finished():
            progress.say(f"The chief listens at {args.chief[0]}:{args.chief[1]} and waits for workers.")
            times = {"wait": args.wait, "patience": args.patience}
            run_chief(tuner, settings, folder, **times, record=record, say=progress.say)
        elif not args.chief:
            tuner.on_end = record
            tuner.search(*data[0], validation_data=data[1], epochs=settings["epochs"], **FIT)
    finally:
        progress.close()
    failed = sum(trial.status == "FAILED" for trial in tuner.oracle.trials.values())
    print(f"Trials finished: {progress.done}, {failed} of them failed. The results are in {folder}.", flush=True)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does."""

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; bad arguments end it at once, with exit code 2."""
    args = parse(argv)
    try:
        with _terminable():
            _run(args)
    except KeyboardInterrupt as stop:
        signal_name, code = ("SIGTERM", 143) if isinstance(stop, Terminated) else ("Ctrl-C", 130)
        print(
            f"helpers.tune: stopped by {signal_name}; finished trials are kept, and the same command goes on",
            file=sys.stderr,
        )
        return code
    except SearchProblem as problem:
        print(f"helpers.tune: {problem}", file=sys.stderr)
        return problem.exit_code
    except (DataUnavailable, ImportError, OSError) as problem:
        print(f"helpers.tune: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
