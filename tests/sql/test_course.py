"""What each patient takes once a month, and the first course of the exposure drug."""

from small_extract import a_patient, day, supply

MMF = {"drug": "mycophenolate"}


def at(tables, number):
    (row,) = [r for r in tables("course_state") if r["day"] == number]
    return row


def test_state_is_that_of_the_day_itself(sql_tables, nanjing):
    tables = sql_tables(a_patient(prescription=[supply(0, 90, 2.0), supply(60, 60, 1000.0, **MMF)]))
    bits = {drug.name: 2**i for i, drug in enumerate(nanjing.drugs)}
    both = bits["tacrolimus"] + bits["mycophenolate"]
    assert (at(tables, 30)["drug_bits"], at(tables, 30)["daily_dose_mg"]) == (bits["tacrolimus"], 2)
    assert (at(tables, 60)["drug_bits"], at(tables, 60)["daily_dose_mg"]) == (both, 2)
    assert (at(tables, 90)["drug_bits"], at(tables, 90)["daily_dose_mg"]) == (
        bits["mycophenolate"],
        None,
    )
    assert at(tables, 120)["drug_bits"] == 0


def test_dose_is_of_the_day_and_era_goes_on_over_a_short_gap(sql_tables, nanjing):
    tables = sql_tables(a_patient(prescription=[supply(0, 20), supply(40, 30)]))
    state = at(tables, 30)
    assert (state["drug_bits"] > 0, state["daily_dose_mg"]) == (True, None)


def test_there_is_no_drug_after_the_exit(sql_tables):
    rows = a_patient(prescription=[supply(0, 300)])
    rows["patient"][0]["death_date"] = day(60)
    tables = sql_tables(rows)
    assert at(tables, 30)["followed"] is True
    assert (at(tables, 60)["followed"], at(tables, 60)["drug_bits"]) == (False, 0)


def test_every_patient_has_every_day_of_planned_follow_up(sql_tables, nanjing):
    tables = sql_tables(a_patient(prescription=[supply(0, 30)]))
    days = [row["day"] for row in tables("course_state")]
    assert sorted(days) == list(range(0, nanjing.follow_up.max_days, 30))


def test_first_course_ends_with_its_era(sql_tables):
    tables = sql_tables(
        a_patient(prescription=[supply(0, 30, 1000.0, **MMF), supply(50, 40), supply(200, 90)])
    )
    (course,) = tables("first_course")
    assert (course["start_day"], course["course_days"], course["stopped"]) == (50, 40, True)


def test_first_course_that_ends_just_before_death_is_not_stopped(sql_tables):
    for ended, stopped in ((90, False), (89, True)):
        rows = a_patient(prescription=[supply(0, ended)])
        rows["patient"][0]["death_date"] = day(120)
        (course,) = sql_tables(rows)("first_course")
        assert (course["course_days"], course["stopped"]) == (ended, stopped)


def test_first_course_that_outlasts_follow_up_is_not_stopped(sql_tables):
    rows = a_patient(prescription=[supply(0, 300)])
    rows["patient"][0]["death_date"] = day(60)
    (course,) = sql_tables(rows)("first_course")
    assert (course["course_days"], course["stopped"]) == (60, False)
