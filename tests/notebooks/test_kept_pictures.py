"""Executing anew keeps the bytes of pictures that look as before, and takes every change that a reader could see."""

from __future__ import annotations

import base64
import copy
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from helpers.picture import encode_palette_png, encode_png, to_png
from helpers.start import Course, Entry
from tools.kept_pictures import keep_pictures, look_the_same

pytest.importorskip("nbclient", reason="notebooks are made in the maintainer's environment, which Colab's is not")
from tools import notebooks as maker


def curve(title: str = "Loss 0.87 after 9 epochs", dot: float = 4.0) -> np.ndarray:
    """The pixels of a figure as notebooks have them, twice as dense as they are shown."""
    figure = Figure(figsize=(3.5, 2.5), dpi=200)
    ax = figure.add_subplot(title=title, xlabel="epoch", ylabel="loss")
    x = np.linspace(0, 9, 100)
    ax.plot(x, np.exp(-x / 3), label="training")
    ax.plot(dot, np.exp(-dot / 3), "o")
    ax.legend()
    return np.array(Image.open(io.BytesIO(to_png(figure))).convert("RGB"))


CURVE = curve()


def grey_noise(pixels: np.ndarray) -> np.ndarray:
    """Another machine: every edge a little lighter or darker."""
    noise = np.random.default_rng(0).integers(-3, 4, pixels.shape)
    return np.where(pixels == 255, 255, np.clip(pixels.astype(int) + noise, 0, 255)).astype(np.uint8)


def test_other_bytes_of_the_same_pixels_look_the_same() -> None:
    assert look_the_same(encode_png(CURVE), encode_palette_png(CURVE))


def test_noise_of_another_machine_looks_the_same() -> None:
    assert look_the_same(encode_palette_png(CURVE), encode_palette_png(grey_noise(CURVE)))


@pytest.mark.parametrize(
    "changed",
    [
        curve("Loss 0.86 after 9 epochs"),
        curve("Loss 0.87 after 8 epochs"),
        curve("Loss −0.87 after 9 epochs"),
        curve(dot=4.1),
        CURVE[:-2],
        255 - CURVE,
    ],
    ids=["digit", "other digit", "sign", "dot moved", "size", "colours"],
)
def test_what_a_reader_could_see_looks_different(changed: np.ndarray) -> None:
    assert not look_the_same(encode_png(CURVE), encode_png(changed))
    assert not look_the_same(encode_png(changed), encode_png(CURVE))


def test_many_small_changes_look_different() -> None:
    """Each of them lies beside what was there, but together they are more than a thousandth of the picture."""
    faded = np.where(CURVE < 128, CURVE + 40, CURVE).astype(np.uint8)
    assert not look_the_same(encode_png(CURVE), encode_png(faded))


def test_transparent_ground_looks_different() -> None:
    def png(alpha: int) -> bytes:
        file = io.BytesIO()
        Image.new("RGBA", (40, 30), (255, 255, 255, alpha)).save(file, "png")
        return file.getvalue()

    assert not look_the_same(png(255), png(0))


@pytest.mark.parametrize("broken", [b"", b"no picture", encode_png(CURVE)[:500]])
def test_broken_picture_looks_like_nothing(broken: bytes) -> None:
    assert not look_the_same(encode_png(CURVE), broken)


def test_letters_of_another_matplotlib_look_the_same_only_on_request() -> None:
    shifted = CURVE.copy()
    shifted[:60, 3:] = CURVE[:60, :-3]  # the title, three pixels to the right
    assert not look_the_same(encode_png(CURVE), encode_png(shifted))
    assert look_the_same(encode_png(CURVE), encode_png(shifted), other_versions=True)
    assert not look_the_same(encode_png(CURVE), encode_png(np.roll(CURVE, 40, axis=0)), other_versions=True)


# In a notebook


def shown(png: bytes, alternative: str = "The loss falls to 0.87 within 9 epochs.") -> NotebookNode:
    data = {"image/png": base64.b64encode(png).decode(), "text/plain": alternative}
    return new_output("display_data", data=data, metadata={"image/png": {"alt": alternative, "width": 700}})


