"""Drawings of fully connected networks, from a list of layer sizes or from a Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers._text import Labels, text_width
from helpers.network._artists import Page, draw_edges, draw_units
from helpers.network._labels import UnitNames, check_weight_labels, place_labels, weight_texts
from helpers.network._layout import GAP_SLOTS, Layout, arrange, edges, slots_needed
from helpers.network._reading import Network, check_flag, read_network, read_parameters, read_per_unit
from helpers.picture import new_axes

__all__ = ["describe_network", "draw_network", "draw_units"]

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def draw_network(
    network: Any,
    *,
    ax: Axes | None = None,
    count: bool = False,
    biases: bool = True,
    labels: str | None = "names",
    output_name: str = "ŷ",
    output_function: str | None = None,
    weights: Sequence[Any] | None = None,
    gradients: Sequence[Any] | None = None,
    colors: bool = True,
    weight_labels: str | Sequence[Any] | None = None,
    number_format: str = ".2f",
    activations: Sequence[Any] | None = None,
    dropped: Sequence[Any] | None = None,
    headings: bool = True,
    max_units: int = 12,
    title: str | None = None,
) -> Axes:
    """Draw a fully connected network, inputs on the left.

    >>> from helpers.network import draw_network
    >>> ax = draw_network([784, 128, 10], count=True)  # or a Keras model
    >>> ax.figure.savefig("network.png")  # doctest: +SKIP

    As the last line of a cell, `draw_network(…)` shows its picture. Inputs are squares, hidden units circles, outputs
    double circles, bias nodes small diamonds. The units of a layer, the edges of a step and all labels are one artist
    each, so that a slider can redraw the network at once.

    Args:
        network: Layer sizes, inputs first, as list, tuple or 1-D array; or a built Keras model that is a chain of
            Dense layers (layers that act on each unit alone, such as dropout, are passed over).
        ax: Where to draw; its limits become inches. When None, on a new figure, which is not one of pyplot's.
        count: Whether to write the number of parameters of each step, of weights, of biases, and the total.
        biases: Whether layer sizes mean a network with biases; for a model, whether its bias nodes are drawn.
        labels: "names" (x, h, ŷ in the units), "split" (z | f in the units, activations a and ŷ beside them) or None.
            Labels that would be too small to read are left out.
        output_name: The outputs' letter, such as "ŷ" or "o".
        output_function: What stands beside z in a split output, such as "g" or "σ"; when None, σ for a model whose
            last activation is a sigmoid, and g otherwise.
        weights: Arrays (inputs, units), each of which an array (units,) of biases may follow, as
            `model.get_weights()` has them; when None, those of the model (of a quantized one what its codes stand for).
        gradients: Gradients of the weights, in the same form. The edges show them instead of the weights.
        colors: Whether edges show the sign of a weight or gradient by colour and dashes, and its size by width.
        weight_labels: "symbols" (w with layer, input and unit), "numbers" (weights and gradients, as far as known),
            or for each step an array (inputs, units) of texts. A label that finds no free place is left out.
        number_format: Format specification of numbers, as `format` takes it.
        activations: An array (units,) or None for each layer; they fill the units (dark is low) and stand in them.
        dropped: An array (units,) of truth values or None for each layer; dropped units are hollow and crossed out,
            their edges faint and dotted.
        headings: Whether "input", "hidden" and "output" stand above the layers.
        max_units: Layers wider than this, at least 3, are drawn with dots and their true number.
        title: A title inside the Axes.

    Returns:
        The Axes. Those of a new figure show it, with `describe_network(network)` as text alternative, when they are the
        last value of a cell.

    Raises:
        TypeError: An argument is of a kind that cannot be drawn.
        ValueError: A size, shape or value is impossible; the message says which, and what is expected.
    """
    net = read_network(network, biases=biases)
    _check_options(ax, labels, max_units, number_format)
    for name, flag in (("count", count), ("colors", colors), ("headings", headings)):
        check_flag(flag, name)
    for name, text in (("output_name", output_name), ("output_function", output_function), ("title", title)):
        if text is None and name != "output_name":
            continue
        if not isinstance(text, str) or not text.strip():
            raise TypeError(f"{name} must be a text, not {text!r}")
        style.check_formula(text, name)
    known = net.known() if weights is None else read_parameters(weights, net.sizes, "weights")
    slopes = None if gradients is None else read_parameters(gradients, net.sizes, "gradients")
    nothing: list[np.ndarray | None] = [None] * len(net.sizes)
    filled = nothing if activations is None else read_per_unit(activations, net.sizes, "activations")
    check_weight_labels(weight_labels, net, known, slopes)
    off = nothing if dropped is None else read_per_unit(dropped, net.sizes, "dropped")
    bias_nodes = [bias and biases for bias in net.has_bias] + [False]
    if ax is None:
        slots = max(slots_needed(n, max_units, bias) for n, bias in zip(net.sizes, bias_nodes, strict=True))
        ax = new_axes(_sentence(net), figsize=_figure_size(len(net.sizes), slots), layout=None)

    page = Page(ax)
    if title:
        page.line(title, 1.1, above=True)
    shown = known if slopes is None else slopes
    signed = colors and any(kernel is not None for kernel in shown[0])
    if signed:
        what = "weight" if slopes is None else "gradient"
        fills = ["fill: darker is lower"] if activations is not None else []
        page.key([f"solid blue: {what} above 0", "dashed red: below 0", "wider: larger", *fills], 0.92)
    if count:
        page.line(_total(net), 1.2, above=False)
    names = UnitNames(net, labels == "split", output_name, output_function, filled, number_format, max_units)
    layout = _arranged(page, net, bias_nodes, max_units, names.beside(), headings, count)
    lost = [
        np.zeros(len(column.units), bool) if mask is None else mask[column.units] != 0
        for column, mask in zip(layout.columns, off, strict=True)
    ]
    faint = [_lost_edges(layout, lost, step) for step in range(len(net.sizes) - 1)]
    _draw_steps(ax, layout, shown, faint, signed)
    _draw_layers(ax, layout, names, filled, lost, page.font if labels else None)
    if weight_labels is not None:
        reach = [names.reach(layout, layer, page.font) for layer in range(len(net.sizes))]
        for step, texts in enumerate(weight_texts(weight_labels, net, layout, known, slopes, number_format)):
            texts = ["" if gone else text for text, gone in zip(texts, faint[step].ravel(), strict=True)]
            limits = layout.columns[step].x + reach[step], layout.columns[step + 1].x - reach[step + 1]
            size, places = place_labels(edges(layout, step).reshape(-1, 2, 2), texts, 0.9 * page.font, limits)
            on_edges = Labels(ax, size)
            for edge, (x, y) in places.items():
                on_edges.add(texts[edge], x, y, ground=True)
            on_edges.draw()
    return ax


def describe_network(network: Any, *, biases: bool = True) -> str:
    """Return a sentence that says what `draw_network` shows: layers, units and the number of parameters.

    >>> from helpers.network import describe_network
    >>> describe_network([784, 128, 10])
    'A network of 784 inputs, one hidden layer of 128 units and 10 outputs: 101,770 parameters.'

    Args:
        network: Layer sizes or a built Keras model.
        biases: Whether layer sizes mean a network with biases.

    Raises:
        TypeError: `network` is neither.
        ValueError: It cannot be drawn either.
    """
    return _sentence(read_network(network, biases=biases))


def _sentence(net: Network) -> str:
    """Return what `net` is, in one sentence."""
    inputs, *hidden, outputs = net.sizes
    ends = _number(inputs, "input"), _number(outputs, "output")
    total = _number(net.counts()[2], "parameter")
    if not hidden:
        return f"A network of {ends[0]} and {ends[1]}, without a hidden layer: {total}."
    layers = (
        f"{_WORDS[len(hidden)] if len(hidden) < len(_WORDS) else len(hidden)} hidden layer{'s' * (len(hidden) > 1)}"
    )
    units = [f"{size:,}" for size in (hidden if len(set(hidden)) > 1 else hidden[:1])]
    listed = f"{', '.join(units[:-1])} and {units[-1]}" if len(units) > 1 else units[0]
    return f"A network of {ends[0]}, {layers} of {listed} unit{'s' * (set(hidden) != {1})} and {ends[1]}: {total}."


def _check_options(ax: Any, labels: Any, max_units: Any, number_format: Any) -> None:
    """Raise the error of the first option that makes no sense."""
    style.check_axes(ax)
    if labels is not None and (not isinstance(labels, str) or labels not in ("names", "split")):
        raise ValueError(f"labels must be 'names', 'split' or None, not {labels!r}")
    if isinstance(max_units, bool) or not isinstance(max_units, int | np.integer):
        raise TypeError(f"max_units must be a whole number, not {max_units!r}")
    if not 3 <= max_units <= 100:
        raise ValueError(f"max_units must be from 3 to 100, not {max_units}")
    try:
        format(0.5, number_format)
    except (TypeError, ValueError):
        raise ValueError(f"number_format must be a format such as '.2f', not {number_format!r}") from None


def _figure_size(layers: int, slots: int) -> tuple[float, float]:
    """Return the size in inches, as in a notebook, of a new figure, larger than usual where the network needs it."""
    width, height = (side / style.scale() for side in matplotlib.rcParams["figure.figsize"])
    return max(width, 0.55 * layers), max(height, 0.2 * slots + 0.6)


def _number(count: int, noun: str) -> str:
    """Return a count with its noun, such as "1 input" or "784 inputs"."""
    return f"{count:,} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"


def _total(net: Network) -> str:
    """Return the line that accounts for all parameters."""
    weights, biases, total = net.counts()
    other = f" + {net.other:,} other" if net.other else ""
    return f"{_number(weights, 'weight')} + {_number(biases, 'bias')}{other} = {_number(total, 'parameter')}"


def _arranged(
    page: Page, net: Network, bias_nodes: list[bool], max_units: int, beside: float, headings: bool, count: bool
) -> Layout:
    """Return the layout on what is free of the page, and write what stands above and below the layers."""
    largest = 0.03 * page.font
    above = page.reserve(1.2, above=True) if headings else page.top
    below = page.reserve(1.0, above=False) if count else page.bottom
    if beside:
        page.reserve(0.6, above=False)  # for the activations below the lowest units
    dots = [text_width(f"{size:,}") * page.font / 2 if size > max_units else 0.0 for size in net.sizes]
    left = max(largest, dots[0], text_width("input") * page.font / 2 * headings) + 0.08
    ends = largest + beside * page.font + 0.06
    right = page.width - 0.08 - max(ends, dots[-1], text_width("output") * page.font / 2 * headings)
    box = (left, page.bottom, right, page.top)
    share = 0.3 if beside else 0.38
    layout = arrange(net.sizes, bias_nodes, max_units, box, largest_radius=largest, share=share)
    middles = [column.x for column in layout.columns]
    if headings:
        inner = len(net.sizes) - 2
        hidden = [f"hidden {number}" for number in range(1, inner + 1)] if inner > 1 else ["hidden"] * inner
        y = min(above, layout.top + above - page.top)
        if not page.row(["input", *hidden, "output"], middles, y, 1.0):
            page.row(["input", f"{inner} hidden layers", "output"], [middles[0], np.mean(middles), middles[-1]], y, 1.0)
    if count:
        sizes = list(zip(net.sizes, net.sizes[1:], net.has_bias, net.step_parameters(), strict=False))
        between = [(x + y) / 2 for x, y in pairwise(middles)]
        formulas = [f"{m:,} × {n:,}{f' + {n:,}' if bias else ''} = {total:,}" for m, n, bias, total in sizes]
        if not page.row(formulas, between, below, 1.0, smallest=0.95 * page.font):
            page.row([f"{t:,}" for *_, t in sizes], between, below, 1.0)
    for column, size in zip(layout.columns, net.sizes, strict=True):
        if column.gap_y is not None:
            page.dots(f"{size:,}", column.x, column.gap_y, middles[1] - middles[0], GAP_SLOTS * layout.slot)
    return layout


def _lost_edges(layout: Layout, lost: list[np.ndarray], step: int) -> np.ndarray:
    """Return which edges of a step lead from or to a dropped unit, in the shape of `edges`."""
    bias = [False] * (layout.columns[step].bias_y is not None)
    return np.array([*bias, *lost[step]])[:, None] | lost[step + 1]


def _draw_steps(ax: Axes, layout: Layout, shown: tuple[Any, Any], faint: list[np.ndarray], signed: bool) -> None:
    """Draw the edges of all steps; with `signed`, they show the kernels and biases in `shown`."""
    values = []
    for source, target, kernel, bias in zip(layout.columns, layout.columns[1:], *shown, strict=False):
        rows = np.full((len(source.units), len(target.units)), np.nan)
        first = np.full((int(source.bias_y is not None), len(target.units)), np.nan)
        if signed and kernel is not None:
            rows = kernel[np.ix_(source.units, target.units)]
        if signed and bias is not None:
            first[:] = bias[target.units]
        values.append(np.concatenate([first, rows]))
    largest = max(float(np.nan_to_num(np.abs(step)).max()) for step in values) or 1.0
    for step, value in enumerate(values):
        draw_edges(ax, edges(layout, step), value, largest, faint[step])


def _draw_layers(
    ax: Axes,
    layout: Layout,
    names: UnitNames,
    filled: list[np.ndarray | None],
    lost: list[np.ndarray],
    font: float | None,
) -> None:
    """Draw the units of all layers, filled with what is known of their activations; labels too if `font` is given."""
    known = np.concatenate([np.zeros(1), *(values for values in filled if values is not None)])
    low, span = known.min(), np.ptp(known) or 1.0
    labels = Labels(ax, font or 0.0)
    for layer, (column, values) in enumerate(zip(layout.columns, filled, strict=True)):
        role = "input" if layer == 0 else "output" if layer == len(filled) - 1 else "hidden"
        fills: list[Any] = ["white"] * len(column.units)
        if values is not None:
            fills = list(map(tuple, matplotlib.colormaps[style.SEQUENTIAL]((values[column.units] - low) / span)))
        fills = ["white" if off else color for color, off in zip(fills, lost[layer], strict=True)]
        bias = None if column.bias_y is None else (column.x, float(column.bias_y), layout.bias_radius)
        centres = np.column_stack([np.full(len(column.y), column.x), column.y])
        divided = names.split and layer > 0
        draw_units(centres, role, layout.radius, ax=ax, fills=fills, bias=bias, crossed=lost[layer], divided=divided)
        if font:
            names.write(labels, layout, layer, fills, lost[layer], font)
    labels.draw()
