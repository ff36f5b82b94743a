"""Weighting and matching in the job training programme."""

import numpy as np
import pandas as pd

from lncohort.estimate.balance import balance
from lncohort.estimate.matching import match_nearest
from lncohort.estimate.propensity import effective_sample_size, fit_propensity, weights
from lncohort.estimate.weighted_effect import propensity_weighted_effect, weighted_effect
from lncohort.reference.cases import data_of
from lncohort.reference.figures import coefficient

NUMBERS = ["age", "educ", "married", "nodegree", "re74", "re75"]


def figures() -> dict[str, dict]:
    data = data_of("weighting-lalonde")
    treated, outcome = data["treat"] == 1, data["re78"]
    races = pd.get_dummies(data["race"], prefix="race", dtype=float)
    design = pd.concat(
        [
            data[["age", "educ"]],
            races[["race_hispan", "race_white"]].set_axis(["racehispan", "racewhite"], axis=1),
            data[["married", "nodegree", "re74", "re75"]],
        ],
        axis=1,
    )
    propensity = fit_propensity(design, treated)
    made = {
        "counts": {"value": len(data), "treated": treated.sum()},
        "crude_diff": {"value": outcome[treated].mean() - outcome[~treated].mean()},
    }
    for name, value in propensity.fit.coefficients.items():
        se = np.sqrt(propensity.fit.covariance.loc[name, name])
        label = "(Intercept)" if name == "intercept" else name
        made[f"ps_coef_{label}"] = coefficient(value, se)
    described = data[NUMBERS].join(races)
    for estimand in ("ATE", "ATT", "ATO"):
        effect = propensity_weighted_effect(outcome, propensity, estimand)
        weight = weights(propensity, estimand)
        fixed = weighted_effect(outcome, treated, weight)
        made[f"{estimand}_diff"] = {
            "value": effect.difference,
            "se": effect.se,
            "ci_low": effect.interval[0],
            "ci_high": effect.interval[1],
            "p": effect.p_value,
            "se_weights_fixed": fixed.se,
            "mean1": effect.mean_treated,
            "mean0": effect.mean_other,
        }
        made[f"{estimand}_ratio"] = {
            "value": effect.ratio,
            "ci_low": effect.ratio_interval[0],
            "ci_high": effect.ratio_interval[1],
            "se_log": effect.se_log,
            "se_log_weights_fixed": fixed.se_log,
        }
        made[f"{estimand}_ESS_treated"] = {
            "value": effective_sample_size(weight[treated]),
            "ESS_control": effective_sample_size(weight[~treated]),
        }
        by = "treated" if estimand == "ATT" else "pooled"
        for row in balance(described, treated, weight, by).itertuples():
            made[f"{estimand}_smd_{row.Index}"] = {
                "value": row.smd_weighted,
                "unadjusted": row.smd,
            }
    matched = match_nearest(propensity.score, treated, side="below")  # as MatchIt 4.5.1 did
    made["match_nn_pairs"] = {"value": len(matched.treated)}
    difference = outcome.to_numpy()[matched.treated] - outcome.to_numpy()[matched.other]
    made["match_nn_ATT_crude"] = {"value": difference.mean()}
    chosen = np.zeros(len(data))
    chosen[matched.treated] = chosen[matched.other] = 1.0
    for row in balance(described, treated, chosen, "treated").itertuples():
        made[f"match_nn_smd_{row.Index}"] = {"value": row.smd_weighted}
    return made
