"""Figures that move: live with a kernel, still without one, as frames in the web edition."""

from __future__ import annotations

import gc
import io
import json
import re
import warnings
from pathlib import Path
from typing import NamedTuple

import ipywidgets
import matplotlib
import matplotlib.style
import numpy as np
import pytest
from ipywidgets import fixed
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from helpers import explore as module
from helpers import style
from helpers._pixels import Memory
from helpers.explore import _frames as frames
from helpers.explore import _stills as stills
from helpers.explore import explore, still
from helpers.explore._controls import list_choices
from helpers.explore._redraw import Picture, Redrawer, key_of, touches_edge

VIEW = "application/vnd.jupyter.widget-view+json"


def line(ax, beta=0.5, steps=3, kind="left", dashed=False):
    """Draw something that differs in every state, quickly."""
    ax.plot([0, beta], [0, steps], "--" if dashed else "-")
    ax.set_title(kind)
    return f"A line to {beta} and {steps}."


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.fixture
def calls():
    """A draw function that counts how often it draws what."""
    seen = []

    def draw(ax, beta=0.5, steps=3):
        seen.append((beta, steps))
        ax.plot([0, beta], [0, steps])

    draw.seen = seen
    return draw


# Live


def test_first_picture_shows_the_defaults(calls):
    figure = explore(calls, beta=(0.0, 1.0, 0.1), steps=(1, 9))
    assert calls.seen == [(0.5, 3)]
    assert bytes(figure.image.value).startswith(b"\x89PNG")
    assert {name: control.value for name, control in figure.controls.items()} == {"beta": 0.5, "steps": 3}


def test_picture_is_replaced_before_the_move_returns():
    figure = explore(line, beta=(0.0, 1.0, 0.1))
    before = figure.image.value
    figure.controls["beta"].value = 0.9
    assert figure.image.value != before
    assert figure.alternative == "A line to 0.9 and 3."


def test_state_seen_before_is_not_drawn_again(calls):
    figure = explore(calls, beta=(0.0, 1.0, 0.1))
    first = figure.image.value
    figure.controls["beta"].value = 0.6
    figure.controls["beta"].value = 0.5
    assert len(calls.seen) == 2
    assert figure.image.value == first


def test_slider_dust_counts_as_the_number_that_is_meant(calls):
    figure = explore(calls, beta=(0.0, 1.0, 0.1))
    figure.controls["beta"].value = 0.3
    figure.controls["beta"].value = 0.1 + 0.2
    assert [beta for beta, _ in calls.seen] == [0.5, 0.3]


def test_a_default_that_is_no_short_decimal_arrives_as_it_is():
    got = []

    def draw(ax, third=1 / 3):
        got.append(third)

    explore(draw, third=(0.0, 1.0))
    assert got == [1 / 3]


def test_equal_looking_values_of_other_types_are_other_states():
    values = [1, 1.0, True, "1", (1,), [1], {"a": 1}, {"a": 1.0}, np.ones(1), np.ones(1, int), np.ones((1, 1)), None]
    assert len({key_of(value) for value in values}) == len(values)
    assert key_of([np.ones(2), {"a": [1]}]) == key_of([np.ones(2), {"a": [1]}])


@pytest.mark.parametrize(
    ("default", "other"), [([1, 2], [3]), ({"a": [1]}, {"a": [2]}), (slice(1), slice(2)), ({1}, {2})]
)
def test_values_that_cannot_be_hashed_move_the_figure(default, other):
    seen = []

    def draw(ax, value=default):
        seen.append(value)

    figure = explore(draw, value=[default, other])
    figure.controls["value"].value = other
    assert seen == [default, other]


def test_tuples_from_a_multiple_choice_are_drawn():
    def draw(ax, which=("a",)):
        return f"Shown: {' '.join(which)}."

    figure = explore(draw, which=ipywidgets.SelectMultiple(options=["a", "b", "c"]))
    figure.controls["which"].value = ("b", "c")
    assert figure.alternative == "Shown: b c."


def test_exception_shows_its_message_and_the_next_move_works():
    def draw(ax, rate=1):
        ax.plot([0, 1])
        if rate == 2:
            raise ValueError("bad $\\frac rate \ud800 \U0001f600" * 40)
        return f"Rate {rate}."

    figure = explore(draw, rate=(1, 3))
    good = figure.image.value
    figure.controls["rate"].value = 2
    assert "ValueError: bad" in figure.alternative
    assert isinstance(figure.error, ValueError)
    assert figure.image.value != good
    assert pixels(figure.image.value).shape == pixels(good).shape
    figure.controls["rate"].value = 1
    assert (figure.image.value, figure.alternative, figure.error) == (good, "Rate 1.", None)


def test_exception_that_only_rendering_meets_is_shown_too():
    figure = explore(lambda ax, text="fine": ax.set_title(text) and None, text="fine")
    figure.controls["text"].value = "$\\nosuchcommand$"
    assert figure.error is not None
    assert "could not be drawn" in figure.alternative


def test_exception_in_the_first_state_is_shown_not_raised():
    def draw(ax, rate=0):
        return f"{1 / rate:.1f} per second."

    figure = explore(draw, rate=(0, 5))
    assert "ZeroDivisionError" in figure.alternative
    figure.controls["rate"].value = 5
    assert figure.alternative == "0.2 per second."


def test_failed_state_is_tried_again():
    world = {}

    def draw(ax, rate=0):
        return f"Answer {world['answer'] + rate}."

    figure = explore(draw, rate=(0, 5))
    world["answer"] = 42
    figure.update()
    assert figure.alternative == "Answer 42."


