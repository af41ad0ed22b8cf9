"""Is what the student gave what the exercise expects? Compare two values of any type and say where they differ."""

from __future__ import annotations

import inspect
import numbers
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Difference:
    """Where two values differ, in words.

    Attributes:
        got: What was given.
        wanted: What was expected.
        secret: `wanted` gives the result away; False for a type, a length or a shape, which may always be told.
        close: The numbers that differ would have agreed within a tolerance.
    """

    got: str
    wanted: str
    secret: bool = False
    close: bool = False


def difference(expected: Any, given: Any, rtol: float = 0.0, atol: float = 0.0) -> Difference | None:
    """Return the first difference between two values, or None where they agree.

    Floats agree within `atol + rtol × |expected|`, whole numbers exactly, strings without regard to case, spaces,
    hyphens and how a letter of a formula is written ("eta" for η, "w1" for w₁). Lists, tuples and arrays with the same
    items agree, and so do tensors, Keras variables and pandas objects. Words may be one text, "B and C", and a number
    in a dictionary stand in quotes, as words beside it do; what a function returns as a text is no number.
    """
    if isinstance(expected, str):
        if not isinstance(given, str):
            return Difference(in_words(given), "a text")
        same = bare(expected) == bare(given)
        return None if same else Difference(in_words(given), in_words(expected), secret=True)
    if isinstance(expected, Mapping):
        return _entries(expected, given, rtol, atol)
    if isinstance(expected, set | frozenset):
        items = _listed(given, {len(str(item)) for item in expected} == {1}) if isinstance(given, str) else given
        if not isinstance(items, set | frozenset | list | tuple):
            return Difference(in_words(given), "a set")
        same = {bare(item) for item in expected} == {bare(item) for item in items}
        return None if same else Difference(in_words(given), in_words(expected), secret=True)
    if isinstance(expected, list | tuple):
        return _items(list(expected), given, rtol, atol)
    if isinstance(expected, numbers.Number) or hasattr(expected, "__array__"):
        array = _array(expected)
        if array is None:  # an array of texts
            return _items(np.asarray(expected).tolist(), given, rtol, atol)
        return _numbers(array, given, rtol, atol)
    same = type(expected) is type(given) and bool(expected == given)
    return None if same else Difference(in_words(given), in_words(expected), secret=True)


def bare(value: Any) -> Any:
    """Return a text as words are compared: small letters without spaces and hyphens, η as eta; all else as it is."""
    if not isinstance(value, str):
        return value
    plain = unicodedata.normalize("NFKC", value)  # w₁ as w1
    names = (unicodedata.name(letter, "").split() for letter in plain)
    letters = (name[-1] if name[:1] == ["GREEK"] else one for name, one in zip(names, plain, strict=True))
    return re.sub(r"[\s,_.'’‐-―-]", "", "".join(letters)).casefold()


def meant(given: Any, words: Iterable[str]) -> str | None:
    """Return which of the words `given` writes, however it writes it; None for anything else."""
    return next((word for word in words if bare(word) == bare(str(given))), None)


def _listed(text: str, letters: bool) -> list[str]:
    """Return the words of a text as the items of a set, or the letters of its only word where single letters are."""
    words = [word for word in re.findall(r"\w+", text) if word != "and"]
    return list(words[0]) if letters and len(words) == 1 else words


def _unquoted(expected: Any, given: Any) -> Any:
    """Return the number that a text writes where a number is expected, and anything else as it is."""
    wanted = isinstance(expected, numbers.Number) and not isinstance(expected, bool | np.bool_)
    try:
        return float(given) if wanted and isinstance(given, str) else given
    except ValueError:
        return given


def _entries(expected: Mapping[Any, Any], given: Any, rtol: float, atol: float) -> Difference | None:
    if not isinstance(given, Mapping):
        return Difference(in_words(given), "a dictionary")
    if set(expected) != set(given):
        return Difference(f"the keys {in_words(list(given))}", f"the keys {in_words(list(expected))}")
    for key, value in expected.items():
        found = difference(value, _unquoted(value, given[key]), rtol, atol)
        if found:
            return replace(found, got=f"{found.got} for {in_words(key)}")
    return None


