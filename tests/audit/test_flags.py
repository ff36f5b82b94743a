"""Each flag can pass and can warn, and says in which direction the bias goes."""

import pandas as pd
import pytest

from lncohort.audit.flags import find_flags
from lncohort.estimate.analyse import estimate_all
from made import made_patients


def flags_of(study, patients):
    person_time = pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "start_day": 0,
            "stop_day": patients["time_days"],
            "exposed": patients["exposed"],
            "event": patients["event"],
        }
    )
    estimates = estimate_all(study, patients, person_time)
    return {flag["flag"]: flag for flag in find_flags(study, patients, estimates)}


@pytest.fixture(scope="module")
def plain(nanjing):
    patients = made_patients(6000, seed=20, log_odds_ratio=0.0)
    return flags_of(nanjing, patients)


def test_exposures_of_the_future_are_named_with_the_direction_of_the_bias(nanjing, plain):
    flag = plain["future_dependent"]
    assert {"use", "dose", "duration", "joint_vs_cyc", "tac_x_cyc"} <= set(flag["where"])
    assert "towards no response" in flag["direction"]
    exposure = nanjing.exposure.model_copy(update={"until": "exit"})
    study = nanjing.model_copy(update={"exposure": exposure, "analyses": nanjing.analyses[:1]})
    assert (
        "immortal time" in flags_of(study, made_patients(500, 1))["future_dependent"]["direction"]
    )


def test_sparse_cells_are_found_and_named(nanjing, plain):
    assert plain["sparse_cell"]["severity"] == "pass"
    patients = made_patients(6000, seed=20)
    high = patients["dose_band"] == "≥4"
    patients.loc[high, "response"] = False
    patients.loc[patients.index[high][:6], "response"] = True
    flag = flags_of(nanjing, patients)["sparse_cell"]
    assert flag["severity"] == "warn"
    assert "dose: ≥4" in flag["message"]


def test_patients_not_assessed_are_told(nanjing, plain):
    assert plain["not_assessed"]["severity"] == "pass"
    patients = made_patients(1000, seed=20)
    patients.loc[patients.index[:200], ["assessed", "response"]] = False
    flag = flags_of(nanjing, patients)["not_assessed"]
    assert flag["severity"] == "warn"
    assert "20.0 %" in flag["message"]


def test_missing_covariates_are_told(nanjing, plain):
    assert plain["missing_covariate"]["severity"] == "pass"
    patients = made_patients(1000, seed=20)
    patients.loc[patients.index[:150], "class"] = "not recorded"
    flag = flags_of(nanjing, patients)["missing_covariate"]
    assert flag["severity"] == "warn"
    assert "ISN/RPS class (15 %)" in flag["message"]


def test_common_outcome_and_imbalance_are_told(plain):
    assert plain["common_outcome"]["severity"] == "warn"
    assert plain["imbalance"]["severity"] == "warn"
    assert "sledai" in plain["imbalance"]["message"]


def test_counts_below_the_least_cell_are_not_told(nanjing):
    patients = made_patients(1000, seed=20)
    patients.loc[patients.index[:3], ["assessed", "response"]] = False
    flag = flags_of(nanjing, patients)["not_assessed"]
    assert "less than 1 %" in flag["message"]
