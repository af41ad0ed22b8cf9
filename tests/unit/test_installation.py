"""The check of the installation: a line for each part, and each way in which a part can be wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from helpers import data
from helpers.start import _installation as installation
from helpers.start._installation import (
    COURSE,
    _about_data,
    _about_device,
    _about_keras,
    _about_package,
    _about_packages,
    _about_progress,
    _about_python,
    _findings,
    _imported_version,
    _installed_version,
    _requirements,
)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_tested_pythons_are_fine(version: tuple[int, ...]) -> None:
    assert _about_python(version).fine


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0), (2, 7, 18), (4, 0, 0)])
def test_other_pythons_are_named_with_the_ones_to_install(version: tuple[int, ...]) -> None:
    finding = _about_python(version)
    assert not finding.fine
    assert "3.11 to 3.13" in finding.advice


@pytest.mark.parametrize("version", ["2.20", "2.20.0", "2.21.0rc1", "3.0", "2.100"])
def test_new_enough_package_is_fine(version: str) -> None:
    finding = _about_package("TensorFlow", version, "2.20.0")
    assert finding.fine
    assert str(finding) == f"✔ TensorFlow {version}"


@pytest.mark.parametrize("version", ["2.19.1", "2.9", "1.15", "unknown"])
def test_old_package_is_named_with_the_version_that_is_needed(version: str) -> None:
    finding = _about_package("TensorFlow", version, "2.20")
    assert not finding.fine
    assert f"{version} is too old" in finding.text
    assert "2.20" in finding.advice
    assert "pip install" in finding.advice


def test_missing_package_is_named_with_the_command() -> None:
    finding = _about_package("TensorFlow", None, "2.20")
    assert str(finding).startswith("✘ TensorFlow is missing: it is needed from version 2.20; run `%pip install")


def test_keras_on_tensorflow_is_fine() -> None:
    assert _about_keras("3.13.2", "3.13", "tensorflow").fine


@pytest.mark.parametrize("backend", ["jax", "torch", ""])
def test_another_backend_asks_for_a_restart(backend: str) -> None:
    finding = _about_keras("3.13.2", "3.13", backend)
    assert not finding.fine
    assert backend in finding.text
    assert "restart the kernel" in finding.advice


def test_old_keras_is_too_old_whatever_its_backend() -> None:
    assert "too old" in _about_keras("2.15.0", "3.13", "jax").text
    assert "missing" in _about_keras(None, "3.13", "").text


@pytest.mark.parametrize(("gpus", "said"), [(0, "CPU with 1 core,"), (1, "1 GPU,"), (2, "2 GPUs,")])
def test_every_device_is_fine_and_named(gpus: int, said: str) -> None:
    finding = _about_device(gpus, 1, on_colab=False)
    assert finding.fine
    assert said in finding.text
    assert "Runtime" not in finding.text


def test_colab_without_gpu_is_fine_and_says_where_there_is_one() -> None:
    finding = _about_device(0, 2, on_colab=True)
    assert finding.fine
    assert "Runtime" in finding.text


def test_device_without_tensorflow_is_unknown() -> None:
    assert not _about_device(None, 4, on_colab=False).fine


def test_other_packages_are_one_line_when_all_are_there() -> None:
    finding = _about_packages({"numpy": ("2.1", "2.0"), "scipy": ("1.16", "1.14")})
    assert str(finding) == "✔ 2 other packages, from numpy to scipy"


def test_other_packages_that_are_missing_or_old_come_with_one_command() -> None:
    finding = _about_packages({"numpy": ("1.26.4", "2.0"), "scipy": (None, "1.14"), "tqdm": ("4.67", "4.66")})
    assert not finding.fine
    assert "numpy (1.26.4)" in finding.text
    assert "scipy (not there)" in finding.text
    assert "tqdm" not in str(finding)
    assert '`%pip install "numpy>=2.0" "scipy>=1.14"`' in finding.advice


def test_package_of_one_notebook_may_come_later() -> None:
    finding = _about_packages({"numpy": ("2.1", "2.0"), "keras-tuner": (None, "1.4.7")})
    assert finding.fine
    assert "before you need keras-tuner (notebook 09)" in finding.text
    assert finding.advice == "run `%pip install keras-tuner`"
    assert not _about_packages({"keras-tuner": ("1.0", "1.4.7")}).fine


def test_images_of_the_course_are_right() -> None:
    assert _about_data(data.EMBEDDED, data.EMBEDDED_SHA256).fine


def test_damaged_images_are_noticed_though_one_byte_differs(tmp_path: Path) -> None:
    raw = bytearray(data.EMBEDDED.read_bytes())
    raw[1000] ^= 1
    copy = tmp_path / data.EMBEDDED.name
    copy.write_bytes(raw)
    finding = _about_data(copy, data.EMBEDDED_SHA256)
    assert not finding.fine
    assert "damaged" in finding.text
    assert "git checkout" in finding.advice


def test_missing_images_are_noticed(tmp_path: Path) -> None:
    finding = _about_data(tmp_path / "fashion_mnist.npz", data.EMBEDDED_SHA256)
    assert not finding.fine
    assert "cannot be read" in finding.text
    assert str(tmp_path) not in str(finding)


def test_progress_that_cannot_be_saved_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "not" / "there" / "progress.json"
    assert _about_progress(path, on_colab=False).fine
    assert "export_progress()" in _about_progress(path, on_colab=True).text
    monkeypatch.setattr(installation.os, "access", lambda *_: False)  # the user of a container may write everywhere
    finding = _about_progress(path, on_colab=False)
    assert not finding.fine
    assert "COURSE_PROGRESS" in finding.advice


def test_requirements_are_those_of_the_course() -> None:
    wanted = _requirements((COURSE / "requirements.txt").read_text(encoding="utf-8"))
    assert set(installation.APART) | set(installation.LATER) <= set(wanted)
    assert all(least[0].isdigit() for least in wanted.values())
    assert _requirements("# a comment\nnumpy >= 2.0  # why\n\ntqdm>=4.66\n") == {"numpy": "2.0", "tqdm": "4.66"}


def test_requirements_may_have_several_limits_and_markers() -> None:
    text = 'tqdm>=4.66,<5\nnumpy<3,>=2.0 ; python_version >= "3.11"  # why\nanything\n'
    assert _requirements(text) == {"tqdm": "4.66", "numpy": "2.0", "anything": "0"}


def test_release_candidate_of_the_least_version_is_too_old() -> None:
    assert not _about_package("TensorFlow", "2.20.0rc1", "2.20").fine
    assert _about_package("TensorFlow", "2.20.0+cpu", "2.20").fine


CHECK_WITHOUT = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Nothing())
from helpers.start import check_installation
check_installation()
assert not {missing} & set(sys.modules)
"""


