"""What is written in and on a network drawing: names and values of units, symbols and numbers of weights."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from helpers import style
from helpers._text import Labels, outline, text_width
from helpers.network._layout import SMALLEST, Layout, shown_units
from helpers.network._reading import Network

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def indexed(symbol: str, *indices: int, layer: int | None = None) -> str:
    """Return `symbol` with subscripts and the layer as superscript, such as w⁽²⁾₁₁.

    Two indices are separated by a comma as soon as one of them has more than one digit: w₁₂,₃ is not w₁,₂₃.
    """
    comma = "," if any(index > 9 for index in indices) else ""
    above = "" if layer is None else f"⁽{str(layer).translate(_SUPERSCRIPT)}⁾"
    return symbol + above + comma.join(str(index).translate(_SUBSCRIPT) for index in indices)


def number(value: float, number_format: str) -> str:
    """Return a number as text, with a real minus sign, and without one before a number that is written as 0."""
    text = format(float(value), number_format)
    if not re.search("[1-9]", text):
        text = format(abs(float(value)), number_format)
    return text.strip().replace("-", "−")


class UnitNames:
    """What stands in, below and beside the units that are drawn.

    Args:
        net: The network.
        split: Whether units show z | f rather than one name.
        output_name: The outputs' letter.
        output_function: What stands beside z in a split output; when None, σ for a sigmoid and g otherwise.
        values: Activations (units,) or None for each layer; they take the names' place.
        number_format: Format specification of the activations.
        max_units: Layers wider than this are not drawn whole.
    """

    def __init__(
        self,
        net: Network,
        split: bool,
        output_name: str,
        output_function: str | None,
        values: list[np.ndarray | None],
        number_format: str,
        max_units: int,
    ) -> None:
        self.split = split
        self.last = len(net.sizes) - 1
        function = output_function or ("σ" if net.output_activation == "sigmoid" else "g")
        self.functions = ["f"] * self.last + [function]
        letters = ["x", *("a" if split else "h") * (self.last - 1), output_name]
        self.texts: list[list[str]] = []
        for layer, (size, letter, known) in enumerate(zip(net.sizes, letters, values, strict=True)):
            units = shown_units(size, max_units)[0]
            if known is not None:
                self.texts.append([number(known[unit], number_format) for unit in units])
                continue
            # Formulas name the layer of an activation; a drawing without formulas does not need to.
            above = layer if split and 0 < layer < self.last and self.last > 2 else None
            one = layer in (0, self.last) and size == 1
            self.texts.append([letter if one else indexed(letter, int(unit) + 1, layer=above) for unit in units])

    def beside(self) -> float:
        """Return the width, for 1 point of size, of what stands to the right of the outputs."""
        return max(map(text_width, self.texts[-1])) if self.split else 0.0

    def sizes(self, layout: Layout, largest: float) -> tuple[float, float]:
        """Return the sizes in points of what stands in the units and outside of them."""
        room = 1.5 * layout.radius
        inside = self.texts[0] if self.split else [text for texts in self.texts for text in texts]
        size = min(largest, room / max(map(text_width, inside)), 80 * layout.radius)
        if self.split:
            halves = max(text_width(text) for text in ("z", "f", self.functions[-1]))
            size = min(size, 0.65 * layout.radius / halves)
        free = layout.slot - 2 * layout.radius
        return size, min(largest, 0.85 * 72 * free)

    def reach(self, layout: Layout, layer: int, largest: float) -> float:
        """Return how far from the middle of its column a layer and its labels reach."""
        below = [text_width(text) for text in self.texts[layer]] if self.split and 0 < layer < self.last else [0.0]
        return max(1.15 * layout.radius, max(below) * self.sizes(layout, largest)[1] / 2 + 0.02)

    def write(self, labels: Labels, layout: Layout, layer: int, fills: list[Any], lost: Any, largest: float) -> None:
        """Write what belongs to one layer's units that are not `lost`, as far as it is large enough to be read.

        Args:
            labels: Where to write it.
            layout: The layout.
            layer: Which layer, from 0.
            fills: The colours of its units.
            lost: Which of its units are dropped.
            largest: Size in points that no label exceeds.
        """
        inner, outer = self.sizes(layout, largest)
        column, radius = layout.columns[layer], layout.radius
        of_bias = min(inner, 50 * radius)
        if column.bias_y is not None and of_bias >= SMALLEST:
            labels.add("1", column.x, column.bias_y, size=of_bias, on="white")
        for text, y, on, off in zip(self.texts[layer], column.y, fills, lost, strict=True):
            if off:
                continue
            if not self.split or layer == 0:
                inside, beside = [(text, column.x)], False
            else:
                inside = [("z", column.x - 0.46 * radius), (self.functions[layer], column.x + 0.46 * radius)]
                beside = outer >= SMALLEST
            for word, x in inside if inner >= SMALLEST else []:
                labels.add(word, x, y, size=inner, on=on)
            if beside and layer < self.last:
                below = min(layout.slot / 2, radius + 0.8 * outer / 72)
                labels.add(text, column.x, y - below, size=outer, ground=True)
            elif beside:
                labels.add(text, column.x + radius + 0.04, y, size=outer, align="left")


def check_weight_labels(wanted: Any, net: Network, known: tuple[Any, Any], slopes: tuple[Any, Any] | None) -> None:
    """Refuse weight labels that `weight_texts` cannot write; see there for the arguments.

    Raises:
        TypeError: `wanted` is of another type.
        ValueError: `wanted` is another word, has a wrong shape, or asks for numbers that are not known.
    """
    choices = f"weight_labels must be 'symbols', 'numbers' or a list of texts for each step, not {wanted!r}"
    if isinstance(wanted, list | tuple):
        if len(wanted) != len(net.sizes) - 1:
            raise ValueError(
                f"weight_labels must have one entry for each of the {len(net.sizes) - 1} steps, not {len(wanted)}"
            )
        for step, texts in enumerate(wanted):
            shape, expected = np.asarray(texts, dtype=object).shape, net.sizes[step : step + 2]
            if shape != expected:
                between = f"between layers {step + 1} and {step + 2}"
                raise ValueError(f"weight_labels {between} must have shape {expected}, not {shape}")
            for text in np.ravel(np.asarray(texts, dtype=object)):
                style.check_formula(str(text), "each of weight_labels")
    elif wanted is not None and not isinstance(wanted, str):
        raise TypeError(choices)
    elif wanted not in (None, "symbols", "numbers"):
        raise ValueError(choices)
    elif wanted == "numbers" and slopes is None and all(kernel is None for kernel in known[0]):
        raise ValueError("weight_labels='numbers' needs weights or gradients, but there are none")


def weight_texts(
    wanted: Any,
    net: Network,
    layout: Layout,
    known: tuple[Any, Any],
    slopes: tuple[Any, Any] | None,
    number_format: str,
) -> list[list[str]]:
    """Return the label of each edge drawn, step by step, in the order of `edges`: those from the bias first.

    Args:
        wanted: "symbols", "numbers", or an array (inputs, units) of texts for each step.
        net: The network.
        layout: Its layout.
        known: Kernels and biases, None where they are not known.
        slopes: Their gradients in the same form; None when not known.
        number_format: Format specification of numbers.
    """
    steps = len(net.sizes) - 1

    def text(step: int, row: int | None, unit: int) -> str:
        """Return the label of one edge; `row` is None for the one from the bias."""
        if not isinstance(wanted, str):
            return "" if row is None else str(wanted[step][row][unit]).strip()
        if wanted == "symbols":
            layer = step + 1 if steps > 1 else None
            column = () if net.sizes[-1] == steps == 1 else (unit + 1,)
            return indexed("b", *column, layer=layer) if row is None else indexed("w", row + 1, *column, layer=layer)
        lines = []
        for sign, parameters in (("", known), ("∂ ", slopes)):
            array = None if parameters is None else parameters[row is None][step]
            if array is not None:
                lines.append(sign + number(array[unit] if row is None else array[row, unit], number_format))
        return "\n".join(lines)

    texts = []
    for step, (source, target) in enumerate(zip(layout.columns, layout.columns[1:], strict=False)):
        rows = [None] * (source.bias_y is not None) + source.units.tolist()
        texts.append([text(step, row, unit) for row in rows for unit in target.units.tolist()])
    return texts


def place_labels(segments: np.ndarray, texts: list[str], largest: float, reach: tuple[float, float]) -> tuple:
    """Return (size in points, {edge: (x, y)}) of labels on edges, none over another.

    Every label goes where its edge is farthest from the other edges. The largest size is taken at which all find a
    place; a label that finds none at the smallest size is left out.

    Args:
        segments: Edges, shape (edges, 2, 2).
        texts: A label for each edge; "" for none.
        largest: Size in points to begin with.
        reach: The labels' left and right limit.
    """
    shares = np.linspace(0.06, 0.94, 31)
    places = segments[:, None, 0] + shares[:, None] * (segments[:, None, 1] - segments[:, None, 0])
    order = np.argsort(places[..., 1], axis=0)
    steps = np.pad(
        np.diff(np.take_along_axis(places[..., 1], order, 0), axis=0), ((1, 1), (0, 0)), constant_values=99.0
    )
    clearance = np.empty_like(steps[1:])
    np.put_along_axis(clearance, order, np.minimum(steps[1:], steps[:-1]), axis=0)
    # A label is wider than a point: what counts is the room a little before and after it too.
    clearance = sliding_window_view(np.pad(clearance, ((0, 0), (2, 2)), mode="edge"), 5, axis=1).min(axis=-1)
    labelled = [edge for edge in np.argsort(clearance.max(axis=1)) if texts[edge]]
    extents = {edge: np.array(outline(texts[edge])[1:]) for edge in labelled}
    size = max(largest, SMALLEST)
    while True:
        placed = _placed(places, clearance, labelled, extents, size, reach)
        if len(placed) == len(labelled) or size == SMALLEST:
            return size, placed
        size = max(0.9 * size, SMALLEST)


def _placed(
    places: np.ndarray,
    clearance: np.ndarray,
    labelled: list[int],
    extents: dict[int, np.ndarray],
    size: float,
    reach: tuple[float, float],
) -> dict[int, tuple[float, float]]:
    """Return the places that labels of `size` points find, the edges with the least room first."""
    placed: dict[int, tuple[float, float]] = {}
    taken = np.empty((0, 2, 2))
    for edge in labelled:
        half = extents[edge] * size / 2 + 0.02
        low, high = places[edge] - half, places[edge] + half
        fits = (low[:, 0] >= reach[0]) & (high[:, 0] <= reach[1])
        over = (low[:, None] < taken[None, :, 1]).all(-1) & (high[:, None] > taken[None, :, 0]).all(-1)
        free = fits & ~over.any(axis=1)
        if free.any():
            # More distance to other edges than a label is high is no better: then the middle of the edge is.
            room = np.minimum(clearance[edge], 2 * half[1]) - 0.02 * np.abs(np.linspace(-1, 1, len(free)))
            best = int(np.argmax(np.where(free, room, -np.inf)))
            placed[edge] = (float(places[edge][best, 0]), float(places[edge][best, 1]))
            taken = np.concatenate([taken, [[low[best], high[best]]]])
    return placed
