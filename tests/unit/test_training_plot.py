"""The training plot: what it draws equals what Keras recorded, and nothing that happens in it stops a training."""

from __future__ import annotations

import copy
import io
import math
import pickle
import subprocess
import sys
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

from helpers import style, training_plot
from helpers.training_plot import TrainingPlot
from helpers.training_plot._figure import TrainingFigure
from helpers.training_plot._record import TrainingRecord, higher_is_better

ROOT = Path(__file__).resolve().parents[2]
X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")


class Kernel:
    """Stands in for a notebook's shell: keeps what is displayed, and ends a cell when asked."""

    def __init__(self):
        self.registered = []
        self.shown = []
        self.events = self

    def register(self, event, function):
        assert event == "post_run_cell"
        self.registered.append(function)

    def unregister(self, event, function):
        self.registered.remove(function)

    def end_cell(self):
        for function in list(self.registered):
            function(None)

    def display(self, data, *, metadata, raw, display_id):
        self.shown.append([(data, metadata)])
        shown = self.shown[-1]

        class Handle:
            def update(self, data, *, metadata, raw):
                shown.append((data, metadata))

        return Handle()


@pytest.fixture
def kernel(monkeypatch):
    stand_in = Kernel()
    monkeypatch.setattr(training_plot, "_notebook", lambda: stand_in)
    monkeypatch.setattr("IPython.display.display", stand_in.display)
    return stand_in


class Kept(TrainingPlot):
    """Keeps the last figure, its header and the number of redraws, for the tests to look at."""

    redraws = 0
    headers = ()

    def _draw(self):
        super()._draw()
        self.redraws += 1
        self.drawn = self._figure
        self.headers = (*self.headers, self.drawn._state.get_text())

    def lines(self):
        return {
            name: line.get_data()
            for panel in self.drawn.panels
            for name, line in panel.lines.items()
            if len(line.get_xdata())
        }


class Clock:
    """A clock that only a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Tick(keras.callbacks.Callback):
    """Moves a clock by one second before each batch."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def on_train_batch_begin(self, batch, logs=None):
        self.clock.now += 1.0


class Logs(keras.callbacks.Callback):
    """Changes what an epoch logs: `change(epoch, logs)`."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def on_epoch_end(self, epoch, logs=None):
        self.change(epoch, logs)


def model(metrics=("accuracy",), loss="binary_crossentropy"):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    network.compile(optimizer="sgd", loss=loss, metrics=list(metrics), run_eagerly=True)  # no time to compile
    return network


def fit(plot, *before, network=None, validation=True, **options):
    options = {"epochs": 3, "verbose": 0, "batch_size": 16, **options}
    return (network or model()).fit(
        X, Y, validation_data=(X, Y) if validation else None, callbacks=[*before, plot], **options
    )


def train_by_hand(plot, epochs, seconds):
    """Call the plot as a fit does whose epochs take `seconds` by the plot's own clock."""
    plot.set_params({"epochs": epochs, "steps": 1})
    plot.on_train_begin()
    for epoch in range(epochs):
        plot.on_epoch_begin(epoch)
        plot._clock.now += seconds
        plot.on_epoch_end(epoch, {"loss": 1 / (epoch + 1), "val_loss": 1.0})
    plot.on_train_end()


def assert_drawn_equals(plot, history, first=1):
    drawn = plot.lines()
    assert set(drawn) == set(history.history)
    for name, values in history.history.items():
        np.testing.assert_array_equal(drawn[name][1], values)
        np.testing.assert_array_equal(drawn[name][0], np.arange(first, first + len(values)))


@pytest.mark.parametrize("validation", [True, False])
@pytest.mark.parametrize(
    "metrics",
    [(), ("accuracy",), ("mae", keras.metrics.AUC(name="area $x^2 under_curve"), "accuracy", keras.metrics.Recall())],
    ids=["loss", "accuracy", "several"],
)
def test_drawn_lines_equal_the_history(kernel, metrics, validation):
    plot = Kept()
    history = fit(plot, network=model(metrics), validation=validation)
    assert_drawn_equals(plot, history)
    assert len(plot.drawn.panels) == 1 + len(metrics)
    assert len(kernel.shown) == 1


def test_one_epoch_is_a_visible_point(kernel):
    plot = Kept()
    history = fit(plot, epochs=1)
    assert_drawn_equals(plot, history)
    assert plot.drawn.panels[0].lines["loss"].get_marker() == "o"
    assert plot.headers[-1] == "1 epoch"


