"""The Colab leg: the notebooks with Colab's own versions, as a student of Colab meets them.

Run by `make test-colab` with the Python of `.venv-colab`. Each notebook is copied alone into an empty folder, kernels
find a stand-in for `google.colab`, and the setup cell clones the course for real: wherever git is asked for the
repository on GitHub, it takes the working tree of this machine, with changes that are not committed, under the tag of
the release. While the course has no repository, a name is stamped into that copy, as an owner would do it. At the end
every package that Colab had must still be there in the same version. `--unit-tests` runs these, too (`make nightly`
does).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STAND_IN = "import google.colab\n"
NAME = "colab-leg/course"
"""Stands for the repository while the course has none. Git may use files alone, so nothing asks GitHub."""

NOT_ON_COLAB = ("keras-tuner", "openml", "optuna")


def named(syllabus: str) -> tuple[str, str, str]:
    """Return course.yml's text with a name for the repository, that name, and the release that its notebooks fetch."""
    line = re.search(r"""(?m)^repository: *["']?([\w./-]*)["']?.*$""", syllabus)
    release = re.search(r"""(?m)^release: *["']?([\w.-]+)""", syllabus)
    if not line or not release:
        raise ValueError("notebooks/course.yml must have a line `repository: owner/name` and a line `release: tag`")
    slug = line[1] or NAME
    return syllabus.replace(line[0], f"repository: {slug}", 1), slug, release[1]


def copy_working_tree(source: Path, target: Path) -> None:
    """Copy the files of `source` as they are now into the new folder `target`, without those that Git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source,
        check=True,
        capture_output=True,
        text=True,
    )
    target.mkdir(parents=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (source / name).is_file():  # A file that was deleted and not committed is still listed.
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def release_folder(folder: Path, tag: str) -> None:
    """Make `folder` a Git repository of one commit, and `tag` its name."""
    who = ["-c", "user.name=Colab leg", "-c", "user.email=colab-leg@example.org", "-c", "commit.gpgsign=false"]
    for command in (
        ["init", "--quiet"],
        ["add", "--all", "--force"],
        [*who, "commit", "--quiet", "-m", "The working tree"],
        [*who, "tag", tag],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def notebook_environment(slug: str, repository: Path, settings: Path) -> dict[str, str]:
    """Return the environment of a kernel that seems to be on Colab, and for which `repository` is GitHub's `slug`.

    `repository` is a folder `….git`: then Git finds it as GitHub's are found, with and without `.git` in the address.
    """
    startup = settings / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-colab.py").write_text(STAND_IN)
    return {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "IPYTHONDIR": str(settings),
        "COURSE_PROGRESS": str(settings / "progress.json"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.with_suffix('').as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://github.com/{slug}",
        "GIT_ALLOW_PROTOCOL": "file",
    }


def installed() -> dict[str, str]:
    """Return the version of every package in the running environment."""
    uv = Path(sys.executable).with_name("uv")
    frozen = subprocess.run(
        [uv, "pip", "freeze", "--python", sys.executable], check=True, capture_output=True, text=True
    )
    return versions(frozen.stdout)


def versions(frozen: str) -> dict[str, str]:
    """Return {package: version} of the lines `package==version` (or `package @ place`) that `pip freeze` prints."""
    return dict(re.split(r"==| @ ", line, maxsplit=1) for line in frozen.splitlines() if line.strip())


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return a sentence for each package of `before` that is gone or has another version in `after`."""
    return [
        f"{name} was {version} and is {after.get(name, 'gone')}"
        for name, version in before.items()
        if after.get(name) != version
    ]


def main() -> int:
    """Run the leg; return its exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--unit-tests", action="store_true", help="run the quick unit tests of the helpers, too")
    parser.add_argument("names", nargs="*", metavar="NN", help="numbers of notebooks, such as 07; all without one")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    if unknown:
        parser.error(f"notebooks are named by their numbers, such as 07, but got {' '.join(sorted(unknown))}")
    before = versions(Path(sys.prefix, "before.txt").read_text())
    uv = Path(sys.executable).with_name("uv")
    if installed() != before:  # The setup cells of an earlier run installed something.
        restore = ["pip", "sync", "--quiet", "--python", sys.executable, Path(sys.prefix, "before.txt")]
        subprocess.run([uv, *restore], check=True)

    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # The debugger of Colab's kernel warns about Python 3.13,
    quiet = ["-W", "ignore::DeprecationWarning"]  # which finds much of Colab's Jupyter deprecated.
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "content")
        repository = Path(folder, "course.git")
        print(
            "The setup cells clone a copy of this folder as it is now, with changes that are not committed.", flush=True
        )
        copy_working_tree(ROOT, repository)
        course = repository / "notebooks" / "course.yml"
        text, slug, release = named(course.read_text(encoding="utf-8"))
        course.write_text(text, encoding="utf-8")
        subprocess.run([sys.executable, "tools/course.py", "--stamp"], cwd=repository, check=True)
        release_folder(repository, release)
        for notebook in (repository / "notebooks").glob("*.ipynb"):
            if arguments.names and notebook.name[:2] not in arguments.names:
                continue
            alone = content / notebook.stem  # On Colab each notebook has a machine of its own.
            alone.mkdir(parents=True)
            shutil.copy2(notebook, alone)
        environment = notebook_environment(slug, repository, Path(folder, "ipython"))
        notebooks = map(str, content.glob("*/*.ipynb"))
        execute = [sys.executable, ROOT / "tests" / "notebooks" / "run_notebooks.py", *notebooks]
        options = ["--options", *quiet, "--rootdir", str(content)]
        if subprocess.run([*execute, *options], cwd=content, env=environment).returncode:
            failed.append("notebooks")
        if arguments.unit_tests:
            # What a student of Colab adds by hand, where a notebook asks for it.
            add = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *NOT_ON_COLAB]
            subprocess.run(add, check=True)
            pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "-p", "no:cacheprovider"]
            quick = ["-m", "not slow and not browser", "tests/unit"]
            progress = {**os.environ, "COURSE_PROGRESS": environment["COURSE_PROGRESS"]}
            if subprocess.run([*pytest, *quiet, *quick], cwd=ROOT, env=progress).returncode:
                failed.append("unit tests")

    changed = changes(before, installed())
    for sentence in changed:
        print(f"Changed on Colab: {sentence}.", flush=True)
    if changed:
        failed.append("packages")
    print(f"Colab leg failed: {', '.join(failed)}." if failed else "Colab leg passed; no package of Colab was changed.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
