"""The syllabus is whole, the notebooks teach what it lists, and what is stamped from it is in step."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.start import Course, Entry, SyllabusError, read_syllabus
from tools import concepts, reference
from tools import course as stamping
from tools.concepts import NOTEBOOKS
from tools.course import ROOT, TABLE_END, TABLE_START
from tools.setup_cell import setup_cell

COUNTS = {"S": 6, "A": 13, "L": 12, "B": 11, "C": 8, "I": 10, "O": 14, "T": 16, "R": 10, "U": 10}
SMALL: dict[str, Any] = {
    "repository": "someone/course",
    "release": "v1.5",
    "notebooks": [
        {
            "name": "01_one",
            "title": "One: why one?",
            "minutes": 10,
            "prerequisites": [],
            "concepts": {"A1": "x"},
        },
        {"name": "02_two", "title": "Two", "minutes": 5, "prerequisites": ["01_one"], "concepts": {}},
    ],
}

DEEPER = {
    "name": "01_one_deeper",
    "title": "One, in depth",
    "minutes": "30–50",
    "prerequisites": ["01_one"],
    "concepts": {"A1": "x", "A2": "y"},
}


# The real syllabus


def test_syllabus_lists_every_concept_and_in_order() -> None:
    """None is lost; who adds one counts on."""
    entries = read_syllabus().notebooks
    listed = {concept for entry in entries for concept in entry.concepts}
    numbers = {letter: sorted(int(id[1:]) for id in listed if id[0] == letter) for letter in {id[0] for id in listed}}
    assert all(there == list(range(1, len(there) + 1)) for there in numbers.values())
    assert all(len(numbers.get(letter, ())) >= count for letter, count in COUNTS.items())
    for entry in entries:
        assert list(entry.concepts) == sorted(
            entry.concepts, key=lambda id: ([*COUNTS, id[0]].index(id[0]), int(id[1:]))
        )


def test_syllabus_counts_the_notebooks_on_with_questions_as_titles() -> None:
    entries = read_syllabus().notebooks
    cores = [entry.number for entry in entries if entry.part == "core"]
    assert cores == [f"{number:02}" for number in range(max(10, len(cores)))]
    assert all(entry.title.endswith("?") for entry in entries if entry.part == "core" and entry.number != "00")


def test_every_notebook_file_is_in_the_syllabus() -> None:
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} <= set(read_syllabus().by_name)


def test_index_leads_to_every_concept_of_the_notebooks_that_are_there() -> None:
    course = read_syllabus()
    there = [entry for entry in course.notebooks if (NOTEBOOKS / f"{entry.name}.ipynb").exists()]
    wanted = [concept for entry in there for concept in entry.concepts]
    assert [taught.concept for taught in concepts.concept_index(course)] == wanted


def test_readme_is_stamped() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert stamping.stamp_readme(text, read_syllabus()) == text, "run make stamp"


def test_nothing_leads_to_a_repository_that_the_owner_has_not_named() -> None:
    """Whoever registers a name that stands here would run code in every student's Colab."""
    slug = read_syllabus().repository
    code = [path for pattern in ("helpers/**/*.py", "tools/*.py", "Makefile", "*.toml") for path in ROOT.glob(pattern)]
    pages = [ROOT / "README.md", *NOTEBOOKS.glob("*.ipynb")]
    ours = re.compile(
        r"colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)|git clone [^\n]*github\.com/([\w.-]+/[\w.-]+)"
    )
    for path in [*code, *pages]:
        text = path.read_text(encoding="utf-8")
        named = {name for match in ours.finditer(text) for name in match.groups() if name}
        assert named <= ({slug} - {""} if path in pages else set()), path.name


# Reading course.yml


def load(tmp_path: Path, raw: object) -> Course:
    path = tmp_path / "course.yml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return read_syllabus(path)


def test_syllabus_is_read_as_written(tmp_path: Path) -> None:
    course = load(tmp_path, SMALL)
    assert (course.repository, course.release) == ("someone/course", "v1.5")
    assert course.by_name["02_two"] == Entry("02_two", "Two", 5, ("01_one",), {})


