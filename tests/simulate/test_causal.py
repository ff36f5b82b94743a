"""The truth of a scenario is one table, for the calibrated process refused, and in the extract."""

import json

import pytest

import lncohort.simulate
from lncohort.errors import UserError
from lncohort.simulate import causal_truth, simulate_extract


def test_truth_is_a_table_with_the_stated_columns():
    found = lncohort.simulate.causal_truth("benefit")
    assert list(found.columns) == ["estimand", "strategy", "reference", "day", "value", "mc_se"]
    assert len(found) > 30


def test_the_calibrated_process_has_no_known_effects():
    with pytest.raises(UserError, match="causal effects are not known"):
        causal_truth("nanjing")


def test_truth_lies_beside_the_extract(tmp_path):
    simulate_extract(40, 6, tmp_path / "extract", scenario="benefit")
    told = json.loads((tmp_path / "extract" / "truth.json").read_text(encoding="utf-8"))
    assert "under each strategy" in told["meaning"]
    assert (told["patients"], told["seed"], told["scenario"]) == (40, 6, "benefit")
    assert [s["name"] for s in told["strategies"]][:2] == ["never", "start"]
    assert told["truth"] == causal_truth("benefit").to_dict("records")


def test_scenarios_lead_the_same_patients_through_other_lives(tmp_path):
    for name in ("benefit", "null"):
        simulate_extract(300, 6, tmp_path / name, scenario=name)
    simulate_extract(300, 6, tmp_path / "again", scenario="null")
    for table, same in (("patient", True), ("lab", False), ("prescription", False)):
        null, benefit, again = (
            (tmp_path / name / f"{table}.parquet").read_bytes()
            for name in ("null", "benefit", "again")
        )
        assert null == again
        assert (null == benefit) is same, table
