"""What a learning rate is worth: losses of many trainings by rate, the best ones, and the ranges of good ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.figures import _kit as kit
from helpers.picture import new_axes


def by_rate(group: Mapping[str, Sequence[Mapping[str, Any]]], key: str) -> dict[str, dict[float, list]]:
    """Return name → learning rate → `key` of each run, from stored settings such as "Adam, cosine 0.01".

    Runs without this number are left out.
    """
    found: dict[str, dict[float, list]] = {}
    for setting, runs in group.items():
        name, rate = setting.rsplit(" ", 1)
        if key in runs[0]:
            found.setdefault(name, {})[float(rate)] = [run[key] for run in runs]
    return found


def best_rates(group: Mapping[str, Sequence[Mapping[str, Any]]], key: str = "val_loss") -> dict[str, float]:
    """Return name → learning rate with the lowest mean validation loss; of a curve, its lowest number counts."""
    curves = by_rate(group, key)
    costs = {
        name: {rate: np.mean([np.min(run) for run in runs]) for rate, runs in rates.items()}
        for name, rates in curves.items()
    }
    return {name: min(rates, key=rates.__getitem__) for name, rates in costs.items()}


def draw_rates(
    curves: Mapping[str, Mapping[float, Sequence[float]]], *, marked: Mapping[float, str], ax: Axes | None = None
) -> Axes:
    """Draw the loss of several runs at each learning rate, a line through their means, one curve a method.

    Args:
        curves: Method → learning rate → losses, one a seed.
        marked: Learning rates that get a line and a word.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_rates(curves), figsize=(7.0, 3.6))
    for (name, losses), shift in zip(curves.items(), (0.97, 1.03, 1.0, 1.06), strict=False):
        look, variant = _look(name), "," in name
        dots: dict[str, Any] = look.dots | {"markersize": 5, "markerfacecolor": "white" if variant else look.color}
        rates = np.array(sorted(losses))
        means = np.array([np.mean(losses[rate]) for rate in rates])
        ax.plot(rates, means, **look.line | ({"linestyle": "--"} if variant else {}))
        for rate in rates:
            ax.plot([rate * shift] * len(losses[rate]), losses[rate], **dots)
        kit.label_end(ax, rates[-1], min(means[-1], 0.63), name, style.visible(look.color, "white", 4.5), weight="bold")
    for rate, word in marked.items():
        ax.axvline(rate, color=style.GREY, linestyle=":", zorder=0)
        ax.text(rate, 0.655, word, ha="center", va="bottom", color=style.GREY)
    ax.set(xscale="log", xlabel="learning rate (peak)", ylim=(0.38, 0.65))
    ax.set_title("loss: with a decay, the best peak is larger, and better", pad=kit.points(20))
    return ax


def describe_rates(curves: Mapping[str, Mapping[float, Sequence[float]]]) -> str:
    """Return what `draw_rates` shows."""
    best = []
    for name, losses in curves.items():
        loss, rate = min((float(np.mean(runs)), rate) for rate, runs in losses.items())
        best.append(f"{name} is lowest at {rate:g}, {loss:.3f}")
    return f"Loss against learning rate, five seeds each: {'; '.join(best)}."


def draw_ranges(
    curves: Mapping[str, Mapping[float, Sequence[float]]],
    chosen: Mapping[str, float],
    *,
    defaults: Mapping[str, float] | None = None,
    title: str = "",
    within: float = 0.1,
    ax: Axes | None = None,
) -> Axes:
    """Draw for each method which learning rates are good: a dot at the chosen one, a bar where the loss is near its.

    Args:
        curves: Method → learning rate → losses of several seeds.
        chosen: Method → the learning rate that was best on other images; the best method stands on top.
        defaults: Method → Keras's default rate, a hollow diamond.
        title: What the reader should see.
        within: Share above the loss at the chosen rate that still counts as good.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_ranges(curves, chosen), figsize=(7.6, 0.42 * len(curves) + 1.1))
    order = _worst_first(curves, chosen)
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center", "size": kit.points(10)}
    for row, name in enumerate(order):
        rates, rate = curves[name], chosen[name]
        loss = float(np.mean(rates[rate]))
        good = [r for r, runs in rates.items() if np.mean(runs) <= (1 + within) * loss]
        color = _look(name).color
        bar: dict[str, Any] = {"linewidth": kit.points(6), "alpha": 0.45, "solid_capstyle": "round"}
        ax.plot([min(rates), max(rates)], [row, row], "-", color=style.LIGHT_GREY, linewidth=2)
        ax.plot([min(good), max(good)], [row, row], "-", color=color, **bar)
        ax.plot(rate, row, "o", color=color, markersize=kit.points(8))
        if defaults and name in defaults:
            hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": style.BLACK, "zorder": 5}
            ax.plot(defaults[name], row, "D", markersize=kit.points(6.5), **hollow)
        ax.text(1.02, row, f"{loss:.2f} ({min(rates[rate]):.2f}–{max(rates[rate]):.2f})", **beside)
    ax.text(1.02, len(order) - 0.35, "loss", **beside)
    ax.set(xscale="log", xlabel="learning rate", yticks=range(len(order)), ylim=(-0.7, len(order) - 0.3))
    ax.set_yticklabels(order)
    ax.set_title(title)
    ax.grid(False)
    return ax


def draw_losses(
    curves: Mapping[str, Mapping[float, Sequence[float]]],
    chosen: Mapping[str, float],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the losses of each method at its chosen learning rate: a dot a seed, a tick at their mean.

    Args:
        curves: Method → learning rate → losses of several seeds.
        chosen: Method → the learning rate that was best on other images; the best method stands on top.
        title: What the reader should see.
        ax: Where to draw; on a new figure when None.
    """
    if ax is None:
        ax = new_axes(describe_ranges(curves, chosen), figsize=(7.2, 0.3 * len(curves) + 1.1))
    order = _worst_first(curves, chosen)
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center", "size": kit.points(10)}
    for row, name in enumerate(order):
        losses = curves[name][chosen[name]]
        ax.plot([min(losses), max(losses)], [row, row], "-", color=style.LIGHT_GREY, linewidth=kit.points(6))
        ax.plot(losses, [row] * len(losses), **_look(name).dots, markersize=kit.points(6))
        ax.plot(np.mean(losses), row, "|", color=style.BLACK, markersize=kit.points(14), markeredgewidth=2)
        ax.text(1.03, row, f"{chosen[name]:.2g}", **beside)
    ax.text(1.03, len(order) - 0.2, "peak η", **beside)
    ax.set(xlabel="loss on 3,000 other images", yticks=range(len(order)), ylim=(-0.7, len(order) - 0.3))
    ax.set_yticklabels(order)
    ax.set_title(title)
    return ax


def _look(name: str) -> style.Look:
    """Return the look of the rule that a name such as "Adam, cosine" begins with."""
    return style.look(name.replace(",", "").split()[0])


def _worst_first(curves: Mapping[str, Mapping[float, Sequence[float]]], chosen: Mapping[str, float]) -> list[str]:
    return sorted(curves, key=lambda name: -float(np.mean(curves[name][chosen[name]])))


def describe_ranges(curves: Mapping[str, Mapping[float, Sequence[float]]], chosen: Mapping[str, float]) -> str:
    """Return what `draw_ranges` shows."""
    order = _worst_first(curves, chosen)[::-1]
    said = (f"{name} {np.mean(curves[name][chosen[name]]):.3f} at {chosen[name]:g}" for name in order)
    return f"Loss of each method at its best learning rate, best first: {'; '.join(said)}."
