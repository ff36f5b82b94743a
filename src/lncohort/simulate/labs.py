"""Laboratory results at irregular visits."""

import numpy as np

from lncohort.simulate.parameters import Parameters
from lncohort.simulate.patients import Patients
from lncohort.simulate.response import Disease, true_creatinine, true_proteinuria
from lncohort.simulate.treatment import HORIZON_DAYS

TESTS = ("serum_creatinine", "urine_protein_24h", "serum_albumin", "complement_c3")
_CREATININE, _PROTEINURIA, _ALBUMIN, _C3 = range(len(TESTS))
_SHORTEST, _LONGEST = 32, 78  # days between visits
_VISITS = HORIZON_DAYS // _SHORTEST + 1

# reference ranges; creatinine by sex
_REFERENCE = {
    _PROTEINURIA: (np.nan, 0.15),
    _ALBUMIN: (40.0, 55.0),
    _C3: (0.9, 1.8),
}
_CREATININE_REFERENCE = {True: (41.0, 81.0), False: (57.0, 111.0)}  # female?


def draw_labs(
    rng: np.random.Generator, patients: Patients, disease: Disease, p: Parameters
) -> dict[str, np.ndarray]:
    """Rows of labs: arrays who, day (from the index date), test (code), value, unit (code),
    reference_low, reference_high, sorted by patient, day and test.
    """
    n = len(patients)
    everyone = np.arange(n)

    # Baseline: the visit that the clinician decides by, and for most one before it.
    decision = -rng.integers(0, 15, n)
    missing = rng.random(n) < p.missing_creatinine_share
    earlier = np.maximum(decision - rng.integers(12, 45, n), patients.observed_from)
    earlier_kept = (rng.random(n) < 0.7) & (earlier < decision) & ~missing

    step = rng.integers(_SHORTEST, _LONGEST + 1, (n, _VISITS))
    step[:, 0] = rng.integers(12, 45, n)
    visit = np.cumsum(step, axis=1)
    last = np.minimum(
        np.minimum(patients.observed_until, patients.kidney_failure - 1), HORIZON_DAYS
    )
    seen = visit <= last[:, None]
    who_seen = np.repeat(everyone, seen.sum(axis=1))
    who = np.concatenate([everyone[earlier_kept], who_seen])
    day = np.concatenate([earlier[earlier_kept], visit[seen]])

    measured = {
        _CREATININE: true_creatinine(patients, disease, who, day),
        _PROTEINURIA: true_proteinuria(patients, disease, who, day),
    }
    measured[_ALBUMIN] = 43 - 4.6 * np.sqrt(measured[_PROTEINURIA])
    measured[_C3] = 0.95 - 0.08 * np.sqrt(measured[_PROTEINURIA]) - 0.1 * patients.severity[who]
    noise = {
        _CREATININE: p.creatinine_cv,
        _PROTEINURIA: p.proteinuria_cv,
        _ALBUMIN: 0.06,
        _C3: 0.12,
    }
    taken = {_CREATININE: 0.95, _PROTEINURIA: 0.93, _ALBUMIN: 0.5, _C3: 0.25}
    parts = [
        (everyone[~missing], decision[~missing], _CREATININE, patients.creatinine[~missing]),
        (everyone, decision, _PROTEINURIA, patients.proteinuria),
        (everyone, decision, _ALBUMIN, patients.albumin),
    ]
    for test in (_CREATININE, _PROTEINURIA, _ALBUMIN, _C3):
        value = measured[test] * np.exp(noise[test] * rng.standard_normal(len(who)))
        drawn = rng.random(len(who)) < taken[test]
        parts.append((who[drawn], day[drawn], test, value[drawn]))
    rows_who, rows_day, rows_value = (
        np.concatenate([part[i] for part in parts]) for i in (0, 1, 3)
    )
    rows_test = np.repeat([part[2] for part in parts], [len(part[0]) for part in parts])
    digits = np.where((rows_test == _PROTEINURIA) | (rows_test == _C3), 100.0, 1.0)
    rows_value = np.maximum(np.rint(rows_value * digits), 1) / digits

    # A second sample on one day, never of the very same value: that would be one result.
    twice = np.flatnonzero((rng.random(len(rows_who)) < 0.01) & (rows_day > 0))
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
    foreign = (rows_test == _CREATININE) & (rows_day > 0)
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
        for is_female, limits in _CREATININE_REFERENCE.items():
            bounds[side, (test == _CREATININE) & (female == is_female)] = limits[side]
    return bounds[0], bounds[1]
