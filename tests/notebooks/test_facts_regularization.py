"""What notebook 08 states: what its layers do in Keras, what augmentation does, and what the stored runs show."""

from __future__ import annotations

import doctest
import json
from typing import Any

import numpy as np
import pytest
from results_program import load_program

from helpers import augmentation
from helpers.augmentation import CHANGES, MIXTURES, augment, change, mix
from helpers.results import RESULTS

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 28, 28)).astype("float32")
TARGETS = np.eye(10, dtype="float32")[[0, 1, 2, 3, 4, 5]]
CORE = "08_regularization"


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def program() -> Any:
    return load_program("regularization")


@pytest.fixture(scope="module")
def stored() -> dict:
    return json.loads((RESULTS / "regularization.json").read_text(encoding="utf-8"))["groups"]


def percent(runs: list[dict], key: str = "accuracy") -> np.ndarray:
    return 100 * np.array([run[key] for run in runs])


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_amount_0_leaves_images_alone_and_more_stays_in_range(name: str) -> None:
    np.testing.assert_allclose(change(name, IMAGES, 0.0, np.random.default_rng(0)), IMAGES, atol=1e-5)
    changed = change(name, IMAGES, CHANGES[name][0], np.random.default_rng(0))
    assert changed.shape == IMAGES.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert np.abs(changed - IMAGES).max() > 0.05


def test_a_full_flip_mirrors_left_and_right() -> None:
    np.testing.assert_array_equal(change("flip", IMAGES, 1.0, np.random.default_rng(0)), IMAGES[:, :, ::-1])


def test_rotation_is_that_of_scipy() -> None:
    from scipy.ndimage import rotate

    rng = np.random.default_rng(5)
    angles = np.random.default_rng(5).uniform(-30, 30, (2, 6))[0]
    image = np.zeros((6, 28, 28), "float32")
    image[:, 8:20, 10:16] = 1
    ours = change("rotate", image, 30.0, rng)
    for index, angle in enumerate(angles):
        errors = [
            np.abs(ours[index] - rotate(image[index], sign * angle, reshape=False, order=1)).max() for sign in (1, -1)
        ]
        assert min(errors) < 1e-3


@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_labels_are_mixed_in_the_shares_of_the_pixels(name: str, share: float) -> None:
    flat = np.broadcast_to(np.arange(6, dtype="float32")[:, None, None] / 5, (6, 28, 28))
    mixed, targets = mix(name, flat, TARGETS, share, np.random.default_rng(3))
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(mixed.mean(axis=(1, 2)), targets @ np.arange(10) / 5, atol=1e-4)
    own = targets[np.arange(6), np.arange(6)]
    moved = own < 1
    assert not moved.any() if share == 0 else moved.any()
    np.testing.assert_allclose(own[moved], 1 - share, atol=0.04)


@pytest.mark.parametrize("name", MIXTURES)
def test_no_image_is_mixed_with_itself(name: str) -> None:
    for seed in range(20):
        _, targets = mix(name, IMAGES, TARGETS, 0.5, np.random.default_rng(seed))
        assert (np.count_nonzero(targets, axis=1) == 2).all()


def test_unknown_augmentations_are_named() -> None:
    with pytest.raises(ValueError, match="swirl"):
        change("swirl", IMAGES, 0.1, RNG)
    with pytest.raises(ValueError, match="amount"):
        change("shift", IMAGES, -1, RNG)
    with pytest.raises(ValueError, match="shares"):
        mix("mixup", IMAGES, TARGETS, 1.2, RNG)
    with pytest.raises(ValueError, match="stack"):
        change("shift", IMAGES[0], 1, RNG)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (np.arange(6), r"the shape \(6, classes\).*have the shape \(6,\); keras.utils.to_categorical"),
        (np.arange(6)[:, None], "from 0 to 1, but these go from 0 to 5; keras.utils.to_categorical"),
        (TARGETS[:5], r"have the shape \(5, 10\)"),
        (TARGETS * np.nan, "some are NaN"),
    ],
    ids=["class numbers", "class numbers in a column", "too few", "NaN"],
)
@pytest.mark.parametrize("name", MIXTURES)
def test_targets_that_are_no_probabilities_are_not_mixed(name: str, targets: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mix(name, IMAGES, targets, 0.3, RNG)


@pytest.mark.parametrize("name", [*CHANGES, *MIXTURES])
def test_pixels_up_to_255_are_refused_unless_they_are_bytes(name: str) -> None:
    def augmented(images: Any) -> Any:
        return augment({name: CHANGES.get(name, (0.4, ""))[0]}, images, TARGETS, np.random.default_rng(0))[0]

    pixels = np.round(255 * IMAGES)
    for images in (pixels, pixels.astype(int)):
        with pytest.raises(ValueError, match="values from 0 to 1, but these go from 0 to 255: divide them by 255"):
            augmented(images)
    with pytest.raises(ValueError, match="these go from -"):
        augmented(2 * IMAGES - 1)
    with pytest.raises(ValueError, match="some are NaN"):
        augmented(IMAGES * np.nan)
    np.testing.assert_array_equal(augmented(pixels.astype("uint8")), augmented((pixels / 255).astype("float32")))


@pytest.mark.parametrize(("shares", "said"), [(1.2, "from 1.2 to 1.2"), ([0.5] * 5 + [-1], "from -1 to 0.5"),
                                              ([0.5, 0.5], r"6, one for each image.*\(2,\)")])  # fmt: skip
def test_impossible_shares_are_named(shares: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mix("mixup", IMAGES, TARGETS, shares, RNG)


def test_mixture_without_a_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the amount of mixup .* must be positive, but is 0"):
        augment({"mixup": 0.0}, IMAGES, TARGETS, RNG)


def test_examples_of_the_docstrings_are_true() -> None:
    assert doctest.testmod(augmentation).failed == 0
    assert doctest.testmod(augmentation).attempted >= 4


def test_augmentations_combine_and_keep_the_arguments() -> None:
    images, targets = IMAGES.copy(), TARGETS.copy()
    changed, mixed = augment({"shift": 2.0, "mixup": 0.4}, images, targets, np.random.default_rng(0))
    assert np.abs(changed - IMAGES).max() > 0
    assert np.abs(mixed - TARGETS).max() > 0
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(targets, TARGETS)
