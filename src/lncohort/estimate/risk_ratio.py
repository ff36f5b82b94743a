"""Adjusted risk ratios: log-binomial and modified Poisson regression."""

import warnings

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from lncohort.estimate.coefficients import Coefficients
from lncohort.estimate.logistic import is_finite_fit
from lncohort.estimate.newton import one_thread
from lncohort.estimate.rows import NotEstimable

NEAREST_TO_EDGE = 1e-6
MOST_STEPS = 100
AT_THE_EDGE = (
    "not estimable: the likelihood is largest where a risk is 1; "
    "modified Poisson regression has no such edge"
)


def fit_modified_poisson(
    design: pd.DataFrame, response: pd.Series | np.ndarray, weights: np.ndarray | None = None
) -> Coefficients:
    """Fit risk ratios by Poisson regression of a binary response, with robust variance.

    Parameters
    ----------
    design : DataFrame of shape (n, p)
        With its intercept.
    response : array of shape (n,)
        Whether each patient responded.
    weights : array of shape (n,), optional
        Probability weights, such as inverse probabilities of treatment: they say how many people
        a patient stands for, not how many were observed. Only their ratios matter.

    Raises
    ------
    ValueError
        When shapes differ, a value is missing, the response is not 0 or 1, or a weight is not
        above 0.
    NotEstimable
        When all have the same outcome, there are no more patients than coefficients, the
        covariates determine each other, or some group has no response.

    Notes
    -----
    Zou G. Am J Epidemiol 2004;159:702. The variance is the sandwich without a correction for
    small samples (HC0), A^-1 B A^-1 with A the sum of w m x x' and B that of (w (y - m))^2 x x',
    m being the fitted risk; it takes the weights as known. Nothing keeps m below 1: the ratios
    are to be used, not the fitted risks.
    """
    matrix, outcome, weight = _checked(design, response, weights)
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GLM(outcome, matrix, family=Poisson(), var_weights=weight)
        try:
            fitted = model.fit(maxiter=MOST_STEPS, tol=1e-10, cov_type="HC0")
        except np.linalg.LinAlgError as error:
            raise NotEstimable("not estimable: the covariates determine each other") from error
    if fitted.mu.min() < NEAREST_TO_EDGE:
        raise NotEstimable("not estimable: some group has no response, its risk ratio is 0")
    return _fit(design, fitted.params, fitted.cov_params(), converged=fitted.converged)


def fit_log_binomial(
    design: pd.DataFrame, response: pd.Series | np.ndarray, weights: np.ndarray | None = None
) -> Coefficients:
    """Fit risk ratios by maximum likelihood under the binomial law and a log link.

    Parameters
    ----------
    design : DataFrame of shape (n, p)
        With its intercept.
    response : array of shape (n,)
        Whether each patient responded.
    weights : array of shape (n,), optional
        As for :func:`fit_modified_poisson`. With them the variance is the sandwich, without them
        the inverse of the expected information.

    Raises
    ------
    ValueError
        As for :func:`fit_modified_poisson`, or when the design has no intercept.
    NotEstimable
        As for :func:`fit_modified_poisson`, or when the likelihood is largest where a risk is 1:
        the maximum lies at the edge of what a risk can be, and has no Wald interval.

    Notes
    -----
    Wacholder S. Am J Epidemiol 1986;123:174; Williamson T, Eliasziw M, Fick GH. Emerg Themes
    Epidemiol 2013;10:14. The log likelihood is concave over the coefficients that give risks
    below 1; Newton's method starts among them, from the risk of all, and halves each step that
    would leave them or not raise the likelihood, which the solvers of the libraries do not do.
    """
    matrix, outcome, weight = _checked(design, response, weights)
    log_mean = np.log(np.average(outcome, weights=weight))
    beta = np.linalg.lstsq(matrix, np.full(len(outcome), log_mean), rcond=None)[0]
    if not np.allclose(matrix @ beta, log_mean):
        raise ValueError("the design has no intercept, expected a column or a sum of columns of 1")
    if _rank(matrix[outcome == 0]) < matrix.shape[1]:
        raise NotEstimable(AT_THE_EDGE)
    with one_thread():
        beta, converged = _largest_likelihood(matrix, outcome, weight, beta)
    risk = np.exp(matrix @ beta)
    if risk.max() > 1 - NEAREST_TO_EDGE:
        raise NotEstimable(AT_THE_EDGE)
    if risk.min() < NEAREST_TO_EDGE:
        raise NotEstimable("not estimable: some group has no response, its risk ratio is 0")
    covariance = np.linalg.inv((matrix.T * (weight * risk / (1 - risk))) @ matrix)
    if weights is not None:
        scores = matrix * (weight * (outcome - risk) / (1 - risk))[:, None]
        covariance = covariance @ (scores.T @ scores) @ covariance
    return _fit(design, beta, covariance, converged=converged)


