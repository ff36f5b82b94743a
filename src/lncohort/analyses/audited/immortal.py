"""Days that an exposure looked up later guarantees to be free of the outcome."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lncohort.analyses.audited.shared import ANALYSIS
from lncohort.estimate.rows import row
from lncohort.study import Study

MODEL = "immortal_time"
DAYS, SHARE, AFTER = "mean days", "percent of person-time", "percent after the outcome"


def immortal_rows(study: Study, patients: pd.DataFrame) -> list[dict]:
    """Immortal days of ever use, of each band of duration and of each regimen of several drugs.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort, with ``exposed``.

    Returns
    -------
    list of dict
        Of each group with ``min_cell`` patients or more: the mean of its immortal days and their
        share in the person-time of the group up to the outcome, and the share whose exposure
        began only after the outcome.

    Notes
    -----
    Suissa S. Am J Epidemiol 2008;167:492. Ever use: from the index date to the first day of use.
    A band of duration: that, and the days of its lower bound. A regimen: to the first day of the
    last of its drugs. Days after the outcome are not counted, nor is the time for which a patient
    must be followed where exposure is counted beyond it.
    """
    rows = []
    for contrast, level, chosen, days in _groups(study, patients):
        own, time = days[chosen].astype(float), patients.loc[chosen, "time_days"].astype(float)
        if len(own) < study.info.min_cell:
            continue
        immortal = np.minimum(own, time)
        place = {"model": MODEL, "contrast": contrast, "level": level}
        rows += [
            row(ANALYSIS, DAYS, immortal.mean(), **place),
            row(ANALYSIS, SHARE, 100 * immortal.sum() / time.sum(), **place),
        ]
        if contrast == "ever use" and study.exposure.until == "exit":
            late = int((own >= time).sum())
            if min(late, len(own) - late) >= study.info.min_cell or late == 0:
                rows.append(row(ANALYSIS, AFTER, 100 * late / len(own), **place))
    return rows


def _groups(study: Study, patients: pd.DataFrame) -> Iterator[tuple]:
    """Contrast, level, who is in it, and the days that being in it takes, of all patients."""
    first = patients[f"{study.exposure.drug}_first_day"]
    yield "ever use", "ever", patients["exposed"], first
    lowest = dict(
        zip(study.exposure.duration_band_labels, (0, *study.exposure.duration_bands), strict=True)
    )
    for level, days in lowest.items():
        yield "duration", level, patients["duration_band"] == level, first + days
    for drugs, label in study.regimens().items():
        if len(drugs) > 1:
            begun = patients[[f"{drug}_first_day" for drug in drugs]].max(axis=1)
            yield "regimen", label, patients["regimen"] == label, begun
