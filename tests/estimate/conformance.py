"""The estimators that are fitted to rows of patients, with what must hold of each."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.estimate.armitage import armitage_trend
from lncohort.estimate.balance import balance
from lncohort.estimate.competing import fit_fine_gray, gray_test
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.firth import fit_firth
from lncohort.estimate.gathered import gather
from lncohort.estimate.imputation import impute
from lncohort.estimate.interaction import additive_interaction
from lncohort.estimate.kaplan_meier import compare_curves, kaplan_meier, survival_at
from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.estimate.matching import match_nearest
from lncohort.estimate.pooled_logistic import fit_pooled_logistic
from lncohort.estimate.propensity import density_weights, fit_propensity, weights
from lncohort.estimate.risk_ratio import fit_log_binomial, fit_modified_poisson
from lncohort.estimate.weighted_effect import (
    augmented_effect,
    propensity_weighted_effect,
    weighted_effect,
)

LEVELS = ("low", "middle", "high")
LOG_RATIO = 0.5
EFFECT = 2.0
SHARE_OF_CAUSE = 0.6
LABELS = ("patient", "family", "stratum", "group")


def drawn(n: int = 240, seed: int = 1, ties: bool = True) -> pd.DataFrame:
    """Patients whose log odds, hazard and subdistribution hazard rise by 0.5 with each ``a``."""
    random = np.random.default_rng(seed)
    a = random.uniform(-np.sqrt(3), np.sqrt(3), n)
    b = (random.random(n) < 0.4) * 1.0
    linear = LOG_RATIO * a - 0.4 * b
    rare = np.exp(-1.6 + 0.3 * a + 0.4 * b)
    treated = random.random(n) < expit(-0.2 + 0.5 * a)
    stratum = random.integers(0, 3, n)
    survival = random.exponential(np.exp(-linear))
    censoring = random.exponential(2.0, n)
    rows = pd.DataFrame(
        {
            "a": a,
            "b": b,
            "group": np.array(LEVELS)[random.integers(0, 3, n)],
            "stratum": np.array(["s", "t", "u"])[stratum],
            "patient": np.arange(n),
            "family": np.arange(n) // 2,
            "weight": random.uniform(0.5, 2.0, n),
            "response": (random.random(n) < expit(-0.2 + linear)) * 1.0,
            "rare": (random.random(n) < rare) * 1.0,
            "treated": treated * 1.0,
            "outcome": 1 + a + EFFECT * treated + random.normal(size=n),
            "time": np.minimum(survival, censoring),
            "event": (survival <= censoring) * 1.0,
        },
        index=np.arange(n) + 1000,
    )
    rows["start"] = random.uniform(0, 1, n)
    rows["late"] = rows["start"] + rows["time"]
    rows["own_time"] = rows["time"] * np.array([1.0, 0.5, 0.25])[stratum]
    rows["end"], rows["kind"] = competing(linear, random)
    if ties:
        for name in ("time", "late", "own_time", "end"):
            rows[name] = np.ceil(rows[name] * 10) / 10
        rows["start"] = np.floor(rows["start"] * 10) / 10
    return rows


def competing(linear: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Times and kinds of event with proportional subdistribution hazards of the first kind.

    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496, section 5.
    """
    n, ratio = len(linear), np.exp(linear)
    ever = 1 - (1 - SHARE_OF_CAUSE) ** ratio
    first = random.random(n) < ever
    left = 1 - (1 - random.random(n) * ever) ** (1 / ratio)
    of_cause = -np.log1p(-left / SHARE_OF_CAUSE)
    time = np.where(first, of_cause, random.exponential(1 / ratio))
    censoring = random.uniform(0.5, 4.0, n)
    kind = np.where(first, 1.0, 2.0)
    return np.minimum(time, censoring), np.where(time <= censoring, kind, 0.0)


