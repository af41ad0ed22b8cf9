"""The glossary is whole and in order, and a search finds what a student would type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.start import _glossary_search as glossary_search
from helpers.start._glossary import TERMS
from helpers.start._glossary_search import alphabetical, find_terms, read_index, search_glossary, to_html

INDEX = {term.concept: {"number": "01", "title": "A <title>", "link": "01_a.ipynb#Why?"} for term in TERMS}


def names(text: str) -> list[str]:
    return [term.name for term in find_terms(text)]


def test_terms_stand_in_the_order_of_the_alphabet() -> None:
    order = [alphabetical(term.name) for term in TERMS]
    assert order == sorted(order)


def test_every_name_means_one_thing() -> None:
    every = [alphabetical(name) for term in TERMS for name in (term.name, *term.also)]
    assert len(set(every)) == len(every)


def test_every_term_fits_on_a_line_and_leads_to_a_concept_of_the_course() -> None:
    index = read_index()
    assert [term.name for term in TERMS if not 0 < len(term.line) <= 100 or "\n" in term.line] == []
    assert [term.name for term in TERMS if term.concept not in index] == []


def test_every_notebook_has_words_in_the_glossary() -> None:
    taught_in = {read_index()[term.concept]["number"] for term in TERMS}
    assert taught_in == {place["number"] for place in read_index().values()}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Xavier", "Glorot initialization"),
        ("kaiming", "He initialization"),
        ("cross entropy", "cross-entropy"),
        ("CROSS-ENTROPY", "cross-entropy"),
        ("sgd", "stochastic gradient descent"),
        ("swish", "SiLU"),
        ("Boltzmann", "Boltzmann machine"),
        ("deep", "deep network"),
        ("he", "He initialization"),
        ("η", "learning rate"),
        ("descnt", "gradient descent"),
        ("bolzman", "Boltzmann machine"),
        ("hyperparamter", "hyperparameter"),
        ("overfiting", "over-fitting"),
        ("wright decay", "weight decay"),
        ("  relu  ", "ReLU"),
    ],
)
def test_search_finds_what_is_meant(typed: str, found: str) -> None:
    assert found in names(typed)[:3]


def test_exact_name_comes_before_names_that_contain_it() -> None:
    assert names("bias")[0] == "bias"
    assert names("loss")[0] == "loss"
    assert names("batch")[:2] == ["batch", "batch normalization"]


def test_word_of_an_explanation_finds_the_term() -> None:
    assert "saliency map" in names("pixel")


@pytest.mark.parametrize("text", ["", "   ", "?!", "xyzzyqq", "(", "\\", "*" * 1000])
def test_odd_texts_find_nothing_and_break_nothing(text: str) -> None:
    assert names(text) == []
    assert to_html(text, INDEX)


def test_every_term_is_found_by_each_of_its_names() -> None:
    for term in TERMS:
        for name in (term.name, *term.also):
            assert find_terms(name)[0] == term


def test_results_link_to_the_heading_and_escape_what_they_show() -> None:
    page = to_html("Xavier", INDEX)
    assert '<a href="01_a.ipynb#Why?">01: A &lt;title&gt;</a>' in page
    assert "(also Xavier initialization)" in page
    assert "&lt;b&gt;" in to_html("zzz<b>zzz", INDEX)


def test_concept_without_heading_is_shown_without_link() -> None:
    page = to_html("Xavier", {"I4": {"number": "05", "title": "Starts", "link": ""}})
    assert "05: Starts" in page
    assert "<a" not in page


def test_typing_shows_new_results_in_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    search = search_glossary("Xavier")

    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            shown.append(data)

    search._results = Handle()
    search.field.value = "kaiming"
    search.field.value = ""
    assert "He initialization" in shown[0]["text/html"]
    assert "Type a word" in shown[1]["text/html"]
    assert len(shown) == 2


def test_display_has_a_field_where_a_kernel_runs_and_results_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    search_glossary()._ipython_display_()
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert "text/html" in shown[0]
    assert "Glorot initialization" in shown[1]["text/html"]
    assert "Glorot initialization" in shown[1]["text/plain"]
    monkeypatch.setenv("COURSE_STATIC", "1")
    search_glossary()._ipython_display_()
    assert "application/vnd.jupyter.widget-view+json" not in shown[2]


def test_search_wants_a_text() -> None:
    with pytest.raises(TypeError, match="type int"):
        search_glossary(3)  # type: ignore[arg-type]


def test_index_of_the_course_can_be_read() -> None:
    raw = json.loads(glossary_search.INDEX.read_text(encoding="utf-8"))
    assert raw == read_index()
    assert {tuple(place) for place in raw.values()} == {("number", "title", "link")}