def test_control_c_in_a_drawing_passes_through():
    def draw(ax, rate=0):
        if rate:
            raise KeyboardInterrupt

    figure = explore(draw, rate=(0, 5))
    with pytest.raises(KeyboardInterrupt):
        figure.controls["rate"].value = 1


def test_reset_goes_back_to_the_first_state_with_one_drawing(calls):
    figure = explore(calls, beta=(0.0, 1.0, 0.1), steps=(1, 9))
    first = figure.image.value
    figure.controls["beta"].value = 0.9
    figure.controls["steps"].value = 8
    drawn = len(calls.seen)
    figure.reset()
    assert figure.values == {"beta": 0.5, "steps": 3}
    assert figure.image.value == first
    assert len(calls.seen) == drawn


def test_play_button_moves_the_step_slider():
    figure = explore(line, play="steps", steps=(1, 9))
    figure.player.value = 7
    assert figure.controls["steps"].value == 7
    assert figure.alternative == "A line to 0.5 and 7."
    figure.reset()
    assert figure.player.value == 3


def test_figure_without_play_has_no_player():
    assert explore(line, steps=(1, 9)).player is None


@pytest.mark.long
def test_500_moves_leave_one_figure():
    def figures():  # by type: an object that another test left may lie about its class, or raise when asked
        return sum(issubclass(type(thing), Figure) for thing in gc.get_objects())

    gc.collect()
    before = figures()
    figure = explore(lambda ax, step=0: ax.remove(), figsize=(1, 1), step=(0, 500))
    for step in range(1, 501):
        figure.controls["step"].value = step
    assert figures() - before == 1


def test_memory_forgets_the_oldest_and_keeps_its_bound():
    memory = Memory(limit=25)
    for key in range(3):
        memory.put(key, Picture(bytes(10), "a"))
    assert memory.get(0) is None
    memory.get(1)
    memory.put(3, Picture(bytes(10), "a"))
    assert memory.get(2) is None
    assert memory.get(1) is not None
    memory.put(4, Picture(bytes(100), "too big for all"))
    assert memory.size <= memory.limit
    memory.put(5, Picture(bytes(10), "a"))
    memory.put(5, Picture(bytes(20), "a"))
    assert memory.size == 20


def test_figures_share_one_bound_and_never_their_pictures(monkeypatch):
    memory = Memory(limit=40_000)
    monkeypatch.setattr(module, "MEMORY", memory)
    other = explore(lambda ax, beta=0.5: "The other.", beta=(0.0, 1.0))
    figure = explore(line, beta=(0.0, 1.0))
    for step in range(20):
        figure.controls["beta"].value = step / 20
    assert 0 < memory.size <= 40_000
    other.update()
    assert other.alternative == "The other."


# What draw gets


def test_axes_are_fresh_in_every_state():
    def draw(ax, kind="plain"):
        if kind == "wild":
            ax.axis("off")
            ax.set_aspect("equal")
            ax.invert_yaxis()
            ax.spines["left"].set_visible(False)
            ax.tick_params(labelsize=30)
            ax.twinx().plot([1, 2])
            image = ax.imshow(np.eye(3))
            ax.figure.colorbar(image, ax=ax)
            ax.figure.suptitle("wild")
            ax.figure.set_size_inches(2, 2)
        ax.plot([0, 1])

    figure = explore(draw, kind=["plain", "wild"])
    plain = figure.image.value
    figure.controls["kind"].value = "wild"
    assert figure.error is None
    assert figure.image.value != plain
    module.MEMORY.put((figure._owner, (str, "plain")), Picture(b"", ""))
    assert figure._redrawer.picture({"kind": "plain"}).png == plain


@pytest.mark.parametrize(("panels", "shape"), [((1, 2), (2,)), ((2, 1), (2,)), ((2, 3), (2, 3))])
def test_panels_come_as_an_array(panels, shape):
    shapes = []

    def draw(axes, beta=0.5):
        shapes.append(axes.shape)

    figure = explore(draw, panels=panels, beta=(0.0, 1.0))
    assert figure.error is None
    assert shapes == [shape]


def test_figsize_is_in_inches():
    figure = explore(line, figsize=(4, 2), beta=(0.0, 1.0))
    assert pixels(figure.image.value).shape == (200, 400, 3)


@pytest.mark.parametrize("panels", [(1, 1), (2, 2)])
def test_labels_that_grow_are_not_cut_off(panels):
    def draw(axes, scale=0):
        for ax in np.ravel(axes):
            ax.plot([0, 1], [0, 10.0**scale])
            ax.ticklabel_format(style="plain")
            ax.set(xlabel="time (s)", ylabel="height (m)", title="a title")

    figure = explore(draw, panels=panels, scale=(0, 12))
    assert figure.error is None
    figure.controls["scale"].value = 11
    assert figure.error is None
    redrawer = figure._redrawer
    assert not touches_edge(redrawer.canvas)
    for ax in redrawer.figure.axes:
        label = ax.yaxis.label.get_window_extent()
        low, high = ax.get_ylim()
        ticks = [tick.get_window_extent() for tick in ax.get_yticklabels() if low <= tick.get_position()[1] <= high]
        assert all(label.x1 <= tick.x0 for tick in ticks)
        assert not any(other.bbox.x0 < label.x0 < other.bbox.x1 for other in redrawer.figure.axes)


def test_axes_stand_still_when_two_states_alternate():
    def draw(ax, scale=0):
        ax.plot([0, 1], [0, 10.0**scale])
        ax.ticklabel_format(style="plain")

    redrawer = Redrawer(draw, (1, 1))
    boxes = []
    for scale in (0, 9, 0, 9):
        redrawer.picture({"scale": scale})
        boxes.append(redrawer.figure.axes[0].get_position().bounds)
    assert boxes[1] == boxes[2] == boxes[3]
    assert boxes[0] != boxes[1]


