"""Nested trials played out: both arms of each, in those whom the world as it is lets into it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.simulate.courses import MONTH_DAYS
from lncohort.simulate.feedback.measured_response import exit_day, response_day
from lncohort.simulate.feedback.measured_use import TACROLIMUS, first_era_end
from lncohort.simulate.feedback.outcomes import eligible
from lncohort.simulate.feedback.process import Lives, play
from lncohort.simulate.feedback.scenario import Scenario
from lncohort.simulate.feedback.strategy import NEVER_TACROLIMUS, TrialStrategy
from lncohort.simulate.patients import draw_patients
from lncohort.simulate.prescriptions import draw_prescriptions
from lncohort.simulate.process import random_streams
from lncohort.study import Study

MONTHS = 25  # of 30 days: a trial begins with each, in the two years of the study's follow-up
DAYS = (360, 720)  # since the beginning of a trial
PAIRS = (("start", "never"), ("start_as_usual", "not_now_as_usual"))

# Counts of patients by trial and month since the index date
_AT_RISK, _RESPONSES, _SEEN = range(3)


@dataclass(frozen=True)
class _Course:
    """The day until which each patient is followed, and whether it is that of a response."""

    time: np.ndarray
    responds: np.ndarray

    def at_risk(self, month: int) -> np.ndarray:
        return self.time > MONTH_DAYS * month


def trial_tallies(
    scenario: Scenario, study: Study, patients: int, seed: int, batch: int
) -> dict[str, np.ndarray]:
    """Play out the nested trials of one batch of patients.

    Each trial takes who, in the world as it is, is in care, without a response and without
    tacrolimus by the month before; in both of its arms nobody is lost and the data do not end.

    Returns
    -------
    dict of str to ndarray of shape (3, trials, months)
        By strategy: patients at risk at the start of a month; of them who respond in it; and, in the
        world as it is and as orders tell it, patients who have kept to the strategy until then.
    """
    p = scenario.parameters()
    last = MONTH_DAYS * MONTHS

    def led(strategy) -> tuple[Lives, _Course, np.ndarray]:
        streams = random_streams(seed, batch)
        people = draw_patients(streams[0], patients, p)
        lives = play(streams[1:4], people, scenario.process, p, MONTHS, strategy)
        exits = exit_day(lives, study)
        response = response_day(lives, study, exits)
        course = _Course(np.maximum(np.minimum(response, exits), 1), response < exits)
        return lives, course, eligible(people, study)

    lives, usual, counted = led(None)
    orders = draw_prescriptions(random_streams(seed, batch)[4], lives.patients, lives.courses, p)
    start = lives.courses.start[:, TACROLIMUS]
    stop = first_era_end(orders, patients, study.drug("tacrolimus").grace_days)
    never = led(NEVER_TACROLIMUS)[1]
    names = [name for pair in PAIRS for name in pair]
    found = {name: np.zeros((3, MONTHS, MONTHS), int) for name in names}
    for trial in range(MONTHS):
        day = MONTH_DAYS * trial
        enters = counted & usual.at_risk(trial) & (start >= day)
        starts, waits = enters & (start == day), enters & (start > day)
        seen = {
            "start": (starts, stop),
            "never": (waits, start),
            "start_as_usual": (starts, last),
            "not_now_as_usual": (waits, last),
        }
        played = {
            "start": TrialStrategy("start", "start", trial=trial),
            "start_as_usual": TrialStrategy("start_as_usual", "start_as_usual", trial=trial),
            "not_now_as_usual": TrialStrategy("not_now_as_usual", "later_as_usual", trial=trial),
        }
        for name in names:
            course = led(played[name])[1] if name in played else never
            arm, keeps_until = seen[name]
            own = found[name][:, trial]
            own[_AT_RISK], own[_RESPONSES] = _by_month(
                course, enters & course.at_risk(trial), trial
            )
            kept = _Course(np.minimum(usual.time, keeps_until), usual.responds)
            own[_SEEN] = _by_month(kept, arm, trial)[0]
    return found


def _by_month(course: _Course, whom: np.ndarray, trial: int) -> tuple[np.ndarray, np.ndarray]:
    """Of some patients those at risk at the start of each month from the trial on, and those who
    respond in it.
    """
    month = np.minimum((course.time[whom] - 1) // MONTH_DAYS, MONTHS - 1)
    leave = np.bincount(month, minlength=MONTHS)
    respond = np.bincount(month[course.responds[whom]], minlength=MONTHS)
    at_risk = whom.sum() - np.concatenate([[0], np.cumsum(leave)[:-1]])
    own = np.arange(MONTHS) >= trial
    return at_risk * own, respond * own


def trial_estimands(tally: Mapping[str, np.ndarray]) -> pd.Series:
    """What the trials say together, indexed by estimand, strategy, reference and day.

    Per protocol the arms are "start" and "never", by intention to treat "start_as_usual" and
    "not_now_as_usual". The risks are those of all who enter a trial that can be followed for so
    long. The odds ratio within a month is that of Mantel and Haenszel over trials and months, each
    with the person-time that a study would see of it.
    """
    found = {}
    for strategy, reference in PAIRS:
        arms = tally[strategy], tally[reference]
        for day in DAYS:
            risks = [_risk(counts, day // MONTH_DAYS) for counts in arms]
            key = strategy, reference, day
            found["trial_risk_difference", *key] = risks[0] - risks[1]
        found["trial_odds_ratio", strategy, reference, DAYS[-1]] = _odds_ratio(*arms)
    return pd.Series(found).rename_axis(index=["estimand", "strategy", "reference", "day"])


def _risk(counts: np.ndarray, months: int) -> float:
    trials = np.arange(MONTHS - months)  # the last month is cut short by the end of follow-up
    responses = sum(counts[_RESPONSES, m, m : m + months].sum() for m in trials)
    return responses / counts[_AT_RISK, trials, trials].sum()


def _odds_ratio(strategy: np.ndarray, reference: np.ndarray) -> float:
    arms = []
    for counts in (strategy, reference):
        hazard = counts[_RESPONSES] / np.maximum(counts[_AT_RISK], 1)
        arms.append((counts[_SEEN] * hazard, counts[_SEEN] * (1 - hazard)))
    (events, others), (of_reference, others_of_reference) = arms
    size = np.maximum(strategy[_SEEN] + reference[_SEEN], 1)
    return float(np.sum(events * others_of_reference / size) / np.sum(of_reference * others / size))
