"""The figures of notebook 05, deeper: bowls, gains, orthogonal layers, skips, width, clipping, transfer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from helpers import style
from helpers.figures import _kit as kit
from helpers.figures.initialization import size_in_words
from helpers.picture import new_axes

Array = np.ndarray
Results = Mapping[str, Sequence[Mapping[str, float]]]


def features(unit: float, correlation: float) -> Array:
    """Return two centred features of 150 examples, (150, 2); the second is `unit` times as wide."""
    first, other = np.random.default_rng(3).normal(size=(2, 150))
    pair = np.column_stack([first, correlation * first + np.sqrt(1 - correlation**2) * other])
    return (pair - pair.mean(axis=0)) * (1.0, unit)


def walk_in_bowl(x: Array, steps: int = 400) -> tuple[Array, Array]:
    """Return the matrix of the bowl of a linear neuron on inputs `x`, and the walk at the bowl's best learning rate.

    Places are distances from the minimum; the loss there is the mean of (x · d)².
    """
    H = 2 * x.T @ x / len(x)
    flat, steep = np.linalg.eigvalsh(H)
    path = [np.array([1.0, 0.4])]
    for _ in range(steps):
        path.append(path[-1] - 2 / (flat + steep) * H @ path[-1])
    return H, np.array(path)


def bowl(ax: Axes, scalings: Mapping[str, Callable[[Array], Array]], scaling: str = "as they are", unit: float = 4,
         correlation: float = 0.0) -> str:  # fmt: skip
    """Draw the loss of a linear neuron with two inputs as a bowl from above, a walk in it, and the cloud of inputs.

    Args:
        ax: The sheet.
        scalings: Name → function of the features.
        scaling: Which of them.
        unit: How many times as wide the second feature is.
        correlation: Of the two features.
    """
    x = scalings[scaling](features(unit, correlation))
    H, path = walk_in_bowl(x)
    arrived = np.linalg.norm(path, axis=1) < 0.01 * np.linalg.norm(path[0])
    steps = int(np.argmax(arrived)) if arrived.any() else len(path)
    ax.set_axis_off()
    map_, cloud = ax.inset_axes((0.0, 0.08, 0.62, 0.84)), ax.inset_axes((0.7, 0.5, 0.3, 0.42))
    grid = np.stack(np.meshgrid(np.linspace(-1.3, 1.3, 80), np.linspace(-1.3, 1.3, 80)), axis=-1)
    level = np.sqrt(np.einsum("...i,ij,...j", grid, H, grid) / (path[0] @ H @ path[0]))
    map_.contourf(
        *np.moveaxis(grid, -1, 0), level, levels=[0, 0.25, 0.5, 0.75, 1, 1.5, 2, 9], cmap="Blues_r", alpha=0.6
    )
    map_.plot(*path[: steps + 1].T, "-o", color=style.BLACK, markersize=4, linewidth=1.5)
    map_.plot(*path[0], "o", color="white", markeredgecolor=style.BLACK, markersize=9, markeredgewidth=2)
    map_.plot(0, 0, "+", color=style.BLACK, markersize=13, markeredgewidth=2)
    for box, names in ((map_, ("w₁", "w₂")), (cloud, ("x₁", "x₂"))):
        box.set(xticks=[], yticks=[])
        box.grid(False)
        box.set_aspect("equal", adjustable="box" if box is map_ else "datalim")
        box.text(0.97, 0.03, names[0], transform=box.transAxes, ha="right", va="bottom")
        box.text(0.03, 0.97, names[1], transform=box.transAxes, va="top")
    map_.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    cloud.plot(*x.T, ".", color=style.GREY, markersize=2.5)
    ax.text(0.85, 0.24, f"{steps}", transform=ax.transAxes, ha="center", weight="bold", fontsize=kit.points(24))
    ax.text(0.85, 0.12, f"step{'s' * (steps != 1)}", transform=ax.transAxes, ha="center")
    return (
        f"Features {scaling}, unit {unit:g}, correlation {correlation:g}: descent needs {steps} "
        f"step{'s' * (steps != 1)} for 99 % of the way at its best learning rate."
    )


def draw_scales(incomes: Mapping[str, Array], explained: Mapping[str, Mapping[str, Sequence[float]]], *,
                ax: Axes | None = None) -> Axes:  # fmt: skip
    """Draw a skewed feature on several scales, and how well a line predicts two targets from each."""
    if ax is None:
        words = "; ".join(f"{name}: {', '.join(f'{t} {np.mean(r):.2f}' for t, r in tasks.items())}"
                          for name, tasks in explained.items())  # fmt: skip
        ax = new_axes(
            f"An income on three scales, and the share of two targets explained: {words}.", figsize=(7.6, 3.2)
        )
    panels = kit.panels(ax, (len(incomes),), below=62, above=26)
    for panel, (name, values) in zip(panels, incomes.items(), strict=True):
        panel.hist(values, bins=30, color=style.BLUE)
        panel.set(yticks=[], title=name)
        panel.grid(False)
        for row, (task, shares) in enumerate(explained[name].items()):
            best = max(np.mean(other[task]) for other in explained.values()) - np.mean(shares) < 0.02
            panel.text(0, -0.42 - 0.22 * row, f"{task} {np.mean(shares):.2f}", transform=panel.transAxes,
                       weight="bold" if best else "normal")  # fmt: skip
    ax.set_title("Which scale is right depends on the target")
    return ax


def draw_gains(backward: Mapping[str, float], cosine: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """Draw for each activation with its own gain: the size of a gradient after ten layers, and the cosine of examples.

    Args:
        backward: Activation → size in layer 1 of a gradient of size 1 in layer 10, predicted.
        cosine: Activation → cosine of two examples in layer 10, measured.
        ax: Where to draw.
    """
    if ax is None:
        words = "; ".join(f"{name} {size_in_words([size])} and {cosine[name]:.2f}" for name, size in backward.items())
        ax = new_axes(f"Gradient left after ten layers, and cosine of two examples: {words}.", figsize=(7.6, 3.4))
    left, right = kit.panels(ax, (2,), below=30, above=26)
    for row, (name, size) in enumerate(backward.items()):
        color = style.look(name).color
        left.plot([1, size], [row, row], "-", color=color, linewidth=5, solid_capstyle="butt")
        left.plot(size, row, "o", color=color, markersize=7)
        right.barh(row, max(cosine[name], 0.004), color=color, height=0.55)
    names = list(backward)
    for panel, labels in ((left, names), (right, [""] * len(names))):
        panel.set(yticks=range(len(names)), yticklabels=labels, ylim=(len(names) - 0.4, -0.6))
        panel.grid(False, axis="y")
    left.set(xscale="log", xlim=(3e-5, 6), title="gradient in layer 1")
    left.set_xticks([1e-4, 1e-2, 1], ["10⁻⁴", "0.01", "1"])
    left.minorticks_off()
    right.set(xlim=(0, 1.02), xticks=(0, 0.5, 1), title="cosine of two examples")
    ax.set_title("The gain keeps the size of z, and nothing else")
    return ax


@cache
def _stretches(kind: str) -> Array:
    """Return the singular values of the product of 1 to 40 random layers of 32 units, largest first, (40, 32)."""
    rng, product, found = np.random.default_rng(0), np.eye(32), []
    for _ in range(40):
        W = rng.normal(size=(32, 32)) / np.sqrt(32)
        product = product @ (np.linalg.qr(W)[0] if kind == "orthogonal" else W)
        found.append(np.linalg.svd(product, compute_uv=False))
    return np.array(found)


def stretches(ax: Axes, kind: str = "random", depth: int = 10) -> str:
    """Draw by how much linear layers of 32 units stretch 32 directions at right angles, the longest first."""
    values = _stretches(kind)[depth - 1]
    color = style.look("orthogonal" if kind == "orthogonal" else "LeCun").color
    ax.bar(np.arange(1, 33), values, color=color, width=0.75)
    ax.axhline(1, color=style.BLACK, linestyle=":", linewidth=1.2)
    lost = int((values < 0.1).sum())
    ax.set(xlim=(0.3, 32.7), ylim=(0, 4.4), xticks=(1, 16, 32), yticks=range(5))
    ax.set(xlabel="direction, sorted by stretch", ylabel="stretch")
    ax.set_title(f"{depth} layer{'s' * (depth > 1)}: {lost} of 32 nearly lost")
    ax.grid(False)
    return f"{depth} {kind} linear layers of 32 units: {lost} of 32 directions keep less than a tenth of their length."


WAYS = {
    "plain": ("plain", style.look("He").color),
    "adds 1/√depth": ("adds, times 1/√depth", style.BLUE),
    "adds 0 at first": ("adds, 0 at first", style.GREEN),
    "adds, small weights": ("adds, small weights", style.look("small").color),
}


def draw_skips(results: Results, depths: Sequence[int] = (5, 20, 40), *, ax: Axes | None = None) -> Axes:
    """Draw accuracy against depth for plain layers and layers that add, mean and range over seeds."""
    tables = {
        name: np.array([[100 * run["comparison"] for run in results[f"{depth} layers, {way}"]] for depth in depths])
        for way, (name, _) in WAYS.items()
    }
    if ax is None:
        words = "; ".join(f"{n} {', '.join(f'{row.mean():.0f}' for row in table)} %" for n, table in tables.items())
        ax = new_axes(f"Mean accuracy of {', '.join(map(str, depths))} layers: {words}.", figsize=(7.6, 3.6))
    ends: list[float] = []
    for (name, table), (_, color) in sorted(
        zip(tables.items(), WAYS.values(), strict=True), key=lambda pair: -pair[0][1][-1].mean()
    ):
        ax.fill_between(depths, table.min(axis=1), table.max(axis=1), color=color, alpha=0.15, linewidth=0)
        ax.plot(depths, table.mean(axis=1), "-o", color=color)
        y = min([table[-1].mean(), *(end - 6 for end in ends)])
        ends.append(y)
        kit.label_end(ax, depths[-1], y, name, color)
    ax.set(xlabel="layers", ylabel="% right", xticks=depths, xlim=(3, depths[-1] * 1.5))
    ax.set_title("Layers that add a little can be stacked")
    return ax


def draw_width(results: Results, *, ax: Axes | None = None) -> Axes:
    """Draw training loss against the learning rate for several widths: usual parametrization and μP."""
    curves: dict[str, dict[int, list[tuple[float, float]]]] = {}
    for name, runs in results.items():
        way, width, rate = name.split(" | ")
        loss = float(np.median([run["loss"] for run in runs]))
        for shown in ("usual", "μP") if int(width) == 16 else (way,):
            curves.setdefault(shown, {}).setdefault(int(width), []).append((float(rate), loss))
    best = {way: {width: min(pairs, key=lambda p: p[1])[0] for width, pairs in sorted(of.items())}
            for way, of in curves.items()}  # fmt: skip
    if ax is None:
        words = "; ".join(f"{w}: " + ", ".join(f"width {k} {v:.2g}" for k, v in b.items()) for w, b in best.items())
        ax = new_axes(f"Best learning rate of Adam: {words}.", figsize=(7.6, 3.8))
    for panel, way in zip(kit.panels(ax, (2,), below=44, above=26), ("usual", "μP"), strict=True):
        for rank, (units, pairs) in enumerate(sorted(curves[way].items())):
            color = kit.faded(style.BLUE, (0.4, 0.7, 1.0)[rank])
            panel.plot(*zip(*sorted(pairs), strict=True), "-", color=color, linewidth=1.5 + 0.8 * rank)
            at = best[way][units]
            low = dict(pairs)[at]
            panel.plot(at, low, "o", color=color, markersize=9)
            right, up = ((0, 12), (6, 6), (0, -16))[rank]
            panel.annotate(str(units), (at, low), (kit.points(right), kit.points(up)), textcoords="offset points",
                           ha="left" if rank == 1 else "center", color=color if rank else style.GREY)  # fmt: skip
        panel.set(xscale="log", ylim=(0.3, 1.0), xlabel="learning rate", title=way)
        panel.set_xticks([0.001, 0.01], ["0.001", "0.01"])
        panel.text(0.03, 0.97, "training loss", transform=panel.transAxes, va="top")
        panel.minorticks_off()
    ax.set_title("μP nearly keeps the best learning rate (circles) when the width grows")
    return ax


def clip_arrows(ax: Axes, by_value: Callable[..., Array], by_norm: Callable[..., Array], first: float = 3.0,
                second: float = 1.2, limit: float = 1.0) -> str:  # fmt: skip
    """Draw a gradient and what the student's two ways to clip make of it."""
    gradient = np.array([first, second])
    value, norm = by_value(gradient, limit), by_norm(gradient, limit)
    square: dict[str, Any] = {"fill": False, "edgecolor": style.VERMILION, "linestyle": "--"}
    ax.add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, **square))
    ax.add_patch(Circle((0, 0), limit, fill=False, edgecolor=style.BLUE, linestyle=":"))
    arrows = (("gradient", gradient, style.GREY), ("by value", value, style.VERMILION), ("by norm", norm, style.BLUE))
    for row, (name, vector, color) in enumerate(arrows):
        arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (vector[0], vector[1]), (0, 0), arrowprops=arrow)
        numbers = ", ".join(kit.short(round(float(number), 2)) for number in vector)
        ax.text(0.98, 0.26 - 0.11 * row, f"{name} [{numbers}]", transform=ax.transAxes, ha="right", color=color)
    wide = max(5.4, first + 1.6, 1.4 * (second + 2 * limit))
    ax.set(xlim=(-1.3 * limit, wide), ylim=(-1.5 * limit, 0.62 * wide), aspect="equal")
    ax.set(xlabel="∂L/∂w₁", ylabel="∂L/∂w₂")
    turned = abs(np.degrees(np.arctan2(value[1], value[0]) - np.arctan2(second, first)))
    ax.set_title(f"by value: turned by {turned:.0f}°")
    kit.keep_inside(ax)
    return f"The gradient [{first:g}, {second:g}], limit {limit:g}: by value {value.round(2)}, by norm {norm.round(2)}."


