"""Drawings of the chain rule at work: a neuron and a 2-2-1 network with every value and every derivative written down.

Nodes are variables, and edges are the steps between them. A derivative is a product of one factor for each edge on the
way from the loss back to its parameter; each factor is written in the colour, and with the number, of its edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers._text import Labels
from helpers.network import draw_units

Values = Mapping[str, float]
Places = Mapping[str, tuple[float, float]]

FACTOR_COLORS = (style.VERMILION, style.BLUE, style.GREEN, style.PURPLE, style.ORANGE)
CIRCLED = "①②③④⑤"
RADIUS = 0.26
SIZE = 11.5


class Factor(NamedTuple):
    """One factor of a derivative: how it is written, the edge that it belongs to, and how its number follows."""

    symbol: str
    edge: tuple[str, str]
    number: Callable[[Values], float]


NETWORK_EDGES = {
    "w⁽¹⁾₁₁": ("x₁", "z₁"),
    "w⁽¹⁾₁₂": ("x₁", "z₂"),
    "w⁽¹⁾₂₁": ("x₂", "z₁"),
    "w⁽¹⁾₂₂": ("x₂", "z₂"),
    "b⁽¹⁾₁": ("1₁", "z₁"),
    "b⁽¹⁾₂": ("1₂", "z₂"),
    "w⁽²⁾₁₁": ("a₁", "z"),
    "w⁽²⁾₂₁": ("a₂", "z"),
    "b⁽²⁾": ("1", "z"),
}
"""Parameter → the edge that carries it; the nodes 1₁, 1₂ and 1 are constants, one for each bias."""

# Places in inches of a drawing 9.4 wide.
_NETWORK = {"x₁": (0.5, 3.7), "x₂": (0.5, 1.9), "1₁": (1.75, 4.55), "1₂": (1.75, 1.0), "z₁": (3.3, 3.7)}
_NETWORK |= {"z₂": (3.3, 1.9), "a₁": (4.55, 3.7), "a₂": (4.55, 1.9), "1": (5.3, 4.55), "z": (6.7, 2.8)}
_NETWORK |= {"ŷ": (7.9, 2.8), "L": (9.1, 2.8)}
_STEPS = {("z₁", "a₁"): "σ", ("z₂", "a₂"): "σ", ("z", "ŷ"): "σ", ("ŷ", "L"): "½(ŷ−y)²"}

_NEURON = {"x": (0.5, 2.9), "w": (0.5, 1.3), "u": (2.7, 2.1), "b": (2.7, 0.85), "z": (4.8, 2.1), "ŷ": (6.9, 2.1)}
_NEURON |= {"y": (6.9, 0.85), "L": (8.9, 2.1)}
_NEURON_EDGES = [("x", "u"), ("w", "u"), ("u", "z"), ("b", "z"), ("z", "ŷ"), ("ŷ", "L"), ("y", "L")]
_FORMULAS = {"u": "u = x w", "z": "z = u + b", "ŷ": "ŷ = σ(z)", "L": "L = ½(ŷ − y)²"}


def neuron_factors() -> list[Factor]:
    """Return the factors of ∂L/∂w for a sigmoid neuron with u = x w, z = u + b and L = ½(ŷ − y)², the loss's first."""
    return [
        Factor("ŷ − y", ("ŷ", "L"), _difference),
        Factor("σ′(z)", ("z", "ŷ"), _slope("ŷ")),
        Factor("1", ("u", "z"), lambda values: 1.0),
        Factor("x", ("w", "u"), lambda values: values["x"]),
    ]


