"""What notebook 00 says about the course is what the syllabus says, and its cheat sheet names what Keras has."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from helpers.start._course_order import (
    Stop,
    describe_order,
    direct_needs,
    draw_order,
    needed_for,
    place_stops,
    read_course,
)
from helpers.start._glossary import TERMS
from helpers.start._syllabus import Course, Entry, SyllabusError, read_syllabus
from tools import course as stamping
from tools import start_page
from tools.concepts import NOTEBOOKS, Taught, concept_index

PATH = NOTEBOOKS / "00_start_here.ipynb"
COURSE = Course(
    "someone/course",
    (
        Entry("00_begin", "Begin", 5, (), {"S1": "Beginning"}),
        Entry("01_one", "One: why one?", 60, (), {"A1": "First things", "A2": "Second things"}),
        Entry("02_two", "Two: why two?", 55, ("01_one",), {"L1": "Third things"}),
    ),
)
TAUGHT = [
    Taught("A1", "First things", "01_one", "01_one.ipynb#Why,-and-what?", "cell-of-a1"),
]


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def stops() -> list[Stop]:
    return read_course()


def tagged(notebook: NotebookNode, tag: str) -> list[str]:
    return [cell.source for cell in notebook.cells if tag in cell.metadata.get("tags", ())]


# What is stamped


def test_pages_of_the_notebook_are_in_step_with_the_course(notebook: NotebookNode) -> None:
    course = read_syllabus()
    made = start_page.pages(course, concept_index(course, NOTEBOOKS), NOTEBOOKS)
    for tag, text in made.items():
        assert tagged(notebook, tag) == [text], f"{tag}: run make stamp"


def test_index_for_the_helpers_is_in_step_with_the_course() -> None:
    text = (NOTEBOOKS / "concepts.json").read_text(encoding="utf-8")
    assert text == stamping.concepts_json(read_syllabus(), NOTEBOOKS), "run make stamp"


def test_links_lead_to_cells_that_teach_the_concept() -> None:
    entries = start_page.index_entries(read_syllabus(), concept_index(read_syllabus(), NOTEBOOKS))
    for concept in ("A1", "L4", "B9", "S5"):
        file, _, target = entries[concept]["link"].partition("#cell-id=")
        (cell,) = [cell for cell in nbformat.read(NOTEBOOKS / file, as_version=4).cells if cell.id == target]
        assert concept in cell.metadata.tags
        assert cell.source.startswith("## ")


def test_order_has_times_links_and_the_sum(tmp_path: Path) -> None:
    (tmp_path / "01_one.ipynb").touch()
    assert start_page.order(COURSE, tmp_path).splitlines()[2:] == [
        "| 00 | Begin | 5 min | – |",
        "| 01 | [One: why one?](01_one.ipynb) | 60 min | – |",
        "| 02 | Two: why two? | 55 min | 01 |",
        "| | **all together** | **about 2 hours** | |",
    ]


def test_index_links_what_is_taught_and_names_what_is_not_yet(tmp_path: Path) -> None:
    (tmp_path / "01_one.ipynb").touch()
    page = start_page.concept_pages(COURSE, TAUGHT, tmp_path)
    assert page.split("\n\n")[1:] == [
        "**[01 · One: why one?](01_one.ipynb)**  \n"
        "A1 [First things](01_one.ipynb#cell-id=cell-of-a1) · A2 Second things",
        "**02 · Two: why two? (in preparation)**  \nL1 Third things",
    ]


def test_glossary_has_a_row_for_each_term_and_links_where_there_is_a_heading() -> None:
    entries = {term.concept: {"number": "01", "title": "First things", "link": ""} for term in TERMS}
    entries["A1"]["link"] = "01_one.ipynb#Why?"
    rows = start_page.glossary(entries).splitlines()[2:]
    assert len(rows) == len(TERMS)
    for row, term in zip(rows, TERMS, strict=True):
        assert row.startswith(f"| **{term.name}**")
        assert row.endswith(
            "| [01: First things](01_one.ipynb#Why?) |" if term.concept == "A1" else "| 01: First things |"
        )
        assert len(re.findall(r"(?<!\\)\|", row)) == 4  # a bar in a formula must not end a column


def test_other_names_lead_to_the_names_of_the_course() -> None:
    said = start_page.other_names()
    for pair in ("*Xavier initialization* = Glorot initialization", "*Kaiming initialization* = He initialization"):
        assert pair in said


def test_cell_tagged_for_an_unknown_page_is_refused() -> None:
    cells = [new_markdown_cell("x", metadata={"tags": ["stamped-nothing"]})]
    with pytest.raises(SyllabusError, match="stamped-nothing"):
        stamping.stamp_pages(new_notebook(cells=cells), read_syllabus(), NOTEBOOKS)


def test_notebook_without_such_cells_stays_as_it_is() -> None:
    plain = new_notebook(cells=[new_markdown_cell("x")])
    stamping.stamp_pages(plain, read_syllabus(), NOTEBOOKS)
    assert [cell.source for cell in plain.cells] == ["x"]


# The map


def test_map_has_the_notebooks_of_the_syllabus(stops: list[Stop]) -> None:
    cores = {entry.number: entry.mean_minutes for entry in read_syllabus().notebooks if entry.part == "core"}
    assert {stop.number: stop.minutes for stop in stops} == cores


def test_way_to_a_notebook_holds_all_that_is_needed_through_others(stops: list[Stop]) -> None:
    assert [stop.number for stop in needed_for(stops, "08")] == ["01", "02", "03", "06", "07", "08"]
    assert [stop.number for stop in needed_for(stops, "01")] == ["01"]
    for stop in stops:
        way = [before.number for before in needed_for(stops, stop.number)]
        assert set(stop.needs) <= set(way)
        assert way[-1] == stop.number


def test_unknown_notebook_on_the_map_is_named(stops: list[Stop]) -> None:
    with pytest.raises(ValueError, match="'10'"):
        needed_for(stops, "10")


def test_arrows_leave_out_what_is_needed_through_another() -> None:
    a, b, c = Stop("01", "A", 1, ()), Stop("02", "B", 1, ("01",)), Stop("03", "C", 1, ("01", "02"))
    assert direct_needs([a, b, c], c) == ["02"]
    assert direct_needs([a, b, c], b) == ["01"]


def test_arrows_still_say_all_that_the_syllabus_says(stops: list[Stop]) -> None:
    """Following the arrows back from a notebook finds all that it needs."""
    thinned = [Stop(stop.number, stop.word, stop.minutes, tuple(direct_needs(stops, stop))) for stop in stops]
    for stop in stops:
        assert [s.number for s in needed_for(thinned, stop.number)] == [
            s.number for s in needed_for(stops, stop.number)
        ]


def test_every_notebook_stands_right_of_what_it_needs_and_alone(stops: list[Stop]) -> None:
    places = place_stops(stops)
    assert len(set(places.values())) == len(stops)
    for stop in stops:
        assert all(places[need][0] < places[stop.number][0] for need in stop.needs)


def test_map_says_what_is_needed_and_how_long_it_takes(stops: list[Stop]) -> None:
    ax = Figure().subplots()
    said = describe_order(stops, "03")
    draw_order(stops, "03", ax=ax)
    cores = [entry for entry in read_syllabus().notebooks if entry.part == "core"]
    minutes = sum(entry.mean_minutes for entry in cores if entry.number in ("01", "02", "03"))
    assert f"03 needs 01, 02; together {minutes / 60:.1f} hours" in said
    assert ax.get_title() in said
    assert {text.get_text() for text in ax.texts} >= {stop.word for stop in stops}


def test_texts_of_the_map_stay_in_their_boxes(stops: list[Stop]) -> None:
    figure = Figure(figsize=(9.5, 2.1))
    ax = figure.add_axes((0.0, 0.0, 1.0, 0.88))
    draw_order(stops, "09", ax=ax)
    figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in ax.patches if hasattr(patch, "get_boxstyle")]
    for text in ax.texts:
        extent = text.get_window_extent()
        assert any(box.x0 <= extent.x0 and extent.x1 <= box.x1 for box in boxes), text.get_text()


# The cheat sheet


@pytest.fixture(scope="module")
def spans(notebook: NotebookNode) -> list[str]:
    """The pieces of code in the cheat sheet."""
    return [span for source in tagged(notebook, "cheat-sheet") for span in re.findall(r"`([^`]+)`", source)]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    keras = pytest.importorskip("keras")
    import numpy as np

    parts = ("layers", "losses", "metrics", "optimizers", "callbacks", "initializers", "regularizers", "utils")
    scope: dict[str, Any] = {"keras": keras, "np": np}
    for part in reversed(parts):
        scope.update({name: value for name, value in vars(getattr(keras, part)).items() if not name.startswith("_")})
    return scope


def test_cheat_sheet_covers_the_tasks(spans: list[str]) -> None:
    assert {'"softplus"', '"relu"', '"softmax"', '"sigmoid"', "BinaryCrossentropy()"} <= set(spans)


def test_every_call_in_the_cheat_sheet_works(spans: list[str], names: dict[str, Any]) -> None:
    calls = [span for span in dict.fromkeys(spans) if span.endswith(")")]
    assert len(calls) > 25
    for call in calls:
        eval(call, names)


def test_every_activation_in_the_cheat_sheet_is_one(spans: list[str], names: dict[str, Any]) -> None:
    for span in dict.fromkeys(spans):
        if span.startswith('"'):
            assert callable(names["keras"].activations.get(ast.literal_eval(span)))


def test_every_other_name_in_the_cheat_sheet_exists(spans: list[str], names: dict[str, Any]) -> None:
    import inspect

    keras = names["keras"]
    tf = pytest.importorskip("tensorflow")

    def takes(function: Any, name: str) -> bool:
        return name in inspect.signature(function).parameters

    exists = {
        "label_smoothing=0.1": lambda: keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        "from_logits=True": lambda: [
            getattr(keras.losses, name)(from_logits=True)
            for name in ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy")
        ],
        "clipnorm=1.0": lambda: keras.optimizers.Adam(clipnorm=1.0),
        "kernel_initializer": lambda: takes(keras.layers.Dense, "kernel_initializer"),
        "class_weight": lambda: takes(keras.Model.fit, "class_weight"),
        'metrics=["accuracy"]': lambda: takes(keras.Model.compile, "metrics"),
        "fit": lambda: keras.Model.fit,
        "evaluate": lambda: keras.Model.evaluate,
        "predict": lambda: keras.Model.predict,
        "np.isnan": lambda: names["np"].isnan,
        "tf.data": lambda: tf.data.Dataset,
        "prefetch": lambda: tf.data.Dataset.prefetch,
    }
    others = {span for span in spans if not span.endswith(")") and not span.startswith('"')}
    assert others <= set(exists)
    for name in others:
        assert exists[name](), name


def test_cheat_sheet_refers_to_concepts_that_there_are(notebook: NotebookNode) -> None:
    concepts = {concept for entry in read_syllabus().notebooks for concept in entry.concepts}
    rows = [row for source in tagged(notebook, "cheat-sheet") for row in source.splitlines() if row.startswith("| ")]
    referred = [row.split("|")[-2] for row in rows if re.search(r"\b[A-Z]\d+\b", row.split("|")[-2])]
    assert len(referred) >= 15
    assert {concept for cell in referred for concept in re.findall(r"[A-Z]\d+", cell)} <= concepts


# The figure


def test_line_of_the_first_figure_bends_until_the_arms_are_apart(notebook: NotebookNode) -> None:
    (said,) = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code" and "numbers_right[moment]" in cell.source and cell.outputs
        for output in cell.outputs
        if output.output_type == "stream"
    ]
    right = [int(number) for number in re.findall(r"(\d+) of 200", said)]
    assert right == sorted(right)
    assert right[0] < 150
    assert right[-1] > 190
