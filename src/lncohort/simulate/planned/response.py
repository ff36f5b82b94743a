"""Latent remission, and the true course of proteinuria and creatinine."""

from dataclasses import dataclass

import numpy as np

from lncohort.simulate.courses import MONTH_DAYS, Courses
from lncohort.simulate.parameters import RISK_FACTORS, Parameters
from lncohort.simulate.patients import NEVER, Patients
from lncohort.simulate.planned.treatment import MONTHS

_LAG_DAYS = 14  # a drug acts from two weeks after its start


@dataclass(frozen=True)
class Disease:
    """The hidden course of n patients: what labs measure, never written to an extract.

    `remission` and `relapse` are days from the index date (`NEVER` when it does not come);
    `plateau` and `remitted` are g/24 h without and in remission; `drift` is the yearly change of
    log creatinine outside remission.
    """

    remission: np.ndarray
    relapse: np.ndarray
    plateau: np.ndarray
    remitted: np.ndarray
    drift: np.ndarray


def draw_disease(
    rng: np.random.Generator, patients: Patients, courses: Courses, p: Parameters
) -> Disease:
    """Draw the day of remission month by month, and the levels around it."""
    n = len(patients)
    hazard = monthly_hazard(patients, courses, p)
    remits = rng.random((n, MONTHS)) < -np.expm1(-hazard)
    month = np.argmax(remits, axis=1)
    day = month * MONTH_DAYS + rng.integers(0, MONTH_DAYS, n)
    remission = np.where(remits.any(axis=1) & (day < patients.kidney_failure), day, NEVER)
    wait = np.ceil(rng.exponential(MONTH_DAYS / p.relapse_per_month, n)) + 120
    share = np.clip(np.exp(np.log(0.5) + 0.35 * rng.standard_normal(n)), 0.2, 1.2)
    return Disease(
        remission=remission,
        relapse=np.minimum(remission + wait, NEVER).astype(np.int64),
        plateau=np.maximum(patients.true_proteinuria * share, rng.uniform(0.95, 1.2, n)),
        remitted=rng.uniform(0.12, 0.30, n),
        drift=0.03 + 0.02 * patients.severity + 0.04 * rng.standard_normal(n),
    )


def monthly_hazard(patients: Patients, courses: Courses, p: Parameters) -> np.ndarray:
    """Hazard of remission in each month, shape (n, 27)."""
    prognosis = (
        patients.risk @ np.array([p.prognosis[name] for name in RISK_FACTORS])
        + p.unmeasured_severity * patients.severity
    )
    effects = p.regimen_effects()
    hazard = np.zeros((len(patients), MONTHS))
    tac_start, tac_stop = courses.start[:, 0], courses.stop[:, 0]
    for month in range(MONTHS):
        later = month - len(p.onset_months)
        timing = p.onset_months[month] if later < 0 else np.exp(-p.fading_per_month * later)
        day = month * MONTH_DAYS
        started = courses.start + _LAG_DAYS <= day
        log_hazard = p.log_hazard + prognosis + effects[started @ np.array([1, 2, 4])]
        taken = np.clip(np.minimum(day, tac_stop) - tac_start, 0, None)
        dose_month = np.minimum(taken // MONTH_DAYS, MONTHS - 1)
        dose = np.take_along_axis(courses.tacrolimus_mg, dose_month[:, None], axis=1)[:, 0]
        log_hazard += started[:, 0] * p.effect_dose_per_mg * (dose - p.dose_reference_mg)
        log_hazard += (taken > p.duration_threshold_days) * p.effect_duration
        hazard[:, month] = timing * np.exp(log_hazard)
    return hazard


def true_proteinuria(patients: Patients, disease: Disease, who: np.ndarray, day: np.ndarray):
    """G/24 h of patients `who` on `day` (same shape), without noise."""

    def unremitted(at):
        start, plateau = patients.true_proteinuria[who], disease.plateau[who]
        return plateau + (start - plateau) * np.exp(-np.maximum(at, 0) / 90)

    remission, relapse = disease.remission[who], disease.relapse[who]
    remitted = disease.remitted[who]
    since = np.clip(day - remission, 0, None)
    level = remitted + (unremitted(np.minimum(day, remission)) - remitted) * np.exp(-since / 15)
    back = np.clip(day - relapse, 0, None)
    return level + (disease.plateau[who] - level) * -np.expm1(-back / 20)


def true_creatinine(patients: Patients, disease: Disease, who: np.ndarray, day: np.ndarray):
    """µmol/L of patients `who` on `day` (same shape), without noise; it stops drifting in
    remission.
    """
    drifting = np.clip(np.minimum(day, disease.remission[who]), 0, None)
    return patients.true_creatinine[who] * np.exp(disease.drift[who] * drifting / 365.25)
