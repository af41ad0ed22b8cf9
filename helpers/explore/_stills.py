"""Stills: a few states of a moving figure in one picture, for pages where no kernel runs."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from helpers import style
from helpers.explore._redraw import Redrawer, touches_edge, write_error
from helpers.picture import SHARPNESS

PAGE = 7.6
"""Inches: the width of a notebook's page on GitHub, 760 pixels. What is wider would be shown with smaller letters."""

DPI = 100
"""Pixels of the page in an inch, whatever the user's settings say: a point is then a little more than one of CSS."""

NO_LAYOUT: Any = "none"
"""For figures that are laid out by hand, whatever the user's settings say."""

NOTE = "moves when opened live"
"""Stands below pictures of figures that move."""


@dataclass(frozen=True)
class Still:
    """One state of a moving figure, as `still` describes it.

    Attributes:
        caption: What stands above it; None for a caption made from the state.
        state: Parameter → value; what is left out keeps its first value.
        panel: The only panel to show, counted row by row from 0; all when None.
        own_scale: Whether its axes keep their limits, instead of those of all stills together.
    """

    caption: str | None
    state: Mapping[str, Any]
    panel: int | None = None
    own_scale: bool = False


def still(caption: str, /, *, panel: int | None = None, own_scale: bool = False, **state: Any) -> Still:
    """Return one state of a figure for `explore(…, stills=[…])`, with the caption of an author.

    >>> still("a large rate overshoots", panel=0, learning_rate=1.1)
    Still(caption='a large rate overshoots', state={'learning_rate': 1.1}, panel=0, own_scale=False)

    Args:
        caption: What there is to see, in a few words; it stands above the still.
        panel: Show only this panel of the state, counted row by row from 0; all of them when None.
        own_scale: Stills of one panel share the limits of their axes, so that they can be compared. With True this one
            keeps its own limits, and its caption says so.
        **state: Values of parameters of `draw`; what is left out keeps its first value.

    Raises:
        TypeError: `caption` is not a text, or `panel` not a whole number.
        ValueError: `caption` is empty, or `panel` is negative.
    """
    if not isinstance(caption, str):
        raise TypeError(f"a still needs a caption, such as still('too fast', beta=0.5), but got {caption!r}")
    if not caption.strip():
        raise ValueError("a still needs a caption that says what there is to see, but it is empty")
    if panel is not None:
        if not isinstance(panel, Integral) or isinstance(panel, bool):
            raise TypeError(f"panel must be the number of a panel, counted from 0, but got {panel!r}")
        if panel < 0:
            raise ValueError(f"panel must be the number of a panel, counted from 0, but got {panel}")
        panel = int(panel)
    return Still(" ".join(caption.split()), state, panel, bool(own_scale))


HALVED = 5.8
"""Inches: figures of one panel up to this width, when an author asks for it, may stand side by side as stills."""


class Tile(NamedTuple):
    """A still that is drawn, before its limits are settled.

    Attributes:
        still: What it is drawn from.
        canvas: Of its figure.
        axes: Axes that stills can share limits on, each under a name that is the same in all stills.
        sentence: What it shows, in words.
    """

    still: Still
    canvas: FigureCanvasAgg
    axes: list[tuple[Hashable, Axes]]
    sentence: str


