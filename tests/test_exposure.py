"""Eras of a plain table: the same tables as a study's, and no row lost in silence."""

import doctest
import warnings
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import lncohort
from lncohort.errors import UserError
from small_extract import a_patient, pulse, supply

PAGE = Path(__file__).parents[1] / "docs" / "exposure.md"
OVERLAPS = ["sum", "latest", "max", "stockpile"]


def orders(*rows):
    columns = ["patient_id", "drug", "start_date", "days_supply", "daily_dose_mg"]
    return pd.DataFrame(rows, columns=columns)


SIMPLE = orders(
    ("p1", "tacrolimus", "2015-01-01", 30, 2.0),
    ("p1", "tacrolimus", "2015-01-21", 30, 3.0),
    ("p2", "mycophenolate", "2015-01-01", 30, None),
)


def made_orders(seed=7, size=120):
    """Orders of two drugs in one patient of a study: ties, overlaps, pulses, unknown doses."""
    random = np.random.default_rng(seed)
    rows = []
    for number, start in enumerate(random.integers(-100, 1400, size).tolist()):
        drug = ["tacrolimus", "mycophenolate"][number % 2]
        dose = [None, 1.0, 2.5][number % 3]
        more = {"drug": drug, "prescription_id": f"r{number}"}
        rows.append(supply(start, int(random.integers(1, 40)), dose, **more))
    rows += [pulse(start) for start in (10, 20, 400)]
    return rows


@pytest.mark.parametrize("rule", OVERLAPS)
def test_tables_are_those_of_a_study(sql_tables, nanjing, rule):
    drugs = tuple(d.model_copy(update={"overlap": rule, "grace_days": 20}) for d in nanjing.drugs)
    rows = a_patient(prescription=made_orders())
    tables = sql_tables(rows, nanjing.model_copy(update={"drugs": drugs}))
    options = {
        "overlap": rule,
        "observation_periods": pd.DataFrame(rows["observation_period"]),
        "pulse_days": drugs[-1].pulse_days,
    }
    prescriptions = pd.DataFrame(rows["prescription"])
    for table, made in (
        ("drug_era", lncohort.eras(prescriptions, grace_days=20, **options)),
        ("dose_segment", lncohort.dose_segments(prescriptions, **options)),
    ):
        expected = pd.DataFrame(tables(table))[list(made)].astype(made.dtypes)
        key = [c for c in ("patient_id", "drug", "segment_start", "era_start") if c in made]
        expected = expected.sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(made, expected)
        assert len(made) > 5


def test_arrow_and_pandas_give_the_same():
    table = pa.Table.from_pandas(SIMPLE)
    pd.testing.assert_frame_equal(lncohort.eras(table), lncohort.eras(SIMPLE))


def test_categories_and_numbered_patients_are_taken():
    plain = lncohort.eras(SIMPLE)
    numbered = SIMPLE.assign(patient_id=[10, 10, 9], drug=SIMPLE["drug"].astype("category"))
    made = lncohort.eras(numbered)
    assert made["patient_id"].tolist() == [9, 10]
    assert made["covered_days"].tolist() == plain["covered_days"].tolist()[::-1]


def test_time_of_day_is_cut_off_where_it_was_written():
    late = pa.array([datetime(2015, 1, 1, 23, 30)], pa.timestamp("us", "Asia/Shanghai"))
    table = pa.table(
        {"patient_id": ["a"], "drug": ["x"], "start_date": late, "end_date": [date(2015, 1, 2)]}
    )
    (start,) = lncohort.eras(table)["era_start"]
    assert start == pd.Timestamp("2015-01-02")


def test_end_date_is_the_last_day_and_wins():
    (era,) = lncohort.eras(SIMPLE[:1].assign(end_date="2015-01-05")).itertuples()
    assert (era.era_end, era.covered_days) == (pd.Timestamp("2015-01-06"), 5)


def test_pulse_covers_its_days_without_a_daily_dose():
    made = SIMPLE[:1].assign(route="iv", daily_dose_mg=None, pulse_dose_mg=500.0)
    (segment,) = lncohort.dose_segments(made, pulse_days=14).itertuples()
    assert segment.is_pulse and pd.isna(segment.daily_dose_mg)
    assert (segment.segment_end - segment.segment_start).days == 14


def test_more_drugs_than_a_study_has_are_taken():
    made = orders(*(("p1", f"drug {n}", "2015-01-01", 30, 1.0) for n in range(100)))
    assert len(lncohort.eras(made)) == 100


def test_no_rows_give_no_eras():
    assert lncohort.eras(SIMPLE[:0]).empty


