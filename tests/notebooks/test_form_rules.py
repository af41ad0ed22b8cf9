"""The rules of form are silent on a good notebook, and see each planted fault; the counting counts."""

from __future__ import annotations

import base64
import copy
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace as replaced
from functools import cache
from pathlib import Path

import form_rules as rules
import nbformat
import notebook_rules
import pytest
import reading_cost
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import Subject, setup_cell_is_the_same_everywhere
from PIL import Image
from plants import drop, replace, tag

from helpers.start import Course, Entry, read_syllabus
from tools.concepts import NOTEBOOKS
from tools.normalize import dump, normalize
from tools.setup_cell import setup_cell

ROOT = NOTEBOOKS.parent
CORE = Entry("03_backprop", "Is this a sample?", "55–75", ("01_a",), {f"B{n}": "b" for n in (1, 2, 3, 4, 5, 7, 8, 9)})
DEEPER = Entry("03_backprop_deeper", "And what is below?", "55–75", ("03_backprop",), {"B1": "b"})
PAGE = Entry("00_reference", "Reference", 0, (), {"S4": "s"})
COURSE = Course("someone/course", (Entry("01_a", "Why?", 10, (), {}), CORE, DEEPER, PAGE))


def png(width: int = 640, height: int = 480) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def figure(alternative: str = "validation loss is lowest at epoch 7") -> NotebookNode:
    data = {"image/png": png(), "text/plain": alternative}
    return new_output("display_data", data=data, metadata={"image/png": {"alt": alternative}})


def printed(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def text(source: str, *tags: str) -> NotebookNode:
    return new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


def code(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)} if tags else {})


MOVING = 'explore(figures.walk, rate=(0, 1),\n  stills=[still("slow", rate=0.1), still("fast", rate=0.9)])'


IMPORTS = "from helpers import check, explore, figures, quiz, still"


def good_notebook(entry: Entry = CORE) -> NotebookNode:
    return copy.deepcopy(made_notebook(entry.name))


@cache
def made_notebook(name: str) -> NotebookNode:
    """A core notebook, or a deeper one: three questions, a section with six exercises, and their solutions."""
    entry = COURSE.by_name[name]
    partner = DEEPER.name if entry.part == "core" else CORE.name
    cells = [
        text(f"# {entry.heading}\n\nSamples are small. What do they say?\n\n{COURSE.badge(entry.name)}"),
        code(setup_cell(COURSE), printed("Ready.\n"), tags=("setup",)),
        code(f"{IMPORTS}\n\nfigures.draw_sample()", figure()),
        text(
            "**You will be able to** tell a sample from the real thing.\n\n"
            f"**Time:** {entry.minutes} minutes, exercises included. **You need:** nothing."
        ),
        text("## Three questions from earlier notebooks (2 min)"),
        *[code(f'quiz("sample.q{number}")') for number in (1, 2, 3)],
        text("## What is a sample? (13 min)", *entry.concepts),
        text(f"**Predict.** Does it move? The rest is in [the other part]({partner}.ipynb)."),
        code(MOVING, figure()),
        *[code(f"figures.draw_part({number})", figure()) for number in range(6)],
    ]
    for number in range(1, 7):
        cells += [
            text(f"### Exercise {number}: count\nHow many? [Solution {number}, at the end](#solution-{number})"),
            code(f'answer = ...\n\ncheck("sample.count_{number}", answer)', printed("not yet answered\n")),
        ]
    cells += [
        text("## What to remember\n\nSamples are small."),
        text("## Further reading\n\n- Tukey (1977), [Exploratory data analysis](https://example.org/)"),
        text("## Solutions"),
    ]
    for number in range(1, 7):
        cells += [
            text(f'<a id="solution-{number}"></a>\n### Solution {number}: count\nThree.'),
            code(
                f'answer = 3\n\ncheck("sample.count_{number}", answer, record=False)',
                printed("✔ correct\n"),
                tags=("solution",),
            ),
        ]
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
    notebook = new_notebook(cells=cells)
    normalize(notebook)
    return notebook


