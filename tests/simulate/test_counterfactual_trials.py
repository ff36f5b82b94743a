"""The truth of nested trials belongs to the present process, and is found again."""

import json
from importlib.resources import files

import numpy as np
import pytest

from lncohort.simulate import causal_truth, trial_truth
from lncohort.simulate.counterfactual_trials import (
    FOLDER,
    SCENARIOS,
    counterfactual_trials,
    trial_fingerprint,
)
from lncohort.simulate.feedback.scenario import load_scenario

KEYS = ["estimand", "strategy", "reference", "day"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_truth_is_of_the_present_process(name):
    path = files("lncohort.simulate") / "scenarios" / FOLDER / f"{name}.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["fingerprint"] == trial_fingerprint(load_scenario(name))
    assert kept["patients"] > 100_000


def test_a_small_run_finds_the_truth_again_within_the_monte_carlo_error():
    again = counterfactual_trials("benefit", 8_000, seed=77, processes=1, batch=1_000)
    known = trial_truth("benefit").set_index(KEYS)
    for row in again["truth"]:
        key = tuple(row[k] for k in KEYS)
        error = np.hypot(row["mc_se"], known.loc[key, "mc_se"])
        assert abs(row["value"] - known.loc[key, "value"]) <= 4 * error, key
    assert len(again["truth"]) == len(known)


def test_an_effect_that_comes_late_is_smaller_in_the_average_of_trials():
    known = trial_truth("benefit").set_index(KEYS)["value"]
    ratio = known["trial_odds_ratio", "start", "never", 720]
    assert known["trial_odds_ratio", "start_as_usual", "not_now_as_usual", 720] < ratio
    effects = causal_truth("benefit").set_index(KEYS)["value"]
    assert 1.5 < ratio < effects["hazard_ratio", "start", "never", 730] - 0.05


def test_where_it_was_not_asked_for_there_is_none():
    assert trial_truth("harm").empty
