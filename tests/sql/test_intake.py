"""Rows that cannot be used are counted and kept with their reason, never lost."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lncohort.engine.duck import connect, make_tables
from lncohort.engine.parameters import parameter_tables
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.study.model import Covariate
from small_extract import a_patient, arrow_tables, creatinine, day, proteinuria, pulse, supply

GOOD = supply(0, 30, prescription_id="good")
BAD_PRESCRIPTIONS = {
    "unknown_patient": supply(0, 30, patient_id="nobody"),
    "missing_start_date": supply(0, 30, start_date=None),
    "date_in_the_future": supply(0, 30, start_date=date(2031, 1, 1)),
    "unknown_route": supply(0, 30, route="rectal"),
    "end_before_start": supply(0, 30, end_date=day(-1)),
    "missing_supply": supply(0, 30, days_supply=None),
    "days_supply_out_of_range": supply(0, 0),
    "daily_dose_of_a_pulse": pulse(0, daily_dose_mg=5.0),
    "pulse_dose_of_an_oral_drug": supply(0, 30, None, pulse_dose_mg=500.0),
    "dose_not_positive": supply(0, 30, -1.0),
    "dose_above_limit": supply(0, 30, 20.5),
    "outside_observation": supply(-500, 30),
}


@pytest.mark.parametrize("reason", BAD_PRESCRIPTIONS)
def test_unusable_prescription_is_rejected_with_its_reason(sql_tables, reason):
    tables = sql_tables(a_patient(prescription=[GOOD, BAD_PRESCRIPTIONS[reason]]))
    assert [(r["table_name"], r["reason"]) for r in tables("rejected")] == [
        ("prescription", reason)
    ]
    assert [p["prescription_id"] for p in tables("prescription")] == ["good"]


def test_dose_too_large_for_a_decimal_is_above_the_limit(sql_tables):
    tables = sql_tables(a_patient(prescription=[GOOD, supply(0, 30, 1e30)]))
    assert [r["reason"] for r in tables("rejected")] == ["dose_above_limit"]


def test_missing_dose_is_unknown_and_not_rejected(sql_tables):
    tables = sql_tables(a_patient(prescription=[supply(0, 30, None)]))
    assert tables("rejected") == []
    assert tables("prescription")[0]["daily_dose_mg"] is None


def test_drug_unknown_to_the_study_is_out_of_scope(sql_tables):
    tables = sql_tables(a_patient(prescription=[GOOD, supply(0, 30, drug="prednisone")]))
    fates = {(r["in_scope"], r["reason"]): r["row_count"] for r in prescriptions(tables)}
    assert fates == {(True, None): 1, (False, None): 1}


def prescriptions(tables):
    return [r for r in tables("row_status") if r["table_name"] == "prescription"]


def test_same_prescription_id_twice_is_rejected_both_times(sql_tables):
    twice = [supply(0, 30, prescription_id="x"), supply(60, 30, prescription_id="x")]
    tables = sql_tables(a_patient(prescription=[GOOD, *twice]))
    assert Counter(r["reason"] for r in tables("rejected")) == {"duplicate_prescription_id": 2}


def test_copy_of_a_patient_row_is_dropped_and_a_conflict_drops_the_patient(sql_tables):
    rows = a_patient()
    (patient,) = rows["patient"]
    tables = sql_tables(rows | {"patient": [patient, patient]})
    assert len(tables("patient")) == 1
    assert [r["reason"] for r in tables("rejected")] == ["duplicate_row"]
    tables = sql_tables(rows | {"patient": [patient, patient | {"sex": "male"}]})
    assert tables("patient") == []
    reasons = Counter(r["reason"] for r in tables("rejected") if r["table_name"] == "patient")
    assert reasons == {"conflicting_duplicate": 2}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sex": "F"}, "unknown_sex"),
        ({"birth_date": None}, "missing_birth_date"),
        ({"birth_date": date(2031, 1, 1)}, "date_in_the_future"),
        ({"death_date": date(1970, 1, 1)}, "death_before_birth"),
    ],
)
def test_unusable_patient_is_rejected_with_its_reason(sql_tables, change, reason):
    rows = a_patient()
    rows["patient"] = [rows["patient"][0] | change]
    tables = sql_tables(rows)
    assert reason in {r["reason"] for r in tables("rejected") if r["table_name"] == "patient"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "ng/mL"}, "unexpected_unit"),
        ({"unit": None}, "unexpected_unit"),
        ({"unit": "mg/dL", "value": 40.0}, "value_out_of_range"),
        ({"value": None}, "missing_value"),
        ({"value": -1.0}, "value_out_of_range"),
        ({"value": 3001.0}, "value_out_of_range"),
        ({"sample_date": None}, "missing_date"),
        ({"sample_date": date(2031, 1, 1)}, "date_in_the_future"),
        ({"patient_id": "nobody"}, "unknown_patient"),
    ],
)
def test_unusable_lab_is_rejected_with_its_reason(sql_tables, change, reason):
    tables = sql_tables(a_patient(lab=[creatinine(10, 70.0) | change]))
    assert [r["reason"] for r in tables("rejected")] == [reason]


@pytest.mark.parametrize("unit", ["mg/dL", "MG/DL", " mg / dl "])
def test_lab_in_another_unit_is_converted_with_its_reference_and_keeps_what_was_given(
    sql_tables, unit
):
    given = {"unit": unit, "value": 0.9, "reference_low": 0.5, "reference_high": 1.1}
    tables = sql_tables(a_patient(lab=[creatinine(10, 70.0) | given]))
    (found,) = [r for r in tables("lab_checked") if r["sample_date"] == day(10)]
    assert (float(found["value"]), float(found["reference_high"])) == (79.56, 97.24)
    assert (float(found["value_given"]), found["unit"]) == (0.9, unit)
    assert tables("rejected") == []


@pytest.mark.parametrize("unit", ["µmol/L", "μmol/L", "umol/l"])
def test_micro_may_be_written_in_three_ways(sql_tables, unit):
    tables = sql_tables(a_patient(lab=[creatinine(10, 70.0) | {"unit": unit}]))
    assert tables("rejected") == []


# Worked out by hand from the clinical definitions: (test, value, unit, value in the test's unit).
CONVERTED = [
    ("serum_creatinine", 1.3, "mg/dL", "114.92"),
    ("urine_protein_24h", 480.0, "mg/24h", "0.48"),
    ("urine_protein_creatinine_ratio", 500.0, "mg/g", "0.5"),
    ("urine_protein_creatinine_ratio", 50.0, "mg/mmol", "0.442"),
    ("urine_protein_creatinine_ratio", 50.0, "g/mol", "0.442"),
    ("urine_protein_creatinine_ratio", 0.5, "mg/mg", "0.5"),
    ("urine_albumin_creatinine_ratio", 3.0, "mg/mmol", "26.52"),
    ("urine_albumin_creatinine_ratio", 0.3, "g/g", "300"),
    ("serum_albumin", 3.5, "g/dL", "35"),
    ("complement_c3", 85.0, "mg/dL", "0.85"),
    ("complement_c4", 120.0, "mg/L", "0.12"),
    ("haemoglobin", 9.8, "g/dL", "98"),
    ("glucose", 18.016, "mg/dL", "1"),
    ("glucose", 1801.6, "mg/dL", "100"),
    ("white_cell_count", 4300.0, "/uL", "4.3"),
    ("platelet_count", 210.0, "10^3/uL", "210"),
    ("potassium", 4.1, "mEq/L", "4.1"),
    ("tacrolimus_trough", 6.5, "ug/L", "6.5"),
    ("anti_dsdna", 42.0, "kIU/L", "42"),
    ("egfr", 71.0, "mL/min/1.73m^2", "71"),
    ("urine_rbc", 12.0, "/HPF", "12"),
]


def every_test(nanjing):
    """The Nanjing study with a covariate for each laboratory test there is."""
    covariates = [
        Covariate(name=test, label=test, kind="lab", concept=test, from_day=-90)
        for test in LAB_TESTS
    ]
    return nanjing.model_copy(update={"covariates": tuple(covariates)})


def checked_labs(study, labs):
    """What intake makes of laboratory rows, in their order."""
    rows = [{"patient_id": "p1", "sample_date": day(i)} | lab for i, lab in enumerate(labs)]
    with connect(1) as connection:
        given = {f"raw_{name}": t for name, t in arrow_tables(a_patient() | {"lab": rows}).items()}
        make_tables(connection, ["lab_checked"], parameter_tables(study, date(2024, 1, 1)) | given)
        found = connection.table("lab_checked").to_arrow_table().to_pylist()
    return sorted(found, key=lambda row: row["sample_date"])


def test_conversions_are_those_of_the_clinical_definitions(nanjing):
    labs = [{"test": t, "value": value, "unit": unit} for t, value, unit, _ in CONVERTED]
    found = checked_labs(every_test(nanjing), labs)
    assert [row["reason"] for row in found] == [None] * len(CONVERTED)
    assert [row["value"] for row in found] == [Decimal(expected) for *_, expected in CONVERTED]
    assert {test for test, *_ in CONVERTED} == set(LAB_TESTS)


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1, exclude_min=True), min_size=1, max_size=20))
def test_conversions_invert(nanjing, shares):
    labs = [
        {"test": test, "unit": unit, "value": round(share * known.max_value / factor, 4)}
        for test, known in LAB_TESTS.items()
        for unit, factor in known.factors.items()
        for share in shares
    ]
    for lab, row in zip(labs, checked_labs(every_test(nanjing), labs), strict=True):
        factor = LAB_TESTS[lab["test"]].factors[lab["unit"]]
        if row["reason"] is not None:  # rounded to above the limit
            assert row["value"] > LAB_TESTS[lab["test"]].max_value
        half_a_step = 0.5e-4 / factor + 1e-9 * lab["value"]
        assert abs(float(row["value"]) / factor - lab["value"]) <= half_a_step


def test_the_largest_number_that_is_kept_can_be_converted_from_every_unit(nanjing):
    labs = [
        {"test": test, "unit": unit, "value": 99_999_999.0}
        for test, known in LAB_TESTS.items()
        for unit in known.factors
    ]
    found = checked_labs(every_test(nanjing), labs)
    assert [row["reason"] for row in found] == ["value_out_of_range"] * len(labs)


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("urine_rbc", "/uL"),
        ("urine_protein_creatinine_ratio", "g/24h"),
        ("urine_protein_24h", "g/g"),
        ("urine_protein_creatinine_ratio", "mg"),
        ("urine_protein_creatinine_ratio", None),
        ("serum_creatinine", "mmol"),
    ],
)
def test_what_is_another_measure_is_never_converted(nanjing, test, unit):
    (row,) = checked_labs(every_test(nanjing), [{"test": test, "value": 1.0, "unit": unit}])
    assert row["reason"] == "unexpected_unit"


@pytest.mark.parametrize(
    ("operator", "value", "unit", "at_least", "at_most"),
    [
        (None, 0.5, "g/24h", "0.5", "0.5"),
        ("<", 0.5, "g/24h", "0", "0.4999"),
        ("<=", 0.5, "g/24h", "0", "0.5"),
        (">", 5.0, "g/24h", "5.0001", "60"),
        (">=", 5.0, "g/24h", "5", "60"),
        ("<", 150.0, "mg/24h", "0", "0.1499"),
        ("<", 0.0, "g/24h", "0", "0"),
    ],
)
def test_a_censored_value_lies_on_its_side_of_its_bound(
    nanjing, operator, value, unit, at_least, at_most
):
    given = {"test": "urine_protein_24h", "value": value, "unit": unit, "operator": operator}
    (row,) = checked_labs(nanjing, [given])
    assert (row["at_least"], row["at_most"]) == (Decimal(at_least), Decimal(at_most))
    assert (float(row["value_given"]), row["operator"], row["reason"]) == (value, operator, None)


@pytest.mark.parametrize("operator", ["", "=", "≥", "below"])
def test_an_unknown_operator_is_never_passed_over(nanjing, operator):
    given = {"test": "urine_protein_24h", "value": 1.0, "unit": "g/24h", "operator": operator}
    (row,) = checked_labs(nanjing, [given])
    assert row["reason"] == "unknown_operator"


def test_a_censored_result_among_those_of_a_day_leaves_the_day_between_bounds(sql_tables):
    labs = [proteinuria(10, 0.3), proteinuria(10, 0.8) | {"operator": "<"}, proteinuria(11, 0.3)]
    tables = sql_tables(a_patient(lab=labs))
    found = {r["sample_date"]: r for r in tables("lab_day") if r["test"] == "urine_protein_24h"}
    kept = [(float(r["at_least"]), float(r["at_most"]), r["censored"]) for r in found.values()]
    by_day = dict(zip(found, kept, strict=True))
    assert by_day[day(10)] == (0.0, 0.7999, True)
    assert by_day[day(11)] == (0.3, 0.3, False)
    (seen,) = [r for r in tables("lab_unit_seen") if r["test"] == "urine_protein_24h"]
    assert (seen["row_count"], seen["censored_count"]) == (4, 1)


def ratio(on, value, unit="g/g"):
    return proteinuria(on, value) | {"test": "urine_protein_creatinine_ratio", "unit": unit}


def test_the_ratio_stands_for_24_hour_protein_only_where_the_study_allows_it(sql_tables, nanjing):
    labs = [ratio(10, 500.0, "mg/g"), ratio(11, 2.0), proteinuria(11, 3.0)]

    def of_24h(study):
        found = sql_tables(a_patient(lab=labs), study)("lab_day")
        return {
            r["sample_date"]: (float(r["value"]), r["source"], r["reference_high"])
            for r in found
            if r["test"] == "urine_protein_24h" and r["sample_date"] > day(0)
        }

    assert of_24h(nanjing) == {day(11): (3.0, "urine_protein_24h", None)}
    outcome = nanjing.outcome.model_copy(update={"upcr_for_24h": True})
    assert of_24h(nanjing.model_copy(update={"outcome": outcome})) == {
        day(10): (0.5, "urine_protein_creatinine_ratio", None),
        day(11): (3.0, "urine_protein_24h", None),
    }


def test_same_day_results_are_one_result_their_median(sql_tables):
    tables = sql_tables(a_patient(lab=[creatinine(10, v) for v in (70.0, 90.0, 72.0)]))
    assert [float(r["value"]) for r in tables("lab_day") if r["sample_date"] == day(10)] == [72.0]


def test_observation_periods_that_touch_or_nest_are_one(sql_tables):
    rows = a_patient()
    rows["observation_period"] = [
        {"patient_id": "p1", "start_date": day(a), "end_date": day(b)}
        for a, b in [(0, 99), (10, 20), (100, 150), (152, 160)]
    ]
    tables = sql_tables(rows)
    found = sorted((p["period_start"], p["period_end"]) for p in tables("observation_period"))
    assert found == [(day(0), day(151)), (day(152), day(161))]


def test_every_row_is_used_rejected_or_out_of_scope(sql_tables):
    rows = a_patient(prescription=[GOOD, *BAD_PRESCRIPTIONS.values(), supply(0, 9, drug="aspirin")])
    tables = sql_tables(rows)
    assert sum(r["row_count"] for r in prescriptions(tables)) == len(rows["prescription"])
    rejected = [r for r in tables("rejected") if r["table_name"] == "prescription"]
    assert sum(r["row_count"] for r in prescriptions(tables) if r["reason"]) == len(rejected)


def test_enteric_coated_mycophenolate_is_mycophenolate_in_mofetil_equivalents(sql_tables):
    given = supply(0, 30, 720.0, drug="mycophenolate_sodium")
    (row,) = sql_tables(a_patient(prescription=[given]))("prescription_checked")
    assert (row["drug"], row["daily_dose_mg"]) == ("mycophenolate", Decimal(1000))
    assert (row["drug_given"], row["daily_dose_given_mg"]) == ("mycophenolate_sodium", Decimal(720))
    assert row["is_study_drug"]


@pytest.mark.parametrize(
    ("mg", "reason"),
    [(2880.0, None), (2881.0, "dose_above_limit"), (999_999_999.0, "dose_above_limit")],
)
def test_the_limit_of_a_drug_is_of_what_it_stands_for(sql_tables, mg, reason):
    given = supply(0, 30, mg, drug="mycophenolate_sodium")
    tables = sql_tables(a_patient(prescription=[given]))
    assert [row["reason"] for row in tables("prescription_checked")] == [reason]


def test_mofetil_and_enteric_coated_add_up_and_begin_the_cohort(sql_tables):
    orders = [
        supply(0, 30, 720.0, drug="mycophenolate_sodium"),
        supply(10, 20, 500.0, drug="mycophenolate"),
    ]
    tables = sql_tables(a_patient(prescription=orders))
    found = [(s["segment_start"], s["daily_dose_mg"]) for s in tables("dose_segment")]
    assert sorted(found) == [(day(0), Decimal(1000)), (day(10), Decimal(1500))]
    assert [e["index_date"] for e in tables("entry")] == [day(0)]
