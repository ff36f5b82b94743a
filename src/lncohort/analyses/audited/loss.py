"""Who is lost to follow-up, and what weights for it change."""

import numpy as np
import pandas as pd

from lncohort.analyses.audited.shared import (
    ANALYSIS,
    ARMS,
    EXPOSED,
    hazard_rows,
    known_by_day,
    share_rows,
)
from lncohort.analyses.timed.covariates import OfTheDay, of_the_day
from lncohort.analyses.timed.shared import LOST
from lncohort.estimate.marginal_structural import marginal_structural
from lncohort.estimate.rows import NotEstimable, row
from lncohort.follow_up import FollowUp
from lncohort.study import Study

MODEL = "informative_censoring"
GONE, STAYED = "lost", "not lost"
HAZARD = "Cox model of loss on intervals of follow-up, robust errors by patient"
WEIGHTS = "marginal structural model with weights for loss, over the same without them"


def loss_rows(study: Study, patients: pd.DataFrame, follow_up: FollowUp) -> list[dict]:
    """Loss to follow-up before the response: how often, in whom, and what weights for it do.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp

    Returns
    -------
    list of dict
        Lost by use (counts and percentages); HR of loss per SD of the latest value of each
        measured covariate, and of the drug once started; where the study has a marginal structural
        model, the ratio of its odds ratios with and without weights for loss.

    Notes
    -----
    Robins JM, Finkelstein DM. Biometrics 2000;56:779. Who is lost is censored because observation
    ended, not by death, kidney failure, the end of the study or of planned follow-up.
    """
    lost = patients["exit_reason"].isin(LOST) & (patients["event"] == 0)
    named = lost.map({True: GONE, False: STAYED})
    rows = []
    for arm, exposed in ARMS.items():
        rows += share_rows(MODEL, arm, named[patients["exposed"] == exposed], (GONE, STAYED))
    if follow_up.intervals.empty:
        return rows
    by_day = known_by_day(study, patients, follow_up)
    gone = by_day.rows["censored"].isin(LOST)
    place = {"model": MODEL, "level": GONE, "method": HAZARD}
    rows += hazard_rows(by_day, by_day.rows, gone, {study.exposure.drug: EXPOSED}, place)
    known = of_the_day(study, patients, follow_up)
    asked = [a for a in study.analyses if a.kind == "marginal_structural"]
    return [*rows, *(_weighted(study, known, a.truncate) for a in asked[:1])]


def _weighted(study: Study, known: OfTheDay, truncate) -> dict:
    """How many times the odds ratio is what it is without weights for loss."""
    own, columns = known.intervals, known.columns
    width = study.follow_up.interval_days
    place = {"model": MODEL, "contrast": "weights for loss", "method": WEIGHTS}
    rows = own[columns].assign(
        patient=own["patient_id"],
        interval=own["start_day"] // width,
        treated=own[f"{study.exposure.drug}_started"],
        event=own["event"] == 1,
    )
    try:
        beta = [
            marginal_structural(
                rows.assign(censored=censored),
                columns,
                [],
                [],
                by_time=False,
                exposure="ever",
                truncate=truncate,
            ).fit.contrast({"exposure": 1.0})[0]
            for censored in (own["censored"].isin(LOST), np.zeros(len(rows), dtype=bool))
        ]
    except NotEstimable as error:
        return row(ANALYSIS, "ratio of ORs", note=str(error), **place)
    return row(ANALYSIS, "ratio of ORs", float(np.exp(beta[0] - beta[1])), **place)
