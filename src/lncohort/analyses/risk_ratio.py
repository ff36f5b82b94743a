"""Adjusted risk ratios of use."""

import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.estimate.logistic import with_intercept
from lncohort.estimate.risk_ratio import fit_log_binomial, fit_modified_poisson
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study

MODELS = {"modified Poisson": fit_modified_poisson, "log-binomial": fit_log_binomial}


def risk_ratio_rows(study: Study, patients: pd.DataFrame, analysis: str) -> list[dict]:
    """Adjusted risk ratios of use against never use by both models.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with the column ``exposed``.
    analysis : str
        Where the rows stand in the table of estimates.
    """
    place = {"contrast": study.exposure.drug, "level": "ever", "reference": "never"}
    prepared = prepare(study, patients, adjusted=True)
    if prepared.patients.empty:
        note = "not estimable: no level of some covariate has both outcomes"
        return [row(analysis, "RR", model=model, note=note, **place) for model in MODELS]
    used = prepared.patients["exposed"].astype(float).rename("exposed")
    design = with_intercept(used, prepared.covariates)
    response = prepared.patients["response"].astype(float)
    rows = []
    for model, fit_model in MODELS.items():
        shared = place | {"model": model, "method": f"{model} regression, adjusted"}
        try:
            fit = fit_model(design, response)
        except NotEstimable as error:
            rows.append(row(analysis, "RR", note=str(error), **shared))
            continue
        figures = wald(*fit.contrast({"exposed": 1.0}))
        rows.append(row(analysis, "RR", note="; ".join(prepared.notes), **shared, **figures))
    return rows
