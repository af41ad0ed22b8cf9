"""The numbers that notebooks read from `results/` are those that the committed programs make."""

import json

import pytest
from results_program import load_program

from helpers.results import RESULTS, band, read_results


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
