"""Time to response: curves, competing events and hazard ratios."""

import warnings

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, CoxTimeVaryingFitter
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import proportional_hazard_test
from threadpoolctl import threadpool_limits

from lncohort.estimate.logistic import NotEstimable, prepare
from lncohort.estimate.rows import Z, row, wald
from lncohort.study import Study

EVERY_DAYS = 30
RESPONSE, COMPETING = 1, 2
COX = "Cox model, Efron ties, Wald interval"


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
    Marubini E, Valsecchi MG. Analysing Survival Data from Clinical Trials and Observational
    Studies, 1995, ch. 10 (delta-method variance); interval by log(-log(1 - F)).
    """
    last = int(max(time_days.max(), at_days.max())) + 1
    leaving = np.bincount(time_days, minlength=last)
    of_cause = np.bincount(time_days[event == cause], minlength=last).astype(float)
    of_any = np.bincount(time_days[event > 0], minlength=last).astype(float)
    at_risk = np.cumsum(leaving[::-1])[::-1].astype(float)
    days = np.flatnonzero(of_any)
    risk, any_events, cause_events = at_risk[days], of_any[days], of_cause[days]
    free_after = np.cumprod(1 - any_events / risk)
    free_before = np.concatenate([[1.0], free_after[:-1]])
    incidence = np.cumsum(free_before * cause_events / risk)
    rows = []
    for day in at_days:
        upto = days <= day
        reached = float(incidence[upto][-1]) if upto.any() else 0.0
        se, low, high = 0.0, reached, reached
        if 0 < reached < 1:
            still = reached - incidence[upto]
            n, d, own, free = (a[upto] for a in (risk, any_events, cause_events, free_before))
            survivors = np.where(n > d, n * (n - d), np.inf)
            variance = (
                (still**2 * d / survivors).sum()
                + (free**2 * (n - own) * own / n**3).sum()
                - 2 * (still * free * own / n**2).sum()
            )
            log_free = np.log(1 - reached)
            se = float(np.sqrt(max(variance, 0.0)))
            spread = Z * se / ((1 - reached) * abs(log_free))
            low = 1 - np.exp(log_free * np.exp(-spread))
            high = 1 - np.exp(log_free * np.exp(spread))
        rows.append((int(day), reached, se, low, high, int(at_risk[day])))
    return pd.DataFrame(rows, columns=["day", "estimate", "se", "ci_low", "ci_high", "at_risk"])


def survival_rows(
    study: Study, patients: pd.DataFrame, person_time: pd.DataFrame, analysis: str
) -> list[dict]:
    """Curves every 30 days by ever and never use, and hazard ratios of the response.

    ``patients`` is the whole cohort: those never assessed are followed until they leave.
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


def _cox_rows(study, patients, person_time, analysis) -> list[dict]:
    rows = []
    counts = {
        "n": len(patients),
        "events": int((patients["event"] == RESPONSE).sum()),
        "contrast": study.exposure.drug,
        "level": "ever",
    }
    of_users = patients.loc[patients["exposed"], "event"] == RESPONSE
    of_others = patients.loc[~patients["exposed"], "event"] == RESPONSE
    if not (of_users.any() and of_others.any()):
        note = "not estimable: no response among users or among non-users"
        return [row(analysis, "HR", model="Cox crude", reference="never", note=note, **counts)]
    for model in ("Cox crude", "Cox adjusted"):
        prepared = prepare(study, patients, model == "Cox adjusted")
        kept = prepared.patients
        design = prepared.covariates.assign(
            exposed=kept["exposed"].astype(float),
            time_days=kept["time_days"],
            responded=kept["event"] == RESPONSE,
        )
        note = "; ".join(prepared.notes)
        shared = {"model": model, "method": COX, "note": note} | counts
        try:
            fitter = _fit(CoxPHFitter(), design, duration_col="time_days", event_col="responded")
        except NotEstimable as error:
            rows.append(row(analysis, "HR", reference="never", **(shared | {"note": str(error)})))
            continue
        figures = wald(fitter.params_["exposed"], fitter.standard_errors_["exposed"])
        rows.append(row(analysis, "HR", reference="never", **shared, **figures))
        test = proportional_hazard_test(fitter, design, time_transform="km")
        p_value = float(np.atleast_1d(test.p_value)[list(fitter.params_.index).index("exposed")])
        words = "scaled Schoenfeld residuals against Kaplan-Meier time, approximate (Grambsch 1994)"
        shared["method"] = words
        rows.append(row(analysis, "PH test", p_value=p_value, **shared))
    return [*rows, _time_varying_row(study, patients, person_time, analysis, counts)]


def _time_varying_row(study, patients, person_time, analysis, counts) -> dict:
    """Hazard ratio with time before the first use counted as unexposed."""
    prepared = prepare(study, patients, adjusted=True)
    covariates = prepared.covariates.assign(patient_id=prepared.patients["patient_id"])
    stretches = person_time.merge(covariates, on="patient_id")
    stretches["exposed"] = stretches["exposed"].astype(float)
    stretches["responded"] = stretches.pop("event") == RESPONSE
    shared = {
        "model": "Cox time-varying adjusted",
        "reference": "never",
        "method": f"{COX}; exposed from the first use on",
        "note": "; ".join(prepared.notes),
    } | counts
    try:
        fitter = _fit(
            CoxTimeVaryingFitter(),
            stretches,
            id_col="patient_id",
            event_col="responded",
            start_col="start_day",
            stop_col="stop_day",
        )
    except NotEstimable as error:
        return row(analysis, "HR", **(shared | {"note": str(error)}))
    figures = wald(fitter.params_["exposed"], fitter.standard_errors_["exposed"])
    return row(analysis, "HR", **shared, **figures)


def _fit(fitter, design, **columns):
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitter.fit(design, **columns)
        except (ConvergenceError, ValueError) as error:
            raise NotEstimable("not estimable: the Cox model does not converge") from error
    return fitter
