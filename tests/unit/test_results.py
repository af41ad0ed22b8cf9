"""The numbers that notebooks read from `results/` are those that the committed programs make."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.results import RESULTS, band, read_results

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "notebooks"))
from results_program import load_program  # noqa: E402


def test_training_results_hold_every_group_and_seed():
    stored = json.loads((RESULTS / "training.json").read_text(encoding="utf-8"))
    training = load_program("training")
    assert set(stored["groups"]) == set(training.GROUPS)
    assert stored["seeds"] == list(training.SEEDS)
    assert len(stored["seeds"]) >= 5
    for name, settings in stored["groups"].items():
        if name != "baselines":
            assert all(len(runs) == len(stored["seeds"]) for runs in settings.values()), name


def test_one_slice_of_training_results_is_made_again():
    again = load_program("training").dead_units(seeds=(0,))
    stored = json.loads((RESULTS / "training.json").read_text(encoding="utf-8"))["groups"]["dead_units"]
    for rate, runs in again.items():  # other versions and processors round differently, hence a band
        assert runs[0]["dead"] == pytest.approx(stored[rate][0]["dead"], abs=0.12)


def test_baseline_of_the_subset_is_made_again():
    from sklearn.linear_model import LogisticRegression

    (x, y), _, (x_test, y_test) = load_program("training").load(full=False)
    model = LogisticRegression(C=0.01, max_iter=1000).fit(x.reshape(len(x), -1), y)
    stored = json.loads((RESULTS / "training.json").read_text(encoding="utf-8"))["groups"]["baselines"]["subset"]
    assert model.score(x_test.reshape(len(x_test), -1), y_test) == pytest.approx(
        stored["logistic regression"], abs=0.005
    )


def test_reading_results_prints_what_made_them(capsys):
    groups = read_results("training")
    assert "gallery" in groups
    assert "python results/training.py" in capsys.readouterr().out


def test_unknown_results_name_the_known_ones():
    with pytest.raises(ValueError, match="training"):
        read_results("cooking")


def test_band_is_lowest_and_highest():
    assert band([{"a": 2.0}, {"a": 1.0}, {"a": 3.0}], "a") == (1.0, 3.0)


@pytest.mark.parametrize("runs", [[], [{"a": 1.0}, {"b": 1.0}]])
def test_band_of_missing_numbers_is_refused(runs):
    with pytest.raises(ValueError, match="run"):
        band(runs, "a")


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_reading_results_loads_no_library():
    code = (
        "import sys; from helpers.results import band, read_results; read_results('training');"
        "print({'numpy', 'keras', 'tensorflow', 'matplotlib', 'helpers.startup', 'helpers.style'} & set(sys.modules))"
    )
    assert run(code).splitlines()[-1] == "set()"


@pytest.mark.parametrize("module", ["results", "startup"])
def test_examples_in_the_docstrings_are_true(module):
    said = run(f"import doctest, helpers.{module} as m; print(doctest.testmod(m))")
    assert "failed=0" in said, said
    assert "attempted=0" not in said
