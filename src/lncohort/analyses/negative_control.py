"""The main comparison where no effect can be: what is found there is bias, or chance."""

import pandas as pd

from lncohort.analyses.odds_ratios import odds_ratio_rows
from lncohort.estimate.rows import row
from lncohort.study import Study
from lncohort.study.model import Analysis

KNOWN_BEFORE = "known before"


def negative_control_rows(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    """Odds ratios of ever against never use with another outcome, and with another drug.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with ``exposed``, ``use`` and of the controls the columns
        ``control_outcome CONCEPT`` (whether first recorded after the index date; missing when
        before) and ``control_use DRUG`` (any supply in the exposure window).
    analysis : Analysis
        With its negative-control ``diagnoses``, ``procedures`` and ``exposures``.

    Returns
    -------
    list of dict
        By control (``contrast``) as of
        :func:`lncohort.analyses.odds_ratios.odds_ratio_rows`. Patients with the diagnosis or
        procedure on or before the index date are left out and counted. A drug is judged in those who never
        used the drug of the study, whose effect it would share otherwise.

    Notes
    -----
    Lipsitch M, Tchetgen Tchetgen E, Cohen T. Epidemiology 2010;21:383.
    """
    rows = []
    for concept in (*analysis.diagnoses, *analysis.procedures):
        recorded = patients[f"control_outcome {concept}"]
        at_risk = patients[recorded.notna()]
        at_risk = at_risk.assign(response=recorded[recorded.notna()].astype(bool))
        rows += odds_ratio_rows(study, at_risk, analysis.name, "use", "never", concept)
        before = patients.loc[recorded.isna(), "use"].value_counts(sort=False)
        for level, count in before.items():
            place = {"model": KNOWN_BEFORE, "contrast": concept, "level": level}
            rows.append(row(analysis.name, "count", count, **place))
    others = patients[~patients["exposed"]]
    for drug in analysis.exposures:
        used = others[f"control_use {drug}"].map({True: "ever", False: "never"})
        compared = others.assign(use=pd.Categorical(used, ["never", "ever"]))
        rows += odds_ratio_rows(study, compared, analysis.name, "use", "never", drug)
    return rows
