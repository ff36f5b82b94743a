"""Standardised risks, their difference and ratio."""

import numpy as np
import pytest

from lncohort.analyses.standardised_risk import risk_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients


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
