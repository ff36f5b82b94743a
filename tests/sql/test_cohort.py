"""Index date, eligibility, attrition and the end of follow-up."""

from datetime import date

import pytest

from small_extract import INDEX, a_patient, creatinine, day, proteinuria, supply

STEPS = {
    "entry_drug": {"prescription": []},
    "adult": {"patient": [{"patient_id": "p1", "sex": "female", "birth_date": date(1997, 1, 2)}]},
    "observed": {
        "observation_period": [
            {"patient_id": "p1", "start_date": day(-29), "end_date": day(900)},
        ]
    },
    "lupus_nephritis": {"diagnosis": []},
    "no_dialysis": {
        "procedure": [{"patient_id": "p1", "concept": "dialysis", "procedure_date": day(0)}]
    },
    "no_transplant": {
        "procedure": [
            {"patient_id": "p1", "concept": "kidney_transplant", "procedure_date": day(-900)}
        ]
    },
    "baseline_creatinine": {"lab": [proteinuria(-5, 3.0), creatinine(-91, 80.0)]},
    "baseline_proteinuria": {"lab": [proteinuria(-5, 0.49), creatinine(-5, 80.0)]},
}


def test_index_date_is_the_first_ever_start_of_any_drug_of_entry(sql_tables):
    mmf = supply(-3, 10, 1000.0, drug="mycophenolate")
    tables = sql_tables(a_patient(prescription=[supply(0, 30), mmf]))
    (patient,) = tables("cohort")
    assert patient["index_date"] == day(-3)


@pytest.mark.parametrize("step", STEPS)
def test_patient_leaves_at_the_step_that_is_not_met(sql_tables, step):
    rows = a_patient(prescription=[supply(0, 30)]) | STEPS[step]
    tables = sql_tables(rows)
    assert tables("cohort") == []
    left = [row["criterion"] for row in tables("attrition") if row["excluded"]]
    assert left == [step]


@pytest.mark.parametrize(
    ("operator", "value", "enters"),
    [("<", 0.5, False), ("<", 9.0, False), (">", 0.4, False), (">=", 0.5, True), (">", 5.0, True)],
)
def test_a_censored_baseline_must_meet_its_limit_whatever_it_was(
    sql_tables, operator, value, enters
):
    lab = [proteinuria(-5, value) | {"operator": operator}, creatinine(-5, 80.0)]
    tables = sql_tables(a_patient(prescription=[supply(0, 30)]) | {"lab": lab})
    assert len(tables("cohort")) == enters


def test_first_start_before_the_period_is_prior_use_and_not_an_entry(sql_tables):
    rows = a_patient(prescription=[supply(0, 30), supply(-1827, 30)])
    rows["observation_period"][0]["start_date"] = date(2009, 1, 1)
    tables = sql_tables(rows)
    assert [r["criterion"] for r in tables("attrition") if r["excluded"]] == ["inside_period"]


def test_attrition_adds_up_from_the_extract_to_the_cohort(sql_tables):
    rows = {}
    for i, change in enumerate([{}, {}, *STEPS.values()]):
        patient_id = f"q{i}"
        content = a_patient(prescription=[supply(0, 30)]) | change
        for table, content_rows in content.items():
            rows.setdefault(table, []).extend(
                row
                | {"patient_id": patient_id}
                | ({"prescription_id": patient_id} if table == "prescription" else {})
                for row in content_rows
            )
    tables = sql_tables(rows)
    steps = sorted(tables("attrition"), key=lambda row: row["step"])
    assert steps[0]["before"] == len(STEPS) + 2
    for row, following in zip(steps, steps[1:], strict=False):
        assert row["before"] - row["excluded"] == row["after"] == following["before"]
    assert steps[-1]["after"] == len(tables("cohort")) == 2


@pytest.mark.parametrize(
    ("change", "exit_day", "reason"),
    [
        ({}, 730, "follow_up_end"),
        ({"death": 100}, 100, "death"),
        ({"dialysis": 90}, 90, "kidney_failure"),
        ({"dialysis": 100, "death": 100}, 100, "death"),
        ({"observed": 200}, 201, "observation_end"),
        ({"death": 0}, 0, "death"),
    ],
)
def test_follow_up_ends_at_the_first_of_its_ends(sql_tables, change, exit_day, reason):
    rows = a_patient(prescription=[supply(0, 30)])
    if "death" in change:
        rows["patient"][0]["death_date"] = day(change["death"])
    if "dialysis" in change:
        rows["procedure"] = [
            {
                "patient_id": "p1",
                "concept": "dialysis",
                "procedure_date": day(change["dialysis"]),
            }
        ]
    if "observed" in change:
        rows["observation_period"][0]["end_date"] = day(change["observed"])
    (patient,) = sql_tables(rows)("cohort")
    assert (patient["exit_date"], patient["exit_reason"]) == (day(exit_day), reason)


def test_study_period_ends_after_its_last_day(sql_tables, nanjing):
    info = nanjing.info.model_copy(update={"period_end": INDEX})
    study = nanjing.model_copy(update={"info": info})
    (patient,) = sql_tables(a_patient(prescription=[supply(0, 30)]), study)("cohort")
    assert (patient["exit_date"], patient["exit_reason"]) == (day(1), "study_end")


def test_use_before_observation_is_prior_use_and_never_taken_for_none(sql_tables):
    rows = a_patient(prescription=[supply(0, 30), supply(-500, 30)])
    tables = sql_tables(rows)
    assert [r["reason"] for r in tables("rejected")] == ["outside_observation"]
    assert [r["criterion"] for r in tables("attrition") if r["excluded"]] == ["inside_period"]
    assert tables("cohort") == []


def test_supply_that_straddles_the_start_of_observation_is_prior_use(sql_tables):
    rows = a_patient(prescription=[supply(-410, 30), supply(0, 30)])
    tables = sql_tables(rows)
    assert [r["criterion"] for r in tables("attrition") if r["excluded"]] == ["inside_period"]
