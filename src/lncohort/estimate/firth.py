"""Firth's penalised logistic regression, for data in which a coefficient has no finite maximum."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.special import expit, log_expit

from lncohort.estimate.arrays import flags
from lncohort.estimate.newton import one_thread
from lncohort.estimate.rows import NotEstimable

LARGEST_STEP = 5.0
STEPS = 100
SMALL = 1e-9
WIDEST = 60.0


@dataclass(frozen=True)
class FirthFit:
    """A fitted penalised model.

    Attributes
    ----------
    coefficients : Series of shape (p,)
        Log odds and log odds ratios, by column of the design.
    covariance : DataFrame of shape (p, p)
        Inverse of the Fisher information at the estimate, each patient weighted by one plus the
        leverage: the data as the penalty augments them.
    intervals : DataFrame of shape (p, 3)
        ci_low and ci_high by the profile of the penalised likelihood, and p_value of its ratio
        test, by column.
    chi2 : float
        Penalised likelihood-ratio statistic of all columns but the first.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    intervals: pd.DataFrame
    chi2: float


def fit_firth(design: pd.DataFrame, response, profiled: list[str] | None = None) -> FirthFit:
    """Fit a logistic model by Firth's penalised likelihood.

    The log-likelihood is penalised by half the log determinant of the information of the whole
    design, in the full as in every restricted model.

    Parameters
    ----------
    design : DataFrame of shape (n, p)
        With its intercept in the first column.
    response : array of shape (n,)
        0 or 1.
    profiled
        Columns whose interval and P are wanted; None for all.

    Raises
    ------
    ValueError
        When a response is missing or neither 0 nor 1.
    NotEstimable
        When a covariate is missing, the columns determine each other, all outcomes are the same, or the fit fails.

    Notes
    -----
    Firth D. Biometrika 1993;80:27. Heinze G, Schemper M. Stat Med 2002;21:2409: intervals by the
    profile penalised likelihood, which need not be symmetric.
    """
    matrix = design.to_numpy(dtype=float)
    outcome = flags("response", response, len(matrix)).astype(float)
    if not 0 < outcome.sum() < len(outcome):
        raise NotEstimable("not estimable: all patients have the same outcome")
    if not np.isfinite(matrix).all():
        raise NotEstimable("not estimable: a covariate is missing or infinite")
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise NotEstimable("not estimable: the covariates determine each other")
    # Newton's steps are the same at any scale; the sums are not as exact.
    scale = np.maximum(np.abs(matrix).max(axis=0), SMALL)
    with one_thread():
        model = _Penalised(matrix / scale, outcome)
        beta, likelihood = model.maximum(np.zeros(matrix.shape[1]), fixed=())
        covariance = np.linalg.inv(model.augmented_information(beta))
        names = list(design.columns)
        rows = {}
        for name in names if profiled is None else profiled:
            j = names.index(name)
            rows[name] = model.profile(beta, likelihood, covariance, j)
            rows[name]["ci_low"] /= scale[j]
            rows[name]["ci_high"] /= scale[j]
        _, null = model.maximum(np.zeros(len(beta)), fixed=tuple(range(1, len(beta))))
    return FirthFit(
        coefficients=pd.Series(beta / scale, index=names),
        covariance=pd.DataFrame(covariance / np.outer(scale, scale), index=names, columns=names),
        intervals=pd.DataFrame.from_dict(rows, orient="index"),
        chi2=2 * (likelihood - null),
    )


class _Penalised:
    """The penalised likelihood of one design and outcome."""

    def __init__(self, matrix: np.ndarray, outcome: np.ndarray):
        self.matrix, self.outcome = matrix, outcome

    def information(self, beta: np.ndarray) -> np.ndarray:
        risk = expit(self.matrix @ beta)
        return (self.matrix * (risk * (1 - risk))[:, None]).T @ self.matrix

    def augmented_information(self, beta: np.ndarray) -> np.ndarray:
        risk = expit(self.matrix @ beta)
        weighted = self.matrix * np.sqrt(risk * (1 - risk))[:, None]
        leverage = _leverage(weighted)
        return (weighted * (1 + leverage)[:, None]).T @ weighted

    def likelihood(self, beta: np.ndarray) -> float:
        linear = self.matrix @ beta
        sign, log_determinant = np.linalg.slogdet(self.information(beta))
        if sign <= 0:
            return -np.inf
        plain = (self.outcome * log_expit(linear) + (1 - self.outcome) * log_expit(-linear)).sum()
        return float(plain + log_determinant / 2)

    def maximum(self, start: np.ndarray, fixed: tuple[int, ...]) -> tuple[np.ndarray, float]:
        """The maximum over all coefficients but the fixed ones, which stay as they start."""
        free = [j for j in range(len(start)) if j not in fixed]
        beta, likelihood = start.copy(), self.likelihood(start)
        if not free:
            return beta, likelihood
        for _ in range(STEPS):
            risk = expit(self.matrix @ beta)
            weight = risk * (1 - risk)
            weighted = self.matrix * np.sqrt(weight)[:, None]
            score = self.matrix.T @ (self.outcome - risk + _leverage(weighted) * (0.5 - risk))
            own = (self.matrix[:, free] * weight[:, None]).T @ self.matrix[:, free]
            step = np.zeros(len(beta))
            step[free] = np.linalg.lstsq(own, score[free], rcond=None)[0]
            step *= min(1.0, LARGEST_STEP / max(np.abs(step).max(), SMALL))
            for _ in range(30):
                moved = self.likelihood(beta + step)
                if moved >= likelihood - 1e-12:
                    break
                step /= 2
            beta, likelihood = beta + step, moved
            if np.abs(step).max() < SMALL and np.abs(score[free]).max() < 1e-6:
                return beta, likelihood
        raise NotEstimable("not estimable: the penalised fit does not converge")

    def profile(self, beta: np.ndarray, likelihood: float, covariance: np.ndarray, j: int) -> dict:
        """Interval and P of one coefficient; a limit past any sensible number is infinite."""
        level = likelihood - stats.chi2.ppf(0.95, 1) / 2

        def above(value: float) -> float:
            start = beta.copy()
            start[j] = value
            return self.maximum(start, fixed=(j,))[1] - level

        width = np.sqrt(covariance[j, j])
        limits = {}
        for name, sign in (("ci_low", -1), ("ci_high", 1)):
            reach = 2 * width
            while above(beta[j] + sign * reach) > 0 and reach < WIDEST * max(width, 1):
                reach *= 1.6
            end = beta[j] + sign * reach
            limits[name] = (
                sign * np.inf if above(end) > 0 else optimize.brentq(above, beta[j], end, xtol=1e-8)
            )
        start = beta.copy()
        start[j] = 0.0
        null = self.maximum(start, fixed=(j,))[1]
        return limits | {"p_value": float(stats.chi2.sf(2 * (likelihood - null), 1))}


def _leverage(weighted: np.ndarray) -> np.ndarray:
    """The diagonal of the hat matrix of weighted columns."""
    inverse = np.linalg.pinv(weighted.T @ weighted)
    return np.einsum("ij,jk,ik->i", weighted, inverse, weighted)
