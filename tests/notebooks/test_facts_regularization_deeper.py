"""What notebook 08's deeper part states, held to the stored results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from taught import taught

from helpers.figures.regularization import best_strengths, differences
from helpers.results import stored_groups


@pytest.fixture(scope="module")
def groups() -> Any:
    return stored_groups("regularization_deeper")


@pytest.fixture(scope="module")
def methods(groups: Any) -> Any:
    """Every method in every strength on one budget, as the notebook merges them."""
    stored = stored_groups("regularization")
    found = stored["methods"] | stored["more_methods"] | groups["more_strengths"]
    return found | {name: stored["averages"][name] for name in ("5 networks", "4 snapshots", "temperature")}


def mean(runs: Any, key: str) -> float:
    return float(np.mean([np.ravel(run[key])[-1] for run in runs]))


def test_random_features_are_worst_where_they_just_suffice(groups: Any) -> None:
    plain = {int(count): mean(runs, "error") for count, runs in groups["random_features"].items()}
    assert max(plain, key=plain.__getitem__) == 300  # as many features as images
    assert max(plain.values()) > plain[100] + 0.25
    assert max(plain.values()) > plain[2000] + 0.25
    tamed = [mean(runs, "penalized") for runs in groups["random_features"].values()]
    assert np.diff(tamed).max() < 0.01


def test_wide_networks_make_fewer_mistakes_without_a_peak(groups: Any) -> None:
    errors = [mean(runs, "error") for runs in groups["double_descent"].values()]
    assert np.diff(errors).max() < 0.005
    assert errors[0] - errors[-1] > 0.2
    assert mean(groups["double_descent"]["12"], "train_error") < 0.02
    losses = {int(width): mean(runs, "loss") for width, runs in groups["double_descent"].items()}
    assert min(losses, key=losses.__getitem__) == 4
    assert (round(losses[4], 2), round(losses[12], 2)) == (1.79, 2.16)
    assert all(losses[12] - 0.1 < losses[width] <= losses[12] for width in (16, 64, 256, 512))


def test_two_units_keep_more_than_two_components_and_cost_seven_points(groups: Any) -> None:
    found = groups["two_units"]
    right = {name: [run["accuracy"] for run in found[name]] for name in ("two units", "without")}
    assert (round(min(right["two units"]), 2), round(max(right["two units"]), 2)) == (0.74, 0.76)
    assert (round(min(right["without"]), 2), round(max(right["without"]), 2)) == (0.82, 0.83)
    assert np.mean(right["without"]) - np.mean(right["two units"]) == pytest.approx(0.072, abs=0.005)
    near = [run["neighbours"] for run in found["two units"]]
    assert (round(min(near), 2), round(max(near), 2)) == (0.75, 0.76)
    assert round(mean(found["principal components"], "neighbours"), 2) == 0.53


def test_batch_normalization_trains_twenty_layers_at_large_learning_rates(groups: Any) -> None:
    depth = groups["depth"]
    for rate in ("0.03", "0.3"):
        assert mean(depth["batch"][rate], "accuracy") == pytest.approx(0.63, abs=0.015)
    for name in ("Glorot", "He", "layer"):
        assert mean(depth[name]["0.3"], "accuracy") < 0.15
    best = {name: max(mean(runs, "accuracy") for runs in by_rate.values()) for name, by_rate in depth.items()}
    assert best["batch"] - best["layer"] > 0.06 > best["layer"] - best["He"]
    assert best["He"] - best["Glorot"] > 0.15
    more = groups["depth_more"]
    assert max(mean(runs, "accuracy") for runs in more["batch, He"].values()) == pytest.approx(0.63, abs=0.005)
    assert max(mean(runs, "accuracy") for runs in more["layer, He"].values()) < best["layer"]
    assert round(best["layer"], 2) == 0.51
    assert round(mean(more["layer"]["0.001"], "accuracy"), 2) == 0.33
    assert round(mean(more["batch"]["1"], "accuracy"), 2) == 0.54
    assert round(min(run["accuracy"] for run in depth["batch"]["0.1"]), 2) == 0.48


def test_dropout_and_batch_normalization_get_on_once_the_averages_have_caught_up(groups: Any) -> None:
    two = groups["two_layers"]
    assert mean(two["batch dropout"]["0.001"], "settled_accuracy") > mean(two["dropout"]["0.001"], "accuracy") + 0.007
    gains = [
        pair["settled_accuracy"] - none["accuracy"]
        for pair, none in zip(two["batch dropout"]["0.001"], two["none"]["0.001"], strict=True)
    ]
    assert (round(100 * min(gains), 1), round(100 * max(gains), 1)) == (0.4, 1.5)
    assert round(mean(two["batch dropout"]["0.001"], "settled_loss"), 2) == 0.52
    assert round(mean(two["none"]["0.001"], "loss"), 2) == 0.56
    gains = [
        one["accuracy"] - other["accuracy"]
        for one, other in zip(two["batch before"]["0.0003"], two["batch after"]["0.0003"], strict=True)
    ]
    assert (round(100 * min(gains), 1), round(100 * max(gains), 1)) == (0.2, 1.0)


def test_normalized_networks_learn_in_fewer_epochs_that_take_longer(groups: Any) -> None:
    two = groups["two_layers"]
    passed = {
        name: [1 + int(np.argmax(np.array(run["curve"]) < 0.4)) for run in two[name]["0.001"]]
        for name in ("none", "batch before", "batch after", "layer")
    }
    assert (min(passed["none"]), max(passed["none"])) == (11, 16)
    rest = [epochs for name, each in passed.items() if name != "none" for epochs in each]
    assert (min(rest), max(rest)) == (4, 7)
    ratios = [[run["ratio"] for run in runs] for runs in groups["epoch_seconds"].values()]
    assert [round(100 * float(np.median(each)) - 100) for each in ratios] == [8, 5]
    assert (min(map(min, ratios)), max(map(max, ratios))) == (0.93, 1.14)


def test_several_looks_do_harm_where_training_had_none(groups: Any) -> None:
    looks = groups["looks"]
    said = {(name, key): round(100 * mean(runs, f"{key}_accuracy")) for name, runs in looks.items()
            for key in ("one", "five")}  # fmt: skip
    assert said == {("without", "one"): 78, ("without", "five"): 72, ("with", "one"): 77, ("with", "five"): 77}


def test_every_method_lowers_the_loss_and_few_change_the_accuracy(methods: Any) -> None:
    tables = differences(methods)
    tables.pop("augmentation and smoothing")
    lower = {name for name, table in tables.items() if (table[:, 0] > 0).all()}
    assert set(tables) - lower == {"layer normalization"}
    better = {name for name, table in tables.items() if (table[:, 1] > 0).all()}
    assert better == {"4 × the images", "2 × the images", "5 networks"}
    worse = {name for name, table in tables.items() if (table[:, 1] < 0).all()}
    assert worse == {"L1", "elastic net", "dropout", "fewer units"}
    most = sorted(tables, key=lambda name: -tables[name][:, 0].mean())[2:5]
    assert set(most) == {"4 snapshots", "weight decay", "CutMix"}
    assert all(round(tables[name][:, 0].mean(), 2) == 0.13 for name in most)
    assert differences(methods, "accuracy")["dropout"][:, 1].mean() == pytest.approx(0.1, abs=0.05)
    for name in ("batch normalization", "layer normalization"):
        assert best_strengths(methods)[name][0] == "0.0003"
        assert tables[name].mean(axis=0) == pytest.approx([0.05, -1.3], abs=0.05)
        losses = [mean(methods[one], "loss") for one in (name, "nothing")]
        assert losses[0] - losses[1] == pytest.approx(0.185, abs=0.01)


def test_strengths_of_smoothing_and_mixup_differ_by_chance(methods: Any) -> None:
    best = best_strengths(methods)
    assert (best["label smoothing"][0], best["mixup"][0], best["CowMix"][0]) == ("0.02", "0.1", "0.1")
    for name, band in (("label smoothing", (78.4, 78.8)), ("mixup", (77.9, 78.8))):
        right = [100 * mean(runs, "accuracy") for one, runs in methods.items() if one.startswith(f"{name}: ")]
        assert (round(min(right), 1), round(max(right), 1)) == band


def test_the_last_snapshot_alone_has_a_part_of_the_gain(methods: Any) -> None:
    last = stored_groups("regularization")["averages"]["last snapshot"]
    assert mean(methods["nothing"], "loss") - mean(last, "loss") == pytest.approx(0.04, abs=0.005)
    assert round(mean(last, "accuracy"), 3) == 0.79
    averaged = {keep: mean(methods[f"weight averaging: {keep}"], "accuracy") for keep in ("0.995", "0.999")}
    assert 100 * (averaged["0.995"] - averaged["0.999"]) == pytest.approx(7.4, abs=0.05)


def test_batches_of_two_are_too_small_for_batch_normalization_only(groups: Any) -> None:
    small = {
        name: max(mean(runs, "accuracy") for runs in each.values()) for name, each in groups["small_batches"].items()
    }
    assert small["layer, 2"] - small["batch, 2"] > 0.08
    assert small["none, 2"] - small["batch, 2"] > 0.08
    with_50 = [small[f"{name}, 50"] for name in ("none", "batch", "layer")]
    assert max(with_50) - min(with_50) < 0.03


@pytest.mark.parametrize(
    ("l1", "l2", "pixels"),
    [(0.03, 0, 5), (0.03, 0.1, 27), (0, 0.1, 196), (0.01, 0, 26), (0.01, 0.1 / 3, 90), (0, 0.1 / 3, 196)],
)
def test_the_maps_of_weights_are_where_no_change_lowers_the_penalized_loss(l1: float, l2: float, pixels: int) -> None:
    from helpers.data import hold_out, load_fashion_mnist

    (x, y), _ = load_fashion_mnist()
    known = taught("08_regularization_deeper")
    images, t = known["two_classes"](*hold_out(x, y, seed=0)[0])
    w = known["linear_unit"](images, t, l1, l2)
    assert np.count_nonzero(w) == pixels
    images = images.astype(float)
    slope = images.T @ (images @ w - t) / len(images) + 2 * l2 * w
    assert np.abs(slope + l1 * np.sign(w))[w != 0].max() < 1e-4
    assert np.abs(slope)[w == 0].max(initial=0) <= l1 + 1e-4


@pytest.mark.slow
def test_decay_is_a_penalty_under_sgd_and_not_under_adam() -> None:
    import keras

    from helpers.data import hold_out, load_fashion_mnist, small_images
    from helpers.stacked import stack

    (x, y), _ = load_fashion_mnist()
    (x, y), _, _ = hold_out(x, y, seed=0)
    images, labels = small_images(x[:500]), y[:500]
    dark = images.mean(axis=0) < 0.03

    def network(seed: int, penalty: Any) -> Any:
        keras.utils.set_random_seed(seed)
        hidden = keras.layers.Dense(32, "relu", kernel_regularizer=penalty)
        output = keras.layers.Dense(10, "softmax", kernel_regularizer=penalty)
        return keras.Sequential([keras.Input((196,)), hidden, output])

    def first_layers(optimizer: Any, penalty: Any = None) -> Any:
        networks = stack([network(seed, penalty) for seed in (1, 2)])
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        networks.compile(optimizer, "sparse_categorical_crossentropy")
        networks.fit(images, labels, batch_size=50, epochs=30, verbose=0)
        return np.abs(networks.get_weights_of_each()[0])

    l2, rules = keras.regularizers.L2(0.005), keras.optimizers
    penalty, decay = first_layers(rules.SGD(0.1), l2), first_layers(rules.SGD(0.1, weight_decay=0.01))
    assert np.abs(penalty - decay).max() < 0.01
    penalty, decay = first_layers(rules.Adam(0.001), l2), first_layers(rules.AdamW(0.001, weight_decay=0.01))
    for with_penalty, with_decay in zip(penalty, decay, strict=True):
        assert np.mean(with_penalty[dark] < 0.01) > 0.5 > np.mean(with_penalty[~dark] < 0.01)
        assert np.mean(with_decay[dark] < 0.01) < 0.2
