"""Starting within a grace period against not, from decisions at the starts of intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.cox import CoxFit, fit_cox
from lncohort.estimate.gathered import Gathered, gather
from lncohort.estimate.incidence import weighted_incidence
from lncohort.estimate.inverse_probability import counted_truncation
from lncohort.estimate.person_intervals import PersonIntervals, person_intervals
from lncohort.estimate.pooled_logistic import pooled_maximum, probability
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.time_terms import time_terms

ARMS = (0, 1)  # not started within the grace period, started within it
NEEDED = ["start", "stop", "treated", "cause", "lost"]


@dataclass(frozen=True)
class GraceClones:
    """Clones of both strategies as intervals, and all that their weights hang on.

    Attributes
    ----------
    people : PersonIntervals
    last : int
        The last interval at whose start a start is within the grace period.
    starts : array of bool, shape (n,)
        Treatment is started at the start of the row's interval.
    may_start : array of bool, shape (n,)
        It could have been, in the grace period.
    known : DataFrame of shape (n, p)
        The covariates.
    design, loss : Gathered
        Of starting, in the rows of ``may_start``; of being lost, in all rows.
    """

    people: PersonIntervals
    last: int
    known: pd.DataFrame
    starts: np.ndarray
    may_start: np.ndarray
    design: Gathered
    loss: Gathered

    def weights(
        self, counts: np.ndarray, truncate: tuple[float, float] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Weights of the rows in both arms, 0 where the strategy has been left.

        Parameters
        ----------
        counts : array of shape (n,)
            How often each row counts.
        truncate : (float, float), optional
            Quantiles of an arm beyond which its weights are set to the quantile.

        Raises
        ------
        NotEstimable
            When nobody or everybody starts, or a model cannot be fitted.
        """
        people, rows = self.people, np.flatnonzero(self.may_start)
        starts, counted = self.starts[rows], counts[rows]
        start = _fitted(self.design, starts, counted, "starting")
        stays, began = np.zeros(len(counts)), np.zeros(len(counts))
        stays[rows] = np.where(starts, 0.0, -np.log1p(-start))
        began[rows] = np.where(starts, -np.log(start), 0.0)
        stayed = people.running(stays)
        treated = people.flag("treated")
        started = people.running(self.starts & self.may_start) > 0
        when = people.running(self.starts * self.may_start * people.interval).astype(int)
        share = self._shares(starts, counted, people.interval[rows])
        left = np.append(1 - np.cumsum(share)[:-1], 0.0)  # who is still to start, by interval
        at = np.minimum(people.interval, self.last)
        unstarted = ~treated | (people.interval > self.last)
        without = np.where(~started & unstarted, np.exp(stayed), 0.0)
        within = np.where(
            started, share[when] * np.exp(stayed + people.running(began)), left[at] * without
        )
        seen = self._seen(counts)
        return tuple(_truncated(made * seen, counts, truncate) for made in (without, within))

    def _shares(self, starts, counted, interval) -> np.ndarray:
        """Of those who start within the grace period, the share who do so at each interval."""
        size = self.last + 1
        hazard = np.divide(
            np.bincount(interval, counted * starts, size),
            np.maximum(np.bincount(interval, counted, size), 1e-300),
        )
        found = hazard * np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
        return found / found.sum()

    def _seen(self, counts: np.ndarray) -> np.ndarray:
        """One over the probability of not having been lost before each row."""
        people, lost = self.people, self.people.flag("lost")
        if not (lost & (counts > 0)).any():
            return np.ones(len(counts))
        of_row = -np.log1p(-_fitted(self.loss, lost, counts, "being lost"))
        return np.exp(people.running(of_row) - of_row)


def _truncated(weights, counts, truncate) -> np.ndarray:
    kept = weights > 0
    if truncate is not None:
        weights = weights.copy()
        weights[kept] = counted_truncation(weights[kept], counts[kept], truncate)
    return weights


def _fitted(design: Gathered, happened, counts, name: str) -> np.ndarray:
    try:
        return probability(design, pooled_maximum(design, happened, counts).coefficients)
    except NotEstimable as error:
        raise NotEstimable(f"{error} (probability of {name})") from error


