"""Looking up a word of the glossary: find the terms that fit, and a field to type into."""

from __future__ import annotations

import difflib
import html
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from helpers.start._glossary import TERMS, Term

INDEX = Path(__file__).resolve().parents[2] / "notebooks" / "concepts.json"
"""Concept → its title and, where a notebook teaches it, the link to the heading; written by `make stamp`."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def alphabetical(word: str) -> str:
    """Return what `word` is sorted by: its letters and digits, without case, accents and hyphens."""
    plain = unicodedata.normalize("NFKD", word).casefold()
    return " ".join(re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def find_terms(text: str, most: int = 8) -> list[Term]:
    """Return the terms that fit `text`, the best first: names before other names, and both before explanations.

    Args:
        text: What somebody typed: the beginning of a name in any case, any part of it, or a word of the explanation. A
            misspelt name finds the names nearest to it.
        most: So many at most.
    """
    wanted = alphabetical(text)
    if not wanted:
        return []
    ranked = [(rank, term) for term in TERMS if (rank := _rank(wanted, term)) is not None]
    found = [term for _, term in sorted(ranked, key=lambda pair: pair[0])]
    if not found:
        words: dict[str, list[Term]] = {}
        for term in TERMS:
            for name in map(alphabetical, (term.name, *term.also)):
                for word in {name, *name.split()}:
                    words.setdefault(word, []).append(term)
        found = [term for near in difflib.get_close_matches(wanted, words, n=3, cutoff=0.7) for term in words[near]]
    return list(dict.fromkeys(found))[:most]


def _rank(wanted: str, term: Term) -> int | None:
    """Return how well a term fits, 0 being best, None where it does not."""
    names = [alphabetical(name) for name in (term.name, *term.also)]
    line = f" {alphabetical(term.line)}"
    tests = (
        names[0] == wanted,
        wanted in names[1:],
        names[0].startswith(wanted),
        any(f" {name}".find(f" {wanted}") >= 0 for name in names),
        len(wanted) >= 3 and any(wanted in name for name in names),
        f" {wanted}{' ' if len(wanted) < 3 else ''}" in f"{line} ",
    )
    return tests.index(True) if True in tests else None


@cache
def read_index(path: Path = INDEX) -> dict[str, dict[str, str]]:
    """Return concept → {"number": "05", "title": …, "link": …}; the link is empty where no heading teaches it yet."""
    return json.loads(path.read_text(encoding="utf-8"))


def to_html(text: str, index: Mapping[str, Mapping[str, str]]) -> str:
    """Return what is found for `text` as HTML, with links to the headings that teach it."""
    if not alphabetical(text):
        return "<p>Type a word, or a part of one.</p>"
    found = find_terms(text)
    if not found:
        return f"<p>Nothing fits “{html.escape(text)}”. The table below has all {len(TERMS)} terms.</p>"
    return f'<div class="course-glossary">{"".join(_entry(term, index[term.concept]) for term in found)}</div>'


def _entry(term: Term, place: Mapping[str, str]) -> str:
    name, line, title = (html.escape(part) for part in (term.name, term.line, f"{place['number']}: {place['title']}"))
    also = f" (also {html.escape(', '.join(term.also))})" if term.also else ""
    where = f'<a href="{html.escape(place["link"])}">{title}</a>' if place["link"] else title
    return f"<p><strong>{name}</strong>{also}: {line} · {where}</p>"


class GlossarySearch:
    """A field to type into and, below it, the terms that fit; the last value of a cell, it displays itself.

    Attributes:
        field: The `ipywidgets.Text`.
        text: What is being looked up.
    """

    def __init__(self, text: str) -> None:
        from ipywidgets import Layout, Text

        self.text = text
        self.field = Text(value=text, description="look up:", continuous_update=True, layout=Layout(width="26em"))
        self.field.observe(self._changed, names="value")
        self._results: Any = None

    def results(self) -> dict[str, str]:
        """Return the display of what is found now, by kind of content."""
        found = ", ".join(f"{term.name}: {term.line}" for term in find_terms(self.text))
        return {"text/html": to_html(self.text, read_index()), "text/plain": found or "nothing found"}

    def _changed(self, change: Mapping[str, Any]) -> None:
        self.text = str(change["new"])
        if self._results is not None:
            self._results.update(self.results(), raw=True)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        still = f"With a running kernel, a search field stands here. It has looked up: {self.text}"
        data: dict[str, Any] = {"text/html": f"<p><em>{html.escape(still)}</em></p>", "text/plain": still}
        if os.environ.get("COURSE_STATIC") != "1" and self.field.model_id is not None:
            data[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.field.model_id}
        display(data, raw=True)
        # A display of its own, not a widget: a notebook's page knows where links beside it lead.
        self._results = display(self.results(), raw=True, display_id=True)


def search_glossary(text: str = "Xavier") -> GlossarySearch:
    """Return a search field for the glossary, `text` typed into it already; write it as the last line of a cell.

    Args:
        text: A word, or a part of one.

    Raises:
        TypeError: `text` is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"the glossary is searched for a text, but got a value of type {type(text).__name__}")
    return GlossarySearch(text)
