"""Every exposure table against a second implementation that counts single days.

``pytest --hypothesis-profile=full`` draws 2,000 examples for each rule of overlap.
"""

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
from lncohort.engine.duck import connect, make_tables
from lncohort.engine.parameters import (
    band_tables,
    combination_table,
    course_setting_table,
    prescribed_drug_table,
    study_drug_table,
)
from lncohort.study.model import Combination, Drug, Exposure
from oracle import Order, Rules

DAY_0 = date(2015, 1, 1)
DRUGS = ("a", "b", "c")
PATIENTS = ("p1", "p2")
PULSE_DAYS = 28
PULSE_MG = 750.0
TABLES = (
    "dose_segment",
    "drug_era",
    "combination_era",
    "high_dose_window",
    "sequence",
    "drug_use",
    "exposure_band",
)
COMBINATIONS = {"a+b": ("a", "b"), "a+b+c": ("a", "b", "c")}
BANDS = Exposure(drug="a", dose_bands=(1, 2), duration_bands=(30, 60))


def on(number):
    return DAY_0 + timedelta(days=number)


def number_of(day):
    return None if day is None else (day - DAY_0).days


@st.composite
def prescriptions(draw):
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(PATIENTS),
                st.sampled_from(DRUGS),
                st.integers(-20, 160),
                st.integers(-1, 60),
                st.sampled_from([None, 0.5, 1.0, 2.0, 3.5]),
                st.sampled_from([False] * 7 + [True]),
            ),
            min_size=1,
            max_size=14,
        )
    )
    return [
        Order(f"r{i:02d}", patient, drug, start, days, None if pulse else dose, pulse)
        for i, (patient, drug, start, days, dose, pulse) in enumerate(rows)
    ]


@st.composite
def observed(draw):
    """One or two observation periods [from, to) of each patient."""
    made = {}
    for patient in PATIENTS:
        first = draw(st.integers(-30, 40))
        last = first + draw(st.integers(1, 250))
        made[patient] = [(first, last)]
        if draw(st.booleans()):
            again = last + draw(st.integers(1, 50))
            made[patient].append((again, again + draw(st.integers(1, 120))))
    return made


def rules_of(overlap, carry):
    return st.builds(
        Rules,
        overlap=st.just(overlap),
        carry=st.just(carry),
        grace=st.integers(0, 45),
        min_overlap=st.integers(1, 30),
        high_dose=st.sampled_from([0.5, 1.5, 2.0]),
        high_gap=st.integers(0, 20),
        switch_days=st.integers(0, 40),
        taper_days=st.integers(1, 90),
        held_days=st.integers(1, 40),
    )


windows = st.tuples(st.integers(-30, 120), st.integers(1, 200)).map(lambda w: (w[0], sum(w)))


@pytest.fixture(scope="module")
def connection():
    with connect(1) as opened:
        yield opened


def made_by_sql(connection, orders, periods, rules, window):
    """Rows of every exposure table, from the SQL files."""
    each = Drug(
        name="each",
        label="each",
        grace_days=rules.grace,
        overlap=rules.overlap,
        stockpile_carry=rules.carry,
        pulse_days=PULSE_DAYS,
        max_daily_dose_mg=100,
        high_dose_mg=rules.high_dose,
        high_dose_gap_days=rules.high_gap,
    )
    course = BANDS.model_copy(
        update={
            "switch_days": rules.switch_days,
            "taper_days": rules.taper_days,
            "held_days": rules.held_days,
        }
    )
    raw = [
        {
            "prescription_id": o.number,
            "patient_id": o.patient,
            "drug": o.drug,
            "route": "iv" if o.is_pulse else "oral",
            "start_date": on(o.start),
            "end_date": None,
            "days_supply": None if o.is_pulse else o.days,
            "daily_dose_mg": o.dose,
            "pulse_dose_mg": PULSE_MG if o.is_pulse else None,
        }
        for o in orders
    ]
    drugs = [each.model_copy(update={"name": name}) for name in DRUGS]
    types = [pa.string()] * 4 + [pa.date32()] * 2 + [pa.int64()] + [pa.float64()] * 2
    tables = {
        "raw_prescription": pa.Table.from_pylist(
            raw, schema=pa.schema(list(zip(raw[0], types, strict=True)))
        ),
        "raw_observation_period": pa.table(
            {
                "patient_id": [p for p in periods for _ in periods[p]],
                "start_date": [on(first) for p in periods for first, _ in periods[p]],
                "end_date": [on(last - 1) for p in periods for _, last in periods[p]],
            }
        ),
        "patient": pa.table({"patient_id": list(PATIENTS)}),
        "study_setting": pa.table({"today": [date(2024, 1, 1)]}),
        "study_drug": study_drug_table(drugs),
        "prescribed_drug": prescribed_drug_table(drugs),
        "combination": combination_table(
            (label, Combination(drugs=drugs, min_overlap_days=rules.min_overlap))
            for label, drugs in COMBINATIONS.items()
        ),
        "course_setting": course_setting_table(course),
        "exposure_window": pa.table(
            {
                "patient_id": list(PATIENTS),
                "window_start": [on(window[0])] * len(PATIENTS),
                "window_end": [on(window[1])] * len(PATIENTS),
            }
        ),
        **band_tables(course),
    }
    make_tables(connection, TABLES, tables)
    return {
        table: [
            {k: number_of(v) if isinstance(v, date) else v for k, v in row.items()}
            for row in connection.table(table).to_arrow_table().to_pylist()
        ]
        for table in TABLES
    }


