"""What the helpers and the notebooks cost, each beside the obvious alternative, measured in the same run: `make bench`.

Times are medians of processor time, so that a machine that is busy with other things changes little; what waits for
nothing takes as long on the clock. `make bench ARGS=--write` puts the table into the README, with a description of the
machine. `ARGS=--quick` repeats less and leaves the notebooks out; `ARGS="--notebooks 07"` measures these notebooks
alone. What needs a notebook (plots that move) is measured in a real kernel. Budgets stand in `tests/budgets.yml`; what
costs more is marked, and the command fails.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import gzip
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import numpy as np
import psutil
import yaml
from nbclient import NotebookClient

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
sys.path[:0] = [str(ROOT), str(TESTS / "unit")]

from helpers.startup import silent_stderr  # noqa: E402

BUDGETS: dict[str, float] = yaml.safe_load((TESTS / "budgets.yml").read_text(encoding="utf-8"))
START, END = "<!-- bench: made by make bench -->", "<!-- end of bench -->"
HEAD = "| | helpers | at most | alternative | ratio | the alternative |\n|---|--:|--:|--:|--:|---|"
LONG = ("07", "09")
SERIES = 3


class Row(NamedTuple):
    """One line of the table: seconds of ours, and of the alternative, which is described in words, if there is one."""

    what: str
    ours: float
    alternative: float = 0.0
    named: str = ""

    def over(self) -> bool:
        """Whether it costs more than its budget."""
        return self.ours > BUDGETS[self.what]

    def __str__(self) -> str:
        show = percent if self.what.startswith("share") else in_words
        times = self.alternative / self.ours
        ratio = "" if not times else f"{times:,.0f} ×" if times >= 100 else f"{times:.3g} ×"
        ours = show(self.ours) + (" **(over)**" if self.over() else "")
        other = show(self.alternative) if self.alternative else ""
        return f"| {self.what} | {ours} | {show(BUDGETS[self.what])} | {other} | {ratio} | {self.named} |"


def percent(share: float) -> str:
    """Return a share as "1.3 %"."""
    return f"{100 * share:.2g} %"


def in_words(seconds: float) -> str:
    """Return a time with two digits: "12 ms", "1.4 s"."""
    value, unit = (seconds, "s") if seconds >= 1 else (1000 * seconds, "ms")
    return f"{value:.0f} {unit}" if value >= 10 else f"{value:.2g} {unit}"


def processor() -> float:
    """Return the processor time of this process and of those that it has waited for, in seconds."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def seconds(action: Callable[[], object]) -> float:
    """Return the processor time that `action` takes once."""
    began = processor()
    action()
    return processor() - began


