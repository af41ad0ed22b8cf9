"""What was measured on networks: curvature that follows the rate, sweeps, batch sizes, range tests, schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Runs = Sequence[Mapping[str, Any]]
EDGE_LOOKS = {"0.1": (style.BLUE, "-"), "0.15": (style.VERMILION, "--"), "0.2": (style.GREEN, "-.")}


def draw_edge(edge: Mapping[str, Runs], *, every: int = 100, ax: Axes | None = None) -> Axes:
    """Draw the steepest curvature of networks during full-batch descent, five seeds a learning rate, and 2/η.

    Args:
        edge: Learning rate as text → runs with "curvature", measured every so many steps.
        every: Steps between two of them.
        ax: Where to draw; on a new figure when None.
    """
    ax = new_axes(describe_edge(edge), figsize=(7.4, 3.6)) if ax is None else ax
    for rate, runs in edge.items():
        color, dash = EDGE_LOOKS[rate]
        curves = np.array([run["curvature"] for run in runs])
        steps = every * np.arange(curves.shape[1])
        for curve in curves:
            ax.plot(steps, curve, linestyle=dash, color=color, linewidth=1, alpha=0.8)
        limit = 2 / float(rate)
        ax.axhline(limit, color=color, linewidth=1, linestyle=":")
        text = f"η = {rate}, 2/η = {limit:.3g}"
        kit.label_end(ax, steps[-1], limit, text, style.visible(color, ax, 4.5), weight="bold")
    ax.set(xlabel="step", xlim=(0, steps[-1]), ylim=(0, None))
    ax.set_title("The steepest curvature climbs to 2/η, and no further")
    return ax


def describe_edge(edge: Mapping[str, Runs]) -> str:
    """Return what `draw_edge` shows."""
    ends = (
        f"η = {rate} ends near {np.median([run['curvature'][-1] for run in runs]):.1f}" for rate, runs in edge.items()
    )
    return f"Steepest curvature of a network during descent: it starts near 15 and follows 2/η; {', '.join(ends)}."


def draw_batches(
    curves: Mapping[str, Mapping[float, Sequence[float]]], chosen: Mapping[str, float], *, ax: Axes | None = None
) -> Axes:
    """Draw the loss against the learning rate for several batch sizes (left), and against η/B (right).

    Args:
        curves: Batch size as text → learning rate → losses of several seeds.
        chosen: Batch size → the learning rate that was best on other images.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        said = ", ".join(f"{rate:g} for batches of {size}" for size, rate in chosen.items())
        said = f"Loss against learning rate; best is {said}. Against η/B the left flanks coincide."
        ax = new_axes(said, figsize=(7.6, 3.2))
    left, right = kit.panels(ax, (2,), below=36)
    colors = (style.VERMILION, style.ORANGE, style.GREEN, style.BLUE)
    for (size, rates), color, dash in zip(curves.items(), colors, ("-", "--", "-.", ":"), strict=False):
        across = np.array(sorted(rates))
        means = np.array([np.mean(rates[rate]) for rate in across])
        best = chosen[size], float(np.mean(rates[chosen[size]]))
        for panel, divide in ((left, 1), (right, int(size))):
            panel.plot(across / divide, means, color=color, linestyle=dash)
            panel.plot(best[0] / divide, best[1], "o", color=color)
        look: dict[str, Any] = {"color": style.visible(color, right, 4.5), "weight": "bold", "size": kit.points(10)}
        spot = best[0] / int(size), best[1]
        look |= {"ha": "left", "xytext": (12, -4)} if color == colors[0] else {"ha": "right", "xytext": (-9, -6)}
        right.annotate(f"B = {int(size):,}", spot, textcoords="offset points", va="top", **look)
    for panel, label, title, ends in (
        (left, "learning rate η", "larger batches want larger η", (0.004, 3)),
        (right, "η / B", "the left flanks coincide", (4e-5, 0.1)),
    ):
        panel.set(xscale="log", xlabel=label, xlim=ends, ylim=(0.38, 1.05), title=title)
    return ax


