"""The course as a map: which notebook needs which, and what must be read before one that you aim at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers import style
from helpers.picture import new_axes
from helpers.start._syllabus import SYLLABUS, read_syllabus

WIDTH, HEIGHT, STEP, LANE = 1.14, 0.66, 1.4, 1.0
"""Of a box, and from one box to the next, in the units of the map."""


@dataclass(frozen=True)
class Stop:
    """A notebook on the map.

    Attributes:
        number: The two digits with which its name begins, "03".
        word: The first words of its title, up to a colon or a comma.
        minutes: How long it takes; of a range, the middle.
        needs: Numbers of the notebooks that it builds on.
    """

    number: str
    word: str
    minutes: float
    needs: tuple[str, ...]


def read_course(path: Path = SYLLABUS) -> list[Stop]:
    """Return the notebooks of the syllabus in order, of those that share a number only the first: the core."""
    course = read_syllabus(path)
    stops: dict[str, Stop] = {}
    for entry in course.notebooks:
        word = entry.title.split(":")[0].split(" in ")[0]
        stop = Stop(entry.number, word, entry.mean_minutes, tuple(course.numbers(entry)))
        stops.setdefault(entry.number, stop)
    return list(stops.values())


def needed_for(stops: Sequence[Stop], goal: str) -> list[Stop]:
    """Return all that must be read to understand the notebook with the number `goal`, itself last, in order.

    Raises:
        ValueError: No notebook has this number.
    """
    by_number = {stop.number: stop for stop in stops}
    if goal not in by_number:
        raise ValueError(f"there is no notebook {goal!r}, only {', '.join(by_number)}")
    wanted, waiting = set(), [goal]
    while waiting:
        number = waiting.pop()
        if number not in wanted:
            wanted.add(number)
            waiting += by_number[number].needs
    return [stop for stop in stops if stop.number in wanted]


def direct_needs(stops: Sequence[Stop], stop: Stop) -> list[str]:
    """Return the numbers that `stop` needs, without those that another of them needs already."""
    through_others = {
        before.number for need in stop.needs for before in needed_for(stops, need) if before.number != need
    }
    return [need for need in stop.needs if need not in through_others]


def place_stops(stops: Sequence[Stop]) -> dict[str, tuple[int, int]]:
    """Return number → (column, row): each stands right of all that it needs, the way to the last one in row 0."""
    main = {stop.number for stop in needed_for(stops, stops[-1].number)}
    columns: dict[str, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for index, stop in enumerate(stops):
        # The first one belongs before the others, though none of them needs it.
        column = 1 + max((columns[need] for need in stop.needs), default=0 if index else -1)
        row = 0 if stop.number in main or index == 0 else 1
        while (column, row) in places.values():
            row += 1
        columns[stop.number], places[stop.number] = column, (column, row)
    return places


def draw_order(stops: Sequence[Stop], goal: str, *, ax: Axes | None = None) -> Axes:
    """Draw all notebooks with arrows from each to those that build on it, and mark what `goal` needs.

    Args:
        stops: The notebooks, as `read_course` gives them.
        goal: Number of the notebook that the student aims at.
        ax: Where to draw; on a new figure when None.

    Returns:
        The Axes.

    Raises:
        ValueError: No notebook has this number.
    """
    ax = new_axes(describe_order(stops, goal), figsize=(9.5, 2.1)) if ax is None else ax
    wanted = {stop.number for stop in needed_for(stops, goal)}
    centers = {number: (STEP * column, -LANE * row) for number, (column, row) in place_stops(stops).items()}
    ax.set_axis_off()
    for stop in stops:
        for need in direct_needs(stops, stop):
            color = style.visible(style.BLUE if stop.number in wanted else style.GREY, ax)
            ax.add_patch(_arrow(centers[need], centers[stop.number], stop.number in wanted, color))
    for stop in stops:
        _draw_stop(ax, stop, centers[stop.number], stop.number in wanted)
    columns, rows = zip(*centers.values(), strict=True)
    ax.set(xlim=(min(columns) - 0.65, max(columns) + 0.65), ylim=(min(rows) - 0.45, max(rows) + 0.45), aspect="equal")
    ax.set_title(_needs(stops, goal))
    return ax


def describe_order(stops: Sequence[Stop], goal: str) -> str:
    """Return in a sentence what `draw_order` shows; arguments and errors are the same."""
    return f"A map of the course, arrows from each notebook to those that build on it: {_needs(stops, goal)}."


def _needs(stops: Sequence[Stop], goal: str) -> str:
    """Return what must be read before the notebook `goal`, and how long all of it takes."""
    way = needed_for(stops, goal)
    before = ", ".join(stop.number for stop in way[:-1]) or "nothing"
    return f"{goal} needs {before}; together {sum(stop.minutes for stop in way) / 60:.1f} hours"


def _arrow(start: tuple[float, float], end: tuple[float, float], wanted: bool, color: str) -> FancyArrowPatch:
    from_edge = (start[0] + WIDTH / 2, start[1])
    to_edge = (end[0] - WIDTH / 2, end[1])
    return FancyArrowPatch(
        from_edge,
        to_edge,
        arrowstyle="-|>",
        mutation_scale=14 if wanted else 9,
        color=color,
        linewidth=2.5 if wanted else 1,
        shrinkA=0,
        shrinkB=0,
    )


def _draw_stop(ax: Axes, stop: Stop, center: tuple[float, float], wanted: bool) -> None:
    x, y = center
    ax.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2, y - HEIGHT / 2),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.1",
            facecolor=style.BLUE if wanted else "white",
            edgecolor=style.BLUE if wanted else style.GREY,
            linewidth=1.5,
        )
    )
    ink = "white" if wanted else style.BLACK
    ax.text(x, y + 0.16, stop.number, ha="center", va="center", color=ink, weight="bold")
    ax.text(x, y - 0.02, stop.word, ha="center", va="center", color=ink, fontsize=8)
    ax.text(x, y - 0.2, f"{stop.minutes:.0f} min", ha="center", va="center", color=ink, fontsize=8)
