"""Writes the mapped tables as the Parquet files of the data contract."""

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from lncohort.extract.contract import CONTRACT, Table
from lncohort.mapping.staging import Progress

READ_LAB = "lab_read"  # the used rows of mapped_lab with what their texts say
TYPES = {"text": "VARCHAR", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}
ARROW = {"text": pa.string(), "date": pa.date32(), "integer": pa.int64(), "number": pa.float64()}
TABLE, ROW, PARTS = "table_number", "source_row", ("row_part", "test_given")
PLACE = "place_"  # before the name of a column that tells the order of rows
AT_A_TIME = 1_000_000  # rows that are put in order in memory


def write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, progress: Progress) -> None:
    """Write the used rows of every mapped table, in the order of the hospital's tables and rows.

    Parameters
    ----------
    connection
        With the mapped tables.
    folder
        Where the files are made.
    progress
        Called before each table, and once all are written.
    """
    started, rows = time.perf_counter(), 0
    identifiers = connection.table("patient_number").order("patient_id").select("identifier")
    patients = identifiers.to_arrow_table()["identifier"].combine_chunks()
    for table in CONTRACT:
        progress(f"write {table.name}", None, None)
        rows += _write(connection, table, patients, folder / f"{table.name}.parquet")
    progress("write", rows, time.perf_counter() - started)


def _write(
    connection: duckdb.DuckDBPyConnection, table: Table, patients: pa.Array, file: Path
) -> int:
    text = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [
            (column.name, text if column.type == "text" else ARROW[column.type])
            for column in table.columns
        ]
    )
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd", store_schema=False) as writer:
        for rows in _in_order(_used(connection, table)):
            columns = []
            for field in schema:
                values = rows[field.name].combine_chunks()
                if field.name == "patient_id":
                    place = pa.array(values.to_numpy() - 1)
                    values = pa.DictionaryArray.from_arrays(place, patients)
                elif field.type == text:
                    values = values.dictionary_encode()
                columns.append(values)
            writer.write_batch(pa.record_batch(columns, schema=schema))
            count += len(rows)
    return count


def _used(connection: duckdb.DuckDBPyConnection, table: Table) -> duckdb.DuckDBPyRelation:
    """The used rows in the columns of the contract, behind those that tell their order."""
    if table.name == "lab":
        used = connection.view(READ_LAB)
    else:
        rows = connection.table(f"mapped_{table.name}")
        used = rows.filter(ColumnExpression("fate") == ConstantExpression("used"))
    places = [name for name in (TABLE, ROW, *PARTS) if name in used.columns]
    columns = [ColumnExpression(name).alias(PLACE + name) for name in places]
    for column in table.columns:
        value = ConstantExpression(None)
        if column.name == "prescription_id":
            parts = [ColumnExpression(name).cast("VARCHAR") for name in (TABLE, ROW)]
            value = FunctionExpression("concat_ws", ConstantExpression("-"), *parts)
        elif column.name in used.columns:
            value = ColumnExpression(column.name)
        if column.name != "patient_id":
            value = value.cast(TYPES[column.type])
        columns.append(value.alias(column.name))
    return used.select(*columns)


def _in_order(rows: duckdb.DuckDBPyRelation) -> Iterator[pa.Table]:
    """All rows, so many at a time as fit into memory, in the order of their places."""
    table, row = PLACE + TABLE, PLACE + ROW
    counted = rows.aggregate(f"{table}, count(*), max({row})", table).order(table)
    for number, count, last in counted.fetchall():
        of_table = rows.filter(ColumnExpression(table) == ConstantExpression(number))
        step = max(1, AT_A_TIME * (last + 1) // count)
        for first in range(0, last + 1, step):
            is_here = ColumnExpression(row).between(
                ConstantExpression(first), ConstantExpression(first + step - 1)
            )
            part = of_table.filter(is_here).to_arrow_table()
            places = [part[name].to_numpy() for name in part.column_names if name.startswith(PLACE)]
            yield part.take(pa.array(np.lexsort(places[::-1])))
