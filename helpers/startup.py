"""The last lines of every setup cell: the style of the course, and TensorFlow loaded without its start-up noise."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Send what C++ code writes to file descriptor 2 nowhere while the block runs.

    TensorFlow 2.21 writes two lines about oneDNN and CUDA when it is imported and when devices are first asked for, and
    no environment variable stops it; 2.20 obeys `TF_CPP_MIN_LOG_LEVEL`. Python's own warnings and exceptions are not
    affected, as long as `sys.stderr` is not the bare descriptor (in a notebook it is not).
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def start() -> None:
    """Set the style of figures, load Keras on TensorFlow silently, and print one line: versions and device.

    Raises:
        ImportError: A package of requirements.txt is missing; the message says how to install it.

    Examples:
        >>> start()  # doctest: +ELLIPSIS
        Ready: Keras 3... on TensorFlow 2... (...).
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"  # The course also uses TensorFlow's own tapes and data sets.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # NumPy's matrices are small here: threads that share one wait for each other, and take the processor from
    # TensorFlow's: on two cores, a tenth of a notebook's time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from helpers import style

        style.use()
        with silent_stderr():
            import keras
            import tensorflow as tf

            devices = tf.config.list_physical_devices("GPU")
            tf.config.list_logical_devices()
        # What the libraries made stays for good: without it, looking for garbage takes 0.2 s less each time, and a
        # slider that moves does not stumble over it.
        gc.freeze()
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{error.name} is missing: run `pip install -r requirements.txt` in the course's folder", name=error.name
        ) from error
    device = f"{len(devices)} GPU" if devices else f"CPU, {os.cpu_count()} cores"
    print(f"Ready: Keras {keras.__version__} on TensorFlow {tf.__version__} ({device}).")
