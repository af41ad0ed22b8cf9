"""Execute the notebooks and write them in the form in which they are committed.

`python tools/notebooks.py` does all of them, `python tools/notebooks.py 07_training` one. A notebook in which a cell
fails or writes to stderr is not written. Doing it twice changes nothing: cells tagged `timing`, whose output differs
each time, keep their committed output while their source is unchanged, and so do pictures that look as before.
"""

from __future__ import annotations

import argparse
import copy
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/notebooks.py` itself finds only what lies beside it

from helpers.start import Course, read_syllabus  # noqa: E402
from tools.concepts import NOTEBOOKS, named  # noqa: E402
from tools.course import stamp_notebook  # noqa: E402
from tools.kept_pictures import keep_pictures  # noqa: E402
from tools.normalize import cell_name, dump, faults, last_line, normalize, tags  # noqa: E402

CELL_TIMEOUT = 600


class NotebookError(RuntimeError):
    """A notebook that must not be committed; the message names cells and faults, one a line."""


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells of `notebook` in a fresh kernel, top to bottom.

    Args:
        notebook: Left as it is.
        folder: The kernel's working directory.

    Returns:
        A copy with outputs. What C code writes to stderr is among them.

    Raises:
        NotebookError: A cell fails, takes longer than ten minutes, or takes the kernel with it.
    """
    with tempfile.TemporaryDirectory() as private:
        # Under pytest, a kernel that knows of it does not capture what C code writes to stderr.
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        environment["COURSE_PROGRESS"] = str(Path(private) / "progress.json")
        client = NotebookClient(
            copy.deepcopy(notebook),
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            store_widget_state=False,
            record_timing=False,
        )
        with client.setup_kernel(env=environment, cwd=str(folder)):
            for index, cell in enumerate(client.nb.cells):
                try:
                    client.execute_cell(cell, index)
                except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                    raise NotebookError(_failure(client.nb, index, error)) from error
    return client.nb


def _failure(notebook: NotebookNode, index: int, error: Exception) -> str:
    """Return in one sentence why the cell at `index` ended with `error`."""
    name = cell_name(notebook, index)
    if isinstance(error, CellExecutionError):
        return f"{name} fails: {error.ename}: {last_line(error.evalue)}"
    why = "took the kernel with it" if isinstance(error, DeadKernelError) else f"took longer than {CELL_TIMEOUT} s"
    return f"{name} {why}"


def keep_timings(notebook: NotebookNode, *earlier: NotebookNode) -> None:
    """Give cells of `notebook` tagged `timing` the outputs of the first `earlier` version with the same source."""
    kept: dict[str, list[NotebookNode]] = {}
    for version in reversed(earlier):
        kept.update(
            {cell.source: cell.outputs for cell in version.cells if "timing" in tags(cell) and cell.get("outputs")}
        )
    for cell in notebook.cells:
        if "timing" in tags(cell) and cell.source in kept:
            cell.outputs = copy.deepcopy(kept[cell.source])


def committed(path: Path) -> NotebookNode:
    """Return the notebook at `path` as it is in the last commit, empty when it is not there or there is no git."""
    try:
        show = subprocess.run(["git", "show", f"HEAD:./{path.name}"], cwd=path.parent, capture_output=True, check=True)
        return nbformat.reads(show.stdout.decode("utf-8"), as_version=4)
    except (OSError, subprocess.CalledProcessError):
        return nbformat.v4.new_notebook()


def make(
    path: Path,
    course: Course,
    *,
    keep_outputs: bool = False,
    retime: bool = False,
    other_versions: bool = False,
) -> None:
    """Stamp, execute, normalize and write the notebook at `path`.

    Args:
        path: A notebook file.
        course: Gives the setup cell and the Colab button.
        keep_outputs: Do not execute.
        retime: Take new outputs for cells tagged `timing`, too.
        other_versions: As for `keep_pictures`.

    Raises:
        NotebookError: The notebook cannot be committed; its file is left as it was.
    """
    before = nbformat.read(path, as_version=4)
    notebook = copy.deepcopy(before)
    stamp_notebook(notebook, path.stem, course)
    if not keep_outputs:
        notebook = execute(notebook, path.parent)
        _refuse_faults(notebook)  # before committed timings take the place of new ones, noise included
        earlier = [committed(path), before]
        if not retime:
            keep_timings(notebook, *earlier)
        keep_pictures(notebook, *earlier, other_versions=other_versions)
    _refuse_faults(notebook)
    path.write_text(dump(notebook), encoding="utf-8", newline="\n")


def _refuse_faults(notebook: NotebookNode) -> None:
    """Normalize `notebook`; raise NotebookError when it cannot be committed."""
    normalize(notebook)
    if found := faults(notebook):
        raise NotebookError("\n".join(found))


def _paths(names: Sequence[str]) -> list[Path]:
    """Return the files that `names` mean, all of them for none."""
    there = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    try:
        return [NOTEBOOKS / f"{name}.ipynb" for name in named(names, there)]
    except LookupError as error:
        raise NotebookError(error.args[0]) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute and normalize notebooks; return 1 when one could not be written."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="07_training, or 07; all without one")
    parser.add_argument("--keep-outputs", action="store_true", help="normalize without executing")
    parser.add_argument("--retime", action="store_true", help="renew the outputs of cells tagged timing, too")
    parser.add_argument(
        "--other-versions",
        action="store_true",
        help="only matplotlib is another one, and no drawing: keep the pictures of all cells that are as before",
    )
    options = parser.parse_args(arguments)
    course = read_syllabus()
    failed = False
    try:
        paths = _paths(options.names)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        print(f"{path.stem} …", end=" ", flush=True)
        start = time.perf_counter()
        try:
            make(
                path,
                course,
                keep_outputs=options.keep_outputs,
                retime=options.retime,
                other_versions=options.other_versions,
            )
            print(f"{time.perf_counter() - start:.0f} s")
        except NotebookError as error:
            failed = True
            print("not written")
            print("\n".join(f"{path.name}, {line}" for line in str(error).splitlines()), file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
