"""What notebook 00 claims is true, and every word of the reference page is taught where its link leads."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_markdown_cell, new_notebook

from helpers.exercise import Card
from helpers.figures import start as figures
from helpers.start import Course, Entry, SyllabusError, read_syllabus
from tools import course as stamping
from tools.concepts import NOTEBOOKS, Taught
from tools.reference import concept_pages, link_concepts

REFERENCE = NOTEBOOKS / "00_reference.ipynb"
COURSE = Course(
    "someone/course",
    (
        Entry("00_begin", "Begin", 5, (), {"S1": "Beginning"}),
        Entry("01_one", "One: why one?", 60, (), {"A1": "First things", "A2": "Second things"}),
        Entry("02_two", "Two: why two?", "50–60", ("01_one",), {"L1": "Third things"}),
        Entry("02_two_deeper", "Two, deeper", 90, ("02_two",), {"L1": "Third things"}),
        Entry("03_three", "Three: why three?", 55, ("01_one", "02_two"), {}),
    ),
)
TAUGHT = [
    Taught("A1", "First things", "01_one", "01_one.ipynb#Why,-and-what?", "cell-of-a1"),
    Taught("L1", "Third things", "02_two", "02_two.ipynb#Why", "cell-of-l1"),
    Taught("L1", "Third things", "02_two_deeper", "02_two_deeper.ipynb#Why", "cell-below"),
]
LINK = re.compile(r"\[(?P<text>[^][]+)\]\((?P<file>[^)#]+)#cell-id=(?P<cell>[^)\s]+) \"(?P<concept>[A-Z]\d+)[^\"]*\"\)")


@cache
def tagged(tag: str) -> list[str]:
    """The sources of the cells of the reference page with this tag."""
    notebook = nbformat.read(REFERENCE, as_version=4)
    return [cell.source for cell in notebook.cells if tag in cell.metadata.get("tags", ())]


def rows(source: str) -> list[list[str]]:
    """The cells of the rows of a Markdown table, without its head."""
    lines = [line for line in source.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


@cache
def taught_in(number: str) -> str:
    """All that the notebooks of a number say in text and code."""
    paths = sorted(NOTEBOOKS.glob(f"{number}_*.ipynb"))
    return "\n".join(cell.source for path in paths for cell in nbformat.read(path, as_version=4).cells)


def bare(text: str) -> str:
    """`text` without case, spaces and signs: binary_crossentropy is binary cross-entropy."""
    return re.sub(r"[\W_]", "", text.casefold())


# Stamping


def test_reference_page_is_in_step_with_the_course() -> None:
    notebook = nbformat.read(REFERENCE, as_version=4)
    before = [cell.source for cell in notebook.cells]
    stamping.stamp_notebook(notebook, REFERENCE.stem, read_syllabus())
    assert [cell.source for cell in notebook.cells] == before, "run make stamp"


def test_links_get_target_title_and_number_from_the_course() -> None:
    source = (
        '[MAE]( "A1") and [00](old.ipynb#cell-id=x "L1: Old title"), [deep]( "L1 deeper") [as it is](https://e.org)'
    )
    stamped = link_concepts(source, COURSE, TAUGHT)
    assert stamped == (
        '[MAE](01_one.ipynb#cell-id=cell-of-a1 "A1: First things") and '
        '[02](02_two.ipynb#cell-id=cell-of-l1 "L1: Third things"), '
        '[deep](02_two_deeper.ipynb#cell-id=cell-below "L1 deeper: Third things") [as it is](https://e.org)'
    )
    assert link_concepts(stamped, COURSE, TAUGHT) == stamped


def test_link_to_what_is_deeper_leads_to_the_core_while_nothing_is_deeper() -> None:
    assert "01_one.ipynb" in link_concepts('[x]( "A1 deeper")', COURSE, TAUGHT)


def test_link_to_a_concept_that_nothing_teaches_is_refused() -> None:
    with pytest.raises(SyllabusError, match=r"\[x\] leads to A2"):
        link_concepts('[x]( "A2")', COURSE, TAUGHT)


def test_index_links_what_is_taught_and_names_what_is_not_yet(tmp_path: Path) -> None:
    (tmp_path / "01_one.ipynb").touch()
    assert concept_pages(COURSE, TAUGHT, tmp_path).split("\n\n")[1:3] == [
        "**[01 · One: why one?](01_one.ipynb)**  \n"
        "A1 [First things](01_one.ipynb#cell-id=cell-of-a1) · A2 Second things",
        "**02 · Two: why two? (in preparation)**  \nL1 [Third things](02_two.ipynb#cell-id=cell-of-l1)",
    ]


def test_other_notebooks_keep_their_text() -> None:
    notebook = new_notebook(cells=[new_markdown_cell("# Why?"), new_markdown_cell('[x]( "A1")')])
    stamping.stamp_notebook(notebook, "01_architecture", read_syllabus())
    assert notebook.cells[1].source.startswith('[x]( "A1")')


# The words of the reference page


def test_glossary_is_in_order_and_every_name_means_one_thing() -> None:
    (table,) = tagged("glossary")
    terms = [re.match(r"\*\*(.+?)\*\*(?: \((.+)\))?$", row[0]) for row in rows(table)]
    names = [match[1] for match in terms if match]
    assert len(names) == len(terms) > 150

    def key(name: str) -> str:
        plain = unicodedata.normalize("NFKD", name).casefold()
        return " ".join(re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign))))

    assert [key(name) for name in names] == sorted(map(key, names))
    every = [key(name) for match in terms if match for name in (match[1], *(match[2] or "").split(", ")) if name]
    assert len(set(every)) == len(every)


def test_every_term_has_a_line_and_the_place_that_teaches_it() -> None:
    (table,) = tagged("glossary")
    for term, line, place in rows(table):
        assert 0 < len(line) <= 110, term
        found = LINK.fullmatch(place)
        assert found, term
        assert found["file"].startswith(f"{found['text']}_")


def test_every_notebook_has_words_in_the_glossary() -> None:
    (table,) = tagged("glossary")
    assert {row[-1][1:3] for row in rows(table)} == {entry.number for entry in read_syllabus().notebooks}


def test_every_code_word_of_the_cheat_sheet_is_linked() -> None:
    for sheet in tagged("cheat-sheet"):
        for row in rows(LINK.sub("", sheet)):
            assert "`" not in "".join(row[1:]), row


def test_every_linked_word_of_the_cheat_sheet_is_taught_where_its_link_leads() -> None:
    links = [match for sheet in tagged("cheat-sheet") for match in LINK.finditer(sheet)]
    assert len(links) > 60
    for match in links:
        said = taught_in(match["file"][:2])
        for word in re.findall(r"`[^`]+`|[\w-]{4,}", match["text"]):
            wanted = bare(re.split(r"[(=]", word)[-1 if "accuracy" in word else 0]) if "`" in word else bare(word)[:6]
            there = wanted in bare(said) if len(wanted) > 3 else re.search(rf"\b{wanted}\b", said, re.IGNORECASE)
            assert there, f"{match['text']} is not taught in {match['file'][:2]}"


def test_every_symptom_has_a_remedy_with_a_link() -> None:
    _, symptoms = map(rows, tagged("cheat-sheet"))
    assert len(symptoms) >= 15
    for symptom, _, remedy in symptoms:
        assert LINK.search(remedy), symptom


def test_names_of_keras_in_the_cheat_sheet_exist() -> None:
    keras = pytest.importorskip("keras")
    spans = {span for sheet in tagged("cheat-sheet") for span in re.findall(r"`([^`]+)`", sheet)}
    for span in spans:
        if re.fullmatch(r'"\w+"', span) and span != '"accuracy"':
            name = span.strip('"')
            finders = (keras.losses.get, keras.activations.get)
            assert any(callable(_or_none(find, name)) for find in finders), name
        elif re.fullmatch(r"[A-Z]\w+(\(\))?", span):
            name = span.rstrip("()")
            parts = (keras.layers, keras.callbacks, keras.metrics, keras.optimizers)
            assert any(hasattr(part, name) for part in parts), name


def _or_none(find: object, name: str) -> object:
    try:
        return find(name)  # type: ignore[operator]
    except ValueError:
        return None


# The figures


def test_arrows_leave_out_what_is_needed_through_another() -> None:
    one, two, three = (COURSE.by_name[name] for name in ("01_one", "02_two", "03_three"))
    assert figures.direct_needs(COURSE, three) == ["02_two"]
    assert figures.direct_needs(COURSE, two) == ["01_one"]
    assert figures.direct_needs(COURSE, one) == []


def test_prose_names_what_notebook_08_needs() -> None:
    course = read_syllabus()
    needed = figures.needed_for(course, course.by_name["08_regularization"])
    assert {name[:2] for name in needed} == {"07", "06", "03", "02", "01"}


def test_map_names_every_core_notebook_and_its_letters_stay_in_their_boxes() -> None:
    course = read_syllabus()
    figure = Figure(figsize=(7.55, 4.66))
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    figures.draw_course(course, ax=ax)
    figure.canvas.draw()
    said = " ".join(text.get_text() for text in ax.texts)
    assert all(entry.number in said for entry in course.notebooks)
    boxes = [patch.get_window_extent() for patch in ax.patches if hasattr(patch, "get_boxstyle")]
    assert len(boxes) == 10
    for text in ax.texts:
        extent = text.get_window_extent()
        inside = any(box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 and extent.y1 <= box.y1
                     for box in boxes)  # fmt: skip
        assert inside or text.get_text().startswith("Follow") or not text.get_text(), text.get_text()
    assert "03 Backprop on 02" in figures.describe_course(course)


def test_a_straight_line_gets_146_points_right() -> None:
    points, arms = figures.spirals()
    best = 0
    for angle in range(3600):
        way = points @ (figures.np.cos(angle * figures.np.pi / 1800), figures.np.sin(angle * figures.np.pi / 1800))
        signs = figures.np.where(arms[way.argsort()] == 1, -1, 1)
        best = max(best, 100 + int(signs.cumsum().max()))
    assert best == 146


@pytest.mark.slow
def test_line_between_spirals_bends_late_from_any_start() -> None:
    pytest.importorskip("keras")
    for seed in range(5):
        right = [figures.count_right(weights) for weights in figures.film(seed)]
        assert max(right[1:7]) <= 146, seed  # up to step 30
        assert right[10] <= 170, seed
        assert right[50] >= 185, seed


@pytest.mark.parametrize("step", [0, 5, 100, 250])
def test_film_draws_every_state_and_says_what_it_shows(step: int) -> None:
    pytest.importorskip("keras")
    figure = Figure(figsize=(7.6, 3.5))
    said = figures.learning(figure.subplots(1, 2), step=step)
    figure.canvas.draw()
    assert said.startswith(f"After {step} steps")
    titles = "".join(map(figure.axes[1].get_title, ("left", "center")))  # where it stands is a setting
    assert f"{figures.count_right(figures.film()[step // 5])} of 200" in titles


def test_stored_progress_card_lists_the_exercises_of_today() -> None:
    cells = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4).cells
    shown = [output.data["text/plain"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    assert shown.count(repr(Card({}))) == 2
