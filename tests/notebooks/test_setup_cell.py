"""The setup cell, run for real as Colab and as a student's machine would run it, with a small course behind it.

What Colab brings here is its module, a folder with one notebook's worth of nothing, and git; GitHub is a folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.start import Course, read_syllabus
from tools.course import ROOT
from tools.setup_cell import setup_cell

ON_COLAB = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')"
MISSING = "AssertionError: Open this in its course; on Colab set REPOSITORY or add its zip."
NAMED = Course("someone/course", (), "v1.5")


def run_setup(
    folder: Path, *, course: Course = NAMED, before: str = "", times: int = 1, environment: dict[str, str] | None = None
) -> str:
    """Run the setup cell in `folder`; return what it prints, its error, and what entries of the path hold a course."""
    source = setup_cell(course)
    last = "print([os.path.basename(entry) for entry in sys.path if os.path.isdir(entry + '/helpers')])"
    run = subprocess.run(
        [sys.executable, "-c", "\n".join([before, *[source] * times, last])],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
    )
    return run.stdout + run.stderr


@pytest.fixture
def small_course(tmp_path: Path) -> Path:
    """A folder with helpers and notebooks as the setup cell expects them."""
    (tmp_path / "course" / "helpers").mkdir(parents=True)
    (tmp_path / "course" / "notebooks").mkdir()
    (tmp_path / "course" / "helpers" / "startup.py").write_text("def start():\n    print('Ready.')\n")
    return tmp_path / "course"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """An empty folder, as a notebook finds it on Colab."""
    (tmp_path / "content").mkdir()
    return tmp_path / "content"


def instead_of_github(folder: Path) -> dict[str, str]:
    """Return the environment in which git takes the repository in `folder` for someone/course on GitHub."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{folder}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/someone/course",
    }


def test_setup_cell_finds_the_course_and_can_run_again(small_course: Path) -> None:
    assert run_setup(small_course / "notebooks", times=2) == "Ready.\nReady.\n['course']\n"


def test_setup_cell_fetches_nothing_away_from_colab(small_course: Path, content: Path) -> None:
    (content / "deep").mkdir()
    shutil.make_archive(str(content / "deep" / "course"), "zip", small_course.parent, "course")
    said = run_setup(content / "deep", environment=instead_of_github(small_course))
    assert said.count("Error") == 1
    assert MISSING in said
    assert [path.name for path in (content / "deep").iterdir()] == ["course.zip"]


def test_setup_cell_fits_on_the_first_screen() -> None:
    for course in (read_syllabus(), Course("some-owner-here/inside-neural-networks", (), "v12.10")):
        lines = [line for line in setup_cell(course).splitlines() if line.strip()]
        assert len(lines) <= 10
        assert max(map(len, lines)) <= 88


def test_setup_cell_says_so_when_colab_cannot_fetch_the_course(tmp_path: Path, content: Path) -> None:
    said = run_setup(content, before=ON_COLAB, environment=instead_of_github(tmp_path / "nowhere"))
    assert "fatal: " in said  # git says what went wrong
    assert MISSING in said


def test_setup_cell_asks_for_a_name_or_a_zip_while_the_course_has_no_repository(content: Path) -> None:
    assert MISSING in run_setup(content, course=Course("", (), "v1.5"), before=ON_COLAB)


@pytest.fixture
def released(small_course: Path) -> Path:
    """The small course with its release tagged, and something newer on its branch."""
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "A course"], ["tag", "v1.5"]):
        subprocess.run([*git, *command], cwd=small_course, check=True)
    (small_course / "helpers" / "startup.py").write_text("raise RuntimeError('newer than the notebook')\n")
    subprocess.run([*git, "commit", "--quiet", "-am", "What came after the release"], cwd=small_course, check=True)
    return small_course


NO_NETWORK = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": ""}


def test_setup_cell_clones_the_stamped_release_on_colab_once(released: Path, content: Path) -> None:
    said = run_setup(content, before=ON_COLAB, times=2, environment=instead_of_github(released))
    assert said == "Ready.\nReady.\n['it']\n"
    assert len(os.listdir(content)) == 1


def test_setup_cell_asks_the_network_nothing_after_a_restart(released: Path, content: Path) -> None:
    run_setup(content, before=ON_COLAB, environment=instead_of_github(released))
    assert run_setup(content, before=ON_COLAB, environment=NO_NETWORK) == "Ready.\n['it']\n"


@pytest.mark.long
def test_setup_cell_says_so_without_a_network_and_works_when_it_is_back(released: Path, content: Path) -> None:
    said = run_setup(content, before=ON_COLAB, environment=NO_NETWORK)
    assert "fatal: unable to access 'https://github.com/someone/course/'" in said
    assert MISSING in said
    assert os.listdir(content) == []
    assert "Ready." in run_setup(content, before=ON_COLAB, environment=instead_of_github(released))


