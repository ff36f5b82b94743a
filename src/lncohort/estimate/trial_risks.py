"""Risks in both arms of nested trials, by weights alone."""

from collections.abc import Sequence

import numpy as np

from lncohort.estimate.hazard_curves import RiskContrasts, risk_contrasts
from lncohort.estimate.incidence import weighted_incidence
from lncohort.estimate.trial_rows import EVENT, Trials
from lncohort.estimate.trial_weights import trial_weights

NOBODY = "not estimable: nobody is followed so long in an arm of the trials"


def trial_risks(
    trials: Trials,
    times: Sequence[int],
    intervals: int,
    *,
    truncate: tuple[float, float] | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> RiskContrasts:
    """Cumulative incidence in both arms, had all who enter a trial been in each.

    Parameters
    ----------
    trials : Trials
        Of :func:`expand` or :func:`from_table`.
    times : sequence of int
        Numbers of intervals since the beginning of a trial at which the arms are compared, from 1.
    intervals : int
        Number of intervals for which a patient is followed at most: the trials that count at a time
        are those that can be followed for so long.
    truncate : (float, float), optional
        Quantiles of the weights of an arm beyond which they are set to the quantile.
    replicates, seed : int
        Of the bootstrap by patient, in which all models of the weights are fitted anew.

    Returns
    -------
    RiskContrasts
        NaN at a time for which nobody is followed in an arm.

    Raises
    ------
    ValueError
        For a time beyond the intervals, or quantiles out of order.
    NotEstimable
        When a model of a weight cannot be fitted.

    Notes
    -----
    Aalen-Johansen of the rows of each arm by the time since the beginning of the trial, weighted as
    :func:`trial_weights` says without the trial in the numerators. No model of the hazard: the
    effect may come late, and later in some trials than in others. Robins JM, Finkelstein DM.
    Biometrics 2000;56:779; Danaei G et al. Stat Methods Med Res 2013;22:70; Hernán MA, Robins JM.
    Causal Inference: What If, 2020, section 17.4.
    """
    if not all(1 <= time <= intervals for time in times):
        raise ValueError(f"times: expected from 1 to {intervals} intervals, found {list(times)}")
    weights = trial_weights(trials, by_trial=False)
    arms = (~trials.assigned, trials.assigned)

    def risks_of(counts: np.ndarray) -> np.ndarray:
        made = weights.of(counts, truncate) * counts
        return np.array(
            [[_risk(trials, made * arm, time, intervals) for time in times] for arm in arms]
        )

    return risk_contrasts(risks_of, trials.patient, times, replicates, seed)


def _risk(trials: Trials, weights: np.ndarray, time: int, intervals: int) -> float:
    kept = (weights > 0) & (trials.trial <= intervals - time) & (trials.follow_up < time)
    begins = trials.follow_up[kept]
    if len(np.unique(begins)) < time:
        return np.nan
    (risk,) = weighted_incidence(
        begins, begins + 1, trials.cause[kept], EVENT, weights[kept], [time]
    )
    return risk