def test_axes_only_shrink_so_that_states_with_room_on_other_sides_take_no_turns():
    def draw(ax, side="left"):
        ax.yaxis.set_tick_params(**{f"label{place}": place == side for place in ("left", "right")})
        ax.plot([0, 1], [0, 1e9])
        ax.ticklabel_format(style="plain")

    redrawer = Redrawer(draw, (1, 1))
    boxes = []
    for side in ("left", "right", "left", "right"):
        redrawer.picture({"side": side})
        boxes.append(redrawer.figure.axes[0].get_position().bounds)
    assert boxes[1] == boxes[2] == boxes[3]
    assert boxes[0] != boxes[1]


def test_drawing_with_layout_kept_equals_a_first_drawing():
    def draw(ax, beta=0.5):
        ax.plot([0, 1], [0, beta])
        ax.set(xlabel="time (s)", ylabel="height (m)", ylim=(0, 1), title=f"slope {beta}")

    kept = Redrawer(draw, (1, 1))
    kept.picture({"beta": 0.5})
    again, first = (pixels(r.picture({"beta": 0.6}).png) for r in (kept, Redrawer(draw, (1, 1))))
    assert (np.abs(again - first).max(axis=2) > 8).mean() < 0.02


def test_alternative_of_a_silent_draw_names_its_title_and_state():
    def wave(ax, learning_rate=0.5):
        ax.set_title("slow\ndescent")

    assert explore(wave, learning_rate=(0.0, 1.0)).alternative == "slow descent (learning_rate = 0.5)"
    assert explore(lambda ax, a=1: "  ", a=(0, 2)).alternative.strip()


# Controls


def test_controls_are_those_of_ipywidgets():
    def draw(ax, a=1, b=0.5, c="x", d=True, e="text", f=2, g=3):
        pass

    given = ipywidgets.BoundedIntText(min=0, max=9)
    figure = explore(draw, a=(0, 5), b=(0.0, 1.0), c=["x", "y"], d=False, e="?", f={"one": 1, "two": 2}, g=given)
    names = {name: type(control).__name__ for name, control in figure.controls.items()}
    assert names == {
        "a": "IntSlider",
        "b": "FloatSlider",
        "c": "Dropdown",
        "d": "Checkbox",
        "e": "Text",
        "f": "Dropdown",
        "g": "BoundedIntText",
    }
    assert figure.controls["g"] is given
    assert figure.values == {"a": 1, "b": 0.5, "c": "x", "d": True, "e": "text", "f": 2, "g": 3}


@pytest.mark.parametrize(
    ("limits", "form"),
    [((0.0, 1.0), ".1f"), ((0.0, 1.0, 0.25), ".2f"), ((0, 0.01, 1e-3), ".3f"), ((0.0, 9, 1.0), ".0f")],
)
def test_readout_shows_every_step(limits, form):
    def draw(ax, learning_rate=limits[0]):
        pass

    slider = explore(draw, learning_rate=limits).controls["learning_rate"]
    assert slider.description == "learning rate"
    assert slider.readout_format == form
    assert slider.style.description_width == "initial"


def test_a_default_of_32_bits_is_shown_as_it_is_meant():
    tenth = np.float32(0.1)
    figure = explore(lambda ax, a=tenth: None, a=(0, 1, 0.1))
    assert figure.values == {"a": 0.1}
    assert "a = 0.1)" in figure.alternative


@pytest.mark.parametrize(
    ("options", "default", "labels"),
    [
        ([(8, 8), (16, 16)], (16, 16), ["(8, 8)", "(16, 16)"]),
        ([[1, 2], [3, 4]], [3, 4], ["[1, 2]", "[3, 4]"]),
        ([("small", 8), ("large", 16)], 16, ["small", "large"]),
        ([["small", 8], ["large", 16]], 16, ["small", "large"]),
    ],
)
def test_pairs_to_choose_from_are_values_unless_texts_name_them(options, default, labels):
    got = []

    def draw(ax, layers=default):
        got.append(layers)

    figure = explore(draw, layers=options, stills=[still("last", layers=default)])
    assert got == [default]
    assert list_choices(figure.controls["layers"], 9).labels == labels


def test_fixed_value_is_passed_on():
    figure = explore(line, steps=ipywidgets.fixed(3), beta=(0.0, 1.0))
    figure.controls["beta"].value = 1.0
    assert figure.alternative == "A line to 1.0 and 3."


def test_figure_without_controls_is_a_still():
    assert explore(line).alternative == "A line to 0.5 and 3."


