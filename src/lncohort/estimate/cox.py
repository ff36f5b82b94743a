"""Cox models: Efron's or Breslow's ties, strata, start-stop rows, weights, robust errors."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from lncohort.estimate.arrays import flags, labels, numbers
from lncohort.estimate.logistic import is_finite_fit
from lncohort.estimate.newton import one_thread
from lncohort.estimate.risk_sets import RiskSets, risk_sets
from lncohort.estimate.rows import NotEstimable

STEPS = 50
SMALL = 1e-9


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox model.

    Attributes
    ----------
    coefficients : Series of shape (p,)
        Log hazard ratios, by column.
    covariance : DataFrame of shape (p, p)
        Inverse of the information, or the sandwich when robust errors were asked for.
    log_likelihood, log_likelihood_null : float
        Partial, at the estimate and at 0.
    events : int
        Rows with an event.
    sets : RiskSets
        Who is at risk at each time of an event.
    covariates : DataFrame of shape (n, p)
        In the order of the risk sets: by stratum and stop.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    log_likelihood: float
    log_likelihood_null: float
    events: int
    sets: RiskSets = field(repr=False)
    covariates: pd.DataFrame = field(repr=False)

    @property
    def chi2(self) -> float:
        """Likelihood-ratio statistic against no effect; p degrees of freedom."""
        return 2 * (self.log_likelihood - self.log_likelihood_null)

    def baseline_hazard(self) -> pd.DataFrame:
        """Cumulative hazard of a patient whose covariates are all 0.

        Returns
        -------
        DataFrame
            stratum, time, cumulative_hazard (just after the time): Breslow's estimator, or
            Efron's when the model has Efron's ties.
        """
        centre = self.covariates.to_numpy(dtype=float).mean(axis=0)
        linear = (self.covariates.to_numpy(dtype=float) - centre) @ self.coefficients.to_numpy()
        sets = self.sets
        step = sets.hazard_steps(np.exp(linear)) * np.exp(-centre @ self.coefficients.to_numpy())
        made = pd.DataFrame({"stratum": sets.event_stratum, "time": sets.event_time, "step": step})
        made["cumulative_hazard"] = made.groupby("stratum")["step"].cumsum()
        return made.drop(columns="step")


def fit_cox(
    covariates: pd.DataFrame,
    stop,
    event,
    *,
    start=None,
    strata=None,
    weights=None,
    cluster=None,
    ties: str = "efron",
) -> CoxFit:
    """Fit a Cox model by Newton's method.

    Parameters
    ----------
    covariates : DataFrame of shape (n, p)
    stop : array of shape (n,)
        Time of the event or censoring.
    event : array of bool, shape (n,)
        Whether the event came at ``stop``.
    start : array of shape (n,), optional
        A row is at risk on (start, stop]; without it from the beginning.
    strata : array of shape (n,), optional
        Each stratum has a baseline hazard of its own.
    weights : array of shape (n,), optional
        Above 0; a row of weight 2 counts as two rows but for ties (see Notes).
    cluster : array of shape (n,), optional
        Rows of one cluster (a patient) belong together: the covariance is the sandwich of the
        score residuals added up by cluster. Row numbers give the robust covariance.
    ties : str
        ``efron`` or ``breslow``.

    Raises
    ------
    ValueError
        For arrays of other lengths, a missing value, an infinite stop, an event that is neither 0
        nor 1, a start not before its stop, weights not above 0, or ties of another name.
    NotEstimable
        Without events, with a missing covariate, when the covariates determine each other, when
        a hazard ratio has no finite estimate, or with no more clusters than coefficients.

    Notes
    -----
    Therneau TM, Grambsch PM. Modeling Survival Data, 2000, ch. 3 and 7. Efron B. J Am Stat Assoc
    1977;72:557: among d tied events the k-th sees 1 - (k - 1)/d of the weight of those d; with
    weights each step has the mean weight of the tied events. Robust covariance: Lin DY, Wei LJ. J
    Am Stat Assoc 1989;84:1074.
    """
    rows = _checked(covariates, stop, event, start, strata, weights, cluster, ties)
    matrix, sets = rows.covariates.to_numpy(dtype=float), rows.sets
    centre = matrix.mean(axis=0)
    scale = matrix.std(axis=0)
    if not (scale > SMALL * np.maximum(np.abs(centre), 1)).all():
        constant = covariates.columns[int(np.argmin(scale))]
        raise NotEstimable(f"not estimable: {constant} is the same in all rows")
    standard = (matrix - centre) / scale
    if np.linalg.matrix_rank(standard.T @ standard) < matrix.shape[1]:
        raise NotEstimable("not estimable: the covariates determine each other")
    with one_thread():
        null = sets.log_likelihood(np.zeros(len(matrix)))
        beta, likelihood, information = _maximum(standard, sets, null)
        spread = np.linalg.eigvalsh(information)
        if not spread[0] > SMALL * spread[-1]:
            raise NotEstimable(
                "not estimable: the covariates of those at risk determine each other"
            )
        covariance = np.linalg.inv(information)
        if rows.cluster is not None:
            residuals = sets.score_residuals(standard, beta) @ covariance
            summed = pd.DataFrame(residuals).groupby(rows.cluster).sum().to_numpy()
            covariance = summed.T @ summed
    beta, covariance = beta / scale, covariance / np.outer(scale, scale)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    if not is_finite_fit(beta * scale, errors * scale):
        raise NotEstimable("not estimable: the fit does not converge to finite hazard ratios")
    names = list(covariates.columns)
    return CoxFit(
        coefficients=pd.Series(beta, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        log_likelihood=likelihood,
        log_likelihood_null=null,
        events=int(sets.event.sum()),
        sets=sets,
        covariates=rows.covariates,
    )


@dataclass(frozen=True)
class _Rows:
    """Checked rows, sorted by stratum and stop."""

    covariates: pd.DataFrame
    sets: RiskSets
    cluster: np.ndarray | None


def _checked(covariates, stop, event, start, strata, weights, cluster, ties) -> _Rows:
    n = len(covariates)
    for name, values in {"start": start, "weights": weights}.items():
        if values is not None and len(values) != n:
            raise ValueError(f"{name}: expected {n} values, one for each row; found {len(values)}")
    if ties not in ("efron", "breslow"):
        raise ValueError(f'ties must be "efron" or "breslow", found "{ties}"')
    stop, event = numbers("stop", stop, n), flags("event", event, n)
    start = np.full(n, -np.inf) if start is None else np.asarray(start, dtype=float)
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if np.isnan(start).any():
        raise ValueError("start: expected a number in every row, found a missing one")
    if not (start < stop).all():
        raise ValueError(
            f"start: expected before stop, found {int((start >= stop).sum())} rows where it is not"
        )
    if not ((weight > 0) & np.isfinite(weight)).all():
        raise ValueError("weights: expected above 0, found one that is not")
    if not np.isfinite(covariates.to_numpy(dtype=float)).all():
        raise NotEstimable("not estimable: a covariate is missing or infinite")
    if not event.any():
        raise NotEstimable("not estimable: no event")
    if not covariates.shape[1]:
        raise NotEstimable("not estimable: no covariate")
    stratum = np.zeros(n, dtype=int)
    if strata is not None:
        stratum = labels("strata", strata, n)[1]
    order = np.lexsort((stop, stratum))
    sets = risk_sets(
        *(a[order] for a in (stop, event, start, stratum, weight)), efron=ties == "efron"
    )
    clusters = None
    if cluster is not None:
        names, place = labels("cluster", cluster, n)
        if len(names) <= covariates.shape[1]:
            raise NotEstimable("not estimable: no more clusters than coefficients")
        clusters = place[order]
    return _Rows(covariates.iloc[order], sets, clusters)


def _maximum(matrix: np.ndarray, sets: RiskSets, null: float):
    """Newton's steps, halved while the likelihood falls."""
    beta, likelihood = np.zeros(matrix.shape[1]), null
    for _ in range(STEPS):
        gradient, information = sets.derivatives(matrix, matrix @ beta)
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError as error:
            raise NotEstimable("not estimable: the covariates determine each other") from error
        moved = -np.inf
        for _ in range(30):
            moved = sets.log_likelihood(matrix @ (beta + step))
            if moved >= likelihood - 1e-10 * abs(likelihood):
                break
            step = step / 2
        if not np.isfinite(moved) or np.abs(beta + step).max() > 50:
            raise NotEstimable("not estimable: the fit does not converge to finite hazard ratios")
        beta, likelihood = beta + step, moved
        if np.abs(step).max() < SMALL:
            return beta, likelihood, sets.derivatives(matrix, matrix @ beta)[1]
    raise NotEstimable("not estimable: the fit does not converge to finite hazard ratios")


