"""Matching of each treated patient to the nearest others by propensity score."""

from dataclasses import dataclass

import numpy as np

from lncohort.estimate.arrays import flags

ORDERS = ("largest", "data", "random")
SIDES = ("either", "below")


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
    side: str = "either",
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
    side : str
        On which side of the treated row's score the nearest is looked for: ``either``; or
        ``below``, which goes above only when none is left at the same score or below. That
        serves to repeat results of MatchIt 4.5.1, whose 1:1 matching on a probability cut the
        distances to whole numbers, so that all were 0 and the lower neighbour won. It leaves
        nearer ones aside: take ``either`` for new work.

    Raises
    ------
    ValueError
        For another order or side, a ratio below 1, a missing score, ``treated`` neither 0 nor 1, or a
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
    if side not in SIDES:
        raise ValueError(f"side must be one of {', '.join(SIDES)}, found {side!r}")
    rows, others = np.flatnonzero(treated), np.flatnonzero(~treated)
    if order == "largest":
        rows = rows[np.argsort(-score[rows], kind="stable")]
    elif order == "random":
        rows = np.random.default_rng(seed).permutation(rows)
    pairs, unmatched = [], []
    free = np.ones(len(others), dtype=bool)
    for row in rows:
        distance = np.abs(score[others] - score[row])
        within = free if caliper is None else free & (distance <= caliper)
        below = score[others] <= score[row]
        near = np.array([], dtype=int)
        for part in (within,) if side == "either" else (within & below, within & ~below):
            nearest = _nearest(np.where(part, distance, np.inf), ratio - len(near))
            near = np.concatenate([near, nearest])
        if not len(near):
            unmatched.append(row)
            continue
        pairs += [(row, others[i]) for i in near]
        if not replace:
            free[near] = False
    found = np.array(pairs, dtype=int).reshape(-1, 2)
    return Matched(found[:, 0], found[:, 1], np.sort(np.array(unmatched, dtype=int)))


def _nearest(distance: np.ndarray, most: int) -> np.ndarray:
    """Positions of the smallest finite distances, the first of equals first."""
    if most == 1 and len(distance):
        nearest = distance.argmin(keepdims=True)
    else:
        nearest = np.argsort(distance, kind="stable")[:most]
    return nearest[np.isfinite(distance[nearest])]
