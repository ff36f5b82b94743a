"""The figures of each public case, worked out by lncohort: one module a case, `figures()`."""

import math

import pandas as pd

from lncohort.estimate.rows import Z, wald


def coefficient(value: float, se: float) -> dict:
    """A coefficient with its standard error, P and limits on its own scale."""
    found = wald(value, se, float)
    return {
        "value": value,
        "se": se,
        "p": found["p_value"],
        "z": value / se,
        "ci_low": found["ci_low"],
        "ci_high": found["ci_high"],
    }


def ratio(value: float, se: float) -> dict:
    """A ratio from its logarithm, with its limits."""
    found = wald(value, se)
    return {
        "value": found["estimate"],
        "ci_low": found["ci_low"],
        "ci_high": found["ci_high"],
        "p": found["p_value"],
        "se_log": se,
    }


def of_row(found: dict) -> dict:
    """A row of estimates under the names of the cases, with the standard error of its interval."""
    width = found["ci_high"] - found["ci_low"]
    figures = {"value": found["estimate"], "ci_low": found["ci_low"], "ci_high": found["ci_high"]}
    if not math.isnan(found.get("p_value", math.nan)):
        figures |= {"p": found["p_value"], "se": width / (2 * Z)}
    return figures


def dummies(values: pd.Series) -> pd.DataFrame:
    """Indicators of all levels but the first."""
    return pd.get_dummies(values, drop_first=True, dtype=float)


def hazard_ratios(prefix: str, fit, names: dict[str, str]) -> dict[str, dict]:
    """Log hazard ratios of a Cox model with their HR and limits, by the names of the case."""
    made = {}
    for name, column in names.items():
        figures = coefficient(
            fit.coefficients[column], math.sqrt(fit.covariance.loc[column, column])
        )
        limits = {key: math.exp(figures[key]) for key in ("ci_low", "ci_high")}
        made[f"{prefix}_{name}"] = (
            figures
            | limits
            | {"HR": math.exp(figures["value"]), "n": len(fit.covariates), "events": fit.events}
        )
    return made
