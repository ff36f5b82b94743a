"""A marginal structural model: exposure that changes with what it has changed before."""

import pandas as pd

from lncohort.analyses.timed.covariates import of_the_day
from lncohort.analyses.timed.shared import (
    CENSORED,
    COMPETE,
    LOST,
    RESPONSE,
    failed_samples,
    risk_difference_rows,
    told,
    weight_rows,
)
from lncohort.estimate.marginal_structural import METHOD, marginal_structural
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.spline import knots_of
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

STARTED, NEVER = "started", "never started"


def marginal_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Odds ratio per interval and risks of the drug once started, by a weighted model.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
    analysis : Analysis
        ``truncate`` (quantiles of the weights), ``days`` of the risks, ``replicates``, ``seed``.

    Returns
    -------
    list of dict
        OR of an interval (near the HR where an interval has few responses), RD at each day of
        starting at once against never, the weights.
    """
    known = of_the_day(study, patients, follow_up)
    width = study.follow_up.interval_days
    own = known.intervals
    rows = own[known.columns].assign(
        patient=own["patient_id"],
        interval=own["start_day"] // width,
        treated=own[f"{study.exposure.drug}_started"],
        event=own["event"],
        censored=own["censored"].isin(LOST),
    )
    place = {"model": "weighted", "contrast": study.exposure.drug, "method": METHOD}
    arms = {"level": STARTED, "reference": NEVER}
    given = {
        "exposure": "ever",
        "truncate": analysis.truncate,
        "first": study.outcome.from_day // width,
    }
    try:
        given["knots"] = knots_of(rows.loc[rows["event"] == RESPONSE, "interval"])
        constant = marginal_structural(rows, known.columns, [], [], by_time=False, **given)
        moving = marginal_structural(
            rows,
            known.columns,
            [],
            [day // width for day in analysis.days],
            replicates=analysis.replicates or 0,
            seed=analysis.seed or 0,
            **given,
        )
    except NotEstimable as error:
        return [row(analysis.name, "OR", note=str(error), **place, **arms)]
    note = told(CENSORED, known.note)
    figures = wald(*constant.fit.contrast({"exposure": 1.0}))
    counts = {"n": constant.fit.patients, "events": constant.fit.events}
    made = [row(analysis.name, "OR", note=note, **place, **arms, **counts, **figures)]
    note = told(COMPETE, failed_samples(moving.risks.failed, analysis), known.note)
    made += risk_difference_rows(analysis, moving.risks, width, place | {"note": note}, arms)
    return made + weight_rows(analysis.name, "weighted", "all intervals", constant.distribution)
