"""What a threshold decides: scores as two mountains, ROC and precision-recall, and a score that fails in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from sklearn import metrics

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

SHIRT, OTHER = style.ORANGE, style.BLUE
LOGIT_EDGES = np.arange(-9.25, 3.0, 0.75)
"""Bins of the scores; the first holds all lower ones too."""


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def counts(labels: Any, scores: Any, threshold: float) -> tuple[int, int, int, int]:
    """Return found, missed, false alarms and rightly left, when a probability of at least `threshold` is called 1."""
    called = np.asarray(scores) >= _logit(threshold)
    found, missed, alarms, left = metrics.confusion_matrix(labels, called, labels=[True, False]).ravel()
    return int(found), int(missed), int(alarms), int(left)


def threshold(ax: Axes, labels: Any, scores: Any, threshold: float = 0.5) -> str:
    """Draw the scores of shirts upwards and of all others downwards, on one scale, cut by a threshold.

    Args:
        ax: Where to draw.
        labels: (n,) True for shirts.
        scores: (n,) logits.
        threshold: The probability from which on an image is called a shirt.
    """
    labels, cut = np.asarray(labels, bool), _logit(threshold)
    place = np.clip(scores, LOGIT_EDGES[0], LOGIT_EDGES[-1] - 1e-6)
    for own, color, sign in ((labels, SHIRT, 1), (~labels, OTHER, -1)):
        edges = np.unique(np.append(LOGIT_EDGES, np.clip(cut, LOGIT_EDGES[0], LOGIT_EDGES[-1])))
        bins = np.searchsorted(LOGIT_EDGES, edges[:-1], side="right") - 1
        tall = np.histogram(place[own], LOGIT_EDGES)[0][bins]  # a bin that is cut keeps its height on both sides
        called = edges[:-1] >= cut - 1e-9
        for which, shade in ((called, color), (~called, kit.faded(color, 0.3))):
            ax.bar(edges[:-1][which], sign * tall[which], np.diff(edges)[which] * 0.94, align="edge", color=shade,
                   linewidth=0)  # fmt: skip
    found, missed, alarms, left = counts(labels, scores, threshold)
    top = np.histogram(place[labels], LOGIT_EDGES)[0].max()
    low = -np.histogram(place[~labels], LOGIT_EDGES)[0].max()
    kit.bare(ax, (LOGIT_EDGES[0] - 0.2, LOGIT_EDGES[-1] + 2.9), (1.45 * low, top + 0.45 * abs(low)))
    ax.axhline(0, color="white", linewidth=kit.points(2))
    ax.vlines(cut, 1.08 * low, top + 0.22 * abs(low), color=style.BLACK, linewidth=kit.points(3), zorder=4)
    words: dict[str, Any] = {"va": "center"}
    ax.text(cut - 0.2, top + 0.32 * abs(low), "← called other", ha="right", weight="bold", **words)
    ax.text(min(cut, 2.2) + 0.2, top + 0.32 * abs(low), "called shirt →", weight="bold", **words)
    ax.text(2.4, top + 0.1 * abs(low), f"{found} shirts found", color="#8F5200", weight="bold", ha="left", **words)
    ax.text(-5.5, 0.6 * top, f"{missed} shirts missed", color="#8F5200", ha="center", **words)
    ax.text(2.4, 0.35 * low, f"{alarms} false alarms", color=OTHER, weight="bold", ha="left", **words)
    ax.text(-9.3, 0.92 * low, f"{left:,} others\nleft alone", color=OTHER, **words)
    ax.plot([LOGIT_EDGES[0], LOGIT_EDGES[-1]], [1.15 * low] * 2, "-", color=style.GREY, linewidth=1)
    for p in (0.001, 0.01, 0.1, 0.5, 0.9):
        ax.plot([_logit(p)] * 2, [1.15 * low, 1.19 * low], "-", color=style.GREY, linewidth=1)
        ax.text(_logit(p), 1.3 * low, f"{p:g}", ha="center", fontsize=kit.points(10), **words)
    ax.text(2.75, 1.3 * low, "probability of shirt", fontsize=kit.points(10), **words)
    ax.set_title(
        f"threshold {threshold:.2f}: {found + alarms} alarms, {alarms / max(1, found + alarms):.0%} of them false"
    )
    kit.keep_inside(ax)
    return (
        f"Scores of {found + missed} shirts and {alarms + left:,} other images, cut at {threshold:.2f}: {found} shirts "
        f"found, {missed} missed, {alarms} false alarms."
    )


def best_f1(labels: Any, scores: Any) -> float:
    """Return the highest F1 that some threshold reaches."""
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))


def weights_for(labels: Any, share: float) -> np.ndarray:
    """Return weights (n,) with which a `share` of all is positive, each class scoring as before."""
    labels = np.asarray(labels, bool)
    return np.where(labels, share / labels.sum(), (1 - share) / (~labels).sum())


def roc_and_precision(
    axes: Any, labels: Any, scores: Any, threshold: float = 0.5, shirts: str = "1 in 10"
) -> str:  # fmt: skip
    """Draw one threshold on the ROC curve (left) and on precision-recall curves for three shares of shirts (right)."""
    left, right = axes
    shares = {"1 in 2": 0.5, "1 in 10": 0.1, "1 in 100": 0.01}
    found, missed, alarms, others = counts(labels, scores, threshold)
    recall, fpr = found / (found + missed), alarms / (alarms + others)
    left.plot([0, 1], [0, 1], ":", color=style.GREY, linewidth=1.5)
    left.text(0.62, 0.5, "guessing", color=style.GREY)
    rates, recalls, _ = metrics.roc_curve(labels, scores)
    left.plot(rates, recalls, "-", color=style.BLACK)
    left.plot([fpr, fpr], [0, recall], "-", color=SHIRT, linewidth=kit.points(5))
    left.plot([0, fpr], [recall, recall], "-", color=OTHER, linewidth=kit.points(5))
    _ring(left, fpr, recall)
    left.set_title(f"ROC, area {metrics.roc_auc_score(labels, scores):.2f}")
    left.set(xlabel="false alarms, share of others", ylabel="found, share of shirts")
    said = {}
    for name, share in shares.items():
        precision, found_share, _ = metrics.precision_recall_curve(
            labels, scores, sample_weight=weights_for(labels, share)
        )
        chosen = name == shirts
        color = style.BLACK if chosen else kit.faded(style.BLACK, 0.4)
        right.plot(found_share[:-1], precision[:-1], "-", color=color, linewidth=kit.points(2.4 if chosen else 1.4))
        said[name] = share * recall / (share * recall + (1 - share) * fpr) if recall + fpr else 1.0
        at = np.argmin(np.abs(found_share[:-1] - 0.3))
        right.text(0.3, precision[at] - 0.11, name, ha="center", color=style.BLACK if chosen else style.GREY)
    now = said[shirts]
    right.plot([recall, recall], [0, now], "-", color=SHIRT, linewidth=kit.points(5))
    right.plot([recall, recall], [now, 1], "-", color=OTHER, linewidth=kit.points(5))
    _ring(right, recall, now)
    right.set_title(f"{shirts}: {now:.0%} of alarms are shirts")
    right.set(xlabel="recall: found, share of shirts", ylabel="precision")
    for ax in axes:
        ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.05), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    return (
        f"At threshold {threshold:.2f} recall is {recall:.0%} and the false-positive rate {fpr:.0%}, wherever shirts "
        f"are {shirts}; precision is then {now:.0%}."
    )


def _ring(ax: Axes, x: float, y: float) -> None:
    ax.plot([x], [y], "o", markerfacecolor="white", color=style.BLACK, markersize=kit.points(9), markeredgewidth=2.2,
            zorder=5)  # fmt: skip


def draw_class_weights(scores: Mapping[int, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the precision-recall curves of runs with three class weights, and where the threshold ½ lies on each.

    Args:
        scores: Weight → runs: labels (n,), True for the rare class, and probabilities (n,).
        ax: Where to draw; on a new figure when None.
    """
    rows = {}
    for weight, runs in scores.items():
        decided = [(labels, np.asarray(scored) >= 0.5) for labels, scored in runs]
        rows[weight] = np.array(
            [(metrics.recall_score(*each), metrics.precision_score(*each, zero_division=0)) for each in decided]
        )
    if ax is None:
        means = {weight: row.mean(axis=0) for weight, row in rows.items()}
        told = "; ".join(f"weight {w}: recall {recall:.0%}, precision {p:.0%}" for w, (recall, p) in means.items())
        said = f"Mean curves that lie nearly on each other; the threshold ½ on them: {told}."
        ax = new_axes(said, figsize=(5.8, 3.3))
    shares = np.linspace(0.05, 1, 96)
    for (weight, runs), color, marker, dash in zip(
        scores.items(), style.COLORS, style.MARKERS, style.LINE_STYLES, strict=False
    ):
        curves = [metrics.precision_recall_curve(*run)[:2] for run in runs]
        mean = np.mean([np.interp(shares, recall[::-1], precision[::-1]) for precision, recall in curves], axis=0)
        ax.plot(shares, mean, linestyle=dash, color=color, linewidth=1.6, zorder=1)
        ax.plot(*rows[weight].T, marker, color=color, markersize=kit.points(8), linestyle="none", zorder=3)
        place = rows[weight].mean(axis=0)
        ax.annotate(f"weight {weight}", place, (8, 12), textcoords="offset points", color=color)
    ax.text(0.03, 0.06, "lines: means of five splits", color=style.GREY)
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.15), ylim=(0, 0.9), xticks=np.arange(0, 1.1, 0.2))
    ax.set_title("Weights move ½ along nearly the same curve")
    return ax


