"""How sure a network should be, and what each strength of each method brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes

LEADS = np.linspace(0, 14, 1401)
LOWEST = -1.8
"""What is worse stands there as a triangle in `draw_strengths`."""
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def smoothed_loss(alpha: float) -> np.ndarray:
    """Return the loss of one example for each of `LEADS` of the right logit over nine others, labels smoothed."""
    right = np.exp(LEADS) / (np.exp(LEADS) + 9)
    return -(1 - alpha + alpha / 10) * np.log(right) - 9 * alpha / 10 * np.log((1 - right) / 9)


def draw_smoothing(alpha: float = 0.1, *, ax: Axes | None = None) -> Axes:
    """Draw the loss of one example against the lead of the right logit, one-hot and smoothed, and its lowest point."""
    loss, plain = smoothed_loss(alpha), smoothed_loss(0.0)
    low = int(loss.argmin())
    p = np.exp(LEADS[low]) / (np.exp(LEADS[low]) + 9)
    if ax is None:
        said = f"With one-hot labels the loss falls for ever, with α = {alpha:g} it is lowest at a lead of "
        ax = new_axes(said + f"{LEADS[low]:.1f}, where p = {p:.2f}.", figsize=(6.6, 3.0))
    for values, color, dash, share in ((plain, style.BLUE, "-", 0.0), (loss, style.VERMILION, "--", alpha)):
        ax.plot(LEADS, values, dash, color=color)
        kit.label_end(ax, LEADS[-1], values[-1], f"α = {share:g}", style.visible(color, ax, 4.5))
    ax.plot(LEADS[low], loss[low], "o", color=style.VERMILION, markersize=9)
    ink = style.visible(style.VERMILION, ax, 4.5)
    ax.text(LEADS[low] + 0.2, loss[low] + 0.25, f"lead {LEADS[low]:.1f}, p = {p:.2f}", color=ink, va="bottom")
    ax.set(xlim=(0, 14), ylim=(0, 2.6), xlabel="lead of the right logit", ylabel="loss (nats)")
    ax.set_title("Smoothed labels ask for a finite lead")
    return ax


def tick(strength: str) -> str:
    """Return a strength as a tick label: 1e-05 as 10⁻⁵, 0.0003 as 3·10⁻⁴, and of two rates one below the other."""
    parts = []
    for part in strength.split(", "):
        first, _, power = f"{float(part):.0e}".partition("e")
        small = ("" if first == "1" else f"{first}·") + "10" + str(int(power)).translate(RAISED)
        parts.append(small if 0 < float(part) < 0.01 else f"{float(part):g}")
    return "\n".join(parts)


def draw_strengths(results: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str], *,
                   ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw for each method what its strengths bring on validation images: change of accuracy and fall of the loss.

    Args:
        results: "method: strength" → runs with "val_loss" and "val_accuracy"; "nothing" is what they are compared to.
        names: The methods to show, a panel each.
        ax: Where to draw; on a new figure when None.
    """
    base = {key: np.mean([run[key] for run in results["nothing"]]) for key in ("val_loss", "val_accuracy")}
    found = {}
    for name in names:
        keys = [key for key in results if key.startswith(f"{name}: ")]
        keys.sort(key=lambda key: [float(part) for part in key.split(": ")[1].split(", ")])
        mean = {key: np.array([np.mean([run[key] for run in results[one]]) for one in keys]) for key in base}
        found[name] = [key.split(": ")[1] for key in keys], base["val_loss"] - mean["val_loss"], (
            100 * (mean["val_accuracy"] - base["val_accuracy"]))  # fmt: skip
    if ax is None:
        best = {
            name: [tick(ways[int(np.argmax(each))]).replace("\n", ", ") for each in both]
            for name, (ways, *both) in found.items()
        }
        said = "; ".join(
            f"{name}: loss lowest at {one}, accuracy highest at {two}" for name, (one, two) in best.items()
        )
        ax = new_axes(f"Strengths by method. {said}.", figsize=(7.6, 4.6))
    ax.set_title("What each strength brings on validation images", pad=kit.points(8))
    columns = (len(names) + 1) // 2
    rows = (columns, len(names) - columns)
    for k, (panel, (name, (strengths, loss, accuracy))) in enumerate(
        zip(kit.panels(ax, rows, below=44, above=24), found.items(), strict=True)
    ):
        where = np.arange(len(strengths))
        panel.axhline(0, color=style.GREY, linewidth=1, linestyle="-")
        for values, color, dash, marker in ((10 * loss, style.BLUE, "-", "o"), (accuracy, style.VERMILION, "--", "s")):
            shown, at = np.maximum(values, LOWEST), int(np.argmax(values))
            panel.plot(where, shown, dash, color=color, marker=marker, markersize=4)
            panel.plot(at, values[at], "o", markersize=12, fillstyle="none", color=color, markeredgewidth=1.8)
            below = values < LOWEST
            panel.plot(where[below], shown[below], "v", color=color, markersize=9, linestyle="none")
        panel.set(title=name, ylim=(-2.1, 2.1), xlim=(-0.5, len(strengths) - 0.5))
        ticks = [tick(one) for one in strengths]
        if len(ticks) * max(map(len, ticks)) > 20:
            ticks[1::2] = [""] * len(ticks[1::2])
        panel.set_xticks(where, ticks, size=kit.points(10))
        if k == 0:
            panel.text(-0.3, 2.0, "loss lowered, 0.1 nats", color=style.BLUE, va="top")
            panel.text(-0.3, -2.0, "accuracy, points", color=style.visible(style.VERMILION, panel, 4.5), va="bottom")
    return ax


def draw_differences(
    tables: Mapping[str, np.ndarray], strengths: Mapping[str, str] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw what methods gain seed by seed: accuracy (left), and a lower loss (right), the best on top.

    Args:
        tables: Name → (seeds, 2): by how much the loss is lower, and the accuracy higher in points.
        strengths: Name → the strength that was chosen, written behind the name.
        ax: Where to draw; on a new figure when None.
    """
    names = sorted(tables, key=lambda name: -tables[name][:, 0].mean())
    if ax is None:
        means = {name: tables[name].mean(axis=0) for name in names}
        said = "; ".join(f"{name} {points:+.1f} points, loss {-lower:+.2f}" for name, (lower, points) in means.items())
        ax = new_axes(f"{said}.".replace("-", "−"), figsize=(7.6, 0.3 * len(names) + 1.2))
    called = [f"{name} {(strengths or {}).get(name, '')}".strip() for name in names]
    left, right = kit.panels(ax, (2,), below=40)
    for panel, column, title in ((left, 1, "accuracy, points gained"), (right, 0, "loss, lower by (nats)")):
        kit.draw_seeds(panel, [tables[name][:, column] for name in names])
        panel.set(title=title, xlabel="better →")
        panel.set_yticks(range(len(names)), called)
    right.tick_params(labelleft=False)
    return ax
