"""The answer says what the estimates say, and no more."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from lncohort.report.answer import answer, doubt
from lncohort.report.numbers import ratio
from lncohort.report.rows import one
from lncohort.terminal import main_estimates
from report.made_up import AUDIT


@pytest.fixture
def unpublished(results):
    """Results of a study that repeats nothing, and so leads with its target trial."""
    return replace(results, study=results.study.model_copy(update={"published": None}))


def test_the_answer_has_sentences_with_numbers_and_intervals(results):
    use, dose, synergy, trial = answer(results)
    assert "was more frequent with tacrolimus" in use
    assert "3.74 (95% CI 2.59–5.39)" in use
    assert "38.1% with it and 16.7% without, a difference of 21.4 (95% CI 14.4–28.4)" in use
    assert "odds rose with dose: odds ratio 7.60" in dose
    assert "at >180 days against never" in dose
    assert "acted in synergy" in synergy
    assert "ratio 2.01, 95% CI 1.12–3.63" in synergy
    assert trial.startswith("Analysed as the target trial would be, complete renal response was")


def test_a_study_that_repeats_none_leads_with_its_target_trial(unpublished):
    trial, use, *_ = answer(unpublished)
    row = one(unpublished.estimates, analysis="grace_period", model="weighted", measure="HR")
    assert f"hazard ratio {ratio(row.estimate)} (95% CI {ratio(row.ci_low)}" in trial
    assert "or by day 360 a difference of 14.0 (95% CI 5.0–23.0)" in trial
    assert use.startswith("With all use during follow-up counted, as if known from its start")


def test_the_terminal_leads_with_the_estimate_that_the_report_leads_with(results, unpublished):
    use, trial = main_estimates(results)
    assert use.startswith("main estimate: tacrolimus ever against never")
    assert trial.startswith("target trial, clone, censor, weight: HR 1.49")
    first, second = main_estimates(unpublished)
    assert first == f"main estimate: {trial}"
    assert second == use.replace("main estimate", "all use in follow-up")


def test_a_target_trial_that_could_not_be_estimated_is_said_so(changed):
    nothing = {"estimate": math.nan, "ci_low": math.nan, "ci_high": math.nan}
    lost = changed(nothing | {"note": "not estimable: few"}, analysis="grace_period", measure="HR")
    assert "nothing is known (clone, censor, weight): not estimable: few" in answer(lost)[-1]


def test_a_target_trial_emulated_by_curves_is_answered_by_their_difference(results):
    trial = results.study.target_trial.model_copy(update={"emulated_by": ("curves",)})
    told = replace(results, study=results.study.model_copy(update={"target_trial": trial}))
    rows = results.estimates[results.estimates["measure"] == "RD"].tail(1)
    row = rows.assign(
        analysis="curves", contrast="day 360", estimate=0.1, ci_low=0.05, ci_high=0.15
    )
    told = replace(told, estimates=pd.concat([results.estimates, row], ignore_index=True))
    assert (
        "was more frequent with tacrolimus than without it (curves): by day 360 a difference of 10.0 "
        "(95% CI 5.0–15.0) percentage points" in answer(told)[-1]
    )


def test_an_interval_that_holds_1_is_no_finding(changed):
    use = answer(changed({"ci_low": 0.9}, analysis="use", model="adjusted", level="ever"))[0]
    assert "was not clearly more or less frequent" in use


def test_an_interval_below_1_is_a_finding_the_other_way(changed):
    below = {"estimate": 0.5, "ci_low": 0.3, "ci_high": 0.8}
    use = answer(changed(below, analysis="use", model="adjusted", level="ever"))[0]
    assert "was less frequent with tacrolimus" in use
    synergy = answer(changed(below, analysis="tac_x_cyc", model="adjusted", level="product"))[2]
    assert "tacrolimus and cyclophosphamide acted against each other" in synergy.lower()


def test_a_trend_that_is_not_shown_is_said_so(changed):
    dose = answer(changed({"p_value": 0.4}, analysis="dose", level="trend"))[1]
    assert dose.startswith("No clear trend with dose")


def test_what_the_study_does_not_ask_is_not_answered(without):
    sentences = answer(without("interaction", "standardised_risk", "duration_band"))
    assert len(sentences) == 3
    assert "percentage points" not in sentences[0]
    assert "duration" not in sentences[1]


def test_an_estimate_that_is_not_there_is_not_answered(changed):
    sentences = answer(changed({"estimate": math.nan}, analysis="use"))
    assert not any("adjusted odds ratio" in sentence for sentence in sentences)


def test_the_doubt_is_the_gravest_finding_and_counts_the_others():
    told = "Dose and duration are known only after the index date (1 more below)."
    assert doubt(AUDIT) == doubt(AUDIT[::-1]) == told


def test_without_a_warning_the_doubt_claims_no_proof():
    passed = [found for found in AUDIT if found.verdict == "pass"]
    assert "not a proof" in doubt(passed)
