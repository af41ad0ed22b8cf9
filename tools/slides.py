"""Make the slides, build/slides/NN.html, from the core notebooks: steps, notes, and figures that move.

`python tools/slides.py` makes all decks, `python tools/slides.py 03` one. A slide shows what a lecturer points at:
headings, formulas, lists, tables, code, figures; of a long paragraph the first sentence and those that define a term.
The rest of the text goes into the speaker's notes, behind those written by hand in site/notes/NN.md.
"""

from __future__ import annotations

import argparse
import html
import math
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python tools/slides.py` itself finds only what lies beside it

from helpers.exercise import content  # noqa: E402
from helpers.start import Course, Entry, read_syllabus  # noqa: E402
from tools.course import BADGE  # noqa: E402
from tools.executed import BUILD, copy_frames, executed, write_live_data  # noqa: E402
from tools.normalize import output_text, tags  # noqa: E402
from tools.web_edition import (  # noqa: E402
    MADE_BY,
    MODULES,
    SITE,
    SOLUTION_LINK,
    UNUSED_OF_KATEX,
    checked,
    code_in,
    draws,
    published,
)

DECKS = BUILD / "slides"
NOTES = SITE / "notes"
"""What a speaker says, by hand: NN.md. Its headings say at which slide, see `_add_notes`."""

LINES = 12.5
"""Of text, that a slide has room for below its heading."""

LETTERS = 78
"""In a line."""

CODE_LINES, MOST_SLIDES = 15, 45
STUB_LINES = 4
LONG = 200
"""Letters of a paragraph of which a slide shows only the sentences to point at."""

FEW_LINES = 4.6
"""Of text alone that are better said than shown."""

TALL = 0.65
"""Height of a figure, as a share of its width, from which on text stands beside it and not above."""

MUCH = 220
"""Letters beside a tall figure, from which on they are set smaller, so that its controls have room below them."""

BESIDE_FIGURE = 4.2
"""Lines of text that leave room for a figure."""

ABOVE_STILL_FIGURE = 6.2
"""And for one without controls that is less than half as high as wide, or that an exercise asks about."""

ROOMY = 15.5
"""Lines of an exercise, which stays on one slide where it can."""

FEW_PRINTED = 4
"""Lines that a cell may print to be shown without its code."""

SHOWN_ALWAYS = ("$$", "|", "- ", "1. ")
"""What paragraphs begin with that stand on a slide also behind a figure."""

LEFT_OUT = ("Further reading", "Solutions")


def _formula(text: str, options: dict) -> str:
    tag = "div" if options.get("display_mode") else "span"
    return f'<{tag} class="tex">{html.escape(text)}</{tag}>'


MARKDOWN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, renderer=_formula, double_inline=True)
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_SHOWN = re.compile(r'\bfigures\.(\w+)|\b(?:check|quiz)\("([\w.]+)"')
_NOT_SHOWN = re.compile(r"<p><small>(On this page.*?)</small></p>")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z(*\[“])")


@dataclass
class Block:
    """A piece of a slide: its HTML, how many lines it takes, and what the speaker can say about it."""

    html: str
    lines: float
    note: str = ""


@dataclass
class Slide:
    """A heading, pieces below it, and notes."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kind: str = ""
    shows_figure: bool = False
    names: list[str] = field(default_factory=list)
    """The functions that draw its figures, its exercise, its question: what notes find it by."""

    noted: bool = False
    """Whether notes were written for it by hand."""

    @property
    def words(self) -> str:
        """What stands on it, and what its speaker says."""
        return " ".join([*(block.html for block in self.blocks), *(block.note for block in self.blocks), *self.notes])

    @property
    def waits(self) -> bool:
        """Whether it asks for a prediction, and nothing has answered it yet."""
        return self.kind == "predict" and len(self.blocks) == 1

    @property
    def lines(self) -> float:
        """How many lines its pieces take."""
        return sum(block.lines for block in self.blocks)


def to_html(source: str) -> str:
    """Return Markdown as HTML; links lead to the web edition, not to notebooks."""
    return MARKDOWN.render(re.sub(r"\]\(([\w.]+)\.ipynb[^)]*\)", r"](../site/\1.html)", source))


def lines_of(source: str) -> float:
    """Return how many lines Markdown `source` takes on a slide."""
    total = 0.0
    for paragraph in re.split(r"\n\s*\n", source.strip()):
        if paragraph.startswith("$$"):
            total += 2.4 if "frac" in paragraph or "sum" in paragraph else 1.8
        elif paragraph.startswith("|"):
            total += 1.25 * (len(paragraph.splitlines()) - 1)
        else:
            rows = re.split(r"\n(?=[-*\d])", paragraph)
            total += sum(math.ceil(len(_plain(row)) / LETTERS) for row in rows) + 0.5
    return total


def _plain(source: str) -> str:
    """Return about what is seen of Markdown `source`."""
    return re.sub(r"\\[a-zA-Z]+|[{}$*_`^]|\]\([^)]*\)|<[^>]+>", "", source)


