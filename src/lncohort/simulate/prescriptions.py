"""Prescriptions of the courses: refills, two strengths, pulses, and what is keyed wrongly."""

import numpy as np

from lncohort.simulate.courses import MONTH_DAYS, Courses
from lncohort.simulate.parameters import DRUGS, Parameters
from lncohort.simulate.patients import NEVER, Patients

ALL_DRUGS = (*DRUGS, "prednisone", "hydroxychloroquine")  # the last two: unknown to the study
_ORAL, _IV = 0, 1
COLUMNS = (
    "who",
    "day",
    "drug",
    "route",
    "end_day",
    "days_supply",
    "daily_dose_mg",
    "pulse_dose_mg",
)
_TAC, _CYC, _MMF, _PREDNISONE, _HCQ = range(5)


def draw_prescriptions(
    rng: np.random.Generator, patients: Patients, courses: Courses, p: Parameters
) -> dict[str, np.ndarray]:
    """Rows of prescriptions: arrays named by `COLUMNS`, sorted by patient, day and drug.

    Days are counted from the index date; NaN is missing; `who` is -1 for a patient that the
    extract does not know.
    """
    n = len(patients)
    oral_cyc = rng.random(n) < 0.12
    is_oral = np.column_stack([np.ones(n, bool), oral_cyc, np.ones(n, bool)])
    end_given = rng.random(n) < 0.3
    parts = []

    who, day = _refills(rng, courses, _TAC, is_oral[:, _TAC])
    month = (day - courses.start[who, _TAC]) // MONTH_DAYS
    month = np.minimum(month, courses.tacrolimus_mg.shape[1] - 1)
    dose = courses.tacrolimus_mg[who, month]
    half = dose % 1 == 0.5
    two_tablets = half & (dose > 1)
    supply = _supply_days(rng, len(who))
    parts.append(_oral(_TAC, who, day, np.where(two_tablets, dose - 0.5, dose), supply, end_given))
    parts.append(
        _oral(_TAC, who[two_tablets], day[two_tablets], 0.5, supply[two_tablets], end_given)
    )

    who, day = _refills(rng, courses, _MMF, is_oral[:, _MMF])
    mmf_dose = rng.choice([1000.0, 1500.0, 2000.0], size=n, p=[0.3, 0.45, 0.25])
    supply = _supply_days(rng, len(who))
    parts.append(_oral(_MMF, who, day, mmf_dose[who], supply, end_given))

    who, day = _refills(rng, courses, _CYC, oral_cyc)
    cyc_dose = rng.choice([50.0, 75.0, 100.0], size=n)
    supply = _supply_days(rng, len(who))
    parts.append(_oral(_CYC, who, day, cyc_dose[who], supply, end_given))

    parts.append(_pulses(rng, courses, ~oral_cyc))

    last = np.minimum(patients.observed_until + 1, courses.horizon_days)
    for drug, share, doses in (
        (_PREDNISONE, 0.9, [40.0, 20.0, 10.0, 7.5, 5.0]),
        (_HCQ, 0.7, [200.0, 400.0]),
    ):
        quarter = np.arange(courses.horizon_days // 90)
        taken = (rng.random(n) < share)[:, None] & (quarter * 90 < last[:, None])
        who, step = np.nonzero(taken)
        by_step = np.array(doses)[np.minimum(step, len(doses) - 1)]
        dose = by_step if drug == _PREDNISONE else rng.choice(doses, size=n)[who]
        parts.append(_oral(drug, who, step * 90, dose, np.full(len(who), 90), end_given))

    rows = {c: np.concatenate([part[c] for part in parts]) for c in COLUMNS}
    unknown = (rng.random(len(rows["who"])) < p.missing_dose_share) & (rows["route"] == _ORAL)
    rows["daily_dose_mg"] = np.where(unknown, np.nan, rows["daily_dose_mg"])
    dirty = _mistakes(rng, rows, p)
    rows = {c: np.concatenate([rows[c], dirty[c]]) for c in COLUMNS}
    order = np.lexsort(
        (-np.nan_to_num(rows["daily_dose_mg"]), rows["drug"], rows["day"], rows["who"])
    )
    return {c: rows[c][order] for c in COLUMNS}


def _refills(rng, courses: Courses, drug: int, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Patient and day of each refill: about monthly, some early, some late, some missed."""
    n = len(courses.start)
    refills = courses.horizon_days // 27 + 1
    early, late = rng.integers(1, 4, (n, refills)), rng.integers(1, 11, (n, refills))
    missed = rng.integers(20, 55, (n, refills))
    kind = rng.random((n, refills))
    step = 30 + np.select([kind < 0.2, kind < 0.65, kind < 0.96], [-early, 0, late], missed)
    day = courses.start[:, [drug]] + np.cumsum(step, axis=1) - step[:, [0]]
    kept = (day < courses.stop[:, [drug]]) & (courses.start[:, [drug]] < NEVER) & chosen[:, None]
    who = np.repeat(np.arange(n), kept.sum(axis=1))
    return who, day[kept]


def _supply_days(rng, rows: int) -> np.ndarray:
    return np.where(rng.random(rows) < 0.2, 28, 30)


def _oral(drug: int, who, day, dose, supply, end_given) -> dict[str, np.ndarray]:
    """Oral rows; for some patients the hospital records the last day besides the supply."""
    rows = len(who)
    return {
        "who": who,
        "day": day,
        "drug": np.full(rows, drug),
        "route": np.full(rows, _ORAL),
        "end_day": np.where(end_given[who], day + supply - 1.0, np.nan),
        "days_supply": supply.astype(float),
        "daily_dose_mg": np.broadcast_to(np.asarray(dose, float), rows),
        "pulse_dose_mg": np.full(rows, np.nan),
    }


def _pulses(rng, courses: Courses, chosen: np.ndarray) -> dict[str, np.ndarray]:
    """Monthly intravenous cyclophosphamide over the course, some pulses a few days late."""
    n = len(courses.start)
    most = 8
    step = 28 + np.where(rng.random((n, most)) < 0.3, rng.integers(1, 8, (n, most)), 0)
    day = courses.start[:, [_CYC]] + np.cumsum(step, axis=1) - step[:, [0]]
    kept = (day < courses.stop[:, [_CYC]]) & (courses.start[:, [_CYC]] < NEVER) & chosen[:, None]
    who = np.repeat(np.arange(n), kept.sum(axis=1))
    pulse = rng.choice([500.0, 600.0, 800.0, 1000.0], size=n)
    rows = len(who)
    return {
        "who": who,
        "day": day[kept],
        "drug": np.full(rows, _CYC),
        "route": np.full(rows, _IV),
        "end_day": np.full(rows, np.nan),
        "days_supply": np.full(rows, np.nan),
        "daily_dose_mg": np.full(rows, np.nan),
        "pulse_dose_mg": pulse[who],
    }


def _mistakes(rng, rows: dict[str, np.ndarray], p: Parameters) -> dict[str, np.ndarray]:
    """Rows that cannot be used, copied from rows that can: each has one mistake."""
    copied = np.flatnonzero(
        (rng.random(len(rows["who"])) < p.dirty_row_share) & (rows["route"] == _ORAL)
    )
    dirty = {c: rows[c][copied] for c in COLUMNS}
    kind = rng.integers(0, 4, len(copied))
    dirty["end_day"] = np.where(kind == 0, dirty["day"] - 7.0, dirty["end_day"])
    dirty["end_day"] = np.where(kind == 1, np.nan, dirty["end_day"])
    dirty["days_supply"] = np.where(kind == 1, 0.0, dirty["days_supply"])
    dirty["daily_dose_mg"] = np.where(kind == 2, 99_999.0, dirty["daily_dose_mg"])
    dirty["who"] = np.where(kind == 3, -1, dirty["who"])
    return dirty
