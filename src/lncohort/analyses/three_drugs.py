"""Interaction of three drugs: every pair, and all three beyond the pairs."""

from itertools import combinations

import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.estimate.logistic import METHOD, Fit, fit_logistic, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study

NO_UNEXPOSED = (
    "not estimable: every patient was given at least one of the three, so that nothing tells the "
    "three-way term from the pairs; they assume that it is 1"
)


def three_drug_rows(
    study: Study, patients: pd.DataFrame, analysis: str, drugs: tuple[str, str, str]
) -> list[dict]:
    """Product terms of every pair of three drugs, and of the three.

    One model with each drug, each pair and, where some were given none of them, all three. A pair's
    term is then that of patients not given the third.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population.
    analysis : str
        Where the rows stand in the table of estimates.
    drugs : tuple of str
        Names of the three drugs.

    Returns
    -------
    list of dict
        Adjusted only (the crude ones would give the counts of a regimen back): ratio of ORs, level
        "product", the drugs in ``contrast``.

    Notes
    -----
    VanderWeele TJ. Explanation in Causal Inference, 2015, section 9.9.
    """
    use = pd.DataFrame({drug: patients[f"{drug}_use"].astype(float) for drug in drugs})
    for size in (2, 3):
        for chosen in combinations(drugs, size):
            use[" × ".join(chosen)] = use[list(chosen)].prod(axis=1)
    all_three = " × ".join(drugs)
    without = not (use[list(drugs)].sum(axis=1) == 0).any()
    if without:
        use = use.drop(columns=all_three)
    place = {"model": "adjusted", "level": "product", "method": METHOD}
    place |= {"n": len(patients), "events": int(patients["response"].sum())}
    fit, why = _fitted(study, patients, use)
    rows = []
    for size in (2, 3):
        for chosen in combinations(drugs, size):
            term = " × ".join(chosen)
            named = place | {"contrast": " × ".join(study.drug(d).label for d in chosen)}
            if term == all_three and without:
                rows.append(row(analysis, "ratio of ORs", note=NO_UNEXPOSED, **named))
            elif fit is None:
                rows.append(row(analysis, "ratio of ORs", note=why, **named))
            else:
                figures = wald(*fit.contrast({term: 1.0}))
                note = "; ".join(fit.notes)
                rows.append(row(analysis, "ratio of ORs", note=note, **named, **figures))
    return rows


def _fitted(study: Study, patients: pd.DataFrame, use: pd.DataFrame) -> tuple[Fit | None, str]:
    prepared = prepare(study, patients, adjusted=True)
    columns = use.loc[prepared.patients.index]
    try:
        cells = prepared.patients.groupby([columns[name] for name in use.columns[:3]])["response"]
        if not cells.nunique().eq(2).all():
            raise NotEstimable("not estimable: a regimen without both outcomes")
        design = with_intercept(columns, prepared.covariates)
        return fit_logistic(design, prepared.patients["response"]), "; ".join(prepared.notes)
    except NotEstimable as error:
        return None, str(error)
