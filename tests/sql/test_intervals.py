"""Follow-up in intervals: what is known at the start of each, and nothing later."""

import pytest

from lncohort.study.model import Analysis
from small_extract import a_patient, creatinine, day, proteinuria, pulse, supply

RESPONSE_ON_100 = [proteinuria(100, 0.2), creatinine(100, 80.0)]


@pytest.fixture
def timed(nanjing):
    """The Nanjing study with analyses that look at exposure by interval, one of them with a lag."""
    asked = (
        Analysis(name="lagged", kind="time_varying", lag_days=30),
        Analysis(name="trials", kind="sequential_trials"),
        Analysis(name="marks", kind="landmark", days=(45,)),
    )
    return nanjing.model_copy(update={"analyses": asked})


@pytest.fixture
def untimed(nanjing):
    """The Nanjing study with none that does."""
    return nanjing.model_copy(update={"analyses": (Analysis(name="use", kind="use"),)})


def of_tacrolimus(rows, lag_days=0):
    found = [r for r in rows if r["drug"] == "tacrolimus" and r["lag_days"] == lag_days]
    return {r["day"]: r for r in found}


def test_follow_up_ends_with_the_response_in_its_last_interval(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0)], lab=RESPONSE_ON_100)
    intervals = sorted(sql_tables(rows, timed)("person_interval"), key=lambda r: r["start_day"])
    assert [(r["start_day"], r["stop_day"], r["event"], r["censored"]) for r in intervals] == [
        (0, 30, 0, None),
        (30, 60, 0, None),
        (60, 90, 0, None),
        (90, 100, 1, None),
    ]


def test_the_reason_of_censoring_stands_in_the_last_interval_only(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0)])
    rows["observation_period"][0]["end_date"] = day(49)
    intervals = sorted(sql_tables(rows, timed)("person_interval"), key=lambda r: r["start_day"])
    assert [(r["stop_day"], r["event"], r["censored"]) for r in intervals] == [
        (30, 0, None),
        (50, 0, "observation_end"),
    ]


def test_a_drug_begun_inside_an_interval_is_seen_at_the_next(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0), supply(40, 30, 2.0)])
    seen = of_tacrolimus(sql_tables(rows, timed)("exposure_so_far"))
    assert 30 not in seen
    assert (seen[60]["first_day"], seen[60]["in_use"]) == (40, True)
    assert (seen[60]["covered_days"], seen[60]["cumulative_dose_mg"]) == (20, 40.0)
    assert (seen[120]["in_use"], seen[120]["daily_dose_mg"]) == (False, None)


def test_a_lag_looks_at_exposure_as_it_was_so_many_days_ago(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0), supply(40, 30, 2.0)])
    seen = of_tacrolimus(sql_tables(rows, timed)("exposure_so_far"), lag_days=30)
    assert 60 not in seen
    assert (seen[90]["covered_days"], seen[90]["in_use"]) == (20, True)


def test_a_landmark_sees_what_came_on_or_before_it(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0), supply(45, 300, 2.0)])
    seen = of_tacrolimus(sql_tables(rows, timed)("exposure_so_far"))
    assert (seen[45]["first_day"], seen[45]["covered_days"]) == (45, 0)


def test_a_laboratory_value_is_carried_forward_and_never_backward(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0)], lab=[proteinuria(45, 1.5)])
    values = {
        (r["start_day"], r["covariate"]): (r["measured_day"], r["value"])
        for r in sql_tables(rows, timed)("interval_covariate")
    }
    assert values[30, "proteinuria"] == (-5, 3.0)
    assert values[60, "proteinuria"] == values[90, "proteinuria"] == (45, 1.5)


def test_a_trial_takes_who_is_at_risk_and_new_to_the_drug(sql_tables, timed):
    rows = a_patient(prescription=[pulse(0), supply(40, 20, 2.0)], lab=RESPONSE_ON_100)
    found = sql_tables(rows, timed)("trial_interval")
    by_trial = {}
    for r in sorted(found, key=lambda r: (r["trial_day"], r["start_day"])):
        by_trial.setdefault((r["trial_day"], r["started"]), []).append(
            (r["start_day"], r["event"], r["follows"])
        )
    assert by_trial == {
        (0, False): [(0, 0, True), (30, 0, True), (60, 0, False), (90, 1, False)],
        (30, False): [(30, 0, True), (60, 0, False), (90, 1, False)],
        (60, True): [(60, 0, False), (90, 1, False)],
    }


def test_nothing_is_expanded_that_the_study_does_not_ask_for(sql_tables, untimed):
    tables = sql_tables(a_patient(prescription=[supply(0, 100)]), untimed)
    for name in ("person_interval", "exposure_so_far", "interval_covariate", "trial_interval"):
        assert tables(name) == []
    assert {r["measured_day"] for r in tables("covariate_measured")} == {-5}
