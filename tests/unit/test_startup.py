import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.startup import silent_stderr

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


# The missing module is put in by a finder that knows no such module.
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from helpers.startup import start
try:
    start()
except ImportError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def started() -> subprocess.CompletedProcess[str]:
    """One process that starts, tells what it is like, and trains: TensorFlow takes seconds to load."""
    return run(
        "import gc; from helpers.startup import start; start()\n"
        "print(gc.get_freeze_count(), len(gc.get_objects()))\n"
        "from threadpoolctl import threadpool_info; import scipy.linalg\n"
        "print({pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'})\n"
        "import keras, matplotlib, numpy as np\n"
        "print(keras.config.backend(), matplotlib.rcParams['axes.spines.top'])\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "model.compile(loss='mse'); model.fit(np.ones((4, 2)), np.ones(4), verbose=0); print('trained')\n"
        "import doctest, helpers.startup; print(doctest.testmod(helpers.startup))",
        KERAS_BACKEND="jax",
        OMP_NUM_THREADS="2",
    )


@pytest.mark.long
def test_start_prints_one_line(started):
    line = started.stdout.splitlines()[0]
    assert len(started.stdout.splitlines()) == 6  # the others are of this test
    assert line.startswith("Ready: Keras 3.")
    assert "TensorFlow 2." in line


@pytest.mark.long
def test_starting_and_training_write_nothing_to_stderr(started):
    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout.splitlines()[4] == "trained"


@pytest.mark.long
def test_example_of_the_docstring_is_true(started):
    said = started.stdout.splitlines()[-1]
    assert "failed=0" in said, said
    assert "attempted=0" not in said


@pytest.mark.long
def test_garbage_is_not_looked_for_among_what_the_libraries_made(started):
    frozen, others = map(int, started.stdout.splitlines()[1].split())
    assert frozen > 10 * others


@pytest.mark.long
def test_linear_algebra_has_one_thread(started):
    assert started.stdout.splitlines()[2] in ("{1}", "set()")  # the latter without OpenBLAS, as on a Mac


@pytest.mark.long
def test_start_sets_the_style_and_the_backend_whatever_was_chosen_before(started):
    assert started.stdout.splitlines()[3] == "tensorflow False"


@pytest.mark.parametrize("name", ["tensorflow", "keras", "matplotlib"])
def test_a_missing_package_is_named_with_what_to_do(name):
    done = run(WITHOUT.format(name=name))
    assert done.stdout == f"{name} is missing: run `pip install -r requirements.txt` in the course's folder\n"


def test_importing_the_start_loads_neither_keras_nor_tensorflow():
    done = run("import sys, helpers.startup; print('keras' in sys.modules, 'tensorflow' in sys.modules)")
    assert done.stdout == "False False\n"


def test_only_what_is_written_inside_the_block_is_silenced(capfd):
    with silent_stderr():
        os.write(2, b"inside")
    os.write(2, b"outside")
    assert capfd.readouterr().err == "outside"


def test_stderr_comes_back_after_an_exception(capfd):
    with pytest.raises(KeyError), silent_stderr():
        raise KeyError
    os.write(2, b"outside")
    assert capfd.readouterr().err == "outside"
