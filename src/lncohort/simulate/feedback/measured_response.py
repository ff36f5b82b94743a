"""The response as a study dates it, found in numpy from the results of visits.

The same rule as `sql/outcome`, for visits more than `component_days` apart, each test at most once
a visit: the components of a day are then the results of that day. A test holds the two together.
"""

from collections.abc import Mapping

import numpy as np

from lncohort.simulate.feedback.process import Lives
from lncohort.simulate.labs import CREATININE, CREATININE_REFERENCE, TESTS
from lncohort.simulate.patients import NEVER
from lncohort.study import Study
from lncohort.study.model import OutcomeCriterion

FLARE_ABOVE_G = 1.0  # g/24 h after a complete response: a proteinuric flare


def exit_day(lives: Lives, study: Study) -> np.ndarray:
    """Day on which follow-up of each patient ends, exclusive, but for the end of the study period."""
    patients = lives.patients
    ends = (patients.death, patients.kidney_failure, patients.observed_until + 1)
    return np.minimum(np.minimum.reduce(ends), study.follow_up.max_days)


def response_day(lives: Lives, study: Study, exits: np.ndarray) -> np.ndarray:
    """Day of the measured response of each patient before `exits`; `NEVER` for none."""
    rule = study.outcome
    judged = (lives.visit_day >= rule.from_day) & (lives.visit_day < exits)
    components = {criterion.component: [] for criterion in rule.criteria}
    for criterion in rule.criteria:
        values = lives.results[TESTS.index(criterion.test)]
        judged &= ~np.isnan(values)
        components[criterion.component].append(_met(criterion, values, lives))
    met = np.logical_and.reduce([np.logical_or.reduce(any_of) for any_of in components.values()])

    response = np.full(judged.shape[1], NEVER)
    next_day, next_met = np.full_like(response, NEVER), np.ones(len(response), bool)
    for day, is_judged, is_met in zip(lives.visit_day[::-1], judged[::-1], met[::-1], strict=True):
        confirmed = next_met | (next_day - day > rule.confirm_days)
        response = np.where(is_judged & is_met & confirmed, day, response)
        next_day = np.where(is_judged, day, next_day)
        next_met = np.where(is_judged, is_met, next_met)
    return response


def flare_day(lives: Lives, responses: np.ndarray, exits: np.ndarray) -> np.ndarray:
    """Day of the first proteinuria above 1 g/24 h after the response; `NEVER` for none."""
    proteinuria = lives.results[TESTS.index("urine_protein_24h")]
    flares = (lives.visit_day > responses) & (lives.visit_day < exits)
    flares &= proteinuria > FLARE_ABOVE_G
    return np.where(flares, lives.visit_day, NEVER).min(axis=0)


def _met(criterion: OutcomeCriterion, values: np.ndarray, lives: Lives) -> np.ndarray:
    patients = lives.patients
    match criterion.rule:
        case "below":
            return values < criterion.value
        case "ratio_to_baseline":
            baseline: Mapping[str, np.ndarray] = {
                "serum_creatinine": patients.creatinine,
                "urine_protein_24h": patients.proteinuria,
            }
            return values <= criterion.value * baseline[criterion.test]
    if TESTS.index(criterion.test) != CREATININE:
        raise ValueError(f"no reference range of {criterion.test} is known here")
    low, high = (
        np.where(patients.female, CREATININE_REFERENCE[True][i], CREATININE_REFERENCE[False][i])
        for i in (0, 1)
    )
    return (values >= low) & (values <= high)