def test_every_row_is_used_rejected_or_out_of_scope():
    made = pd.concat(
        [
            SIMPLE,
            orders(
                ("p1", "tacrolimus", "2015-02-01", 0, 2.0),
                ("p1", "tacrolimus", "2015-02-01", 30, -2.0),
                ("p1", "tacrolimus", "2015-02-01", 30, 900.0),
                ("p1", "tacrolimus", "2999-02-01", 30, 2.0),
                ("p1", "tacrolimus", None, 30, 2.0),
                (None, "tacrolimus", "2015-02-01", 30, 2.0),
                ("p1", None, "2015-02-01", 30, 2.0),
            ),
        ],
        ignore_index=True,
    )
    with pytest.warns(UserWarning, match=r"prescriptions rejected: 6 \(1 date_in_the_future, "):
        found = lncohort.eras(made, max_daily_dose_mg=100)
    assert found.attrs["rows"] == {
        "given": 10,
        "used": 3,
        "rejected": 6,
        "out_of_scope": 1,
        "clipped": 0,
    }
    assert found.attrs["rejected"] == {
        "date_in_the_future": 1,
        "days_supply_out_of_range": 1,
        "dose_above_limit": 1,
        "dose_not_positive": 1,
        "missing_start_date": 1,
        "unknown_patient": 1,
    }
    listed = lncohort.rejected_prescriptions(made, max_daily_dose_mg=100)
    assert listed["prescription_id"].tolist() == [3, 4, 5, 6, 7, 8]
    assert listed["reason"].value_counts().to_dict() == found.attrs["rejected"]


def test_identifiers_given_twice_are_rejected():
    made = SIMPLE.assign(prescription_id=["a", "a", "b"])
    listed = lncohort.rejected_prescriptions(made)
    assert listed["prescription_id"].tolist() == ["a", "a"]
    assert set(listed["reason"]) == {"duplicate_prescription_id"}


def test_observation_periods_clip_reject_and_are_counted():
    periods = pd.DataFrame(
        [
            ("p1", "2015-01-11", "2015-01-31"),
            ("p1", "2015-02-02", "2015-12-31"),
            ("p3", "2016-01-01", "2015-01-01"),
        ],
        columns=["patient_id", "start_date", "end_date"],
    )
    with pytest.warns(UserWarning) as told:
        found = lncohort.eras(SIMPLE, observation_periods=periods)
    assert [str(w.message) for w in told] == [
        "prescriptions rejected: 1 (1 outside_observation)",
        "observation periods rejected: 1 (1 end_before_start)",
    ]
    assert found["era_start"].dt.strftime("%m-%d").tolist() == ["01-11", "02-02"]
    assert found.attrs["rows"]["clipped"] == 2
    assert found.attrs["rejected_periods"] == {"end_before_start": 1}


def test_combination_needs_all_its_days():
    made = orders(
        ("p1", "a", "2015-01-01", 30, 1.0),
        ("p1", "b", "2015-01-21", 30, 1.0),
        ("p1", "c", "2015-01-21", 30, 1.0),
    )
    found = lncohort.combinations(made, ["a", "b"], min_overlap_days=10)
    assert found[["combination", "overlap_days"]].values.tolist() == [["a+b", 10]]
    assert found.attrs["rows"]["out_of_scope"] == 1
    assert lncohort.combinations(made, ["a", "b"], min_overlap_days=11).empty


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"grace_days": -1}, "grace_days = -1: .*greater than or equal to 0"),
        ({"overlap": "add"}, "overlap = 'add': .*'sum', 'latest', 'max' or 'stockpile'"),
        ({"pulse_days": 0}, "pulse_days = 0: .*greater than 0"),
        (
            {"max_daily_dose_mg": 1e9},
            "max_daily_dose_mg = 1000000000.0: .*less than or equal to 1000000",
        ),
    ],
)
def test_argument_out_of_bounds_names_key_value_and_bound(arguments, told):
    with pytest.raises(UserError, match=told):
        lncohort.eras(SIMPLE, **arguments)


@pytest.mark.parametrize(
    ("drugs", "days", "told"),
    [
        (["tacrolimus", "mycophenolate"], 0, "min_overlap_days = 0: .*greater than 0"),
        (["tacrolimus", "tacrolimus"], 1, "drugs must differ"),
        ("tacrolimus", 1, "at least 2"),
        (["tacrolimus", "ciclosporin"], 1, "no prescription of ciclosporin; .*mycophenolate"),
    ],
)
def test_combination_that_cannot_be_is_refused(drugs, days, told):
    with pytest.raises(UserError, match=told):
        lncohort.combinations(SIMPLE, drugs, min_overlap_days=days)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (SIMPLE.drop(columns="drug"), "prescriptions: column drug is not there; found daily_dose"),
        (SIMPLE.drop(columns="days_supply"), "neither days_supply nor end_date"),
        (SIMPLE.assign(start_date="soon"), r"prescriptions\.start_date: .*expected dates"),
        (SIMPLE.assign(start_date=5), r"prescriptions\.start_date: .*expected dates"),
        (SIMPLE.assign(days_supply=2.5), r"prescriptions\.days_supply: .*whole numbers"),
        (SIMPLE.assign(daily_dose_mg="2 mg"), r"prescriptions\.daily_dose_mg: .*numbers"),
    ],
)
def test_column_that_cannot_be_read_is_named_without_its_values(made, told):
    with pytest.raises(UserError, match=told) as refused:
        lncohort.eras(made)
    assert "soon" not in str(refused.value) and "2 mg" not in str(refused.value)


def test_observation_periods_without_a_column_are_refused():
    with pytest.raises(UserError, match="observation_periods: column end_date is not there"):
        lncohort.eras(SIMPLE, observation_periods=SIMPLE[["patient_id", "start_date"]])


def test_page_runs_as_it_stands():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        failed, tried = doctest.testfile(
            str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
        )
    assert failed == 0
    assert tried > 15
