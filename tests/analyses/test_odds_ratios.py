"""Odds ratios of an exposure: crude, adjusted, and none where there is none."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import logit

from lncohort.analyses.odds_ratios import FIRTH, fit_levels, odds_ratio_rows
from lncohort.estimate.logistic import METHOD
from lncohort.estimate.rows import as_estimates
from made import made_patients


@pytest.fixture
def patients():
    return made_patients(1500, seed=4)


def rows_of(study, patients, exposure="use", reference="never"):
    made = odds_ratio_rows(study, patients, "a", exposure, reference, "tacrolimus")
    return as_estimates(made).set_index(["model", "level"])


def test_crude_odds_ratio_is_that_of_the_two_by_two_table(nanjing, patients):
    found = rows_of(nanjing, patients).loc[("crude", "ever")]
    table = pd.crosstab(patients["use"], patients["response"])
    a, b = table.loc["ever", True], table.loc["ever", False]
    c, d = table.loc["never", True], table.loc["never", False]
    error = np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert found["estimate"] == pytest.approx(a * d / (b * c), rel=1e-8)
    assert found["ci_low"] == pytest.approx(a * d / (b * c) * np.exp(-1.959964 * error), rel=1e-6)
    assert (found["n"], found["events"]) == (a + b, a)


def test_adjusted_odds_ratio_recovers_the_effect_and_the_crude_does_not(nanjing):
    patients = made_patients(60_000, seed=5)
    found = rows_of(nanjing, patients)
    assert np.log(found.loc[("adjusted", "ever"), "estimate"]) == pytest.approx(1.0, abs=0.1)
    assert np.log(found.loc[("crude", "ever"), "estimate"]) < 0.85


def test_reference_level_is_one_and_says_so(nanjing, patients):
    found = rows_of(nanjing, patients).loc[("adjusted", "never")]
    assert (found["estimate"], found["note"]) == (1.0, "reference")
    assert np.isnan(found["ci_low"])


@pytest.mark.parametrize("outcome", [False, True])
def test_level_with_one_outcome_has_a_penalised_odds_ratio_and_says_so(nanjing, patients, outcome):
    patients = patients[(patients["dose_band"] != "≥4") | (patients.index % 4 == 0)].copy()
    patients.loc[patients["dose_band"] == "≥4", "response"] = outcome
    found = rows_of(nanjing, patients, "dose_band").loc[("adjusted", "≥4")]
    cell = patients[patients["dose_band"] == "≥4"]
    assert (found["estimate"] > 1) == outcome
    assert 0 < found["ci_low"] < found["estimate"] < found["ci_high"] < 1e5
    assert found["method"] == FIRTH
    told = f"{len(cell) * outcome} responses among {len(cell)}: by Firth's penalised likelihood"
    assert found["note"] == told


def test_levels_with_both_outcomes_are_not_touched_by_one_that_has_not(nanjing, patients):
    patients.loc[patients["dose_band"] == "≥4", "response"] = False
    found = rows_of(nanjing, patients, "dose_band")
    alone = patients[patients["dose_band"] != "≥4"]
    alone = alone.assign(dose_band=alone["dose_band"].cat.remove_unused_categories())
    expected = rows_of(nanjing, alone, "dose_band").loc[("adjusted", "<2"), "estimate"]
    assert found.loc[("adjusted", "<2"), "estimate"] == pytest.approx(expected)
    assert found.loc[("adjusted", "<2"), "method"] == METHOD


def test_reference_with_one_outcome_leaves_no_odds_ratio_at_all(nanjing, patients):
    patients.loc[patients["use"] == "never", "response"] = False
    found = rows_of(nanjing, patients)
    assert np.isnan(found.loc[("adjusted", "ever"), "estimate"])
    assert "in the reference" in found.loc[("adjusted", "ever"), "note"]


def test_covariate_level_that_predicts_the_outcome_leaves_with_its_count(nanjing, patients):
    males = patients["sex"] == "male"
    patients.loc[males, "response"] = False
    fit = fit_levels(nanjing, patients, "use", "never", adjusted=True)
    assert f"sex male: 0 responses among {males.sum()}, left out" in fit.notes
    assert len(fit.design) == (~males).sum()
    assert not any("male" in column for column in fit.design.columns)


def test_patients_with_a_missing_number_leave_and_are_counted(nanjing, patients):
    patients.loc[patients.index[:7], "egfr"] = np.nan
    fit = fit_levels(nanjing, patients, "use", "never", adjusted=True)
    assert "7 patients with a missing covariate left out" in fit.notes
    assert len(fit.design) == len(patients) - 7


def test_adjusted_odds_ratio_is_that_of_a_model_written_as_a_formula(nanjing, patients):
    found = rows_of(nanjing, patients).loc[("adjusted", "ever")]
    data = patients.assign(y=patients["response"].astype(int), clas=patients["class"])
    for name in ("sex", "sledai", "proteinuria", "clas", "comorbidity"):
        data[name] = data[name].astype(str)
    formula = "y ~ exposed + age + sex + sledai + proteinuria + egfr + clas + comorbidity"
    fitted = logit(formula, data.assign(exposed=data["exposed"].astype(int))).fit(disp=0)
    assert np.log(found["estimate"]) == pytest.approx(fitted.params["exposed"], abs=1e-7)
    assert np.log(found[["ci_low", "ci_high"]].astype(float)).to_numpy() == pytest.approx(
        fitted.conf_int().loc["exposed"].to_numpy(), abs=1e-6
    )
    assert found["p_value"] == pytest.approx(fitted.pvalues["exposed"], rel=1e-5)


def test_level_that_only_the_complete_cases_decide_says_their_outcomes(nanjing, patients):
    high = patients["dose_band"] == "≥4"
    patients.loc[high & patients["response"], "egfr"] = np.nan
    found = rows_of(nanjing, patients, "dose_band")
    unanswered = int((high & ~patients["response"]).sum())
    assert np.isfinite(found.loc[("crude", "≥4"), "estimate"])
    note = f"0 responses among {unanswered}: by Firth's penalised likelihood"
    assert found.loc[("adjusted", "≥4"), "note"] == note


def test_contrast_of_a_column_that_is_not_there_is_an_error(nanjing, patients):
    fit = fit_levels(nanjing, patients, "use", "never", adjusted=False)
    with pytest.raises(KeyError):
        fit.contrast({"exposure: always": 1.0})


def test_order_of_the_patients_does_not_matter(nanjing, patients):
    once = rows_of(nanjing, patients)
    again = rows_of(nanjing, patients.sample(frac=1, random_state=1))
    np.testing.assert_allclose(once["estimate"], again["estimate"], rtol=1e-10)
