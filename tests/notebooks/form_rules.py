"""The form of a notebook, how it opens, asks and answers: each rule returns its faults, a sentence each.

They hold for every notebook, together with those of notebook_rules.py.
"""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path

from notebook_rules import Rule, Subject, final_check, link_targets
from reading_cost import calls, code_lines, parse_cell, printed_lines, solutions_start
from taught import given_names, read_names

from tools.concepts import Heading
from tools.normalize import PNG_SIGNATURE, output_text, png_bytes, tags

SETUP_LINES, VISIBLE_LINES, WHOLE_PROGRAM_LINES, SOLUTION_LINES = 10, 15, 45, 25
COLUMNS = 88
PRINTED_LINES = 8
CORE_MINUTES, DEEPER_SECTION_MINUTES = 90, 25
CODE_SHARE = {"core": 0.33, "deeper": 0.38}
FIGURES, EXERCISES = 5, 6
STILLS = range(2, 5)
WIDEST_RANGE = 1.5
"""How many times the lower end of a stated time the upper one may be: "100–130" says something, "60–200" does not."""

MINUTES_OFF, SHARE_OFF = 3, 0.3
"""How far the minutes of a heading may lie from the measured ones: the larger of so many, and of this share."""

FRAME = ("What to remember", "Further reading", "Solutions")
"""Sections that teach nothing new, in the order in which they end a notebook."""

CORE_CONCEPTS = {
    "00_start_here": "S1 S2 S3",
    "01_architecture": "A1 A2 A3 A4 A5 A6 A7 A8 A10",
    "02_losses": "L1 L2 L3 L4 L5 L6 L7 L9 L11",
    "03_backprop": "B1 B2 B3 B4 B5 B7 B8 B9",
    "04_activations": "C1 C2 C3 C4 C5 C7",
    "05_initialization": "I1 I2 I3 I4 I5 I6",
    "06_optimizers": "O1 O2 O3 O4 O5 O6 O12",
    "07_training": "T1 T2 T3 T4 T5 T6 T7 T8 T9 T10",
    "08_regularization": "R1 R2 R4 R5 R6 R8 R10",
    "09_tuning": "U1 U2 U3 U4 U6 U10",
}
"""What every student takes home, by core notebook. The rest may stand where there is room."""

LOOKS_AT_THE_TEST_SET = ("07_training", "09_tuning")
"""Notebooks whose last section of content unpacks the test images, once."""

LOADERS = ("load_fashion_mnist", "load_data")
FINAL = "final"
"""The function of a program that may unpack the test images."""

_E_NOTATION = re.compile(r"(?<![\w.#])\d+(?:\.\d+)?[eE][+-−]?\d+(?!\w)")
_MINUTES = re.compile(r" \((\d+) min\)$")
_EXERCISE = re.compile(r"Exercise (\d+): (.+)")
_SOLUTION = re.compile(r"Solution (\d+): (.+)")


def is_core(subject: Subject) -> bool:
    """Whether the notebook is a lecture: a core one, not one of the pages around the course (00)."""
    return subject.entry.part == "core" and subject.entry.number != "00"


def is_lecture(subject: Subject) -> bool:
    """Whether the notebook teaches, core or deeper."""
    return subject.entry.number != "00"


def is_page(subject: Subject) -> bool:
    """Whether students look things up in the notebook: it has no code, and no time is stated."""
    return subject.entry.part == "page"


def _sections(subject: Subject) -> list[Heading]:
    return [heading for heading in subject.headings if heading.level == 2]


def _content(subject: Subject) -> list[Heading]:
    """The sections that teach, the questions at the beginning included."""
    return [heading for heading in _sections(subject) if heading.text not in FRAME]


def _section_of(subject: Subject, index: int) -> str:
    """The title of the section in which the cell at `index` stands."""
    return next((heading.text for heading in reversed(_sections(subject)) if heading.cell <= index), "")


def _has_picture(cell: dict) -> bool:
    return any(png_bytes(output).startswith(PNG_SIGNATURE) for output in cell.get("outputs", []))


# The first screen


def first_screen_has_question_setup_and_figure(subject: Subject) -> list[str]:
    if not is_lecture(subject):
        return []
    cells = subject.notebook.cells
    if len(cells) < 3 or cells[0].cell_type != "markdown" or "setup" not in tags(cells[1]):
        return ["the first cell must hold title and two sentences, the second one the set-up"]
    faults = []
    text = cells[0].source.replace(subject.course.badge(subject.path.stem), "")
    sentences = re.findall(r"[.?!…](?=\s|$)", re.sub(r"(?m)^#.*$", "", text))
    if not 1 <= len(sentences) <= 2:
        faults.append(f"one or two sentences must stand below the title, not {len(sentences)}")
    if not _has_picture(cells[2]):
        faults.append(f"{subject.name(2)} must show the first figure, for it follows the set-up cell")
    return faults


