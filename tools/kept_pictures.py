"""Pictures that look as before keep their bytes, so that executing a notebook anew costs the history almost nothing.

Another machine moves a few grey values at the edges of lines and letters. Nobody sees that, but git would store every
picture of the course once more. A digit in a label that changed is just as few pixels, and must not be lost: it lies
where nothing like it was before, whereas grey values change beside what was there.
"""

from __future__ import annotations

import functools
import io
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from nbformat import NotebookNode
from PIL import Image, ImageChops, ImageFilter, UnidentifiedImageError

from helpers.picture import FEW, VISIBLE
from tools.normalize import png_bytes

ELSEWHERE = 10
"""So many pixels may show what was not there within a pixel before. A changed digit of a label is about 200."""

SHRUNK, FEW_OF_OTHER_VERSIONS = 4, 0.05
"""What another matplotlib draws is compared when it is so many times smaller; this share may then be elsewhere.

Between 3.10.0 with FreeType 2.6.1 and 3.11.2 with 2.14.3, whose letters have other widths, everything moves a little:
3 to 11 % of the pixels of notebook 02 change visibly, and 0.5 to 2.8 % of the small picture are elsewhere. Of two
pictures that show different things at least 10 % are.
"""

_SEEN = [0] * (VISIBLE + 1) + [255] * (255 - VISIBLE)


def look_the_same(one: bytes, other: bytes, *, other_versions: bool = False) -> bool:
    """Return whether nobody would see that one picture took the place of the other.

    They must have one size; no more than `FEW` of the pixels may differ by more than `VISIBLE`; and of what one shows,
    all but `ELSEWHERE` pixels must be in the other, at most one pixel away. What is not a picture looks like nothing.

    Args:
        one: A PNG file.
        other: A PNG file.
        other_versions: Instead, they must be alike in outline, see `FEW_OF_OTHER_VERSIONS`. A digit may then differ:
            this is for somebody who knows that no drawing changed.
    """
    if one == other:
        return True
    try:
        with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
            a, b = first.convert("RGBA"), second.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError):  # Pillow calls a broken PNG all of these
        return False
    if a.size != b.size:
        return False
    if other_versions:
        a, b = a.reduce(SHRUNK), b.reduce(SHRUNK)
        return _elsewhere(a, b) + _elsewhere(b, a) <= FEW_OF_OTHER_VERSIONS * a.width * a.height
    changed = functools.reduce(ImageChops.lighter, ImageChops.difference(a, b).split()).point(_SEEN).histogram()[255]
    return changed <= FEW * a.width * a.height and _elsewhere(a, b) + _elsewhere(b, a) <= ELSEWHERE


def _elsewhere(picture: Image.Image, other: Image.Image) -> int:
    """Return how many pixels of `picture` are darker or brighter than all that `other` shows within one pixel."""
    box = ImageChops.difference(picture, other).getbbox(alpha_only=False)
    if box is None:
        return 0
    left, top, right, bottom = box
    around = (max(left - 1, 0), max(top - 1, 0), min(right + 1, picture.width), min(bottom + 1, picture.height))
    other = other.crop(around)
    pixels = np.asarray(picture.crop(around), np.int16)
    darkest = np.asarray(other.filter(ImageFilter.MinFilter(3)), np.int16)
    brightest = np.asarray(other.filter(ImageFilter.MaxFilter(3)), np.int16)
    return int(((pixels < darkest - VISIBLE) | (pixels > brightest + VISIBLE)).any(axis=2).sum())


def keep_pictures(notebook: NotebookNode, *earlier: NotebookNode, other_versions: bool = False) -> int:
    """Give each picture of `notebook` the bytes of an earlier one that looks the same, if there is one.

    It is looked for in the cell with the same source (the second of two equal cells belongs to the second one), and
    then, for cells that were rewritten, in the other cells from top to bottom. A picture whose text alternative changed
    keeps nothing: there are numbers in it that may be in the picture, too.

    Args:
        notebook: Executed and normalized; changed in place.
        earlier: Normalized versions of it, the most trusted one first.
        other_versions: As for `look_the_same`; then only cells with the same source count.

    Returns:
        How many pictures got other bytes than they had.
    """
    versions = []
    for version in earlier:
        by_cell = defaultdict(list)
        for cell, output in _pictures(version):
            by_cell[cell].append(output)
        versions.append(by_cell)
    kept = 0
    for cell, output in _pictures(notebook):
        candidates = [old for by_cell in versions for old in by_cell[cell]]
        if not other_versions:
            candidates += [old for by_cell in versions for olds in by_cell.values() for old in olds]
        for old in candidates:
            same_words = old.metadata == output.metadata
            if same_words and look_the_same(png_bytes(old), png_bytes(output), other_versions=other_versions):
                kept += output.data["image/png"] != old.data["image/png"]
                output.data["image/png"] = old.data["image/png"]
                break
    return kept


def _pictures(notebook: NotebookNode) -> Iterator[tuple[tuple[str, int], NotebookNode]]:
    """Yield each output with a picture, and its cell: the source, and how many cells above have the same one."""
    seen: dict[str, int] = defaultdict(int)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                yield (cell.source, seen[cell.source]), output
        seen[cell.source] += 1
