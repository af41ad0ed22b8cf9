import itertools

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
