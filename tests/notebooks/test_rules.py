"""The notebooks keep the rules, the rules can see each fault, and `make notebooks` writes what the rules demand."""

from __future__ import annotations

import base64
import copy
import io
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import form_rules
import nbformat
import notebook_rules as rules
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from plants import drop, replace, tag

from helpers.start import Course, Entry, read_syllabus
from tools.concepts import NOTEBOOKS
from tools.normalize import WIDGET_VIEW, dump, faults, normalize
from tools.setup_cell import setup_cell

pytest.importorskip("nbclient", reason="notebooks are made in the maintainer's environment, which Colab's is not")
from tools import notebooks as maker

REAL = sorted(NOTEBOOKS.glob("*.ipynb"))
COURSE = Course("someone/course", (Entry("01_sample", "Is this a sample?", 10, (), {"A1": "A sample"}),))
READY = new_output("stream", name="stdout", text="Ready.\n")


def name_of(thing: Path | Callable) -> str:
    return thing.stem if isinstance(thing, Path) else thing.__name__


# The real notebooks


@cache
def real(path: Path) -> rules.Subject:
    return rules.Subject(nbformat.read(path, as_version=4), path, read_syllabus())


@pytest.mark.parametrize("rule", rules.RULES + form_rules.RULES, ids=name_of)
@pytest.mark.parametrize("path", REAL, ids=name_of)
def test_notebook_keeps_the_rule(path: Path, rule: rules.Rule) -> None:
    assert rule(real(path)) == []


@pytest.mark.parametrize("path", REAL, ids=name_of)
def test_notebook_file_is_what_make_notebooks_writes(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == dump(real(path).notebook)


# The rules see faults


def png(alpha: int = 255) -> str:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 255, 255, alpha)).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def figure(picture: str | None = None, alternative: str = "validation loss is lowest at epoch 7") -> NotebookNode:
    data = {"image/png": picture or png(), "text/plain": alternative}
    return new_output("display_data", data=data, metadata={"image/png": {"alt": alternative}})


def good_notebook() -> NotebookNode:
    opening = (
        "After this notebook **you will be able to** tell a sample from the real thing. It takes about 10 minutes. "
        f"**What you need**: nothing.\n\n{COURSE.badge('01_sample')}"
    )
    cells = [
        new_markdown_cell("# 01 · Is this a sample?"),
        new_markdown_cell(opening),
        new_code_cell(setup_cell(COURSE), metadata={"tags": ["setup"]}, outputs=[READY]),
        new_markdown_cell("## What is a sample?\n\nSee [the end](#Further-reading).", metadata={"tags": ["A1"]}),
        new_code_cell("show(figure)", metadata={"tags": ["hide-input"]}, outputs=[figure()]),
        new_markdown_cell("### Exercise: count"),
        new_code_cell('answer = ...\n\ncheck("sample.count", answer)'),
        new_code_cell('answer = 3\n\ncheck("sample.count", answer, record=False)', metadata={"tags": ["solution"]}),
        new_markdown_cell("## What to remember\n\nSamples are small."),
        new_markdown_cell("## Further reading\n\n- Tukey (1977), [Exploratory data analysis](https://example.org/)"),
    ]
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
    notebook = new_notebook(cells=cells)
    normalize(notebook)
    return notebook


def subject(notebook: NotebookNode, folder: Path = NOTEBOOKS) -> rules.Subject:
    return rules.Subject(notebook, folder / "01_sample.ipynb", COURSE)


@pytest.mark.parametrize("rule", rules.RULES, ids=name_of)
def test_rule_is_silent_on_a_good_notebook(rule: Callable) -> None:
    assert rule(subject(good_notebook())) == []


TITLE, OPENING, SETUP, SECTION, FIGURE, EXERCISE, STUB, SOLUTION, REMEMBER, READING = range(10)


def change(index: int, **values: object) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[index].update(nbformat.from_dict(values))


def say(text: str, name: str = "stdout") -> Callable[[NotebookNode], None]:
    return change(FIGURE, outputs=[new_output("stream", name=name, text=text)])


