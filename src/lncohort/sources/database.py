"""Tables of a DuckDB file and of an SQLite file, read as Arrow batches."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lncohort.errors import UserError
from lncohort.sources.counts import Counts
from lncohort.sources.numbered import numbered
from lncohort.sources.spec import SourceSpec
from lncohort.sources.statement import whole_table

BATCH_ROWS = 1 << 15


class DuckFile:
    """A table of a DuckDB file, opened by a connection of its own, to read only."""

    def __init__(self, path: Path, spec: SourceSpec):
        self.path, self.spec = path, spec
        with closing(_duckdb(path)) as connection:
            self.names = tuple(self._table(connection).columns)

    @staticmethod
    def tables(path: Path) -> list[str]:
        """The tables and views of a file, as ``schema.table``."""
        with closing(_duckdb(path)) as connection:
            found = connection.table("information_schema.tables")
            rows = found.select("table_schema", "table_name").fetchall()
        return sorted(f"{schema}.{table}" for schema, table in rows)

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows with their numbers, in the order of the table."""
        with closing(_duckdb(self.path)) as connection:
            yield from numbered(self._table(connection).to_arrow_reader(BATCH_ROWS))

    def _table(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """The table, named with its database: a file cdm.duckdb may hold a schema cdm."""
        names = ("table_catalog", "table_schema", "table_name")
        found = connection.table("information_schema.tables").select(*names).fetchall()
        whole = {f"{schema}.{table}": (base, schema, table) for base, schema, table in found}
        if self.spec.table not in whole:
            raise _no_table(self.spec, sorted(whole))
        quoted = (name.replace('"', '""') for name in whole[self.spec.table])
        return connection.table(".".join(f'"{name}"' for name in quoted))


class SqliteFile:
    """A table of an SQLite file; each column as the texts of its values."""

    def __init__(self, path: Path, spec: SourceSpec):
        self.path, self.spec = path, spec
        if spec.table not in self.tables(path):
            raise _no_table(spec, self.tables(path))
        with closing(_sqlite(path)) as connection:
            cursor = connection.execute(whole_table("sqlite", spec.table))
            self.names = tuple(column[0] for column in cursor.description)
        self.schema = pa.schema([(name, pa.string()) for name in self.names])

    @staticmethod
    def tables(path: Path) -> list[str]:
        """The tables and views of a file."""
        try:
            with closing(_sqlite(path)) as connection:
                found = connection.execute(
                    whole_table("sqlite", "sqlite_master", columns=("type", "name"))
                ).fetchall()
        except sqlite3.Error as error:
            raise UserError(
                f"{path.name}: cannot be read as SQLite ({type(error).__name__}). Close the "
                "program that writes it, or fetch the file again."
            ) from error
        return sorted(
            name for kind, name in found if kind in ("table", "view") and name[:7] != "sqlite_"
        )

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows with their numbers, in the order of the table."""
        return numbered(self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with closing(_sqlite(self.path)) as connection:
            cursor = connection.execute(whole_table("sqlite", self.spec.table))
            while rows := cursor.fetchmany(BATCH_ROWS):
                columns = [
                    pa.array(map(_text, column), pa.string()) for column in zip(*rows, strict=True)
                ]
                yield pa.record_batch(columns, schema=self.schema)


def _no_table(spec: SourceSpec, found: list[str]) -> UserError:
    return UserError(
        f"{spec.path}: no table {spec.table}; found {', '.join(found) or 'none'}. Correct the name."
    )


def _duckdb(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(path, read_only=True)
    except duckdb.Error as error:
        raise UserError(
            f"{path.name}: cannot be opened as a DuckDB file ({type(error).__name__}); expected "
            "one that no program writes to. Close that program, or copy the file again."
        ) from error


def _sqlite(path: Path) -> sqlite3.Connection:
    """Open a file to read only; DuckDB takes its rows from one thread at a time, or another."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
    )
    connection.text_factory = lambda text: text.decode("utf-8", errors="replace")
    return connection


def _text(value) -> str | None:
    match value:
        case None | str():
            return value
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case bytes():
            return value.hex()
        case _:
            return repr(value)
