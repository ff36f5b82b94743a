"""A sequence of nested trials: one begins with every interval of follow-up."""

import numpy as np
import pandas as pd

from lncohort.analyses.timed.covariates import OfTheDay, of_the_day
from lncohort.analyses.timed.shared import (
    CENSORED,
    LOST,
    NOT_STARTED,
    RESPONSE,
    STARTED,
    told,
    weight_rows,
)
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.sequential_trials import sequential_trials
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
MODELS = {False: "intention to treat", True: "per protocol"}
TOO_NEAR_ONE = (
    "of a drug that doubles the hazard it found 0.87 (95 % CI 0.85 to 0.90) times the true ratio in 120 "
    "simulated cohorts"
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
        ``truncate`` (quantiles of the weights of staying).

    Returns
    -------
    list of dict
        By intention to treat and per protocol: OR of an interval (near the HR where an interval
        has few responses), the weights; n and events count patients, each once.

    Notes
    -----
    Weights of starting make the arms of each trial alike in the covariates at its start: in a model
    of the response their effect would have to be the same in all the follow-up. Per protocol,
    weights make up for those who leave. The follow-up of a trial is counted from the first day on which a
    response can be judged, so that the wait for it is not taken for an effect of the trials in
    which most begin. Risks are not told: they would need the hazard of every trial by itself.
    """
    known = of_the_day(study, patients, follow_up)
    width, first_day = study.follow_up.interval_days, study.outcome.from_day
    rows = []
    for protocol, model in MODELS.items():
        trials = _trials(known, follow_up.trials, width, first_day // width, protocol)
        place = {"model": model, "contrast": study.exposure.drug, "method": METHODS[protocol]}
        arms = {"level": STARTED, "reference": NOT_STARTED}
        try:
            found = sequential_trials(
                trials, [], by_weights=True, by_time=False, truncate=analysis.truncate
            )
        except NotEstimable as error:
            rows.append(row(analysis.name, "OR", note=str(error), **place, **arms))
            continue
        counts = {"n": found.fit.patients, "events": _responders(trials)}
        note = told(CENSORED, known.note, TOO_NEAR_ONE if protocol else "")
        figures = wald(*found.fit.contrast({"exposure": 1.0}))
        rows.append(row(analysis.name, "OR", note=note, **place, **arms, **counts, **figures))
        if protocol:
            rows += weight_rows(analysis.name, model, "all trials", found.distribution)
    return rows


def _responders(trials: Trials) -> int:
    return len(np.unique(trials.patient[trials.event]))


def _trials(
    known: OfTheDay, table: pd.DataFrame, width: int, possible: int, protocol: bool
) -> Trials:
    """The nested trials of the SQL, in which covariates stand once for each interval.

    ``table`` is sorted by patient, trial and day; a row takes some 20 bytes. Rows before interval
    ``possible``, in which no event can come, are left out.
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
    kept = now >= possible
    if protocol:
        kept &= earlier == 0
    return Trials(
        patient=rows["patient_number"].to_numpy(np.int32)[kept],
        trial=trial[kept],
        follow_up=(now - np.maximum(trial, possible)).astype(np.int16)[kept],
        assigned=rows["started"].to_numpy()[kept],
        stays=(~deviates & (earlier == 0))[kept],
        event=(rows["event"] == RESPONSE).to_numpy()[kept],
        lost=known.intervals["censored"].isin(LOST).to_numpy()[first + now][kept],
        begins=(first + trial).astype(np.int32)[kept],
        now=(first + now).astype(np.int32)[kept],
        covariates=known.intervals[known.columns].astype(float),
        protocol=protocol,
    )
