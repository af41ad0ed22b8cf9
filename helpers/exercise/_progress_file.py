"""Keep which exercises were tried and done: in a file that survives restarts, crashes and two notebooks at once."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

RANK = {"tried": 1, "done": 2}
"""States of an exercise that was answered; the higher one is kept."""

PREFIX = "progress:"
WAIT = 2.0


def path() -> Path:
    """Return where progress is kept: the file named by `COURSE_PROGRESS`, else one in the course's folder."""
    chosen = os.environ.get("COURSE_PROGRESS", "").strip()
    if not chosen:
        return Path(__file__).resolve().parents[2] / ".course-progress.json"
    place = os.path.expanduser(chosen)
    return Path(place, ".course-progress.json") if os.path.isdir(place) else Path(place)


def merge(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Return the better state of each exercise, in the order of the ids."""
    best = dict(one)
    for id, state in other.items():
        if RANK[state] > RANK.get(best.get(id, ""), 0):
            best[id] = state
    return dict(sorted(best.items()))


def _parse(text: str) -> tuple[dict[str, str], bool]:
    """Return the entries that make sense, and whether all of the text did."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return {}, False
    if not isinstance(entries, dict):
        return {}, False
    good = {id: state for id, state in entries.items() if isinstance(state, str) and state in RANK}
    return good, len(good) == len(entries)


def read() -> tuple[dict[str, str], str]:
    """Return id → "tried" or "done", and a sentence on what is wrong with the file, empty where nothing is."""
    try:
        states, whole = _parse(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except UnicodeDecodeError:
        states, whole = {}, False
    except OSError as error:
        return {}, f"Progress cannot be read from {path().name}: {error.strerror}."
    return states, "" if whole else f"The progress file {path().name} is damaged; what can be read of it is kept."


def record(new: Mapping[str, str]) -> str:
    """Merge `new` (id → "tried" or "done") into the file, and return a sentence on what went wrong, empty if nothing.

    A damaged file is moved aside, never overwritten. An id that is done stays done.
    """
    file, note = path(), ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file):
            states, problem = read()
            best = merge(states, new)
            if problem:
                aside = _unused(file)
                os.replace(file, aside)
                note = f"The progress file was damaged; it is kept as {aside.name}."
            elif best == states:
                return ""
            _write(file, json.dumps(best, indent=1) + "\n")
    except OSError as error:
        return f"Progress cannot be saved in {file.name}: {error.strerror or type(error).__name__}."
    return note


def _unused(file: Path) -> Path:
    """Return a name for a damaged file under which nothing lies yet."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return aside


def _write(file: Path, text: str) -> None:
    """Write a file in one step: a reader, or a crash, finds the old one or the new one and never a half."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Let one notebook at a time read and write; after `WAIT` seconds, or where there are no locks, go on without."""
    name = hashlib.sha256(os.path.realpath(file).encode()).hexdigest()[:16]
    try:
        stream = open(Path(tempfile.gettempdir()) / f"course-progress-{name}.lock", "a+")  # noqa: SIM115
    except OSError:  # somebody else's lock file
        yield
        return
    with stream:
        deadline = time.monotonic() + WAIT
        while not _try_lock(stream) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield  # closing the file unlocks it


def _try_lock(stream: IO[str]) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


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
        states, whole = _parse(unpacker.decompress(packed, 1_000_000).decode())
        if not whole or not unpacker.eof:
            raise ValueError
    except (ValueError, zlib.error) as error:
        raise ValueError(
            f"this is no exported progress, or only a part of it: it begins with {PREFIX!r} and is one long word"
        ) from error
    return states
