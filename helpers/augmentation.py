"""Augmentation in plain arrays: changed copies of grey images, and mixtures of two with the labels mixed alike.

Whole batches at once, each image with an amount of its own, so that a slider and a training use the same code.

Sources: cut-out, DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552; mixup, Zhang et al. 2018,
https://arxiv.org/abs/1710.09412; CutMix, Yun et al. 2019, https://arxiv.org/abs/1905.04899; CowMix, French et al. 2020,
https://arxiv.org/abs/2003.12022.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from numbers import Real

import numpy as np

from helpers._checks import to_array

CHANGES = {
    "flip": (1.0, "probability of a mirror image"),
    "shift": (8.0, "at most so many pixels"),
    "crop": (0.6, "at most this share of each side is cut off"),
    "rotate": (90.0, "at most so many degrees"),
    "zoom": (0.6, "at most this factor larger or smaller, as 1 ± amount"),
    "shear": (0.8, "at most this slant, pixels a row"),
    "contrast": (0.9, "at most this factor flatter or steeper, as 1 ± amount"),
    "brightness": (0.6, "at most so much is added"),
    "noise": (0.5, "standard deviation of each pixel"),
    "cut-out": (20.0, "side of the square in pixels"),
}
"""Name → largest amount that makes sense, and what the amount means; these leave the label as it is."""

MIXTURES = ("mixup", "CutMix", "CowMix")
"""These mix two images, and their labels in the same shares."""


def change(name: str, images: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Return changed copies of `images`, each drawn at random up to `amount`.

    Args:
        name: One of `CHANGES`.
        images: (n, height, width), from 0 to 1; of uint8, from 0 to 255.
        amount: In the unit that `CHANGES` gives; 0 changes nothing.
        rng: Where the chance comes from.

    Returns:
        (n, height, width) float32, from 0 to 1.

    Raises:
        TypeError: `amount` is no number.
        ValueError: There is no such change, `amount` is negative or infinite, or `images` has another shape or other
            values.

    Example:
        >>> image = np.array([[[0.0, 0.5, 1.0]]])
        >>> change("flip", image, 1.0, np.random.default_rng(0)).tolist()
        [[[1.0, 0.5, 0.0]]]
    """
    images = _checked(images)
    if name not in CHANGES:
        raise ValueError(f"there is no change {name!r}; there are {', '.join(CHANGES)}")
    if not isinstance(amount, Real):
        raise TypeError(f"amount must be a number, but is {amount!r}")
    amount = float(amount)  # a float64 of NumPy would make float64 of images
    if not amount >= 0 or not isfinite(amount):
        raise ValueError(f"amount must be 0 or more, and finite, but is {amount}")
    count, height, width = images.shape
    drawn = rng.uniform(-amount, amount, (2, count)).astype("float32")
    one, zero = np.ones(count, "float32"), np.zeros(count, "float32")
    if name == "flip":
        mirrored = rng.random((count, 1, 1)) < amount
        return np.where(mirrored, images[:, :, ::-1], images)
    if name == "shift":
        return _moved(images, one, zero, zero, one, *drawn)
    if name == "crop":  # a smaller window, drawn at full size
        side = 1 - np.abs(drawn[0])
        room = (1 - side) / 2 * rng.uniform(-1, 1, (2, count)).astype("float32")
        return _moved(images, side, zero, zero, side, room[0] * height, room[1] * width)
    if name == "rotate":
        angle = np.radians(drawn[0])
        return _moved(images, np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle), zero, zero)
    if name == "zoom":
        return _moved(images, 1 / (1 + drawn[0]), zero, zero, 1 / (1 + drawn[0]), zero, zero)
    if name == "shear":
        return _moved(images, one, zero, drawn[0], one, zero, zero)
    pixel = drawn[0][:, None, None]
    if name == "contrast":
        mean = images.mean(axis=(1, 2), keepdims=True)
        return np.clip(mean + (1 + pixel) * (images - mean), 0, 1)
    if name == "brightness":
        return np.clip(images + pixel, 0, 1)
    if name == "noise":
        return np.clip(images + amount * rng.standard_normal(images.shape, dtype="float32"), 0, 1)
    return np.where(_squares(images.shape, np.full(count, amount), rng), np.float32(0), images)


