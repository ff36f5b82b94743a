"""Starting the drug within a grace period against not starting: clones, censored and weighted."""

import numpy as np
import pandas as pd

from lncohort.analyses.timed.covariates import of_the_day
from lncohort.analyses.timed.shared import (
    CENSORED,
    COMPETE,
    LOST,
    RESPONSE,
    bootstrap_freedom,
    failed_samples,
    told,
    weight_rows,
)
from lncohort.estimate.bootstrap import bootstrap_by_patient, percentile_interval
from lncohort.estimate.grace_strategies import (
    ARMS,
    GraceClones,
    companion_weights,
    compare,
    grace_clones,
    hazard_ratio,
    risks,
)
from lncohort.estimate.inverse_probability import weight_distribution
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

METHOD = (
    "clones censored when they leave their strategy, weighted by pooled logistic models of starting "
    "and of being lost, errors by bootstrap by patient"
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
    analysis : Analysis
        ``grace_days``, ``truncate`` (quantiles of the weights of an arm), ``days`` of the risks,
        ``replicates``, ``seed``; ``drugs``, a companion drug of the index date.

    Returns
    -------
    list of dict
        HR without weights and weighted, risk of both strategies and RD at each day, the weights.
        With a companion the interaction of both drugs at each day, from the risks of the four
        cells: IC (of risks) and RERI (of their ratios), over all patients.

    Notes
    -----
    What comes after the grace period, stops and later starts, is as usual in both arms. Hernán MA.
    BMJ 2018;360:k182. Interaction: VanderWeele TJ, Knol MJ. Epidemiol Methods 2014;3:33.
    """
    clones, companion, lost = _clones(study, patients, follow_up, analysis)
    within = f"within {analysis.grace_days} days"
    started, not_started = f"started {within}", f"not started {within}"
    arms = {"level": started, "reference": not_started}
    at_day = {"model": "weighted", "method": METHOD}
    rows = clones.people.rows
    counts = {"n": len(clones.people.first), "events": int((rows["cause"] == RESPONSE).sum())}
    place = arms | counts | {"contrast": study.exposure.drug, "method": METHOD}
    once = np.ones(len(rows))

    def measured(times: np.ndarray) -> np.ndarray:
        return _measured(clones, companion, times, analysis)

    try:
        weights = clones.weights(once, analysis.truncate)
        point = measured(once)
        unweighted = hazard_ratio(clones, [(w > 0) * 1.0 for w in weights], once)
    except NotEstimable as error:
        days = [at_day | arms | {"contrast": f"day {day}"} for day in analysis.days]
        return [
            row(analysis.name, "HR", model="weighted", note=str(error), **place),
            *(row(analysis.name, "RD", note=str(error), **day) for day in days),
        ]
    replicates, failed = bootstrap_by_patient(
        measured, rows["patient"], analysis.replicates, analysis.seed
    )
    errors = np.broadcast_to(percentile_interval(replicates)["se"], point.shape)
    freedom = bootstrap_freedom(failed, analysis)
    note = told(failed_samples(failed, analysis), lost)
    made = [
        row(
            analysis.name,
            "HR",
            float(np.exp(unweighted.coefficients["arm"])),
            model="not weighted",
            note="clones without weights: who leaves a strategy leaves for a reason",
            **place,
        ),
        row(
            analysis.name,
            "HR",
            model="weighted",
            note=told(CENSORED, note),
            **place,
            **wald(point[0], errors[0], freedom=freedom),
        ),
    ]
    columns = [("risk", {"level": not_started}), ("risk", {"level": started}), ("RD", arms)]
    if companion is not None:
        joint = {"level": f"{started} × {study.drug(analysis.drugs[0]).label}"}
        columns += [("IC", joint), ("RERI", joint)]
    places = [(day, *column) for day in analysis.days for column in columns]
    for (day, measure, named), value, error in zip(places, point[1:], errors[1:], strict=True):
        figures = wald(value, error, float, freedom)
        if measure == "risk":
            figures.pop("p_value", None)
        shared = at_day | {"contrast": f"day {day}", "note": told(COMPETE, note)}
        made.append(row(analysis.name, measure, **named, **shared, **figures))
    if analysis.drugs and companion is None:
        why = (
            f"not estimable: nobody or everybody had {study.drug(analysis.drugs[0]).label} at first"
        )
        made += [
            row(analysis.name, measure, contrast=f"day {day}", note=why, **at_day)
            for day in analysis.days
            for measure in ("IC", "RERI")
        ]
    for weight, level in zip(weights, (not_started, started), strict=True):
        own = pd.Series(weight)[weight > 0].groupby(clones.people.patient[weight > 0]).last()
        made += weight_rows(analysis.name, "weighted", level, weight_distribution(own))
    return made


def _clones(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> tuple[GraceClones, np.ndarray | None, str]:
    """The clones, who has the companion drug, and who was left out."""
    known = of_the_day(study, patients, follow_up)
    own, width = known.intervals, study.follow_up.interval_days
    rows = own[known.columns].assign(
        patient=own["patient_id"],
        interval=own["start_day"] // width,
        start=own["start_day"],
        stop=own["stop_day"],
        treated=own[f"{study.exposure.drug}_started"],
        cause=own["event"],
        lost=own["censored"].isin(LOST),
    )
    last = analysis.grace_days // width
    if not analysis.drugs:
        return grace_clones(rows, known.columns, last), None, known.note
    first_day = patients.set_index("patient_id")[f"{analysis.drugs[0]}_first_day"]
    rows["companion"] = rows["patient"].map(first_day.eq(0).fillna(False)).astype(float)
    if rows["companion"].nunique() < 2:  # the strategies stand without it
        return grace_clones(rows, known.columns, last), None, known.note
    clones = grace_clones(rows, [*known.columns, "companion"], last)
    return clones, clones.people.flag("companion"), known.note


def _measured(
    clones: GraceClones, companion: np.ndarray | None, counts: np.ndarray, analysis: Analysis
) -> np.ndarray:
    """Log hazard ratio; then at each day the risk without, the risk with and their difference, and
    with a companion the interaction contrast and RERI.
    """
    weights = clones.weights(counts, analysis.truncate)
    found = compare(clones, weights, counts, analysis.days)
    without, started = found.risks
    columns = [without, started, started - without]
    if companion is not None:
        counted = counts * companion_weights(clones, companion, counts)
        neither, other, own, both = (
            risks(clones, weights[arm] * counted * (companion == given), analysis.days)
            for arm in ARMS
            for given in (False, True)
        )
        contrast = both - other - own + neither
        if not (neither > 0).all():
            raise NotEstimable("not estimable: no response with neither drug")
        columns += [contrast, contrast / neither]
    return np.array([found.log_hazard_ratio, *np.column_stack(columns).ravel()])
