"""Follow-up in intervals: one row per interval, with all that was known at its start."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from lncohort.engine.parameters import lags
from lncohort.study import Study

SO_FAR = (
    "first_day",
    "in_use",
    "covered_days",
    "cumulative_dose_mg",
    "unknown_dose_days",
    "daily_dose_mg",
)
KEY = ["patient_id", "start_day"]


@dataclass(frozen=True)
class FollowUp:
    """What the analyses that respect time read; tables that no analysis asks for are empty.

    Attributes
    ----------
    intervals : DataFrame
        One row per patient and interval, as the SQL of ``person_interval`` says; for each drug the
        columns of ``exposure_so_far`` as ``<drug>_<column>``, behind a lag as
        ``<drug>_<column> lag <days>``, and ``<drug>_started``; each covariate that is measured as
        ``<covariate> now``; and ``patient_number`` of the trials.
    landmarks : DataFrame
        One row per patient at risk at a landmark and drug taken by then, as the SQL of
        ``exposure_so_far`` says.
    trials : DataFrame
        As the SQL of ``trial_interval`` says.
    """

    intervals: pd.DataFrame
    landmarks: pd.DataFrame
    trials: pd.DataFrame


def read_follow_up(study: Study, connection: duckdb.DuckDBPyConnection) -> FollowUp:
    """Read follow-up from a connection on which every table has been made.

    Parameters
    ----------
    study : Study
    connection : DuckDBPyConnection
    """
    exposure = connection.table("exposure_so_far").df()
    landmark_days = {day for a in study.analyses if a.kind == "landmark" for day in a.days}
    at_landmark = exposure["day"].isin(landmark_days) & (exposure["lag_days"] == 0)
    trials = connection.table("trial_interval").df()
    return FollowUp(
        intervals=_intervals(
            study,
            connection.table("person_interval").df(),
            exposure.rename(columns={"day": "start_day"}),
            connection.table("interval_covariate").df(),
        ),
        landmarks=exposure[at_landmark].sort_values(
            ["patient_id", "day", "drug"], ignore_index=True
        ),
        trials=trials.sort_values(["patient_number", "trial_day", "start_day"], ignore_index=True),
    )


def _intervals(
    study: Study, intervals: pd.DataFrame, exposure: pd.DataFrame, covariates: pd.DataFrame
) -> pd.DataFrame:
    """Join drugs and covariates to the intervals, each under the name that the study gives it."""
    wide = intervals.sort_values(KEY, ignore_index=True)
    wide["patient_number"] = np.unique(wide["patient_id"], return_inverse=True)[1]
    wide = wide.set_index(KEY)
    for drug in study.drugs:
        for lag in lags(study):
            own = exposure[(exposure["drug"] == drug.name) & (exposure["lag_days"] == lag)]
            own = own.set_index(KEY)[list(SO_FAR)].reindex(wide.index)
            started = own["first_day"].notna()
            behind = f" lag {lag}" if lag else ""
            wide[f"{drug.name}_started{behind}"] = started
            for name in SO_FAR:
                values = own[name]
                if name == "in_use":
                    values = values.eq(True)
                elif name not in ("first_day", "daily_dose_mg"):
                    values = values.astype(float).where(started, 0.0)
                wide[f"{drug.name}_{name}{behind}"] = values
    measured = covariates.pivot(index=KEY, columns="covariate", values="value")
    for covariate in study.covariates:
        if covariate.kind in ("lab", "egfr", "assessment"):
            values = measured.get(covariate.name, pd.Series(dtype=float))
            wide[f"{covariate.name} now"] = values.reindex(wide.index).astype(float)
    return wide.reset_index()
