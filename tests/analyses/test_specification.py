"""Specifications: each is the estimate of its own study, and none gives a count."""

import numpy as np
import pytest

from lncohort.analyses.odds_ratios import fit_levels, model_population
from lncohort.analyses.specification import specification_rows
from lncohort.estimate.logistic import level_column
from lncohort.estimate.rows import as_estimates
from lncohort.study.alternatives import alternatives
from made import made_patients


@pytest.fixture(scope="module")
def analysis(nanjing):
    (found,) = (a for a in nanjing.analyses if a.kind == "specification_curve")
    return found


@pytest.fixture(scope="module")
def patients():
    made = made_patients(3000, seed=30)
    made.loc[made.index[:300], ["assessed", "response"]] = False
    return made


def test_each_row_is_the_estimate_of_its_study(nanjing, analysis, patients):
    others = alternatives(nanjing, analysis)
    rows = as_estimates(specification_rows(analysis, [(a, patients) for a in others]))
    assert len(rows) == len(others)
    for row, other in zip(rows.itertuples(), others, strict=True):
        population = model_population(other.study, patients)
        fit = fit_levels(other.study, population, "duration_band", "never", adjusted=True)
        expected = fit.coefficients[level_column(">180")]
        assert np.log(row.estimate) == pytest.approx(expected)
    assert rows["estimate"].nunique() == 6, "who is judged and what is adjusted for"
    assert (rows["note"] == "the study's own choices").sum() == 1


def test_specifications_tell_no_counts(nanjing, analysis, patients):
    others = [(a, patients) for a in alternatives(nanjing, analysis)]
    rows = as_estimates(specification_rows(analysis, others))
    assert rows[["n", "events"]].isna().all(axis=None)


def test_a_specification_without_an_estimate_says_why(nanjing, analysis, patients):
    none = patients[patients["duration_band"] != ">180"]
    others = [(a, none) for a in alternatives(nanjing, analysis)]
    rows = as_estimates(specification_rows(analysis, others))
    assert rows["estimate"].isna().all()
    assert rows["note"].str.startswith("not estimable").all()
