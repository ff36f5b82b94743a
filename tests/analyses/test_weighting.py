"""Propensity scores in the study: the truth is found, and what cannot be compared is told."""

import numpy as np
import pytest

from lncohort.analyses.weighting import MODELS, OUTSIDE, UNMATCHED, weighting_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients


def rows_of(nanjing, patients):
    return as_estimates(weighting_rows(nanjing, patients, "w"))


@pytest.fixture(scope="module")
def patients():
    return made_patients(20_000, seed=50)


@pytest.fixture(scope="module")
def rows(nanjing, patients):
    return rows_of(nanjing, patients)


def standardised(patients, weights):
    """The risk difference of the process, severity by severity."""
    severity = patients["sledai"].cat.codes
    risk = [1 / (1 + np.exp(0.2 + 0.9 * severity - effect)) for effect in (1.0, 0.0)]
    return float(np.average(risk[0] - risk[1], weights=weights))


@pytest.mark.parametrize(
    ("model", "whom"),
    [
        ("weighted to all", "all"),
        ("doubly robust", "all"),
        ("weighted to users", "users"),
        ("matched 1:1", "users"),
    ],
)
def test_the_risk_difference_of_the_process_is_found(patients, rows, model, whom):
    weights = np.ones(len(patients)) if whom == "all" else patients["exposed"]
    found = rows[(rows["model"] == model) & (rows["measure"] == "RD")].iloc[0]
    se = (found["ci_high"] - found["ci_low"]) / (2 * 1.96)
    assert found["estimate"] == pytest.approx(standardised(patients, weights), abs=3 * se)
    crude = rows[(rows["model"] == "crude") & (rows["measure"] == "RD")]["estimate"].iloc[0]
    assert crude < found["estimate"] - 3 * se


def test_weights_and_pairs_balance_what_was_not_balanced(rows):
    smd = rows[rows["measure"] == "SMD"].assign(size=lambda r: r["estimate"].abs())
    largest = smd.groupby("model")["size"].max()
    assert largest["crude"] > 0.5
    assert largest["weighted to all"] < 0.02
    assert largest["weighted to users"] < 0.02
    assert largest["overlap weights"] < 1e-6
    assert largest["matched 1:1"] < largest["crude"] / 3


def test_crude_risks_are_those_of_the_two_groups(patients, rows):
    share = patients.groupby("exposed")["response"].mean()
    crude = rows[rows["model"] == "crude"].set_index("measure")["estimate"]
    assert crude["RD"] == pytest.approx(share[True] - share[False])
    assert crude["RR"] == pytest.approx(share[True] / share[False])


def test_users_without_a_match_and_patients_without_overlap_are_counted(nanjing):
    patients = made_patients(400, seed=51)
    young = patients["exposed"] & (patients["age"] < 25)
    patients.loc[young, "age"] = -40.0
    counts = rows_of(nanjing, patients).set_index("level")["estimate"]
    assert counts[OUTSIDE] > 0.8 * young.sum()
    assert counts[UNMATCHED] > 0


def test_a_score_that_cannot_be_estimated_leaves_no_number(nanjing):
    patients = made_patients(400, seed=52)
    patients["age"] = np.where(patients["exposed"], 60.0, 20.0)
    found = rows_of(nanjing, patients)
    assert set(found["model"]) == set(MODELS)
    assert found["estimate"].isna().all()
    assert found["note"].str.startswith("not estimable").all()


@pytest.mark.parametrize(("lost", "told"), [(0, True), (4, False), (5, True)])
def test_size_of_the_sample_does_not_tell_that_few_were_left_out(nanjing, lost, told):
    patients = made_patients(600, seed=53)
    patients.loc[patients.index[:lost], "egfr"] = np.nan
    rows = rows_of(nanjing, patients)
    sizes = rows[rows["measure"] == "effective sample size"].set_index("model")["estimate"]
    assert ("crude" in sizes) == told
    assert "weighted to all" in sizes
