"""Risks over time of a whole population under each strategy, from a model of the hazard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from lncohort.estimate.bootstrap import bootstrap_by_patient, percentile_interval
from lncohort.estimate.gathered import Gathered, gather
from lncohort.estimate.person_intervals import PersonIntervals
from lncohort.estimate.pooled_logistic import PooledFit, fit_pooled_logistic, pooled_maximum
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.time_terms import TimeTerms, time_terms

EVENTS_A_COEFFICIENT = 10  # competing events that a model of their own needs
ARMS = ("without", "with")
MEASURES = ("risk without", "risk with", "risk difference", "risk ratio")


@dataclass(frozen=True)
class RiskContrasts:
    """Risks by strategy at some times.

    Attributes
    ----------
    contrasts : DataFrame
        time, measure (of MEASURES; differences and ratios are with over without), estimate, and
        from the bootstrap by patient se, ci_low, ci_high (percentiles; NaN without replicates).
    failed : int
        Replicates that could not be estimated.
    """

    contrasts: pd.DataFrame
    failed: int


@dataclass(frozen=True)
class RiskCurves(RiskContrasts):
    """Risks by strategy at all times.

    Attributes
    ----------
    curves : DataFrame
        arm (``without``, ``with``), time (intervals gone by, from 1), risk.
    """

    curves: pd.DataFrame


def exposure_terms(
    terms: TimeTerms, intervals: np.ndarray, exposure: np.ndarray, by_time: bool, since=None
) -> pd.DataFrame:
    """Columns of the time, the exposure and, where the effect moves with time, their products.

    ``since`` counts the intervals since the exposure began, from 0; by default it began at time zero.
    """
    made = terms.of(intervals).assign(exposure=np.asarray(exposure, dtype=float))
    if by_time:
        products = terms.of(intervals if since is None else since).mul(made["exposure"], axis=0)
        made = pd.concat([made, products.add_prefix("exposure x ")], axis=1)
    return made


@dataclass(frozen=True)
class Hazard:
    """A design of the hazard, and what it is to be averaged over.

    Attributes
    ----------
    design : Gathered of shape (n, 1 + q + p)
        Behind the intercept q columns of time and exposure, then p of covariates.
    schedules : array of shape (2, k, q)
        The columns of time and exposure without and with treatment, by interval.
    population : array of shape (m, p)
        Covariates of those over whom risks are averaged.
    """

    design: Gathered
    schedules: np.ndarray
    population: np.ndarray

    def linear(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log odds as a part of strategy and interval, (2, k), and one of the patient, (m,)."""
        q = self.schedules.shape[2]
        over_time = coefficients[0] + self.schedules @ coefficients[1 : 1 + q]
        return over_time, self.population @ coefficients[1 + q :]


def hazard_of(
    people: PersonIntervals,
    exposure: np.ndarray,
    always: np.ndarray,
    covariates: list[str],
    knots: Sequence[float] | None,
    by_time: bool,
    first: int,
) -> Hazard:
    """The design of a hazard that moves with time, first values of covariates, and an exposure.

    Parameters
    ----------
    people : PersonIntervals
    exposure : array of shape (n,)
        0 until it begins, which may be at any interval.
    always : array of shape (k,)
        Its value in each interval when it begins at time zero.
    covariates : list of str
    knots : sequence of float, optional
        Of a restricted cubic spline of the interval; without them the interval and its square.
    by_time : bool
        Whether the effect moves with the time since the exposure began. Where a response has to be
        waited for and measured, a start of yesterday does not do what one of a year ago does.
    first : int
        The first interval in which the event can come.
    """
    terms = time_terms(people.interval[people.interval >= first], knots)
    intervals = np.arange(len(always))
    began = people.running(exposure) > 0
    since = np.maximum(people.running(began) - 1, 0)
    known = people.rows[covariates].iloc[people.first].astype(float)
    own = exposure_terms(terms, people.interval, exposure, by_time, since)
    schedules = [exposure_terms(terms, intervals, a, by_time) for a in (0 * always, always)]
    return Hazard(
        gather((own, None), (known, people.patient)),
        np.stack([schedule.to_numpy() for schedule in schedules]),
        known.to_numpy(),
    )