def draw_stills(redrawer: Redrawer, stills: Sequence[Still], note: str = "") -> tuple[np.ndarray, str]:
    """Return several states in one picture, each under its caption, and what the picture shows in words.

    Wide stills stand one below the other, narrow ones (one panel, and no `figsize` wider than 5.8) in two columns. None
    is shrunk together with its letters: it is drawn anew for the room that it has.

    Args:
        redrawer: What draws the states.
        stills: Each with its whole state and its caption, which may be empty.
        note: A line below the picture.

    Returns:
        Array (height, width, 4) of uint8, `SHARPNESS` times as dense as it is to be shown; a text alternative.
    """
    sizes = [_natural_size(redrawer, one) for one in stills]
    page = PAGE * style.scale()
    columns = (
        2
        if len(stills) > 1 and all(_is_narrow(redrawer, *pair, page) for pair in zip(stills, sizes, strict=True))
        else 1
    )
    cell = min(page / columns, max(width for width, _ in sizes))
    tiles = []
    for one, (width, height) in zip(stills, sizes, strict=True):
        shown = min(cell, width)
        # Text takes as much room as before, so a wide still keeps its height, and a narrow one most of it.
        tiles.append(_draw_tile(redrawer, one, (shown, height * (1 if columns == 1 else max(shown / width, 0.8)))))
    _share_limits([tile for tile in tiles if not tile.still.own_scale])
    tiles = [_render(tile) for tile in tiles]
    pictures = [np.asarray(tile.canvas.buffer_rgba()) for tile in tiles]
    captions = [_caption(one) for one in stills]
    sentences = [_sentence(caption, tile.sentence) for caption, tile in zip(captions, tiles, strict=True)]
    return _compose(pictures, captions, columns, cell, note), " ".join(sentences)


def _sentence(caption: str, shown: str) -> str:
    """Return what a still shows behind its caption, with a full stop, so that the next one can follow."""
    text = f"{caption}: {shown}" if caption else shown
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def _caption(one: Still) -> str:
    return f"{one.caption or ''}{' (own scale)' if one.own_scale else ''}".strip()


def _natural_size(redrawer: Redrawer, one: Still) -> tuple[float, float]:
    """Return width and height in inches that a still has in the moving figure."""
    width, height = redrawer.figsize
    rows, columns = (1, 1) if one.panel is None else redrawer.panels
    return width / columns, height / rows


def _is_narrow(redrawer: Redrawer, one: Still, size: tuple[float, float], page: float) -> bool:
    """Tell whether two such stills fit side by side on a `page` of so many inches."""
    if one.panel is None and redrawer.panels[1] == 1:
        # An author who asks for the width of the page needs it; the style's own width may be halved.
        return size[0] <= (HALVED if redrawer.needs_its_width else page)
    return size[0] <= (page if one.panel is not None else page / 2)


def _draw_tile(redrawer: Redrawer, one: Still, size: tuple[float, float]) -> Tile:
    """Draw a still on a figure of its own, of `size` in inches."""
    layout = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06)
    figure = Figure(figsize=size, dpi=SHARPNESS * DPI, layout=layout)
    canvas = FigureCanvasAgg(figure)
    names: list[Hashable]
    try:
        if one.panel is None:
            axes: Any = figure.subplots(*redrawer.panels)
            names = list(range(np.size(axes)))
        else:
            # The other panels are drawn too, on paper that nobody sees.
            grid = Figure(figsize=redrawer.figsize, layout=NO_LAYOUT).subplots(*redrawer.panels, squeeze=False)
            grid.flat[one.panel] = figure.subplots()
            axes = grid.flat[0] if grid.size == 1 else grid.squeeze()
            names = [one.panel]
        sentence = redrawer.draw_state(axes, one.state)
    except Exception as error:
        return _failed(one, canvas, error)
    others = [ax for ax in figure.axes[len(names) :] if ax.get_label() != "<colorbar>"]
    names += [("beside", one.panel, rank) for rank in range(len(others))]  # a second y-axis, for example
    named = [*figure.axes[: len(names) - len(others)], *others]
    return Tile(one, canvas, list(zip(names, named, strict=True)), sentence)


def _failed(one: Still, canvas: FigureCanvasAgg, error: Exception) -> Tile:
    """Return the tile of a state that could not be drawn: its message stands there."""
    canvas.figure.clear()
    return Tile(one, canvas, [], write_error(canvas.figure, error))