def cliff(ax: Axes, clip: Callable[..., Array], limit: float = 5.0, start: float = 1.25, steps: int = 12) -> str:
    """Draw descent beside a cliff from the side: the loss of ten layers with one tied weight, ¾ (w¹⁰ − 1)².

    Args:
        ax: Where to draw.
        clip: `clip(gradient, limit)` for an array.
        limit: 0 for none.
        start: Of the weight.
        steps: How many, with learning rate 0.01.
    """
    w = [start]
    for _ in range(steps):
        gradient = np.array([15 * (w[-1] ** 10 - 1) * w[-1] ** 9]) if abs(w[-1]) < 3 else np.zeros(1)
        w.append(w[-1] - 0.01 * float((clip(gradient, limit) if limit else gradient)[0]))
    path = np.array([(x, 0.75 * (np.clip(x, -3, 3) ** 10 - 1) ** 2) for x in w])
    ax.set(xlim=(0.15, 1.38), ylim=(-6, 66), xlabel="weight w", ylabel="loss")
    ax.grid(False)
    kit.draw_hill(ax, lambda x: 0.75 * (x**10 - 1) ** 2)
    gone = int(np.argmax(np.abs(path[:, 0]) > 1.38)) if (np.abs(path[:, 0]) > 1.38).any() else len(path) - 1
    thrown = gone < len(path) - 1
    kit.draw_steps(ax, path[: gone + (not thrown)], style.VERMILION if thrown else style.BLUE, label_gap=20)
    if thrown:
        (x, y), arrow = path[gone - 1], {"arrowstyle": "-|>", "color": style.VERMILION, "linewidth": 2.5}
        edge, inner, side = (0.16, 0.22, "left") if path[gone, 0] < 0 else (1.37, 1.3, "right")
        ax.annotate("", (edge, y), (x, y), arrowprops=arrow)
        ax.text(inner, y + 2, f"to w = {kit.number(path[gone, 0], 0)}", color=style.VERMILION, ha=side, va="bottom")
    end = f"thrown out to w = {kit.number(path[gone, 0], 0)}" if thrown else f"w = {path[-1, 0]:.2f}"
    ax.set_title(f"{'limit ' + kit.short(limit) if limit else 'no limit'}: {end}")
    return f"Descent from w = {start:g}, {'limit ' + format(limit, 'g') if limit else 'no limit'}: {end}."


