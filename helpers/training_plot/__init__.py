"""`TrainingPlot`: watch a Keras model learn, epoch by epoch, in a notebook or as text in a script."""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import keras
from matplotlib.figure import Figure

from helpers._console import say
from helpers.picture import bundle
from helpers.training_plot._figure import TrainingFigure
from helpers.training_plot._record import Best, TrainingRecord, direction, time_left

_PATIENCE = 2.0
"""Seconds after which a running epoch shows how far it is."""


def _notebook() -> Any | None:
    """Return the IPython shell of a notebook's kernel, or None in a script or a terminal."""
    if "IPython" not in sys.modules:
        return None
    shell = sys.modules["IPython"].get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


class TrainingPlot(keras.callbacks.Callback):
    """Plots loss and metrics while a model trains: `model.fit(..., callbacks=[TrainingPlot()])`.

    Each metric has its own panel, in which training is a solid line with circles and validation a dashed line with
    squares. Where a metric is an array, one number for each of many networks (`helpers.stacked`), the line is their
    median, and a band goes from the lowest to the highest. A ring and a dotted line mark the best epoch, a cross on the
    upper edge the first epoch with NaN or infinity; the header says how far the training is. Epochs count from 1, as in
    Keras's own output. The first and the last epoch are always drawn, the others about once a second at most, so that
    drawing costs less than 2 % of the training. After an interrupt, the plot is brought up to date when the cell ends.
    When the training ends, the times disappear.

    One instance serves many fits: each makes a new plot, unless `initial_epoch` continues where the last one stopped.
    Without a notebook, each epoch prints a line of text instead. A plot that cannot be drawn never stops the training:
    it says why, once, and goes on as text. Where another callback clears the output of the cell, the plot comes back
    with its next epoch.

    The figure is as wide as `figure.figsize` says, and as high for each row of panels, but never smaller than its
    letters need; where two panels do not fit side by side, they stand one above the other.

    Args:
        monitor: The metric that decides which epoch is best, such as `"val_accuracy"`; by default `"val_loss"`, or
            `"loss"` without validation data. Where no such metric is logged, a warning says so and names those that
            are, and the default decides.
        mode: `"min"` or `"max"`, whether `monitor` is best at its lowest or highest; `"auto"` or None decides by its
            name: accuracies, AUC, precision, recall, scores, similarities, likelihoods and rewards are best at their
            highest, losses, errors and distances at their lowest. A name that says nothing counts as best at its
            lowest, and a warning says so.
        title: A line above the plot.

    Raises:
        TypeError: `monitor` or `title` is not a text.
        ValueError: `mode` is not "min", "max", "auto" or None.

    Example:
        In a notebook, a plot stands in the place of these lines.

        >>> import keras
        >>> import numpy as np
        >>> from helpers.training_plot import TrainingPlot
        >>> x = np.linspace(0, 1, 32)[:, None]
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> plot = TrainingPlot(monitor="loss")
        >>> history = model.fit(x, 3 * x + 5, epochs=2, verbose=0, callbacks=[plot])
        epoch 1 of 2: loss ... · best so far · ... left
        epoch 2 of 2: loss ... · best so far
        >>> plot.best_epoch
        2
    """

    def __init__(self, *, monitor: str | None = None, mode: str | None = None, title: str | None = None) -> None:
        super().__init__()
        for name, value in (("monitor", monitor), ("title", title)):
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{name} must be a text or None, but is {value!r}")
        if mode not in (None, "auto", "min", "max"):
            raise ValueError(f'mode must be "min", "max", "auto" or None, but is {mode!r}')
        self.monitor = monitor
        self.mode = mode
        self.title = title
        self._reset()
        self._record = TrainingRecord()

    def _reset(self) -> None:
        """Forget the drawing and the times of the last fit, but not its record, which a next fit may continue."""
        self._drawing: TrainingFigure | None = None
        self._handle: Any = None
        self._cleared = False
        self._warned = False
        self._shell: Any = None
        self._broken = False
        self._running = False
        self._epoch = 0
        self._step = 0
        self._epoch_began = time.perf_counter()
        self._drawn_at = -float("inf")
        self._pause = 1.0
        self._durations: list[float] = []

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings only: copies for KerasTuner or scikit-learn start fresh, without figure or model."""
        fresh = TrainingPlot(monitor=self.monitor, mode=self.mode, title=self.title)
        return {**self.__dict__, **fresh.__dict__}

    @property
    def best_epoch(self) -> int | None:
        """The best epoch of the last fit, counted from 1, or None where it logged no finite value."""
        best = self._best() if self._epoch else None  # of a fit without epochs, the record is that of the one before
        return best.epoch if best else None

    @property
    def figure(self) -> Figure | None:
        """The matplotlib figure of the last fit in a notebook, as in `plot.figure.savefig("training.pdf")`, or None."""
        return self._drawing.figure if self._drawing else None

    def _best(self) -> Best | None:
        return self._record.best(self.monitor, None if self.mode == "auto" else self.mode)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Start a new plot, and ask the notebook to be told when the cell ends, however it ends."""
        self._finish()
        self._reset()
        self._running = True
        self._shell = _notebook()
        if self._shell is not None:
            self._guard(self._shell.events.register, "post_run_cell", self._finish)
            self._guard(self._listen)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the time; at the first epoch, decide whether it continues what was recorded before."""
        if not self._epoch and epoch != self._record.last:
            self._record = TrainingRecord()
        elif self._epoch:
            self._check_monitor()
        self._epoch = epoch + 1
        self._step = 0
        self._epoch_began = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Show how far a long epoch is. (`on_train_batch_end` would make Keras fetch every batch's metrics at once.)"""
        if self._shell is None or self._broken:
            return
        if time.perf_counter() - max(self._epoch_began, self._drawn_at) >= max(_PATIENCE, self._pause):
            self._step = batch
            self._guard(self._draw)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the epoch, and show it if it is the first or enough time has passed."""
        now = time.perf_counter()
        self._running = True
        self._durations.append(now - self._epoch_began)
        self._epoch, self._step = epoch + 1, 0
        first = len(self._durations) == 1
        self._guard(self._record.add, epoch + 1, logs)
        if self._shell is None or self._broken:
            self._guard(self._print)
        elif first or now - self._drawn_at >= self._pause:
            self._guard(self._draw)
            if self._broken:
                self._guard(self._print)
        self._epoch_began = time.perf_counter()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Show the last state, without times."""
        self._finish()

    def _finish(self, result: object = None) -> None:
        """Draw the last state once, at the end of the training or, after an interrupt or an error, of the cell."""
        if not self._running:
            return
        self._running = False
        if self._shell is not None:
            with contextlib.suppress(ValueError):  # a cell that ended before a training in a thread did so already
                self._shell.events.unregister("post_run_cell", self._finish)
            if self._durations or self._handle is not None:
                self._guard(self._draw)
            self._guard(self._listen, False)
        if self._drawing is not None:
            self._drawing.finish()
        self._check_monitor(at_end=True)

    def _listen(self, start: bool = True) -> None:
        """Learn from the notebook's messages when somebody clears the output; older kernels do not tell."""
        publisher = getattr(self._shell, "display_pub", None)
        change = getattr(publisher, "register_hook" if start else "unregister_hook", None)
        if change is not None:
            change(self._note_clearing)

    def _note_clearing(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["header"]["msg_type"] == "clear_output":
            self._cleared = True
        return message

    def _check_monitor(self, at_end: bool = False) -> None:
        """Warn once when `monitor` is not logged, or when nothing says whether it is best at its highest."""
        if self.monitor is None or self._warned or not self._record.last:
            return
        names = list(self._record.series())
        problem = ""
        if self.monitor not in names:
            # Validation may come only every few epochs: judge its metrics when the first of them is there.
            if at_end or not self.monitor.startswith("val_") or any(name.startswith("val_") for name in names):
                instead = best.name if (best := self._best()) else "nothing"
                known = ", ".join(names) or "none"
                problem = f"monitors {self.monitor!r}, which is not logged (there are: {known}), so {instead} decides"
        elif self.mode in (None, "auto") and direction(self.monitor) is None:
            problem = f'takes the lowest {self.monitor!r} as best: give mode="max" or mode="min" to decide it'
        if problem:
            self._warned = True
            warnings.warn(f"the training plot {problem}", stacklevel=2)

    def _guard(self, action: Callable[..., object], *values: object) -> None:
        """Do `action`, unless drawing failed before; a failure becomes one printed sentence, never an exception."""
        try:
            action(*values)
        except Exception as error:
            if not self._broken:
                self._broken = True
                self._say(f"The training plot goes on as text, because drawing failed: {type(error).__name__}: {error}")

    @staticmethod
    def _say(text: str) -> None:
        try:
            say(text)
            sys.stdout.flush()
        except (OSError, ValueError):  # standard output is closed; the training matters more
            return

    def _epochs(self) -> int:
        """Return how many epochs are planned; the current one where nothing is known (a training loop by hand)."""
        return max(int((self.params or {}).get("epochs") or 0), self._epoch)

    def _state(self) -> str:
        """Return "epoch 7 of 25 · 12 s left" while training, "25 epochs" or "stopped after epoch 7 of 25" after it."""
        last, epochs = self._record.last, self._epochs()
        if not self._running:
            if last < epochs:
                return f"stopped after epoch {last} of {epochs}" if last else f"stopped in epoch 1 of {epochs}"
            if self._record.first > 1:
                return f"epochs {self._record.first} to {last}"
            return f"{last} epoch{'s' if last != 1 else ''}"
        parts = [f"epoch {self._epoch} of {epochs}"]
        steps = (self.params or {}).get("steps")
        done = self._step / steps if steps else 0.0
        if self._step:
            parts.append(f"{100 * done:.0f} % of it" if steps else f"batch {self._step}")
        if self._durations:
            # The first epoch also compiles the model, and a machine may slow down: the last few say most.
            each = statistics.median(self._durations[-5:])
        elif done:
            each = (time.perf_counter() - self._epoch_began) / done
        else:
            return " · ".join(parts)
        left = each * (epochs - self._epoch + (1 - done if self._step else 0))
        if left:
            parts.append(time_left(left))
        return " · ".join(parts)

    def _print(self) -> None:
        """Print one line of text for the epoch that has ended."""
        best = self._best()
        state, _, left = self._state().partition(" · ")
        line = f"{state}: {', '.join(self._record.values_at_end()) or 'nothing logged'}"
        if best and best.epoch == self._record.last:
            line += " · best so far"
        self._say(f"{line} · {left}" if left else line)

    def _draw(self) -> None:
        """Show the record under the cell: a new display at first, the same one changed afterwards."""
        from IPython.display import display

        began = time.perf_counter()
        record, series = self._record, self._record.series()
        stops = record.stops()
        needs = tuple(series), bool(stops)
        made = self._drawing is None or self._drawing.finished or self._drawing.made_for != needs
        if made or self._drawing is None:
            self._drawing = TrainingFigure(needs[0], self.title, needs[1])
        best = self._best()
        last = record.last
        if self._running:
            # The axis doubles as it fills: 1,000 planned epochs do not squeeze the first ten into a corner.
            span = 10
            while record.first + span - 1 < last:
                span *= 2
            last = max(last, min(self._epochs(), max(record.first, 1) + span - 1))
        self._drawing.draw(series, best, stops, self._state(), last, settle=not self._running)
        # Quick pictures while training, a small one to keep.
        png = self._drawing.to_png(compress_level=1 if self._running else 6)
        data, metadata = bundle(png, self._alternative())
        if self._cleared and self._handle is not None:
            # What was cleared may have been a widget elsewhere: then the old display is still there, and is emptied.
            self._handle.update({"text/plain": ""}, raw=True)
            self._handle = None
        self._cleared = False
        if self._handle is None:
            self._handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)
        self._drawn_at = time.perf_counter()
        if not made:  # making the figure happens once and says nothing about the next redraw
            self._pause = max(1.0, 100 * (self._drawn_at - began))

    def _alternative(self) -> str:
        """Return what the plot shows, in words and without times."""
        record = self._record
        if not record.last:
            return f"Training plot in epoch 1 of {self._epochs()}: no values yet."
        best = self._best()
        facts = ([str(best)] if best else []) + record.stops()
        if values := record.values_at_end():
            facts.append(f"at the end {', '.join(values)}")
        name = f"Training plot “{self.title}”" if self.title else "Training plot"
        return f"{name} after epoch {record.last} of {self._epochs()}: {'; '.join(facts) or 'nothing logged'}."
