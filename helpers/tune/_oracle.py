"""KerasTuner's oracles and tuners, with a memory that survives a kill at any moment and trials that repeat exactly.

An oracle chooses the hyperparameters of the next trial, a tuner trains it. KerasTuner writes what its oracle knows file
by file and not in one step each, so that a kill in between loses a search, or repeats a trial. Here every file is
written in one step, and reading them again puts right where two of them disagree.

This module imports KerasTuner, and with it TensorFlow; `helpers.tune` makes its objects.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import tensorflow as tf
from keras_tuner.src.engine.metrics_tracking import MetricsTracker
from threadpoolctl import threadpool_limits

from helpers._files import write_whole
from helpers.tune._folder import SearchProblem, check_space

OBJECTIVE = "val_accuracy"
ENDED = ("COMPLETED", "FAILED")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


class CannotWrite(keras_tuner.errors.FatalError, OSError):
    """Trained in vain: the folder cannot be written. Unlike other errors in a trial, this one ends the search."""


class KeptOracle(keras_tuner.Oracle):
    """What all oracles of the course share; mixed with one of KerasTuner's own."""

    def save(self) -> None:
        """Write the oracle's state in one step."""
        write_whole(Path(self._get_oracle_fname()), json.dumps(self.get_state()))

    def _save_trial(self, trial: Any) -> None:
        write_whole(Path(self._get_trial_dir(trial.trial_id), "trial.json"), json.dumps(trial.get_state()))

    def reload(self) -> None:
        """Read state and trials, and put right what a kill between two files has left."""
        super().reload()
        for trial_id in [trial_id for trial_id in self.trials if trial_id not in self.start_order]:
            del self.trials[trial_id]  # It was written, but no tuner has got it, and the state does not know it.
            shutil.rmtree(self._get_trial_dir(trial_id))
        ended = [trial_id for trial_id in self.start_order if self.trials[trial_id].status in ENDED]
        self.end_order += [trial_id for trial_id in ended if trial_id not in self.end_order]
        # The queue is taken from its end; a trial that was saved as ended is not run again.
        self._retry_queue = [trial_id for trial_id in reversed(self.start_order) if trial_id not in ended]

    def update_trial(self, trial_id: str, metrics: dict[str, float], step: int = 0) -> Any:
        """Take the result of a trial, and forget that of an earlier run that was broken off."""
        if trial_id not in self.end_order:
            self.trials[trial_id].metrics = MetricsTracker()
            return super().update_trial(trial_id, metrics, step=step)
        return self.trials[trial_id]

    def end_trial(self, trial: Any) -> None:
        """End a trial; the second end of a trial that was thought lost and run again changes nothing."""
        if trial.trial_id not in self.end_order:
            if trial.trial_id in self._retry_queue:
                self._retry_queue.remove(trial.trial_id)
            super().end_trial(trial)

    def finished(self) -> bool:
        """Return whether as many trials as asked for are completed or failed, and none is left to be run."""
        return len(self.end_order) >= self.max_trials and not self.ongoing_trials and not self._retry_queue


class RandomOracle(KeptOracle, keras_tuner.oracles.RandomSearchOracle):
    """Random search."""


class HyperbandOracle(KeptOracle, keras_tuner.oracles.HyperbandOracle):
    """Hyperband, bracket after bracket until there are as many trials as asked for."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Choose hyperparameters, and name the trial's own bracket: KerasTuner names the youngest one."""
        chosen = super().populate_space(trial_id)
        for bracket in self._brackets:
            if any(entry["id"] == trial_id for entries in bracket["rounds"] for entry in entries):
                chosen["values"]["tuner/bracket"] = bracket["bracket_num"]
        return chosen


class BayesianOracle(KeptOracle, keras_tuner.oracles.BayesianOptimizationOracle):
    """Bayesian optimization."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Choose hyperparameters, without the warnings of a Gaussian process whose fit is not perfect.

        It works on arrays of a few numbers; there, several threads take three times as long as one.
        """
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            return super().populate_space(trial_id)


@contextlib.contextmanager
def _no_warning_of_many_models() -> Iterator[None]:
    """TensorFlow warns of a function that is traced again and again; here every trial is a new model, and must be."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)


def saved_size(model: Any) -> int:
    """Return about how many bytes a compiled model takes on the disk, its optimizer's state included."""
    variables = [*model.variables, *model.optimizer.variables]
    return sum(4 * math.prod(variable.shape) + 4096 for variable in variables) + 65_536


