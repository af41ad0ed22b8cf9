"""What holds whatever a student hands in: hypothesis makes the input, a few in quick tests, many in `make nightly`.

Tests that draw are slow: `make nightly` alone runs them.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

import helpers.surface
from helpers import data
from helpers.data import DataUnavailable, load_fashion_mnist
from helpers.exercise import _progress_file as progress_file
from helpers.exercise import _verdict as verdict
from helpers.exercise.content import Exercise
from helpers.explore import explore, still
from helpers.network import describe_network, draw_network
from helpers.picture import to_png

shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""A folder or stand-in that each example finds as the last one left it; the tests allow for that."""

drawn = settings(shared, max_examples=max(200, settings.default.max_examples // 5))
"""Drawing takes time: a fifth of the examples, but at least 200."""


# ---- draw_network

SIZES = st.lists(st.integers(1, 3000) | st.integers(1, 20), min_size=2, max_size=9)


@pytest.mark.slow
@drawn
@given(
    sizes=SIZES,
    shown=st.fixed_dictionaries(
        {
            "biases": st.booleans(),
            "count": st.booleans(),
            "labels": st.sampled_from(["names", "split", None]),
            "weight_labels": st.sampled_from([None, "symbols"]),
            "headings": st.booleans(),
            "max_units": st.integers(3, 16),
            "title": st.none() | st.just("A network"),
        }
    ),
)
def test_any_network_is_drawn_within_its_picture_and_said_in_words(sizes, shown):
    ax = draw_network(sizes, **shown)
    figure = ax.figure
    pixels = np.asarray(Image.open(io.BytesIO(to_png(figure))).convert("L"))
    assert pixels.min() < 128  # something is there
    frame = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert frame.min() > 200  # and nothing is cut off at an edge
    said = describe_network(sizes)
    assert all(f"{size:,}" in said or f"{size}" in said or size <= 10 for size in sizes)


@given(
    st.lists(st.integers(-3, 5) | st.floats() | st.text(max_size=3) | st.none() | st.booleans(), max_size=5)
    | st.integers()
    | st.text(max_size=5)
    | st.none()
)
@example([3, -3, 2])
@example([1e207])
@example([])
@example([2, True])
def test_what_is_no_network_is_one_sentence(sizes):
    if isinstance(sizes, list) and len(sizes) > 1 and all(type(size) is int and size > 0 for size in sizes):
        return
    with pytest.raises((TypeError, ValueError)) as raised:
        draw_network(sizes)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


# ---- TrainingPlot

NUMBERS = st.floats(width=32) | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.sampled_from(["loss", "accuracy", "val_loss", "val_accuracy", "lr", "mae", "a metric", "ü_%$", "val_x"])


class Shell:
    """Stands in for a notebook's shell, and keeps the pictures."""

    kernel = True

    def __init__(self) -> None:
        self.events = self.display_pub = self
        self.shown: list[dict] = []

    def register(self, *_) -> None: ...
    def unregister(self, *_) -> None: ...
    def register_hook(self, *_) -> None: ...
    def unregister_hook(self, *_) -> None: ...

    def display(self, shown, **_):
        self.shown.append(shown)
        return self

    def update(self, shown, **_) -> None:
        self.shown.append(shown)


@pytest.mark.slow
@drawn
@given(
    st.lists(st.none() | st.dictionaries(NAMES, NUMBERS | st.lists(NUMBERS, min_size=2, max_size=2)), max_size=6),
    st.integers(0, 3),
    st.none() | NAMES,
)
@pytest.mark.filterwarnings("ignore:the training plot")
def test_any_logs_are_drawn_and_never_stop_a_training(monkeypatch, capsys, logs, begin, monitor):
    """Numbers that are not finite, metrics that come and go, arrays, nothing at all."""
    from helpers.training_plot import TrainingPlot

    shell = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", shell.display)
    plot = TrainingPlot(monitor=monitor)
    plot.set_params({"epochs": begin + len(logs), "steps": 1})
    plot.on_train_begin()
    for epoch, entry in enumerate(logs, start=begin):
        plot.on_epoch_begin(epoch)
        if entry is not None:
            entry = {name: np.array(value) if isinstance(value, list) else value for name, value in entry.items()}
        plot.on_epoch_end(epoch, entry)
    plot.on_train_end()
    assert "drawing failed" not in capsys.readouterr().out
    assert (len(shell.shown) > 0) == (len(logs) > 0)
    best = plot.best_epoch
    assert best is None or begin < best <= begin + len(logs)


# ---- walk


@given(
    st.sampled_from(sorted(helpers.surface.SURFACES)),
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    st.integers(0, 30),
    st.floats(-10, 1e9),
    st.floats(0, 1),
)
@np.errstate(all="ignore")
def test_a_walk_is_the_rule_step_by_step_or_nan_to_its_end(surface, start, steps, rate, momentum):
    def heavy_ball(w, gradient, state, step, rate, momentum):
        assert step == state.get("steps", 0) + 1
        state["steps"] = step
        state["v"] = momentum * state.get("v", 0) - rate * gradient
        return w + state["v"]

    path = helpers.surface.walk(heavy_ball, surface, start, steps, rate=rate, momentum=momentum)
    assert path.shape == (steps + 1, 2)
    np.testing.assert_array_equal(path[0], start)
    finite = np.isfinite(path).all(axis=1)
    assert not np.isinf(path).any()
    assert finite.tolist() == sorted(finite.tolist(), reverse=True)  # once lost, lost for good
    velocity = np.zeros(2)
    for step in range(1, int(finite.sum())):
        velocity = momentum * velocity - rate * helpers.surface.gradient(surface, path[step - 1])
        np.testing.assert_array_equal(path[step], path[step - 1] + velocity)


# ---- check

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(max_size=8) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.lists(st.floats(), min_size=1, max_size=4).map(np.array)
    ),
    max_leaves=6,
)