@dataclass(frozen=True)
class CauseSpecific:
    """Models of the hazards of an event and of one that competes with it.

    Attributes
    ----------
    hazard : Hazard
        The design of both.
    kind : array of int, shape (n,)
        What came in each interval: 0 nothing, 1 the event, 2 a competing event.
    at_risk : array of bool, shape (n,)
        Rows of the model of the event.
    first : int
        The first interval in which the event can come.
    fit : PooledFit
        Of the event.
    competing : PooledFit or None
        Of the competing event; None where there is none, or too few for a model.
    """

    hazard: Hazard
    kind: np.ndarray
    at_risk: np.ndarray
    first: int
    fit: PooledFit
    competing: PooledFit | None

    def risks(self, weights: np.ndarray, population: np.ndarray) -> np.ndarray:
        """Risks of the event of both strategies, (2, k), with both models fitted anew.

        Parameters
        ----------
        weights : array of shape (n,)
            Of the rows.
        population : array of shape (m,)
            How often each of those counts over whom risks are averaged.
        """
        design, at_risk, competes = self.hazard.design, self.at_risk, self.kind == 2
        event, counted = self.kind[at_risk] == 1, weights[at_risk]
        near = self.fit.coefficients.to_numpy()
        found = pooled_maximum(design.only(at_risk), event, counted, near)
        over_time, of_patients = self.hazard.linear(found.coefficients)
        over_time[:, : self.first] = -np.inf
        if self.competing is not None:
            near = self.competing.coefficients.to_numpy()
            other = pooled_maximum(design, competes, weights, near)
            competing = self.hazard.linear(other.coefficients)
        else:
            constant = logit(weights[competes].sum() / weights.sum())
            competing = np.full(over_time.shape, constant), np.zeros(len(of_patients))
        return marginal_risks((over_time, of_patients), competing, population)


def cause_specific(
    people: PersonIntervals, hazard: Hazard, first: int, weights: np.ndarray
) -> CauseSpecific:
    """Fit the hazards of the event, and of what competes with it, to the rows of ``event``.

    Parameters
    ----------
    people : PersonIntervals
        With the column ``event``: 0 none, 1 the event, 2 a competing event, in the interval.
    hazard : Hazard
    first : int
        The first interval in which the event can come; its hazard before is 0.
    weights : array of shape (n,)

    Raises
    ------
    ValueError
        For another kind of event, or a row of a patient after one.
    NotEstimable
        As :func:`fit_pooled_logistic`, of either event.

    Notes
    -----
    The hazard of the event is that of intervals without the competing one: Young JG et al. Stat Med
    2020;39:1199 (total effect). With fewer than ten competing events a coefficient these have one
    constant hazard, the same under both strategies.
    """
    kind, patient = _kinds(people), people.patient
    competes = kind == 2
    at_risk = ~competes & (people.interval >= first)
    fit = fit_pooled_logistic(
        hazard.design.only(at_risk), kind[at_risk] == 1, patient[at_risk], weights=weights[at_risk]
    )
    other = None
    if competes.sum() >= EVENTS_A_COEFFICIENT * hazard.design.shape[1]:
        other = fit_pooled_logistic(hazard.design, competes, patient, weights=weights)
    return CauseSpecific(hazard, kind, at_risk, first, fit, other)


def _kinds(people: PersonIntervals) -> np.ndarray:
    kind = people.rows["event"].to_numpy(dtype=float)
    if not np.isin(kind, (0, 1, 2)).all():
        raise ValueError("event: expected 0, 1 or 2 in every row, found another value")
    if (people.before(kind) > 0).any():
        raise ValueError("event: expected no row of a patient after the event, found one")
    return kind.astype(np.int8)