def draw_critical(steps: Mapping[int, float], *, ax: Axes | None = None) -> Axes:
    """Draw the steps that a target loss takes against the batch size, on logarithmic axes."""
    sizes = np.array(sorted(steps))
    needed = np.array([steps[size] for size in sizes])
    if ax is None:
        said = ", ".join(f"{count:.0f} with {size}" for size, count in zip(sizes, needed, strict=True))
        ax = new_axes(f"Steps to the target loss by batch size: {said}.", figsize=(6.6, 3.2))
    ax.plot(sizes, needed, **style.look("SGD").dots | {"linestyle": "-"})
    ax.plot(sizes, needed[0] * sizes[0] / sizes, ":", color=style.GREY)
    kit.label_end(
        ax,
        sizes[2],
        needed[0] * sizes[0] / sizes[2],
        "half the steps\nfor twice the batch",
        style.visible(style.GREY, ax, 4.5),
        offset=(-8, -16),
        ha="right",
    )
    for size, count in zip(sizes, needed, strict=True):
        ax.annotate(f"{count:,.0f}", (size, count), (4, kit.points(8)), textcoords="offset points")
    ax.set(xscale="log", yscale="log", xlabel="batch size", xticks=sizes)
    ax.set_xticklabels([f"{size:,}" for size in sizes])
    ax.set_ylim(needed.min() / 3, needed.max() * 2.5)
    ax.minorticks_off()
    ax.set_title("steps to the target: at first the batch pays, then it does not")
    return ax


def draw_range_test(tests: Mapping[str, tuple[Any, Any]], *, ax: Axes | None = None) -> Axes:
    """Draw range tests: the smoothed loss against the growing learning rate, its fastest fall and its lowest point."""
    if ax is None:
        found = {name: reading(*test) for name, test in tests.items()}
        said = "; ".join(f"{name} falls fastest at {a:.2g}, is lowest at {b:.2g}" for name, (a, b) in found.items())
        ax = new_axes(f"Range tests: {said}.", figsize=(7.6, 3.2))
    for panel, (name, (rates, losses)) in zip(kit.panels(ax, (len(tests),), below=36), tests.items(), strict=True):
        smooth = smoothed(losses)
        panel.plot(rates, losses, "-", color=style.SKY, linewidth=0.6)
        panel.plot(rates, smooth, "-", color=style.BLUE)
        fastest, lowest = reading(rates, losses)
        for place, word, color, height in (
            (fastest, "fastest fall", style.GREEN, 2.2),
            (lowest, "lowest", style.VERMILION, 0.25),
        ):
            panel.axvline(place, color=color, linestyle="--", linewidth=1.4)
            ink: dict[str, Any] = {"color": style.visible(color, panel, 4.5), "size": kit.points(10), "ha": "right"}
            kit.halo(panel.text(place, height, f"{word}\n{place:.2g} ", **ink))
        panel.set(xscale="log", xlabel="learning rate in this step", ylim=(0, 3), title=name)
    return ax


def smoothed(losses: Any) -> np.ndarray:
    """Return the mean of each loss and its 20 neighbours; one that is no number counts as 20."""
    numbers = np.nan_to_num(np.asarray(losses, float), nan=20.0, posinf=20.0).clip(max=20)
    return np.convolve(np.pad(numbers, 10, mode="edge"), np.ones(21) / 21, mode="valid")


def reading(rates: Any, losses: Any) -> tuple[float, float]:
    """Return the rates at which the smoothed loss falls fastest, and where it is lowest."""
    smooth = smoothed(losses)
    lowest = int(smooth.argmin())
    return float(rates[np.gradient(smooth[: lowest + 1]).argmin()]), float(rates[lowest])


