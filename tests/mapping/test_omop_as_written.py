"""OMOP tables as the programs that fill them write them: what is said of nothing, and where it stands."""

from datetime import date

import pandas as pd
import pytest

from lncohort.mapping.advice import advice
from mapping.hospital import extract_rows, reasons
from mapping.small_omop import CONDITION, PERSON, RESULT, SUPPLY, mapped_omop, prescriptions


@pytest.mark.parametrize("nothing", ["0", "0.0", "0,00", "0.000000"])
def test_a_quantity_or_a_supply_of_zero_tells_nothing(tmp_path, nothing):
    """Claims and simulated patients have 0 where no quantity is known: the dose is not 0."""
    row = {"days_supply": nothing, "quantity": nothing}
    (found,) = prescriptions(tmp_path, row)
    assert (found["end_date"], found["daily_dose_mg"]) == (date(2015, 3, 30), None)


def test_without_a_quantity_the_directions_tell_the_dose(tmp_path):
    (found,) = prescriptions(tmp_path, {"quantity": 0, "sig": "1 mg bid"})
    assert (found["days_supply"], found["daily_dose_mg"]) == (30, 2.0)


@pytest.mark.parametrize(
    ("status", "source", "counts"),
    [
        (32893, "suspected", True),  # the concept goes before the text
        (32899, "final", False),
        (4033240, None, False),
        (32892, None, False),
        (32890, "admission", True),
        (32902, "Verdacht auf", False),
        (32902, None, True),
        (0, "ruled out", False),
        (0, "suspecté", False),
        (0, "DP", True),
    ],
)
def test_a_preliminary_or_ruled_out_condition_is_none(tmp_path, status, source, counts):
    told = {"condition_status_concept_id": status, "condition_status_source_value": source}
    found = mapped_omop(tmp_path, condition_occurrence=[CONDITION | told])
    assert len(extract_rows(found, "diagnosis")) == counts
    assert reasons(found, "condition_occurrence") == ({} if counts else {"ruled_out_or_doubted": 1})


@pytest.mark.parametrize(
    ("operator", "source", "bound"),
    [
        (0, "<20", "<"),
        (None, "< 20 umol/L", "<"),
        (0, ">=20", ">="),
        (2_000_000_007, "<20", "<"),  # of the site's own
        (4172704, "20", ">"),
        (4172703, "<20", None),
        (0, "20", None),
        (0, None, None),
    ],
)
def test_a_sign_in_the_source_value_makes_a_bound_of_the_number(tmp_path, operator, source, bound):
    """Many databases parse the number, leave the sign behind and the operator 0."""
    row = {"value_as_number": 20.0, "operator_concept_id": operator, "value_source_value": source}
    found = mapped_omop(tmp_path, measurement=[RESULT | row])
    (result,) = extract_rows(found, "lab")
    assert (result["value"], result["operator"]) == (20.0, bound)


def test_the_end_that_was_told_goes_before_one_that_was_filled_in(tmp_path):
    """Of a prescription without days' supply many databases make one of 30 days."""
    row = {"days_supply": None, "verbatim_end_date": "2015-03-10", "quantity": 40}
    (told,) = prescriptions(tmp_path, row)
    assert (told["end_date"], told["daily_dose_mg"]) == (date(2015, 3, 10), 4.0)


@pytest.mark.parametrize("end", ["2099-12-31", "9999-12-31", "2099-12-31 00:00:00"])
def test_a_patient_who_is_still_observed_is_so_until_the_data_end(tmp_path, end):
    def period(person, end):
        start = {"observation_period_start_date": "2010-01-01"}
        return {"person_id": person} | start | {"observation_period_end_date": end}

    later = RESULT | {"measurement_id": 2, "person_id": 2, "measurement_date": "2016-05-04"}
    typed_wrongly = RESULT | {"measurement_id": 3, "measurement_date": "2094-01-01"}
    found = mapped_omop(
        tmp_path,
        person=[PERSON, PERSON | {"person_id": 2}],
        measurement=[RESULT, later, typed_wrongly],
        observation_period=[period(1, end), period(2, "2018-03-04")],
    )
    ends = [row["end_date"] for row in extract_rows(found, "observation_period")]
    assert ends == [date(2018, 3, 4), date(2018, 3, 4)]
    assert found.account.patients["still_observed"] == 1


def test_ends_before_the_supply_is_over_are_told(tmp_path):
    """They may be real stops: the days of supply would count what was never taken."""
    ends = ["2015-03-10", "2015-03-30", "2015-03-31", "2015-03-01", None]
    rows = [
        SUPPLY | {"drug_exposure_id": n, "drug_exposure_end_date": e} for n, e in enumerate(ends)
    ]
    found = mapped_omop(tmp_path, drug_exposure=rows)
    assert [row["days_supply"] for row in extract_rows(found, "prescription")] == [30] * 5
    told = {wrong: (rows, remedy) for _, rows, wrong, remedy in advice(found.account)}
    assert told == {
        "an end date before the supply is over: stopped?": (
            *(1, 'supply = ["end_date", ...], if ends are real stops'),
        )
    }


