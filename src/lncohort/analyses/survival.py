"""Time to the response: curves, competing events, Cox models."""

from itertools import pairwise

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.analyses.time_measures import time_rows
from lncohort.estimate.cox import CoxFit, fit_cox, proportional_hazards_test
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.splitting import split_at
from lncohort.study import Study

PERIOD_DAYS = 182
EVERY_DAYS = 30
RESPONSE, COMPETING = 1, 2
COX = "Cox model, Efron ties, Wald interval"
PH_TEST = "score test of the coefficient times Kaplan-Meier time (Grambsch and Therneau 1994)"


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
    rows += _cox_rows(study, patients, person_time, analysis)
    return rows + time_rows(study, patients, analysis)


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
        if model == "Cox adjusted":
            rows += _period_rows(study, covariates, kept["time_days"], responded, analysis)
    return [*rows, _time_varying_row(study, patients, person_time, analysis, counts)]


def _period_rows(
    study: Study,
    covariates: pd.DataFrame,
    time_days: pd.Series,
    responded: pd.Series,
    analysis: str,
) -> list[dict]:
    """Hazard ratio of use in each half-year, for when it changes over follow-up."""
    place = {"contrast": study.exposure.drug, "level": "ever", "reference": "never"}
    edges = _periods(study, time_days[responded], covariates["exposed"][responded] == 1)
    if not edges:
        note = "not estimable: too few responses in one of the groups"
        return [row(analysis, "HR", model="Cox adjusted, by half-year", note=note, **place)]
    parts = split_at(time_days, responded, edges[1:-1])
    split = covariates.iloc[parts["row"]].reset_index(drop=True)
    exposed = split.pop("exposed")
    models = {
        f"Cox adjusted, day {first} to {last}": exposed * (parts["period"] == period)
        for period, (first, last) in enumerate(pairwise(edges))
    }
    split = split.assign(**models)
    try:
        fit = fit_cox(split, parts["stop"], parts["event"], start=parts["start"])
    except NotEstimable as error:
        return [row(analysis, "HR", model=model, note=str(error), **place) for model in models]
    method = f"{COX}; a coefficient of use for each period"
    return [
        row(analysis, "HR", model=model, method=method, **place, **_hr(fit, model))
        for model in models
    ]


def _periods(study: Study, days: pd.Series, used: pd.Series) -> list[int]:
    """Edges of half-years, joined until each has ``min_cell`` responses of users and of others."""
    last = study.follow_up.max_days
    edges, since = [0], 0
    for edge in [*range(PERIOD_DAYS, last, PERIOD_DAYS), last]:
        inside = (days > since) & (days <= edge)
        if min((inside & used).sum(), (inside & ~used).sum()) >= study.info.min_cell:
            edges.append(edge)
            since = edge
    if len(edges) == 1:
        return []
    return [*edges[:-1], last]


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


def _hr(fit: CoxFit, name: str = "exposed") -> dict:
    return wald(fit.coefficients[name], np.sqrt(fit.covariance.loc[name, name]))


def _fit(design: pd.DataFrame, stop: pd.Series, responded: pd.Series, **rows) -> CoxFit:
    """Fit a Cox model, after a look at the cells of the exposure."""
    responses = responded.groupby(design["exposed"]).sum().reindex([1.0, 0.0], fill_value=0)
    if not responses.all():
        raise NotEstimable("not estimable: no response among users or among non-users")
    return fit_cox(design, stop, responded, **rows)