def subject(notebook: NotebookNode, entry: Entry = CORE, **changes: object) -> Subject:
    changed = replaced(entry, **changes)
    notebooks = tuple(changed if other.name == entry.name else other for other in COURSE.notebooks)
    return Subject(notebook, NOTEBOOKS / f"{entry.name}.ipynb", Course(COURSE.repository, notebooks))


@pytest.mark.parametrize("rule", rules.RULES + notebook_rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("entry", [CORE, DEEPER], ids=["core", "deeper"])
def test_rule_is_silent_on_a_good_notebook(rule: Callable, entry: Entry) -> None:
    faults = rule(subject(good_notebook(entry), entry))
    assert [fault for fault in faults if "which is not there" not in fault] == []  # the partner is no file


TITLE, SETUP, FIRST, OPENING, QUESTIONS, QUIZ, SECTION, PREDICTION, MOVES, DRAWS = 0, 1, 2, 3, 4, 5, 8, 9, 10, 11
EXERCISE, STUB, REMEMBER, READING, SOLUTIONS, ANSWER, SOLVED = 17, 18, 29, 30, 31, 32, 33


def write(index: int, source: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[index].update(source=source)


def say(index: int, *outputs: str | NotebookNode) -> Callable[[NotebookNode], None]:
    made = [printed(output) if isinstance(output, str) else output for output in outputs]
    return lambda notebook: notebook.cells[index].update(outputs=made)


def move(index: int, to: int) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.insert(to, notebook.cells.pop(index))


def insert(at: int, *cells: NotebookNode) -> Callable[[NotebookNode], None]:
    def plant(notebook: NotebookNode) -> None:
        notebook.cells[at:at] = list(cells)

    return plant


def both(*plants: Callable[[NotebookNode], None]) -> Callable[[NotebookNode], None]:
    def plant(notebook: NotebookNode) -> None:
        for one in plants:
            one(notebook)

    return plant


LONG = "word " * 3000
NINE_LINES = "<pre>" + "<b>a</b>\n" * 9 + "</pre>"
LOADS = "(x, y), _ = load_fashion_mnist()"
PLANTS = [
    (rules.first_screen_has_question_setup_and_figure, insert(1, text("A third thing."))),
    (rules.first_screen_has_question_setup_and_figure, replace(TITLE, "small.", "small. They are cheap.")),
    (rules.first_screen_has_question_setup_and_figure, replace(TITLE, "Samples are small. What do they say?", "")),
    (rules.first_screen_has_question_setup_and_figure, say(FIRST)),
    (rules.first_screen_has_question_setup_and_figure, insert(FIRST, code("import numpy as np"))),
    (rules.first_screen_has_question_setup_and_figure, move(OPENING, FIRST)),
    (rules.setup_cell_is_short, replace(SETUP, "import glob", "import re\nimport glob")),
    (rules.opening_says_what_to_expect_below_the_figure, replace(OPENING, "55–75", "65")),
    (rules.opening_says_what_to_expect_below_the_figure, replace(OPENING, "55–75", "155–75")),
    (rules.opening_says_what_to_expect_below_the_figure, replace(OPENING, "will be able to", "may")),
    (rules.opening_says_what_to_expect_below_the_figure, replace(OPENING, "You need", "Bring")),
    (rules.opening_says_what_to_expect_below_the_figure, replace(TITLE, "github/someone", "github/nobody")),
    (rules.opening_says_what_to_expect_below_the_figure, move(OPENING, TITLE + 1)),
    (rules.three_questions_look_back, drop(QUESTIONS)),
    (rules.three_questions_look_back, drop(QUIZ)),
    (rules.three_questions_look_back, insert(QUIZ, code('quiz("sample.q0")'))),
    (rules.three_questions_look_back, move(QUESTIONS, SECTION + 1)),
    (rules.time_is_a_range_around_the_measured_one, insert(PREDICTION, text(LONG))),
    (rules.time_is_a_range_around_the_measured_one, drop(EXERCISE, STUB, EXERCISE + 2, STUB + 2)),
    (rules.headings_carry_the_measured_minutes, replace(SECTION, " (13 min)", "")),
    (rules.headings_carry_the_measured_minutes, replace(SECTION, "13 min", "19 min")),
    (rules.headings_carry_the_measured_minutes, replace(SECTION, "13 min", "7 min")),
    (rules.headings_carry_the_measured_minutes, replace(QUESTIONS, "2 min", "20 min")),
    (rules.core_is_one_lecture, insert(PREDICTION, text(LONG * 4))),
    (rules.last_sections_come_in_order, move(REMEMBER, READING)),
    (rules.last_sections_come_in_order, drop(READING)),
    (rules.last_sections_come_in_order, drop(REMEMBER)),
    (rules.last_sections_come_in_order, insert(SOLUTIONS, text("## And another thing (1 min)"))),
    (rules.last_sections_come_in_order, drop(QUESTIONS, SECTION)),
    (rules.solutions_stand_in_the_last_section, drop(SOLUTIONS)),
    (rules.solutions_stand_in_the_last_section, write(SOLUTIONS, "Enough.\n\n## Solutions")),
    (rules.solutions_stand_in_the_last_section, tag(SOLVED)),
    (rules.solutions_stand_in_the_last_section, move(SOLVED, STUB + 1)),
    (rules.solutions_stand_in_the_last_section, drop(ANSWER, SOLVED)),
    (rules.solutions_stand_in_the_last_section, drop(SOLVED)),
    (rules.solutions_stand_in_the_last_section, drop(ANSWER)),
    (rules.solutions_stand_in_the_last_section, replace(ANSWER, '<a id="solution-1"></a>', "")),
    (rules.solutions_stand_in_the_last_section, replace(ANSWER, "solution-1", "solution-2")),
    (rules.solutions_stand_in_the_last_section, replace(ANSWER, "Solution 1", "Solution 7")),
    (rules.solutions_stand_in_the_last_section, replace(ANSWER, ": count", ": weigh")),
    (rules.solutions_stand_in_the_last_section, replace(ANSWER, "### Solution 1: count", "### Answer")),
    (rules.solutions_stand_in_the_last_section, replace(SOLVED, "count_1", "count_2")),
    (rules.solutions_stand_in_the_last_section, insert(SOLVED, code("1", tags=("solution",)))),
    (rules.exercises_are_numbered_and_lead_to_their_solutions, replace(EXERCISE, "#solution-1", "#solution-2")),
    (rules.exercises_are_numbered_and_lead_to_their_solutions, replace(EXERCISE, "Exercise 1", "Exercise 7")),
    (rules.exercises_are_numbered_and_lead_to_their_solutions, replace(EXERCISE, "1: count", "one")),
    (rules.exercises_are_numbered_and_lead_to_their_solutions, drop(STUB)),
    (rules.exercises_are_numbered_and_lead_to_their_solutions, drop(EXERCISE)),
    (rules.stubs_ask_and_solutions_answer, say(STUB, "✔ correct\n")),
    (rules.stubs_ask_and_solutions_answer, say(SOLVED, "✘ not right yet\n")),
    (rules.stubs_ask_and_solutions_answer, say(SOLVED)),
    (rules.stubs_ask_and_solutions_answer, replace(SOLVED, ", record=False", "")),
    (rules.stubs_ask_and_solutions_answer, replace(STUB, "answer)", "answer, record=False)")),
    (rules.stubs_ask_and_solutions_answer, write(STUB, 'check("sample.count_1", 1)\nprint("done")')),
    (rules.core_has_enough_to_see_and_to_do, drop(EXERCISE, STUB)),
    (rules.core_has_enough_to_see_and_to_do, drop(*range(DRAWS, DRAWS + 4))),
    (rules.code_is_narrow, write(DRAWS, f"x = {'1' * 85}")),
    (rules.code_cells_teach_in_few_lines, write(DRAWS, "x = 1\n" * 16)),
    (rules.code_cells_teach_in_few_lines, write(SOLVED, "x = 1\n" * 26)),
    (rules.code_cells_teach_in_few_lines, tag(DRAWS, "hide-input")),
    (rules.code_cells_teach_in_few_lines, both(write(DRAWS, "x = 1\n" * 46), tag(DRAWS, "whole-program"))),
    (rules.code_cells_teach_in_few_lines, both(tag(DRAWS, "whole-program"), tag(DRAWS + 1, "whole-program"))),
    (rules.code_parses, write(DRAWS, "draw(")),
    (rules.code_parses, write(PREDICTION, "```python\nmodel.fit(x, y\n```")),
    (rules.code_takes_little_of_the_page, insert(DRAWS, *[code("x = 1\n" * 15) for _ in range(8)])),
    (rules.code_takes_little_of_the_page, write(PREDICTION, "```python\n" + "x = 1\n" * 110 + "```")),
    (rules.printed_output_is_short, say(DRAWS, "a line\n" * 9)),
    (rules.printed_output_is_short, say(DRAWS, "a" * 89)),
    (
        rules.printed_output_is_short,
        say(
            DRAWS,
            new_output("display_data", data={"text/html": NINE_LINES, "text/plain": "a"}),
        ),
    ),
    (rules.numbers_are_written_out, replace(PREDICTION, "Does", "From 1e-05 on, does")),
    (rules.numbers_are_written_out, say(DRAWS, "loss 3.2e+02\n")),
    (rules.numbers_are_written_out, say(DRAWS, figure("the loss falls to 1e-05 within 7 epochs"))),
    (rules.moving_figures_show_states, write(MOVES, "explore(figures.walk, rate=(0, 1))")),
    (rules.moving_figures_show_states, write(MOVES, "explore(figures.walk, rate=(0, 1), stills=chosen)")),
    (rules.moving_figures_show_states, replace(MOVES, ', still("fast", rate=0.9)', "")),
    (rules.moving_figures_show_states, replace(MOVES, "rate=0.9", "rate=0.1")),
    (rules.moving_figures_show_states, replace(MOVES, 'still("fast", rate=0.9)', "{'rate': 0.9}")),
    (
        rules.moving_figures_show_states,
        replace(MOVES, "stills=[", 'stills=[still("a"), still("b", rate=1), still("c", rate=2), '),
    ),
    (rules.core_and_deeper_link_to_each_other, replace(PREDICTION, f"{DEEPER.name}.ipynb", "01_a.ipynb")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "(x, y), (x_test, y_test) = load_fashion_mnist()")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "_, (x, y) = load_fashion_mnist(full=True)")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "train, test = data.load_fashion_mnist()")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "x = load_fashion_mnist()[1][0]")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "everything = load_fashion_mnist()")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, f"{LOADS}\nx_test, y_test = _")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "from helpers.data import load_fashion_mnist as load")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, "a, b = keras.datasets.fashion_mnist.load_data()")),
]


