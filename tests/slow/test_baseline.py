"""The baseline that is stored in `results/training.json` is made again."""

import json

import pytest
from results_program import load_program

from helpers.results import RESULTS

pytestmark = pytest.mark.slow


def test_baseline_of_the_subset_is_made_again():
    from sklearn.linear_model import LogisticRegression

    (x, y), _, (x_test, y_test) = load_program("training").load(full=False)
    model = LogisticRegression(C=0.01, max_iter=1000).fit(x.reshape(len(x), -1), y)
    stored = json.loads((RESULTS / "training.json").read_text(encoding="utf-8"))["groups"]["baselines"]["subset"]
    assert model.score(x_test.reshape(len(x_test), -1), y_test) == pytest.approx(
        stored["logistic regression"], abs=0.005
    )
