"""Curves of training: a gallery of sick runs and their cures, when to stop, and what a crash makes callbacks forget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.training._sets import stored
from helpers.picture import new_axes

PATIENTS = {
    "A": "under-fitting",
    "B": "over-fitting",
    "C": "rate too high",
    "D": "healthy",
    "E": "shuffled labels",
    "F": "rate too low",
}
CURES = ("as it was", "60 epochs", "rate 100 times smaller", "rate 500 times larger", "64 units", "2,000 images")
TOP = 3.6
"""Nats; what is higher leaves the panel."""

TRAIN, VALIDATION = style.look("training"), style.look("validation")


def _curves(ax: Axes, runs: Sequence[Mapping[str, Any]], *, ghost: bool = False) -> None:
    """Draw training and validation losses: each seed pale, their mean strong; all grey for a ghost."""
    for key, look in (("loss", TRAIN), ("val_loss", VALIDATION)):
        losses = np.array([run[key] for run in runs], float)
        epochs = np.arange(1, losses.shape[1] + 1)
        color = style.GREY if ghost else look.color
        if not ghost:
            ax.plot(epochs, losses.T, "-", color=kit.faded(color, 0.35), linewidth=1)
        ax.plot(epochs, losses.mean(axis=0), linestyle=look.dash, color=color, linewidth=1.5 if ghost else 2.4)
    ax.axhline(np.log(10), color=style.GREY, linestyle=":", linewidth=1.2)


def percent(runs: Sequence[Mapping[str, float]], key: str) -> str:
    """Return the mean of a share over runs in per cent."""
    return f"{100 * np.mean([run[key] for run in runs]):.0f} %"


def draw_gallery(*, ax: Axes | None = None) -> Axes:
    """Draw the losses of six runs, without what ails them: letters, and the accuracies at the end."""
    runs = {letter: stored("gallery")[f"{name} | as it was"] for letter, name in PATIENTS.items()}
    if ax is None:
        told = "; ".join(f"{k}: {percent(r, 'accuracy')} and {percent(r, 'val_accuracy')}" for k, r in runs.items())
        ax = new_axes(f"Losses of six runs. Training and validation accuracy at the end: {told}.", figsize=(7.6, 5.0))
    for panel, (letter, each) in zip(kit.panels(ax, (3, 3), below=36), runs.items(), strict=True):
        _curves(panel, each)
        panel.set(xlim=(0, 21), ylim=(0, TOP), xticks=[1, 10, 20], yticks=[0, 1, 2, 3])
        panel.set_title(letter, weight="bold")
        inside: dict[str, Any] = {"transform": panel.transAxes, "ha": "right", "va": "top"}
        panel.text(0.56, 1.14, f"train {percent(each, 'accuracy')}", color=TRAIN.color, **inside)
        panel.text(1.0, 1.14, f"val {percent(each, 'val_accuracy')}", color=VALIDATION.color, **inside)
        if letter in "AD":
            panel.set_ylabel("loss (nats)")
        if letter in "DEF":
            panel.set_xlabel("epoch")
    return ax


def cure(ax: Axes, patient: str = "A", cure: str = "as it was") -> str:
    """Draw a run of the gallery in grey, and in colours the same run with one thing changed."""
    name = PATIENTS[patient]
    before, after = (stored("gallery")[f"{name} | {key}"] for key in ("as it was", cure))
    if cure != "as it was":
        _curves(ax, before, ghost=True)
    _curves(ax, after)
    long = len(after[0]["loss"])
    ax.set(xlim=(0, 61 if long > 20 else 21), ylim=(0, TOP), xlabel="epoch", ylabel="loss (nats)")
    ax.set_xticks([1, 20, 40, 60] if long > 20 else [1, 10, 20])
    were, are = percent(before, "val_accuracy"), percent(after, "val_accuracy")
    ax.set_title(f"{patient}: validation accuracy {were}" + (f" → {are}" if cure != "as it was" else ""))
    ends = ", ".join(
        f"{key.replace('_', ' ')} {np.mean([run[key][-1] for run in after]):.2f}" for key in ("loss", "val_loss")
    )
    return f"Run {patient}, {cure}: {ends}; validation accuracy {were} before, {are} now."


def smooth(losses: Sequence[float], smoothing: float) -> np.ndarray:
    """Return the running average of losses; with smoothing 0 the losses themselves."""
    average = [losses[0]]
    for loss in losses[1:]:
        average.append(smoothing * average[-1] + (1 - smoothing) * loss)
    return np.array(average)


def stop(watched: Sequence[float] | np.ndarray, patience: int) -> tuple[int, int]:
    """Return the epoch that early stopping restores and the last one that it trains, counted from 1."""
    best = 1
    for epoch in range(2, len(watched) + 1):
        if watched[epoch - 1] < watched[best - 1]:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, len(watched)


def stopping(ax: Axes, losses: Sequence[float], patience: int = 1, smoothing: float = 0.0) -> str:
    """Draw a validation loss, where early stopping ends the run, and to which epoch it goes back.

    Args:
        ax: Where to draw.
        losses: Validation loss of each epoch.
        patience: Epochs without a new low.
        smoothing: Share of the running average that stays; 0 watches the loss itself.
    """
    watched = smooth(losses, smoothing)
    best, last = stop(watched, patience)
    epochs, low, high = np.arange(1, len(losses) + 1), min(losses), max(losses)
    room = 0.12 * (high - low)
    ax.plot(epochs, losses, **VALIDATION.line, marker=VALIDATION.marker, markersize=kit.points(5))
    if smoothing:
        ax.plot(epochs, watched, "-", color=style.BLACK)
        kit.label_end(ax, 3, watched[2], "average", style.BLACK, offset=(8, 6))
    if last < len(losses):
        ax.axvspan(last + 0.5, len(losses) + 0.5, color=style.LIGHT_GREY, alpha=0.7, linewidth=0, zorder=0)
        ax.text(len(losses) + 0.3, high, "never trained" if len(losses) - last > 5 else "", ha="right", va="top")
    ax.plot(best, losses[best - 1], "o", markerfacecolor="none", color=style.GREEN, markersize=kit.points(15),
            markeredgewidth=2.5)  # fmt: skip
    if last > best:
        arrow: dict[str, Any] = {"arrowstyle": "->", "color": style.GREEN, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (best, low - room), (last + 0.5, low - room), arrowprops=arrow)
    ax.set(
        xlim=(0.5, len(losses) + 0.5),
        ylim=(low - 2 * room, high + room),
        xlabel="epoch",
        ylabel="validation loss (nats)",
    )
    ax.set_xticks([1, *range(5, len(losses) + 1, 5)])
    kit.keep_inside(ax)
    ax.set_title(f"back to epoch {best}, loss {losses[best - 1]:.3f}")
    return (
        f"Patience {patience}, smoothing {smoothing:g}: stops after epoch {last} and goes back to epoch {best}, with "
        f"loss {losses[best - 1]:.3f}; the lowest of all is {low:.3f}."
    )


def rehearse(
    make_callbacks: Callable[[], list[Any]], losses: Sequence[float], *, crash: int | None = None
) -> list[int]:
    """Train a tiny Keras model on prescribed validation losses; return the epoch that its best file holds after each.

    Args:
        make_callbacks: Returns the callbacks of a fit, a `ModelCheckpoint` among them.
        losses: What each epoch logs as "val_loss"; no two are equal.
        crash: The epoch after which `fit` is interrupted once, and called again with fresh callbacks.
    """
    import keras

    held: list[int] = []

    class Prescribed(keras.callbacks.Callback):
        def __init__(self, crash: int | None) -> None:
            super().__init__()
            self.crash = crash

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == self.crash:
                raise KeyboardInterrupt

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["val_loss"] = losses[epoch]

    def fit(crash: int | None) -> None:
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        callbacks = make_callbacks()
        file = next(one for one in callbacks if isinstance(one, keras.callbacks.ModelCheckpoint))

        def note(epoch: int, _: Any) -> None:
            held.append(epoch + 1 if file.best is None else losses.index(file.best) + 1)

        every = [Prescribed(crash), *callbacks, keras.callbacks.LambdaCallback(on_epoch_end=note)]
        try:
            model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=len(losses), verbose=0, callbacks=every)
        except KeyboardInterrupt:
            for one in callbacks:
                if isinstance(one, keras.callbacks.CSVLogger):
                    one.on_train_end()  # closes its file, as the end of a program does

    if crash:
        fit(crash)
    fit(None)
    return held


def draw_crash(
    losses: Sequence[float], kept: Mapping[str, Sequence[int]], crash: int, *, ax: Axes | None = None
) -> Axes:
    """Draw validation losses, and below them, for each run, the epoch that stands in its file after every epoch.

    Args:
        losses: Validation loss of each epoch.
        kept: Name of the run → epoch in the file "best" after each epoch that it trained.
        crash: The epoch after which the second run was interrupted.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        told = "; ".join(f"{name}: {', '.join(map(str, held))}" for name, held in kept.items())
        ax = new_axes(f"Epoch that the file of the best weights holds after each epoch. {told}.", figsize=(7.6, 3.6))
    epochs = np.arange(1, len(losses) + 1)
    ax.plot(epochs, losses, **VALIDATION.line, marker=VALIDATION.marker, markersize=kit.points(7))
    ax.axvline(crash + 0.5, color=style.BLACK, linestyle=":", linewidth=2)
    ax.text(crash + 0.56, 1.0, "power fails", va="center")
    for row, (name, held) in enumerate(kept.items()):
        y = -0.22 - 0.3 * row
        ax.text(0.35, y, name, ha="right", va="center")
        for epoch, epoch_held in enumerate(held, start=1):
            worse = losses[epoch_held - 1] > min(losses[:epoch])
            color = style.VERMILION if worse else style.BLUE
            ax.text(epoch, y, f"epoch {epoch_held}", ha="center", va="center", weight="bold" if worse else "normal",
                    bbox=kit.BOX | {"edgecolor": color}, color=color)  # fmt: skip
    ax.set(xlim=(-1.25, len(losses) + 0.6), ylim=(-0.75, 1.1), xticks=epochs, yticks=[0, 0.5, 1], xlabel="epoch")
    ax.set_title("After the crash, a worse epoch replaces the best one")
    ax.text(0.35, 0.6, "validation\nloss", ha="right", va="center", color=VALIDATION.color)
    ax.grid(False)
    return ax
