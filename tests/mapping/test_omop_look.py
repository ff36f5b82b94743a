"""How OMOP tables are written: `init` looks at dates and decimal marks, which texts do not tell alike."""

import sqlite3
import tomllib
from datetime import date
from functools import partial

import pandas as pd
import pytest

from lncohort.mapping.omop import omop_source, omop_tables, written
from lncohort.sources import find_tables
from mapping.hospital import extract_rows
from mapping.omop_form import write_csv
from mapping.small_omop import CONDITION, PERSON, RESULT, SUPPLY, mapped_omop, prescriptions

FIRST_MOMENT = pd.Timestamp("1970-01-01")


def write_european(tables, folder):
    """Semicolons, decimal commas, and the day first."""
    folder.mkdir()
    for name, table in tables.items():
        days = [column for column in table.columns if column.endswith("_date")]
        for column in days:
            table[column] = pd.to_datetime(table[column]).dt.strftime("%d.%m.%Y")
        table.to_csv(folder / f"{name}.csv", sep=";", decimal=",", index=False)


def write_sqlite(tables, folder, unit="s"):
    """As OHDSI's DatabaseConnector does: days are seconds since 1970, as REAL; RSQLite has days."""
    folder.mkdir()
    with sqlite3.connect(folder / "cdm.sqlite") as connection:
        for name, table in tables.items():
            for column in table.columns:
                if column.endswith(("_date", "_datetime")):
                    days = pd.to_datetime(table[column]) - FIRST_MOMENT
                    table[column] = days / pd.Timedelta(1, unit)
            table.rename(columns=str.upper).to_sql(name.upper(), connection, index=False)
    connection.close()


def test_decimal_commas_and_days_of_a_dump_are_found(tmp_path):
    rows = [SUPPLY | {"quantity": 7.5}, SUPPLY | {"drug_exposure_id": 2, "quantity": 60.0}]
    found = mapped_omop(
        tmp_path,
        write=write_european,
        drug_exposure=rows,
        measurement=[RESULT | {"value_as_number": 88.25}],
        death=[{"person_id": 1, "death_date": "2019-05-31"}],
    )
    doses = [row["daily_dose_mg"] for row in extract_rows(found, "prescription")]
    assert doses == [0.25, 2.0]
    (result,) = extract_rows(found, "lab")
    assert (result["value"], result["sample_date"]) == (88.25, date(2015, 2, 27))
    (patient,) = extract_rows(found, "patient")
    assert patient["death_date"] == date(2019, 5, 31)


@pytest.mark.parametrize("unit", ["s", "D"])
@pytest.mark.parametrize("birth", ["1969-12-31", "1970-03-07", "1975-05-06", "2001-09-09"])
def test_dates_that_are_seconds_or_days_since_1970_are_found(tmp_path, birth, unit):
    person = {"person_id": 1, "gender_concept_id": 8532, "year_of_birth": int(birth[:4])}
    found = mapped_omop(
        tmp_path,
        write=partial(write_sqlite, unit=unit),
        person=[person | {"birth_datetime": birth}],
        condition_occurrence=[CONDITION],
    )
    (patient,) = extract_rows(found, "patient")
    assert patient["birth_date"] == date.fromisoformat(birth)
    (supply,) = extract_rows(found, "prescription")
    assert (supply["start_date"], supply["daily_dose_mg"]) == (date(2015, 3, 1), 2.0)
    (diagnosis,) = extract_rows(found, "diagnosis")
    assert diagnosis["diagnosis_date"] == date(2015, 2, 1)


def test_days_of_a_spreadsheet_are_no_days_since_1970(tmp_path):
    days = {"drug_exposure_start_date": 42064, "drug_exposure_end_date": 42093}
    (row,) = prescriptions(tmp_path, days)
    assert row["start_date"] == date(2015, 3, 1)


