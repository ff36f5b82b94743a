"""Competing events: Fine and Gray's model of a cumulative incidence, and Gray's test."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from lncohort.estimate.arrays import labels, numbers
from lncohort.estimate.cox import CoxFit, fit_cox
from lncohort.estimate.rows import NotEstimable

SMALL = 1e-9


def fit_fine_gray(
    covariates: pd.DataFrame, time, event, cause: int = 1, *, strata=None, censoring_group=None
) -> CoxFit:
    """Fit hazards of the subdistribution of one cause.

    Whoever had another event stays at risk, with the probability of not having been censored
    since: the rows are split where it falls. The covariance is Fine and Gray's: the sandwich over
    patients, with what the estimate of the censoring adds to it.

    Parameters
    ----------
    covariates : DataFrame of shape (n, p)
    time : array of shape (n,)
    event : array of int, shape (n,)
        0 for censored, otherwise the cause.
    cause : int
        The cause whose incidence is modelled.
    strata : array of shape (n,), optional
        Each stratum has a baseline of its own.
    censoring_group : array of shape (n,), optional
        Each group has a distribution of the censoring of its own. Where strata differ in their
        censoring, as hospitals do, give the strata here too.

    Raises
    ------
    ValueError
        For a time that is missing or infinite, an event that is not a whole number from 0 up, or
        a missing stratum or group.
    NotEstimable
        Without an event of the cause, and as :func:`lncohort.estimate.cox.fit_cox`.

    Notes
    -----
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496; Breslow's ties, as of R's cmprsk. The weighted
    rows: Geskus RB. Biometrics 2011;67:39. Strata: Zhou B, Latouche A, Rocha V, Fine J. Biometrics
    2011;67:661 (the regularly stratified model, with the strata as groups of the censoring too).
    """
    time, event = _checked(time, event, len(covariates))
    if not (event == cause).any():
        raise NotEstimable("not estimable: no event of the cause")
    stratum, group = (
        np.zeros(len(time), dtype=int) if given is None else labels(name, given, len(time))[1]
        for name, given in (("strata", strata), ("censoring_group", censoring_group))
    )
    censoring = _Censoring.of(time, event, group)
    rows = _weighted_rows(time, event, cause, censoring)
    # On the model's own terms first: the information is the inverse of this covariance.
    fit = fit_cox(
        covariates.iloc[rows["row"]].set_index(rows["row"].to_numpy()),
        rows["stop"],
        rows["event"],
        start=rows["start"],
        weights=rows["weight"],
        strata=None if strata is None else stratum[rows["row"]],
        ties="breslow",
    )
    influence = _influence(fit, covariates, event, cause, stratum, censoring)
    inverse = fit.covariance.to_numpy()
    sandwich = inverse @ (influence.T @ influence) @ inverse
    names = fit.covariance.index
    return replace(fit, covariance=pd.DataFrame(sandwich, index=names, columns=names))


def _checked(time, event, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Times, and the cause of each event."""
    time, event = numbers("time", time, n), numbers("event", event, n)
    if not ((event >= 0) & (event % 1 == 0)).all():
        raise ValueError("event: expected 0 or the number of a cause, found another value")
    return time, event.astype(int)


@dataclass(frozen=True)
class _Censoring:
    """The distribution of the censoring; rows that end on a shared time are at risk of it.

    ``times`` are all times, ``place`` which of them is each row's and ``group`` its group. By group
    and time, ``kept`` is the probability of not being censored just before it, ``at_risk`` and
    ``censored`` count rows.
    """

    times: np.ndarray
    place: np.ndarray
    group: np.ndarray
    kept: np.ndarray
    at_risk: np.ndarray
    censored: np.ndarray

    @classmethod
    def of(cls, time: np.ndarray, event: np.ndarray, group: np.ndarray) -> "_Censoring":
        times, place = np.unique(time, return_inverse=True)
        size = (group.max(initial=0) + 1, len(times))
        ended, censored = np.zeros(size, dtype=int), np.zeros(size, dtype=int)
        np.add.at(ended, (group, place), 1)
        np.add.at(censored, (group, place), event == 0)
        at_risk = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]
        share = np.divide(censored, at_risk, out=np.zeros(size), where=at_risk > 0)
        kept = np.cumprod(np.hstack([np.ones((size[0], 1)), 1 - share[:, :-1]]), axis=1)
        return cls(times, place, group, kept, at_risk, censored)