def side_by_side(repeats: int, *actions: Callable[[], object]) -> list[float]:
    """Return the median seconds of each action; they take turns, so that a busy machine is unfair to none."""
    for action in actions:
        action()
    rounds = [[seconds(action) for action in actions] for _ in range(repeats)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


# ---- imports, data, drawings


def python(code: str) -> Callable[[], object]:
    """Return an action that runs `code` in a new interpreter."""
    return lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def import_rows(repeats: int) -> Iterator[Row]:
    ours, figure = side_by_side(repeats, python("import helpers.network"), python("import matplotlib.figure"))
    yield Row("import helpers.network", ours, figure, "import matplotlib.figure")


def lab_rows(repeats: int) -> Iterator[Row]:
    """Measure JupyterLab, as `make lab` starts it when all is installed, until its page is there."""

    def start(folder: str, page: str) -> float:
        with tempfile.TemporaryDirectory() as runtime:
            options = ["--no-browser", "--port=0", "--IdentityProvider.token=bench", "--allow-root"]
            server = psutil.Popen(
                [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *options],
                env={**os.environ, "JUPYTER_RUNTIME_DIR": runtime},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                while server.poll() is None:
                    with contextlib.suppress(OSError, StopIteration, ValueError):  # not yet there
                        url = json.loads(next(Path(runtime).glob("jpserver-*.json")).read_text())["url"]
                        urllib.request.urlopen(f"{url}lab/tree/{page}?token=bench", timeout=60).read()
                        break
                    time.sleep(0.05)
                else:
                    raise RuntimeError(f"JupyterLab did not start: {server.args}")
                spent = server.cpu_times()
                return spent.user + spent.system
            finally:
                server.terminate()
                server.wait()

    with tempfile.TemporaryDirectory() as empty:
        rounds = [(start(str(ROOT / "notebooks"), "00_start_here.ipynb"), start(empty, "")) for _ in range(repeats)]
    ours, bare = (statistics.median(times) for times in zip(*rounds, strict=True))
    yield Row("make lab, second start", ours, bare, "jupyter lab in an empty folder")


def data_rows(repeats: int) -> Iterator[Row]:
    from helpers import data

    (x_train, _), (x_test, _) = data.load_fashion_mnist()
    with tempfile.TemporaryDirectory() as folder:
        idx = Path(folder, "images.gz")
        idx.write_bytes(gzip.compress(bytes(16) + x_train.tobytes() + x_test.tobytes()))

        def read_idx(path: Path = idx) -> None:  # As keras.datasets does.
            with gzip.open(path) as file:
                np.frombuffer(file.read(), np.uint8, offset=16)

        ours, theirs = side_by_side(repeats, data.load_fashion_mnist, read_idx)
        yield Row("load 12,000 embedded images, checked", ours, theirs, "IDX in gzip, as keras.datasets")
        images = Path("/usr/share/datasets/fashion-mnist")  # Debian's package dataset-fashion-mnist
        if images.is_dir():
            sys.path.append(str(ROOT / "data"))
            import make_subset

            split = make_subset.read_idx(images)
            os.environ["COURSE_CACHE"] = folder
            data._keep(Path(folder, data.CACHE_NAME), *(np.concatenate(part) for part in zip(*split, strict=True)))
            idx.write_bytes(gzip.compress(bytes(16) + split[0][0].tobytes() + split[1][0].tobytes()))
            ours, theirs = side_by_side(3, lambda: data.load_fashion_mnist(full=True), read_idx)
            yield Row("load 70,000 images from the cache", ours, theirs, "IDX in gzip, as keras.datasets")


def network_rows(repeats: int) -> Iterator[Row]:
    from naive_network import draw_network_naively

    from helpers.network import draw_network
    from helpers.picture import to_png

    deep = [5, *[12] * 6, 5]
    ours, naive = side_by_side(
        repeats, lambda: to_png(draw_network(deep).figure), lambda: to_png(draw_network_naively(deep).figure)
    )
    yield Row("draw and render [5] + [12] × 6 + [5]", ours, naive, "one artist an edge")


# ---- walks and traces


def momentum(w: Any, gradient: Any, state: dict, step: int, rate: float = 0.001) -> Any:
    """Update `w` by momentum, as a notebook's rule does it."""
    state["v"] = 0.9 * state.get("v", 0.0) - rate * gradient
    return w + state["v"]


def surface_rows(repeats: int) -> Iterator[Row]:
    """Measure walks and traces on Beale's function beside the loops that a notebook would write."""
    from helpers import surface

    with silent_stderr():
        import keras
        import tensorflow as tf

        tf.config.list_logical_devices()
    beale = surface.SURFACES["beale"]

    def with_a_tape() -> None:
        w, state = np.array(beale.start, "float32"), {}
        for step in range(200):
            point = tf.constant(w)
            with tf.GradientTape() as tape:
                tape.watch(point)
                height = beale.function(point[0], point[1])
            w = momentum(w, tape.gradient(height, point).numpy(), state, step)

    ours, tape = side_by_side(repeats, lambda: surface.walk(momentum, "beale", steps=200), with_a_tape)
    yield Row("walk of a rule, 200 steps", ours, tape, "GradientTape in a loop")

    kinds = keras.optimizers

    def make(rate: float = 0.01) -> dict[str, Any]:
        return {
            "SGD": kinds.SGD(rate / 10),
            "momentum": kinds.SGD(rate / 10, momentum=0.9),
            "Nesterov": kinds.SGD(rate / 10, momentum=0.9, nesterov=True),
            "Adagrad": kinds.Adagrad(rate),
            "RMSprop": kinds.RMSprop(rate),
            "Adadelta": kinds.Adadelta(rate),
            "Adam": kinds.Adam(rate),
            "Nadam": kinds.Nadam(rate),
        }

    def loop() -> None:
        for optimizer in make().values():
            point = keras.Variable(beale.start)
            for _ in range(100):
                with tf.GradientTape() as tape:
                    height = beale.function(point[0], point[1])
                optimizer.apply([tape.gradient(height, point.value)], [point])

    ours, eager = side_by_side(3, lambda: surface.trace(make(), "beale"), loop)
    yield Row("8 Keras optimizers × 100 steps", ours, eager, "optimizer.apply in a loop")


# ---- figures that move, and plots of training; in a kernel


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


def paths_figure(axes: Any, frequency: int = 1) -> str:
    """Draw two paths whose learning rate moves on their surface, and how high they are."""
    from helpers.surface import SURFACES, draw_paths, walk

    rates = {"SGD": 1e-5 * frequency, "momentum": 2e-5 * frequency}
    paths = {name: walk(momentum, "beale", rate=rate) for name, rate in rates.items()}
    draw_paths(paths, "beale", ax=axes[0])
    for path in paths.values():
        axes[1].semilogy(SURFACES["beale"].function(*path.T))
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
    """Measure from a slider's move to the new picture, dragged steadily, and back over states seen before."""
    import ipywidgets

    from helpers.explore import explore

    rows = []
    for name, draw, panels in (
        ("one labelled panel", line_figure, 1),
        ("network", network_figure, 1),
        ("two panels with paths", paths_figure, 2),
    ):
        positions = list(range(1, repeats + 2))
        options = {"panels": (1, panels), "frequency": (1, repeats + 1)}
        figure = explore(draw, **options)
        obvious = ipywidgets.interactive(obvious_way(draw, panels), frequency=(1, repeats + 1))
        ours, theirs = figure.controls["frequency"], obvious.children[0]
        if draw is line_figure:
            first, bare = side_by_side(5, lambda: explore(line_figure, **options), obvious.update)  # noqa: B023
            rows.append(
                Row("figure that moves, first picture: one labelled panel", first, bare, "interact and plt.show")
            )

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


def share_of_training(callback: Any, epochs: int) -> float:
    """Return the share of the processor time of a training (784-512-512-10, 8,000 images) that `callback` takes."""
    import keras

    from helpers.data import load_fashion_mnist

    spent: list[float] = []

    def timed(method: Callable[..., object]) -> Callable[..., None]:
        return lambda *args, **kwargs: spent.append(seconds(lambda: method(*args, **kwargs)))

    for name in ("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_epoch_end", "on_train_end"):
        setattr(callback, name, timed(getattr(callback, name)))
    (x, y), _ = load_fashion_mnist()
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(512, "relu"), keras.layers.Dense(512, "relu"), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    options = {"epochs": epochs, "batch_size": 128, "validation_split": 0.2, "verbose": 0, "callbacks": [callback]}
    whole = seconds(lambda: model.fit(x.reshape(-1, 784).astype("float32") / 255, y, **options))
    return sum(spent) / whole


def training_plots(epochs: int) -> list[Row]:
    """Measure a redraw, and the plot's share of a training."""
    from livelossplot import PlotLossesKeras

    from helpers.training_plot import TrainingPlot

    ours, theirs = redraws(TrainingPlot(), 25), redraws(PlotLossesKeras(), 25)
    part, other = (share_of_training(plot, epochs) for plot in (TrainingPlot(), PlotLossesKeras()))
    return [
        Row("redraw of the training plot", ours, theirs, "livelossplot"),
        Row("share of a training that its plot takes", part, other, "livelossplot"),
    ]


def in_kernel(call: str) -> list[Row]:
    """Return the rows that `call`, a call of a function of this file, returns in a notebook's kernel."""
    code = f"import sys; sys.path[:0] = [{str(TESTS)!r}]\nimport bench, json\nresult = bench.{call}"
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("print(json.dumps(result))")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with silent_stderr():  # What a kernel says about itself belongs to no table.
        NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
    return [Row(*values) for values in json.loads(notebook.cells[1].outputs[0].text)]


# ---- notebooks

USED = """\
import json, resource, sys
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
unit = 1e9 if sys.platform == "darwin" else 1e6
print(json.dumps([sum(one.ru_utime + one.ru_stime for one in used), max(one.ru_maxrss for one in used) / unit]))"""
"""A last cell: how many seconds of processor the kernel and its processes took, and how many GB at most."""


def notebook_cost(path: Path) -> tuple[float, float]:
    """Return seconds of processor and GB of memory of a notebook, from its first cell to its last."""
    notebook = copy.deepcopy(nbformat.read(path, as_version=4))
    notebook.cells.append(nbformat.v4.new_code_cell(USED))
    client = NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(path.parent)}})
    with silent_stderr():
        client.execute()
    spent, memory = json.loads(client.nb.cells[-1].outputs[0].text)
    return spent, memory


