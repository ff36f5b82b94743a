"""The causal truth belongs to the present process, is found again, and says what was planted."""

import numpy as np
import pytest

from lncohort.simulate.causal import causal_truth, causal_truth_file
from lncohort.simulate.counterfactual import counterfactual, fingerprint, tallies, truth_rows
from lncohort.simulate.feedback.scenario import load_scenario, scenarios
from lncohort.study import load_study

IN_STEPS = [name for name in scenarios() if load_scenario(name).kind == "steps"]
KEYS = ["estimand", "strategy", "reference", "day"]


def truth(name):
    return causal_truth(name).set_index(KEYS)


@pytest.mark.parametrize("name", IN_STEPS)
def test_truth_is_of_the_present_process(name):
    assert causal_truth_file(name)["fingerprint"] == fingerprint(load_scenario(name))
    assert causal_truth_file(name)["patients"] >= 1_000_000


def test_another_parameter_has_another_fingerprint():
    scenario = load_scenario("null")
    loss = scenario.process.loss.model_copy(update={"per_year": 0.101})
    changed = scenario.process.model_copy(update={"loss": loss})
    assert fingerprint(scenario.model_copy(update={"process": changed})) != fingerprint(scenario)


def test_a_changed_process_has_another_fingerprint(monkeypatch):
    before = fingerprint(load_scenario("null"))
    monkeypatch.setattr("lncohort.simulate.feedback.disease._REMISSION_DAYS", 16.0)
    assert fingerprint(load_scenario("null")) != before


def test_a_small_run_finds_the_truth_again_within_the_monte_carlo_error():
    name, patients = "synergy_additive", 12_000
    again = counterfactual(name, patients, seed=77, processes=1, batch=4_000)
    found = {tuple(row[key] for key in KEYS): row["value"] for row in again["truth"]}
    known = truth(name)
    assert set(found) == set(known.index)
    grown = 1 + causal_truth_file(name)["patients"] / again["patients"]
    for key, row in known.iterrows():
        error = row["mc_se"] * np.sqrt(grown)
        assert abs(found[key] - row["value"]) <= 4 * error + 1e-9, key


def test_result_does_not_depend_on_the_number_of_processes():
    one, two = (counterfactual("null", 1_000, 3, processes, batch=500) for processes in (1, 2))
    assert one == two


def test_monte_carlo_error_of_a_risk_is_that_of_a_share():
    scenario = load_scenario("null")
    batches = [tallies(scenario, load_study("nanjing"), 400, 5, batch) for batch in range(30)]
    rows = {tuple(row[key] for key in KEYS): row for row in truth_rows(batches, scenario)}
    risk = rows["risk", "never", "", 730]
    patients = sum(b["never"][4, 0] for b in batches)
    share = np.sqrt(risk["value"] * (1 - risk["value"]) / patients)
    assert risk["mc_se"] == pytest.approx(share, rel=0.4)


@pytest.mark.parametrize("name", IN_STEPS)
def test_no_estimand_is_missing_or_impossible(name):
    known = truth(name)
    assert known.index.is_unique
    assert np.isfinite(known["value"]).all() and (known["mc_se"] >= 0).all()
    for day in (365, 730):
        for strategy in ("never", "start", "start_4_mg", "stop_abrupt", "stop_taper"):
            assert 0 < known["value"]["risk", strategy, "", day] < 1
            assert known["mc_se"]["risk", strategy, "", day] < 0.001
        difference = known["value"]["risk_difference", "start", "never", day]
        by_hand = (
            known["value"]["risk", "start", "", day] - known["value"]["risk", "never", "", day]
        )
        assert difference == pytest.approx(by_hand, abs=2e-6)


def test_null_has_no_effect_at_all():
    known = truth("null")["value"]
    for estimand, nothing in (
        ("risk_difference", 0),
        ("risk_ratio", 1),
        ("hazard_ratio", 1),
        ("flare_risk_difference", 0),
    ):
        assert known[estimand].to_numpy() == pytest.approx(nothing, abs=1e-9)


def far_above(known, key, bound):
    return known["value"][key] - bound > 10 * known["mc_se"][key]


def far_below(known, key, bound):
    return bound - known["value"][key] > 10 * known["mc_se"][key]


@pytest.mark.parametrize("day", [365, 730])
def test_each_scenario_teaches_what_it_is_for(day):
    effect, reri = (
        ("risk_difference", "start", "never", day),
        ("reri", "cyc_start", "mmf_never", day),
    )
    for name in ("benefit", "informative_censoring", "missing_outcome", "rare_outcome"):
        assert far_above(truth(name), effect, 0)
    assert far_below(truth("harm"), effect, 0)
    assert truth("rare_outcome")["value"]["risk", "start", "", day] < 0.05
    assert far_above(truth("synergy_additive"), reri, 0)
    assert far_above(truth("synergy_multiplicative"), reri, 0)
    assert far_below(truth("antagonism"), reri, 0)
    product = ("conditional_hazard_ratio", "product", "", 730)
    assert truth("synergy_additive")["value"][product] == 1
    assert truth("synergy_multiplicative")["value"][product] == pytest.approx(np.exp(0.7), rel=1e-5)
    assert truth("antagonism")["value"][product] == pytest.approx(np.exp(-0.9), rel=1e-5)
    measured = truth("measurement_by_severity")
    assert far_above(measured, effect, 0)
    assert abs(measured["value"]["remission_risk_difference", "start", "never", day]) < 0.005


def test_benefit_grows_with_the_dose_and_a_taper_is_kinder_than_an_abrupt_stop():
    known = truth("benefit")
    assert far_above(known, ("risk_difference", "start_4_mg", "start", 730), 0)
    assert far_above(known, ("flare_risk_difference", "stop_abrupt", "stop_taper", 730), 0)
    assert far_above(known, ("flare_risk_difference", "stop_taper", "start", 730), 0)