def test_compact_days_are_no_seconds(tmp_path):
    days = {"drug_exposure_start_date": 20150301, "drug_exposure_end_date": 20150330}
    (row,) = prescriptions(tmp_path, days)
    assert row["start_date"] == date(2015, 3, 1)


def test_days_of_which_the_order_is_not_told_are_asked(tmp_path):
    tables = {
        "person": pd.DataFrame([{"person_id": 1, "gender_concept_id": 1, "year_of_birth": 1980}]),
        "drug_exposure": pd.DataFrame([SUPPLY | {"drug_exposure_start_date": "03/04/2015"}]),
    }
    write_csv(tables, tmp_path)
    found = omop_tables(find_tables(tmp_path))
    source = omop_source(found, "test", ".", how=written(tmp_path, found))
    (question,) = [
        line for line in source.splitlines() if "QUESTION" in line and "day stand" in line
    ]
    assert "DRUG_EXPOSURE_START_DATE" in question
    assert question.endswith("/ %d/%m/%Y / %m/%d/%Y")


@pytest.mark.parametrize(
    "parts",
    [
        ["measurement/part-00000-c000.csv", "measurement/part-00001-c000.csv"],
        ["cdm_measurement/year=2014/data_0.csv", "cdm_measurement/year=2015/data_0.csv"],
        ["MEASUREMENT/whole.csv"],
    ],
)
def test_parts_in_a_folder_are_the_table_of_its_name(tmp_path, parts):
    def write_parts(tables, folder):
        results = tables.pop("measurement")
        write_csv(tables, folder)
        for number, part in enumerate(parts):
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            results.iloc[number :: len(parts)].to_csv(folder / part, index=False)

    rows = [RESULT | {"measurement_id": n, "value_as_number": 80.0 + n} for n in range(4)]
    found = mapped_omop(tmp_path, write=write_parts, measurement=rows)
    assert sorted(row["value"] for row in extract_rows(found, "lab")) == [80, 81, 82, 83]


def source_of(folder, **tables):
    write_csv({name: pd.DataFrame(rows) for name, rows in tables.items()}, folder)
    found = omop_tables(find_tables(folder))
    return omop_source(found, "test", ".", how=written(folder, found))


@pytest.mark.parametrize(
    ("types", "asked"),
    [
        ([32838, 32825], "prescribed (32838) and dispensed (32825)"),
        ([38000177, 32818, 32865], "prescribed (38000177) and administered (32818)"),
        ([32838.0, 32825.0, None], "prescribed (32838) and dispensed (32825)"),
        ([32838, 32833], None),
        ([32825, 32865], None),
    ],
)
def test_records_that_may_tell_of_one_supply_twice_are_asked_about(tmp_path, types, asked):
    rows = [
        SUPPLY | {"drug_exposure_id": n, "drug_type_concept_id": kind}
        for n, kind in enumerate(types)
    ]
    source = source_of(tmp_path, person=[PERSON], drug_exposure=rows, measurement=[RESULT])
    lines = source.splitlines()
    questions = [n for n, line in enumerate(lines) if "QUESTION: DRUG_TYPE" in line]
    assert len(questions) == (asked is not None)
    if asked:
        assert asked in lines[questions[0]]
        kept = tomllib.loads(lines[questions[0] + 1].removeprefix("# "))["keep"]
        assert kept == {"DRUG_TYPE_CONCEPT_ID": sorted(str(int(t)) for t in types if t)}


def test_times_beside_days_that_are_all_there_are_not_asked_about(tmp_path):
    """They would be read only where the day is not."""
    in_utc = {"measurement_datetime": "2015-02-26T23:30:00Z"}
    rows = [RESULT | in_utc, RESULT | in_utc | {"measurement_date": None, "measurement_id": 2}]
    for number, asked in ((1, 0), (2, 1)):
        folder = tmp_path / str(number)
        source = source_of(folder, person=[PERSON], measurement=rows[:number])
        assert source.count("are in UTC") == asked
