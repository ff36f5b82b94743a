"""Pooling of estimates over studies or sites."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import StratifiedTable

from lncohort.estimate.rows import NotEstimable, Z

METHODS = ("EE", "DL", "REML", "PM")
FEW_SITES = (
    "two sites: the Hartung-Knapp interval has one degree of freedom and says next to nothing"
)


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate, on the scale of the estimates that went in (logarithms of ratios).

    Attributes
    ----------
    estimate, se, ci_low, ci_high, p_value : float
    df : int or None
        Degrees of freedom of t; None where the normal distribution is used.
    tau2, i2, h2 : float
        Variance between sites; its share of the total (per cent); total over within.
    q, q_p_value : float
        Cochran's statistic of heterogeneity, and its P.
    prediction_low, prediction_high : float
        Where the effect in a new site lies, with 95 % probability.
    note : str
        What must be known of the interval.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p_value: float
    df: int | None
    tau2: float
    i2: float
    h2: float
    q: float
    q_p_value: float
    prediction_low: float
    prediction_high: float
    note: str


@dataclass(frozen=True)
class Regressed:
    """Coefficients of a meta-regression with their errors, P (normal), tau² and R² (per cent)."""

    coefficients: np.ndarray
    errors: np.ndarray
    p_values: np.ndarray
    tau2: float
    r2: float


def pool(estimates, errors, method: str = "REML", hartung_knapp: bool = False) -> Pooled:
    """Pool estimates by the inverse of their variances.

    Parameters
    ----------
    estimates, errors : array of shape (k,)
        Estimates (logarithms of ratios) and their standard errors.
    method : str
        ``EE`` one common effect; random effects with tau² by ``DL`` (DerSimonian and Laird),
        ``REML`` (restricted maximum likelihood) or ``PM`` (Paule and Mandel).
    hartung_knapp : bool
        Whether interval and P are Hartung and Knapp's, of t with k - 1 degrees of freedom.

    Raises
    ------
    ValueError
        For another method, arrays of two lengths, or errors not above 0.
    NotEstimable
        With fewer than two sites.

    Notes
    -----
    DerSimonian R, Laird N. Control Clin Trials 1986;7:177. Paule RC, Mandel J. J Res Natl Bur
    Stand 1982;87:377. Viechtbauer W. J Educ Behav Stat 2005;30:261 (REML). Hartung J, Knapp G.
    Stat Med 2001;20:3875. Higgins JPT, Thompson SG. Stat Med 2002;21:1539 (I², H²). Prediction:
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137, with the quantile of
    the interval.
    """
    y, v = _checked(estimates, errors)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, found {method!r}")
    k = len(y)
    ones = np.ones((k, 1))
    q = _q(y, v, ones, 0.0)
    tau2 = 0.0 if method == "EE" else _tau2(y, v, ones, method)
    weight = 1 / (v + tau2)
    estimate = float(weight @ y / weight.sum())
    se = math.sqrt(1 / weight.sum())
    quantile, df = Z, None
    if hartung_knapp:
        df = k - 1
        se = math.sqrt(float(weight @ (y - estimate) ** 2) / (df * weight.sum()))
        quantile = float(stats.t.ppf(0.975, df))
    statistic = abs(estimate / se) if se > 0 else math.nan
    p_value = 2 * (stats.t.sf(statistic, df) if df else stats.norm.sf(statistic))
    typical = _typical_variance(v)
    if method == "EE":
        i2, h2 = (max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0), q / (k - 1)
    else:
        i2, h2 = 100 * tau2 / (tau2 + typical), (tau2 + typical) / typical
    spread = quantile * math.sqrt(tau2 + se**2)
    return Pooled(
        estimate=estimate,
        se=se,
        ci_low=estimate - quantile * se,
        ci_high=estimate + quantile * se,
        p_value=float(p_value),
        df=df,
        tau2=tau2,
        i2=i2,
        h2=h2,
        q=q,
        q_p_value=float(stats.chi2.sf(q, k - 1)),
        prediction_low=estimate - spread,
        prediction_high=estimate + spread,
        note=FEW_SITES if hartung_knapp and k == 2 else "",
    )


def tau2_interval(estimates, errors) -> dict[str, float]:
    """Q-profile interval of tau², and of I² with it; the estimate is by REML.

    Returns
    -------
    dict
        estimate, ci_low, ci_high, i2_low, i2_high (per cent).

    Notes
    -----
    Viechtbauer W. Stat Med 2007;26:37.
    """
    y, v = _checked(estimates, errors)
    k, ones = len(y), np.ones((len(y), 1))
    typical = _typical_variance(v)
    found = {"estimate": _tau2(y, v, ones, "REML")}
    for name, level in (("low", 0.975), ("high", 0.025)):
        limit = _where_q_is(y, v, ones, float(stats.chi2.ppf(level, k - 1)))
        found |= {f"ci_{name}": limit, f"i2_{name}": 100 * limit / (limit + typical)}
    return found


def meta_regression(estimates, errors, moderator) -> Regressed:
    """Random-effects regression of the estimates on a moderator, tau² by REML.

    Parameters
    ----------
    estimates, errors, moderator : array of shape (k,)

    Raises
    ------
    NotEstimable
        With fewer than three sites, or a moderator that is the same in all.

    Notes
    -----
    Thompson SG, Sharp SJ. Stat Med 1999;18:2693. R² is the fall of tau²: Raudenbush SW. 1994.
    """
    y, v = _checked(estimates, errors)
    moderator = np.asarray(moderator, dtype=float)
    if len(y) < 3 or np.ptp(moderator) == 0:
        raise NotEstimable("not estimable: three sites and two values of the moderator are needed")
    design = np.column_stack([np.ones(len(y)), moderator])
    tau2 = _tau2(y, v, design, "REML")
    without = _tau2(y, v, design[:, :1], "REML")
    weight = 1 / (v + tau2)
    covariance = np.linalg.inv((design * weight[:, None]).T @ design)
    coefficients = covariance @ (design * weight[:, None]).T @ y
    errors = np.sqrt(np.diag(covariance))
    return Regressed(
        coefficients=coefficients,
        errors=errors,
        p_values=2 * stats.norm.sf(np.abs(coefficients / errors)),
        tau2=tau2,
        r2=max(0.0, 100 * (without - tau2) / without) if without > 0 else 0.0,
    )


def egger_test(estimates, errors) -> dict[str, float]:
    """Egger's test of funnel asymmetry: t of the intercept of estimate/se on 1/se.

    Raises
    ------
    NotEstimable
        With fewer than three sites, or errors that are all the same.

    Notes
    -----
    Egger M et al. BMJ 1997;315:629.
    """
    y, v = _checked(estimates, errors)
    precision = 1 / np.sqrt(v)
    if len(y) < 3 or np.ptp(precision) < 1e-12 * precision.max():
        raise NotEstimable("not estimable: three sites of different precision are needed")
    found = stats.linregress(precision, y * precision)
    t = found.intercept / found.intercept_stderr
    return {"t": float(t), "df": len(y) - 2, "p_value": float(2 * stats.t.sf(abs(t), len(y) - 2))}


@dataclass(frozen=True)
class MantelHaenszel:
    """A Mantel-Haenszel log ratio with its error; for odds ratios the tests that go with it.

    ``chi2`` is the Cochran-Mantel-Haenszel statistic, ``chi2_corrected`` that with the continuity
    correction, ``breslow_day`` and ``tarone`` test one common odds ratio; each with its P.
    """

    log_ratio: float
    se: float
    chi2: tuple[float, float] = (math.nan, math.nan)
    chi2_corrected: tuple[float, float] = (math.nan, math.nan)
    breslow_day: tuple[float, float] = (math.nan, math.nan)
    tarone: tuple[float, float] = (math.nan, math.nan)


def mantel_haenszel(tables, measure: str = "OR") -> MantelHaenszel:
    """Pool two-by-two tables.

    Parameters
    ----------
    tables : array of shape (k, 2, 2)
        Of each site: rows exposed, unexposed; columns with and without the event.
    measure : str
        ``OR`` or ``RR``.

    Raises
    ------
    ValueError
        For another measure or shape, or counts below 0.
    NotEstimable
        When no site adds to the numerator or the denominator.

    Notes
    -----
    Mantel N, Haenszel W. J Natl Cancer Inst 1959;22:719. Robins J, Breslow N, Greenland S.
    Biometrics 1986;42:311 (OR). Greenland S, Robins JM. Biometrics 1985;41:55 (RR).
    """
    tables = np.asarray(tables, dtype=float)
    if tables.ndim != 3 or tables.shape[1:] != (2, 2) or (tables < 0).any():
        raise ValueError(f"expected tables of shape (k, 2, 2) from 0, found {tables.shape}")
    if measure not in ("OR", "RR"):
        raise ValueError(f'measure must be "OR" or "RR", found {measure!r}')
    tables = tables[tables.sum(axis=(1, 2)) > 0]
    (a, b), (c, d) = tables.transpose(1, 2, 0)
    n = a + b + c + d
    if measure == "RR":
        up, down = (a * (c + d) / n).sum(), (c * (a + b) / n).sum()
        if not up > 0 or not down > 0:
            raise NotEstimable("not estimable: no site has events in both groups")
        spread = (((a + b) * (c + d) * (a + c) - a * c * n) / n**2).sum()
        return MantelHaenszel(math.log(up / down), math.sqrt(spread / (up * down)))
    if not (a * d).sum() > 0 or not (b * c).sum() > 0:
        raise NotEstimable("not estimable: no site has both outcomes in both groups")
    found = StratifiedTable(np.transpose(tables, (1, 2, 0)))

    # statsmodels' own P is one less the distribution: 0 from chi2 of about 70.
    def tested(test, df: int) -> tuple[float, float]:
        return float(test.statistic), float(stats.chi2.sf(test.statistic, df))

    return MantelHaenszel(
        log_ratio=float(found.logodds_pooled),
        se=float(found.logodds_pooled_se),
        chi2=tested(found.test_null_odds(correction=False), 1),
        chi2_corrected=tested(found.test_null_odds(correction=True), 1),
        breslow_day=tested(found.test_equal_odds(), len(tables) - 1),
        tarone=tested(found.test_equal_odds(adjust=True), len(tables) - 1),
    )


def _checked(estimates, errors) -> tuple[np.ndarray, np.ndarray]:
    y, se = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    if y.shape != se.shape or y.ndim != 1:
        raise ValueError(f"expected as many estimates as errors, found {y.shape} and {se.shape}")
    if not (se > 0).all() or not np.isfinite(y).all() or not np.isfinite(se).all():
        raise ValueError("expected known estimates and errors above 0")
    if len(y) < 2:
        raise NotEstimable(f"not estimable: {len(y)} site; two are needed to pool")
    return y, se**2


def _typical_variance(v: np.ndarray) -> float:
    weight = 1 / v
    return float((len(v) - 1) * weight.sum() / (weight.sum() ** 2 - (weight**2).sum()))


def _residual(y, v, design, tau2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, residuals and the inverse of X'WX at a tau²."""
    weight = 1 / (v + tau2)
    inverse = np.linalg.inv((design * weight[:, None]).T @ design)
    return weight, y - design @ (inverse @ (design * weight[:, None]).T @ y), inverse


