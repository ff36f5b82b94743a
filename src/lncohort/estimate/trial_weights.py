"""Weights of nested trials: of starting, of keeping to the arm, and of not being lost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.gathered import Gathered, gather
from lncohort.estimate.inverse_probability import (
    ProbabilityRatio,
    counted_truncation,
    probability_ratio,
)
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.time_terms import time_terms
from lncohort.estimate.trial_rows import Trials


@dataclass(frozen=True)
class TrialWeights:
    """The models of the weights, to be fitted again in samples of a bootstrap.

    Attributes
    ----------
    trials : Trials
    ratios : list of ProbabilityRatio
        Of what has come to pass by the start of an interval.
    loss : ProbabilityRatio
        Of what comes to pass at its end.
    """

    trials: Trials
    ratios: list[ProbabilityRatio]
    loss: ProbabilityRatio

    def of(self, counts: np.ndarray, truncate: tuple[float, float] | None) -> np.ndarray:
        """The weight of each row when all rows count so often; 0 where the arm has been left.

        Raises
        ------
        NotEstimable
            When a model cannot be fitted.
        """
        trials = self.trials
        logs, of_loss = np.zeros(len(trials)), np.zeros(len(trials))
        for ratio in self.ratios:
            logs[ratio.rows] = np.log(ratio.values(counts))
        of_loss[self.loss.rows] = np.log(self.loss.values(counts))
        upto = np.cumsum(logs + of_loss) - of_loss
        first = np.flatnonzero(trials.follow_up == 0)
        lengths = np.diff(np.append(first, len(trials)))
        weights = np.exp(upto - np.repeat(upto[first] - logs[first], lengths))
        kept = trials.stays if trials.protocol else np.ones(len(trials), dtype=bool)
        if truncate is not None:
            for arm in (kept & trials.assigned, kept & ~trials.assigned):
                weights[arm] = counted_truncation(weights[arm], counts[arm], truncate)
        return np.where(kept, weights, 0.0)


def trial_weights(trials: Trials, *, by_trial: bool) -> TrialWeights:
    """Fit the models of the weights.

    Parameters
    ----------
    trials : Trials
    by_trial : bool
        Whether the numerators are probabilities given the trial and the follow-up; otherwise they are
        one number an arm. With them the rows of a trial weigh as many as there are; without them both
        arms of a trial weigh as much as those who enter it.

    Raises
    ------
    NotEstimable
        Without a trial, or when a model cannot be fitted.

    Notes
    -----
    The weight of follow-up k in the trial that began in interval m, x being the covariates, is the
    product of P(a given m) / P(a given m, x then) and, per protocol, of P(stays in j given a, m, j) /
    P(stays in j given a, m, x in j) over 1 <= j <= k: each arm has its own models of staying, and in an
    arm that nobody leaves the ratio is 1. Who is lost is made up for by P(not lost in j given a, m,
    j) / P(not lost in j given a, m, x in j) over 0 <= j < k. Hernán MA et al. Epidemiology
    2008;19:766; Danaei G et al. Stat Methods Med Res 2013;22:70.
    """
    if not len(trials):
        raise NotEstimable("not estimable: nobody is eligible for a trial")
    ratios = _of_staying(trials, by_trial) if trials.protocol else []
    ratios.append(_of_assignment(trials, by_trial))
    return TrialWeights(trials, ratios, _of_loss(trials, by_trial))


def curve(values: np.ndarray, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The terms of a number from 0 up, each value once, and which of them each row takes."""
    return time_terms(values).of(np.arange(values.max() + 1), name), values


def trial_terms(trial: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """The terms of the interval in which a trial began; the first, in which many start at once what
    later only a few do, has its own where a curve runs through the others.
    """
    table, place = curve(trial, "trial")
    if "trial squared" in table:
        first = trial.min()
        table["trial first"] = (np.arange(len(table)) == first) * 1.0
    return table, place


def _numerator(parts: list, rows: np.ndarray, by_trial: bool) -> Gathered:
    return gather(*parts) if by_trial else gather((pd.DataFrame(index=range(len(rows))), None))


def _of_assignment(trials: Trials, by_trial: bool) -> ProbabilityRatio:
    """The models of being treated at the beginning of a trial."""
    begins = trials.follow_up == 0
    treated = np.bincount(trials.trial[begins], trials.assigned[begins])
    two_armed = (treated > 0) & (treated < np.bincount(trials.trial[begins]))
    # In a trial of one arm there is no choice to make up for, and no curve of the others tells it.
    rows = np.flatnonzero(begins & (two_armed | ~two_armed.any())[trials.trial])
    trial = trial_terms(trials.trial[rows])
    denominator = gather(trial, (trials.covariates, trials.begins[rows]))
    return probability_ratio(
        "treatment at the beginning",
        rows,
        trials.assigned[rows],
        _numerator([trial], rows, by_trial),
        denominator,
    )


def _of_staying(trials: Trials, by_trial: bool) -> list[ProbabilityRatio]:
    """The models of staying, of each arm, after the first interval."""
    found = []
    for arm, name in ((False, "staying untreated"), (True, "staying treated")):
        rows = np.flatnonzero((trials.assigned == arm) & (trials.follow_up > 0))
        if not len(rows):
            continue
        curves = [curve(trials.follow_up[rows], "time"), trial_terms(trials.trial[rows])]
        denominator = gather(*curves, (trials.covariates, trials.now[rows]))
        numerator = _numerator(curves, rows, by_trial)
        found.append(probability_ratio(name, rows, trials.stays[rows], numerator, denominator))
    return found


def _of_loss(trials: Trials, by_trial: bool) -> ProbabilityRatio:
    """The models of not being lost; who is lost at the end of the study is missed nowhere."""
    interval = trials.trial + trials.follow_up
    at_risk = ~trials.event & (interval < interval.max())
    if trials.protocol:
        at_risk &= trials.stays
    rows = np.flatnonzero(at_risk)
    arm = (pd.DataFrame({"exposure": [0.0, 1.0]}), trials.assigned[rows].astype(np.int8))
    parts = [arm]
    if len(rows):
        parts += [curve(trials.follow_up[rows], "time"), trial_terms(trials.trial[rows])]
    denominator = gather(*parts, (trials.covariates, trials.now[rows]))
    numerator = _numerator(parts, rows, by_trial)
    return probability_ratio("not being lost", rows, ~trials.lost[rows], numerator, denominator)
