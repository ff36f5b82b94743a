"""Outcomes of a cohort under strategies: counted by day, and what is asked of the counts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from lncohort.simulate.courses import MONTH_DAYS
from lncohort.simulate.feedback.measured_response import exit_day, flare_day, response_day
from lncohort.simulate.feedback.process import Lives
from lncohort.simulate.feedback.strategy import STOP_STEP
from lncohort.simulate.patients import Patients
from lncohort.study import Study

HORIZONS = (360, 365, 720, 730)  # years, and months of 30 days
_CONTRASTS = (
    ("start", "never"),
    ("start_as_usual", "never"),
    ("start_as_usual", "later_as_usual"),
    ("start_4_mg", "never"),
    ("start_4_mg", "start"),
)
_CELL_CONTRASTS = (
    ("mmf_start", "mmf_never"),
    ("cyc_never", "mmf_never"),
    ("cyc_start", "mmf_never"),
    ("cyc_start", "cyc_never"),
    ("mmf_start_as_usual", "mmf_later_as_usual"),
    ("cyc_later_as_usual", "mmf_later_as_usual"),
    ("cyc_start_as_usual", "mmf_later_as_usual"),
)
_STOPS = ("stop_abrupt", "stop_taper")

# Counts of patients by day, the rows of a tally
_RESPONSE, _EXIT, _REMISSION, _FLARE, _EVERYONE, _RESPONDER = range(6)
Tally = np.ndarray  # shape (6, days)


def eligible(patients: Patients, study: Study) -> np.ndarray:
    """Whom the study would take, by age and baseline results.

    Its other criteria (the period, time observed, diagnoses, procedures) do not depend on anything
    that the course depends on.
    """
    days_old = patients.index - patients.birth
    baseline = {"serum_creatinine": patients.creatinine, "urine_protein_24h": patients.proteinuria}
    met = np.ones(len(patients), bool)
    for criterion in study.eligibility:
        if criterion.kind == "age":
            met &= days_old >= criterion.min_value * 365.25
        elif criterion.kind == "lab":
            value = baseline[criterion.concept]
            met &= criterion.min_value is None or value >= criterion.min_value
            met &= criterion.max_value is None or value <= criterion.max_value
    return met


def tally_outcomes(lives: Lives, study: Study, counted: np.ndarray) -> Tally:
    """Count the outcomes of some of the patients by day.

    Returns
    -------
    ndarray of int, shape (6, days)
        Patients by the day of: the measured response, the end of follow-up without one, the first
        latent remission, the first flare of those who had responded by the stop; and, on day 0,
        all patients and those responders. The last day stands for none.
    """
    exits = exit_day(lives, study)
    response = response_day(lives, study, exits)
    flare = flare_day(lives, response, exits)
    stop = MONTH_DAYS * STOP_STEP
    responder = counted & (response <= stop) & (flare > stop) & (exits > stop)
    never = study.follow_up.max_days + 1
    remission = np.where(lives.remission < exits, lives.remission, never)

    def by_day(day, whom):
        return np.bincount(np.minimum(day[whom], never), minlength=never + 1)

    nobody = np.zeros_like(exits)
    return np.stack(
        [
            by_day(response, counted),
            by_day(exits, counted & (response >= exits)),
            by_day(remission, counted),
            by_day(flare, responder),
            by_day(nobody, counted),
            by_day(nobody, responder),
        ]
    )


def estimands(tally: Mapping[str, Tally]) -> pd.Series:
    """Risks under the strategies and their contrasts, indexed by estimand, strategy, reference
    and day.
    """
    found = {}

    def add(estimand, strategy, reference, day, value):
        found[estimand, strategy, reference, day] = value

    for day in HORIZONS:
        risk = {name: _risk(counts, _RESPONSE, day) for name, counts in tally.items()}
        remission = {name: _risk(counts, _REMISSION, day) for name, counts in tally.items()}
        for name in tally:
            add("risk", name, "", day, risk[name])
            add("remission_risk", name, "", day, remission[name])
        ratio = {}
        for strategy, reference in _CONTRASTS + _CELL_CONTRASTS:
            if strategy not in tally:
                continue
            ratio[strategy, reference] = risk[strategy] / risk[reference]
            difference = remission[strategy] - remission[reference]
            add("risk_difference", strategy, reference, day, risk[strategy] - risk[reference])
            add("risk_ratio", strategy, reference, day, ratio[strategy, reference])
            add("remission_risk_difference", strategy, reference, day, difference)
            hazards = hazard_ratio(tally[strategy], tally[reference], day)
            add("hazard_ratio", strategy, reference, day, hazards)
        for start, never in (("start", "never"), ("start_as_usual", "later_as_usual")):
            names = f"cyc_{start}", f"mmf_{never}"
            if names not in ratio:
                continue
            both, tacrolimus, companion = (
                ratio[cell, names[1]] for cell in (names[0], f"mmf_{start}", f"cyc_{never}")
            )
            add("reri", *names, day, both - tacrolimus - companion + 1)
            add("ratio_of_risk_ratios", *names, day, both / (tacrolimus * companion))
    last = HORIZONS[-1]
    flare = {name: _flare_risk(tally[name], last) for name in ("start", *_STOPS)}
    for name, value in flare.items():
        add("flare_risk", name, "", last, value)
    for strategy, reference in (*((stop, "start") for stop in _STOPS), _STOPS):
        add("flare_risk_difference", strategy, reference, last, flare[strategy] - flare[reference])
    names = ["estimand", "strategy", "reference", "day"]
    return pd.Series(found).rename_axis(index=names)


def hazard_ratio(strategy: Tally, reference: Tally, day: int) -> float:
    """The ratio that a Cox model of the two strategies alone would find up to a day: the root of
    its score (Breslow's ties); who leaves without a response is censored.
    """
    events, at_risk = [], []
    for tally in (strategy, reference):
        left = np.cumsum(tally[_RESPONSE] + tally[_EXIT])
        events.append(tally[_RESPONSE, : day + 1])
        at_risk.append(patients_of(tally) - np.concatenate([[0], left[:day]]))
    told = (events[0] + events[1]) > 0
    of_strategy, both = events[0][told], (events[0] + events[1])[told]
    exposed, others = at_risk[0][told], at_risk[1][told]

    def score(log_ratio: float) -> float:
        weighted = np.exp(log_ratio) * exposed
        return float(np.sum(of_strategy - both * weighted / (weighted + others)))

    return float(np.exp(brentq(score, -5, 5)))


def patients_of(tally: Tally) -> int:
    """Patients that were counted."""
    return int(tally[_EVERYONE, 0])


def _risk(tally: Tally, outcome: int, day: int) -> float:
    return tally[outcome, : day + 1].sum() / tally[_EVERYONE, 0]


def _flare_risk(tally: Tally, day: int) -> float:
    """Of those who had responded, were in care and had not flared when tacrolimus was stopped."""
    return tally[_FLARE, : day + 1].sum() / tally[_RESPONDER, 0]