def sorted_rows(rows, columns):
    """Rows as sorted tuples of these columns; numbers to the ninth decimal."""

    def comparable(value):
        return value if isinstance(value, str | None) else round(float(value), 9)

    made = [tuple(comparable(row[column]) for column in columns) for row in rows]
    return sorted(made, key=str)


def expected_tables(orders, periods, rules, window):
    """Rows of every exposure table, by counting days."""
    usable = [
        replace(o, days=PULSE_DAYS) if o.is_pulse else o for o in orders if o.is_pulse or o.days > 0
    ]
    usable = [
        o
        for o in usable
        if any(o.start < last and o.start + o.days > first for first, last in periods[o.patient])
    ]
    found = {table: [] for table in TABLES}
    for patient in PATIENTS:
        segments, eras = {}, {}
        for drug in DRUGS:
            own = [o for o in usable if (o.patient, o.drug) == (patient, drug)]
            segments[drug] = oracle.segments(own, periods[patient], rules)
            eras[drug] = oracle.eras(segments[drug], rules)
            key = {"patient_id": patient, "drug": drug}
            found["dose_segment"] += [
                key
                | {
                    "segment_start": s.start,
                    "segment_end": s.end,
                    "daily_dose_mg": None if isinstance(s.state, str) else s.state,
                    "dose_known": not isinstance(s.state, str),
                    "is_pulse": s.state == "pulse",
                    "gap_days": s.gap,
                    "prescriptions": s.prescriptions,
                }
                for of_period in segments[drug]
                for s in of_period
            ]
            found["drug_era"] += [key | era for era in eras[drug]]
            high = oracle.high_dose_windows(segments[drug], rules)
            found["high_dose_window"] += [key | row for row in high]
            use = oracle.window_exposure(segments[drug], window, rules)
            use |= pulses_of(own, window, use)
            found["drug_use"].append(key | {"window_start": window[0]} | use)
            found["exposure_band"].append(key | bands_of(use))
        for label, drugs in COMBINATIONS.items():
            found["combination_era"] += [
                {
                    "patient_id": patient,
                    "combination": label,
                    "era_start": start,
                    "era_end": end,
                    "overlap_days": end - start,
                }
                for start, end in oracle.combinations([eras[d] for d in drugs], rules)
            ]
        course = oracle.sequence(eras, segments, periods[patient], rules)
        found["sequence"] += [
            {"patient_id": patient, "drug": drug, "era_start": start, **row}
            for (drug, start), row in course.items()
        ]
    return found


def pulses_of(orders, window, use):
    """Pulses given inside a window, and their mg with those of the oral days."""
    pulses = [o for o in orders if o.is_pulse and window[0] <= o.start < window[1]]
    mg = PULSE_MG * len(pulses)
    oral = use["cumulative_dose_mg"] or 0
    return {
        "pulses": len(pulses),
        "pulse_dose_mg": mg if pulses else None,
        "total_dose_mg": None if use["unknown_dose_days"] else oral + mg,
    }


def bands_of(use):
    """Bands of one window: doses closed on the left, days on the right."""
    mean, days = use["mean_daily_dose_mg"], use["covered_days"]
    if not use["used"]:
        return {"dose_band": "never", "duration_band": "never"}
    dose_band = "unknown" if mean is None else "<1" if mean < 1 else "[1,2)" if mean < 2 else "≥2"
    return {
        "dose_band": dose_band,
        "duration_band": "≤30" if days <= 30 else "(30,60]" if days <= 60 else ">60",
    }


@pytest.mark.parametrize(
    ("overlap", "carry"),
    [
        ("sum", "days"),
        ("latest", "days"),
        ("max", "days"),
        ("stockpile", "days"),
        ("stockpile", "mg"),
    ],
)
@given(data=st.data())
def test_sql_and_a_count_of_single_days_agree(connection, overlap, carry, data):
    orders = data.draw(prescriptions())
    periods = data.draw(observed())
    rules = data.draw(rules_of(overlap, carry))
    window = data.draw(windows)
    found = made_by_sql(connection, orders, periods, rules, window)
    expected = expected_tables(orders, periods, rules, window)
    for table in TABLES:
        columns = list(expected[table][0]) if expected[table] else []
        told = sorted_rows(found[table], columns)
        assert told == sorted_rows(expected[table], columns), (table, columns)