def set_in(index: int, **values: object) -> Callable[[dict[str, Any]], None]:
    return lambda raw: raw["notebooks"][index].update(values)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda raw: raw.pop("repository"), "keys repository, release and notebooks"),
        (lambda raw: raw.update(repository="course"), 'read "owner/name" or be empty, but is "course"'),
        (lambda raw: raw.update(repository="someone/course; rm -r x"), "owner/name"),
        (lambda raw: raw.update(repository="--upload-pack=x/y"), "owner/name"),
        (lambda raw: raw.update(release=""), 'such as "v2.0", but is ""'),
        (lambda raw: raw.update(release="-x"), "name of a Git tag"),
        (lambda raw: raw.update(notebooks="none"), "notebooks must be a list"),
        (lambda raw: raw["notebooks"].append("03_three"), "notebook 03_three must have the keys"),
        (lambda raw: raw["notebooks"][0].pop("minutes"), "notebook 01_one must have the keys"),
        (set_in(0, minutes="ten"), "minutes of notebook 01_one must be a whole number or a range such as"),
        (set_in(0, minutes=True), 'such as "100–130", but is True'),
        (set_in(0, minutes=-1), "but is -1"),
        (set_in(0, minutes="130–100"), "but is '130–100'"),
        (set_in(0, minutes="100-130"), "but is '100-130'"),
        (set_in(0, part="deeper"), "notebook 01_one must have the keys"),
        (set_in(0, title=1), "title of notebook 01_one must be of type str, but is 1"),
        (set_in(0, name="one"), 'one is "one"'),
        (set_in(1, name="01_one", prerequisites=[]), "01_one is listed twice"),
        (set_in(0, prerequisites=["02_two"]), "01_one builds on 02_two, which does not stand before it"),
        (set_in(1, concepts={"A1": "x"}), "02_two lists A1, which 01_one teaches"),
        (set_in(1, concepts={"first": "x"}), 'one is "first: x"'),
        (set_in(1, name="02_two_deeper"), "02_two_deeper must build on its core, 02_two"),
        (
            set_in(1, name="01_one_deeper", concepts={"A1": "y"}),
            "A1 must have the same title in 01_one and 01_one_deeper",
        ),
        (
            lambda raw: raw["notebooks"].extend(
                [DEEPER, {**DEEPER, "name": "03_x", "prerequisites": ["01_one_deeper"]}]
            ),
            "03_x builds on 01_one_deeper, but students may leave out what goes deeper",
        ),
    ],
)
def test_spoilt_syllabus_is_refused_in_one_sentence(tmp_path: Path, spoil: Callable, sentence: str) -> None:
    raw = copy.deepcopy(SMALL)
    spoil(raw)
    with pytest.raises(SyllabusError, match=re.escape(sentence)):
        load(tmp_path, raw)


@pytest.fixture
def two_parts(tmp_path: Path) -> Course:
    """A syllabus with a core and its deeper notebook, which go on with one concept; `tmp_path` has both files."""
    first, second = copy.deepcopy(SMALL["notebooks"])
    for name, title in (("01_one", "## Core"), ("01_one_deeper", "## Deeper")):
        nbformat.write(notebook(title, tags=("A1",)), tmp_path / f"{name}.ipynb")
    return load(tmp_path, {**SMALL, "notebooks": [first, DEEPER, second]})


def test_deeper_notebook_shares_number_and_concepts_with_its_core(two_parts: Course) -> None:
    core, deeper, other = two_parts.notebooks
    assert [entry.part for entry in two_parts.notebooks] == ["core", "deeper", "core"]
    assert (core.number, deeper.number) == ("01", "01")
    assert two_parts.numbers(deeper) == ["01"]
    assert "A1" in core.concepts
    assert "A1" in deeper.concepts
    assert other.name == "02_two"


def test_deeper_notebook_has_a_row_below_its_core(two_parts: Course, tmp_path: Path) -> None:
    link = f"{tmp_path.name}/01_one_deeper.ipynb"
    row = f"|  | [One, in depth]({link}) | 30–50 min | 01 | {two_parts.badge('01_one_deeper')} |"
    assert stamping.table(two_parts, tmp_path).splitlines()[3] == row


def test_page_has_no_number_and_no_time_and_is_neither_core_nor_deeper(tmp_path: Path) -> None:
    page = {"name": "01_words", "title": "Words", "minutes": 0, "prerequisites": [], "concepts": {}}
    course = load(tmp_path, {**SMALL, "notebooks": [*SMALL["notebooks"], page]})
    assert course.by_name["01_words"].part == "page"
    assert stamping.table(course, tmp_path).splitlines()[-1] == "|  | Words |  |  |  |"


