"""Columns by which the log odds of an event move over intervals of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.spline import restricted_cubic


@dataclass(frozen=True)
class TimeTerms:
    """A curve over numbered intervals: a spline, a square, or a level for each of a few.

    Attributes
    ----------
    knots : tuple of float
        Of a restricted cubic spline; empty for the interval and its square.
    levels : tuple of int
        Where there are too few intervals for a curve: those that have a column of their own.
    flat : bool
        Whether there is one interval only, which has no column.
    """

    knots: tuple[float, ...] = ()
    levels: tuple[int, ...] = ()
    flat: bool = False

    def of(self, intervals, name: str = "time") -> pd.DataFrame:
        """The columns of some intervals.

        Parameters
        ----------
        intervals : array of int, shape (n,)
        name : str
            How the names of the columns begin.

        Returns
        -------
        DataFrame of shape (n, q)
        """
        at = np.asarray(intervals, dtype=float)
        if self.flat:
            return pd.DataFrame(index=range(len(at)))
        if self.levels:
            return pd.DataFrame({f"{name} {level}": (at == level) * 1.0 for level in self.levels})
        if self.knots:
            basis = restricted_cubic(at, self.knots)
            return pd.DataFrame(basis, columns=[f"{name} {i + 1}" for i in range(basis.shape[1])])
        return pd.DataFrame({name: at, f"{name} squared": at**2})


def time_terms(intervals, knots: Sequence[float] | None = None) -> TimeTerms:
    """The curve that some intervals can bear.

    Parameters
    ----------
    intervals : array of int, shape (n,)
        Those of the rows to which a model is fitted.
    knots : sequence of float, optional
        Of a restricted cubic spline; without them the interval and its square.

    Notes
    -----
    With no more intervals than coefficients each interval but the first has its own: the same
    model, as its likelihood sees it, without columns that determine each other. Pooled logistic
    models of a discrete hazard: D'Agostino RB et al. Stat Med 1990;9:1501.
    """
    there = np.unique(np.asarray(intervals))
    columns = len(knots) - 1 if knots is not None else 2
    if len(there) <= columns + 1:
        return TimeTerms(levels=tuple(there[1:].tolist()), flat=len(there) < 2)
    return TimeTerms(knots=tuple(knots) if knots is not None else ())
