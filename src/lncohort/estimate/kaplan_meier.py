"""Kaplan-Meier curves with delayed entry: intervals, medians, restricted means, comparisons."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lncohort.estimate.arrays import flags, labels, numbers
from lncohort.estimate.rows import NotEstimable, Z

INTERVALS = ("log", "log-log", "plain")
DAYS_A_ROW = 4  # up to so many times the rows, days are cheaper to count than to sort
SINGULAR = 1e-12


@dataclass(frozen=True)
class Restricted:
    """A restricted mean survival time, or a difference of two, with its standard error."""

    value: float
    se: float


def kaplan_meier(stop, event, start=None, interval: str = "log") -> pd.DataFrame:
    """Survival at each time at which a row ends.

    Parameters
    ----------
    stop : array of shape (n,)
        Time of the event or censoring.
    event : array of bool, shape (n,)
    start : array of shape (n,), optional
        A row is at risk on (start, stop].
    interval : str
        Scale of the 95 % interval: ``log``, ``log-log`` or ``plain``.

    Returns
    -------
    DataFrame
        time, at_risk, events, survival, se (Greenwood's, of survival), ci_low, ci_high; survival
        just after the time. Limits are NaN where survival is 0.

    Raises
    ------
    ValueError
        For another interval, a time that is missing or infinite, an event that is neither 0 nor
        1, or a start not before its stop.
    NotEstimable
        Without a row.

    Notes
    -----
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457. Greenwood M. Rep Public Health Med Subj
    1926;33:1. Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data, 2002.
    """
    if interval not in INTERVALS:
        raise ValueError(f"interval must be one of {', '.join(INTERVALS)}, found {interval!r}")
    stop = numbers("stop", stop)
    event = flags("event", event, len(stop))
    if not len(stop):
        raise NotEstimable("not estimable: no patient")
    times, place = _distinct(stop)
    ended = np.bincount(place, minlength=len(times))
    at_risk = len(stop) - np.concatenate([[0], np.cumsum(ended)[:-1]])
    if start is not None:
        start = np.asarray(start, dtype=float)
        if not (start < stop).all():
            raise ValueError("start: expected before stop in every row, found one where it is not")
        at_risk = at_risk - (len(stop) - np.searchsorted(np.sort(start), times, side="left"))
    events = np.bincount(place[event], minlength=len(times))
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - events / at_risk)
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        low, high = _limits(survival, greenwood, interval)
    return pd.DataFrame(
        {
            "time": times,
            "at_risk": at_risk,
            "events": events,
            "survival": survival,
            "se": np.multiply(
                survival, greenwood, out=np.full(len(times), np.nan), where=survival > 0
            ),
            "ci_low": low,
            "ci_high": high,
        }
    )


def _distinct(stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct times, sorted, and the place of each row; days are counted, not sorted."""
    if stop.min() < 0 or stop.max() > DAYS_A_ROW * len(stop):
        return np.unique(stop, return_inverse=True)
    days = stop.astype(np.int64)
    if not (days == stop).all():
        return np.unique(stop, return_inverse=True)
    seen = np.bincount(days) > 0
    return np.flatnonzero(seen).astype(float), (np.cumsum(seen) - 1)[days]


def _limits(survival: np.ndarray, error: np.ndarray, interval: str):
    """Limits of survival from the standard error of its logarithm."""
    if interval == "plain":
        low, high = survival * (1 - Z * error), survival * (1 + Z * error)
    elif interval == "log":
        low, high = survival * np.exp(-Z * error), survival * np.exp(Z * error)
    else:
        spread = np.exp(Z * error / np.abs(np.log(survival)))
        low, high = survival**spread, survival ** (1 / spread)
        low, high = (np.where(survival == 1, 1.0, limit) for limit in (low, high))
    low, high = np.maximum(low, 0), np.minimum(high, 1)
    return np.where(survival > 0, low, np.nan), np.where(survival > 0, high, np.nan)


def drawn_times(random: np.random.Generator, size, stop: np.ndarray, event) -> np.ndarray:
    """Times drawn from the distribution that Kaplan and Meier find; infinite beyond its end.

    Parameters
    ----------
    random : Generator
    size : int or tuple of int
        Shape of what is drawn.
    stop, event
        As for :func:`kaplan_meier`; without a row every time is infinite.
    """
    if not len(stop):
        return np.full(size, np.inf)
    curve = kaplan_meier(stop, event)
    happened = 1 - curve["survival"].to_numpy()
    place = np.searchsorted(happened, random.random(size), side="left")
    return np.append(curve["time"].to_numpy(), np.inf)[place]


def survival_at(curve: pd.DataFrame, times) -> pd.DataFrame:
    """Rows of a curve that hold at some times; ``at_risk`` is of those times.

    Parameters
    ----------
    curve : DataFrame
        As :func:`kaplan_meier` gives it, without delayed entry.
    times : array of shape (k,)
    """
    times = np.asarray(times, dtype=float)
    place = np.searchsorted(curve["time"], times, side="right") - 1
    found = curve.iloc[np.maximum(place, 0)].reset_index(drop=True).assign(time=times)
    before = place < 0
    found.loc[before, ["survival", "ci_low", "ci_high"]] = 1.0
    found.loc[before, ["se", "events"]] = 0
    following = np.searchsorted(curve["time"], times, side="left")
    at_risk = np.append(curve["at_risk"].to_numpy(), 0)
    return found.assign(at_risk=at_risk[following])


def median_survival(curve: pd.DataFrame) -> dict[str, float]:
    """The median with its limits: where the curve, and its limits, reach one half.

    Returns
    -------
    dict
        estimate, ci_low, ci_high; NaN where the curve or limit does not fall so low. A curve that
        rests at exactly one half has its median in the middle of that stretch.

    Notes
    -----
    Brookmeyer R, Crowley J. Biometrics 1982;38:29.
    """
    times = curve["time"].to_numpy()

    def reached(values: pd.Series) -> float:
        values = values.to_numpy()
        under = np.flatnonzero(values <= 0.5 + 1e-12)
        if not len(under):
            return math.nan
        first = under[0]
        lower = np.flatnonzero(values < 0.5 - 1e-12)
        rests = abs(values[first] - 0.5) < 1e-12 and len(lower)
        return float((times[first] + times[lower[0]]) / 2) if rests else float(times[first])

    return {
        "estimate": reached(curve["survival"]),
        "ci_low": reached(curve["ci_low"].fillna(1.0)),
        "ci_high": reached(curve["ci_high"].fillna(1.0)),
    }


def restricted_mean(curve: pd.DataFrame, horizon: float) -> Restricted:
    """Mean survival time up to a horizon: the area under the curve.

    Raises
    ------
    NotEstimable
        When the curve ends, above 0, before the horizon.

    Notes
    -----
    Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152. Variance by Greenwood's formula, as of
    R's survival.
    """
    if horizon > curve["time"].iloc[-1] and curve["survival"].iloc[-1] > 0:
        last = curve["time"].iloc[-1]
        raise NotEstimable(f"not estimable: the curve ends at {last:g}, before {horizon:g}")
    kept = curve[curve["time"] < horizon]
    times = np.concatenate([[0.0], kept["time"], [horizon]])
    survival = np.concatenate([[1.0], kept["survival"]])
    pieces = np.diff(times) * survival
    after = np.cumsum(pieces[::-1])[::-1][1:]
    at_risk, events = kept["at_risk"].to_numpy(), kept["events"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(events > 0, after**2 * events / (at_risk * (at_risk - events)), 0.0)
    return Restricted(float(pieces.sum()), float(np.sqrt(np.nansum(terms))))


def restricted_mean_difference(first: Restricted, second: Restricted) -> Restricted:
    """The second less the first, of two independent groups."""
    return Restricted(second.value - first.value, math.hypot(first.se, second.se))


def compare_curves(time, event, group, rho: float = 0.0, strata=None) -> dict[str, float]:
    """Test of equal survival in two or more groups: the G-rho family.

    Parameters
    ----------
    time, event, group : array of shape (n,)
    rho : float
        0 is the log-rank test; 1 weights by survival just before (Peto-Peto as of R's survdiff).
    strata : array of shape (n,), optional
        Rows are compared within a stratum only; survival, for the weights, is the stratum's.

    Returns
    -------
    dict
        chi2, df and p_value.

    Raises
    ------
    ValueError
        For a missing value, an infinite time, or an event that is neither 0 nor 1.
    NotEstimable
        With fewer than two groups at risk together, or without events.

    Notes
    -----
    Harrington DP, Fleming TR. Biometrika 1982;69:553. A group that ends before the first event
    has no degree of freedom.
    """
    time = numbers("time", time)
    event = flags("event", event, len(time))
    names, group = labels("group", group, len(time))
    if len(names) < 2 or not event.any():
        raise NotEstimable("not estimable: two groups and an event are needed")
    stratum = np.zeros(len(time), dtype=int)
    if strata is not None:
        stratum = labels("strata", strata, len(time))[1]
    excess, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for own in np.unique(stratum):
        rows = stratum == own
        more, spread = _excess(time[rows], event[rows], group[rows], len(names), rho)
        excess, variance = excess + more, variance + spread
    # The covariance is singular: the excesses add up to 0 over groups that are ever compared.
    values, vectors = np.linalg.eigh(variance)
    sound = values > SINGULAR * values.max()
    df = int(sound.sum()) if values.max() > 0 else 0
    if not df:
        raise NotEstimable("not estimable: no two groups are at risk together at an event")
    chi2 = float(((vectors.T @ excess)[sound] ** 2 / values[sound]).sum())
    return {"chi2": chi2, "df": df, "p_value": float(stats.chi2.sf(chi2, df))}


def _excess(time, event, group, groups: int, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """Weighted events beyond those expected, by group, and their covariance."""
    times, place = np.unique(time, return_inverse=True)
    cell, shape = place * groups + group, (len(times), groups)
    ended = np.bincount(cell, minlength=len(times) * groups).reshape(shape)
    events = np.bincount(cell[event], minlength=len(times) * groups).reshape(shape)
    at_risk = np.cumsum(ended[::-1], axis=0)[::-1]
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    weight = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]]) ** rho
    share = at_risk / n[:, None]
    spread = weight**2 * d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return weight @ (events - d[:, None] * share), variance
