"""Separation: urinary tract infection and contraception."""

import numpy as np

from lncohort.estimate.firth import fit_firth
from lncohort.reference.cases import data_of


def figures() -> dict[str, dict]:
    data = data_of("firth-sex2")
    design = data[["age", "oc", "vic", "vicl", "vis", "dia"]].astype(float)
    design.insert(0, "Intercept", 1.0)
    fit = fit_firth(design, data["case"])
    made = {
        f"firth_{name}": {
            "value": fit.coefficients[name],
            "se": np.sqrt(fit.covariance.loc[name, name]),
            "ci_low": fit.intervals.loc[name, "ci_low"],
            "ci_high": fit.intervals.loc[name, "ci_high"],
            "p": fit.intervals.loc[name, "p_value"],
        }
        for name in design.columns
    }
    made["penalized_LR_chi2"] = {"value": fit.chi2, "df": design.shape[1] - 1}
    return made
