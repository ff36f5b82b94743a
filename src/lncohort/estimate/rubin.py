"""Missing data: what is missing, and Rubin's rules for completed data sets."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

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
    if m < 2:
        raise NotEstimable(f"not estimable: {m} completed data set; two are needed")
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
    if m < 2:
        raise NotEstimable(f"not estimable: {m} completed data set; two are needed")
    increase = max((m + 1) / (terms * (m - 1)) * float(statistics.mean() - at_pooled.mean()), 0.0)
    f = float(at_pooled.mean()) / (terms * (1 + increase))
    v = terms * (m - 1)
    if increase == 0:
        df2 = math.inf
    elif v > 4:
        df2 = 4 + (v - 4) * (1 + (1 - 2 / v) / increase) ** 2
    else:
        df2 = v * (1 + 1 / terms) * (1 + 1 / increase) ** 2 / 2
    p_value = stats.chi2.sf(f * terms, terms) if math.isinf(df2) else stats.f.sf(f, terms, df2)
    return {"f": f, "df1": terms, "df2": df2, "p_value": float(p_value)}
