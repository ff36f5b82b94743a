"""Patients as they are on the index date, and how long they are followed."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from lncohort.simulate.parameters import Parameters

CLASSES = ("I", "II", "III", "IV", "V", "VI", "III+V", "IV+V")
CLASS_GROUP = np.array([3, 3, 0, 0, 1, 3, 2, 2])  # proliferative, membranous, mixed, other
CONDITIONS = ("hypertension", "diabetes", "other_autoimmune")
NEVER = 1_000_000  # a day that does not come

_PERIOD = (np.datetime64("2010-01-01"), np.datetime64("2021-07-01"))
_DATA_UNTIL = np.datetime64("2022-06-30")


def _day(date: np.datetime64) -> int:
    return int(date.astype("datetime64[D]").astype(int))


@dataclass(frozen=True)
class Patients:
    """Arrays of n patients. Days are counted from the index date, but for `index` and `birth`.

    `index` and `birth` are days since 1970-01-01. `proteinuria` (g/24 h), `creatinine` (µmol/L)
    and `egfr` are as measured at baseline, what the clinician chooses by; the `true_` values are
    what the laboratory would return without noise. `risk` has shape (n, 11), the columns of
    `RISK_FACTORS`.
    """

    index: np.ndarray
    birth: np.ndarray
    female: np.ndarray
    severity: np.ndarray
    sledai: np.ndarray
    isn_class: np.ndarray
    conditions: np.ndarray
    true_proteinuria: np.ndarray
    true_creatinine: np.ndarray
    proteinuria: np.ndarray
    creatinine: np.ndarray
    albumin: np.ndarray
    risk: np.ndarray
    observed_from: np.ndarray
    observed_until: np.ndarray
    death: np.ndarray
    kidney_failure: np.ndarray

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.index)


def draw_patients(rng: np.random.Generator, n: int, p: Parameters) -> Patients:
    """Draw n patients, from severity to baseline values and the end of observation."""
    female = rng.random(n) < p.female_share
    # Adults are normal (34, 12) cut at 18 and 78 years, by inversion; a few are minors.
    low, high = ndtr((18 - 34) / 12), ndtr((78 - 34) / 12)
    age = 34 + 12 * ndtri(low + (high - low) * rng.random(n))
    minor = rng.random(n) < p.minor_share
    age = np.where(minor, rng.uniform(13, 17.9, n), age)
    index = rng.integers(_day(_PERIOD[0]), _day(_PERIOD[1]), n)
    outside = rng.random(n)
    index = np.where(outside < p.outside_period_share, index - 12 * 365, index)
    index = np.where(outside < p.outside_period_share / 2, _day(_PERIOD[1]) + 200, index)

    severity = rng.standard_normal(n)
    sledai = np.clip(np.rint(10 + 3.2 * severity + 2.6 * rng.standard_normal(n)), 0, 36)
    class_noise = 0.5 * severity + rng.logistic(size=n)
    proliferative = np.where(rng.random(n) < 0.35, 2, 3)
    isn_class = np.select(
        [class_noise < -3.4, class_noise < -1.6, class_noise < 1.35],
        [np.where(rng.random(n) < 0.85, 1, 0), 4, proliferative],
        np.where(rng.random(n) < 0.4, 6, 7),
    )
    conditions = np.column_stack(
        [rng.random(n) < 1 / (1 + np.exp(1.1 - 0.25 * severity - 0.03 * (age - 35)))]
        + [rng.random(n) < 0.05, rng.random(n) < 0.08]
    )
    true_proteinuria = np.exp(np.log(2.8) + 0.35 * severity + 0.58 * rng.standard_normal(n))
    true_creatinine = np.where(female, 70, 90) * np.exp(
        0.12 * severity + 0.003 * (age - 35) + 0.27 * rng.standard_normal(n)
    )
    proteinuria = np.round(true_proteinuria * _noise(rng, n, p.proteinuria_cv), 2)
    creatinine = np.rint(true_creatinine * _noise(rng, n, p.creatinine_cv))
    albumin = np.clip(
        np.rint(38 - 2.4 * np.sqrt(true_proteinuria) * 1.6 + 3.5 * rng.standard_normal(n)), 10, 50
    )

    observed_from = -rng.integers(60, 1500, n)
    observed_from = np.where(
        rng.random(n) < p.short_lookback_share, -rng.integers(0, 29, n), observed_from
    )
    loss = np.ceil(rng.exponential(365.25 / p.loss_per_year, n))
    observed_until = np.minimum(loss, days_of_data(index)).astype(np.int64)
    death = _waiting_time(rng, death_rate(severity, age, p))
    egfr = ckd_epi_2021(creatinine, age, female)
    kidney_failure = 30 + _waiting_time(rng, kidney_failure_rate(severity, egfr, p))
    observed_until = np.maximum(np.minimum(observed_until, death), 0)
    return Patients(
        index=index,
        birth=index - np.floor(age * 365.25).astype(np.int64),
        female=female,
        severity=severity,
        sledai=sledai,
        isn_class=isn_class,
        conditions=conditions,
        true_proteinuria=true_proteinuria,
        true_creatinine=true_creatinine,
        proteinuria=proteinuria,
        creatinine=creatinine,
        albumin=albumin,
        risk=_risk(sledai, proteinuria, isn_class, egfr, conditions, age, female),
        observed_from=observed_from,
        observed_until=observed_until,
        death=np.where(death <= observed_until, death, NEVER),
        kidney_failure=np.where(kidney_failure <= observed_until, kidney_failure, NEVER),
    )


def death_rate(severity: np.ndarray, age: np.ndarray, p: Parameters) -> np.ndarray:
    """Deaths a year."""
    return p.death_per_year * np.exp(0.4 * severity + 0.03 * (age - 35))


def kidney_failure_rate(severity: np.ndarray, egfr: np.ndarray, p: Parameters) -> np.ndarray:
    """Kidney failures a year, from the second month on."""
    return p.kidney_failure_per_year * np.exp(0.5 * severity - 0.02 * (egfr - 90))


def days_of_data(index: np.ndarray) -> np.ndarray:
    """Days from each index date to the last day of the extract."""
    return _day(_DATA_UNTIL) - index


def _noise(rng: np.random.Generator, n: int, cv: float) -> np.ndarray:
    return np.exp(cv * rng.standard_normal(n))


def _waiting_time(rng: np.random.Generator, rate_per_year: np.ndarray) -> np.ndarray:
    """Days to an event of constant rate, at least 1."""
    days = np.ceil(rng.exponential(size=len(rate_per_year)) * 365.25 / rate_per_year)
    return np.minimum(days, NEVER).astype(np.int64)


def ckd_epi_2021(creatinine: np.ndarray, age: np.ndarray, female: np.ndarray) -> np.ndarray:
    """EGFR in mL/min/1.73 m² from creatinine in µmol/L (Inker, NEJM 2021;385:1737)."""
    kappa = np.where(female, 0.7, 0.9)
    alpha = np.where(female, -0.241, -0.302)
    ratio = creatinine / 88.4 / kappa
    return (
        142
        * np.minimum(ratio, 1) ** alpha
        * np.maximum(ratio, 1) ** -1.2
        * 0.9938**age
        * np.where(female, 1.012, 1)
    )


def _risk(sledai, proteinuria, isn_class, egfr, conditions, age, female) -> np.ndarray:
    group = CLASS_GROUP[isn_class]
    return np.column_stack(
        [
            (sledai >= 7) & (sledai < 13),
            sledai >= 13,
            (proteinuria >= 1) & (proteinuria < 3.5),
            proteinuria >= 3.5,
            group == 1,
            group == 2,
            group == 3,
            (egfr - 90) / 10,
            conditions.any(axis=1),
            (age - 35) / 10,
            ~female,
        ]
    ).astype(float)
