"""Pooled analysis of a sequence of nested trials: intention to treat, and per protocol."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.gathered import Gathered, gather
from lncohort.estimate.inverse_probability import weight_distribution
from lncohort.estimate.pooled_logistic import PooledFit, fit_pooled_logistic
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.trial_rows import Trials
from lncohort.estimate.trial_weights import trial_terms, trial_weights


@dataclass(frozen=True)
class TrialEffects:
    """What the trials say together.

    Attributes
    ----------
    fit : PooledFit
        Of the hazard; ``exposure`` is the column of the treatment assigned.
    trials : DataFrame
        A row a trial and arm: trial, assigned, n (who begin it), events.
    distribution : DataFrame
        Of the weights of rows, ``all`` and by follow-up.
    """

    fit: PooledFit
    trials: pd.DataFrame
    distribution: pd.DataFrame


def sequential_trials(
    trials: Trials, *, truncate: tuple[float, float] | None = None
) -> TrialEffects:
    """One odds ratio of all trials, over all of their follow-up.

    Parameters
    ----------
    trials : Trials
        Of :func:`expand` or :func:`from_table`.
    truncate : (float, float), optional
        Quantiles of the weights of an arm beyond which they are set to the quantile: of all rows
        few are treated, and the largest weights are theirs alone.

    Raises
    ------
    ValueError
        For quantiles out of order.
    NotEstimable
        As :func:`fit_pooled_logistic`, of the hazard or of a weight, or without a trial or event.

    Notes
    -----
    logit h(j given a, m) = s(j) + t(m) + a b in interval j of the trial that began in interval m,
    weighted as :func:`trial_weights` says: weights make the arms of each trial alike, so that the
    hazard needs no covariate. At one time the untreated of all trials are nearly the same people:
    s has a level for each interval since the first, and those without an event are left out, where
    the likelihood is the same for every b. A curve over the follow-up of each trial instead does not
    fit a hazard that moves with the time since the first interval, and what it misses leans on b,
    for the treated are many in the first trial and few in the others. An effect that comes and goes
    is averaged, with the person-time of both arms. Hernán MA et al. Epidemiology 2008;19:766; Danaei G et
    al. Stat Methods Med Res 2013;22:70; Keogh RH et al. Stat Med 2023;42:2191.
    """
    made = trial_weights(trials, by_trial=True).of(np.ones(len(trials)), truncate)
    seen = made > 0
    interval = trials.trial + trials.follow_up
    informative = seen & np.isin(interval, np.unique(interval[seen & trials.event]))
    if not informative.any():
        raise NotEstimable("not estimable: no row has an event")
    kept = np.flatnonzero(informative)
    fit = fit_pooled_logistic(
        _hazard(trials, kept), trials.event[kept], trials.patient[kept], weights=made[kept]
    )
    return TrialEffects(
        fit=fit,
        trials=_counts(trials, seen),
        distribution=pd.concat(
            [
                weight_distribution(made[seen]),
                weight_distribution(made[seen], trials.follow_up[seen]),
            ]
        ),
    )


def _hazard(trials: Trials, kept: np.ndarray) -> Gathered:
    there, interval = np.unique(trials.trial[kept] + trials.follow_up[kept], return_inverse=True)
    levels = pd.DataFrame(
        np.eye(len(there))[:, 1:], columns=[f"interval {level}" for level in there[1:]]
    )
    arm = pd.DataFrame({"exposure": [0.0, 1.0]})
    return gather(
        (arm, trials.assigned[kept].astype(np.int8)),
        trial_terms(trials.trial[kept]),
        (levels, interval),
    )


def _counts(trials: Trials, seen: np.ndarray) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "trial": trials.trial[seen],
            "assigned": trials.assigned[seen],
            "n": trials.follow_up[seen] == 0,
            "events": trials.event[seen],
        }
    )
    return rows.groupby(["trial", "assigned"], as_index=False).sum()
