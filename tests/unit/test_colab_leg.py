import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COLAB = Path(__file__).resolve().parents[1] / "colab"
sys.path.append(str(COLAB))

import leg  # noqa: E402

git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def course(tmp_path):
    """A small checkout: one committed file, a change, a new file, a deleted one, and one that Git ignores."""
    folder = tmp_path / "work tree"
    folder.mkdir()
    for name in ("kept", "changed", "deleted"):
        (folder / name).write_text("committed")
    (folder / ".gitignore").write_text("ignored\n")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    (folder / "changed").write_text("not committed")
    (folder / "new").write_text("new")
    (folder / "ignored").write_text("ignored")
    (folder / "deleted").unlink()
    return folder


@git
def test_clone_from_github_brings_the_working_tree_of_this_machine(course, tmp_path):
    leg.copy_working_tree(course, tmp_path / "course.git")
    leg.release_folder(tmp_path / "course.git", "v2")
    environment = leg.notebook_environment("owner/name", tmp_path / "course.git", tmp_path / "settings")
    for url in ("https://github.com/owner/name", "https://github.com/owner/name.git"):
        target = tmp_path / url.rpartition("/")[2]
        subprocess.run(["git", "clone", "-qb", "v2", "--depth=1", url, target], env=environment, check=True)
        assert {path.name for path in target.iterdir()} == {".git", ".gitignore", "kept", "changed", "new"}
        assert (target / "changed").read_text() == "not committed"


@git
def test_no_other_repository_is_fetched(course, tmp_path):
    leg.copy_working_tree(course, tmp_path / "course.git")
    leg.release_folder(tmp_path / "course.git", "v2")
    environment = leg.notebook_environment("owner/name", tmp_path / "course.git", tmp_path / "settings")
    clone = ["git", "clone", "https://github.com/other/name", tmp_path / "target"]
    done = subprocess.run(clone, env=environment, capture_output=True, text=True)
    assert done.returncode
    assert "not allowed" in done.stderr


def test_stand_in_lives_beside_protobuf():
    code = "import google.colab, google.protobuf, sys; print('google.colab' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(COLAB)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr


def test_kernels_of_the_leg_have_the_stand_in_loaded(tmp_path):
    environment = leg.notebook_environment("owner/name", tmp_path, tmp_path / "settings")
    code = "import sys; print('google.colab' in sys.modules)"
    ipython = [sys.executable, "-m", "IPython", "--no-banner", "--no-term-title", "-c", code]
    done = subprocess.run(ipython, env=environment, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr


def test_only_packages_that_colab_had_and_that_changed_are_reported():
    before = leg.versions("numpy==2.1.3\nkeras==3.13.2\nhelpers @ file:///course\n")
    after = leg.versions("numpy==2.5.0\nhelpers @ file:///course\nopenml==0.15.1\n")
    assert leg.changes(before, before) == []
    assert leg.changes(before, after) == ["numpy was 2.1.3 and is 2.5.0", "keras was 3.13.2 and is gone"]


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("repository: owner/the-name", "owner/the-name"),
        ("repository: 'owner/the-name'  # here", "owner/the-name"),
        ('repository: ""', leg.NAME),
        ("repository:", leg.NAME),
    ],
)
def test_name_and_release_are_read_from_the_syllabus_and_a_missing_name_is_made(line, slug):
    text = "# The syllabus.\n{}\nrelease: v2.0\nnotebooks:\n"
    assert leg.named(text.format(line)) == (text.format(f"repository: {slug}"), slug, "v2.0")


@pytest.mark.parametrize("text", ["notebooks:\n", "repository: a/b\n", "release: v2\n"])
def test_syllabus_without_name_or_release_is_refused(text):
    with pytest.raises(ValueError, match=r"owner/name.*release: tag"):
        leg.named(text)
