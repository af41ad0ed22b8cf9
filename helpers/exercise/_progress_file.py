"""Keep which exercises were tried and done: in a file that survives restarts, crashes and two notebooks at once."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from helpers._files import check_regular, locked, write_whole
from helpers._files import progress_path as path

RANK = {"tried": 1, "done": 2}
"""States of an exercise that was answered; the higher one is kept."""

PREFIX = "progress:"
WAIT = 2.0
"""Seconds to wait for another notebook that is writing."""


def merge(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Return the better state of each exercise, in the order of the ids."""
    best = dict(one)
    for id, state in other.items():
        if RANK[state] > RANK.get(best.get(id, ""), 0):
            best[id] = state
    return dict(sorted(best.items()))


def _parse(raw: bytes) -> tuple[dict[str, str], bool]:
    """Return the entries that make sense, and whether all of the text did."""
    try:
        entries = json.loads(raw)  # also with the mark that editors on Windows put before the text
    except (ValueError, RecursionError):
        pairs = re.findall(r'"([^"\\]+)"\s*:\s*"(tried|done)"', raw.decode("utf-8", "replace"))
        return dict(sorted(pairs, key=lambda pair: RANK[pair[1]])), False
    if not isinstance(entries, dict):
        return {}, False
    good = {id: state for id, state in entries.items() if isinstance(state, str) and state in RANK}
    return good, len(good) == len(entries)


def _load(file: Path) -> tuple[dict[str, str], bool]:
    """Return the entries in a file, none where it is missing, and whether all of it made sense.

    Raises:
        OSError: It cannot be read, or is not a regular file.
    """
    check_regular(file)  # reading a pipe would wait for ever
    try:
        return _parse(file.read_bytes())
    except FileNotFoundError:
        return {}, True


def _readable(states: Mapping[str, str]) -> str:
    """Say how much of a damaged file could be read."""
    return f"{len(states) or 'none'} of its exercises could be read"


def read() -> tuple[dict[str, str], str]:
    """Return id → "tried" or "done", and a sentence on what is wrong with the file, empty where nothing is."""
    try:
        file = path()
        states, whole = _load(file)
    except OSError as error:
        return {}, f"Progress cannot be read from {file.name}: {error.strerror or type(error).__name__}."
    except ValueError as error:
        return {}, f"Progress cannot be read: {error}."
    return states, "" if whole else f"The progress file {file.name} is damaged; {_readable(states)}."


def record(new: Mapping[str, str]) -> str:
    """Merge `new` (id → "tried" or "done") into the file, and return a sentence on what went wrong, empty if nothing.

    An id that is done stays done. A damaged file is moved aside, never overwritten; what is not a regular file is
    neither moved nor replaced; of a symbolic link the target is written.
    """
    note = ""
    try:
        file = path()
        file.parent.mkdir(parents=True, exist_ok=True)
        file = Path(os.path.realpath(file))
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):  # somebody else's lock file: go on without
                stack.enter_context(locked(_lock_file(file), WAIT))
            states, whole = _load(file)
            best = merge(states, new)
            if not whole:
                aside = _unused(file)
                os.replace(file, aside)
                note = f"The progress file was damaged; {_readable(states)}, and all of it is kept as {aside.name}."
            elif best == states:
                return ""
            write_whole(file, json.dumps(best, indent=1) + "\n")
    except OSError as error:
        return f"Progress cannot be saved in {file.name}: {error.strerror or type(error).__name__}."
    except ValueError as error:
        return f"Progress cannot be saved: {error}."
    return note


def _lock_file(file: Path) -> Path:
    """Return a file to lock that does not lie beside `file`, where students would see it."""
    name = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"course-progress-{name}.lock")


def _unused(file: Path) -> Path:
    """Return a name for a damaged file under which nothing lies yet."""
    number = 1
    while os.path.lexists(aside := file.with_name(f"{file.name}.damaged-{number}")):
        number += 1
    return aside


def encode(states: Mapping[str, str]) -> str:
    """Return progress as one short line of letters, to be pasted into `import_progress` elsewhere."""
    packed = zlib.compress(json.dumps(dict(states)).encode(), level=9)
    return PREFIX + base64.urlsafe_b64encode(packed).decode()


def decode(text: str) -> dict[str, str]:
    """Return the progress that `encode` has written.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is not a whole exported progress.
    """
    if not isinstance(text, str):
        raise TypeError(f"progress is imported from a text, but got a value of type {type(text).__name__}")
    body = "".join(text.split()).strip("\"'")
    try:
        if not body.startswith(PREFIX):
            raise ValueError
        unpacker = zlib.decompressobj()
        packed = base64.b64decode(body[len(PREFIX) :], altchars=b"-_", validate=True)
        states, whole = _parse(unpacker.decompress(packed, 1_000_000))
        if not whole or not unpacker.eof:
            raise ValueError
    except (ValueError, zlib.error) as error:
        raise ValueError(
            f"this is no exported progress, or only a part of it: it begins with {PREFIX!r} and is one long word"
        ) from error
    return states
