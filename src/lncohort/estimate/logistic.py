"""The logistic model: maximum likelihood, with errors that fit how the rows came about."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.special import expit

from lncohort.estimate.coefficients import Coefficients
from lncohort.estimate.newton import RUNS_AWAY, maximise
from lncohort.estimate.rows import NotEstimable

LARGEST_COEFFICIENT = 15.0
LARGEST_SE = 50.0
ENOUGH = 50_000  # rows that tell how far a column spreads
WIDEST = 40.0  # standard errors within which a limit of a profile is looked for
METHOD = "logistic regression, maximum likelihood, Wald interval"
ERRORS = ("model", "HC0", "HC1", "HC2", "HC3", "cluster")


@dataclass(frozen=True)
class Fit(Coefficients):
    """A fitted logistic model: log odds and log odds ratios.

    Attributes
    ----------
    design : DataFrame of shape (n, p)
        The columns of the model; the first is ``intercept``.
    log_likelihood : float
    notes : tuple of str
        Patients and levels that could not enter the model.
    left_out : dict of str to str
        Levels of the exposure that could not enter, and why.
    """

    design: pd.DataFrame
    log_likelihood: float
    notes: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)


def fit_logistic(
    design: pd.DataFrame,
    response: pd.Series | np.ndarray,
    *,
    weights=None,
    offset=None,
    cluster=None,
    errors: str = "model",
) -> Fit:
    """Fit a logistic model by maximum likelihood.

    Parameters
    ----------
    design : DataFrame of shape (n, p)
        With its intercept.
    response : array of shape (n,)
        Whether each patient responded.
    weights : array of shape (n,), optional
        How often each row counts, from 0 up. The errors of the model take them as numbers of
        patients; for weights of another kind, such as inverse probabilities, ask for ``HC0``.
    offset : array of shape (n,), optional
        Added to the log odds of each row.
    cluster : array of shape (n,), optional
        The cluster of each row, when ``errors`` is ``cluster``.
    errors : str
        ``model`` (inverse of the information); ``HC0`` to ``HC3`` (sandwich, which holds when the
        variance is not that of the model); ``cluster`` (sandwich of the sums of the scores by
        cluster, times G / (G - 1) for G clusters).

    Raises
    ------
    ValueError
        When lengths differ, the response is not 0 or 1, a weight is below 0, or the errors are of
        a kind that is not there.
    NotEstimable
        When a value is missing, all outcomes are the same, there are no more patients than
        coefficients, the covariates determine each other, or the coefficients run away
        (separation).

    Notes
    -----
    Hosmer DW, Lemeshow S, Sturdivant RX. Applied Logistic Regression, 3rd ed., 2013, ch. 2. Errors:
    MacKinnon JG, White H. J Econometrics 1985;29:305 (HC1 to HC3); Liang KY, Zeger SL. Biometrika
    1986;73:13 (clusters).
    """
    matrix, outcome, weights, offset = _checked(design, response, weights, offset)
    if errors not in ERRORS or (errors == "cluster") != (cluster is not None):
        raise ValueError(
            f"errors must be one of {', '.join(ERRORS)}, cluster with its column, found {errors!r}"
        )
    counted = weights > 0
    if not 0 < outcome[counted].sum() < counted.sum():
        raise NotEstimable("not estimable: all patients have the same outcome")
    if counted.sum() <= matrix.shape[1]:
        raise NotEstimable("not estimable: fewer patients than coefficients")
    found = maximise(matrix, outcome, weights, offset)
    try:
        covariance = np.linalg.inv(found.information)
    except np.linalg.LinAlgError as error:
        raise NotEstimable(RUNS_AWAY) from error
    variances = np.diag(covariance)
    # Over the spread of its column a coefficient has no unit; the intercept's depends on origins.
    span = _spread(matrix, np.flatnonzero(counted))
    if not (variances > 0).all():
        raise NotEstimable(RUNS_AWAY)
    if not is_finite_fit(found.coefficients * span, np.sqrt(variances) * span):
        raise NotEstimable(RUNS_AWAY)
    if errors != "model":
        risk = expit(matrix @ found.coefficients + offset)
        scores = weights * (outcome - risk)
        if errors in ("HC2", "HC3"):
            leverage = weights * risk * (1 - risk)
            leverage *= np.einsum("ij,jk,ik->i", matrix, covariance, matrix)
            scores /= (1 - leverage) ** (0.5 if errors == "HC2" else 1)
        covariance = _sandwich(covariance, scores[:, None] * matrix, errors, cluster)
    names = list(design.columns)
    return Fit(
        design=design,
        coefficients=pd.Series(found.coefficients, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        log_likelihood=found.log_likelihood,
    )


def _checked(design, response, weights, offset):
    """The arrays of a fit, of one length and without a missing value."""
    matrix = design.to_numpy(dtype=float)
    outcome = np.asarray(response, dtype=float)
    n = len(matrix)
    weights = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    offset = np.zeros(n) if offset is None else np.asarray(offset, dtype=float)
    for name, values in (("response", outcome), ("weights", weights), ("offset", offset)):
        if values.shape != (n,):
            raise ValueError(f"{name}: expected {n} values, one a row, found {values.shape}")
        if not np.isfinite(values).all():
            raise NotEstimable(f"not estimable: a value of the {name} is missing")
    # a sum is finite only if every number is, unless it overflows
    if not (np.isfinite(matrix.sum()) or np.isfinite(matrix).all()):
        raise NotEstimable("not estimable: a covariate is missing")
    if not ((outcome == 0) | (outcome == 1)).all():
        raise ValueError("response: expected 0 and 1 only")
    if (weights < 0).any():
        raise ValueError("weights: expected none below 0")
    return matrix, outcome, weights, offset


def _spread(matrix: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The standard deviation of each column, of a part of many rows where that shows any."""
    found = matrix[rows[:: max(1, len(rows) // ENOUGH)]].std(axis=0)
    flat = np.flatnonzero(found == 0)
    found[flat] = matrix[:, flat][rows].std(axis=0)
    return found


def _sandwich(inverse: np.ndarray, scores: np.ndarray, errors: str, cluster) -> np.ndarray:
    """The inverse information around the spread of the scores."""
    n, p = scores.shape
    if errors == "cluster":
        codes, labels = pd.factorize(np.asarray(cluster))
        if len(codes) != n or (codes < 0).any():
            raise ValueError(f"cluster: expected {n} labels, none missing")
        if len(labels) <= p:
            raise NotEstimable("not estimable: no more clusters than coefficients")
        summed = np.zeros((len(labels), p))
        np.add.at(summed, codes, scores)
        meat = summed.T @ summed * len(labels) / (len(labels) - 1)
    else:
        meat = scores.T @ scores * (n / (n - p) if errors == "HC1" else 1)
    return inverse @ meat @ inverse


def profile_intervals(
    design: pd.DataFrame, response, columns: list[str], *, weights=None, offset=None
) -> pd.DataFrame:
    """95 % intervals and P of some coefficients by the profile of the likelihood.

    Parameters are those of :func:`fit_logistic`.

    Returns
    -------
    DataFrame of shape (len(columns), 3)
        By column: ci_low and ci_high of the coefficient, infinite where the likelihood does not
        fall enough, and p_value of the likelihood-ratio test.

    Raises
    ------
    NotEstimable
        As for :func:`fit_logistic`.

    Notes
    -----
    Venzon DJ, Moolgavkar SH. Appl Stat 1988;37:87.
    """
    fit = fit_logistic(design, response, weights=weights, offset=offset)
    matrix, outcome, weights, offset = _checked(design, response, weights, offset)
    level = fit.log_likelihood - stats.chi2.ppf(0.95, 1) / 2
    rows = {}
    for name in columns:
        place = design.columns.get_loc(name)
        own, others = matrix[:, place], np.delete(matrix, place, axis=1)
        beta, se = fit.contrast({name: 1.0})

        def above(value, own=own, others=others):
            held = maximise(others, outcome, weights, offset + value * own)
            return held.log_likelihood - level

        rows[name] = {
            key: _limit(above, beta, side * se) for key, side in (("ci_low", -1), ("ci_high", 1))
        }
        ratio = 2 * (fit.log_likelihood - (above(0.0) + level))
        rows[name]["p_value"] = float(stats.chi2.sf(max(ratio, 0.0), 1))
    return pd.DataFrame.from_dict(rows, orient="index")


def _limit(above, beta: float, step: float) -> float:
    """Where a profile falls to its level, from the maximum in the direction of a step."""
    reach = 2.0
    while above(beta + reach * step) > 0:
        reach *= 1.5
        if reach > WIDEST:
            return float(np.copysign(np.inf, step))
    return float(optimize.brentq(above, beta, beta + reach * step, xtol=1e-10))


def is_finite_fit(coefficients: np.ndarray | pd.Series, errors: np.ndarray | pd.Series) -> bool:
    """Whether coefficients and their standard errors are those of data without separation."""
    return bool((np.abs(coefficients) < LARGEST_COEFFICIENT).all() and (errors < LARGEST_SE).all())


def with_intercept(*parts: pd.DataFrame) -> pd.DataFrame:
    """The design matrix of these columns, behind an intercept."""
    design = pd.concat(parts, axis=1)
    design.insert(0, "intercept", 1.0)
    return design


def level_column(level: str) -> str:
    """The name of the design column of an exposure level."""
    return f"exposure: {level}"


def log_likelihood(design: pd.DataFrame, response, coefficients) -> float:
    """The log-likelihood of a logistic model at given coefficients, one for each column."""
    log_odds = design.to_numpy(dtype=float) @ np.asarray(coefficients, dtype=float)
    outcome = np.asarray(response, dtype=float)
    return float(outcome @ log_odds - np.logaddexp(0, log_odds).sum())


def likelihood_ratio_p(full: Fit, restricted: Fit) -> float:
    """P of the likelihood-ratio test of a model within another, both fitted to the same rows."""
    freedom = len(full.coefficients) - len(restricted.coefficients)
    statistic = max(0.0, 2 * (full.log_likelihood - restricted.log_likelihood))
    return float(stats.chi2.sf(statistic, freedom))
