"""Who was never assessed for the response, and what is made of them."""

import numpy as np
import pandas as pd

from lncohort.analyses.audited.shared import ANALYSIS, ARMS, share_rows
from lncohort.analyses.missing_data import EXPOSED, IMPUTED, RESPONSE, effect, fit_use
from lncohort.analyses.odds_ratios import fit_levels
from lncohort.estimate.imputation import impute
from lncohort.estimate.logistic import level_column
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.rubin import pool_imputations
from lncohort.study import Study
from lncohort.study.model import Analysis

MODEL = "missing_outcome"
MISSING, ASSESSED = "not assessed", "assessed"
EXCLUDED, NON_RESPONSE = "left out", "counted as non-responders"
YES, NO = "yes", "no"
COPIES = 5  # Rubin DB, 1987: enough where few outcomes are missing


def outcome_rows(study: Study, patients: pd.DataFrame) -> list[dict]:
    """Not assessed by use, and the adjusted odds ratio of use under each way to deal with it.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort, with ``exposed`` and ``use``.

    Returns
    -------
    list of dict
        Counts and percentages; with anyone not assessed the OR of ever against never use with them
        left out, as non-responders, and, where the study imputes what is missing, imputed.

    Notes
    -----
    Sterne JAC, et al. BMJ 2009;338:b2393. Imputation takes the response as missing at random given
    the covariates and use.
    """
    named = patients["assessed"].map({True: ASSESSED, False: MISSING})
    rows = []
    for arm, exposed in ARMS.items():
        rows += share_rows(MODEL, arm, named[patients["exposed"] == exposed], (MISSING, ASSESSED))
    if patients["assessed"].all():
        return rows
    place = {"model": MODEL, "contrast": study.exposure.drug, "reference": "never"}
    for level, population in (
        (EXCLUDED, patients[patients["assessed"]]),
        (NON_RESPONSE, patients.assign(response=patients["response"] & patients["assessed"])),
    ):
        try:
            fit = fit_levels(study, population, "use", "never", adjusted=True)
            figures = wald(*fit.contrast({level_column("ever"): 1.0}))
        except (NotEstimable, KeyError) as error:
            figures = {"note": str(error)}
        rows.append(row(ANALYSIS, "OR", level=level, **place, **figures))
    asked = [a for a in study.analyses if a.kind == "missing_data"]
    return [*rows, *(_imputed(study, patients, a, place) for a in asked[:1])]


def _imputed(study: Study, patients: pd.DataFrame, analysis: Analysis, place: dict) -> dict:
    """The odds ratio with the response of those not assessed imputed.

    A covariate that is not recorded stays a level of its own, a missing number leaves its patient out.
    """
    adjusted = [c.name for c in study.covariates if c.adjust]
    patients = patients.dropna(subset=[c.name for c in study.covariates if not c.levels])
    response = patients["response"].map({True: YES, False: NO}).where(patients["assessed"])
    known = patients[[c.name for c in study.covariates]].assign(
        **{
            c.name: patients[c.name].cat.remove_unused_categories()
            for c in study.covariates
            if c.levels
        }
    )
    data = known.assign(
        **{
            EXPOSED: patients["exposed"].astype(float),
            RESPONSE: pd.Categorical(response, categories=[NO, YES]),
        }
    )
    try:
        tables = impute(data, COPIES, analysis.seed).tables
        effects = np.array(
            [
                effect(fit_use(t.assign(**{RESPONSE: (t[RESPONSE] == YES) * 1.0}), adjusted))
                for t in tables
            ]
        )
    except NotEstimable as error:
        return row(ANALYSIS, "OR", level=IMPUTED, note=str(error), **place)
    pooled = pool_imputations(effects[:, 0], effects[:, 1], complete_df=effects[0, 2])
    return row(
        ANALYSIS,
        "OR",
        float(np.exp(pooled.estimate)),
        ci_low=float(np.exp(pooled.ci_low)),
        ci_high=float(np.exp(pooled.ci_high)),
        p_value=pooled.p_value,
        level=IMPUTED,
        method=f"{COPIES} imputations by chained equations (seed {analysis.seed})",
        **place,
    )
