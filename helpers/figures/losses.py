"""What a threshold on scores decides: counts, precision, recall, ROC and precision-recall curves, and their drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from helpers import style


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
        thresholds: (n,), falling: infinity, at which nothing is positive, and then each score that occurs.
        true_positives: (n,), rising: positive examples that score at least the threshold, as a count or a weight.
        false_positives: (n,), rising: negative examples that do.
    """

    thresholds: np.ndarray
    true_positives: np.ndarray
    false_positives: np.ndarray

    @property
    def recall(self) -> np.ndarray:
        """True-positive rate (n,), from 0 to 1."""
        return self.true_positives / self.true_positives[-1]

    @property
    def false_positive_rate(self) -> np.ndarray:
        """False-positive rate (n,), from 0 to 1."""
        return self.false_positives / self.false_positives[-1]

    @property
    def precision(self) -> np.ndarray:
        """Precision (n,); NaN at the infinite threshold, where nothing is called positive."""
        called = self.true_positives + self.false_positives
        return np.divide(self.true_positives, called, out=np.full(len(called), np.nan), where=called > 0)

    @property
    def share(self) -> float:
        """Share of positive examples among all."""
        return float(self.true_positives[-1] / (self.true_positives[-1] + self.false_positives[-1]))

    @property
    def auc(self) -> float:
        """Area under the ROC curve: how often a random positive example scores above a random negative one."""
        return float(np.trapezoid(self.recall, self.false_positive_rate))

    @property
    def average_precision(self) -> float:
        """Area under the precision-recall curve, as a sum of steps: each gain of recall times its precision."""
        return float(np.sum(np.diff(self.recall) * self.precision[1:]))

    def at(self, threshold: float) -> Confusion:
        """Return the decisions when everything that scores at least `threshold` is called positive.

        Raises:
            ValueError: `threshold` is NaN.
        """
        if np.isnan(threshold):
            raise ValueError("a threshold must be a number, but is NaN")
        place = int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1
        positives, negatives = float(self.true_positives[-1]), float(self.false_positives[-1])
        hits, alarms = float(self.true_positives[place]), float(self.false_positives[place])
        return Confusion(hits, positives - hits, alarms, negatives - alarms)

    def with_share(self, share: float) -> ThresholdCurves:
        """Return the curves to expect where a `share` of all examples is positive and each class scores as before.

        Raises:
            ValueError: `share` is not between 0 and 1.
        """
        if not 0 < share < 1:
            raise ValueError(f"the share of positive examples must lie between 0 and 1, but is {share}")
        return ThresholdCurves(self.thresholds, share * self.recall, (1 - share) * self.false_positive_rate)


def threshold_curves(labels: Any, scores: Any) -> ThresholdCurves:
    """Return the decisions of every threshold on `scores`.

    Args:
        labels: (n,) of 0 and 1, or False and True; both must occur.
        scores: (n,), higher for examples that are more likely positive; probabilities, or any other numbers.

    Raises:
        ValueError: The shapes differ, labels are not 0 and 1, a class is missing, or a score is not finite.

    Source:
        Fawcett (2006), An introduction to ROC analysis, algorithm 1: equal scores make one step.
    """
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=float)
    if labels.ndim != 1 or labels.shape != scores.shape:
        raise ValueError(f"labels and scores must be two rows of equal length, but are {labels.shape}, {scores.shape}")
    if not np.isin(labels, (0, 1)).all() or len(np.unique(labels)) < 2:
        raise ValueError("labels must be 0 and 1, and both must occur")
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite numbers")
    order = np.argsort(-scores, kind="stable")
    hits, ranked = np.cumsum(labels[order] == 1), scores[order]
    last = np.flatnonzero(np.append(np.diff(ranked) != 0, True))  # of each group of equal scores
    return ThresholdCurves(
        np.append(np.inf, ranked[last]), np.append(0, hits[last]), np.append(0, last + 1 - hits[last])
    )


def draw_confusion(ax: Axes, found: Confusion, name: str) -> None:
    """Write the four counts as a table: true classes as rows, decisions as columns, right ones on the diagonal.

    Args:
        ax: Where to draw.
        found: The counts.
        name: What a positive example is, such as "shirt".
    """
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


def draw_roc(ax: Axes, curves: ThresholdCurves, found: Confusion | None = None) -> None:
    """Draw the true-positive rate against the false-positive rate, with chance and the point of a threshold."""
    ax.plot((0, 1), (0, 1), ":", color=style.GREY)
    ax.text(0.6, 0.44, "chance", color=style.GREY)
    ax.plot(curves.false_positive_rate, curves.recall, "-", color=style.BLUE)
    if found is not None:
        ax.plot(found.false_positive_rate, found.recall, "o", color=style.VERMILION, markersize=9)
    ax.set(xlabel="false-positive rate", ylabel="true-positive rate", xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    ax.set_title(f"ROC: AUC {curves.auc:.3f}")


def draw_precision_recall(ax: Axes, curves: ThresholdCurves, found: Confusion | None = None) -> None:
    """Draw precision against recall, with chance (the share of positive examples) and the point of a threshold."""
    ax.axhline(curves.share, linestyle=":", color=style.GREY)
    ax.text(0.02, curves.share + 0.02, "chance", color=style.GREY)
    ax.plot(curves.recall, curves.precision, "-", color=style.GREEN, drawstyle="steps-pre", linewidth=1.5)
    if found is not None:
        ax.plot(found.recall, found.precision, "o", color=style.VERMILION, markersize=9)
    ax.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    ax.set_title(f"precision-recall: average precision {curves.average_precision:.3f}")


def draw_threshold(axes: Any, curves: ThresholdCurves, threshold: float, name: str = "positive") -> str:
    """Draw one threshold in four linked panels, and return in words what they show.

    Args:
        axes: (2, 2) Axes: confusion matrix, precision and recall over thresholds, ROC, precision-recall.
        curves: What `threshold_curves` returned, for scores from 0 to 1.
        threshold: Everything that scores at least this is called positive.
        name: What a positive example is, such as "shirt".
    """
    (table, over_thresholds), (roc, precision_recall) = axes
    found = curves.at(threshold)
    draw_confusion(table, found, name)
    table.set_title(f"threshold {threshold:.2f}: accuracy {found.accuracy:.1%}")
    over_thresholds.plot(curves.thresholds[1:], curves.precision[1:], "-", color=style.GREEN, linewidth=1.5)
    over_thresholds.plot(curves.thresholds[1:], curves.recall[1:], "--", color=style.BLUE)
    over_thresholds.axvline(threshold, color=style.VERMILION, linewidth=1.5)
    over_thresholds.plot([threshold] * 2, [found.precision, found.recall], "o", color=style.VERMILION, markersize=9)
    over_thresholds.set(xlabel="threshold", ylabel="share", xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    over_thresholds.text(0.58, 0.42, "solid: precision\ndashed: recall")
    precision = "undefined" if np.isnan(found.precision) else f"{found.precision:.0%}"
    over_thresholds.set_title(f"precision {precision}, recall {found.recall:.0%}")
    draw_roc(roc, curves, found)
    draw_precision_recall(precision_recall, curves, found)
    return (
        f"At threshold {threshold:.2f}, {found.true_positives:.0f} of {curves.true_positives[-1]:.0f} {name} examples "
        f"are found and {found.false_positives:.0f} others called so: precision {precision}, "
        f"recall {found.recall:.0%}, accuracy {found.accuracy:.1%}. "
        f"ROC area {curves.auc:.3f}, average precision {curves.average_precision:.3f}."
    )