def made(reference: object, cases: tuple = ()) -> Exercise:
    return Exercise(
        id="training.made", reference=reference, cases=cases, hints=["a", "b"], misconceptions={}, task="A task"
    )


@given(st.sampled_from([2.5, 7, "softmax", (1, 2.5), np.arange(4.0).reshape(2, 2), {"loss": "mse"}]), VALUES)
def test_any_answer_gets_one_line_and_only_the_right_one_is_right(reference, answer):
    verdicts = [
        verdict.judge(made(reference), answer),
        verdict.judge(made(lambda n: reference, ((1,),)), lambda n: answer),
    ]
    for said in verdicts:
        assert "\n" not in said.message
        assert len(said.message) < 500
        if said:
            assert np.shape(answer) == np.shape(reference)


@given(st.floats(-1e6, 1e6), st.floats(-1, 1))
def test_a_number_is_right_within_the_tolerance_and_wrong_outside(reference, error):
    said = verdict.judge(made(reference), reference + error)
    if error == 0:
        assert said
    elif abs(error) > 0.01 * abs(reference) + 0.01:
        assert not said


# ---- explore

FINITE = st.floats(-1e4, 1e4).map(lambda x: round(x, 3))


@st.composite
def sliders(draw):
    """Return a control (start, end[, step]) and a default within it."""
    whole = draw(st.booleans())
    low, high = sorted(
        draw(st.tuples(*[st.integers(-1000, 1000) if whole else FINITE] * 2).filter(lambda p: p[0] != p[1]))
    )
    default = draw(st.integers(low, high) if whole else st.floats(low, high).map(lambda x: round(x, 3)))
    return (low, high), min(max(default, low), high)


@pytest.mark.slow
@drawn
@given(
    sliders(),
    st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=4, unique=True),
    st.booleans(),
    st.lists(st.floats(0, 1), min_size=1, max_size=2),
)
def test_a_figure_shows_each_state_in_words_and_comes_back(slider, choices, truth, moves):
    (low, high), default = slider

    def states(ax, number=default, choice=choices[0], on=truth):
        ax.plot([0, 1], [0, 1 + on])
        return f"{number!r} {choice!r} {on!r}"

    figure = explore(states, number=(low, high), choice=choices, on=truth)
    first = bytes(figure.image.value)
    assert figure.error is None
    for share in moves:
        control = figure.controls["number"]
        control.value = type(control.value)(low + share * (high - low))
        figure.controls["choice"].value = choices[int(share * (len(choices) - 1))]
        figure.controls["on"].value = share < 0.5
        values = figure.values
        assert figure.alternative == f"{values['number']!r} {values['choice']!r} {values['on']!r}"
        assert low <= values["number"] <= high
    figure.reset()
    assert bytes(figure.image.value) == first


