"""What was known on or before the index date, and nothing later."""

import pytest

from small_extract import a_patient, creatinine, day, proteinuria, supply


def levels_of(sql_tables, **extra):
    tables = sql_tables(a_patient(prescription=[supply(0, 30)], **extra))
    return {row["covariate"]: row["level"] for row in tables("covariate_level")}


def numbers_of(sql_tables, **extra):
    tables = sql_tables(a_patient(prescription=[supply(0, 30)], **extra))
    return {row["covariate"]: row["value"] for row in tables("covariate_number")}


def sledai(on, score):
    return {
        "patient_id": "p1",
        "instrument": "sledai_2k",
        "assessment_date": day(on),
        "score": score,
    }


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (6.0, "mild (≤6)"),
        (7.0, "moderate (7–12)"),
        (12.0, "moderate (7–12)"),
        (13.0, "severe (>12)"),
    ],
)
def test_sledai_bands(sql_tables, score, level):
    assert levels_of(sql_tables, assessment=[sledai(-10, score)])["sledai"] == level


@pytest.mark.parametrize(
    ("value", "level"),
    [(0.99, "mild (<1)"), (1.0, "moderate (1–3.5)"), (3.5, "severe (≥3.5)")],
)
def test_latest_proteinuria_up_to_the_index_day_is_baseline(sql_tables, value, level):
    later = [proteinuria(0, value), proteinuria(1, 9.0)]
    assert levels_of(sql_tables, lab=later)["proteinuria"] == level


def test_score_outside_its_window_is_not_recorded(sql_tables):
    assert "sledai" not in levels_of(sql_tables, assessment=[sledai(-366, 10.0), sledai(1, 10.0)])
    assert "sledai" in levels_of(sql_tables, assessment=[sledai(-365, 10.0)])


def test_comorbidity_is_any_of_its_conditions_in_the_window(sql_tables):
    def condition(on, concept):
        return {"patient_id": "p1", "concept": concept, "diagnosis_date": day(on)}

    assert levels_of(sql_tables)["comorbidity"] == "no"
    assert levels_of(sql_tables, diagnosis=[condition(-30, "diabetes")])["comorbidity"] == "yes"
    assert levels_of(sql_tables, diagnosis=[condition(-366, "diabetes")])["comorbidity"] == "no"
    assert levels_of(sql_tables, diagnosis=[condition(1, "diabetes")])["comorbidity"] == "no"


def test_class_is_of_the_latest_biopsy_before_the_index_date(sql_tables):
    biopsies = [
        {"patient_id": "p1", "biopsy_date": day(on), "isn_rps_class": c}
        for on, c in [(-2000, "V"), (-20, "IV"), (5, "III+V")]
    ]
    assert levels_of(sql_tables, biopsy=biopsies)["class"] == "proliferative"


def test_egfr_is_ckd_epi_2021(sql_tables):
    # woman of 35.0 years, creatinine 80 µmol/L = 0.905 mg/dL
    scr = 80 / 88.4
    expected = 142 * (scr / 0.7) ** -1.2 * 0.9938 ** ((day(-5) - day(-12784)).days / 365.25) * 1.012
    assert numbers_of(sql_tables)["egfr"] == pytest.approx(expected, rel=1e-9)
    low = numbers_of(sql_tables, lab=[creatinine(-1, 44.2)])["egfr"]
    age = (day(-1) - day(-12784)).days / 365.25
    assert low == pytest.approx(142 * (0.5 / 0.7) ** -0.241 * 0.9938**age * 1.012, rel=1e-9)