def _share_limits(tiles: Sequence[Tile]) -> None:
    """Give panels that show the same thing in several stills limits that hold all of it."""
    for which in "xy":
        groups: dict[Hashable, list[Axes]] = {}
        for tile in tiles:
            for name, ax in tile.axes:
                if ax.name != "rectilinear":
                    continue
                if ax.get_aspect() != "auto" and ax.get_adjustable() == "datalim":
                    continue  # these choose their limits themselves, to keep their units alike
                low, high = _limits(ax, which)
                # Without visible axes, the data may be inches of the paper: only paper of one size is compared.
                paper = None if ax.axison else tile.canvas.figure.bbox.bounds
                key = name, getattr(ax, f"get_{which}scale")(), low <= high, paper
                groups.setdefault(key, []).append(ax)
        for group in groups.values():
            limits = [_limits(ax, which) for ax in group]
            ends = min(map(min, limits)), max(map(max, limits))
            union = ends if limits[0][0] <= limits[0][1] else ends[::-1]
            for ax, own in zip(group, limits, strict=True):
                if own != union:
                    getattr(ax, f"set_{which}lim")(union)


def _limits(ax: Axes, which: str) -> tuple[float, float]:
    low, high = getattr(ax, f"get_{which}lim")()
    return float(low), float(high)


def _render(tile: Tile) -> Tile:
    """Draw the pixels of a tile; what fails only now, such as a formula that cannot be set, is told in its place."""
    try:
        tile.canvas.draw()
        if touches_edge(tile.canvas):
            tile.canvas.draw()  # Axes with a fixed aspect get their room from the second layout only
    except Exception as error:
        tile = _failed(tile.still, tile.canvas, error)
        tile.canvas.draw()
    return tile


def _compose(
    pictures: Sequence[np.ndarray], captions: Sequence[str], columns: int, cell: float, note: str
) -> np.ndarray:
    """Return the pixels of all tiles on one page, `columns` in a row of cells of `cell` inches, with their captions."""
    dpi, size = SHARPNESS * DPI, style.NOTEBOOK_TEXT * style.scale()
    line = round(1.35 * size / 72 * dpi)  # pixels
    letters = max(int(72 * cell / (0.66 * size)), 10)
    wrapped = [textwrap.wrap(caption, letters) for caption in captions]
    rows = [range(first, min(first + columns, len(pictures))) for first in range(0, len(pictures), columns)]
    width = max(columns * round(cell * dpi), max(picture.shape[1] for picture in pictures))
    width += width % SHARPNESS
    texts: list[tuple[int, int, str]] = []  # column and row of pixels, from above, where a line of text stands
    spots: list[tuple[int, int]] = []
    top = 0
    for row in rows:
        lines = max(len(wrapped[index]) for index in row)
        below = top + lines * line + (line // 3 if lines else 0)
        for column, index in enumerate(row):
            left = column * round(cell * dpi)
            texts += [(left, top + (rank + 1) * line, text) for rank, text in enumerate(wrapped[index])]
            spots.append((left, below))
        top = below + max(pictures[index].shape[0] for index in row)
    height = top + (round(1.2 * line) if note else 0)
    height += height % SHARPNESS
    page = Figure(figsize=(width / dpi, height / dpi), dpi=dpi, layout=NO_LAYOUT)
    page.set_facecolor(style.ground(page))
    canvas = FigureCanvasAgg(page)
    margin, ink = 0.06 * dpi, style.ink(page)
    plain: dict[str, Any] = {"parse_math": False, "usetex": False}
    for left, above, text in texts:
        page.text((left + margin) / width, 1 - above / height, text, size=size, weight="bold", color=ink, **plain)
    if note:
        grey = style.GREY if ink == style.BLACK else style.LIGHT_GREY
        page.text(margin / width, 0.45 * line / height, note, size=10 * style.scale(), color=grey, **plain)
    canvas.draw()
    pixels = np.array(canvas.buffer_rgba())
    for (left, above), picture in zip(spots, pictures, strict=True):
        pixels[above : above + picture.shape[0], left : left + picture.shape[1]] = picture
    return pixels
