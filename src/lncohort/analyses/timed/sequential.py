"""A sequence of nested trials: one begins with every interval of follow-up."""

import numpy as np
import pandas as pd

from lncohort.analyses.timed.covariates import OfTheDay, of_the_day
from lncohort.analyses.timed.shared import (
    CENSORED,
    COMPETE,
    LOST,
    NOT_STARTED,
    STARTED,
    failed_samples,
    risk_difference_rows,
    told,
    weight_rows,
)
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.sequential_trials import sequential_trials
from lncohort.estimate.trial_risks import NOBODY, trial_risks
from lncohort.estimate.trial_rows import Trials
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

METHODS = {
    False: "sequence of nested trials, inverse probability weights of starting, pooled logistic "
    "model, robust errors by patient",
    True: "sequence of nested trials, inverse probability weights of starting and of staying, pooled "
    "logistic model, robust errors by patient",
}
RISK_METHODS = {
    False: "sequence of nested trials, inverse probability weights of starting, weighted cumulative "
    "incidence",
    True: "sequence of nested trials, inverse probability weights of starting and of staying, weighted "
    "cumulative incidence",
}
MODELS = {False: "intention to treat", True: "per protocol"}
AVERAGED = (
    "an average over trials and their follow-up: less than the ratio that an effect comes to late"
)


def sequential_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Odds ratio per interval and risks of starting the drug, over all nested trials.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    analysis : Analysis
        ``truncate`` (quantiles of the weights of an arm), ``days`` of the risks, ``replicates``,
        ``seed``.

    Returns
    -------
    list of dict
        By intention to treat and per protocol: OR of an interval (near the HR where an interval
        has few responses), risks and RD at each day since the beginning of a trial, the weights;
        n and events count patients, each once.

    Notes
    -----
    Weights of starting make the arms of each trial alike in the covariates at its start: in a model
    of the response their effect would have to be the same in all the follow-up. Per protocol,
    weights make up for those who leave. A response that is judged months after what brought it about
    is not moved by a start at once: the odds ratio of a trial that begins when responses are judged
    already counts these months, that of the first trial does not. The risks are free of such an
    average. They are those of all who enter a trial that can be followed for so long.
    """
    known = of_the_day(study, patients, follow_up)
    width = study.follow_up.interval_days
    rows = []
    for protocol, model in MODELS.items():
        trials = _trials(known, follow_up.trials, width, protocol)
        place = {"model": model, "contrast": study.exposure.drug, "method": METHODS[protocol]}
        arms = {"level": STARTED, "reference": NOT_STARTED}
        try:
            found = sequential_trials(trials, truncate=analysis.truncate)
        except NotEstimable as error:
            rows.append(row(analysis.name, "OR", note=str(error), **place, **arms))
            continue
        counts = {"n": found.fit.patients, "events": _responders(trials)}
        note = told(CENSORED, known.note, AVERAGED)
        figures = wald(*found.fit.contrast({"exposure": 1.0}))
        rows.append(row(analysis.name, "OR", note=note, **place, **arms, **counts, **figures))
        errors = ", errors by bootstrap by patient" if analysis.replicates else ""
        at_day = place | {"method": RISK_METHODS[protocol] + errors}
        rows += _risk_rows(study, trials, analysis, at_day, arms, known.note)
        if protocol:
            rows += weight_rows(analysis.name, model, "all trials", found.distribution)
    return rows


def _risk_rows(
    study: Study, trials: Trials, analysis: Analysis, place: dict, arms: dict, note: str
) -> list[dict]:
    """The risks at each day since the beginning of a trial, and their difference."""
    if not analysis.days:
        return []
    width = study.follow_up.interval_days
    try:
        risks = trial_risks(
            trials,
            [day // width for day in analysis.days],
            study.follow_up.max_days // width,
            truncate=analysis.truncate,
            replicates=analysis.replicates or 0,
            seed=analysis.seed or 0,
        )
    except NotEstimable as error:
        return [_no_risk(analysis, day, str(error), place | arms) for day in analysis.days]
    place = place | {"note": told(failed_samples(risks.failed, analysis), COMPETE, note)}
    levels = {"risk without": NOT_STARTED, "risk with": STARTED}
    made = [
        row(
            analysis.name,
            "risk",
            float(point.estimate),
            **(place | {"contrast": f"day {point.time * width}", "level": levels[point.measure]}),
        )
        for point in risks.contrasts[risks.contrasts["measure"].isin(levels)].itertuples()
    ]
    made += risk_difference_rows(analysis, risks, width, place, arms)
    return [m | {"note": NOBODY} if np.isnan(m["estimate"]) else m for m in made]


def _no_risk(analysis: Analysis, day: int, note: str, place: dict) -> dict:
    return row(analysis.name, "RD", **(place | {"contrast": f"day {day}", "note": note}))


def _responders(trials: Trials) -> int:
    return len(np.unique(trials.patient[trials.event]))


def _trials(known: OfTheDay, table: pd.DataFrame, width: int, protocol: bool) -> Trials:
    """The nested trials of the SQL, in which covariates stand once for each interval.

    ``table`` is sorted by patient, trial and day; a row takes some 20 bytes.
    """
    rows = table[table["patient_number"].isin(known.intervals["patient_number"].unique())]
    first = np.searchsorted(known.intervals["patient_number"].to_numpy(), rows["patient_number"])
    trial = (rows["trial_day"] // width).to_numpy(np.int16)
    now = (rows["start_day"] // width).to_numpy(np.int16)
    follow_up = now - trial
    starts = np.flatnonzero(follow_up == 0)
    begins = np.repeat(starts, np.diff(np.append(starts, len(rows))))
    deviates = ~rows["follows"].to_numpy() & (follow_up > 0)
    upto = np.concatenate([[0], np.cumsum(deviates)])
    earlier = upto[:-1] - upto[begins]
    kept = earlier == 0 if protocol else np.ones(len(rows), dtype=bool)
    return Trials(
        patient=rows["patient_number"].to_numpy(np.int32)[kept],
        trial=trial[kept],
        follow_up=follow_up[kept],
        assigned=rows["started"].to_numpy()[kept],
        stays=(~deviates & (earlier == 0))[kept],
        cause=rows["event"].to_numpy(np.int8)[kept],  # a response is the event
        lost=known.intervals["censored"].isin(LOST).to_numpy()[first + now][kept],
        begins=(first + trial).astype(np.int32)[kept],
        now=(first + now).astype(np.int32)[kept],
        covariates=known.intervals[known.columns].astype(float),
        protocol=protocol,
    )
