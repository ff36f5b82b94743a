"""Three hospitals: pooled estimates, and sums that give the fit of all data together."""

import numpy as np
import pandas as pd

from lncohort.estimate.logistic import fit_logistic
from lncohort.estimate.meta_analysis import mantel_haenszel, pool
from lncohort.estimate.rows import Z
from lncohort.estimate.site_sums import cox_sums, logistic_sums, newton_step
from lncohort.reference.cases import data_of
from lncohort.reference.figures.meta_bcg import of_pooled

COVARIATES = ["age", "sex"]


def converged(sums_of, sites):
    """Step until the coefficients stay."""
    step, number = None, 0
    while step is None or not step.converged:
        step = newton_step([sums_of(name, rows, step, number) for name, rows in sites])
        number += 1
    return step


def figures() -> dict[str, dict]:
    data = data_of("pool-three-sites")
    data = data.assign(intercept=1.0)
    sites = list(data.groupby("site"))
    made, own = {}, {name: ([], []) for name in COVARIATES}
    for site, rows in sites:
        fit = fit_logistic(rows[["intercept", *COVARIATES]].astype(float), rows["status"])
        for name in ("intercept", *COVARIATES):
            value, se = fit.contrast({name: 1.0})
            made[f"{site}_{name}"] = {
                "value": value,
                "se": se,
                "n": len(rows),
                "events": rows["status"].sum(),
            }
            if name in own:
                own[name][0].append(value)
                own[name][1].append(se)
    for name, (values, errors) in own.items():
        for method in ("EE", "DL", "REML"):
            made[f"meta_{method}_{name}"] = of_pooled(pool(values, errors, method))
        made[f"meta_HK_{name}"] = of_pooled(pool(values, errors, "REML", hartung_knapp=True))
    plain = converged(
        lambda site, rows, previous, number: logistic_sums(
            site, rows[["intercept", *COVARIATES]], rows["status"], previous, number
        ),
        sites,
    )
    for name in ("intercept", *COVARIATES):
        label = "Intercept" if name == "intercept" else name
        made[f"pooled_{label}"] = of_step(plain, name)
    indicators = pd.get_dummies(data["site"], drop_first=True, dtype=float)
    with_sites = data.join(indicators)
    columns = ["intercept", *indicators.columns, *COVARIATES]
    adjusted = converged(
        lambda site, rows, previous, number: logistic_sums(
            site, rows[columns], rows["status"], previous, number
        ),
        list(with_sites.groupby("site")),
    )
    stratified = converged(
        lambda site, rows, previous, number: cox_sums(
            site, rows[COVARIATES], rows["time"], rows["status"], previous, number
        ),
        sites,
    )
    for name in COVARIATES:
        made[f"pooled_siteadj_{name}"] = of_step(adjusted, name)
        made[f"cox_stratified_{name}"] = of_step(stratified, name)
    tables = [pd.crosstab(1 - rows["sex"], 1 - rows["status"]).to_numpy() for _, rows in sites]
    odds = mantel_haenszel(tables)
    made["MH_OR_sex"] = {
        "value": np.exp(odds.log_ratio),
        "ci_low": np.exp(odds.log_ratio - Z * odds.se),
        "ci_high": np.exp(odds.log_ratio + Z * odds.se),
        "chi2": odds.chi2[0],
        "p": odds.chi2[1],
    }
    return made


def of_step(step, name) -> dict:
    return {
        "value": step.coefficients[name],
        "se": np.sqrt(step.covariance.loc[name, name]),
    }