def test_index_leads_to_the_core_and_each_notebook_to_its_own_heading(two_parts: Course, tmp_path: Path) -> None:
    taught = concepts.concept_index(two_parts, tmp_path)
    assert [(place.notebook, place.link) for place in taught] == [
        ("01_one", "01_one.ipynb#Core"),
        ("01_one_deeper", "01_one_deeper.ipynb#Deeper"),
    ]
    page = reference.concept_pages(two_parts, taught, tmp_path)
    assert "A1 [x](01_one_deeper.ipynb#cell-id=" in page
    for link, file in (('[x]( "A1")', "01_one.ipynb"), ('[x](old#y "A1 deeper: z")', "01_one_deeper.ipynb")):
        assert f"]({file}#cell-id=" in reference.link_concepts(link, two_parts, taught)


# Headings and the index


def notebook(*sources: str, tags: tuple[str, ...] = ()) -> NotebookNode:
    return new_notebook(cells=[new_markdown_cell(source, metadata={"tags": list(tags)}) for source in sources])


def test_headings_in_code_are_no_headings() -> None:
    found = concepts.headings(notebook("# Why?\n\n```\n# a comment\n```\n\n### Then", "text"))
    assert [(heading.level, heading.text, heading.cell) for heading in found] == [(1, "Why?", 0), (3, "Then", 0)]


@pytest.mark.parametrize(
    ("source", "anchor"),
    [
        ("## Early stopping", "Early-stopping"),
        ("## Exercise: `fit`, *then* **wait**", "Exercise:-fit,-then-wait"),
        ("## See [Adam](https://example.org) ##", "See-Adam"),
        ("## Größe η", "Größe-η"),
        ("## From `x_train` to `y_train`", "From-x_train-to-y_train"),
    ],
)
def test_anchor_is_the_one_that_jupyter_makes(source: str, anchor: str) -> None:
    assert concepts.headings(notebook(source))[0].anchor == anchor


def test_index_links_a_concept_to_the_first_heading_that_teaches_it(tmp_path: Path) -> None:
    course = load(tmp_path, SMALL)
    assert concepts.concept_index(course, tmp_path) == []
    nbformat.write(notebook("## The first", "## The second", tags=("A1",)), tmp_path / "01_one.ipynb")
    (taught,) = concepts.concept_index(course, tmp_path)
    assert (taught.concept, taught.title, taught.link) == ("A1", "x", "01_one.ipynb#The-first")


# Stamping


def test_table_links_only_what_is_there(tmp_path: Path) -> None:
    course = load(tmp_path, SMALL)
    nbformat.write(notebook("# Why one?"), tmp_path / "01_one.ipynb")
    assert stamping.table(course, tmp_path).splitlines()[2:] == [
        f"| 01 | [One: why one?]({tmp_path.name}/01_one.ipynb) | 10 min |  | {course.badge('01_one')} |",
        "| 02 | Two | 5 min | 01 |  |",
    ]
    assert "/blob/v1.5/" in course.badge("01_one")


def test_without_a_repository_there_are_no_buttons(tmp_path: Path) -> None:
    course = load(tmp_path, {**SMALL, "repository": ""})
    nbformat.write(notebook("# Why one?"), tmp_path / "01_one.ipynb")
    assert stamping.table(course, tmp_path).splitlines() == [
        "| | Notebook | Time | Builds on |",
        "|---|---|---|---|",
        f"| 01 | [One: why one?]({tmp_path.name}/01_one.ipynb) | 10 min |  |",
        "| 02 | Two | 5 min | 01 |",
    ]


def test_readme_gets_table_and_clone_lines_and_nothing_else(tmp_path: Path) -> None:
    named, unnamed = load(tmp_path, SMALL), load(tmp_path, {**SMALL, "repository": ""})
    before = (
        "```bash\ngit clone --depth=1 https://github.com/old/name.x\ncd name.x\nmake lab\n```\n"
        f"{TABLE_START}\nold table\n{TABLE_END}\nhttps://github.com/zalandoresearch/fashion-mnist\n"
    )
    for course, lines in (
        (named, "git clone --depth=1 https://github.com/someone/course\ncd course"),
        (unnamed, "git clone --depth=1 ADDRESS-OF-THIS-REPOSITORY inside-neural-networks\ncd inside-neural-networks"),
        (named, "git clone --depth=1 https://github.com/someone/course\ncd course"),
    ):
        stamped = stamping.stamp_readme(before, course, tmp_path)
        assert stamped == (
            f"```bash\n{lines}\nmake lab\n```\n"
            f"{TABLE_START}\n\n{stamping.table(course, tmp_path)}\n\n{TABLE_END}\n"
            "https://github.com/zalandoresearch/fashion-mnist\n"
        )
        assert stamping.stamp_readme(stamped, course, tmp_path) == stamped
        before = stamped


