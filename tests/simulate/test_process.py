"""The simulated process looks like a hospital's record, and holds no answer."""

import numpy as np
import pandas as pd
import pytest

from lncohort.extract.contract import CONTRACT
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.parameters import DRUGS, calibrated
from lncohort.simulate.process import arrow_schema, simulate_tables


@pytest.fixture(scope="module")
def tables():
    return simulate_tables(4000, 3, load_scenario("nanjing"), calibrated())


@pytest.fixture(scope="module")
def frames(tables):
    return {name: table.to_pandas(date_as_object=False) for name, table in tables.items()}


def usable_prescriptions(frames):
    rows = frames["prescription"]
    return rows[rows["patient_id"].isin(frames["patient"]["patient_id"])]


def first_tacrolimus(frames):
    rows = usable_prescriptions(frames)
    return rows[rows["drug"] == "tacrolimus"].groupby("patient_id")["start_date"].min()


def index_date(frames):
    rows = usable_prescriptions(frames)
    return rows[rows["drug"].isin(DRUGS)].groupby("patient_id")["start_date"].min()


@pytest.mark.parametrize("table", CONTRACT, ids=lambda table: table.name)
def test_table_meets_the_contract(tables, frames, table):
    found = tables[table.name]
    assert found.schema == arrow_schema(table)
    assert found.num_rows > 0
    assert not frames[table.name].duplicated(list(table.key)).any()
    for column in table.columns:
        if column.optional:
            continue
        if not column.nullable:
            assert found[column.name].null_count == 0, column.name
        if column.values:
            assert set(found[column.name].unique().to_pylist()) <= set(column.values)


def test_no_column_tells_the_response_or_a_latent_state(tables):
    allowed = {c.name for table in CONTRACT for c in table.columns}
    assert {name for table in tables.values() for name in table.column_names} <= allowed
    assert not {name for name in allowed if "respon" in name or "remission" in name}


def test_same_seed_and_chunk_give_the_same_tables(tables):
    again = simulate_tables(4000, 3, load_scenario("nanjing"), calibrated())
    assert all(again[name].equals(table) for name, table in tables.items())


@pytest.mark.parametrize(("seed", "chunk"), [(4, 0), (3, 1)])
def test_another_seed_or_chunk_gives_other_patients(tables, seed, chunk):
    other = simulate_tables(4000, seed, load_scenario("nanjing"), calibrated(), chunk)
    assert not other["lab"]["value"].equals(tables["lab"]["value"])


def test_chunks_of_one_extract_share_no_identifier(tables):
    other = simulate_tables(500, 3, load_scenario("nanjing"), calibrated(), chunk=1)
    for name, column in (("patient", "patient_id"), ("prescription", "prescription_id")):
        ours = set(tables[name][column].to_pylist())
        assert ours.isdisjoint(other[name][column].to_pylist())


def test_tacrolimus_goes_to_the_sicker(frames):
    index = index_date(frames).rename("index_date")
    labs = frames["lab"].merge(index, on="patient_id")
    baseline = labs[
        (labs["test"] == "urine_protein_24h") & (labs["sample_date"] <= labs["index_date"])
    ]
    latest = baseline.sort_values("sample_date").groupby("patient_id")["value"].last()
    users = latest.index.isin(first_tacrolimus(frames).index)
    assert np.log(latest[users]).mean() > np.log(latest[~users]).mean() + 0.2


def test_refills_come_early_late_and_after_a_missed_month(frames):
    rows = usable_prescriptions(frames)
    rows = rows[(rows["drug"] == "mycophenolate") & (rows["days_supply"] > 0)]
    days = rows.drop_duplicates(["patient_id", "start_date"]).sort_values(
        ["patient_id", "start_date"]
    )
    supply_end = days["start_date"] + pd.to_timedelta(days["days_supply"].astype(float), unit="D")
    gap = (days["start_date"] - supply_end.groupby(days["patient_id"]).shift()).dt.days.dropna()
    assert (gap < 0).mean() > 0.05
    assert ((gap > 0) & (gap <= 30)).mean() > 0.1
    assert (gap > 30).mean() > 0.005


def test_two_tablet_strengths_of_one_day_are_two_orders(frames):
    rows = usable_prescriptions(frames)
    rows = rows[rows["drug"] == "tacrolimus"]
    half = rows[rows["daily_dose_mg"] == 0.5].merge(rows, on=["patient_id", "start_date"])
    whole = half["daily_dose_mg_y"] >= 1
    assert whole.sum() > 100


def test_dose_of_tacrolimus_changes_within_patients(frames):
    rows = usable_prescriptions(frames)
    rows = rows[(rows["drug"] == "tacrolimus") & (rows["daily_dose_mg"] < 100)]
    by_day = rows.groupby(["patient_id", "start_date"])["daily_dose_mg"].sum()
    assert (by_day.groupby("patient_id").nunique() > 1).mean() > 0.2


def test_cyclophosphamide_is_pulsed_for_most_and_a_pulse_has_no_daily_dose(frames):
    rows = usable_prescriptions(frames)
    rows = rows[rows["drug"] == "cyclophosphamide"]
    pulses = rows[rows["route"] == "iv"]
    assert pulses["pulse_dose_mg"].notna().all()
    assert pulses["daily_dose_mg"].isna().all()
    assert 0.7 < pulses["patient_id"].nunique() / rows["patient_id"].nunique() < 1


def test_some_rows_cannot_be_used(frames):
    rows = frames["prescription"]
    faults = {
        "unknown patient": ~rows["patient_id"].isin(frames["patient"]["patient_id"]),
        "end before start": rows["end_date"] < rows["start_date"],
        "no supply": rows["days_supply"] == 0,
        "absurd dose": rows["daily_dose_mg"] > 10_000,
    }
    for fault, found in faults.items():
        assert 0 < found.mean() < 0.003, fault
    assert (frames["lab"]["unit"] == "mg/dL").any()


def test_nothing_is_recorded_after_observation_or_death(frames):
    last = frames["observation_period"].groupby("patient_id")["end_date"].max().rename("last")
    for table, day in (
        ("lab", "sample_date"),
        ("prescription", "start_date"),
        ("procedure", "procedure_date"),
    ):
        rows = frames[table].merge(last, on="patient_id")
        assert (rows[day] <= rows["last"]).all(), table
    deaths = frames["patient"].merge(last, on="patient_id").dropna(subset="death_date")
    assert (deaths["death_date"] == deaths["last"]).all()
