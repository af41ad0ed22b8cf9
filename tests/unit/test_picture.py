import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from helpers.picture import bundle, encode_palette_png, encode_png, new_axes, show, to_png


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_png_has_the_size_that_figure_and_dpi_say():
    figure = Figure(figsize=(4, 3), dpi=50)
    assert pixels(to_png(figure)).shape == (150, 200, 4)
    assert pixels(to_png(figure, dpi=100)).shape == (300, 400, 4)


@pytest.mark.parametrize("background", ["white", "none", (1, 1, 1, 0)])
def test_png_has_a_white_background_that_nothing_shines_through(background):
    figure = Figure(figsize=(2, 2), facecolor=background)
    figure.subplots()
    assert (pixels(to_png(figure))[..., 3] == 255).all()
    assert (pixels(to_png(figure))[0, 0] == 255).all()


def test_png_keeps_a_background_of_another_colour():
    assert tuple(pixels(to_png(Figure(figsize=(1, 1), facecolor="black")))[0, 0]) == (0, 0, 0, 255)


def test_drawing_twice_gives_the_same_bytes():
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([1, 2, 3])
    assert to_png(figure) == to_png(figure)


def test_something_else_than_a_figure_is_refused_with_its_type():
    axes = Figure().subplots()
    with pytest.raises(TypeError, match="Axes"):
        to_png(axes)


def test_bundle_says_the_alternative_to_screen_readers_and_consoles():
    data, metadata = bundle(b"png", "loss falls\n   to 0.3 ")
    assert data == {"image/png": b"png", "text/plain": "loss falls to 0.3"}
    assert metadata == {"image/png": {"alt": "loss falls to 0.3"}}


@pytest.mark.parametrize("alternative", ["", "  \n", None, 3])
def test_a_picture_without_an_alternative_is_refused(alternative):
    with pytest.raises(ValueError, match="text alternative"):
        bundle(b"png", alternative)


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: calls.append((args, kwargs)))
    return calls


def test_show_displays_picture_and_alternative_once(displayed):
    show(Figure(figsize=(1, 1)), "an empty figure")
    [((data,), options)] = displayed
    assert data["image/png"].startswith(b"\x89PNG")
    assert options == {
        "metadata": {"image/png": {"alt": "an empty figure", "width": 100, "height": 100}},
        "raw": True,
    }


def test_show_closes_a_figure_of_pyplot_and_no_other(displayed):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    shown, other = plt.figure(), plt.figure()
    show(shown, "an empty figure")
    assert not plt.fignum_exists(shown.number)
    assert plt.fignum_exists(other.number)
    plt.close(other)


def test_show_without_an_alternative_displays_nothing(displayed):
    with pytest.raises(ValueError, match="text alternative"):
        show(Figure(), "")
    assert displayed == []


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_encoded_pixels_are_read_back_by_pillow(channels, level):
    given = np.random.default_rng(0).integers(0, 256, (7, 5, channels), dtype=np.uint8)
    read = Image.open(io.BytesIO(encode_png(given, compress_level=level)))
    read.verify()  # the checksums of its parts
    assert read.mode == "RGB"
    np.testing.assert_array_equal(pixels(encode_png(given, compress_level=level))[..., :3], given[..., :3])


# Pictures that are kept


def lines():
    figure = Figure(figsize=(5, 3), layout="constrained")
    ax = figure.subplots()
    for turn in range(6):
        ax.plot([0, 1, 2], [0, turn, 1], label=f"line {turn}")
    ax.legend(title="lines")
    ax.set(title="Six lines", xlabel="time (s)", ylabel="height (m)")
    return figure


def difference(png, other):
    return abs(pixels(png).astype(int) - pixels(other).astype(int)).max(axis=2)


