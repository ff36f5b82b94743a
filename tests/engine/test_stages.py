"""The files that a wanted table takes are found from what they read."""

import pytest
import sqlglot
from sqlglot import expressions

from lncohort.engine.stages import files_after, files_for, sql_files


def names(wanted, given=()):
    return [file.table for file in files_for(wanted, given)]


@pytest.mark.parametrize("file", sql_files(), ids=lambda file: file.table)
def test_a_file_reads_the_tables_that_a_parser_finds_in_it(file):
    statement = sqlglot.parse_one(file.text, read="duckdb")
    own_names = {cte.alias for cte in statement.find_all(expressions.CTE)} | {file.table}
    found = {table.name for table in statement.find_all(expressions.Table)} - own_names
    assert file.reads == found


def test_a_table_takes_all_files_above_it_in_order():
    assert names(["patient"]) == ["patient_checked", "patient"]


def test_what_is_given_is_not_made_nor_what_only_it_reads():
    assert names(["drug_era"], ["prescription", "observation_period"]) == [
        "stockpile_days",
        "stockpile_mg",
        "supply",
        "dose_step",
        "drug_era",
    ]


def test_a_wanted_table_is_made_even_when_given():
    assert names(["patient"], ["patient", "patient_checked"]) == ["patient"]


def test_all_tables_take_all_files():
    assert files_for([file.table for file in sql_files()], ()) == sql_files()


def test_unknown_table_is_an_error():
    with pytest.raises(KeyError):
        files_for(["no_such_table"], ())


def test_only_what_reads_a_changed_table_is_made_again_and_only_if_wanted():
    again = [file.table for file in files_after(["dose_band"], ["analysis_set", "drug_era"])]
    assert again == ["exposure_band", "analysis_set"]
    assert files_after(["dose_band"], ["drug_era"]) == ()