def _weighted_rows(
    time: np.ndarray, event: np.ndarray, cause: int, censoring: _Censoring
) -> pd.DataFrame:
    """Start-stop rows: one each, and of those with another event one for each later weight."""
    place, group, kept = censoring.place, censoring.group, censoring.kept
    first = pd.DataFrame(
        {
            "row": np.arange(len(time)),
            "start": -np.inf,
            "stop": time,
            "event": event == cause,
            "weight": 1.0,
        }
    )
    # Only times of an event of the cause see the weights.
    of_cause = np.unique(place[event == cause])
    elsewhere = np.flatnonzero((event != 0) & (event != cause))
    later = np.searchsorted(of_cause, place[elsewhere], side="right")
    pieces = len(of_cause) - later
    row = np.repeat(elsewhere, pieces)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    turn = np.repeat(later, pieces) + offset
    at = of_cause[turn]
    previous = np.where(offset == 0, place[row], of_cause[np.maximum(turn - 1, 0)])
    extra = pd.DataFrame(
        {
            "row": row,
            "start": censoring.times[previous],
            "stop": censoring.times[at],
            "event": False,
            "weight": kept[group[row], at] / kept[group[row], place[row]],
        }
    )
    return pd.concat([first, extra[extra["weight"] > 0]], ignore_index=True)


def _influence(
    fit: CoxFit,
    covariates: pd.DataFrame,
    event: np.ndarray,
    cause: int,
    stratum: np.ndarray,
    censoring: _Censoring,
) -> np.ndarray:
    """Each patient's part of the score, shape (n, p), with that of the estimated censoring."""
    matrix = covariates.to_numpy(dtype=float)
    centre = matrix.mean(axis=0)
    beta = fit.coefficients.to_numpy()
    of_rows = fit.covariates.to_numpy(dtype=float) - centre
    own = pd.DataFrame(fit.sets.score_residuals(of_rows, beta))
    influence = own.groupby(fit.covariates.index.to_numpy()).sum().to_numpy()
    matrix = matrix - centre
    relative = np.exp(of_rows @ beta)
    step, means = fit.sets.hazard_steps(relative), fit.sets.means(of_rows, relative)
    at = np.searchsorted(censoring.times, fit.sets.event_time)
    hazard = np.where((event != 0) & (event != cause), np.exp(matrix @ beta), 0.0)
    for group in range(len(censoring.kept)):
        in_group = censoring.group == group
        lost = np.zeros((len(censoring.times), matrix.shape[1]))
        for one in range(stratum.max(initial=0) + 1):
            rows, events = in_group & (stratum == one), fit.sets.event_stratum == one
            lost += _lost(
                censoring,
                group,
                (censoring.place[rows], hazard[rows], matrix[rows]),
                (at[events], step[events], means[events]),
            )
        at_risk = np.maximum(censoring.at_risk[group], 1)
        share = lost / at_risk[:, None]
        upto = np.cumsum(share * (censoring.censored[group] / at_risk)[:, None], axis=0)
        place = censoring.place[in_group]
        is_censored = (event[in_group] == 0)[:, None]
        influence[in_group] += np.where(is_censored, share[place], 0.0) - upto[place]
    return influence


def _lost(censoring: _Censoring, group: int, others: tuple, events: tuple) -> np.ndarray:
    """What a censoring at each time would take from the score of one stratum, shape (times, p).

    ``others`` are the places, hazards and covariates of the group's rows, the hazard 0 but of
    those with another event; ``events`` the places, steps of the baseline and mean covariates of
    the stratum's events of the cause.
    """
    kept = censoring.kept[group]
    (place, hazard, matrix), (at, step, means) = others, events
    size, columns = len(kept), matrix.shape[1]
    # What each later time of an event adds, by time: the hazard, and its mean covariates.
    rise, mean_rise = np.zeros(size), np.zeros((size, columns))
    rise[at] = kept[at] * step
    mean_rise[at] = rise[at][:, None] * means
    ahead = np.cumsum(rise[::-1])[::-1]
    ahead_means = np.cumsum(mean_rise[::-1], axis=0)[::-1]
    # Those with another event before each time, by their weight at it.
    weight = np.divide(hazard, kept[place], out=np.zeros(len(hazard)), where=hazard > 0)
    gone = np.bincount(place, weights=weight, minlength=size)
    gone_means = np.zeros((size, columns))
    np.add.at(gone_means, place, weight[:, None] * matrix)
    past = np.concatenate([[0.0], np.cumsum(gone)[:-1]])
    past_means = np.vstack([np.zeros(columns), np.cumsum(gone_means, axis=0)[:-1]])
    return past_means * ahead[:, None] - past[:, None] * ahead_means