class KeptTuner(keras_tuner.Tuner):
    """A tuner of the course: trains every trial from a seed of its own, and tells `on_begin` and `on_end`.

    Attributes:
        on_begin, on_end: Called with each trial before and after it runs.
        first_seed: Trial number n starts from seed `first_seed` + n, whichever machine runs it and after any break.
    """

    on_begin: Callable[[Any], None] = staticmethod(lambda trial: None)
    on_end: Callable[[Any], None] = staticmethod(lambda trial: None)
    first_seed = 0

    def _get_tuner_fname(self) -> str:
        # Where this file is, KerasTuner goes on with what it finds. Its own choice, a file named after the tuner, is
        # written only after the first trial, and is another one for a chief.
        return os.path.join(str(self.project_dir), "oracle.json")

    def save(self) -> None:
        """Write the oracle's state; the tuner has none of its own."""
        if not self._is_worker():
            self.oracle.save()

    def reload(self) -> None:
        """Read the oracle's state.

        Raises:
            SearchProblem: Somebody else has deleted or changed some of it.
        """
        if not self._is_worker():
            try:
                self.oracle.reload()
            except (KeyError, TypeError, ValueError, RuntimeError) as error:
                problem = f"the trials in {self.project_dir} are damaged"
                raise SearchProblem(f"{problem}: delete the folder above them to begin anew") from error

    def pre_create_trial(self) -> None:
        """Let a worker that has to ask again and again do so at leisure."""
        if self._is_worker():
            time.sleep(0.1)

    def on_trial_begin(self, trial: Any) -> None:
        """Tell `on_begin`."""
        super().on_trial_begin(trial)
        self.on_begin(trial)

    def on_trial_end(self, trial: Any) -> None:
        """Keep the trial, then tell `on_end`."""
        super().on_trial_end(trial)
        self.on_end(trial)

    def on_epoch_end(self, trial: Any, model: Any, epoch: int, logs: Any = None) -> None:
        """Find out whether there is space for the weights, which KerasTuner writes next.

        Raises:
            OSError: There is none.
        """
        check_space(Path(self.get_trial_dir(trial.trial_id)), saved_size(model))

    def run_trial(self, trial: Any, *fit_args: Any, **fit_kwargs: Any) -> dict[str, float]:
        """Train a model and return the metrics of its best epoch, with "epochs" and "seconds" of this training."""
        keras.utils.set_random_seed((self.first_seed + int(trial.trial_id)) % 2**32)
        begin = time.perf_counter()
        try:
            with _no_warning_of_many_models():
                [history] = super().run_trial(trial, *fit_args, **fit_kwargs)
        except Exception as error:
            # TensorFlow and HDF5 have errors of their own for a full disk, with the system's words in them.
            for number in FULL:
                if os.strerror(number) in str(error):
                    raise CannotWrite(number, os.strerror(number)) from error
            if isinstance(error, OSError):
                raise CannotWrite(error.errno, error.strerror or str(error)) from error
            raise
        scores = history.history[OBJECTIVE]
        best = scores.index(max(scores))
        metrics = {name: float(values[best]) for name, values in history.history.items()}
        return metrics | {"epochs": len(scores), "seconds": time.perf_counter() - begin}


class HyperbandTuner(KeptTuner, keras_tuner.Hyperband):
    """The tuner for Hyperband: goes on training where the trial's predecessor stopped."""

    def __init__(self, oracle: keras_tuner.Oracle, hypermodel: Any, **settings: Any) -> None:
        keras_tuner.Tuner.__init__(self, oracle, hypermodel, **settings)


KINDS: dict[str, tuple[type[KeptOracle], type[KeptTuner], dict[str, Any]]] = {
    "random": (RandomOracle, KeptTuner, {}),
    # Without an end: `max_trials` stops it.
    "hyperband": (HyperbandOracle, HyperbandTuner, {"factor": 3, "hyperband_iterations": None}),
    "bayesian": (BayesianOracle, KeptTuner, {"num_initial_points": 5}),
}
"""Oracle, tuner and the oracle's settings of each kind of search."""
