"""The exposure within subgroups."""

import numpy as np
import pandas as pd
import pytest

from lncohort.analyses.subgroups import subgroup_levels, subgroup_rows
from lncohort.estimate.rows import as_estimates
from lncohort.study.model import Subgroup
from made import made_patients


@pytest.fixture
def patients():
    return made_patients(3000, seed=9)


def rows_of(study, patients, **subgroup):
    made = subgroup_rows(study, patients, "a", Subgroup(**subgroup))
    return as_estimates(made).set_index(["model", "level"])


def odds_ratio(patients):
    table = pd.crosstab(patients["use"], patients["response"]).to_numpy()
    return table[1, 1] * table[0, 0] / (table[1, 0] * table[0, 1])


def test_crude_odds_ratios_are_those_of_each_level_s_table(nanjing, patients):
    found = rows_of(nanjing, patients, covariate="sledai")
    for level in nanjing.covariate("sledai").levels:
        own = patients[patients["sledai"] == level]
        assert found.loc[("crude", level), "estimate"] == pytest.approx(odds_ratio(own), rel=1e-6)
        assert found.loc[("crude", level), "n"] == len(own)


def test_interaction_is_found_where_it_is_and_not_where_it_is_not(nanjing):
    even = made_patients(20_000, seed=10)
    assert (
        rows_of(nanjing, even, covariate="sex").loc[("adjusted", "interaction"), "p_value"] > 0.01
    )
    rng = np.random.default_rng(1)
    chosen = (even["sex"] == "male") & (even["use"] == "ever") & (rng.random(len(even)) < 0.7)
    uneven = even.assign(response=even["response"] & ~chosen)
    p_value = rows_of(nanjing, uneven, covariate="sex").loc[("adjusted", "interaction"), "p_value"]
    assert p_value < 0.001


def test_numbers_are_cut_where_the_study_says(patients):
    patients.loc[patients.index[:2], "age"] = [30.0, 40.0]
    levels = subgroup_levels(patients, Subgroup(covariate="age", cut=(30, 40)))
    assert list(levels[:2]) == ["30 to <40", "≥40"]
    assert list(levels.cat.categories) == ["<30", "30 to <40", "≥40"]
    assert (patients.loc[levels == "30 to <40", "age"].between(30, 40, inclusive="left")).all()


def test_patients_of_unknown_level_leave(nanjing, patients):
    patients.loc[patients.index[:100], "sledai"] = "not recorded"
    found = rows_of(nanjing, patients, covariate="sledai")
    assert found.loc[("adjusted", "interaction"), "n"] == len(patients) - 100
    assert "not recorded" not in found.index.get_level_values("level")


def test_crude_intervals_are_woolf_s(nanjing, patients):
    found = rows_of(nanjing, patients, covariate="sex").loc[("crude", "male")]
    table = pd.crosstab(*(patients.loc[patients["sex"] == "male", c] for c in ("use", "response")))
    spread = 1.959964 * np.sqrt((1 / table.to_numpy()).sum())
    assert np.log(found["ci_high"] / found["estimate"]) == pytest.approx(spread, rel=1e-5)


def test_level_that_only_the_complete_cases_decide_leaves_the_other_levels(nanjing, patients):
    users = (patients["sledai"] == "mild (≤6)") & (patients["use"] == "ever")
    patients.loc[users & patients["response"], "egfr"] = np.nan
    found = rows_of(nanjing, patients, covariate="sledai")["estimate"]
    assert np.isfinite(found["crude", "mild (≤6)"])
    assert np.isnan(found["adjusted", "mild (≤6)"])
    assert np.isfinite(found["adjusted", "severe (>12)"])


def test_single_level_that_can_be_fitted_has_no_interaction(nanjing, patients):
    patients.loc[patients["sex"] == "male", "response"] = True
    found = rows_of(nanjing, patients, covariate="sex").loc[("crude", "interaction")]
    assert np.isnan(found["p_value"])
    assert found["note"] == "not estimable: a single level"


def test_level_with_one_outcome_among_users_has_no_odds_ratio(nanjing, patients):
    users = (patients["sledai"] == "mild (≤6)") & (patients["use"] == "ever")
    patients.loc[users, "response"] = True
    found = rows_of(nanjing, patients, covariate="sledai")
    assert np.isnan(found.loc[("adjusted", "mild (≤6)"), "estimate"])
    assert np.isfinite(found.loc[("adjusted", "severe (>12)"), "estimate"])
