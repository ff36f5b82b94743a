"""Restricted cubic splines."""

import numpy as np

from lncohort.estimate.rows import NotEstimable

QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}
KNOTS = 4


def knots_of(values, count: int = KNOTS) -> np.ndarray:
    """Knots at Harrell's quantiles, to two digits, so that no value of a patient is told.

    Parameters
    ----------
    values : array of shape (n,)
    count : int
        3, 4 or 5.

    Raises
    ------
    NotEstimable
        When there are no values, or two knots fall together.

    Notes
    -----
    Harrell FE. Regression Modeling Strategies, 2nd ed., 2015, table 2.3.
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        raise NotEstimable("not estimable: no value for a spline")
    found = np.quantile(values, QUANTILES[count])
    knots = np.array([float(f"{value:.2g}") for value in found])
    if (np.diff(knots) <= 0).any():
        raise NotEstimable("not estimable: too few different values for a spline")
    return knots


def restricted_cubic(values, knots) -> np.ndarray:
    """The basis of a cubic spline that is linear beyond its outer knots.

    Parameters
    ----------
    values : array of shape (n,)
    knots : array of shape (k,)
        Rising, 3 or more.

    Returns
    -------
    array of shape (n, k - 1)
        The value itself, then k - 2 cubic terms divided by the squared distance of the outer
        knots.

    Notes
    -----
    Harrell FE. Regression Modeling Strategies, 2nd ed., 2015, section 2.4.5. Stone CJ, Koo CY. Proc
    Stat Comp Section ASA 1985:45.
    """
    x, t = np.asarray(values, dtype=float), np.asarray(knots, dtype=float)

    def cubed(knot):
        return np.maximum(x - knot, 0.0) ** 3

    terms = [
        cubed(knot)
        - cubed(t[-2]) * (t[-1] - knot) / (t[-1] - t[-2])
        + cubed(t[-1]) * (t[-2] - knot) / (t[-1] - t[-2])
        for knot in t[:-2]
    ]
    return np.column_stack([x, *terms]) / [1.0, *[(t[-1] - t[0]) ** 2] * len(terms)]
