"""What the helpers cost, each beside the obvious alternative, measured in the same run: `make bench`.

`make bench ARGS=--quick` repeats less and leaves notebook 07 out. Times are medians. What needs a notebook (plots that
move) is measured in a real kernel.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import numpy as np
from nbclient import NotebookClient

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
sys.path[:0] = [str(ROOT), str(TESTS)]

from helpers.startup import silent_stderr  # noqa: E402

DEEP = [5, *[12] * 6, 5]
SERIES = 3


class Row(NamedTuple):
    """One line of the table: seconds of ours and of the alternative, which is described in words."""

    what: str
    ours: float
    alternative: float
    named: str


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` takes once."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def side_by_side(repeats: int, *actions: Callable[[], object]) -> list[float]:
    """Return the median seconds of each action; they take turns, so that a busy machine is unfair to none."""
    for action in actions:
        action()
    rounds = [[seconds(action) for action in actions] for _ in range(repeats)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def python(code: str) -> Callable[[], object]:
    """Return an action that runs `code` in a new interpreter."""
    return lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def import_row(repeats: int) -> Row:
    ours, figure = side_by_side(repeats, python("import helpers.network"), python("import matplotlib.figure"))
    return Row("import helpers.network", ours, figure, "import matplotlib.figure")


def data_rows(repeats: int) -> list[Row]:
    from helpers.data import load_fashion_mnist

    (x_train, y_train), (x_test, y_test) = load_fashion_mnist()
    with tempfile.TemporaryDirectory() as folder:
        deflated = Path(folder, "deflate.npz")
        np.savez_compressed(deflated, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        idx = Path(folder, "images.gz")
        idx.write_bytes(gzip.compress(bytes(16) + x_train.tobytes() + x_test.tobytes()))

        def read_deflated() -> None:
            with np.load(deflated) as archive:
                for name in archive.files:
                    archive[name]

        def read_idx() -> None:  # As keras.datasets does.
            with gzip.open(idx) as file:
                np.frombuffer(file.read(), np.uint8, offset=16)

        ours, npz, gz = side_by_side(repeats, load_fashion_mnist, read_deflated, read_idx)
    what = "load 12,000 embedded images, checked"
    return [Row(what, ours, npz, "np.load of a deflated .npz"), Row(what, ours, gz, "IDX in gzip, as keras.datasets")]


def network_row(repeats: int) -> Row:
    from naive_network import draw_network_naively

    from helpers.network import draw_network
    from helpers.picture import to_png

    ours, naive = side_by_side(
        repeats, lambda: to_png(draw_network(DEEP).figure), lambda: to_png(draw_network_naively(DEEP).figure)
    )
    return Row("draw and render [5] + [12] × 6 + [5]", ours, naive, "one artist an edge")


def surface_row(repeats: int) -> Row:
    """Measure what a slider of notebook 06 does: a rule in NumPy walks 200 steps, beside Keras's own Adam in a loop."""
    with silent_stderr():
        import keras
        import tensorflow as tf

        from helpers.surface import SURFACES, walk

        tf.config.list_logical_devices()

    def adam(w: Any, g: Any, state: dict, step: int, learning_rate: float = 0.1) -> Any:
        state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
        state["r"] = 0.999 * state.get("r", 0.0) + 0.001 * g**2
        return w - learning_rate * state["m"] / (1 - 0.9**step) / (np.sqrt(state["r"] / (1 - 0.999**step)) + 1e-7)

    def loop() -> None:
        optimizer, point = keras.optimizers.Adam(0.1), keras.Variable(SURFACES["beale"].start)
        for _ in range(200):
            with tf.GradientTape() as tape:
                height = SURFACES["beale"].function(point[0], point[1])
            optimizer.apply([tape.gradient(height, point.value)], [point])

    ours, eager = side_by_side(3 if repeats < 10 else 5, lambda: walk(adam, "beale", steps=200), loop)
    return Row("200 steps of Adam on Beale, in NumPy", ours, eager, "optimizer.apply in a loop")


