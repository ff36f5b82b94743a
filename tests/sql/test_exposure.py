"""Supply, dose segments and eras as a study's run makes them."""

import pytest

from small_extract import a_patient, day, pulse, supply


def test_two_tablet_strengths_on_one_day_are_one_dose(sql_tables):
    tables = sql_tables(a_patient(prescription=[supply(0, 30, 1.0), supply(0, 30, 0.5)]))
    (segment,) = tables("dose_segment")
    assert float(segment["daily_dose_mg"]) == 1.5


def test_short_supply_inside_a_long_one_does_not_split_the_era(sql_tables):
    tables = sql_tables(
        a_patient(prescription=[supply(0, 120), supply(10, 5), supply(125, 30)]),
    )
    (era,) = tables("drug_era")
    assert (era["era_start"], era["era_end"]) == (day(0), day(155))
    assert (era["covered_days"], era["gap_days"]) == (150, 5)


@pytest.mark.parametrize(("gap", "eras"), [(0, 1), (30, 1), (31, 2)])
def test_era_continues_over_a_gap_of_at_most_the_grace_days(sql_tables, gap, eras):
    tables = sql_tables(a_patient(prescription=[supply(0, 30), supply(30 + gap, 30)]))
    assert len(tables("drug_era")) == eras


def test_explicit_end_date_is_the_last_day_taken(sql_tables):
    tables = sql_tables(a_patient(prescription=[supply(0, 30, end_date=day(9))]))
    (era,) = tables("drug_era")
    assert era["era_end"] == day(10)


def test_pulse_covers_28_days_and_carries_no_daily_dose(sql_tables):
    tables = sql_tables(a_patient(prescription=[pulse(0)]))
    (era,) = tables("drug_era")
    assert era["covered_days"] == 28
    assert era["cumulative_dose_mg"] is None
    assert era["mean_daily_dose_mg"] is None
    assert era["unknown_dose_days"] == 0


def test_one_unknown_dose_makes_the_day_unknown_and_never_zero(sql_tables):
    tables = sql_tables(a_patient(prescription=[supply(0, 20, 2.0), supply(10, 20, None)]))
    segments = sorted(tables("dose_segment"), key=lambda s: s["segment_start"])
    assert [(s["segment_start"], s["dose_known"]) for s in segments] == [
        (day(0), True),
        (day(10), False),
    ]
    (era,) = tables("drug_era")
    assert era["mean_daily_dose_mg"] == 2.0
    assert era["unknown_dose_days"] == 20


def test_supply_is_clipped_to_observation_and_eras_never_cross_it(sql_tables):
    rows = a_patient(prescription=[supply(0, 100)])
    rows["observation_period"] = [
        {"patient_id": "p1", "start_date": day(-400), "end_date": day(39)},
        {"patient_id": "p1", "start_date": day(50), "end_date": day(400)},
    ]
    tables = sql_tables(rows)
    eras = sorted((e["era_start"], e["era_end"]) for e in tables("drug_era"))
    assert eras == [(day(0), day(40)), (day(50), day(100))]
    assert all(s["clipped"] for s in tables("supply"))


def test_combination_needs_the_minimum_of_shared_days(sql_tables):
    mmf = {"drug": "mycophenolate"}
    tables = sql_tables(
        a_patient(prescription=[supply(0, 60), supply(32, 60, 1000.0, **mmf)]),
    )
    (shared,) = tables("combination_era")
    assert (shared["combination"], shared["overlap_days"]) == ("TAC+MMF", 28)
    tables = sql_tables(
        a_patient(prescription=[supply(0, 60), supply(33, 60, 1000.0, **mmf)]),
    )
    assert tables("combination_era") == []
