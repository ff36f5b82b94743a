"""Marginal structural models: treatment that changes with what it has changed before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.cox import CoxFit, fit_cox
from lncohort.estimate.gathered import Gathered, gather
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
from lncohort.estimate.person_intervals import PersonIntervals, person_intervals
from lncohort.estimate.pooled_logistic import PooledFit, fit_pooled_logistic, pooled_maximum
from lncohort.estimate.time_terms import time_terms

EXPOSURES = ("current", "ever", "cumulative")
METHOD = (
    "marginal structural pooled logistic model, stabilised inverse probability of treatment and "
    "censoring weights, bootstrap by patient"
)


@dataclass(frozen=True)
class MarginalStructural:
    """A weighted model of the hazard.

    Attributes
    ----------
    fit : PooledFit
        Weighted; ``exposure`` is the column of the treatment.
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
    truncate: tuple[float, float] | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> MarginalStructural:
    """Fit a marginal structural model of the hazard by weighting person-intervals.

    Parameters
    ----------
    rows : DataFrame of shape (n, columns)
        ``patient``, ``interval`` (from 0, one after the other), ``treated`` (at the start of the
        interval), ``event`` (in the interval; a patient's last row then), ``censored`` (lost at
        its end, other than by the end of the study; a last row too) and the covariates.
    covariates : list of str
        Columns of numbers known at the start of each interval, on which treatment and loss depend.
    baseline : list of str
        Those whose first value also stands in the numerators and in the model of the hazard.
    times : sequence of int
        Numbers of intervals gone by at which always and never treated are compared.
    exposure : str
        What moves the hazard: ``current`` treatment, ``ever`` treated, or ``cumulative`` (number
        of treated intervals, this one included).
    knots, by_time
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
    differs, the factor is 1. Risks are standardised over V of all patients. Robins JM, Hernán MA,
    Brumback B. Epidemiology 2000;11:550; Hernán MA, Brumback B, Robins JM. Epidemiology
    2000;11:561; Cole SR, Hernán MA. Am J Epidemiol 2008;168:656.
    """
    if exposure not in EXPOSURES:
        raise ValueError(f"exposure must be one of {', '.join(EXPOSURES)}, found {exposure!r}")
    people = person_intervals(rows, ["treated", "event", "censored", *covariates, *baseline])
    event = people.flag("event")
    if (people.before(event | people.flag("censored"))).any():
        raise ValueError("event, censored: expected in a patient's last row only, found before it")
    ratios = _Ratios(people, covariates, baseline, knots)
    given = _exposure(people, exposure)
    hazard = _hazard(people, given, exposure, baseline, knots, by_time)
    weight = counted_truncation(ratios.weights(np.ones(len(event))), np.ones(len(event)), truncate)
    fit = fit_pooled_logistic(hazard.design, event, people.patient, weights=weight)

    def curves_of(counts: np.ndarray) -> np.ndarray:
        made = counts * counted_truncation(ratios.weights(counts), counts, truncate)
        found = pooled_maximum(hazard.design, event, made, fit.coefficients.to_numpy())
        linear = hazard.linear(found.coefficients)
        return marginal_risks(linear, weights=counts[people.first])

    kept = people.rows[["patient", "interval", "event"]].assign(exposure=given, weight=weight)
    known = pd.DataFrame(hazard.population, columns=baseline).iloc[people.patient]
    return MarginalStructural(
        fit=fit,
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


def _hazard(people, given, kind, baseline, knots, by_time) -> Hazard:
    terms = time_terms(people.interval, knots)
    intervals = np.arange(people.interval.max(initial=-1) + 1)
    always = intervals + 1 if kind == "cumulative" else np.ones(len(intervals))
    schedules = [exposure_terms(terms, intervals, a, by_time) for a in (0 * always, always)]
    known = people.rows[baseline].iloc[people.first].astype(float)
    own = exposure_terms(terms, people.interval, given, by_time)
    design = gather((own, None), (known, people.patient))
    return Hazard(design, np.stack([s.to_numpy() for s in schedules]), known.to_numpy())


class _Ratios:
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
            ~people.flag("event") & goes_on,
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
