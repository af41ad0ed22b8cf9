"""Numbers that take longer than a notebook may: made by a committed program in `results/`, read here."""

from __future__ import annotations

import json
import math
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from helpers._files import write_whole

RESULTS = Path(__file__).resolve().parent.parent / "results"


def read_results(name: str) -> dict[str, Any]:
    """Return the groups of runs that `python results/NAME.py` has made, and print with what.

    Args:
        name: The program without its suffix, such as "training".

    Returns:
        Name of the group → name of the setting → list of runs, one a seed, each a dict of numbers.

    Raises:
        ValueError: There are no such results; the message names those that there are.

    Examples:
        >>> groups = read_results("activations")  # doctest: +ELLIPSIS, +NORMALIZE_WHITESPACE
        made by `python results/activations.py` with keras ... and seeds [0, 1, 2, 3, 4]
        >>> list(groups)
        ['two_layers', 'ten_layers', 'comebacks', 'gates']
    """
    stored = _read(name)
    versions = ", ".join(f"{package} {version}" for package, version in stored["versions"].items())
    print(textwrap.fill(f"made by `{stored['command']}` with {versions} and seeds {stored['seeds']}", 88))
    return stored["groups"]


def stored_groups(name: str) -> dict[str, Any]:
    """Return what `read_results` returns, and print nothing: for figures, tests and other programs.

    Args:
        name: The program without its suffix, such as "training".

    Raises:
        ValueError: There are no such results; the message names those that there are.

    Examples:
        >>> sorted(stored_groups("activations"))
        ['comebacks', 'gates', 'ten_layers', 'two_layers']
    """
    return _read(name)["groups"]


def _read(name: str) -> dict[str, Any]:
    file = RESULTS / f"{name}.json"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in RESULTS.glob("*.json"))) or "none"
        raise ValueError(f"there are no results named {name!r}; there are: {known}")
    return json.loads(file.read_text(encoding="utf-8"))


def band(runs: Sequence[Mapping[str, float]], key: str) -> tuple[float, float]:
    """Return the lowest and the highest value of `key` over `runs`, NaN twice where a run has none.

    Raises:
        ValueError: `runs` is empty, or a run has no such number.

    Examples:
        >>> runs = [{"accuracy": 0.83}, {"accuracy": 0.81}, {"accuracy": 0.84}]
        >>> band(runs, "accuracy")
        (0.81, 0.84)
    """
    runs = list(runs)
    if not runs:
        raise ValueError("a band needs at least one run")
    missing = [index for index, run in enumerate(runs) if key not in run]
    if missing:
        raise ValueError(f"run {missing[0]} has no number {key!r}; it has: {', '.join(runs[missing[0]])}")
    values = [run[key] for run in runs]
    if any(map(math.isnan, values)):  # min and max would pass over it, or not, by its place
        return math.nan, math.nan
    return min(values), max(values)


def rounded(values: Any) -> Any:
    """Return four digits of a number, or of each of an array, ready for JSON.

    Examples:
        >>> rounded(0.123456), rounded([[1234.56], [2.0]])
        (0.1235, [[1235.0], [2.0]])
    """
    import numpy as np  # reading needs no NumPy

    return [rounded(one) for one in values] if np.ndim(values) else float(f"{values:.4g}")


def make_results(
    program: str,
    groups: Mapping[str, Callable[[], Any]],
    seeds: Sequence[int],
    *,
    packages: Sequence[str] = (),
    indent: int | None = 1,
) -> None:
    """Make the groups named on the command line, or all, and write each to the program's JSON as soon as it is there.

    Args:
        program: The path of the program in `results/`, its `__file__`.
        groups: Name → function that makes what `read_results` returns under that name.
        seeds: The random seeds that the groups use.
        packages: Whose versions are noted besides those of Keras, TensorFlow and NumPy, by the names on PyPI.
        indent: Spaces for each level of the file; None for one line.

    Raises:
        SystemExit: The command line names a group that is not there.
    """
    from helpers.startup import start  # reading needs neither Keras nor what starts it

    start()
    import keras
    import numpy as np
    import tensorflow as tf

    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    versions |= {package: version(package) for package in packages}
    path = Path(program)
    file = path.with_suffix(".json")
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"groups": {}}
    wanted = sys.argv[1:] or list(groups)
    if unknown := set(wanted) - set(groups):
        sys.exit(f"unknown group {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
    for name in wanted:
        print(f"{name} …", flush=True)
        results["groups"][name] = groups[name]()
        results |= {
            "command": f"python results/{path.name}",
            "versions": versions,
            "seeds": list(seeds),
        }
        write_whole(file, json.dumps(results, indent=indent, default=float) + "\n")
