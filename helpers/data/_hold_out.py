"""One data protocol for all notebooks and programs: which images train, which choose, and which compare."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers._checks import to_array

Pair = tuple[NDArray[Any], NDArray[Any]]

CUTS = (0.6, 0.7)
"""Where training ends and validation ends, as shares of each class."""

FEWEST = 10
"""Images of a class that it takes for a tenth of them to be one."""


class HeldOut(NamedTuple):
    """The three parts that `hold_out` makes, each a pair of images and labels."""

    training: Pair
    """To fit weights with: 60 %."""

    validation: Pair
    """To stop and to choose with, as often as you like: 10 %."""

    comparison: Pair
    """The yardstick that finished competitors are compared on: 30 %. Nothing is fitted, stopped or chosen with it."""


def hold_out(x: ArrayLike, y: ArrayLike, seed: int = 0) -> HeldOut:
    """Split training data into 60 % to train, 10 % to stop and choose, and 30 % to compare, each class with its share.

    Of the embedded 10,000 training images that is 6,000, 1,000 and 3,000, of the full 60,000 it is 36,000, 6,000 and
    18,000. The three parts have no image in common; the official test set is not touched, and waits for the end.

    The same seed gives the same parts everywhere: they are drawn with Python's `random.random`, whose sequence Python
    promises to keep, and not with a generator of NumPy, which promises none. Each part is in random order, and its
    first n images, for any n, have each class with its share too: `x_train[:500]` holds 50 of each of ten classes.

    Args:
        x: Images or other examples, (n, …).
        y: Their class numbers, (n,); at least 10 of each class.
        seed: Which images go where, a whole number from 0.

    Returns:
        Three pairs of images and labels, `training`, `validation` and `comparison`. They are copies.

    Raises:
        TypeError: The seed is not a whole number.
        ValueError: The lengths differ, `y` is not a list of class numbers, a class has fewer than 10 examples, or the
            seed is negative.

    Examples:
        >>> import numpy as np
        >>> from helpers.data import hold_out, load_fashion_mnist
        >>> (x, y), _ = load_fashion_mnist()
        >>> (x_train, y_train), (x_val, y_val), (x_compare, y_compare) = hold_out(x, y, seed=0)
        >>> len(x_train), len(x_val), len(x_compare)
        (6000, 1000, 3000)
        >>> np.bincount(y_val).tolist()
        [100, 100, 100, 100, 100, 100, 100, 100, 100, 100]
    """
    images, labels = to_array(x, "examples"), to_array(y, "labels")
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be class numbers, one for each example, but have shape {labels.shape} and type {labels.dtype}"
        )
    if images.ndim == 0 or len(images) != len(labels):
        raise ValueError(
            f"examples and labels must be equally many, but have the shapes {images.shape} and {labels.shape}"
        )
    order, place = _stratified_order(labels, _checked_seed(seed))
    parts = np.split(order, np.searchsorted(place, CUTS))
    return HeldOut(*((images[rows], labels[rows]) for rows in parts))


def _checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"the seed must be a whole number, but is {seed!r}")
    if seed < 0:
        raise ValueError(f"the seed must be 0 or larger, but is {seed}")
    return int(seed)


def _stratified_order(labels: NDArray[Any], seed: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the rows in random order, but so that every stretch has each class with its share, and each one's place.

    The k-th of the n images of a class, from 0, has the place (k + ½) / n, whatever the class.
    """
    numbers = random.Random(seed)
    draws = np.array([numbers.random() for _ in labels])
    by_class = np.lexsort((draws, labels))
    classes, starts, counts = np.unique(labels[by_class], return_index=True, return_counts=True)
    if not len(classes) or counts.min() < FEWEST:
        rarest = f"class {classes[counts.argmin()]} has {counts.min()}" if len(classes) else "there are none"
        raise ValueError(f"each class needs at least {FEWEST} examples, but {rarest}")
    place = (np.arange(len(labels)) - np.repeat(starts, counts) + 0.5) / np.repeat(counts, counts)
    mixed = np.lexsort((draws[by_class], place))
    return by_class[mixed], place[mixed]


def small_images(images: ArrayLike, size: int = 14) -> NDArray[np.float32]:
    """Return images shrunk to `size` × `size` pixels from 0 to 1, one flat row each, as Dense layers take them.

    Each new pixel is the mean of a square of old ones, 2 × 2 of them for 14 × 14. A network with 196 inputs has a
    quarter of the weights in its first layer, so that many runs fit into the time of a few.

    Args:
        images: (n, side, side), uint8 from 0 to 255, as `load_fashion_mnist` returns them.
        size: New side; it must divide the old one (1, 2, 4, 7, 14 or 28 for 28).

    Returns:
        float32 from 0 to 1, (n, size · size). To see one: `plt.imshow(row.reshape(size, size))`.

    Raises:
        ValueError: The images have another shape or type, or `size` does not divide their side.

    Examples:
        >>> from helpers.data import load_fashion_mnist, small_images
        >>> (x, y), _ = load_fashion_mnist()
        >>> small_images(x).shape
        (10000, 196)
    """
    pixels = to_array(images, "images")
    if pixels.ndim != 3 or pixels.shape[1] != pixels.shape[2] or pixels.dtype != np.uint8:
        raise ValueError(
            "images must be square and uint8 from 0 to 255, (n, side, side), "
            f"but have shape {pixels.shape} and type {pixels.dtype}"
        )
    side = pixels.shape[1]
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1 or side % size:
        raise ValueError(f"size must be a whole number that divides the side of the images, {side}, but is {size!r}")
    block = side // size
    means = pixels.reshape(-1, size, block, size, block).mean(axis=(2, 4), dtype="float32")
    return means.reshape(-1, size * size) / np.float32(255)
