"""The course of each drug: what the prescriptions are written from."""

from dataclasses import dataclass

import numpy as np

MONTH_DAYS = 30


@dataclass(frozen=True)
class Courses:
    """Courses of n patients: arrays over them and, in this order, TAC, CYC and MMF.

    Attributes
    ----------
    start, stop : ndarray of int, shape (n, 3)
        Days from the index date, half-open; `NEVER` where the drug is not given.
    tacrolimus_mg : ndarray of float, shape (n, months)
        Daily dose in each month (of 30 days) since the start of tacrolimus; as many months as the
        process lasts.
    """

    start: np.ndarray
    stop: np.ndarray
    tacrolimus_mg: np.ndarray

    @property
    def horizon_days(self) -> int:
        """Days from the index date after which nothing is recorded."""
        return MONTH_DAYS * self.tacrolimus_mg.shape[1]
