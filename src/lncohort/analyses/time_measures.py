"""Time to the response beyond the Cox model: tests of curves, restricted means, Fine and Gray."""

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.estimate.competing import fit_fine_gray, gray_test
from lncohort.estimate.kaplan_meier import (
    compare_curves,
    kaplan_meier,
    median_survival,
    restricted_mean,
    restricted_mean_difference,
)
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study

RESPONSE = 1
NOT_REACHED = "not reached"
FINE_GRAY = "Fine and Gray's model, death and kidney failure competing"
RMST = "area under the Kaplan-Meier curve, Greenwood's variance"


def time_rows(study: Study, patients: pd.DataFrame, analysis: str) -> list[dict]:
    """Ever against never use by other measures of time to the response.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort, with ``time_days``, ``event`` (1 the response, 2 a competing event) and
        ``use``.
    analysis : str
        Where the rows stand in the table of estimates.

    Returns
    -------
    list of dict
        Measures "log-rank" and "Gray's test" (P), "sHR" (crude and adjusted), "median days" and
        "RMST" (days without the response up to the end of follow-up, competing events censored) of
        each group, and the difference of the latter.
    """
    place = {"contrast": study.exposure.drug, "level": "ever", "reference": "never"}
    days, event = patients["time_days"], patients["event"]
    responded = event == RESPONSE
    rows = []
    for measure, test, events in (
        ("log-rank", compare_curves, responded),
        ("Gray's test", gray_test, event),
    ):
        try:
            found = {"p_value": test(days, events, patients["use"].astype(str))["p_value"]}
        except NotEstimable as error:
            found = {"note": str(error)}
        rows.append(row(analysis, measure, model="crude", **place, **found))
    for model in ("crude", "adjusted"):
        rows.append(_fine_gray(study, patients, model, analysis, place))
    return rows + _means(study, patients, responded, analysis, place)


def _fine_gray(study: Study, patients: pd.DataFrame, model: str, analysis: str, place) -> dict:
    prepared = prepare(study, patients, model == "adjusted", time_to_event=True)
    kept = prepared.patients
    covariates = prepared.covariates.assign(exposed=kept["exposed"].astype(float))
    shared = place | {"model": model, "method": FINE_GRAY, "note": "; ".join(prepared.notes)}
    try:
        groups = (kept["event"] == RESPONSE).groupby(kept["exposed"]).any()
        if len(groups) < 2 or not groups.all():
            raise NotEstimable("not estimable: no response among users or among non-users")
        fit = fit_fine_gray(covariates, kept["time_days"], kept["event"], RESPONSE)
    except NotEstimable as error:
        return row(analysis, "sHR", **(shared | {"note": str(error)}))
    se = np.sqrt(fit.covariance.loc["exposed", "exposed"])
    return row(analysis, "sHR", **shared, **wald(fit.coefficients["exposed"], se))


def _median(found: dict[str, float], analysis: str, shared: dict) -> dict:
    """A median; what is never reached has no number."""
    note = "" if np.isfinite(found["estimate"]) else NOT_REACHED
    finite = {key: value if np.isfinite(value) else np.nan for key, value in found.items()}
    return row(analysis, "median days", note=note, **shared, **finite)


def _means(
    study: Study, patients: pd.DataFrame, responded: pd.Series, analysis: str, place
) -> list[dict]:
    """Median and restricted mean of each group, and the difference of the means."""
    horizon = study.follow_up.max_days
    rows, means = [], []
    for level in ("never", "ever"):
        own = patients["use"] == level
        shared = {"model": "Kaplan-Meier", "contrast": place["contrast"], "level": level}
        try:
            curve = kaplan_meier(patients.loc[own, "time_days"], responded[own])
            rows.append(_median(median_survival(curve), analysis, shared))
            mean = restricted_mean(curve, horizon)
        except NotEstimable as error:
            rows.append(row(analysis, "RMST", note=str(error), **shared))
            continue
        means.append(mean)
        figures = wald(mean.value, mean.se, float) | {"p_value": np.nan}
        rows.append(row(analysis, "RMST", method=f"{RMST}, to day {horizon}", **shared, **figures))
    if len(means) < 2:
        note = "not estimable: a curve ends before the end of follow-up"
        return [*rows, row(analysis, "RMST difference", model="Kaplan-Meier", note=note, **place)]
    gained = restricted_mean_difference(*means)
    figures = wald(gained.value, gained.se, float)
    method = f"{RMST}, to day {horizon}"
    return [
        *rows,
        row(analysis, "RMST difference", model="Kaplan-Meier", method=method, **place, **figures),
    ]
