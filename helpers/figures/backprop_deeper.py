"""The figures of notebook 03, deeper: graphs that are no chain, step sizes, costs, mini-batches, saliency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures._kit import short
from helpers.figures.backprop import draw_four_runs
from helpers.picture import new_axes

_PLACES = {"a": (0.0, 2.0), "b": (0.0, 0.0), "c": (2.0, 1.0), "d": (4.0, 2.0), "L": (6.0, 1.0)}
_STAGES = (
    ({"L": 1.0}, ()),
    ({"d": "c", "c": "d"}, (("d", "L"), ("c", "L"))),
    ({"c": "1"}, (("c", "d"),)),
    ({"a": "1"}, (("a", "d"),)),
    ({"a": "b", "b": "a"}, (("a", "c"), ("b", "c"))),
)


def used_twice(ax: Axes, a: float = 2.0, b: float = -2.0, stage: int = 4) -> str:
    """Draw the graph of c = a·b, d = a + c, L = c·d, and the gradients that have arrived at each node.

    Two ways lead from c to L, and two from a: what arrives there is added to what is there already.

    Args:
        ax: Where to draw.
        a: Value.
        b: Value.
        stage: 0: only ∂L/∂L = 1; 4: everything has arrived.
    """
    c = a * b
    d = a + c
    values = {"a": a, "b": b, "c": c, "d": d, "L": c * d}
    arrived: dict[str, list[float]] = {name: [] for name in values}
    arrived["L"].append(1.0)
    if stage >= 1:
        arrived["d"].append(c)
        arrived["c"].append(d)
    if stage >= 2:
        arrived["c"].append(c)
    if stage >= 3:
        arrived["a"].append(c)
    if stage >= 4:
        arrived["a"].append(sum(arrived["c"]) * b)
        arrived["b"].append(sum(arrived["c"]) * a)
    kit.bare(ax, (-1.7, 7.7), (-1.2, 3.7))
    lit = {edge for _, edges in _STAGES[1 : stage + 1] for edge in edges}
    for start, end in (("a", "c"), ("b", "c"), ("a", "d"), ("c", "d"), ("c", "L"), ("d", "L")):
        color = style.VERMILION if (start, end) in lit else style.GREY
        arrow = {"arrowstyle": "<|-" if (start, end) in lit else "-|>", "color": color, "linewidth": 2}
        ax.annotate(
            "", _PLACES[end], _PLACES[start], arrowprops=arrow | {"shrinkA": kit.points(19), "shrinkB": kit.points(19)}
        )
    for name, (x, y) in _PLACES.items():
        kit.draw_node(ax, x, y, name, "input" if name in "ab" else "output" if name == "L" else "hidden")
        meaning = {"c": "c = a·b", "d": "d = a + c", "L": "L = c·d"}.get(name, name)
        ax.text(x, y + 0.55, f"{meaning} = {short(values[name])}", ha="center", fontsize=kit.points(10))
        parts = arrived[name]
        if parts:
            total = " + ".join(f"({short(p)})" if p < 0 and len(parts) > 1 else short(p) for p in parts)
            total += f" = {short(sum(parts))}" if len(parts) > 1 else ""
            place = y + 0.95 if name in "ad" else y - 0.8  # where no edge leaves
            ax.text(
                x + 0.8 * (name == "c"),
                place,
                f"∂L/∂{name} = {total}",
                ha="center",
                color=style.VERMILION,
                weight="bold",
            )
    ax.set_title(f"stage {stage}: what arrives is added")
    sums = {name: sum(parts) for name, parts in arrived.items() if parts}
    said = ", ".join(f"{name} {short(value)}" for name, value in sums.items())
    kit.keep_inside(ax)
    return f"A graph in which a and c are used twice, stage {stage}: gradients that have arrived: {said}."


def draw_step_sizes(steps: Any, errors: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the relative error of a numeric derivative against the step size, one line for each formula."""
    if ax is None:
        ax = new_axes(describe_step_sizes(steps, errors), figsize=(7.6, 3.8))
    looks = (("s", "--", style.VERMILION), ("o", "-", style.BLUE))
    for (name, error), (marker, line, color) in zip(errors.items(), looks, strict=False):
        ax.loglog(steps, error, line, marker=marker, color=color, markersize=4)
        best = int(np.argmin(error))
        away = (0, kit.points(34)) if name == "forward" else (0, -kit.points(16))
        side = "center"
        ax.annotate(name, (steps[best], error[best]), away, textcoords="offset points", ha=side, color=color)
    ax.text(1.3e-13, 1e-9, "too small:\nrounding", color=style.GREY)
    ax.text(3e-2, 3e-9, "too large:\ncurvature", color=style.GREY)
    powers = [-12, -9, -6, -3, 0]
    ax.set_xticks([10.0**p for p in powers], [f"10{str(p).translate(_SUPER)}" if p else "1" for p in powers])
    powers = [-12, -9, -6, -3, 0]
    ax.set_yticks([10.0**p for p in powers], [f"10{str(p).translate(_SUPER)}" if p else "1" for p in powers])
    ax.minorticks_off()
    ax.set(xlabel="step h", ylabel="relative error", ylim=(1e-12, 3), title="The best step is not the smallest")
    return ax


