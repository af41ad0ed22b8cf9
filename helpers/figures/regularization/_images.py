"""Changed images: what a change does to them, what it brings in training, and where it pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import style
from helpers.augmentation import change
from helpers.figures import _kit as kit
from helpers.picture import new_axes

Runs = Sequence[Mapping[str, float]]
UNITS = {"flip": "mirrored with probability {:.0%}", "shift": "shifted by up to {:.0f} pixels",
         "rotate": "turned by up to {:.0f}°"}  # fmt: skip
SHORT = {"flip": "flip {:.0%} of the copies", "shift": "shift ≤ {:g} px", "rotate": "turn ≤ {:g}°"}
MOST = {"flip": 1.0, "shift": 12.0, "rotate": 180.0}


def augmented(ax: Axes, images: np.ndarray, kind: str = "flip", strength: float = 0.5, again: int = 0) -> str:
    """Draw images (n, 28, 28), from 0 to 1, above changed copies; a strength of 1 is the largest."""
    amount = strength * MOST[kind]
    copies = change(kind, images, amount, np.random.default_rng(again))
    framed = np.pad(np.stack([images, copies]), [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=0)
    ax.imshow(np.concatenate([np.concatenate([*row], axis=1) for row in framed]), cmap="gray_r", vmin=0, vmax=1,
              interpolation="nearest")  # fmt: skip
    ax.axhline(29.5, color=style.GREY, linewidth=1, linestyle="-")
    ax.set(xticks=[], yticks=[], title=UNITS[kind].format(amount))
    ax.grid(False)
    ax.spines[:].set_visible(False)
    return f"{len(images)} images, and below them copies {UNITS[kind].format(amount)}."


def called(kind: str, amount: str) -> str:
    """Return the short name of a change on images of 14 × 14 pixels: "shift ≤ 0.5 px"."""
    return SHORT[kind].format(float(amount)) if kind in SHORT else kind


def draw_gains(results: Mapping[str, Runs], none: Runs, *, ax: Axes | None = None) -> Axes:
    """Draw how accuracy and loss on new images differ from training without changed copies, seed by seed.

    Args:
        results: "shift: 2.0" → runs, a seed each.
        none: The runs without, of the same seeds.
        ax: Where to draw.
    """
    names = [name for name in results if name.split(":")[0] in UNITS]
    tables = {
        key: np.array([[run[key] - own[key] for run, own in zip(results[name], none, strict=True)] for name in names])
        for key in ("accuracy", "loss")
    }
    if ax is None:
        said = "; ".join(f"{name} {100 * a.mean():+.1f} points, loss {b.mean():+.2f}"
                         for name, a, b in zip(names, *tables.values(), strict=True))  # fmt: skip
        ax = new_axes(
            f"Differences from training without changed copies: {said}.".replace("-", "−"), figsize=(7.6, 4.0)
        )
    for panel, (key, table) in zip(kit.panels(ax, (2,), below=40), tables.items(), strict=True):
        values = 100 * table if key == "accuracy" else -table
        kit.draw_seeds(panel, values)
        panel.set_yticks(range(len(names)), [called(*name.split(": ")) for name in names])
        panel.set_xlabel("points, better →" if key == "accuracy" else "nats, better →")
        panel.set_title("accuracy gained" if key == "accuracy" else "loss lowered by")
        if key == "loss":
            panel.tick_params(labelleft=False)
    return ax


def draw_moved(results: Mapping[str, Runs], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy on changed images for training without and with changed copies: "mirrored, with" → runs."""
    kinds = list(dict.fromkeys(name.rsplit(", ", 1)[0] for name in results))
    tables = {way: 100 * np.array([[run["accuracy"] for run in results[f"{kind}, {way}"]] for kind in kinds])
              for way in ("without", "with")}  # fmt: skip
    if ax is None:
        said = "; ".join(f"{kind} {a.mean():.0f} % without, {b.mean():.0f} % with"
                         for kind, a, b in zip(kinds, *tables.values(), strict=True))  # fmt: skip
        ax = new_axes(f"Accuracy on images {said}.", figsize=(7.0, 3.2))
    looks = {"without": (style.BLACK, "o", -0.13), "with": (style.GREEN, "D", 0.13)}
    for way, table in tables.items():
        color, marker, aside = looks[way]
        for row, each in enumerate(table):
            look: dict[str, Any] = {"color": color, "linestyle": "none", "marker": marker}
            ax.plot(each, np.full(len(each), row + aside), markersize=kit.points(4), fillstyle="none", **look)
            ax.plot(each.mean(), row + aside, marker, color=color, markersize=kit.points(8.5))
        sign, up = ("●", 0.9) if way == "without" else ("◆", 0.8)
        ax.text(0.02, up, f"{sign} trained {way} changed copies", transform=ax.transAxes, color=color)
    for row, pair in enumerate(zip(*tables.values(), strict=True)):
        ax.annotate("", (pair[1].mean(), row + 0.13), (pair[0].mean(), row - 0.13),
                    arrowprops={"arrowstyle": "->", "color": style.GREY, "shrinkA": 6, "shrinkB": 6})  # fmt: skip
    ax.set_yticks(range(len(kinds)), kinds)
    ax.set(ylim=(len(kinds) - 0.5, -0.5), xlabel="accuracy on new images (%)")
    ax.set_title("Changed copies help where new images are changed too")
    return ax
