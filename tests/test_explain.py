"""Rules in words: what is told is what stands in the SQL files."""

import pytest

from lncohort.engine.stages import sql_files
from lncohort.errors import UserError
from lncohort.explain import ANSWERED_BY, explain


def test_a_table_is_explained_by_the_header_of_its_file():
    told = explain("drug_era")
    assert told.startswith("drug_era: one row per unbroken course of a drug in a patient.\n")
    assert "\nKey: patient_id, drug, era_start.\n" in told
    assert "\nRule: segments are joined while the uncovered gap is at most the drug's " in told
    assert "\nFile: sql/exposure/drug_era.sql\nReads: dose_step, " in told
    assert told.count("File: ") == 1


@pytest.mark.parametrize("table", [file.table for file in sql_files()])
def test_every_word_of_every_header_is_told(table):
    (file,) = (f for f in sql_files() if f.table == table)
    header = file.text[: file.text.index("CREATE")].replace("-- ", "").split()
    assert " ".join(explain(table).split()).startswith(" ".join(header))


def test_a_column_is_explained_by_every_file_that_makes_it():
    told = explain("gap_days")
    assert told.startswith("dose_step: ")
    assert told.count("File: ") == 5
    assert {"drug_era", "drug_use"} <= {
        part.split(":")[0] for part in explain("mean_daily_dose_mg").split("\n\n")
    }


@pytest.mark.parametrize(
    ("setting", "table"),
    [
        ("grace_days", "drug_era"),
        ("min_overlap_days", "combination_era"),
        ("stockpile", "supply"),
        ("held_days", "held_dose"),
    ],
)
def test_a_setting_is_explained_by_the_rule_that_speaks_of_it(setting, table):
    assert f"{table}: one row per " in explain(setting)


def test_a_name_that_is_nearly_right_is_met_with_the_right_one():
    with pytest.raises(UserError, match=r"drug_eras: no table, column or rule .* mean drug_era"):
        explain("drug_eras")


def test_a_name_like_no_other_is_refused():
    with pytest.raises(UserError, match="try drug_era or grace_days"):
        explain("zzzz")


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("grace_days", "touching supplies"),
        ("mg", "dose change with leftover, mg kept"),
        ("latest", "early refill, latest"),
        ("combination_era", "combination of exactly the least days"),
        ("held_dose_mg", "highest dose held"),
        ("stop_manner", "era open at the end of data"),
    ],
)
def test_a_rule_is_shown_by_an_example(name, example):
    assert f"Example ({example}): " in explain(name)


def test_an_example_has_its_prescriptions_and_what_comes_of_them():
    lines = explain("min_overlap_days").splitlines()
    assert "min_overlap_days = 28" in lines
    assert "  tacrolimus     0           60           2" in lines
    assert lines[-2:] == ["  era_start  era_end  overlap_days", "  32         60       28"]


def test_every_table_that_is_shown_is_made_by_a_file():
    assert ANSWERED_BY.keys() <= {file.table for file in sql_files()}