def setup_cell_is_short(subject: Subject) -> list[str]:
    return [
        f"the set-up cell has {code_lines(cell.source)} lines, and at most {SETUP_LINES} are allowed"
        for _, cell in subject.cells("code", "setup")
        if code_lines(cell.source) > SETUP_LINES
    ]


def opening_says_what_to_expect_below_the_figure(subject: Subject) -> list[str]:
    if is_page(subject):
        return []
    end = next((heading.cell for heading in _sections(subject)), len(subject.notebook.cells))
    start = 3 if is_lecture(subject) else 0
    opening = "\n".join(cell.source for index, cell in subject.cells("markdown") if start <= index < end)
    top = "\n".join(cell.source for index, cell in subject.cells("markdown") if index < end)
    minutes, badge = f"{subject.entry.minutes} minutes", subject.course.badge(subject.path.stem)
    wanted = {
        "what you will be able to do": re.search(r"you (?:will|can then) be able to", opening, re.I),
        f'how long it takes ("{minutes}", as course.yml has it)': re.search(rf"(?<![\d–]){minutes}\b", opening),
        "what you need": re.search(r"you need", opening, re.I),
        f"the Colab button {badge}": badge in top,
    }
    where = "between the first figure and the first section" if start else "before the first section"
    return [f"{where} the notebook must say {what}" for what, there in wanted.items() if not there]


def three_questions_look_back(subject: Subject) -> list[str]:
    if not is_lecture(subject):
        return []
    first = next(iter(_sections(subject)), None)
    if first is None or not first.text.startswith("Three questions"):
        return ['the first section must be "## Three questions from earlier notebooks (… min)"']
    asked = sum(
        len(list(calls(cell.source, "quiz")))
        for index, cell in subject.cells("code")
        if _section_of(subject, index) == first.text
    )
    return [] if asked == 3 else [f'"{first.text}" must ask three questions, not {asked}']


# Time


def time_is_a_range_around_the_measured_one(subject: Subject) -> list[str]:
    if is_page(subject):
        return []
    found = re.fullmatch(r"(\d+)–(\d+)", str(subject.entry.minutes))
    measured = subject.cost.minutes
    if not found:
        return [f'course.yml must give a range such as "100–130" minutes; {measured:.0f} are measured']
    least, most = int(found[1]), int(found[2])
    faults = []
    if not least <= measured <= most:
        faults.append(f"{least}–{most} minutes are stated, but {measured:.0f} measured, exercises included")
    if most > WIDEST_RANGE * least:
        faults.append(f"{least}–{most} minutes is so wide a range that it says nothing")
    return faults


def headings_carry_the_measured_minutes(subject: Subject) -> list[str]:
    if is_page(subject):
        return []
    faults, measured = [], subject.cost.sections
    for heading in _content(subject):
        stated = _MINUTES.search(heading.text)
        minutes = measured.get(heading.text, 0.0)
        if not stated:
            faults.append(f'"## {heading.text}" must end in its minutes, such as "({max(1, round(minutes))} min)"')
        elif abs(int(stated[1]) - minutes) > max(MINUTES_OFF, SHARE_OFF * minutes):
            faults.append(f'"## {heading.text}" says {stated[1]} minutes, but {minutes:.0f} are measured')
    return faults


def core_is_one_lecture(subject: Subject) -> list[str]:
    reading = subject.cost.reading
    if subject.entry.part == "core" and reading > CORE_MINUTES:
        return [f"reading takes {reading:.0f} minutes, and a core notebook may take {CORE_MINUTES}"]
    return []


def deeper_sections_are_short(subject: Subject) -> list[str]:
    if subject.entry.part != "deeper":
        return []
    return [
        f'"## {title}" takes {minutes:.0f} minutes, and a section that goes deeper may take {DEEPER_SECTION_MINUTES}'
        for title, minutes in subject.cost.sections.items()
        if minutes > DEEPER_SECTION_MINUTES
    ]


