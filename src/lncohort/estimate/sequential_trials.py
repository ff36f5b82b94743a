"""Pooled analysis of a sequence of nested trials: intention to treat, and per protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.gathered import gather
from lncohort.estimate.hazard_curves import (
    Hazard,
    RiskCurves,
    exposure_terms,
    marginal_risks,
    risk_curves,
)
from lncohort.estimate.inverse_probability import (
    ProbabilityRatio,
    counted_truncation,
    probability_ratio,
    weight_distribution,
)
from lncohort.estimate.pooled_logistic import PooledFit, fit_pooled_logistic, pooled_maximum
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.time_terms import time_terms
from lncohort.estimate.trial_rows import Trials

METHODS = {
    False: "sequence of nested trials, intention to treat, pooled logistic, bootstrap by patient",
    True: "sequence of nested trials, per protocol, stabilised inverse probability of censoring "
    "weights, pooled logistic, bootstrap by patient",
}


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
    risks : RiskCurves
        Treated from the beginning of a trial over untreated, over all who begin one.
    """

    fit: PooledFit
    trials: pd.DataFrame
    distribution: pd.DataFrame
    risks: RiskCurves


def sequential_trials(
    trials: Trials,
    times: Sequence[int],
    *,
    by_weights: bool = True,
    knots: Sequence[float] | None = None,
    by_time: bool = True,
    truncate: tuple[float, float] | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> TrialEffects:
    """Analyse a sequence of trials together.

    Parameters
    ----------
    trials : Trials
        Of :func:`expand` or :func:`from_table`.
    times : sequence of int
        Numbers of intervals since the beginning of a trial at which the arms are compared.
    by_weights : bool
        Whether the arms are made alike by weights of treatment at the beginning of each trial, the
        hazard having no covariate; otherwise the covariates at the beginning stand in the hazard,
        where their effect has to be the same in all the follow-up and in both arms.
    knots : sequence of float, optional
        Of a restricted cubic spline of the follow-up; without them it and its square.
    by_time : bool
        Whether the effect moves with the follow-up.
    truncate : (float, float), optional
        Quantiles of the weights of an arm beyond which they are set to the quantile: of all rows
        few are treated, and the largest weights are theirs alone.
    replicates, seed : int
        Of the bootstrap by patient, in which all models are fitted anew.

    Raises
    ------
    ValueError
        For a time beyond the follow-up, or quantiles out of order.
    NotEstimable
        As :func:`fit_pooled_logistic`, of the hazard or of staying in an arm, or without a trial.

    Notes
    -----
    logit h(k given a, m) = s(k) + a (b + s'(k)) + t(m), plus x g without ``by_weights``, in
    follow-up k of the trial that began in interval m, x as it was then. The weight of a row is the
    product of P(a given m) / P(a given m, x), with ``by_weights``, and, per protocol, where a
    patient leaves when treatment is no longer as assigned, of P(stays in j given a, m, x then) /
    P(stays in j given a, m, x in j) over 1 <= j <= k, the numerator without x if the hazard is
    without it. Each arm has its own models of staying; in an arm that nobody leaves the ratio is 1.
    Who is lost is made up for by P(not lost in j given a, m) / P(not lost in j given a, m, x in j)
    over 0 <= j < k. Risks are standardised over the beginnings of all trials. Hernán MA et al.
    Epidemiology 2008;19:766; Danaei G et al. Stat Methods Med Res 2013;22:70; Keogh RH et al. Stat
    Med 2023;42:2191.
    """
    if not len(trials):
        raise NotEstimable("not estimable: nobody is eligible for a trial")
    ratios = _of_staying(trials, knots, by_weights) if trials.protocol else []
    if by_weights:
        ratios.append(_of_assignment(trials))
    loss = _of_loss(trials, knots)
    kept = np.flatnonzero(trials.stays) if trials.protocol else slice(None)
    own = _hazard(trials, kept, knots, by_time, with_covariates=not by_weights)
    treated = trials.assigned[kept]
    event, patient, begins = trials.event[kept], trials.patient[kept], trials.follow_up[kept] == 0

    def weights_of(counts: np.ndarray) -> np.ndarray:
        made, counted = _weights(trials, ratios, loss, counts)[kept], counts[kept]
        if truncate is not None:
            for arm in (treated, ~treated):
                made[arm] = counted_truncation(made[arm], counted[arm], truncate)
        return made

    weight = weights_of(np.ones(len(trials)))
    fit = fit_pooled_logistic(own.design, event, patient, weights=weight)

    def curves_of(counts: np.ndarray) -> np.ndarray:
        made = counts[kept] * weights_of(counts)
        found = pooled_maximum(own.design, event, made, fit.coefficients.to_numpy())
        return marginal_risks(own.linear(found.coefficients), weights=counts[kept][begins])

    return TrialEffects(
        fit=fit,
        trials=_counts(trials, kept),
        distribution=pd.concat(
            [weight_distribution(weight), weight_distribution(weight, trials.follow_up[kept])]
        ),
        risks=risk_curves(curves_of, trials.patient, times, replicates, seed),
    )


def _hazard(trials: Trials, kept, knots, by_time: bool, with_covariates: bool) -> Hazard:
    follow_up, trial = trials.follow_up[kept], trials.trial[kept]
    terms, length = time_terms(follow_up, knots), int(follow_up.max()) + 1
    intervals = np.arange(length)
    schedules = [exposure_terms(terms, intervals, np.full(length, a), by_time) for a in (0, 1)]
    over_time = trials.assigned[kept] * np.int16(length) + follow_up
    # Covariates and the number of the trial stand in the row in which it began.
    begun = np.flatnonzero(follow_up == 0)
    table, place = _trial_terms(trial[begun])
    known = table.iloc[place].reset_index(drop=True)
    if with_covariates:
        covariates = trials.covariates.iloc[trials.begins[kept][begun]].reset_index(drop=True)
        known = pd.concat([known, covariates], axis=1)
    whose = (np.cumsum(follow_up == 0) - 1).astype(np.int32)
    design = gather((pd.concat(schedules), over_time), (known, whose))
    return Hazard(design, np.stack([s.to_numpy() for s in schedules]), known.to_numpy())


def _curve(values: np.ndarray, name: str, knots=None) -> tuple[pd.DataFrame, np.ndarray]:
    """The terms of a number from 0 up, each value once, and which of them each row takes."""
    return time_terms(values, knots).of(np.arange(values.max() + 1), name), values


def _trial_terms(trial: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """The terms of the interval in which a trial began; the first, in which many start at once what
    later only a few do, has its own where a curve runs through the others.
    """
    table, place = _curve(trial, "trial")
    if "trial squared" in table:
        first = trial.min()
        table["trial first"] = (np.arange(len(table)) == first) * 1.0
    return table, place


def _of_assignment(trials: Trials) -> ProbabilityRatio:
    """The models of being treated at the beginning of a trial."""
    rows = np.flatnonzero(trials.follow_up == 0)
    trial = _trial_terms(trials.trial[rows])
    denominator = gather(trial, (trials.covariates, trials.begins[rows]))
    return probability_ratio(
        "treatment at the beginning", rows, trials.assigned[rows], gather(trial), denominator
    )


def _of_staying(trials: Trials, knots, by_weights: bool) -> list[ProbabilityRatio]:
    """The models of staying, of each arm, after the first interval."""
    found = []
    for arm, name in ((False, "staying untreated"), (True, "staying treated")):
        rows = np.flatnonzero((trials.assigned == arm) & (trials.follow_up > 0))
        if not len(rows):
            continue
        curves = [
            _curve(trials.follow_up[rows], "time", knots),
            _trial_terms(trials.trial[rows]),
        ]
        then = [] if by_weights else [(trials.covariates, trials.begins[rows])]
        denominator = gather(*curves, (trials.covariates, trials.now[rows]))
        found.append(
            probability_ratio(name, rows, trials.stays[rows], gather(*curves, *then), denominator)
        )
    return found


def _of_loss(trials: Trials, knots) -> ProbabilityRatio:
    """The models of not being lost; who is lost at the end of the study is missed nowhere."""
    interval = trials.trial + trials.follow_up
    at_risk = ~trials.event & (interval < interval.max())
    if trials.protocol:
        at_risk &= trials.stays
    rows = np.flatnonzero(at_risk)
    arm = (pd.DataFrame({"exposure": [0.0, 1.0]}), trials.assigned[rows].astype(np.int8))
    parts = [arm]
    if len(rows):
        parts += [
            _curve(trials.follow_up[rows], "time", knots),
            _trial_terms(trials.trial[rows]),
        ]
    denominator = gather(*parts, (trials.covariates, trials.now[rows]))
    return probability_ratio(
        "not being lost", rows, ~trials.lost[rows], gather(*parts), denominator
    )


def _weights(
    trials: Trials, ratios: list[ProbabilityRatio], loss: ProbabilityRatio, counts: np.ndarray
) -> np.ndarray:
    """Products of the ratios in each trial of a patient up to each row, of loss before it."""
    logs, of_loss = np.zeros(len(trials)), np.zeros(len(trials))
    for ratio in ratios:
        logs[ratio.rows] = np.log(ratio.values(counts))
    of_loss[loss.rows] = np.log(loss.values(counts))
    upto = np.cumsum(logs + of_loss) - of_loss
    first = np.flatnonzero(trials.follow_up == 0)
    lengths = np.diff(np.append(first, len(trials)))
    return np.exp(upto - np.repeat(upto[first] - logs[first], lengths))


def _counts(trials: Trials, kept) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "trial": trials.trial[kept],
            "assigned": trials.assigned[kept],
            "n": trials.follow_up[kept] == 0,
            "events": trials.event[kept],
        }
    )
    return rows.groupby(["trial", "assigned"], as_index=False).sum()
