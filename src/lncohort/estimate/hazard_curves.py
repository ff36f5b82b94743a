"""Risks over time of a whole population under each strategy, from a model of the hazard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.estimate.bootstrap import bootstrap_by_patient, percentile_interval
from lncohort.estimate.gathered import Gathered
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.time_terms import TimeTerms

ARMS = ("without", "with")
MEASURES = ("risk without", "risk with", "risk difference", "risk ratio")


@dataclass(frozen=True)
class RiskCurves:
    """Risks by strategy.

    Attributes
    ----------
    curves : DataFrame
        arm (``without``, ``with``), time (intervals gone by, from 1), risk.
    contrasts : DataFrame
        time, measure (of MEASURES; differences and ratios are with over without), estimate, and
        from the bootstrap by patient se, ci_low, ci_high (percentiles; NaN without replicates).
    failed : int
        Replicates that could not be estimated.
    """

    curves: pd.DataFrame
    contrasts: pd.DataFrame
    failed: int


def exposure_terms(
    terms: TimeTerms, intervals: np.ndarray, exposure: np.ndarray, by_time: bool
) -> pd.DataFrame:
    """Columns of the time, the exposure and, where the effect moves with time, their products."""
    time = terms.of(intervals)
    made = time.assign(exposure=np.asarray(exposure, dtype=float))
    if by_time:
        products = time.mul(made["exposure"], axis=0)
        made = pd.concat([made, products.add_prefix("exposure x ")], axis=1)
    return made


@dataclass(frozen=True)
class Hazard:
    """A design of the hazard, and what it is to be averaged over.

    Attributes
    ----------
    design : Gathered of shape (n, 1 + q + p)
        Behind the intercept q columns of time and exposure, then p of covariates.
    schedules : array of shape (2, k, q)
        The columns of time and exposure without and with treatment, by interval.
    population : array of shape (m, p)
        Covariates of those over whom risks are averaged.
    """

    design: Gathered
    schedules: np.ndarray
    population: np.ndarray

    def linear(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log odds as a part of strategy and interval, (2, k), and one of the patient, (m,)."""
        q = self.schedules.shape[2]
        over_time = coefficients[0] + self.schedules @ coefficients[1 : 1 + q]
        return over_time, self.population @ coefficients[1 + q :]


def marginal_risks(
    event: tuple[np.ndarray, np.ndarray],
    competing: tuple[np.ndarray, np.ndarray] | None = None,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Mean cumulative incidence of a population under each strategy.

    Parameters
    ----------
    event, competing : pair of arrays of shapes (2, k) and (m,)
        Log odds of the hazard, as :meth:`Hazard.linear` gives them.
    weights : array of shape (m,), optional
        How often each of the population counts.

    Returns
    -------
    array of shape (2, k)
        Risk at the end of each interval.

    Notes
    -----
    F(k) = mean of sum over j <= k of h(j) (1 - g(j)) prod over i < j of (1 - h(i)) (1 - g(i)), with
    g the hazard of the competing event, which comes first within an interval. Hernán MA, Robins JM.
    Causal Inference: What If, 2020, section 17.5; Young JG et al. Stat Med 2020;39:1199.
    """
    over_time, of_patients = event
    m = len(of_patients)
    share = np.full(m, 1 / m) if weights is None else weights / weights.sum()
    found = np.zeros(over_time.shape)
    for arm in range(len(over_time)):
        free, risk = share.copy(), 0.0
        for k in range(over_time.shape[1]):
            if competing is not None:
                free *= 1 - expit(competing[0][arm, k] + competing[1])
            fails = free * expit(over_time[arm, k] + of_patients)
            risk += fails.sum()
            free -= fails
            found[arm, k] = risk
    return found


def risk_curves(
    curves_of: Callable[[np.ndarray], np.ndarray],
    patient: np.ndarray,
    times: Sequence[int],
    replicates: int,
    seed: int,
) -> RiskCurves:
    """Curves, contrasts at some times, and their bootstrap by patient.

    Parameters
    ----------
    curves_of : callable
        Takes how often each row counts, returns risks of shape (2, k) at the end of each interval.
    patient : array of shape (n,)
    times : sequence of int
        Numbers of intervals gone by, from 1 to k.
    replicates, seed : int

    Raises
    ------
    ValueError
        For a time beyond the curves.
    NotEstimable
        As the curves themselves, or when no replicate could be estimated.
    """
    curves = curves_of(np.ones(len(patient)))
    last = curves.shape[1]
    at = np.asarray(times, dtype=int)
    if not ((at >= 1) & (at <= last)).all():
        raise ValueError(f"times: expected from 1 to {last} intervals, found {list(times)}")
    found, failed = bootstrap_by_patient(
        lambda counts: _contrasts(curves_of(counts), at), patient, replicates, seed
    )
    if replicates and not len(found):
        raise NotEstimable("not estimable: no sample of the bootstrap can be estimated")
    arms = pd.concat(
        pd.DataFrame({"arm": arm, "time": np.arange(1, last + 1), "risk": curve})
        for arm, curve in zip(ARMS, curves, strict=True)
    )
    table = pd.DataFrame(
        {
            "time": np.repeat(at, len(MEASURES)),
            "measure": MEASURES * len(at),
            "estimate": _contrasts(curves, at),
            **percentile_interval(found),
        }
    )
    return RiskCurves(arms.reset_index(drop=True), table, failed)


def _contrasts(curves: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The measures at each time, one time after the other."""
    without, treated = curves[:, at - 1]
    ratio = np.divide(treated, without, out=np.full(len(at), np.nan), where=without > 0)
    return np.column_stack([without, treated, treated - without, ratio]).ravel()
