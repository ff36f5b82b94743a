"""Effects in weighted samples: differences and ratios of means or risks, and AIPW."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lncohort.estimate.arrays import flags, sampling_weights
from lncohort.estimate.matching import Matched
from lncohort.estimate.propensity import Propensity, weights
from lncohort.estimate.rows import NotEstimable, Z

STACKED = "stacked estimating equations, the propensity score estimated"
FIXED = "sandwich (HC0), the weights taken as known"
PAIRS = "sandwich of the matched pairs"
INFLUENCE = "efficient influence function"
SMALL = 1e-12


@dataclass(frozen=True)
class Effect:
    """Means of two groups (risks of a 0/1 outcome), their difference and their ratio.

    Attributes
    ----------
    mean_treated, mean_other : float
    difference, se : float
    ratio, se_log : float
        NaN when a mean is not above 0.
    odds_ratio, se_log_odds : float
        NaN when a mean is not between 0 and 1.
    method : str
        How the standard errors were found.
    """

    mean_treated: float
    mean_other: float
    difference: float
    se: float
    ratio: float
    se_log: float
    odds_ratio: float
    se_log_odds: float
    method: str

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the difference."""
        return self.difference - Z * self.se, self.difference + Z * self.se

    @property
    def ratio_interval(self) -> tuple[float, float]:
        """95 % interval of the ratio."""
        spread = np.exp(Z * self.se_log)
        return float(self.ratio / spread), float(self.ratio * spread)

    @property
    def p_value(self) -> float:
        """Two-sided, of the difference."""
        return float(2 * stats.norm.sf(abs(self.difference / self.se)))


def weighted_effect(outcome, treated, weights) -> Effect:
    """Compare two groups by weights that are known.

    Parameters
    ----------
    outcome, treated, weights : array of shape (n,)
        Weights from 0 up, of any origin: products of weights of treatment and of censoring too.

    Raises
    ------
    ValueError
        For a weight that is missing, infinite or below 0, or ``treated`` neither 0 nor 1.
    NotEstimable
        When a group has no weight or one patient, an outcome with weight is missing, or the
        outcomes do not vary within the groups.

    Notes
    -----
    Means are weighted (Hájek); the variance is the sandwich of the two means.
    """
    y = np.asarray(outcome, dtype=float)
    t = flags("treated", treated, len(y)).astype(float)
    w = sampling_weights("weights", weights, len(y))
    used = w > 0
    y, t, w = y[used], t[used], w[used]
    return _effect(y, t, w, np.zeros((2, len(y))), FIXED)


def propensity_weighted_effect(outcome, propensity: Propensity, estimand: str = "ATE") -> Effect:
    """Compare two groups by weights of an estimated propensity score.

    Parameters
    ----------
    outcome : array of shape (n,)
    propensity : Propensity
    estimand : str
        ``ATE``, ``ATT`` or ``ATO``.

    Raises
    ------
    NotEstimable
        When an outcome is missing, a group has one patient, or the outcomes do not vary within
        the groups.

    Notes
    -----
    Lunceford JK, Davidian M. Stat Med 2004;23:2937. Stefanski LA, Boos DD. Am Stat 2002;56:29: the
    score equations of the propensity model stand beside those of the means, so that what is gained
    by estimating it is counted.
    """
    y = np.asarray(outcome, dtype=float)
    t = propensity.treated.to_numpy(dtype=float)
    w = weights(propensity, estimand).to_numpy()
    e = propensity.score.to_numpy()
    design = propensity.fit.design.to_numpy(dtype=float)
    slope = {
        "ATE": np.where(t == 1, -(1 - e) / e, e / (1 - e)),
        "ATT": np.where(t == 1, 0.0, e / (1 - e)),
        "ATO": np.where(t == 1, -e * (1 - e), e * (1 - e)),
    }[estimand]
    scores = design * (t - e)[:, None]
    solved = scores @ propensity.fit.covariance.to_numpy()
    if not np.isfinite(y).all():
        raise NotEstimable("not estimable: an outcome is missing")
    added = []
    for group in (t, 1 - t):
        mean = (w * group) @ y / (w * group).sum()
        gradient = (slope * group * (y - mean)) @ design
        added.append(solved @ gradient / (w * group).sum())
    return _effect(y, t, w, np.array(added), STACKED)


