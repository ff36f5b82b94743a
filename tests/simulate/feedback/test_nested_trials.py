"""Nested trials played out: who is in them, what both arms come to, what is asked of the counts."""

import numpy as np
import pytest

from lncohort.simulate.feedback.nested_trials import MONTHS, trial_estimands, trial_tallies
from lncohort.simulate.feedback.outcomes import eligible, tally_outcomes
from lncohort.simulate.feedback.process import play
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.feedback.strategy import NEVER_TACROLIMUS, START, START_AS_USUAL
from lncohort.simulate.patients import draw_patients
from lncohort.simulate.process import random_streams
from lncohort.study import load_study

PATIENTS, SEED = 3_000, 3


@pytest.fixture(scope="module")
def study():
    return load_study("nanjing")


@pytest.fixture(scope="module")
def benefit(study):
    return trial_tallies(load_scenario("benefit"), study, PATIENTS, SEED, 0)


def responses_by(strategy, study) -> np.ndarray:
    """Responses by the end of each month under a strategy of the index date."""
    scenario = load_scenario("benefit")
    streams = random_streams(SEED, 0)
    people = draw_patients(streams[0], PATIENTS, scenario.parameters())
    lives = play(streams[1:4], people, scenario.process, scenario.parameters(), MONTHS, strategy)
    by_day = tally_outcomes(lives, study, eligible(people, study))[0]
    return np.array([by_day[: 30 * month + 1].sum() for month in range(1, MONTHS)])


@pytest.mark.parametrize("strategy", [NEVER_TACROLIMUS, START, START_AS_USUAL])
def test_the_trial_of_the_index_date_is_that_of_everyone(benefit, study, strategy):
    first = benefit[strategy.name][1, 0]
    np.testing.assert_array_equal(np.cumsum(first)[: MONTHS - 1], responses_by(strategy, study))


def test_both_arms_are_of_the_same_patients(benefit):
    for month in range(MONTHS):
        entered = [benefit[name][0, month, month] for name in benefit]
        # a response is confirmed by what is measured after a start: hardly anybody is not in both
        assert np.ptp(entered) <= 0.01 * max(entered)
    assert (np.diff(np.diagonal(benefit["never"][0])) < 0).all()


def test_who_keeps_to_an_arm_is_in_both_arms_all_that_enter(benefit):
    for one, other in (("start", "never"), ("start_as_usual", "not_now_as_usual")):
        seen = np.diagonal(benefit[one][2] + benefit[other][2])
        assert seen == pytest.approx(np.diagonal(benefit["never"][0]), rel=0.01)
    assert (benefit["start"][2] <= benefit["start_as_usual"][2]).all()
    assert (benefit["never"][2] <= benefit["not_now_as_usual"][2]).all()
    assert benefit["start"][2].sum() < 0.8 * benefit["start_as_usual"][2].sum()


def test_without_an_effect_both_arms_are_equal(study):
    tally = trial_tallies(load_scenario("null"), study, 500, SEED, 0)
    found = trial_estimands(tally)
    assert found["trial_odds_ratio"].to_numpy() == pytest.approx(1.0)
    assert (found["trial_risk_difference"] == 0).all()


def test_estimands_are_those_of_counts_by_hand():
    shape = (3, MONTHS, MONTHS)
    start, never = np.zeros(shape, int), np.zeros(shape, int)
    # two trials of one month each: 100 and 50 enter; of 20 and 5 starters much is seen
    for tally, responses, seen in ((start, (40, 10), (20, 5)), (never, (20, 5), (80, 45))):
        tally[0, 0, 0], tally[0, 1, 1] = 100, 50
        tally[1, 0, 0], tally[1, 1, 1] = responses
        tally[2, 0, 0], tally[2, 1, 1] = seen
    others = {"start_as_usual": start, "not_now_as_usual": start}
    found = trial_estimands({"start": start, "never": never} | others)
    above = 20 * 0.4 * 80 * 0.8 / 100 + 5 * 0.2 * 45 * 0.9 / 50
    below = 80 * 0.2 * 20 * 0.6 / 100 + 45 * 0.1 * 5 * 0.8 / 50
    assert found["trial_odds_ratio", "start", "never", 720] == pytest.approx(above / below)
    assert found["trial_risk_difference", "start", "never", 360] == pytest.approx(25 / 150)
    # only the first trial can be followed for two years
    assert found["trial_risk_difference", "start", "never", 720] == pytest.approx(0.2)
    assert found["trial_odds_ratio", "start_as_usual", "not_now_as_usual", 720] == 1
