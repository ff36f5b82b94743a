"""What was known on or before the index date, and nothing later."""

from datetime import date

import pytest

from lncohort.study.model import DOSE_KINDS, Covariate
from small_extract import a_patient, creatinine, day, proteinuria, pulse, supply


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


# The calculator of the National Kidney Foundation (kidney.org) gives 71 for the first; the others
# are worked out by hand from Inker et al., NEJM 2021;385:1737, one on each side of each kappa.
@pytest.mark.parametrize(
    ("sex", "years", "mg_per_dl", "expected"),
    [
        ("male", 55, 1.2, 71.4),
        ("male", 40, 0.9, 110.7),
        ("male", 40, 0.6, 125.2),
        ("female", 50, 1.0, 68.6),
        ("female", 50, 0.7, 105.3),
        ("female", 30, 0.5, 129.3),
        ("female", 70, 3.0, 16.2),
    ],
)
def test_egfr_is_that_of_published_examples(sql_tables, sex, years, mg_per_dl, expected):
    rows = a_patient(prescription=[supply(0, 30)])
    born = date(day(-1).year - years, day(-1).month, day(-1).day)
    rows["patient"] = [rows["patient"][0] | {"sex": sex, "birth_date": born}]
    rows["lab"].append(creatinine(-1, mg_per_dl) | {"unit": "mg/dL"})
    (found,) = [r for r in sql_tables(rows)("covariate_number") if r["covariate"] == "egfr"]
    assert found["value"] == pytest.approx(expected, abs=0.06)
    assert (found["source"], found["censored"]) == ("serum_creatinine", False)


def test_egfr_of_a_patient_below_18_on_the_day_of_sampling_is_missing(sql_tables, nanjing):
    criteria = tuple(c for c in nanjing.eligibility if c.name != "adult")
    study = nanjing.model_copy(update={"eligibility": criteria})
    rows = a_patient(prescription=[supply(0, 30)])
    for birth_date, has_egfr in [(date(1996, 12, 20), True), (date(1997, 1, 1), False)]:
        rows["patient"] = [rows["patient"][0] | {"birth_date": birth_date}]
        found = {r["covariate"] for r in sql_tables(rows, study)("covariate_number")}
        assert ("egfr" in found) == has_egfr


def test_a_censored_covariate_is_its_bound_and_is_counted(sql_tables):
    rows = a_patient(prescription=[supply(0, 30)])
    rows["lab"].append(creatinine(-1, 44.2) | {"operator": "<"})
    tables = sql_tables(rows)
    (egfr,) = [r for r in tables("covariate_number") if r["covariate"] == "egfr"]
    measured = numbers_of(sql_tables, lab=[creatinine(-1, 44.2)])["egfr"]
    assert (egfr["value"], egfr["censored"]) == (measured, True)
    (counted,) = [r for r in tables("covariate_source") if r["covariate"] == "egfr"]
    assert (counted["source"], counted["patients"], counted["censored_patients"]) == (
        "serum_creatinine",
        1,
        1,
    )


@pytest.fixture
def steroids(sql_tables, nanjing):
    """The mean daily and the cumulative dose over 90 days before the index date, with sources."""
    covariates = tuple(
        Covariate(name=kind, label=kind, kind=kind, concept="prednisone_equivalent", from_day=-90)
        for kind in DOSE_KINDS
    )
    study = nanjing.model_copy(update={"covariates": covariates})

    def run(*orders, **extra):
        rows = a_patient(prescription=[supply(0, 30), *orders]) | extra
        tables = sql_tables(rows, study)
        assert {p["drug"] for p in tables("prescription")} == {"tacrolimus"}
        assert {r["reason"] for r in tables("rejected")} <= {"dose_above_limit"}
        found = {r["covariate"]: (r["value"], r["source"]) for r in tables("covariate_number")}
        return [found.get(kind) for kind in DOSE_KINDS]

    return run


def steroid(start, days, mg, drug="prednisone", **more):
    return supply(start, days, mg, drug=drug, **more)


def steroid_pulse(on, mg):
    return pulse(on, mg) | {"drug": "methylprednisolone", "prescription_id": f"s{on}"}


PRESCRIBED, WITHOUT = "prescription", "prescription, without days of unknown dose"


@pytest.mark.parametrize(
    ("orders", "mean", "cumulative"),
    [
        pytest.param([], (0, "no prescription"), (0, "no prescription"), id="none is zero"),
        pytest.param(
            [steroid(-30, 20, 10.0)], (10, PRESCRIBED), (200, PRESCRIBED), id="mean is per oral day"
        ),
        pytest.param(
            [steroid(-100, 30, 10.0), steroid(-10, 30, 20.0)],
            (pytest.approx(400 / 30), PRESCRIBED),
            (400, PRESCRIBED),
            id="clipped to the window, which ends before the index date",
        ),
        pytest.param(
            [steroid(-10, 10, 8.0, "methylprednisolone"), steroid(-10, 10, 5.0)],
            (15, PRESCRIBED),
            (150, PRESCRIBED),
            id="equivalents of one day add",
        ),
        pytest.param(
            [steroid(-10, 10, 1.5, "dexamethasone")], (10, PRESCRIBED), (100, PRESCRIBED), id="0.75"
        ),
        pytest.param(
            [steroid_pulse(-3, 400.0), steroid_pulse(-2, 400.0), steroid(-10, 5, 10.0)],
            (10, PRESCRIBED),
            (1050, PRESCRIBED),
            id="a pulse counts once, and never as mg/day",
        ),
        pytest.param(
            [steroid_pulse(0, 400.0)], (0, "no prescription"), (0, "no prescription"), id="0"
        ),
        pytest.param(
            [steroid(-30, 10, None), steroid(-10, 10, 10.0)],
            (10, WITHOUT),
            None,
            id="unknown days are out of the mean, and of no sum",
        ),
        pytest.param(
            [steroid(-10, 10, None), steroid(-10, 10, 10.0)],
            None,
            None,
            id="one unknown dose makes the day unknown",
        ),
        pytest.param(
            [steroid(-10, 10, 2501.0)],
            (0, "no prescription"),
            (0, "no prescription"),
            id="a dose that cannot be is rejected",
        ),
    ],
)
def test_prednisone_equivalents_before_the_index_date(steroids, orders, mean, cumulative):
    assert steroids(*orders) == [mean, cumulative]


def test_a_window_that_was_not_observed_gives_no_dose(steroids):
    period = {"patient_id": "p1", "start_date": day(-89), "end_date": day(900)}
    assert steroids(steroid(-10, 10, 10.0), observation_period=[period]) == [None, None]
    period["start_date"] = day(-90)
    assert steroids(steroid(-10, 10, 10.0), observation_period=[period])[1] == (100, PRESCRIBED)


def test_a_steroid_that_is_a_drug_of_the_study_counts_among_the_equivalents(sql_tables, nanjing):
    drug = nanjing.drug("tacrolimus").model_copy(
        update={"name": "prednisolone", "label": "PRE", "max_daily_dose_mg": 200.0}
    )
    covariate = Covariate(
        name="s", label="s", kind="mean_daily_dose", concept="prednisone_equivalent", from_day=-90
    )
    study = nanjing.model_copy(update={"drugs": (*nanjing.drugs, drug), "covariates": (covariate,)})
    orders = [supply(0, 30), steroid(-10, 10, 10.0, "prednisolone")]
    tables = sql_tables(a_patient(prescription=orders), study)
    assert {p["drug"] for p in tables("prescription")} == {"tacrolimus", "prednisolone"}
    assert [r["value"] for r in tables("covariate_number")] == [10]