@pytest.mark.parametrize("text", ["", TABLE_START, f"{TABLE_END} {TABLE_START}"])
def test_readme_without_markers_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SyllabusError, match="must hold"):
        stamping.stamp_readme(text, load(tmp_path, SMALL), tmp_path)


def test_stamping_inserts_setup_cell_and_badge_once(tmp_path: Path) -> None:
    course = load(tmp_path, SMALL)
    stamped = new_notebook(
        cells=[new_markdown_cell("# Why?"), new_markdown_cell("You need nothing."), new_code_cell("1")]
    )
    for _ in range(2):
        stamping.stamp_notebook(stamped, "01_one", course)
    assert [cell.source for cell in stamped.cells] == [
        "# Why?",
        f"You need nothing.\n\n{course.badge('01_one')}",
        setup_cell(course),
        "1",
    ]


def test_button_goes_where_the_times_stand_and_leaves_with_the_name(tmp_path: Path) -> None:
    """That is below the first figure, and so below the set-up cell."""
    course = load(tmp_path, SMALL)
    nameless = Course("", course.notebooks)
    texts = ["# Why?\n\nA question.", "**Time:** 10 minutes.", "## First (2 min)"]
    top, times, section = map(new_markdown_cell, texts)
    made = new_notebook(
        cells=[top, new_code_cell("1", metadata={"tags": ["setup"]}), new_code_cell("2"), times, section]
    )
    for stamped, badge in (
        (course, f"\n\n{course.badge('01_one')}"),
        (nameless, ""),
        (course, f"\n\n{course.badge('01_one')}"),
    ):
        stamping.stamp_notebook(made, "01_one", stamped)
        assert [cell.source for cell in (top, times, section)] == [texts[0], texts[1] + badge, texts[2]]
        assert made.cells[1].source == setup_cell(stamped)


def test_make_stamp_renames_the_course_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork changes course.yml, and one command carries the name into README, badges and setup cells."""
    course = load(tmp_path, SMALL)
    path, readme = tmp_path / "01_one.ipynb", tmp_path / "README.md"
    nbformat.write(notebook("# Why one?"), path)
    readme.write_text(f"git clone x\ncd x\n{TABLE_START}{TABLE_END}")
    monkeypatch.setattr(stamping, "ROOT", tmp_path)
    monkeypatch.setattr(stamping, "NOTEBOOKS", tmp_path)
    for repository in ("someone/course", "fork/renamed"):
        monkeypatch.setattr(stamping, "read_syllabus", lambda name=repository: Course(name, course.notebooks, "v3"))
        assert stamping.main(["--stamp"]) == 0
    for text in (path.read_text(encoding="utf-8"), readme.read_text(encoding="utf-8")):
        assert "fork/renamed" in text
        assert "/blob/v3/" in text
        assert "someone/course" not in text


@pytest.mark.parametrize("url", ["git@github.com:an-owner/the.course.git", "https://github.com/an-owner/the.course"])
def test_name_is_taken_from_git_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    (tmp_path / "course.yml").write_text('# Why.\nrepository: ""  # none\nrelease: v2\nnotebooks: []\n')
    (tmp_path / "README.md").write_text(f"{TABLE_START}{TABLE_END}")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "remote", "add", "origin", url], cwd=tmp_path, check=True)
    monkeypatch.setattr(stamping, "ROOT", tmp_path)
    monkeypatch.setattr(stamping, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(stamping, "read_syllabus", lambda: read_syllabus(tmp_path / "course.yml"))
    assert stamping.main(["--stamp", "--from-remote"]) == 0
    assert (tmp_path / "course.yml").read_text() == (
        "# Why.\nrepository: an-owner/the.course\nrelease: v2\nnotebooks: []\n"
    )


def test_remote_elsewhere_is_refused_and_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "course.yml").write_text('repository: ""\n')
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://gitlab.com/a/b"], cwd=tmp_path, check=True)
    monkeypatch.setattr(stamping, "ROOT", tmp_path)
    monkeypatch.setattr(stamping, "NOTEBOOKS", tmp_path)
    assert stamping.main(["--stamp", "--from-remote"]) == 1
    assert "must be a repository on GitHub, but git says: https://gitlab.com/a/b" in capsys.readouterr().err
    assert (tmp_path / "course.yml").read_text() == 'repository: ""\n'


@pytest.mark.long
def test_command_runs_as_the_makefile_calls_it() -> None:
    run = subprocess.run([sys.executable, "tools/course.py"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == stamping.table(read_syllabus())