def draw_in_use(
    images: Mapping[str, Any], right: Mapping[str, Any], sure: Mapping[str, float], *, ax: Axes | None = None
) -> Axes:
    """Draw one image a condition, and above it how often five networks are right and how sure they are.

    Args:
        images: Condition → (28, 28).
        right: Condition → accuracies (seeds,).
        sure: Condition → mean probability of the answer.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        told = "; ".join(f"{name}: {np.mean(right[name]):.0%} right, {sure[name]:.0%} sure" for name in images)
        ax = new_axes(f"Five networks under six conditions. {told}.", figsize=(7.6, 3.9))
    sheet = kit.panels(ax, (1,), below=86)[0]
    for column, (name, image) in enumerate(images.items()):
        sheet.plot([column - 0.12] * len(right[name]), 100 * np.asarray(right[name]), "o", color=style.BLUE,
                   markersize=kit.points(6))  # fmt: skip
        sheet.plot([column + 0.16], [100 * sure[name]], "_", color=style.VERMILION, markersize=kit.points(18),
                   markeredgewidth=kit.points(3.5))  # fmt: skip
        picture = sheet.inset_axes((column - 0.36, -48, 0.72, 42), transform=sheet.transData)
        picture.imshow(image, cmap="gray", vmin=0, vmax=1)
        picture.set_axis_off()
        sheet.text(column, -60, name.replace(" ", "\n", 1), ha="center", va="center", fontsize=kit.points(10))
    sheet.text(0.06, 90, "how sure", color=style.VERMILION)
    sheet.text(-0.05, 66, "% right", color=style.BLUE)
    sheet.set(xlim=(-0.5, len(images) - 0.4), ylim=(0, 100), xticks=[], yticks=[0, 50, 100], ylabel="%")
    sheet.set_title("Where it fails, it does not say so")
    return ax
