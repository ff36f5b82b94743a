"""Person-intervals: one row a patient and interval, checked and in order."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.arrays import flags, labels, numbers


@dataclass(frozen=True)
class PersonIntervals:
    """Rows by patient and interval.

    Attributes
    ----------
    rows : DataFrame of shape (n, columns)
        In that order.
    patient : array of int, shape (n,)
        Patients by number, in the order of their names.
    interval : array of int, shape (n,)
    first : array of int, shape (patients,)
        Where the rows of each patient begin.
    """

    rows: pd.DataFrame
    patient: np.ndarray
    interval: np.ndarray
    first: np.ndarray

    def flag(self, column: str) -> np.ndarray:
        """A column of 0 and 1, as booleans."""
        return flags(column, self.rows[column])

    @property
    def last(self) -> np.ndarray:
        """Where the rows of each patient end, the place behind the last."""
        return np.append(self.first[1:], len(self.patient))

    def running(self, values: np.ndarray) -> np.ndarray:
        """Sums of the values of each patient up to and with each row; of columns, if there are."""
        upto = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
        return upto[1:] - upto[self.first][self.patient]

    def remaining(self, values: np.ndarray) -> np.ndarray:
        """Sums of the values of each patient from each row on, with it."""
        upto = self.running(values)
        return upto[self.last - 1][self.patient] - upto + values

    def before(self, values: np.ndarray) -> np.ndarray:
        """What stood in each patient's row before; 0 in the first."""
        made = np.concatenate([np.zeros(1, dtype=values.dtype), values[:-1]])
        made[self.first] = 0
        return made


def person_intervals(rows: pd.DataFrame, columns: list[str]) -> PersonIntervals:
    """Put person-intervals in order.

    Parameters
    ----------
    rows : DataFrame
        ``patient``, ``interval`` (whole numbers, one after the other in each patient) and the
        columns that are asked for.
    columns : list of str

    Raises
    ------
    ValueError
        When a column is not there, a patient or interval is missing, or the intervals of a patient
        do not follow each other.
    """
    absent = [name for name in ("patient", "interval", *columns) if name not in rows]
    if absent:
        raise ValueError(f"columns: expected {', '.join(absent)}, found {', '.join(rows.columns)}")
    place = labels("patient", rows["patient"])[1]
    interval = numbers("interval", rows["interval"])
    if (interval != np.floor(interval)).any():
        raise ValueError("interval: expected whole numbers, found another")
    order = np.lexsort((interval, place))
    place, interval = place[order], interval[order].astype(np.int32)
    first = np.flatnonzero(np.diff(place, prepend=-1))
    step = np.diff(interval, prepend=0)
    step[first] = 1
    if (step != 1).any():
        raise ValueError(
            "interval: expected each patient's one after the other, "
            f"found {int((step != 1).sum())} rows that do not follow"
        )
    return PersonIntervals(rows.iloc[order].reset_index(drop=True), place, interval, first)
