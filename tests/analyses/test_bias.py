"""Bias analysis of the study: the table of the cohort, corrected as its file says."""

import numpy as np
import pytest

from lncohort.analyses.bias import bias_rows
from lncohort.estimate.bias_analysis import (
    Distribution,
    ExposureMisclassification,
    probabilistic_bias_analysis,
)
from lncohort.estimate.rows import as_estimates
from lncohort.study.model import Analysis, BiasAssumptions
from made import made_patients

USE = {"sensitivity": (0.8, 0.95), "specificity": (0.95, 0.99)}
CONFOUNDER = {
    "confounder_in_users": (0.3, 0.5),
    "confounder_in_others": (0.1, 0.2),
    "confounder_risk_ratio": (0.5, 0.8),
}


def rows_of(patients, **assumptions):
    analysis = Analysis(
        name="b", kind="bias_analysis", seed=1, assumptions=BiasAssumptions(**assumptions)
    )
    return as_estimates(bias_rows(patients, analysis)).set_index(["contrast", "measure"])


def test_rows_are_those_of_the_estimator_on_the_cohort_s_table():
    patients = made_patients(2000, seed=91)
    table = [
        [((patients["exposed"] == used) & (patients["response"] == y)).sum() for used in (1, 0)]
        for y in (1, 0)
    ]
    bias = ExposureMisclassification(
        *(Distribution("uniform", USE[key]) for key in ("sensitivity", "specificity"))
    )
    peer = probabilistic_bias_analysis(np.array(table, float), bias, "OR", seed=1)
    found = rows_of(patients, **USE).loc["misclassified use"]
    assert found.loc["OR, observed", "estimate"] == pytest.approx(peer.observed)
    total = found.loc["OR, bias and random error", ["estimate", "ci_low", "ci_high"]]
    assert total.tolist() == pytest.approx([peer.total.median, peer.total.low, peer.total.high])


def test_a_confounder_that_lowers_the_response_of_users_raises_their_ratio():
    found = rows_of(made_patients(2000, seed=91), **CONFOUNDER).loc["unmeasured confounder"]
    assert found.loc["OR, bias alone", "ci_low"] > found.loc["OR, observed", "estimate"]
    assert found["p_value"].isna().all()


def test_both_biases_can_be_asked_for():
    found = rows_of(made_patients(2000, seed=91), **USE, **CONFOUNDER)
    assert found.index.get_level_values("contrast").nunique() == 2


def test_an_empty_cell_gives_no_number():
    patients = made_patients(500, seed=92)
    patients.loc[patients["exposed"], "response"] = False
    assert rows_of(patients, **USE)["estimate"].isna().all()


@pytest.mark.parametrize(
    ("assumptions", "told"),
    [
        ({"sensitivity": (0.8, 0.9)}, "sensitivity needs the key specificity"),
        ({}, "at least one bias"),
        (USE | {"sensitivity": (0.9, 0.8)}, "sensitivity must increase"),
    ],
)
def test_assumptions_that_cannot_be_are_refused(assumptions, told):
    with pytest.raises(ValueError, match=told):
        BiasAssumptions(**assumptions)
