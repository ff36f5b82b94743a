"""Time to response: curves, competing events and hazard ratios."""

import numpy as np
import pandas as pd

from lncohort.estimate.cox import CoxFit, fit_cox, proportional_hazards_test
from lncohort.estimate.odds_ratios import prepare
from lncohort.estimate.rows import NotEstimable, Z, row, wald
from lncohort.study import Study

EVERY_DAYS = 30
RESPONSE, COMPETING = 1, 2
CERTAIN = 1e-12  # of an incidence below 1 that is 1 but for rounding
COX = "Cox model, Efron ties, Wald interval"
PH_TEST = "score test of the coefficient times Kaplan-Meier time (Grambsch and Therneau 1994)"


def cumulative_incidence(
    time_days: np.ndarray, event: np.ndarray, cause: int, at_days: np.ndarray
) -> pd.DataFrame:
    """Aalen-Johansen cumulative incidence of one cause in the presence of others.

    With a single cause this is one minus Kaplan-Meier, with Greenwood's variance.

    Parameters
    ----------
    time_days : array of int, shape (n,)
        Days to the event or censoring; at least 1.
    event : array of int, shape (n,)
        0 for censored, otherwise the cause.
    cause : int
        The cause whose incidence is wanted.
    at_days : array of int, shape (k,)
        Days at which it is wanted.

    Returns
    -------
    DataFrame of shape (k, 6)
        day, estimate, se, ci_low, ci_high (log-log scale), at_risk (patients followed to that
        day).

    Notes
    -----
    Standard error by the infinitesimal jackknife, as of R's survfit: the root of the summed
    squares of each patient's influence. Of one minus Kaplan-Meier it is Greenwood's. Therneau TM,
    Grambsch PM. Modeling Survival Data, 2000, ch. 7. Interval by log(-log(1 - F)); before the
    first event, as in survfit, its limits are 0; once F is 1 there is none.
    """
    last = int(max(time_days.max(), at_days.max())) + 1
    leaving = np.bincount(time_days, minlength=last)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    risk = np.maximum(at_risk, 1)
    own = np.bincount(time_days[event == cause], minlength=last)
    any_cause = np.bincount(time_days[event > 0], minlength=last)
    hazard = any_cause / risk
    free = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    incidence = np.cumsum(free * own / risk)
    rows = []
    for day in at_days:
        upto = slice(0, int(day) + 1)
        reached = float(min(incidence[day], 1.0))
        # By day: what an event of the cause adds, and what leaving the risk set takes away.
        adds = (free / risk)[upto]
        takes = (incidence[day] - incidence[upto]) / (risk * np.where(hazard < 1, 1 - hazard, 1))[
            upto
        ]
        exposed = np.cumsum(adds * (own / risk)[upto] - takes * hazard[upto])
        of_cause, of_other = own[upto], (any_cause - own)[upto]
        still = len(time_days) - of_cause.sum() - of_other.sum()
        censored = (leaving - any_cause)[upto]
        variance = (
            of_cause @ (adds - takes - exposed) ** 2
            + of_other @ (takes + exposed) ** 2
            + censored @ exposed**2
            + (still - censored.sum()) * exposed[-1] ** 2
        )
        se, low, high = float(np.sqrt(variance)), 0.0, 0.0
        if reached > 1 - CERTAIN:
            low = high = np.nan
        elif reached > 0:
            log_free = np.log1p(-reached)
            spread = Z * se / ((1 - reached) * abs(log_free))
            low, high = (-np.expm1(log_free * np.exp(sign * spread)) for sign in (-1, 1))
        rows.append((int(day), reached, se, low, high, int(at_risk[day])))
    return pd.DataFrame(rows, columns=["day", "estimate", "se", "ci_low", "ci_high", "at_risk"])


