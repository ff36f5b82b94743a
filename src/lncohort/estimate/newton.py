"""The maximum of a logistic likelihood by Newton's method, of one sample or of many at once."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.special import expit
from threadpoolctl import ThreadpoolController

from lncohort.estimate.gathered import Gathered
from lncohort.estimate.rows import NotEstimable

RUNS_AWAY = "not estimable: the fit does not converge to finite odds ratios"
CHUNK = 4096  # rows whose columns stay in the processor's cache
MANY = 200_000  # rows from which a first look at a part of them pays
PART = 20
STEPS = 50
HALVINGS = 30
SMALL_STEP = 1e-9
SINGULAR = 1e-11
SMALL_DETERMINANT = 1e-7  # of a correlation matrix; no eigenvalue is below a third of it
BLOCK = 100_000  # weights held at a time, in numbers: they stay in the cache


@dataclass(frozen=True)
class Maximum:
    """Where a likelihood is largest.

    Attributes
    ----------
    coefficients : array of shape (p,)
    information : array of shape (p, p)
        Of Fisher, at the coefficients.
    log_likelihood : float
    """

    coefficients: np.ndarray
    information: np.ndarray
    log_likelihood: float


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread():
    """A context in which sums are made in one thread, so that they are the same everywhere."""
    return _libraries().limit(limits=1)


def maximise(matrix: np.ndarray, outcome, weights=None, offset=None) -> Maximum:
    """Maximise the logistic likelihood of one sample.

    Rows that are alike in every column are counted once with their number, which changes nothing
    but the time. The sums are made in one thread and one order, whatever the machine.

    Parameters
    ----------
    matrix : array of shape (n, p)
    outcome : array of shape (n,)
        0 to 1.
    weights, offset : array of shape (n,), optional
        How often each row counts, and what is added to its log odds.

    Raises
    ------
    NotEstimable
        When the columns determine each other, or the likelihood has no finite maximum.

    Notes
    -----
    McCullagh P, Nelder JA. Generalized Linear Models, 2nd ed., 1989, ch. 4. A step that lowers the
    likelihood is halved.
    """
    outcome = np.asarray(outcome, dtype=float)
    weights = np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=float)
    offset = np.zeros(len(outcome)) if offset is None else np.asarray(offset, dtype=float)
    with one_thread():
        # Newton's steps are the same at any scale; the sums are not as exact
        scale = _scale(matrix)
        rows = _Rows(*_collapsed(matrix, outcome, weights, offset), scale)
        beta, information, log_likelihood = _climb_by_part(rows, np.zeros(matrix.shape[1]))
    return Maximum(beta / scale, information * np.outer(scale, scale), log_likelihood)


def maximise_gathered(design: Gathered, outcome, weights, start=None) -> Maximum:
    """Maximise the logistic likelihood of rows whose columns are gathered from tables.

    Parameters
    ----------
    design : Gathered of shape (n, p)
    outcome : array of bool, shape (n,)
    weights : array of shape (n,)
    start : array of shape (p,), optional
        Coefficients near those to be found.

    Raises
    ------
    NotEstimable
        As :func:`maximise`.
    """
    scale = design.size
    with one_thread():
        rows = _GatheredRows(design, outcome, weights, scale)
        if start is None:
            beta, information, log_likelihood = _climb_by_part(rows, np.zeros(len(scale)))
        else:
            beta, information, log_likelihood = _climb(rows, np.asarray(start) * scale)
    return Maximum(beta / scale, information * np.outer(scale, scale), log_likelihood)


def maximise_many(matrix: np.ndarray, outcome, weights: np.ndarray, start=None) -> np.ndarray:
    """Maximise the logistic likelihood of the same rows under many sets of weights.

    Parameters
    ----------
    matrix : array of shape (n, p)
    outcome : array of shape (n,)
        0 to 1.
    weights : array of shape (b, n)
        A set a line, such as how often each row was drawn in a bootstrap sample.
    start : array of shape (p,), optional
        Coefficients near those to be found.

    Returns
    -------
    array of shape (b, p)
        Coefficients; NaN where the likelihood has no finite maximum.
    """
    outcome = np.asarray(outcome, dtype=float)
    found = np.full((len(weights), matrix.shape[1]), np.nan)
    scale = _scale(matrix)
    scaled = matrix / scale
    near = np.zeros(matrix.shape[1]) if start is None else np.asarray(start) * scale
    lines = max(1, BLOCK // max(len(outcome), 1))
    with one_thread():
        for first in range(0, len(weights), lines):
            block = slice(first, first + lines)
            found[block] = _climb_together(scaled, outcome, weights[block], near) / scale
    return found


def _scale(matrix: np.ndarray) -> np.ndarray:
    """The root mean square of each column; 1 for an empty one."""
    size = np.sqrt(np.einsum("ij,ij->j", matrix, matrix) / max(len(matrix), 1))
    return np.where(size > 0, size, 1.0)


@dataclass(frozen=True)
class _Point:
    """The log-likelihood and its derivatives at some coefficients."""

    log_likelihood: float
    score: np.ndarray
    information: np.ndarray


class _Rows:
    """Rows, read in chunks; the sums of the chunks are added in their order."""

    def __init__(self, matrix, outcome, weights, offset, scale):
        self.matrix, self.outcome, self.scale = matrix, outcome, scale
        self.weights, self.offset = weights, offset
        self.size = len(outcome)

    def part(self, every: int) -> "_Rows":
        parts = (a[::every] for a in (self.matrix, self.outcome, self.weights, self.offset))
        return _Rows(*parts, self.scale)

    def at(self, beta: np.ndarray) -> _Point:
        unscaled, p = beta / self.scale, len(beta)
        likelihood, score, information = 0.0, np.zeros(p), np.zeros((p, p))
        for first in range(0, self.size, CHUNK):
            rows = slice(first, first + CHUNK)
            matrix, outcome, weights = self.matrix[rows], self.outcome[rows], self.weights[rows]
            linear = matrix @ unscaled + self.offset[rows]
            small = np.exp(-np.abs(linear))
            risk = np.where(linear < 0, small, 1.0) / (1 + small)
            # log(1 - risk) = log(risk) - linear
            of_rows = np.minimum(linear, 0) - np.log1p(small) - (1 - outcome) * linear
            likelihood += weights @ of_rows
            score += (weights * (outcome - risk)) @ matrix
            half = matrix * np.sqrt(weights * risk * (1 - risk))[:, None]
            information += half.T @ half
        return _Point(
            float(likelihood),
            score / self.scale,
            information / np.outer(self.scale, self.scale),
        )


class _GatheredRows:
    """Rows whose columns are gathered from tables."""

    def __init__(self, design: Gathered, outcome, weights, scale):
        self.design, self.outcome, self.weights, self.scale = design, outcome, weights, scale
        self.size = len(outcome)

    def part(self, every: int) -> "_GatheredRows":
        rows = slice(None, None, every)
        design, outcome, weights = self.design.only(rows), self.outcome[rows], self.weights[rows]
        return _GatheredRows(design, outcome, weights, self.scale)

    def at(self, beta: np.ndarray) -> _Point:
        linear = self.design.times(beta / self.scale)
        risk = expit(linear)
        lost = np.logaddexp(0, np.where(self.outcome, -linear, linear))
        return _Point(
            float(-(self.weights @ lost)),
            self.design.sums(self.weights * (self.outcome - risk)) / self.scale,
            self.design.moments(self.weights * risk * (1 - risk))
            / np.outer(self.scale, self.scale),
        )


def _collapsed(matrix, outcome, weights, offset):
    """Rows that are alike in every column as one, if that makes few of many."""
    n = len(outcome)
    if n < 2 * CHUNK:
        return matrix, outcome, weights, offset
    # A sum of columns times numbers without a common measure tells rows apart; checked below.
    told_by = matrix @ np.sqrt(np.arange(2, matrix.shape[1] + 2)) + np.sqrt(0.5) * offset
    if len(np.unique(told_by[:CHUNK])) > CHUNK // 4:
        return matrix, outcome, weights, offset
    codes, told = pd.factorize(told_by)
    first = np.zeros(len(told), dtype=int)
    first[codes[::-1]] = np.arange(n)[::-1]
    patterns = matrix[first]
    if len(told) > n // 4 or not (
        np.array_equal(patterns[codes], matrix) and np.array_equal(offset[first][codes], offset)
    ):
        return matrix, outcome, weights, offset
    total = np.bincount(codes, weights, len(told))
    events = np.bincount(codes, weights * outcome, len(told))
    share = np.divide(events, total, out=np.zeros(len(told)), where=total > 0)
    return patterns, share, total, offset[first]


def _refuse_singular(information: np.ndarray) -> None:
    """Refuse columns that are a weighted sum of others, whatever their scale."""
    spread = np.sqrt(np.diag(information))
    if not np.isfinite(information).all() or not (spread > 0).all():
        raise NotEstimable("not estimable: the covariates determine each other")
    if np.linalg.eigvalsh(information / np.outer(spread, spread))[0] < SINGULAR:
        raise NotEstimable("not estimable: the covariates determine each other")


def _climb_by_part(
    rows: _Rows | _GatheredRows, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Climb from the maximum of a part of many rows, from which few steps are left."""
    if rows.size > MANY:
        try:
            return _climb(rows, _climb(rows.part(PART), beta)[0])
        except NotEstimable:  # a level without an event in the part has run away
            pass
    return _climb(rows, beta)


