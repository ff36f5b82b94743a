"""Clone, censor, weight: two strategies with a grace period, compared without immortal time.

Starts are moments of a continuous time, few of them at once. Where decisions are made on a few days,
on which many start, see :mod:`lncohort.estimate.grace_strategies`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.covariate_history import CovariateHistory, covariate_history
from lncohort.estimate.cox import CoxFit, fit_cox
from lncohort.estimate.inverse_probability import weight_distribution
from lncohort.estimate.propensity import truncated
from lncohort.estimate.rows import NotEstimable

ARMS = {0: "not started within the grace period", 1: "started within the grace period"}


@dataclass(frozen=True)
class Weighted:
    """Clones as weighted start-stop rows.

    Attributes
    ----------
    rows : DataFrame
        patient, arm, start, stop, event, weight.
    censoring : dict of int to CoxFit
        The model of artificial censoring of each arm.
    """

    rows: pd.DataFrame
    censoring: dict[int, CoxFit]

    @property
    def distribution(self) -> pd.DataFrame:
        """Of the weights of the rows of each arm, as :func:`weight_distribution` gives it."""
        return weight_distribution(self.rows["weight"], self.rows["arm"])


def clones(patients: pd.DataFrame, grace: float) -> pd.DataFrame:
    """Copy each patient into both strategies, and censor a copy when it leaves its own.

    Parameters
    ----------
    patients : DataFrame of shape (n, columns)
        ``patient`` (each once), ``time`` of the event or of censoring, ``event``, and ``start`` of
        the treatment (missing = never), in days from time zero.
    grace : float
        Last day on which a start counts as a start.

    Returns
    -------
    DataFrame of shape (2 n, 5)
        patient, arm (0: not started within the grace period, 1: started), time, event,
        artificially_censored. An event before the strategy is left counts in both arms.

    Raises
    ------
    ValueError
        When a patient stands twice, or a time is missing or not above 0.

    Notes
    -----
    Hernán MA. BMJ 2018;360:k182. Maringe C et al. Int J Epidemiol 2020;49:1719.
    """
    if patients["patient"].duplicated().any():
        again = int(patients["patient"].duplicated().sum())
        raise ValueError(f"patient: expected each once, found {again} rows of one seen before")
    time = patients["time"].to_numpy(dtype=float)
    if not (time > 0).all():
        raise ValueError("time: expected above 0 in every row, found one that is not")
    event = patients["event"].to_numpy().astype(bool)
    start = patients["start"].to_numpy(dtype=float)
    started = start <= np.minimum(grace, time)
    copies = []
    for arm in ARMS:
        leaves = np.where(started, start, np.inf) if arm == 0 else np.where(started, np.inf, grace)
        # An event on the day of leaving is the strategy's own; being lost is not.
        censored = (leaves < time) | ((leaves == time) & ~event & started & (arm == 0))
        copies.append(
            pd.DataFrame(
                {
                    "patient": patients["patient"].to_numpy(),
                    "arm": arm,
                    "time": np.where(censored, leaves, time),
                    "event": event & ~censored,
                    "artificially_censored": censored,
                }
            )
        )
    return pd.concat(copies, ignore_index=True)


def weigh(
    copies: pd.DataFrame,
    covariates: pd.DataFrame,
    truncate: tuple[float, float] | None = None,
) -> Weighted:
    """Weigh the clones that stay in their strategy for those that left it.

    In each arm a Cox model of the artificial censoring gives the probability of having stayed; a
    clone's weight is its inverse, as it stands just before each time.

    Parameters
    ----------
    copies : DataFrame
        As :func:`clones` gives it.
    covariates : DataFrame of shape (n, p)
        By patient, known at time zero; or by patient and the day from which on they are known, the
        first of a patient not after 0. Those may follow what treatment has changed in the arm that
        leaves by starting it; in the other they should not move after the start.
    truncate : (float, float), optional
        Quantiles of all weights beyond which they are set to the quantile.

    Raises
    ------
    ValueError
        When a patient has no covariates at time zero.
    NotEstimable
        When nobody is artificially censored in an arm, or its model cannot be fitted.

    Notes
    -----
    Maringe C et al. Int J Epidemiol 2020;49:1719: those who have met their strategy for good stay
    in the risk sets of the model. The weight on (t, u] is exp of the integral of exp(lp(s)) dH(s)
    over (0, t], with the cumulative hazard H of the model; exp(H(t) exp(lp)) when lp is constant.
    """
    cuts = np.unique(copies["time"])
    if copies.empty:
        raise NotEstimable("no patient is left to be cloned")
    parts, models = [], {}
    for arm, own in copies.groupby("arm"):
        fit, weight = weights_before(own, covariate_history(covariates, own["patient"]), cuts)
        models[arm] = fit
        row, turn = np.nonzero(cuts <= own["time"].to_numpy()[:, None])
        last = cuts[turn] == own["time"].to_numpy()[row]
        # The last row of a clone ends with its time, which is a cut.
        parts.append(
            pd.DataFrame(
                {
                    "patient": own["patient"].to_numpy()[row],
                    "arm": arm,
                    "start": np.concatenate([[0.0], cuts])[turn],
                    "stop": cuts[turn],
                    "event": own["event"].to_numpy()[row] & last,
                    "weight": weight[row, turn],
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    if truncate is not None:
        rows["weight"] = truncated(rows["weight"], truncate)
    return Weighted(rows, models)


def weights_before(
    own: pd.DataFrame, history: CovariateHistory, times: np.ndarray
) -> tuple[CoxFit, np.ndarray]:
    """Model the artificial censoring of an arm, and weigh its clones just before some times.

    Parameters
    ----------
    own : DataFrame of shape (n, 5)
        The clones of the arm, as :func:`clones` gives them.
    history : CovariateHistory
        Of the same patients in the same order.
    times : array of shape (k,)
        Rising.

    Returns
    -------
    fit : CoxFit
    weights : array of shape (n, k)

    Raises
    ------
    ValueError
        When a clone leaves on day 0, before which there is no time in which it could be seen.
    NotEstimable
        As :func:`weigh`.
    """
    at_once = int((own["time"] <= 0).sum())
    if at_once:
        raise ValueError(
            f"time: expected above 0, found {at_once} clones that leave on day 0; for starts on the "
            "first day take grace_strategies"
        )
    row, start, stop = history.until(own["time"].to_numpy())
    # The last piece of a clone ends with its time.
    last = np.append(row[1:] != row[:-1], True)
    fit = fit_cox(
        history.values.iloc[history.place(row, start)].reset_index(drop=True),
        stop,
        own["artificially_censored"].to_numpy()[row] & last,
        start=None if history.constant else start,
    )
    hazard = fit.baseline_hazard()
    place = np.searchsorted(hazard["time"], times, side="left")
    cumulative = np.concatenate([[0.0], hazard["cumulative_hazard"]])
    relative = np.exp(history.values.to_numpy() @ fit.coefficients.to_numpy())
    if history.constant:
        return fit, np.exp(relative[:, None] * cumulative[place])
    at = history.at(hazard["time"].to_numpy())
    gone = np.cumsum(relative[at] * np.diff(cumulative), axis=1)
    return fit, np.exp(np.column_stack([np.zeros(len(own)), gone])[:, place])


def weighted_survival(rows: pd.DataFrame) -> pd.DataFrame:
    """Weighted Kaplan-Meier survival of some rows.

    Parameters
    ----------
    rows : DataFrame
        start, stop, event, weight; of one arm.

    Returns
    -------
    DataFrame
        time, survival (just after the time), at each time of an event.
    """
    events = rows[rows["event"]].groupby("stop")["weight"].sum()
    times = events.index.to_numpy()
    weight = rows["weight"].to_numpy()
    entered = _running(rows["start"].to_numpy(), weight, times, "left")
    left = _running(rows["stop"].to_numpy(), weight, times, "left")
    return pd.DataFrame(
        {"time": times, "survival": np.cumprod(1 - events.to_numpy() / (entered - left))}
    )


def _running(places: np.ndarray, weight: np.ndarray, times: np.ndarray, side: str) -> np.ndarray:
    """Sum of the weights of what stands before each time."""
    order = np.argsort(places, kind="stable")
    upto = np.concatenate([[0.0], np.cumsum(weight[order])])
    return upto[np.searchsorted(places[order], times, side=side)]


def area_under(curve: pd.DataFrame, horizon: float) -> float:
    """Restricted mean survival time: the area under a survival curve up to a day."""
    kept = curve[curve["time"] < horizon]
    times = np.concatenate([[0.0], kept["time"], [horizon]])
    return float(np.diff(times) @ np.concatenate([[1.0], kept["survival"]]))


def hazard_ratio(weighted: Weighted, with_weights: bool = True) -> CoxFit:
    """Hazard ratio of starting within the grace period, its robust errors by patient."""
    rows = weighted.rows
    return fit_cox(
        rows[["arm"]].astype(float),
        rows["stop"],
        rows["event"],
        start=rows["start"],
        weights=rows["weight"] if with_weights else None,
        cluster=rows["patient"],
    )


def bootstrap_log_hazard_ratios(
    patients: pd.DataFrame, covariates: pd.DataFrame, grace: float, replicates: int, seed: int
) -> tuple[np.ndarray, int]:
    """Log hazard ratios in samples of patients drawn with replacement.

    Parameters
    ----------
    patients, covariates, grace
        As for :func:`clones` and :func:`weigh`.
    replicates, seed : int

    Returns
    -------
    log_ratios : array
        Of the replicates that could be estimated; cloning, censoring and weighing are done anew in
        each.
    failed : int
        How many could not.
    """
    random = np.random.default_rng(seed)
    found, failed = [], 0
    known = covariates.loc[patients["patient"]]
    for _ in range(replicates):
        drawn = random.integers(0, len(patients), len(patients))
        sample = patients.iloc[drawn].assign(patient=np.arange(len(drawn)))
        values = known.iloc[drawn].set_axis(np.arange(len(drawn)))
        try:
            weighted = weigh(clones(sample, grace), values)
            found.append(float(hazard_ratio(weighted).coefficients["arm"]))
        except NotEstimable:
            failed += 1
    return np.array(found), failed