@pytest.mark.parametrize(("rule", "plant"), PLANTS, ids=lambda thing: getattr(thing, "__name__", ""))
def test_rule_sees_the_planted_fault(rule: Callable, plant: Callable) -> None:
    notebook = good_notebook()
    plant(notebook)
    assert rule(subject(notebook)) != []


def test_every_rule_is_shown_to_see_a_fault() -> None:
    """Here, or in the tests below for what only the syllabus or a deeper notebook can do wrong."""
    others = {
        rules.deeper_sections_are_short,
        rules.deeper_sections_stand_alone,
        rules.core_teaches_what_every_student_needs,
    }
    assert {rule for rule, _ in PLANTS} | others == set(rules.RULES)


@pytest.mark.parametrize("minutes", [65, "80–100", "20–40", "30–90"])
def test_stated_time_must_be_a_narrow_range_around_the_measured_one(minutes: int | str) -> None:
    assert rules.time_is_a_range_around_the_measured_one(subject(good_notebook(), minutes=minutes)) != []


def test_core_must_teach_what_belongs_to_it() -> None:
    faults = rules.core_teaches_what_every_student_needs(subject(good_notebook(), concepts={"B1": "b"}))
    assert len(faults) == 7
    assert faults[0].startswith("B2 ")


def test_section_that_goes_deeper_is_at_most_25_minutes() -> None:
    notebook = good_notebook(DEEPER)
    insert(PREDICTION, text(LONG))(notebook)
    assert rules.deeper_sections_are_short(subject(notebook, DEEPER)) != []
    assert rules.deeper_sections_are_short(subject(notebook, CORE)) == []