def line_figure(ax: Any, frequency: int = 1) -> str:
    """Draw one panel with axis labels, a title and a legend."""
    x = np.linspace(0, 1, 200)
    for shift in range(SERIES):
        ax.plot(x, np.sin(2 * np.pi * (frequency * x + shift / SERIES)), label=f"shift {shift}")
    ax.set(xlabel="time (s)", ylabel="height (m)", title=f"{frequency} Hz")
    ax.legend(loc="upper right")
    return f"Three waves of {frequency} Hz."


def network_figure(ax: Any, frequency: int = 1) -> str:
    """Draw a network of as many hidden layers as the slider says."""
    from helpers.network import draw_network

    draw_network([5, *[12] * (frequency % 6 + 1), 5], ax=ax)
    return "A network."


def surface_figure(axes: Any, frequency: int = 1) -> str:
    """Walk by two rules from a start that moves, and draw their paths on two maps."""
    from helpers.surface import draw_paths, walk

    for ax, rate in zip(axes, (0.01, 0.02), strict=True):
        path = walk(lambda w, g, state, step, rate=rate: w - rate * g, "beale", (0.02 * frequency, 1.5))
        draw_paths({"SGD": path}, "beale", ax=ax)
    return "Two paths."


def obvious_way(draw: Callable[..., object], panels: int) -> Callable[..., None]:
    """Return the function that a notebook without helpers gives to `interact`."""
    import matplotlib.pyplot as plt

    def show(frequency: int) -> None:
        _, axes = plt.subplots(1, panels)
        draw(axes, frequency=frequency)
        plt.show()

    return show


def moving_figures(repeats: int) -> list[Row]:
    """Measure from a slider's move to the new picture. Runs in a kernel."""
    import ipywidgets

    from helpers.explore import explore

    rows = []
    for name, draw, panels in (
        ("one labelled panel", line_figure, 1),
        ("network", network_figure, 1),
        ("paths walked anew, two panels", surface_figure, 2),
    ):
        positions = list(range(1, repeats + 2))
        figure = explore(draw, panels=(1, panels), frequency=(1, repeats + 1))
        obvious = ipywidgets.interactive(obvious_way(draw, panels), frequency=(1, repeats + 1))
        ours, theirs = figure.controls["frequency"], obvious.children[0]

        def move(slider: Any, steps: Any) -> float:
            return seconds(lambda: setattr(slider, "value", next(steps)))

        def median(slider: Any, steps: list[int]) -> float:
            turn = cycle(steps)
            move(slider, turn)
            return statistics.median(move(slider, turn) for _ in range(repeats))

        new, redrawn = median(ours, positions[1:] + positions[:1]), median(theirs, positions[1:] + positions[:1])
        seen = median(ours, positions)
        rows.append(Row(f"slider, new state: {name}", new, redrawn, "interact and plt.show"))
        rows.append(Row(f"slider, seen state: {name}", seen, redrawn, "interact and plt.show"))
    return rows


def redraws(callback: Any, epochs: int) -> float:
    """Return the median seconds of one redraw at the end of an epoch, with Keras's usual four numbers."""
    callback.set_params({"epochs": epochs, "steps": 1})
    callback.on_train_begin()
    times = []
    for epoch in range(epochs):
        logs = {"loss": 1 / (epoch + 1), "accuracy": 0.8, "val_loss": 1.1 / (epoch + 1), "val_accuracy": 0.7}
        callback.on_epoch_begin(epoch)
        callback._pause = 0.0  # TrainingPlot would skip this epoch; here every one is drawn.
        times.append(seconds(lambda epoch=epoch, logs=logs: callback.on_epoch_end(epoch, logs)))
    callback.on_train_end()
    return statistics.median(times[1:])


