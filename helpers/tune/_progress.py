"""What a running search shows and keeps: a bar with the best so far, result files, and the best model."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from helpers._files import write_whole
from helpers.tune import save_best
from helpers.tune._folder import BEST, TRIALS, best_row, trial_rows, write_results


class Progress:
    """A bar in a terminal, and elsewhere (a file, a pipe) a line for each finished trial.

    Args:
        total: Number of trials.
        done: How many were finished before.
        stream: Where to write; standard output when None.
    """

    def __init__(self, total: int, done: int = 0, *, stream: IO[str] | None = None) -> None:
        self.total, self.done = total, done
        self.stream = sys.stdout if stream is None else stream
        self._bar: Any = None
        if self.stream.isatty():
            from tqdm import tqdm

            width, height = shutil.get_terminal_size()  # Some terminals say 0 × 0, and tqdm believes them.
            self._bar = tqdm(total=total, initial=done, unit="trial", file=self.stream, ncols=width, nrows=height)

    def say(self, sentence: str) -> None:
        """Write a sentence, above the bar where there is one."""
        if self._bar is not None:
            self._bar.write(sentence, file=self.stream)
        else:
            print(sentence, file=self.stream, flush=True)

    def show_best(self, best: Mapping[str, Any] | None) -> None:
        """Write the best so far behind the bar."""
        if self._bar is not None and best is not None:
            self._bar.set_postfix_str(f"best {best['score']:.4f} (trial {best['trial']})")

    def finish(self, row: Mapping[str, Any], best: Mapping[str, Any] | None) -> None:
        """Show that the trial of `row` is finished, and which is the best so far."""
        self.done += 1
        if self._bar is not None:
            self.show_best(best)
            self._bar.update(1)
            return
        result = "failed"
        if row["score"] is not None:
            epochs = f"{row['epochs']} epoch{'s'[: row['epochs'] != 1]}"
            result = f"validation accuracy {row['score']:.4f} after {epochs} in {row['seconds']:.1f} s"
        so_far = f"; best {best['score']:.4f} (trial {best['trial']})" if best else ""
        self.say(f"{self.done}/{self.total}  trial {row['trial']}: {result}{so_far}")

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()


class Record:
    """Writes the results and the best model of a search whenever trials have finished.

    Args:
        tuner: From `helpers.tune.make_tuner`.
        folder: The search's folder.
        progress: Is told of every trial that is new.
    """

    def __init__(self, tuner: Any, folder: Path, progress: Progress) -> None:
        self.tuner, self.folder, self.progress = tuner, folder, progress
        rows = trial_rows(tuner.oracle)
        self._shown = {row["trial"] for row in rows}
        self._mark = folder / TRIALS / "best"
        self._best = self._kept_best()
        progress.show_best(best_row(rows))

    def _kept_best(self) -> int | None:
        """Return the trial whose model best.keras holds, None where that is not sure."""
        try:
            return int(self._mark.read_text(encoding="utf-8")) if (self.folder / BEST).is_file() else None
        except (OSError, ValueError):
            return None

    def __call__(self, trial: Any = None) -> None:
        """Write what is new: the results first, they need the least space.

        Raises:
            OSError: The folder cannot be written; what was in it is still there.
        """
        rows = trial_rows(self.tuner.oracle)
        best = best_row(rows)
        write_results(self.folder, rows)
        if best is not None and best["trial"] != self._best:
            save_best(self.tuner, best["trial"], self.folder)
            write_whole(self._mark, str(best["trial"]))
            self._best = best["trial"]
        for row in rows:
            if row["trial"] not in self._shown:
                self._shown.add(row["trial"])
                self.progress.finish(row, best)
