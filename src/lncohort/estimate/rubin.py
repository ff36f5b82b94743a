"""Missing data: what is missing, and Rubin's rules for completed data sets."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lncohort.estimate.logistic import Fit, log_likelihood
from lncohort.estimate.rows import NotEstimable


@dataclass(frozen=True)
class PooledImputations:
    """An estimate pooled over completed data sets.

    Attributes
    ----------
    estimate, se, ci_low, ci_high, p_value, df : float
        Two-sided, of t with ``df`` degrees of freedom.
    within, between, total : float
        Mean variance within the data sets, variance between them, and total.
    relative_increase : float
        Of the variance due to what is missing.
    share_missing : float
        Of the total variance that is between (lambda).
    fraction_missing : float
        Fraction of missing information.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p_value: float
    df: float
    within: float
    between: float
    total: float
    relative_increase: float
    share_missing: float
    fraction_missing: float


def missing_counts(data: pd.DataFrame) -> pd.DataFrame:
    """How many values each column lacks.

    Returns
    -------
    DataFrame
        By column: missing, percent.
    """
    missing = data.isna().sum()
    return pd.DataFrame({"missing": missing, "percent": 100 * missing / max(len(data), 1)})


def missing_patterns(data: pd.DataFrame) -> pd.DataFrame:
    """Which columns lack a value together, and in how many rows; the commonest first."""
    patterns = data.isna().value_counts().rename("rows").reset_index()
    return patterns.sort_values(["rows", *data.columns], ascending=False, ignore_index=True)


def pool_imputations(estimates, variances, complete_df: float = math.inf) -> PooledImputations:
    """Pool an estimate over completed data sets.

    Parameters
    ----------
    estimates, variances : array of shape (m,)
        The estimate and its squared standard error in each completed data set.
    complete_df : float
        Degrees of freedom that the analysis would have without missing values.

    Raises
    ------
    ValueError
        For arrays of two lengths or a variance below 0.
    NotEstimable
        With fewer than two data sets.

    Notes
    -----
    Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987. Degrees of freedom: Barnard J,
    Rubin DB. Biometrika 1999;86:948.
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    if q.shape != u.shape or q.ndim != 1 or not (u >= 0).all():
        raise ValueError("expected as many estimates as variances, none below 0")
    m = len(q)
    _require_two(m)
    within, between = float(u.mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total if total > 0 else 0.0
    increase = (1 + 1 / m) * between / within if within > 0 else math.inf
    df = _degrees(m, share, complete_df)
    se = math.sqrt(total)
    quantile = float(stats.t.ppf(0.975, df))
    p_value = float(2 * stats.t.sf(abs(q.mean() / se), df)) if se > 0 else math.nan
    fraction = (increase + 2 / (df + 3)) / (increase + 1) if between > 0 else 0.0
    return PooledImputations(
        estimate=float(q.mean()),
        se=se,
        ci_low=float(q.mean() - quantile * se),
        ci_high=float(q.mean() + quantile * se),
        p_value=p_value,
        df=df,
        within=within,
        between=between,
        total=total,
        relative_increase=increase,
        share_missing=share,
        fraction_missing=fraction,
    )


def _degrees(m: int, share: float, complete: float) -> float:
    """Barnard and Rubin's degrees of freedom; those of complete data when nothing is missing."""
    old = (m - 1) / share**2 if share > 0 else math.inf
    if math.isinf(complete):
        return old
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    return observed if math.isinf(old) else old * observed / (old + observed)