def test_training_and_validation_differ_in_style_and_marker(kernel):
    plot = Kept()
    fit(plot)
    train, validation = plot.drawn.panels[0].lines.values()
    assert train.get_linestyle() != validation.get_linestyle()
    assert train.get_marker() != validation.get_marker()


def test_picture_and_alternative_are_valid_and_free_of_times_at_the_end(kernel):
    plot = Kept()
    fit(plot)
    data, metadata = kernel.shown[0][-1]
    assert data["image/png"].startswith(b"\x89PNG")
    assert "validation loss lowest at epoch" in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "left" in plot.headers[0]
    assert plot.headers[-1] == "3 epochs"
    assert kernel.registered == []


def test_thousand_short_epochs_are_drawn_once_a_second(kernel):
    clock, plot = Clock(), Kept()
    plot._clock = clock
    train_by_hand(plot, epochs=1000, seconds=1 / 64)  # exact in binary: 15.6 s in all
    assert plot.redraws == 1 + 15 + 1
    assert len(plot.lines()["loss"][0]) == 1000
    assert sum(len(panel.axes.lines) for panel in plot.drawn.panels) < 10


def test_expensive_redraws_become_rarer(kernel, monkeypatch):
    clock, plot = Clock(), Kept()
    plot._clock = clock

    quick = TrainingFigure.to_png

    def slow_png(figure, **options):
        clock.now += 0.1
        return quick(figure, **options)

    monkeypatch.setattr(TrainingFigure, "to_png", slow_png)
    train_by_hand(plot, epochs=100, seconds=1.0)
    assert plot.redraws * 0.1 < 0.02 * clock.now + 0.4


def test_long_epoch_shows_how_far_it_is(kernel):
    clock, plot = Clock(), Kept()
    plot._clock = clock
    fit(plot, Tick(clock), batch_size=4, epochs=2)
    assert "epoch 1 of 2 · 38 % of it · 17 s left" in plot.headers
    assert any("epoch 2 of 2 · " in header and "% of it" in header for header in plot.headers)
    assert not any("left" in data["text/plain"] for data, _ in kernel.shown[0])


@pytest.mark.parametrize(("value", "word"), [(math.nan, "NaN"), (math.inf, "infinite"), (-math.inf, "infinite")])
def test_value_that_is_no_number_is_a_marked_stop(kernel, value, word):
    def spoil(epoch, logs):
        if epoch >= 2:
            logs["loss"] = value

    plot = Kept()
    history = fit(plot, Logs(spoil), epochs=4)
    assert_drawn_equals(plot, history)
    assert f"loss became {word} at epoch 3" in kernel.shown[0][-1][0]["text/plain"]
    assert plot.drawn._stops.get_text() == f"× loss became {word} at epoch 3"
    np.testing.assert_array_equal(plot.drawn.panels[0].ends.get_xdata(), [2])


def test_real_nan_from_the_first_epoch_is_drawn(kernel, capsys):
    plot = Kept()
    network = model(loss=lambda y, p: p * math.nan)
    assert_drawn_equals(plot, fit(plot, network=network, epochs=2))
    assert plot.best_epoch is None
    assert capsys.readouterr().out == ""


def test_huge_values_are_drawn(kernel, capsys):
    plot = Kept()
    fit(plot, Logs(lambda epoch, logs: logs.update(loss=(-1) ** epoch * 1.7e308)))
    assert capsys.readouterr().out == ""
    assert "text/plain" in kernel.shown[0][-1][0]


def test_best_epoch_follows_monitor_and_direction(kernel):
    values = [3.0, 1.0, 2.0, 1.0]
    change = Logs(lambda epoch, logs: logs.update(val_loss=values[epoch], val_accuracy=values[epoch]))
    for plot, best in (
        (Kept(), 2),
        (Kept(monitor="val_accuracy"), 1),
        (Kept(monitor="val_accuracy", mode="min"), 2),
        (Kept(monitor="never_logged"), 2),
    ):
        fit(plot, change, epochs=4)
        assert plot.best_epoch == best
        panel = plot.drawn.panels[0 if plot.monitor != "val_accuracy" else 1]
        np.testing.assert_array_equal(panel.ring.get_data(), [[best], [values[best - 1]]])


def test_without_validation_data_the_training_loss_decides(kernel):
    plot = Kept()
    history = fit(plot, validation=False)
    assert plot.best_epoch == 1 + int(np.argmin(history.history["loss"]))


