"""Cumulative incidence standardised to the cohort: a parametric g-formula of one decision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.arrays import flags
from lncohort.estimate.hazard_curves import RiskCurves, cause_specific, hazard_of, risk_curves
from lncohort.estimate.person_intervals import person_intervals
from lncohort.estimate.pooled_logistic import PooledFit

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
        Whether the effect of the strategy moves with the time since it began.
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
    logit h(k; a, x) = s(k) + a (b + s'(k - j)) + x g, with j the interval in which the arm began;
    risks are of a = 0 throughout and of a = 1 from the first interval on, as :func:`marginal_risks`
    has them, and of the competing event as :func:`cause_specific`.
    Hernán MA, Robins JM. Causal Inference: What If, 2020, sections 17.2 to 17.5. Where the arm
    changes, what decides the change and the event must be among the covariates. A patient who is
    lost leaves after the last row.
    """
    weights = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    people = person_intervals(rows.assign(weight=weights), ["arm", "event", *covariates])
    weights = people.rows["weight"].to_numpy()
    arm = flags("arm", people.rows["arm"])
    if (people.before(arm) & ~arm).any():
        raise ValueError("arm: expected no way back from 1, found a patient who goes back")
    always = np.ones(people.interval.max(initial=-1) + 1)
    hazard = hazard_of(people, arm * 1.0, always, covariates, knots, by_time, first)
    models = cause_specific(people, hazard, first, weights)

    def curves_of(counts: np.ndarray) -> np.ndarray:
        return models.risks(counts * weights, counts[people.first])

    risks = risk_curves(curves_of, people.patient, times, replicates, seed)
    return StandardisedIncidence(models.fit, models.competing, risks)