def test_kept_picture_has_a_palette_and_looks_the_same():
    exact = pixels(to_png(lines(), dpi=200))
    png = encode_palette_png(exact)
    assert Image.open(io.BytesIO(png)).mode == "P"
    assert len(png) < 0.7 * len(encode_png(exact, compress_level=9))
    assert (difference(png, encode_png(exact)) > 16).mean() <= 0.001
    assert (pixels(png)[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()


def test_surfaces_keep_their_colours_beside_many_others():
    given = np.random.default_rng(0).integers(100, 130, (200, 300, 3), dtype=np.uint8)
    surfaces = [(247, 247, 247), (255, 255, 255), (232, 232, 232), (223, 240, 250), (7, 67, 148)]
    for row, color in enumerate(surfaces):
        given[20 * row : 20 * row + 20] = color
    given[20:40, 0] = given[0, 0]
    painted = pixels(encode_palette_png(given))[..., :3]
    for row, color in enumerate(surfaces):
        assert (painted[20 * row + 10, 10] == color).all()


def test_a_picture_of_few_colours_is_kept_exactly():
    given = np.random.default_rng(0).integers(0, 4, (40, 50, 3), dtype=np.uint8) * 85
    np.testing.assert_array_equal(pixels(encode_palette_png(given))[..., :3], given)


def test_a_picture_of_too_many_colours_keeps_them_all():
    given = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    png = encode_palette_png(given)
    assert Image.open(io.BytesIO(png)).mode == "RGB"
    np.testing.assert_array_equal(pixels(png)[..., :3], given)


def test_background_of_a_kept_picture_is_exact():
    y, x = np.mgrid[0:200, 0:200]
    given = np.dstack([253 + (x > 60), 250 - y // 40, 255 - x // 3]).astype(np.uint8)
    given[:10] = 254, 253, 255
    assert (pixels(encode_palette_png(given))[0, 0, :3] == given[0, 0]).all()


def test_shown_picture_is_twice_as_dense_as_it_is_shown(displayed):
    figure = lines()
    show(figure, "six lines")
    [((data,), options)] = displayed
    assert pixels(data["image/png"]).shape == (600, 1000, 4)
    assert options["metadata"] == {"image/png": {"alt": "six lines", "width": 500, "height": 300}}
    assert figure.dpi == 100


# Axes that show themselves


def display_of(value):
    """Return what IPython displays for the last value of a cell."""
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance().display_formatter.format(value)


@pytest.mark.parametrize("shown", [lambda ax: ax, lambda ax: ax.figure])
def test_axes_as_last_value_show_their_picture(shown):
    ax = new_axes("a rising line", figsize=(3, 2))
    ax.plot([0, 1])
    data, metadata = display_of(shown(ax))
    assert pixels(data["image/png"]).shape == (400, 600, 4)
    assert pixels(data["image/png"])[..., :3].min() < 100
    assert data["text/plain"] == "a rising line"
    assert metadata["image/png"] == {"alt": "a rising line", "width": 300, "height": 200}


def test_text_alternative_of_axes_is_asked_for_when_they_are_shown():
    ax = new_axes(lambda: f"{len(ax.lines)} lines")
    ax.plot([0, 1])
    ax.plot([1, 0])
    assert display_of(ax)[0]["text/plain"] == "2 lines"


def test_axes_that_show_themselves_are_not_of_pyplot():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    ax = new_axes("nothing")
    assert plt.get_fignums() == before
    assert ax.name == "rectilinear"


def test_axes_without_layout_fill_their_figure():
    assert new_axes("nothing", layout=None).get_position().bounds == (0, 0, 1, 1)


def test_figure_of_shown_axes_can_be_shown_under_other_words(displayed):
    show(new_axes("its own words").figure, "other words")
    [((data,), _)] = displayed
    assert data["text/plain"] == "other words"


@pytest.mark.parametrize(("describe", "error"), [("", ValueError), (None, TypeError), (3, TypeError)])
def test_axes_without_words_are_refused(describe, error):
    with pytest.raises(error):
        new_axes(describe)