def _climb(rows: _Rows | _GatheredRows, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    here = rows.at(beta)
    _refuse_singular(here.information)
    enough = SMALL_STEP**2 * rows.weights.sum()
    for _ in range(STEPS):
        try:
            step = np.linalg.solve(here.information, here.score)
        except np.linalg.LinAlgError:
            break
        decrement = float(step @ here.score)
        if not np.isfinite(decrement):
            break
        if decrement < enough:
            beta = beta + step
            # of many rows the information moves in the tenth digit only
            there = here if rows.size > MANY else rows.at(beta)
            return beta, there.information, here.log_likelihood + decrement / 2
        for _ in range(HALVINGS):
            there = rows.at(beta + step)
            if there.log_likelihood >= here.log_likelihood - 1e-12 * abs(here.log_likelihood):
                break
            step /= 2
        beta, here = beta + step, there
    raise NotEstimable(RUNS_AWAY)


def _climb_together(matrix, outcome, weights: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Newton's steps for all lines of weights at once; a line that is done leaves."""
    n, p = matrix.shape
    upper = np.triu_indices(p)
    products = matrix[:, upper[0]] * matrix[:, upper[1]]
    beta = np.tile(start, (len(weights), 1))
    found = np.full((len(weights), p), np.nan)
    left = np.arange(len(weights))
    events = weights @ (matrix * outcome[:, None])
    for _ in range(STEPS):
        with np.errstate(over="ignore"):
            risk = 1 / (1 + np.exp(-(beta[left] @ matrix.T)))
        weighted = weights[left] * risk
        score = events[left] - weighted @ matrix
        weighted *= 1 - risk
        packed = weighted @ products
        information = np.empty((len(left), p, p))
        information[:, upper[0], upper[1]] = packed
        information[:, upper[1], upper[0]] = packed
        spread = np.sqrt(np.einsum("bii->bi", information))
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = information / (spread[:, :, None] * spread[:, None, :])
        sound = np.isfinite(correlation).all(axis=(1, 2))
        # a determinant costs less than eigenvalues, which only the few near 0 are asked for
        doubted = np.flatnonzero(sound)
        doubted = doubted[np.linalg.det(correlation[doubted]) < SMALL_DETERMINANT]
        sound[doubted] = np.linalg.eigvalsh(correlation[doubted])[:, 0] > SINGULAR
        left, score, information = left[sound], score[sound], information[sound]
        step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
        # far from the maximum a whole step may leave it behind
        longest = np.abs(step).max(axis=1, initial=0.0)
        step *= np.minimum(1.0, 4.0 / np.maximum(longest, 4.0))[:, None]
        beta[left] += step
        done = longest < 1e-6  # the next step would be its square
        found[left[done]] = beta[left[done]]
        left = left[~done]
        if not len(left):
            break
    return found