@pytest.mark.parametrize(
    "name",
    ["accuracy", "val_sparse_categorical_accuracy", "auc_1", "precision_at_recall", "f1_score", "mean_io_u", "r2_score",
     "acc5", "MyAUC", "cosine_similarity", "true_positives", "out_b_accuracy"],
)  # fmt: skip
def test_scores_are_best_at_their_highest(name):
    assert higher_is_better(name)


@pytest.mark.parametrize(
    "name", ["loss", "val_loss", "accuracy_loss", "mae", "root_mean_squared_error", "false_positives", "brier_score",
             "kl_divergence", "perplexity", "distraction"],
)  # fmt: skip
def test_losses_errors_and_unknown_names_are_best_at_their_lowest(name):
    assert not higher_is_better(name)


def test_metric_that_appears_late_gets_its_panel(kernel):
    plot = Kept()
    history = fit(plot, Logs(lambda epoch, logs: logs.update(late=5.0) if epoch >= 2 else None), epochs=4)
    drawn = plot.lines()
    np.testing.assert_array_equal(drawn["late"], [[3, 4], history.history["late"]])
    assert len(kernel.shown) == 1


def test_validation_every_second_epoch_is_drawn_at_its_epochs(kernel):
    plot = Kept()
    history = fit(plot, epochs=5, validation_freq=2)
    np.testing.assert_array_equal(plot.lines()["val_loss"], [[2, 4], history.history["val_loss"]])


@pytest.mark.parametrize("plot_first", [True, False])
def test_learning_rate_is_drawn_whatever_the_order_of_callbacks(kernel, plot_first):
    plot = Kept()
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 * 0.1**epoch)
    callbacks = [plot, schedule] if plot_first else [schedule, plot]
    history = model().fit(X, Y, epochs=4, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(plot.lines()["learning_rate"][1], history.history["learning_rate"])
    assert plot.drawn.panels[-1].axes.get_yscale() == "log"


def test_many_metrics_are_capped_and_named(kernel):
    plot = Kept()
    fit(plot, Logs(lambda epoch, logs: logs.update({f"extra_{i}": i for i in range(40)})))
    assert len(plot.drawn.panels) == 6
    assert "extra_9" in plot.drawn.left_out


def test_outputs_of_a_branched_model_have_their_own_losses(kernel):
    inputs = keras.Input((3,))
    a, b = keras.layers.Dense(1, name="a")(inputs), keras.layers.Dense(1, name="b")(inputs)
    network = keras.Model(inputs, [a, b])
    network.compile("sgd", loss=["mse", "mse"], metrics=[["mae"], ["mae"]])
    plot = Kept()
    history = network.fit(X, [Y, Y], epochs=2, verbose=0, callbacks=[plot])
    assert_drawn_equals(plot, history)
    assert [panel.name for panel in plot.drawn.panels] == ["loss", "a_loss", "b_loss", "a_mae", "b_mae"]


def test_values_that_are_no_single_number_are_left_out(kernel, capsys):
    plot = Kept()
    fit(plot, Logs(lambda epoch, logs: logs.update(vector=np.ones(3), text="high", nothing=None)))
    assert not {"vector", "text", "nothing"} & set(plot.lines())
    assert capsys.readouterr().out == ""


def test_second_fit_starts_a_new_plot(kernel):
    plot, network = Kept(), model()
    fit(plot, network=network)
    assert_drawn_equals(plot, fit(plot, network=network, epochs=2))
    assert len(kernel.shown) == 2


def test_initial_epoch_continues_the_plot(kernel):
    plot, network = Kept(), model()
    first = fit(plot, network=network, epochs=3).history["loss"]
    second = fit(plot, network=network, epochs=5, initial_epoch=3).history["loss"]
    np.testing.assert_array_equal(plot.lines()["loss"], [[1, 2, 3, 4, 5], first + second])
    assert plot.headers[-1] == "5 epochs"


def test_initial_epoch_of_a_new_plot_keeps_true_epoch_numbers(kernel):
    plot = Kept()
    assert_drawn_equals(plot, fit(plot, epochs=7, initial_epoch=5), first=6)
    assert plot.headers[-1] == "epochs 6 to 7"
    assert plot.best_epoch in (6, 7)


def test_fit_without_epochs_shows_nothing(kernel):
    plot = Kept()
    fit(plot)
    fit(plot, epochs=0)
    assert len(kernel.shown) == 1


def test_several_models_have_their_own_plots(kernel):
    plots = [Kept(), Kept()]
    histories = [fit(plot, epochs=2 + i) for i, plot in enumerate(plots)]
    for plot, history in zip(plots, histories, strict=True):
        assert_drawn_equals(plot, history)
    assert len(kernel.shown) == 2


def interrupt(at):
    def change(epoch, logs):
        if epoch == at:
            raise KeyboardInterrupt

    return Logs(change)


def test_interrupt_leaves_the_plot_of_the_last_finished_epoch(kernel):
    clock, plot = Clock(), Kept()  # the clock stands: only the first epoch is drawn while training
    plot._clock = clock
    with pytest.raises(KeyboardInterrupt):
        fit(plot, interrupt(7), epochs=25)
    assert len(plot.lines()["loss"][0]) == 1
    kernel.end_cell()
    assert len(plot.lines()["loss"][0]) == 7
    assert plot.headers[-1] == "stopped after epoch 7 of 25"
    assert len(kernel.shown) == 1
    assert kernel.registered == []


def test_early_stopping_says_where_it_stopped(kernel):
    plot = Kept()
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=100.0)
    fit(plot, stop, epochs=9)
    assert plot.headers[-1].startswith("stopped after epoch 2 of 9")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda plot: pickle.loads(pickle.dumps(plot))])
