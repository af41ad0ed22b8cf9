"""The training plot: what it draws equals what Keras recorded, and nothing that happens in it stops a training."""

from __future__ import annotations

import copy
import doctest
import functools
import io
import itertools
import math
import os
import pickle
import subprocess
import sys
from pathlib import Path

import keras
import matplotlib
import matplotlib.style
import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from nbclient import NotebookClient
from PIL import Image

from helpers import style, training_plot
from helpers.training_plot import TrainingPlot
from helpers.training_plot._figure import TrainingFigure
from helpers.training_plot._record import TrainingRecord, direction

ROOT = Path(__file__).resolve().parents[2]
X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")


class Kernel:
    """Stands in for a notebook's shell: keeps what is displayed, and ends a cell or clears its output when asked."""

    kernel = True

    def __init__(self):
        self.registered = []
        self.hooks = []
        self.shown = []
        self.headers = []
        self.watched = None
        self.cost = lambda: None
        self.events = self.display_pub = self

    def watch(self, plot):
        """Note the header of `plot` each time it is shown."""
        self.watched = plot
        return plot

    def register(self, event, function):
        assert event == "post_run_cell"
        self.registered.append(function)

    def unregister(self, event, function):
        self.registered.remove(function)

    def end_cell(self):
        for function in list(self.registered):
            function(None)

    def register_hook(self, hook):
        self.hooks.append(hook)

    def unregister_hook(self, hook):
        self.hooks.remove(hook)

    def clear_output(self):
        message = {"header": {"msg_type": "clear_output"}, "content": {"wait": True}}
        for hook in self.hooks:
            assert hook(message) is message

    def note(self, shown, data, metadata):
        self.cost()
        shown.append((data, metadata))
        if self.watched is not None:
            self.headers.append(header(self.watched))

    def display(self, data, *, metadata, raw, display_id):
        self.shown.append([])
        shown, note = self.shown[-1], self.note
        note(shown, data, metadata)

        class Handle:
            def update(self, data, *, metadata=None, raw):
                note(shown, data, metadata)

        return Handle()


@pytest.fixture
def kernel(monkeypatch):
    stand_in = Kernel()
    monkeypatch.setattr("IPython.get_ipython", lambda: stand_in)
    monkeypatch.setattr("IPython.display.display", stand_in.display)
    return stand_in


def header(plot):
    """Return the first line of a plot below its title."""
    return plot.figure.texts[bool(plot.title)].get_text()


def lines(plot):
    """Return what a plot draws: the name of a metric → (epochs, values)."""
    drawn = [line for axes in plot.figure.axes for line in axes.lines]
    return {
        line.get_label(): line.get_data()
        for line in drawn
        if not line.get_label().startswith("_") and len(line.get_xdata())
    }


def mark(axes, label):
    """Return the places that a panel marks with `label`, "_best" or "_stopped"."""
    (line,) = (line for line in axes.lines if line.get_label() == label)
    return line.get_data()


