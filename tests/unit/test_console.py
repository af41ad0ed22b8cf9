"""Printing where standard output does not know every sign."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import pytest

from helpers._console import printable, say

MUCH = "✔ correct — ✘ ○ · 3 × 10⁻⁶ η ∂ Übung 日本 \udc80"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932", "latin-1", "utf-8"])
def test_every_text_is_printed_on_every_stream(encoding, monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    say(MUCH)
    stream.flush()
    said = raw.getvalue().decode(encoding)
    assert "correct" in said
    assert said.endswith("\n")


def test_marks_stay_apart_where_they_cannot_be_printed(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert len({printable(mark) for mark in "✔✘○?"}) == 4


def test_streams_that_take_everything_get_everything(monkeypatch):
    for stream in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stdout", stream)
        say(MUCH)
        assert stream is None or stream.getvalue() == f"{MUCH}\n"


PRINTS = {
    "check": "from helpers.exercise import check; check('training.number_of_epochs', 1)",
    "hint": "from helpers.exercise import hint; [hint('training.number_of_epochs') for _ in range(9)]; hint('ö✔')",
    "progress": "from helpers.exercise import progress; print(progress())",
    "quiz": "from helpers.exercise import quiz; quiz('training.q1'); quiz('ö✔')",
    "installation": "from helpers.start import _installation as i; "
    "i._findings = lambda: [i.Finding(False, '✔ η Ω')]; i.check_installation()",
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What each of `PRINTS` writes to a stream that knows ASCII only; all in one process."""
    environment = {
        **os.environ,
        "PYTHONIOENCODING": "ascii",
        "COURSE_PROGRESS": str(tmp_path_factory.mktemp("console") / "progress.json"),
    }
    code = "\n".join(f"print('== {name}')\n{code}" for name, code in PRINTS.items())
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    parts = re.split(r"^== (\w+)\n", done.stdout.decode("ascii"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", PRINTS)
def test_what_the_course_prints_is_printed(name, printed):
    assert printed[name].strip()
    assert len(printed[name].splitlines()) == 2 or name != "installation"