def matched_effect(outcome, matched: Matched) -> Effect:
    """Effect in the treated who have a match, from pairs.

    Parameters
    ----------
    outcome : array of shape (n,)
    matched : Matched
        One other for each treated row.

    Raises
    ------
    NotEstimable
        When there is no pair, or an outcome is missing.

    Notes
    -----
    Austin PC. Stat Med 2011;30:1292: what the two of a pair share is counted in the errors.
    """
    y = np.asarray(outcome, dtype=float)
    treated, other = y[matched.treated], y[matched.other]
    if not len(treated):
        raise NotEstimable("not estimable: no treated patient has a match")
    if not np.isfinite([treated, other]).all():
        raise NotEstimable("not estimable: an outcome is missing")
    pairs = len(treated)
    influence = ((a - a.mean()) / pairs for a in (treated, other))
    return _from_influence(treated.mean(), other.mean(), *influence, PAIRS)


def _effect(y, t, w, added: np.ndarray, method: str) -> Effect:
    """The effect of weighted means; ``added`` is what else moves them, by patient."""
    if not np.isfinite(y).all():
        raise NotEstimable("not estimable: an outcome is missing")
    means, influence = [], []
    for group, extra in zip((t, 1 - t), added, strict=True):
        total = (w * group).sum()
        if not total > 0:
            raise NotEstimable("not estimable: a group has no weight")
        if (group > 0).sum() < 2:
            raise NotEstimable("not estimable: a group of one patient has no variance")
        means.append(float((w * group) @ y / total))
        influence.append(w * group * (y - means[-1]) / total + extra)
    return _from_influence(*means, *influence, method)


def _from_influence(treated, other, of_treated, of_other, method) -> Effect:
    se = float(np.sqrt(((of_treated - of_other) ** 2).sum()))
    if not se > SMALL * max(abs(treated), abs(other)):
        raise NotEstimable("not estimable: the outcomes do not vary within the groups")
    ratio = se_log = np.nan
    if treated > 0 and other > 0:
        ratio = treated / other
        se_log = float(np.sqrt(((of_treated / treated - of_other / other) ** 2).sum()))
    odds_ratio = se_log_odds = np.nan
    if 0 < treated < 1 and 0 < other < 1:
        spread = [treated * (1 - treated), other * (1 - other)]
        odds_ratio = float(treated / (1 - treated) / (other / (1 - other)))
        se_log_odds = float(np.sqrt(((of_treated / spread[0] - of_other / spread[1]) ** 2).sum()))
    return Effect(
        mean_treated=float(treated),
        mean_other=float(other),
        difference=float(treated - other),
        se=se,
        ratio=float(ratio),
        se_log=se_log,
        odds_ratio=odds_ratio,
        se_log_odds=se_log_odds,
        method=method,
    )


def augmented_effect(outcome, propensity: Propensity, predicted_treated, predicted_other) -> Effect:
    """Doubly robust effect in all: AIPW, right when the score or the outcome model is.

    Parameters
    ----------
    outcome : array of shape (n,)
    propensity : Propensity
    predicted_treated, predicted_other : array of shape (n,)
        Mean outcome of each patient under treatment and without, from a model of the outcome.

    Raises
    ------
    NotEstimable
        When an outcome or a prediction is missing, or neither varies.

    Notes
    -----
    Robins JM, Rotnitzky A, Zhao LP. J Am Stat Assoc 1994;89:846. Funk MJ et al. Am J Epidemiol
    2011;173:761.
    """
    y, one, zero = (
        np.asarray(a, dtype=float) for a in (outcome, predicted_treated, predicted_other)
    )
    if not np.isfinite([y, one, zero]).all():
        raise NotEstimable("not estimable: an outcome or a prediction is missing")
    e, t = propensity.score.to_numpy(), propensity.treated.to_numpy(dtype=float)
    with_treatment = one + t * (y - one) / e
    without = zero + (1 - t) * (y - zero) / (1 - e)
    n = len(y)
    return _from_influence(
        with_treatment.mean(),
        without.mean(),
        (with_treatment - with_treatment.mean()) / n,
        (without - without.mean()) / n,
        INFLUENCE,
    )


def bootstrap_effect(
    effect_of, rows: pd.DataFrame, replicates: int, seed: int
) -> tuple[np.ndarray, int]:
    """Effects in samples of rows drawn with replacement.

    Parameters
    ----------
    effect_of : callable
        Takes a DataFrame of rows, returns a number; may raise NotEstimable.
    rows : DataFrame of shape (n, columns)
    replicates, seed : int

    Returns
    -------
    effects : array
        Of the replicates that could be estimated.
    failed : int
        How many could not.

    Notes
    -----
    Efron B, Tibshirani RJ. An Introduction to the Bootstrap, 1993.
    """
    random = np.random.default_rng(seed)
    effects, failed = [], 0
    for _ in range(replicates):
        drawn = rows.iloc[random.integers(0, len(rows), len(rows))].reset_index(drop=True)
        try:
            effects.append(effect_of(drawn))
        except NotEstimable:
            failed += 1
    return np.array(effects), failed
