"""Analyses in which treatment counts from its start on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lncohort.estimate.bootstrap import bootstrap_by_patient, percentile_interval
from lncohort.estimate.clone_censor_weight import area_under
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.grace_strategies import GraceClones, grace_clones, hazard_ratio, risks
from lncohort.estimate.marginal_structural import marginal_structural
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.sequential_trials import sequential_trials
from lncohort.estimate.spline import knots_of
from lncohort.estimate.treatment_start import interval_rows, start_stop_rows
from lncohort.estimate.trial_rows import expand
from lncohort.immortal.patients import Patients

ARMS = {"level": "started", "reference": "not started"}
COX = "Cox model, Efron ties, Wald interval"
MEASURES = ("risk without", "risk with", "RD", "RMST")


def landmark_rows(patients: Patients, days: Sequence[float]) -> list[dict]:
    """Hazard ratio from each landmark on, by whether treatment was started on or before it.

    Parameters
    ----------
    patients : Patients
    days : sequence of float

    Returns
    -------
    list of dict
        HR, crude and adjusted, of the patients who are followed beyond the landmark.

    Notes
    -----
    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710.
    """
    made = []
    for day in days:
        at_risk = patients.where(patients.stop > day)
        treated = (at_risk.started <= day) * 1.0
        place = {"contrast": f"day {day:g}", "method": f"{COX}, from the landmark on"} | ARMS
        place |= {"n": len(treated), "events": int(at_risk.event.sum())}
        for model, covariates in at_risk.models.items():
            design, note = covariates.assign(started=treated), f"{treated.sum():g} started"
            figures = _cox(design, at_risk.stop - day, at_risk.event, note=note)
            made.append(row("landmark", "HR", model=model, **place, **figures))
    return made


def time_varying_rows(patients: Patients) -> list[dict]:
    """Hazard ratio of treatment from its start on, each patient untreated until then.

    Parameters
    ----------
    patients : Patients

    Returns
    -------
    list of dict
        HR, crude and adjusted.

    Notes
    -----
    Mantel N, Byar DP. J Am Stat Assoc 1974;69:81. Crowley J, Hu M. J Am Stat Assoc 1977;72:27.
    """
    rows = start_stop_rows(patients.started, patients.stop, patients.event)
    place = {"contrast": "treated so far", "method": f"{COX}, start-stop rows"} | ARMS
    place |= {"n": len(patients.stop), "events": int(patients.event.sum())}
    made = []
    for model, covariates in patients.models.items():
        known = covariates.iloc[rows["row"]].reset_index(drop=True)
        design = known.assign(started=rows["treated"] * 1.0)
        figures = _cox(design, rows["stop"], rows["event"], start=rows["start"])
        made.append(row("time_varying", "HR", model=model, **place, **figures))
    return made


def _cox(design: pd.DataFrame, stop, event, start=None, note: str = "") -> dict:
    """The hazard ratio of who has started."""
    try:
        fit = fit_cox(design, stop, event, start=start)
    except NotEstimable as error:
        return {"note": str(error)}
    error = fit.covariance.loc["started", "started"] ** 0.5
    return wald(fit.coefficients["started"], error) | {"note": note}


def person_intervals_of(patients: Patients, width: float) -> pd.DataFrame:
    """Intervals of follow-up with the covariates, as the estimators on intervals take them.

    A trial begins with an interval for all who have not started before, if somebody starts then: a
    trial of one arm compares nothing.

    Parameters
    ----------
    patients : Patients
    width : float
    """
    rows = interval_rows(patients.started, patients.stop, patients.event, width)
    known = patients.covariates.iloc[rows["row"]].reset_index(drop=True)
    starts = rows["treated"] & ~rows.groupby("row")["treated"].shift(fill_value=False)
    two_armed = rows["interval"].isin(rows.loc[starts, "interval"])
    others = {
        "eligible": two_armed & (starts | ~rows["treated"]),
        "censored": False,
        "lost": False,
        "cause": rows["event"].astype(int),
    }
    return pd.concat([rows.rename(columns={"row": "patient"}).assign(**others), known], axis=1)


def _knots(rows: pd.DataFrame) -> np.ndarray | None:
    """Knots where the events lie: a hazard of years is no parabola. None where they lie in few."""
    try:
        return knots_of(rows.loc[rows["event"], "interval"])
    except NotEstimable:
        return None


def trial_rows(rows: pd.DataFrame, covariates: list[str]) -> list[dict]:
    """Odds ratio an interval over a sequence of trials, one begun with every interval.

    Parameters
    ----------
    rows : DataFrame
        Of :func:`person_intervals_of`.
    covariates : list of str

    Returns
    -------
    list of dict
        By intention to treat and per protocol.

    Notes
    -----
    Hernán MA et al. Epidemiology 2008;19:766. Gran JM et al. Stat Med 2010;29:2757.
    """
    made = []
    for protocol, model in ((False, "intention to treat"), (True, "per protocol")):
        place = {"model": model, "contrast": "over all trials"} | ARMS
        place["method"] = (
            "sequence of nested trials, inverse probability weights, pooled logistic model, robust "
            "errors by patient"
        )
        try:
            trials = expand(rows, covariates, protocol=protocol)
            found = sequential_trials(trials)
        except NotEstimable as error:
            made.append(row("sequential_trials", "OR", note=str(error), **place))
            continue
        place |= {"n": found.fit.patients}
        place |= {"events": len(np.unique(trials.patient[trials.event]))}
        figures = wald(*found.fit.contrast({"exposure": 1.0}))
        made.append(row("sequential_trials", "OR", **place, **figures))
    return made


def marginal_rows(rows: pd.DataFrame, covariates: list[str]) -> list[dict]:
    """Odds ratio an interval of treatment from its start on, by a marginal structural model.

    Parameters
    ----------
    rows, covariates
        As for :func:`trial_rows`.

    Notes
    -----
    Hernán MA, Brumback B, Robins JM. Epidemiology 2000;11:561.
    """
    place = {"model": "weighted", "contrast": "treated so far"} | ARMS
    place["method"] = (
        "marginal structural pooled logistic model, stabilised weights, robust errors by patient"
    )
    try:
        found = marginal_structural(
            rows, covariates, [], [], exposure="ever", knots=_knots(rows), by_time=False
        )
    except NotEstimable as error:
        return [row("marginal_structural", "OR", note=str(error), **place)]
    place |= {"n": found.fit.patients, "events": found.fit.events}
    figures = wald(*found.fit.contrast({"exposure": 1.0}))
    return [row("marginal_structural", "OR", **place, **figures)]


def grace_period_rows(
    rows: pd.DataFrame,
    covariates: list[str],
    grace: float,
    times: Sequence[float],
    width: float,
    replicates: int,
    seed: int,
) -> list[dict]:
    """Starting within the grace period against not starting in it: clone, censor, weight.

    Parameters
    ----------
    rows, covariates
        As for :func:`trial_rows`.
    grace : float
        Last day on which a start is within the grace period.
    times : sequence of float
        Of the risks.
    width : float
        Of the intervals.
    replicates, seed : int
        Of the bootstrap by patient.

    Returns
    -------
    list of dict
        HR; at each time both risks, their difference and that of the mean times free of the event.

    Notes
    -----
    Hernán MA. BMJ 2018;360:k182. Maringe C et al. Int J Epidemiol 2020;49:1719.
    """
    level, reference = f"started within {grace:g} days", f"not started within {grace:g} days"
    place = {"model": "weighted", "contrast": "strategies", "level": level, "reference": reference}
    place["method"] = (
        "clones censored when they leave their strategy, weighted by a pooled logistic model of "
        "starting, errors by bootstrap by patient"
    )
    place |= {"n": rows["patient"].nunique(), "events": int(rows["event"].sum())}
    clones = grace_clones(rows, covariates, int(grace // width))
    once = np.ones(len(rows))
    try:
        point = _strategies(clones, once, times)
    except NotEstimable as error:
        return [row("clone_censor_weight", "HR", note=str(error), **place)]
    drawn, failed = bootstrap_by_patient(
        lambda counts: _strategies(clones, counts, times), clones.people.patient, replicates, seed
    )
    errors = np.broadcast_to(percentile_interval(drawn)["se"], point.shape)
    place["note"] = _failed(failed, replicates)
    made = [row("clone_censor_weight", "HR", **place, **wald(point[0], errors[0]))]
    places = [(time, measure) for time in times for measure in MEASURES]
    for (time, measure), value, error in zip(places, point[1:], errors[1:], strict=True):
        own, figures = place | {"contrast": f"day {time:g}"}, wald(value, error, float)
        if measure.startswith("risk"):
            figures.pop("p_value", None)
            own |= {"level": level if measure == "risk with" else reference, "reference": ""}
        made.append(row("clone_censor_weight", measure.split()[0], **own, **figures))
    return made


def _strategies(clones: GraceClones, counts: np.ndarray, times: Sequence[float]) -> np.ndarray:
    """Log hazard ratio; then at each time what MEASURES names."""
    weights = clones.weights(counts, None)
    fit = hazard_ratio(clones, weights, counts)
    rows = clones.people.rows
    steps = np.unique(rows.loc[rows["event"], "stop"])
    curves = [
        pd.DataFrame({"time": steps, "survival": 1 - risks(clones, w * counts, steps)})
        for w in weights
    ]
    found = [float(fit.coefficients["arm"])]
    for time in times:
        without, started = (float(risks(clones, w * counts, [time])[0]) for w in weights)
        gained = area_under(curves[1], time) - area_under(curves[0], time)
        found += [without, started, started - without, gained]
    return np.array(found)


def _failed(failed: int, replicates: int) -> str:
    return f"{failed} of {replicates} bootstrap samples not estimable" if failed else ""
