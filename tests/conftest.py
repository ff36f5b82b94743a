"""Fixtures that turn small extracts into the tables that the SQL makes of them."""

from datetime import date

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings

from lncohort.engine.duck import connect, make_tables
from lncohort.engine.parameters import parameter_tables
from lncohort.study import load_study
from small_extract import arrow_tables

# `pytest --hypothesis-profile=full` draws anew, and more.
SLOW_SQL = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("quick", max_examples=30, derandomize=True, **SLOW_SQL)
settings.register_profile("full", max_examples=2000, **SLOW_SQL)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def nanjing():
    return load_study("nanjing")


@pytest.fixture
def sql_tables(nanjing):
    """Return a function that makes any table of rows by the SQL files, as a list of dicts."""
    connections = []

    def run(rows, study=nanjing, threads=1):
        connection = connect(threads)
        connections.append(connection)
        for name, table in arrow_tables(rows).items():
            connection.register(f"raw_{name}", table)
        parameters = parameter_tables(study, date(2024, 1, 1))

        def made(table):
            make_tables(connection, [table], parameters)
            return connection.table(table).to_arrow_table().to_pylist()

        return made

    yield run
    for connection in connections:
        connection.close()


@pytest.fixture
def extract_folder(tmp_path):
    """Write rows as an extract and return its folder."""

    def write(rows, name="extract"):
        folder = tmp_path / name
        folder.mkdir()
        for table, content in arrow_tables(rows).items():
            pq.write_table(content, folder / f"{table}.parquet")
        return folder

    return write