def _checked(design, response, weights) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The design, response and weights (of mean 1) as numbers that can be fitted."""
    matrix, outcome = design.to_numpy(dtype=float), np.asarray(response, dtype=float)
    weight = np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=float)
    if not len(matrix) == len(outcome) == len(weight):
        raise ValueError(
            f"{len(matrix)} rows of the design, {len(outcome)} responses and {len(weight)} weights,"
            " expected as many of each"
        )
    if not (np.isfinite(matrix).all() and np.isin(outcome, (0.0, 1.0)).all()):
        raise ValueError("a covariate is missing or infinite, or a response is neither 0 nor 1")
    if not (np.isfinite(weight).all() and (weight > 0).all()):
        raise ValueError("a weight is missing, infinite or not above 0")
    if not 0 < outcome.sum() < len(outcome):
        raise NotEstimable("not estimable: all patients have the same outcome")
    if len(outcome) <= matrix.shape[1]:
        raise NotEstimable("not estimable: fewer patients than coefficients")
    if _rank(matrix) < matrix.shape[1]:
        raise NotEstimable("not estimable: the covariates determine each other")
    return matrix, outcome, weight / weight.mean()


def _rank(matrix: np.ndarray) -> int:
    """Rank of a matrix, whatever the units of its columns."""
    lengths = np.linalg.norm(matrix, axis=0)
    return int(np.linalg.matrix_rank(matrix / np.where(lengths > 0, lengths, 1.0)))


def _largest_likelihood(matrix, outcome, weight, beta) -> tuple[np.ndarray, bool]:
    """Coefficients of the largest log-binomial likelihood, and whether they were reached."""

    def log_likelihood(coefficients: np.ndarray) -> float:
        predictor = matrix @ coefficients
        if predictor.max() > -NEAREST_TO_EDGE / 2:
            return -np.inf
        none = np.log(-np.expm1(predictor))
        return float(weight @ np.where(outcome == 1, predictor, none))

    now = log_likelihood(beta)
    for _ in range(MOST_STEPS):
        risk = np.exp(matrix @ beta)
        score = matrix.T @ (weight * (outcome - risk) / (1 - risk))
        curvature = weight * (1 - outcome) * risk / (1 - risk) ** 2
        try:
            step = np.linalg.solve((matrix.T * curvature) @ matrix, score)
        except np.linalg.LinAlgError:
            return beta, False
        if score @ step < 1e-12 * len(outcome):
            return beta, True
        size = 1.0
        while (then := log_likelihood(beta + size * step)) <= now:
            size /= 2
            if size < 1e-10:
                return beta, False
        beta, now = beta + size * step, then
    return beta, False


def _fit(design, coefficients, covariance, *, converged: bool) -> Coefficients:
    # Over the spread of its column a coefficient has no unit; indicators have none anyhow.
    matrix = design.to_numpy(dtype=float)
    span = matrix.std(axis=0)
    span[np.isin(matrix, (0, 1)).all(axis=0)] = 1.0
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    if not (converged and is_finite_fit(coefficients * span, errors * span)):
        raise NotEstimable("not estimable: the fit does not converge to finite risk ratios")
    names = list(design.columns)
    return Coefficients(
        coefficients=pd.Series(coefficients, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
    )