ALONE = """
import numpy as np

def double(values):
    total = sum(values)
    return total * factor

class Pair:
    first = 1
    second = first + 1

factor = np.array(2)
print([double([value]) for value in range(3)], Pair.second)
"""


@pytest.mark.parametrize(
    ("above", "within", "missing"),
    [
        ("", ALONE, ""),
        ("import numpy as np", "%matplotlib inline\nfor i in range(3):\n    np.eye(i)", ""),
        ("", "np.eye(3)", "np"),
        ("", "def later():\n    return made_elsewhere\n\nclass A:\n    b = other", "made_elsewhere, other"),
    ],
)
def test_section_that_goes_deeper_stands_alone(above: str, within: str, missing: str) -> None:
    notebook = good_notebook(DEEPER)
    insert(DRAWS, code(within))(notebook)
    insert(QUIZ, code(above))(notebook)
    faults = rules.deeper_sections_stand_alone(subject(notebook, DEEPER))
    said = f'"## What is a sample? (13 min)" needs what only other sections define: {missing}'
    assert faults == ([said] if missing else [])
    assert rules.deeper_sections_stand_alone(subject(notebook, CORE)) == []


def test_deeper_notebook_links_to_its_core() -> None:
    notebook = good_notebook(DEEPER)
    replace(PREDICTION, f"{CORE.name}.ipynb", "01_a.ipynb")(notebook)
    assert rules.core_and_deeper_link_to_each_other(subject(notebook, DEEPER)) == [
        f"there must be a link to {CORE.name}.ipynb"
    ]


