"""Runs the SQL stages on DuckDB."""

import time
from collections.abc import Callable, Collection, Mapping
from itertools import groupby

import duckdb
import pyarrow as pa

from lncohort.engine.stages import SqlFile, files_after, files_for, study_files

Progress = Callable[[str, int, float], None]


class StageError(RuntimeError):
    """A SQL file failed on an extract that had passed the contract: an error of ours."""


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB.

    Parameters
    ----------
    threads
        Number of threads; DuckDB's own choice when None. Results do not depend on it.
    """
    config = {} if threads is None else {"threads": threads}
    connection = duckdb.connect(config=config)
    connection.execute("SET enable_progress_bar = false")  # it would draw over ours
    return connection


def run_stages(
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, pa.Table],
    progress: Progress | None = None,
) -> dict[str, float]:
    """Make every table of the design on a connection that holds the ``raw_`` tables.

    Parameters
    ----------
    connection
        A connection in which the extract's tables stand as ``raw_<name>``.
    parameters
        The parameter tables of the study, by name.
    progress
        Called after each stage with its name, the rows of its tables and its seconds.

    Returns
    -------
    dict
        Seconds taken, by stage, in the order run.

    Raises
    ------
    StageError
        With the name of the SQL file, when DuckDB refuses it.
    """
    for name, table in parameters.items():
        connection.register(name, table)
    seconds = {}
    for stage, files in groupby(study_files(), key=lambda file: file.stage):
        started = time.perf_counter()
        made = []
        for file in files:
            _run(connection, file, parameters)
            made.append(file.table)
        seconds[stage] = time.perf_counter() - started
        if progress is not None:
            rows = sum(connection.table(table).shape[0] for table in made)
            progress(stage, rows, seconds[stage])
    return seconds


def run_again(
    connection: duckdb.DuckDBPyConnection,
    changed: Mapping[str, pa.Table],
    wanted: Collection[str],
) -> None:
    """Make some tables anew with other parameter tables, by no more SQL files than that takes.

    Parameters
    ----------
    connection
        A connection on which :func:`run_stages` has made every table.
    changed
        The parameter tables that are not what they were, by name.
    wanted
        The tables that are asked for.

    Raises
    ------
    StageError
        With the name of the SQL file, when DuckDB refuses it.
    """
    for name, table in changed.items():
        connection.register(name, table)
    for file in files_after(changed, wanted):
        _run(connection, file, changed)


def make_tables(
    connection: duckdb.DuckDBPyConnection,
    wanted: Collection[str],
    given: Mapping[str, pa.Table],
    begun: Callable[[str], None] | None = None,
) -> None:
    """Make some tables of the design from given ones, by no more SQL files than that takes.

    Parameters
    ----------
    connection
        A connection, as :func:`connect` opens it.
    wanted
        The tables to make.
    given
        All tables that the SQL files of those read and do not make, by name; a table of the
        design that is given is taken as it is.
    begun
        Called before each table is made, with its name.

    Raises
    ------
    StageError
        With the name of the SQL file, when DuckDB refuses it.
    """
    for name, table in given.items():
        connection.register(name, table)
    for file in files_for(wanted, given):
        if begun is not None:
            begun(file.table)
        _run(connection, file, given)


def _run(connection: duckdb.DuckDBPyConnection, file: SqlFile, given: Collection[str]) -> None:
    try:
        connection.execute(file.text)
    except duckdb.Error as error:
        raise StageError(
            f"sql/{file.stage}/{file.table}.sql failed: {type(error).__name__}: "
            f"{str(error).splitlines()[0]} (given tables: {', '.join(given)})"
        ) from error
