"""Notebooks read the stored numbers and say what made them."""

import doctest
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import results
from helpers.results import band, read_results

ROOT = Path(__file__).resolve().parents[2]


def test_reading_results_prints_what_made_them(capsys):
    groups = read_results("training")
    assert "gallery" in groups
    assert "python results/training.py" in capsys.readouterr().out


def test_unknown_results_name_the_known_ones():
    with pytest.raises(ValueError, match="training"):
        read_results("cooking")


@pytest.mark.parametrize("values", [(1.0, np.nan, 0.5), (np.nan, 0.5), (0.5, np.nan)])
def test_band_knows_of_a_run_that_diverged_wherever_it_stands(values):
    assert np.isnan(band(({"a": value} for value in values), "a")).all()


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


def test_examples_in_the_docstrings_are_true():
    done = doctest.testmod(results)
    assert done.failed == 0
    assert done.attempted > 0
