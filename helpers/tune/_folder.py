"""The folder of a search: which search it is, who writes in it, and its results, whole at every moment."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers._files import locked, write_whole

SETTINGS = "search.json"
TRIALS = "trials"
BEST = "best.keras"
RESULTS = ("results.csv", "results.json")
COLUMNS = ("trial", "status", "score", "epochs", "seconds")
"""The first columns of the results; the hyperparameters follow."""

DEFAULTS: dict[str, Any] = {"tuner": "random", "seed": 0, "epochs": 9, "images": None, "full": False}
"""What makes a search the one that it is; a folder holds the trials of one."""


class SearchProblem(Exception):
    """What ends a search before its time, in one sentence.

    Args:
        sentence: What is wrong, and what to do.
        exit_code: With what the program ends: 1 for a fault, 2 for bad arguments, 3 for having waited in vain.
    """

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def reason(error: BaseException) -> str:
    """Return why a file could not be written, in a few words."""
    return getattr(error, "strerror", None) or str(error).strip().splitlines()[-1]


def check_space(folder: Path, size: int) -> None:
    """Find out whether `size` bytes fit into `folder`, by writing them: HDF5 crashes the program where they do not.

    Raises:
        OSError: They do not.
    """
    part = folder / ".space.part"
    try:
        part.write_bytes(os.urandom(size))  # Zeros take no space on some disks.
    finally:
        part.unlink(missing_ok=True)


def read_settings(folder: Path) -> dict[str, Any] | None:
    """Return what `keep_settings` has written about the search in `folder`, None where there is none.

    Raises:
        SearchProblem: There is something, and it cannot be read.
    """
    path = folder / SETTINGS
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(settings, dict) or not {*DEFAULTS, "id"} <= settings.keys():
            raise ValueError("it does not describe a search")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SearchProblem(f"{path} cannot be read ({reason(error)}): choose another --output") from error
    return settings


def differences(wanted: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return in words where `wanted`, without what is None in it, is not `settings`; empty where it is."""
    return " and ".join(
        f"--{name} {settings[name]}, not {wanted[name]}"
        for name in DEFAULTS
        if wanted.get(name) is not None and wanted[name] != settings[name]
    )


@contextlib.contextmanager
def open_folder(folder: Path, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Make `folder` or find the search in it, and keep every other writer out of it while the block runs.

    Args:
        folder: Need not exist.
        wanted: Settings by the names of `DEFAULTS`. What is None comes from the search in the folder, else from
            `DEFAULTS`.

    Returns:
        A context that gives the settings, and "id", by which a worker recognizes the folder. They are not written yet.

    Raises:
        SearchProblem: The folder is a file, holds another search or other results, is being written by another
            program, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise SearchProblem(f"--output must be a folder, but {folder} is a file", 2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / ".lock") as free:
            if not free:
                raise SearchProblem(f"another search is running in {folder}: choose another --output")
            yield _settings_of(folder, wanted)
    except OSError as error:
        raise SearchProblem(
            f"{folder} cannot be written ({reason(error)}); every trial that was finished is kept in it"
        ) from error


def _settings_of(folder: Path, wanted: Mapping[str, Any]) -> dict[str, Any]:
    settings = read_settings(folder)
    if settings is None:
        if found := [name for name in (*RESULTS, BEST, TRIALS) if (folder / name).exists()]:
            raise SearchProblem(f"{folder} holds {found[0]} of something else: choose another --output", 2)
        settings = {name: default if wanted.get(name) is None else wanted[name] for name, default in DEFAULTS.items()}
        settings["id"] = secrets.token_hex(8)
    elif difference := differences(wanted, settings):
        raise SearchProblem(f"{folder} holds a search with {difference}: choose another --output", 2)
    return settings


def keep_settings(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write down which search is in `folder`, so that `open_folder` finds it the next time.

    Raises:
        OSError: The folder cannot be written.
    """
    write_whole(folder / SETTINGS, json.dumps(settings, indent=1) + "\n")


def write_results(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `rows`, one a finished trial, all with the same keys, as results.csv and results.json.

    Raises:
        OSError: The folder cannot be written; the older results are still there.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]) if rows else COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_whole(folder / RESULTS[0], text.getvalue())
    write_whole(folder / RESULTS[1], json.dumps(list(rows), indent=1) + "\n")


def trial_rows(oracle: Any) -> list[dict[str, Any]]:
    """Return the finished trials of a KerasTuner oracle as rows, in the order of their numbers.

    Returns:
        A dict a trial, all with the same keys: those of `COLUMNS`, then every hyperparameter; one that the trial did
        not have is None. "score" is the best value of the objective, "epochs" what this trial was trained for and
        "seconds" how long that took (None where the tuner was not made by `make_tuner`).
    """
    ended = sorted((oracle.trials[trial_id] for trial_id in oracle.end_order), key=lambda trial: int(trial.trial_id))
    values = [trial.hyperparameters.values for trial in ended]
    names = dict.fromkeys(parameter.name for parameter in oracle.hyperparameters.space)
    names.update(dict.fromkeys(sorted({name for each in values for name in each if name not in names})))

    rows = []
    for trial, chosen in zip(ended, values, strict=True):
        measured = {
            name: trial.metrics.get_last_value(name) if trial.metrics.exists(name) else None
            for name in ("epochs", "seconds")
        }
        completed = trial.status == "COMPLETED"
        row = {
            "trial": int(trial.trial_id),
            "status": trial.status,
            "score": _rounded(trial.score) if completed else None,
            "epochs": int(measured["epochs"]) if completed and measured["epochs"] is not None else None,
            "seconds": round(measured["seconds"], 2) if completed and measured["seconds"] is not None else None,
        }
        rows.append(row | {name: _rounded(chosen.get(name)) for name in names})
    return rows


def _rounded(value: Any) -> Any:
    """Return floats with seven digits, all that travels between machines unchanged; anything else as it is."""
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.7g}")
    return value


def best_row(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the completed trial with the highest score, the earliest of equals; None where there is none."""
    return max((row for row in rows if row["score"] is not None), key=lambda row: row["score"], default=None)
