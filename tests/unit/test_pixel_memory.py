"""What is pasted from memory must look as it would if it were drawn."""

from __future__ import annotations

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from PIL import Image

from helpers import style
from helpers._pixels import PIXELS, PixelMemory
from helpers.explore import _redraw as redraw
from helpers.explore._redraw import Redrawer
from helpers.surface import draw_contour

ROUNDING = 4
"""Of 255: letters are mixed with the background twice, once in memory and once when they are pasted."""


@pytest.fixture(autouse=True)
def _own_memory(monkeypatch):
    style.use()
    empty(monkeypatch)


def empty(monkeypatch):
    monkeypatch.setattr(PIXELS, "_kept", type(PIXELS._kept)())
    monkeypatch.setattr(PIXELS, "size", 0)


def pixels(redrawer, **values):
    picture = redrawer.picture(values)
    assert picture.error is None
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)


def curve(ax, top=1.0):
    ax.plot([0, 1, 2], [0.1, top, 0.5 * top])
    ax.set(xlabel="time (s)", ylabel="height (m)")


def plain(ax):
    """Change nothing."""


def logarithmic(ax):
    ax.set(yscale="log", ylim=(1e-3, 20))


def logarithmic_by_itself(ax):
    ax.set(xscale="log", xlim=(0.02, 3), yscale="log")
    ax.autoscale(axis="y")


def minor_ticks_on_both_sides(ax):
    ax.set(yscale="log", ylim=(20, 1e-3))
    ax.tick_params(which="minor", direction="in", right=True, length=7, width=2, color="red")


def minor_grid(ax):
    ax.set(yscale="log", ylim=(1e-3, 20))
    ax.grid(which="minor")


def minor_labels(ax):
    ax.set(yscale="log", ylim=(0.2, 1.5))


def symmetric(ax):
    ax.set_yscale("symlog", linthresh=0.01)


def upside_down(ax):
    ax.invert_yaxis()


def own_ticks(ax):
    ax.set_xticks([0, 1], ["first", "second"], rotation=30)


def one_own_tick(ax):
    ax.set_xticks([1], ["middle"], color="red")


def one_other_tick(ax):
    ax.set_xticks([1], ["middle"], color="blue", fontsize=18)


def red_letters(ax):
    for label in ax.get_xticklabels():
        label.set_color("red")


def parameters(ax):
    ax.tick_params(axis="y", colors="green", length=9, direction="in")


def no_grid(ax):
    ax.grid(False)


def dotted_grid(ax):
    ax.grid(True, which="both", linestyle=":", color="black")


def minor_ticks(ax):
    ax.minorticks_on()


def second_axis(ax):
    ax.twinx().set_ylabel("speed (m/s)")


def color_bar(ax):
    ax.figure.colorbar(ax.imshow([[0, 1], [2, 3]], aspect="auto"), ax=ax, label="heat")


def spine_in_the_middle(ax):
    ax.spines["left"].set_position("zero")
    ax.spines["bottom"].set_position(("outward", 12))


def large_numbers(ax):
    ax.plot([0, 1], [0, 3e9])


def percent(ax):
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))


def no_labels(ax):
    ax.xaxis.set_major_formatter(NullFormatter())


def label_in_bold(ax):
    ax.set_xlabel("time (s)", weight="bold", color="red")


def label_above(ax):
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()


def hidden(ax):
    ax.xaxis.set_visible(False)


def off(ax):
    ax.axis("off")


def ground(ax):
    draw_contour("himmelblau", ax=ax)


def part_of_the_ground(ax):
    draw_contour("himmelblau", ax=ax)
    ax.set(xlim=(0, 4), ylim=(0, 4))


def other_ground(ax):
    draw_contour("saddle", ax=ax)


CHANGES = [
    plain,
    logarithmic,
    logarithmic_by_itself,
    minor_ticks_on_both_sides,
    minor_grid,
    minor_labels,
    symmetric,
    upside_down,
    own_ticks,
    one_own_tick,
    one_other_tick,
    red_letters,
    parameters,
    no_grid,
    dotted_grid,
    minor_ticks,
    second_axis,
    color_bar,
    spine_in_the_middle,
    large_numbers,
    percent,
    no_labels,
    label_in_bold,
    label_above,
    hidden,
    off,
    ground,
    part_of_the_ground,
    other_ground,
]


def forget(monkeypatch):
    """Make all figures draw everything anew from here on."""
    monkeypatch.setattr(redraw, "keep_axes", lambda ax: None)
    monkeypatch.setattr(PIXELS, "limit", 0)
    empty(monkeypatch)


ALIKE = (symmetric, upside_down, own_ticks, dotted_grid, minor_ticks, large_numbers, no_labels, off, other_ground)
"""Changes that another of the list stands for when there is little time."""


