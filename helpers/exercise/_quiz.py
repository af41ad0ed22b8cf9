"""Quick questions inside the text: they work without a kernel, and stand still as Markdown where nothing opens.

Each option is a `<details>` element: choosing it opens the reason why it is right or not. No script, no random id, so
the same question is the same bytes in every run, and it works in JupyterLab, in Colab and in the web edition.
"""

from __future__ import annotations

import html
import re
import string

from helpers._console import printable, say
from helpers.exercise import content


def quiz(id: str) -> None:
    """Display a question with options to choose from.

    Args:
        id: The question, "notebook.name", such as "training.q1". An unknown id prints the nearest ones.

    >>> quiz("training.q1")  # doctest: +ELLIPSIS
    **...**
    <BLANKLINE>
    - **a.** ...
    """
    question = content.find(id, content.quizzes, "quiz question")
    if isinstance(question, str):
        say(f"✘ {question}")
        return
    from IPython import get_ipython
    from IPython.display import display

    still = to_markdown(question)
    if get_ipython() is None:  # a script
        say(still)
        return
    display({"text/html": to_html(question), "text/markdown": still, "text/plain": printable(still)}, raw=True)


def to_html(question: content.Quiz) -> str:
    """Return the question as HTML without script, in the colours of the page around it."""
    options = "".join(
        '<details style="margin:0.35em 0;padding:0.35em 0.7em;border:1px solid #767676;border-radius:0.4em">'
        f'<summary style="cursor:pointer">{letter}. {_inline(option.text)}</summary>'
        f'<p style="margin:0.4em 0 0.2em"><strong>{_word(option)}</strong> {_inline(option.because)}</p></details>'
        for letter, option in zip(string.ascii_lowercase, question.options, strict=False)
    )
    name = html.escape(f"quiz-{question.id.replace('.', '-')}", quote=True)
    return (
        f'<div id="{name}" class="course-quiz" style="max-width:46em">'
        f"<p><strong>{_inline(question.question)}</strong> <em>Choose an answer to open it.</em></p>{options}</div>"
    )


def to_markdown(question: content.Quiz) -> str:
    """Return the question as Markdown that needs no clicks: the options first, what is right about them at the end."""
    lettered = list(zip(string.ascii_lowercase, question.options, strict=False))
    options = [f"- **{letter}.** {option.text}" for letter, option in lettered]
    answers = " ".join(f"**{letter}.** {_word(option)} {option.because}" for letter, option in lettered)
    return "\n".join([f"**{question.question}**", "", *options, "", f"*Answers:* {answers}"])


def _word(option: content.Option) -> str:
    return "Right." if option.right else "Not this one."


def _inline(text: str) -> str:
    """Return text as HTML, with `code` between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
