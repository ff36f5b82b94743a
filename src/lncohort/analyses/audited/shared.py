"""What the measures of the audit have in common."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.estimate.cox import CoxFit, fit_cox
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.follow_up import FollowUp
from lncohort.study import Study

ANALYSIS = "audit"
ARMS = {"ever": True, "never": False}


def share_rows(model: str, contrast: str, groups: pd.Series, levels: tuple[str, ...]) -> list[dict]:
    """A count and a percentage of each group; the groups make up all that ``groups`` has."""
    counts = groups.value_counts().reindex(levels, fill_value=0)
    return [
        row(ANALYSIS, measure, value, model=model, contrast=contrast, level=level, n=len(groups))
        for level, count in counts.items()
        for measure, value in (("count", count), ("percent", 100 * count / max(len(groups), 1)))
    ]


EXPOSED = "exposed so far"


@dataclass(frozen=True)
class KnownByDay:
    """Intervals with what was known on the index date and at the start of each.

    Attributes
    ----------
    rows : DataFrame
        As :class:`lncohort.follow_up.FollowUp` has them, with :data:`EXPOSED` and
        ``drug_first_day``; of patients whose covariates are known.
    baseline : list of str
        Columns of the index date.
    latest : dict of str to str
        Covariate -> column of its latest value, as a logarithm (of 1 more, for what can be 0).
    """

    rows: pd.DataFrame
    baseline: list[str]
    latest: dict[str, str]


def known_by_day(study: Study, patients: pd.DataFrame, follow_up: FollowUp) -> KnownByDay:
    """Join the index date to the intervals of follow-up.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    """
    prepared = prepare(study, patients, adjusted=True, time_to_event=True)
    drug = study.exposure.drug
    known = prepared.covariates.assign(
        patient_id=prepared.patients["patient_id"],
        drug_first_day=prepared.patients[f"{drug}_first_day"].astype(float),
    )
    rows = follow_up.intervals.merge(known, on="patient_id", validate="many_to_one")
    latest = {c.name: f"{c.name} now" for c in study.covariates if c.adjust}
    latest = {name: now for name, now in latest.items() if now in rows}
    rows[list(latest.values())] = np.log1p(rows[list(latest.values())].clip(lower=0))
    rows = rows.dropna(subset=list(latest.values())).reset_index(drop=True)
    rows[EXPOSED] = rows[f"{drug}_started"].astype(float)
    return KnownByDay(rows, list(prepared.covariates), latest)


def hazard_rows(
    known: KnownByDay, rows: pd.DataFrame, event: pd.Series, others: dict[str, str], place: dict
) -> list[dict]:
    """HR of the latest value of each covariate, and of ``others``, all in one model.

    Parameters
    ----------
    known : KnownByDay
    rows : DataFrame
        Those of its rows that are at risk.
    event : Series of bool
        Whether the event came at the end of each row.
    others : dict of str to str
        Name in the table of estimates -> column, told per unit and not per SD.
    place : dict
        Where the rows stand in the table of estimates.
    """
    spread = {c: (now, rows[now].std()) for c, now in known.latest.items()}
    spread |= {name: (column, 1.0) for name, column in others.items()}
    columns = [*known.baseline, *(column for column, _ in spread.values())]
    columns = [column for column in columns if rows[column].nunique() > 1]
    if not columns:
        return []
    try:
        fit = fit_cox(
            rows[columns],
            rows["stop_day"],
            event,
            start=rows["start_day"],
            cluster=rows["patient_id"],
        )
    except NotEstimable as error:
        note = str(error)
        return [row(ANALYSIS, "HR", contrast=c, note=note, **place) for c in spread]
    return [
        row(ANALYSIS, "HR", contrast=c, **place, **_per(fit, column, unit))
        for c, (column, unit) in spread.items()
        if column in columns
    ]


def _per(fit: CoxFit, column: str, unit: float) -> dict:
    error = float(np.sqrt(fit.covariance.loc[column, column]))
    return wald(fit.coefficients[column] * unit, error * unit)
