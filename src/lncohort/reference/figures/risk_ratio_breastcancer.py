"""Risk ratios and standardised risks of breast cancer death."""

import numpy as np
import pandas as pd

from lncohort.estimate.logistic import fit_logistic, level_column
from lncohort.estimate.risk_ratio import fit_log_binomial, fit_modified_poisson
from lncohort.estimate.rows import wald
from lncohort.estimate.standardise import standardised_risks
from lncohort.reference.cases import data_of
from lncohort.reference.figures import of_row, ratio

STAGES = ("Stage II", "Stage III")


def figures() -> dict[str, dict]:
    data = data_of("risk-ratio-breastcancer")
    columns = {f"stage{stage}": data["stage"] == stage for stage in STAGES}
    columns["receptorLow"] = data["receptor"] == "Low"
    design = pd.DataFrame({"intercept": 1.0} | columns).astype(float)
    made = {}
    for name, fit in (
        ("logbin_RR", fit_log_binomial(design, data["death"])),
        ("robpoisson_RR", fit_modified_poisson(design, data["death"])),
        ("logit_OR", fit_logistic(design, data["death"])),
    ):
        for column in columns:
            se = np.sqrt(fit.covariance.loc[column, column])
            made[f"{name}_{column}"] = ratio(fit.coefficients[column], se)
    stages = {f"stage{stage}": level_column(stage) for stage in STAGES}
    by_stage = fit_logistic(design.rename(columns=stages), data["death"])
    risks, covariance = standardised_risks(by_stage, [None, *STAGES])
    for i, stage in enumerate(("Stage_I", "Stage_II", "Stage_III")):
        made[f"gcomp_risk_stage_{stage}"] = {"value": risks[i]}
        if i:
            difference, share = np.zeros(3), np.zeros(3)
            difference[[0, i]] = -1, 1
            share[[0, i]] = -1 / risks[0], 1 / risks[i]
            rd = wald(risks[i] - risks[0], np.sqrt(difference @ covariance @ difference), float)
            made[f"gcomp_RD_{stage}"] = of_row(rd)
            made[f"gcomp_RR_{stage}"] = ratio(
                np.log(risks[i] / risks[0]), np.sqrt(share @ covariance @ share)
            )
    receptor = design.rename(columns={"receptorLow": level_column("Low")})
    risks, _ = standardised_risks(fit_logistic(receptor, data["death"]), [None, "Low"])
    made["gcomp_risk_receptor_High"] = {"value": risks[0]}
    made["gcomp_risk_receptor_Low"] = {"value": risks[1]}
    return made
