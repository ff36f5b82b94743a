"""Rows that cannot be used are counted and kept with their reason, never lost."""

from collections import Counter
from datetime import date

import pytest

from lncohort.extract.contract import LAB_TESTS
from small_extract import a_patient, creatinine, day, pulse, supply

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


def test_factors_are_those_of_the_prefixes_and_of_creatinine():
    grams = {"g": 1.0, "mg": 1e-3}
    litres = {"dL": 0.1, "L": 1.0, "24h": 1.0, "d": 1.0, "day": 1.0}
    for test in LAB_TESTS.values():
        assert test.factors[test.unit] == 1.0
        for unit, factor in test.others.items():
            if test.unit == "umol/L":
                assert (unit, factor) == ("mg/dL", 88.4)
                continue
            (a, b), (c, d) = unit.split("/"), test.unit.split("/")
            assert factor == pytest.approx(grams[a] / litres[b] / (grams[c] / litres[d]))


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
