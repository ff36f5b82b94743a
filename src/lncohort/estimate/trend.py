"""P for trend over ordered bands of an exposure."""

import pandas as pd

from lncohort.estimate.logistic import METHOD, fit_logistic, with_intercept
from lncohort.estimate.odds_ratios import prepare
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study


def trend_rows(
    study: Study, patients: pd.DataFrame, analysis: str, exposure: str, contrast: str
) -> list[dict]:
    """Odds ratio per band, with the bands scored 0, 1, 2, ... and "unknown" left out.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population.
    analysis, contrast : str
        Where the rows stand in the table of estimates.
    exposure : str
        A categorical column of ``patients``, its categories in order of dose.

    Returns
    -------
    list of dict
        A crude and an adjusted row; P is of the Wald test of the score.

    Notes
    -----
    Breslow NE, Day NE. Statistical Methods in Cancer Research, vol. 1, IARC 1980, ch. 6.
    """
    ordered = [level for level in patients[exposure].cat.categories if level != "unknown"]
    scored = patients[patients[exposure].isin(ordered)]
    left_out = len(patients) - len(scored)
    rows = []
    for model in ("crude", "adjusted"):
        prepared = prepare(study, scored, model == "adjusted")
        codes = pd.Categorical(prepared.patients[exposure], categories=ordered).codes
        score = pd.DataFrame({"score": codes.astype(float)}, index=prepared.patients.index)
        notes = [f"scores 0 to {len(ordered) - 1}"]
        if left_out:
            notes.append(f"{left_out} patients of unknown band left out")
        try:
            fit = fit_logistic(
                with_intercept(score, prepared.covariates), prepared.patients["response"]
            )
            figures = wald(*fit.contrast({"score": 1.0}))
            notes += prepared.notes
        except NotEstimable as error:
            figures = {}
            notes.append(str(error))
        rows.append(
            row(
                analysis,
                "OR per band",
                model=model,
                contrast=contrast,
                level="trend",
                n=len(scored),
                events=int(scored["response"].sum()),
                method=METHOD,
                note="; ".join(notes),
                **figures,
            )
        )
    return rows