def notebook(*cells: tuple[str, list[NotebookNode]]) -> NotebookNode:
    return new_notebook(cells=[new_code_cell(source, outputs=outputs) for source, outputs in cells])


def pictures(made: NotebookNode) -> list[bytes]:
    return [base64.b64decode(output.data["image/png"]) for cell in made.cells for output in cell.outputs]


OLD, NEW, CHANGED = encode_png(CURVE), encode_png(grey_noise(CURVE)), encode_png(curve("Loss 0.86 after 9 epochs"))


def test_picture_that_looks_as_before_keeps_its_bytes() -> None:
    made = notebook(("draw()", [shown(NEW)]))
    assert keep_pictures(made, notebook(("draw()", [shown(OLD)]))) == 1
    assert pictures(made) == [OLD]


def test_picture_that_changed_is_new() -> None:
    made = notebook(("draw()", [shown(CHANGED)]))
    assert keep_pictures(made, notebook(("draw()", [shown(OLD)]))) == 0
    assert pictures(made) == [CHANGED]


def test_picture_with_a_new_text_alternative_is_new() -> None:
    made = notebook(("draw()", [shown(NEW, "The loss falls to 0.86 within 9 epochs.")]))
    assert keep_pictures(made, notebook(("draw()", [shown(OLD)]))) == 0
    assert made.cells[0].outputs == [shown(NEW, "The loss falls to 0.86 within 9 epochs.")]


def test_cells_are_told_apart_by_their_source_and_then_by_their_order() -> None:
    other_old = encode_png(255 - CURVE)
    other_new = encode_png(255 - grey_noise(CURVE))
    made = notebook(("new()", []), ("draw()", [shown(NEW)]), ("draw()", [shown(other_new)]))
    before = notebook(("draw()", [shown(OLD)]), ("draw()", [shown(other_old)]))
    assert keep_pictures(made, before) == 2
    assert pictures(made) == [OLD, other_old]


def test_rewritten_cell_keeps_the_picture_that_looks_the_same() -> None:
    made = notebook(("draw_the_curve()", [shown(NEW)]))
    before = notebook(("draw()", [shown(CHANGED), shown(OLD)]))
    assert keep_pictures(made, before) == 1
    assert pictures(made) == [OLD]


def test_first_version_that_looks_the_same_is_kept() -> None:
    """The committed one: noise must not add up over many executions."""
    made = notebook(("draw()", [shown(NEW)]))
    committed, before = (notebook(("draw()", [shown(png)])) for png in (OLD, encode_palette_png(CURVE)))
    keep_pictures(made, committed, before)
    assert pictures(made) == [OLD]


def test_with_other_versions_a_rewritten_cell_keeps_nothing() -> None:
    before = notebook(("draw()", [shown(OLD)]))
    same, rewritten = notebook(("draw()", [shown(CHANGED)])), notebook(("draw_other()", [shown(CHANGED)]))
    assert keep_pictures(same, before, other_versions=True) == 1
    assert keep_pictures(rewritten, before, other_versions=True) == 0


# In `make notebooks`


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Return a function that runs `main` on a notebook that shows the PNG file `picture.png` beside it."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "startup.py").write_text("def start():\n    pass\n")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(maker, "NOTEBOOKS", folder)
    course = Course("someone/course", (Entry("01_sample", "Why?", 10, (), {}),))
    monkeypatch.setattr(maker, "read_syllabus", lambda: course)
    source = (
        "from IPython.display import display\n"
        "display({'image/png': open('picture.png', 'rb').read()}, "
        "metadata={'image/png': {'alt': 'a curve that falls'}}, raw=True)"
    )
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Why?"), new_code_cell(source)]), folder / "01_sample.ipynb")

    def run(png: bytes, *options: str) -> NotebookNode:
        (folder / "picture.png").write_bytes(png)
        assert maker.main(options) == 0
        return copy.deepcopy(nbformat.read(folder / "01_sample.ipynb", as_version=4))

    return run


@pytest.mark.long
def test_making_again_keeps_what_looks_as_before_and_takes_what_does_not(make: Callable) -> None:
    first = make(OLD)
    assert make(NEW) == first
    assert make(CHANGED) != first
    assert make(OLD, "--other-versions") == make(CHANGED, "--other-versions")
