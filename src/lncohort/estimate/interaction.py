"""Additive interaction of two exposures: RERI, AP, S, and their intervals."""

import math
from collections.abc import Iterator

import numpy as np

from lncohort.estimate.logistic import LARGEST_COEFFICIENT, Fit
from lncohort.estimate.newton import maximise_many
from lncohort.estimate.rows import Z, wald

SAMPLES = 2000
HELD = 4_000_000  # draws held at a time
LEAST_SOUND = 0.95
SEED = 1
BOOTSTRAP = f"bootstrap, {SAMPLES:,} samples of patients, percentiles (seed {SEED})"


def additive_interaction(coefficients: np.ndarray, covariance: np.ndarray) -> list[dict]:
    """RERI, AP and S of two exposures, with their intervals.

    Parameters
    ----------
    coefficients : array of shape (3,)
        Log odds ratios against the doubly unexposed: of the first exposure alone, of the second
        alone, of both.
    covariance : array of shape (3, 3)
        Their covariance.

    Returns
    -------
    list of dict
        measure, estimate, ci_low, ci_high, p_value, method. S is NaN where either joint excess is
        not positive: it has no meaning there.

    Notes
    -----
    Delta method: Hosmer DW, Lemeshow S. Epidemiology 1992;3:452. S on the log scale. MOVER: Zou
    GY. Am J Epidemiol 2008;168:212. Interval and P come from the same pivot.
    """
    first, second, both = np.exp(coefficients)
    reri = both - first - second + 1
    attributable = reri / both
    reri_gradient = np.array([-first, -second, both])
    ap_gradient = np.array([-first / both, -second / both, (first + second - 1) / both])
    rows = [
        {"measure": "RERI", "method": "delta method"}
        | wald(reri, _se(reri_gradient, covariance), float),
        {"measure": "RERI", "method": "MOVER"}
        | _mover(reri, coefficients, covariance, np.array([-1, -1, 1])),
        {"measure": "AP", "method": "delta method"}
        | wald(attributable, _se(ap_gradient, covariance), float),
    ]
    to_both = np.array([[1, 0, -1], [0, 1, -1], [0, 0, -1]])
    rows.append(
        {"measure": "AP", "method": "MOVER"}
        | _mover(
            attributable,
            to_both @ coefficients,
            to_both @ covariance @ to_both.T,
            np.array([-1, -1, 1]),
        )
    )
    excess, apart = both - 1, first + second - 2
    synergy = {"measure": "S", "method": "delta method on the log scale", "estimate": math.nan}
    if excess > 0 and apart > 0:
        gradient = np.array([-first / apart, -second / apart, both / excess])
        synergy |= wald(math.log(excess / apart), _se(gradient, covariance))
    return [*rows, synergy]


def _se(gradient: np.ndarray, covariance: np.ndarray) -> float:
    return float(np.sqrt(gradient @ covariance @ gradient))


def _mover(value: float, logs: np.ndarray, covariance: np.ndarray, signs: np.ndarray) -> dict:
    """Interval of a signed sum of exponentials, from the limits of each (Zou 2008)."""
    errors = np.sqrt(np.diag(covariance))
    points, low, high = np.exp(logs), np.exp(logs - Z * errors), np.exp(logs + Z * errors)
    correlation = covariance / np.outer(errors, errors)
    down = signs * np.where(signs > 0, points - low, high - points)
    up = signs * np.where(signs > 0, high - points, points - low)
    return {
        "estimate": float(value),
        "ci_low": float(value - np.sqrt(down @ correlation @ down)),
        "ci_high": float(value + np.sqrt(up @ correlation @ up)),
    }


def bootstrap_reri(fit: Fit, response, columns: list[str]) -> dict:
    """RERI with the percentiles of samples of patients drawn with replacement.

    Parameters
    ----------
    fit : Fit
        A logistic model.
    response : array of shape (n,)
        What it was fitted to.
    columns : list of str
        Its columns of the first exposure alone, of the second alone, and of both.

    Returns
    -------
    dict
        measure, method, estimate, ci_low, ci_high, and a note of the samples that had no finite
        estimate, if any; without an interval where these are more than one in twenty. The
        percentiles give no P.

    Notes
    -----
    Assmann SF, Hosmer DW, Lemeshow S, Mundt KA. Epidemiology 1996;7:286.
    """
    matrix = fit.design.to_numpy(dtype=float)
    n = len(matrix)
    start = fit.coefficients.to_numpy()
    found = np.vstack(
        [
            maximise_many(matrix, response, drawn, start)
            for drawn in drawn_with_replacement(n, SAMPLES, SEED)
        ]
    )
    places = [fit.design.columns.get_loc(column) for column in columns]
    sound = np.isfinite(found).all(axis=1) & (np.abs(found[:, places]) < LARGEST_COEFFICIENT).all(1)
    first, second, both = np.exp(found[sound][:, places].T)
    own = np.exp(fit.coefficients[columns].to_numpy())
    row = {
        "measure": "RERI",
        "method": BOOTSTRAP,
        "estimate": float(own[2] - own[0] - own[1] + 1),
    }
    if sound.mean() >= LEAST_SOUND:
        low, high = np.quantile(both - first - second + 1, [0.025, 0.975])
        row |= {"ci_low": float(low), "ci_high": float(high)}
    if not sound.all():
        row["note"] = f"{(~sound).sum()} of {SAMPLES:,} samples had no finite estimate"
    return row


def drawn_with_replacement(n: int, samples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each of n patients is drawn, in blocks of samples, a sample a line."""
    random = np.random.default_rng(seed)
    lines = max(1, HELD // n)
    for first in range(0, samples, lines):
        size = min(lines, samples - first)
        who = random.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(who.ravel(), minlength=size * n).reshape(size, n).astype(float)
