"""Three drugs: pairs and the three-way term, and what a cohort without the unexposed can say."""

import numpy as np
import pytest

from lncohort.analyses.three_drugs import three_drug_rows
from lncohort.estimate.rows import as_estimates
from made import DRUGS, made_patients


def rows_of(nanjing, patients):
    return as_estimates(three_drug_rows(nanjing, patients, "t", DRUGS))


def given(patients):
    return patients[[f"{drug}_use" for drug in DRUGS]].to_numpy(dtype=float).T


def test_terms_of_the_process_are_found_where_some_were_given_none(nanjing):
    patients = made_patients(60_000, seed=60)
    random = np.random.default_rng(60)
    for drug in DRUGS:
        patients[f"{drug}_use"] = random.random(len(patients)) < 0.5
    a, b, c = given(patients)
    linear = -1 + 0.3 * a + 0.2 * b + 0.1 * c + 0.5 * a * b - 0.4 * b * c + 0.6 * a * b * c
    patients["response"] = random.random(len(patients)) < 1 / (1 + np.exp(-linear))
    found = rows_of(nanjing, patients)
    found = np.log(found.set_index("contrast")["estimate"])
    truth = {"TAC × CYC": 0.5, "TAC × MMF": 0.0, "CYC × MMF": -0.4, "TAC × CYC × MMF": 0.6}
    for term, value in truth.items():
        assert found[term] == pytest.approx(value, abs=0.25)


def test_without_unexposed_the_pairs_are_there_and_the_three_way_term_says_why_not(nanjing):
    found = rows_of(nanjing, made_patients(4000, seed=61))
    found = found.set_index("contrast")
    assert np.isnan(found.loc["TAC × CYC × MMF", "estimate"])
    assert "every patient was given at least one" in found.loc["TAC × CYC × MMF", "note"]
    assert found["estimate"].notna().sum() == 3


def test_pairs_without_unexposed_are_those_of_the_seven_shares(nanjing):
    patients = made_patients(4000, seed=61)
    cells = patients.groupby([f"{drug}_use" for drug in DRUGS])["response"].mean()
    logit = np.log(cells / (1 - cells))
    unadjusted = nanjing.model_copy(update={"covariates": ()})
    pairs = rows_of(unadjusted, patients).set_index("contrast")["estimate"]
    t, f = True, False
    # of seven cells and seven terms: all three, less two pairs, plus what they share
    product = logit[t, t, t] - logit[t, f, t] - logit[f, t, t] + logit[f, f, t]
    assert np.log(pairs["TAC × CYC"]) == pytest.approx(product, abs=1e-6)


def test_regimen_with_one_outcome_is_refused(nanjing):
    patients = made_patients(1000, seed=62)
    patients.loc[patients["regimen"] == "TAC+CYC+MMF", "response"] = False
    found = rows_of(nanjing, patients)
    assert found["estimate"].isna().all()