def to_point_at(paragraph: str) -> str:
    """Return of a long paragraph the first sentence and those that define a term, of a short one all."""
    if len(_plain(paragraph)) <= LONG or paragraph.startswith(("$$", "|", "- ", "1. ", "**Predict", "```", "<", ">")):
        return paragraph
    formulas: list[str] = []

    def hide(match: re.Match[str]) -> str:
        formulas.append(match.group())
        return f"\x00{len(formulas) - 1}\x00"

    sentences = _SENTENCE.split(re.sub(r"\$[^$]+\$", hide, paragraph))
    shown = [one for i, one in enumerate(sentences) if i == 0 or "**" in one]
    return re.sub(r"\x00(\d+)\x00", lambda match: formulas[int(match[1])], " ".join(shown))


# From cells to slides


def make_slides(notebook: NotebookNode, notes: str = "") -> list[Slide]:
    """Return the slides of an executed core notebook, with the `notes` of a file in `NOTES`."""
    slides = _collect(notebook)
    _add_notes(slides, notes)
    return _finish(slides)


def _collect(notebook: NotebookNode) -> list[Slide]:
    """Return the slides that the cells make, the brief ones too."""
    slides: list[Slide] = []
    title = around = ""
    for cell in notebook.cells:
        if {"setup", "solution"} & set(tags(cell)):
            continue
        if cell.cell_type == "markdown":
            for heading, text in _parts(BADGE.sub("", cell.source)):
                if heading:
                    title = re.sub(r" \(\d+ min\)$", "", heading)
                    if title in LEFT_OUT:
                        return slides
                    exercise = title.startswith("Exercise")
                    around = around if exercise else title
                    slides.append(Slide(title, kind="exercise" if exercise else "" if slides else "title"))
                _add_text(slides, title, text)
        else:
            before = len(slides)
            _add_code(slides, title, cell)
            if checked(cell):
                title = around  # the exercise ends here
            if len(slides) >= before:
                slides[-1].names += [one or other for one, other in _SHOWN.findall(cell.source)]
    return slides


def _add_notes(slides: Sequence[Slide], notes: str) -> None:
    """Put each section of `notes` first among what is said at its slide.

    A heading of level 2 names a function that draws a figure, an exercise, a question of a quiz, or the heading of a
    slide; where it comes a second time, the second such slide. One that names none is a ValueError.
    """
    times: Counter[str] = Counter()
    pieces = re.split(r"(?m)^## +(.+?)\s*$", notes)
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        meant = [slide for slide in slides if name in (*slide.names, slide.title)]
        if times[name] >= len(meant):
            raise ValueError(f"notes for {name!r}, number {times[name] + 1}, but {len(meant)} slides show that")
        slide = meant[times[name]]
        slide.notes.insert(0, text.strip())
        slide.noted = True
        times[name] += 1


def _parts(source: str) -> Iterator[tuple[str, str]]:
    """Yield (heading, text below it) of a Markdown cell; the first heading may be empty."""
    pieces = re.split(r"(?m)^#{1,4} +(.+?)\s*$", re.sub(r"(?m)^<a id=.*</a>\s*$", "", source))
    yield from ((heading, text.strip()) for heading, text in zip(["", *pieces[1::2]], pieces[::2], strict=True))


