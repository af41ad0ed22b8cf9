"""Is everything there that the course needs? One line for each part: fine, or what to do about it."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers._console import say
from helpers._files import progress_path
from helpers.startup import silent_stderr

# Nothing beyond the standard library is imported here before a line asks for it: what is missing should be said, not
# raised.

COURSE = Path(__file__).resolve().parents[2]
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)

APART = ("tensorflow", "keras")
"""Packages of requirements.txt that have a line of their own."""

LATER = {"keras-tuner": "notebook 09", "openml": "load_fashion_mnist(full=True)", "optuna": "notebook 09"}
"""Packages that one place of the course needs, and that place: Google Colab does not bring them."""

REPAIR = "run `%pip install -r requirements.txt` in the course's folder, then restart the kernel"


@dataclass(frozen=True)
class Finding:
    """What was found about one part of the installation.

    Attributes:
        fine: Whether the course can work with it.
        text: What was found, with versions.
        advice: What to do about it; empty where nothing need be done.
    """

    fine: bool
    text: str
    advice: str = ""

    def __str__(self) -> str:
        """Return the finding as one line."""
        return " ".join(f"{'✔' if self.fine else '✘'} {self.text}{': ' if self.advice else ''}{self.advice}".split())


def check_installation() -> None:
    """Print a line for each part that the course needs: ✔ where it is fine, ✘ and what to do where it is not.

    Example:
        >>> check_installation()  # doctest: +SKIP
        ✔ Python 3.11.9
        ✘ TensorFlow is missing: it is needed from version 2.20; run `%pip install -r requirements.txt` …
    """
    found = _findings()
    for finding in found:
        say(finding)
    wrong = sum(not finding.fine for finding in found)
    say("Everything is there." if not wrong else f"{wrong} of {len(found)} lines need a look: those with ✘.")


def _findings(*, on_colab: bool | None = None) -> list[Finding]:
    """Return what `check_installation` prints; whatever is missing or broken, nothing is raised.

    Args:
        on_colab: Whether this is Google Colab; looked up when None.
    """
    colab = "google.colab" in sys.modules if on_colab is None else on_colab
    try:
        wanted = _requirements((COURSE / "requirements.txt").read_text(encoding="utf-8"))
    except ImportError:
        return [Finding(False, "packaging is missing, with which the versions of the others are compared", REPAIR)]
    except OSError as error:
        text = f"requirements.txt of the course's folder cannot be read ({error.strerror})"
        return [Finding(False, text, "clone the whole repository again")]
    others = {
        name: least for name, least in wanted.items() if name not in APART and not (colab and name == "jupyterlab")
    }
    versions = {name: _installed_version(name) for name in wanted}
    steps: dict[str, Callable[[], Finding]] = {
        "Python": lambda: _about_python(sys.version_info[:3]),
        "TensorFlow": lambda: _about_package("TensorFlow", _imported_version("tensorflow"), wanted["tensorflow"]),
        "Keras": lambda: _about_keras(_imported_version("keras"), wanted["keras"], _keras_backend()),
        "the device": lambda: _about_device(_number_of_gpus(), os.cpu_count() or 1, colab),
        "the other packages": lambda: _about_packages(
            {name: (versions[name], least) for name, least in others.items()}
        ),
        "the images": lambda: _about_data(*_embedded_images()),
        "your progress": lambda: _about_progress(progress_path(), colab),
    }
    return [_safely(part, step) for part, step in steps.items()]


def _safely(part: str, step: Callable[[], Finding]) -> Finding:
    try:
        return step()
    except Exception as error:  # a broken package may raise anything, and the other lines still help
        said = next(iter(str(error).strip().splitlines()), "no message")[:200]
        return Finding(False, f"{part} cannot be used ({type(error).__name__}: {said})", REPAIR)


# What is there --------------------------------------------------------------------------------------------------------


def _requirements(text: str) -> dict[str, str]:
    """Return package → least version from the `text` of a requirements file, whose lines read `name>=1.2  # why`."""
    from packaging.requirements import Requirement

    found = [Requirement(line) for row in text.splitlines() if (line := row.partition("#")[0].strip())]
    return {one.name: next((limit.version for limit in one.specifier if limit.operator == ">="), "0") for one in found}


def _installed_version(name: str) -> str | None:
    """Return the version of an installed package without importing it, None where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _imported_version(name: str) -> str | None:
    """Return the version of a package that is imported for it, None where there is none.

    TensorFlow goes by several names as a package (tensorflow-cpu, say), but by one when it is imported.

    Raises:
        Exception: What the package raises when it is there but cannot be loaded.
    """
    with silent_stderr():
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name == name:
                return None
            raise
    return str(getattr(module, "__version__", "unknown"))


def _embedded_images() -> tuple[Path, str]:
    """Return the file of the images that lie in the course's folder, and its SHA-256."""
    from helpers import data

    return data.EMBEDDED, data.EMBEDDED_SHA256


