"""What the audit reads: use before follow-up, gaps of supply, and days of measurement."""

from datetime import date

from small_extract import a_patient, creatinine, day, proteinuria, pulse, supply


def test_a_start_before_the_index_date_is_prior_use_wherever_it_was(sql_tables, nanjing):
    """Cyclophosphamide opens the study; tacrolimus of a year before is prior use."""
    entry = nanjing.entry.model_copy(update={"drugs": ("cyclophosphamide",)})
    study = nanjing.model_copy(update={"entry": entry})
    for start, expected in ((-200, True), (-500, True), (10, False), (0, False)):
        rows = a_patient(prescription=[pulse(0), supply(start, 30)])
        (found,) = sql_tables(rows, study)("prior_use")
        assert found["used_before"] is expected, start
        assert found["observed_days"] == 400


def test_other_drugs_are_no_prior_use(sql_tables, nanjing):
    entry = nanjing.entry.model_copy(update={"drugs": ("cyclophosphamide",)})
    study = nanjing.model_copy(update={"entry": entry})
    rows = a_patient(prescription=[pulse(0), supply(-100, 30, 1000.0, drug="mycophenolate")])
    (found,) = sql_tables(rows, study)("prior_use")
    assert found["used_before"] is False


def test_gaps_lie_between_supplies_of_the_exposure_drug(sql_tables):
    rows = a_patient(
        prescription=[
            supply(0, 30),
            supply(30, 30),
            supply(70, 30),
            supply(200, 30),
            pulse(300),
        ]
    )
    found = sorted(sql_tables(rows)("refill_gap"), key=lambda gap: gap["gap_start"])
    assert [(g["gap_start"], g["gap_days"], g["bridged"]) for g in found] == [
        (day(60), 10, True),
        (day(100), 100, False),
    ]


def test_a_gap_of_the_grace_period_is_bridged_and_one_day_more_is_not(sql_tables, nanjing):
    grace = nanjing.drug("tacrolimus").grace_days
    for gap, bridged in ((grace, True), (grace + 1, False)):
        rows = a_patient(prescription=[supply(0, 30), supply(30 + gap, 30)])
        (found,) = sql_tables(rows)("refill_gap")
        assert (found["gap_days"], found["bridged"]) == (gap, bridged)


def test_gaps_after_the_exposure_window_are_not_seen(sql_tables, nanjing):
    exposure = nanjing.exposure.model_copy(update={"landmark_day": 90})
    study = nanjing.model_copy(update={"exposure": exposure})
    rows = a_patient(prescription=[supply(0, 30), supply(50, 30), supply(120, 30)])
    found = sql_tables(rows, study)("refill_gap")
    assert [g["gap_days"] for g in found] == [20]


def test_days_of_measurement_are_counted_once_in_the_interval_that_they_end(sql_tables, nanjing):
    assert nanjing.follow_up.interval_days == 30
    labs = [
        creatinine(0, 80.0),
        creatinine(30, 80.0),
        proteinuria(30, 2.0),
        proteinuria(31, 2.0),
        creatinine(60, 80.0),
        {
            "patient_id": "p1",
            "test": "serum_albumin",
            "sample_date": day(45),
            "value": 30.0,
            "unit": "g/L",
        },
    ]
    rows = a_patient(prescription=[supply(0, 400)], lab=labs)
    tables = sql_tables(rows)
    found = {v["start_day"]: v["measured_days"] for v in tables("interval_visit")}
    # day 0 is known before follow-up; albumin is no test of the response
    assert (found[0], found[30], found[60]) == (1, 2, 0)
    assert len(found) == len(tables("person_interval"))


def test_the_window_of_exposure_is_a_column_of_the_analysis_set(sql_tables, nanjing):
    rows = a_patient(prescription=[supply(0, 100)])
    (until_exit,) = sql_tables(rows)("analysis_set")
    assert until_exit["window_days"] == nanjing.follow_up.max_days
    exposure = nanjing.exposure.model_copy(update={"landmark_day": 180})
    study = nanjing.model_copy(update={"exposure": exposure})
    (until_landmark,) = sql_tables(rows, study)("analysis_set")
    assert until_landmark["window_days"] == 180
    assert until_landmark["index_date"] == date(2015, 1, 1)