def leave_widget_state(notebook: NotebookNode) -> None:
    notebook.metadata["widgets"] = {}


def add_setup_again(notebook: NotebookNode) -> None:
    notebook.cells.insert(FIGURE, copy.deepcopy(notebook.cells[SETUP]))


def open_collapsed(notebook: NotebookNode) -> None:
    del notebook.cells[SOLUTION].metadata["cellView"]


def repeat_an_id(notebook: NotebookNode) -> None:
    notebook.cells[STUB].id = notebook.cells[TITLE].id


PLANTS = [
    (rules.title_is_the_question_of_the_syllabus, replace(TITLE, "?", "")),
    (rules.title_is_the_question_of_the_syllabus, replace(TITLE, "sample", "simple")),
    (rules.title_is_the_question_of_the_syllabus, replace(SECTION, "##", "#")),
    (rules.title_is_the_question_of_the_syllabus, drop(TITLE)),
    (rules.setup_cell_is_the_same_everywhere, replace(SETUP, "start()", "start() ")),
    (rules.setup_cell_is_the_same_everywhere, replace(SETUP, "someone/course", "nobody/course")),
    (rules.setup_cell_is_the_same_everywhere, tag(SETUP)),
    (rules.setup_cell_is_the_same_everywhere, add_setup_again),
    (rules.further_reading_has_years_and_links, replace(READING, "(1977)", "(77)")),
    (rules.further_reading_has_years_and_links, replace(READING, "(https://example.org/)", "")),
    (rules.further_reading_has_years_and_links, replace(READING, "- Tukey", "Tukey")),
    (rules.concepts_tag_headings, tag(SECTION)),
    (rules.concepts_tag_headings, tag(SECTION, "A1", "A2")),
    (rules.concepts_tag_headings, tag(OPENING, "A1")),
    (rules.cells_are_executed_in_order, change(FIGURE, execution_count=None)),
    (rules.cells_are_executed_in_order, change(FIGURE, execution_count=4)),
    (rules.cells_are_executed_in_order, drop(FIGURE)),
    (rules.nothing_is_on_stderr, say("a warning", name="stderr")),
    (rules.errors_are_announced, change(STUB, outputs=[new_output("error", ename="E", evalue="no", traceback=[])])),
    (rules.widgets_left_nothing, leave_widget_state),
    (rules.widgets_left_nothing, change(FIGURE, outputs=[new_output("display_data", data={WIDGET_VIEW: {}})])),
    (rules.form_is_that_of_make_notebooks, change(FIGURE, id="by-hand")),
    (rules.hidden_cells_are_collapsed, open_collapsed),
    (rules.hidden_cells_are_collapsed, tag(STUB, "hide-input")),
    (rules.hidden_cells_are_collapsed, tag(FIGURE)),
    (rules.cell_ids_are_unique, repeat_an_id),
    (rules.file_is_small, say("x" * 2_000_000)),
    (rules.timing_cells_are_not_compared, tag(STUB, "timing", "nbval-check-output")),
    (rules.figures_are_png_with_a_text_alternative, change(FIGURE, outputs=[figure(alternative=" ")])),
    (rules.figures_are_png_with_a_text_alternative, change(FIGURE, outputs=[figure(alternative="a figure")])),
    (rules.figures_are_png_with_a_text_alternative, change(FIGURE, outputs=[figure("no picture")])),
    (
        rules.figures_are_png_with_a_text_alternative,
        change(FIGURE, outputs=[new_output("display_data", data={"image/svg+xml": "<svg/>"})]),
    ),
    (rules.figures_have_a_background, change(FIGURE, outputs=[figure(png(alpha=0))])),
    (rules.outputs_do_not_change_by_themselves, say("<Dense object at 0x7f2a11c0>")),
    (rules.outputs_do_not_change_by_themselves, say("313/313 - 1s - 4ms/step - loss: 0.5")),
    (rules.outputs_do_not_change_by_themselves, say("1.5 s per epoch")),
    (rules.nothing_names_a_folder_of_a_machine, say("saved in /home/ada/runs")),
    (rules.nothing_names_a_folder_of_a_machine, say("saved in C:\\Users\\ada")),
    (rules.nothing_names_a_folder_of_a_machine, replace(STUB, "...", '"/tmp/answer"')),
    (rules.code_is_of_today, replace(STUB, "...", "SGD(lr=0.1)")),
    (rules.code_is_of_today, replace(STUB, "...", "SGD(learning_rate=0.1, decay=0.1)")),
    (rules.code_is_of_today, replace(STUB, "...", "Dense(3, input_shape=(2,))")),
    (rules.code_is_of_today, replace(STUB, "answer = ...", "from IPython.display import clear_output")),
    (rules.code_is_of_today, replace(STUB, "answer = ...", "%matplotlib inline\ndisplay.clear_output(wait=True)")),
    (rules.no_line_ends_in_a_semicolon, replace(FIGURE, "show(figure)", "show(figure);\n")),
    (rules.links_lead_somewhere, replace(SECTION, "#Further-reading", "#further-reading")),
    (rules.links_lead_somewhere, replace(SECTION, "#Further-reading", "99_missing.ipynb")),
    (rules.links_lead_somewhere, replace(SECTION, "[the end](#Further-reading)", '<a href="missing.md">end</a>')),
    (rules.pictures_in_the_text_have_alternatives, replace(SECTION, "[the end]", "![]")),
    (rules.pictures_in_the_text_have_alternatives, replace(SECTION, "[the end]", '<img src="a.png"> [the end]')),
]


