"""What all functions that draw have in common: how they are called, that they show themselves and can be read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import style, surface
from helpers.figures import start
from helpers.start import read_syllabus

PATHS = {"SGD": np.linspace((1, 1), (3, 0.5), 5), "Adam": np.linspace((1, 1), (2, 2), 5)}

CASES: dict[str, tuple[Callable, tuple, dict[str, Any], Callable, dict[str, Any]]] = {
    "course": (start.draw_course, (read_syllabus(),), {}, start.describe_course, {}),
    "surface": (surface.draw_surface, ("beale",), {}, surface.describe_surface, {}),
    "contour": (surface.draw_contour, ("beale",), {}, surface.describe_surface, {}),
    "paths": (surface.draw_paths, (PATHS, "beale"), {}, surface.describe_paths, {}),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def bare_texts(ax: Axes) -> list[tuple[Text, str]]:
    """Return the texts that stand on the ground of the figure or on a box of their own, each with what is behind it."""
    behind = style.ground(ax)
    found = []
    for text in ax.texts:
        box = text.get_bbox_patch()
        found.append((text, matplotlib.colors.to_hex(box.get_facecolor()) if box else behind))
    return found


def test_things_come_first_and_axes_by_name(case):
    draw = case[0]
    parameters = list(inspect.signature(draw).parameters.values())
    assert parameters[0].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert parameters[0].name != "ax"
    (ax,) = (parameter for parameter in parameters if parameter.name == "ax")
    assert ax.kind is inspect.Parameter.KEYWORD_ONLY
    assert ax.default is None


def test_the_axes_that_are_given_come_back(case):
    draw, things, options, *_ = case
    ax = Figure().subplots()
    assert draw(*things, ax=ax, **options) is ax


def test_a_drawing_without_axes_shows_itself_and_says_what_it_shows(case):
    draw, things, options, describe, told = case
    data, metadata = draw(*things, **options)._repr_mimebundle_()
    said = describe(*things, **told)
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == " ".join(said.split())
    assert said.endswith(".")
    assert len(said) > 30
    assert "nan" not in said


def test_texts_and_lines_can_be_read_in_a_dark_style(case):
    draw, things, options, *_ = case
    with matplotlib.rc_context():
        matplotlib.style.use("dark_background")
        ax = draw(*things, **options)
        ax.figure.draw_without_rendering()
    on_fills = {start.draw_course.__name__, surface.draw_paths.__name__}
    for text, behind in bare_texts(ax):
        if text.get_text().strip() not in ("", "start") and draw.__name__ not in on_fills:
            assert style.contrast(text.get_color(), behind) >= 4.5, text.get_text()
    for line in ax.lines:
        if line.get_linestyle() != "None" and draw is not surface.draw_paths:
            assert style.contrast(line.get_color(), style.ground(ax)) >= 2, line.get_color()


def test_optimizers_look_the_same_in_every_figure():
    for names in (("Adam", "SGD"), ("momentum", "SGD", "Adam")):
        ax = surface.draw_paths({name: PATHS["SGD"] for name in names}, "beale")
        looks = [style.look(name) for name in names]
        heads = [line for line in ax.lines if line.get_markersize() == 9 and line.get_markerfacecolor() != "white"]
        assert [line.get_color() for line in heads[: len(names)]] == [look.color for look in looks]
        assert [line.get_marker() for line in heads[: len(names)]] == [look.marker for look in looks]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (surface.describe_surface("himmelblau"), "4 minima at (3, 2)"),
        (surface.describe_paths(PATHS, "beale"), "SGD ends at (3, 0.5); Adam ends at (2, 2)"),
    ],
)
def test_descriptions_say_what_matters(said, words):
    assert words in said