@pytest.mark.parametrize(
    ("controls", "error", "words"),
    [
        ({"gamma": (0, 1)}, TypeError, "gamma"),
        ({"beta": (0.6, 1.0)}, ValueError, "beta starts at 0.5"),
        ({"beta": (0, 9)}, ValueError, "whole numbers"),
        ({"beta": (1.0, 0.0)}, ValueError, "start below its end"),
        ({"beta": (0.0, 1.0, 0)}, ValueError, "step of beta"),
        ({"beta": (0.0, float("nan"))}, ValueError, "beta"),
        ({"beta": (0.0,)}, TypeError, "slider for beta"),
        ({"beta": ("a", "b")}, TypeError, "slider for beta"),
        ({"kind": []}, ValueError, "empty"),
        ({"kind": {}}, ValueError, "empty"),
        ({"kind": ["up", "down"]}, ValueError, "up, down"),
        ({"kind": None}, TypeError, "kind"),
        ({"kind": ipywidgets.VBox()}, TypeError, "no value"),
        ({"panels": 3}, ValueError, "rows, columns"),
        ({"panels": (0, 1)}, ValueError, "rows, columns"),
        ({"panels": (1.0, 2)}, ValueError, "rows, columns"),
        ({"figsize": (0, 3)}, ValueError, "inches"),
        ({"figsize": (float("inf"), 3)}, ValueError, "inches"),
        ({"play": "beta", "beta": (0.0, 1.0)}, ValueError, "play"),
        ({"play": "nothing"}, ValueError, "play"),
        ({"play": 3}, ValueError, "play"),
        ({"stills": {"beta": 1}}, TypeError, "stills"),
        ({"stills": 3}, TypeError, "stills"),
        ({"stills": [{"gamma": 1}]}, TypeError, "gamma"),
        ({"steps": (0, 5), "stills": [still("c", steps=99)]}, ValueError, "'c' sets steps to 99, but its control goes"),
        ({"kind": ["left", "up"], "stills": [still("c", kind="down")]}, ValueError, "control offers left, up"),
    ],
)
def test_wrong_control_is_told_in_a_sentence(controls, error, words):
    with pytest.raises(error, match=re.escape(words)):
        explore(line, **controls)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: None, "Axes first"),
        (lambda beta=0.5: None, "Axes first"),
        (lambda beta: None, "Axes first"),
        (lambda *, ax, beta=0.5: None, "Axes first"),
        (lambda ax, other, beta=0.5: None, "other"),
        (lambda ax, beta: None, "default for beta"),
        (lambda ax, beta=0.5, play=1: None, "play"),
        (lambda ax, beta=0.5, *, panels=1: None, "panels"),
        ("line", "function"),
        (None, "function"),
    ],
)
def test_wrong_draw_function_is_told_in_a_sentence(draw, words):
    with pytest.raises(TypeError, match=words):
        explore(draw, beta=(0.0, 1.0))


def test_draw_that_takes_any_value_is_welcome():
    got = []
    explore(lambda ax, **values: got.append(values), beta=(0.0, 1.0, 0.5))
    assert got == [{"beta": 0.5}]


# Still


