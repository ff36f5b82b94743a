"""Plasma cell malignancy and death after monoclonal gammopathy."""

import numpy as np

from lncohort.estimate.competing import fit_fine_gray, gray_test
from lncohort.estimate.cox import concordance, fit_cox
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.reference.cases import data_of
from lncohort.reference.figures import hazard_ratios

CAUSES = {"pcm": 1, "death": 2}
COVARIATES = {"age": "age", "sexM": "sexM", "mspike": "mspike"}
MONTHS = np.array([60, 120, 240])


def figures() -> dict[str, dict]:
    data = data_of("competing-mgus2")
    made = {}
    for sex, own in data.groupby("sex"):
        months, event = own["etime"].to_numpy(), own["event_code"].to_numpy()
        for name, cause in CAUSES.items():
            for point in cumulative_incidence(months, event, cause, MONTHS).itertuples():
                made[f"AJ_{name}_{sex}_m{point.day}"] = {"value": point.estimate, "se": point.se}
        alone = cumulative_incidence(months, np.where(event == 1, 1, 0), 1, MONTHS)
        made[f"oneminusKM_pcm_{sex}_m240"] = {"value": alone["estimate"].iloc[-1]}
    complete = data.assign(sexM=(data["sex"] == "M").astype(float))
    complete = complete[["etime", "event_code", *COVARIATES]].dropna()
    design = complete[list(COVARIATES)].astype(float)
    for name, cause in CAUSES.items():
        fit = fit_cox(design, complete["etime"], complete["event_code"] == cause)
        made |= hazard_ratios(f"cs_{name}_cox", fit, COVARIATES)
        made[f"cs_{name}_cox_LR_chi2"] = {"value": fit.chi2, "df": design.shape[1]}
        made[f"cs_{name}_cox_concordance"] = {"value": concordance(fit)}
        test = gray_test(data["etime"], data["event_code"], data["sex"], cause)
        made[f"gray_test_{name}"] = {"value": test["chi2"], "df": test["df"], "p": test["p_value"]}
    fit = fit_fine_gray(design, complete["etime"], complete["event_code"])
    for prefix in ("fg_pcm", "crr_pcm"):
        made |= hazard_ratios(prefix, fit, COVARIATES)
    return made
