"""Exposure over its window, bands, regimens and the start-stop rows."""

from small_extract import a_patient, creatinine, day, proteinuria, pulse, supply

RESPONSE_ON_200 = [proteinuria(200, 0.2), creatinine(200, 80.0)]


def one(rows, **match):
    (row,) = [r for r in rows if all(r[k] == v for k, v in match.items())]
    return row


def test_exposure_is_clipped_to_the_window_that_ends_with_the_response(sql_tables):
    rows = a_patient(prescription=[supply(0, 300, 3.0)], lab=RESPONSE_ON_200)
    tables = sql_tables(rows)
    assert one(tables("exposure_window"))["window_end_reason"] == "response"
    use = one(tables("drug_use"), drug="tacrolimus")
    assert (use["covered_days"], use["mean_daily_dose_mg"]) == (200, 3.0)


def test_exposure_until_exit_counts_all_of_follow_up(sql_tables, nanjing):
    exposure = nanjing.exposure.model_copy(update={"until": "exit"})
    study = nanjing.model_copy(update={"exposure": exposure})
    rows = a_patient(prescription=[supply(0, 300, 3.0)], lab=RESPONSE_ON_200)
    use = one(sql_tables(rows, study)("drug_use"), drug="tacrolimus")
    assert use["covered_days"] == 300


def test_drug_started_after_the_response_is_not_used(sql_tables):
    rows = a_patient(
        prescription=[supply(0, 30, 1000.0, drug="mycophenolate"), supply(210, 30)],
        lab=RESPONSE_ON_200,
    )
    analysed = one(sql_tables(rows)("analysis_set"))
    assert analysed["regimen"] == "MMF alone"
    assert (analysed["dose_band"], analysed["duration_band"]) == ("never", "never")


def test_dose_bands_are_closed_on_the_left_and_duration_bands_on_the_right(sql_tables):
    expected = {
        (1.9, 90): ("<2", "≤90"),
        (2.0, 91): ("[2,4)", "(90,180]"),
        (3.9, 180): ("[2,4)", "(90,180]"),
        (4.0, 181): ("≥4", ">180"),
    }
    for (dose, days), bands in expected.items():
        analysed = one(sql_tables(a_patient(prescription=[supply(0, days, dose)]))("analysis_set"))
        assert (analysed["dose_band"], analysed["duration_band"]) == bands


def test_use_with_no_known_dose_is_unknown_and_keeps_its_duration(sql_tables):
    analysed = one(sql_tables(a_patient(prescription=[supply(0, 100, None)]))("analysis_set"))
    assert (analysed["dose_band"], analysed["duration_band"]) == ("unknown", "(90,180]")


def test_mean_dose_is_per_covered_day(sql_tables):
    rows = a_patient(prescription=[supply(0, 30, 2.0), supply(100, 10, 4.0)])
    use = one(sql_tables(rows)("drug_use"), drug="tacrolimus")
    assert use["mean_daily_dose_mg"] == (30 * 2.0 + 10 * 4.0) / 40


def test_regimen_names_every_drug_used_together_or_in_sequence(sql_tables):
    mmf = supply(400, 30, 1000.0, drug="mycophenolate")
    tables = sql_tables(a_patient(prescription=[supply(0, 30), pulse(10), mmf]))
    assert one(tables("analysis_set"))["regimen"] == "TAC+CYC+MMF"


def test_waiting_for_the_drug_is_unexposed_time(sql_tables):
    rows = a_patient(prescription=[pulse(0), supply(60, 30)], lab=RESPONSE_ON_200)
    stretches = sorted(sql_tables(rows)("person_time"), key=lambda row: row["start_day"])
    assert [(r["start_day"], r["stop_day"], r["exposed"], r["event"]) for r in stretches] == [
        (0, 60, False, 0),
        (60, 200, True, 1),
    ]


def test_death_without_response_competes_with_it(sql_tables):
    rows = a_patient(prescription=[supply(0, 30)])
    rows["patient"][0]["death_date"] = day(50)
    analysed = one(sql_tables(rows)("analysis_set"))
    assert (analysed["event"], analysed["time_days"]) == (2, 50)
    assert analysed["assessed"] is False


def cyclophosphamide_use(sql_tables, *orders):
    rows = a_patient(prescription=list(orders), lab=RESPONSE_ON_200)
    return one(sql_tables(rows)("drug_use"), drug="cyclophosphamide")


def test_pulses_and_oral_days_make_one_total_and_a_pulse_no_daily_dose(sql_tables):
    oral = supply(0, 10, 100.0, drug="cyclophosphamide")
    use = cyclophosphamide_use(sql_tables, oral, pulse(20, 750.0), pulse(50, 500.0), pulse(210))
    assert (use["pulses"], use["pulse_dose_mg"], use["total_dose_mg"]) == (2, 1250, 2250)
    assert (use["cumulative_dose_mg"], use["mean_daily_dose_mg"]) == (1000, 100.0)


def test_a_pulse_of_unknown_dose_leaves_no_total(sql_tables):
    use = cyclophosphamide_use(sql_tables, pulse(0, 750.0), pulse(30, None))
    assert (use["pulses"], use["pulse_dose_mg"], use["total_dose_mg"]) == (2, None, None)


def test_an_oral_day_of_unknown_dose_leaves_no_total(sql_tables):
    oral = supply(0, 10, None, drug="cyclophosphamide")
    use = cyclophosphamide_use(sql_tables, oral, pulse(30, 750.0))
    assert (use["pulse_dose_mg"], use["total_dose_mg"]) == (750, None)


def test_a_drug_not_used_has_a_total_of_zero(sql_tables):
    use = cyclophosphamide_use(sql_tables, supply(0, 30))
    assert (use["used"], use["pulses"], use["total_dose_mg"]) == (False, 0, 0)
