"""A long lesson: a thousand moves of a slider and fifty trainings leave no more behind than a few."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.course import ROOT

pytestmark = pytest.mark.slow

MOVES = """
import gc, psutil
from matplotlib.figure import Figure
from helpers import explore as module
from helpers._pixels import PIXELS
module.MEMORY.limit = PIXELS.limit = 2 * 2**20  # not 64 MB: full after a few moves, so that neither grows afterwards

def line(ax, slope=0):
    ax.plot([0, 1], [0, slope], label=str(slope))
    ax.legend()
    return f"slope {slope}"

figure = module.explore(line, slope=(0, 2000))
def state():
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20, sum(isinstance(one, Figure) for one in gc.get_objects())
for slope in range(1, 1101):
    figure.controls["slope"].value = slope
    if slope in (100, 1100):
        print(*state())
"""
FITS = """
import gc, psutil
from helpers.startup import start
start()
import keras, numpy as np
from matplotlib.figure import Figure
import IPython
from helpers.training_plot import TrainingPlot

class Shell:
    kernel = True
    def __getattr__(self, name):
        return self if name in ("events", "display_pub") else lambda *a, **k: self
shell = Shell()
IPython.get_ipython = lambda: shell
IPython.display.display = shell.display

x = np.random.default_rng(0).normal(size=(256, 20)).astype("float32")
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
for fit in range(1, 61):
    model.fit(x, x[:, 0], validation_split=0.2, epochs=3, verbose=0, callbacks=[TrainingPlot()])
    if fit in (10, 60):
        gc.collect()
        print(psutil.Process().memory_info().rss / 2**20, sum(isinstance(one, Figure) for one in gc.get_objects()))
"""


@pytest.mark.parametrize(("code", "megabytes"), [(MOVES, 10), (FITS, 25)], ids=["a thousand moves", "fifty fits"])
def test_memory_stays_flat(code: str, megabytes: float) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    early, late = ([float(number) for number in line.split()] for line in done.stdout.splitlines()[-2:])
    assert late[0] - early[0] < megabytes
    assert late[1] <= early[1] + 1  # figures that are alive