@pytest.mark.parametrize("end", ["2099-12-31", "9999-12-31 00:00:00", "9999-12-31"])
def test_an_end_at_the_end_of_days_tells_nothing(tmp_path, end):
    row = {"drug_exposure_end_date": end}
    (with_days,) = prescriptions(tmp_path, row)
    assert (with_days["days_supply"], with_days["end_date"]) == (30, None)
    (tmp_path / "without").mkdir()
    (without,) = prescriptions(tmp_path / "without", row | {"days_supply": None})
    assert (without["days_supply"], without["end_date"]) == (None, None)


def test_supplies_of_more_than_a_year_are_told(tmp_path):
    rows = [{"days_supply": 366}, {"days_supply": 9999}]
    rows += [{"days_supply": None, "drug_exposure_end_date": "2018-01-01"}]
    rows = [SUPPLY | row | {"drug_exposure_id": n} for n, row in enumerate(rows)]
    found = mapped_omop(tmp_path, drug_exposure=rows)
    told = {wrong: rows for _, rows, wrong, _ in advice(found.account)}
    assert told["supplies of more than a year"] == 2


def test_a_month_or_day_of_birth_of_zero_is_none(tmp_path):
    person = PERSON | {"month_of_birth": 0, "day_of_birth": 0}
    (row,) = extract_rows(mapped_omop(tmp_path, person=[person]), "patient")
    assert row["birth_date"] == date(1980, 7, 1)


def test_a_concept_of_no_set_is_looked_for_by_its_code_in_its_vocabulary(tmp_path):
    def concept(number, vocabulary, code, name="a name"):
        return {
            "concept_id": number,
            "concept_name": name,
            "vocabulary_id": vocabulary,
            "concept_code": code,
        }

    results = [
        RESULT | {"measurement_id": n, "measurement_concept_id": 7001 + n, "unit_concept_id": 8636}
        for n in range(3)
    ]
    conditions = [
        CONDITION | {"condition_concept_id": 0, "condition_source_concept_id": 7011 + n}
        for n in range(2)
    ]
    found = mapped_omop(
        tmp_path,
        measurement=results,
        condition_occurrence=conditions,
        concept=[
            concept(7001, "LOINC", "61151-7"),
            concept(7002, "LOINC", "2161-8"),  # creatinine in urine
            concept(7003, "Nebraska Lexicon", "61151-7"),
            concept(7011, "ICD10CM", "M32.14"),
            concept(7012, "ICD10CM", "R51"),
        ],
    )
    assert [row["test"] for row in extract_rows(found, "lab")] == ["serum_albumin"]
    assert reasons(found, "measurement") == {"unknown_name": 2}
    assert [row["concept"] for row in extract_rows(found, "diagnosis")] == ["lupus_nephritis"]


def test_a_unit_of_no_list_is_what_its_code_in_the_vocabulary_says(tmp_path):
    unit = {"concept_id": 7020, "concept_name": "milligram per 24 hours", "vocabulary_id": "UCUM"}
    row = RESULT | {"measurement_concept_id": 3020876, "unit_concept_id": 7020}
    found = mapped_omop(tmp_path, measurement=[row], concept=[unit | {"concept_code": "mg/(24.h)"}])
    assert [row["unit"] for row in extract_rows(found, "lab")] == ["mg/24h"]


def test_routes_that_are_not_understood_are_told(tmp_path):
    bare = SUPPLY | {"drug_concept_id": 950637, "drug_source_value": "x"}
    people = [PERSON | {"person_id": n} for n in range(5)]
    rows = [bare | {"person_id": n, "route_concept_id": 7030} for n in range(5)]
    rows += [
        bare | {"person_id": n, "route_concept_id": 0, "drug_exposure_id": 2} for n in range(5)
    ]
    rows += [bare | {"route_concept_id": 0, "route_source_value": "of one patient"}]
    found = mapped_omop(
        tmp_path,
        person=people,
        drug_exposure=rows,
        concept=[{"concept_id": 7030, "concept_name": "Via a tube"}],
    )
    told = [tuple(row.values())[1:] for row in found.account.unread_routes]
    assert told == [("", 5, ""), ("7030", 5, "Via a tube")]


def test_patients_without_a_period_of_observation_are_told(tmp_path):
    empty = pd.DataFrame(
        columns=["person_id", "observation_period_start_date", "observation_period_end_date"]
    )
    found = mapped_omop(tmp_path, observation_period=empty)
    told = {wrong: rows for _, rows, wrong, _ in advice(found.account)}
    assert told == {"patients without observation: unused": 1}


def test_a_result_with_an_operator_that_is_not_known_is_refused_and_told(tmp_path):
    """Whether it is a bound cannot be said: taken as exact, it may be wrong."""
    operators = [2_000_000_007, 2_000_000_007, 4171756, 0]
    sources = [None, "<88", None, None]
    rows = [
        RESULT | {"measurement_id": n, "operator_concept_id": code, "value_source_value": source}
        for n, (code, source) in enumerate(zip(operators, sources, strict=True))
    ]
    found = mapped_omop(tmp_path, measurement=rows)
    assert [row["operator"] for row in extract_rows(found, "lab")] == ["<", "<", None]
    assert reasons(found, "measurement") == {"unknown_operator": 1}
    assert "operators that are not known" in {wrong for _, _, wrong, _ in advice(found.account)}
