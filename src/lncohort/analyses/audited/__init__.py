"""Measures of each bias of the audit, as rows of the table of estimates (analysis "audit")."""

import pandas as pd

from lncohort.analyses.audited.events import event_rows
from lncohort.analyses.audited.exposure import gap_rows, prior_rows
from lncohort.analyses.audited.feedback import feedback_rows
from lncohort.analyses.audited.immortal import immortal_rows
from lncohort.analyses.audited.loss import loss_rows
from lncohort.analyses.audited.measurement import measurement_rows
from lncohort.analyses.audited.outcome import outcome_rows
from lncohort.analyses.audited.size import look_rows, size_rows
from lncohort.analyses.odds_ratios import with_exposure
from lncohort.cohort import Cohort


def audit_rows(cohort: Cohort, estimates: pd.DataFrame) -> list[dict]:
    """How much of each bias there may be, by the name of the finding (``model``).

    Parameters
    ----------
    cohort : Cohort
    estimates : DataFrame
        Every other estimate of the study.
    """
    study, follow_up = cohort.study, cohort.follow_up
    ordered = cohort.analysis_set.sort_values("patient_id", kind="stable", ignore_index=True)
    patients = with_exposure(study, ordered)
    return [
        *immortal_rows(study, patients),
        *prior_rows(study, cohort.prior_use),
        *feedback_rows(study, patients, follow_up),
        *loss_rows(study, patients, follow_up),
        *measurement_rows(study, follow_up, cohort.interval_visit),
        *outcome_rows(study, patients),
        *gap_rows(study, cohort.refill_gap),
        *event_rows(patients),
        *size_rows(study, patients),
        *look_rows(study, estimates),
    ]