def draw_frames(frames: Mapping[str, Array], *, ax: Axes | None = None) -> Axes:
    """Draw images of each kind in a row; `frames` has (n, 400) arrays by heading."""
    if ax is None:
        ax = new_axes(f"Garments at random places of a larger frame: {', '.join(frames)}.", figsize=(7.6, 1.95))
    kit.bare(ax, (0, len(frames)), (0, 1))
    for column, (name, images) in enumerate(frames.items()):
        ax.text(column + 0.02, 0.86, name, weight="bold")
        for row, image in enumerate(images):
            share = 0.92 / len(frames) / len(images)
            box = ax.inset_axes((column / len(frames) + 0.01 + row * share, 0.02, share - 0.008, 0.76))
            box.imshow(np.reshape(image, (20, 20)), cmap="gray")
            box.set_axis_off()
    ax.set_title("Other clothes to learn from, and a few of the new ones")
    return ax


def draw_transfer(results: Results, *, ax: Axes | None = None) -> Axes:
    """Draw accuracy against labels for four ways (left), and what pre-training gains, division by division (right)."""
    labels = (5, 20, 100, 500)

    def table(way: str) -> Array:
        return np.array([[100 * run["comparison"] for run in results[f"{m} | {way}"]] for m in labels])

    ways = {
        "from scratch": ("from scratch, one place", style.GREY),
        "same, moved copies": ("from scratch", style.BLACK),
        "frozen": ("frozen", style.SKY),
        "fine-tuned": ("fine-tuned", style.VERMILION),
    }
    if ax is None:
        words = "; ".join(f"{name} {', '.join(f'{row.mean():.0f}' for row in table(way))}"
                          for name, (way, _) in ways.items())  # fmt: skip
        ax = new_axes(f"Percent right with 5, 20, 100 and 500 labels per class: {words}.", figsize=(7.6, 4.0))
    left, right = kit.panels(ax, (2,), below=44, above=26)
    for way, color in ways.values():
        dash = "--" if way.endswith("place") else "-"
        left.plot(labels, table(way).mean(axis=1), marker="o", linestyle=dash, color=color)
    for shift, way, color in ((0.92, "frozen", style.SKY), (1.08, "fine-tuned", style.VERMILION)):
        gain = table(way) - table("from scratch")
        for m, row in zip(labels, gain, strict=True):
            right.plot(np.full(len(row), m * shift), row, "o", color=color, alpha=0.5, markeredgewidth=0, markersize=6)
            right.plot([m * shift * 0.94, m * shift * 1.06], [row.mean()] * 2, "-", color=color, linewidth=3)
        kit.label_end(right, 6.5, -9.5 if way == "frozen" else 9.5, way, color, offset=(0, 0))
    right.axhline(0, color=style.BLACK, linewidth=1)
    keys = {"fine-tuned": "fine-tuned", "same, moved copies": "from scratch", "frozen": "frozen"}
    for row, (name, shown) in enumerate((keys | {"from scratch": "from scratch, one place"}).items()):
        left.text(780, 66 - 4.2 * row, shown, color=ways[name][1], ha="right")
    left.set(title="% right", ylim=(50, 92))
    right.set(title="gain of pre-training, points", ylim=(-14, 12))
    for panel in (left, right):
        panel.set(xscale="log", xlabel="labels per class", xlim=(3.8, 800))
        panel.set_xticks(labels, [str(m) for m in labels])
        panel.minorticks_off()
    ax.set_title("With few labels, moving the images gains more than pre-training")
    return ax
