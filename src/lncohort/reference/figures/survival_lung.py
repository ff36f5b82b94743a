"""Survival in advanced lung cancer."""

from lncohort.estimate.cox import concordance, fit_cox, proportional_hazards_test
from lncohort.estimate.kaplan_meier import (
    compare_curves,
    kaplan_meier,
    median_survival,
    restricted_mean,
    survival_at,
)
from lncohort.reference.cases import data_of
from lncohort.reference.figures import hazard_ratios

COVARIATES = ["age", "sex", "ph.ecog"]


def figures() -> dict[str, dict]:
    data = data_of("survival-lung")
    died = data["status"] == 2
    made = {}
    for name, sex in (("all", None), ("1", 1), ("2", 2)):
        own = data if sex is None else data[data["sex"] == sex]
        curve = kaplan_meier(own["time"], died[own.index])
        prefix = "km" if sex is None else "sexkm"
        median = median_survival(curve)
        made[f"{prefix}_median_{name}"] = {
            "value": median["estimate"],
            "ci_low": median["ci_low"],
            "ci_high": median["ci_high"],
            "n": len(own),
            "events": died[own.index].sum(),
        }
        days = [180, 365, 730] if sex is None else [365]
        for day, row in zip(days, survival_at(curve, days).itertuples(), strict=True):
            made[f"{prefix}_surv_{name}_t{day}"] = {
                "value": row.survival,
                "ci_low": row.ci_low,
                "ci_high": row.ci_high,
                "n_risk": row.at_risk,
            }
        if sex is not None:
            mean = restricted_mean(curve, 365)
            made[f"rmst365_sex{sex}"] = {"value": mean.value, "se": mean.se}
    for name, rho in (("logrank", 0), ("petopeto", 1)):
        test = compare_curves(data["time"], died, data["sex"], rho)
        made[f"{name}_sex"] = {"value": test["chi2"], "df": test["df"], "p": test["p_value"]}
    complete = data[["time", *COVARIATES]].dropna().astype(float)
    event = died[complete.index]
    for prefix, covariates, rows, strata in (
        ("sex_cox", ["sex"], data.astype({"sex": float}), None),
        ("adj_cox", COVARIATES, complete, None),
        ("strat_cox", ["age", "ph.ecog"], complete, complete["sex"]),
    ):
        fit = fit_cox(rows[covariates], rows["time"], died[rows.index], strata=strata)
        made |= hazard_ratios(prefix, fit, dict(zip(covariates, covariates, strict=True)))
        made[f"{prefix}_LR_chi2"] = {"value": fit.chi2, "df": len(covariates)}
        made[f"{prefix}_concordance"] = {"value": concordance(fit)}
    fit = fit_cox(complete[COVARIATES], complete["time"], event)
    for transform in ("km", "rank", "identity"):
        for row in proportional_hazards_test(fit, transform).itertuples():
            made[f"adj_zph_{transform}_{row.Index}"] = {
                "value": row.chi2,
                "df": row.df,
                "p": row.p_value,
            }
    breslow = fit_cox(complete[COVARIATES], complete["time"], event, ties="breslow")
    made |= hazard_ratios("breslow", breslow, dict(zip(COVARIATES, COVARIATES, strict=True)))
    return made
