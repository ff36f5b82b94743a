"""Negative controls: an outcome after the index date, a drug within the window."""

import pytest

from lncohort.study.model import Analysis
from small_extract import a_patient, day, supply


def with_controls(study):
    controls = Analysis(
        name="controls",
        kind="negative_control",
        diagnoses=("fracture",),
        procedures=("cataract_surgery",),
        exposures=("hydroxychloroquine",),
    )
    return study.model_copy(update={"analyses": (*study.analyses, controls)})


@pytest.mark.parametrize(
    ("days", "known_before", "first_day"),
    [
        ([], False, None),
        ([-1], True, None),
        ([0], True, None),
        ([1], False, 1),
        ([90, 40], False, 40),
        ([-200, 40], True, 40),
        ([729], False, 729),
        ([730], False, None),
    ],
)
def test_control_outcome_is_first_recorded_after_the_index_date_within_follow_up(
    sql_tables, nanjing, days, known_before, first_day
):
    for table, key, concept in (
        ("diagnosis", "diagnosis_date", "fracture"),
        ("procedure", "procedure_date", "cataract_surgery"),
    ):
        more = [{"patient_id": "p1", "concept": concept, key: day(on)} for on in days]
        rows = a_patient(prescription=[supply(0, 30)], **{table: more})
        tables = sql_tables(rows, with_controls(nanjing))
        (found,) = (r for r in tables("control_outcome") if r["concept"] == concept)
        assert (found["known_before"], found["first_day"]) == (known_before, first_day)
        assert {r["concept"] for r in tables("control_outcome")} == {"fracture", "cataract_surgery"}


@pytest.mark.parametrize(
    ("start", "days", "used"),
    [(-30, 30, False), (-30, 31, True), (5, 10, True), (729, 5, True), (730, 5, False)],
)
def test_control_drug_is_used_on_any_day_of_supply_in_the_window(
    sql_tables, nanjing, start, days, used
):
    control = supply(start, days, 400.0, drug="hydroxychloroquine")
    rows = a_patient(prescription=[supply(0, 30), control])
    tables = sql_tables(rows, with_controls(nanjing))
    assert [row["used"] for row in tables("control_use")] == [used]


def test_control_drug_is_counted_as_used_and_is_no_drug_of_the_study(sql_tables, nanjing):
    control = supply(5, 30, 400.0, drug="hydroxychloroquine")
    infusion = supply(9, 1, None, drug="hydroxychloroquine", route="iv", days_supply=None)
    other = supply(5, 30, 10.0, drug="prednisone")
    rows = a_patient(prescription=[supply(0, 30), control, infusion, other])
    tables = sql_tables(rows, with_controls(nanjing))
    fates = {
        row["in_scope"]: row["row_count"]
        for row in tables("row_status")
        if row["table_name"] == "prescription"
    }
    assert fates == {True: 3, False: 1}
    assert {row["drug"] for row in tables("prescription")} == {"tacrolimus"}
    assert tables("analysis_set") == sql_tables(a_patient(prescription=[supply(0, 30)]))(
        "analysis_set"
    )
