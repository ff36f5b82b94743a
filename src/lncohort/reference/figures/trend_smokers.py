"""Crude trend over four groups."""

import numpy as np

from lncohort.estimate.armitage import armitage_trend
from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.reference.cases import data_of
from lncohort.reference.figures import coefficient


def figures() -> dict[str, dict]:
    data = data_of("trend-smokers")
    smokers, patients = data["smokers"], data["patients"]
    made = {}
    for name, scores in (("scores_1_4", [1, 2, 3, 4]), ("scores_0001", [0, 0, 0, 1])):
        found = armitage_trend(smokers, patients, scores)
        made[f"chi2_trend_{name}"] = dict(zip(("value", "df", "p"), found.trend, strict=True))
    made["chi2_heterogeneity"] = dict(zip(("value", "df", "p"), found.heterogeneity, strict=True))
    group = data["group"].repeat(patients).reset_index(drop=True).astype(float)
    outcome = np.concatenate([np.arange(n) < k for n, k in zip(patients, smokers, strict=True)])
    fit = fit_logistic(with_intercept(group.rename("score")), outcome)
    made["logit_slope"] = coefficient(*fit.contrast({"score": 1.0}))
    return made