@pytest.mark.parametrize(("rule", "plant"), PLANTS, ids=lambda thing: getattr(thing, "__name__", ""))
def test_rule_sees_the_planted_fault(rule: Callable, plant: Callable) -> None:
    notebook = good_notebook()
    plant(notebook)
    assert rule(subject(notebook)) != []


def test_every_rule_is_shown_to_see_a_fault() -> None:
    assert {rule for rule, _ in PLANTS} == set(rules.RULES)


@pytest.mark.parametrize(
    ("rule", "plant"),
    [
        (
            rules.code_is_of_today,
            lambda notebook: (replace(STUB, "...", "SGD(lr=1)")(notebook), tag(STUB, "old-api")(notebook)),
        ),
        (rules.code_is_of_today, replace(STUB, "...", "AdamW(learning_rate=0.1, weight_decay=0.1)")),
        (rules.nothing_names_a_folder_of_a_machine, say("see https://example.org/home/ada and runs/tmp/model")),
        (rules.outputs_do_not_change_by_themselves, say("epoch 3 of 20: loss 0.5, 12 misses")),
        (rules.links_lead_somewhere, replace(SECTION, "(#Further-reading)", "(course.yml) `[a](b)` $[a](b)$")),
    ],
)
def test_rule_lets_the_harmless_pass(rule: Callable, plant: Callable) -> None:
    notebook = good_notebook()
    plant(notebook)
    assert rule(subject(notebook)) == []


def test_further_reading_may_share_a_cell() -> None:
    notebook = good_notebook()
    reading = notebook.cells.pop(READING)
    notebook.cells[REMEMBER].source = f"## What to remember\n\n- Samples are small.\n\n{reading.source}"
    assert rules.further_reading_has_years_and_links(subject(notebook)) == []