def test_setup_cell_unpacks_the_zip_that_was_uploaded(small_course: Path, content: Path) -> None:
    """As GitHub's "Download ZIP" makes it: with one folder around everything."""
    shutil.make_archive(str(content / "the course"), "zip", small_course.parent, "course")
    said = run_setup(content, course=Course("", (), "v1.5"), before=ON_COLAB, times=2)
    assert said == "Ready.\nReady.\n['course']\n"


@pytest.mark.long
def test_setup_cell_takes_the_right_zip_after_a_wrong_one(small_course: Path, content: Path) -> None:
    course = Course("", (), "v1.5")
    shutil.make_archive(str(content / "data"), "zip", small_course, "notebooks")
    assert MISSING in run_setup(content, course=course, before=ON_COLAB)
    shutil.make_archive(str(content / "the course (1)"), "zip", small_course.parent, "course")
    assert run_setup(content, course=course, before=ON_COLAB) == "Ready.\n['course']\n"


@pytest.mark.long
def test_setup_cells_of_four_notebooks_in_one_runtime_do_not_meet(released: Path, content: Path) -> None:
    code = [sys.executable, "-c", "\n".join([ON_COLAB, setup_cell(NAMED)])]
    environment = {**os.environ, **instead_of_github(released)}
    several = [
        subprocess.Popen(
            code, cwd=content, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(4)
    ]
    assert [run.communicate()[0] for run in several] == ["Ready.\n"] * 4
    assert run_setup(content, before=ON_COLAB, environment=NO_NETWORK) == "Ready.\n['it']\n"


@pytest.mark.long
def test_setup_cell_that_was_interrupted_leaves_no_half_course(released: Path, content: Path, tmp_path: Path) -> None:
    """Git itself is stopped after the first files: this one writes half a course and waits."""
    (tmp_path / "git").write_text("#!/bin/sh\nfor at; do :; done; mkdir -p $at/helpers && sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    slow = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    code = [sys.executable, "-c", "\n".join([ON_COLAB, setup_cell(NAMED)])]
    run = subprocess.Popen(code, cwd=content, env=slow, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not list(content.glob("*/it/helpers")):
        assert run.poll() is None
        time.sleep(0.02)
    said = None
    while said is None:  # On a busy machine a signal can come between two programs: then interrupted once more.
        os.killpg(run.pid, signal.SIGINT)  # As a kernel is interrupted: with all that it started.
        with contextlib.suppress(subprocess.TimeoutExpired):
            said = run.communicate(timeout=10)[1]
    assert MISSING in said
    said = run_setup(content, before=ON_COLAB, environment=instead_of_github(released))
    assert said == "Ready.\n['it']\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB, where this machine lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root on Linux can mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("free", [40, 180], ids=["while fetching", "while writing files"])
@pytest.mark.parametrize("zipped", [False, True], ids=["git", "zip"])
def test_setup_cell_says_so_on_a_full_disk_and_works_when_there_is_room(
    small_course: Path, small_disk: Path, free: int, zipped: bool
) -> None:
    """The course takes 100 kB as packed and 100 kB as files, and what is fetched last does not fit."""
    (small_course / "notebooks" / "large").write_bytes(os.urandom(100_000))
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "A course"], ["tag", "v1.5"]):
        subprocess.run([*git, *command], cwd=small_course, check=True)
    course, packed = NAMED, 0
    if zipped:
        course = Course("", (), "v1.5")
        (small_course.parent / "zip").mkdir()
        shutil.copytree(small_course, small_course.parent / "zip" / "course", ignore=shutil.ignore_patterns(".git"))
        shutil.make_archive(str(small_disk / "course"), "zip", small_course.parent / "zip", "course")
        packed = 100
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1000 * (300 - packed - (free - packed if zipped and free > packed else free))))
    before = sorted(os.listdir(small_disk))
    said = run_setup(small_disk, course=course, before=ON_COLAB, environment=instead_of_github(small_course))
    assert MISSING in said
    assert sorted(os.listdir(small_disk)) == before
    ballast.unlink()
    said = run_setup(small_disk, course=course, before=ON_COLAB, environment=instead_of_github(small_course))
    assert said.startswith("Ready.")


@pytest.mark.slow
def test_setup_cell_is_ready_in_half_a_minute_with_the_whole_course(content: Path, tmp_path: Path) -> None:
    """Fetching, TensorFlow's import and all; GitHub's part of it is a folder here, and on Colab a few seconds."""
    sys.path.append(str(ROOT / "tests" / "colab"))
    import leg

    leg.copy_working_tree(ROOT, tmp_path / "course.git")
    leg.release_folder(tmp_path / "course.git", "v1.5")
    began = os.times()
    said = run_setup(content, before=ON_COLAB, times=2, environment=instead_of_github(tmp_path / "course.git"))
    ended = os.times()
    spent = ended.children_user + ended.children_system - began.children_user - began.children_system
    assert spent < 30  # Processor time, for a machine that tests is busy with other tests.
    assert said.count("Ready: Keras") == 2
    assert len(said.splitlines()) == 3
