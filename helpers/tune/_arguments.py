"""The arguments of `python -m helpers.tune`, and what it says to those that make no sense."""

from __future__ import annotations

import argparse
import contextlib
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from helpers._files import user_path
from helpers.tune import FEWEST_IMAGES, KINDS, LARGEST_SEED
from helpers.tune._folder import DEFAULTS

DESCRIPTION = """\
Search for the hyperparameters of a dense network on Fashion-MNIST that give the highest validation accuracy.
The test set is never looked at. Every finished trial is kept: stop the search with Ctrl-C, or let the machine crash,
and the same command goes on; with larger --trials it does more."""

EPILOG = """\
what is in the folder of --output:
  results.csv, results.json   a row a finished trial: trial, status (COMPLETED or FAILED), score (validation accuracy,
                              0 to 1), epochs, seconds, and each hyperparameter
  best.keras                  the best model, for keras.saving.load_model; it takes pixels from 0 to 1
  trials/, search.json        what the search needs to go on

several machines (--chief HOST:PORT, and the same with --worker NAME):
  The chief chooses and writes the results, the workers train. All of them need the same folder, for instance on a
  network disk. Anyone who reaches the port can take part: use it in a network that you trust.
  A worker shows every second that it lives. The trial of a lost worker is run again; losing a second one, it fails.

exit code:
  0  every trial is completed or failed        3    waited in vain for the chief or for a worker
  1  a fault, such as a folder that is full    130  stopped by Ctrl-C
  2  bad arguments                             143  stopped by SIGTERM

examples:
  python -m helpers.tune --trials 20 --tuner random
  python -m helpers.tune --trials 30 --tuner hyperband --epochs 27 --full --output build/tune-full
  python -m helpers.tune --trials 20 --tuner bayesian --chief 127.0.0.1:5000
  python -m helpers.tune --worker one --chief 127.0.0.1:5000
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one sentence, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        """End the program with exit code 2."""
        self.exit(2, f"helpers.tune: {message} (-h explains)\n")


def _whole(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    limits = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest:,}"

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= (highest or int(text)):
            raise argparse.ArgumentTypeError(f"must be a whole number {limits}, but is {text!r}")
        return int(text)

    return parse


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < (value := float(text)) < math.inf:
            return value
    raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, but is {text!r}")


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    plain = bool(re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", host))
    if not plain or not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise argparse.ArgumentTypeError(f"must be HOST:PORT such as 127.0.0.1:5000, but is {text!r}")
    return host, int(port)


def _worker_name(text: str) -> str:
    # KerasTuner takes whoever has "chief" in its name for the chief.
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text) or "chief" in text:
        raise argparse.ArgumentTypeError(f"must be letters, digits, - and _ without 'chief', but is {text!r}")
    return text


def _folder(text: str) -> Path:
    try:
        path = user_path(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if not text.strip() or (path.exists() and not path.is_dir()):
        raise argparse.ArgumentTypeError(f"must be a folder, but {text!r} is none")
    return path


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m helpers.tune",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--trials", type=_whole(1), metavar="N", help="how many trials to finish in all, earlier ones included")
    add("--tuner", metavar="KIND", help=f"{', '.join(KINDS)}; default {DEFAULTS['tuner']}")
    add("--full", action="store_true", default=None, help="all 60,000 training images, from OpenML, not 10,000")
    add("--output", type=_folder, metavar="DIR", help="folder of the search; default build/tune-KIND")
    epochs = f"epochs of a trial, with hyperband the most of one; default {DEFAULTS['epochs']}"
    add("--epochs", type=_whole(1, 10_000), metavar="N", help=epochs)
    add("--seed", type=_whole(0, LARGEST_SEED), metavar="N", help=f"same seed, same trials; default {DEFAULTS['seed']}")
    add("--images", type=_whole(FEWEST_IMAGES, 60_000), metavar="N", help="use only N of the training images")
    add(
        "--chief", type=_address, metavar="HOST:PORT", help="be the chief, and listen there; with --worker: where it is"
    )
    add("--worker", type=_worker_name, metavar="NAME", help="be a worker of the chief, who knows what the search is")
    wait = "how long a worker waits for the chief, and the chief for any worker; default 60"
    add("--wait", type=_seconds, metavar="SECONDS", default=60.0, help=wait)
    patience = "how long the chief hears nothing from a worker in a trial until it is lost; default 15"
    add("--patience", type=_seconds, metavar="SECONDS", default=15.0, help=patience)
    return parser


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; ends the program with exit code 2 where they make no sense."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.tuner is not None and args.tuner not in KINDS:
        parser.error(f"argument --tuner: must be one of {', '.join(KINDS)}, but is {args.tuner!r}")
    if args.worker is not None and args.chief is None:
        parser.error("argument --worker: a worker needs --chief HOST:PORT, the address of its chief")
    if args.worker is None and args.trials is None:
        parser.error("argument --trials: say how many trials to run, for example --trials 10")
    if args.images is not None and not args.full and args.images > 10_000:
        parser.error(f"argument --images: must be at most 10,000 without --full, but is {args.images}")
    return args
