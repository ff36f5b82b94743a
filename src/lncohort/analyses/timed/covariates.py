"""Covariates as they were known at the start of each interval of follow-up."""

from dataclasses import dataclass

import numpy as np
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
        The covariates: measured ones as known at the start of each interval, in the levels that
        the study cuts them into, the others as on the index date.
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
    measured = measured_again(study, follow_up.intervals)
    prepared = prepare(study, patients, adjusted=True, without=tuple(measured), time_to_event=True)
    known = prepared.covariates.assign(patient_id=prepared.patients["patient_id"])
    rows = follow_up.intervals.merge(known, on="patient_id", validate="many_to_one")
    never = rows[list(measured.values())].isna().any(axis=1)
    unknown = rows.loc[never, "patient_id"].unique()
    kept = rows[~rows["patient_id"].isin(unknown)].reset_index(drop=True)
    now = values_now(study, kept, measured)
    lost = f"{len(unknown)} patients with a covariate not yet measured left out"
    notes = [*prepared.notes, *([lost] if len(unknown) else [])]
    columns = [*prepared.covariates, *now]
    return OfTheDay(pd.concat([kept, now], axis=1), columns, "; ".join(notes))


def measured_again(study: Study, intervals: pd.DataFrame) -> dict[str, str]:
    """The covariates to adjust for that are measured in follow-up, and their columns there."""
    named = {c.name: f"{c.name} now" for c in study.covariates if c.adjust}
    return {name: column for name, column in named.items() if column in intervals}


def values_now(study: Study, rows: pd.DataFrame, measured: dict[str, str]) -> pd.DataFrame:
    """Measured covariates of some intervals as the models take those of the index date.

    Indicators of the levels that are there, but for the first, and numbers centred, per
    ``unit_of_change``. A decision by a threshold is not undone by a straight line.

    Parameters
    ----------
    study : Study
    rows : DataFrame
        Intervals without a value that is missing.
    measured : dict of str to str
        As :func:`measured_again` gives it.
    """
    columns = {}
    for name, column in measured.items():
        covariate, values = study.covariate(name), rows[column]
        if not covariate.levels:
            columns[f"{column}, centred"] = (values - values.mean()) / covariate.unit_of_change
            continue
        place = np.searchsorted(covariate.bands, values, side="right")  # closed on the left
        for there in np.unique(place)[1:]:
            columns[f"{column}: {covariate.levels[there]}"] = (place == there).astype(float)
    return pd.DataFrame(columns, index=rows.index)