def test_copy_of_a_used_plot_starts_fresh(kernel, copied):
    plot = TrainingPlot(monitor="val_accuracy", mode="max", title="mine")
    fit(plot)
    twin = copied(plot)
    assert (twin.monitor, twin.mode, twin.title) == ("val_accuracy", "max", "mine")
    assert twin.best_epoch is None
    fit(twin)
    assert len(kernel.shown) == 2


def test_copy_made_while_training_is_possible(kernel):
    plot = TrainingPlot()
    copies = []
    fit(plot, Logs(lambda epoch, logs: copies.append(copy.deepcopy(plot))))
    assert len(copies) == 3


def test_keras_tuner_searches_with_a_plot(kernel, tmp_path):
    keras_tuner = pytest.importorskip("keras_tuner")

    def build(hyperparameters):
        hyperparameters.Float("rate", 0.1, 1.0)
        return model()

    tuner = keras_tuner.RandomSearch(build, "val_loss", max_trials=2, directory=tmp_path, overwrite=True)
    plot = TrainingPlot()
    fit(plot)
    tuner.search(X, Y, validation_data=(X, Y), epochs=2, verbose=0, callbacks=[plot])
    assert len(kernel.shown) == 3


def test_failure_to_draw_is_one_sentence_and_text_goes_on(kernel, monkeypatch, capsys):
    def fail(*_, **__):
        raise RuntimeError("no ink")

    monkeypatch.setattr(TrainingFigure, "to_png", fail)
    history = fit(TrainingPlot())
    out = capsys.readouterr().out
    assert len(history.history["loss"]) == 3
    assert out.count("no ink") == 1
    assert [line.split(":")[0] for line in out.splitlines()[1:]] == [f"epoch {i} of 3" for i in (1, 2, 3)]


def test_closed_standard_output_does_not_stop_training(monkeypatch):
    class Closed:
        def write(self, text):
            raise ValueError("I/O operation on closed file")

        flush = write

    monkeypatch.setattr(sys, "stdout", Closed())
    assert len(fit(TrainingPlot()).history["loss"]) == 3


def test_training_loop_by_hand_needs_no_parameters(capsys):
    plot = TrainingPlot()
    plot.on_epoch_end(0, {"loss": 1.0})
    plot.on_epoch_end(1, None)
    plot.on_train_end()
    assert capsys.readouterr().out.splitlines() == [
        "epoch 1 of 1: loss 1 · best so far",
        "epoch 2 of 2: nothing logged",
    ]


def test_training_in_a_thread_goes_on_after_its_cell(kernel):
    plot = Kept()
    history = fit(plot, Logs(lambda epoch, logs: kernel.end_cell()), epochs=3)
    assert_drawn_equals(plot, history)
    assert plot.headers[-1] == "3 epochs"
    assert len(kernel.shown) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [({"monitor": 3}, TypeError), ({"title": ["x"]}, TypeError), ({"mode": "best"}, ValueError)],
)
def test_wrong_arguments_are_named(options, error):
    with pytest.raises(error, match=next(iter(options))):
        TrainingPlot(**options)


