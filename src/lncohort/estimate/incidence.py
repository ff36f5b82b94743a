"""Cumulative incidence with competing events (Aalen-Johansen)."""

import numpy as np
import pandas as pd

from lncohort.estimate.rows import Z

CERTAIN = 1e-12  # of an incidence below 1 that is 1 but for rounding


def cumulative_incidence(
    time_days: np.ndarray, event: np.ndarray, cause: int, at_days: np.ndarray
) -> pd.DataFrame:
    """Aalen-Johansen cumulative incidence of one cause in the presence of others.

    With a single cause this is one minus Kaplan-Meier, with Greenwood's variance.

    Parameters
    ----------
    time_days : array of int, shape (n,)
        Days to the event or censoring; at least 1.
    event : array of int, shape (n,)
        0 for censored, otherwise the cause.
    cause : int
        The cause whose incidence is wanted.
    at_days : array of int, shape (k,)
        Days at which it is wanted.

    Returns
    -------
    DataFrame of shape (k, 6)
        day, estimate, se, ci_low, ci_high (log-log scale), at_risk (patients followed to that
        day).

    Notes
    -----
    Standard error by the infinitesimal jackknife, as of R's survfit: the root of the summed
    squares of each patient's influence. Of one minus Kaplan-Meier it is Greenwood's. Therneau TM,
    Grambsch PM. Modeling Survival Data, 2000, ch. 7. Interval by log(-log(1 - F)); before the
    first event, as in survfit, its limits are 0; once F is 1 there is none.
    """
    last = int(max(time_days.max(), at_days.max())) + 1
    leaving = np.bincount(time_days, minlength=last)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    risk = np.maximum(at_risk, 1)
    own = np.bincount(time_days[event == cause], minlength=last)
    any_cause = np.bincount(time_days[event > 0], minlength=last)
    hazard = any_cause / risk
    free = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    incidence = np.cumsum(free * own / risk)
    rows = []
    for day in at_days:
        upto = slice(0, int(day) + 1)
        reached = float(min(incidence[day], 1.0))
        # By day: what an event of the cause adds, and what leaving the risk set takes away.
        adds = (free / risk)[upto]
        takes = (incidence[day] - incidence[upto]) / (risk * np.where(hazard < 1, 1 - hazard, 1))[
            upto
        ]
        exposed = np.cumsum(adds * (own / risk)[upto] - takes * hazard[upto])
        of_cause, of_other = own[upto], (any_cause - own)[upto]
        still = len(time_days) - of_cause.sum() - of_other.sum()
        censored = (leaving - any_cause)[upto]
        variance = (
            of_cause @ (adds - takes - exposed) ** 2
            + of_other @ (takes + exposed) ** 2
            + censored @ exposed**2
            + (still - censored.sum()) * exposed[-1] ** 2
        )
        se, low, high = float(np.sqrt(variance)), 0.0, 0.0
        if reached > 1 - CERTAIN:
            low = high = np.nan
        elif reached > 0:
            log_free = np.log1p(-reached)
            spread = Z * se / ((1 - reached) * abs(log_free))
            low, high = (-np.expm1(log_free * np.exp(sign * spread)) for sign in (-1, 1))
        rows.append((int(day), reached, se, low, high, int(at_risk[day])))
    return pd.DataFrame(rows, columns=["day", "estimate", "se", "ci_low", "ci_high", "at_risk"])


def weighted_incidence(start, stop, event, cause: int, weights, at_days) -> np.ndarray:
    """Aalen-Johansen cumulative incidence of one cause from weighted start-stop rows.

    Parameters
    ----------
    start, stop : array of shape (n,)
        A row is at risk on (start, stop].
    event : array of int, shape (n,)
        At ``stop``: 0 for none, otherwise the cause.
    cause : int
        The cause whose incidence is wanted.
    weights : array of shape (n,)
        Above 0.
    at_days : array of shape (k,)
        Days at which it is wanted.

    Returns
    -------
    array of shape (k,)

    Notes
    -----
    Geskus RB. Biometrics 2011;67:39. With weights of 1 and starts of 0 this is
    :func:`cumulative_incidence`.
    """
    start, stop = np.asarray(start, dtype=float), np.asarray(stop, dtype=float)
    event, weights = np.asarray(event), np.asarray(weights, dtype=float)
    times, place = np.unique(stop[event > 0], return_inverse=True)
    own = event[event > 0] == cause
    any_cause = np.bincount(place, weights[event > 0], len(times))
    of_cause = np.bincount(place[own], weights[event > 0][own], len(times))
    at_risk = _weight_before(start, weights, times) - _weight_before(stop, weights, times)
    hazard = any_cause / at_risk
    free = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])[: len(times)]
    reached = np.concatenate([[0.0], np.cumsum(free * of_cause / at_risk)])
    return reached[np.searchsorted(times, at_days, side="right")]


def _weight_before(places: np.ndarray, weights: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Sum of the weights of what stands before each time."""
    order = np.argsort(places, kind="stable")
    upto = np.concatenate([[0.0], np.cumsum(weights[order])])
    return upto[np.searchsorted(places[order], times, side="left")]