def test_link_to_a_heading_of_another_notebook_is_followed(tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Why `two`?")]), tmp_path / "02_other.ipynb")
    notebook = good_notebook()
    replace(SECTION, "#Further-reading", "02_other.ipynb#Why-two?")(notebook)
    assert rules.links_lead_somewhere(subject(notebook, tmp_path)) == []
    replace(SECTION, "#Why-two?", "#Why-three?")(notebook)
    assert len(rules.links_lead_somewhere(subject(notebook, tmp_path))) == 1


# Normalizing


def outputs_of(*outputs: NotebookNode, tags: tuple[str, ...] = ()) -> list[NotebookNode]:
    cell = new_code_cell("run()", execution_count=1, outputs=list(outputs), metadata={"tags": list(tags)})
    notebook = new_notebook(cells=[cell])
    normalize(notebook)
    return notebook.cells[0].outputs


def test_normalizing_twice_changes_nothing() -> None:
    notebook = good_notebook()
    once = dump(notebook)
    normalize(notebook)
    assert dump(notebook) == once


def test_normalizing_merges_streams_and_keeps_the_final_line_of_a_progress_bar() -> None:
    pieces = ["start\n 10 %", "\r 50 %", "\b\b\b\b\b\r100 %\n", "end\r\n"]
    assert outputs_of(*(new_output("stream", name="stdout", text=piece) for piece in pieces)) == [
        new_output("stream", name="stdout", text="start\n100 %\nend\n")
    ]


def test_normalizing_keeps_streams_on_both_sides_of_a_figure_apart() -> None:
    before, after = (new_output("stream", name="stdout", text=text) for text in ("before\n", "after\n"))
    assert [output.output_type for output in outputs_of(before, figure(), after)] == [
        "stream",
        "display_data",
        "stream",
    ]


def test_normalizing_takes_the_widget_view_out_where_a_picture_stays() -> None:
    shown = figure()
    shown.data[WIDGET_VIEW] = {"model_id": "1"}
    (kept,) = outputs_of(shown)
    assert set(kept.data) == {"image/png", "text/plain"}
    assert kept.metadata == {"image/png": {"alt": "validation loss is lowest at epoch 7"}}


def test_normalizing_keeps_of_a_traceback_what_is_no_library() -> None:
    frames = [
        "Cell In[1], line 1",
        "File \x1b[32m/home/ada/.venv/x.py:3\x1b[39m",
        "File ~/site-packages/k.py:1",
        "E: no",
    ]
    (error,) = outputs_of(new_output("error", ename="E", evalue="no", traceback=frames), tags=("raises-exception",))
    assert error.traceback == ["Cell In[1], line 1", "E: no"]


def test_normalizing_removes_the_collapse_with_the_tag() -> None:
    notebook = good_notebook()
    notebook.cells[FIGURE].metadata.tags = []
    normalize(notebook)
    assert not notebook.cells[FIGURE].metadata


def test_normalizing_removes_what_other_programs_leave() -> None:
    notebook = good_notebook()
    expected = dump(notebook)
    notebook.metadata.update({"widgets": {}, "jupytext": {}, "colab": {}, "language_info": {"version": "3.12"}})
    notebook.cells[STUB].metadata.update(
        {"execution": {"iopub.status.busy": "now"}, "executionInfo": {}, "scrolled": True}
    )
    notebook.cells.append(new_code_cell(" \n"))
    normalize(notebook)
    assert dump(notebook) == expected


def test_equal_cells_get_different_stable_ids() -> None:
    notebook = new_notebook(cells=[new_code_cell("x"), new_code_cell("x"), new_markdown_cell("x")])
    normalize(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == 3
    notebook.cells.insert(0, new_code_cell("y"))
    normalize(notebook)
    assert [cell.id for cell in notebook.cells][1:] == ids


def test_fault_names_cell_and_path() -> None:
    notebook = good_notebook()
    say("first\nsaved in /home/ada/runs\n")(notebook)
    assert faults(notebook) == ["cell 5 (show(figure)) shows a path of this machine: /home/ada/runs"]


# Making


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Return a function that writes a notebook of the given cells where `main` looks, and runs `main`."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "startup.py").write_text("def start():\n    print('Ready.')\n")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(maker, "NOTEBOOKS", folder)
    monkeypatch.setattr(maker, "read_syllabus", lambda: COURSE)
    path = folder / "01_sample.ipynb"

    def run(*cells: NotebookNode, options: tuple[str, ...] = ()) -> tuple[int, Path]:
        if cells:
            nbformat.write(new_notebook(cells=[new_markdown_cell("# Is this a sample?"), *cells]), path)
        return maker.main([*options]), path

    return run


@pytest.mark.long
def test_making_twice_changes_nothing_though_timings_differ(make: Callable, capsys: pytest.CaptureFixture) -> None:
    timing = new_code_cell("import time\n\ntime.perf_counter_ns()", metadata={"tags": ["timing"]})
    status, path = make(timing, new_code_cell("import os\n\n'PYTEST_CURRENT_TEST' in os.environ"))
    first = path.read_text(encoding="utf-8")
    assert (status, make()[0]) == (0, 0)
    assert path.read_text(encoding="utf-8") == first
    assert "01_sample … " in capsys.readouterr().out
    made = nbformat.read(path, as_version=4)
    assert [cell.execution_count for cell in made.cells if cell.cell_type == "code"] == [1, 2, 3]
    assert made.cells[1].outputs == [READY]
    assert COURSE.badge("01_sample") in made.cells[0].source

    assert make(options=("--retime",))[0] == 0
    assert path.read_text(encoding="utf-8") != first


@pytest.mark.long
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("print('a')\nraise ValueError('too\\nlarge')", "cell 3 (print('a')) fails: ValueError: large"),
        ("import warnings\n\nwarnings.warn('old')", "cell 3 (import warnings) writes to stderr: warnings.warn('old')"),
        ("import os, time\n_ = os.write(2, b'from C\\n')\ntime.sleep(1)", "writes to stderr: from C"),
        ("'/home/ada/runs'", "shows a path of this machine: /home/ada/runs"),
        ("print('x' * 2_000_000)", "bytes, and must stay under 1,200,000"),
        ("import os\n\nos._exit(1)", "cell 3 (import os) took the kernel with it"),
    ],
    ids=["failing", "warning", "C library", "path", "size", "dying"],
)
def test_making_refuses_a_notebook_and_leaves_the_file(
    make: Callable, capsys: pytest.CaptureFixture, source: str, sentence: str
) -> None:
    cells = [new_code_cell(source)]
    status, path = make(*cells)
    assert status == 1
    assert sentence in capsys.readouterr().err
    assert nbformat.read(path, as_version=4).cells[1:] == cells