HARMLESS = [
    (rules.first_screen_has_question_setup_and_figure, replace(TITLE, "small.", "of 0.5 mm, i.e., small,")),
    (rules.last_sections_come_in_order, insert(REMEMBER, text("### A detail"))),
    (rules.exercises_are_numbered_and_lead_to_their_solutions, insert(STUB, code("figures.draw_runs()", figure()))),
    (rules.code_cells_teach_in_few_lines, both(write(DRAWS, "x = 1\n" * 45), tag(DRAWS, "whole-program"))),
    (rules.code_parses, write(DRAWS, "%matplotlib inline\n!ls")),
    (rules.code_parses, write(PREDICTION, "```\nmake lab\n```\n```python\nmodel.fit(x, y, ...)\n```")),
    (rules.printed_output_is_short, say(DRAWS, "a line\n" * 8)),
    (
        rules.printed_output_is_short,
        say(DRAWS, new_output("display_data", data={"text/html": "<table></table>", "text/plain": "a\n" * 30})),
    ),
    (rules.numbers_are_written_out, replace(PREDICTION, "Does", "With `epsilon=1e-7` and colour #0e7490, does")),
    (rules.moving_figures_show_states, replace(MOVES, "figures.walk", "figures.walk, panels=(1, 2)")),
    (rules.images_for_testing_are_looked_at_once, write(DRAWS, LOADS)),
    (
        rules.images_for_testing_are_looked_at_once,
        write(DRAWS, f"{LOADS}\nfor _ in range(3):\n    x_test = hold_out(x, y)"),
    ),
]


@pytest.mark.parametrize(("rule", "plant"), HARMLESS, ids=lambda thing: getattr(thing, "__name__", ""))
def test_rule_lets_the_harmless_pass(rule: Callable, plant: Callable) -> None:
    notebook = good_notebook()
    plant(notebook)
    assert rule(subject(notebook)) == []


