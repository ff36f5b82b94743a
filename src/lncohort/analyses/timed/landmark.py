"""Landmark analyses: exposure up to a day, the response after it, patients at risk on it."""

import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.analyses.timed.shared import (
    CENSORED,
    DAYS_OF_USE,
    NOT_STARTED,
    RESPONSE,
    STARTED,
    hazard_ratio,
    refuse_one_sided,
    told,
)
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.propensity import fit_propensity, weights
from lncohort.estimate.rows import NotEstimable, row
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

METHOD = "Cox model from the landmark on, Efron ties, Wald interval"
WEIGHTED = "stabilised propensity weights, robust errors"
PER_DAYS = f"per {DAYS_OF_USE} days covered"


def landmark_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Hazard ratio of the response after each landmark, by exposure up to it.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    analysis : Analysis
        With the ``days`` of the landmarks.

    Returns
    -------
    list of dict
        By landmark (``contrast``): whether the exposure drug was started on or before it, and the
        days that it covered before it; crude and adjusted for the covariates of the index date.
        Of the start also weighted by its propensity given these covariates.

    Notes
    -----
    The adjusted hazard ratio is among patients alike in their covariates; the weighted one is of all
    patients, and nearer to 1 where there is an effect, because a hazard ratio does not collapse.
    Cole SR, Hernán MA. Comput Methods Programs Biomed 2004;75:45; Austin PC. Stat Med 2013;32:2837.
    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710. Dafni U. Circ Cardiovasc Qual Outcomes
    2011;4:363.
    """
    taken = follow_up.landmarks
    taken = taken[taken["drug"] == study.exposure.drug]
    rows = []
    for day in analysis.days:
        at_risk = patients[patients["time_days"] > day]
        known = taken[taken["day"] == day].set_index("patient_id")["covered_days"]
        rows += _rows_of_day(
            study,
            at_risk.assign(
                started=at_risk["patient_id"].isin(known.index).astype(float),
                covered=at_risk["patient_id"].map(known).fillna(0).astype(float) / DAYS_OF_USE,
            ),
            analysis.name,
            day,
        )
    return rows


def _rows_of_day(study: Study, at_risk: pd.DataFrame, analysis: str, day: int) -> list[dict]:
    responded = at_risk["event"] == RESPONSE
    place = {"contrast": f"day {day}", "reference": NOT_STARTED, "method": METHOD}

    def counts(level):
        own = responded[at_risk["started"] == (level == STARTED)]
        return {"n": len(own), "events": int(own.sum())}

    rows = []
    for model in ("crude", "adjusted", "weighted"):
        shared = place | {"model": model}
        reference = {"level": NOT_STARTED, "note": "reference"} | counts(NOT_STARTED)
        rows.append(row(analysis, "HR", 1.0, **shared, **reference))
        of_level = {STARTED: "started"}
        if model == "weighted":
            shared["method"] = f"{METHOD}, {WEIGHTED}"
        else:
            of_level[PER_DAYS] = "covered"
        for level, column in of_level.items():
            own = counts(level) if level == STARTED else {}
            try:
                figures, note = _fitted(study, at_risk, model, column, day)
            except NotEstimable as error:
                figures, note = {}, str(error)
            rows.append(row(analysis, "HR", level=level, note=note, **shared, **own, **figures))
    return rows


def _fitted(
    study: Study, at_risk: pd.DataFrame, model: str, column: str, day: int
) -> tuple[dict, str]:
    prepared = prepare(study, at_risk, model != "crude", time_to_event=True)
    kept = prepared.patients
    responded = kept["event"] == RESPONSE
    refuse_one_sided(responded, kept["started"])
    time, note = kept["time_days"] - day, told(CENSORED, *prepared.notes)
    if model == "weighted":
        weight = weights(fit_propensity(prepared.covariates, kept[column]), stabilised=True)
        fit = fit_cox(kept[[column]], time, responded, weights=weight, cluster=kept["patient_id"])
    else:
        fit = fit_cox(prepared.covariates.assign(**{column: kept[column]}), time, responded)
    return hazard_ratio(fit, column), note
