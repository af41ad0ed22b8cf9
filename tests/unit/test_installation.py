"""The check of the installation: a line for each part, and each way in which a part can be wrong."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from helpers import data
from helpers.start import _installation as installation
from helpers.start._installation import (
    COURSE,
    about_data,
    about_device,
    about_folder,
    about_keras,
    about_package,
    about_packages,
    about_progress,
    about_python,
    about_sliders,
    findings,
    imported_version,
    installed_version,
    requirements,
)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_tested_pythons_are_fine(version: tuple[int, ...]) -> None:
    assert about_python(version).fine


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0), (2, 7, 18), (4, 0, 0)])
def test_other_pythons_are_named_with_the_ones_to_install(version: tuple[int, ...]) -> None:
    finding = about_python(version)
    assert not finding.fine
    assert "3.11 to 3.13" in finding.advice


@pytest.mark.parametrize("version", ["2.20", "2.20.0", "2.21.0rc1", "3.0", "2.100"])
def test_new_enough_package_is_fine(version: str) -> None:
    finding = about_package("TensorFlow", version, "2.20.0")
    assert finding.fine
    assert str(finding) == f"✔ TensorFlow {version}"


@pytest.mark.parametrize("version", ["2.19.1", "2.9", "1.15", "unknown"])
def test_old_package_is_named_with_the_version_that_is_needed(version: str) -> None:
    finding = about_package("TensorFlow", version, "2.20")
    assert not finding.fine
    assert f"{version} is too old" in finding.text
    assert "2.20" in finding.advice
    assert "pip install" in finding.advice


def test_missing_package_is_named_with_the_command() -> None:
    finding = about_package("TensorFlow", None, "2.20")
    assert str(finding).startswith("✘ TensorFlow is missing: it is needed from version 2.20; run `%pip install")


def test_keras_on_tensorflow_is_fine() -> None:
    assert about_keras("3.13.2", "3.13", "tensorflow").fine


@pytest.mark.parametrize("backend", ["jax", "torch", ""])
def test_another_backend_asks_for_a_restart(backend: str) -> None:
    finding = about_keras("3.13.2", "3.13", backend)
    assert not finding.fine
    assert backend in finding.text
    assert "restart the kernel" in finding.advice


def test_old_keras_is_too_old_whatever_its_backend() -> None:
    assert "too old" in about_keras("2.15.0", "3.13", "jax").text
    assert "missing" in about_keras(None, "3.13", "").text


@pytest.mark.parametrize(("gpus", "said"), [(0, "CPU with 1 core,"), (1, "1 GPU,"), (2, "2 GPUs,")])
def test_every_device_is_fine_and_named(gpus: int, said: str) -> None:
    finding = about_device(gpus, 1, on_colab=False)
    assert finding.fine
    assert said in finding.text
    assert "Runtime" not in finding.text


def test_colab_without_gpu_is_fine_and_says_where_there_is_one() -> None:
    finding = about_device(0, 2, on_colab=True)
    assert finding.fine
    assert "Runtime" in finding.text


def test_device_without_tensorflow_is_unknown() -> None:
    assert not about_device(None, 4, on_colab=False).fine


def test_other_packages_are_one_line_when_all_are_there() -> None:
    finding = about_packages({"numpy": ("2.1", "2.0"), "scipy": ("1.16", "1.14")})
    assert str(finding) == "✔ 2 other packages, from numpy to scipy"


def test_other_packages_that_are_missing_or_old_come_with_one_command() -> None:
    finding = about_packages({"numpy": ("1.26.4", "2.0"), "scipy": (None, "1.14"), "tqdm": ("4.67", "4.66")})
    assert not finding.fine
    assert "numpy (1.26.4)" in finding.text
    assert "scipy (not there)" in finding.text
    assert "tqdm" not in str(finding)
    assert '`%pip install "numpy>=2.0" "scipy>=1.14"`' in finding.advice


def test_package_of_one_notebook_may_come_later() -> None:
    finding = about_packages({"numpy": ("2.1", "2.0"), "keras-tuner": (None, "1.4.7")})
    assert finding.fine
    assert "before you need keras-tuner (notebook 09)" in finding.text
    assert finding.advice == "run `%pip install keras-tuner`"
    assert not about_packages({"keras-tuner": ("1.0", "1.4.7")}).fine


@pytest.mark.parametrize(("version", "fine"), [("8.1.5", True), ("7.7.1", True), ("7.6.0", False), (None, False)])
def test_sliders_need_a_new_enough_ipywidgets(version: str | None, fine: bool) -> None:
    assert about_sliders(version, "7.7.1").fine == fine


def test_images_of_the_course_are_right() -> None:
    assert about_data(data.EMBEDDED, data.EMBEDDED_SHA256).fine


def test_damaged_images_are_noticed_though_one_byte_differs(tmp_path: Path) -> None:
    raw = bytearray(data.EMBEDDED.read_bytes())
    raw[1000] ^= 1
    copy = tmp_path / data.EMBEDDED.name
    copy.write_bytes(raw)
    finding = about_data(copy, data.EMBEDDED_SHA256)
    assert not finding.fine
    assert "damaged" in finding.text
    assert "git checkout" in finding.advice


def test_missing_images_are_noticed(tmp_path: Path) -> None:
    finding = about_data(tmp_path / "fashion_mnist.npz", data.EMBEDDED_SHA256)
    assert not finding.fine
    assert "cannot be read" in finding.text
    assert str(tmp_path) not in str(finding)


def test_half_a_course_is_noticed(tmp_path: Path) -> None:
    assert about_folder(COURSE).fine
    (tmp_path / "helpers").mkdir()
    finding = about_folder(tmp_path)
    assert not finding.fine
    assert "no data and no notebooks" in finding.text


def test_progress_that_cannot_be_saved_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "not" / "there" / "progress.json"
    assert about_progress(path, on_colab=False).fine
    assert "export_progress()" in about_progress(path, on_colab=True).text
    monkeypatch.setattr(installation.os, "access", lambda *_: False)  # the user of a container may write everywhere
    finding = about_progress(path, on_colab=False)
    assert not finding.fine
    assert "COURSE_PROGRESS" in finding.advice


def test_requirements_are_those_of_the_course() -> None:
    wanted = requirements((COURSE / "requirements.txt").read_text(encoding="utf-8"))
    assert set(installation.APART) | set(installation.LATER) <= set(wanted)
    assert all(least[0].isdigit() for least in wanted.values())
    assert requirements("# a comment\nnumpy >= 2.0  # why\n\ntqdm>=4.66\n") == {"numpy": "2.0", "tqdm": "4.66"}


def test_missing_package_has_no_version() -> None:
    assert installed_version("no-such-package-here") is None
    assert imported_version("no_such_package_here") is None


def test_package_that_lacks_another_is_not_taken_for_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_a_package.py").write_text("import no_such_package_here")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError):
        imported_version("half_a_package")


def test_every_part_has_one_line_even_where_everything_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("undefined symbol\nin a library")

    for name in ("imported_version", "keras_backend", "number_of_gpus"):
        monkeypatch.setattr(installation, name, broken)
    found = findings()
    lines = [str(finding) for finding in found]
    assert len(lines) == 9
    assert all("\n" not in line for line in lines)
    assert [finding.fine for finding in found[1:4]] == [False] * 3
    assert "TensorFlow cannot be used (OSError: undefined symbol)" in lines[1]
    assert all(finding.advice for finding in found if not finding.fine)


def test_colab_needs_no_jupyterlab(monkeypatch: pytest.MonkeyPatch) -> None:
    real = installation.installed_version
    monkeypatch.setattr(
        installation, "installed_version", lambda name: None if name == "jupyterlab" else real(name) or "99"
    )
    monkeypatch.setattr(installation, "imported_version", lambda name: "99")
    monkeypatch.setattr(installation, "keras_backend", lambda: "tensorflow")
    monkeypatch.setattr(installation, "number_of_gpus", lambda: 0)

    def complaints(on_colab: bool) -> list[str]:
        return [str(finding) for finding in findings(on_colab=on_colab) if "jupyterlab" in str(finding)]

    assert complaints(on_colab=False)
    assert not complaints(on_colab=True)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert not [str(finding) for finding in findings() if "jupyterlab" in str(finding)]


def test_summary_counts_what_needs_a_look(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = installation.Finding(True, "fine"), installation.Finding(False, "broken", "repair it")
    monkeypatch.setattr(installation, "findings", lambda: [good, good])
    installation.check_installation()
    assert capsys.readouterr().out == "✔ fine\n✔ fine\nEverything is there.\n"
    monkeypatch.setattr(installation, "findings", lambda: [good, bad])
    installation.check_installation()
    assert capsys.readouterr().out == "✔ fine\n✘ broken: repair it\n1 of 2 lines need a look: those with ✘.\n"


def test_progress_that_would_go_into_a_device_is_told():
    assert not about_progress(Path(os.devnull), on_colab=False).fine
