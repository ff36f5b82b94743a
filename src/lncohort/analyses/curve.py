"""How the odds of response change along the dose or the duration."""

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import LARGEST_PENALISED, prepare
from lncohort.estimate.logistic import Fit, fit_logistic, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.spline import knots_of, restricted_cubic
from lncohort.study import Study

POINTS = 40
METHOD = "logistic regression, restricted cubic spline, pointwise Wald interval"
USED = "exposed"


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
