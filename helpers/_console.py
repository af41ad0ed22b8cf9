"""Print on every standard output, also where its encoding lacks signs (a plain locale, Windows when redirected)."""

from __future__ import annotations

import sys

_PLAIN = {"✔": "+", "✘": "x", "○": "o", "—": "-", "–": "-", "−": "-", "·": "|", "×": "x", "→": "->", "…": "..."}
"""What the signs with a meaning become where they cannot be printed; any other becomes a question mark."""


def say(text: object = "", *, end: str = "\n") -> None:
    """Print `text`, the signs that standard output does not know replaced; never a `UnicodeEncodeError`.

    Args:
        text: Anything that `print` takes.
        end: What is printed behind it.

    >>> say("epoch 3 · loss 0.52")
    epoch 3 · loss 0.52
    """
    print(printable(str(text)), end=end)


def printable(text: str) -> str:
    """Return `text` with the signs replaced that standard output does not know, "✔" by "+" for example."""
    encoding = getattr(sys.stdout, "encoding", None)
    if not encoding or _fits(text, encoding):
        return text
    return "".join(sign if _fits(sign, encoding) else _PLAIN.get(sign, "?") for sign in text)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    except LookupError:  # a stream of somebody else's, with an encoding of its own
        return True
    return True
