"""Which unit sees which: layers for short and for long inputs, and who looks at whom in attention."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from helpers import style
from helpers.data import hold_out, load_fashion_mnist
from helpers.figures import _kit as kit
from helpers.figures._kit import number
from helpers.picture import new_axes

KINDS = ("dense", "convolutional", "recurrent", "attention")
"""What `draw_wirings` draws."""

_SHARED = ((style.BLUE, "-"), (style.VERMILION, "--"), (style.GREEN, ":"))


def convolution_edges(inputs: int, window: int) -> list[tuple[int, int, int]]:
    """Return (input, output, weight) of each connection of a 1-D convolution, all counted from 0.

    >>> convolution_edges(3, 2)
    [(0, 0, 0), (1, 0, 1), (1, 1, 0), (2, 1, 1)]
    """
    return [(output + weight, output, weight) for output in range(inputs - window + 1) for weight in range(window)]


def draw_wirings(*, ax: Axes | None = None) -> Axes:
    """Draw four kinds of layers for 4 inputs and for 8: what shares a weight has one colour and dash."""
    if ax is None:
        said = "Four kinds of layers for 4 and for 8 inputs. Dense: every line has a weight of its own. Convolutional: "
        said += "the same three weights at every place. Recurrent: the same weights at every step. Attention: shares "
        ax = new_axes(said + "computed from the inputs, drawn as widths.", figsize=(7.6, 3.9))
    ax.set_axis_off()
    for row, inputs in enumerate((4, 8)):
        ax.text(0.0, 0.76 - 0.53 * row, f"{inputs}\ninputs", transform=ax.transAxes, va="center", weight="bold")
        for column, kind in enumerate(KINDS):
            panel = ax.inset_axes((0.09 + 0.235 * column, 0.55 - 0.55 * row, 0.2, 0.4 if row == 0 else 0.52))
            kit.bare(panel, (-0.25, 1.25), (-0.6, inputs - 0.4))
            _DRAWN[kind](panel, inputs)
            if row == 0:
                panel.set_title(kind, loc="center", weight="bold")
    return ax


def _dots(ax: Axes, x: float, count: int, marker: str, height: float) -> list[float]:
    heights = list(np.linspace(0, height, count)) if count > 1 else [height / 2]
    look: dict[str, Any] = {
        "color": "white",
        "markeredgecolor": style.BLACK,
        "markeredgewidth": 1.4,
        "linestyle": "none",
    }
    ax.plot([x] * count, heights, marker, markersize=kit.points(9), zorder=3, **look)
    return heights


def _lines(ax: Axes, ends: Sequence[Any], color: str, dash: str, widths: Any = 1.5) -> None:
    ax.add_collection(LineCollection(list(ends), colors=color, linestyles=dash, linewidths=widths, zorder=1))


def _dense(ax: Axes, inputs: int) -> None:
    left, right = _dots(ax, 0, inputs, "s", inputs - 1), _dots(ax, 1, 2, "o", inputs - 1)
    _lines(ax, [((0, a), (1, b)) for a in left for b in right], style.GREY, "-", 1.2)


def _convolutional(ax: Axes, inputs: int) -> None:
    left = _dots(ax, 0, inputs, "s", inputs - 1)
    right = [left[k + 1] for k in range(inputs - 2)]
    ax.plot(
        [1] * len(right), right, "o", color="white", markeredgecolor=style.BLACK, markersize=kit.points(9), zorder=3
    )
    for weight, (color, dash) in enumerate(_SHARED):
        ends = [((0, left[i]), (1, right[j])) for i, j, k in convolution_edges(inputs, 3) if k == weight]
        _lines(ax, ends, color, dash, 2)


def _recurrent(ax: Axes, inputs: int) -> None:
    left, right = _dots(ax, 0, inputs, "s", inputs - 1), _dots(ax, 1, inputs, "o", inputs - 1)
    _lines(ax, [((0, a), (1, a)) for a in left], *_SHARED[0], 2)
    _lines(ax, [((1, a), (1, b)) for a, b in pairwise(right)], *_SHARED[1], 2)


def _attention(ax: Axes, inputs: int) -> None:
    left, right = _dots(ax, 0, inputs, "s", inputs - 1), _dots(ax, 1, inputs, "o", inputs - 1)
    scores = np.random.default_rng(3).normal(scale=1.3, size=(inputs, inputs))
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    _lines(ax, [((0, left[j]), (1, right[i])) for i in range(inputs) for j in range(inputs)], style.PURPLE, "-",
           5 * shares.ravel())  # fmt: skip


_DRAWN = dict(zip(KINDS, (_dense, _convolutional, _recurrent, _attention), strict=True))


def attention_table(ax: Axes, words: Sequence[str], heads: Any, head: str = "meaning", row: int = 3) -> str:
    """Draw who looks at whom: one row a word, darker for a larger share, one row lit with its arcs.

    Args:
        ax: Where to draw.
        words: n of them.
        heads: Name → shares (n, n), each row adding up to 1.
        head: Which.
        row: Whose shares are lit, counted from 1.
    """
    shares = np.asarray(heads[head], float)
    n, lit = len(words), row - 1
    kit.bare(ax, (-1.6, n + 1.2), (-0.4, n + 2.3))
    for (i, j), share in np.ndenumerate(shares):
        face = kit.faded(style.PURPLE, share)
        ax.fill([j, j + 1, j + 1, j], [n - i, n - i, n - i - 1, n - i - 1], color=face, linewidth=0, linestyle="-")
        ax.text(j + 0.5, n - i - 0.5, number(share, 2), ha="center", va="center", color=style.ink(face))
    for i, word in enumerate(words):
        ax.text(-0.12, n - i - 0.5, word, ha="right", va="center", weight="bold" if i == lit else "normal")
        ax.text(i + 0.5, n + 0.12, word, ha="center", va="bottom")
    total = number(shares[lit].sum(), 2)
    ax.text(n + 0.12, n - lit - 0.5, f"= {total}", va="center", color=style.VERMILION, weight="bold")
    box = [0, n, n, 0, 0], [n - lit, n - lit, n - lit - 1, n - lit - 1, n - lit]
    ax.plot(*box, "-", color=style.VERMILION, linewidth=3, zorder=4)
    for j, share in enumerate(shares[lit]):
        turn = np.linspace(0, np.pi, 40)
        if j != lit:
            middle, half = (j + lit + 1) / 2, abs(j - lit) / 2
            ax.plot(middle + half * np.cos(turn), n + 0.62 + 0.4 * half * np.sin(turn), "-", color=style.PURPLE,
                    linewidth=kit.points(0.3 + 6 * share))  # fmt: skip
    kit.keep_inside(ax)
    most = int(shares[lit].argmax())
    whom = f"most at '{words[most]}', {shares[lit, most]:.2f}" if np.ptp(shares[lit]) > 1e-9 else "at all alike"
    return f"Who looks at whom in {' '.join(words)}: '{words[lit]}' looks {whom}."


def draw_rebuilt(rows: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Draw rows of images under each other, such as originals, what a code keeps of them, and new ones.

    Args:
        rows: Name → (n, 784) or (n, 28, 28), the first six are drawn.
        ax: Where to draw.
    """
    if ax is None:
        ax = new_axes(f"Rows of images: {', '.join(rows)}.", figsize=(7.6, 0.95 * len(rows)))
    ax.set_axis_off()
    for row, (name, images) in enumerate(rows.items()):
        ax.text(0, 1 - (row + 0.5) / len(rows), name, transform=ax.transAxes, va="center")
        for k, image in enumerate(images[:6]):
            panel = ax.inset_axes((0.16 + 0.14 * k, 1 - (row + 1) / len(rows), 0.13, 0.96 / len(rows)))
            panel.imshow(np.reshape(image, (28, 28)), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            panel.set_axis_off()
    return ax


CODE_SIZES = {"A": 10, "B": 100, "C": 2}
"""Numbers in the codes behind the rows of `draw_three_codes`."""


def draw_three_codes(*, ax: Axes | None = None) -> Axes:
    """Draw six images, and what the best linear codes of `CODE_SIZES` numbers keep of them, without their sizes."""
    (x, y), _ = load_fashion_mnist()
    training, _, (new, _) = hold_out(x.reshape(-1, 784) / 255, y)
    mean, images = training[0].mean(axis=0), new[:6]
    centred = training[0] - mean
    directions = np.linalg.eigh(centred.T @ centred)[1].T[::-1]  # in which the images vary most comes first
    rows = {"images": images}
    for name, size in CODE_SIZES.items():
        kept = directions[:size]
        rows[name] = (images - mean) @ kept.T @ kept + mean
    return draw_rebuilt(rows, ax=ax)


def draw_choking(depths: Sequence[int], shares: dict[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw which share of a nudge arrives behind so many layers; lines for (depths, seeds) arrays, logarithmic."""
    if ax is None:
        ends = ", ".join(f"{name} {np.mean(table[-1]):.2%}" for name, table in shares.items())
        ax = new_axes(f"Share of a nudge that arrives behind {depths[-1]} layers: {ends}.", figsize=(7.6, 3.0))
    for (name, table), (color, dash) in zip(shares.items(), ((style.VERMILION, "--"), (style.BLUE, "-")), strict=True):
        table = np.asarray(table)
        ax.fill_between(depths, table.min(axis=1), table.max(axis=1), color=color, alpha=0.25, linewidth=0)
        ax.plot(depths, table.mean(axis=1), dash, color=color)
        kit.label_end(ax, depths[-1], table[-1].mean(), name, color)
    ax.set_yscale("log")
    ax.set(ylim=(1e-7, 10), xlim=(0.5, depths[-1] * 1.28), yticks=[1, 1e-2, 1e-4, 1e-6])
    ax.set_yticklabels(["all", "1 in 100", "1 in 10,000", "1 in a million"])
    ax.minorticks_off()
    ax.set(xlabel="layers", title="Share of a small change of the input that arrives")
    return ax
