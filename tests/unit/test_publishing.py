"""From a notebook to a page and to slides: what is left out, moved, linked, and told to the speaker alone."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.start import Course, Entry
from tools.slides import CODE_LINES, make_slides, to_point_at, to_section
from tools.web_edition import as_page, label_all

ENTRY = Entry("03_backprop", "Backprop: how?", "90–120", (), {})
COURSE = Course("", (ENTRY,))
IMAGE = '<img src="frames/0123456789abcdef.webp" width="700" height="300">'
FIGURE = f'<div class="moving"><div class="picture">{IMAGE}</div></div>'


def picture():
    return [new_output("display_data", {"text/html": FIGURE, "text/plain": "A hill."})]


@pytest.fixture
def notebook():
    """A notebook in small."""
    return new_notebook(
        cells=[
            new_markdown_cell("# 03 · Backprop: how?\n\nOne sentence."),
            new_code_cell("start()", metadata={"tags": ["setup"]}),
            new_code_cell("explore(figures.fog, steps=(0, 3))", outputs=picture()),
            new_markdown_cell("## Downhill (9 min)\n\nThe rule is $w - \\eta g$. [Later](#And-then?)"),
            new_code_cell("def step(w):\n    return w - slope(w)"),
            new_markdown_cell("**Predict.** Where does it land?"),
            new_code_cell("explore(figures.fog, rule=step)", outputs=picture()),
            new_markdown_cell("<!-- Wait for answers. -->", metadata={"tags": ["notes"]}),
            new_markdown_cell("It lands at 3."),
            new_markdown_cell(
                "## And then?\n\n### Exercise 1: which one?\nChoose. [Solution 1, at the end](#solution-1)"
            ),
            new_code_cell(
                'answer = ...\n\ncheck("backprop.which_rate", answer)', outputs=[new_output("stream", text="✘")]
            ),
            new_markdown_cell("## Solutions"),
            new_markdown_cell('<a id="solution-1"></a>\n### Solution 1: which one?\nBecause.'),
            new_code_cell('check("backprop.which_rate", 1, record=False)', metadata={"tags": ["solution"]}),
        ]
    )


@pytest.fixture
def page(notebook):
    return as_page(notebook, ENTRY, COURSE, label_all({ENTRY.name: notebook}))


def text(page):
    return "\n".join(cell.source for cell in page.cells)


def test_page_leaves_out_the_set_up_and_the_notes(page):
    assert "start()" not in text(page)
    assert "Wait for answers" not in text(page)


def test_page_folds_a_solution_below_its_exercise_and_offers_hints(page):
    said = text(page)
    assert "at the end" not in said
    assert "## Solutions" not in said
    wanted = ("Exercise 1", "Hint 1 of", '<details class="solution">', "Because.", "</details>")
    order = [said.rindex(part) for part in wanted]
    assert order == sorted(order)
    stub = next(cell for cell in page.cells if "answer = ..." in cell.source)
    assert stub.outputs == []


def test_page_hides_calls_that_draw_and_shows_code_that_teaches(page):
    tags = {
        cell.source.split("\n")[0]: cell.metadata.get("tags", []) for cell in page.cells if cell.cell_type == "code"
    }
    assert tags["explore(figures.fog, rule=step)"] == ["hide-input"]
    assert tags["def step(w):"] == []


def test_links_to_headings_lead_to_labels(page):
    (label,) = re.findall(r"\[Later\]\(#([\w-]+)\)", text(page))
    assert f"({label})=\n## And then?" in text(page)


def test_title_is_followed_by_a_line_of_facts(page):
    assert re.search(
        r"# 03 · Backprop: how\?\n\n<p class=\"bar\">90–120 minutes · <a href=\"notebooks/", page.cells[0].source
    )


def test_prediction_is_a_slide_on_which_the_figure_is_the_next_step(notebook):
    slides = make_slides(notebook, ENTRY)
    predict = next(slide for slide in slides if slide.kind == "predict")
    assert re.search(r"Where does it land\?.*class=\"fragment\".*class=\"moving\"", to_section(predict), re.S)
    assert predict.notes == ["Wait for answers.", "It lands at 3."]


def test_question_of_an_exercise_stands_above_its_picture(notebook):
    notebook.cells[9].source = "## And then?\n\n### Exercise 1: which one?"
    notebook.cells[10:10] = [new_code_cell("figures.draw_two()", outputs=picture()), new_markdown_cell("Which is it?")]
    exercise = next(slide for slide in make_slides(notebook, ENTRY) if slide.kind == "exercise")
    assert re.search(r"Which is it\?.*class=\"picture\"", to_section(exercise), re.S)


def test_slides_have_notes_and_end_before_the_solutions(notebook):
    slides = make_slides(notebook, ENTRY)
    assert all(slide.notes and slide.blocks for slide in slides)
    assert not any("Because" in slide.words for slide in slides)
    assert [slide.kind for slide in slides][:2] == ["title", "figure"]


def test_long_code_is_cut_into_pieces_that_a_slide_has_room_for(notebook):
    notebook.cells[4].source = "\n\n\n".join(f"def f{i}():\n" + "\n".join(["    a = 1"] * 9) for i in range(4))
    slides = make_slides(notebook, ENTRY)
    pieces = [slide for slide in slides if "source" in slide.words]
    assert len(pieces) == 4
    assert all(slide.words.count("\n") <= CODE_LINES + 8 for slide in pieces)


def test_of_a_long_paragraph_a_slide_shows_the_first_sentence_and_those_with_terms():
    long = (
        "First it falls. "
        + "Then nothing happens here for a long while. " * 5
        + "This is a **plateau**, with $a. B$ in it."
    )
    assert to_point_at(long) == "First it falls. This is a **plateau**, with $a. B$ in it."
    assert to_point_at("Short. And whole.") == "Short. And whole."
