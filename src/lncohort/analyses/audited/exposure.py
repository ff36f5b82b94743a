"""Use before the index date, and gaps of supply that the grace period decides."""

import pandas as pd

from lncohort.analyses.audited.shared import ANALYSIS, share_rows
from lncohort.estimate.rows import row
from lncohort.study import Study

PRIOR, MISCLASSIFIED = "prevalent_users", "misclassified_exposure"
BEFORE, NEW = "used before", "not used before"
NEAR_GRACE = (0.5, 1.5)  # times the grace period


def prior_rows(study: Study, prior_use: pd.DataFrame) -> list[dict]:
    """Who had the exposure drug before the index date, and for how long that could be seen.

    Parameters
    ----------
    study : Study
    prior_use : DataFrame of shape (n, columns)
        As the SQL of ``prior_use`` says.

    Returns
    -------
    list of dict
        Counts and percentages; quartiles of the days under observation before the index date.

    Notes
    -----
    Ray WA. Am J Epidemiol 2003;158:915.
    """
    used = prior_use["used_before"].map({True: BEFORE, False: NEW})
    rows = share_rows(PRIOR, "all", used, (BEFORE, NEW))
    if len(prior_use) >= 4 * study.info.min_cell:
        for level, share in (("lower quartile", 0.25), ("median", 0.5), ("upper quartile", 0.75)):
            days = float(prior_use["observed_days"].quantile(share))
            rows.append(
                row(ANALYSIS, "days", days, model=PRIOR, contrast="observed before", level=level)
            )
    return rows


def gap_rows(study: Study, refill_gap: pd.DataFrame) -> list[dict]:
    """How many gaps of supply are so near the grace period that it decides on them.

    Parameters
    ----------
    study : Study
    refill_gap : DataFrame
        As the SQL of ``refill_gap`` says.

    Returns
    -------
    list of dict
        Of gaps with :data:`NEAR_GRACE` times the grace period: their percentage, with the number
        of all gaps in the note; nothing where few patients have a gap.

    Notes
    -----
    Gardarsdottir H, et al. J Clin Epidemiol 2010;63:422.
    """
    if refill_gap["patient_id"].nunique() < 4 * study.info.min_cell:
        return []
    grace = study.drug(study.exposure.drug).grace_days
    near = refill_gap["gap_days"].between(*(grace * times for times in NEAR_GRACE))
    few = refill_gap.loc[near, "patient_id"].nunique()
    if 0 < few < study.info.min_cell:
        return []
    place = {"model": MISCLASSIFIED, "contrast": "gaps of supply", "level": "near the grace period"}
    return [row(ANALYSIS, "percent of gaps", 100 * near.mean(), **place)]
