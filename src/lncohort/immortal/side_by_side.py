"""One table of patients, analysed as if treatment had been known at time zero, and as it became known."""

from collections.abc import Sequence

import pandas as pd

from lncohort.errors import UserError
from lncohort.estimate.rows import as_estimates
from lncohort.immortal.looking_ahead import ever_rows, immortal_rows, made_up_rows
from lncohort.immortal.patients import Patients, patients_of
from lncohort.immortal.respecting_time import (
    grace_period_rows,
    landmark_rows,
    marginal_rows,
    person_intervals_of,
    time_varying_rows,
    trial_rows,
)

LEAST_GRACE = 3  # intervals: a start counts from the end of its own on


def immortal_time(
    data: pd.DataFrame,
    stop: str,
    event: str,
    treatment_start: str,
    adjust: Sequence[str] = (),
    *,
    landmarks: Sequence[float],
    grace: float,
    times: Sequence[float],
    interval: float,
    entry: str | None = None,
    replicates: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """Ever against never treated, beside the analyses in which treatment counts from its start on.

    Parameters
    ----------
    data : DataFrame of shape (n, columns)
        One row per patient.
    stop, event : str
        Columns: the time of the event or of censoring, and whether the event came then.
    treatment_start : str
        Column of the time at which treatment starts; missing where it never does.
    adjust : sequence of str
        Columns to adjust for, levels or numbers, known at time zero.
    landmarks : sequence of float
        Times of the landmark analyses.
    grace : float
        Length of the grace period, whole intervals, three or more.
    times : sequence of float
        At which risks are compared, whole intervals.
    interval : float
        Width of the intervals in which nested trials, clones and the marginal structural model see
        follow-up. A start inside an interval counts from the next on: take it short beside the
        times from start to event.
    entry : str, optional
        Column of time zero, where the other columns are dates or times of a calendar; the times
        are counted from it (dates: in days). Without it the columns count from time zero already.
    replicates, seed : int
        Of the bootstrap by patient and of the made-up starts.

    Returns
    -------
    DataFrame
        Columns :data:`lncohort.estimate.rows.COLUMNS`. By ``analysis``: ``immortal_time`` (days
        that the treated had to be free of the event), ``ever_use`` and ``permuted_start`` (made-up
        starts) look ahead; ``landmark``, ``time_varying``, ``sequential_trials``,
        ``marginal_structural`` and ``clone_censor_weight`` do not. Measures: HR; OR, an interval's
        and near the HR where an interval has few events; RD and RMST (differences, started less
        not). Rows with a missing value leave, and the note says how many.

    Raises
    ------
    UserError
        With every fault of the table, or the first of the settings.

    Notes
    -----
    Suissa S. Am J Epidemiol 2008;167:492. The covariates are taken to be all that decides who starts
    and when, and censoring to be independent given them; docs/immortal-time.md says what to do where
    they change in follow-up.
    """
    patients = patients_of(data, stop, event, treatment_start, adjust, entry)
    _refuse_settings(patients, landmarks, grace, times, interval, replicates)
    rows = person_intervals_of(patients, interval)
    covariates = list(patients.covariates)
    made = [
        *immortal_rows(patients),
        *ever_rows(patients, times),
        *made_up_rows(patients, replicates, seed),
        *landmark_rows(patients, landmarks),
        *time_varying_rows(patients),
        *trial_rows(rows, covariates),
        *marginal_rows(rows, covariates),
        *grace_period_rows(rows, covariates, grace, times, interval, replicates, seed),
    ]
    for one in made:
        one["note"] = "; ".join(part for part in (one["note"], patients.note) if part)
    return as_estimates(made)


def _refuse_settings(
    patients: Patients,
    landmarks: Sequence[float],
    grace: float,
    times: Sequence[float],
    interval: float,
    replicates: int,
) -> None:
    if not interval > 0:
        raise UserError(f"interval: expected above 0, found {interval:g}")
    longest = patients.stop.max()
    for name, days in {"landmarks": landmarks, "times": times}.items():
        outside = [f"{day:g}" for day in days if not 0 < day <= longest]
        if outside:
            raise UserError(
                f"{name}: expected above 0 and up to the longest follow-up, {longest:g}; "
                f"found {', '.join(outside)}"
            )
    for name, days in {"grace": [grace], "times": times}.items():
        between = [f"{day:g}" for day in days if day < 0 or abs(day / interval % 1) > 1e-9]
        if between:
            raise UserError(
                f"{name}: expected whole intervals of {interval:g}, found {', '.join(between)}"
            )
    if grace < LEAST_GRACE * interval:
        raise UserError(
            f"grace: expected {LEAST_GRACE} intervals of {interval:g} or more, found {grace:g}; take "
            "a shorter interval"
        )
    if replicates < 2:
        raise UserError(f"replicates: expected 2 or more, found {replicates}")
