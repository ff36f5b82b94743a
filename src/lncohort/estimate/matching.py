"""Matching of each treated patient to the nearest others by propensity score."""

from dataclasses import dataclass

import numpy as np

from lncohort.estimate.arrays import flags

ORDERS = ("largest", "data", "random")


@dataclass(frozen=True)
class Matched:
    """Pairs of rows.

    Attributes
    ----------
    treated, other : array of int, shape (pairs,)
        Positions of the matched rows; a treated row stands once for each match.
    unmatched : array of int
        Positions of the treated rows without a match.
    """

    treated: np.ndarray
    other: np.ndarray
    unmatched: np.ndarray


def match_nearest(
    score,
    treated,
    *,
    ratio: int = 1,
    caliper: float | None = None,
    replace: bool = False,
    order: str = "largest",
    seed: int | None = None,
) -> Matched:
    """Match greedily: each treated row in its turn to the nearest others that are left.

    Parameters
    ----------
    score : array of shape (n,)
        The propensity score, or its logit.
    treated : array of shape (n,)
        True or 1 when treated.
    ratio : int
        Others matched to each treated row; fewer when no more are left within the caliper.
    caliper : float, optional
        Largest distance, on the scale of ``score``.
    replace : bool
        Whether an other row may be matched again to another treated row.
    order : str
        Whose turn it is: ``largest`` score first, as they stand in the ``data``, or ``random``
        (with the seed). Of equals, and of equally near others, the first in the data comes first.
    seed : int, optional
        Of the random order.

    Raises
    ------
    ValueError
        For another order, a ratio below 1, a missing score, ``treated`` neither 0 nor 1, or a
        random order without a seed.

    Notes
    -----
    Austin PC. Multivariate Behav Res 2011;46:399; Stat Med 2014;33:1057 (order).
    """
    score = np.asarray(score, dtype=float)
    treated = flags("treated", treated, len(score))
    if not np.isfinite(score).all():
        raise ValueError("expected no missing score, found one")
    if ratio < 1:
        raise ValueError(f"ratio must be 1 or more, found {ratio}")
    if order not in ORDERS or (order == "random" and seed is None):
        raise ValueError(f"order must be one of {', '.join(ORDERS)} (random: with a seed)")
    rows, others = np.flatnonzero(treated), np.flatnonzero(~treated)
    if order == "largest":
        rows = rows[np.argsort(-score[rows], kind="stable")]
    elif order == "random":
        rows = np.random.default_rng(seed).permutation(rows)
    pairs, unmatched = [], []
    free = np.ones(len(others), dtype=bool)
    for row in rows:
        distance = np.where(free, np.abs(score[others] - score[row]), np.inf)
        nearest = np.argsort(distance, kind="stable")[:ratio] if ratio > 1 else _first(distance)
        near = nearest[distance[nearest] <= (np.inf if caliper is None else caliper)]
        near = near[np.isfinite(distance[near])]
        if not len(near):
            unmatched.append(row)
            continue
        pairs += [(row, others[i]) for i in near]
        if not replace:
            free[near] = False
    found = np.array(pairs, dtype=int).reshape(-1, 2)
    return Matched(found[:, 0], found[:, 1], np.sort(np.array(unmatched, dtype=int)))


def _first(distance: np.ndarray) -> np.ndarray:
    return np.array([int(distance.argmin())]) if len(distance) else np.array([], dtype=int)
