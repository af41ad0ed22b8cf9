"""The figures of notebook 03 in the corners of their sliders: they draw, say what they show, and lose no letter."""

from __future__ import annotations

import io
from itertools import product

import numpy as np
import pytest
from letters import off_the_page
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from helpers import style
from helpers.figures import backprop, backprop_deeper

pytestmark = pytest.mark.usefixtures("course_style")


def forward(x, W1, b1, w2, b2):
    a = 1 / (1 + np.exp(-(x @ W1 + b1)))
    return a, 1 / (1 + np.exp(-(a @ w2 + b2)))


def backward(x, a, y_hat, y, w2):
    delta = (y_hat - y) * y_hat * (1 - y_hat)
    hidden = delta * w2 * a * (1 - a)
    return np.outer(x, hidden), hidden, delta * a, delta


W1, W2 = np.array([[0.5, -1.0], [1.5, 0.8]]), np.array([2.0, -1.2])
NETWORK = (np.array([1.0, -0.5]), 1.0, W1, np.array([0.1, -0.3]), W2, 0.4)
GIVEN = {"forward": forward, "backward": backward, "parameters": NETWORK}
STATES = [
    *(("chain", {"x": x, "w": w, "b": b}) for x, w, b in product((-3.0, 3.0), (-3.0, 3.0), (-8.0, 8.0))),
    *(("chain", {"stage": stage}) for stage in range(9)),
    *(
        ("nine_numbers", {"parameter": name, "nudge": nudge, **GIVEN})
        for name, nudge in product(backprop.NINE[::4], (-3.0, 3.0))
    ),
    *(("used_twice", {"a": a, "b": b}) for a, b in product((-3.0, -2.5, 0.0, 3.0), (-3.0, -1.5, 3.0))),
    *(("used_twice", {"stage": stage}) for stage in range(5)),
]


@pytest.mark.parametrize(("name", "state"), STATES)
def test_all_letters_stand_on_the_page(name, state):
    draw = getattr(backprop, name, None) or getattr(backprop_deeper, name)
    figure = Figure(figsize=(7.6, 5.2 if name == "chain" else 4.2), layout="constrained")
    ax = figure.add_subplot()
    assert draw(ax, **state).endswith(".")
    assert not off_the_page(figure, 2)


@pytest.mark.parametrize(("rate", "steps"), [(0.05, 20), (2.2, 20)])
def test_walk_that_leaves_the_picture_says_where_it_is(rate, steps):
    ax = Figure().add_subplot()
    said = backprop.fog(ax, learning_rate=rate, steps=steps)
    marks = [text.get_text() for text in ax.texts]
    assert any(mark.startswith(str(steps)) for mark in marks)
    assert any("↑" in mark or "←" in mark or "→" in mark for mark in marks) == (rate > 2)
    assert "e+" not in ax.get_title("left") + said


def test_arrows_of_a_walk_end_at_its_points():
    figure = Figure(figsize=(4, 3), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    backprop.fog(ax, learning_rate=2.1, steps=3, lift_the_fog=True)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    orange = np.abs(pixels - [0xCA, 0x54, 0x27]).sum(axis=2) < 60
    # Along the arc of the first step there is no gap: every column between the two points holds ink of the walk.
    start, end = (ax.transData.transform((w, (w - 3) ** 2 / 2))[0] for w in (-2.0, 8.5))
    columns = orange[:, int(min(start, end)) + 4 : int(max(start, end)) - 4].any(axis=0)
    assert columns.mean() > 0.99


@pytest.mark.parametrize("step", [0, 2])
def test_film_has_one_scale_for_all_steps(step):
    def pair(size):
        return [(np.full((2, 3), size), np.zeros(3)), (np.full((3, 1), size), np.zeros(1))]

    activations = [np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.zeros((4, 3)), np.full((4, 1), 0.5)]
    recorded = [(pair(1.0), activations, pair(size), 0.7) for size in (0.1, 0.4, 0.2)]
    ax = Figure().add_subplot()
    backprop.film(ax, recorded, step=step)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths[0] / 3.6 == pytest.approx((0.1, 0.4, 0.2)[step] / 0.4)


def test_lecture_makes_given_sizes_bigger():
    from helpers.picture import new_axes

    small = new_axes("a line", figsize=(4, 3)).figure.get_size_inches()
    style.lecture()
    big = new_axes("a line", figsize=(4, 3)).figure.get_size_inches()
    assert big / small == pytest.approx([18 / 11, 18 / 11])


def test_no_figure_of_a_lecture_is_larger_than_a_slide():
    from helpers.explore import explore
    from helpers.figures.start import draw_course
    from helpers.network import draw_network
    from helpers.picture import new_axes

    style.lecture()
    sizes = [
        ax.figure.get_size_inches() for ax in (new_axes("a", figsize=(8, 5)), draw_network([2, 3, 1]), draw_course())
    ]
    for given in ({"figsize": (8, 5)}, {"panels": (2, 2)}):
        shown = explore(lambda ax, k=1: "a", k=(1, 2), **given)
        sizes.append(np.divide(Image.open(io.BytesIO(shown.image.value)).size, 100))
    assert np.all(np.max(sizes, axis=0) <= np.add(style.SLIDE, 0.01)), sizes