def _q(y, v, design, tau2) -> float:
    weight, residual, _ = _residual(y, v, design, tau2)
    return float(weight @ residual**2)


def _where_q_is(y, v, design, wanted: float) -> float:
    """The tau² at which the generalised Q has a value; 0 when it is below it there."""
    if _q(y, v, design, 0.0) <= wanted:
        return 0.0
    high = max(float(np.var(y)), float(v.max()), 1e-6)
    while _q(y, v, design, high) > wanted:
        high *= 2
    return float(optimize.brentq(lambda t: _q(y, v, design, t) - wanted, 0.0, high, xtol=1e-14))


def _tau2(y, v, design, method: str) -> float:
    freedom = len(y) - design.shape[1]
    if method == "PM":
        return _where_q_is(y, v, design, freedom)
    if method == "DL":
        weight = 1 / v
        excess = _q(y, v, design, 0.0) - freedom
        return max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))

    def slope(tau2: float) -> float:
        """Twice the derivative of the restricted log-likelihood."""
        weight, residual, inverse = _residual(y, v, design, tau2)
        leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
        return float(weight**2 @ residual**2 - weight.sum() + weight**2 @ leverage)

    if slope(0.0) <= 0:
        return 0.0
    high = max(float(np.var(y)), 1e-6)
    while slope(high) > 0:
        high *= 2
    return float(optimize.brentq(slope, 0.0, high, xtol=1e-14))