_SUPER = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def describe_step_sizes(steps: Any, errors: Mapping[str, Any]) -> str:
    """Return what `draw_step_sizes` shows."""
    best = {name: float(np.asarray(steps)[int(np.argmin(error))]) for name, error in errors.items()}
    words = []
    for name, h in best.items():
        power = int(np.floor(np.log10(h) + 1e-9))
        words.append(f"{name} near h = {h / 10.0**power:.0f} · 10{str(power).translate(_SUPER)}")
    said = ", ".join(words)
    return f"Error of a numeric derivative against the step size: it falls, then rises again. Best: {said}."


def draw_costs(weights: Any, backprop: Any, one_by_one: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the time of one gradient (ms) against the number of weights, for both ways."""
    if ax is None:
        ax = new_axes(describe_costs(weights), figsize=(7.6, 3.4))
    for times, line, color, name in (
        (one_by_one, "s--", style.VERMILION, "one weight at a time"),
        (backprop, "o-", style.BLUE, "backpropagation"),
    ):
        ax.loglog(weights, times, line, color=color)
        ax.text(weights[1], times[1] * 2.2, name, color=color, ha="right")
    for k in (0, -1):
        ratio = one_by_one[k] / backprop[k]
        middle = np.sqrt(one_by_one[k] * backprop[k])
        ax.plot([weights[k]] * 2, [backprop[k], one_by_one[k]], ":", color=style.GREY)
        ax.text(weights[k] * 1.06, middle, f"{float(f'{ratio:.1g}'):,.0f} ×", va="center", weight="bold")
    ax.set(
        xlabel="weights in the first layer", ylabel="ms for one gradient", xlim=(weights[0] / 1.5, weights[-1] * 2.2)
    )
    ax.set_xticks(weights, [f"{w:,}" for w in weights])
    decades = [10.0**k for k in range(-2, 4) if backprop[0] / 3 < 10.0**k < one_by_one[-1] * 3]
    ax.set_yticks(decades, [f"{decade:g}" for decade in decades])
    ax.minorticks_off()
    ax.set_title("Backward once, or forward twice for every weight")
    return ax


def describe_costs(weights: Any) -> str:
    """Return what `draw_costs` shows, without its times: they differ from one machine to the next."""
    return (
        f"Time of one gradient for {weights[0]} to {weights[-1]:,} weights: one weight at a time rises steeply, "
        "backpropagation rises far less."
    )


def draw_unbiased(drawn: Mapping[int, Any], full: float, *, ax: Axes | None = None) -> Axes:
    """Draw the gradients of mini-batches as one ridge for each batch size, with the full gradient as a line."""
    if ax is None:
        ax = new_axes(describe_unbiased(drawn, full), figsize=(7.6, 3.8))
    bins = np.linspace(-2.5, 4.5, 50)
    for row, (size, gradients) in enumerate(drawn.items()):
        density, _ = np.histogram(gradients, bins, density=True)
        height = -row + 0.8 * density / density.max()
        middles = (bins[1:] + bins[:-1]) / 2
        ax.fill_between(middles, -row, height, color=kit.faded(style.BLUE, 0.35), linewidth=0)
        ax.plot(middles, height, "-", color=style.BLUE, linewidth=1.2)
        spread = np.std(gradients)
        ax.text(-2.45, 0.12 - row, f"B = {size}", weight="bold")
        plain = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(4.45, 0.3 - row, f"spread {spread:.2f}", ha="right", bbox=plain)
        ax.plot([np.mean(gradients)], [-row - 0.02], "^", color=style.VERMILION, markersize=kit.points(9), zorder=4)
    ax.axvline(full, color=style.BLACK, linewidth=1.4)
    ax.text(full + 0.06, 0.92, "all examples")
    ax.set(yticks=[], xlabel="gradient of a mini-batch", xlim=(-2.5, 4.5), ylim=(-len(drawn) + 0.9, 1.15))
    ax.spines["left"].set_visible(False)
    ax.grid(False)
    ax.set_title("One mean for all sizes; four times the examples, half the spread")
    return ax


def describe_unbiased(drawn: Mapping[int, Any], full: float) -> str:
    """Return what `draw_unbiased` shows."""
    spreads = ", ".join(f"{np.std(gradients):.2f} for B = {size}" for size, gradients in drawn.items())
    return f"Gradients of mini-batches pile up around the gradient of all examples, {full:.2f}; spread {spreads}."


def settles(path: Any, target: float = 2.0, near: float = 0.3, share: float = 0.8) -> int | None:
    """Return the step from which on a `share` of the runs of `path` (steps + 1, runs) stays `near` the `target`.

    None if that is not before the last tenth of the steps.
    """
    away = np.flatnonzero(np.quantile(np.abs(np.asarray(path) - target), share, axis=1) >= near)
    first = int(away[-1]) + 1 if len(away) else 0
    return first if first < 0.9 * len(path) else None


def batches(ax: Axes, runs: Mapping[Any, Any], learning_rate: float = 0.1) -> str:
    """Draw 20 runs of each batch size over epochs: the middle run, and pale the range of 80 % of them.

    Args:
        ax: Where to draw.
        runs: (batch size, learning rate) → weights (steps + 1, runs).
        learning_rate: Which of them.
    """
    said = []
    for k, (size, name) in enumerate({1: "stochastic", 8: "mini-batch", 32: "mini-batch", 128: "batch"}.items()):
        color, dash, _ = style.look(name)
        if size == 32:  # the second mini-batch: darker, and dash-dotted
            color, dash = style.visible(color, "white", least=6), "-."
        path = runs[size, learning_rate]
        epochs = np.arange(len(path)) * size / 128
        low, middle, high = np.quantile(path, (0.1, 0.5, 0.9), axis=1)
        if float(np.ptp(high[len(high) // 2 :])) < 1:  # a band taller than the picture would only tint it
            ax.fill_between(epochs, low, high, color=color, alpha=0.2, linewidth=0)
        ax.plot(epochs, middle, linestyle=dash, color=color, linewidth=2.5)
        step = settles(path)
        words = "not settled after 8 epochs" if step is None else f"settles at epoch {step * size / 128:.2g}"
        said.append(f"B = {size} {words}")
        ink = style.visible(color, "white", least=4.5)
        look: dict[str, Any] = {"ha": "right", "va": "top", "weight": "bold", "fontsize": kit.points(10)}
        ax.text(0.98, 0.95 - 0.1 * k, f"B = {size}: {words}", color=ink, transform=ax.transAxes, **look)
    ax.axhline(2, color=style.GREY, linestyle=":", linewidth=1)
    ax.set(xlim=(0, 8), ylim=(1.2, 4.2), xlabel="epoch", ylabel="weight w")
    ax.set_title(f"learning rate {learning_rate:g}")
    runs_said = f"Twenty runs of each batch size at learning rate {learning_rate:g}, four in five within 0.3 of 2"
    return f"{runs_said}: {', '.join(said)}."


def draw_saliency(images: Any, slopes: Mapping[str, Any], titles: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw slopes of the score over each image, one row for each network: blue where ink helps, red where it hurts.

    Args:
        images: (n, 28, 28), 0 to 1.
        slopes: Network → (n, 28, 28); all images of one network share a scale.
        titles: One for each image.
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(describe_saliency(slopes, titles), figsize=(7.6, 4.6))
    panels = kit.panels(ax, (len(titles),) * len(slopes), below=4)
    ax.set_title("Blue: more ink raises the score; red: lowers it (each row on its own scale)")
    for row, (network, chosen) in enumerate(slopes.items()):
        top = float(np.quantile(np.abs(chosen), 0.995))
        for column, (image, slope) in enumerate(zip(images, chosen, strict=True)):
            panel = panels[row * len(titles) + column]
            _draw_map(panel, image, slope, top)
            panel.set_title(titles[column] if row == 0 else "")
            panel.set_ylabel(network if column == 0 else "")
    return ax


def describe_saliency(slopes: Mapping[str, Any], titles: Sequence[str]) -> str:
    """Return what `draw_saliency` shows."""
    return (
        f"Saliency of {', '.join(titles)}, one row each for {' and '.join(slopes)}: blue where ink raises the score, "
        "red where it lowers it."
    )


BUNDLES = {"A": 8, "B": 128, "C": 1}
"""The batch sizes of the bundles that `draw_three_bundles` draws."""


def draw_three_bundles(runs: Mapping[Any, Any], *, learning_rate: float, ax: Axes | None = None) -> Axes:
    """Draw three bundles of six runs, A to C, whose batch sizes (`BUNDLES`) the reader must find."""
    if ax is None:
        spreads = [f"{name} {np.std(runs[size, learning_rate][-1]):.3f}" for name, size in BUNDLES.items()]
        told = f"Three bundles of six runs, A to C; spread of the last weights: {', '.join(spreads)}."
        ax = new_axes(told, figsize=(7.6, 2.8))
    for panel, (name, size) in zip(kit.panels(ax, (3,), below=44), BUNDLES.items(), strict=True):
        path = runs[size, learning_rate]
        shown = slice(None, None, max(1, len(path) // 200))
        epochs = np.linspace(0, 8, len(path))[shown]
        panel.plot(epochs, path[shown, :6], "-", color=style.BLUE, linewidth=0.8, alpha=0.7)
        panel.set(xlim=(0, 8), ylim=(1.4, 3.0), title=name, xlabel="epoch")
    return ax


FOUR_NETWORKS = ("trained", "untrained", "untrained", "trained")
"""The networks whose maps `draw_four_maps` draws."""


def _describe_maps(slopes: Mapping[str, Any]) -> str:
    """Return how much neighbouring pixels of each map agree, without saying which network made it."""
    agree = []
    for k, (name, network) in enumerate(zip("ABCD", FOUR_NETWORKS, strict=True)):
        chosen = np.asarray(slopes[network][k])
        agree.append(f"{name} {np.corrcoef(chosen[:, 1:].ravel(), chosen[:, :-1].ravel())[0, 1]:.2f}")
    return f"Four saliency maps, A to D; correlation of neighbouring pixels: {', '.join(agree)}."


def draw_four_maps(images: Any, slopes: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw four saliency maps, A to D, without saying which network made them: A and D are of the trained one.

    Args:
        images: (4, 28, 28).
        slopes: "trained" and "untrained" → (4, 28, 28).
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(_describe_maps(slopes), figsize=(7.6, 2.5))
    networks = FOUR_NETWORKS
    for k, (panel, network) in enumerate(zip(kit.panels(ax, (4,), below=4), networks, strict=True)):
        _draw_map(panel, images[k], slopes[network][k], float(np.quantile(np.abs(slopes[network][k]), 0.995)))
        panel.set_title("ABCD"[k])
    return ax


def _draw_map(ax: Axes, image: Any, slope: Any, top: float) -> None:
    """Draw slopes on a scale from -top to top, and over them the outline of the object."""
    ax.imshow(slope, cmap=style.DIVERGING, norm=TwoSlopeNorm(0, -top, top))
    ax.contour(image, levels=[0.25], colors=style.BLACK, linewidths=1)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)


def draw_wave_loss(x: Any, y: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the loss of sin(w x) over w for all examples, with the two valleys of the notebook marked."""
    if ax is None:
        ax = new_axes("The loss over w has a deep valley at 2 and a shallow one near 3.9.", figsize=(7.6, 2.6))

    def loss(w: Any) -> Any:
        return np.mean((np.sin(np.multiply.outer(w, np.asarray(x))) - y) ** 2, axis=-1) / 2

    ax.set(xlim=(0.5, 5.2), ylim=(0, 0.75), xlabel="weight w", ylabel="loss")
    ax.grid(False)
    kit.draw_hill(ax, loss)
    for w, words in ((2.8, "first start"), (4.2, "second start")):
        ax.plot([w], [loss(w)], "o", color=style.BLUE, markersize=kit.points(8))
        ax.annotate(words, (w, loss(w)), (0, kit.points(9)), textcoords="offset points", ha="center", color=style.BLUE)
    ax.set_title("A deep valley at 2, and another one")
    return ax


__all__ = [
    "BUNDLES",
    "batches",
    "describe_costs",
    "describe_saliency",
    "describe_step_sizes",
    "describe_unbiased",
    "draw_costs",
    "draw_four_maps",
    "draw_four_runs",
    "draw_saliency",
    "draw_step_sizes",
    "draw_three_bundles",
    "draw_unbiased",
    "draw_wave_loss",
    "settles",
    "used_twice",
]