def survival_rows(
    study: Study, patients: pd.DataFrame, person_time: pd.DataFrame, analysis: str
) -> list[dict]:
    """Curves every 30 days by ever and never use, and hazard ratios of the response.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort: those never assessed are followed until they leave.
    person_time : DataFrame of shape (stretches, 5)
        patient_id, start_day, stop_day, exposed (whether use had begun), event (at the stop).
    analysis : str
        Where the rows stand in the table of estimates.

    Returns
    -------
    list of dict
        ``n`` is the number at risk in a row of a curve, and the cohort in a row of a Cox model.
    """
    rows = []
    grid = np.arange(0, study.follow_up.max_days + 1, EVERY_DAYS)
    for level, group in (
        ("never", patients[~patients["exposed"]]),
        ("ever", patients[patients["exposed"]]),
    ):
        if group.empty:
            continue
        time_days, event = group["time_days"].to_numpy(), group["event"].to_numpy()
        curves = (
            ("Kaplan-Meier", "1 - KM", np.where(event == RESPONSE, RESPONSE, 0), RESPONSE),
            ("Aalen-Johansen", "cumulative incidence", event, RESPONSE),
            ("Aalen-Johansen", "cumulative incidence of competing events", event, COMPETING),
        )
        for model, measure, events, cause in curves:
            for point in cumulative_incidence(time_days, events, cause, grid).itertuples():
                rows.append(
                    row(
                        analysis,
                        measure,
                        model=model,
                        contrast=f"day {point.day}",
                        level=level,
                        estimate=point.estimate,
                        ci_low=point.ci_low,
                        ci_high=point.ci_high,
                        n=point.at_risk,
                        method=f"{model}, log-log interval",
                        note="n is the number at risk",
                    )
                )
    return rows + _cox_rows(study, patients, person_time, analysis)


def _cox_rows(
    study: Study, patients: pd.DataFrame, person_time: pd.DataFrame, analysis: str
) -> list[dict]:
    """Hazard ratios with use as if it were known on the index date, and with use as it began."""
    counts = {
        "n": len(patients),
        "events": int((patients["event"] == RESPONSE).sum()),
        "contrast": study.exposure.drug,
        "level": "ever",
    }
    rows = []
    for model in ("Cox crude", "Cox adjusted"):
        prepared = prepare(study, patients, model == "Cox adjusted", time_to_event=True)
        kept = prepared.patients
        covariates = prepared.covariates.assign(exposed=kept["exposed"].astype(float))
        responded = kept["event"] == RESPONSE
        shared = {"model": model, "note": "; ".join(prepared.notes)} | counts
        try:
            fit = _fit(covariates, kept["time_days"], responded)
        except NotEstimable as error:
            shared["note"] = str(error)
            rows.append(row(analysis, "HR", reference="never", method=COX, **shared))
            continue
        rows.append(row(analysis, "HR", reference="never", method=COX, **shared, **_hr(fit)))
        p_value = float(proportional_hazards_test(fit).loc["exposed", "p_value"])
        rows.append(row(analysis, "PH test", p_value=p_value, method=PH_TEST, **shared))
    return [*rows, _time_varying_row(study, patients, person_time, analysis, counts)]


def _time_varying_row(
    study: Study, patients: pd.DataFrame, person_time: pd.DataFrame, analysis: str, counts: dict
) -> dict:
    """Hazard ratio with time before the first use counted as unexposed."""
    prepared = prepare(study, patients, adjusted=True, time_to_event=True)
    covariates = prepared.covariates.assign(patient_id=prepared.patients["patient_id"])
    stretches = person_time.merge(covariates, on="patient_id")
    stretches = stretches.sort_values(["patient_id", "start_day"], ignore_index=True)
    design = stretches[[*prepared.covariates.columns, "exposed"]].astype(float)
    shared = {
        "model": "Cox time-varying adjusted",
        "reference": "never",
        "method": f"{COX}; exposed from the first use on",
        "note": "; ".join(prepared.notes),
    } | counts
    responded = stretches["event"] == RESPONSE
    try:
        fit = _fit(design, stretches["stop_day"], responded, start=stretches["start_day"])
    except NotEstimable as error:
        return row(analysis, "HR", **(shared | {"note": str(error)}))
    return row(analysis, "HR", **shared, **_hr(fit))


def _hr(fit: CoxFit) -> dict:
    variance = fit.covariance.loc["exposed", "exposed"]
    return wald(fit.coefficients["exposed"], np.sqrt(variance))


def _fit(design: pd.DataFrame, stop: pd.Series, responded: pd.Series, **rows) -> CoxFit:
    """Fit a Cox model, after a look at the cells of the exposure."""
    responses = responded.groupby(design["exposed"]).sum().reindex([1.0, 0.0], fill_value=0)
    if not responses.all():
        raise NotEstimable("not estimable: no response among users or among non-users")
    return fit_cox(design, stop, responded, **rows)
