"""Each flag can pass and can warn, and says in which direction the bias goes."""

import pandas as pd
import pytest

from lncohort.analyses.estimate_all import estimate_all
from lncohort.audit.flags import find_flags
from lncohort.estimate.rows import as_estimates, row
from lncohort.study.model import Analysis
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
    assert plain["not_assessed"]["message"] == "Every patient was assessed for the response."
    patients = made_patients(1000, seed=20)
    patients.loc[patients.index[:200], ["assessed", "response"]] = False
    flag = flags_of(nanjing, patients)["not_assessed"]
    assert flag["severity"] == "warn"
    assert "left out of the models: 20.0 %" in flag["message"]


def test_missing_covariates_are_told(nanjing, plain):
    assert plain["missing_covariate"]["severity"] == "pass"
    patients = made_patients(1000, seed=20)
    patients.loc[patients.index[:150], "class"] = "not recorded"
    flag = flags_of(nanjing, patients)["missing_covariate"]
    assert flag["severity"] == "warn"
    assert "ISN/RPS class (15.0 %)" in flag["message"]


def test_imbalance_is_told_by_the_label_of_the_covariate(nanjing, plain):
    assert plain["imbalance"]["severity"] == "warn"
    assert "SLEDAI-2K (" in plain["imbalance"]["message"]
    patients = made_patients(6000, seed=20)
    even = pd.concat([patients.assign(tacrolimus_use=use) for use in (True, False)])
    even["patient_id"] = [f"e{i:06d}" for i in range(len(even))]
    study = nanjing.model_copy(update={"analyses": nanjing.analyses[:1]})
    assert flags_of(study, even)["imbalance"]["severity"] == "pass"


def test_common_outcome_is_told_and_a_rare_one_is_not(nanjing, plain):
    assert plain["common_outcome"]["severity"] == "warn"
    patients = made_patients(3000, seed=20)
    patients["response"] &= patients.index % 10 == 0
    patients["event"] = patients["response"].astype("int8")
    study = nanjing.model_copy(update={"analyses": nanjing.analyses[:1]})
    assert flags_of(study, patients)["common_outcome"]["severity"] == "pass"


def with_hazard_ratios(p_value):
    rows = [row("cohort", "count", 100, level=x) for x in ("all", "response", "not assessed")]
    return as_estimates([*rows, row("survival", "PH test", p_value=p_value, model="Cox crude")])


@pytest.mark.parametrize(
    ("p_value", "severity", "words"),
    [(0.0004, "warn", "P < 0.001"), (0.03, "warn", "P = 0.030"), (0.2, "pass", "No sign")],
)
def test_hazard_ratio_that_changes_is_told(nanjing, p_value, severity, words):
    found = find_flags(nanjing, made_patients(50, 1), with_hazard_ratios(p_value))
    (flag,) = [f for f in found if f["flag"] == "non_proportional_hazards"]
    assert flag["severity"] == severity
    assert words in flag["message"]


def test_hazards_that_were_not_tested_are_not_called_proportional(nanjing):
    untested = with_hazard_ratios(float("nan"))
    found = find_flags(nanjing, made_patients(50, 1), untested)
    (flag,) = [f for f in found if f["flag"] == "non_proportional_hazards"]
    assert "could be tested" in flag["message"]


def test_study_of_time_varying_exposure_alone_has_no_exposure_of_the_future(nanjing):
    study = nanjing.model_copy(update={"analyses": nanjing.analyses[-1:]})
    flag = flags_of(study, made_patients(500, 1))["future_dependent"]
    assert (flag["severity"], flag["where"], flag["direction"]) == ("pass", [], "")


@pytest.mark.parametrize(("size", "few"), [(1000, 3), (20, 3), (20, 17)])
def test_counts_below_the_least_cell_are_not_told(nanjing, size, few):
    assert nanjing.info.min_cell == 5
    patients = made_patients(size, seed=20)
    patients.loc[patients.index[:few], ["assessed", "response"]] = False
    patients["class"] = patients["class"].where(patients.index >= few, "not recorded")
    estimates = as_estimates(
        [
            row("cohort", "count", size, level="all"),
            row("cohort", "count", few, level="not assessed"),
            row("cohort", "count", few, level="response"),
        ]
    )
    found = {f["flag"]: f for f in find_flags(nanjing, patients, estimates)}
    told = "all but fewer than 5 patients" if few == 17 else "fewer than 5 patients"
    assert told in found["not_assessed"]["message"]
    shares = {f"{100 * part / size:.1f}" for part in (few, size - few)}
    for flag in found.values():
        assert not any(share in flag["message"] for share in shares)


def test_overlap_and_balance_are_graded_from_the_weights(nanjing, plain):
    assert plain["overlap"]["severity"] == "pass"
    assert plain["balance"]["severity"] == "pass"
    assert "after weighting to all" in plain["balance"]["message"]
    patients = made_patients(1500, seed=22)
    young = patients["exposed"] & (patients["age"] < 40)
    patients.loc[young, "age"] = -20.0
    flags = flags_of(nanjing, patients)
    assert flags["overlap"]["severity"] in ("warn", "fail")
    assert "extrapolates" in flags["overlap"]["direction"]


def test_a_study_without_weights_is_told_that_overlap_was_not_looked_at(nanjing):
    analyses = tuple(a for a in nanjing.analyses if a.kind == "use")
    study = nanjing.model_copy(update={"analyses": analyses})
    flags = flags_of(study, made_patients(500, 3))
    assert flags["overlap"]["severity"] == "warn"
    assert "not looked at" in flags["overlap"]["message"]


def control(contrast, estimate, p_value):
    place = {"model": "adjusted", "contrast": contrast, "level": "ever", "reference": "never"}
    return row("controls", "OR", estimate, p_value=p_value, **place)


@pytest.mark.parametrize(
    ("first", "second", "severity", "named"),
    [
        ((1.1, 0.6), (0.9, 0.5), "pass", ""),
        ((1.8, 0.04), (0.9, 0.5), "warn", "fracture (OR 1.80)"),
        ((1.8, 0.01), (0.9, 0.5), "fail", "fracture (OR 1.80)"),
        ((float("nan"), float("nan")), (float("nan"), float("nan")), "warn", "could be estimated"),
    ],
)
def test_an_effect_on_a_negative_control_is_told(nanjing, first, second, severity, named):
    asked = Analysis(name="controls", kind="negative_control", diagnoses=("fracture", "cataract"))
    study = nanjing.model_copy(update={"analyses": (nanjing.analyses[0], asked)})
    patients = made_patients(300, seed=2)
    plain = estimate_all(
        nanjing.model_copy(update={"analyses": nanjing.analyses[:1]}), patients, None
    )
    controls = as_estimates([control("fracture", *first), control("cataract", *second)])
    flags = find_flags(study, patients, pd.concat([plain, controls], ignore_index=True))
    (flag,) = (found for found in flags if found["flag"] == "negative_control")
    assert flag["severity"] == severity
    assert named in flag["message"]
    if severity == "fail":
        assert flag["where"] == ["controls", "use"]


def test_a_study_without_negative_controls_has_no_flag_of_them(plain):
    assert "negative_control" not in plain