def grace_clones(rows: pd.DataFrame, covariates: list[str], last: int) -> GraceClones:
    """Put intervals into both strategies: a grace period of a few decisions.

    Parameters
    ----------
    rows : DataFrame of shape (n, columns)
        ``patient``, ``interval`` (from 0), ``start`` and ``stop`` (days), ``treated`` (started by
        the start of the interval; from then on always), ``cause`` (of what ended the interval: 0
        none, 1 the event, 2 or more a competing event), ``lost`` (at its end, other than by the end
        of the study) and the covariates.
    covariates : list of str
        Columns of numbers known at the start of each interval, on which starting and being lost
        depend. A level in which nobody, or everybody, starts (or is lost) is counted with the
        reference.
    last : int
        The last interval at whose start a start is within the grace period.

    Notes
    -----
    With p(j) the probability of starting at interval j given what is known then and no start yet, a
    pooled logistic model: the weight of who has not started by k is the product over j <= k, within
    the grace period, of 1 / (1 - p(j)). "Started within" starts at interval j with the share f(j)
    that those who start within the grace period do; its clone weighs f(s) / p(s) times the product
    over j < s of 1 / (1 - p(j)) once it has started at s, and before that the share still to start
    times the product. So nobody who starts late in the grace period stands for all who never do,
    and many who start on one day are no tie of a continuous time. Who is lost is made up for by
    their like. Cain LE et al. Int J Biostat 2010;6(2):18; Hernán MA. BMJ 2018;360:k182.
    """
    people = person_intervals(rows, [*NEEDED, *covariates])
    treated = people.flag("treated")
    before = people.before(treated)
    starts = treated & ~before
    # Where nobody starts the probability of it is 0, and no curve over the others tells it.
    begun = np.bincount(people.interval, starts) > 0
    may_start = ~before & (people.interval <= last) & begun[people.interval]
    known = people.rows[covariates].astype(float)
    return GraceClones(
        people=people,
        last=last,
        known=known,
        starts=starts,
        may_start=may_start,
        design=_design(people, known, np.flatnonzero(may_start), treated),
        loss=_design(people, known, np.arange(len(known)), people.flag("lost"), treated),
    )


def _design(people, known: pd.DataFrame, rows, happened, treated=None) -> Gathered:
    """Terms of the interval, the treatment and the covariates whose every level has both outcomes."""
    interval, happened = people.interval[rows], happened[rows]
    levels = {}
    for column in known:
        values = known[column].to_numpy()[rows]
        if np.isin(values, (0, 1)).all():
            some = happened[values == 1]
            if not len(some) or some.all() or not some.any():
                continue
        levels[column] = values
    parts = time_terms(interval).of(interval)
    if treated is not None:
        parts["treated"] = treated[rows] * 1.0
    return gather((pd.concat([parts, pd.DataFrame(levels)], axis=1), None))


@dataclass(frozen=True)
class Compared:
    """What the weighted clones say.

    Attributes
    ----------
    log_hazard_ratio : float
        Of the event, started within the grace period over not, competing events censored.
    risks : array of shape (2, k)
        Cumulative incidence of both arms at the days asked for, competing events competing.
    """

    log_hazard_ratio: float
    risks: np.ndarray


def compare(clones: GraceClones, weights, counts: np.ndarray, days) -> Compared:
    """Hazard ratio and risks of the weighted clones.

    Parameters
    ----------
    clones : GraceClones
    weights : pair of arrays of shape (n,)
        Of both arms, such as :meth:`GraceClones.weights` gives them.
    counts : array of shape (n,)
    days : array of shape (k,)

    Raises
    ------
    NotEstimable
        As :func:`fit_cox`, or when an arm has no event.
    """
    return Compared(
        float(hazard_ratio(clones, weights, counts).coefficients["arm"]),
        np.stack([risks(clones, made * counts, days) for made in weights]),
    )


def risks(clones: GraceClones, weights: np.ndarray, days) -> np.ndarray:
    """Cumulative incidence at some days of an arm whose rows weigh so much."""
    rows, kept = clones.people.rows, weights > 0
    return weighted_incidence(
        rows["start"][kept], rows["stop"][kept], rows["cause"][kept], 1, weights[kept], days
    )


def hazard_ratio(clones: GraceClones, weights, counts: np.ndarray) -> CoxFit:
    """The Cox model of both arms."""
    rows, parts = clones.people.rows, []
    for arm, made in zip(ARMS, weights, strict=True):
        kept = made * counts > 0
        own = rows.loc[kept, ["start", "stop", "cause"]]
        parts.append(own.assign(arm=float(arm), weight=(made * counts)[kept]))
        if not (own["cause"] == 1).any():
            raise NotEstimable("not estimable: no response in one of the groups")
    joined = pd.concat(parts, ignore_index=True)
    return fit_cox(
        joined[["arm"]],
        joined["stop"],
        joined["cause"] == 1,
        start=joined["start"],
        weights=joined["weight"],
    )


def companion_weights(clones: GraceClones, companion: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """One over the probability of the companion drug, or of none, given what was known at first.

    Parameters
    ----------
    clones : GraceClones
    companion : array of bool, shape (n,)
        Given from the first day on; the same in all rows of a patient.
    counts : array of shape (n,)

    Raises
    ------
    NotEstimable
        When all have it, or nobody, or the model cannot be fitted.
    """
    people = clones.people
    design = _design(people, clones.known, people.first, companion)
    given = companion[people.first]
    share = _fitted(design, given, counts[people.first], "the companion drug")
    return (1 / np.where(given, share, 1 - share))[people.patient]
