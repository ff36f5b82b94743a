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
        return np.where(self.happened, above / below, (1 - above) / (1 - below))


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
