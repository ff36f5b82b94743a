"""Multiple imputation of missing values by chained equations."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from lncohort.estimate.newton import one_thread
from lncohort.estimate.rows import NotEstimable

ITERATIONS = 10
RIDGE = 100.0  # inverse strength: keeps a level that others decide from running away


@dataclass(frozen=True)
class Imputed:
    """Completed copies of a table.

    Attributes
    ----------
    tables : list of DataFrame
        Like the table that was given, without missing values; what was known stays as it is.
    trace : DataFrame
        Columns copy, iteration, column, mean: of the imputed values of a number, or of the places
        of the imputed levels of a category, after each turn. Chains that mix cross each other and
        show no trend.
    """

    tables: list[pd.DataFrame]
    trace: pd.DataFrame


def impute(data: pd.DataFrame, copies: int, seed: int) -> Imputed:
    """Complete a table several times, each with draws of its own.

    Each column with missing values is regressed on all others in turn, a number linearly and a
    category by multinomial logistic regression; what is missing is drawn from its predictive
    distribution, the uncertainty of the coefficients included. The outcome of the later analysis,
    and the exposure, must be among the columns.

    Parameters
    ----------
    data : DataFrame of shape (n, p)
        Numbers and categories.
    copies : int
        Completed tables to make.
    seed : int

    Raises
    ------
    ValueError
        With fewer than two copies, or an infinite value.
    NotEstimable
        Without a row, or when a column has fewer known values than a regression on the others
        needs, or all of them are the same.

    Notes
    -----
    Numbers: coefficients and residual variance are drawn once for each turn, then the values
    (Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987, p. 167; method "norm" of mice:
    van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3)). Categories: the regression is
    fitted to known rows drawn with replacement, with a slight ridge (van Buuren S. Flexible
    Imputation of Missing Data, 2nd ed., 2018, section 3.6). scikit-learn's IterativeImputer draws
    each value apart, without the error that they share, so that the variance between the copies
    comes out too small.
    """
    if copies < 2:
        raise ValueError(f"copies: expected 2 or more, found {copies}")
    if not len(data):
        raise NotEstimable("not estimable: no patient")
    plain = data.select_dtypes("number")
    infinite = plain.columns[np.isinf(plain.to_numpy(dtype=float)).any(axis=0)]
    if len(infinite):
        raise ValueError(f"{infinite[0]}: expected finite numbers, found an infinite one")
    gaps = list(data.columns[data.isna().any()])
    for name in gaps:
        known = data[name].dropna()
        if known.nunique() < 2 or len(known) <= data.shape[1] + 1:
            raise NotEstimable(f"not estimable: {name} has too few different known values")
    tables, traces = [], []
    with one_thread():
        for copy, random in enumerate(np.random.default_rng(seed).spawn(copies), start=1):
            columns, means = _chain([_column(data[name]) for name in data.columns], random)
            made = {
                name: column.as_given() for name, column in zip(data.columns, columns, strict=True)
            }
            tables.append(pd.DataFrame(made, index=data.index))
            traces += [
                (copy, iteration, data.columns[place], mean) for iteration, place, mean in means
            ]
    trace = pd.DataFrame(traces, columns=["copy", "iteration", "column", "mean"])
    return Imputed(tables, trace)


class _Number:
    """A column of numbers, in standard deviations from its mean."""

    def __init__(self, given: pd.Series):
        self.given = given
        self.gap = given.isna().to_numpy()
        self.mean, self.spread = given.mean(), given.std(ddof=0) or 1.0
        self.values = ((given - self.mean) / self.spread).to_numpy(dtype=float)

    def design(self) -> np.ndarray:
        return self.values[:, None]

    def draw(self, others: np.ndarray, random: np.random.Generator) -> None:
        known = ~self.gap
        design = np.column_stack([np.ones(len(others)), others])
        self.values[self.gap] = _drawn(design[known], self.values[known], design[self.gap], random)

    def imputed_mean(self) -> float:
        return float(self.values[self.gap].mean() * self.spread + self.mean)

    def as_given(self) -> pd.Series:
        filled = pd.Series(self.values * self.spread + self.mean, self.given.index)
        return self.given.where(self.given.notna(), filled)


class _Category:
    """A column of levels, as their places."""

    def __init__(self, given: pd.Series):
        self.given = given
        self.gap = given.isna().to_numpy()
        self.values = given.cat.codes.to_numpy().copy()
        self.present = np.unique(self.values[~self.gap])

    def design(self) -> np.ndarray:
        return (self.values[:, None] == self.present[1:]).astype(float)

    def draw(self, others: np.ndarray, random: np.random.Generator) -> None:
        known = np.flatnonzero(~self.gap)
        drawn = random.choice(known, len(known))
        if len(np.unique(self.values[drawn])) < 2:
            drawn = known
        model = LogisticRegression(C=RIDGE, solver="newton-cholesky", max_iter=50)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(others[drawn], self.values[drawn])
        chances = model.predict_proba(others[self.gap]).cumsum(axis=1)
        places = (random.random(len(chances))[:, None] > chances[:, :-1]).sum(axis=1)
        self.values[self.gap] = model.classes_[places]

    def imputed_mean(self) -> float:
        return float(self.values[self.gap].mean())

    def as_given(self) -> pd.Series:
        levels = pd.Categorical.from_codes(self.values, dtype=self.given.dtype)
        return pd.Series(levels, index=self.given.index)


def _column(given: pd.Series) -> _Number | _Category:
    return _Category(given) if isinstance(given.dtype, pd.CategoricalDtype) else _Number(given)


def _chain(columns: list, random: np.random.Generator) -> tuple[list, list]:
    """One completed table: each gap drawn anew in turn, given all other columns."""
    gaps = [place for place, column in enumerate(columns) if column.gap.any()]
    for place in gaps:
        column = columns[place]
        column.values[column.gap] = random.choice(column.values[~column.gap], column.gap.sum())
    means = []
    for iteration in range(1, ITERATIONS + 1):
        for place in gaps:
            others = [c.design() for other, c in enumerate(columns) if other != place]
            columns[place].draw(np.column_stack(others), random)
            means.append((iteration, place, columns[place].imputed_mean()))
    return columns, means


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
