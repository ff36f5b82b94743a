"""Probabilities of what happened in person-intervals, given little over given all that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.gathered import Gathered
from lncohort.estimate.pooled_logistic import pooled_maximum, probability
from lncohort.estimate.propensity import effective_sample_size
from lncohort.estimate.rows import NotEstimable

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class ProbabilityRatio:
    """Two pooled logistic models of whether something happened, in some rows.

    Attributes
    ----------
    name : str
        What happened, for messages.
    rows : array of int, shape (m,)
        Of which of all n rows the models speak.
    happened : array of bool, shape (m,)
    numerator, denominator : Gathered of m rows
    start : pair of array, or None
        Coefficients of both at the sample itself; None where the same happened in all rows.
    """

    name: str
    rows: np.ndarray
    happened: np.ndarray
    numerator: Gathered
    denominator: Gathered
    start: tuple[np.ndarray, np.ndarray] | None

    def values(self, counts: np.ndarray) -> np.ndarray:
        """The ratio in each of the m rows, when all n rows count so often.

        Where the same happened in all rows that count, its probability is 1, and so is the ratio.
        """
        weights = counts[self.rows]
        seen = self.happened[weights > 0]
        if self.start is None or seen.all() or not seen.any():
            return np.ones(len(self.rows))
        try:
            above, below = (
                probability(
                    design, pooled_maximum(design, self.happened, weights, near).coefficients
                )
                for design, near in zip((self.numerator, self.denominator), self.start, strict=True)
            )
        except NotEstimable as error:
            raise NotEstimable(f"{error} (probability of {self.name})") from error
        above, below = (np.where(self.happened, p, 1 - p) for p in (above, below))
        # A row that does not count may be one that the models hold impossible.
        return np.divide(above, below, out=np.ones(len(self.rows)), where=weights > 0)

    def influence(self, moved: np.ndarray, patient: np.ndarray, patients: int) -> np.ndarray:
        """What the estimation of both models adds to the estimating equations of a weighted model.

        Parameters
        ----------
        moved : array of shape (n, q)
            By how much the q equations move with the logarithm of the ratio of each of all n rows.
        patient : array of int, shape (n,)
            Patients by number.
        patients : int

        Returns
        -------
        array of shape (patients, q)

        Notes
        -----
        A model adds B I^-1 S, with S the patient's score, I the information and B the sum over
        rows of ``moved`` times the derivative of the log probability of what happened, (y - p) x.
        Stefanski LA, Boos DD. Am Stat 2002;56:29; Lunceford JK, Davidian M. Stat Med 2004;23:2937.
        """
        added = np.zeros((patients, moved.shape[1]))
        if self.start is None:
            return added
        of_rows, own = moved[self.rows], patient[self.rows]
        designs = (self.numerator, self.denominator)
        for sign, design, coefficients in zip((1, -1), designs, self.start, strict=True):
            expected = probability(design, coefficients)
            residual = self.happened - expected
            scores = design.sums_by(residual, own, patients)
            information = design.moments(expected * (1 - expected))
            derivative = [design.sums(residual * column) for column in of_rows.T]
            added += sign * scores @ np.linalg.solve(information, np.transpose(derivative))
        return added


def probability_ratio(
    name: str, rows: np.ndarray, happened: np.ndarray, numerator: Gathered, denominator: Gathered
) -> ProbabilityRatio:
    """Fit both models to some rows.

    Parameters are the attributes of :class:`ProbabilityRatio`.

    Raises
    ------
    NotEstimable
        When a model cannot be fitted; the message says of what.
    """
    start = None
    if happened.any() and not happened.all():
        ones = np.ones(len(rows))
        try:
            start = tuple(
                pooled_maximum(design, happened, ones).coefficients
                for design in (numerator, denominator)
            )
        except NotEstimable as error:
            raise NotEstimable(f"{error} (probability of {name})") from error
    return ProbabilityRatio(name, rows, happened, numerator, denominator, start)


def counted_truncation(
    weights: np.ndarray, counts: np.ndarray, quantiles: tuple[float, float] | None
) -> np.ndarray:
    """Weights with those beyond two quantiles set to the quantile, rows counting so often.

    Raises
    ------
    ValueError
        When the quantiles are not from 0 to 1, the lower first.

    Notes
    -----
    Cole SR, Hernán MA. Am J Epidemiol 2008;168:656.
    """
    if quantiles is None or not len(weights):
        return weights
    low, high = quantiles
    if not 0 <= low < high <= 1:
        raise ValueError(f"quantiles must be from 0 to 1, the lower first, found {quantiles}")
    return np.clip(weights, *np.quantile(np.repeat(weights, counts.astype(int)), quantiles))


def weight_distribution(
    weights: np.ndarray, by: Sequence | np.ndarray | None = None
) -> pd.DataFrame:
    """How weights are spread; the mean of stabilised ones should be near 1 in every interval.

    Parameters
    ----------
    weights : array of shape (n,)
    by : array of shape (n,), optional
        Groups, such as the interval or the arm, to be told apart.

    Returns
    -------
    DataFrame
        By group, or one row ``all``: n, mean, sd, min, max, a column for each of QUANTILES such as
        ``q01``, and ess (Kish's effective sample size).

    Notes
    -----
    Cole SR, Hernán MA. Am J Epidemiol 2008;168:656.
    """
    values = pd.Series(np.asarray(weights, dtype=float))
    groups = values.groupby(np.full(len(values), "all") if by is None else np.asarray(by))
    made = groups.agg(n="size", mean="mean", sd="std", min="min", max="max")
    spread = groups.quantile(list(QUANTILES)).unstack()
    spread.columns = [f"q{100 * q:02.0f}" for q in QUANTILES]
    return made.join(spread).assign(ess=groups.agg(effective_sample_size))