def network_factors(parameter: str) -> list[Factor]:
    """Return the factors of ∂L/∂`parameter` in the 2-2-1 sigmoid network with L = ½(ŷ − y)², the loss's first.

    Args:
        parameter: One of `NETWORK_EDGES`, such as "w⁽¹⁾₁₂", the weight from input 1 to hidden unit 2.

    Raises:
        ValueError: The network has no such parameter.
    """
    if parameter not in NETWORK_EDGES:
        raise ValueError(f"the 2-2-1 network has the parameters {', '.join(NETWORK_EDGES)}, but not {parameter!r}")
    source, target = NETWORK_EDGES[parameter]
    factors = [Factor("ŷ − y", ("ŷ", "L"), _difference), Factor("σ′(z)", ("z", "ŷ"), _slope("ŷ"))]
    if target != "z":
        activation, weight = f"a{target[-1]}", f"w⁽²⁾{target[-1]}₁"
        factors.append(Factor(weight, (activation, "z"), lambda values: values[weight]))
        factors.append(Factor(f"σ′({target})", (target, activation), _slope(activation)))
    if parameter.startswith("b"):
        return [*factors, Factor("1", (source, target), lambda values: 1.0)]
    return [*factors, Factor(source, (source, target), lambda values: values[source])]


def draw_neuron(ax: Axes, values: Values, gradients: Values) -> None:
    """Draw the graph of one neuron: on every edge the value that goes forward and the gradient that comes back.

    Args:
        ax: Where; its limits become inches, 9.4 × 3.3.
        values: Numbers of x, w, b, y, u = x w, z = u + b, ŷ = σ(z) and L = ½(ŷ − y)².
        gradients: ∂L/∂ of each of them.
    """
    factors = neuron_factors()
    labels = _prepared(ax, 3.3)
    _draw_edges(ax, labels, _NEURON, _NEURON_EDGES, factors)
    for source, target in _NEURON_EDGES:
        level = _NEURON[source][1] == _NEURON[target][1]
        x, y = _between(_NEURON[source], _NEURON[target], 0.5 if level else 0.45)
        labels.add(f"{_number(values[source])} →", x, y + 0.16, ground=not level)
        labels.add(f"← ∂ {_number(gradients[source])}", x, y - 0.16, color=style.VERMILION, ground=not level)
    for name, formula in _FORMULAS.items():
        x, y = _NEURON[name]
        labels.add(formula, min(x, 8.75), y + 0.45, size=0.95 * SIZE, bold=True)
    labels.add(_number(values["L"]), 8.9, 1.65)
    labels.add("∂ 1", 8.9, 1.4, color=style.VERMILION)
    _draw_nodes(ax, labels, _NEURON, {name: name for name in _NEURON}, ["x", "w", "b", "y"])
    _write_product(labels, "∂L/∂w", factors, values, gradients["w"])
    labels.draw()


def draw_two_layers(ax: Axes, values: Values, gradients: Values, parameter: str) -> None:
    """Draw the 2-2-1 network: each node with its value and gradient, each weight with its own, and one path in colour.

    Args:
        ax: Where; its limits become inches, 9.4 × 4.9.
        values: Numbers of x₁ x₂ y, of the parameters in `NETWORK_EDGES`, and of z₁ z₂ a₁ a₂ z ŷ L.
        gradients: ∂L/∂ of each of them; that of y is not needed.
        parameter: The one whose derivative is written as a product below.

    Raises:
        ValueError: The network has no such parameter.
    """
    factors = network_factors(parameter)
    labels = _prepared(ax, 4.9)
    _draw_edges(ax, labels, _NETWORK, [*NETWORK_EDGES.values(), *_STEPS], factors)
    for name, (source, target) in NETWORK_EDGES.items():
        level = _NETWORK[source][1] == _NETWORK[target][1]
        crossing = not level and source.startswith("x")
        x, y = _between(_NETWORK[source], _NETWORK[target], 0.32 if crossing else 0.48)
        bold, ground = name == parameter, not level
        labels.add(f"{name} {_number(values[name])}", x, y + 0.11, size=0.9 * SIZE, bold=bold, ground=ground)
        below = f"∂ {_number(gradients[name])}"
        labels.add(below, x, y - 0.11, color=style.VERMILION, size=0.9 * SIZE, bold=bold, ground=ground)
    for (source, target), operation in _STEPS.items():
        x, y = _between(_NETWORK[source], _NETWORK[target], 0.5)
        labels.add(operation, x, y + 0.22, color=style.GREY, size=0.9 * SIZE)
    for name, (x, y) in _NETWORK.items():
        if not name.startswith("1"):
            labels.add(name, x, y + 0.4, bold=True)
            labels.add(f"∂ {_number(gradients[name])}", x, y - 0.4, color=style.VERMILION, size=0.9 * SIZE)
    labels.add(f"y = {_number(values['y'])}", 9.1, 2.05)
    texts = {name: "1" if name.startswith("1") else f"{values[name]:.2f}".replace("-", "−") for name in _NETWORK}
    _draw_nodes(ax, labels, _NETWORK, texts, ["x₁", "x₂", "1₁", "1₂", "1"])
    _write_product(labels, f"∂L/∂{parameter}", factors, values, gradients[parameter])
    labels.draw()


