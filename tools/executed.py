"""Notebooks as they are published: executed with every moving figure as frames in files, and kept until code changes.

Used by `tools/web_edition.py` and `tools/slides.py`. A changed sentence takes no execution: what is kept is found by
the code of the cells, by the helpers and by the stored results.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
FRAMES = BUILD / "executed" / "frames"
"""All pictures of all pages and slides, each once, named after its content."""

LIVE = ROOT / "site" / "static" / "live.js"
"""Says which figures a script draws."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
"""Several notebooks run at once: threads of one that wait for those of the others take a tenth of the time."""

LECTURE = "from helpers import style\n\nstyle.lecture()"
JOBS = min(2, os.cpu_count() or 1) + 1
"""One more than processors: some wait, for a search in other processes or for a kernel to start."""


@cache
def _code_of_the_course() -> bytes:
    """Return a digest of all that notebooks import and read, and of the names of live figures."""
    digest = hashlib.sha256(",".join(live_figures()).encode())
    for path in sorted([*ROOT.glob("helpers/**/*.py"), *ROOT.glob("results/*.json"), *ROOT.glob("data/*.npz")]):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.digest()


def live_figures() -> list[str]:
    """Return the names of the functions whose figures a script draws on the page."""
    return re.findall(r'^figure\("(\w+)"', LIVE.read_text(encoding="utf-8"), re.M) if LIVE.exists() else []


def _kept(notebook: NotebookNode, name: str, lecture: bool) -> Path:
    """Return the file in which the outputs of `notebook` are kept."""
    digest = hashlib.sha256(_code_of_the_course() + bytes([lecture]))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            digest.update(cell.source.encode() + b"\0")
    return BUILD / "executed" / ("lecture" if lecture else "page") / f"{name}-{digest.hexdigest()[:16]}.ipynb"


def _execute(name: str, lecture: bool) -> float:
    """Execute the notebook `name` and keep it; return how many seconds it took."""
    from tools.notebooks import execute

    start = time.perf_counter()
    path = ROOT / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    kept = _kept(notebook, name, lecture)
    setup = [cell for cell in notebook.cells if "setup" in cell.metadata.get("tags", [])]
    if lecture and setup:
        setup[0].source += "\n" + LECTURE
    os.environ |= ONE_THREAD | {"COURSE_STATIC": str(FRAMES), "COURSE_LIVE": ",".join(live_figures())}
    notebook = execute(notebook, path.parent)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"{name}-*.ipynb"):
        old.unlink()
    nbformat.write(notebook, kept)
    return time.perf_counter() - start


def executed(names: Sequence[str], *, lecture: bool = False, stale: bool = False) -> Iterator[tuple[str, NotebookNode]]:
    """Yield the notebooks `names` with the outputs of an execution, several at a time where that is still to be done.

    Args:
        names: Such as "03_backprop".
        lecture: Whether pictures are drawn for the last row.
        stale: Whether the outputs of older helpers, or of older code, will do.
    """
    notebooks = {name: nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4) for name in names}
    files = {name: _kept(notebook, name, lecture) for name, notebook in notebooks.items()}
    for name, file in files.items():
        if stale and (older := sorted(file.parent.glob(f"{name}-*.ipynb"))):
            files[name] = older[-1]
    missing = [name for name in names if not files[name].exists()]
    with ProcessPoolExecutor(JOBS) as pool:
        # From the last to the first: the long ones come late in the course, and all workers end at nearly one time.
        running = {pool.submit(_execute, name, lecture): name for name in reversed(missing)}
        for done in as_completed(running):
            print(f"{running[done]} executed in {done.result():.0f} s", flush=True)
    for name in names:
        old = [cell for cell in nbformat.read(files[name], as_version=4).cells if cell.cell_type == "code"]
        new = [cell for cell in notebooks[name].cells if cell.cell_type == "code"]
        for before, after in zip(old, new, strict=False):
            after.outputs = [_with_files(output) for output in before.outputs]
        yield name, notebooks[name]


def _with_files(output: NotebookNode) -> NotebookNode:
    """Return `output` with its picture in a file beside the page, and its text alternative."""
    data = output.get("data", {})
    if "image/png" in data and "text/html" not in data:
        picture = base64.b64decode(data["image/png"])
        file = f"{hashlib.sha256(picture).hexdigest()[:16]}.png"
        FRAMES.mkdir(parents=True, exist_ok=True)
        (FRAMES / file).write_bytes(picture)
        metadata = output.metadata.get("image/png", {})
        size = "".join(f' {side}="{metadata[side]:g}"' for side in ("width", "height") if side in metadata)
        alternative = html.escape(metadata.get("alt", data.get("text/plain", "A figure.")))
        data["text/html"] = (
            f'<div class="picture"><img src="frames/{file}" alt="{alternative}"{size} loading="lazy"></div>'
        )
    data.pop("image/png", None)
    return output


def write_live_data(target: Path) -> None:
    """Write the numbers that live figures take from Python as a script at `target`."""
    from helpers.figures import architecture, losses

    features, labels, _ = architecture.clothes()
    data = {
        "clothes": {"points": features.round(4).tolist(), "labels": labels.tolist()},
        "line": {"x": losses.LINE_X.tolist(), "y": losses.LINE_Y.tolist()},
    }
    target.write_text(f"window.liveData = {json.dumps(data)};\n", encoding="utf-8")


def frames_named(page: str) -> set[str]:
    """Return the files of the pictures that the HTML `page` names."""
    return set(re.findall(r"[0-9a-f]{16}\.(?:webp|png)", page))


def copy_frames(pages: Path) -> int:
    """Put the pictures that the pages in the folder `pages` name beside them; return how many bytes they have."""
    target = pages / "frames"
    target.mkdir(exist_ok=True)
    named = {name for page in pages.glob("*.html") for name in frames_named(page.read_text(encoding="utf-8"))}
    for old in target.iterdir():
        if old.name not in named:
            old.unlink()
    for name in named:
        if not (target / name).exists():
            os.link(FRAMES / name, target / name)
    return sum((target / name).stat().st_size for name in named)


if __name__ == "__main__":
    sys.exit("This is used by tools/web_edition.py and tools/slides.py.")
