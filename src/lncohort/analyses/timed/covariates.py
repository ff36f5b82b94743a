"""Covariates as they were known at the start of each interval of follow-up."""

from dataclasses import dataclass

import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.follow_up import FollowUp
from lncohort.study import Study


@dataclass(frozen=True)
class OfTheDay:
    """Intervals of the patients whose covariates are known throughout.

    Attributes
    ----------
    intervals : DataFrame
        As :class:`lncohort.follow_up.FollowUp` has them, with the covariates as numbers.
    columns : list of str
        The covariates: measured ones as known at the start of each interval, the others as on the
        index date.
    note : str
        Who was left out.
    """

    intervals: pd.DataFrame
    columns: list[str]
    note: str


def of_the_day(study: Study, patients: pd.DataFrame, follow_up: FollowUp) -> OfTheDay:
    """Join what was known at the start of each interval to what was known on the index date.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    """
    measured = {c.name: f"{c.name} now" for c in study.covariates if c.adjust}
    measured = {name: now for name, now in measured.items() if now in follow_up.intervals}
    prepared = prepare(study, patients, adjusted=True, without=tuple(measured), time_to_event=True)
    known = prepared.covariates.assign(patient_id=prepared.patients["patient_id"])
    rows = follow_up.intervals.merge(known, on="patient_id", validate="many_to_one")
    for name, now in measured.items():
        unit = study.covariate(name).unit_of_change
        rows[now] = (rows[now] - rows[now].mean()) / unit
    columns = [*prepared.covariates, *measured.values()]
    unknown = rows.loc[rows[columns].isna().any(axis=1), "patient_id"].unique()
    kept = rows[~rows["patient_id"].isin(unknown)].reset_index(drop=True)
    lost = f"{len(unknown)} patients with a covariate not yet measured left out"
    notes = [*prepared.notes, *([lost] if len(unknown) else [])]
    return OfTheDay(kept, columns, "; ".join(notes))
