"""Cumulative incidence had all started the drug on the index date, and had none."""

import pandas as pd

from lncohort.analyses.odds_ratios import Prepared, prepare
from lncohort.analyses.timed.shared import (
    COMPETE,
    COMPETING,
    RESPONSE,
    failed_samples,
    risk_difference_rows,
    told,
)
from lncohort.estimate.cumulative_incidence import standardised_incidence
from lncohort.estimate.rows import NotEstimable, row
from lncohort.estimate.spline import knots_of
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

METHOD = (
    "pooled logistic models over intervals of follow-up, standardised to the cohort, "
    "bootstrap by patient"
)
CONSTANT = "competing events too few for a model: one constant hazard under both strategies"
NEVER, FROM_THE_START = "never started", "started on the index date"


def incidence_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Standardised cumulative incidence of the response under both strategies, and its difference.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    analysis : Analysis
        ``days`` of the risk differences, each the end of an interval; ``replicates``, ``seed``.

    Returns
    -------
    list of dict
        Measure "cumulative incidence" of each strategy at the end of each interval (``contrast``)
        to which somebody is followed, and "RD" at the stated days.
    """
    width = study.follow_up.interval_days
    shared = {"model": "standardised", "method": METHOD}
    prepared = prepare(study, patients, adjusted=True, time_to_event=True)
    rows = _rows(study, follow_up.intervals, prepared)
    last = int(min(study.follow_up.max_days, follow_up.intervals["stop_day"].max())) // width
    try:
        found = standardised_incidence(
            rows,
            list(prepared.covariates),
            range(1, last + 1),
            weights=rows["seen"],
            knots=knots_of(rows.loc[rows["event"] == RESPONSE, "interval"]),
            first=study.outcome.from_day // width,
            replicates=analysis.replicates,
            seed=analysis.seed,
        )
    except NotEstimable as error:
        return [
            row(analysis.name, "RD", contrast=f"day {day}", note=str(error), **shared)
            for day in analysis.days
        ]
    few = CONSTANT if found.competing is None and (rows["event"] == COMPETING).any() else ""
    note = told(COMPETE, few, failed_samples(found.risks.failed, analysis), *prepared.notes)
    told_at = found.risks.contrasts.set_index(["measure", "time"])
    made = []
    for level, measure in ((NEVER, "risk without"), (FROM_THE_START, "risk with")):
        at_start = {"contrast": "day 0", "level": level, "ci_low": 0.0, "ci_high": 0.0}
        made.append(row(analysis.name, "cumulative incidence", 0.0, **at_start, **shared))
        for time, figures in told_at.loc[measure].iterrows():
            place = {"contrast": f"day {time * width}", "level": level, "note": note}
            made.append(
                row(
                    analysis.name,
                    "cumulative incidence",
                    **place,
                    **shared,
                    **figures[["estimate", "ci_low", "ci_high"]],
                )
            )
    arms = {"level": FROM_THE_START, "reference": NEVER}
    place = shared | {"note": note}
    return made + risk_difference_rows(analysis, found.risks, width, place, arms)


def _rows(study: Study, intervals: pd.DataFrame, prepared: Prepared) -> pd.DataFrame:
    """Whole intervals of the patients in the model; of one cut by censoring, the share seen."""
    width = study.follow_up.interval_days
    own = intervals[intervals["start_day"] + width <= study.follow_up.max_days]
    seen = (own["stop_day"] - own["start_day"]) / width
    rows = pd.DataFrame(
        {
            "patient": own["patient_id"],
            "interval": own["start_day"] // width,
            "arm": own[f"{study.exposure.drug}_started"],
            "event": own["event"],
            "seen": seen.where(own["event"] == 0, 1.0),
        }
    )
    known = prepared.covariates.assign(patient=prepared.patients["patient_id"])
    return rows.merge(known, on="patient", validate="many_to_one")