def _add_text(slides: list[Slide], title: str, text: str) -> None:
    """Add the paragraphs of `text`, on as many slides as they need; a prediction begins a slide of its own.

    What is said about a figure below it is for the speaker to say; formulas, tables and lists are shown.
    """
    paragraphs = [one.strip() for one in re.split(r"\n\s*\n", SOLUTION_LINK.sub("", text)) if one.strip()]
    for paragraph, following in zip(paragraphs, [*paragraphs[1:], ""], strict=False):
        last = slides[-1]
        leads_on = following.startswith("$$")  # a formula needs the words before it
        over = last.kind == "exercise" and last.title != title
        room = 0 if over else ROOMY if last.kind == "exercise" else LINES
        if re.fullmatch(r"\*\*[^*]+\*\*", paragraph):
            slides.append(Slide(paragraph.strip("*")))
            continue
        if "**Predict" in paragraph:
            question = re.sub(r"\*\*Predict\.?\*\*\s*", "", paragraph)
            slides.append(Slide(title, [Block(to_html(question), lines_of(question))], kind="predict"))
            continue
        shown = paragraph if last.kind == "exercise" else to_point_at(paragraph)
        block = Block(to_html(shown), lines_of(shown), paragraph if shown != paragraph else "")
        if last.kind == "exercise" and last.shows_figure and last.title == title:
            if last.lines - LINES + block.lines <= BESIDE_FIGURE:
                last.blocks.insert(len(last.blocks) - 1, block)  # what is asked stands above the picture
            else:
                slides.append(Slide(title, [block], kind="exercise"))
        elif (
            (last.shows_figure or last.waits)
            and last.title == title
            and not (leads_on or paragraph.startswith(SHOWN_ALWAYS))
        ):
            last.notes.append(paragraph)
        elif last.shows_figure or last.kind in ("predict", "code") or last.lines + block.lines > room:
            slides.append(Slide(title, [block]))
        else:
            last.blocks.append(block)


def _add_code(slides: list[Slide], title: str, cell: NotebookNode) -> None:
    """Add what a code cell teaches and shows: code that defines or trains, figures, questions, short output."""
    if asked := re.findall(r'quiz\("([\w.]+)"\)', cell.source):
        slides += [_question(title, one) for one in asked]
        return
    if exercise := checked(cell):
        found = content.find(exercise, content.exercises, "exercise")
        if not isinstance(found, str):
            slides[-1].notes += [f"Hint {i}: {hint}" for i, hint in enumerate(found.hints, 1)]
        task = re.sub(r"(?m)^check\(.*", "", cell.source).strip()
        if "def " in task and len(task.splitlines()) <= STUB_LINES and slides[-1].kind == "exercise":
            slides.pop()  # a function to write is for home
        elif len(task.splitlines()) > STUB_LINES and not slides[-1].shows_figure:
            _add_source(
                slides, title, task, whole=False
            )  # code that is to be mended, and not a function to be filled in
        return
    source = re.sub(r"(?m)^(?:import|from) .*\n?", "", cell.source).strip("\n").replace("\n\n\n", "\n\n")
    teaches = not draws(cell) and re.search(
        r"(?m)^def |^class |GradientTape|\.(?:fit|compile)\(|keras\.layers\.", source
    )
    waiting = slides.pop() if teaches and slides[-1].waits else None
    if teaches:
        _add_source(slides, title, source, whole="whole-program" in tags(cell))
    for output in cell.outputs:
        page = output.get("data", {}).get("text/html", "")
        if 'class="moving"' in page or 'class="picture"' in page:
            if waiting:
                slides.append(waiting)
                waiting = None
            _add_figure(slides, title, page)
        elif page:
            slides.append(Slide(title, [Block(f'<div class="table">{page}</div>', LINES)], kind="code"))
    if waiting:
        slides.append(waiting)
    printed = "".join(output_text(output) for output in cell.outputs if output.output_type == "stream")
    _add_printed(slides, title, MADE_BY.sub("", printed).strip("\n"), teaches=bool(teaches))


def _add_printed(slides: list[Slide], title: str, printed: str, *, teaches: bool) -> None:
    """Add what a cell printed: as the answer to a prediction, below its code, or below the text that speaks of it."""
    lines, last = printed.splitlines()[:8], slides[-1]
    if not printed or last.shows_figure or not (last.waits or teaches or len(lines) <= FEW_PRINTED):
        return
    answer = " fragment" if last.waits else ""
    shown = html.escape("\n".join(lines))
    block = Block(f'<pre class="printed{answer}">{shown}</pre>', 0.8 * len(lines) + 0.8)
    room = LINES + (4 if last.kind == "code" else 1)  # letters of code are smaller
    if last.title == title and last.kind in ("", "predict", "code") and last.lines + block.lines <= room:
        last.blocks.append(block)


