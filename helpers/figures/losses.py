"""What a threshold on scores decides: counts, precision, recall, ROC and precision-recall curves, and their drawing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from sklearn import metrics

from helpers import style
from helpers.picture import ShownFigure, new_axes


class Confusion(NamedTuple):
    """How many examples a threshold decides rightly and wrongly; "positive" is what scores at least the threshold."""

    true_positives: float
    false_negatives: float
    false_positives: float
    true_negatives: float

    @property
    def accuracy(self) -> float:
        """Share of all examples that are decided rightly."""
        return (self.true_positives + self.true_negatives) / sum(self)

    @property
    def precision(self) -> float:
        """Share of the examples called positive that are positive; NaN when none is called so."""
        called = self.true_positives + self.false_positives
        return self.true_positives / called if called else float("nan")

    @property
    def recall(self) -> float:
        """Share of the positive examples that are called so, the true-positive rate."""
        return self.true_positives / (self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        """Share of the negative examples that are called positive."""
        return self.false_positives / (self.false_positives + self.true_negatives)


@dataclass(frozen=True, eq=False)
class ThresholdCurves:
    """Every decision that some threshold makes, from the strictest one to the most generous one.

    Attributes:
        labels: (n,), 1 for positive examples and 0 for negative ones.
        scores: (n,), higher for examples that are more likely positive.
        weights: (n,), for how many examples each one stands.
    """

    labels: np.ndarray
    scores: np.ndarray
    weights: np.ndarray

    @cached_property
    def _roc(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return metrics.roc_curve(self.labels, self.scores, sample_weight=self.weights, drop_intermediate=False)

    @property
    def thresholds(self) -> np.ndarray:
        """(steps,), falling: infinity, at which nothing is positive, and then each score that occurs."""
        return self._roc[2]

    @property
    def recall(self) -> np.ndarray:
        """True-positive rate (steps,), from 0 to 1."""
        return self._roc[1]

    @property
    def false_positive_rate(self) -> np.ndarray:
        """False-positive rate (steps,), from 0 to 1."""
        return self._roc[0]

    @cached_property
    def precision(self) -> np.ndarray:
        """Precision (steps,); NaN at the infinite threshold, where nothing is called positive."""
        rising = metrics.precision_recall_curve(self.labels, self.scores, sample_weight=self.weights)[0]
        return np.append(np.nan, rising[-2::-1])  # scikit-learn's last point belongs to no threshold

    @property
    def share(self) -> float:
        """Share of positive examples among all."""
        return float(self.weights[self.labels == 1].sum() / self.weights.sum())

    @cached_property
    def auc(self) -> float:
        """Area under the ROC curve: how often a random positive example scores above a random negative one."""
        return float(metrics.auc(self.false_positive_rate, self.recall))

    @cached_property
    def average_precision(self) -> float:
        """Area under the precision-recall curve, as a sum of steps: each gain of recall times its precision."""
        return float(metrics.average_precision_score(self.labels, self.scores, sample_weight=self.weights))

    def at(self, threshold: float) -> Confusion:
        """Return the decisions when everything that scores at least `threshold` is called positive.

        Raises:
            ValueError: `threshold` is NaN.
        """
        if np.isnan(threshold):
            raise ValueError("a threshold must be a number, but is NaN")
        called = (self.scores >= threshold).astype(int)
        counts = metrics.confusion_matrix(self.labels, called, sample_weight=self.weights, labels=[1, 0])
        return Confusion(*counts.ravel().tolist())

    def with_share(self, share: float) -> ThresholdCurves:
        """Return the curves to expect where a `share` of all examples is positive and each class scores as before.

        Raises:
            ValueError: `share` is not between 0 and 1.
        """
        if not 0 < share < 1:
            raise ValueError(f"the share of positive examples must lie between 0 and 1, but is {share}")
        positive = self.labels == 1
        totals = np.where(positive, self.weights[positive].sum(), self.weights[~positive].sum())
        weights = np.where(positive, share, 1 - share) * self.weights / totals
        return ThresholdCurves(self.labels, self.scores, weights)


def threshold_curves(labels: Any, scores: Any) -> ThresholdCurves:
    """Return the decisions of every threshold on `scores`, computed by scikit-learn.

    Args:
        labels: (n,) of 0 and 1, or False and True; both must occur.
        scores: (n,), higher for examples that are more likely positive; probabilities, or any other numbers.

    Raises:
        ValueError: The shapes differ, labels are not 0 and 1, a class is missing, or a score is not finite.
    """
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=float)
    if labels.ndim != 1 or labels.shape != scores.shape:
        raise ValueError(f"labels and scores must be two rows of equal length, but are {labels.shape}, {scores.shape}")
    if not np.isin(labels, (0, 1)).all() or len(np.unique(labels)) < 2:
        raise ValueError(f"labels must be 0 and 1, and both must occur, but there are {np.unique(labels)[:5].tolist()}")
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite numbers, but hold NaN or infinity")
    return ThresholdCurves(labels.astype(int), scores, np.ones(len(labels)))


def draw_confusion(found: Confusion, name: str = "positive", *, ax: Axes | None = None) -> Axes:
    """Write the four counts as a table: true classes as rows, decisions as columns, right ones on the diagonal.

    Args:
        found: The counts.
        name: What a positive example is, such as "shirt".
        ax: Where to draw; on a new figure when None.
    """
    ax = new_axes(describe_confusion(found, name)) if ax is None else ax
    table = np.array(found).reshape(2, 2)
    shares = table / table.sum(axis=1, keepdims=True)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    words = (("found (TP)", "missed (FN)"), ("false alarm (FP)", "rightly left (TN)"))
    for (row, column), count in np.ndenumerate(table):
        color = "white" if shares[row, column] > 0.5 else style.BLACK
        text = f"{count:,.0f}\n{words[row][column]}"
        ax.text(column, row, text, ha="center", va="center", color=color)
    names = [name, "other"]
    ax.set(xticks=(0, 1), xticklabels=names, yticks=(0, 1), yticklabels=names, xlabel="called", ylabel="truly")
    ax.grid(False)
    return ax


def describe_confusion(found: Confusion, name: str = "positive") -> str:
    """Return in a sentence what `draw_confusion` shows."""
    positives, negatives = found.true_positives + found.false_negatives, found.false_positives + found.true_negatives
    return (
        f"Of {positives:,.0f} {name} examples {found.true_positives:,.0f} are found, "
        f"of {negatives:,.0f} others {found.false_positives:,.0f} are called so too."
    )


def draw_roc(curves: ThresholdCurves, found: Confusion | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the true-positive rate against the false-positive rate, with chance and the point of a threshold.

    Args:
        curves: What `threshold_curves` returned.
        found: The decisions of one threshold, from `curves.at`, to be marked.
        ax: Where to draw; on a new figure when None.
    """
    ax = new_axes(describe_roc(curves, found)) if ax is None else ax
    grey = style.visible(style.GREY, ax, 4.5)
    ax.plot((0, 1), (0, 1), ":", color=grey)
    ax.text(0.6, 0.44, "chance", color=grey)
    ax.plot(curves.false_positive_rate, curves.recall, "-", color=style.visible(style.BLUE, ax))
    if found is not None:
        _mark(ax, found.false_positive_rate, found.recall)
    ax.set(xlabel="false-positive rate", ylabel="true-positive rate", xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    ax.set_title(f"ROC: AUC {curves.auc:.3f}")
    return ax


def describe_roc(curves: ThresholdCurves, found: Confusion | None = None) -> str:
    """Return in a sentence what `draw_roc` shows."""
    marked = ""
    if found is not None:
        rates = f"true-positive rate {found.recall:.0%} and false-positive rate {found.false_positive_rate:.0%}"
        marked = f", with a point at {rates}"
    return f"ROC curve with area {curves.auc:.3f}, where chance has 0.5{marked}."


def draw_precision_recall(curves: ThresholdCurves, found: Confusion | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw precision against recall, with chance (the share of positive examples) and the point of a threshold.

    Args:
        curves: What `threshold_curves` returned.
        found: The decisions of one threshold, from `curves.at`, to be marked.
        ax: Where to draw; on a new figure when None.
    """
    ax = new_axes(describe_precision_recall(curves, found)) if ax is None else ax
    grey = style.visible(style.GREY, ax, 4.5)
    ax.axhline(curves.share, linestyle=":", color=grey)
    ax.text(0.02, curves.share + 0.02, "chance", color=grey)
    color = style.visible(style.GREEN, ax)
    ax.plot(curves.recall, curves.precision, "-", color=color, drawstyle="steps-pre", linewidth=1.5)
    if found is not None:
        _mark(ax, found.recall, found.precision)
    ax.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    ax.set_title(f"precision-recall: average precision {curves.average_precision:.3f}")
    return ax


def describe_precision_recall(curves: ThresholdCurves, found: Confusion | None = None) -> str:
    """Return in a sentence what `draw_precision_recall` shows."""
    marked = "" if found is None else f", with a point at recall {found.recall:.0%} and precision {_percent(found)}"
    chance = f"where chance has {curves.share:.3f}"
    return f"Precision-recall curve with average precision {curves.average_precision:.3f}, {chance}{marked}."


def draw_threshold(curves: ThresholdCurves, threshold: float, name: str = "positive", *, axes: Any = None) -> Any:
    """Draw one threshold in four linked panels: confusion matrix, both rates over thresholds, ROC, precision-recall.

    Args:
        curves: What `threshold_curves` returned, for scores from 0 to 1.
        threshold: Everything that scores at least this is called positive.
        name: What a positive example is, such as "shirt".
        axes: (2, 2) Axes; those of a new figure when None, which `axes[0, 0].figure` shows.

    Returns:
        The (2, 2) Axes.
    """
    if axes is None:
        figure = ShownFigure(figsize=(9.5, 6.4), layout="constrained")
        figure.describe = describe_threshold(curves, threshold, name)
        axes = figure.subplots(2, 2)
    (table, over_thresholds), (roc, precision_recall) = axes
    found = curves.at(threshold)
    draw_confusion(found, name, ax=table)
    table.set_title(f"threshold {threshold:.2f}: accuracy {found.accuracy:.1%}")
    green, blue, red = (style.visible(color, over_thresholds) for color in (style.GREEN, style.BLUE, style.VERMILION))
    over_thresholds.plot(curves.thresholds[1:], curves.precision[1:], "-", color=green, linewidth=1.5)
    over_thresholds.plot(curves.thresholds[1:], curves.recall[1:], "--", color=blue)
    over_thresholds.axvline(threshold, color=red, linewidth=1.5)
    _mark(over_thresholds, [threshold] * 2, [found.precision, found.recall])
    over_thresholds.set(xlabel="threshold", ylabel="share", xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    over_thresholds.text(0.58, 0.42, "solid: precision\ndashed: recall", color=style.ink(over_thresholds))
    over_thresholds.set_title(f"precision {_percent(found)}, recall {found.recall:.0%}")
    draw_roc(curves, found, ax=roc)
    draw_precision_recall(curves, found, ax=precision_recall)
    return axes


def describe_threshold(curves: ThresholdCurves, threshold: float, name: str = "positive") -> str:
    """Return in words what `draw_threshold` shows."""
    found = curves.at(threshold)
    positives = found.true_positives + found.false_negatives
    return (
        f"At threshold {threshold:.2f}, {found.true_positives:.0f} of {positives:.0f} {name} examples "
        f"are found and {found.false_positives:.0f} others called so: precision {_percent(found)}, "
        f"recall {found.recall:.0%}, accuracy {found.accuracy:.1%}. "
        f"ROC area {curves.auc:.3f}, average precision {curves.average_precision:.3f}."
    )


def _percent(found: Confusion) -> str:
    """Return the precision in words."""
    return "undefined" if np.isnan(found.precision) else f"{found.precision:.0%}"


def _mark(ax: Axes, x: Any, y: Any) -> None:
    """Mark the points of the chosen threshold."""
    ax.plot(x, y, "o", color=style.visible(style.VERMILION, ax), markersize=9)
