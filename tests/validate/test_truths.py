"""Each estimate is compared with its own causal effect, on its own scale."""

import numpy as np
import pandas as pd
import pytest

from lncohort.errors import UserError
from lncohort.simulate import causal_truth, trial_truth
from lncohort.simulate.truth import KEYS
from lncohort.study import load_study
from lncohort.validate.plan import Plan
from lncohort.validate.truths import CAUSAL, judged, main_estimands, truth_of


def keyed(*places):
    rows = [(1, *place) for place in places]
    index = pd.MultiIndex.from_tuples(rows, names=["cohort", *KEYS])
    return pd.DataFrame({"value": 0.0}, index=index)


USE = ("use", "adjusted", "tacrolimus", "ever", "never", "OR")
CRUDE = ("use", "crude", "tacrolimus", "ever", "never", "OR")
DIFFERENCE = ("risk", "standardised", "tacrolimus", "ever", "never", "RD")
TRIALS = "sequential_trials"
HAZARD = ("survival", "Cox adjusted", "tacrolimus", "ever", "never", "HR")


def plan_of(scenario):
    return Plan(judged(load_study("nanjing"), scenario), scenario, 2, 10, 1)


def test_ratios_are_compared_as_logs_and_differences_as_they_are():
    truth = truth_of(plan_of("benefit"), keyed(USE, CRUDE, DIFFERENCE, HAZARD))
    effects = causal_truth("benefit")
    at_two_years = effects[effects["day"] == 730].set_index(["estimand", "strategy", "reference"])
    value = at_two_years["value"]
    first, second = value["risk", "start", ""], value["risk", "never", ""]
    odds_ratio = first / (1 - first) / (second / (1 - second))
    assert truth.loc[USE, "truth"] == pytest.approx(np.log(odds_ratio))
    assert truth.loc[DIFFERENCE, "truth"] == value["risk_difference", "start", "never"]
    assert truth.loc[HAZARD, "truth"] == pytest.approx(
        np.log(value["hazard_ratio", "start", "never"])
    )
    assert CRUDE not in truth.index


def test_without_an_effect_every_truth_is_none():
    truth = truth_of(plan_of("null"), keyed(USE, DIFFERENCE, HAZARD))
    assert (truth["truth"] == 0).all()


def test_every_match_names_an_effect_that_the_scenarios_have():
    both = (load_study("nanjing"), load_study("target_trial"))
    for scenario in ("null", "benefit", "synergy_additive"):
        found = set()
        for study in both:
            names = {a.kind: a.name for a in study.analyses}
            own = [m for m in CAUSAL if m.kind in names]
            if not len(trial_truth(scenario)):
                own = [m for m in own if m.kind != TRIALS]
            plan = Plan(judged(study, scenario), scenario, 2, 10, 1)
            places = [(names[m.kind], m.model, m.contrast, m.level, "", m.measure) for m in own]
            truth = truth_of(plan, keyed(*places))
            assert len(truth) == len(own)
            assert np.isfinite(truth).all(axis=None)
            found |= {m for m in own}
        assert found == {m for m in CAUSAL if len(trial_truth(scenario)) or m.kind != TRIALS}


def test_risks_that_respect_time_are_compared_at_their_own_day_with_what_comes_after_as_usual():
    plan = Plan(judged(load_study("target_trial"), "benefit"), "benefit", 2, 10, 1)
    place = ("grace_period", "weighted", "day 360", "started within 60 days", "", "RD")
    effects = causal_truth("benefit")
    effects = effects.set_index(["estimand", "strategy", "reference", "day"])["value"]
    truth = truth_of(plan, keyed(place)).loc[place, "truth"]
    assert truth == effects["risk_difference", "start_as_usual", "later_as_usual", 360]
    assert 0 < truth < effects["risk_difference", "start", "never", 360]


def test_where_the_background_does_nothing_there_is_no_interaction():
    plan = Plan(judged(load_study("target_trial"), "benefit"), "benefit", 2, 10, 1)
    place = ("grace_period", "weighted", "day 720", "started within 60 days × CYC", "", "RERI")
    assert truth_of(plan, keyed(place)).loc[place, "truth"] == 0


def test_unknown_analysis_and_scenario_are_refused():
    study = load_study("nanjing")
    with pytest.raises(UserError, match="no truth is known of weighting; expected some of use"):
        judged(study, "nanjing", ("weighting",))
    with pytest.raises(UserError, match="scenario"):
        judged(study, "nowhere")


def test_main_table_has_the_published_odds_ratios_and_the_interactions():
    plan = plan_of("nanjing")
    rows = pd.DataFrame(
        [
            USE,
            CRUDE,
            ("dose", "adjusted", "", "<2", "never", "OR"),
            ("tac_x_cyc", "adjusted", "", "additive", "", "RERI"),
            ("tac_x_cyc", "adjusted", "", "additive", "", "AP"),
        ],
        columns=KEYS,
    )
    kept = main_estimands(plan, rows)
    assert list(kept["analysis"]) == ["use", "tac_x_cyc"]


def test_nested_trials_are_compared_with_their_own_truth():
    plan = Plan(judged(load_study("target_trial"), "benefit"), "benefit", 2, 10, 1)
    ratio = ("nested_trials", "per protocol", "tacrolimus", "started", "not started", "OR")
    difference = ("nested_trials", "intention to treat", "day 360", "started", "not started", "RD")
    truth = truth_of(plan, keyed(ratio, difference))
    known = trial_truth("benefit").set_index(["estimand", "strategy", "reference", "day"])
    key = ("trial_odds_ratio", "start", "never", 720)
    assert truth.loc[ratio, "truth"] == pytest.approx(np.log(known["value"][key]))
    key = ("trial_risk_difference", "start_as_usual", "not_now_as_usual", 360)
    assert truth.loc[difference, "truth"] == known["value"][key]


def test_a_scenario_that_does_not_tell_an_effect_has_no_truth_of_it():
    plan = Plan(judged(load_study("target_trial"), "antagonism"), "antagonism", 2, 10, 1)
    ratio = ("nested_trials", "per protocol", "tacrolimus", "started", "not started", "OR")
    assert truth_of(plan, keyed(ratio)).empty