class Clock:
    """A clock that only a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    stand_in = Clock()
    monkeypatch.setattr("time.perf_counter", stand_in)
    return stand_in


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


shared = functools.cache(model)  # What is drawn does not depend on the weights, and Keras traces each new model.


def fit(plot, *before, network=None, validation=True, **options):
    options = {"epochs": 3, "verbose": 0, "batch_size": 32, **options}
    return (network or shared()).fit(
        X, Y, validation_data=(X, Y) if validation else None, callbacks=[*before, plot], **options
    )


def train_by_hand(plot, epochs, *, wait=lambda: None, **values):
    """Call the plot as a fit does, without a model: each epoch waits, and then logs loss, accuracy and `values`."""
    plot.set_params({"epochs": epochs, "steps": 1})
    plot.on_train_begin()
    for epoch in range(epochs):
        plot.on_epoch_begin(epoch)
        wait()
        falling = 1 / (epoch + 1)
        logs = {"loss": falling, "accuracy": 1 - falling, "val_loss": 0.2 + falling, "val_accuracy": 0.9 - falling}
        plot.on_epoch_end(epoch, {**logs, **(values if epoch else {})})
    plot.on_train_end()


def assert_drawn_equals(plot, history, first=1):
    drawn = lines(plot)
    assert set(drawn) == set(history.history)
    for name, values in history.history.items():
        np.testing.assert_array_equal(drawn[name][1], values)
        np.testing.assert_array_equal(drawn[name][0], np.arange(first, first + len(values)))


SEVERAL = ("mae", keras.metrics.AUC(name="area $x^2 under_curve"), "accuracy", keras.metrics.Recall())


@pytest.mark.parametrize(
    ("metrics", "validation"),
    [((), True), (("accuracy",), False), (SEVERAL, True)],
    ids=["loss", "accuracy", "several"],
)
def test_drawn_lines_equal_the_history(kernel, metrics, validation):
    plot = TrainingPlot()
    history = fit(plot, network=model(metrics), validation=validation)
    assert_drawn_equals(plot, history)
    assert len(plot.figure.axes) == 1 + len(metrics)
    assert len(kernel.shown) == 1


def test_one_epoch_is_a_visible_point(kernel):
    plot = TrainingPlot()
    history = fit(plot, epochs=1)
    assert_drawn_equals(plot, history)
    assert plot.figure.axes[0].get_lines()[1].get_marker() == "o"
    assert header(plot) == "1 epoch"


def test_training_and_validation_differ_in_style_and_marker(kernel):
    plot = TrainingPlot()
    fit(plot)
    train, validation = (line for line in plot.figure.axes[0].lines if line.get_label() in ("loss", "val_loss"))
    assert train.get_linestyle() != validation.get_linestyle()
    assert train.get_marker() != validation.get_marker()


def test_picture_and_alternative_are_valid_and_free_of_times_at_the_end(kernel):
    plot = kernel.watch(TrainingPlot())
    fit(plot)
    data, metadata = kernel.shown[0][-1]
    assert data["image/png"].startswith(b"\x89PNG")
    assert "validation loss lowest at epoch" in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "left" in kernel.headers[0]
    assert header(plot) == "3 epochs"
    assert kernel.registered == []


def test_thousand_short_epochs_are_drawn_once_a_second(kernel, clock):
    plot = TrainingPlot()
    train_by_hand(plot, epochs=1000, wait=lambda: clock.wait(1 / 64))  # exact in binary: 15.6 s in all
    assert len(kernel.shown[0]) == 1 + 15 + 1
    assert len(lines(plot)["loss"][0]) == 1000
    assert sum(len(axes.lines) for axes in plot.figure.axes) < 20


def test_expensive_redraws_become_rarer(kernel, clock):
    kernel.cost = lambda: clock.wait(0.1)
    train_by_hand(TrainingPlot(), epochs=100, wait=lambda: clock.wait(1.0))
    assert len(kernel.shown[0]) * 0.1 < 0.02 * clock.now + 0.4


@pytest.mark.long
def test_long_epoch_shows_how_far_it_is(kernel, clock):
    fit(kernel.watch(TrainingPlot()), Tick(clock), batch_size=4, epochs=2)
    assert "epoch 1 of 2 · 38 % of it · 17 s left" in kernel.headers
    assert any("epoch 2 of 2 · " in header and "% of it" in header for header in kernel.headers)
    assert not any("left" in data["text/plain"] for data, _ in kernel.shown[0])


@pytest.mark.parametrize(("value", "word"), [(math.nan, "NaN"), (-math.inf, "infinite")])
def test_value_that_is_no_number_is_a_marked_stop(kernel, value, word):
    def spoil(epoch, logs):
        if epoch >= 2:
            logs["loss"] = value

    plot = TrainingPlot()
    history = fit(plot, Logs(spoil), epochs=4)
    assert_drawn_equals(plot, history)
    assert f"loss became {word} at epoch 3" in kernel.shown[0][-1][0]["text/plain"]
    assert f"× loss became {word} at epoch 3" in [text.get_text() for text in plot.figure.texts]
    np.testing.assert_array_equal(mark(plot.figure.axes[0], "_stopped")[0], [3])


def test_real_nan_from_the_first_epoch_is_drawn(kernel, capsys):
    plot = TrainingPlot()
    network = model(loss=lambda y, p: p * math.nan)
    assert_drawn_equals(plot, fit(plot, network=network, epochs=2))
    assert plot.best_epoch is None
    assert capsys.readouterr().out == ""


def test_huge_values_are_drawn(kernel, capsys):
    plot = TrainingPlot()
    fit(plot, Logs(lambda epoch, logs: logs.update(loss=(-1) ** epoch * 1.7e308)))
    assert capsys.readouterr().out == ""
    assert "text/plain" in kernel.shown[0][-1][0]


def test_best_epoch_follows_monitor_and_direction(kernel):
    values = [3.0, 1.0, 2.0, 1.0]
    change = Logs(lambda epoch, logs: logs.update(val_loss=values[epoch], val_accuracy=values[epoch]))
    plots = {
        TrainingPlot(): 2,
        TrainingPlot(monitor="val_accuracy"): 1,
        TrainingPlot(monitor="val_accuracy", mode="min"): 2,
        TrainingPlot(monitor="val_accuracy", mode="auto"): 1,
    }
    first, *others = plots
    fit(first, change, *others, epochs=4)
    for plot, best in plots.items():
        assert plot.best_epoch == best
        panel = plot.figure.axes[0 if plot.monitor != "val_accuracy" else 1]
        np.testing.assert_array_equal(mark(panel, "_best"), [[best], [values[best - 1]]])


def test_without_validation_data_the_training_loss_decides(kernel):
    plot = TrainingPlot()
    history = fit(plot, validation=False)
    assert plot.best_epoch == 1 + int(np.argmin(history.history["loss"]))


@pytest.mark.parametrize(
    "name",
    ["accuracy", "val_sparse_categorical_accuracy", "auc_1", "precision_at_recall", "f1_score", "mean_io_u", "r2_score",
     "acc5", "MyAUC", "cosine_similarity", "true_positives", "out_b_accuracy", "cohen_kappa", "MCC", "val_mcc",
     "matthews_correlation", "episode_reward", "mAP", "val_mAP50", "mean_average_precision", "BinaryIoU", "mIoU",
     "jaccard", "hit_rate", "hits_at_10", "log_likelihood", "true_negatives"],
)  # fmt: skip
def test_scores_are_best_at_their_highest(name):
    assert direction(name) == "max"


@pytest.mark.parametrize(
    "name", ["loss", "val_loss", "accuracy_loss", "mae", "root_mean_squared_error", "false_positives", "brier_score",
             "kl_divergence", "perplexity", "jaccard_distance", "IoULoss", "negative_log_likelihood", "mape", "rmse",
             "binary_crossentropy", "false_negatives"],
)  # fmt: skip
def test_losses_and_errors_are_best_at_their_lowest(name):
    assert direction(name) == "min"


@pytest.mark.parametrize("name", ["distraction", "mapping", "winding", "val_q", "gradient_norm"])
def test_other_names_say_nothing_about_the_direction(name):
    assert direction(name) is None


@pytest.mark.long
def test_misspelt_monitor_is_one_warning_that_names_the_metrics(kernel):
    plot = TrainingPlot(monitor="val_acuracy")
    with pytest.warns(UserWarning, match="val_acuracy") as caught:
        fit(plot, epochs=4)
    (warning,) = caught
    assert str(warning.message) == (
        "the training plot monitors 'val_acuracy', which is not logged "
        "(there are: loss, val_loss, accuracy, val_accuracy), so val_loss decides"
    )
    assert plot.best_epoch is not None


def test_misspelt_monitor_is_named_after_one_epoch_too(kernel):
    with pytest.warns(UserWarning, match="'acuracy', which is not logged"):
        fit(TrainingPlot(monitor="acuracy"), epochs=1, validation=False)


@pytest.mark.long
def test_monitor_that_is_logged_later_is_no_mistake(kernel, recwarn):
    late = Logs(lambda epoch, logs: logs.update(late_score=1.0))
    plot = TrainingPlot(monitor="val_accuracy")
    fit(plot, epochs=4, validation_freq=2)
    behind = TrainingPlot(monitor="late_score")
    model().fit(X, Y, epochs=2, verbose=0, callbacks=[behind, late])
    assert not [str(warning.message) for warning in recwarn if "training plot" in str(warning.message)]
    assert behind.best_epoch == 1


@pytest.mark.long
@pytest.mark.parametrize(("mode", "best"), [("max", 3), ("min", 2)])
def test_monitor_with_a_mode_needs_no_direction_by_name(kernel, recwarn, mode, best):
    plot = TrainingPlot(monitor="curiosity", mode=mode)
    fit(plot, Logs(lambda epoch, logs: logs.update(curiosity=(5, 1, 7)[epoch])))
    assert plot.best_epoch == best
    assert not [str(warning.message) for warning in recwarn if "curiosity" in str(warning.message)]


@pytest.mark.parametrize("mode", [None, "auto"])
def test_monitor_of_unknown_direction_asks_for_a_mode(kernel, mode):
    with pytest.warns(UserWarning, match=r"takes the lowest 'curiosity' as best: give mode=\"max\""):
        fit(
            TrainingPlot(monitor="curiosity", mode=mode), Logs(lambda epoch, logs: logs.update(curiosity=1.0)), epochs=1
        )


@pytest.mark.long
def test_metric_that_appears_late_gets_its_panel(kernel):
    plot = TrainingPlot()
    history = fit(plot, Logs(lambda epoch, logs: logs.update(late=5.0) if epoch >= 2 else None), epochs=4)
    drawn = lines(plot)
    np.testing.assert_array_equal(drawn["late"], [[3, 4], history.history["late"]])
    assert len(kernel.shown) == 1


@pytest.mark.long
def test_validation_every_second_epoch_is_drawn_at_its_epochs(kernel):
    plot = TrainingPlot()
    history = fit(plot, epochs=5, validation_freq=2)
    np.testing.assert_array_equal(lines(plot)["val_loss"], [[2, 4], history.history["val_loss"]])


@pytest.mark.parametrize("plot_first", [True, False])
def test_learning_rate_is_drawn_whatever_the_order_of_callbacks(kernel, plot_first):
    plot = TrainingPlot()
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 * 0.1**epoch)
    callbacks = [plot, schedule] if plot_first else [schedule, plot]
    history = model().fit(X, Y, epochs=4, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(lines(plot)["learning_rate"][1], history.history["learning_rate"])
    assert plot.figure.axes[-1].get_yscale() == "log"


@pytest.mark.long
def test_many_metrics_are_capped_and_named(kernel):
    plot = TrainingPlot()
    fit(plot, Logs(lambda epoch, logs: logs.update({f"extra_{i}": i for i in range(40)})))
    assert len(plot.figure.axes) == 6
    assert plot.figure.texts[-1].get_text().startswith("not drawn: extra_12, extra_13")


@pytest.mark.long
def test_outputs_of_a_branched_model_have_their_own_losses(kernel):
    inputs = keras.Input((3,))
    a, b = keras.layers.Dense(1, name="a")(inputs), keras.layers.Dense(1, name="b")(inputs)
    network = keras.Model(inputs, [a, b])
    network.compile("sgd", loss=["mse", "mse"], metrics=[["mae"], ["mae"]])
    plot = TrainingPlot()
    history = network.fit(X, [Y, Y], epochs=2, verbose=0, callbacks=[plot])
    assert_drawn_equals(plot, history)
    assert [axes.get_title(loc="left") for axes in plot.figure.axes] == ["loss", "a_loss", "b_loss", "a_mae", "b_mae"]


def test_values_that_are_no_single_number_are_left_out(kernel, capsys):
    plot = TrainingPlot()
    fit(plot, Logs(lambda epoch, logs: logs.update(matrix=np.ones((3, 2)), text="high", nothing=None)))
    assert not {"matrix", "text", "nothing"} & set(lines(plot))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("value", [1.316e308, -1.7e308])
def test_nothing_but_values_at_the_end_of_all_numbers_is_drawn(kernel, capsys, value):
    plot = TrainingPlot()
    fit(plot, Logs(lambda epoch, logs: logs.update(huge=value)))
    panel = next(axes for axes in plot.figure.axes if axes.get_title(loc="left") == "huge")
    low, high = panel.get_ylim()
    assert low < high
    assert "drawing failed" not in capsys.readouterr().out


def test_an_array_of_many_networks_is_their_median_in_a_band(kernel):
    plot = TrainingPlot(monitor="score")
    rows = [(3, 1, 2), (9, np.nan, 4), (7, 5, np.inf)]
    fit(plot, Logs(lambda epoch, logs: logs.update(score=np.array(rows[epoch], "float32"))))
    np.testing.assert_array_equal(lines(plot)["score"], [[1, 2, 3], [2, 9, 7]])
    panel = next(axes for axes in plot.figure.axes if axes.get_title(loc="left") == "score")
    corners = panel.collections[0].get_paths()[0].vertices
    for epoch, low, high in ((1, 1, 3), (2, 4, 9), (3, 5, 7)):
        at = corners[corners[:, 0] == epoch, 1]
        assert (at.min(), at.max()) == (low, high)


@pytest.mark.long
def test_arrays_of_one_number_are_that_number(kernel, recwarn):
    plot, shapes = TrainingPlot(monitor="score"), [(1,), (1, 1), ()]
    fit(plot, Logs(lambda epoch, logs: logs.update(score=np.full(shapes[epoch], epoch / 2), many=np.ones((1, 2)))))
    np.testing.assert_array_equal(lines(plot)["score"], [[1, 2, 3], [0, 0.5, 1]])
    assert "many" not in lines(plot)
    assert plot.best_epoch == 3
    assert not [warning for warning in recwarn if issubclass(warning.category, DeprecationWarning)]


@pytest.mark.long
def test_second_fit_starts_a_new_plot(kernel):
    plot, network = TrainingPlot(), model()
    fit(plot, network=network)
    assert_drawn_equals(plot, fit(plot, network=network, epochs=2))
    assert len(kernel.shown) == 2


@pytest.mark.long
def test_initial_epoch_continues_the_plot(kernel):
    plot, network = TrainingPlot(), model()
    first = fit(plot, network=network, epochs=3).history["loss"]
    second = fit(plot, network=network, epochs=5, initial_epoch=3).history["loss"]
    np.testing.assert_array_equal(lines(plot)["loss"], [[1, 2, 3, 4, 5], first + second])
    assert header(plot) == "5 epochs"


def test_initial_epoch_of_a_new_plot_keeps_true_epoch_numbers(kernel):
    plot = TrainingPlot()
    assert_drawn_equals(plot, fit(plot, epochs=7, initial_epoch=5), first=6)
    assert header(plot) == "epochs 6 to 7"
    assert plot.best_epoch in (6, 7)


def test_fit_without_epochs_shows_nothing(kernel):
    plot = TrainingPlot()
    fit(plot)
    assert plot.best_epoch is not None
    fit(plot, epochs=0)
    assert len(kernel.shown) == 1
    assert plot.best_epoch is None


@pytest.mark.long
def test_several_models_have_their_own_plots(kernel):
    plots = [TrainingPlot(), TrainingPlot()]
    histories = [fit(plot, epochs=2 + i) for i, plot in enumerate(plots)]
    for plot, history in zip(plots, histories, strict=True):
        assert_drawn_equals(plot, history)
    assert len(kernel.shown) == 2


def interrupt(at):
    def change(epoch, logs):
        if epoch == at:
            raise KeyboardInterrupt

    return Logs(change)


def test_interrupt_leaves_the_plot_of_the_last_finished_epoch(kernel, clock):
    plot = TrainingPlot()  # the clock stands: only the first epoch is drawn while training
    with pytest.raises(KeyboardInterrupt):
        fit(plot, interrupt(7), epochs=25)
    assert len(lines(plot)["loss"][0]) == 1
    kernel.end_cell()
    assert len(lines(plot)["loss"][0]) == 7
    assert header(plot) == "stopped after epoch 7 of 25"
    assert len(kernel.shown) == 1
    assert kernel.registered == []


def test_early_stopping_says_where_it_stopped(kernel):
    plot = TrainingPlot()
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=100.0)
    fit(plot, stop, epochs=9)
    assert header(plot).startswith("stopped after epoch 2 of 9")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda plot: pickle.loads(pickle.dumps(plot))])
def test_copy_of_a_used_plot_starts_fresh(kernel, copied):
    plot = TrainingPlot(monitor="val_accuracy", mode="max", title="mine")
    fit(plot, epochs=1)
    twin = copied(plot)
    assert (twin.monitor, twin.mode, twin.title) == ("val_accuracy", "max", "mine")
    assert twin.best_epoch is None
    train_by_hand(twin, epochs=2)
    assert len(kernel.shown) == 2


@pytest.mark.long
def test_copy_made_while_training_is_possible(kernel):
    plot = TrainingPlot()
    copies = []
    fit(plot, Logs(lambda epoch, logs: copies.append(copy.deepcopy(plot))))
    assert len(copies) == 3


@pytest.mark.slow
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

    monkeypatch.setattr("matplotlib.backends.backend_agg.FigureCanvasAgg.draw", fail)
    history = fit(TrainingPlot())
    out = capsys.readouterr().out
    assert len(history.history["loss"]) == 3
    assert out.count("no ink") == 1
    assert [line.split(":")[0] for line in out.splitlines()[1:]] == [f"epoch {i} of 3" for i in (1, 2, 3)]


@pytest.mark.long
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


@pytest.mark.long
def test_training_in_a_thread_goes_on_after_its_cell(kernel):
    plot = TrainingPlot()
    history = fit(plot, Logs(lambda epoch, logs: kernel.end_cell()), epochs=3)
    assert_drawn_equals(plot, history)
    assert header(plot) == "3 epochs"
    assert len(kernel.shown) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [({"monitor": 3}, TypeError), ({"title": ["x"]}, TypeError), ({"mode": "best"}, ValueError)],
)
def test_wrong_arguments_are_named(options, error):
    with pytest.raises(error, match=next(iter(options))):
        TrainingPlot(**options)


@pytest.fixture
def settings():
    """The settings of matplotlib, which a test may change."""
    with matplotlib.rc_context():
        style.use()
        yield matplotlib.rcParams


def assert_readable(figure):
    """Assert that time runs to the right in every panel, and that no text leaves the figure or lies on another one."""
    renderer = figure.canvas.get_renderer()
    inside = figure.bbox.padded(1)
    em = matplotlib.rcParams["font.size"] / 72 * figure.dpi
    boxes = [text.get_window_extent(renderer) for text in figure.texts if text.get_text()]
    for axes in figure.axes:
        assert axes.bbox.width >= 8 * em
        assert axes.bbox.height >= 5 * em
        assert axes.transData.transform((2, 0))[0] > axes.transData.transform((1, 0))[0]
        boxes += [text.get_window_extent(renderer) for text in axes.texts if text.get_visible() and text.get_text()]
        # The title of a panel is at the left; the other two are empty.
        boxes += [text.get_window_extent(renderer) for text in axes.get_children() if is_title(text, axes)]
        boxes += [axes.xaxis.get_tightbbox(renderer), axes.yaxis.get_tightbbox(renderer)]
        ticks = [label.get_window_extent(renderer) for label in axes.get_xticklabels()]
        ticks = sorted((box for box in ticks if axes.bbox.x0 - 1 <= (box.x0 + box.x1) / 2 <= axes.bbox.x1 + 1),
                       key=lambda box: box.x0)  # fmt: skip
        assert all(left.x1 < right.x0 for left, right in itertools.pairwise(ticks))
    for box in boxes:
        assert inside.containsx(box.x0)
        assert inside.containsx(box.x1)
        assert inside.containsy(box.y0)
        assert inside.containsy(box.y1)
    header = [text.get_window_extent(renderer) for text in figure.texts if text.get_text()]
    for one, other in itertools.combinations(header, 2):
        assert not one.shrunk(0.95, 0.8).overlaps(other.shrunk(0.95, 0.8))
    for axes in figure.axes:
        names = [text.get_window_extent(renderer) for text in axes.texts if text.get_visible() and text.get_text()]
        for one, other in itertools.combinations(names, 2):
            assert not one.overlaps(other)
        assert all(box.y0 > axes.bbox.y1 for box in header)


def is_title(artist, axes):
    return isinstance(artist, Text) and artist.get_text() == axes.get_title(loc="left") != ""


@pytest.mark.parametrize("use", [style.use, style.lecture])
def test_nothing_drawn_overlaps_or_leaves_the_figure(kernel, settings, use):
    use()
    plot = TrainingPlot(title="512-512-10")
    fit(plot, network=model(("accuracy", "mae")))
    assert_readable(plot.figure)
    assert plot.figure.get_figwidth() == settings["figure.figsize"][0]


@pytest.mark.parametrize(
    "spoilt",
    [pytest.param({}, id=""), pytest.param({"loss": math.nan}, id="with NaN", marks=pytest.mark.long)],
)
@pytest.mark.parametrize(
    ("size", "letters"),
    [((3, 2), 11), ((3, 3), 11), ((3.5, 2.5), 11), ((4, 3), 14), ((5, 3), 18), ((6.4, 4.8), 24), ((6.4, 4.8), 40),
     ((1, 1), 11), ((20, 0.5), 11), ((6.4, 4.8), 11)],
)  # fmt: skip
def test_small_figures_and_large_letters_are_readable(kernel, settings, size, letters, spoilt):
    settings.update({"figure.figsize": size, "font.size": letters})
    for part in ("axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize"):
        settings[part] = "medium"
    plot = TrainingPlot(title="512-512-10")
    train_by_hand(plot, 12, **spoilt)
    assert len(plot.figure.axes) == 2
    assert_readable(plot.figure)
    words = " ".join(text.get_text() for text in plot.figure.texts)
    assert "validation loss" in words
    assert "…" not in words
    assert plot.figure.get_figwidth() >= size[0]


@pytest.mark.parametrize("setting", ["axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize"])
def test_letters_that_are_large_in_one_place_have_room(kernel, settings, setting):
    settings.update({"figure.figsize": (6.4, 4.8), setting: 30})
    plot = TrainingPlot()
    train_by_hand(plot, 3)
    assert_readable(plot.figure)


def brightness(pixels):
    return pixels.astype(float) @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("look", ["default", "dark_background", "Solarize_Light2"])
def test_every_word_and_line_stands_out_from_its_ground(kernel, settings, look, transparent):
    matplotlib.style.use(look)
    if transparent:
        settings.update({"figure.facecolor": "none", "axes.facecolor": "none"})
    plot = TrainingPlot(title="512-512-10")
    train_by_hand(plot, 3, loss=math.nan)
    picture = np.asarray(Image.open(io.BytesIO(kernel.shown[0][-1][0]["image/png"])).convert("RGB"))
    height = len(picture)
    renderer = plot.figure.canvas.get_renderer()
    texts = [*plot.figure.texts, *(text for axes in plot.figure.axes for text in axes.texts)]
    for text in texts:
        box = text.get_window_extent(renderer)
        there = picture[math.floor(height - box.y1) : math.ceil(height - box.y0), int(box.x0) : math.ceil(box.x1)]
        assert np.ptp(brightness(there)) > 60, text.get_text()
    for axes in plot.figure.axes:
        ground = axes.get_facecolor() if axes.get_facecolor()[3] else plot.figure.get_facecolor()
        for line in axes.lines:
            color = line.get_markeredgecolor() if line.get_label() == "_best" else line.get_color()
            assert contrast(color, ground) >= 2.9, line.get_label()


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2.1 defines it, 1 to 21."""

    def luminance(color):
        channels = np.array(to_rgb(color))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_settings_of_others_make_no_line_on_standard_error(kernel, settings, caplog, recwarn):
    settings.update({"font.family": ["No Such Hand", "Nor This", "sans-serif"], "figure.autolayout": True})
    train_by_hand(TrainingPlot(title="mine"), 5)
    assert not [record.getMessage() for record in caplog.records]
    assert not [str(warning.message) for warning in recwarn if "ayout" in str(warning.message)]
    settings.update(
        {"font.family": ["No Such Hand"], "figure.autolayout": False, "figure.constrained_layout.use": True}
    )
    train_by_hand(TrainingPlot(title="mine"), 5)
    assert not [record.getMessage() for record in caplog.records]
    assert settings["font.family"] == ["No Such Hand"]


