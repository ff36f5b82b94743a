"""Marginal structural models: treatment that changes with what it has changed before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.estimate.cox import CoxFit, fit_cox
from lncohort.estimate.gathered import Gathered, gather
from lncohort.estimate.hazard_curves import (
    CauseSpecific,
    RiskCurves,
    cause_specific,
    hazard_of,
    risk_curves,
)
from lncohort.estimate.inverse_probability import (
    ProbabilityRatio,
    counted_truncation,
    probability_ratio,
    weight_distribution,
)
from lncohort.estimate.person_intervals import PersonIntervals, person_intervals
from lncohort.estimate.pooled_logistic import PooledFit
from lncohort.estimate.time_terms import time_terms

EXPOSURES = ("current", "ever", "cumulative")
METHOD = (
    "marginal structural pooled logistic model, stabilised inverse probability of treatment and "
    "censoring weights, errors of all its models together, of risks by bootstrap by patient"
)


@dataclass(frozen=True)
class MarginalStructural:
    """A weighted model of the hazard.

    Attributes
    ----------
    fit : PooledFit
        Weighted; ``exposure`` is the column of the treatment. Its covariance knows that the weights
        were estimated.
    rows : DataFrame of shape (n, 5 + p)
        By patient and interval: patient, interval, event, exposure, weight and the baseline
        covariates, as the model has them.
    distribution : DataFrame
        Of the weights, ``all`` and by interval, as :func:`weight_distribution` gives it.
    risks : RiskCurves
        Always treated over never treated.
    """

    fit: PooledFit
    rows: pd.DataFrame
    distribution: pd.DataFrame
    risks: RiskCurves


def marginal_structural(
    rows: pd.DataFrame,
    covariates: list[str],
    baseline: list[str],
    times: Sequence[int],
    *,
    exposure: str = "current",
    knots: Sequence[float] | None = None,
    by_time: bool = True,
    first: int = 0,
    truncate: tuple[float, float] | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> MarginalStructural:
    """Fit a marginal structural model of the hazard by weighting person-intervals.

    Parameters
    ----------
    rows : DataFrame of shape (n, columns)
        ``patient``, ``interval`` (from 0, one after the other), ``treated`` (at the start of the
        interval), ``event`` (0 none, 1 the event, 2 a competing event, in the interval; a patient's
        last row then), ``censored`` (lost at its end, other than by the end of the study; a last
        row too) and the covariates.
    covariates : list of str
        Columns of numbers known at the start of each interval, on which treatment and loss depend.
    baseline : list of str
        Those whose first value also stands in the numerators and in the model of the hazard.
    times : sequence of int
        Numbers of intervals gone by at which always and never treated are compared.
    exposure : str
        What moves the hazard: ``current`` treatment, ``ever`` treated, or ``cumulative`` (number
        of treated intervals, this one included).
    knots, by_time, first
        As for :func:`standardised_incidence`.
    truncate : (float, float), optional
        Quantiles of the weights beyond which they are set to the quantile.
    replicates, seed : int
        Of the bootstrap by patient, in which all models are fitted anew.

    Raises
    ------
    ValueError
        For another exposure, intervals with gaps, rows after the end of a patient's time, or
        quantiles out of order.
    NotEstimable
        As :func:`fit_pooled_logistic`, of any of the models; the message says which.

    Notes
    -----
    In interval k the weight is the product over j <= k of P(A_j given A_(j-1), V) / P(A_j given
    A_(j-1), L_j) and over j < k of P(not lost in j given A_j, V) / P(not lost in j given A_j, L_j),
    with V the baseline and L the covariates (V included). The models of treatment are fitted apart
    in first intervals, after an untreated interval and after a treated one; where nobody there
    differs, the factor is 1. Risks are standardised over V of all patients, with the competing event
    as :func:`cause_specific` has it. Robins JM, Hernán MA, Brumback B. Epidemiology 2000;11:550;
    Hernán MA, Brumback B, Robins JM. Epidemiology 2000;11:561; Cole SR, Hernán MA. Am J Epidemiol
    2008;168:656. Errors that take the weights as known are too large: those of ``fit`` are of the
    stacked estimating equations of all models, by patient (weights set to a quantile, and the
    quantile, as they stand): Lunceford JK, Davidian M. Stat Med 2004;23:2937.
    """
    if exposure not in EXPOSURES:
        raise ValueError(f"exposure must be one of {', '.join(EXPOSURES)}, found {exposure!r}")
    people = person_intervals(rows, ["treated", "event", "censored", *covariates, *baseline])
    event = people.rows["event"].to_numpy() > 0
    if (people.before(event | people.flag("censored"))).any():
        raise ValueError("event, censored: expected in a patient's last row only, found before it")
    ratios = Ratios(people, covariates, baseline, knots)
    given = _exposure(people, exposure)
    intervals = np.arange(people.interval.max(initial=-1) + 1)
    always = intervals + 1.0 if exposure == "cumulative" else np.ones(len(intervals))
    hazard = hazard_of(people, given, always, baseline, knots, by_time, first)
    once = np.ones(len(event))
    made = ratios.weights(once)
    weight = counted_truncation(made, once, truncate)
    models = cause_specific(people, hazard, first, weight)

    def curves_of(counts: np.ndarray) -> np.ndarray:
        drawn = counted_truncation(ratios.weights(counts), counts, truncate)
        return models.risks(counts * drawn, counts[people.first])

    kept = people.rows[["patient", "interval"]].assign(
        event=models.kind == 1, exposure=given, weight=weight
    )
    known = pd.DataFrame(hazard.population, columns=baseline).iloc[people.patient]
    return MarginalStructural(
        fit=_with_estimated_weights(models, ratios, weight, weight == made),
        rows=pd.concat([kept, known.reset_index(drop=True)], axis=1),
        distribution=pd.concat(
            [weight_distribution(weight), weight_distribution(weight, people.interval)]
        ),
        risks=risk_curves(curves_of, people.patient, times, replicates, seed),
    )


def weighted_cox(found: MarginalStructural) -> CoxFit:
    """The marginal structural Cox model of the same rows and weights, errors robust by patient.

    Raises
    ------
    NotEstimable
        As :func:`fit_cox`.

    Notes
    -----
    Hernán MA, Brumback B, Robins JM. Epidemiology 2000;11:561.
    """
    rows = found.rows
    begins = rows["interval"].astype(float)
    return fit_cox(
        rows.drop(columns=["patient", "interval", "event", "weight"]).astype(float),
        begins + 1,
        rows["event"],
        start=begins,
        weights=rows["weight"],
        cluster=rows["patient"],
    )


def _exposure(people: PersonIntervals, kind: str) -> np.ndarray:
    treated = people.flag("treated")
    cumulative = people.running(treated)
    return {"current": treated * 1.0, "ever": (cumulative > 0) * 1.0, "cumulative": cumulative}[
        kind
    ]


def _with_estimated_weights(
    models: CauseSpecific, ratios: "Ratios", weight: np.ndarray, free: np.ndarray
) -> PooledFit:
    """The model of the event, its errors of the stacked equations of all models.

    ``free`` are the rows whose weight is no quantile.
    """
    people, fit, design = ratios.people, models.fit, models.hazard.design
    n = len(weight)
    expected = expit(design.times(fit.coefficients.to_numpy()))
    counted = np.where(models.at_risk, weight, 0.0)
    own = design.sums_by(counted * ((models.kind == 1) - expected), np.arange(n), n)
    scores = np.add.reduceat(own, people.first) + ratios.influence(own * free[:, None])
    information = design.moments(counted * expected * (1 - expected))
    influence = np.linalg.solve(information, scores.T)
    covariance = influence @ influence.T * fit.patients / (fit.patients - 1)
    names = fit.covariance.index
    return replace(fit, covariance=pd.DataFrame(covariance, index=names, columns=names))


class Ratios:
    """The models of treatment and of loss, and the weights that they give."""

    def __init__(self, people: PersonIntervals, covariates, baseline, knots):
        self.people, self.knots = people, knots
        self.now = people.rows[covariates].astype(float)
        first = people.rows[baseline].iloc[people.first].astype(float)
        self.then = first.iloc[people.patient].reset_index(drop=True).add_suffix(" at first")
        treated = people.flag("treated")
        before = people.before(treated)
        begins = np.zeros(len(treated), dtype=bool)
        begins[people.first] = True
        strata = {
            "treatment in the first interval": begins,
            "treatment after an untreated interval": ~begins & ~before,
            "treatment after a treated interval": ~begins & before,
        }
        self.of_treatment = [
            self._ratio(name, stratum, treated) for name, stratum in strata.items()
        ]
        # Who is lost at the end of the last interval is missed in none.
        goes_on = people.interval < people.interval.max(initial=0)
        self.of_loss = self._ratio(
            "not being lost",
            (people.rows["event"].to_numpy() == 0) & goes_on,
            ~people.flag("censored"),
            pd.DataFrame({"treated": treated * 1.0}),
        )

    def _ratio(self, name, stratum, happened, given=None) -> ProbabilityRatio:
        rows = np.flatnonzero(stratum)
        now, then, interval = self.now.iloc[rows], self.then.iloc[rows], self.people.interval[rows]
        time = time_terms(interval, self.knots).of(interval)
        if given is not None:
            time = pd.concat([time, given.iloc[rows].reset_index(drop=True)], axis=1)
        # A first value that is still the present one stands in the model already.
        moved = [
            column
            for column in then
            if (name_now := column.removesuffix(" at first")) not in now
            or (then[column] != now[name_now]).any()
        ]
        numerator = gather((time, None), (then, None))
        denominator: Gathered = gather((time, None), (then[moved], None), (now, None))
        return probability_ratio(name, rows, happened[rows], numerator, denominator)

    def weights(self, counts: np.ndarray) -> np.ndarray:
        """Stabilised weights of all rows when they count so often."""
        people, logs = self.people, np.zeros(len(counts))
        for ratio in self.of_treatment:
            logs[ratio.rows] += np.log(ratio.values(counts))
        loss = np.zeros(len(counts))
        loss[self.of_loss.rows] = np.log(self.of_loss.values(counts))
        return np.exp(people.running(logs) + people.running(loss) - loss)

    def influence(self, moved: np.ndarray) -> np.ndarray:
        """What the estimation of the weights adds to the equations of each patient, (patients, q).

        ``moved`` are the equations' values in each row, (n, q), by which they move with the
        logarithm of its weight.
        """
        people = self.people
        later = people.remaining(moved)
        parts = [(ratio, later) for ratio in self.of_treatment] + [(self.of_loss, later - moved)]
        return sum(ratio.influence(m, people.patient, len(people.first)) for ratio, m in parts)
