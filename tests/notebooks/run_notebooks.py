"""Execute notebooks with nbval, each once, its cells in their order in one kernel.

`python tests/notebooks/run_notebooks.py NOTEBOOK … [--options …]` is what `make test` and the Colab leg call. Beside
what nbval looks for (no cell fails, and cells tagged nbval-check-output print what is stored), a cell fails when
anything reaches stderr while it runs, from Python or from C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROCESSES = 3
"""At once: on two cores a third one runs while others wait, for processes of their own or for a kernel to start."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
"""Of each process: threads that wait for those of the others take a tenth of the time."""


def command(notebooks: list[str], options: list[str]) -> list[str]:
    """Return the arguments of pytest.

    Notebooks begin from the last to the first: the longest ones come last in the course, and when they begin first,
    all processes end at nearly the same time. All cells of a notebook stay in one process.
    """
    shared = ["-n", str(PROCESSES), "--dist", "loadscope", "--no-loadscope-reorder"] if len(notebooks) > 1 else []
    quiet = ["-q", "-p", "no:cacheprovider", "-p", Path(__file__).stem, "--nbval-lax"]
    return [*quiet, *shared, *options, *sorted(notebooks, key=lambda path: Path(path).name, reverse=True)]


def main() -> int:
    """Run the notebooks that the command line names; return the exit status of pytest."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="for pytest; the last argument")
    arguments = parser.parse_args()
    os.environ |= ONE_THREAD
    return int(pytest.main(command(arguments.notebooks, arguments.options)))


# The plugin, loaded by each process of pytest. nbval is asked for nothing but its classes and their public attributes.


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[Any]:
    """Put a `Notebook` in the place of nbval's own collector."""
    from nbval.plugin import IPyNbFile

    class Notebook(IPyNbFile):
        """A notebook whose kernel captures what C code writes, and that remembers what came by stderr."""

        def setup(self) -> None:
            os.environ.pop("PYTEST_CURRENT_TEST", None)  # A kernel that knows of pytest leaves stderr of C code alone.
            self.errors: list[str] = []
            super().setup()

        def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> dict:
            """Return the next message; also what an earlier cell wrote too late to be counted to it is kept."""
            message = super().get_kernel_message(timeout, stream)
            if message["msg_type"] == "stream" and message["content"]["name"] == "stderr":
                self.errors.append(message["content"]["text"])
            return message

    found = yield
    return [Notebook.from_parent(parent, path=file_path) if isinstance(item, IPyNbFile) else item for item in found]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """Run a cell; let it fail when something reached stderr."""
    from nbval.plugin import IPyNbCell

    if not isinstance(item, IPyNbCell):
        return (yield)
    item.parent.errors.clear()
    result = yield
    noise = without_information("".join(item.parent.errors))
    if noise.strip():
        item.raise_cell_error("The cell wrote to stderr", noise)
    return result


def without_information(text: str) -> str:
    """Return `text` without the lines in which TensorFlow 2.20 tells once that XLA has compiled something.

    They come at every log level, from C code that starts its own logging, and say nothing that a student must act on.
    """
    plain = ("WARNING: All log messages before absl::InitializeLog() is called", "I0000 ")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(plain))


if __name__ == "__main__":
    sys.exit(main())
