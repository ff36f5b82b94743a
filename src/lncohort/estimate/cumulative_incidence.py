"""Cumulative incidence standardised to the cohort: a parametric g-formula of one decision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

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

METHOD = "pooled logistic hazard standardised to the cohort, bootstrap by patient"


@dataclass(frozen=True)
class StandardisedIncidence:
    """Models of the hazards and the risks that follow from them.

    Attributes
    ----------
    fit : PooledFit
        Of the event; ``exposure`` is the column of the strategy.
    competing : PooledFit or None
        Of the competing event.
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
    replicates: int = 0,
    seed: int = 1,
) -> StandardisedIncidence:
    """Risks had all followed either strategy, from a pooled logistic model of the hazard.

    Parameters
    ----------
    rows : DataFrame of shape (n, columns)
        ``patient``, ``interval`` (from 0, one after the other), ``arm`` (0 or 1, the same in all
        rows of a patient), ``event`` (0 none, 1 the event, 2 a competing event, in the interval)
        and the covariates, of which those of a patient's first row are used.
    covariates : list of str
        Columns of numbers known at time zero; none for crude risks.
    times : sequence of int
        Numbers of intervals gone by at which the strategies are compared.
    weights : array of shape (n,), optional
        Such as inverse probabilities of treatment, taken as known.
    knots : sequence of float, optional
        Of a restricted cubic spline of the interval; without them the interval and its square.
    by_time : bool
        Whether the effect of the strategy moves with time.
    replicates, seed : int
        Of the bootstrap by patient.

    Raises
    ------
    ValueError
        For intervals with gaps, an arm that changes, another kind of event, or a time beyond the
        intervals.
    NotEstimable
        As :func:`fit_pooled_logistic`, of either event.

    Notes
    -----
    logit h(k; a, x) = s(k) + a (b + s'(k)) + x g; risks as :func:`marginal_risks` has them.
    Hernán MA, Robins JM. Causal Inference: What If, 2020, sections 17.2 to 17.5. Competing events:
    Young JG et al. Stat Med 2020;39:1199 (total effect); the hazard of the event is that of
    intervals without the competing one. A patient who is lost leaves after the last row.
    """
    weights = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    people = person_intervals(rows.assign(weight=weights), ["arm", "event", *covariates])
    kind, weights = _kinds(people), people.rows["weight"].to_numpy()
    hazard = _hazard(people, covariates, knots, by_time)
    patient, at_risk = people.patient, kind != 2
    own = hazard.design.only(at_risk)
    fit = fit_pooled_logistic(own, kind[at_risk] == 1, patient[at_risk], weights=weights[at_risk])
    other = None
    if not at_risk.all():
        other = fit_pooled_logistic(hazard.design, kind == 2, patient, weights=weights)

    def curves_of(counts: np.ndarray) -> np.ndarray:
        counted = counts * weights
        found = pooled_maximum(
            own, kind[at_risk] == 1, counted[at_risk], fit.coefficients.to_numpy()
        )
        competing = None
        if other is not None:
            of_other = pooled_maximum(
                hazard.design, kind == 2, counted, other.coefficients.to_numpy()
            )
            competing = hazard.linear(of_other.coefficients)
        return marginal_risks(hazard.linear(found.coefficients), competing, counts[people.first])

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
    if (arm != arm[people.first][people.patient]).any():
        raise ValueError("arm: expected the same in all rows of a patient, found one that changes")
    terms = time_terms(people.interval, knots)
    known = people.rows[covariates].iloc[people.first].astype(float)
    intervals = np.arange(people.interval.max(initial=-1) + 1)
    schedules = [
        exposure_terms(terms, intervals, np.full(len(intervals), a), by_time) for a in (0, 1)
    ]
    place = arm * len(intervals) + people.interval
    design = gather((pd.concat(schedules), place), (known, people.patient))
    return Hazard(design, np.stack([s.to_numpy() for s in schedules]), known.to_numpy())