def spent_in(callback: Any) -> list[float]:
    """Make `callback` note how long each of its calls takes, in the list that is returned."""
    spent: list[float] = []

    def timed(method: Callable[..., object]) -> Callable[..., None]:
        return lambda *args, **kwargs: spent.append(seconds(lambda: method(*args, **kwargs)))

    for name in ("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_epoch_end", "on_train_end"):
        setattr(callback, name, timed(getattr(callback, name)))
    return spent


def training_plots(epochs: int) -> tuple[list[Row], list[str]]:
    """Measure a redraw, and the plots' share of a training of the 512-512-10 network. Runs in a kernel."""
    import keras
    from livelossplot import PlotLossesKeras

    from helpers.data import load_fashion_mnist
    from helpers.training_plot import TrainingPlot

    (x_train, y_train), _ = load_fashion_mnist()
    x_train = x_train.reshape(-1, 784).astype("float32") / 255

    def fit(*callbacks: Any) -> float:
        keras.utils.set_random_seed(1)
        layers = [keras.layers.Dense(512, "relu"), keras.layers.Dense(512, "relu"), keras.layers.Dense(10, "softmax")]
        model = keras.Sequential([keras.Input((784,)), *layers])
        model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        options = {"epochs": epochs, "batch_size": 128, "validation_split": 0.2, "verbose": 0}
        return seconds(lambda: model.fit(x_train, y_train, callbacks=callbacks, **options))

    fit()
    row = Row(
        "redraw of the training plot", redraws(TrainingPlot(), 25), redraws(PlotLossesKeras(), 25), "livelossplot"
    )
    bare = fit()
    lines = [f"{epochs} epochs of 784-512-512-10 without a plot: {bare:.1f} s"]
    for name, callback in (("TrainingPlot", TrainingPlot()), ("livelossplot", PlotLossesKeras())):
        spent = spent_in(callback)
        total = fit(callback)
        lines.append(f"  with {name}: {total:.1f} s, of which the plot took {100 * sum(spent) / total:.1f} %")
    return [row], lines


def in_kernel(call: str) -> Any:
    """Return what `call`, a call of a function of this file, returns in a notebook's kernel."""
    code = f"import sys; sys.path[:0] = [{str(TESTS)!r}]\nimport bench, json\nresult = bench.{call}"
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("print(json.dumps(result))")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with silent_stderr():  # What a kernel says about itself belongs to no table.
        NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
    return json.loads(notebook.cells[1].outputs[0].text)


def notebook_seconds(path: Path) -> float:
    """Return how long the notebook takes from its first cell to its last, kernel start included."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}})
    with silent_stderr():
        return seconds(client.execute)


def print_row(row: Row) -> None:
    """Print one line of the table."""
    ours, other = (f"{1000 * value:9.1f} ms" for value in (row.ours, row.alternative))
    print(f"{row.what:<40}{ours}{other}  {row.alternative / row.ours:8.1f} ×  {row.named}", flush=True)


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="repeat less, and leave notebook 07 out")
    quick = parser.parse_args().quick
    repeats = 5 if quick else 15
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        print(f"This machine is busy with something else (load {os.getloadavg()[0]:.0f}): all times are too long.")
    print(f"{'median':<40}{'helpers':>12}{'alternative':>12}  {'ratio':>10}  the alternative")
    print_row(import_row(3 if quick else 9))
    for row in data_rows(repeats):
        print_row(row)
    print_row(network_row(repeats))
    for row in (surface_row(repeats),):
        print_row(row)
    for values in in_kernel(f"moving_figures({repeats})"):
        print_row(Row(*values))
    rows, lines = in_kernel(f"training_plots({5 if quick else 25})")
    for values in rows:
        print_row(Row(*values))
    print(*lines, sep="\n")
    if not quick:
        print(f"notebook 07, top to bottom: {notebook_seconds(ROOT / 'notebooks' / '07_training.ipynb'):.0f} s")


if __name__ == "__main__":
    main()
