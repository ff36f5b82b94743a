"""Ever treated against never treated, and how much of it is immortal time."""

from collections.abc import Iterator, Sequence

import numpy as np

from lncohort.estimate.cox import fit_cox
from lncohort.estimate.kaplan_meier import (
    drawn_times,
    kaplan_meier,
    restricted_mean,
    restricted_mean_difference,
    survival_at,
)
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.immortal.patients import Patients

ARMS = {"level": "ever", "reference": "never"}
FEWEST = 0.5  # share of the made-up starts that must give a hazard ratio


def immortal_rows(patients: Patients) -> list[dict]:
    """How long the treated had to be free of the event in order to be treated.

    Parameters
    ----------
    patients : Patients

    Returns
    -------
    list of dict
        The mean of their immortal days, its share in their time, and the share of the treated who
        start only when follow-up has ended.

    Notes
    -----
    Suissa S. Am J Epidemiol 2008;167:492.
    """
    ever = patients.ever
    place = {"contrast": "ever treated", "n": int(ever.sum())}
    if not ever.any():
        return [row("immortal_time", "mean days", note="nobody is treated", **place)]
    started, stop = patients.started[ever], patients.stop[ever]
    waited = np.minimum(started, stop)
    return [
        row("immortal_time", "mean days", float(waited.mean()), **place),
        row("immortal_time", "percent of their time", 100 * waited.sum() / stop.sum(), **place),
        row(
            "immortal_time", "percent at or after the end", 100 * np.mean(started >= stop), **place
        ),
    ]


def ever_rows(patients: Patients, times: Sequence[float]) -> list[dict]:
    """Ever against never treated, as if it had been known at time zero.

    Parameters
    ----------
    patients : Patients
    times : sequence of float
        At which risks and mean times free of the event are compared.

    Returns
    -------
    list of dict
        HR, crude and adjusted; RD and RMST of Kaplan-Meier curves, crude.
    """
    ever = patients.ever
    place = {"contrast": "ever treated", "n": len(ever), "events": int(patients.event.sum())} | ARMS
    made = []
    for model, covariates in patients.models.items():
        own = {"model": model, "method": "Cox model, Efron ties, Wald interval"} | place
        try:
            fit = fit_cox(covariates.assign(ever=ever * 1.0), patients.stop, patients.event)
            figures = wald(fit.coefficients["ever"], fit.covariance.loc["ever", "ever"] ** 0.5)
        except NotEstimable as error:
            figures = {"note": str(error)}
        made.append(row("ever_use", "HR", **own, **figures))
    return made + list(_difference_rows(patients, times))


def _difference_rows(patients: Patients, times: Sequence[float]) -> Iterator[dict]:
    groups = [~patients.ever, patients.ever]
    place = {"model": "crude", "method": "Kaplan-Meier"} | ARMS
    for time in times:
        own = {"contrast": f"day {time:g}"} | place
        try:
            curves = [kaplan_meier(patients.stop[g], patients.event[g]) for g in groups]
            means = restricted_mean_difference(*(restricted_mean(c, time) for c in curves))
        except NotEstimable as error:
            yield from (row("ever_use", m, note=str(error), **own) for m in ("RD", "RMST"))
            continue
        never, ever = (survival_at(curve, [time]).iloc[0] for curve in curves)
        difference = never["survival"] - ever["survival"]
        errors = float(np.hypot(never["se"], ever["se"]))
        yield row("ever_use", "RD", **own, **wald(difference, errors, float))
        yield row("ever_use", "RMST", **own, **wald(means.value, means.se, float))


def made_up_rows(patients: Patients, replicates: int, seed: int) -> list[dict]:
    """Ever against never treated among those who never were, with starts that are made up.

    Each draws a start from the Kaplan-Meier curve of the starts of all patients; one that falls
    behind the end of follow-up is not seen. It cannot have done anything: what is found is what
    looking ahead does.

    Parameters
    ----------
    patients : Patients
    replicates, seed : int

    Returns
    -------
    list of dict
        HR, crude and adjusted: the median of the replicates and their 2.5th to 97.5th percentile,
        without a P.

    Notes
    -----
    Suissa S. Am J Epidemiol 2008;167:492. Lipsitch M, Tchetgen Tchetgen E, Cohen T. Epidemiology
    2010;21:383.
    """
    others = patients.where(~patients.ever)
    ended = np.minimum(patients.started, patients.stop)
    size = (replicates, len(others.stop))
    starts = drawn_times(
        np.random.default_rng(seed), size, ended, patients.started <= patients.stop
    )
    method = (
        "Cox model, Efron ties; median and 2.5th to 97.5th percentile of "
        f"{replicates} sets of made-up starts (seed {seed})"
    )
    place = {"contrast": "never treated, starts made up", "method": method} | ARMS
    place |= {"n": len(others.stop), "events": int(others.event.sum())}
    made = []
    for model, covariates in others.models.items():
        found = []
        for drawn in starts:
            made_up = (drawn < others.stop) * 1.0
            try:
                fit = fit_cox(covariates.assign(ever=made_up), others.stop, others.event)
                found.append(fit.coefficients["ever"])
            except NotEstimable:
                continue
        made.append(row("permuted_start", "HR", model=model, **place, **_middle(found, replicates)))
    return made


def _middle(logs: list[float], replicates: int) -> dict:
    if not logs or len(logs) < FEWEST * replicates:
        return {"note": "not estimable: too few sets of starts give a hazard ratio"}
    median, low, high = (float(x) for x in np.exp(np.quantile(logs, [0.5, 0.025, 0.975])))
    failed = replicates - len(logs)
    note = f"{failed} of {replicates} sets of starts not estimable" if failed else ""
    return {"estimate": median, "ci_low": low, "ci_high": high, "note": note}
