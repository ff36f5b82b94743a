"""Risk ratios of use are those of the models."""

import numpy as np
import pytest

from lncohort.analyses.odds_ratios import prepare
from lncohort.analyses.risk_ratio import risk_ratio_rows
from lncohort.estimate.logistic import with_intercept
from lncohort.estimate.risk_ratio import fit_modified_poisson
from lncohort.estimate.rows import as_estimates
from made import made_patients


def test_risk_ratio_of_use_is_that_of_the_model_by_hand(nanjing):
    patients = made_patients(4000, seed=93)
    rows = as_estimates(risk_ratio_rows(nanjing, patients, "r")).set_index("model")
    prepared = prepare(nanjing, patients, adjusted=True)
    used = prepared.patients["exposed"].astype(float).rename("exposed")
    design = with_intercept(used, prepared.covariates)
    fit = fit_modified_poisson(design, prepared.patients["response"].astype(float))
    found = np.log(rows.loc["modified Poisson", "estimate"])
    assert found == pytest.approx(fit.coefficients["exposed"])
    assert rows.loc["log-binomial", "estimate"] == pytest.approx(
        rows.loc["modified Poisson", "estimate"], rel=0.1
    )


def test_outcome_that_nobody_has_gives_no_ratio_and_says_why(nanjing):
    patients = made_patients(500, seed=94)
    patients["response"] = False
    rows = as_estimates(risk_ratio_rows(nanjing, patients, "r"))
    assert rows["model"].tolist() == ["modified Poisson", "log-binomial"]
    assert rows["estimate"].isna().all()
    assert rows["note"].str.startswith("not estimable").all()
