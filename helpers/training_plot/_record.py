"""What happened in a training run: the value of every metric at every epoch, the best epoch, where a value stopped."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_HIGHER = re.compile(
    r"acc|\w*accuracy|ap|auc|auprc|auroc|bleu|concordance|correct|correlation|dice|elbo|explained|f1|fbeta|hits?|iou"
    r"|jaccard|kappa|kendall|likelihood|map|matthews|mcc|miou|mrr|ndcg|npv|overlap|pearson|ppv|prc|precision|psnr|r2"
    r"|recall|reciprocal|returns?|rewards?|roc|rouge|score|sensitivity|similarity|snr|spearman|specificity|ssim|success"
    r"|tnr|tpr|true|wins?"
)
_LOWER = re.compile(
    r"\w*loss|error|brier|cer|cost|\w*crossentropy|deviance|deviation|distance|divergence|entropy|false|fid|fnr|fpr"
    r"|hinge|huber|kl|logcosh|mae|mape|mse|msle|nll|penalty|perplexity|poisson|regret|rmse|smape|wer"
)


def direction(name: str) -> str | None:
    """Return "max" or "min", where a metric called `name` is best, judged by the words of its name; None if unknown.

    Accuracies, AUC, precision, recall, F-scores, R², IoU, mAP, similarities, correlations, likelihoods, rewards and
    counts of true answers are best at their highest; losses, errors, distances and divergences at their lowest.

    Args:
        name: A key of Keras's logs, with or without `val_`.
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("io_u", "iou").replace("m_ap", "map")
    words = re.split(r"[^a-z0-9]+", text)
    # Keras numbers metrics of one name: auc, auc_1; people write acc5.
    words += [word.rstrip("0123456789") for word in words]
    if any(_LOWER.fullmatch(word) for word in words) or {"negative", "likelihood"} <= set(words):
        return "min"
    return "max" if any(_HIGHER.fullmatch(word) for word in words) else None


def is_learning_rate(name: str) -> bool:
    """Say whether `name` is how Keras's callbacks log the learning rate."""
    return name in ("learning_rate", "lr")


def spoken(name: str) -> str:
    """Return `name` for a reader: `val_loss` is "validation loss"."""
    return f"validation {name[4:]}" if name.startswith("val_") and len(name) > 4 else name


def family(name: str) -> str:
    """Return the metric that `name` belongs to, without `val_`: one family shares one panel."""
    return name[4:] if name.startswith("val_") and len(name) > 4 else name


def time_left(seconds: float) -> str:
    """Return a duration of `seconds` as "12 s left", "3 min left" or "1 h 5 min left"."""
    if seconds < 1:
        return "under 1 s left"
    if seconds < 99.5:
        return f"{seconds:.0f} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min left"


def middle(numbers: np.ndarray) -> float:
    """Return the median, where NaN counts as worse than all: of one number that number, whatever it is."""
    if numbers.size == 1:
        return float(numbers.item())
    return float(np.sort(numbers, axis=None)[(numbers.size - 1) // 2])  # NumPy sorts NaN to the end


@dataclass
class Series:
    """One metric: `values[i]` belongs to the epoch `epochs[i]`, counted from 1; epochs without a value are absent.

    Where a metric is an array, one number for each of many networks, the value is their median, and the band its
    lowest and highest.
    """

    epochs: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    bands: list[tuple[float, float]] = field(default_factory=list)

    def stop(self) -> tuple[int, str] | None:
        """Return (epoch, "NaN" | "infinite") of the first value that is no finite number, or None."""
        for epoch, value in zip(self.epochs, self.values, strict=True):
            if not math.isfinite(value):
                return epoch, "NaN" if math.isnan(value) else "infinite"
        return None


@dataclass(frozen=True)
class Best:
    """The epoch, counted from 1, at which the metric `name` had its best value."""

    name: str
    epoch: int
    value: float
    highest: bool

    def __str__(self) -> str:
        """Return "validation loss lowest at epoch 18 (0.312)"."""
        extreme = "highest" if self.highest else "lowest"
        return f"{spoken(self.name)} {extreme} at epoch {self.epoch} ({self.value:.4g})"


class TrainingRecord:
    """The logs of one run, epoch by epoch.

    Other callbacks may add to the logs of an epoch after they were recorded here (the learning rate, for example), so
    the last ones are read again before they are used.
    """

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}
        self._latest: tuple[int, Mapping[str, Any]] = (0, {})
        self.first = 0
        self.last = 0

    def add(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """Record the logs of `epoch`, counted from 1; what is neither a number nor a row of numbers is left out."""
        self._read()
        self._latest = (epoch, {} if logs is None else logs)
        self.first = self.first or epoch
        self.last = epoch
        self._read()

    def _read(self) -> None:
        epoch, logs = self._latest
        for name, value in logs.items():
            try:
                numbers = np.asarray(value, dtype=float)
            except (TypeError, ValueError, OverflowError):
                continue
            if value is None or not numbers.size or (numbers.ndim > 1 and numbers.size > 1):
                continue
            series = self._series.setdefault(str(name), Series())
            if not series.epochs or series.epochs[-1] != epoch:
                series.epochs.append(epoch)
                series.values.append(math.nan)
                series.bands.append((math.nan, math.nan))
            finite = numbers[np.isfinite(numbers)]
            series.values[-1] = middle(numbers)
            series.bands[-1] = (finite.min(), finite.max()) if finite.size > 1 else (math.nan, math.nan)

    def series(self) -> dict[str, Series]:
        """Return every metric by its name: losses first, then metrics, the learning rate last; training first."""
        self._read()

        def order(name: str) -> tuple[int, str, bool]:
            base = family(name)
            rank = 0 if base == "loss" else 1 if base.endswith("loss") else 3 if is_learning_rate(base) else 2
            return rank, base, name != base

        return {name: self._series[name] for name in sorted(self._series, key=order)}

    def best(self, monitor: str | None = None, mode: str | None = None) -> Best | None:
        """Return the best epoch, the first one of equals, or None while no finite value is known.

        Args:
            monitor: The metric to judge by; `val_loss`, or else `loss`, when None or never logged.
            mode: `"min"` or `"max"` for `monitor`; from its name when None, and the lowest where that says nothing.
        """
        self._read()
        name = next((key for key in (monitor, "val_loss", "loss") if key in self._series), None)
        if name is None:
            return None
        highest = (mode if mode and name == monitor else direction(name)) == "max"
        series = self._series[name]
        finite = [pair for pair in zip(series.values, series.epochs, strict=True) if math.isfinite(pair[0])]
        if not finite:
            return None
        value, epoch = min(finite, key=lambda pair: (-pair[0] if highest else pair[0], pair[1]))
        return Best(name, epoch, value, highest)

    def stops(self) -> list[str]:
        """Return one sentence part for each metric that stopped being a number: "loss became NaN at epoch 5"."""
        found = [(name, series.stop()) for name, series in self.series().items()]
        return [f"{spoken(name)} became {stop[1]} at epoch {stop[0]}" for name, stop in found if stop]

    def values_at_end(self) -> list[str]:
        """Return "name value" of every metric that the last epoch logged."""
        return [
            f"{name} {series.values[-1]:.4g}"
            for name, series in self.series().items()
            if series.epochs[-1] == self.last
        ]
