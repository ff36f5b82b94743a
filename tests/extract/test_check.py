"""An extract that does not meet the contract is told so, all errors at once."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lncohort.cohort import build
from lncohort.errors import UserError
from lncohort.extract.check import contract_errors
from lncohort.extract.contract import CONTRACT
from lncohort.extract.extract import Extract
from small_extract import a_patient, supply


@pytest.fixture
def folder(extract_folder):
    return extract_folder(a_patient(prescription=[supply(0, 30)]))


def change(folder, table, edit):
    path = folder / f"{table}.parquet"
    pq.write_table(edit(pq.read_table(path)), path)


def test_extract_that_meets_the_contract_has_no_errors(folder):
    assert contract_errors(folder) == []


def test_missing_folder_and_empty_folder(tmp_path):
    (missing,) = contract_errors(tmp_path / "nowhere")
    assert "does not exist" in missing
    (empty,) = contract_errors(tmp_path)
    assert "is empty; expected 8 Parquet files" in empty


def test_missing_tables_are_all_named(folder):
    (folder / "lab.parquet").unlink()
    (folder / "biopsy.parquet").rename(folder / "biopsies.parquet")
    lab, biopsy = contract_errors(folder)
    assert lab.startswith("lab.parquet: missing; found 7 other files")
    assert 'found "biopsies.parquet"' in biopsy


def test_table_written_as_a_folder_of_parts_is_refused(folder):
    (folder / "lab.parquet").unlink()
    (folder / "lab.parquet").mkdir()
    (error,) = contract_errors(folder)
    assert "lab.parquet: is a folder; expected one Parquet file" in error


def test_missing_column_names_the_nearest_that_is_there(folder):
    change(
        folder, "patient", lambda t: t.rename_columns(["patient_id", "sex", "birth", "death_date"])
    )
    (error,) = contract_errors(folder)
    assert "patient.parquet: column birth_date: missing in 1 rows" in error
    assert "found patient_id, sex, birth, death_date" in error
    assert 'rename "birth", if that is it' in error


def test_a_column_that_means_something_else_is_not_suggested(folder):
    change(folder, "patient", lambda t: t.drop_columns(["birth_date"]))
    (error,) = contract_errors(folder)
    assert error.endswith("add it.")


def test_an_optional_column_may_be_absent_and_is_then_empty(folder, nanjing):
    whole = build(nanjing, Extract.open(folder)).analysis_set
    change(folder, "lab", lambda t: t.drop_columns(["operator"]))
    assert contract_errors(folder) == []
    absent = build(nanjing, Extract.open(folder)).analysis_set
    assert len(whole) == 1
    assert absent.equals(whole)


def test_an_optional_column_of_the_wrong_type_is_refused(folder):
    def numbered(table):
        i = table.schema.get_field_index("operator")
        return table.set_column(i, "operator", pa.nulls(len(table), pa.int64()))

    change(folder, "lab", numbered)
    (error,) = contract_errors(folder)
    assert "column operator: has the wrong type" in error


def test_column_that_stands_twice_is_refused(folder):
    change(folder, "lab", lambda t: t.append_column("value", t["value"]))
    (error,) = contract_errors(folder)
    assert "lab.parquet: column value: stands 2 times" in error


def test_wrong_type_says_what_was_found_and_expected(folder):
    def as_text(table):
        i = table.schema.get_field_index("start_date")
        return table.set_column(i, "start_date", table["start_date"].cast(pa.string()))

    change(folder, "prescription", as_text)
    (error,) = contract_errors(folder)
    assert "column start_date: has the wrong type in 1 rows; found string, expected date" in error


def test_time_with_a_zone_is_refused_because_its_day_depends_on_the_machine(folder):
    def zoned(table):
        i = table.schema.get_field_index("start_date")
        times = table["start_date"].cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
        return table.set_column(i, "start_date", times)

    change(folder, "prescription", zoned)
    (error,) = contract_errors(folder)
    assert "found timestamp[us, tz=UTC], expected date" in error
    assert "write the local date" in error


@pytest.mark.parametrize(
    ("table", "column", "wrong", "found"),
    [
        ("prescription", "days_supply", pa.float64(), "double"),
        ("lab", "value", pa.string(), "string"),
        ("patient", "patient_id", pa.int64(), "int64"),
        ("patient", "patient_id", pa.null(), "null"),
    ],
)
def test_type_of_another_family_is_refused(folder, table, column, wrong, found):
    def retyped(content):
        i = content.schema.get_field_index(column)
        return content.set_column(i, column, pa.nulls(len(content), wrong))

    change(folder, table, retyped)
    (error,) = contract_errors(folder)
    assert f"column {column}: has the wrong type" in error
    assert f"found {found}, " in error


@pytest.mark.parametrize(
    ("table", "column", "accepted"),
    [
        ("patient", "patient_id", pa.large_string()),
        ("patient", "sex", pa.dictionary(pa.int32(), pa.string())),
        ("patient", "birth_date", pa.timestamp("us")),
        ("prescription", "days_supply", pa.int64()),
        ("prescription", "daily_dose_mg", pa.decimal128(10, 2)),
        ("prescription", "pulse_dose_mg", pa.null()),
        ("lab", "value", pa.float32()),
    ],
)
def test_types_of_one_family_are_accepted_and_read(folder, nanjing, table, column, accepted):

    def retyped(content):
        i = content.schema.get_field_index(column)
        values = content[column].to_pylist() if accepted != pa.null() else [None] * len(content)
        if pa.types.is_decimal(accepted):
            from decimal import Decimal

            values = [Decimal(str(value)) for value in values]
        if pa.types.is_timestamp(accepted):
            return content.set_column(i, column, content[column].cast(accepted))
        return content.set_column(i, column, pa.array(values, accepted))

    change(folder, table, retyped)
    assert contract_errors(folder) == []
    assert len(build(nanjing, Extract.open(folder)).analysis_set) == 1


def test_truncated_file_is_not_read(folder):
    path = folder / "lab.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    (error,) = contract_errors(folder)
    assert "lab.parquet" in error
    assert "cannot be read as Parquet" in error


@pytest.mark.parametrize("table", [t.name for t in CONTRACT])
def test_table_with_no_rows_is_refused_where_a_study_cannot_do_without(folder, table):
    change(folder, table, lambda content: content.slice(0, 0))
    errors = contract_errors(folder)
    if table in {"patient", "observation_period", "prescription", "lab"}:
        assert len(errors) == 1
        assert "has no rows" in errors[0]
    else:
        assert errors == []


def test_opening_tells_every_error_in_one(folder):
    (folder / "lab.parquet").unlink()
    (folder / "procedure.parquet").unlink()
    with pytest.raises(UserError, match=r"lab\.parquet(.|\n)*procedure\.parquet"):
        Extract.open(folder)


def test_damaged_pages_behind_a_good_schema_are_told_when_a_study_is_built(folder, nanjing):
    path = folder / "lab.parquet"
    content = bytearray(path.read_bytes())
    content[4:200] = bytes(byte ^ 0x5A for byte in content[4:200])
    path.write_bytes(content)
    extract = Extract.open(folder)
    with pytest.raises(UserError, match=r"lab\.parquet: is damaged"):
        build(nanjing, extract)