def test_figure_can_be_saved_whole(kernel):
    plot = TrainingPlot(title="mine")
    assert plot.figure is None
    train_by_hand(plot, 5)
    saved = io.BytesIO()
    plot.figure.savefig(saved)
    pictures = [Image.open(saved), Image.open(io.BytesIO(kernel.shown[0][-1][0]["image/png"]))]
    one, other = (np.asarray(picture.convert("RGB")).astype(int) for picture in pictures)
    assert (np.abs(one - other).max(axis=2) > 16).mean() < 0.001


@pytest.mark.long
def test_cleared_output_shows_the_plot_again(kernel):
    def clear(epoch, logs):
        if epoch == 1:
            kernel.clear_output()

    fit(TrainingPlot(), Logs(clear), epochs=3)
    before, after = kernel.shown
    assert before[-1][0] == {"text/plain": ""}
    assert "after epoch 3 of 3" in after[-1][0]["text/plain"]
    assert kernel.hooks == []


def test_output_that_is_not_cleared_has_one_plot(kernel):
    fit(TrainingPlot(), epochs=3)
    (shown,) = kernel.shown
    assert all("image/png" in data for data, _ in shown)


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


ENCODINGS = ("ascii", "cp1252", "cp932")


@pytest.fixture(scope="module")
def printed():
    """What a script prints, by the encoding of its output: one process, as TensorFlow takes seconds to load."""
    code = (
        f"import sys\n{SCRIPT}\n"
        "network.fit(x, y, epochs=3, verbose=0, validation_data=(x, y), callbacks=[TrainingPlot()])\n"
        f"for encoding in {ENCODINGS}:\n"
        "    print(end='---', flush=True)\n"
        "    sys.stdout.reconfigure(encoding=encoding)\n"
        "    network.fit(x, y, epochs=2, verbose=0, callbacks=[TrainingPlot()])\n"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, env=environment, check=True)
    parts = zip(("utf-8", *ENCODINGS), done.stdout.split(b"---"), strict=True)
    return {encoding: part.decode(encoding) for encoding, part in parts}


