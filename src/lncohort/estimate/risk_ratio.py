"""Adjusted risk ratios from one model: modified Poisson and log-binomial."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from threadpoolctl import threadpool_limits

from lncohort.estimate.logistic import NotEstimable, is_finite_fit

LARGEST_RISK = 1 - 1e-8


@dataclass(frozen=True)
class LogRiskFit:
    """A fitted model of log risks.

    Attributes
    ----------
    coefficients : Series of shape (p,)
        Log risk and log risk ratios, by column of the design.
    covariance : DataFrame of shape (p, p)
    """

    coefficients: pd.Series
    covariance: pd.DataFrame


def fit_modified_poisson(design: pd.DataFrame, response) -> LogRiskFit:
    """Risk ratios by Poisson regression with a sandwich covariance (HC0).

    Parameters
    ----------
    design : DataFrame of shape (n, p)
        With its intercept.
    response : array of shape (n,)
        0 or 1.

    Raises
    ------
    NotEstimable
        When a risk ratio has no finite estimate or the covariates determine each other.

    Notes
    -----
    Zou G. Am J Epidemiol 2004;159:702.
    """
    matrix, outcome = _checked(design, response)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitted = GLM(outcome, matrix, family=Poisson()).fit(cov_type="HC0", tol=1e-12)
        except (np.linalg.LinAlgError, ValueError) as error:
            raise NotEstimable("not estimable: the fit of log risks fails") from error
    return _finite(design, fitted.params, fitted.cov_params())


def fit_log_binomial(design: pd.DataFrame, response) -> LogRiskFit:
    """Risk ratios by maximum likelihood of the log-binomial model.

    The likelihood is maximised where no fitted risk is above 1, from the start of a modified
    Poisson fit. A maximum on that border has no Wald interval and is refused.

    Parameters and errors are those of :func:`fit_modified_poisson`; NotEstimable also when the
    maximum lies on the border.

    Notes
    -----
    Wacholder S. Am J Epidemiol 1986;123:174; Williamson T, Eliasziw M, Fick GH. Emerg Themes
    Epidemiol 2013;10:14, on the border.
    """
    matrix, outcome = _checked(design, response)
    start = fit_modified_poisson(design, response).coefficients.to_numpy()
    start[0] -= max((matrix @ start).max() - np.log(0.95), 0.0)
    limit = np.log(LARGEST_RISK)

    def negative(beta: np.ndarray) -> float:
        linear = np.minimum(matrix @ beta, limit)
        return -(outcome * linear + (1 - outcome) * np.log1p(-np.exp(linear))).sum()

    def slope(beta: np.ndarray) -> np.ndarray:
        risk = np.exp(np.minimum(matrix @ beta, limit))
        return -matrix.T @ (outcome - (1 - outcome) * risk / (1 - risk))

    rows = np.unique(matrix, axis=0)
    inside = {"type": "ineq", "fun": lambda b: limit - rows @ b, "jac": lambda b: -rows}
    with threadpool_limits(1):
        found = optimize.minimize(
            negative,
            start,
            jac=slope,
            constraints=inside,
            method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-13},
        )
    beta = found.x
    for _ in range(20):  # the constrained search ends near the maximum; Newton's steps end at it
        risk = np.exp(np.minimum(matrix @ beta, limit))
        weight = (1 - outcome) * risk / (1 - risk) ** 2
        observed = (matrix * weight[:, None]).T @ matrix
        step = np.linalg.lstsq(observed, -slope(beta), rcond=None)[0]
        if not np.isfinite(step).all() or (matrix @ (beta + step)).max() >= limit:
            break
        beta = beta + step
    risk = np.exp(matrix @ beta)
    if risk.max() > 0.999 or np.abs(slope(beta)).max() > 1e-5 * len(outcome):
        raise NotEstimable("not estimable: the log-binomial maximum lies where a risk is 1")
    information = (matrix * (risk / (1 - risk))[:, None]).T @ matrix
    return _finite(design, beta, np.linalg.inv(information))


def _checked(design: pd.DataFrame, response) -> tuple[np.ndarray, np.ndarray]:
    matrix, outcome = design.to_numpy(dtype=float), np.asarray(response, dtype=float)
    if not np.isfinite(matrix).all():
        raise NotEstimable("not estimable: a covariate is missing")
    if not 0 < outcome.sum() < len(outcome):
        raise NotEstimable("not estimable: all patients have the same outcome")
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise NotEstimable("not estimable: the covariates determine each other")
    return matrix, outcome


def _finite(design: pd.DataFrame, beta, covariance) -> LogRiskFit:
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    if not is_finite_fit(np.asarray(beta), errors) or not (errors > 0).all():
        raise NotEstimable("not estimable: the fit does not converge to finite risk ratios")
    names = list(design.columns)
    return LogRiskFit(
        pd.Series(np.asarray(beta), index=names),
        pd.DataFrame(np.asarray(covariance), index=names, columns=names),
    )
