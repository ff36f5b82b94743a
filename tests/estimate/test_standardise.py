"""Standardised risks, their difference and ratio."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.logistic import fit_logistic, level_column
from lncohort.estimate.rows import as_estimates, wald
from lncohort.estimate.standardise import risk_rows, standardised_risks
from made import made_patients
from reference_case import Case


@pytest.fixture(scope="module")
def stages():
    case = Case("risk-ratio-breastcancer")
    data = case.data
    design = pd.DataFrame({"intercept": np.ones(len(data))})
    for stage in ("Stage II", "Stage III"):
        design[level_column(stage)] = (data["stage"] == stage).astype(float)
    design["low"] = (data["receptor"] == "Low").astype(float)
    fit = fit_logistic(design, data["death"])
    return case, standardised_risks(fit, [None, "Stage II", "Stage III"])


def test_risks_differences_and_ratios_are_those_of_the_published_case(stages):
    case, (risks, covariance) = stages
    for i, stage in enumerate(("Stage_I", "Stage_II", "Stage_III")):
        case.meets(f"gcomp_risk_stage_{stage}", risks[i])
    for i, stage in ((1, "Stage_II"), (2, "Stage_III")):
        difference = np.zeros(3)
        difference[[0, i]] = [-1, 1]
        figures = wald(risks[i] - risks[0], np.sqrt(difference @ covariance @ difference), float)
        limits = {key: figures[key] for key in ("ci_low", "ci_high")}
        case.meets(f"gcomp_RD_{stage}", figures["estimate"], **limits)
        ratio = np.zeros(3)
        ratio[[0, i]] = [-1 / risks[0], 1 / risks[i]]
        figures = wald(np.log(risks[i] / risks[0]), np.sqrt(ratio @ covariance @ ratio))
        limits = {key: figures[key] for key in ("ci_low", "ci_high")}
        case.meets(f"gcomp_RR_{stage}", figures["estimate"], **limits)


def test_rows_of_risk_difference_and_ratio_belong_together(nanjing):
    patients = made_patients(2000, seed=6)
    table = as_estimates(risk_rows(nanjing, patients, "a", "use", "never", "tacrolimus"))
    value = table.set_index(["level", "measure"])["estimate"]
    ever, never = value["ever", "risk"], value["never", "risk"]
    assert value["ever", "RD"] == pytest.approx(ever - never)
    assert value["ever", "RR"] == pytest.approx(ever / never)
    risks = table[table["measure"] == "risk"]
    assert ((risks["ci_low"] < risks["estimate"]) & (risks["ci_high"] < 1)).all()


def test_without_confounding_the_standardised_risk_is_the_crude_risk(nanjing):
    patients = made_patients(2000, seed=6)
    study = nanjing.model_copy(update={"covariates": ()})
    table = as_estimates(risk_rows(study, patients, "a", "use", "never", "tacrolimus"))
    risks = table[table["measure"] == "risk"].set_index("level")
    crude = patients.groupby("use", observed=True)["response"].mean()
    for level in ("ever", "never"):
        assert risks.loc[level, "estimate"] == pytest.approx(crude[level], abs=1e-8)


def test_level_with_one_outcome_has_its_row_without_a_risk(nanjing):
    patients = made_patients(2000, seed=6)
    alone = patients["regimen"] == "TAC alone"
    patients.loc[alone, "response"] = True
    made = risk_rows(nanjing, patients, "a", "regimen", "CYC alone", "regimen")
    (found,) = [r for r in made if r["level"] == "TAC alone"]
    assert np.isnan(found["estimate"])
    assert found["note"] == f"not estimable: {alone.sum()} responses among {alone.sum()}"
    assert len([r for r in made if r["measure"] == "risk"]) == patients["regimen"].nunique()


def test_risk_that_cannot_be_estimated_says_why(nanjing):
    patients = made_patients(300, seed=6)
    patients.loc[patients["use"] == "never", "response"] = False
    table = as_estimates(risk_rows(nanjing, patients, "a", "use", "never", "tacrolimus"))
    assert table["estimate"].isna().all()
    assert table["note"].str.contains("not estimable").all()
