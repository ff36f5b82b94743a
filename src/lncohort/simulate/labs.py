"""Laboratory results of the visits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lncohort.simulate.parameters import Parameters
from lncohort.simulate.patients import Patients

TESTS = ("serum_creatinine", "urine_protein_24h", "serum_albumin", "complement_c3")
CREATININE, PROTEINURIA, _ALBUMIN, _C3 = range(len(TESTS))
TAKEN_SHARE = {CREATININE: 0.95, PROTEINURIA: 0.93, _ALBUMIN: 0.5, _C3: 0.25}

# reference ranges; creatinine by sex
_REFERENCE = {
    PROTEINURIA: (np.nan, 0.15),
    _ALBUMIN: (40.0, 55.0),
    _C3: (0.9, 1.8),
}
CREATININE_REFERENCE = {True: (41.0, 81.0), False: (57.0, 111.0)}  # female?


@dataclass(frozen=True)
class Visits:
    """Visits other than that of the index date, and what a laboratory without noise would find.

    `who` is the patient, `day` is counted from the index date; `proteinuria` is in g/24 h,
    `creatinine` in µmol/L. `results` holds, by test (code), the results that are drawn already,
    NaN where no sample was taken.
    """

    who: np.ndarray
    day: np.ndarray
    proteinuria: np.ndarray
    creatinine: np.ndarray
    results: Mapping[int, np.ndarray] = field(default_factory=dict)


def draw_decision_visit(
    rng: np.random.Generator, patients: Patients, p: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """The day of the visit at which the drugs are chosen, and whether creatinine is missing."""
    n = len(patients)
    return -rng.integers(0, 15, n), rng.random(n) < p.missing_creatinine_share


def draw_labs(
    rng: np.random.Generator,
    patients: Patients,
    decision: tuple[np.ndarray, np.ndarray],
    visits: Visits,
    p: Parameters,
) -> dict[str, np.ndarray]:
    """Rows of labs: arrays who, day (from the index date), test (code), value, unit (code),
    reference_low, reference_high, sorted by patient, day and test.
    """
    everyone = np.arange(len(patients))
    decided, missing = decision
    who, day = visits.who, visits.day
    root = np.sqrt(visits.proteinuria)
    true = {
        CREATININE: visits.creatinine,
        PROTEINURIA: visits.proteinuria,
        _ALBUMIN: 43 - 4.6 * root,
        _C3: 0.95 - 0.08 * root - 0.1 * patients.severity[who],
    }
    noise = {
        CREATININE: p.creatinine_cv,
        PROTEINURIA: p.proteinuria_cv,
        _ALBUMIN: 0.06,
        _C3: 0.12,
    }
    parts = [
        (everyone[~missing], decided[~missing], CREATININE, patients.creatinine[~missing]),
        (everyone, decided, PROTEINURIA, patients.proteinuria),
        (everyone, decided, _ALBUMIN, patients.albumin),
    ]
    for test in range(len(TESTS)):
        if test in visits.results:
            value = visits.results[test]
            drawn = ~np.isnan(value)
        else:
            value = true[test] * np.exp(noise[test] * rng.standard_normal(len(who)))
            drawn = rng.random(len(who)) < TAKEN_SHARE[test]
        parts.append((who[drawn], day[drawn], test, value[drawn]))
    rows_who, rows_day, rows_value = (
        np.concatenate([part[i] for part in parts]) for i in (0, 1, 3)
    )
    rows_test = np.repeat([part[2] for part in parts], [len(part[0]) for part in parts])
    digits = np.where((rows_test == PROTEINURIA) | (rows_test == _C3), 100.0, 1.0)
    rows_value = np.maximum(np.rint(rows_value * digits), 1) / digits

    # A second sample on one day, never of the very same value: that would be one result.
    twice = np.flatnonzero((rng.random(len(rows_who)) < p.repeated_sample_share) & (rows_day > 0))
    repeated = np.rint(rows_value[twice] * digits[twice] * rng.uniform(0.94, 1.06, len(twice)))
    repeated = np.maximum(repeated, 1) / digits[twice]
    repeated += np.where(repeated == rows_value[twice], 1 / digits[twice], 0)
    rows_who, rows_day, rows_test = (
        np.concatenate([a, a[twice]]) for a in (rows_who, rows_day, rows_test)
    )
    rows_value = np.concatenate([rows_value, np.round(repeated, 2)])

    order = np.lexsort((rows_value, rows_test, rows_day, rows_who))
    rows_who, rows_day, rows_test, rows_value = (
        a[order] for a in (rows_who, rows_day, rows_test, rows_value)
    )
    # A few creatinines come in mg/dL: not the unit of the contract, to be rejected and counted.
    foreign = (rows_test == CREATININE) & (rows_day > 0)
    foreign &= rng.random(len(rows_who)) < p.dirty_row_share / 3
    rows_value = np.where(foreign, np.round(rows_value / 88.4, 2), rows_value)
    low, high = _reference(rows_test, patients.female[rows_who])
    return {
        "who": rows_who,
        "day": rows_day,
        "test": rows_test,
        "value": rows_value,
        "unit": np.where(foreign, len(TESTS), rows_test),
        "reference_low": low,
        "reference_high": high,
    }


def _reference(test: np.ndarray, female: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    bounds = np.full((2, len(test)), np.nan)
    for side in (0, 1):
        for code, limits in _REFERENCE.items():
            bounds[side, test == code] = limits[side]
        for is_female, limits in CREATININE_REFERENCE.items():
            bounds[side, (test == CREATININE) & (female == is_female)] = limits[side]
    return bounds[0], bounds[1]