def notebook_lines(numbers: list[str]) -> Iterator[tuple[str, bool]]:
    """Measure each notebook; yield its line of the table, and whether it is over its budget."""
    yield "| notebook | processor time | at most | memory |\n|---|--:|--:|--:|", False
    total, most = 0.0, BUDGETS["memory of a notebook (GB)"]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        number = path.name[:2]
        if numbers and number not in numbers:
            continue
        spent, memory = notebook_cost(path)
        total += spent
        budget = BUDGETS["a notebook that trains much (07, 09)" if number in LONG else "a notebook"]
        mark, heavy = (" **(over)**" * (spent > budget), " **(over)**" * (memory > most))
        yield f"| {path.stem} | {spent:.0f} s{mark} | {budget} s | {memory:.1f} GB{heavy} |", bool(mark or heavy)
    if not numbers:
        over = total > BUDGETS["the whole course"]
        mark = " **(over)**" * over
        yield f"| the whole course | {total:.0f} s{mark} | {BUDGETS['the whole course']} s | |", over


# ---- the table


def machine() -> str:
    """Describe this machine, in one paragraph."""
    memory = psutil.virtual_memory().total / 2**30
    names = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", names.read_text()) if names.exists() else None
    chip = " ".join((found[1] if found else platform.processor() or platform.machine()).split())
    packages = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "matplotlib", "numpy"))
    load = os.getloadavg()[0]
    busy = f" Other work kept it busy (load {load:.0f}), which adds to these times." if load > os.cpu_count() else ""
    return (
        f"{os.cpu_count()} cores ({chip}), {memory:.0f} GB, no GPU, {platform.system()}, Python "
        f"{platform.python_version()}, {packages}; processor time, medians; a ratio above 1 says that the alternative "
        f"takes longer.{busy}"
    )


