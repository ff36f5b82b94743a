"""Risks and mean survival under two strategies with a grace period, and their bootstrap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.bootstrap import percentile_interval
from lncohort.estimate.clone_censor_weight import (
    ARMS,
    area_under,
    clones,
    weights_before,
)
from lncohort.estimate.covariate_history import CovariateHistory, covariate_history
from lncohort.estimate.rows import NotEstimable

MEASURES = (
    "risk without",
    "risk with",
    "risk difference",
    "risk ratio",
    "restricted mean difference",
)
METHOD = "clone, censor, weight; weighted Kaplan-Meier, bootstrap by patient"


@dataclass(frozen=True)
class StrategyContrasts:
    """Two strategies compared.

    Attributes
    ----------
    curves : DataFrame
        arm (a key of ARMS), time, survival (just after it), at each time of an event of the arm.
    contrasts : DataFrame
        time, measure (of MEASURES; differences and ratios are started over not started, means are
        in days lived up to the time), estimate, se, ci_low, ci_high (percentiles; NaN without
        replicates).
    failed : int
        Replicates that could not be estimated.
    """

    curves: pd.DataFrame
    contrasts: pd.DataFrame
    failed: int


def strategy_contrasts(
    patients: pd.DataFrame,
    covariates: pd.DataFrame,
    grace: float,
    times: Sequence[float],
    *,
    truncate: tuple[float, float] | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> StrategyContrasts:
    """Compare starting within the grace period with not starting, at some times.

    Parameters
    ----------
    patients, grace
        As for :func:`clones`.
    covariates, truncate
        As for :func:`weigh`.
    times : sequence of float
        Days from time zero, up to the longest follow-up of an arm.
    replicates, seed : int
        Of the bootstrap by patient: cloning, censoring and weighing are done anew in each.

    Raises
    ------
    ValueError
        As :func:`clones` and :func:`weigh`, for a time beyond the follow-up, or quantiles out of
        order.
    NotEstimable
        As :func:`weigh`, without an event in either arm, or when no replicate can be estimated.

    Notes
    -----
    Survival is S(t) = prod over event times u <= t of 1 - sum w d / sum w over those at risk, with
    weights as they are just before u. Maringe C et al. Int J Epidemiol 2020;49:1719; Hernán MA. BMJ
    2018;360:k182. The clones are the same as in :func:`weigh`, without a row for each piece.
    """
    copies = clones(patients, grace)
    history = covariate_history(covariates, patients["patient"])
    at = np.asarray(times, dtype=float)
    curves = _curves(patients, history, grace, truncate)
    longest = min(float(own["time"].max()) for _, own in copies.groupby("arm"))
    if not ((at > 0) & (at <= longest)).all():
        raise ValueError(f"times: expected above 0 and up to day {longest:g}, found {list(times)}")
    random = np.random.default_rng(seed)
    found, failed = [], 0
    order = np.argsort(patients["patient"].to_numpy())
    for _ in range(replicates):
        drawn = order[random.integers(0, len(order), len(order))]
        sample = patients.iloc[drawn].assign(patient=np.arange(len(drawn)))
        try:
            found.append(_contrasts(_curves(sample, history.drawn(drawn), grace, truncate), at))
        except NotEstimable:
            failed += 1
    if replicates and not found:
        raise NotEstimable("not estimable: no sample of the bootstrap can be estimated")
    table = pd.DataFrame(
        {
            "time": np.repeat(at, len(MEASURES)),
            "measure": MEASURES * len(at),
            "estimate": _contrasts(curves, at),
            **percentile_interval(np.array(found)),
        }
    )
    told = pd.concat([curve.assign(arm=arm) for arm, curve in curves.items()], ignore_index=True)
    return StrategyContrasts(told[["arm", "time", "survival"]], table, failed)


def _curves(
    patients: pd.DataFrame,
    history: CovariateHistory,
    grace: float,
    truncate: tuple[float, float] | None,
) -> dict[int, pd.DataFrame]:
    """Weighted survival of both arms."""
    copies = clones(patients, grace)
    if not copies["event"].any():
        raise NotEstimable("not estimable: no event in either arm")
    # Truncation looks at the weights of all pieces, which end wherever a clone does.
    kept = slice(None) if truncate is not None else copies["event"]
    cuts = np.unique(copies.loc[kept, "time"])
    arms = {arm: copies[copies["arm"] == arm] for arm in ARMS}
    weights = {arm: weights_before(own, history, cuts)[1] for arm, own in arms.items()}
    time = {arm: own["time"].to_numpy()[:, None] for arm, own in arms.items()}
    if truncate is not None:
        limits = _limits([weights[arm][cuts <= time[arm]] for arm in ARMS], truncate)
        weights = {arm: np.clip(weights[arm], *limits) for arm in ARMS}
    found = {}
    for arm, own in arms.items():
        at_risk = np.where(cuts <= time[arm], weights[arm], 0.0)
        fails = np.where((cuts == time[arm]) & own["event"].to_numpy()[:, None], at_risk, 0.0)
        there = fails.any(axis=0)
        left = 1 - fails[:, there].sum(axis=0) / at_risk[:, there].sum(axis=0)
        found[arm] = pd.DataFrame({"time": cuts[there], "survival": np.cumprod(left)})
    return found


def _limits(weights: list[np.ndarray], quantiles: tuple[float, float]) -> np.ndarray:
    low, high = quantiles
    if not 0 <= low < high <= 1:
        raise ValueError(f"quantiles must be from 0 to 1, the lower first, found {quantiles}")
    return np.quantile(np.concatenate(weights), quantiles)


def _contrasts(curves: dict[int, pd.DataFrame], at: np.ndarray) -> np.ndarray:
    """The measures at each time, one time after the other."""
    without, started = (
        1 - np.append(1.0, curve["survival"])[np.searchsorted(curve["time"], at, side="right")]
        for curve in (curves[0], curves[1])
    )
    means = [area_under(curves[1], day) - area_under(curves[0], day) for day in at]
    ratio = np.divide(started, without, out=np.full(len(at), np.nan), where=without > 0)
    return np.column_stack([without, started, started - without, ratio, means]).ravel()