def test_timing_cell_with_a_new_source_gets_a_new_output(tmp_path: Path) -> None:
    old = new_notebook(cells=[new_code_cell("1", metadata={"tags": ["timing"]}, outputs=[READY])])
    new = copy.deepcopy(old)
    new.cells[0].outputs = []
    changed = copy.deepcopy(new)
    changed.cells[0].source = "2"
    maker.keep_timings(new, new_notebook(), old)
    maker.keep_timings(changed, new_notebook(), old)
    assert new.cells[0].outputs == [READY]
    assert changed.cells[0].outputs == []


def test_committed_outputs_come_from_git(tmp_path: Path) -> None:
    path = tmp_path / "01_sample.ipynb"
    assert maker.committed(path).cells == []
    nbformat.write(good_notebook(), path)
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "-m", "A sample"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    path.unlink()
    assert maker.committed(path).cells == good_notebook().cells


def test_keeping_outputs_does_not_execute(make: Callable) -> None:
    status, path = make(new_code_cell("1 / 0", execution_count=2), options=("--keep-outputs",))
    assert status == 0
    assert nbformat.read(path, as_version=4).cells[-1].outputs == []


@pytest.mark.long
def test_notebooks_that_are_made_leave_the_progress_of_their_maker_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_PROGRESS", "mine")
    asked = new_notebook(cells=[new_code_cell("import os\nprint(os.environ['COURSE_PROGRESS'])")])
    path = maker.execute(asked, tmp_path).cells[0].outputs[0].text.strip()
    assert path != "mine"
    assert not Path(path).parent.exists()


@pytest.mark.long
def test_command_runs_as_the_makefile_calls_it() -> None:
    run = subprocess.run(
        [sys.executable, "tools/notebooks.py", "--help"], cwd=NOTEBOOKS.parent, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_unknown_notebook_is_named(make: Callable, capsys: pytest.CaptureFixture) -> None:
    assert maker.main(["99_missing"]) == 1
    assert "99_missing" in capsys.readouterr().err
