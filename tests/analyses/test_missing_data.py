"""Missing covariates: each way to deal with them, and what was imputed beside what is known."""

import numpy as np
import pytest

from lncohort.analyses.missing_data import COMPLETE, IMPUTED, LEVEL_OF_ITS_OWN, missing_rows
from lncohort.analyses.odds_ratios import odds_ratio_rows
from lncohort.estimate.rows import as_estimates
from lncohort.study.model import NOT_RECORDED, Analysis
from made import made_patients

ANALYSIS = Analysis(name="m", kind="missing_data", copies=5, seed=1)


def with_gaps(size, seed):
    """SLEDAI, which confounds, is not recorded in many of those who respond."""
    patients = made_patients(size, seed)
    random = np.random.default_rng(seed)
    lost = random.random(size) < 0.1 + 0.5 * patients["response"]
    patients.loc[lost, "sledai"] = NOT_RECORDED
    return patients


def rows_of(nanjing, patients):
    return as_estimates(missing_rows(nanjing, patients, ANALYSIS))


def effects(rows):
    return rows[rows["measure"] == "OR"].set_index("model")


@pytest.fixture(scope="module")
def patients():
    return with_gaps(6000, seed=41)


@pytest.fixture(scope="module")
def rows(nanjing, patients):
    return rows_of(nanjing, patients)


def test_imputation_recovers_what_a_level_of_its_own_does_not(rows):
    found = np.log(effects(rows)["estimate"])
    assert found[IMPUTED] == pytest.approx(1.0, abs=0.15)
    assert abs(found[LEVEL_OF_ITS_OWN] - 1) > abs(found[IMPUTED] - 1)


def test_missing_as_a_level_is_the_main_estimate(nanjing, patients, rows):
    use = as_estimates(odds_ratio_rows(nanjing, patients, "u", "use", "never", "tacrolimus"))
    main = use[(use["model"] == "adjusted") & (use["level"] == "ever")].iloc[0]
    for column in ("estimate", "ci_low", "ci_high", "p_value"):
        assert effects(rows).loc[LEVEL_OF_ITS_OWN, column] == pytest.approx(main[column], rel=1e-6)


def test_missing_values_are_counted(patients, rows):
    counts = rows[rows["contrast"] == "missing"].set_index("level")["estimate"]
    assert counts.to_dict() == {"sledai": (patients["sledai"] == NOT_RECORDED).sum()}


def test_known_and_imputed_shares_add_up_and_traces_are_there(rows):
    shares = rows[rows["measure"] == "share"].groupby(["contrast", "model"])["estimate"].sum()
    assert shares.to_numpy() == pytest.approx(100.0)
    traces = rows[rows["measure"] == "trace"]
    assert len(traces) == 5 * 10


def test_a_factor_of_more_than_two_levels_has_one_test_for_all(nanjing, patients, rows):
    found = rows[rows["measure"] == "F"].set_index("contrast")
    assert found.index.tolist() == ["sledai", "proteinuria", "class"]
    assert (
        found.loc["sledai", "p_value"] < 1e-4
    )  # in the truth it confounds, the class does nothing
    assert found.loc["class", "p_value"] > 0.01
    assert found["note"].str.contains("degrees of freedom").all()


def test_the_seed_decides(nanjing, patients, rows):
    again = rows_of(nanjing, patients)
    assert again.equals(rows)


def test_nothing_missing_is_said(nanjing):
    found = effects(rows_of(nanjing, made_patients(2000, 5)))
    assert found.loc[IMPUTED, "note"] == "not estimable: no covariate is missing"
    assert found.loc[COMPLETE, "estimate"] == found.loc[LEVEL_OF_ITS_OWN, "estimate"]
