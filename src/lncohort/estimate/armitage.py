"""The unadjusted trend of a proportion over ordered groups."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from lncohort.estimate.arrays import numbers
from lncohort.estimate.rows import NotEstimable


@dataclass(frozen=True)
class ArmitageTrend:
    """Chi-square statistics with their degrees of freedom and P.

    Attributes
    ----------
    trend, departure, heterogeneity : tuple of (float, int, float)
        Of the linear trend, of what departs from it, and of both together (Pearson's).
    """

    trend: tuple[float, int, float]
    departure: tuple[float, int, float]
    heterogeneity: tuple[float, int, float]


def armitage_trend(events, patients, scores) -> ArmitageTrend:
    """Cochran–Armitage test of a trend in proportions, without a continuity correction.

    Parameters
    ----------
    events, patients : array of shape (k,)
        Events among the patients of each group.
    scores : array of shape (k,)
        The score of each group: its rank, its median or its midpoint.

    Raises
    ------
    ValueError
        When the arrays differ in length, a value is missing or infinite, or a group has more
        events than patients.
    NotEstimable
        When all groups with patients have one score, or all patients one outcome.

    Notes
    -----
    Armitage P. Biometrics 1955;11:375. Cochran WG. Biometrics 1954;10:417.
    """
    events, patients, scores = (np.asarray(a, dtype=float) for a in (events, patients, scores))
    if not events.shape == patients.shape == scores.shape:
        raise ValueError(
            f"events, patients and scores must be of one length, found {len(events)}, "
            f"{len(patients)} and {len(scores)}"
        )
    for name, values in (("events", events), ("patients", patients), ("scores", scores)):
        numbers(name, values)
    if ((events < 0) | (events > patients)).any():
        raise ValueError("events must be from 0 to the patients of their group")
    total, responded = patients.sum(), events.sum()
    if not 0 < responded < total:
        raise NotEstimable("not estimable: all patients have the same outcome")
    share = responded / total
    centred = scores - (patients @ scores) / total
    spread = patients @ centred**2
    if not spread > 0:
        raise NotEstimable("not estimable: all patients have the same score")
    there = patients > 0
    trend = (centred @ events) ** 2 / (share * (1 - share) * spread)
    pearson = ((events - patients * share)[there] ** 2 / patients[there]).sum() / (
        share * (1 - share)
    )
    groups = int(there.sum()) - 1

    def tested(chi2: float, freedom: int) -> tuple[float, int, float]:
        p_value = float(stats.chi2.sf(chi2, freedom)) if freedom else np.nan
        return float(chi2), freedom, p_value

    return ArmitageTrend(
        trend=tested(trend, 1),
        departure=tested(max(pearson - trend, 0.0), groups - 1),
        heterogeneity=tested(pearson, groups),
    )
