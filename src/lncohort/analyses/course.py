"""The course of treatment: dose over time, persistence, and which drugs follow which."""

import numpy as np
import pandas as pd

from lncohort.analyses.survival import EVERY_DAYS
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.rows import row
from lncohort.study import Study

ANALYSIS = "course"
CHECKPOINT_DAYS = 180
COMMON_SHARE = 0.05
NONE, LEFT, OTHER = "no drug", "left follow-up", "other drugs"
QUARTILES = {"lower quartile": 0.25, "median": 0.5, "upper quartile": 0.75}
LATE, LONG = (0, 90, 365), (90, 180, 365)
WITHOUT, WITH = "no response", "response"


def course_rows(
    study: Study,
    analysis_set: pd.DataFrame,
    course_state: pd.DataFrame,
    first_course: pd.DataFrame,
) -> list[dict]:
    """Every row of the course of treatment.

    Parameters
    ----------
    study : Study
    analysis_set : DataFrame of shape (patients, columns)
        With ``patient_id`` and ``response``.
    course_state : DataFrame of shape (patients x days, 5)
        patient_id, day, followed, drug_bits, daily_dose_mg.
    first_course : DataFrame of shape (users, 4)
        patient_id, start_day, course_days, stopped.

    Returns
    -------
    list of dict
        Quartiles of the dose by day; persistence by day; counts of patients who went from one
        set of drugs to another; counts of users by start, length of course and response.
    """
    return [
        *_dose_rows(study, course_state),
        *_persistence_rows(study, first_course),
        *_sequence_rows(study, course_state),
        *_swimmer_rows(study, analysis_set, first_course),
    ]


def _dose_rows(study: Study, course_state: pd.DataFrame) -> list[dict]:
    """Quartiles of the daily dose, where each quarter holds ``min_cell`` patients or more."""
    rows = []
    for day, doses in course_state.groupby("day")["daily_dose_mg"]:
        known = doses.dropna()
        if len(known) < 4 * study.info.min_cell:
            continue
        for level, share in QUARTILES.items():
            rows.append(
                row(
                    ANALYSIS,
                    "mg/day",
                    float(known.quantile(share)),
                    model="dose",
                    contrast=f"day {day}",
                    level=level,
                    n=len(known),
                    method="quartiles of the known daily doses of that day",
                )
            )
    return rows


def _persistence_rows(study: Study, first_course: pd.DataFrame) -> list[dict]:
    """Share still on the first course of the exposure drug, by days since it began."""
    if first_course.empty:
        return []
    days = np.arange(0, study.follow_up.max_days + 1, EVERY_DAYS)
    stopped = first_course["stopped"].to_numpy().astype(int)
    curve = cumulative_incidence(first_course["course_days"].to_numpy(), stopped, 1, days)
    return [
        row(
            ANALYSIS,
            "persistence",
            1 - point.estimate,
            ci_low=1 - point.ci_high,
            ci_high=1 - point.ci_low,
            model="persistence",
            contrast=f"day {point.day}",
            level=study.exposure.drug,
            n=point.at_risk,
            method="Kaplan-Meier, log-log interval; the end of follow-up censors",
            note="n is the number at risk",
        )
        for point in curve.itertuples()
    ]


def _sequence_rows(study: Study, course_state: pd.DataFrame) -> list[dict]:
    """How many went from one set of drugs to another between two checkpoints."""
    at = course_state[course_state["day"] % CHECKPOINT_DAYS == 0]
    wide = at.assign(state=_states(study, at)).pivot(
        index="patient_id", columns="day", values="state"
    )
    rows = []
    for start, end in zip(wide.columns, wide.columns[1:], strict=False):
        flows = wide.groupby([start, end]).size()
        for (before, after), count in flows.items():
            rows.append(
                row(
                    ANALYSIS,
                    "count",
                    int(count),
                    model="sequence",
                    contrast=f"day {start} to {end}",
                    level=before,
                    reference=after,
                    n=len(wide),
                )
            )
    return rows


def _states(study: Study, at: pd.DataFrame) -> pd.Series:
    """The set of drugs by name; sets that are rare at every checkpoint are put together."""
    bits = {drug.name: 2**i for i, drug in enumerate(study.drugs)}
    labels = {sum(bits[d] for d in drugs): label for drugs, label in study.regimens().items()}
    named = at["drug_bits"].map(labels | {0: NONE}).where(at["followed"], LEFT)
    shares = named.groupby(at["day"]).value_counts(normalize=True).groupby(level=1).max()
    kept = {NONE, LEFT, *shares.index[shares >= COMMON_SHARE]}
    return named.where(named.isin(kept), OTHER)


def _swimmer_rows(
    study: Study, analysis_set: pd.DataFrame, first_course: pd.DataFrame
) -> list[dict]:
    """Users by bins of start and length of their first course, and by response."""
    users = first_course.merge(analysis_set[["patient_id", "response"]], on="patient_id")
    start = _binned(users["start_day"], LATE, "start")
    length = _binned(users["course_days"], LONG, "course")
    response = users["response"].map({True: WITH, False: WITHOUT})
    counts = users.groupby([start, length, response]).size()
    return [
        row(
            ANALYSIS,
            "count",
            int(count),
            model="swimmer",
            contrast=key[0],
            level=key[1],
            reference=key[2],
            n=len(users),
        )
        for key, count in counts.items()
    ]


def _binned(days: pd.Series, cuts: tuple[int, ...], word: str) -> pd.Series:
    """Bins closed on the right, named by their first and last day."""
    edges = [-1, *cuts]
    names = [f"{word} day {a + 1} to {b}" for a, b in zip(edges, cuts, strict=False)]
    bins = pd.cut(days, [*edges, np.inf], labels=[*names, f"{word} day {cuts[-1] + 1} on"])
    return bins.astype(str)
