"""Curves over all thresholds: against scikit-learn, against definitions, and what odd input is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from helpers.figures.losses import describe_threshold, draw_threshold, threshold_curves

LABELS = np.array([1, 0, 1, 1, 0, 0, 1, 0])
SCORES = np.array([0.9, 0.8, 0.8, 0.6, 0.6, 0.3, 0.2, 0.1])
rows = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 10)), min_size=2, max_size=40).filter(
    lambda pairs: len({label for label, _ in pairs}) == 2
)


@settings(deadline=None)
@given(rows)
def test_areas_and_curves_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    labels, scores = np.array(pairs).T
    curves = threshold_curves(labels, scores / 10)
    assert curves.auc == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert curves.average_precision == pytest.approx(metrics.average_precision_score(labels, scores))
    rates = metrics.roc_curve(labels, scores, drop_intermediate=False)
    np.testing.assert_allclose(curves.false_positive_rate, rates[0])
    np.testing.assert_allclose(curves.recall, rates[1])


@settings(deadline=None)
@given(rows, st.floats(-0.5, 1.5))
def test_counts_at_a_threshold_are_counted_by_the_definition(pairs: list[tuple[int, int]], threshold: float) -> None:
    labels, scores = np.array(pairs).T[0], np.array(pairs).T[1] / 10
    found = threshold_curves(labels, scores).at(threshold)
    called = scores >= threshold
    assert found.true_positives == np.sum(called & (labels == 1))
    assert found.false_positives == np.sum(called & (labels == 0))
    assert found.false_negatives == np.sum(~called & (labels == 1))
    assert found.true_negatives == np.sum(~called & (labels == 0))


def test_an_example_at_the_threshold_is_positive() -> None:
    assert threshold_curves(LABELS, SCORES).at(0.8).true_positives == 2
    assert threshold_curves(LABELS, SCORES).at(0.8000001).true_positives == 1


def test_auc_is_the_share_of_pairs_in_the_right_order_and_ties_count_half() -> None:
    difference = SCORES[LABELS == 1][:, None] - SCORES[LABELS == 0]
    share = np.mean(difference > 0) + np.mean(difference == 0) / 2
    assert threshold_curves(LABELS, SCORES).auc == pytest.approx(share)


def test_rarity_leaves_the_roc_curve_and_lowers_precision() -> None:
    curves = threshold_curves(LABELS, SCORES)
    rare = curves.with_share(0.05)
    assert rare.share == pytest.approx(0.05)
    assert rare.auc == pytest.approx(curves.auc)
    np.testing.assert_allclose(rare.recall, curves.recall)
    assert np.all(rare.precision[1:] <= curves.precision[1:] + 1e-12)
    assert rare.average_precision < curves.average_precision
    hits, alarms = curves.recall[2] * 0.05, curves.false_positive_rate[2] * 0.95
    assert rare.precision[2] == pytest.approx(hits / (hits + alarms))


def test_precision_is_undefined_where_nothing_is_called_positive() -> None:
    curves = threshold_curves(LABELS, SCORES)
    assert np.isnan(curves.precision[0])
    assert np.isnan(curves.at(2.0).precision)
    assert curves.at(2.0).accuracy == 0.5


@pytest.mark.parametrize(
    ("labels", "scores"),
    [
        ([1, 1], [0.1, 0.2]),
        ([0, 1, 2], [0.1, 0.2, 0.3]),
        ([0, 1], [0.1, 0.2, 0.3]),
        ([0, 1], [0.1, float("nan")]),
        ([], []),
        ([[0], [1]], [[0.1], [0.2]]),
    ],
)
def test_labels_and_scores_that_make_no_sense_are_refused(labels: list, scores: list) -> None:
    with pytest.raises(ValueError, match=r"labels|scores"):
        threshold_curves(labels, scores)


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold_curves(LABELS, SCORES).with_share(share)


def test_nan_is_no_threshold() -> None:
    with pytest.raises(ValueError, match="NaN"):
        threshold_curves(LABELS, SCORES).at(float("nan"))


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
def test_four_panels_say_what_they_show(threshold: float) -> None:
    axes = Figure().subplots(2, 2)
    curves = threshold_curves(LABELS, SCORES)
    said = describe_threshold(curves, threshold, "shirt")
    assert draw_threshold(curves, threshold, "shirt", axes=axes) is axes
    assert f"threshold {threshold:.2f}" in said
    assert "shirt" in said
    assert all(ax.get_title(loc="left") or ax.get_title() for ax in axes.flat)
    assert "nan" not in said.lower()