def _keras_backend() -> str:
    """Return the name of the library that Keras computes with, empty where there is no Keras."""
    keras = sys.modules.get("keras")
    return str(keras.backend.backend()) if keras else ""


def _number_of_gpus() -> int | None:
    """Return how many GPUs TensorFlow can use, None where there is no TensorFlow."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return None
    with silent_stderr():
        return len(tensorflow.config.list_physical_devices("GPU"))


# What to say about it -------------------------------------------------------------------------------------------------


def _about_python(version: tuple[int, ...]) -> Finding:
    """Return the finding on a Python of this version, (3, 12, 1) say."""
    text = f"Python {'.'.join(map(str, version))}"
    if OLDEST_PYTHON <= version[:2] <= NEWEST_PYTHON:
        return Finding(True, text)
    span = " to ".join(".".join(map(str, end)) for end in (OLDEST_PYTHON, NEWEST_PYTHON))
    return Finding(False, text, f"the course is made for Python {span}; install one of them and run `make lab` again")


def _about_package(title: str, version: str | None, least: str) -> Finding:
    """Return the finding on a package of this version, None meaning that it is missing."""
    if version is None:
        return Finding(False, f"{title} is missing", f"it is needed from version {least}; {REPAIR}")
    if not _reaches(version, least):
        return Finding(False, f"{title} {version} is too old", f"it is needed from version {least}; {REPAIR}")
    return Finding(True, f"{title} {version}")


def _about_keras(version: str | None, least: str, backend: str) -> Finding:
    """Return the finding on Keras, and on the library that it computes with."""
    finding = _about_package("Keras", version, least)
    if not finding.fine:
        return finding
    if backend != "tensorflow":
        return Finding(
            False,
            f"{finding.text} computes with {backend or 'an unknown library'}",
            "the course needs TensorFlow here; restart the kernel and run the setup cell before anything else",
        )
    return Finding(True, f"{finding.text}, computing with TensorFlow")


def _about_device(gpus: int | None, cores: int, on_colab: bool) -> Finding:
    """Return the finding on where networks are trained. No notebook needs a GPU."""
    if gpus is None:
        return Finding(False, "device unknown", "without TensorFlow nothing can be trained; see the line above")
    if gpus:
        return Finding(True, f"device: {gpus} GPU{'s' if gpus > 1 else ''}, and a CPU with {_count(cores, 'core')}")
    text = f"device: CPU with {_count(cores, 'core')}, enough for every notebook"
    more = " (Runtime → Change runtime type offers a GPU, but nothing here needs one)" if on_colab else ""
    return Finding(True, text + more)


def _about_packages(versions: Mapping[str, tuple[str | None, str]]) -> Finding:
    """Return the finding on the other packages: name → (version or None, least version)."""
    later = [name for name, (version, _) in versions.items() if version is None and name in LATER]
    bad = [
        name
        for name, (version, least) in versions.items()
        if name not in later and (version is None or not _reaches(version, least))
    ]
    if bad:
        described = ", ".join(f"{name} ({versions[name][0] or 'not there'})" for name in bad)
        wanted = " ".join(f'"{name}>={versions[name][1]}"' for name in bad)
        return Finding(
            False, f"missing or too old: {described}", f"run `%pip install {wanted}`, then restart the kernel"
        )
    names = sorted(set(versions) - set(later))
    there = f"{_count(len(names), 'other package')}, from {names[0]} to {names[-1]}"
    if not later:
        return Finding(True, there)
    places = " and ".join(f"{name} ({LATER[name]})" for name in later)
    return Finding(True, f"{there}; before you need {places}", f"run `%pip install {' '.join(later)}`")


def _about_data(path: Path, sha256: str) -> Finding:
    """Return the finding on the images that lie in the course's folder: they are there, and they are the right ones."""
    repair = f"take it back with `git checkout -- data/{path.name}`, or clone the course again"
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return Finding(False, f"the images, data/{path.name}, cannot be read ({error.strerror})", repair)
    if found != sha256:
        return Finding(False, f"the images, data/{path.name}, are damaged", repair)
    return Finding(True, "12,000 Fashion-MNIST images, their checksum right")


def _about_progress(path: Path, on_colab: bool) -> Finding:
    """Return the finding on the file that remembers which exercises are done."""
    place = path if path.exists() else next(folder for folder in path.parents if folder.exists())
    if not os.access(place, os.W_OK) or (place == path and not path.is_file()):
        return Finding(False, f"progress cannot be saved in {path.name}", "set COURSE_PROGRESS to a file you may write")
    forgets = ", until Colab ends the session: keep it with export_progress()" if on_colab else ""
    return Finding(True, f"your progress can be saved{forgets}")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _reaches(version: str, least: str) -> bool:
    """Tell whether `version` is at least `least`; a version that is not one, such as "unknown", is not."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) >= Version(least)
    except InvalidVersion:
        return False
