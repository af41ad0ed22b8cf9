"""Files that are whole at every moment, locks, and paths as users write them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from helpers._files import check_regular, locked, replacing, user_path, write_whole

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture
def no_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("content", ["one\r\nzwölf\n", b"\0\xff"])
def test_content_arrives_as_it_was(content, tmp_path):
    write_whole(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == (content.encode() if isinstance(content, str) else content)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    write_whole(tmp_path / "file", "old")

    def write_half() -> None:
        with replacing(tmp_path / "file") as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@POSIX
@pytest.mark.usefixtures("no_umask")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_is_as_readable_as_the_users_other_files(mask, mode, tmp_path):
    os.umask(mask)
    write_whole(tmp_path / "file", "text")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


@POSIX
@pytest.mark.parametrize("there", [True, False])
def test_the_target_of_a_link_is_written_and_the_link_stays(there, tmp_path):
    (tmp_path / "drive").mkdir()
    target, middle, link = tmp_path / "drive" / "target", tmp_path / "middle", tmp_path / "link"
    middle.symlink_to(target)
    link.symlink_to("middle")
    if there:
        target.write_text("old")
    write_whole(link, "new")
    assert (link.is_symlink(), middle.is_symlink(), target.read_text()) == (True, True, "new")
    assert os.listdir(tmp_path / "drive") == ["target"]


def refused_things(folder: Path) -> list[Path]:
    """Make what has a name and is not a regular file, as far as this user may."""
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    things = [folder / "folder", folder / "pipe"]
    try:
        os.mknod(folder / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        things.append(folder / "null")
    except OSError:  # not root, or a container that may not
        pass
    (folder / "link").symlink_to(folder / "pipe")
    return [*things, folder / "link"]


@POSIX
def test_what_is_not_a_regular_file_is_neither_replaced_nor_moved(tmp_path):
    for thing in refused_things(tmp_path):
        before = thing.lstat()
        with pytest.raises(OSError, match="not a regular file"):
            write_whole(thing, "text")
        assert (thing.lstat().st_ino, thing.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert sorted(os.listdir(tmp_path)) == sorted(thing.name for thing in tmp_path.iterdir())
    assert not list(tmp_path.glob(".*"))


@POSIX
def test_devices_of_the_machine_are_told_from_files():
    with pytest.raises(OSError, match="not a regular file"):
        check_regular(Path(os.devnull))


def test_one_program_at_a_time_has_the_lock(tmp_path):
    lock = tmp_path / "lock"
    code = "import sys; from helpers._files import locked\nwith locked(sys.argv[1]) as free: print(free)"

    def other() -> str:
        command = [sys.executable, "-c", code, str(lock)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    with locked(lock) as free:
        assert free
        assert other() == "False"
        with locked(lock, wait=0.05) as again:
            assert not again
    assert other() == "True"


def test_a_lock_file_that_cannot_be_opened_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), locked(tmp_path / "missing" / "lock"):
        pass


def test_home_is_put_in_for_the_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert user_path("~") == tmp_path
    assert user_path("~/a b") == tmp_path / "a b"
    assert user_path("a/~b") == Path("a/~b")
    assert user_path(Path("/x")) == Path("/x")


@POSIX
@pytest.mark.parametrize(("text", "home"), [("~nobody-of-this-name/x", "/home"), ("~/x", "relative")])
def test_a_home_that_is_not_there_is_a_sentence(text, home, monkeypatch):
    monkeypatch.setenv("HOME", home)
    with pytest.raises(ValueError, match=r"home folder in '~.*' is not known"):
        user_path(text)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can be a user without a name")
def test_a_user_without_a_name_and_home_gets_a_sentence():
    code = (
        "import os, pwd; from helpers._files import user_path\n"
        "os.environ.pop('HOME', None); os.setuid(12345)\n"
        "try: print(user_path('~/x'))\n"
        "except ValueError as error: print(error)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "home folder in '~/x' is not known" in done.stdout, done.stderr
