import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from helpers.picture import bundle, encode_png, show, to_png


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
    assert options == {"metadata": {"image/png": {"alt": "an empty figure"}}, "raw": True}


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
