"""The response dated in numpy is the response that the SQL dates, patient by patient."""

import numpy as np
import pandas as pd
import pytest

from lncohort.simulate.cohort import simulated_cohort
from lncohort.simulate.feedback.measured_response import exit_day, flare_day, response_day
from lncohort.simulate.feedback.outcomes import eligible
from lncohort.simulate.feedback.process import play
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.patients import NEVER, draw_patients
from lncohort.simulate.process import random_streams
from lncohort.study import load_study

PATIENTS, SEED = 2_500, 17


@pytest.fixture(scope="module")
def study():
    return load_study("nanjing").model_copy(update={"analyses": ()})


@pytest.fixture(scope="module", params=["benefit", "missing_outcome"])
def both_ways(request, study):
    """The cohort that the SQL finds, and the lives behind it with the study's exits."""
    cohort = simulated_cohort(study, PATIENTS, SEED, request.param).analysis_set
    scenario = load_scenario(request.param)
    streams = random_streams(SEED, 0)
    people = draw_patients(streams[0], PATIENTS, scenario.parameters())
    lives = play(streams[1:4], people, scenario)
    period_end = np.datetime64(study.info.period_end) + 1
    of_period = (period_end - np.datetime64("1970-01-01")).astype(int) - people.index
    exits = np.minimum(exit_day(lives, study), of_period)
    member = cohort["patient_id"].str.removeprefix("P").astype(int).to_numpy() - 1
    return cohort, lives, exits, member


def days(cohort, column):
    found = pd.to_datetime(cohort[column]) - pd.to_datetime(cohort["index_date"])
    return found.dt.days.fillna(NEVER).astype(int).to_numpy()


def test_response_is_dated_as_by_the_sql(both_ways, study):
    cohort, lives, exits, member = both_ways
    assert len(member) > 0.9 * PATIENTS
    assert (days(cohort, "exit_date") == exits[member]).all()
    response = response_day(lives, study, exits)
    assert (days(cohort, "response_date") == response[member]).all()
    assert 0.2 < (response[member] < NEVER).mean() < 0.6


def test_the_next_measurement_matters(both_ways, study):
    """Some meet the response on a day and are contradicted: without that the rule is not tried."""
    _, lives, exits, _ = both_ways
    outcome = study.outcome.model_copy(update={"confirm_days": 0})
    lenient = study.model_copy(update={"outcome": outcome})
    assert (response_day(lives, study, exits) != response_day(lives, lenient, exits)).sum() > 20


def test_the_index_date_is_the_first_day_of_a_drug_of_entry(both_ways):
    cohort, lives, _, member = both_ways
    index = np.datetime64("1970-01-01") + lives.patients.index[member].astype("timedelta64[D]")
    assert (pd.to_datetime(cohort["index_date"]).to_numpy() == index).all()


def test_everyone_whom_the_sql_takes_is_eligible_and_few_others_are(both_ways, study):
    _, lives, _, member = both_ways
    counted = eligible(lives.patients, study)
    assert counted[member].all()
    assert (~counted).mean() > 0.01
    assert counted.sum() - len(member) < 0.03 * PATIENTS  # period, time observed, diagnoses


def test_baseline_is_what_the_process_knew(both_ways):
    cohort, lives, _, member = both_ways
    people = lives.patients
    egfr = 90 + 10 * people.risk[member, 7]
    assert cohort["egfr"].to_numpy(float) == pytest.approx(egfr, rel=2e-3)
    assert (cohort["tacrolimus_first_day"].fillna(-1) >= -1).all()
    first = lives.courses.start[member, 0]
    found = cohort["tacrolimus_first_day"].to_numpy(float)
    within = ~np.isnan(found)
    assert (found[within] == first[within]).all()


def test_a_flare_is_proteinuria_above_one_gram_after_the_response(both_ways, study):
    _, lives, exits, _ = both_ways
    response = response_day(lives, study, exits)
    flare = flare_day(lives, response, exits)
    who = np.flatnonzero(flare < NEVER)
    assert len(who) > 20
    assert (flare[who] > response[who]).all() and (flare[who] < exits[who]).all()
    proteinuria = lives.results[1]
    for patient in who[:50]:
        month = np.flatnonzero(lives.visit_day[:, patient] == flare[patient]).item()
        assert proteinuria[month, patient] > 1
        between = (lives.visit_day[:, patient] > response[patient]) & (
            lives.visit_day[:, patient] < flare[patient]
        )
        assert not (proteinuria[between, patient] > 1).any()
