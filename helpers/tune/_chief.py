"""The chief of a search on several machines: KerasTuner's own server of its oracle, which here also ends.

KerasTuner's chief waits for ever for a worker that has died in a trial. Here every worker asks for its running trial
once a second; a trial that nobody asked about for a while is given to another worker, and has failed the second time.

This module imports KerasTuner, and with it TensorFlow.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from helpers.tune._folder import SearchProblem, reason
from helpers.tune._machines import ANNOUNCED, HEARTBEAT
from helpers.tune._oracle import KeptOracle


class ChiefOracle(KeptOracle):
    """Mixed with an oracle of `helpers.tune._oracle`: knows which workers live.

    KerasTuner serves from one thread and the chief watches from another, so all methods take the same lock.

    Attributes:
        announcement: A text for the workers: what the search is, and where its folder is.
        problem: The error that a request has ended with here; the worker only learns that its request failed.
        last_heard: When any worker asked for anything, in seconds of `time.monotonic`.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        self.announcement = ""
        self.problem: Exception | None = None
        self.last_heard = time.monotonic()
        self._heard: dict[str, float] = {}
        self._lock = threading.RLock()
        super().__init__(*args, **settings)

    @contextlib.contextmanager
    def _request(self) -> Iterator[None]:
        with self._lock:
            self.last_heard = time.monotonic()
            try:
                yield
            except Exception as error:
                self.problem = error
                raise

    def reload(self) -> None:
        """Read the state; workers may have outlived a chief that was killed, and keep their trials."""
        super().reload()
        state = json.loads(Path(self._get_oracle_fname()).read_text(encoding="utf-8"))
        for tuner_id, trial_id in state["ongoing_trials"].items():
            if trial_id in self._retry_queue:
                self._retry_queue.remove(trial_id)
                self.ongoing_trials[tuner_id] = self.trials[trial_id]
                self._heard[trial_id] = time.monotonic()

    def get_space(self) -> Any:
        """Return the space, and in it the announcement, as a parameter that is fixed."""
        self.last_heard = time.monotonic()
        space = super().get_space()
        if self.announcement:
            space.Fixed(ANNOUNCED, self.announcement)
        return space

    def create_trial(self, tuner_id: str) -> Any:
        """Give a worker its next trial; let it ask again as long as the last trials run and may yet be lost."""
        with self._request():
            begin = self.last_heard
            trial = super().create_trial(tuner_id)
            self.last_heard = time.monotonic()
            for trial_id in self._heard:  # An oracle that computes hears nobody.
                self._heard[trial_id] += self.last_heard - begin
            if trial.status == "RUNNING":
                self._heard[trial.trial_id] = self.last_heard
            elif trial.status == "STOPPED" and self.ongoing_trials:
                trial.status = "IDLE"
                self.tuner_ids.add(tuner_id)
            return trial

    def get_trial(self, trial_id: str) -> Any:
        """Return a trial, and note that its worker lives."""
        with self._lock:
            trial = super().get_trial(trial_id)
            self._heard[trial_id] = self.last_heard = time.monotonic()
            return trial

    def update_trial(self, trial_id: str, metrics: Any, step: int = 0) -> Any:
        """Take a result."""
        self._known(trial_id)
        with self._request():
            return super().update_trial(trial_id, dict(metrics), step=step)

    def end_trial(self, trial: Any) -> None:
        """End a trial, unless the worker had it from another search at this address."""
        if trial.hyperparameters.values != self._known(trial.trial_id).hyperparameters.values:
            raise ValueError(f"trial {trial.trial_id} of this search has other hyperparameters")
        with self._request():
            super().end_trial(trial)
            self._heard.pop(trial.trial_id, None)

    def _known(self, trial_id: str) -> Any:
        # KerasTuner would raise with its own lock held, and never give it back.
        return self.trials[trial_id]

    def give_up_lost(self, patience: float) -> list[str]:
        """Take back the trials that nobody asked about for `patience` seconds.

        Returns:
            A sentence for each: what becomes of it.
        """
        said: list[str] = []
        with self._lock:
            if self.problem is not None:  # The request that has failed may have left its trial half begun.
                return said
            for tuner_id, trial in list(self.ongoing_trials.items()):
                if time.monotonic() - self._heard[trial.trial_id] <= patience:
                    continue
                del self.ongoing_trials[tuner_id], self._heard[trial.trial_id]
                self.tuner_ids.discard(tuner_id)
                self._run_times[trial.trial_id] += 1
                again = self._run_times[trial.trial_id] == 1
                if again:
                    self._retry_queue.append(trial.trial_id)
                else:
                    trial.status, trial.message = "FAILED", "two workers were lost in it"
                    self.end_order.append(trial.trial_id)
                self._save_trial(trial)
                self.save()
                worker, number = tuner_id.rpartition(".")[0], int(trial.trial_id)
                fate = "will be run again" if again else "has now lost two workers and counts as failed"
                said.append(f"Worker {worker} is lost: nothing heard for {patience:g} s; its trial {number} {fate}.")
        return said


def run_chief(
    tuner: Any,
    settings: dict[str, Any],
    folder: Path,
    *,
    wait: float,
    patience: float,
    record: Callable[[], None],
    say: Callable[[str], None],
) -> None:
    """Serve the oracle of `tuner` until every trial is completed or failed.

    Args:
        tuner: With a `ChiefOracle`, made after `helpers.tune._machines.distribute("chief", …)`.
        settings: What the search is, for the workers.
        folder: The search's folder.
        wait: Seconds without any worker after which the chief ends.
        patience: Seconds without a question about a running trial after which its worker is lost.
        record: Called after trials have ended.
        say: Takes a sentence for whoever watches.

    Raises:
        SearchProblem: There was no worker, or KerasTuner's server ended.
        OSError: The folder cannot be written.
    """
    oracle = tuner.oracle
    oracle.announcement = json.dumps(settings | {"folder": str(folder.resolve())})
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            tuner.search(verbose=0)
        except BaseException as error:
            failures.append(error)

    server = threading.Thread(target=serve, daemon=True)  # It does not return where a worker has died.
    oracle.last_heard = time.monotonic()
    server.start()
    recorded = 0
    while not oracle.finished():
        time.sleep(0.1)
        for sentence in oracle.give_up_lost(patience):
            say(sentence)
        if len(oracle.end_order) > recorded:
            recorded = len(oracle.end_order)
            record()
        if oracle.problem is not None:
            raise oracle.problem
        if not server.is_alive() and not oracle.finished():
            why = reason(failures[0]) if failures else "without an error"
            raise SearchProblem(f"KerasTuner's server ended ({why})")
        if not oracle.ongoing_trials and time.monotonic() - oracle.last_heard > wait:
            raise SearchProblem(
                f"the chief heard of no worker for {wait:g} s; {len(oracle.end_order)} of {oracle.max_trials} trials "
                f"are finished and kept in {folder}: start the same command again, and workers",
                3,
            )
    record()
    goodbye = time.monotonic() + 3 * HEARTBEAT
    while oracle.tuner_ids and time.monotonic() < goodbye:  # Workers that live ask once more, and are told to stop.
        time.sleep(0.1)
    server.join(2 * HEARTBEAT)