def mix(
    name: str, images: np.ndarray, targets: np.ndarray, shares: np.ndarray | float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return each image mixed with another one of the batch, its partner, and the targets mixed in the same shares.

    Args:
        name: "mixup", "CutMix" or "CowMix".
        images: (n, height, width), from 0 to 1; of uint8, from 0 to 255.
        targets: (n, classes): probabilities, such as one-hot rows (`keras.utils.to_categorical` makes them of class
            numbers).
        shares: How much of the partner comes in, 0 to 1: a number, or one for each image.
        rng: Draws the partners and the places.

    Returns:
        Images (n, height, width) from 0 to 1, and targets (n, classes) by the share of the partner that is really
        there: pixels are whole, so CutMix and CowMix meet `shares` only nearly.

    Raises:
        TypeError: `targets` are not numbers.
        ValueError: There is no such mixture, a share lies outside 0 … 1, or `images` or `targets` have another shape or
            other values.

    Example:
        >>> images, classes = np.array([[[0.0]], [[1.0]]]), np.array([[1, 0], [0, 1]])
        >>> mixed, targets = mix("mixup", images, classes, 0.25, np.random.default_rng(0))
        >>> mixed[:, 0, 0].tolist(), targets.tolist()
        ([0.25, 0.75], [[0.75, 0.25], [0.25, 0.75]])
    """
    images = _checked(images)
    if name not in MIXTURES:
        raise ValueError(f"there is no mixture {name!r}; there are {', '.join(MIXTURES)}")
    count, height, width = images.shape
    targets = _checked_targets(targets, count)
    share = np.asarray(shares, "float32")
    if share.shape not in ((), (count,)):
        raise ValueError(f"shares must be one number or {count}, one for each image, but have the shape {share.shape}")
    share = np.broadcast_to(share, (count,))
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(f"shares must lie between 0 and 1, but {_span(share)}")
    ring = rng.permutation(count)  # each takes its neighbour on a random ring, so no image meets itself
    partner = np.empty_like(ring)
    partner[ring] = np.roll(ring, 1)
    if name == "mixup":
        mask = np.broadcast_to(share[:, None, None], images.shape)
    elif name == "CutMix":
        mask = _squares(images.shape, np.sqrt(share * height * width), rng, inside=True)
    else:
        mask = _cow_spots(images.shape, share, rng)
    weight = mask.mean(axis=(1, 2), dtype="float32")[:, None]
    mask = mask.astype("float32")
    return images + mask * (images[partner] - images), targets + weight * (targets[partner] - targets)


def augment(
    amounts: dict[str, float], images: np.ndarray, targets: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return images and targets after several augmentations, one after the other.

    Args:
        amounts: Name → amount for the changes; for a mixture, α of the distribution Beta(α, α) of the shares.
        images: (n, height, width), from 0 to 1; of uint8, from 0 to 255.
        targets: (n, classes): probabilities.
        rng: Where the chance comes from.

    Raises:
        ValueError: As `change` and `mix` do, or α is not positive.
    """
    images = _checked(images)
    for name, amount in amounts.items():
        if name in MIXTURES:
            if not amount > 0:
                raise ValueError(
                    f"the amount of {name} is α of a Beta distribution and must be positive, but is {amount}"
                )
            images, targets = mix(name, images, targets, rng.beta(amount, amount, len(images)), rng)
        else:
            images = change(name, images, amount, rng)
    return images, targets


def _checked(images: np.ndarray) -> np.ndarray:
    """Return `images` as float32 from 0 to 1."""
    given = to_array(images, "images")
    if given.ndim != 3:
        raise ValueError(f"images must be a stack (n, height, width), but have the shape {given.shape}")
    images = given.astype("float32", copy=False)
    if given.dtype == np.uint8:
        return images / 255
    if not _lie_between_0_and_1(images):
        advice = ": divide them by 255" if 2 < images.max() <= 255 and images.min() >= 0 else ""
        raise ValueError(f"images must have values from 0 to 1, but {_span(images)}{advice}")
    return images


def _checked_targets(targets: np.ndarray, count: int) -> np.ndarray:
    """Return `targets` as an array (count, classes) of probabilities."""
    targets = to_array(targets, "targets")
    advice = "keras.utils.to_categorical makes such rows of class numbers"
    if targets.ndim != 2 or len(targets) != count:
        raise ValueError(
            f"targets must have the shape ({count}, classes), a row of probabilities for each image, but have "
            f"the shape {targets.shape}; {advice}"
        )
    if targets.dtype.kind not in "biuf":
        raise TypeError(f"targets must be numbers, a row of probabilities for each image, but are {targets.dtype}")
    if targets.dtype.kind != "f":
        targets = targets.astype("float32")  # truth values know no minus, and uint8 has no −1
    if not _lie_between_0_and_1(targets):
        raise ValueError(f"targets must be probabilities from 0 to 1, but {_span(targets)}; {advice}")
    return targets


def _lie_between_0_and_1(values: np.ndarray) -> bool:
    """Say whether all values lie there, but for what interpolation in 32 bits adds; NaN does not."""
    return values.size == 0 or bool(values.min() >= -1e-3 and values.max() <= 1 + 1e-3)


def _span(values: np.ndarray) -> str:
    if np.isnan(values).any():
        return "some are NaN"
    return f"these go from {values.min():g} to {values.max():g}"


def _moved(images: np.ndarray, *affine: np.ndarray) -> np.ndarray:
    """Return `images` read at other places, black outside, with linear interpolation.

    Pixel (row, column), from the middle, shows what was at (a·row + b·column + e, c·row + d·column + f).

    Args:
        images: (n, height, width).
        affine: a, b, c, d, e, f, each (n,).
    """
    count, height, width = images.shape
    a, b, c, d, e, f = (value[:, None, None].astype("float32") for value in affine)
    row = (np.arange(height, dtype="float32") - (height - 1) / 2)[:, None]
    column = (np.arange(width, dtype="float32") - (width - 1) / 2)[None, :]
    # A border of zeros around the image: whatever lies outside of it is read there.
    y = np.clip(a * row + b * column + e + (height + 1) / 2, 0, height + 0.999)
    x = np.clip(c * row + d * column + f + (width + 1) / 2, 0, width + 0.999)
    top, left = y.astype("int32"), x.astype("int32")
    y, x = y - top.astype("float32"), x - left.astype("float32")  # int32 would make float64 of both
    padded = np.zeros((count, height + 3, width + 3), "float32")
    padded[:, 1:-2, 1:-2] = images
    flat, line = padded.ravel(), width + 3
    place = (np.arange(count, dtype="int32") * (height + 3) * line)[:, None, None] + top * line + left
    upper = flat[place] * (1 - x) + flat[place + 1] * x
    lower = flat[place + line] * (1 - x) + flat[place + line + 1] * x
    return upper * (1 - y) + lower * y


def _squares(shape: Sequence[int], sides: np.ndarray, rng: np.random.Generator, inside: bool = False) -> np.ndarray:
    """Return a mask (n, height, width) that is True in a square of each image; its middle may lie near the border."""
    count, height, width = shape
    sides = np.round(sides)
    if inside:
        top = np.floor(rng.random(count) * (height - sides + 1))
        left = np.floor(rng.random(count) * (width - sides + 1))
    else:
        top = np.ceil(rng.integers(0, height, count) - sides / 2)
        left = np.ceil(rng.integers(0, width, count) - sides / 2)
    row, column = np.arange(height)[:, None], np.arange(width)[None, :]
    top, left, sides = (value[:, None, None] for value in (top, left, sides))
    return (row >= top) & (row < top + sides) & (column >= left) & (column < left + sides)


def _cow_spots(shape: Sequence[int], shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a mask (n, height, width) of irregular spots: smoothed noise, True where it is among the largest."""
    from scipy.ndimage import gaussian_filter

    count, height, width = shape
    noise = gaussian_filter(rng.standard_normal(shape), (0, 3, 3)).reshape(count, height * width)
    rank = noise.argsort(axis=1).argsort(axis=1).reshape(shape)
    return rank >= height * width - np.round(shares * height * width)[:, None, None]