# The test set


LOOK = "_, (x_test, y_test) = load_fashion_mnist()"


def training_notebook(*cells: NotebookNode, name: str = "07_training") -> Subject:
    course = Course("someone/course", (Entry(name, "Why?", "10–15", (), {}),))
    frame = [text("## Solutions")]
    return Subject(new_notebook(cells=[text("# Why?"), *cells, *frame]), NOTEBOOKS / f"{name}.ipynb", course)


def test_only_the_last_section_of_training_and_tuning_looks_at_the_test_images() -> None:
    first, last, look = text("## One (1 min)"), text("## Two (1 min)"), code(LOOK)
    assert rules.images_for_testing_are_looked_at_once(training_notebook(first, last, look)) == []
    assert rules.images_for_testing_are_looked_at_once(training_notebook(first, look, last)) != []
    assert rules.images_for_testing_are_looked_at_once(training_notebook(first, last, look, code(LOOK))) != []
    assert rules.images_for_testing_are_looked_at_once(training_notebook(first, last, look, name="08_r")) != []


@pytest.mark.parametrize(
    ("program", "faults"),
    [
        (f"def run():\n    {LOADS}\n\ndef final():\n    {LOOK}\n", 0),
        (f"def run():\n    {LOOK}\n", 1),
        (f"{LOADS}\nx = _[0]\n", 1),
        (f"def final():\n    {LOOK}\n    {LOOK}\n", 1),
    ],
)
def test_program_looks_at_the_test_images_in_final_only(tmp_path: Path, program: str, faults: int) -> None:
    path = tmp_path / "program.py"
    path.write_text(program)
    assert len(rules.looks_of_program(path)) == faults


@pytest.mark.parametrize("path", sorted((ROOT / "results").glob("*.py")), ids=lambda path: path.stem)
def test_programs_keep_the_test_images_closed(path: Path) -> None:
    assert rules.looks_of_program(path) == []


def test_helpers_keep_the_test_images_closed() -> None:
    """All but the loader itself."""
    paths = [path for path in (ROOT / "helpers").rglob("*.py") if path.relative_to(ROOT).parts[1] != "data"]
    assert [path.relative_to(ROOT).as_posix() for path in paths if rules.looks_of_program(path)] == []


# The core and what goes deeper


def test_every_core_concept_is_in_the_syllabus() -> None:
    course = read_syllabus()
    for name, concepts in rules.CORE_CONCEPTS.items():
        number = course.by_name[name].number
        listed = {concept for entry in course.notebooks if entry.number == number for concept in entry.concepts}
        assert set(concepts.split()) <= listed


# The counting


def cost_of(*cells: NotebookNode) -> reading_cost.Cost:
    return reading_cost.measure(new_notebook(cells=list(cells)))


def test_minutes_are_those_of_words_code_figures_and_questions() -> None:
    words = text("## One\n" + "word " * 129)
    folded = text("<details><summary>" + "word " * 260 + "</summary></details>")
    assert cost_of(words).sections == {"One": pytest.approx(1.0)}
    assert cost_of(folded).reading == pytest.approx(1.0, abs=0.02)
    assert cost_of(text("$x^2$ $$\n\\frac12\n$$")).reading == pytest.approx(0.3)
    assert cost_of(text("**Predict.**")).reading == pytest.approx(1.5, abs=0.01)
    assert cost_of(code("x = 1\n\n" * 12)).reading == pytest.approx(1.0)
    assert cost_of(text("```python\n" + "x = 1\n" * 12 + "```")).reading == pytest.approx(1.0)
    assert cost_of(code("draw()", figure(), figure())).reading == pytest.approx(2 + 1 / 12)
    assert cost_of(code(MOVING, figure())).reading == pytest.approx(3 + 2 / 12)
    assert cost_of(code('quiz("a.q1")')).reading == pytest.approx(0.5 + 1 / 12)
    assert cost_of(code("x = 1\n" * 12, tags=("setup",))).reading == 0


