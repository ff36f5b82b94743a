"""Cumulative incidence standardised to the cohort: a parametric g-formula of one decision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logit

from lncohort.estimate.arrays import flags
from lncohort.estimate.gathered import gather
from lncohort.estimate.hazard_curves import (
    Hazard,
    RiskCurves,
    exposure_terms,
    marginal_risks,
    risk_curves,
)
from lncohort.estimate.person_intervals import PersonIntervals, person_intervals
from lncohort.estimate.pooled_logistic import PooledFit, fit_pooled_logistic, pooled_maximum
from lncohort.estimate.time_terms import time_terms

EVENTS_A_COEFFICIENT = 10  # competing events that a model of their own needs
METHOD = "pooled logistic hazard standardised to the cohort, bootstrap by patient"


@dataclass(frozen=True)
class StandardisedIncidence:
    """Models of the hazards and the risks that follow from them.

    Attributes
    ----------
    fit : PooledFit
        Of the event; ``exposure`` is the column of the strategy.
    competing : PooledFit or None
        Of the competing event; None where there is none, or too few for a model.
    risks : RiskCurves
    """

    fit: PooledFit
    competing: PooledFit | None
    risks: RiskCurves


def standardised_incidence(
    rows: pd.DataFrame,
    covariates: list[str],
    times: Sequence[int],
    *,
    weights=None,
    knots: Sequence[float] | None = None,
    by_time: bool = True,
    first: int = 0,
    replicates: int = 0,
    seed: int = 1,
) -> StandardisedIncidence:
    """Risks had all followed either strategy, from a pooled logistic model of the hazard.

    Parameters
    ----------
    rows : DataFrame of shape (n, columns)
        ``patient``, ``interval`` (from 0, one after the other), ``arm`` (0 or 1 at the start of
        the interval; from 1 there is no way back), ``event`` (0 none, 1 the event, 2 a competing event, in the interval)
        and the covariates, of which those of a patient's first row are used.
    covariates : list of str
        Columns of numbers known at time zero; none for crude risks.
    times : sequence of int
        Numbers of intervals gone by at which the strategies are compared.
    weights : array of shape (n,), optional
        Such as inverse probabilities of treatment, or the share of an interval that was seen;
        taken as known.
    knots : sequence of float, optional
        Of a restricted cubic spline of the interval; without them the interval and its square.
    by_time : bool
        Whether the effect of the strategy moves with time.
    first : int
        The first interval in which the event can come; its hazard before is 0.
    replicates, seed : int
        Of the bootstrap by patient.

    Raises
    ------
    ValueError
        For intervals with gaps, an arm that goes back to 0, another kind of event, or a time beyond the
        intervals.
    NotEstimable
        As :func:`fit_pooled_logistic`, of either event.

    Notes
    -----
    logit h(k; a, x) = s(k) + a (b + s'(k)) + x g; risks are of a = 0 and a = 1 throughout, as
    :func:`marginal_risks` has them.
    Hernán MA, Robins JM. Causal Inference: What If, 2020, sections 17.2 to 17.5. Competing events:
    Young JG et al. Stat Med 2020;39:1199 (total effect); the hazard of the event is that of
    intervals without the competing one. With fewer than ten competing events a coefficient these
    have one constant hazard, the same under both strategies. Where the arm changes, what decides
    the change and the event must be among the covariates. A patient who is lost leaves after the last row.
    """
    weights = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    people = person_intervals(rows.assign(weight=weights), ["arm", "event", *covariates])
    kind, weights = _kinds(people), people.rows["weight"].to_numpy()
    hazard = _hazard(people, covariates, knots, by_time)
    patient, competes = people.patient, kind == 2
    at_risk = ~competes & (people.interval >= first)
    own = hazard.design.only(at_risk)
    fit = fit_pooled_logistic(own, kind[at_risk] == 1, patient[at_risk], weights=weights[at_risk])
    other = None
    if competes.sum() >= EVENTS_A_COEFFICIENT * hazard.design.shape[1]:
        other = fit_pooled_logistic(hazard.design, competes, patient, weights=weights)

    def curves_of(counts: np.ndarray) -> np.ndarray:
        counted = counts * weights
        found = pooled_maximum(
            own, kind[at_risk] == 1, counted[at_risk], fit.coefficients.to_numpy()
        )
        over_time, of_patients = hazard.linear(found.coefficients)
        over_time[:, :first] = -np.inf
        if other is not None:
            start = other.coefficients.to_numpy()
            competing = hazard.linear(
                pooled_maximum(hazard.design, competes, counted, start).coefficients
            )
        else:
            constant = logit(counted[competes].sum() / counted.sum())
            competing = np.full(over_time.shape, constant), np.zeros(len(of_patients))
        return marginal_risks((over_time, of_patients), competing, counts[people.first])

    return StandardisedIncidence(
        fit, other, risk_curves(curves_of, patient, times, replicates, seed)
    )


def _kinds(people: PersonIntervals) -> np.ndarray:
    kind = people.rows["event"].to_numpy(dtype=float)
    if not np.isin(kind, (0, 1, 2)).all():
        raise ValueError("event: expected 0, 1 or 2 in every row, found another value")
    if (people.before(kind) > 0).any():
        raise ValueError("event: expected no row of a patient after the event, found one")
    return kind.astype(np.int8)


def _hazard(people: PersonIntervals, covariates, knots, by_time: bool) -> Hazard:
    arm = flags("arm", people.rows["arm"])
    if (people.before(arm) & ~arm).any():
        raise ValueError("arm: expected no way back from 1, found a patient who goes back")
    terms = time_terms(people.interval, knots)
    known = people.rows[covariates].iloc[people.first].astype(float)
    intervals = np.arange(people.interval.max(initial=-1) + 1)
    schedules = [
        exposure_terms(terms, intervals, np.full(len(intervals), a), by_time) for a in (0, 1)
    ]
    place = arm * len(intervals) + people.interval
    design = gather((pd.concat(schedules), place), (known, people.patient))
    return Hazard(design, np.stack([s.to_numpy() for s in schedules]), known.to_numpy())