def marginal_risks(
    event: tuple[np.ndarray, np.ndarray],
    competing: tuple[np.ndarray, np.ndarray] | None = None,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Mean cumulative incidence of a population under each strategy.

    Parameters
    ----------
    event, competing : pair of arrays of shapes (2, k) and (m,)
        Log odds of the hazard, as :meth:`Hazard.linear` gives them.
    weights : array of shape (m,), optional
        How often each of the population counts.

    Returns
    -------
    array of shape (2, k)
        Risk at the end of each interval.

    Notes
    -----
    F(k) = mean of sum over j <= k of h(j) (1 - g(j)) prod over i < j of (1 - h(i)) (1 - g(i)), with
    g the hazard of the competing event, which comes first within an interval. Hernán MA, Robins JM.
    Causal Inference: What If, 2020, section 17.5; Young JG et al. Stat Med 2020;39:1199.
    """
    over_time, of_patients = event
    m = len(of_patients)
    share = np.full(m, 1 / m) if weights is None else weights / weights.sum()
    found = np.zeros(over_time.shape)
    for arm in range(len(over_time)):
        free, risk = share.copy(), 0.0
        for k in range(over_time.shape[1]):
            if competing is not None:
                free *= 1 - expit(competing[0][arm, k] + competing[1])
            fails = free * expit(over_time[arm, k] + of_patients)
            risk += fails.sum()
            free -= fails
            found[arm, k] = risk
    return found


def risk_curves(
    curves_of: Callable[[np.ndarray], np.ndarray],
    patient: np.ndarray,
    times: Sequence[int],
    replicates: int,
    seed: int,
) -> RiskCurves:
    """Curves, contrasts at some times, and their bootstrap by patient.

    Parameters
    ----------
    curves_of : callable
        Takes how often each row counts, returns risks of shape (2, k) at the end of each interval.
    patient : array of shape (n,)
    times : sequence of int
        Numbers of intervals gone by, from 1 to k.
    replicates, seed : int

    Raises
    ------
    ValueError
        For a time beyond the curves.
    NotEstimable
        As the curves themselves, or when no replicate could be estimated.
    """
    curves = curves_of(np.ones(len(patient)))
    last = curves.shape[1]
    at = np.asarray(times, dtype=int)
    if not ((at >= 1) & (at <= last)).all():
        raise ValueError(f"times: expected from 1 to {last} intervals, found {list(times)}")
    found = risk_contrasts(
        lambda counts: curves_of(counts)[:, at - 1], patient, times, replicates, seed
    )
    arms = pd.concat(
        pd.DataFrame({"arm": arm, "time": np.arange(1, last + 1), "risk": curve})
        for arm, curve in zip(ARMS, curves, strict=True)
    )
    return RiskCurves(found.contrasts, found.failed, arms.reset_index(drop=True))


def risk_contrasts(
    risks_of: Callable[[np.ndarray], np.ndarray],
    patient: np.ndarray,
    times: Sequence[int],
    replicates: int,
    seed: int,
) -> RiskContrasts:
    """Contrasts at some times, and their bootstrap by patient.

    As :func:`risk_curves`, of risks of shape (2, k) at the k times.

    Raises
    ------
    NotEstimable
        As the risks themselves, or when no replicate could be estimated.
    """
    point = _contrasts(risks_of(np.ones(len(patient))))
    found, failed = bootstrap_by_patient(
        lambda counts: _contrasts(risks_of(counts)), patient, replicates, seed
    )
    if replicates and not len(found):
        raise NotEstimable("not estimable: no sample of the bootstrap can be estimated")
    table = pd.DataFrame(
        {
            "time": np.repeat(np.asarray(times, dtype=int), len(MEASURES)),
            "measure": MEASURES * len(times),
            "estimate": point,
            **percentile_interval(found),
        }
    )
    return RiskContrasts(table, failed)


def _contrasts(risks: np.ndarray) -> np.ndarray:
    """The measures at each time, one time after the other."""
    without, treated = risks
    ratio = np.divide(treated, without, out=np.full(len(without), np.nan), where=without > 0)
    return np.column_stack([without, treated, treated - without, ratio]).ravel()
