import doctest
import itertools
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers import style

# How the eyes of people who lack one kind of cone see linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
EYES = {
    "all cones": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


@pytest.fixture(autouse=True)
def settings_are_put_back():
    with matplotlib.rc_context():
        yield


def linear(color) -> np.ndarray:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(color) -> float:
    return float(XYZ[1] @ linear(color))


def lab(rgb) -> np.ndarray:
    """CIE L*a*b*: distances are about what the eye sees, L* from 0 (black) to 100 (white)."""
    x, y, z = np.cbrt(np.maximum(XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089], 1e-4))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("color", style.COLORS)
def test_each_colour_stands_out_from_white(color):
    assert 1.05 / (luminance(color) + 0.05) >= 3  # What WCAG asks of graphics.


@pytest.mark.parametrize("eyes", EYES)
def test_any_two_colours_can_be_told_apart(eyes):
    seen = [lab(EYES[eyes] @ linear(color)) for color in style.COLORS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 15


def test_neighbours_in_the_cycle_differ_in_greyscale():
    lightness = [lab(linear(color))[0] for color in style.COLORS]
    assert np.abs(np.diff(lightness)).min() > 10


def test_negative_and_positive_differ_in_greyscale():
    assert abs(lab(linear(style.NEGATIVE))[0] - lab(linear(style.POSITIVE))[0]) > 15


def test_diverging_map_has_the_sense_of_negative_and_positive():
    low, high = (matplotlib.colormaps[style.DIVERGING](end) for end in (0.05, 0.95))
    for end, color in ((low, style.NEGATIVE), (high, style.POSITIVE)):
        assert (end[0] > end[2]) == (to_rgb(color)[0] > to_rgb(color)[2])


def test_sequential_map_only_gets_lighter():
    colors = matplotlib.colormaps[style.SEQUENTIAL](np.linspace(0, 1, 64))
    assert (np.diff([luminance(color) for color in colors]) > 0).all()


def test_each_series_has_its_own_colour_and_line_style():
    style.use()
    ax = Figure().subplots()
    lines = [ax.plot([0, 1])[0] for _ in style.COLORS]
    assert len({line.get_color() for line in lines}) == len(style.COLORS)
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == len(style.COLORS)


def test_ten_classes_have_ten_markers():
    assert len(set(style.MARKERS)) >= 10


def test_lecture_is_bigger_than_use_and_use_takes_it_back():
    sizes = ("font.size", "axes.labelsize", "axes.titlesize", "xtick.labelsize", "legend.fontsize", "lines.linewidth")
    style.use()
    small = dict(matplotlib.rcParams)
    style.lecture()
    assert all(matplotlib.rcParams[size] >= 1.3 * small[size] for size in sizes)
    assert matplotlib.rcParams["figure.figsize"] > small["figure.figsize"]
    style.use()
    assert dict(matplotlib.rcParams) == small


def test_figures_are_white_whatever_was_set_before():
    matplotlib.rcParams["figure.facecolor"] = "black"
    style.use()
    assert to_rgb(Figure().get_facecolor()) == (1, 1, 1)


# Looks


def seen_alike(one: style.Look, other: style.Look) -> bool:
    """Say whether two looks are told apart by dash and marker alone, in greyscale or by somebody's eyes."""
    grey = abs(lab(linear(one.color))[0] - lab(linear(other.color))[0])
    eyes = min(np.linalg.norm(np.subtract(*(lab(EYES[e] @ linear(k.color)) for k in (one, other)))) for e in EYES)
    return grey < 10 or eyes < 15


@pytest.mark.parametrize("group", style.LOOKS)
def test_no_two_things_of_a_group_look_alike(group):
    for (name, one), (rival, other) in itertools.combinations(style.LOOKS[group].items(), 2):
        assert one.marker != other.marker, (name, rival)
        assert not seen_alike(one, other) or one.dash != other.dash, (name, rival)


def test_a_name_stands_in_one_group_only():
    names = [style.look(name) for group in style.LOOKS.values() for name in group]
    assert names == [own for group in style.LOOKS.values() for own in group.values()]


@pytest.mark.parametrize(
    "names",
    [
        ("training", "validation", "positive", "negative"),
        ("SGD", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adadelta", "Adam", "Adamax", "Nadam", "AdamW", "Lion"),
        ("Newton", "sigmoid", "tanh", "ReLU", "leaky ReLU", "PReLU", "ELU", "SELU", "GELU", "SiLU", "softplus"),
        ("linear", "zeros", "small", "large", "LeCun", "Glorot", "He", "orthogonal"),
        ("batch", "stochastic", "mini-batch", *(f"class {number}" for number in range(10))),
    ],
)
def test_what_the_course_compares_has_a_look_that_matplotlib_draws(names):
    ax = Figure().subplots()
    for name in names:
        (line,), (dots,) = ax.plot([0, 1], **style.look(name).line), ax.plot([0, 1], **style.look(name).dots)
        assert line.get_color() == dots.get_color() == style.look(name).color
        assert dots.get_marker() == style.look(name).marker
        assert dots.get_linestyle() == "None"


@pytest.mark.parametrize("spelling", ["leaky relu", "Leaky ReLU", "leaky_relu", "LeakyReLU"])
def test_spelling_does_not_change_a_look(spelling):
    assert style.look(spelling) == style.look("leaky ReLU")


@pytest.mark.parametrize(
    ("name", "nearest"), [("Adaam", "Adam"), ("validaton", "validation"), ("momentun", "momentum")]
)
def test_an_unknown_name_is_told_the_nearest(name, nearest):
    with pytest.raises(ValueError, match=f"'{name}'.*'{nearest}'"):
        style.look(name)


@pytest.mark.parametrize("name", ["", None, 3])
def test_what_is_not_a_name_has_no_look(name):
    with pytest.raises(ValueError, match="there is no look for"):
        style.look(name)


def test_one_thing_has_one_look_in_all_of_helpers():
    names = {f'"{name}"': own for group in style.LOOKS.values() for name, own in group.items()}
    for path in (Path(style.__file__).parent).rglob("*.py"):
        if path.name == "style.py":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            colors = [getattr(style, color) for color in re.findall(r"style\.([A-Z_]+)\b", line)]
            for name, own in names.items():
                if name in line and colors:
                    assert own.color in colors, f"{path.name} gives {name} a look of its own: {line.strip()}"


# Letters and grounds


@pytest.mark.parametrize(("look", "least"), [("use", 9), ("lecture", 14)])
def test_letters_are_large_enough(look, least):
    getattr(style, look)()
    figure = Figure()
    figure.suptitle("t")
    ax = figure.subplots()
    ax.plot([0, 1], label="line")
    ax.set(title="t", xlabel="x", ylabel="y")
    legend = ax.legend(title="t")
    small = ax.text(0, 0, "t", fontsize="small")
    texts = [ax.title, ax.xaxis.label, ax.yaxis.label, small, *ax.get_xticklabels(), *legend.get_texts()]
    assert min(text.get_size() for text in [*texts, legend.get_title(), *figure.texts]) >= least


@pytest.mark.parametrize("on", ["white", "black", "#222222", "#2B2B2B", "#EAEAF2", "#767676", "navy", "yellow"])
def test_ink_and_colours_can_be_read_on_any_ground(on):
    assert style.contrast(style.ink(on), on) >= 4.5 or on == "#767676"
    for color in style.COLORS:
        assert style.contrast(style.visible(color, on), on) >= 3


def test_a_colour_that_stands_out_stays_as_it_is():
    assert all(style.visible(color, "white") == color for color in style.COLORS)


def test_the_ground_of_axes_is_what_is_seen_behind_them():
    figure = Figure(facecolor="black")
    ax = figure.subplots()
    ax.patch.set_facecolor("yellow")
    assert style.ground(ax) == "#ffff00"
    ax.set_axis_off()
    assert style.ground(ax) == "#000000"
    assert (style.ground(figure), style.ink(figure), style.visible("black", figure)) == (
        "#000000",
        "#ffffff",
        "#666666",
    )
    figure.set_facecolor("none")
    assert style.ground(ax) == style.ground(figure) == "#ffffff"


def test_examples_in_docstrings_are_true():
    found = doctest.testmod(style)
    assert found.attempted > 5
    assert not found.failed