def test_one_display_carries_widget_picture_and_words(monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    figure = explore(line, beta=(0.0, 1.0))
    data, metadata = figure._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == data["text/plain"] == "A line to 0.5 and 3."


def test_picture_without_a_kernel_is_sharp_and_shows_the_present_state(monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    figure = explore(line, figsize=(4, 3), beta=(0.0, 1.0))
    figure.controls["beta"].value = 0.9
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == "A line to 0.9 and 3."
    height, width, _ = pixels(data["image/png"]).shape
    assert (metadata["image/png"]["width"], metadata["image/png"]["height"]) == (width / 2, height / 2)
    assert width == 800


@pytest.mark.parametrize(
    ("width", "panels", "columns", "shown"),
    [(3, 1, 2, 600), (5, 1, 2, 760), (7.6, 1, 1, 760), (7.7, 1, 1, 760), (9, 2, 1, 760), (5, 2, 1, 500)],
)
def test_stills_stand_in_one_picture_that_fits_a_page(width, panels, columns, shown):
    def draw(axes, beta=0.5):
        return line(np.ravel(axes)[0], beta)

    figure = explore(
        draw, panels=(1, panels), figsize=(width, 3), beta=(0.0, 1.0, 0.01), stills=[{"beta": 0.1}, {"beta": 0.9}]
    )
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == "beta = 0.10: A line to 0.1 and 3. beta = 0.90: A line to 0.9 and 3."
    assert metadata["image/png"]["width"] == shown
    assert (metadata["image/png"]["height"] > 450) == (columns == 1)
    assert figure.values == {"beta": 0.5}


@pytest.fixture
def drawn(monkeypatch):
    """Return a function that makes the stills of a figure, and returns their tiles and their words."""
    tiles = []
    render = stills._render
    monkeypatch.setattr(stills, "_render", lambda tile: tiles.append(render(tile)) or tiles[-1])

    def draw(*args, **more):
        tiles.clear()
        data, _ = explore(*args, **{"figsize": (3, 2)} | more)._repr_mimebundle_()
        return tiles, data["text/plain"]

    return draw


def slope(axes, height=1.0, kind="linear", upside_down=False, limits=None):
    for rank, ax in enumerate(np.ravel(axes)):
        ax.plot([0, 1], [0.1, height * (rank + 1)])
        ax.set_yscale(kind)
        if limits:
            ax.set_ylim(limits)
        if upside_down:
            ax.invert_yaxis()
    return f"A slope to {height}"


def limits_of(tile, panel=0):
    return dict(tile.axes)[panel].get_ylim()


MOVING = {"height": (1.0, 100.0)}


def test_stills_have_the_captions_of_an_author(drawn):
    tiles, words = drawn(slope, **MOVING, stills=[still("flat", height=1.0), still("steep ", height=9.0)])
    assert words == "flat: A slope to 1.0. steep: A slope to 9.0."
    assert len(tiles) == 2


def test_panels_of_stills_share_their_limits(drawn):
    chosen = [still("flat"), still("steep", height=9.0), still("panel", panel=1, height=50.0)]
    tiles, _ = drawn(slope, panels=(1, 2), **MOVING, stills=chosen)
    flat, steep, one = tiles
    assert limits_of(flat) == limits_of(steep) != limits_of(flat, 1)
    assert limits_of(flat, 1) == limits_of(steep, 1) == limits_of(one, 1)
    low, high = limits_of(one, 1)
    assert low < 0.1
    assert high > 100


def test_still_with_its_own_scale_says_so_and_moves_no_other(drawn):
    chosen = [still("flat"), still("steep", own_scale=True, height=90.0)]
    (flat, steep), words = drawn(slope, **MOVING, stills=chosen)
    assert "steep (own scale): A slope" in words
    assert limits_of(flat)[1] < 2
    assert limits_of(steep)[1] > 80


def test_shared_limits_keep_logarithmic_upturned_and_fixed_axes(drawn):
    chosen = [still("a"), still("b", height=9.0)]
    for options, check in (
        ({"kind": fixed("log")}, lambda low, high: 0 < low < 0.1 and high > 9),
        ({"upside_down": fixed(True)}, lambda low, high: low > 9 and high < 0.1),
        ({"limits": fixed((0.2, 5))}, lambda low, high: (low, high) == (0.2, 5)),
    ):
        tiles, _ = drawn(slope, **MOVING, **options, stills=chosen)
        assert limits_of(tiles[0]) == limits_of(tiles[1])
        assert check(*limits_of(tiles[0]))


def test_axes_of_different_kinds_keep_their_limits(drawn):
    chosen = [still("a"), still("b", kind="log", height=9.0)]
    (linear, log), _ = drawn(slope, kind=["linear", "log"], **MOVING, stills=chosen)
    assert limits_of(linear)[1] < 2
    assert limits_of(log)[1] > 9


def test_second_axis_of_stills_shares_its_limits(drawn):
    def draw(ax, top=1.0):
        ax.twinx().plot([0, top])

    (one, other), _ = drawn(draw, top=(1.0, 9.0), stills=[still("a"), still("b", top=9.0)])
    assert one.canvas.figure.axes[1].get_ylim() == other.canvas.figure.axes[1].get_ylim()
    assert one.canvas.figure.axes[1].get_ylim()[1] > 9


def test_one_panel_of_a_still_gets_the_whole_room_and_its_own_axes(drawn):
    def draw(axes, top=1):
        axes[0, 1].imshow([[0, top]])
        axes[0, 1].figure.colorbar(axes[0, 1].images[0], ax=axes[0, 1])
        axes[1, 0].set_title("other panel")
        return "Four panels"

    (tile,), _ = drawn(draw, panels=(2, 2), figsize=(6, 4), top=(1, 3), stills=[still("heat", panel=np.int64(1))])
    assert len(tile.canvas.figure.axes) == 2
    assert tuple(tile.canvas.figure.get_size_inches()) == (3, 2)
    assert dict(tile.axes)[1].images


def test_letters_of_stills_are_ten_points_at_the_size_shown(drawn, course_style):
    for options in ({}, {"panels": (1, 2), "figsize": (10, 3.6)}):
        tiles, _ = drawn(slope, **options, **MOVING, stills=[still("a"), still("b", height=9.0)])
        for tile in tiles:
            figure = tile.canvas.figure
            letters = min(label.get_fontsize() for ax in figure.axes for label in ax.get_xticklabels())
            points = letters / 72 * figure.dpi / 2 * 0.75  # two pixels are one of the page, which is 0.75 points
            assert points >= 10
            assert figure.get_size_inches()[0] <= 7.6


def bottom_line_is_grey_text(data):
    lowest = pixels(data["image/png"])[-40:]
    return lowest.min() > 0x60 and (abs(lowest - 0x76).max(axis=2) < 25).any()


def test_still_picture_says_that_it_moves_but_its_words_do_not():
    data, _ = explore(slope, **MOVING, stills=[still("a")])._repr_mimebundle_()
    assert bottom_line_is_grey_text(data)
    assert "live" not in data["text/plain"]
    data, _ = explore(slope)._repr_mimebundle_()
    assert not bottom_line_is_grey_text(data)


@pytest.mark.parametrize("failing", ["raise", "$\\nosuchcommand$"])
def test_still_that_fails_shows_its_message_beside_the_others(failing):
    def draw(ax, title="fine"):
        if title == "raise":
            raise ValueError("no such state")
        ax.set_title(title)
        return "A title."

    chosen = [still("first", title=failing), still("second", title="fine")]
    data, _ = explore(draw, title="fine", stills=chosen)._repr_mimebundle_()
    assert data["text/plain"].startswith("first: This state could not be drawn. ValueError")
    assert data["text/plain"].endswith("second: A title.")


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: still(""), ValueError, "caption"),
        (lambda: still(None), TypeError, "caption"),
        (lambda: still("a", panel=-1), ValueError, "-1"),
        (lambda: still("a", panel=1.0), TypeError, "1.0"),
        (lambda: still("a", panel=True), TypeError, "True"),
        (lambda: explore(line, stills=[still("a", panel=1)]), ValueError, "panels are 0 to 0"),
        (lambda: explore(line, stills=[still("a", gamma=1)]), TypeError, "gamma"),
        (lambda: explore(line, stills=still("a")), TypeError, "stills"),
        (lambda: explore(lambda ax, panel=1: None), TypeError, "panel"),
    ],
)
def test_wrong_still_is_told_in_a_sentence(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()


# Constants


class Thing:
    """Something that `explore` knows nothing of."""


class Pair(NamedTuple):
    first: int
    second: int


@pytest.mark.parametrize(
    "constant",
    [abs, Thing, Thing(), np.arange(3), (np.arange(3), np.arange(2)), Pair(1, 2), {1, 2}, range(3), fixed((0, 1))],
    ids=lambda constant: type(constant).__name__,
)
def test_constants_reach_draw_as_they_are(constant):
    got = []

    def draw(ax, thing, beta=0.5):
        got.append(thing)

    figure = explore(draw, thing=constant, beta=(0.0, 1.0))
    figure.controls["beta"].value = 0.7
    expected = constant.value if isinstance(constant, ipywidgets.fixed) else constant
    assert figure.error is None
    assert all(one is expected for one in got)
    assert len(got) == 2
    assert list(figure.controls) == ["beta"]
    assert figure.values == {"beta": 0.7}


def test_fixed_value_wins_over_a_default():
    figure = explore(line, steps=fixed(7))
    assert figure.alternative == "A line to 0.5 and 7."


def test_constants_are_in_stills_but_not_in_their_captions():
    def draw(ax, rule, beta=0.5):
        return f"{rule(beta)}."

    chosen = [still("half", beta=0.5), still("other rule", rule=lambda x: x + 1), {"beta": 0.2}]
    data, _ = explore(draw, rule=lambda x: 2 * x, beta=(0.0, 1.0, 0.1), stills=chosen)._repr_mimebundle_()
    assert data["text/plain"] == "half: 1.0. other rule: 1.5. beta = 0.2: 0.4."


def test_words_of_a_silent_draw_name_no_constant():
    def wave(ax, rule, frequency=1):
        pass

    figure = explore(wave, rule=abs, frequency=(1, 3), stills=[still("other", rule=min)])
    assert figure.alternative == "wave (frequency = 1)"
    assert figure._repr_mimebundle_()[0]["text/plain"] == "other: wave (frequency = 1)."


def test_a_changed_rule_gives_new_pictures():
    def draw(ax, rule, beta=0.5):
        return str(rule(beta))

    assert explore(draw, rule=lambda x: x, beta=(0.0, 1.0)).alternative == "0.5"
    assert explore(draw, rule=lambda x: -x, beta=(0.0, 1.0)).alternative == "-0.5"


def test_constants_reach_the_frames_of_the_web_edition(static):
    def draw(ax, rule, step=1):
        return f"{rule(step)}"

    text, data = static(explore(draw, figsize=(1, 1), rule=lambda x: 10 * x, step=(1, 3)))
    assert data["sentences"] == ["10", "20", "30"]
    assert "rule" not in text


def test_missing_constant_is_told_in_a_sentence():
    with pytest.raises(TypeError, match="default for rule"):
        explore(lambda ax, rule, beta=0.5: None, beta=(0.0, 1.0))


# What students and their settings do


@pytest.fixture
def pyplot():
    import matplotlib.pyplot as plt

    plt.close("all")
    yield plt
    plt.close("all")


def with_plot(plt, f):
    plt.plot([0, f, 0])


def with_figure(plt, f):
    plt.figure()


def with_title(plt, f):
    plt.title("mine")


def with_limits(plt, f):
    plt.xlim(0, f)


def with_close(plt, f):
    plt.close("all")


@pytest.mark.parametrize("wrong", [with_title, with_limits, with_close])
def test_pyplot_that_changes_a_figure_of_their_own_is_told(pyplot, wrong):
    def wave(ax, f=1.0):
        ax.plot([0, f])
        wrong(pyplot, f)

    own = pyplot.figure()
    pyplot.plot([1, 2])
    own.canvas.draw()
    tell = own.stale_callback
    figure = explore(wave, f=(1.0, 3.0, 1.0))
    assert "wave draws with plt" in figure.alternative
    assert own.stale_callback is tell


@pytest.mark.parametrize("wrong", [with_plot, with_figure])
@pytest.mark.parametrize("figure_of_their_own", [False, True])
def test_drawing_with_pyplot_is_told_and_leaves_no_figure(pyplot, wrong, figure_of_their_own):
    def wave(ax, f=1.0):
        wrong(pyplot, f)

    if figure_of_their_own:
        pyplot.plot([1, 2])
    before = pyplot.get_fignums()
    figure = explore(wave, f=(1.0, 3.0, 1.0))
    figure.controls["f"].value = 2.0
    assert "wave draws with plt" in figure.alternative
    assert isinstance(figure.error, TypeError)
    assert pyplot.get_fignums() == before
    if before:
        assert len(pyplot.gca().lines) == 1


def test_own_figures_of_pyplot_are_left_alone(pyplot):
    _, ax = pyplot.subplots()
    ax.plot([0, 1])
    figure = explore(line, beta=(0.0, 1.0))
    assert figure.error is None
    assert len(ax.lines) == 1


@pytest.mark.parametrize("ground", ["#00aa00", "black", "none"])
def test_words_of_the_machine_have_the_ink_of_the_style(ground):
    def draw(ax, rate=0):
        raise ValueError("no such rate")

    with matplotlib.rc_context({"figure.facecolor": ground}):
        figure = explore(draw, rate=(0, 5))
        seen = pixels(figure.image.value)
    ink = np.array(to_rgb(style.ink("white" if ground == "none" else ground))) * 255
    assert (np.abs(seen - ink).max(axis=2) < 2).any()


def test_message_of_a_failed_state_can_be_read_on_a_dark_style(monkeypatch):
    def draw(ax, rate=0):
        raise ValueError("no such rate")

    with matplotlib.style.context("dark_background"):
        figure = explore(draw, rate=(0, 5))
        picture = pixels(figure.image.value)
        still_picture = pixels(figure._repr_mimebundle_()[0]["image/png"])
    for seen in (picture, still_picture):
        assert tuple(seen[0, 0]) == (0, 0, 0)
        assert (seen.min(axis=2) == 255).any()


def test_latex_that_is_not_there_is_told_in_the_picture(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with matplotlib.rc_context({"text.usetex": True}):
        figure = explore(line, beta=(0.0, 1.0), stills=[still("first"), still("last", beta=1.0)])
        figure.controls["beta"].value = 0.7
        assert "latex" in figure.alternative
        assert figure.error is not None
        assert "latex" in figure._repr_mimebundle_()[0]["text/plain"]


@pytest.mark.parametrize("setting", ["figure.autolayout", "figure.constrained_layout.use"])
def test_layout_settings_of_the_user_give_no_warnings(setting):
    with matplotlib.rc_context({setting: True}), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = explore(slope, panels=(1, 2), **MOVING, stills=[still("a"), still("one", panel=1)])
        figure.controls["height"].value = 50.0
        figure._repr_mimebundle_()
    assert figure.error is None


# Frames


@pytest.fixture
def static(tmp_path):
    """Return a function that gives the HTML of a figure in the web edition, and the data inside it."""

    def make(figure, **more):
        arguments = {"play": figure._play, "interval": 10, "stills": figure._stills} | more
        text = frames.frames_to_html(figure._picture, figure.controls, tmp_path / "frames", **arguments)
        return text, json.loads(re.search(r'<script type="application/json">(.*?)</script>', text, re.S)[1])

    return make


def test_web_edition_gets_html_and_a_file_for_every_frame(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_STATIC", str(tmp_path))
    data, _ = explore(line, figsize=(2, 1), steps=(1, 5), dashed=True)._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}
    text = data["text/html"]
    assert not re.search(r"https?:|//cdn|src=\"(?!frames/)", text)
    assert 'type="range"' in text
    assert 'type="checkbox"' in text
    assert "On this page" not in text
    content = json.loads(re.search(r'<script type="application/json">(.*?)</script>', text, re.S)[1])
    assert len(content["order"]) == 10
    assert content["labels"] == [["1", "2", "3", "4", "5"], ["off", "on"]]
    assert content["initial"] == [2, 0]
    assert {path.name for path in tmp_path.iterdir()} == set(content["files"])


def test_frame_of_each_state_is_its_picture(static, tmp_path):
    figure = explore(line, figsize=(2, 1), steps=(1, 3), kind=["left", "right"])
    _, data = static(figure)
    state = 0 * 2 + 1
    frame = Image.open(tmp_path / "frames" / data["files"][data["order"][state]])
    shown = np.asarray(frame.convert("RGB")).astype(int)
    elsewhere = np.abs(shown - pixels(figure.image.value)).mean()
    figure.controls["steps"].value, figure.controls["kind"].value = 1, "right"
    assert np.abs(shown - pixels(figure.image.value)).mean() < elsewhere / 3
    assert data["sentences"][data["said"][state]] == "A line to 0.5 and 1."


def test_web_edition_is_the_same_text_each_time(static):
    texts = {static(explore(line, figsize=(2, 1), steps=(1, 5)))[0] for _ in range(2)}
    assert len(texts) == 1


def test_large_grid_is_thinned_and_says_so(monkeypatch, static):
    monkeypatch.setattr(frames, "MOST_FRAMES", 12)
    text, data = static(explore(line, figsize=(2, 1), beta=(0.0, 1.0, 0.01), steps=(0, 10**9), kind=["left", "right"]))
    assert len(data["order"]) <= 12
    assert data["labels"][-1] == ["left", "right"]
    assert data["labels"][0][data["initial"][0]] == "0.50"
    assert data["labels"][1][data["initial"][1]] == "3"
    assert "of its 101 values" in text


def test_thinned_grid_keeps_the_states_of_the_stills_and_has_a_button_for_each(monkeypatch, static):
    monkeypatch.setattr(frames, "MOST_FRAMES", 6)
    stills = [still("low", beta=0.03), still("high", beta=0.97)]
    text, data = static(explore(line, figsize=(2, 1), beta=(0.0, 1.0, 0.01), stills=stills))
    shown = [data["labels"][0][place] for (place,) in data["presets"]]
    assert shown == ["0.03", "0.97"]
    assert len(data["order"]) == 6
    assert [text.count(f">{caption}</button>") for caption in ("low", "high")] == [1, 1]


def test_figure_that_a_script_draws_has_one_frame_and_all_values(monkeypatch, static):
    monkeypatch.setenv("COURSE_LIVE", "line,other")
    text, data = static(explore(line, figsize=(2, 1), beta=(0.0, 1.0, 0.01), steps=(1, 9)), name="line")
    assert 'data-live="line"' in text
    assert "On this page" not in text
    assert [len(values) for values in data["values"]] == [101, 9]
    assert "files" not in data


def test_figure_stays_under_its_size(monkeypatch, static, tmp_path):
    monkeypatch.setattr(frames, "MOST_BYTES", 100_000)
    noise = np.random.default_rng(0)
    figure = explore(lambda ax, step=5: ax.imshow(noise.random((60, 60))) and None, figsize=(2, 2), step=(0, 30))
    text, data = static(figure)
    assert sum(path.stat().st_size for path in (tmp_path / "frames").iterdir()) <= 100_000
    assert 1 < len(data["order"]) < 31
    assert "of its 31 values" in text


def test_few_frames_are_drawn_in_vain(monkeypatch, static):
    monkeypatch.setattr(frames, "MOST_BYTES", 100_000)
    noise, drawn = np.random.default_rng(0), set()

    def draw(ax, step=40):
        drawn.add(step)
        ax.imshow(noise.random((60, 60)))

    _, data = static(explore(draw, figsize=(2, 2), step=(0, 80)))
    assert len(drawn) <= 1.3 * len(data["order"]) + frames.SAMPLE + 1


def test_one_state_stays_where_a_frame_alone_is_too_large(monkeypatch, static):
    monkeypatch.setattr(frames, "MOST_BYTES", 10)
    _, data = static(explore(line, figsize=(2, 1), steps=(1, 40)))
    assert len(data["files"]) == 1


def test_many_switches_end_in_a_page_all_the_same(monkeypatch, static):
    monkeypatch.setattr(frames, "MOST_FRAMES", 8)

    def draw(ax, **values):
        pass

    text, data = static(explore(draw, figsize=(1, 1), **{f"switch_{i}": False for i in range(6)}))
    assert len(data["order"]) == 8
    assert "switch 5 stays at off" in text


def test_identical_frames_are_stored_once(static, tmp_path):
    _, data = static(explore(lambda ax, steps=2: "Always the same.", figsize=(2, 1), steps=(1, 9)))
    assert len(data["order"]) == 9
    assert len(data["files"]) == len(data["sentences"]) == len(list((tmp_path / "frames").iterdir())) == 1


def test_words_cannot_break_out_of_the_page(static):
    def draw(ax, name="</script><b>"):
        return f'{name} " <script>'

    text, data = static(explore(draw, figsize=(2, 1), name=["</script><b>", "&"]))
    assert data["sentences"][0] == '</script><b> " <script>'
    assert text.count("</script>") == 1
    assert "<b>" not in text


def test_control_without_a_list_of_values_stays_and_says_so(static):
    text, data = static(explore(line, figsize=(2, 1), kind="left", steps=(1, 3)))
    assert len(data["order"]) == 3
    assert "kind stays at left" in text


def test_logarithmic_slider_keeps_its_values(static):
    def draw(ax, learning_rate=0.01):
        pass

    slider = ipywidgets.FloatLogSlider(min=-4, max=0, step=1, value=0.01)
    _, data = static(explore(draw, figsize=(1, 1), learning_rate=slider))
    assert len(data["labels"][0]) == 5
    assert data["initial"] == [2]


SCRIPT = Path(__file__).resolve().parents[2] / "site/static/figures.js"


@pytest.mark.browser
def test_controls_of_the_web_edition_change_its_picture(browser, static, tmp_path):
    stills = [still("short", steps=1)]
    figure = explore(
        line, figsize=(2, 1), play="steps", stills=stills, steps=(1, 5), kind=["left", "right"], dashed=False
    )
    text, _ = static(figure)
    scripts = f"<script>{SCRIPT.read_text()}</script>"
    (tmp_path / "page.html").write_text(f"<!doctype html><html lang=en><body>{text}{text}{scripts}</body></html>")
    page, troubles = browser.new_page(), []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator("[data-ready]").count() == 2
    figure = page.locator(".moving").first
    picture, slider = figure.locator("img"), figure.get_by_label("steps")
    first = picture.evaluate("one => one.src")
    slider.press("ArrowRight")
    assert picture.evaluate("one => one.src") != first
    assert picture.get_attribute("alt") == "A line to 0.5 and 4."
    assert slider.get_attribute("aria-valuetext") == "4"
    assert figure.locator("output").inner_text() == "4"
    seen = {first, picture.evaluate("one => one.src")}
    figure.get_by_label("kind").select_option(label="right")
    seen.add(picture.evaluate("one => one.src"))
    figure.get_by_label("dashed").check()
    seen.add(picture.evaluate("one => one.src"))
    assert len(seen) == 4
    figure.get_by_text("reset").click()
    assert picture.evaluate("one => one.src") == first
    figure.get_by_text("short").click()
    assert figure.locator("output").inner_text() == "1"
    assert figure.get_by_text("short").get_attribute("aria-pressed") == "true"
    figure.get_by_text("play").click()
    page.wait_for_function("() => document.querySelector('img').alt === 'A line to 0.5 and 5.'", timeout=5000)
    assert page.locator(".moving").nth(1).locator("img").evaluate("one => one.src") == first
    assert troubles == []
    page.close()


@pytest.mark.browser
def test_page_without_script_shows_the_first_state(browser, static):
    text, _ = static(explore(line, figsize=(2, 1), steps=(1, 5)))
    page = browser.new_page()
    page.set_content(re.sub(r"<script.*?</script>", "", text, flags=re.S))
    assert page.locator("img").get_attribute("alt") == "A line to 0.5 and 3."
    assert not page.locator("form").is_visible()
    page.close()


def test_still_that_changes_a_constant_is_refused():
    def draw(ax, kind):
        ax.set_title(kind)

    with pytest.raises(ValueError, match="changes kind"):
        explore(draw, kind=["a", "b"], stills=[still("the second", kind="b")])


def test_list_for_a_parameter_without_default_is_a_constant():
    def draw(ax, film, step=0):
        ax.set_title(film[step])
        return f"frame {film[step]}"

    figure = explore(draw, film=["first", "second"], step=(0, 1))
    assert list(figure.controls) == ["step"]
    figure.controls["step"].value = 1
    assert figure.alternative == "frame second"


def test_stills_leave_axes_alone_that_choose_their_limits_themselves(caplog, capfd):
    def cloud(ax, size=1.0):
        ax.plot([0, size], [0, 3 * size], "o")
        ax.set_aspect("equal", adjustable="datalim")
        return f"A cloud of size {size}."

    figure = explore(cloud, size=(1.0, 5.0), stills=[still("small", size=1.0), still("large", size=5.0)])
    assert "large" in figure._repr_mimebundle_()[0]["text/plain"]
    assert not caplog.records
    assert capfd.readouterr().err == ""