CAPTIONS = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["C"]), max_size=60).filter(
    str.strip
)


@pytest.mark.slow
@drawn
@given(
    st.lists(st.tuples(CAPTIONS, st.integers(0, 9), st.integers(0, 1)), min_size=1, max_size=3),
    st.sampled_from([(4.0, 3.0), (5.8, 3.0), (8.0, 3.5)]),
)
def test_stills_are_one_picture_with_words_for_each_state(states, size):
    def bars(axes, height=3):
        for ax in axes:
            ax.bar([0, 1], [height, 1])
        return f"Bars of {height} and 1."

    stills = [still(caption, panel=panel, height=height) for caption, height, panel in states]
    figure = explore(bars, panels=(1, 2), figsize=size, height=(0, 9), stills=stills)
    shown, metadata = figure._repr_mimebundle_()
    pixels = np.asarray(Image.open(io.BytesIO(shown["image/png"])).convert("L"))
    assert pixels.shape[1] < 2600
    words = json.dumps(metadata, ensure_ascii=False) + shown["text/plain"]
    assert all(f"Bars of {height} and 1." in words for _, height, _ in states)


# ---- the cache of all images


@shared
@given(st.binary(max_size=300), st.sampled_from(["alone", "behind a zip's first bytes", "in a zip's place"]))
def test_whatever_lies_in_the_cache_is_data_or_one_sentence(tmp_path_factory, garbage, where):
    folder = tmp_path_factory.mktemp("cache")
    real = io.BytesIO()
    np.savez(real, images=np.zeros((2, 28, 28), np.uint8), labels=np.zeros(2, np.uint8))
    whole = real.getvalue()
    at = len(garbage) % len(whole)
    content = {
        "alone": garbage,
        "behind a zip's first bytes": whole[:at] + garbage,
        "in a zip's place": whole[:at] + garbage + whole[at + len(garbage) :],
    }[where]
    (folder / data.CACHE_NAME).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_CACHE", str(folder))

        def download():
            raise DataUnavailable("OpenML cannot be reached from this machine")

        patch.setattr(data, "download", download)
        with pytest.raises(DataUnavailable) as raised:
            load_fashion_mnist(full=True)
    assert "is damaged" in str(raised.value)
    assert (folder / data.CACHE_NAME).read_bytes() == content  # kept, until there is something better


# ---- the progress file

STATES = st.dictionaries(st.text(st.characters(categories=["L", "N"]), min_size=1), st.sampled_from(["tried", "done"]))


@given(STATES)
def test_progress_travels_whole(states):
    assert progress_file.decode(progress_file.encode(states)) == states


@given(STATES, STATES, STATES)
def test_merging_keeps_the_better_state_whatever_the_order(one, other, third):
    merge = progress_file.merge
    assert merge(one, other) == merge(other, one)
    assert merge(merge(one, other), third) == merge(one, merge(other, third))
    assert merge(one, one) == dict(sorted(one.items()))
    assert all(merge(one, other)[id] == "done" for id in one if one[id] == "done")


@given(st.text(max_size=200) | st.binary(max_size=100).map(repr) | STATES.map(lambda s: progress_file.encode(s)[:-3]))
def test_what_is_no_progress_is_refused(text):
    with contextlib.suppress(ValueError):
        states = progress_file.decode(text)
        assert progress_file.decode(progress_file.encode(states)) == states


@shared
@given(raw=st.binary(max_size=200) | STATES.map(lambda states: json.dumps(states).encode()), cut=st.floats(0, 1))
def test_an_answer_is_recorded_whatever_the_file_holds_and_nothing_is_lost(tmp_path_factory, raw, cut):
    """Any bytes, and a good file that was cut: what was there is kept, in place or beside it."""
    folder = tmp_path_factory.mktemp("progress")
    file = folder / "progress.json"
    there = raw[: math.ceil(cut * len(raw))]
    file.write_bytes(there)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROGRESS", str(file))
        before, problem = progress_file.read()
        note = progress_file.record({"training.parameters": "done"})
        after, problem_after = progress_file.read()
    assert problem_after == ""
    assert after == progress_file.merge(before, {"training.parameters": "done"})
    assert bool(note) == bool(problem)
    if problem:
        assert any(Path(folder, name).read_bytes() == there for name in os.listdir(folder))