def test_exercise_is_seven_minutes_and_counted_once() -> None:
    stub = 'check("a.b", answer)'
    cost = cost_of(code(stub), code(stub), code('check("a.b", 1, record=False)', tags=("solution",)))
    assert cost.exercises == ["a.b"]
    assert cost.minutes == pytest.approx(7 + 2 / 12)


def test_solutions_cost_nothing_only_where_they_are_the_last_section() -> None:
    solutions = [text("## Solutions"), text("word " * 130), code("x = 1\n" * 12, tags=("solution",))]
    assert cost_of(*solutions).reading == 0
    assert cost_of(*solutions, text("## More")).reading > 1
    assert cost_of(*solutions, code("x = 1")).reading > 1


def test_code_share_counts_lines_of_the_page() -> None:
    ten_lines = code("x = 1\n" * 10)
    assert cost_of(ten_lines).code_share == 1
    assert cost_of(ten_lines, text("word " * 130)).code_share == pytest.approx(0.5)
    assert cost_of(code("x = 1\n" * 10, printed("a\n" * 10))).code_share == pytest.approx(0.5)
    assert cost_of(code("x = 1\n" * 10, printed("word " * 200))).code_share == pytest.approx(0.5)
    assert cost_of(text("```\n" + "x\n" * 10 + "```"), text("word " * 130)).code_share == pytest.approx(0.5)
    assert cost_of(code("x = 1\n" * 10, figure())).code_share == pytest.approx(10 / (10 + 480 / 17))


@pytest.mark.parametrize(
    ("picture", "shown", "lines"),
    [
        ((760, 340), {}, 20),
        ((1520, 680), {}, 20),
        ((1520, 680), {"width": 380, "height": 170}, 10),
        ((700, 2000), {}, 30),
    ],
)
def test_figure_takes_the_lines_of_its_height_on_the_page(picture: tuple, shown: dict, lines: float) -> None:
    output = new_output(
        "display_data", data={"image/png": png(*picture)}, metadata={"image/png": {"alt": "a", **shown}}
    )
    assert reading_cost.figure_lines(output) == pytest.approx(lines)


def test_command_prints_the_row_and_what_falls_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / "03_backprop.ipynb"
    (tmp_path / "03_backprop_deeper.ipynb").touch()
    monkeypatch.setattr("helpers.start.read_syllabus", lambda: COURSE)
    path.write_text(dump(good_notebook()), encoding="utf-8")
    assert reading_cost.main([str(path)]) == 0
    assert "What is a sample? (13 min)" in capsys.readouterr().out
    notebook = good_notebook()
    write(DRAWS, "x = 1\n" * 16)(notebook)
    path.write_text(dump(notebook), encoding="utf-8")
    assert reading_cost.main([str(path)]) == 1
    assert "cell 12 (x = 1) has 16 lines, and at most 15 are allowed" in capsys.readouterr().out


def test_page_to_look_things_up_needs_no_opening_and_no_time_but_must_hold_no_code() -> None:
    page = new_notebook(cells=[text("# 00 · Reference"), text("## What does this word mean?\n\nMuch.", "S4")])
    normalize(page)
    subject = Subject(page, NOTEBOOKS / "00_reference.ipynb", COURSE)
    assert [fault for rule in notebook_rules.RULES + rules.RULES for fault in rule(subject)] == []
    page.cells.append(code("1"))
    assert setup_cell_is_the_same_everywhere(subject) == ["a page holds no code"]


@pytest.mark.long
def test_command_runs_alone() -> None:
    command = [sys.executable, "tests/notebooks/reading_cost.py", "notebooks/00_start_here.ipynb"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.stderr == ""
    assert "00_start_here" in run.stdout


def test_real_notebooks_can_be_measured() -> None:
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        assert 10 < reading_cost.measure(nbformat.read(path, as_version=4)).reading < 300
