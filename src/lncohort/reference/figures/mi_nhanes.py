"""Rubin's rules over five completed data sets."""

import pandas as pd
import statsmodels.api as sm

from lncohort.estimate.rubin import missing_counts, pool_imputations
from lncohort.reference.cases import data_of, reference_folder

NAMES = {"const": "(Intercept)", "age": "age", "bmi": "bmi"}


def fitted(rows):
    return sm.OLS(rows["chl"], sm.add_constant(rows[["age", "bmi"]])).fit()


def figures() -> dict[str, dict]:
    data = data_of("mi-nhanes")
    completed = pd.read_csv(reference_folder() / "mi-nhanes" / "imputed.csv")
    fits = [fitted(rows) for _, rows in completed.groupby(".imp")]
    made = {}
    for column, name in NAMES.items():
        found = pool_imputations(
            [fit.params[column] for fit in fits],
            [fit.bse[column] ** 2 for fit in fits],
            complete_df=fits[0].df_resid,
        )
        made[f"lm_chl_{name}"] = {
            "value": found.estimate,
            "se": found.se,
            "df": found.df,
            "p": found.p_value,
            "ci_low": found.ci_low,
            "ci_high": found.ci_high,
            "within": found.within,
            "between": found.between,
            "total": found.total,
            "riv": found.relative_increase,
            "lambda": found.share_missing,
            "fmi": found.fraction_missing,
        }
    complete = data.dropna(subset=["chl", "age", "bmi"])
    fit = fitted(complete)
    for column, name in NAMES.items():
        made[f"complete_case_{name}"] = {
            "value": fit.params[column],
            "se": fit.bse[column],
            "n": len(complete),
        }
    counts = missing_counts(data)
    made["missing_cells"] = dict(counts["missing"]) | {
        "value": counts["missing"].sum(),
        "complete_rows": int(data.notna().all(axis=1).sum()),
    }
    return made