def covariates_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The covariates, with any column added under a name that begins with ``x``."""
    return rows[[name for name in rows if name in ("a", "b") or name.startswith("x")]]


@dataclass(frozen=True)
class Estimator:
    """One estimator and what must hold of it.

    Attributes
    ----------
    name : str
    functions : tuple of callable
        What it stands for.
    columns : dict of str to str
        Columns of the rows that it reads beside the covariates, and what errors call each.
    fit : callable, optional
        Of a model with coefficients: takes covariates and rows, returns coefficients and their
        covariance.
    numbers : callable, optional
        Of the others: takes rows, returns numbers by name. ``a`` is in units of 1/a.
    outcome : str, optional
        The column in which no event, or all events, leave nothing to estimate.
    adjusted : bool
        Whether covariates are read.
    shuffled : bool
        Whether the order of the rows must not matter.
    doubled : str
        What becomes of the numbers when every row stands twice: ``error`` (standard errors shrink
        by the root of 2), ``chi2`` (statistics double), or nothing that is known.
    with_weights : callable, optional
        Takes rows and weights, returns numbers; equal weights change no coefficient.
    frequency : bool
        Whether a weight of 2 is two patients, so that it shrinks the standard error too.
    truth : dict of str to float
        What the numbers are in the population from which samples are drawn.
    biased : str
        Why the mean over samples is not the truth; empty where it must be.
    null : str
        The P of a hypothesis that holds in all samples.
    order : int
        Coefficients p of a model whose estimates are too far from 0, at first order by about p/n
        of themselves: Cordeiro GM, McCullagh P. J R Stat Soc B 1991;53:629 (logistic);
        Montenegro LCC et al. J Stat Comput Simul 2004;74:379 (Cox, of the same order).
    n, samples : int
        Patients in a sample, and how many are drawn.
    answers : frozenset of str
        Spoiled rows that have an answer nevertheless.
    """

    name: str
    functions: tuple[Callable, ...]
    columns: dict[str, str]
    fit: Callable | None = None
    numbers: Callable | None = None
    outcome: str | None = None
    adjusted: bool = True
    shuffled: bool = True
    doubled: str = ""
    with_weights: Callable | None = None
    frequency: bool = False
    truth: dict[str, float] = field(default_factory=dict)
    biased: str = ""
    null: str = ""
    order: int = 0
    n: int = 200
    samples: int = 500
    answers: frozenset[str] = frozenset()

    def of(self, rows: pd.DataFrame) -> dict[str, float]:
        """All numbers of some rows, by name."""
        if self.fit is None:
            return self.numbers(rows)
        return named(self.fit(covariates_of(rows), rows))


def named(fitted: tuple[pd.Series, pd.DataFrame]) -> dict[str, float]:
    """Coefficients and, as ``name se``, their standard errors."""
    coefficients, covariance = fitted
    errors = pd.Series(np.sqrt(np.diag(covariance)), covariance.index).add_suffix(" se")
    return {**coefficients, **errors}


def model(fit, column: str):
    """A model, with an intercept, of a column of zeros and ones."""

    def fitted(covariates, rows):
        found = fit(with_intercept(covariates), rows[column])
        return found.coefficients, found.covariance

    return fitted


def pooled(covariates, rows):
    found = fit_pooled_logistic(gather((covariates, None)), rows["response"], rows["patient"])
    return found.coefficients, found.covariance


def firth_alone(design: pd.DataFrame, response):
    return fit_firth(design, response, profiled=[])


def firth_limits(rows: pd.DataFrame) -> dict[str, float]:
    fit = fit_firth(with_intercept(covariates_of(rows)), rows["response"], ["a"])
    limits = fit.intervals.loc["a"]
    return {
        "a": fit.coefficients["a"],
        "a low": limits["ci_low"],
        "a high": limits["ci_high"],
        "p": limits["p_value"],
        "chi2": fit.chi2,
    }


def weighted_ratio(fit):
    def numbers(rows, weight):
        found = fit(with_intercept(covariates_of(rows)), rows["rare"], weights=weight)
        return named((found.coefficients, found.covariance))

    return numbers


def cox(stop: str = "time", **arguments):
    """A Cox model whose arguments are columns of the rows, or words."""

    def fitted(covariates, rows, weight=None):
        given = {k: rows.get(v, v) for k, v in arguments.items()}
        if weight is not None:
            given["weights"] = weight
        found = fit_cox(covariates, rows[stop], rows["event"], **given)
        return found.coefficients, found.covariance

    return fitted


def cox_twice(covariates, rows):
    twice = pd.concat([rows, rows])
    found = fit_cox(
        pd.concat([covariates, covariates]),
        twice["time"],
        twice["event"],
        cluster=twice["patient"],
        ties="breslow",
    )
    return found.coefficients, found.covariance


def weighted_cox(rows, weight):
    return named(cox(ties="breslow")(covariates_of(rows), rows, weight))


def fine_gray(covariates, rows):
    found = fit_fine_gray(covariates, rows["end"], rows["kind"])
    return found.coefficients, found.covariance


def propensity(covariates, rows):
    fit = fit_propensity(covariates, rows["treated"]).fit
    return fit.coefficients, fit.covariance


def effect_numbers(effect) -> dict[str, float]:
    return {
        "difference": effect.difference,
        "difference se": effect.se,
        "treated": effect.mean_treated,
        "other": effect.mean_other,
    }


def effect(estimand: str):
    def numbers(rows):
        score = fit_propensity(covariates_of(rows), rows["treated"])
        return effect_numbers(propensity_weighted_effect(rows["outcome"], score, estimand))

    return numbers


def effect_of_known(rows, weight=None):
    weight = rows["weight"] if weight is None else weight * rows["weight"]
    return effect_numbers(weighted_effect(rows["outcome"], rows["treated"], weight))


def augmented(rows):
    covariates = covariates_of(rows)
    score = fit_propensity(covariates, rows["treated"])
    predicted = {}
    for arm in (0, 1):
        own = rows["treated"] == arm
        design = with_intercept(covariates).to_numpy()
        beta = np.linalg.lstsq(design[own], rows["outcome"][own], rcond=None)[0]
        predicted[arm] = design @ beta
    return effect_numbers(augmented_effect(rows["outcome"], score, predicted[1], predicted[0]))


def weight_sums(rows):
    score = fit_propensity(covariates_of(rows), rows["treated"])
    made = {name: weights(score, name) for name in ("ATE", "ATT", "ATO")}
    return {name: float(values @ rows["outcome"]) for name, values in made.items()}


def dose_weights(rows):
    made = density_weights(rows["outcome"], covariates_of(rows))
    return {"mean": float(made.mean()), "squared": float((made**2).mean())}


def survival(rows, start=None, stop="time"):
    curve = kaplan_meier(rows[stop], rows["event"], start=None if start is None else rows[start])
    at = survival_at(curve, [0.7]).iloc[0]
    return {
        "survival": at["survival"],
        "survival se": at["se"],
        "survival low": at["ci_low"],
        "survival high": at["ci_high"],
    }


def late_survival(rows):
    curve = kaplan_meier(rows["late"], rows["event"], start=rows["start"])
    at = curve[curve["time"] <= 0.9].iloc[-1]
    return {"survival": at["survival"], "survival se": at["se"], "at risk": at["at_risk"]}


def log_rank(rho):
    def numbers(rows):
        return compare_curves(rows["time"], rows["event"], rows["group"], rho)

    return numbers


def gray(rows):
    return gray_test(rows["end"], rows["kind"], rows["group"])


def armitage(rows):
    responses = [rows.loc[rows["group"] == level, "response"].to_numpy() for level in LEVELS]
    found = armitage_trend([r.sum() for r in responses], [len(r) for r in responses], [0, 1, 2])
    return {
        "trend chi2": found.trend[0],
        "heterogeneity chi2": found.heterogeneity[0],
        "p_value": found.trend[2],
    }


def matched(rows):
    score = fit_propensity(covariates_of(rows), rows["treated"]).score
    pairs = match_nearest(score, rows["treated"])
    outcome = rows["outcome"].to_numpy()
    return {
        "pairs": float(len(pairs.treated)),
        "difference": float((outcome[pairs.treated] - outcome[pairs.other]).mean()),
        "unmatched": float(outcome[pairs.unmatched].sum()),
    }


def balance_numbers(rows, weight=None):
    weight = rows["weight"] if weight is None else weight * rows["weight"]
    found = balance(covariates_of(rows), rows["treated"], weight)
    return {f"{row} {column}": found.loc[row, column] for row in found.index for column in found}


def excess_of_both(rows):
    both = rows["b"] * rows["treated"]
    covariates = covariates_of(rows).assign(xt=rows["treated"], xb=both)
    fit = fit_logistic(with_intercept(covariates), rows["response"])
    to_cells = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 1]])
    names = ["b", "xt", "xb"]
    found = additive_interaction(
        to_cells @ fit.coefficients[names].to_numpy(),
        to_cells @ fit.covariance.loc[names, names].to_numpy() @ to_cells.T,
    )
    return {
        f"{one['measure']} {one['method']} {limit}": one.get(limit, np.nan)
        for one in found
        for limit in ("estimate", "ci_low", "ci_high")
        if not np.isnan(one["estimate"])
    }


def imputed(rows):
    gaps = covariates_of(rows).assign(outcome=rows["outcome"])
    gaps["outcome"] = gaps["outcome"].mask(np.arange(len(rows)) % 5 == 0)
    copies = impute(gaps, 3, seed=1).tables
    return {f"copy {i}": float(copy["outcome"].mean()) for i, copy in enumerate(copies)}


def survival_of_all(time: float) -> float:
    """Survival of the patients that are drawn, at a time."""
    a = np.linspace(-np.sqrt(3), np.sqrt(3), 2001)
    of_b = [np.exp(-time * np.exp(LOG_RATIO * a - 0.4 * b)).mean() for b in (0, 1)]
    return float(np.array([0.6, 0.4]) @ of_b)


RESPONSE, RARE = {"response": "response"}, {"rare": "response"}
RESPONSE_BY_PATIENT = {"response": "event", "patient": "patient"}
TREATED = {"treated": "treated"}
OUTCOME = TREATED | {"outcome": "outcome"}
TIMES = {"time": "stop", "event": "event"}
KINDS = {"end": "time", "kind": "event"}
IN_A = {"a": LOG_RATIO}
SKEWED = "a sum of exponentials of coefficients, skewed in small samples"

ESTIMATORS = (
    Estimator(
        "logistic",
        (fit_logistic,),
        RESPONSE,
        fit=model(fit_logistic, "response"),
        outcome="response",
        doubled="error",
        truth=IN_A,
        order=3,
    ),
    Estimator(
        "pooled logistic",
        (fit_pooled_logistic,),
        RESPONSE_BY_PATIENT,
        fit=pooled,
        outcome="response",
        truth=IN_A,
        order=3,
    ),
    Estimator(
        "Firth",
        (fit_firth,),
        RESPONSE,
        fit=model(firth_alone, "response"),
        outcome="response",
        truth=IN_A,
        answers=frozenset({"separated"}),
    ),
    Estimator(
        "Firth, profile",
        (fit_firth,),
        RESPONSE,
        numbers=firth_limits,
        outcome="response",
        truth=IN_A,
        answers=frozenset({"separated"}),
        samples=200,
    ),
    Estimator(
        "modified Poisson",
        (fit_modified_poisson,),
        RARE,
        fit=model(fit_modified_poisson, "rare"),
        outcome="rare",
        doubled="error",
        with_weights=weighted_ratio(fit_modified_poisson),
        truth={"a": 0.3},
    ),
    Estimator(
        "log-binomial",
        (fit_log_binomial,),
        RARE,
        fit=model(fit_log_binomial, "rare"),
        outcome="rare",
        doubled="error",
        with_weights=weighted_ratio(fit_log_binomial),
        truth={"a": 0.3},
    ),
    Estimator(
        "Cox, Efron",
        (fit_cox,),
        TIMES,
        fit=cox(),
        outcome="event",
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "Cox, Breslow",
        (fit_cox,),
        TIMES,
        fit=cox(ties="breslow"),
        outcome="event",
        doubled="error",
        with_weights=weighted_cox,
        frequency=True,
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "Cox, late entry",
        (fit_cox,),
        {"late": "stop", "event": "event", "start": "start"},
        fit=cox("late", start="start"),
        outcome="event",
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "Cox, strata",
        (fit_cox,),
        {"own_time": "stop", "event": "event", "stratum": "strata"},
        fit=cox("own_time", strata="stratum"),
        outcome="event",
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "Cox, clusters",
        (fit_cox,),
        TIMES | {"patient": "cluster"},
        fit=cox_twice,
        outcome="event",
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "Cox, weights and families",
        (fit_cox,),
        TIMES | {"family": "cluster", "weight": "weights"},
        fit=cox(cluster="family", weights="weight"),
        outcome="event",
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "Fine-Gray",
        (fit_fine_gray,),
        KINDS,
        fit=fine_gray,
        outcome="kind",
        doubled="error",
        truth=IN_A,
        order=2,
        answers=frozenset({"all events"}),
    ),
    Estimator(
        "propensity",
        (fit_propensity,),
        TREATED,
        fit=propensity,
        outcome="treated",
        doubled="error",
        truth=IN_A,
        order=3,
    ),
    *(
        Estimator(
            f"propensity-weighted effect, {estimand}",
            (fit_propensity, weights, propensity_weighted_effect),
            OUTCOME,
            numbers=effect(estimand),
            outcome="outcome",
            doubled="error",
            truth={"difference": EFFECT},
        )
        for estimand in ("ATE", "ATT", "ATO")
    ),
    Estimator(
        "weights",
        (fit_propensity, weights),
        TREATED,
        numbers=weight_sums,
        outcome="treated",
    ),
    Estimator(
        "effect by known weights",
        (weighted_effect,),
        OUTCOME | {"weight": "weights"},
        numbers=effect_of_known,
        outcome="outcome",
        adjusted=False,
        doubled="error",
        with_weights=effect_of_known,
    ),
    Estimator(
        "augmented effect",
        (fit_propensity, augmented_effect),
        OUTCOME,
        numbers=augmented,
        outcome="outcome",
        doubled="error",
        truth={"difference": EFFECT},
    ),
    Estimator(
        "density weights",
        (density_weights,),
        {"outcome": "dose"},
        numbers=dose_weights,
        outcome="outcome",
    ),
    Estimator(
        "Kaplan-Meier",
        (kaplan_meier, survival_at),
        TIMES,
        numbers=survival,
        outcome="event",
        adjusted=False,
        doubled="error",
        truth={"survival": survival_of_all(0.7)},
        answers=frozenset({"one row", "no events", "all events"}),
    ),
    Estimator(
        "Kaplan-Meier, late entry",
        (kaplan_meier,),
        {"late": "stop", "event": "event", "start": "start"},
        numbers=late_survival,
        outcome="event",
        adjusted=False,
        doubled="error",
        answers=frozenset({"one row", "no events", "all events"}),
    ),
    *(
        Estimator(
            name,
            (compare_curves,),
            {"time": "time", "event": "event", "group": "group"},
            numbers=log_rank(rho),
            outcome="event",
            adjusted=False,
            null="p_value",
            n=100,
            answers=frozenset({"all events", "unused level"}),
        )
        for name, rho in (("log-rank", 0.0), ("Peto-Peto", 1.0))
    ),
    Estimator(
        "Gray",
        (gray_test,),
        KINDS | {"group": "group"},
        numbers=gray,
        outcome="kind",
        adjusted=False,
        null="p_value",
        n=100,
        answers=frozenset({"all events", "unused level"}),
    ),
    Estimator(
        "Armitage",
        (armitage_trend,),
        {"response": "events"},
        numbers=armitage,
        outcome="response",
        adjusted=False,
        doubled="chi2",
        null="p_value",
    ),
    Estimator(
        "matching",
        (fit_propensity, match_nearest),
        TREATED,
        numbers=matched,
        outcome="treated",
    ),
    Estimator(
        "balance",
        (balance,),
        TREATED | {"weight": "weights"},
        numbers=balance_numbers,
        outcome="treated",
        with_weights=balance_numbers,
        answers=frozenset(
            {
                "constant",
                "collinear",
                "collinear in large units",
                "more covariates than rows",
                "separated",
            }
        ),
    ),
    Estimator(
        "additive interaction",
        (fit_logistic, additive_interaction),
        RESPONSE,
        numbers=excess_of_both,
        outcome="response",
        truth={"RERI MOVER estimate": 0.0},
        biased=SKEWED,
    ),
    Estimator(
        "imputation",
        (impute,),
        {},
        numbers=imputed,
        outcome="outcome",
        shuffled=False,
        answers=frozenset({"constant", "collinear", "collinear in large units", "missing"}),
    ),
)
