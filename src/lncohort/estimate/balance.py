"""Whether two groups are alike: standardised differences, variance ratios, distributions."""

import numpy as np
import pandas as pd

from lncohort.estimate.arrays import flags, sampling_weights


def balance(
    covariates: pd.DataFrame, treated, weights=None, standardise_by: str = "pooled"
) -> pd.DataFrame:
    """Compare each covariate between two groups, as they are and weighted.

    Parameters
    ----------
    covariates : DataFrame of shape (n, p)
        Numbers; categories as indicators of every level.
    treated : array of shape (n,)
        True or 1 when treated.
    weights : array of shape (n,), optional
        From 0 up; without them the weighted columns are NaN.
    standardise_by : str
        The standard deviation of the unweighted sample by which differences are divided, before
        and after: ``pooled`` (root of the mean of the two variances) or ``treated``.

    Returns
    -------
    DataFrame of shape (p, 6)
        By covariate: smd (treated less others), variance_ratio (NaN for a 0/1 column), ks (largest
        distance of the distribution functions), and the same with ``_weighted``. Of a group of
        one patient a number has no variance: then smd and variance_ratio are NaN.

    Raises
    ------
    ValueError
        For another way to standardise, a value that is missing or infinite, ``treated`` neither
        0 nor 1, a weight below 0, or a group that is empty or without weight.

    Notes
    -----
    Austin PC. Stat Med 2009;28:3083. Variances of a 0/1 column are p (1 - p).
    """
    if standardise_by not in ("pooled", "treated"):
        raise ValueError(f'standardise_by must be "pooled" or "treated", found {standardise_by!r}')
    matrix = covariates.to_numpy(dtype=float)
    treated = flags("treated", treated, len(matrix))
    if not np.isfinite(matrix).all():
        raise ValueError("expected no missing covariate, found one")
    if not treated.any() or treated.all():
        raise ValueError("expected two groups, found one")
    ones = np.ones(len(matrix))
    weighted = np.full(len(matrix), np.nan)
    if weights is not None:
        weighted = sampling_weights("weights", weights, len(matrix))
        if not (weighted[treated].any() and weighted[~treated].any()):
            raise ValueError("weights: expected some above 0 in both groups, found none in one")
    rows = {}
    for name, values in zip(covariates.columns, matrix.T, strict=True):
        binary = np.isin(values, (0, 1)).all()
        variances = [_variance(values[g], ones[g], binary) for g in (treated, ~treated)]
        spread = np.sqrt(variances[0] if standardise_by == "treated" else np.mean(variances))
        row = {}
        for label, w in (("", ones), ("_weighted", weighted)):
            means = [_mean(values[g], w[g]) for g in (treated, ~treated)]
            difference = means[0] - means[1]
            row[f"smd{label}"] = _of_none(difference) if spread == 0 else difference / spread
            own = [_variance(values[g], w[g], binary) for g in (treated, ~treated)]
            ratio = own[0] / own[1] if not binary and own[1] > 0 else np.nan
            row[f"variance_ratio{label}"] = ratio
            row[f"ks{label}"] = _distance(values, treated, w)
        rows[name] = row
    columns = ["smd", "variance_ratio", "ks"]
    found = pd.DataFrame.from_dict(rows, orient="index")
    return found[[*columns, *(f"{column}_weighted" for column in columns)]]


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    # A column without spread has its own value as mean, not one that is a rounding error away.
    return float(np.clip(weights @ values / weights.sum(), values.min(), values.max()))


def _variance(values: np.ndarray, weights: np.ndarray, binary: bool) -> float:
    """Unbiased for weights that say how reliable a row is; p (1 - p) of a 0/1 column."""
    mean = _mean(values, weights)
    if binary:
        return mean * (1 - mean)
    total = weights.sum()
    freedom = total - (weights**2).sum() / total
    return float(weights @ (values - mean) ** 2 / freedom) if freedom > 0 else np.nan


def _of_none(difference: float) -> float:
    """Without spread a difference is none or endless."""
    return 0.0 if difference == 0 else float(np.copysign(np.inf, difference))


def _distance(values: np.ndarray, treated: np.ndarray, weights: np.ndarray) -> float:
    """The Kolmogorov-Smirnov distance of two weighted distributions."""
    if not np.isfinite(weights).all():
        return np.nan
    order = np.argsort(values, kind="stable")
    values, treated, weights = values[order], treated[order], weights[order]
    shares = [np.cumsum(weights * g) / weights[g].sum() for g in (treated, ~treated)]
    last_of_value = np.append(np.diff(values) > 0, True)
    return float(np.abs(shares[0] - shares[1])[last_of_value].max())
