"""The file that keeps progress: behind links, cut, saved by other editors, and where no file can be."""

from __future__ import annotations

import json
import os
import stat
import sys

import pytest

from helpers.exercise import _progress_file as progress_file
from helpers.exercise import check, export_progress, progress

ID = "training.budget"
ENTRIES = {"losses.mse": "done", "losses.other": "tried", "training.diagnose": "done"}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    place = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(place))
    return place


def answer() -> None:
    check(ID, 125)


def printed(capsys) -> str:
    """What was printed, where lines end or not: a message is wrapped, and how long it is depends on the file's name."""
    return " ".join(capsys.readouterr().out.split())


# Links and things that are not files ----------------------------------------------------------------------------------


@POSIX
def test_answers_arrive_behind_a_symbolic_link(file, tmp_path):
    drive = tmp_path / "drive"
    drive.mkdir()
    (drive / "kept.json").write_text('{"training.diagnose": "done"}')
    file.symlink_to(drive / "kept.json")
    answer()
    assert file.is_symlink()
    assert json.loads((drive / "kept.json").read_text()) == {ID: "done", "training.diagnose": "done"}
    assert os.listdir(drive) == ["kept.json"]


@POSIX
def test_a_damaged_file_behind_a_link_is_kept_beside_it(file, tmp_path, capsys):
    drive = tmp_path / "drive"
    drive.mkdir()
    (drive / "kept.json").write_text("{")
    file.symlink_to(drive / "kept.json")
    answer()
    assert file.is_symlink()
    assert sorted(os.listdir(drive)) == ["kept.json", "kept.json.damaged-1"]
    assert (drive / "kept.json.damaged-1").read_text() == "{"
    assert "kept.json.damaged-1" in printed(capsys)


@POSIX
def test_a_link_whose_target_folder_is_away_is_a_sentence_and_the_folder_is_not_made(file, tmp_path, capsys):
    file.symlink_to(tmp_path / "drive" / "kept.json")
    answer()
    assert "cannot be saved in kept.json: No such file" in printed(capsys)
    assert file.is_symlink()
    assert not (tmp_path / "drive").exists()


@POSIX
def test_a_pipe_is_neither_read_nor_replaced(file, capsys):
    os.mkfifo(file)
    answer()
    assert "Progress cannot be saved in progress.json: it is not a regular file" in printed(capsys)
    assert "cannot be read from progress.json: it is not a regular file" in repr(progress())
    assert stat.S_ISFIFO(file.lstat().st_mode)
    assert os.listdir(file.parent) == [file.name]


@POSIX
def test_a_null_device_stays_one(file, capsys):
    try:
        os.mknod(file, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except OSError:
        pytest.skip("only root can make a device, and not in every container")
    answer()
    assert "it is not a regular file" in printed(capsys)
    assert file.is_char_device()
    assert os.listdir(file.parent) == [file.name]


@POSIX
def test_the_null_device_of_the_machine_is_not_read_as_a_damaged_file(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", os.devnull)
    assert progress_file.read() == ({}, "Progress cannot be read from null: it is not a regular file.")


def test_a_folder_in_the_place_of_the_file_stays_there(file, monkeypatch, capsys):
    (file / ".course-progress.json").mkdir(parents=True)
    answer()
    assert "it is not a regular file" in printed(capsys)
    assert os.listdir(file) == [".course-progress.json"]


def test_a_file_that_cannot_be_read_is_not_moved_aside(file, monkeypatch, capsys):
    file.write_text(json.dumps(ENTRIES))

    def fail(_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.read_bytes", fail)
        answer()
    assert "Input/output error" in printed(capsys)
    assert json.loads(file.read_text()) == ENTRIES
    assert os.listdir(file.parent) == [file.name]


@POSIX
def test_progress_is_as_readable_as_the_users_other_files(file):
    before = os.umask(0o022)
    try:
        answer()
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


# Where it is ----------------------------------------------------------------------------------------------------------


def test_spaces_around_the_path_do_not_count(file, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", f"  {file} ")
    assert progress_file.path() == file


def test_an_unknown_home_is_a_sentence_and_makes_no_folder(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_PROGRESS", "~nobody-of-this-name/p.json")
    answer()
    assert "(Progress cannot be saved: the home folder in '~nobody-of-this-name/p.json'" in printed(capsys)
    assert "Progress cannot be read: the home folder" in repr(progress())
    assert export_progress()
    assert os.listdir(tmp_path) == []


# Damaged files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_saved_with_an_editor_on_windows_is_whole(encoding, file):
    file.write_text(json.dumps(ENTRIES, indent=1), encoding=encoding)
    assert progress_file.read() == (ENTRIES, "")
    answer()
    assert json.loads(file.read_text(encoding="utf-8")) == {**ENTRIES, ID: "done"}
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize(("keep", "left"), [(1.0, 3), (0.7, 2), (0.4, 1), (0.1, 0)])
def test_of_a_cut_file_every_whole_entry_is_kept_and_the_sentence_counts_them(keep, left, file, capsys):
    text = json.dumps(ENTRIES, indent=1)[:-2]
    file.write_text(text[: round(keep * len(text))])
    states, sentence = progress_file.read()
    assert states == dict(list(ENTRIES.items())[:left])
    said = f"{left or 'none'} of its exercises could be read"
    assert sentence == f"The progress file progress.json is damaged; {said}."
    answer()
    out = printed(capsys)
    assert said in out
    assert "progress.json.damaged-1" in out
    assert json.loads(file.read_text()) == {**states, ID: "done"}
    assert (file.parent / "progress.json.damaged-1").read_text() == text[: round(keep * len(text))]


def test_of_two_versions_in_one_file_the_better_state_counts(file):
    file.write_text('<<<<\n{"losses.mse": "done"}\n====\n{"losses.mse": "tried", "losses.other": "tried"}\n>>>>')
    assert progress_file.read()[0] == {"losses.mse": "done", "losses.other": "tried"}
