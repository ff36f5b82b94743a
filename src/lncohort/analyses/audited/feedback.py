"""Whether what is measured in follow-up decides who starts the drug, and foretells the outcome."""

import pandas as pd
import statsmodels.api as sm

from lncohort.analyses.audited.shared import (
    ANALYSIS,
    EXPOSED,
    KnownByDay,
    hazard_rows,
    known_by_day,
)
from lncohort.estimate.rows import row, wald
from lncohort.follow_up import FollowUp
from lncohort.study import Study

MODEL = "time_varying_confounding"
START, RESPONSE, AFTER = "start of the drug", "response", "after the start"
TO_ACT = 60  # days after which a start may have moved a laboratory value
HAZARD = "Cox model on intervals of follow-up, per SD of the log of the latest value, robust errors by patient"
LINEAR = "linear model on intervals of follow-up, robust errors by patient"


def feedback_rows(study: Study, patients: pd.DataFrame, follow_up: FollowUp) -> list[dict]:
    """The latest measured values before a start, before a response, and after a start.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp

    Returns
    -------
    list of dict
        By covariate (``contrast``): HR per SD of starting the drug in the interval that follows,
        of those who have not; HR per SD of the response; and by how many SD the value differs,
        60 days or more after a start. Nothing without intervals or covariates measured again.

    Notes
    -----
    Robins JM, Hernán MA, Brumback B. Epidemiology 2000;11:550. All are adjusted for the
    covariates as on the index date, so that they tell what changed since. The difference after a
    start mixes what the drug does with who is given it.
    """
    if follow_up.intervals.empty:
        return []
    known = known_by_day(study, patients, follow_up)
    rows = known.rows
    waiting = rows[rows[EXPOSED] == 0]
    first = waiting["drug_first_day"]
    begins = (first > waiting["start_day"]) & (first <= waiting["stop_day"])
    place = {"model": MODEL, "method": HAZARD}
    return [
        *hazard_rows(known, waiting, begins, {}, place | {"level": START}),
        *hazard_rows(
            known,
            rows,
            rows["event"] == 1,
            {study.exposure.drug: EXPOSED},
            place | {"level": RESPONSE},
        ),
        *_after(known),
    ]


def _after(known: KnownByDay) -> list[dict]:
    """By how many SD the values differ once the drug was begun some time ago."""
    own = known.rows[known.rows["start_day"] >= TO_ACT]
    begun = (own["drug_first_day"] <= own["start_day"] - TO_ACT).astype(float)
    place = {"model": MODEL, "level": AFTER, "method": LINEAR}
    groups, people = pd.factorize(own["patient_id"])
    if not 0 < begun.sum() < len(begun) or len(people) <= len(known.baseline) + 3:
        note = "not estimable: none or all had begun"
        return [
            row(ANALYSIS, "difference in SD", contrast=c, note=note, **place) for c in known.latest
        ]
    design = own[known.baseline].assign(time=own["start_day"] / 365, begun=begun)
    design = design.loc[:, design.nunique() > 1].assign(constant=1.0)
    found = []
    for covariate, now in known.latest.items():
        fit = sm.OLS(own[now] / own[now].std(), design).fit(
            cov_type="cluster", cov_kwds={"groups": groups}
        )
        figures = wald(fit.params["begun"], fit.bse["begun"], float)
        found.append(row(ANALYSIS, "difference in SD", contrast=covariate, **place, **figures))
    return found
