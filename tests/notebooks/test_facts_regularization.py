"""What notebook 08 states: what its layers do in Keras, what augmentation does, and what the stored runs show."""

from __future__ import annotations

import doctest
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from results_program import load_program
from taught import find_sentence, taught

from helpers import augmentation
from helpers.augmentation import CHANGES, MIXTURES, augment, change, mix
from helpers.figures.regularization import best_strengths, differences, one_augmentation
from helpers.results import stored_groups

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
    return stored_groups("regularization")


def percent(runs: list[dict], key: str = "accuracy") -> np.ndarray:
    return 100 * np.array([run[key] for run in runs])


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_amount_0_leaves_images_alone_and_more_stays_in_range(name: str) -> None:
    np.testing.assert_allclose(change(name, IMAGES, 0.0, np.random.default_rng(0)), IMAGES, atol=1e-5)
    changed = change(name, IMAGES, np.float64(CHANGES[name][0]), np.random.default_rng(0))
    assert (changed.shape, changed.dtype) == (IMAGES.shape, np.float32)
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
    with pytest.raises(ValueError, match="amount must be 0 or more, and finite, but is inf"):
        change("shift", IMAGES, np.inf, RNG)
    with pytest.raises(TypeError, match="amount must be a number, but is '1'"):
        change("shift", IMAGES, "1", RNG)
    with pytest.raises(ValueError, match="shares"):
        mix("mixup", IMAGES, TARGETS, 1.2, RNG)
    with pytest.raises(ValueError, match="stack"):
        change("shift", IMAGES[0], 1, RNG)
    with pytest.raises(ValueError, match="images must all have the same shape"):
        change("shift", [[[0.1]], [[0.1, 0.2]]], 1, RNG)
    with pytest.raises(ValueError, match="targets must all have the same shape"):
        mix("mixup", IMAGES, [[1], [0, 1]], 0.5, RNG)
    with pytest.raises(TypeError, match="targets must be numbers"):
        mix("mixup", IMAGES, TARGETS.astype(str), 0.5, RNG)


@pytest.mark.parametrize("kind", ["bool", "uint8", "int64"])
def test_one_hot_rows_of_any_kind_are_mixed_alike(kind: str) -> None:
    for ours, same in zip(*(mix("mixup", IMAGES, targets, 0.25, np.random.default_rng(0))
                            for targets in (TARGETS.astype(kind), TARGETS)), strict=True):  # fmt: skip
        np.testing.assert_array_equal(ours, same)


@pytest.mark.parametrize("name", MIXTURES)
def test_no_images_are_mixed_to_none(name: str) -> None:
    assert mix(name, IMAGES[:0], TARGETS[:0], 0.5, RNG)[0].shape == (0, 28, 28)


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


# What Keras does


def test_penalties_of_keras_have_no_half_and_leave_biases_out(keras: Any) -> None:
    layer = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.1), bias_initializer="ones")
    layer(np.ones((1, 4)))
    w = layer.kernel.numpy()
    assert float(sum(layer.losses)) == pytest.approx(0.01 * np.abs(w).sum() + 0.1 * (w**2).sum(), abs=1e-6)


def test_dropout_of_keras_scales_in_training_and_rests_in_use(keras: Any) -> None:
    layer, ones = keras.layers.Dropout(0.4, seed=1), np.ones((1, 10_000))
    out = np.array(layer(ones, training=True))
    assert set(np.unique(out.round(4))) == {0.0, np.float32(1 / 0.6).round(4)}
    assert out.mean() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(layer(ones, training=False), ones)


