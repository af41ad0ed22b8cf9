"""Each notebook once on a machine on which everything is against it, and its first training interrupted besides.

The folder's name has spaces and accents, nothing in it can be written, the locale knows ASCII only, a matplotlibrc of
the user's own asks for dark figures with huge letters, and no network answers. All of this at once: where a notebook
fails here, its cell and its error say at what.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from tools.concepts import NOTEBOOKS
from tools.course import ROOT
from tools.normalize import cell_name

sys.path.append(str(ROOT / "tests" / "colab"))
from leg import copy_working_tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows have no modes")]

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


@pytest.mark.parametrize("name", [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))])
def test_notebook_works_where_everything_is_against_it(name: str, course: Path, environment: dict[str, str]) -> None:
    path = course / "notebooks" / name
    client = NotebookClient(nbformat.read(path, as_version=4), timeout=600, extra_arguments=["--log-level=ERROR"])
    trains = next(
        (i for i, cell in enumerate(client.nb.cells) if cell.cell_type == "code" and "fit(" in cell.source), -1
    )
    with client.setup_kernel(env=environment, cwd=str(path.parent)):
        for index, cell in enumerate(client.nb.cells):
            if index == trains:
                interrupt = threading.Timer(1.5, os.kill, (client.km.provisioner.pid, signal.SIGINT))
                interrupt.start()
                stopped = "KeyboardInterrupt"
                try:
                    client.execute_cell(cell, index)
                except CellExecutionError as error:
                    stopped = error.ename
                interrupt.cancel()
                interrupt.join()
                assert stopped == "KeyboardInterrupt"
            client.execute_cell(cell, index)
    outputs = [(index, output) for index, cell in enumerate(client.nb.cells) for output in cell.get("outputs", [])]
    assert [cell_name(client.nb, index) for index, output in outputs if output.get("name") == "stderr"] == []
    dark = {
        cell_name(client.nb, index)
        for index, output in outputs
        if "image/png" in output.get("data", {}) and not white(output["data"]["image/png"])
    }
    assert dark == set()
