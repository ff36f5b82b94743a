"""Pooled logistic models of person-intervals: the discrete hazard, with errors by patient."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.estimate.arrays import flags, labels, sampling_weights
from lncohort.estimate.coefficients import Coefficients
from lncohort.estimate.gathered import Gathered
from lncohort.estimate.newton import RUNS_AWAY, Maximum, maximise_gathered
from lncohort.estimate.rows import NotEstimable

# Beyond this the likelihood no longer tells a log odds from an infinite one.
LARGEST_LOG_ODDS = 30.0


@dataclass(frozen=True)
class PooledFit(Coefficients):
    """A fitted pooled logistic model.

    Attributes
    ----------
    log_likelihood : float
    rows, events, patients : int
        How many of each have weight.
    """

    log_likelihood: float
    rows: int
    events: int
    patients: int


def fit_pooled_logistic(design: Gathered, event, patient, *, weights=None) -> PooledFit:
    """Fit a logistic model to person-intervals; errors are robust, by patient.

    Parameters
    ----------
    design : Gathered of shape (n, p)
        With its intercept.
    event : array of shape (n,)
        Whether the event came in each interval.
    patient : array of shape (n,)
        Whose interval each row is.
    weights : array of shape (n,), optional
        From 0 up.

    Raises
    ------
    ValueError
        When a length differs, an event is neither 0 nor 1, a weight is below 0, missing or
        infinite, or a row is without a patient.
    NotEstimable
        When a covariate is missing, no row or every row has an event, the covariates determine
        each other, a coefficient has no finite estimate, or there are no more patients than
        coefficients.

    Notes
    -----
    logit P(event in the interval given none before) = x b. D'Agostino RB et al. Stat Med
    1990;9:1501. Covariance: sandwich of the sums of the weighted scores by patient, times G / (G -
    1) for G patients: Liang KY, Zeger SL. Biometrika 1986;73:13.
    """
    n, p = design.shape
    event = flags("event", event, n)
    weights = np.ones(n) if weights is None else sampling_weights("weights", weights, n)
    people = labels("patient", patient, n)[1]
    found = pooled_maximum(design, event, weights)
    counted = weights > 0
    patients = len(np.unique(people[counted]))
    if patients <= p:
        raise NotEstimable("not estimable: no more patients than coefficients")
    inverse = np.linalg.inv(found.information)
    residual = weights * (event - expit(design.times(found.coefficients)))
    summed = design.sums_by(residual, people, people.max() + 1)
    covariance = inverse @ (summed.T @ summed) @ inverse * patients / (patients - 1)
    names = list(design.columns)
    return PooledFit(
        coefficients=pd.Series(found.coefficients, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        log_likelihood=found.log_likelihood,
        rows=int(counted.sum()),
        events=int(event[counted].sum()),
        patients=patients,
    )


def pooled_maximum(design: Gathered, event: np.ndarray, weights: np.ndarray, start=None) -> Maximum:
    """The maximum of the likelihood alone; ``start`` are coefficients near it.

    Raises
    ------
    NotEstimable
        As :func:`fit_pooled_logistic`, but for the number of patients.
    """
    if not all(np.isfinite(table).all() for table in design.tables):
        raise NotEstimable("not estimable: a covariate is missing or infinite")
    counted = weights > 0
    if not 0 < np.count_nonzero(event & counted) < np.count_nonzero(counted):
        raise NotEstimable("not estimable: no row or every row has an event")
    if not counted.all():  # of the patients that a bootstrap sample leaves out
        design, event, weights = design.only(counted), event[counted], weights[counted]
    found = maximise_gathered(design, event, weights, start)
    log_odds = np.abs(design.times(found.coefficients))
    if not (log_odds.max() < LARGEST_LOG_ODDS and (np.diag(found.information) > 0).all()):
        raise NotEstimable(RUNS_AWAY)
    return found


def probability(design: Gathered, coefficients: np.ndarray) -> np.ndarray:
    """The fitted probability of each row."""
    return expit(design.times(np.asarray(coefficients, dtype=float)))
