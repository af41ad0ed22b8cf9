"""What is stored in `results/` is what the committed programs make: every group, and a run for each seed."""

from __future__ import annotations

import json

import pytest
from results_program import load_program

from helpers.results import RESULTS

NOT_A_RUN_A_SEED = {
    ("activations", "two_layers"): None,  # by activation: test_facts_activations.py counts them
    ("activations", "ten_layers"): None,
    ("activations", "comebacks"): None,  # counts over all seeds
    ("initialization", "width"): 5,  # nine rates for each of five networks: the first five seeds
    ("regularization_deeper", "depth"): None,  # by learning rate: test_facts_regularization_deeper.py counts them
    ("regularization_deeper", "depth_more"): None,
    ("regularization_deeper", "two_layers"): None,
    ("regularization_deeper", "two_units"): None,  # principal components know no seed
    ("regularization_deeper", "small_batches"): None,
    ("initialization", "longer"): 5,
    ("training", "contenders"): None,  # for models without seeds a run is a setting
    ("tuning_deeper", "edges"): 16,  # trials of one search
    ("tuning_deeper", "searches"): 50,  # searches, splits and draws with seeds of their own
    ("tuning_deeper", "pairs"): 20,
    ("tuning_deeper", "nested"): 20,
    ("tuning_deeper", "full_data"): 1,
    ("tuning", "winners"): None,  # 64 networks
    ("tuning", "clues"): 5,
    ("tuning", "ridge"): 6,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in RESULTS.glob("*.json")))
def test_stored_results_hold_every_group_and_a_run_for_each_seed(name: str) -> None:
    program = load_program(name)
    stored = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    assert stored["seeds"] == list(program.SEEDS)
    assert len(stored["seeds"]) >= 5
    assert set(stored["groups"]) == set(program.GROUPS)
    for group, settings in stored["groups"].items():
        wanted = NOT_A_RUN_A_SEED.get((name, group), len(stored["seeds"]))
        assert {setting for setting, runs in settings.items() if wanted not in (None, len(runs))} == set(), group
