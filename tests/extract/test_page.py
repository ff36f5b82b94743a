"""docs/extract.md tells the contract, and the contract tells what the SQL does."""

import re
from pathlib import Path

import pytest

from lncohort.codes import read_code_lists
from lncohort.engine.stages import sql_files
from lncohort.extract.contract import CONTRACT
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.page import page
from lncohort.extract.queries import QUERIES
from lncohort.extract.reasons import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "extract.md"


@pytest.fixture(scope="module")
def made():
    return page()


def test_page_is_that_of_the_contract(made):
    assert PAGE.read_text(encoding="utf-8") == made, "docs/extract.md is stale: run `make docs`"


def test_every_table_has_its_query_and_its_reasons():
    names = [table.name for table in CONTRACT]
    assert list(QUERIES) == names
    assert list(REASONS) == names


@pytest.mark.parametrize("table", REASONS)
def test_reasons_are_those_that_the_sql_gives(table):
    (file,) = [file for file in sql_files() if file.table == f"{table}_checked"]
    assert set(REASONS[table]) == set(re.findall(r"THEN '(\w+)'", file.text))


def test_every_column_example_is_one_of_its_values_and_of_its_type():
    reads = {
        "integer": int,
        "number": float,
        "date": lambda text: re.fullmatch(r"\d{4}(-\d\d){2}", text),
    }
    for table in CONTRACT:
        for column in table.columns:
            assert column.example in (column.values or (column.example,))
            assert reads.get(column.type, str)(column.example)
            assert column.why and column.without
            assert column.nullable or not column.optional


def test_every_listed_concept_is_asked_for_in_both_languages(made):
    rows = read_code_lists().rows
    for kind, table in [("drug", "prescription"), ("lab", "lab"), ("procedure", "procedure")]:
        section = made.split(f"### Query: {table}\n")[1].split("\n## ")[0]
        for row in rows[
            (rows["kind"] == kind) & rows["system"].isin(["name_en", "name_zh"])
        ].itertuples():
            assert row.code in section, (kind, row.code)


def test_every_test_stands_with_its_units(made):
    for name, test in LAB_TESTS.items():
        (line,) = [line for line in made.splitlines() if line.startswith(f"| `{name}` |")]
        assert all(unit in line for unit in test.factors)
    assert "| mmol/L | mg/dL (÷ 18.016) |" in made
    assert "mg/mmol (× 0.00884)" in made
