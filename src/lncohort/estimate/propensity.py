"""Propensity scores, and the weights that are made of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lncohort.estimate.arrays import flags, numbers
from lncohort.estimate.logistic import Fit, fit_logistic, with_intercept
from lncohort.estimate.rows import NotEstimable

ESTIMANDS = ("ATE", "ATT", "ATO")
SMALL = 1e-9


@dataclass(frozen=True)
class Propensity:
    """A propensity score.

    Attributes
    ----------
    fit : Fit
        The logistic model of treatment; its design has the covariates as they were given.
    score : Series of shape (n,)
        Probability of treatment of each patient, strictly between 0 and 1.
    treated : Series of bool, shape (n,)
    """

    fit: Fit
    score: pd.Series
    treated: pd.Series


def fit_propensity(covariates: pd.DataFrame, treated) -> Propensity:
    """Fit a propensity score by logistic regression.

    Parameters
    ----------
    covariates : DataFrame of shape (n, p)
        Without an intercept; categories as indicators.
    treated : array of shape (n,)
        True or 1 when treated.

    Raises
    ------
    ValueError
        When ``treated`` is missing or neither 0 nor 1.
    NotEstimable
        When a covariate is missing or is the same in all, the covariates determine each other,
        none or all are treated, or the covariates separate the treated from the others (the
        score would be 0 or 1).

    Notes
    -----
    Rosenbaum PR, Rubin DB. Biometrika 1983;70:41.
    """
    treated = pd.Series(flags("treated", treated, len(covariates)), index=covariates.index)
    matrix = covariates.astype(float)
    if not np.isfinite(matrix.to_numpy()).all():
        raise NotEstimable("not estimable: a covariate is missing or infinite")
    if not treated.any() or treated.all():
        raise NotEstimable("not estimable: none or all are treated")
    mean, spread = matrix.mean(), matrix.std(ddof=0)
    same = spread[spread <= 1e-12 * np.maximum(mean.abs(), 1)]
    if len(same):
        raise NotEstimable(f"not estimable: {same.index[0]} is the same in all")
    # Newton's steps want columns of one size; the coefficients are those of the columns given.
    scaled = (matrix - mean) / spread
    if np.linalg.matrix_rank(scaled) < matrix.shape[1]:
        raise NotEstimable("not estimable: the covariates determine each other")
    standard = fit_logistic(with_intercept(scaled), treated)
    if not (np.diag(standard.covariance) > 0).all():
        raise NotEstimable("not estimable: the covariates decide who is treated")
    size = 1 + matrix.shape[1]
    back = np.diag([1.0, *(1 / spread)])
    back[0, 1:] = -mean / spread
    names = standard.coefficients.index
    design = with_intercept(matrix)
    fit = Fit(
        design=design,
        coefficients=pd.Series(back @ standard.coefficients.to_numpy(), index=names),
        covariance=pd.DataFrame(
            back @ standard.covariance.to_numpy() @ back.T, index=names, columns=names
        ),
        log_likelihood=standard.log_likelihood,
    )
    linear = standard.design.to_numpy()[:, :size] @ standard.coefficients.to_numpy()
    score = pd.Series(1 / (1 + np.exp(-linear)), index=covariates.index)
    if not ((score > 0) & (score < 1)).all():
        raise NotEstimable("not estimable: the covariates decide who is treated")
    return Propensity(fit, score, treated)


def weights(
    propensity: Propensity,
    estimand: str = "ATE",
    numerator: Propensity | None = None,
    stabilised: bool = False,
    truncate: tuple[float, float] | None = None,
) -> pd.Series:
    """Weights that make the treated and the others alike.

    Parameters
    ----------
    propensity : Propensity
    estimand : str
        The population in which the effect is wanted: ``ATE`` all, ``ATT`` the treated, ``ATO``
        those who might have been in either group (overlap weights).
    numerator : Propensity, optional
        A score given fewer covariates, whose probability of the treatment taken stands in the
        numerator of ATE weights: stabilised within those covariates.
    stabilised : bool
        Whether ATE weights are multiplied by the share that took the treatment.
    truncate : (float, float), optional
        Quantiles (0 to 1) of the weights beyond which they are set to the quantile.

    Returns
    -------
    Series of shape (n,)

    Raises
    ------
    ValueError
        For another estimand, a numerator or stabilisation of other weights than those of ATE, or
        quantiles out of order.

    Notes
    -----
    Robins JM, Hernán MA, Brumback B. Epidemiology 2000;11:550. Li F, Morgan KL, Zaslavsky AM. J
    Am Stat Assoc 2018;113:390 (overlap). Cole SR, Hernán MA. Am J Epidemiol 2008;168:656
    (truncation).
    """
    if estimand not in ESTIMANDS:
        raise ValueError(f"estimand must be one of {', '.join(ESTIMANDS)}, found {estimand!r}")
    if estimand != "ATE" and (numerator is not None or stabilised):
        raise ValueError(f"only ATE weights are stabilised, found estimand {estimand!r}")
    e, t = propensity.score, propensity.treated
    if estimand == "ATT":
        made = (e / (1 - e)).where(~t, 1.0)
    elif estimand == "ATO":
        made = (1 - e).where(t, e)
    else:
        made = (1 / e).where(t, 1 / (1 - e))
        if numerator is not None:
            made = made * numerator.score.where(t, 1 - numerator.score)
        elif stabilised:
            made = made * np.where(t, t.mean(), 1 - t.mean())
    if truncate is not None:
        made = truncated(made, truncate)
    return made


def truncated(values: pd.Series, quantiles: tuple[float, float]) -> pd.Series:
    """Weights with those beyond two quantiles set to the quantile.

    Raises
    ------
    ValueError
        When the quantiles are not from 0 to 1, the lower first.
    """
    low, high = quantiles
    if not 0 <= low < high <= 1:
        raise ValueError(f"quantiles must be from 0 to 1, the lower first, found {quantiles}")
    return values.clip(values.quantile(low), values.quantile(high))


def density_weights(dose, covariates: pd.DataFrame) -> np.ndarray:
    """Stabilised weights of a continuous exposure: normal densities, marginal over conditional.

    Parameters
    ----------
    dose : array of shape (n,)
    covariates : DataFrame of shape (n, p)
        Without an intercept.

    Raises
    ------
    ValueError
        For a dose that is missing or infinite.
    NotEstimable
        When a covariate is missing, the covariates determine each other or the dose, or the dose
        is the same in all.

    Notes
    -----
    Robins JM, Hernán MA, Brumback B. Epidemiology 2000;11:550; residual variances with their
    degrees of freedom.
    """
    dose = numbers("dose", dose, len(covariates))
    design = with_intercept(covariates.astype(float)).to_numpy()
    if not np.isfinite(design).all():
        raise NotEstimable("not estimable: a covariate is missing or infinite")
    if not len(dose) or np.ptp(dose) == 0:
        raise NotEstimable("not estimable: the dose is the same in all")
    if np.linalg.matrix_rank(design) < design.shape[1] or len(dose) <= design.shape[1]:
        raise NotEstimable("not estimable: the covariates determine each other")
    mean = design @ np.linalg.lstsq(design, dose, rcond=None)[0]
    error = np.sqrt(((dose - mean) ** 2).sum() / (len(dose) - design.shape[1]))
    if not error > SMALL * dose.std():
        raise NotEstimable("not estimable: the covariates decide the dose")
    return stats.norm.pdf(dose, dose.mean(), dose.std(ddof=1)) / stats.norm.pdf(dose, mean, error)


def effective_sample_size(weights) -> float:
    """Kish's effective sample size: the squared sum of the weights over the sum of squares.

    Notes
    -----
    Kish L. Survey Sampling, 1965.
    """
    weights = np.asarray(weights, dtype=float)
    squared = (weights**2).sum()
    return float(weights.sum() ** 2 / squared) if squared > 0 else 0.0
