"""What notebook 08 states: the networks side by side, the augmentations and the stored numbers, against Keras."""

from __future__ import annotations

import doctest
import json
from typing import Any

import numpy as np
import pytest
from results_program import load_program
from taught import find_sentence

from helpers import augmentation
from helpers.augmentation import CHANGES, MIXTURES, augment, change, mix
from helpers.results import RESULTS, stored_groups
from helpers.stacked import SideBySide, accuracy_and_loss

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 28, 28)).astype("float32")
TARGETS = np.eye(10, dtype="float32")[[0, 1, 2, 3, 4, 5]]
X = RNG.random((3, 40, 12)).astype("float32")
Y = np.eye(4, dtype="float32")[RNG.integers(0, 4, (3, 40))]


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def program() -> Any:
    return load_program("regularization")


def trained(keras: Any, seeds: Any, optimizer: Any = None, sizes: Any = (12, 8, 8, 4), **settings: Any) -> SideBySide:
    building = {name: settings.pop(name) for name in ("dropout", "normalize", "after") if name in settings}
    networks = SideBySide(sizes, seeds, **building)
    rows = [int(seed) for seed in seeds]
    networks.train(
        X[rows], Y[rows], optimizer=optimizer or keras.optimizers.Adam(0.01), epochs=3, batch_size=10, **settings
    )
    return networks


@pytest.mark.long
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, marks=pytest.mark.slow),
        {"normalize": "batch"},
        pytest.param({"normalize": "layer"}, marks=pytest.mark.slow),
        pytest.param({"normalize": "group"}, marks=pytest.mark.slow),
    ],
)
def test_networks_side_by_side_are_separate_trainings(keras: Any, settings: dict) -> None:
    together = trained(keras, [0, 1], **settings).logits(X[0])
    for seed in range(2):
        alone = trained(keras, [seed], **settings).logits(X[0])[0]
        np.testing.assert_allclose(together[seed], alone, atol=2e-3)
    assert np.abs(together[0] - together[1]).max() > 0.05


@pytest.mark.parametrize("normalize", [None, "batch", "layer"])
def test_a_network_is_a_keras_stack_of_dense_layers(keras: Any, normalize: str | None) -> None:
    networks = trained(keras, [0, 1], normalize=normalize)
    kind = {"batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}.get(normalize)
    stack = [keras.Input((12,))]
    for units in (8, 8):
        stack += [keras.layers.Dense(units), *([kind(epsilon=1e-3)] if kind else []), keras.layers.ReLU()]
    model = keras.Sequential([*stack, keras.layers.Dense(4)])
    arrays = [array[1] for array in networks.get_state()]
    model.set_weights([a.reshape(w.shape) for a, w in zip(_in_order(arrays, model), model.weights, strict=True)])
    np.testing.assert_allclose(networks.logits(X[0])[1], model(X[0], training=False), atol=1e-4)
    assert networks.model.count_params() == 2 * model.count_params()


def _in_order(arrays: list[np.ndarray], model: Any) -> list[np.ndarray]:
    """The first array of each size that is left: trained and other weights stand in the same order in both models."""
    left = list(arrays)
    return [left.pop(next(i for i, a in enumerate(left) if a.size == np.prod(w.shape))) for w in model.weights]


def test_decoupled_decay_is_that_of_adamw(keras: Any) -> None:
    decayed = trained(keras, [0], weight_decay=0.5)
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    keras_own = trained(keras, [0], optimizer)
    np.testing.assert_allclose(decayed.logits(X[0]), keras_own.logits(X[0]), atol=1e-4)


def test_l2_is_decay_with_twice_the_strength_under_sgd_and_not_under_adam(keras: Any) -> None:
    for optimizer, same in ((keras.optimizers.SGD, True), (keras.optimizers.Adam, False)):
        penalty = trained(keras, [0], optimizer(0.05), l2=0.02).kernels[0].numpy()
        decay = trained(keras, [0], optimizer(0.05), weight_decay=0.04).kernels[0].numpy()
        assert bool(np.abs(penalty - decay).max() < 1e-5) is same


def test_penalties_are_those_of_each_network_alone(keras: Any) -> None:
    kernels = trained(keras, [0, 0], l1=[0.0, 0.05]).kernels[0].numpy()
    assert np.mean(np.abs(kernels[1]) < 0.02) > np.mean(np.abs(kernels[0]) < 0.02) + 0.1


def test_best_weights_come_back(keras: Any) -> None:
    networks = SideBySide((12, 8, 4), [0, 1])
    validation = X[:2], Y[:2, ::-1].argmax(axis=-1)  # labels that do not fit: the loss rises
    curves = networks.train(
        X[:2],
        Y[:2],
        optimizer=keras.optimizers.Adam(0.05),
        epochs=8,
        batch_size=10,
        validation=validation,
        restore_best=True,
    )
    np.testing.assert_allclose(networks.scores(*validation)[1], curves["val_loss"].min(axis=0), atol=1e-5)
    assert (curves["val_loss"][-1] > curves["val_loss"].min(axis=0)).any()


def test_images_of_its_own_for_each_network_pass_as_shared_ones_do(keras: Any) -> None:
    networks = trained(keras, [0, 1])
    own = networks.logits(X[:2], size=7)
    for index in range(2):
        np.testing.assert_allclose(own[index], networks.logits(X[index])[index], atol=1e-5)


def test_impossible_settings_are_refused(keras: Any) -> None:
    for arguments in (((12,), [0]), ((12, 0, 4), [0]), ((12, 4), [])):
        with pytest.raises(ValueError, match=r"size|seeds"):
            SideBySide(*arguments)
    with pytest.raises(ValueError, match="normalize"):
        SideBySide((12, 4), [0], normalize="instance")
    with pytest.raises(ValueError, match="batch_size"):
        SideBySide((12, 4), [0]).train(X[:1], Y[:1], optimizer=keras.optimizers.SGD(), epochs=1, batch_size=41)


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


def test_scores_are_those_of_keras(keras: Any) -> None:
    logits, labels = RNG.normal(size=(50, 4)).astype("float32"), RNG.integers(0, 4, 50)
    accuracy, loss = accuracy_and_loss(logits, labels)
    assert loss == pytest.approx(
        float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)), abs=1e-5
    )
    assert accuracy == np.mean(logits.argmax(axis=1) == labels)


