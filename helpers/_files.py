"""Files that are whole at every moment, locks between programs, and paths as users write them."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


PROGRESS = ".course-progress.json"


def user_path(text: str | os.PathLike[str]) -> Path:
    """Return a path that a user has written, with `~` at its beginning replaced by the home folder.

    Raises:
        ValueError: There is no such home folder. (Python leaves the `~` there, and a folder of that name would be made,
            which somebody then deletes with `rm -rf ~`.)
    """
    written = os.fspath(text)
    path = os.path.expanduser(written)
    if written.startswith("~") and not os.path.isabs(path):
        raise ValueError(f"the home folder in {written!r} is not known on this machine: write the whole path")
    return Path(path)


def progress_path() -> Path:
    """Return where progress is kept: the file named by `COURSE_PROGRESS`, else one in the course's folder.

    Raises:
        ValueError: `COURSE_PROGRESS` begins with a home folder that is not known on this machine.
    """
    chosen = os.environ.get("COURSE_PROGRESS", "").strip()
    if not chosen:
        return Path(__file__).resolve().parents[1] / PROGRESS
    place = user_path(chosen)
    return place / PROGRESS if os.path.isdir(place) else place


def check_regular(path: Path) -> None:
    """Refuse what is there under this name and is not a file that can be read and replaced; links are followed.

    Raises:
        OSError: It is a folder, a device, a pipe or a socket, or cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` under which the block writes a file, which then takes the place of the one at `path`.

    Whoever reads `path`, and whenever the program is killed, finds the old file or the new one and never a half. The
    target of a symbolic link is replaced, and not the link. As long as the block opens the name itself, the file is as
    readable as the user's other files (`tempfile` would make it private). Nothing waits for the disk: after a power
    failure the file may be the old one.

    Raises:
        OSError: The file cannot be written, or what is there is not a regular file; it is still there.
    """
    check_regular(path)
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{secrets.token_hex(6)}.part{target.suffix}")
    try:
        yield part
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step, as `replacing` does; a text is written as UTF-8, its line ends as they are.

    Raises:
        OSError: The file cannot be written, or what is there is not a regular file; it is still there.
    """
    with replacing(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def locked(path: Path, wait: float = 0.0) -> Iterator[bool]:
    """Keep the lock on the file `path`, which is made where it is missing, while the block runs.

    Args:
        path: A file for this purpose alone.
        wait: Seconds to wait for another program to give the lock back.

    Returns:
        A context that tells whether the lock was free in time. On a disk that has no locks it always was.

    Raises:
        OSError: The file cannot be opened.
    """
    with open(path, "ab") as file:
        deadline = time.monotonic() + wait
        while not (free := _lock(file)) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield free  # closing the file gives the lock back


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # some network disks have no locks
        pass
    return True