@pytest.mark.long
def test_script_prints_a_line_for_each_epoch(printed):
    lines = printed["utf-8"].splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert all(name in lines[0] for name in (" loss ", " mae ", " val_loss ", " val_mae "))
    assert "left" in lines[0]


@pytest.mark.long
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_output_that_is_not_utf8_gets_a_line_for_each_epoch(encoding, printed):
    lines = printed[encoding].splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1 of 2", "epoch 2 of 2"]
    assert all("loss" in line for line in lines)


@pytest.mark.long
def test_example_of_the_docstring_is_true():
    assert doctest.testmod(training_plot, optionflags=doctest.ELLIPSIS).failed == 0
    assert doctest.testmod(training_plot, optionflags=doctest.ELLIPSIS).attempted > 0


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


@pytest.mark.slow
def test_executed_notebook_stores_the_final_picture(executed):
    (data,) = pictures(executed[1])
    assert "after epoch 4 of 4" in data["text/plain"]
    (display,) = executed[1].outputs
    assert display.output_type == "display_data"
    assert display.metadata["image/png"]["alt"] == data["text/plain"]


@pytest.mark.slow
def test_executed_notebook_keeps_both_plots_of_one_instance(executed):
    assert [text["text/plain"].split(":")[0] for text in pictures(executed[2])] == [
        "Training plot after epoch 2 of 2",
        "Training plot after epoch 3 of 3",
    ]


@pytest.mark.slow
def test_interrupted_cell_stores_its_last_epoch(executed):
    (data,) = pictures(executed[3])
    assert "after epoch 40 of 99" in data["text/plain"]
    assert "KeyboardInterrupt" in [output.get("ename") for output in executed[3].outputs]
    assert executed[4].outputs[0].text == "[] goes on\n"