@pytest.mark.parametrize(
    "change",
    [pytest.param(change, id=change.__name__, marks=[pytest.mark.slow] * (change in ALIKE)) for change in CHANGES],
)
def test_memory_changes_no_picture(change, monkeypatch):
    """Whatever was seen before, a state looks as it does to a figure that remembers nothing, at first and again."""

    def draw(ax, changed=False, top=1.0):
        curve(ax, top)
        if changed:
            change(ax)

    ours = Redrawer(draw, (1, 1))
    states = [{}, {"changed": True}, {}, {"changed": True, "top": 1.4}]
    seen = [pixels(ours, **state) for state in states]
    forget(monkeypatch)
    theirs = Redrawer(draw, (1, 1))
    for state, picture in zip(states, seen, strict=True):
        assert abs(pixels(theirs, **state) - picture).max() <= ROUNDING, state


def test_minor_ticks_of_a_logarithmic_axis_are_one_line(monkeypatch):
    made = []
    begin = matplotlib.axis.YTick.__init__
    monkeypatch.setattr(
        matplotlib.axis.YTick, "__init__", lambda self, *args, **more: made.append(self) or begin(self, *args, **more)
    )
    empty(monkeypatch)
    redrawer = Redrawer(lambda ax, top=20: logarithmic(ax) or ax.set_ylim(1e-3, top), (1, 1))
    redrawer.picture({})
    made.clear()
    redrawer.picture({"top": 30})
    assert len(made) < 10


def test_axes_seen_before_need_no_ticks(monkeypatch):
    def draw(ax, height=0.5):
        ax.plot([0, 1], [0, height])
        ax.set(xlim=(0, 1), ylim=(0, 1))

    redrawer, made = Redrawer(draw, (1, 1)), []
    for kind in (matplotlib.axis.XTick, matplotlib.axis.YTick):
        begin = kind.__init__
        monkeypatch.setattr(
            kind, "__init__", lambda self, *args, begin=begin, **more: (made.append(1), begin(self, *args, **more))[1]
        )
    for height in (0.5, 0.6):
        redrawer.picture({"height": height})
    made.clear()
    redrawer.picture({"height": 0.7})
    assert len(made) <= 4  # matplotlib makes one of each kind for each new axis


def test_bigger_letters_of_a_lecture_are_drawn(monkeypatch):
    def history():
        redrawer, seen = Redrawer(curve, (1, 1), (7.5, 3.6)), []
        for choose in (style.use, style.use, style.lecture, style.lecture, style.use):
            choose()
            seen.append(pixels(redrawer))
        return seen

    seen = history()
    forget(monkeypatch)
    for ours, theirs in zip(seen, history(), strict=True):
        assert abs(ours - theirs).max() <= ROUNDING


def test_memory_has_a_bound_and_forgets_what_was_used_longest_ago():
    renderer = FigureCanvasAgg(Figure(figsize=(1, 1), dpi=100)).get_renderer()
    drawn = []

    def square(name):
        def draw(scratch):
            drawn.append(name)
            scratch.draw_image(scratch.new_gc(), 0, 0, np.full((50, 50, 4), 255, np.uint8))
            return name

        return draw

    memory = PixelMemory(limit=25_000)  # two squares of 10,000 bytes
    for name in "aabacabb":
        assert memory.paste(renderer, name, square(name)) == name
        assert memory.size <= memory.limit
    assert "".join(drawn) == "abcb"


def test_drawings_share_their_paper_but_not_what_stands_on_it(monkeypatch):
    sheets = []

    class Sheet(RendererAgg):
        def __init__(self, *size):
            super().__init__(*size)
            sheets.append(self)

    monkeypatch.setattr("helpers._pixels.RendererAgg", Sheet)
    memory, page = PixelMemory(2**20), RendererAgg(40, 30, 100)

    def dot(column, before=lambda: None):
        def draw(renderer):
            before()
            renderer.draw_image(renderer.new_gc(), column, 0, np.full((1, 1, 4), 255, np.uint8))

        return draw

    memory.paste(page, "first", dot(3))
    memory.paste(page, "second", dot(9))
    assert len(sheets) == 1, "a renderer remembers formulas, which a new one sets anew"
    memory.paste(page, "outer", dot(20, before=lambda: memory.paste(page, "inner", dot(15))))
    memory.paste(RendererAgg(40, 30, 200), "finer", dot(5))
    corners = {key[-1]: (kept.corner, kept.pixels.shape) for key, kept in memory._kept.items()}
    columns = {"first": 3, "second": 9, "inner": 15, "outer": 20, "finer": 5}
    assert corners == {name: ((column, 0), (1, 1, 4)) for name, column in columns.items()}


def test_a_file_without_pixels_gets_lines_and_letters():
    ax = draw_contour("bowl")
    file = io.StringIO()
    ax.figure.savefig(file, format="svg")
    assert "<image" not in file.getvalue()
    assert file.getvalue().count("<path") > 20
