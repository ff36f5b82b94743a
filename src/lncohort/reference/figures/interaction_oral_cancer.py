"""Interaction of alcohol and smoking in oral cancer."""

import numpy as np
import pandas as pd

from lncohort.estimate.interaction import additive_interaction
from lncohort.estimate.logistic import fit_logistic
from lncohort.reference.cases import data_of
from lncohort.reference.figures import coefficient, of_row, ratio


def figures() -> dict[str, dict]:
    data = data_of("interaction-oral-cancer")
    alcohol, smoking = data["alc"] == 1, data["smk"] == 1
    cells = {"10": alcohol & ~smoking, "01": ~alcohol & smoking, "11": alcohol & smoking}
    design = pd.DataFrame({"intercept": 1.0} | cells).astype(float)
    fit = fit_logistic(design, data["oc"])
    product = {"10": -1.0, "01": -1.0, "11": 1.0}
    made = {
        "logit_coef_intercept": coefficient(*fit.contrast({"intercept": 1.0})),
        "logit_coef_alc": coefficient(*fit.contrast({"10": 1.0})),
        "logit_coef_smk": coefficient(*fit.contrast({"01": 1.0})),
        "logit_coef_alc_x_smk": coefficient(*fit.contrast(product)),
        "OR_multiplicative": ratio(*fit.contrast(product)),
    }
    made |= {f"OR{cell}": ratio(*fit.contrast({cell: 1.0})) for cell in cells}
    rows = additive_interaction(fit.coefficients.to_numpy()[1:], fit.covariance.to_numpy()[1:, 1:])
    found = {(row["measure"], row["method"].split()[0]): row for row in rows}
    for measure in ("RERI", "AP"):
        delta = of_row(found[measure, "delta"])
        made[f"{measure}_delta"] = delta
        made[f"{measure}_mover"] = of_row(found[measure, "MOVER"])
        made[f"{measure}_delta_p"] = delta | {
            "value": delta["p"],
            "z": delta["value"] / delta["se"],
        }
    synergy = found["S", "delta"]
    made["SI_delta"] = made["SI_mover"] = of_row(synergy)  # of two logs MOVER is the delta method
    logs = of_row(
        {k: np.log(v) for k, v in synergy.items() if k in ("estimate", "ci_low", "ci_high")}
        | {"p_value": synergy["p_value"]}
    )
    made["lnS_delta_p"] = {
        "value": synergy["p_value"],
        "se": logs["se"],
        "z": logs["value"] / logs["se"],
    }
    return made