TRANSFORMS = ("km", "rank", "identity", "log")


def proportional_hazards_test(fit: CoxFit, transform: str = "km") -> pd.DataFrame:
    """Test each coefficient of a Cox model against a trend over time, and all together.

    Parameters
    ----------
    fit : CoxFit
        Without a cluster.
    transform : str
        The scale of time: ``km`` (one minus Kaplan-Meier just before), ``rank``, ``identity`` or
        ``log``.

    Returns
    -------
    DataFrame of shape (p + 1, 3)
        chi2, df and p_value, by column, and ``GLOBAL``; NaN where all events fall on one time.

    Raises
    ------
    ValueError
        For another transform, or the logarithm of an event that is not after time 0.

    Notes
    -----
    Grambsch PM, Therneau TM. Biometrika 1994;81:515; the exact score test, as of R's survival
    3.0, not its approximation by a constant variance of the residuals.
    """
    if transform not in TRANSFORMS:
        raise ValueError(f"transform must be one of {', '.join(TRANSFORMS)}, found {transform!r}")
    sets = fit.sets
    matrix = fit.covariates.to_numpy(dtype=float)
    matrix = matrix - matrix.mean(axis=0)
    linear = matrix @ fit.coefficients.to_numpy()
    scale = _time_scale(sets, transform)
    with one_thread():
        score, plain = sets.derivatives(matrix, linear)
        score, crossed = sets.derivatives(matrix, linear, scale)
        _, squared = sets.derivatives(matrix, linear, scale**2)
    information = squared - crossed @ np.linalg.solve(plain, crossed)
    names, rows = list(fit.covariates.columns), {}
    variances = np.diag(information)
    same = np.ptp(scale) == 0
    for j, name in enumerate(names):
        chi2 = np.nan if same else score[j] ** 2 / variances[j]
        rows[name] = {"chi2": chi2, "df": 1, "p_value": stats.chi2.sf(chi2, 1)}
    together = np.nan if same else score @ np.linalg.solve(information, score)
    rows["GLOBAL"] = {
        "chi2": together,
        "df": len(names),
        "p_value": stats.chi2.sf(together, len(names)),
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _time_scale(sets: RiskSets, transform: str) -> np.ndarray:
    """The transformed time of each time of an event; strata share it."""
    times, place = np.unique(sets.event_time, return_inverse=True)
    events = np.bincount(place, weights=sets.events_at)
    if transform == "identity":
        return sets.event_time.astype(float)
    if transform == "log":
        if not (times > 0).all():
            raise ValueError("log: expected every event after time 0, found one that is not")
        return np.log(sets.event_time)
    if transform == "rank":  # among the ends of all rows, as in R
        ends = np.sort(sets.stop)
        below, upto = (np.searchsorted(ends, times, side) for side in ("left", "right"))
        return ((below + upto + 1) / 2)[place]
    at_risk = np.array([((sets.start < t) & (sets.stop >= t)).sum() for t in times])
    survival = np.cumprod(1 - events / at_risk)
    return (1 - np.concatenate([[1.0], survival[:-1]]))[place]


def concordance(fit: CoxFit) -> float:
    """Harrell's C: of two who can be compared, whether the one of higher hazard comes first.

    Compared are a row with an event and each row of its stratum that is at risk at that time and
    has no event then; equal hazards count half. Weights are not used.

    Notes
    -----
    Harrell FE et al. JAMA 1982;247:2543; start-stop rows as of R's survival.
    """
    sets = fit.sets
    linear = fit.covariates.to_numpy(dtype=float) @ fit.coefficients.to_numpy()
    linear = np.round(linear, 12)
    good = pairs = 0.0
    for stratum in np.unique(sets.stratum):
        rows = np.flatnonzero(sets.stratum == stratum)
        start, stop, event, own = (a[rows] for a in (sets.start, sets.stop, sets.event, linear))
        for time in np.unique(stop[event]):
            failing = event & (stop == time)
            others = np.sort(own[(start < time) & (stop >= time) & ~failing])
            below = np.searchsorted(others, own[failing], side="left")
            upto = np.searchsorted(others, own[failing], side="right")
            good += (below + upto).sum() / 2
            pairs += failing.sum() * len(others)
    return good / pairs if pairs else np.nan
