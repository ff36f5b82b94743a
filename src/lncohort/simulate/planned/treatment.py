"""The choice of drugs by indication, and the course of each drug, planned on the index date."""

import numpy as np

from lncohort.simulate.courses import MONTH_DAYS, Courses
from lncohort.simulate.parameters import DRUGS, REGIMENS, RISK_FACTORS, Parameters
from lncohort.simulate.patients import NEVER, Patients

MONTHS = 27  # of 30 days: two years of follow-up and what straddles their end
HORIZON_DAYS = MONTH_DAYS * MONTHS
_LABELS = dict(zip(DRUGS, ("TAC", "CYC", "MMF"), strict=True))


def choose_regimen(rng: np.random.Generator, patients: Patients, p: Parameters) -> np.ndarray:
    """Draw the drugs of each patient by a multinomial logit, bool of shape (n, 3)."""
    contains = np.array(
        [[_LABELS[d] in r.split(" ")[0].split("+") for d in DRUGS] for r in REGIMENS]
    )
    tac, cyc = (
        patients.risk @ np.array([weights[name] for name in RISK_FACTORS])
        for weights in (p.tacrolimus_indication, p.cyclophosphamide_indication)
    )
    utility = (
        np.array([p.regimen_choice[r] for r in REGIMENS])
        + contains[:, 0] * (p.tacrolimus_choice + tac)[:, None]
        + contains[:, 1] * cyc[:, None]
    )
    gumbel = -np.log(-np.log(rng.random(utility.shape)))
    treated = rng.random(len(patients)) >= p.untreated_share
    return contains[np.argmax(utility + gumbel, axis=1)] & treated[:, None]


def draw_courses(rng: np.random.Generator, patients: Patients, p: Parameters) -> Courses:
    """Draw when each drug is started and stopped, and the dose of tacrolimus."""
    n = len(patients)
    given = choose_regimen(rng, patients, p)
    several = given.sum(axis=1) > 1

    # Tacrolimus joins, mostly within three months; cyclophosphamide induces; mycophenolate
    # follows it.
    timing = rng.random(n)
    tac_joins = np.where(timing < 0.5, 0, rng.integers(7, 90, n))
    late = timing > 1 - p.late_tacrolimus_share
    tac_joins = np.where(late, rng.integers(90, 300, n), tac_joins)
    cyc_joins = np.where(rng.random(n) < 0.85, 0, rng.integers(14, 60, n))
    mmf_follows = np.where(rng.random(n) < 0.3, 0, rng.integers(60, 190, n))
    mmf_joins = np.where(rng.random(n) < 0.7, 0, rng.integers(14, 75, n))
    delay = (
        np.column_stack([tac_joins, cyc_joins, np.where(given[:, 1], mmf_follows, mmf_joins)])
        * several[:, None]
    )
    start = np.where(given, delay, NEVER)
    start = np.where(given, start - start.min(axis=1, keepdims=True), NEVER)

    length = np.column_stack(
        [
            28 + rng.exponential(30 * p.tacrolimus_months, n),
            28 * (1 + rng.binomial(7, 0.7, n)),
            56 + rng.exponential(30 * p.mycophenolate_months, n),
        ]
    ).astype(np.int64)
    last = np.minimum(
        np.minimum(patients.observed_until + 1, patients.kidney_failure), HORIZON_DAYS
    )
    stop = np.minimum(start + length, last[:, None])
    start = np.where(start < stop, start, NEVER)
    return Courses(start, np.where(start < NEVER, stop, NEVER), _tacrolimus_dose(rng, n, p))


def _tacrolimus_dose(rng: np.random.Generator, n: int, p: Parameters) -> np.ndarray:
    """Target dose by patient, reached after the first month by some, changed now and then."""
    target = rng.choice(p.tacrolimus_doses_mg, size=n, p=p.tacrolimus_dose_shares)
    step = np.where(rng.random((n, MONTHS)) < p.dose_change_per_month, 0.5, 0.0)
    step *= np.where(rng.random((n, MONTHS)) < 0.5, 1, -1)
    dose = target[:, None] + np.cumsum(step, axis=1)
    titrated = rng.random(n) < p.titrated_share
    dose[:, 0] = np.where(titrated, np.ceil(target) / 2, dose[:, 0])
    return np.clip(dose, 0.5, 8)