def _items(expected: list[Any], given: Any, rtol: float, atol: float) -> Difference | None:
    wanted = f"a sequence of {len(expected)} value{'s' if len(expected) > 1 else ''}"
    if isinstance(given, str) and all(isinstance(one, str) for one in expected):
        given = _listed(given, all(len(one) == 1 for one in expected))
    if hasattr(given, "__array__"):
        given = np.asarray(given)
        if given.ndim == 0:
            return Difference(in_words(given), wanted)
    is_sequence = hasattr(given, "__len__") and hasattr(given, "__getitem__")
    if not is_sequence or isinstance(given, str | bytes | Mapping):
        return Difference(in_words(given), wanted)
    if len(given) != len(expected):
        return Difference(f"a sequence of {len(given)}", wanted)
    for number, (one, other) in enumerate(zip(expected, list(given), strict=True), start=1):
        found = difference(one, other, rtol, atol)
        if found:
            return replace(found, got=f"{found.got} as value {number} of {len(expected)}")
    return None


def _numbers(expected: np.ndarray, given: Any, rtol: float, atol: float) -> Difference | None:
    kind = "truth value" if expected.dtype.kind == "b" else "number"
    wanted = f"one {kind}" if expected.ndim == 0 else f"{kind}s of shape {expected.shape}"
    array = _array(given)
    if array is None or (array.ndim == 0 and array.dtype.kind == "b" != expected.dtype.kind):
        return Difference(in_words(given), wanted)
    if array.shape != expected.shape:
        got = "one number" if array.ndim == 0 else f"an array of shape {array.shape}"
        return Difference(got, wanted)
    close = expected.dtype.kind not in "iub" and not np.isnan(array).any()
    if expected.dtype.kind in "iub":
        same = array == expected
    else:
        with np.errstate(all="ignore"):
            same = np.isclose(array, expected, rtol=rtol, atol=atol, equal_nan=True)
    same = np.asarray(same)
    if same.all():
        return None
    if expected.ndim == 0:
        return Difference(in_words(array[()]), in_words(expected[()]), secret=True, close=close)
    where = tuple(int(index) for index in np.argwhere(~same)[0])
    place = f"[{', '.join(map(str, where))}]"
    return Difference(f"{in_words(array[where])} at position {place}", in_words(expected[where]), True, close)


def _array(given: Any) -> np.ndarray | None:
    """Return `given` as an array of numbers or truth values, or None where it is nothing of the kind."""
    if given is None or given is ... or isinstance(given, str | bytes | Mapping | set | frozenset):
        return None
    try:
        array = np.asarray(given)
        if array.dtype.kind in "OV":  # fractions, whole numbers beyond 64 bits, bfloat16
            array = array.astype(np.float64)
    except Exception:  # ragged lists, symbolic tensors, objects that refuse
        return None
    return array if array.dtype.kind in "biufc" else None


def in_words(value: Any, depth: int = 0) -> str:
    """Return a value of any type in a few words on one line; never an exception, never more than 90 characters.

    Args:
        value: Anything.
        depth: How many collections it lies in; from the fourth on, they are not opened.
    """
    try:
        text = " ".join(_words(value, depth).split())
    except Exception:
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= 90 else text[:89] + "…"


def _words(value: Any, depth: int) -> str:
    if value is ...:
        return "…"
    if value is None or isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return "NaN" if np.isnan(value) else f"{float(value):.6g}"
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, list | tuple | Mapping):
        return _few(value, depth) if depth < 3 else "…"
    if isinstance(value, set | frozenset) and len(value) < 10:
        return f"{{{', '.join(sorted(in_words(item, depth + 1) for item in value))}}}"
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.ndim == 0:
            return (
                _words(array[()], depth) if array.dtype.kind in "biufc" else f"a value of type {type(value).__name__}"
            )
        small = array.size <= 9 and array.dtype.kind in "biuf"
        return _few(array.tolist(), depth) if small else f"an array of shape {array.shape}"
    if isinstance(value, complex | np.complexfloating):
        return f"{complex(value):.6g}"
    if inspect.isroutine(value):
        return f"the function {value.__name__}"
    return f"a value of type {type(value).__name__}"


def _few(value: Any, depth: int) -> str:
    """Return the first items of a list, tuple or dictionary, described."""
    if isinstance(value, Mapping):
        shown = [f"{in_words(key, depth + 1)}: {in_words(value[key], depth + 1)}" for key in list(value)[:4]]
    else:
        shown = [in_words(item, depth + 1) for item in value[:9]]
    if len(value) > len(shown):
        shown.append("…")
    if isinstance(value, tuple):
        return f"({', '.join(shown)}{',' if len(value) == 1 else ''})"
    return f"{{{', '.join(shown)}}}" if isinstance(value, Mapping) else f"[{', '.join(shown)}]"
