"""The syllabus, `notebooks/course.yml`: read and checked here, for the map of the course and for `tools`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SYLLABUS = Path(__file__).resolve().parents[2] / "notebooks" / "course.yml"

DEEPER = "_deeper"
"""How the name of a notebook ends that goes on where the one of the same name without it, its core, stops."""

_KINDS = {"name": str, "title": str, "prerequisites": list, "concepts": dict}
_KEYS = ("name", "title", "minutes", "prerequisites", "concepts")


class SyllabusError(ValueError):
    """What course.yml, the README or a notebook says cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Entry:
    """One notebook of the syllabus.

    Attributes:
        name: "03_backprop", or "03_backprop_deeper" for what goes deeper.
        title: What stands in the title behind the number.
        minutes: How long it takes, exercises included: 100, or a range such as "100–130". 0 makes it a page, in which
            students look things up.
        prerequisites: Names of earlier notebooks.
        concepts: Ids ("B1") and titles of what it teaches. A deeper notebook may name what its core teaches, too.
    """

    name: str
    title: str
    minutes: int | str
    prerequisites: tuple[str, ...]
    concepts: dict[str, str]

    @property
    def number(self) -> str:
        """The two digits with which the name begins."""
        return self.name.split("_")[0]

    @property
    def part(self) -> str:
        """What kind of notebook it is: "core", "deeper" or "page"."""
        return "page" if self.minutes == 0 else "deeper" if self.name.endswith(DEEPER) else "core"

    @property
    def heading(self) -> str:
        """The title as it stands in the notebook ("01 · Architecture: what kind of …?")."""
        return f"{self.number} · {self.title}"


@dataclass(frozen=True)
class Course:
    """The syllabus: the GitHub repository ("owner/name"), the release to fetch from it, and the notebooks in order.

    The repository is empty until its owner has named it: a name that nobody owns could be taken by a stranger, whose
    code would then run wherever a student opens a notebook.
    """

    repository: str
    notebooks: tuple[Entry, ...]
    release: str = "main"

    @cached_property
    def by_name(self) -> dict[str, Entry]:
        """The notebooks by name ("07_training")."""
        return {entry.name: entry for entry in self.notebooks}

    def badge(self, name: str) -> str:
        """Return the Colab button of the notebook `name`, in Markdown; empty while the repository has no name."""
        if not self.repository:
            return ""
        link = f"https://colab.research.google.com/github/{self.repository}/blob/{self.release}/notebooks/{name}.ipynb"
        return f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({link})"

    def numbers(self, entry: Entry) -> list[str]:
        """Return the numbers of the notebooks that `entry` builds on, each once."""
        return list(dict.fromkeys(self.by_name[before].number for before in entry.prerequisites))


def read_syllabus(path: Path = SYLLABUS) -> Course:
    """Read and check the syllabus.

    Raises:
        SyllabusError: Something is missing, misspelt, of the wrong kind, or named twice.
    """
    import yaml

    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or set(raw) != {"repository", "release", "notebooks"}:
        raise SyllabusError(f"{path.name} must have the keys repository, release and notebooks, and no others")
    repository, release = raw["repository"] or "", raw["release"]
    # Both are written into commands: nothing that a shell could take for something else.
    if repository and not re.fullmatch(r"[A-Za-z0-9][\w-]*/[\w.-]+", str(repository), re.ASCII):
        raise SyllabusError(f'repository must read "owner/name" or be empty, but is "{repository}"')
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", str(release), re.ASCII):
        raise SyllabusError(f'release must be the name of a Git tag such as "v2.0", but is "{release}"')
    if not isinstance(raw["notebooks"], list):
        raise SyllabusError(f"notebooks must be a list, but is {raw['notebooks']!r}")
    entries: list[Entry] = []
    for item in raw["notebooks"]:
        entry = _entry(item)
        _check_place(entry, entries)
        entries.append(entry)
    return Course(str(repository), tuple(entries), str(release))


def _entry(item: Any) -> Entry:
    """Return the `item` of the syllabus after a check of its keys and values."""
    name: Any = item.get("name") if isinstance(item, dict) else item
    if not isinstance(item, dict) or set(item) != set(_KEYS):
        raise SyllabusError(f"notebook {name} must have the keys {', '.join(_KEYS)} and no others")
    for key, kind in _KINDS.items():
        if type(item[key]) is not kind:
            raise SyllabusError(f"{key} of notebook {name} must be of type {kind.__name__}, but is {item[key]!r}")
    if not _are_minutes(item["minutes"]):
        wanted = 'a whole number or a range such as "100–130"'
        raise SyllabusError(f"minutes of notebook {name} must be {wanted}, but is {item['minutes']!r}")
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        raise SyllabusError(f'notebook names must read "07_training", but one is "{name}"')
    for concept, title in item["concepts"].items():
        if not re.fullmatch(r"[A-Z]\d+", str(concept)) or type(title) is not str:
            raise SyllabusError(f'concepts of {name} must read "A1: title", but one is "{concept}: {title}"')
    return Entry(**{**item, "prerequisites": tuple(item["prerequisites"])})


def _are_minutes(value: Any) -> bool:
    if type(value) is int:
        return value >= 0
    found = re.fullmatch(r"(\d+)–(\d+)", value) if type(value) is str else None
    return found is not None and 0 < int(found[1]) < int(found[2])


def _check_place(entry: Entry, earlier: list[Entry]) -> None:
    """Refuse an entry that does not fit to the `earlier` ones."""
    by_name = {other.name: other for other in earlier}
    if entry.name in by_name:
        raise SyllabusError(f"{entry.name} is listed twice")
    for before in entry.prerequisites:
        if before not in by_name:
            raise SyllabusError(f"{entry.name} builds on {before}, which does not stand before it")
        if entry.part == "core" and by_name[before].part == "deeper":
            raise SyllabusError(f"{entry.name} builds on {before}, but students may leave out what goes deeper")
    core = entry.name.removesuffix(DEEPER)
    if entry.part == "deeper" and core not in entry.prerequisites:
        raise SyllabusError(f"{entry.name} must build on its core, {core}")
    for other in earlier:
        for concept in sorted(set(entry.concepts) & set(other.concepts)):
            if other.name != core or entry.part == "core":
                raise SyllabusError(f"{entry.name} lists {concept}, which {other.name} teaches")
            if entry.concepts[concept] != other.concepts[concept]:
                raise SyllabusError(f"{concept} must have the same title in {other.name} and {entry.name}")
