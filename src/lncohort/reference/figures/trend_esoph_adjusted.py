"""Adjusted trend and interaction of alcohol and tobacco in oesophageal cancer."""

import numpy as np
import pandas as pd

from lncohort.estimate.interaction import additive_interaction
from lncohort.estimate.logistic import fit_logistic, likelihood_ratio_p, with_intercept
from lncohort.reference.cases import expanded_esoph
from lncohort.reference.figures import coefficient, dummies, of_row, ratio


def figures() -> dict[str, dict]:
    rows = expanded_esoph()
    age, tobacco = dummies(rows["agegp"]), dummies(rows["tob"])
    alcohol = dummies(rows["alc"]).add_prefix("alc")
    bands = fit_logistic(with_intercept(alcohol, age, tobacco), rows["case"])
    none = fit_logistic(with_intercept(age, tobacco), rows["case"])
    made = {f"OR_alc{band}": ratio(*bands.contrast({f"alc{band}": 1.0})) for band in (2, 3, 4)}
    for name, scores in (
        ("rank", rows["alc"].astype(float)),
        ("midpoint", rows["alc"].map({1: 20.0, 2: 60.0, 3: 100.0, 4: 150.0})),
    ):
        fit = fit_logistic(with_intercept(scores.rename("score"), age, tobacco), rows["case"])
        made[f"trend_alc_{name}"] = coefficient(*fit.contrast({"score": 1.0})) | {
            "LR_chi2": 2 * (fit.log_likelihood - none.log_likelihood)
        }
        made[f"departure_from_linearity_{name}"] = {
            "value": 2 * (bands.log_likelihood - fit.log_likelihood),
            "df": len(bands.coefficients) - len(fit.coefficients),
            "p": likelihood_ratio_p(bands, fit),
        }
    scores = rows[["alc", "tob"]].astype(float).assign(product=rows["alc"] * rows["tob"])
    fit = fit_logistic(with_intercept(scores, age), rows["case"])
    made["interaction_alc_tob_scores"] = coefficient(*fit.contrast({"product": 1.0}))
    made["totals"] = {"value": (rows["case"] == 1).sum(), "controls": (rows["case"] == 0).sum()}
    heavy, smoker = rows["alc"] >= 3, rows["tob"] >= 3
    cells = {"10": heavy & ~smoker, "01": ~heavy & smoker, "11": heavy & smoker}
    design = pd.concat([pd.DataFrame({"intercept": 1.0} | cells).astype(float), age], axis=1)
    fit, names = fit_logistic(design, rows["case"]), list(cells)
    found = {
        row["measure"]: row
        for row in additive_interaction(
            fit.coefficients[names].to_numpy(), fit.covariance.loc[names, names].to_numpy()
        )
        if row["method"].startswith("delta")
    }
    made["adjusted_RERI"], made["adjusted_AP"] = of_row(found["RERI"]), of_row(found["AP"])
    logs = {k: np.log(found["S"][k]) for k in ("estimate", "ci_low", "ci_high")}
    made["adjusted_lnS"] = of_row(logs | {"p_value": found["S"]["p_value"]})
    return made
