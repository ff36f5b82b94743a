"""A messy folder of a hospital, mapped as a user would, against its answer key and its truth."""

import json
from collections import Counter

import pandas as pd
import pytest

import lncohort
from hospital_walkthrough import edited
from lncohort.extract.contract import CONTRACT
from lncohort.extract.extract import Extract
from lncohort.mapping.extract import map_extract
from lncohort.mapping.guess import guess_folder, mapping_source
from lncohort.simulate.messy import simulate_messy
from lncohort.sources import find_tables

PATIENTS, SEED = 300, 1


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    folder = tmp_path_factory.mktemp("messy") / "hospital"
    simulate_messy(PATIENTS, SEED, folder)
    source = mapping_source(
        guess_folder(folder / "raw", find_tables(folder / "raw")), "hospital", "raw"
    )
    (folder / "mapping.toml").write_text(edited(source), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def mapped(hospital):
    return map_extract(hospital / "mapping.toml")


@pytest.fixture(scope="module")
def key(hospital):
    return json.loads((hospital / "answer_key.json").read_text(encoding="utf-8"))


def test_every_trap_of_the_key_touches_rows(key):
    traps = Counter()
    for table in key["tables"].values():
        traps.update(table["traps"])
    assert len(traps) >= 35
    assert min(traps.values()) >= 1


def test_every_row_has_the_fate_that_the_key_says(mapped, key):
    assert {t["source"].replace(", ", "#") for t in mapped.account.tables} == set(key["tables"])
    for table in mapped.account.tables:
        told = key["tables"][table["source"].replace(", ", "#")]
        expected = {
            (fate, reason): rows
            for fate, reasons in told["not_used"].items()
            for reason, rows in reasons.items()
            if rows
        }
        if "cut_off" in told:
            expected["rejected", "too few fields"] = told["cut_off"]
        found = {
            (r["fate"], r["reason"]): r["rows"]
            for r in mapped.account.reasons
            if r["table"] == table["name"]
        }
        assert found == expected, table["source"]
        assert table["used"] == told["used"], table["source"]
        assert table["read"] == told["read"] + told.get("cut_off", 0), table["source"]


def rows_of(folder, table):
    """The rows of a table of an extract, without the numbers of its records, counted."""
    rows = pd.read_parquet(folder / f"{table.name}.parquet")
    if table.name == "prescription":
        is_pulse = rows["route"] == "iv"  # of a pulse its day counts alone
        rows["end_date"] = rows["end_date"].mask(is_pulse)
        rows["days_supply"] = rows["days_supply"].astype("Int64").mask(is_pulse)
        rows = rows.drop(columns="prescription_id")
    if table.name == "lab":
        rows["unit"] = rows["unit"].str.casefold().str.replace("μ", "u")
    return Counter(rows.astype("string").fillna("").itertuples(index=False, name=None))


@pytest.mark.parametrize("table", CONTRACT, ids=lambda table: table.name)
def test_the_extract_is_the_truth_row_by_row(hospital, mapped, table):
    found, truth = rows_of(mapped.folder, table), rows_of(hospital / "truth", table)
    assert truth.total() > 0
    assert (found - truth).total() == 0
    assert (truth - found).total() == 0


def test_the_nanjing_study_finds_the_same_cohort_exposure_and_response(hospital, mapped):
    study = lncohort.load_study("nanjing")
    found = lncohort.build(study, Extract.open(mapped.folder))
    truth = lncohort.build(study, Extract.open(hospital / "truth"))
    pd.testing.assert_frame_equal(found.attrition, truth.attrition)
    by_patient = [
        cohort.analysis_set.sort_values("patient_id").reset_index(drop=True)
        for cohort in (found, truth)
    ]
    pd.testing.assert_frame_equal(*by_patient)
    assert len(by_patient[0]) > 0.8 * PATIENTS


def test_what_the_mess_costs_is_what_it_hides(hospital, tmp_path):
    """Against the process itself: only unreadable directions lose a dose, and no dose is another."""
    truth = pd.read_parquet(hospital / "truth" / "prescription.parquet")
    clean = tmp_path / "clean"
    lncohort.simulate_extract(PATIENTS, SEED, clean)
    process = pd.read_parquet(clean / "prescription.parquet")
    hospital_id = pd.Series(
        pd.read_parquet(hospital / "truth" / "patient.parquet")["patient_id"].to_numpy(),
        index=pd.read_parquet(clean / "patient.parquet")["patient_id"],
    )
    process["patient_id"] = process["patient_id"].map(hospital_id)
    on = ["patient_id", "drug", "route", "start_date"]
    doses = process.dropna(subset="daily_dose_mg").groupby(on)["daily_dose_mg"].agg(set)
    known = truth.dropna(subset="daily_dose_mg").join(doses.rename("doses"), on=on)
    assert all(
        dose in told for dose, told in zip(known["daily_dose_mg"], known["doses"], strict=True)
    )
    lost = truth["daily_dose_mg"].isna() & (truth["route"] == "oral")
    assert 0.01 < lost.mean() < 0.05
