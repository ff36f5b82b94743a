"""Supply, dose segments and eras, against a slow and obvious day-by-day count."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from small_extract import INDEX, a_patient, day, pulse, supply

OBSERVED = range(-400, 1501)


def days_between(first: date, last: date) -> int:
    return (last - first).days


def with_overlap(study, rule, grace_days=30):
    drugs = tuple(
        drug.model_copy(update={"overlap": rule, "grace_days": grace_days}) for drug in study.drugs
    )
    return study.model_copy(update={"drugs": drugs})


def oracle_daily_dose(orders, rule):
    """Dose of each day, one day and one order at a time."""
    orders = sorted(orders, key=lambda o: (o["start_date"], o["prescription_id"]))
    taken = {}
    queue_end = None
    for order in orders:
        start = days_between(INDEX, order["start_date"])
        end = start + order["days_supply"]
        if rule == "latest":
            later = [
                days_between(INDEX, o["start_date"])
                for o in orders
                if o["start_date"] > order["start_date"]
            ]
            end = min([end, *later])
        if rule == "stockpile":
            start = start if queue_end is None else max(start, queue_end)
            end = start + order["days_supply"]
            queue_end = end
        for d in range(start, end):
            if d in OBSERVED:
                taken.setdefault(d, []).append(order["daily_dose_mg"])
    together = max if rule == "max" else sum
    return {d: None if None in doses else together(doses) for d, doses in taken.items()}


def oracle_eras(covered_days, grace_days):
    eras = []
    for d in sorted(covered_days):
        if eras and d - eras[-1][1] <= grace_days:
            eras[-1][1] = d + 1
            eras[-1][2] += 1
        else:
            eras.append([d, d + 1, 1])
    return eras


orders = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.integers(1, 60),
        st.sampled_from([0.5, 1.0, 2.0, 3.5]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("rule", ["sum", "latest", "max", "stockpile"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(orders=orders, grace_days=st.integers(0, 45))
def test_doses_and_eras_agree_with_a_count_of_single_days(
    sql_tables, nanjing, rule, orders, grace_days
):
    rows = [
        supply(start, days, dose, prescription_id=f"r{i}")
        for i, (start, days, dose) in enumerate(orders)
    ]
    tables = sql_tables(a_patient(prescription=rows), with_overlap(nanjing, rule, grace_days))
    expected = oracle_daily_dose(rows, rule)

    found = {}
    for segment in tables("dose_segment"):
        start = days_between(INDEX, segment["segment_start"])
        for d in range(start, days_between(INDEX, segment["segment_end"])):
            assert d not in found, "segments of one drug must be disjoint"
            found[d] = float(segment["daily_dose_mg"])
    assert found == expected

    eras = sorted(tables("drug_era"), key=lambda era: era["era_start"])
    assert [
        [
            days_between(INDEX, era["era_start"]),
            days_between(INDEX, era["era_end"]),
            era["covered_days"],
        ]
        for era in eras
    ] == oracle_eras(expected, grace_days)
    for era in eras:
        inside = [
            dose for d, dose in expected.items() if era["era_start"] <= day(d) < era["era_end"]
        ]
        assert float(era["cumulative_dose_mg"]) == pytest.approx(sum(inside))
        assert era["mean_daily_dose_mg"] == pytest.approx(sum(inside) / len(inside))
        assert float(era["peak_daily_dose_mg"]) == max(inside)
    assert sum(era["prescriptions"] for era in eras) == len(rows)


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