def deeper_sections_stand_alone(subject: Subject) -> list[str]:
    """Who follows a link into a deeper notebook runs what stands above its first section, and that section."""
    if subject.entry.part != "deeper":
        return []
    code: dict[str, list[ast.Module]] = {}
    for index, cell in subject.cells("code"):
        code.setdefault(_section_of(subject, index), []).append(parse_cell(cell.source))
    content = [heading.text for heading in _content(subject)]
    known = set(dir(builtins)) | {"display", "get_ipython"}
    for above in ("", *content[:1]):
        known |= given_names(*code.get(above, []))
    faults = []
    for title in content[1:]:
        section = code.get(title, [])
        if foreign := sorted(read_names(*section) - given_names(*section) - known):
            faults.append(f'"## {title}" needs what only other sections define: {", ".join(foreign)}')
    return faults


# Sections, exercises, solutions


def last_sections_come_in_order(subject: Subject) -> list[str]:
    there = [heading.text for heading in _sections(subject)]
    present = [text for text in FRAME if text in there]
    faults = []
    if present and there[-len(present) :] != present:
        faults.append(f"the last sections must be {', '.join(present)}, in this order")
    if is_core(subject):
        faults += [f'there must be a section "## {text}"' for text in FRAME if text not in there]
    if not _content(subject):
        faults.append('there must be a section ("## …") that teaches something')
    return faults


def solutions_stand_in_the_last_section(subject: Subject) -> list[str]:
    start = solutions_start(subject.notebook)
    asked = _exercise_cells(subject, start)
    faults = [
        f"{subject.name(index)} is a solution above the last section"
        for index, _ in subject.cells("code", "solution")
        if index < start
    ]
    if start == len(subject.notebook.cells):
        if asked or faults:
            faults.append('the last section must be "## Solutions", begin a cell, and hold no code but solutions')
        return faults
    given = {}
    for heading in [heading for heading in subject.headings if heading.level > 2 and heading.cell >= start]:
        name = subject.name(heading.cell)
        found = _SOLUTION.fullmatch(heading.text) if heading.level == 3 else None
        if not found:
            faults.append(f'{name}: the headings of the last section must read "### Solution 3: …"')
            continue
        given[int(found[1])] = found[2]
        above = subject.notebook.cells[heading.cell].source.splitlines()[: heading.line]
        if f'<a id="solution-{found[1]}"></a>' not in [line.strip() for line in above]:
            faults.append(f'{name}: above the heading must stand <a id="solution-{found[1]}"></a>')
    solved = [final_check(cell.source) for index, cell in subject.cells("code", "solution") if index >= start]
    if len(solved) != len(given):
        faults.append(f"there are {len(given)} headings of solutions, but {len(solved)} cells with one")
    exercises = _exercise_headings(subject, start)
    if list(given.items()) != list(exercises.items()):
        faults.append(f"the exercises are {exercises}, but the solutions {given}: numbers and titles must be the same")
    ids = list(dict.fromkeys(asked.values()))
    if [check.exercise if check else None for check in solved] != ids:
        faults.append(f"there must be one solution each, in order, for {', '.join(ids)}")
    return faults


def exercises_are_numbered_and_lead_to_their_solutions(subject: Subject) -> list[str]:
    start = solutions_start(subject.notebook)
    exercises = _exercise_headings(subject, start)
    faults = []
    if list(exercises) != list(range(1, len(exercises) + 1)):
        faults.append(f"exercises must be numbered 1, 2, 3 …, but their numbers are {', '.join(map(str, exercises))}")
    for heading in subject.headings:
        found = _EXERCISE.fullmatch(heading.text)
        if found and heading.cell < start and f"](#solution-{found[1]})" not in subject.section(heading):
            faults.append(f'"{heading.text}" must have a link to #solution-{found[1]}')
        if not found and re.match(r"exercise\b", heading.text, re.I):
            faults.append(f'"{heading.text}" must read "### Exercise 3: …"')
    ids = dict.fromkeys(_exercise_cells(subject, start).values())
    if len(exercises) != len(ids):
        faults.append(f'there are {len(exercises)} headings "### Exercise 3: …", but {len(ids)} exercises')
    return faults


