"""Analyses that respect time find what is planted, where looking up exposure later does not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

from analyses.timed.planted import DRUG, HAZARD, LAST, OF_SEVERITY, planted
from lncohort.analyses.survival import survival_rows
from lncohort.analyses.timed import TIMED_KINDS
from lncohort.analyses.timed.landmark import landmark_rows
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.rows import Z, as_estimates
from lncohort.study.model import Analysis

DOUBLE = float(np.log(2))
MAIN = (
    ("marks", "HR", {"model": "adjusted", "level": "started", "contrast": "day 90"}),
    ("marks", "HR", {"model": "adjusted", "level": "started", "contrast": "day 360"}),
    ("marks", "HR", {"model": "weighted", "level": "started", "contrast": "day 90"}),
    ("lagged", "HR", {"model": "adjusted", "level": "started"}),
    ("varying", "HR", {"model": "adjusted", "level": "started"}),
    ("varying", "HR", {"model": "adjusted", "level": "in use"}),
    ("grace", "HR", {"model": "weighted"}),
    ("trials", "OR", {"model": "intention to treat"}),
    ("trials", "OR", {"model": "per protocol"}),
    ("marginal", "OR", {}),
    ("compared", "HR", {"model": "weighted", "level": "TAC"}),
)


def estimated(nanjing, effect):
    study, patients, follow_up = planted(nanjing, 4000, 3, effect)
    rows = [
        made
        for analysis in study.analyses
        for made in TIMED_KINDS[analysis.kind](study, patients, follow_up, analysis)
    ]
    return as_estimates(rows), study, patients, follow_up


@pytest.fixture(scope="module")
def null(nanjing):
    return estimated(nanjing, 0.0)


@pytest.fixture(scope="module")
def doubled(nanjing):
    return estimated(nanjing, DOUBLE)


def one(estimates, analysis, measure, **wanted):
    chosen = (estimates["analysis"] == analysis) & (estimates["measure"] == measure)
    for column, value in wanted.items():
        chosen &= estimates[column] == value
    (found,) = estimates[chosen].itertuples()
    return found


def standard_errors_from(row, truth):
    """How many standard errors an estimated ratio is from the truth, on the log scale."""
    error = np.log(row.ci_high / row.ci_low) / (2 * Z)
    return (np.log(row.estimate) - truth) / error


def test_looking_up_use_later_finds_harm_in_a_drug_that_does_nothing(null):
    _, study, patients, follow_up = null
    stretches = follow_up.intervals[["patient_id", "start_day", "stop_day", "event"]].assign(
        exposed=follow_up.intervals["tacrolimus_started"]
    )
    found = as_estimates(survival_rows(study, patients, stretches, "survival"))
    naive = found[(found["measure"] == "HR") & (found["model"] == "Cox adjusted")].iloc[0]
    assert standard_errors_from(naive, 0.0) < -10


@pytest.mark.parametrize(("analysis", "measure", "wanted"), MAIN)
def test_a_drug_that_does_nothing_is_found_to_do_nothing(null, analysis, measure, wanted):
    assert abs(standard_errors_from(one(null[0], analysis, measure, **wanted), 0.0)) < 3


def test_severity_alone_makes_the_crude_ratio_wrong(null):
    crude = one(null[0], "varying", "HR", model="crude", level="started")
    assert standard_errors_from(crude, 0.0) > 4


@pytest.mark.parametrize("analysis", ["varying", "marginal"])
def test_a_drug_that_doubles_the_hazard_is_found_to(doubled, analysis):
    measure = "HR" if analysis == "varying" else "OR"
    wanted = {"model": "adjusted", "level": "started"} if analysis == "varying" else {}
    found = one(doubled[0], analysis, measure, **wanted)
    # severity stands in no model of the marginal structure: a little nearer to 1
    assert abs(standard_errors_from(found, DOUBLE)) < 3 or 1.75 < found.estimate < 2


def true_risk(effect, day):
    severity = np.random.default_rng(0).normal(0, 1, 200_000)
    return float(
        np.mean(1 - np.exp(-HAZARD * np.exp(OF_SEVERITY * severity) * np.exp(effect) * day))
    )


@pytest.mark.parametrize("day", [180, 360, 720])
def test_standardised_curves_are_the_risks_had_all_followed_a_strategy(doubled, day):
    for level, effect in (("never started", 0.0), ("started on the index date", DOUBLE)):
        at = {"contrast": f"day {day}", "level": level}
        found = one(doubled[0], "curves", "cumulative incidence", **at)
        assert abs(found.estimate - true_risk(effect, day)) < 0.03


def test_difference_of_risks_is_that_of_the_curves(doubled):
    found = one(doubled[0], "curves", "RD", contrast="day 360")
    truth = true_risk(DOUBLE, 360) - true_risk(0.0, 360)
    assert found.ci_low < truth < found.ci_high
    assert found.estimate == pytest.approx(
        one(
            doubled[0], "curves", "cumulative incidence", contrast="day 360", level=found.level
        ).estimate
        - one(
            doubled[0], "curves", "cumulative incidence", contrast="day 360", level=found.reference
        ).estimate
    )


@pytest.mark.parametrize("analysis", ["grace", "marginal"])
def test_other_differences_of_risks_are_near_the_truth(doubled, analysis):
    found = one(doubled[0], analysis, "RD", contrast="day 360")
    # some of those who start within the grace period wait for the drug
    assert 0.6 * (true_risk(DOUBLE, 360) - true_risk(0.0, 360)) < found.estimate
    assert found.estimate < 1.3 * (true_risk(DOUBLE, 360) - true_risk(0.0, 360))


def test_weighted_landmark_ratio_is_that_of_all_patients_and_the_adjusted_that_of_like_ones(
    doubled,
):
    _, study, patients, follow_up = doubled
    random, severity = np.random.default_rng(8), patients["age"].to_numpy()
    waits = random.exponential(500, len(patients)) * np.exp(-1.5 * severity)
    started = random.random(len(patients)) < expit(severity)

    def until(started):
        response = 90 + np.ceil(waits / np.where(started, 2, 1))
        return np.minimum(response, LAST).astype(int), (response < LAST).astype("int8")

    time, event = until(started)
    known = {"patient_id": patients.loc[started, "patient_id"], "drug": DRUG, "day": 90}
    landmarks = pd.DataFrame(known | {"covered_days": 30})
    estimates = as_estimates(
        landmark_rows(
            study,
            patients.assign(time_days=time, event=event, response=event == 1),
            replace(follow_up, landmarks=landmarks),
            Analysis(name="mark", kind="landmark", days=(90,)),
        )
    )
    ours, like = (
        one(estimates, "mark", "HR", model=model, level="started")
        for model in ("weighted", "adjusted")
    )
    assert abs(standard_errors_from(like, DOUBLE)) < 2.5
    # All patients, had they started and had they not.
    times, events = zip(until(True), until(False), strict=True)
    arm = pd.DataFrame({"started": np.repeat([1.0, 0.0], len(patients))})
    everyone = fit_cox(arm, np.concatenate(times), np.concatenate(events) == 1).coefficients.item()
    assert everyone < DOUBLE - 0.15
    assert abs(standard_errors_from(ours, everyone)) < 2.5
    assert abs(standard_errors_from(ours, DOUBLE)) > 3


@pytest.mark.parametrize(("analysis", "samples"), [("grace", 16), ("marginal", 4), ("curves", 8)])
def test_intervals_of_few_bootstrap_samples_are_those_of_student(doubled, analysis, samples):
    found, student = one(doubled[0], analysis, "RD", contrast="day 360"), stats.t(samples - 1)
    assert "bootstrap samples not estimable" not in found.note
    error = (found.ci_high - found.ci_low) / (2 * student.ppf(0.975))
    assert found.p_value == pytest.approx(2 * student.sf(found.estimate / error))


@pytest.mark.parametrize("model", ["intention to treat", "per protocol"])
def test_risks_of_nested_trials_are_those_of_a_drug_that_works_and_of_one_that_does_not(
    null, doubled, model
):
    truth = true_risk(DOUBLE, 360) - true_risk(0.0, 360)
    at = {"contrast": "day 360", "model": model}
    assert abs(one(null[0], "trials", "RD", **at).estimate) < 0.05
    found = one(doubled[0], "trials", "RD", **at)
    # some who did not start at the beginning of a trial do so later; who enters is less severe
    assert 0.6 * truth < found.estimate < 1.2 * truth
    risks = [
        one(doubled[0], "trials", "risk", **at, level=level).estimate
        for level in ("started", "not started")
    ]
    assert risks[0] - risks[1] == pytest.approx(found.estimate)


def test_who_had_the_response_before_a_landmark_is_not_in_it(null):
    estimates, _, patients, _ = null
    rows = estimates[(estimates["analysis"] == "marks") & (estimates["model"] == "crude")]
    at_360 = rows[(rows["contrast"] == "day 360") & rows["n"].notna()]
    assert at_360["n"].sum() == (patients["time_days"] > 360).sum()
    assert at_360["events"].sum() == ((patients["time_days"] > 360) & patients["response"]).sum()


def test_who_starts_both_drugs_on_the_index_date_is_in_neither_arm(null):
    _, study, patients, follow_up = null
    both = patients.assign(cyclophosphamide_first_day=0)
    (analysis,) = [a for a in study.analyses if a.kind == "active_comparator"]
    rows = as_estimates(TIMED_KINDS[analysis.kind](study, both, follow_up, analysis))
    counted = one(rows, "compared", "count", level="started both on the index date")
    assert counted.estimate == (patients["tacrolimus_first_day"] == 0).sum()
    assert one(rows, "compared", "HR", model="crude", level="TAC").n == 0
    assert "not estimable" in one(rows, "compared", "HR", model="crude", level="TAC").note


def test_who_starts_on_the_index_date_is_made_up_for_by_the_others(null):
    estimates, _, patients, _ = null
    share = (patients["tacrolimus_first_day"] == 0).mean()
    assert share > 0.1
    at = {"level": "not started within 90 days", "contrast": "mean"}
    assert one(estimates, "grace", "weight", **at).estimate > 1 / (1 - share) - 0.02


def test_weights_of_staying_have_a_mean_near_one_where_they_are_stabilised(null):
    estimates = null[0]
    for analysis in ("trials", "marginal"):
        assert one(estimates, analysis, "weight", contrast="mean").estimate == pytest.approx(
            1, abs=0.05
        )


def test_the_same_seed_gives_the_same_numbers(null):
    estimates, study, patients, follow_up = null
    (analysis,) = [a for a in study.analyses if a.name == "grace"]
    again = as_estimates(TIMED_KINDS[analysis.kind](study, patients, follow_up, analysis))
    before = estimates[estimates["analysis"] == "grace"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, before)


def test_follow_up_beyond_the_last_day_is_not_told(null):
    days = null[0]["contrast"].str.extract(r"^day (\d+)$")[0].dropna().astype(int)
    assert days.max() == LAST


@pytest.mark.parametrize("last", [300, 400])
@pytest.mark.parametrize(
    "kind", ["clone_censor_weight", "marginal_structural", "cumulative_incidence"]
)
def test_no_risk_is_told_of_a_day_to_which_nobody_is_followed(null, kind, last):
    _, study, patients, follow_up = null
    intervals = follow_up.intervals[follow_up.intervals["start_day"] < last]
    short = replace(
        follow_up, intervals=intervals.assign(stop_day=intervals["stop_day"].clip(upper=last))
    )
    (analysis,) = [a for a in study.analyses if a.kind == kind]
    asked = analysis.model_copy(update={"days": (360, 720)})
    rows = as_estimates(TIMED_KINDS[kind](study, patients, short, asked))
    found = rows[rows["measure"] == "RD"].set_index("contrast")["estimate"]
    assert found.notna().to_dict() == {"day 360": last >= 360, "day 720": False}
    curves = rows.loc[rows["measure"] == "cumulative incidence", "contrast"]
    assert all(int(day.removeprefix("day ")) <= last for day in curves)