def _add_figure(slides: list[Slide], title: str, page: str) -> None:
    """Add a figure: below a prediction as its next step, below a few lines of text, or on a slide of its own.

    Which values the slide leaves out is for the speaker to know.
    """
    not_shown = _NOT_SHOWN.findall(page)
    page = _NOT_SHOWN.sub("", page)
    last = slides[-1]
    if last.waits:
        last.blocks.append(Block(f'<div class="fragment">{page}</div>', LINES))
    elif last.kind in ("", "exercise") and last.title == title and last.lines <= _room_beside(page, last.kind):
        last.blocks.append(Block(page, LINES))
    else:
        slides.append(Slide(title, [Block(page, LINES)], kind="figure"))
    slides[-1].shows_figure = True
    slides[-1].notes += [html.unescape(said).replace("On this page", "On this slide") for said in not_shown]


def _room_beside(page: str, kind: str) -> float:
    """Return how many lines of text the figure in the HTML `page` leaves room for on a slide of this `kind`."""
    size = _SIZE.search(page)
    flat = bool(size) and float(size[2]) < 0.5 * float(size[1])
    return ABOVE_STILL_FIGURE if "data-control" not in page and (flat or kind == "exercise") else BESIDE_FIGURE


def _add_source(slides: list[Slide], title: str, source: str, *, whole: bool) -> None:
    """Add code, in pieces that a slide has room for; of a whole program the functions that the text above names."""
    pieces = re.split(r"\n\n+(?=def |class |[a-z]\w* = )", source)
    if whole:
        named = [one for one in pieces if (found := re.match(r"def (\w+)", one)) and found[1] in slides[-1].words]
        pieces = named or pieces
    joined: list[str] = []
    for piece in pieces:
        if joined and (joined[-1] + "\n\n" + piece).count("\n") < CODE_LINES:
            joined[-1] += "\n\n" + piece
        else:
            joined.append(piece)
    for piece in joined:
        for part in _cut(piece.splitlines()):
            code = highlight(part, PythonLexer(), HtmlFormatter(cssclass="source"))
            block = Block(code, 0.86 * (part.count("\n") + 1) + 0.8)
            last = slides[-1]
            if last.kind in ("predict", "title", "code") or last.shows_figure or last.lines + block.lines > LINES:
                slides.append(Slide(title))
            slides[-1].blocks.append(block)
            slides[-1].kind = "code"


def _cut(lines: list[str]) -> Iterator[str]:
    """Yield the lines of code in parts that a slide has room for, each from the beginning of a statement if it can."""
    while len(lines) > CODE_LINES:
        begins = [i for i in range(1, CODE_LINES + 1) if re.match(r"\w|@|#", lines[i])]
        end = begins[-1] if begins else CODE_LINES
        yield "\n".join(lines[:end]).strip("\n")
        lines = lines[end:]
    yield "\n".join(lines).strip("\n")


def _question(title: str, id: str) -> Slide:
    """Return a question of a quiz: the options, and as the next step which one is right."""
    found = content.find(id, content.quizzes, "quiz question")
    if isinstance(found, str):
        return Slide(title, [Block(f"<p>{html.escape(found)}</p>", 1)])
    options = "".join(f"<li>{code_in(option.text)}</li>" for option in found.options)
    right = next(option for option in found.options if option.right)
    answer = f'<p class="fragment"><strong>{code_in(right.text)}</strong><br>{code_in(right.because)}</p>'
    why = [f"{option.text}: {option.because}" for option in found.options if not option.right]
    return Slide(
        title, [Block(f"<p>{code_in(found.question)}</p><ol class=options>{options}</ol>{answer}", LINES)], why, "quiz"
    )


def _finish(slides: list[Slide]) -> list[Slide]:
    """Return the slides that are worth showing, each with notes: of text alone those that are not too brief.

    What is left out is for the speaker to say on the next slide. More is said than shown where there are too many.
    """
    for slide in slides:
        slide.notes += [block.note for block in slide.blocks if block.note]
        slide.notes = slide.notes or [_NOTE.get(slide.kind, _NOTE[""])]
    least = FEW_LINES
    while True:
        kept: list[Slide] = []
        said: list[str] = []
        for slide in slides:
            text_alone = slide.kind == "" and not slide.shows_figure and 'class="tex"' not in slide.words
            if text_alone and slide.lines < least and not slide.noted:
                said += [re.sub(r"<[^>]+>", "", block.html) for block in slide.blocks]
            else:
                kept.append(replace(slide, notes=[*slide.notes, *said]))
                said = []
        if len(kept) <= MOST_SLIDES or least > LINES:
            return kept
        least += 0.5


