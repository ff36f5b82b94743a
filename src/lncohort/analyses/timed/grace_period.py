"""Starting the drug within a grace period against not starting: clones, censored and weighted."""

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.analyses.timed.shared import (
    CENSORED,
    COMPETE,
    RESPONSE,
    failed_samples,
    told,
    weight_rows,
)
from lncohort.estimate.bootstrap import percentile_interval
from lncohort.estimate.clone_censor_weight import ARMS, Weighted, clones, weigh
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.incidence import weighted_incidence
from lncohort.estimate.inverse_probability import weight_distribution
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

HALF_A_DAY = 0.5
METHOD = (
    "clones censored when they leave their strategy, weighted by a Cox model of that, errors by "
    "bootstrap by patient"
)


def grace_period_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Hazard ratio, risks and their difference of starting within the grace period against not.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
        Not read: the day of the start is of the patient.
    analysis : Analysis
        ``grace_days``, ``truncate`` (quantiles of the weights), ``days`` of the risks,
        ``replicates``, ``seed``.

    Returns
    -------
    list of dict
        HR without weights and weighted, risk of both strategies and RD at each day, the weights.

    Notes
    -----
    Hernán MA. BMJ 2018;360:k182. Maringe C et al. Int J Epidemiol 2020;49:1719.
    """
    prepared = prepare(study, patients, adjusted=True, time_to_event=True)
    kept = prepared.patients
    copied = pd.DataFrame(
        {
            "patient": np.arange(len(kept)),
            "time": kept["time_days"].to_numpy(dtype=float),
            "event": kept["event"].to_numpy() > 0,
            "cause": kept["event"].to_numpy(),
            "start": kept[f"{study.exposure.drug}_first_day"].to_numpy(
                dtype=float, na_value=np.nan
            ),
        }
    )
    covariates = prepared.covariates.set_axis(copied["patient"])
    within = f"within {analysis.grace_days} days"
    started, not_started = f"started {within}", f"not started {within}"
    place = {"contrast": study.exposure.drug, "level": started, "reference": not_started}
    counts = {"n": len(kept), "events": int((copied["cause"] == RESPONSE).sum())}
    shared = {"method": METHOD} | counts
    try:
        weighted = _weighted(copied, covariates, analysis)
        point = _measured(weighted, copied, analysis)
        unweighted = _log_hazard_ratio(weighted, copied, with_weights=False)
    except NotEstimable as error:
        return [
            row(analysis.name, "HR", model="weighted", note=str(error), **place, **shared),
            *(
                row(
                    analysis.name,
                    "RD",
                    model="weighted",
                    note=str(error),
                    **(place | {"contrast": f"day {day}"}),
                )
                for day in analysis.days
            ),
        ]
    replicates = _bootstrap(copied, covariates, analysis)
    note = told(failed_samples(analysis.replicates - len(replicates), analysis), *prepared.notes)
    errors = pd.DataFrame(percentile_interval(replicates), index=range(len(point)))["se"]
    rows = [
        row(
            analysis.name,
            "HR",
            float(np.exp(unweighted)),
            model="not weighted",
            note="clones without weights: who leaves a strategy leaves for a reason",
            **place,
            **shared,
        ),
        row(
            analysis.name,
            "HR",
            model="weighted",
            note=told(CENSORED, note),
            **place,
            **shared,
            **wald(point[0], errors[0]),
        ),
    ]
    for k, day in enumerate(analysis.days):
        at_day = {"model": "weighted", "contrast": f"day {day}", "method": METHOD}
        at_day["note"] = told(COMPETE, note)
        for measure, column, named in (
            ("risk", 1 + 3 * k, {"level": not_started}),
            ("risk", 2 + 3 * k, {"level": started}),
            ("RD", 3 + 3 * k, {"level": started, "reference": not_started}),
        ):
            figures = wald(point[column], errors[column], float)
            if measure == "risk":
                figures.pop("p_value", None)
            rows.append(row(analysis.name, measure, **named, **at_day, **figures))
    for arm, level in ((0, not_started), (1, started)):
        own = weighted.rows[weighted.rows["arm"] == arm].drop_duplicates("patient", keep="last")
        rows += weight_rows(analysis.name, "weighted", level, weight_distribution(own["weight"]))
    return rows


def _weighted(copied: pd.DataFrame, covariates: pd.DataFrame, analysis: Analysis) -> Weighted:
    """The weighted rows of the clones.

    Who starts on day 0 leaves the other strategy before any event, and after time zero: otherwise
    the model of leaving would not see it. A level from which all leave an arm, or nobody does, has no finite hazard ratio of leaving, and
    is counted with the reference. Nobody leaves after the grace period: what follows it is one row a clone.
    """
    copies = clones(copied, analysis.grace_days)
    copies["time"] = copies["time"].clip(lower=HALF_A_DAY)
    left = copies["artificially_censored"]
    stayed = ~left & (copies["time"] >= analysis.grace_days)
    place = covariates.index.get_indexer(copies["patient"])
    sides = [
        covariates.to_numpy()[place[side & (copies["arm"] == arm)]]
        for side in (left, stayed)
        for arm in ARMS
    ]
    known = covariates[_that_vary(list(covariates), sides)]
    weighted = weigh(copies, known, analysis.truncate)
    rows = weighted.rows
    after = rows["start"] >= analysis.grace_days
    clone = ["arm", "patient"]
    first = rows[after].drop_duplicates(clone)
    last = rows[after].drop_duplicates(clone, keep="last")
    joined = last.assign(start=first["start"].to_numpy())
    return Weighted(pd.concat([rows[~after], joined], ignore_index=True), weighted.censoring)


def _that_vary(names: list[str], sides: list[np.ndarray]) -> list[str]:
    """The columns in which each side has some of every level, the reference among them."""

    def vary(places: list[int]) -> bool:
        sums = [own[:, places].sum(axis=1) for own in sides]
        return all(len(of_rows) and of_rows.min() < of_rows.max() for of_rows in sums)

    factors: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if vary([place]):
            factors.setdefault(name.split(": ")[0], []).append(place)
    for levels in factors.values():
        while levels and not vary(levels):
            levels.pop(0)  # it joins the reference
    return [names[place] for levels in factors.values() for place in levels]


def _causes(weighted: Weighted, copied: pd.DataFrame) -> np.ndarray:
    """What ended each row of the clones: 0 nothing or the end of the strategy."""
    cause = copied.set_index("patient")["cause"]
    return np.where(weighted.rows["event"], cause.loc[weighted.rows["patient"]], 0)


def _log_hazard_ratio(weighted: Weighted, copied: pd.DataFrame, with_weights: bool) -> float:
    """Log hazard ratio of the response, competing events censored."""
    rows = weighted.rows
    fit = fit_cox(
        rows[["arm"]],
        rows["stop"],
        _causes(weighted, copied) == RESPONSE,
        start=rows["start"],
        weights=rows["weight"] if with_weights else None,
    )
    return float(fit.coefficients["arm"])


def _measured(weighted: Weighted, copied: pd.DataFrame, analysis: Analysis) -> np.ndarray:
    """Log hazard ratio; then at each day the risk without, the risk with and their difference."""
    cause = _causes(weighted, copied)
    rows, at = weighted.rows, np.array(analysis.days)
    without, started = (
        weighted_incidence(own["start"], own["stop"], cause[own.index], RESPONSE, own["weight"], at)
        for own in (rows[rows["arm"] == arm] for arm in ARMS)
    )
    ratio = _log_hazard_ratio(weighted, copied, with_weights=True)
    return np.array([ratio, *np.column_stack([without, started, started - without]).ravel()])


def _bootstrap(copied: pd.DataFrame, covariates: pd.DataFrame, analysis: Analysis) -> np.ndarray:
    """The same in samples of patients; cloning, censoring and weighing are done anew in each."""
    random = np.random.default_rng(analysis.seed)
    found = []
    for _ in range(analysis.replicates):
        drawn = random.integers(0, len(copied), len(copied))
        sample = copied.iloc[drawn].assign(patient=np.arange(len(drawn)))
        known = covariates.iloc[drawn].set_axis(sample["patient"])
        try:
            found.append(_measured(_weighted(sample, known, analysis), sample, analysis))
        except NotEstimable:
            continue
    return np.array(found)