def test_nothing_drawn_overlaps_or_leaves_the_figure(kernel):
    for use in (style.use, style.lecture):
        use()
        plot = Kept(title="512-512-10")
        fit(plot, network=model(("accuracy", "mae")))
        figure = plot.drawn.figure
        renderer = figure.canvas.get_renderer()
        inside = figure.bbox.padded(1)
        for panel in plot.drawn.panels:
            texts = [label.get_window_extent(renderer) for label in panel.labels.values()]
            assert not texts[0].overlaps(texts[1])
            for box in (*texts, panel.axes.yaxis.get_tightbbox(renderer), panel.axes.xaxis.get_tightbbox(renderer)):
                assert inside.containsx(box.x0)
                assert inside.containsx(box.x1)
                assert inside.containsy(box.y0)
    style.use()


def test_quick_redraw_is_the_picture_of_a_fresh_figure():
    def pixels(figure, record, settle):
        figure.draw(record.series(), record.best(), record.stops(), f"epoch {record.last} of 9", 9, settle)
        return np.asarray(Image.open(io.BytesIO(figure.to_png(compress_level=1))))

    record, axes_moved = TrainingRecord(), []
    for epoch, loss in enumerate((1.0, 0.2, 0.3, 0.9, 5.0, math.nan, 0.5), start=1):
        record.add(epoch, {"loss": loss, "val_loss": 0.6, "learning_rate": 0.1})
        if epoch == 1:
            kept = TrainingFigure(tuple(record.series()))
        before = kept.panels[0].limits
        now = pixels(kept, record, False)
        axes_moved.append(kept.panels[0].limits != before)
        fresh = TrainingFigure(tuple(record.series()))
        for panel, other in zip(fresh.panels, kept.panels, strict=True):
            panel.limits = other.limits
            panel.axes.set(xlim=other.limits[0], ylim=other.limits[1])
        np.testing.assert_array_equal(now, pixels(fresh, record, False))
    assert axes_moved == [True, True, False, False, True, False, False]
    settled = pixels(kept, record, True)
    np.testing.assert_array_equal(settled, pixels(TrainingFigure(tuple(record.series())), record, True))


def test_ties_go_to_the_first_epoch():
    record = TrainingRecord()
    for epoch in (1, 2, 3):
        record.add(epoch, {"accuracy": 1.0, "loss": 0.5})
    assert record.best("accuracy").epoch == 1
    assert record.best().epoch == 1


SCRIPT = """
import keras, numpy as np
from helpers.training_plot import TrainingPlot
network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
network.compile("sgd", "mse", metrics=["mae"])
x = np.ones((8, 3)); y = np.ones((8, 1))
"""


def test_script_prints_a_line_for_each_epoch():
    code = SCRIPT + "network.fit(x, y, epochs=3, verbose=0, validation_data=(x, y), callbacks=[TrainingPlot()])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert all(name in lines[0] for name in (" loss ", " mae ", " val_loss ", " val_mae "))
    assert "left" in lines[0]


@pytest.fixture(scope="module")
def executed():
    """A notebook run in a real kernel: two fits, an interrupted one, and a cell after it."""
    cells = [
        SCRIPT,
        "a = network.fit(x, y, epochs=4, verbose=0, callbacks=[TrainingPlot()])",
        "plot = TrainingPlot()\n"
        "for epochs in (2, 3):\n    _ = network.fit(x, y, epochs=epochs, verbose=0, callbacks=[plot])",
        "class Stop(keras.callbacks.Callback):\n"
        "    def on_epoch_begin(self, epoch, logs=None):\n"
        "        if epoch == 40:\n            raise KeyboardInterrupt\n"
        "_ = network.fit(x, y, epochs=99, verbose=0, callbacks=[Stop(), plot])",
        "import matplotlib.pyplot\nprint(matplotlib.pyplot.get_fignums(), 'goes on')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(ROOT)}})
    return client.execute().cells


def pictures(cell):
    return [output["data"] for output in cell.outputs if "image/png" in output.get("data", {})]


def test_executed_notebook_stores_the_final_picture(executed):
    (data,) = pictures(executed[1])
    assert "after epoch 4 of 4" in data["text/plain"]
    (display,) = executed[1].outputs
    assert display.output_type == "display_data"
    assert display.metadata["image/png"]["alt"] == data["text/plain"]


def test_executed_notebook_keeps_both_plots_of_one_instance(executed):
    assert [text["text/plain"].split(":")[0] for text in pictures(executed[2])] == [
        "Training plot after epoch 2 of 2",
        "Training plot after epoch 3 of 3",
    ]


def test_interrupted_cell_stores_its_last_epoch(executed):
    (data,) = pictures(executed[3])
    assert "after epoch 40 of 99" in data["text/plain"]
    assert "KeyboardInterrupt" in [output.get("ename") for output in executed[3].outputs]
    assert executed[4].outputs[0].text == "[] goes on\n"
