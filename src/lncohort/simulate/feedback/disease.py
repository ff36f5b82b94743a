"""Latent remission and flare, and the true course of proteinuria and creatinine."""

import numpy as np

from lncohort.simulate.courses import MONTH_DAYS
from lncohort.simulate.patients import NEVER, Patients

_FALL_DAYS, _REMISSION_DAYS, _FLARE_DAYS = 90.0, 15.0, 20.0  # time constants of proteinuria


class Disease:
    """The hidden state of n patients, never written to an extract.

    Proteinuria nears its target exponentially: without remission a plateau, in remission a low
    level. Creatinine drifts outside remission.

    Attributes
    ----------
    in_remission : ndarray of bool
        At the start of the month.
    remission, flare : ndarray of int
        Day of the first of either; `NEVER` before it.
    """

    def __init__(self, rng: np.random.Generator, patients: Patients):
        n = len(patients)
        share = np.clip(np.exp(np.log(0.5) + 0.35 * rng.standard_normal(n)), 0.2, 1.2)
        self._plateau = np.maximum(patients.true_proteinuria * share, rng.uniform(0.95, 1.2, n))
        self._remitted = rng.uniform(0.12, 0.30, n)
        self._drift = (0.03 + 0.02 * patients.severity + 0.04 * rng.standard_normal(n)) / 365.25
        self._level = patients.true_proteinuria
        self._log_creatinine = np.log(patients.true_creatinine)
        self._target, self._days = self._plateau, np.full(n, _FALL_DAYS)
        self._turn = np.full(n, float(MONTH_DAYS))  # day of the month, its end when none
        self.in_remission = np.zeros(n, bool)
        self.remission = np.full(n, NEVER)
        self.flare = np.full(n, NEVER)

    def turn(self, month: int, monthly_hazard: np.ndarray, waits: np.ndarray) -> None:
        """Draw the day of the month at which remission begins or ends.

        `monthly_hazard` is of what can come next, remission or flare; `waits` are exponential
        random numbers of mean 1.
        """
        with np.errstate(divide="ignore"):
            day = np.ceil(MONTH_DAYS * waits / monthly_hazard)
        turns = day <= MONTH_DAYS
        self._turn = np.where(turns, day, MONTH_DAYS)
        self._turns = turns
        date = np.where(turns, MONTH_DAYS * month + day, NEVER).astype(np.int64)
        self.flare = np.where(self.in_remission, np.minimum(self.flare, date), self.flare)
        self.remission = np.where(
            self.in_remission, self.remission, np.minimum(self.remission, date)
        )

    def at(self, day: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
        """Proteinuria (g/24 h) and creatinine (µmol/L) on a day of the month, without noise."""
        old, new = np.minimum(day, self._turn), np.maximum(day - self._turn, 0)
        level = self._target + (self._level - self._target) * np.exp(-old / self._days)
        target, days = self._next_target()
        level = target + (level - target) * np.exp(-new / days)
        drifting = np.where(self.in_remission, new, old)
        return level, np.exp(self._log_creatinine + self._drift * drifting)

    def end_month(self) -> None:
        """Go on to the next month."""
        level, creatinine = self.at(MONTH_DAYS)
        self._target, self._days = self._next_target()
        self._level, self._log_creatinine = level, np.log(creatinine)
        self.in_remission = self.in_remission ^ self._turns

    def _next_target(self) -> tuple[np.ndarray, np.ndarray]:
        target = np.where(self.in_remission, self._plateau, self._remitted)
        days = np.where(self.in_remission, _FLARE_DAYS, _REMISSION_DAYS)
        return np.where(self._turns, target, self._target), np.where(self._turns, days, self._days)