def draw_step_sizes(sizes: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw how long the steps of Adam are in units of the learning rate, a histogram a moment."""
    if ax is None:
        said = "; ".join(f"{name}: median {np.median(values):.2f}" for name, values in sizes.items())
        ax = new_axes(f"Length of Adam's steps divided by the learning rate. {said}.", figsize=(7.2, 3.0))
    for row, (name, values) in enumerate(reversed(list(sizes.items()))):
        height, edges = np.histogram(np.clip(values, 0, 2), bins=50, range=(0, 2))
        ax.fill_between(
            (edges[1:] + edges[:-1]) / 2,
            row,
            row + 0.85 * height / height.max(),
            color=kit.faded(style.look("Adam").color, 0.6),
            step="mid",
            linewidth=0,
        )
        middle = float(np.median(values))
        ax.plot([middle, middle], [row, row + 0.85], "-", color=style.BLACK, linewidth=2)
        ax.text(2.02, row + 0.3, f"{name}: median {middle:.2f} η", va="center")
    ax.set(yticks=[], xlim=(0, 2), xlabel="length of a step, in η")
    ax.set_title("with mini-batches, steps of Adam are much shorter than η")
    return ax


def draw_decays(curves: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw what is left of weights that nothing but a decay moves, one line a way."""
    if ax is None:
        ax = new_axes(
            "; ".join(f"{name} ends at {values[-1]:.2f}" for name, values in curves.items()) + ".", figsize=(6.6, 2.8)
        )
    drawn: set[str] = set()
    for (name, values), up in zip(curves.items(), (8, -8) * len(curves), strict=False):
        rule = name.split(",")[0]  # names of neighbours stand apart, because their curves may be one
        look = style.look(rule)
        ax.plot(values, **look.line | ({"linestyle": ":", "linewidth": 4} if rule in drawn else {}))
        drawn.add(rule)
        ink = style.visible(look.color, ax, 4.5)
        kit.label_end(ax, len(values) - 1, float(values[-1]), name, ink, offset=(6, kit.points(up)))
    ax.set(xlabel="step", ylim=(-0.08, 1.05), xlim=(0, len(values) - 1))
    ax.set_title("Adam does not feel how strong an L2 penalty is")
    return ax


def draw_differences(
    pairs: Mapping[str, Sequence[float]], errors: Mapping[str, float], *, ax: Axes | None = None
) -> Axes:
    """Draw differences of accuracy seed by seed, in points, and two sampling errors of each mean as a grey bar."""
    if ax is None:
        said = "; ".join(
            f"{name}: {min(values):+.1f} to {max(values):+.1f}, mean {np.mean(values):+.2f} ± {errors[name]:.2f}"
            for name, values in pairs.items()
        )
        ax = new_axes(
            f"Differences to momentum in points, seed by seed. {said}.".replace("-", "−"),
            figsize=(6.8, 0.42 * len(pairs) + 1.3),
        )
    for row, (name, values) in enumerate(reversed(list(pairs.items()))):
        error = 2 * errors[name]
        ax.barh(row, 2 * error, left=-error, height=0.62, color=style.LIGHT_GREY, linewidth=0)
        ax.plot(values, [row] * len(values), **style.look(name).dots, markersize=6)
        ax.plot(np.mean(values), row, "|", color=style.BLACK, markersize=kit.points(16), markeredgewidth=2)
    ax.axvline(0, color=style.BLACK, linewidth=1, linestyle="-")
    ax.set(yticks=range(len(pairs)), xlabel="points better than momentum, the same seed", ylim=(-0.6, len(pairs) - 0.4))
    ax.set_yticklabels(list(pairs)[::-1])
    ax.grid(False)
    ahead = [name for name, values in pairs.items() if abs(np.mean(values)) > 2 * errors[name]]
    leaves = f"only the mean of {' and '.join(ahead)} leaves" if ahead else "no mean leaves"
    ax.set_title(f"{leaves} its grey bar of two errors")
    return ax
