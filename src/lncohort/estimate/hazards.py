"""Whether hazards are proportional: the score test of a coefficient that changes with time."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats


def proportional_hazards_test(
    covariates: pd.DataFrame, time_days, responded, coefficients: pd.Series
) -> pd.DataFrame:
    """Test each coefficient of a Cox model against a trend over Kaplan-Meier time.

    Parameters
    ----------
    covariates : DataFrame of shape (n, p)
    time_days : array of shape (n,)
        Days to the event or censoring.
    responded : array of bool, shape (n,)
        Whether the event came.
    coefficients : Series of shape (p,)
        Log hazard ratios fitted with Efron's ties, by column of ``covariates``.

    Returns
    -------
    DataFrame of shape (p, 2)
        chi2 (1 degree of freedom) and p_value, by column of ``covariates``; NaN where all events
        fall on one day, so that nothing can change between them.

    Notes
    -----
    Grambsch PM, Therneau TM. Biometrika 1994;81:515; the exact score test, as of R's survival
    3.0, not its approximation by a constant variance of the residuals.
    """
    matrix = covariates.to_numpy(dtype=float)
    matrix = matrix - matrix.mean(axis=0)
    relative = np.exp(matrix @ coefficients[covariates.columns].to_numpy())
    days, events = np.asarray(time_days), np.asarray(responded, dtype=bool)
    event_days, tied = np.unique(days[events], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), event_days)
    survival = np.cumprod(1 - tied / at_risk)
    scale = dict(zip(event_days, 1 - np.concatenate([[1.0], survival[:-1]]), strict=True))
    size = matrix.shape[1]
    score = np.zeros(size)
    plain, crossed, squared = (np.zeros((size, size)) for _ in range(3))
    for day, residual, information in _event_days(matrix, relative, days, events):
        score += scale[day] * residual
        plain += information
        crossed += scale[day] * information
        squared += scale[day] ** 2 * information
    variance = np.diag(squared) - np.einsum("ij,ij->j", crossed, np.linalg.solve(plain, crossed))
    chi2 = np.divide(score**2, variance, out=np.full(size, np.nan), where=variance > 0)
    return pd.DataFrame({"chi2": chi2, "p_value": stats.chi2.sf(chi2, 1)}, index=covariates.columns)


def _event_days(
    matrix: np.ndarray, relative: np.ndarray, days: np.ndarray, events: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """From the last event day to the first: day, sum of Schoenfeld residuals, information.

    Among d tied events the k-th sees 1 - k/d of the weight of those d (Efron 1977).
    """
    order = np.argsort(days, kind="stable")[::-1]
    matrix, relative, days, events = (a[order] for a in (matrix, relative, days, events))
    starts = np.flatnonzero(np.diff(days, prepend=days[0] + 1))
    size = matrix.shape[1]
    total, first, second = 0.0, np.zeros(size), np.zeros((size, size))
    for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
        leaving, weight, own = matrix[start:end], relative[start:end], events[start:end]
        total += weight.sum()
        first += weight @ leaving
        second += (weight[:, None] * leaving).T @ leaving
        if not own.any():
            continue
        of_event, event_weight = leaving[own], weight[own]
        share = np.arange(len(of_event)) / len(of_event)
        left = total - share * event_weight.sum()
        means = (first - np.outer(share, event_weight @ of_event)) / left[:, None]
        event_second = (event_weight[:, None] * of_event).T @ of_event
        information = (
            second * (1 / left).sum() - event_second * (share / left).sum() - means.T @ means
        )
        yield days[start], of_event.sum(axis=0) - means.sum(axis=0), information
