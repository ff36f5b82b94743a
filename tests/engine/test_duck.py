"""A SQL file that fails says which it is."""

from datetime import date

import pyarrow as pa
import pytest

from lncohort.engine.duck import StageError, connect, run_stages
from lncohort.engine.parameters import parameter_tables
from small_extract import a_patient, arrow_tables


def test_failure_names_the_sql_file(nanjing):
    with connect() as connection:
        for name, table in arrow_tables(a_patient()).items():
            connection.register(f"raw_{name}", table)
        connection.register("raw_biopsy", pa.table({"patient_id": ["p1"]}))
        with pytest.raises(StageError, match=r"sql/intake/biopsy_checked\.sql"):
            run_stages(connection, parameter_tables(nanjing, date(2024, 1, 1)))


def test_progress_is_told_once_a_stage_in_their_order(nanjing):
    told = []
    with connect() as connection:
        for name, table in arrow_tables(a_patient()).items():
            connection.register(f"raw_{name}", table)
        seconds = run_stages(
            connection,
            parameter_tables(nanjing, date(2024, 1, 1)),
            lambda stage, rows, taken: told.append((stage, rows >= 0, taken >= 0)),
        )
    assert [stage for stage, _, _ in told] == list(seconds)
    assert len(set(seconds)) == 6
    assert all(rows and taken for _, rows, taken in told)
