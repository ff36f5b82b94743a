"""Cohorts whose effect of treatment is known: the hazard from its start on, times a ratio."""

import numpy as np
import pandas as pd

START, EVENT = 0.004, 0.0015  # a day, at severity 0
BY_SEVERITY = 0.7


def cohort(size: int, ratio: float, seed: int, first_day: float = 0.0) -> pd.DataFrame:
    """Patients who start the sooner, and have the event the sooner, the more severe they are.

    Parameters
    ----------
    size : int
    ratio : float
        Of the hazards after and before the start.
    seed : int
    first_day : float
        Scale of the chance of starting on day 0 already, by severity.
    """
    random = np.random.default_rng(seed)
    severity, male = random.normal(size=size), random.integers(0, 2, size)
    started = np.ceil(random.exponential(1 / (START * np.exp(BY_SEVERITY * severity))))
    at_once = random.random(size) < first_day / (1 + np.exp(-severity))
    started = np.where(at_once, 0, started)
    hazard = EVENT * np.exp(BY_SEVERITY * severity - 0.3 * male)
    used = random.exponential(size=size)
    before = hazard * started
    time = np.ceil(
        np.where(used < before, used / hazard, started + (used - before) / (hazard * ratio))
    )
    end = random.integers(400, 1100, size)
    stop = np.minimum(np.maximum(time, 1), end)
    return pd.DataFrame(
        {
            "days": stop,
            "died": time <= end,
            "start_day": np.where(started <= stop, started, np.nan),
            "severity": severity,
            "sex": np.where(male == 1, "male", "female"),
        }
    )
