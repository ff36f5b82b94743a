"""Risks in both arms of nested trials, by weights alone."""

import numpy as np

from lncohort.estimate.hazard_curves import RiskCurves, risk_curves
from lncohort.estimate.incidence import weighted_incidence
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.trial_rows import Trials
from lncohort.estimate.trial_weights import trial_weights

EVENT, COMPETING = 1, 2
NOBODY = "not estimable: nobody is followed so long in an arm of the trials"


def trial_risks(
    trials: Trials,
    time: int,
    intervals: int,
    *,
    truncate: tuple[float, float] | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> RiskCurves:
    """Cumulative incidence in both arms, had all who enter a trial been in each.

    Parameters
    ----------
    trials : Trials
        Of :func:`expand` or :func:`from_table`.
    time : int
        Number of intervals since the beginning of a trial at which the arms are compared, from 1.
    intervals : int
        Number of intervals for which a patient is followed at most: the trials that count are
        those that can be followed for ``time``.
    truncate : (float, float), optional
        Quantiles of the weights of an arm beyond which they are set to the quantile.
    replicates, seed : int
        Of the bootstrap by patient, in which all models of the weights are fitted anew.

    Raises
    ------
    ValueError
        For a time beyond the intervals, or quantiles out of order.
    NotEstimable
        When a model of a weight cannot be fitted, or nobody is followed so long in an arm.

    Notes
    -----
    Aalen-Johansen of the rows of each arm by the time since the beginning of the trial, weighted as
    :func:`trial_weights` says without the trial in the numerators. No model of the hazard: the
    effect may come late, and later in some trials than in others. Robins JM, Finkelstein DM.
    Biometrics 2000;56:779; Danaei G et al. Stat Methods Med Res 2013;22:70; Hernán MA, Robins JM.
    Causal Inference: What If, 2020, section 17.4.
    """
    if not 1 <= time <= intervals:
        raise ValueError(f"time: expected from 1 to {intervals} intervals, found {time}")
    own = trials.only((trials.trial <= intervals - time) & (trials.follow_up < time))
    weights = trial_weights(own, by_trial=False)
    cause = np.where(own.event, EVENT, np.where(own.competing, COMPETING, 0))

    def curves_of(counts: np.ndarray) -> np.ndarray:
        made = weights.of(counts, truncate) * counts
        return np.stack([_incidence(own, made * arm, cause, time) for arm in _arms(own)])

    return risk_curves(curves_of, own.patient, [time], replicates, seed)


def _arms(trials: Trials) -> tuple[np.ndarray, np.ndarray]:
    return ~trials.assigned, trials.assigned


def _incidence(trials: Trials, weights: np.ndarray, cause: np.ndarray, time: int) -> np.ndarray:
    kept = weights > 0
    begins = trials.follow_up[kept]
    if len(np.unique(begins)) < time:
        raise NotEstimable(NOBODY)
    return weighted_incidence(
        begins, begins + 1, cause[kept], EVENT, weights[kept], np.arange(1, time + 1)
    )
