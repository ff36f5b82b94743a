"""What must not change the exposure, and what must change it in a known way."""

import numpy as np
import pandas as pd
import pytest

import lncohort

RULES = [
    {"overlap": "sum"},
    {"overlap": "latest"},
    {"overlap": "max"},
    {"overlap": "stockpile"},
    {"overlap": "stockpile", "stockpile_carry": "mg"},
]
ANSWERS = {
    "dose_segments": lncohort.dose_segments,
    "eras": lncohort.eras,
    "high_dose_windows": lambda table, **rules: lncohort.high_dose_windows(table, 2.0, 5, **rules),
    "treatment_sequence": lncohort.treatment_sequence,
}


def drawn(seed, size=150):
    """Prescriptions of 5 patients and 3 drugs: ties, overlaps, gaps, pulses, unknown doses."""
    random = np.random.default_rng(seed)
    pulse = random.random(size) < 0.1
    dose = random.choice([np.nan, 0.5, 1.0, 2.0, 3.5], size)
    return pd.DataFrame(
        {
            "prescription_id": [f"r{i:03d}" for i in range(size)],
            "patient_id": random.choice(list("vwxyz"), size),
            "drug": random.choice(["tacrolimus", "mycophenolate", "cyclophosphamide"], size),
            "start_date": pd.Timestamp("2015-01-01")
            + pd.to_timedelta(random.integers(0, 500, size), unit="D"),
            "days_supply": random.integers(1, 60, size),
            "daily_dose_mg": np.where(pulse, np.nan, dose),
            "route": np.where(pulse, "iv", "oral"),
            "pulse_dose_mg": np.where(pulse, 750.0, np.nan),
        }
    )


@pytest.fixture(scope="module")
def table():
    return drawn(seed=1)


def shifted(frame, days):
    moved = frame.copy()
    for column in frame.columns:
        if column.endswith(("_date", "_start", "_end")):
            later = frame[column] + pd.Timedelta(days=days)
            moved[column] = later.astype(frame[column].dtype)
    return moved


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: "-".join(rules.values()))
@pytest.mark.parametrize("answer", ANSWERS)
def test_order_of_the_rows_does_not_matter(table, answer, rules):
    again = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(ANSWERS[answer](again, **rules), ANSWERS[answer](table, **rules))


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: "-".join(rules.values()))
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_constant_added_to_all_dates_is_added_to_all_dates(table, answer, rules):
    found = ANSWERS[answer](shifted(table, 1001), **rules)
    pd.testing.assert_frame_equal(found, shifted(ANSWERS[answer](table, **rules), 1001))


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: "-".join(rules.values()))
def test_new_names_of_patients_and_rows_in_the_same_order_change_nothing_else(table, rules):
    names = {name: f"patient {name}" for name in "vwxyz"}
    renamed = table.assign(
        patient_id=table["patient_id"].map(names), prescription_id="no " + table["prescription_id"]
    )
    for answer in ANSWERS.values():
        found = answer(table, **rules)
        found["patient_id"] = found["patient_id"].map(names)
        pd.testing.assert_frame_equal(answer(renamed, **rules), found, check_dtype=False)


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: "-".join(rules.values()))
def test_doubled_doses_double_every_dose_and_nothing_else(table, rules):
    doubled = table.assign(daily_dose_mg=2 * table["daily_dose_mg"])
    for answer in (lncohort.eras, lncohort.dose_segments):
        found = answer(table, **rules)
        for column in found.columns:
            if column.endswith("_mg"):
                found[column] = found[column] * 2
        pd.testing.assert_frame_equal(answer(doubled, **rules), found)


@pytest.mark.parametrize(
    "rules", [{"overlap": "sum"}, {"overlap": "max"}, {"overlap": "stockpile"}], ids=str
)
def test_a_prescription_split_into_two_that_touch_is_the_same_supply(table, rules):
    oral = table["route"].eq("oral") & (table["days_supply"] > 1)
    whole = table[oral].iloc[:20]
    first = whole.assign(days_supply=whole["days_supply"] // 2)
    second = whole.assign(
        prescription_id=whole["prescription_id"] + "b",
        start_date=whole["start_date"] + pd.to_timedelta(first["days_supply"], unit="D"),
        days_supply=whole["days_supply"] - first["days_supply"],
    )
    split = pd.concat([table.drop(whole.index), first, second])
    compared = ["patient_id", "drug", "era_start", "era_end", "covered_days", "gap_days"]
    if rules["overlap"] != "stockpile":
        compared += ["cumulative_dose_mg", "peak_daily_dose_mg", "unknown_dose_days"]
    pd.testing.assert_frame_equal(
        lncohort.eras(split, **rules)[compared], lncohort.eras(table, **rules)[compared]
    )
