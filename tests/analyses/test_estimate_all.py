"""All analyses of a study: one table, counts that add up."""

import numpy as np
import pandas as pd
import pytest

from lncohort.analyses import estimate_all
from lncohort.analyses.odds_ratios import FIRTH
from lncohort.estimate.rows import COLUMNS
from lncohort.study.analyses_in_words import RESPECT_TIME
from made import made_patients


def person_time_of(patients):
    return pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "start_day": 0,
            "stop_day": patients["time_days"],
            "exposed": patients["exposed"],
            "event": patients["event"],
        }
    )


@pytest.fixture(scope="module")
def patients():
    made = made_patients(1200, seed=12)
    made.loc[made.index[:50], ["assessed", "response"]] = False
    made.loc[made.index[60:80], "dose_band"] = made.loc[made.index[60:80], "dose_band"].where(
        ~made.loc[made.index[60:80], "exposed"], "unknown"
    )
    return made


@pytest.fixture(scope="module")
def estimates(nanjing, patients):
    return estimate_all(nanjing, patients, person_time_of(patients))


def test_table_has_its_columns_and_every_analysis_of_the_study_in_order(nanjing, estimates):
    assert tuple(estimates.columns) == COLUMNS
    order = list(dict.fromkeys(estimates["analysis"]))
    assert order[:4] == ["cohort", "table1", "dose_coverage", "combination"]
    left_out = ("specification_curve", *RESPECT_TIME)
    named = [a.name for a in nanjing.analyses if a.kind not in left_out]
    assert order[4:] == named, "they need alternatives, or follow-up in intervals"


def test_place_of_an_estimate_is_its_own(estimates):
    key = ["analysis", "model", "contrast", "level", "reference", "measure", "method"]
    repeated = estimates[estimates.duplicated(key, keep=False)]
    assert set(repeated["analysis"]) <= {"risk"}


@pytest.mark.parametrize("analysis", ["use", "dose", "duration", "joint_vs_cyc"])
def test_levels_of_an_exposure_add_up_to_those_assessed(estimates, patients, analysis):
    rows = estimates[
        (estimates["analysis"] == analysis)
        & (estimates["model"] == "adjusted")
        & (estimates["measure"] == "OR")
    ]
    assert rows["n"].sum() == patients["assessed"].sum()
    assert rows["events"].sum() == patients["response"].sum()


def test_those_not_assessed_count_as_non_responders_when_the_study_says_so(nanjing, patients):
    outcome = nanjing.outcome.model_copy(update={"not_assessed": "non_response"})
    study = nanjing.model_copy(update={"outcome": outcome, "analyses": nanjing.analyses[:1]})
    table = estimate_all(study, patients, person_time_of(patients))
    rows = table[(table["analysis"] == "use") & (table["model"] == "crude")]
    assert rows["n"].sum() == len(patients)


def test_unknown_dose_is_left_out_of_the_trend_and_counted(estimates, patients):
    unknown = int(((patients["dose_band"] == "unknown") & patients["assessed"]).sum())
    assert unknown > 0
    trend = estimates[(estimates["analysis"] == "dose") & (estimates["level"] == "trend")]
    assert trend["note"].str.contains(f"{unknown} patients of unknown band left out").all()
    assert (trend["n"] == patients["assessed"].sum() - unknown).all()


def test_standardised_mean_difference_of_a_number_is_by_the_pooled_deviation(estimates, patients):
    ever, never = (patients.loc[patients["exposed"] == e, "age"] for e in (True, False))
    expected = (ever.mean() - never.mean()) / np.sqrt((ever.var() + never.var()) / 2)
    rows = estimates[(estimates["measure"] == "SMD") & (estimates["contrast"] == "age")]
    assert rows["estimate"].iloc[0] == pytest.approx(expected)


def test_standardised_difference_of_two_levels_is_by_the_formula_of_proportions(
    estimates, patients
):
    shares = patients.groupby("exposed")["comorbidity"].apply(lambda c: (c == "yes").mean())
    p, q = shares[True], shares[False]
    expected = abs(p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    rows = estimates[(estimates["measure"] == "SMD") & (estimates["contrast"] == "comorbidity")]
    assert rows["estimate"].iloc[0] == pytest.approx(expected)


def test_cross_table_counts_every_user_once(estimates, patients):
    rows = estimates[
        (estimates["analysis"] == "dose_by_duration") & (estimates["measure"] == "count")
    ]
    assert rows["estimate"].sum() == patients["assessed"].sum()


def test_estimates_do_not_hang_on_the_order_of_the_patients(nanjing, patients, estimates):
    shuffled = patients.sample(frac=1, random_state=3)
    again = estimate_all(nanjing, shuffled, person_time_of(shuffled))
    numbers = ["estimate", "ci_low", "ci_high", "p_value", "n", "events"]
    np.testing.assert_array_equal(again[numbers], estimates[numbers])


def test_counts_of_the_cohort_add_up(estimates, patients):
    rows = estimates[(estimates["analysis"] == "cohort") & (estimates["measure"] == "count")]
    count = rows.set_index("level")["estimate"]
    assert count["ever"] + count["never"] == count["all"] == len(patients)
    assert count["assessed"] + count["not assessed"] == count["all"]
    reasons = rows[rows["contrast"] == "exit reason"]["estimate"]
    assert reasons.sum() == count["all"]


def test_odds_ratio_of_an_almost_empty_band_is_never_a_runaway_number(nanjing, patients):
    few = patients.copy()
    few.loc[few["dose_band"] == "≥4", "response"] = True
    study = nanjing.model_copy(update={"analyses": nanjing.analyses[1:4]})
    table = estimate_all(study, few, person_time_of(few))
    ratios = table[table["measure"].isin(["OR", "OR per band"])]["estimate"].dropna()
    assert ratios.between(1e-3, 1e3).all()
    empty = table[(table["analysis"] == "dose") & (table["level"] == "≥4")]
    given = empty["estimate"].notna()
    assert (empty.loc[given, "method"] == FIRTH).all()
    assert np.isfinite(empty.loc[given, "ci_high"]).all()
    assert empty.loc[~given, "note"].str.startswith("not estimable").all()
