"""From a notebook to a page and to slides: what is left out, moved, linked, and told to the speaker alone."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.start import Course, Entry
from tools.slides import CODE_LINES, NOTES, make_slides, to_point_at, to_section
from tools.web_edition import as_page, label_all

ENTRY = Entry("03_backprop", "Backprop: how?", "90–120", (), {})
COURSE = Course("", (ENTRY,))
IMAGE = '<img src="frames/0123456789abcdef.webp" width="700" height="300">'
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
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


def test_page_leaves_out_the_set_up(page):
    assert "start()" not in text(page)


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


def test_page_opens_with_the_figure_and_not_with_what_leads_to_it(notebook):
    notebook.cells[2].source = 'stored = read_results("x")\nx = load(1)\nexplore(figures.fog, stored=stored)'
    notebook.cells[2].outputs.insert(0, new_output("stream", text="made by `x` with keras\nand seeds [0]\n"))
    notebook.cells[6].source = "both = {1: rule}\nexplore(figures.fog, both=both)"
    shown = as_page(notebook, ENTRY, COURSE, label_all({ENTRY.name: notebook}))
    opening, later = [cell for cell in shown.cells if "explore(" in cell.source]
    assert opening.metadata["tags"] == later.metadata["tags"] == ["hide-input"]
    assert [output.output_type for output in opening.outputs] == ["display_data"]


def test_page_shows_code_that_computes_what_a_figure_draws(notebook):
    notebook.cells[6].source = "far = walk(rule)\nexplore(figures.fog, far=far)"
    shown = as_page(notebook, ENTRY, COURSE, label_all({ENTRY.name: notebook}))
    assert not next(cell for cell in shown.cells if "walk(" in cell.source).metadata.get("tags")


def test_links_to_headings_lead_to_labels(page):
    (label,) = re.findall(r"\[Later\]\(#([\w-]+)\)", text(page))
    assert f"({label})=\n## And then?" in text(page)


def test_title_is_followed_by_a_line_of_facts(page):
    assert re.search(
        r"# 03 · Backprop: how\?\n\n<p class=\"bar\">90–120 minutes · <a href=\"notebooks/", page.cells[0].source
    )


def test_prediction_is_a_slide_on_which_the_figure_is_the_next_step(notebook):
    slides = make_slides(notebook)
    predict = next(slide for slide in slides if slide.kind == "predict")
    assert re.search(r"Where does it land\?.*class=\"fragment\".*class=\"moving\"", to_section(predict), re.S)
    assert predict.notes == ["It lands at 3."]


def test_notes_by_hand_come_first_at_the_slide_that_they_name(notebook):
    notes = """# Notes

## fog
Press play.

## fog
Wait for answers.

## backprop.which_rate
In pairs.
"""
    slides = make_slides(notebook, notes)
    assert [slide.notes[0] for slide in slides if slide.noted] == ["Press play.", "Wait for answers.", "In pairs."]
    assert next(slide for slide in slides if slide.kind == "predict").notes == ["Wait for answers.", "It lands at 3."]


def test_notes_for_what_no_slide_shows_are_an_error(notebook):
    with pytest.raises(ValueError, match="'fog', number 3, but 2 slides"):
        make_slides(notebook, "## fog\nA.\n\n## fog\nB.\n\n## fog\nC.")
    with pytest.raises(ValueError, match="'mist'"):
        make_slides(notebook, "## mist\nA.")


def test_printed_answer_is_the_next_step_of_a_prediction_and_not_below_its_code(notebook):
    texts = ["made by `x` with keras\nand seeds [0, 1]\n", "loss 131"]
    notebook.cells[5:7] = [
        new_markdown_cell("A first sentence. **Predict.** Where does the loss start?"),
        new_code_cell("def loss():\n    pass", outputs=[new_output("stream", text=text) for text in texts]),
    ]
    slides = make_slides(notebook)
    predict = next(slide for slide in slides if slide.kind == "predict")
    assert [block.html for block in predict.blocks] == [
        "<p>A first sentence. Where does the loss start?</p>\n",
        '<pre class="printed fragment">loss 131</pre>',
    ]
    assert slides.index(predict) > max(i for i, slide in enumerate(slides) if "def</span>" in slide.words)


def test_what_stands_between_a_prediction_and_its_figure_is_for_the_speaker(notebook):
    notebook.cells[6:6] = [new_markdown_cell("Five seeds each."), new_code_cell("def run():\n    pass")]
    slides = make_slides(notebook)
    predict = next(slide for slide in slides if slide.kind == "predict")
    assert predict.shows_figure
    assert "Five seeds each." in predict.notes
    assert "def</span>" in slides[slides.index(predict) - 1].words


def test_words_that_lead_to_a_formula_stand_above_it_also_behind_a_figure(notebook):
    notebook.cells[7].source = "It lands at 3.\n\nThe two means are these:\n\n$$m = 1$$"
    formula = next(slide for slide in make_slides(notebook) if "m = 1" in slide.words)
    assert "The two means are these" in to_section(formula).split("<aside")[0]


def test_program_is_cut_where_a_statement_begins(notebook):
    notebook.cells[4].source = "\n".join([*["def a(): return 1"] * 12, "model.fit(", *["    x,"] * 7, ")"])
    with_code = [slide.words for slide in make_slides(notebook) if 'class="source"' in slide.words]
    assert [("return" in words, ">fit<" in words) for words in with_code] == [(True, False), (False, True)]


def test_question_of_an_exercise_stands_above_its_picture(notebook):
    notebook.cells[8].source = "## And then?\n\n### Exercise 1: which one?"
    notebook.cells[9:9] = [new_code_cell("figures.draw_two()", outputs=picture()), new_markdown_cell("Which is it?")]
    exercise = next(slide for slide in make_slides(notebook) if slide.kind == "exercise")
    assert re.search(r"Which is it\?.*class=\"picture\"", to_section(exercise), re.S)


def test_what_follows_an_exercise_stands_under_the_heading_of_its_section(notebook):
    notebook.cells[10:10] = [new_markdown_cell("| symptom | try |\n|---|---|" + "\n| a | b |" * 6)]
    assert next(slide for slide in make_slides(notebook) if "symptom" in slide.words).title == "And then?"


def test_slides_have_notes_and_end_before_the_solutions(notebook):
    slides = make_slides(notebook)
    assert all(slide.notes and slide.blocks for slide in slides)
    assert not any("Because" in slide.words for slide in slides)
    assert [slide.kind for slide in slides][:2] == ["title", "figure"]


def test_long_code_is_cut_into_pieces_that_a_slide_has_room_for(notebook):
    notebook.cells[4].source = "\n\n\n".join(f"def f{i}():\n" + "\n".join(["    a = 1"] * 9) for i in range(4))
    slides = make_slides(notebook)
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


@pytest.mark.parametrize("path", sorted(NOTES.glob("*.md")), ids=lambda path: path.stem)
def test_notes_name_what_the_notebook_shows(path):
    (file,) = [one for one in NOTEBOOKS.glob(f"{path.stem}_*.ipynb") if "deeper" not in one.name]
    said = "\n".join(cell.source for cell in nbformat.read(file, as_version=4).cells)
    names = re.findall(r"(?m)^## +(.+?)\s*$", path.read_text(encoding="utf-8"))
    assert names
    missing = [name for name in names if not re.search(rf"figures\.{re.escape(name)}\b|\"{re.escape(name)}\"", said)]
    assert [name for name in missing if not re.search(rf"(?m)^#+ {re.escape(name)}", said)] == []