def test_batch_normalization_is_the_function_of_the_notebook_and_keeps_averages_from_0_and_1(keras: Any) -> None:
    z = np.random.default_rng(0).normal(3, 2, (400, 3)).astype("float32")
    layer = keras.layers.BatchNormalization()
    theirs = np.array(layer(z, training=True))
    np.testing.assert_allclose(theirs, taught(CORE)["batch_normalize"](z), atol=1e-4)
    assert layer.momentum == 0.99
    np.testing.assert_allclose(layer.moving_mean, 0.01 * z.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(layer.moving_variance, 0.99 + 0.01 * z.var(axis=0), rtol=1e-3)
    assert [weight.trainable for weight in layer.weights] == [True, True, False, False]


def test_networks_have_as_many_parameters_as_the_text_says() -> None:
    def count(*sizes: int) -> int:
        return sum((a + 1) * b for a, b in pairwise(sizes))

    assert f"{count(196, 64, 64, 10):,}" == "17,418"
    assert 6 < count(196, 512, 512, 10) / count(196, 256, 32, 10) < 6.5


@pytest.mark.slow
def test_l1_has_the_spike_and_the_whole_network_the_lower_loss(keras: Any) -> None:
    from helpers.data import hold_out, load_fashion_mnist, small_images
    from helpers.figures.regularization import near_zero, scored
    from helpers.stacked import stack

    (images, labels), _ = load_fashion_mnist()
    training, _, comparison = hold_out(images, labels, seed=0)
    x, y = small_images(training[0])[:500], training[1][:500]
    penalties = None, keras.regularizers.L1(0.001), keras.regularizers.L2(0.005)
    networks = stack([taught(CORE)["small_network"](seed, penalty) for penalty in penalties for seed in range(5)])
    networks.compile("adam", "sparse_categorical_crossentropy")
    networks.fit(x, y, batch_size=50, epochs=40, verbose=0)
    weights, biases = networks.get_weights_of_each()[:2]
    shares = near_zero(weights).reshape(3, 5)
    assert shares[1].min() > 0.2 > 2 * shares[0].max()
    assert shares[1].min() > shares[2].max() + 0.1
    dark = x.mean(axis=0) < 0.01
    assert f"{dark.sum()} pixels" == "16 pixels"
    for w, b in zip(weights[10:], biases[10:], strict=True):  # L2
        lost = dark[:, None] | (x @ w + b <= 0).all(axis=0)
        near = np.abs(w) < 0.001
        assert 0.7 < near[lost].sum() / near.sum() < 0.9
        assert near[~lost].mean() < 0.03

    networks = stack([taught(CORE)["thinned_network"](seed) for seed in (0, 1)])
    networks.compile("adam", "sparse_categorical_crossentropy")
    networks.fit(x, y, batch_size=50, epochs=40, verbose=0)
    x, y = small_images(comparison[0])[:1000], comparison[1][:1000]
    thinned = np.array([networks.activations(x, training=True)[-1] for _ in range(30)])
    whole, mean, one = (scored(p, y) for p in (networks.activations(x)[-1], thinned.mean(axis=0), thinned[0]))
    assert (one[0] < mean[0] - 4).all()
    assert (abs(mean[0] - whole[0]) < 3).all()
    assert (whole[1] < mean[1] - 0.03).all()


# What the stored runs show


def differ(runs: list[dict], others: list[dict], key: str = "accuracy") -> np.ndarray:
    return percent(runs, key) - percent(others, key)


def test_more_images_raise_accuracy_by_less_and_less(stored: dict) -> None:
    means = {int(size): percent(runs).mean() for size, runs in stored["data_sizes"].items()}
    said = find_sentence(CORE, r"to 200 images (\d) points, from 2,000 to 4,000 still ([\d.]+)\.")
    doublings = [means[2 * size] - means[size] for size in (100, 500, 1000, 2000)]
    assert doublings == sorted(doublings, reverse=True)
    assert said == (f"{doublings[0]:.0f}", f"{doublings[-1]:.1f}")
    trained = [percent(runs, "train_accuracy").mean() for runs in stored["data_sizes"].values()]
    assert trained[0] > trained[-1] + 3
    assert max(run["stopped_epoch"] for runs in stored["data_sizes"].values() for run in runs) < 300


def test_moving_averages_are_late_after_fifty_steps(stored: dict) -> None:
    said = find_sentence(CORE, r"accuracy is then (\d+)–(\d+) %; .* the same weights get (\d+)–(\d+) %")
    found = [percent(runs, "val_accuracy") for runs in stored["early_look"].values()]
    assert said == tuple(f"{edge:.0f}" for values in found for edge in (values.min(), values.max()))


def test_true_labels_are_learned_sooner(stored: dict) -> None:
    kinds = [stored["by_heart"][f"{kind} labels"] for kind in ("true", "shuffled")]
    true, shuffled = (np.array([run["train_accuracy"] for run in runs]) for runs in kinds)
    assert true[:, 9].min() > shuffled[:, 9].max() + 0.2
    assert shuffled[:, -1].min() > 0.6


def test_width_costs_no_accuracy_but_loss(stored: dict) -> None:
    widths = stored["widths"]
    means = [percent(widths[str(width)]).mean() for width in (16, 32, 64, 256)]
    assert means == sorted(means)
    losses = {int(name): percent(runs, "loss").mean() / 100 for name, runs in widths.items() if "-" not in name}
    assert min(losses, key=losses.__getitem__) == 32
    assert (round(losses[32], 2), round(losses[256], 2)) == (0.64, 0.69)
    band = r"([\d.]+)–([\d.]+) %"
    said = find_sentence(CORE, rf"parameters: {band} of the new images against {band}")
    found = [percent(widths[name]) for name in ("256-32", "512-512")]
    assert said == tuple(f"{edge:.1f}" for values in found for edge in (values.min(), values.max()))


def test_nothing_is_what_the_text_says(stored: dict) -> None:
    runs = stored["methods"]["nothing"]
    said = find_sentence(CORE, r"([\d.]+) % right, with a loss of (\d\.\d+)")
    assert said == (f"{percent(runs).mean():.1f}", f"{percent(runs, 'loss').mean() / 100:.2f}")
    assert find_sentence(CORE, r"right on ([\d.]+) % of new images") == said[:1]


def test_only_more_images_raise_accuracy_and_the_loss_likes_more_strength(stored: dict) -> None:
    runs = one_augmentation(stored["methods"] | stored["augmentations"])
    by_loss, by_accuracy = (differences(runs, by) for by in ("loss", "accuracy"))
    for moved in (by_loss, by_accuracy):
        assert [name for name, table in moved.items() if (table[:, 1] > 0).all()] == ["4 × the images"]
    assert by_loss["4 × the images"][:, 1].mean() == pytest.approx(3, abs=0.3)
    for name in ("L1", "L2", "dropout", "augmentation", "fewer units", "early stopping"):
        assert 0.06 < by_loss[name][:, 0].mean() < 0.13
    for name in ("L1", "dropout", "fewer units"):
        assert by_loss[name][:, 1].max() < 0
        assert -1.5 < by_loss[name][:, 1].mean() < -1
    for name in ("L2", "augmentation", "early stopping"):
        assert abs(by_loss[name][:, 1].mean()) < np.ptp(by_loss[name][:, 1])
    assert {best_strengths(runs, by)["augmentation"][0] for by in ("loss", "accuracy")} == {"shift 0.5"}
    assert sum(name.startswith("augmentation") for name in runs) == 12
    assert by_accuracy["dropout"][:, 1].mean() > 0
    assert by_accuracy["dropout"][:, 0].min() > 0.05
    assert by_loss["batch normalization"].max() < 0
    assert by_loss["early stopping"][:, 1].mean() == pytest.approx(-0.33, abs=0.1)
    stops = [run["stopped_epoch"] for run in stored["methods"]["early stopping: patience 5"]]
    assert 30 < min(stops) < max(stops) < 50  # of 80


def test_with_wrong_labels_every_method_but_batch_normalization_gains_in_all_five_seeds(stored: dict) -> None:
    gains = differences(one_augmentation(stored["wrong_labels"]), "loss")
    assert len(gains) == 8
    losing = gains.pop("batch normalization")
    assert losing[:, 1].max() < 0
    assert losing[:, 1].mean() == pytest.approx(-7, abs=0.5)
    runs = stored["wrong_labels"]
    learned = {name: np.mean(percent(runs[name], "train_accuracy")) for name in ("nothing", "batch normalization")}
    assert learned["batch normalization"] < learned["nothing"] - 1.5  # of the true labels: 80 % when all is memorized
    for name, table in gains.items():
        assert table[:, 1].min() > 0
        assert name == "4 × the images" or 2.5 < table[:, 1].mean() < 5
    assert gains["4 × the images"][:, 1].mean() == pytest.approx(9, abs=0.5)


def test_no_strength_of_a_penalty_or_of_dropout_is_best_at_the_strong_end(program: Any, stored: dict) -> None:
    for group, names in (
        ("methods", ("L1", "L2", "dropout", "flip, shift, rotate")),  # and single changes: the figure shows them
        ("wrong_labels", ("L1", "L2", "dropout")),
    ):
        for name in names:
            for by in ("loss", "accuracy"):
                strongest = list(program.METHODS[name])[-1]
                if (name, by) != ("L1", "loss"):  # its accuracy is falling there already
                    assert best_strengths(stored[group], by)[name][0] != strongest


def test_changes_gain_no_accuracy_but_where_the_images_are_changed(stored: dict) -> None:
    none = stored["methods"]["nothing"]
    for runs in stored["augmentations"].values():
        assert not (differ(runs, none) > 0).all()
        assert differ(runs, none, "loss").mean() < 0
    moved = {name: percent(runs).mean() for name, runs in stored["moved"].items()}
    assert moved["mirrored, without"] == pytest.approx(55, abs=0.5)
    assert moved["as they are, without"] - moved["as they are, with"] == pytest.approx(3, abs=0.5)
    for kind in ("shifted", "turned"):
        assert moved[f"{kind}, without"] == pytest.approx(64, abs=0.5)
    assert all(72.5 <= moved[f"{kind}, with"] < 76.5 for kind in ("mirrored", "shifted", "turned"))


@pytest.mark.slow
def test_one_slice_of_the_results_is_made_again(program: Any, stored: dict, keras: Any) -> None:
    again = program.fit([{"units": (8, 8)}], seeds=(0, 1))[0]
    for run, kept in zip(again, stored["methods"]["fewer units: 8"], strict=False):
        assert run["accuracy"] == pytest.approx(kept["accuracy"], abs=0.02)