def pooled_wald(estimates, covariances, complete_df: float = math.inf) -> dict[str, float]:
    """Test that several coefficients are all 0, over completed data sets.

    Parameters
    ----------
    estimates : array of shape (m, k)
        The coefficients in each data set.
    covariances : array of shape (m, k, k)
        Their covariance in each.
    complete_df : float
        Degrees of freedom that the analysis would have without missing values; not looked at
        when k (m - 1) is 4 or less, where its correction is not defined.

    Returns
    -------
    dict
        f, df1, df2, p_value.

    Raises
    ------
    ValueError
        For shapes that do not fit each other.
    NotEstimable
        With fewer than two data sets, or coefficients that determine each other.

    Notes
    -----
    D1: Li KH, Raghunathan TE, Rubin DB. J Am Stat Assoc 1991;86:1065. Degrees of freedom with
    complete ones: Reiter JP. Biometrika 2007;94:502.
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(covariances, dtype=float)
    if q.ndim != 2 or u.shape != (*q.shape, q.shape[1]):
        raise ValueError(f"expected (m, k) and (m, k, k), found {q.shape} and {u.shape}")
    m, terms = q.shape
    _require_two(m)
    within, between = u.mean(axis=0), np.cov(q, rowvar=False).reshape(terms, terms)
    mean = q.mean(axis=0)
    try:
        ratio = np.linalg.solve(within, between)
        f = float(mean @ np.linalg.solve(within, mean)) / terms
    except np.linalg.LinAlgError as error:
        raise NotEstimable("not estimable: the coefficients determine each other") from error
    increase = (1 + 1 / m) * float(np.trace(ratio)) / terms
    v = terms * (m - 1)
    if math.isinf(complete_df) or v <= 4:
        df2 = _degrees_of_several(terms, v, increase)
    else:
        df2 = _degrees_with_complete(v, increase, complete_df)
    return _f_test(f / (1 + increase), terms, df2)


def pooled_likelihood_ratio(statistics, at_pooled, terms: int) -> dict[str, float]:
    """Pool likelihood-ratio tests over completed data sets.

    Parameters
    ----------
    statistics : array of shape (m,)
        Twice the difference of log-likelihoods in each data set, each at its own estimates.
    at_pooled : array of shape (m,)
        The same, with the likelihoods taken at the pooled estimates of both models.
    terms : int
        Coefficients that are tested.

    Returns
    -------
    dict
        f, df1, df2, p_value.

    Raises
    ------
    NotEstimable
        With fewer than two data sets.

    Notes
    -----
    Meng XL, Rubin DB. Biometrika 1992;79:103 (D3).
    """
    statistics, at_pooled = np.asarray(statistics, float), np.asarray(at_pooled, float)
    m = len(statistics)
    _require_two(m)
    increase = max((m + 1) / (terms * (m - 1)) * float(statistics.mean() - at_pooled.mean()), 0.0)
    f = float(at_pooled.mean()) / (terms * (1 + increase))
    return _f_test(f, terms, _degrees_of_several(terms, terms * (m - 1), increase))


def logistic_likelihood_ratio(full: list[Fit], restricted: list[Fit], responses) -> dict:
    """Pool the likelihood-ratio tests of a logistic model within another.

    Parameters
    ----------
    full, restricted : list of Fit, of length m
        Both models in each data set, without weights.
    responses : list of array
        The outcome in each data set.

    Returns
    -------
    dict
        As of :func:`pooled_likelihood_ratio`.

    Raises
    ------
    NotEstimable
        When a column of a model is not there in every data set, or with fewer than two.

    Notes
    -----
    D3: Meng XL, Rubin DB. Biometrika 1992;79:103.
    """
    at_own, at_pooled = np.zeros(len(full)), np.zeros(len(full))
    for fits, sign in ((full, 1), (restricted, -1)):
        names = fits[0].coefficients.index
        if any(not fit.coefficients.index.equals(names) for fit in fits):
            raise NotEstimable("not estimable: a level is not there in every completed data set")
        mean = np.mean([fit.coefficients for fit in fits], axis=0)
        at_own += [sign * 2 * fit.log_likelihood for fit in fits]
        at_pooled += [
            sign * 2 * log_likelihood(fit.design, response, mean)
            for fit, response in zip(fits, responses, strict=True)
        ]
    terms = len(full[0].coefficients) - len(restricted[0].coefficients)
    return pooled_likelihood_ratio(at_own, at_pooled, terms)


def _require_two(m: int) -> None:
    if m < 2:
        raise NotEstimable(f"not estimable: {m} completed data set; two are needed")


def _degrees_of_several(terms: int, v: float, increase: float) -> float:
    """Denominator degrees of freedom of a test of several terms, v = terms (m - 1)."""
    if increase == 0:
        return math.inf
    if v > 4:
        return 4 + (v - 4) * (1 + (1 - 2 / v) / increase) ** 2
    return v * (1 + 1 / terms) * (1 + 1 / increase) ** 2 / 2


def _degrees_with_complete(v: float, increase: float, complete: float) -> float:
    """The same where complete data would have few (Reiter 2007, equation 9)."""
    a = increase * v / (v - 2)
    observed = (complete + 1) / (complete + 3) * complete
    one, two = observed - 2 * (1 + a), observed - 4 * (1 + a)
    inverse = 1 / two + (
        a**2 * one / ((1 + a) ** 2 * two)
        + 8 * a**2 * one / ((1 + a) * two**2)
        + 4 * a**2 / ((1 + a) * two)
        + 4 * a**2 / (two * one)
        + 16 * a**2 * one / two**3
        + 8 * a**2 / two**2
    ) / (v - 4)
    return 4 + 1 / inverse


def _f_test(f: float, terms: int, df2: float) -> dict[str, float]:
    p_value = stats.chi2.sf(f * terms, terms) if math.isinf(df2) else stats.f.sf(f, terms, df2)
    return {"f": f, "df1": terms, "df2": df2, "p_value": float(p_value)}