def stubs_ask_and_solutions_answer(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("code"):
        said = "\n".join(output_text(output) for output in cell.outputs)
        check = final_check(cell.source)
        if "solution" in tags(cell):
            if check is None or check.recorded:
                faults.append(f'{subject.name(index)} is a solution: it must end in check("…", …, record=False)')
            if "✔" not in said:
                faults.append(f"{subject.name(index)} is a solution, but check does not say ✔")
        elif any(calls(cell.source, "check")):
            if check is None or not check.recorded:
                faults.append(f'{subject.name(index)} is a stub: it must end in check("…", …)')
            if "✔" in said:
                faults.append(f"{subject.name(index)} is a stub, but holds the right answer")
    return faults


def _exercise_headings(subject: Subject, end: int) -> dict[int, str]:
    """Number → title of the exercises above the cell `end`."""
    found = [_EXERCISE.fullmatch(h.text) for h in subject.headings if h.level == 3 and h.cell < end]
    return {int(match[1]): match[2] for match in found if match}


def _exercise_cells(subject: Subject, end: int) -> dict[int, str]:
    """Index → id of the cells above `end` that ask for an answer."""
    cells = [(i, final_check(cell.source)) for i, cell in subject.cells("code") if i < end]
    return {i: check.exercise for i, check in cells if check and "solution" not in tags(subject.notebook.cells[i])}


def core_has_enough_to_see_and_to_do(subject: Subject) -> list[str]:
    if not is_core(subject):
        return []
    cost = subject.cost
    figures, faults = cost.figures + cost.moving_figures, []
    if figures < FIGURES:
        faults.append(f"there are {figures} figures, and at least {FIGURES} must be")
    if len(cost.exercises) < EXERCISES:
        faults.append(f"there are {len(cost.exercises)} exercises, and at least {EXERCISES} must be")
    return faults


# Code and what it prints


def code_is_narrow(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("code"):
        for line in cell.source.splitlines():
            if len(line) > COLUMNS:
                faults.append(f"{subject.name(index)} has a line of {len(line)} columns: {line.strip()[:40]}…")
    return faults


def code_cells_teach_in_few_lines(subject: Subject) -> list[str]:
    faults = []
    whole = [index for index, _ in subject.cells("code", "whole-program")]
    faults += [f"{subject.name(index)} is a second whole program" for index in whole[1:]]
    for index, cell in subject.cells("code"):
        limit = VISIBLE_LINES
        if "hide-input" in tags(cell):
            faults.append(f"{subject.name(index)} is hidden: what draws belongs into helpers/figures")
        if "setup" in tags(cell):
            continue
        if "solution" in tags(cell):
            limit = SOLUTION_LINES
        elif "whole-program" in tags(cell):
            limit = WHOLE_PROGRAM_LINES
        if (lines := code_lines(cell.source)) > limit:
            faults.append(f"{subject.name(index)} has {lines} lines, and at most {limit} are allowed")
    return faults


def code_parses(subject: Subject) -> list[str]:
    """Cells, and what stands between ```python fences in the text."""
    faults = []
    for index, cell in subject.cells("code"):
        if cell.source.strip() and not parse_cell(cell.source).body and "raises-exception" not in tags(cell):
            faults.append(f"{subject.name(index)} holds no Python code")
    for index, cell in subject.cells("markdown"):
        for block in re.findall(r"^```python\s*\n(.*?)^```", cell.source, re.MULTILINE | re.DOTALL):
            if not parse_cell(block).body:
                faults.append(f"{subject.name(index)} shows code that is not Python: {block.strip()[:40]}…")
    return faults


def code_takes_little_of_the_page(subject: Subject) -> list[str]:
    if not is_lecture(subject):
        return []
    share, limit = subject.cost.code_share, CODE_SHARE[subject.entry.part]
    if share > limit:
        return [f"code takes {share:.0%} of the page, and may take {limit:.0%} of a {subject.entry.part} notebook"]
    return []


def printed_output_is_short(subject: Subject) -> list[str]:
    faults = []
    for index, _, output in subject.outputs():
        lines = printed_lines(output)
        if len(lines) > PRINTED_LINES:
            faults.append(f"{subject.name(index)} prints {len(lines)} lines, and at most {PRINTED_LINES} are allowed")
        widest = max(map(len, lines), default=0)
        if widest > COLUMNS:
            faults.append(f"{subject.name(index)} prints a line of {widest} columns, {COLUMNS} are allowed")
    return faults


def numbers_are_written_out(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("markdown"):
        prose = re.sub(r"^```.*?^```|`[^`\n]*`|(?<=\])\([^()]*\)", " ", cell.source, flags=re.MULTILINE | re.DOTALL)
        if found := _E_NOTATION.search(prose):
            faults.append(f"{subject.name(index)} writes {found.group()}: write 3 · 10⁻⁶, or about 0")
    for index, _, output in subject.outputs():
        text = output_text(output)
        if "text/html" in output.get("data", {}):
            text = re.sub(r"<style\b.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
        if output.output_type != "error" and (found := _E_NOTATION.search(text)):
            faults.append(f"{subject.name(index)} shows {found.group()}: write 3 · 10⁻⁶, or about 0")
    return faults


def moving_figures_show_states(subject: Subject) -> list[str]:
    faults = []
    for index, cell in subject.cells("code"):
        for call in calls(cell.source, "explore"):
            given = next((keyword.value for keyword in call.keywords if keyword.arg == "stills"), None)
            shown = given.elts if isinstance(given, ast.List | ast.Tuple) else []
            if any(not isinstance(item, ast.Call) or ast.unparse(item.func) != "still" for item in shown):
                faults.append(f'{subject.name(index)} must describe its stills by still("…", …)')
            different = {
                ast.dump(ast.Call(item.func, [], item.keywords)) for item in shown if isinstance(item, ast.Call)
            }
            if len(different) not in STILLS or len(shown) not in STILLS:
                faults.append(
                    f"{subject.name(index)} moves: it needs stills=[still(…), …] of {STILLS[0]} to {STILLS[-1]} "
                    f"different states, and has {len(different)}"
                )
    return faults


# Concepts, core and deeper


def core_teaches_what_every_student_needs(subject: Subject) -> list[str]:
    wanted = CORE_CONCEPTS.get(subject.path.stem, "").split()
    return [
        f"{concept} belongs to the core, and to {subject.path.stem}"
        for concept in wanted
        if concept not in subject.entry.concepts
    ]


def core_and_deeper_link_to_each_other(subject: Subject) -> list[str]:
    name = subject.path.stem
    others = [f"{name}_deeper", name.removesuffix("_deeper")]
    targets = {
        target.partition("#")[0] for _, cell in subject.cells("markdown") for target in link_targets(cell.source)
    }
    return [
        f"there must be a link to {other}.ipynb"
        for other in others
        if other != name and other in subject.course.by_name and f"{other}.ipynb" not in targets
    ]


# The test set


def images_for_testing_are_looked_at_once(subject: Subject) -> list[str]:
    places = [
        (index, line) for index, cell in subject.cells("code") for line in unpacked_test_sets(parse_cell(cell.source))
    ]
    last = next((h.text for h in reversed(_content(subject))), "")
    allowed = subject.path.stem in LOOKS_AT_THE_TEST_SET
    outside = [(index, line) for index, line in places if not allowed or _section_of(subject, index) != last]
    faults = [f"{subject.name(index)} unpacks the test images ({line}): write (x, y), _ = …" for index, line in outside]
    if len(places) - len(outside) > 1:
        faults.append(f'"{last}" unpacks the test images more than once')
    return faults


def unpacked_test_sets(tree: ast.AST) -> list[str]:
    """Return the lines of code in `tree` that load images and do more with them than `(x, y), _ = load_…()`."""
    harmless, found = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple):
            second = node.targets[0].elts[1] if len(node.targets[0].elts) == 2 else None
            if isinstance(second, ast.Name) and second.id == "_":
                harmless.add(node.value)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
            harmless.add(node.value)
    loads = [node for node in ast.walk(tree) if _loads(node)]
    found += [ast.unparse(node) for node in loads if node not in harmless]
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.name in LOADERS and node.asname:
            found.append(f"import {node.name} as {node.asname}")
        if loads and isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Load):
            found.append("_ is read")
    return found


def _loads(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in LOADERS


def looks_of_program(path: Path) -> list[str]:
    """Faults of a program: it unpacks the test images outside its function `final`, or more than once in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    finals = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == FINAL]
    inside = [line for node in finals for line in unpacked_test_sets(node)]
    rest = ast.Module([node for node in tree.body if node not in finals], [])
    faults = [f"{path.name} unpacks the test images outside of {FINAL}() ({line})" for line in unpacked_test_sets(rest)]
    return faults + ([f"{path.name} unpacks the test images {len(inside)} times"] if len(inside) > 1 else [])


RULES: tuple[Rule, ...] = (
    first_screen_has_question_setup_and_figure,
    setup_cell_is_short,
    opening_says_what_to_expect_below_the_figure,
    three_questions_look_back,
    time_is_a_range_around_the_measured_one,
    headings_carry_the_measured_minutes,
    core_is_one_lecture,
    deeper_sections_are_short,
    deeper_sections_stand_alone,
    last_sections_come_in_order,
    solutions_stand_in_the_last_section,
    exercises_are_numbered_and_lead_to_their_solutions,
    stubs_ask_and_solutions_answer,
    core_has_enough_to_see_and_to_do,
    code_is_narrow,
    code_cells_teach_in_few_lines,
    code_parses,
    code_takes_little_of_the_page,
    printed_output_is_short,
    numbers_are_written_out,
    moving_figures_show_states,
    core_teaches_what_every_student_needs,
    core_and_deeper_link_to_each_other,
    images_for_testing_are_looked_at_once,
)
