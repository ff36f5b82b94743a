"""Multiple imputation of missing numbers by chained equations."""

import numpy as np
import pandas as pd

from lncohort.estimate.newton import one_thread
from lncohort.estimate.rows import NotEstimable

ITERATIONS = 10


def impute(data: pd.DataFrame, copies: int, seed: int) -> list[pd.DataFrame]:
    """Complete a table several times, each with draws of its own.

    Each column with missing values is regressed on all others in turn; what is missing is drawn
    from its predictive distribution, the uncertainty of the coefficients included. The outcome of
    the later analysis, and the exposure, must be among the columns.

    Parameters
    ----------
    data : DataFrame of shape (n, p)
        Numbers; categories as indicators, without missing values.
    copies : int
        Completed tables to make.
    seed : int

    Returns
    -------
    list of DataFrame
        ``copies`` tables like ``data``, without missing values; what was known stays as it is.

    Raises
    ------
    ValueError
        With fewer than two copies, or an infinite value.
    NotEstimable
        Without a row, or when a column has fewer known values than a regression on the others
        needs, or all of them are the same.

    Notes
    -----
    Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987, p. 167: coefficients and
    residual variance are drawn once for each column and turn, then the values (method "norm" of
    mice: van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3)). scikit-learn's
    IterativeImputer draws each value apart, without the error that they share, so that the
    variance between the copies comes out too small.
    """
    if copies < 2:
        raise ValueError(f"copies: expected 2 or more, found {copies}")
    if not len(data):
        raise NotEstimable("not estimable: no patient")
    infinite = data.columns[np.isinf(data.to_numpy(dtype=float)).any(axis=0)]
    if len(infinite):
        raise ValueError(f"{infinite[0]}: expected finite numbers, found an infinite one")
    gaps = data.columns[data.isna().any()]
    for name in gaps:
        known = data[name].dropna()
        if known.nunique() < 2 or len(known) <= data.shape[1] + 1:
            raise NotEstimable(f"not estimable: {name} has too few different known values")
    if not len(gaps):
        return [data.copy() for _ in range(copies)]
    mean, spread = data.mean(), data.std(ddof=0).replace(0, 1)
    standard = ((data - mean) / spread).to_numpy()
    made = []
    with one_thread():
        for random in np.random.default_rng(seed).spawn(copies):
            filled = pd.DataFrame(_chain(standard, random), data.index, data.columns)
            made.append(data.where(data.notna(), filled * spread + mean))
    return made


def _chain(standard: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One completed table: each gap drawn anew in turn, given all other columns."""
    missing = np.isnan(standard)
    filled = standard.copy()
    for column in range(standard.shape[1]):
        known = standard[~missing[:, column], column]
        gap = missing[:, column]
        filled[gap, column] = random.choice(known, gap.sum())
    for _ in range(ITERATIONS):
        for column in np.flatnonzero(missing.any(axis=0)):
            gap = missing[:, column]
            others = np.delete(filled, column, axis=1)
            design = np.column_stack([np.ones(len(others)), others])
            filled[gap, column] = _drawn(design[~gap], filled[~gap, column], design[gap], random)
    return filled


def _drawn(
    design: np.ndarray, known: np.ndarray, wanted: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Values from the predictive distribution of a linear regression, parameters drawn first."""
    # Columns that determine each other share their coefficients.
    inverse = np.linalg.pinv(design.T @ design, hermitian=True)
    mean = inverse @ design.T @ known
    freedom = len(known) - np.linalg.matrix_rank(design)
    error = np.sqrt(((known - design @ mean) ** 2).sum() / random.chisquare(freedom))
    values, vectors = np.linalg.eigh(inverse)
    root = vectors * np.sqrt(np.maximum(values, 0))
    coefficients = mean + error * root @ random.normal(size=len(mean))
    return wanted @ coefficients + error * random.normal(size=len(wanted))


def imputed_summary(data: pd.DataFrame, completed: list[pd.DataFrame]) -> pd.DataFrame:
    """What was known beside what was drawn, to see whether the draws are plausible.

    Returns
    -------
    DataFrame
        By column with missing values: missing, known_mean, known_sd, imputed_mean, imputed_sd
        (over all copies).
    """
    rows = {}
    for name in data.columns[data.isna().any()]:
        gap = data[name].isna()
        drawn = np.concatenate([table.loc[gap, name] for table in completed])
        rows[name] = {
            "missing": int(gap.sum()),
            "known_mean": data[name].mean(),
            "known_sd": data[name].std(),
            "imputed_mean": drawn.mean(),
            "imputed_sd": drawn.std(ddof=1) if len(drawn) > 1 else np.nan,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
