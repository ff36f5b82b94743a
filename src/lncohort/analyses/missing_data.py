"""The main estimate under other ways to deal with what is missing."""

import numpy as np
import pandas as pd

from lncohort.estimate.imputation import Imputed, impute
from lncohort.estimate.logistic import METHOD, Fit, fit_logistic, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.rubin import logistic_likelihood_ratio, pool_imputations
from lncohort.study import Study
from lncohort.study.model import NOT_RECORDED, Analysis

RESPONSE, EXPOSED = "response", "exposed"
LEVEL_OF_ITS_OWN, COMPLETE, IMPUTED = (
    "missing as a level",
    "complete cases",
    "multiple imputation",
)
TRACED = 5  # copies whose traces are kept


def missing_rows(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    """Use against never use with missing covariates kept as a level, left out and imputed.

    Imputed are the covariates of the study, given the outcome, the exposure and each other;
    those that are not adjusted for help. The estimates are pooled by Rubin's rules.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with the column ``exposed``.
    analysis : Analysis
        With ``copies`` and ``seed``.

    Returns
    -------
    list of dict
        How many patients lack each covariate; the adjusted OR by model; after imputation the F
        test of each factor with more than two levels; of each covariate that is
        missing in some, the percent of known and of imputed values in each level (or their means)
        and the trace of the means of the imputed values.
    """
    adjusted = [c.name for c in study.covariates if c.adjust]
    data = _with_gaps(study, patients)
    gaps = [name for name in data.columns if data[name].isna().any()]
    rows = [
        row(analysis.name, "count", data[name].isna().sum(), contrast="missing", level=name)
        for name in gaps
    ]
    place = {"contrast": study.exposure.drug, "level": "ever", "reference": "never"}
    as_level = {
        name: data[name].cat.add_categories([NOT_RECORDED]).fillna(NOT_RECORDED)
        for name in gaps
        if isinstance(data[name].dtype, pd.CategoricalDtype)
    }
    for model, table in (
        (LEVEL_OF_ITS_OWN, data.assign(**as_level).dropna(subset=adjusted)),
        (COMPLETE, data.dropna(subset=adjusted)),
    ):
        try:
            beta, variance, _ = effect(fit_use(table, adjusted))
            figures = wald(beta, np.sqrt(variance)) | {"method": METHOD}
        except NotEstimable as error:
            figures = {"note": str(error)}
        rows.append(row(analysis.name, "OR", model=model, **place, **figures))
    if not gaps:
        note = "not estimable: no covariate is missing"
        return [*rows, row(analysis.name, "OR", model=IMPUTED, note=note, **place)]
    try:
        imputed = impute(data, analysis.copies, analysis.seed)
        fits = [fit_use(table, adjusted) for table in imputed.tables]
    except NotEstimable as error:
        return [*rows, row(analysis.name, "OR", model=IMPUTED, note=str(error), **place)]
    effects = np.array([effect(fit) for fit in fits])
    pooled = pool_imputations(effects[:, 0], effects[:, 1], complete_df=effects[0, 2])
    rows.append(
        row(
            analysis.name,
            "OR",
            float(np.exp(pooled.estimate)),
            ci_low=float(np.exp(pooled.ci_low)),
            ci_high=float(np.exp(pooled.ci_high)),
            p_value=pooled.p_value,
            model=IMPUTED,
            method=f"{analysis.copies} imputations by chained equations (seed {analysis.seed}), "
            "Rubin's rules, degrees of freedom of Barnard and Rubin",
            note=f"fraction of missing information {100 * pooled.fraction_missing:.1f} %",
            **place,
        )
    )
    rows += _factor_rows(study, analysis.name, imputed.tables, fits, adjusted)
    return rows + _diagnostics(analysis.name, data, imputed, gaps)


def _with_gaps(study: Study, patients: pd.DataFrame) -> pd.DataFrame:
    """Outcome, exposure and covariates, what was not recorded as missing."""
    columns = {
        RESPONSE: patients["response"].astype(float),
        EXPOSED: patients["exposed"].astype(float),
    }
    for covariate in study.covariates:
        values = patients[covariate.name]
        if covariate.levels:
            present = [level for level in covariate.levels if (values == level).any()]
            values = values.cat.set_categories(present)
        columns[covariate.name] = values
    return pd.DataFrame(columns)


def fit_use(table: pd.DataFrame, adjusted: list[str]) -> Fit:
    """The adjusted model of use in one table."""
    covariates = pd.get_dummies(table[adjusted], drop_first=True, dtype=float)
    varied = covariates.loc[:, covariates.nunique() > 1]
    return fit_logistic(with_intercept(table[[EXPOSED]], varied), table[RESPONSE])


def effect(fit: Fit) -> tuple[float, float, float]:
    """Log odds ratio of use, its variance and the degrees of freedom that are left."""
    beta, se = fit.contrast({EXPOSED: 1.0})
    return beta, se**2, len(fit.design) - len(fit.coefficients)


def _factor_rows(
    study: Study, analysis: str, tables: list[pd.DataFrame], fits: list[Fit], adjusted: list[str]
) -> list[dict]:
    """One test for all levels of each covariate that has more than two."""
    rows = []
    responses = [table[RESPONSE] for table in tables]
    for name in adjusted:
        if len(study.covariate(name).levels) <= 2:
            continue
        others = [other for other in adjusted if other != name]
        place = {"model": IMPUTED, "contrast": name, "level": "all levels"}
        try:
            without = [fit_use(table, others) for table in tables]
            found = logistic_likelihood_ratio(fits, without, responses)
            figures = {
                "estimate": found["f"],
                "p_value": found["p_value"],
                "method": "pooled likelihood-ratio test (D3)",
                "note": f"F with {found['df1']} and {found['df2']:.0f} degrees of freedom",
            }
        except NotEstimable as error:
            figures = {"note": str(error)}
        rows.append(row(analysis, "F", **place, **figures))
    return rows


def _diagnostics(
    analysis: str, data: pd.DataFrame, imputed: Imputed, gaps: list[str]
) -> list[dict]:
    """Imputed beside known values, and the traces of the first copies."""
    rows = []
    for name in gaps:
        gap = data[name].isna()
        drawn = pd.concat([table.loc[gap, name] for table in imputed.tables])
        for model, values in (("known", data.loc[~gap, name]), ("imputed", drawn)):
            place = {"model": model, "contrast": name}
            if isinstance(data[name].dtype, pd.CategoricalDtype):
                shares = 100 * values.value_counts(normalize=True, sort=False)
                for level, share in shares.items():
                    rows.append(row(analysis, "share", share, level=str(level), **place))
            else:
                rows.append(row(analysis, "mean", values.mean(), **place))
    kept = imputed.trace[imputed.trace["copy"] <= TRACED]
    for copy, turn, name, mean in kept.itertuples(index=False, name=None):
        place = {"model": f"copy {copy}", "contrast": name, "level": f"turn {turn}"}
        rows.append(row(analysis, "trace", mean, **place))
    return rows
