"""The obvious way to draw a network, one artist for each edge and unit: what the benchmark compares with."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle


def draw_network_naively(sizes: list[int]) -> Axes:
    """Draw the layers `sizes` with bias nodes and headings, as `draw_network` does, and return the Axes."""
    ax = Figure(figsize=(7.5, 3.6)).add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    step = 6.7 / (len(sizes) - 1)
    slot = 3.1 / (max(sizes) + 1)
    columns = []
    for layer, size in enumerate(sizes):
        nodes = size + (layer < len(sizes) - 1)
        columns.append([(0.4 + layer * step, 1.65 + slot * (node - (nodes - 1) / 2)) for node in range(nodes)])
    for layer, column in enumerate(columns):
        for x, y in column:
            ax.add_patch(Circle((x, y), 0.38 * slot, facecolor="white", edgecolor="black", zorder=2))
        ax.text(column[0][0], 3.45, f"layer {layer + 1}", ha="center", va="center")
    for source, target, size in zip(columns, columns[1:], sizes[1:], strict=False):
        for x, y in source:
            for to_x, to_y in target[:size]:
                ax.plot([x, to_x], [y, to_y], color="grey", linewidth=0.6, zorder=1)
    ax.set(xlim=(0, 7.5), ylim=(0, 3.6), aspect="equal")
    return ax