def _difference(values: Values) -> float:
    return values["ŷ"] - values["y"]


def _slope(activation: str) -> Callable[[Values], float]:
    """Return what computes the slope of the sigmoid from its output: σ′ = σ (1 − σ)."""
    return lambda values: values[activation] * (1 - values[activation])


def _prepared(ax: Axes, height: float) -> Labels:
    ax.set_axis_off()
    ax.set(xlim=(0, 9.4), ylim=(0, height), aspect="equal")
    return Labels(ax, SIZE)


def _draw_edges(
    ax: Axes, labels: Labels, places: Places, edges: Sequence[tuple[str, str]], factors: Sequence[Factor]
) -> None:
    """Draw all edges, those of `factors` thick, in colour and with their circled number."""
    index = {factor.edge: number for number, factor in enumerate(factors)}
    colors = [FACTOR_COLORS[index[edge]] if edge in index else style.GREY for edge in edges]
    widths = [4.5 if edge in index else 1.0 for edge in edges]
    segments = [(places[source], places[target]) for source, target in edges]
    ax.add_collection(LineCollection(segments, colors=colors, linewidths=widths, zorder=1), autolim=False)
    for (source, target), number in index.items():
        short = abs(places[target][0] - places[source][0]) < 1.5
        x, y = _between(places[source], places[target], 0.5 if short else 0.8)
        labels.add(CIRCLED[number], x, y, color=FACTOR_COLORS[number], size=1.15 * SIZE, ground=True)


def _draw_nodes(ax: Axes, labels: Labels, places: Places, texts: Mapping[str, str], given: Sequence[str]) -> None:
    """Draw what is given as squares, what is computed as circles, and write `texts` in them."""
    for role, names in (("input", given), ("hidden", [name for name in places if name not in given])):
        draw_units([places[name] for name in names], role, RADIUS, ax=ax, fills=["white"] * len(names))
    for name, (x, y) in places.items():
        labels.add(texts[name], x, y, size=(0.9 if len(texts[name]) > 3 else 1.0) * SIZE, on="white")


def _write_product(labels: Labels, name: str, factors: Sequence[Factor], values: Values, result: float) -> None:
    """Write the derivative as a product of coloured factors, symbols above and numbers below."""
    labels.add(f"{name}  =", 1.3, 0.42, align="right")
    labels.add("=", 1.3, 0.12, align="right")
    for number, factor in enumerate(factors):
        x, color = 2.0 + 1.35 * number, FACTOR_COLORS[number]
        symbol = f"({factor.symbol})" if " " in factor.symbol else factor.symbol
        labels.add(f"{CIRCLED[number]} {symbol}", x, 0.42, color=color)
        labels.add(_number(factor.number(values)), x, 0.12, color=color)
        if number:
            labels.add("·", x - 0.675, 0.42, bold=True)
            labels.add("·", x - 0.675, 0.12, bold=True)
    end = 2.0 + 1.35 * len(factors) - 0.55
    labels.add(f"=  {_number(result)}", end, 0.12, color=style.VERMILION, align="left", bold=True)


def _between(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _number(value: float) -> str:
    """Return a number with three decimals, or in powers of ten when these would all be 0."""
    text = f"{value:.0e}" if 0 < abs(value) < 5e-4 else f"{value:.3f}"
    return text.replace("-", "−")