_NOTE = {
    "": "About a minute. Ask someone to say it in their own words.",
    "predict": "Wait for answers before you go on: two or three minutes, a show of hands, one reason for each side.",
    "figure": "Ask what to look at before you move anything. Then let the room say which way the slider goes.",
    "code": "Read the code aloud, line by line: a minute. Ask what each name holds, and its shape.",
    "exercise": "Three minutes in pairs, then one answer from the room with its reason.",
    "title": "A minute: the question of today, and why it matters.",
}


# Pages


def to_section(slide: Slide) -> str:
    """Return the HTML of a slide."""
    level, notes = ("h1", "h2")[slide.kind != "title"], "".join(map(to_html, slide.notes))
    mark = '<p class="mark">Predict</p>' if slide.kind == "predict" else ""
    figures = [block.html for block in slide.blocks if "data-control" in block.html or 'class="picture"' in block.html]
    body = "".join(block.html for block in slide.blocks)
    size = _SIZE.search("".join(figures))
    tall = bool(size) and float(size[2]) > TALL * float(size[1])
    if tall and len(figures) < len(slide.blocks):
        text = "".join(block.html for block in slide.blocks if block.html not in figures)
        much = " much" if len(re.sub(r"<[^>]+>", "", text)) > MUCH else ""
        body = f'<div class="beside{much}"><div>{text}</div><div>{"".join(figures)}</div></div>'
    heading = MARKDOWN.renderInline(slide.title)
    kind = f"{slide.kind}{' figures' if slide.shows_figure else ''}{' tall' if tall else ''}"
    return (
        f'<section class="{kind}"><{level}>{heading}</{level}>{mark}<div class="body">{body}</div>'
        f'<aside class="notes">{notes}</aside></section>'
    )


def make_deck(entry: Entry, slides: Sequence[Slide]) -> Path:
    """Write the deck of a notebook."""
    template = (SITE / "slides.html").read_text(encoding="utf-8")
    path = DECKS / f"{entry.number}.html"
    parts = {"TITLE": html.escape(entry.heading), "SECTIONS": "\n".join(map(to_section, slides))}
    path.write_text(re.sub(r"TITLE|SECTIONS", lambda match: parts[match.group()], template), encoding="utf-8")
    return path


def copy_scripts() -> None:
    """Put what the decks load beside them."""
    shutil.rmtree(DECKS / "lib", ignore_errors=True)
    unused = shutil.ignore_patterns("*.map", "*.esm.js", "theme", *UNUSED_OF_KATEX)
    shutil.copytree(MODULES / "reveal.js" / "dist", DECKS / "lib" / "reveal", ignore=unused)
    shutil.copytree(MODULES / "reveal.js" / "plugin" / "notes", DECKS / "lib" / "notes", ignore=unused)
    shutil.copytree(MODULES / "katex" / "dist", DECKS / "lib" / "katex", ignore=unused)
    for file in (SITE / "static").iterdir():
        shutil.copy2(file, DECKS / "lib")
    write_live_data(DECKS / "lib" / "live-data.js")
    (DECKS / "lib" / "code.css").write_text(HtmlFormatter(style="tango").get_style_defs(".source"), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the slides; return 1 when a formula cannot be set."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="03, or 03_backprop; all without one")
    parser.add_argument("--stale", action="store_true", help="where there are pictures of older helpers, take these")
    options = parser.parse_args(arguments)
    course: Course = read_syllabus()
    names = [name for name in published(course, options.names) if course.by_name[name].part == "core"]
    DECKS.mkdir(parents=True, exist_ok=True)
    copy_scripts()
    for name, notebook in executed(names, lecture=True, stale=options.stale):
        entry = course.by_name[name]
        notes = NOTES / f"{entry.number}.md"
        slides = make_slides(notebook, notes.read_text(encoding="utf-8") if notes.exists() else "")
        print(f"{make_deck(entry, slides)}: {len(slides)} slides")
    status = subprocess.run(["node", str(SITE / "formulas.mjs"), *map(str, DECKS.glob("*.html"))]).returncode
    print(f"All pictures: {copy_frames(DECKS) / 1e6:.1f} MB")
    return status


if __name__ == "__main__":
    sys.exit(main())
