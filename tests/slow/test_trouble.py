"""Each notebook on a machine on which everything is against it, in the hands of someone who runs cells as they come.

The folder's name has spaces and accents, nothing in it can be written, the locale knows ASCII only, a matplotlibrc of
the user's own asks for dark figures with huge letters, and no network answers. The first training is interrupted and
begun again. Then "Run all" is pressed a second time, and at last the cells of each section run backwards: the worst
order in which cells that have all run once can run again; what stops there must say why. All of this in one kernel,
because trainings are what takes the time: where a notebook fails here, its cell and its error say at what.
"""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from PIL import Image
from run_notebooks import without_information

from tools.concepts import NOTEBOOKS
from tools.course import ROOT
from tools.normalize import cell_name

sys.path.append(str(ROOT / "tests" / "colab"))
from leg import copy_working_tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows have no modes")]

CLEAR = ("AssertionError", "ImportError", "ValueError", "NameError", "DataUnavailable")
"""Exceptions that explain themselves, when their text is a sentence."""

LONG = 2.0
"""Seconds; a cell that took longer the second time is not run backwards."""

DARK = """
figure.facecolor: black
axes.facecolor: black
savefig.facecolor: black
text.color: white
axes.grid: True
font.size: 30
lines.linewidth: 9
image.cmap: jet
figure.dpi: 30
figure.autolayout: True
"""
OFFLINE = """
import sys

def hook(event, arguments):
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "", "localhost", b"localhost", "127.0.0.1"):
        raise OSError("[Errno -3] no network")
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in ("127.0.0.1", "::1"):
        raise OSError("[Errno 101] no network")

sys.addaudithook(hook)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the course in which nothing can be written, not by root either where root can say so."""
    folder = tmp_path_factory.mktemp("trouble") / "Kurs für Añaé – 2"
    copy_working_tree(ROOT, folder)
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    if mounted:
        mounted = not subprocess.run(["mount", "--bind", folder, folder], capture_output=True).returncode
        if mounted:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    if not mounted:
        for path in folder.rglob("*"):
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    yield folder
    if mounted:
        subprocess.run(["umount", "-l", folder], check=True)
    else:
        for path in folder.rglob("*"):
            path.chmod(path.stat().st_mode | stat.S_IWUSR)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("settings")
    (folder / "matplotlibrc").write_text(DARK)
    (folder / "sitecustomize.py").write_text(OFFLINE)
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTEST_CURRENT_TEST", "COURSE_PROGRESS")}
    return {
        **kept,
        "PYTHONPATH": str(folder),
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        "COURSE_CACHE": str(folder / "cache"),
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
    }


def white(png: str) -> bool:
    """Whether the picture has a light ground, by its corners."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L"))
    return bool(pixels[[0, 0, -1, -1], [0, -1, 0, -1]].min() > 200)


def sections(notebook: NotebookNode) -> Iterator[list[int]]:
    """Yield the indices of the code cells of each section, in their order."""
    headings = [bool(re.match("##? ", cell.source)) and cell.cell_type == "markdown" for cell in notebook.cells]
    numbered = [(sum(headings[: index + 1]), index) for index in range(len(headings))]
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        yield [index for _, index in group if notebook.cells[index].cell_type == "code"]


def interrupted(client: NotebookClient, index: int) -> bool:
    """Press "stop" a second and a half after the cell has begun; return False when something else stopped it."""
    press = threading.Timer(1.5, os.kill, (client.km.provisioner.pid, signal.SIGINT))
    press.start()
    stopped = "KeyboardInterrupt"
    try:
        client.execute_cell(client.nb.cells[index], index)
    except CellExecutionError as error:
        stopped = error.ename
    press.cancel()
    press.join()
    return stopped == "KeyboardInterrupt"


def run(client: NotebookClient, index: int) -> tuple[float, str]:
    """Execute a cell; return its seconds, and what is wrong with its outputs: noise, or figures that are not light."""
    begun, cell = time.perf_counter(), client.nb.cells[index]
    client.execute_cell(cell, index)
    outputs = cell.get("outputs", [])
    noise = without_information("".join(output.text for output in outputs if output.get("name") == "stderr"))
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    dark = "" if all(map(white, pictures)) else "draws a dark figure"
    fault = f"writes to stderr: {noise}" if noise.strip() else dark
    return time.perf_counter() - begun, f"{cell_name(client.nb, index)} {fault}" if fault else ""


@pytest.mark.parametrize("name", [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))])
def test_notebook_works_where_everything_is_against_it(name: str, course: Path, environment: dict[str, str]) -> None:
    path = course / "notebooks" / name
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, extra_arguments=["--log-level=ERROR"])
    cells = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    trains = next((index for index in cells if "fit(" in notebook.cells[index].source), -1)
    faults = []
    with client.setup_kernel(env=environment, cwd=str(path.parent)):
        for index in cells:
            assert index != trains or interrupted(client, index)
            faults.append(run(client, index)[1])
        again = {index: run(client, index) for index in cells}
        faults += [f"{fault} (the second time)" for _, fault in again.values() if fault]
        for section in sections(notebook):
            for index in reversed(section):
                if again[index][0] > LONG:
                    continue
                try:
                    faults.append(run(client, index)[1])
                except CellExecutionError as error:
                    if error.ename not in CLEAR or len(error.evalue) > 300 or not error.evalue.strip():
                        faults.append(f"{cell_name(notebook, index)}: {error.ename}: {error.evalue[:300]} (backwards)")
    assert [fault for fault in faults if fault] == []
