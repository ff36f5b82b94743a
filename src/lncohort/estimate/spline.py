"""Restricted cubic splines: how the odds of response change with the dose or the duration."""

import numpy as np
import pandas as pd

from lncohort.estimate.logistic import Fit, fit_logistic, with_intercept
from lncohort.estimate.odds_ratios import LARGEST_PENALISED, prepare
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study

QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}
KNOTS = 4
POINTS = 40
METHOD = "logistic regression, restricted cubic spline, pointwise Wald interval"
USED = "exposed"


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
        When two knots fall together.

    Notes
    -----
    Harrell FE. Regression Modeling Strategies, 2nd ed., 2015, table 2.3.
    """
    found = np.quantile(np.asarray(values, dtype=float), QUANTILES[count])
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


def curve_rows(
    study: Study, patients: pd.DataFrame, analysis: str, values: pd.Series, contrast: str
) -> list[dict]:
    """Odds ratios along a dose or a duration, against never use.

    Users enter with an indicator of use and a spline of their value among users; nothing forces
    the curve to begin at 1 where the value is 0. Users whose value is unknown leave.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with the column ``exposed``.
    analysis, contrast : str
        Where the rows stand in the table of estimates.
    values : Series of shape (n,)
        The dose (mg/day) or duration (days) of each user; of others it is not read.

    Returns
    -------
    list of dict
        Adjusted: level "any change" (P that the value makes no difference among users), level
        "non-linear" (P that the curve is a line), then the curve, its levels the values.
    """
    place = {"model": "adjusted", "contrast": contrast, "reference": "never", "method": METHOD}
    known = patients[values.notna() | ~patients["exposed"]]
    try:
        knots, fit, notes = _fitted(study, known, values)
    except NotEstimable as error:
        return [row(analysis, "OR", level="curve", note=str(error), **place)]
    left_out = len(patients) - len(known)
    if left_out:
        notes = (f"{left_out} patients of unknown value left out", *notes)
    note = "; ".join((f"knots at {', '.join(f'{knot:g}' for knot in knots)}", *notes))
    names = _names(knots)
    rows = [
        row(analysis, "P", level=level, p_value=fit.wald_test(tested), note=note, **place)
        for level, tested in (("any change", names), ("non-linear", names[1:]))
    ]
    grid = np.linspace(knots[0], knots[-1], POINTS)
    points = [
        fit.contrast({USED: 1.0, **dict(zip(names, basis, strict=True))})
        for basis in restricted_cubic(grid, knots)
    ]
    if max(abs(log_ratio) for log_ratio, _ in points) > LARGEST_PENALISED:
        note = "not estimable: the curve runs away, too few respond among users"
        return [row(analysis, "OR", level="curve", note=note, **place)]
    for value, point in zip(grid, points, strict=True):
        figures = wald(*point)
        rows.append(row(analysis, "OR", level=f"{value:.4g}", note=note, **place, **figures))
    return rows


def _names(knots: np.ndarray) -> list[str]:
    return [f"spline {i}" for i in range(1, len(knots))]


def _fitted(
    study: Study, known: pd.DataFrame, values: pd.Series
) -> tuple[np.ndarray, Fit, tuple[str, ...]]:
    prepared = prepare(study, known, adjusted=True)
    kept = prepared.patients
    used = kept["exposed"].to_numpy(dtype=bool)
    if not used.any():
        raise NotEstimable("not estimable: no user with a known value")
    own = values.loc[kept.index].to_numpy(dtype=float)
    knots = knots_of(own[used])
    basis = np.zeros((len(kept), len(knots) - 1))
    basis[used] = restricted_cubic(own[used], knots)
    columns = pd.DataFrame(basis, columns=_names(knots), index=kept.index)
    columns.insert(0, USED, used.astype(float))
    design = with_intercept(columns, prepared.covariates)
    return knots, fit_logistic(design, kept["response"]), prepared.notes
