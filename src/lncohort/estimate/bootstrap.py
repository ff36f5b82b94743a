"""The bootstrap by patient, each drawn patient as a weight on all of the patient's rows."""

from collections.abc import Callable

import numpy as np

from lncohort.estimate.arrays import labels
from lncohort.estimate.rows import NotEstimable


def bootstrap_by_patient(
    estimate: Callable[[np.ndarray], np.ndarray], patient, replicates: int, seed: int
) -> tuple[np.ndarray, int]:
    """Estimates in samples of patients drawn with replacement.

    Parameters
    ----------
    estimate : callable
        Takes how often each row counts, shape (n,), and returns an array of shape (k,); may raise
        NotEstimable.
    patient : array of shape (n,)
        Whose each row is.
    replicates, seed : int

    Returns
    -------
    estimates : array of shape (replicates - failed, k)
    failed : int
        How many samples could not be estimated.

    Notes
    -----
    Efron B, Tibshirani RJ. An Introduction to the Bootstrap, 1993. Where the estimate is a sum over
    rows, a patient of weight 2 is one who stands twice. The order of the rows changes nothing:
    patients are drawn in the order of their names.
    """
    people, place = labels("patient", patient)
    random = np.random.default_rng(seed)
    found, failed = [], 0
    for _ in range(replicates):
        drawn = random.integers(0, len(people), len(people))
        try:
            found.append(estimate(np.bincount(drawn, minlength=len(people))[place].astype(float)))
        except NotEstimable:
            failed += 1
    return np.array(found), failed


def percentile_interval(replicates: np.ndarray) -> dict[str, np.ndarray]:
    """Standard deviation and 95 % percentile interval of replicates, shape (b, k).

    Returns
    -------
    dict
        se, ci_low, ci_high, each of shape (k,); NaN with fewer than two replicates, or where a
        replicate has no value.
    """
    if len(replicates) < 2:
        return dict.fromkeys(("se", "ci_low", "ci_high"), np.nan)
    low, high = np.quantile(replicates, [0.025, 0.975], axis=0)
    return {"se": replicates.std(axis=0, ddof=1), "ci_low": low, "ci_high": high}
