"""Notebooks read the stored numbers and say what made them."""

import pytest

from helpers.results import band, read_results


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