def gray_test(time, event, group, cause: int = 1) -> dict[str, float]:
    """Gray's test of equal cumulative incidence of one cause in two or more groups.

    Parameters
    ----------
    time : array of shape (n,)
    event : array of int, shape (n,)
        0 for censored, otherwise the cause.
    group : array of shape (n,)
    cause : int

    Returns
    -------
    dict
        chi2, df and p_value.

    Raises
    ------
    ValueError
        As :func:`fit_fine_gray`, or for a missing group.
    NotEstimable
        With fewer than two groups at risk when an event of the cause comes, when the times of
        the events leave nothing to compare, or when the pooled incidence reaches 1 while two
        groups are at risk.

    Notes
    -----
    Gray RJ. Ann Stat 1988;16:1141, with rho = 0 and his variance for data with ties. A group that
    ends before the first event of the cause has no degree of freedom.
    """
    time, event = _checked(time, event, len(group))
    group = labels("group", group)[1]
    # A group that ends before the first event of the cause is never compared.
    last = np.full(group.max(initial=-1) + 1, -np.inf)
    np.maximum.at(last, group, time)
    compared = last[group] >= time[event == cause].min(initial=np.inf)
    time, event = time[compared], event[compared]
    names, group = np.unique(group[compared], return_inverse=True)
    g = len(names)
    if g < 2:
        raise NotEstimable("not estimable: two groups and an event of the cause are needed")
    times, place = np.unique(time, return_inverse=True)
    counts = np.zeros((3, len(times), g))
    kind = np.where(event == 0, 0, np.where(event == cause, 1, 2))
    np.add.at(counts, (kind, place, group), 1)
    left = counts.sum(axis=0)
    at_risk = np.bincount(group, minlength=g) - np.vstack(
        [np.zeros(g), np.cumsum(left, axis=0)[:-1]]
    )
    score, variance = np.zeros(g), np.zeros((g, g))
    free_before, incidence_before = np.ones(g), np.zeros(g)
    pooled_before = 0.0
    carried = np.zeros((g, g))
    own, crossed = np.zeros(g), np.zeros((g, g))
    for t in range(len(times)):
        of_cause, of_other, risk = counts[1, t], counts[2, t], at_risk[t]
        if not (of_cause + of_other).any():
            continue
        there = risk > 0
        if there.sum() < 2:
            break
        if not pooled_before < 1 - SMALL:
            raise NotEstimable(
                "not estimable: the pooled incidence reaches 1 before the groups end"
            )
        safe = np.where(there, risk, 1.0)
        free = np.where(there, free_before * (risk - of_cause - of_other) / safe, free_before)
        incidence = incidence_before + np.where(there, free_before * of_cause / safe, 0.0)
        size = np.divide(risk, free_before, out=np.zeros(g), where=there & (free_before > 0))
        total = size.sum()
        subdistribution = size * (1 - incidence_before)
        events = of_cause.sum()
        pooled = pooled_before + events / total
        score += of_cause - events * subdistribution / subdistribution.sum()
        weights = np.diag(size) - np.outer(size, size) / total
        carried += weights * events / (total * (1 - pooled_before))
        if events:
            share = np.where(free > 0, 1 - (1 - pooled) / np.where(free > 0, free, 1), 1.0)
            ties = 1 - (events - 1) / (total * free_before - 1) if events > 1 else np.ones(g)
            rate = np.where(there, ties * free_before * events / (total * safe), 0.0)
            part = weights - carried * share
            variance += (part * rate) @ part.T
            own += share**2 * rate
            crossed += part * (share * rate)
        if of_other.any():
            hit = (free > 0) & (of_other > 0)
            share = np.where(hit, (1 - pooled) / np.where(free > 0, free, 1), 0.0)
            ties = np.where(of_other > 1, 1 - (of_other - 1) / np.maximum(risk - 1, 1), 1.0)
            rate = np.where(hit, ties * free_before**2 * of_other / safe**2, 0.0)
            part = carried * share
            variance += (part * rate) @ part.T
            own += share**2 * rate
            crossed -= part * (share * rate)
        free_before, incidence_before, pooled_before = free, incidence, pooled
    variance += (carried * own) @ carried.T + carried @ crossed.T + crossed @ carried.T
    score, variance = score[:-1], variance[:-1, :-1]
    if not np.isfinite(variance).all() or np.linalg.matrix_rank(variance) < g - 1:
        raise NotEstimable("not estimable: the times of the events leave nothing to compare")
    chi2 = float(score @ np.linalg.solve(variance, score))
    return {"chi2": chi2, "df": g - 1, "p_value": float(stats.chi2.sf(chi2, g - 1))}