def test_every_method_has_the_strength_with_the_lowest_validation_loss(program: Any) -> None:
    stored = json.loads((RESULTS / "regularization.json").read_text(encoding="utf-8"))
    assert set(stored["groups"]["methods"]) == set(program.METHODS)
    for name, runs in stored["groups"]["methods"].items():
        allowed = program.METHODS[name]
        losses = [
            np.mean([run["val_loss"] for run in stored["groups"]["strengths"][program.label(name, setting)]])
            if len(allowed) > 1
            else 0.0
            for setting in allowed
        ]
        chosen = int(np.argmin(losses))
        assert runs[0]["setting"] == json.loads(json.dumps(allowed[chosen]))
        assert len(allowed) == 1 or 0 < chosen < len(allowed) - 1, "the best strength lies at the edge of those tried"


@pytest.mark.slow
def test_one_slice_of_the_results_is_made_again(program: Any, keras: Any) -> None:
    stored = stored_groups("regularization")["methods"]
    networks, training, _ = program.fit((0, 1), **program.METHODS["fewer units (16)"][0])
    for run, kept in zip(program.runs(networks, training), stored["fewer units (16)"], strict=False):
        assert run["test_accuracy"] == pytest.approx(kept["test_accuracy"], abs=0.02)


@pytest.fixture(scope="module")
def stored() -> dict:
    return stored_groups("regularization")


def accuracies(runs: list[dict]) -> np.ndarray:
    return np.array([run["test_accuracy"] for run in runs])


def test_images_matter_more_than_first_weights(stored: dict) -> None:
    plain, again = accuracies(stored["methods"]["nothing"]), accuracies(stored["ensembles"]["1 network"])
    assert np.abs(again - plain).max() < 0.005 < 0.02 < np.ptp(plain)


def test_bands_that_the_prose_states_are_those_stored(stored: dict) -> None:
    band = r"([\d.]+)–([\d.]+) %"
    said = find_sentence(
        "08_regularization", rf"together have {band}, batch normalization alone {band}, dropout alone {band}"
    )
    for name, low, high in zip(("batch and dropout", "batch, before", "dropout"), said[::2], said[1::2], strict=True):
        values = 100 * accuracies(stored["normalization"][name])
        assert (low, high) == (f"{values.min():.1f}", f"{values.max():.1f}")


def test_weakest_strength_has_the_best_validation_accuracy_and_not_the_lowest_loss(stored: dict) -> None:
    for name in ("L1", "L2", "elastic net", "decoupled weight decay", "dropout"):
        tried = [runs for key, runs in stored["strengths"].items() if key.startswith(f"{name}:")]
        accuracy = [np.mean([run["val_accuracy"] for run in runs]) for runs in tried]
        loss = [np.mean([run["val_loss"] for run in runs]) for runs in tried]
        assert np.argmax(accuracy) == 0 < np.argmin(loss)


def test_these_methods_cost_accuracy_in_every_seed(stored: dict) -> None:
    methods = stored["methods"]
    costly = ("L1", "L2", "elastic net", "dropout", "fewer units (16)", "mixup", "CutMix", "CowMix")
    for name in (*costly, "batch normalization"):
        assert (accuracies(methods[name]) < accuracies(methods["nothing"])).all()
    losses = {name: np.array([run["test_loss"] for run in runs]) for name, runs in methods.items()}
    assert all((losses[name] < losses["nothing"]).all() for name in methods if name != "nothing")
