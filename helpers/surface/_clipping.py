"""Paths as lines on paper: where they diverge, what of them lies in the picture, and where arrowheads go."""

from __future__ import annotations

import numpy as np

ARROWS = (0.12, 0.4, 0.75)
"""Where along a path, from its start (0) to its end (1), arrowheads show its direction."""


def first_stray(path: np.ndarray) -> int | None:
    """Return the first step of a path (steps + 1, 2) that is not finite, None if all are."""
    stray = ~np.isfinite(path).all(axis=1)
    return int(np.argmax(stray)) if stray.any() else None


def spread(count: int, most: int) -> np.ndarray:
    """Return at most `most` of the indices below `count`, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int)) if count else np.empty(0, int)


@np.errstate(all="ignore")
def clip(points: np.ndarray) -> np.ndarray:
    """Return the part of a polyline (n, 2) inside the unit square, with rows of NaN where it is interrupted.

    Huge and non-finite points never reach the renderer: each segment is cut at the edges (Liang and Barsky, 1984).
    """
    points = points[: first_stray(points)]
    if len(points) < 2 or ((points >= 0) & (points <= 1)).all():
        return points[((points >= 0) & (points <= 1)).all(axis=1)]
    begin, move = points[:-1], np.diff(points, axis=0)
    hits = np.stack([-begin / move, (1 - begin) / move])
    inside = (begin >= 0) & (begin <= 1)
    still = move == 0
    entry = np.where(still, np.where(inside, -np.inf, np.inf), hits.min(axis=0)).max(axis=1).clip(min=0)
    leave = np.where(still, np.inf, hits.max(axis=0)).min(axis=1).clip(max=1)
    seen = entry <= leave
    entry, leave, begin, move = entry[seen, None], leave[seen, None], begin[seen], move[seen]
    pieces = np.stack([begin + entry * move, begin + leave * move, np.full_like(begin, np.nan)], axis=1)
    kept = np.ones(pieces.shape[:2], bool)
    joined = (np.flatnonzero(seen)[1:] == np.flatnonzero(seen)[:-1] + 1) & (leave[:-1, 0] == 1) & (entry[1:, 0] == 0)
    kept[1:, 0] = ~joined
    kept[:-1, 2] = ~joined
    kept[-1:, 2] = False
    return pieces[kept]


def arrows(line: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (place, direction) of arrowheads along a clipped polyline; none on one too short to need them."""
    moves = np.nan_to_num(np.diff(line, axis=0))
    reached = np.cumsum(np.linalg.norm(moves, axis=1))
    if not len(reached) or reached[-1] < 0.08:
        return []
    chosen = np.unique(np.searchsorted(reached, np.array(ARROWS) * reached[-1]))
    return [(line[index] + moves[index] / 2, moves[index]) for index in chosen if moves[index].any()]