@pytest.mark.parametrize(
    "missing",
    [{"yaml", "keras", "tensorflow", "ipywidgets"}, {"matplotlib", "numpy", "tensorflow", "keras"}, {"packaging"}],
    ids=lambda missing: "-".join(sorted(missing)),
)
def test_check_speaks_whatever_is_missing(missing: set[str], tmp_path: Path) -> None:
    environment = {**os.environ, "COURSE_PROGRESS": str(tmp_path / "progress.json"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", CHECK_WITHOUT.format(missing=missing)],
        cwd=COURSE, env=environment, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "need a look" in lines[-1]
    if "packaging" in missing:
        assert lines[0].startswith("✘ packaging is missing")
        return
    assert len(lines) == 8
    assert any(line.startswith("✔ Python") for line in lines)
    for name in ("TensorFlow", "Keras"):
        assert any(line.startswith(f"✘ {name} is missing") for line in lines)
    if "numpy" in missing:
        assert any(line.startswith("✘ the images cannot be used (ModuleNotFoundError: No module named 'numpy')")
                   for line in lines)  # fmt: skip


def test_course_without_requirements_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "COURSE", tmp_path)
    (finding,) = _findings()
    assert not finding.fine
    assert "requirements.txt" in finding.text


def test_missing_package_has_no_version() -> None:
    assert _installed_version("no-such-package-here") is None
    assert _imported_version("no_such_package_here") is None


def test_package_that_lacks_another_is_not_taken_for_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_a_package.py").write_text("import no_such_package_here")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError):
        _imported_version("half_a_package")


def test_every_part_has_one_line_even_where_everything_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("undefined symbol\nin a library")

    for name in ("_imported_version", "_keras_backend", "_number_of_gpus"):
        monkeypatch.setattr(installation, name, broken)
    found = _findings()
    lines = [str(finding) for finding in found]
    assert len(lines) == 7
    assert all("\n" not in line for line in lines)
    assert [finding.fine for finding in found[1:4]] == [False] * 3
    assert "TensorFlow cannot be used (OSError: undefined symbol)" in lines[1]
    assert all(finding.advice for finding in found if not finding.fine)


def test_colab_needs_no_jupyterlab(monkeypatch: pytest.MonkeyPatch) -> None:
    real = installation._installed_version
    monkeypatch.setattr(
        installation, "_installed_version", lambda name: None if name == "jupyterlab" else real(name) or "99"
    )
    monkeypatch.setattr(installation, "_imported_version", lambda name: "99")
    monkeypatch.setattr(installation, "_keras_backend", lambda: "tensorflow")
    monkeypatch.setattr(installation, "_number_of_gpus", lambda: 0)

    def complaints(on_colab: bool) -> list[str]:
        return [str(finding) for finding in _findings(on_colab=on_colab) if "jupyterlab" in str(finding)]

    assert complaints(on_colab=False)
    assert not complaints(on_colab=True)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert not [str(finding) for finding in _findings() if "jupyterlab" in str(finding)]


def test_summary_counts_what_needs_a_look(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = installation.Finding(True, "fine"), installation.Finding(False, "broken", "repair it")
    monkeypatch.setattr(installation, "_findings", lambda: [good, good])
    installation.check_installation()
    assert capsys.readouterr().out == "✔ fine\n✔ fine\nEverything is there.\n"
    monkeypatch.setattr(installation, "_findings", lambda: [good, bad])
    installation.check_installation()
    assert capsys.readouterr().out == "✔ fine\n✘ broken: repair it\n1 of 2 lines need a look: those with ✘.\n"


def test_progress_that_would_go_into_a_device_is_told():
    assert not _about_progress(Path(os.devnull), on_colab=False).fine
