"""Cox models in which exposure is what was known at the start of each interval of follow-up."""

import pandas as pd

from lncohort.analyses.odds_ratios import Prepared, prepare
from lncohort.analyses.timed.covariates import measured_again, values_now
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
from lncohort.estimate.rows import NotEstimable, row
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

METHOD = "Cox model on intervals of follow-up, Efron ties, robust errors by patient"
IN_USE, NOT_IN_USE = "in use", "not in use"
OF_THE_DAY = "adjusted, covariates of the day"
FORGETS = (
    "what was measured before, and decided who starts, is not in this model: of a drug without effect it "
    "found 1.09 (95 % CI 1.03 to 1.16) in 20,000 simulated patients; see the marginal structural model"
)
PER_DAYS = f"per {DAYS_OF_USE} days covered"


def time_varying_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Hazard ratios of the exposure drug as started, in use, covered and taken so far.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    analysis : Analysis
        ``lag_days``: exposure counts so many days later. With ``adjust = "time_varying"`` a third
        model has the measured covariates as known at the start of each interval.

    Returns
    -------
    list of dict
        Measure "HR" of "started", "in use", "per 30 days covered" and per cumulative dose (as of 30
        days at the lowest cut of the study's dose bands), each in a model of its own.

    Notes
    -----
    Therneau TM, Grambsch PM. Modeling Survival Data, 2000, ch. 3. A covariate that the drug has
    moved takes part of its effect away in the third model; the marginal structural model does not.
    """
    prefix = study.exposure.drug
    behind = f" lag {analysis.lag_days}" if analysis.lag_days else ""
    unit = DAYS_OF_USE * study.exposure.dose_bands[0]
    intervals = follow_up.intervals
    intervals = intervals.assign(
        started=intervals[f"{prefix}_started{behind}"].astype(float),
        in_use=intervals[f"{prefix}_in_use{behind}"].astype(float),
        covered=intervals[f"{prefix}_covered_days{behind}"] / DAYS_OF_USE,
        taken=intervals[f"{prefix}_cumulative_dose_mg{behind}"] / unit,
        unknown=intervals[f"{prefix}_unknown_dose_days{behind}"] > 0,
    )
    levels = {
        "started": (STARTED, NOT_STARTED),
        "in_use": (IN_USE, NOT_IN_USE),
        "covered": (PER_DAYS, ""),
        "taken": (f"per {unit:g} mg taken", ""),
    }
    responded = patients["event"] == RESPONSE
    counts = {"n": len(patients), "events": int(responded.sum())}
    models = ["crude", "adjusted"]
    if analysis.adjust == "time_varying":
        models.append(OF_THE_DAY)
    rows = []
    for model in models:
        prepared = prepare(study, patients, model != "crude", time_to_event=True)
        of_the_day = model == OF_THE_DAY
        joined, columns, lost = _joined(study, prepared, intervals, of_the_day)
        for column, (level, reference) in levels.items():
            place = {"model": model, "contrast": prefix, "level": level, "reference": reference}
            own, unknown = joined, ""
            if column == "taken" and own["unknown"].any():
                unknown = f"{own.loc[own['unknown'], 'patient_id'].nunique()} patients left out from their first day of unknown dose on"
                own = own[~own["unknown"]]
            try:
                refuse_one_sided(own["event"] == RESPONSE, own["started"])
                fit = fit_cox(
                    own[[*columns, column]],
                    own["stop_day"],
                    own["event"] == RESPONSE,
                    start=own["start_day"],
                    cluster=own["patient_id"],
                )
                figures = hazard_ratio(fit, column)
                forgets = FORGETS if of_the_day else ""
                note = told(CENSORED, *prepared.notes, lost, unknown, forgets)
            except NotEstimable as error:
                figures, note = {}, str(error)
            shared = {"method": _method(analysis), "note": note} | counts
            rows.append(row(analysis.name, "HR", **place, **shared, **figures))
    return rows


def _method(analysis: Analysis) -> str:
    return f"{METHOD}; exposure of {analysis.lag_days} days ago" if analysis.lag_days else METHOD


def _joined(
    study: Study, prepared: Prepared, intervals: pd.DataFrame, of_the_day: bool
) -> tuple[pd.DataFrame, list[str], str]:
    """The intervals of the patients in a model, the columns to adjust for, and who was left out."""
    known = prepared.covariates.assign(patient_id=prepared.patients["patient_id"])
    rows = intervals.merge(known, on="patient_id", validate="many_to_one")
    columns = list(prepared.covariates)
    if not of_the_day:
        return rows, columns, ""
    measured = measured_again(study, intervals)
    complete = rows[list(measured.values())].notna().all(axis=1)
    lost = rows["patient_id"].nunique() - rows.loc[complete, "patient_id"].nunique()
    rows = rows[complete].reset_index(drop=True)
    now = values_now(study, rows, measured)
    columns = [c for c in columns if c.split(": ")[0] not in measured]
    note = f"{lost} patients with a covariate never measured left out" if lost else ""
    return pd.concat([rows, now], axis=1), [*columns, *now], note
