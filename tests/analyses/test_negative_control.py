"""Negative controls find nothing where there is nothing, and what confounds where it does."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from lncohort.analyses.negative_control import negative_control_rows
from lncohort.analyses.odds_ratios import odds_ratio_rows
from lncohort.estimate.rows import as_estimates
from lncohort.study.model import Analysis
from made import made_patients

ANALYSIS = Analysis(
    name="controls", kind="negative_control", diagnoses=("fracture",), exposures=("ibuprofen",)
)


def with_controls(size, seed, hidden=0.0):
    """Fractures follow severity, and with ``hidden`` also what makes doctors choose the drug."""
    patients = made_patients(size, seed)
    random = np.random.default_rng(seed)
    severity = patients["sledai"].cat.codes
    risk = expit(-1.5 + 0.8 * severity + hidden * patients["exposed"])
    fracture = pd.array(random.random(size) < risk, dtype="boolean")
    fracture[random.random(size) < 0.1] = pd.NA
    used = random.random(size) < expit(-1.0 + 0.7 * severity)
    return patients.assign(**{"control_outcome fracture": fracture, "control_use ibuprofen": used})


def rows_of(study, patients):
    return as_estimates(negative_control_rows(study, patients, ANALYSIS))


def effect(rows, contrast, model):
    found = rows[(rows["contrast"] == contrast) & (rows["level"] == "ever")]
    return found.set_index("model").loc[model]


def test_measured_confounding_is_adjusted_away(nanjing):
    rows = rows_of(nanjing, with_controls(6000, seed=3))
    fracture, crude = (effect(rows, "fracture", model) for model in ("adjusted", "crude"))
    assert fracture["ci_low"] < 1 < fracture["ci_high"]
    assert crude["ci_low"] > 1
    ibuprofen, crude = (effect(rows, "ibuprofen", model) for model in ("adjusted", "crude"))
    assert ibuprofen["ci_low"] < 1 < ibuprofen["ci_high"]
    assert crude["ci_high"] < 1


def test_hidden_confounding_is_found(nanjing):
    found = effect(
        rows_of(nanjing, with_controls(6000, seed=3, hidden=0.8)), "fracture", "adjusted"
    )
    assert found["ci_low"] < np.exp(0.8) < found["ci_high"]
    assert found["p_value"] < 1e-6


def test_who_had_it_before_is_left_out_and_the_drug_is_judged_in_never_users(nanjing):
    patients = with_controls(2000, seed=5)
    rows = rows_of(nanjing, patients)
    of_outcome = rows[(rows["contrast"] == "fracture") & (rows["model"] == "crude")]
    assert of_outcome["n"].sum() == patients["control_outcome fracture"].notna().sum()
    assert of_outcome["events"].sum() == patients["control_outcome fracture"].sum()
    before = rows[rows["model"] == "known before"]["estimate"]
    assert before.sum() == patients["control_outcome fracture"].isna().sum()
    of_drug = rows[(rows["contrast"] == "ibuprofen") & (rows["model"] == "crude")]
    assert of_drug["n"].sum() == (~patients["exposed"]).sum()
    assert of_drug["events"].sum() == patients.loc[~patients["exposed"], "response"].sum()


def test_the_response_itself_as_control_is_the_main_estimate(nanjing):
    patients = with_controls(2000, seed=5)
    patients["control_outcome fracture"] = patients["response"].astype("boolean")
    main = as_estimates(odds_ratio_rows(nanjing, patients, "use", "use", "never", "tacrolimus"))
    rows = rows_of(nanjing, patients)
    of_control = (rows["contrast"] == "fracture") & (rows["measure"] == "OR")
    found = rows[of_control].reset_index(drop=True)
    others = [c for c in main.columns if c not in ("analysis", "contrast")]
    pd.testing.assert_frame_equal(found[others], main[others])


def test_a_control_that_nobody_had_is_not_estimable(nanjing):
    patients = with_controls(500, seed=5)
    patients["control_outcome fracture"] = pd.array([False] * 500, dtype="boolean")
    found = effect(rows_of(nanjing, patients), "fracture", "adjusted")
    assert np.isnan(found["estimate"])
    assert found["note"].startswith("not estimable")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "name at least one negative control"),
        ({"diagnoses": ["a"], "procedures": ["a"]}, "must differ"),
        ({"diagnoses": ["a"], "seed": 1}, "does not use the key seed"),
    ],
)
def test_keys_are_checked(keys, message):
    with pytest.raises(ValueError, match=message):
        Analysis(name="c", kind="negative_control", **keys)