def write(lines: list[str]) -> None:
    """Put the table between its marks in the README."""
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(START)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"README.md must hold {START} and after it {END}")
    text = "\n".join(lines)
    readme.write_text(f"{before}{START}\n\n{text}\n\n{END}{after}", encoding="utf-8", newline="\n")


def main() -> int:
    """Measure everything and print the table; return 1 when something is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="repeat less, and leave the notebooks out")
    parser.add_argument("--notebooks", nargs="*", metavar="NN", help="measure these notebooks alone; all without one")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    options = parser.parse_args()
    repeats = 5 if options.quick else 15
    lines, over = [machine(), ""], 0

    def add(line: str, too_much: bool) -> None:
        nonlocal over
        print(line, flush=True)
        lines.append(line)
        over += too_much

    print(machine(), "", sep="\n")
    if options.notebooks is None:
        add(HEAD, False)
        for rows in (
            network_rows(repeats),
            in_kernel(f"moving_figures({repeats})"),
            surface_rows(repeats),
            in_kernel("training_plots(25)"),
            data_rows(repeats),
            import_rows(3 if options.quick else 9),
            lab_rows(1 if options.quick else 3),
        ):
            for row in rows:
                add(str(row), row.over())
    if not options.quick:
        add("", False)
        for line, too_much in notebook_lines(options.notebooks or []):
            add(line, too_much)
    if options.write:
        write(lines)
    print(f"\n{over} over budget." if over else "\nAll within their budgets.")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
