"""The one data protocol: three parts that have no image in common, and images shrunk to fewer pixels."""

from __future__ import annotations

import doctest
import hashlib
import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data import hold_out, load_fashion_mnist, small_images

SHARES = (0.6, 0.1, 0.3)
ROWS_SHA256 = {
    0: "14756c65a1d737029afdc31f134fd3f5772f8b3115089d13a43fbb94d3a397d6",
    1: "c27904d7c342504d0dc63e1a2963cbfc982ebcbd2b2ec6e62c8fa80a9d157817",
}
"""SHA-256 of the rows of the embedded images in the three parts, as little-endian uint16: never to change."""


@pytest.fixture(scope="module")
def embedded():
    return load_fashion_mnist()[0]


def test_embedded_images_are_split_into_6000_1000_and_3000_with_each_class_equally(embedded):
    parts = hold_out(*embedded)
    assert [images.shape for images, _ in parts] == [(6_000, 28, 28), (1_000, 28, 28), (3_000, 28, 28)]
    assert [np.bincount(labels).tolist() for _, labels in parts] == [[600] * 10, [100] * 10, [300] * 10]


def test_every_image_is_in_one_part_beside_its_own_label(embedded):
    x, y = embedded
    parts = hold_out(np.arange(len(y)), y)
    assert sorted(np.concatenate([rows for rows, _ in parts])) == list(range(len(y)))
    for (rows, labels), (images, _) in zip(parts, hold_out(x, y), strict=True):
        np.testing.assert_array_equal(labels, y[rows])
        np.testing.assert_array_equal(images, x[rows])


@pytest.mark.parametrize("seed", ROWS_SHA256)
def test_a_seed_gives_the_same_parts_for_ever(seed, embedded):
    rows = np.concatenate([rows for rows, _ in hold_out(np.arange(10_000), embedded[1], seed)])
    assert hashlib.sha256(rows.astype("<u2").tobytes()).hexdigest() == ROWS_SHA256[seed]


def test_full_data_are_split_in_proportion():
    labels = np.tile(np.arange(10, dtype=np.uint8), 6_000)
    assert [len(part) for part, _ in hold_out(labels, labels)] == [36_000, 6_000, 18_000]


@given(st.lists(st.integers(10, 60), min_size=1, max_size=6), st.integers(0, 2**40))
def test_each_class_has_its_share_of_each_part_up_to_rounding(counts, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    for share, (_, part) in zip(SHARES, hold_out(labels, labels, seed), strict=True):
        found = np.bincount(part, minlength=len(counts))
        assert found.min() >= 1
        assert np.abs(found - share * np.array(counts)).max() < 1


def test_first_images_of_a_part_have_each_class_with_its_share(embedded):
    for _, labels in hold_out(*embedded):
        for count in (10, 95, 500):
            assert np.ptp(np.bincount(labels[:count], minlength=10)) <= 1


def test_parts_have_names_and_belong_to_the_caller(embedded):
    x, y = embedded
    parts = hold_out(x, y)
    assert parts.training[0] is parts[0][0]
    assert parts.validation[1] is parts[1][1]
    before = x.copy()
    parts.comparison[0][:] = 77
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("x", "y", "seed", "error", "sentence"),
    [
        (np.zeros((30, 2)), np.zeros(20, int), 0, ValueError, r"shapes \(30, 2\) and \(20,\)"),
        (np.zeros((20, 2)), np.zeros((20, 10), int), 0, ValueError, r"class numbers.* shape \(20, 10\)"),
        (np.zeros((20, 2)), np.zeros(20), 0, ValueError, "class numbers.* float64"),
        (np.zeros((20, 2)), np.array(["a"] * 20), 0, ValueError, "class numbers"),
        (np.zeros(()), np.zeros(20, int), 0, ValueError, "equally many"),
        (np.zeros((0, 2)), np.zeros(0, int), 0, ValueError, "at least 10 examples, but there are none"),
        (np.zeros((29, 2)), np.repeat([3, 5], [20, 9]), 0, ValueError, "class 5 has 9"),
        ([[1], [1, 2]], [0, 0], 0, ValueError, "examples must all have the same shape"),
        ([1, 2], [[1], [1, 2]], 0, ValueError, "labels must all have the same shape"),
        (np.zeros((20, 2)), np.zeros(20, int), -1, ValueError, "0 or larger, but is -1"),
        (np.zeros((20, 2)), np.zeros(20, int), 0.5, TypeError, "whole number, but is 0.5"),
        (np.zeros((20, 2)), np.zeros(20, int), True, TypeError, "whole number, but is True"),
        (np.zeros((20, 2)), np.zeros(20, int), None, TypeError, "whole number, but is None"),
    ],
)
def test_what_cannot_be_split_is_refused_in_one_sentence(x, y, seed, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        hold_out(x, y, seed)
    assert "\n" not in str(caught.value)


# Small images ---------------------------------------------------------------------------------------------------------


def test_small_images_are_flat_means_of_two_by_two_pixels(embedded):
    x = embedded[0][:500]
    small = small_images(x)
    assert (small.shape, small.dtype) == ((500, 196), np.float32)
    by_hand = (x[:, 0::2, 0::2] / 4 + x[:, 0::2, 1::2] / 4 + x[:, 1::2, 0::2] / 4 + x[:, 1::2, 1::2] / 4) / 255
    np.testing.assert_allclose(small, by_hand.reshape(500, 196), atol=1e-7)


def test_small_images_keep_black_white_and_other_sides():
    x = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    for size in (1, 2, 4, 7, 14, 28):
        np.testing.assert_allclose(small_images(x, size), np.repeat([[0.0], [1.0]], size**2, axis=1), atol=1e-6)


@pytest.mark.parametrize(
    ("images", "size", "sentence"),
    [
        (np.zeros((5, 28, 28), np.float32), 14, "uint8 from 0 to 255.* float32"),
        (np.zeros((5, 784), np.uint8), 14, r"shape \(5, 784\)"),
        ([[[1]], [[1, 2]]], 1, "images must all have the same shape"),
        (np.zeros((28, 28), np.uint8), 14, r"shape \(28, 28\)"),
        (np.zeros((5, 28, 14), np.uint8), 14, r"shape \(5, 28, 14\)"),
        (np.zeros((5, 28, 28), np.uint8), 10, "divides the side of the images, 28, but is 10"),
        (np.zeros((5, 28, 28), np.uint8), 0, "but is 0"),
        (np.zeros((5, 28, 28), np.uint8), 14.0, r"but is 14\.0"),
    ],
)
def test_images_that_cannot_be_shrunk_are_refused_in_one_sentence(images, size, sentence):
    with pytest.raises(ValueError, match=sentence):
        small_images(images, size)


@pytest.mark.parametrize("module", ["helpers.data", "helpers.data._hold_out"])
def test_examples_in_the_docstrings_are_true(module):
    done = doctest.testmod(importlib.import_module(module))
    assert done.failed == 0
    assert done.attempted > 0
