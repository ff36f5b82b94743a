"""Covariates of patients as they were known from day to day."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class CovariateHistory:
    """Values of n patients, each from a day on until the next.

    Attributes
    ----------
    values : DataFrame of shape (m, p)
        By patient and day.
    day : array of shape (m,)
        From which on a row is known; -inf for the first of a patient.
    first : array of int, shape (n,)
        Where the rows of each patient begin.
    count : array of int, shape (n,)
        How many there are.
    """

    values: pd.DataFrame
    day: np.ndarray
    first: np.ndarray
    count: np.ndarray

    @property
    def constant(self) -> bool:
        """Whether each patient has one row only."""
        return bool((self.count == 1).all())

    def drawn(self, patients: np.ndarray) -> "CovariateHistory":
        """The histories of some patients by number, who may stand several times."""
        count = self.count[patients]
        first = np.cumsum(count) - count
        rows = np.arange(count.sum()) + np.repeat(self.first[patients] - first, count)
        return CovariateHistory(self.values.iloc[rows], self.day[rows], first, count)

    def until(self, time: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pieces (start, stop] of (0, time] of each patient, on which nothing changes.

        Returns
        -------
        patient, start, stop : array
            The patient by number.
        """
        patient = np.repeat(np.arange(len(self.count)), self.count)
        start = np.maximum(self.day, 0.0)
        ends = np.append(start[1:], np.inf)
        ends[self.first + self.count - 1] = np.inf
        stop = np.minimum(ends, time[patient])
        kept = start < stop
        return patient[kept], start[kept], stop[kept]

    def place(self, patient: np.ndarray, start: np.ndarray) -> np.ndarray:
        """The row that holds just after a time, of patients by number."""
        return self._last(patient, start, "right")

    def at(self, times: np.ndarray) -> np.ndarray:
        """The row that holds at each time, known before it, of each patient; shape (n, k)."""
        n, k = len(self.count), len(times)
        found = self._last(np.repeat(np.arange(n), k), np.tile(times, n), "left")
        return found.reshape(n, k)

    def _last(self, patient: np.ndarray, time: np.ndarray, side: str) -> np.ndarray:
        """The last row of a patient with a day before a time, or not after it."""
        days = np.unique(np.concatenate([self.day, time]))
        own = np.repeat(np.arange(len(self.count)), self.count)
        keys = own * len(days) + np.searchsorted(days, self.day)
        wanted = patient * len(days) + np.searchsorted(days, time)
        return np.searchsorted(keys, wanted, side=side) - 1


def covariate_history(covariates: pd.DataFrame, patients) -> CovariateHistory:
    """The histories of some patients, in their order.

    Parameters
    ----------
    covariates : DataFrame of shape (m, p)
        By patient; or by patient and the day from which on a row is known.
    patients : array of shape (n,)
        Each once.

    Raises
    ------
    ValueError
        When a patient has no row that is known at day 0, or two of one day.
    """
    if covariates.index.nlevels == 1:
        if covariates.index.has_duplicates:
            raise ValueError("covariates: expected a row a patient, found patients with more")
        covariates = covariates.set_axis(
            pd.MultiIndex.from_arrays([covariates.index, np.zeros(len(covariates))])
        )
    patients = pd.Index(patients)
    place = patients.get_indexer(covariates.index.get_level_values(0))
    day = covariates.index.get_level_values(1).to_numpy(dtype=float)
    order = np.lexsort((day, place))
    order = order[place[order] >= 0]
    values, place, day = covariates.iloc[order].astype(float), place[order], day[order]
    count = np.bincount(place, minlength=len(patients))
    first = np.cumsum(count) - count
    early = np.bincount(place, day <= 0, len(patients))
    if not (early > 0).all():
        raise ValueError(
            "covariates: expected each patient's at day 0 or before, "
            f"found none of {int((early == 0).sum())} patients"
        )
    if ((np.diff(place) == 0) & ~(np.diff(day) > 0)).any():
        raise ValueError("covariates: expected one row a patient and day, found more")
    # What was known at day 0 holds from the beginning; what stood before it never matters.
    day = day.copy()
    kept = np.ones(len(day), dtype=bool)
    kept[:-1] = ~((place[:-1] == place[1:]) & (day[1:] <= 0))
    values, place, day = values[kept], place[kept], day[kept]
    count = np.bincount(place, minlength=len(patients))
    first = np.cumsum(count) - count
    day[first] = -np.inf
    return CovariateHistory(values.reset_index(drop=True), day, first, count)
